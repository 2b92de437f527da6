"""The token filter: decides what only knowledge of the names can decide, and writes it into the tokens'
types.

It stands between the lexer and the grammar: call or product, index or literal, which bar opens, where a
bare call ends. What it passes on is almost always a sentence of the grammar.
"""

from __future__ import annotations

from symdiff.syntax import brackets, marks, words
from symdiff.syntax.filter import Filter, Handler
from symdiff.syntax.reading import Reading
from symdiff.syntax.token import Token


def filtered(tokens: list[Token], reading: Reading) -> list[Token]:
    """What the grammar reads of the tokens of a text."""
    return Filter(tokens, reading).run(_HANDLERS)


_HANDLERS: dict[str, Handler] = {
    "NUMBER": Filter.number, "NAME": words.name, "STRING": words.text_argument,
    "DERIVATIVE": words.derivative, "NABLA": words.derivative, "LOGIC": words.logic,
    "LPAR": brackets.parenthesis, "LSQB": brackets.square, "LBRACE": brackets.brace, "LANGLE": brackets.angle,
    "RPAR": brackets.close, "RSQB": brackets.close, "RBRACE": brackets.close, "RANGLE": brackets.close,
    "BAR": brackets.bar, "DOUBLE_BAR": brackets.bar,
    "_COMMA": brackets.comma, "_SEMI": brackets.semicolon, "COLON": brackets.colon,
    "PLUS": marks.sign, "MINUS": marks.sign, "ROOT": marks.root, "POW": marks.power, "DOTPOW": marks.power,
    "PRIME": marks.prime, "DOT_T": marks.prime, "DAGGER": marks.prime, "BANG": marks.factorial,
    "SUPER": marks.superscript, "LOWER": marks.lower,
    "RANGE": marks.dots, "EQUALS": marks.equals, "DEFINE": marks.equals, "_ARROW": marks.arrow,
    **dict.fromkeys(("TIMES", "DOTTIMES", "SLASH", "DOTSLASH", "KRON", "CMP"), Filter.binary),
}  # fmt: skip
