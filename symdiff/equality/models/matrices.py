"""Functions of matrices in a model, through eigenvectors that are known because the matrices were drawn with them.

f(P·D·P⁻¹) = P·f(D)·P⁻¹, and what is made of one matrix (its transpose, inverse, powers, multiples, functions of it) has
its eigenvectors. Of other matrices all that is known is that f(A) is a polynomial in A whose coefficients depend on
the invariants of A.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from symdiff.equality.models.functions import exp, log, real_power
from symdiff.equality.models.residues import NoLaw, Residue
from symdiff.evaluation import Array

if TYPE_CHECKING:
    from symdiff.equality.models.arithmetic import Residues

_DERIVED = {"expm_frechet": "expm", "logm_frechet": "logm", "matpow_d": "matpow"}
NAMES = frozenset({"expm", "logm", "sqrtm", "matpow", "eigvals", *_DERIVED})
EXPONENTIALS = frozenset({"expm", "expm_frechet", "matpow", "matpow_d"})
PRINCIPAL = frozenset({"logm", "sqrtm", "matpow", "logm_frechet", "matpow_d"})  # of matrices with positive eigenvalues


def of_matrix(run: Residues, name: str, args: Sequence[Array]) -> Array:
    """The value of a function of a matrix, or of its derivative along another."""
    matrix, rest = args[0], args[1:]
    basis = _eigenvectors(run, matrix)
    if basis is None:
        if name in _DERIVED or name == "eigvals":
            raise NoLaw(name)
        return _polynomial(run, name, matrix, rest)
    vectors, inverse, values = basis
    if name == "eigvals":
        order = sorted(values, key=lambda value: value.residues[0])
        Random(repr([value.residues[0] for value in order])).shuffle(order)  # which is the largest nobody knows
        return _vector(order)
    exponent = rest[-1][()] if name in ("matpow", "matpow_d") else None
    function, slope = _functions(run, _DERIVED.get(name, name), exponent)
    if name not in _DERIVED:
        return product(vectors * _vector([function(value) for value in values]), inverse)
    along = rest if exponent is None else rest[:-1]
    if len(along) != 1:
        raise NoLaw(name)
    made = [function(value) for value in values]
    inner = product(product(inverse, along[0]), vectors)
    for i, a in enumerate(values):
        for j, b in enumerate(values):
            inner[i, j] = inner[i, j] * (slope(a) if i == j or a.agrees_with(b) else (made[i] - made[j]) / (a - b))
    return product(product(vectors, inner), inverse)


def _functions(run: Residues, name: str, exponent: Residue | None) -> tuple[Callable[[Residue], Residue], ...]:
    """The function of an eigenvalue, and its derivative."""
    if name == "expm":
        return exp, exp
    if name == "logm":
        return log, lambda x: x.inverse()
    power = run.model.exact(1) / 2 if exponent is None else exponent
    return lambda x: real_power(x, power), lambda x: power * real_power(x, power - 1)


def _eigenvectors(run: Residues, matrix: Array) -> tuple[Array, Array, list[Residue]] | None:
    """Vectors that were met and are eigenvectors of this matrix, their inverse, and the eigenvalues."""
    n = len(matrix)
    eye = run.eye(n)
    known = [pair for pair in [(eye, eye), *run.model.bases] if len(pair[0]) == n]
    turns = [pair for pair in run.model.turns if len(pair[0]) == n]  # of similar matrices: Q*A*inv(Q)
    for left, right in [(eye, eye), *turns]:
        for vectors, inverse in ((product(left, v), product(i, right)) for v, i in known):
            turned = product(product(inverse, matrix), vectors)
            if all(turned[i, j].is_zero for i in range(n) for j in range(n) if i != j):
                return vectors, inverse, [turned[i, i] for i in range(n)]
    return None


def _polynomial(run: Residues, name: str, matrix: Array, more: Sequence[Array]) -> Array:
    if not all(isinstance(x, Residue) for x in matrix.flat):
        raise NoLaw(f"{name} of a complex matrix")
    powers = [run.eye(len(matrix))]
    for _ in range(len(matrix)):
        powers.append(product(powers[-1], matrix))
    zero = run.model.zero
    key = [sum((p[i, i] for i in range(len(matrix))), zero).residues for p in powers[1:]]
    rest = [x.residues for arg in more for x in arg.flat]
    terms = (factor * run.model.opaque(name, k, key, rest) for k, factor in enumerate(powers[:-1]))
    return sum(terms, matrix * 0)


def product(a: Array, b: Array) -> Array:
    import numpy as np

    return np.asarray(np.einsum(a, [0, 1], b, [1, 2], [0, 2]), dtype=object)


def _vector(entries: Sequence[Any]) -> Array:
    import numpy as np

    result = np.empty(len(entries), dtype=object)
    for k, entry in enumerate(entries):
        result[k] = entry
    return result
