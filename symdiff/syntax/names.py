"""Names: which texts are one, and the one spelling each is known by.

`α` and `alpha` are one name, and `x₁`, `x_1`, `x_{1}`; the ASCII spelling is the canonical one. The table of
letters is data, in `grammar/symbols.txt`; completion and the printers read the same rows.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from symdiff.resources import read_data

__all__ = [
    "CONSTANTS",
    "LETTERS",
    "NAME",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "Symbol",
    "canonical",
    "greek_names",
    "is_letter",
    "is_lowered",
    "is_word",
    "symbol_table",
]

# Latin with its accents, Greek with its variants, and a few letters of physics; no other alphabet
LETTERS = "A-Za-zÀ-ÖØ-öø-ɏΑ-ΡΣ-Ωα-ωϑϕϒϖϰϱϴϵµℓℏ\u2126∆"
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", "0123456789aehijklmnoprstuvxβγρφχ", strict=True))
SUPERSCRIPTS = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        "0123456789+-abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        strict=True,
    )
)
_LOWERED = "".join(SUBSCRIPTS)

NAME = rf"[{LETTERS}](?:_\{{[{LETTERS}0-9_]+\}}|[{LETTERS}0-9_{_LOWERED}])*"
CONSTANTS = frozenset({"pi", "e", "oo", "i", "I"})

_WORD = r"[A-Z]?[a-zà-öø-ÿ]{3,}|of|by|if|is|to|at|lg|tg"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LOWERED_RUN = rf"_?(?:\{{([{LETTERS}0-9_]+)\}}|([{_LOWERED}]+))"
_LETTER_RUN = rf"[{LETTERS}∞]+"


class Symbol(NamedTuple):
    """A row of the symbol table: the ASCII name, the character, its look-alikes, LaTeX, and what it is."""

    name: str
    character: str
    aliases: str
    latex: str
    category: str


@cache
def symbol_table() -> tuple[Symbol, ...]:
    """The rows of `grammar/symbols.txt`."""
    rows = (line for line in read_data("symbols.txt").splitlines() if line and not line.startswith("#"))
    return tuple(Symbol(*(cell.strip() for cell in row.split("|"))) for row in rows)


@cache
def greek_names() -> dict[str, str]:
    """From a character, or one that looks like it, to its ASCII name: `{"α": "alpha", "∞": "oo", …}`."""
    return {character: row.name for row in symbol_table() for character in row.character + row.aliases}


def canonical(text: str) -> str:
    """The one spelling of a name: `α` is `alpha`, `x₁` and `x_{1}` are `x_1`, `σ2` is `sigma2`.

    A Greek letter among other letters (`Δx`) stays as it is.
    """
    if _PLAIN.fullmatch(text):
        return text
    text = re.sub(_LOWERED_RUN, _spell_subscript, text)
    return re.sub(_LETTER_RUN, lambda run: greek_names().get(run.group(), run.group()), text)


def is_word(name: str) -> bool:
    """Whether a name looks like a word: three or more small letters that name no Greek letter, or `of`, `lg` …"""
    return re.fullmatch(_WORD, name) is not None and name not in {row.name for row in symbol_table()}


def is_letter(name: str) -> bool:
    """Whether a name is one letter, Latin or Greek."""
    return len(name) == 1 or name in greek_names().values()


def is_lowered(char: str) -> bool:
    """Whether this is a subscript character such as `₁` or `ₓ`."""
    return char in SUBSCRIPTS


def _spell_subscript(match: re.Match[str]) -> str:
    braced, lowered = match.groups()
    return "_" + (braced if braced is not None else "".join(SUBSCRIPTS[char] for char in lowered))
