"""Where a rewritten form has a value and what it was made of has none: the conditions under which they are equal."""

from __future__ import annotations

from symdiff.algebra import Condition
from symdiff.algebra.implied import simplified
from symdiff.book.domain import domain_of
from symdiff.expr import Expr, postorder


def widened(before: Expr, after: Expr) -> tuple[Condition, ...]:
    """What `before` asks for to have a value and does not follow from what `after` asks for, cases apart."""
    known = _asked(after)
    return tuple(c for c in _asked(before) if {*simplified((*known, c))} != {*known})


def _asked(e: Expr) -> tuple[Condition, ...]:
    nodes = postorder(e, into=lambda node: node.op != "select")
    return simplified([condition for node in nodes for condition in domain_of(node)])
