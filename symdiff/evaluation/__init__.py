"""Values of expressions, slowly and obviously: what programs and derivatives are checked against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symdiff import dims
from symdiff.errors import ShapeError, SymdiffError
from symdiff.evaluation.interpret import Array, Interpreter, SmoothFunction
from symdiff.evaluation.point import Point
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
    changes = {name: _array(value) for name, value in (differentials or {}).items()}
    given = list(_given(expr, arrays, changes))
    known = dict(sizes or {})
    for symbol, value in given:
        for dim, length in zip(symbol.shape, value.shape, strict=False):
            if isinstance(dim, dims.Size) and str(dim) in dims.names(dim):
                known.setdefault(str(dim), length)
    for symbol, value in given:
        _check(symbol, value, known)
    return Point(arrays, known, functions or {}, changes)


def _given(expr: Expr, values: Mapping[str, Array], changes: Mapping[str, Array]) -> Iterator[tuple[Expr, Array]]:
    """The symbols of an expression with their values, and with those of their differentials."""
    for node in postorder(expr, into=lambda e: not _is_change(e)):
        if _is_change(node):
            name = node.args[0].attr.name
            if name in changes:
                yield node.args[0], changes[name]
        elif node.op == "symbol" and "dimension" not in node.attr.properties:
            if node.attr.name not in values:
                raise SymdiffError(f"no value for {node.attr.name}")
            yield node, values[node.attr.name]


def _is_change(e: Expr) -> bool:
    """Whether this is dx, the differential of a symbol."""
    return e.op == "differential" and e.attr is None and e.args[0].op == "symbol"


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
