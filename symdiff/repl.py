"""The calculator's plainest face: lines from a terminal or a pipe, answered one by one by a `Session`.

At a terminal there are a prompt and a history, which lasts where the user's state folder can be written. From a
pipe there is neither; the exit code is that of the first line that was not good.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symdiff.errors import SymdiffError
from symdiff.session import Session
from symdiff.streams import DISAGREED, GOOD, complain, say, told_error

PROMPT = "> "
GREETING = "symdiff: a line of the language, `help`, or `quit`"
_REMEMBERED = 1_000  # lines of history


def run(session: Session) -> int:
    """Answer lines until they end; gives the exit code. Interrupts and closed pipes of a pipe come out."""
    if sys.stdin is None:  # started without one
        return GOOD
    if sys.stdin.isatty() and sys.stdout.isatty():
        _converse(session)
        return GOOD
    codes = [respond(session, line) for line in _piped(session)]
    return next((code for code in codes if code != GOOD), GOOD)


def respond(session: Session, line: str) -> int:
    """Answer one line on stdout and stderr; gives its exit code."""
    try:
        if any("\udc80" <= char <= "\udcff" for char in line):
            raise SymdiffError(f"this line is not text in {sys.stdin.encoding}")
        said = session.answer(line)
    except Exception as error:  # whatever happens, the session goes on
        message, code = told_error(error)
        complain(message)
    else:
        for note in said.notes:
            complain(note)
        for shown in said.lines:
            say(shown)
        code = DISAGREED if said.disagreed else GOOD
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


def _converse(session: Session) -> None:
    """Lines from a terminal. An interrupt drops the line or the work at hand."""
    say(GREETING)
    with _history():
        while not session.ended:
            try:
                respond(session, input(PROMPT))
            except EOFError:
                say("")
                return
            except KeyboardInterrupt:
                say("")
            except UnicodeDecodeError as error:
                complain(f"error: this line is not text in {error.encoding}")


@contextmanager
def _history() -> Iterator[None]:
    """Line editing with the lines of earlier sessions, as far as the system has them."""
    try:
        import readline
    except ImportError:
        yield
        return
    path = _history_path()
    readline.parse_and_bind("tab: self-insert")  # pasted text may hold tabs
    readline.set_history_length(_REMEMBERED)
    if path is not None:
        try:
            readline.read_history_file(path)
        except OSError:  # the first session, or another library's file
            pass
    try:
        yield
    finally:
        if path is not None:
            try:
                readline.write_history_file(path)
            except OSError:
                pass


def _history_path() -> Path | None:
    """A file in the user's own folder for what stays between sessions; None where there is none to be had."""
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Application Support"
        else:
            base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        folder = base / "symdiff"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder / "history"
