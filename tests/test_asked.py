"""What users of other systems asked for and did not get: each expression that has a definite answer.

The numbers are those of asked.md, groups A (wrong answers) and B (unsupported or raising).
"""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import symbol
from symdiff.errors import NotSupported, SymdiffError
from symdiff.inputs import problem
from symdiff.oracles.verdict import check

DERIVATIVES = {
    "grad": sd.grad, "jacobian": sd.jacobian, "hessian": sd.hessian,
    "diff": lambda f, x: sd.diff(f, x), "differential": lambda f, x: sd.differential(f, x),
}  # fmt: skip
SQUARES = "A, B, C, E, F, M, X, Y: matrix(n, n)"
VECTORS = "c, u, v, w, x, y: vector(n)"
SCALARS = "a, b, k, m, q, t: scalar; j: integer"
ALL = f"{SQUARES}; {VECTORS}; {SCALARS}"
RECTANGULAR = "A: matrix(m, n); U: matrix(m, k); V: matrix(k, n); B, C: matrix(n, k); X: matrix(m, n)"

# number, kind, expression, variable, declarations, the answer where it is a formula of matrices
ASKED = [
    # A. wrong answers
    (1, "grad", "tr(E)^2 + 1", "E", ALL, "2*tr(E)*eye(n)"),
    (1, "grad", "tr(X) + 1", "X", ALL, "eye(n)"),
    (2, "grad", "tr(F'*F) - 3", "F", ALL, "2*F"),
    (3, "grad", "tr(A) + tr(A^2)", "A", ALL, "eye(n) + 2*A'"),
    (3, "jacobian", "A + eye(3)", "A", "A: matrix(3, 3)", None),
    (4, "grad", "0.5*tr((A-U*V)'*(A-U*V)) + 0.5*tr(U'*U)", "U", RECTANGULAR, "U - (A - U*V)*V'"),
    (5, "grad", "tr(A'*A) + tr(B'*B)", "A", ALL, "2*A"),
    (6, "grad", "tr(x'*w) + b", "w", ALL, "x"),
    (6, "diff", "tr((x - m*ones(n))'*(x - m*ones(n)))", "m", ALL, "2*(n*m - sum(x))"),
    (6, "diff", "tr((X - m*ones(n, 1))'*(X - m*ones(n, 1)))", "m", "X: matrix(n, 1); m: scalar", "2*(n*m - sum(X))"),
    (7, "jacobian", "x/tr(x'*x)", "x", ALL, "eye(n)/(x'*x) - 2*x*x'/(x'*x)^2"),
    (7, "jacobian", "X/tr(X'*X)", "X", RECTANGULAR, None),
    (8, "grad", "tr(X^2*B)", "X", ALL, "(X*B + B*X)'"),
    (9, "grad", "tr(X*A)", "X", "A, X: matrix(3, 3)", "A'"),
    (9, "grad", "tr(X'*A*X)", "X", "A, X: matrix(3, 3)", "(A + A')*X"),
    (9, "jacobian", "A*X*B", "X", "A: matrix(m, n); X: matrix(n, k); B: matrix(k, l)", None),
    (10, "jacobian", "tr(A)*A", "A", ALL, None),
    (11, "grad", "M[1,1]", "M", ALL, "eye(n)[:, 1]*eye(n)[:, 1]'"),
    (12, "diff", "S(t)*S(t)", "t", "S: function(scalar) -> matrix(n, n); t: scalar", "S(t)*S'(t) + S'(t)*S(t)"),
    (13, "diff", "A*B(t)", "t", "A: matrix(m, n); B: function(scalar) -> matrix(n, k); t: scalar", "A*B'(t)"),
    (14, "grad", "prod(x)", "x", ALL, "prod(x)./x"),
    (15, "grad", "sum(j, x[j]^2)", "x", "x: vector(n)", "2*x"),
    (15, "grad", "sum(j, A[1,j]*x[j])", "x", "x: vector(n); A: matrix(m, n)", "A[1, :]"),
    (16, "hessian", "x[1]^3", "x", ALL, "6*x[1]*eye(n)[:, 1]*eye(n)[:, 1]'"),
    (17, "grad", "g(x)", "x", "g: function(vector(n)) -> scalar; x: vector(n)", "g'(x)"),
    (17, "grad", "g(A*x)", "x", "g: function(vector(m)) -> scalar; x: vector(n); A: matrix(m, n)", "A'*g'(A*x)"),
    (19, "hessian", "det(X)", "X", "X: matrix(3, 3)", None),
    (19, "hessian", "det(X)", "X", ALL, None),
    (19, "grad", "det(X)", "X", ALL, "adj(X)'"),
    (20, "grad", "sum(eigvals(S))", "S", "S: symmetric(n)", "eye(n)"),
    (20, "grad", "sum(eigvals(S).^2)", "S", "S: symmetric(n)", "2*S"),
    (21, "grad", "((A.*B)*C*x)'*x", "x", ALL, "(A.*B)*C*x + C'*(A.*B)'*x"),
    (21, "grad", "x'*(A.*B)*x", "x", ALL, "(A.*B + (A.*B)')*x"),
    (21, "grad", "tr(A.*X)", "X", ALL, "diag(diag(A))"),
    (21, "grad", "tr(X.*X)", "X", ALL, "2*diag(diag(X))"),
    (21, "grad", "tr(X^k)", "X", "X: matrix(n, n); k: integer", "k*(X^(k-1))'"),
    (21, "grad", "tr(X^3)", "X", ALL, "3*(X^2)'"),
    # B. unsupported or raising
    (22, "grad", "log(det(A))", "A", ALL, "inv(A)'"),
    (22, "grad", "det(A)", "A", ALL, "adj(A)'"),
    (23, "grad", "k*det(X)", "X", ALL, "k*adj(X)'"),
    (23, "grad", "1/det(X)", "X", ALL, "-inv(X)'/det(X)"),
    (24, "diff", "det(k*A)", "k", ALL, "n*k^(n-1)*det(A)"),
    (24, "diff", "det(A + t*B)", "t", ALL, "tr(adj(A + t*B)*B)"),
    (24, "diff", "log(det(A + t*B))", "t", ALL, "tr(inv(A + t*B)*B)"),
    (24, "diff", "inv(A + t*B)", "t", ALL, "-inv(A + t*B)*B*inv(A + t*B)"),
    (25, "jacobian", "X^3", "X", ALL, None),
    (25, "jacobian", "X^k", "X", "X: matrix(n, n); k: integer", None),
    (25, "grad", "det(A^j)", "A", ALL, "j*det(A)^j*inv(A)'"),
    (26, "diff", "(q*X)*(q*X)", "q", ALL, "2*q*X*X"),
    (26, "jacobian", "(q*X)*(q*X)", "X", ALL, None),
    (27, "jacobian", "expm(A*B)", "A", ALL, None),
    (27, "diff", "expm(t*A)", "t", ALL, "A*expm(t*A)"),
    (27, "grad", "tr(expm(A*B))", "A", ALL, "(B*expm(A*B))'"),
    (27, "grad", "tr(exp(A*B)'*exp(A*B))", "A", ALL, "2*exp(A*B).^2*B'"),
    (28, "grad", "sqrt(tr(A'*A))", "A", ALL, "A/sqrt(tr(A'*A))"),
    (29, "grad", "(x'*y)^0.5", "x", ALL, "0.5*y/(x'*y)^0.5"),
    (30, "jacobian", "exp(M*x)", "x", "M: matrix(m, n); x: vector(n)", "diag(exp(M*x))*M"),
    (31, "jacobian", "(u - W*tanh(u))'", "u", "W: matrix(n, n); u: vector(n)", "eye(n) - W*diag(1 - tanh(u).^2)"),
    (31, "jacobian", "u - W*f(u)", "u", "W: matrix(n, n); u: vector(n); f: function(vector(n)) -> vector(n)",
     "eye(n) - W*f'(u)"),
    (32, "grad", "tr([1, 2; 3, 4]*X)", "X", "X: matrix(2, 2)", "[1, 3; 2, 4]"),
    (32, "grad", "tr([1, 2; 3, 4]*X*A)", "X", "X: matrix(2, n); A: matrix(n, 2)", "[1, 3; 2, 4]*A'"),
    (32, "jacobian", "[1, 2; 3, 4]*X*[0, 1; 1, 0]", "X", "X: matrix(2, 2)", None),
    (33, "grad", "L(X)", "X", "X: matrix(m, n); L: function(matrix(m, n)) -> scalar", "L'(X)"),
    (33, "grad", "L(X*A)", "X", "X: matrix(m, n); A: matrix(n, k); L: function(matrix(m, k)) -> scalar",
     "L'(X*A)*A'"),
    (34, "grad", "tr(kron(A, X))", "X", "A: matrix(m, m); X: matrix(n, n)", "tr(A)*eye(n)"),
    (34, "grad", "tr(kron(X, X))", "X", ALL, "2*tr(X)*eye(n)"),
    (35, "hessian", "x'*H*x/2 + c'*x", "x", "H: matrix(n, n); c, x: vector(n)", "(H + H')/2"),
    (35, "hessian", "x'*H*x/2 + c'*x", "x", "H: symmetric(n); c, x: vector(n)", "H"),
    (36, "jacobian", "x*x'*x", "x", ALL, "2*x*x' + (x'*x)*eye(n)"),
    (38, "jacobian", "A*x", "x", "A: matrix(m, n); x: vector(n)", "A"),
    (38, "jacobian", "M*x", "M", "M: matrix(m, n); x: vector(n)", None),
    (38, "jacobian", "A*A", "A", ALL, None),
    (40, "grad", "x'*S*x", "S", "S: symmetric(n); x: vector(n)", "x*x'"),
    (41, "grad", "norm2(x)", "x", ALL, "x/norm2(x)"),
    (41, "jacobian", "A.*B", "A", "A, B: matrix(m, n)", None),
    (42, "jacobian", "A*B + A*C", "A", RECTANGULAR, None),
    (42, "grad", "log(det(A + u*v'))", "u", ALL, "inv(A + u*v')'*v"),
    (42, "grad", "log(det(diag(x)))", "x", ALL, "1./x"),
    (42, "jacobian", "solve(inv(X), b)", "b", "X: matrix(n, n); b: vector(n)", "X"),
    (43, "jacobian", "cholesky(S)", "S", "S: spd(n)", None),
    (43, "jacobian", "solve(cholesky(S), b)", "S", "S: spd(n); b: vector(n)", None),
    (43, "jacobian", "inv(X)", "X", ALL, None),
]  # fmt: skip


def name_of(row: tuple[object, ...]) -> str:
    return f"{row[0]}-{row[2]}"


@pytest.mark.parametrize(("number", "kind", "text", "by", "let", "answer"), ASKED, ids=map(name_of, ASKED))
@pytest.mark.sample(28)
def test_asked(number: int, kind: str, text: str, by: str, let: str, answer: str | None) -> None:
    """Right by the oracles, of the axes of the answer, and the answer is right by the same oracles."""
    given = problem([text], [by], let)
    f, x = given.exprs[0], given.wrt[0]
    result = DERIVATIVES[kind](f, x)
    verdict = check(f, x, result, kind)
    assert verdict.ok is True, f"{kind} of {text} by {by} is {result}\n{verdict}"
    assert not result.is_zero
    if answer is not None:
        expected = problem([answer], [], let).exprs[0]
        assert expected.shape == result.shape
        assert check(f, x, expected, kind).ok is True, f"the answer {answer} is not right"


def test_differentials_are_linear_operators() -> None:
    """38: `A*A -> dA*A + A*dA`; 12: the order of factors that do not commute stays."""
    assert str(sd.differential("A*A", "A", declarations=ALL)) == "dA*A + A*dA"
    rate = sd.diff("S(t)*S(t)", "t", declarations="S: function(scalar) -> matrix(n, n); t: scalar")
    assert str(rate) in ("S'(t)*S(t) + S(t)*S'(t)", "S(t)*S'(t) + S'(t)*S(t)")


def test_the_gradient_of_a_determinant_at_a_singular_matrix() -> None:
    """19: of [[1, 2], [2, 4]] it is [[4, -2], [-2, 1]]; the second one says that it is for other matrices."""
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    assert np.allclose(sd.grad("det(X)", "X", "X: matrix(2, 2)")(X=singular), [[4, -2], [-2, 1]], atol=1e-15)
    second = sd.derive("det(X)", "X", "hessian", declarations="X: matrix(2, 2)")
    assert "invertible" in [condition.predicate for condition in second.conditions]
    with pytest.raises(SymdiffError, match="no inverse"):
        second.result(X=singular)


def test_a_function_that_is_only_a_name_is_no_constant() -> None:
    """17, 33: its derivative stays a derivative."""
    x = symbol("x", (3,))
    g = sd.declare("g: function(vector(3)) -> scalar")
    assert not sd.grad(g(x), x).is_zero


def test_what_is_not_supported_says_so() -> None:
    """18: "0 is very wrong"."""
    with pytest.raises(NotSupported):
        sd.diff("conj(z)", "z", declarations="z: complex scalar")
