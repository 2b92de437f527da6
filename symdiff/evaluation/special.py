"""The gamma function and its relatives by recurrence and asymptotic series, for real and complex numbers."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symdiff.evaluation.interpret import Array

_FAR = 20  # from here on (plus the order) the asymptotic series are exact to rounding
_STEPS = 10_000  # of the recurrence
_ORDERS = 150  # derivatives whose factorials are floats
_BERNOULLI = tuple(  # B₂, B₄, …
    map(Fraction, "1/6 -1/30 1/42 -1/30 5/66 -691/2730 7/6 -3617/510 43867/798 -174611/330".split())
)


def gamma(x: Array) -> Array:
    """Γ(x) = Γ(x + n)/(x (x + 1) … (x + n - 1)), and Stirling's series (DLMF 5.5.1, 5.11.1)."""
    return _each(_gamma, x)


def polygamma(k: Array, x: Array) -> Array:
    """The k-th derivative of digamma, nan where k is no whole number (DLMF 5.15.5, 5.15.8)."""
    return _each(_polygamma, k, x)


def _each(function: Callable[..., complex], *args: Array) -> Array:
    import numpy as np

    kind = complex if any(map(np.iscomplexobj, args)) else float
    return np.asarray(np.frompyfunc(function, len(args), 1)(*args)).astype(kind)


def _gamma(x: Any) -> Any:
    product: Any = 1.0
    steps = _steps(x, 0)
    if steps is None:
        return math.nan
    for _ in range(steps):
        product, x = product * x, x + 1
    try:
        series = sum(float(b) / (2 * j * (2 * j - 1)) / x ** (2 * j - 1) for j, b in enumerate(_BERNOULLI, 1))
        result = cmath.exp((x - 0.5) * cmath.log(x) - x + math.log(2 * math.pi) / 2 + series) / product
    except ZeroDivisionError:
        return math.nan
    except OverflowError:
        return math.inf
    return result if isinstance(x, complex) else result.real


def _polygamma(order: Any, x: Any) -> Any:
    if not order >= 0 or order % 1:
        return math.nan
    k = int(order)
    if k > _ORDERS:
        return math.nan
    steps = _steps(x, k)
    if steps is None or not math.isfinite(x.real):
        return math.nan
    total: Any = 0.0
    sign = -1 if k % 2 == 0 else 1
    try:
        for _ in range(steps):
            total, x = total + math.factorial(k) / x ** (k + 1), x + 1
        return sign * (total + _far(k, x))
    except (ZeroDivisionError, OverflowError):
        return math.nan


def _far(k: int, x: Any) -> Any:
    """(-1)^(k+1) times the k-th derivative of digamma, for a large x."""
    lead = -_log(x) if k == 0 else math.factorial(k - 1) / x**k
    series = lead + math.factorial(k) / (2 * x ** (k + 1))
    for j, b in enumerate(_BERNOULLI, 1):
        series += float(b * math.factorial(2 * j + k - 1) / math.factorial(2 * j)) / x ** (2 * j + k)
    return series


def _steps(x: Any, k: int) -> int | None:
    """How often 1 is added until the series hold; None for a pole and where that is too often."""
    real = x.real
    if not math.isfinite(real):
        return 0 if real > 0 else None
    if x == round(real) and real <= 0:
        return None
    steps = max(0, math.ceil(_FAR + k - real))
    return steps if steps <= _STEPS else None


def _log(x: Any) -> Any:
    return cmath.log(x) if isinstance(x, complex) else math.log(x)
