"""What is asked of a plot: formulas of one or two variables, points, ranges; read from texts, numbers, expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from symdiff.algebra import index, substitute, symbols_of
from symdiff.dims import show_shape
from symdiff.errors import NotSupported, ParseError, SymdiffError
from symdiff.expr import Expr, Named, postorder
from symdiff.expressions import scalar
from symdiff.inputs import Declarations, Problem
from symdiff.points import Values, closed, exact_values, number_of, problem_at, titled
from symdiff.syntax.names import NAME, canonical

_LETTERS = "fghuvwpq"
_VARIABLES = "xyztsuvθ"
Range = tuple[float, float]


class Formula(NamedTuple):
    """A function that is plotted; `name` is what it is called, `own` whether a user called it so."""

    name: str
    e: Expr
    own: bool


class Scene(NamedTuple):
    """Formulas of the variables, values of the other names that are arrays, and the ranges that are asked for."""

    formulas: tuple[Formula, ...]
    variables: tuple[Expr, ...]
    given: Mapping[str, Any]
    ranges: Mapping[str, Range]
    heights: Range | None
    problem: Problem

    @property
    def plane(self) -> bool:
        """Whether it is one of two variables, or of a vector of two entries."""
        return len(self.variables) == 2 or bool(self.variables[0].shape)


def scene_of(
    fs: Sequence[Any],
    where: Values,
    ranges: Any,
    declarations: Declarations,
    keywords: Mapping[str, Any],
    read: Callable[..., Problem],
) -> Scene:
    """What is to be seen. Raises SymdiffError for what is no number, or of more than two variables."""
    if not fs:
        raise SymdiffError("there is nothing to plot", hint='give a formula: "3x^2 - 4x"')
    titles = [titled(f) if isinstance(f, str) else (None, f) for f in fs]
    exact = exact_values(where)
    known = {name: number_of(e) for name, e in exact.items()}
    problem = problem_at([body for _, body in titles], known, (), declarations, keywords, read)
    exprs = [e.node if isinstance(e, Named) else e for e in problem.exprs]
    symbols = {s.attr.name: s for s in symbols_of(*exprs)}
    fixed = {symbols[name]: e for name, e in exact.items() if name in symbols}
    exprs = [substitute(e, {x: value for x, value in fixed.items() if not x.shape}) for e in exprs]
    given = {x.attr.name: known[x.attr.name] for x in fixed if x.shape}
    spans = dict(_ranges(ranges))
    variables = _variables(exprs, given, spans)
    formulas = _named(exprs, [name for name, _ in titles], variables, problem)
    names = [x.attr.name for x in variables]
    heights = [spans.pop(name) for name in ("y", *(f.name for f in formulas)) if name in spans and name not in names]
    wrong = [name for name in spans if name not in names and (name or len(names) > 1)]
    if wrong:
        said = f"`{wrong[0]}` has a range and is" if wrong[0] else "a range without a name is for"
        raise SymdiffError(f"{said} no variable of this plot", hint=f"its variables are {', '.join(names)}")
    return Scene(formulas, variables, given, spans, heights[0] if heights else None, problem)


def _variables(exprs: Sequence[Expr], given: Mapping[str, Any], spans: Mapping[str, Range]) -> tuple[Expr, ...]:
    """The variables of a plot, in the order of their names."""
    for node in postorder(*exprs):
        if node.op == "derivative":
            raise NotSupported(f"{node.attr[0].name} is only a name: it has no values to plot")
    for e in exprs:
        if e.shape or e.op == "compare":
            what = "a statement" if e.op == "compare" else f"a {show_shape(e.shape)}"
            hint = "plot an entry, `f[0]`, or a number made of it: `sum(…)`, `norm2(…)`"
            raise SymdiffError(f"`{str(e)[:40]}` is {what}, and what is plotted is a number", hint=hint)
    free = sorted((s for s in symbols_of(*exprs) if s.attr.name not in given), key=lambda s: s.attr.name)
    if not free:
        return (scalar(next(iter(spans), "") or "x"),)
    if all(not x.shape for x in free) and len(free) <= 2:
        return tuple(free)
    if len(free) == 1 and free[0].shape == (2,):
        return tuple(free)
    free.sort(key=lambda x: (bool(x.shape), x.attr.name[0] not in _VARIABLES))
    told = ", ".join(f"{x.attr.name}: {show_shape(x.shape)}" if x.shape else x.attr.name for x in free)
    if len(free) == 1 and free[0].rank == 1:
        name = free[0].attr.name
        raise SymdiffError(f"{told} is no variable of a plot", hint=f"a vector of two entries is: `{name}: vector(2)`")
    others = "; ".join(f"{x.attr.name} = …" for x in free[1:])
    hint = f'give values: where="{others}"'
    raise SymdiffError(f"a plot is of one or two variables, and this is of {told}", hint=hint)


def _named(
    exprs: Sequence[Expr], names: Sequence[str | None], variables: Sequence[Expr], problem: Problem
) -> tuple[Formula, ...]:
    taken = {s.attr.name for e in problem.exprs for s in symbols_of(e)} | {name for name in names if name}
    letters = iter([letter for letter in _LETTERS if letter not in taken])
    return tuple(
        Formula(name or next(letters, f"f_{k}"), e, name is not None)
        for k, (e, name) in enumerate(zip(exprs, names, strict=True))
    )


def _ranges(given: Any) -> list[tuple[str, Range]]:
    """Ranges by name; one without a name is that of the one variable."""
    if given is None:
        return []
    if isinstance(given, str):
        return [_range(piece) for piece in pieces(given)]
    if isinstance(given, Mapping):
        return [(x.attr.name if isinstance(x, Expr) else canonical(str(x)), _pair(span)) for x, span in given.items()]
    return [("", _pair(given))]


def _pair(given: Any) -> Range:
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        raise SymdiffError("a range is two numbers, or a text", hint='write range=(-2, 3), or "x = -2..3"')
    return _bounds(*given)


def _range(text: str) -> tuple[str, Range]:
    found = re.fullmatch(rf"\s*(?:({NAME})\s*(?:=|∈|\bin\b)\s*)?(.+?)\s*\.\.\s*(.+?)\s*", text)
    if found is None:
        raise ParseError("a range is `name = from..to`", text=text, span=(0, len(text)), hint='write "x = -2..3"')
    return canonical(found[1]) if found[1] else "", _bounds(found[2], found[3])


def _bounds(low: Any, high: Any) -> Range:
    from math import isfinite

    first, last = real(closed(low)), real(closed(high))
    if not (isfinite(first) and isfinite(last) and first < last):
        raise SymdiffError(f"a range goes from a number to a larger one, not from {first:g} to {last:g}")
    return first, last


def real(e: Expr) -> float:
    """The real number that a closed expression is."""
    value = complex(number_of(e))
    if value.imag:
        raise SymdiffError(f"{str(e)[:40]} is no real number")
    return value.real


def pieces(text: str) -> list[str]:
    """The pieces of a text between commas and semicolons outside brackets."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(text + ","):
        depth += (char in "([{") - (char in ")]}")
        if char in ",;" and depth <= 0:
            found.append(text[start:place])
            start = place + 1
    return [piece for piece in found if piece.strip()]


def numbers_in(given: Any, scene: Scene) -> list[Expr]:
    """The numbers of a point, or of several on a line, exact as given: `1`, `0, pi/2`, `x = 1, y = 2`, arrays."""
    if isinstance(given, Mapping):
        given = [given[key] for key in sorted(given, key=str)]
    if isinstance(given, str):
        inner = re.fullmatch(r"\s*[(\[](.*)[)\]]\s*", given)
        split = pieces(inner[1] if inner and "," in inner[1] else given)
        named = [re.match(rf"\s*({NAME})\s*=(?!=)\s*", piece) for piece in split]
        if any(named):
            split = _by_names(split, named, scene)
        given = split
    elif not isinstance(given, (list, tuple)):
        given = list(given) if getattr(given, "ndim", 0) == 1 else [given]
    found = [e for one in given for e in _entries(closed(one))]
    if any((isinstance(e.attr, float) and not isfinite(e.attr)) or e.attr == "oo" for e in postorder(*found)):
        raise SymdiffError("a point of a plot is finite", hint='`range="x = 0..100"` says how far it goes')
    return found


def _by_names(split: Sequence[str], named: Sequence[re.Match[str] | None], scene: Scene) -> list[str]:
    values = {}
    for piece, match in zip(split, named, strict=True):
        if match is None:
            raise ParseError(f"`{piece.strip()}` has no name, as the others have", text=piece)
        values[canonical(match[1])] = piece[match.end() :]
    names = [x.attr.name for x in scene.variables]
    if set(values) != set(names):
        hint = f'"{", ".join(f"{name} = 1" for name in names)}"; a name that stays the same has its value by `where`'
        raise SymdiffError(f"a point gives {', '.join(names)}, not {', '.join(values)}", hint=hint)
    return [values[name] for name in names]


def _entries(e: Expr) -> list[Expr]:
    if not e.shape:
        return [e]
    if e.rank != 1 or not isinstance(e.shape[0], int):
        raise SymdiffError(f"a point is made of numbers, not of a {show_shape(e.shape)}")
    return [index(e, (k,)) for k in range(e.shape[0])]
