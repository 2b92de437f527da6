"""`np.linalg` on traced values, where NumPy does more than `protocols` says of expressions: stacks of matrices, one
triangle of a symmetric matrix, decompositions with the signs that NumPy happened to choose.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from symdiff import algebra, protocols
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.tracing.arithmetic import expression, raw
from symdiff.tracing.traced import Traced, made


def _known(name: str, a: Any, *args: Any, **keywords: Any) -> Any:
    """A function of NumPy with the formula that `protocols` has."""
    value = getattr(np.linalg, name)(raw(a), *raw(args), **keywords)
    e = protocols.FUNCTIONS[f"linalg.{name}"](expression(a), *map(_formula, args), **keywords)
    tape = next(t.tape for t in (a, *args) if isinstance(t, Traced))
    if isinstance(value, tuple):
        return tuple(made(tape, v, x) for v, x in zip(value, e, strict=True))
    return made(tape, value, e)


def _formula(value: Any) -> Any:
    return expression(value) if isinstance(value, (Traced, np.ndarray)) else value


def _each(name: str) -> Callable[..., Any]:
    """A function of one matrix, of each of a stack."""

    def function(a: Any, *args: Any, **keywords: Any) -> Any:
        if np.ndim(a) <= 2:
            return _known(name, a, *args, **keywords)
        lead = np.shape(a)[:-2]
        if name == "solve" and np.ndim(args[0]) > 1:
            others = np.reshape(np.broadcast_to(args[0], lead + np.shape(args[0])[-2:]), (-1, *np.shape(args[0])[-2:]))
            rest = [(b,) for b in others]
        else:
            rest = [args] * prod(lead)
        flat = np.reshape(a, (prod(lead), *np.shape(a)[-2:]))
        results = [_known(name, m, *more, **keywords) for m, more in zip(flat, rest, strict=True)]
        if isinstance(results[0], tuple):
            parts = [np.stack(part) for part in zip(*results, strict=True)]
            return tuple(np.reshape(part, lead + np.shape(part)[1:]) for part in parts)
        stacked = np.stack(results)
        return np.reshape(stacked, lead + np.shape(stacked)[1:])

    return function


def _symmetric(a: Any, UPLO: str = "L") -> Expr:
    """The symmetric matrix of which NumPy reads one triangle."""
    from symdiff.book import apply

    e = expression(a)
    if e.rank != 2:
        raise NotSupported("a decomposition of a stack of traced matrices")
    if algebra.is_symmetric(e):
        return e
    t = expression(np.tril(a) if UPLO == "L" else np.triu(a))
    return apply("sym", (algebra.sub(algebra.add(t, t), expression(np.diag(np.diag(a)))),))


def _signed(e: Expr, here: Any, wanted: Any) -> Expr:
    """Columns with the signs they have in NumPy's result."""
    signs = np.where(np.sum(here * wanted, axis=0) < 0, -1, 1)
    return e if np.all(signs == 1) else algebra.matmul(e, algebra.diag(algebra.array(signs)))


def _cholesky(a: Any, *, upper: Any = False) -> Any:
    factor = protocols.FUNCTIONS["linalg.cholesky"](_symmetric(a, "U" if upper else "L"))
    return made(a.tape, np.linalg.cholesky(raw(a)), algebra.transpose(factor) if upper else factor)


def _eigvalsh(a: Any, UPLO: Any = "L") -> Any:
    return made(a.tape, np.linalg.eigvalsh(raw(a), UPLO), protocols.FUNCTIONS["linalg.eigvalsh"](_symmetric(a, UPLO)))


def _eigh(a: Any, UPLO: Any = "L") -> Any:
    from symdiff.book import apply

    values, vectors = np.linalg.eigh(raw(a), UPLO)
    s = _symmetric(a, UPLO)
    t = np.tril(raw(a)) if UPLO == "L" else np.triu(raw(a))
    found = apply("eigvecs", (algebra.symbol("S", s.shape, ["symmetric"]),))
    from symdiff.evaluation import evaluate

    here = evaluate(found, {"S": t + t.T - np.diag(np.diag(t))})
    return made(a.tape, values, apply("eigvals", (s,))), made(
        a.tape, vectors, _signed(apply("eigvecs", (s,)), here, vectors)
    )


def _qr(a: Any, mode: Any = "reduced") -> Any:
    """A = QR of full rank: R'R = A'A, with the signs that NumPy gave the diagonal of R."""
    if mode not in ("reduced", "r") or np.ndim(a) != 2 or np.shape(a)[0] < np.shape(a)[1]:
        raise NotSupported(
            "np.linalg.qr of traced values but in the reduced form of a matrix that is no wider than high"
        )
    value = np.linalg.qr(raw(a))
    signs = np.where(np.diag(value.R) < 0, -1.0, 1.0)
    r = signs[:, None] * np.transpose(_cholesky(np.transpose(a) @ a))
    return r if mode == "r" else (a @ np.linalg.inv(r), r)


def _svd(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    from symdiff.book import apply
    from symdiff.evaluation import evaluate

    if not compute_uv:
        return (
            _known("svdvals", a) if hasattr(np.linalg, "svdvals") else np.sqrt(np.linalg.eigvalsh(np.transpose(a) @ a))
        )
    value = np.linalg.svd(raw(a), full_matrices=full_matrices)
    e = expression(a)
    if e.rank != 2 or (full_matrices and e.shape[0] != e.shape[1]):
        raise NotSupported("np.linalg.svd of traced values but of a matrix with full_matrices=False")
    x = algebra.symbol("X", e.shape)
    left, right = (evaluate(apply(name, (x,)), {"X": raw(a)}) for name in ("svd_left", "svd_right"))
    u = _signed(apply("svd_left", (e,)), left, value[0])
    v = _signed(apply("svd_right", (e,)), right, value[2].T)
    return tuple(
        made(a.tape, part, found)
        for part, found in zip(value, (u, apply("svdvals", (e,)), algebra.transpose(v)), strict=True)
    )


def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    value = np.linalg.lstsq(raw(a), raw(b), rcond)
    x = np.linalg.pinv(a) @ b
    off = np.reshape(np.sum((a @ x - b) ** 2, axis=0), value[1].shape) if value[1].size else value[1]
    return x, off, value[2], value[3]


def _cond(x: Any, p: Any = None) -> Any:
    if p is None or p == 2:
        s = _known("svdvals", x)
        return s[0] / s[-1]
    return np.linalg.norm(x, p) * np.linalg.norm(np.linalg.inv(x), p)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    return np.abs(x) if np.ndim(x) == 0 and ord is None else None


FUNCTIONS: dict[str, Callable[..., Any]] = {  # None where it is as usual
    "linalg.norm": _norm,
    **{f"linalg.{name}": _each(name) for name in ("inv", "det", "slogdet", "solve", "matrix_power")},
    "linalg.cholesky": _cholesky,
    "linalg.eigvalsh": _eigvalsh,
    "linalg.eigh": _eigh,
    "linalg.qr": _qr,
    "linalg.svd": _svd,
    "linalg.lstsq": _lstsq,
    "linalg.cond": _cond,
    "linalg.matrix_rank": lambda a, *args, **more: np.linalg.matrix_rank(raw(a), *args, **more),
    "linalg.trace": lambda x, **more: np.trace(x, **more),
    "linalg.vector_norm": lambda x, axis=None, ord=2, keepdims=False: np.linalg.norm(
        np.ravel(x) if axis is None else x, ord, axis, keepdims
    ),
    "linalg.matrix_norm": lambda x, ord="fro", keepdims=False: np.linalg.norm(x, ord, (-2, -1), keepdims),
    "linalg.vecdot": lambda a, b, axis=-1: np.sum(np.multiply(a, b), axis=axis),
    "linalg.matmul": lambda a, b: np.matmul(a, b),
}
