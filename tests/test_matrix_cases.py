"""The rows of matrix.txt that ask for gradients, Jacobians, Hessians and derivatives by a scalar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest
from cases import MatrixRow, matrix_rows

import symdiff as sd
from symdiff.algebra.conditions import merge
from symdiff.book import conditions_of
from symdiff.errors import NotSupported, UnknownNameError
from symdiff.expr import Expr, postorder
from symdiff.inputs import problem
from symdiff.oracles.points import find_points, size_choices
from symdiff.oracles.verdict import Verdict, check

KINDS = {"G": "grad", "J": "jacobian", "H": "hessian", "S": "diff"}
ROWS = [row for row in matrix_rows() if row.kind in KINDS]
DERIVATIVES = {"grad": sd.grad, "jacobian": sd.jacobian, "hessian": sd.hessian, "diff": sd.diff}
# Functions that only answers use, and what they are.
ANSWER_FUNCTIONS = {"onehotmax": "function(vector(n)) -> vector(n)"}


class OneHotMax:
    """1 at the largest entry."""

    def derivative(self, positions: tuple[int, ...], x: Any) -> Any:
        return (x == np.max(x)).astype(float)


@dataclass(frozen=True)
class Outcome:
    """What became of a row."""

    row: MatrixRow
    result: Expr | None = None
    verdict: Verdict | None = None
    difference: float = float("inf")
    ratio: float = float("inf")
    unsupported: str = ""

    @property
    def right(self) -> bool:
        return self.verdict is not None and self.verdict.ok is True and self.difference < 1e-8

    @property
    def plain(self) -> bool:
        """Printed in matrix notation: no einsum, no indices."""
        text = str(self.result)
        return "einsum" not in text and "->" not in text and "[" not in text

    def __str__(self) -> str:
        head = f"{self.row.number} {self.row.kind} {self.row.expression} by {self.row.variable}"
        if self.result is None:
            return f"{head}: not supported: {self.unsupported}"
        return f"{head}: {self.result} (answer {self.row.answer}), ops ratio {self.ratio:.2f}, {self.verdict}"


@cache
def outcome(row: MatrixRow) -> Outcome:
    kind = KINDS[row.kind]
    try:
        given = problem([row.expression], [row.variable], row.declarations)
        f, x = given.exprs[0], given.wrt[0]
        result = DERIVATIVES[kind](f, x)
    except (NotSupported, UnknownNameError) as why:
        return Outcome(row, unsupported=why.message)
    helpers = "".join(f"; {name}: {what}" for name, what in ANSWER_FUNCTIONS.items() if name in row.answer)
    answer = problem([row.answer], [], row.declarations + helpers).exprs[0]
    verdict = check(f, x, result, kind)
    difference = _difference(f, x, result, answer, verdict)
    return Outcome(row, result, verdict, difference, sd.ops(result) / max(1, sd.ops(answer)))


def _difference(f: Expr, x: Expr, result: Expr, answer: Expr, verdict: Verdict) -> float:
    """The largest relative difference of result and answer at points within the conditions."""
    if result.shape != answer.shape:
        return float("inf")
    conditions = merge(verdict.conditions, *(conditions_of(node) for node in postorder(answer)))
    differences = []
    for sizes in size_choices([f, x, result, answer], (3, 4, 2)):
        for point in islice(find_points(f, [x, result, answer], conditions, sizes, 7), 2):
            here = replace(point, functions={**point.functions, "onehotmax": OneHotMax()})
            expected, found = here.value(answer), here.value(result)
            scale = max(1e-6, float(np.max(np.abs(expected), initial=0)))
            differences.append(float(np.max(np.abs(expected - found), initial=0)) / scale)
    return max(differences, default=float("inf"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_row(row: MatrixRow) -> None:
    found = outcome(row)
    if found.unsupported:
        pytest.skip(found.unsupported)
    assert found.verdict is not None
    assert found.right, str(found)
    assert all(evidence.ok for evidence in found.verdict.evidence), str(found)


@pytest.mark.skipif(not ROWS, reason="the open cases are not beside this checkout")
def test_how_many_rows_and_how_well_they_print() -> None:
    outcomes = [outcome(row) for row in ROWS]
    right = [o for o in outcomes if o.right]
    well = [o for o in right if o.plain and o.ratio <= 1.3]
    for o in outcomes:
        print(o if o not in well else f"{o.row.number}: {o.result}")
    print(f"{len(right)} right, {len(well)} of them as short as the answer and in matrix notation")
    assert len(right) >= 40
    assert len(well) >= 30
