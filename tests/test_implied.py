"""Conditions simplified: they say the same as before, in these words; and what facts, numbers and bounds decide.

The systems of golden/implied.txt are made of all kinds of conditions; `python tests/test_implied.py` writes what they
come to anew.
"""

from __future__ import annotations

import operator
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from condition_checks import Derivative, points
from condition_checks import holds as met

import symdiff as sd
from symdiff.algebra import Condition, holds, number
from symdiff.algebra.conditions import PREDICATES, condition
from symdiff.algebra.implied import simplified
from symdiff.algebra.leaves import ZERO
from symdiff.book.meaning import Meanings, read_condition
from symdiff.book.reader import Passage, Source
from symdiff.dims import size
from symdiff.show import condition_text

GOLDEN = Path(__file__).parent / "golden" / "implied.txt"
LET = (
    "x, y, z: scalar; p: positive scalar; k: integer; u, w: vector(n); v: positive vector(n); A, B: matrix(n, n); "
    "S: symmetric(n); P: spd(n); F: matrix(m, n); c: complex scalar; Z: complex matrix(n, n)"
)
NAMES = {s.name: s for s in sd.declare(LET)}


def read(text: str) -> tuple[Condition, ...]:
    """Conditions as books write them: `x > 0 where y > 0, invertible(A)`."""
    return read_condition(Passage(Source("golden", text), 0, text), Meanings(NAMES, {"n": size("n"), "m": size("m")}))


def rows() -> list[str]:
    return [row for row in GOLDEN.read_text("utf-8").splitlines() if row and row[0] != "#"]


def told(row: str) -> str:
    asked = row.split("  =>")[0]
    return f"{asked}  =>  {'; '.join(map(condition_text, simplified(read(asked))))}".rstrip()


def test_they_are_simplified_so() -> None:
    assert [told(row) for row in rows()] == rows()


COMPARED = frozenset(  # what the values of a lattice decide
    "positive nonnegative nonzero less less_equal apart equal within within_closed fractional".split()
)


def test_they_say_the_same_as_before() -> None:
    tried = 0
    for row in rows():
        before = read(row.split("  =>")[0])
        after = simplified(before)
        if not all(c.predicate in COMPARED for one in (*before, *after) for c in (one, *one.given)):
            continue
        parts = [part for c in (*before, *after) for part in c.parts]
        for point in points(Derivative(parts[0], NAMES["u"], ZERO, (*before, *after)), Random(3), 14, 2):
            said = [[met(c, point) for c in several] for several in (before, after)]
            if not any(None in several for several in said):
                tried += 1
                assert all(said[0]) is all(said[1]), f"{row} at {point.values}"
    assert tried > 2000


# ---------------------------------------------------------------- what is decided

TESTS: dict[str, Any] = {
    "positive": lambda a: a > 0, "nonnegative": lambda a: a >= 0, "nonzero": lambda a: a != 0, "real": lambda a: True,
    "off_poles": lambda a: a > 0 or a != int(a), "fractional": lambda a: a != int(a), "integer": lambda a: a == int(a),
    "odd": lambda a: a in (-1, 1, 3), "even": lambda a: a in (-2, 0, 2), "equal": operator.eq, "less": operator.lt,
    "less_equal": operator.le, "apart": operator.ne, "within": lambda a, b, c: b < a < c,
    "within_closed": lambda a, b, c: b <= a <= c,
}  # fmt: skip
ENDS = (-2, -1.5, -1, 0, 0.5, 1, 2, 3)


@pytest.mark.parametrize("name", TESTS)
def test_numbers_decide(name: str) -> None:
    for values in product(ENDS, repeat=PREDICATES[name]):
        assert holds(Condition(name, tuple(map(number, values)))) is TESTS[name](*values), values


# things with bounds, and numbers that fill them
NEAR, FAR = 2.0**-30, 2.0**40
ABOVE = [k / 2 for k in range(1, 11)]
BELOW = [-x for x in ABOVE]
BOUNDED: dict[str, list[float]] = {
    "sin({})": [-1, -1 + NEAR, 0, 0.5, 1 - NEAR, 1],
    "tanh({})": [-1 + NEAR, -0.5, 0, 1 - NEAR],
    "sigmoid({})": [NEAR, 0.5, 1 - NEAR],
    "exp({})": [NEAR, *ABOVE, FAR],
    "-exp({})": [-NEAR, *BELOW, -FAR],
    "{}^2": [0, NEAR, *ABOVE, FAR],
    "-{}^2": [0, *BELOW, -FAR],
    "{}": [-FAR, *BELOW, 0, *ABOVE, FAR],
}
SHIFTS = (-2, -1, 0, 1)
ORDERS = ("positive", "nonnegative", "nonzero", "less", "less_equal", "apart", "within", "within_closed")


def test_bounds_decide() -> None:
    """Everything that bounds of things that vary apart say."""
    rng, forms = Random(5), [(form, shift) for form in BOUNDED for shift in SHIFTS]
    for name, _ in product(ORDERS, range(60)):
        drawn = [rng.choice(forms) for _ in range(PREDICATES[name])]
        if "within" in name and rng.random() < 0.7:
            drawn[1:] = [("-exp({})", rng.choice(SHIFTS)), ("exp({})", rng.choice(SHIFTS))]
        texts = [f"{form.format(x)} + {shift}" for (form, shift), x in zip(drawn, "xyz", strict=False)]
        values = [[value + shift for value in BOUNDED[form]] for form, shift in drawn]
        apart = [(TESTS[name], values)]
        if len(values) == 3:  # no side decides the other
            x, low, high = values
            apart = [(TESTS["less" if name == "within" else "less_equal"], pair) for pair in ([low, x], [x, high])]
        said = [{test(*at) for at in product(*some)} for test, some in apart]
        wanted = False if {False} in said else True if all(some == {True} for some in said) else None
        assert holds(Condition(name, tuple(sd.parse(text, LET) for text in texts))) is wanted, (name, texts)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("separate_spectra(P, P)", True), ("separate_spectra(P, A)", None), ("separate_spectra(sqrtm(A), P)", True),
        ("separate_spectra(2*P, sqrtm(A)')", True), ("separate_spectra(-P, P)", None),
        ("separate_spectra(x*P, P)", None), ("separate_spectra(P*sqrtm(A), P)", None),
        ("separate_spectra(2*sqrtm(A), 3*P)", True), ("separate_spectra(inv(A), P)", None),
        ("x > 0 where y > 0", None), ("p > 0 where y > 0", True), ("x > 0 where p < 0", True),
        ("x > 0 where p > 0", None), ("x > 0 where 1 > 2", True), ("-p > 0 where y > 0", None),
        ("x < x", False), ("x != x", False), ("x <= x", None), ("scalar(x)", True), ("scalar(u)", False),
        ("vector(u)", True), ("vector(A)", False), ("matrix(A)", True), ("matrix(x)", False), ("square(A)", True),
        ("square(F)", False), ("square(u)", False), ("simple(u[0], u[0:1])", True), ("simple(u[0], u)", None),
        ("full_rank(P)", True), ("principal(P)", True), ("invertible(A)", None), ("real(c)", None), ("real(x)", True),
        ("c != 0", None), ("exp(c) != 0", True), ("w < v", None), ("off_poles(p)", True), ("off_poles(x)", None),
        ("-v > 0", False), ("(-v)[1:] > 0", None), ("symmetric(S)", True), ("spd(S)", None), ("k > 0", None),
        ("integer(k)", True), ("equal(x, y)", None), ("integer(x)", None),
    ],
)  # fmt: skip
def test_facts_and_shapes_decide(text: str, wanted: bool | None) -> None:
    (c,) = read(text)
    assert holds(c) is wanted


def test_a_condition_that_is_not_on_the_list() -> None:
    for name, count in (("green", 1), ("positive", 2), ("within", 2)):
        with pytest.raises(sd.SymdiffError, match=f"no condition '{name}' with {count} arguments"):
            condition(name, *[ZERO] * count)


if __name__ == "__main__":
    lines = [row if not row or row[0] == "#" else told(row) for row in GOLDEN.read_text("utf-8").splitlines()]
    GOLDEN.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        ("1/(x^2 + x + 1)", ""),
        ("log(2*x^2 - 3*x + 2)", ""),
        ("log(2*x^2 - 4*x + 1)", "2*x^2 - 4*x > -1"),
        ("log(1 - x^2/(1 + x^2))", ""),
        ("sqrt(1 - 2*x^2/(2*x^2 + y^2 + 1))", ""),
        ("sqrt(1 - 3*x^2/(2*x^2 + y^2 + 1))", "3*x^2/(2*x^2 + y^2 + 1) < 1"),
        ("log(1 - x/(1 + x))", "x != -1, x/(1 + x) < 1"),
        ("cbrt(x*y)", "x != 0, y != 0"),
    ],
)
def test_what_always_holds_is_not_asked(f: str, expected: str) -> None:
    """Squares and shares have their ranges: x^2 + x is never -1, u/(1 + u) never 1."""
    assert ", ".join(map(str, sd.conditions(f, "x", declarations="x, y: scalar"))) == expected
