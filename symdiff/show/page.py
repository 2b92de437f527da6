"""A derivation as a page: parts with their names, chains of equal lines, each with its reason; as text and Unicode.

In text a page is input: what is no line of mathematics stands behind a `#`. A line is a Tree, what is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from symdiff.algebra import Condition
from symdiff.show import condition_text, styled
from symdiff.show.as_text import Text
from symdiff.show.as_unicode import names_in
from symdiff.show.page_style import PageUnicode
from symdiff.syntax.tree import Tree

FORWARD = "forward, a name for each stage, and how it moves with "  # how the heading of stages begins


class Numbered(NamedTuple):
    """What refers to a heading by its number; `plain` says it where there are no headings."""

    words: str
    plain: tuple[str | Tree | Condition, ...]


Reason = tuple[str | Tree | Condition | Numbered, ...]

_COLUMN = 60  # the last column at which reasons stand
_GAP = 4
_REASON = 26  # columns for a reason where there are few
_WIDEST = 100


class Line(NamedTuple):
    """A right side with the reason why it equals what stands above it; `under` it fold rules that made it, each with
    what is by it equal to what.
    """

    written: Tree
    reason: Reason = ()
    under: tuple[tuple[Tree, Tree, str], ...] = ()


class Chain(NamedTuple):
    """A left side, and lines that are equal to it; `sign` is "=", or "->" where the first is made of the left side."""

    left: Tree
    lines: tuple[Line, ...]
    sign: str = "="
    short: bool = False  # one equality stays on one line


class Naming(NamedTuple):
    """A part gets its name, with how it moves, and with what is to be known of it; `joined` ones share a line."""

    name: Tree
    body: Tree
    move: Chain | None = None
    remark: Reason = ()
    joined: bool = False


class Note(NamedTuple):
    """A remark of its own: what holds of the result; a `plain` one is a line of the language.

    `equation` says of what a heading is, where that is no line of the page.
    """

    said: Reason
    plain: bool = False
    heading: bool = False
    equation: tuple[Tree, Tree] | None = None


class Break(NamedTuple):
    """Another derivation follows, with a header of its own."""

    header: str


Item = Chain | Naming | Note | Break


class Page(NamedTuple):
    """What is told, in order; `header` declares the names (in text alone)."""

    items: tuple[Item, ...]
    header: str = ""
    scalars: frozenset[str] = frozenset()  # names of scalars


class _Row(NamedTuple):
    """A line of mathematics and its reason; `joined` stands behind it in a column where the rows around have one."""

    mathematics: str
    reason: str = ""
    joined: str = ""


def page_text(page: Page, width: int = _WIDEST) -> str:
    """The page as input of the language."""
    rows = [_Row(page.header)] if page.header else []
    return _set([*rows, *_rows(page.items, _Style(Text(), "text", " := ", "", ";  "))], "# ", width)


def page_unicode(page: Page, width: int = _WIDEST) -> str:
    """The page as people write it."""
    names = frozenset[str]().union(*(names_in(tree) for tree in trees_of(page)))
    items = [merged(item) for item in page.items]
    return _set(list(_rows(items, _Style(PageUnicode(names), "unicode", " = ", "let "))), "", width)


def merged(item: Item) -> Item:
    """A chain in which parts put back at the end stand on the line that is read off: `2*A'*r = 2*A'*(A*x - b)`."""
    if not isinstance(item, Chain) or len(item.lines) < 2:
        return item
    *before, read, last = item.lines
    put_back = len(last.reason) == 3 and last.reason[1] == " = "
    if not put_back or not str(read.reason[:1]).startswith("('read off") or Text().length(last.written) > _COLUMN // 2:
        return item
    both = Line(Tree("equation", (read.written, last.written)), read.reason)
    return item._replace(lines=(*before, both))


def trees_of(page: Page) -> Iterator[Tree]:
    """Every Tree of a page."""
    for item in page.items:
        if isinstance(item, Naming):
            yield from (item.name, item.body)
        chain = item.move if isinstance(item, Naming) else item
        if isinstance(chain, Chain):
            yield from (chain.left, *(line.written for line in chain.lines))


class _Style(NamedTuple):
    write: Callable[[Tree], str]
    name: str
    defines: str
    opens: str
    between: str = ", "

    def said(self, reason: Reason) -> str:
        return said(reason, self.write, lambda c: _condition(c, self.name))


def said(reason: Reason, write: Callable[[Tree], str], condition: Callable[[Condition], str]) -> str:
    """A reason in a notation."""
    return "".join(
        piece if isinstance(piece, str) else condition(piece) if isinstance(piece, Condition) else write(piece)
        for piece in numbered(reason)
    )


def numbered(reason: Reason) -> list[str | Tree | Condition]:
    """The pieces of a reason on a page whose headings have numbers."""
    return [piece.words if isinstance(piece, Numbered) else piece for piece in reason]


def _condition(condition: Condition, style: str) -> str:
    """A condition in words; of an array's entries as one says it."""
    if condition.predicate == "nonzero" and condition.args[0].shape and not condition.given:
        return f"no entry of {styled(condition.args[0], style)} is 0"
    return condition_text(condition, style)


def _rows(items: Iterable[Item], style: _Style) -> Iterator[_Row]:
    for kind, run in groupby(items, type):
        if kind is Naming:
            yield from _namings(list(run), style)  # type: ignore[arg-type]
        else:
            for item in run:
                yield from _other(item, style)


def _other(item: Item, style: _Style) -> Iterator[_Row]:
    if isinstance(item, Chain):
        yield from _chain(item, style)
    elif isinstance(item, Note):
        yield _note(item, style)
    elif isinstance(item, Break):
        yield _Row("")
        if style.name == "text":
            yield _Row(item.header)


def _note(note: Note, style: _Style) -> _Row:
    return _Row("# " * (style.name == "text" and not note.plain) + style.said(note.said))


def _chain(chain: Chain, style: _Style) -> Iterator[_Row]:
    """One equality on one line; of several the left side alone, then each right side."""
    left, lines = style.write(chain.left), chain.lines
    if len(lines) == 1 and chain.short and len(left) + len(style.write(lines[0].written)) < _WIDEST - _GAP:
        yield _Row(f"{left} {_sign(chain, style)} {style.write(lines[0].written)}", style.said(lines[0].reason))
        return
    yield _Row(left)
    for line in lines:
        yield _Row(f"{_sign(chain, style)} {style.write(line.written)}", style.said(line.reason))


def _sign(chain: Chain, style: _Style) -> str:
    return "→" if chain.sign == "->" and style.name == "unicode" else chain.sign


def _is_short(naming: Naming) -> bool:
    """Whether a part stands on one line with how it moves."""
    move = naming.move
    return (
        not naming.remark
        and not naming.joined
        and (move is None or (len(move.lines) == 1 and _is_asked(move.lines[0].reason)))
    )


def _is_asked(reason: Reason) -> bool:
    """Whether a reason is no more than a condition."""
    return not reason or reason[0] == "["


def _namings(namings: Sequence[Naming], style: _Style) -> Iterator[_Row]:
    for short, run in groupby(namings, _is_short):
        if short:
            for naming in run:
                if style.name != "text":
                    yield _let(naming, style)
                    continue
                moves = next(_chain(naming.move, style)) if naming.move else _Row("")
                yield _Row(_defined(naming, style), moves.reason, moves.mathematics)
            continue
        together = list(run)
        definitions = [_defined(naming, style) for naming in together]
        joined = style.opens + style.between.join(definition.removeprefix(style.opens) for definition in definitions)
        if not any(naming.remark for naming in together) and len(joined) <= _COLUMN:
            yield _Row(joined)
        else:
            for naming, definition in zip(together, definitions, strict=True):
                yield _Row(definition, style.said(naming.remark))
        for naming in together:
            yield from _chain(naming.move, style) if naming.move else []


def _let(naming: Naming, style: _Style) -> _Row:
    """`let r = Ax − b, so dr = A dx`."""
    move = next(_chain(naming.move, style)) if naming.move else None
    return _Row(_defined(naming, style) + (f", so {move.mathematics}" if move else ""), move.reason if move else "")


def _defined(naming: Naming, style: _Style) -> str:
    return f"{style.opens}{style.write(naming.name)}{style.defines}{style.write(naming.body)}"


def _set(rows: Sequence[_Row], mark: str, width: int) -> str:
    """The rows with their reasons in one column; what does not fit behind a row stands below, at that column."""
    last = min(_COLUMN, max(width - _REASON, _GAP))
    rows = list(_joined(rows))
    widths = [len(row.mathematics) for row in rows if row.reason and not row.joined]
    column = min(last, max((length for length in widths if length + _GAP <= last), default=last) + _GAP)
    room = min(width, _WIDEST) - column - len(mark)
    lines: list[str] = []
    for row in rows:
        reasons = _broken(row.reason, room) if row.reason else []
        beside = reasons[:1] if len(row.mathematics) < column and all(len(part) <= room for part in reasons[:1]) else []
        lines += [f"{row.mathematics:<{column}}{mark}{part}" for part in beside] or [row.mathematics]
        lines += [" " * column + mark + part for part in reasons[len(beside) :]]
    return "\n".join(lines)


def _broken(reason: str, width: int) -> list[str]:
    """A reason in lines of a width, broken behind its signs and before its conditions."""
    lines = [""]
    for part in re.split(r"(?<=;) |   (?=\[)", reason):
        between = "" if not lines[-1] else "   " if part.startswith("[") else " "
        if lines[-1] and len(lines[-1]) + len(between) + len(part) > width:
            lines.append("")
            between = ""
        lines[-1] += between + part
    return [line.removesuffix(";") for line in lines]


def _joined(rows: Sequence[_Row]) -> Iterator[_Row]:
    """Rows of parts with how they move in a second column."""
    for has, run in groupby(rows, lambda row: bool(row.joined)):
        together = list(run)
        width = max(len(row.mathematics) for row in together) + 1
        for row in together:
            behind = f"{row.mathematics + ';':<{width}}  {row.joined}"
            yield _Row(behind, row.reason, row.joined) if has and len(behind) <= _WIDEST else row._replace(joined="")
            if has and len(behind) > _WIDEST:
                yield _Row(row.joined)
