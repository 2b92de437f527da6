"""Derivatives by a scalar where all is told: each side of f under a heading, what is inside it named for it alone."""

from __future__ import annotations

from math import gcd

from symdiff.algebra import Dependence, mul, split_number, substitute
from symdiff.calculus.differential import local_rule
from symdiff.expr import Expr, postorder
from symdiff.narration.lines import Lines, Told
from symdiff.narration.parts import Part
from symdiff.narration.remarks import always, side
from symdiff.narration.rules import STRUCTURAL, Heard, rewritten, together
from symdiff.narration.teller import Moved, Teller, is_root
from symdiff.narration.writing import placed, product_of, width
from symdiff.notation import to_tree
from symdiff.rewriting import collect, present
from symdiff.show.page import Naming, Reason
from symdiff.syntax.tree import Tree

_WIDEST = 96  # characters of a line with everything put back


def name_sides(t: Teller, f: Expr) -> Expr:
    """Name the parts of f, tell each under its heading, and what is inside f itself; f in all these names."""
    known = len(t.parts.found)
    t.parts.name([f])
    parts = t.parts.found[known:]
    whole = t.parts.of(f)
    if len(parts) > 1:
        t.heading(("the parts",))
        t.items += [Naming(to_tree(p.symbol), to_tree(p.body), joined=True) for p in parts]
    moving = Dependence([*t.own, *(p.symbol for p in parts)])
    wholes: list[tuple[Expr, Reason]] = [(whole, ()), *((p.body, (" of ", to_tree(p.symbol))) for p in parts)]
    for part in parts:
        body, inner = t.parts.opened(part.body)
        t.heading(side(part.symbol, wholes, moving), (to_tree(part.symbol), to_tree(body)) if inner else None)
        if len(parts) == 1:
            t.items.append(Naming(to_tree(part.symbol), to_tree(part.body)))
        for one in inner:
            _tell(t, one, one.body, [])
        t.numbers[part.symbol] = t.count
        _tell(t, part, body, inner, defined=True)
    body, inner = t.parts.opened(whole)
    for one in inner:
        t.heading(side(one.symbol, [(body, ())], Dependence([one.symbol, *t.own, *t.moves])))
        t.numbers[one.symbol] = t.count
        _tell(t, one, one.body, [])
    return body


def _tell(t: Teller, part: Part, body: Expr, inner: list[Part], defined: bool = False) -> None:
    """How a part moves, line by line, at the end of the page."""
    standing = t.standing(part.symbol)
    lines = Lines(to_tree(standing), t.standing(part.body))
    raw, why, conditions, heard = t.taken(body)
    if body.op == "add":
        raw, why = t.term_by_term(body, lines, why)
    held = always(heard, t.parts.found)
    lines.tell(Told(to_tree(raw), raw, together(why), "=", conditions, t.folded(heard), held))
    live = [p for p in t.moves if t.standing(p) in postorder(raw)]
    move = raw
    if live or inner:
        own = {p.symbol for p in inner}
        back = {p.symbol: t.parts.whole(p.symbol) for p in inner}
        put_in = substitute(t.inserted(raw, {p: t.moves[p].move for p in live}), back)
        move = present(collect(put_in))
        far = [p for p in live if p not in own or len(t.moves[p].lines.told) > 1]  # not said just above, in one line
        reasons: list[Reason] = [t.insert(far)] if far else []
        if common := _cancels(raw, [t.moves[p].move for p in live]):
            reasons.append((f"cancel {common}",))
        reasons += [(to_tree(p.symbol), " = ", to_tree(p.body)) for p in inner]
        lines.tell(Told(to_tree(move), move, together(reasons)))
    elif width(plain := present(collect(raw))) < width(raw):
        again = Heard()
        present(collect(raw, again), again)
        move = plain
        lines.tell(Told(to_tree(plain), plain, together(rewritten(again.rewritings)[-2:]) or ("collect",)))
    t.moves[part.symbol] = Moved(part, move, lines)
    chain = lines.chain(short=True)
    t.items.append(chain if defined else Naming(to_tree(part.symbol), to_tree(part.body), chain))
    t.steps += lines.steps()


def _cancels(raw: Expr, moves: list[Expr]) -> int:
    """The number that stands over and under the line when parts are put in."""
    below = split_number(raw)[0]
    above = [split_number(move)[0] for move in moves]
    if len(above) != 1 or isinstance(below, float) or isinstance(above[0], float):
        return 0
    common = gcd(getattr(below, "denominator", 1), getattr(above[0], "numerator", 1))
    return common if common > 1 else 0


def put_back_whole(t: Teller, lines: Lines, line: Expr, live: list[Expr], f: Expr, result: Expr) -> bool:
    """The line with everything put in at its place, in the variable alone; a fraction in a fraction taken away.

    False where it would be too wide to be read, or f is a function of one thing, which is put in at a glance.
    """
    moves = {to_tree(t.standing(p)): to_tree(t.parts.whole(t.moves[p].move)) for p in live}
    parts = {to_tree(p.symbol): to_tree(p.whole) for p in t.parts.found}
    tree = placed(lines.told[-1].written, moves | parts)
    whole = t.parts.whole(line)
    structural = local_rule(f, t.moving).name in STRUCTURAL
    if width(tree) > _WIDEST or not structural:
        return False
    lines.tell(Told(tree, whole, t.insert(live)))
    heard = Heard()
    present(collect(whole, heard), heard)
    rules = list(dict.fromkeys(heard.rewritings))
    root = next((p for p in t.parts.found if is_root(p) and p.symbol in postorder(line)), None)
    if root is not None and "common denominator" in rules and tree.kind == "quotient":
        both = _both_times(tree, whole, root)
        if both is not None and width(both) <= _WIDEST:
            lines.tell(Told(both, whole, ("both times ", to_tree(root.whole))), apart=True)
            rules = [rule for rule in rules if rule.startswith("factor out")]
    named = rewritten(rules)[-2:]
    if lines.told[-1].written != to_tree(result):
        lines.tell(Told(to_tree(result), result, together(named) or ("collect",)), apart=True)
    t.finals.append(result)
    return True


def _both_times(tree: Tree, whole: Expr, root: Part) -> Tree | None:
    """A quotient with a root in its numerator's denominators, above and below times the root."""
    below = [(b, k) for b, k in zip(whole.args[1::2], whole.args[2::2], strict=True)] if whole.op == "mul" else []
    sums = [b for b, k in below if b.op == "add" and k.op == "number" and k.attr == 1]
    if len(sums) != 1:
        return None
    above = [present(collect(mul(term, root.whole))) for term in sums[0].args]
    numerator = Tree("sum", tuple(to_tree(term) for term in above))
    return Tree("quotient", (numerator, product_of([tree.children[1], to_tree(root.whole)])))
