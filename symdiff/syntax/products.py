"""Products: a run of factors as one einsum, with rows and columns told apart."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, einsum, mul
from symdiff.dims import Dim
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr
from symdiff.syntax.shapes import fill, require_known, say_shape
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Value


def product(context: Context, values: Sequence[Value], trees: Sequence[Tree]) -> Value:
    """The product of mathematics of a run `a*b@c 2x`: scaling, inner, outer, matrix products in one einsum.

    Rows and columns decide: row·column is a scalar, column·row a matrix. Raises ShapeError with both factors.
    """
    if all(value.is_scalar for value in values):
        return Value(mul(*(value.expr for value in values)))
    run = _Run(context)
    for value, tree in zip(values, trees, strict=True):
        run.multiply(value, tree)
    return run.value()


class _Run:
    """A product in the making: its scalars and factors, and the labels of its open left and right ends.

    A label None at an end is the axis of length 1 that a row has on the left and a column on the right; with
    both ends None the run is a scalar so far.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.scalars: list[Expr] = []
        self.operands: list[Expr] = []
        self.labels: list[tuple[int, ...]] = []
        self.left: int | None = None
        self.right: int | None = None
        self.right_size: Dim = 1
        self.last: tuple[Value, Tree] | None = None  # the factor the right end belongs to
        self.waiting: list[tuple[Value, Tree]] = []  # things without a shape while the run is a scalar
        self.tensor: tuple[Value, Tree] | None = None

    def multiply(self, value: Value, tree: Tree) -> None:
        if value.is_scalar:
            self.scalars.append(value.expr)
        elif value.fill is not None:
            self.shapeless(value, tree)
        elif value.rank > 2 or self.tensor is not None:
            self.with_tensor(value, tree)
        else:
            self.settle(value, tree)
            self.join(value, tree)

    @property
    def scalar_so_far(self) -> bool:
        return self.left is None and self.right is None

    def shapeless(self, value: Value, tree: Tree) -> None:
        """A bare identity only scales; a length that a neighbour gives shapes `vector(c)`."""
        if self.scalar_so_far:
            self.waiting.append((value, tree))
        elif value.fill == "eye" and self.right is not None:
            self.scalars.append(value.expr)
        elif value.fill == "vector" and value.orientation == "column" and self.right is not None:
            self.join(Value(fill(self.context, value, (self.right_size,), tree)), tree)
        else:
            require_known(self.context, value, tree)

    def settle(self, value: Value, tree: Tree) -> None:
        """Give shapes to what waited for the first factor that has one."""
        for waiting, place in self.waiting:
            if waiting.fill == "eye" and not value.is_row:
                self.scalars.append(waiting.expr)
            elif waiting.fill == "vector" and waiting.orientation == "row" and not value.is_row:
                self.join(Value(fill(self.context, waiting, value.shape[:1], place), "row"), place)
            else:
                require_known(self.context, waiting, place)
        self.waiting.clear()

    def with_tensor(self, value: Value, tree: Tree) -> None:
        if self.tensor is not None or self.last is not None:
            raise self.context.error(
                f"{self.context.piece(tree)} is {say_shape(value)}: products with it have to name axes",
                tree,
                hint='write `.*`, or `einsum("ijk,kl->ijl", T, A)`',
                kind=NotSupported,
            )
        self.tensor = (value, tree)

    def join(self, value: Value, tree: Tree) -> None:
        """Multiply by a row, column or matrix at the right end."""
        left, right = self.fresh_ends(value)
        if self.right is None and left is not None and value.shape[0] != 1:
            self.turn_picked_row()
        if self.scalar_so_far:
            self.left, self.right = left, right
        elif self.right is None and left is None:  # a column times a row
            self.right = right
        elif self.right is None:
            if value.rank != 2 or value.shape[0] != 1:
                raise self.mismatch(value, tree)
            self.right = right  # a column times a matrix of one row
        elif left is None:
            if self.right_size != 1:
                raise self.mismatch(value, tree)
            self.right = right  # a matrix of one column times a row
        else:
            self.check_sizes(value, tree)
            left, self.right = self.right, right
        self.operands.append(value.expr)
        self.labels.append(tuple(label for label in (left, right) if label is not None))
        self.right_size = value.shape[-1]
        self.last = (value, tree)

    def turn_picked_row(self) -> None:
        """`X[i, :]*w`: a column that is a row of a matrix stands as a row where nothing else fits, and that is said."""
        if len(self.operands) == 1 and self.last is not None and is_picked_row(self.last[1]) and self.left is not None:
            self.left, self.right = None, self.left
            row = self.context.piece(self.last[1]).strip("`")
            self.context.notice(f"{row} is read as a row in this product, as {row}'")

    def fresh_ends(self, value: Value) -> tuple[int | None, int | None]:
        fresh = 2 * len(self.operands)
        if value.rank == 2:
            return fresh, fresh + 1
        return (None, fresh) if value.is_row else (fresh, None)

    def value(self) -> Value:
        """The product of all that was multiplied in."""
        if self.tensor is not None:
            tensor = self.tensor[0].expr
            axes = range(len(tensor.shape))
            return Value(einsum(mul(*self.scalars), (tensor,), (axes,), axes))
        out = tuple(label for label in (self.left, self.right) if label is not None)
        operands = (*self.scalars, *self.operands)
        expr = einsum(ONE, operands, ((),) * len(self.scalars) + tuple(self.labels), out)
        if self.waiting:
            return self.shapeless_value(expr)
        return Value(expr, "row" if self.left is None and self.right is not None else "column")

    def shapeless_value(self, scalar: Expr) -> Value:
        """A product of scalars with things without a shape, of which one may be other than an identity."""
        others = [(value, tree) for value, tree in self.waiting if value.fill != "eye"]
        if len(others) > 1:
            require_known(self.context, *others[1])
        leading = others[0][0] if others else self.waiting[0][0]
        expr = mul(scalar, *(value.expr for value, _ in self.waiting))
        return Value(expr, leading.orientation, leading.fill)

    def check_sizes(self, value: Value, tree: Tree) -> None:
        assert self.last is not None
        before, place = self.last
        a, b = self.context.piece(place), self.context.piece(tree)
        counted = "columns" if before.rank == 2 else "entries"
        taken = "rows" if value.rank == 2 else "entries"
        self.context.same_size(
            self.right_size,
            value.shape[0],
            f"{a} is {say_shape(before)} and {b} is {say_shape(value)}: "
            f"{self.right_size} {counted} meet {value.shape[0]} {taken}",
            place,
            tree,
            hint=_mend(self.context, before, place, value, tree)
            or self.context.declaration(tree, (self.right_size, *value.shape[1:])),
        )

    def mismatch(self, value: Value, tree: Tree) -> SymdiffError:
        """The error of two neighbours that have no product as row and column."""
        assert self.last is not None
        before, place = self.last
        a, b = self.context.piece(place), self.context.piece(tree)
        return self.context.error(
            f"{a} is {say_shape(before)} and {b} is {say_shape(value)}: they have no product",
            place,
            tree,
            hint=_mend(self.context, before, place, value, tree),
        )


def is_picked_row(tree: Tree) -> bool:
    """Whether it picks along the last axis alone: `X[i, :]`."""
    first, *rest = tree.children[1:] if tree.kind == "index" else (None,)
    picked = first is not None and all(item.kind != "slice" for item in (first, *rest[:-1]))
    return picked and len(rest) == 1 and rest[0].kind == "slice"


def _mend(context: Context, before: Value, place: Tree, value: Value, tree: Tree) -> str | None:
    """What may have been meant: the transposes that fit, and `.*` where shapes are equal."""
    if before.is_row:
        place = place.children[0] if place.kind == "transpose" else place
    if value.is_row:
        tree = tree.children[0] if tree.kind == "transpose" else tree
    a, b = context.plain(place), context.plain(tree)
    p, q = before.shape, value.shape
    readings: list[str] = []
    if len(p) == len(q) == 1:
        readings += [f"`{a}'*{b}`"] if p == q else []
        readings += [f"`{a}*{b}'`"]
    elif len(p) == 2 and len(q) == 1:
        readings += [f"`{a}*{b}`"] if value.is_row and p[1] == q[0] else []
        readings += [f"`{a}'*{b}`"] if p[0] == q[0] else []
    elif len(p) == 1:
        readings += [f"`{a}'*{b}`"] if p[0] == q[0] and not before.is_row else []
        readings += [f"`{a}'*{b}'`" if before.is_row else f"`{b}*{a}`"] if p[0] == q[1] else []
    else:
        readings += [f"`{a}*{b}'`"] if p[1] == q[1] else []
        readings += [f"`{a}'*{b}`"] if p[0] == q[0] else []
        readings += [f"`{b}*{a}`"] if q[1] == p[0] else []
    readings += [f"`{a}.*{b}`"] if p == q and before.orientation == value.orientation else []
    return ("write " + " or ".join(readings)).replace("''", "") if readings else None
