"""`sd.trace`: the value is NumPy's, the formula has it, and the derivatives are those of finite differences."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import traced_functions
from traced_functions import CASES, REFUSED, control_flow, detached, filling_in_place, runge_kutta, second_price

import symdiff as sd
from symdiff import expr as nodes
from symdiff.evaluation import Point
from symdiff.oracles.points import satisfied

SIGNS = {
    traced_functions.symmetric_functions,
    traced_functions.decompositions,
}  # of vectors, as NumPy happens to choose


def leaves(value: Any) -> list[Any]:
    """The arrays of an argument, in the order of the symbols."""
    if isinstance(value, (dict, list, tuple)):
        return [leaf for part in (value.values() if isinstance(value, dict) else value) for leaf in leaves(part)]
    return [value] if isinstance(value, (int, float, np.ndarray)) else []


def moved(value: Any, which: list[int], place: Any, step: float) -> Any:
    """A copy of the arguments in which one entry of one leaf is moved."""
    if isinstance(value, dict):
        return {k: moved(v, which, place, step) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, which, place, step) for v in value)
    if not isinstance(value, (int, float, np.ndarray)):
        return value
    which[0] -= 1
    if which[0] != -1:
        return copy.copy(value)
    if isinstance(value, np.ndarray):
        value = value.astype(float)
        value[place] += step
        return value
    return value + step


def slopes(f: Callable[..., Any], args: tuple[Any, ...], k: int, shape: tuple[int, ...]) -> Any:
    """The derivative by a leaf: central differences, the axes of the result first."""
    h = 2e-6
    columns = []
    for place in np.ndindex(shape):
        up, down = (np.asarray(f(*moved(args, [k], place, s)), dtype=float) for s in (h, -h))
        columns.append((up - down) / (2 * h))
    return np.moveaxis(np.array(columns).reshape(shape + columns[0].shape), range(len(shape)), range(-len(shape), 0))


@pytest.mark.sample(30)
@pytest.mark.parametrize("f, args", CASES, ids=[f"{f.__name__}-{k}" for k, (f, _) in enumerate(CASES)])
def test_agrees_with_finite_differences(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    own, given = copy.deepcopy(args), copy.deepcopy(args)
    plain, t = f(*own), sd.trace(f)(*given)
    np.testing.assert_array_equal(t.value, plain)
    assert np.asarray(t.value).dtype == np.asarray(plain).dtype
    for a, b in zip(leaves(own), leaves(given), strict=True):  # what is changed in place
        np.testing.assert_array_equal(a, b)
    names = {s.name: v for s, v in t._given.values.items()}
    np.testing.assert_allclose(t.expr(names), plain, rtol=1e-9, atol=1e-12)
    jacobians, gradients = leaves(t.jacobian()), leaves(t.grad())
    for k, value in enumerate(leaves(args)):
        if np.asarray(value).dtype.kind == "i" and f.__name__ != "whole_numbers":
            continue  # what counts or chooses does not move
        slope = slopes(f, args, k, np.shape(value))
        np.testing.assert_allclose(jacobians[k], slope, rtol=2e-5, atol=2e-7)
        np.testing.assert_allclose(
            gradients[k], jacobians[k].sum(axis=tuple(range(t.expr.rank))), rtol=1e-9, atol=1e-12
        )


def shaken(value: Any, rng: Any, width: float) -> Any:
    """A copy of the arguments in which all fractions are others."""
    if isinstance(value, dict):
        return {k: shaken(v, rng, width) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(shaken(v, rng, width) for v in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value + width * rng.normal(size=value.shape)
    if isinstance(value, float):
        return value + width * float(rng.normal())
    return copy.copy(value)


@pytest.mark.sample(8)
@pytest.mark.parametrize(
    "f, args", [case for case in CASES if case[0] not in SIGNS], ids=lambda a: getattr(a, "__name__", "")
)
def test_conditions_are_enough(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Wherever the conditions of a trace hold its formula is what the function gives."""
    t, rng = sd.trace(f)(*copy.deepcopy(args)), np.random.default_rng(1)
    for width in (0.02, 0.1, 0.5, 2.0):
        given = shaken(args, rng, width)
        try:
            other = sd.trace(f)(*copy.deepcopy(given))
        except (ValueError, ZeroDivisionError, OverflowError, np.linalg.LinAlgError):
            continue  # no value there
        values = {s.name: np.asarray(v, dtype=float) for s, v in other._given.values.items()}
        if all(satisfied(c, Point(values, {}), 0.0) for c in t.conditions):
            np.testing.assert_allclose(t.expr(values), other.value, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("f, line", REFUSED, ids=[f.__name__ for f, _ in REFUSED])
def test_what_leaves_is_refused_at_its_line(f: Callable[..., Any], line: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        sd.trace(f)(np.array([1.0, 2.0, 3.0]))
    error = caught.value
    assert error.line is not None and error.text is not None
    assert line in error.text.splitlines()[error.line - 1]
    assert f"traced_functions.py, line {error.line}, in " in str(error)


def test_detached() -> None:
    """`detach` keeps the value: of sum(u*x) the gradient is u, of sum(x*x) still 2x."""
    x = np.arange(4.0)
    t = sd.trace(detached)(x)
    assert t.value == detached(x) and str(t.expr) == "sum(detach(x.^2).*x) + sum(x.^2)"
    np.testing.assert_array_equal(t.grad()[0], x**2 + 2 * x)


def test_what_is_shown() -> None:
    t = sd.trace(control_flow)(2.3)
    assert (str(t.expr), str(t.conditions)) == ("512*a", "(a >= 125/64, a < 125/32)")
    assert float(t.grad()[0]) == t.value / 2.3
    assert sd.trace(second_price)(np.array([3.0, 9.0, 7.5])).grad()[0].tolist() == [0, 0, 1]
    assert str(sd.trace(lambda x, A: x @ A @ x)(np.ones(2), np.eye(2)).expr) == "x'*A*x"
    assert str(sd.trace(runge_kutta_of_growth)(1.0).expr) == "65*y/24"
    x = np.array([1.0, -2.0, 3.0])
    assert str(sd.trace(products_in_a_loop)(x, x).expr) == "1 + 2*x.*sin(y)"
    assert str(sd.trace(lambda x: [math.exp(v) / 2 for v in x])(x).expr) == "exp(x)/2"


def products_in_a_loop(x: Any, y: Any) -> Any:
    out = np.ones(len(x))
    for k in range(len(x)):
        out[k] += 2 * x[k] * math.sin(y[k])
    return out


def runge_kutta_of_growth(y: Any) -> Any:
    k1 = y
    k2 = y + k1 / 2
    k3 = y + k2 / 2
    return y + (k1 + 2 * k2 + 2 * k3 + (y + k3)) / 6


def test_what_does_not_move_asks_for_nothing() -> None:
    """A zero put beside what moves is no place where `where` or `abs` turn."""
    t = sd.trace(lambda p: np.sum(np.where(np.append(p, 0) > 0, 1.0, np.abs(np.append(p, 0)))))(np.array([0.5, -1.0]))
    assert set(map(str, t.conditions)) == {"p[0] != 0", "p[1] != 0"}
    assert str(sd.conditions("sum(abs([x, 0]))", "x")) == "(x != 0,)"


def test_at_the_edge_of_a_case() -> None:
    """What is not chosen has no part in the derivative, not even as 0 times infinity."""
    t = sd.trace(lambda p: np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), 0.0).sum())(np.array([0.0, 0.5]))
    np.testing.assert_allclose(t.grad()[0], [0, np.log(0.5) + 1])


def test_one_array_twice() -> None:
    def f(x: Any, y: Any) -> Any:
        x *= 2
        return x @ y

    t = sd.trace(f)(a := np.array([1.0, 3.0]), a)
    assert (t.value, str(t.expr)) == (20, "2*x'*y")
    assert [g.tolist() for g in t.grad()] == [[2, 6], [2, 6]]


def test_graph() -> None:
    """y = 2x'x of the chapter: 28, and back to 4x."""
    told = sd.trace(lambda x: 2 * np.dot(x, x))(np.arange(4.0)).graph().table()
    assert "28" in told and "[0, 4, 8, 12]" in told


def test_arguments() -> None:
    """Each its gradient, in its shape: lists and dictionaries of them, None for what is no number."""

    def f(a: Any, *rest: Any, mode: str, table: Any) -> Any:
        return a * rest[0].sum() + table["w"][0] if mode == "sum" else a

    t = sd.trace(f)(2.0, np.ones(3), mode="sum", table={"w": [1.0, 2]})
    assert str(t.expr) == "a*sum(rest_0) + table_w_0"
    a, rest, mode, table = t.grad()
    assert (a, rest.tolist(), mode, table) == (3, [2, 2, 2], None, {"w": [1, 0]})


@pytest.mark.parametrize(
    "value, said",
    [
        (np.ma.array([1.0]), "x is a MaskedArray"),
        (np.array([1.0], dtype=object), "x is a ndarray, not a float or an array of numbers"),
        (sd.vector("x", 3), "x is an expression"),
        (Fraction(1, 2), "x is a Fraction"),
    ],
)
def test_arguments_that_are_no_numbers(value: Any, said: str) -> None:
    with pytest.raises(sd.SymdiffError, match=said):
        sd.trace(lambda x: x.sum())(value)


def test_whole_numbers_count_by_value() -> None:
    t = sd.trace(lambda x, n, k: sum(x[k] ** j for j in range(n)))(np.array([0.5, 2.0]), 3, np.int64(1))
    assert t.value == 7 and set(map(str, t.conditions)) == {"n == 3", "k == 1"}
    assert [g.tolist() for g in t.grad()] == [[0, 5], 0, 0]


def test_nothing_outside_is_touched() -> None:
    names = dict(vars(traced_functions))
    sd.trace(runge_kutta)(1.0, 0.5)
    assert dict(vars(traced_functions)) == names
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda k: sd.trace(filling_in_place)(np.arange(4.0) + k, np.ones(4)).value.sum(), range(8))
        )
    assert found == [filling_in_place(np.arange(4.0) + k, np.ones(4)).sum() for k in range(8)]


def test_ten_thousand_operations() -> None:
    """One sweep over the nodes, iteratively: as many are made for the gradient as stand in the formula, a few times."""

    def f(x: float, a: float) -> float:
        for _ in range(2000):
            x = x - 0.01 * (x * x * a - math.sin(x))
        return x

    before = nodes.created
    t = sd.trace(f)(0.5, 1.2)
    made = nodes.created - before
    gradient = t.grad()
    assert made < 20_000 and nodes.created - before < 5 * made
    h = 1e-6
    np.testing.assert_allclose(gradient[1], (f(0.5, 1.2 + h) - f(0.5, 1.2 - h)) / (2 * h), rtol=1e-6)


def test_long_formulas_of_large_matrices() -> None:
    """Inverses of any size, where there is too much to compile."""

    def f(A: Any) -> Any:
        for _ in range(60):
            A = A + 0.05 * np.linalg.inv(A) + 0.001 * np.sin(A)
        return np.trace(A)

    rng = np.random.default_rng(0)
    A = np.eye(40) * 2 + rng.normal(size=(40, 40)) / 40
    D, h = rng.normal(size=(40, 40)) / 40, 1e-5
    slope = (f(A + h * D) - f(A - h * D)) / (2 * h)
    np.testing.assert_allclose(np.sum(sd.trace(f)(A).grad()[0] * D), slope, rtol=1e-6)
