"""What a call in Python is told: options that there are not, what was assumed, the errors by their public names."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd

x, A, t = sd.declare("x: vector(n); A: matrix(n, n); t: scalar")
QUADRATIC = "x'*A*x"


# Options


@pytest.mark.parametrize(
    ("call", "option", "near"),
    [
        (lambda: sd.grad(x @ x, x, structur="free"), "structur", "structure"),
        (lambda: sd.grad(QUADRATIC, "x", lay="numerator"), "lay", "layout"),
        (lambda: sd.derive(QUADRATIC, "x", kinds="grad"), "kinds", "kind"),
        (lambda: sd.check(QUADRATIC, "x", kinds="grad"), "kinds", "kind"),
        (lambda: sd.compile(QUADRATIC, arg=["x"]), "arg", "args"),
        (lambda: sd.compile(QUADRATIC, bacth=["x"]), "bacth", "batch"),
        (lambda: sd.parse(QUADRATIC, decl="x: vector(n)"), "decl", "declarations"),
        (lambda: sd.conditions(QUADRATIC, "x", strikt=True), "strikt", "strict"),
        (lambda: sd.substitute(QUADRATIC, {"x": "y"}, declaration="y"), "declaration", "declarations"),
    ],
)
def test_a_wrong_option_is_named_with_the_nearest(call: Callable[[], object], option: str, near: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        call()
    assert (caught.value.message, caught.value.hint) == (f"there is no option `{option}`", f"did you mean `{near}`?")


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (lambda: sd.grad(QUADRATIC, "x", backend="numpy"), "backend=numpy"),
        (lambda: sd.parse(QUADRATIC, given=3), "given=3"),
        (lambda: sd.grad("v'*v", "v", v="vector(3)"), "v=vector(3)"),
        (lambda: sd.parse(QUADRATIC, strict="yes"), "strict=yes"),
    ],
)
def test_an_option_declares_no_name(call: Callable[[], object], option: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        call()
    assert caught.value.message == f"`{option}` is no option of this call"
    assert 'declarations="' in caught.value.hint


# What was assumed


CALLS: list[Callable[..., Any]] = [
    lambda **k: sd.parse(QUADRATIC, **k),
    lambda **k: sd.grad(QUADRATIC, "x", **k),
    lambda **k: sd.diff(QUADRATIC, "x", **k),
    lambda **k: sd.hessian(QUADRATIC, ["x"], **k),
    lambda **k: sd.derive(QUADRATIC, "x", **k),
    lambda **k: sd.hvp(QUADRATIC, "x", "v", **k),
    lambda **k: sd.check(QUADRATIC, "x", "(A + A')*x", **k),
    lambda **k: sd.compile(QUADRATIC, **k),
    lambda **k: sd.substitute(QUADRATIC, {"x": "y"}, **k),
    lambda **k: sd.simplify(QUADRATIC, **k),
    lambda **k: sd.ops(QUADRATIC, **k),
    lambda **k: sd.conditions(QUADRATIC, "x", **k),
    lambda **k: sd.differential(QUADRATIC, **k),
]


@pytest.mark.parametrize("call", CALLS)
def test_what_is_assumed_is_told_once_where_the_call_stands(call: Callable[..., Any]) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        call()
    (warning,) = told
    assert warning.category is sd.AssumptionWarning and warning.filename == __file__
    assert str(warning.message).startswith("assuming x ∈ ℝⁿ, A ∈ ℝⁿˣⁿ")
    with warnings.catch_warnings():
        warnings.simplefilter("error", sd.AssumptionWarning)
        with pytest.raises(sd.AssumptionWarning):
            call()
        with pytest.raises(sd.UnknownNameError, match="`x` is not declared"):
            call(strict=True)
        declared = {"declarations": "x, y, v: vector(n); A: matrix(n, n)"}
        call(**declared)
        call(**declared, strict=True)
        call(x=x, A=A, strict=True)


def test_real_numbers_are_no_news() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", sd.AssumptionWarning)
        assert str(sd.diff("a*x^2", "x")) == "2*a*x"
    with pytest.raises(sd.UnknownNameError, match="`a` is not declared"):
        sd.diff("a*x^2", "x", strict=True)


def test_results_say_what_their_names_are() -> None:
    assert sd.parse(QUADRATIC).assumptions == ("A: matrix(n, n)", "x: vector(n)")
    g = sd.grad(QUADRATIC, "x")
    assert g.assumptions == ("A: matrix(n, n)", "x: vector(n)")
    assert sd.parse(str(g), "; ".join(g.assumptions), strict=True) is g
    assert sd.derive(QUADRATIC, "x").assumptions == ("x ∈ ℝⁿ", "A ∈ ℝⁿˣⁿ")


# Substituting texts


@pytest.mark.parametrize(
    ("e", "replacements", "result"),
    [
        ("t^2", {"t": "u + 1"}, "(u + 1)^2"),
        (t**2, {t: "2*t"}, "(2*t)^2"),
        (QUADRATIC, {"x": "y"}, "y'*A*y"),
        (x @ A @ x, {x: "A*x"}, "(A*x)'*A*A*x"),
        ("t^2 + u", {"t": "u", "u": "t"}, "u^2 + t"),
        ("norm2(A*x - b)", {"A*x - b": "r"}, "norm2(r)"),
        ("t^2", {"q": "vector"}, "t^2"),
        ("t^2", {"t": 3}, "9"),
    ],
)
def test_substitute_takes_texts(e: Any, replacements: Any, result: str) -> None:
    declared = "x, y, b, r: vector(n); A: matrix(n, n); t, u: scalar"
    assert str(sd.substitute(e, replacements, declared)) == str(sd.parse(result, declared))


def test_what_does_not_fit_is_not_substituted() -> None:
    with pytest.raises(sd.ShapeError, match="a scalar cannot stand for `x`, which is a vector"):
        sd.substitute(x @ x, {"x": "2*t"}, t="scalar")
    with pytest.raises(sd.ParseError):
        sd.substitute(x @ x, {"x": "2*"})


# Errors


def test_whatever_is_raised_has_a_public_name() -> None:
    for module in pkgutil.walk_packages(sd.__path__, "symdiff."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    classes = [sd.SymdiffError]
    for cls in classes:
        classes += cls.__subclasses__()
    assert {cls.__name__ for cls in classes if cls.__module__.startswith("symdiff")} <= set(sd.__all__)
    with pytest.raises(sd.SizeMismatch):
        sd.parse("x + y", "x: vector(2); y: vector(3)")


@pytest.mark.parametrize("wrt", ["x'", "xᵀ", "x.T", " x '", "x^T", "A'", x.T])
def test_a_transpose_is_no_variable(wrt: Any) -> None:
    for call in (sd.grad, sd.hessian, sd.derive, sd.jacobian):
        with pytest.raises(sd.SymdiffError, match="not by its transpose"):
            call(QUADRATIC, wrt, "x: vector(n); A: matrix(n, n)")
    if wrt in ("x'", "xᵀ", "x^T"):
        with pytest.raises(sd.SymdiffError, match="a derivative is taken by a variable or its entries, not by"):
            sd.parse(f"grad({QUADRATIC}, {wrt})")


def test_entries_and_symmetric_variables_are() -> None:
    assert str(sd.grad("x'*x", "x[0]")) == "2*x[0]"
    assert str(sd.grad("x'*x", "x[-1]")) == "2*x[n - 1]"
    assert str(sd.grad("tr(A*X)", "vec(X)")) == "vec(A')"
    with pytest.raises(sd.SymdiffError):
        sd.grad("tr(S)", "S'", "S: symmetric(n)")


@pytest.mark.parametrize("keyword", ["7", "0", "1", "2.5"])
def test_keywords_that_are_true_or_false(keyword: str) -> None:
    for text in (
        f"sum(A, keepdims={keyword})",
        f"mean(A, axis=0, keepdims={keyword})",
        f"cumsum(x, reverse={keyword})",
    ):
        with pytest.raises(sd.SymdiffError, match="is True or False, not"):
            sd.parse(text, "A: matrix(n, n); x: vector(n)")
    with pytest.raises(sd.SymdiffError, match="keepdims is True or False"):
        np.sum(A, keepdims=7)
