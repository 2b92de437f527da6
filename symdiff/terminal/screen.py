"""What is written at a terminal: answers, notes and errors, in colours where it has them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from symdiff.errors import SymdiffError
from symdiff.streams import say, told_error, writable
from symdiff.terminal.colours import colours

_BLANK = re.compile(r"(?<=\S) (?=[^\s+*/=<>|≈-])|(?<=\S) (?=[+*/=<>|≈-][^\s=])")

_LONGEST = 20_000  # characters that anybody reads
_COLUMN = re.compile(r"\s*\S.*?\s{2,}")  # a word, and what is said of it in a column of its own


class Screen:
    """Answers go to standard output; what is said beside them to standard error, which may be somewhere else."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False, stderr=True)
        self.colours = colours()

    @property
    def width(self) -> int:
        """How many columns there are now."""
        try:
            return os.get_terminal_size(sys.stdout.fileno()).columns or 80
        except (OSError, ValueError):  # something else in the place of a terminal
            return 80

    def has(self, signs: str) -> bool:
        """Whether its encoding has these characters."""
        return writable(signs, sys.stdout) == signs

    def answer(self, lines: Sequence[str]) -> None:
        """The lines of an answer; code stays as it is."""
        is_code = lines[:1] and lines[0].startswith("import ")
        for line in lines:
            say(line if is_code else self._folded(line))
        sys.stdout.flush()

    def note(self, line: str) -> None:
        """What was assumed or noticed."""
        self._write(Text(self._folded(line), self.colours.get("note", "")))

    def error(self, error: Exception) -> None:
        """An error: what, where, and the mend, each in as many columns as there are."""
        message = f"error: {error.message}" if isinstance(error, SymdiffError) else told_error(error)[0]
        head, colon, rest = self._folded(message).partition(":")
        self._write(Text.assemble((head + colon, self.colours.get("error", "")), rest))
        if not isinstance(error, SymdiffError):
            return
        place = error.excerpt((self.width - 4) // 2)
        if place:
            self._write("".join(char if self.has(char) else "?" for char in place))
        if error.hint:
            self._write(self._folded(f"hint: {error.hint}"))

    def _folded(self, text: str) -> str:
        text = writable(text, sys.stdout)
        return "\n".join(part for line in text.split("\n") for part in folded(line, self.width))

    def _write(self, text: str | Text) -> None:
        text = Text(text) if isinstance(text, str) else text
        text.plain = writable(text.plain, sys.stderr)
        self._console.print(text, soft_wrap=True)
        sys.stderr.flush()


def folded(line: str, width: int) -> list[str]:
    """A line in parts of so many columns, cut at blanks that no operator follows: what ends with one goes on when it is
    pasted again. What has no blank is left to the terminal.
    """
    column = _COLUMN.match(line)
    indent = " " * min(column.end() if column else len(line) - len(line.lstrip()) + 2, 2 * width // 3)
    parts: list[str] = []
    while width < len(line) <= _LONGEST:
        cut = max((found.start() for found in _BLANK.finditer(line, len(indent) + 1, width + 2)), default=0)
        if not cut:
            break
        parts.append(line[:cut])
        line = indent + line[cut:].lstrip()
    return [*parts, line]
