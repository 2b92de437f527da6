"""Cases: what is zero in one of two branches, and products taken inside the other, as 0·∞ is no number."""

from __future__ import annotations

from collections.abc import Callable

from symdiff.algebra.leaves import is_zero, zeros
from symdiff.algebra.structure import select
from symdiff.expr import Expr, recall, worked_out


def is_case(e: Expr) -> bool:
    """Whether e is zero in one of two cases."""
    return e.op == "select" and (is_zero(e.args[1]) or is_zero(e.args[2]))


def inside(e: Expr, product: Callable[[Expr], Expr]) -> Expr:
    """The case e with what is not zero in it, through the cases in it, replaced by a product with it of its shape."""
    around: list[Expr] = []
    while is_case(e):
        around.append(e)
        e = e.args[2 if is_zero(e.args[1]) else 1]
    e = product(e)
    for case in reversed(around):
        condition, first, _ = case.args
        nothing = zeros(case.shape)
        e = select(condition, nothing, e) if is_zero(first) else select(condition, e, nothing)
    return e


_FINITE = "has a value everywhere"
_SIMPLE = frozenset("symbol number constant add einsum mul index join reshape stop select compare".split())
_TAME = frozenset("abs sign relu heaviside sigmoid tanh softplus sin cos atan erf max min softmax".split())


def is_finite(e: Expr) -> bool:
    """Whether e is made of sums, products and pieces of its symbols, and of functions that grow no faster."""
    return bool(worked_out(e, _FINITE, _is_finite))


def _is_finite(e: Expr) -> bool:
    name = e.attr[0] if e.op in ("call", "reduce") else e.attr
    simple = (e.op in _SIMPLE or name in _TAME) and all(recall(arg, _FINITE) for arg in e.args)
    return simple and (e.op != "mul" or all(p.op == "number" and p.attr > 0 for p in e.args[2::2]))
