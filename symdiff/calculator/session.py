"""A session: lines in, answers out, and what holds from one to the next."""

from __future__ import annotations

import re

from symdiff.answer import Answer, Request
from symdiff.calculator.derivatives import judged
from symdiff.calculator.lines import Asked, Line, State
from symdiff.calculator.results import spelled
from symdiff.calculator.table import Command, Given, command_in, meant, nearest
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.syntax.scope import Scope

_SOLVED = re.compile(r"\s*solve\s+([^#]*?)(?:\s+for\s+(\w+)\s*)?(?:#|\Z)")


class Session:
    """A calculator. `request` says how results are shown and what else is asked of every derivative.

    `state` holds the names, the results and the last derivative asked for. `page` are the lines that `verify` gathers
    until an empty one, None where it does not. `lines` were answered and make the session when they are read again.
    `ended` is true once a line has asked to leave.

    >>> session = Session()
    >>> session.answer("f(x) = x^3").lines, session.answer("f'(2)").lines
    (['f(x) := x^3'], ['12'])
    """

    def __init__(self, request: Request | None = None) -> None:
        self.request = request or Request(None)
        self.state = State(Scope.of(self.request.declarations))
        self.lines: list[str] = []
        self.page: list[str] | None = None
        self.within = False  # whether the lines are those of a file
        self.hinted: tuple[object, int] = (None, 0)  # the last hint: the derivative, and the step
        self.ended = False

    @property
    def scope(self) -> Scope:
        """The names that are declared and defined."""
        return self.state.scope

    def answer(self, line: str) -> Answer:
        """The answer to a line: statements of the language separated by `;`, or a command.

        Raises SymdiffError, with its place in the line; the session then is as it was before.
        """
        if self.page is not None:
            said = self.gather(line, self.page)
        else:
            found = command_in(line, self.scope)
            if found is not None and found[0].outside:
                return self.run(*found)
            said = self.read(line) if found is None else self.run(*found)
        self.lines.append(line)
        return said

    def run(self, command: Command, given: Given) -> Answer:
        """The answer of a command."""
        if given.text and not command.argument:
            raise given.error(f"`{command.name}` takes nothing", f"write `{command.name}` alone")
        if not given.text and command.argument and command.argument[0] != "[":
            raise given.error(f"`{command.name}` of what?", f"write `{command.name} {command.argument}`")
        if command.outside and self.within:
            raise given.error(f"`{command.name}` stands in no file", "a file of a session is lines of the language")
        return command.run(self, given)

    def read(self, line: str, start: int = 0, request: Request | None = None) -> Answer:
        """The answer to statements, from a place in a line on; what they mean holds from here on."""
        reading = Line(spelled(line), self.state, request or self.request)
        try:
            reading.read(start)
        except SymdiffError as error:
            raise proposed(error, reading.text, start) from error.__cause__
        return self.keep(reading)

    def keep(self, reading: Line) -> Answer:
        """Let what a line means hold from here on; gives what it is answered with."""
        self.state = reading.state
        return reading.said

    def expression(self, given: Given) -> tuple[Line, Asked]:
        """The expression that a command is given, and the line it is read on. What it means holds once that is kept."""
        reading = Line(spelled(given.line), self.state, self.request)
        return reading, reading.only(given.start)

    def sides(self, given: Given) -> tuple[Line, Expr, Expr]:
        """The sides of the equation that a command is given, and the line it is read on."""
        reading = Line(spelled(given.line), self.state, self.request)
        return reading, *reading.sides(given.start)

    def derivative(self, given: Given, told: bool = True) -> tuple[Line, Asked]:
        """The derivative that a command is given, or the last that was asked for; one that can be `told`, in steps.

        Raises SymdiffError where there is none.
        """
        reading = Line(spelled(given.line), self.state, self.request)
        asked = reading.only(given.start).derivative if given.text else self.state.asked
        if asked is None:
            said = "this asks for no derivative" if given.text else "no derivative was asked for yet"
            raise given.error(said, f"write `{given.word} d/dx …`")
        if told and not asked.is_derivative:
            assert asked.problem.request is not None
            kind = asked.problem.request.kind
            raise given.error(f"the steps of `{kind}` are not told", "`check` checks it")
        return reading, asked

    def gather(self, line: str, page: list[str]) -> Answer:
        """Take in a line of the page that is verified; an empty one ends it."""
        if line.strip():
            page.append(line)
            return Answer()
        return self.finish()

    def finish(self) -> Answer:
        """What is to be said at the end of the input: the verdict on a page that is still open."""
        if self.page is None:
            return Answer()
        page, self.page = self.page, None
        return judged(page, self)


def proposed(error: SymdiffError, line: str, start: int) -> SymdiffError:
    """An error with the command that the first word of the line may be meant for."""
    if (solved := _SOLVED.match(line, start)) is not None:
        equation = solved[1].strip() + " = 0" * ("=" not in solved[1])
        error.hint = f"write `solve({equation}, {solved[2] or 'x'})`"
        return error
    word = line[start:].split(None, 1)[0] if line[start:].strip() else ""
    place = line.find(word, start)
    near = nearest(word) if word.isalpha() and error.span is not None and error.span[0] == place else []
    if near:
        others = re.sub(r"\Adid you mean [^?]*\? ?", "", error.hint or "")
        error.hint = f"{meant(word)} {others}".rstrip()
    return error
