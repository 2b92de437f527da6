"""The limits of `sd.limits`: what is beyond one is refused at once, what is within it works, and each can be raised."""

from __future__ import annotations

import operator
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from counting import work

import symdiff as sd
from symdiff.calculator import Session

AT_ONCE = 3_000_000  # calls of functions
TRIPLED = "f(x) := sin(x) + x*cos(x); "


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = {name: getattr(sd.limits, name) for name in sd.limits.__slots__}
    yield
    for name, value in before.items():
        setattr(sd.limits, name, value)


def nested(function: str, times: int, inner: str = "x") -> str:
    return f"{function}(" * times + inner + ")" * times


def squarings(times: int) -> str:
    """a*a, b*b … each of the one before: a factorial's growth and worse."""
    return "a_0 := 2^3000; " + "".join(f"a_{k + 1} := a_{k}*a_{k}; " for k in range(times)) + f"a_{times}"


BOMBS: list[tuple[str, str, Callable[[], object]]] = [
    ("a million digits", "digits", lambda: sd.parse("9" * 1_000_000)),
    ("a million digits below the line", "digits", lambda: sd.parse("1/" + "9" * 999_998)),
    ("a tower of powers", "digits", lambda: sd.parse("9^9^9^9")),
    ("its inverse", "digits", lambda: sd.parse("x*9^-9^9^9")),
    ("of a quotient", "digits", lambda: sd.parse("(2/3)^9^9")),
    ("squares of squares", "digits", lambda: Session().answer(squarings(60))),
    ("a function of a function", "digits", lambda: sd.parse("f(x) := (x + 1)*x; " + nested("f", 60, "9"))),
    ("a product of long numbers", "digits", lambda: sd.parse("*".join(["9" * 900] * 1_000))),
    ("a sum of long quotients", "digits", lambda: sd.parse("+".join(f"1/{10**300 + k}" for k in range(20)))),
    ("a long sum of long quotients", "digits", lambda: sd.parse("+".join(f"1/{10**300 + k}" for k in range(3_000)))),
    ("from Python", "digits", lambda: sd.scalar("x") * 10**5_000),
    ("a megabyte of letters", "characters", lambda: sd.parse("x" * 1_000_001)),
    ("a megabyte of sums", "characters", lambda: sd.parse("x+" * 600_000 + "x")),
    ("a megabyte of brackets", "characters", lambda: sd.parse("(" * 2_000_000)),
    ("a megabyte of declarations", "characters", lambda: Session().answer("x: scalar;" * 200_000)),
    ("from Python too", "characters", lambda: sd.declare("x: scalar;" * 200_000)),
    ("derivatives without end", "order", lambda: sd.parse("d^9999/dx^9999 x")),
    ("as a number", "order", lambda: sd.parse("diff(x, x, 1000000000)")),
    ("text that triples", "printed", lambda: sd.parse(TRIPLED + nested("f", 60)).index_notation()),
    ("Unicode that triples", "printed", lambda: sd.parse(TRIPLED + nested("f", 60)).index_notation("unicode")),
    ("LaTeX that triples", "printed", lambda: sd.parse(TRIPLED + nested("f", 60)).index_notation("latex")),
]


@pytest.mark.parametrize(("limit", "bomb"), [b[1:] for b in BOMBS], ids=[b[0] for b in BOMBS])
@pytest.mark.sample(12)
def test_bombs_are_refused_at_once(limit: str, bomb: Callable[[], object]) -> None:
    sd.parse("x^2")  # the grammar is read once
    with pytest.raises(sd.LimitError) as caught:
        work(bomb, AT_ONCE)
    assert f"symdiff.limits.{limit}" in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("write", [str, sd.Expr.unicode, sd.Expr.latex])
@pytest.mark.parametrize("step", [operator.add, operator.mul])
@pytest.mark.sample(2)
def test_shared_sums_and_products_are_written_with_names(
    step: Callable[[sd.Expr, sd.Expr], sd.Expr], write: Callable[[sd.Expr], str]
) -> None:
    e = sd.scalar("x")
    for k in range(40):
        e = step(e + sd.scalar(f"a_{k}"), e + sd.scalar(f"b_{k}"))
    work(lambda: write(e), AT_ONCE)
    assert len(write(e)) < 100 * 40


def test_limits_can_be_raised() -> None:
    sd.limits.characters = 3_000_000
    assert str(sd.parse(" " * 1_500_000 + "x^2")) == "x^2"
    sd.limits.digits = 6_000
    assert sd.parse("9" * 5_000 + "*x") == (10**5_000 - 1) * sd.scalar("x")
    assert str(sd.parse("2^10000")).startswith("1995063116880758")
    sd.limits.order = 200
    assert str(sd.parse("diff(exp(x), x, 150)")) == "exp(x)"
    sd.limits.printed = 1_000
    long = sd.parse(TRIPLED + nested("f", 60))
    with pytest.raises(sd.LimitError):
        str(long)
    sd.limits.printed = 100_000
    assert len(str(long)) > 1_000


def test_limits_can_be_lowered() -> None:
    sd.limits.digits = 20
    with pytest.raises(sd.LimitError):
        sd.parse("2^100")
    assert str(sd.parse("2^50")) == "1125899906842624"


def test_a_limit_that_is_none_is_an_error() -> None:
    with pytest.raises(AttributeError):
        sd.limits.characters_of_a_text = 5  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["(" * 1000 + "x" + ")" * 1000, nested("sin", 1000), nested("f", 1000)])
def test_nesting_of_a_thousand_works(text: str) -> None:
    f = sd.parse(f"f(x) := sin(x); {text}")
    assert sd.parse(str(f)) == f
    assert sd.diff(f, "x") is not None


def test_limits_is_the_object_however_symdiff_is_imported() -> None:
    code = "import symdiff.api, symdiff.cli, symdiff.calculator, symdiff; print(symdiff.limits.digits)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1000\n"


def test_what_no_limit_lets_print_is_refused_before_it_is_written() -> None:
    """The sweep of x^(x^(…)) has as many terms as levels, and each as many factors."""

    def refused(levels: int) -> int:
        f = x = sd.scalar("x")
        for _ in range(levels):
            f = x**f
        derivative = sd.diff(f, x)

        def write() -> None:
            with pytest.raises(sd.LimitError):
                derivative.latex()

        return work(write)

    assert refused(16_000) <= 3 * refused(8_000)  # written out it is four times as long
