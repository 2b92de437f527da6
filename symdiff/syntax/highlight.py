"""What the pieces of a text are, for a reader's eye: by the lexer and the token filter that read it.

A text that is still being typed is mostly no sentence yet: the filter goes as far as it can, the rest is told from its
tokens alone.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from symdiff.errors import SymdiffError
from symdiff.syntax.declarations import next_statement, split_declarations
from symdiff.syntax.filter import LOGIC_WORDS
from symdiff.syntax.names import CONSTANTS, canonical
from symdiff.syntax.parser import tokens_of
from symdiff.syntax.reading import Reading
from symdiff.syntax.token import Token
from symdiff.syntax.tokens import filtered

_FUNCTIONS = frozenset({"FUNC", "POWERED", "DIFFERENTIAL"})
_KINDS = {
    "NUMBER": "number", "SUPER": "number", "STRING": "text", "KEYWORD": "keyword", "MOD": "operator", "NOT": "operator",
    "_AND": "operator", "_OR": "operator", "DERIVATIVE": "operator", "NABLA": "operator", "D_NAME": "name",
    **dict.fromkeys("LPAR RPAR LSQB RSQB LBRACE RBRACE LANGLE RANGLE _COMMA _SEMI".split(), "bracket"),
}  # fmt: skip
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Piece(NamedTuple):
    """A stretch of a text: `number text keyword operator bracket function name unknown kind comment`."""

    start: int
    end: int
    kind: str


def pieces(text: str, names: Mapping[str, str], functions: Container[str]) -> Iterator[Piece]:
    """The pieces of a text in order, what is blank left out.

    `names` are the declared names with what they are, as `read` has them, `functions` those of the books. Names that
    the text itself declares or defines count as declared behind that place.
    """
    names = dict(names)
    done = start = 0
    while start < len(text):
        declared, start = split_declarations(text, start)
        statement, following = next_statement(text, start)
        for span, is_declaration in [*((span, True) for span in declared), (statement, False)]:
            yield from _comments(text, done, span[0])
            done = span[1]
            if text[slice(*span)].strip():
                yield from (
                    _declaration(text, span, names) if is_declaration else _statement(text, span, names, functions)
                )
        start = following
    yield from _comments(text, done, len(text))


def _comments(text: str, start: int, end: int) -> Iterator[Piece]:
    """The comments in what stands between two statements."""
    while 0 <= (start := text.find("#", start, end)):
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield Piece(start, stop, "comment")
        start = stop


def _declaration(text: str, span: tuple[int, int], names: dict[str, str]) -> Iterator[Piece]:
    """`x, y: vector(n)`: names, and behind the sign what they are."""
    behind = False
    for token in _tokens(text, span):
        if token.type == "NAME":
            if not behind:
                names[canonical(token)] = "symbol"
            yield Piece(token.start_pos, token.end_pos, "kind" if behind else "name")
        else:
            behind = behind or token in (":", "∈")
            yield Piece(token.start_pos, token.end_pos, _KINDS.get(token.type, "operator"))


def _statement(text: str, span: tuple[int, int], names: dict[str, str], functions: Container[str]) -> Iterator[Piece]:
    tokens = _tokens(text, span)
    defined, parameters = _head(tokens)
    reading = Reading(text, names | dict.fromkeys(parameters, "symbol") | defined, functions)
    try:
        filtered([*tokens, *_closers(tokens)], reading)
    except SymdiffError:  # what is typed is not yet a sentence
        pass
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        yield Piece(token.start_pos, token.end_pos, _kind(token, following, reading))
    names.update(defined)


def _head(tokens: list[Token]) -> tuple[dict[str, str], list[str]]:
    """What a definition `y := …` or `f(x) = …` defines, and its parameters."""
    kinds = [token.type for token in tokens]
    end = next((k for k, kind in enumerate(kinds) if kind in ("DEFINE", "EQUALS")), 0)
    called = kinds[1:2] == ["LPAR"] and kinds[end - 1] == "RPAR"
    if kinds[:1] != ["NAME"] or not (end == 1 or (end and called)):
        return {}, []
    parameters = [canonical(token) for token in tokens[2:end] if token.type == "NAME"]
    return {canonical(tokens[0]): "function" if called else "definition"}, parameters


def _tokens(text: str, span: tuple[int, int]) -> list[Token]:
    """The tokens of a part of a text, at their places in the whole."""
    start, end = span
    return tokens_of(" " * start + text[start:end])


def _closers(tokens: list[Token]) -> list[Token]:
    """The brackets that would close those that are still open."""
    open = []
    for token in tokens:
        if token in _CLOSING:
            open.append(_CLOSING[token])
        elif open and token == open[-1]:
            open.pop()
    end = tokens[-1].end_pos if tokens else 0
    kinds = {")": "RPAR", "]": "RSQB", "}": "RBRACE"}
    return [Token(kinds[bracket], bracket, end, end) for bracket in reversed(open)]


def _kind(token: Token, following: Token | None, reading: Reading) -> str:
    called = following is not None and following == "("
    if token == "where" and not called and not reading.is_declared("where"):
        return "operator"
    if token.type in _FUNCTIONS:
        return "function"
    if token.type != "NAME":
        return _KINDS.get(token.type, "operator")
    name = canonical(token)
    if reading.is_declared(name):
        return "function" if reading.is_own_function(name) else "name"
    if name in LOGIC_WORDS:
        return "operator"
    if reading.is_own_function(name) or (reading.is_function(name) and called):
        return "function"
    if name in CONSTANTS:
        return "number"
    return "function" if len(name) > 1 and reading.is_function(name) else "unknown"
