"""Entries that are equal by the structure of an array: where one is the largest the other is too, and both are one."""

from __future__ import annotations

import pytest
from checker import DERIVATIVES

import symdiff as sd
from symdiff.algebra import may_tie
from symdiff.inputs import problem
from symdiff.oracles.verdict import check

LET = (
    "B: matrix(m, n); X, Y: matrix(n, n); S: symmetric(n); P: spd(n); K: skew(n); D: diagonal(n); L: lower(n); "
    "x, y: vector(n); t: scalar"
)


@pytest.mark.parametrize(
    ("text", "wrt", "kind"),
    [
        ("min(B*B')", "B", "grad"),
        ("max(X'*X)", "X", "grad"),
        ("min(B*B')^2", "B", "hessian"),
        ("max(S)", "S", "grad"),
        ("max(S)^2", "S", "hessian"),
        ("max(S + t)*t", "S", "grad"),
        ("max(x*x')", "x", "grad"),
        ("max(x*ones(n)')", "x", "grad"),
        ("max(x*y' + y*x')", "y", "grad"),
        ("max(kron(X, X))", "X", "grad"),
        ("max(kron(X, ones(2, 2)))", "X", "grad"),
        ("norm_inf(x*x')", "x", "grad"),
        ("norm_inf(S)", "S", "grad"),
        ("sum(max(X + X', axis=1))", "X", "grad"),
        ("sum(max(x*ones(n)', axis=0).*y)", "x", "grad"),
        ("max(D) + min(D)", "D", "grad"),
        ("max(L*L')", "L", "grad"),
        ("max(exp(S))", "S", "grad"),
        ("max(inv(P))", "P", "grad"),
        ("max(concat(x, 2*x, x))", "x", "grad"),
        ("max([t, t, t^2])", "t", "diff"),
        ("max(x)", "x", "grad"),
        ("norm_inf(B*x + y[0])", "x", "grad"),
    ],
)
@pytest.mark.sample(6)
def test_the_largest_of_entries_that_are_equal_by_structure(text: str, wrt: str, kind: str) -> None:
    """By differences; that each entry be the largest once, which a full check asks for, structure may forbid."""
    given = problem([text], [wrt], LET)
    f, x = given.exprs[0], given.wrt[0]
    verdict = check(f, x, DERIVATIVES[kind](f, x), kind)
    assert verdict.ok is not False and verdict.evidence[0].ok is True, str(verdict)


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("x", False), ("B*x + t", False), ("exp(-x/t)", False), ("x.*y", False), ("x*y'", False), ("B*x", False),
        ("concat(x, y, zeros(2))", False), ("[x[0], x[1], 3]", False), ("softmax(B*x)", False),
        ("x - mean(x)", False),
        ("S", True), ("x*x'", True), ("x*ones(n)'", True), ("B*B'", True), ("concat(x, x)", True), ("[t, t]", True),
        ("kron(X, X)", True), ("X + X'", True), ("max(X, X')", True), ("[x[0], sum(x)]", True), ("diag(x)", True),
        ("cumsum(S, axis=0)", True),
    ],
)  # fmt: skip
def test_what_may_tie(text: str, tied: bool) -> None:
    assert may_tie(sd.parse(text, LET)) is tied


def test_the_ordinary_form_stays() -> None:
    assert str(sd.grad("max(x)", "x", LET)) == "where(x == max(x), 1, 0)"


@pytest.mark.parametrize(("text", "wrt"), [("max(S)", "S"), ("min(B*B')", "B"), ("norm_inf(x*x')", "x")])
def test_a_condition_that_can_hold(text: str, wrt: str) -> None:
    said = [condition.predicate for condition in sd.derive(text, wrt, declarations=LET).conditions]
    assert any(word.startswith("lone_") for word in said) and not any(word.startswith("unique_") for word in said)
