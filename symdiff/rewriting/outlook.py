"""What a product shows at least when it is multiplied out: most are seen to get longer before they are built."""

from __future__ import annotations

from collections.abc import Hashable

from symdiff.algebra import ONE
from symdiff.algebra.fingerprint import degrees
from symdiff.algebra.leaves import Number, times
from symdiff.expr import Expr
from symdiff.rewriting.cost import cost
from symdiff.rewriting.expand import is_open
from symdiff.rewriting.product import Factor, Product, opened
from symdiff.rewriting.rules import table


def may_get_shorter(e: Expr) -> bool:
    """Whether a product with a sum may show fewer operations multiplied out; True where that is not seen.

    Equal factors become one power or cancel. No rule may be about the terms, and no two of them may be alike.
    """
    whole = opened(e)
    place = next(k for k, factor in enumerate(whole.factors) if is_open(factor))
    total = whole.factors[place]
    beside = [*whole.factors[:place], *whole.factors[place + 1 :]]
    if total.exponent is not ONE:
        return True
    least = len(total.base.args) - 1.0
    met: set[Hashable] = set()
    for term in total.base.args:
        inner = opened(term)
        factors = [*beside, *inner.factors]
        if not all(map(_is_settled, factors)):
            return True
        powers: dict[Expr, Number] = {}
        for factor in factors:
            powers[factor.base] = powers.get(factor.base, 0) + factor.exponent.attr
        met.add(degrees(powers))
        if table("collect").of_product(Product(1, factors, whole.out, whole.sizes)):
            return True
        shown = [cost(base) + (abs(exponent) != 1) for base, exponent in powers.items() if exponent]
        least += sum(shown) + max(len(shown) - (times(whole.number, inner.number) in (1, -1)), 0)
    return least < cost(e) or None in met or len(met) < len(total.base.args)


def _is_settled(factor: Factor) -> bool:
    """Whether a factor is what it is beside all others but powers of its base."""
    base = factor.base
    return factor.exponent.op == "number" and base.op in ("symbol", "map", "call") and base.attr != "pow"
