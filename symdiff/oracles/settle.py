"""Whether two ways to a number agree at a point: with many digits, and where they do not, with the digits that hold.

First both are worked out with 80 digits. Where they differ, several times with 200, every function value shaken in its
last digits, and with shorter steps: what differs by no more than such runs do is not told apart, so neither
cancellation nor rounded constants nor what a step leaves are ever taken for a mistake. Where parts of the expressions
are many powers of ten apart there are that many more digits, so that no part drowns in another: the `depth` of a place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from symdiff.evaluation import Array, Point
from symdiff.evaluation.precise import PrecisePoint
from symdiff.expr import Expr

DIGITS = 80
_MORE = 200
_RUNS = 4
_SAME = 1e-18  # relative difference of entries that agree
_KNOWN = 1e-6  # relative spread of an entry that has a value at all
_NOISE = 100  # how many times what runs with noise differ by counts as rounding
_SHALLOW = 12  # powers of ten between parts that take no more digits
_DEEPEST = 2000
_WORK = 40_000  # entries of symbols times depth
_FINER = 20  # powers of ten by which steps get finer where values differ: twice what a step gets shorter


class Pair(NamedTuple):
    """What an entry should be, within `error`, and what it is: arrays of mpmath numbers."""

    expected: Array
    found: Array
    error: Array


class Outcome(NamedTuple):
    """What one place says: whether both agree, or None, and the largest relative difference."""

    ok: bool | None
    difference: float = 0.0
    expected: Array = None
    found: Array = None


Compute = Callable[[PrecisePoint, int], Iterable[Pair] | None]


def settle(point: Point, exprs: Sequence[Expr], compute: Compute, parts: Sequence[Expr]) -> Outcome:
    """Whether the pairs that `compute` works out agree; None where it gives none, or they have no digits.

    No part of the expressions `parts` drowns in another.
    Raises NotSupported where the expressions have no values with many digits.
    """
    at = PrecisePoint(point, exprs, DIGITS)
    depth = _depth(at, parts)
    if depth:
        at = PrecisePoint(point, exprs, DIGITS + 2 * depth)
    pairs = compute(at, depth)
    if pairs is None:
        return Outcome(None)
    same = _same(at, depth)
    entries = [entry for pair in pairs for entry in _entries(pair)]
    if all(_agree(*entry, same) for entry in entries):
        told = [found for _, found, _ in entries if found != 0]
        vanished = all(abs(found) <= 10 * error for _, found, error in entries)
        if vanished and (told or at.arithmetic.overflowed):
            return Outcome(None)  # so small that any other small number would do
        return Outcome(True, max((_relative(*entry) for entry in entries), default=0.0))
    return _with_noise(point, exprs, compute, depth)


def _depth(at: PrecisePoint, exprs: Sequence[Expr]) -> int:
    """By how many powers of ten parts of expressions are further apart than a few."""
    most = _WORK // max(1, sum(value.size for value in at.values.values()))
    span = at.span(exprs, min(most, _DEEPEST))
    return 0 if at.arithmetic.slow else max(0, span - _SHALLOW)


def _same(at: PrecisePoint, depth: int) -> Any:
    """The relative difference of entries that agree."""
    return at.arithmetic.context.mpf(10) ** -depth * _SAME


def _with_noise(point: Point, exprs: Sequence[Expr], compute: Compute, depth: int) -> Outcome:
    runs, overflowed = [], False
    for seed in range(_RUNS):
        at = PrecisePoint(point, exprs, _MORE + 2 * depth, seed)
        pairs = compute(at, depth + _FINER)
        overflowed = overflowed or at.arithmetic.overflowed
        if pairs is None:
            return Outcome(None)
        runs.append(list(pairs))
    ok: bool | None = True
    same = _same(at, depth)
    for versions in zip(*runs, strict=True):
        said = [_told_apart(entries, same) for entries in zip(*map(_entries, versions), strict=True)]
        first, *_ = versions
        if any(word is False for word in said) and not (overflowed and not _finite(first.found)):
            return Outcome(False, max(_relative(*entry) for entry in _entries(first)), *first[:2])
        ok = None if any(word is not True for word in said) else ok
    return Outcome(ok, 0.0)


def _entries(pair: Pair) -> list[tuple[Any, Any, Any]]:
    import numpy as np

    return list(zip(*(np.ravel(np.asarray(part, dtype=object)) for part in pair), strict=True))


def _agree(expected: Any, found: Any, error: Any, same: Any) -> bool:
    gap = abs(expected - found)
    return bool(gap <= error or (_is_finite(gap) and gap <= same * abs(expected)))


def _told_apart(versions: Sequence[tuple[Any, Any, Any]], same: Any) -> bool | None:
    """Whether an entry agrees in the versions of it that noise made: False where they are apart in all of them."""
    if not all(_is_finite(found) for _, found, _ in versions):
        return None if any(_is_finite(found) for _, found, _ in versions) else False
    (expected, found, error), *_ = versions
    largest = max(max(abs(e), abs(f)) for e, f, _ in versions)
    if largest < sys.float_info.min:
        return None  # so small that no float holds it: where a part is left out beside another decides nothing
    spread = max(abs(e - expected) + abs(f - found) for e, f, _ in versions)
    blur = _NOISE * spread + error + same * largest
    if abs(expected - found) > blur:
        return False
    return True if _NOISE * spread <= max(_KNOWN * largest, error) else None


def _relative(expected: Any, found: Any, error: Any) -> float:
    gap = abs(expected - found)
    if not _is_finite(gap):
        return float("inf")
    return float(gap / max(abs(expected), abs(found))) if gap > error else 0.0


def _is_finite(value: Any) -> bool:
    real, imag = value.real, value.imag
    return bool(real - real == 0 and imag - imag == 0)


def _finite(values: Array) -> bool:
    import numpy as np

    return all(map(_is_finite, np.ravel(values)))
