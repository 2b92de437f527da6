"""Whether two expressions differ at a point, for certain: with 50 digits, and where they are apart with 110 too.

A difference that stays is one; one that shrinks with more digits is rounding. Where a value jumps, as `floor` does, and
what it depends on is nearly there, rounding might choose the side: then nothing is certain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from symdiff.equality.weights import as_written
from symdiff.errors import NotSupported, SymdiffError
from symdiff.evaluation import Array, Point
from symdiff.evaluation.precise import Precise, PrecisePoint
from symdiff.expr import Expr
from symdiff.oracles.points import shaken

_DIGITS, _MORE = 50, 60
_LOST = 10  # digits that rounding may take
_DEEPEST = 1000  # powers of ten between parts that are told apart
_FAR = 10**9
_NEAR = 1e-30  # what is as close to a jump and not on it may be on either side
_UNSURE = 1e-25  # relative to the largest, of what rotations end in
_CERTAIN = 1e-5  # relative to the largest, of floats
_SHAKEN = 1e6  # times what a change in the last digits makes, of floats


class Outcome(NamedTuple):
    """What a point says: "same", "apart", "left" or "right" alone has a value, "neither" has; None where unsure."""

    word: str | None
    left: Array = None
    right: Array = None
    difference: float = 0.0
    exact: bool = False  # with many digits


class _Careful(Precise):
    """Arithmetic that notes where a value hangs on rounding."""

    unsure = False
    direct = Precise.direct | {"abs", "max", "min"}  # which have no jump, though they are defined by comparisons

    def number(self, value: Any) -> Array:
        """A decimal is what is written: 0.1 is a tenth."""
        if isinstance(value, float) and math.isfinite(value) and not value.is_integer():
            return super().number(as_written(value))
        return super().number(value)

    def numbers(self, values: Array) -> Array:
        """The decimals that floats are written as."""
        import numpy as np

        if np.iscomplexobj(values):
            return super().numbers(values)
        return np.asarray(np.frompyfunc(lambda v: self.number(float(v))[()], 1, 1)(values), dtype=object)

    def compare(self, kind: str, *args: Array) -> Array:
        import numpy as np

        if kind not in ("and", "or", "not"):
            self._near(*np.ravel(args[0] - args[1]))
        return super().compare(kind, *args)

    def map(self, name: str, *args: Array) -> Array:
        import numpy as np

        if name in _WITHOUT_JUMPS:
            return self._each(_WITHOUT_JUMPS[name], *(args if name == "abs" else map(self.comparable, args)))
        edge = _EDGES.get(name)
        if edge is not None:
            self._near(*(edge(*entries) for entries in zip(*map(np.ravel, args), strict=True)))
        return super().map(name, *args)

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        """A function of a matrix by mpmath, where its value is real: NotSupported elsewhere."""
        if name not in _OF_MATRICES:
            return super().call(name, args, keywords)
        import numpy as np

        (matrix,) = args
        roots = np.linalg.eigvals(matrix.astype(float)) if name != "expm" else np.ones(1)
        if np.any((roots.real <= 0) & (np.abs(roots.imag) <= _NEGATIVE * np.abs(roots))):
            raise NotSupported("no real value")
        try:
            found = getattr(self.context, name)(self.context.matrix(matrix.tolist()))
        except (ArithmeticError, ValueError, self.context.NoConvergence) as error:
            raise NotSupported(f"{name} has no value here") from error
        values = [found[place].real for place in np.ndindex(*matrix.shape)]
        return np.asarray(values, dtype=object).reshape(matrix.shape)

    def power(self, base: Array, exponent: Array) -> Array:
        import numpy as np

        pairs = zip(*map(np.ravel, np.broadcast_arrays(base, exponent)), strict=True)
        self._near(*(b for b, k in pairs if not (k == int(k.real) and k.real > 0)))
        return super().power(base, exponent)

    def _near(self, *distances: Any) -> None:
        self.unsure = self.unsure or any(d != 0 and abs(d) < _NEAR for d in distances)


_NEGATIVE = 1e-6  # relative imaginary part of an eigenvalue that is taken as real
_OF_MATRICES = frozenset({"expm", "logm", "sqrtm"})
_WITHOUT_JUMPS: dict[str, Any] = {"abs": abs, "max": max, "min": min}
_EDGES: dict[str, Any] = {
    "floor": lambda x: x.real - round(x.real),
    "round": lambda x: 2 * x.real - round(2 * x.real),
    "log": lambda x: x,
    "asin": lambda x: abs(x) - 1,
    "acosh": lambda x: x - 1,
    "atan2": lambda y, x: y if x <= 0 else 1,
    "gamma": lambda x: x.real - round(x.real),
}


class _Point(PrecisePoint):
    kind = _Careful
    arithmetic: _Careful

    def largest(self, a: Expr, b: Expr) -> Any:
        """The largest intermediate value of two expressions."""
        entries = (
            v for e in (a, b) for value in self._run(e).known.values() if value.dtype == object for v in value.flat
        )
        return max((abs(v) for v in entries if _is_finite(v)), default=0)


def compared(point: Point, a: Expr, b: Expr) -> Outcome:
    """What a point says of two expressions."""
    try:
        return _compared(point, a, b, _DIGITS)
    except NotSupported:
        return _of_floats(point, a, b)


def agree(point: Point, a: Expr, b: Expr) -> bool:
    """Whether two expressions have one value at a point, to many digits."""
    try:
        return _compared(point, a, b, _DIGITS).word == "same"
    except SymdiffError:
        return False


def _compared(point: Point, a: Expr, b: Expr, digits: int) -> Outcome:
    at = _Point(point, [a, b], digits)
    values = _values(at, a, b)
    if values is None or (values[0] is None and values[1] is None):
        return Outcome(None if values is None else "neither")
    gap = _gap(*values)
    small = gap is not None and gap <= at.largest(a, b) * at.arithmetic.context.mpf(10) ** (_LOST - digits)
    if digits == _DIGITS and (gap is None or small):
        more = at.span([a, b], _FAR)
        if more > _DEEPEST:
            return Outcome(None)
        if more >= _DIGITS - _LOST and not at.arithmetic.slow:
            return _compared(point, a, b, _DIGITS + 2 * more)  # so that no part drowns in another
    if small:
        return Outcome("same", *values)
    if at.arithmetic.slow and gap is not None and gap <= at.largest(a, b) * _UNSURE:
        return Outcome(None)
    again = _values(_Point(point, [a, b], digits + _MORE), a, b)
    if again is None or [v is None for v in again] != [v is None for v in values]:
        return Outcome(None)
    if gap is None:
        return Outcome("right" if values[0] is None else "left", *values, exact=True)
    found = _gap(*again)
    if abs(found - gap) > gap / 1000:
        return Outcome("same" if found < gap / 1000 else None, *values)
    size = max(abs(entry) for side in values for entry in side.flat)
    return Outcome("apart", *values, float(gap / size), True)


def _gap(left: Array, right: Array) -> Any:
    """By how much two values differ; None where one is missing."""
    if left is None or right is None:
        return None
    return max((abs(x - y) for x, y in zip(left.flat, right.flat, strict=True)), default=0)


def _values(at: _Point, a: Expr, b: Expr) -> tuple[Array, Array] | None:
    """The values of both sides, None for one that has none; nothing where rounding decides."""
    found = []
    for e in (a, b):
        try:
            value = at.value(e)
            found.append(value if all(map(_is_finite, value.flat)) else None)
        except NotSupported:
            raise
        except SymdiffError:
            found.append(None)
    if at.arithmetic.unsure or at.arithmetic.overflowed:
        return None
    return found[0], found[1]


def _of_floats(point: Point, a: Expr, b: Expr) -> Outcome:
    """What a point says where no more digits are to be had: apart is what is far more so than rounding makes it."""
    import numpy as np

    left, right, *others = (value_of(p, e) for p in (point, shaken(point)) for e in (a, b))
    if left is None or right is None or any(value is None for value in others):
        return Outcome(None)
    gap = float(np.max(np.abs(left - right), initial=0))
    blur = sum(float(np.max(np.abs(x - y), initial=0)) for x, y in zip((left, right), others, strict=True))
    largest = max(point.largest(a), point.largest(b))
    if gap <= _SHAKEN * blur + _CERTAIN * largest:
        return Outcome("same" if gap <= _CERTAIN**2 * largest else None, left, right)
    return Outcome("apart", left, right, gap / float(max(np.max(np.abs(left)), np.max(np.abs(right)))))


def value_of(point: Point, e: Expr) -> Array | None:
    """The value of an expression in floats; None where it has none."""
    import numpy as np

    try:
        value = point.value(e)
    except NotSupported:
        raise
    except (SymdiffError, np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return value if np.all(np.isfinite(value)) else None


def _is_finite(value: Any) -> bool:
    return bool(abs(value) - abs(value) == 0)
