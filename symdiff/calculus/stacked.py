"""Derivatives by vec(X): the matrix ∂f/∂vec(X)', by the chain rule through every vec(G) that f is made of.

∂vec(G)/∂vec(X)' is the matrix of the tensor ∂G/∂X, a sum of Kronecker products (Magnus & Neudecker, Matrix
Differential Calculus, ch. 9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from symdiff.algebra import ONE, add, einsum, eye, kronecker, permute, reshape, substitute, symbol, symbols_of, terms
from symdiff.expr import Expr, postorder

Derivative = Callable[[Expr, Expr], Expr]


def is_stacked(e: Expr) -> bool:
    """Whether e is vec(X) of a symbol X."""
    return _is_vec(e) and e.args[0].op == "symbol"


def by_stacked(f: Expr, z: Expr, derivative: Derivative) -> Expr:
    """The axes of f, then that of z = vec(X); `derivative` gives the derivatives by X and by vectors."""
    x = z.args[0]
    inner = _outermost_vecs(f, x)
    names = {e: symbol(f"vec({e.args[0].attr.name})" if e is z else f"vec_{k}", e.shape) for k, e in enumerate(inner)}
    outer = substitute(f, names)
    parts = [
        _matrix(e, z, derivative) if outer is name else _chained(derivative(outer, name), _matrix(e, z, derivative))
        for e, name in names.items()
    ]
    if x in symbols_of(outer):
        parts.append(_stacked_last(derivative(outer, x), f.rank))
    if not parts:
        parts.append(_stacked_last(derivative(f, x), f.rank))
    return substitute(add(*parts), {name: e for e, name in names.items()})


def _is_vec(e: Expr) -> bool:
    return e.op == "reshape" and e.attr == "F"


def _outermost_vecs(f: Expr, x: Expr) -> Sequence[Expr]:
    """The vec(G) of f that depend on x and stand inside no other."""
    return [e for e in postorder(f, into=lambda e: not _is_vec(e)) if _is_vec(e) and x in symbols_of(e)]


def _matrix(e: Expr, z: Expr, derivative: Derivative) -> Expr:
    """∂vec(G)/∂vec(X)'."""
    return eye(z.shape[0]) if e is z else kronecker(derivative(e.args[0], z.args[0]), 2)


def _chained(outer: Expr, inner: Expr) -> Expr:
    """The product over the last axis of the outer derivative, term by term."""
    out = [("f", k) for k in range(outer.rank - 1)]
    products: Iterable[Expr] = (
        einsum(ONE, [a, b], [[*out, "s"], ["s", "x"]], [*out, "x"]) for a in terms(outer) for b in terms(inner)
    )
    return add(*products)


def _stacked_last(j: Expr, rows: int) -> Expr:
    """A tensor whose axes from `rows` on are those of X, these stacked by columns."""
    if rows < 2:
        return kronecker(j, rows)
    turned = permute(j, [*range(rows), *reversed(range(rows, j.rank))])
    count = j.shape[rows] * j.shape[rows + 1]
    return reshape(turned, (*j.shape[:rows], count))
