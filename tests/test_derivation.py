"""Derivations: golden stories, sides of every step that agree in numbers, steps and result from one pass."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import add, fmap, mul, substitute, symbol
from symdiff.book import Library, library, use_library
from symdiff.book.reader import Source
from symdiff.evaluation import Point
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import find_points, size_choices

GOLDEN = Path(__file__).parent / "golden" / "derivations.txt"


def blocks(path: Path) -> list[tuple[str, str, str, str, str]]:
    """(kind, text, variable, declarations, the derivation as printed) of each block of the file.

    A block begins with `kind | text | variable | declarations`; the derivation stands under it.
    """
    found = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        if block.strip() and not block.startswith("#"):
            head, _, body = block.strip("\n").partition("\n")
            kind, text, wrt, let = (part.strip() for part in head.split(" | "))
            found.append((kind, text, wrt, let, body))
    return found


CASES = blocks(GOLDEN)


@pytest.mark.parametrize(("kind", "text", "wrt", "let", "told"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_story(kind: str, text: str, wrt: str, let: str, told: str) -> None:
    assert sd.derive(text, wrt, kind=kind, declarations=let).text() == told


@pytest.mark.parametrize(("kind", "text", "wrt", "let", "told"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_steps_are_the_computation(kind: str, text: str, wrt: str, let: str, told: str) -> None:
    derivation = sd.derive(text, wrt, kind=kind, declarations=let)
    call = {"grad": sd.grad, "diff": sd.diff, "jacobian": sd.jacobian, "hessian": sd.hessian}[kind]
    assert derivation.result == call(text, wrt, declarations=let)
    assert derivation.steps[-1].after == derivation.result
    for step in derivation.steps:
        agree(derivation, step, sd.parse(wrt, let))


def agree(derivation: sd.Derivation, step: sd.Step, x: Expr) -> None:
    """The two sides of a step are equal at random points within the conditions."""
    conditions = derivation.conditions
    sides = [derivation.meaning(step.before), derivation.meaning(step.after)]
    body = [still(e.args[0] if e.op == "differential" else e) for e in sides]
    inside = [x, *body, *(arg for c in derivation.conditions for arg in c.args)]
    compared = 0
    for sizes in size_choices(inside, (2, 3))[:2]:
        for point in islice(find_points(inside[0], inside[1:], conditions, sizes, 7), 2):  # type: ignore[arg-type]
            point = with_differential(point, x if x.op == "symbol" else x.args[0])
            left, right = point.value(sides[0]), point.value(sides[1])
            if step.relation == "coefficient":  # before = coefficient · dx
                (leaf,) = {e for e in postorder(sides[0]) if is_leaf(e)} or {None}
                if leaf is not None:
                    dx = point.value(leaf)
                    axes = list(range(right.ndim - dx.ndim, right.ndim))
                    right = np.tensordot(right, dx, (axes, list(range(dx.ndim))))
            elif step.relation == "layout":
                left, right = np.sort(left.ravel()), np.sort(right.ravel())
            np.testing.assert_allclose(left, right, rtol=2e-6, atol=1e-8, err_msg=f"{step.rule}: {sides}")
            compared += 1
    assert compared, f"no point for {step.rule}: {step.before} = {step.after}"


def still(e: Expr) -> Expr:
    """An expression in which nothing moves: what has to be drawn for it."""
    return substitute(e, {leaf: symbol("dx", leaf.shape) for leaf in postorder(e) if is_leaf(leaf)})


def is_leaf(e: Expr) -> bool:
    return e.op == "differential" and e.attr is None and e.args[0].op == "symbol"


def with_differential(point: Point, x: Expr) -> Point:
    """The point with a random change of the variable; everything else stands still."""
    change = np.random.default_rng(11).normal(size=np.shape(point.values[x.attr.name]))
    return replace(point, differentials={x.attr.name: change})


def test_a_patched_book_changes_result_and_steps() -> None:
    wrong = "fn sin(x) elementwise\n  d  7*cos(x) .* dx\n"
    before = sd.derive("sin(t)*t", "t", declarations="t: scalar")
    with use_library(Library([*library().sources, Source("patch", wrong)])):
        after = sd.derive("sin(t)*t", "t", declarations="t: scalar")
    assert before.result is not after.result
    assert "7" in str(after.result)
    assert any("7" in str(step.after) for step in after.steps)
    assert not any("7" in str(step.after) for step in before.steps)
    assert after.steps[-1].after is after.result


def test_rule_names() -> None:
    def rules(text: str, let: str = "x: scalar") -> str:
        return "; ".join(step.rule for step in sd.derive(text, "x", declarations=let).steps)

    assert rules("3*x^2") == "power rule, n = 2"
    assert rules("x^2 + sin(x)") == "power rule, n = 2; derivative of sin"
    assert rules("x^2*sin(x)").startswith("product rule; ")
    assert rules("sin(x)/x").startswith("quotient rule; ")
    assert rules("sin(x^2)") == "chain rule, inside x^2"
    assert rules("7") == "constant rule"
    assert rules("det(x)", "x: matrix(n, n)").startswith("Jacobi's formula; ")


def test_what_does_not_move_is_told_by_the_constant_rule() -> None:
    told = sd.derive("abs(exp(i*t))", "t", kind="diff", declarations="t: scalar").text().splitlines()
    assert told[-1].split() == ["=", "0", "#", "constant", "rule"]


def test_a_large_derivation_is_told_rule_by_rule() -> None:
    x = sd.scalar("x")
    f = x
    for _ in range(100):
        f = add(mul(fmap("sin", f), x), f)
    derivation = sd.derive(f, x)
    (told,) = [step for step in derivation.steps if step.substeps]
    assert len(told.substeps) > 100
    assert derivation.steps[-1].after == derivation.result
