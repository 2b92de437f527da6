"""Points for the oracles: which conditions they meet, how they are drawn, at which sizes, on which sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_implied import LET as CONDITIONS_OF
from test_implied import read as conditions

import symdiff as sd
from symdiff.algebra import Condition, symbols_of
from symdiff.errors import LimitError, NotSupported
from symdiff.evaluation import Point
from symdiff.expr import postorder
from symdiff.oracles.points import (
    STYLES,
    Values,
    _style,
    draw,
    find_points,
    holds_with,
    is_ordinary,
    satisfied,
    shaken,
    size_choices,
    stand_in,
)
from symdiff.oracles.sizes import _valid, assignments, is_valid
from symdiff.oracles.switches import Switch, switches_of

# ---------------------------------------------------------------- points

E, R = np.eye(2), np.array([[0.0, 1.0], [-1.0, 0.0]])
NEARLY = np.array([[1.0, 1e-9], [0.0, 1.0]])


def turn(angle: float) -> Any:
    return np.cos(angle) * E + np.sin(angle) * R


# of a condition: its first argument's values at points for checking, and those that are no such points
MET: list[tuple[str, list[Any], list[Any]]] = [
    ("x > 0", [0.03, 5], [0.02, 0.01, 0, -1]),
    ("x >= 0", [0, 1], [-1e-3]),
    ("x != 0", [0.03, -0.03], [0.02, -0.02, 0.01, -0.01, 0]),
    ("fractional(x)", [2.03, -1.03, 0.5], [0.02, 2.01, 1.99, 3]),
    ("equal(x, 0)", [0.02, -0.02], [0.03]),
    ("equal(x, 1)", [1, 1.01, 0.99], [1.03, 0.97]),
    ("off_poles(x)", [-1.5, 0.03, 3], [-0.02, 0.02, -1.01, 0.01, 0, -2]),
    ("real(c)", [2, 1e-13j], [1e-12j, 1e-11j]),
    ("integer(x)", [2, -3, 2 + 1e-10], [1e-9, 2.1, 2 + 1e-8]),
    ("odd(x)", [3, -1, 1], [2, 0, 2.5, 3 + 1e-8]),
    ("even(x)", [2, 0, -2], [3, 1, 2.5, 2 + 1e-8]),
    ("x < 1", [0.97, -3], [0.99, 1, 2]),
    ("x <= 1", [1, 0], [1.001]),
    ("x < 0.02", [-1], [0, 1]),
    ("x != 0.02", [-1], [0, 0.02]),
    ("x != 1", [0.97, 1.03], [0.99, 1.01, 1]),
    ("within(x, -1, 1)", [0, 0.97, -0.97], [0.99, -0.99, 2, -2]),
    ("within(x, 0, 0.5)", [0.3], [0.02]),
    ("within_closed(x, -1, 1)", [1, -1, 0], [1.001, -1.001]),
    ("square(A)", [E], [np.ones((2, 3)), np.ones(2)]),
    ("invertible(A)", [E, R, np.diag([1, 0.02])], [np.diag([1, 0.01]), np.ones((2, 2)), np.full((2, 2), np.nan)]),
    ("full_rank(A)", [E, R, np.eye(2, 3)], [np.diag([1, 0.01]), np.full((2, 2), np.inf), np.ones((2, 3))]),
    ("symmetric(A)", [E, E + 1e-10 * R], [R, NEARLY, E + 1e-8 * R]),
    ("spd(A)", [E, 0.03 * E], [E + 0.1 * R, 0.02 * E, -E, E + R, np.array([[1.0, 2], [2, 1]])]),
    ("diagonal(A)", [E, np.diag([1, 0])], [NEARLY, R, np.ones((2, 2)), E + 1e-8 * R]),
    ("orthogonal(A)", [E, R, turn(0.3), -E], [2 * E, 0.5 * E, np.ones((2, 2))]),
    ("skew(A)", [R, 0 * E], [NEARLY - E, E, turn(0.3)]),
    ("lower(A)", [E, np.tril(np.ones((2, 2)))], [NEARLY, R, np.triu(np.ones((2, 2)))]),
    ("upper(A)", [E, np.triu(np.ones((2, 2)))], [NEARLY.T, R, np.tril(np.ones((2, 2)))]),
    ("unique_max(u)", [[1, 1, 2], [5], [2, 0, 2.03]], [[0, 0.02], [1, 2, 2], [2, 0, 2.01]]),
    ("unique_min(u)", [[1, 2, 2], [5], [2, 2.03, 9]], [[0, 0.02], [1, 1, 2], [2, 2.01, 9]]),
    ("unique_max_along(F, [0])", [[[1, 5], [2, 4]], [[1, 1]]], [[[1, 5], [1, 4]], [[1, 5], [2, 5.01]]]),
    ("unique_max_along(F, [1])", [[[1, 5], [2, 2.03]], [[1], [1]]], [[[1, 5], [2, 2]], [[1, 1.01], [2, 5]]]),
    ("unique_min_along(F, [0])", [[[1, 5, 3], [2, 5.03, 2]]], [[[1, 5, 3], [2, 5, 2]], [[1], [1.01]]]),
    ("unique_min_along(F, [0, 1])", [[[1, 5], [2, 5]]], [[[1, 5], [5, 1]], [[1, 5], [1.01, 5]]]),
    ("lone_max(u)", [[1, 2, 2], [1, 1], [0, 2, 2, 1.97], [5]], [[0, 0.02], [1, 2, 2.01], [2, 2, 1.99], [1e-10, 0]]),
    ("lone_min(u)", [[1, 1, 2], [1, 1], [2, 2, 2.03]], [[0, 0.02], [1, 1.01, 2], [2, 2, 2.01], [1e-12, 3e-12]]),
    ("lone_max_along(F, [0])", [[[1, 5], [1, 4]]], [[[1, 5], [1, 4.99]], [[1, 5], [1.01, 4]]]),
    ("lone_min_along(F, [1])", [[[1, 5], [2, 2]]], [[[1, 5], [2, 2.01]]]),
    (
        "distinct_entries(u)",
        [[3, 1, 1.03], [1], np.arange(20) * 0.0101],
        [[1, 1.01], [1, 2, 1], np.arange(20) * 0.0099],
    ),
    ("distinct_eigenvalues(A)", [np.diag([1, 1.03])], [E, np.diag([1, 1.01])]),
    ("rank(F, 1)", [np.diag([1, 0]), np.diag([1, 0.005]), np.ones((2, 3))], [E, np.diag([1, 0.02]), 0 * E]),
    ("simple(u[0], u)", [[1, 2, 2], [1, 1.03]], [[0, 0.02], [1, 1.01], [2, 1, 2]]),
    (
        "principal(A)",
        [E, turn(2.7), 0.2 * E],
        [-E, turn(2.9), 0.1 * E, 0.05 * E, np.diag([1, -1]), np.full((2, 2), np.nan)],
    ),
    ("separate_spectra(A, P)", [E, -1.2 * E, R], [-E, -1.05 * E, -0.95 * E, np.diag([3, -1])]),
    ("scalar(x)", [1], [[1, 2]]),
    ("vector(u)", [[1, 2]], [1, E]),
    ("matrix(A)", [E], [[1, 2]]),
]


@pytest.mark.parametrize(("text", "met", "missed"), MET, ids=[text for text, _, _ in MET])
def test_points_are_within_conditions_by_a_margin(text: str, met: list[Any], missed: list[Any]) -> None:
    (c,) = conditions(text)
    name = next(s.attr.name for s in postorder(*c.args) if s.op == "symbol")
    for values, wanted in ((met, True), (missed, False)):
        for value in values:
            given = {name: np.asarray(value, complex if np.iscomplexobj(value) else float), "P": E}
            point = Point(given, {"n": np.size(value)})

            def read(e: Any, point: Point = point) -> Any:
                return point.values[e.attr.name] if e.op == "symbol" else point.value(e)

            assert holds_with(c, read, 0.02) is wanted, value


@pytest.mark.parametrize(
    ("text", "at", "wanted"),
    [
        ("x > 0 where y > 0", {"x": -1, "y": -1}, True), ("x > 0 where y > 0", {"x": -1, "y": 0.01}, False),
        ("x > 0 where y > 0", {"x": 1, "y": 1}, True), ("log(x) > 0 where y > 0", {"x": -1, "y": -1}, True),
        ("u > 0 where w > 0", {"u": [1, -1], "w": [1, -1]}, True),
        ("u > 0 where w > 0", {"u": [1, -1], "w": [-1, 1]}, False),
        ("invertible(inv(A))", {"A": np.zeros((2, 2))}, False), ("u > 0", {"u": [1, -1]}, False),
    ],
)  # fmt: skip
def test_what_is_given_is_asked_first(text: str, at: dict[str, Any], wanted: bool) -> None:
    (c,) = conditions(text)
    values = {name: np.asarray(value, float) for name, value in at.items()}
    with np.errstate(all="ignore"):
        assert satisfied(c, Point(values, {"n": 2})) is wanted


def test_a_condition_that_no_number_tells() -> None:
    with pytest.raises(NotSupported, match="no way to evaluate the condition green"):
        satisfied(Condition("green", conditions("x > 0")[0].args), Point({"x": np.asarray(1.0)}, {}))


KINDS = {  # what the drawn values of a symbol are
    "symmetric(n)": lambda a: np.allclose(a, a.T),
    "spd(n)": lambda a: np.allclose(a, a.T) and np.linalg.eigvalsh(a)[0] > 0.1,
    "diagonal(n)": lambda a: np.allclose(a, np.diag(np.diag(a))),
    "orthogonal(n)": lambda a: np.allclose(a.T @ a, np.eye(3)),
    "lower(n)": lambda a: np.allclose(a, np.tril(a)),
    "upper(n)": lambda a: np.allclose(a, np.triu(a)),
    "skew(n)": lambda a: np.allclose(a, -a.T),
    "positive vector(n)": lambda a: np.all(a > 0),
    "integer vector(n)": lambda a: np.all((a == np.round(a)) & (a != 0) & (abs(a) < 5)),
    "vector(n)": lambda a: a.shape == (3,),
    "complex vector(n)": lambda a: np.all((abs(a.imag) > 0.05) & (abs(a.imag) < 1)),
    "complex symmetric(n)": lambda a: np.allclose(a, a.T) and np.iscomplexobj(a),
    "complex orthogonal(n)": lambda a: np.allclose(a.T @ a, np.eye(3)) and np.iscomplexobj(a),
}
RANGES = dict(zip(STYLES, [(0.4, 1.6), (0.4, 1.6), (0.05, 0.85), (1.2, 2.5), (0.1, 0.9)], strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_values_are_what_was_declared(kind: str) -> None:
    s, rng = sd.declare(f"s: {kind}"), np.random.default_rng(2)
    determinants = set()
    for style in STYLES * 4:
        value = draw(s, {"n": 3}, style, rng)
        assert KINDS[kind](value), value
        determinants |= {np.sign(np.linalg.det(value).real)} if "orthogonal" in kind else set()
    assert determinants in (set(), {-1, 1})
    if "orthogonal" in kind:
        assert {round(draw(s, {"n": 1}, style, rng).real.item()) for style in STYLES * 4} == {-1, 1}


def test_drawn_values_are_of_their_style() -> None:
    rng = np.random.default_rng(2)
    assert {*abs(draw(sd.declare("k: integer vector(60)"), {}, "plain", rng))} == {1, 2, 3, 4}
    for kind in ("vector(40)", "positive vector(40)"):
        x = sd.declare(f"x: {kind}")
        for style, (low, high) in RANGES.items():
            value = draw(x, {}, style, rng)
            if "positive" in kind and style == "small":
                low, high = RANGES["positive"]
            assert low <= np.min(abs(value)) < low + 0.2 and high - 0.2 < np.max(abs(value)) <= high
            assert np.any(value < 0) == (style in ("plain", "small") and "positive" not in kind)


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("symmetric(2)", [[1, 2], [4, 1]], [[1, 3], [3, 1]]), ("spd(2)", [[1, 0.5], [0, 1]], [[1, 0.25], [0.25, 1]]),
        ("spd(2)", [[1, 2], [2, 1]], None), ("positive scalar", 2, 2), ("positive scalar", -1, None),
        ("positive scalar", 0, None), ("positive vector(2)", [1, 0], None), ("integer", 2.7, 3), ("scalar", 2.7, 2.7),
        ("skew(2)", [[1, 2], [0, 1]], [[0, 1], [-1, 0]]), ("orthogonal(2)", [[1, 0], [0, 1]], None),
        ("scalar", np.nan, None), ("vector(2)", [1, np.inf], None), ("lower(2)", [[1, 2], [3, 4]], [[1, 0], [3, 4]]),
        ("diagonal(2)", [[1, 2], [3, 4]], [[1, 0], [0, 4]]),
    ],
)  # fmt: skip
def test_values_are_fitted_to_what_was_declared(kind: str, value: Any, wanted: Any) -> None:
    s = sd.declare(f"s: {kind}")
    found = Values([s], []).fitted(s, np.asarray(value, float))
    assert (found is None) if wanted is None else np.allclose(found, wanted)


def test_conditions_give_symbols_their_structure() -> None:
    a, u, x = (sd.parse(name, CONDITIONS_OF) for name in ("A", "u", "x"))
    made = Values([a * x, u], conditions("symmetric(A + A*A), integer(x)"))
    rng = np.random.default_rng(4)
    for _ in range(5):
        point = made.draw({"n": 3}, lambda: "above one", rng)
        assert np.allclose(point.values["A"], point.values["A"].T) and point.values["x"] == np.round(point.values["x"])
        assert not np.allclose(point.values["u"], np.round(point.values["u"]))
    assert np.allclose(made.fitted(a, np.array([[1.0, 2], [4, 1]])), [[1, 3], [3, 1]])  # type: ignore[arg-type]
    assert made.is_whole(x) and not made.is_whole(a)


def test_what_is_too_large_is_not_drawn() -> None:
    with pytest.raises(LimitError, match="too large to check at numbers"):
        draw(sd.declare("A: matrix(100000, 100000)"), {}, "plain", np.random.default_rng(0))


@pytest.mark.parametrize(
    ("text", "wanted"), [("x", True), ("1e8*x", False), ("1/(x - 1)", False), ("1e60*x/(1e60 + x)", False)]
)
def test_ordinary_points(text: str, wanted: bool) -> None:
    with np.errstate(all="ignore"):
        assert is_ordinary(sd.parse(text), Point({"x": np.asarray(1.0)}, {})) is wanted


def test_shaken_points_differ_in_the_last_digits() -> None:
    point = Point({"x": np.linspace(1, 2, 50), "k": np.asarray(3), "z": np.asarray(1 + 2j)}, {})
    moved = shaken(point)
    assert 0 < np.max(abs(moved.values["x"] / point.values["x"] - 1)) < 2.0**-48
    assert moved.values["k"] == 3 and moved.values["z"] != 1 + 2j


def test_styles_have_their_turns() -> None:
    rng = np.random.default_rng(0)
    assert [_style(turn, rng) for turn in range(10)] == [*STYLES, *STYLES]
    later = [_style(turn, rng) for turn in range(10, 60)]
    assert set(later) == set(STYLES) and later[:5] != [*STYLES]


def test_points_are_found_where_there_are_any() -> None:
    t, one = sd.parse("t"), sd.parse("1 + 0*a", "a: scalar")
    positive = (Condition("positive", (t,)),)
    found = list(find_points(t, [], positive, {}, 1, 40))
    assert 10 < len(found) < 40 and all(point.values["t"] > 0.02 for point in found)
    assert list(find_points(sd.parse("log(t - 100)"), [], (), {}, 1, 20)) == []
    assert len(list(find_points(one, [], (), {}, 1, 7))) == 7
    assert list(find_points(one, [], (Condition("less", (one, one)),), {}, 1, 7)) == []


@pytest.mark.parametrize(
    ("text", "found", "draws"),
    [("2", 7, 7), ("log(-2)", 0, 1), ("t", 7, 7), ("log(-t^2)", 0, 7), ("f(2)", 7, 7), ("log(-f(2)^2)", 0, 7),
     ("sqrt(f(2))", (1, 6), 7), ("sqrt(t)", (1, 6), 7)],
)  # fmt: skip
def test_what_does_not_vary_is_drawn_once(text: str, found: Any, draws: int, monkeypatch: Any) -> None:
    """Where there are neither symbols nor functions that are only names, one point says what all say."""
    made, one = [], Values.draw
    monkeypatch.setattr(Values, "draw", lambda *args: made.append(1) or one(*args))
    with np.errstate(all="ignore"):
        count = len(list(find_points(sd.parse(text, "t: scalar; f: function"), [], (), {}, 1, 7)))
    assert (found == count if isinstance(found, int) else found[0] <= count <= found[1]) and len(made) == draws


def test_functions_that_are_only_names_have_stand_ins() -> None:
    e, rng = sd.parse("f(t)", "f: positive function"), np.random.default_rng(0)
    for _ in range(20):
        values = [float(stand_in(e.attr[0], {}, rng).derivative((), np.asarray(t))) for t in (-3.0, 0.0, 0.7, 5.0)]
        assert min(values) > 0.4 and len(set(values)) == 4
    g = sd.parse("g(x, t)", "g: function(vector(n), scalar) -> vector(m); x: vector(n)")
    assert stand_in(g.attr[0], {"n": 2, "m": 3}, rng).derivative((0,), np.ones(2), np.asarray(1.0)).shape == (3, 2)


# ---------------------------------------------------------------- sizes

SIZED = "x: vector(n); y: vector(m); A: matrix(m, n); z: vector(n + 2); p: vector(3); B: matrix(n, n); w: vector(k)"


def sized(text: str) -> Any:
    return sd.parse(text, SIZED)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x", [{"n": 3}]), ("A", [{"m": 3, "n": 4}, {"m": 4, "n": 3}]), ("sum(x) + sum(p)", [{"n": 4}]),
        ("A*x + y", [{"m": 3, "n": 4}, {"m": 4, "n": 3}]), ("3*t", [{}]),
        ("sum(A) + sum(w)", [{"k": 3, "m": 4, "n": 2}, {"k": 2, "m": 4, "n": 3}, {"k": 4, "m": 2, "n": 3}]),
        ("n*t", [{"n": 3}]),
    ],
)  # fmt: skip
def test_sizes_are_chosen(text: str, wanted: list[dict[str, int]]) -> None:
    assert size_choices([sized(text)], (3, 4, 2)) == wanted


def test_more_sizes_than_were_offered() -> None:
    names = [f"v{k}: vector(n{k})" for k in range(4)]
    e = sd.parse("sum(v0) + sum(v1) + sum(v2) + sum(v3) + sum([1, 2, 3, 4, 5])", "; ".join(names))
    assert size_choices([e], (3, 5)) == [
        dict(zip(["n0", "n1", "n2", "n3"], sizes, strict=True)) for sizes in ([3, 2, 4, 6], [6, 4, 2, 3], [2, 4, 6, 3])
    ]


@pytest.mark.parametrize(
    ("text", "sizes", "wanted"),
    [
        ("x[4]", {"n": 4}, False), ("x[4]", {"n": 5}, True), ("x[1:4]", {"n": 4}, True), ("x[1:4]", {"n": 3}, False),
        ("x", {"n": 0}, False), ("x", {"n": 1}, True), ("p", {}, True), ("x[n-1]", {"n": 1}, True),
        ("B", {"n": 10**5}, False), ("x[::-1]", {"n": 2}, True), ("x[-3]", {"n": 2}, False),
        ("A[1, 2]", {"m": 2, "n": 3}, True),
        ("x[5:2:-1]", {"n": 5}, False), ("x[5:2:-1]", {"n": 6}, True), ("x[1:8:3]", {"n": 7}, False),
        ("x[1:8:3]", {"n": 8}, True), ("x[1:9:3]", {"n": 8}, True), ("x[n-3:]", {"n": 2}, False),
        ("x[n-3:]", {"n": 3}, True), ("x[n-1:0:-1]", {"n": 1}, False), ("x[n-2:n]", {"n": 1}, False),
        ("x[n-5:n-2]", {"n": 4}, False), ("x[n-5:n-2]", {"n": 5}, True), ("x[7:4:-1]", {"n": 7}, False),
        ("A[1, 2]", {"m": 3, "n": 2}, False), ("z[1:]", {"n": 1}, True),
    ],
)  # fmt: skip
def test_sizes_must_give_every_entry(text: str, sizes: dict[str, int], wanted: bool) -> None:
    assert is_valid(sizes, postorder(sized(text))) is wanted


@pytest.mark.parametrize(
    ("text", "wanted", "unreached"),
    [
        ("x", "n=3; n=4; n=1", ""),
        ("A*x", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1", ""),
        ("x[6]", "n=7", ""),
        ("sum(x)*relu(n - 5)", "n=3; n=4; n=1; n=5; n=6", ""),
        ("sum(x)*relu(n - 1000)", "n=3; n=4; n=1; n=1000; n=1001", ""),
        ("relu(n)*t", "n=3; n=4; n=1", ""),
        ("relu(1 - n)*t", "n=3; n=4; n=1", ""),
        ("relu(m - n)*sum(A)", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1", ""),
        ("where(n == 7, 1, 2)*t", "n=3; n=4; n=1; n=7", ""),
        ("where(n == 0, 1, 2)*t", "n=3; n=4; n=1", ""),
        ("where(0 == n, 1, 2)*t", "n=3; n=4; n=1", ""),
        ("where(-3 == n + m, 1, 2)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1", ""),
        ("where(1 == n*m, 1, 2)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1", ""),
        ("relu(1 - n*m)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1", ""),
        ("relu(2 - n*m)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1; m=1 n=2", ""),
        ("relu(n - 10000000)*sum(x)", "n=3; n=4; n=1", "n - 10000000 > 0; n - 10000000 == 0"),
        ("p", "", ""),
        ("z", "n=3; n=4; n=1", ""),
        ("sum(x) + sum(p)", "n=4; n=1", ""),
        ("relu(n^2 - 50)*t", "n=3; n=4; n=1; n=49", "n^2 - 50 == 0"),
        ("relu(-n - 3)*t", "n=3; n=4; n=1", ""),
        ("relu(n - m - 20)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1; m=1 n=21; m=1 n=22", ""),
        ("sum(z[1:9])", "n=10", ""),
        ("sum(A) + sum(w)", "k=3 m=4 n=2; k=2 m=4 n=3; k=4 m=4 n=4; k=1 m=1 n=1", ""),
        ("relu(2*n - 9)*x", "n=3; n=4; n=1; n=5", ""),
        ("relu(n - m - 18)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1; m=1 n=19; m=1 n=20", ""),
        (
            "relu(n - m - 21)*relu(n - 20)*t",
            "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1; m=1 n=20; m=1 n=21; m=1 n=22; m=1 n=23",
            "",
        ),
        (
            "relu(n - m - k - 20)*t",
            "k=3 m=4 n=2; k=2 m=4 n=3; k=4 m=4 n=4; k=1 m=1 n=1; k=1 m=1 n=22",
            "n - m - k - 20 > 0",
        ),
        ("where(n + 2 == 20, 1, 2)*t", "n=3; n=4; n=1", "n + 2 == 20"),
        ("where(n + 1 == 20, 1, 2)*t", "n=3; n=4; n=1; n=19", ""),
        ("relu(n - m - 4)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1; m=1 n=5; m=1 n=6", ""),
        ("where(n == m, 1, 2)*t", "m=3 n=4; m=4 n=3; m=4 n=4; m=1 n=1", ""),
    ],
)
def test_sizes_reach_both_sides_of_switches(text: str, wanted: str, unreached: str) -> None:
    e = sized(text)
    chosen, left = assignments([e], [s for s in switches_of(e)[0] if not symbols_of(s.left, s.right)])
    assert "; ".join(" ".join(f"{name}={k}" for name, k in sizes.items()) for sizes in chosen) == wanted
    assert "; ".join(switch.text(place) for switch, place in left) == unreached


def test_sizes_from_a_pool() -> None:
    """Small ones first; of a large pool the smallest and the largest."""
    pool = list(range(1, 41))
    assert [choice["a"] for choice in _valid(["a"], pool, [])] == pool
    chosen = list(_valid(["a", "b", "c"], pool, []))
    assert {k for choice in chosen for k in choice.values()} == {*range(1, 8), *range(34, 41)}
    assert [tuple(choice.values()) for choice in chosen[:5]] == [(1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (1, 2, 2)]
    assert {k for choice in _valid(list("abcdefghijklm"), pool, []) for k in choice.values()} == {1, 40}
    assert [choice["n"] for choice in _valid(["n"], pool[:6], postorder(sized("x[4]")))] == [5, 6]


# ---------------------------------------------------------------- switches

SYMBOLS = """t, s: scalar; k: integer; j: positive integer; x: vector(n); v: positive vector(n); z: complex scalar
A: matrix(n, n)"""
SWITCHED = [  # kinks, edges
    ("max(x)", "", "x < zeros(n), x > zeros(n)"),
    (
        "max([t, s])",
        "entry 0 of [t, s] the one that max takes, entry 1 of [t, s] the one that max takes",
        "s < 0, s > 0, t < 0, t > 0",
    ),
    (
        "min([t, 1, s])",
        "entry 0 of [t, 1, s] the one that min takes, entry 1 of [t, 1, s] the one that min takes",
        "s < 0, s > 0, t < 0, t > 0",
    ),
    ("relu(x)", "x < zeros(n), x > zeros(n)", ""),
    (
        "abs([t, s])",
        "[t, s] < zeros(2) in entry 0, [t, s] < zeros(2) in entry 1, "
        "[t, s] > zeros(2) in entry 0, [t, s] > zeros(2) in entry 1",
        "s < 0, s > 0, t < 0, t > 0",
    ),
    ("floor(t)", "t < 0, t > 0", "t < 1, t > 1"),
    ("where(t < s and s > 2, 1, 2)", "s < 2, s > 2, t < s, t > s", "s < 0, s > 0, t < 0, t > 0"),
    ("where(k == 2, 1, 2)", "k != 2, k == 2", "k < 0, k > 0, k == 0"),
    ("where(k < j, 1, 2)", "k < j, k > j, k == j", "k < 0, k > 0, k == 0"),
    ("round(t)", "t < 0, t > 0", "t < 1, t > 1"),
    ("where(x == 1, 1, 2)", "x != ones(n)", "x < zeros(n), x > zeros(n)"),
    ("sqrt(abs(t))", "t < 0, t > 0", ""),
    ("log(t - 2)", "", "t - 2 < 0, t - 2 > 0, t < 0, t > 0"),
    ("asin(t)", "t < 0, t > 0", "abs(t) < 1, abs(t) > 1"),
    ("abs(t)^2", "", "t < 0, t > 0"),
    ("abs(x).^2", "", "x < zeros(n), x > zeros(n)"),
    ("abs(t)^3", "t < 0, t > 0", ""),
    ("abs(z)^2", "", "real(z) < 0, real(z) > 0, imag(z) < 0, imag(z) > 0"),
    ("abs(t)^4*s", "t < 0, t > 0", "s < 0, s > 0"),
    (
        "hardtanh(t)",
        "abs(t) < 1, abs(t) > 1, t < 0, t > 0, t < -1, t > -1, t < 1, t > 1, max(t, -1) < 1, max(t, -1) > 1",
        "",
    ),
    ("clip(t, -1, 2)", "t < -1, t > -1, t < 2, t > 2, max(t, -1) < 2, max(t, -1) > 2", "t < 0, t > 0"),
    ("atan2(t, s)", "t < 0, t > 0", "s < 0, s > 0"),
    ("atan2(t, imag(z))", "t < 0, t > 0", "imag(z) < 0, imag(z) > 0, real(z) < 0, real(z) > 0"),
    ("j^t", "", "t < 0, t > 0"),
    ("v.*x", "", "x < zeros(n), x > zeros(n)"),
    ("relu(exp(t))", "exp(t) > 0", "t < 0, t > 0"),
    ("relu(-exp(t) - 1)", "-exp(t) - 1 < 0", "t < 0, t > 0"),
    ("relu(t^2)", "t^2 > 0", "t < 0, t > 0"),
    ("where(k^2 > 0, 1, 2)", "k^2 > 0, k^2 == 0", "k < 0, k > 0, k == 0"),
    ("where(2*k + 1 == 0, 1, 2)", "2*k + 1 != 0", "k < 0, k > 0, k == 0"),
    ("abs(z)", "", "real(z) < 0, real(z) > 0, imag(z) < 0, imag(z) > 0"),
    ("t^(1/3)", "", "t < 0, t > 0"),
    ("1/t", "", "t < 0, t > 0"),
    ("norm2(x)", "", "x < zeros(n), x > zeros(n)"),
    ("det(A)", "", "A < zeros(n, n), A > zeros(n, n)"),
    ("inv(A)", "", "A < zeros(n, n), A > zeros(n, n), det(A) < 0, det(A) > 0"),
    ("logdet(A)", "", "det(A) < 0, det(A) > 0, A < zeros(n, n), A > zeros(n, n)"),
    ("sign(t - 1)", "t - 1 < 0, t - 1 > 0", "t < 0, t > 0"),
    ("max(t, s)", "t < s, t > s", "s < 0, s > 0, t < 0, t > 0"),
    ("where(x > t, x, 0*x)", "x < t*ones(n), x > t*ones(n)", "x < zeros(n), x > zeros(n), t < 0, t > 0"),
    ("max(A)", "", "A < zeros(n, n), A > zeros(n, n)"),
    ("softsign(t)", "t < 0, t > 0", ""),
    ("where(real(z) > 1, 1, 2)", "real(z) < 1, real(z) > 1", "real(z) < 0, real(z) > 0, imag(z) < 0, imag(z) > 0"),
    ("acosh(t)", "", "1 < t, 1 > t, t < 0, t > 0"),
]


@pytest.mark.parametrize(("text", "kinks", "edges"), SWITCHED)
def test_switches_are_found(text: str, kinks: str, edges: str) -> None:
    found = switches_of(sd.parse(text, SYMBOLS))
    assert [", ".join(s.text(place) for s in some for place in s.places(2)) for some in found] == [kinks, edges]


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (1, 2, "<!="), (2, 1, ">!="), (1, 1, "=="), (1, 1 + 1e-12, ""), (1, 1 + 1e-8, "<!="), ([1, 3], [2, 2], "<>!="),
        ([1, 2], [1, 3], "<==!="), (0, 0, "=="), (np.nan, 1, ""), (-1e9, 1, "<!="),
    ],
)  # fmt: skip
def test_the_side_of_a_point(left: Any, right: Any, wanted: str) -> None:
    x, y = sd.declare("x, y: vector(n)")
    sides = [*Switch(x, y).sides(np.asarray(left, float), np.asarray(right, float))]
    assert {word for (word,) in sides} == {w for w in ("<", ">", "==", "!=") if w in wanted}


def test_sides_of_entries() -> None:
    t, s = sd.declare("t, s: scalar")
    pair = sd.parse("[t, s]")
    zero = sd.parse("zeros(2)")
    assert {*Switch(pair, zero).sides(np.array([1.0, -1.0]), np.zeros(2))} == {(">", 0), ("<", 1), ("!=", 0), ("!=", 1)}
    assert [*Switch(pair, pair, winner="max").sides(np.array([1.0, 2.0]), np.zeros(2))] == [("first", 1)]
    assert [*Switch(pair, pair, winner="min").sides(np.array([1.0, 2.0]), np.zeros(2))] == [("first", 0)]
    many = sd.parse(f"[{', '.join('t' for _ in range(16))}, s]")
    assert len([*Switch(many, many).sides(np.ones(17), np.zeros(17))]) == 2
    assert len(Switch(many, sd.parse("zeros(17)")).places(17)) == 2 and len(Switch(pair, zero).places(2)) == 4
    assert {t, s} == {*symbols_of(pair)}
