"""Bessel functions of whole order and the derivatives of sinc as floats, from integrals and from mpmath's series."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any

from symdiff.evaluation.interpret import Array

_DIGITS = 25
_NODES = 200  # of the integral, while x is small
_NEAR = 50.0


def bessel(name: str, order: Array, x: Array) -> Array:
    """`besselj` …, nan where there is no value among the reals."""
    import mpmath
    import numpy as np

    context = mpmath.mp.clone()
    context.dps = _DIGITS

    def entry(n: Any, z: Any) -> Any:
        if n.real % 1 != 0 or not np.isfinite(z) or (name in ("bessely", "besselk") and z.real <= 0):
            return math.nan
        found = of_whole_order(context, name, int(n.real), context.convert(z))
        return complex(found) if isinstance(z, complex) else float(found.real)

    return _each(entry, order, x)


def of_whole_order(context: Any, name: str, n: int, x: Any) -> Any:
    """A Bessel function with the digits of a context, by one of a positive order."""
    known = getattr(context, name) if name in ("besselj", "besseli") else partial(_second, context, name == "besselk")
    found = known(abs(n), x)
    return -found if n < 0 and n % 2 and name in ("besselj", "bessely") else found


def _second(context: Any, modified: bool, n: int, x: Any) -> Any:
    """Yₙ(x) or Kₙ(x): mpmath takes a limit for a whole order, which is slow."""
    size = float(min(abs(x), 1e9))
    if size > 1.3 * context.dps + n * n + 20:
        return _far(context, modified, n, x)
    with context.extraprec(30 + int(3 * size)):
        return +_by_series(context, modified, n, x)


def _far(context: Any, modified: bool, n: int, x: Any) -> Any:
    """Hankel's asymptotic series (DLMF 10.17.4, 10.40.2)."""
    parts, term, k = [context.one, context.zero], context.one, 0
    while abs(term) > context.eps:
        k += 1
        term *= (4 * n * n - (2 * k - 1) ** 2) / (8 * k * x)
        parts[k % 2] += term if modified or k % 4 < 2 else -term
    if modified:
        return context.sqrt(context.pi / (2 * x)) * context.exp(-x) * sum(parts)
    angle = x - (2 * n + 1) * context.pi / 4
    return context.sqrt(2 / (context.pi * x)) * (context.sin(angle) * parts[0] + context.cos(angle) * parts[1])


def _by_series(context: Any, modified: bool, n: int, x: Any) -> Any:
    """By powers of x/2 (DLMF 10.8.1, 10.31.1)."""
    step = x * x / 4 if modified else -x * x / 4
    term = context.one / context.factorial(n)
    harmonic = sum((context.one / j for j in range(1, n + 1)), context.zero)
    first, second, k = term, term * harmonic, 0
    while k < abs(x) or abs(term * harmonic) > context.eps * abs(second):
        k += 1
        harmonic += context.one / k + context.one / (n + k)
        term *= step / (k * (n + k))
        first, second = first + term, second + term * harmonic
    power = (x / 2) ** n
    regular = power * (second - 2 * (context.log(x / 2) + context.euler) * first)
    poles = sum(context.factorial(n - j - 1) / context.factorial(j) * (-step) ** j for j in range(n)) / power
    return (poles + (-1) ** n * regular) / 2 if modified else -(poles + regular) / context.pi


def sinc_derivative(order: Array, x: Array) -> Array:
    """The k-th derivative of sinc: the integral of t^k cos(t x + k π/2) from 0 to 1, by parts for a large x."""
    return _each(_sinc_derivative, order, x)


def _sinc_derivative(order: Any, x: Any) -> Any:
    import numpy as np

    k = order.real
    if not k >= 0 or k % 1 or not np.isfinite(x):
        return math.nan
    k = int(k)
    if abs(x) < _NEAR + k:
        t, weights = _rule()
        return np.sum(weights * t**k * _turned(k, t * x))
    return sum((-1) ** j * math.perm(k, j) * _turned(k - j - 1, x) / x ** (j + 1) for j in range(k + 1))


@cache
def _rule() -> tuple[Array, Array]:
    """Gauss's nodes between 0 and 1, and their weights."""
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (nodes + 1) / 2, weights / 2


def _turned(k: int, x: Any) -> Any:
    """cos(x + k π/2)."""
    import numpy as np

    return (np.cos(x), -np.sin(x), -np.cos(x), np.sin(x))[k % 4]


def _each(function: Any, *args: Array) -> Array:
    import numpy as np

    kind = complex if any(map(np.iscomplexobj, args)) else float
    with np.errstate(all="ignore"):
        return np.asarray(np.frompyfunc(function, len(args), 1)(*args)).astype(kind)
