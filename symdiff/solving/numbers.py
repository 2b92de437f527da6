"""Values with many digits at points with many digits: what decides signs, domains, and whether a root is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import isfinite
from typing import Any

from symdiff.algebra import ZERO, Condition, is_closed, number, sub, symbols_of
from symdiff.errors import NotSupported, SymdiffError
from symdiff.evaluation import bind
from symdiff.evaluation.precise import PrecisePoint
from symdiff.exact import of_decimal
from symdiff.expr import Expr, postorder
from symdiff.syntax.unknowns import Sides

DIGITS = 100
ROUNDED = 80  # digits of a root that has no short exact form
_EQUAL = 30  # digits in which two sides agree at a root
_SHOWN = 15

Number = Any  # of mpmath


@cache
def _precise() -> PrecisePoint:
    return PrecisePoint(bind(ZERO, {}), [], DIGITS)


def context() -> Any:
    """mpmath with so many digits."""
    return _precise().arithmetic.context


def value_at(e: Expr, values: Mapping[str, Number] | None = None) -> Number:
    """The value of a scalar where its names have these values; nan where it has none, or is not worked out."""
    import numpy as np

    one = context()
    boxed = {name: np.array(v, dtype=object) for name, v in {"": one.zero, **(values or {})}.items()}
    try:
        return _precise().value(e, boxed)[()]
    except NotSupported:
        raise
    except (SymdiffError, ArithmeticError, ValueError, TypeError):
        return one.nan


def is_finite(v: Number, real: bool = True) -> bool:
    """Whether it is a number, and one without an imaginary part."""
    one = context()
    return bool(one.isfinite(v)) and not (real and abs(one.im(v)) > one.mpf(10) ** -_EQUAL * abs(v))


def real_value(e: Expr) -> Number | None:
    """The value of a closed expression that is a real number."""
    if not is_closed(e):
        return None
    v = value_at(e)
    return context().re(v) if is_finite(v) else None


def is_free(e: Expr, x: Expr) -> bool:
    """Whether x stands nowhere in an expression, not in a comparison either."""
    return x not in symbols_of(e)


def sign_of(e: Expr) -> int | None:
    """-1, 0 or 1 of a closed expression; None of what is not real or not closed. What is 0 to 60 digits is 0."""
    v = real_value(e)
    if v is None:
        return None
    return 0 if abs(v) < context().mpf(10) ** -60 else 1 if v > 0 else -1


def gap(sides: Sides, values: Mapping[str, Number], real: bool) -> Number | None:
    """By how much the sides differ at a point, beside what they are there; None where one has no value."""
    left, right = (value_at(side, values) for side in sides)
    if not (is_finite(left, real) and is_finite(right, real)):
        return None
    return abs(left - right) / max(abs(left), abs(right), 1)


def meets(sides: Sides, x: str, v: Number) -> bool:
    """Whether the sides agree at a point to twice as many digits: near a double root they agree to half of its own."""
    found = gap(sides, {x: v}, True)
    return found is not None and bool(found < context().mpf(10) ** (-2 * _EQUAL))


def solves(sides: Sides, values: Mapping[str, Number], unknowns: Mapping[str, Number], real: bool) -> bool:
    """Whether the sides agree at the unknowns, or beside them: at the edge of a domain a digit may lead out of it."""
    one = context()
    step = one.mpf(10) ** (10 - DIGITS)
    for turn in (0, 1, -1):
        moved = {name: v + turn * step * max(abs(v), 1) for name, v in unknowns.items()}
        found = gap(sides, {**values, **moved}, real)
        if found is not None and found < one.mpf(10) ** -_EQUAL:
            return True
    return False


def admits(domain: Iterable[Condition], values: Mapping[str, Number]) -> bool:
    """Whether no condition is at its very edge here, which is outside: a digit would lead back into the domain."""
    small = context().mpf(10) ** -60
    for c in domain:
        inner = _INSIDE.get(c.predicate)
        if inner is None or c.given or c.args[0].shape:
            continue
        if any(abs(value_at(e, values)) < small for e in inner(*c.args)):
            return False
    return True


_INSIDE: dict[str, Callable[..., Sequence[Expr]]] = {  # what is not 0 where a condition holds
    "positive": lambda u: [u],
    "nonzero": lambda u: [u],
    "less": lambda a, b: [sub(a, b)],
    "apart": lambda a, b: [sub(a, b)],
    "within": lambda u, a, b: [sub(u, a), sub(u, b)],
}


def as_number(v: Number) -> Expr:
    """A number of mpmath as an expression: a fraction that agrees in the digits of a root."""
    with context().workdps(DIGITS):
        return number(Fraction(context().nstr(v, ROUNDED)))


def decimal(v: Number) -> Expr:
    """A real number in the digits that are shown."""
    return of_decimal(context().nstr(v, _SHOWN).removesuffix(".0"))


def without_decimals(e: Expr) -> Expr:
    """The expression with decimals as the fractions that they are written as."""
    from symdiff.algebra import substitute

    floats = [node for node in postorder(e) if node.op == "number" and isinstance(node.attr, float)]
    if not all(isfinite(node.attr) for node in floats):
        raise SymdiffError("nan and infinite floats are no numbers to reckon with", hint="write `oo` for infinity")
    return substitute(e, {node: number(Fraction(repr(node.attr))) for node in floats}) if floats else e
