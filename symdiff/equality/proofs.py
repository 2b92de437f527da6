"""Proofs that two expressions agree wherever both have values."""

from __future__ import annotations

from symdiff.algebra import ONE, is_zero, same, sub, symbols_of
from symdiff.algebra.implied import simplified
from symdiff.calculus.derive import diff
from symdiff.equality.given import parametrised, put_in
from symdiff.equality.models import same_in_models
from symdiff.equality.numbers import Tried
from symdiff.equality.pieces import equal_in_each
from symdiff.equality.question import Question, strictly
from symdiff.equality.sizes import choices
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.oracles import Evidence
from symdiff.oracles.evidence import show_assignments
from symdiff.oracles.switches import switches_of
from symdiff.rewriting import collect, present, simplify

_BITS = 45  # each sample finds a difference but for degree/2^61

_SMALL = 10
_FORMS = frozenset({"symbol", "add", "join", "index", "reduce", "select", "compare"})
_PIECES = frozenset({"abs", "relu", "max", "min"})
_POINTS = 12  # for a proof by derivatives
_JUMPS = frozenset({"acot", "atan2", "arg", "floor", "round", "ceil", "sign", "heaviside", "mod", "frac"})

FORM, MODELS, DERIVATIVES = "normal form", "models", "derivatives"


def proved(question: Question, found: Tried, rules: bool) -> Evidence:
    """The evidence that the sides agree wherever both have values; undecided where no way shows it."""
    if same(*question.sides):
        return Evidence(FORM, True, "both sides are one up to order, nesting and names of indices")
    collected = _collected(question) if rules else None
    if collected is not None:
        return collected
    modelled = by_models(question, ordered=not found.missed and _is_of_forms(question))
    if modelled.ok:
        return modelled
    return (_by_rules(question) if rules else None) or by_derivative(question, found) or modelled


def _collected(question: Question) -> Evidence | None:
    a, b = question.sides
    try:
        if is_zero(present(collect(sub(a, b)))) or same(collect(a), collect(b)):
            return Evidence(FORM, True, "both sides have one collected form")
    except SymdiffError:
        pass
    return None


def _is_of_forms(question: Question) -> bool:
    """Whether all that is compared are sums of symbols with small coefficients, so that no order of them is rare."""
    kinks = switches_of(*question.sides)[0]
    parts = [part for kink in kinks for part in (kink.left, kink.right)]
    return not any(map(_is_number, parts)) and all(map(_is_form, postorder(*parts)))


def _is_form(e: Expr) -> bool:
    if e.op == "mul":
        return _is_number(e.args[0]) and len(e.args) == 3 and e.args[2] is ONE
    if e.op == "number":
        return abs(e.attr) <= _SMALL
    linear = e.op in _FORMS or (e.op == "map" and e.attr in _PIECES) or is_zero(e)
    return linear and not any(map(_is_number, e.args))


def _is_number(e: Expr) -> bool:
    return not symbols_of(e) and not is_zero(e)


def by_derivative(question: Question, found: Tried) -> Evidence | None:
    """Equal derivatives, and one equal value in each piece of the domain: of scalars."""
    scalars = question.symbols
    if question.functions or question.is_complex or len(found.both) < _POINTS or not scalars:
        return None
    if any(s.shape or s.attr.properties - {"positive"} for s in scalars) or any(
        map(_jumps, postorder(*question.sides))
    ):
        return None
    pieces = equal_in_each(question, found.both)
    if not pieces:
        return None
    try:
        for s in scalars:
            slopes = Question(diff(question.a, s), diff(question.b, s), question.given)
            if not (same(*slopes.sides) or by_models(slopes).ok):
                return None
    except SymdiffError:
        return None
    where = "the domain's one piece" if pieces == 1 else f"each of the domain's {pieces} pieces"
    return Evidence(DERIVATIVES, True, f"equal derivatives, and an equal value in {where}")


def _jumps(e: Expr) -> bool:
    return e.op in ("compare", "select") or (e.op == "map" and e.attr in _JUMPS)


def _by_rules(question: Question) -> Evidence | None:
    """The rules keep values wherever there are any, so the sides agree where both have one."""
    a, b = question.sides
    try:
        if is_zero(simplify(sub(a, b))) or same(simplify(a), simplify(b)):
            return Evidence(FORM, True, "the rules of the books make one of both sides")
    except SymdiffError:
        pass
    return None


def by_models(question: Question, ordered: bool = False) -> Evidence:
    """Values in finite fields, where both sides are defined; with `ordered` those of rational numbers, too."""
    try:
        sides, rest = put_in(question.sides, map(strictly, [*question.given, *question.both_defined]))
        a, b = parametrised(sides, simplified(rest))
        sizes, all_sizes = choices(a, b)
        found = same_in_models(a, b, sizes)
        if not found.same and found.signed and ordered:  # where it is an order that counts
            in_order = same_in_models(a, b, sizes, rational=True)
            found = in_order if in_order.same else found
        if not found.same and rest:
            a, b = parametrised(sides, simplified(rest), arcs=True)
            bent = same_in_models(a, b, sizes)
            found = bent if bent.same else found
    except SymdiffError as why:
        return Evidence(MODELS, None, why.message)
    if found.same is None:
        return Evidence(MODELS, None, f"no model decides: {found.why}" if found.why else "no model decides")
    if not found.same:
        return Evidence(MODELS, None, "the values in finite fields differ: by the laws they obey nothing follows")
    detail = f"{found.samples} random samples in finite fields of {found.bits} bits, wrong with a probability below "
    detail += f"2^-{_BITS * found.samples}"
    detail += f", of signs 2^-{found.samples}" if found.signed else ""
    if found.turned:
        detail += ", up to whole turns, which the numbers exclude"
    if found.sizes != ({},):
        detail += f", {show_assignments(found.sizes)}, " + (
            "which settles all sizes" if all_sizes else "the sizes tried"
        )
    return Evidence(MODELS, True, detail, found.sizes)
