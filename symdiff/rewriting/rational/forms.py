"""The forms of a scalar that follow from its normal form: cancelled, factored, multiplied out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from math import inf
from typing import NamedTuple

from symdiff.algebra import ONE, is_positive, is_real, sub, substitute, symbol
from symdiff.errors import LimitError
from symdiff.expr import Expr, postorder
from symdiff.rewriting.cost import cost
from symdiff.rewriting.rational.kernels import Again, Kernels, Relations, quotient_of
from symdiff.rewriting.rational.polynomial import TooLarge, exponents
from symdiff.rewriting.rational.quotient import Quotient
from symdiff.rewriting.rational.writing import Writer

AS_WRITTEN = Relations()
ROOTED = Relations(roots=True)
TURNED = Relations(roots=True, gone="odd")
PAIRS = (Relations(roots=True, pairs=True), Relations(roots=True, gone="odd", pairs=True))
WAYS = (*PAIRS, TURNED, ROOTED, AS_WRITTEN)  # the last one first

_TWO = 2  # sums, of which one is held

_Read = tuple[Kernels, Quotient]


def normal_forms(e: Expr, most: int = 4) -> list[Expr]:
    """Expressions equal to a scalar wherever it has a value, shortest first; none that is much longer than others.

    Kernels are related in no way, then by their roots, then with cos² or sin² as 1 minus the other: what cancels
    differs.
    """
    plain, held = _forms(e, {}, WAYS, inf), _forms_of_held(e, WAYS, inf)
    return list(islice(merge(plain, held, key=cost), most))


def cancelled_forms(e: Expr, saved: float) -> tuple[float, list[Expr]]:
    """The forms of a scalar that save operations, or have as many and no common factor as it has; and their most."""
    try:
        kernels, value = quotient_of(e, AS_WRITTEN)
    except (TooLarge, ZeroDivisionError):
        return 0, []
    worth = cost(e) - (0 if _shares_factor(e, kernels) else saved)
    ways = (TURNED, ROOTED, AS_WRITTEN)
    return worth, [*_forms(e, {AS_WRITTEN: (kernels, value)}, ways, worth), *_forms_of_held(e, ways, worth)]


def _forms_of_held(e: Expr, ways: Sequence[Relations], worth: float) -> Iterator[Expr]:
    """The forms with sums as they are that stand in several places or are raised: (x - m)^2 is not multiplied out."""
    held = _held(e)
    if held:
        given = {name: whole for whole, name in held.items()}
        shown = (substitute(form, given) for form in _forms(substitute(e, held), {}, ways, worth))
        yield from sorted((form for form in shown if cost(form) <= worth), key=cost)


def _held(e: Expr) -> dict[Expr, Expr]:
    """Real sums of no other sums that stand in several places or are raised, each with a name; not where all are."""
    nodes = postorder(e, into=lambda node: not node.shape and node.op in ("add", "mul"))
    sums = {node: None for node in nodes if node.op == "add" and not node.shape}
    if len(sums) < _TWO:
        return {}
    plain = [node for node in sums if is_real(node) and sums.keys().isdisjoint(postorder(*node.args))]
    uses = Counter(arg for node in nodes for arg in node.args)
    raised = {
        base
        for node in nodes
        if node.op == "mul"
        for base, exponent in zip(node.args[1::2], node.args[2::2], strict=True)
        if exponent is not ONE
    }
    held = [node for node in plain if node is not e and (uses[node] > 1 or node in raised)]
    if len(held) == len(sums):
        return {}
    return {node: symbol(f"held sum {k}", (), {"positive"} if is_positive(node) else ()) for k, node in enumerate(held)}


def _forms(e: Expr, known: Mapping[Relations, _Read], ways: Sequence[Relations], worth: float) -> Iterator[Expr]:
    """The forms of at most so many operations as is worth it, shortest first."""
    found: dict[Expr, _Given] = {}
    limit = min(cost(e), worth)
    left = list(ways)
    while left:
        relations = left.pop()
        try:
            kernels, value = known.get(relations) or quotient_of(e, relations)
            may_be_short = _outlook(kernels, value) <= worth
            made = list(Writer(kernels).forms(value, _beyond(limit))) if may_be_short else []
        except (TooLarge, ZeroDivisionError, LimitError):  # the last of a number with too many digits
            continue
        given = _Given(kernels, frozenset(kernels.divisors), frozenset(kernels.raised))
        for form in made:
            found.setdefault(form, given)
            limit = min(limit, cost(form))
        if not kernels.has_pairs:
            left = [way for way in left if way not in PAIRS] if kernels.may_relate() else []
    shown = sorted((form for form in found if cost(form) <= min(_beyond(limit), worth)), key=cost)
    return (form for form in shown if found[form].covers(form))


def has_common_factor(e: Expr) -> bool:
    """Whether something divides what stands over and what stands under the line of a quotient."""
    try:
        return e.op == "mul" and _shares_factor(e, quotient_of(e, AS_WRITTEN)[0])
    except (TooLarge, ZeroDivisionError):
        return False


def _shares_factor(e: Expr, kernels: Kernels) -> bool:
    found: tuple[set[int], set[int]] = set(), set()
    for base, exponent in zip(e.args[1::2], e.args[2::2], strict=True) if e.op == "mul" else ():
        if exponent.op == "number" and isinstance(exponent.attr, int):
            found[exponent.attr < 0].update(p for p, k in kernels.met[base].powers.items() if k > 0)
    return not found[0].isdisjoint(found[1])


def _outlook(kernels: Kernels, value: Quotient) -> float:
    """About how many operations the shortest form has: those of its factors, or of sums that are several of these."""
    shown = {place: _operations(kernels, place) + (abs(e) != 1) for place, e in value.powers.items()}
    for name, (met, _) in kernels.sums.items():
        places = [place for place, _ in name]
        if len(places) > 1 and all(place in shown for place in places):
            shown[places[0]] = min(cost(met), sum(shown.pop(place) + 1 for place in places[1:]) + shown[places[0]])
    return sum(shown.values()) + max(len(shown) - 1, 0) - 1


def _operations(kernels: Kernels, place: int) -> float:
    k = kernels.kernel_at(place)
    if k < 0:
        known = kernels.sums.get(frozenset({(place, 1)}))
        if known is not None:
            return cost(known[0])
        terms = list(map(exponents, kernels.factors[place]))
        return len(terms) - 1.0 + sum(max(len(term) - 1, 0) + sum(e > 1 for _, e in term) for term in terms)
    base = kernels.kernels[k].base
    return (cost(base) if base is not None else 0) + (kernels.kernels[k].exponent is not None)


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
