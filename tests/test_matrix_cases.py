"""The rows of matrix.txt: each derivative by the oracles, beside the row's answer in numbers, and how it prints.

tests/golden/matrix.txt holds what is printed; with SYMDIFF_WRITE_GOLDEN=1 in the environment it is written anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers import answer_functions, is_of_answers, read_answer, value
from cases import MatrixRow, matrix_rows

import symdiff as sd
from symdiff.algebra import vec
from symdiff.algebra.conditions import merge
from symdiff.book import conditions_of
from symdiff.errors import SymdiffError
from symdiff.evaluation import Point
from symdiff.evaluation.point import slope
from symdiff.expr import Expr, postorder
from symdiff.inputs import problem
from symdiff.oracles.points import find_points, size_choices
from symdiff.oracles.variable import Variable
from symdiff.oracles.verdict import check

GOLDEN = Path(__file__).parent / "golden" / "matrix.txt"
ROWS = matrix_rows()
CHECKED = {"G": "grad", "J": "jacobian", "H": "hessian", "S": "diff", "K": "jacobian", "Y": "grad"}
DERIVATIVES: dict[str, Callable[[Expr, Expr], Expr]] = {
    "G": sd.grad,
    "J": sd.jacobian,
    "H": sd.hessian,
    "S": sd.diff,
    "D": lambda f, x: sd.differential(f, x),
    "K": sd.jacobian,
    "Y": lambda f, x: sd.grad(f, x, structure="free"),
}
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Outcome:
    """What became of a row: what is printed, how far it is from the answer, what the oracles say."""

    row: MatrixRow
    printed: str = ""
    said: str = ""
    ok: bool | None = None
    difference: float = float("inf")
    ratio: float = float("inf")
    unsupported: str = ""

    @property
    def right(self) -> bool:
        return self.ok is True and self.difference < TOLERANCE

    @property
    def in_matrices(self) -> bool:
        """Printed in matrix notation: no einsum, no tensor by its entries, no sum over an index."""
        return re.search(r"einsum|->|sum\(\w+, \w+\[", self.printed) is None

    def __str__(self) -> str:
        head = f"{self.row.number} {self.row.kind} {self.row.expression} by {self.row.variable}"
        if self.unsupported:
            return f"{head}: not supported: {self.unsupported}"
        distance = f"{self.ratio:.2f} times the operations, {self.difference:.1g} off"
        return f"{head}: {self.printed} (answer {self.row.answer}), {distance}\n{self.said}"


def derived(row: MatrixRow) -> tuple[Expr, Expr, Expr]:
    """What is differentiated, by what, and the derivative."""
    given = problem([row.expression], [row.variable], row.declarations)
    f, x = given.exprs[0], given.wrt[0]
    f, x = (vec(f), vec(x)) if row.kind == "K" else (f, x)
    return f, x, DERIVATIVES[row.kind](f, x)


@cache
def outcome(row: MatrixRow) -> Outcome:
    try:
        f, x, result = derived(row)
        answer = read_answer(row.answer, row.declarations)
    except SymdiffError as why:
        return Outcome(row, unsupported=why.message)
    if row.kind == "D":
        ok, said = along_directions(f, x, result)
    else:
        verdict = check(f, x, result, CHECKED[row.kind], "free" if row.kind == "Y" else None)
        ok, said = verdict.ok, str(verdict)
    with answer_functions():
        operations = sd.ops(result) / max(1, sd.ops(answer))
    return Outcome(row, str(result), said, ok, difference(row, f, x, result, answer), operations)


def points(f: Expr, x: Expr, others: list[Expr]) -> Iterator[Point]:
    """Points within the conditions of all expressions, with a direction of x for its differential."""
    conditions = merge(*(conditions_of(node) for node in postorder(f, *others)))
    conditions = tuple(c for c in conditions if not any(is_of_answers(node) for node in postorder(*c.args)))
    variable, rng = Variable(x, "projected"), np.random.default_rng(5)
    for sizes in size_choices([f, x, *others], (3, 4, 2)):
        for point in islice(find_points(f, [x, *others], conditions, sizes, 7), 2):
            yield replace(point, differentials={variable.name: variable.probe(point, rng).change})


def along_directions(f: Expr, x: Expr, result: Expr) -> tuple[bool | None, str]:
    """A differential beside the slope of f in the direction dX."""
    found = [_distance(slope(f, p, p.differentials), p.value(result)) for p in points(f, x, [result])]
    return (max(found) < 1e-6 if found else None), f"{len(found)} slopes, {found}"


def difference(row: MatrixRow, f: Expr, x: Expr, result: Expr, answer: Expr) -> float:
    """The largest relative difference of the result, and of what its text reads back as, from the answer."""
    read = problem([str(result)], [], row.declarations).exprs[0]
    differences = []
    for point in points(f, x, [result, read, answer]):
        expected = value(answer, point)
        differences += [_distance(expected, point.value(e)) for e in (result, read)]
    return max(differences, default=float("inf"))


def _distance(expected: Any, found: Any) -> float:
    if np.shape(expected) != np.shape(found) or not np.all(np.isfinite(found)):
        return float("inf")
    scale = max(1e-6, float(np.max(np.abs(expected), initial=0)))
    return float(np.max(np.abs(expected - found), initial=0)) / scale


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
@pytest.mark.sample(20)
def test_row(row: MatrixRow) -> None:
    found = outcome(row)
    assert found.right, str(found)


@pytest.mark.skipif(not ROWS, reason="the open cases are not beside this checkout")
@pytest.mark.slow
def test_how_many_rows_and_how_well_they_print() -> None:
    outcomes = [outcome(row) for row in ROWS]
    right = [o for o in outcomes if o.right]
    short = [o for o in right if o.ratio <= 1]
    for o in outcomes:
        print(f"{o.row.number}: {o.printed}" if o in short and o.in_matrices else o)
    print(f"{len(right)} right, {len(short)} of them with at most the operations of the answer")
    assert len(right) == len(ROWS) == 91
    assert len(short) >= 75
    assert not [str(o) for o in right if not o.in_matrices]


@pytest.mark.skipif(not ROWS, reason="the open cases are not beside this checkout")
def test_golden() -> None:
    """What is printed, a row each: its number, its kind, the derivative."""
    shown = [f"{row.number} {row.kind}  {derived(row)[2]}" for row in ROWS]
    if os.environ.get("SYMDIFF_WRITE_GOLDEN"):
        head = [f"# {line}" for line in (__doc__ or "").splitlines() if line]
        GOLDEN.write_text("\n".join([*head, *shown, ""]), encoding="utf-8")
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert shown == [line for line in lines if not line.startswith("#")]
