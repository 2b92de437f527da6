"""What derivatives print reads back as the same expression: as text and in Unicode."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from cases import MatrixRow, folder, matrix_rows, require
from strategies import DECLARATIONS, random_expr

import symdiff as sd
from symdiff.algebra import hadamard, mul, number, power, same, substitute, symbols_of
from symdiff.calculus.derive import diff
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect

LONGEST = 2_000  # characters; longer results are read by the sweeps of the reader


def derivative(seed: int) -> Expr | None:
    """A derivative of the random expression of a seed by one of its symbols; None where it has none."""
    random = Random(seed)
    f = random_expr(seed, depth=random.choice([2, 3, 4]))
    symbols = [s for s in symbols_of(f) if not s.attr.properties & {"dimension", "integer"}]
    if not symbols or f.rank > 2:
        return None
    x = random.choice(symbols)
    try:
        return None if f.rank + x.rank > 4 else diff(f, x)
    except sd.SymdiffError:
        return None


def assert_reads_back(seeds: range) -> None:
    """Every text reads back as `same`."""
    read = 0
    for seed in seeds:
        e = derivative(seed)
        if e is None or any(node.rank > 5 for node in postorder(e)):  # products that `same` looks at with a bound
            continue
        for written in (str(e), e.unicode()):
            if len(written) < LONGEST:
                again = sd.parse(written, DECLARATIONS)
                read += 1
                assert same(again, e), f"seed {seed}: {written}\nreads as {again}"
    assert read > len(seeds) // 2


def test_derivatives_read_back() -> None:
    assert_reads_back(range(60))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 7000, 250))
def test_five_thousand_derivatives_read_back(start: int) -> None:
    assert_reads_back(range(start, start + 250))


SHAPES = """Q: matrix(m, n); V: matrix(n, k); A, B: matrix(n, n); x, y, u: vector(n); w: vector(m)
a, lam: scalar; t: positive scalar"""


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (f, x)
        for x in "QV"
        for s in ("softmax(Q, axis=1)", "softmax(Q)", "cumsum(Q, axis=1)", "Q./sum(Q, axis=1, keepdims=true)")
        for f in (f"{s}*V", f"sum({s}*V)", f"w'*{s}*V", f"norm2({s}, axis=1)", f"logsumexp({s}, axis=0)")
    ],
)
def test_derivatives_of_what_runs_along_an_axis_read_back(f: str, x: str) -> None:
    e = sd.diff(f, x, declarations=SHAPES)
    for written in (str(e), e.unicode()):
        assert same(sd.parse(written, SHAPES), e), written


@pytest.mark.parametrize("k", [-3, -2, -1, 0, 1, 2, 3, 5])
@pytest.mark.parametrize("text", ["A^p*x", "matpow_d(A, B, p)*x", "matpow_d(A, A, p)"])
def test_powers_of_matrices_read_back_when_their_exponent_is_put_in(text: str, k: int) -> None:
    e = sd.parse(text, SHAPES + "\np: integer")
    (exponent,) = (s for s in symbols_of(e) if s.attr.name == "p")
    for put in (substitute(e, {exponent: number(k)}), collect(sd.parse(re.sub(r"\bp\b", f"({k})", text), SHAPES))):
        assert same(sd.parse(str(put), SHAPES), put), str(put)


@pytest.mark.parametrize("skew", ["K", "L", "K + L", "a*K", "K*a + L"])
@pytest.mark.parametrize("whole", ["a*{}", "a/{}", "{}^3*a", "{}*x", "a*{}*tr(A*B)", "{}^2*a"])
def test_a_minus_that_a_turned_skew_factor_leaves_inside_is_one_in_front(skew: str, whole: str) -> None:
    declared = SHAPES + "\nK, L: skew(n)"
    turned, e = (whole.format(f'einsum("ij,jk,{own}->", A, B, {skew})') for own in ("ik", "ki"))
    sign = "" if "^2" in whole else "-"
    minus, plus = (sd.parse(f"{s}({e})", declared) for s in (sign, "" if sign else "-"))
    assert same(sd.parse(turned, declared), minus) and not same(sd.parse(turned, declared), plus)


@pytest.mark.parametrize(
    ("text", "unicode"),
    [
        ("sqrt(2 + t^2)*a", "√(2 + t²) a"),
        ("a*sqrt(1 + B'.^2)*u", "a √(1 + Bᵀ.^2) u"),
        ("sqrt(2)*A*(u.*x)", "√2 A (u ⊙ x)"),
        ("sqrt(t + 1)*x*x'", "√(t + 1) x xᵀ"),
        ("sqrt(t + 1)*y[0]", "√(t + 1) y[0]"),
        ("sqrt(t)*a", "√t a"),
        ("sqrt(t)*A*B", "√t AB"),
        ("[a*t; 1]", "[a·t; 1]"),
        ("sum([a*t; 1][:1])", "sum([a·t; 1][:1, :])"),
        ("[x'*sigmoid(y); 1]", "[xᵀ·σ(y); 1]"),
        ("[a*t + 1; sin(a*t)]", "[a·t + 1; sin(a t)]"),
        ("[a*t, 1]", "[a t, 1]"),
        ("[x'*sigmoid(y)]", "[xᵀ·σ(y)]"),
        ("4*3^(3/2 + a)", "4·3^(3/2 + a)"),
        ("lam*x", "lam·x"),
        ("x.*(lam*y)", "lam·x ⊙ y"),
        ("A*(lam*B)", "lam·A·B"),
    ],
)
def test_what_could_run_together_is_kept_apart(text: str, unicode: str) -> None:
    e = sd.parse(text, SHAPES)
    assert e.unicode() == unicode
    assert same(sd.parse(unicode, SHAPES), e)


@pytest.mark.parametrize("text", ["a-(b-c)", "a-(b-a)", "a-(b-(c-a))", "-(a-b)", "2*(a-b)-(c-(a+b))", "(a-b)*(b-a)"])
def test_sums_with_brackets(text: str) -> None:
    e = sd.parse(text, "a, b, c: scalar")
    values = {"a": 2.0, "b": 3.0, "c": 7.0}
    wanted = {"a-(b-c)": 6, "a-(b-a)": 1, "a-(b-(c-a))": 4, "-(a-b)": 1, "2*(a-b)-(c-(a+b))": -4, "(a-b)*(b-a)": -1}
    for form in (e, sd.simplify(e), sd.parse(str(e)), sd.parse(e.unicode())):
        given = {s.attr.name: values[s.attr.name] for s in symbols_of(form)}
        assert form(given) == wanted[text], str(form)


# the open cases

KINDS = {"G": sd.grad, "J": sd.jacobian, "H": sd.hessian}


@pytest.mark.parametrize("row", [row for row in matrix_rows() if row.kind in KINDS], ids=lambda row: row.number)
def test_results_of_the_matrix_cases_read_back(row: MatrixRow) -> None:
    e = KINDS[row.kind](row.expression, row.variable, row.declarations)
    for written in (str(e), e.unicode()):
        assert same(sd.parse(written, row.declarations), e), written


def scalar_cases() -> list[tuple[str, str, dict[str, str]]]:
    """Functions, their variables and the names in them from the open cases of scalars."""
    place = folder()
    if place is None:
        return []
    found = []
    for line in (place / "calculus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        names = dict.fromkeys([row["variable"], *row["params"]], "scalar")
        found.append((row["antiderivative"], row["variable"], names))
    for line in (place / "feynman.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found += [(row["expr"], variable, dict.fromkeys(row["variables"], "scalar")) for variable in row["variables"]]
    return found


def assert_case_reads_back(f: str, variable: str, declared: dict[str, str]) -> None:
    try:
        e = sd.diff(f, variable, declarations=declared)
    except sd.NotSupported:
        return
    for written in (str(e), e.unicode()) if len(str(e)) < LONGEST else ():
        assert same(sd.parse(written, declared), e), f"{f} by {variable}: {written}"


def test_results_of_some_scalar_cases_read_back() -> None:
    for case in scalar_cases()[::60]:
        assert_case_reads_back(*case)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_results_of_the_scalar_cases_read_back(part: int) -> None:
    require("calculus.jsonl")
    for case in scalar_cases()[part::10]:
        assert_case_reads_back(*case)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("a-(b-a)", "2*a - b"),
        ("a-(b-(a-c))", "2*a - b - c"),
        ("b-(a-b)-(a-(c-a))", "2*b - 3*a + c"),
        ("-(a-b)-(b-a)", "0"),
        ("(a-b)-(b-a)", "2*(a - b)"),
    ],
)
def test_sums_under_a_minus_are_opened(text: str, short: str) -> None:
    assert str(sd.simplify(text)) == short


def test_same_sees_roots_of_numbers_and_reciprocals_factor_by_factor() -> None:
    a, root = sd.parse("a*b"), sd.parse("sqrt(2)")
    nested = mul(root, mul(root, a))
    assert same(nested, 2 * a) and not same(nested, 4 * a) and not same(nested, mul(root, a))
    assert same(mul(power(root, number(3)), a), mul(number(2), root, a))
    x, y = sd.vector("x", "n"), sd.vector("y", "n")
    whole = power(hadamard(x, power(y, number(2))), number(-1))
    assert same(whole, hadamard(power(x, number(-1)), power(y, number(-2))))
    assert not same(whole, hadamard(power(x, number(-1)), power(y, number(-1))))


@pytest.mark.parametrize(
    "text", ["max(a, b, c)", "max(u, v, 2)", "max(a*ones(n), b, v)", "min(a, max(b, c), d)", "max(u, 1)"]
)
def test_the_largest_of_several_is_written_as_it_is_read(text: str) -> None:
    e = sd.parse(text, "u, v: vector(n); a, b, c, d: scalar")
    assert str(e) == text
    assert sd.parse(str(e), "u, v: vector(n); a, b, c, d: scalar") is e
