"""A derivation at `result`: what was asked and the answer, parts only where they make it short."""

from __future__ import annotations

from symdiff.algebra import substitute
from symdiff.expr import Expr, postorder
from symdiff.narration.teller import WIDE, Teller
from symdiff.narration.writing import width
from symdiff.notation import to_tree
from symdiff.show.page import Chain, Item, Line, Naming, Note
from symdiff.syntax.tree import Tree

_LINE = 100


def shortened(t: Teller, asked: list[tuple[Tree, Expr, Expr]], f: tuple[Tree | None, Expr]) -> tuple[Item, ...]:
    """The chains asked for with their last line; `asked` are left sides, results in parts and in the variables."""
    name, whole_f = f
    lines = [_line(left, parts, whole) for left, parts, whole in asked]
    if any(e is not None for _, _, e in lines):
        lines = [(left, to_tree(parts), parts) for left, parts, _ in asked]
    shown = [tree for _, tree, _ in lines]
    used = [e for _, _, e in lines if e is not None]
    kept = _kept(t, used)
    items: list[Item] = []
    if name is not None:
        items.append(Naming(name, to_tree(whole_f)))
    before = len(asked) > 1
    named = [Naming(to_tree(p), to_tree(body)) for p, body in kept.items()]
    items += named if before else []
    for (left, _, e), tree in zip(lines, shown, strict=True):
        written = to_tree(substitute(e, _put_back(t, kept))) if e is not None else tree
        items.append(Chain(left, (Line(written),), short=True))
    if not before:
        items += [Note(("where ", n.name, " = ", n.body), plain=True) for n in reversed(named)]
    return tuple(items)


def _line(left: Tree, parts: Expr, whole: Expr) -> tuple[Tree, Tree, Expr | None]:
    """A result in the variables where that fits a line, else in its parts."""
    short = width(whole) <= (WIDE // 2 if 3 * width(parts) < 2 * width(whole) else WIDE)
    fits = width(left) + width(whole) <= _LINE and (short or width(parts) * 2 > width(whole))
    return (left, to_tree(whole), None) if fits else (left, to_tree(parts), parts)


def _put_back(t: Teller, kept: dict[Expr, Expr]) -> dict[Expr, Expr]:
    """What stands for the parts that are not kept."""
    found: dict[Expr, Expr] = {}
    for part in t.parts.found:
        found[part.symbol] = part.symbol if part.symbol in kept else substitute(part.body, found)
    return found


def _kept(t: Teller, used: list[Expr]) -> dict[Expr, Expr]:
    """The parts that keep their names: those that stand more than once, or in a line by themselves make it short."""
    if not used:
        return {}
    symbols = {part.symbol: part.body for part in t.parts.found}
    reached = [e for e in postorder(*used) if e in symbols]
    count = dict.fromkeys(symbols, 0)
    bodies = [*used]
    for body in bodies:
        for e in postorder(body):
            if e in symbols:
                count[e] += 1
                if count[e] == 1:
                    bodies.append(symbols[e])
    kept = {p for p in symbols if count[p] > 1 or (p in reached and width(symbols[p]) > WIDE // 3)}
    made: dict[Expr, Expr] = {}
    back: dict[Expr, Expr] = {}
    for part in t.parts.found:
        body = substitute(part.body, back)
        back[part.symbol] = part.symbol if part.symbol in kept else body
        if part.symbol in kept:
            made[part.symbol] = body
    return made
