"""Standard streams of any encoding, and how an ending is told: exit codes, and errors in words."""

from __future__ import annotations

import sys
from typing import TextIO

from symdiff.errors import LimitError, MissingExtra, NotSupported, SymdiffError

GOOD, DISAGREED, INPUT, UNSUPPORTED, INTERRUPTED = 0, 1, 2, 3, 130


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
    """The text with numbers, `\\u2208`, for what the stream's encoding cannot show."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def told_error(error: Exception) -> tuple[str, int]:
    """What a user is told of an error, whoever made it, and its exit code."""
    if isinstance(error, SymdiffError):
        unsupported = isinstance(error, (NotSupported, LimitError, MissingExtra))
        return f"error: {error}", UNSUPPORTED if unsupported else INPUT
    if isinstance(error, (RecursionError, MemoryError)):
        return f"error: too large for this machine ({type(error).__name__})", UNSUPPORTED
    return f"error: a fault in symdiff itself: {type(error).__name__}: {str(error)[:300]}", UNSUPPORTED
