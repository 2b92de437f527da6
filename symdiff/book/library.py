"""The books that are open: functions, rules and laws by name, each read on first use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from symdiff.algebra import fact
from symdiff.book.entry import Entry, read_entry
from symdiff.book.reader import Block, Source, read
from symdiff.book.rules import Law, Rule, read_law, read_rule
from symdiff.errors import alike
from symdiff.resources import data_folder, read_data

_OWN_NODES = frozenset(  # of functions that are built in
    "besseli besselj besselk bessely conj conv_tensor duplication elimination imag log matpow matpow_d real std "
    "var".split()
)
PHASES = ("collect", "simplify", "present")


class Library:
    """Books in order: an entry of a later one replaces one of the same name and number of parameters."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(sources)
        self.facts = object()  # facts that follow from these books are known by it
        self._blocks: dict[str, dict[int, Block]] = {}
        self._aliases: dict[str, str] = {}
        self._later: set[str] = set()
        self.abouts: list[Block] = []  # what users' books say of their rules
        self._rules: dict[str, Block] = {}
        self._laws: dict[str, Block] = {}
        self._entries: dict[str, tuple[Entry, ...]] = {}
        self._read_rules: dict[str, tuple[Rule, ...]] = {}
        for source in self.sources:
            for block in read(source):
                self._place(block)
        self._names = frozenset(self._blocks) | frozenset(self._aliases) | self._later

    def _place(self, block: Block) -> None:
        if block.kind == "fn":
            count = _commas(block.header.text)
            self._blocks.setdefault(block.name, {})[count] = block
            self._aliases.pop(block.name, None)
            also = block.get("also")
            for alias in also.text.split() if also else ():
                self._aliases[alias] = block.name
        elif block.kind == "rule":
            self._rules[block.name] = block
        elif block.kind == "law":
            self._laws[block.name] = block
        elif block.kind == "about":
            self.abouts.append(block)
        else:
            self._later.update(block.header.text.split())

    def function(self, name: str, count: int | None = None) -> Entry | None:
        """The entry called so, or by its other name; of two the one that takes `count` arguments."""
        entries = self._entries.get(name)
        if entries is None:
            entries = self._entries.setdefault(name, self._read(name))  # of two threads the first one's
        if len(entries) > 1 and count is not None:
            return next((entry for entry in entries if entry.accepts(count)), entries[0])
        return entries[0] if entries else None

    def _read(self, name: str) -> tuple[Entry, ...]:
        if name in self._aliases:
            return self.overloads(self._aliases[name])
        return tuple(read_entry(block) for block in self._blocks.get(name, {}).values())

    def overloads(self, name: str) -> tuple[Entry, ...]:
        """All entries of a name: `max` of two, and `max` of an array."""
        self.function(name)
        return self._entries[name]

    def names(self) -> frozenset[str]:
        """Every name that is a function, other names and those that are only known (`is_later`) included."""
        return self._names

    def functions(self) -> tuple[str, ...]:
        """The functions by their first names, in the order of the books."""
        return tuple(self._blocks)

    def is_later(self, name: str) -> bool:
        """Whether the name belongs to the language, but no book says what it is yet."""
        return name in self._later and name not in self._blocks

    def node_name(self, name: str) -> str | None:
        """What the nodes are called that a function makes; None where it makes others, or there is none called so."""
        name = self._aliases.get(name, name)
        blocks = self._blocks.get(name, {}).values()
        own = name in _OWN_NODES or all(block.get("builtin") is None for block in blocks)
        return name if blocks and own else None

    def nearest(self, name: str) -> tuple[str, ...]:
        """Names like this one, the likeliest first."""
        return tuple(alike(name, self.names() - self._later, n=3))

    def rules(self, phase: str) -> tuple[Rule, ...]:
        """The rules of a phase in the order of the books."""
        if not self._read_rules:
            every = [read_rule(block, PHASES, Rule) for block in self._rules.values()]
            self._read_rules = {known: tuple(rule for rule in every if rule.phase == known) for known in PHASES}
        return self._read_rules[phase]

    def statements(self) -> tuple[Rule | Law, ...]:
        """Every rule and law."""
        return (*(rule for phase in PHASES for rule in self.rules(phase)), *self.laws())

    def laws(self) -> tuple[Law, ...]:
        """The laws in the order of the books."""
        return tuple(read_law(block) for block in self._laws.values())

    def with_text(self, text: str, name: str = "your book") -> Library:
        """This library and one more book; its entries replace those of the same name."""
        return Library((*self.sources, Source(name, text)))


def _commas(header: str) -> int:
    """How many commas part the parameters of a function: those within no kind's own brackets."""
    depth = count = 0
    for letter in header:
        depth += (letter == "(") - (letter == ")")
        count += letter == "," and depth == 1
        if letter == ")" and not depth:
            break
    return count


def is_shipped(source: Source) -> bool:
    """Whether a book is one of those that come with symdiff."""
    return any(source is known for known in default_library().sources)


@cache
def default_library() -> Library:
    """The books that come with symdiff."""
    names = sorted(name for name in os.listdir(data_folder()) if name.endswith(".book"))
    return Library([Source(name, read_data(name)) for name in names])


_current: ContextVar[Library | None] = ContextVar("library", default=None)


def library() -> Library:
    """The books in use here."""
    return _current.get() or default_library()


@contextmanager
def use_library(books: Library) -> Iterator[Library]:
    """Within the block these books are in use."""
    token, before = _current.set(books), fact.books.get()
    fact.books.set(books.facts)
    try:
        yield books
    finally:
        fact.books.set(before)
        _current.reset(token)
