"""Lines as they are typed and pasted: which goes on in the next one, and which belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator

_GOES_ON = re.compile(r"(?:(?<!_)[-+*/^=,<>≤≥≠·−×⊙⊘⊗∘@&≔(\[{]|(?<![A-Za-z0-9_])(?:and|or|not|mod|where))\Z")
_BELONGS_BEFORE = re.compile(r"\s*where\s")


def goes_on(text: str) -> bool:
    """Whether a text waits for more: a bracket is open, or an operator ends it."""
    depth, bare = 0, ""
    for line in text.split("\n"):
        bare = _bare(line)
        depth = _depth(bare, depth)
    return depth > 0 or _GOES_ON.search(bare.rstrip()) is not None


def logical_lines(text: str) -> Iterator[str]:
    """A text of several lines cut into those that are answered one by one, empty ones too.

    Lines that go on are one, and so is `where K = …` with what stands before it. Offsets in a piece are those of what
    was typed, from its first line on, so that an error finds its place.
    """
    piece: str | None = None
    depth, waiting = 0, False  # how many brackets are open, whether an operator ends the piece
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if piece is None or not (depth > 0 or waiting or (piece.strip() and _BELONGS_BEFORE.match(line))):
            if piece is not None:
                yield piece
            piece = line
        elif depth > 0:
            piece += "\n" + line
        else:
            before = piece.rpartition("\n")[2]
            bare = _bare(before)
            piece = piece[: len(piece) - len(before)] + bare + " " * (len(before) - len(bare)) + " " + line
        bare = _bare(line)
        depth = _depth(bare, depth)
        waiting = _GOES_ON.search(bare.rstrip()) is not None
    yield piece or ""


def typed_lines(text: str) -> str:
    """What was typed of a text: of one that shows a sitting, what stands behind its prompts `> ` and `. `."""
    lines = text.split("\n")
    if not any(line.startswith("> ") for line in lines):
        return text
    return "\n".join(line[2:] for line in lines if line[:2] in ("> ", ". ", ">", "."))


def _bare(line: str) -> str:
    """A line without its comment."""
    return line.partition("#")[0]


def _depth(line: str, depth: int) -> int:
    """How many brackets are open behind a line; one that closes nothing is an error of its own."""
    for char in line:
        depth += (char in "([{") - (char in ")]}" and depth > 0)
    return depth
