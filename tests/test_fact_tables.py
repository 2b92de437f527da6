"""Tables of what is deduced: of two structures put together, of numbers of every sign; all of it, and true of values.

A table of golden/fact_tables.txt has a pattern in X and Y, what stands for Y above its columns, and for X before its
rows. A cell has the facts from which the others follow, by their letters. `python tests/test_fact_tables.py` writes
the cells anew.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from fact_proofs import contradictions, point
from test_facts import LET

import symdiff as sd
from symdiff.algebra import facts, substitute
from symdiff.algebra.fact import NAMES, close
from symdiff.expr import Expr

GOLDEN = Path(__file__).parent / "golden" / "fact_tables.txt"
MORE = LET + "; y: vector(n); c: complex vector(n)"
LETTERS = {
    "real": "r", "integer": "i", "even": "e", "odd": "o", "nonnegative": "n", "nonpositive": "m", "nonzero": "x",
    "positive": "p", "negative": "q", "symmetric": "s", "psd": "h", "spd": "H", "diagonal": "d", "lower": "l",
    "upper": "u", "skew": "k", "orthogonal": "O", "invertible": "v", "positive_diagonal": "+",
}  # fmt: skip


def code(e: Expr) -> str:
    found = [name for name, bit in NAMES.items() if facts(e) & bit]
    for name in tuple(found):
        if close(sum(NAMES[other] for other in found if other != name)) & NAMES[name]:
            found.remove(name)
    return "".join(LETTERS[name] for name in found) or "."


def read(text: str) -> Expr:
    return sd.parse(text, MORE)


def cells(pattern: str, rows: list[str], columns: list[str]) -> list[list[Expr]]:
    """The pattern at each X and each Y."""
    xs, ys = [read(x) for x in rows], [read(y) for y in columns]
    kinds = ["scalar", "vector(n)", "matrix(n, n)"]
    let = f"{MORE}; X: {kinds[xs[0].rank]}; Y: {kinds[ys[0].rank]}"
    whole, *names = (sd.parse(text, let) for text in (pattern, "X", "Y"))
    return [[substitute(whole, dict(zip(names, (x, y), strict=True))) for y in ys] for x in xs]


def table(block: str) -> tuple[str, list[str], list[str]]:
    """Its pattern, rows and columns."""
    head, *rows = block.splitlines()
    pattern, *columns = re.split(r"  +", head)
    return pattern, [re.split(r"  +", row)[0] for row in rows], columns


def told(block: str) -> str:
    pattern, rows, columns = table(block)
    written = [[x, *map(code, row)] for x, row in zip(rows, cells(pattern, rows, columns), strict=True)]
    lines = [[pattern, *columns], *written]
    widths = [max(map(len, column)) + 2 for column in zip(*lines, strict=True)]
    return "\n".join("".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in lines)


def blocks() -> list[str]:
    return [block.strip() for block in GOLDEN.read_text("utf-8").split("\n\n") if not block.startswith("#")]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: table(block)[0])
def test_all_that_follows_is_deduced_and_true(block: str) -> None:
    assert told(block) == block
    pattern, rows, columns = table(block)
    rng = np.random.default_rng(3)
    for k, e in enumerate(dict.fromkeys(chain.from_iterable(cells(pattern, rows, columns)))):
        assert contradictions(e, point(e, rng, (3, 2, 4, 1)[k % 4]))[1] == []


if __name__ == "__main__":
    head = GOLDEN.read_text("utf-8").split("\n\n")[0]
    GOLDEN.write_text("\n\n".join([head, *map(told, blocks())]) + "\n", "utf-8")
