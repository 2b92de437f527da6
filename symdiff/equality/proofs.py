"""Proofs that two expressions agree wherever both have values."""

from __future__ import annotations

from symdiff.algebra import is_zero, same, sub
from symdiff.equality.given import parametrised, put_in
from symdiff.equality.models import same_in_models
from symdiff.equality.question import Question, strictly
from symdiff.equality.sizes import choices
from symdiff.errors import SymdiffError
from symdiff.oracles import Evidence
from symdiff.oracles.evidence import show_assignments
from symdiff.rewrite import collect, present, simplify

_BITS = 45  # each sample finds a difference but for degree/2^61

FORM, MODELS = "normal form", "models"


def proved(question: Question, rules: bool) -> Evidence:
    """The evidence that the sides agree wherever both have values; undecided where neither way shows it."""
    if same(*question.sides):
        return Evidence(FORM, True, "both sides are one up to order, nesting and names of indices")
    collected = _collected(question) if rules else None
    if collected is not None:
        return collected
    found = _by_models(question)
    return found if found.ok or not rules else _by_rules(question) or found


def _collected(question: Question) -> Evidence | None:
    a, b = question.sides
    try:
        if is_zero(present(collect(sub(a, b)))) or same(collect(a), collect(b)):
            return Evidence(FORM, True, "both sides have one collected form")
    except SymdiffError:
        pass
    return None


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
        sides, rest = put_in(question.sides, map(strictly, [*question.given, *question.both_defined]))
        a, b = parametrised(sides, rest)
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
