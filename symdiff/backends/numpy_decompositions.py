"""Decompositions for generated NumPy code, of stacks too, signs fixed; those of symmetric matrices take that part."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def tril_half(a: Array) -> Array:
    """The lower triangle, the diagonal halved."""
    return np.tril(a) - a * np.eye(a.shape[-1]) / 2


def cholesky(a: Array) -> Array:
    """The lower factor; nan where the matrix is not positive definite."""
    try:
        return np.linalg.cholesky((a + np.swapaxes(a, -1, -2)) / 2)
    except np.linalg.LinAlgError:
        return np.full(a.shape, np.nan) if a.ndim == 2 else np.stack([cholesky(each) for each in a])


def eigvals(a: Array) -> Array:
    """Eigenvalues, ascending."""
    return np.linalg.eigvalsh((a + np.swapaxes(a, -1, -2)) / 2) + lopsided(a)[..., None]


def eigvecs(a: Array) -> Array:
    """Unit eigenvectors as columns, in the order of the eigenvalues."""
    vectors = np.linalg.eigh((a + np.swapaxes(a, -1, -2)) / 2)[1]
    return np.asarray(vectors * _signs(vectors) + lopsided(a)[..., None, None])


def lopsided(a: Array) -> Array:
    """nan for a matrix that is not symmetric, with half its digits; else 0."""
    rest = np.max(np.abs(a - np.swapaxes(a, -1, -2)), axis=(-2, -1), initial=0)
    return np.where(rest > np.sqrt(np.finfo(float).eps) * np.max(np.abs(a), axis=(-2, -1), initial=0), np.nan, 0.0)


def svd_left(a: Array) -> Array:
    """Left singular vectors as columns, thin."""
    left = np.linalg.svd(a, full_matrices=False)[0]
    return np.asarray(left * _signs(left))


def svd_right(a: Array) -> Array:
    """Right singular vectors as columns, thin, with the signs of the left ones."""
    left, _, right = np.linalg.svd(a, full_matrices=False)
    return np.asarray(np.swapaxes(right, -1, -2) * _signs(left))


def polar(a: Array) -> Array:
    """U*V' of the thin singular value decomposition."""
    left, _, right = np.linalg.svd(a, full_matrices=False)
    return left @ right


def invgaps(x: Array) -> Array:
    """1/(xⱼ - xᵢ), 0 on the diagonal; infinite where two entries agree to rounding."""
    gaps = x - x[:, None]
    same = np.abs(gaps) <= 8 * len(x) * np.finfo(float).eps * np.max(np.abs(x), initial=0)
    with np.errstate(divide="ignore"):
        result = 1 / np.where(same, 0.0, gaps)
    np.fill_diagonal(result, 0.0)
    return result


def _signs(vectors: Array) -> Array:
    """The signs that make the entry of largest modulus of each column positive."""
    top = np.argmax(np.abs(vectors), axis=-2, keepdims=True)
    return np.where(np.take_along_axis(vectors, top, axis=-2) < 0, -1.0, 1.0)
