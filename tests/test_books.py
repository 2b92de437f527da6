"""Every line of the books proves itself, and wrong lines are caught."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from book_proofs import POINTS, SIZES, STRUCTURES, agree, prove_entry, prove_example, prove_law, prove_rule, slope

import symdiff as sd
from symdiff import algebra, book
from symdiff.algebra import Condition, eye, number, ones, symbol, zeros
from symdiff.book import Library, library, use_library
from symdiff.book.library import PHASES
from symdiff.book.meaning import Meanings, read_expression
from symdiff.calculus.differential import differentials
from symdiff.errors import NotSupported, ParseError, ShapeError, SymdiffError, UnknownNameError
from symdiff.evaluation import evaluate
from symdiff.rewriting.rules import table

ENTRIES = [entry for name in library().functions() for entry in library().overloads(name)]
RULES = [rule for phase in PHASES for rule in library().rules(phase)]


def name_of(entry: book.Entry) -> str:
    return f"{entry.name}-{len(entry.params)}"


# ---------------------------------------------------------------- everything in the books


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_an_entry_proves_itself(entry: book.Entry) -> None:
    prove_entry(entry)


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_an_entry_is_complete(entry: book.Entry) -> None:
    examples = entry.block.all("example")
    assert entry.latex and entry.field("source") and examples
    for example in examples:
        assert entry.name in example.text
        prove_example(example)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_sound(rule: book.Rule) -> None:
    prove_rule(rule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_found_where_it_stands(rule: book.Rule) -> None:
    """The engine rewrites an instance of the left side into that of the right side."""
    signed = {c.args[0] for c in rule.conditions if c.predicate in ("positive", "nonnegative", "nonzero")}
    kinds = {c.args[0]: c.predicate for c in rule.conditions if c.predicate in STRUCTURES}
    kinds |= {c.args[0]: "spd" for c in rule.conditions if c.predicate == "invertible"}
    kinds |= dict.fromkeys(signed, "positive")
    whole = {c.args[0] for c in rule.conditions if c.predicate == "integer"}
    values = {}
    for name, v in rule.variables.items():
        if "integer" in v.attr.properties or v in whole:
            values[name] = number({"j": 3, "k": 4}[name])
        else:
            shape = tuple(SIZES.get(str(d), d) for d in v.shape)
            values[name] = symbol(f"given_{name}", shape, {kinds[v]} if v in kinds else v.attr.properties & {"complex"})
    given = Meanings(values, SIZES)
    left, right = (read_expression(side, given) for side in (rule.left, rule.right))
    found = [made.after for made in table(rule.phase).rewritings(left) if made.rule == rule.name]
    assert any(algebra.same(after, right) for after in found)


@pytest.mark.parametrize("law", library().laws(), ids=lambda law: law.name)
def test_a_law_holds(law: book.Law) -> None:
    prove_law(law)


def test_names_are_told_apart() -> None:
    books = library()
    assert books.function("ln") is books.function("log")
    assert books.function("max", 2) is not books.function("max", 1)
    assert {"sin", "arcsin", "trace", "cholesky"} <= books.names()
    assert "softmax" in books.nearest("sofmax")


# ---------------------------------------------------------------- wrong twins


TWINS = {
    "tan": ("(1 + tan(x).^2) .* dx", "(1 - tan(x).^2) .* dx"),
    "acos": ("-dx ./ sqrt(1 - x.^2)", "dx ./ sqrt(1 - x.^2)"),
    "asec": ("dx ./ (x.^2 .* sqrt(1 - 1 ./ x.^2))", "dx ./ (x .* sqrt(x.^2 - 1))"),
    "pow": ("log(u) .* u.^a .* da", "u.^a .* da"),
    "log2": ("dx ./ (log(2)*x)", "dx ./ x"),
    "det": ("tr(adj(X)*dX)", "tr(adj(X)'*dX)"),
    "inv": ("-inv(X)*dX*inv(X)", "-inv(X)*inv(X)*dX"),
    "norm2": ("sum(x .* dx, axis=axis) ./ norm2(x, axis=axis)", "sum(x .* dx, axis=axis)"),
    "softmax": ("softmax(x, axis=axis) .* dx\n", "softmax(x, axis=axis)\n"),
    "softplus": ("def      log(1 + exp(x))", "def      log(2 + exp(x))"),
    "sigmoid": ("kernel   exp(-logaddexp(0, -x))", "kernel   exp(-logaddexp(0, x))"),
    "solve": ("b: solve(A', g)", "b: solve(A, g)"),
    "sylvester": ("C: sylvester(A', B', g)", "C: sylvester(A, B, g)"),
    "lyap": ("lyap(A, dQ - dA*lyap(A, Q) - lyap(A, Q)*dA')", "lyap(A, dQ - dA*lyap(A, Q) - lyap(A, Q)*dA)"),
    "pinv": ("dX'*pinv(X)'*pinv(X) - pinv(X)*dX*pinv(X)", "dX'*pinv(X)'*pinv(X)"),
    "cross": ("cross(x, dy) - cross(y, dx)", "cross(x, dy) + cross(y, dx)"),
    "abs": ("real(conj(x) .* dx) ./ abs(x)", "real(x .* dx) ./ abs(x)"),
    "expm_frechet": ("expm_frechet(X, dE) + expm_frechet(X, E, dX)", "expm_frechet(X, dE)"),
}


@pytest.mark.parametrize("name", TWINS)
def test_a_wrong_entry_is_caught(name: str) -> None:
    right, wrong = TWINS[name]
    with use_library(_changed(right, wrong)) as books:
        with pytest.raises(AssertionError):
            for entry in books.overloads(name):
                prove_entry(entry)


WRONG_RULES = [
    "sqrt(u^2) -> u",
    "log(u*v) -> log(u) + log(v)",
    "log(u^2) -> 2*log(u)",
    "tan(u)^2 - sec(u)^2 -> 1",
    "asin(sin(u)) -> u",
    "sign(u)^2 -> 1",
    "acosh(cosh(u)) -> u",
    "expm(X + Y) -> expm(X)*expm(Y)    where X: matrix(n, n), Y: matrix(n, n)",
    "sqrtm(X*X) -> X    where X: matrix(n, n)",
    "expm_frechet(X, Y) -> expm(X)*Y    where X: matrix(n, n), Y: matrix(n, n)",
    "sylvester(X, Y, Z) -> sylvester(Y, X, Z)    where X: matrix(n, n), Y: matrix(n, n), Z: matrix(n, n)",
    "inv(X*Y) -> inv(X)*inv(Y)    where X: matrix(n, n), Y: matrix(n, n)",
    "adj(X) -> det(X)*inv(X)    where X: matrix(n, n)",
    "norm2(c*x) -> c*norm2(x)    where x: vector(n)",
    "det(Q) -> 1    where Q: matrix(n, n), orthogonal(Q)",
    "det(Q) -> -1    where Q: matrix(n, n), orthogonal(Q)",
]


@pytest.mark.parametrize("text", WRONG_RULES)
def test_a_wrong_rule_is_caught(text: str) -> None:
    with use_library(library().with_text(f"rule wrong (simplify): {text}")) as books:
        with pytest.raises(AssertionError):
            prove_rule(books.rules("simplify")[-1])


def test_a_wrong_example_and_a_wrong_law_are_caught() -> None:
    text = "fn half(x) elementwise\n  def x/2\n  example half(4) = 3\nlaw wrong: d(u*v) = d(u)*d(v)"
    with use_library(library().with_text(text)) as books:
        entry = books.function("half")
        assert entry is not None
        with pytest.raises(AssertionError):
            prove_example(entry.block.all("example")[0])
        with pytest.raises(AssertionError):
            prove_law(books.laws()[-1])


def _changed(old: str, new: str) -> Library:
    """The default books with one piece of text replaced."""
    sources = [book.Source(s.name, s.text.replace(old, new)) for s in library().sources]
    assert sources != list(library().sources), f"{old!r} is in no book"
    return Library(sources)


# ---------------------------------------------------------------- stable forms, at the edges


STABLE: dict[str, Callable[[Any], Any]] = {
    "softplus(x)": lambda x: mp.log(1 + mp.exp(x)),
    "log(1 + exp(x))": lambda x: mp.log(1 + mp.exp(x)),
    "logaddexp(x, 3)": lambda x: mp.log(mp.exp(x) + mp.exp(3)),
    "sigmoid(x)": lambda x: 1 / (1 + mp.exp(-x)),
    "exp(x)/(1 + exp(x))": lambda x: 1 / (1 + mp.exp(-x)),
    "1/(1 + exp(-x))": lambda x: 1 / (1 + mp.exp(-x)),
    "1 - sigmoid(x)": lambda x: 1 / (1 + mp.exp(x)),
    "logsigmoid(x)": lambda x: -mp.log(1 + mp.exp(-x)),
    "log(sigmoid(x))": lambda x: -mp.log(1 + mp.exp(-x)),
    "exp(x) - 1": mp.expm1,
    "log(1 + x^2)": lambda x: mp.log1p(x**2),
    "1 - tanh(x)^2": lambda x: mp.sech(x) ** 2,
    "1 - cos(x)": lambda x: 1 - mp.cos(x),
    "sqrt(x^2 + 9)": lambda x: mp.sqrt(x**2 + 9),
    "coth(x)": mp.coth,
    "sech(x)": mp.sech,
    "silu(x)": lambda x: x / (1 + mp.exp(-x)),
    "mish(x)": lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))),
    "gelu(x)": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "normcdf(x)": mp.ncdf,
    "log(normcdf(x))": lambda x: mp.log(mp.ncdf(x)) if x < 0 else mp.log1p(-mp.ncdf(-x)),
    "exp(-x^2/2)/normcdf(x)": lambda x: mp.exp(-(x**2) / 2) / mp.ncdf(x),
    "sinc(x)": lambda x: mp.sin(x) / x,
    "sinc_d(1, x)": lambda x: mp.cos(x) / x - mp.sin(x) / x**2,
    "sinc_d(2, x)": lambda x: -mp.sin(x) / x - 2 * mp.cos(x) / x**2 + 2 * mp.sin(x) / x**3,
}


@pytest.mark.parametrize("text", STABLE)
def test_code_neither_overflows_nor_loses_digits(text: str) -> None:
    run = sd.compile(text)
    with mp.workdps(700), np.errstate(over="raise", invalid="raise", divide="raise"):
        for x0 in (-700.0, -40.0, -6.0, -1e-9, 1e-9, 0.5, 6.0, 40.0, 700.0):
            exact = STABLE[text](mp.mpf(x0))
            error = abs(float(run(x0)) - exact) / max(abs(exact), mp.mpf(10) ** -300)
            assert error < 1e-12, f"{text} at {x0}: {run(x0)}"


BESSEL: dict[str, Callable[..., Any]] = {
    "besselj": mp.besselj, "bessely": mp.bessely, "besseli": mp.besseli, "besselk": mp.besselk,
}  # fmt: skip


@pytest.mark.parametrize("name", BESSEL)
def test_bessel_functions_have_their_digits(name: str) -> None:
    """At small and large numbers and orders, beside their size where they swing about 0."""
    run = sd.compile(sd.parse(f"{name}(k, x)", "k: integer; x: scalar"))
    with mp.workdps(40):
        for order, x0 in itertools.product((0, 1, 2, 5, 30, -3), (1e-6, 0.4, 2.0, 8.5, 24.0, 26.0, 60.0, 600.0)):
            exact = BESSEL[name](abs(order), mp.mpf(x0)) * (-1 if order < 0 and name[-1] in "jy" else 1)
            swing = mp.sqrt(2 / (mp.pi * x0)) if name[-1] in "jy" and x0 > abs(order) else 0
            assert abs(float(run(k=order, x=x0)) - exact) < 1e-13 * max(abs(exact), swing), f"{order} {x0}"


def test_the_derivatives_of_sinc_at_zero() -> None:
    f = "sinc(x)"
    for order, value in enumerate((1, 0, Fraction(-1, 3), 0, Fraction(1, 5)), 0):
        derivative = sd.diff(f, *["x"] * order) if order else sd.parse(f)
        assert float(sd.compile(derivative)(0.0)) == pytest.approx(float(value), abs=1e-15)


LARGE = ["softmax(x)", "exp(x)/sum(exp(x))", "logsumexp(x)", "log(sum(exp(x)))", "log(softmax(x))"]


@pytest.mark.parametrize("text", LARGE)
def test_code_on_large_vectors_stays_finite(text: str) -> None:
    run = sd.compile(sd.parse(text, "x: vector(n)"))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.all(np.isfinite(run(np.array([800.0, -800.0, 799.0]))))


# ---------------------------------------------------------------- what the books say of a node


X = symbol("X", (3, 3))
x, dx = symbol("x"), symbol("dx")
v, dv = symbol("v", (3,)), symbol("dv", (3,))


def test_applying_builds_the_node_of_the_entry() -> None:
    assert book.apply("sin", (x,)) is algebra.fmap("sin", x)
    assert book.apply("softmax", (v,), axis=-1) is algebra.call("softmax", (v,), (("axis", None),), (3,))
    assert book.apply("logsumexp", (X,), axis=1, keepdims=True).shape == (3, 1)
    assert book.apply("matpow", (X,), k=3) is book.apply("matpow", (X, number(3)))
    assert book.apply("matpow", (X, number(0))) is eye(3)
    assert book.apply("max", (v, x)).op == "map" and book.apply("max", (v,)).op == "reduce"
    assert book.apply("leaky_relu", (x,)).args[1] is number(Fraction(1, 100))
    assert book.apply("ones", (number(2), number(3))) is ones((2, 3))
    assert book.apply("stack", (v, v), axis=-1).shape == (3, 2)
    assert book.apply("concat", (X, X), axis=1).shape == (3, 6)
    assert book.apply("reshape", (X, algebra.size_scalar(9))).shape == (9,)


def test_a_differential_is_filled_in_and_what_does_not_move_is_left_out() -> None:
    power = algebra.power(x, number(3))
    assert book.differential_of(power, [dx, None]) is algebra.mul(number(3), algebra.power(x, number(2)), dx)
    assert book.differential_of(book.apply("sin", (x,)), [dx]) is algebra.mul(book.apply("cos", (x,)), dx)
    solved = book.apply("solve", (X, v))
    assert book.differential_of(solved, [None, dv]) is book.apply("solve", (X, dv))
    assert book.differential_of(book.apply("sign", (v,)), [dv]) is zeros((3,))
    cubes = algebra.power(v, number(3))
    assert book.differential_of(cubes, [dv, None]) is algebra.scale(
        number(3), algebra.hadamard(algebra.power(v, number(2)), dv)
    )


def test_conditions_are_those_that_facts_do_not_settle() -> None:
    positive = symbol("t", (), {"positive"})
    assert book.conditions_of(book.apply("log", (x,))) == (Condition("positive", (x,)),)
    assert book.conditions_of(book.apply("log", (positive,))) == ()
    assert book.conditions_of(algebra.power(x, number(2))) == ()
    assert book.conditions_of(algebra.power(x, number(-1))) == (Condition("nonzero", (x,)),)
    assert book.conditions_of(book.apply("inv", (X,))) == (Condition("invertible", (X,)),)
    assert book.conditions_of(book.apply("abs", (x,)), smooth=False) == ()


def test_what_no_book_has_is_refused_by_name() -> None:
    with pytest.raises(UnknownNameError, match="sinn") as unknown:
        book.apply("sinn", (x,))
    assert "sin" in str(unknown.value.hint)
    with use_library(library().with_text("later hankel")), pytest.raises(NotSupported, match="hankel"):
        book.apply("hankel", (X,))
    with pytest.raises(ShapeError, match="square"):
        book.apply("det", (symbol("A", (2, 3)),))
    with pytest.raises(SymdiffError, match="keyword"):
        book.apply("sin", (x,), axis=0)
    with pytest.raises(NotSupported, match="whole number"):
        book.apply("eigval", (X, x))


# ---------------------------------------------------------------- a book of one's own


OWN = """
fn softplus2(x) elementwise
  def      log(2 + exp(x))
  d        exp(x) ./ (2 + exp(x)) .* dx
  example  softplus2(0) = log(3)

fn mahalanobis(x: vector(n), S: matrix(n, n))
  def      sqrt(x'*inv(S)*x)
  smooth   mahalanobis(x, S) > 0, invertible(S), x'*inv(S)*x > 0
  example  mahalanobis([3, 4], eye(2)) = 5

fn spread(x: array) along axis keepdims
  def      max(x, axis=axis) - min(x, axis=axis)
  smooth   unique_max(x), unique_min(x)
  example  spread([1, 5, 3]) = 4

fn cube(x) elementwise
  def      x.^3
  example  cube(2) = 8
"""


@pytest.mark.parametrize("name", ["softplus2", "mahalanobis", "spread", "cube"])
def test_a_new_entry_proves_itself(name: str) -> None:
    with use_library(library().with_text(OWN)) as books:
        entry = books.function(name)
        assert entry is not None
        assert prove_entry(entry) >= POINTS
        prove_example(entry.block.all("example")[0])


def test_a_new_entry_differentiates_twice() -> None:
    with use_library(library().with_text(OWN)):
        e = book.apply("softplus2", (x,))
        [first] = differentials([e], {x: number(1)})
        [second] = differentials([first], {x: number(1)})
        values, direction = {"x": np.asarray(0.3)}, {"dx": np.asarray(1.0)}
        agree(evaluate(second, values), slope(first, values, direction), "second derivative")


@pytest.mark.parametrize(
    ("text", "by", "declarations"),
    [
        ("softplus2(t)", "t", "t: scalar"),
        ("sum(softplus2(x))", "x", "x: vector(3)"),
        ("mahalanobis(x, S)", "x", "x: vector(3); S: spd(3)"),
        ("mahalanobis(x - y, S)", "y", "x, y: vector(n); S: spd(n)"),
        ("sum(spread(X, axis=1).*y)", "X", "X: matrix(m, n); y: vector(m)"),
        ("cube(t)*softplus2(t)", "t", "t: scalar"),
    ],
)
def test_a_new_entry_goes_all_the_way(text: str, by: str, declarations: str) -> None:
    """It is read, printed, differentiated twice, checked and run."""
    with use_library(library().with_text(OWN)):
        e = sd.parse(text, declarations)
        assert sd.parse(str(e), declarations) is e
        assert text.split("(")[0] in e.latex().replace(r"\operatorname", "") or "sum" in text
        first = sd.grad(text, by, declarations)
        assert sd.check(text, by, first, declarations=declarations)
        assert sd.hessian(text, by, declarations).shape == first.shape * 2
        rng = np.random.default_rng(3)
        root = rng.normal(size=(3, 3))
        values = {"t": 0.7, "x": rng.normal(size=3), "y": rng.normal(size=3), "S": root @ root.T, "X": root}
        given = {s.name: values[s.name] for s in first.symbols}
        agree(sd.compile(first)(**given), evaluate(first, given), text, 1e-9)


def test_one_changed_line_changes_the_result() -> None:
    before = book.differential_of(book.apply("sin", (x,)), [dx])
    with use_library(_changed("  d        cos(x) .* dx", "  d        -cos(x) .* dx")):
        assert book.differential_of(book.apply("sin", (x,)), [dx]) is not before
    assert book.differential_of(book.apply("sin", (x,)), [dx]) is before


# ---------------------------------------------------------------- errors name file and line


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("fnn f(x)", 1, "begins with fn"),
        ("\n  d 1", 2, "before the first entry"),
        ("fn f(x) elementwise\n  dd  1", 2, "unknown field"),
        ("fn f(x) elementwise\n  d\n", 2, "empty"),
        ("fn f(x) elementwise\n  d 1\n  d 2", 3, "twice"),
        ("fn f(x: horse)", 1, "unknown kind"),
        ("fn f(x, x)", 1, "named twice"),
        ("fn f(x) backwards", 1, "after the parameters"),
        ("fn f(x", 1, "not closed"),
        ("fn f(x) -> like y", 1, "no parameter"),
        ("rule r (nowhere): x -> x", 1, "phase"),
        ("rule r (simplify): x", 1, "two sides"),
        ("fn f(x) elementwise\n  def  x +", 2, ""),
        ("fn f(x) elementwise\n  def  x .* y", 2, "y"),
        ("fn f(x) elementwise\n\n  def  x\n  d    nosuch(x) .* dx", 4, "nosuch"),
        ("fn f(x) elementwise\n  d dx\n  domain x + 1", 3, "comparison"),
        ("fn f(x: array)\n  note nothing else", 1, "shape"),
        ("fn f(x: array)\n  def f(x)", 2, "itself"),
        ("fn f(x) elementwise\n  def 1 + f(x/2)", 2, "itself"),
    ],
)
def test_errors_name_book_and_line(text: str, line: int, said: str) -> None:
    with pytest.raises(SymdiffError, match=f"mine.book, line {line}: .*{said}") as caught:
        with use_library(library().with_text(text, "mine.book")) as books:
            books.rules("simplify")
            e = book.apply("f", (v,))
            book.expand(e)
            book.differential_of(e, [dv])
            book.conditions_of(e)
    assert caught.value.line == line


def test_a_field_is_read_once_whatever_the_sizes_are_called() -> None:
    def gradient(m: str, n: str) -> str:
        declarations = f"X: matrix({m}, {n}); Y: matrix({n}, {m}); v: vector({n})"
        found = sd.grad("std(X*v) + logdet(Y*X) + sum(pinv(X))", "X", declarations)
        return re.sub(r"\b[a-z]\b", lambda name: {m: "rows", n: "columns"}.get(name[0], name[0]), str(found))

    first = gradient("m", "n")
    assert "/rows" in first and "eye(columns)" in first
    kept = {entry: len(entry.templates) for entry in ENTRIES}
    assert gradient("p", "q") == first
    assert {entry: len(entry.templates) for entry in ENTRIES} == kept
    assert gradient("q", "p") == first


def test_a_field_continues_on_deeper_lines() -> None:
    text = "fn f(x) elementwise\n  d   sin(x)   # a comment\n      .* dx\n"
    with use_library(library().with_text(text)):
        assert book.differential_of(book.apply("f", (x,)), [dx]) is algebra.mul(book.apply("sin", (x,)), dx)


def test_a_parse_error_is_one() -> None:
    with pytest.raises(ParseError):
        library().with_text("what is this")
