"""The book of mistakes, `grammar/mistakes.txt`: what people write instead of what is right, and what a teacher says.

    mistake NAME
      said   words
      LEFT -> RIGHT

An indented line with an arrow is a false rule; other indented lines are what is told. Rules with `*`, `/`, `^` hold
element by element too. Letters are those of `patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from symdiff.book.reader import Passage, Source
from symdiff.errors import SymdiffError
from symdiff.resources import read_data
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.tree import Tree
from symdiff.verification.patterns import plain

_BOOK = "mistakes.txt"
_NAMES = dict.fromkeys("uvwpqabckx", "symbol") | dict.fromkeys("fgh", "function")
_WORD = re.compile(r"[a-z][a-z_0-9]+")
_KEYWORDS = frozenset({"axis"})
_OPERATORS = re.compile(r"(?<![.])([*/^])")


class Rule:
    """A false rule: what stands there, `left`, and what is written for it, `right`; read when it may be met."""

    def __init__(self, passage: Passage, dotted: bool = False) -> None:
        self.passage = passage
        self.texts = passage.text.split("->")
        if len(self.texts) != 2:
            raise passage.error("a rule has two sides, joined by ->")
        if dotted:
            self.texts = [_OPERATORS.sub(r".\1", text) for text in self.texts]
        self.names = frozenset(_WORD.findall(self.texts[0])) - _KEYWORDS

    @cached_property
    def left(self) -> Tree:
        return self._tree(0)

    @cached_property
    def right(self) -> Tree:
        return self._tree(1)

    def _tree(self, side: int) -> Tree:
        try:
            return plain(parse_tree(self.texts[side], _NAMES))
        except SymdiffError as error:
            raise self.passage.error(error.message) from error

    @property
    def is_of_differentials(self) -> bool:
        """Whether it says what the differential of something is."""
        return self.texts[0].startswith("d(")

    @property
    def is_of_orders(self) -> bool:
        """Whether it is of a derivative as a whole: of a second one, a Hessian."""
        return self.texts[0].startswith(("diff(", "hessian("))

    def __repr__(self) -> str:
        return " -> ".join(text.strip() for text in self.texts)


class Entry(NamedTuple):
    """A mistake with its rules; those that come first are looked for first."""

    name: str
    said: str
    rules: tuple[Rule, ...]


@cache
def mistakes() -> tuple[Entry, ...]:
    """The mistakes of the book, in its order."""
    return read(Source(_BOOK, read_data(_BOOK)))


def read(source: Source) -> tuple[Entry, ...]:
    """The entries of a book of mistakes. Raises ParseError with its line for what is no entry."""
    found: list[tuple[str, list[str], list[Rule]]] = []
    start = 0
    for raw in source.text.splitlines(keepends=True):
        line = raw.split("#", 1)[0].rstrip()
        body = line.strip()
        passage = Passage(source, start + len(line) - len(body), body)
        if body and line == body:
            word, _, name = body.partition(" ")
            if word != "mistake" or not name:
                raise passage.error("an entry begins with `mistake NAME`")
            found.append((name.strip(), [], []))
        elif body and not found:
            raise passage.error("an indented line before the first entry")
        elif "->" in body:
            found[-1][2].extend(_rules(passage))
        elif body:
            found[-1][1].append(body.removeprefix("said").strip())
        start += len(raw)
    return tuple(Entry(name, " ".join(said), tuple(rules)) for name, said, rules in found)


def _rules(passage: Passage) -> Iterator[Rule]:
    """A rule, and where it has operators the one element by element."""
    yield Rule(passage)
    if _OPERATORS.search(passage.text) and not re.search(r"[.][*/^]", passage.text):
        yield Rule(passage, dotted=True)
