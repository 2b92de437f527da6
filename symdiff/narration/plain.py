"""Derivatives that nobody follows line by line, or that are made of others: one line, and the rules used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.algebra import differential, symbols_of
from symdiff.calculus.derive import collected, free_leaf, unit_seeds
from symdiff.calculus.differential import differentials
from symdiff.calculus.stacked import is_stacked
from symdiff.calculus.structure import rule_name
from symdiff.calculus.variables import base_symbol
from symdiff.derivation import Step, Told
from symdiff.expr import Expr
from symdiff.narration.header import header
from symdiff.narration.lines import Lines
from symdiff.narration.lines import Told as Line
from symdiff.narration.parts import Names
from symdiff.narration.rules import Heard, folded
from symdiff.narration.writing import operator
from symdiff.notation import to_tree
from symdiff.notation.parts import in_parts, stand_in
from symdiff.notation.write import name
from symdiff.show.page import Item, Naming, Reason

if TYPE_CHECKING:
    from symdiff.narration.derive import Asked


def tell_plainly(asked: Asked) -> Told:
    """The result in one line: by the rules of differentiation, those used are its substeps."""
    f, turns, kind, structure, result = asked.f, asked.turns, asked.kind, asked.structure, asked.result
    x = turns[-1]
    steps: list[Step] = []
    (body, shown), parts = in_parts([f, result])
    items: list[Item] = [Naming(name(part.name), to_tree(part.body)) for part in reversed(parts)]
    written = to_tree(body)
    if parts:
        written = name(Names(f, x, *(stand_in(part.whole, part.name) for part in parts)).fresh("f", "g", "phi"))
        items.append(Naming(written, to_tree(body)))
    left = operator(kind, written, *(turns if kind == "diff" else [x]))
    if kind == "hessian" and turns[0] is not x:
        left = operator("jacobian", operator("grad" if turns[0].shape else "diff", written, turns[0]), x)
    before = differential(f) if x.shape else differential(f, x)
    reason: Reason = ("the rules of differentiation, each part once",)
    relation = "coefficient"
    if structure is not None:
        reason = (f"the rules of differentiation, then {rule_name(x, structure)}",)
    elif is_stacked(x):
        reason, relation = ("the derivative by ", to_tree(x.args[0]), ", its columns stacked"), "layout"
    lines = Lines(left, before)
    lines.tell(Line(to_tree(shown), result, reason, relation))
    items.append(lines.chain())
    steps += [step._replace(substeps=_rules(f, x)) for step in lines.steps()]
    return Told(
        tuple(items), tuple(steps), {}, lambda e: e, header(f, *turns, order=asked.order), symbols_of(f, *turns)
    )


def _rules(f: Expr, x: Expr) -> tuple[Step, ...]:
    """Each rule that the differential was made by."""
    base = base_symbol(x)
    heard = Heard()
    seeds = {base: free_leaf(base)} if x.shape else unit_seeds(x)
    differentials([collected(f, [base])], seeds, heard)
    return folded(heard, seeds, None if x.shape else x)
