"""`np.linalg` on expressions: norms, inverses, determinants, decompositions."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

from symdiff import algebra, operators
from symdiff.dims import show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.operators import whole
from symdiff.protocols.arguments import book, expression, flag, matrix, several_axes
from symdiff.protocols.reductions import reduced

# Norms


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Expr:
    """NumPy's table of norms: of vectors, and of matrices, along one axis or two."""
    e, keep = expression(x), flag(keepdims, "keepdims")
    axes = tuple(range(e.rank)) if axis is None else several_axes(e.rank, axis)
    if not axes or (len(axes) > 2 and not (axis is None and ord is None)):
        raise ShapeError(f"the norm of a {show_shape(e.shape)} along {len(axes)} axes")
    order = _order(ord)
    if order is None:
        return reduced("norm2", e, axes, keep)
    if len(axes) == 1:
        return _vector_norm(e, order, axes, keep)
    return _matrix_norm(e, order, axes, keep)


def _order(ord: Any) -> Any:
    """The order as None, a text, a whole number, a float or a scalar expression."""
    if isinstance(ord, Expr) and ord.op == "number":
        ord = ord.attr
    elif isinstance(ord, Expr) and algebra.is_constant(ord, "oo"):
        ord = inf
    if ord is None or isinstance(ord, str):
        return ord
    if isinstance(ord, bool) or (isinstance(ord, Expr) and ord.shape):
        raise NotSupported(f"np.linalg.norm with the order {ord}")
    if isinstance(ord, Expr):
        return ord
    try:
        return float(ord)
    except (TypeError, ValueError, OverflowError):
        raise NotSupported(f"np.linalg.norm with an order that is a {type(ord).__name__}") from None


def _vector_norm(e: Expr, order: Any, axes: tuple[int, ...], keep: bool) -> Expr:
    if order == 2:
        return reduced("norm2", e, axes, keep)
    if order == 1:
        return reduced("norm1", e, axes, keep)
    if order == inf:
        return reduced("norm_inf", e, axes, keep)
    if order == -inf:
        return reduced("min", book("abs", e), axes, keep)
    if isinstance(order, Expr) or (isinstance(order, float) and order > 0):
        exact = int(order) if isinstance(order, float) and order.is_integer() else order
        return book("norm", e, exact, axis=axes, keepdims=keep or None)
    raise NotSupported(f"np.linalg.norm of a vector with ord={order!r}")


def _matrix_norm(e: Expr, order: Any, axes: tuple[int, ...], keep: bool) -> Expr:
    """Of two axes: the rows', then the columns'. Sums of absolute values along the one, the extreme of the other."""
    if order == "fro":
        return reduced("norm2", e, axes, keep)
    if order in (1, -1, inf, -inf) and not isinstance(order, Expr):
        inner, outer = axes if abs(order) == 1 else axes[::-1]
        sums = reduced("sum", book("abs", e), inner, True)
        result = reduced("max" if order > 0 else "min", sums, outer, True)
    elif order in (2, "nuc") and not isinstance(order, Expr) and e.rank == 2:
        result = book("norm_spec" if order == 2 else "norm_nuc", e)
        return algebra.keep_axes(result, (0, 1)) if keep else result
    else:
        raise NotSupported(f"np.linalg.norm of a matrix with ord={order!r}")
    if keep:
        return result
    return algebra.index(result, [0 if k in axes else algebra.Slice(0, d) for k, d in enumerate(result.shape)])


# Functions of one matrix


class SlogdetResult(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Expr
    logabsdet: Expr


def _slogdet(a: Any) -> SlogdetResult:
    det = _det(a)
    return SlogdetResult(book("sign", det), book("log", book("abs", det)))


def _det(a: Any) -> Expr:
    return book("det", matrix(a, "np.linalg.det"))


def _inv(a: Any) -> Expr:
    return book("inv", matrix(a, "np.linalg.inv"))


def _pinv(a: Any) -> Expr:
    return book("pinv", matrix(a, "np.linalg.pinv"))


def _matrix_power(a: Any, n: Any) -> Expr:
    return book("matpow", matrix(a, "np.linalg.matrix_power"), whole(n, "the exponent"))


def _solve(a: Any, b: Any) -> Expr:
    left, right = matrix(a, "np.linalg.solve"), expression(b)
    if right.rank not in (1, 2):
        raise ShapeError(f"np.linalg.solve with a {show_shape(right.shape)} on the right")
    return book("solve", left, right)


def _symmetric(a: Any, what: str) -> Expr:
    """A matrix that is its own transpose: NumPy reads one triangle of it, and is right for such alone."""
    e = matrix(a, what)
    if not algebra.is_symmetric(e):
        raise SymdiffError(f"{what} is that of a symmetric matrix", hint="declare it symmetric(n), or give (A + A.T)/2")
    return e


def _cholesky(a: Any) -> Expr:
    return book("cholesky", _symmetric(a, "np.linalg.cholesky"))


def _eigvalsh(a: Any) -> Expr:
    return book("eigvals", _symmetric(a, "np.linalg.eigvalsh"))


def _svdvals(x: Any) -> Expr:
    return book("svdvals", matrix(x, "np.linalg.svdvals"))


def _svd(a: Any, *, compute_uv: Any = True) -> Expr:
    if compute_uv is not False:
        raise NotSupported("np.linalg.svd with its vectors", hint="write compute_uv=False")
    return _svdvals(a)


def _multi_dot(arrays: Any) -> Any:
    parts = [expression(value) for value in arrays]
    if (
        len(parts) < 2
        or any(part.rank != 2 for part in parts[1:-1])
        or any(part.rank not in (1, 2) for part in (parts[0], parts[-1]))
    ):
        raise ShapeError("np.linalg.multi_dot multiplies matrices, between vectors or matrices")
    result: Any = parts[0]
    for part in parts[1:]:
        result = operators.matmul(result, part)
    return result


def _cross(a: Any, b: Any) -> Expr:
    return book("cross", expression(a), expression(b))


LINEAR_ALGEBRA: dict[str, Callable[..., Any]] = {
    "linalg.norm": _norm,
    "linalg.inv": _inv,
    "linalg.pinv": _pinv,
    "linalg.det": _det,
    "linalg.slogdet": _slogdet,
    "linalg.solve": _solve,
    "linalg.matrix_power": _matrix_power,
    "linalg.cholesky": _cholesky,
    "linalg.eigvalsh": _eigvalsh,
    "linalg.svdvals": _svdvals,
    "linalg.svd": _svd,
    "linalg.multi_dot": _multi_dot,
    "linalg.cross": _cross,
    "cross": _cross,
}
