"""From a text to its tree: the lexer and the parser that run the tables of the grammar.

The lexer cuts the text into tokens, the filter gives them the types that the grammar knows, and the parser calls a
method of the builder where a rule ends, children first, so that nothing recurses however deep the text nests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import cache
from typing import Any, NamedTuple

from symdiff.book.library import library
from symdiff.bounds import limits
from symdiff.errors import ParseError, SymdiffError
from symdiff.syntax.builder import TreeBuilder
from symdiff.syntax.reading import Reading, current
from symdiff.syntax.tables import tables
from symdiff.syntax.token import Token
from symdiff.syntax.tokens import filtered
from symdiff.syntax.tree import Tree

_NOTHING: Mapping[str, Any] = {}
Build = Callable[[list[Any]], Any]


def parse_tree(text: str, names: Mapping[str, Any] = _NOTHING, functions: Container[str] | None = None) -> Tree:
    """The tree alone of what `read` reads."""
    return read(text, names, functions)[0]


def read(
    text: str, names: Mapping[str, Any] = _NOTHING, functions: Container[str] | None = None
) -> tuple[Tree, list[str]]:
    """The tree of one expression, equation or definition, and notes on how it was read (`AX is read as A*X`).

    `names` maps the declared names to their kinds: `"function"` for a declared or defined function,
    `"definition"` for a name defined by `:=`, anything else for a plain name. `functions` are the names of
    known functions, those of the books where none are given. Raises ParseError, UnknownNameError or
    LimitError with the place.
    """
    limits.require("characters", len(text), f"a text of {len(text):,} characters")
    if functions is None:
        functions = library().names()
    reading = Reading(text, names, functions)
    token = current.set(reading)
    try:
        tree = _tree(parser(), reading)
    except SymdiffError as error:
        raise error.at(text, error.span) from None
    finally:
        current.reset(token)
    return tree, reading.notes


class Parser(NamedTuple):
    """The tables, ready to run: a rule is its symbol, how many values it takes, and what makes one of them."""

    terminals: list[tuple[str, str]]
    ascii: list[tuple[str, str]]
    ignored: frozenset[str]
    end: int
    states: list[dict[str, int]]
    rules: list[tuple[str, int, Build]]


@cache
def parser() -> Parser:
    """The parser of the grammar; all threads share it."""
    made, builder = tables(), TreeBuilder()
    rules = [
        (symbol, count, _build(count, kept, None if method is None else getattr(builder, method), single))
        for symbol, count, method, single, kept in made.rules
    ]
    return Parser(made.terminals, made.ascii, frozenset(made.ignored), made.end, made.states, rules)


def _build(count: int, kept: list[tuple[int, bool]], method: Build | None, single: bool) -> Build:
    """What makes one value of those of a rule: of those it keeps, with lists opened, by the method if it has one."""
    if single:
        ((place, _),) = kept
        return lambda values: values[place]
    whole = len(kept) == count and not any(opened for _, opened in kept)
    if whole:
        return method or list

    def build(values: list[Any]) -> Any:
        (first, opened), *others = kept
        found = values[first] if opened else [values[first]]  # a list goes on growing: it stands nowhere else
        for place, opened in others:
            if opened:
                found.extend(values[place])
            else:
                found.append(values[place])
        return method(found) if method else found

    return build


def _tree(parser: Parser, reading: Reading) -> Tree:
    """The tree of a text. Raises ParseError for what the grammar refuses although the filter let it pass."""
    states: list[int] = [0]
    values: list[Any] = []
    for token in [*filtered(tokens_of(reading.text), reading), None]:
        kind = "$END" if token is None else token.type
        while True:
            action = parser.states[states[-1]].get(kind)
            if action is None:
                raise _unexpected(token, reading)
            if action >= 0:
                states.append(action)
                values.append(token)
                break
            symbol, count, build = parser.rules[-1 - action]
            taken = values[len(values) - count :]
            del states[len(states) - count :], values[len(values) - count :]
            values.append(build(taken))
            states.append(parser.states[states[-1]][symbol])
            if states[-1] == parser.end:
                break
    (tree,) = values
    assert isinstance(tree, Tree)
    return tree


@cache
def _lexer(ascii: bool) -> re.Pattern[str]:
    """The terminals as one pattern, for texts of ASCII alone or for all."""
    terminals = parser().ascii if ascii else parser().terminals
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in terminals))


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text; every character belongs to one, or is blank or a comment."""
    ignored = parser().ignored
    return [
        Token(kind, part[0], *part.span())
        for part in _lexer(text.isascii()).finditer(text)
        if (kind := part.lastgroup or "") not in ignored
    ]


def _unexpected(token: Token | None, reading: Reading) -> ParseError:
    if token is not None:
        span = (token.start_pos, token.end_pos)
        return reading.error(f"`{reading.source(span, 24)}` does not fit here", span)
    end = len(reading.text.rstrip())
    return reading.error("the text ends too early", (max(0, end - 1), end))
