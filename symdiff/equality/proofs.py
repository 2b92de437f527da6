"""Proofs that two expressions agree wherever both have values."""

from __future__ import annotations

from symdiff.algebra import is_zero, same, sub
from symdiff.equality.question import Question
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.rewrite import collect, present, simplify


def normal_form(question: Question) -> str:
    """By which normal form the sides are one; empty where by none.

    The rewritings keep values wherever there are any, so the sides agree where both have one.
    """
    a, b = question.sides
    if same(a, b):
        return "both sides are one up to order, nesting and names of indices"
    difference = sub(a, b)
    if is_zero(difference):
        return "the difference of the sides is 0 by construction"
    try:
        if is_zero(present(collect(difference))) or same(collect(a), collect(b)):
            return "both sides have one collected form"
        if _simplified_to_zero(difference) or same(simplify(a), simplify(b)):
            return "the rules of the books make one of both sides"
    except SymdiffError:
        pass
    return ""


def _simplified_to_zero(e: Expr) -> bool:
    return is_zero(simplify(e))
