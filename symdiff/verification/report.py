"""The report on a derivation: its lines, and what is said of each."""

from __future__ import annotations

from typing import NamedTuple

from symdiff.algebra import Condition
from symdiff.errors import SymdiffError
from symdiff.oracles.evidence import Counterexample, Evidence
from symdiff.oracles.verdict import Verdict
from symdiff.syntax.declarations import Span


class Part(NamedTuple):
    """The smallest part of a line that, replaced, makes it right: where it is, as it is written, and by what."""

    span: Span
    written: str
    right: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.place}{_without_brackets(self.written)} should be {self.right}"


def _without_brackets(written: str) -> str:
    """A part without the brackets round all of it."""
    depth = 0
    for place, char in enumerate(written):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return written[1:-1] if 0 < place == len(written) - 1 else written
    return written


class Mistake(NamedTuple):
    """A mistake that is recognised: its name, and what a teacher says of it."""

    name: str
    said: str

    def __str__(self) -> str:
        return self.said


class Line(NamedTuple):
    """A line of a derivation with what is found: `ok` is True, False, or None where it is not decided.

    `number` counts from 1; `kind` is `equation`, `definition`, `declaration`, `text` (nothing is stated) or `unread`,
    with its `error`. `mistake` is there where one is recognised, `part` where its place is found. `note` is a remark.
    """

    number: int
    text: str
    kind: str
    verdict: Verdict
    mistake: Mistake | None = None
    part: Part | None = None
    error: SymdiffError | None = None
    note: str = ""

    @property
    def ok(self) -> bool | None:
        return self.verdict.ok

    @property
    def holds_if(self) -> tuple[Condition, ...]:
        return tuple(self.verdict.holds_if)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.verdict.conditions

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return self.verdict.evidence

    @property
    def counterexample(self) -> Counterexample | None:
        return self.verdict.counterexample

    @property
    def is_by_numbers(self) -> bool:
        """Whether nothing but numbers speaks for it: it is no proof."""
        return bool(self.evidence) and all(one.oracle == "numbers" for one in self.evidence)

    def __bool__(self) -> bool:
        return self.verdict.ok is True


class Report(NamedTuple):
    """What is found of a derivation, line by line; it is true where every line follows."""

    lines: tuple[Line, ...]
    notices: tuple[str, ...] = ()

    @property
    def ok(self) -> bool | None:
        """False where a line is wrong, else None where one is not decided or was not read, else True."""
        found = [line.ok for line in self.lines]
        return False if False in found else None if None in found else True

    @property
    def wrong(self) -> tuple[Line, ...]:
        """The lines that are wrong."""
        return tuple(line for line in self.lines if line.ok is False)

    @property
    def mistake(self) -> Mistake | None:
        """The first mistake that is recognised."""
        return next((line.mistake for line in self.lines if line.mistake is not None), None)

    def __bool__(self) -> bool:
        return self.ok is True

    def __str__(self) -> str:
        from symdiff.verification.words import told

        return "\n".join(told(self))

    def __repr__(self) -> str:
        return str(self)
