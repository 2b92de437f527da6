"""Forms: what is printed for derivatives that books have, a row for each kind of rewriting."""

from __future__ import annotations

import re

import pytest

import symdiff as sd
from symdiff.rewriting import collect, present

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
    ("d/dt (sin(a*t)/t)", "(a*t*cos(a*t) - sin(a*t))/t^2"),
    ("grad(sum(x./sqrt(1 + x.^2)), x)", "1./(1 + x.^2).^(3/2)"),
    ("1 - t/(1 + t)", "1/(1 + t)"),
    ("t + a/b", "t + a/b"),
    ("t*(a - b) - t^2/(a - b)", "t*(a - b) - t^2/(a - b)"),  # multiplied out, (a - b)^2 would lose digits
    # what differs by the order of its terms alone meets
    ("(a + b)*t/(b + a)", "t"),
    ("sqrt(1 + t)/sqrt(t + 1)", "1"),
    # sums of centred rows are zero, beside other factors too
    ("sum(diag(M*y)*(M - mean(M, axis=1)*ones(n)'), axis=1)", "zeros(m)"),
    (
        "sum(sum(M.*(M - mean(M, axis=1)*ones(n)'), axis=1).*sum(M - mean(M, axis=1)*ones(n)', axis=1)./(M*y))",
        "0",
    ),
    # weights of rows that are sums themselves are diagonal matrices
    ("diag(sum(A.*B, axis=1))*N - (A.*B)*N", "(diag(sum(A.*B, axis=1)) - A.*B)*N"),
    ("diag(sum(A.*B, axis=1))*N - (A.*B)'*N", "(diag(sum(A.*B, axis=1)) - (A.*B)')*N"),
    # pieces side by side
    ("concat(x, a*y) + concat(y, zeros(n))", "concat(x + y, a*y)"),
    ("concat(x, y) - concat(y, z) + concat(z, x)", "concat(x + z, y + x) - concat(y, z)"),
    ("concat(x, [a]) + concat([a], y)", "concat(x, [a]) + concat([a], y)"),
    # all entries of a function, written out
    ("eigvals(P)[0] + eigvals(P)[1] + eigvals(P)[2]", "tr(P)"),
    ("2*eigvals(P)[1] + 2*eigvals(P)[0] + 2*eigvals(P)[2] + t", "2*tr(P) + t"),
    ("eigvals(P)[0] + eigvals(P)[1]", "eigvals(P)[0] + eigvals(P)[1]"),
    ("eigvals(P)[0] + 2*eigvals(P)[1] + eigvals(P)[2]", "eigvals(P)[0] + 2*eigvals(P)[1] + eigvals(P)[2]"),
    ("inv(P)[0, 0] + inv(P)[2, 2] + inv(P)[1, 1]", "tr(inv(P))"),
    ("inv(P)[0, 0] + inv(P)[0, 1] + inv(P)[1, 1]", "inv(P)[0, 0] + inv(P)[0, 1] + inv(P)[1, 1]"),
    ("d/dt (eigvals(t*P)[0] + eigvals(t*P)[1] + eigvals(t*P)[2])", "tr(P)"),
    # comparisons with numbers, what both branches share
    ("grad(sum(max(0, 1 - y.*(A*x)))/p, x)", "-A'*(y.*where(y.*(A*x) > 1, 0, 1))/p"),
    ("where(1 - t^2 <= 0, a, b)", "where(t^2 >= 1, a, b)"),
    ("where(0 < t - 3, a, b)", "where(t > 3, a, b)"),
    ("where(a - b > 0, t, 1)", "where(a - b > 0, t, 1)"),  # oo - oo has no sign
    ("where(2*t - 1 > 0, a, b)", "where(2*t - 1 > 0, a, b)"),
    ("where(x > 0, x/a, 0)", "where(x > 0, x/a, 0)"),  # a may be 0
    # roots of constants are one
    ("t/(sqrt(2)*sqrt(pi))", "t/sqrt(2*pi)"),
    ("sqrt(2*pi)*sqrt(2)*t", "2*sqrt(pi)*t"),
    ("d/dt erf(t/sqrt(2))", "2*exp(-t^2/2)/sqrt(2*pi)"),
    ("[6, 0; 0, 5][1, 1]", "5"),
    # numbers of a quotient in one place
    ("(t^2/2 - a*b/2)/p", "(t^2 - a*b)/(2*p)"),
    ("2*(a - b/(2*t))/p", "(2*a - b/t)/p"),
    ("2*(a - b - p/(2*t))/p", "2*(a - b - p/(2*t))/p"),
]


@pytest.mark.parametrize(("text", "printed"), ROWS, ids=[row[0] for row in ROWS])
def test_form(text: str, printed: str) -> None:
    assert str(present(collect(sd.parse(text, LET)))) == printed


# Scalar functions; every way to a derivative of one prints the same.
FUNCTIONS = [
    "a*b*t^2",
    "t^3*a + a^2*t",
    "a*sin(b*t)/t",
    "exp(a*t)*t^2*b",
    "(b + t^2)*a^2*t",
    "2*pi*a*t^2/b",
    "sqrt(t)*a*log(t)",
    "p*t*exp(-a*t^2/p)",
    "b*t/(a + t^2)",
    "(a - t)^2*b*cos(t)",
    "log(a*t)^2*b",
    "sqrt(t^3 + a*t)",
    "a*t^2*b/(p + b*t)",
]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_every_way_to_a_derivative_prints_the_same(f: str) -> None:
    due = str(sd.diff(f, "t", declarations=LET))
    ways = [
        sd.grad(f, "t", declarations=LET),
        sd.jacobian(f, "t", declarations=LET),
        sd.derive(f, "t", kind="diff", declarations=LET).result,
        sd.parse(f"d/dt ({f})", LET),
        sd.grad(f, ["t", "a"], declarations=LET)[0],
        sd.grad(f, ["a", "t"], declarations=LET)[1],
        sd.parse(f"grad({f}, [a, t])[1]", LET),
    ]
    assert [str(way) for way in ways] == [due] * len(ways)


@pytest.mark.parametrize("f", ["t^2*a^2*b", "a*t/b*a^3*t^2", "log(t*a)^2", "t^2*(a + b)*a"])
def test_mixed_derivatives_print_the_same_in_every_order(f: str) -> None:
    assert str(sd.diff(f, "t", "a", declarations=LET)) == str(sd.diff(f, "a", "t", declarations=LET))


@pytest.mark.parametrize(
    ("f", "printed"),
    [
        ("a*t^2*b/2", "a*t*b"),
        ("a*2*t^2*pi/b", "4*pi*a*t/b"),
        ("a*b*t^3/(4*pi*p*b^3)", "3*a*t^2/(4*pi*p*b^2)"),
        ("cos(t)*exp(a)*t^2", "t*exp(a)*(2*cos(t) - t*sin(t))"),
        ("sqrt(p)*a*t^2", "2*a*t*sqrt(p)"),
        ("(a + 1)/2*log(1 + (t - b)^2/(a*p^2))", "(a + 1)*(t - b)/(a*p^2 + (t - b)^2)"),
        ("(t + 1)^2/(t - 1)^2", "-4*(t + 1)/(t - 1)^3"),
    ],
)
def test_order_of_factors(f: str, printed: str) -> None:
    assert str(sd.diff(f, "t", declarations=LET)) == printed


def test_layer_norm_by_rows() -> None:
    centred = "(M - mean(M, axis=1, keepdims=True))"
    f = f"sum(A.*({centred}./sqrt(mean({centred}.^2, axis=1, keepdims=True) + p)))"
    printed = str(
        sd.grad(f, "M", declarations=LET.replace("A, B: matrix(n, n); M: matrix(m, n)", "A, M: matrix(m, n)"))
    )
    first = re.sub(r"\bN\b", "K", printed.splitlines()[0])  # the name of a part is free
    assert first == "diag(1./sqrt(q))*(A - mean(A, axis=1)*ones(n)') - diag(sum(A.*K, axis=1)./q.^(3/2))*K/n"


def test_entries_of_a_derivative_of_a_matrix_function_are_not_written_out() -> None:
    result = sd.jacobian(
        "expm([0, -w[2], w[1]; w[2], 0, -w[0]; -w[1], w[0], 0])*v", "w", declarations="w, v: vector(3)"
    )
    assert str(result).startswith("einsum(")
    assert sd.check("expm(skew(w))*v", "w", kind="jacobian", declarations="w, v: vector(3)").ok


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("sum([t*sum([a, b, t^2]), p])", "t*(a + b + t^2) + p"),
        ("a*sum([b*sum([t, sum([a, p])]), 1])", "a*(b*(t + (a + p)) + 1)"),
    ],
)
def test_what_is_presented_stays(text: str, printed: str) -> None:
    result = present(collect(sd.parse(text, LET)))
    assert str(result) == printed
    assert present(result) is result
