"""What may stand where the cursor is: names, functions, their keywords, commands, letters by their LaTeX names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from prompt_toolkit.completion import CompleteEvent, Completer, PathCompleter
from prompt_toolkit.completion import Completion as Choice
from prompt_toolkit.document import Document

from symdiff.terminal.engine import Engine

_ABOUT = 60  # characters of what is said of a candidate
_FILE = re.compile(r"\s*:?\s*(?:save|load)\s+(?=\S|\Z)")
_LETTER = re.compile(r"\\([A-Za-z]*)\Z")
_BRACKETS = re.compile(r"\w+(?=\()|[()\[\]{}]")


class Candidate(NamedTuple):
    """A text that may stand at the cursor, in place of so many characters before it, and what it is."""

    text: str
    replaced: int
    about: str


class Completion(Completer):
    """The candidates as prompt_toolkit asks for them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Choice]:
        before = document.text_before_cursor
        file = _FILE.match(before)
        if file is not None:
            yield from PathCompleter(expanduser=True).get_completions(Document(before[file.end() :]), complete_event)
            return
        try:
            found = letters(before) or list(words(before, self._engine.names(), self._engine.commands))
        except Exception:  # what is wrong with the line or the session is told when it is answered
            found = []
        for one in found:
            yield Choice(one.text, -one.replaced, display_meta=one.about[:_ABOUT])


def letters(before: str) -> list[Candidate]:
    r"""`\al` may become α; a whole name that another begins with (`\eta`, `\epsilon`) comes first."""
    from symdiff.syntax.names import symbol_table

    typed = _LETTER.search(before)
    if typed is None:
        return []
    rows = {row.name: row for row in symbol_table() if row.name.startswith(typed[1]) and not row.character.isascii()}
    chosen = [rows[typed[1]]] if typed[1] in rows else rows.values()
    return [Candidate(row.character, len(typed[0]), f"\\{row.name}") for row in chosen]


def words(before: str, names: Mapping[str, str], commands: Mapping[str, str]) -> Iterator[Candidate]:
    """Names that mean something, keywords of the function that is being called, functions; commands that begin a line.

    `names` and `commands` come with what is said of them.
    """
    from symdiff.reference import signatures
    from symdiff.syntax.names import NAME

    typed = re.search(rf":?(?:{NAME})?\Z", before)
    word = typed[0] if typed else ""
    line = before.rpartition("\n")[2]
    if line.lstrip() == word:
        for command, about in commands.items():
            if command.startswith(word.removeprefix(":")):
                yield Candidate(command, len(word.removeprefix(":")), about)
    if word.startswith(":"):
        return
    found = {**_keywords(before), **names, **signatures()}
    for name, about in found.items():
        if name.startswith(word) and name != word:
            yield Candidate(name, len(word), about)


def _keywords(before: str) -> dict[str, str]:
    """`axis=` inside of the brackets of a function that has it."""
    from symdiff.book import library
    from symdiff.reference import signatures

    called = _called(before)
    if called is None:
        return {}
    entries = library().overloads(called)
    return {f"{keyword}=": signatures()[called] for entry in entries for keyword in entry.keywords}


def _called(before: str) -> str | None:
    """The function of the books in whose brackets the text ends."""
    from symdiff.book import library

    open: list[str | None] = []
    name: str | None = None
    for found in _BRACKETS.findall(before):
        if found in "([{":
            open.append(name)
        elif found in ")]}" and open:
            open.pop()
        name = found if found[0].isalpha() else None
    called = next((name for name in reversed(open) if name is not None), None)
    return called if called is not None and library().function(called) is not None else None
