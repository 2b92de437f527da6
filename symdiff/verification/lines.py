"""Is this derivation right? Each line is judged by itself, from the line it follows from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from symdiff.errors import ParseError, SymdiffError
from symdiff.oracles.evidence import Evidence
from symdiff.oracles.verdict import Verdict
from symdiff.syntax.scope import Declarations, Scope
from symdiff.verification.explain import explained
from symdiff.verification.judge import judge
from symdiff.verification.page import Row, Statement, begins_page, rows, statements
from symdiff.verification.report import Line, Report
from symdiff.verification.sheet import Sheet, Side, moved_names


def verify(lines: str | Sequence[str], declarations: Declarations = None, **keywords: Any) -> Report:
    """Check a derivation line by line: a page as `--steps` prints it, or a list of equations.

    A page begins with its declarations and `by x`, and where these stand again the next one does; then come
    `name := expression`, `left = right`, or a left side alone followed by lines `= right`; comments begin with `#`.
    `.lines` has what is found of each line: `.ok`, `.counterexample`, `.holds_if`, and of a wrong one `.mistake` where
    it is recognised and `.part`, the smallest part that, replaced, makes it right. A line that can't be read says why,
    and the others are judged.
    Raises ParseError where there is no line at all.

    >>> report = verify(["diff(x*sin(x), x) = sin(x) + x*diff(sin(x), x)", "sin(x) + x*diff(sin(x), x) = 1*cos(x)"])
    >>> [line.ok for line in report.lines]
    [True, False]
    """
    if not isinstance(lines, str) and not all(isinstance(line, str) for line in lines):
        raise ParseError("a derivation is a text, or a list of texts, one for each line")
    page = rows(lines)
    if not any(row.text.split("#", 1)[0].strip() for row in page):
        raise ParseError("there is no line to check", hint="write equations, one a line: `d(x^2) = 2*x*dx`")
    readings = [Reading(Sheet(Scope.of(declarations, **keywords)))]
    found = []
    for row in page:
        if readings[-1].sheet.by and begins_page(row.text):
            readings.append(Reading(Sheet(Scope.of(declarations, **keywords))))
        found.append((readings[-1], readings[-1].read(row)))
    for reading in readings:
        reading.settle()
    shown = [(reading, one) for reading, one in found if not isinstance(lines, str) or one.row.shown.strip()]
    notices = dict.fromkeys(notice for reading in readings for notice in reading.sheet.notices)
    return Report(tuple(one.judged(reading) for reading, one in shown), tuple(notices))


class _Read:
    """A row as it was read: the equations it states, each two sides, and the side it follows from otherwise."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.kind = "text"
        self.pairs: list[tuple[Side, Side, Side | None]] = []
        self.error: SymdiffError | None = None
        self.note = ""

    def judged(self, reading: Reading) -> Line:
        """The line with what is found of its equations: the first that is not right is what is said of it."""
        text = self.row.shown.rstrip()
        if self.error is not None:
            verdict = Verdict(None, (Evidence("reading", None, self.error.message),))
            return Line(self.row.number, text, "unread", verdict, error=self.error)
        found = Line(self.row.number, text, self.kind, Verdict(True, ()), note=self.note)
        for left, right, first in self.pairs:
            one = reading.line(left, right, first, found)
            if found.ok is True or one.ok is False:
                found = one
            if found.ok is False:
                break
        return found


class Reading:
    """A page being read, and its equations judged."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.first: Side | None = None  # what lines `= right` go on from: the left side, and the last one
        self.last: Side | None = None
        self.alone: _Read | None = None  # a left side that nothing followed yet
        self.sides: list[Side] = []

    def read(self, row: Row) -> _Read:
        """Take in a row; what can't be read is kept with it."""
        one = _Read(row)
        try:
            for statement in statements(row.text):
                self.statement(one, statement)
        except SymdiffError as error:
            one.error = error.at(row.text, None)
            self.alone = None
            if not row.text.lstrip().startswith("="):
                self.first = self.last = None
        return one

    def statement(self, one: _Read, statement: Statement) -> None:
        text, span = one.row.text, statement.span
        if statement.kind != "equation" or not statement.goes_on:
            self.refuse_alone()
        if statement.kind == "declare":
            self.sheet.declare(text, span)
            one.kind = "declaration" if one.kind == "text" else one.kind
        elif statement.kind == "by":
            self.sheet.move(statement.names, text, span)
            one.kind = "declaration" if one.kind == "text" else one.kind
        elif statement.kind == "define" or self.defines(text, statement):
            self.sheet.define(text, span)
            one.kind = "definition" if one.kind != "equation" else one.kind
        elif statement.kind == "expression":
            self.first = self.last = self.left(text, span)
            self.alone = one
        else:
            one.kind = "equation"
            self.equation(one, statement)

    def refuse_alone(self) -> None:
        """An expression that no `=` follows states nothing."""
        if self.alone is not None:
            hint = "write `left = right`, or the left side alone and `= right` on the next line"
            self.alone.error = ParseError(
                "an expression alone states nothing",
                text=self.alone.row.text,
                span=(0, len(self.alone.row.text)),
                hint=hint,
            )
            self.alone = None

    def defines(self, text: str, statement: Statement) -> bool:
        """Whether `r = …` gives a new name its meaning."""
        if statement.kind != "equation" or statement.goes_on or len(statement.sides) != 2:
            return False
        name = text[slice(*statement.sides[0])].strip()
        known = self.sheet.scope.has_meaning(name) or (name[:1] == "d" and self.sheet.scope.has_meaning(name[1:]))
        return re.fullmatch(r"[^\W\d]\w*", name) is not None and self.sheet.strict and not known

    def side(self, text: str, span: tuple[int, int]) -> Side:
        found = self.sheet.side(text, span)
        self.sides.append(found)
        return found

    def left(self, text: str, span: tuple[int, int]) -> Side:
        """A side that others are compared with: its sizes have to fit."""
        found = self.side(text, span)
        if found.fault is not None:
            raise found.fault
        return found

    def equation(self, one: _Read, statement: Statement) -> None:
        text = one.row.text
        if statement.goes_on and self.last is None:
            hint = "write the left side before it: `left = right`"
            raise ParseError(
                "there is no line before this one that it goes on from", text=text, span=statement.span, hint=hint
            )
        places = list(statement.sides)
        if not statement.goes_on:
            self.first = self.last = self.left(text, places.pop(0))
        self.alone = None
        for place in places:
            right = self.side(text, place)
            assert self.last is not None
            one.pairs.append((self.last, right, self.first))
            self.last = self.last if right.fault else right

    def settle(self) -> None:
        """The page is read: what moves, where it does not say so."""
        self.refuse_alone()
        if not self.sheet.by:
            moved = moved_names(side.tree for side in self.sides)
            self.sheet.by = tuple(sorted(moved & self.sheet.scope.symbols.keys()))

    def line(self, left: Side, right: Side, first: Side | None, line: Line) -> Line:
        """What is found of one equation of a line."""
        found = judge(self.sheet, left, right)
        wrong = found.verdict.ok is False
        if wrong and first is not None and first is not left and judge(self.sheet, first, right).verdict:
            return line._replace(
                verdict=Verdict(True, ()), note=f"it follows from {first.written}, not from the line before"
            )
        line = line._replace(verdict=found.verdict)
        return explained(self.sheet, left, right, line, found.layout) if wrong else line
