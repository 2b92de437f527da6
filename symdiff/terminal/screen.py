"""What is written at a terminal: answers, notes and errors, in colours where it has them."""

from __future__ import annotations

import sys
from shutil import get_terminal_size

from rich.console import Console
from rich.text import Text

from symdiff.streams import writable
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
        return get_terminal_size().columns

    def has(self, signs: str) -> bool:
        """Whether its encoding has these characters."""
        return writable(signs, sys.stdout) == signs

    def answer(self, line: str) -> None:
        """A line of an answer."""
        self._write(self.out, Text(line))

    def note(self, line: str) -> None:
        """What was assumed or noticed."""
        self._write(self.err, Text(line, self.colours.get("note", "")))

    def error(self, message: str) -> None:
        """An error: its head in red, the place below it."""
        head, colon, rest = message.partition(":")
        self._write(self.err, Text.assemble((head + colon, self.colours.get("error", "")), rest))

    def _write(self, console: Console, text: Text) -> None:
        stream = sys.stderr if console is self.err else sys.stdout
        text.plain = writable(text.plain, stream)
        console.print(text, soft_wrap=True)
        stream.flush()
