"""Compiled functions: over a batch, over arrays in the places of scalars, copied, pickled, without symdiff."""

from __future__ import annotations

import ast
import builtins
import copy
import pickle
import re
import subprocess
import sys
import tracemalloc
from random import Random
from typing import Any

import numpy as np
import pytest
from strategies import Maker, coverage
from test_lower import point

import symdiff as sd
from symdiff import algebra
from symdiff.algebra import symbol
from symdiff.backends import kernel_source
from symdiff.compiled import Compiled, compile
from symdiff.dims import size
from symdiff.errors import NotSupported, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr

DECLARED = """
t, u, p: scalar; x, w, b: vector(n); y: vector(m); z: vector(n + 1); A, B: matrix(n, n); X: matrix(m, n)
T: tensor(2, n, m); c: complex scalar; g: complex vector(n); S: symmetric(n); P: spd(n)
h: function(vector(n)) -> vector(n); v, q: vector(3)
"""


# Over a batch


def mapped(f: Compiled, values: dict[str, Any], over: list[str], sizes: dict[str, int]) -> list[Any]:
    """The value of f at each entry of the batch, stacked."""
    count = len(values[over[0]])
    rows = [f(**{n: v[k] if n in over else v for n, v in values.items()}, **sizes) for k in range(count)]
    several = isinstance(rows[0], tuple)
    return [np.stack(column) for column in (zip(*rows, strict=True) if several else [rows])]


def compared(e: Any, values: dict[str, Any], over: list[str], sizes: dict[str, int]) -> Compiled:
    """The code over a batch, after its value was compared with that of the code for one."""
    one, many = compile(e), compile(e, batch=over)
    wanted = mapped(one, values, over, {n: v for n, v in sizes.items() if n in one.sizes})
    found = many(**values, **{n: v for n, v in sizes.items() if n in many.sizes})
    for a, b in zip(found if isinstance(found, tuple) else (found,), wanted, strict=True):
        assert a.shape == b.shape, many.source
        assert a.flags.owndata and a.flags.writeable
        assert not any(np.may_share_memory(a, value) for value in values.values())
        largest = max(1.0, float(np.abs(b[np.isfinite(b)]).max(initial=0)))
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9 * largest, err_msg=many.source)
    return many


@pytest.mark.parametrize("seeds", [range(200), pytest.param(range(200, 4000), marks=pytest.mark.slow)], ids=str)
def test_random_expressions_over_a_batch(seeds: range) -> None:
    done: list[Expr] = []
    with np.errstate(all="ignore"):
        for seed in seeds:
            rng, chance = np.random.default_rng(seed), Random(seed)
            e = Maker(chance, names=False).any(3)
            names = [s.attr.name for s in algebra.symbols_of(e)]
            if not names:
                continue
            over = [name for name in names if chance.random() < 0.6] or names[:1]
            sizes = dict(zip("nm", [(3, 2), (1, 2), (4, 1), (2, 2), (1, 1)][seed % 5], strict=True))
            points = [point(rng, sizes) for _ in range(chance.choice((1, 3)))]
            values = {n: np.stack([at[n] for at in points]) if n in over else points[0][n] for n in names}
            try:
                compared(e, values, over, sizes)
            except SymdiffError as error:
                assert "at these values" in str(error) or "definition" in str(error) or "no such entry" in str(error)
                continue
            done.append(e)
    ops, functions = coverage(done)
    assert len(done) > 0.7 * len(seeds) and len(functions) > 20
    assert {"mul", "einsum", "add", "map", "call", "reduce", "scan", "select", "index", "join", "reshape"} <= ops


BATCHED = [
    "A*x", "x'*A", "x'*A*w", "A*B", "X*A*B", "t*x + w", "x*w'", "x .* w", "x'*x", "tr(A*B)", "sum(X.^2)", "A'",
    "inv(A)", "inv(A)*x", "inv(A)*B", "x'*inv(A)*w", "inv(A)*T[0]", "[i, j, k] -> sum(l, inv(A)[j, l]*T[i, l, k])",
    "det(A)", "logdet(P)", "adj(A)", "pinv(X)", "tril(A)", "triu(A)", "svdvals(X)", "norm_nuc(X)", "norm_spec(X)",
    "cross(v, q)", "cholesky(P)", "eigvals(S)", "eigvecs(S)", "polar(A)", "svd_left(X)", "svd_right(X)", "sqrtm(P)",
    "expm(A)", "logm(P)", "matpow(A, 3)", "P^t", "sylvester(P, P, A)", "lyap(P, S)", "norm2(x)", "norm2(X)", "norm2(T)",
    "norm2(X, axis=1)", "norm(x, 3)", "norm(x, p^2 + 1)", "norm_inf(x)", "logsumexp(x)", "logsumexp(X, axis=0)",
    "softmax(x)", "softmax(X, axis=1)", "log(softmax(x))", "var(x)", "std(X, axis=0)", "prod_others(x)",
    "prod_others(X, axis=1)", "recurrence(x, w)", "recurrence(A, B, axis=1)", "recurrence_back(x, w)", "cumsum(x)",
    "cumsum(x, reverse=True)", "cumprod(X, axis=1)", "prod(x)", "max(X, axis=0)", "min(x)", "max(x, w)",
    "vec(A)", "vec(A*B)", "kron(A, B)", "diag(A)", "diag(x)", "diag(x) + A", "A + t*eye(n)", "eye(n)*t", "x + t",
    "t*ones(n)", "ones(m)*x'", "concat(x, w)", "stack(x, w)", "[t, u; 1, t*u]", "[t, 1, 0]", "x[0]", "x[1:]", "A[:, 0]",
    "A[-1]", "where(t > 0, x, w)", "where(x > 0, x, 0)", "where(t > 0, u, t)", "heaviside(x)", "clip(x, 0, t^2)",
    "sum(T, axis=1)", "einsum('ijk,jk->i', T, X')", "einsum('ijk,jl->ilk', T, A)", "einsum('ijk,ijk->', T, T)",
    "einsum('ij,ij->i', A, B)", "einsum('ijk,jl->ikl', T, A)", "h(x)", "h(x)'*w", "real(g)", "conj(g)*c", "g'*g",
    "sqrt(c)*x", "polygamma(1, x.^2 + 1)", "lgamma(x.^2 + t^2)", "erf(x)", "sigmoid(x)", "beta(t^2 + 1, u^2 + 1)",
    "2*ones(n)", "detach(x)*t", "x", "t", "X - ones(m)*x'", "sum(j, A[j, j]*x[j])", "t^u", "2^t", "1/t", "abs(x)",
]  # fmt: skip


def values_of(e: Expr, seed: int) -> dict[str, Any]:
    """Values at which everything in the list has one."""
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for s in algebra.symbols_of(e):
        value = rng.normal(size=[{"n": 3, "m": 2, "n + 1": 4}.get(str(d), d) for d in s.shape])
        if s.properties & {"spd"}:
            value = value @ value.T + np.eye(3)
        elif s.properties & {"symmetric"}:
            value = value + value.T
        found[s.name] = value + 1j * rng.normal(size=value.shape) if "complex" in s.properties else value
    return found


@pytest.mark.parametrize("text", BATCHED)
def test_over_a_batch_of_some_arguments_or_all(text: str) -> None:
    e = sd.parse(text, DECLARED)
    one = compile(e)
    names = [name for name in one.args if name != "h"]
    rest = {"h": lambda x: 2 * x} if "h" in one.args else {}
    for over in {frozenset(names), *(frozenset(names) - {name} for name in names)} - {frozenset()} if names else ():
        rows = [values_of(e, seed) for seed in (1, 2, 3)]
        values = {n: np.stack([row[n] for row in rows]) if n in over else rows[0][n] for n in names}
        sizes = {n: k for n, k in {"n": 3, "m": 2}.items() if n in one.sizes}
        many = compile(e, batch=sorted(over))
        wanted = mapped(one, {**values, **rest}, sorted(over), sizes)[0]
        found = many(**values, **rest, **sizes)
        assert found.shape == wanted.shape, many.source
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12, err_msg=many.source)
        empty = {n: v[:0] if n in over else v for n, v in values.items()}
        assert many(**empty, **rest, **sizes).shape == (0, *wanted.shape[1:])


@pytest.mark.parametrize(
    ("text", "batch", "code"),
    [
        ("A*x", "x", "return x @ A.T"),
        ("A*x", "A", "return A @ x"),
        ("x'*A*x", "x", 'return np.einsum("ab,ab->a", x, x @ A.T)'),
        ("X*w - y", ["w", "y"], "return w @ X.T - y"),
        ("inv(A)*x", "x", "return np.linalg.solve(A, x.T).T.copy()"),
        ("exp(t)*x", "t", "return np.exp(t)[:, None] * x"),
        ("exp(A)*x", "x", "return x @ np.exp(A).T"),
        ("sum(exp(x))", "x", "return np.exp(x).sum(axis=1)"),
        ("logdet(P)", "P", "return logdet(P)"),
        ("2*A", "A", "return 2 * A"),
    ],
)
def test_code_over_a_batch_has_no_loop(text: str, batch: Any, code: str) -> None:
    assert sd.compile(text, batch=batch, declarations=DECLARED).source.rstrip().endswith(code)


def test_what_does_not_depend_on_the_batch_is_worked_out_once() -> None:
    f = sd.compile("expm(A)*x", batch="x", declarations=DECLARED)
    assert "for item" not in f.source
    g = sd.compile(["inv(A)", "sum(x)"], batch="x", declarations=DECLARED)
    inverses, sums = g(A=2 * np.eye(2), x=np.ones((5, 2)))
    assert inverses.shape == (5, 2, 2) and inverses.flags.writeable and sums.shape == (5,)


def test_what_a_batch_is_told_to_be() -> None:
    x, A, n = sd.vector("x", "n"), sd.matrix("A", "n", "n"), np.arange(6.0).reshape(3, 2)
    f = sd.grad(x.T @ A @ x, x)
    at = {"x": n, "A": np.eye(2)}
    for batch in ("x", ["x"], x, (x,), {"x"}):
        np.testing.assert_array_equal(sd.compile(f, batch=batch)(**at), 2 * n)
    np.testing.assert_array_equal(sd.compile(f, batch=True)(x=n, A=np.stack([np.eye(2)] * 3)), 2 * n)
    assert sd.compile(f, batch=None).source == sd.compile(f, batch=False).source == sd.compile(f, batch=[]).source
    g = sd.compile(f, ["A", "x", "y"], batch=["x", "y"], declarations="y: matrix(m, n)")
    np.testing.assert_array_equal(g(np.eye(2), n, np.zeros((3, 4, 2))), 2 * n)


@pytest.mark.parametrize(
    ("batch", "values", "kind", "message"),
    [
        ("X", {}, UnknownNameError, "X in batch is no argument that has a shape\nhint: the arguments are x, A, h"),
        ("xx", {}, UnknownNameError, "xx in batch is no argument that has a shape\nhint: did you mean x?"),
        ("h", {}, SymdiffError, "h is a function: it has no axis to map over"),
        (3, {}, SymdiffError, "arguments are symbols"),
        ("x", {"x": np.ones(2), "A": np.eye(2)}, ShapeError, "x is a vector(n) with the axis batch in front, but its"),
        ("x", {"x": np.ones((4, 3)), "A": np.eye(2)}, ShapeError, "the size n is 3 in axis 1 of x, but 2 in"),
        ("x", {"x": np.ones((4, 2)), "A": np.ones((4, 2, 2))}, ShapeError, "A is a matrix(n, n), but its value is an"),
        (True, {"x": np.ones((4, 2)), "A": np.ones((5, 2, 2))}, ShapeError, "the size batch is 4 in axis 0 of x,"),
    ],
)  # fmt: skip
def test_errors_of_a_batch(batch: Any, values: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        sd.compile("h(x'*A*x)", batch=batch, declarations="x: vector(n); A: matrix(n, n); h: function")(
            **values, h=np.sin
        )
    assert str(caught.value).startswith(message)


def test_declared_properties_are_asked_of_every_matrix_of_a_stack() -> None:
    f = sd.compile("P*x", batch="P", declarations=DECLARED)
    good = np.stack([np.eye(2), 2 * np.eye(2)])
    np.testing.assert_array_equal(f(P=good, x=[1, 1]), [[1, 1], [2, 2]])
    with pytest.raises(SymdiffError, match="the value of P is not symmetric positive definite"):
        f(P=np.stack([np.eye(2), -np.eye(2)]), x=[1, 1])


def test_a_size_called_batch_is_another() -> None:
    f = sd.compile("x'*y", batch="x", declarations="x: vector(batch); y: vector(batch)")
    np.testing.assert_array_equal(f(x=[[1, 2], [3, 4]], y=[1, 1]), [3, 7])


# Arrays in the places of scalars


SCALARS = [
    "t*u", "exp(-t^2)*sin(u)", "where(t > 0, t, u)", "where(t > 0, log(t), 0)*u", "[t, u]", "[t*u, 1; t^2, u]",
    "det([t, u; u, 3])", "inv([2, t; u, 7])", "sum([t, u].^2)", "norm2([t, u, t*u])", "max(t, u)", "t^u", "t + 0*u",
    "lgamma(t^2 + 1)*erf(u)", "softmax([t, u, 1])", "h(t)*u", "t",
]  # fmt: skip


@pytest.mark.parametrize("text", SCALARS)
def test_scalars_take_arrays_that_broadcast(text: str) -> None:
    f = sd.compile(text, declarations="t, u: scalar; h: function")
    with np.errstate(all="ignore"):
        for t, u in [((), ()), ((4,), ()), ((), (3,)), ((4, 1), (3,)), ((2, 3), (2, 3)), ((0,), ()), ((1, 1), ())]:
            values = {"t": np.random.default_rng(1).normal(size=t), "u": np.random.default_rng(2).normal(size=u)}
            given = {name: values.get(name, np.sin) for name in f.args}
            arrays = [values[name] for name in f.args if name in values]
            shape = np.broadcast_shapes(*(a.shape for a in arrays))
            spread = [np.broadcast_to(a, shape) for a in arrays]
            names = [name for name in f.args if name in values]
            found = np.asarray(f(**given))
            for place in np.ndindex(shape):
                one = f(**{**given, **{n: a[place] for n, a in zip(names, spread, strict=True)}})
                np.testing.assert_allclose(found[place], one, rtol=1e-12, err_msg=f.source)
            assert found.shape[: len(shape)] == shape
            assert not any(np.may_share_memory(found, a) for a in arrays)


def test_what_is_constant_is_repeated_and_lists_of_results_own_their_memory() -> None:
    f = sd.compile(["t", "t", "2*t", "3", "u"], ["t", "u"], declarations="t, u: scalar")
    t, u = np.zeros((3, 1)), np.ones(2)
    results = f(t, u)
    assert [r.shape for r in results] == [(3, 2)] * 5
    for k, result in enumerate(results):
        assert result.flags.writeable and not any(np.may_share_memory(result, r) for r in (t, u, *results[:k]))
    assert all(isinstance(r, float) for r in f(1.0, 2.0))


def test_scalars_of_shapes_that_do_not_fit_are_an_error() -> None:
    f = sd.compile("t*u")
    with pytest.raises(ShapeError, match=r"the shapes of the values do not fit together: t has \(3,\), u has \(2,\)"):
        f([1, 2, 3], [1, 2])
    with pytest.raises(ShapeError, match="t is a scalar, but its value is an array"):  # x is no scalar
        sd.compile("t*x", declarations=DECLARED)(t=[1, 2], x=[1, 2])
    with pytest.raises(SymdiffError, match="the value of p is not positive"):
        sd.compile("log(p)", p="positive scalar")([1, -1])


def test_numbers_stay_numbers() -> None:
    for text in ("t^2", "where(t > 0, t, 1)", "[t, where(t > 0, t, 1)]"):
        value = sd.compile(text)(2)
        assert isinstance(value, np.float64) or value.shape == (2,)
    assert sd.compile("where(t > 0, t, 1)")(np.float32(2)).dtype == np.float32


# Arguments that do not occur


def test_arguments_that_do_not_occur_are_accepted() -> None:
    f = sd.compile("x'*w", ["x", "A", "w", "anything"], declarations="A: matrix(n, n)")
    assert f.args == ("x", "A", "w", "anything")
    assert f([1, 2], np.eye(2), [3, 4], None) == f(x=[1, 2], w=[3, 4], A=np.eye(2), anything=object()) == 11
    assert f([1, 2], np.eye(2), [3, 4], None, other=5) == 11
    with pytest.raises(ShapeError, match="A is a matrix"):
        f([1, 2], 3, [3, 4], None)
    with pytest.raises(UnknownNameError, match="no value for A"):
        f([1, 2])
    g = sd.compile("x'*w")
    assert g(x=[1, 2], w=[3, 4], y="of no use") == 11
    with pytest.raises(UnknownNameError, match="there is no argument ww\nhint: did you mean w"):
        g(x=[1, 2], ww=[3, 4])


# Copies, pickles


@pytest.mark.parametrize(
    ("text", "batch", "values"),
    [
        ("x'*A*x", None, {"x": [1.0, 2.0], "A": np.eye(2)}),
        ("x'*A*x", "x", {"x": [[1.0, 2.0]], "A": np.eye(2)}),
        ("expm(C)*[1.5, 2]", None, {"C": np.eye(2)}),
        ("[t, u]", None, {"t": np.ones(3), "u": 2.0}),
        ("h(x)", None, {"x": [1.0], "h": np.sin}),
        (["P*x", "t*x"], None, {"P": np.eye(2), "x": [1.0, 2.0], "t": 2.0}),
    ],
)
def test_copies_and_pickles_do_the_same(text: Any, batch: Any, values: dict[str, Any]) -> None:
    f = sd.compile(text, batch=batch, declarations=DECLARED)
    wanted = f(**values)
    for other in (pickle.loads(pickle.dumps(f)), copy.copy(f), copy.deepcopy(f)):
        assert (other.source, other.args, other.sizes, repr(other)) == (f.source, f.args, f.sizes, repr(f))
        for a, b in zip(np.atleast_1d(other(**values)), np.atleast_1d(wanted), strict=True):
            np.testing.assert_array_equal(a, b)
        with pytest.raises(SymdiffError):
            other()


# The source


def closed(f: Compiled) -> None:
    """The names that a source uses are its own, NumPy's, Python's."""
    tree = ast.parse(f.source)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    bound |= {alias.asname or alias.name for node in imports for alias in node.names}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert used - bound <= set(dir(builtins)), used - bound
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "f")
    for argument in function.args.args:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,40}", argument.arg)


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("w", "w"), ("alpha", "alpha"), ("X_1", "X_1"), ("lambda", "lambda_"), ("sum", "sum_"), ("np", "np_"),
        ("f", "f_"), ("kernels", "kernels_"), ("v0", "v0"), ("gamma", "gamma"), ("sigmoid", "sigmoid_"), ("λ", "x0"),
        ("__class__", "x0"), ("a" * 60, "x0"), ("x\nraise SystemExit", "x0"), ("x)", "x0"), ("", "x0"), ("‮e", "x0"),
        ("match", "match_"), ("None", "None_"), ("base64", "base64_"), ("ｘ", "x0"),
        ("__import__('os')", "x0"), ("_", "x0"), ("1", "x0"), ("x y", "x0"), ("f#", "x0"), ("n", "n"),
    ],
)  # fmt: skip
def test_names_of_the_user_are_used_where_they_are_safe(name: str, used: str) -> None:
    e = algebra.add(algebra.fmap("sigmoid", symbol(name, (size("import os"),))), symbol("x1", (size("import os"),)))
    f = compile(e)
    assert re.search(r"def f\((.*)\):", f.source)[1] == f"{used}, x1"
    closed(f)
    np.testing.assert_allclose(f([0.0], [2.0]), [2.5])
    batched = compile(e, batch=[name])
    closed(batched)
    np.testing.assert_allclose(batched([[0.0]], [2.0]), [[2.5]])


@pytest.mark.parametrize(("text", "batch"), [("expm(A)*{}", "A"), ("norm2(sigmoid({}))", None), ("{} + diag(A)", None)])
def test_a_name_does_not_hide_a_kernel(text: str, batch: str | None) -> None:
    for name in ("expm", "sigmoid", "unboxed", "norm2", "balanced", "np", "item0"):
        f = sd.compile(text.format(name), batch=batch, declarations=f"{name}: vector(2); A: matrix(2, 2)")
        closed(f)
        values = {"A": np.eye(2)[None] if batch else np.eye(2), name: [1.0, 2.0]}
        f(**values)


def test_names_do_not_meet() -> None:
    names = ["v0", "v1", "c0", "d0", "x0", "item0", "x1", "batch", "lambda", "lambda_", "n_", "λ"]
    e = algebra.add(*(algebra.fmap("exp", algebra.fmap("sin", symbol(name, (size("n"),)))) for name in names))
    shared = algebra.add(e, algebra.fmap("exp", e), algebra.ones((size("n"),)))
    for batch in ([], ["v0", "λ"]):
        f = compile([shared, algebra.matmul(symbol("M", (size("n"), size("n"))), shared)], batch=batch)
        closed(f)
        given = {name: np.full((2, 1) if name in batch else 1, k / 10) for k, name in enumerate(names)}
        total = sum(np.exp(np.sin(k / 10)) for k in range(len(names)))
        np.testing.assert_allclose(f(**given, M=[[2.0]])[0].ravel()[0], total + np.exp(total) + 1)


@pytest.mark.parametrize("name", ["n\nraise SystemExit", "n):\r", "\u2028import os", "lambda", "__x", "n" * 200])
def test_names_of_sizes_reach_no_code_unless_they_are_safe(name: str) -> None:
    x = symbol("x", (size(name),))
    f = compile([algebra.add(x, algebra.ones(x.shape)), algebra.ones((size(name) + 1,)), algebra.total(x)])
    g = compile(algebra.ones((size(name),)))
    for made in (f, g):
        closed(made)
        code = "\n".join(line.partition("#")[0] for line in made.source.splitlines())
        assert not {"SystemExit", "os", "lambda"} & set(re.findall(r"\w+", code))
    np.testing.assert_array_equal(f([1.0, 2.0])[1], np.ones(3))
    np.testing.assert_array_equal(g(**{name: 2}), np.ones(2))


def test_a_size_is_read_off_an_array_or_is_the_last_argument() -> None:
    f = sd.compile("mean(X) + sum(x)/k", declarations="X: matrix(n, n); x: vector(k + 1)")
    assert "def f(X, x, k):" in f.source and "n = X.shape[0]" in f.source
    assert f(np.ones((2, 2)), [1, 1, 1]) == 2.5


def test_constants_stand_in_the_source() -> None:
    rng, x = np.random.default_rng(0), sd.vector("x", 3)
    special = np.array([np.inf, -np.inf, np.nan])
    for array in (np.array([1e-300, -0.1, 1 / 3]), special, rng.normal(size=3) * 1j, np.array([-0.0, 1, 2])):
        f = sd.compile(x + array)
        scope: dict[str, Any] = {}
        exec(f.source, scope)
        for found in (f(np.zeros(3)), scope["f"](np.zeros(3))):
            np.testing.assert_array_equal(found, array)
    large = rng.normal(size=(40, 30))
    f = sd.compile(large @ sd.vector("y", 30))
    np.testing.assert_array_equal(f(np.ones(30)), large @ np.ones(30))
    assert max(map(len, f.source.splitlines())) < 120


FUNCTIONS = [text for text in BATCHED if "h(" not in text]


def test_sources_run_in_a_process_without_symdiff(tmp_path: Any) -> None:
    """Every kernel among them, over a batch and not."""
    rows = []
    for text in [*FUNCTIONS, "digamma(x.^2)", "erfcx(x)", "sech(x)", "exp(x) ./ erfc(x)", "digamma(x + t) - digamma(x)",
                 "asin(c)", "norm(X, 3, axis=0)", "tril(A)*2", "[2.5, 1]*x[0]"]:  # fmt: skip
        e = sd.parse(text, DECLARED)
        values = values_of(e, 1)
        f = compile(e)
        sizes = {n: k for n, k in {"n": 3, "m": 2}.items() if n in f._parameters}
        last = [sizes[n] for n in f._parameters]
        rows.append((text, f.source, [values[n] for n in f.args] + last, f(**values, **sizes)))
        if f.args:
            f = compile(e, batch=[f.args[0]])
            given = {n: np.stack([v, v]) if n == f.args[0] else v for n, v in values.items()}
            rows.append((text, f.source, [given[n] for n in f.args] + last, f(**given, **sizes)))
    for name in ("adj_d", "expm_frechet", "logm_frechet", "matpow_d", "invgaps"):
        assert name in kernel_source.prelude([name])
    (tmp_path / "rows").write_bytes(pickle.dumps(rows))
    code = f"""
import pickle, sys, warnings
sys.modules["symdiff"] = None
import numpy as np
warnings.simplefilter("ignore")
for text, source, values, wanted in pickle.load(open({str(tmp_path / "rows")!r}, "rb")):
    scope = {{}}
    exec(source, scope)
    found = scope["f"](*values)
    assert np.shape(found) == np.shape(wanted), text
    np.testing.assert_array_equal(found, wanted, err_msg=text)
assert not [name for name in sys.modules if name.startswith("symdiff.")]
print("ran")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout == "ran\n", done.stderr


def test_no_two_kernels_share_a_name() -> None:
    names: dict[str, str] = {}
    for module in kernel_source._MODULES:
        source = __import__(f"symdiff.backends.{module}", fromlist=["x"]).__file__
        with open(source, encoding="utf-8") as file:
            for statement in ast.parse(file.read()).body:
                for name in kernel_source._defined(statement):
                    if isinstance(statement, ast.FunctionDef) or not name.isidentifier() or name[0] == "_":
                        assert names.setdefault(name, module) == module, name
    assert kernel_source.prelude([]) == "import numpy as np"


def test_arrays_that_are_given_are_not_copied() -> None:
    f = sd.compile("sum(X)", X="matrix(m, n)")
    for kind in (np.float64, np.float32):
        large = np.ones((1000, 100), dtype=kind)
        f(large)
        tracemalloc.start()
        f(large)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < large.nbytes / 10


def test_errors_of_kernels_are_ours() -> None:
    with pytest.raises(NotSupported, match="the order of polygamma"):
        sd.compile("polygamma(k, t)", declarations="k: scalar; t: scalar")(101.0, 1.0)

    def broken(t: float) -> float:
        raise ImportError("mine")

    with pytest.raises(ImportError, match="mine"):
        sd.compile("h(t)", h="function")(1.0, broken)
