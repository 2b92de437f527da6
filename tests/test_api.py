"""The functions of `symdiff` and the methods of expressions: text or Python, operators, protocols, errors."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import same
from symdiff.dims import size

NAMES = "x, y: vector(n); A: matrix(n, n); B: matrix(m, n); t, s: scalar; v: vector(4); w: vector(m)"
x, y, A, B, t, s, v, w = sd.declare(NAMES)
QUADRATIC = "x'*A*x"


# text and declarations


@pytest.mark.parametrize(
    "declarations",
    [
        "x: vector(n); A: matrix(n, n)",
        {"x": "vector(n)", "A": "matrix(n, n)"},
        {"x": x, "A": A},
        "x ∈ ℝ^n; A ∈ ℝ^{n×n}",
    ],
    ids=["text", "mapping", "symbols", "membership"],
)
def test_declarations_in_every_form(declarations: Any) -> None:
    assert sd.grad(QUADRATIC, "x", declarations) is sd.grad(x.T @ A @ x, x)
    assert same(sd.parse(QUADRATIC, declarations), x.T @ A @ x)


def test_declarations_as_keywords() -> None:
    assert str(sd.grad(QUADRATIC, "x", x="vector(n)", A="matrix(n, n)")) == "(A + A')*x"
    assert sd.parse("a*b", a="scalar", b="scalar").shape == ()


def test_the_makers_of_symbols_agree_with_declarations() -> None:
    assert sd.vector("x", "n") is x
    assert sd.matrix("A", "n", "n") is A
    assert sd.scalar("t") is t
    assert sd.vector("v", 4) is v
    assert sd.tensor("T", 2, 5, "n") is sd.declare("T: tensor(2, 5, n)")
    assert sd.matrix("S", "n", "n", "symmetric") is sd.declare("S: symmetric(n)")
    assert sd.scalar("α") is sd.scalar("alpha")
    assert sd.vector("z", "n+1").shape == (size("n") + 1,)


@pytest.mark.parametrize("name", ["", "1x", "x y", "x.y", "__class__", "lambda x: 1", 3, None, "x" + chr(0x0430)])
def test_what_is_no_name_is_an_error(name: Any) -> None:
    with pytest.raises(sd.SymdiffError):
        sd.scalar(name)


@pytest.mark.parametrize("length", [-1, 2.5, "n n n(", None, [1]])
def test_what_is_no_size_is_an_error(length: Any) -> None:
    with pytest.raises(sd.SymdiffError):
        sd.vector("x", length)


def test_a_mix_of_text_and_expressions() -> None:
    expected = sd.grad(x.T @ A @ x, x)
    assert sd.grad(QUADRATIC, x, A="matrix(n, n)") is expected
    assert sd.grad(x.T @ A @ x, "x") is expected


def test_undeclared_names_are_inferred_and_told() -> None:
    f = sd.parse("norm2(A*x - y)^2", {"A": "matrix(m, n)"})
    assert [str(size) for symbol in f.symbols for size in symbol.shape] == ["m", "n", "n", "m"]
    assert "x: vector(n)" in f.assumptions


# derivatives


def test_a_list_of_variables_gives_a_list() -> None:
    f = x.T @ A @ x
    assert sd.grad(f, [x, A]) == [sd.grad(f, x), sd.grad(f, A)]
    assert sd.grad(QUADRATIC, ["x", "A"], NAMES) == sd.grad(f, [x, A])
    assert sd.jacobian(B @ x, [x, B])[0] is B


def test_entries_as_variables() -> None:
    f = sd.parse("3*v[0]^2 + 5*exp(v[1])", NAMES)
    assert str(sd.diff(f, v[0])) == "6*v[0]"
    assert sd.grad(f, "v[1]") is sd.grad(f, v[1])


def test_a_name_that_does_not_occur() -> None:
    assert sd.grad("x'*x", "w", NAMES).is_zero
    assert sd.grad("x'*x", "w", NAMES).shape == w.shape
    assert sd.grad(x.T @ x, w).shape == w.shape
    with pytest.raises(sd.UnknownNameError, match="q"):
        sd.grad("x'*x", "q")


def test_two_symbols_of_one_name_are_an_error_naming_both() -> None:
    other = sd.scalar("x")
    for wrong in (
        lambda: sd.grad(x.T @ x, other),
        lambda: sd.grad("x'*x", x, x="vector(m)"),
        lambda: sd.parse("x + 1", {"x": x}, x="scalar"),
    ):
        with pytest.raises(sd.SymdiffError, match=r"(?s)vector.*(scalar|vector)"):
            wrong()


def test_products_that_build_no_matrix() -> None:
    f = x.T @ A @ x
    at = {"x": np.array([1.0, 2.0]), "y": np.array([3.0, -1.0]), "A": np.array([[1.0, 2.0], [3.0, 5.0]])}
    np.testing.assert_allclose(sd.jvp(f, x, y)(at), (sd.grad(f, x) @ y)(at))
    np.testing.assert_allclose(sd.hvp(f, x, y)(y=at["y"], A=at["A"]), (sd.hessian(f, x) @ y)(y=at["y"], A=at["A"]))
    assert same(sd.vjp(B @ x, x, w), B.T @ w)
    assert sd.vjp("B*x", "x", "w", NAMES) is sd.vjp(B @ x, x, w)
    with pytest.raises(sd.ShapeError):
        sd.jvp(f, x, w)


def test_higher_derivatives() -> None:
    assert sd.diff("t^5", "t", 3, declarations=NAMES) is sd.parse("60*t^2", NAMES)
    assert same(sd.diff(t**2 * s**3, t, s), sd.diff(t**2 * s**3, s, t))
    assert str(sd.hessian(QUADRATIC, "x", NAMES)) == "A + A'"
    assert str(sd.differential(x.T @ x, x)) == "2*dx'*x"
    for wrong in ((3,), (t, -1)):
        with pytest.raises(sd.SymdiffError):
            sd.diff(t**2, *wrong)


def test_derive_tells_the_steps() -> None:
    d = sd.derive(QUADRATIC, "x", declarations=NAMES)
    assert d.result == sd.grad(QUADRATIC, "x", NAMES)
    assert d.steps[-1].after is d.result
    assert d.latex().startswith("\\[\n\\begin{aligned}")
    assert "(A + A')*x" in d.text()
    with pytest.raises(sd.SymdiffError, match="kind"):
        sd.derive(QUADRATIC, "x", "integral", NAMES)


def test_check_finds_right_and_wrong() -> None:
    assert sd.check(QUADRATIC, "x", declarations=NAMES)
    assert sd.check(QUADRATIC, "x", "(A + A')*x", declarations=NAMES).ok is True
    wrong = sd.check(QUADRATIC, "x", "2*A*x", declarations=NAMES)
    assert wrong.ok is False
    assert wrong.counterexample is not None
    assert not wrong


def test_substitute() -> None:
    assert sd.substitute(x.T @ A @ x, {x: y}) is y.T @ A @ y
    assert sd.substitute("t^2 + s", {"t": 3}) is sd.parse("9 + s")
    with pytest.raises(sd.ShapeError):
        sd.substitute(x.T @ A @ x, {x: 1})


# values


def test_a_call_gives_the_value_now() -> None:
    g = sd.grad(x.T @ A @ x, x)
    at, matrix = np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    expected = (matrix + matrix.T) @ at
    np.testing.assert_allclose(g(x=at, A=matrix), expected)
    np.testing.assert_allclose(g({x: at, A: matrix}), expected)
    np.testing.assert_allclose(g({"x": at}, A=matrix), expected)
    np.testing.assert_allclose(sd.compile(g, [x, A])(at, matrix), expected)
    assert "def " in sd.compile(g).source


def test_sizes_as_keywords_where_no_array_shows_them() -> None:
    np.testing.assert_allclose(sd.grad(x.sum(), x)(n=3), np.ones(3))


def test_missing_and_wrong_values_are_named() -> None:
    f = x.T @ A @ x
    with pytest.raises(sd.SymdiffError, match="A"):
        f(x=np.ones(2))
    with pytest.raises(sd.SymdiffError):
        f(x=np.ones(2), A=np.ones((3, 3)))
    with pytest.raises(sd.SymdiffError, match="q"):
        sd.compile(f)(x=np.ones(2), q=np.ones((2, 2)))


def test_a_variable_that_dropped_out_may_be_given() -> None:
    np.testing.assert_allclose(sd.grad(A @ x, x)(x=np.ones(2), A=np.eye(2)), np.eye(2))
    assert sd.diff("3*t + 1", "t", t="scalar")(t=5.0) == 3
    with pytest.raises(sd.SymdiffError, match=r"no value for A|there is no argument"):
        sd.grad(A @ x, x)(x=np.ones(2), a=np.eye(2))


def test_several_expressions_compile_to_one_function() -> None:
    run = sd.compile([x.T @ A @ x, sd.grad(x.T @ A @ x, x)])
    value, gradient = run(x=np.ones(2), A=np.eye(2))
    assert value == 2
    np.testing.assert_allclose(gradient, [2, 2])


# operators


def test_rows() -> None:
    assert (x.T @ y).shape == ()
    assert x.T @ y is x @ y
    assert (x @ y.T).shape == (size("n"), size("n"))
    assert (x.T @ A).shape == x.shape
    assert x.T.T is x
    assert str(x.T) == "x'"
    assert str(x.T @ A) == "x'*A" or str(x.T @ A) == "(A'*x)'"
    assert (2 * x.T) @ y is (2 * x) @ y
    assert sd.grad(x.T @ A, x) is A


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: A @ x.T,
        lambda: x.T @ y.T,
        lambda: x.T + y,
        lambda: 2 @ x,
        lambda: t @ x,
        lambda: x + w,
        lambda: A + B.T,
        lambda: x @ w,
        lambda: B @ w,
        lambda: v[4],
        lambda: v[0, 0],
        lambda: v["a"],
        lambda: v[..., ...],
        lambda: list(x),
        lambda: len(x),
        lambda: bool(x < y),
        lambda: 0 < t < 1,
        lambda: np.array([x, x]),
        lambda: np.asarray(x),
        lambda: np.fft.fft(x),
        lambda: np.sin(x, out=np.zeros(3)),
        lambda: np.add.accumulate(x),
        lambda: sd.detach("x" and object()),
    ],
)
def test_what_does_not_fit_is_a_symdiff_error(wrong: Any) -> None:
    with pytest.raises(sd.SymdiffError):
        wrong()


def test_a_foreign_operand_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        x + "y"


def test_equality_is_identity() -> None:
    assert x == sd.vector("x", "n")
    assert (x == y) is False
    assert x != sd.scalar("x")
    assert {x: 1}[sd.vector("x", "n")] == 1
    assert str(sd.eq(t, 1)) == "t == 1"


def test_arithmetic_against_numpy() -> None:
    values = {"x": np.array([0.5, 1.5, 2.5]), "B": np.arange(1.0, 7.0).reshape(2, 3), "t": 0.75}
    cases = [
        lambda x, B, t: x + B,
        lambda x, B, t: B - x,
        lambda x, B, t: B * x,
        lambda x, B, t: B / x,
        lambda x, B, t: x**2,
        lambda x, B, t: 2**x,
        lambda x, B, t: x**x,
        lambda x, B, t: t / x,
        lambda x, B, t: 1 - x,
        lambda x, B, t: -x + 1,
        lambda x, B, t: abs(t - x),
        lambda x, B, t: np.arange(3.0) * x,
        lambda x, B, t: np.float64(2) * x,
        lambda x, B, t: x[:, None] * x[None, :],
        lambda x, B, t: B / B.sum(axis=1, keepdims=True),
        lambda x, B, t: np.where(x < 1, x, x**2),
        lambda x, B, t: np.maximum(x, 1),
        lambda x, B, t: np.minimum(B, x),
        lambda x, B, t: np.sqrt(x) + np.exp(-x) * np.log(x),
        lambda x, B, t: np.arctan2(x, t),
        lambda x, B, t: np.logaddexp(x, 0),
        lambda x, B, t: np.einsum("ij,j->i", B, x),
        lambda x, B, t: np.outer(x, x),
        lambda x, B, t: np.dot(B, x),
        lambda x, B, t: np.trace(B @ B.T),
        lambda x, B, t: np.stack([x, 2 * x]),
        lambda x, B, t: np.concatenate([x, x]),
        lambda x, B, t: np.vstack([B, B]),
        lambda x, B, t: np.hstack([x, x]),
        lambda x, B, t: B.reshape(3, 2),
        lambda x, B, t: np.reshape(B, -1),
        lambda x, B, t: np.transpose(B),
        lambda x, B, t: np.diag(x),
        lambda x, B, t: np.cumsum(B, axis=1),
        lambda x, B, t: np.mean(B, axis=0),
        lambda x, B, t: np.max(B, axis=1),
        lambda x, B, t: np.add.reduce(B, axis=1),
        lambda x, B, t: B.max() - B.min(),
        lambda x, B, t: np.linalg.norm(B, axis=1),
        lambda x, B, t: np.linalg.norm(x, np.inf),
        lambda x, B, t: np.linalg.inv(B @ B.T),
        lambda x, B, t: np.linalg.det(B @ B.T),
        lambda x, B, t: np.linalg.solve(B @ B.T, B @ x),
        lambda x, B, t: np.matmul(B, x),
        lambda x, B, t: np.square(x) * np.reciprocal(x),
    ]
    symbols = {"x": sd.vector("x", 3), "B": sd.matrix("B", 2, 3), "t": t}
    for case in cases:
        e = case(**symbols)
        assert isinstance(e, sd.Expr)
        expected = np.asarray(case(**values))
        assert e.shape == expected.shape
        np.testing.assert_allclose(e({s: values[s.name] for s in e.symbols}), expected)


def test_indexing_against_numpy() -> None:
    e, at = sd.matrix("M", 4, 5), np.arange(20.0).reshape(4, 5)
    keys = [
        1,
        -1,
        (1, 2),
        (slice(None), 2),
        slice(1, 3),
        slice(None, None, 2),
        (..., -1),
        (slice(-2, None), 0),
        None,
    ]
    for key in keys:
        np.testing.assert_allclose(e[key](M=at) if e[key] is not e else at, at[key])
    reverse = e[::-1, 3:0:-2]
    np.testing.assert_allclose(reverse(M=at), at[::-1, 3:0:-2])
    last = x[-1]
    assert last(x=np.array([1.0, 2, 3])) == 3
    assert [str(entry) for entry in v] == ["v[0]", "v[1]", "v[2]", "v[3]"]


# notations and facts


def test_notations() -> None:
    g = sd.grad(x.T @ A @ x, x)
    assert (str(g), repr(g), f"{g}") == ("(A + A')*x",) * 3
    assert "ᵀ" in g.unicode()
    assert g._repr_latex_() == f"$\\displaystyle {g.latex()}$"
    assert set(g._repr_mimebundle_()) == {"text/plain", "text/latex", "text/html"}
    assert sd.parse(str(g), NAMES) is g
    assert pickle.loads(pickle.dumps(g)) is g


def test_facts() -> None:
    f = x.T @ A @ x + t
    assert f.shape == ()
    assert [(s.name, s.shape) for s in f.symbols] == [("A", A.shape), ("t", ()), ("x", x.shape)]
    assert f.assumptions == ("A: matrix(n, n)", "t: scalar", "x: vector(n)")
    assert sd.declare("S: spd(n)").assumptions == ("S: spd(n)",)
    assert (f.constant_in(y), f.constant_in(x), (f - f).is_zero) == (True, False, True)
    assert sd.ops("(A + A')*x") == 3
    assert sd.ops(2 * x) == 1
    for declaration in sd.declare("q: positive vector(n)").assumptions:
        assert sd.declare(declaration) is sd.declare("q: positive vector(n)")


def test_no_attribute_of_a_symbol_on_what_is_none() -> None:
    with pytest.raises(AttributeError):
        (x + y).name


def test_functions_that_are_only_names() -> None:
    f = sd.declare("f: function(vector(n), scalar) -> vector(m)")
    assert f(x, t).shape == (size("m"),)
    assert sd.diff(f(x, t), x).shape == (size("m"), size("n"))
    with pytest.raises(sd.ShapeError):
        f(t, x)
    with pytest.raises(sd.ShapeError):
        f(x)


def test_a_new_direction_has_the_shape_it_has_to_have() -> None:
    assert str(sd.jvp("S*x", "S", "V")) == "V*x"
    assert str(sd.hvp("norm2(A*x)^2", "x", "v")) == "2*A'*A*v"
    assert str(sd.vjp("A*x", "x", "v")) == "A'*v"
    assert str(sd.jvp("A*x", "x", "x")) == "A*x"
