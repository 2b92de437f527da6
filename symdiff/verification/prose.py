"""What people write round mathematics: numbers of lines, arrows, words, remarks, conditions.

It becomes blanks, so that everything else keeps its place. `plain` takes out what is no mathematics however it is read;
`without_remark` what is a remark if it can't be read otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from symdiff.syntax.declarations import Span
from symdiff.syntax.names import NAME

_OPENING, _CLOSING = "([{", ")]}"
_WHERE = re.compile(rf"(?<!\w)where\s+{NAME}\s*(?:\([^()]*\)\s*)?(?::?=(?!=)|≔)")
_WITH = re.compile(rf"(?:,|\s)\s+with\s(?=\s*{NAME}\s*:?=)")
_ARROW = re.compile(r"<=>|=>|[⇒⟹⇔⟺∴]")
_MARK = re.compile(
    r"\s*(?:[*•]\s+|(?:\d{1,3}|[a-z]|[ivx]{2,4})\)\s*|(?:\d{1,3}|[a-z])\.\s+|\d{1,3}:\s+"
    r"|(?:step|line|part|case|equation|eq\.?)\s*\(?\d+\)?\s*[.:)]?\s+)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s*\((\d{1,3})\)\s+|.*\s\s\((\d{1,3})\)\s*$", re.DOTALL)
_LETS = "let(?:['’]s| us)?|define|set|put|write|with"
_WORDS = re.compile(
    r"\s*(?:(?:"
    + _LETS
    + r"|and|also|but|now|so|hence|thus|then|therefore|thence|consequently|finally|first|firstly|second|"
    r"secondly|third|next|again|here|clearly|similarly|likewise|equivalently|or|since|because|i\.e\.|that is|"
    r"it follows|(?:this |which )?(?:gives|giving|yields|implies|means)|we (?:then )?(?:get|have|find|obtain|know|see)|"
    r"note|recall|using|claim|answer|result|solution|proof|check)(?:\s+that)?(?!\w)(?:\s*[,:](?!=))?\s+)"
    r"(?![+*/^=:,]|-\s)",
    re.IGNORECASE,
)
_IS = re.compile(r"\s*(?:(?:which|this|that)\s+(?:is|equals)|equals|is equal to)\s+", re.IGNORECASE)
_LET = re.compile(rf"\s*(?:{_LETS})\b", re.IGNORECASE)
_JOINT = re.compile(
    r"(?<!i\.e)(?<=[\w)\]'])\.\s+(?=\S)|,\s|\s(?:and|so|hence|thus|then|therefore|we (?:have|get|find|obtain))\s",
    re.IGNORECASE,
)
_STATED = (
    r"\s+(?:for|if|when|whenever|provided|assuming|as long as|since|because|as|with)\s+(?:(?:all|that|every|any)\s+)?"
)
_REMARK = re.compile(
    rf"{_STATED}(?P<stated>[^=]*)$|,\s+(?P<after>[^,=]*)$|\s*[(\[{{<](?P<inner>[^()\[\]{{}}<>=]*)[)\]}}>]\s*$"
    r"|\s(?:by|using|from|via|applying|due to|after|again|which)\s[^=]*$|\s(?:%|//|--|←|<-).*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s\s+\((?P<stated>[^()=]*)\)\s*$")
_PLAIN_WORDS = re.compile(r"[\w\s',.;:!?()\"/–—’-]*")
_WORD = re.compile(r"[A-Za-z]{2,}")
_CLAUSE = re.compile(r"\s*([A-Za-z][A-Za-z' -]*)[,:]\s+")
_CASE = re.compile(
    r"\s*(?:for|if|when|where|with)\s+(?:(?:all|every|any)\s+)?(?P<stated>[^=:,]*)[,:]\s+", re.IGNORECASE
)
_END = re.compile(r"(?:\s*(?:[.,:]|[∎□■✓✔]|\(\*+\)|Q\.?E\.?D\.?))+\s*$")
_ASSUMED = re.compile(
    r"\s*(?:assume|assuming|suppose|given|for|if|with|let)(?:\s+(?:all|that))?\s+(.*?)[.,:;]?\s*$", re.IGNORECASE
)
_LONG = 5  # letters of a word that is a remark by itself


class Remark(NamedTuple):
    """A text without a remark at its end, and the condition that the remark states, if it states one."""

    text: str
    condition: str | None = None


def plain(text: str) -> str:
    """A row with blanks for what is no mathematics: marks in front, `⇒`, words that join; each equation a statement."""
    head, sign, comment = text.partition("#")
    head = _ended(_WITH.sub(lambda found: " where ".rjust(len(found[0])), head))
    where = _WHERE.search(head)
    end = where.start() if where else len(head)
    return _plain(_ended(head[:end])) + head[end:] + sign + comment


def _ended(text: str) -> str:
    """A text without what ends a sentence."""
    found = _END.search(text)
    return text if found is None else _blank(text, found.span())


def _plain(text: str) -> str:
    text = _without_marks(text.replace("$", " "))
    text = _ARROW.sub(lambda arrow: ";" + " " * (len(arrow[0]) - 1), text)
    for a, b in _joints(text):
        text = text[:a] + ";" + " " * (b - a - 1) + text[b:]
    return ";".join(map(_opened, text.split(";")))


def _without_marks(text: str) -> str:
    """A text without numbers of lines and arrows in front of it."""
    while (found := _MARK.match(text) or re.compile(rf"\s*(?:{_ARROW.pattern})\s*").match(text)) is not None:
        text = _blank(text, found.span())
        if not text.strip():
            break
    return text


def _joints(text: str) -> Iterator[Span]:
    """The commas and the words between two equations, outside brackets."""
    plain = "".join(char if depth == 0 else "." for char, depth in zip(text, _depths(text), strict=True))
    start = 0
    for found in _JOINT.finditer(plain):
        following = _JOINT.search(plain, found.end())
        after = plain[found.end() : following.start() if following else len(plain)]
        if _states(plain[start : found.start()].rpartition(";")[2]) and _states(after.partition(";")[0]):
            start = found.end()
            yield found.span()


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for char in text:
        depth -= char in _CLOSING
        yield depth
        depth += char in _OPENING


def _states(piece: str) -> bool:
    return re.search(r"(?<![<>!=])=(?!=)|==|≔", piece) is not None


def _opened(piece: str) -> str:
    """A statement without the words before it; after `let` it is a definition, after `which is` it goes on."""
    lets = False
    while (found := _WORDS.match(piece)) is not None:
        lets = lets or _LET.match(piece) is not None
        piece = _blank(piece, found.span())
    found = _IS.match(piece)
    if found is not None and not _states(piece):
        return "=" + " " * (found.end() - 1) + piece[found.end() :]
    defined = re.match(rf"\s*{NAME}(?:\([^()]*\))?(\s=)(?!=)", piece) if lets else None
    return piece if defined is None else piece[: defined.start(1)] + ":=" + piece[defined.end(1) :]


def _blank(text: str, span: Span) -> str:
    return text[: span[0]] + " " * (span[1] - span[0]) + text[span[1] :]


def numbered(texts: Sequence[str]) -> list[str]:
    """Rows without their numbers (1), (2) … in front or behind, where they are counted so."""
    labels = [(k, found) for k, text in enumerate(texts) if (found := _LABEL.match(text)) is not None]
    counted = [int(found[1] or found[2]) for _, found in labels]
    rows = list(texts)
    if len(labels) < 2 or counted != list(range(counted[0], counted[0] + len(counted))):
        return rows
    for k, found in labels:
        group = 1 if found[1] else 2
        rows[k] = _blank(rows[k], (found.start(group) - 1, found.end(group) + 1))
    return rows


def without_remark(text: str) -> Remark | None:
    """A row that can't be read without the remark at its end, or the clause before it; None where there is none."""
    head, sign, comment = text.partition("#")
    opening = _CLAUSE.match(head)
    if opening is not None and _is_prose(opening[1]):
        return Remark(_blank(text, opening.span()))
    if (case := _cut(_CASE.match(head), head, sign + comment)) is not None and case.condition:
        return case
    return _cut(_REMARK.search(head), head, sign + comment) if _states(head) else None


def without_condition(text: str) -> Remark | None:
    """A row without the condition in brackets behind it: `= 2*log(x)   (x > 0)`."""
    head, sign, comment = text.partition("#")
    found = _cut(_BEHIND.search(head), head, sign + comment)
    return found if found is not None and found.condition else None


def _cut(found: re.Match[str] | None, head: str, comment: str) -> Remark | None:
    if found is None:
        return None
    rest = _blank(head, found.span()) + comment
    said = next((said for said in found.groupdict().values() if said is not None), None)
    if said is not None and _is_condition(said):
        return Remark(rest, said.strip())
    return Remark(rest) if said is None or found.groupdict().get("stated") or _is_prose(said) else None


def _is_condition(said: str) -> bool:
    return re.search(r"[<>≤≥≠]|\bis\b|\bsymmetric\b|\bpositive\b|\binvertible\b|\borthogonal\b", said) is not None


def _is_prose(said: str) -> bool:
    """Whether a text is words: two, or a long one."""
    words = _WORD.findall(said)
    return _PLAIN_WORDS.fullmatch(said) is not None and (len(words) > 1 or any(len(w) >= _LONG for w in words))


def is_text(text: str) -> bool:
    """Whether a row that can't be read states nothing: words, without a sign that states something."""
    head = text.partition("#")[0]
    words = [word for word in _WORD.findall(head) if len(word) > 2]
    return not re.search("[=:∈<>]", head.rstrip(" :")) and (_is_prose(head) or len(words) > 1)


def assumed(text: str) -> str | None:
    """The condition that a row alone states: `assume x > 0`."""
    found = _ASSUMED.match(text.partition("#")[0])
    if found is None or not _is_condition(found[1]) or _states(found[1]):
        return None
    return re.sub(r"\sbe\s", " is ", found[1])
