"""Parts of a function of arrays where all is told: forward, each with how it moves; functions derived again."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, differential, dot, symbol, terms
from symdiff.calculus.adjoint import transpose
from symdiff.calculus.differential import differentials
from symdiff.expr import Expr, postorder
from symdiff.narration.known import derived, is_derived
from symdiff.narration.parts import Part, in_names
from symdiff.narration.remarks import described, known_of
from symdiff.narration.teller import Teller
from symdiff.notation import to_tree
from symdiff.rewriting import collect, present
from symdiff.show.page import FORWARD, Naming, Reason

_FORWARD = 3  # stages that are told under one heading


def name_stages(t: Teller, roots: Sequence[Expr], stages: Sequence[Expr] = ()) -> Expr:
    """Name the parts of functions, and tell those of the first with how they move; it in these names."""
    known = len(t.parts.found)
    t.parts.name(roots, stages)
    nodes = set(postorder(f := t.parts.of(roots[0])))
    for part in reversed(t.parts.found):
        nodes |= set(postorder(part.body)) if part.symbol in nodes else set()
    waiting = [*t.later, *t.parts.found[known:]]
    t.later = [part for part in waiting if part.symbol not in nodes]
    now = [part for part in waiting if part.symbol in nodes]
    t.forward = len(now) >= _FORWARD
    if t.forward:
        t.heading((FORWARD, to_tree(t.x)))
    for part in now:
        _tell(t, part)
    return f


def _tell(t: Teller, part: Part) -> None:
    """A part, what its functions are differentiated to, and how it moves."""
    structure = known_of(part)
    if not t.forward:
        t.heading(described(part) if part not in t.named else ())
    if part not in t.named:
        t.items.append(Naming(to_tree(part.symbol), to_tree(part.body)))
    if structure:
        t.heading()
    if not t.forward:
        tell_functions(t, part.body, apart=False)
        t.numbers[part.symbol] = t.count
    t.moves[part.symbol] = moved = t.moved(part)
    t.items.append(moved.lines.chain(short=True))
    t.steps += moved.lines.steps()
    t.functions |= {name: t.count for name, number in t.functions.items() if not number}


def tell_functions(t: Teller, body: Expr, apart: bool = True) -> None:
    """Derive the functions of a body that move and are made of others, each once; `apart` under their own headings."""
    for node in postorder(body):
        if not is_derived(node) or not node.shape or node.attr in t.functions or not t.moving(node):
            continue
        t.number = t.number or symbol(t.names.fresh("t", "s", "q"))
        lines = derived(node, t.number)
        if apart:
            t.heading()
        t.functions[node.attr] = t.count if apart else 0
        t.items.append(lines.chain())
        t.steps += lines.steps()


def parameters(t: Teller, by: dict[Expr, Expr]) -> list[Reason]:
    """The gradients by the matrices that are applied to a stage, and by what is added to it."""
    said: list[Reason] = []
    for p, g in ((p, by[p]) for p in t.moves if p in by):
        for term in terms(t.moves[p].part.body):
            fixed = [e for e in (term, *term.args) if e.op == "symbol" and e.shape and not t.moving(e)]
            if len(fixed) != 1 or (fixed[0] is not term and not (fixed[0].rank == 2 and t.moving(term))):
                continue
            leaf = differential(fixed[0])
            (moved,) = differentials([t.moves[p].part.body], {fixed[0]: leaf})
            found = present(collect(transpose(dot(g, moved), [leaf], ONE)[0]))
            said.append(("by ", to_tree(fixed[0]), " is ", to_tree(found)))
    return said


def named_later(t: Teller, found: dict[Expr, Expr]) -> tuple[dict[Expr, Expr], list[Reason]]:
    """Gradients with the names of parts that no line has used yet, which are defined before these lines."""
    said: list[Reason] = []
    for part in t.later:
        after = {p: in_names(part, g) for p, g in found.items()}
        if part not in t.named and after != found:
            t.named.append(part)
            t.items.insert(t.opening, Naming(to_tree(part.symbol), to_tree(part.body)))
            t.opening += 1
            said.append((to_tree(part.symbol), " = ", to_tree(part.body)))
        found = after
    return found, said
