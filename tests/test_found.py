"""The rows of found.md, a line each: what deliberate searches and real jobs found wrong, and what is due there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import same
from symdiff.cli import main
from symdiff.evaluation import Point

# f, variable, a wrong derivative, declarations
WRONG = [
    ("hardtanh(tr(X))", "X", "2*where(abs(tr(X)) <= 1, 1, 0)*eye(n)", "X: matrix(n, n)"),
    ("relu(t - 1)", "t", "0", "t: scalar"),
    ("max(t, 1)", "t", "0", "t: scalar"),
    ("abs(t^2 - 9)", "t", "-2*t", "t: scalar"),
    ("t^2", "t", "where(t > 1, 3*t, 2*t)", "t: scalar"),
    ("t^2", "t", "2*t + relu(t - 10)", "t: scalar"),
    ("asec(t)", "t", "1/(t*sqrt(t^2 - 1))", "t: scalar"),
    ("sqrt(t^2 - 1)", "t", "abs(t)/sqrt(t^2 - 1)", "t: scalar"),
    ("abs(imag(z))*t", "t", "imag(z)", "t: scalar; z: complex scalar"),
    ("arg(z)*t", "t", "abs(arg(z))", "t: scalar; z: complex scalar"),
    ("sum(x)*relu(n - 5)", "x", "zeros(n)", "x: vector(n)"),
    ("relu(k - 5)*t", "t", "0", "t: scalar; k: integer"),
    ("det(Q)", "Q", "Q", "Q: orthogonal(n)"),
]

# What a text is at a point, by hand or by NumPy.
VALUES: list[tuple[str, str, dict[str, Any], Any]] = [
    ("grad(sum(log(exp(x))), x)", "x: vector(n)", {"x": [1.0, -2.0, 3.0]}, [1.0, 1.0, 1.0]),
    ("relu(-prod(-v))", "v: positive vector(n)", {"v": [1.0, 2.0, 3.0]}, 6.0),
    ("relu(-prod(-v))", "v: positive vector(n)", {"v": [1.0, 2.0]}, 0.0),
    ("relu((-v - 1)'*(-v - 1))", "v: positive vector(n)", {"v": [1.0, 2.0]}, 13.0),
    ("conj(sqrt(-2))*z", "z: complex scalar", {"z": 1 + 1j}, -1j * np.sqrt(2) * (1 + 1j)),
    ("real((-8)^(1/3))*z", "z: complex scalar", {"z": 1 + 1j}, 1 + 1j),
    ("conj((-1)^(s/4))*z", "z: complex scalar; s: scalar", {"z": 1 + 0j, "s": 1.0}, np.exp(-1j * np.pi / 4)),
    ("abs(sqrt(-2))^2*z", "z: complex scalar", {"z": 1 + 1j}, 2 + 2j),
    ("f(x) := x^2 + y; h(y) := f(2)*y; h(1)", "y: scalar", {"y": 3.0}, 7.0),
    ("grad(norm(x, oo), x)", "x: vector(n)", {"x": [1.0, -3.0, 2.0]}, [0.0, -1.0, 0.0]),
    ("grad(norm(x, inf), x)", "x: vector(n)", {"x": [1.0, -3.0, 2.0]}, [0.0, -1.0, 0.0]),
    (
        "logm(expm(z*S))",
        "z: complex scalar; S: symmetric(2)",
        {"z": 7j, "S": np.eye(2)},
        (7 - 2 * np.pi) * 1j * np.eye(2),
    ),
    ("norm(P, -oo, axis=1)", "P: matrix(2, 2)", {"P": [[1.0, -3.0], [2.0, 5.0]]}, [1.0, 2.0]),
    ("x[-1] + 2.5", "x: vector(n)", {"x": [1.0, 2.0]}, 4.5),
    ("grad(sum(x[::2]), x)", "x: vector(3)", {"x": [1.0, 2.0, 3.0]}, [1.0, 0.0, 1.0]),
    ("grad(sum(cumprod(relu(x))), x)", "x: vector(n)", {"x": [2.0, -1.0, 3.0]}, [1.0, 0.0, 0.0]),
    ("diff(sqrt(max(0, x^2 - z^2)), x)", "x, z: scalar", {"x": 1.0, "z": 2.0}, 0.0),
    ("diff(relu(t)^2, t)", "t: scalar", {"t": -1.0}, 0.0),
    ("diff(det(x*x'), x[0])", "x: vector(n)", {"x": [2.0]}, 4.0),
    ("diff(det(x*x'), x[0])", "x: vector(n)", {"x": [2.0, 3.0]}, 0.0),
    ("i/k", "k: scalar", {"k": 2.0}, 0.5j),
    ("2^1024*0.5", "", {}, 8.98846567431158e307),
]

# The same where only code has to keep the digits: the evaluator of the oracles is plain on purpose.
FAR_OUT = [
    ("grad(norm2(x), x)", "x: vector(n)", {"x": [1e200, 1e200]}, [0.5**0.5, 0.5**0.5]),
    ("diff(log(erfc(t)), t)", "t: scalar", {"t": 30.0}, -60.03329639875622),
    ("diff(coth(t), t)", "t: scalar", {"t": 25.0}, -1 / np.sinh(25.0) ** 2),
    ("diff(log(exp(t) - 1), t)", "t: scalar", {"t": 710.0}, 1.0),
    ("diff(beta(x, 2.5), x)", "x: scalar", {"x": 1e12}, -3.323350970439119e-42),
]


@pytest.mark.parametrize(("f", "wrt", "wrong", "let"), WRONG, ids=lambda v: str(v)[:30])
def test_check_sees(f: str, wrt: str, wrong: str, let: str) -> None:
    assert sd.check(f, wrt, wrong, declarations=let).ok is False
    assert sd.check(f, wrt, declarations=let).ok is True


@pytest.mark.parametrize(("text", "let", "values", "expected"), [*VALUES, *FAR_OUT], ids=lambda v: str(v)[:40])
def test_values(text: str, let: str, values: dict[str, Any], expected: Any) -> None:
    """By the evaluator, compiled, and simplified first."""
    e = sd.parse(text, let)
    arrays = {name: np.asarray(value) for name, value in values.items()}
    if let.endswith("vector(n)"):
        arrays["n"] = len(next(iter(arrays.values())))

    def named(names: Iterable[str]) -> dict[str, Any]:
        return {name: arrays[name] for name in names if name in arrays}

    runs = [sd.compile(e), sd.compile(sd.simplify(e))]
    found = [run(**named(run.args or ["n"])) for run in runs]
    sizes = {"n": arrays.pop("n")} if "n" in arrays else {}
    oracle = [] if (text, let, values, expected) in FAR_OUT else [Point(arrays, sizes).value(e)]
    for value in (*oracle, *found):
        np.testing.assert_allclose(value, expected, rtol=1e-9, atol=0 if np.all(expected) else 1e-12)


# The condition that a derivative has; none is ''. Written as the command line prints them.
CONDITIONS = [
    ("d/dt where(t > 0, 1, 0)", "t: scalar", "t != 0"),
    ("d/dt (where(t > 0, s, 1)*t)", "t, s: scalar", "t != 0"),
    ("d/dt where(floor(t) <= 0, 1, 2)", "t: scalar", "t != 1"),
    ("d/db where(b < 0, b^2, sqrt(b))", "b: scalar", "b != 0"),
    ("d/dx (x^(-2/3)*y)", "x, y: scalar", "x > 0"),
    ("d/dx (x^(-2/3)*(x + 1))", "x: scalar", "x > 0"),
    ("grad(det(F)^(-2/3)*tr(F'*F), F)", "F: matrix(n, n)", "det(F) > 0"),
    ("grad(sum(exp(eigvals(S))), S)", "S: symmetric(3)", ""),
    (
        "grad(norm(A*x - b, 1) + l*norm(x, 2)^2, x)",
        "A: matrix(m, n); x: vector(n); b: vector(m); l: scalar",
        "A*x != b in every entry",
    ),
    ("d/dz log(1 - sigmoid(z))", "z: scalar", ""),
    ("d/dt relu(t)^2", "t: scalar", ""),
    ("x*d/dx (1/x)", "x: scalar", "x != 0"),
    ("laplacian(log(norm2(x)), x)", "x: vector(2)", "norm2(x) > 0"),
]


@pytest.mark.parametrize(("text", "let", "condition"), CONDITIONS, ids=[row[0] for row in CONDITIONS])
def test_conditions(text: str, let: str, condition: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([text, "--let", let]) == 0
    stated = [line.removeprefix("where ") for line in capsys.readouterr().out.splitlines() if line.startswith("where ")]
    assert ", ".join(stated) == condition


# What a text is refused with: words of the message or the mend.
REFUSED = [
    ("tr()", "", "tr"),
    ("D_ x", "", ""),
    ("einsum(A*x)*y", "", "einsum"),
    ("log|X'X|", "", "det("),
    ("|X'X|", "", "det("),
    ("log|Σ|", "", "det("),
    ("derivative of x^2", "", "derivative"),
    ("plot x^2", "", "plot"),
    ("solve x^2 for x", "", "solve"),
]


@pytest.mark.parametrize(("text", "let", "said"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(text: str, let: str, said: str) -> None:
    with pytest.raises(sd.SymdiffError) as error:
        sd.parse(text, let)
    assert said in str(error.value)


def test_crashes_are_errors() -> None:
    calls = [
        lambda: sd.hessian("s^2*t", "s*t"),
        lambda: sd.derive("x'*A*x", "A'"),
        lambda: sd.derive("x^2", 3),
        lambda: sd.check("x > 0", "x"),
        lambda: sd.check("prod(x > 0)", "x"),
        lambda: sd.diff("f", "S", "S", "S: symmetric(n)"),
    ]
    for call in calls:
        with pytest.raises(sd.SymdiffError):
            call()
    assert str(sd.derive("x := 3; x", "x").result) == "1"
    assert str(sd.simplify("x/((a^3 - a^3)/(a^3 - a^3))"))
    assert sd.identify("0*dx", "x", "x: vector(n)").is_zero


# Pairs of derivatives of one function in the two orders.
MIXED = [
    ("tr(A*S)", "A", "S", "A: matrix(n, n); S: symmetric(n)"),
    ("x'*S*S*x", "x", "S", "x: vector(n); S: symmetric(n)"),
    ("logdet(A*A' + Q*Q')", "A", "Q", "A: matrix(n, n); Q: orthogonal(n)"),
]


@pytest.mark.parametrize(("f", "one", "other", "let"), MIXED, ids=[row[0] for row in MIXED])
def test_mixed_derivatives_commute(f: str, one: str, other: str, let: str) -> None:
    first, second = sd.diff(f, one, other, declarations=let), sd.diff(f, other, one, declarations=let)
    rng = np.random.default_rng(1)
    values = {"A": rng.normal(size=(3, 3)) + 3 * np.eye(3), "S": np.diag([1.0, 2.0, 4.0]), "x": rng.normal(size=3)}
    values["S"][0, 1] = values["S"][1, 0] = 0.5
    values["Q"] = np.linalg.qr(values["A"])[0]
    split = len(sd.diff(f, one, declarations=let).shape)
    axes = [*range(split, len(first.shape)), *range(split)]
    numbers = [Point(values, {"n": 3}).value(e) for e in (first, second)]
    np.testing.assert_allclose(np.transpose(numbers[0], axes), numbers[1], rtol=1e-9)


# Printed, then read back as the same.
READS_BACK = [
    ("softmax(Q, axis=1)*V", "Q: matrix(m, n); V: matrix(n, p)", "Q"),
    ("norm2(sqrt(2 + t^2)*n)", "t: scalar; n: vector(3)", "t"),
    ("x[::2]", "x: vector(2*n)", "x"),
    ("X[::-1]", "X: matrix(5, n)", "X"),
    ("[x'*sigmoid(y); 1]", "x, y: vector(n)", "x"),
]


@pytest.mark.parametrize(("text", "let", "wrt"), READS_BACK, ids=[row[0] for row in READS_BACK])
def test_reads_back(text: str, let: str, wrt: str) -> None:
    f = sd.parse(text, let)
    for e in (f, sd.grad(f, wrt) if f.rank < 3 else f):
        assert same(sd.parse(str(e), let), e)
        assert same(sd.parse(e.unicode(), let), e)


# LaTeX that a reader cannot take for something else.
LATEX = [
    ("lgamma(a)^2", "a: scalar", r"\log\left|\Gamma(a)\right|^2"),
    ("logdet(A)^2", "A: matrix(n, n)", r"\log\left|A\right|^{2}"),
    ("G*cross(p, q)", "G: matrix(3, 3); p, q: vector(3)", r"G p \times q"),
]


@pytest.mark.parametrize(("text", "let", "wrong"), LATEX, ids=[row[0] for row in LATEX])
def test_latex(text: str, let: str, wrong: str) -> None:
    found = sd.parse(text, let).latex().replace(" ", "")
    assert wrong.replace(" ", "") not in found.replace("{2}", "2" if "{2}" not in wrong else "{2}")


def test_outputs_own_their_memory() -> None:
    A, x = sd.declare("A: matrix(2, 2); x: vector(2)")
    numbers = {"A": np.eye(2), "x": np.ones(2)}
    for es in ([2 * A, (2 * A)[0]], [A, A.T], [x, x], [sd.parse("diag(A.^3)", {"A": A})], [A @ x, A @ x, 2 * (A @ x)]):
        names = {s.name for e in es for s in e.symbols}
        outputs = sd.compile(es)(**{name: numbers[name] for name in names})
        arrays = [*outputs, *numbers.values()]
        for k, out in enumerate(outputs):
            assert out.flags.writeable
            assert not any(np.shares_memory(out, other) for other in arrays[k + 1 :])


def test_a_replacement_has_the_properties_of_what_it_replaces() -> None:
    S, A = sd.declare("S: symmetric(n); A: matrix(n, n)")
    with pytest.raises(sd.SymdiffError, match="symmetric"):
        sd.substitute(S.T @ S, {S: A})
    with pytest.raises(sd.SymdiffError, match="symmetric"):
        (S.T + A)(S=np.array([[1.0, 2.0], [3.0, 4.0]]), A=np.eye(2))
