"""Quotients over powers of one divisor as one quotient, 1/u - 2·x²/u² as (u - 2·x²)/u²; divisors multiplied out."""

from __future__ import annotations

from fractions import Fraction

from symdiff.algebra import ONE, add, is_nonnegative, is_positive, mul, neg, number, power
from symdiff.algebra.leaves import is_whole
from symdiff.expr import Expr
from symdiff.rewriting.collecting import collect_node
from symdiff.rewriting.cost import cost
from symdiff.rewriting.digits import keeps_digits
from symdiff.rewriting.expand import multiplied_out, tidy_sum
from symdiff.rewriting.factor import divides
from symdiff.rewriting.product import Factor, Product, opened, product
from symdiff.rewriting.rules import Recorder


def over_one_denominator(e: Expr, most: int) -> tuple[Expr, Expr] | None:
    """The numerator and the reciprocal of a divisor, for a sum of scalars whose terms have it in several powers.

    So are terms that have none of it, or stand beside it: v - x^2/v, with v = sqrt(u), is (u - x^2)/v. The shortest;
    None where none is shorter than the sum. Numerators make at most so many terms.
    """
    if e.shape:
        return None
    terms = [opened(term) for term in e.args]
    best, least = None, cost(e)
    for divisor in dict.fromkeys(base for term in terms for base in _divisors(term)):
        if any(_decay_together(term, divisor) for term in terms):
            continue
        exponents = [_exponent(term, divisor) for term in terms]
        lowest, highest = min(exponents), max(exponents)
        if not all(is_whole(k - lowest) for k in exponents):
            continue
        for exponent in {lowest: None, min(highest, 0): None}:
            numerators = [_times(term, divisor, -exponent) for term in terms]
            parts = [multiplied_out(numerator, most) or [numerator] for numerator in numerators]
            reciprocal = power(divisor, number(exponent))
            for rests in (parts, [[numerator] for numerator in numerators]):
                inner = tidy_sum([part for rest in rests for part in rest])
                shown = cost(mul(inner, reciprocal))
                if shown < least and keeps_digits(list(zip(numerators, rests, strict=True)), inner):
                    best, least = (inner, reciprocal), shown
    return best


def _decay_together(term: Product, divisor: Expr) -> bool:
    """Whether a term has an exponential beside a divisor that may vanish as it does: exp(-t^2)/erfc(t) is worked out
    as one, and neither has digits alone.
    """
    positive = divisor.op == "map" and is_positive(divisor)
    return positive and any(f.base.op == "map" and f.base.attr == "exp" for f in term.factors)


def _times(term: Product, base: Expr, exponent: int | Fraction) -> Expr:
    """The term times a power of a scalar, with its own powers of it."""
    others = [f for f in term.factors if not _is_power(f, base)]
    left = power(base, number(exponent + _exponent(term, base)))
    return opened(mul(term._replace(factors=others).build(), left)).build()


def _exponent(term: Product, base: Expr) -> int | Fraction:
    """In which power a term has a scalar."""
    return sum(f.exponent.attr for f in term.factors if _is_power(f, base))


def _is_power(factor: Factor, base: Expr) -> bool:
    """Whether a factor is an exact power of a scalar."""
    exact = factor.exponent.op == "number" and not isinstance(factor.exponent.attr, float)
    return factor.base is base and exact and not factor.labels


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


def without_common_name(e: Expr) -> Expr:
    """A quotient without a name that stands in front and in all terms of a divisor: e*u/(c*e + d*e*x)^3 by e."""
    pairs = list(zip(e.args[1::2], e.args[2::2], strict=True)) if e.op == "mul" else []
    names = [base for base, exponent in pairs if base.op == "symbol" and _whole(exponent) > 0]
    for place, (base, exponent) in enumerate(pairs if names else ()):
        for name in names if base.op == "add" and _whole(exponent) < 0 else ():
            rest = [_over(term, name) for term in base.args]
            if None not in rest:
                inner = (add(*(term for term in rest if term is not None)), exponent)
                kept = [inner if k == place else pair for k, pair in enumerate(pairs) if pair[0] is not name]
                own = next(x.attr for b, x in pairs if b is name)
                after = mul(e.args[0], *(power(*pair) for pair in kept), power(name, number(own + exponent.attr)))
                return after if cost(after) <= cost(e) else e
    return e


def _over(term: Expr, name: Expr) -> Expr | None:
    """A term over a name that it has as a factor; None where it has not."""
    if term is name:
        return ONE
    pairs = list(zip(term.args[1::2], term.args[2::2], strict=True)) if term.op == "mul" else []
    if not any(base is name and _whole(exponent) > 0 for base, exponent in pairs):
        return None
    return mul(term.args[0], *(power(b, number(x.attr - 1) if b is name else x) for b, x in pairs))


def _whole(exponent: Expr) -> int:
    """A whole exponent; 0 for any other."""
    return exponent.attr if exponent.op == "number" and isinstance(exponent.attr, int) else 0
