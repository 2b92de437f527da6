"""Bringing values to one shape: scalars spread, axes of length 1 and rows beside matrices broadcast."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import broadcast, eye, scale, spread
from symdiff.dims import Dim, Shape
from symdiff.expr import Expr
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Orientation, Value

Aligned = tuple[list[Expr], Orientation]


def align(
    context: Context,
    values: Sequence[Value],
    trees: Sequence[Tree],
    keep_scalars: bool = False,
    sign: str = "+",
) -> Aligned:
    """The expressions at one shape, and their orientation.

    With `keep_scalars` scalars stay scalars (products, quotients and powers take them as they are). `sign` is
    how the operation is written. Raises ShapeError with both places where the shapes do not agree.
    """
    leader = _leader(context, values, trees)
    if leader is None:
        return [value.expr for value in values], "column"
    target = _target(context, values, trees, leader, sign)
    orientation = values[leader].orientation
    exprs = []
    for value, tree in zip(values, trees, strict=True):
        if value.is_scalar:
            exprs.append(value.expr if keep_scalars else spread(value.expr, target))
        elif value.fill is not None:
            exprs.append(fill(context, value, target, tree))
        else:
            if value.is_row and len(target) == 2:
                context.notice(f"the row {context.piece(tree)} is used with every row of the matrix")
            exprs.append(value.expr if value.shape == target else broadcast(value.expr, target))
    return exprs, orientation


def fill(context: Context, value: Value, shape: Shape, tree: Tree) -> Expr:
    """A thing without a shape of its own, at the shape the context asks for."""
    rank = 1 if value.fill == "vector" else 2
    if len(shape) != rank:
        raise context.error(
            f"{context.piece(tree)} is a {'vector' if rank == 1 else 'matrix'} and can't stand here", tree
        )
    if value.fill != "eye":
        return spread(value.expr, shape)
    context.same_size(
        shape[0],
        shape[1],
        f"the identity {context.piece(tree)} is square, but stands beside a {shape[0]}×{shape[1]} matrix",
        tree,
    )
    return scale(value.expr, eye(shape[0]))


def require_known(context: Context, value: Value, tree: Tree) -> None:
    """ShapeError for a thing that still waits for its shape."""
    if value.fill is not None:
        name = {"eye": "eye(n)", "vector": "c*ones(n)", "matrix": "c*ones(m, n)"}[value.fill]
        raise context.error(f"nothing here gives {context.piece(tree)} its size", tree, hint=f"write `{name}`")


def _leader(context: Context, values: Sequence[Value], trees: Sequence[Tree]) -> int | None:
    """The first value of the highest rank."""
    best: int | None = None
    for k, value in enumerate(values):
        if value.fill is None and value.rank and (best is None or value.rank > values[best].rank):
            best = k
    if best is None:
        for value, tree in zip(values, trees, strict=True):
            require_known(context, value, tree)
    return best


def _target(context: Context, values: Sequence[Value], trees: Sequence[Tree], leader: int, sign: str) -> Shape:
    """The common shape: equal axes, or an axis of literal length 1."""
    first, place = values[leader], trees[leader]
    target: list[Dim] = list(first.shape)
    carriers = [leader] * len(target)  # which value gave each axis its size
    for k, value in enumerate(values):
        if value.fill is not None or not value.rank or k == leader:
            continue
        _check_ranks(context, (first, place), (value, trees[k]), sign)
        offset = len(target) - value.rank
        for axis, dim in enumerate(value.shape, offset):
            if target[axis] == dim or dim == 1:
                continue
            if target[axis] == 1:
                target[axis], carriers[axis] = dim, k
                continue
            other = carriers[axis]
            left, right = sorted((other, k))
            context.same_size(
                target[axis],
                dim,
                _said(context, (values[left], trees[left]), (values[right], trees[right])),
                trees[left],
                trees[right],
                hint=_fitting(context, values[left], trees[left], values[right], trees[right]),
            )
    return tuple(target)


def _check_ranks(context: Context, left: tuple[Value, Tree], right: tuple[Value, Tree], sign: str) -> None:
    """Errors for a column beside a matrix, a row beside a column, and axes that can't be matched."""
    (first, place), (value, tree) = left, right
    if place.span and tree.span and tree.span < place.span:
        left, right = right, left
    said = _said(context, left, right)
    if first.rank == value.rank == 1 and first.orientation != value.orientation:
        row = place if first.is_row else tree
        raise context.error(
            f"a row and a column: {said}",
            left[1],
            right[1],
            hint=f"drop the transpose of {context.piece(_unsigned(row))}, or transpose the other",
        )
    if first.rank == value.rank or (first.rank == 2 and value.is_row):
        return
    if first.rank == 2 and value.rank == 1:
        raise context.error(
            f"a matrix and a column: {said}", left[1], right[1], hint=_spread_hint(context, left, right, sign)
        )
    raise context.error(f"different numbers of axes: {said}", left[1], right[1])


def _said(context: Context, left: tuple[Value, Tree], right: tuple[Value, Tree]) -> str:
    """What two neighbours are: `` `A` is m×n but `b` is a column of m``."""
    return " but ".join(f"{context.piece(_unsigned(t))} is {say_shape(v)}" for v, t in (left, right))


def _unsigned(tree: Tree) -> Tree:
    """What is subtracted, without its sign."""
    return tree.children[0] if tree.kind == "neg" else tree


def _spread_hint(context: Context, left: tuple[Value, Tree], right: tuple[Value, Tree], sign: str) -> str:
    """The two ways to spread a column over a matrix, written in the order they were."""
    if right[1].kind == "neg":
        right, sign = (right[0], right[1].children[0]), "-"
    columns = left[0].shape[1] if left[0].rank == 2 else right[0].shape[1]

    def written(after: str) -> str:
        sides = [
            context.plain(tree) if value.rank == 2 else f"{context.plain(tree)}{after}" for value, tree in (left, right)
        ]
        if sign not in "+-" and after != "'":  # as tight as the product put in
            sides = [
                side if value.rank == 2 else f"({side})" for side, (value, _) in zip(sides, (left, right), strict=True)
            ]
        return f"`{sides[0]} {sign} {sides[1]}`"

    return f"""to every row: {written("'")}; to every column: {written(f"*ones({columns})'")}"""


def _fitting(context: Context, a: Value, left: Tree, b: Value, right: Tree) -> str | None:
    """A transpose that makes two matrices fit, or the declaration that does."""
    if a.rank == b.rank == 2 and a.shape == b.shape[::-1]:
        if right.kind == "transpose":
            return f"drop the transpose of {context.piece(right)}"
        return f"transpose one: `{context.plain(right)}'`"
    if a.rank != b.rank:
        return None
    return context.declaration(right, a.shape) or context.declaration(left, b.shape)


def say_shape(value: Value) -> str:
    """A shape as people say it: `5×4`, `a column of n`, `a row of n`, `a scalar`."""
    if value.fill or value.rank == 0:
        return f"a {value.describe()}"
    if value.rank == 1:
        return f"a {value.orientation} of {value.shape[0]}"
    return "×".join(f"({d})" if not str(d).isalnum() else str(d) for d in value.shape)
