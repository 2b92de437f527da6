"""The oracles: they agree with what is right, and each finds what is wrong."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from checker import assert_derivative

import symdiff as sd
from symdiff.algebra.conditions import PREDICATES, Condition, condition
from symdiff.errors import ShapeError, SymdiffError
from symdiff.evaluate import Point, evaluate
from symdiff.evaluate.functions import StandIn
from symdiff.evaluate.numeric import Numeric
from symdiff.inputs import problem
from symdiff.oracles import points as points_module
from symdiff.oracles.components import components
from symdiff.oracles.finite import finite_differences
from symdiff.oracles.points import find_points, satisfied, size_choices
from symdiff.oracles.variable import Variable
from symdiff.oracles.verdict import check

LET = """x, y: vector(n); b: vector(m); t, s: scalar; A: matrix(m, n); X, C: matrix(n, n); S: symmetric(n)
P: spd(n); z: positive vector(n); p: vector(3); f: function; g: function(vector(n), scalar) -> vector(m)"""


def read(text, wrt="x"):
    given = problem([text], [wrt], LET)
    return given.exprs[0], given.wrt[0]


def verdict(text, wrt, result, kind="grad"):
    given = problem([text, result], [wrt], LET)
    return check(given.exprs[0], given.wrt[0], given.exprs[1], kind)


# --- right results, each by all three oracles


@pytest.mark.parametrize(
    ("text", "wrt", "kind"),
    [
        ("x'*X*x", "x", "grad"),
        ("norm2(A*x - b)^2", "x", "grad"),
        ("norm1(A*x - b)", "x", "grad"),
        ("logdet(P + x*x')", "x", "grad"),
        ("det(X)", "X", "grad"),
        ("tr(inv(X)*C)", "X", "grad"),
        ("x'*S*x", "S", "grad"),
        ("logdet(P)", "P", "grad"),
        ("softmax(x)", "x", "jacobian"),
        ("logsumexp(A*x)", "x", "hessian"),
        ("A*x", "x", "grad"),
        ("inv(X + t*C)", "t", "diff"),
        ("sum(z.^t)", "z", "grad"),
        ("max(x)", "x", "grad"),
        ("sum(where(x > 0, x, x.^2))", "x", "grad"),
        ("sum(detach(x) .* x)", "x", "grad"),
        ("f(t*s)", "t", "grad"),
        ("g(x .* x, t)", "x", "jacobian"),
        ("p[0]*p[1]", "p[1]", "grad"),
        ("sum(atan(x) .* tanh(y))", "x", "grad"),
        ("n*t^2", "t", "grad"),
    ],
)
def test_what_is_right_is_found_right(text, wrt, kind):
    assert_derivative(text, wrt, LET, kind)


# --- wrong results, each by its own oracle


WRONG = [
    ("x'*X*x", "x", "X*x"),
    ("x'*X*x", "x", "2*X*x"),
    ("det(X)", "X", "det(X)*inv(X)"),
    ("tr(C*X)", "X", "C"),
    ("sin(t)^2", "t", "cos(t)^2"),
    ("norm2(x)", "x", "x/norm2(x)^2"),
    ("sum(abs(x))", "x", "ones(n)"),
    ("f(t)*t", "t", "f(t)"),
    ("sum(detach(x) .* x)", "x", "2*x"),
]


@pytest.mark.parametrize(("text", "wrt", "result"), WRONG)
def test_what_is_wrong_is_found_wrong_by_each_oracle(text, wrt, result):
    found = verdict(text, wrt, result)
    assert found.ok is False
    assert not found
    assert [e.ok for e in found.evidence] == [False] * 3, str(found)
    assert found.counterexample is not None
    assert np.max(np.abs(found.counterexample.expected - found.counterexample.found)) > 1e-6
    assert "expected" in str(found)


def test_a_jacobian_the_wrong_way_round_has_another_shape():
    with pytest.raises(SymdiffError, match="but the jacobian is a matrix"):
        verdict("A*x", "x", "A'", "jacobian")


def test_a_wrong_constant_far_down_is_seen():
    assert verdict("x'*X*x", "x", "(X + X')*x + 1e-5*x").ok is False


def test_a_result_without_a_value_is_wrong():
    assert verdict("x'*x", "x", "2*x/(t - t)").ok is False


def test_a_verdict_tells_what_was_tried():
    found = verdict("norm2(A*x - b)^2", "x", "2*A'*(A*x - b)")
    assert found
    text = str(found)
    assert text.startswith("right")
    for word in ("finite differences", "duality", "sympy on components", "m = 3", "n = 4"):
        assert word in text


def test_what_sympy_finds_too_large_is_left_to_the_others():
    given = problem(["tr(inv(Z))"], ["Z"], "Z: matrix(6, 6)")
    found = check(given.exprs[0], given.wrt[0])
    assert found.ok is True
    assert found.evidence[2].ok is None
    assert "too many terms" in found.evidence[2].detail


def test_what_is_too_deep_for_sympy_is_left_to_the_others():
    e = x = sd.scalar("t")
    for _ in range(600):
        e = np.sin(e) + x
    found = check(e, x)
    assert found.ok is True
    assert found.evidence[2].ok is None


def test_what_is_too_large_for_numbers_is_undecided():
    given = problem(["sum(x.*x)"], ["x"], "x: vector(1000000000)")
    found = check(given.exprs[0], given.wrt[0])
    assert found.ok is None
    assert "too large" in str(found)


# --- points


def test_sizes_of_dimensions_are_distinct_and_no_number_that_occurs():
    f, x = read("sum(A*x) + sum([1, 2, 3])")
    for sizes in size_choices([f, x], (3, 4, 2)):
        assert len(set(sizes.values())) == 2
        assert 3 not in sizes.values()


def test_points_have_the_declared_properties():
    f, _ = read("tr(P) + tr(S) + sum(log(z)) + sum(x)")
    for point in islice(find_points(f, [], [], {"n": 3}, 1), 5):
        assert np.allclose(point.values["S"], point.values["S"].T)
        assert np.min(np.linalg.eigvalsh(point.values["P"])) > 0
        assert np.all(point.values["z"] > 0)


def test_points_keep_conditions():
    f, x = read("logdet(X) + sum(acosh(x))")
    found = list(islice(find_points(f, [x], check(f, x).conditions, {"n": 3}, 1), 3))
    assert len(found) == 3
    assert all(np.linalg.det(p.values["X"]) > 0 and np.all(p.values["x"] > 1) for p in found)


def test_every_predicate_can_be_evaluated():
    e = {k: sd.tensor("T", *(2,) * k) for k in range(3)}
    for predicate, count in PREDICATES.items():
        assert predicate in points_module._tests()
        assert count in (1, 2, 3)
    point = Point({"T": np.eye(2)}, {})
    assert satisfied(condition("invertible", e[2]), point)
    assert not satisfied(condition("positive", e[2]), point)
    assert satisfied(Condition("symmetric", (e[2],)), point)


def test_no_point_means_undecided():
    f, x = read("sum(log(-abs(x) - 1))")
    found = check(f, x)
    assert found.ok is None
    assert "no point" in str(found)


# --- one oracle at a time


def test_a_kink_is_no_smooth_point():
    f, x = read("abs(t)", "t")
    point = Point({"t": np.asarray(0.0)}, {})
    assert finite_differences(f, Variable(x), sd.parse("t", LET), "grad", [point], 0).ok is None


def test_sympy_differentiates_the_structured_only_along_their_kind():
    f, x = read("x'*S*x", "S")
    result = sd.parse("(x*x' + x*x')/2 + X - X'", LET)
    value = np.arange(4.0).reshape(2, 2)
    point = Point({"x": np.array([1.0, 2.0]), "S": np.eye(2), "X": value}, {"n": 2})
    assert components(f, Variable(x), result, "grad", [point]).ok is True


# --- the evaluator


def test_values_by_definition():
    rng = np.random.default_rng(0)
    a, v = rng.normal(size=(3, 4)), rng.normal(size=4)
    for text, expected in {
        "A*x": a @ v,
        "A .* A": a * a,
        "sum(A, axis=0)": a.sum(0),
        "mean(A, axis=1, keepdims=True)": a.mean(1, keepdims=True),
        "x*x'": np.outer(v, v),
        "softmax(x)": np.exp(v) / np.exp(v).sum(),
        "norm2(A)": np.linalg.norm(a),
        "cumsum(A, axis=1)": np.cumsum(a, 1),
        "max(A, axis=0)": a.max(0),
        "vec(A)": a.ravel(order="F"),
        "kron(A, A)": np.kron(a, a),
        "A'[1]": a.T[1],
        "det(A*A')": np.linalg.det(a @ a.T),
        "inv(A*A')": np.linalg.inv(a @ a.T),
        "(A*A')^3": np.linalg.matrix_power(a @ a.T, 3),
        "where(x > 0, x, 0)": np.maximum(v, 0),
        "n*m": 12.0,
    }.items():
        found = evaluate(sd.parse(text, LET), {"A": a, "x": v}, {"m": 3, "n": 4})
        np.testing.assert_allclose(found, expected, rtol=1e-10, err_msg=text)


def test_differentials_have_values_too():
    e = sd.differential("x'*X*x", "x", declarations=LET)
    x, a, dx = np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0])
    found = evaluate(e, {"x": x, "X": a}, differentials={"x": dx})
    assert found == pytest.approx(dx @ (a + a.T) @ x)


def test_a_missing_or_misshapen_value_is_named():
    e = sd.parse("A*x", LET)
    with pytest.raises(SymdiffError, match="no value for A"):
        evaluate(e, {"x": np.ones(3)})
    with pytest.raises(ShapeError, match="x is a vector"):
        evaluate(e, {"x": np.ones((3, 1)), "A": np.ones((2, 3))})


def test_depth_is_no_limit():
    e = sd.scalar("t")
    for _ in range(20_000):
        e = np.sin(e)
    assert np.isfinite(evaluate(e, {"t": 1.0}))


def test_stand_ins_have_the_derivatives_they_say():
    function = StandIn(Numeric(), 0.3, [np.ones(2)], [0.7], [[np.array([0.5, -1.0, 2.0]), np.asarray(0.25)]])
    x, t, h = np.array([0.1, 0.2, 0.3]), np.asarray(0.4), 1e-6
    slope = (function.derivative((), x, t + h) - function.derivative((), x, t - h)) / (2 * h)
    np.testing.assert_allclose(function.derivative((1,), x, t), slope, rtol=1e-8)
    assert function.derivative((0, 1), x, t).shape == (2, 3)
