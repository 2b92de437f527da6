"""The oracle of small steps: difference quotients with Richardson's extrapolation, and complex steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff.algebra import is_complex
from symdiff.evaluate import Array, Point
from symdiff.evaluate.point import complex_step, richardson, slope
from symdiff.expr import Expr
from symdiff.oracles.evidence import Evidence, disagreement, show_sizes
from symdiff.oracles.variable import Probe, Variable, applied

Slope = tuple[Array, float]  # a derivative, and how far it differs from that with twice the step

ORACLE = "finite differences"
_DIRECTIONS = 2
_TOLERANCE = 1e-6


def finite_differences(
    f: Expr, variable: Variable, result: Expr, kind: str, points: Sequence[Point], seed: int
) -> Evidence:
    """Compare the result, applied to random directions, with slopes of f in these directions."""
    import numpy as np

    rng = np.random.default_rng(seed)
    worst, tried, stepped = 0.0, 0, False
    for point in points:
        held = point.holding(f)
        derivative = point.value(result)
        size = float(np.max(np.abs(point.value(f)), initial=0))
        for _ in range(_DIRECTIONS):
            probes = tuple(variable.probe(point, rng) for _ in range(2 if kind == "hessian" else 1))
            slopes = _slopes(f, variable, probes, held)
            expected = _agreed(slopes, size)
            if expected is None:
                continue
            found = applied(derivative, [probe.paired for probe in probes], kind)
            difference = relative_difference(expected, found, size)
            if not difference < _TOLERANCE:
                return disagreement(ORACLE, point, expected, found, difference)
            worst, tried, stepped = max(worst, difference), tried + 1, len(slopes) > 1
    sizes = tuple(point.sizes for point in points)
    if not tried:
        why = "no smooth point" if points else "no point within the conditions"
        return Evidence(ORACLE, None, f"{why} was found", sizes)
    steps = "central differences at two steps" + (" and complex steps" if stepped else "")
    detail = f"{tried} directions, {steps}, {show_sizes(points)}, relative difference at most {worst:.1g}"
    return Evidence(ORACLE, True, detail, sizes, worst)


def _slopes(f: Expr, variable: Variable, probes: Sequence[Probe], point: Point) -> list[Slope]:
    """The derivative of f in the directions, by each way there is."""
    first = {variable.name: probes[0].change}
    if len(probes) == 1:
        function = point.along(f, first)
        if not point.is_complex and not is_complex(f):
            return [(complex_step(function), 0.0), richardson(function)]
        return _at_two_widths(function)
    second = {variable.name: probes[1].change}
    bend = variable.bend(probes, point)
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


def _largest(values: Any) -> float:
    import numpy as np

    return float(np.max(np.abs(values), initial=0))
