"""Entries and slices: what is picked of what was picked, and what is known of constants."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from symdiff.algebra.leaves import ONE, ZERO, Array, number, ones, zeros
from symdiff.dims import Dim, Size, show_shape, steps
from symdiff.errors import ShapeError
from symdiff.expr import Expr, make


class Slice(NamedTuple):
    """Entries start, start + step, … before stop; 0 ≤ start. With a negative step stop may be -1: down to the first."""

    start: Dim
    stop: Dim
    step: int = 1


Item = int | Size | Slice


def index(e: Expr, items: Sequence[Item]) -> Expr:
    """Entries and slices, one item an axis; missing last axes are whole. Entries count from 0."""
    if len(items) > e.rank:
        raise ShapeError(f"{len(items)} indices for a {show_shape(e.shape)}")
    full = [Slice(0, d, 1) for d in e.shape]
    wanted = list(items) + full[len(items) :]
    if wanted == full:
        return e
    shape: list[Dim] = []
    for item, dim in zip(wanted, e.shape, strict=True):
        if isinstance(item, Slice):
            shape.append(_length(item, dim))
        elif isinstance(dim, int) and isinstance(item, int) and not 0 <= item < dim:
            raise ShapeError(f"there is no entry {item} on an axis of length {dim}")
    if e.op == "constant" and e.attr in ("zeros", "ones"):
        return zeros(shape) if e.attr == "zeros" else ones(shape)
    if e.op == "constant" and e.attr == "eye" and not shape:
        row, column = wanted
        if row == column or (isinstance(row, int) and isinstance(column, int)):
            return ONE if row == column else ZERO
    if e.op == "constant" and e.attr == "eye" and len(shape) == 1:
        span, place = wanted if isinstance(wanted[0], Slice) else wanted[::-1]
        if _is_outside(place, span):  # type: ignore[arg-type]
            return zeros(shape)
    if e.op == "constant" and isinstance(e.attr, Array) and "c" not in e.attr.kinds:
        places = [k for k in wanted if isinstance(k, int)]
        if len(places) == e.rank:
            return number(e.attr.entries[sum(k * prod(e.attr.shape[axis + 1 :]) for axis, k in enumerate(places))])
    if e.op == "join" and e.attr == ("stack", 0) and isinstance(wanted[0], int):
        return index(e.args[wanted[0]], wanted[1:])
    if e.op == "index" and (both := _composed(e.attr, wanted)) is not None:
        return index(e.args[0], both)
    if e.op == "derivative" and not shape and any(e.attr[0].arguments):
        wanted = _in_order(e, wanted)
    return make("index", (e,), tuple(wanted), tuple(shape))


def _in_order(e: Expr, places: Sequence[Item]) -> list[Item]:
    """The places of an entry of a derivative, those by one argument in ascending order: they may be exchanged."""
    function, by = e.attr
    found = list(places[: len(function.shape)])
    behind = len(found)
    turns: dict[int, list[tuple[Item, ...]]] = {}
    for argument in by:
        ahead, behind = behind, behind + len(function.arguments[argument])
        turns.setdefault(argument, []).append(tuple(places[ahead:behind]))
    for argument in turns:
        found += [k for places_by_one in sorted(turns[argument], key=str) for k in places_by_one]
    return found


def _is_outside(place: Dim, span: Slice) -> bool:
    """Whether a place is surely not in a slice without steps."""
    before = isinstance(place, int) and isinstance(span.start, int) and place < span.start
    behind = isinstance(place, int) and isinstance(span.stop, int) and place >= span.stop
    return span.step == 1 and (before or behind)


def _composed(inner: Sequence[Item], outer: Sequence[Item]) -> list[Item] | None:
    """The items that pick at once what `outer` picks of what `inner` picked; None where a step is in the way."""
    left = list(outer)
    both: list[Item] = []
    for item in inner:
        if not isinstance(item, Slice):
            both.append(item)
            continue
        after = left.pop(0)
        if item.step != 1:
            return None
        if isinstance(after, Slice):
            both.append(Slice(item.start + after.start, item.start + after.stop, after.step))
        else:
            both.append(item.start + after)
    return both


def _length(item: Slice, dim: Dim) -> Dim:
    way = item.stop + item.start * -1 if item.step > 0 else item.start + item.stop * -1
    if isinstance(way, int) and way < 0:
        if item.step != 1:
            return 0
        raise ShapeError(f"the slice {item.start}:{item.stop} is empty")
    length = steps(way, abs(item.step))
    if length is None:
        hint = f"declare a length that is a multiple of it, such as `x: vector({abs(item.step)}*m)`"
        raise ShapeError(f"how many steps of {abs(item.step)} there are in {way} is not known", hint=hint)
    return length
