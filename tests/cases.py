"""The open cases that lie beside the checkout, where they do: known derivatives, read where they are."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

# What the header of matrix.txt says of names that a row says nothing about.
_SHAPES = {
    **dict.fromkeys("abcdefg", "scalar"),
    **dict.fromkeys("uvwx", "vector(n)"),
    **dict.fromkeys("yz", "vector(m)"),
    **dict.fromkeys("ABCDXMN", "matrix(n, n)"),
    **dict.fromkeys("PQR", "matrix(m, n)"),
    "S": "spd(n)",
    "W": "symmetric(n)",
    "Y": "matrix(m, k)",
    "U2": "matrix(k, n)",
    "A2": "matrix(m, m)",
    "B2": "symmetric(m)",
    "C2": "symmetric(m)",
}
_NAME = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True)
class MatrixRow:
    """A row of matrix.txt, with the declarations its names have."""

    number: str
    kind: str
    expression: str
    variable: str
    answer: str
    conditions: str

    @property
    def declarations(self) -> str:
        """`x: vector(n); A: matrix(n, n)` for the names that occur."""
        text = f"{self.expression} {self.answer} {self.variable}"
        used = [name for name in _SHAPES if name in _NAME.findall(text)]
        return "; ".join(f"{name}: {self._kind(name)}" for name in used)

    def _kind(self, name: str) -> str:
        kind = _SHAPES[name]
        fixed = re.search(r"\bn = (\d+)", self.conditions)
        if fixed:
            kind = re.sub(r"\bn\b", fixed[1], kind)
        return f"positive {kind}" if re.search(rf"\b{name}>0", self.conditions) else kind


def folder() -> Path | None:
    """The folder named by SYMDIFF_CASES, or `shared/cases` beside the checkout; None where there is none."""
    named = os.environ.get("SYMDIFF_CASES")
    place = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "cases"
    return place if place.is_dir() else None


def require(name: str) -> Path:
    """The file of cases called so; skips the test where it is not there."""
    place = folder()
    if place is None or not (place / name).is_file():
        pytest.skip("the open cases are not beside this checkout")
    return place / name


def matrix_rows() -> list[MatrixRow]:
    """The rows of matrix.txt; none where the file is not there."""
    place = folder()
    if place is None or not (place / "matrix.txt").is_file():
        return []
    rows = []
    for line in (place / "matrix.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            parts = [part.strip() for part in line.split("|")]
            rows.append(MatrixRow(*parts[:6]))
    return rows
