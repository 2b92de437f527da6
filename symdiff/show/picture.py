"""Documents as pictures, SVG and PNG, set by matplotlib without TeX: the lines of a page, reasons in a column."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from symdiff.algebra import Condition
from symdiff.errors import MissingExtra
from symdiff.show import condition_text, unicode
from symdiff.show.as_mathtext import MathText, aligned, in_mathtext
from symdiff.show.documents import Document, Section, never_zero, plain_title
from symdiff.show.page import Break, Chain, Item, Naming, Note, Reason, merged, numbered
from symdiff.syntax.tree import Tree

_SIZE, _GAP, _MARGIN, _INDENT = 13.0, 9.0, 14.0, 14.0  # points
_COLUMN = 420.0  # the last place at which the column of reasons begins
_WIDEST = 560.0  # of a sum on one line
_REASON = 260.0  # of a line of a reason
_RESOLUTION = 200
_MOST = 30_000  # dots on a side


class _Row(NamedTuple):
    """What stands on a line, and its reason; a `lead` begins what follows."""

    said: str
    reason: str = ""
    indent: float = 0.0
    lead: bool = False


class _Cell(NamedTuple):
    """A piece of text at its place, from the left and from the top."""

    text: str
    left: float
    base: float


def picture(document: Document, form: str) -> bytes:
    """The bytes of a picture in a form; MissingExtra where matplotlib is not installed."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("pictures are set by matplotlib, which is not installed", "render") from error

    with rc_context({"mathtext.fontset": "stix", "svg.fonttype": "path", "svg.hashsalt": "symdiff"}):
        sheet = Sheet()
        cells, width, height = sheet.placed(_rows(document, sheet))
        figure = Figure(figsize=(width / 72, height / 72))
        for cell in cells:
            place = (cell.left / width, 1 - cell.base / height)
            figure.text(*place, cell.text, fontproperties=sheet.font, va="baseline", ha="left")
        out = io.BytesIO()
        told: dict[str, str | None] = {"Title": plain_title(document) or "Derivation"}
        told |= {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
        resolution = min(_RESOLUTION, _MOST * 72 / max(width, height))
        figure.savefig(out, format=form, dpi=resolution, metadata=told)
    return out.getvalue()


class Sheet:
    """Measures pieces of text and places rows."""

    def __init__(self) -> None:
        from matplotlib.font_manager import FontProperties
        from matplotlib.mathtext import MathTextParser

        self.font = FontProperties(family="STIXGeneral", size=_SIZE, math_fontfamily="stix")
        self.parser: Any = MathTextParser("path")
        self._em = self.size(r"$x\hspace{10}x$")[0] / 10 - self.size("$xx$")[0] / 10

    def size(self, text: str) -> tuple[float, float, float]:
        """How wide a piece is, and how far it goes above and below its line; ValueError where it can't be set."""
        width, height, depth, *_ = self.parser.parse(text, 72, self.font)
        return width, max(height - depth, _SIZE * 0.7), max(depth, _SIZE * 0.2)

    def mathematics(self, latex: str, plain: str) -> str:
        """A formula in dollars; what matplotlib can't set is Unicode."""
        try:
            text = f"${aligned(latex, self._ems)}$"
            self.size(text)
        except ValueError:
            return words(plain)
        return text

    def _ems(self, latex: str) -> float:
        """How wide a formula is, by the widths of an m."""
        return self.size(f"${latex}$")[0] / self._em

    def placed(self, rows: Iterator[_Row]) -> tuple[list[_Cell], float, float]:
        """The pieces at their places, and the size of it all."""
        sized = [(row, self.size(row.said or " "), self.size(row.reason or " ")) for row in rows]
        widths = [row.indent + size[0] for row, size, _ in sized if row.reason]
        column = max((width for width in widths if width < _COLUMN), default=0) + 3 * _GAP
        cells: list[_Cell] = []
        top, right = _MARGIN, 0.0
        for row, (width, above, below), (wide, high, low) in sized:
            top += _GAP * row.lead
            beside = row.indent + width + _GAP <= column  # else the reason stands under the line
            base = top + (max(above, high) if beside and row.reason else above)
            cells += [_Cell(row.said, _MARGIN + row.indent, base)] if row.said else []
            top = base + (max(below, low) if beside and row.reason else below) + _GAP
            if row.reason:
                base = base if beside else top + high
                cells.append(_Cell(row.reason, _MARGIN + column, base))
                top = top if beside else base + low + _GAP
            right = max(right, row.indent + width, column + wide if row.reason else 0)
        return cells, right + 2 * _MARGIN, top - _GAP + _MARGIN


def words(text: str) -> str:
    """Plain text: a dollar is one."""
    return text.replace("$", r"\$")


def _rows(document: Document, sheet: Sheet) -> Iterator[_Row]:
    for section in document.sections:
        if section.heading:
            yield _Row(words(section.heading), lead=True)
        yield from _Lines(sheet, MathText(section.page.scalars, any_names(section))).rows(section)


def any_names(section: Section) -> bool:
    """Whether parts have names, so that primes are derivatives."""
    return any(isinstance(item, Naming) for item in section.page.items)


class _Lines:
    """Writes the items of a page as rows."""

    def __init__(self, sheet: Sheet, write: MathText) -> None:
        self.sheet, self.write = sheet, write

    def rows(self, section: Section) -> Iterator[_Row]:
        for item in section.page.items:
            yield from self.item(item)
        if section.evidence:
            yield _Row(words(f"Check: {section.evidence.splitlines()[0]}"), lead=True)

    def item(self, item: Item) -> Iterator[_Row]:
        if isinstance(item, Break):
            yield _Row(" ")
        elif isinstance(item, Note):
            said = self.said(item.said)
            yield _Row("This holds " * said.startswith("if ") + said, lead=True)
        elif isinstance(item, Naming):
            yield from self.naming(item)
        else:
            yield from self.chain(item)

    def naming(self, naming: Naming) -> Iterator[_Row]:
        """A part, and how it moves: on its line where that is one."""
        move, remark = naming.move, f" ({self.said(naming.remark)})" if naming.remark else ""
        said = f"Let {self.equal(naming.name, naming.body)}{remark}"
        if move is None or len(move.lines) > 1:
            yield _Row(said)
            yield from self.chain(move, _INDENT) if move is not None else ()
        else:
            (line,) = move.lines
            yield _Row(f"{said}, so {self.equal(move.left, line.written)}", self.said(line.reason))

    def chain(self, chain: Chain, indent: float = 0.0) -> Iterator[_Row]:
        """The left side, then what is equal to it; one equality on one line."""
        shown = merged(chain)
        assert isinstance(shown, Chain)
        sign = "=" if chain.sign == "=" else r"\to"
        _, *others = shown.lines
        left = f"{self.math(chain.left)} "
        if others:
            yield _Row(left, indent=indent, lead=True)
            indent += _INDENT
        for line in shown.lines:
            body, *parts = line.written.children if line.written.kind == "where" else (line.written,)
            front = "" if others else left
            begun, *more = self.broken(body)
            why, *rest = self.wrapped(line.reason)
            rows = [_Row(f"{front}${sign}$ {begun}", indent=indent, lead=not others)]
            rows += [_Row(part, indent=indent + _INDENT) for part in more]
            yield from [*rows[:-1], rows[-1]._replace(reason=why), *(_Row("", part) for part in rest)]
            for part in parts:
                yield _Row(f"where {self.equal(*part.children)}", indent=indent + _INDENT)

    def broken(self, tree: Tree) -> list[str]:
        """A right side in lines, broken before the terms of a sum that is wide."""
        whole = self.math(tree)
        if tree.kind != "sum" or self.sheet.size(whole)[0] <= _WIDEST:
            return [whole]
        lines: list[list[Tree]] = [[]]
        width = 0.0
        for term in tree.children:
            assert term is not None
            wide = self.sheet.size(f"$+${self.math(term)}")[0] + _GAP
            if lines[-1] and width + wide > _WIDEST:
                lines.append([])
                width = 0.0
            lines[-1].append(term)
            width += wide
        parts = [self.math(Tree("sum", tuple(line)) if len(line) > 1 else line[0]) for line in lines]
        return [
            parts[0],
            *(p if line[0].kind == "neg" else f"$+$ {p}" for p, line in zip(parts[1:], lines[1:], strict=True)),
        ]

    def equal(self, left: Tree, right: Tree) -> str:
        return self.math(Tree("equation", (left, right)))

    def math(self, tree: Tree) -> str:
        return self.sheet.mathematics(self.write(tree), unicode(tree))

    def wrapped(self, reason: Reason) -> list[str]:
        """A reason in lines, one at least."""
        said = [re.findall(r"\s*\S+\s*|\s+", p) if isinstance(p, str) else [self.piece(p)] for p in numbered(reason)]
        lines = [""]
        for word in [word for words in said for word in words]:
            if lines[-1] and self.sheet.size(lines[-1] + word)[0] > _REASON and word[:1] not in ",;.]":
                lines.append("")
            lines[-1] += word if lines[-1] else word.lstrip()
        return lines

    def said(self, reason: Reason) -> str:
        return "".join(map(self.piece, numbered(reason)))

    def piece(self, piece: str | Tree | Condition) -> str:
        if isinstance(piece, Tree):
            return self.math(piece)
        if isinstance(piece, Condition):
            if (array := never_zero(piece)) is not None:
                return f"no entry of {self.math(array)} is 0"
            return self.sheet.mathematics(in_mathtext(condition_text(piece, "latex")), condition_text(piece, "unicode"))
        return words(piece)
