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
    # over one divisor, also what has none of it or stands beside it
    ("d/dt (t*sqrt(1 - t^2))", "(1 - 2*t^2)/sqrt(1 - t^2)"),
    ("d/dt (sqrt(t)/(1 + t))", "(1 - t)/(2*sqrt(t)*(1 + t)^2)"),
    ("d/dt (asin(t) + t*sqrt(1 - t^2))", "2*sqrt(1 - t^2)"),
    ("d/dt (t^(1/3)*(t - 4))", "4*(t - 1)/(3*t^(2/3))"),
    ("d/dt (t*(a + t^2)^(3/2))", "sqrt(a + t^2)*(a + 4*t^2)"),
    ("d/dt (sin(a*t)/t)", "(t*a*cos(a*t) - sin(a*t))/t^2"),
    ("grad(sum(x./sqrt(1 + x.^2)), x)", "1./(1 + x.^2).^(3/2)"),
    ("1 - t/(1 + t)", "1/(1 + t)"),
    ("t + a/b", "t + a/b"),
    ("t*(a - b) - t^2/(a - b)", "t*(a - b) - t^2/(a - b)"),  # multiplied out, (a - b)^2 would lose digits
    # numbers of a quotient in one place
    ("(t^2/2 - a*b/2)/p", "(t^2 - a*b)/(2*p)"),
    ("2*(a - b/(2*t))/p", "(2*a - b/t)/p"),
    ("2*(a - b - p/(2*t))/p", "2*(a - b - p/(2*t))/p"),
]


@pytest.mark.parametrize(("text", "printed"), ROWS, ids=[row[0] for row in ROWS])
def test_form(text: str, printed: str) -> None:
    from symdiff.rewrite import collect, present

    assert str(present(collect(sd.parse(text, LET)))) == printed
