"""The mathematics chapter of "Dive into Deep Learning": rows from text, from Python, and lowered to NumPy.

A row is an expression or a derivative in the notation, the same built from Python, the text it prints as,
and its value by plain NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import same

SIZES = {"n": 3, "m": 2, "p": 4}
NAMES = (
    "x, y, w: vector(n); u: vector(m); v: vector(4); s: vector(3); a, b, t, z: scalar;"
    "A, B: matrix(m, n); M: matrix(n, n); C: matrix(n, p); F: matrix(5, 4); S: symmetric(3);"
    "T: tensor(2, 5, 4); X: tensor(2, 3, 4)"
)


def symbols() -> dict[str, Any]:
    return {s.name: s for s in sd.declare(NAMES)}


def values() -> dict[str, Any]:
    rng = np.random.default_rng(7)
    found = {}
    for name, symbol in symbols().items():
        shape = tuple(SIZES[str(d)] if not isinstance(d, int) else d for d in symbol.shape)
        found[name] = rng.uniform(0.5, 2.0, shape) if shape else float(rng.uniform(0.5, 2.0))
    found["S"] = found["S"] + found["S"].T
    found["x"][0] *= -1
    return found


class Row(NamedTuple):
    text: str
    python: Callable[[Any], Any]
    printed: str
    value: Callable[[Any], Any]


class Named:
    """Names by attribute: `d.x`."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.__dict__.update(names)


D = Named(symbols())
V = Named(values())

EXPRESSIONS = [
    # scalars
    Row("a + b", lambda d: d.a + d.b, "a + b", lambda d: d.a + d.b),
    Row("a*b", lambda d: d.a * d.b, "a*b", lambda d: d.a * d.b),
    Row("a/b", lambda d: d.a / d.b, "a/b", lambda d: d.a / d.b),
    Row("a^b", lambda d: d.a**d.b, "a^b", lambda d: d.a**d.b),
    # vectors, matrices, tensors
    Row("v[3]", lambda d: d.v[3], "v[3]", lambda d: d.v[3]),
    Row("F'", lambda d: d.F.T, "F'", lambda d: d.F.T),
    Row("(F')'", lambda d: d.F.T.T, "F", lambda d: d.F),
    Row("S'", lambda d: d.S.T, "S", lambda d: d.S),
    Row("a + X", lambda d: d.a + d.X, "a + X", lambda d: d.a + d.X),
    Row("a*X", lambda d: d.a * d.X, "a*X", lambda d: d.a * d.X),
    Row("A ⊙ B", lambda d: d.A * d.B, "A.*B", lambda d: d.A * d.B),
    # sums and means
    Row("sum(x)", lambda d: d.x.sum(), "sum(x)", lambda d: d.x.sum()),
    Row("sum(A)", lambda d: np.sum(d.A), "sum(A)", lambda d: d.A.sum()),
    Row("sum(A, axis=0)", lambda d: d.A.sum(axis=0), "sum(A, axis=0)", lambda d: d.A.sum(axis=0)),
    Row("sum(A, axis=1)", lambda d: np.sum(d.A, axis=1), "sum(A, axis=1)", lambda d: d.A.sum(axis=1)),
    Row("sum(A, axis=[0, 1])", lambda d: d.A.sum(axis=(0, 1)), "sum(A)", lambda d: d.A.sum()),
    Row("sum(T, axis=1)", lambda d: d.T.sum(axis=1), "sum(T, axis=1)", lambda d: d.T.sum(axis=1)),
    Row(
        "sum(T, axis=[0, 2])",
        lambda d: d.T.sum(axis=(0, 2)),
        "sum(T, axis=[0, 2])",
        lambda d: d.T.sum(axis=(0, 2)),
    ),
    Row("mean(A)", lambda d: d.A.mean(), "mean(A)", lambda d: d.A.mean()),
    Row("mean(A, axis=0)", lambda d: np.mean(d.A, axis=0), "mean(A, axis=0)", lambda d: d.A.mean(axis=0)),
    Row("cumsum(A, axis=0)", lambda d: d.A.cumsum(axis=0), "cumsum(A, axis=0)", lambda d: d.A.cumsum(axis=0)),
    # products
    Row("x'y", lambda d: d.x.T @ d.y, "x'*y", lambda d: d.x @ d.y),
    Row("dot(x, y)", lambda d: np.dot(d.x, d.y), "x'*y", lambda d: d.x @ d.y),
    Row("A*x", lambda d: d.A @ d.x, "A*x", lambda d: d.A @ d.x),
    Row("A*C", lambda d: d.A @ d.C, "A*C", lambda d: d.A @ d.C),
    # norms
    Row("‖x‖₂", lambda d: np.linalg.norm(d.x), "norm2(x)", lambda d: np.sqrt((d.x**2).sum())),
    Row("‖x‖₁", lambda d: np.linalg.norm(d.x, 1), "norm1(x)", lambda d: np.abs(d.x).sum()),
    Row("‖x‖_3", lambda d: np.linalg.norm(d.x, 3), "norm(x, 3)", lambda d: (np.abs(d.x) ** 3).sum() ** (1 / 3)),
    Row("‖A‖_F", lambda d: np.linalg.norm(d.A), "norm2(A)", lambda d: np.sqrt((d.A**2).sum())),
]

GRADIENTS = [
    # text of f, by, f from Python, printed gradient, its value
    ("v[3]", "v", lambda d: d.v[3], None, lambda d: np.array([0, 0, 0, 1])),
    ("s'*S*s", "s", lambda d: d.s.T @ d.S @ d.s, "2*S*s", lambda d: 2 * d.S @ d.s),
    ("sum(A ⊙ B)", "A", lambda d: (d.A * d.B).sum(), "B", lambda d: d.B),
    ("sum(x)", "x", lambda d: d.x.sum(), "ones(n)", lambda d: np.ones(3)),
    ("sum(A)", "A", lambda d: d.A.sum(), "ones(m, n)", lambda d: np.ones((2, 3))),
    ("mean(x)", "x", lambda d: d.x.mean(), None, lambda d: np.ones(3) / 3),
    ("x'y", "x", lambda d: d.x.T @ d.y, "y", lambda d: d.y),
    ("sum(x ⊙ y)", "x", lambda d: (d.x * d.y).sum(), "y", lambda d: d.y),
    ("A*x", "x", lambda d: d.A @ d.x, "A'", lambda d: d.A.T),
    ("x'*M", "x", lambda d: d.x.T @ d.M, "M", lambda d: d.M),
    ("x'*M*x", "x", lambda d: d.x.T @ d.M @ d.x, "(M + M')*x", lambda d: (d.M + d.M.T) @ d.x),
    ("‖x‖^2", "x", lambda d: np.linalg.norm(d.x) ** 2, "2*x", lambda d: 2 * d.x),
    ("x'*x", "x", lambda d: d.x.T @ d.x, "2*x", lambda d: 2 * d.x),
    ("‖A‖_F^2", "A", lambda d: np.linalg.norm(d.A) ** 2, "2*A", lambda d: 2 * d.A),
    ("‖x‖₂", "x", lambda d: np.linalg.norm(d.x), "x/norm2(x)", lambda d: d.x / np.sqrt(d.x @ d.x)),
    ("‖x‖₁", "x", lambda d: np.linalg.norm(d.x, 1), "sign(x)", lambda d: np.sign(d.x)),
    ("‖A‖_F", "A", lambda d: np.linalg.norm(d.A), "A/norm2(A)", lambda d: d.A / np.sqrt((d.A**2).sum())),
    ("2*x'*x", "x", lambda d: 2 * d.x.T @ d.x, "4*x", lambda d: 4 * d.x),
    ("sum(x ⊙ x)", "x", lambda d: (d.x * d.x).sum(), "2*x", lambda d: 2 * d.x),
    ("sum(detach(x ⊙ x) ⊙ x)", "x", lambda d: (sd.detach(d.x * d.x) * d.x).sum(), None, lambda d: d.x**2),
    ("3*a^2 + 5*exp(b)", "a", lambda d: 3 * d.a**2 + 5 * np.exp(d.b), "6*a", lambda d: 6 * d.a),
    ("3*a^2 + 5*exp(b)", "b", lambda d: 3 * d.a**2 + 5 * np.exp(d.b), "5*exp(b)", lambda d: 5 * np.exp(d.b)),
    ("3*t^2 - 4*t", "t", lambda d: 3 * d.t**2 - 4 * d.t, "6*t - 4", lambda d: 6 * d.t - 4),
]


@pytest.mark.parametrize("row", EXPRESSIONS, ids=lambda row: row.text)
def test_expressions(row: Row) -> None:
    e = sd.parse(row.text, NAMES)
    assert str(e) == row.printed
    assert same(e, row.python(D))
    assert sd.parse(str(e), NAMES) is e
    given = {s.name: getattr(V, s.name) for s in e.symbols}
    expected = np.asarray(row.value(V))
    for found in (e(**given), sd.compile(e)(**given)):
        assert np.shape(found) == expected.shape
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    ("text", "by", "python", "printed", "value"), GRADIENTS, ids=lambda v: v if isinstance(v, str) else None
)
def test_gradients(text: str, by: str, python: Any, printed: str | None, value: Any) -> None:
    g = sd.grad(text, by, NAMES)
    if printed is not None:
        assert str(g) == printed
    assert sd.grad(python(D), getattr(D, by)) is g
    expected = np.asarray(value(V), float)
    names = {s.name for s in g.symbols}
    given = {name: getattr(V, name) for name in names} | {k: v for k, v in SIZES.items() if not names}
    needed = {k: v for k, v in given.items() if k in names or k in str(g.shape)}
    np.testing.assert_allclose(g(**needed), expected)
    derivation = sd.derive(text, by, declarations=NAMES)
    assert derivation.steps
    assert derivation.result == g
    assert sd.check(text, by, declarations=NAMES)


def test_scalars_are_exact() -> None:
    assert [str(sd.parse(t)) for t in ("3 + 2", "3*2", "3/2", "3^2")] == ["5", "6", "3/2", "9"]
    assert sd.parse("a/b", "a, b: scalar")(a=3, b=2) == 1.5


def test_shapes() -> None:
    x, n = sd.vector("x", "n"), sd.declare("q: vector(n)").shape[0]
    assert x.shape == (n,)
    assert (len(D.v), D.v.shape, D.v[3].shape) == (4, (4,), ())
    assert (D.F.shape, D.F.T.shape) == ((5, 4), (4, 5))
    assert D.F.T.T is D.F
    assert D.S.T is D.S
    assert ((D.a + D.X).shape, (D.a * D.X).shape) == ((2, 3, 4), (2, 3, 4))
    assert sd.grad("sum(a*X)", "a", NAMES).shape == ()
    assert sd.diff("a*X", "a", declarations=NAMES).shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("sum(T, axis=1)", (2, 4)),
        ("sum(T, axis=[0, 2])", (5,)),
        ("sum(T, axis=1, keepdims=True)", (2, 1, 4)),
        ("sum(T, axis=[0, 2], keepdims=true)", (1, 5, 1)),
    ],
)
def test_sums_of_a_tensor(text: str, shape: tuple[int, ...]) -> None:
    e = sd.parse(text, NAMES)
    assert e.shape == shape
    assert sd.compile(e)(T=V.T).shape == shape
    assert sd.parse(str(e), NAMES) is e
    if "keepdims" not in text:
        assert str(sd.grad(f"sum({text})", "T", NAMES)) == "ones(2, 5, 4)"


def test_broadcasting() -> None:
    e = sd.parse("A ./ sum(A, axis=1, keepdims=True)", NAMES)
    assert same(e, D.A / D.A.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(sd.compile(e)(A=V.A).sum(axis=1), [1, 1])
    assert sd.check(e, D.A, kind="jacobian")


def test_cumsum_has_the_reversed_cumsum_for_its_adjoint() -> None:
    g = sd.grad("sum(cumsum(A, axis=0) .* B)", "A", NAMES)
    np.testing.assert_allclose(g(A=V.A, B=V.B) if "A" in str(g.symbols) else g(B=V.B), V.B[::-1].cumsum(0)[::-1])


def test_three_ways_to_write_an_inner_product_are_one() -> None:
    forms = {sd.simplify(sd.parse(t, NAMES)) for t in ("x'y", "dot(x, y)", "sum(x ⊙ y)")}
    forms |= {sd.simplify(e) for e in (D.x.T @ D.y, np.dot(D.x, D.y), (D.x * D.y).sum())}
    assert len(forms) == 1


def test_a_wrong_size_names_both_sizes() -> None:
    for wrong in (lambda: sd.parse("A*u", NAMES), lambda: D.A @ D.u, lambda: sd.parse("A*B", NAMES)):
        with pytest.raises(sd.ShapeError) as caught:
            wrong()
        assert "m" in str(caught.value)
        assert "n" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("‖[3, -4]‖₂", 5), ("‖[3, -4]‖₁", 7), ("norm2(ones(4, 9))", 6), ("‖ones(4, 9)‖_F", 6)],
)
def test_norms_of_numbers(text: str, value: int) -> None:
    assert sd.parse(text)() == pytest.approx(value)


def test_the_norm_states_its_convention_at_zero() -> None:
    assert sd.derive("‖x‖₂", "x", declarations=NAMES).conditions
    np.testing.assert_allclose(sd.grad("‖x‖₁", "x", NAMES)(x=np.zeros(3)), np.zeros(3))


def test_the_difference_quotient_approaches_the_derivative() -> None:
    f = sd.parse("3*t^2 - 4*t", NAMES)
    quotients = [(f(t=1 + h) - f(t=1)) / h for h in (0.1, 0.01, 0.001, 0.0001, 0.00001)]
    np.testing.assert_allclose(quotients, [2.3, 2.03, 2.003, 2.0003, 2.00003], rtol=1e-6)
    assert sd.diff(f, D.t)(t=1) == 2


@pytest.mark.parametrize(
    "text", ["d/dt (3*t^2 - 4*t)", "∂/∂t (3*t^2 - 4*t)", "diff(3*t^2 - 4*t, t)", "∇_t (3*t^2 - 4*t)"]
)
def test_notations_of_the_derivative(text: str) -> None:
    assert str(sd.parse(text, NAMES)) == "6*t - 4"


@pytest.mark.parametrize(
    ("f", "result", "rule"),
    [
        ("c", "0", "constant rule"),
        ("t^n", "n*t^(n - 1)", "power rule"),
        ("exp(t)", "exp(t)", "exp"),
        ("log(t)", "1/t", "log"),
        ("5*sin(t)", "5*cos(t)", "derivative of sin"),
        ("sin(t) + t^2", "cos(t) + 2*t", "power rule, n = 2"),
        ("t*sin(t)", "sin(t) + t*cos(t)", "product rule"),
        ("sin(t)/t", None, "quotient rule"),
        ("sin(t^2)", "2*t*cos(t^2)", "chain rule"),
    ],
)
def test_steps_name_the_rule(f: str, result: str | None, rule: str) -> None:
    derivation = sd.derive(f, "t", kind="diff", declarations="t, n, c: scalar")
    rules = [step.rule for step in derivation.steps]
    assert any(rule.partition(" rule")[0] in name for name in rules), rules
    if result is not None:
        assert str(derivation.result) == result


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("f(t)*g(t)", "f'(t)*g(t) + f(t)*g'(t)"),
        ("f(t) + g(t)", "f'(t) + g'(t)"),
        ("f(g(t))", "f'(g(t))*g'(t)"),
    ],
)
def test_rules_come_out_of_unknown_functions(text: str, printed: str) -> None:
    names = "t: scalar; f: function; g: function"
    f, g = sd.declare("f: function; g: function")
    t = D.t
    built = {"f(t)*g(t)": f(t) * g(t), "f(t) + g(t)": f(t) + g(t), "f(g(t))": f(g(t))}[text]
    assert same(sd.parse(text, names), built)
    assert str(sd.diff(text, "t", declarations=names)) == printed
    assert same(sd.diff(built, t), sd.diff(text, "t", declarations=names))


def test_the_quotient_rule_comes_out_of_unknown_functions() -> None:
    names = "t: scalar; f: function; g: function"
    found = sd.diff("f(t)/g(t)", "t", declarations=names)
    expected = sd.parse("(diff(f(t), t)*g(t) - f(t)*diff(g(t), t))/g(t)^2", names)
    assert same(found, expected)


def test_the_chain_rule_over_several_variables() -> None:
    names = "f: function(scalar, scalar, scalar); x, y, z: function(scalar, scalar); a, b: scalar"
    for by in "ab":
        slot = 1 if by == "a" else 2
        found = sd.diff("f(x(a, b), y(a, b), z(a, b))", by, declarations=names)
        outer = "(x(a, b), y(a, b), z(a, b))"
        expected = " + ".join(f"f'[{k}]{outer}*{g}'[{slot}](a, b)" for k, g in enumerate("xyz", 1))
        assert str(found) == expected


def test_backward() -> None:
    x = sd.vector("x", 4)
    y = 2 * x.T @ x
    at = np.array([0.0, 1, 2, 3])
    assert y(x=at) == 28
    np.testing.assert_allclose(sd.grad(y, x)(x=at), [0, 4, 8, 12])
    np.testing.assert_allclose(sd.grad(x.sum(), x)(), [1, 1, 1, 1])


def test_the_jacobian_of_squares_is_diagonal() -> None:
    jacobian = sd.jacobian("x ⊙ x", "x", NAMES)
    assert str(jacobian) in ("diag(2*x)", "2*diag(x)")
    np.testing.assert_allclose(jacobian(x=V.x), np.diag(2 * V.x))


def test_detach() -> None:
    y = D.x * D.x
    z = sd.detach(y) * D.x
    np.testing.assert_allclose(sd.grad(z.sum(), D.x)(x=V.x), V.x**2)
    np.testing.assert_allclose(sd.grad(y.sum(), D.x)(x=V.x), 2 * V.x)


def test_the_second_price_auction() -> None:
    """The winner pays the second highest bid: the price does not move with the winner's own."""
    price = sd.parse("max(v[1:4])", NAMES)  # v[0] wins
    assert sd.grad(price, D.v[0]) is sd.grad(price, "v[0]", NAMES)
    bids = np.array([9.0, 1, 5, 2])
    assert sd.grad(price, D.v[0])(v=bids) == 0
    np.testing.assert_allclose(sd.grad(price, D.v)(v=bids), [0, 0, 1, 0])
