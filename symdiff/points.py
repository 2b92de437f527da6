"""Values for names, as a user gives them to pictures: arrays by name, or text, `x = [0, 1, 2, 3]; n = 3`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from symdiff.algebra import array, is_closed, symbols_of
from symdiff.dims import show_shape
from symdiff.errors import ParseError, SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import Declarations, Problem, read_problem
from symdiff.syntax.declarations import next_statement
from symdiff.syntax.names import NAME, canonical

Values = str | Mapping[Any, Any] | None


def values_of(given: Values) -> dict[str, Any]:
    """Values by name, numbers or arrays of them. Raises SymdiffError for a text that gives none."""
    if given is None:
        return {}
    if isinstance(given, str):
        return {name: number_of(e) for name, e in _read(given)}
    if not isinstance(given, Mapping):
        raise SymdiffError(f"values are a mapping or a text such as `x = 1`, not {type(given).__name__}")
    named = {key.attr.name if isinstance(key, Expr) else canonical(str(key)): value for key, value in given.items()}
    for name, value in named.items():
        if not isinstance(value, (str, Expr)) and not _is_numeric(value):
            raise SymdiffError(f"the value of {name} is a number or an array of them, not {type(value).__name__}")
    return {n: number_of(closed(v)) if isinstance(v, (str, Expr)) else v for n, v in named.items()}


def _is_numeric(value: Any) -> bool:
    import numpy as np

    try:
        return np.asarray(value).dtype.kind in "biufc"
    except ValueError:  # rows of different lengths
        return False


def exact_values(given: Values) -> dict[str, Expr]:
    """Values by name as expressions, exact as they are given."""
    if isinstance(given, str):
        return dict(_read(given))
    values_of(given)  # or it says what is wrong
    return {
        key.attr.name if isinstance(key, Expr) else canonical(str(key)): closed(v) for key, v in (given or {}).items()
    }


def _read(text: str) -> Iterable[tuple[str, Expr]]:
    for start, stop in statements(text):
        found = re.match(rf"\s*({NAME})\s*:?=(?!=)", text[start:stop])
        if found is None:
            said = "a value is given as `name = number or array`"
            raise ParseError(said, text=text, span=(start, stop), hint='write "x = [0, 1, 2, 3]; t = 1/2"')
        yield canonical(found[1]), closed(text[start + found.end() : stop])


def statements(text: str) -> list[tuple[int, int]]:
    """Where the statements of a text stand that are not empty."""
    spans, start = [], 0
    while start < len(text):
        span, start = next_statement(text, start)
        if text[slice(*span)].strip():
            spans.append(span)
    return spans


def closed(given: Any) -> Expr:
    """A value as an expression, exact as it is given: a number, an array, a text. SymdiffError for one with names."""
    (e,) = read_problem([array(given) if isinstance(given, (list, tuple)) else given]).exprs
    if not is_closed(e):
        names = ", ".join(symbol.attr.name for symbol in symbols_of(e)) or str(given).strip()
        text = given if isinstance(given, str) else None
        raise ParseError(f"a value is made of numbers, and `{names[:40]}` has none", text=text)
    return e


def number_of(e: Expr) -> Any:
    """The number, or the array of them, that a closed expression is."""
    from symdiff.evaluation import evaluate

    return evaluate(e, {})


def problem_at(
    fs: Sequence[Any],
    values: Mapping[str, Any],
    wrt: Iterable[Any] = (),
    declarations: Declarations = None,
    keywords: Mapping[str, Any] | None = None,
    read: Callable[..., Problem] = read_problem,
) -> Problem:
    """What is given as expressions; names that nothing declares have the shapes of their values where they differ."""
    import numpy as np

    keywords, wrt = keywords or {}, list(wrt)
    shapes = {name: np.shape(value) for name, value in values.items()}
    fitting: dict[str, str] = {}
    try:
        given = read_problem(fs, wrt, declarations, keywords)
    except SymdiffError:
        within = {canonical(name) for f in fs if isinstance(f, str) for name in re.findall(NAME, f)}
        if not within & shapes.keys():
            raise
        fitting = {name: show_shape(shape) for name, shape in shapes.items() if shape and name in within}
    else:
        inferred = frozenset[str]().union(*given.inferred)
        ranks = {s.attr.name: s.rank for s in symbols_of(*given.exprs) if s.attr.name in inferred}
        fitting = {n: show_shape(shapes[n]) for n in ranks if n in shapes and len(shapes[n]) != ranks[n]}
    return read(fs, wrt, declarations, {**keywords, **fitting})


def titled(text: str) -> tuple[str | None, str]:
    """The name that a text gives its last statement, `y = …` or `f(x) := …`, and the text without it."""
    *_, (start, stop) = statements(text) or [(0, len(text))]
    found = re.match(rf"\s*({NAME})\s*(\([^()]*\))?\s*:?=(?!=)", text[start:stop])
    if found is None:
        return None, text
    return canonical(found[1]), text[:start] + text[start + found.end() :]
