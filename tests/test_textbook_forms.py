"""Forms: what is printed for derivatives that books have, a row for each kind of rewriting."""

from __future__ import annotations

import pytest

import symdiff as sd

LET = (
    "x, y, z: vector(n); A, B: matrix(n, n); M: matrix(m, n); N: matrix(n, m); S: spd(n); P: symmetric(3); "
    "Q: orthogonal(n); a, b, t: scalar; p: positive scalar"
)

# What is asked, and what is printed for it.
ROWS = [
    # sides of a product element by element, as they stand
    ("A.*B'", "A.*B'"),
    ("2*M.*N' + M", "2*M.*N' + M"),
    ("A'.*B'", "(A.*B)'"),
    # rules of products inside a trace
    ("tr(Q'*Q)", "n"),
    ("grad(tr(inv(cholesky(S))'*inv(cholesky(S))), S)", "-inv(S)^2"),
    ("grad(tr(cholesky(S)*cholesky(S)'), S)", "eye(n)"),
    # halves of symmetric matrices
    ("duplication(n)*vech(S)", "vec(S)"),
    ("elimination(3)*vec(P)", "vech(P)"),
]


@pytest.mark.parametrize(("text", "printed"), ROWS, ids=[row[0] for row in ROWS])
def test_form(text: str, printed: str) -> None:
    from symdiff.rewrite import collect, present

    assert str(present(collect(sd.parse(text, LET)))) == printed
