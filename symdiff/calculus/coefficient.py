"""The coefficient of a program that is linear in dx, as a tensor: the Jacobian.

`differentials` gives d f as an expression linear in the leaves dx; here the identity is put in for dx.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from symdiff.algebra import (
    ONE,
    add,
    complex_part,
    einsum,
    eye,
    index,
    join,
    reshape,
    scale,
    scan,
    select,
    zeros,
)
from symdiff.book import apply, entry_of
from symdiff.calculus.adjoint import Labels, as_defined, in_places, linear_part, place_of, without
from symdiff.dims import Shape
from symdiff.errors import NotSupported
from symdiff.expr import Expr


def coefficient(root: Expr, leaf: Expr) -> Expr:
    """The tensor J with root = J·leaf: the axes of root, then those of the leaf.

    Each node of the linear program becomes its own coefficient, which carries the leaf's axes behind its own.
    """
    extra = leaf.shape
    linear = linear_part(root, [leaf])
    if root not in linear.members:
        return zeros(root.shape + extra)
    done: dict[Expr, Expr] = {}
    for node in linear.order:
        beside = _beside(node, leaf) if leaf in node.args else None
        if beside is not None:
            done[node] = beside
            continue
        if leaf in node.args or root is leaf:
            done[leaf] = identity(extra)
        if node is not leaf:
            rule = _FORWARD.get(node.op)
            if rule is None:
                raise NotSupported(f"the coefficient of {node.op} is not known")
            done[node] = rule(node, done, extra)
    return done[root]


def _beside(e: Expr, leaf: Expr) -> Expr | None:
    """The coefficient of a leaf in a product: the other factors, an axis that they share with it summed no more.

    None where it has an axis alone.
    """
    if e.op != "einsum":
        return None
    k, out = e.args.index(leaf), e.attr[-1]
    operands, labels = [*e.args[1:k], *e.args[k + 1 :]], list[Labels]([*e.attr[: k - 1], *e.attr[k:-1]])
    carried = set(chain.from_iterable(labels))
    behind: list[object] = []
    for axis, label in enumerate(e.attr[k - 1]):
        if label in out or label in behind:
            behind.append(("x", axis))
            operands.append(eye(leaf.shape[axis]))
            labels.append((label, ("x", axis)))
        elif label in carried:
            behind.append(label)
        else:
            return None
    return einsum(e.args[0], operands, labels, [*out, *behind])


def identity(shape: Shape) -> Expr:
    """The tensor that maps a thing of this shape to itself."""
    rank = len(shape)
    return einsum(ONE, [eye(n) for n in shape], [(k, rank + k) for k in range(rank)], tuple(range(2 * rank)))


Done = dict[Expr, Expr]


def _mul_forward(e: Expr, done: Done, extra: Shape) -> Expr:
    k = place_of(e, done)
    return scale(without(e, k), done[e.args[k]])


def _einsum_forward(e: Expr, done: Done, extra: Shape) -> Expr:
    k = place_of(e, done)
    labels, out = list(e.attr[:-1]), e.attr[-1]
    behind = tuple(("x", axis) for axis in range(len(extra)))
    operands = list(e.args[1:])
    value = done[e.args[k]]
    if k == 0:
        return einsum(ONE, [value, *operands], [behind, *labels], out + behind)
    operands[k - 1] = value
    labels[k - 1] = labels[k - 1] + behind
    return einsum(e.args[0], operands, labels, out + behind)


def _part_forward(e: Expr, done: Done) -> Expr:
    """A real dx passes through a real part, an imaginary part and a conjugate."""
    if e.attr not in ("real", "imag", "conj"):
        raise NotSupported(f"the coefficient of {e.attr} is not known")
    return complex_part(e.attr, done[e.args[0]])


def _parts_forward(e: Expr, done: Done, extra: Shape) -> list[Expr]:
    return [done[arg] if arg in done else zeros(arg.shape + extra) for arg in e.args]


def _select_forward(e: Expr, done: Done, extra: Shape) -> Expr:
    _, a, b = _parts_forward(e, done, extra)
    shape = e.shape + extra
    return select(in_places(e.args[0], range(e.rank), range(len(shape)), shape), a, b)


def _call_forward(e: Expr, done: Done, extra: Shape) -> Expr:
    """A function linear in the argument, where its value takes the argument's shape: axes behind come along."""
    k = place_of(e, done)
    entry = entry_of(e)
    if entry is not None and entry.like == entry.params[k].name:
        args = [*e.args[:k], done[e.args[k]], *e.args[k + 1 :]]
        return apply(entry.name, args, **dict(e.attr[1]))
    meaning, leaf = as_defined(e, k)
    if meaning is None:
        raise NotSupported(f"the coefficient of {e.attr[0]} is not known")
    inner = coefficient(meaning, leaf)
    return _compose(inner, done[e.args[k]], e.args[k].rank)


def _compose(outer: Expr, inner: Expr, rank: int) -> Expr:
    """The product of two coefficients over the `rank` axes they share."""
    left = [("l", k) for k in range(outer.rank - rank)]
    middle = [("m", k) for k in range(rank)]
    right = [("r", k) for k in range(inner.rank - rank)]
    return einsum(ONE, [outer, inner], [left + middle, middle + right], left + right)


_FORWARD: dict[str, Callable[[Expr, Done, Shape], Expr]] = {
    "add": lambda e, done, extra: add(*(done[t] for t in e.args if t in done)),
    "map": lambda e, done, extra: _part_forward(e, done),
    "mul": _mul_forward,
    "einsum": _einsum_forward,
    "select": _select_forward,
    "call": _call_forward,
    "index": lambda e, done, extra: index(done[e.args[0]], e.attr),
    "join": lambda e, done, extra: join(e.attr[0], _parts_forward(e, done, extra), e.attr[1]),
    "reshape": lambda e, done, extra: reshape(done[e.args[0]], e.shape + extra, e.attr),
    "scan": lambda e, done, extra: scan(e.attr[0], done[e.args[0]], e.attr[1], e.attr[2]),
}
