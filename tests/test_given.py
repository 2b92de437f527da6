"""What is given with a question: used in the answer, left out of its conditions, gone from its symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import symdiff as sd

NAMES = "x, y, a, b: scalar; u, v: vector(n); A: matrix(n, n)"


@pytest.mark.parametrize(
    ("call", "given", "printed"),
    [
        (lambda **k: sd.simplify("sqrt(x^2) + abs(y)", NAMES, **k), "x > 0, y > 0", "x + y"),
        (lambda **k: sd.simplify("sqrt(x^2*y)", NAMES, **k), "x > 0, y > 0", "x*sqrt(y)"),
        (lambda **k: sd.grad("sqrt(x^2)*log(abs(x))", "x", NAMES, **k), "x > 0", "log(x) + 1"),
        (lambda **k: sd.diff("abs(x)", "x", declarations=NAMES, **k), "x is positive", "1"),
        (lambda **k: sd.grad("u'*A*u", "u", NAMES, **k), "A is symmetric", "2*A*u"),
        (lambda **k: sd.hessian("u'*A*u", "u", NAMES, **k), "symmetric(A)", "2*A"),
        (lambda **k: sd.jacobian("abs(u)", "u", NAMES, **k), "u > 0", "eye(n)"),
        (lambda **k: sd.hvp("u'*A*u", "u", "v", NAMES, **k), "A: symmetric(n)", "2*A*v"),
        (lambda **k: sd.jvp("abs(u)", "u", "w", "u: vector(n)", **k), "u > 0", "w"),
        (lambda **k: sd.derive("abs(x)*x", "x", declarations=NAMES, **k).result, "x > 0", "2*x"),
    ],
)
def test_what_is_given_is_used(call: Callable[..., Any], given: str, printed: str) -> None:
    without = call()
    found = call(given=given)
    assert str(found) == printed != str(without)
    known = {s.attr.name: s for s in sd.parse("x + y + a + b + u'*A*u + w'*w + v'*v", NAMES).symbols}
    assert all(known[s.attr.name].properties == s.properties for s in found.symbols)


@pytest.mark.parametrize(
    ("f", "given", "conditions"),
    [
        ("log(x)/(x - 1) + 1/y", "x > 1", "(y != 0,)"),
        ("log(x)/(x - 1) + 1/y", ["x > 1", "y != 0"], "()"),
        ("log(a + b)*x", "a + b > 0", "()"),
        ("log(a + b)*x", "a > 0, b > 0", "()"),
        ("log(a + b)*x", "a > 0", "(a + b > 0,)"),
        ("sqrt(1 - x^2)", "x > -1 and x < 1", "()"),
        ("abs(x)", "x != 0", "()"),
        ("abs(x)", "x >= 0", "(x != 0,)"),
        ("logdet(A)*x", "A is spd", "()"),
    ],
)
def test_conditions_that_follow_vanish(f: str, given: Any, conditions: str) -> None:
    assert str(sd.conditions(f, "x", declarations=NAMES, given=given)) == conditions
    assert str(sd.derive(f, "x", declarations=NAMES, given=given).conditions) == conditions


def test_expressions_are_given_too() -> None:
    x = sd.scalar("x")
    assert str(sd.diff(abs(x), x, given=x > 0)) == "1"
    assert sd.diff(abs(x) * x, x, given=x > 0).symbols == (x,)
    assert sd.check(abs(x) * x, x, 2 * x, "diff", given=x > 0).ok is True
    assert sd.check(abs(x) * x, x, 2 * x, "diff").ok is False


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("x + 1", "is no comparison"),
        ("q is positive", "`q` does not occur"),
        ("x is purple", "not a word that is known of `x`"),
        ("x > 0 or", "missing at the end"),
        (3, "is no comparison"),
    ],
)
def test_what_cannot_be_given(given: Any, said: str) -> None:
    with pytest.raises(sd.SymdiffError, match=said):
        sd.grad("abs(x)", "x", given=given)
