"""Declarations of the names of an expression, as they are typed: `x: vector(n);  b2, y: vector(m)`."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import Function, symbols_of
from symdiff.expr import Expr, postorder
from symdiff.notation import to_tree
from symdiff.show import text

_KINDS = ("spd", "orthogonal", "diagonal", "symmetric", "skew", "lower", "upper")
_NUMBERS = ("positive", "integer", "real", "complex")


def header(f: Expr, *variables: Expr, order: Sequence[str] = (), extra: Sequence[Expr] = ()) -> str:
    """The declarations of all names, those of `order` first, and what f is differentiated by."""
    groups: dict[str, list[str]] = {}
    place = {name: k for k, name in enumerate(order)}
    found = sorted(symbols_of(*variables, f), key=lambda x: place.get(x.attr.name, len(place)))
    for x in (*found, *extra):
        groups.setdefault(_kind(x), []).append(text(to_tree(x)))
    for node in postorder(f):
        if node.op == "derivative":
            name = node.attr[0].name
            if name not in groups.setdefault(_function(node.attr[0]), []):
                groups[_function(node.attr[0])].append(name)
    declared = [f"{', '.join(names)}: {kind}" for kind, names in groups.items()]
    by = ", ".join(text(to_tree(x)) for x in dict.fromkeys(variables))
    return ";  ".join([*declared, f"by {by}"])


def _kind(x: Expr) -> str:
    """What a symbol is, in the words of declarations."""
    properties = x.attr.properties
    front = next((f"{word} " for word in _NUMBERS if word in properties), "")
    sizes = [str(size) for size in x.shape]
    if x.rank == 0:
        return f"{front}scalar"
    if x.rank == 1:
        return f"{front}vector({sizes[0]})"
    word = next((word for word in _KINDS if word in properties), None)
    if x.rank == 2:
        return f"{front}{word}({sizes[0]})" if word else f"{front}matrix({', '.join(sizes)})"
    return f"{front}tensor({', '.join(sizes)})"


def _function(function: Function) -> str:
    return "function"
