"""Curves as points: close together where the curve bends, apart where it jumps, up to the edges of its domain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any
Function = Callable[[Array], Array]  # of an array of numbers; nan or infinite where there is no value

_FIRST = 400  # intervals of the first look
_MOST = 8_000  # points
_ROUNDS = 5
_BEND = 0.06  # radians, of the picture
_HALVINGS = 36  # so that there are numbers between the last two points
_HIGH = 10.0  # heights of the picture: what is above is looked at as a pole
_INFINITE = 1e6  # heights: what goes on above is one


class Sampled(NamedTuple):
    """Points in order, with nan between pieces that are not joined; `low`, `high` hold what is worth seeing."""

    x: Array
    y: Array
    low: float
    high: float


@np.errstate(all="ignore")
def sampled(f: Function, left: float, right: float) -> Sampled:
    """The curve of f over an interval."""
    x = np.linspace(left, right, _FIRST + 1)
    y = f(x)
    known = y[np.isfinite(y)]
    low, high = _window(known)
    height = (high - low) or 1.0
    x, y = _bent(f, x, y, (right - left, height))
    more_x, more_y, breaks = [x], [y], [np.empty(0)]
    for look in (_edges, _jumps, _peaks):
        for_x, for_y, cut = look(f, x, y, height)
        more_x, more_y, breaks = [*more_x, for_x], [*more_y, for_y], [*breaks, cut]
    cuts = np.concatenate(breaks)
    x, y = np.concatenate([*more_x, cuts]), np.concatenate([*more_y, np.full(cuts.shape, np.nan)])
    order = np.argsort(x, kind="stable")
    x, y = x[order], np.where(np.isfinite(y), y, np.nan)[order]
    if np.nanmax(np.abs(y), initial=0) > _INFINITE * height:
        low, high = _window(known, pole=True)
    return Sampled(x, y, low, high)


def at_whole_numbers(f: Function, left: float, right: float) -> Sampled:
    """The values at whole numbers, of very many at some."""
    x = np.unique(np.round(np.linspace(np.ceil(left), np.floor(right), min(_FIRST, int(right - left) + 1))))
    y = f(x)
    known = y[np.isfinite(y)]
    return Sampled(x, np.where(np.isfinite(y), y, np.nan), *_window(known))


def _window(known: Array, pole: bool = False) -> tuple[float, float]:
    """The heights that are worth seeing: all, unless a few are far from most."""
    if not known.size:
        return -1.0, 1.0
    low, first, last, high = np.quantile(known, [0, 0.1, 0.9, 1])
    span = last - first
    beyond = 0.5 if pole else 1.5
    if span > 0 and (pole or high - low > 12 * span):
        low, high = max(low, first - beyond * span), min(high, last + beyond * span)
    return float(low), float(high)


def _bent(f: Function, x: Array, y: Array, size: tuple[float, float]) -> tuple[Array, Array]:
    """More points where the curve turns."""
    for _ in range(_ROUNDS):
        direction = np.arctan2(np.diff(y) / size[1], np.diff(x) / size[0])
        turn = np.abs(np.diff(direction)) > _BEND  # not where a value is missing: nan is not greater
        at = np.zeros(len(x) - 1, dtype=bool)
        at[:-1] |= turn
        at[1:] |= turn
        if not at.any() or len(x) + at.sum() > _MOST:
            break
        between = (x[:-1] + x[1:])[at] / 2
        x, y = np.concatenate([x, between]), np.concatenate([y, f(between)])
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    return x, y


_Found = tuple[Array, Array, Array]  # more points, and where the curve is cut
_NONE = np.empty(0)


def _edges(f: Function, x: Array, y: Array, height: float) -> _Found:
    """Points up to where values end."""
    known = np.isfinite(y)
    at = np.flatnonzero(known[:-1] != known[1:])[:200]
    a = np.where(known[at], x[at], x[at + 1])
    b = np.where(known[at], x[at + 1], x[at])
    seen_x, seen_y = [_NONE], [_NONE]
    for _ in range(_HALVINGS if at.size else 0):
        middle = (a + b) / 2
        value = f(middle)
        inside = np.isfinite(value)
        seen_x.append(middle[inside])
        seen_y.append(value[inside])
        a, b = np.where(inside, middle, a), np.where(inside, b, middle)
    outside = b[np.isin(b, x, invert=True)]
    return np.concatenate(seen_x), np.concatenate(seen_y), outside


def _jumps(f: Function, x: Array, y: Array, height: float) -> _Found:
    """Between two points whose heights differ much: whether they still do where they are as near as can be."""
    at = np.flatnonzero(np.abs(np.diff(y)) > 0.01 * height)[:2000]
    a, b, ya, yb = x[at], x[at + 1], y[at], y[at + 1]
    first = np.abs(yb - ya)
    seen_x: list[Array] = []
    seen_y: list[Array] = []
    for _ in range(_HALVINGS if at.size else 0):
        middle = (a + b) / 2
        value = f(middle)
        seen_x.append(middle)
        seen_y.append(value)
        left = ~np.isfinite(value) | (np.abs(value - ya) >= np.abs(yb - value))
        a, ya = np.where(left, a, middle), np.where(left, ya, value)
        b, yb = np.where(left, middle, b), np.where(left, value, yb)
    cut = ~(np.abs(yb - ya) <= 0.1 * first)  # a pole's difference grows, and may be nan
    if not at.size:
        return _NONE, _NONE, _NONE
    near, high = np.array(seen_x)[:, cut].ravel(), np.array(seen_y)[:, cut].ravel()
    return near[np.isfinite(high)], high[np.isfinite(high)], (a + b)[cut] / 2


def _peaks(f: Function, x: Array, y: Array, height: float) -> _Found:
    """High above the picture: whether the curve goes on rising on both sides, to a pole."""
    high = np.where(np.isfinite(y), np.abs(y), 0)
    top = np.flatnonzero((high[1:-1] > _HIGH * height) & (high[1:-1] >= high[:-2]) & (high[1:-1] >= high[2:]))[:200] + 1
    a, m, b = x[top - 1], x[top], x[top + 1]
    best = high[top]
    for _ in range(_HALVINGS if top.size else 0):
        for middle, is_left in (((a + m) / 2, True), ((m + b) / 2, False)):
            value = np.abs(f(middle))
            value = np.where(np.isnan(value), np.inf, value)
            better = value > best
            a = np.where(better, a if is_left else m, middle if is_left else a)
            b = np.where(better, m if is_left else b, b if is_left else middle)
            m, best = np.where(better, middle, m), np.where(better, value, best)
    return _NONE, _NONE, m[best > _INFINITE * height]
