"""The parts of the oracles: which numbers are told apart, which slopes are sure, which points are looked at first."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import symdiff as sd
from symdiff.evaluate import Point
from symdiff.evaluate.precise import PrecisePoint
from symdiff.oracles import finite
from symdiff.oracles.settle import Pair, settle

# ---------------------------------------------------------------- telling apart

T = sd.declare("t: scalar")


def settled(*pairs: Any, spread: float = 0.0, overflow: bool = False) -> bool | None:
    """What is said of (expected, found, error) where each run with noise moves what is found by a part of it."""
    runs = iter(range(9))

    def compute(at: PrecisePoint, depth: int) -> list[Pair]:
        run = next(runs)
        at.arithmetic.overflowed = at.arithmetic.overflowed or overflow
        made = []
        for expected, found, error in pairs:
            parts = (np.atleast_1d(np.asarray(part, float)) for part in (expected, found, error))
            e, f, b = (np.array([mpmath.mpf(v) for v in part], dtype=object) for part in parts)
            made.append(Pair(e, f * (1 + spread * run), np.resize(b, e.shape)))
        return made

    return settle(Point({"t": np.asarray(1.5)}, {}), [T], compute, [T]).ok


@pytest.mark.parametrize(
    ("pairs", "spread", "overflow", "wanted"),
    [
        ([(1, 1, 0)], 0, False, True), ([(1, 1 + 2e-16, 0)], 0, False, False), ([(1, 1.1, 0.105)], 0, False, True),
        ([(1, 1.1, 0.05)], 0, False, False), ([(1, 2, 0)], 0, False, False), ([(1, 2, 0)], 1, False, None),
        ([(1, 2, 0)], 1e-4, False, False), ([(1, 2, 0)], 0.1, False, None), ([(0, 0, 0)], 0, False, True),
        ([(0, 1e-320, 1e-300)], 0, False, None), ([(0, 1, 1)], 0, False, None), ([(0, 0, 0)], 0, True, None),
        ([(1, 1, 1e-20)], 0, True, True), ([(1, 1, 0.5)], 0, False, None), ([(1, 1, 0.05)], 0, False, True),
        ([([1, 0], [1, 0], 0)], 0, False, True), ([([1, 2], [1, 3], 0)], 0, False, False),
        ([(1, 1, 0), (2, 3, 0)], 0, False, False), ([(1, 1, 0), (2, 2, 0)], 0, False, True),
        ([(1, np.inf, 0)], 0, False, False), ([(1, np.inf, 0)], 0, True, None), ([(1, np.nan, 0)], 0, False, False),
        ([(0, 1e-320, 0)], 0, False, None), ([(1, 2, 0), (1, 1, 0)], 1, False, None),
        ([(1, 1.00001, 0)], 0, False, False),
    ],
)  # fmt: skip
def test_two_numbers_are_told_apart(pairs: Any, spread: float, overflow: bool, wanted: bool | None) -> None:
    assert settled(*pairs, spread=spread, overflow=overflow) is wanted


def test_where_nothing_is_worked_out_nothing_is_decided() -> None:
    assert settle(Point({"t": np.asarray(1.5)}, {}), [T], lambda at, depth: None, [T]).ok is None
    outcome = settle(Point({"t": np.asarray(1.5)}, {}), [T], lambda at, depth: [], [T])
    assert outcome.ok is None or outcome.difference == 0


# ---------------------------------------------------------------- slopes in floats

A = np.array


@pytest.mark.parametrize(
    ("expected", "found", "size", "wanted"),
    [
        ([1, 2], [1, 2], 0, 0), ([1, 2], [1, 1], 0, 0.5), ([1, 2], [1, 4], 0, 0.5), ([1, 2], [1, 1], 1000, 0.1),
        ([1, 2], [1, np.nan], 0, np.inf), ([1, 2], [1], 0, np.inf), ([0, 0], [0, 1e-6], 0, 0.1), ([], [], 1, 0),
        ([-4, 2], [-2, 2], 1, 0.5),
    ],
)  # fmt: skip
def test_relative_differences(expected: Any, found: Any, size: float, wanted: float) -> None:
    assert finite.relative_difference(A(expected, float), A(found, float), size) == pytest.approx(wanted)


def test_what_the_last_digits_decide_is_blurred() -> None:
    pair, moved = (A([1.0]), A([1.1])), (A([1.0]), A([1.102]))
    assert finite.is_blurred(0.1, pair, moved, 0) and not finite.is_blurred(0.1, pair, (A([1.0]), A([1.1001])), 0)
    assert finite.is_blurred(0.1, pair, (A([1.01]), A([1.1])), 0)


@pytest.mark.parametrize(
    ("slopes", "size", "agree"),
    [
        ([([1.0], 0), ([1.0], 0)], 1, True), ([([1.0], 0), ([1.1], 0)], 1, False),
        ([([1.0], 0), ([1.0], 0.1)], 1, False),
        ([([1.0], 0), ([1.0], 0.1)], 100, True), ([([np.nan], 0), ([1.0], 0)], 1, False), ([([1.0], 0.005)], 1, True),
        ([([1.0], np.nan)], 1, False), ([([100.0], 0.5), ([100.0], 0.5)], 0, True), ([([1e-6], 1e-4)], 0, False),
        ([([0.0], 1e-6)], 0, True), ([([1.0], 0), ([1.0], 0), ([2.0], 0)], 1, False),
    ],
)  # fmt: skip
def test_ways_to_a_slope_must_agree(slopes: Any, size: float, agree: bool) -> None:
    found = finite._agreed([(A(value), spread) for value, spread in slopes], size)
    assert found is None if not agree else np.array_equal(found, slopes[0][0])  # type: ignore[arg-type]
