"""Limits: values ever closer to a point as a table, and what they approach, exactly where numbers bear it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from symdiff.algebra import ONE, Condition, is_closed, mul, named, number, power, substitute, symbols_of
from symdiff.algebra.implied import simplified
from symdiff.by_sympy import of_sympy, with_sympy
from symdiff.calculus.conditions import conditions
from symdiff.calculus.derive import diff
from symdiff.errors import NotSupported, NoValue, ShapeError, SymdiffError
from symdiff.exact import value
from symdiff.expr import Expr
from symdiff.rewriting import simplify
from symdiff.rewriting.rational.forms import normal_forms
from symdiff.solving.equation import points
from symdiff.solving.numbers import Number, context, decimal, is_finite, is_free, value_at, without_decimals
from symdiff.syntax.unknowns import Outcome

STEPS = (1, 2, 3, 4, 5)  # powers of ten in the table
_NEAR = (6, 12, 18)  # and those at which the limit is looked at
_FAR = 2_000, 60  # where what converges slowly is nearer still: to a fraction, to what has many digits
_TURNS = 6  # of l'Hôpital's rule
_COLUMN = 10  # digits of a value in the table


class Limit(NamedTuple):
    """What an expression approaches as a name goes to a point: `str` gives the table and the limit.

    `value` is the limit; `rows` are pairs of numbers, the name's and the expression's, where there are no other names.
    """

    of: Expr
    variable: Expr
    point: Expr
    value: Expr
    rows: tuple[tuple[float, float], ...] = ()
    note: str = ""
    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        return "\n".join([*table(self), f"{self.variable} -> {self.point}: {self.value}"])


def table(found: Limit) -> list[str]:
    """The rows as lines with a head."""
    if not found.rows:
        return []
    one = context()
    left = [one.nstr(one.mpf(repr(h)), _COLUMN, min_fixed=-12, max_fixed=12).removesuffix(".0") for h, _ in found.rows]
    right = [one.nstr(one.mpf(repr(v)), _COLUMN).removesuffix(".0") for _, v in found.rows]
    width = max(map(len, [*left, found.variable.attr.name]))
    head = f"{found.variable.attr.name:<{width}} | {str(found.of)[:60]}"
    return [head, *(f"{h:<{width}} | {v}" for h, v in zip(left, right, strict=True))]


@lru_cache(maxsize=64)
def limit(f: Expr, x: Expr, point: Expr) -> Limit:
    """What f approaches as x goes to a point; NoValue where there is nothing that it approaches."""
    if f.shape or x.shape or point.shape or x.op != "symbol":
        raise ShapeError("a limit is that of a scalar, as a scalar name goes to a point", hint="limit(sin(h)/h, h, 0)")
    plain, at = without_decimals(f), without_decimals(point)
    if not is_free(at, x):
        raise SymdiffError(f"`{x}` can't go to what it is part of itself")
    if set(symbols_of(f)) - {x} or not is_closed(at):
        return _with_names(f, x, point, plain, at)
    rows = tuple(_rows(plain, x, at))
    right, left = (_Side(plain, x, at, sign) for sign in (1, -1))
    sides = [right] if _end(at) > 0 else [left] if _end(at) < 0 else [side for side in (right, left) if side.has_values]
    if not sides:
        raise NoValue(f"{str(f)[:60]} has no values near {x} = {point}")
    found = [side.limit() for side in sides]
    if len(found) == 2 and not _agree(*found):
        raise NoValue(f"there is no limit: it is {found[0]} from the right and {found[1]} from the left")
    note = "" if len(sides) == 2 or _end(at) else f"from the {'right' if sides[0] is right else 'left'} alone"
    shortest = min(found, key=lambda e: (isinstance(e.attr, float), len(str(e))))
    return Limit(f, x, point, shortest, rows, note)


def outcome(f: Expr, x: Expr, point: Expr) -> Outcome:
    """The limit as what a text asks for."""
    found = limit(f, x, point)
    return Outcome(found.value, found.conditions, (found.note,) if found.note else ())


def _end(point: Expr) -> int:
    """1 at infinity, -1 at minus infinity, else 0."""
    if point is named("oo"):
        return 1
    return -1 if point.op == "mul" and named("oo") in point.args else 0


def _places(point: Expr, sign: int, exponent: int) -> Number:
    """A point so many powers of ten away from the end, on its right or left."""
    one = context()
    if _end(point):
        return _end(point) * one.mpf(10) ** exponent
    return one.re(value_at(point)) + sign * one.mpf(10) ** -exponent


def _rows(f: Expr, x: Expr, point: Expr) -> Iterator[tuple[float, float]]:
    for k in STEPS:
        for sign in (1, -1):
            h = _places(point, sign, k)
            v = value_at(f, {x.attr.name: h})
            if is_finite(v):
                yield float(h), float(context().re(v))
                break


class _Side:
    """An expression on one side of a point."""

    def __init__(self, f: Expr, x: Expr, point: Expr, sign: int) -> None:
        self.f, self.x, self.point, self.sign = f, x, point, sign
        self.values = [self.at(k) for k in _NEAR]
        self.has_values = all(is_finite(v) for v in self.values)
        self.far = _FAR[not _end(point) and point.op != "number"]

    def at(self, exponent: int) -> Number:
        v = value_at(self.f, {self.x.attr.name: _places(self.point, self.sign, exponent)})
        return context().re(v) if is_finite(v) else context().nan

    def limit(self) -> Expr:
        """What is approached: exact if a rule gives what the values go to, in digits if these settle; else NoValue."""
        if not self.has_values:
            raise NoValue(f"{str(self.f)[:60]} has no values near {self.x} = {self.point}")
        settled = self.settled()
        for exact in _candidates(self.f, self.x, self.point, self.sign):
            if self.bears_out(exact, settled):
                return exact
        if settled is None:
            raise NoValue(f"no limit of {str(self.f)[:60]} is seen as {self.x} goes to {self.point}")
        return decimal(settled)

    def settled(self) -> Number | None:
        """What the values no longer leave."""
        a, b, c = self.values
        small = context().mpf(10) ** -9 * max(abs(c), 1)
        return c if abs(c - b) < small and abs(c - b) <= abs(b - a) + small**2 else None

    def bears_out(self, exact: Expr, settled: Number | None) -> bool:
        """Whether the values go to this: they are there, come nearer and nearer, or grow beyond all bounds."""
        end = _end(exact)
        if end:
            turned = [end * v for v in (*self.values, self.at(self.far))]
            return settled is None and turned[0] < turned[1] < turned[2] < turned[3]
        v = value_at(exact)
        if not is_finite(v):
            return False
        if settled is not None:
            return bool(abs(settled - v) < context().mpf(10) ** -12 * max(abs(v), 1))
        gaps = [abs(w - v) for w in (*self.values, self.at(self.far))]
        return gaps[0] > gaps[1] > gaps[2] > 3 * gaps[3]


def _agree(a: Expr, b: Expr) -> bool:
    if _end(a) or _end(b):
        return _end(a) == _end(b)
    return bool(abs(value_at(a) - value_at(b)) < context().mpf(10) ** -12 * max(abs(value_at(a)), 1))


def _candidates(f: Expr, x: Expr, point: Expr, sign: int) -> Iterator[Expr]:
    """What the limit may be: the value there of a form without the gap, by l'Hôpital's rule, by sympy."""
    if not _end(point):
        for form in (f, *normal_forms(f)):
            yield from _value_there(form, x, point)
        yield from _by_derivatives(f, x, point)
    if is_closed(point) and set(symbols_of(f)) <= {x}:
        yield from _by_sympy(f, x, point, sign)


def _value_there(f: Expr, x: Expr, point: Expr) -> Iterator[Expr]:
    try:
        found = simplify(substitute(f, {x: point}))
        known = is_closed(found) and found.op != "number"
        exact = value(found) if known else found
    except (SymdiffError, ArithmeticError):
        return
    yield exact


def _by_derivatives(f: Expr, x: Expr, point: Expr) -> Iterator[Expr]:
    """The derivatives of numerator and denominator there, as long as both are 0."""
    above, below = _fraction(f)
    try:
        for _ in range(_TURNS):
            under = simplify(substitute(below, {x: point}))
            over = simplify(substitute(above, {x: point}))
            if under.attr != 0:
                yield simplify(mul(over, power(under, number(-1))))
                return
            if over.attr != 0:
                return
            above, below = diff(above, x), diff(below, x)
    except (SymdiffError, ArithmeticError):
        return


def _fraction(f: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator of a product."""
    if f.op != "mul":
        return f, ONE
    pairs = list(zip(f.args[1::2], f.args[2::2], strict=True))
    below = [power(base, number(-by.attr)) for base, by in pairs if by.op == "number" and by.attr < 0]
    above = [power(base, by) for base, by in pairs if not (by.op == "number" and by.attr < 0)]
    return mul(f.args[0], *above), mul(ONE, *below)


def _by_sympy(f: Expr, x: Expr, point: Expr, sign: int) -> Iterator[Expr]:
    import sympy

    h = sympy.Symbol("h", real=True)
    try:
        form = with_sympy(f, {x.attr.name: h})
        where = {1: sympy.oo, -1: -sympy.oo}.get(_end(point)) or with_sympy(point, {})
        found = sympy.limit(form, h, where, "+" if sign > 0 else "-")
        if found in (sympy.oo, -sympy.oo):
            yield named("oo") if found == sympy.oo else mul(number(-1), named("oo"))
        else:
            yield of_sympy(sympy.simplify(found))
    except (SymdiffError, ArithmeticError, ValueError, TypeError, NotImplementedError, AttributeError):
        return


def _with_names(f: Expr, x: Expr, point: Expr, plain: Expr, at: Expr) -> Limit:
    """The limit of what has other names: a candidate that is right at all points where it has a value."""
    for exact in _candidates(plain, x, at, 1):
        try:
            asked = simplified(conditions(exact))
        except SymdiffError:  # 0/0
            continue
        if _is_right(plain, x, at, exact, asked):
            return Limit(f, x, point, exact, (), "", asked)
    hint = "give the other names values: `… where a = 2`"
    raise NotSupported(f"no limit of {str(f)[:60]} is found as {x} goes to {point}", hint=hint)


def _is_right(f: Expr, x: Expr, point: Expr, exact: Expr, asked: Sequence[Condition]) -> bool:
    one, seen = context(), 0
    symbols = symbols_of(f, exact, point)
    names = [s.attr.name for s in symbols if s is not x]
    for values in points(names, asked, symbols):
        v, p = value_at(exact, values), value_at(point, values) if not _end(point) else one.zero
        if not is_finite(v) or not is_finite(p):
            continue
        for sign in (1, -1):
            h = _end(point) * one.mpf(10) ** 18 or p + sign * one.mpf(10) ** -18
            near = value_at(f, {**values, x.attr.name: h})
            if is_finite(near):
                seen += 1
                if abs(near - v) > one.mpf(10) ** -12 * max(abs(v), 1):
                    return False
    return seen >= 6
