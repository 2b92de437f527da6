"""How large an input may be. A user may change the numbers; beyond them reading stops with a LimitError."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Limits:
    """`characters` of one text, `digits` of one number."""

    characters: int = 1_000_000
    digits: int = 1_000


limits = Limits()
