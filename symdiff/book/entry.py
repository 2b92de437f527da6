"""What the first line of an entry says: parameters and their kinds, keywords, conditions, the result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from symdiff.algebra.function_facts import Said
from symdiff.book.reader import Block, Passage
from symdiff.book.recent import Recent

# a kind and its number of axes, None where it may be any
KINDS = {
    "any": None, "array": None, "scalar": 0, "integer": 0, "complex": 0, "exponent": 0, "size": 0, "vector": 1,
    "matrix": 2, "square": 2, "tensor": None, "columns": None,
}  # fmt: skip
WHOLE = frozenset({"integer", "exponent", "size"})  # kinds of which the value counts, not the shape
_WORDS = {"square": "square matrix", "integer": "whole number", "columns": "vector or a matrix"}
KEYWORDS = ("axis", "keepdims", "reverse")
_NAME = re.compile(r"[^\W\d]\w*\Z")
_KIND = re.compile(r"(\w+)\s*(?:\((.*)\))?\Z")
_SIZE = re.compile(r"\w+\Z|min\(\s*\w+\s*,\s*\w+\s*\)\Z")


class Kind(NamedTuple):
    """What an argument has to be: `any` shape, an `array` (a scalar is one of one entry), `columns` (one axis or more),
    or a shape with named sizes."""

    word: str
    sizes: tuple[str, ...] = ()

    @property
    def rank(self) -> int | None:
        return KINDS[self.word]

    @property
    def said(self) -> str:
        """The kind, in words."""
        return _WORDS.get(self.word, self.word)

    def takes(self, rank: int) -> bool:
        """Whether a thing of this many axes may be of this kind."""
        return rank >= (self.word == "columns") if self.rank is None else rank == self.rank


class Param(NamedTuple):
    """A parameter; a `variadic` one takes all arguments that are left, at least one."""

    name: str
    type: Kind
    default: Passage | None = None
    variadic: bool = False

    @property
    def kind(self) -> str:
        return self.type.word


class Clauses(NamedTuple):
    """What stands behind the parameters of a function."""

    elementwise: bool
    keywords: tuple[str, ...]
    where: tuple[Passage, ...]
    like: str | None  # the parameter that the result is like
    result: Kind | None


class Entry:
    """A function of a book. `templates` keeps what its fields mean for shapes they were met with."""

    def __init__(self, block: Block, params: tuple[Param, ...], clauses: Clauses) -> None:
        self.elementwise, self.keywords, self.where, self.like, self.result = clauses
        self.name = block.name
        self.block = block
        self.params = params
        self.templates = Recent()
        self.said: Said | None = None  # what `values` read of its fields

    def field(self, name: str) -> str | None:
        """The text of a field, or None; quotes around a source are dropped."""
        passage = self.block.get(name)
        return None if passage is None else passage.text.strip('"')

    @property
    def has_integers(self) -> bool:
        """Whether a parameter has to be a whole number, or is treated apart where it is one."""
        return any(p.kind in WHOLE for p in self.params)

    @property
    def is_of_reals(self) -> bool:
        """Whether it is a function of real numbers alone."""
        return self.field("complex") == "none"

    @property
    def by_definition(self) -> bool:
        """Whether it is differentiated by its definition where an argument may be complex."""
        return self.field("complex") == "def"

    @property
    def is_holomorphic(self) -> bool:
        """Whether the line `d` holds for complex arguments, too."""
        return self.field("complex") is None

    @property
    def builtin(self) -> str | None:
        return self.field("builtin")

    @property
    def latex(self) -> str | None:
        """How it is written in LaTeX, with the names of the parameters in their places."""
        return self.field("latex")

    @property
    def unicode(self) -> str | None:
        return self.field("unicode")

    @property
    def adjoints(self) -> dict[str, Passage]:
        """The adjoint by the name of the argument it is for."""
        found = {}
        for passage in self.block.all("adjoint"):
            name, _, _ = passage.text.partition(":")
            if name.strip() not in {p.name for p in self.params}:
                raise passage.error("an adjoint begins with the name of an argument and a colon")
            found[name.strip()] = passage.part(len(name) + 1, len(passage.text))
        return found

    def accepts(self, count: int) -> bool:
        """Whether it can be given this many arguments."""
        needed = sum(p.default is None for p in self.params)
        return needed <= count and (count <= len(self.params) or any(p.variadic for p in self.params))


def read_entry(block: Block) -> Entry:
    """The entry of an `fn` block; errors name file and line."""
    header = block.header
    start = header.text.find("(")
    if start < 0:
        raise header.error("a function needs its parameters in brackets")
    end = _closing(header, start)
    head, rest = header.text[:start], header.part(end + 1, len(header.text))
    if head.strip() != block.name:
        raise header.error("the parameters follow the name")
    params = tuple(_param(part) for part in split(header.part(start + 1, end)))
    clauses = _clauses(rest)
    entry = Entry(block, tuple(_squared(p, clauses.where) for p in params), clauses)
    names = [p.name for p in params]
    if len(set(names)) != len(names):
        raise header.error("a parameter is named twice")
    if entry.like is not None and entry.like not in names:
        raise header.error(f"{entry.like} is no parameter")
    if entry.elementwise and (entry.keywords or any(p.kind not in ("any", "integer") for p in params)):
        raise header.error("an elementwise function has no kinds but integer, and no keywords")
    return entry


def split(passage: Passage, separator: str = ",") -> list[Passage]:
    """The parts between separators that stand outside brackets."""
    parts, depth, start = [], 0, 0
    for k, letter in enumerate(passage.text):
        depth += (letter in "([") - (letter in ")]")
        if letter == separator and depth == 0:
            parts.append(passage.part(start, k))
            start = k + 1
    last = passage.part(start, len(passage.text))
    return [*parts, last] if last.text or parts else []


def read_kind(passage: Passage, of_result: bool = False) -> Kind:
    """`scalar`, `vector(n)`, `matrix(m, n)`, `array` …; sizes of a result may be any."""
    found = _KIND.match(passage.text)
    if found is None or found[1] not in KINDS:
        raise passage.error(f"unknown kind; the kinds are {', '.join(KINDS)}")
    sizes = tuple(s.text for s in split(passage.part(*found.span(2)))) if found[2] is not None else ()
    if not of_result and not all(map(_SIZE.match, sizes)):
        raise passage.error("a size is a number, a name, or the smaller of two: min(m, n)")
    if sizes and found[1] != "tensor" and len(sizes) != (KINDS[found[1]] or 0):
        raise passage.error(f"a {found[1]} has {KINDS[found[1]] or 'no named'} sizes")
    return Kind(found[1], sizes)


def _closing(header: Passage, start: int) -> int:
    depth = 0
    for k in range(start, len(header.text)):
        depth += (header.text[k] == "(") - (header.text[k] == ")")
        if depth == 0:
            return k
    raise header.error("a bracket is not closed")


def _param(part: Passage) -> Param:
    text, _, default = part.text.partition("=")
    name, colon, _ = text.partition(":")
    clean = name.strip().removesuffix("...")
    if not _NAME.match(clean):
        raise part.error(f"no name of a parameter: {name.strip()[:40]!r}")
    given = read_kind(part.part(len(name) + 1, len(text))) if colon else Kind("any")
    value = part.part(len(text) + 1, len(part.text)) if default else None
    return Param(clean, given, value, name.strip().endswith("..."))


def _squared(param: Param, where: Sequence[Passage]) -> Param:
    """A parameter without a kind that is said to be square."""
    if param.kind == "any" and any(p.text.replace(" ", "") == f"square({param.name})" for p in where):
        return Param(param.name, Kind("square"), param.default, param.variadic)
    return param


def _clauses(rest: Passage) -> Clauses:
    """What follows the parameters: words, keywords, conditions, `like` or the kind of the result."""
    like: str | None = None
    result: Kind | None = None
    where: tuple[Passage, ...] = ()
    arrow = rest.text.rfind("->")
    if arrow >= 0:
        target = rest.part(arrow + 2, len(rest.text))
        rest = rest.part(0, arrow)
        if target.text.startswith("like "):
            like = target.text[5:].strip()
        else:
            result = read_kind(target, of_result=True)
    found = re.search(r"\bwhere\b", rest.text)
    if found:
        where = tuple(split(rest.part(found.end(), len(rest.text))))
        rest = rest.part(0, found.start())
    words, _, keywords = rest.text.partition("along")
    given = tuple(keywords.split())
    if set(given) - set(KEYWORDS) or set(words.split()) - {"elementwise"}:
        raise rest.error("after the parameters stand: elementwise, along KEYWORDS, where …, -> …")
    return Clauses(bool(words.split()), given, where, like, result)
