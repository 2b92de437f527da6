"""Characters that are not in the language: each is named, and what people mean by it is proposed."""

from __future__ import annotations

import unicodedata

_PROPOSALS = {
    "∘": "write `⊙` or `.*` for the product element by element",
    "∑": "write `sum(j, …)`",
    "∏": "write `prod(…)`",
    "∫": "integrals are not in this language",
    "⟨": "write `dot(x, y)`",
    "⟩": "write `dot(x, y)`",
    "∈": "put declarations such as `x ∈ ℝ^n` before the expression, on their own line",
    "ℝ": "put declarations such as `x ∈ ℝ^n` before the expression, on their own line",
    "±": "write both signs out",
    "½": "write `1/2`",
    "∛": "write `cbrt(x)`",
    "∜": "write `x^(1/4)`",
    "%": "write `7 mod 3` for a remainder, `/100` for percent",
    "°": "angles are in radians: write `30*pi/180` for 30 degrees",
    "&": "write `and`",
    "~": "write `not`",
    "\\": "this looks like LaTeX; write `alpha` or `α`, `sqrt(x)`, `a/b`",
    "$": "leave the `$` of LaTeX out",
    "`": "write `'` for the transpose",
    '"': "a text in quotes ends on its line",
    "{": "braces only group after `^` and `_`; write `( )`",
    "}": "braces only group after `^` and `_`; write `( )`",
    "_": "a name begins with a letter",
    ".": "a digit follows the point of a number; `.*` `./` `.^` work element by element; `.T` transposes",
}


def describe(char: str) -> str:
    """The character with its Unicode name, safe to print: `` `х` (CYRILLIC SMALL LETTER HA)``."""
    if char.isascii():
        return f"`{char}`" if char.isprintable() else f"the control character U+{ord(char):04X}"
    name = unicodedata.name(char, "")
    code = f"U+{ord(char):04X}"
    if unicodedata.category(char)[0] == "C" or not char.isprintable():
        return f"the invisible character {code} {name}".rstrip()
    return f"`{char}` ({name or code})"


def proposal(char: str) -> str | None:
    """What to write instead, where that can be told."""
    if char in _PROPOSALS:
        return _PROPOSALS[char]
    if unicodedata.category(char)[0] == "C":
        return "delete it; it can't be seen" if not char.isascii() else "delete it"
    plain = unicodedata.normalize("NFKC", char)
    if plain != char and plain.isascii() and plain.isprintable():
        return f"write `{plain}`"
    twin = _latin_twin(char)
    if twin:
        return f"if this is meant to be the Latin letter, write `{twin}`"
    if char.isalpha():
        return "names are made of Latin and Greek letters"
    if unicodedata.combining(char):
        return "names have no accents put on afterwards; write `x_hat` or `x_bar`"
    return None


_CYRILLIC = dict(zip("асеорхуіјѕԁһАВСЕНІЈКМОРЅТХУ", "aceopxyijsdhABCEHIJKMOPSTXY", strict=True))


def _latin_twin(char: str) -> str | None:
    return _CYRILLIC.get(char)
