"""Whether an expression depends on the order of values along an axis, as on that of eigenvalues."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from symdiff.algebra import index, same, unspread
from symdiff.algebra.rebuild import substitute
from symdiff.book import entry_of
from symdiff.expr import Expr, postorder

_ENTRYWISE = frozenset({"map", "add", "mul", "select", "compare"})


def is_entrywise(e: Expr) -> bool:
    """Whether each entry is worked out from the entries of the arguments in its place."""
    return e.op in _ENTRYWISE or (e.op == "einsum" and all(own == e.attr[-1] for own in e.attr[:-1]))


def is_symmetric_in(f: Expr, values: Expr) -> bool:
    """Whether f does not depend on the order of values along an axis, as a sum over all of them does not.

    Such a function of eigenvalues is as smooth as it is in them, where they repeat too.
    """
    if values.rank != 1:
        return False
    kinds = {values: "in order"}  # of a node that has the values' axis, and "free" of one that has not
    for node in postorder(f, into=lambda node: node not in kinds):
        if node not in kinds:
            told = [kinds.get(arg) for arg in node.args]
            kind = _kind_in_order(node, told) if any(told) else None
            if kind is None and any(told):
                return False
            if kind is not None:
                kinds[node] = kind
    return kinds.get(f) == "free"


def are_picked_alike(f: Expr, values: Expr) -> bool:
    """Whether f does not depend on the order of values that it picks one by one, all of them."""
    count = values.shape[0]
    if not isinstance(count, int):
        return False
    picked = [index(values, (k,)) for k in range(count)]
    return all(same(f, substitute(f, {a: b, b: a})) for a, b in pairwise(picked))


def _kind_in_order(node: Expr, told: Sequence[str | None]) -> str | None:
    """What a node is of whose arguments some have the axis in order; None where the order may matter."""
    if all(kind != "in order" for kind in told):
        return "free"
    others = [arg for arg, kind in zip(node.args, told, strict=True) if kind != "in order"]
    alike = all(not arg.shape or unspread(arg) is not None for arg in others)
    if node.op == "einsum":
        return ("in order" if node.shape else "free") if alike and set(node.attr[:-1]) == {(0,)} else None
    if is_entrywise(node):
        return "in order" if alike else None
    entry = entry_of(node)
    if entry is None or not alike or "axis" not in entry.keywords or "reverse" in entry.keywords:
        return None
    return "free" if not node.shape else "in order"
