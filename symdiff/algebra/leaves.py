"""Leaves: numbers, symbols, constants, frozen arrays, functions that are only names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Context, Decimal
from fractions import Fraction
from math import isfinite, log10, nan
from numbers import Integral, Rational, Real
from operator import add, mul
from typing import Any, NamedTuple

from symdiff import dims
from symdiff.bounds import limits
from symdiff.dims import Dim, Shape
from symdiff.errors import ShapeError, SymdiffError
from symdiff.expr import Expr, make, number_key

Number = int | Fraction | float

# `freed` is a structured variable while its entries move by themselves, `freed_skew` one that was skew
PROPERTIES = frozenset(
    "positive real integer complex symmetric spd diagonal orthogonal lower upper skew freed freed_skew "
    "dimension".split()
)
NAMED = ("pi", "e", "oo", "i")
_DIGITS_A_BIT = log10(2)


class Symbol(NamedTuple):
    """What a symbol is besides its shape."""

    name: str
    properties: frozenset[str]


class Function(NamedTuple):
    """A function that is only a name: shapes of its arguments and of its value."""

    name: str
    arguments: tuple[Shape, ...]
    shape: Shape
    properties: frozenset[str] = frozenset()


class Array(NamedTuple):
    """Frozen numbers in row-major order."""

    shape: tuple[int, ...]
    entries: tuple[complex | float | int, ...]
    kinds: str  # one letter an entry (i, f, c): 1 and 1.0 are different arrays


def number(value: Any) -> Expr:
    """An exact (int, Fraction) or floating number."""
    kind = type(value)
    if kind is int:
        return make("number", (), bounded(value), (), int)
    if kind is float:
        return make("number", (), value if value == value else nan, (), value.hex())  # nan is one, whoever made it
    if isinstance(value, Integral):
        value = int(value)
    elif isinstance(value, Rational):
        value = Fraction(int(value.numerator), int(value.denominator))
        if value.denominator == 1:
            value = value.numerator
    elif isinstance(value, Real):
        value = float(value)
    else:
        raise SymdiffError(f"not a real number: {str(value)[:40]!r}")
    return make("number", (), bounded(value), (), number_key(value))


def bounded(value: Number) -> Number:
    """The number itself: LimitError if it has more digits than one may have."""
    if isinstance(value, float):
        return value
    bits = value.bit_length() if type(value) is int else max(map(int.bit_length, value.as_integer_ratio()))
    if bits > 64:
        limits.require("digits", int(bits * _DIGITS_A_BIT), "an exact number of too many digits")
    return value


def powered(base: float, exponent: int) -> float | None:
    """A power of a decimal, as `decimal` has it."""
    return decimal(pow, base, exponent) if base or exponent > 0 else None


def finite(value: Number) -> bool:
    """Whether a number is one: an exact one always is, larger than any float too."""
    return not isinstance(value, float) or isfinite(value)


def is_whole(value: Number) -> bool:
    """Whether a number has no fraction."""
    return value.is_integer() if isinstance(value, float) else value.denominator == 1


def times(a: Number, b: Number) -> Number:
    """The product: exact of exact numbers, and of decimals where it is short; else a float, where one is near."""
    if not isinstance(a, float) and not isinstance(b, float):
        return bounded(a * b)
    if abs(a) == 1 or abs(b) == 1:
        return a * b
    if type(a) is not Fraction and type(b) is not Fraction:
        written = repr(a) + repr(b)
        if len(written) <= _WRITTEN and not _SPECIAL.intersection(written):  # the product of floats shows all digits
            return float(f"{a * b:.15g}")
    if (short := decimal(mul, a, b)) is not None:
        return short
    with suppress(OverflowError):
        product = a * b
        if (finite(product) and product) or not a or not b:
            return product
    return _beyond_floats(a, b, mul)


def plus(a: Number, b: Number) -> Number:
    """The sum, as `times` has it."""
    if not isinstance(a, float) and not isinstance(b, float):
        return bounded(a + b)
    if (short := decimal(add, a, b)) is not None:
        return short
    with suppress(OverflowError):
        if finite(total := a + b):
            return total
    return _beyond_floats(a, b, add)


_DECIMALS = Context(prec=40, traps=[])  # what is too large is infinite, and no decimal
_OPERATIONS: dict[Any, Callable[[Decimal, Decimal], Decimal]] = {
    add: _DECIMALS.add,
    mul: _DECIMALS.multiply,
    pow: _DECIMALS.power,
}
_SPECIAL = frozenset("en")  # in what is written with an exponent, infinite, or nan
_WRITTEN, _SHORT = 15, 17  # digits of a float that stands for a decimal as written, and of a result that is exact


def decimal(operation: Callable[[Any, Any], Any], a: Number, b: Number) -> float | None:
    """The exact result for decimals as they are written, 0.3 of 0.1 + 0.2; None where it is no short decimal."""
    one, other = _as_written(a), _as_written(b)
    if one is None or other is None:
        return None
    if type(one) is type(other) is Decimal:
        exact = _OPERATIONS[operation](one, other)
    else:  # 0.3/3 is 0.1
        quotient = operation(Fraction(one), Fraction(other))
        exact = _DECIMALS.divide(Decimal(quotient.numerator), Decimal(quotient.denominator))
    exact = _DECIMALS.normalize(exact)
    found = float(exact) if len(exact.as_tuple().digits) <= _SHORT else 0.0
    return found if isfinite(found) and (found or not exact) else None


def _as_written(value: Number) -> Decimal | Fraction | None:
    """A number as a decimal of few digits, if it is one; a quotient as it is."""
    if type(value) is Fraction:
        return value
    text = repr(value)
    exact = Decimal(text)
    return exact if exact.is_finite() and (len(text) <= _WRITTEN or len(exact.as_tuple().digits) <= _WRITTEN) else None


def _beyond_floats(a: Number, b: Number, operation: Callable[[Any, Any], Any]) -> Number:
    """An exact result, floats taken as the decimals they print as; a float again where one is near."""
    if not (finite(a) and finite(b)):
        return float(operation(*(x if isinstance(x, float) else (x > 0) - (x < 0) for x in (a, b))))
    exact = operation(*(Fraction(repr(x)) if isinstance(x, float) else Fraction(x) for x in (a, b)))
    try:
        if rounded := float(exact):
            return rounded
    except OverflowError:
        pass
    return bounded(exact.numerator if exact.denominator == 1 else exact)


ZERO = number(0)
ONE = number(1)
MINUS_ONE = number(-1)
TWO = number(2)


def symbol(name: str, shape: Iterable[Dim] = (), properties: Iterable[str] = ()) -> Expr:
    """A variable of a shape, with properties of the closed list `PROPERTIES`."""
    props, shape = frozenset(properties), tuple(shape)
    if unknown := props - PROPERTIES:
        raise SymdiffError(f"unknown property {min(unknown)!r} of {name}")
    return make("symbol", (), Symbol(name, props), shape)


def dimension(name: str) -> Expr:
    """A dimension name used as a scalar."""
    return symbol(name, (), {"dimension", "positive", "integer"})


def zeros(shape: Iterable[Dim]) -> Expr:
    shape = tuple(shape)
    return make("constant", (), "zeros", shape) if shape else ZERO


def ones(shape: Iterable[Dim]) -> Expr:
    shape = tuple(shape)
    return make("constant", (), "ones", shape) if shape else ONE


def eye(n: Dim) -> Expr:
    return make("constant", (), "eye", (n, n))


def named(name: str) -> Expr:
    """π, e, ∞ or the imaginary unit."""
    if name not in NAMED:
        raise SymdiffError(f"no constant called {name!r}")
    return make("constant", (), name, ())


def array(data: Any) -> Expr:
    """Numbers frozen into an expression: nested sequences or anything with `shape` and `ravel`."""
    if hasattr(data, "shape") and hasattr(data, "ravel"):
        shape, flat = tuple(int(d) for d in data.shape), plain(data).ravel().tolist()
    else:
        shape, flat = _nested(data)
    if not shape:
        return number(flat[0])
    kinds = "".join("c" if isinstance(v, complex) else "f" if isinstance(v, float) else "i" for v in flat)
    return make("constant", (), Array(shape, tuple(flat), kinds), shape)


_KINDS: dict[str, type] = {"b": int, "f": float, "c": complex}


def plain(data: Any) -> Any:
    """An array of Python's own kinds of numbers: SymdiffError for one that means more than its numbers."""
    require_plain(data)
    kind = _KINDS.get(getattr(getattr(data, "dtype", None), "kind", ""))
    return data if kind is None else data.astype(kind)


def require_plain(data: Any) -> None:
    """SymdiffError for an array that means more than its numbers.

    The mask of a masked array would be lost, and what `*` is for `np.matrix` it is not for an expression.
    """
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(data, numpy.ndarray) and type(data).__mul__ is not numpy.ndarray.__mul__:
        raise SymdiffError(
            f"a {type(data).__name__} is more than an array of numbers",
            hint="give a.filled(value) of a masked array, np.asarray(a) of a matrix",
        )


def _nested(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    if not isinstance(data, (list, tuple)):
        return (), [data]
    rows = [_nested(row) for row in data]
    if len({shape for shape, _ in rows}) > 1:
        raise ShapeError("the rows of an array have different lengths")
    return (len(rows), *(rows[0][0] if rows else ())), [v for _, flat in rows for v in flat]


def size_scalar(dim: Dim) -> Expr:
    """A size as a scalar: `n + 1` as the sum of the dimension n and 1."""
    from symdiff.algebra.build import add, fmap, mul, power  # leaves are below build

    def named_size(name: str) -> Expr:
        if isinstance(name, dims.Smaller):
            return fmap("min", *map(size_scalar, name.parts))
        return dimension(name)

    if (parts := dims.quotient(dim)) is not None:
        common, rest, below = parts
        return mul(number(Fraction(1, below)), *(power(named_size(n), number(k)) for n, k in common), size_scalar(rest))
    monomials = [
        mul(number(c), *(power(named_size(name), number(k)) for name, k in powers)) for powers, c in dims.terms(dim)
    ]
    return add(*monomials) if monomials else ZERO


def is_constant(e: Expr, kind: str) -> bool:
    """Whether e is the constant `zeros`, `ones`, `eye`, `pi` …"""
    return e.op == "constant" and e.attr == kind


def is_zero(e: Expr) -> bool:
    """Whether e is the number or constant zero (of any shape)."""
    return (e.op == "number" and e.attr == 0) or (e.op == "constant" and e.attr == "zeros")


def is_one(e: Expr) -> bool:
    return e is ONE
