"""Entries of expressions whose sizes are numbers, and expressions made of entries: whole rows where they are whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import isinf, prod
from typing import Any

import numpy as np

from symdiff import algebra
from symdiff.algebra import MINUS_ONE, ZERO, Slice, index, unspread, zeros
from symdiff.expr import Expr

_EXACT = 2**53  # up to here every whole number is a float


def constant(value: Any) -> Expr:
    """A number, or an array of numbers, as one writes it: 2.0 is 2."""
    if isinstance(value, np.ndarray):
        return _constant_array(value)
    if isinstance(value, (float, np.floating)):
        if isinf(value):
            return algebra.mul(MINUS_ONE, algebra.named("oo")) if value < 0 else algebra.named("oo")
        if value == value and abs(float(value)) < _EXACT and value == int(value):
            return algebra.number(int(value))
    if isinstance(value, (bool, np.bool_)):
        return algebra.number(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        imaginary = algebra.mul(algebra.number(float(value.imag)), algebra.named("i"))
        return algebra.add(algebra.number(float(value.real)), imaginary)
    return algebra.number(value.item() if isinstance(value, np.generic) else value)


def _constant_array(value: Any) -> Expr:
    if not value.ndim:
        return constant(value[()])
    if not value.any():
        return zeros(value.shape)
    if value.dtype.kind == "b":
        value = value.astype(int)
    if value.dtype.kind == "f":
        if np.isinf(value).any():
            return folded([constant(v) for v in value.ravel().tolist()], value.shape)
        if np.all((np.abs(value) < _EXACT) & (value == np.rint(value))):
            value = value.astype(int)
    return algebra.ones(value.shape) if np.all(value == 1) else algebra.array(value)


def sizes(e: Expr) -> tuple[int, ...]:
    """The shape, in which all are numbers here."""
    return tuple(d for d in e.shape if isinstance(d, int))


def entries(e: Expr) -> list[Expr]:
    """The entries row by row."""
    if not e.shape:
        return [e]
    scalar = unspread(e)
    if scalar is not None:
        return [scalar] * prod(sizes(e))
    return [index(e, place) for place in product(*map(range, sizes(e)))]


def folded(cells: Sequence[Expr], shape: Sequence[int]) -> Expr:
    """The array of these entries, row by row: what is whole, or a slice, is not taken apart."""
    if not shape:
        return cells[0]
    if not all(shape) or all(cell is ZERO for cell in cells):
        return zeros(shape)
    parts = list(cells)
    for length in reversed(shape):
        parts = [_joined(parts[k : k + length]) for k in range(0, len(parts), length)]
    return parts[0]


def _joined(parts: Sequence[Expr]) -> Expr:
    """Parts in a new axis in front: neighbours of one array as its slice."""
    if len(parts) > 1 and (run := _run(parts)) is not None:
        return run
    return algebra.join("stack", parts, 0)


def _run(parts: Sequence[Expr]) -> Expr | None:
    """The slice whose entries, or rows, these are; None for others."""
    first, second = parts[:2]
    if first.op != "index" or second.op != "index" or first.args != second.args or first.attr == second.attr:
        return None
    e, items = first.args[0], first.attr
    (axis, *more) = [k for k, pair in enumerate(zip(items, second.attr, strict=True)) if pair[0] != pair[1]]
    whole = [Slice(0, d) for d in e.shape]
    if more or not isinstance(items[axis], int) or not isinstance(second.attr[axis], int):
        return None
    if any(isinstance(item, Slice) for item in items[:axis]) or tuple(items[axis + 1 :]) != tuple(whole[axis + 1 :]):
        if any(isinstance(item, Slice) for item in items):
            return None
    start, step = items[axis], second.attr[axis] - items[axis]
    for k, part in enumerate(parts):
        if (
            part.op != "index"
            or part.args[0] is not e
            or part.attr != (*items[:axis], start + k * step, *items[axis + 1 :])
        ):
            return None
    stop = start + step * len(parts) if step > 0 else max(start + step * len(parts), -1)
    if step > 1:
        stop = min(stop, e.shape[axis])
    return index(e, [*items[:axis], Slice(start, stop, step), *items[axis + 1 :]])
