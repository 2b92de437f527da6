"""Exponentials, logarithms, roots and powers of matrices by their series and by Newton's iteration.

Sums, products and inverses only, so that complex steps pass; numbers only. (Higham, Functions of Matrices, ch. 6, 11.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from symdiff.errors import NotSupported
from symdiff.evaluation.interpret import Array

_TERMS = 24  # of the series of exp at a norm of 1/2, and of log at a quarter: below rounding
_HALVINGS = 60
_STEPS = 60
_SWEEPS = 60  # of balancing


def require_numbers(name: str, *args: Array) -> None:
    """NotSupported where entries are no numbers."""
    if any(arg.dtype == object for arg in args):
        raise NotSupported(f"{name} has no form in its entries")


def _balanced(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """f(A) = D*f(B)*D⁻¹ with B = D⁻¹*A*D, so that a large corner of a block matrix costs the other blocks no digits."""

    @wraps(function)
    def at_balanced(a: Array) -> Array:
        import numpy as np

        if a.dtype == object or not np.all(np.isfinite(a)):
            return function(a)
        scales = _scales(np.abs(a))
        return function(a * scales / scales[:, None]) * scales[:, None] / scales

    return at_balanced


def _scales(sizes: Array) -> Array:
    """The diagonal of D, powers of 2: halved or doubled, entry by entry, while that makes the norm of B smaller.

    Sums below 1 count as 1: what is small already needs no scaling, and without a corner D is the identity.
    """
    import numpy as np

    scales, beside = np.ones(len(sizes)), sizes * ~np.eye(len(sizes), dtype=bool)
    for _ in range(_SWEEPS):
        before = scales.copy()
        for k in range(len(sizes)):
            row, column = float(beside[k] @ scales), float(beside[:, k] @ (1 / scales))

            def weight(scale: float, row: float = row, column: float = column) -> float:
                return max(1.0, row / scale) + max(1.0, column * scale)

            for factor in (2.0, 0.5):
                while weight(scales[k] * factor) < 0.9 * weight(scales[k]):
                    scales[k] *= factor
        if np.all(scales == before):
            break
    return scales


@_balanced
def expm(a: Array) -> Array:
    """Σ Aᵏ/k! of A/2ˢ, squared s times."""
    import numpy as np

    require_numbers("expm", a)
    norm = float(np.max(np.sum(np.abs(a), axis=0), initial=0))
    if not np.isfinite(norm):
        return np.full(a.shape, np.nan)
    halvings = max(0, int(np.ceil(np.log2(max(norm, 1e-300)))) + 1)
    part = a / 2.0**halvings
    term = total = np.eye(len(a)).astype(a.dtype)
    for k in range(1, _TERMS):
        term = term @ part / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total


@_balanced
def sqrtm(a: Array) -> Array:
    """The principal root by the coupled Newton iteration Y → (Y + Z⁻¹)/2, Z → (Z + Y⁻¹)/2; nan without one."""
    import numpy as np

    require_numbers("sqrtm", a)
    if not is_principal(a):
        return np.full(a.shape, np.nan)
    y, z = a, np.eye(len(a)).astype(a.dtype)
    try:
        for _ in range(_STEPS):
            y, z = (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2
            if np.max(np.abs((y @ z).real - np.eye(len(a)))) < 1e-15 * len(a):
                break
        return np.asarray((y + np.linalg.inv(z)) / 2)
    except np.linalg.LinAlgError:  # an eigenvalue so near to 0 that an iterate is singular in floats
        return np.full(a.shape, np.nan)


@_balanced
def logm(a: Array) -> Array:
    """2ˢ·log A^(1/2ˢ), that by log X = 2 artanh((X - I)/(X + I)); nan without a principal logarithm."""
    import numpy as np

    require_numbers("logm", a)
    if not is_principal(a):
        return np.full(a.shape, np.nan)
    eye, roots = np.eye(len(a)), 0
    while np.max(np.abs((a - eye).real)) * len(a) > 0.25 and roots < _HALVINGS:
        a, roots = sqrtm(a), roots + 1
    ratio = (a - eye) @ np.linalg.inv(a + eye)
    term = total = ratio
    for k in range(1, _TERMS):
        term = term @ ratio @ ratio
        total = total + term / (2 * k + 1)
    return np.asarray(2.0 ** (roots + 1) * total)


def power(a: Array, exponent: Any) -> Array:
    """A^p = expm(p·logm(A)), principal."""
    return expm(exponent * logm(a))


def derivative(function: Callable[[Array], Array], x: Array, along: Sequence[Array]) -> Array:
    """The derivative of a primary function along directions: the last blocks of its value at [X, E; 0, X].

    Without directions the tensor of the derivatives along the unit matrices.
    """
    import numpy as np

    n = len(x)
    if not along:
        units = np.eye(n * n).reshape(n, n, n, n)
        parts = [derivative(function, x, (unit,)) for rows in units for unit in rows]
        return np.stack(parts, axis=-1).reshape(n, n, n, n)
    for k, direction in enumerate(along):
        step = np.kron(np.eye(2**k), direction)
        x = np.block([[x, step], [np.zeros_like(x), x]])
    return function(x)[:n, -n:]


def pinv(a: Array, inverse: Any) -> Array:
    """The pseudoinverse: (A'A)⁻¹A' or A'(AA')⁻¹ at full rank, where `inverse` inverts square matrices, else by its
    singular values."""
    import numpy as np

    if a.dtype.kind == "f" and not _has_full_rank(a):
        return np.linalg.pinv(a)
    if a.dtype == object and not _has_full_rank(_in_floats(a)):
        raise NotSupported("pinv of less than full rank has no form in its entries")

    def product(b: Array, c: Array) -> Array:
        return np.einsum(b, [0, 1], c, [1, 2], [0, 2])

    if a.shape[0] >= a.shape[1]:
        return product(inverse(product(a.T, a)), a.T)
    return product(a.T, inverse(product(a, a.T)))


def _has_full_rank(a: Array) -> bool:
    import numpy as np

    return not np.all(np.isfinite(a)) or bool(np.linalg.matrix_rank(a) == min(a.shape))


def _in_floats(a: Array) -> Array:
    """Entries of many digits as floats; nan where they are no numbers."""
    import numpy as np

    try:
        return a.astype(complex)
    except TypeError:
        return np.full(a.shape, np.nan)


def is_principal(a: Array) -> bool:
    """Whether no eigenvalue is on the closed negative real axis."""
    import numpy as np

    if not np.all(np.isfinite(a)):
        return False
    small = np.all(np.abs(a.imag) < 1e-15) if np.iscomplexobj(a) else True
    values = np.linalg.eigvals(a.real if small else a)
    near = np.abs(values.imag) < 1e-12 * max(1.0, float(np.max(np.abs(values))))
    return not np.any(near & (values.real <= 0))
