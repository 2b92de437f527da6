"""Generated NumPy code: right on random expressions, planned, stable at the edges, clear about bad input."""

from __future__ import annotations

import math
import re
import traceback
import warnings
from collections.abc import Callable
from functools import reduce
from random import Random
from typing import Any

import numpy as np
import pytest
from strategies import SYMBOLS, Maker, coverage

from symdiff import algebra
from symdiff.algebra import (
    ONE,
    Function,
    add,
    einsum,
    eye,
    fmap,
    hadamard,
    join,
    matmul,
    number,
    scale,
    symbol,
    total,
    trace,
)
from symdiff.book import library, use_library
from symdiff.calculus.derive import grad
from symdiff.compiled import Compiled, compile
from symdiff.dims import size
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.evaluation import evaluate
from symdiff.expr import Expr
from symdiff.syntax.read import read

DECLARED = """
t, u: scalar; x, w, b: vector(n); y: vector(m); z: vector(n + 1); A, B: matrix(n, n); X: matrix(m, n)
T: tensor(2, n, m); c: complex scalar; f: function
S: symmetric(n)
"""


def expr(text: str) -> Expr:
    return read(text, DECLARED).expr


def compiled(*texts: str) -> Compiled:
    return compile(expr(texts[0]) if len(texts) == 1 else [expr(text) for text in texts])


def body(f: Compiled) -> str:
    """The statements of the generated function."""
    lines = [line.strip() for line in f.source.partition("def f(")[2].splitlines()[1:]]
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def point(rng: np.random.Generator, sizes: dict[str, int]) -> dict[str, Any]:
    """Values of the symbols of the random expressions."""
    values = {}
    for e in SYMBOLS:
        value = rng.normal(size=[sizes.get(str(d), d) for d in e.shape])
        properties = e.attr.properties
        if "positive" in properties:
            value = np.abs(value) + 0.1
        elif "integer" in properties:
            value = np.array(3.0)
        elif "symmetric" in properties:
            value = value + value.T
        elif "spd" in properties:
            value = value @ value.T + np.eye(len(value))
        elif "diagonal" in properties:
            value = np.diag(np.diag(value))
        values[e.attr.name] = value
    return values


class Checked:
    """How often code and evaluator were compared, and on what."""

    def __init__(self) -> None:
        self.compared: list[Expr] = []

    def check(self, e: Expr, seed: int) -> None:
        sizes = dict(zip("nm", [(3, 2), (1, 2), (4, 1), (2, 2), (1, 1)][seed % 5], strict=True))
        values = point(np.random.default_rng(seed), sizes)
        f = compile(e)
        try:
            wanted = np.asarray(evaluate(e, values, sizes))
            found = np.asarray(f(**{name: values[name] for name in f.args}, **named_sizes(e, sizes)))
        except SymdiffError as error:
            known = ("at these values", "definition", "is not symmetric")
            assert any(words in str(error) for words in known), error
            return
        assert found.shape == wanted.shape
        # where a part has no value (the logarithm of a negative number), NumPy and the defs may differ
        if np.isfinite(wanted).all() and np.isfinite(found).all() and np.abs(wanted).max(initial=0) < 1e10:
            largest = max(1.0, float(np.abs(wanted).max(initial=0)))
            np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-8 * largest, err_msg=f.source)
            self.compared.append(e)


def named_sizes(e: Expr, sizes: dict[str, int]) -> dict[str, int]:
    """Sizes by name, those that occur."""
    return {name: value for name, value in sizes.items() if name in compile(e).sizes}


def test_random_expressions_agree_with_the_evaluator() -> None:
    checked = Checked()
    with np.errstate(all="ignore"):
        for seed in range(250):
            checked.check(Maker(Random(seed), names=False).any(3), seed)
    assert len(checked.compared) > 180
    ops, functions = coverage(checked.compared)
    assert {
        "mul",
        "einsum",
        "add",
        "map",
        "call",
        "reduce",
        "scan",
        "select",
        "index",
        "join",
        "reshape",
    } <= ops
    assert len(functions) > 20


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(A + A')*x", "return A @ x + A.T @ x"),
        ("x'*A*x", "return x @ (A @ x)"),
        ("X'*(X*w)", "return X.T @ (X @ w)"),
        ("X'*X*w", "return X.T @ (X @ w)"),
        ("2*X'*(X*w - y)", "return 2 * (X.T @ (X @ w - y))"),
        ("(X'*X + t*I)*w", "return X.T @ (X @ w) + t * w"),
        ("X'*diag(y)*X", "return X.T @ (y[:, None] * X)"),
        ("A*diag(x)*B*w", "return A @ (x * (B @ w))"),
        ("sum(x.^2)", "return x @ x"),
        ("tr(A*B)", "return A.ravel() @ B.T.ravel()"),
        ("X'*X + t*I", "return add_diagonal(X.T @ X, t)"),
        ("inv(A)*x", "return np.linalg.solve(A, x)"),
        ("x'*inv(A)*b", "return x @ np.linalg.solve(A, b)"),
        ("inv(A)'*X'", "return np.linalg.solve(A.T, X.T)"),
        ("t*x + x.*w", "return t * x + x * w"),
        ("X .* (y*x')", "return X * y[:, None] * x"),
        ("x ./ w - 2*b", "return x / w - 2 * b"),
        ("sum(X, axis=0)", "return X.sum(axis=0)"),
        ("mean(X)", "m, n = X.shape\nreturn X.sum() / (n * m)"),
        ("eye(n)", "return np.eye(n)"),
        ("where(x > 0, x, 0)", "return np.where(x > 0, x, 0.0)"),
        ("A + A", "return 2 * A"),
        ("t/3", "return t / 3"),
        ("(A.*B)*x", "return (A * B) @ x"),
        ("x'*x*w", "return (x @ x) * w"),
        ("I + diag(x)", "return np.diag(1 + x)"),
        ("x*w' + t*I", "return add_diagonal(x[:, None] * w, t)"),
        ("x'*inv(S)", "return np.linalg.solve(S, x)"),
        ("inv(S) + inv(S)*x*x'*inv(S)", "v0 = np.linalg.inv(S)\nv1 = v0 @ x\nreturn v0 + v1[:, None] * v1"),
        ("-2*X'*diag(y)*X", "return -(X.T @ ((2 * y)[:, None] * X))"),
        ("b - A*(w - x)", "return b - A @ (w - x)"),
        ("2/n*sum(x)", "n = x.shape[0]\nreturn 2 / n * x.sum()"),
        ("x*sqrt(2*pi)", "return np.sqrt(2 * np.pi) * x"),
        ("(A*B)'", "return B.T @ A.T"),
        ("(A*B')' .* A", "return (B @ A.T) * A"),
        ("(A*B)'*x", "return B.T @ (A.T @ x)"),
        ("x[0] + x[n - 1]", "n = x.shape[0]\nreturn x[0] + x[n - 1]"),
    ],
)  # fmt: skip
def test_code(text: str, code: str) -> None:
    assert body(compiled(text)) == code


def test_a_list_shares_all_work() -> None:
    f = compiled("norm2(X*w - y)^2", "2*X'*(X*w - y)", "X*w")
    assert f.source.count("@") == 3  # X w once, its square, and X' times the residual
    value, gradient, product = f(X=[[1, 2], [3, 4]], w=[1, 1], y=[1, 1])
    assert value == pytest.approx(2**2 + 6**2)
    np.testing.assert_allclose(gradient, [40, 56])
    np.testing.assert_allclose(product, [3, 7])
    (single,) = compile([expr("x'*x")])(x=[3, 4])
    assert single == 25


def test_shared_parts_are_computed_once() -> None:
    source = body(compiled("exp(t)*sin(exp(t)) + cos(exp(t))"))
    assert source.count("np.exp") == 1
    assert len(source.splitlines()) == 2


@pytest.mark.parametrize("text", ["t", "A*x", "x'*A*x", "A*B", "inv(A)'", "sum(exp(A*x))", "(A + A')*A*x", "t*x"])
def test_a_result_may_be_asked_for_twice(text: str) -> None:
    e = expr(text)
    values = {"A": np.eye(2) * 2, "x": np.ones(2), "B": np.ones((2, 2)), "t": 3.0}
    for results in ([e, e], [e, e, 2 * e], [2 * e, e, e], [e, -e, e]):
        f = compile(results)
        for found, asked in zip(f(**{name: values[name] for name in f.args}), results, strict=True):
            np.testing.assert_allclose(found, asked(values))


def test_no_identity_and_no_ones_are_stored() -> None:
    for text in [
        "x'*(A + I)*x",
        "(A + t*I)*x",
        "x + t*ones(n)",
        "sum(x*ones(m)')",
        "tr(I*A)",
        "ones(n)'*A*x",
    ]:
        source = body(compiled(text))
        assert "eye" not in source and "ones" not in source and "broadcast" not in source, source


def test_chains_are_planned() -> None:
    text = body(compiled("A*B*A*B*A*B*A*B*x"))
    assert text.count("@") == 8
    assert not re.search(r"x[01] @ x[01]\b", text)  # every product has a vector


def all_partials(k: int, shape: tuple[Any, ...], of: Callable[[list[Expr]], Expr]) -> Compiled:
    """Code for the derivatives of a function of k factors by every one of them."""
    factors = [symbol(f"A_{i}", shape) for i in range(k)]
    return compile(grad(of(factors), factors))


@pytest.mark.parametrize("k", [4, 7, 20, 60])
def test_all_partials_of_a_chain_take_its_beginnings_and_ends_once(k: int) -> None:
    n = size("n")
    f = all_partials(k, (n, n), lambda factors: trace(reduce(matmul, factors)))
    assert f.source.count(" @ ") == 3 * k - 6  # of each beginning, of each end, of two for each result
    values = {f"A_{i}": np.random.default_rng(i).normal(size=(3, 3)) for i in range(k)}
    last = reduce(np.matmul, [values[f"A_{i}"] for i in range(k - 1)])
    np.testing.assert_allclose(f(**values)[-1], last.T, rtol=1e-9)


@pytest.mark.parametrize("k", [4, 7, 20, 60])
def test_all_partials_of_a_product_entry_by_entry_are_linear(k: int) -> None:
    f = all_partials(k, (size("n"),), lambda factors: total(reduce(hadamard, factors)))
    assert f.source.count(" * ") == 3 * k - 6
    values = {f"A_{i}": np.array([1.0, 1 + i / k]) for i in range(k)}
    wanted = np.prod([values[f"A_{i}"] for i in range(1, k)], axis=0)
    np.testing.assert_allclose(f(**values)[0], wanted)


def test_all_partials_of_a_chain_between_vectors_multiply_no_two_matrices() -> None:
    n = size("n")
    x, y = symbol("x", (n,)), symbol("y", (n,))
    f = all_partials(20, (n, n), lambda factors: matmul(y, reduce(matmul, [*factors, x])))
    assert f.source.count(" @ ") == 2 * 20 - 2
    g = compile([expr("x'*A*B*w"), expr("w'*A*B*b")])  # A*B is in both, and dear
    assert g.source.count(" @ ") == 6


def test_an_inverse_that_is_a_result_is_worked_out_once() -> None:
    source = body(compiled("inv(A)", "inv(A)*x"))
    assert source.count("np.linalg.") == 1


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 3), (3, 1)])
def test_a_size_that_happens_to_be_one_changes_nothing(n: int, m: int) -> None:
    rng = np.random.default_rng(n * 10 + m)
    values = {"X": rng.normal(size=(m, n)), "x": rng.normal(size=n), "y": rng.normal(size=m), "t": 0.5}
    for text in [
        "X + ones(m)*x'",
        "y*x'",
        "X'*y + x",
        "sum(X, axis=0) .* x",
        "X .* (y*x')",
        "softmax(X, axis=1)",
        "diag(x) + x*x'",
        "sum(X, axis=1, keepdims=True)",
        "X ./ sum(X, axis=1, keepdims=True)",
    ]:
        e = expr(text)
        f = compile(e)
        found = f(
            **{name: values[name] for name in f.args},
            **({"m": m} if text.startswith("sum(X, axis=0)") else {}),
        )
        np.testing.assert_allclose(found, evaluate(e, values, {"n": n, "m": m}), rtol=1e-12)
        assert found.shape == evaluate(e, values, {"n": n, "m": m}).shape


@pytest.mark.parametrize(
    ("text", "values", "wanted"),
    [
        ("log(1 + exp(t))", {"t": 1000}, 1000.0),
        ("log(1 + exp(t))", {"t": -700}, np.exp(-700)),
        ("log(1 + exp(x))", {"x": [1000, -1000, 0]}, [1000, 0, np.log(2)]),
        ("log(2 + exp(t))", {"t": 1000}, 1000.0),
        ("log(3*exp(t) + exp(u)/2)", {"t": 1000, "u": 1000}, 1000 + np.log(3.5)),
        ("sigmoid(t)", {"t": -1000}, 0.0),
        ("1/(1 + exp(-t))", {"t": -700}, np.exp(-700)),
        ("exp(t)/(1 + exp(t))", {"t": 1000}, 1.0),
        ("exp(-x) ./ (1 + exp(-x)).^2", {"x": [800, -30, 0]}, [0, np.exp(-30), 0.25]),
        ("1 - sigmoid(t)", {"t": 100}, np.exp(-100)),
        ("log(sigmoid(t))", {"t": -1000}, -1000.0),
        ("log(cosh(t))", {"t": -1000}, 1000 - np.log(2)),
        ("1 - tanh(t)^2", {"t": 100}, 4 * np.exp(-200)),
        ("log(sum(exp(x)))", {"x": [1000, 1000]}, 1000 + np.log(2)),
        ("log(sum(exp(X), axis=1))", {"X": [[1000] * 2, [-1000] * 2]}, [1000 + np.log(2), np.log(2) - 1000]),
        ("exp(x)/sum(exp(x))", {"x": [1000, 1000]}, [0.5, 0.5]),
        ("exp(X) ./ sum(exp(X), axis=1, keepdims=True)", {"X": [[1000, 1000]]}, [[0.5, 0.5]]),
        ("softmax(x)", {"x": [1e4, 0]}, [1, 0]),
        ("log(softmax(x))", {"x": [1e4, 0]}, [0, -1e4]),
        ("log(det(A))", {"A": 1e-5 * np.eye(200)}, 200 * np.log(1e-5)),
        ("logdet(A)", {"A": 1e5 * np.eye(200)}, 200 * np.log(1e5)),
        ("exp(t) - 1", {"t": 1e-20}, 1e-20),
        ("log(1 + t)", {"t": 1e-20}, 1e-20),
        ("1 - cos(t)", {"t": 1e-9}, 5e-19),
        ("sqrt(t + 1) - sqrt(t)", {"t": 1e18}, 5e-10),
        ("sqrt(t^2 + u^2)", {"t": 1e200, "u": 1e200}, np.sqrt(2) * 1e200),
        ("log(gamma(t))", {"t": 500}, math.lgamma(500)),
        ("exp(t)*(1/(1 + exp(t)))", {"t": 1000}, 1.0),
        ("hypot(t, u)", {"t": 1e200, "u": 1e200}, np.sqrt(2) * 1e200),
        ("norm(x, 3)", {"x": [1e200, 1e200]}, 2 ** (1 / 3) * 1e200),
        ("adj(A)", {"A": [[1, 2], [2, 4]]}, [[4, -2], [-2, 1]]),
        ("where(t > 0, log(t), 0)", {"t": -1}, 0.0),
        ("where(x > 0, log(x), 0)", {"x": [1, 0, -1]}, [0, 0, 0]),
        ("where(x != 0, sin(x)./x, 1)", {"x": [0, np.pi / 2]}, [1, 2 / np.pi]),
        ("(-8)^(1/3)", {}, np.nan),
    ],
)  # fmt: skip
def test_stable_at_the_edges(text: str, values: dict[str, Any], wanted: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error" if wanted is not np.nan else "ignore")
        np.testing.assert_allclose(compiled(text)(**values), wanted, rtol=1e-13, atol=1e-14)


def test_division_by_zero_is_infinite_and_raises_nothing() -> None:
    with np.errstate(all="ignore"):
        assert compiled("1/t")(0) == np.inf
        assert compiled("t/0")(1.0) == np.inf
        for text in ("i/t", "(1 + i)/t", "2/(i*t)", "1/(i*t)^2", "1/(t*(1 + i) - t*i)"):
            assert np.isinf(compiled(text)(0.0)) or np.isnan(compiled(text)(0.0)), text
        assert np.isnan(compiled("log(t)^2")(-1))
        assert np.isnan(compiled("t^(1/3)")(-8.0))
        assert compiled("where(t > 0, 0, 1)/t")(0) == np.inf


def test_integers_become_floats_and_large_numbers_survive() -> None:
    f = compiled("x .^ -2 + t")
    np.testing.assert_allclose(f([1, 2], 3), [4, 3.25])
    assert f([1, 2], 3).dtype == float
    assert compile(scale(number(10**400), symbol("t")))(1.0) == np.inf
    assert compiled("2")() == 2.0


def test_float32_stays() -> None:
    x = np.ones(3, dtype=np.float32)
    assert compiled("2*x + 1")(x).dtype == np.float32


def test_complex_values() -> None:
    assert compiled("exp(i*pi)")() == pytest.approx(-1)
    assert compiled("sqrt(c)")(-4) == 2j
    assert compiled("log(1 + exp(c))")(1j) == pytest.approx(np.log(1 + np.exp(1j)))
    assert compiled("softplus(c)")(1j) == pytest.approx(np.log(1 + np.exp(1j)))
    with pytest.raises(NotSupported, match="atan2 has no numerical form for complex numbers"):
        compiled("atan2(c, t)")
    with pytest.raises(SymdiffError, match="t is real, but its value is complex"):
        compiled("t^2")(1j)


def borrowed(f: Compiled, values: dict[str, Any]) -> list[str]:
    """Which results of a function are not arrays of their own, which the caller may write to."""
    first, second = f(**values), f(**values)
    results = [*first, *second] if isinstance(first, tuple) else [first, second]
    arrays = {str(k): value for k, value in enumerate(results) if np.ndim(value)}
    wrong = [f"{k} is read-only" for k, value in arrays.items() if not value.flags.writeable]
    wrong += [f"{k} is a view" for k, value in arrays.items() if not value.flags.owndata]
    others = {**arrays, **{name: np.asarray(value) for name, value in values.items() if not callable(value)}}
    names = list(others)
    for k in arrays:
        later = names[names.index(k) + 1 :]
        wrong += [f"{k} is shared with {name}" for name in later if np.may_share_memory(arrays[k], others[name])]
    return wrong


@pytest.mark.parametrize(
    "texts",
    [
        ["A"], ["A'"], ["A + 0*t"], ["diag(A)"], ["diag(A.^3)"], ["vec(A)"], ["vec(A.^2)"], ["x[1:]"], ["A[:, 0]"],
        ["x", "x"], ["A", "A'", "A[0]", "diag(A)"], ["2*A", "(2*A)[0]", "2*A", "(2*A)'"], ["(2*A)[0]", "2*A"],
        ["A*B", "(A*B)'", "diag(A*B)", "vec(A*B)"], ["A*x", "A*x", "2*A*x"], ["t*ones(n) + 0*x", "x + t - t"],
        ["[1.5, 2]", "[1.5, 2]", "eye(3)", "eye(3)", "ones(3)"], ["real(g)", "imag(g)", "conj(g)", "g"],
        ["recurrence(A, B, axis=1)"], ["recurrence_back(A, B, axis=1)"],
        ["h(x)", "h(x)"], ["detach(x)"], ["einsum('ijk,jk->i', T, X')"], ["einsum('ijk,jl->ilk', T, A)"],
        ["cumsum(x, reverse=True)"], ["cumsum(x)", "x"], ["adj(A)", "prod_others(A, axis=1)", "softmax(x)"],
        ["inv(A)", "inv(A)'", "expm(A)", "tril(A)", "triu(A)", "tril(A)"], ["kron(A, B)", "outer(x, w)", "x*w'"],
        ["svd_right(A)", "eigvecs(A + A')", "cholesky(A*A' + eye(n))", "polar(A)", "pinv(X)", "norm2(A, axis=0)"],
        ["max(x, w)", "max(A, axis=0)", "where(x > 0, x, w)", "concat(x, w)", "[t, u]", "stack(x, w)", "stack(x, x)'"],
    ],
    ids=lambda texts: texts[0],
)  # fmt: skip
def test_results_are_arrays_of_their_own(texts: list[str]) -> None:
    declared = f"{DECLARED}; g: complex vector(n); h: function(vector(n)) -> vector(n)"
    rng = np.random.default_rng(1)
    values = {"t": 0.5, "u": 2.0, "x": np.array([1.0, 2.0]), "w": np.array([3.0, -1.0]), "X": np.ones((3, 2)),
              "A": rng.normal(size=(2, 2)), "B": rng.normal(size=(2, 2)), "T": np.ones((2, 2, 3)),
              "g": np.array([1j, 2.0]), "h": lambda x: x}  # fmt: skip
    exprs = [read(text, declared).expr for text in texts]
    for f in (compile(exprs), *map(compile, exprs)):
        given = {name: values[name] for name in f.args}
        assert not borrowed(f, {**given, **({"n": 2} if "n" in f.sizes - given.keys() else {})}), f.source


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 1500), marks=pytest.mark.slow)], ids=str)
def test_results_of_random_lists_are_arrays_of_their_own(seeds: range) -> None:
    with np.errstate(all="ignore"):
        for seed in seeds:
            made = Maker(Random(seed), names=False)
            e = made.any(3)
            parts = [e, e, algebra.transpose(e), scale(number(2), e), made.any(2)]
            parts += [algebra.index(e, [0])] if e.rank else []
            made.random.shuffle(parts)
            sizes = {"n": 3, "m": 2}
            values = point(np.random.default_rng(seed), sizes)
            try:
                f = compile(parts)
                given = {name: values[name] for name in f.args}
                given |= {name: sizes[name] for name in f.sizes}
                wrong = borrowed(f, given)
            except SymdiffError as error:
                known = ("at these values", "definition", "no such entry", "is not symmetric")
                assert any(words in str(error) for words in known), error
                continue
            assert not wrong, f.source


@pytest.mark.parametrize(
    ("text", "args", "keywords", "message"),
    [
        ("x'*A*x", ([1, 2],), {}, "no value for A\nhint: the arguments are x, A"),
        ("x'*A*x", ([1, 2],), {"A": np.eye(3)}, "the size n is 2 in axis 0 of x, but 3 in axis 0 of A"),
        ("x'*A*x", ([1, 2], np.eye(2), 3), {}, "3 values for 2 arguments (x, A)"),
        ("x'*A*x", ([1, 2], np.eye(2)), {"x": 1}, "x is given twice"),
        ("x'*A*x", ([1, 2],), {"a": 1}, "there is no argument a\nhint: the arguments are x, A"),
        ("x'*A*x", ([1, 2],), {"AA": 1}, "there is no argument AA\nhint: did you mean A?"),
        ("x'*A*x", ([[1, 2]], np.eye(2)), {}, "x is a vector(n), but its value is an array of shape (1, 2)"),
        ("x'*A*x", (3, np.eye(2)), {}, "x is a vector(n), but its value is a single number"),
        ("x'*A*x", ([1, 2], [[1, 2], [3]]), {}, "the value of A is no array: its rows differ in length"),
        ("x'*A*x", (["a", "b"], np.eye(2)), {}, "the value of x is not made of numbers"),
        ("x'*A*x", ([1, 2], np.eye(2)), {"n": 3}, "the size n is 3 in n=3, but 2 in axis 0 of x"),
        ("x'*x", ([],), {}, "the size n is 0 in axis 0 of x; sizes are positive"),
        ("sum(T)", (np.ones((3, 2, 2)),), {}, "axis 0 of T has length 3, not 2"),
        ("sum(z)*t", ([1],), {"t": 1, "n": 2}, "axis 0 of z has length 1, not n + 1 = 3; n is 2 in n=2"),
        ("eye(n)", (), {}, "no array shows the size n\nhint: give it by name: n=3"),
        ("eye(n)", (), {"n": 2.5}, "the size n is a whole number"),
        ("inv(A)", (np.ones((2, 2)),), {}, "a matrix has no inverse at these values (Singular matrix)"),
        ("x'*x", (symbol("t"),), {}, "the value of x is an expression, not numbers\nhint: use substitute"),
        ("f(t)", (1.0, 2.0), {}, "f is a function: give a callable"),
    ],
)  # fmt: skip
def test_errors(text: str, args: tuple[Any, ...], keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(SymdiffError) as caught:
        compiled(text)(*args, **keywords)
    assert str(caught.value) == message


def test_sizes_are_read_from_sums_and_products() -> None:
    assert compiled("sum(z)*n")([1, 2, 3]) == 12
    assert compile(scale(algebra.size_scalar(size("n")), symbol("t")))(2.0, n=3) == 6
    with pytest.raises(ShapeError):
        compiled("sum(z)*n")([1, 2, 3], n=3)


def test_arguments_in_an_order_of_choice() -> None:
    e = expr("x'*A*w")
    assert compile(e).args == ("x", "A", "w")
    f = compile(e, ["A", "x", "w"])
    assert f.args == ("A", "x", "w")
    assert f([[1, 2], [3, 4]], [1, 0], [0, 1]) == f(w=[0, 1], x=[1, 0], A=[[1, 2], [3, 4]]) == 2
    assert compile(e, [*algebra.symbols_of(e), symbol("unused")]).args[-1] == "unused"
    with pytest.raises(SymdiffError, match="args leaves out A, w"):
        compile(e, ["x"])
    with pytest.raises(SymdiffError, match="did you mean w by ww"):
        compile(e, ["x", "A", "ww"])
    with pytest.raises(SymdiffError, match="two symbols are called x: scalar and vector"):
        compile(add(symbol("x"), algebra.total(symbol("x", (3,)))))


def test_functions_that_are_only_names() -> None:
    f = compiled("f(t)*t")
    assert f.args == ("t", "f")
    assert f(2.0, np.exp) == pytest.approx(2 * np.exp(2))
    with pytest.raises(ShapeError, match="a function returned an array of shape"):
        f(2.0, lambda value: [value, value])
    with pytest.raises(NotSupported, match="the derivative of g"):
        compile(algebra.apply(Function("g", ((),), ()), [symbol("t")], [0]))
    with pytest.raises(NotSupported, match="a differential has no value"):
        compile(algebra.differential(symbol("x", (3,))))
    with pytest.raises(NotSupported, match="no backend called 'fortran'"):
        compile(symbol("t"), backend="fortran")


def test_functions_of_a_users_book_run_by_their_definition() -> None:
    text = "fn softplus2(x) elementwise\n  def  log(2 + exp(x))\nfn opaque(x) elementwise\n  d  dx\n"
    with use_library(library().with_text(text)):
        f = compile(fmap("softplus2", symbol("t")))
        assert body(f) == "return np.logaddexp(np.log(2.0), t)"
        with pytest.raises(NotSupported, match="opaque has no numerical form"):
            compile(fmap("opaque", symbol("t")))


def test_names_of_the_user_reach_only_comments() -> None:
    for name in ["lambda", "__import__('os')", "np", "x\nraise SystemExit", "v0", "x0", "‮e"]:
        f = compile(add(symbol(name, (size("import os"),)), symbol("x1", (size("import os"),))))
        code = [line.partition("#")[0] for line in f.source.splitlines()]
        assert "\n".join(code).count("import") == 1
        np.testing.assert_allclose(f([1.0], [2.0]), [3.0])


def test_tracebacks_show_the_generated_line() -> None:
    def broken(value: float) -> float:
        raise ArithmeticError("no")

    f = compiled("f(t) + 1")
    try:
        f(1.0, broken)
    except ArithmeticError as error:
        shown = "".join(traceback.format_exception(error))
    assert "<symdiff" in shown and "f_(t)" in shown


@pytest.mark.parametrize("count", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_depth_and_width_are_no_limit(count: int) -> None:
    chain = symbol("t")
    for _ in range(count):
        chain = fmap("sin", chain)
    assert 0 < compile(chain)(1.0) < 2 / count**0.5
    terms = [symbol(f"t{k}") for k in range(300)]
    wide = add(*[algebra.mul(number(k + 1), terms[k % 300], fmap("exp", terms[k % 299])) for k in range(count)])
    assert compile(wide)(**{f"t{k}": 0.0 for k in range(300)}) == 0.0


def test_long_products_and_lists() -> None:
    t, x, a = symbol("t"), symbol("x", (size("n"),)), symbol("A", (size("n"), size("n")))
    nested = x
    for k in range(3000):
        nested = matmul(a, nested) if k % 2 else add(nested, x)
    assert compile(nested)(x=[1.0], A=[[0.5]]) == pytest.approx(1.0, rel=1e-3)
    vectors = [symbol(f"w{k}", (size("n"),)) for k in range(500)]
    f = compile(hadamard(*vectors))
    np.testing.assert_allclose(f(*([[1.0, 2.0]] * 500)), [1.0, 2.0**500])
    matrices = [symbol(f"M{k}", (size("n"), size("n"))) for k in range(200)]
    labels = [(k, k + 1) for k in range(200)]
    long = einsum(ONE, [*matrices, x], [*labels, (200,)], (0,))
    source = compile(long).source
    assert source.count("@") == 200
    assert max(map(len, source.splitlines())) < 6000  # the line of 201 arguments
    entries = join("stack", [scale(number(k + 1), t) for k in range(5000)], 0)
    assert compile(entries)(1.0).sum() == 5000 * 5001 / 2


def test_structure_is_kept_until_the_end() -> None:
    """The Hessian of ‖A - UV'‖² by U is 2·V'V between identities: only the result is filled."""
    v = symbol("V", (size("n"), size("k")))
    gram = einsum(number(2), [v, v, eye(size("m"))], [("j", "a"), ("j", "b"), ("i", "l")], ("i", "a", "l", "b"))
    f = compile(gram)
    assert body(f).count("@") == 1 and "eye" not in body(f)
    value = np.random.default_rng(0).normal(size=(3, 2))
    wanted = 2 * np.einsum("ab,il->ialb", value.T @ value, np.eye(4))
    np.testing.assert_allclose(f(value, m=4), wanted)


def test_a_logarithm_of_ones_is_that_of_two() -> None:
    whole = algebra.add(algebra.fmap("exp", algebra.zeros((2,))), algebra.ones((2,)))
    np.testing.assert_allclose(compile(algebra.fmap("log", whole))(), np.log([2, 2]))
