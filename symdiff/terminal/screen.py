"""What is written at a terminal: answers, notes and errors, in colours where it has them."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.text import Text

from symdiff.errors import SymdiffError
from symdiff.streams import told_error, writable
from symdiff.terminal.colours import colours


class Screen:
    """Standard output and standard error, of which the second may be somewhere else."""

    def __init__(self) -> None:
        self.out = Console(highlight=False, markup=False, emoji=False)
        self.err = Console(highlight=False, markup=False, emoji=False, stderr=True)
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

    def answer(self, line: str) -> None:
        """A line of an answer."""
        self._write(self.out, Text(line))

    def note(self, line: str) -> None:
        """What was assumed or noticed."""
        self._write(self.err, Text(line, self.colours.get("note", "")), words=True)

    def error(self, error: Exception) -> None:
        """An error: what, where, and the mend, each in as many columns as there are."""
        if not isinstance(error, SymdiffError):
            self._error(told_error(error)[0])
            return
        self._error(f"error: {error.message}")
        place = error.excerpt((self.width - 4) // 2)
        if place:
            self._write(self.err, Text("".join(char if self.has(char) else "?" for char in place)))
        if error.hint:
            self._write(self.err, Text(f"hint: {error.hint}"), words=True)

    def _error(self, message: str) -> None:
        head, colon, rest = message.partition(":")
        self._write(self.err, Text.assemble((head + colon, self.colours.get("error", "")), rest), words=True)

    def _write(self, console: Console, text: Text, words: bool = False) -> None:
        """Write a text; its lines end between words with `words`, else where the terminal ends them."""
        stream = sys.stderr if console is self.err else sys.stdout
        text.plain = writable(text.plain, stream)
        console.print(text, soft_wrap=not words, width=self.width)
        stream.flush()
