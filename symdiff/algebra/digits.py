"""Which terms are exact: what a difference of them has, its parts multiplied out have lost."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.algebra.build import split_number
from symdiff.algebra.leaves import ONE, is_constant
from symdiff.expr import Expr

_LEAVES = ("symbol", "number", "constant", "index")


def is_rounded(terms: Iterable[Expr]) -> bool:
    """Whether the terms of a sum, all but one, are results of arithmetic, each with an error of its own.

    The sum has then lost what its terms multiplied by a common factor lose. Entries with one error in common (a mean
    beside each entry) are not rounded independently.
    """
    exact = 0
    for term in terms:
        rest = split_number(term)[1]
        if _repeats(rest):
            return False
        exact += _is_exact(rest)
    return exact < 2


def _is_exact(e: Expr) -> bool:
    """Whether e is given, or picks, turns or repeats what is given."""
    if e.op != "einsum":
        return e.op in _LEAVES
    others = [operand for operand in e.args[1:] if not is_constant(operand, "ones")]
    return e.args[0] is ONE and len(others) < 2 and all(operand.op in _LEAVES for operand in others)


def _repeats(e: Expr) -> bool:
    """Whether e is the same along one of its axes, and no number."""
    if e.op != "einsum":
        return False
    carried = {
        label
        for operand, labels in zip(e.args[1:], e.attr, strict=False)
        if not is_constant(operand, "ones")
        for label in labels
    }
    return not carried.issuperset(e.attr[-1]) and bool(carried or e.args[0].op != "number")
