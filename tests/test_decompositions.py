"""Triangles, Cholesky, eigenvalues, singular values: derivatives, rules, code, edges."""

from __future__ import annotations

import numpy as np
import pytest
from checker import DERIVATIVES, assert_derivative

import symdiff as sd
from symdiff import dims
from symdiff.errors import NotSupported, ShapeError
from symdiff.evaluation import evaluate
from symdiff.inputs import problem

LET = (
    "S: symmetric(n); P: spd(n); A, B: matrix(n, n); X: matrix(m, n); W: matrix(n, m); u, v: vector(n); "
    "y: vector(m); t: scalar; s: symmetric(1); r: matrix(1, n); c: matrix(m, 1)"
)

# an expression, the variable, the derivative: tall and wide X both, since sizes are tried both ways round
CASES = """
tril(A) | A | diff
triu(X) | X | diff
tril_half(A)*u | A | diff
tr(B*tril(A)*B) | A | grad
u'*triu(A)*v | A | grad
norm2(tril(A)) | A | grad
log(tr(tril_half(A)*B)^2 + 1) | A | grad
sum(sum(tril(X), axis=0).^2) | X | hessian
tril(A + t*B) | t | diff
cholesky(P) | P | diff
cholesky(P)*u | P | diff
inv(cholesky(P))*u | P | diff
cholesky(A) | A | diff
tr(B*cholesky(P)) | P | grad
u'*cholesky(P)*v | P | grad
log(tr(cholesky(P))) | P | grad
norm2(cholesky(P)*u) | P | grad
tr(B*cholesky(P)) | P | hessian
cholesky(A*A' + eye(n)) | A | diff
tr(B*cholesky(A*A' + eye(n))) | A | grad
cholesky(P + t^2*eye(n)) | t | diff
sum(log(diag(cholesky(P)))) | P | grad
sum(log(diag(cholesky(P)))) | P | hessian
cholesky(s) | s | diff
eigvals(S) | S | diff
eigvals(A) | A | diff
eigvals(A + t*B) | t | diff
eigvals(X'*X) | X | diff
u'*eigvals(S) | S | grad
u'*eigvals(S) | S | hessian
norm2(eigvals(A + A')) | A | grad
max(eigvals(S)) | S | grad
max(eigvals(S)) | S | hessian
max(eigvals(X'*X)) | X | grad
log(max(eigvals(A))) | A | grad
max(eigvals(P))/min(eigvals(P)) | P | grad
eigvals(S)[1] | S | hessian
sum(eigvals(S)[n-2:n]) | S | grad
sum(exp(eigvals(S))) | S | grad
sum(exp(eigvals(S))) | S | hessian
sum(eigvals(A).^2) | A | hessian
prod(eigvals(S)) | S | grad
sum(log(eigvals(P))) | P | grad
eigvals(s) | s | diff
eigvecs(S) | S | diff
eigvecs(A + t*B) | t | diff
eigvecs(S)*u | S | diff
tr(B*eigvecs(S)) | S | grad
u'*eigvecs(S)[:, 0] | S | grad
u'*eigvecs(S)[:, 0] | S | hessian
log(norm2(eigvecs(X'*X)*diag(u))^2 + tr(B*eigvecs(X'*X))) | X | grad
eigvecs(s) | s | diff
svdvals(X) | X | diff
svdvals(X*A) | A | diff
svdvals(A + t*B) | t | diff
u'*svdvals(A) | A | grad
u'*svdvals(A) | A | hessian
svdvals(X)[1] | X | grad
svdvals(X)[1] | X | hessian
sum(log(svdvals(X))) | X | grad
sum(log(svdvals(X))) | X | hessian
sum(svdvals(X)[0:2]) | X | grad
prod(svdvals(A)) | A | grad
svdvals(r) | r | diff
svd_left(X) | X | diff
svd_right(X) | X | diff
svd_left(A) | A | diff
svd_left(X)[:, 0] | X | diff
svd_right(X)[:, 1] | X | diff
y'*svd_left(X)[:, 0] | X | hessian
svd_left(c) | c | diff
svd_right(c) | c | diff
y'*svd_left(X)*diag(log(svdvals(X)))*svd_right(X)'*u | X | grad
polar(X) | X | diff
polar(A) | A | diff
polar(A + t*B) | t | diff
y'*polar(X)*u | X | grad
y'*polar(X)*u | X | hessian
tr(polar(A)) | A | grad
polar(r) | r | diff
norm_nuc(X) | X | grad
norm_nuc(X) | X | hessian
norm_nuc(W') | W | grad
norm_nuc(X*A - y*u') | A | grad
norm_nuc(X*A) | A | hessian
norm_nuc(X)^2/2 | X | grad
log(norm_nuc(X .* X)) | X | grad
norm_nuc(A + t*B) | t | diff
norm_nuc(c) | c | grad
norm_spec(X) | X | grad
norm_spec(X) | X | hessian
norm_spec(X)^2/2 | X | grad
norm_spec(X*A) | A | grad
norm_spec(X)/min(svdvals(X)) | X | grad
norm_spec(r) | r | hessian
"""
ROWS = [tuple(part.strip() for part in line.split(" | ")) for line in CASES.strip().splitlines()]


@pytest.mark.parametrize(("text", "wrt", "kind"), ROWS, ids=[" ".join(row) for row in ROWS])
@pytest.mark.sample(15)
def test_a_derivative_is_right_and_its_code_agrees(text: str, wrt: str, kind: str) -> None:
    result = assert_derivative(text, wrt, LET, kind, sympy=False)
    rng = np.random.default_rng(5)
    values = {s.name: _value(s, rng) for s in result.symbols}
    expected = evaluate(result, values, {"m": 4, "n": 3})
    found = sd.compile(result)(**values, **_sizes(result, values))
    assert np.allclose(found, expected, rtol=1e-8, atol=1e-8)
    again = evaluate(sd.parse(str(result), LET), values, {"m": 4, "n": 3})
    assert np.allclose(again, expected, rtol=1e-8, atol=1e-8)


def _value(s: object, rng: np.random.Generator) -> np.ndarray:
    value = rng.normal(size=tuple(dims.evaluate(d, {"m": 4, "n": 3}) for d in s.shape))
    if len(s.shape) == 2 and s.shape[0] == s.shape[1]:
        value = value @ value.T + np.eye(len(value))
    return value


def _sizes(result: sd.Expr, values: dict[str, np.ndarray]) -> dict[str, int]:
    shown = {str(d) for s in result.symbols for d in s.shape}
    return {n: k for n, k in {"m": 4, "n": 3}.items() if n not in shown and n in _names(result)}


def _names(result: sd.Expr) -> set[str]:
    return {name for d in result.shape for name in dims.names(d)}


PRINTED = [
    ("max(eigvals(S))", "S", "eigvecs(S)[:, n - 1]*eigvecs(S)[:, n - 1]'"),
    ("min(eigvals(S))", "S", "eigvecs(S)[:, 0]*eigvecs(S)[:, 0]'"),
    ("u'*eigvals(S)", "S", "eigvecs(S)*diag(u)*eigvecs(S)'"),
    ("sum(exp(eigvals(S)))", "S", "eigvecs(S)*diag(exp(eigvals(S)))*eigvecs(S)'"),
    ("sum(eigvals(S))", "S", "eye(n)"),
    ("sum(eigvals(S).^2)", "S", "2*S"),
    ("sum(log(eigvals(P)))", "P", "inv(P)"),
    ("sum(log(diag(cholesky(P))))", "P", "inv(P)/2"),
    ("tr(cholesky(A)*cholesky(A)'*B)", "A", "sym(B)"),
    ("norm_nuc(X)", "X", "polar(X)"),
    ("sum(svdvals(X))", "X", "polar(X)"),
    ("sum(svdvals(X).^2)", "X", "2*X"),
    ("norm_spec(X)", "X", "svd_left(X)[:, 0]*svd_right(X)[:, 0]'"),
    ("norm_spec(X)^2/2", "X", "norm_spec(X)*svd_left(X)[:, 0]*svd_right(X)[:, 0]'"),
    ("sum(log(svdvals(X)))", "X", "svd_left(X)*diag(1./svdvals(X))*svd_right(X)'"),
    ("norm_nuc(y*u')", "u", "norm2(y)*u/norm2(u)"),
    ("u'*tril(A)*v", "A", "tril(u*v')"),
]


@pytest.mark.parametrize(("text", "wrt", "expect"), PRINTED, ids=[row[0] for row in PRINTED])
def test_how_a_gradient_prints(text: str, wrt: str, expect: str) -> None:
    assert str(sd.grad(text, wrt, LET)) == expect


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("cholesky(P)", "cholesky(P)*tril_half(inv(cholesky(P))*dP*inv(cholesky(P))')"),
        ("eigvals(S)", "diag(eigvecs(S)'*dS*eigvecs(S))"),
        ("eigvecs(S)", "eigvecs(S)*(invgaps(eigvals(S)).*(eigvecs(S)'*dS*eigvecs(S)))"),
        ("tril(A)", "tril(dA)"),
        ("svdvals(X)", "diag(svd_left(X)'*dX*svd_right(X))"),
    ],
)
def test_how_a_differential_prints(text: str, expect: str) -> None:
    assert str(sd.differential(sd.parse(text, LET))) == expect


@pytest.mark.parametrize(
    ("text", "wrt", "conditions"),
    [
        ("max(eigvals(A))", "A", {"symmetric", "simple"}),
        ("eigvals(S)", "S", {"distinct_eigenvalues"}),
        ("sum(eigvals(A))", "A", {"symmetric"}),
        ("sum(exp(eigvals(S)))", "S", set()),
        ("sum(eigvals(S).^2)*prod(eigvals(S))", "S", set()),
        ("x'*eigvals(S)", "S", {"distinct_eigenvalues"}),
        ("norm_nuc(X)", "X", {"full_rank"}),
        ("norm_spec(X)", "X", {"simple", "positive"}),
        ("cholesky(A)", "A", {"spd"}),
    ],
)
def test_conditions_are_stated_and_no_stronger_than_they_have_to_be(text: str, wrt: str, conditions: set[str]) -> None:
    found = sd.derive(text, wrt, "jacobian", declarations=LET).conditions
    assert {c.predicate for c in found} == conditions


def test_repeated_eigenvalues() -> None:
    """What is smooth there is right; what is not has no number."""
    S = sd.parse("S", LET)
    here = np.diag([1.0, 1.0, 3.0])
    top = sd.compile(sd.hessian("max(eigvals(S))", "S", LET))(S=here)
    assert np.all(np.isfinite(top))
    assert np.isclose(top[0, 2, 0, 2], 1 / 4) and np.isclose(top[1, 2, 2, 1], 1 / 4)
    spectral = sd.compile(sd.grad("sum(exp(eigvals(S)))", "S", LET))(S=here)
    assert np.allclose(spectral, np.diag(np.exp([1, 1, 3])))
    squares = sd.compile(sd.hessian("sum(eigvals(S).^2)", "S", LET))(n=3)
    assert squares[0, 0, 0, 0] == 2 and squares[0, 1, 0, 1] + squares[0, 1, 1, 0] == 2
    with np.errstate(invalid="ignore"):
        vectors = sd.compile(sd.jacobian(sd.parse("eigvecs(S)", LET), S))(S=here)
    assert not np.all(np.isfinite(vectors))


def test_code_of_a_matrix_that_is_not_definite_gives_nan() -> None:
    assert np.all(np.isnan(sd.compile(sd.parse("cholesky(A)", LET))(A=np.diag([1.0, -1.0]))))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (1, 3), (3, 1), (1, 1)])
def test_the_evaluator_agrees_with_numpy(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(3).normal(size=shape)
    m, n = shape
    declared = f"X: matrix({m}, {n})"
    left, values, right = (
        evaluate(sd.parse(f"{name}(X)", declared), {"X": x}) for name in ("svd_left", "svdvals", "svd_right")
    )
    assert np.allclose(left * values @ right.T, x) and np.allclose(values, np.linalg.svd(x)[1])
    assert np.allclose(left.T @ left, np.eye(min(m, n))) and np.allclose(right.T @ right, np.eye(min(m, n)))
    assert np.isclose(evaluate(sd.parse("norm_nuc(X)", declared), {"X": x}), np.linalg.norm(x, "nuc"))
    assert np.isclose(evaluate(sd.parse("norm_spec(X)", declared), {"X": x}), np.linalg.norm(x, 2))


def test_sizes_that_are_the_smaller_of_two() -> None:
    m, n = dims.size("m"), dims.size("n")
    k = dims.smaller(m, n)
    assert str(k) == "min(m, n)" and k == dims.smaller(n, m) and dims.names(k) == {"m", "n"}
    assert dims.evaluate(2 * k + 1, {"m": 3, "n": 2}) == 5
    assert dims.substitute(k, {"m": 4, "n": 3}) == 3 and dims.substitute(k, {"m": n}) == n
    assert dims.smaller(n, n + 1) == n and dims.smaller(1, n) == 1 and str(dims.smaller(3, n)) == "min(3, n)"
    e = sd.parse("sum(w)/min(m, n) + sum(X)", "X: matrix(m, n); w: vector(min(m, n))")
    assert sd.parse(str(e), "X: matrix(m, n); w: vector(min(m, n))") is e
    assert np.isclose(e(X=np.ones((2, 3)), w=np.ones(2)), 7)
    with pytest.raises(ShapeError):
        e(X=np.ones((2, 3)), w=np.ones(3))


def test_what_is_not_real_or_not_square_is_refused() -> None:
    for text in ("eigvals(C)", "cholesky(C)", "norm_nuc(C)"):
        with pytest.raises(NotSupported):
            sd.jacobian(text, "C", "C: complex matrix(3, 3)")
    with pytest.raises(ShapeError):
        sd.parse("eigvals(X)", LET)


def test_steps_name_the_rules_and_end_in_the_answer() -> None:
    derivation = sd.derive("log(max(eigvals(S)))", "S", declarations=LET)
    told = derivation.text()
    assert "largest eigenvalue" in told and "derivative of eigval" in told
    assert derivation.result == sd.grad("log(max(eigvals(S)))", "S", LET)
    assert r"\lambda\left(S\right)" in sd.parse("max(eigvals(S))", LET).latex()


def test_the_checker_sees_a_wrong_answer() -> None:
    given = problem(["norm_nuc(X)"], ["X"], LET)
    wrong = sd.parse("2*polar(X)", LET)
    assert sd.check(given.exprs[0], given.wrt[0], wrong).ok is False
    assert DERIVATIVES["grad"](given.exprs[0], given.wrt[0]) != wrong
