"""How names look: `alpha` is α and \\alpha, `x_1` is x₁ and x_{1}; from the one table of letters."""

from __future__ import annotations

import re
from functools import cache

from symdiff.syntax.names import SUBSCRIPTS, SUPERSCRIPTS, symbol_table

_PARTS = re.compile(r"([^\W\d_]+)(\d*)(?:_(.+))?\Z")
_ACCENTED = re.compile("[À-ɏ]")
_LOWERED = {plain: lowered for lowered, plain in SUBSCRIPTS.items()}
RAISED = {plain: raised for raised, plain in SUPERSCRIPTS.items() if raised not in "ᵀᴴ"}


@cache
def _rows() -> dict[str, tuple[str, str]]:
    """From an ASCII name to its character and its LaTeX."""
    return {row.name: (row.character, row.latex) for row in symbol_table() if row.name not in "eiI"}


def unicode_name(name: str) -> str:
    """A name with its Greek letters and lowered digits."""
    found = _PARTS.match(name)
    if found is None:
        return name
    base, digits, below = found.groups()
    base = _rows()[base][0] if base in _rows() else base
    if below is None:
        return base + digits
    if all(letter in _LOWERED for letter in below):
        return base + digits + "".join(_LOWERED[letter] for letter in below)
    return f"{base}{digits}_{below}"


def latex_name(name: str) -> str:
    """A name in LaTeX: single letters as variables, words upright, what follows `_` below."""
    found = _PARTS.match(name)
    if found is None:
        return rf"\mathrm{{{escaped(name)}}}"
    base, digits, below = found.groups()
    head = _latex_word(base)
    lowered = [digits] if digits else []
    if below is not None:
        lowered.append(_latex_word(below) if below.isalpha() else _latex_other(below))
    return f"{head}_{{{', '.join(lowered)}}}" if lowered else head


def split_name(name: str) -> tuple[str, tuple[str, ...]]:
    """A name with its Greek letters, and what stands below it: `theta_hat` is θ and hat, `W1` is W and 1."""
    found = _PARTS.match(name)
    if found is None:
        return name, ()
    base, *below = (_rows()[word][0] if word in _rows() else word for word in found.groups() if word)
    return base, tuple(below)


def _latex_word(word: str) -> str:
    if word in _rows():
        return _rows()[word][1]
    if _ACCENTED.search(word):  # not a letter of mathematics to LaTeX
        return rf"\text{{{word}}}"
    return word if len(word) == 1 else rf"\mathrm{{{word}}}"


def _latex_other(text: str) -> str:
    return text if text.isdigit() else rf"\mathrm{{{escaped(text)}}}"


def escaped(text: str) -> str:
    """Plain text inside LaTeX."""
    signs = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    return re.sub(r"[_#$%&{}\\^~]", lambda found: signs.get(found[0], f"\\{found[0]}"), text)


def subscript(text: str) -> str | None:
    """The text lowered, where every character can be: `x` is ₓ."""
    return "".join(_LOWERED[c] for c in text) if all(c in _LOWERED for c in text) else None


def superscript(text: str) -> str | None:
    """The text raised, where every character can be: `2` is ², `n` is ⁿ."""
    return "".join(RAISED[c] for c in text) if all(c in RAISED for c in text) else None
