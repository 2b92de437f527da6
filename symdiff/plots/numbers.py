"""Expressions as functions of many points at once: nan where there is no real value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.compiled import compile
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr

Array = Any
Function = Callable[[Array], Array]


def function_of(e: Expr, variables: Sequence[Expr], given: Mapping[str, Array]) -> Function:
    """e at points, one a row with the numbers of all variables in turn, where other names have `given` values.

    The values are stacked along the first axis.
    """
    names = [x.attr.name for x in variables]
    several = bool(given) or any(x.shape for x in variables)
    run = compile(e, [*variables, *given], batch=names if several else False)
    positive = [k for k, x in enumerate(variables) if "positive" in x.attr.properties]

    def columns(points: Array) -> list[Array]:
        return [points] if variables[0].shape else list(points.T)

    def at(points: Array) -> Array:
        return _real(run(*columns(points), **given), len(points))

    def one_by_one(points: Array) -> Array:
        values = []
        for point in points:
            try:
                values.append(at(point[None]))
            except SymdiffError:
                values.append(None)
        shape = next((value.shape for value in values if value is not None), (1,))
        return np.concatenate([np.full(shape, np.nan) if value is None else value for value in values])

    def function(points: Array) -> Array:
        points = np.asarray(points, dtype=float)
        inside = np.all(points[:, positive] > 0, axis=1)
        if not inside.any():
            return np.full(len(points), np.nan)
        with np.errstate(all="ignore"):
            try:
                values = at(points[inside])
            except NotSupported:
                raise
            except SymdiffError:  # no value at some of them
                values = one_by_one(points[inside])
        result = np.full((len(points), *values.shape[1:]), np.nan)
        result[inside] = values
        return result

    return function


def _real(value: Array, count: int) -> Array:
    """Values as real numbers, nan where they are complex; what does not depend on the point at every one."""
    array = np.asarray(value)
    if array.ndim == 0 or len(array) != count:
        array = np.broadcast_to(array, (count, *array.shape))
    if np.iscomplexobj(array):
        array = np.where(np.abs(array.imag) <= 1e-12 * np.abs(array.real), array.real, np.nan)
    return array.astype(float)


def along(f: Function) -> Function:
    """A function of one variable over plain numbers."""
    return lambda x: f(np.asarray(x, dtype=float)[:, None])


def quotient(f: Function, h: float) -> Function:
    """The difference quotient (f(x + h) − f(x − h))/2h."""
    return lambda x: (f(x + h) - f(x - h)) / (2 * h)
