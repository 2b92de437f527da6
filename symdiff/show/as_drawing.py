"""Trees in two dimensions, as lines of characters: fractions with a bar, matrices in tall brackets.

What is drawn is what the notation writes: the same signs, the same brackets, so that nothing is read in two ways.
Numbers stay on a line, and so do exponents, arguments of functions and entries, unless a matrix is among them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import NamedTuple

from symdiff.expr import Expr
from symdiff.show import as_tree, boxes
from symdiff.show.as_text import Text
from symdiff.show.as_unicode import Unicode, names_in
from symdiff.show.boxes import Box, Strokes
from symdiff.show.unparse import ANY, OR, POSTFIX, POWER, PRODUCT, Join, Mark, Part, Piece
from symdiff.syntax.names import CONSTANTS
from symdiff.syntax.tree import Tree, postorder

_LONGEST = 5_000  # characters of what is looked at
_TALLEST = 40  # lines
_OPEN = frozenset(
    "sum neg product hadamard dotquotient quotient compare and or not equation define where power sqrt".split()
)
_CLOSING = (")", "]", "|", "‖")
_APART = frozenset({"*", ".*", "./", "/", "·", "-", "−"})  # signs that need room beside what is tall


class _Item(NamedTuple):
    """A tree to draw, how tightly it has to bind, and whether quotients in it become fractions."""

    tree: Tree
    level: int
    open: bool


_Build = Callable[[list[Box]], Box]


def lines_of(e: Expr, style: str, width: int, ascii: bool = False, before: str = "", behind: str = "") -> list[str]:
    """An expression in two dimensions in the style `text` or `unicode`, between two texts, of which the second stands
    below where there is no room; no lines where one is as good, or it is wider than this.
    """
    tree = as_tree(e)
    notation = Unicode(names_in(tree)) if style == "unicode" else Text()
    box = drawn(tree, notation, boxes.ASCII if ascii else boxes.LINES, width - len(before))
    if box is None:
        return []
    whole = boxes.beside([boxes.text(before), box])
    if whole.width + len(behind) > width:
        return [*(line.rstrip() for line in whole.lines), behind.lstrip()]
    return [line.rstrip() for line in boxes.beside([whole, boxes.text(behind)]).lines]


def drawn(tree: Tree, notation: Text, strokes: Strokes, width: int) -> Box | None:
    """A tree as a box no wider than this; None where a line is as good, or nothing else fits."""
    if notation.length(tree) > _LONGEST:
        return None
    drawing = _Drawing(tree, notation, strokes)
    if not drawing.is_tall(tree, True):
        return None
    box = drawing(tree)
    return box if box.width <= width and box.height <= _TALLEST else None


class _Drawing:
    """The walk over one tree, with its own stack."""

    def __init__(self, tree: Tree, notation: Text, strokes: Strokes) -> None:
        self.notation = notation
        self.strokes = strokes
        self.closed: set[int] = set()  # trees without names
        self.matrices: set[int] = set()  # trees that hold a matrix
        self.fractions: set[int] = set()  # trees in which a quotient may become a fraction
        for node in postorder(tree):
            self._look(node)

    def _look(self, node: Tree) -> None:
        children = [child for child in node.children if child is not None]
        if node.kind != "name" and all(id(child) in self.closed for child in children):
            self.closed.add(id(node))
        elif node.kind == "name" and node.value in CONSTANTS:
            self.closed.add(id(node))
        shown = children[:1] if node.kind in ("power", "dotpower", "index", "slice") else children
        if self._is_matrix(node) or any(id(child) in self.matrices for child in shown):
            self.matrices.add(id(node))
        if node.kind in _OPEN and (self._is_fraction(node) or any(id(child) in self.fractions for child in shown)):
            self.fractions.add(id(node))

    def _is_fraction(self, node: Tree) -> bool:
        return node.kind == "quotient" and id(node) not in self.closed

    def _is_matrix(self, node: Tree) -> bool:
        """Whether it becomes rows or a column: a matrix of one row or one column would be read as a vector."""
        if node.kind == "vector":
            return len(node.children) > 1 and id(node) not in self.closed
        return node.kind == "matrix" and len(node.children) > 1 and len(node.children[0].children) > 1

    def is_tall(self, node: Tree, open: bool) -> bool:
        return id(node) in self.matrices or (open and id(node) in self.fractions)

    def __call__(self, tree: Tree) -> Box:
        done: list[Box] = []
        todo: list[_Item | tuple[int, _Build]] = [_Item(tree, ANY, True)]
        while todo:
            item = todo.pop()
            if isinstance(item, _Item):
                parts, build = self.plan(item)
                todo.append((len(parts), build))
                todo.extend(reversed(parts))
            else:
                count, build = item
                taken = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(build(taken))
        return done[0]

    def plan(self, item: _Item) -> tuple[list[_Item], _Build]:
        """The parts of a tree that are drawn first, and how they are put together."""
        tree, level, open = item
        if not self.is_tall(tree, open):
            return [], lambda _: boxes.text(self.line(tree, level))
        parts, build = self.whole(tree, open)
        if self.level(tree, open) >= level:
            return parts, build
        return parts, lambda inside: self.bracketed(build(inside), "()")

    def line(self, tree: Tree, level: int) -> str:
        """A tree on one line, in brackets where it has to bind more tightly than it does."""
        written = self.notation(tree)
        return written if self.notation.level(tree) >= level else f"({written})"

    def level(self, tree: Tree, open: bool) -> int:
        """How tightly a tall tree binds: a fraction with a bar as a factor does, and so do powers and roots."""
        if tree.kind in ("power", "sqrt") or (open and self._is_fraction(tree)):
            return POWER
        return self.notation.level(tree)

    def whole(self, tree: Tree, open: bool) -> tuple[list[_Item], _Build]:
        children, inner = tree.children, open and tree.kind in _OPEN
        if open and self._is_fraction(tree):
            over, under = children
            return [_Item(over, ANY, True), _Item(under, ANY, True)], lambda two: boxes.fraction(
                two[0], two[1], self.strokes
            )
        if tree.kind == "matrix" and self._is_matrix(tree):
            columns = len(children[0].children)
            entries = [_Item(entry, ANY, False) for row in children for entry in row.children]
            return entries, partial(self.table, columns)
        if tree.kind == "vector" and self._is_matrix(tree):
            return [_Item(entry, ANY, False) for entry in children], partial(self.table, 1)
        if tree.kind == "power":
            base, exponent = children
            return [_Item(base, POSTFIX, inner)], lambda one: boxes.raised(one[0], self.notation(exponent))
        if tree.kind == "sqrt":
            return [_Item(children[0], ANY, inner)], lambda one: boxes.root(one[0], self.strokes)
        if tree.kind == "where":
            body, *parts = children
            sides = [_Item(side, OR, True) for part in parts for side in part.children]
            return [_Item(body, OR, True), *sides], _where
        return self.row(tree, inner)

    def table(self, columns: int, entries: list[Box]) -> Box:
        rows = [entries[k : k + columns] for k in range(0, len(entries), columns)]
        return self.bracketed(boxes.grid(rows), "[]")

    def bracketed(self, inside: Box, signs: str) -> Box:
        return boxes.beside(boxes.brackets(signs, inside, self.strokes))

    def row(self, tree: Tree, open: bool) -> tuple[list[_Item], _Build]:
        """What the notation puts side by side."""
        pieces = self.notation.pieces(tree)
        if any(isinstance(piece, Join) for piece in pieces):
            pieces = self.joined(tree, open)
        items = [_Item(piece.tree, piece.level, open) for piece in pieces if isinstance(piece, Part)]
        return items, partial(self.put, pieces, tree.kind)

    def joined(self, tree: Tree, open: bool) -> list[Piece]:
        """The factors of a product without signs: those on a line as they meet there, tall ones with a sign."""
        pieces: list[Piece] = []
        for tall, group in groupby(tree.children, lambda factor: self.is_tall(factor, open)):
            run = tuple(group)
            if tall or len(run) == 1:
                parts = [Part(factor, POWER) for factor in run]
            else:
                parts = [Part(Tree("product", run), PRODUCT)]
            for part in parts:
                pieces += ["·", part] if pieces else [part]
        return pieces

    def put(self, pieces: list[Piece], kind: str, inside: list[Box]) -> Box:
        """The pieces side by side, each bracket as tall as what it encloses."""
        given = iter(inside)
        found: list[list[Box]] = [[]]
        opened: list[str] = []
        for place, piece in enumerate(pieces):
            if isinstance(piece, Part):
                found[-1].append(next(given))
                continue
            written = piece.text if isinstance(piece, Mark) else str(piece)
            mark = piece.kind if isinstance(piece, Mark) else "raised" if kind == "transpose" else "sign"
            if mark in ("end", "close", "root") and written[:1] in _CLOSING:
                enclosed = boxes.beside(found.pop() or [boxes.text("")])
                found[-1] += boxes.brackets(opened.pop() + written[0], enclosed, self.strokes)
                written = written[1:]
            elif written[-1:] in ("(", "[") or mark == "bar":
                found[-1].append(boxes.text(written[:-1]))
                opened.append(written[-1])
                found.append([])
                continue
            if mark == "raised":
                found[-1][-1] = boxes.beside_first_line(found[-1][-1], written)
            elif written in _APART and any(box.is_tall for box in inside):
                found[-1].append(boxes.text(f" {written} " if place else f"{written} "))
            else:
                found[-1].append(boxes.text(written))
        return boxes.beside(found[0])


def _where(parts: list[Box]) -> Box:
    """What is defined in lines of its own below what it is defined for."""
    body, *sides = parts
    where, equals = boxes.text("where "), boxes.text(" = ")
    defined = [boxes.beside([where, name, equals, value]) for name, value in zip(sides[::2], sides[1::2], strict=True)]
    return boxes.stacked([body, *defined])
