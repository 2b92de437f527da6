"""Factoring sums: common scalars, common left and right factors of matrix products, common numbers.

A term of a sum is a product with labels. A factor is common to two terms when it stands at the same axes of
the result and is joined to the rest in the same way; what is left of the terms is then added and joined to it
again: `A*x + A'*x` is `(A + A')*x`, entry by entry of x.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from symdiff.algebra import ONE, add, eye, is_symmetric, mul, number, power, scale
from symdiff.algebra.leaves import Number, times
from symdiff.expr import Expr
from symdiff.rewriting.collecting import collect_node
from symdiff.rewriting.cost import cost
from symdiff.rewriting.expand import tidy_sum
from symdiff.rewriting.product import Factor, Labels, Product, flattened, opened, product

_FEW = 24  # in a longer sum only what is common to all terms is factored out
_TRIED = 8  # candidates whose factored form is built and measured, most promising first


class Axis(NamedTuple):
    """How an axis of a factor stands in its term: the axis of the result it is, or None where it is summed;
    shared when other factors carry it too."""

    out: int | None
    shared: bool


class Joint(NamedTuple):
    """A factor and how it stands in a term: equal joints can be taken out of a sum together."""

    base: Expr
    exponent: Expr
    axes: tuple[Axis, ...]


class Group(NamedTuple):
    """A joint, or several scalar ones, with the terms it occurs in and the places among their factors.

    In a partial one a term has a higher power of a scalar than the joint: the rest of the power stays in it.
    """

    joints: tuple[Joint, ...]
    places: dict[int, tuple[int, ...]]
    partial: bool = False

    @property
    def factor(self) -> Expr:
        """What is taken out."""
        values = [power(joint.base, joint.exponent) for joint in self.joints]
        return values[0] if len(values) == 1 else mul(*values)

    def rest(self, k: int, term: Product) -> Product:
        """What the term with index k leaves without the factor."""
        places = self.places[k]
        if self.joints[0].axes:
            return _rest(term, places, self.joints[0])
        taken = dict(zip(places, self.joints, strict=True))
        left: list[Factor] = []
        for place, factor in enumerate(term.factors):
            joint = taken.get(place)
            if joint is None:
                left.append(factor)
            elif factor.exponent is not joint.exponent:
                left.append(factor._replace(exponent=number(factor.exponent.attr - joint.exponent.attr)))
        return term._replace(factors=left)


class Plan(NamedTuple):
    """A sum with a group to be taken out of some of its terms; `inner` is what these leave, added up."""

    whole: Expr
    group: Group
    inner: Expr
    after: Expr

    def join(self, inner: Expr) -> Expr:
        """The sum with inner · factor in place of the terms."""
        return self.after if inner is self.inner else _taken_out(self.whole, self.group, inner)


def _taken_out(whole: Expr, group: Group, inner: Expr) -> Expr:
    places = group.places
    first = min(places)
    behind = [term for k, term in enumerate(whole.args) if k > first and k not in places]
    return add(*whole.args[:first], _joined(whole, inner, group), *behind)


def best_factor(e: Expr, names: bool = False) -> Plan | None:
    """What to take out of a sum so that it shows the fewest operations; None where nothing is worth it.

    With `names`, in a numerator, a bare name is, too, where all terms have it, and what shows as many.
    """
    terms = [opened(term) for term in e.args]
    best = least = None
    axes = False
    for plan in _plans(e, terms):
        if least is None:
            least, axes = cost(e), has_axes(e)
        group = plan.group
        # a sum of numbers stays as it is written unless factoring pays: x*y + x*z is no worse than x*(y + z)
        bare = not (axes or cost(group.factor) or (names and len(group.places) == len(e.args)))
        shown = cost(plan.after) + bare
        ties = best is None and shown == least
        if shown < least or (ties and (names or (axes and _is_all(group, e) and _prints_less(plan)))):
            best, least = plan, shown
    return best


def _is_all(group: Group, e: Expr) -> bool:
    return e.rank == 2 and len(group.places) == len(e.args)


def _prints_less(plan: Plan) -> bool:
    """Whether the factored form shows fewer operations in print: sums and diagonals that no cost knows of."""
    from symdiff.notation import ops  # which few sums need

    return ops(plan.after) < ops(plan.whole)


def has_axes(e: Expr) -> bool:
    """Whether a sum is of arrays, or of scalars made of arrays: traces, quadratic forms."""
    return bool(e.shape) or any(f.base.op == "einsum" for term in e.args for f in product(term).factors)


def _plans(e: Expr, terms: list[Product]) -> Iterator[Plan]:
    """The factored forms that are tried, with the weights of rows and columns as diagonal matrices too."""
    views = [terms] if _shared(terms) else []
    if views and e.rank == 2 and len(terms) <= _FEW:
        weighted = any(sum(label in f.labels for f in term.factors) > 1 for term in terms for label in term.out)
        for end in range(2 if weighted else 0):
            freed = [_weights_apart(term, end) for term in terms]
            if any(new is not term for new, term in zip(freed, terms, strict=True)):
                views.append(freed)
        views += _beside_identities(e, terms)
    if not e.shape and len(terms) <= _FEW:
        inner = [_inner_opened(term) for term in terms]
        views += [inner] if any(term.sizes for term in inner) and _shared(inner) else []
    for view in views:
        view = [_once(term) for term in view]
        for group in sorted(_groups(view, bool(e.shape)), key=_promise)[:_TRIED]:
            plan = _plan(e, view, group)
            if plan is not None:
                yield plan


def _shared(terms: list[Product]) -> set[Expr]:
    """The factors that two terms have, or powers of them."""
    seen: set[Expr] = set()
    shared: set[Expr] = set()
    for term in terms:
        own = {factor.base for factor in term.factors}
        shared |= seen & own
        seen |= own
    return shared


def _once(term: Product) -> Product:
    """The term with each scalar divisor in one power, so that no two of its factors are met by one joint."""
    exponents: dict[Expr, Number] = {}
    others: list[Factor] = []
    for factor in term.factors:
        if divides(factor.exponent) and not factor.labels:
            exponents[factor.base] = exponents.get(factor.base, 0) + factor.exponent.attr
        else:
            others.append(factor)
    if len(others) + len(exponents) == len(term.factors):
        return term
    divisors = [Factor(base, number(exponent), ()) for base, exponent in exponents.items()]
    return term._replace(factors=[*divisors, *others])


def divides(exponent: Expr) -> bool:
    """Whether it is an exact negative number."""
    return exponent.op == "number" and exponent.attr < 0 and not isinstance(exponent.attr, float)


def _weights_apart(term: Product, end: int) -> Product:
    """The term with a matrix whose rows (or columns) have weights as diag(weights) times the matrix."""
    label = term.out[end]
    around = [k for k, factor in enumerate(term.factors) if label in factor.labels]
    matrices = [k for k in around if len(term.factors[k].labels) == 2]
    if len(matrices) > 1:  # the one that leads to the other end; the others hang on this one, as in sum(A.*B, axis=1)
        far = _reached(term, term.out[1 - end], label)
        matrices = [k for k in matrices if far.intersection(term.factors[k].labels)]
    if len(matrices) != 1 or len(around) < 2 or term.factors[matrices[0]].labels == (label, label):
        return term
    (place,) = matrices
    matrix, apart, dim = term.factors[place], term.fresh(), term.sizes[label]
    factors = list(term.factors)
    factors[place] = matrix._replace(labels=tuple(apart if k == label else k for k in matrix.labels))
    factors.append(Factor(eye(dim), ONE, (label, apart)))
    return Product(term.number, factors, term.out, {**term.sizes, apart: dim})


def _reached(term: Product, start: int, without: int) -> set[int]:
    """The labels that factors join to one, not by way of another."""
    found, grown = set[int](), {start}
    while grown != found:
        found = grown
        grown = found.union(*(set(f.labels) - {without} for f in term.factors if found.intersection(f.labels)))
    return found


def _inner_opened(term: Product) -> Product:
    """A scalar term with the factors of its inner product, if it has just one."""
    places = [k for k, f in enumerate(term.factors) if f.base.op == "einsum" and f.exponent is ONE]
    if len(places) != 1:
        return term
    inner = opened(term.factors[places[0]].base)
    return Product(times(term.number, inner.number), [*term.without(places).factors, *inner.factors], (), inner.sizes)


def _beside_identities(e: Expr, terms: list[Product]) -> list[list[Product]]:
    """The terms with matrices that stand alone, and in other terms too, as A*I and as I*A: A - A*S*A is A*(I - S*A)."""
    lone = {k: place for k, term in enumerate(terms) if (place := _lone(term)) is not None}
    if not lone or e.shape[0] != e.shape[1]:
        return []
    seen = Counter(base for term in terms for base in {factor.base for factor in term.factors})
    lone = {k: place for k, place in lone.items() if seen[terms[k].factors[place].base] > 1}
    return (
        []
        if not lone
        else [[_times_identity(t, lone[k], end) if k in lone else t for k, t in enumerate(terms)] for end in (0, 1)]
    )


def _lone(term: Product) -> int | None:
    """The place of the one factor with axes, a matrix worth taking out."""
    places = [k for k, factor in enumerate(term.factors) if factor.labels]
    alone = len(places) == 1 and len(term.factors[places[0]].labels) == 2 and cost(term.factors[places[0]].base) > 1
    return places[0] if alone else None


def _times_identity(term: Product, place: int, end: int) -> Product:
    """The term with an identity beside the factor at `place`, at this end of the result."""
    apart, label = term.fresh(), term.out[end]
    factors = list(term.factors)
    labels = factors[place].labels
    factors[place] = factors[place]._replace(labels=tuple(apart if k == label else k for k in labels))
    factors.append(Factor(eye(term.sizes[label]), ONE, (label, apart)))
    return Product(term.number, factors, term.out, {**term.sizes, apart: term.sizes[label]})


def _plan(e: Expr, terms: list[Product], group: Group) -> Plan | None:
    rests = []
    for k in group.places:
        rest = group.rest(k, terms[k])
        if len(rest.out) > (max(2, e.rank) if not group.joints[0].axes else 2):
            return None  # what is left would have to be written with indices
        rests.append(rest.build())
    inner = tidy_sum(rests)
    return Plan(e, group, inner, _taken_out(e, group, inner))


def _promise(group: Group) -> tuple[int, float]:
    return -len(group.places), -cost(group.factor)


def _groups(terms: list[Product], partial: bool) -> list[Group]:
    """The joints that two terms have, in a long sum those that all have; scalars of the same terms as one.

    Of scalars that terms have in several powers it is the lowest, of divisors only with `partial`.
    """
    found: dict[Joint, dict[int, int]] = {}
    shared = _shared(terms)
    for k, term in enumerate(terms):
        for place, joint in _joints(term, shared):
            found.setdefault(joint, {}).setdefault(k, place)
        if len(terms) > _FEW:
            found = {joint: places for joint, places in found.items() if len(places) == k + 1}
            if not found:
                return []
    groups: list[Group] = []
    scalars: dict[tuple[int, ...], list[Joint]] = {}
    met = _powers_met(found, len(terms), partial)
    for joint, places in met.items():
        if len(places) < 2:
            continue
        if joint.axes:
            groups.append(Group((joint,), {k: (place,) for k, place in places.items()}))
        else:
            scalars.setdefault(tuple(places), []).append(joint)
    for members, joints in scalars.items():
        leaves = any(met[joint] is not found[joint] for joint in joints)
        groups.append(Group(tuple(joints), {k: tuple(met[joint][k] for joint in joints) for k in members}, leaves))
    return groups


def _powers_met(found: dict[Joint, dict[int, int]], count: int, partial: bool) -> dict[Joint, dict[int, int]]:
    """The joints, and for scalars that terms have in several powers the lowest with all of these terms.

    x^2 and x^3 have x^2 in common, if all of the terms do; with `partial`, 1/s and 1/s^2 have 1/s.
    """
    powers: dict[tuple[Expr, bool], list[Joint]] = {}
    for joint in found:
        value = joint.exponent.attr
        stays = joint.base.op == "map" and joint.base.attr == "exp"  # stable forms are made of what stands beside it
        if not joint.axes and isinstance(value, int | Fraction) and (partial or (value > 0 and not stays)):
            powers.setdefault((joint.base, value > 0), []).append(joint)
    met = dict(found)
    for joints in powers.values():
        places = {k: place for joint in joints for k, place in found[joint].items()}
        if len(joints) > 1 and (len(places) == count or joints[0].exponent.attr < 0):
            met[min(joints, key=lambda joint: abs(joint.exponent.attr))] = places
    return met


def _joints(term: Product, bases: set[Expr]) -> Iterator[tuple[int, Joint]]:
    """The factors of these bases, with their places."""
    uses = _carriers(term)
    axis = {label: k for k, label in enumerate(term.out)}
    for place, factor in enumerate(term.factors):
        labels = factor.labels
        if factor.base not in bases:
            continue
        if len(set(labels)) != len(labels) or any(uses[k] == 1 and k not in axis for k in labels):
            continue  # a diagonal or a sum over an axis belongs to its factor
        yield place, Joint(factor.base, factor.exponent, _axes(labels, axis, uses))
        if len(labels) == 2 and is_symmetric(factor.base):
            yield place, Joint(factor.base, factor.exponent, _axes(labels[::-1], axis, uses))


def _axes(labels: Labels, axis: dict[int, int], uses: dict[int, int]) -> tuple[Axis, ...]:
    return tuple(Axis(axis.get(k), uses[k] > 1) for k in labels)


def _rest(term: Product, places: tuple[int, ...], joint: Joint) -> Product:
    """The term without its factor, with the axes that `_inside` tells."""
    labels = term.factors[places[0]].labels
    if _axes_of(term, labels) != joint.axes:
        labels = labels[::-1]
    rest = term.without(places)
    alone = {label for label, kind in zip(labels, joint.axes, strict=True) if not kind.shared}
    sizes = {label: dim for label, dim in term.sizes.items() if label not in alone}
    return Product(rest.number, rest.factors, _inside(term.out, labels, joint), sizes)


def _inside(out: Labels, labels: Labels, joint: Joint) -> Labels:
    """The axes of what is left without a factor: one it summed over stands where the one it made was.

    So B in A*B keeps its rows and columns.
    """
    alone = {label for label, kind in zip(labels, joint.axes, strict=True) if not kind.shared}
    cut = [label for label, kind in zip(labels, joint.axes, strict=True) if kind.out is None]
    inside: list[int] = []
    for label in out:
        if label not in alone:
            inside.append(label)
        elif cut:
            inside.append(cut.pop(0))
    return (*inside, *cut)


def _axes_of(term: Product, labels: Labels) -> tuple[Axis, ...]:
    axis = {label: k for k, label in enumerate(term.out)}
    return _axes(labels, axis, _carriers(term))


def _carriers(term: Product) -> dict[int, int]:
    """How many factors carry each label."""
    uses: dict[int, int] = {}
    for factor in term.factors:
        for label in set(factor.labels):
            uses[label] = uses.get(label, 0) + 1
    return uses


def _joined(e: Expr, inner: Expr, group: Group) -> Expr:
    """inner times the factor, joined the way it was in the terms of e."""
    joint = group.joints[0]
    if not joint.axes:
        whole = flattened(scale(group.factor, inner))
        return whole if inner.op == "add" or whole.shape else collect_node(whole)  # what a sum became may cancel
    out = tuple(range(e.rank))
    sizes = dict(zip(out, e.shape, strict=True))
    labels: list[int] = []
    for dim, kind in zip(joint.base.shape, joint.axes, strict=True):
        label = kind.out
        if label is None:
            label = len(sizes)
            sizes[label] = dim
        labels.append(label)
    inside = _inside(out, tuple(labels), joint)
    factor, rest = Factor(joint.base, joint.exponent, tuple(labels)), Factor(inner, ONE, inside)
    ordered = [factor, rest] if labels[0] in out[:1] else [rest, factor]
    return flattened(Product(1, ordered, out, sizes).build())
