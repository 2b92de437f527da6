"""The roots of a polynomial whose coefficients are expressions: exact up to the second degree, else in digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from symdiff.algebra import ZERO, Condition, add, condition, fmap, is_closed, mul, named, neg, number, power, sub
from symdiff.expr import Expr
from symdiff.rewriting import simplify
from symdiff.rewriting.rational.primes import taken_out
from symdiff.solving.numbers import as_number, context, real_value, sign_of, value_at

_HALF = number(Fraction(1, 2))
_HIGHEST = 100  # the degree of what is solved in digits


class Root(NamedTuple):
    """A root, where it is one, and whether it is written exactly."""

    value: Expr
    conditions: tuple[Condition, ...] = ()
    exact: bool = True


def roots(parts: Mapping[int, Expr], plane: bool = False) -> list[Root] | None:
    """The roots of the polynomial with these coefficients; None where no formula has them and they hold names.

    In the `plane` those that are not real, too.
    """
    low, high = min(parts), max(parts)
    found = [Root(ZERO)] if low else []
    if low == high:
        return found
    step = gcd(*(k - low for k in parts))
    reduced = {(k - low) // step: v for k, v in parts.items()}
    leading = (condition("nonzero", parts[high]),)
    if (high - low) // step <= 2:
        inner = _linear(reduced) if (high - low) // step == 1 else _quadratic(reduced, plane)
    else:
        digits = _in_digits(reduced, plane)
        if digits is None:
            return None
        inner = digits
    for root in inner:
        taken = _taken_root(root, step, plane)
        if taken is None:
            return None
        found += [one._replace(conditions=(*leading, *root.conditions, *one.conditions)) for one in taken]
    return found


def _linear(parts: Mapping[int, Expr]) -> list[Root]:
    c = parts[0]
    turned = add(*map(neg, c.args)) if c.op == "add" else neg(c)
    return [Root(simplify(quotient(turned, parts[1])))]


def quotient(a: Expr, b: Expr) -> Expr:
    """a/b."""
    return mul(a, power(b, number(-1)))


def _quadratic(parts: Mapping[int, Expr], plane: bool) -> list[Root]:
    c, b, a = (parts.get(k, ZERO) for k in range(3))
    if all(isinstance(part.attr, (int, Fraction)) for part in (a, b, c)):
        return _quadratic_of_numbers(Fraction(a.attr), Fraction(b.attr), Fraction(c.attr), plane)
    under = simplify(sub(mul(b, b), mul(number(4), a, c)))
    sign = sign_of(under)
    if sign is not None and sign < 0 and not plane:
        return []
    root = power(under, _HALF)
    if sign is not None and sign < 0:
        root = mul(named("i"), power(neg(under), _HALF))
    below = mul(number(2), a)
    ways = [quotient(op(neg(b), root), below) for op in (sub, add)]
    return [Root(simplify(way)) for way in (ways[:1] if sign == 0 else ways)]


def _quadratic_of_numbers(a: Fraction, b: Fraction, c: Fraction, plane: bool) -> list[Root]:
    """(-b ± sqrt(b² - 4ac))/2a, squares taken out of the root."""
    under = b * b - 4 * a * c
    if under < 0 and not plane:
        return []
    middle = number(-b / (2 * a))
    if under == 0:
        return [Root(middle)]
    front, left = taken_out(abs(under), 2)
    root = mul(number(front / abs(2 * a)), power(number(left), _HALF), *([named("i")] if under < 0 else []))
    below = lcm(*(Fraction(part).denominator for part in (-b / (2 * a), front / abs(2 * a))))
    scaled = [op(mul(number(below), middle), mul(number(below), root)) for op in (sub, add)]
    return [Root(mul(number(Fraction(1, below)), one)) for one in scaled]


def _taken_root(root: Root, n: int, plane: bool) -> list[Root] | None:
    """What to the n-th power is this: real, or in the plane all n; None where no formula has them."""
    t = root.value
    if n == 1:
        return [root]
    if plane:
        return _roots_in_the_plane(root, n)
    inverse = number(Fraction(1, n))
    sign = sign_of(t)
    if sign == 0:
        return [Root(ZERO)]
    if sign is None and is_closed(t):
        return []
    if n % 2 == 0:
        if sign == -1:
            return []
        own = _root_of(t, n)
        asked = () if sign else (condition("nonnegative", t),)
        return [Root(simplify(e), asked, root.exact) for e in (neg(own), own)]
    if sign is None:
        own = fmap("cbrt", t) if n == 3 else mul(fmap("sign", t), power(fmap("abs", t), inverse))
        return [Root(own, (), root.exact)]
    own = _root_of(t, n) if sign > 0 else neg(_root_of(neg(t), n))
    return [Root(simplify(own), (), root.exact)]


def _root_of(t: Expr, n: int) -> Expr:
    """A root of what is positive: of a number with its powers in front."""
    if isinstance(t.attr, (int, Fraction)):
        front, left = taken_out(Fraction(t.attr), n)
        return mul(number(front), power(number(left), number(Fraction(1, n))))
    return power(t, number(Fraction(1, n)))


def _roots_in_the_plane(root: Root, n: int) -> list[Root] | None:
    """|t|^(1/n) times (cos + i sin) of the n angles."""
    t, sign = root.value, sign_of(root.value)
    if sign is None and not is_closed(t):
        own = power(t, _HALF)
        return [Root(e) for e in (neg(own), own)] if n == 2 else None
    if sign is None:
        return _in_digits({0: neg(t), n: number(1)}, True)
    own = _root_of(t if sign > 0 else neg(t), n)
    found = []
    for k in range(n):
        angle = mul(number(Fraction(2 * k + (sign < 0), n)), named("pi"))
        turned = add(fmap("cos", angle), mul(named("i"), fmap("sin", angle)))
        found.append(Root(simplify(mul(own, turned)), (), root.exact))
    return found


def _in_digits(parts: Mapping[int, Expr], plane: bool) -> list[Root] | None:
    """The roots of a polynomial of numbers in digits: isolated exactly where its coefficients are fractions."""
    degree = max(parts)
    if degree > _HIGHEST or not all(map(is_closed, parts.values())):
        return None
    one = context()
    coefficients = [parts.get(k, ZERO) for k in range(degree, -1, -1)]
    fractions = [Fraction(c.attr) for c in coefficients if isinstance(c.attr, (int, Fraction))]
    if not plane and len(fractions) == len(coefficients):
        return [Root(as_number(v), (), False) for v in _isolated(fractions)]
    values = [value_at(c) for c in coefficients]
    if not plane and any(real_value(c) is None for c in coefficients):
        return None
    try:
        found = one.polyroots(values, maxsteps=500, extraprec=600)
    except one.NoConvergence:
        return None
    tiny = one.mpf(10) ** -60
    real = [one.re(v) for v in found if abs(one.im(v)) <= tiny * max(abs(v), 1)]
    if not plane:
        return [Root(as_number(v), (), False) for v in real]
    others = [v for v in found if abs(one.im(v)) > tiny * max(abs(v), 1)]
    return [Root(as_number(v), (), False) for v in real] + [Root(_complex(v), (), False) for v in others]


def _complex(v: object) -> Expr:
    one = context()
    return add(as_number(one.re(v)), mul(as_number(one.im(v)), named("i")))


def _isolated(coefficients: Sequence[Fraction]) -> list[object]:
    """The real roots of a polynomial over the fractions, each isolated before it is worked out."""
    import sympy

    whole = lcm(*(c.denominator for c in coefficients))
    t = sympy.Symbol("t")
    polynomial = sympy.Poly.from_list([int(c * whole) for c in coefficients], t)
    found = []
    for (low, high), _ in polynomial.intervals():
        low, high = polynomial.refine_root(low, high, eps=sympy.Rational(1, 10**8)) if low != high else (low, high)
        found.append(_between(coefficients, Fraction(low.p, low.q), Fraction(high.p, high.q)))
    return found


def _between(coefficients: Sequence[Fraction], low: Fraction, high: Fraction) -> object:
    """The one root between two fractions, by halving and Newton's steps that stay between them."""
    one = context()
    c = [one.mpf(v.numerator) / v.denominator for v in coefficients]
    a, b = (one.mpf(v.numerator) / v.denominator for v in (low, high))
    if a == b:
        return a
    rising = one.polyval(c, b) > one.polyval(c, a)
    v = (a + b) / 2
    for _ in range(400):
        p, slope = one.polyval(c, v, derivative=True)
        if p == 0 or b - a <= abs(v) * one.eps:
            break
        a, b = (v, b) if (p < 0) == rising else (a, v)
        nearer = v - p / slope if slope else a
        if abs(nearer - v) <= abs(v) * one.eps * 4:
            return nearer
        v = nearer if a < nearer < b else (a + b) / 2
    return v
