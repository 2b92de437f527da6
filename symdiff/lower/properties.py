"""Whether numbers have the properties that their symbol was declared with: what was used of them must hold.

Stacks of matrices have them where each does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.errors import SymdiffError
from symdiff.expr import Expr

Array = Any  # of floats or complex numbers


def require_properties(symbol: Expr, value: Array, within: Expr | None = None) -> None:
    """SymdiffError that names the property a value lacks; structure may be off by rounding.

    `within` is a function of the symbol that has a value only if that is symmetric.
    """
    for name in symbol.attr.properties:
        test = _TESTS.get(name)
        if test is not None and not test(value):
            of = symbol.attr.name
            raise SymdiffError(
                f"the value of {of} is not {_WORDS.get(name, name)}, as {of} is declared to be",
                hint=f"declare {of} without `{name}`, if it may be anything else",
            )
    if within is not None and not _TESTS["symmetric"](value):
        raise SymdiffError(
            f"the value of {symbol.attr.name} is not symmetric, and {str(within)[:60]} has a value only of what is",
            hint=f"the symmetric part is ({symbol.attr.name} + {symbol.attr.name}')/2",
        )


_WORDS = {
    "spd": "symmetric positive definite", "integer": "whole", "skew": "skew-symmetric",
    "lower": "lower triangular", "upper": "upper triangular",
}  # fmt: skip


def _tolerance(a: Array) -> Any:
    """What is rounding, for each matrix of a stack."""
    return np.sqrt(np.finfo(a.dtype).eps) * np.max(np.abs(a), axis=(-2, -1), keepdims=True, initial=0)


def _alike(a: Array, b: Array) -> bool:
    """Whether two arrays agree up to rounding; what is no number agrees with anything."""
    return not np.any(np.abs(a - b) > _tolerance(a))


def _turned(a: Array) -> Array:
    return np.swapaxes(a, -1, -2)


def _is_definite(a: Array) -> bool:
    if not _alike(a, _turned(a)):
        return False
    if not np.all(np.isfinite(a)):
        return True
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        return False
    return True


def _is_orthogonal(a: Array) -> bool:
    gap = np.abs(_turned(a) @ a - np.eye(a.shape[-1], dtype=a.dtype))
    return not np.any(gap > np.sqrt(np.finfo(a.dtype).eps) * a.shape[-1])


_TESTS: dict[str, Callable[[Array], bool]] = {
    "positive": lambda a: not np.any(a <= 0),
    "integer": lambda a: not np.any(a != np.round(a)),
    "symmetric": lambda a: _alike(a, _turned(a)),
    "skew": lambda a: _alike(a, -_turned(a)),
    "spd": _is_definite,
    "diagonal": lambda a: _alike(a, a * np.eye(a.shape[-1])),
    "lower": lambda a: _alike(a, np.tril(a)),
    "upper": lambda a: _alike(a, np.triu(a)),
    "orthogonal": _is_orthogonal,
}
