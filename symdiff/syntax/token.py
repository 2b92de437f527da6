"""A piece of a text that stands for itself: its type, what it says, its place."""

from __future__ import annotations

from typing import Any

BARS = frozenset({"BAR", "DOUBLE_BAR"})


class Token(str):
    """The text of a terminal. The filter may give it another type, or another value than its text."""

    __slots__ = ("end_pos", "start_pos", "type", "value")

    type: str
    value: Any
    start_pos: int
    end_pos: int

    def __new__(cls, type: str, text: str, start: int, end: int) -> Token:
        token = super().__new__(cls, text)
        token.type = type
        token.value = text
        token.start_pos = start
        token.end_pos = end
        return token

    @classmethod
    def at(cls, place: Token, type: str, text: str) -> Token:
        """A new token at the place of another."""
        return cls(type, text, place.start_pos, place.end_pos)
