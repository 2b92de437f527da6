"""Limits: a table of values and what they approach; nothing is said that the values do not bear out."""

from __future__ import annotations

import pytest

import symdiff as sd
from symdiff.cli import main

LIMITS = [
    ("limit(sin(h)/h, h -> 0)", "1"),
    ("limit(sin(h)/h, h, 0)", "1"),
    ("limit((1 - cos(h))/h^2, h → 0)", "1/2"),
    ("limit((e^h - 1 - h)/h^2, h, 0)", "1/2"),
    ("limit((sqrt(1 + h) - 1)/h, h, 0)", "1/2"),
    ("limit((x^2 - 1)/(x - 1), x, 1)", "2"),
    ("limit(sin(x)/(x - pi), x, pi)", "-1"),
    ("limit((2^h - 1)/h, h, 0)", "log(2)"),
    ("limit((1 + h)^(1/h), h, 0)", "e"),
    ("limit((1 + 1/n)^n, n, oo)", "e"),
    ("limit((x^2 + 1)/(2x^2 - 3), x, oo)", "1/2"),
    ("limit(sqrt(x^2 + x) - x, x, oo)", "1/2"),
    ("limit(log(x)/x, x, oo)", "0"),
    ("limit(x*log(x), x, 0)", "0"),
    ("limit(1/log(h), h, 0)", "0"),
    ("limit(h*sin(1/h), h, 0)", "0"),
    ("limit(x^x, x, 0)", "1"),
    ("limit(1/h^2, h, 0)", "oo"),
    ("limit(log(h), h, 0)", "-oo"),
    ("limit(3, h, 0)", "3"),
    ("limit((f(x + h) - f(x))/h, h, 0) where f(x) = x^3", "3*x^2"),
    ("limit((sin(x + h) - sin(x))/h, h, 0)", "cos(x)"),
    ("limit((x^n - 1)/(x - 1), x, 1)", "n"),
    ("limit((exp((x + h)/4) - exp(x/4))/h, h, 0)", "exp(x/4)/4"),
    ("limit(h^2, h, 0) + 1", "1"),
]


@pytest.mark.parametrize(("text", "printed"), LIMITS)
def test_a_limit(text: str, printed: str) -> None:
    assert str(sd.parse(text)) == printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("limit(abs(h)/h, h, 0)", "1 from the right and -1 from the left"),
        ("limit(1/h, h, 0)", "oo from the right and -oo from the left"),
        ("limit(tan(x), x, pi/2)", "from the right"),
        ("limit(floor(x), x, 1)", "1 from the right and 0 from the left"),
        ("limit(sin(1/h), h, 0)", "no limit of sin(1/h) is seen"),
        ("limit(log(-1 - h^2), h, 0)", "has no values near h = 0"),
        ("limit(sin(h)/h, h)", "a name and a point"),
        ("limit(h, h, h + 1)", "what it is part of itself"),
    ],
)
def test_what_has_no_limit_says_so(text: str, said: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        sd.parse(text)
    assert said in str(caught.value)


def test_the_table_of_a_difference_quotient(capsys: pytest.CaptureFixture[str]) -> None:
    """d2l, section 2.4: f = 3x^2 - 4x at 1 for h = 0.1 to 0.00001."""
    assert main(["limit((f(1 + h) - f(1))/h, h, 0) where f(x) = 3x^2 - 4x"]) == 0
    table = [
        "h       | (3*(1 + h)^2 - 4*(1 + h) + 1)/h",
        "0.1     | 2.3",
        "0.01    | 2.03",
        "0.001   | 2.003",
        "0.0001  | 2.0003",
        "0.00001 | 2.00003",
        "h -> 0: 2",
    ]
    assert capsys.readouterr().out.splitlines() == table
    found = sd.limit("(f(1 + h) - f(1))/h where f(x) = 3x^2 - 4x", "h", 0)
    assert str(found).splitlines() == table
    assert found.value.attr == 2 and found.rows[-1] == (1e-05, 2.00003)


def test_conditions_and_sides_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limit((a^h - 1)/h, h, 0)"]) == 0
    assert capsys.readouterr().out == "h -> 0: log(a)\nwhere a > 0\n"
    assert main(["limit(sqrt(x), x, 0)"]) == 0
    assert "note: from the right alone" in capsys.readouterr().err
