"""Bessel functions of whole order and sinc for real arrays, to about 1e-13; no library but NumPy is needed.

Where there is no value the result is nan. Numbers in brackets are those of the DLMF.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symdiff.backends.gamma_kernels import _EULER
from symdiff.backends.unboxed import unboxed

Array = NDArray[Any]

_HANKEL = 25.0  # from here on Hankel's series hold to rounding
_LARGEST = 1e250  # above it a recurrence is begun again with smaller numbers


def besselj(n: Any, x: Any) -> Any:
    """Jₙ(x) (10.4.1, 10.11.1: by the one of a positive order at a positive number)."""
    return _of_orders(lambda k, z: _turned(k, (k < 0) != (z < 0)) * _j(abs(k), abs(z)), n, x)


def bessely(n: Any, x: Any) -> Any:
    """Yₙ(x) for x > 0; -inf at 0."""
    return _of_orders(lambda k, z: _turned(k, k < 0) * _y(abs(k), z), n, x)


def besseli(n: Any, x: Any) -> Any:
    """Iₙ(x)."""
    return _of_orders(lambda k, z: _turned(k, z < 0) * _i(abs(k), abs(z)), n, x)


def besselk(n: Any, x: Any) -> Any:
    """Kₙ(x) for x > 0; inf at 0."""
    return _of_orders(lambda k, z: _k(abs(k), z), n, x)


def _of_orders(function: Callable[[int, float], float], n: Any, x: Any) -> Any:
    def entry(order: float, z: float) -> float:
        return function(int(order), float(z)) if order % 1 == 0 and not math.isnan(z) else math.nan

    with np.errstate(all="ignore"):
        return unboxed(np.frompyfunc(entry, 2, 1)(n, x), float)


def _turned(n: int, turned: bool) -> int:
    return -1 if turned and n % 2 else 1


def _j(n: int, x: float) -> float:
    if x * x / 4 <= n + 1:
        return _series(n, x, -1.0)
    if x >= _HANKEL and x > n:
        return 0.0 if math.isinf(x) else _upward(n, x, _hankel(0, x)[0], _hankel(1, x)[0])
    return _downward(n, x)[n]


def _y(n: int, x: float) -> float:
    if not 0 < x < math.inf:
        return 0.0 if x > 0 else math.nan if x < 0 else -math.inf
    if x >= _HANKEL:
        return _upward(n, x, _hankel(0, x)[1], _hankel(1, x)[1])
    j = _downward(1, x) if x > 1 else [_series(k, x, -1.0) for k in range(24)]
    log = math.log(x / 2) + _EULER
    terms = [(-1) ** k / k for k in range(1, len(j) // 2)]
    even = sum(c * j[2 * k] for k, c in enumerate(terms, 1))  # Neumann's series (10.8.3)
    slope = sum(c * (j[2 * k - 1] - j[2 * k + 1]) for k, c in enumerate(terms, 1))
    y0 = 2 / math.pi * (log * j[0] - 2 * even)
    y1 = 2 / math.pi * (log * j[1] - j[0] / x + slope)  # -y0', term by term
    return _upward(n, x, y0, y1)


def _i(n: int, x: float) -> float:
    return _series(n, x, 1.0)


def _k(n: int, x: float) -> float:
    """The integral of exp(-x cosh t) cosh(n t), by the trapezoidal rule, which is exact to rounding here (10.32.9)."""
    if not 0 < x < math.inf:
        return 0.0 if x > 0 else math.nan if x < 0 else math.inf
    step = min(1 / 16, 0.5 / math.hypot(x, n) ** 0.5)
    t = np.arange(0, math.log1p(1600 * (n + 1) / x) + 1, step)
    terms = np.exp(n * t - 2 * x * np.sinh(t / 2) ** 2 - x) * (1 + np.exp(-2 * n * t)) / 2
    return float(step * (np.sum(terms) - terms[0] / 2))


def _series(n: int, x: float, sign: float) -> float:
    """By powers of x/2: the first term is the largest, or all have one sign (10.2.2, 10.25.2)."""
    quarter, k = x * x / 4, 0
    term = total = 1.0
    while (abs(term) > 1e-17 * total or quarter > k * (n + k)) and total < math.inf:
        k += 1
        term *= sign * quarter / (k * (n + k))
        total += term
    front = math.prod(x / 2 / k for k in range(1, n + 1))
    return front * total if total < math.inf else math.inf


def _downward(n: int, x: float) -> list[float]:
    """J₀(x), J₁(x), … beyond n by the recurrence from above, made to fit 1 = J₀ + 2 J₂ + 2 J₄ + … (10.12.4)."""
    start = 2 * int(max(n, x) / 2 + 20 + 8 * x ** (1 / 3))
    values = [0.0] * (start + 2)
    values[start] = 1.0
    for k in range(start, 0, -1):
        values[k - 1] = 2 * k / x * values[k] - values[k + 1]
        if abs(values[k - 1]) > _LARGEST:
            values[k - 1 :] = [value / _LARGEST for value in values[k - 1 :]]
    whole = 2 * math.fsum(values[::2]) - values[0]
    return [value / whole for value in values]


def _upward(n: int, x: float, first: float, second: float) -> float:
    """The n-th after these two by the recurrence (10.6.1)."""
    for k in range(1, n):
        if math.isinf(second):
            break
        first, second = second, 2 * k / x * second - first
    return second if n else first


def _hankel(n: int, x: float) -> tuple[float, float]:
    """Jₙ(x) and Yₙ(x) for n = 0, 1 and a large x (10.17.3, 10.17.4)."""
    parts, term, k = [1.0, 0.0], 1.0, 0
    while abs(term) > 1e-17:
        k += 1
        term *= (4 * n * n - (2 * k - 1) ** 2) / (8 * k * x)
        parts[k % 2] += term if k % 4 < 2 else -term
    sine, cosine = math.sin(x), math.cos(x)
    c, s = (cosine + sine, sine - cosine) if n == 0 else (sine - cosine, -sine - cosine)
    size = 1 / math.sqrt(math.pi * x)
    return size * (c * parts[0] - s * parts[1]), size * (s * parts[0] + c * parts[1])


# ---------------------------------------------------------------- sinc


def sinc(x: Any) -> Any:
    """sin(x)/x, and 1 at 0."""
    return sinc_d(0, x)


def sinc_d(k: Any, x: Any) -> Any:
    """The k-th derivative of sinc at each entry; nan where k is no whole number."""
    orders, values = np.broadcast_arrays(np.asarray(k, dtype=float), np.asarray(x, dtype=float))
    result = np.full(values.shape, np.nan)
    for order in np.unique(orders):
        if 0 <= order < np.inf and not order % 1:
            chosen = orders == order
            with np.errstate(all="ignore"):
                result[chosen] = _sinc_d(int(order), values[chosen])
    return unboxed(result)


def _sinc_d(k: int, x: Array) -> Array:
    """x y[k] + k y[k-1] = sin(x + k π/2): upwards where |x| is larger than k, else downwards, as errors shrink."""
    waves = (np.sin(x), np.cos(x), -np.sin(x), -np.cos(x))
    upward = np.where(x == 0, 1.0, waves[0] / x)
    for j in range(1, k + 1):
        upward = (waves[j % 4] - j * upward) / x
    if k == 0:
        return upward
    downward = np.zeros_like(x)
    for j in range(2 * k + 60, k, -1):
        downward = (waves[j % 4] - x * downward) / j
    return np.where(np.abs(x) < k, downward, upward)
