"""Values of the sides of equations at points, to find which of many candidates a side is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from symdiff.algebra import symbols_of
from symdiff.errors import SymdiffError
from symdiff.evaluate import Array, Point
from symdiff.expr import Expr
from symdiff.oracles.points import STYLES, Values, size_choices

_SIZES = (3, 4)
_SEED = 7
_TOLERANCE = 1e-7
_NOISE = 1e-12  # of the largest number on the way
_WIDE = 3.0  # times the ordinary size, every third point


class Points:
    """Points for all the names of some expressions, drawn once; with `unit` every size is 1."""

    def __init__(self, exprs: Sequence[Expr], count: int, unit: bool = False):
        import numpy as np

        rng = np.random.default_rng(_SEED)
        values = Values(exprs, ())
        choices = size_choices(exprs, _SIZES)
        if unit:
            choices = [dict.fromkeys(choice, 1) for choice in choices[:1]]
        self.points: list[Point] = []
        for turn in range(count):
            style = partial(_style, turn, rng)
            point = values.draw(choices[turn % len(choices)], style, rng)
            if turn % 3 == 2:
                point = _widened(point, values)
            self.points.append(point)

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

    def is_met(self, e: Expr) -> bool:
        """Whether an expression has the side's value wherever both have one, and somewhere."""
        if e.shape != self.side.shape or not {s.attr.name for s in symbols_of(e)} <= self.names:
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
