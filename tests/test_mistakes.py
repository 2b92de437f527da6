"""Which mistake was made: lines of learners, named in a teacher's words, and the smallest part that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import symdiff as sd
from symdiff.book.reader import Source
from symdiff.errors import ParseError
from symdiff.verification import Line
from symdiff.verification.book import mistakes, read

SCALAR = "x, a: scalar; f, g: function"
VECTOR = "x, u, w: vector(n); A: matrix(n, n); B: matrix(m, n); b: vector(m)"
MATRIX = "X, A, C: matrix(n, n); Y: matrix(m, n)"

NAMED = [
    (SCALAR, "diff(cos(x^2), x) = 2*x*sin(x^2)", "sign of the derivative of the cosine"),
    (SCALAR, "diff((3*x + 1)^5, x) = 5*(3*x + 1)^4", "inner derivative missing"),
    (SCALAR, "diff(1/(x^2 + 1), x) = -1/(x^2 + 1)^2", "inner derivative missing"),
    (SCALAR, "diff(asin(2*x), x) = 1/sqrt(1 - 4*x^2)", "inner derivative missing"),
    (SCALAR, "diff(f(x^2), x) = f'(x^2)", "inner derivative missing"),
    (SCALAR, "diff(f(g(x)), x) = f'(g'(x))", "inner derivative put inside"),
    (SCALAR, "diff(sin(5*x)^2, x) = 2*sin(5*x)*5*cos(5*x)*5", "inner derivative counted twice"),
    (SCALAR, "diff(sin(x)*cos(x), x) = cos(x)*(-sin(x))", "product of the derivatives"),
    (SCALAR, "diff(x^2*sin(x), x) = x^2*cos(x)", "product rule with one term"),
    (SCALAR, "diff(x^2/(x + 1), x) = 2*x/1", "quotient of the derivatives"),
    (SCALAR, "diff(x^2/(x + 1), x) = (x^2 - 2*x*(x + 1))/(x + 1)^2", "quotient rule upside down"),
    (SCALAR, "diff(tan(x)/x, x) = (x*sec(x)^2 - tan(x))/x", "denominator of the quotient rule"),
    (SCALAR, "diff(a*7^x, x) = a*x*7^(x - 1)", "power rule on an exponential"),
    ("x: positive scalar", "diff(x^x, x) = x*x^(x - 1)", "base and exponent both vary"),
    (SCALAR, "diff(a^2*x, x) = 2*a*x + a^2", "constant differentiated as a variable"),
    (SCALAR, "diff(x^3 + 2*x^2 - 5, x) = 3*x^2 + 4*x - 5", "constant term kept"),
    (SCALAR, "diff(sqrt(x^4 + 9), x) = diff(x^2 + 3, x)", "root of a sum split"),
    (SCALAR, "(x^2 + x)/x^2 = 1 + x", "terms of a sum cancelled"),
    (SCALAR, "diff(log(x^2 + a^2), x) = diff(log(x^2) + log(a^2), x)", "logarithm of a sum split"),
    (SCALAR, "diff(log(x^2 + 4)/(2*x), x) = 1/(x^2 + 4)", "numerator or denominator taken as constant"),
    (SCALAR, "diff(a*x^2, x) + diff(a, a) = 2*x + 1", "constant factor lost"),
    (SCALAR, "log(exp(x) + 1) = x + log(1)", "logarithm of a sum split"),
    (SCALAR + "; y: scalar", "diff(atan(y/x), x) = y/(x^2 + y^2)", "sign"),
    (SCALAR, "diff(cos(x)^2, x) = -2*sin(x)", "exponent lowered twice"),
    (SCALAR, "diff(abs(x)*x, x) = 2*x", "derivative taken inside the absolute value"),
    (VECTOR, "sum(x)*sum(u) = sum(i, x[i]*u[i])", "sum of products as product of sums"),
    (VECTOR + "; c: scalar", "grad(norm2(c*x), x) = c*x/norm2(x)", "absolute value missing"),
    (MATRIX, "grad(det(X)^2, X) = 2*det(X)*inv(X)'", "det differentiated as log det"),
    (SCALAR, "diff(x^2*cos(x), x, 2) = 2*cos(x) - x^2*cos(x)", "second derivative of a product without the cross term"),
    (VECTOR, "grad(norm2(B*x - b)^2, x) = B'*(B*x - b)", "factor 2 of a square missing"),
    (VECTOR, "grad(norm2(B*x - b)^2, x) = 2*B*(B*x - b)", "transpose missing"),
    (VECTOR, "grad(norm2(x), x) = 2*x", "norm differentiated as its square"),
    (VECTOR, "grad(x'*A*x, x) = 2*A*x", "symmetry assumed"),
    (VECTOR, "jacobian(softmax(x), x) = diag(softmax(x).*(1 - softmax(x)))", "derivative of softmax"),
    (VECTOR, "jacobian(B*x, x) = B'", "wrong layout"),
    (VECTOR, "norm2(x + u)^2 = norm2(x)^2 + norm2(u)^2", "square of a sum split"),
    (VECTOR, "hessian(norm2(sin(B*x))^2/2, x) = B'*diag(cos(B*x).^2)*B", "Gauss-Newton matrix taken for the Hessian"),
    (MATRIX, "d(inv(X)) = inv(X)*dX*inv(X)", "sign of the derivative of an inverse"),
    (MATRIX, "d(inv(X)) = -inv(X)^2*dX", "the two inverses on one side"),
    (MATRIX, "d(inv(X)*A) = -inv(X)*dX*A", "an inverse is missing in the derivative of an inverse"),
    (MATRIX, "d(X^3) = 3*X^2*dX", "scalar rule for a function of a matrix"),
    (MATRIX, "d(X*A*X) = dX*A*X + A*dX*X", "order of the factors in the product rule"),
    (MATRIX, "grad(logdet(A*X), X) = det(A*X)*inv(X)'", "log det differentiated as det"),
    (MATRIX, "tr(A*X*C) = tr(A*C*X)", "cyclic property"),
    (MATRIX, "inv(A*X) = inv(A)*inv(X)", "order of factors in an inverse or a transpose"),
    (MATRIX, "grad(sum(A*X), X) = A'", "identity written for the matrix of ones"),
    (MATRIX, "Y - mean(Y, axis=1)*ones(n)' = Y - ones(m)*mean(Y, axis=0)'", "sum along the wrong axis"),
]

LOCATED = [
    (SCALAR, "sin(x^2) + diff(sin(x^2), x) = sin(x^2) + cos(x^2)", "cos(x^2)", "2*x*cos(x^2)"),
    (SCALAR, "diff(x^3*log(a) + x, x) = 3*x^2*log(a) + 2", "2", "1"),
    (SCALAR, "2*x + diff(1/x^3, x) = 2*x + 1/(3*x^2)", "1/(3*x^2)", "-3/x^4"),
    (SCALAR, "(x + 1)*(x - 2) = x^2 - x + 2", "2", "-2"),
    (SCALAR, "6*x^(2/3 - 1) = 6*x^(1/3)", "(1/3)", "-1/3"),
    (VECTOR, "grad(sum(u)*(w'*x) + x'*x, x) = w + 2*x", "w", "sum(u)*w"),
    (VECTOR, "2*B'*(B*x - b) = 2*B*(B*x - b)", "B", "B'"),
]


def the_line(line: str, declarations: str) -> Line:
    (found,) = sd.verify([line], declarations).lines
    assert found.ok is False
    return found


@pytest.mark.parametrize(("declarations", "line", "name"), NAMED)
def test_a_mistake_is_named(declarations: str, line: str, name: str) -> None:
    found = the_line(line, declarations)
    assert found.mistake is not None and found.mistake.name == name
    assert str(found.mistake).endswith(".")


@pytest.mark.parametrize(("declarations", "line", "written", "right"), LOCATED)
def test_the_smallest_wrong_part_is_found(declarations: str, line: str, written: str, right: str) -> None:
    found = the_line(line, declarations)
    assert found.part is not None
    assert (found.part.written, found.part.right) == (written, right)
    start, end = found.part.span
    assert line[start:end] == written
    mended = line[:start] + f"({right})" + line[end:]
    assert sd.verify([mended], declarations).ok is True


@pytest.mark.parametrize(
    ("declarations", "line", "name"),
    [
        (SCALAR, "(x + 2)*(x + 3) - x^2 = 5*x + 7", "wrong number"),
        (SCALAR, "diff(exp(x)*(x^2 + x + 1), x) = exp(x)*(x^2 + 3*x)", "term lost"),
        (SCALAR, "diff(x^2 + f(x)^2, x) = 2*x*f'(x) + 2*f(x)*f'(x)", "superfluous factor"),
        (SCALAR, "a*(x - 1)*(x + 1) = a*x^2 + a", "sign"),
    ],
)
def test_a_slip_is_told_by_comparing(declarations: str, line: str, name: str) -> None:
    found = the_line(line, declarations)
    assert found.mistake is not None and found.mistake.name == name


def test_a_wrong_line_of_a_page_is_explained_there_and_the_rest_stands() -> None:
    header = "x: vector(n);  A: matrix(m, n);  b: vector(m);  by x\nr := A*x - b\n"
    report = sd.verify(header + "d(r'*r)\n= 2*r'*dr\n= 2*r'*A'*dx\n= (2*A'*r)'*dx")
    assert [line.ok for line in report.lines] == [True, True, True, True, False, True]
    assert report.mistake is not None and report.mistake.name == "superfluous transpose"
    assert "A' should be A" in str(report) and "wrong: line 5" in str(report)


def test_every_rule_of_the_book_is_read_and_says_something() -> None:
    entries = mistakes()
    assert len(entries) > 80
    for entry in entries:
        assert entry.said.endswith(".") and entry.rules
        for rule in entry.rules:
            assert rule.left != rule.right


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mistake one\n  said No.\n  d(u -> v\n", "mistakes, line 3"),
        ("error one\n", "line 1: an entry begins"),
        ("  u -> v\n", "line 1: an indented line"),
        ("mistake one\n  u -> v -> w\n", "line 2: a rule has two sides"),
    ],
)
def test_a_book_that_is_wrong_says_where(text: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        for entry in read(Source("mistakes", text)):
            for rule in entry.rules:
                assert rule.left


CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "mistakes.jsonl"


@pytest.mark.slow
@pytest.mark.skipif(not CASES.exists(), reason="the cases are not here")
def test_mistakes_of_learners_are_named_or_located() -> None:
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    wrong = [row for row in rows if not row["truth"]]
    found = [sd.verify(row["lines"], row["declarations"]).lines[row["wrong_line"] - 1] for row in wrong]
    assert sum(line.mistake is not None or line.part is not None for line in found) >= 0.7 * len(found)


@pytest.mark.parametrize(
    ("f", "kind", "result", "said"),
    [
        ("x'*A*x", "grad", "2*A*x", "right only if A is symmetric"),
        ("x'*A*x", "hessian", "A", "product rule each factor moves once"),
        ("sin(a*t)", "diff", "cos(a*t)", "derivative of the inside is missing"),
        ("t*f(t)", "diff", "f'(t)", "product"),
    ],
)
def test_a_wrong_result_that_is_checked_says_which_mistake_it_is(f: str, kind: str, result: str, said: str) -> None:
    wrt = "t" if "t" in f else "x"
    verdict = sd.check(f, wrt, result, kind, "x: vector(n); A: matrix(n, n); a, t: scalar; f: function")
    assert verdict.ok is False and verdict.mistake is not None
    assert said in verdict.mistake and verdict.mistake in str(verdict)
    assert sd.check("t^2", "t", "2*t").mistake is None
