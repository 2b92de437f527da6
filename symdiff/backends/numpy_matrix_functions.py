"""Functions of matrices for generated NumPy code: exponential, logarithm, square root, powers, Sylvester equations.

(Higham, Functions of Matrices, 2008: ch. 6, 10 and 11; the derivatives by theorem 3.6, the block matrix [X, E; 0, X].)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[[Array], Array]

_PADE_13 = (
    64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
    670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
)  # fmt: skip
_PADE_13_RADIUS = 5.4  # up to this norm the approximant is exact to rounding
_LOG_NODES = 8  # of the quadrature that is a Padé approximant of log(I + Y), for a norm of Y up to
_LOG_RADIUS = 0.25
_ITERATIONS = 100
_SWEEPS = 100  # of balancing
_DIRECT = 256  # unknowns of a Sylvester equation that is solved as a plain linear system


def balanced(function: Function) -> Function:
    """The primary function f(A) = D*f(D⁻¹*A*D)*D⁻¹, with a diagonal D of powers of 2 that makes rows and columns alike.

    Scaling goes by the norm, so a large corner E of [X, E; 0, X], where derivatives stand, would cost the digits of X.
    """

    @wraps(function)
    def at_balanced(a: Array) -> Array:
        d = _balance(a)
        return function(a) if np.all(d == 1) else function(a * d / d[:, None]) * d[:, None] / d

    return at_balanced


def _balance(a: Array) -> Array:
    """The diagonal of D: as long as it makes a row and its column together smaller, and they are not below 1."""
    d = np.ones(len(a))
    if not np.all(np.isfinite(a)):
        return d
    off = np.abs(a - np.diag(np.diag(a)))
    for _ in range(_SWEEPS):
        before = d.copy()
        for i in range(len(a)):
            column, row = np.sum(off[:, i]), np.sum(off[i])
            f = 2.0 ** np.round(np.log2(max(row, 1.0) / max(column, 1.0)) / 2)
            if column * f + row / f < 0.95 * (column + row):
                off[:, i] *= f
                off[i] /= f
                d[i] *= f
        if np.all(d == before):
            break
    return d


@balanced
def expm(a: Array) -> Array:
    """The exponential by scaling and squaring."""
    norm = np.linalg.norm(a, 1)
    if not np.isfinite(norm):
        return np.full(a.shape, np.nan)
    squarings = max(0, int(np.ceil(np.log2(norm / _PADE_13_RADIUS)))) if norm > 0 else 0
    x = a / 2.0**squarings
    c, eye = _PADE_13, np.eye(len(a))
    x2 = x @ x
    x4 = x2 @ x2
    x6 = x4 @ x2
    odd = x6 @ (c[13] * x6 + c[11] * x4 + c[9] * x2) + c[7] * x6 + c[5] * x4 + c[3] * x2 + c[1] * eye
    even = x6 @ (c[12] * x6 + c[10] * x4 + c[8] * x2) + c[6] * x6 + c[4] * x4 + c[2] * x2 + c[0] * eye
    result = np.linalg.solve(even - x @ odd, even + x @ odd)
    for _ in range(squarings):
        result = result @ result
    return result


@balanced
def sqrtm(a: Array) -> Array:
    """The principal square root; nan where there is none among the real matrices.

    The scaled product form of the Denman-Beavers iteration, for a symmetric matrix the spectral decomposition.
    """
    if _is_symmetric(a):
        return _spectral(np.sqrt, a)
    nothing, eye = np.full(a.shape, np.nan), np.eye(len(a))
    root, m = a, a
    try:
        for _ in range(_ITERATIONS):
            mu = np.exp(-np.linalg.slogdet(m)[1] / (2 * len(a)))
            inverse = np.linalg.inv(m) / mu**2
            root = mu * root @ (eye + inverse) / 2
            m = (eye + (mu**2 * m + inverse) / 2) / 2
            if not np.all(np.isfinite(m)):
                return nothing
            if np.linalg.norm(m - eye, 1) < 1e-14 * len(a):
                break
    except np.linalg.LinAlgError:
        return nothing
    right = np.linalg.norm(root @ root - a, 1) <= 1e-6 * np.linalg.norm(a, 1)
    return root if right else nothing


@balanced
def logm(a: Array) -> Array:
    """The principal logarithm, by inverse scaling and squaring; nan where there is none among the real matrices."""
    if _is_symmetric(a):
        return _spectral(np.log, a)
    eye, roots = np.eye(len(a)), 0
    while np.linalg.norm(a - eye, 1) > _LOG_RADIUS:
        a, roots = sqrtm(a), roots + 1
        if roots > _ITERATIONS:
            return np.full(a.shape, np.nan)
    nodes, weights = np.polynomial.legendre.leggauss(_LOG_NODES)
    y = a - eye
    parts = (w / 2 * np.linalg.solve(eye + (1 + x) / 2 * y, y) for x, w in zip(nodes, weights, strict=True))
    return 2.0**roots * np.sum(list(parts), axis=0)


def matpow(a: Array, exponent: Any) -> Array:
    """A^k: for a whole number by products, of the inverse where it is negative; else the principal power."""
    if not np.isfinite(exponent):
        return np.full(a.shape, np.nan)
    if exponent == np.round(exponent):
        return np.linalg.matrix_power(a, int(exponent))
    if _is_symmetric(a):
        return _spectral(lambda values: values**exponent, a)
    return expm(exponent * logm(a))


def expm_frechet(x: Array, *directions: Array) -> Array:
    """The derivative of the exponential along the directions; without any the tensor of all partial derivatives."""
    return _derivative(expm, x, directions)


def logm_frechet(x: Array, *directions: Array) -> Array:
    """The derivative of the logarithm along the directions, or the tensor."""
    return _derivative(logm, x, directions)


def matpow_d(x: Array, *rest: Any) -> Array:
    """The derivative of a power along the directions, or the tensor; the exponent comes last."""
    *directions, exponent = rest
    return _derivative(lambda a: matpow(a, exponent), x, tuple(directions))


def sylvester(a: Array, b: Array, c: Array) -> Array:
    """The Z of A*Z + Z*B = C: symmetric and small systems directly, larger ones by Schur forms (SciPy)."""
    if _is_symmetric(a) and _is_symmetric(b):
        (p, u), (q, v) = np.linalg.eigh(a), np.linalg.eigh(b)
        return u @ (u.T @ c @ v / np.add.outer(p, q)) @ v.T
    if c.size <= _DIRECT:
        system = np.kron(a, np.eye(len(b))) + np.kron(np.eye(len(a)), b.T)
        return np.linalg.solve(system, c.ravel()).reshape(c.shape).copy()
    try:
        from scipy.linalg import solve_sylvester
    except ImportError:
        raise ImportError("a large Sylvester equation needs SciPy", name="scipy") from None
    return np.asarray(solve_sylvester(a, b, c))


def lyap(a: Array, q: Array) -> Array:
    """The Z of A*Z + Z*A' = Q."""
    return sylvester(a, a.T, q)


def _is_symmetric(a: Array) -> bool:
    return not np.iscomplexobj(a) and bool(np.all(a == a.T))


def _spectral(function: Function, a: Array) -> Array:
    """A function of a symmetric matrix: of its eigenvalues."""
    values, vectors = np.linalg.eigh(a)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (vectors * function(values)) @ vectors.T


def _derivative(function: Function, x: Array, directions: tuple[Array, ...]) -> Array:
    """The derivative of a function of matrices along each direction in turn: the corner of its value at a block
    matrix; without a direction the derivatives along all unit matrices, on two more axes."""
    n = len(x)
    if not directions:
        units = np.eye(n * n).reshape(n * n, n, n)
        along = [_derivative(function, x, (unit,)) for unit in units]
        return np.stack(along, axis=-1).reshape(n, n, n, n).copy()
    place = x
    for k, direction in enumerate(directions):
        step = np.kron(np.eye(2**k), direction)
        place = np.block([[place, step], [np.zeros_like(place), place]])
    return function(place)[:n, -n:].copy()
