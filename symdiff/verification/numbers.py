"""Values of the sides of equations at points, to find which of many candidates a side is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from symdiff.algebra import dimension, divide, mul, number, symbols_of
from symdiff.errors import SymdiffError
from symdiff.evaluation import Array, Point
from symdiff.expr import Expr
from symdiff.oracles import Counterexample
from symdiff.oracles.points import STYLES, Values, size_choices

_SIZES = ((3, 4), (4, 5), (2, 3))
_LARGEST = 60  # numerator or denominator of a simple number
_NEAR = 1e-9
_APART = 0.1
_LARGE = 1e6  # what might be met on the way
_SEVERAL = 3  # points
_FEW = 4  # points for parts
_SEED = 7
_TOLERANCE = 1e-7
_NOISE = 1e-12  # of the largest number on the way
_WIDE = 3.0  # times the ordinary size, every third point


class Points:
    """Points for all the names of some expressions, drawn once, of several sizes."""

    def __init__(self, exprs: Sequence[Expr], count: int):
        import numpy as np

        rng = np.random.default_rng(_SEED)
        values = Values(exprs, ())
        turns = zip(*(size_choices(exprs, pair) for pair in _SIZES), strict=False)
        choices = [choice for turn in turns for choice in turn]
        self.points: list[Point] = []
        for turn in range(count):
            style = partial(_style, turn, rng)
            point = values.draw(choices[turn % len(choices)], style, rng)
            if turn % 3 == 2:
                point = _widened(point, values)
            self.points.append(point if turn < count - 1 else self._of_both_signs(point, values))

    def _of_both_signs(self, point: Point, values: Values) -> Point:
        """The last point, with negative numbers for the scalars that were positive at all others."""
        free = [s.attr.name for s in values.symbols if not s.shape and not s.attr.properties]
        flipped = {name: -abs(point.values[name]) for name in free if all(p.values[name] > 0 for p in self.points)}
        return replace(point, values={**point.values, **flipped})

    def value(self, e: Expr, k: int) -> Array | None:
        """The value at one of the points; None where there is none."""
        import numpy as np

        try:
            with np.errstate(all="ignore"):
                value = self.points[k].value(e)
        except (SymdiffError, ArithmeticError, np.linalg.LinAlgError, KeyError):
            return None
        return value if np.all(np.isfinite(value)) else None


def _style(turn: int, rng: Any) -> str:
    return STYLES[turn % len(STYLES)] if turn < len(STYLES) else STYLES[int(rng.integers(len(STYLES)))]


def _widened(point: Point, values: Values) -> Point:
    wide = {s.attr.name for s in values.symbols if not s.attr.properties & {"orthogonal", "integer"}}
    return replace(point, values={n: v * _WIDE if n in wide else v for n, v in point.values.items()})


def close(a: Array | None, b: Array | None, largest: float = 0.0) -> bool:
    """Whether two values are one, but for rounding."""
    import numpy as np

    if a is None or b is None or a.shape != b.shape:
        return False
    if a.dtype == bool or b.dtype == bool:
        return bool(np.array_equal(a, b))
    size = max(float(np.max(np.abs(a), initial=0)), float(np.max(np.abs(b), initial=0)))
    gap = float(np.max(np.abs(a - b), initial=0))
    return gap <= max(_TOLERANCE * size, _NOISE * largest, 1e-13)


class Target:
    """A side's values, to compare candidates with: `is_met(e)` says whether e has them, too."""

    def __init__(self, side: Expr, others: Sequence[Expr], count: int = 8) -> None:
        self.side = side
        self.points = Points([side, *others], count)
        self.names = {s.attr.name for e in (side, *others) for s in symbols_of(e)}
        found = ((k, self.points.value(side, k)) for k in range(count))
        self.values = [(k, value) for k, value in found if value is not None]

    def are_one(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions have one value at the points, and somewhere."""
        pairs = [(self.points.value(a, k), self.points.value(b, k)) for k in range(_FEW)] if self.knows(a, b) else []
        both = [(x, y) for x, y in pairs if x is not None or y is not None]
        return bool(both) and all(close(x, y) for x, y in both)

    def factor(self, a: Expr, b: Expr) -> Expr | None:
        """The simple number that b is of a, perhaps times or over a size; None where it is no such number."""
        import numpy as np

        found: list[tuple[float, Mapping[str, int]]] = []
        for k in range(_FEW if self.knows(a, b) and a.shape == b.shape else 0):
            x, y = self.points.value(a, k), self.points.value(b, k)
            if x is None or y is None or not np.any(x):
                continue
            ratio = float(np.vdot(x, y).real / np.vdot(x, x).real)
            if not close(x * ratio, y):
                return None
            found.append((ratio, self.points.points[k].sizes))
        if not found:
            return None
        plain = _simple([ratio for ratio, _ in found])
        if plain is not None:
            return number(plain)
        for name in found[0][1]:
            for power in (1, -1):
                rest = _simple([ratio / sizes[name] ** power for ratio, sizes in found])
                if rest is not None:
                    size = dimension(name)
                    return mul(number(rest), size) if power == 1 else divide(number(rest), size)
        return None

    def exponent(self, a: Expr, b: Expr) -> Fraction | None:
        """The simple number k for which b is a^k, of scalars."""
        import numpy as np

        pairs = [(self.points.value(a, k), self.points.value(b, k)) for k in range(len(self.points.points))]
        both = [(abs(x), abs(y)) for x, y in pairs if x is not None and y is not None]
        usable = [(x, y) for x, y in both if x > 0 and y > 0 and abs(np.log(x)) > _APART]
        return _simple([float(np.log(y) / np.log(x)) for x, y in usable]) if usable else None

    def knows(self, *exprs: Expr) -> bool:
        """Whether the points have values for all the names of some expressions."""
        return {s.attr.name for e in exprs for s in symbols_of(e)} <= self.names

    def is_met(self, e: Expr) -> bool:
        """Whether an expression has the side's value wherever both have one, and somewhere."""
        if e.shape != self.side.shape or not self.knows(e):
            return False
        met = 0
        for k, value in self.values:
            own = self.points.value(e, k)
            if own is None:
                continue
            if not close(own, value):
                return False
            met += 1
        return met >= min(3, len(self.values)) and met > 0


def _simple(values: Sequence[float]) -> Fraction | None:
    """The simple number that all values are."""
    found = Fraction(values[0]).limit_denominator(_LARGEST)
    simple = abs(found.numerator) <= _LARGEST
    near = _NEAR * max(1.0, abs(float(found)))
    return found if simple and all(abs(value - found) <= near for value in values) else None


def apart(a: Expr, b: Expr, count: int = 12) -> Counterexample | None:
    """A point at which two expressions clearly differ, where they do so at several."""
    points = Points([a, b], count)
    pairs = [(k, points.value(a, k), points.value(b, k)) for k in range(count)]
    both = [(k, x, y) for k, x, y in pairs if x is not None and y is not None and not close(x, y, _LARGE)]
    if len(both) < _SEVERAL:
        return None
    k, x, y = both[0]
    return Counterexample(dict(points.points[k].sizes), dict(points.points[k].values), x, y)


def agreeing(a: Expr, b: Expr, count: int = 12) -> int:
    """At how many points two expressions agree; 0 where they differ at one, or have values at different ones."""
    points = Points([a, b], count)
    pairs = [(points.value(a, k), points.value(b, k)) for k in range(count)]
    both = [pair for pair in pairs if pair[0] is not None or pair[1] is not None]
    return len(both) if all(close(x, y) for x, y in both) else 0
