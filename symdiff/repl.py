"""The calculator's faces: a terminal, or lines from a pipe, answered one by one by a `Session`.

From a pipe there is no prompt and no history; the exit code is that of the first line that was not good.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from symdiff.errors import SymdiffError
from symdiff.streams import DISAGREED, GOOD, complain, say, told_error

if TYPE_CHECKING:
    from symdiff.calculator import Session


def run(begin: Callable[[], Session], at_once: bool = False) -> int:
    """Answer lines until they end, in the session that `begin` makes: `at_once`, or when it is first needed.

    Gives the exit code. Interrupts and closed pipes of a pipe come out, and what is wrong with the session.
    """
    if sys.stdin is None:  # started without one
        return GOOD
    if sys.stdin.isatty() and sys.stdout.isatty():
        from symdiff.terminal.conversation import converse

        converse(begin, at_once)
        return GOOD
    session = begin()
    codes = [respond(session, line) for line in chain(_piped(session), (None,))]
    return next((code for code in codes if code != GOOD), GOOD)


def respond(session: Session, line: str | None) -> int:
    """Answer one line on stdout and stderr, None being the end of them; gives its exit code."""
    try:
        if line is not None and any("\udc80" <= char <= "\udcff" for char in line):
            raise SymdiffError(f"this line is not text in {sys.stdin.encoding}")
        said = session.finish() if line is None else session.answer(line)
    except Exception as error:  # whatever happens, the session goes on
        message, code = told_error(error)
        complain(message)
    else:
        for note in said.notes:
            complain(note)
        for shown in said.lines:
            say(shown)
        code = said.code or (DISAGREED if said.disagreed else GOOD)
    sys.stderr.flush()
    sys.stdout.flush()  # so that who reads both sees them in order
    return code


def _piped(session: Session) -> Iterator[str]:
    """The lines of stdin up to the one that asks to leave; bytes that are no text come as surrogates."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    for number, line in enumerate(sys.stdin):
        yield line.rstrip("\n").removeprefix("" if number else "\ufeff")
        if session.ended:
            return
