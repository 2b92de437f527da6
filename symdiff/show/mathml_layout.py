"""What MathML is made of: rows, scripts, fractions, tables, brackets no larger than needed."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from symdiff.show.as_text import digits
from symdiff.show.mathml_forms import letter, sign
from symdiff.show.unparse import Mark, Piece

_BRACKET_OR_TALL = re.compile(
    "<mrow>(<mo>[([|‖]</mo>)|(<mo>[])|‖]</mo>)</mrow>|<(?:mfrac|mtable|munder|munderover|mroot|msqrt)"
)
_LEAF_IN_ROW = re.compile(r"<mrow>(<(m[ino])\b[^>]*>[^<]*</\2>)</mrow>")


def tidy(written: str) -> str:
    """A row of one leaf is the leaf, and brackets grow only round fractions, tables, sums and roots."""
    written = _LEAF_IN_ROW.sub(r"\1", written)
    tall: set[int] = set()
    opened: list[re.Match[str]] = []
    plain: list[int] = []
    for found in _BRACKET_OR_TALL.finditer(written):
        if found[1]:
            opened.append(found)
        elif not found[2]:
            tall.update(bracket.start(1) for bracket in opened)
        elif (bracket := opened.pop()).start(1) not in tall:
            plain += [bracket.start(1), found.start(2)]
    pieces, done = [], 0
    for place in sorted(plain):
        pieces += [written[done : place + 3], ' stretchy="false"']
        done = place + 3
    return "".join([*pieces, written[done:]])


def row(pieces: list[Piece]) -> list[Piece]:
    return ["<mrow>", *pieces, "</mrow>"]


def bracketed(pieces: list[Piece], brackets: str = "()") -> list[Piece]:
    return ["<mrow>", sign(brackets[0]), *pieces, Mark(sign(brackets[1]), "close"), Mark("</mrow>", "end")]


def pair(tag: str, first: list[Piece], second: list[Piece]) -> list[Piece]:
    """An element of two children."""
    return [f"<{tag}>", *row(first), *row(second), Mark(f"</{tag}>", "end")]


def fraction(over: list[Piece], under: list[Piece]) -> list[Piece]:
    return pair("mfrac", over, under)


def raised(base: list[Piece], above: list[Piece]) -> list[Piece]:
    return pair("msup", base, above)


def under(base: list[Piece], below: list[Piece]) -> list[Piece]:
    return pair("msub", base, below)


def scripts(base: str, below: str) -> str:
    return f"<msub>{base}<mrow>{below}</mrow></msub>"


def lowered(text: str) -> str:
    if text.isdigit():
        return f"<mn>{text}</mn>"
    return letter(text)


def number(value: Any) -> str:
    """A number; one with a power of ten as a product."""
    if isinstance(value, int):
        return _negated(digits(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return _negated(mantissa)
    power = f"<msup><mn>10</mn><mrow>{_negated(str(int(exponent)))}</mrow></msup>"
    return power if mantissa == "1" else f"{_negated(mantissa)}{sign('·')}{power}"


def _negated(text: str) -> str:
    return f'<mo form="prefix">−</mo><mn>{text[1:]}</mn>' if text.startswith("-") else f"<mn>{text}</mn>"


def keyword_value(value: Any) -> str:
    said = f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)
    return f"<mtext>{escape(said)}</mtext>"


def table(rows: list[list[list[Piece]]], align: str = "center") -> list[Piece]:
    pieces: list[Piece] = ["<mtable>"]
    cell = "<mtd>" if align == "center" else f'<mtd style="text-align: {align}">'
    for row in rows:
        pieces += ["<mtr>", *(piece for entry in row for piece in (cell, *entry, "</mtd>")), "</mtr>"]
    return [*pieces, Mark("</mtable>", "end")]
