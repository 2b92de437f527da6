"""What generated NumPy code calls that is more than one NumPy call."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symdiff.backends.bessel_kernels import besseli as besseli
from symdiff.backends.bessel_kernels import besselj as besselj
from symdiff.backends.bessel_kernels import besselk as besselk
from symdiff.backends.bessel_kernels import bessely as bessely
from symdiff.backends.bessel_kernels import sinc as sinc
from symdiff.backends.bessel_kernels import sinc_d as sinc_d
from symdiff.backends.gamma_kernels import beta as beta
from symdiff.backends.gamma_kernels import digamma as digamma
from symdiff.backends.gamma_kernels import digamma_rise as digamma_rise
from symdiff.backends.gamma_kernels import gamma as gamma
from symdiff.backends.gamma_kernels import lgamma as lgamma
from symdiff.backends.gamma_kernels import polygamma as polygamma
from symdiff.backends.numpy_decompositions import cholesky as cholesky
from symdiff.backends.numpy_decompositions import eigvals as eigvals
from symdiff.backends.numpy_decompositions import eigvecs as eigvecs
from symdiff.backends.numpy_decompositions import invgaps as invgaps
from symdiff.backends.numpy_decompositions import polar as polar
from symdiff.backends.numpy_decompositions import svd_left as svd_left
from symdiff.backends.numpy_decompositions import svd_right as svd_right
from symdiff.backends.numpy_decompositions import tril_half as tril_half
from symdiff.backends.numpy_matrix_functions import expm as expm
from symdiff.backends.numpy_matrix_functions import expm_frechet as expm_frechet
from symdiff.backends.numpy_matrix_functions import logm as logm
from symdiff.backends.numpy_matrix_functions import logm_frechet as logm_frechet
from symdiff.backends.numpy_matrix_functions import lyap as lyap
from symdiff.backends.numpy_matrix_functions import matpow as matpow
from symdiff.backends.numpy_matrix_functions import matpow_d as matpow_d
from symdiff.backends.numpy_matrix_functions import sqrtm as sqrtm
from symdiff.backends.numpy_matrix_functions import sylvester as sylvester
from symdiff.backends.unboxed import unboxed

Array = NDArray[Any]
Axis = int | tuple[int, ...] | None


def sigmoid(x: Array) -> Array:
    """1/(1 + exp(-x)); for a very negative x the exponential overflows to infinity and the result is 0."""
    with np.errstate(over="ignore"):
        if not np.ndim(x):
            return 1 / (1 + np.exp(-x))
        result = np.negative(x)  # all that is done to an array is done in place: a new one costs more than the work
        np.exp(result, out=result)
    result += 1
    return np.reciprocal(result, out=result)


def sech(x: Array) -> Array:
    """1/cosh(x); 0 where cosh(x) is larger than any number."""
    if not np.ndim(x):
        small = np.exp(-np.abs(x))
        return 2 * small / (1 + small * small)
    with np.errstate(over="ignore"):
        result = np.cosh(x)
    return np.reciprocal(result, out=result)


def logsumexp(x: Array, axis: Axis = None) -> Array:
    """log Σ exp(x), shifted by the largest entry."""
    top = np.max(x, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0)
    powers = np.asarray(x - shift)
    with np.errstate(divide="ignore"):
        result = np.log(np.sum(np.exp(powers, out=powers), axis=axis))
    return unboxed(result + shift.reshape(np.shape(result)))


def softmax(x: Array, axis: Axis = None) -> Array:
    """exp(x)/Σ exp(x), shifted by the largest entry."""
    powers = np.asarray(x - np.max(x, axis=axis, keepdims=True))
    np.exp(powers, out=powers)
    powers /= np.sum(powers, axis=axis, keepdims=True)
    return powers


def log_softmax(x: Array, axis: Axis = None) -> Array:
    """x - logsumexp(x)."""
    shifted = x - np.max(x, axis=axis, keepdims=True)
    shifted -= np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
    return shifted


def logdet(a: Array) -> Any:
    """log det A, where det A itself may be too small or too large for a number; nan where det A < 0."""
    sign, value = np.linalg.slogdet(a)
    if np.iscomplexobj(a):
        return np.log(sign) + value
    return unboxed(np.where(sign >= 0, value, np.nan))


def solve(a: Array, b: Array) -> Array:
    """The solution of A x = b along the first axis of b; its other axes are columns."""
    if b.ndim <= 2:
        return np.linalg.solve(a, b)
    return np.linalg.solve(a, b.reshape(b.shape[0], -1)).reshape(b.shape).copy()


def adjugate(a: Array) -> Array:
    """The adjugate, of a singular matrix too: from A = U S V', adj(A) = det(U V') V adj(S) U'."""
    u, s, vh = np.linalg.svd(a)
    edge = np.ones((*s.shape[:-1], 1))
    before = np.concatenate([edge, np.cumprod(s, axis=-1)[..., :-1]], axis=-1)
    after = np.concatenate([np.cumprod(s[..., ::-1], axis=-1)[..., ::-1][..., 1:], edge], axis=-1)
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    v, uh = np.swapaxes(vh.conj(), -1, -2), np.swapaxes(u.conj(), -1, -2)
    return np.asarray(sign * (v * (before * after)[..., None, :]) @ uh)


def adj_d(x: Array, *directions: Array) -> Array:
    """The derivative of the adjugate along the directions, of a singular matrix too; without any the tensor.

    Each entry is linear in each row: a derivative is a sum of adjugates with rows of the directions in place.
    """
    n = x.shape[0]
    if not directions:
        units = np.eye(n * n).reshape(n * n, n, n)
        return np.stack([adj_d(x, unit) for unit in units], axis=-1).reshape(n, n, n, n)
    total = np.zeros(x.shape, dtype=np.result_type(x, *directions, float))
    for rows in permutations(range(n), len(directions)):
        turned = x.astype(total.dtype)
        for row, direction in zip(rows, directions, strict=True):
            turned[row] = direction[row]
        part = adjugate(turned)
        part[:, rows] = 0
        total += part
    return total


def prod_others(x: Array, axis: Axis = None) -> Array:
    """At each entry the product of the others along the axes: of those before it times of those behind it."""
    x = np.asarray(x)
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    last = tuple(range(x.ndim - len(axes), x.ndim))
    moved = np.moveaxis(x, axes, last)
    flat = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1)
    edge = np.ones((*flat.shape[:-1], 1), dtype=flat.dtype)
    before = np.cumprod(np.concatenate([edge, flat[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([edge, flat[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return np.moveaxis((before * after).reshape(moved.shape), last, axes).copy()


def recurrence(a: Array, b: Array, axis: int = 0) -> Array:
    """The y with y[0] = b[0] and y[k] = b[k] + a[k]*y[k-1] along an axis; b may have further axes behind those of a."""
    result, y, a = _in_front(a, b, axis)
    for k in range(1, len(y)):
        y[k] += a[k] * y[k - 1]
    return result


def recurrence_back(a: Array, b: Array, axis: int = 0) -> Array:
    """The y whose last entry is that of b, and y[k] = b[k] + a[k+1]*y[k+1] along an axis."""
    result, y, a = _in_front(a, b, axis)
    for k in range(len(y) - 2, -1, -1):
        y[k] += a[k + 1] * y[k + 1]
    return result


def _in_front(a: Array, b: Array, axis: int) -> tuple[Array, Array, Array]:
    """A copy of b, the same numbers with the axis in front, and a so."""
    if a.shape != b.shape[: a.ndim]:
        raise ValueError(f"a recurrence with coefficients of shape {a.shape} and terms of shape {b.shape}")
    result = np.array(b, dtype=np.result_type(a, b))
    first = np.moveaxis(a, axis, 0)
    return result, np.moveaxis(result, axis, 0), first.reshape(first.shape + (1,) * (b.ndim - a.ndim))


def norm2(x: Array, axis: Axis = None) -> Any:
    """The root of the sum of squares, scaled by the largest entry where squares overflow or vanish."""
    x = np.asarray(x)
    with np.errstate(over="ignore", under="ignore"):
        result = np.linalg.norm(x if axis is not None or x.ndim <= 2 else x.ravel(), axis=axis)
    kind = np.finfo(result.dtype)
    if np.all((result > kind.tiny**0.45) & (result < kind.max**0.45)):  # no square is lost
        return result
    size = np.abs(x)
    top = np.max(size, axis=axis, keepdims=True, initial=0)
    scale = np.where((top > 0) & np.isfinite(top), top, 1)
    return np.linalg.norm((size / scale) if axis is not None else (size / scale).ravel(), axis=axis) * scale.reshape(
        np.shape(result)
    )


def norm(x: Array, p: Any, axis: Axis = None) -> Any:
    """(Σ |x|^p)^(1/p), scaled by the largest entry so that no power overflows."""
    size = np.abs(x)
    top = np.max(size, axis=axis, keepdims=True)
    scale = np.where((top > 0) & np.isfinite(top), top, 1)
    result = np.sum((size / scale) ** p, axis=axis) ** np.divide(1.0, p)
    return result * scale.reshape(np.shape(result))


def erf(x: Array) -> Array:
    """The error function."""
    return unboxed(_erf(x), float)


def erfc(x: Array) -> Array:
    """1 - erf(x), without the loss of digits at large x."""
    return unboxed(_erfc(x), float)


_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def erfcx(x: Array) -> Array:
    """exp(x²)·erfc(x), which is of the size of 1/x where erfc(x) is no longer a number."""
    with np.errstate(over="ignore"):
        return unboxed(_erfcx(x), float)


def _scaled_erfc(x: float) -> float:
    if x < 10:
        near = round(x * 16) / 16  # its square is exact: the rounding of x*x would grow with it
        try:
            return math.exp(near * near) * (math.exp((x - near) * (x + near)) * math.erfc(x))
        except OverflowError:
            return math.inf
    term = total = 1.0
    for k in range(1, 12):  # the asymptotic series
        term *= (1 - 2 * k) / (2 * x * x)
        total += term
    return total / (x * math.sqrt(math.pi))


_erfcx = np.frompyfunc(_scaled_erfc, 1, 1)


def normcdf(x: Array) -> Array:
    """The distribution function of the standard normal, with all digits far to the left."""
    with np.errstate(invalid="ignore"):  # of nan
        return unboxed(_normcdf(x), float)


def _normal_distribution(x: float) -> float:
    if not -40 < x < -1:
        return math.erfc(-x / math.sqrt(2)) / 2
    near = round(x * 16) / 16
    density = math.exp(-near * near / 2) * math.exp(-(x - near) * (x + near) / 2)
    return density * _scaled_erfc(-x / math.sqrt(2)) / 2


_normcdf = np.frompyfunc(_normal_distribution, 1, 1)


def vech(x: Array) -> Array:
    """The lower triangle with the diagonal, by columns."""
    return x.T[np.triu_indices(len(x))]


def elimination(n: Any) -> Array:
    """The matrix that takes the columns of a matrix to those of its lower triangle."""
    n = int(n)
    columns, rows = np.triu_indices(n)
    return np.eye(n * n)[columns * n + rows]


def duplication(n: Any) -> Array:
    """The matrix that takes the columns of a lower triangle to those of the symmetric matrix."""
    n = int(n)
    columns, rows = np.triu_indices(n)
    lower = elimination(n)
    mirrored = np.eye(n * n)[rows * n + columns]
    return np.maximum(lower, mirrored).T


def correlate(x: Array, y: Array) -> Array:
    """The sums of x[i + j]*y[j]; none where y is the longer one."""
    return np.correlate(x, np.conj(y)) if len(x) >= len(y) else x[:0]


def conv_tensor(m: Any, n: Any) -> Array:
    """1 where k = i + j, else 0."""
    m, n = int(m), int(n)
    return (np.arange(m + n - 1)[:, None, None] == np.add.outer(np.arange(m), np.arange(n))).astype(float)


def conv_matrix(y: Array, m: Any) -> Array:
    """The matrix of convolutions with y of what has m entries."""
    return np.stack([np.concatenate([np.zeros(k), y, np.zeros(int(m) - 1 - k)]) for k in range(int(m))], axis=1)


def add_diagonal(a: Array, d: Array) -> Array:
    """A matrix with d added to its diagonal."""
    result = np.array(a, dtype=np.result_type(a, d))
    np.einsum("...ii->...i", result)[...] += d
    return result


def embed(values: Array, pattern: tuple[int, ...]) -> Array:
    """Zeros but where axes of one number in `pattern` run together: there stand the values."""
    letters = "".join(chr(ord("a") + k) for k in pattern)
    result = np.zeros([values.shape[k] for k in pattern], dtype=values.dtype)
    np.einsum(f"{letters}->{''.join(sorted(set(letters)))}", result)[...] = values
    return result


def below_cut(function: Any, z: Array) -> Array:
    """A function of the plane that is cut to the right of 1, with the value from below on the cut."""
    z = np.asarray(z)
    if not np.iscomplexobj(z):
        return function(z)
    return function(np.where((z.imag == 0) & (z.real > 1), np.conj(z.real + 0j), z))
