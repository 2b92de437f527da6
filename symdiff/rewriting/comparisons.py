"""Cases as they are read: numbers of a comparison on one side, what both branches share in front of the case."""

from __future__ import annotations

from symdiff.algebra import ONE, compare, is_nonzero, is_zero, neg, scale, select, split_number, spread, unspread
from symdiff.algebra.cases import is_case, is_finite
from symdiff.expr import Expr
from symdiff.rewriting.product import Factor, Product, product

_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}


def of_case(e: Expr) -> Expr:
    """A comparison or a case in its best form."""
    return factor_in_front(e) if e.op == "select" else number_aside(e) if e.attr in _TURNED else e


def number_aside(e: Expr) -> Expr:
    """A comparison of a sum of a number and one other term with zero: 0 > 1 - u is u > 1, in rounded numbers too."""
    sign, (left, right) = e.attr, e.args
    if is_zero(left):
        sign, left, right = _TURNED[sign], right, left
    if not is_zero(right) or left.op != "add" or len(left.args) != 2:
        return e
    values = [unspread(term) for term in left.args]
    place = next((k for k, value in enumerate(values) if value is not None and value.op == "number"), None)
    if place is None:
        return e
    value, term = values[place], left.args[1 - place]
    assert value is not None
    front, rest = split_number(term)
    if front not in (1, -1) or isinstance(front, float):
        return e
    if front == 1:
        return compare(sign, rest, spread(neg(value), e.shape))
    return compare(_TURNED[sign], rest, spread(value, e.shape))


def factor_in_front(e: Expr) -> Expr:
    """A case that is zero in one branch with the scalars of the other in front: where(c, 0, 1)/m."""
    if not e.shape or not is_case(e):
        return e
    condition, first, second = e.args
    branch = second if is_zero(first) else first
    whole = product(branch)
    scalars = [f for f in whole.factors if not f.labels]
    front = Product(whole.number, scalars, (), {}).build()
    if front is ONE or not all(map(_is_plain, scalars)):
        return e
    rest = whole._replace(number=1, factors=[f for f in whole.factors if f.labels]).build()
    branches = (first, rest) if is_zero(first) else (rest, second)
    return scale(front, select(condition, *branches))


def _is_plain(factor: Factor) -> bool:
    """Whether a power of a scalar is finite."""
    base, exponent = factor.base, factor.exponent
    return exponent.op == "number" and is_finite(base) and (exponent.attr > 0 or is_nonzero(base))
