"""From a differential back to the derivative: dF = A·dX says that A is the derivative.

The first identification theorem (Magnus & Neudecker, Matrix Differential Calculus, ch. 5): a differential that is
linear in dX has one coefficient. That it is linear is checked first, operation by operation.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff import algebra
from symdiff.algebra import ONE, is_zero, substitute, vanishes, zeros
from symdiff.book import entry_of, expand
from symdiff.calculus.adjoint import transpose
from symdiff.calculus.coefficient import coefficient
from symdiff.calculus.structure import impose, kind_of, unstructured
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect, present

_SAME = ("reshape", "index")  # linear in their one argument
_PARTS = ("add", "join")  # linear where every part is


def identify(differential: Expr, x: Expr) -> Expr:
    """The derivative by x that a differential in dx states: the axes of F, then those of x.

    Terms in the differentials of other variables are left aside. The dX of a structured X has its structure, so only
    the part of the coefficient in the tangent space counts, and is given. Raises SymdiffError for what is not linear in
    the differentials.
    """
    leaves = [e for e in postorder(differential) if e.op == "differential" and e.args[0].op == "symbol"]
    _require_linear(differential, leaves)
    mine = algebra.differential(x)
    others = {leaf: zeros(leaf.shape) for leaf in leaves if leaf is not mine}
    leaf = algebra.differential(unstructured(x))
    program = substitute(differential, {**others, mine: leaf if x.shape else ONE})
    if not x.shape:
        result = program
    elif program.shape:
        result = coefficient(program, leaf)
    else:
        (result,) = transpose(program, [leaf], ONE)
    if kind_of(x):
        result = impose(result, [x], "projected")
    return present(collect(result))


def _require_linear(root: Expr, leaves: Sequence[Expr]) -> None:
    """SymdiffError unless every term has exactly one of the leaves, and as a factor."""
    failed = _not_linear(root, leaves)
    if failed is not None:
        hint = "every term of a differential has one factor dX"
        raise SymdiffError(f"`{failed}` is not linear in the differentials"[:200], hint=hint)


def _not_linear(root: Expr, leaves: Sequence[Expr]) -> Expr | None:
    """The first part that keeps root from being linear in the leaves; None where it is."""
    linear = set(leaves)
    moving = set(leaves)
    for e in postorder(root, into=lambda e: e not in moving):
        places = [k for k, arg in enumerate(e.args) if arg in moving]
        if e in moving or not places:
            continue
        moving.add(e)
        if not all(e.args[k] in linear for k in places) or not _is_linear(e, places):
            return e
        linear.add(e)
    return None if root in linear or is_zero(root) or vanishes(root) else root


def _is_linear(e: Expr, places: Sequence[int]) -> bool:
    """Whether a node is linear in the arguments at these places together."""
    if e.op in _PARTS:
        return all(k in places or is_zero(arg) for k, arg in enumerate(e.args))
    if e.op == "select":
        return 0 not in places and all(k in places or is_zero(e.args[k]) for k in (1, 2))
    if len(places) > 1:
        return False
    (k,) = places
    if e.op == "mul":
        return k % 2 == 1 and e.args[k + 1] is ONE
    if e.op == "call":
        return _is_linear_call(e, k)
    return e.op in ("einsum", *_SAME) or (e.op == "scan" and e.attr[0] == "cumsum")


def _is_linear_call(e: Expr, k: int) -> bool:
    """Whether a function of the books is linear in an argument: it has an adjoint there, or is so by its definition."""
    entry = entry_of(e)
    if entry is not None and k < len(entry.params) and entry.params[k].name in entry.adjoints:
        return True
    hole = algebra.differential(algebra.symbol("dX", e.args[k].shape))
    meaning = expand(algebra.rebuild(e, [*e.args[:k], hole, *e.args[k + 1 :]]))
    return meaning is not None and _not_linear(meaning, [hole]) is None
