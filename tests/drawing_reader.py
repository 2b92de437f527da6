"""Reads a drawing back as a line of the language, by what a person sees alone: bars, tall brackets, what is where.

It knows nothing of how drawings are made. What it reads as something else, or in two ways, was not clear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_BAR = {"─": r"─{3,}", "-": r"-{3,}"}
_OPEN = {"⎡": ("⎡⎢⎣", "⎤⎥⎦"), "⎛": ("⎛⎜⎝", "⎞⎟⎠"), "[": ("[[[", "]]]"), "/": ("/|\\", "\\|/")}
_SIGNS = {"[": "[]", "⎡": "[]", "⎛": "()", "/": "()"}


def read(lines: Sequence[str], bar: str = "─") -> str:
    """The line that is drawn; ValueError where there are two ways to read it."""
    width = max(map(len, lines))
    grid = [line.ljust(width) for line in lines]
    body = next((k for k, line in enumerate(grid) if line.startswith("where ")), None)
    if body is not None:
        raise ValueError("parts are read one by one")
    return _Reader(bar).region(grid)


class _Reader:
    def __init__(self, bar: str) -> None:
        self.bar = bar

    def region(self, grid: list[str]) -> str:
        """What stands in a rectangle, from the left to the right."""
        pieces: list[str] = []
        base: int | None = None
        column, width = 0, len(grid[0])
        while column < width:
            found = [row for row, line in enumerate(grid) if line[column] != " "]
            if not found:
                column += 1
                if pieces and not pieces[-1].endswith(" "):
                    pieces.append(" ")
                continue
            piece, at, column = self.item(grid, column, found, base)
            if at is not None:
                if base is not None and at != base:
                    raise ValueError(f"two baselines, {base} and {at}, in\n" + "\n".join(grid))
                base = at
            pieces.append(piece)
        return "".join(pieces).strip()

    def item(self, grid: list[str], column: int, found: list[int], base: int | None) -> tuple[str, int | None, int]:
        """The thing that begins in a column: its text, its baseline, the column behind it."""
        bars = self.bars(grid, column)
        widest = max(bars, key=lambda bar: bar[1], default=None)
        if widest is not None and self.is_fraction(grid, widest, column):
            row, end = widest
            over = self.region([line[column:end] for line in grid[:row]])
            under = self.region([line[column:end] for line in grid[row + 1 :]])
            return f"(({over})/({under}))", row, end
        if grid[found[-1]][column : column + 2] in ("╲│", "\\|"):
            return self.root(grid, column, found[-1])
        if len(found) > 1:
            return self.enclosed(grid, column, found)
        (row,) = found
        if base is not None and row < base:
            stop = self.end_of_raised(grid, column, row)
            mark = grid[row][column:stop].strip()
            return (mark if mark.startswith("'") else f"^({mark})"), None, stop
        return grid[row][column], row, column + 1

    def root(self, grid: list[str], column: int, foot: int) -> tuple[str, int | None, int]:
        """What stands under the sign of a root."""
        top = foot
        while grid[top][column + 1] == grid[foot][column + 1]:
            top -= 1
        run = re.compile(r"─+|_+").match(grid[top], column + 2)
        if run is None:
            raise ValueError("no root:\n" + "\n".join(grid))
        inside = [line[column + 2 : run.end()] for line in grid[top + 1 : foot + 1]]
        return f"sqrt({self.region(inside)})", top + 1 + self.base_of(inside), run.end()

    def bars(self, grid: list[str], column: int) -> list[tuple[int, int]]:
        """Bars that begin within what a wider numerator or denominator leaves blank to its left."""
        found = []
        for row, line in enumerate(grid):
            match = re.compile(_BAR[self.bar]).match(line, column)
            if match and (column == 0 or line[column - 1] != self.bar):
                found.append((row, match.end()))
        return found

    def is_fraction(self, grid: list[str], bar: tuple[int, int], column: int) -> bool:
        """Whether there is something over and under a bar."""
        row, end = bar
        above, below = (any(line[column:end].strip() for line in part) for part in (grid[:row], grid[row + 1 :]))
        return above and below

    def end_of_raised(self, grid: list[str], column: int, row: int) -> int:
        """Where what is raised ends: where something stands below it."""
        stop = column
        while stop < len(grid[row]) and all(line[stop] == " " for k, line in enumerate(grid) if k != row):
            stop += 1
        return stop

    def enclosed(self, grid: list[str], column: int, found: list[int]) -> tuple[str, int | None, int]:
        """What stands between tall brackets."""
        top, bottom = found[0], found[-1]
        opening = grid[top][column]
        left, right = (signs[0] + signs[1] * (len(found) - 2) + signs[2] for signs in _OPEN[opening])
        upright = ["".join(line[k] for line in grid[top : bottom + 1]) for k in range(len(grid[0]))]
        if upright[column] != left:
            raise ValueError("no bracket:\n" + "\n".join(grid))
        depth, end = 1, column
        while depth:
            end += 1
            depth += (upright[end] == left) - (upright[end] == right)
        inside = [line[column + 1 : end] for line in grid[top : bottom + 1]]
        if _SIGNS[opening] == "[]":
            return self.entries(inside), top + (bottom - top) // 2, end + 1
        inner = _Reader(self.bar)
        text = inner.region(inside)
        return f"({text})", top + self.base_of(inside), end + 1

    def base_of(self, grid: list[str]) -> int:
        """The baseline of a rectangle: that of what stands first in it."""
        column = next(k for k in range(len(grid[0])) if any(line[k] != " " for line in grid))
        found = [row for row, line in enumerate(grid) if line[column] != " "]
        at = self.item(grid, column, found, None)[1]
        assert at is not None
        return at

    def entries(self, grid: list[str]) -> str:
        """The rows of a matrix; columns are parted by two blanks or more in every line. One column is a vector."""
        blank = [all(line[k] == " " for line in grid) for k in range(len(grid[0]))]
        marks = "".join(" " if b else "x" for b in blank)
        spans = [match.span() for match in re.finditer(r"\S+(?: \S+)*", marks)]
        rows = [[line[a:b].strip() for a, b in spans] for line in grid]
        if len(spans) == 1:
            return f"[{', '.join(row[0] for row in rows)}]"
        return f"[{'; '.join(', '.join(row) for row in rows)}]"
