"""The calculator in a notebook: after `%load_ext symdiff`, cells that begin with `%%symdiff` and lines with `%symdiff`.

The lines of all cells are one session. What they answer is shown as mathematics.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from symdiff.answer import Answer
from symdiff.calculator import Session
from symdiff.calculator.table import command_in
from symdiff.documented import document_of
from symdiff.errors import SymdiffError
from symdiff.streams import told_error

_TOLD = frozenset({"steps", "simplify", "expand", "factor"})  # commands whose results are shown as mathematics


class Answered(NamedTuple):
    """A line with its answer; `word` is the command that it is, if any."""

    line: str
    word: str | None
    said: Answer


class Cell:
    """The answers to the lines of a cell, which a notebook shows as mathematics."""

    def __init__(self, session: Session, answers: list[Answered]) -> None:
        self.session = session
        self.answers = answers

    def __repr__(self) -> str:
        return "\n".join(line for one in self.answers for line in (*one.said.notes, *one.said.lines))

    def _repr_html_(self) -> str:
        from symdiff.show.page_html import html_fragment

        return html_fragment(*(part for one in self.answers for part in self._parts(one)))

    def _parts(self, one: Answered) -> Iterator[str]:
        from html import escape

        from symdiff.show.page_html import section_html

        said = one.said
        yield from (f"<p><small>{escape(note)}</small></p>" for note in said.notes)
        if not said.results or (one.word is not None and one.word not in _TOLD):
            yield f"<pre>{escape(chr(10).join(said.lines))}</pre>" if said.lines else ""
            return
        request = self.session.request._replace(steps=one.word == "steps")
        yield from map(section_html, document_of(request, [one.line], [said]).sections)
        yield from (f"<p>≈ {escape(found.about)}</p>" for found in said.results if found.about)


def load(shell: Any) -> None:
    """Give a shell of IPython the magic `symdiff`, for lines and cells."""
    session = Session()

    def symdiff(line: str, cell: str | None = None) -> Cell | None:
        """Answer lines of symdiff: `%symdiff d/dx x^2`, or a cell that begins with `%%symdiff`."""
        given = [line] if cell is None else cell.splitlines()
        answers = [_answered(session, text) for text in given if text.strip()]
        return Cell(session, answers) if answers else None

    shell.register_magic_function(symdiff, "line_cell", "symdiff")


def _answered(session: Session, line: str) -> Answered:
    """A line answered; an error of the language is one of the cell, without a traceback."""
    from IPython.core.error import UsageError

    found = command_in(line, session.scope)
    try:
        return Answered(line, found[0].name if found else None, session.answer(line))
    except SymdiffError as error:
        raise UsageError(told_error(error)[0]) from error
