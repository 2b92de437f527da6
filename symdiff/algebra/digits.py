"""Which terms are exact: what a difference of them has, its parts multiplied out have lost."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.algebra.build import split_number, unspread
from symdiff.algebra.leaves import ONE, is_constant
from symdiff.expr import Expr

_LEAVES = ("symbol", "number", "constant", "index")


def is_rounded(terms: Iterable[Expr]) -> bool:
    """Whether the terms of a sum, all but one, are results of arithmetic, each with an error of its own.

    The sum has then lost what its terms multiplied by a common factor lose. Entries with one error in common (a mean
    beside each entry) are not rounded independently.
    """
    rests = [split_number(term)[1] for term in terms]
    if any(map(_repeats, rests)):
        return False
    return sum(map(is_exact, rests)) < 2


def is_complement(terms: Iterable[Expr]) -> bool:
    """Whether a function stands beside a number: 1 - sigmoid(x) and exp(x) - 1 have forms that lose nothing."""
    rests = [split_number(term)[1] for term in terms]
    return any(unspread(rest) is ONE for rest in rests) and any(map(_is_function, rests))


def is_exact(e: Expr) -> bool:
    """Whether e is given, or picks, turns or repeats what is given."""
    if e.op != "einsum":
        return e.op in _LEAVES
    others = [operand for operand in e.args[1:] if not is_constant(operand, "ones")]
    return e.args[0] is ONE and len(others) < 2 and all(operand.op in _LEAVES for operand in others)


def _is_function(e: Expr) -> bool:
    """Whether e is a function of something, or a power of one."""
    if e.op == "mul":
        return len(e.args) == 3 and e.args[1].op == "map"
    return e.op == "map" and (e.attr != "pow" or e.args[0].op == "map")


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
