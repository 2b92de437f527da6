"""NumPy's functions that move, join, pick and make entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff import algebra, operators
from symdiff.dims import Dim, Shape, product, show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.operators import truth, whole
from symdiff.protocols.arguments import (
    book,
    expression,
    expressions,
    known_length,
    lengths,
    matrix,
    one_axis,
    several_axes,
    slices,
    spread,
)

# Shapes


def transpose(a: Any, axes: Any = None) -> Expr:
    """`np.transpose`: the axes reversed, or in the order given."""
    e = expression(a)
    if axes is None:
        return algebra.transpose(e)
    order = several_axes(e.rank, axes)
    if len(order) != e.rank:
        raise ShapeError(f"the axes {order} are not those of a {show_shape(e.shape)}")
    return algebra.permute(e, order)


def reshape(a: Any, shape: Any, order: Any = "C") -> Expr:
    """`np.reshape`; one length may be -1 where all others are numbers."""
    e = expression(a)
    wanted = lengths(shape)
    if -1 in wanted:
        wanted = tuple(_left_over(e, wanted) if d == -1 else d for d in wanted)
    if any(isinstance(d, int) and d < 0 for d in wanted):
        raise ShapeError("a length is not negative")
    if not isinstance(order, str) or order not in ("C", "F"):
        raise NotSupported(f"the order {order!r} of entries: C is by rows, F by columns")
    return algebra.reshape(e, wanted, order)


def _left_over(e: Expr, wanted: Shape) -> Dim:
    """The length that is given as -1."""
    known, count = product(d for d in wanted if d != -1), product(e.shape)
    if len(wanted) == 1:
        return count
    if wanted.count(-1) > 1 or not isinstance(count, int) or not isinstance(known, int) or not known:
        raise SymdiffError("the length -1 cannot be worked out here")
    return count // known


def flat(a: Any, order: Any = "C") -> Expr:
    """`np.ravel`: the entries in one axis."""
    return reshape(a, -1, order)


def _swapaxes(a: Any, axis1: Any, axis2: Any) -> Expr:
    e = expression(a)
    i, j = one_axis(e.rank, axis1), one_axis(e.rank, axis2)
    order = list(range(e.rank))
    order[i], order[j] = j, i
    return algebra.permute(e, order)


def _moveaxis(a: Any, source: Any, destination: Any) -> Expr:
    e = expression(a)
    old, new = several_axes(e.rank, source), several_axes(e.rank, destination)
    if len(old) != len(new):
        raise ShapeError("as many axes are to be moved as there are places to move them to")
    order = [k for k in range(e.rank) if k not in old]
    for place, axis in sorted(zip(new, old, strict=True)):
        order.insert(place, axis)
    return algebra.permute(e, order)


def _expand_dims(a: Any, axis: Any) -> Expr:
    e = expression(a)
    count = len(axis) if isinstance(axis, (tuple, list)) else 1
    return algebra.keep_axes(e, tuple(sorted(several_axes(e.rank + count, axis))))


def _squeeze(a: Any, axis: Any = None) -> Expr:
    """The axes of length 1 left out; one whose length is a name is never taken to be 1."""
    e = expression(a)
    if axis is None and not all(isinstance(d, int) for d in e.shape):
        raise SymdiffError("which axes have length 1 depends on the sizes", hint="give the axis: np.squeeze(a, axis=0)")
    gone = [k for k, d in enumerate(e.shape) if d == 1] if axis is None else several_axes(e.rank, axis)
    if any(e.shape[k] != 1 for k in gone):
        raise ShapeError("an axis of another length than 1 cannot be left out")
    return algebra.index(e, [0 if k in gone else algebra.Slice(0, d) for k, d in enumerate(e.shape)])


def _broadcast_to(array: Any, shape: Any) -> Expr:
    return algebra.broadcast(expression(array), lengths(shape))


# Joins


def _stack(arrays: Any, axis: Any = 0) -> Expr:
    parts = expressions(arrays)
    return algebra.join("stack", parts, one_axis(parts[0].rank + 1, axis))


def _concatenate(arrays: Any, axis: Any = 0) -> Expr:
    parts = expressions(arrays)
    if axis is None:
        parts, axis = [flat(part) for part in parts], 0
    return algebra.join("concat", parts, one_axis(parts[0].rank, axis))


def _vstack(tup: Any) -> Expr:
    parts = expressions(tup)
    if all(part.rank == 1 for part in parts):
        return algebra.join("stack", parts, 0)
    rows = [algebra.keep_axes(part, tuple(range(2 - part.rank))) for part in parts]
    return algebra.join("concat", rows, 0)


def _hstack(tup: Any) -> Expr:
    parts = [algebra.keep_axes(part, tuple(range(1 - part.rank))) for part in expressions(tup)]
    return algebra.join("concat", parts, 0 if parts[0].rank == 1 else 1)


def _column_stack(tup: Any) -> Expr:
    columns = [algebra.keep_axes(part, (1,)) if part.rank == 1 else part for part in expressions(tup)]
    return algebra.join("concat", columns, 1) if all(c.rank == 2 for c in columns) else _refused("np.column_stack")


def _refused(what: str) -> Any:
    raise NotSupported(f"{what} of these shapes")


# Entries in another order


def _flipped(e: Expr, axes: Sequence[int]) -> Expr:
    items: list[Any] = [algebra.Slice(0, d) for d in e.shape]
    for axis in axes:
        last = known_length(e, axis, "to reverse it") - 1
        items[axis] = algebra.Slice(last, -1, -1)
    return algebra.index(e, items)


def _flip(m: Any, axis: Any = None) -> Expr:
    e = expression(m)
    return _flipped(e, range(e.rank) if axis is None else several_axes(e.rank, axis))


def _flip_axis(axis: int) -> Callable[[Any], Expr]:
    def flip(m: Any) -> Expr:
        e = expression(m)
        return _flipped(e, [one_axis(e.rank, axis)])

    return flip


def _roll(a: Any, shift: Any, axis: Any = None) -> Expr:
    """The entries moved on along an axis, those that leave it put in front; without one along all entries."""
    e = expression(a)
    if axis is None:
        return reshape(_rolled(flat(e), shift, 0), e.shape)
    return _rolled(e, shift, one_axis(e.rank, axis))


def _rolled(e: Expr, shift: Any, axis: int) -> Expr:
    by = whole(shift, "a shift")
    dim = e.shape[axis]
    if isinstance(dim, int):
        by = by % dim if dim else 0
    elif abs(by) > 1:
        raise SymdiffError("to move by more than 1 needs an axis of known length")
    if by == 0:
        return e
    cut = dim - by if by > 0 else -by
    return algebra.join("concat", [slices(e, axis, cut, dim), slices(e, axis, 0, cut)], axis)


def _diff(a: Any, n: Any = 1, axis: Any = -1) -> Expr:
    """The differences of neighbours along an axis, n times."""
    e = expression(a)
    times, place = whole(n, "n"), one_axis(e.rank, axis)
    if times < 0:
        raise SymdiffError("n is not negative")
    for _ in range(times):
        dim = e.shape[place]
        if isinstance(dim, int) and dim < 2:
            raise ShapeError("there are no neighbours along an axis of length 1")
        e = algebra.sub(slices(e, place, 1, dim), slices(e, place, 0, dim - 1))
    return e


# Diagonals, triangles


def _diag(v: Any, k: Any = 0) -> Expr:
    e = expression(v)
    if whole(k, "k"):
        raise NotSupported("np.diag off the diagonal")
    if e.rank not in (1, 2):
        raise ShapeError(f"np.diag of a {show_shape(e.shape)}")
    return algebra.diag(e) if e.rank == 1 else _diagonal(e)


def _diagonal(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Expr:
    """The diagonal of two axes of one length, as the last axis."""
    e = expression(a)
    i, j = one_axis(e.rank, axis1), one_axis(e.rank, axis2)
    if whole(offset, "offset"):
        raise NotSupported("np.diagonal off the diagonal")
    if i == j or e.shape[i] != e.shape[j]:
        raise ShapeError(f"the diagonal of axes {i} and {j} of a {show_shape(e.shape)}")
    labels = [i if k == j else k for k in range(e.rank)]
    return algebra.einsum(algebra.ONE, [e], [labels], [k for k in range(e.rank) if k not in (i, j)] + [i])


def trace(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Expr:
    """`np.trace`: the sum of the diagonal of two axes of one length."""
    e = _diagonal(a, offset, axis1, axis2)
    return algebra.total(e, -1)


def _triangle(name: str) -> Callable[..., Expr]:
    def apply(m: Any, k: Any = 0) -> Expr:
        from symdiff.book import apply

        if whole(k, "k"):
            raise NotSupported(f"np.{name} from another diagonal")
        return apply(name, (matrix(m, f"np.{name}"),))

    return apply


# Choice, and entries that are all one number


def _where(condition: Any, x: Any, y: Any) -> Any:
    return spread("where", truth(expression(condition)), x, y)


def _clip(a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    if a_min is None and a_max is None:
        raise NotSupported("np.clip without limits")
    if a_max is None:
        return spread("max", a, a_min)
    return spread("min", a, a_max) if a_min is None else spread("min", spread("max", a, a_min), a_max)


def _sinc(x: Any) -> Any:
    """NumPy's sinc, of pi*x."""
    return book("sinc", operators.elementwise(operators.times, algebra.named("pi"), x))


def _full_like(a: Any, fill_value: Any) -> Expr:
    return algebra.broadcast(expression(fill_value), expression(a).shape)


def _shape(a: Any) -> Shape:
    return expression(a).shape


def _size(a: Any, axis: Any = None) -> Dim:
    e = expression(a)
    return product(e.shape if axis is None else [e.shape[k] for k in several_axes(e.rank, axis)])


def _part(name: str) -> Callable[[Any], Expr]:
    return lambda val: algebra.complex_part(name, expression(val))


ARRAYS: dict[str, Callable[..., Any]] = {
    "transpose": transpose,
    "reshape": reshape,
    "ravel": flat,
    "swapaxes": _swapaxes,
    "moveaxis": _moveaxis,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "broadcast_to": _broadcast_to,
    "stack": _stack,
    "concatenate": _concatenate,
    "vstack": _vstack,
    "hstack": _hstack,
    "column_stack": _column_stack,
    "flip": _flip,
    "fliplr": _flip_axis(1),
    "flipud": _flip_axis(0),
    "roll": _roll,
    "diff": _diff,
    "diag": _diag,
    "diagonal": _diagonal,
    "trace": trace,
    "tril": _triangle("tril"),
    "triu": _triangle("triu"),
    "where": _where,
    "clip": _clip,
    "sinc": _sinc,
    "i0": lambda x: book("besseli", 0, x),
    "copy": expression,
    "zeros_like": lambda a: algebra.zeros(expression(a).shape),
    "ones_like": lambda a: algebra.ones(expression(a).shape),
    "full_like": _full_like,
    "shape": _shape,
    "ndim": lambda a: expression(a).rank,
    "size": _size,
    "real": _part("real"),
    "imag": _part("imag"),
    "angle": _part("arg"),
}
