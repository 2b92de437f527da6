"""The forms of a scalar that follow from its normal form: cancelled, factored, multiplied out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import inf
from typing import NamedTuple

from symdiff.algebra import sub
from symdiff.expr import Expr, postorder
from symdiff.rewrite.cost import cost
from symdiff.rewrite.rational.kernels import Again, Kernels, Relations, quotient_of
from symdiff.rewrite.rational.polynomial import TooLarge
from symdiff.rewrite.rational.writing import Writer

AS_WRITTEN = Relations()
ROOTED = Relations(roots=True)
TURNED = Relations(roots=True, gone="odd")
PAIRS = (Relations(roots=True, pairs=True), Relations(roots=True, gone="odd", pairs=True))
WAYS = (*PAIRS, TURNED, ROOTED, AS_WRITTEN)  # the last one first


def normal_forms(e: Expr, ways: Sequence[Relations] = WAYS, most: int = 4, worth: float = inf) -> list[Expr]:
    """Expressions equal to a scalar wherever it has a value, shortest first; none that is much longer than others.

    At most so many, of at most so many operations as one is worth.

    Kernels are related in no way, then by their roots, then with cos² or sin² as 1 minus the other: what cancels
    differs.
    """
    found: dict[Expr, _Given] = {}
    limit = min(cost(e), worth)
    left = list(ways)
    while left:
        relations = left.pop()
        try:
            kernels, value = quotient_of(e, relations)
        except (TooLarge, ZeroDivisionError):
            continue
        given = _Given(kernels, frozenset(kernels.divisors), frozenset(kernels.raised))
        for form in Writer(kernels).forms(value, _beyond(limit)):
            found.setdefault(form, given)
            limit = min(limit, cost(form))
        if not kernels.has_pairs:
            left = [way for way in left if way not in PAIRS] if kernels.may_relate() else []
    shown = sorted((form for form in found if cost(form) <= min(_beyond(limit), worth)), key=cost)
    return list(islice((form for form in shown if found[form].covers(form)), most))


def has_common_factor(e: Expr) -> bool:
    """Whether something divides what stands over and what stands under the line of a quotient."""
    if e.op != "mul":
        return False
    found: tuple[set[int], set[int]] = set(), set()
    try:
        kernels, _ = quotient_of(e, AS_WRITTEN)
        for base, exponent in zip(e.args[1::2], e.args[2::2], strict=True):
            if exponent.op == "number" and isinstance(exponent.attr, int):
                found[exponent.attr < 0].update(p for p, k in kernels.quotient(base).powers.items() if k > 0)
    except (TooLarge, ZeroDivisionError, Again):
        return False
    return not found[0].isdisjoint(found[1])


def _beyond(limit: float) -> float:
    """How much longer than the shortest a form may be that others are made of."""
    return 1.3 * limit + 4


class _Given(NamedTuple):
    """The kernels of an expression, what it divides by, and which symbolic powers there are."""

    kernels: Kernels
    divisors: frozenset[int]
    raised: frozenset[object]

    def covers(self, form: Expr) -> bool:
        """Whether a form has a value wherever the expression has."""
        try:
            return all(
                self.kernels.stays_defined(base, exponent, self.divisors, self.raised)
                for node in postorder(form)
                if node.op == "mul"
                for base, exponent in zip(node.args[1::2], node.args[2::2], strict=True)
            )
        except (TooLarge, ZeroDivisionError, Again):
            return False


def same_value(a: Expr, b: Expr) -> bool | None:
    """Whether two scalars are equal wherever both have a value: True where normal forms prove it, else None."""
    try:
        _, difference = quotient_of(sub(a, b), PAIRS[0])
    except (TooLarge, ZeroDivisionError):
        return None
    return None if difference.number else True
