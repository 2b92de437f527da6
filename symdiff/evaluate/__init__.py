"""Values of expressions, slowly and obviously: what programs and derivatives are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdiff import dims
from symdiff.errors import ShapeError, SymdiffError
from symdiff.evaluate.interpret import Array, Interpreter, SmoothFunction
from symdiff.evaluate.point import Point
from symdiff.expr import Expr, postorder

__all__ = ["Array", "Interpreter", "Point", "SmoothFunction", "bind", "evaluate"]


def evaluate(
    expr: Expr,
    values: Mapping[str, Any],
    sizes: Mapping[str, int] | None = None,
    functions: Mapping[str, SmoothFunction] | None = None,
    differentials: Mapping[str, Any] | None = None,
) -> Array:
    """The value of an expression, every op by its definition.

    `values` are arrays by the names of the symbols; sizes are read off them, or given. `functions` stand for
    functions that are only names; `differentials` are the values of dx, dA, … by the names x, A.
    Raises SymdiffError for a missing or misshapen value, NotSupported for a function without a definition.
    """
    return bind(expr, values, sizes, functions, differentials).value(expr)


def bind(
    expr: Expr,
    values: Mapping[str, Any],
    sizes: Mapping[str, int] | None = None,
    functions: Mapping[str, SmoothFunction] | None = None,
    differentials: Mapping[str, Any] | None = None,
) -> Point:
    """The point with these values: as arrays of numbers, the sizes read off them."""
    arrays = {name: _array(value) for name, value in values.items()}
    known = dict(sizes or {})
    symbols = [e for e in postorder(expr) if e.op == "symbol" and e.attr.name in arrays]
    for e in symbols:
        for dim, length in zip(e.shape, arrays[e.attr.name].shape, strict=False):
            if isinstance(dim, dims.Size) and dim == dims.size(str(dim)):
                known.setdefault(str(dim), length)
    for e in symbols:
        _check(e, arrays[e.attr.name], known)
    changes = {name: _array(value) for name, value in (differentials or {}).items()}
    return Point(arrays, known, functions or {}, changes)


def _array(value: Any) -> Array:
    import numpy as np

    result = np.asarray(value)
    return result.astype(complex if np.iscomplexobj(result) else float)


def _check(e: Expr, value: Array, sizes: Mapping[str, int]) -> None:
    """ShapeError unless a symbol's value has the symbol's shape."""
    try:
        shape = tuple(dims.evaluate(dim, sizes) for dim in e.shape)
    except KeyError as missing:
        raise SymdiffError(f"the size {missing.args[0]} is not known", hint="give it in sizes=") from None
    if value.shape != shape:
        raise ShapeError(
            f"{e.attr.name} is a {dims.show_shape(e.shape)}, here of shape {shape}, "
            f"but its value has shape {value.shape}"
        )
