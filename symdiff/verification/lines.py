"""Is this derivation right? Each line is judged by itself, from the line it follows from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from symdiff.algebra import Condition
from symdiff.errors import ParseError, SymdiffError
from symdiff.oracles.evidence import Evidence
from symdiff.oracles.verdict import Verdict
from symdiff.stated import comparisons, conditions_of
from symdiff.syntax.names import NAME
from symdiff.syntax.reading import OPERATIONS
from symdiff.syntax.scope import Declarations, Scope
from symdiff.verification.explain import explained
from symdiff.verification.judge import judge
from symdiff.verification.page import Row, Statement, begins_page, rows, statements
from symdiff.verification.prose import Remark, assumed, is_text, without_condition, without_remark
from symdiff.verification.reasons import doubted
from symdiff.verification.report import Line, Report
from symdiff.verification.sheet import Sheet, Side, moved_names

_HEAD = re.compile(rf"({NAME})(?:\(\s*{NAME}(?:\s*,\s*{NAME})*\s*\))?")  # of a definition
_REMARKS = 3  # at the end of a row, that are taken off


def verify(lines: str | Sequence[str], declarations: Declarations = None, **keywords: Any) -> Report:
    """Check a derivation line by line: a page as `--steps` prints it, or a list of equations.

    A page begins with its declarations and `by x`, and where these stand again the next one does; then come
    `name := expression`, `left = right`, or a left side alone followed by lines `= right`; comments begin with `#`.
    Numbers of lines, `⇒`, words that join, remarks and lines of words alone are left out; a condition that a line
    states (`for x > 0`, `since A is symmetric`) is used.
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
    open_names = isinstance(declarations, Scope)  # a session's names are no declarations of the page
    readings = [Reading(Sheet(Scope.of(declarations, **keywords), open_names))]
    found = []
    for row in page:
        if readings[-1].sheet.by and begins_page(row.text):
            readings.append(Reading(Sheet(Scope.of(declarations, **keywords), open_names)))
        found.append((readings[-1], readings[-1].read(row)))
    for reading in readings:
        reading.settle()
    shown = [(reading, one) for reading, one in found if not isinstance(lines, str) or one.row.shown.strip()]
    notices = dict.fromkeys(notice for reading in readings for notice in reading.sheet.notices)
    return Report(tuple(one.judged(reading) for reading, one in shown), tuple(notices))


class _Read:
    """A row as it was read: the equations it states, each two sides, and the side it follows from otherwise."""

    def __init__(self, row: Row, kind: str = "text") -> None:
        self.row = row
        self.kind = kind
        self.given: tuple[Condition, ...] = ()
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
            one = reading.line(left, right, first, found, self.given)
            if found.ok is True or one.ok is False:
                found = one
            if found.ok is False:
                break
        sides = [side for pair in self.pairs for side in pair if side is not None]
        doubt = "" if found.note or not sides else doubted(reading.sheet, text, sides)
        return found._replace(note=doubt) if doubt else found


class Reading:
    """A page being read, and its equations judged."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.first: Side | None = None  # what lines `= right` go on from: the left side, and the last one
        self.last: Side | None = None
        self.alone: _Read | None = None  # a left side that nothing followed yet
        self.sides: list[Side] = []
        self.given: list[Condition] = []  # what is assumed from here on

    def read(self, row: Row) -> _Read:
        """Take in a row, without remarks that keep it from being read; what can't be read is kept with it."""
        stated = assumed(row.shown)
        if stated is not None and (found := self._stated(stated)):
            self.given += found
            return _Read(row, "declaration")
        behind = without_condition(row.text)
        one = self._attempt(row, behind) if behind else self._attempt(row)
        remark = without_remark(one.row.text) if one.error else None
        for _ in range(_REMARKS):
            again = self._attempt(row, remark) if remark is not None else one
            if not again.error:
                return again
            remark = without_remark(again.row.text)
        if one.error and is_text(row.text):
            return _Read(row)
        if one.error:
            self.alone = None
            if not row.text.lstrip().startswith("="):
                self.first = self.last = None
        return one

    def _attempt(self, row: Row, remark: Remark | None = None) -> _Read:
        """A row as it is read without a remark; where it can't be, nothing of it is taken in."""
        one = _Read(row if remark is None else row._replace(text=remark.text))
        kept = self.first, self.last, self.alone, len(self.sides)
        try:
            more = self._stated(remark.condition) if remark is not None and remark.condition else []
            one.given = (*self.given, *more)
            for statement in statements(one.row.text):
                self.statement(one, statement)
        except SymdiffError as error:
            one.error = error.at(one.row.text, None)
            self.first, self.last, self.alone, count = kept
            del self.sides[count:]
        return one

    def _stated(self, text: str) -> list[Condition]:
        """The conditions that a text states; none where it states none."""
        try:
            read = [self.sheet.side(piece, (0, len(piece))).expr for piece in comparisons(text)]
            return conditions_of(text, read, self.sheet.scope.symbols)
        except SymdiffError:
            return []

    def statement(self, one: _Read, statement: Statement) -> None:
        text, span = one.row.text, statement.span
        if statement.kind != "equation" or not statement.goes_on:
            self.refuse_alone()
        if statement.kind == "declare":
            self.sheet.declare(text, span)
            one.kind = "declaration" if one.kind == "text" else one.kind
        elif statement.kind == "by":
            self.sheet.move(text, statement.sides)
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
        head = _HEAD.fullmatch(text[slice(*statement.sides[0])].strip())
        if head is None:
            return False
        name, scope = head[1], self.sheet.scope
        known = scope.has_meaning(name) or (name[:1] == "d" and scope.has_meaning(name[1:]))
        return not (known or name in OPERATIONS or scope.is_function(name))

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
        kept = dict(self.sheet.scope.definitions)
        end = self.sheet.where(text, statement.span)
        places = [(a, min(b, end)) for a, b in statement.sides]
        if not statement.goes_on:
            self.first = self.last = self.left(text, places.pop(0))
        self.alone = None
        for place in places:
            right = self.side(text, place)
            assert self.last is not None
            one.pairs.append((self.last, right, self.first))
            self.last = self.last if right.fault else right
        for name, definition in kept.items():  # what `where` says holds for this line alone
            self.sheet.scope.define(name, definition)

    def settle(self) -> None:
        """The page is read: what moves, where it does not say so."""
        self.refuse_alone()
        if not self.sheet.by:
            moved = moved_names(side.tree for side in self.sides)
            self.sheet.by = tuple(sorted(moved & self.sheet.scope.symbols.keys()))

    def line(self, left: Side, right: Side, first: Side | None, line: Line, given: tuple[Condition, ...] = ()) -> Line:
        """What is found of one equation of a line."""
        found = judge(self.sheet, left, right, given)
        wrong = found.verdict.ok is False
        if wrong and first is not None and first is not left and judge(self.sheet, first, right, given).verdict:
            return line._replace(
                verdict=Verdict(True, ()), note=f"it follows from {first.written}, not from the line before"
            )
        line = line._replace(verdict=found.verdict)
        if line.ok and line.is_by_numbers:
            line = line._replace(note=found.verdict.evidence[0].detail)
        return explained(self.sheet, left, right, line, found.layout) if wrong else line
