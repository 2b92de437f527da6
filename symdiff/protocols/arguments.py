"""What NumPy's functions are given, as expressions, axes and sizes; a function of the books on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff import algebra
from symdiff.dims import Dim, Size, show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.operators import Row, bare, common_shape, lift, whole


def expression(value: object) -> Expr:
    """An expression, number, array, size, or a nested list of these, as an expression without orientation."""
    return bare(_lifted(value))


def _lifted(value: object) -> Expr | Row:
    lifted = lift(value)
    if lifted is None and isinstance(value, (list, tuple)) and value:
        return algebra.join("stack", [expression(entry) for entry in value], 0)
    if lifted is None:
        raise SymdiffError(f"no expression and no array of numbers: {type(value).__name__}")
    return lifted


def expressions(values: object) -> list[Expr]:
    """The parts of a list, of which there is one at least."""
    if not isinstance(values, (list, tuple, Expr)):
        raise SymdiffError(f"expected a list of expressions, not {type(values).__name__}")
    parts = [expression(value) for value in values]
    if not parts:
        raise SymdiffError("there is nothing to join")
    return parts


def book(name: str, *args: object, **keywords: object) -> Any:
    """A function of the books; element by element on a row it is a row."""
    from symdiff.book import apply

    values = [_lifted(arg) for arg in args]
    result = apply(name, tuple(map(bare, values)), **{k: v for k, v in keywords.items() if v is not None})
    row = any(isinstance(value, Row) for value in values) and result.rank == 1
    return Row(result) if row else result


def spread(name: str, *args: object) -> Any:
    """A function of the books element by element, its arguments broadcast."""
    values = [_lifted(arg) for arg in args]
    shape = bare(values[0]).shape
    for value in values[1:]:
        shape = common_shape(shape, bare(value).shape)
    fitted = [value if bare(value).shape == shape else algebra.broadcast(bare(value), shape) for value in values]
    return book(name, *fitted)


def one_axis(rank: int, axis: object) -> int:
    """An axis of something with `rank` axes, counted from 0; ShapeError for one that is not there."""
    place = whole(axis, "an axis")
    if not -rank <= place < rank:
        raise ShapeError(f"there is no axis {place}", hint=f"the axes are 0 to {rank - 1}" if rank else None)
    return place % rank


def several_axes(rank: int, axes: object) -> tuple[int, ...]:
    """One axis or a tuple of them, in the order given, none twice."""
    given = axes if isinstance(axes, (tuple, list)) else (axes,)
    places = tuple(one_axis(rank, axis) for axis in given)
    if len(set(places)) < len(places):
        raise ShapeError("an axis is named twice")
    return places


def length(value: object) -> Dim:
    """A length: a whole number, a size, or a scalar made of them."""
    from symdiff.book.builtins import size_of

    if isinstance(value, Size):
        return value
    return size_of(value) if isinstance(value, Expr) else whole(value, "a length")


def lengths(shape: object) -> tuple[Dim, ...]:
    """A shape: one length or a tuple of them."""
    return tuple(map(length, shape)) if isinstance(shape, (tuple, list)) else (length(shape),)


def matrix(value: object, what: str) -> Expr:
    """A matrix; NotSupported for a stack of them, ShapeError for less."""
    e = expression(value)
    if e.rank > 2:
        raise NotSupported(f"{what} of a stack of matrices")
    if e.rank < 2:
        raise ShapeError(f"{what} of a {show_shape(e.shape)}")
    return e


def flag(value: object, what: str) -> bool:
    """A truth value given as one."""
    if value not in (True, False):
        raise SymdiffError(f"{what} is True or False, not {type(value).__name__}")
    return bool(value)


def known_length(e: Expr, axis: int, what: str) -> int:
    """The length of an axis where it is a number, else SymdiffError."""
    dim = e.shape[axis]
    if not isinstance(dim, int):
        raise SymdiffError(f"{what} needs an axis of known length, not {dim}")
    return dim


def slices(e: Expr, axis: int, start: Dim, stop: Dim) -> Expr:
    """The entries from start to before stop along an axis."""
    items: Sequence[Any] = [algebra.Slice(0, d) for d in e.shape[:axis]]
    return algebra.index(e, [*items, algebra.Slice(start, stop)])
