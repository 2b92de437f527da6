"""Functions of multiples of pi/12, and the angles that arcs of simple numbers are."""

from __future__ import annotations

from fractions import Fraction

Surd = tuple[tuple[Fraction, int], ...]  # the sum of these numbers times roots of these

_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)
_SINES: tuple[Surd, ...] = (  # of 0, pi/12, …, pi/2
    (),
    ((_QUARTER, 6), (-_QUARTER, 2)),
    ((_HALF, 1),),
    ((_HALF, 2),),
    ((_HALF, 3),),
    ((_QUARTER, 6), (_QUARTER, 2)),
    ((Fraction(1), 1),),
)
ARCS = {  # of numbers, as parts of pi
    ("asin", Fraction(1)): _HALF, ("asin", _HALF): Fraction(1, 6), ("acos", _HALF): Fraction(1, 3),
    ("acos", Fraction(0)): _HALF, ("acos", Fraction(-1)): Fraction(1), ("acos", -_HALF): Fraction(2, 3),
    ("asin", Fraction(-1)): -_HALF, ("asin", -_HALF): Fraction(-1, 6),
    ("atan", Fraction(1)): _QUARTER, ("atan", Fraction(-1)): -_QUARTER,
}  # fmt: skip


def sine(turns: Fraction) -> Surd | None:
    """sin(turns*pi), where that is a multiple of pi/12."""
    if (turns * 12).denominator != 1:
        return None
    place = int(turns * 12) % 24
    sign = 1 if place < 12 else -1
    place %= 12
    found = _SINES[min(place, 12 - place)]
    return tuple((sign * value, radicand) for value, radicand in found)


def cosine(turns: Fraction) -> Surd | None:
    """cos(turns*pi), where that is a multiple of pi/12."""
    return sine(turns + _HALF)
