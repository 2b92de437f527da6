"""A report in words, as a teacher writes it in the margin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdiff.show import condition_text
from symdiff.verification.report import Line, Report

_MARKS = {True: "✓", False: "✗", None: "?"}
_PLAIN = {True: "ok", False: "NO", None: "??"}
_MOST = 4  # values of a counterexample that are told


def told(report: Report, plain: bool = False) -> list[str]:
    """The lines with their marks, what is wrong below each, and a summary; `plain` keeps to ASCII marks."""
    marks = _PLAIN if plain else _MARKS
    width = len(str(max(line.number for line in report.lines)))
    found: list[str] = []
    for line in report.lines:
        mark = marks[line.ok] if line.kind in ("equation", "unread", "definition") and _states(line) else ""
        margin = f"{mark:{len(marks[True])}} {line.number:{width}}  "
        found += [
            (margin + text).rstrip() if k == 0 else " " * len(margin) + text
            for k, text in enumerate(line.text.split("\n"))
        ]
        found += [" " * len(margin) + said for said in remarks(line)]
    return [*found, "", summary(report)]


def _states(line: Line) -> bool:
    return line.kind != "definition" or line.ok is not True


def remarks(line: Line) -> list[str]:
    """What is said below a line: nothing of one that follows."""
    if line.error is not None:
        return [f"can't be read: {said}" if k == 0 else said for k, said in enumerate(str(line.error).split("\n"))]
    found: list[str] = []
    if line.mistake is not None:
        found.append(str(line.mistake))
    if line.part is not None:
        found.append(str(line.part))
    told = line.mistake is not None and line.mistake.name in ("symmetry assumed", "condition assumed")
    if line.holds_if and line.ok is not True and not told:
        holds = "holds" if line.ok is None else "would be right"
        found.append(f"this {holds} if {' and '.join(map(condition_text, line.holds_if))}")
    if not found and line.ok is not True:
        found.append(_differ(line))
    return [*found, *([line.note] if line.note else [])]


def _differ(line: Line) -> str:
    """What is known of a line that is wrong, or not decided, and that nothing explains."""
    shown = line.counterexample
    if shown is None:
        return "; ".join(evidence.detail for evidence in line.evidence)
    values: Mapping[str, Any] = {**shown.sizes, **shown.values}
    at = ", ".join(f"{name} = {_number(value)}" for name, value in values.items() if not getattr(value, "ndim", 0))
    left, right = _first(shown.expected, shown.found)
    where = f"at {at} " if at and len(values) <= _MOST else ""
    return f"the sides differ: {where}the left one is {left}, the right one {right}"


def _first(a: Any, b: Any) -> tuple[str, str]:
    """Two values, or the first entries in which they differ."""
    import numpy as np

    if a.shape != b.shape or not a.ndim:
        return _number(a), _number(b)
    place = np.unravel_index(int(np.argmax(np.abs(a - b))), a.shape)
    entry = f"[{', '.join(map(str, place))}]"
    return f"{_number(a[place])} in entry {entry}", _number(b[place])


def _number(value: Any) -> str:
    import numpy as np

    return np.array2string(np.asarray(value), precision=5, threshold=6).replace("\n", " ")


def summary(report: Report) -> str:
    """One line: how many lines follow, and which do not."""
    stated = [line for line in report.lines if line.kind in ("equation", "unread") or line.ok is not True]
    good = sum(line.ok is True for line in stated)
    unproved = sum(line.ok is True and line.is_by_numbers for line in stated)
    if good == len(stated):
        alone = f", {unproved} by numbers alone" if unproved else ""
        return (
            f"every line follows ({good}{alone})" if good != 1 else f"the line follows{alone and ', by numbers alone'}"
        )
    said = [f"{good} of {len(stated)} lines follow"]
    for ok, words in ((False, "wrong"), (None, "not decided")):
        numbers = [str(line.number) for line in stated if line.ok is ok and line.error is None]
        if numbers:
            said.append(f"{words}: {'line' if len(numbers) == 1 else 'lines'} {', '.join(numbers)}")
    unread = [str(line.number) for line in stated if line.error is not None]
    if unread:
        said.append(f"not read: {'line' if len(unread) == 1 else 'lines'} {', '.join(unread)}")
    return "; ".join(said)


def as_data(line: Line) -> dict[str, Any]:
    """A line as plain data, for JSON."""
    part = line.part and {
        "start": line.part.span[0], "end": line.part.span[1], "written": line.part.written, "right": line.part.right
    }  # fmt: skip
    return {
        "schema": 1,
        "line": line.number,
        "text": line.text,
        "kind": line.kind,
        "ok": line.ok,
        "mistake": line.mistake and {"name": line.mistake.name, "said": line.mistake.said},
        "part": part,
        "holds_if": [condition_text(c) for c in line.holds_if],
        "evidence": [str(evidence) for evidence in line.evidence],
        "error": line.error and str(line.error),
        "note": line.note or None,
    }
