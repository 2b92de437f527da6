"""Functions of two variables: heights on a grid, the gradient field, and the way of gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from symdiff.calculus.derive import grad
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.plots.numbers import Function, function_of
from symdiff.plots.scene import Scene, real

_GRID, _ARROWS = 201, 15
_LEVELS = 14
_STEPS = 1000
_NEAR = 4.0  # what is shown of a way that leads away


class Path(NamedTuple):
    """The points of a descent, and how it ended: `arrived`, `left` the picture's numbers, or `stopped` on its way."""

    points: Any
    ended: str


class Surface(NamedTuple):
    """Heights over a grid, levels to draw, arrows of the gradient, points and the path."""

    x: Any
    y: Any
    z: Any
    levels: Any
    arrows: Any  # rows of place and gradient
    points: Any  # those asked for, a row each, with the gradient
    path: Path | None


def surface_of(scene: Scene, at: Sequence[Expr], descent: Sequence[Expr], rate: float | None) -> Surface:
    """What is seen of a function of two variables."""
    if len(scene.formulas) > 1:
        names = ", ".join(x.attr.name for x in scene.variables)
        said = f"of two variables, here {names}, one function is plotted"
        raise SymdiffError(said, hint="give one of them a value by `where`")
    (f,) = scene.formulas
    height = function_of(f.e, scene.variables, scene.given)
    slopes = [function_of(g, scene.variables, scene.given) for g in grad(f.e, scene.variables)]

    def slope(points: Any) -> Any:
        return np.concatenate([s(points).reshape(len(points), -1) for s in slopes], axis=1)

    marked, start = _points(at), _points(descent)
    if len(start) > 1:
        raise SymdiffError("a descent starts at one point", hint='write "1, 2"')
    if rate is not None and not (isinstance(rate, (int, float)) and rate > 0):
        raise SymdiffError(f"the rate of a descent is a positive number, not {rate!r}"[:200])
    path = _descended(height, slope, start[0], rate) if len(start) else None
    seen = np.concatenate([marked, path.points if path else np.empty((0, 2))])
    xs, ys = _spans(scene, height, seen)
    x, y = np.linspace(*xs, _GRID), np.linspace(*ys, _GRID)
    z = height(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)).reshape(_GRID, _GRID)
    if not np.isfinite(z).any():
        raise SymdiffError("there are no real values in this range", hint='choose another: "x = 0..1, y = 0..1"')
    inner = np.stack(np.meshgrid(_inner(xs), _inner(ys)), axis=-1).reshape(-1, 2)
    arrows = np.concatenate([inner, slope(inner)], axis=1)
    points = np.concatenate([marked, slope(marked)], axis=1) if len(marked) else np.empty((0, 4))
    return Surface(x, y, z, _levels(z), arrows[np.isfinite(arrows).all(axis=1)], points, path)


def _points(given: Sequence[Expr]) -> Any:
    numbers = np.array([real(e) for e in given])
    if numbers.size % 2:
        raise SymdiffError(f"a point of the plane has two numbers, and this has {numbers.size}", hint='write "1, 2"')
    return numbers.reshape(-1, 2)


def _inner(span: tuple[float, float]) -> Any:
    edge = (span[1] - span[0]) / (2 * _ARROWS)
    return np.linspace(span[0] + edge, span[1] - edge, _ARROWS)


def _descended(height: Function, slope: Function, start: Any, rate: float | None) -> Path:
    """Steps against the gradient: each of the `rate`, or else as long as the height falls well (Armijo's rule)."""
    points = [np.asarray(start, dtype=float)]
    here = float(height(points[0][None])[0])
    if not np.isfinite(here):
        raise SymdiffError("the function has no value where the descent starts")
    length, first = 1.0, None
    for _ in range(_STEPS):
        g = slope(points[-1][None])[0]
        norm = float(np.hypot(*g))
        first = norm if first is None else first
        if not np.isfinite(norm):
            return Path(np.array(points), "stopped")
        if norm <= 1e-6 * max(1.0, first):
            return Path(np.array(points), "arrived")
        length = rate if rate is not None else min(4 * length, 1e6)
        while True:
            there = points[-1] - length * g
            now = float(height(there[None])[0])
            if rate is not None or (np.isfinite(now) and now <= here - 0.3 * length * norm**2):
                break
            length /= 2
            if length * norm < 1e-14 * (1 + np.max(np.abs(points[-1]))):
                return Path(np.array(points), "arrived")
        points.append(there)
        if not np.isfinite(now) or np.max(np.abs(there)) > 1e6 * (1 + np.max(np.abs(start))):
            near = [p for p in points[:-1] if np.max(np.abs(p - start)) <= _NEAR * (1 + np.max(np.abs(start)))]
            return Path(np.array(near), "left")
        here = now
    return Path(np.array(points), "stopped")


def _spans(scene: Scene, height: Function, seen: Any) -> list[tuple[float, float]]:
    """The ranges of both variables: those asked for, else about what is to be seen, or 0; where there are values."""
    names = [x.attr.name for x in scene.variables]
    asked = [scene.ranges.get(name) for name in names] if len(names) == 2 else [scene.ranges.get(names[0])] * 2
    spans: list[tuple[float, float]] = []
    for k, span in enumerate(asked):
        places = seen[:, k] if len(seen) else np.zeros(1)
        low, high = float(np.min(places)), float(np.max(places))
        pad = max(0.35 * (high - low), 1.0 if high > low else 2.0 if len(seen) else 3.0)
        spans.append(span or (low - pad, high + pad))
    x, y = (np.linspace(*span, 81) for span in spans)
    known = np.isfinite(height(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)).reshape(81, 81))
    for k, (line, axis) in enumerate(((x, 0), (y, 1))):
        some = known.any(axis=axis)
        if asked[k] is None and some.any() and not some.all():
            spans[k] = (float(line[some][0]), float(line[some][-1]))
    return spans


def _levels(z: Any) -> Any:
    """Heights at which lines are drawn: even, or closer together at the bottom of a deep valley; poles aside."""
    known = z[np.isfinite(z)]
    low, first, middle, last, high = np.quantile(known, [0, 0.02, 0.5, 0.98, 1])
    if high - low > 20 * (last - first) > 0:
        low, high = max(low, first - (last - first)), min(high, last + (last - first))
    if high <= low:
        return np.array([low - 0.5, low + 0.5])
    if middle - low < 0.12 * (high - low):
        return low + (high - low) * np.linspace(0, 1, _LEVELS) ** 3
    power = 10.0 ** np.floor(np.log10((high - low) / _LEVELS))
    step = min(k * power for k in (1, 2, 5, 10) if k * power >= (high - low) / _LEVELS)
    return np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
