"""Floating-point arithmetic for the interpreter: NumPy, and what no book defines by simpler functions.

With `analytic`, a complex value is a real one carrying an infinitesimal in its imaginary part (complex step):
`max` and comparisons then look at the real part and stay on the branch they are on, so that the imaginary
part of the result is the derivative there.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from symdiff.errors import NotSupported
from symdiff.evaluation.calls import cofactors, structured
from symdiff.evaluation.gauss import erf, erfc, erfcx
from symdiff.evaluation.interpret import Array
from symdiff.evaluation.special import gamma, polygamma
from symdiff.evaluation.spectral import PARTS, Decompositions
from symdiff.evaluation.waves import bessel, sinc_derivative


class Ordered:
    """What compares, chooses and reduces numbers that are `comparable`."""

    def comparable(self, z: Array) -> Array:
        """The real numbers behind these; NotSupported where there are none."""
        raise NotImplementedError

    def reduce(self, kind: str, array: Array, axes: tuple[int, ...]) -> Array:
        return reduced(kind, array, array if kind == "prod" else self.comparable(array), axes)

    def compare(self, kind: str, *args: Array) -> Array:
        return related(kind, *map(self.comparable, args))

    def select(self, condition: Array, first: Array, second: Array) -> Array:
        import numpy as np

        return np.where(condition, first, second)


class Numeric(Ordered):
    """Floats, or complex numbers where values are complex."""

    direct = frozenset({"erfc", "erfcx"})  # one less erf of a large number is 0, and exp of its square infinite

    def __init__(self, analytic: bool = False) -> None:
        self.analytic = analytic
        self._decompositions = Decompositions()

    def number(self, value: Any) -> Array:
        import numpy as np

        if isinstance(value, complex):
            return np.asarray(value)
        try:
            return np.asarray(float(value))
        except OverflowError:
            return np.asarray(math.inf if value > 0 else -math.inf)

    def named(self, name: str) -> Array:
        import numpy as np

        return np.asarray({"pi": math.pi, "e": math.e, "oo": math.inf, "i": 1j}[name])

    def power(self, base: Array, exponent: Array) -> Array:
        import numpy as np

        if not np.iscomplexobj(base) and not np.iscomplexobj(exponent):
            return np.asarray(np.power(base, exponent))
        return np.asarray(np.vectorize(_complex_power, otypes=[complex])(base, exponent))

    def map(self, name: str, *args: Array) -> Array:
        import numpy as np

        function = _functions().get(name)
        if function is None:
            raise NotSupported(f"no definition of {name} to evaluate it by")
        return np.asarray(function(self, *args))

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        if name in PARTS:
            return self._decompositions.part(self.comparable, name, *args)
        return structured(self, name, args, keywords)

    def comparable(self, z: Array) -> Array:
        """The real number behind an infinitesimal imaginary part; NotSupported for other complex numbers."""
        import numpy as np

        if not np.iscomplexobj(z):
            return z
        if not self.analytic and np.any(z.imag != 0):
            raise NotSupported("complex numbers have no order")
        return z.real

    def det(self, matrix: Array) -> Array:
        import numpy as np

        return np.asarray(np.linalg.det(matrix))

    def adj(self, matrix: Array) -> Array:
        return cofactors(matrix, self.det)


def reduced(kind: str, array: Array, size: Array, axes: tuple[int, ...]) -> Array:
    """The product of entries along axes, or the entry whose `size` is the largest or smallest there."""
    import numpy as np

    if kind == "prod":
        return np.asarray(np.prod(array, axis=axes))
    kept = [axis for axis in range(array.ndim) if axis not in axes]
    lengths = [array.shape[axis] for axis in kept]
    rows, sizes = (np.transpose(a, (*kept, *axes)).reshape(*lengths, -1) for a in (array, size))
    best = (np.argmax if kind == "max" else np.argmin)(sizes, axis=-1)
    return np.asarray(np.take_along_axis(rows, best[..., None], axis=-1)[..., 0])


def related(kind: str, *args: Array) -> Array:
    """A relation of real entries, or a word of logic between truth values."""
    import numpy as np

    functions: dict[str, Callable[..., Array]] = {
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
        "==": np.equal,
        "!=": np.not_equal,
        "and": np.logical_and,
        "or": np.logical_or,
        "not": np.logical_not,
    }
    return np.asarray(functions[kind](*args))


def _complex_power(base: complex, exponent: complex) -> complex:
    """base^exponent, by multiplication for a whole exponent, so that no infinitesimal part is lost."""
    try:
        if exponent.imag == 0 and exponent.real == int(exponent.real) and abs(exponent.real) < 2**20:
            result, square, n = complex(1), complex(base), int(abs(exponent.real))
            while n:
                result, square, n = (result * square if n & 1 else result), square * square, n >> 1
            return result if exponent.real >= 0 else 1 / result
        if base == 0 and exponent.real > 0:
            return complex(0)
        return cmath.exp(exponent * cmath.log(base))
    except (ZeroDivisionError, OverflowError, ValueError):
        return complex(math.nan, math.nan)


def _functions() -> dict[str, Callable[..., Array]]:
    """Functions element by element: the arithmetic, then the arguments."""
    import numpy as np

    return {
        "real": lambda run, x: np.real(x),
        "imag": lambda run, x: np.imag(x),
        "conj": lambda run, x: np.conj(x),
        "sin": lambda run, x: np.sin(x),
        "cos": lambda run, x: np.cos(x),
        "asin": lambda run, x: _asin(x),
        "atan": lambda run, x: np.arctan(x),
        "atan2": _atan2,
        "asinh": lambda run, x: np.arcsinh(x),
        "acosh": lambda run, x: np.arccosh(x),
        "exp": lambda run, x: np.exp(x),
        "log": lambda run, x: np.log(x),
        "erf": lambda run, x: erf(x),
        "erfc": lambda run, x: erfc(x),
        "erfcx": lambda run, x: erfcx(x),
        "gamma": lambda run, x: gamma(x),
        "polygamma": lambda run, k, x: polygamma(run.comparable(k), x),
        "sinc_d": lambda run, k, x: sinc_derivative(k, x),
        **{name: partial(_bessel, name) for name in ("besselj", "bessely", "besseli", "besselk")},
        "floor": lambda run, x: np.floor(run.comparable(x)),
        "round": lambda run, x: np.round(run.comparable(x)),
    }


def _bessel(name: str, run: Numeric, order: Array, x: Array) -> Array:
    return bessel(name, order, x)


def _atan2(run: Numeric, y: Array, x: Array) -> Array:
    import numpy as np

    angle = np.arctan2(run.comparable(y) + 0.0, run.comparable(x) + 0.0)  # -0 is 0
    if not (np.iscomplexobj(y) or np.iscomplexobj(x)):
        return angle
    steep = np.abs(y.real) > np.abs(x.real)
    continued = np.where(steep, -np.arctan(x / y), np.arctan(y / x))
    return angle + (continued - continued.real)


def _asin(x: Array) -> Array:
    """On the cut to the right of 1 the value from below, which -i·log(ix + √(1 - x²)) has."""
    import numpy as np

    if not np.iscomplexobj(x):
        return np.asarray(np.arcsin(x))
    return np.asarray(np.arcsin(np.where((x.imag == 0) & (x.real > 1), np.conj(x.real + 0j), x)))
