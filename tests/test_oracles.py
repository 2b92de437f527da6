"""The parts of the oracles: which numbers are told apart, which slopes are sure, which points are looked at.

`python tests/test_oracles.py` writes the counts of golden/points.txt anew.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import Condition, symbols_of
from symdiff.book.meaning import Meanings, read_condition
from symdiff.book.reader import Passage, Source
from symdiff.dims import size
from symdiff.evaluation import Point
from symdiff.evaluation.precise import PrecisePoint
from symdiff.oracles import finite
from symdiff.oracles.points import satisfied
from symdiff.oracles.search import Candidate, Search
from symdiff.oracles.settle import Pair, settle
from symdiff.oracles.variable import Variable
from symdiff.oracles.verdict import KINDS, _gain, _is_telling, _pairs, _require_numbers, _shape, _small_points

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
        ([(1, 1.00001, 0)], 0, False, False), ([(1, 2, 0)], 0, True, False),
        ([(0, 1, 0)], 0, False, False), ([(1, 0, 0)], 0, False, False),
        ([([1, 1], [1, 2], 0)], 0, True, False),
        ([([1, 1], [2, np.inf], 0)], 0, True, None), ([(1, 2, 0), (1, np.inf, 0)], 0, True, False),
    ],
)  # fmt: skip
def test_two_numbers_are_told_apart(pairs: Any, spread: float, overflow: bool, wanted: bool | None) -> None:
    assert settled(*pairs, spread=spread, overflow=overflow) is wanted


def test_where_nothing_is_worked_out_nothing_is_decided() -> None:
    assert settle(Point({"t": np.asarray(1.5)}, {}), [T], lambda at, depth: None, [T]).ok is None
    outcome = settle(Point({"t": np.asarray(1.5)}, {}), [T], lambda at, depth: [], [T])
    assert outcome.ok is None or outcome.difference == 0


def test_parts_of_complex_numbers_must_be_there() -> None:
    for found in (mpmath.mpc(1, mpmath.inf), mpmath.mpc(mpmath.nan, 0), mpmath.mpc(1, mpmath.nan)):
        pair = Pair(*(np.array([part], dtype=object) for part in (mpmath.mpc(1, 0), found, mpmath.mpf(0))))
        with np.errstate(all="ignore"):
            assert settle(Point({"t": np.asarray(1.5)}, {}), [T], lambda at, depth, pair=pair: [pair], [T]).ok is False


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([2, 2, 2, 2, 2], False), ([2, 1, 1, 1, 1], True), ([2, np.nan, np.nan, np.nan, np.nan], False),
        ([2, 2, np.nan, 2, 2], None), ([2, 2, 2, 2, np.inf], None), ([2, np.nan, 2, 2, 2], None),
        ([2, 1, 1, 1, 1 + 1e-10], True), ([2, 1, np.nan, 1, 1], None),
        ([2, np.inf, np.inf, np.inf, np.inf], False), ([2, 2, 2, 2, 1], None),
        ([2, 1, 2, 2, 2], None), ([2, 2, 3, 4, 5], None), ([2, 1, 1, 1, 1.00001], None), ([1, 5, 5, 5, 5], True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("factor", [1, -2, 1j, 3 + 4j])
def test_what_runs_with_noise_say(found: list[float], wanted: bool | None, factor: complex) -> None:
    """Where a first look finds 1 and another number; a number that is there in some runs only is not known."""
    runs, unit = iter(found), mpmath.mpmathify(factor)

    def compute(at: PrecisePoint, depth: int) -> list[Pair]:
        expected, found = ([unit * v for v in part] for part in ([7, 1], [7, mpmath.mpf(next(runs))]))
        return [Pair(*(np.array(part, dtype=object) for part in (expected, found, [mpmath.mpf(0)] * 2)))]

    with np.errstate(all="ignore"):
        assert settle(Point({"t": np.asarray(1.5)}, {}), [T], compute, [T]).ok is wanted


@pytest.mark.parametrize(
    ("expected", "found", "difference"),
    [([3, 2], [3, 1], 0.5), ([3, 2], [3, 4], 0.5), ([3, 2], [3.05, 1.5], 0.25), ([3, 2], [np.inf, 2], np.inf),
     ([3, 2], [np.nan, 1], np.inf), ([-2, 3], [2, 3], 2), ([0, 1], [1, 3], 1)],
)  # fmt: skip
def test_what_is_wrong_is_shown(expected: list[float], found: list[float], difference: float) -> None:
    """With the largest relative difference of an entry that is past its error."""

    def compute(at: PrecisePoint, depth: int) -> list[Pair]:
        return [
            Pair(*(np.array([mpmath.mpf(v) for v in part], dtype=object) for part in (expected, found, [0.1, 0.1])))
        ]

    outcome = settle(Point({"t": np.asarray(1.5)}, {}), [T], compute, [T])
    assert (outcome.ok, outcome.difference) == (False, difference)
    assert outcome.expected.tolist() == expected and np.array_equal(outcome.found.astype(float), found, equal_nan=True)


def test_how_much_is_different_of_what_agrees() -> None:
    def compute(at: PrecisePoint, depth: int) -> list[Pair]:
        one = mpmath.mpf(1)
        return [Pair(*(np.array([v, v], dtype=object) for v in (4 * one, 4 * one + mpmath.mpf(10) ** -15, 0 * one)))]

    with mpmath.workdps(80):
        outcome = settle(Point({"t": np.asarray(1.5)}, {}), [T], compute, [T])
    assert outcome.ok is False and outcome.difference == pytest.approx(0.25e-15, rel=1e-6)


DEPTHS = [
    ("t", 0), ("t + 1e11", 0), ("t + 1e13", 1), ("t + 1e40", 28), ("t*1e40", 28), ("(t + 1e-40)*s", 27),
    ("exp(t*100) + 1", 53), ("(t + 1e30)*(s + 1e-30)", 47), ("t^11000 + 1", 1925), ("t^20000 + 1", 0),
    ("t^2000 + sum(x)", 340), ("t^3000 + sum(x)", 0),
    ("erf(t) + 1e40", 28), ("gamma(t) + 1e40", 0), ("t + besselj(0, t) + 1e40", 0), ("sum(svdvals(A)) + 1e40", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "depth"), DEPTHS)
def test_the_depth_of_a_place(text: str, depth: int) -> None:
    """No part drowns in another: so many digits more; where two numbers differ they are worked out with 200."""
    e, told = sd.parse(text, "t, s: scalar; x: vector(n); A: matrix(2, 2)"), []

    def compute(at: PrecisePoint, depth: int) -> list[Pair]:
        told.append((depth, at.arithmetic.context.dps))
        return [Pair(*(np.array([mpmath.mpf(v)], dtype=object) for v in (1, 2, 0)))]

    values = {"t": 1.5, "s": 2.0, "x": np.linspace(1, 2, 99), "A": np.array([[1.0, 2.0], [0.5, 3.0]])}
    point = Point({s.attr.name: np.asarray(values[s.attr.name]) for s in symbols_of(e)}, {"n": 99})
    assert settle(point, [e], compute, [e]).ok is False
    assert told == [(depth, 80 + 2 * depth)] + [(depth + 20, 200 + 2 * depth)] * 4


@pytest.mark.parametrize(("part", "same"), [("1", 18), ("t + 1e40", 46), ("t + 1e100", 106)])
def test_the_deeper_a_place_the_closer_are_numbers_that_agree(part: str, same: int) -> None:
    for digits, ok in ((same - 0.5, False), (same + 0.5, True)):

        def compute(at: PrecisePoint, depth: int, digits: float = digits) -> list[Pair]:
            one = at.arithmetic.context.mpf(1)
            return [Pair(*(np.array([v], dtype=object) for v in (one, one + one / 10**digits, 0 * one)))]

        assert settle(Point({"t": np.asarray(1.5)}, {}), [T], compute, [sd.parse(part)]).ok is ok


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
    assert finite.is_blurred(0.1, pair, (A([1.01]), A([1.1])), 0) and not finite.is_blurred(0, pair, pair, 0)


@pytest.mark.parametrize(
    ("slope", "apart", "size", "order", "error"),
    [
        ([1], [1e-7], [1], 1, 1e-13), ([1], [1e-5], [1], 1, None), ([0], [1e-16], [1], 1, 1e-31),
        ([0], [1e-14], [1], 1, None), ([1e-9], [1e-7], [1], 1, None), ([1], [1e-7], [1000], 1, 1e-16),
        ([np.nan], [0], [1], 1, None), ([1, np.nan], [0, 0], [1, 1], 1, None), ([1], [1e-7], [1], 2, 1e-6),
        ([0, 0], [0, 1e11], [1e60, 0], 1, None),
        ([0, 0], [0, 1e9], [1e60, 0], 1, np.inf), ([1, 1], [0, 1e-7], [1, 1], 1, 1e-13), ([-1], [1e-7], [1], 1, 1e-13),
        ([1], [0], [1e40], 1, 2e-7), ([1], [0], [0], 1, 1e-47),
        ([1], [np.inf], [np.inf], 1, None), ([1], [0], [np.inf], 1, None), ([1], [0], [np.nan], 2, None),
    ],
)  # fmt: skip
def test_how_sure_a_slope_is(slope: Any, apart: Any, size: Any, order: int, error: float | None) -> None:
    """By what two ways to it are apart, with 80 digits and steps of 10^-25."""
    at = PrecisePoint(Point({"t": np.asarray(1.5)}, {}), [T], 80)
    with np.errstate(invalid="ignore"):
        parts = [at.arithmetic.numbers(A(part, float)) for part in (slope, apart, size)]
    found = finite._checked(*parts, at.arithmetic.context.mpf(10) ** -25, at, order)
    if error is None:
        assert found is None
    else:
        assert found is not None and np.array_equal(found[0], parts[0])
        assert float(max(found[1])) == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize(
    ("slope", "here", "wanted"),
    [
        ([0], [1], False), ([1e-13], [1], True), ([-1e-13], [1], True), ([1e-11], [1], False), ([1], [0], True),
        ([0], [0], False), ([1e-13, 1], [1, 2], True), ([1, 2], [1, 2], False), ([1e-13], [0.01, 1], True),
        ([], [], False),
    ],
)  # fmt: skip
def test_slopes_that_may_be_what_a_step_leaves(slope: Any, here: Any, wanted: bool) -> None:
    assert bool(finite._is_flat(A(slope, float), A(here, float))) is wanted


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


# ---------------------------------------------------------------- points that are looked at

GOLDEN = Path(__file__).parent / "golden" / "points.txt"
LET = """t, s: scalar; k, l: integer; p: positive scalar; x: vector(n); v: positive vector(n); z: complex scalar
A: matrix(n, n); S: symmetric(n); P: spd(n); Q: orthogonal(n)"""


def rows() -> list[str]:
    return [row for row in GOLDEN.read_text("utf-8").splitlines() if row and row[0] != "#"]


@cache
def searched(row: str) -> tuple[Search, tuple[Condition, ...], list[Candidate]]:
    text, *where = row.split("  =>")[0].split(" where ")
    asked = tuple(c for one in where for c in conditions_of(one))
    search = Search([sd.parse(text, LET + "; f: function")], asked, 1)
    return search, asked, list(search.candidates())


def conditions_of(text: str) -> tuple[Condition, ...]:
    names = {s.attr.name: s for s in sd.declare(LET)}
    return read_condition(Passage(Source("points", text), 0, text), Meanings(names, {"n": size("n")}))


def told(row: str) -> str:
    """How many candidates, how many of them ordinary, how many places of each kind; those that none is at."""
    search, _, found = searched(row)
    seen = {place for candidate in found for place in candidate.places}
    kinds = Counter(str(place[0]) for place in seen)
    unseen = "; ".join(words for place, words in search.due.items() if place not in seen)
    numbers = [len(found), sum(c.ordinary for c in found), *(kinds[kind] for kind in ("kink", "edge", "stretch"))]
    return f"{row.split('  =>')[0]}  =>  {' '.join(map(str, numbers))}  {unseen}".rstrip()


@pytest.mark.parametrize("row", rows())
def test_the_points_that_are_looked_at(row: str) -> None:
    assert told(row) == row


@pytest.mark.parametrize("row", rows())
def test_they_are_where_they_are_said_to_be(row: str) -> None:
    _, asked, found = searched(row)
    with np.errstate(all="ignore"):
        for candidate in found:
            assert all(satisfied(c, candidate.point, 0.02 if candidate.ordinary else 0.0) for c in asked)
            for kind, switch, *place in (p for p in candidate.places if p[0] in ("kink", "edge")):
                left, right = (np.real(candidate.point.value(e)) for e in (switch.left, switch.right))
                if kind == "kink" and switch.winner:
                    assert np.ravel(left)[place[1]] == (np.max if switch.winner == "max" else np.min)(left)
                    continue
                gap = np.ravel(left - right)[place[1:] or slice(None)]
                holds = {"<": gap < 0, ">": gap > 0, "==": gap == 0, "!=": gap != 0}[place[0]]
                assert np.any(holds), (switch.text(tuple(place)), candidate.point)


def test_points_of_other_magnitudes() -> None:
    """Once ten to ten million times as large, once a tenth to a thousandth."""
    found: dict[str, list[float]] = {"large": [], "small": []}
    for seed in range(60):
        for candidate in Search([sd.parse("t", LET)], [], seed).candidates():
            for word in found:
                if (word,) in candidate.places:
                    assert not candidate.ordinary
                    found[word].append(float(np.log10(abs(candidate.point.values["t"]))))
    large, small = (np.sort(exponents) for exponents in found.values())
    assert 0.5 < large[0] < 1.5 and 6.5 < large[-1] < 7.3
    assert -3.5 < small[0] < -2.5 and -1.5 < small[-1] < -0.7


def test_what_a_candidate_shows() -> None:
    kinks = [("kink", k, ">") for k in range(3)]
    point = Point({"t": np.asarray(1000.0), "x": np.array([1e-5, 0.0])}, {})

    def candidate(*places: Any, ordinary: bool = False) -> Candidate:
        return Candidate(point, frozenset(places), ordinary)

    assert candidate().size == 5 and Candidate(Point({}, {}), frozenset(), True).size == 0
    one, two = candidate(kinks[0]), candidate(*kinks, ("edge", 1))
    assert _pairs(one) == set() and len(_pairs(candidate(*kinks[:2]))) == 2 and len(_pairs(two)) == 4
    due = {kinks[0]: "", kinks[1]: ""}
    assert _gain(one, set(), due, 99) == (1, 1 / 6, False) and _gain(two, set(), due, 99)[0] == 2
    assert _gain(one, {kinks[0]}, due, 0) == (0, 0, False)
    assert _gain(candidate(("edge", 1), ("edge", 2), ordinary=True), set(), due, 0) == (0, 200, True)
    assert _gain(candidate(("edge", 1)), set(), due, 8) == (0, 0, False)
    assert _gain(two, {*kinks, ("edge", 1)}, due, 8) == (0, 4, False)
    assert _gain(two, {*kinks, ("edge", 1)}, due, 20) == (0, 0, False)


def test_sizes_that_tell_and_small_ones() -> None:
    assert _is_telling({}) and _is_telling({"m": 1, "n": 2}) and not _is_telling({"n": 1})
    x, e, far = (sd.parse(text, LET) for text in ("x", "x'*A*x", "x[4]"))
    (point,) = _small_points(e, Variable(x), e, ())
    assert point.sizes == {"n": 2} and set(point.values) == {"x", "A"}
    assert _small_points(far, Variable(x), far, ()) == []
    (point,) = _small_points(e, Variable(x), e, conditions_of("x'*A*x > 0"))
    assert point.value(e) > 0.02


@pytest.mark.parametrize(
    ("text", "wrt", "kind", "shape"),
    [
        ("x'*x", "x", "grad", "(n)"), ("A*x", "x", "grad", "(n, n)"), ("A*x", "t", "grad", "(n)"),
        ("tr(A)*x", "A", "grad", "(n, n, n)"), ("tr(A)*x", "A", "jacobian", "(n, n, n)"),
        ("t*A", "t", "diff", "(n, n)"),
        ("x'*x", "x", "hessian", "(n, n)"), ("t*x[:2]", "x", "grad", "(n, 2)"), ("t*x[:2]", "x", "jacobian", "(2, n)"),
        ("t^2*x[:2]", "t", "hessian", "(2)"),
    ],
)  # fmt: skip
def test_the_axes_of_a_derivative(text: str, wrt: str, kind: str, shape: str) -> None:
    found = _shape(sd.parse(text, LET), sd.parse(wrt, LET), kind)
    assert str(found).replace("'", "").replace(",)", ")") == shape


WITHIN = "quotients of 80 digits"
AT_SIZES = "n = 3; n = 4; n = 1"


@pytest.mark.parametrize(
    ("claim", "ok", "said"),
    [
        ("t^2 by t", True, f"4 points, {WITHIN}, sizes as declared"),
        ("log(t) by t", True, f"3 points, {WITHIN}, sizes as declared"),
        ("relu(t)*s by t", True, f"6 points, {WITHIN}, sizes as declared"),
        ("abs(t)*abs(s)*abs(t - s) by t", True, f"11 points, {WITHIN}, sizes as declared"),
        ("max(t, s) + max(t, -s) + relu(t - 3) by t", True, f"12 points, {WITHIN}, sizes as declared"),
        ("relu(t)*relu(s)*relu(t - s)*abs(t + 2*s - 1) by t", True, f"12 points, {WITHIN}, sizes as declared"),
        ("sum(abs([t, s, t - s, t + s])) by t", True, f"11 points, {WITHIN}, sizes as declared"),
        ("relu(k - 7)*t by t", True, f"10 points, {WITHIN}, sizes as declared"),
        ("relu(t^2 - 2*t + 2) by t", None, f"6 points, {WITHIN}, sizes as declared"),
        ("x'*x by x", True, f"5 points, {WITHIN}, {AT_SIZES}"),
        ("relu(n - 4)*sum(x) by x", True, f"6 points, {WITHIN}, {AT_SIZES}; n = 5"),
        ("tr(S*S) by S free", True, f"5 points, {WITHIN}, the free entries of the symmetric S moving, {AT_SIZES}"),
        ("tr(A*Q) by Q projected", True, f"5 points, {WITHIN}, Q moving within the orthogonal matrices, {AT_SIZES}"),
        ("tr(expm(A)) by A", True, f"5 points, central differences at two steps and complex steps, {AT_SIZES}"),
        ("real(tr(expm(i*A))) by A", True, f"4 points, central differences at two steps and complex steps, {AT_SIZES}"),
        ("norm2(expm(i*A))^2 by A", True, f"6 points, central differences at two steps and complex steps, {AT_SIZES}"),
        ("log(-t^2) by t", None, "no smooth point was found"),
    ],
)
def test_what_is_said_of_a_derivative(claim: str, ok: bool | None, said: str) -> None:
    text, wrt = claim.split(" by ")
    name, *structure = wrt.split()
    verdict = sd.check(text, name, declarations=LET, structure=structure[0] if structure else None)
    assert verdict.ok is ok
    assert verdict.evidence[0].detail.split(", relative")[0] == said
    assert len(verdict.evidence) == 3 + ("never seen" in str(verdict))


RIGHT = [  # a result, or none for what the engine finds
    ("t^3*s", "t", None, "hessian", None), ("x'*A*x*sum(x)", "x", None, "hessian", None),
    ("tr(A*Q)", "Q", None, "hessian", "projected"), ("tr(S*S*A)", "S", None, "hessian", "free"),
    ("A*x", "x", "A'", "grad", None), ("A*x", "x", "A", "jacobian", None),
    ("abs(t)*t^2", "t", "6*abs(t)", "hessian", None),
    ("t^2*x", "t", "2*t*x", "diff", None), ("z^2*t", "z", "2*z*t", "diff", None),
    ("tr(expm(t*A))", "t", None, "hessian", None), ("tr(expm(Q))", "Q", None, "grad", "projected"),
    ("tr(P*expm(Q))", "Q", None, "hessian", "projected"), ("tr(expm(S))", "S", None, "grad", "free"),
    ("x'*expm(A)*x", "x", None, "hessian", None), ("tr(expm(t*A)) + abs(t)", "t", None, "grad", None),
    ("expm(t*A)*x", "t", None, "diff", None),
]  # fmt: skip
WRONG = [
    ("t^3*s", "t", "6*t*s + 1e-9", "hessian", None), ("x'*A*x", "x", "A + A' + 1e-7*eye(n)", "hessian", None),
    ("x'*A*x", "x", "2*A", "hessian", None), ("A*x", "x", "A", "grad", None),
    ("tr(expm(A))", "A", "expm(A)", "grad", None), ("x'*expm(A)*x", "x", "expm(A)", "hessian", None),
    ("tr(expm(t*A))", "t", "tr(A*expm(t*A)*A)*1.00001", "hessian", None),
    ("tr(expm(t*A)*P)", "t", "tr(A*expm(t*A)*P) + 1e-4", "grad", None),
    ("expm(A)*x", "x", "expm(A)'", "jacobian", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "result", "kind", "structure"), [*RIGHT, *WRONG])
def test_what_small_steps_say(text: str, wrt: str, result: str | None, kind: str, structure: str | None) -> None:
    """With many digits, and in floats alone."""
    verdict = sd.check(text, wrt, result, kind, LET, structure=structure)
    assert verdict.evidence[0].ok is ((text, wrt, result, kind, structure) in RIGHT)
    curved = (kind, structure) == ("hessian", "projected")
    assert len(verdict.evidence) == (1 if curved else 3)


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        ("where(t > 0, 1, 2)", True), ("sum(where(t > 0, x, 2*x))", True), ("where((x > 0)[1:], x[1:], x[:-1])", True),
        ("where([t > 0, s > 0], 1, 2)", True), ("where(t > 0 and not s > 0, 1, 2)", True), ("t > 0", False),
        ("prod(x > 0)", False), ("sum(where(t > 0, x > 0, x < 0))", False), ("where((t > 0)*s > 1, 1, 2)", False),
        ("(x > 0)[1:]", False), ("[t > 0, s]", False), ("where(where(t > 0, s, 1) > 0, 1, 2)", True),
        ("where(max(x > 0) > 0, 1, 2)", False), ("t > 0 and s > 0", False), ("abs(t > 0)", False),
    ],
)  # fmt: skip
def test_a_comparison_stands_for_no_number(text: str, is_number: bool) -> None:
    e = sd.parse(text, LET)
    if is_number:
        _require_numbers(e)
    else:
        with pytest.raises(sd.SymdiffError, match="is no number"):
            _require_numbers(sd.parse("t", LET), e)


def test_a_size_that_stands_in_an_entry_alone_has_values() -> None:
    names = "x: vector(3); y: vector(n)"
    assert sd.check("x[n]*x[0]", "x", sd.grad("x[n]*x[0]", "x", names), declarations=names)
    assert not sd.check("x[n]*x[0]", "x", "x[0]*eye(3)[:, n]", declarations=names)


def asked(
    text: str, wrt: str, kind: str, structure: str | None, **values: Any
) -> tuple[finite.FiniteDifferences, Point]:
    """The oracle of small steps of what the engine finds, and a point."""
    e, x = sd.parse(text, LET), sd.parse(wrt, LET)
    oracle = finite.FiniteDifferences(e, Variable(x, structure), KINDS[kind](e, x, structure), kind, 1)
    given = {name: np.asarray(value, complex if np.iscomplexobj(value) else float) for name, value in values.items()}
    return oracle, Point({"t": np.asarray(1.5), "A": np.array([[1.0, 2.0], [0.5, 3.0]]), **given}, {"n": 2})


TURNED = [[0.8, 0.6], [-0.6, 0.8]]


@pytest.mark.parametrize(
    ("text", "wrt", "kind", "structure", "values"),
    [
        ("log(-t^2)", "t", "grad", None, {}), ("log(-t^2)", "t", "hessian", None, {}),
        ("log(-tr(Q*A)^2)", "Q", "grad", "projected", {"Q": TURNED}),
        ("log(-tr(Q*A)^2)", "Q", "hessian", "projected", {"Q": TURNED}),
        ("log(-tr(S*A)^2)", "S", "hessian", "free", {"S": TURNED}),
        ("abs(t)", "t", "grad", None, {"t": 0}), ("sqrt(abs(t))", "t", "grad", None, {"t": 0}),
        ("1/t", "t", "grad", None, {"t": 0}), ("log(t)", "t", "hessian", None, {"t": 0}),
        ("tr(expm(A)) + log(-t^2)", "A", "grad", None, {}), ("tr(expm(A)) + log(-t^2)", "A", "hessian", None, {}),
        ("tr(expm(A))/t", "t", "grad", None, {"t": 0}), ("tr(expm(A)) + abs(t)", "t", "grad", None, {"t": 0}),
        ("tr(expm(A))*1e9", "A", "grad", None, {}),
        ("tr(expm(Q)) + log(-t^2)", "Q", "hessian", "projected", {"Q": TURNED}),
    ],
)  # fmt: skip
def test_where_there_is_no_slope_nothing_is_decided(
    text: str, wrt: str, kind: str, structure: str | None, values: dict[str, Any]
) -> None:
    """With many digits, and in floats alone."""
    oracle, at = asked(text, wrt, kind, structure, **values)
    with np.errstate(all="ignore"):
        outcome = oracle.at(at)
    assert outcome.ok is None and outcome.difference == 0
    assert oracle.precise is ("expm" not in text)


@pytest.mark.parametrize(("text", "wanted"), [("t^3", [2, 2, 1, 1]), ("tr(expm(A))*t", [4, 2, 2, 2])])
def test_the_first_points_are_asked_in_more_directions(text: str, wanted: list[int], monkeypatch: Any) -> None:
    """In floats always in two; the first of them is asked with many digits before."""
    oracle, at = asked(text, "t", "grad", None)
    made: list[Any] = []
    one = Variable.direction
    monkeypatch.setattr(Variable, "direction", lambda *args: made.append(one(*args)) or made[-1])
    counts = []
    for _ in wanted:
        before = len(made)
        assert oracle.at(at).ok
        counts.append(len(made) - before)
    assert counts == wanted
    assert len({float(direction) for direction in made}) == len(made)


if __name__ == "__main__":
    lines = [row if not row or row[0] == "#" else told(row) for row in GOLDEN.read_text("utf-8").splitlines()]
    GOLDEN.write_text("\n".join(lines) + "\n", "utf-8")
