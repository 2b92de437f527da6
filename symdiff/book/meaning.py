"""What the text of a field means once its names stand for expressions: read by the one parser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from symdiff.algebra import Condition, array, condition, is_zero, sub, unspread
from symdiff.algebra.conditions import PREDICATES
from symdiff.book.entry import split
from symdiff.book.reader import Passage
from symdiff.dims import Dim
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

_ALONG_AXES = frozenset({"unique_max", "unique_min"})  # along the axes of a function that has the keyword
_PREDICATE = re.compile(r"(\w+)\s*\((.*)\)\Z", re.DOTALL)


class Meanings(NamedTuple):
    """What names stand for in a field: expressions, sizes, and data given to keywords (`axis`)."""

    values: Mapping[str, Expr]
    sizes: Mapping[str, Dim] = {}
    keywords: Mapping[str, Any] = {}


def read_expression(passage: Passage, meanings: Meanings) -> Expr:
    """The expression a text means; errors name the book and the line."""
    # not at the top: the parser asks the books which names are functions, the books ask the parser to read
    from symdiff.book.library import library
    from symdiff.syntax.elaborate import elaborate
    from symdiff.syntax.parser import parse_tree
    from symdiff.syntax.scope import Scope

    scope = Scope(dict(meanings.values), dict(meanings.sizes), dict(meanings.keywords))
    names = dict.fromkeys([*scope.symbols, *scope.sizes], "symbol")
    try:
        tree = parse_tree(passage.text, names, library().names())
        return elaborate(tree, scope, passage.text).expr
    except SymdiffError as error:
        if error.text is not None and error.text != passage.text:
            raise  # it lies in another field, and says so
        raise passage.source.placed(error, passage.start, len(passage.text)) from error


def read_condition(passage: Passage, meanings: Meanings) -> tuple[Condition, ...]:
    """The conditions of a text, separated by commas: comparisons, and predicates of the closed list."""
    return tuple(_one_condition(part, meanings) for part in split(passage))


def _one_condition(passage: Passage, meanings: Meanings) -> Condition:
    """A condition, which may be asked only `where` another one holds."""
    if found := re.search(r"\swhere\s", passage.text):
        given = _one_condition(passage.part(found.end(), len(passage.text)), meanings)
        return _one_condition(passage.part(0, found.start()), meanings)._replace(given=(given,))
    return _plain_condition(passage, meanings)


def _plain_condition(passage: Passage, meanings: Meanings) -> Condition:
    found = _PREDICATE.match(passage.text)
    if found and found[1] in PREDICATES:
        parts = split(passage.part(found.start(2), found.end(2)))
        if len(parts) != PREDICATES[found[1]]:
            raise passage.error(f"{found[1]} takes {PREDICATES[found[1]]} arguments")
        name, args = found[1], [read_expression(part, meanings) for part in parts]
        axes = meanings.keywords.get("axis")
        if name in _ALONG_AXES and axes is not None:
            return condition(f"{name}_along", *args, array(axes))
        return condition(name, *args)
    e = read_expression(passage, meanings)
    if e.op != "compare" or e.attr not in _COMPARED:
        raise passage.error(f"a condition is a comparison, or one of {', '.join(PREDICATES)}")
    return compared(e.attr, *e.args)


def compared(operator: str, a: Expr, b: Expr) -> Condition:
    """a > 0 as `positive(a)` and so on; a comparison with anything else as it is."""
    if operator in (">", ">=") and not is_zero(b):
        operator, a, b = operator.replace(">", "<"), b, a
    predicate = _COMPARED[operator]
    if is_zero(b) and operator in _AGAINST_ZERO:
        return condition(_AGAINST_ZERO[operator], a)
    if is_zero(b) and operator in ("<", "<="):
        return condition({"<": "positive", "<=": "nonnegative"}[operator], sub(b, a))
    sides = [side if (scalar := unspread(side)) is None else scalar for side in (a, b)]
    return condition(predicate, *sides)


_AGAINST_ZERO = {">": "positive", ">=": "nonnegative", "!=": "nonzero"}
_COMPARED = {"<": "less", "<=": "less_equal", "!=": "apart", ">": "less", ">=": "less_equal"}
