"""Lines that are there before anything asks for them: they are answered before the prompt is loaded."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

from symdiff.streams import say
from symdiff.syntax.lines import goes_on
from symdiff.terminal.echo import silent
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
        typed = _waiting()
        line = typed.removesuffix("\n")
        if line != typed and line.isprintable() and not goes_on(line):
            say(PROMPT + line)
            self._ahead.append(line)
            return line
        with silent():
            from symdiff.terminal.prompt import Prompt, output

            self._prompt = Prompt(self._engine, output(), self._ahead)
        self._prompt.press(typed)  # the first of several lines, or keys that move and complete
        return self._prompt.ask()


def _waiting() -> str:
    """What the terminal holds of what was typed: a line, or all that was typed while an answer was worked out.

    Raises EOFError where its end was typed.
    """
    if sys.platform == "win32":
        return ""
    place = sys.stdin.fileno()
    if not select.select([place], [], [], 0)[0]:
        return ""
    given = os.read(place, 65536)
    if not given:
        raise EOFError
    return given.decode(sys.stdin.encoding, "surrogateescape")
