r"""The books' LaTeX forms of functions as MathML: `\operatorname{tr}(X)`, `\left\lVert x \right\rVert_{p}`.

A small reader of the part of LaTeX that the books use: letters, scripts, brackets, roots, named operators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import NamedTuple

from symdiff.errors import SymdiffError
from symdiff.show.forms import Template
from symdiff.syntax.names import symbol_table

APPLIED, TIMES, THIN = "<mo>\u2061</mo>", "<mo>\u2062</mo>", '<mspace width="0.17em"/>'

_TOKEN = re.compile(r"\\(?:operatorname|mathbf|mathrm|text)\{(?:\\.|[^}])*\}|\\[A-Za-z]+|\\.|\d+|\s+|.")
_SIGNS = {
    r"\otimes": "⊗", r"\times": "×", r"\odot": "⊙", r"\lVert": "‖", r"\rVert": "‖", r"\lfloor": "⌊", r"\rfloor": "⌋",
    r"\lceil": "⌈", r"\rceil": "⌉", r"\langle": "⟨", r"\rangle": "⟩", r"\lvert": "|", r"\rvert": "|", r"\bmod": "mod",
    r"\top": "⊤", r"\infty": "∞", r"\cdot": "·", r"\circ": "∘", r"\partial": "∂", r"\nabla": "∇", "-": "−", r"\{": "{",
    r"\}": "}",
}  # fmt: skip
_OPENING = ("(", "{", "[", ",", "|", r"\lfloor", r"\lceil", r"\lVert", r"\lvert", r"\langle")
_CLOSING = (")", "}", "]", ",", r"\right")
_BOLD = {"0": "𝟎", "1": "𝟏"}


class Place(NamedTuple):
    """Where an argument stands; one that is `held` by brackets or bars needs none of its own."""

    argument: int
    held: bool


Filled = tuple[str | Place, ...]
_Token = str | int


def row(*pieces: str | Place) -> list[str | Place]:
    """Pieces as one element."""
    return ["<mrow>", *pieces, "</mrow>"]


def letter(text: str) -> str:
    """A name, a word upright."""
    return f"<mi>{escape(text)}</mi>"


def sign(text: str) -> str:
    """An operator or a bracket."""
    return f"<mo>{escape(text)}</mo>"


@cache
def mathml_form(form: Template) -> Filled:
    """A form of a book with the places of its arguments."""
    tokens: list[_Token] = []
    for piece in form:
        tokens += [piece] if isinstance(piece, int) else _TOKEN.findall(piece)
    reader = _Reader(tokens)
    pieces = reader.row()
    if reader.tokens[reader.at] != "":
        raise SymdiffError(f"the form {form!r} is not closed")
    return tuple(pieces)


@cache
def _letters() -> dict[str, str]:
    return {row.latex: row.character for row in symbol_table() if row.latex.startswith("\\")}


class _Reader:
    """Reads tokens; blanks stand for products where they are between factors."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens: list[_Token] = [*tokens, ""]
        self.at = 0

    def next(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def row(self, *until: str) -> list[str | Place]:
        """What stands before a token of `until`, or before the end."""
        pieces: list[str | Place] = []
        headed = False  # whether a function's name stands last
        while (token := self.tokens[self.at]) not in ("", *until):
            blank = isinstance(token, str) and token.isspace()
            if blank:
                self.next()
                token = self.tokens[self.at]
                if token in ("", *until):
                    break
            if pieces and headed:
                pieces.append(APPLIED if token in ("(", "[", r"\left") else THIN)
            elif pieces and blank and not _is_sign(pieces[-1]) and not _is_infix(token):
                pieces.append(TIMES)
            headed = _is_head(token)
            pieces += self.scripted()
        return pieces

    def scripted(self) -> list[str | Place]:
        """An atom with what is above and below it."""
        base = self.atom()
        scripts: dict[str, list[str | Place]] = {}
        while self.tokens[self.at] in ("_", "^"):
            which = str(self.next())
            scripts[which] = row(*self.atom())
        if not scripts:
            return base
        tag = "msubsup" if len(scripts) == 2 else "msub" if "_" in scripts else "msup"
        return [f"<{tag}>", *row(*base), *scripts.get("_", ()), *scripts.get("^", ()), f"</{tag}>"]

    def atom(self) -> list[str | Place]:
        token = self.next()
        if isinstance(token, int):
            before, after = (next(self._beside(step), "") for step in (-1, 1))
            return [Place(token, before in _OPENING and after in _CLOSING)]
        if token == "{":
            return self.closed("}")
        if token in ("(", "["):
            inner = self.closed(")" if token == "(" else "]")
            return row(sign(token), *inner, sign(")" if token == "(" else "]"))
        if token == r"\left":
            opening = _signed(self.next())
            inner = self.closed(r"\right")
            return row(sign(opening), *inner, sign(_signed(self.next())))
        if token == r"\sqrt":
            return self.root()
        if token == r"\overline":
            return ['<mover accent="true">', *row(*self.atom()), "<mo>‾</mo>", "</mover>"]
        if token == r"\binom":
            above, below = row(*self.atom()), row(*self.atom())
            return row("<mo>(</mo>", '<mfrac linethickness="0">', *above, *below, "</mfrac>", "<mo>)</mo>")
        return [_leaf(token)]

    def root(self) -> list[str | Place]:
        if self.tokens[self.at] != "[":
            return ["<msqrt>", *self.atom(), "</msqrt>"]
        self.next()
        degree = self.closed("]")
        return ["<mroot>", *row(*self.atom()), *row(*degree), "</mroot>"]

    def closed(self, until: str) -> list[str | Place]:
        inner = self.row(until)
        if self.next() != until:
            raise SymdiffError(f"a form of a book lacks its {until!r}")
        return inner

    def _beside(self, step: int) -> Iterator[_Token]:
        """The tokens before or behind the one that was read last, without blanks."""
        k = self.at - 1 + step
        while 0 <= k < len(self.tokens):
            token = self.tokens[k]
            if not (isinstance(token, str) and token.isspace()):
                yield token
            k += step


def _leaf(token: str) -> str:
    if token.startswith((r"\operatorname{", r"\mathrm{", r"\text{")):
        word = token[token.index("{") + 1 : -1]
        return letter(word.replace(r"\_", "_").replace(r"\,", " "))
    if token.startswith(r"\mathbf{"):
        return f"<mn>{_BOLD.get(token[8:-1], token[8:-1])}</mn>"
    if token == r"\,":
        return THIN
    if token.isdigit():
        return f"<mn>{token}</mn>"
    if token in _letters():
        return letter(_letters()[token])
    if token in (r"\top", r"\infty"):
        return letter(_SIGNS[token])
    if token in _SIGNS or not token.strip("\\").isalpha():
        return sign(_signed(token))
    return letter(token.strip("\\"))


def _signed(token: _Token) -> str:
    return _SIGNS.get(str(token), str(token).strip("\\"))


def _is_head(token: _Token) -> bool:
    """Whether a token is the name of a function: `\\sin`, `\\operatorname{tr}`, no letter and no sign."""
    if not isinstance(token, str) or token in _SIGNS or token in (r"\left", r"\sqrt", r"\overline", r"\binom", r"\,"):
        return False
    return token.startswith("\\") and len(token) > 2 and not token.startswith((r"\mathbf", r"\text"))


def _is_infix(token: _Token) -> bool:
    return token in _SIGNS and token not in (r"\top", r"\infty")


def _is_sign(piece: str | Place) -> bool:
    return isinstance(piece, str) and piece.startswith("<mo>")
