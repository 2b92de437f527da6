"""Expressions as JSON and back: a list of nodes, each once, behind those it is made of; the last is the expression.

    {"format": "symdiff expression", "schema": 1,
     "nodes": [{"op": "symbol", "name": "x", "shape": ["n"]}, {"op": "number", "value": "2"}, …],
     "names": {"named": {"S": 4}, "taken": [], "in_force": [], "parts": true}}

Numbers are texts, so that they are exact everywhere: `2`, `1/3`, `0.1`; sizes are whole numbers or texts, `m*n + 1`.
What is read is built by the constructors, so whatever a text says there is no node that could not be written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from symdiff.algebra import Array, Slice
from symdiff.dims import Dim, Shape
from symdiff.expr import Expr, Named, postorder
from symdiff.inputs import Text, problem

FORMAT, SCHEMA = "symdiff expression", 1
_LONG = 4000  # bits of a whole number that is written in digits; longer ones are hexadecimal


def to_json(e: Text) -> str:
    """An expression as JSON text, in which every number, name and size is exact and a shared part stands once.

    `from_json` gives the very expression again; the names of a result's parts stay.

    >>> import symdiff as sd
    >>> print(sd.to_json(sd.parse("2*t")))
    {"format": "symdiff expression", "schema": 1, "nodes": [{"op": "number", "value": "2"}, {"op": "symbol", \
"name": "t"}, {"op": "number", "value": "1"}, {"op": "mul", "args": [0, 1, 2]}]}
    """
    given = problem([e])
    result = given.shown(given.exprs[0])
    root = result.node if isinstance(result, Named) else result
    places: dict[Expr, int] = {}
    nodes: list[dict[str, Any]] = []
    extra = (node.attr for node in postorder(root) if node.op == "differential" and node.attr is not None)
    for node in postorder(*extra, root):
        fields: dict[str, Any] = {"op": node.op, **_FIELDS[node.op](node, places)}
        if node.args:
            fields["args"] = [places[arg] for arg in node.args]
        places[node] = len(nodes)
        nodes.append(fields)
    whole: dict[str, Any] = {"format": FORMAT, "schema": SCHEMA, "nodes": nodes}
    if isinstance(result, Named):
        whole["names"] = {
            "named": {name: places[node] for node, name in result.names.named.items() if node in places},
            "taken": sorted(result.names.taken),
            "in_force": sorted(result.names.in_force),
            "parts": result.names.parts,
        }
    return json.dumps(whole, ensure_ascii=False)


# -- what stands in a node beside its arguments


def _number(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > _LONG:
        return hex(value)
    if isinstance(value, Fraction):
        return f"{_number(value.numerator)}/{_number(value.denominator)}"
    return repr(value)


def _size(dim: Dim) -> int | str:
    if isinstance(dim, int):
        return dim
    text = str(dim)
    return f"0 - {text[1:]}" if text.startswith("-") else text


def _shape(shape: Shape) -> list[int | str]:
    return list(map(_size, shape))


def _item(item: Any) -> Any:
    if not isinstance(item, Slice):
        return _size(item)
    return {"start": _size(item.start), "stop": _size(item.stop), "step": item.step}


def _symbol(e: Expr) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": e.attr.name}
    fields |= {"shape": _shape(e.shape)} if e.shape else {}
    return fields | ({"properties": sorted(e.attr.properties)} if e.attr.properties else {})


def _constant(e: Expr) -> dict[str, Any]:
    if isinstance(e.attr, Array):
        return {"entries": [_number(value) for value in e.attr.entries], "shape": list(e.attr.shape)}
    return {"name": e.attr, "shape": _shape(e.shape)} if e.shape else {"name": e.attr}


def _derivative(e: Expr) -> dict[str, Any]:
    function, by = e.attr
    fields = {"function": function.name, "arguments": list(map(_shape, function.arguments))}
    fields |= {"shape": _shape(function.shape), "properties": sorted(function.properties), "by": list(by)}
    return fields


def _call(e: Expr) -> dict[str, Any]:
    name, keywords = e.attr
    return {"name": name, "keywords": {k: list(v) if isinstance(v, tuple) else v for k, v in keywords}}


_FIELDS: dict[str, Callable[[Expr, Mapping[Expr, int]], dict[str, Any]]] = {
    "symbol": lambda e, _: _symbol(e),
    "number": lambda e, _: {"value": _number(e.attr)},
    "constant": lambda e, _: _constant(e),
    "mul": lambda e, _: {},
    "einsum": lambda e, _: {"labels": list(map(list, e.attr))},
    "add": lambda e, _: {},
    "map": lambda e, _: {"name": e.attr},
    "call": lambda e, _: _call(e),
    "reduce": lambda e, _: {"kind": e.attr[0], "axes": list(e.attr[1])},
    "scan": lambda e, _: {"kind": e.attr[0], "axis": e.attr[1], "reverse": e.attr[2]},
    "compare": lambda e, _: {"relation": e.attr},
    "select": lambda e, _: {},
    "index": lambda e, _: {"items": list(map(_item, e.attr))},
    "join": lambda e, _: {"kind": e.attr[0], "axis": e.attr[1]},
    "reshape": lambda e, _: {"shape": _shape(e.shape), "order": e.attr},
    "stop": lambda e, _: {},
    "derivative": lambda e, _: _derivative(e),
    "differential": lambda e, places: {} if e.attr is None else {"by": places[e.attr]},
}
