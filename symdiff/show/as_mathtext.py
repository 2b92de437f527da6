r"""Trees in the part of LaTeX that matplotlib sets without TeX: no environments, `\Vert` for `\lVert`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from symdiff.show.page_style import PageLatex
from symdiff.show.unparse import ANY, OR, Mark, Part, Piece, separated
from symdiff.syntax.tree import Tree

_INSTEAD = {
    r"\lVert": r"\Vert ", r"\rVert": r"\Vert ", r"\lvert": "|", r"\rvert": "|", r"\bigl": "", r"\bigr": "",
    r"\textstyle": "", r"\le": r"\leq ", r"\ge": r"\geq ", r"\land": r"\wedge ", r"\lor": r"\vee ", r"\lnot": r"\neg ",
    r"\bmod": r"\,\mathrm{mod}\,", r"\mathbf 1": r"\mathbf{1}", r"\mathrm d": r"\mathrm{d}",
    r"\underline{\hspace{4cm}}": r"\_" * 14, r"\top": r"{\mathsf{T}}",
    r"\begin{stack}": r"\substack{", r"\end{stack}": "}",
}  # fmt: skip
_COMMAND = re.compile(r"\\(?:mathbf 1|mathrm d|underline\{\\hspace\{4cm\}\}|(?:begin|end)\{stack\}|[A-Za-z]+)")
_FUNCTION = re.compile(r"(?<=[\w)}\]|]) +(?=\\(?:operatorname|log|ln|exp|det|(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?)\b)")
_NEXT = r"\quad "
_SPACE = r" \\ \, \\ \, \\ "  # between rows, which would touch
_PRIME = re.compile("(?<=[A-Za-z])'{1,3}")
_PRIMES = " ′″‴"  # as high as letters: those that matplotlib makes of ' float above them


class MathText(PageLatex):
    """What matplotlib sets; a table is a stack of its rows."""

    def __call__(self, tree: Tree) -> str:
        return in_mathtext(super().__call__(tree))

    def write_vector(self, tree: Tree) -> list[Piece]:
        return _stacked([[Part(entry, ANY)] for entry in tree.children], r"\left[", r"\right]")

    def write_matrix(self, tree: Tree) -> list[Piece]:
        return _stacked([separated(row.children, _NEXT) for row in tree.children], r"\left[", r"\right]")

    def write_call(self, tree: Tree) -> list[Piece]:
        pieces = super().write_call(tree)
        if not (pieces and isinstance(pieces[0], str) and pieces[0].startswith(r"\begin{cases}")):
            return pieces
        condition, then, otherwise = tree.children
        rows: list[list[Piece]] = [
            [Part(then, ANY), _NEXT, r"\text{if }", Part(condition, ANY)],
            [Part(otherwise, ANY), _NEXT, r"\text{otherwise}"],
        ]
        return _stacked(rows, r"\left\{", r"\right.")

    def write_where(self, tree: Tree) -> list[Piece]:
        body, *parts = tree.children
        rows: list[list[Piece]] = [[Part(body, OR)]]
        rows += [[r"\text{where }", *separated(part.children, " = ", OR)] for part in parts]
        return _stacked(rows, "", "")


def in_mathtext(latex: str) -> str:
    """LaTeX without environments in the commands that matplotlib knows."""
    spaced = _FUNCTION.sub(r"\\, ", _PRIME.sub(lambda found: f"{{{_PRIMES[len(found[0])]}}}", latex))
    return _display(_COMMAND.sub(lambda found: _INSTEAD.get(found[0], found[0]), spaced))


def aligned(latex: str, width: Callable[[str], float]) -> str:
    """Tables with their columns under each other, those of cases on the left; `width` is that of a formula in em.

    matplotlib knows rows alone, close together and each in the middle.
    """
    for found in reversed(list(re.finditer(r"\\substack\{", latex))):  # what stands in another table comes first
        *cut, end = _cuts(latex, found.end())
        rows = [row.split(_NEXT) for row in _pieces(latex[found.end() : end], [c - found.end() for c in cut])]
        if len({len(row) for row in rows}) > 1:
            continue
        widths = [[width(cell) for cell in row] for row in rows]
        widest = [max(column) for column in zip(*widths, strict=True)]
        left = latex.endswith(r"\left\{", 0, found.start())
        lines = [
            _NEXT.join(_padded(cell, most - own, left) for cell, own, most in zip(row, owns, widest, strict=True))
            for row, owns in zip(rows, widths, strict=True)
        ]
        half = (len(lines) + 1) // 2  # over and under the height of a minus sign, as a fraction without a line
        both = "}{".join(_rows(part) for part in (lines[:half], lines[half:]) if part)
        table = rf"\genfrac{{}}{{}}{{0}}{{0}}{{{both}}}" if len(lines) > 1 else both
        latex = latex[: found.start()] + table + latex[end + 1 :]
    return latex


def _rows(lines: Sequence[str]) -> str:
    return lines[0] if len(lines) == 1 else rf"\substack{{{_SPACE.join(lines)}}}"


def _padded(cell: str, room: float, left: bool) -> str:
    before, after = (0.0, room) if left else (room / 2, room / 2)
    return rf"\hspace{{{before:.3f}}}{{{cell}}}\hspace{{{after:.3f}}}"


def _cuts(latex: str, start: int) -> list[int]:
    """Where the rows of a table end, and the table itself."""
    cuts: list[int] = []
    depth = 0
    for found in re.finditer(r"\\\\|\\.|[{}]", latex[start:]):
        if found[0] == "}" and depth == 0:
            return [*cuts, start + found.start()]
        if found[0] == "\\\\" and depth == 0:
            cuts.append(start + found.start())
        depth += (found[0] == "{") - (found[0] == "}")
    raise ValueError("a table has no end")


def _pieces(text: str, cuts: Sequence[int]) -> list[str]:
    starts = [0, *(cut + 2 for cut in cuts)]
    return [text[start:end].strip() for start, end in zip(starts, [*cuts, len(text)], strict=True)]


def _display(latex: str) -> str:
    """Fractions that stand in nothing else in the size of displays."""
    pieces: list[str] = []
    depth = 0
    for piece in re.split(r"(\\frac\b|\\.|[{}])", latex):
        depth += (piece == "{") - (piece == "}")
        pieces.append(r"\dfrac" if piece == r"\frac" and depth == 0 else piece)
    return "".join(pieces)


def _stacked(rows: list[list[Piece]], opening: str, closing: str) -> list[Piece]:
    pieces: list[Piece] = [opening, r"\begin{stack}"]
    for k, row in enumerate(rows):
        pieces += [r" \\ "] if k else []
        pieces += row
    return [*pieces, Mark(rf"\end{{stack}}{closing}", "end")]
