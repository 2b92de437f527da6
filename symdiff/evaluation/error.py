"""The error function of real numbers with very many digits, where mpmath's series takes seconds."""

from __future__ import annotations

import math
from typing import Any

_FEW = 800  # bits that mpmath is quick with


def erf(context: Any, x: Any) -> Any:
    """erf(x)."""
    if isinstance(x, context.mpc) or context.prec < _FEW or not 1 < abs(x) < context.inf:
        return context.erf(x)
    size = abs(x)
    made = 1 - _far(context, size) if _is_far(context, size) else _by_series(context, size)
    return context.sign(x) * made


def erfc(context: Any, x: Any) -> Any:
    """1 - erf(x), with all digits of what is small."""
    if isinstance(x, context.mpc) or context.prec < _FEW or not 1 < abs(x) < context.inf:
        return context.erfc(x)
    if x < 0:
        return 1 + erf(context, -x)
    if _is_far(context, x):
        return _far(context, x)
    with context.extraprec(10 + int(1.5 * float(x * x))):
        made = 1 - _by_series(context, x)
    return +made


def _is_far(context: Any, x: Any) -> bool:
    return bool(x * x > 0.7 * context.prec + 10)


def _far(context: Any, x: Any) -> Any:
    """erfc(x) by its asymptotic series (DLMF 7.12.1)."""
    term = total = context.one
    square, k = 2 * x * x, 0
    while abs(term) > context.eps:
        k += 1
        term *= -(2 * k - 1) / square
        total += term
    return context.exp(-x * x) * total / (x * context.sqrt(context.pi))


def _by_series(context: Any, x: Any) -> Any:
    """2/√π exp(-x²) Σ 2ⁿ x²ⁿ⁺¹/(2n+1)!!, whose terms have one sign (DLMF 7.6.2).

    Smith's blocks: a division by a small number a term, a long product a block.
    """
    bits, square = context.prec + 60, float(x * x)
    count = 10 + int(math.e * square)
    while count * math.log(count / (math.e * square)) < 0.7 * bits:
        count += count // 10
    width = math.isqrt(count)
    step, powers = int(context.ldexp(2 * x * x, bits)), [1 << bits]
    for _ in range(width):
        powers.append(powers[-1] * step >> bits)
    total = 0
    for first in range(count - count % width, -1, -width):
        total = powers[width] * total >> bits
        for k in range(width, 0, -1):
            total = total // (2 * (first + k) + 1) + powers[k - 1]
    with context.extraprec(60):
        made = context.ldexp(context.mpf(total), -bits) * 2 * x * context.exp(-x * x) / context.sqrt(context.pi)
    return +made
