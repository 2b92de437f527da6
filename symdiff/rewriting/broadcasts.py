"""Functions of what is the same along an axis: worked out without the axis, and spread along it again.

sqrt(v*ones(n)') is sqrt(v)*ones(n)', so what `keepdims` keeps is in the way of nothing.
"""

from __future__ import annotations

from symdiff.algebra import ONE, einsum, is_constant, ones, rebuild, unspread
from symdiff.expr import Expr


def spread_last(e: Expr) -> Expr:
    """A function element by element, or a sum along axes of length 1, of what is spread: e itself where nothing is."""
    if e.op not in ("map", "add") or not e.shape:
        return e
    axes = set(range(e.rank))
    if e.op == "add":
        axes = {axis for axis in axes if e.shape[axis] == 1}
    for arg in e.args:
        axes &= _same_along(arg) if axes else set()
    if not axes or all(unspread(arg) is not None for arg in e.args):
        return e
    kept = [axis for axis in range(e.rank) if axis not in axes]
    narrow = rebuild(e, [_narrowed(arg, axes) for arg in e.args])
    wide = ones([e.shape[axis] for axis in sorted(axes)])
    return einsum(ONE, [narrow, wide], [tuple(kept), tuple(sorted(axes))], tuple(range(e.rank)))


def _same_along(e: Expr) -> set[int]:
    """The axes along which e is the same by the way it is made."""
    if is_constant(e, "ones"):
        return set(range(e.rank))
    if e.op != "einsum":
        return set()
    carried = {label for operand, own in _operands(e) if not is_constant(operand, "ones") for label in own}
    return {axis for axis, label in enumerate(e.attr[-1]) if label not in carried}


def _narrowed(e: Expr, axes: set[int]) -> Expr:
    """e without axes along which it is the same."""
    if e.op == "constant":
        return ones([dim for axis, dim in enumerate(e.shape) if axis not in axes])
    gone = {e.attr[-1][axis] for axis in axes}
    operands, labels = [], []
    for operand, own in _operands(e):
        kept = [k for k, label in enumerate(own) if label not in gone]
        if len(kept) == len(own):
            operands.append(operand)
            labels.append(own)
        elif kept:
            operands.append(ones([operand.shape[k] for k in kept]))
            labels.append(tuple(own[k] for k in kept))
    out = tuple(label for axis, label in enumerate(e.attr[-1]) if axis not in axes)
    return einsum(e.args[0], operands, labels, out)


def _operands(e: Expr) -> list[tuple[Expr, tuple[int, ...]]]:
    return list(zip(e.args[1:], e.attr, strict=False))
