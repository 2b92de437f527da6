"""Primary functions of a matrix, linear matrix equations, the pseudoinverse and the cross product."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from checker import assert_derivative

import symdiff as sd
from symdiff.backends import numpy_kernels as kernels
from symdiff.errors import MissingExtra, ShapeError
from symdiff.evaluation import evaluate
from symdiff.inputs import problem

LET = (
    "A, B, X, Y: matrix(n, n); S: spd(n); W: symmetric(n); u, v: vector(n); s, t: scalar; k: integer; p: scalar; "
    "P: matrix(m, n); b: vector(m); C: matrix(m, n); Q: matrix(m, m)"
)

GRADIENTS = {
    "tr(expm(X))": ("X", "expm(X)'"),
    "u'*expm(X)*v": ("X", "expm_frechet(X, v*u')'"),
    "tr(A*expm(X))": ("X", "expm_frechet(X, A)'"),
    "tr(expm(A*B))": ("A", "(B*expm(A*B))'"),
    "norm2(expm(X))": ("X", None),
    "norm2(expm(W))^2": ("W", "2*expm(W)^2"),
    "log(det(expm(X)))": ("X", "eye(n)"),
    "log(det(A + expm(X)))": ("X", "expm_frechet(X, inv(A + expm(X)))'"),
    "exp(tr(expm(X)))": ("X", "exp(tr(expm(X)))*expm(X)'"),
    "sum(expm(X).*Y)": ("X", "expm_frechet(X, Y')'"),
    "expm(X)[0, 1]": ("X", None),
    "tr(logm(X))": ("X", "inv(X)'"),
    "tr(logm(S))": ("S", "inv(S)"),
    "tr(A*logm(X))": ("X", "logm_frechet(X, A)'"),
    "u'*logm(A*A' + eye(n))*v": ("A", None),
    "tr(sqrtm(X))": ("X", "inv(sqrtm(X))'/2"),
    "tr(sqrtm(S))": ("S", "inv(sqrtm(S))/2"),
    "u'*sqrtm(S)*v": ("S", "lyap(sqrtm(S), u*v')"),
    "u'*sqrtm(X)*v": ("X", "sylvester(sqrtm(X)', sqrtm(X)', u*v')"),
    "norm2(sqrtm(S))^2": ("S", "eye(n)"),
    "tr(sqrtm(A*A' + eye(n)))": ("A", "inv(sqrtm(A*A' + eye(n)))*A"),
    "tr(X^(-1/2))": ("X", None),
    "tr(X^k)": ("X", "k*(X^(k - 1))'"),
    "tr(X^p)": ("X", "p*(X^(p - 1))'"),
    "tr(A*X^k)": ("X", "matpow_d(X, A, k)'"),
    "det(X^k)": ("X", None),
    "logdet(X^k)": ("X", "k*inv(X)'"),
    "u'*X^(5/2)*v": ("X", None),
    "tr(A*X^p)": ("p", "tr(A*logm(X)*X^p)"),
    "tr(sylvester(A, B, X))": ("X", "sylvester(B, A, eye(n))'"),
    "u'*sylvester(A, B, X)*v": ("A", "-sylvester(A', B', u*v')*sylvester(A, B, X)'"),
    "b'*sylvester(Q, A, C)*v": ("A", "-sylvester(Q, A, C)'*sylvester(Q', A', b*v')"),
    "norm2(sylvester(A, B, X))^2": ("X", "2*sylvester(A', B', sylvester(A, B, X))"),
    "u'*lyap(A, W)*v": ("A", None),
    "norm2(pinv(P)*b)^2": ("P", None),
    "tr(pinv(P)*C)": ("P", None),
}


@pytest.mark.parametrize("text", GRADIENTS)
@pytest.mark.sample(10)
def test_gradients(text: str) -> None:
    wrt, expect = GRADIENTS[text]
    assert_derivative(text, wrt, LET, expect=expect, sympy=False)


JACOBIANS = {
    "expm(X)": ("X", "expm_frechet(X)"),
    "expm(A*B)": ("A", None),
    "expm(X)*v": ("X", None),
    "expm(diag(u))*v": ("u", None),
    "diag(expm(X))": ("X", None),
    "logm(X)": ("X", "logm_frechet(X)"),
    "logm(expm(W))": ("W", None),
    "sqrtm(S)": ("S", "reshape(inv(kron(sqrtm(S), eye(n)) + kron(eye(n), sqrtm(S))), n, n, n, n)"),
    "sqrtm(X)'*sqrtm(X)": ("X", None),
    "X^k": ("X", "matpow_d(X, k)"),
    "(A*X*B)^k": ("X", None),
    "sylvester(A, B, X)": ("X", None),
    "sylvester(Q, A, C)*v": ("Q", None),
    "lyap(A, X)": ("X", None),
    "pinv(P)": ("P", None),
    "pinv(P)*b": ("P", None),
}


@pytest.mark.parametrize("text", JACOBIANS)
@pytest.mark.sample(6)
def test_jacobians_have_all_axes(text: str) -> None:
    wrt, expect = JACOBIANS[text]
    result = assert_derivative(text, wrt, LET, "jacobian", expect, sympy=False)
    assert sd.parse(str(result), LET).shape == result.shape


HESSIANS = [
    ("tr(expm(X))", "X"),
    ("u'*expm(X)*v", "X"),
    ("tr(logm(X))", "X"),
    ("u'*logm(X)*v", "X"),
    ("tr(sqrtm(X))", "X"),
    ("u'*sqrtm(X)*v", "X"),
    ("tr(X^k)", "X"),
    ("u'*X^(3/2)*v", "X"),
    ("u'*lyap(A, X)*v", "A"),
    ("norm2(pinv(P)*b)^2", "P"),
]


@pytest.mark.parametrize(("text", "wrt"), HESSIANS)
@pytest.mark.sample(2)
def test_hessians_by_a_matrix(text: str, wrt: str) -> None:
    assert_derivative(text, wrt, LET, "hessian", sympy=False)


BY_A_SCALAR = {
    "expm(t*A)": "A*expm(t*A)",
    "expm(t*A)*v": "A*expm(t*A)*v",
    "expm(-t*A)": "-A*expm(-t*A)",
    "expm(2*t*A)": "2*A*expm(2*t*A)",
    "d/dt expm(-t*A)": "A*A*expm(-t*A)",
    "expm(A + t*B)": "expm_frechet(A + t*B, B)",
    "d/dt expm(A + t*B)": "expm_frechet(A + t*B, B, B)",
    "d²/dt² u'*expm(A + t*B)*v": None,
    "logm(A + t*B)": "logm_frechet(A + t*B, B)",
    "d²/dt² u'*logm(A + t*B)*v": None,
    "sqrtm(A + t*B)": "sylvester(sqrtm(A + t*B), sqrtm(A + t*B), B)",
    "d/dt sqrtm(A + t*B)": None,
    "(A + t*B)^3": None,
    "(A + t*B)^k": "matpow_d(A + t*B, B, k)",
    "d/dt (A + t*B)^k": "matpow_d(A + t*B, B, B, k)",
    "(t*A)^k": "k*t^(k - 1)*A^k",
    "d/dt sylvester(A, t*B, X)": None,
    "d/dt pinv(t*P)": None,
}


@pytest.mark.parametrize("text", BY_A_SCALAR)
@pytest.mark.sample(6)
def test_derivatives_by_a_scalar(text: str) -> None:
    assert_derivative(text, "t", LET, "diff", BY_A_SCALAR[text], sympy=False)


def test_a_power_by_its_exponent() -> None:
    assert_derivative("X^p", "p", LET, "diff", "logm(X)*X^p", sympy=False)
    assert_derivative("u'*matpow_d(X, A, p)*v", "p", LET, "diff", sympy=False)


CROSS = "x, y, z: vector(3); A: matrix(3, 3)"


@pytest.mark.parametrize(
    ("text", "kind", "expect"),
    [
        ("cross(x, y)", "jacobian", "-skew(y)"),
        ("cross(y, x)", "jacobian", "skew(y)"),
        ("z'*cross(x, y)", "grad", "-cross(z, y)"),
        ("norm2(cross(x, y))^2", "grad", "-2*cross(cross(x, y), y)"),
        ("norm2(cross(x, y))^2", "hessian", None),
        ("cross(A*x, x)", "jacobian", None),
        ("cross(x, cross(x, y))", "jacobian", None),
        ("cross(2*x, 3*y)", "jacobian", None),
        ("cross(x, x)", "jacobian", "zeros(3, 3)"),
    ],
)
def test_cross_products(text: str, kind: str, expect: str | None) -> None:
    assert_derivative(text, "x", CROSS, kind, expect)


# ---------------------------------------------------------------- reading, conditions


def test_powers_of_a_matrix_are_read() -> None:
    for text, printed in {
        "X^(1/2)": "sqrtm(X)", "X^0.5": "sqrtm(X)", "X^(-1/2)": "inv(sqrtm(X))", "X^2.0": "X*X", "X^-1": "inv(X)",
        "X^k": "X^k", "X^p": "X^p", "X^(k - 1)": "X^(k - 1)", "X^-2": "inv(X)*inv(X)", "X^0": "eye(n)",
    }.items():  # fmt: skip
        e = sd.parse(text, LET)
        assert e is sd.parse(printed, LET) and sd.parse(str(e), LET) is e


def test_cross_infers_vectors_of_three() -> None:
    assert set(sd.parse("x'*cross(x, y)").assumptions) == {"x: vector(3)", "y: vector(3)"}
    with pytest.raises(ShapeError, match=r"vector\(3\)"):
        sd.parse("cross(x, y)", "x, y: vector(4)")


CONDITIONS = {
    "tr(expm(X))": "",
    "u'*logm(X)*v": "X has no zero or negative eigenvalue",
    "tr(logm(S))": "",
    "tr(sqrtm(X))": "X has no zero or negative eigenvalue",
    "tr(X^k)": "X is invertible",
    "tr(S^k)": "",
    "tr(X^p)": "X has no zero or negative eigenvalue",
    "tr(sylvester(X, B, Y))": "X and B have no eigenvalues that sum to 0",
    "tr(pinv(X))": "X has full rank",
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions_are_stated(text: str) -> None:
    wrt = "S" if "S" in text else "X"
    told = sd.derive(text, wrt, declarations=LET).text().splitlines()
    assert (told[-1].removeprefix("# if ") if told[-1].startswith("# if ") else "") == CONDITIONS[text]


# ---------------------------------------------------------------- generated code


CODE = [
    "expm(A)", "logm(A)", "sqrtm(A)", "A^p", "A^3", "pinv(P)", "sylvester(A, B, A)", "lyap(A, B)", "expm_frechet(A)",
    "expm_frechet(A, B)", "expm_frechet(A, B, A)", "logm_frechet(A)", "logm_frechet(A, B)", "logm_frechet(A, B, B)",
    "matpow_d(A, p)", "matpow_d(A, B, p)", "matpow_d(A, B, A, p)", "expm(S)", "logm(S)", "sqrtm(S)", "S^p",
]  # fmt: skip


def _values(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    a, b, p = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=(4, 3))
    return {"A": np.eye(3) + a / 4, "B": b + 4 * np.eye(3), "P": p, "p": np.asarray(1.7), "S": a @ a.T + np.eye(3)}


@pytest.mark.parametrize("text", CODE)
def test_code_agrees_with_the_definitions(text: str) -> None:
    e = sd.parse(text, LET)
    run = sd.compile(e)
    for seed in range(3):
        given = {name: value for name, value in _values(seed).items() if name in {s.name for s in e.symbols}}
        expected = evaluate(e, given)
        assert np.allclose(run(**given), expected, rtol=1e-10, atol=1e-11 * np.max(np.abs(expected)))


def test_second_derivatives_run() -> None:
    for text, wrt in HESSIANS[:4]:
        given = problem([text], [wrt], LET)
        h = sd.hessian(given.exprs[0], given.wrt[0])
        values = {"X": _values(5)["A"], "u": np.arange(3.0), "v": np.ones(3)}
        values = {s.name: values[s.name] for s in h.symbols}
        assert np.allclose(sd.compile(h)(**values), evaluate(h, values), rtol=1e-8)


def test_kernels_agree_with_scipy() -> None:
    linalg = pytest.importorskip("scipy.linalg")
    rng = np.random.default_rng(1)
    for n in (1, 2, 7, 20):
        a = rng.normal(size=(n, n))
        near = np.eye(n) + a / (3 * n**0.5)
        exponential = linalg.expm(3 * a)
        assert np.allclose(kernels.expm(3 * a), exponential, rtol=0, atol=1e-10 * linalg.norm(exponential))
        assert np.allclose(kernels.logm(near), linalg.logm(near), atol=1e-12)
        assert np.allclose(kernels.sqrtm(near), linalg.sqrtm(near), atol=1e-12)
        assert np.allclose(kernels.matpow(near, 0.3), linalg.fractional_matrix_power(near, 0.3), atol=1e-11)
        assert np.allclose(kernels.expm_frechet(a, near), linalg.expm_frechet(a, near, compute_expm=False))
        assert np.allclose(kernels.sylvester(near, near.T, a), linalg.solve_sylvester(near, near.T, a), atol=1e-10)


def test_what_has_no_real_value_is_nan() -> None:
    turn = np.array([[-1.0, 0.3, 0.0], [0.0, -2.0, 0.1], [0.0, 0.0, 3.0]])
    for kernel in (kernels.sqrtm, kernels.logm):
        assert np.all(np.isnan(kernel(turn)))
    assert np.any(np.isnan(kernels.sqrtm(np.diag([1.0, -1.0]))))
    assert np.allclose(kernels.sqrtm(np.diag([4.0, 0.0])), np.diag([2.0, 0.0]))
    assert np.all(np.isnan(kernels.expm(np.full((2, 2), np.inf))))


def test_a_large_sylvester_equation_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.linalg", None)
    a = np.eye(20) + np.triu(np.ones((20, 20)), 1) / 9
    with pytest.raises(MissingExtra, match="SciPy") as missing:
        sd.compile("sylvester(A, A, A)", A="matrix(n, n)")(a)
    assert "symdiff-engine[scipy]" in str(missing.value)
    assert np.allclose(kernels.sylvester(a[:9, :9], a[:9, :9], a[:9, :9] * 2), np.eye(9))
