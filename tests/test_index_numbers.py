"""Indices as numbers, shifted entries, rows, ranges: values by NumPy, derivatives by the oracles, what reads back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import same

n, m, p = 4, 3, 5
rng = np.random.default_rng(7)
X, A, B = rng.uniform(0.5, 1.5, (m, n)), rng.uniform(0.5, 1.5, (n, n)), rng.uniform(0.5, 1.5, (n, n))
x, y, w = (rng.uniform(0.5, 1.5, n) for _ in range(3))
b, a, z, T = (
    rng.uniform(0.5, 1.5, m),
    rng.uniform(0.5, 1.5, p),
    rng.uniform(0.5, 1.5, 2 * m),
    rng.uniform(0.5, 1.5, (m, n, 2)),
)
t, nu = 0.7, 9.0
VALUES = {"X": X, "A": A, "B": B, "x": x, "y": y, "w": w, "b": b, "a": a, "z": z, "T": T, "t": t, "nu": nu}
DECLARED = (
    "X: matrix(m, n); A, B: matrix(n, n); x, y, w: vector(n); b: vector(m); a: vector(p); z: vector(2*m); "
    "T: tensor(m, n, 2); t, nu: scalar"
)
i = np.arange(n)

# text, by what it is differentiated, its value by NumPy
ROWS: list[tuple[str, str, Callable[[], Any]]] = [
    ("sum(i, i*x[i])", "x", lambda: i @ x),
    ("[i] -> i*x[i]", "x", lambda: i * x),
    ("[i, j] -> (i - j)*x[i]*y[j]", "x", lambda: np.subtract.outer(i, i) * np.outer(x, y)),
    ("sum(k, a[k]*t^k)", "t", lambda: sum(a[k] * t**k for k in range(p))),
    ("[k] -> a[k]/(k + 1)", "a", lambda: a / np.arange(1, p + 1)),
    ("sum(i, (1 - x[i])^2 + 100*(x[i + 1] - x[i]^2)^2)", "x", lambda: rosenbrock(x)),
    ("[i] -> x[i + 1]*x[i]", "x", lambda: x[1:] * x[:-1]),
    ("[i] -> x[i + 1] - 2*x[i] + x[i - 1]", "x", lambda: x[2:] - 2 * x[1:-1] + x[:-2]),
    ("[i] -> x[n - 1 - i]*y[i]", "x", lambda: x[::-1] * y),
    ("sum(i, z[2*i]*b[i])", "z", lambda: z[::2] @ b),
    ("sum(i, z[2*i + 1]^2)", "z", lambda: z[1::2] @ z[1::2]),
    ("sum(i, A[i, i + 1])", "A", lambda: np.trace(A, 1)),
    ("[i] -> A[i + 1, i]*x[i]", "A", lambda: np.diag(A, -1) * x[:-1]),
    ("sum(i, (b[i] - X[i, :]*w)^2)", "w", lambda: np.sum((b - X @ w) ** 2)),
    ("sum(i, norm2(X[i, :] - w)^2)", "X", lambda: np.sum((X - w) ** 2)),
    ("sum(i, (X[i, :] - w)'*A*(X[i, :] - w))", "w", lambda: np.sum((X - w) @ A * (X - w))),
    ("sum(i, sum(j, norm2(X[i, :] - X[j, :])^2))", "X", lambda: sum(np.sum((r - s) ** 2) for r in X for s in X)),
    ("[i] -> logsumexp(X[i, :])", "X", lambda: np.log(np.sum(np.exp(X), axis=1))),
    ("[i] -> softmax(X[i, :])", "X", lambda: np.exp(X) / np.sum(np.exp(X), axis=1, keepdims=True)),
    ("sum(i, b[i]*X[i, :])", "X", lambda: b @ X),
    ("[i] -> max(X[i, :])", "X", lambda: X.max(axis=1)),
    ("[j] -> prod(X[:, j])", "X", lambda: X.prod(axis=0)),
    ("[i] -> cumsum(X[i, :])", "X", lambda: np.cumsum(X, axis=1)),
    ("[i] -> T[i, :, :]*[1, 2]", "T", lambda: T @ [1, 2]),
    ("[i] -> vec(T[i, :, :])", "T", lambda: np.stack([s.ravel(order="F") for s in T])),
    ("[i] -> [j] -> A[i, j]*x[j]", "A", lambda: A * x),
    ("[i] -> norm2([j] -> A[i, j]*x[j])", "x", lambda: np.linalg.norm(A * x, axis=1)),
    ("[i] -> [x[i], y[i]; 1, t]*[x[i], 2]", "x", lambda: np.stack([x * x + 2 * y, x + 2 * t], axis=1)),
    ("[i] -> sum(j, w[j]*a[i + j])", "a", lambda: np.correlate(a, w, "valid")),
    ("[i] -> sum(j = 0..2, (j + 1)*a[i + j])", "a", lambda: np.correlate(a, [1, 2, 3], "valid")),
    ("[i] -> sum(j, w[j]*a[i - j])", "w", lambda: np.convolve(a, w, "valid")),
    ("[i] -> sum(a[i:i + 3])/3", "a", lambda: np.convolve(a, np.ones(3) / 3, "valid")),
    (
        "[i] -> concat(x[i:i + 2], y[i:i + 2])",
        "x",
        lambda: np.stack([np.r_[x[k : k + 2], y[k : k + 2]] for k in range(3)]),
    ),
    (
        "[i] -> stack(x[i:i + 2], y[i:i + 2], axis=1)*[1, 3]",
        "y",
        lambda: np.stack([x[k : k + 2] + 3 * y[k : k + 2] for k in range(3)]),
    ),
    ("sum(j = 1..p, lgamma((nu + 1 - j)/2))", "nu", lambda: sum(lgamma((nu + 1 - j) / 2) for j in range(1, p + 1))),
    ("sum(k = 0..3, t^k)", "t", lambda: 1 + t + t**2 + t**3),
    ("sum(i = 1..n - 1, (x[i] - x[i - 1])^2)", "x", lambda: np.sum(np.diff(x) ** 2)),
    ("sum(i = 0..2, x[i]*y[2 - i])", "x", lambda: x[:3] @ y[2::-1]),
    ("[i] -> sum(j = 0..i, x[j])", "x", lambda: np.cumsum(x)),
    ("sum(i, x[i]*sum(j = 0..i - 1, y[j]))", "y", lambda: sum(x[k] * sum(y[:k]) for k in range(n))),
    ("sum(i, sum(j = i + 1..n - 1, A[i, j]))", "A", lambda: np.sum(np.triu(A, 1))),
    ("sum(i, sum(j, where(i < j, x[i]*y[j], 0)))", "x", lambda: np.sum(np.triu(np.outer(x, y), 1))),
    ("[i] -> where(i == 2, x[i], 0)", "x", lambda: np.where(i == 2, x, 0)),
    ("[i] -> softmax(A[i, :])[i]", "A", lambda: np.diag(np.exp(A) / np.sum(np.exp(A), axis=1, keepdims=True))),
    ("[i] -> (A*B[:, i])[i]", "A", lambda: np.diag(A @ B)),
    ("sum(i, sum(j, x[i]*A[i, j]*y[j]))", "x", lambda: x @ A @ y),
    ("sum(i, sum(j, sum(k, A[i, j]*B[j, k]*A[k, i])))", "A", lambda: np.trace(A @ B @ A)),
    ("[i] -> diff(sum(k, x[k + 1]^2*x[k]), x[i])", "x", lambda: np.r_[0, 2 * x[1:] * x[:-1]] + np.r_[x[1:] ** 2, 0]),
    ("[i] -> diff(x[i + 1]^2*x[i], x[i + 1])", "x", lambda: 2 * x[1:] * x[:-1]),
    ("sum(i = 1..3, diff(t^i, t))", "t", lambda: 1 + 2 * t + 3 * t**2),
    ("X[0, :]*w", "w", lambda: X[0] @ w),
]


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("sum(i, x[i + 1]*y[i])", ("x ∈ ℝⁿ", "y ∈ ℝⁿ")),
        ("sum(i = 0..k - 2, (x[i + 1] - x[i])^2)", ("x ∈ ℝᵏ",)),
        ("sum(i, y[i]*sum(j = 0..i - 1, x[j]))", ("y ∈ ℝⁿ", "x ∈ ℝⁿ")),
        ("sum(i, (y[i] - X[i, :]*w)^2)", ("y ∈ ℝᵐ", "X ∈ ℝᵐˣⁿ", "w ∈ ℝⁿ")),
        ("x[1:] - y[:k - 1]", ("x ∈ ℝᵏ", "y ∈ ℝⁿ")),
        ("sum(j = 1..p, lgamma((nu + 1 - j)/2))", ("nu ∈ ℝ",)),
        ("[i] -> W[i, :]*phi(u)", ("phi: function", "W ∈ ℝᵐˣⁿ", "u ∈ ℝⁿ")),
    ],
)
def test_sizes_of_what_is_not_declared(text: str, assumed: tuple[str, ...]) -> None:
    from symdiff.syntax.read import read

    reading = read(text)
    assert reading.assumptions == assumed
    assert same(read("; ".join((*assumed, str(reading.expr)))).expr, reading.expr)


def rosenbrock(x: Any) -> Any:
    return np.sum((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2)


def lgamma(value: float) -> float:
    from math import lgamma

    return lgamma(value)


@pytest.mark.parametrize(("text", "by", "value"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_picked_with_indices(text: str, by: str, value: Callable[[], Any]) -> None:
    e = sd.parse(text, DECLARED)
    at = {s.name: VALUES[s.name] for s in e.symbols}
    found = e(at, **{name: size for name, size in (("n", n), ("m", m), ("p", p)) if name in str(e)})
    np.testing.assert_allclose(found, value(), rtol=1e-12)
    for form in (str(e), e.unicode(), e.index_notation()):
        again = sd.parse(form, DECLARED)
        if not same(again, e):  # a transpose moved through a case
            np.testing.assert_allclose(again(at), value(), rtol=1e-12, err_msg=form)


@pytest.mark.parametrize(("text", "by"), [row[:2] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_derivative_is_right(text: str, by: str) -> None:
    verdict = sd.check(text, by, kind="jacobian", declarations=DECLARED)
    assert verdict.ok, verdict


def test_a_slice_backwards_to_a_size_reaches_the_first_entry() -> None:
    e = sd.parse("x[n - 1:n - 6:-1]", "x: vector(n)")
    assert e(x=np.arange(5.0)).tolist() == [4, 3, 2, 1, 0]
    assert e(x=np.arange(6.0)).tolist() == [5, 4, 3, 2, 1]


def test_a_power_series_has_its_derivative_at_0() -> None:
    declared, f = "a: vector(m); t: scalar", "sum(k, a[k]*t^k)"
    first, second = sd.diff(f, "t", declarations=declared), sd.diff(f, "t", "t", declarations=declared)
    assert not sd.conditions(f, "t", 2, declared)
    assert [e(a=[3.0, 5, 7], t=0.0) for e in (first, second)] == [5, 14]
    assert sd.check(f, "t", "sum(k = 1..m - 1, k*a[k]*t^(k - 1))", declarations=declared).ok
