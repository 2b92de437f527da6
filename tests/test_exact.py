"""Closed expressions are worked out: exactly where that is short, in digits on request; what has no value says so."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

import symdiff as sd
from symdiff.cli import main
from symdiff.evaluation import evaluate as in_floats

VALUES = [
    ("1/3 + 1/6", "1/2"),
    ("0.1 + 0.2", "0.3"),
    ("2^100", "1267650600228229401496703205376"),
    ("10!", "3628800"),
    ("3!/2!", "3"),
    ("binomial(10, 3)", "120"),
    ("gcd(12, 18)", "6"),
    ("7 mod 3", "1"),
    ("floor(7/2)", "3"),
    ("sqrt(8)", "2*sqrt(2)"),
    ("sqrt(50)/5", "sqrt(2)"),
    ("27^(1/3)", "3"),
    ("cbrt(27)", "3"),
    ("sqrt(2)*sqrt(3)", "sqrt(6)"),
    ("sqrt(12) + sqrt(27)", "5*sqrt(3)"),
    ("1/(1 + sqrt(2))", "sqrt(2) - 1"),
    ("(1 + sqrt(5))/2", "(1 + sqrt(5))/2"),
    ("sin(pi/6)", "1/2"),
    ("cos(pi/12)", "(sqrt(2) + sqrt(6))/4"),
    ("tan(pi/4)", "1"),
    ("sin(pi)", "0"),
    ("asin(1/2)", "pi/6"),
    ("atan2(1, 1)", "pi/4"),
    ("acos(-1)", "pi"),
    ("log(8)/log(2)", "3"),
    ("exp(log(5))", "5"),
    ("log(exp(3))", "3"),
    ("exp(0)", "1"),
    ("e^2", "e^2"),
    ("cos(1)", "cos(1)"),
    ("sin(1)^2 + cos(1)^2", "1"),
    ("gamma(5)", "24"),
    ("erf(0)", "0"),
    ("i^2", "-1"),
    ("(1 + i)^2", "2*i"),
    ("exp(i*pi)", "-1"),
    ("abs(3 + 4*i)", "5"),
    ("max(3, 5, 2)", "5"),
    ("abs(-3)", "3"),
    ("sum(k = 1..10, k^2)", "385"),
    ("sum(k = 1..100, 1/k)", "5.18737751763962"),
    ("[1, 2, 3]'*[4, 5, 6]", "32"),
    ("norm2([3, 4])", "5"),
    ("cross([1, 0, 0], [0, 1, 0])", "[0, 0, 1]"),
    ("[1, 2; 3, 4]*[5, 6; 7, 8]", "[19, 22; 43, 50]"),
    ("[1, 2; 3, 4]'", "[1, 3; 2, 4]"),
    ("[1, 2; 3, 4]^2", "[7, 10; 15, 22]"),
    ("inv([1, 2; 3, 4])", "[-2, 1; 3/2, -1/2]"),
    ("det([1, 2; 3, 4])", "-2"),
    ("tr([1, 2; 3, 4])", "5"),
    ("solve([2, 1; 1, 3], [1, 2])", "[1/5, 3/5]"),
    ("eigvals([2, 1; 1, 2])", "[1, 3]"),
    ("3*[0.1, 0.2]", "[0.3, 0.6]"),
    ("eigvals([1, 2; 3, 4])", "[5 - sqrt(33), 5 + sqrt(33)]/2"),
    ("eigvals([0.5, 0.2; 0.5, 0.8])", "[0.3, 1]"),
    ("eigvals([1, 2, 3; 4, 5, 6; 7, 8, 10])", "[-0.905740179521758, 0.19824686339701, 16.7074933161247]"),
    ("1 + eigvals([1, 2; 3, 4])[0]", "(7 - sqrt(33))/2"),
    ("rank([1, 2; 3, 4]*[1, 1; 1, 1])", "1"),
    ("rank([sqrt(2), 2; 1, sqrt(2)])", "1"),
    ("prod(k = 1..5, k)", "120"),
    ("prod(j = 1..3, prod(k = 1..2, j + k))", "1440"),
    ("round(5/2)", "2"),
    ("sqrt(3 + 2*sqrt(2))", "1 + sqrt(2)"),
    ("(2 + sqrt(3))^3", "26 + 15*sqrt(3)"),
    ("sinh(log(2))", "3/4"),
    ("sin(2*asin(3/5))", "24/25"),
    ("inv([4, 7, 2; 3, 6, 1; 2, 5, 3])", "[13/9, -11/9, -5/9; -7/9, 8/9, 2/9; 1/3, -2/3, 1/3]"),
    ("eigvals([2, 1, 0; 1, 2, 1; 0, 1, 2])", "[2 - sqrt(2), 2, 2 + sqrt(2)]"),
]


@pytest.mark.parametrize(("text", "printed"), VALUES)
def test_a_value_is_exact(text: str, printed: str) -> None:
    found = sd.evaluate(text)
    assert str(found) == printed
    assert sd.parse(text).value() == found

    if "eigvals" not in text:  # of matrices that are not symmetric the evaluator takes the symmetric part
        assert in_floats(found, {}) == pytest.approx(in_floats(sd.parse(text), {}), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2, 3; 4, 5, 6; 7, 8, 10]",
        "[0, 1, 0; 0, 0, 1; 1, 0, 0]",
        pytest.param("[2, 1, 0, 0; 0, 2, 1, 0; 0, 1, 3, 1; 1, 0, 0, 1]", marks=pytest.mark.slow),
    ],
)
def test_eigenvalues_of_any_matrix_of_numbers(text: str) -> None:
    found = np.array([complex(in_floats(sd.evaluate(f"eigvals({text})[{k}]"), {})) for k in range(text.count(";") + 1)])
    due = np.linalg.eigvals(in_floats(sd.parse(text), {}))
    assert np.allclose(np.sort_complex(found), np.sort_complex(due))


def test_eigenvalues_of_symbols_ask_for_symmetric_numbers() -> None:
    assert str(sd.evaluate("eigvals([0, 1; -1, 0])")) == "[-i, i]"
    with pytest.raises(sd.SymdiffError, match="is not symmetric"):
        sd.parse("eigvals(A)", A="matrix(n, n)")(A=[[1, 2], [3, 4]])
    product = sd.parse("eigvals(A*B)", A="matrix(n, n)", B="matrix(n, n)")
    assert np.all(np.isnan(product(A=[[1, 2], [3, 4]], B=[[1, 0], [0, 2]])))
    assert np.allclose(product(A=[[1, 2], [2, 4]], B=[[1, 0], [0, 1]]), [0, 5])


def test_a_sign_before_mod_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-17 mod 5"]) == 0
    said = capsys.readouterr()
    assert said.out == "-2\n" and "-(17 mod 5), not (-17) mod 5" in said.err


NO_VALUE = [
    "5 mod 0",
    "log(0)",
    "1/0",
    "0/0",
    "asin(2)",
    "inv([1, 2; 2, 4])",
    "sqrt(-4)",
    "solve([1, 1; 1, 1], [1, 2])",
]
NO_VALUE += ["5 mod 0", "inv([1, 2, 3; 4, 5, 6; 7, 8, 9])"]  # whose determinant is no 0 in floats


@pytest.mark.parametrize("text", NO_VALUE)
def test_what_has_no_value(text: str) -> None:
    with pytest.raises(sd.SymdiffError, match=r"no finite value|only if .* is invertible|has no inverse"):
        sd.evaluate(text)


def test_digits() -> None:
    assert sd.evaluate("pi", digits=30) == Decimal("3.14159265358979323846264338328")
    assert sd.evaluate("e^(-1000)", digits=5) == Decimal("5.0760E-435")
    assert sd.evaluate("[1/3, 2]", digits=4) == [Decimal("0.3333"), Decimal(2)]
    assert sd.evaluate("[1, 2; 3, 4]", digits=3) == [[1, 2], [3, 4]]
    for digits in (0, 1001, "5", 2.5):
        with pytest.raises(sd.SymdiffError, match="digits are a whole number"):
            sd.evaluate("pi", digits=digits)  # type: ignore[arg-type]
    with pytest.raises(sd.NotSupported, match="is not real"):
        sd.evaluate("1 + i", digits=5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eigvecs([0, 1; -1, 0])", "only if .* is symmetric"),
        ("1 + logm([-1, 0; 0, 1])[0, 0]", "only if"),
        ("1 < 2", "is no number"),
        ("not (1 < 2)", "is no number"),
    ],
)
def test_what_is_outside_a_domain_or_no_number_says_so(text: str, said: str) -> None:
    for digits in (None, 5):
        with pytest.raises(sd.SymdiffError, match=said):
            sd.evaluate(text, digits=digits)


def test_large_numbers_have_values() -> None:
    assert sd.evaluate("sin(10^20)", digits=10) == Decimal("-0.6452512853")
    assert str(sd.evaluate("sin(10^20)")) == "sin(100000000000000000000)"
    assert sd.evaluate("2^1000 - (2^1000 - 1)").attr == 1
    assert str(sd.evaluate("expm([0, 1; 0, 0])")) == "[1, 1; 0, 1]"
    with pytest.raises(sd.NotSupported):
        sd.evaluate("expm([0, 1; -1, 0])", digits=400)


def test_what_holds_names_has_no_value_here() -> None:
    for text in ("x + 1", "f(2)", "eye(n)"):
        with pytest.raises(sd.SymdiffError, match="has no value here"):
            sd.evaluate(text, declarations="x: scalar; f: function; A: matrix(n, n)")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("sqrt(8)", "2*sqrt(2) ≈ 2.8284"),
        ("1/3", "1/3 ≈ 0.33333"),
        ("1/4", "1/4"),
        ("2 + 3", "5"),
        ("pi", "pi ≈ 3.1416"),
        ("inv([1, 2; 3, 4])", "[-2, 1; 3/2, -1/2]"),
        ("[sqrt(2), 1]", "[sqrt(2), 1] ≈ [1.4142, 1]"),
        ("1 < 2", "true"),
    ],
)
def test_a_line_is_worked_out(line: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([line]) == 0
    assert capsys.readouterr().out == f"{shown}\n"


@pytest.mark.parametrize("text", ["factorial(300000)", "binomial(10^6, 5*10^5)", "log(gamma(10^7))"])
def test_what_has_more_digits_than_anybody_reads_is_not_multiplied_out(text: str) -> None:
    assert "gamma" in str(sd.evaluate(text))
    assert sd.evaluate("binomial(10^6, 2)").attr == 499999500000


@pytest.mark.parametrize("text", ["2.1", "0.1 + 0.2", "sin(0.1)", "sum([0.1, 0.2])", "log(1e-3)"])
def test_decimals_are_as_they_are_written_to_every_digit(text: str) -> None:
    as_fractions = (
        text.replace("0.1", "(1/10)").replace("0.2", "(1/5)").replace("2.1", "21/10").replace("1e-3", "1/1000")
    )
    assert sd.evaluate(text, digits=40) == sd.evaluate(as_fractions, digits=40)


@pytest.mark.parametrize("text", ["exp(10^6)", "lgamma(10^6)", "besselj(100, 1)", "gamma(10^8 + 1/2)", "digamma(10^7)"])
def test_what_would_be_opened_step_by_step_stays(text: str) -> None:
    assert len(str(sd.evaluate(text))) < 30 and sd.evaluate(text, digits=5)


def test_many_entries_are_added_in_digits_and_not_listed() -> None:
    assert str(sd.evaluate("sum(k = 1..2000, 1/k^2)")) == "1.64443419182739"
    for text in ("ones(10^6)", "eye(300)", "sum(k = 1..10^7, k)"):
        with pytest.raises(sd.LimitError):
            sd.evaluate(text)


def test_what_no_float_holds_is_not_infinite() -> None:
    assert sd.evaluate("prod(k = 1..500, k)").op != "number"
    assert str(sd.parse("diff(x, x)", "x: vector(0)").value()) == "eye(0)"


def test_logarithms_are_not_put_together_with_all_their_digits() -> None:
    assert str(sd.evaluate("1331/128*log(137/32) + 3/7*log(2)")) == "(9317*log(137) - 46201*log(2))/896"
