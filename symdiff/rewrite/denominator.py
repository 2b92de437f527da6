"""Quotients over powers of one divisor as one quotient, 1/u - 2·x²/u² as (u - 2·x²)/u²; divisors multiplied out."""

from __future__ import annotations

from fractions import Fraction

from symdiff.algebra import is_nonnegative, mul, neg, number, power
from symdiff.algebra.leaves import is_whole
from symdiff.expr import Expr
from symdiff.rewrite.collect import collect_node
from symdiff.rewrite.cost import cost
from symdiff.rewrite.digits import keeps_digits
from symdiff.rewrite.expand import multiplied_out, tidy_sum
from symdiff.rewrite.factor import divides
from symdiff.rewrite.product import Product, opened, product
from symdiff.rewrite.rules import Recorder


def over_one_denominator(e: Expr, most: int) -> tuple[Expr, Expr] | None:
    """The numerator and the reciprocal of a divisor that all terms of a sum of scalars have, in several powers.

    None where there is no such divisor, or it is not shorter so. Numerators make at most so many terms.
    """
    if e.shape or not all(term.op == "mul" for term in e.args):
        return None
    terms = [opened(term) for term in e.args]
    for divisor, first in _divisors(terms[0]).items():
        exponents = [exponent for term in terms if (exponent := _divisors(term).get(divisor)) is not None]
        lowest = min(exponents)
        if len(exponents) < len(terms) or lowest == max(exponents) or not all(is_whole(k - first) for k in exponents):
            continue
        numerators = [_times(term, divisor, -lowest) for term in terms]
        parts = [multiplied_out(numerator, most) or [numerator] for numerator in numerators]
        reciprocal = power(divisor, number(lowest))
        for rests in (parts, [[numerator] for numerator in numerators]):
            inner = tidy_sum([part for rest in rests for part in rest])
            pays = cost(mul(inner, reciprocal)) < cost(e)
            if pays and keeps_digits(list(zip(numerators, rests, strict=True)), inner):
                return inner, reciprocal
    return None


def _times(term: Product, divisor: Expr, exponent: int | Fraction) -> Expr:
    """The term times a power of a divisor of it, which then is none any more."""
    others = [f for f in term.factors if f.base is not divisor or not divides(f.exponent)]
    left = power(divisor, number(exponent + _divisors(term)[divisor]))
    return opened(mul(term._replace(factors=others).build(), left)).build()


def _divisors(term: Product) -> dict[Expr, int | Fraction]:
    """The scalars to exact negative powers among the factors, with these."""
    found: dict[Expr, int | Fraction] = {}
    for factor in term.factors:
        if divides(factor.exponent) and not factor.labels:
            found[factor.base] = found.get(factor.base, 0) + factor.exponent.attr
    return found


def denominator_opened(e: Expr, most: int, recorder: Recorder | None) -> Expr | None:
    """A product whose divisors, multiplied out, are a shorter sum of squares: 1/(x^2*(1 + 1/x^2)) is 1/(x^2 + 1)."""
    whole = product(e)
    below = [factor for factor in whole.factors if divides(factor.exponent)]
    if e.shape or len(below) < 2 or any(factor.labels for factor in below):  # divisors of entries are not the whole's
        return None
    if not any(factor.base.op == "add" for factor in below):
        return None
    lower = Product(1, [factor._replace(exponent=neg(factor.exponent)) for factor in below], (), {}).build()
    parts = multiplied_out(lower, most)
    if parts is None:
        return None
    parts = [collect_node(part, recorder) for part in parts]
    after = tidy_sum(parts)
    if not is_nonnegative(after):
        return None  # where it is 0 would have to be said
    above = whole._replace(factors=[factor for factor in whole.factors if not divides(factor.exponent)]).build()
    quotient = mul(above, power(after, number(-1)))
    return quotient if cost(quotient) < cost(e) and keeps_digits([(lower, parts)], after) else None
