"""What is said with signs beyond ASCII, for streams that have none: `x in R^n`, `A in R^(m x n)`, `~`.

Declarations read back as the same; a letter that has no sign of its own is left to whoever writes it.
"""

from __future__ import annotations

import re

from symdiff.syntax.names import SUPERSCRIPTS

_SETS = re.compile(rf" ?∈ ?ℝ([{''.join(SUPERSCRIPTS)}ˣ]*)")
_SIZES = str.maketrans(SUPERSCRIPTS | {"ˣ": " x "})
_SIGNS = str.maketrans(
    {"∈": "in", "ℝ": "R", "≈": "~", "…": "...", "×": "x", "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "−": "-",
     "·": "*", "✓": "+", "✗": "-", "“": '"', "”": '"', "’": "'", "–": "-", "∞": "oo"}
)  # fmt: skip


def as_ascii(text: str) -> str:
    """The text with signs of ASCII for the others, as far as there are any."""
    return _SETS.sub(_set, text).translate(_SIGNS)


def _set(found: re.Match[str]) -> str:
    sizes = found[1].translate(_SIZES)
    return " in R" + (f"^({sizes})" if len(sizes) > 1 else f"^{sizes}" if sizes else "")
