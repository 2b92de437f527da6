"""Reads a book: the line-oriented text in `grammar/` that holds the mathematics.

    fn NAME(parameters) [elementwise] [along keywords] [where conditions] [-> type]
      FIELD   text
    rule NAME (PHASE): LEFT -> RIGHT [where …]
    law NAME: LEFT = RIGHT [where …]
    later NAME NAME …
    about NAME
      FIELD   text

A field is an indented line; a line indented deeper than the field continues it, and an indented line below a
rule or a law continues that. `#` starts a comment outside quotes.
This module only cuts the text into blocks; what a header or a field means is told in `entry` and `rules`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from symdiff.errors import ParseError, SymdiffError

FN_FIELDS = frozenset(
    "adjoint also because builtin cases complex d def domain everywhere example gives keeps kernel latex note range "
    "reads rule singular smooth source tied unicode".split()
)
ABOUT_FIELDS = frozenset("also because example holds needs reads says see source wrong".split())
REPEATED = frozenset({"adjoint", "domain", "example", "everywhere", "gives", "range", "smooth"})
_KINDS = re.compile(r"(fn|rule|law|later|about)\s+")
_FIELDS = {"fn": FN_FIELDS, "about": ABOUT_FIELDS}
_NAME = re.compile(r"[^\W\d]\w*")
_TITLE = re.compile(r"[^:()]+")


class Source(NamedTuple):
    """A text with the name people know it by."""

    name: str
    text: str

    def error(self, message: str, start: int, end: int | None = None) -> ParseError:
        """An error at a place of this book; the message names file and line."""
        line = self.text.count("\n", 0, start) + 1
        span = (start, end or start + 1)
        return ParseError(f"{self.name}, line {line}: {message}", text=self.text, span=span)

    def placed(self, error: SymdiffError, start: int, length: int) -> SymdiffError:
        """The same kind of error, found in a part of this book that begins at `start`."""
        line = self.text.count("\n", 0, start) + 1
        left, right = error.span or (0, length)
        span = (start + min(left, length), start + min(max(right, left + 1), length))
        message = f"{self.name}, line {line}: {error.message}"
        return type(error)(message, text=self.text, span=span, hint=error.hint)


class Passage(NamedTuple):
    """A piece of a book's text with its place."""

    source: Source
    start: int
    text: str

    def part(self, start: int, end: int) -> Passage:
        """The piece of this passage between two offsets, without the blanks around it."""
        piece = self.text[start:end]
        return Passage(self.source, self.start + start + len(piece) - len(piece.lstrip()), piece.strip())

    @property
    def where(self) -> str:
        """The file and the line it stands in."""
        return f"{self.source.name}, line {self.source.text.count(chr(10), 0, self.start) + 1}"

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.start + max(1, len(self.text))

    def error(self, message: str) -> ParseError:
        return self.source.error(message, *self.span)


class Block:
    """One entry of a book: its kind, the name it is found by, the rest of its first line, its fields."""

    __slots__ = ("fields", "header", "kind", "name")

    def __init__(self, kind: str, name: str, header: Passage) -> None:
        self.kind = kind
        self.name = name
        self.header = header
        self.fields: list[tuple[str, Passage]] = []

    def get(self, name: str) -> Passage | None:
        """The text of a field, or None."""
        for key, passage in self.fields:
            if key == name:
                return passage
        return None

    def all(self, name: str) -> list[Passage]:
        """The texts of a field that may be repeated."""
        return [passage for key, passage in self.fields if key == name]


def read(source: Source) -> list[Block]:
    """The blocks of a book in their order; errors name file and line."""
    blocks: list[Block] = []
    field_indent = 0
    for start, raw in _lines(source.text):
        line = (_without_comment(raw) if "#" in raw else raw).rstrip()
        body = line.lstrip()
        if not body:
            continue
        indent = len(line) - len(body)
        passage = Passage(source, start + indent, body)
        if indent == 0:
            blocks.append(_header(passage))
            field_indent = 0
        elif not blocks:
            raise passage.error("an indented line before the first entry")
        elif blocks[-1].kind not in _FIELDS:
            blocks[-1].header = _lengthened(blocks[-1].header, passage)
        elif field_indent and indent > field_indent:
            name, first = blocks[-1].fields[-1]
            blocks[-1].fields[-1] = (name, _lengthened(first, passage))
        else:
            blocks[-1].fields.append(_field(blocks[-1], passage))
            field_indent = indent
    return blocks


def _lines(text: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        found.append((start, line))
        start += len(line)
    return found


def _without_comment(line: str) -> str:
    quoted = False
    for k, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == "#" and not quoted:
            return line[:k]
    return line


def _header(passage: Passage) -> Block:
    found = _KINDS.match(passage.text)
    if found is None:
        raise passage.error("an entry begins with fn, rule, law, later or about")
    kind = found[1]
    header = passage.part(found.end(), len(passage.text))
    if kind == "later":
        return Block(kind, "", header)
    name = (_NAME if kind == "fn" else _TITLE).match(header.text)
    if name is None:
        raise header.error(f"a name is missing after {kind}")
    return Block(kind, name[0].strip(), header)


def _field(block: Block, passage: Passage) -> tuple[str, Passage]:
    name, _, text = passage.text.partition(" ")
    known = _FIELDS[block.kind]
    if name not in known:
        raise passage.error(f"unknown field {name[:40]!r}; the fields are {', '.join(sorted(known))}")
    if name not in REPEATED and block.get(name) is not None:
        raise passage.error(f"the field {name!r} is given twice")
    if not text:
        raise passage.error(f"the field {name!r} is empty")
    text = text.lstrip()
    return name, Passage(passage.source, passage.start + len(passage.text) - len(text), text)


def _lengthened(first: Passage, more: Passage) -> Passage:
    """A text and the line that continues it, with blanks for what lies between, so that places stay right."""
    return Passage(first.source, first.start, first.text.ljust(more.start - first.start) + more.text)
