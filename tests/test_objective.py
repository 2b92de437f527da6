"""A function over one flat vector: its derivatives are right, optimizers take it, sizes come from data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(20, 3)), np.sign(RNG.normal(size=20))
LOGISTIC = "sum(log(1 + exp(-y.*(X*w + b)))) + lam/2*w'*w"
NAMES = "X: matrix(m, n); w: vector(n); y: vector(m); b, lam: scalar"
FIT = sd.objective(LOGISTIC, ["w", "b"], NAMES, data={"X": X, "y": Y, "lam": 0.5})
PRODUCT = sd.objective("norm2(A - U*V')^2/2 + sum(exp(c))", ["U", "c", "V"], "A: matrix(m, n); U: matrix(m, k); "
                       "V: matrix(n, k); c: vector(3)").bind(A=RNG.normal(size=(4, 5)), k=2)  # fmt: skip


@pytest.mark.parametrize(("f", "length"), [(FIT, 4), (PRODUCT, 21)], ids=["logistic", "product"])
def test_derivatives_are_slopes(f: sd.Objective, length: int) -> None:
    v, p, h = RNG.normal(size=length), RNG.normal(size=length), 1e-5
    assert f.jac(v) @ p == pytest.approx((f.fun(v + h * p) - f.fun(v - h * p)) / (2 * h), rel=1e-7)
    slope = (f.jac(v + h * p) - f.jac(v - h * p)) / (2 * h)
    np.testing.assert_allclose(f.hess(v) @ p, slope, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(f.hessp(v, p), f.hess(v) @ p, rtol=1e-10)
    np.testing.assert_allclose(f.hess(v), f.hess(v).T, atol=1e-12)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "Newton-CG", "trust-exact", "trust-krylov"])
def test_optimizers_take_it(method: str) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    second = {
        "trust-exact": {"hess": FIT.hess},
        "Newton-CG": {"hessp": FIT.hessp},
        "trust-krylov": {"hessp": FIT.hessp},
    }
    found = optimize.minimize(FIT.fun, np.zeros(4), jac=FIT.jac, method=method, **second.get(method, {}))
    assert np.abs(FIT.jac(found.x)).max() < 1e-3


def test_vectors_and_arrays() -> None:
    u, v = RNG.normal(size=(4, 2)), RNG.normal(size=(5, 2))
    flat = PRODUCT.pack(u, V=v, c=[1, 2, 3])
    again = PRODUCT.unpack(flat)
    assert list(again) == ["U", "c", "V"]
    np.testing.assert_array_equal(again["U"], u)
    np.testing.assert_array_equal(again["V"], v)
    expected = np.sum((PRODUCT.data["A"] - u @ v.T) ** 2) / 2 + np.exp([1, 2, 3]).sum()
    assert PRODUCT.fun(flat) == pytest.approx(expected)
    again["U"][:] = 0  # what was given out is not what was given
    assert PRODUCT.fun(flat) == pytest.approx(expected)


def test_data_at_the_call_and_points_that_change_in_place() -> None:
    v = np.ones(4)
    assert FIT.fun(v, lam=0.0) == pytest.approx(FIT.fun(v) - 0.75)
    assert FIT.bind(lam=0.0).fun(v) == pytest.approx(FIT.fun(v) - 0.75)
    before = FIT.fun(v)
    v[0] = 5
    assert FIT.fun(v) != before
    np.testing.assert_array_equal(FIT.jac(v), FIT.bind().jac(v.copy()))
    assert sd.objective("c'*x", "x", "c, x: vector(n)", data={"c": [1, 2]}).hess([0, 0]).tolist() == [[0, 0], [0, 0]]
    assert sd.objective("t^3", "t").fun_and_jac([2]) == (8.0, [12.0])


def test_value_and_gradient_run_once_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    f, runs = FIT.bind(), []
    real = sd.Compiled.__call__
    monkeypatch.setattr(sd.Compiled, "__call__", lambda self, *a, **k: runs.append(self) or real(self, *a, **k))
    f.fun(np.ones(4)), f.jac(np.ones(4)), f.fun(np.ones(4))
    assert len(runs) == 1


def test_positive_variables_have_bounds_and_may_be_left() -> None:
    f = sd.objective("sum(x.*log(x))", "x", "x: positive vector(n)")
    assert f.bounds([1, 1]) == [(0.0, np.inf)] * 2
    with np.errstate(invalid="ignore"):
        assert np.isnan(f.fun([-1.0, 1.0]))


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: sd.objective("X*w", "w", NAMES), sd.ShapeError, "a scalar, not a vector"),
        (lambda: sd.objective("tr(S)", "S", "S: symmetric(n)"), sd.NotSupported, "L*L'"),
        (lambda: sd.objective("x'*x", "x[0]", "x: vector(3)"), sd.NotSupported, "a part"),
        (lambda: sd.objective("x'*x*z", "x", "x: vector(3); z: complex scalar"), sd.NotSupported, "real"),
        (lambda: sd.objective("x'*x", ["x", "x"], "x: vector(3)"), sd.SymdiffError, "twice"),
        (lambda: sd.objective(LOGISTIC, "w", NAMES).fun([1, 2]), sd.UnknownNameError, "X: matrix(m, n)"),
        (lambda: FIT.fun(np.zeros(7)), sd.ShapeError, "w has 3, b has 1"),
        (lambda: FIT.fun(np.zeros((4, 1))), sd.ShapeError, "`pack`"),
        (lambda: FIT.fun("abcd"), sd.SymdiffError, "real numbers"),
        (lambda: FIT.bind(w=3), sd.SymdiffError, "no data"),
        (lambda: FIT.bind(X=np.zeros(3)).fun(np.zeros(4)), sd.ShapeError, "X is a matrix"),
        (lambda: FIT.bind(X=np.zeros((7, 3))).fun(np.zeros(4)), sd.ShapeError, "the size m"),
        (lambda: FIT.pack(np.zeros(3)), sd.SymdiffError, "values of w, b"),
        (lambda: FIT.pack(np.zeros(3), np.zeros(3)), sd.ShapeError, "b is a scalar"),

        (lambda: sd.objective("sum(U)", "U", "U: matrix(m, n)").fun(np.ones(6)), sd.SymdiffError, "m=3"),
    ],
)  # fmt: skip
def test_errors(make: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert said in str(caught.value)
