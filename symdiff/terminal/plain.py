"""Lines from a terminal that can do nothing but write: no colours, no completion, no history."""

from __future__ import annotations

import os
import sys

from symdiff.errors import SymdiffError
from symdiff.streams import say
from symdiff.syntax.lines import goes_on

PROMPT, CONTINUED = "> ", ". "


class PlainPrompt:
    """Asks for lines; one that goes on comes with those it goes on in."""

    def ask(self) -> str:
        """The next text. Raises EOFError at its end, KeyboardInterrupt where it is dropped, SymdiffError for bytes."""
        try:
            text = line = input(PROMPT)
            while line.strip() and goes_on(text):
                line = input(CONTINUED)
                text += "\n" + line
        except (EOFError, KeyboardInterrupt):
            say("")
            raise
        except UnicodeDecodeError as error:
            raise SymdiffError(f"this line is not text in {error.encoding}") from error
        return text


def is_dumb() -> bool:
    """Whether the terminal says of itself that it can do nothing."""
    return sys.platform != "win32" and os.environ.get("TERM", "dumb").lower() in ("dumb", "unknown", "")
