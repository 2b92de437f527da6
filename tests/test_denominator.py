"""Sums of quotients over one denominator: shorter, of the same value, with the same points where they have one."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from rule_cases import differs

import symdiff as sd
from symdiff.algebra import add, mul, number, power
from symdiff.expr import Expr
from symdiff.rewriting import present
from symdiff.rewriting.denominator import over_one_denominator

_BASES = [sd.parse(text, "x, y, z: scalar") for text in ("x", "x + y", "1 + x^2", "y", "sin(z)", "x - y")]
_POWERS = [-3, -2, -2, -1, -1, Fraction(-1, 2), Fraction(-3, 2), 1, 2, Fraction(1, 2)]


def quotients(seed: int) -> Expr:
    """A sum of products of powers, of both signs and of one base more than once."""
    random = Random(seed)
    bases = random.sample(_BASES, 2)

    def term() -> Expr:
        factors = [power(random.choice(bases), number(random.choice(_POWERS))) for _ in range(random.randint(1, 4))]
        return mul(number(random.choice([1, -1, 2, 3, Fraction(1, 2)])), *factors)

    return add(*(term() for _ in range(random.randint(2, 4))))


@pytest.mark.parametrize("seeds", [range(150), pytest.param(range(150, 600), marks=pytest.mark.slow)])
def test_values_stay(seeds: range) -> None:
    changed = 0
    for seed in seeds:
        e = quotients(seed)
        found = over_one_denominator(e, 24) if e.op == "add" else None
        if found is not None:
            changed += 1
            assert differs(e, mul(*found), (), seed) is None, e
        assert differs(e, present(e), (), seed) is None, e
    assert changed > len(seeds) / 30


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("1/u - x/u^2", "(u - x)/u^2"),
        ("1/(x^2 + y^2) - 2*x^2/(x^2 + y^2)^2", "(y^2 - x^2)/(x^2 + y^2)^2"),
        ("a/(a + b) - a^2/(a + b)^2", "a*b/(a + b)^2"),
        ("1/sqrt(1 + x^2) - x^2/(1 + x^2)^(3/2)", "1/(1 + x^2)^(3/2)"),
        ("q/s^3 - n/s", "q/s^3 - n/s"),
        ("1/x + 1/y", "1/x + 1/y"),
        ("1/x - 1/x^2 + 1", "1/x - 1/x^2 + 1"),
    ],
)
def test_what_is_shorter_is_written(text: str, shorter: str) -> None:
    assert str(sd.simplify(text)) == shorter


@pytest.mark.parametrize(
    ("text", "printed", "conditions"),
    [
        ("atan(1/x)", "-1/(x^2 + 1)", ["x != 0"]),
        ("atan(a/x)", "-a/(x^2 + a^2)", ["x != 0"]),
        ("log(1 + 1/x)", "-1/(x^2*(1 + 1/x))", ["1/x > -1"]),
        ("exp(-1/x)", "exp(-1/x)/x^2", ["x != 0"]),
    ],
)
def test_divisors_are_multiplied_out_where_nothing_new_is_to_be_said(
    text: str, printed: str, conditions: list[str]
) -> None:
    assert str(sd.diff(text, "x")) == printed
    assert [str(condition) for condition in sd.conditions(text, "x")] == conditions


def test_divisors_of_entries_stay_with_the_entries() -> None:
    f, declarations = "sum(exp(log(x + h)./log(b)))", "x, b, h, v: vector(n)"
    assert str(sd.jvp(f, "x", "v", declarations)) == "exp(log(x + h)./log(b))'*(v./((x + h).*log(b)))"
