"""One table of colours, for what is typed and for what is answered: names that every terminal has."""

from __future__ import annotations

import os
from collections.abc import Mapping

_COLOURS = {
    "number": "magenta",
    "text": "yellow",
    "keyword": "cyan",
    "kind": "cyan",
    "function": "blue",
    "name": "green",
    "command": "bold",
    "comment": "italic",
    "error": "bold red",
    "note": "dim",
}


def colours() -> Mapping[str, str]:
    """The style of each kind of piece, as rich names it; none where the user wants none (`NO_COLOR`)."""
    return {} if os.environ.get("NO_COLOR") else _COLOURS


def prompt_style() -> dict[str, str]:
    """The same as prompt_toolkit names them."""
    typed = {kind: style for kind, style in colours().items() if kind not in ("error", "note")}
    return {kind: " ".join(map(_ansi, style.split())) for kind, style in typed.items()}


def _ansi(word: str) -> str:
    return word if word in ("bold", "italic") else f"ansi{word}"
