"""Gradients and Jacobians by an array: d of what is left when the parts are named, then back, part by part, to dx."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import add, differential, is_zero, same, substitute, terms
from symdiff.calculus.coefficient import coefficient
from symdiff.expr import Expr, postorder
from symdiff.narration.forward import named_later, parameters, tell_functions
from symdiff.narration.lines import Lines, Told
from symdiff.narration.reasons import (
    SCALAR,
    by_factors,
    collected,
    first,
    has,
    law,
    primes,
    symmetric_in,
    transposed_out,
    turned_round,
)
from symdiff.narration.remarks import always
from symdiff.narration.rules import riding, together
from symdiff.narration.teller import Teller, as_written, gradient, signs_out, still
from symdiff.narration.writing import applied, dotted, flat, is_turned, move, pair, paired, pairs, put, width
from symdiff.notation import to_tree
from symdiff.notation.write import call, name, product, sum_of, transposed
from symdiff.rewriting import collect, present
from symdiff.show.page import Naming, Note, Reason
from symdiff.syntax.tree import Tree, walk

_WIDEST = 80  # characters of a line of rules that is shown before it is collected
_LONG = 20  # characters of what goes back through the parts, above which it gets a name


def tell_gradient(
    t: Teller, f: Expr, left: Tree, asked: Tree, result: Expr, last: bool, again: Told | None = None
) -> None:
    """From d(f), f a scalar in parts, to the line that is read off."""
    lines = Lines(left, differential(f))
    if again is not None:
        lines.tell(again)
    if t.full:
        tell_functions(t, f)
    t.heading(("back, from f to ", to_tree(t.x)) if t.forward else ())
    t.opening = len(t.items)
    raw, why, conditions, heard = t.taken(f)
    if is_zero(raw):
        _read(t, lines, asked, raw, (result, last), ("f is constant in ", to_tree(t.x)))
        return
    held = always(heard, t.parts.found) if t.full else ()
    taken = Told(to_tree(raw), raw, (), "=", conditions, t.folded(heard), held)
    line, found = _first_lines(t, lines, f, taken, why)
    live = list(found)
    by = dict(found)
    while set(live) != {t.x}:
        lines, line, live = _back(t, lines, line, live, by)
    g = gradient(line, t.leaf)
    if t.traces and t.x.rank == 1:
        for tree in dict.fromkeys((to_tree(flat(g, t.leaf)), pair(g, t.leaf))):
            traced = call("tr", tree)
            lines.tell(Told(traced, line, collected(t, lines.told[-1].written, traced)))
    _read(
        t,
        lines,
        asked,
        g,
        (result, last),
        (
            "read off: ",
            Tree("equation", (Tree("differential", (name("f"),)), pattern(t))),
            *((" for every ", move(t.x)) if t.full else ()),
        ),
    )
    if last and t.forward and (said := parameters(t, by)):
        t.closing.append(Note(("by the same lines: grad ", *together(said, ", "))))


def _first_lines(t: Teller, lines: Lines, f: Expr, taken: Told, why: Sequence[Reason]) -> tuple[Expr, dict[Expr, Expr]]:
    """d(f) by the rules, then as inner products with what moves in it: the last line, and the gradients by these."""
    raw, live = taken.meaning, _live(t, taken.meaning)
    found, new = named_later(t, {p: gradient(raw, _leaf(t, p)) for p in live})
    line, tree = _line(t, found), _pairs(t, found)
    own = _own_transpose(t, raw) if len(live) == 1 and live[0].rank == 1 else None
    if own is not None and t.full:
        lines.tell(taken._replace(reason=together(why)))
        if not t.forward:
            lines.tell(Told(_equal_terms(raw), raw, (SCALAR,)))
        lines.tell(Told(tree, line, (f"{SCALAR}; collect" if t.forward else "collect",)))
    elif own is not None:
        lines.tell(taken._replace(written=to_tree(line), meaning=line, reason=together([*why, own])))
    elif width(raw) <= _WIDEST:
        written = by_factors(t, f) or taken.written
        if not any("entry by entry" in piece for reason in why for piece in reason if isinstance(piece, str)):
            written = dotted(written, {to_tree(_leaf(t, p)) for p in live if p.rank == 1})
        lines.tell(taken._replace(written=written, reason=first(t, f, written, why)))
        why = []
    if all(p is not t.x and not p.shape for p in live):
        return (raw if lines.told else line), found
    if set(live) == {t.x}:
        _flat(t, lines, found)
    reason = collected(t, lines.told[-1].written if lines.told else tree, tree)
    if lines.told and has(tree, "ones") and not has(lines.told[-1].written, "ones") and live[0].rank == 1:
        tree = lines.told[-1].written  # sum(dq) is no clearer as ones(m)'*dq
    lines.tell(Told(tree, line, together([*why, *new, *([reason] if reason else [])]) if own is None else reason))
    return line, found


def pattern(t: Teller) -> Tree:
    """`g'*dx` or `tr(G'*dX)`."""
    dx = move(t.x)
    if not t.x.shape:
        return product([Tree("prime", (name("f"),), 1), dx])
    if t.traces:
        return call("tr", product([transposed(name("G" if t.x.rank == 2 else "g")), dx]))
    if t.x.rank == 2:
        return call("tr", product([transposed(name("G")), dx]))
    return product([transposed(name("g")), dx]) if t.x.rank == 1 else product([name("G"), dx])


def _read(t: Teller, lines: Lines, asked: Tree, g: Expr, end: tuple[Expr, bool], reason: Reason) -> None:
    t.close(lines)
    t.heading()
    read = Lines(asked, lines.told[-1].meaning if lines.told else lines.meaning)
    read.tell(Told(to_tree(g), g, reason, "coefficient"))
    t.finish(read, g, *end)
    if len(read.told) == 1:  # a line that goes on is no place for more words
        read.told[0] = read.told[0]._replace(reason=read.told[0].reason[:2])
    t.close(read)
    if end[1]:
        t.sizes(g, end[0])


def _leaf(t: Teller, p: Expr) -> Expr:
    return t.leaf if p is t.x else t.standing(p)


def _live(t: Teller, line: Expr) -> list[Expr]:
    """What still moves in a line, the last evaluated first."""
    nodes = set(postorder(line))
    return [p for p in (*reversed(t.moves), t.x) if _leaf(t, p) in nodes]


def _line(t: Teller, found: dict[Expr, Expr]) -> Expr:
    terms = [paired(g, _leaf(t, p)) for p, g in found.items()]
    return add(*terms) if len(terms) > 1 else terms[0]


def _pairs(t: Teller, found: dict[Expr, Expr]) -> Tree:
    return pairs([(g, _leaf(t, p)) for p, g in found.items()])


def _back(
    t: Teller, lines: Lines, line: Expr, live: list[Expr], by: dict[Expr, Expr]
) -> tuple[Lines, Expr, list[Expr]]:
    """One step back: the last parts put in, and what they leave collected by what moves them, kept in `by`."""
    moved = {p: t.moves[p].move for p in live if p is not t.x}
    by_variable = all(_live(t, move) == [t.x] for move in moved.values())
    chosen = moved if by_variable else dict(list(moved.items())[:1])
    opened = t.inserted(line, chosen)
    now = _live(t, opened)
    found = {p: gradient(opened, _leaf(t, p)) for p in now}
    long = {p: g for p, g in found.items() if p is not t.x and g.args and width(g) > _LONG}
    found |= {} if t.full else {p: _adjoint(t, g) for p, g in long.items()}
    opened = signs_out(opened)
    terms_now = _in_trace(t, lines.told[-1], chosen)
    opened_tree = sum_of([tree for tree, _ in terms_now]) if terms_now else to_tree(opened)
    line, tree = _line(t, found), _pairs(t, found)
    insert = t.insert(list(chosen))
    if set(now) == {t.x} or t.full or not _is_simple(opened, tree):
        split: Reason = ("; the trace is linear",) if t.full and len(terms_now) > 1 and has(opened_tree, "tr") else ()
        lines.tell(Told(opened_tree, opened, (*insert, *split)))
        equal: Reason = ()
        if t.full and terms_now and has(opened_tree, "tr") and is_turned(opened_tree):
            lines, equal = turned_round(t, lines, terms_now)
        if set(now) == {t.x} and (equal or not (lines.told and lines.told[-1].written != opened_tree)):
            _flat(t, lines, found, equal)
        before = lines.told[-1].written if lines.told else opened_tree
        if t.full and not has(before, "tr") and (traced := transposed_out(t, tree)) is not None:
            lines.tell(Told(traced, line, collected(t, before, traced)))
            before = traced
        lines.tell(Told(tree, line, together([collected(t, before, tree), *_gradients(t, found)])))
    else:
        why = collected(t, opened_tree, tree)
        lines.tell(Told(tree, line, together([insert, *([why] if opened_tree != tree else [])])))
    if t.full and long:
        t.close(lines)
        lines = Lines(lines.left, line)
        found |= {p: _adjoint(t, g) for p, g in long.items()}
        line = _line(t, found)
        lines.tell(Told(_pairs(t, found), line, together(_gradients(t, found))))
    by |= found
    return lines, line, now


def _gradients(t: Teller, found: dict[Expr, Expr]) -> list[Reason]:
    """Where the stages have one heading, which of them a factor is the gradient by."""
    named = [(p, g) for p, g in found.items() if t.forward and p is not t.x and (g.op == "symbol" or width(g) < _LONG)]
    return [(to_tree(g), " is the gradient by ", to_tree(p)) for p, g in named]


def back_by_parts(t: Teller, f: Expr) -> dict[Expr, Expr]:
    """The gradient of f, in parts, by each part that moves and by the variable: the last evaluated first."""
    raw, *_ = t.taken(f)
    found: dict[Expr, Expr] = {}
    while True:
        last = _live(t, raw)[0]
        found[last] = gradient(raw, _leaf(t, last))
        if last is t.x:
            return found
        raw = t.inserted(raw, {last: t.moves[last].move})


def _in_trace(t: Teller, told: Told, chosen: dict[Expr, Expr]) -> list[tuple[Tree, Expr]]:
    """A line with how one part moves put in, a matrix term by term, in its place: tr(N) is kept from tr(N')."""
    ((p, move), *others) = chosen.items()
    leaf, line = to_tree(t.standing(p)), told.written
    bare, kind = line.children[0] if line.kind == "neg" else line, to_tree(move).kind
    by_matrix = bare is not None and (bare.kind == "call" or kind == "differential")
    placed = by_matrix if p.rank == 2 else p.rank == 1 and kind in ("product", "call", "differential")
    if others or not placed or [node for node in walk(line) if node == leaf] != [leaf]:
        return []
    return [(put(line, leaf, to_tree(e)), substitute(told.meaning, {t.standing(p): e})) for e in as_written(move)]


def _adjoint(t: Teller, g: Expr) -> Expr:
    """A name for what goes back through a part; it stands before the lines that use it."""
    made = t.parts.adjoint(g)
    part = t.parts.found[-1]
    t.items.insert(len(t.items) if t.full else t.opening, Naming(to_tree(part.symbol), to_tree(part.body)))
    t.opening += 1
    return made


def _flat(t: Teller, lines: Lines, found: dict[Expr, Expr], why: Reason = ()) -> None:
    """The line as products that end in dx, before they are taken as inner products."""
    (g,) = found.values()
    line = flat(g, t.leaf)
    tree, before = to_tree(line), lines.told[-1].written if lines.told else lines.left
    longer = primes(pairs([(g, t.leaf)])) and (has(tree, "tr") if g.rank == 2 else is_turned(before))
    if longer and not is_turned(tree):
        lines.tell(Told(tree, line, why or collected(t, before, tree)))


def _is_simple(opened: Expr, tree: Tree) -> bool:
    """Whether what is put in is collected at a glance."""
    return width(opened) <= 40


def _own_transpose(t: Teller, raw: Expr) -> Reason | None:
    """`dr'*r = r'*dr, a scalar is its own transpose`, where that is all it takes to collect the product rule."""
    halved = raw.op == "mul" and len(raw.args) == 3 and raw.args[1].op == "add"
    both = terms(raw.args[1] if halved else raw)
    if len(both) != 2 or not same(*both) or not is_turned(to_tree(both[0])) or is_turned(to_tree(both[1])):
        return None
    why: Reason = (SCALAR, *(", ", *symmetric[:-1])) if (symmetric := symmetric_in(t, to_tree(raw))) else (SCALAR,)
    if halved and raw.args[0].attr != 1 and not isinstance(raw.args[0].attr, int):
        return why
    return (to_tree(both[0]), " = ", to_tree(both[1]), ", ", *why)


def _equal_terms(raw: Expr) -> Tree:
    """The two terms of the product rule, each written with the differential at its end."""
    total = raw.args[1] if raw.op == "mul" else raw
    other = to_tree(terms(total)[1])
    return put(to_tree(raw), to_tree(total), Tree("sum", (other, other)))


# --- Jacobians


def tell_jacobian(
    t: Teller, f: Expr, left: Tree, asked: Tree, result: Expr, reads: Tree, linear: Expr, last: bool = True
) -> None:
    """From d(f), f an array in parts, to its coefficient; `linear` is the result with the axes of f first."""
    lines = Lines(left, differential(f))
    raw, why, conditions, heard = t.taken(f)
    nodes = Lines(asked, raw)
    t.heading()
    if is_zero(raw):
        nodes.tell(Told(to_tree(result), result, together(why) or ("constant rule",)))
        t.finals.append(result)
        t.close(nodes)
        return
    first = together(why) or still(t, f) or riding(f, heard)
    lines.tell(Told(to_tree(raw), raw, first, "=", conditions, t.folded(heard)))
    line, chosen = _opened(t, raw)
    if chosen:
        shown = present(collect(line))
        shown = line if width(line) <= width(shown) else shown
        lines.tell(Told(to_tree(shown), shown, t.insert(chosen)))
        line = shown
    j = present(collect(coefficient(line, t.leaf)))
    reason: Reason = ("read off: the coefficient of ", move(t.x))
    if f.rank == t.x.rank == 1:
        tree = applied(j, t.leaf)
        elementwise = has(tree, "diag") and not has(lines.told[-1].written, "diag")
        lines.tell(Told(tree, line, (law("s.*v = diag(s)*v") if elementwise else "collect",)))
        reason = (
            "read off: ",
            Tree("equation", (reads, product([name("J" if reads.kind == "differential" else "H"), move(t.x)]))),
        )
    t.close(lines)
    t.heading()
    nodes.tell(Told(to_tree(j), j, reason, "coefficient"))
    t.finish(nodes, j, linear, last)
    t.close(nodes)
    if last:
        t.sizes(j, linear)
    if linear is not result:
        turned = Lines(asked_layout(asked), linear)
        turned.tell(Told(to_tree(result), result, ("the axes of ", to_tree(t.x), " first"), "layout"))
        t.close(turned)


def asked_layout(asked: Tree) -> Tree:
    """The gradient of an array where the Jacobian was asked."""
    return Tree("call", asked.children, ("grad", ()))


def tell_differential(t: Teller, f: Expr, left: Tree, result: Expr) -> None:
    """From d(f) to the differential in dx."""
    lines = Lines(left, differential(f))
    raw, why, conditions, heard = t.taken(f)
    lines.tell(Told(to_tree(raw), raw, together(why), "=", conditions, t.folded(heard)))
    line, chosen = _opened(t, raw)
    if chosen:
        lines.tell(Told(to_tree(line), line, t.insert(chosen)))
    t.finish(lines, line, result)
    t.close(lines)


def _opened(t: Teller, line: Expr) -> tuple[Expr, list[Expr]]:
    """A line with how all parts move put in, the last evaluated first; and these parts."""
    chosen: list[Expr] = []
    while (last := next((p for p in _live(t, line) if p is not t.x), None)) is not None:
        chosen.append(last)
        line = t.inserted(line, {last: t.moves[last].move})
    return line, chosen
