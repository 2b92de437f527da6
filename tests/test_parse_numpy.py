"""NumPy's source as an expression has the value that NumPy gives; what is not read is an error at its place."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import symdiff as sd

RNG = np.random.default_rng(7)
ARRAYS: dict[str, Any] = {
    "a": 0.7, "b": -1.3, "t": 2.5,
    "x": RNG.normal(size=5), "y": RNG.normal(size=5), "z": RNG.uniform(0.5, 2, size=5),
    "w": RNG.normal(size=3), "q": RNG.normal(size=3), "u": RNG.normal(size=4), "v": RNG.normal(size=4),
    "X": RNG.normal(size=(5, 3)), "Y": RNG.normal(size=(3, 5)), "A": RNG.normal(size=(4, 4)) + 4 * np.eye(4),
    "B": RNG.normal(size=(4, 4)), "P": RNG.uniform(0.5, 2, size=(5, 3)), "T": RNG.normal(size=(2, 3, 4)),
}  # fmt: skip
ARRAYS["S"] = ARRAYS["B"] @ ARRAYS["B"].T + np.eye(4)
KINDS = {name: {0: "scalar", 1: "vector({})", 2: "matrix({}, {})", 3: "tensor({}, {}, {})"}[np.ndim(value)].format(
    *np.shape(value)) for name, value in ARRAYS.items()} | {"S": "spd(4)"}  # fmt: skip

EXPRESSIONS = """
np.sum((X @ w - x)**2)
x.T @ y
u.T @ A @ u
x @ x.T
u @ A
A @ B @ u
X.T @ (X @ w - x)
Y @ X
np.dot(x, y)
np.dot(A, u)
np.dot(A, B)
x.dot(y)
A.dot(B).dot(u)
np.inner(x, y)
np.inner(A, B)
np.vdot(A, B)
np.outer(x, w)
np.outer(w, w) - np.diag(w)
np.kron(w, q)
np.kron(A, B)
np.tensordot(A, B, axes=1)
np.tensordot(A, B)
np.matmul(A, B)
np.einsum('ij,jk->ik', A, B)
np.einsum('ij,ij->', A, B)
np.einsum('ii', A)
np.einsum('i,ij,j', u, A, v)
np.einsum('ijk,k->ij', T, u)
np.einsum('ij->ji', X)
np.einsum('i,j->ij', x, w)
np.linalg.inv(A) @ u
np.linalg.det(A)
np.linalg.solve(A, u)
np.linalg.solve(A, B)
np.linalg.norm(x)
np.linalg.norm(x, 1)
np.linalg.norm(x, ord=np.inf)
np.linalg.norm(A)
np.linalg.norm(A, 'fro')
np.linalg.norm(X, axis=1)
np.linalg.norm(X, 2)
np.linalg.slogdet(A)[1]
np.linalg.matrix_power(A, 3)
np.linalg.pinv(X)
np.linalg.cholesky(S)
np.linalg.eigvalsh(S)
np.linalg.multi_dot([Y, X, w])
np.trace(A @ B)
A.trace()
np.linalg.inv(A).T @ np.linalg.inv(A)
-0.5 * u @ np.linalg.solve(S, u) - 0.5 * np.linalg.slogdet(S)[1] - len(u)/2*np.log(2*np.pi)
X.mean(axis=0)
X - X.mean(axis=0)
(X - X.mean(axis=0)) / X.std(axis=0)
X.sum(axis=0, keepdims=True)
X.sum(axis=1)
X.sum()
np.sum(X, 0)
np.sum(X, axis=-1, keepdims=True) * X
X.var(axis=0, ddof=1)
np.std(x)
np.prod(z)
X.max(axis=1)
np.min(X)
np.ptp(x)
np.average(x, weights=z)
np.cumsum(x)
np.cumsum(X, axis=0)
np.cumprod(z)
np.diff(x)
np.exp(-x**2 / 2) / np.sqrt(2 * np.pi)
np.log(z) + np.log1p(z) - np.log2(z) * np.log10(z)
np.sin(x) * np.cos(x) + np.tan(a) - np.sinh(b) * np.cosh(b) + np.tanh(x)
np.arctan2(x, y) + np.arctan(x) + np.arcsin(a) - np.arccos(a)
np.abs(x) + np.sign(y) * abs(b)
np.sqrt(z) + np.cbrt(x) + np.square(y) + np.reciprocal(z)
np.power(z, 3) + np.power(z, y)
np.hypot(x, y)
np.floor(x) + np.ceil(y) + np.round(3*x)
np.expm1(x) + np.exp2(y) - np.logaddexp(x, y)
np.maximum(x, 0)
np.minimum(x, y)
np.clip(x, -0.5, 0.5)
np.where(x > 0, x, 0.1 * x)
np.where(x > y, x, y).sum()
np.where((x > 0) & (y > 0), x * y, 0)
np.where(np.logical_or(x > 0, ~(y > 0)), 1.0, z)
np.where(a > b, x, y)
np.sum(x > 0)
(x > 0) * x
(x >= y) + 1.5
np.mean((x > 0) != (y > 0))
x[0] * x[1] + x[-1]
x[1:4]
x[::2]
x[::-1] @ y
x[1:] - x[:-1]
X[0]
X[:, 1]
X[1:3, ::2]
X[2, 1] * A[3, 0]
X[..., 0]
x[:, None] - y[None, :]
x[:, np.newaxis] * w
(x[:, None] - y)**2
np.sum((X[:, None, :] - X[None, :, :])**2, axis=-1)
x / np.linalg.norm(x)
X / np.linalg.norm(X, axis=1, keepdims=True)
np.exp(x) / np.sum(np.exp(x))
np.exp(X - X.max(axis=1, keepdims=True)) / np.exp(X - X.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
np.log(np.sum(np.exp(x)))
1 / (1 + np.exp(-X @ w))
-np.mean(z * np.log(1 / (1 + np.exp(-X @ w))) + (1 - z) * np.log(1 - 1 / (1 + np.exp(-X @ w))))
np.diag(A)
np.diag(u) @ A
np.diag(np.diag(A))
np.tril(A) + np.triu(A)
A.T
A.T.T + A.transpose()
np.transpose(T, (2, 0, 1))
T.transpose(1, 0, 2)
np.swapaxes(T, 0, 2)
np.moveaxis(T, 0, -1)
X.reshape(3, 5)
X.reshape(-1)
np.reshape(X, (3, 5)) + Y
X.ravel() @ X.flatten()
np.expand_dims(x, 0)
np.squeeze(X[:1])
np.concatenate([x, w])
np.stack([x, y])
np.stack((x, y), axis=1)
np.vstack([x, y]) @ y
np.hstack([x, w])
np.column_stack([x, y, z])
np.array([a, b, t])
np.array([[a, b], [-b, a]]) @ np.array([t, 1.0])
np.flip(x)
np.roll(x, 1)
np.convolve(x, w)
np.cross(w, q)
np.eye(4) + A
A + 2 * np.identity(4)
np.ones(5) @ x + np.zeros(5).sum()
np.ones((4, 4)) - A
np.ones_like(x) + np.zeros_like(y) + np.full(5, 2.0)
np.arange(5) * x
np.sum(x * np.arange(1, 6))
x.shape[0] * a + X.shape[1] + x.size + X.ndim
len(x) + np.size(X, 0)
(x**2).sum() / (2 * t**2)
a**2 + b**3 - a*b/t + a // 1 + t % 2
1/2 + 3*a - 2**-1 + -a**2 + 10**3
math.exp(a) + math.sqrt(t) + math.pi * math.sin(b) + math.log(t, 10) + math.gamma(t)
max(a, b) + min(a, b, t)
sum(x) + sum(X) @ w
a if a > b else b
x.real + x.imag + np.conj(x)
np.add(x, y) - np.multiply(x, np.subtract(y, z)) / np.divide(x, z)
np.linalg.norm(A @ u - v)**2 + a * np.linalg.norm(u, 1)
((A - A.T) / 2) @ u
u @ (S @ u) / (u @ u)
np.sum([a, b, t])
sum([x[k]**2 for k in range(5)])
np.linspace(-1, a, 5) * x
np.block([[A, B], [B, A]])
np.append(x, a)
np.heaviside(x, 0.5)
np.count_nonzero(x > 0)
math.factorial(4) + math.comb(5, 2) + math.prod([a, b]) + math.fsum([a, t])
round(3*a)
a > 0 and b < 1
(lambda s: s**2 + 1)(a)
T @ u
T.sum(axis=(0, 2))
T[1].T @ T[0]
np.trace(T[:, :2, 0])
np.real(a + 0j) if a > 0 else b
""".strip().splitlines()
STATEMENTS = [
    "r = X @ w - x\nnp.sum(r**2)",
    "import numpy as np\n\ndef loss(w, X, x):\n    '''Least squares.'''\n    r = X @ w - x  # residual\n"
    "    return np.mean(r ** 2)\n",
    "def softmax(s):\n    e = np.exp(s - s.max())\n    return e / e.sum()\n\nsoftmax(x) @ y",
    "def f(x, c=2):\n    return c * x\n\nf(x) + f(y, c=a) + f(z, 3)",
    "from numpy import exp, linalg as la\nimport math as m\nexp(-la.norm(x)) * m.pi",
    "h = np.tanh(X.T @ x)\nh = h / 2\nh += w\nh *= 2\nh @ q",
    "n, d = X.shape\nmu = X.sum(axis=0) / n\nC = (X - mu).T @ (X - mu) / (n - 1)\nnp.trace(C) / d",
    "sign, logdet = np.linalg.slogdet(A)\nlogdet",
    "s = 0\nfor k in range(3):\n    s += x[k] * w[k]\ns",
    "total = 0.0\nfor row, y_k in ((X[0], x[0]), (X[1], x[1])):\n    total = total + (row @ w - y_k)**2\ntotal",
    "    c = x @ y\n    c / (np.linalg.norm(x) * np.linalg.norm(y))",
    "def outer(v):\n    def inner(s):\n        return s * a + v\n    return inner(v) @ u\nouter(u)",
    "x, y = y, x\nx - 2 * y",
    "(s, r), c = (a, b), t\ns * r - c",
]


def of_numpy(text: str) -> Any:
    """The value of a source, run by Python."""
    import ast
    import textwrap

    scope: dict[str, Any] = {"np": np, "math": math, **ARRAYS}
    module = ast.parse(textwrap.dedent(text))
    last = module.body[-1]
    if isinstance(last, ast.FunctionDef):
        exec(compile(module, "source", "exec"), scope)
        return scope[last.name](*(ARRAYS[one.arg] for one in last.args.args))
    exec(compile(ast.Module(module.body[:-1], []), "source", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "source", "eval"), scope)


def of_ours(e: sd.Expr) -> Any:
    e = e if e.op != "compare" else np.where(e, 1, 0)
    return e({s.name: ARRAYS[s.name] for s in e.symbols})


@pytest.mark.sample(100)
@pytest.mark.parametrize("text", [*EXPRESSIONS, *STATEMENTS], ids=lambda text: text.replace("\n", "; ")[:40])
def test_the_value_is_that_of_numpy(text: str) -> None:
    expected = np.asarray(of_numpy(text), dtype=float)
    found = np.asarray(of_ours(sd.parse_numpy(text, KINDS)), dtype=float)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            guessed = sd.parse_numpy(text)
        except sd.SymdiffError:  # a name's kind is asked for
            return
    try:
        found = of_ours(guessed)
    except sd.SymdiffError:  # of another kind, or a size that only the arrays would show
        return
    same_kinds = all(s.ndim == np.ndim(ARRAYS[s.name]) for s in guessed.symbols)
    if same_kinds or not told:
        np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("np.sum((X @ w - y)**2)", "X: matrix(m, n); w: vector(n); y: vector(m)"),
        ("x.T @ A @ x", "A: matrix(n, n); x: vector(n)"),
        ("np.trace(A @ B)", "A: matrix(m, n); B: matrix(n, m)"),
        ("np.einsum('ij,jk->ik', A, B)", "A: matrix(m, n); B: matrix(n, p)"),
        ("X - X.mean(axis=0)", "X: matrix(m, n)"),
        ("np.maximum(0, W @ x + b) @ c", "W: matrix(m, n); b: vector(m); c: vector(m); x: vector(n)"),
        ("np.linalg.solve(A, b) @ c", "A: matrix(n, n); b: vector(n); c: vector(n)"),
        ("np.log(1 + np.exp(-X @ w)).mean() + lam*w @ w", "X: matrix(m, n); lam: scalar; w: vector(n)"),
        ("np.stack([x, y]) @ z", "x: vector(n); y: vector(n); z: vector(n)"),
        ("np.sum(np.eye(n) + A)", "A: matrix(n, n)"),
        ("x[:, None] - y", "x: vector(n); y: vector(m)"),
        ("T[0, 1, 2] + x[0]", "T: tensor(n, m, p); x: vector(q)"),
        ("np.exp(-t**2)", "t: scalar"),
        ("np.sum(K * np.outer(a, a))", "K: matrix(n, n); a: vector(n)"),
        ("np.exp(-np.sum((x - 2*y)**2)/(2*s**2))", "s: scalar; x: vector(n); y: vector(n)"),
        ("(w @ x + b)**2 + A @ w @ w", "A: matrix(n, n); b: scalar; w: vector(n); x: vector(n)"),
        ("x.reshape(3, 4) @ w", "w: vector(4); x: vector(12)"),
    ],
)
def test_kinds_are_inferred(text: str, kinds: str) -> None:
    assert "; ".join(sd.parse_numpy(text).assumptions) == kinds


def test_names_stay_and_derivatives_read_as_the_source() -> None:
    f = sd.parse_numpy("r = X @ w - y\nr @ r / 2", "X: matrix(m, n); w: vector(n); y: vector(m)")
    assert str(f) == "r'*r/2 where r = X*w - y"
    assert str(sd.grad(f, "w")) == "X'*r where r = X*w - y"
    assert str(sd.parse_numpy("r = X @ w - y\nr @ r / 2", {"X": "matrix(m, n)", "w": "vector(n)", "y": "vector(m)"},
                              named=False)) == "(X*w - y)'*(X*w - y)/2"  # fmt: skip
    assert str(sd.parse_numpy("f(x) * f(2)", "f: function; x: scalar")) == "f(x)*f(2)"


@pytest.mark.parametrize(
    ("text", "error", "said", "place"),
    [
        ("x^2", sd.NotSupported, "`**`", "x^2"),
        ("x'", sd.ParseError, "A.T", None),
        ("np.sum(x", sd.ParseError, "never closed", "("),
        ("1 + np.foo(x)", sd.NotSupported, "np.foo", "np.foo"),
        ("np.linalg.nrm(x)", sd.NotSupported, "did you mean np.linalg.norm?", "np.linalg.nrm"),
        ("np.fft.fft(x)", sd.NotSupported, "np.fft", "np.fft"),
        ("x.meen()", sd.NotSupported, "did you mean .mean?", "x.meen"),
        ("np.sum(a*b)", sd.ShapeError, "which of `a` or `b`", "np.sum(a*b)"),
        ("x = a\ny = x @ (b * c)", sd.ShapeError, "which of", "x @ (b * c)"),
        ("g(x)", sd.UnknownNameError, 'g="function"', "g(x)"),
        ("x[x > 0].sum()", sd.NotSupported, "np.where", "x[x > 0]"),
        ("x[[0, 2]]", sd.NotSupported, "list of places", "x[[0, 2]]"),
        ("x[0] = 1\nx", sd.NotSupported, "sd.trace", "x[0] = 1"),
        ("r = X @ w\ns = r\nr += w[0]\nr", sd.NotSupported, "write r = r + …", "r += w[0]"),
        ("if a > 0:\n    b = 1\nb", sd.NotSupported, "np.where", "if a > 0:\n    b = 1"),
        ("while True:\n    pass", sd.NotSupported, "sd.trace", "while True:\n    pass"),
        ("__import__('os').system('true')", sd.NotSupported, "__import__", "__import__"),
        ("open('x')", sd.NotSupported, "Python's open", "open"),
        ("eval('1')", sd.NotSupported, "Python's eval", "eval"),
        ("import os\nos.getcwd()", sd.NotSupported, "the module os", "import os"),
        ("from os import *", sd.NotSupported, "the module os", "from os import *"),
        ("x.__class__", sd.NotSupported, ".__class__", "x.__class__"),
        ("np.__loader__", sd.NotSupported, "np.__loader__", "np.__loader__"),
        ("().__class__", sd.SymdiffError, "", "().__class__"),
        ("A @ np.ones(3) + np.ones(2) + np.ones(4)", sd.ShapeError, "declare", None),
        ("def f(x):\n    return f(x)\nf(a)", sd.LimitError, "calls itself", None),
        ("def f(x, y): return x\nf(a)", sd.SymdiffError, "lacks a value for y", "f(a)"),
        ("def f(*x): return 1\nf(a)", sd.NotSupported, "plain names", "f(a)"),
        ("9**9**9**9", sd.LimitError, "digits", "9**9**9"),
        ("(" * 500 + "x" + ")" * 500, sd.ParseError, "", None),
        ("-" * 200_000 + "x", sd.LimitError, "nested", None),
        ("x" + " + x" * 200_000, sd.LimitError, "nested", None),
        ("x" * 2_000_000, sd.LimitError, "characters", None),
        ("sum(x[k] for k in range(10**9))", sd.LimitError, "1000 rounds", None),
        ("", sd.ParseError, "no value", None),
        ("x = 3\0", sd.ParseError, "", None),
        ("x, y", sd.NotSupported, "several values", None),
        ("lambda x: x", sd.NotSupported, "write a def", None),
        ("0 < x[:3] < 1", sd.ShapeError, "`&`", "0 < x[:3] < 1"),
        ("X @ w > 0 and a", sd.ShapeError, "np.logical_and", "X @ w > 0 and a"),
        ("np.sum(x, dtype=int)", sd.NotSupported, "dtype", None),
        ("np.sum(x, out=y)", sd.NotSupported, "np.sum with these arguments", None),
        ("a and b", sd.NotSupported, "no comparison", "a and b"),
        ("[1, 2] + [3]", sd.NotSupported, "np.array", "[1, 2] + [3]"),
        ("'a' * x", sd.SymdiffError, "str", "'a' * x"),
        ("pi * 2", sd.UnknownNameError, "np.pi", "pi"),
        ("np.add.reduce(x)", sd.NotSupported, ".reduce of a function", "np.add.reduce"),
        ("f'{x}'", sd.NotSupported, "formatted text", "f'{x}'"),
        ("é + _x", sd.ParseError, "_x", "_x"),
    ],
)  # fmt: skip
def test_errors_say_where_and_what_to_do(text: str, error: type[Exception], said: str, place: str | None) -> None:
    with pytest.raises(error) as caught:
        sd.parse_numpy(text)
    assert said in str(caught.value)
    if place is not None:
        assert caught.value.span is not None
        assert text[slice(*caught.value.span)] == place


def test_strict_refuses_names_and_arguments_are_texts() -> None:
    with pytest.raises(sd.UnknownNameError, match="not declared"):
        sd.parse_numpy("np.exp(x)", strict=True)
    with pytest.raises(sd.SymdiffError, match="takes a text"):
        sd.parse_numpy(3)
