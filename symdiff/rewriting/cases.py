"""Cases: products taken inside them, as 0·∞ has no value outside, and what is known within a case."""

from __future__ import annotations

from itertools import count

from symdiff.algebra import ONE, add, is_zero, rebuild, select, zeros
from symdiff.algebra.cases import inside, is_case, is_finite
from symdiff.expr import Expr, postorder
from symdiff.rewriting.cost import cost
from symdiff.rewriting.product import Factor, Product, opened, product

_NEAR = 64  # nodes of a branch that are looked through: a deep nest of cases costs no more than its length
_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def taken_inside(whole: Product) -> Expr | None:
    """The product with the factors beside a case that may be infinite inside it; None where there is none.

    So are further cases of the same condition, and all factors where nothing else would be left outside. A factor
    that is zero where the case is needs no case.
    """
    for k, case in enumerate(whole.factors):
        if not is_case(case.base) or len(set(case.labels)) < len(case.labels) or not _is_positive(case.exponent):
            continue
        places = [j for j in range(len(whole.factors)) if j != k]
        within = [j for j in places if set(whole.factors[j].labels) <= set(case.labels)]
        moved = [j for j in within if _belongs_inside(whole.factors[j], case.base)]
        if moved or case.exponent is not ONE:
            alone = within == places and whole.out == case.labels
            return _with_case(whole, k, within if alone else moved, alone)
        branch = _nonzero_branch(case.base)
        beside = [whole.factors[j] for j in within]
        if is_finite(branch) and any(f.labels == case.labels and _vanishes(f, case.base) for f in beside):
            factors = [*whole.factors[:k], case._replace(base=branch), *whole.factors[k + 1 :]]
            return Product(whole.number, factors, whole.out, whole.sizes).build()
    return None


def cases_joined(e: Expr) -> Expr | None:
    """A sum of scalars with terms of one condition as one case: a*where(c, 1, 0) + b*where(c, 0, 1) is where(c, a, b).

    None where that is not shorter.
    """
    if e.shape or e.op != "add":
        return None
    views = [opened(term) for term in e.args]
    places: dict[Expr, list[tuple[int, int]]] = {}
    for k, view in enumerate(views):
        for j, factor in enumerate(view.factors):
            if factor.base.op == "select" and factor.exponent is ONE and not factor.labels:
                places.setdefault(factor.base.args[0], []).append((k, j))
    for condition, found in places.items():
        terms = dict(found)
        if 1 < len(terms) == len(found):
            branches = [add(*(_branch(views[k], j, side) for k, j in found)) for side in (1, 2)]
            others = [term for k, term in enumerate(e.args) if k not in terms]
            after = add(select(condition, *branches), *others)
            if cost(after) < cost(e):
                return after
    return None


def _branch(view: Product, place: int, side: int) -> Expr:
    """A product with the case in it as it is on one side of its condition."""
    case = view.factors[place]
    factors = [*view.factors[:place], case._replace(base=case.base.args[side]), *view.factors[place + 1 :]]
    return view._replace(factors=factors).build()


def _belongs_inside(factor: Factor, case: Expr) -> bool:
    """Whether a factor may be infinite, or is a case of the same condition."""
    return not is_finite(factor.value) or (is_case(factor.base) and factor.base.args[0] is case.args[0])


def _with_case(whole: Product, k: int, moved: list[int], alone: bool) -> Expr:
    """The product with the factors at these places inside the case at place k; with the number if that is all."""
    case = whole.factors[k]
    sizes = {label: whole.sizes[label] for label in case.labels}

    def joined(branch: Expr) -> Expr:
        factors = [*(whole.factors[j] for j in moved), case._replace(base=branch)]
        return Product(whole.number if alone else 1, factors, case.labels, sizes).build()

    inner = inside(case.base, joined)
    if alone:
        return inner
    left = [Factor(inner, ONE, case.labels) if j == k else f for j, f in enumerate(whole.factors) if j not in moved]
    return Product(whole.number, left, whole.out, whole.sizes).build()


def _is_positive(exponent: Expr) -> bool:
    return exponent.op == "number" and exponent.attr > 0


def _nonzero_branch(case: Expr) -> Expr:
    return case.args[2 if is_zero(case.args[1]) else 1]


def _vanishes(factor: Factor, case: Expr) -> bool:
    """Whether a factor is relu(u), or max(u, 0), or a power of one, beside a case that is zero for u < 0."""
    u = _clipped(factor.base)
    condition = case.args[0]
    if u is None or condition.op != "compare" or condition.attr not in _TURNED or not _is_positive(factor.exponent):
        return False
    sign, (left, right) = condition.attr, condition.args
    if is_zero(left):
        sign, left, right = _TURNED[sign], right, left
    return left is u and is_zero(right) and sign[0] == ("<" if is_zero(case.args[1]) else ">")


def _clipped(e: Expr) -> Expr | None:
    """u where e is the larger of u and 0."""
    if e.op != "map" or e.attr not in ("relu", "max"):
        return None
    left = [arg for arg in e.args if not is_zero(arg)]
    return left[0] if len(left) == 1 else None


def settled(e: Expr) -> Expr:
    """A select whose branches know that its condition holds, or does not; one that is no case where it need be none."""
    condition, first, second = e.args
    first, second = _where(first, condition, 1), _where(second, condition, 2)
    e = e if (first, second) == e.args[1:] else select(condition, first, second)
    if e.op == "select" and is_case(e):
        branch = _nonzero_branch(e)
        whole = product(branch)
        if is_finite(branch) and any(f.labels == whole.out and _vanishes(f, e) for f in whole.factors):
            return branch
    return e


def _where(e: Expr, condition: Expr, branch: int) -> Expr:
    """e with the branch of every select of this condition, of the same entries, in its place; near the top of e."""
    room = count(_NEAR, -1)
    order = postorder(e, into=lambda node: _is_entrywise(node) and next(room) > 0)
    if not any(node.op == "select" and node.args[0] is condition for node in order):
        return e
    made: dict[Expr, Expr] = {}
    for node in order:
        if node.op == "select" and node.args[0] is condition:
            made[node] = made.get(node.args[branch], node.args[branch])
        elif _is_entrywise(node):
            made[node] = rebuild(node, [made.get(arg, arg) for arg in node.args])
        else:
            made[node] = node
    return made[e]


def _is_entrywise(e: Expr) -> bool:
    """Whether each entry is made of the same entries of the arguments."""
    if e.op == "einsum":
        return all(labels == e.attr[-1] for labels in e.attr)
    return e.op in ("add", "mul", "map", "select")


def joined(terms: list[Expr]) -> list[Expr]:
    """Terms with cases of one condition as one case."""
    places: dict[tuple[Expr, bool], int] = {}
    found: list[Expr] = []
    for term in terms:
        key = (term.args[0], is_zero(term.args[1])) if is_case(term) else None
        if key is None or key not in places:
            if key is not None:
                places[key] = len(found)
            found.append(term)
            continue
        other = found[places[key]]
        both = add(_nonzero_branch(other), _nonzero_branch(term))
        nothing = zeros(term.shape)
        found[places[key]] = select(key[0], nothing, both) if key[1] else select(key[0], both, nothing)
    return found
