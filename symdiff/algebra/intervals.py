"""Intervals of real numbers: between which bounds the values of an expression lie.

Ends are exact (int, Fraction) or infinite; an end that is `open` is not reached. Where rounding or a tie leaves a
doubt, the interval is the wider one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from math import inf
from operator import add, mul
from typing import NamedTuple

from symdiff.algebra.leaves import finite

Number = int | Fraction | float  # a float only where it is infinite
End = tuple[Number, bool]  # a value, and whether it is open
Operation = Callable[["Interval", "Interval"], "Interval"]

_SLACK = Fraction(1, 10**9)  # what a power worked out in floats is widened by, relative to its size
_LARGE = Fraction(10**300)
_LONG = 64  # exponents, and digits of bases, of powers that are worked out exactly


class Interval(NamedTuple):
    low: Number
    high: Number
    low_open: bool
    high_open: bool

    def within(self, other: Interval) -> bool:
        """Whether all of it lies in the other."""
        below = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        above = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return below and above

    def below(self, other: Interval, strictly: bool = True) -> bool:
        """Whether every value is less than (or, not strictly, at most) every value of the other."""
        if self.high != other.low or not strictly:
            return self.high <= other.low
        return self.high_open or other.low_open

    def meet(self, other: Interval) -> Interval:
        """What lies in both."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not closed)

    def closed(self) -> Interval:
        """With its finite ends: what lies near values of it."""
        return Interval(self.low, self.high, self.low == -inf, self.high == inf)

    def join(self, other: Interval) -> Interval:
        """The smallest interval that both lie in."""
        low, low_open = min((self.low, self.low_open), (other.low, other.low_open))
        high, closed = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not closed)


EVERYTHING = Interval(-inf, inf, True, True)
POSITIVE = Interval(0, inf, True, True)
NONNEGATIVE = Interval(0, inf, False, True)
NEGATIVE = Interval(-inf, 0, True, True)
NONPOSITIVE = Interval(-inf, 0, True, False)
ONE_OR_MORE = Interval(1, inf, False, True)
MINUS_ONE_OR_LESS = Interval(-inf, -1, True, False)
ZERO = Interval(0, 0, False, False)
TRUTH = Interval(0, 1, False, False)


def point(value: Number) -> Interval:
    """One number; a finite float counts as the number it is exactly."""
    if isinstance(value, float):
        value = Fraction(value)
    return Interval(value, value, False, False)


def plus(a: Interval, b: Interval) -> Interval:
    low, high = _worked_out(add, a.low, b.low), _worked_out(add, a.high, b.high)
    return Interval(low, high, a.low_open or b.low_open, a.high_open or b.high_open)


def _worked_out(operation: Callable[[Number, Number], Number], a: Number, b: Number) -> Number:
    """A sum or product; beside an infinite number an exact one, which may be past all floats, counts as its sign."""
    if finite(a) != finite(b):
        a, b = (x if not finite(x) else (x > 0) - (x < 0) for x in (a, b))
    return operation(a, b)


def times(a: Interval, b: Interval) -> Interval:
    """The products of values that vary apart."""
    corners = [_corner(x, y) for x in _ends(a) for y in _ends(b)]
    low, low_open = min(corners)
    high, closed = max((value, not open_) for value, open_ in corners)
    return Interval(low, high, low_open, not closed)


def larger(a: Interval, b: Interval) -> Interval:
    """The larger of two values."""
    low, low_open = max((a.low, a.low_open), (b.low, b.low_open))
    high, closed = max((a.high, not a.high_open), (b.high, not b.high_open))
    return Interval(low, high, low_open, not closed)


def smaller(a: Interval, b: Interval) -> Interval:
    """The smaller of two values."""
    low, low_open = min((a.low, a.low_open), (b.low, b.low_open))
    high, closed = min((a.high, not a.high_open), (b.high, not b.high_open))
    return Interval(low, high, low_open, not closed)


def sizes(a: Interval) -> Interval:
    """The absolute values."""
    return larger(a, times(a, point(-1))).meet(NONNEGATIVE)


def to_the(a: Interval, exponent: Number) -> Interval | None:
    """The powers with one exponent, where they are real: of what may be negative for a whole exponent alone."""
    exponent = int(exponent) if exponent == int(exponent) else exponent
    if exponent < 0:
        inner = to_the(a, -exponent)
        return None if inner is None or inner.low < 0 < inner.high else _inverse(inner)
    if not isinstance(exponent, int):  # only what is not negative has a power, so 0 is reached at most
        a = a.meet(NONNEGATIVE)
    elif exponent % 2 == 0:
        a = sizes(a)
    if a.low > a.high:
        return None
    return Interval(_power(a.low, exponent, -1), _power(a.high, exponent, 1), a.low_open, a.high_open)


_RISING: dict[str, Callable[[float], float]] = {
    "exp": math.exp, "expm1": math.expm1, "log": math.log, "sqrt": math.sqrt, "cbrt": math.cbrt,
    "sinh": math.sinh, "asinh": math.asinh, "tanh": math.tanh, "atan": math.atan, "erf": math.erf,
}  # fmt: skip
_NOTHING_OF_NOTHING = frozenset({"log1p", "tan", "asin", "atanh", "softsign"})  # f(0) = 0
_WAVES: dict[str, Callable[[float], float]] = {"sin": math.sin, "cos": math.cos}  # no steeper than their argument
_STEPS: dict[str, Callable[[Number], int]] = {"floor": math.floor, "ceil": math.ceil, "round": round}


def of_value(name: str, a: Interval) -> Interval | None:
    """The values of a function on a bounded interval, by name; None on others, and of one that is not looked into."""
    if inf in (-a.low, a.high):
        return None
    if name in _NOTHING_OF_NOTHING and a == ZERO:
        return ZERO
    try:
        if name in _STEPS:
            return Interval(_STEPS[name](a.low), _STEPS[name](a.high), False, False)
        if name in _RISING:
            low, high = (_worked_out_at(_RISING[name], end, side) for end, side in ((a.low, -1), (a.high, 1)))
            return Interval(low, high, False, False)
        if name in _WAVES:
            reach = a.high - a.low
            low, high = (_worked_out_at(_WAVES[name], a.low, side) + side * reach for side in (-1, 1))
            return Interval(low, high, False, False)
    except (ValueError, OverflowError):
        pass
    return None


def _worked_out_at(function: Callable[[float], float], x: Number, side: int) -> Number:
    """A value not below it (side 1) or not above it (side -1); of 0 and 1 whole values are exact."""
    value = function(float(x))
    exact = x in (0, 1) and value in (0, 1)
    return int(value) if exact else Fraction(value) + side * (abs(Fraction(value)) + abs(Fraction(x))) * _SLACK


def _ends(a: Interval) -> tuple[End, End]:
    return (a.low, a.low_open), (a.high, a.high_open)


def _corner(x: End, y: End) -> End:
    """The product of two ends; 0 times what has no bound is 0."""
    (a, a_open), (b, b_open) = x, y
    if a == 0 or b == 0:
        return 0, not ((a == 0 and not a_open) or (b == 0 and not b_open))
    return _worked_out(mul, a, b), a_open or b_open


def _inverse(a: Interval) -> Interval:
    """1/x; an end 0 is not there to be divided by."""
    high: Number = 1 / Fraction(a.low) if a.low not in (0, -inf) else (inf if a.low == 0 else 0)
    low: Number = 1 / Fraction(a.high) if a.high not in (0, inf) else (-inf if a.high == 0 else 0)
    return Interval(low, high, a.high_open or a.high == 0, a.low_open or a.low == 0)


def _power(base: Number, exponent: Number, side: int) -> Number:
    """base^exponent, of a negative base for odd exponents alone; rounded to a side where it is not exact."""
    if not finite(base) or base in (0, 1):
        return base
    size = abs(Fraction(base))
    if isinstance(exponent, int) and exponent <= _LONG and max(size.as_integer_ratio()).bit_length() <= _LONG:
        return base**exponent
    return _rounded(size, exponent, side) if base > 0 else -_rounded(size, exponent, -side)


def _rounded(size: Fraction, exponent: Number, side: int) -> Number:
    """A power of a positive number, not below it (side 1) or not above it (side -1)."""
    try:
        value = Fraction(float(size) ** float(exponent))
    except OverflowError:
        value = Fraction(0) if size < 1 else _LARGE
    if 0 < value < _LARGE:
        return value + side * value * _SLACK
    if value:
        return inf if side == 1 else _LARGE
    return 1 / _LARGE if side == 1 else 0
