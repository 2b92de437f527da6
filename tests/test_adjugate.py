"""Derivatives of determinants and adjugates of matrices that have no inverse by their structure."""

from __future__ import annotations

import numpy as np
import pytest
from checker import assert_derivative

import symdiff as sd
from symdiff.algebra import is_singular
from symdiff.evaluation import evaluate

LET = (
    "X: matrix(n, n); K: skew(n); K3: skew(3); K4: skew(4); S: symmetric(n); A: matrix(3, 2); B: matrix(2, 3); "
    "x, y, z: vector(n); t: scalar"
)


@pytest.mark.parametrize(
    ("text", "wrt", "kind"),
    [
        ("det(K)", "K", "hessian"),
        ("det(K)^2", "K", "hessian"),
        ("exp(det(K))", "K", "hessian"),
        ("det(K'*K)", "K", "hessian"),
        ("det(K3)", "K3", "hessian"),
        ("det(x*x')", "x", "hessian"),
        ("det(x*x')^2", "x", "hessian"),
        ("det(x*y' + t*y*x')", "x", "hessian"),
        ("det(A*A')", "A", "hessian"),
        ("sum(adj(K))", "K", "grad"),
        ("adj(x*y')", "x", "jacobian"),
        ("det(S*K)", "K", "hessian"),
        ("t*det(t*K3)", "t", "diff"),
    ],
)
@pytest.mark.sample(4)
def test_second_derivatives_without_an_inverse(text: str, wrt: str, kind: str) -> None:
    found = assert_derivative(text, wrt, LET, kind, sympy=False)
    assert "inv" not in str(found)


def test_where_there_is_an_inverse_it_stays() -> None:
    assert "inv(X)" in str(sd.hessian("det(X)", "X", LET))
    assert "inv(K4)" in str(sd.hessian("det(K4)", "K4", LET))


@pytest.mark.parametrize(
    ("text", "singular"),
    [
        ("x*y'", True), ("2*x*y' + y*x'", True), ("K", True), ("K3", True), ("K4", False), ("K'*K", True),
        ("A*A'", True), ("A*B", True), ("B*A", False), ("A'*A", False), ("X*x*y'", True), ("X", False),
        ("x*x' + eye(n)", False), ("x*y' + X", False), ("S", False), ("ones(n, n)", True), ("inv(K4)", False),
        ("diag(x)", False), ("x*y' .* X", False), ("K*K + eye(n)", False), ("K + K'", True),
    ],
)  # fmt: skip
def test_what_has_no_inverse_by_its_structure(text: str, singular: bool) -> None:
    assert is_singular(sd.parse(text, LET)) is singular


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_derivative_of_the_adjugate_at_every_rank(n: int) -> None:
    """Compiled and by definition, against differences, which are exact for polynomials of a small degree."""
    rng = np.random.default_rng(n)
    for rank in range(n + 1):
        point = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, n))
        along, other = rng.normal(size=(2, n, n))
        let = f"P, E, F: matrix({n}, {n})"
        first, second = sd.parse("adj_d(P, E)", let), sd.parse("adj_d(P, E, F)", let)
        adj = sd.parse("adj(P)", let)
        values = {"P": point, "E": along, "F": other}

        def at(e, p, values=values):
            given = values | {"P": p}
            return evaluate(e, {s.name: given[s.name] for s in e.symbols})

        h = 1e-3
        for e, f, step in ((first, adj, along), (second, first, other)):
            wide, narrow = ((at(f, point + k * h * step) - at(f, point - k * h * step)) / (2 * k * h) for k in (2, 1))
            slope = (4 * narrow - wide) / 3
            assert np.allclose(at(e, point), slope, atol=1e-8)
            given = {s.name: values[s.name] for s in e.symbols}
            assert np.allclose(sd.compile(e)(**given), slope, atol=1e-8)
