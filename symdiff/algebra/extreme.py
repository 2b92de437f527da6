"""The largest or smallest of the entries beside them: x - max(x) is nowhere positive, and 0 at one entry at least."""

from __future__ import annotations

from symdiff.algebra.build import split_number
from symdiff.algebra.leaves import ONE
from symdiff.expr import Expr


def extreme_of(entries: Expr, spread: Expr, *, sizes: bool = False) -> Expr | None:
    """The node max(entries) or min(entries), along some axes, whose value stands in `spread` at each place of them.

    With `sizes` the node max(abs(entries)).
    """
    if spread.op != "einsum":
        return None
    *own, out = spread.attr
    for found, kept in zip(spread.args, ((), *own), strict=True):
        if found.op == "reduce" and found.attr[0] in ("max", "min") and _sized(found, sizes) is entries:
            in_place = kept == tuple(out[k] for k in range(entries.rank) if k not in found.attr[1])
            others = [o for o in spread.args if o is not found]
            if in_place and all(o is ONE or o.attr == "ones" for o in others):
                return found
    return None


def _sized(extreme: Expr, sizes: bool) -> Expr | None:
    of = extreme.args[0]
    if not sizes:
        return of
    return of.args[0] if of.op == "map" and of.attr == "abs" and extreme.attr[0] == "max" else None


def gap_of(e: Expr) -> tuple[Expr, int] | None:
    """Of ±(u - max(u)), ±(u - min(u)) the extreme, and the sign of what is not 0 in it; None of anything else."""
    if e.op != "add" or len(e.args) != 2:
        return None
    (a, u), (b, v) = map(split_number, e.args)
    for front, entries, spread in ((a, u, v), (b, v, u)):
        found = extreme_of(entries, spread) if a == -b else None
        if found is not None:
            return found, (-1 if found.attr[0] == "max" else 1) * (1 if front > 0 else -1)
    return None


def gap_of_sizes(e: Expr) -> Expr | None:
    """Of ±(u - max(abs(u))), ±(u + max(abs(u))) the extreme: one of both is 0 at one entry at least."""
    if e.op != "add" or len(e.args) != 2:
        return None
    (a, u), (b, v) = map(split_number, e.args)
    return (extreme_of(u, v, sizes=True) or extreme_of(v, u, sizes=True)) if abs(a) == abs(b) else None
