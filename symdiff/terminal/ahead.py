"""Lines that are there before anything asks for them: they are answered before the prompt is loaded."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

from symdiff.streams import say
from symdiff.syntax.lines import goes_on
from symdiff.terminal.engine import Engine
from symdiff.terminal.plain import PROMPT

if TYPE_CHECKING:
    from symdiff.terminal.prompt import Prompt


class LatePrompt:
    """Asks as `Prompt` does, which it loads when no line is waiting."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ahead: list[str] = []
        self._prompt: Prompt | None = None

    def ask(self) -> str:
        """The next text. Raises EOFError at its end, KeyboardInterrupt where it is dropped."""
        if self._prompt is not None:
            return self._prompt.ask()
        line = _waiting()
        if line is not None and line.isprintable() and not goes_on(line):
            say(PROMPT + line)
            self._ahead.append(line)
            return line
        from symdiff.terminal.prompt import Prompt, output

        self._prompt = Prompt(self._engine, output(), self._ahead)
        if line is not None:  # keys that move or complete, or the first of several lines
            self._prompt.press(line + "\r")
        return self._prompt.ask()


def _waiting() -> str | None:
    """A line that the terminal holds; None where there is none. Raises EOFError where its end was typed."""
    if sys.platform == "win32":
        return None
    place = sys.stdin.fileno()
    if not select.select([place], [], [], 0)[0]:
        return None
    given = os.read(place, 65536)
    if not given:
        raise EOFError
    return given.decode(sys.stdin.encoding, "surrogateescape").rstrip("\r\n")
