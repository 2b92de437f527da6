"""Calls and texts that once raised something else than a SymdiffError: now an error that says why, or a value."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest

import symdiff as sd
from symdiff.cli import main
from symdiff.evaluation import evaluate

NO_VARIABLE = "a derivative is taken by a variable or its entries"
BY_ONE = (sd.grad, sd.jacobian, sd.hessian, sd.diff, sd.derive, sd.differential)


@pytest.mark.parametrize("ask", BY_ONE, ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("wrt", ["s*t", "s t", "A'", "2*s", "-s", "s + t", "[s, t]", "d(s)", "A[0] + s", 3, 2.5])
def test_what_is_no_variable_is_refused_everywhere_alike(ask: Callable[..., object], wrt: object) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        ask("s^2*t + tr(A)", wrt)
    assert not isinstance(wrt, str) or wrt[0] in "[-2d" or caught.value.message.startswith(NO_VARIABLE)


@pytest.mark.parametrize("ask", [sd.jvp, sd.vjp, sd.hvp], ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("wrt", ["s*t", ["s", "s*t"], "A'"])
def test_nor_in_products(ask: Callable[..., object], wrt: object) -> None:
    with pytest.raises(sd.SymdiffError):
        ask("s^2*t + tr(A)", wrt, ["1", "2"] if isinstance(wrt, list) and ask is not sd.vjp else "1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tr()", "`tr` has no argument"),
        ("eye(-x)", "a size is positive, not -x"),
        ("sin()", "argument"),
        ("softmax()", "`softmax` has no argument"),
        ("diff()*a", "`diff` takes 2 arguments, not 0"),
        ("hvp()", "`hvp` takes 3 arguments, not 0"),
        ("D_ x", "does not say by which variable"),
        ("D_(x)", "unknown function `D_`"),
        ("∇_{} x", "does not say by which variable"),
        ("f: function\nf_(2)", "does not say by which variable"),
        ("einsum(A*x)*y", "einsum begins with its subscripts"),
        ("einsum()", "einsum begins with its subscripts"),
        ("diff(a, a, -2)", "a derivative is not taken"),
        ("diff(a, a, a)*diff(a, a, 1.5)", "a derivative is not taken"),
        ("diff(sum(log(eigvals(S))), S, 7)", "a derivative with 12 axes"),
        ("diff(x, x, 1000000000)", "order"),
    ],
)
def test_a_text_is_refused(text: str, said: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        sd.parse(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2^1024*0.5", "8.98846567431158e+307"),
        ("0.5*10^400/10^400", "1/2"),
        ("10^400*0.5/10^401", "1/20"),
        ("0.1*(1/10^400)*x*10^400", "x/10"),
        ("1e-200*1e-200*x*1e200*1e200", "x"),
        ("1e308*x + 1e308*x - 1e308*x", "1e+308*x"),
        ("1e-200^2*x", "1e-200^2*x"),
        ("0.1^400*x", "0.1^400*x"),
        ("diff(a, a, --2)", "0"),
        ("x/((a^3 - a^3)/(a^3 - a^3))", "x/(0/0)"),
        ("diff(a^3, a, 2)", "6*a"),
        ("x: vector(n)\nsqrt(x.^a).*sqrt(x.^a).*sqrt(x.^a)", "(x.^a).^(3/2)"),
    ],
)
def test_a_text_has_its_value(text: str, expected: str) -> None:
    assert str(sd.simplify(text)) == expected


def test_exact_numbers_beyond_floats() -> None:
    assert sd.parse("0.5*x + 10^309*x").op == "mul"
    assert sd.compile("x/10^309")(x=2.0) == 0 and sd.compile("x*10^309")(x=2.0) == float("inf")
    assert list(sd.compile("stack(10^309, 1)")()) == [float("inf"), 1]
    assert sd.compile("5 - 10^309*x")(x=2.0) == -float("inf") and np.isnan(sd.compile("A^oo")(A=np.eye(2))).all()


def test_a_name_that_is_defined_is_a_variable_of_its_own() -> None:
    assert str(sd.derive("x := 3; x", "x").result) == "1"
    assert str(sd.grad("x := 3; x^2", "x")) == "6"
    assert str(sd.hessian("r := A*x; r'*r*t", ["r", "t"], "A: matrix(n, n)")) == "[[2*t*eye(n), 2*A*x], [2*A*x, 0]]"
    assert str(sd.jvp("x := t^2; x^2", "x", "v")) == "2*t^2*v"
    assert str(sd.differential("x := 3; x^2", "x")) == "6*dx"
    assert str(sd.derive("x := 3*t; x^2", "x", "differential").result) == "6*t*dx"
    assert str(sd.identify("x := 3*t; x*dx", "x")) == "3*t"
    assert str(sd.conditions("x := t - 1; sqrt(x)", "x")) == "(t > 1,)"
    assert main(["grad", "x := 3; x^2", "--wrt", "x", "--steps"]) == 0


@pytest.mark.parametrize("declarations", ["S: symmetric(n)", {"S": "symmetric(n)"}])
def test_declarations_among_variables_are_told_their_keyword(declarations: object) -> None:
    with pytest.raises(sd.SymdiffError, match="declarations="):
        sd.diff("tr(A*S)", "S", "S", declarations)


def test_a_differential_that_is_zero_states_zeros() -> None:
    x = sd.matrix("X", "n", "n")
    assert str(sd.identify(sd.differential("tr(X) - tr(X')", x), x)) == "zeros(n, n)"
    assert str(sd.identify("0*dx", "x", "x: vector(n)")) == "zeros(n, n)"


def test_a_layout_by_several_variables_cuts_nothing() -> None:
    assert str(sd.diff("s^2*t", "s", "t", layout="denominator")) == "2*s"
    assert str(sd.diff("[s*t, s]", "s", "t", layout="denominator")) == "[1, 0]"


@pytest.mark.parametrize("order", ["x: scalar", 0, 1.5, None])
def test_an_order_is_a_whole_number(order: object) -> None:
    with pytest.raises(sd.SymdiffError, match="an order is a whole number"):
        sd.conditions("log(x)", "x", order)


def test_a_direction_may_be_a_size() -> None:
    assert sd.compile(sd.jvp("ones(m)*sum(x)", "x[0]", "m"))(m=2).tolist() == [2, 2]


@pytest.mark.parametrize(("text", "value"), [("prod_others(0)", 1), ("norm2(pi)", np.pi)])
def test_functions_of_arrays_take_numbers(text: str, value: float) -> None:
    assert sd.compile(text)() == value


HUGE = [
    "log({}*x^2)",
    "atan2(x, {})",
    "a/({}*exp(x))^2",
    "max(x, {})",
    "relu(x - {})",
    "({}*x)^0.5",
    "x^({})*tan(sqrt(x))",
]


@pytest.mark.parametrize("number", ["10^309", "-10^400", "1/10^400", "2^1024"])
@pytest.mark.parametrize("text", HUGE)
def test_facts_of_numbers_beyond_floats(text: str, number: str) -> None:
    with suppress(sd.LimitError):  # of too many digits
        sd.hessian(text.format(number), "x", x="scalar").latex()


def test_a_right_side_is_no_number() -> None:
    with pytest.raises(sd.ShapeError, match="takes a vector or a matrix"):
        sd.parse("solve(A, 2)", "A: matrix(n, n)")


@pytest.mark.parametrize(("x", "erfc", "erfcx"), [(300, 0, 0.00188062149737), (5, 1.537459794428e-12, 0.1107046377)])
def test_the_evaluator_keeps_what_is_small_far_out(x: float, erfc: float, erfcx: float) -> None:
    for text, expected in (("erfc(x)", erfc), ("erfcx(x)", erfcx)):
        assert np.isclose(evaluate(sd.parse(text, "x: scalar"), {"x": x}), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("text", ["prod_others(t)", "logsumexp(t)"])
def test_numbers_that_stand_for_arrays(text: str) -> None:
    e = sd.parse(text, "t: scalar")
    assert e(t=3.0) == evaluate(e, {"t": 3.0})


def test_an_argument_of_a_function_stands_once() -> None:
    with pytest.raises(sd.ParseError, match="stands twice"):
        sd.parse("f(x, x) := x; f(1, 2)")


@pytest.mark.parametrize(
    ("word", "near"), [("version", ""), ("undo", ""), ("softmx", "softmax"), ("trans", "transpose")]
)
def test_words_are_proposed_that_are_like_it(word: str, near: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        sd.parse(f"{word}(x)")
    assert ("did you mean" in (caught.value.hint or "")) is bool(near) and near in (caught.value.hint or "")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_stream_is_no_fault(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"sys.{stream}", None)
    assert main(["x^2"]) == 0


def test_a_full_device_is_said_to_be_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sys.stdout.write", full)
    assert main(["x^2"]) == 2 and "error: the output is not written: No space left" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "hint"), [("np.tile(x, 2)", None), ("np.summ(x)", "did you mean np.sum?")])
def test_what_numpy_has_is_not_taken_for_something_else(text: str, hint: str | None) -> None:
    with pytest.raises(sd.NotSupported) as caught:
        sd.parse_numpy(text, "x: vector(3)")
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sd.solve("x^2 = 4", 3), "3 is no name"),
        (lambda: sd.solve("x^2", "x"), "`= 0` behind it"),
        (lambda: sd.limit("sin(x)/x", "x", float("nan")), "nan and infinite"),
        (lambda: sd.evaluate("pi", digits=True), "whole number"),
    ],
)
def test_calls_that_ask_for_nothing(call: Callable[[], object], said: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        call()
    assert said in str(caught.value)
