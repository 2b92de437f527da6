"""Proofs that two expressions agree wherever both have values."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.algebra import Condition, is_zero, same, sub
from symdiff.equality.given import put_in
from symdiff.equality.models import same_in_models
from symdiff.equality.question import Question
from symdiff.equality.sizes import choices
from symdiff.errors import SymdiffError
from symdiff.oracles import Evidence
from symdiff.oracles.evidence import show_assignments
from symdiff.rewrite import collect, present, simplify

_BITS = 45  # each sample finds a difference but for degree/2^61

FORM, MODELS = "normal form", "models"


def proved(question: Question) -> Evidence:
    """The evidence that the sides agree wherever both have values; undecided where neither way shows it."""
    form = _normal_form(question)
    if form:
        return Evidence(FORM, True, form)
    found = _by_models(question)
    return found if found.ok else _by_rules(question) or found


def _normal_form(question: Question) -> str:
    """By which normal form the sides are one; empty where by none."""
    a, b = question.sides
    if same(a, b):
        return "both sides are one up to order, nesting and names of indices"
    try:
        if is_zero(present(collect(sub(a, b)))) or same(collect(a), collect(b)):
            return "both sides have one collected form"
    except SymdiffError:
        pass
    return ""


def _by_rules(question: Question) -> Evidence | None:
    """The rules keep values wherever there are any, so the sides agree where both have one."""
    a, b = question.sides
    try:
        if is_zero(simplify(sub(a, b))) or same(simplify(a), simplify(b)):
            return Evidence(FORM, True, "the rules of the books make one of both sides")
    except SymdiffError:
        pass
    return None


def _by_models(question: Question) -> Evidence:
    """Values in finite fields, where both sides are defined."""
    try:
        (a, b), _ = put_in(question.sides, _as_strict([*question.given, *question.both_defined]))
        sizes, all_sizes = choices(a, b)
        found = same_in_models(a, b, sizes)
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


def _as_strict(conditions: Iterable[Condition]) -> list[Condition]:
    """Conditions without their edges, which no random point meets."""
    return [c._replace(predicate="positive") if c.predicate == "nonnegative" else c for c in conditions]
