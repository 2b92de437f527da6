"""Sums of all entries written out: λ₀ + λ₁ + λ₂ of the three eigenvalues of S is sum(eigvals(S)), the trace of S."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, einsum, split_number
from symdiff.algebra.leaves import Number
from symdiff.expr import Expr


def entries_summed(terms: Sequence[Expr]) -> tuple[list[tuple[Number, Expr]], list[Expr]] | None:
    """Multiples of the sum of a function's vector, or of the diagonal of its matrix, that terms have entry by entry.

    With them come the other terms. The entries of a symbol, or of what is written entry by entry, stay.
    """
    places: dict[tuple[Expr, Number], dict[int, int]] = {}
    for k, term in enumerate(terms):
        value, entry = split_number(term)
        if entry.op == "index" and not entry.shape and entry.args[0].op == "call" and len({*entry.attr}) == 1:
            places.setdefault((entry.args[0], value), {}).setdefault(entry.attr[0], k)
    whole = {key: found for key, found in places.items() if len(found) > 1 and _is_all(key[0], found)}
    if not whole:
        return None
    gone = {k for found in whole.values() for k in found.values()}
    summed = [(value, einsum(ONE, [e], [(0,) * e.rank], ())) for e, value in whole]
    return summed, [term for k, term in enumerate(terms) if k not in gone]


def _is_all(e: Expr, found: dict[int, int]) -> bool:
    """Whether these are all places of a vector, or of the diagonal of a square matrix."""
    return e.rank in (1, 2) and all(dim == len(found) for dim in e.shape) and {*found} == {*range(len(found))}
