"""Derivatives of entries and by entries, with indices bound by `[i] -> …` or `sum(i, …)`."""

from __future__ import annotations

import pytest

import symdiff as sd

ROWS = [
    ("[i] -> diff(sum(j, x[j]^2), x[i])", "2*x"),
    ("[i] -> diff(x[i]^2, x[i])", "2*x"),
    ("[i, j] -> diff(x[i]^2, x[j])", "2*diag(x)"),
    ("[i, k] -> diff(sum(j, A[i,j]*x[j]), x[k])", "A"),
    ("[i, j] -> diff(tr(X*X), X[i,j])", "2*X'"),
    ("sum(i, diff(x[i]^3, x[i]))", "3*sum(x.^2)"),
    ("[i] -> d/dt exp(t*x[i])", "exp(t*x).*x"),
    ("[i] -> diff(sum(j, x[j]^3), x[i], 2)", "6*x"),
    ("[i, j] -> diff(sum(k, x[k]^3), x[i], x[j])", "6*diag(x)"),
    ("[i] -> diff(prod(x), x[i])", "grad(prod(x), x)"),
]


@pytest.mark.parametrize(("text", "same_as"), ROWS)
def test_the_derivative_by_an_entry(text: str, same_as: str) -> None:
    assert sd.parse(text) is sd.parse(same_as, "x: vector(n); X: matrix(n, n); A: matrix(m, n)")


def test_an_index_over_two_sizes_is_refused() -> None:
    with pytest.raises(sd.ShapeError, match="the index `i` runs over"):
        sd.parse("[i, k] -> diff(sum(j, A[i,j]*B[j,k]), B[i,k])", "A: matrix(m, n); B: matrix(n, p)")


def test_a_gradient_of_entries_by_a_whole_variable_has_its_axes_behind() -> None:
    assert sd.parse("[i] -> grad(x[i]*y[i], x)") is sd.parse("diag(y)", "y: vector(n)")
