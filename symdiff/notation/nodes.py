"""How each kind of node that is no product is written, given the trees of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff.algebra import LOGIC, Array, Slice, unspread
from symdiff.dims import Dim
from symdiff.expr import Expr
from symdiff.notation.indices import named_axes
from symdiff.notation.scalars import raised
from symdiff.notation.write import ONE, axis_of, call, name, number, power, size, sum_of, transposed
from symdiff.syntax.tree import Tree

Trees = Sequence[Tree]
_NORMS = {("norm2", 1): "2", ("norm2", 2): "F", ("norm1", 1): "1", ("norm_inf", 1): "inf"}


def _symbol(e: Expr, _: Trees) -> Tree:
    if "(" in e.attr.name:  # it stands for what a function gives
        from symdiff.syntax.stand_ins import written

        return written(e.attr.name)
    return name(e.attr.name)


def _number(e: Expr, _: Trees) -> Tree:
    return number(e.attr)


def _constant(e: Expr, _: Trees) -> Tree:
    if isinstance(e.attr, Array):
        return _array(e.attr.shape, [number(value) for value in e.attr.entries])
    if e.attr == "eye":
        return call("eye", size(e.shape[0]))
    return call(e.attr, *map(size, e.shape)) if e.shape else name(e.attr)


def _array(shape: Sequence[Dim], entries: Trees) -> Tree:
    """A literal of numbers; with more than two axes its entries in a row, and the shape."""
    if len(shape) == 1 and entries:
        return Tree("vector", tuple(entries))
    if len(shape) == 2 and entries and shape[0] != 1:  # of one row it would be read as a vector
        width = len(entries) // int(shape[0])  # type: ignore[arg-type]
        rows = [Tree("vector", tuple(entries[k : k + width])) for k in range(0, len(entries), width)]
        return Tree("matrix", tuple(rows))
    if not entries:
        return call("zeros", *map(size, shape))
    return call("reshape", Tree("vector", tuple(entries)), *map(size, shape))


def _sum(e: Expr, terms: Trees) -> Tree:
    return sum_of(terms)


def _map(e: Expr, args: Trees) -> Tree:
    if e.attr == "pow":
        scalar = unspread(e.args[1])
        return dot_power(args[0], e.args[1] if scalar is None else scalar, args[1])
    if e.attr == "abs" and not e.shape:
        return Tree("abs", tuple(args))
    return call(e.attr, *args)


def operands(e: Expr) -> Sequence[Expr]:
    """What a node is written with: its arguments, and those of largest or smallest of several, max(a, b, c)."""
    if e.op != "map" or e.attr not in ("max", "min"):
        return e.args
    behind = []
    name = e.attr
    while e.op == "map" and e.attr == name:
        behind.append(e.args[1])
        e = e.args[0]
    return [e, *reversed(behind)]


def dot_power(base: Tree, exponent: Expr, above: Tree) -> Tree:
    """A power element by element; a negative one as a reciprocal."""
    if exponent.op != "number":
        return power(base, above, "dotpower")
    value = exponent.attr
    if value < 0:
        return Tree("dotquotient", (ONE, raised(base, -value, "dotpower")))
    return raised(base, value, "dotpower")


def _compare(e: Expr, args: Trees) -> Tree:
    if e.attr in LOGIC:
        return Tree(e.attr, tuple(args))
    return Tree("compare", tuple(args), e.attr)


def _select(e: Expr, args: Trees) -> Tree:
    return call("where", *args)


def _call(e: Expr, args: Trees) -> Tree:
    function, keywords = e.attr
    given: dict[str, Any] = dict(keywords)
    axes = given.pop("axis", None)
    rank = e.args[0].rank if e.args else 0
    if function == "matpow":
        return power(args[0], args[1] if len(args) > 1 else number(given["k"]))
    if axes is None and not given:
        if (function, rank) in _NORMS:
            return Tree("norm", tuple(args), _NORMS[function, rank])
        if function == "norm" and rank == 1:
            return Tree("norm", (args[0],), args[1])
    axis = None if axes is None else axis_of(axes, rank)
    return call(function, *args, *(number(value) for value in given.values()), axis=axis)


def _reduce(e: Expr, args: Trees) -> Tree:
    function, axes = e.attr
    return call(function, *args, axis=axis_of(axes, e.args[0].rank))


def _scan(e: Expr, args: Trees) -> Tree:
    function, axis, reverse = e.attr
    return call(function, *args, axis=axis if e.rank > 1 else None, reverse=True if reverse else None)


def _index(e: Expr, args: Trees) -> Tree:
    items = [_item(item, dim) for item, dim in zip(e.attr, e.args[0].shape, strict=True)]
    return Tree("index", (args[0], *items))


def _item(item: Any, dim: Dim) -> Tree:
    if not isinstance(item, Slice):
        return size(item)
    first, end = (0, dim) if item.step > 0 else (dim + -1, -1)  # written down to -1 it would be down to the last
    start = None if item.start == first else size(item.start)
    stop = None if item.stop == end else size(item.stop)
    return Tree("slice", (start, stop, None if item.step == 1 else size(item.step)))


def _join(e: Expr, args: Trees) -> Tree:
    kind, axis = e.attr
    if kind == "stack" and axis == 0:
        if e.rank == 1:
            return Tree("vector", tuple(args))
        if e.rank == 2 and len(args) > 1 and all(part.kind == "vector" for part in args):  # of one row it is a vector
            return Tree("matrix", tuple(args))
    return call(kind, *args, axis=axis or None)


def _reshape(e: Expr, args: Trees) -> Tree:
    """By rows as it stands; by columns as `vec`, or by rows of what has its axes reversed."""
    (inner,) = args
    if e.attr == "C":
        return call("reshape", inner, *map(size, e.shape))
    if e.rank == 1 and e.args[0].rank == 2:
        return call("vec", inner)
    turned = call("reshape", _reversed(inner, e.args[0].rank), *map(size, reversed(e.shape)))
    return _reversed(turned, e.rank)


def _reversed(tree: Tree, rank: int) -> Tree:
    if rank < 2:
        return tree
    axes = tuple(range(rank))
    return transposed(tree) if rank == 2 else named_axes([(tree, axes)], axes[::-1])


def _stop(e: Expr, args: Trees) -> Tree:
    return call("detach", *args)


def _derivative(e: Expr, args: Trees) -> Tree:
    """f(x), f''(x); of several arguments g'[1, 2](u, v), counted from 1."""
    function, places = e.attr
    value = call(function.name, *args)
    if not places:
        return value
    if len(args) == 1:
        return Tree("prime", (value,), len(places))
    return Tree("prime", (value,), tuple(k + 1 for k in places))


def _differential(e: Expr, args: Trees) -> Tree:
    if e.attr is not None:
        x = e.attr
        variable = _symbol(x, ()) if x.op == "symbol" else _index(x, [_symbol(x.args[0], ())])
        return Tree("derivative", tuple(args), ("d/d", (variable,), 1))
    return Tree("differential", tuple(args))


Writer = Callable[[Expr, Trees], Tree]
SHARED: dict[str, Writer] = {  # their arguments meet at one shape
    "add": _sum,
    "map": _map,
    "compare": _compare,
    "select": _select,
}
PLAIN: dict[str, Writer] = {
    "symbol": _symbol,
    "number": _number,
    "constant": _constant,
    "call": _call,
    "reduce": _reduce,
    "scan": _scan,
    "index": _index,
    "join": _join,
    "reshape": _reshape,
    "stop": _stop,
    "derivative": _derivative,
    "differential": _differential,
}
