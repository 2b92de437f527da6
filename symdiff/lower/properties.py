"""Whether numbers have the properties that their symbol was declared with: what was used of them must hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.expr import Expr

Array = Any  # of floats or complex numbers


def require_properties(symbol: Expr, value: Array) -> None:
    """SymdiffError that names the property a value lacks; structure may be off by rounding."""
    for name in symbol.attr.properties:
        test = _TESTS.get(name)
        if test is not None and not test(value):
            of = symbol.attr.name
            raise SymdiffError(
                f"the value of {of} is not {_WORDS.get(name, name)}, as {of} is declared to be",
                hint=f"declare {of} without `{name}`, if it may be anything else",
            )


_WORDS = {
    "spd": "symmetric positive definite", "integer": "whole", "skew": "skew-symmetric",
    "lower": "lower triangular", "upper": "upper triangular",
}  # fmt: skip


def _tolerance(a: Array) -> Any:
    import numpy as np

    return np.sqrt(np.finfo(a.dtype).eps) * np.max(np.abs(a), initial=0)


def _alike(a: Array, b: Array) -> bool:
    """Whether two arrays agree up to rounding; what is no number agrees with anything."""
    import numpy as np

    return not np.any(np.abs(a - b) > _tolerance(a))


def _is_whole(a: Array) -> bool:
    import numpy as np

    return not np.any(a != np.round(a))


def _is_definite(a: Array) -> bool:
    import numpy as np

    if not _alike(a, a.T):
        return False
    if not np.all(np.isfinite(a)):
        return True
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        return False
    return True


def _is_orthogonal(a: Array) -> bool:
    import numpy as np

    return not np.any(np.abs(a.T @ a - np.eye(len(a), dtype=a.dtype)) > np.sqrt(np.finfo(a.dtype).eps) * len(a))


def _is_diagonal(a: Array) -> bool:
    import numpy as np

    return _alike(a, np.diag(np.diag(a)))


def _is_lower(a: Array) -> bool:
    import numpy as np

    return _alike(a, np.tril(a))


def _is_upper(a: Array) -> bool:
    import numpy as np

    return _alike(a, np.triu(a))


def _is_positive(a: Array) -> bool:
    import numpy as np

    return not np.any(a <= 0)


_TESTS: dict[str, Callable[[Array], bool]] = {
    "positive": _is_positive,
    "integer": _is_whole,
    "symmetric": lambda a: _alike(a, a.T),
    "skew": lambda a: _alike(a, -a.T),
    "spd": _is_definite,
    "diagonal": _is_diagonal,
    "lower": _is_lower,
    "upper": _is_upper,
    "orthogonal": _is_orthogonal,
}
