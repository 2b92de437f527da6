"""Kronecker products, commutation matrices and stacked columns among reshaped products: `kron(B', A)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symdiff.algebra import ONE as UNIT
from symdiff.algebra import is_constant
from symdiff.algebra.views import Contraction
from symdiff.expr import Expr
from symdiff.notation.products import Product, components, flat
from symdiff.notation.write import call, size
from symdiff.syntax.tree import Tree

Need = tuple[Expr, bool]


class Kronecker:
    """A ⊗ B, one of them or both columns or rows; scalars stand in front of A."""

    def __init__(self, left: Contraction, right: Contraction, rows: tuple[bool, bool]) -> None:
        self.factors = (Product(left), Product(right))
        self.rows = rows

    def needs(self) -> Sequence[Need]:
        return [need for factor in self.factors for need in factor.needs()]

    def write(self, tree: Callable[[Expr, bool], Tree]) -> Tree:
        pairs = zip(self.factors, self.rows, strict=True)
        return Tree("kron", tuple(factor.write(tree, row) for factor, row in pairs))


class Commutation:
    """The commutation matrix of m×n matrices."""

    def __init__(self, blocks: Expr) -> None:
        self.tree = call("commutation", size(blocks.shape[0]), size(blocks.shape[1]))

    def needs(self) -> Sequence[Need]:
        return ()

    def write(self, tree: Callable[[Expr, bool], Tree]) -> Tree:
        return self.tree


def kronecker(e: Expr) -> Kronecker | Commutation | None:
    """A reshaped einsum as a Kronecker product, where its factors fall apart in two, or as a commutation."""
    blocks = e.args[0]
    if e.attr == "C" and e.rank == 1 and blocks.rank == 2 and blocks.op == "einsum":
        whole = flat(blocks)
        vectors = _sides(whole, ((whole.out[0],), (whole.out[1],)))
        return None if vectors is None else Kronecker(*vectors, (False, False))
    if e.attr != "C" or e.rank != 2 or blocks.op != "einsum" or blocks.rank not in (3, 4):
        return None
    split = next((k for k in (1, 2, 3) if _merges(blocks, k, e)), None)
    if split is None:
        return None
    whole = flat(blocks)
    rows, columns = whole.out[:split], whole.out[split:]
    if len(rows) == len(columns) == 2 and _is_commutation(whole):
        return Commutation(blocks)
    for pairs in _pairings(rows, columns):
        sides = _sides(whole, pairs)
        if sides is not None:
            return Kronecker(*sides, (not _has(pairs[0], rows), not _has(pairs[1], rows)))
    return None


def _merges(blocks: Expr, k: int, e: Expr) -> bool:
    """Whether the first k axes of the blocks are the rows, at most two of them, and the others the columns."""
    sides = blocks.shape[:k], blocks.shape[k:]
    if not all(1 <= len(side) <= 2 for side in sides):
        return False
    return e.shape == tuple(side[0] * side[1] if len(side) == 2 else side[0] for side in sides)


def _is_commutation(whole: Contraction) -> bool:
    """Whether the rows are the columns in the other order."""
    a, b, c, d = whole.out
    alike = whole.coefficient is UNIT and all(is_constant(e, "eye") for e in whole.operands)
    return alike and sorted(tuple(sorted(labels)) for labels in whole.labels) == [(a, d), (b, c)]


def _pairings(rows: Sequence[int], columns: Sequence[int]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The axes of A and those of B; a side with one axis may give it to either."""
    if len(rows) == len(columns):
        return [((rows[0], columns[0]), (rows[1], columns[1]))]
    if len(rows) == 1:
        return [((columns[0],), (rows[0], columns[1])), ((rows[0], columns[0]), (columns[1],))]
    return [((rows[0],), (rows[1], columns[0])), ((rows[0], columns[0]), (rows[1],))]


def _has(pair: Sequence[int], rows: Sequence[int]) -> bool:
    return any(axis in rows for axis in pair)


def _sides(
    whole: Contraction, pairs: tuple[tuple[int, ...], tuple[int, ...]]
) -> tuple[Contraction, Contraction] | None:
    """The factors of A and those of B; None where something joins them."""
    group = components(whole, [(pair[0], pair[-1]) for pair in pairs])
    if group[pairs[0][0]] == group[pairs[1][0]]:
        return None
    sides = []
    for out, front in zip(pairs, (whole.coefficient, UNIT), strict=True):
        own = [k for k, labels in enumerate(whole.labels) if group[labels[0]] == group[out[0]]]
        operands = tuple(whole.operands[k] for k in own)
        sides.append(Contraction(front, operands, tuple(whole.labels[k] for k in own), out))
    return sides[0], sides[1]
