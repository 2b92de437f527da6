"""The products and reductions of linear algebra, each an einsum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from symdiff.algebra.build import add, call, mul, power, scale
from symdiff.algebra.einsum import einsum
from symdiff.algebra.leaves import MINUS_ONE, ONE, eye, number, ones, size_scalar
from symdiff.algebra.structure import reduce_axes, reshape
from symdiff.dims import Shape, product, show_shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr

_POWERS = 64  # the differential of X^k is written out as k products up to here


def permute(e: Expr, axes: Sequence[int]) -> Expr:
    """The axes of e in another order: axis k of the result is axis `axes[k]` of e."""
    return einsum(ONE, [e], [tuple(range(e.rank))], tuple(axes))


def transpose(e: Expr) -> Expr:
    """The axes reversed; a scalar and a vector stay as they are."""
    return e if e.rank < 2 else permute(e, range(e.rank)[::-1])


def matmul(a: Expr, b: Expr) -> Expr:
    """The product that joins the last axis of a with the first of b; scalars scale."""
    if not a.shape or not b.shape:
        return scale(a, b) if not a.shape else scale(b, a)
    left, right = [("a", k) for k in range(a.rank)], [("b", k) for k in range(b.rank)]
    right[0] = left[-1]
    return einsum(ONE, [a, b], [left, right], left[:-1] + right[1:])


def dot(a: Expr, b: Expr) -> Expr:
    """⟨a, b⟩: all axes of two things of one shape summed together."""
    if a.shape != b.shape:
        raise ShapeError(f"an inner product of a {show_shape(a.shape)} and a {show_shape(b.shape)}")
    if not a.shape:
        return mul(a, b)
    labels = tuple(range(a.rank))
    return einsum(ONE, [a, b], [labels, labels], ())


def outer(a: Expr, b: Expr) -> Expr:
    """All axes of a, then all axes of b."""
    left, right = [("a", k) for k in range(a.rank)], [("b", k) for k in range(b.rank)]
    return einsum(ONE, [a, b], [left, right], left + right)


def trace(e: Expr) -> Expr:
    """The sum of the diagonal of a square matrix."""
    if e.rank != 2 or e.shape[0] != e.shape[1]:
        raise ShapeError(f"the trace of a {show_shape(e.shape)}")
    return einsum(ONE, [e], [(0, 0)], ())


def diag(e: Expr) -> Expr:
    """Of a vector the diagonal matrix, of a square matrix its diagonal."""
    if e.rank == 1:
        return einsum(ONE, [e, eye(e.shape[0])], [(0,), (0, 1)], (0, 1))
    if e.rank != 2 or e.shape[0] != e.shape[1]:
        raise ShapeError(f"the diagonal of a {show_shape(e.shape)}")
    return einsum(ONE, [e], [(0, 0)], (0,))


def normal_axes(e: Expr, axes: int | Iterable[int] | None) -> tuple[int, ...]:
    """Axes as sorted numbers ≥ 0; None is all of them. Raises ShapeError for one that is not there."""
    if axes is None:
        return tuple(range(e.rank))
    given = (axes,) if isinstance(axes, int) else tuple(axes)
    for axis in given:
        if not -e.rank <= axis < e.rank:
            hint = f"axes count from 0 to {e.rank - 1}" if e.rank else None
            raise ShapeError(f"a {show_shape(e.shape)} has no axis {axis}", hint=hint)
    normal = sorted(axis % e.rank for axis in given)
    if len(set(normal)) != len(normal):
        raise ShapeError("an axis is named twice")
    return tuple(normal)


def keep_axes(reduced: Expr, axes: tuple[int, ...]) -> Expr:
    """A reduced thing with axes of length 1 put back at these places."""
    rank = reduced.rank + len(axes)
    out = tuple(range(rank))
    inner = tuple(k for k in out if k not in axes)
    return einsum(ONE, [reduced, ones((1,) * len(axes))], [inner, axes], out) if axes else reduced


def total(e: Expr, axes: int | Iterable[int] | None = None, keepdims: bool = False) -> Expr:
    """The sum over axes (all of them for None)."""
    if not e.shape:
        return e
    gone = normal_axes(e, axes)
    labels = tuple(range(e.rank))
    reduced = einsum(ONE, [e], [labels], tuple(k for k in labels if k not in gone))
    return keep_axes(reduced, gone) if keepdims else reduced


def mean(e: Expr, axes: int | Iterable[int] | None = None, keepdims: bool = False) -> Expr:
    """The sum over axes divided by the number of entries."""
    count = size_scalar(product(e.shape[k] for k in normal_axes(e, axes)))
    return scale(power(count, MINUS_ONE), total(e, axes, keepdims))


def reduce_(kind: str, e: Expr, axes: int | Iterable[int] | None = None, keepdims: bool = False) -> Expr:
    """`max`, `min` or `prod` over axes (all of them for None)."""
    gone = normal_axes(e, axes)
    reduced = reduce_axes(kind, e, gone)
    return keep_axes(reduced, gone) if keepdims else reduced


def broadcast(e: Expr, shape: Shape) -> Expr:
    """NumPy's broadcasting: missing leading axes, and axes of literal length 1, spread over the shape.

    Raises ShapeError where they do not fit; a size that is a name never counts as 1.
    """
    if e.shape == shape:
        return e
    lead = len(shape) - e.rank
    if lead < 0 or any(d != 1 and d != shape[lead + k] for k, d in enumerate(e.shape)):
        raise ShapeError(f"a {show_shape(e.shape)} does not broadcast to a {show_shape(shape)}")
    out = tuple(range(len(shape)))
    labels: list[object] = []
    fresh = list(range(lead))
    for k, d in enumerate(e.shape):
        if d == 1 and shape[lead + k] != 1:
            labels.append(("one", k))
            fresh.append(lead + k)
        else:
            labels.append(lead + k)
    return einsum(ONE, [e, ones(shape[k] for k in fresh)], [labels, fresh], out)


def kron(a: Expr, b: Expr, rows: tuple[bool, bool] = (False, False)) -> Expr:
    """The Kronecker product: block (i, j) is a[i, j]·b. A vector is a column, or one of `rows`.

    Of two columns, and of two rows, it is a vector.
    """
    if not 1 <= a.rank <= 2 or not 1 <= b.rank <= 2:
        raise ShapeError(f"the Kronecker product of a {show_shape(a.shape)} and a {show_shape(b.shape)}")
    if a.rank == b.rank == 1 and rows[0] == rows[1]:
        return reshape(outer(a, b), (product((*a.shape, *b.shape)),))
    sides = ["rc" if e.rank == 2 else "c" if row else "r" for e, row in zip((a, b), rows, strict=True)]
    labels = [[(side, k) for side in own] for k, own in enumerate(sides)]
    out = sorted((label for own in labels for label in own), key=lambda label: (label[0] == "c", label[1]))
    blocks = einsum(ONE, [a, b], labels, out)
    split = sum(side == "r" for side, _ in out)
    return reshape(blocks, (product(blocks.shape[:split]), product(blocks.shape[split:])))


def vec(e: Expr) -> Expr:
    """The columns of a matrix, one below the other."""
    return reshape(e, (product(e.shape),), "F")


def matpow(x: Expr, k: Expr) -> Expr:
    """X^k; a negative power is one of the inverse, a square is a product, X^(1/2) the square root."""
    exponent = k.attr if k.op == "number" else None
    if isinstance(exponent, float) and exponent.is_integer():
        exponent = int(exponent)
    if exponent in (Fraction(1, 2), Fraction(-1, 2)):
        root = call("sqrtm", (x,), (), x.shape)
        return root if exponent > 0 else call("inv", (root,), (), x.shape)
    if not isinstance(exponent, int):
        return call("matpow", (x, k), (), x.shape)
    if exponent == 0:
        return eye(x.shape[0])
    if exponent < 0:
        return matpow(call("inv", (x,), (), x.shape), number(-exponent))
    if exponent < 3:
        return x if exponent == 1 else matmul(x, x)
    return call("matpow", (x, number(exponent)), (), x.shape)


def matpow_d(x: Expr, *rest: Expr) -> Expr:
    """The sum of X^i·E·X^(k-1-i) for a small whole k; otherwise a function of its own."""
    *directions, k = rest
    if len(directions) == 1 and isinstance(k.attr, int) and 0 < k.attr <= _POWERS:
        return _power_rule(x, directions[0], k.attr)
    return call("matpow_d", (x, *rest), (), x.shape if directions else x.shape * 2)


def _power_rule(x: Expr, e: Expr, k: int) -> Expr:
    terms = []
    for i in range(k):
        parts = [*_run(x, i), e, *_run(x, k - 1 - i)]
        labels = [(place, place + 1) for place in range(len(parts))]
        terms.append(einsum(ONE, parts, labels, (0, len(parts))))
    return add(*terms)


def _run(x: Expr, k: int) -> list[Expr]:
    """The factors of X^k inside a longer product."""
    return [x] * k if k < 3 else [matpow(x, number(k))]
