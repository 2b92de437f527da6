"""Roots of a function between two numbers, in digits: where its values change their sign, touch 0, or begin.

Values on grids show where roots are; there the digits come from numbers of mpmath. What two grids do not see alike is
looked for on finer ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symdiff.algebra import sub
from symdiff.calculus.derive import diff
from symdiff.compiled import compile
from symdiff.errors import LimitError, SymdiffError
from symdiff.expr import Expr
from symdiff.solving.numbers import DIGITS, Number, context, is_finite, meets, solves, value_at
from symdiff.syntax.unknowns import Sides

_GRIDS = (2_000, 3_001, 12_007, 48_017)  # cells; no two have inner points in common but simple fractions
_MOST = 200
_HALVINGS = 30
_JUMP = 1e-3  # what is left of the height of a step, where there is none


class Search:
    """The roots of an equation in one unknown between two numbers."""

    def __init__(self, sides: Sides, x: Expr, low: Fraction, high: Fraction) -> None:
        self.sides, self.x, self.name = sides, x, x.attr.name
        self.low, self.high = low, high
        self.f = sub(*sides)
        self.found: list[Number] = []
        self.zero: tuple[float, float] | None = None  # where the sides are equal at every point
        self.fast = _compiled(self.f, x)
        self.slope: Expr | None = None
        try:
            self.slope = diff(self.f, x)
            self.fast_slope = _compiled(self.slope, x)
        except SymdiffError:
            self.slope = None

    def run(self) -> list[Number]:
        """The roots, each once, the smallest first."""
        before = -1
        for cells in _GRIDS:
            self._grid(cells)
            if self.zero is not None or len(self.found) == before:
                break
            if len(self.found) > _MOST:
                raise LimitError(f"there are more than {_MOST} roots in this range", hint="state a shorter one")
            before = len(self.found)
        return sorted(self.found)

    def _grid(self, cells: int) -> None:
        import numpy as np

        x = np.linspace(float(self.low), float(self.high), cells + 1)
        y = self.fast(x)
        there = np.isfinite(y)
        nought = there & (y == 0)
        if self.zero is None and np.count_nonzero(nought[1:-1] & nought[:-2] & nought[2:]) > cells // 200 + 3:
            inside = x[nought]
            middle = context().mpf(float(inside[len(inside) // 2])) + context().mpf("1.2345e-7")
            if solves(self.sides, {}, {self.name: middle}, True):
                self.zero = float(inside[0]), float(inside[-1])
                return
        for v in x[nought]:
            self._take(context().mpf(float(v)))
        steps = there[1:] & there[:-1] & (y[1:] * y[:-1] < 0)
        for k in np.flatnonzero(steps):
            self._crossing(x[k], x[k + 1], y[k], y[k + 1])
        for k in np.flatnonzero(there[1:] != there[:-1]):
            self._edge(x[k], x[k + 1], bool(there[k]))
        if self.slope is not None:
            self._touching(x, y)
        for v in (self.low, self.high):
            self._take(context().mpf(v.numerator) / v.denominator)

    def _take(self, v: Number, edge: bool = False) -> None:
        """Keep what is a root and not known yet; at the edge of a domain one that is so nearly."""
        one = context()
        inside = self.low - Fraction(1, 10**30) <= Fraction(one.nstr(v, 50)) <= self.high + Fraction(1, 10**30)
        if not inside or any(abs(v - known) <= one.mpf(10) ** -25 * max(abs(v), 1) for known in self.found):
            return
        if meets(self.sides, self.name, v) or (edge and solves(self.sides, {}, {self.name: v}, True)):
            self.found.append(v)

    def _at(self, e: Expr, v: Number) -> Number:
        return value_at(e, {self.name: v})

    def _crossing(self, a: float, b: float, at_a: float, at_b: float, near: bool = False) -> None:
        """A change of sign: a root, unless the function jumps there or goes to infinity."""
        height = max(abs(at_a), abs(at_b))
        ends = _halved(self.fast, a, b, at_a)
        left = [abs(float(v)) for v in self.fast(ends)]
        if not min(left) > _JUMP * height:
            self._between(self.f, *ends)
        elif not near:
            self._near(float(ends[0]), b - a)

    def _near(self, place: float, width: float) -> None:
        """Changes of sign ever closer to a place where the function jumps, ends or goes to infinity."""
        import numpy as np

        steps = width * 10.0 ** (-np.arange(1, 60) / 5)
        for side in (steps, -steps):
            x = place + side
            y = self.fast(x)
            there = np.isfinite(y[1:]) & np.isfinite(y[:-1])
            for k in np.flatnonzero(there & (y[1:] * y[:-1] < 0)):
                self._crossing(x[k], x[k + 1], y[k], y[k + 1], near=True)

    def _between(self, e: Expr, a: float, b: float) -> None:
        """The root of e between two floats that are neighbours, or nearly so."""
        one = context()
        u, v = one.mpf(float(a)), one.mpf(float(b))
        for _ in range(12):
            p, q = self._at(e, u), self._at(e, v)
            if not (is_finite(p) and is_finite(q)):
                return
            if p * q <= 0:
                break
            u, v = u - 2 * (v - u), v + 2 * (v - u)  # floats were mistaken
        side = 0
        for _ in range(3 * DIGITS):
            if p == 0 or q == 0 or abs(v - u) <= abs(u) * one.eps * 8 or p * q > 0:
                break
            w = (u * q - v * p) / (q - p)
            r = self._at(e, w)
            if not is_finite(r):
                return
            if p * r > 0:
                u, p, q, side = w, r, q / 2 if side == 1 else q, 1
            else:
                v, q, p, side = w, r, p / 2 if side == 2 else p, 2
        self._take(u if abs(p) <= abs(q) else v)

    def _touching(self, x: Any, y: Any) -> None:
        """Where the size of a value is smallest among its neighbours: a root that does not cross, or two close ones."""
        import numpy as np

        size = np.abs(y)
        with np.errstate(all="ignore"):
            low = (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:]) & (y[:-2] * y[2:] > 0) & (size[1:-1] > 0)
        for k in np.flatnonzero(low):
            ends = self.fast_slope(np.array([x[k], x[k + 2]]))
            if not (np.all(np.isfinite(ends)) and ends[0] * ends[1] < 0):
                continue
            turn = _halved(self.fast_slope, x[k], x[k + 2], ends[0])
            at = float(self.fast(turn)[0])
            if np.isfinite(at) and at * y[k] < 0:
                self._crossing(x[k], turn[0], y[k], at)
                self._crossing(turn[0], x[k + 2], at, y[k + 2])
            elif abs(at) <= 1e-6 * max(size[k], size[k + 2]):
                assert self.slope is not None
                self._between(self.slope, *turn)

    def _edge(self, a: float, b: float, left: bool) -> None:
        """Where the domain begins or ends between two points."""
        one = context()
        u, v = one.mpf(float(a)), one.mpf(float(b))
        for _ in range(int(3.4 * DIGITS)):
            if abs(v - u) <= abs(u) * one.eps * 8:
                break
            w = (u + v) / 2
            if is_finite(self._at(self.f, w)) == left:
                u = w
            else:
                v = w
        self._take(u if left else v, edge=True)
        self._near(float(u if left else v), b - a)
        nearest = one.mpf(round(float(u) * 720)) / 720
        if abs(nearest - u) < one.mpf(10) ** -40:
            self._take(nearest, edge=True)


def _compiled(e: Expr, x: Expr) -> Callable[[Any], Any]:
    """The values of a scalar in x at floats; nan where there is none."""
    import numpy as np

    function = compile(e, [x])

    def values(points: Any) -> Any:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = np.asarray(function(np.asarray(points, dtype=float)))
        if np.iscomplexobj(found):
            found = np.where(np.abs(found.imag) <= 1e-12 * np.abs(found), found.real, np.nan)
        return np.broadcast_to(found, np.shape(points)).astype(float)

    return values


def _halved(function: Callable[[Any], Any], a: float, b: float, at_a: float) -> Any:
    """Two floats close to each other between which the sign changes."""
    import numpy as np

    for _ in range(_HALVINGS):
        w = (a + b) / 2
        at = float(function(np.array([w]))[0])
        if not np.isfinite(at):
            break
        if (at < 0) == (at_a < 0):
            a = w
        else:
            b = w
    return np.array([a, b])
