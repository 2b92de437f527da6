"""Commands that draw: plots of formulas, and the graph of an expression with its backward pass."""

from __future__ import annotations

import os
import re
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

from symdiff.answer import Answer, noted
from symdiff.expr import Expr
from symdiff.syntax.declarations import next_statement

if TYPE_CHECKING:
    from symdiff.calculator.session import Session
    from symdiff.calculator.table import Given

_OPTION = re.compile(r"(?<!\S)(?:--(\w+)|-o)(?:[ =]+|\Z)")
_OF_PLOTS = ("at", "range", "derivatives", "descent", "rate", "where", "numeric", "output")
_OF_GRAPHS = ("at", "wrt", "output")


def plot(session: Session, given: Given) -> Answer:
    """Draw curves with tangents, or contours, to a file; options are those of `symdiff plot`."""
    formulas, options = _options(given, _OF_PLOTS)
    exprs, notes = _read(session, formulas)
    from symdiff.plots.api import plot

    path = options.pop("output", None) or _free("plot", ".png")
    ways: dict[str, Any] = {**options, "numeric": "numeric" in options}
    for name, kind in (("derivatives", int), ("rate", float)):
        ways |= {name: _number(given, name, kind, options[name])} if name in options else {}
    plot(exprs, **ways).save(path)
    return Answer(notes=[*notes, f"note: {path} is written"])


def graph(session: Session, given: Given) -> Answer:
    """The steps of an expression, its values and adjoints as a table, or drawn in a file."""
    formula, options = _options(given, _OF_GRAPHS)
    (e, *more), notes = _read(session, formula)
    if more:
        raise given.error("a graph is of one expression")
    from symdiff.graphs import graph_of
    from symdiff.points import values_of

    values = values_of(options["at"]) if "at" in options else None
    names = [name.strip() for name in options.get("wrt", "").split(",") if name.strip()]
    wrt = [x for x in e.symbols if x.name in names]
    if len(wrt) < len(names):
        raise given.error(f"`{next(name for name in names if name not in {x.name for x in wrt})}` does not occur")
    made = graph_of(e, values, wrt or None)
    if "output" not in options:
        return Answer(made.table("text" if session.request.ascii else "unicode").splitlines(), notes)
    made.save(options["output"])
    return Answer(notes=[*notes, f"note: {options['output']} is written"])


def _options(given: Given, known: tuple[str, ...]) -> tuple[Given, dict[str, str]]:
    """What stands before the first option, and the options by name; values need no quotes."""
    found = list(_OPTION.finditer(given.line, given.start))
    options = {}
    for option, behind in pairwise([*found, None]):
        end = behind.start() if behind is not None else len(given.line)
        assert option is not None
        name = option[1] or "output"
        if name not in known:
            raise given.error(f"there is no option `--{name[:40]}`", f"the options are --{', --'.join(known)}")
        options[name] = given.line[option.end() : end].strip().strip("\"'")
    return given._replace(line=given.line[: found[0].start()] if found else given.line), options


def _read(session: Session, given: Given) -> tuple[list[Expr], list[str]]:
    """The expressions between semicolons, or the last result, and what was assumed of their names."""
    given = given if given.text else given._replace(line=f"{given.line[: given.start].rstrip()} ans")
    exprs: list[Expr] = []
    notes: list[str] = []
    start = given.start
    while given.line[start:].strip():
        span, end = next_statement(given.line, start)
        line = given.line[: span[1]].rstrip()
        function = session.scope.definitions.get(line[start:].strip())
        if function is not None and function.parameters:  # its name alone
            line += f"({', '.join(parameter.name for parameter in function.parameters)})"
        reading, asked = session.expression(given._replace(line=line, start=start))
        exprs += asked.problem.exprs
        notes += noted(asked.problem.assumptions, asked.problem.notices)
        session.keep(reading)
        start = end
    return exprs, notes


def _number(given: Given, name: str, kind: type, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise given.error(f"`--{name} {text[:20]}` is no number") from None


def _free(name: str, end: str) -> str:
    """The first name of a file that there is not."""
    return next(f"{name}{k or ''}{end}" for k in count() if not os.path.exists(f"{name}{k or ''}{end}"))
