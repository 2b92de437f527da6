"""Values of derivatives where rules meet their edges: zeros, ties, kinks, poles, singular matrices.

Each case is one line: what is differentiated, by what, at which point, and what the derivative is there by the
convention that the book's note states. Evaluation and compiled code must both say so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.evaluation import evaluate

DECLARED = "x: vector(n); y: vector(n); X: matrix(n, n); v: complex vector(n)"
INF = float("inf")
V = [0.0, 2.0, -3.0]  # a vector with a zero

GRADIENTS = [
    # products with zeros
    ("prod(x)", "x", {"x": [2.0, 3.0, 4.0]}, [12, 8, 6]),
    ("prod(x)", "x", {"x": [0.0, 3.0, 4.0]}, [12, 0, 0]),
    ("prod(x)", "x", {"x": [0.0, 0.0, 4.0]}, [0, 0, 0]),
    ("sum(prod(X, axis=0))", "X", {"X": [[0.0, 2.0], [3.0, 4.0]]}, [[3, 4], [0, 2]]),
    ("prod(X)", "X", {"X": [[0.0, 2.0], [3.0, 4.0]]}, [[24, 0], [0, 0]]),
    ("prod(x)^2", "x", {"x": [0.0, 3.0]}, [0, 0]),
    ("prod(exp(x))", "x", {"x": [0.0, 0.0]}, [1, 1]),
    # the largest entry, ties
    ("max(x)", "x", {"x": [1.0, 3.0, 2.0]}, [0, 1, 0]),
    ("max(x)", "x", {"x": [3.0, 3.0, 2.0]}, [1, 1, 0]),
    ("min(x)", "x", {"x": [3.0, 3.0, 2.0]}, [0, 0, 1]),
    ("norm_inf(x)", "x", {"x": [-3.0, 1.0]}, [-1, 0]),
    ("max(t, 1)", "t", {"t": 1.0}, 0),
    ("max(t, 1)", "t", {"t": 2.0}, 1),
    ("min(t, 1)", "t", {"t": 0.5}, 1),
    ("clip(t, 0, 1)", "t", {"t": 1.0}, 1),
    ("clip(t, 0, 1)", "t", {"t": 1.5}, 0),
    # norms
    ("norm1(x)", "x", {"x": V}, [0, 1, -1]),
    ("norm2(x)", "x", {"x": [3.0, -4.0]}, [0.6, -0.8]),
    ("norm2(x)^2", "x", {"x": [0.0, 0.0]}, [0, 0]),
    # kinks
    ("abs(t)", "t", {"t": 0.0}, 0),
    ("relu(t)", "t", {"t": 0.0}, 0),
    ("t*abs(t)", "t", {"t": 0.0}, 0),
    ("t*abs(t)", "t", {"t": -2.0}, 4),
    ("abs(t)^2", "t", {"t": 0.0}, 0),
    ("abs(t)^3", "t", {"t": 0.0}, 0),
    ("sum(x.*abs(x))", "x", {"x": V}, [0, 4, 6]),
    ("sign(t)*t", "t", {"t": 0.0}, 0),
    ("heaviside(t)*t^2", "t", {"t": 0.0}, 0),
    ("softsign(t)", "t", {"t": 0.0}, 1),
    # powers
    ("t^1", "t", {"t": 0.0}, 1),
    ("t^0", "t", {"t": 0.0}, 0),
    ("t^2", "t", {"t": 0.0}, 0),
    ("t^3", "t", {"t": -2.0}, 12),
    ("t^(3/2)", "t", {"t": 0.0}, 0),
    ("sqrt(t)", "t", {"t": 0.0}, INF),
    ("t^t", "t", {"t": 1.0}, 1),
    ("sum(x.^2)", "x", {"x": V}, [0, 4, -6]),
    ("sum(x.^1)", "x", {"x": V}, [1, 1, 1]),
    # the angle and the hypotenuse
    ("atan2(t, 1)", "t", {"t": 0.0}, 1),
    ("atan2(t, 0)", "t", {"t": 2.0}, 0),
    ("atan2(0, t)", "t", {"t": 2.0}, 0),
    ("hypot(t, 1)", "t", {"t": 0.0}, 0),
    ("hypot(t, 0)", "t", {"t": 3.0}, 1),
    # the branch not taken
    ("where(t > 0, log(t), 0)", "t", {"t": 0.0}, 0),
    ("where(t > 0, t*log(t), 0)", "t", {"t": 0.0}, 0),
    ("where(t > 0, sqrt(t), 0)", "t", {"t": 0.0}, 0),
    ("2*where(t > 0, log(t), 0)^2", "t", {"t": 0.0}, 0),
    ("exp(where(t > 0, log(t), 0))", "t", {"t": 0.0}, 0),
    ("sum(where(x > 0, log(x), 0))", "x", {"x": V}, [0, 0.5, 0]),
    ("sum(where(x > 0, x.*log(x), 0))", "x", {"x": [0.0, 1.0, -1.0]}, [0, 1, 0]),
    ("y'*where(x > 0, log(x), 0)", "x", {"x": V, "y": [1.0, 4.0, 1.0]}, [0, 2, 0]),
    ("norm2(where(x > 0, sqrt(x), 0))^2", "x", {"x": [0.0, 4.0, -1.0]}, [0, 1, 0]),
    ("tr(X*where(X > 0, log(X), 0)')", "X", {"X": [[1.0, 0.0], [-1.0, 1.0]]}, [[1, 0], [0, 1]]),
    ("log(1 + sum(where(x > 0, log(x), 0)))", "x", {"x": [0.0, 1.0]}, [0, 1]),
    # both ends
    ("log_softmax(x)[0]", "x", {"x": [600.0, 0.0]}, [0, 0]),
    ("log_softmax(x)[0]", "x", {"x": [-600.0, 0.0]}, [1, -1]),
    ("logsumexp(x)", "x", {"x": [600.0, -600.0]}, [1, 0]),
    ("softplus(t)", "t", {"t": 1000.0}, 1),
    ("softplus(t)", "t", {"t": -1000.0}, 0),
    ("sigmoid(t)", "t", {"t": -1000.0}, 0),
    ("log(sigmoid(t))", "t", {"t": -1000.0}, 1),
    ("tanh(t)", "t", {"t": 600.0}, 0),
    # singular matrices
    ("det(X)", "X", {"X": [[1.0, 2.0], [2.0, 4.0]]}, [[4, -2], [-2, 1]]),
    ("det(X)", "X", {"X": [[0.0, 0.0], [0.0, 0.0]]}, [[0, 0], [0, 0]]),
    ("det(X)", "X", {"X": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]}, [[0, 0, 0], [0, 0, 0], [0, 0, 1]]),
    ("det(X)^2", "X", {"X": [[1.0, 2.0], [2.0, 4.0]]}, [[0, 0], [0, 0]]),
    # poles and neighbours of the gamma function
    ("gamma(t)", "t", {"t": 1.0}, -np.euler_gamma),
    ("lgamma(t)", "t", {"t": -0.5}, 0.03648997397857652),
    ("digamma(t)", "t", {"t": 1.0}, np.pi**2 / 6),
    ("beta(t, 2)", "t", {"t": 1.0}, -0.75),
    # parts of complex numbers, by a real variable
    ("abs(exp(i*t) + 1)^2", "t", {"t": np.pi / 2}, -2),
    ("abs(v'*x)^2", "x", {"x": [0.0, 0.0], "v": [1j, 2.0]}, [0, 0]),
    ("abs(v'*x)^2", "x", {"x": [1.0, 1.0], "v": [1j, 2.0]}, [2, 8]),
    ("arg(1 + i*t)", "t", {"t": 1.0}, 0.5),
    ("real(exp(i*t))", "t", {"t": np.pi / 2}, -1),
    ("norm2(t*v)", "t", {"t": 2.0, "v": [3j, 4.0]}, 5),
]

HESSIANS = [
    ("prod(x)", "x", {"x": [0.0, 0.0, 4.0]}, [[0, 4, 0], [4, 0, 0], [0, 0, 0]]),
    ("prod(x)", "x", {"x": [2.0, 3.0, 4.0]}, [[0, 4, 3], [4, 0, 2], [3, 2, 0]]),
    ("where(t > 0, log(t), 0)", "t", {"t": 0.0}, 0),
    ("where(t > 0, t^2*log(t), 0)", "t", {"t": 0.0}, 0),
    ("sum(where(x > 0, log(x), 0))", "x", {"x": V}, np.diag([0, -0.25, 0])),
    ("sum(where(x > 0, log(x), 0))^2", "x", {"x": [0.0, 1.0]}, [[0, 0], [0, 2]]),
    ("t*abs(t)", "t", {"t": -1.0}, -2),
    ("abs(t)", "t", {"t": 0.0}, 0),
    ("abs(t)^3", "t", {"t": 0.0}, 0),
    ("relu(t)^2", "t", {"t": -1.0}, 0),
    ("t^1", "t", {"t": 0.0}, 0),
    ("t^2", "t", {"t": 0.0}, 2),
    ("max(x)", "x", {"x": [1.0, 3.0]}, [[0, 0], [0, 0]]),
    ("softplus(t)", "t", {"t": 800.0}, 0),
    ("det(X)", "X", {"X": [[1.0, 2.0], [3.0, 4.0]]}, None),
]


def _agrees(e: sd.Expr, given: dict[str, Any], wanted: Any) -> None:
    values = {s.name: np.asarray(given[s.name]) for s in e.symbols}
    sizes = {"n": len(next((np.asarray(v) for v in given.values() if np.ndim(v)), []))}
    with np.errstate(all="ignore"):
        slow = evaluate(e, values, sizes)
        names = sizes if not any(np.ndim(v) for v in values.values()) and "n" in sd.compile(e).source else {}
        fast = e(values, **names)
    assert np.shape(slow) == np.shape(wanted)
    np.testing.assert_allclose(slow, wanted, rtol=1e-9, atol=1e-9, err_msg=f"evaluation of {e}")
    np.testing.assert_allclose(fast, wanted, rtol=1e-9, atol=1e-9, err_msg=f"code of {e}")


@pytest.mark.parametrize(("text", "wrt", "at", "wanted"), GRADIENTS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_gradient_at_an_edge(text: str, wrt: str, at: dict[str, Any], wanted: Any) -> None:
    _agrees(sd.grad(text, wrt, DECLARED), at, wanted)


@pytest.mark.parametrize(("text", "wrt", "at", "wanted"), HESSIANS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_second_derivative_at_an_edge(text: str, wrt: str, at: dict[str, Any], wanted: Any) -> None:
    if wanted is None:
        wanted = np.zeros((2, 2, 2, 2))
        wanted[0, 0, 1, 1] = wanted[1, 1, 0, 0] = 1
        wanted[0, 1, 1, 0] = wanted[1, 0, 0, 1] = -1
    _agrees(sd.hessian(text, wrt, DECLARED), at, wanted)


CONDITIONS = [
    ("norm2(x)", "x", {"positive"}),
    ("norm1(x)", "x", {"nonzero"}),
    ("max(x)", "x", {"unique_max"}),
    ("prod(x)", "x", set()),
    ("det(X)", "X", set()),
    ("where(t > 0, log(t), 0)", "t", {"nonzero"}),
    ("gamma(t)", "t", {"off_poles"}),
    ("sum(cumprod(x))", "x", set()),
    ("abs(t)", "t", {"nonzero"}),
    ("sqrt(t)", "t", {"positive"}),
    ("t^3", "t", set()),
]


@pytest.mark.parametrize(("text", "wrt", "predicates"), CONDITIONS, ids=lambda v: v if isinstance(v, str) else "")
def test_the_conditions_say_where_the_edges_are(text: str, wrt: str, predicates: set[str]) -> None:
    declared = f"t: scalar; {DECLARED}"
    derivation = sd.derive(sd.parse(text, declared), sd.parse(wrt, declared))
    assert {c.predicate for c in derivation.conditions} == predicates


NOT_HOLOMORPHIC = ["abs(c)", "conj(c)", "real(c)", "imag(c)", "arg(c)", "abs(c)^2", "norm2(v*c)", "norm1([c, c])"]


@pytest.mark.parametrize("text", NOT_HOLOMORPHIC)
def test_by_a_complex_name_there_is_only_a_wirtinger_derivative(text: str) -> None:
    with pytest.raises(sd.NotSupported, match="Wirtinger"):
        sd.diff(text, "c", declarations="c: complex scalar; v: complex vector(n)")


BY_REALS = [
    ("real(exp(i*t))", "t"), ("abs(exp(i*t) + 1)^2", "t"), ("arg(1 + i*t)", "t"), ("real(sum(exp(i*x)))", "x"),
    ("abs(v'*x)^2", "x"), ("norm2(C*x)", "x"), ("norm1(C*x)", "x"), ("norm_inf(C*x)", "x"), ("norm(C*x, 3)", "x"),
    ("exp(i*real(v'*x))", "x"), ("conj(v'*x)*exp(i*sum(x))", "x"), ("imag(tr(C*A))", "A"), ("real(det(C + A))", "A"),
    ("x'*C^H*C*x", "x"), ("imag(exp(i*x))", "x"), ("conj(C*x)", "x"), ("abs(C*x)", "x"), ("arg(C*x)", "x"),
    ("log(abs(det(C + t*A)))", "t"), ("real(tr(inv(C + i*A)*B))", "A"), ("imag(v^H*A*v)", "A"),
    ("real(exp(i*real(exp(i*t)) + t))", "t"), ("abs(conj(v)'*(x + i*x.^2))", "x"),
]  # fmt: skip
BY_COMPLEX = [("log(det(C))", "C"), ("tr(inv(C)*A)", "C"), ("v'*C*v", "v"), ("tr(C'*C)", "C"), ("v'*inv(C)*v", "C")]


@pytest.mark.parametrize(("text", "wrt"), BY_REALS + BY_COMPLEX)
@pytest.mark.parametrize("kind", ["diff", "grad"])
@pytest.mark.sample(10)
def test_complex_derivatives_pass_the_oracles(text: str, wrt: str, kind: str) -> None:
    declared = "t: scalar; x: vector(n); A, B: matrix(n, n); v: complex vector(n); C: complex matrix(n, n)"
    assert sd.check(text, wrt, kind=kind, declarations=declared)
