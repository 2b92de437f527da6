"""Facts are true: no value contradicts what is deduced of an expression, and what follows from facts is right."""

from __future__ import annotations

import cmath
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from math import inf, isfinite
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from fact_proofs import HOLDS, contradictions, expressions, of_entries, point

import symdiff as sd
from symdiff.algebra import Condition, facts, holds, number
from symdiff.algebra.fact import MATRIX, NAMES, SIGN, WHOLE, Fact, bounds, close
from symdiff.algebra.leaves import array
from symdiff.book import library, use_library
from symdiff.errors import ParseError, SymdiffError
from symdiff.evaluation import evaluate
from symdiff.expr import Expr

# ---------------------------------------------------------------- every row, against values


def proved(seed: int, count: int, planar: bool) -> int:
    """How many facts of random expressions were held against values; none is contradicted."""
    rng, tried = np.random.default_rng(seed), 0
    for e in expressions(seed, count, planar):
        for length in (1, 2, 3, 5):
            held, wrong = contradictions(e, point(e, rng, length))
            assert not wrong, f"{wrong[0]}, in {e}"
            tried += held
    return tried


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_no_value_contradicts_a_fact(seed: int, planar: bool) -> None:
    assert proved(seed, 150, planar) > 2000


@pytest.mark.slow
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("seed", range(100, 140))
def test_no_value_contradicts_any_fact(seed: int, planar: bool) -> None:
    """20,000 and more deduced facts in all."""
    assert proved(seed, 200, planar) > 3000


@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("lengths", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_every_function_is_what_its_entry_says(lengths: int, part: int) -> None:
    """At each kind of argument, of one length in turn or of every length."""
    rng, heads, tried = np.random.default_rng(part), set(), 0
    for k, e in enumerate(islice(of_entries(), part, None, 10)):
        for length in (1, 2, 4, 1, 2)[k % 3 : k % 3 + lengths]:
            held, wrong = contradictions(e, point(e, rng, length))
            assert not wrong, f"{wrong[0]}, in {e}"
            tried += held
        heads.add(e.attr if e.op == "map" else e.attr[0] if e.op == "call" else e.op)
    assert tried > 1400 * lengths and len(heads) > 90


LET = (
    "s: scalar; t: positive scalar; k: integer; j: positive integer; x: vector(n); v: positive vector(n); "
    "w: integer vector(n); A: matrix(n, n); S: symmetric(n); P: spd(n); D: diagonal(n); L: lower(n); U: upper(n); "
    "Q: orthogonal(n); K: skew(n); z: complex scalar; C: complex matrix(n, n); B: matrix(n, n); b: vector(4); "
    "d: vector(1); G: function(scalar, scalar); F: complex function(scalar); T: tensor(2, 2, 2, 2); "
    "a: complex vector(n)"
)
GOLDEN = Path(__file__).parent / "golden" / "facts.txt"


def names(e: Expr) -> set[str]:
    return {name for name, bit in NAMES.items() if facts(e) & bit}


def told(text: str) -> str:
    """A row of the golden file: the facts from which all others follow, and the bounds."""
    e = sd.parse(text, LET)
    found = [bit for bit in NAMES.values() if facts(e) & bit]
    for bit in tuple(found):
        if close(sum(other for other in found if other != bit)) & bit:
            found.remove(bit)
    shown, known = [name for name, bit in NAMES.items() if bit in found], bounds(e)
    if known is not None and (isfinite(known.low) or isfinite(known.high)):
        ends = [str(end) if len(str(end)) < 9 else f"{float(end):.10g}" for end in (known.low, known.high)]
        shown.append(f"{'[('[known.low_open]}{', '.join(ends)}{'])'[known.high_open]}")
    return f"{text:<26}  {' '.join(shown)}".rstrip()


@pytest.mark.parametrize("row", [row for row in GOLDEN.read_text("utf-8").splitlines() if row and row[0] != "#"])
def test_what_is_deduced(row: str) -> None:
    """All that is deduced, no less; and it holds of values."""
    text = row.split("  ")[0]
    assert told(text) == row
    e, rng = sd.parse(text, LET), np.random.default_rng(0)
    for length in (1, 2, 3, 5):
        assert contradictions(e, point(e, rng, length))[1] == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("-A*A'", "psd"), ("s*A'*P*A", "psd"), ("-A*diag(v)*A'", "psd"), ("abs(K)", "skew"), ("-x*x'", "psd"),
        ("-prod(-v)", "negative"), ("prod(-v)", "negative"), ("prod(-v)", "positive"), ("prod(-v)", "nonnegative"),
        ("-(-v - 1)'*(-v - 1)", "positive"), ("cumprod(-v)", "negative"), ("heaviside(s)", "integer"),
        ("sum(v[1:])", "positive"), ("tr(x*x')", "positive"), ("norm2(v[1:])", "positive"), ("sqrt(-2)", "real"),
        ("log(-t)", "real"), ("asin(2)", "real"), ("(-8)^(1/3)", "real"), ("(-1)^(s/4)", "real"),
        ("log(pi - 4)", "real"), ("sqrt(tan(2))", "real"), ("sqrt(gamma(-1/2))", "positive"), ("vec(z*A)", "real"),
        ("s^k", "nonnegative"), ("s^3", "nonnegative"), ("1/oo", "positive"), ("exp(-oo)", "positive"),
        ("n - 1", "positive"),
        ("sum(where(A == max(A), s^2, 0))", "positive"), ("log(v[1:])", "positive"),
        ("x'*v", "nonzero"), ("max(s, -1)", "nonnegative"), ("min(t, s)", "positive"), ("norm(x, z)", "real"),
        ("sum(where(A == max(A, axis=0)', 1, 0), axis=1)", "positive"), ("sum(where(A == max(S), 1, 0))", "positive"),
        ("sum(where(A == max(A, axis=1)', 1, 0))", "positive"), ("sum(where(A == max(A), 1, -1))", "positive"),
    ],
)  # fmt: skip
def test_what_is_not_known(text: str, fact: str) -> None:
    assert fact not in names(sd.parse(text, LET))


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("(-v - 1)'*(-v - 1)", "positive"), ("x'*x", "nonnegative"), ("x.^2", "nonnegative"), ("prod(-v)", "nonzero"),
        ("-x'*x", "nonpositive"), ("1 + s^2", "positive"), ("-1 - exp(s)", "negative"), ("s^(2*k)", "nonnegative"),
        ("1 - sigmoid(s)", "positive"), ("1 - tanh(s)^2", "positive"), ("2 + sin(s)", "positive"),
        ("pi - 4", "negative"),
        ("(-1 - t)*(-1 - j)", "positive"), ("(-1 - t)*(-1 - j)*(-2 - t)", "negative"),
        ("(-1 - v) .* (-v - 2)", "positive"), ("max(s, 1)", "positive"), ("min(s, -1)", "negative"),
        ("sum(v)", "positive"), ("2*k + 1", "odd"),
        ("2*k*j", "even"),
        ("n", "positive"), ("j - 1", "nonnegative"), ("asin(1/2)", "real"), ("log(2)", "positive"),
        ("log(1/2)", "negative"),
        ("sqrt(s)", "real"), ("log(s)", "real"), ("imag(z)", "real"), ("abs(z)", "nonnegative"), ("exp(z)", "nonzero"),
        ("where(s > 0, 1, 2)", "positive"), ("[2, 1; 1, 2]", "spd"), ("[0, 1; -1, 0]", "orthogonal"),
        ("sum(sigmoid(x))", "positive"), ("tr(P)", "positive"), ("diag(cholesky(P))", "positive"), ("det(Q)", "odd"),
        ("sum(where(A == max(A), 1, 0))", "positive"), ("sum(where(A == min(A, axis=0)', 1, 0), axis=0)", "positive"),
    ],
)  # fmt: skip
def test_what_is_known(text: str, fact: str) -> None:
    assert fact in names(sd.parse(text, LET))


def arrays(rng: Any) -> Iterator[Expr]:
    """Small arrays of whole numbers, fractions, floats and complex numbers, of every structure."""
    kept = [np.asarray, np.tril, np.triu, lambda a: a + a.T, lambda a: a - a.T, lambda a: a @ a.T]
    kept += [lambda a: np.diag(np.diag(a)), lambda a: np.eye(len(a), dtype=int)[rng.permutation(len(a))]]
    for turn in range(240):
        n = rng.choice([1, 2, 2, 3, 4, 9])
        made = kept[turn % len(kept)](rng.choice([0, 0, 1, 1, -1, 2, 3, 5], (n, n)))
        scaled = made * rng.choice([1, 1, -1, 2, 0.5, Fraction(1, 3), 1j])
        mixed = scaled.astype(object)
        mixed[0] = [rng.choice([entry, entry, 2, Fraction(1, 2), inf]) for entry in mixed[0]]
        yield from (array(a.tolist()) for a in (scaled, mixed, scaled[0]))


def test_frozen_arrays_are_known_to_be_all_that_they_are() -> None:
    """Not definite or orthogonal where there are many entries, complex or infinite ones."""
    for e in arrays(np.random.default_rng(11)):
        value, found = np.array(e.attr.entries, complex).reshape(e.shape), facts(e)
        plain = "c" not in e.attr.kinds and np.all(np.isfinite(value))
        value[~np.isfinite(value)] = 7.5
        true = sum(bit for bit in SHOWN if bit & SIGN and "c" not in e.attr.kinds and HOLDS[bit](value, 0.0))
        if value.ndim == 2 and len(value) == len(value.T):
            true |= sum(bit for bit in SHOWN if bit & MATRIX and HOLDS[bit](value, 1e-12))
            if not plain or len(value) > 8 or np.linalg.eigvalsh(value)[0] < 1e-9:
                true &= ~Fact.SPD
            if not plain or len(value) > 8:
                true &= ~Fact.ORTHOGONAL
        if "f" in e.attr.kinds:
            true &= ~WHOLE
        if not plain:
            true &= ~(Fact.NONPOSITIVE | Fact.NEGATIVE)
        wrong = [name for name, bit in NAMES.items() if bit in SHOWN and (close(true) ^ found) & bit]
        assert not wrong, f"{wrong} of {e}"
        assert (bounds(e) is None) is ("c" in e.attr.kinds)
    assert not facts(array([])) & (Fact.POSITIVE | Fact.NEGATIVE)


SHOWN = {bit for bit in HOLDS if bit & SIGN}
SHOWN |= {Fact.SYMMETRIC, Fact.SKEW, Fact.LOWER, Fact.UPPER, Fact.DIAGONAL, Fact.ORTHOGONAL, Fact.SPD}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("3*sigmoid(s) - 1", -1, 2), ("sin(s)*cos(t)", -1, 1), ("(2 + sin(s))^2", 1, 9), ("1/(2 + sin(s))", "1/3", 1)],
)
def test_bounds(text: str, low: Any, high: Any) -> None:
    known = bounds(sd.parse(text, LET))
    assert known is not None
    assert (known.low, known.high) == tuple(sd.parse(str(end)).attr for end in (low, high))


@pytest.mark.parametrize(
    ("predicate", "texts", "wanted"),
    [
        ("positive", ["1 - sigmoid(s)"], True), ("less", ["sin(s)", "2"], True), ("less", ["cosh(s)", "1"], False),
        ("less_equal", ["tanh(s)", "1"], True), ("apart", ["exp(s)", "0"], True),
        ("within", ["sin(s)", "-2", "2"], True),
        ("positive", ["sin(s) - 1"], False), ("less", ["sin(s)", "1"], None), ("nonnegative", ["-t"], False),
        ("nonzero", ["cosh(s)"], True), ("apart", ["sin(s)", "1"], None),
        ("within_closed", ["sin(s)", "-1", "1"], True),
    ],
)  # fmt: skip
def test_facts_decide_comparisons(predicate: str, texts: list[str], wanted: bool | None) -> None:
    assert holds(Condition(predicate, tuple(sd.parse(text, LET) for text in texts))) is wanted


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("relu(-prod(-v))", {"v": [1.0, 2.0, 3.0]}), ("relu(-prod(-v))", {"v": [1.0, 2.0]}),
        ("relu(-(-v - 1)'*(-v - 1))", {"v": [1.0, 2.0]}), ("abs(prod(-v))", {"v": [1.0, 2.0, 4.0]}),
        ("sign(prod(-v))", {"v": [2.0]}), ("sign(sum(v[1:]))", {"v": [2.0]}), ("abs(cumprod(-v))", {"v": [1.0, 3.0]}),
    ],
)  # fmt: skip
def test_what_follows_from_signs(text: str, values: dict[str, Any]) -> None:
    f = sd.parse(text, LET)
    arrays = {name: np.array(value) for name, value in values.items()}
    assert np.allclose(evaluate(sd.simplify(f), arrays), evaluate(f, arrays))


# ---------------------------------------------------------------- off the reals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sqrt(-2)", cmath.sqrt(-2)), ("conj(sqrt(-2))", cmath.sqrt(-2).conjugate()), ("abs(sqrt(-2))^2", 2),
        ("real((-8)^(1/3))", 1), ("conj((-1)^(s/4))", cmath.exp(-1j * cmath.pi * 0.3 / 4)), ("log(-2)", cmath.log(-2)),
        ("imag(log(-2))", cmath.pi), ("asin(2)", mpmath.asin(2)), ("conj(asin(-3))", mpmath.conj(mpmath.asin(-3))),
        ("acos(3)", mpmath.acos(3)), ("acosh(1/2)", cmath.acosh(0.5)), ("arg(sqrt(-2))", cmath.pi / 2),
        ("atanh(2)", mpmath.atanh(2)), ("atanh(-2)", mpmath.atanh(-2)), ("(-pi)^(1/3)", (-cmath.pi + 0j) ** (1 / 3)),
        ("(1 - sqrt(5))^(1/2)", cmath.sqrt(1 - 5**0.5)), ("sqrt(-t)", cmath.sqrt(-2)), ("log(-t)", cmath.log(-2)),
        ("log2(-3)", cmath.log(-3) / cmath.log(2)), ("sqrt(log(1/2))", cmath.sqrt(cmath.log(0.5))),
        ("sum(log([-1, 2]))", cmath.log(-1) + cmath.log(2)), ("(-2)^s", cmath.exp(0.3 * cmath.log(-2))),
        ("asec(1/2)", mpmath.asec(0.5)), ("acoth(-1/2)", mpmath.acoth(-0.5)), ("asech(-2)", mpmath.asech(-2)),
        ("log1p(-3)", cmath.log(-2)),
        ("sqrt(-2)*sqrt(-3)", cmath.sqrt(-2) * cmath.sqrt(-3)),
        ("log(2)", cmath.log(2)), ("conj(log(2))", cmath.log(2)),
    ],
)  # fmt: skip
def test_one_convention_for_constants_off_the_reals(text: str, value: complex) -> None:
    """As written, simplified, compiled, printed and read again: the principal value beside what is complex."""
    f = sd.parse(f"({text})*z", LET)
    at = {"z": 0.7 - 1.3j, "s": 0.3, "t": 2.0}
    for e in (f, sd.simplify(f), sd.parse(str(f), LET)):
        for found in (evaluate(e, at), e(at)):
            assert np.allclose(found, complex(value) * at["z"], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("text", ["sqrt(-2)*s", "log(-2) + s", "asin(2)*s", "(-8)^(1/3)*s", "s*log(-t)"])
def test_among_the_reals_they_have_no_value(text: str) -> None:
    f, at = sd.parse(text, LET), {"s": 0.3, "t": 2.0}
    for e in (f, sd.simplify(f)):
        with np.errstate(invalid="ignore"):
            assert np.isnan(evaluate(e, at)) and np.isnan(e(at))


@pytest.mark.parametrize("text", ["imag(log(s))", "arg(sqrt(s))", "imag(s^t)", "imag(log(x))", "imag(sqrtm(S))"])
def test_no_domain_is_widened(text: str) -> None:
    assert str(sd.simplify(text, LET)) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("imag(log(t))", "0"), ("imag(s^2)", "0"), ("conj(log(s))", "log(s)"), ("imag(sqrt(s^2 + 1))", "0"),
     ("arg(exp(s))", "0"), ("imag(sqrtm(P))", "zeros(n, n)")],
)  # fmt: skip
def test_parts_of_what_is_real_everywhere(text: str, wanted: str) -> None:
    assert str(sd.parse(text, LET)) == wanted


def test_conditions_of_what_is_left_standing() -> None:
    assert sd.derive("s*imag(log(s))", "s", declarations=LET).conditions


# ---------------------------------------------------------------- fields of books

OWN = """
fn bump(x) elementwise
  def    1 + x.^2
  d      2*x .* dx
  range  [1, oo)
  gives  integer where integer(x)
fn odd3(x) elementwise
  def    x.^3
  d      3*x.^2 .* dx
  keeps  sign triangle skew
fn modulus2(x) elementwise
  def         real(x).^2 + imag(x).^2
  d           2*x .* dx
  complex     2*real(conj(x) .* dx)
  everywhere  real
  range       [0, oo)
"""


def test_an_entry_of_ones_own_has_facts() -> None:
    with use_library(library().with_text(OWN)):
        assert {"positive", "real"} <= names(sd.parse("bump(s)", LET))
        assert "integer" in names(sd.parse("bump(k)", LET))
        assert {"negative", "skew"} & names(sd.parse("odd3(-t)", LET)) == {"negative"}
        assert "skew" in names(sd.parse("odd3(K)", LET))
        assert "nonnegative" in names(sd.parse("modulus2(z)", LET))
        assert str(sd.simplify("abs(bump(s))", LET)) == "bump(s)"
        e = sd.parse("bump(s)", LET)
        assert "positive" in names(e)
    with use_library(library().with_text(OWN.replace("[1, oo)", "[-1, oo)"))):  # facts are those of the books in use
        assert "positive" not in names(e) and "positive" not in names(sd.parse("1 + bump(s)^3", LET))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("range  1, 2", "a range is an interval"), ("range  [a, 2]", "an end of an interval"),
        ("gives  green", "unknown fact"), ("gives  positive where x", "a premise"), ("keeps  hot", "unknown fact"),
        ("gives  positive where positive(y)", "a premise"),
    ],
)  # fmt: skip
def test_a_field_that_says_nothing_is_an_error(line: str, message: str) -> None:
    text = f"fn own(x) elementwise\n  def  x + 1\n  d    dx\n  {line}\n"
    with use_library(library().with_text(text)), pytest.raises(ParseError, match=message):
        facts(sd.parse("own(s)", LET))


def test_a_wrong_field_is_noticed() -> None:
    wrong = "fn cosh(x) elementwise\n  def  (exp(x) + exp(-x)) / 2\n  d  sinh(x) .* dx\n  keeps  sign\n"
    with use_library(library().with_text(wrong)):
        e = sd.parse("cosh(-t)", LET)
        _, found = contradictions(e, point(e, np.random.default_rng(0), 2))
    assert {"negative", "nonpositive"} <= {c.fact for c in found}


# ---------------------------------------------------------------- values and replacements


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("symmetric(2)", [[1, 2], [2, 1]], [[1, 2], [3, 1]]), ("spd(2)", [[2, 1], [1, 2]], [[1, 2], [2, 1]]),
        ("skew(2)", [[0, 2], [-2, 0]], [[1, 2], [-2, 0]]), ("orthogonal(2)", [[0, -1], [1, 0]], [[1, 1], [0, 1]]),
        ("lower(2)", [[1, 0], [5, 1]], [[1, 2], [0, 1]]), ("upper(2)", [[1, 2], [0, 1]], [[1, 0], [5, 1]]),
        ("diagonal(2)", [[1, 0], [0, 2]], [[1, 2], [0, 1]]), ("positive scalar", 2, 0),
        ("positive vector(2)", [1, 2], [1, -2]),
        ("integer", 3, 2.5), ("scalar", 2, 1j),
    ],
)  # fmt: skip
def test_what_was_declared_is_asked_of_values_and_replacements(kind: str, good: Any, bad: Any) -> None:
    e = sd.parse("2*u", f"u: {kind}")
    (u,) = e.symbols
    word = "real" if kind == "scalar" else kind.split("(")[0].split()[0]
    assert np.allclose(e(u=good), 2 * np.array(good))
    with pytest.raises(SymdiffError, match="of u is not" if word != "real" else "u is real"):
        e(u=bad)
    with pytest.raises(SymdiffError, match="of u is not" if word != "real" else "u is real"):
        sd.compile([e, e])(bad)
    assert sd.substitute(e, {u: np.array(good)}) is not e
    replacement = sd.parse("i") if bad == 1j else np.array(bad)
    with pytest.raises(SymdiffError, match=f"not known to be {word}, as `u` is declared"):
        sd.substitute(e, {u: replacement})


def test_structure_may_be_off_by_rounding() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(30, 30))
    q = np.linalg.qr(a)[0]
    nearly = q @ np.diag(rng.uniform(1, 2, 30)) @ q.T
    assert sd.parse("tr(S)", "S: symmetric(n)")(S=nearly) == pytest.approx(np.trace(nearly))
    assert np.isfinite(sd.parse("logdet(S)", "S: spd(n)")(S=nearly))
    assert sd.parse("tr(S)", "S: symmetric(n)")(S=nearly.astype("float32")) == pytest.approx(np.trace(nearly), rel=1e-5)


def test_a_replacement_from_which_it_follows() -> None:
    s, a, k = sd.declare("S: symmetric(n); A: matrix(n, n); K: skew(n)")
    assert str(sd.substitute(s.T @ a, {s: a + a.T})) == "(A + A')*A"
    with pytest.raises(SymdiffError, match="`K` is not known to be symmetric"):
        sd.substitute(s.T, {s: k})
    assert sd.substitute(a.T, {a: k}) is -k


@pytest.mark.parametrize("text", ["f(y) := conj(y); f(z)", "f(y) := imag(y); g(u) := f(u)*u; g(z)"])
def test_a_definition_for_reals_is_refused_what_is_complex(text: str) -> None:
    with pytest.raises(SymdiffError, match="was defined for real"):
        sd.parse(text, LET)


def test_a_definition_that_holds_in_the_plane_takes_what_is_complex() -> None:
    assert str(sd.parse("f(y) := y^2; f(z)", LET)) == "z^2"
    assert str(sd.parse("y: complex scalar; f(y) := conj(y); f(z)", LET)) == "conj(z)"
    assert facts(number(3)) & Fact.ODD
