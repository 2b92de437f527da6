"""The structured functions that no book defines by simpler ones, by their textbook definitions.

Only + - * / of entries and a determinant are used, so that one definition serves floats, complex steps and
sympy entries alike. Everything else is evaluated by the `def` of its entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from symdiff.errors import NotSupported
from symdiff.evaluate.interpret import Array


class Entries(Protocol):
    """What the definitions need of an arithmetic."""

    def number(self, value: Any) -> Array: ...
    def det(self, matrix: Array) -> Array: ...


def structured(run: Entries, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
    """The value of a structured function; NotSupported names one that has no definition here."""
    import numpy as np

    if name not in _CALLS:
        raise NotSupported(f"no definition of {name} to evaluate it by")
    return np.asarray(_CALLS[name](run, *args, **keywords))


def _det(run: Entries, matrix: Array) -> Array:
    return run.det(matrix)


def _adj(run: Entries, matrix: Array) -> Array:
    """The transposed matrix of cofactors."""
    import numpy as np

    n = matrix.shape[0]
    result = np.empty_like(matrix)
    for i in range(n):
        for j in range(n):
            minor = np.delete(np.delete(matrix, i, axis=0), j, axis=1)
            cofactor = run.det(minor)[()]
            result[j, i] = cofactor if (i + j) % 2 == 0 else -cofactor
    return result


def _matpow(run: Entries, matrix: Array, k: Any) -> Array:
    """The k-th power by repeated products; of the inverse for a negative k."""
    factor = matrix if int(k) >= 0 else _adj(run, matrix) / run.det(matrix)
    result = _eye(run, matrix)
    for _ in range(abs(int(k))):
        result = _product(result, factor)
    return result


def _eye(run: Entries, matrix: Array) -> Array:
    import numpy as np

    result = np.zeros_like(matrix)
    result[...] = run.number(0)
    np.fill_diagonal(result, run.number(1)[()])
    return result


def _product(a: Array, b: Array) -> Array:
    import numpy as np

    return np.einsum(a, [0, 1], b, [1, 2], [0, 2])


_CALLS: dict[str, Callable[..., Array]] = {"det": _det, "adj": _adj, "matpow": _matpow}
