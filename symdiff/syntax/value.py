"""What elaboration works on: values with an orientation, and the context that gives errors their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from symdiff.algebra import Condition
from symdiff.algebra.rebuild import at_sizes
from symdiff.dims import Dim, Shape, show_shape
from symdiff.errors import NotSupported, ShapeError, SizeMismatch
from symdiff.expr import Expr
from symdiff.syntax.names import SUPERSCRIPTS
from symdiff.syntax.tree import Tree

if TYPE_CHECKING:
    from symdiff.syntax.indices import Index
    from symdiff.syntax.pieces import Pieces

Orientation = Literal["column", "row"]
Fill = Literal["eye", "vector", "matrix"]


Listed = tuple[tuple[tuple[Expr, ...], Expr], ...]
"""Derivatives by a list of variables of several shapes: the variables and the result of each."""


class Value(NamedTuple):
    """The meaning of a piece of text.

    `orientation` tells how something of one axis is written. `fill` marks a thing whose shape the context
    gives (a bare identity, `vector(c)`, `matrix(c)`); `expr` is then its scalar. `listed` is there for derivatives by a
    list that are no one expression; `expr` then is none of them, and only a whole text can be that.
    """

    expr: Expr
    orientation: Orientation = "column"
    fill: Fill | None = None
    listed: Listed = ()

    @property
    def shape(self) -> Shape:
        return self.expr.shape

    @property
    def rank(self) -> int:
        return len(self.expr.shape)

    @property
    def is_row(self) -> bool:
        return self.orientation == "row" and self.rank == 1

    @property
    def is_scalar(self) -> bool:
        return self.rank == 0 and self.fill is None

    def describe(self) -> str:
        """The shape in words, a row said to be one: `row(n)`, `matrix(m, n)`."""
        if self.fill is not None:
            return {"eye": "identity", "vector": "vector", "matrix": "matrix"}[self.fill]
        return f"row({self.shape[0]})" if self.is_row else show_shape(self.shape)


class Derived(NamedTuple):
    """A derivative that was worked out inside a text: its kind, of what, by what.

    Its conditions are those of the text. What was `put` into a definition it is part of is put into them, too.
    What is no derivative, but solved or a limit, is the `operand` itself, with the conditions that are `stated`,
    and of a limit `by` what it is asked.
    """

    kind: str
    operand: Expr
    by: tuple[Expr | tuple[Expr, ...], ...]
    put: tuple[tuple[tuple[Expr, Expr], ...], ...] = ()
    stated: tuple[Condition, ...] | None = None

    def at(self, sizes: Mapping[str, Dim]) -> Derived:
        """The derivative at other sizes, before anything is put in."""
        by = (at_sizes(x, sizes) if isinstance(x, Expr) else tuple(at_sizes(y, sizes) for y in x) for x in self.by)
        stated = self.stated and tuple(c.of(lambda e: at_sizes(e, sizes)) for c in self.stated)
        return self._replace(operand=at_sizes(self.operand, sizes), by=tuple(by), stated=stated)

    def where(self, given: Mapping[Expr, Expr]) -> Derived:
        """The derivative with values put in for parameters."""
        return self._replace(put=(*self.put, tuple(given.items())))


_CLOSED = ("name", "number", "call", "transpose", "index", "vector", "matrix")  # need no brackets in a product


class Context:
    """The source text of one elaboration, its notices, and the derivatives that were worked out in it.

    `own` are the variables of definitions that stand as themselves, in a derivative by what is defined.
    """

    __slots__ = ("_indices", "derived", "entrywise", "notices", "own", "text")

    def __init__(self, text: str = "", own: Mapping[Expr, Expr] | None = None) -> None:
        self.text = text
        self.notices: list[str] = []
        self.derived: list[Derived] = []
        self.own = own or {}
        self.entrywise: set[str] = set()  # functions that are only names, applied to what has axes
        self._indices: Pieces | None = None

    @property
    def indices(self) -> Pieces:
        """The bound indices; what a text without them does not need is loaded here."""
        if self._indices is None:
            from symdiff.syntax.pieces import Pieces

            self._indices = Pieces()
        return self._indices

    def bound_in(self, *exprs: Expr) -> Sequence[Index]:
        """The bound indices that expressions depend on."""
        return self._indices.open_in(*exprs) if self._indices is not None else ()

    def piece(self, tree: Tree) -> str:
        """The source of a tree, short, for use inside a message."""
        if tree.span is None:
            return "this"
        source = " ".join(self.text[tree.span[0] : tree.span[1]].split())
        return f"`{source}`" if 0 < len(source) <= 40 else f"`{source[:24]}…`" if source else "this"

    def plain(self, tree: Tree) -> str:
        """The source of a tree for use in a proposed mend, bracketed where it is more than a name."""
        source = self.inner(tree)
        return source if tree.kind in _CLOSED else f"({source})"

    def inner(self, tree: Tree) -> str:
        """The source of a tree without brackets around all of it, for use between those of a proposed mend.

        A superscript is written on the line.
        """
        source = self.piece(tree).strip("`")
        if all(char in SUPERSCRIPTS for char in source):
            return "".join(SUPERSCRIPTS[char] for char in source)
        depth = 0
        for place, char in enumerate(source):
            depth += (char in "({") - (char in ")}")
            if depth == 0:
                return source[1:-1] if 0 < place == len(source) - 1 else source
        return source

    def declaration(self, tree: Tree, shape: Shape) -> str | None:
        """The mend "declare `A: matrix(m, n)`" for a tree that is a name."""
        return f"declare `{self.inner(tree)}: {show_shape(shape)}`" if tree.kind == "name" else None

    def error(
        self,
        message: str,
        *trees: Tree,
        hint: str | None = None,
        kind: type[ShapeError | NotSupported] = ShapeError,
    ) -> ShapeError | NotSupported:
        """An error whose carets span the given trees."""
        return kind(message, text=self.text or None, span=span_of(*trees), hint=hint)

    def notice(self, message: str) -> None:
        if message not in self.notices:
            self.notices.append(message)

    def same_size(self, a: Dim, b: Dim, message: str, *trees: Tree, hint: str | None = None) -> None:
        """SizeMismatch unless the sizes are equal."""
        if a != b:
            error = SizeMismatch(message, text=self.text or None, span=span_of(*trees), hint=hint)
            error.sizes = (a, b)
            raise error


def span_of(*trees: Tree) -> tuple[int, int] | None:
    """The span from the first to the last of the trees that have one."""
    spans = [tree.span for tree in trees if tree.span is not None]
    return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else None
