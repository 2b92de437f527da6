"""Writing Trees: the walk that every notation shares, and how tightly each construct binds.

A notation says for each kind of tree which pieces it is made of; a piece that is a part comes with the
tightness it needs there, and gets brackets where it binds more loosely. The walk keeps its own stack.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from symdiff.bounds import limits
from symdiff.syntax.tree import Tree

# how tightly things bind, the loosest first: the levels of the language
ANY, OR, AND, NOT, COMPARE, SUM, PREFIX, PRODUCT, JUXT, POWER, POSTFIX, ATOM = range(-1, 11)

WIDTH = 100  # columns of a line: what fits on one is written in full
_MEASURED = 100_000  # characters written before the rest is measured, to stop early where it is too long


class Part(NamedTuple):
    """A tree inside another, how tightly it has to bind there, and whether products in it are written with signs."""

    tree: Tree
    level: int
    signed: bool = False


class Mark(NamedTuple):
    """A piece of text and what it is: name, number, open, close, call, end, raised, bar, root, sign."""

    text: str
    kind: str


class Join:
    """The place where two factors of a product without a sign meet."""


JOIN = Join()
Piece = str | Mark | Part | Join

LEVELS = {
    "tensor": ANY, "equation": ANY, "define": ANY,
    "or": OR, "and": AND, "not": NOT, "compare": COMPARE, "sum": SUM, "neg": PREFIX, "derivative": PREFIX,
    "product": PRODUCT, "hadamard": PRODUCT, "quotient": PRODUCT, "dotquotient": PRODUCT,
    "power": POWER, "dotpower": POWER, "transpose": POSTFIX, "hermitian": POSTFIX, "index": POSTFIX,
}  # fmt: skip


def level_of(tree: Tree) -> int:
    """How tightly a tree binds as text."""
    if tree.kind == "number":
        if tree.value < 0:
            return PREFIX
        return PRODUCT if isinstance(tree.value, Fraction) else ATOM
    if tree.kind == "bare" and tree.value[1] is not None:
        return POWER
    return LEVELS.get(tree.kind, ATOM)


ENCLOSED = frozenset({"call", "prime", "vector", "matrix", "abs", "norm", "indexsum"})  # have brackets of their own


def _signed(piece: Piece) -> Piece:
    """A piece in which the products that no bracket encloses are written with signs."""
    if isinstance(piece, Join):
        return "·"
    return piece._replace(signed=True) if isinstance(piece, Part) else piece


class Notation:
    """The walk over a tree. Subclasses give `pieces` and may refine `level` and `meet`."""

    brackets = ("(", ")")

    def pieces(self, tree: Tree) -> list[Piece]:
        """What a tree is written as."""
        return getattr(self, f"write_{tree.kind}")(tree)

    def level(self, tree: Tree) -> int:
        return level_of(tree)

    def meet(self, written: list[Mark], following: Mark) -> str:
        """What stands between two factors of a product; may change the last of what is written."""
        return ""

    def __call__(self, tree: Tree) -> str:
        """The text of a tree; LimitError for one beyond `limits.printed` characters."""
        written: list[Mark] = []
        length = 0
        unmeasured = min(_MEASURED, limits.printed)
        joined = False
        stack: list[Piece] = [Part(tree, ANY)]
        while stack:
            piece = stack.pop()
            if isinstance(piece, Part):
                inner = self.pieces(piece.tree)
                level = self.level(piece.tree)
                if piece.signed and piece.tree.kind == "product":
                    level = min(level, PRODUCT)
                if level < piece.level:
                    stack.append(Mark(self.brackets[1], "close"))
                    stack.extend(reversed(inner))
                    stack.append(Mark(self.brackets[0], "open"))
                else:
                    if piece.signed and piece.tree.kind not in ENCLOSED:
                        inner = [_signed(part) for part in inner]
                    stack.extend(reversed(inner))
                continue
            if isinstance(piece, Join):
                joined = True
                continue
            mark = Mark(piece, "sign") if isinstance(piece, str) else piece
            if joined:
                joined = False
                between = self.meet(written, mark)
                if between:
                    written.append(Mark(between, "between"))
            written.append(mark)
            length += len(mark.text)
            if length > unmeasured:
                unmeasured = sys.maxsize
                require_printable(self.length(tree))
        return "".join([mark.text for mark in written])

    def length(self, tree: Tree) -> int:
        """How many characters a tree has when written out, what joins factors left out; each part is measured once."""
        return self.lengths([tree])[id(tree)]

    def lengths(self, trees: Sequence[Tree]) -> dict[int, int]:
        """The lengths of trees and of all that stands in them, by the trees' ids."""
        known: dict[int, int] = {}
        pieces: dict[int, list[Piece]] = {}
        stack = list(reversed(trees))
        while stack:
            node = stack[-1]
            if id(node) not in pieces:
                inner = pieces[id(node)] = self.pieces(node)
                stack += [p.tree for p in inner if isinstance(p, Part) and id(p.tree) not in known]
                continue
            stack.pop()
            known[id(node)] = sum(self._piece_length(piece, known) for piece in pieces[id(node)])
        return known

    def _piece_length(self, piece: Piece, known: dict[int, int]) -> int:
        if isinstance(piece, Part):
            brackets = 0 if self.level(piece.tree) >= piece.level else sum(map(len, self.brackets))
            return known[id(piece.tree)] + brackets
        return 0 if isinstance(piece, Join) else len(piece if isinstance(piece, str) else piece.text)


def require_printable(length: int) -> None:
    """LimitError where something has this many characters at least, and that is too many."""
    limits.require("printed", length, "the expression is too long to be written out")


def separated(trees: tuple[Tree, ...] | list[Tree], sign: str, level: int = ANY) -> list[Piece]:
    """Parts with a sign between them."""
    pieces: list[Piece] = []
    for k, tree in enumerate(trees):
        if k:
            pieces.append(sign)
        pieces.append(Part(tree, level))
    return pieces


def summands(tree: Tree) -> list[tuple[bool, Tree]]:
    """The terms of a sum with whether they are subtracted; a sum that it begins with is spliced in.

    One behind that keeps its brackets: x - y + (p - q) is not worked out as x - y + p - q is.
    """
    behind: list[Tree] = []
    while tree.kind == "sum":
        behind += reversed(tree.children[1:])
        tree = tree.children[0]
    return [(True, term.children[0]) if term.kind == "neg" else (False, term) for term in [tree, *reversed(behind)]]
