"""NumPy's products that sum over axes: `dot`, `inner`, `tensordot`, `einsum`, and `kron`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff import algebra, operators
from symdiff.dims import never_above, show_shape
from symdiff.errors import NotSupported, ShapeError
from symdiff.expr import Expr
from symdiff.operators import whole
from symdiff.protocols.arguments import book, expression, several_axes, slices
from symdiff.protocols.arrays import flat


def _joined(a: Expr, b: Expr, left: tuple[int, ...], right: tuple[int, ...]) -> Expr:
    """The products summed over axes of a with axes of b; the other axes of a, then those of b."""
    if len(left) != len(right):
        raise ShapeError("as many axes of the one are summed over as of the other")
    names: list[Any] = [("a", k) for k in range(a.rank)]
    others: list[Any] = [("b", k) for k in range(b.rank)]
    for i, j in zip(left, right, strict=True):
        if a.shape[i] != b.shape[j]:
            raise ShapeError(f"axis {i} of length {a.shape[i]} does not fit axis {j} of length {b.shape[j]}")
        others[j] = names[i]
    kept = [name for k, name in enumerate(names) if k not in left]
    kept += [name for k, name in enumerate(others) if k not in right]
    return algebra.einsum(algebra.ONE, [a, b], [names, others], kept)


def dot(a: Any, b: Any) -> Expr:
    """`np.dot`: over the last axis of a and the last but one of b; scalars scale."""
    left, right = expression(a), expression(b)
    if not left.shape or not right.shape:
        return operators.times(left, right)
    if right.rank < 3:
        return algebra.matmul(left, right)
    return _joined(left, right, (left.rank - 1,), (right.rank - 2,))


def _inner(a: Any, b: Any) -> Expr:
    left, right = expression(a), expression(b)
    if not left.shape or not right.shape:
        return operators.times(left, right)
    return _joined(left, right, (left.rank - 1,), (right.rank - 1,))


def _vdot(a: Any, b: Any) -> Expr:
    return algebra.dot(algebra.complex_part("conj", flat(a)), flat(b))


def outer(a: Any, b: Any) -> Expr:
    """`np.outer`: all products of the entries of a with those of b."""
    return algebra.outer(flat(a), flat(b))


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Expr:
    left, right = expression(a), expression(b)
    if isinstance(axes, (tuple, list)):
        if len(axes) != 2:
            raise ShapeError("axes are a number, or those of the first and those of the second")
        return _joined(left, right, several_axes(left.rank, axes[0]), several_axes(right.rank, axes[1]))
    count = whole(axes, "axes")
    if not 0 <= count <= min(left.rank, right.rank):
        raise ShapeError(f"there are no {count} axes to sum over")
    return _joined(left, right, tuple(range(left.rank - count, left.rank)), tuple(range(count)))


def _einsum(subscripts: Any, *operands: Any, optimize: Any = None) -> Expr:
    if not isinstance(subscripts, str):
        raise NotSupported("np.einsum on expressions without a text of subscripts")
    values = [expression(e) for e in operands]
    inputs, arrow, out = subscripts.replace(" ", "").partition("->")
    labels = inputs.split(",")
    letters = inputs.replace(",", "")
    if not arrow:
        out = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    if len(labels) != len(values) or not all(c.isascii() and c.isalpha() for c in letters + out):
        raise NotSupported(f"np.einsum with {subscripts!r}")
    if any(len(part) != e.rank for part, e in zip(labels, values, strict=True)):
        raise ShapeError(f"the subscripts {subscripts!r} name other axes than there are")
    return algebra.einsum(algebra.ONE, values, [tuple(part) for part in labels], tuple(out))


def _kron(a: Any, b: Any) -> Expr:
    """The Kronecker product; a vector beside a matrix is a row, as in NumPy."""
    left, right = expression(a), expression(b)
    if not left.shape or not right.shape:
        return operators.times(left, right)
    if left.rank == right.rank == 1:
        return flat(outer(left, right))
    if left.rank > 2 or right.rank > 2:
        raise NotSupported("np.kron of more than two axes")
    return algebra.kron(left, right, (left.rank == 1, right.rank == 1))


def _lined_up(a: Any, v: Any, what: str) -> tuple[Expr, Expr, bool]:
    """Both vectors, and whether the first is surely no shorter than the other."""
    left, right = expression(a), expression(v)
    if left.rank != 1 or right.rank != 1:
        raise ShapeError(f"{what} of a {show_shape(left.shape)} and a {show_shape(right.shape)}")
    return left, right, never_above(right.shape[0], left.shape[0])


def _convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    left, right, longer = _lined_up(a, v, "np.convolve")
    full = book("conv", left, right)
    if mode == "full":
        return full
    (m,), (n,) = (left.shape, right.shape) if longer else (right.shape, left.shape)
    if mode == "valid" and (longer or never_above(m, n) or never_above(n, m)):
        return slices(full, 0, n - 1, m)
    if mode == "same" and isinstance(m, int) and isinstance(n, int):
        return slices(full, 0, (n - 1) // 2, (n - 1) // 2 + m)
    raise NotSupported(f"np.convolve of these lengths with mode={mode!r}")


def _correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    left, right, longer = _lined_up(a, v, "np.correlate")
    if mode != "valid" or not longer:
        raise NotSupported(f"np.correlate of these lengths with mode={mode!r}")
    return book("correlate", left, algebra.complex_part("conj", right))


CONTRACTIONS: dict[str, Callable[..., Any]] = {
    "dot": dot,
    "vdot": _vdot,
    "inner": _inner,
    "outer": outer,
    "tensordot": _tensordot,
    "einsum": _einsum,
    "kron": _kron,
    "convolve": _convolve,
    "correlate": _correlate,
    "linalg.outer": outer,
    "linalg.tensordot": _tensordot,
}
