"""The structured functions that no book defines by simpler ones, by their textbook definitions.

Only + - * / of entries, a determinant and an adjugate are used, so that one definition serves floats, complex steps
and sympy entries alike. Everything else is evaluated by the `def` of its entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import permutations
from typing import Any, Protocol

from symdiff.errors import LimitError, NotSupported
from symdiff.evaluation import matrices
from symdiff.evaluation.interpret import Array

_LARGEST_ADJUGATE = 40


class Entries(Protocol):
    """What the definitions need of an arithmetic."""

    def number(self, value: Any) -> Array: ...
    def det(self, matrix: Array) -> Array: ...
    def adj(self, matrix: Array) -> Array: ...
    def power(self, base: Array, exponent: Array) -> Array: ...


def structured(run: Entries, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
    """The value of a structured function; NotSupported names one that has no definition here."""
    import numpy as np

    if name not in _CALLS:
        raise NotSupported(f"no definition of {name} to evaluate it by")
    return np.asarray(_CALLS[name](run, *args, **keywords))


def _det(run: Entries, matrix: Array) -> Array:
    return run.det(matrix)


def cofactors(matrix: Array, det: Callable[[Array], Array]) -> Array:
    """The adjugate as the transposed matrix of cofactors, where `det` takes stacks of matrices."""
    import numpy as np

    signs = (-1) ** np.add.outer(*[np.arange(len(matrix))] * 2)
    return np.asarray((signs * det(minors(matrix))).T)


def minors(matrix: Array) -> Array:
    """What is left without the i-th row and the j-th column, at [i, j]."""
    import numpy as np

    n = len(matrix)
    others = np.array([k for i in range(n) for k in range(n) if k != i], dtype=int).reshape(n, max(0, n - 1))
    return matrix[others[:, None, :, None], others[None, :, None, :]]


def _adj(run: Entries, matrix: Array) -> Array:
    n = matrix.shape[0]
    if n > _LARGEST_ADJUGATE:
        raise LimitError(f"an adjugate or inverse of {n} rows is too large to work out by cofactors")
    return run.adj(matrix)


def _adj_d(run: Entries, matrix: Array, *along: Array) -> Array:
    """The derivative of the cofactors along directions, row by row; without any the tensor along the unit matrices."""
    import numpy as np

    n = matrix.shape[0]
    if n > (_LARGEST_ADJUGATE if along else _LARGEST_ADJUGATE // 4):
        raise LimitError(f"the derivative of an adjugate of {n} rows is too large to work out by cofactors")
    if not along:
        units = [_unit(run, matrix, place) for place in np.ndindex(n, n)]
        parts = [_adj_d(run, matrix, unit) for unit in units]
        return np.stack(parts, axis=-1).reshape(n, n, n, n)
    result, parts = np.empty_like(sum(along, start=matrix)), [minors(a) for a in (matrix, *along)]
    for i, j in np.ndindex(n, n):
        minor, *directions = (part[i, j] for part in parts)
        total = run.number(0)
        for rows in permutations(range(n - 1), len(along)):
            turned = (minor + 0 * sum(directions, start=minor)).copy()
            for row, direction in zip(rows, directions, strict=True):
                turned[row] = direction[row]
            total = total + run.det(turned)
        result[j, i] = np.asarray(total if (i + j) % 2 == 0 else -total)[()]
    return result


def _unit(run: Entries, matrix: Array, place: tuple[int, ...]) -> Array:
    unit = 0 * matrix
    unit[place] = run.number(1)[()]
    return unit


def _inverse(run: Entries, matrix: Array) -> Array:
    import numpy as np

    return np.asarray(_adj(run, matrix) / run.det(matrix))


def _matpow(run: Entries, matrix: Array, k: Array) -> Array:
    """The k-th power by repeated products; of the inverse for a negative k; principal for another exponent."""
    whole = _whole(k)
    if whole is None:
        return matrices.power(matrix, k)
    factor = matrix if whole >= 0 else _inverse(run, matrix)
    result, left = _eye(run, matrix), abs(whole)
    while left:
        result = _product(result, factor) if left & 1 else result
        left >>= 1
        factor = _product(factor, factor) if left else factor
    return result


def _whole(k: Array) -> int | None:
    """A number as a whole one, if it is; None for others, and for one that carries an infinitesimal part."""
    import numpy as np

    if k.dtype == object:
        entry = k[()]
        if hasattr(entry, "is_Integer"):  # sympy's
            return int(entry) if entry.is_Integer else None
        return int(entry.real) if entry == int(entry.real) else None
    if np.iscomplexobj(k) and k.imag != 0:
        return None
    return int(k.real) if k.real == np.round(k.real) else None


def _prod_others(run: Entries, array: Array, axis: tuple[int, ...] | None = None) -> Array:
    """At each entry the product of the others along the axes."""
    import numpy as np

    axes = tuple(range(array.ndim)) if axis is None else axis
    result = np.empty_like(array)
    for place in np.ndindex(array.shape):
        row = tuple(slice(None) if k in axes else place[k] for k in range(array.ndim))
        others = np.array(array[row])
        others[tuple(place[k] for k in axes)] = run.number(1)[()]
        result[place] = np.prod(others)
    return result


def _recurrence(run: Entries, a: Array, b: Array, axis: tuple[int, ...] | None = None) -> Array:
    """y[k] = b[k] + a[k]*y[k-1] along the axis."""
    import numpy as np

    (place,) = axis or (0,)
    rows, factors = list(np.moveaxis(b, place, 0)), np.moveaxis(a, place, 0)
    behind = (1,) * (b.ndim - a.ndim)
    for k in range(1, len(rows)):
        rows[k] = rows[k] + np.reshape(factors[k], np.shape(factors[k]) + behind) * rows[k - 1]
    return np.moveaxis(np.array(rows).reshape(np.moveaxis(b, place, 0).shape), 0, place)


def _recurrence_back(run: Entries, a: Array, b: Array, axis: tuple[int, ...] | None = None) -> Array:
    """y[k] = b[k] + a[k+1]*y[k+1] along the axis: the other with both read from the end, the factors a place on."""
    import numpy as np

    (place,) = axis or (0,)
    turned = np.roll(np.flip(a, place), 1, place)
    return np.flip(_recurrence(run, turned, np.flip(b, place), axis), place)


def _eye(run: Entries, matrix: Array) -> Array:
    import numpy as np

    result = np.zeros_like(matrix)
    result[...] = run.number(0)
    np.fill_diagonal(result, run.number(1)[()])
    return result


def _product(a: Array, b: Array) -> Array:
    import numpy as np

    return np.einsum(a, [0, 1], b, [1, 2], [0, 2])


def _masked(run: Entries, matrix: Array, k: int, upper: bool) -> Array:
    """The entries on the side of the k-th diagonal, zeros elsewhere."""
    import numpy as np

    inside = np.triu(np.ones(matrix.shape, bool), k) if upper else np.tril(np.ones(matrix.shape, bool), k)
    return np.where(inside, matrix, run.number(0))


def _cholesky(run: Entries, matrix: Array) -> Array:
    """Column by column, of the symmetric part; without conjugation, so that it is analytic."""
    import numpy as np

    a = (matrix + matrix.T) / 2
    factor = _masked(run, a, len(a), upper=True)
    half = run.number(1) / 2
    for k in range(len(a)):
        known = factor[k:, :k]
        column = a[k:, k] - np.sum(known * known[:1], axis=1)
        pivot = run.power(column[0], np.asarray(half))
        factor[k:, k] = column / pivot
    return factor


def _invgaps(run: Entries, x: Array) -> Array:
    """1/(xⱼ - xᵢ), 0 on the diagonal; infinite where two entries agree."""
    import numpy as np

    same = np.eye(len(x), dtype=bool)
    return np.where(same, 0, 1 / np.where(same, 1, x[None, :] - x[:, None]))


def _vech_places(n: int) -> list[tuple[int, int]]:
    return [(i, j) for j in range(n) for i in range(j, n)]


def _ones_at(run: Entries, shape: tuple[int, ...], places: Iterable[tuple[int, ...]]) -> Array:
    import numpy as np

    result = np.full(shape, run.number(0))
    for place in places:
        result[place] = run.number(1)[()]
    return result


def _count(n: Array) -> int:
    return int(getattr(n[()], "real", n[()]))


def _duplication(run: Entries, n: Array) -> Array:
    size = _count(n)
    rows = [(j * size + i, k) for k, pair in enumerate(_vech_places(size)) for i, j in (pair, pair[::-1])]
    return _ones_at(run, (size * size, size * (size + 1) // 2), rows)


def _elimination(run: Entries, n: Array) -> Array:
    size = _count(n)
    rows = [(k, j * size + i) for k, (i, j) in enumerate(_vech_places(size))]
    return _ones_at(run, (size * (size + 1) // 2, size * size), rows)


def _conv_tensor(run: Entries, m: Array, n: Array) -> Array:
    rows, columns = _count(m), _count(n)
    places = [(i + j, i, j) for i in range(rows) for j in range(columns)]
    return _ones_at(run, (rows + columns - 1, rows, columns), places)


_CALLS: dict[str, Callable[..., Array]] = {
    "det": _det,
    "adj": _adj,
    "adj_d": _adj_d,
    "tril": lambda run, a: _masked(run, a, 0, upper=False),
    "triu": lambda run, a: _masked(run, a, 0, upper=True),
    "tril_half": lambda run, a: (_masked(run, a, 0, upper=False) + _masked(run, a, -1, upper=False)) / 2,
    "cholesky": _cholesky,
    "invgaps": _invgaps,
    "duplication": _duplication,
    "elimination": _elimination,
    "conv_tensor": _conv_tensor,
    "matpow": _matpow,
    "prod_others": _prod_others,
    "recurrence": _recurrence,
    "recurrence_back": _recurrence_back,
    "expm": lambda run, a: matrices.expm(a),
    "logm": lambda run, a: matrices.logm(a),
    "sqrtm": lambda run, a: matrices.sqrtm(a),
    "pinv": lambda run, a: matrices.pinv(a, lambda b: _inverse(run, b)),
    "expm_frechet": lambda run, a, *along: matrices.derivative(matrices.expm, a, along),
    "logm_frechet": lambda run, a, *along: matrices.derivative(matrices.logm, a, along),
    "matpow_d": lambda run, a, *rest: matrices.derivative(lambda b: _matpow(run, b, rest[-1]), a, rest[:-1]),
}
