"""Functions of the books derived again where all is told: (log(1 + e^t))' is e^t/(1 + e^t), which is sigmoid(t)."""

from __future__ import annotations

from symdiff.algebra import ONE, differential
from symdiff.book import apply, differential_of, entry_of, expand
from symdiff.calculus.differential import differentials
from symdiff.expr import Expr
from symdiff.narration.lines import Lines, Told
from symdiff.narration.rules import MET, Heard, listed
from symdiff.narration.writing import operator
from symdiff.notation import to_tree
from symdiff.show.page import Reason
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.tree import renamed


def is_derived(node: Expr) -> bool:
    """Whether a node is a function entry by entry of which the book says how its derivative follows from others."""
    entry = entry_of(node) if node.op == "map" and len(node.args) == 1 else None
    return entry is not None and entry.field("because") is not None


def derived(node: Expr, t: Expr) -> Lines:
    """The derivative of such a function, of a number t, from its definition."""
    entry = entry_of(node)
    because = entry.field("because") if entry is not None else None
    assert entry is not None and because is not None
    value = apply(entry.name, (t,))
    meaning, slope = expand(value), differential_of(value, (ONE,))
    assert meaning is not None and slope is not None
    heard = Heard()
    (raw,) = differentials([meaning], {t: ONE}, heard)
    used = heard.rules[meaning]
    written, rule = to_tree(value), "chain rule" if "chain rule" in used.name else used.name
    why: Reason = (f"{rule} on ", to_tree(meaning))
    if entry.name in MET:
        written, why = to_tree(meaning), (f"{rule}, inside ", *listed([to_tree(part) for part in used.rule.parts]))
    lines = Lines(operator("diff", written, t), differential(value, t))
    lines.tell(Told(to_tree(raw), raw, why))
    lines.tell(Told(to_tree(slope), slope, _said(because, entry.params[0].name, str(t))))
    return lines


def _said(because: str, parameter: str, t: str) -> Reason:
    """The reason that a book gives, its mathematics between backquotes."""
    pieces = because.split("`")
    return tuple(
        renamed(parse_tree(piece), {parameter: t}) if k % 2 else piece for k, piece in enumerate(pieces) if piece
    )
