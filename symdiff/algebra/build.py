"""Constructors of scalar arithmetic and of sums, with the little that construction normalises.

Products that have an axis are built in `einsum`; what is normalised is listed in ARCHITECTURE.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log10
from typing import Any

from symdiff.algebra.leaves import (
    MINUS_ONE,
    ONE,
    ZERO,
    Number,
    is_constant,
    is_whole,
    is_zero,
    number,
    ones,
    plus,
    powered,
    times,
    zeros,
)
from symdiff.bounds import limits
from symdiff.dims import Shape, show_shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr, make, recall, remember


def require_shape(shape: Shape, *es: Expr) -> None:
    """ShapeError unless all have this shape."""
    for e in es:
        if e.shape != shape:
            raise ShapeError(f"shapes differ: {show_shape(shape)} and {show_shape(e.shape)}")


def mul(*factors: Expr) -> Expr:
    """The product of scalars."""
    if len(factors) == 2 and (made := _product_of_two(*factors)) is not None:
        return made
    coefficient: Number = 1
    pairs: list[tuple[Expr, Expr]] = []
    places: dict[Expr, list[int]] = {}
    for factor in factors:
        if factor.op == "number":
            coefficient = times(coefficient, factor.attr)
            continue
        if factor.shape:
            raise ShapeError(f"a scalar product was given a {show_shape(factor.shape)}")
        base, exponent = factor, ONE
        if factor.op == "mul":
            args = factor.args
            if args[0] is not ONE:
                coefficient = times(coefficient, args[0].attr)
                if len(args) > 3:
                    base = make("mul", (ONE, *args[1:]), None, ())
            if len(args) == 3:
                base, exponent = args[1], args[2]
        _put(pairs, places, base, exponent)
    return _product(coefficient, pairs)


def _product_of_two(a: Expr, b: Expr) -> Expr | None:
    """The product of a number and a factor, or of powers of different bases, with no number in front; else None."""
    if a.shape or b.shape:
        return None
    if a is ONE:
        return b
    if b is ONE:
        return a
    if b.op == "number":
        a, b = b, a
    if a.op == "number":
        if a.attr == 0 or a.attr == 1 or b.op == "number":
            return None
        if b.op != "mul":
            return make("mul", (a, b, ONE), None, ())
        if b.args[0] is not ONE:
            value = times(a.attr, b.args[0].attr)
            if value == 1:
                return None
            a = number(value)
        return make("mul", (a, *b.args[1:]), None, ())
    one, other = _one_power(a), _one_power(b)
    if one is None or other is None or one[0] is other[0]:
        return None
    return make("mul", (ONE, *one, *other), None, ())


def _one_power(e: Expr) -> tuple[Expr, ...] | None:
    """The base and the exponent that e is as a factor; None for one with a number in front, or a power of a number."""
    if e.op != "mul":
        return e, ONE
    args = e.args
    if args[0] is not ONE:
        return None
    if len(args) > 3:
        return e, ONE
    return None if args[1].op == "number" else args[1:]


def _put(pairs: list[tuple[Expr, Expr]], places: dict[Expr, list[int]], base: Expr, exponent: Expr) -> None:
    """Multiply base^exponent in: onto an equal base whose exponent is a number of the same sign."""
    known = places.setdefault(base, [])
    if exponent.op == "number":
        for k in known:
            other = pairs[k][1]
            if other.op == "number" and (other.attr > 0) == (exponent.attr > 0):
                total = plus(other.attr, exponent.attr)
                if _keeps_domain(total, other.attr):
                    pairs[k] = (base, number(total))
                    return
    known.append(len(pairs))
    pairs.append((base, exponent))


def _product(coefficient: Number, pairs: list[tuple[Expr, Expr]]) -> Expr:
    """The node of coefficient · ∏ base^exponent, pairs already collected."""
    kept: list[Expr] = []
    for base, exponent in pairs:
        if base.op == "number" and exponent.op == "number":
            folded = exact_power(base.attr, exponent.attr)
            if folded is not None:
                coefficient = times(coefficient, folded)
                continue
        kept += (base, exponent)
    if coefficient == 0 and not _is_unbounded(kept):
        return ZERO
    if not kept:
        return number(coefficient)
    if len(kept) == 2 and kept[1] is ONE:
        if coefficient == 1:
            return kept[0]
        if kept[0].op == "mul":  # a number times a product is that product with the number in front
            coefficient = times(coefficient, kept[0].args[0].attr)
            kept = list(kept[0].args[1:])
    head = ONE if coefficient == 1 else number(coefficient)
    return make("mul", (head, *kept), None, ())


def _is_unbounded(pairs: Sequence[Expr]) -> bool:
    """Whether a factor of base₁, exponent₁, … is infinite as written: 0/0 and 0·oo have no value and stay."""
    stack = list(zip(pairs[::2], pairs[1::2], strict=True))
    while stack:
        base, exponent = stack.pop()
        if base.op == "mul":
            stack.extend(zip(base.args[1::2], base.args[2::2], strict=True))
        elif is_constant(base, "oo") or (is_zero(base) and exponent.op == "number" and exponent.attr < 0):
            return True
    return False


def exact_power(base: Number, exponent: Number) -> Number | None:
    """base^exponent where it is a number worth having, else None."""
    if exponent == 1:
        return base
    if isinstance(base, float) or isinstance(exponent, float):
        if base <= 0 and not (isinstance(exponent, int) and (base or exponent > 0)):
            return None
        short = powered(base, exponent) if isinstance(base, float) and isinstance(exponent, int) else None
        if short is not None:
            return short
        try:
            power = float(base) ** exponent
        except OverflowError:
            return None
        return power if power or not base else None  # none that is too small for a float
    if isinstance(exponent, int):
        if base == 0 and exponent < 0:
            return None
        if base not in (0, 1, -1):
            larger = max(abs(base.numerator), base.denominator)
            digits = int(abs(exponent) * log10(larger)) + 1 if abs(exponent) < 1e15 else abs(exponent)
            limits.require("digits", digits, "a power of more digits than are worked out")
        exact = Fraction(base) ** exponent
        return exact.numerator if exact.denominator == 1 else exact
    return _exact_root(base, exponent)


def _exact_root(base: int | Fraction, exponent: Fraction) -> Number | None:
    """(4/9)^(1/2) = 2/3: only where it comes out exactly, and only of positive numbers."""
    if base <= 0:
        return None
    n = exponent.denominator
    if n > 64 or max(base.numerator, base.denominator).bit_length() > 512:
        return None
    up, down = _integer_root(base.numerator, n), _integer_root(base.denominator, n)
    if up is None or down is None:
        return None
    return exact_power(Fraction(up, down), exponent.numerator)


def _integer_root(value: int, n: int) -> int | None:
    low, high = 0, 1 << (value.bit_length() // n + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**n <= value:
            low = middle
        else:
            high = middle - 1
    return low if low**n == value else None


def power(base: Expr, exponent: Expr) -> Expr:
    """base^exponent, element by element; the exponent is a scalar or has the base's shape."""
    if base.shape:
        if not exponent.shape:
            exponent = spread(exponent, base.shape)
        return _map_power(base, exponent)
    if exponent.shape:
        return _map_power(spread(base, exponent.shape), exponent)
    if exponent is ONE:
        return base
    if is_zero(exponent) or base is ONE:
        return ONE
    if base.op == "number":
        if exponent.op == "number":
            folded = exact_power(base.attr, exponent.attr)
            if folded is not None:
                return number(folded)
    elif base.op == "mul" and len(base.args) == 3 and _is_integer(exponent) and base.args[0] is ONE:
        inner = base.args[2]
        if inner.op == "number" and _keeps_domain(inner.attr * exponent.attr, inner.attr):  # (x^a)^n = x^(an)
            return power(base.args[1], number(inner.attr * exponent.attr))
    return make("mul", (ONE, base, exponent), None, ())


def _map_power(base: Expr, exponent: Expr) -> Expr:
    require_shape(base.shape, exponent)
    scalar = unspread(exponent)
    if scalar is not None:
        if scalar is ONE:
            return base
        if is_zero(scalar) or is_constant(base, "ones"):
            return ones(base.shape)
        inner = unspread(base)
        if inner is not None:
            return spread(power(inner, scalar), base.shape)
        if base.op == "map" and base.attr == "pow" and _is_integer(scalar):
            before = unspread(base.args[1])
            if before is not None and before.op == "number" and _keeps_domain(before.attr * scalar.attr, before.attr):
                return power(base.args[0], number(before.attr * scalar.attr))
    return make("map", (base, exponent), "pow", base.shape)


def _keeps_domain(whole: Number, part: Number) -> bool:
    """Whether x^whole has a value only where x^part has: not x as the square of sqrt(x), nor as 1/(1/x)."""
    return (is_whole(part) or not is_whole(whole)) and (part > 0 or whole < 0)


def _is_integer(e: Expr) -> bool:
    return e.op == "number" and isinstance(e.attr, int)


def spread(scalar: Expr, shape: Shape) -> Expr:
    """A scalar at every entry of a shape."""
    if not shape:
        return scalar
    if is_zero(scalar):
        return zeros(shape)
    if scalar is ONE:
        return ones(shape)
    labels = tuple(range(len(shape)))
    return make("einsum", (scalar, ones(shape)), (labels, labels), shape)


def unspread(e: Expr) -> Expr | None:
    """The scalar that stands at every entry of e, where e is built that way; a scalar is its own."""
    if not e.shape:
        return e
    if e.op == "constant":
        return ONE if e.attr == "ones" else ZERO if e.attr == "zeros" else None
    if e.op == "einsum" and len(e.args) == 2 and is_constant(e.args[1], "ones"):
        return e.args[0]
    return None


def split_number(e: Expr) -> tuple[Number, Expr]:
    """e as number · rest, the number 1 where none stands in front."""
    if e.op == "number":
        return e.attr, ONE
    if e.op == "mul":
        head = e.args[0]
        if head is ONE:
            return 1, e
        rest = e.args[1:]
        if len(rest) == 2 and rest[1] is ONE:
            return head.attr, rest[0]
        return head.attr, make("mul", (ONE, *rest), None, ())
    if e.op == "einsum" and e.args[0] is not ONE:
        known: tuple[Number, Expr] | None = recall(e, "split")
        if known is not None:
            return known
        value, scalar = split_number(e.args[0])
        if value != 1:
            known = value, _with_coefficient(e, scalar)
            remember(e, "split", known)
            return known
    return 1, e


def _with_coefficient(e: Expr, coefficient: Expr) -> Expr:
    """The einsum e with another scalar in front."""
    if is_zero(coefficient):
        return zeros(e.shape)
    if coefficient is ONE and len(e.args) == 2 and e.attr[0] == e.attr[-1]:
        return e.args[1]
    return make("einsum", (coefficient, *e.args[1:]), e.attr, e.shape)


def scale(scalar: Expr, e: Expr) -> Expr:
    """A scalar times anything."""
    if scalar is ONE:
        return e
    if not e.shape:
        return mul(scalar, e)
    if is_zero(scalar) or is_zero(e):
        return zeros(e.shape)
    if e.op == "einsum" and (scalar.op == "number" or e.args[0].op == "number" or len(e.args) == 2):
        return _with_coefficient(e, mul(scalar, e.args[0]))
    if is_constant(e, "ones"):
        return spread(scalar, e.shape)
    labels = tuple(range(len(e.shape)))
    return make("einsum", (scalar, e), (labels, labels), e.shape)


def neg(e: Expr) -> Expr:
    return scale(MINUS_ONE, e)


def add(*summands: Expr) -> Expr:
    """The sum of terms of one shape; at least one."""
    shape = summands[0].shape
    if len(summands) == 2 and not shape:
        a, b = summands
        if a is not b and not b.shape and not _has_number(a) and not _has_number(b):  # nothing in their sum can meet
            return make("add", summands, None, ())
    values: list[Number] = []
    rests: list[Expr] = []
    originals: list[Expr | None] = []
    places: dict[Expr, int] = {}
    for term in summands:
        if term.shape != shape:
            require_shape(shape, term)
        if is_zero(term):
            continue
        value, rest = split_number(term)
        known = places.get(rest)
        if known is None:
            places[rest] = len(rests)
            rests.append(rest)
            values.append(value)
            originals.append(term)
        elif value == -values[known] and _is_unbounded((rest, ONE)):  # oo - oo has no value
            rests.append(rest)
            values.append(value)
            originals.append(term)
        else:
            values[known] = plus(values[known], value)
            originals[known] = None
    kept = []
    for value, rest, original in zip(values, rests, originals, strict=True):
        if original is not None:
            kept.append(original)
        elif value != 0:
            kept.append(scale(number(value), rest))
    if not kept:
        return zeros(shape)
    return kept[0] if len(kept) == 1 else make("add", tuple(kept), None, shape)


def _has_number(e: Expr) -> bool:
    """Whether a scalar is a number, or one stands in front of it."""
    op = e.op
    return op == "number" or ((op == "mul" or op == "einsum") and e.args[0] is not ONE)


def sub(a: Expr, b: Expr) -> Expr:
    return add(a, neg(b))


def fmap(name: str, *args: Expr) -> Expr:
    """A function element by element; its arguments have one shape."""
    if len(args) > 1:
        require_shape(args[0].shape, *args)
    if name == "pow":
        return power(*args)
    return make("map", args, name, args[0].shape)


def call(name: str, args: tuple[Expr, ...], keywords: tuple[tuple[str, Any], ...], shape: Shape) -> Expr:
    """A structured function; the book works out and checks the shape."""
    return make("call", tuple(args), (name, tuple(sorted(keywords))), tuple(shape))
