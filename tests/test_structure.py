"""Structured matrices: what is known of them is true, is used, and derivatives by them are of the kind asked for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import Fact, facts
from symdiff.algebra.conditions import merge
from symdiff.algebra.fact import MATRIX, NAMES
from symdiff.book import conditions_of
from symdiff.calculus.structure import STRUCTURES
from symdiff.errors import NotSupported, SymdiffError
from symdiff.evaluation import evaluate
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import find_points
from symdiff.show import condition_text

LET = (
    "A, B: matrix(n, n); P: matrix(m, n); S, S2: spd(n); W, W2: symmetric(n); K, K2: skew(n); "
    "Q, Q2: orthogonal(n); L, L2: lower(n); U: upper(n); D, D2: diagonal(n); "
    "x, y: vector(n); z: positive vector(n); c: scalar; t: positive scalar"
)


# ---------------------------------------------------------------- facts are true


ATOMS = ["A", "S", "W", "K", "Q", "L", "U", "D", "diag(z)", "diag(x)", "eye(n)", "ones(n, n)", "x*x'", "x*y'"]
UNARY = [
    "({})'", "-{}", "2*{}", "c*{}", "t*{}", "inv({})", "adj({})", "({})^2", "({})^3", "({})^-1", "expm({})", "sin({})",
    "abs({})", "exp({})", "{}.^2", "{} + ({})'", "{} - ({})'", "A*{}*A'", "A'*{}*A", "Q*{}*Q'", "diag(z)*{}*diag(z)",
    "diag(x)*{}", "kron({}, {})", "eye(n) + {}", "P*{}*P'", "tril({})", "triu({})", "A*diag(z)*A' + {}",
]  # fmt: skip
BINARY = ["{}*{}", "{}.*{}", "{} + {}", "{} - {}", "kron({}, {})", "{}*{}*{}'"]
SCALARS = ["tr({})", "det({})", "x'*{}*x", "sum({})", "z'*{}*z"]


def _claims(a: Any) -> dict[int, bool]:
    """Which matrix facts a value has."""
    near = 1e-8 * max(1.0, float(np.max(np.abs(a))))
    real = bool(np.all(np.abs(np.imag(a)) < near))
    a = np.real(a) if real else a
    claims = {
        Fact.REAL: real,
        Fact.NONNEGATIVE: real and bool(np.all(a > -near)),
        Fact.POSITIVE: real and bool(np.all(a > 0)),
        Fact.NEGATIVE: real and bool(np.all(a < 0)),
        Fact.NONZERO: bool(np.all(a != 0)),
        Fact.INTEGER: bool(np.all(np.abs(a - np.round(a)) < near)),
    }
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        return claims
    symmetric = bool(np.all(np.abs(a - a.T) < near))
    least = float(np.min(np.linalg.eigvalsh((a + a.T) / 2))) if real else -np.inf
    return claims | {
        Fact.SYMMETRIC: symmetric,
        Fact.SKEW: bool(np.all(np.abs(a + a.T) < near)),
        Fact.LOWER: bool(np.all(np.abs(np.triu(a, 1)) < near)),
        Fact.UPPER: bool(np.all(np.abs(np.tril(a, -1)) < near)),
        Fact.DIAGONAL: bool(np.all(np.abs(a - np.diag(np.diag(a))) < near)),
        Fact.ORTHOGONAL: bool(np.all(np.abs(a.T @ a - np.eye(len(a))) < 1e-7)),
        Fact.PSD: symmetric and least > -1e-7 * max(1.0, float(np.max(np.abs(a)))),
        Fact.SPD: symmetric and least > 0,
        Fact.INVERTIBLE: bool(np.linalg.cond(a) < 1e12),
    }


_NAMED = {bit: name for name, bit in NAMES.items()}


def _prove(text: str, seed: int, let: str = LET) -> int:
    """All that is known of an expression holds at random values; how many values were looked at."""
    e = sd.parse(text, let)
    found = facts(e)
    domain = merge(*(conditions_of(node, smooth=False) for node in postorder(e)))
    count = 0
    for sizes in ({"n": 3, "m": 2}, {"n": 4, "m": 5}):
        for point in islice(find_points(e, [], domain, sizes, seed), 2):
            value = point.value(e)
            if not np.all(np.isfinite(value)):
                continue
            for fact, holds in _claims(value).items():
                assert holds or not fact & found, f"{text} is not {_NAMED[fact]}: {value}"
            count += 1
    return count


@pytest.mark.parametrize("form", [*UNARY, *SCALARS])
@pytest.mark.sample(16)
def test_what_is_known_of_one_matrix_is_true(form: str) -> None:
    assert sum(_prove(form.replace("{}", f"({atom})"), 5) for atom in ATOMS) > len(ATOMS)


COMPLEX_LET = (
    "A: matrix(n, n); S: spd(n); C: complex matrix(n, n); W: complex symmetric(n); K: complex skew(n); "
    "Q: complex orthogonal(n); L: complex lower(n); v: complex vector(n); z: positive vector(n); x: vector(n); "
    "c: complex scalar"
)
COMPLEX = ["C", "S", "W", "K", "Q", "L", "i*S", "diag(v)", "v*v'", "S^c"]
COMPLEX_FORMS = [
    "({})'", "({})^H", "conj({})", "real({})", "imag({})", "c*{}", "({})^2", "inv({})", "adj({})", "expm({})",
    "({})^c", "({})^(i*c)", "{}.^c", "abs({})", "exp({})", "{}*({})'", "{}*({})^H", "C*{}*C'", "A*{}*A'", "sym({})",
    "diag(v)*{}*diag(v)", "kron({}, {})", "tr({})", "det({})", "x'*{}*x", "v'*{}*v", "norm2({})", "abs(det({}))^2",
]  # fmt: skip


@pytest.mark.parametrize("form", COMPLEX_FORMS)
@pytest.mark.sample(14)
def test_what_is_known_of_a_complex_matrix_is_true(form: str) -> None:
    proved = sum(_prove(form.replace("{}", f"({atom})"), 7, COMPLEX_LET) for atom in COMPLEX)
    assert proved > len(COMPLEX)


@pytest.mark.parametrize("form", BINARY)
@pytest.mark.sample(1)
def test_what_is_known_of_two_matrices_is_true(form: str) -> None:
    for atom in ATOMS:
        for other in (*ATOMS, "S2", "K2", "Q2", "L2", "D2", "K'", "Q'", "L'"):
            text = form.replace("{}", f"({atom})", 1).replace("{}", f"({other})", 1).replace("{}", f"({atom})")
            assert _prove(text, 6), f"no value of {text}"


KNOWN = {
    "Q*Q2": "ORTHOGONAL", "(Q*Q2)'": "ORTHOGONAL", "-Q'": "ORTHOGONAL", "inv(Q)*Q2^3": "ORTHOGONAL",
    "kron(Q, Q2)": "ORTHOGONAL", "expm(K)": "ORTHOGONAL", "eye(n) - 2*x*x'/(x'*x)": "ORTHOGONAL",
    "eye(n) - 2*x*x'/norm2(x)^2": "ORTHOGONAL", "L*L2": "LOWER", "inv(L)": "LOWER", "L'": "UPPER",
    "(L + L2)^3": "LOWER", "kron(L, L2)": "LOWER", "A.*L": "LOWER", "diag(x)*L*diag(y)": "LOWER", "L'*U": "UPPER",
    "D*D2": "DIAGONAL",
    "A.*D": "DIAGONAL", "inv(D + D2)": "DIAGONAL", "L.*U": "DIAGONAL", "A*S*A'": "PSD", "P*S*P'": "PSD", "A'*A": "PSD",
    "S + A*A'": "SPD", "Q'*S*Q": "SPD", "inv(S)": "SPD", "S^-2": "SPD", "kron(S, S2)": "SPD", "S.*S2": "SPD",
    "diag(z)": "SPD", "A*diag(z)*A'": "PSD", "expm(W)": "SPD", "t*S": "SPD", "diag(z)*S*diag(z)": "SPD",
    "S2*S*S2": "SPD", "inv(A)*S*inv(A)'": "SPD", "S - A*inv(S2)*A'": "SYMMETRIC", "K^2": "SYMMETRIC", "W*K*W": "SKEW",
    "A*W*A'": "SYMMETRIC", "A + A'": "SYMMETRIC", "K*K2 + K2*K": "SYMMETRIC", "W*K + K*W": "SKEW", "A - A'": "SKEW",
    "A'*K*A": "SKEW", "K^3": "SKEW", "inv(K)": "SKEW", "W.*K": "SKEW", "K.*K2": "SYMMETRIC", "K*W - W'*K'": "SKEW",
    "kron(K, W)": "SKEW", "sin(K)": "SKEW", "inv(A)*B*inv(B)": "NONE", "inv(A)*inv(B)": "INVERTIBLE",
    "det(S)": "POSITIVE", "tr(S)": "POSITIVE", "tr(A'*A)": "NONNEGATIVE", "x'*S*x": "NONNEGATIVE", "det(Q)": "NONZERO",
    "c*Q": "NONE", "A*Q": "NONE", "c*S": "SYMMETRIC", "S*S2": "INVERTIBLE",
}  # fmt: skip


@pytest.mark.parametrize("text", KNOWN)
def test_structure_is_passed_on(text: str) -> None:
    found = facts(sd.parse(text, LET))
    assert found & NAMES[KNOWN[text].lower()] if KNOWN[text] != "NONE" else not found & MATRIX


@pytest.mark.parametrize("text", ["c*Q", "A*Q", "Q + Q2", "0.5*Q"])
def test_what_is_not_orthogonal_is_not_taken_to_be(text: str) -> None:
    assert not Fact.ORTHOGONAL & facts(sd.parse(text, LET))


# ---------------------------------------------------------------- and used


SIMPLER = {
    "inv(Q)": "Q'", "Q'*Q": "eye(n)", "Q*Q'": "eye(n)", "x'*Q'*Q*y": "x'*y", "A*Q*Q'*B": "A*B", "inv(Q*Q2)": "Q2'*Q'",
    "norm2(Q*x)": "norm2(x)", "norm2(Q'*x)": "norm2(x)", "norm2(Q*A*x)": "norm2(A*x)", "norm2(A*Q)": "norm2(A)",
    "norm2(Q*A)": "norm2(A)", "tr(Q*A*Q')": "tr(A)", "det(Q)^2": "1", "det(Q*A*Q')": "det(A)", "abs(det(Q))": "1",
    "logdet(Q)": "0", "inv(Q*S*Q')": "Q*inv(S)*Q'", "expm(K)'*expm(K)": "eye(n)", "K'": "-K", "(K + K')*x": "zeros(n)",
    "x'*K*x": "0", "tr(K)": "0", "diag(K)": "zeros(n)", "tr(S*K)": "0", "sum(W.*K)": "0", "x'*A'*K*A*x": "0",
    "y'*K*x + x'*K*y": "0", "y'*K*x - x'*K*y": "2*y'*K*x", "A*K'*B": "-A*K*B", "inv(K)'": "-inv(K)", "S'": "S",
    "inv(S)'*x": "inv(S)*x", "det(L)": "prod(diag(L))", "det(U')": "prod(diag(U))", "det(D)": "prod(diag(D))",
    "inv(diag(x))": "diag(1./x)", "det(diag(x))": "prod(x)", "logdet(diag(z))": "sum(log(z))",
    "log(det(diag(z)))": "sum(log(z))", "sqrt(z.^2)": "z", "sqrt(t^2)": "t", "sqrt(c^2)": "abs(c)", "abs(z)": "z",
    "sign(t)": "1", "log(t^c)": "c*log(t)", "(t^2)^c": "t^(2*c)", "norm1(z)": "sum(z)", "relu(z)": "z",
    "sqrt(c^2*t)": "sqrt(t)*abs(c)", "kron(Q, Q2)'*kron(Q, Q2)": "eye(n^2)",
}  # fmt: skip


@pytest.mark.parametrize("text", SIMPLER)
def test_structure_simplifies(text: str) -> None:
    assert str(sd.simplify(text, LET)) == SIMPLER[text]


@pytest.mark.parametrize("text", ["Q*x", "K*x", "sqrt(c^2*x.^2)", "log(c^2)", "x'*K*y", "det(A)", "Q*Q2'", "K*K"])
def test_nothing_is_made_of_structure_that_is_not_there(text: str) -> None:
    simplified = sd.simplify(text, LET)
    e = sd.parse(text, LET)
    for point in islice(find_points(e, [simplified], (), {"n": 3, "m": 2}, 3), 3):
        np.testing.assert_allclose(point.value(simplified), point.value(e))


def test_a_complex_orthogonal_matrix_does_not_keep_lengths() -> None:
    assert str(sd.simplify("norm2(Q*x)", "Q: complex orthogonal(n); x: vector(n)")) == "norm2(Q*x)"


GRADIENTS = [
    ("x'*K*x", "x", "zeros(n)"),
    ("norm2(K*x)^2", "x", "-2*K*K*x"),
    ("norm2(Q*x)^2", "x", "2*x"),
    ("norm2(Q*x - y)^2/2", "x", "x - Q'*y"),
    ("y'*K*x", "x", "-K*y"),
    ("logdet(S)", "S", "inv(S)"),
    ("tr(Q'*A*Q)", "Q", "(A + A')*Q"),
    ("x'*K*y", "K", "x*y'"),
    ("log(det(diag(z)))", "z", "1./z"),
]


@pytest.mark.parametrize(("f", "x", "printed"), GRADIENTS)
def test_gradients_use_the_structure_of_values(f: str, x: str, printed: str) -> None:
    assert str(sd.grad(f, x, LET)) == printed
    assert sd.check(f, x, declarations=LET)


def test_entries_move_freely_in_every_derivative() -> None:
    """S = S' is not used before the second derivative is taken: it is that of log det of any matrix."""
    free = sd.hessian("logdet(X)", "X", "X: matrix(3, 3)")
    structured = sd.hessian("logdet(S)", "S", "S: spd(3)")
    here = np.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.0]])
    np.testing.assert_allclose(structured(S=here), free(X=here), rtol=1e-12)


# ---------------------------------------------------------------- derivatives by the structure


FUNCTIONS = ["tr(A*X)", "x'*X*A*X*y", "det(X + 3*A'*A)", "sum(sin(X).*A)", "norm2(X*x - y)^2", "x'*inv(X + 9*eye(n))*y"]
KINDS = ["symmetric", "spd", "diagonal", "skew", "lower", "upper", "orthogonal"]
SYMBOLS = "A: matrix(n, n); x, y: vector(n)"

FREE: dict[str, Callable[[Any, int, int], Any]] = {
    "symmetric": lambda unit, i, j: unit if i == j else unit + unit.T,
    "spd": lambda unit, i, j: unit if i == j else unit + unit.T,
    "diagonal": lambda unit, i, j: unit * (i == j),
    "skew": lambda unit, i, j: unit - unit.T,
    "lower": lambda unit, i, j: unit * (i >= j),
    "upper": lambda unit, i, j: unit * (i <= j),
}
TANGENT: dict[str, Callable[[Any, Any], Any]] = {
    "symmetric": lambda g, _: (g + g.T) / 2,
    "spd": lambda g, _: (g + g.T) / 2,
    "diagonal": lambda g, _: np.diag(np.diag(g)),
    "skew": lambda g, _: (g - g.T) / 2,
    "lower": lambda g, _: np.tril(g),
    "upper": lambda g, _: np.triu(g),
    "orthogonal": lambda g, q: q @ (q.T @ g - g.T @ q) / 2,
}


def _case(text: str, kind: str, structure: str) -> tuple[Expr, Expr, Any]:
    let = f"{SYMBOLS}; X: {kind}(n)"
    f = sd.parse(text, let)
    g = sd.grad(f, "X", let, structure=structure)
    return f, g, next(find_points(f, [g], (), {"n": 4}, 11))


@pytest.mark.parametrize("kind", KINDS[:-1])
@pytest.mark.parametrize("text", FUNCTIONS)
def test_by_the_free_entries_is_the_slope_along_each_of_them(text: str, kind: str) -> None:
    f, g, point = _case(text, kind, "free")
    found = point.value(g)
    for i in range(4):
        for j in range(4):
            unit = np.zeros((4, 4))
            unit[i, j] = 1
            way, h = FREE[kind](unit, i, j), 1e-5
            values = [
                evaluate(f, {**point.values, "X": point.values["X"] + step * way}, point.sizes)
                for step in (h, -h, 2 * h, -2 * h)
            ]
            slope = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h)
            assert abs(slope - found[i, j]) < 1e-6 * max(1, abs(slope)), (text, kind, i, j)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_projected_gradient_is_the_part_in_the_tangent_space(text: str, kind: str) -> None:
    f, g, point = _case(text, kind, "projected")
    plain = sd.grad(f, "X", f"{SYMBOLS}; X: {kind}(n)")
    here, found = point.values["X"], point.value(g)
    np.testing.assert_allclose(found, TANGENT[kind](point.value(plain), here), atol=1e-9)
    np.testing.assert_allclose(TANGENT[kind](found, here), found, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("form", ["grad", "jacobian", "hessian"])
@pytest.mark.sample(16)
def test_the_oracles_move_within_the_structure(kind: str, structure: str, form: str) -> None:
    let = f"{SYMBOLS}; X: {kind}(n)"
    text = "X*A*x" if form == "jacobian" else "tr(A*X*A*X)"
    if kind == "orthogonal" and structure == "free":
        with pytest.raises(NotSupported, match="orthogonal"):
            sd.check(text, "X", kind=form, declarations=let, structure=structure)
        return
    verdict = sd.check(text, "X", kind=form, declarations=let, structure=structure)
    assert verdict.ok is True, str(verdict)
    wrong = {"grad": sd.grad, "jacobian": sd.jacobian, "hessian": sd.hessian}[form](text, "X", let)
    assert sd.check(text, "X", wrong, form, let, structure=structure).ok is False


PRINTED = [
    ("logdet(S)", "S", "free", "2*inv(S) - diag(diag(inv(S)))"),
    ("det(S)", "S", "free", "2*adj(S) - diag(diag(adj(S)))"),
    ("logdet(S)", "S", "projected", "inv(S)"),
    ("tr(A*W)", "W", "free", "A' + A - diag(diag(A))"),
    ("tr(A*W)", "W", "projected", "(A + A')/2"),
    ("tr(A*K)", "K", "free", "A' - A"),
    ("tr(A*K)", "K", "projected", "(A' - A)/2"),
    ("x'*D*y", "D", "free", "diag(x.*y)"),
    ("tr(A'*L)", "L", "free", "tril(A)"),
    ("tr(A*U)", "U", "projected", "triu(A')"),
    ("tr(A*Q)", "Q", "projected", "(A' - Q*A*Q)/2"),
    ("tr(Q'*A*Q)", "Q", "projected", "zeros(n, n)"),
]


@pytest.mark.parametrize(("f", "x", "structure", "printed"), PRINTED)
def test_what_is_printed(f: str, x: str, structure: str, printed: str) -> None:
    assert str(sd.grad(f, x, LET, structure=structure)) == printed
    assert sd.check(f, x, declarations=LET, structure=structure)


def test_entries_and_several_variables() -> None:
    let = "S: symmetric(3); L: lower(3); A: matrix(3, 3); x: vector(3)"
    both = sd.grad("tr(A*S*L) + x'*x", ["S", "L", "x"], let, structure="free")
    assert [str(sd.grad("tr(A*S*L) + x'*x", v, let, structure="free")) for v in "SL"] == [str(g) for g in both[:2]]
    assert str(both[2]) == "2*x"
    assert str(sd.grad("tr(A*S)", "S[0, 1]", let, structure="free")) == "A[1, 0] + A[0, 1]"
    assert sd.check("tr(A*S*S)", "S[0, 1]", declarations=let, structure="free")


def test_what_the_answer_says() -> None:
    derivation = sd.derive("logdet(S)", "S", declarations=LET, structure="free")
    assert derivation.steps[-1].rule == "by the free entries of the symmetric S"
    assert str(derivation.steps[-1].before) == "inv(S)"
    assert derivation.remarks == ("the derivative is by the free entries of the symmetric S",)
    free = sd.derive("logdet(W)", "W", declarations=LET, structure="free")
    assert free.unicode().splitlines()[-3:] == [
        "∇_W logdet(W)",
        "→ 2W⁻¹ − diag(diag(W⁻¹))    by the free entries of the symmetric W",
        "if det(W) > 0",
    ]
    assert r" &\to 2 W^{-1}" in free.latex() and r"if $\det\left(W\right) > 0$." in free.latex()
    assert repr(free) == free.text()
    rotated = sd.derive("tr(A*Q)", "Q", declarations=LET, structure="projected")
    assert [step.rule for step in rotated.steps][-1] in ("project on the tangent space at Q", "factor out 1/2")
    assert any(step.rule == "project on the tangent space at Q" for step in rotated.steps)
    assert sd.derive("tr(A*W)", "W", declarations=LET).remarks == ("every entry of the symmetric W moves by itself",)
    assert sd.derive("x'*x", "x", declarations=LET).remarks == ()


def test_conditions_know_the_structure() -> None:
    """What is declared is no condition of a second derivative, though its entries move freely there."""
    largest = sd.derive("max(eigvals(W))", "W", kind="hessian", declarations=LET)
    assert [condition_text(c) for c in largest.conditions] == ["eigvals(W)[n - 1] is simple"]
    assert sd.derive("sum(log(diag(cholesky(S))))", "S", declarations=LET).conditions == ()


def test_what_has_no_structure_says_so() -> None:
    with pytest.raises(SymdiffError, match="A has no structure"):
        sd.grad("tr(A)", "A", LET, structure="free")
    with pytest.raises(SymdiffError, match="'tangent'"):
        sd.grad("tr(S)", "S", LET, structure="tangent")
    with pytest.raises(NotSupported, match="orthogonal"):
        sd.grad("tr(Q)", "Q", LET, structure="free")
    with pytest.raises(SymdiffError, match="differential"):
        sd.derive("tr(S)", "S", "differential", LET, structure="free")


def test_structure_in_a_text() -> None:
    assert str(sd.parse("grad(logdet(S), S, structure=free)", LET)) == "2*inv(S) - diag(diag(inv(S)))"
    assert sd.parse('jacobian(W*x, W, structure="projected")', LET).shape[1:] == sd.parse("W", LET).shape


# ---------------------------------------------------------------- conditions


CONDITIONS = [
    ("log(x)/x", "x", "", "x > 0"),
    ("sqrt(x)*log(x)/x^2", "x", "", "x > 0"),
    ("log(x) + log(x + 1)", "x", "", "x > 0"),
    ("logdet(X) + tr(inv(X))", "X", "X: matrix(n, n)", "det(X) > 0"),
    ("tr(inv(A*X))", "X", "A, X: matrix(n, n)", "A is invertible; X is invertible"),
    ("tr(inv(S))", "S", "S: spd(n)", ""),
    ("tr(inv(3*X'))", "X", "X: matrix(n, n)", "X is invertible"),
    ("sum(max(P, axis=1))", "P", "P: matrix(m, n)", "P has a unique maximum in each row"),
    ("sum(min(P, axis=0))", "P", "P: matrix(m, n)", "P has a unique minimum in each column"),
    ("max(P)", "P", "P: matrix(m, n)", "P has a unique maximum"),
    ("sum(max(T, axis=[0, 2]))", "T", "T: tensor(2, 3, 4)", "T has a unique maximum along axes 0, 2"),
]


@pytest.mark.parametrize(("f", "x", "let", "said"), CONDITIONS)
def test_conditions_are_the_plain_ones_that_the_others_do_not_imply(f: str, x: str, let: str, said: str) -> None:
    derivation = sd.derive(f, x, declarations=let or None)
    assert "; ".join(map(condition_text, derivation.conditions)) == said
    assert sd.check(f, x, declarations=let or None)


def test_rows_may_share_entries() -> None:
    """A unique maximum in each row is all that is asked: an entry may stand in two rows."""
    g = sd.grad("sum(max(P, axis=1))", "P", "P: matrix(2, 3)")
    np.testing.assert_array_equal(g(P=np.array([[3.0, 1, 1], [1, 3, 1]])), [[1, 0, 0], [0, 1, 0]])
