"""The workloads: textbook exercises, products of many variables, deep recurrences, matrix derivatives."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

import symdiff as sd
from symdiff.expr import Expr

# exercises of a first course: our text, and how a library `m` of functions builds the same of its own x
EXERCISES: dict[str, Callable[[Any, Any], Any]] = {
    "x^5 - 3*x^2 + 7*x - 1": lambda x, m: x**5 - 3 * x**2 + 7 * x - 1,
    "(x^2 + 1)*(x^3 - x)": lambda x, m: (x**2 + 1) * (x**3 - x),
    "(2*x - 1)/(x^2 + 3)": lambda x, m: (2 * x - 1) / (x**2 + 3),
    "sqrt(x^2 + 1)": lambda x, m: m.sqrt(x**2 + 1),
    "(3*x + 2)^7": lambda x, m: (3 * x + 2) ** 7,
    "sin(x)*cos(x)": lambda x, m: m.sin(x) * m.cos(x),
    "sin(x^2)": lambda x, m: m.sin(x**2),
    "sin(x)^2": lambda x, m: m.sin(x) ** 2,
    "tan(3*x)": lambda x, m: m.tan(3 * x),
    "exp(-x^2/2)": lambda x, m: m.exp(-(x**2) / 2),
    "x^2*exp(x)": lambda x, m: x**2 * m.exp(x),
    "log(x^2 + 1)": lambda x, m: m.log(x**2 + 1),
    "x*log(x) - x": lambda x, m: x * m.log(x) - x,
    "log(sin(x))": lambda x, m: m.log(m.sin(x)),
    "exp(x)*sin(2*x)": lambda x, m: m.exp(x) * m.sin(2 * x),
    "atan(1/x)": lambda x, m: m.atan(1 / x),
    "asin(x/2)": lambda x, m: m.asin(x / 2),
    "x^x": lambda x, m: x**x,
    "exp(sin(x)^2)": lambda x, m: m.exp(m.sin(x) ** 2),
    "sqrt(1 + sqrt(x))": lambda x, m: m.sqrt(1 + m.sqrt(x)),
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))": lambda x, m: (m.exp(x) - m.exp(-x)) / (m.exp(x) + m.exp(-x)),
}


Symbol = Callable[[str], Any]  # how a library makes a variable; `m` is where it has its functions


def product(n: int, symbol: Symbol = sd.scalar) -> tuple[Any, list[Any]]:
    """x1·x2·…·xn, with its variables."""
    xs = [symbol(f"x_{k}") for k in range(n)]
    return reduce(operator.mul, xs), xs


def chain(k: int) -> tuple[Expr, list[Expr]]:
    """tr(A1·A2·…·Ak), with its factors."""
    factors = [sd.matrix(f"A_{i}", "n", "n") for i in range(k)]
    return np.trace(reduce(operator.matmul, factors)), factors


def recurrence(levels: int, symbol: Symbol = sd.scalar, m: Any = np) -> tuple[Any, Any]:
    """f ← sin(f)·x + f, so many times, from x."""
    x = symbol("x")
    f = x
    for _ in range(levels):
        f = m.sin(f) * x + f
    return f, x


def logistic(samples: int, features: int, symbol: Symbol = sd.scalar, m: Any = np) -> tuple[Any, list[Any]]:
    """The loss of logistic regression written scalar by scalar, with its weights."""
    rng = np.random.default_rng(0)
    ws = [symbol(f"w_{k}") for k in range(features)]
    loss = 0
    for label in rng.integers(2, size=samples).tolist():
        z = sum(w * value for w, value in zip(ws, rng.normal(size=features).round(3).tolist(), strict=True))
        loss = loss + m.log(1 + m.exp(z)) - label * z
    return loss, ws


def network(samples: int, inputs: int, hidden: int, symbol: Symbol = sd.scalar, m: Any = np) -> tuple[Any, list[Any]]:
    """The squared loss of a network of two layers written scalar by scalar, with its weights."""
    rng = np.random.default_rng(0)
    first = [[symbol(f"w_{i}_{j}") for j in range(inputs)] for i in range(hidden)]
    second = [symbol(f"v_{i}") for i in range(hidden)]
    loss = 0
    for _ in range(samples):
        given, wanted = rng.normal(size=inputs).round(3).tolist(), round(float(rng.normal()), 3)
        inner = (m.tanh(sum(w * value for w, value in zip(row, given, strict=True))) for row in first)
        loss = loss + (sum(v * h for v, h in zip(second, inner, strict=True)) - wanted) ** 2
    return loss, [*(w for row in first for w in row), *second]


def deep(depth: int) -> tuple[Expr, Expr]:
    """sin(sin(… x …)) of a depth."""
    x = sd.scalar("x")
    f = x
    for _ in range(depth):
        f = np.sin(f)
    return f, x


def total(terms: int) -> tuple[Expr, Expr]:
    """sin(2x) + sin(3x) + … : a flat sum of so many terms, as text would give it."""
    from symdiff.algebra import add

    x = sd.scalar("x")
    return add(*(np.sin((k + 2) * x) for k in range(terms))), x


# derivatives of a high order, whose form is as much of a task as their calculus
REPEATED: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "exp(sin(x))": (10, lambda x, m: m.exp(m.sin(x))),
    "1/(1 + x^2)": (10, lambda x, m: 1 / (1 + x**2)),
    "x^x": (5, lambda x, m: x**x),
}


class Workload(NamedTuple):
    name: str
    text: str
    by: str
    names: str
    kind: Callable[..., Expr]
    printed: str

    def derivative(self) -> Expr:
        return self.kind(self.text, self.by, self.names)


_DATA = "X: matrix(m, n); w: vector(n); y: vector(m)"
_FACTORS = "A: matrix(m, n); U: matrix(m, k); V: matrix(n, k)"
LOGISTIC = "sum(log(1 + exp(X*w))) - y'*X*w"

MATRIX = (
    Workload("quadratic form", "x'*A*x", "x", "x: vector(n); A: matrix(n, n)", sd.grad, "(A + A')*x"),
    Workload(
        "least squares",
        "norm2(A*x - b)^2",
        "x",
        "x: vector(n); b: vector(m); A: matrix(m, n)",
        sd.grad,
        "2*A'*(A*x - b)",
    ),
    Workload("log det", "log(det(X))", "X", "X: matrix(n, n)", sd.grad, "inv(X)'"),
    Workload(
        "trace",
        "tr(A*X*B*X'*C)",
        "X",
        "A, B, C, X: matrix(n, n)",
        sd.grad,
        "A'*C'*X*B' + C*A*X*B",
    ),
    Workload("logistic loss", LOGISTIC, "w", _DATA, sd.grad, "X'*(sigmoid(X*w) - y)"),
    Workload(
        "logistic Hessian",
        LOGISTIC,
        "w",
        _DATA,
        sd.hessian,
        "X'*diag(sigmoid(X*w).*(1 - sigmoid(X*w)))*X",
    ),
    Workload(
        "ridge Hessian",
        "norm2(X*w - y)^2 + c*w'*w",
        "w",
        f"{_DATA}; c: scalar",
        sd.hessian,
        "2*(X'*X + c*eye(n))",
    ),
    Workload(
        "factorization Hessian",
        "norm2(A - U*V')^2",
        "U",
        _FACTORS,
        sd.hessian,
        '2*einsum("ik,jl->ijkl", eye(m), V\'*V)',
    ),
)
