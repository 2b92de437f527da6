"""Numbers in front of terms: what all of a sum share, and what a sum shares with a divisor."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from symdiff.algebra import ONE, add, is_constant, number, scale, split_number
from symdiff.algebra.leaves import Number, times
from symdiff.expr import Expr
from symdiff.rewriting.factor import divides, has_axes
from symdiff.rewriting.match import ratio
from symdiff.rewriting.product import Product, product


def common_number(e: Expr) -> Number:
    """The number all terms share, where it is worth a bracket; else 1."""
    values: list[Number] = []
    for term in e.args:
        value, rest = split_number(term)
        if rest is ONE or is_constant(rest, "ones"):
            return 1
        values.append(value)
    found = _shared(values)
    if found == 1:
        return 1
    saved = sum(abs(value) != 1 for value in values) - sum(abs(value) != abs(found) for value in values) - 1
    bracketed = bool(e.shape) or (has_axes(e) and not isinstance(found, Fraction))
    return found if saved > (0 if bracketed else 1) else 1


def divided(term: Expr, value: Number) -> Expr:
    """A term divided by a number."""
    own, rest = split_number(term)
    return scale(number(ratio(own, value)), rest)


def numbers_gathered(whole: Product) -> Product | None:
    """A product with the numbers of its sums in the one number in front; None where there are none to move.

    (2*a + 2*b)/(2*c) is (a + b)/c, (1/2 - x/2)/y is (1 - x)/(2*y), and (4*x + 4)*y is 4*(x + 1)*y.
    """
    for k, factor in enumerate(whole.factors):
        value = _moved_out(whole.number, factor.base) if factor.exponent is ONE and factor.base.op == "add" else 1
        if value != 1:
            base = add(*(divided(term, value) for term in factor.base.args))
            factors = [*whole.factors[:k], factor._replace(base=base), *whole.factors[k + 1 :]]
            return whole._replace(number=times(whole.number, value), factors=factors)
    return None


def _moved_out(front: Number, total: Expr) -> Number:
    """The number to take out of a sum, beside the one that stands in front of its product; 1 for none."""
    values = [_in_front(term) for term in total.args]
    if isinstance(front, float) or any(isinstance(value, float) for value in values):
        return 1
    below = lcm(*(Fraction(value).denominator for value in values))
    value = Fraction(gcd(*(int(value * below) for value in values)), below)
    before = sum(map(_shown, values, total.args)) + _shown(front, total)
    after = sum(_shown(ratio(own, value), term) for own, term in zip(values, total.args, strict=True))
    if below == 1:
        fewer = after + _shown(times(front, value.numerator), total) <= before
        return value.numerator if fewer else gcd(Fraction(front).denominator, value.numerator)
    flat = not any(divides(f.exponent) for term in total.args for f in product(term).factors)  # no bar is left then
    return value if after + _shown(times(front, value), total) < before + flat else 1


def _in_front(term: Expr) -> Number:
    """The number in front of a term, or that it is."""
    return term.attr if term.op == "number" else split_number(term)[0]


def _shown(value: Number, term: Expr) -> int:
    """The operations that a number in front of a term shows."""
    whole = Fraction(value)
    return (abs(whole.numerator) != 1 and term.op != "number") + (whole.denominator != 1)


def content(e: Expr) -> int:
    """The greatest whole number that divides all terms of a sum; 1 for anything else."""
    values = [split_number(term)[0] for term in e.args] if e.op == "add" else []
    whole = [value for value in values if isinstance(value, int)]
    return gcd(*whole) if whole and len(whole) == len(values) else 1


def _shared(values: list[Number]) -> Number:
    size = values[0] if values[0] >= 0 else -values[0]
    if all(abs(value) == size for value in values):
        return -size if size != 1 and all(value < 0 for value in values) else size
    whole = [value for value in values if isinstance(value, int)]
    common: Number = gcd(*whole) if len(whole) == len(values) else 1
    return common
