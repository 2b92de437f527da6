"""Published derivatives: each is printed at most 1.3 times as long as in the literature, and right by every oracle.

The golden file says what is differentiated, the formula as it is published, and the formula as it is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra.conditions import merge
from symdiff.book import conditions_of
from symdiff.expr import Expr, postorder
from symdiff.inputs import problem
from symdiff.oracles.points import find_points, size_choices
from symdiff.oracles.verdict import check

GOLDEN = Path(__file__).parent / "golden" / "published.txt"
LONGEST = 1.3
DERIVATIVES: dict[str, Callable[[Expr, Expr], Expr]] = {
    "grad": sd.grad,
    "diff": sd.diff,
    "jacobian": sd.jacobian,
    "hessian": sd.hessian,
}


class Formula(NamedTuple):
    """A derivative of the literature."""

    kind: str
    expression: str
    variable: str
    declarations: str
    published: str
    printed: str

    def read(self) -> tuple[Expr, Expr, Expr]:
        """What is differentiated, by what, and what was published."""
        given = problem([self.expression], [self.variable], self.declarations)
        return given.exprs[0], given.wrt[0], problem([self.published], [], self.declarations).exprs[0]


def formulas() -> list[Formula]:
    lines = [line for line in GOLDEN.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    rows = []
    for head, published, printed in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        kind, expression, variable, declarations = (part.strip() for part in head.split("|"))
        rows.append(Formula(kind, expression, variable, declarations, published.strip(), printed.strip()))
    return rows


@pytest.mark.parametrize("row", formulas(), ids=lambda row: f"{row.kind} {row.expression} by {row.variable}")
@pytest.mark.sample(25)
def test_published(row: Formula) -> None:
    f, x, published = row.read()
    result = DERIVATIVES[row.kind](f, x)
    assert " ".join(str(result).split()) == row.printed  # with its named parts in one line
    assert sd.ops(result) <= LONGEST * sd.ops(published)
    verdict = check(f, x, result, row.kind)
    assert verdict.ok is True, str(verdict)
    assert all(evidence.ok is not False for evidence in verdict.evidence), str(verdict)
    assert_alike(f, x, result, published)


def assert_alike(f: Expr, x: Expr, result: Expr, published: Expr) -> None:
    """The printed and the published formula have one value within the conditions of both."""
    assert result.shape == published.shape
    conditions = merge(*(conditions_of(node) for node in postorder(f, result, published)))
    compared = 0
    for sizes in size_choices([f, x, result, published], (3, 4, 2)):
        for point in find_points(f, [x, result, published], conditions, sizes, 11):
            np.testing.assert_allclose(point.value(result), point.value(published), rtol=1e-7, atol=1e-9)
            compared += 1
            if compared >= 2:
                return
    assert compared


def test_most_are_no_longer_than_published() -> None:
    rows = formulas()
    longer = [row for row in rows if sd.ops(DERIVATIVES[row.kind](*row.read()[:2])) > sd.ops(row.read()[2])]
    assert len(rows) >= 150
    assert len(longer) <= 10, longer
