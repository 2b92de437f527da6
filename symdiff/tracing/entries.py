"""Entries of expressions whose sizes are numbers, and expressions made of entries: whole rows where they are whole."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from typing import Any

import numpy as np

from symdiff import algebra
from symdiff.algebra import MINUS_ONE, ONE, ZERO, Slice, index, unspread, zeros
from symdiff.expr import Expr
from symdiff.tracing.alike import alike

_FEW = 6  # operations
_READ = 64  # complex numbers that are told one by one
_LEAVES = frozenset({"symbol", "constant", "index", "join"})
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
        return algebra.add(constant(value.real), algebra.mul(constant(value.imag), algebra.named("i")))
    return algebra.number(value.item() if isinstance(value, np.generic) else value)


def _constant_array(value: Any) -> Expr:
    if not value.ndim:
        return constant(value[()])
    if not value.any():
        return zeros(value.shape)
    if value.dtype.kind == "b":
        value = value.astype(int)
    if value.dtype.kind == "c" and value.size <= _READ:
        parts = [constant(v.real if v.imag == 0 else v) for v in value.ravel().tolist()]
        return folded(parts, value.shape)
    if value.dtype.kind == "f":
        if np.isinf(value).any():
            return folded([constant(v) for v in value.ravel().tolist()], value.shape)
        if np.all((np.abs(value) < _EXACT) & (value == np.rint(value))):
            value = value.astype(int)
    return algebra.ones(value.shape) if np.all(value == 1) else algebra.array(value)


def sizes(e: Expr) -> tuple[int, ...]:
    """The shape, in which all are numbers here."""
    return tuple(d for d in e.shape if isinstance(d, int))


def entry(e: Expr, place: tuple[int, ...]) -> Expr:
    """The entry at a place: of what moves entries the one that is moved there, of a few operations theirs."""
    while e.shape:
        scalar = unspread(e)
        if scalar is not None:
            return scalar
        moved = _moved(e, place)
        if moved is None:
            return _worked_out(e, place) if e.op not in _LEAVES and _is_light(e) else index(e, place)
        e, place = moved
    return e


def _moved(e: Expr, place: tuple[int, ...]) -> tuple[Expr, tuple[int, ...]] | None:
    """Where an entry comes from, if e moves entries and nothing else."""
    if e.op == "reshape" and e.attr == "C":
        flat, shape = int(np.ravel_multi_index(place, sizes(e))), sizes(e.args[0])
        return e.args[0], tuple(int(k) for k in np.unravel_index(flat, shape)) if shape else ()
    if e.op == "join":
        return _of_part(e, place)
    if e.op == "index" and any(isinstance(item, Slice) and item.step != 1 for item in e.attr):
        left = list(place)
        at: Any = [i.start + left.pop(0) * i.step if isinstance(i, Slice) else i for i in e.attr]
        return e.args[0], tuple(at)
    if e.op == "einsum" and e.args[0] is ONE and len(e.args) == 2 and set(e.attr[0]) == set(e.attr[1]):
        named = dict(zip(e.attr[1], place, strict=True))
        return e.args[1], tuple(named[label] for label in e.attr[0])
    return None


def _of_part(e: Expr, place: tuple[int, ...]) -> tuple[Expr, tuple[int, ...]]:
    """The part of a join in which an entry lies, and where."""
    kind, axis = e.attr
    k, before, behind = place[axis], place[:axis], place[axis + 1 :]
    if kind == "stack":
        return e.args[k], (*before, *behind)
    for part in e.args:
        if k < sizes(part)[axis]:
            break
        k -= sizes(part)[axis]
    return part, (*before, k, *behind)


def _worked_out(e: Expr, place: tuple[int, ...]) -> Expr:
    """An operation entry by entry on the entries of its arguments."""
    if e.op != "einsum":
        return algebra.rebuild(e, [entry(arg, place) for arg in e.args])
    at = dict(zip(e.attr[-1], place, strict=True))
    factors = zip(e.args[1:], e.attr[:-1], strict=True)
    return algebra.mul(e.args[0], *(entry(arg, tuple(at[label] for label in own)) for arg, own in factors))


def _is_light(e: Expr) -> bool:
    """Whether these are a few operations entry by entry, on arguments and what is made of entries."""
    stack, met = [e], 0
    while stack and met <= _FEW:
        node = stack.pop()
        if not node.shape or node.op in _LEAVES or unspread(node) is not None:
            continue
        if node.op not in ("add", "map") and (node.op != "einsum" or set(node.attr[-1]) != set().union(*node.attr)):
            return False
        met += 1
        stack += node.args
    return met <= _FEW


def entries(e: Expr) -> list[Expr]:
    """The entries row by row."""
    return [entry(e, place) for place in np.ndindex(sizes(e))]


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


def picked(e: Expr, places: Any) -> Expr:
    """The array of the entries at these places, counted row by row: whole rows where they are."""
    shape = sizes(e)
    block = int(np.prod(shape[1:]))
    if places.ndim > 1 and places.shape[1:] == shape[1:] and places.size:
        rows = places.reshape(len(places), -1)
        if np.all(rows == rows[:, :1] // block * block + np.arange(block)):
            return _joined([_row(e, k) for k in (rows[:, 0] // block).tolist()])
    at = zip(*(axis.tolist() for axis in np.unravel_index(places.ravel(), shape)), strict=True)
    return folded([entry(e, place) for place in at], places.shape)


def _row(e: Expr, k: int) -> Expr:
    return e.args[k] if e.op == "join" and e.attr == ("stack", 0) else index(e, [k])


def _joined(parts: Sequence[Expr]) -> Expr:
    """Parts in a new axis in front: neighbours of one array as its slice."""
    if len(parts) > 1:
        whole = _run(parts) if parts[0].op == "index" or parts[0].shape else alike(parts, _run)
        if whole is not None:
            return whole
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
