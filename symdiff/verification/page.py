"""A page of a derivation as text: its lines, and the statements on them.

Only places are found here: what declares, what defines, what states an equation, what goes on from the line before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from symdiff.errors import ParseError
from symdiff.syntax.declarations import Span, next_statement, split_declarations
from symdiff.syntax.names import NAME
from symdiff.verification.prose import numbered, plain

_WHERE = re.compile(rf"\s*where\s+(?={NAME}\s*(?::=|≔|=(?!=)))")
_ITEM = rf"{NAME}\s*(?:\[[^\[\]]*\])?"  # `x`, `x[2]`
_BY = re.compile(rf"\s*by\s+(?:\[(?=.*\]\s*$))?(?P<items>{_ITEM}(?:\s*,\s*{_ITEM})*)\s*\]?\s*")
_OPENING, _CLOSING = "([{", ")]}"
_GOES_ON = re.compile(r"[\w)\]'=]\s*(?:[-+*/]|\.[*/])\s*$")
_SIGNED = re.compile(r"(\s+)[-+*/]\s+(.*)")


class Row(NamedTuple):
    """A line with what belongs to it: `number` counts from 1, `text` may go on over further lines of the page.

    `shown` is the line as it stands on the page, `text` with the `where K = …` that follow.
    """

    number: int
    text: str
    shown: str


class Statement(NamedTuple):
    """A piece of a row: `kind` is `declare`, `by`, `define`, `equation` or `expression`; `span` is its place.

    `sides` are those of an equation, two or more, or of one that goes on from the line before, one or more; of `by`
    what is moved.
    """

    kind: str
    span: Span
    sides: tuple[Span, ...] = ()
    goes_on: bool = False


def rows(lines: str | Sequence[str]) -> list[Row]:
    """The rows of a page, or one for each of several texts.

    On a page a line whose brackets are still open takes those after it that close them, one that ends in a sign or is
    followed by one further in that begins with a sign goes on, and a line takes the `where K = …` that follow. What
    is no mathematics is blank.
    """
    if not isinstance(lines, str):
        return _with_where(_plain([Row(k, _joined(line), line) for k, line in enumerate(lines, 1)]))
    found: list[Row] = []
    written = lines.splitlines()
    place = 0
    while place < len(written):
        end = _closed(written, place)
        text = "\n".join(written[place:end])
        found.append(Row(place + 1, _joined(text), text))
        place = end
    return _with_where(_plain(found))


def _plain(found: Sequence[Row]) -> list[Row]:
    texts = numbered([row.text for row in found])
    return [row._replace(text=plain(text)) for row, text in zip(found, texts, strict=True)]


def _joined(line: str) -> str:
    return " ".join(piece.split("#", 1)[0] if "\n" in line else piece for piece in line.split("\n"))


def _closed(lines: Sequence[str], place: int) -> int:
    """Where the row ends that begins here: after the lines that close its brackets, or go on with a sign."""
    depth = 0
    for end in range(place, len(lines)):
        code = lines[end].split("#", 1)[0].rstrip()
        if end > place and (not code or code.lstrip().startswith("=")):
            break
        depth += sum((char in _OPENING) - (char in _CLOSING) for char in code)
        if depth <= 0 and not _GOES_ON.search(code):
            return _with_indented(lines, place, end + 1)
    return place + 1


def _with_indented(lines: Sequence[str], place: int, end: int) -> int:
    """Where the row ends with the lines after it that stand further in and begin with a sign."""
    indent = len(lines[place]) - len(lines[place].lstrip())
    while end < len(lines) and "=" in lines[place]:
        found = _SIGNED.match(lines[end].split("#", 1)[0])
        if found is None or len(found[1]) <= indent or "=" in found[2]:
            break
        end += 1
    return end


def _with_where(found: list[Row]) -> list[Row]:
    """The rows with `where K = …` moved to the one it belongs to: the last that is not empty."""
    moved: list[Row] = []
    owner = -1
    for row in found:
        plain = row.text.split("#", 1)[0].rstrip()
        opening = _WHERE.match(plain)
        if opening and owner >= 0:
            before = moved[owner].text.split("#", 1)[0].rstrip()
            joint = ", " if "\nwhere " in before else "\nwhere "
            moved[owner] = moved[owner]._replace(text=before + joint + plain[opening.end() :])
            moved.append(row._replace(text=""))
            continue
        moved.append(row)
        owner = len(moved) - 1 if plain.strip() else owner
    return moved


def begins_page(text: str) -> bool:
    """Whether a row is a header, `x: vector(n); by x`: one after another begins a page of its own."""
    try:
        kinds = [statement.kind for statement in statements(text)]
    except ParseError:
        return False
    return kinds[-1:] == ["by"] and len(kinds) > 1 and {*kinds[:-1]} == {"declare"}


def statements(text: str) -> list[Statement]:
    """The statements of a row. Raises ParseError where an equation has an empty side."""
    found: list[Statement] = []
    start = 0
    while start < len(text):
        spans, start = split_declarations(text, start)
        found += [Statement("declare", span) for span in spans]
        span, after = _next(text, start)
        piece = text[slice(*span)]
        if piece.strip():
            found.append(_statement(text, (span[0] + len(piece) - len(piece.lstrip()), span[0] + len(piece.rstrip()))))
        start = after
    return found


def _next(text: str, start: int) -> tuple[Span, int]:
    """The next statement, with a `where K = …` on a line of its own."""
    span, after = next_statement(text, start)
    if text.startswith("where ", after):
        return (span[0], len(text)), len(text)
    return span, after


def _statement(text: str, span: Span) -> Statement:
    by = _BY.fullmatch(text, *span)
    if by is not None:
        return Statement(
            "by", span, tuple(found.span() for found in re.compile(_ITEM).finditer(text, *by.span("items")))
        )
    end = next(
        (found.start() for found in re.finditer(r"\swhere\s", text[: span[1]]) if found.start() > span[0]), span[1]
    )
    signs = _equals(text, (span[0], end))
    if any(text[k] != "=" for k in signs):
        return Statement("define", span)
    if not signs:
        return Statement("expression", span, (span,))
    starts = [span[0], *(k + 1 + (text[k + 1 : k + 2] == "=") for k in signs)]
    bounds = list(zip(starts, [*signs, span[1]], strict=True))
    goes_on = not text[slice(*bounds[0])].strip()
    sides = tuple(bounds[1:] if goes_on else bounds)
    for a, b in sides:
        if not text[a:b].strip():
            raise ParseError("a side of the equation is missing", text=text, span=(max(a - 1, 0), max(b, a)))
    return Statement("equation", span, sides, goes_on)


def _equals(text: str, span: Span) -> list[int]:
    """Where `=` stands outside brackets, or `:=` (the place of its colon) and `≔`."""
    found: list[int] = []
    depth = 0
    for k in range(*span):
        char = text[k]
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth == 0 and char in ":≔" and (char == "≔" or text[k + 1 : k + 2] == "="):
            found.append(k)
        elif depth == 0 and char == "=" and text[k - 1 : k] not in (":", "<", ">", "!", "="):
            found.append(k)
    return found
