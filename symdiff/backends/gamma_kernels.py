"""The gamma function and its relatives for real arrays, to about 1e-13; no library but NumPy is needed.

At a pole the value is nan (lgamma: inf). Numbers in brackets are those of the DLMF.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symdiff.backends.unboxed import unboxed

Array = NDArray[Any]

_FAR = 16.0  # from here on (plus the order) the asymptotic series hold to rounding
_HIGHEST = 100  # order of polygamma, whose factorials still are floats
_EULER = 0.5772156649015329
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)


def _zeta(k: int, n: float = 100.0) -> float:
    """ζ(k) by its first terms and what the rest comes to (25.2.9)."""
    rest = n ** (1 - k) / (k - 1) + n**-k / 2 + k / 12 * n ** (-k - 1) - k * (k + 1) * (k + 2) / 720 * n ** (-k - 3)
    return rest + sum(j**-k for j in range(int(n) - 1, 0, -1))


_ZETA = tuple((k, _zeta(k)) for k in range(2, 34))


def gamma(x: Any) -> Any:
    """Γ(x); beyond 171.6 it is larger than any float: inf."""
    return _real(_gamma, x)


def lgamma(x: Any) -> Any:
    """log|Γ(x)|, where Γ(x) itself may be too large for a number."""
    return _real(_lgamma, x)


def beta(a: Any, b: Any) -> Any:
    """Γ(a)Γ(b)/Γ(a + b) (5.12.1)."""
    return _real(_beta, a, b)


def digamma(x: Any) -> Any:
    """The logarithmic derivative of Γ."""
    return polygamma(0, x)


def digamma_rise(x: Any, s: Any) -> Any:
    """ψ(x + s) - ψ(x), where x is large by the differences of the asymptotic series (5.11.2)."""
    return _real(_digamma_rise, x, s)


def polygamma(k: Any, x: Any) -> Any:
    """The k-th derivative of digamma, at each entry; nan where k is no whole number."""
    orders, values = np.broadcast_arrays(np.asarray(k, dtype=float), np.asarray(x, dtype=float))
    result = np.full(values.shape, np.nan)
    for order in np.unique(orders):
        if not 0 <= order < np.inf or order % 1:
            continue
        chosen = orders == order
        if order > _HIGHEST:
            raise NotImplementedError(f"the order of polygamma is at most {_HIGHEST}, not {order:g}")
        with np.errstate(all="ignore"):
            result[chosen] = _polygamma(int(order), values[chosen])
    return unboxed(result)


def _real(function: Callable[..., float], *args: Any) -> Any:
    with np.errstate(all="ignore"):
        return unboxed(np.frompyfunc(function, len(args), 1)(*args), float)


def _gamma(x: float) -> float:
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _lgamma(x: float) -> float:
    for zero in (1.0, 2.0):
        if abs(t := x - zero) < 0.25:  # near its zeros (5.7.3): the value has all its digits
            series = -_EULER * t + sum(z * (-t) ** k / k for k, z in _ZETA)
            return series if zero == 1.0 else series + math.log1p(t)
    try:
        return math.lgamma(x)
    except ValueError:
        return math.inf


def _sign(x: float) -> float:
    """The sign of Γ(x)."""
    return -1.0 if x < 0 and math.floor(x) % 2 else 1.0


def _beta(a: float, b: float) -> float:
    if not math.isfinite(a) or not math.isfinite(b):
        return math.nan
    if any(z <= 0 and z == math.floor(z) for z in (a, b)):
        return math.nan
    if (c := a + b) <= 0 and c == math.floor(c):
        return 0.0
    large, small = (a, b) if a > b else (b, a)
    if abs(a) < 80 and abs(b) < 80:
        return _gamma(a) / _gamma(c) * _gamma(b)
    if large >= _FAR and c >= _FAR:
        return float(_sign(small) * np.exp(_lgamma(small) - _rise(large, small)))
    sign = _sign(a) * _sign(b) * _sign(c)
    return float(sign * np.exp(_lgamma(a) + _lgamma(b) - _lgamma(c)))


def _rise(x: float, s: float) -> float:
    """log Γ(x + s) - log Γ(x) for a large x, by Stirling's series term by term (5.11.1)."""
    total = s * math.log(x) + (x + s - 0.5) * math.log1p(s / x) - s
    for j, b in enumerate(_BERNOULLI, 1):
        n = 2 * j - 1
        total += b / (2 * j * n) * ((x + s) ** -n - x**-n)
    return total


def _digamma_rise(x: float, s: float) -> float:
    if x < _FAR or x + s < _FAR or not math.isfinite(x + s):
        return float(polygamma(0, x + s) - polygamma(0, x))
    total = math.log1p(s / x) + s / (2 * x * (x + s))
    for j, b in enumerate(_BERNOULLI, 1):
        total -= b / (2 * j) * ((x + s) ** (-2 * j) - x ** (-2 * j))
    return total


def _polygamma(k: int, x: Array) -> Array:
    """Below 1/2 by reflection (5.5.4, 5.15.6), then by recurrence to where the series holds."""
    low = x < 0.5
    mirrored = np.where(low, 1 - x, x)
    value = _right(k, mirrored)
    if not low.any():
        return value
    turned = (value if k % 2 == 0 else -value) - math.pi ** (k + 1) * _cot_derivative(k, x)
    pole = low & (x == np.floor(x))
    return np.where(pole, np.nan, np.where(low, turned, value))


def _cot_derivative(k: int, x: Array) -> Array:
    """The k-th derivative of cot at πx: a polynomial in cot, as cot' = -(1 + cot²)."""
    reduced = x - np.round(x)
    c = 1 / np.tan(math.pi * reduced)
    polynomial = np.polynomial.Polynomial([0, 1])
    for _ in range(k):
        polynomial = -polynomial.deriv() * np.polynomial.Polynomial([1, 0, 1])
    return np.asarray(polynomial(c))


def _right(k: int, x: Array) -> Array:
    """The k-th derivative of digamma right of 0 (5.15.5, 5.15.8)."""
    x = x.copy()
    total = np.zeros_like(x)
    factorial = float(math.factorial(k))
    while (near := x < _FAR + k).any():
        total[near] += factorial / x[near] ** (k + 1)
        x[near] += 1
    total += -np.log(x) if k == 0 else factorial / k / x**k
    total += factorial / (2 * x ** (k + 1))
    for j, b in enumerate(_BERNOULLI, 1):
        total += b * (math.factorial(2 * j + k - 1) / math.factorial(2 * j)) / x ** (2 * j + k)
    return total if k % 2 else -total
