"""Rules of rewriting and laws of mathematics: two sides and the conditions under which they are equal.

    rule NAME (PHASE): LEFT -> RIGHT where CONDITION, X: matrix(n, n), …
    law NAME: LEFT = RIGHT where …

Every name on the two sides is a variable. It is a scalar unless the rule states its kind; a rule of scalars
holds element by element too. The sizes in the kinds are variables as well.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TypeVar

from symdiff.algebra import Condition, condition, symbol
from symdiff.book.entry import Kind, read_kind, split
from symdiff.book.meaning import Meanings, read_condition, read_expression
from symdiff.book.reader import Block, Passage
from symdiff.dims import size
from symdiff.expr import Expr

_WORD = re.compile(r"[^\W\d]\w*")
_PHASE = re.compile(r"\s*\((\w+)\)\s*\Z")
_NO_VARIABLES = frozenset({"pi", "e", "oo", "i", "I", "axis", "keepdims", "True"})


class Statement:
    """Two sides with their variables; all but the text of the left one is read when it is first asked for."""

    def __init__(self, name: str, body: Passage, arrow: str, phase: str = "") -> None:
        middle = body.text.find(arrow)
        if middle < 0:
            raise body.error(f"two sides are joined by {arrow}")
        self.name = name
        self.phase = phase  # of a rule
        self.left = body.part(0, middle)
        self._behind = body.part(middle + len(arrow), len(body.text))

    @cached_property
    def _clauses(self) -> tuple[Passage, dict[str, Kind], tuple[Passage, ...]]:
        """What stands behind the arrow: the right side, kinds of variables, conditions."""
        behind = self._behind
        where = re.search(r"\bwhere\b(?!\s*\()", behind.text)
        if where is None:
            return behind, {}, ()
        kinds: dict[str, Kind] = {}
        given: list[Passage] = []
        for clause in split(behind.part(where.end(), len(behind.text))):
            name, colon, _ = clause.text.partition(":")
            if colon:
                kinds[name.strip()] = read_kind(clause.part(len(name) + 1, len(clause.text)))
            else:
                given.append(clause)
        return behind.part(0, where.start()), kinds, tuple(given)

    @property
    def right(self) -> Passage:
        return self._clauses[0]

    @property
    def clauses(self) -> str:
        """The conditions and kinds as they are written, from `where` on."""
        return self._behind.text[len(self.right.text) :].strip()

    @property
    def kinds(self) -> dict[str, Kind]:
        return self._clauses[1]

    @property
    def given(self) -> tuple[Passage, ...]:
        return self._clauses[2]

    @cached_property
    def variables(self) -> dict[str, Expr]:
        """The symbols that stand for the variables, by name."""
        found = {}
        for side in (self.left, self.right, *self.given):
            for word in _WORD.finditer(side.text):
                name = word[0]
                called = side.text[word.end() :].startswith("(")
                if not called and name not in _NO_VARIABLES and name not in self._sizes:
                    found[name] = self._symbol(name)
        return found

    @property
    def is_of_arrays(self) -> bool:
        """Whether all variables that are of a kind have axes."""
        ranks = [kind.rank for kind in self.kinds.values()]
        return bool(ranks) and all(ranks)

    @cached_property
    def lhs(self) -> Expr:
        return read_expression(self.left, self._meanings)

    @cached_property
    def rhs(self) -> Expr:
        return read_expression(self.right, self._meanings)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        whole = [n for n, kind in self.kinds.items() if kind.word == "integer"]
        stated = [c for passage in self.given for c in read_condition(passage, self._meanings)]
        return (*(condition("integer", self.variables[name]) for name in whole), *stated)

    @property
    def _sizes(self) -> frozenset[str]:
        return frozenset(name for kind in self.kinds.values() for name in kind.sizes)

    @property
    def _meanings(self) -> Meanings:
        return Meanings(dict(self.variables), {name: size(name) for name in self._sizes})

    def _symbol(self, name: str) -> Expr:
        kind = self.kinds.get(name)
        if kind is None:
            return symbol(name)
        shape = tuple(int(s) if s.isdigit() else size(s) for s in kind.sizes)
        return symbol(name, shape, {kind.word} & {"integer", "complex"})


class Rule(Statement):
    """Where the conditions hold, lhs may be replaced by rhs."""


_Rule = TypeVar("_Rule", bound=Rule)


class Law(Statement):
    """Mathematics that derivations quote and tests prove."""


def read_rule(block: Block, phases: tuple[str, ...], made: type[_Rule]) -> _Rule:
    """The rule of a block, in no phase where it names none; errors name file and line."""
    title, body = _titled(block.header)
    phase = _PHASE.search(title.text)
    if phase is not None and phase[1] not in phases:
        raise title.error(f"a rule may name its phase in brackets: {', '.join(phases)}")
    return made(block.name, body, "->", phase[1] if phase else "")


def read_law(block: Block) -> Law:
    """The law of a block; errors name file and line."""
    return Law(block.name, _titled(block.header)[1], "=")


def _titled(header: Passage) -> tuple[Passage, Passage]:
    colon = header.text.find(":")
    if colon < 0:
        raise header.error("a colon follows the name")
    return header.part(0, colon), header.part(colon + 1, len(header.text))
