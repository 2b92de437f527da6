"""The corpora of known derivatives: each right to 1e-8 at all its points, or said to be unsupported; none wrong."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
from cases import require

import symdiff as sd
from symdiff.errors import NotSupported

SAMPLE = 60  # rows of each corpus in the ordinary run
TOLERANCE = 1e-8
SMALL = 1e-3  # the size below which a difference is measured absolutely: there the stored numbers cancel

SIZES = [pytest.param(SAMPLE, id="sample"), pytest.param(None, id="all", marks=pytest.mark.slow)]


def rows_of(name: str, count: int | None) -> list[dict[str, Any]]:
    """All rows of a file, or a sample that is the same each time."""
    rows = [json.loads(line) for line in require(name).read_text(encoding="utf-8").splitlines()]
    return rows if count is None else Random(4).sample(rows, count)


def stored(value: Any) -> complex:
    """A number of a row: text, or a pair of real and imaginary part."""
    return complex(*map(float, value)) if isinstance(value, list) else complex(float(value))


def outcome(derivative: sd.Expr, points: list[dict[str, Any]], expected: list[Any]) -> str:
    """`right`, or `wrong` with the first point where the values differ."""
    names = {symbol.name for symbol in derivative.symbols}
    for point, number in zip(points, expected, strict=True):
        values = {name: stored(value) for name, value in point["at"].items() if name in names}
        real = all(value.imag == 0 for value in values.values())
        with np.errstate(all="ignore"):
            found = complex(derivative({n: v.real if real else v for n, v in values.items()}))
        wanted = stored(number)
        if not abs(found - wanted) <= TOLERANCE * max(abs(wanted), SMALL):
            return f"wrong: {found} for {wanted} at {point['at']}"
    return "right"


def of_calculus(row: dict[str, Any]) -> str:
    """What became of d(antiderivative) = integrand and of d(integrand)."""
    kind = "complex scalar" if row["domain"] == "complex" else "scalar"
    names = dict.fromkeys([row["variable"], *row["params"]], kind)
    found = "right"
    for text, key in ((row["antiderivative"], "integrand"), (row["integrand"], "d_integrand")):
        try:
            derivative = sd.diff(text, row["variable"], declarations=names)
        except NotSupported as why:
            return f"unsupported: {why}"
        found = outcome(derivative, row["points"], [point[key] for point in row["points"]])
        if found != "right":
            return f"{found}\n  d/d{row['variable']} {text}\n  = {derivative}"
    return found


@pytest.mark.parametrize("count", SIZES)
def test_calculus(count: int | None) -> None:
    tally: Counter[tuple[str, str]] = Counter()
    wrong, unsupported = [], []
    for row in rows_of("calculus.jsonl", count):
        found = of_calculus(row)
        verdict, _, _ = found.partition(":")
        tally[row["domain"], verdict] += 1
        if verdict != "right":
            (wrong if verdict == "wrong" else unsupported).append(f"{row['id']} ({row['domain']}) {found}")
    print(dict(tally), *unsupported, sep="\n")
    assert not wrong, "\n".join(wrong)
    assert not tally["real", "unsupported"], "\n".join(unsupported)
    if count is None:
        assert tally["real", "right"] == 1288
        assert tally["complex", "right"] >= 200


@pytest.mark.parametrize("count", SIZES)
def test_feynman(count: int | None) -> None:
    right = 0
    for row in rows_of("feynman.jsonl", count):
        names = dict.fromkeys(row["variables"], "scalar")
        partials = sd.grad(row["expr"], row["variables"], declarations=names)
        for name, partial in zip(row["variables"], partials, strict=True):
            found = outcome(partial, row["points"], [point["partials"][name] for point in row["points"]])
            assert found == "right", f"{row['id']}: by {name} {found}\n  {row['expr']}\n  {partial}"
            right += 1
    if count is None:
        assert right == 468
