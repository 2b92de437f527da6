"""Derivatives by lists of variables: one result for each, of scalars also as one vector or matrix.

`[x, y]` of scalars is a variable with one axis, and the partials are stacked along it: so a text has one result.
Variables of other shapes give a list, each result with the variables it is by. Every variable of a list moves by
itself, also where one is part of another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

from symdiff.algebra import Condition, index, join, substitute, symbols_of
from symdiff.calculus.conditions import conditions
from symdiff.calculus.derive import diff, differential, grad, hessian, hvp, jacobian, jvp, vjp
from symdiff.calculus.fields import curl, div, laplacian
from symdiff.calculus.possible import possible
from symdiff.dims import show_shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr
from symdiff.syntax.calls import DIRECTIONAL, By, derivative_operators
from symdiff.syntax.value import Derived, Listed


def of_scalars(wrt: Sequence[Expr]) -> bool:
    """Whether a list of variables is one of scalars, whose partials are one vector or matrix."""
    return not any(x.shape for x in wrt)


def diff_each(f: Expr, wrt: Sequence[By], structure: str | None = None) -> Any:
    """The derivative by the variables in turn; a list among them gives a list of the derivatives by each."""
    results: list[Any] = [diff(f, *each, structure=structure) for each in product(*map(_several, wrt))]
    for x in reversed(wrt):
        if not isinstance(x, Expr):
            results = [results[k : k + len(x)] for k in range(0, len(results), len(x))]
    return results[0]


def hessian_of(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> Any:
    """The Hessian by a list of variables: of scalars the matrix, else a list of lists of blocks."""
    blocks = hessian(f, wrt, structure)
    return matrix_of(blocks) if of_scalars(wrt) else blocks


def matrix_of(blocks: Sequence[Sequence[Expr]]) -> Expr:
    """Scalars as a matrix."""
    return join("stack", [join("stack", row, 0) for row in blocks], 0)


def partials(kind: str, f: Expr, results: Sequence[Expr]) -> Expr:
    """The partials by scalars as one array: their axis last, or in a gradient first."""
    return _stacked(results, 0 if kind == "grad" else f.rank)


def _stacked(parts: Sequence[Expr], axis: int) -> Expr:
    """Parts side by side; vectors that are written entry by entry as the columns of a matrix."""
    written = all(part.rank == 1 and part.op in ("join", "constant") for part in parts)
    length = parts[0].shape[0] if axis == 1 and written and any(part.op == "join" for part in parts) else None
    if isinstance(length, int):
        return matrix_of([[index(part, (k,)) for part in parts] for k in range(length)])
    return join("stack", parts, axis)


def with_conditions_inside(own: tuple[Condition, ...], derived: Sequence[Derived]) -> tuple[Condition, ...]:
    """A result's own conditions, and those of derivatives that were worked out inside its text."""
    return possible([*own, *(c for one in derived for c in _conditions_of(one))]) if derived else own


def _conditions_of(one: Derived) -> tuple[Condition, ...]:
    directed = one.kind in DIRECTIONAL
    by = [x for part in (one.by[:1] if directed else one.by) for x in _several(part)]
    order = 2 if one.kind in ("hessian", "laplacian", "hvp") else len(one.by) if one.kind == "diff" else 1
    directions = [v for part in one.by[1:] for v in _several(part)] if directed else []
    found = one.stated
    if found is None:
        found = conditions(one.operand, by or symbols_of(one.operand), order, directions)
    for put in map(dict, one.put):
        found = tuple(c.of(partial(substitute, replacements=put)) for c in found)
    return found


# --- inside a text: one expression, or of mixed shapes each result with its variables


def _several(x: By) -> tuple[Expr, ...]:
    return (x,) if isinstance(x, Expr) else x


def _diff(f: Expr, wrt: Sequence[By], structure: str | None = None) -> Expr | Listed:
    choices = list(product(*map(_several, wrt)))
    results = [diff(f, *each, structure=structure) for each in choices]
    if not all(isinstance(x, Expr) or of_scalars(x) for x in wrt):
        return tuple(zip(choices, results, strict=True))
    for k, x in reversed(list(enumerate(wrt))):
        if not isinstance(x, Expr):
            axis = f.rank + sum(before.rank for before in wrt[:k] if isinstance(before, Expr))
            results = [_stacked(results[i : i + len(x)], axis) for i in range(0, len(results), len(x))]
    return results[0]


def _hessian(f: Expr, wrt: Sequence[By], structure: str | None = None) -> Expr | Listed:
    variables = _several(wrt[0])
    blocks = hessian(f, variables, structure)
    if isinstance(wrt[0], Expr):
        return blocks[0][0]
    if of_scalars(variables):
        return matrix_of(blocks)
    return tuple(((x, y), block) for x, row in zip(variables, blocks, strict=True)
                 for y, block in zip(variables, row, strict=True))  # fmt: skip


def _each(kind: str, f: Expr, x: By, results: Sequence[Expr]) -> Expr | Listed:
    """The results by each variable, as a text has them."""
    if isinstance(x, Expr):
        return results[0]
    if of_scalars(x):
        return partials(kind, f, results)
    return tuple(((variable,), result) for variable, result in zip(x, results, strict=True))


def directions_of(wrt: Sequence[Expr], v: Sequence[Expr]) -> Sequence[Expr]:
    """A direction for each variable; those of scalars may be one vector."""
    if len(v) == len(wrt):
        return v
    if v[0].shape != (len(wrt),) or not of_scalars(wrt):
        raise ShapeError(f"a list of {len(wrt)} variables takes as many directions, not a {show_shape(v[0].shape)}")
    return [index(v[0], (k,)) for k in range(len(wrt))]


_Operator = Callable[..., Expr | Listed]
_OPERATORS: dict[str, _Operator] = {
    "diff": _diff,
    "grad": lambda f, wrt, structure=None: _each("grad", f, wrt[0], grad(f, _several(wrt[0]), structure)),
    "jacobian": lambda f, wrt, structure=None: _each("jacobian", f, wrt[0], jacobian(f, _several(wrt[0]), structure)),
    "hessian": _hessian,
    "laplacian": lambda f, wrt: laplacian(f, _several(wrt[0])),
    "div": lambda f, wrt: div(f, _several(wrt[0])),
    "curl": lambda f, wrt: curl(f, _several(wrt[0])),
    "jvp": lambda f, wrt: jvp(f, _several(wrt[0]), directions_of(*map(_several, wrt))),
    "vjp": lambda f, wrt: _each("grad", f, wrt[0], vjp(f, _several(wrt[0]), wrt[1])),
    "hvp": lambda f, wrt: _each("grad", f, wrt[0], hvp(f, _several(wrt[0]), directions_of(*map(_several, wrt)))),
    "differential": lambda f, wrt: differential(f, *wrt),
}
derivative_operators.update(_OPERATORS)
