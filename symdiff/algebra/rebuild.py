"""Putting other arguments into a node, and other expressions into an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff import dims
from symdiff.algebra.build import add, call, fmap, mul, power
from symdiff.algebra.complexes import PARTS, complex_part
from symdiff.algebra.einsum import einsum
from symdiff.algebra.entries import Item, Slice, index
from symdiff.algebra.leaves import size_scalar
from symdiff.algebra.products import matpow, matpow_d
from symdiff.algebra.structure import (
    LOGIC,
    apply,
    compare,
    differential,
    join,
    logic,
    reduce_axes,
    reshape,
    scan,
    select,
    stop,
)
from symdiff.dims import Dim, Shape
from symdiff.expr import Expr, make, postorder

Args = Sequence[Expr]
Keywords = tuple[tuple[str, Any], ...]


def _mul(e: Expr, args: Args) -> Expr:
    return mul(args[0], *(power(args[k], args[k + 1]) for k in range(1, len(args), 2)))


def _compare(e: Expr, args: Args) -> Expr:
    return logic(e.attr, *args) if e.attr in LOGIC else compare(e.attr, *args)


def called(name: str, args: Args, keywords: Keywords, shape: Shape) -> Expr:
    """A structured function on other arguments; a power of a matrix is what its exponent, once known, makes of it."""
    power_of = _POWERS.get(name)
    return call(name, tuple(args), keywords, shape) if power_of is None else power_of(*args)


_POWERS: dict[str, Callable[..., Expr]] = {"matpow": matpow, "matpow_d": matpow_d}

_BUILDERS: dict[str, Callable[[Expr, Args], Expr]] = {
    "mul": _mul,
    "einsum": lambda e, args: einsum(args[0], args[1:], e.attr[:-1], e.attr[-1]),
    "add": lambda e, args: add(*args),
    "map": lambda e, args: complex_part(e.attr, *args) if e.attr in PARTS else fmap(e.attr, *args),
    "call": lambda e, args: called(e.attr[0], args, e.attr[1], e.shape),
    "reduce": lambda e, args: reduce_axes(e.attr[0], args[0], e.attr[1]),
    "scan": lambda e, args: scan(e.attr[0], args[0], e.attr[1], e.attr[2]),
    "compare": _compare,
    "select": lambda e, args: select(*args),
    "index": lambda e, args: index(args[0], e.attr),
    "join": lambda e, args: join(e.attr[0], args, e.attr[1]),
    "reshape": lambda e, args: reshape(args[0], e.shape, e.attr),
    "stop": lambda e, args: stop(args[0]),
    "derivative": lambda e, args: apply(e.attr[0], args, e.attr[1]),
    "differential": lambda e, args: differential(args[0], e.attr),
}


def rebuild(e: Expr, args: Args) -> Expr:
    """The node of e's op and attr on other arguments of the same shapes, through its constructor."""
    if tuple(args) == e.args:
        return e
    return _BUILDERS[e.op](e, args)


def resized(e: Expr, args: Args, sizes: Mapping[str, Dim]) -> Expr:
    """The node on other arguments, with sizes in the place of names of sizes."""
    if e.op == "symbol" and "dimension" in e.attr.properties:
        return size_scalar(sizes[e.attr.name]) if e.attr.name in sizes else e
    if e.op in ("constant", "symbol") and e.shape:
        return make(e.op, (), e.attr, _resized(e.shape, sizes))
    if e.op == "call":
        return called(e.attr[0], args, e.attr[1], _resized(e.shape, sizes))
    if e.op == "reshape":
        return reshape(args[0], _resized(e.shape, sizes), e.attr)
    if e.op == "index":
        return index(args[0], [_item_resized(item, sizes) for item in e.attr])
    return rebuild(e, args)


def at_sizes(e: Expr, sizes: Mapping[str, Dim]) -> Expr:
    """An expression with sizes in the place of names of sizes, those of its symbols too."""
    made: dict[Expr, Expr] = {}
    for node in postorder(e):
        made[node] = resized(node, [made[arg] for arg in node.args], sizes)
    return made[e]


def _resized(shape: Shape, sizes: Mapping[str, Dim]) -> Shape:
    return tuple([dims.substitute(dim, sizes) for dim in shape])


def _item_resized(item: Item, sizes: Mapping[str, Dim]) -> Item:
    if isinstance(item, Slice):
        return Slice(dims.substitute(item.start, sizes), dims.substitute(item.stop, sizes), item.step)
    return dims.substitute(item, sizes)


def substitute(e: Expr, replacements: Mapping[Expr, Expr]) -> Expr:
    """e with subexpressions replaced, outermost first; shapes of old and new agree."""
    return substitute_all([e], replacements)[0]


def put_in(e: Expr, definitions: Mapping[Expr, Expr]) -> Expr:
    """e with what variables are defined as in their places; the differential of a variable stays, as `dx`."""
    return substitute(e, {differential(x): differential(x) for x in definitions} | dict(definitions))


def substitute_all(roots: Sequence[Expr], replacements: Mapping[Expr, Expr]) -> list[Expr]:
    """Several expressions with the same replacements, shared parts rebuilt once."""
    if not replacements:
        return list(roots)
    done: dict[Expr, Expr] = dict(replacements)
    for node in postorder(*roots, into=lambda n: n not in replacements):
        if node not in done:
            done[node] = rebuild(node, [done[a] for a in node.args]) if node.args else node
    return [done[root] for root in roots]
