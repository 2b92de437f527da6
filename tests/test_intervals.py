"""Intervals hold what operations on their numbers give, no less and no more, ends included."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import inf
from random import Random
from typing import Any

import pytest

from symdiff.algebra import intervals
from symdiff.algebra.intervals import EVERYTHING, POSITIVE, ZERO, Interval, point, to_the

ENDS = (-inf, -4, -1, -0.5, 0, 0.5, 1, 2, inf)  # sums, products and whole powers of them are exact in floats
NEAR, FAR = 2.0**-40, 2.0**80
NUMBERS = sorted({x for end in ENDS if abs(end) < inf for x in (end - NEAR, end, end + NEAR)} | {-FAR, -3.0, 3.0, FAR})


def every() -> Iterator[Interval]:
    for low, high, low_open, high_open in product(ENDS, ENDS, (False, True), (False, True)):
        bounded = (low_open or low > -inf) and (high_open or high < inf)
        if bounded and (low < high or (low == high and not (low_open or high_open))):
            yield Interval(low, high, low_open, high_open)


EVERY = list(every())


def drawn(count: int) -> list[tuple[Interval, Interval]]:
    rng = Random(7)
    return [(rng.choice(EVERY), rng.choice(EVERY)) for _ in range(count)]


def holds(a: Interval, x: float) -> bool:
    above = x > a.low or (x == a.low and not a.low_open)
    return above and (x < a.high or (x == a.high and not a.high_open))


def members(a: Interval) -> list[float]:
    return [x for x in NUMBERS if holds(a, x)]


OPERATIONS: list[tuple[Callable[[Interval, Interval], Interval], Callable[[float, float], float]]] = [
    (intervals.plus, lambda x, y: x + y), (intervals.times, lambda x, y: x * y),
    (intervals.larger, max), (intervals.smaller, min),
]  # fmt: skip


@pytest.mark.parametrize(("of_intervals", "of_numbers"), OPERATIONS, ids=lambda f: getattr(f, "__name__", ""))
def test_an_operation_gives_what_its_values_fill(of_intervals: Any, of_numbers: Any) -> None:
    for a, b in drawn(500):
        found = of_intervals(a, b)
        values = {of_numbers(x, y) for x, y in product(members(a), members(b))}
        assert_filled(found, values, values, (a, b))


def assert_filled(found: Interval, values: set[float], reached: set[float], of: Any, slack: float = 0.0) -> None:
    """Ends are where values come near, and belong to it where a value is at them."""
    for end, open_, value in ((found.low, found.low_open, min(values)), (found.high, found.high_open, max(values))):
        if abs(value) > 1e5:
            assert (end, open_) == (math.copysign(inf, value), True), (found, of)
        else:
            assert abs(end - value) < 1e-3, (found, of)
            assert open_ is all(abs(x - end) > slack * abs(end) for x in reached), (found, of)


EXPONENTS = [1, 2, 3, 4, 5, -1, -2, -3, Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2), Fraction(-5, 2), 2.0, 0.5]


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_powers_fill_the_interval(exponent: Any) -> None:
    whole = exponent == int(exponent)
    for a in EVERY:
        found = to_the(a, exponent)
        bases = [x for x in members(a) if (x or exponent > 0) and (x >= 0 or whole)]
        values = {x: x ** (int(exponent) if whole else float(exponent)) for x in bases}
        if found is None:
            assert not values or (min(values.values()) < -1e5 and max(values.values()) > 1e5), a
        elif values:
            reached = {y for x, y in values.items() if whole or x in ENDS}
            assert_filled(found, {*values.values()}, reached, a, 0.0 if whole else 2e-9)


@pytest.mark.parametrize("base", [10, -10, Fraction(1, 10), Fraction(-3, 2), 2**70, Fraction(1, 3**50), Fraction(1, 2)])
@pytest.mark.parametrize("exponent", [2, 3, 65, 66, 400, 401, -65, -400])
def test_large_powers_are_bounded_closely(base: Any, exponent: int) -> None:
    exact, found = Fraction(base) ** exponent, to_the(point(base), exponent)
    assert found is not None and found.low <= exact <= found.high
    ends = [end for end in (found.low, found.high) if abs(end) < inf]
    assert len(ends) == 2 or (len(ends) == 1 and abs(exact) > 10**300)
    if 10**-290 < abs(exact) < 10**290:
        assert all(abs(end - exact) < abs(exact) * Fraction(11, 10**10) for end in ends)


def test_of_two_intervals() -> None:
    for a, b in drawn(3000):
        of_a, of_b = members(a), members(b)
        assert members(a.meet(b)) == [x for x in of_a if holds(b, x)]
        both = [*of_a, *of_b]
        assert members(a.join(b)) == [x for x in NUMBERS if min(both) <= x <= max(both)], (a, b)
        assert a.within(b) is all(holds(b, x) for x in of_a), (a, b)
        assert a.below(b) is (max(of_a) < min(of_b)), (a, b)
        assert a.below(b, strictly=False) is (max(of_a) <= min(of_b) + 2 * NEAR), (a, b)
        assert all(holds(a.closed(), x) is (a.low <= x <= a.high) for x in NUMBERS)


def test_numbers_past_all_floats_stand_beside_what_has_no_bound() -> None:
    large = 10**400
    assert intervals.plus(point(large), POSITIVE) == Interval(large, inf, True, True)
    assert intervals.times(point(-large), POSITIVE) == Interval(-inf, 0, True, True)
    assert intervals.times(point(-large), point(large)) == point(-large * large)
    assert intervals.plus(point(-large), EVERYTHING) == EVERYTHING


# ---------------------------------------------------------------- functions

RISING = {"exp": math.exp, "expm1": math.expm1, "log": math.log, "sqrt": math.sqrt, "cbrt": math.cbrt, "erf": math.erf,
          "sinh": math.sinh, "asinh": math.asinh, "tanh": math.tanh, "atan": math.atan}  # fmt: skip
STEPS: dict[str, Callable[[float], float]] = {"floor": math.floor, "ceil": math.ceil, "round": round}
WAVES = {"sin": math.sin, "cos": math.cos}
AT_ZERO = {"log1p": 0, "tan": 0, "asin": 0, "atanh": 0, "softsign": 0, "cos": 1, "exp": 1}


THIRDS = [point(Fraction(1, 3)), point(Fraction(-5, 3)), Interval(Fraction(2, 3), Fraction(7, 3), True, True)]


@pytest.mark.parametrize("name", [*RISING, *STEPS, *WAVES])
def test_functions_of_bounded_intervals(name: str) -> None:
    function = {**RISING, **STEPS, **WAVES}[name]
    for a in [*EVERY, *THIRDS]:
        found = intervals.of_value(name, a)
        if inf in (-a.low, a.high) or a.low < {"log": NEAR, "sqrt": 0}.get(name, -inf):
            assert found is None, a
            continue
        assert found is not None and not found.low_open and not found.high_open, a
        ends = [function(a.low), function(a.high)]
        assert found.low <= min(ends) and max(ends) <= found.high, (a, found)
        reach = 2 * (a.high - a.low) if name in WAVES else 0
        for end, value in zip((found.low, found.high), ends, strict=True):
            blur = 0 if name in STEPS else 1.01e-9 * (abs(value) + max(abs(a.low), abs(a.high)))
            assert abs(end - value) <= blur + reach, (a, found)


def test_a_value_that_is_rounded_to_a_whole_one_is_not_exact() -> None:
    for name, x in (("tanh", 30), ("erf", 30), ("tanh", -30), ("exp", -800)):
        found = intervals.of_value(name, point(x))
        assert found is not None and found.low < found.high


@pytest.mark.parametrize(
    ("base", "exponent", "low", "high"),
    [
        (Fraction(3, 2), 10**6, 10**300, inf), (Fraction(1, 3), 10**6, 0, Fraction(1, 10**300)),
        (-3, 10**6 + 1, -inf, -(10**300)), (Fraction(-1, 3), 10**6 + 1, Fraction(-1, 10**300), 0),
        (10**300, 2, 10**300, inf), (Fraction(1, 10**300), 2, 0, Fraction(1, 10**300)),
    ],
)  # fmt: skip
def test_powers_past_all_floats_are_not_worked_out(base: Any, exponent: int, low: Any, high: Any) -> None:
    found = to_the(point(base), exponent)
    assert found is not None and (found.low, found.high) == (low, high)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("base", "exponent", "exact"),
    [(3, 64, True), (3, 65, False), (2**64 - 1, 2, True), (2**64, 2, False), (Fraction(3, 2**63), 3, True),
     (Fraction(3, 2**64), 3, False), (3, 63, True), (2**63, 2, True)],
)  # fmt: skip
def test_powers_of_a_few_digits_are_exact(base: Any, exponent: int, exact: bool, sign: int) -> None:
    found = to_the(point(sign * base), exponent)
    assert found is not None and (found.low == found.high) is exact


def test_functions_of_zero_are_exact() -> None:
    for name, value in {**AT_ZERO, **dict.fromkeys(RISING.keys() - {"exp", "log"}, 0), "sin": 0}.items():
        assert intervals.of_value(name, ZERO) == point(value), name
    assert intervals.of_value("sqrt", point(1)) == point(1)
    assert intervals.of_value("log", point(1)) == ZERO
    for name in ("gamma", "sec", "abs"):
        assert intervals.of_value(name, ZERO) is None
    assert intervals.of_value("exp", point(10**6)) is None
    assert intervals.of_value("tan", point(1)) is None
