"""Equal bases of a product: their powers added up, and the nested products that are opened for them to meet."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.algebra import ZERO, add, is_nonzero, terms
from symdiff.algebra.conditions import Condition
from symdiff.expr import Expr
from symdiff.rewriting.product import Factor, Labels, Product, is_product, open_factor, product

WIDE = 64  # products with more factors are not searched for what a shared part could cancel


class Combined:
    """A product with equal bases collected: whether one vanished, and what must not be zero for that."""

    __slots__ = ("cancelled", "conditions", "product")

    def __init__(self, combined: Product, cancelled: bool, conditions: tuple[Condition, ...]) -> None:
        self.product = combined
        self.cancelled = cancelled
        self.conditions = conditions


def combine_powers(whole: Product) -> Combined | None:
    """Powers of one base along the same labels added up; None where there is nothing to combine."""
    groups: dict[tuple[Expr, Labels], list[int]] = {}
    for k, factor in enumerate(whole.factors):
        groups.setdefault((factor.base, factor.labels), []).append(k)
    if len(groups) == len(whole.factors):
        return None
    factors: list[Factor] = []
    conditions: list[Condition] = []
    cancelled = changed = False
    for (base, labels), places in groups.items():
        powers = [whole.factors[k].exponent for k in places]
        if len(powers) == 1 or not _combines(powers, labels, whole):
            factors += (whole.factors[k] for k in places)
            continue
        changed = True
        exponent = add(*(term for power in powers for term in terms(power)))
        if exponent is ZERO:
            cancelled = True
        else:
            factors.append(Factor(base, exponent, labels))
        if _removes_point(powers, exponent) and not is_nonzero(base):
            conditions.append(Condition("nonzero", (base,)))
    if not changed:
        return None
    return Combined(Product(whole.number, factors, whole.out, whole.sizes), cancelled, tuple(conditions))


def _combines(powers: list[Expr], labels: Labels, whole: Product) -> bool:
    """Not x'x: equal factors summed over stay two, unless they cancel or stand in a matrix product.

    Nor x^x/x: what has x^x as a factor is easier to differentiate and to read than what has x^(x - 1).
    """
    if any(p.op != "number" for p in powers) and any(sign_of(p) < 0 for p in powers):
        return False
    if all(label in whole.out for label in labels) or len({sign_of(p) for p in powers}) > 1:
        return True
    return any(len(f.labels) > len(labels) and set(labels) < set(f.labels) for f in whole.factors)


def _removes_point(powers: list[Expr], exponent: Expr) -> bool:
    """Whether base^exponent is defined at a zero of the base where one of the powers was not."""
    if exponent.op == "number" and exponent.attr < 0:
        return False
    return any(p.op != "number" or p.attr < 0 for p in powers)


def openings(whole: Product) -> Iterable[Product]:
    """The product with one nested product opened, for each that may cancel with the other factors."""
    signs = {(f.base, sign_of(f.exponent)) for f in whole.factors}
    for place, factor in enumerate(whole.factors):
        if not is_product(factor.base) or factor.exponent.op != "number" or len(factor.base.args) > WIDE:
            continue
        sign = sign_of(factor.exponent)
        inner = product(factor.base)
        wanted = (-sign,) if not factor.labels else (sign, -sign)
        if any((f.base, s * sign_of(f.exponent)) in signs for f in inner.factors for s in wanted):
            wider = open_factor(whole, place)
            if wider is not None:
                yield wider


def sign_of(exponent: Expr) -> int:
    return -1 if exponent.op == "number" and exponent.attr < 0 else 1
