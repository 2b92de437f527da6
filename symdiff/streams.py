"""Standard streams of any encoding, and how an ending is told: exit codes, and errors in words."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from symdiff.errors import LimitError, MissingExtra, NotSupported, SymdiffError

GOOD, DISAGREED, INPUT, UNSUPPORTED, INTERRUPTED = 0, 1, 2, 3, 130

ascii_alone = False  # whether nothing else is to be written, whatever the streams have


def require_open() -> None:
    """Let what is written to a stream that is closed go nowhere."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")


def say(text: str) -> None:
    """A line on stdout."""
    _write(sys.stdout, text)


def complain(text: str) -> None:
    """A line on stderr."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    """Print a line."""
    stream.write(writable(text, stream) + "\n")


def writable(text: str, stream: TextIO) -> str:
    """The text in the characters that the stream has: other signs for those it has not, numbers at last, `\\u2208`."""
    encoding = "ascii" if ascii_alone else stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        from symdiff.show.as_ascii import as_ascii

        return as_ascii(text).encode(encoding, "backslashreplace").decode(encoding)
    return text


def told_error(error: Exception) -> tuple[str, int]:
    """What a user is told of an error, whoever made it, and its exit code."""
    if isinstance(error, SymdiffError):
        unsupported = isinstance(error, (NotSupported, LimitError, MissingExtra))
        return f"error: {error}", UNSUPPORTED if unsupported else INPUT
    if isinstance(error, (RecursionError, MemoryError)):
        return f"error: too large for this machine ({type(error).__name__})", UNSUPPORTED
    if isinstance(error, OSError):  # files say it by themselves: this is the output
        return f"error: the output is not written: {error.strerror or error}", INPUT
    return f"error: a fault in symdiff itself: {type(error).__name__}: {str(error)[:300]}", UNSUPPORTED
