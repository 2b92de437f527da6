"""Boxes of characters: lines of one width with a baseline, put side by side, one over another, in tall brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_SHORTEST_BAR = 3  # a shorter one would look like a minus sign


class Box(NamedTuple):
    """Lines of one width; the one numbered `base` is in line with what stands beside."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        return len(self.lines[0])

    @property
    def height(self) -> int:
        return len(self.lines)

    @property
    def is_tall(self) -> bool:
        return len(self.lines) > 1


class Strokes(NamedTuple):
    """What bars and tall brackets are drawn with; a bracket by its top, middle and bottom, and that of two lines."""

    bar: str
    root: tuple[str, str, str, str]  # its foot, its corner, what is over and what is left of it
    brackets: dict[str, tuple[str, str, str]]


LINES = Strokes(
    "─",
    ("╲", "┌", "─", "│"),
    {"(": ("⎛", "⎜", "⎝"), ")": ("⎞", "⎟", "⎠"), "[": ("⎡", "⎢", "⎣"), "]": ("⎤", "⎥", "⎦"), "|": ("│", "│", "│"),
     "‖": ("‖", "‖", "‖")},
)  # fmt: skip
ASCII = Strokes(
    "-",
    ("\\", " ", "_", "|"),
    {"(": ("/", "|", "\\"), ")": ("\\", "|", "/"), "[": ("[", "[", "["), "]": ("]", "]", "]"), "|": ("|", "|", "|"),
     "‖": ("||", "||", "||")},
)  # fmt: skip


def text(line: str) -> Box:
    """One line."""
    return Box((line,))


def beside(boxes: Sequence[Box]) -> Box:
    """Side by side, baselines in line."""
    above = max(box.base for box in boxes)
    below = max(box.height - box.base for box in boxes)
    columns = [padded(box, above - box.base, below - (box.height - box.base)).lines for box in boxes]
    return Box(tuple(map("".join, zip(*columns, strict=True))), above)


def padded(box: Box, above: int, below: int) -> Box:
    """With so many empty lines above and below."""
    blank = (" " * box.width,)
    return Box(blank * above + box.lines + blank * below, box.base + above)


def fraction(over: Box, under: Box, strokes: Strokes) -> Box:
    """One over the other, with a bar that is longer than those of fractions inside."""
    width = max(_SHORTEST_BAR, *(box.width + 2 * box.is_tall for box in (over, under)))
    lines = (*centred(over, width).lines, strokes.bar * width, *centred(under, width).lines)
    return Box(lines, over.height)


def stacked(boxes: Sequence[Box]) -> Box:
    """One below the other from the left; the baseline is that of the first."""
    width = max(box.width for box in boxes)
    return Box(tuple(line.ljust(width) for box in boxes for line in box.lines), boxes[0].base)


def centred(box: Box, width: int) -> Box:
    left = (width - box.width) // 2
    return Box(tuple((" " * left + line).ljust(width) for line in box.lines), box.base)


def brackets(signs: str, inside: Box, strokes: Strokes) -> list[Box]:
    """A box between two brackets of its height."""
    if not inside.is_tall:
        return [text(signs[0]), inside, text(signs[1])]
    left, right = (strokes.brackets[sign] for sign in signs)
    sides = [Box((top, *[middle] * (inside.height - 2), bottom), inside.base) for top, middle, bottom in (left, right)]
    return [sides[0], inside, sides[1]]


def root(inside: Box, strokes: Strokes) -> Box:
    """Under the sign of a root."""
    left, corner, over, side = strokes.root
    *upper, last = inside.lines
    blank = " " * len(left)
    lines = (blank + corner + over * inside.width, *(blank + side + line for line in upper), left + side + last)
    return Box(lines, inside.base + 1)


def raised(box: Box, mark: str) -> Box:
    """With a mark at the upper right, in a line above it."""
    blank = " " * len(mark)
    return Box((" " * box.width + mark, *(line + blank for line in box.lines)), box.base + 1)


def beside_first_line(box: Box, mark: str) -> Box:
    """With a mark behind its first line: a transpose."""
    first, *others = box.lines
    return Box((first + mark, *(line + " " * len(mark) for line in others)), box.base)


def grid(rows: Sequence[Sequence[Box]]) -> Box:
    """Entries in columns, each in the middle of its column, two blanks between them, three where entries have some."""
    blanks = any(" " in line for row in rows for box in row for line in box.lines)
    gap = text(" " * (3 if blanks else 2))
    widths = [max(box.width for box in column) for column in zip(*rows, strict=True)]
    lines: list[Box] = []
    for row in rows:
        entries = [centred(box, width) for box, width in zip(row, widths, strict=True)]
        lines.append(beside([piece for entry in entries for piece in (gap, entry)][1:]))
    whole = stacked(lines)
    return Box(whole.lines, (whole.height - 1) // 2)
