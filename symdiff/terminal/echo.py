"""Keys that are hit while an answer is worked out belong to the next line, and are not shown amid the answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent() -> Iterator[None]:
    """Within the block the terminal keeps what is typed as it is, every key of it, and shows nothing."""
    try:
        import termios
    except ImportError:  # another system, which shows nothing by itself
        yield
        return
    try:
        place = sys.stdin.fileno()
        before = termios.tcgetattr(place)
    except (termios.error, OSError, ValueError):  # no terminal
        yield
        return
    flags = [*before]
    flags[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(place, termios.TCSADRAIN, flags)
    try:
        yield
    finally:
        termios.tcsetattr(place, termios.TCSADRAIN, before)
