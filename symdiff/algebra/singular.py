"""Which square matrices have no inverse by their structure: x*x', odd skew ones, products through fewer columns."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra.facts import is_skew
from symdiff.algebra.leaves import is_zero
from symdiff.algebra.matrix_facts import chain_of
from symdiff.dims import Dim
from symdiff.expr import Expr, recall, worked_out


def is_singular(e: Expr) -> bool:
    """Whether a square matrix has no inverse for sizes in general: a symbolic n may be odd, and large."""
    return rank_bound(e) is not None


def rank_bound(e: Expr) -> int | str | None:
    """What the rank of e does not pass, where that is below the rows and columns of e; None where nothing is known.

    It is a number, or `"below"` where it is only known to be less than the size.
    """
    found: int | str | None = worked_out(e, "rank_bound", lambda node: (_lower(_bound(node), node),))[0]
    return found


def _lower(bound: int | str | None, e: Expr) -> int | str | None:
    """The bound, where it says more than the shape does."""
    if isinstance(bound, int) and e.rank == 2 and any(isinstance(d, int) and d <= bound for d in e.shape):
        return None
    return bound if e.rank == 2 else None


def _bound(e: Expr) -> int | str | None:
    if e.rank != 2:
        return None
    if is_zero(e):
        return 0
    if e.op == "constant" and e.attr == "ones":
        return 1
    if e.op == "add":
        known = [_known(term) for term in e.args]
        return sum(known) if all(isinstance(k, int) for k in known) else None  # type: ignore[arg-type]
    if e.op == "einsum":
        return _of_product(e)
    return "below" if _is_odd(e) else None


def _known(e: Expr) -> int | str | None:
    """The bound of a part; of a matrix that is known to be narrow its smaller size."""
    bound: int | str | None = recall(e, "rank_bound")[0]
    numbers = [d for d in e.shape if isinstance(d, int)]
    return min(numbers) if bound is None and numbers and e.rank == 2 else bound


def _of_product(e: Expr) -> int | str | None:
    """Of a chain of matrices, weighted along its axes, the least bound of a factor; of x*y' it is 1."""
    factors = list(zip(e.args[1:], e.attr, strict=False))
    out = e.attr[-1]
    if not _joined(e.attr[:-1], out):
        return 1
    matrices = [(o, own) for o, own in factors if len(own) == 2]
    if any(len(own) > 2 for _, own in factors) or chain_of(matrices, out) is None:
        return None
    bounds = [bound for o, _ in matrices if (bound := _known(o)) is not None]
    numbers = [bound for bound in bounds if isinstance(bound, int)]
    return min(numbers) if numbers else (bounds[0] if bounds else None)


def _joined(labels: Sequence[tuple[int, ...]], out: tuple[int, ...]) -> bool:
    """Whether factors lead from the rows of the result to its columns."""
    reached, before = {out[0]}, 0
    while len(reached) > before:
        before = len(reached)
        reached.update(label for own in labels if reached.intersection(own) for label in own)
    return out[1] in reached


def _is_odd(e: Expr) -> bool:
    """Whether e is skew with an odd number of rows, or with one that may be odd."""
    freed = e.op == "symbol" and "freed_skew" in e.attr.properties
    return (freed or is_skew(e)) and not _is_even(e.shape[0])


def _is_even(d: Dim) -> bool:
    return d % 2 == 0 if isinstance(d, int) else all(c % 2 == 0 for _, c in d.terms)
