"""Equations are solved: exactly, or in digits; what is printed is right, and what has no solution says so."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest

import symdiff as sd
from symdiff.cli import main
from symdiff.equations import sides_of
from symdiff.evaluation import evaluate as in_floats

ROOTS = [  # equation in x, its solutions
    ("x^2 = 4", "[-2, 2]"),
    ("x^2 == 2", "[-sqrt(2), sqrt(2)]"),
    ("3*x + 1 = 2*x", "[-1]"),
    ("x^2 - x = 1", "[(1 - sqrt(5))/2, (1 + sqrt(5))/2]"),
    ("(x - 1)^2 = 0", "[1]"),
    ("x^4 - 5x^2 + 4 = 0", "[-2, -1, 1, 2]"),
    ("x^3 = 2", "[2^(1/3)]"),
    ("x^3 = -8", "[-2]"),
    ("x^4 = 10*x^2 - 1", "[-sqrt(5 + 2*sqrt(6)), -sqrt(5 - 2*sqrt(6)), sqrt(5 - 2*sqrt(6)), sqrt(5 + 2*sqrt(6))]"),
    ("x^5 - x - 1 = 0", "[1.16730397826142]"),
    ("x^2 - 2*pi*x + pi^2 = 0", "[pi]"),
    ("x^2 - sqrt(2)*x = 0", "[0, sqrt(2)]"),
    ("1/x + 1/(x + 1) = 3/2", "[-2/3, 1]"),
    ("0.5*x^2 = 1", "[-1.4142135623731, 1.4142135623731]"),
    ("0.1*x = 0.3", "[3]"),
    ("10^30*x^2 = 1", "[-1e-15, 1e-15]"),
    ("sqrt(x) = 3", "[9]"),
    ("sqrt(x + 1) + sqrt(x - 1) = 2", "[5/4]"),
    ("sqrt(x) = x - 2", "[4]"),
    ("sqrt(x^2 - 2) = 0", "[-sqrt(2), sqrt(2)]"),
    ("x^(2/3) = 4", "[8]"),
    ("abs(x - 1) = 2", "[-1, 3]"),
    ("abs(x) + abs(x - 2) = 4", "[-1, 3]"),
    ("e^(2x) - 3e^x + 2 = 0", "[0, log(2)]"),
    ("exp(x) + exp(-x) = 4", "[log(2 - sqrt(3)), log(2 + sqrt(3))]"),
    ("2^x = 8", "[3]"),
    ("3^x = 2^(x + 1)", "[-log(2)/log(2/3)]"),
    ("log(x) + log(x + 1) = log(6)", "[2]"),
    ("log(x, 2) = 5", "[32]"),
    ("x*log(x) = 0", "[1]"),
    ("cosh(x) = 2", "[-acosh(2), acosh(2)]"),
    ("x^x = 4", "[2]"),
    ("x^2 = 2^x", "[-0.766664695962123, 2, 4]"),
    ("tan(x) = x", "[-7.72525183693771, -4.49340945790906, 0, 4.49340945790906, 7.72525183693771]"),
    ("x = cos(x)", "[0.739085133215161]"),
    ("(x - cos(x))^2 = 0", "[0.739085133215161]"),
    ("e^x - 1 - x = 0", "[0]"),
    ("sqrt(x)*(e^x - x - 2) = 0", "[0, 1.14619322062058]"),
    ("abs(sin(x)) = x/2", "[0, 1.89549426703398]"),
    ("max(x, 2) = 3", "[3]"),
    ("log(x) = 10", "[e^10]"),
    ("det([2, 1; 1, 2] - x*eye(2)) = 0", "[1, 3]"),
    ("x*[1, 2] = [2, 4]", "[2]"),
    ("sum(k = 1..3, x^k) = 14", "[2]"),
]
IN_A_RANGE = [
    ("sin(x) = 1/2", "0, 7", "[pi/6, 5*pi/6, 13*pi/6]"),
    ("sin(x) + cos(x) = 1", "0, 7", "[0, pi/2, 2*pi]"),
    ("sin(x)^2 + cos(x) = 1", "0, 3", "[0, pi/2]"),
    ("3*sin(x) + 4*cos(x) = 5", "0, 2", "[asin(3/5)]"),
    ("cos(3x) = 1", "0, 2pi", "[0, 2*pi/3, 4*pi/3, 2*pi]"),
    ("tan(x) = sin(x)", "-1, 4", "[0, pi]"),
    ("sin(x)/x = 0", "-4, 4", "[-pi, pi]"),
    ("sin(x) = cos(2x)", "0, 2*pi", "[pi/6, 5*pi/6, 3*pi/2]"),
    ("(x - cos(x))^3*(e^x - 2)^2 = 0", "0, 1", "[log(2), 0.739085133215161]"),
    ("sin(2x) = sin(x)", "0, 4", "[0, pi/3, pi]"),
    ("x^2 = 4", "0, 5", "[2]"),
    ("tan(x) = 1", "-3, 3", "[-3*pi/4, pi/4]"),
    ("gamma(x) = 6", "-3, 5", "[-1.90818304672081, -1.16123274111097, 0.155222186160333, 4]"),
    ("sin(1/x) = 0", "1/10, 1", "[0.106103295394597, 0.159154943091895, 0.318309886183791]"),
]


@pytest.mark.parametrize(("text", "printed"), ROOTS)
def test_the_roots_of_an_equation(text: str, printed: str) -> None:
    found = sd.parse(f"solve({text}, x)")
    assert str(found) == printed
    _require_solved(text, found)


@pytest.mark.parametrize(("text", "ends", "printed"), IN_A_RANGE)
def test_the_roots_in_a_range(text: str, ends: str, printed: str) -> None:
    found = sd.parse(f"solve({text}, x, {ends})")
    assert str(found) == printed
    _require_solved(text, found)


def _require_solved(text: str, found: sd.Expr) -> None:
    roots = np.atleast_1d(in_floats(found, {}))
    assert np.all(np.diff(roots) > 0)
    for root in roots:
        left, right = (in_floats(sd.parse(side, x="scalar"), {"x": root}) for side in sides_of(text))
        assert left == pytest.approx(right, rel=1e-6, abs=1e-6)


NAMES = [  # of equations with other names: solutions, and where they are these
    ("a*x = b, x", "[b/a]", "a != 0"),
    ("a*x = b*x, x", "[0]", "b != a"),
    ("(a^2 - 1)*x = a - 1, x", "[1/(a + 1)]", "abs(a) != 1"),
    ("a*x^2 + b*x + c = 0, x", "[-(b + sqrt(b^2 - 4*a*c))/(2*a), (sqrt(b^2 - 4*a*c) - b)/(2*a)]",
     "a != 0, b^2 >= 4*a*c"),
    ("x^2 - (a + b)*x + a*b = 0, x", "[a, b]", ""),
    ("x^2 = a, x", "[-sqrt(a), sqrt(a)]", "a >= 0"),
    ("x^3 = a, x", "[cbrt(a)]", ""),
    ("1/x = a, x", "[1/a]", "a != 0"),
    ("sqrt(x) = a, x", "[a^2]", "a >= 0"),
    ("abs(x) = a, x", "[-a, a]", "a >= 0"),
    ("e^x = a, x", "[log(a)]", "a > 0"),
    ("log(x) = log(a), x", "[a]", "a > 0"),
    ("sin(x) = a, x", "[asin(a), pi - asin(a)]", "abs(a) <= 1"),
    ("s = s_0 + v*t, t", "[(s - s_0)/v]", "v != 0"),
    ("[a*x + b*y = c, x - y = 1], [x, y]", "[(c + b)/(a + b), (c - a)/(a + b)]", "a + b != 0"),
    ("[x + y = 1, x + y = a], [x, y]", "[1 - y, y]", "a == 1"),
    ("[x^2 + y^2 = 1], [x, y]", "[-sqrt(1 - y^2), y; sqrt(1 - y^2), y]", "y^2 <= 1"),
    ("A*x = b, x", "solve(A, b)", "A is invertible"),
    ("[2, 1; 1, 3]*x = [1, 2], x", "[1/5, 3/5]", ""),
    ("x = 2*[1, 2], x", "[2, 4]", ""),
    ("grad(norm2(X*w - y)^2 + t*w'*w, w) = 0, w", "solve(X'*X + t*eye(n), X'*y)", "X'*X + t*eye(n) is invertible"),
    ("2*A*X + X = B, X", "solve(2*A + eye(m), B)", "2*A + eye(m) is invertible"),
    ("X*A = B, X", "solve(A', B')'", "A is invertible"),
    ("X = A, X", "A", ""),
    ("P = P0*e^(r*t), t", "[log(P/P0)/r]", "P/P0 > 0, r != 0"),
    ("E = m*c^2, m", "[E/c^2]", "c != 0"),
    ("x*tr(A) = 2, x", "[2/tr(A)]", "tr(A) != 0"),
    ("x'*A*x = t, t", "[x'*A*x]", ""),
    ("x^2 = det(A), x", "[-sqrt(det(A)), sqrt(det(A))]", "det(A) >= 0"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "printed", "where"), NAMES)
def test_solutions_with_names_state_where_they_are_such(
    asked: str, printed: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"solve({asked})"]) == 0
    assert capsys.readouterr().out == f"{printed}\n" + (f"where {where}\n" if where else "")


SYSTEMS = [
    ("[x + y = 3, x - y = 1], [x, y]", "[2, 1]"),
    ("[x + y + z = 6, x - y + z = 2, 2x + y - z = 1], [x, y, z]", "[1, 2, 3]"),
    ("[1, 2; 3, 4]*[x, y] = [5, 6], [x, y]", "[-4, 9/2]"),
    ("[x = 0.5; y = 2x], [x, y]", "[0.5, 1]"),
    ("[x + y = 3, x*y = 2], [x, y]", "[1, 2; 2, 1]"),
    ("[x*y = 0, x + y = 1], [x, y]", "[0, 1; 1, 0]"),
    ("[x^2 + y^2 = 25, y = x + 1], [x, y]", "[-4, -3; 3, 4]"),
    ("[x^2 + y^2 = 5, x*y = 2], [x, y]", "[-2, -1; -1, -2; 1, 2; 2, 1]"),
    ("[x^2 + x*y + y^2 = 7, x^2 - x*y + y^2 = 3], [x, y]", "[-2, -1; -1, -2; 1, 2; 2, 1]"),
    ("[x*y = 1, y*z = 2, x*z = 3], [x, y, z]",
     "[-sqrt(6)/2, -sqrt(6)/3, -sqrt(6); sqrt(6)/2, sqrt(6)/3, sqrt(6)]"),
    ("[sqrt(x) + y = 3, x = 4], [x, y]", "[4, 1]"),
    ("[x^2 = 1, x^3 = 1], x", "[1]"),
    ("[e^x + y = 1, x = y], [x, y]", "[0, 0]"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "printed"), SYSTEMS)
def test_systems(asked: str, printed: str) -> None:
    assert str(sd.parse(f"solve({asked})")) == printed


ERRORS = [
    ("solve(x^2 - 4, x)", "write `solve(x^2 - 4 = 0, …)`"),
    ("solve([x + y - 3, x - y], [x, y])", "an equation is `left = right`"),
    ("solve(x!=24, x)", "write `x! = 24`"),
    ("solve(x > 2, x)", "`>` is no equation"),
    ("solve(atan(x) = 2, x)", "no real x solves"),
    ("solve(0*x = 0, x)", "every x solves"),
    ("solve(0*x = 1, x)", "no x solves"),
    ("solve(x/x = 1, x)", "every x with x != 0"),
    ("solve(log(x^2) = 2*log(x), x)", "every x with x > 0"),
    ("solve(abs(x) = x, x)", "every x with x >= 0"),
    ("solve(sqrt(x^2) = x, x)", "every x from 0 to 10"),
    ("solve(x/(x - 1) = 1/(x - 1), x)", "no real x solves"),
    ("solve(x^2/x = 0, x)", "no real x solves"),
    ("solve(sqrt(x) = -1, x)", "no real x solves"),
    ("solve(e^x = -1, x)", "no real x solves"),
    ("solve(cos(x) = 2, x)", "no real x solves"),
    ("solve(log(x) = log(-x), x)", "no real x solves"),
    ("solve(x^2 = -1, x)", "complex numbers declare `x: complex scalar`"),
    ("solve(floor(x) = 1/2, x)", "no x between -10 and 10"),
    ("solve(x^3 + a*x = 1, x)", "no formula for `x`"),
    ("solve(x = 2, z)", "`z` does not occur"),
    ("solve([x = 1, y], x)", "this is no equation"),
    ("solve(x = 2, 3)", "is no name to solve for"),
    ("solve(x + y = 2)", "which names are unknown"),
    ("solve(x = 2, x, 5, 1)", "the smaller one first"),
    ("solve(x = y = 2, x)", "does not fit here"),
    ("solve([x + y = 1, x + y = 2], [x, y])", "no real x, y solves all"),
    ("solve(X*X = A, X)", "if it is linear in it"),
    ("solve(A*X + X*B = C, X)", "solved by `sylvester(A, B, C)`"),
    ("solve(norm2(x) = 1, x)", "declare what is a number"),
    ("2*(x = 3)", "at top level only"),
]


@pytest.mark.parametrize(("text", "said"), ERRORS)
def test_what_is_not_solved_says_why(text: str, said: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        sd.parse(text)
    assert said in str(caught.value)


def test_words_of_a_declaration_are_kept() -> None:
    for word, printed in [("positive scalar", "[2]"), ("integer", "[-2, 2]"), ("complex scalar", "[-2, 2]")]:
        assert str(sd.parse("solve(x^2 = 4, x)", x=word)) == printed
    assert str(sd.parse("solve(x^2 = -1, x)", x="complex scalar")) == "[-i, i]"
    assert str(sd.parse("solve(x^2 + i*x + 2 = 0, x)")) == "[-2*i, i]"
    assert str(sd.parse("solve(x^3 = 1, x)", x="complex scalar")) == "[(-1 - sqrt(3)*i)/2, (-1 + sqrt(3)*i)/2, 1]"


def test_what_was_searched_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve(x = cos(x), x)"]) == 0
    assert "note: 1 root found between -10 and 10; others may lie outside\n" in capsys.readouterr().err
    assert main(["solve(sin(x) = 0, x, 0, 4)"]) == 0
    assert "note: 2 roots found between 0 and 4; more are 2*pi apart\n" in capsys.readouterr().err
    assert main(["solve((x - 1)^3*(x + 2)^2 = 0, x)"]) == 0
    err = capsys.readouterr().err
    assert "-2 is a double root" in err and "1 is a triple root" in err
    assert main(["solve(x + y = 1, [x, y])"]) == 0
    assert "infinitely many solutions: y is free" in capsys.readouterr().err


def test_solutions_are_expressions_like_others() -> None:
    assert str(sd.parse("f(t) := t^2 - 3; 2*solve(f(x) = 1, x)[1]").value()) == "4"
    assert str(sd.parse("x := 3; x*solve(x^2 = 4, x)").value()) == "[-6, 6]"
    assert str(sd.parse("solve(log(x) = 1000, x)")) == "[e^1000]"
    assert str(sd.parse("solve(A, b)", A="matrix(n, n)", b="vector(n)")) == "solve(A, b)"


def test_entries_of_arrays_stand_in_solutions() -> None:
    assert str(sd.parse("solve(x*b'*b = 1, x)", b="vector(2)")) == "[1/(b[0]^2 + b[1]^2)]"
    found = sd.parse("solve(det(A - t*eye(2)) = 0, t)", A="matrix(2, 2)")
    assert np.allclose(found(A=[[1, 2], [3, 4]]), np.linalg.eigvals([[1, 2], [3, 4]]))
    found = sd.parse("solve(A*[x, y] = [1, 2], [x, y])", A="matrix(2, 2)")
    assert np.allclose(found(A=[[1, 2], [3, 4]]), np.linalg.solve([[1, 2], [3, 4]], [1, 2]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_root_that_is_known_is_found_and_no_other_is_wrong(seed: int) -> None:
    random, tried = Random(seed), 0
    while tried < 60:
        text, at = _formula(random, random.randint(1, 3)), Fraction(random.randint(-20, 20), 4)
        f = sd.parse(text, x="scalar")
        try:
            right = sd.substitute(f, {"x": sd.parse(f"({at})")}).value()
            found = sd.parse(f"solve({text} = {right}, x)")
        except sd.LimitError:  # more roots than are listed
            continue
        except sd.SymdiffError as error:
            assert "every x" in str(error) or not f.symbols, (text, at, str(error))
            continue
        roots, tried = np.atleast_1d(in_floats(found, {})), tried + 1
        assert np.min(np.abs(roots - float(at))) < 1e-6, (text, at, found)
        for root in roots:
            assert in_floats(f, {"x": root}) == pytest.approx(float(in_floats(right, {})), rel=1e-5, abs=1e-5)


def _formula(random: Random, depth: int) -> str:
    if not depth:
        return random.choice(["x", "x", "x", str(random.randint(1, 5))])
    a, b = _formula(random, depth - 1), _formula(random, depth - 1)
    forms = [f"({a} + {b})", f"({a})*({b})", f"({a} - {b})", f"sin({a})", f"exp({a}/4)", f"log(abs({a}) + 1)"]
    return random.choice([*forms, f"sqrt(({a})^2 + 1)", f"({a})^2", f"({a})/(({b})^2 + 1)", f"cos({a})"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_solution_of_a_system_that_is_known_is_found(seed: int) -> None:
    random, tried = Random(seed), 0
    while tried < 60:
        names = random.choice(["xy", "xy", "xyz"])
        at = {name: random.randint(-4, 4) for name in names}
        sums = [_polynomial(random, names) for _ in names]
        f = [sd.parse(text, dict.fromkeys(names, "scalar")) for text in sums]
        right = [int(in_floats(e, at)) for e in f]
        equations = ", ".join(f"{text} = {value}" for text, value in zip(sums, right, strict=True))
        try:
            found = sd.parse(f"solve([{equations}], [{', '.join(names)}])")
        except sd.SymdiffError as error:
            assert isinstance(error, sd.NotSupported | sd.LimitError) or "does not occur" in str(error), equations
            continue
        tried += 1
        if found.symbols:
            continue
        rows = np.atleast_2d(in_floats(found, {}))
        assert any(np.allclose(row, list(at.values()), atol=1e-6) for row in rows), (equations, at)
        for row in rows:
            values = [in_floats(e, dict(zip(names, row, strict=True))) for e in f]
            assert np.allclose(values, right, rtol=1e-6, atol=1e-5), (equations, row)


def _polynomial(random: Random, names: str) -> str:
    degree = random.choice([1, 1, 2, 2, 3] if len(names) == 2 else [1, 1, 2])
    terms = [[random.choice(names) for _ in range(random.randint(1, degree))] for _ in range(random.randint(1, 3))]
    return " + ".join(f"({random.choice([-3, -2, -1, 1, 2, 3])})*{'*'.join(term)}" for term in terms)


def test_python() -> None:
    x, a = sd.declare("x: scalar; a: scalar")
    assert str(sd.solve(sd.eq(x**2, 4), x)) == "[-2, 2]"
    assert str(sd.solve(["x + y = 3", "x - y = 1"], ["x", "y"])) == "[2, 1]"
    assert str(sd.solve("x^2 = 4")) == "[-2, 2]"
    with pytest.warns(sd.AssumptionWarning, match="where a != 0"):
        assert str(sd.solve(sd.eq(a * x, 1), x)) == "[1/a]"
    with pytest.warns(sd.AssumptionWarning, match="found between 0 and 1"):
        assert str(sd.solve("x = cos(x)", "x", between=(0, 1))) == "[0.739085133215161]"
    with pytest.raises(sd.NoSolution):
        sd.solve("x = x + 1", "x")
    with pytest.raises(sd.SymdiffError, match="two sides"):
        sd.solve(x**2, x)
