"""The oracle of small steps: difference quotients with many digits, or complex steps and extrapolated ones in floats.

With 80 digits a step of 10⁻²⁵ of the variable stays on one side of every kink, at any magnitude, and the quotient has
forty digits. What is only worked out in floats (functions of matrices, large sizes) is asked at points of ordinary
magnitude.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from symdiff.algebra import is_complex
from symdiff.errors import NotSupported
from symdiff.evaluation import Array, Point
from symdiff.evaluation.point import complex_step, richardson, slope
from symdiff.evaluation.precise import PrecisePoint
from symdiff.expr import Expr
from symdiff.oracles.points import is_ordinary, shaken
from symdiff.oracles.settle import Outcome, Pair, settle
from symdiff.oracles.variable import Probe, Variable, applied

Slope = tuple[Array, float]  # a derivative, and how far it differs from that with twice the step

ORACLE = "finite differences"
_DIRECTIONS = 2
_TOLERANCE = 1e-6
_BLUR = 100
_FLAT = 1e-12  # of the size of f: a slope that is asked for with another step
ENTRIES = 200  # of all symbols together, for many digits
_STEPS = {1: -25, 2: -18}  # powers of ten by the order: the step, relative to the variable
_KINK = 1e-6  # how far the slopes on both sides may differ, relatively


class FiniteDifferences:
    """Compares a derivative, applied to random directions, with slopes of f in these directions."""

    def __init__(self, f: Expr, variable: Variable, result: Expr, kind: str, seed: int) -> None:
        self.f, self.variable, self.result, self.kind = f, variable, result, kind
        self.order = 2 if kind == "hessian" else 1
        self.precise = True
        self._seed = seed
        self._asked = 0

    def at(self, point: Point) -> Outcome:
        """What the slopes at a point say."""
        import numpy as np

        self._asked += 1
        rng = np.random.default_rng((self._seed, self._asked))
        if self.precise and sum(value.size for value in point.values.values()) <= ENTRIES:
            count = _DIRECTIONS if self._asked <= _DIRECTIONS else 1
            directions = [[self.variable.direction(point, rng) for _ in range(self.order)] for _ in range(count)]
            try:
                parts = [self.f, self.result]
                return settle(point, [*parts, self.variable.symbol], self._quotients(point, directions), parts)
            except NotSupported:
                self.precise = False
        return self._in_floats(point, rng)

    # --- with many digits

    def _quotients(
        self, point: Point, directions: Sequence[Sequence[Array]]
    ) -> Callable[[PrecisePoint, int], Iterator[Pair] | None]:
        def compute(at: PrecisePoint, depth: int) -> Iterator[Pair] | None:
            derivative = at.value(self.result)
            here = at.value(self.f)
            step = at.arithmetic.context.mpf(10) ** (_STEPS[self.order] - depth // 2)
            pairs = []
            for paired in directions:
                exact = [at.arithmetic.numbers(part) for part in paired]
                changes = [self.variable.change(part, at.values[self.variable.name], point) for part in exact]
                slope = self._first if self.order == 1 else self._second
                known = slope(at, here, changes, step)
                if known is None:
                    return None
                pairs.append(Pair(known[0], applied(derivative, exact, self.kind), known[1]))
            return iter(pairs)

        return compute

    def _first(self, at: PrecisePoint, here: Array, changes: Sequence[Array], step: Any) -> tuple[Array, Array] | None:
        """The slope along a change and its error; None where it differs on the two sides."""
        import numpy as np

        ahead, behind = (self._moved(at, changes[0] * (sign * step)) for sign in (1, -1))
        right, left = (ahead - here) / step, (here - behind) / step
        known = _checked((ahead - behind) / (2 * step), abs(right - left), abs(here), step, at, 1)
        if known is None or not _is_flat(known[0], here):
            return known
        ahead, behind = (self._moved(at, changes[0] * (sign * 2 * step)) for sign in (1, -1))
        return known[0], known[1] + abs(known[0] - np.atleast_1d(ahead - behind) / (4 * step))  # a power of the step

    def _second(self, at: PrecisePoint, here: Array, changes: Sequence[Array], step: Any) -> tuple[Array, Array] | None:
        first, second = (change * step for change in changes)  # numbers right: left of an array they are slow

        def quotient(k: int) -> Array:
            corners = [self._moved(at, (first * s + second * t) * k) for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            return (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * k * k * step * step)

        found, wide = quotient(1), quotient(2)
        known = _checked(found, abs(found - wide), abs(here), step, at, 2)
        bend = self.variable.bend(changes, at.values[self.variable.name])
        if known is None or bend is None:
            return known
        aside = self._first(at, here, [bend], step)
        return None if aside is None else (known[0] + aside[0], known[1] + aside[1])

    def _moved(self, at: PrecisePoint, change: Array) -> Array:
        import numpy as np

        name = self.variable.name
        return at.value(self.f, {name: np.asarray(at.values[name] + change, dtype=object)})

    # --- in floats

    def _in_floats(self, point: Point, rng: Any) -> Outcome:

        if not is_ordinary(self.f, point):
            return Outcome(None)
        worst, tried = 0.0, 0
        for _ in range(_DIRECTIONS):
            probes = tuple(self.variable.probe(point, rng) for _ in range(self.order))
            expected, found, size = self._float_pair(point, probes)
            if expected is None:
                continue
            difference = relative_difference(expected, found, size)
            if not difference < _TOLERANCE:
                again, other, _ = self._float_pair(shaken(point), probes)
                if again is None or is_blurred(difference, (expected, found), (again, other), size):
                    continue
                return Outcome(False, difference, expected, found)
            worst, tried = max(worst, difference), tried + 1
        return Outcome(True if tried else None, worst)

    def _float_pair(self, point: Point, probes: tuple[Probe, ...]) -> tuple[Array | None, Array, float]:
        """The slope of f, where it is sure, the derivative applied, and the size of f."""
        import numpy as np

        size = float(np.max(np.abs(point.value(self.f)), initial=0))
        expected = _agreed(_slopes(self.f, self.variable, probes, point.holding(self.f)), size)
        return expected, applied(point.value(self.result), [probe.paired for probe in probes], self.kind), size


def _is_flat(slope: Array, here: Array) -> bool:
    """Whether an entry of a slope is so small that it may be what is left of a higher power of the step.

    Where f is 0 any may be.
    """
    import numpy as np

    large = max((abs(entry) for entry in np.ravel(here)), default=0)
    return any(0 < abs(entry) < _FLAT * large or (entry and not large) for entry in np.ravel(slope))


def _checked(
    slope: Array, apart: Array, size: Array, step: Any, at: PrecisePoint, order: int
) -> tuple[Array, Array] | None:
    """A slope and its error by what two ways to it are apart; None where that is too much."""
    import numpy as np

    slope, apart, size = np.atleast_1d(slope), np.atleast_1d(apart), np.atleast_1d(size)
    context = at.arithmetic.context
    noise = context.mpf(10) ** (5 - context.dps) / step**order  # an entry may be what large ones leave of 0
    rounding = np.full_like(size, max(size.flat, default=0) * noise)
    largest = abs(slope)
    for entry, gap, whole, least in zip(largest.flat, apart.flat, size.flat, rounding.flat, strict=True):
        if not gap <= _KINK * entry + 1e-15 * whole + least or (entry - entry) + (whole - whole) != 0:  # or infinite
            return None
    natural = np.asarray([max(a, b, context.mpf(10) ** -1000) for a, b in zip(largest.flat, size.flat, strict=True)])
    curved = (apart**2 / natural.reshape(apart.shape)) if order == 1 else apart
    return slope, curved * 10 + (size + largest) * (1000 * step**2) + rounding * 1000


def _slopes(f: Expr, variable: Variable, probes: Sequence[Probe], point: Point) -> list[Slope]:
    """The derivative of f in the directions, by each way there is."""
    first = {variable.name: probes[0].change}
    if len(probes) == 1:
        function = point.along(f, first)
        if not point.is_complex and not is_complex(f):
            return [(complex_step(function), 0.0), richardson(function)]
        return _at_two_widths(function)
    second = {variable.name: probes[1].change}
    bend = variable.bend([probe.change for probe in probes], point.values[variable.name])
    aside = 0.0 if bend is None else slope(f, point, {variable.name: bend})
    slopes = _at_two_widths(lambda step: slope(f, point.moved(second, step.real), first))
    return [(value + aside, spread) for value, spread in slopes]


def _at_two_widths(function: Callable[[complex], Array]) -> list[Slope]:
    """The slope with half the width first: that they agree says that it is exact enough to compare."""
    return [richardson(function, width) for width in (5e-4, 1e-3)]


def _agreed(slopes: list[Slope], size: float) -> Array | None:
    """The slope, where the ways to find it agree: at a kink or beside a pole they do not."""
    import numpy as np

    best = slopes[0][0]
    if not np.all(np.isfinite(best)):
        return None
    for value, spread in slopes:
        scale = max(float(np.max(np.abs(best), initial=0)), size, 1e-3)
        if not spread < 1e-2 * scale or not relative_difference(best, value, size) < 1e-5:
            return None
    return best


def relative_difference(expected: Array, found: Array, size: float) -> float:
    """The largest difference of entries, against the largest entry and a little of the function's size."""
    import numpy as np

    if expected.shape != found.shape:
        return float("inf")
    largest = max(_largest(expected), _largest(found), 1e-2 * size, 1e-5)
    return _largest(expected - found) / largest if np.all(np.isfinite(found)) else float("inf")


def is_blurred(difference: float, pair: Sequence[Array], again: Sequence[Array], size: float) -> bool:
    """Whether two values differ by no more than each does where the last digits of a point are others."""
    moved = max(relative_difference(one, other, size) for one, other in zip(pair, again, strict=True))
    return difference < _BLUR * moved


def _largest(values: Any) -> float:
    import numpy as np

    return float(np.max(np.abs(values), initial=0))
