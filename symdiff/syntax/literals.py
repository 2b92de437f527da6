"""Literals in square brackets: `[a, b]` a vector, `[a, b; c, d]` a matrix, `[A, b; b', c]` a matrix of blocks."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, einsum, eye, join, ones, scale, spread, zeros
from symdiff.dims import Dim
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.syntax.shapes import require_known, say_shape
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Value

Cell = tuple[Value, Tree]


def literal(context: Context, values: Sequence[Value], trees: Sequence[Tree], rows: int) -> Value:
    """The vector or matrix of these cells, read row by row; a cell may be a block.

    Scalars in one row are a vector. In a grid of blocks those in a row are equally high, those in a column
    equally wide; a column is one wide, a row one high, and `0` and `I` are as large as their place. Raises
    ShapeError with the two blocks that do not fit.
    """
    for value, tree in zip(values, trees, strict=True):
        if value.rank > 2:
            raise context.error(
                f"{context.piece(tree)} can't be an entry of a literal",
                tree,
                hint="to join tensors write `stack(…)` or `concat(…)`",
                kind=NotSupported,
            )
    cells = list(zip(values, trees, strict=True))
    width = len(cells) // rows
    grid = [cells[k : k + width] for k in range(0, len(cells), width)]
    if all(value.is_scalar for value in values):
        stacked = [join("stack", [value.expr for value, _ in row], 0) for row in grid]
        return Value(stacked[0] if rows == 1 else join("stack", stacked, 0))
    if rows == 1 and any(value.rank == 1 for value in values) and not any(_is_wide(value) for value in values):
        _refuse_columns(context, grid[0])
    return _Blocks(context, grid).value()


def _is_wide(value: Value) -> bool:
    return value.is_row or value.rank == 2


def _refuse_columns(context: Context, cells: list[Cell]) -> None:
    """`[x, y]` of columns is read in two ways."""
    names = ", ".join(context.inner(tree) for _, tree in cells)
    beside = f", `stack({names}, axis=1)` beside each other" if all(v.rank for v, _ in cells) else ""
    raise context.error(
        "columns in one row of a literal can mean two things",
        *(tree for _, tree in cells),
        hint=f"write `[{names.replace(', ', '; ')}]` for one below the other{beside}",
    )


class _Blocks:
    """A grid of blocks: the height of each row and the width of each column, from the blocks that have one."""

    def __init__(self, context: Context, grid: list[list[Cell]]) -> None:
        self.context = context
        self.grid = grid
        self.heights = [self.length(row, 0) for row in grid]
        self.widths = [self.length(list(column), 1) for column in zip(*grid, strict=True)]

    def value(self) -> Value:
        """The blocks joined: a row where all is one high, a column where all is one wide."""
        if self.widths == [1]:
            parts = [self.thin(row[0]) for row in self.grid]
            return Value(join("concat", parts, 0))
        if self.heights == [1]:
            return Value(join("concat", [self.thin(cell) for cell in self.grid[0]], 0), "row")
        rows = []
        for i, row in enumerate(self.grid):
            blocks = [self.block(cell, i, j) for j, cell in enumerate(row)]
            rows.append(join("concat", blocks, 1) if len(blocks) > 1 else blocks[0])
        return Value(join("concat", rows, 0) if len(rows) > 1 else rows[0])

    def length(self, cells: list[Cell], axis: int) -> Dim | None:
        """The length along an axis that the blocks beside each other share; None where none of them has one."""
        found: Dim | None = None
        place: Cell | None = None
        for value, tree in cells:
            dim = _length(value, axis)
            if dim is None:
                continue
            if found is None or place is None:
                found, place = dim, (value, tree)
                continue
            what = ("in one row", "high") if axis == 0 else ("in one column", "wide")
            self.context.same_size(
                found,
                dim,
                f"blocks {what[0]} are equally {what[1]}: {self.context.piece(place[1])} is "
                f"{say_shape(place[0])}, {self.context.piece(tree)} is {say_shape(value)}",
                place[1],
                tree,
            )
        return found

    def thin(self, cell: Cell) -> Expr:
        """A block of a vector."""
        value, tree = cell
        require_known(self.context, value, tree)
        if value.rank == 1:
            return value.expr
        return spread(value.expr, (1,)) if value.rank == 0 else einsum(ONE, [value.expr], [(0, 1)], (0, 1))

    def block(self, cell: Cell, i: int, j: int) -> Expr:
        """A block as a matrix."""
        value, tree = cell
        if value.rank == 2:
            return value.expr
        if value.rank == 1:
            labels = [(1,), (0,)] if value.is_row else [(0,), (1,)]
            return einsum(ONE, [value.expr, ones((1,))], labels, (0, 1))
        high, wide = self.heights[i], self.widths[j]
        if value.fill == "eye":
            high, wide = (wide if high is None else high), (high if wide is None else wide)
        if high is None or wide is None:
            raise self.context.error(
                f"nothing here gives {self.context.piece(tree)} its size",
                tree,
                hint="write `eye(n)`, `zeros(m, n)`",
            )
        if value.fill is None:
            return zeros((high, wide)) if _is_zero(value) else spread(value.expr, (1, 1))
        if value.fill == "eye":
            self.context.same_size(
                high, wide, f"the identity {self.context.piece(tree)} stands in a place of {high}×{wide}", tree
            )
            return scale(value.expr, eye(high))
        return spread(value.expr, (high, wide))


def _is_zero(value: Value) -> bool:
    return value.expr.op == "number" and value.expr.attr == 0


def _length(value: Value, axis: int) -> Dim | None:
    """How high (axis 0) or wide (axis 1) a block is; None where its place says."""
    if value.fill is not None or (value.is_scalar and _is_zero(value)):
        return None
    if value.rank == 2:
        return value.shape[axis]
    return value.shape[0] if value.rank == 1 and (axis == 0) != value.is_row else 1
