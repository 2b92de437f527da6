"""From a text to its tree: Lark's parser for `grammar/symdiff.lark`, cached between processes."""

from __future__ import annotations

import sys
from collections.abc import Container, Mapping
from functools import cache
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedInput, UnexpectedToken

from symdiff.book.library import library
from symdiff.bounds import limits
from symdiff.errors import ParseError, SymdiffError
from symdiff.resources import read_data, user_folder
from symdiff.syntax.builder import TreeBuilder
from symdiff.syntax.reading import Reading, current
from symdiff.syntax.tokens import TokenFilter
from symdiff.syntax.tree import Tree

_NOTHING: Mapping[str, Any] = {}


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
        tree: object = parser().parse(text)
    except SymdiffError as error:
        raise error.at(text, error.span) from None
    except UnexpectedInput as error:
        raise _unexpected(error, reading) from None
    finally:
        current.reset(token)
    assert isinstance(tree, Tree)
    return tree, reading.notes


@cache
def parser() -> Lark:
    """The parser; its tables come from the cache where an earlier process left them."""
    path = _cache_path()
    grammar = read_data("symdiff.lark")
    callbacks = TreeBuilder()
    return Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        postlex=TokenFilter(),
        transformer=callbacks,
        cache=path or False,
    )


def _cache_path() -> str | None:
    """A file in the user's cache folder, or None where there is no such folder to write.

    Lark names what it finds there by a hash of grammar, options and versions, and builds anew if it does
    not fit.
    """
    folder = user_folder("cache")
    return None if folder is None else str(folder / f"parser-{sys.version_info[0]}.{sys.version_info[1]}")


def _unexpected(error: UnexpectedInput, reading: Reading) -> ParseError:
    """What the grammar refuses although the filter let it pass."""
    if isinstance(error, UnexpectedToken) and isinstance(error.token, Token) and error.token.type != "$END":
        span = (error.token.start_pos or 0, error.token.end_pos or 0)
        return reading.error(f"`{reading.source(span, 24)}` does not fit here", span)
    end = len(reading.text.rstrip())
    return reading.error("the text ends too early", (max(0, end - 1), end))
