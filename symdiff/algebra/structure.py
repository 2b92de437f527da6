"""Everything that is neither sum nor product: reductions, comparisons, pieces, entries, joins, shapes, functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from symdiff.algebra.build import require_shape, spread, unspread
from symdiff.algebra.einsum import einsum
from symdiff.algebra.leaves import ONE, Array, Function, array, is_constant, ones, zeros
from symdiff.dims import Dim, Shape, product, show_shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr, make

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
LOGIC = ("and", "or", "not")


def reduce_axes(kind: str, e: Expr, axes: tuple[int, ...]) -> Expr:
    """`max`, `min` or `prod` over axes (sorted, ≥ 0), which vanish; the product of ones is 1."""
    if not axes:
        return e
    shape = tuple(d for k, d in enumerate(e.shape) if k not in axes)
    if kind == "prod" and is_constant(e, "ones"):
        return ones(shape)
    return make("reduce", (e,), (kind, tuple(axes)), shape)


def scan(kind: str, e: Expr, axis: int, reverse: bool = False) -> Expr:
    """`cumsum` or `cumprod` along an axis, from its end where reversed."""
    return make("scan", (e,), (kind, axis, reverse), e.shape)


def compare(operator: str, a: Expr, b: Expr) -> Expr:
    """a < b and the like, element by element."""
    if operator not in COMPARISONS:
        raise ShapeError(f"no comparison {operator!r}")
    require_shape(a.shape, b)
    return make("compare", (a, b), operator, a.shape)


def logic(operator: str, *args: Expr) -> Expr:
    """`and`, `or`, `not` of comparisons, element by element."""
    require_shape(args[0].shape, *args)
    result = args[0]
    if operator == "not":
        return make("compare", (result,), "not", result.shape)
    for other in args[1:]:
        result = make("compare", (result, other), operator, result.shape)
    return result


def select(condition: Expr, a: Expr, b: Expr) -> Expr:
    """a where the condition holds, b elsewhere."""
    require_shape(condition.shape, a, b)
    return a if a is b else make("select", (condition, a, b), None, a.shape)


def join(kind: str, parts: Iterable[Expr], axis: int = 0) -> Expr:
    """`concat` along an axis, or `stack` along a new one."""
    parts = tuple(parts)
    first = parts[0].shape
    if kind == "stack":
        require_shape(first, *parts)
        parts = _rows_of_numbers(parts) if axis == 0 and len(first) == 1 else parts
        frozen = _stacked_numbers(parts) if axis == 0 else None
        if frozen is not None:
            return frozen
        shape: Shape = (*first[:axis], len(parts), *first[axis:])
    elif not first:
        raise ShapeError("a scalar has no axis to join along", hint="write `[a, b]`")
    else:
        length: Dim = 0
        for part in parts:
            sides = [shape[:axis] + shape[axis + 1 :] for shape in (first, part.shape)]
            if part.rank != len(first) or sides[0] != sides[1]:
                raise ShapeError(f"a {show_shape(first)} joined with a {show_shape(part.shape)}")
            length = length + part.shape[axis]
        shape = (*first[:axis], length, *first[axis + 1 :])
        parts = tuple(part for part in parts if part.shape[axis] != 0) or parts[:1]
        if len(parts) == 1:
            return parts[0]
    return make("join", parts, (kind, axis), shape)


def _rows_of_numbers(parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Beside rows that are written out, a row of zeros or of ones as its numbers."""
    if not any(part.op == "join" for part in parts):
        return parts
    return tuple(
        array([int(part.attr == "ones")] * part.shape[0])
        if part.op == "constant" and part.attr in ("zeros", "ones") and isinstance(part.shape[0], int)
        else part
        for part in parts
    )


def _stacked_numbers(parts: Sequence[Expr]) -> Expr | None:
    """Numbers, or arrays of numbers, as one array; None where a part is anything else."""
    if all(part.op == "number" and isinstance(part.attr, (int, float)) for part in parts):
        return array([part.attr for part in parts])
    if not all(part.op == "constant" and isinstance(part.attr, Array) for part in parts):
        return None
    entries = tuple(value for part in parts for value in part.attr.entries)
    kinds = "".join(part.attr.kinds for part in parts)
    shape = (len(parts), *parts[0].attr.shape)
    return make("constant", (), Array(shape, entries, kinds), shape)


def reshape(e: Expr, shape: Iterable[Dim], order: str = "C") -> Expr:
    """The same entries in another shape, by rows (`C`) or by columns (`F`)."""
    shape = tuple(shape)
    if product(shape) != product(e.shape):
        raise ShapeError(f"a {show_shape(e.shape)} has not the entries of a {show_shape(shape)}")
    if shape == e.shape:
        return e
    if e.op == "reshape" and e.attr == order:  # the entries stay in one order: only the last shape counts
        return reshape(e.args[0], shape, order)
    scalar = unspread(e)
    if scalar is not None:
        return spread(scalar, shape)
    if order == "F" and (len(shape) > 1 or e.rank > 2):  # only a matrix as one vector stays by columns
        return _reversed(reshape(_reversed(e), shape[::-1]))
    if e.op == "constant" and isinstance(e.attr, Array) and order == "C":
        return make("constant", (), e.attr._replace(shape=cast(tuple[int, ...], shape)), shape)
    return make("reshape", (e,), order, shape)


def _reversed(e: Expr) -> Expr:
    """The axes in reversed order."""
    axes = tuple(range(e.rank))
    return einsum(ONE, [e], [axes], axes[::-1])


def stop(e: Expr) -> Expr:
    """The value of e with derivative zero."""
    return e if e.op in ("number", "constant", "stop") else make("stop", (e,), None, e.shape)


def apply(function: Function, args: Iterable[Expr], multi_index: Iterable[int] = ()) -> Expr:
    """A function that is only a name, or its derivative by the arguments listed in `multi_index`.

    The derivative has the axes of the value, then those of each argument of the multi-index in order. What takes and
    gives scalars is applied element by element, to arguments of one shape.
    """
    args, order = tuple(args), tuple(sorted(multi_index))
    if len(args) != len(function.arguments):
        raise ShapeError(f"{function.name} takes {len(function.arguments)} arguments, not {len(args)}")
    if is_entrywise(function) and args[0].shape:  # element by element
        require_shape(args[0].shape, *args)
        return make("derivative", args, (function, order), args[0].shape)
    for k, (arg, shape) in enumerate(zip(args, function.arguments, strict=True)):
        if arg.shape != shape:
            raise ShapeError(
                f"argument {k + 1} of {function.name} is a {show_shape(shape)}, not a {show_shape(arg.shape)}"
            )
    shape = function.shape + tuple(d for k in order for d in function.arguments[k])
    return make("derivative", args, (function, order), shape)


def is_entrywise(function: Function) -> bool:
    """Whether a function takes and gives scalars: of things with axes it is each entry's."""
    return not function.shape and not any(function.arguments)


def differential(e: Expr, wrt: Expr | None = None) -> Expr:
    """d[e], or de/dx for a scalar symbol x: a derivative that is not worked out yet."""
    if e.op in ("number", "constant", "stop"):
        return zeros(e.shape)
    return make("differential", (e,), wrt, e.shape)
