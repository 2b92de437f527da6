"""Sums of entries and of pieces: λ₀ + λ₁ + λ₂ of the three eigenvalues of S is sum(eigvals(S)), the trace of S.

Pieces of equal lengths, side by side, are added piece by piece.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, add, einsum, join, split_number
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


def pieces_added(e: Expr) -> Expr:
    """A sum with joins of pieces of the same lengths as one: concat(a, b) + concat(c, d) is concat(a + c, b + d)."""
    alike: dict[tuple[object, ...], list[Expr]] = {}
    for term in e.args:
        if term.op == "join" and term.attr[0] == "concat":
            alike.setdefault((term.attr, *(part.shape for part in term.args)), []).append(term)
    several = [joins for joins in alike.values() if len(joins) > 1]
    if not several:
        return e
    firsts = {joins[0]: joins for joins in several}
    gone = {term for joins in several for term in joins[1:]}
    terms = [_added(firsts[term]) if term in firsts else term for term in e.args if term not in gone]
    return add(*terms)


def _added(joins: Sequence[Expr]) -> Expr:
    pieces = zip(*(term.args for term in joins), strict=True)
    return join("concat", [add(*own) for own in pieces], joins[0].attr[1])
