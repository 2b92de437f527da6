"""What an entry says of the values of its function: the fields from which facts follow.

    range      [-1, 1]                        where its values lie, at real arguments
    range      [1, oo) where x >= 0           and where an argument is as stated
    gives      positive invertible            what its values are
    gives      spd where spd(X), real(k)
    keeps      sign lower upper               what they are where the first argument is so
    everywhere real                           what they are at complex arguments, too

Signs are those of every entry; `sign` stands for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import inf

from symdiff.algebra.fact import NAMES, Fact
from symdiff.algebra.function_facts import Deduction, Premise, Said
from symdiff.algebra.intervals import Interval
from symdiff.book.entry import Entry, split
from symdiff.book.reader import Passage

_GROUPS = {
    "sign": Fact.POSITIVE | Fact.NEGATIVE | Fact.NONNEGATIVE | Fact.NONPOSITIVE | Fact.NONZERO,
    "triangle": Fact.LOWER | Fact.UPPER | Fact.DIAGONAL,
}
_WORDS = NAMES | _GROUPS
_INTERVAL = re.compile(r"([\[(])\s*([^,\s]+)\s*,\s*([^,\s]+)\s*([\])])\Z")
_ABOUT = re.compile(r"(\w+)\s*\(\s*(\w+)\s*\)\Z")
_COMPARED = re.compile(r"(\w+)\s*(<=|>=|<|>)\s*(-?[\d/]+)\Z")
_PI = Fraction("3.1415926536")  # above π
_ENDS: dict[str, Fraction | float] = {
    "oo": inf, "-oo": -inf, "pi": _PI, "-pi": -_PI, "pi/2": _PI / 2, "-pi/2": -_PI / 2,
}  # fmt: skip


def said_of(entry: Entry) -> Said:
    """The fields of an entry, read once; errors name file and line."""
    if entry.said is None:
        block = entry.block
        deductions = [_deduction(entry, p, _bounded) for p in block.all("range")]
        deductions += [_deduction(entry, p, _given) for p in block.all("gives")]
        keeps = block.get("keeps")
        entry.said = Said(
            everywhere=tuple(_deduction(entry, p, _given) for p in block.all("everywhere")),
            deductions=tuple(deductions),
            keeps=0 if keeps is None else _facts(keeps),
            elementwise=entry.elementwise,
            leaves_reals=block.get("domain") is not None and not entry.is_of_reals,
        )
    return entry.said


def _deduction(entry: Entry, passage: Passage, conclusion: Callable[[Passage], Deduction]) -> Deduction:
    """What stands before `where`, and the premises behind it."""
    found = re.search(r"\bwhere\b", passage.text)
    if found is None:
        return conclusion(passage)
    premises = split(passage.part(found.end(), len(passage.text)))
    return conclusion(passage.part(0, found.start()))._replace(premises=tuple(_premise(entry, p) for p in premises))


def _bounded(passage: Passage) -> Deduction:
    return Deduction(0, _interval(passage))


def _given(passage: Passage) -> Deduction:
    return Deduction(_facts(passage))


def _facts(passage: Passage) -> int:
    found = 0
    for word in passage.text.split():
        if word not in _WORDS:
            raise passage.error(f"unknown fact {word[:40]!r}; the facts are {', '.join(_WORDS)}")
        found |= _WORDS[word]
    return found


def _interval(passage: Passage) -> Interval:
    found = _INTERVAL.match(passage.text)
    if found is None:
        raise passage.error("a range is an interval: [0, 1], (-1, oo)")
    low, high = (_end(passage, text) for text in found.group(2, 3))
    return Interval(low, high, found[1] == "(", found[4] == ")")


def _end(passage: Passage, text: str) -> int | Fraction | float:
    if text in _ENDS:
        return _ENDS[text]
    try:
        return Fraction(text)
    except ValueError:
        raise passage.error(f"an end of an interval is a number or one of {', '.join(_ENDS)}") from None


def _premise(entry: Entry, passage: Passage) -> Premise:
    """`positive(x)`, `x > 1`."""
    places = {p.name: k for k, p in enumerate(entry.params)}
    about, compared = _ABOUT.match(passage.text), _COMPARED.match(passage.text)
    if about and about[2] in places:
        return Premise(places[about[2]], _facts(passage.part(0, about.end(1))))
    if compared is None or compared[1] not in places:
        raise passage.error("a premise is a fact of an argument, or compares one with a number: positive(x), x > 1")
    value = _end(passage, compared[3])
    strict = compared[2] in "<>"
    above = Interval(value, inf, strict, True) if compared[2][0] == ">" else Interval(-inf, value, True, strict)
    return Premise(places[compared[1]], 0, above)
