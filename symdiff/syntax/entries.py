"""Entries and slices, and index notation: `A[i, j]`, `x[1:3]`, `sum(j, …)`, `[i, k] -> …`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symdiff.algebra import ONE, Slice, einsum, index
from symdiff.book.builtins import size_of
from symdiff.dims import Dim, never_above
from symdiff.errors import NotSupported, ShapeError
from symdiff.expr import Expr
from symdiff.syntax.shapes import require_known, say_shape
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Value

Bounds = tuple[Expr | None, Expr | None, Expr | None]


class Window(NamedTuple):
    """What bound indices pick on an axis: an entry, or so many from there on."""

    place: Dim
    width: Dim | None = None


Item = Dim | Slice | Window


def indexed(
    context: Context,
    operand: Value,
    tree: Tree,
    items: Sequence[Expr | Bounds],
) -> Value:
    """`A[i, 2, 1:3]`: entries and slices from 0, negative ones from the end; with bound indices what they pick."""
    place, *trees = tree.children
    require_known(context, operand, place)
    if len(items) > operand.rank:
        raise context.error(
            f"{context.piece(place)} is {say_shape(operand)} and has "
            f"{operand.rank} {'axis' if operand.rank == 1 else 'axes'}, not {len(items)}",
            place,
            *trees,
            hint="a vector is indexed once, a matrix twice" if operand.rank in (1, 2) else None,
        )
    wanted = [_item(context, item, dim, tree) for item, dim, tree in zip(items, operand.shape, trees, strict=False)]
    plain = [item for item in wanted if not isinstance(item, Window)]
    if len(plain) == len(wanted):
        piece = index(operand.expr, plain)
    else:
        from symdiff.syntax.bound import picked

        piece = picked(context, operand, wanted, tree)
    return Value(piece, operand.orientation if piece.rank == 1 and operand.rank == 1 else "column")


def _item(context: Context, item: Expr | Bounds, dim: Dim, tree: Tree) -> Item:
    if isinstance(item, tuple):
        return _slice(context, item, dim, tree)
    place = to_dim(context, item, tree)
    if context.bound_in(item):
        return Window(place)
    return _place(context, place, dim, tree, last=False)


def _place(context: Context, place: Dim, dim: Dim, tree: Tree, last: bool) -> Dim:
    """A position along an axis, made ≥ 0; with `last` the end of a slice, which may be the length itself."""
    if isinstance(place, int) and place < 0:
        place = place + dim
    if isinstance(place, int) and (place < 0 or (isinstance(dim, int) and place > dim - (not last))):
        raise context.error(
            f"there is no entry {context.piece(tree)} on an axis of length {dim}",
            tree,
            hint="entries count from 0",
        )
    return place


def _slice(context: Context, bounds: Bounds, dim: Dim, tree: Tree) -> Slice | Window:
    start, stop, step = (None if bound is None else to_dim(context, bound, tree) for bound in bounds)
    stride = 1 if step is None else step
    if not isinstance(stride, int) or stride == 0:
        raise context.error("the step of a slice is a whole number, and not 0", tree)
    if context.bound_in(*(bound for bound in bounds if bound is not None)):
        return _window(context, start, stop, stride, tree)
    if stride < 0:
        first = dim + -1 if start is None else _clipped(context, start, dim, tree, dim + -1)
        return Slice(first, -1 if stop is None else _clipped(context, stop, dim, tree, dim + -1), stride)
    first = 0 if start is None else _place(context, start, dim, tree, last=True)
    return Slice(first, dim if stop is None else _clipped(context, stop, dim, tree, dim), stride)


def _window(context: Context, start: Dim | None, stop: Dim | None, stride: int, tree: Tree) -> Window:
    """`x[i:i+3]`: as long for every value of the index."""
    width = None if start is None or stop is None else stop + start * -1
    if start is None or width is None or stride != 1 or context.indices.of(width) or never_above(width, 0):
        said = f"{context.piece(tree)} is not of one length for every value of the index"
        raise context.error(said, tree, hint="write `x[i:i + 3]`, or a sum over `where(j <= i, x[j], 0)`")
    return Window(start, width)


def _clipped(context: Context, end: Dim, dim: Dim, tree: Tree, most: Dim) -> Dim:
    """An end of a slice; one past the end of a known axis is its end, as in NumPy."""
    if isinstance(end, int) and isinstance(most, int) and end > most:
        return most
    return _place(context, end, dim, tree, last=True)


def to_dim(context: Context, expr: Expr, tree: Tree) -> Dim:
    """A scalar expression of whole numbers, dimension names and bound indices as a size or place."""
    try:
        place = context.indices.place(expr) if context.bound_in(expr) else size_of(expr)
    except ShapeError:
        raise context.error(
            f"{context.piece(tree)} is no whole number or dimension",
            tree,
            hint="an index is bound by `sum(i, …)` or by `[i, j] -> …`" if tree.kind == "name" else None,
        ) from None
    for bound in context.bound_in(expr):
        if not context.indices.coefficient(place, bound):
            said = f"{context.piece(tree)} is no whole number times `{bound.name}`, plus something"
            raise context.error(said, tree, hint="write `x[2*i + 1]`", kind=NotSupported)
    return place


def contraction(context: Context, subscripts: str, values: Sequence[Value], trees: Sequence[Tree], tree: Tree) -> Value:
    """`einsum("ij,jk->ik", A, B)`, with letters for axes and an explicit or NumPy's implied result."""
    letters = subscripts.replace(" ", "")
    given, arrow, out = letters.partition("->")
    parts = given.split(",")
    if not all(part.isalpha() or not part for part in [*parts, out]) or letters.count("->") > 1:
        raise context.error('the subscripts of einsum are letters, as in "ij,jk->ik"', tree)
    if len(parts) != len(values):
        raise context.error(f"einsum has subscripts for {len(parts)} operands, and {len(values)} are given", tree)
    if not arrow:
        out = "".join(sorted(c for c in set(given) - {","} if given.count(c) == 1))
    sizes: dict[str, tuple[Dim, Tree]] = {}
    for part, value, place in zip(parts, values, trees, strict=True):
        require_known(context, value, place)
        if len(part) != value.rank:
            raise context.error(
                f"{context.piece(place)} is {say_shape(value)}, and `{part}` names {len(part)} axes", place
            )
        for letter, dim in zip(part, value.shape, strict=True):
            known, where = sizes.setdefault(letter, (dim, place))
            context.same_size(
                known,
                dim,
                f"`{letter}` has length {known} in {context.piece(where)}, {dim} in {context.piece(place)}",
                where,
                place,
            )
    if len(set(out)) != len(out) or any(letter not in sizes for letter in out):
        raise context.error("the result of einsum names each axis once, and only axes of its operands", tree)
    return Value(einsum(ONE, [value.expr for value in values], parts, out))
