"""The open cases as text: every expression is read, with declarations and without where inference suffices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cases import MatrixRow, matrix_rows, require

import symdiff.calculus.lists  # noqa: F401  (fills in how derivatives inside a text are worked out)
from symdiff.book import library
from symdiff.dims import Shape
from symdiff.expr import Expr
from symdiff.syntax.names import CONSTANTS
from symdiff.syntax.read import Reading, read

# Functions that matrix.txt uses in answers and that are not of the language.
BEYOND = frozenset("T usv u1 v1 lmax emax lyap frechet tril_half chol onehotmax step".split())
CALLED = re.compile(r"([A-Za-z]\w*)\(")


def texts(row: MatrixRow) -> Iterator[str]:
    """The columns of a row that are written in the language as it is so far."""
    for text in (row.expression, row.answer):
        called = CALLED.findall(text)
        if not BEYOND.intersection(called) and not any(library().is_later(name) for name in called):
            yield text


@pytest.mark.parametrize("row", matrix_rows(), ids=lambda row: row.number)
def test_both_columns_of_matrix_cases_are_read(row: MatrixRow) -> None:
    for text in texts(row):
        assert read(text, row.declarations, wrt=[row.variable]).assumptions == ()
        read(text, wrt=[row.variable])


def test_inferred_shapes_of_matrix_cases() -> None:
    """At least 95 of 100 names get their axes, and sizes of which the declared ones are a case.

    `tr(A*X)` is inferred for matrices that are not square, which is more than was declared.
    """
    require("matrix.txt")
    good = total = 0
    for row in matrix_rows():
        if row.expression not in texts(row):
            continue
        declared, inferred = read(row.expression, row.declarations), read(row.expression)
        pairs = [(inferred.scope.symbols[name].shape, e.shape) for name, e in declared.scope.symbols.items()
                 if name in inferred.scope.symbols]  # fmt: skip
        total += len(pairs)
        good += len(pairs) if is_case_of(pairs) else 0
    assert good >= 0.95 * total > 150


def is_case_of(pairs: list[tuple[Shape, Shape]]) -> bool:
    """Whether sizes put for the inferred ones give the declared shapes."""
    sizes: dict[Any, Any] = {}
    for general, special in pairs:
        if len(general) != len(special):
            return False
        if any(sizes.setdefault(a, b) != b for a, b in zip(general, special, strict=True)):
            return False
    return True


def rows_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in require(name).read_text(encoding="utf-8").splitlines()]


def test_feynman() -> None:
    for row in rows_of("feynman.jsonl"):
        names = dict.fromkeys(row["variables"], "scalar")
        declared = read(row["expr"], names)
        assert (declared.expr.shape, declared.assumptions) == ((), ())
        if "I" not in names:  # undeclared it is the identity
            agrees(read(row["expr"]), declared.expr, names)


@pytest.mark.parametrize("step", [20, pytest.param(1, marks=pytest.mark.slow)], ids=["sample", "all"])
def test_calculus(step: int) -> None:
    for row in rows_of("calculus.jsonl")[::step]:
        kind = "complex scalar" if row["domain"] == "complex" else "scalar"
        names = dict.fromkeys([row["variable"], *row["params"]], kind)
        for text in (row["integrand"], row["antiderivative"]):
            declared = read(text, names)
            assert (declared.expr.shape, declared.assumptions) == ((), ())
            undeclared = read(text)
            if row["domain"] == "real":
                agrees(undeclared, declared.expr, names)


def agrees(undeclared: Reading, declared: Expr, names: dict[str, str]) -> None:
    """Without declarations small letters are the same scalars; a capital or a constant may be something else."""
    if not any(name[0].isupper() or name in CONSTANTS for name in names):
        assert undeclared.expr is declared


# The expressions of d2l.md, in the words of this page; the shapes are those of the chapter.
D2L = [
    ("x + y", ""), ("x*y", ""), ("x/y", ""), ("x^y", ""), ("x[3]", ""), ("A'", "nm"), ("(A')'", "mn"), ("x'Bx", ""),
    ("∇ₓ x'Bx", "n"), ("A ⊙ B", "mn"), ("∇_A sum(A ⊙ B)", "mn"), ("sum(x)", ""), ("sum(A, axis=0)", "n"),
    ("sum(A, axis=1)", "m"), ("sum(A, axis=[0, 1])", ""), ("mean(A)", ""), ("mean(A, axis=0)", "n"),
    ("A ./ sum(A, axis=1, keepdims=True)", "mn"), ("cumsum(A, axis=0)", "mn"), ("x'y", ""), ("dot(x, y)", ""),
    ("A*x", "m"), ("A*B", "mk"), ("‖x‖₂", ""), ("‖x‖₁", ""), ("‖x‖_p", ""), ("‖A‖_F", ""),
    ("3x² - 4x", ""), ("d/dx (3x² - 4x)", ""), ("f(x) := 3x² - 4x; (f(1 + h) - f(1))/h", ""),
    ("f(x) := 3x² - 4x; f'(x)", ""), ("y := 3x² - 4x; y'", ""), ("y := 3x² - 4x; dy/dx", ""),
    ("f(x) := 3x² - 4x; df/dx", ""), ("f(x) := 3x² - 4x; d/dx f(x)", ""), ("f(x) := 3x² - 4x; Df(x)", ""),
    ("f(x) := 3x² - 4x; D_x f(x)", ""), ("f(x_1, x_2) := 3x₁² + 5e^{x₂}; ∂f/∂x_2", ""),
    ("f(x_1, x_2) := 3x₁² + 5e^{x₂}; f_{x_2}(x_1, x_2)", ""), ("f(x_1, x_2) := 3x₁² + 5e^{x₂}; D_{x_2} f", ""),
    ("∇ₓ Ax", "mn"), ("∇ₓ xᵀA", "mn"), ("∇ₓ xᵀAx", "n"), ("∇ₓ ‖x‖²", "n"), ("∇ₓ xᵀx", "n"), ("∇_X ‖X‖²_F", "mn"),
    ("∇ₓ ‖x‖₂", "n"), ("∇ₓ 2xᵀx", "n"), ("∇ₓ sum(x)", "n"), ("∇ₓ sum(x ⊙ x)", "n"),
    ("∇ₓ sum(detach(x ⊙ x) ⊙ x)", "n"), ("where(sum(b) > 0, b, 100b)", "n"), ("∂/∂x sin x", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape"), D2L)
def test_d2l_without_declarations(text: str, shape: str) -> None:
    assert "".join(map(str, read(text).expr.shape)) == shape
