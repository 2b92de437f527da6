"""Ranges worth seeing: where a curve crosses zero, turns, bends, ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = Any
_WIDEST = (10.0, 100.0, 1e3, 0.1)  # halves of the ranges that are looked at in turn
_MANY = 12  # what happens so often goes on: two turns of it are shown
_ENORMOUS = 1e9
_NOISE = 1e-11


def worth_seeing(functions: Sequence[Callable[[Array], Array]], points: Sequence[float]) -> tuple[float, float]:
    """A range that holds what functions of one variable do, and the points."""
    places: list[float] = []
    half = least = 3.0
    for half in _WIDEST:
        places = [place for f in functions for place in _events(f, half)]
        if places:
            least = 0.2 * half
            break
    many = len(places) > _MANY * len(functions)
    if many:
        near = sorted(map(abs, places))[_MANY - 1]
        places = [place for place in places if abs(place) <= max(0.64 * half, near)]
    far = max(map(abs, places), default=1.0)
    if points and (not places or max(map(abs, points)) > 5 * far + 5):  # far from all that: the points alone
        low, high = min(points), max(points)
        margin = max(high - low, 0.5 * max(map(abs, points)), 2.0)
        return _round(low - margin, high + margin)
    every = [*places, *points]
    low, high = min(every, default=0.0), max(every, default=0.0)
    pad = max((0.03 if many else 0.6) * (high - low), least - (high - low) / 2)
    while pad > 0.2 * (high - low) and _grows(functions, (low, high), pad):
        pad *= 0.8
    return _cut(functions, *_round(low - pad, high + pad))


def _grows(functions: Sequence[Callable[[Array], Array]], inner: tuple[float, float], pad: float) -> bool:
    """Whether what happens in the inner range is low beside what is seen with so much more on both sides."""
    heights = []
    for low, high in (inner, (inner[0] - pad, inner[1] + pad)):
        y = np.concatenate([f(np.linspace(low, high, 120)) for f in functions])
        heights.append(float(np.ptp(y[np.isfinite(y)])) if np.isfinite(y).any() else 0.0)
    return 0 < 4 * heights[0] < heights[1]


def _events(f: Callable[[Array], Array], half: float) -> list[float]:
    """Where f is zero, where it turns and bends the other way, where its values end; nothing where it is enormous."""
    x = np.linspace(-half, half, 802)  # 0 is not among them
    y = f(x)
    known = np.isfinite(y)
    known &= np.append(known[1:], False) | np.append(False, known[:-1])  # not a point by itself
    size = np.where(known, np.abs(y), 0.0)
    if np.quantile(size, 0.95) > _ENORMOUS:
        return []
    found = [_between(x, known[:-1] != known[1:])]
    for k in range(4):
        difference = np.diff(y, k)
        middle = x[k // 2 : k // 2 + len(difference)]
        near = np.lib.stride_tricks.sliding_window_view(size, k + 2).max(axis=1)
        with np.errstate(invalid="ignore"):
            sign = np.sign(difference)
            loud = np.fmax(np.abs(difference[:-1]), np.abs(difference[1:])) > _NOISE * near
        found.append(_between(middle, (sign[:-1] * sign[1:] <= 0) & loud))
    step = half / 200
    return [float(place) for place in np.round(np.concatenate(found) / step) * step]


def _between(x: Array, at: Array) -> Array:
    return (x[:-1] + x[1:])[at] / 2


def _cut(functions: Sequence[Callable[[Array], Array]], low: float, high: float) -> tuple[float, float]:
    """The range without most of what has no values at its ends."""
    x = np.linspace(low, high, 401)
    known = np.any([np.isfinite(f(x)) for f in functions], axis=0)
    if known.all() or not known.any():
        return low, high
    first, last = x[known][0], x[known][-1]
    margin = 0.08 * (last - first)
    return (low if known[0] else first - margin), (high if known[-1] else last + margin)


def _round(low: float, high: float) -> tuple[float, float]:
    """Bounds with few digits: multiples of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10((high - low) / 16))
    step = max(k * power for k in (1, 2, 5) if k * power <= (high - low) / 16)
    return float(f"{np.floor(low / step) * step:.12g}"), float(f"{np.ceil(high / step) * step:.12g}")
