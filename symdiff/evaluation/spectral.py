"""Eigenvalues and singular values by Jacobi's rotations, analytic in the entries.

Rotations are made of + - * / and square roots alone, and which way one turns is told by real parts: a matrix whose
entries carry an infinitesimal imaginary part is diagonalised with its derivative (complex step). (Golub & Van Loan,
Matrix Computations, 8.5 and 8.6; the one-sided method is Hestenes's.) Symmetric functions take the symmetric part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.evaluation.interpret import Array

Real = Callable[[Array], Array]  # the real part that decides: NotSupported for numbers that are complex throughout
_SWEEPS = 40
_MORE = 2  # sweeps after convergence: the infinitesimal part follows the real one
_TINY = 1e-15


class Decompositions:
    """The parts of decompositions by name; those of one matrix, asked for one after the other, are of one made once."""

    def __init__(self) -> None:
        self._last: dict[Callable[..., Any], tuple[Array, tuple[Array, ...]]] = {}

    def part(self, real: Real, name: str, matrix: Array) -> Array:
        decompose, part = PARTS[name]
        if decompose not in self._last or self._last[decompose][0] is not matrix:
            self._last[decompose] = matrix, decompose(real, matrix)
        return part(real, matrix, *self._last[decompose][1])


class _Sweeps:
    """How long to rotate: until what is off the diagonal no longer falls, to the last digit that numbers have.

    Small eigenvalues beside large ones have digits only then.
    """

    def __init__(self) -> None:
        self._done, self._left, self._least = 0, _MORE, float("inf")

    def go_on(self, matrix: Array) -> bool:
        """Whether another sweep is due, told by the real part of what is to become diagonal."""
        import numpy as np

        rest = np.max(np.abs(matrix - np.diag(np.diag(matrix))), initial=0)
        if rest <= _TINY * np.max(np.abs(matrix), initial=0) and not 2 * rest < self._least:
            self._left -= 1
        self._least = min(rest, self._least)
        self._done += 1
        return self._left >= 0 and self._done <= _SWEEPS


def _symmetric(real: Real, matrix: Array) -> tuple[Array, Array]:
    """Eigenvalues, ascending, and eigenvectors by two-sided rotations."""
    import numpy as np

    a = (matrix + matrix.T) / 2
    n = len(a)
    vectors = np.eye(n, dtype=a.dtype)
    sweeps = _Sweeps()
    while sweeps.go_on(real(a)):
        for p in range(n - 1):
            for q in range(p + 1, n):
                turn = _rotation(real, a[p, p], a[p, q], a[q, q])
                a[:, [p, q]] = a[:, [p, q]] @ turn
                a[[p, q], :] = turn.T @ a[[p, q], :]
                vectors[:, [p, q]] = vectors[:, [p, q]] @ turn
    values = np.diag(a)
    order = np.argsort(real(values), kind="stable")
    vectors = vectors[:, order]
    return values[order], vectors * _signs(real, vectors)


def _rotated(real: Real, matrix: Array) -> tuple[Array, Array, Array]:
    """A matrix, or a wide one's transpose, turned so that its columns are orthogonal, of descending lengths.

    What it is turned to, the lengths of the columns, and the rotation.
    """
    import numpy as np

    a = np.array(matrix.T if matrix.shape[0] < matrix.shape[1] else matrix)
    n = a.shape[1]
    right = np.eye(n, dtype=a.dtype)
    sweeps = _Sweeps()
    while sweeps.go_on(real(a.T @ a)):
        for p in range(n - 1):
            for q in range(p + 1, n):
                x, y = a[:, p], a[:, q]
                turn = _rotation(real, np.sum(x * x), np.sum(x * y), np.sum(y * y))
                a[:, [p, q]] = a[:, [p, q]] @ turn
                right[:, [p, q]] = right[:, [p, q]] @ turn
    values = np.sqrt(np.sum(a * a, axis=0))
    order = np.argsort(-real(values), kind="stable")
    return a[:, order], values[order], right[:, order]


def _singular(real: Real, matrix: Array, turned: Array, values: Array, right: Array) -> tuple[Array, Array]:
    """The vectors on both sides, by a matrix turned; of those on the left the largest entries are positive."""
    wide = matrix.shape[0] < matrix.shape[1]
    first, second = (right, turned / values) if wide else (turned / values, right)
    signs = _signs(real, first)
    return first * signs, second * signs


def _rotation(real: Real, first: Array, between: Array, second: Array) -> Array:
    """The rotation that makes [first, between; between, second] diagonal, by the smaller angle."""
    import numpy as np

    half = (second - first) / 2
    root = np.sqrt(half * half + between * between)
    if real(root) < 0:
        root = -root
    under = half + root if real(half) >= 0 else half - root
    tangent = between / under if under != 0 else between * 0
    cosine = 1 / np.sqrt(1 + tangent * tangent)
    sine = tangent * cosine
    return np.array([[cosine, sine], [-sine, cosine]])


def _signs(real: Real, vectors: Array) -> Array:
    """The signs that make the entry of largest modulus of each column positive."""
    import numpy as np

    parts = real(vectors)
    top = np.argmax(np.abs(parts), axis=0)
    return np.where(parts[top, np.arange(parts.shape[1])] < 0, -1.0, 1.0)


PARTS: dict[str, tuple[Callable[[Real, Array], tuple[Array, ...]], Callable[..., Array]]] = {
    "eigvals": (_symmetric, lambda real, matrix, values, vectors: values),
    "eigvecs": (_symmetric, lambda real, matrix, values, vectors: vectors),
    "svdvals": (_rotated, lambda real, matrix, turned, values, right: values),
    "svd_left": (_rotated, lambda *made: _singular(*made)[0]),
    "svd_right": (_rotated, lambda *made: _singular(*made)[1]),
}
