"""Lines of a derivation: what is written, what it means, why; and how they become a chain of a page, and steps."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple

from symdiff.algebra import Condition
from symdiff.derivation import Step
from symdiff.expr import Expr
from symdiff.narration.rules import together
from symdiff.notation import to_tree
from symdiff.show.as_text import Text
from symdiff.show.page import Chain, Line, Reason, said
from symdiff.syntax.tree import Tree

_LONG = 40  # characters of a line that is not written twice
_COMMON = 4  # of a piece that two lines have in common


class Told(NamedTuple):
    """A right side: what is written, what it means, why it is so."""

    written: Tree
    meaning: Expr
    reason: Reason = ()
    relation: str = "="
    conditions: tuple[Condition, ...] = ()
    substeps: tuple[Step, ...] = ()
    always: tuple[Reason, ...] = ()  # conditions that hold everywhere, each with why


class Lines:
    """A left side and the lines that are equal to it, as they are found; one that shows nothing new is not told."""

    def __init__(self, left: Tree, meaning: Expr) -> None:
        self.left = left
        self.meaning = meaning
        self.told: list[Told] = []

    def tell(self, line: Told, apart: bool = False) -> None:
        """Add a line; one that is to stand `apart` repeats as much as it has to."""
        before = self.told[-1].written if self.told else self.left
        again = bool(self.told) and before == line.written
        if line.relation == "=" and (again or (len(self.told) > 1 and not apart and _repeats(before, line.written))):
            last = self.told.pop()
            reason = last.reason if again else together([r for r in (last.reason, line.reason) if r])
            conditions, always = (*last.conditions, *line.conditions), (*last.always, *line.always)
            line = line._replace(reason=reason, substeps=last.substeps or line.substeps)
            line = line._replace(conditions=conditions, always=always)
        self.told.append(line)

    def chain(self, short: bool = False) -> Chain:
        """As it stands on a page; a `short` one of one equality on one line."""
        lines = [Line(told.written, _with_conditions(told), _under(told)) for told in self.told]
        return Chain(self.left, tuple(lines), "->" if self.told[0].relation == "structure" else "=", short)

    def steps(self) -> list[Step]:
        """As steps of the derivation."""
        found, before = [], self.meaning
        for told in self.told:
            rule = said(told.reason, Text(), str) or "linear rules"
            found.append(Step(rule, before, told.meaning, told.conditions, told.substeps, told.relation, told.written))
            before = told.meaning
        return found


def _repeats(before: Tree, after: Tree) -> bool:
    """Whether a long line is four fifths of the one before: one idea more is no line."""
    text = Text()
    a, b = text(before), text(after)
    if len(b) <= _LONG or len(a) <= _LONG:
        return False
    blocks = SequenceMatcher(None, a, b, False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= _COMMON) >= 0.8 * len(b)


def _under(told: Told) -> tuple[tuple[Tree, Tree, str], ...]:
    """The substeps of a line, as they are written under it."""
    return tuple((to_tree(step.before), step.written or to_tree(step.after), step.rule) for step in told.substeps)


def _with_conditions(told: Told) -> Reason:
    """The reason of a line, its conditions in brackets; what always holds says so."""
    if not (told.conditions or told.always):
        return told.reason
    listed = together([*((c,) for c in told.conditions), *told.always], ", ")
    return (*told.reason, *(["   "] if told.reason else []), "[", *listed, "]")
