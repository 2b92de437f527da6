"""Arithmetic of mpmath numbers: as many digits as are asked for, and exponents without bounds.

Floats lose a small difference of large numbers; here a difference quotient has dozens of digits at any magnitude.
With `noise` every value of a symbol or a function, and every number that is a float, is off by a random part of its
last digits (whole numbers and what is exact are not): what differs between two such runs has no digits left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.algebra import is_complex
from symdiff.errors import NotSupported
from symdiff.evaluation.calls import structured
from symdiff.evaluation.error import erf, erfc
from symdiff.evaluation.functions import StandIn
from symdiff.evaluation.interpret import Array, Interpreter
from symdiff.evaluation.numeric import Ordered
from symdiff.evaluation.point import Point
from symdiff.evaluation.spectral import PARTS, Decompositions
from symdiff.evaluation.waves import of_whole_order
from symdiff.expr import Expr, postorder

_EXPONENT = 64  # bits of the largest exponents: exp of a number beyond is left out
_GUARD = 5  # digits that noise may take
_SLOW = frozenset("besseli besselj besselk bessely gamma polygamma sinc_d".split())  # with many hundreds of digits
_LARGEST_EXACT = 10**15  # whole numbers up to here are exact
_FLOAT = 2.0**-52  # how far a float is from the number it stands for, relatively


class Precise(Ordered):
    """Numbers of so many digits, real ones (mpf) and complex ones (mpc) in arrays of objects.

    `overflowed` tells that some value was too large to be worked out, and is infinite; `slow` that a function was
    called that takes seconds with many hundreds of digits, or never has so many: rotations end before.
    """

    direct = frozenset({"erfc"})  # one less erf of a large number is 0

    def __init__(self, digits: int, noise: int | None = None) -> None:
        import numpy as np

        self.context = _context(digits)
        self.overflowed = False
        self.slow = False
        self._decompositions = Decompositions()
        self._random = None if noise is None else np.random.default_rng(noise)
        self._floats: dict[float, Any] = {}
        self._last_digit = self.context.mpf(10) ** (_GUARD - digits)

    def number(self, value: Any) -> Array:
        if isinstance(value, complex):
            return _boxed(self.context.mpc(value.real, value.imag))
        if isinstance(value, float):
            if value not in self._floats:  # a number is off by as much wherever it occurs
                found = self.context.mpf(value)
                self._floats[value] = found if value.is_integer() else self._shaken(found, _FLOAT)
            return _boxed(self._floats[value])
        return _boxed(self.context.mpf(value.numerator) / value.denominator)

    def named(self, name: str) -> Array:
        one = self.context
        return _boxed({"pi": +one.pi, "e": +one.e, "oo": one.inf, "i": one.mpc(0, 1)}[name])

    def numbers(self, values: Array) -> Array:
        """The numbers that floats are, exactly."""
        import numpy as np

        kind = self.context.mpc if np.iscomplexobj(values) else self.context.mpf
        return _each(lambda value: kind(value), np.asarray(values, dtype=object))

    def shaken(self, values: Array) -> Array:
        """Values with noise in their last digits, small whole ones as they are."""
        if self._random is None or values.dtype != object:
            return values
        return _each(lambda v: v if _is_small_and_whole(v) else self._shaken(v, self._last_digit), values)

    def power(self, base: Array, exponent: Array) -> Array:
        return self._each(self._power, base, exponent)

    def map(self, name: str, *args: Array) -> Array:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise NotSupported(f"no definition of {name} to evaluate it by")
        self.slow = self.slow or name in _SLOW
        if name in ("floor", "round", "atan2"):
            args = tuple(map(self.comparable, args))
        return self._each(lambda *entries: function(self, *entries), *args)

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        if name in PARTS:
            self.slow = True
            return self._decompositions.part(self.comparable, name, *args)
        return structured(self, name, args, keywords)

    def comparable(self, z: Any) -> Any:
        """Real numbers as they are; NotSupported for complex ones, which have no order."""
        import numpy as np

        if not any(isinstance(entry, self.context.mpc) for entry in np.ravel(z)):
            return z
        if any(entry.imag != 0 for entry in np.ravel(z)):
            raise NotSupported("complex numbers have no order")
        real = _each(lambda entry: entry.real, np.asarray(z, dtype=object))
        return real if np.ndim(z) else real[()]

    def det(self, matrix: Array) -> Array:
        """By elimination with the largest pivots."""
        rows = [list(row) for row in matrix]
        result = self.context.mpf(1)
        for k in range(len(rows)):
            best = max(range(k, len(rows)), key=lambda i: abs(rows[i][k]))
            if rows[best][k] == 0:
                return _boxed(self.context.mpf(0))
            if best != k:
                rows[k], rows[best], result = rows[best], rows[k], -result
            pivot = rows[k]
            result *= pivot[k]
            for i in range(k + 1, len(rows)):
                ratio = rows[i][k] / pivot[k]
                rows[i] = [a - ratio * b for a, b in zip(rows[i], pivot, strict=True)]
        return _boxed(result)

    def adj(self, matrix: Array) -> Array:
        """By one elimination M·A·Q = [D, u; 0, d] with the largest pivots, D diagonal: singular matrices have one too.

        The adjugate of the right side is det(D)·[d/D, -u/D; 0, 1].
        """
        import numpy as np

        n, sign = len(matrix), self.context.one
        columns, rows = np.arange(n), np.concatenate([matrix, np.eye(n, dtype=int) * sign], axis=1)
        for k in range(n - 1):
            i, j = divmod(int(np.argmax(np.abs(rows[k:, k:n]))), n - k)
            if rows[k + i, k + j] == 0:
                return matrix * 0
            for swapped, other in ((rows, k + i), (rows.T, k + j), (columns, k + j)):
                swapped[[k, other]] = swapped[[other, k]]
            sign = sign if (i == 0) == (j == 0) else -sign
            for row in range(n):
                if row != k and rows[row, k] != 0:
                    rows[row] -= rows[k] * (rows[row, k] / rows[k, k])
        scale, made = sign * self.context.fprod(np.diag(rows)[:-1]), rows[:, n:]
        result = np.empty_like(matrix)
        for k in range(n - 1):
            result[columns[k]] = (made[k] * rows[-1, n - 1] - made[-1] * rows[k, n - 1]) * (scale / rows[k, k])
        result[columns[n - 1 :]] = made[n - 1 :] * scale  # numbers right: left of an array they are slow
        return result

    def too_large(self, x: Any) -> bool:
        """Whether a function that grows like exp leaves x out."""
        large = bool(self.context.mag(x) > _EXPONENT) if x == x and not self.context.isinf(x) else False
        self.overflowed = self.overflowed or large
        return large

    def _power(self, base: Any, exponent: Any) -> Any:
        real = not isinstance(base, self.context.mpc) and not isinstance(exponent, self.context.mpc)
        if base == 0 and real and exponent < 0:
            return self.context.inf
        if real and base < 0 and exponent != self.context.floor(exponent):
            return self.context.nan
        grown = exponent * self.context.log(abs(base) if real else base) if base != 0 else exponent * 0
        if self.too_large(grown):
            return self.context.inf if grown.real > 0 else self.context.mpf(0)
        return base**exponent

    def _each(self, function: Callable[..., Any], *args: Array) -> Array:
        """A function of entries, all complex where one is; nan where it has no value, or none among the reals."""
        import numpy as np

        context = self.context
        planar = any(isinstance(entry, context.mpc) for arg in args for entry in np.ravel(arg))

        def entry(*values: Any) -> Any:
            given = [context.mpc(v) if planar else context.convert(v) for v in values]
            if any(v != v for v in given):
                return context.nan
            try:
                found = function(*given)
            except (ValueError, ZeroDivisionError, OverflowError, context.NoConvergence):
                return context.nan
            if isinstance(found, context.mpc) and not planar:
                return context.nan
            return found

        return _each(entry, *args)

    def _shaken(self, value: Any, part: Any) -> Any:
        if self._random is None:
            return value
        return value * (1 + part * self._random.uniform(-1, 1))


class PrecisePoint:
    """A point whose values have so many digits; orthogonal matrices are so to all of them."""

    kind = Precise

    def __init__(self, point: Point, exprs: Sequence[Expr], digits: int, noise: int | None = None) -> None:
        self.arithmetic = self.kind(digits, noise)
        self.sizes = point.sizes
        nodes = postorder(*exprs)
        self.values = {name: self.arithmetic.numbers(value) for name, value in point.values.items()}
        for node in nodes:
            if node.op == "symbol" and "orthogonal" in node.attr.properties:
                self.values[node.attr.name] = self._orthogonal(self.values[node.attr.name])
        self._functions = {
            name: replace(function, arithmetic=self.arithmetic)
            for name, function in point.functions.items()
            if isinstance(function, StandIn)
        }
        self._runs: dict[Expr, Interpreter] = {}
        self.held: dict[Expr, Array] = {}
        self.values = {name: self.arithmetic.shaken(value) for name, value in self.values.items()}
        self.held = {node: self.value(node) for node in nodes if node.op == "stop"}

    def value(self, e: Expr, moved: Mapping[str, Array] | None = None) -> Array:
        """The value of an expression here, or where some symbols have moved; detached parts stay."""
        import numpy as np

        run = self._run(e, moved)
        try:
            return run.value(e)
        except ZeroDivisionError:
            return np.full(run.shape(e), self.arithmetic.context.nan, dtype=object)

    def span(self, exprs: Sequence[Expr], most: int) -> int:
        """How many powers of ten the largest part of expressions is above the smallest that is within `most`."""
        import numpy as np

        context = self.arithmetic.context
        sizes: set[int] = set()
        for e in exprs:
            run = self._run(e)
            try:
                run.value(e)
            except ZeroDivisionError:
                continue
            entries = (entry for value in run.known.values() if value.dtype == object for entry in np.ravel(value))
            sizes.update(int(context.mag(v) * 0.30103) for v in entries if v != 0 and abs(v) < context.inf)
        largest = max(sizes, default=0)
        return largest - min((size for size in sizes if largest - size <= most), default=0)

    def _run(self, e: Expr, moved: Mapping[str, Array] | None = None) -> Interpreter:
        """What works an expression out; here it keeps what it has found."""
        if not moved and e in self._runs:
            return self._runs[e]
        values = {**self.values, **(moved or {})}
        held = self.held if moved else {}
        run = _Rounded(self.arithmetic, values, self.sizes, self._functions, None, held, is_complex(e))
        if not moved:
            self._runs[e] = run
        return run

    def _orthogonal(self, q: Array) -> Array:
        """The orthogonal matrix beside one that is nearly so: Q*(3*I - Q'*Q)/2, again and again."""
        import numpy as np

        while True:
            rest = np.asarray(q.T @ q) - np.eye(q.shape[1], dtype=int)
            if max(abs(entry) for entry in rest.flat) < self.arithmetic._last_digit:
                return q
            q = q - q @ rest / 2


class _Rounded(Interpreter):
    """With noise, every value that is worked out is rounded at random."""

    arithmetic: Precise

    def _compute(self, node: Expr, values: list[Array]) -> Array:
        result = super()._compute(node, values)
        return result if node.op in _EXACT else self.arithmetic.shaken(result)


_contexts = threading.local()


def _context(digits: int) -> Any:
    """The context of mpmath for so many digits: one a thread, since functions change theirs for a moment."""
    import mpmath

    known: dict[int, Any] | None = getattr(_contexts, "known", None)
    if known is None:
        known = _contexts.known = {}
    if digits not in known:
        known[digits] = mpmath.mp.clone()
        known[digits].dps = digits
    return known[digits]


def _exp(run: Precise, x: Any) -> Any:
    if run.too_large(x):
        return run.context.inf if x.real > 0 else run.context.mpf(0)
    return run.context.exp(x)


def _log(run: Precise, x: Any) -> Any:
    return run.context.nan if not isinstance(x, run.context.mpc) and x < 0 else run.context.log(x)


def _periodic(name: str) -> Callable[..., Any]:
    def function(run: Precise, x: Any) -> Any:
        return run.context.nan if run.too_large(x) else getattr(run.context, name)(x)

    return function


def _gamma(run: Precise, x: Any) -> Any:
    return run.context.inf if run.too_large(x) else run.context.gamma(x)


def _polygamma(run: Precise, k: Any, x: Any) -> Any:
    k = k.real
    if k < 0 or k != int(k) or k > _ORDERS:
        return run.context.nan
    return run.context.polygamma(int(k), x)


def _bessel(name: str) -> Callable[..., Any]:
    def function(run: Precise, n: Any, x: Any) -> Any:
        if n.real != int(n.real) or (name in ("bessely", "besselk") and x.real <= 0):
            return run.context.nan
        if run.too_large(x):
            return {"besseli": run.context.inf, "besselk": run.context.zero}.get(name, run.context.nan)
        return of_whole_order(run.context, name, int(n.real), x)

    return function


def _sinc_derivative(run: Precise, k: Any, x: Any) -> Any:
    """The integral of (i t)^k exp(i t x) from 0 to 1, whose real part is that of sinc (DLMF 13.4.1)."""
    k = k.real
    if k < 0 or k != int(k) or run.too_large(x):
        return run.context.nan
    i = run.context.mpc(0, 1)
    return (i ** int(k) * run.context.hyp1f1(k + 1, k + 2, i * x)).real / (k + 1)


def _same_name(name: str) -> Callable[..., Any]:
    return lambda run, *args: getattr(run.context, name)(*args)


_ORDERS = 150  # of polygamma
_EXACT = frozenset({"symbol", "number", "constant", "index", "join", "reshape", "select", "compare", "stop"})
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "real": lambda run, x: x.real,
    "imag": lambda run, x: x.imag,
    "conj": lambda run, x: run.context.conj(x),
    "sin": _periodic("sin"),
    "cos": _periodic("cos"),
    "exp": _exp,
    "log": _log,
    "gamma": _gamma,
    "polygamma": _polygamma,
    "sinc_d": _sinc_derivative,
    **{name: _bessel(name) for name in ("besselj", "bessely", "besseli", "besselk")},
    "round": lambda run, x: run.context.nint(x),
    **{name: _same_name(name) for name in ("asin", "atan", "atan2", "asinh", "acosh", "floor")},
    "erf": lambda run, x: erf(run.context, x),
    "erfc": lambda run, x: erfc(run.context, x),
}


def _each(function: Callable[..., Any], *args: Array) -> Array:
    import numpy as np

    return np.asarray(np.frompyfunc(function, len(args), 1)(*args), dtype=object)


def _is_small_and_whole(value: Any) -> bool:
    return bool(abs(value) < _LARGEST_EXACT and value == int(value.real))


def _boxed(value: Any) -> Array:
    import numpy as np

    box = np.empty((), dtype=object)
    box[()] = value
    return box
