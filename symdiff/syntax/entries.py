"""Entries and slices, and index notation: `A[i, j]`, `x[1:3]`, `sum(j, …)`, `[i, k] -> …`."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, Slice, einsum, index
from symdiff.book.builtins import size_of
from symdiff.dims import Dim
from symdiff.errors import NotSupported, ShapeError
from symdiff.expr import Expr
from symdiff.syntax.shapes import require_known, say_shape
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Entries, Index, Value

Item = Dim | Slice | Index
Bounds = tuple[Expr | None, Expr | None, Expr | None]


def indexed(
    context: Context,
    operand: Value,
    place: Tree,
    items: Sequence[Expr | Index | Bounds],
    trees: Sequence[Tree],
) -> Value:
    """`A[i, 2, 1:3]`: entries and slices from 0, negative ones from the end; a bound index stays free."""
    require_known(context, operand, place)
    if operand.free:
        raise context.error("entries of an expression with indices are not supported", place, kind=NotSupported)
    if len(items) > operand.rank:
        raise context.error(
            f"{context.piece(place)} is {say_shape(operand)} and has "
            f"{operand.rank} {'axis' if operand.rank == 1 else 'axes'}, not {len(items)}",
            place,
            *trees,
            hint="a vector is indexed once, a matrix twice" if operand.rank in (1, 2) else None,
        )
    wanted = [_item(context, item, dim, tree) for item, dim, tree in zip(items, operand.shape, trees, strict=False)]
    fixed = [
        Slice(0, dim, 1) if isinstance(item, Index) else item for item, dim in zip(wanted, operand.shape, strict=False)
    ]
    piece = index(operand.expr, fixed)
    if any(isinstance(item, Index) for item in wanted):
        return _free_entry(context, operand, piece, wanted, place, trees)
    return Value(piece, operand.orientation if piece.rank == 1 and operand.rank == 1 else "column")


def _free_entry(
    context: Context, operand: Value, piece: Expr, wanted: list[Item], place: Tree, trees: Sequence[Tree]
) -> Value:
    """An entry at bound indices: the axes are named by them."""
    labels = tuple(item for item in wanted if isinstance(item, Index))
    if len(wanted) < operand.rank or any(isinstance(item, Slice) for item in wanted):
        raise context.error(
            f"{context.piece(place)} with an index and a whole axis is not supported",
            place,
            *trees,
            kind=NotSupported,
            hint="give every axis an index",
        )
    entries = Entries(ONE, (piece,), (labels,))
    return Value(entries.build(entries.free), free=entries.free, entries=entries)


def _item(context: Context, item: Expr | Index | Bounds, dim: Dim, tree: Tree) -> Item:
    if isinstance(item, Index):
        return item
    if isinstance(item, tuple):
        return _slice(context, item, dim, tree)
    return _place(context, item, dim, tree, last=False)


def _place(context: Context, expr: Expr, dim: Dim, tree: Tree, last: bool) -> Dim:
    """A position along an axis, made ≥ 0; with `last` the end of a slice, which may be the length itself."""
    place = to_dim(context, expr, tree)
    if isinstance(place, int) and place < 0:
        place = place + dim
    if isinstance(place, int) and (place < 0 or (isinstance(dim, int) and place > dim - (not last))):
        raise context.error(
            f"there is no entry {context.piece(tree)} on an axis of length {dim}",
            tree,
            hint="entries count from 0",
        )
    return place


def _slice(context: Context, bounds: Bounds, dim: Dim, tree: Tree) -> Slice:
    start, stop, step = bounds
    stride = 1 if step is None else to_dim(context, step, tree)
    if not isinstance(stride, int) or stride == 0:
        raise context.error("the step of a slice is a whole number, and not 0", tree)
    if stride < 0:
        first = dim + -1 if start is None else _clipped(context, start, dim, tree, dim + -1)
        return Slice(first, -1 if stop is None else _clipped(context, stop, dim, tree, dim + -1), stride)
    first = 0 if start is None else _place(context, start, dim, tree, last=True)
    return Slice(first, dim if stop is None else _clipped(context, stop, dim, tree, dim), stride)


def _clipped(context: Context, end: Expr, dim: Dim, tree: Tree, most: Dim) -> Dim:
    """An end of a slice; one past the end of a known axis is its end, as in NumPy."""
    if end.op == "number" and isinstance(most, int) and end.attr > most:
        return most
    return _place(context, end, dim, tree, last=True)


def to_dim(context: Context, expr: Expr, tree: Tree) -> Dim:
    """A scalar expression of whole numbers and dimension names as a size or place."""
    try:
        return size_of(expr)
    except ShapeError:
        raise context.error(
            f"{context.piece(tree)} is no whole number or dimension",
            tree,
            hint="an index is bound by `sum(i, …)` or by `[i, j] -> …`" if tree.kind == "name" else None,
        ) from None


def sum_over(context: Context, body: Value, bound: Index, tree: Tree) -> Value:
    """`sum(j, body)`: one einsum where the body is a product of entries."""
    if bound not in body.free:
        raise context.error(
            f"the index `{bound.name}` does not occur under its sum, so nothing says how far it runs",
            tree,
            hint="write `n*(…)` for n equal terms",
        )
    left = tuple(index for index in body.free if index is not bound)
    if body.entries is not None:
        return Value(body.entries.build(left), free=left, entries=body.entries)
    return Value(einsum(ONE, (body.expr,), (body.free,), left), free=left)


def tensor(context: Context, body: Value, bound: Sequence[Index], tree: Tree) -> Value:
    """`[i, k] -> body`: the tensor of these entries."""
    for index_ in bound:
        if index_ not in body.free:
            raise context.error(f"the index `{index_.name}` does not occur, so nothing says how far it runs", tree)
    left = tuple(index_ for index_ in body.free if index_ not in bound)
    if left:
        raise context.error(f"the index `{left[0].name}` is bound outside of this tensor", tree, kind=NotSupported)
    if body.entries is not None:
        return Value(body.entries.build(tuple(bound)))
    return Value(einsum(ONE, (body.expr,), (body.free,), tuple(bound)))


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
