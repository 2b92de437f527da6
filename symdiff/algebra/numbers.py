"""Numbers that stand as something else: expm1(0) is 0, and where(2 > 1, a, b) is a."""

from __future__ import annotations

from symdiff.algebra.build import spread, unspread
from symdiff.algebra.fact import bounds
from symdiff.algebra.leaves import number
from symdiff.algebra.reals import compared
from symdiff.algebra.rebuild import rebuild
from symdiff.algebra.structure import COMPARISONS
from symdiff.expr import Expr, postorder


def with_numbers(e: Expr) -> Expr:
    """e with functions of numbers as the numbers that they are, where those are known exactly."""
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        done[node] = as_number(rebuild(node, [done[arg] for arg in node.args]) if node.args else node)
    return done[e]


def as_number(e: Expr) -> Expr:
    """A function of numbers as the number that it is, a branch on numbers as the one that is taken."""
    if e.op == "select":
        told = _is_true(e.args[0])
        return e if told is None else e.args[1 if told else 2]
    if e.op != "map" or any(_value(arg) is None for arg in e.args):
        return e
    known = bounds(e)
    return e if known is None or known.low != known.high else spread(number(known.low), e.shape)


def _value(e: Expr) -> Expr | None:
    scalar = unspread(e)
    return scalar if scalar is not None and scalar.op == "number" else None


def _is_true(e: Expr) -> bool | None:
    """Whether a comparison of numbers holds."""
    if e.op != "compare" or e.attr not in COMPARISONS:
        return None
    a, b = map(_value, e.args)
    return None if a is None or b is None else a.attr in compared(e.attr, b.attr)
