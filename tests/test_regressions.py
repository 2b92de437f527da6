"""Wrong answers that were found once, a line each."""

from __future__ import annotations

import re

import numpy as np
import pytest
from checker import assert_derivative

import symdiff as sd
from symdiff import show
from symdiff.algebra import same
from symdiff.evaluation import evaluate


def test_a_root_of_a_negative_number_is_principal_in_a_complex_expression_only() -> None:
    z, x = sd.parse("(-1)^(1/3)*z", "z: complex"), sd.parse("(-1)^(1/3)*x", "x: scalar")
    root = np.exp(1j * np.pi / 3)
    assert np.allclose([sd.compile(z)(2 + 0j), evaluate(z, {"z": 2 + 0j})], 2 * root)
    with np.errstate(invalid="ignore"):
        assert np.isnan([sd.compile(x)(2.0), evaluate(x, {"x": 2.0})]).all()


def test_a_case_not_chosen_gives_zero_and_never_nan() -> None:
    g = sd.grad("sum(where(x > 0, log(x), 0).*y)", "x", "x, y: vector(3)")
    values = {"x": np.array([-1.0, 0.0, 2.0]), "y": np.ones(3)}
    assert np.array_equal(sd.compile(g)(**values), [0, 0, 0.5])
    assert np.array_equal(evaluate(g, values), [0, 0, 0.5])


def test_zero_times_infinity_stays() -> None:
    assert [str(sd.parse(text)) for text in ("0/0", "0*oo", "oo - oo", "0*x", "0/x")] == (
        ["0/0", "0*oo", "oo - oo", "0", "0"]
    )
    assert str(sd.substitute("x/x", {"x": 0})) == "0/0"


@pytest.mark.parametrize(
    ("f", "gradient"),
    [
        ("tr(A*S)", "A'"),
        ("tr(S*A)", "A'"),
        ("tr(S*A*S)", "(A*S + S*A)'"),
        ("x'*S*y + y'*S*x", "x*y' + y*x'"),
        ("logdet(S)", "inv(S)"),
    ],
)
def test_the_entries_of_a_symmetric_variable_move_freely(f: str, gradient: str) -> None:
    let = "S: spd(n); A: matrix(n, n); x, y: vector(n)"
    found = sd.grad(f, "S", let)
    assert same(found, sd.parse(gradient, let)), found


def test_an_inner_product_is_its_own_trace() -> None:
    assert str(sd.grad("x/tr(x'*x)", "x", "x: vector(n)")) == "(eye(n) - 2*x*x'/(x'*x))/(x'*x)"


def test_the_slope_of_log_cosh_is_tanh() -> None:
    assert str(sd.diff("log(cosh(x))", "x")) == "tanh(x)"


@pytest.mark.parametrize("f", ["abs(z)", "max(z, 1)", "norm2([z, 1])"])
def test_what_has_no_complex_derivative_is_not_supported(f: str) -> None:
    with pytest.raises(sd.NotSupported, match="Wirtinger"):
        sd.diff(f, "z", declarations="z: complex")


@pytest.mark.parametrize(
    ("kind", "text", "let", "printed"),
    [
        ("hessian", "logsumexp(P*x)", "P: matrix(m, n)", "P'*(diag(softmax(P*x)) - softmax(P*x)*softmax(P*x)')*P"),
        ("grad", "sum((x - mean(x, axis=0, keepdims=True)).^2)", "x: matrix(m, n)", "2*(x - mean(x, axis=0)')"),
        ("jacobian", "x - mean(x)", "", "eye(n) - ones(n, n)/n"),
        ("jacobian", "log_softmax(x)", "", "eye(n) - ones(n)*softmax(x)'"),
        ("grad", "sum(kron(x*x', B))", "B: matrix(m, m)", "2*sum(x)*sum(B)*ones(n)"),
        ("diff", "sin(x)/cos(x)", "x: scalar", "1/cos(x)^2"),
        ("diff", "sqrt(f(x)^2 + x^2)", "x: scalar; f: function", "(f(x)*f'(x) + x)/sqrt(f(x)^2 + x^2)"),
    ],
)
def test_answers_as_a_mathematician_writes_them(kind: str, text: str, let: str, printed: str) -> None:
    vector = "" if let.startswith("x:") else "x: vector(n); "
    assert str(sd.derive(text, "x", kind=kind, declarations=vector + let).result) == printed


def test_a_variable_named_self() -> None:
    assert sd.compile("self^2")(self=3.0) == 9


def test_rule_names_and_cases_in_latex() -> None:
    f = sd.derive("x'*A*x/(x'*x)^2", "x", declarations="x: vector(n); A: matrix(n, n)")
    assert "combine powers" in f.latex() and "^" not in "".join(re.findall(r"\\text\{[^}]*\}", f.latex()))
    assert show.latex(sd.parse("where(t > 0, 1, 2)*t + 1")).startswith(r"\left(\begin{cases}")
    assert show.latex(sd.parse("1e-10*t")) == r"10^{-10} t"


def test_a_mend_never_transposes_twice() -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        sd.parse("A'*x'", "A: matrix(m, n); x: vector(n)")
    assert "''" not in (caught.value.hint or "")


def test_complex_numbers_have_no_order() -> None:
    with pytest.raises(sd.SymdiffError, match="no order"):
        sd.diff("where(z > 0, z, 0)", "z", z="complex scalar")


def test_cross_entropy_of_one_class() -> None:
    assert str(sd.grad("-log(softmax(x)[0])", "x")) in ("softmax(x) - eye(n)[:, 0]",)


@pytest.mark.parametrize("text", ["oo - oo", "oo/oo", "x*oo - x*oo", "oo - oo + x"])
def test_infinities_do_not_cancel(text: str) -> None:
    assert sd.simplify(sd.parse(text)) is sd.parse(text)


def test_a_matrix_made_a_vector_and_back_is_the_matrix() -> None:
    let = "X, A: matrix(m, n)"
    assert str(sd.grad("vec(X)'*vec(A)", "X", let)) == "A"
    assert_derivative("sum(vec(A).*reshape(X, m*n).^2)", "X", let)


@pytest.mark.parametrize("name", ["expm", "logm", "sqrtm"])
def test_a_large_corner_of_a_block_matrix_costs_no_digits(name: str) -> None:
    """Of [A, s*B; 0, A] the corner of a function is s times a derivative, whatever s: scaling by it lost A's digits."""
    block = f"{name}(vstack(hstack(A, s*B), hstack(zeros(2, 2), A)))[:2, 2:]"
    run = sd.parse(block, "s: scalar; A, B: matrix(2, 2)")
    values = {"A": np.array([[1.5, 1.0], [0.3, 0.5]]), "B": np.array([[1.0, 2.0], [0.5, 1.0]])}
    for value in (lambda s: run(s=s, **values), lambda s: evaluate(run, {"s": s, **values})):
        assert np.allclose(value(1e12) / 1e12, value(1.0), rtol=1e-12)


def test_divisors_of_one_base_in_a_term_are_taken_out_once() -> None:
    assert_derivative("min(x/norm2(x)/norm2(x/norm2(x)))", "x", "x: vector(n)")


def test_rules_do_not_exchange_symmetric_arguments_for_ever() -> None:
    let = "S: symmetric(n); W: symmetric(n); V: symmetric(n)"
    found = str(sd.differential("sylvester(S, W, V)", "V", declarations=let))
    assert found == "sylvester(S, W, dV)"


def test_a_stationary_point_of_a_structure_is_no_disagreement() -> None:
    text, let = "tr((Q'*Q + eye(n))^3*Q)", "Q: orthogonal(n)"
    assert sd.check(text, "Q", kind="diff", declarations=let, structure="projected").ok is True
    assert sd.check(text, "Q", "9*eye(n)", kind="diff", declarations=let).ok is False


def test_the_diagonal_of_a_matrix_on_an_axis_of_a_tensor_is_not_its_trace() -> None:
    e = sd.parse('einsum("ijkl,jj->ikl", T, B)', "T: tensor(n, n, n, n); B: matrix(n, n)")
    assert str(e) == 'einsum("iljk,l->ijk", T, diag(B))'
    assert_derivative("expm(X)*diag(B)", "X", "X, B: matrix(n, n)", "jacobian", sympy=False)


@pytest.mark.parametrize("kind", ["diagonal", "symmetric", "spd", "skew", "lower", "orthogonal"])
@pytest.mark.parametrize("f", ["sum(solve(S, x))", "tr(S*S)*sum(S)", "x'*S*S*x"])
def test_a_hessian_applied_to_a_free_direction_keeps_its_transposes(f: str, kind: str) -> None:
    """The entries of a structured variable move freely twice: S' is S, and its differential along V is V'."""
    let = f"S: {kind}(n); x: vector(n); V: matrix(n, n)"
    applied = sd.hvp(f, "S", "V", declarations=let)
    s = np.array([[0.0, 1.0], [-1.0, 0.0]]) if kind in ("skew", "orthogonal") else np.diag([1.0, 2.0])
    values = {"S": s, "x": np.array([0.5, 1.5]), "V": np.array([[1.0, 2.0], [-0.5, 0.3]])}
    expected = np.einsum("ijkl,kl->ij", evaluate(sd.hessian(f, "S", let), values, {"n": 2}), values["V"])
    assert np.allclose(evaluate(applied, values), expected)


def test_one_divisor_makes_one_sum_a_mean() -> None:
    """sum(x)*(sum(x)*t)/n has a single n: one of the two equal sums is the mean, the other stays."""
    let = "s, t: scalar; x: vector(n)"
    for text in ("sum(x)*(t*sum(x))/n", "sum(x)^2*(sum(x)*t)/n", "sum(x)*(s*(sum(x)*(t*sum(x))))/n^2"):
        e = sd.parse(text, let)
        values = {"s": 2.0, "t": 3.0, "x": np.array([1.0, 2.0, 4.0])}
        given = {s.name: values[s.name] for s in e.symbols}
        assert np.allclose(sd.compile(sd.parse(str(e), let))(**given), sd.compile(e)(**given)), e


def test_cases_of_entries_in_a_sum_of_scalars_stay_with_the_entries() -> None:
    f = "a'*max(A, X)*b + c'*max(A, X)*d"
    derivative = sd.diff(f, "X[1, 0]", declarations="A, X: matrix(n, n); a, b, c, d: vector(n)")
    assert str(derivative) == "sum((a*b' + c*d').*where(A > X, 0, eye(n)[:, 1]*eye(n)[:, 0]'))"


def test_a_remainder_of_nothing_is_refused() -> None:
    with pytest.raises(sd.SymdiffError, match="`mod` has no argument"):
        sd.parse("(x-mod())")
