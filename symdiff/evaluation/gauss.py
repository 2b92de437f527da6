"""The error function and its relatives in floats, real and complex: a series near 0, a continued fraction far out."""

from __future__ import annotations

import math

from symdiff.evaluation.interpret import Array

_FAR = 2  # from here on, to the right, the fraction has all digits
_DEPTH = 150


def erf(x: Array) -> Array:
    """2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, whose terms all have one sign for a real x (DLMF 7.6.2)."""
    import numpy as np

    term = total = np.asarray(x)
    for n in range(1, 300):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    near = 2 / math.sqrt(math.pi) * np.exp(-x * x) * total
    return np.where(np.abs(x) < 8, near, np.sign(np.real(x)))


def erfc(x: Array) -> Array:
    """1 - erf(x), with all digits of what is small."""
    import numpy as np

    return np.where(np.real(x) < _FAR, 1 - erf(x), np.exp(-x * x) * _fraction(x))


def erfcx(x: Array) -> Array:
    """exp(x²)·erfc(x)."""
    import numpy as np

    return np.where(np.real(x) < _FAR, np.exp(x * x) * (1 - erf(x)), _fraction(x))


def _fraction(x: Array) -> Array:
    """exp(x²)·erfc(x) = 1/√π · 1/(x + (1/2)/(x + (2/2)/(x + …))) where x is right of `_FAR` (DLMF 7.9.1)."""
    import numpy as np

    x = np.where(np.real(x) < _FAR, _FAR, x)
    below = x
    for k in range(_DEPTH, 0, -1):
        below = x + k / 2 / below
    return np.asarray(1 / (math.sqrt(math.pi) * below))
