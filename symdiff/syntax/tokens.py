"""The token filter: decides what only knowledge of the names can decide, and writes it into the tokens'
types.

It stands between Lark's lexer and the grammar: call or product, index or literal, which bar opens, where a
bare call ends. What it passes on is almost always a sentence of the grammar.
"""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

from symdiff.syntax import brackets, marks, words
from symdiff.syntax.filter import Filter, Handler
from symdiff.syntax.reading import current


class TokenFilter:
    """Lark's postlex interface; the reading under way is taken from the context."""

    always_accept = tuple(
        "BAD BAD_NUMBER BAR DAGGER DOT_T DOUBLE_BAR LBRACE LOGIC LOWER LSQB NABLA PRIME RBRACE SUPER".split()
    )

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return iter(Filter(list(stream), current.get()).run(_HANDLERS))


_HANDLERS: dict[str, Handler] = {
    "NUMBER": Filter.number, "NAME": words.name, "STRING": words.text_argument,
    "DERIVATIVE": words.derivative, "NABLA": words.derivative, "LOGIC": words.logic,
    "LPAR": brackets.parenthesis, "LSQB": brackets.square, "LBRACE": brackets.brace,
    "RPAR": brackets.close, "RSQB": brackets.close, "RBRACE": brackets.close,
    "BAR": brackets.bar, "DOUBLE_BAR": brackets.bar,
    "_COMMA": brackets.comma, "_SEMI": brackets.semicolon, "COLON": brackets.colon,
    "PLUS": marks.sign, "MINUS": marks.sign, "ROOT": marks.root, "POW": marks.power, "DOTPOW": marks.power,
    "PRIME": marks.prime, "DOT_T": marks.prime, "DAGGER": marks.prime,
    "SUPER": marks.superscript, "LOWER": marks.lower,
    "EQUALS": marks.equals, "DEFINE": marks.equals, "_ARROW": marks.arrow,
    **dict.fromkeys(("TIMES", "DOTTIMES", "SLASH", "DOTSLASH", "KRON", "CMP"), Filter.binary),
}  # fmt: skip
