"""Derivatives by a scalar: d/dx of what is left when the parts are named, then their derivatives put in."""

from __future__ import annotations

from typing import Any

from symdiff.algebra import Condition, Dependence, differential, is_zero, substitute
from symdiff.calculus.differential import differentials, local_rule
from symdiff.expr import Expr, postorder
from symdiff.narration.lines import Lines, Told
from symdiff.narration.remarks import always
from symdiff.narration.rules import RIDING, Heard, Reason, riding, together
from symdiff.narration.scalars import put_back_whole
from symdiff.narration.teller import Teller, still
from symdiff.narration.writing import functions, in_order, width
from symdiff.notation import to_tree
from symdiff.rewriting import collect
from symdiff.syntax.tree import Tree, map_tree, walk

_WHOLE = {"quotient rule": "the quotient", "product rule": "the product", "sum rule": "the sum"}
_OF_NAMES: Reason = ("definition of the derivative",)  # of functions that are only names
_SHOWN = frozenset({"product rule", "quotient rule"})


def tell_operator(t: Teller, f: Expr, left: Tree, result: Expr, again: Told | None = None) -> None:
    """The chain from d/dx f to the result; f with the names of its parts, `again` where it is written anew first."""
    lines = Lines(left, differential(f, t.x))
    rule = local_rule(f, Dependence([*t.own, *t.moves])).name if t.moving(f) else ""
    if t.moves:
        t.heading((_WHOLE.get(rule, "the whole"),))
    if again is not None:
        lines.tell(again)
    raw, why, conditions, heard = t.taken(f)
    if not t.full and why == [_OF_NAMES] and (linear := riding(f, heard)):
        why = [linear]
    if is_zero(raw):
        lines.tell(Told(to_tree(result), result, together(why) or ("constant rule",)))
        t.finals.append(result)
        t.close(lines)
        return
    used = heard.rules.get(f)
    held = always(heard, t.parts.found) if t.full else ()
    standing = _standing(t, f, heard)
    live = [p for p in t.moves if t.standing(p) in postorder(raw)]
    if used is not None and standing is not None:
        stands, rules = standing
        shown = together([(name,) for name in rules])
        tree = in_order(to_tree(stands), used.name)
        lines.tell(Told(tree, stands, shown, "=", conditions, t.folded(heard), held))
        why, conditions, held = [reason for reason in why if reason[0] not in rules], (), ()
    elif live:
        tree = in_order(to_tree(raw), used.name if used else "")
        lines.tell(Told(tree, raw, together(why), "=", conditions, t.folded(heard), held))
        why, conditions, held = [], (), ()
    line = t.inserted(raw, {p: t.moves[p].move for p in live}) if live else raw
    if t.full and live and not why and put_back_whole(t, lines, line, live, f, result):
        t.close(lines)
        return
    reason: Reason = together([*why, *([t.insert(live)] if live else [])])
    reason = reason or (still(t, f) if not lines.told else ()) or riding(f, heard)
    put_back = _once(t, line)
    whole = t.parts.whole(line)
    if to_tree(whole) == to_tree(result):
        names = [(to_tree(p.symbol), " = ", to_tree(p.body)) for p in t.parts.found if p.symbol in postorder(line)]
        if live and names and len(lines.told) == 1:
            lines.tell(Told(to_tree(line), line, reason, conditions=conditions))
            reason, conditions = together(names[:3]), ()
        lines.tell(Told(to_tree(result), result, reason, "=", conditions, () if lines.told else t.folded(heard), held))
        t.finals.append(line)
    else:
        _written_out(t, lines, put_back, reason, conditions, result)
    t.close(lines)


def _written_out(
    t: Teller, lines: Lines, put_back: Expr, reason: Reason, conditions: tuple[Condition, ...], result: Expr
) -> None:
    """The line with parts put back, its factors in the order of a hand, and what is left to the result."""
    tidy = collect(put_back)
    put_back = tidy if width(tidy) <= width(put_back) and functions(tidy) <= functions(put_back) else put_back
    written = to_tree(put_back)
    if not any(e.shape for e in postorder(put_back)):
        written = _sorted(written, to_tree(t.x), {p.symbol.attr.name for p in t.parts.found})
    lines.tell(Told(written, put_back, reason, conditions=conditions))
    t.finish(lines, put_back, result)


def _once(t: Teller, line: Expr) -> Expr:
    """A line with those parts put back that stand in it once."""
    tree = to_tree(line)
    names = [node.value for node in _names(tree)]
    once = {p.symbol: p.body for p in t.parts.found if names.count(p.symbol.attr.name) == 1 and not p.symbol.shape}
    return substitute(line, once) if once else line


def _names(tree: Tree) -> list[Tree]:
    return [node for node in walk(tree) if node.kind == "name"]


def _standing(t: Teller, f: Expr, heard: Heard) -> tuple[Expr, list[str]] | None:
    """f by its products and quotients, sums of them too, with the derivatives of their sides standing; these rules.

    Where all is told, by its sums and multiples too. None where there are none, or all sides are parts.
    """
    seeds, shown, named = t.seeds(), False, dict[str, None]()
    done: dict[Expr, Expr] = {}
    stack = [f]
    while stack:
        node = stack[-1]
        used = heard.rules.get(node)
        if node in seeds or used is None:
            done[node] = seeds.get(node, differentials([node], seeds)[0])
        elif used.name in _SHOWN:
            parts = used.rule.parts
            shown = shown or not all(part in seeds for part in parts)
            named[used.name] = None
            done[node] = used.rule.combine([seeds[p] if p in seeds else differential(p, t.x) for p in parts])
        elif used.name not in RIDING:
            linear = t.full and node is not f  # what a linear rule made a line of its own of
            shown = shown or linear
            done[node] = differential(node, t.x) if linear else differentials([node], seeds)[0]
        elif missing := [part for part in used.rule.parts if part not in done]:
            named |= {used.name: None} if t.full else {}
            stack += missing
            continue
        else:
            done[node] = used.rule.combine([done[part] for part in used.rule.parts])
        stack.pop()
    return (done[f], list(named)) if shown else None


def _sorted(tree: Tree, x: Tree, parts: set[str]) -> Tree:
    """Numbers first, then constants, x, parts, functions, in every product of a line."""

    def weight(factor: Any) -> int:
        base = factor.children[0] if factor.kind == "power" else factor
        ranks = [
            base.kind == "number",
            base.kind == "name" and base != x and base.value not in parts,
            base == x,
            base.kind == "name",
        ]
        return ranks.index(True) if True in ranks else len(ranks)

    def one(node: Tree) -> Tree:
        if node.kind != "product":
            return node
        return Tree("product", tuple(sorted(node.children, key=weight)))

    return map_tree(tree, one)
