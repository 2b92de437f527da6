"""Operators of vector calculus: Laplacian, divergence and curl, by a vector or by scalars in a list."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff import algebra
from symdiff.algebra import Slice, index, terms, trace, unspread
from symdiff.calculus.derive import diff
from symdiff.dims import Dim, product, show_shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr
from symdiff.rewriting import collect, present


def laplacian(f: Expr, wrt: Sequence[Expr]) -> Expr:
    """The sum of the traces of the Hessians by vectors, of scalars of the second derivatives."""
    if f.shape:
        raise ShapeError(f"the Laplacian is of a scalar, not of a {show_shape(f.shape)}")
    if any(x.rank > 1 for x in wrt):
        raise ShapeError("the Laplacian is by vectors and scalars")
    hessians = [diff(f, x, x) for x in wrt]
    traces = [trace(h) if h.shape else h for h in hessians]
    return traces[0] if traces == hessians[:1] else present(collect(algebra.add(*traces)))


def div(f: Expr, wrt: Sequence[Expr]) -> Expr:
    """The divergence of a vector field by vectors and scalars that are as long together: the trace of the Jacobian."""
    if f.shape != (sum((product(x.shape) for x in wrt[1:]), product(wrt[0].shape)),) or any(x.rank > 1 for x in wrt):
        shapes = ", ".join(show_shape(x.shape) for x in wrt)
        raise ShapeError(f"the divergence of a {show_shape(f.shape)} by a {shapes}")
    slopes = [diff(part, x) for part, x in zip(parts_along(f, wrt), wrt, strict=True)]
    return present(collect(algebra.add(*(trace(slope) if slope.shape else slope for slope in slopes))))


def parts_along(f: Expr, wrt: Sequence[Expr]) -> list[Expr]:
    """A vector in parts as long as each of the variables, an entry for a scalar."""
    if len(wrt) == 1:
        return [f] if wrt[0].shape else [index(f, (0,))]
    if f.op == "join" and f.attr == ("concat", 0) and [a.shape for a in f.args] == [x.shape or (1,) for x in wrt]:
        return [part if x.shape else unspread(part) or index(part, (0,)) for part, x in zip(f.args, wrt, strict=True)]
    parts: list[Expr] = []
    start: Dim = 0
    for x in wrt:
        stop = start + product(x.shape)
        parts.append(index(f, (Slice(start, stop),)) if x.shape else index(f, (start,)))
        start = stop
    return parts


def curl(f: Expr, wrt: Sequence[Expr]) -> Expr:
    """The curl of a field in space, by a vector of 3 or by three scalars: differences of the partials ∂fᵢ/∂xⱼ."""
    x = [index(wrt[0], (k,)) for k in range(3)] if [v.shape for v in wrt] == [(3,)] else list(wrt)
    if f.shape != (3,) or [v.shape for v in x] != [()] * 3:
        shapes = ", ".join(show_shape(v.shape) for v in wrt)
        raise ShapeError(f"the curl of a {show_shape(f.shape)} by a {shapes}, not of vectors of 3")

    def partial(i: int, j: int) -> Expr:
        return diff(algebra.add(*(index(term, (i,)) for term in terms(f))), x[j])

    entries = [algebra.sub(partial(i, j), partial(j, i)) for i, j in ((2, 1), (0, 2), (1, 0))]
    return present(collect(algebra.join("stack", entries, 0)))
