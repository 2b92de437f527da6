"""Curves of one variable: functions, their derivatives, tangents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from symdiff.algebra import add, mul, neg, number, substitute
from symdiff.calculus.derive import diff
from symdiff.errors import SymdiffError
from symdiff.exact import value as worked_out
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.plots.labels import applied, defined, formula, mathematics
from symdiff.plots.numbers import Function, along, function_of, quotient
from symdiff.plots.ranges import worth_seeing
from symdiff.plots.sampling import at_whole_numbers, sampled
from symdiff.plots.scene import Formula, Scene, real
from symdiff.syntax.tree import Tree

_STEP = 1e-3  # of difference quotients, in parts of the range
_LONGEST = 9  # characters of an exact slope
_MOST = 5  # derivatives


class Curve(NamedTuple):
    """A line of a plot: its legend, its points (nan where it is broken), and whether it is a function, a derivative, a
    tangent or points.
    """

    label: str
    x: Any
    y: Any
    kind: str


class Chart(NamedTuple):
    """Curves, the points at which tangents touch, and the window."""

    curves: tuple[Curve, ...]
    points: tuple[tuple[float, float], ...]
    variable: str
    span: tuple[float, float]
    heights: tuple[float, float]


def chart_of(scene: Scene, at: Sequence[Expr], derivatives: int, numeric: bool) -> Chart:
    """The curves that are asked for. Raises SymdiffError where a tangent is not."""
    (x,) = scene.variables
    if not isinstance(derivatives, int) or not 0 <= derivatives <= _MOST:
        raise SymdiffError(f"from 0 to {_MOST} derivatives are plotted, not {derivatives!r}")
    functions = [along(function_of(f.e, scene.variables, scene.given)) for f in scene.formulas]
    touched = [real(a) for a in at]
    asked = scene.ranges.get(x.attr.name) or scene.ranges.get("")
    whole = "integer" in x.attr.properties
    span = asked or ((-0.5, 10.5) if whole else worth_seeing(functions, touched))
    lines: list[Curve] = []
    lows, highs = [], []
    points = []
    for f, function in zip(scene.formulas, functions, strict=True):
        named = f.own or derivatives or len(scene.formulas) == 1
        own = applied(f.name, [x])
        label = defined(_left(f, x), f.e) if named else formula(f.e, own)
        for title, run in [(label, function), *_derivatives(scene, f, function, derivatives, numeric, span)]:
            drawn = at_whole_numbers(run, *span) if whole else sampled(run, *span)
            kind = "points" if whole else "derivative" if run is not function else "function"
            lines.append(Curve(title, drawn.x, drawn.y, kind))
            known = np.isfinite(drawn.y)
            if (known[:-1] & known[1:] & (np.diff(drawn.x) > 0)).any() or (whole and known.any()):
                lows.append(drawn.low)
                highs.append(drawn.high)
        for a, place in zip(at, touched, strict=True):
            tangent, height = _tangent(scene, f, function, a, place, span, numeric)
            lines.append(tangent)
            points.append((place, height))
            lows.append(height)
            highs.append(height)
    if not lows:
        raise SymdiffError(f"there are no real values from {span[0]:g} to {span[1]:g}", hint="choose another range")
    heights = scene.heights or _padded(min(lows), max(highs))
    return Chart(tuple(lines), tuple(points), x.attr.name, span, heights)


def _left(f: Formula, x: Expr) -> Tree:
    """What a function is called: `y` as it is, `f(x)` else."""
    return Tree("name", (), f.name) if f.own and f.name == "y" else applied(f.name, [x])


def _padded(low: float, high: float) -> tuple[float, float]:
    pad = 0.06 * (high - low) or max(abs(low), 1.0) / 2
    return low - pad, high + pad


def _derivatives(
    scene: Scene, f: Formula, function: Function, count: int, numeric: bool, span: tuple[float, float]
) -> Iterator[tuple[str, Function]]:
    """The legend and the values of each derivative, by difference quotients where that is asked for."""
    (x,) = scene.variables
    e, run = f.e, function
    for order in range(1, count + 1):
        left = applied(f.name, [x], order)
        if numeric:
            run = quotient(run, _STEP * (span[1] - span[0]) * 4 ** (order - 1))
            yield _quotient_label(f.name, x, order, left, e), run
        else:
            e = diff(e, x)
            yield defined(left, e), along(function_of(e, scene.variables, scene.given))


def _quotient_label(name: str, x: Expr, order: int, left: Tree, e: Expr) -> str:
    front = mathematics(left, e).strip("$")
    inner = f"{name}{chr(39) * (order - 1)}"
    v = mathematics(to_tree(x), x).strip("$")
    return rf"${front} \approx \frac{{{inner}({v}+h) - {inner}({v}-h)}}{{2h}}$"


def _tangent(
    scene: Scene, f: Formula, function: Function, a: Expr, place: float, span: tuple[float, float], numeric: bool
) -> tuple[Curve, float]:
    """The tangent at a, exact in its legend where that is short; SymdiffError where there is none."""
    (x,) = scene.variables
    height = float(function(np.array([place]))[0])
    h = 1e-6 * max(1.0, abs(place))
    sides = (function(np.array([place + h, place - h])) - height) / np.array([h, -h])
    if numeric:
        slope = float(quotient(function, h)(np.array([place]))[0])
    else:
        derivative = diff(f.e, x)
        slope = float(along(function_of(derivative, scene.variables, scene.given))(np.array([place]))[0])
    off = [abs(side - slope) for side in sides if np.isfinite(side)]
    if not np.isfinite(height) or not np.isfinite(slope) or max(off, default=0) > 1e-2 * (1 + abs(slope)):
        why = "no value" if not np.isfinite(height) else "no derivative"
        raise SymdiffError(f"{f.name} has {why} at {x.attr.name} = {place:g}, and no tangent")
    line = None if numeric or scene.given else _exact_line(f.e, derivative, x, a)
    start = height - slope * place
    start = 0.0 if abs(start) < 1e-8 * max(abs(height), abs(slope * place)) else start
    line = line or add(mul(_short(slope), x), _short(start))
    ends = np.array(span)
    label = mathematics(Tree("equation", (Tree("name", (), "y"), to_tree(line))), line)
    return Curve(label, ends, height + slope * (ends - place), "tangent"), height


def _exact_line(f: Expr, derivative: Expr, x: Expr, a: Expr) -> Expr | None:
    """The tangent as an expression; None where its numbers are long."""
    try:
        slope = worked_out(substitute(derivative, {x: a}))
        start = worked_out(add(substitute(f, {x: a}), neg(mul(slope, a))))
    except SymdiffError:
        return None
    if any(len(str(e)) > _LONGEST for e in (slope, start)):
        return None
    return add(mul(slope, x), start)


def _short(value: float) -> Expr:
    """A number with four digits."""
    return number(Fraction(f"{value:.4g}") if value == round(value) else float(f"{value:.4g}"))
