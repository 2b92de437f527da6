"""Simplification: the rules of the books to a fixpoint, never dearer and never beyond their conditions."""

from __future__ import annotations

from symdiff.algebra import rebuild
from symdiff.expr import Expr, postorder
from symdiff.rewrite.collect import collect
from symdiff.rewrite.cost import cost
from symdiff.rewrite.literals import by_entries
from symdiff.rewrite.present import present
from symdiff.rewrite.rules import Recorder, Table, table

_PASSES = 10  # passes over the whole expression
_ROUNDS = 12  # rewritings of one node in a pass


def simplify(e: Expr, recorder: Recorder | None = None) -> Expr:
    """A form with no more operations, equal wherever e is defined; each step is told to the recorder."""
    opened = by_entries(e)  # det([a, b; c, d]) as a*d - b*c, if that leads to less
    if opened is not e and cost(_simplified(opened, None)) < cost(_simplified(e, None)):
        if recorder is not None:
            recorder.rewrite("write out the entries", e, opened, ())
        e = opened
    return _simplified(e, recorder)


def _simplified(e: Expr, recorder: Recorder | None) -> Expr:
    best = present(_rewritten(e, recorder), recorder)
    for _ in range(_PASSES):  # what was factored out may leave what a rule knows
        again = present(_rewritten(best, None))
        if cost(again) >= cost(best):
            break
        best = again if recorder is None else present(_rewritten(best, recorder), recorder)
    return best


def _rewritten(e: Expr, recorder: Recorder | None) -> Expr:
    """Collected, and rewritten by the rules, until nothing changes."""
    seen = set()
    for _ in range(_PASSES):
        if e in seen:
            break
        seen.add(e)
        e = _pass(collect(e, recorder), table("simplify"), recorder)
    return e


def _pass(e: Expr, rules: Table, recorder: Recorder | None) -> Expr:
    made: dict[Expr, Expr] = {}
    for node in postorder(e):
        args = tuple(made[arg] for arg in node.args)
        made[node] = _node(node if args == node.args else rebuild(node, args), rules, recorder)
    return made[e]


def _node(e: Expr, rules: Table, recorder: Recorder | None) -> Expr:
    for _ in range(_ROUNDS):
        found = next((r for r in rules.rewritings(e) if r.after is not e and cost(r.after) <= cost(e)), None)
        if found is None:
            break
        if recorder is not None:
            recorder.rewrite(found.rule, e, found.after, found.conditions)
        e = found.after
    return e
