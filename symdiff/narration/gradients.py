"""Gradients and Jacobians by an array: d of what is left when the parts are named, then back, part by part, to dx."""

from __future__ import annotations

from functools import cache

from symdiff.algebra import add, differential, is_symmetric, is_zero, same, terms
from symdiff.calculus.adjoint import coefficient
from symdiff.expr import Expr, postorder
from symdiff.narration.lines import Lines, Told
from symdiff.narration.rules import riding, together
from symdiff.narration.teller import Teller, as_written, gradient, signs_out, still
from symdiff.narration.writing import applied, flat, move, pair, paired, pairs, put, width
from symdiff.notation import to_tree
from symdiff.notation.write import call, name, product, sum_of, transposed
from symdiff.rewriting import collect, present
from symdiff.show.page import Reason
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.tree import Tree, walk

_WIDEST = 80  # characters of a line of rules that is shown before it is collected
_LONG = 20  # characters of what goes back through the parts, above which it gets a name


@cache
def law(text: str) -> Tree:
    """A law as it is written in a reason."""
    return parse_tree(text)


SCALAR = "a scalar is its own transpose"
TRANSPOSE = "transpose of a product"
INNER = "a sum of products is an inner product"


def tell_gradient(
    t: Teller, f: Expr, left: Tree, asked: Tree, result: Expr, last: bool, again: Told | None = None
) -> None:
    """From d(f), f a scalar in parts, to the line that is read off."""
    lines = Lines(left, differential(f))
    if again is not None:
        lines.tell(again)
    t.heading()
    t.opening = len(t.items)
    raw, why, conditions, heard = t.taken(f)
    if is_zero(raw):
        _read(t, lines, asked, raw, (result, last), ("f is constant in ", to_tree(t.x)))
        return
    live = _live(t, raw)
    found = {p: gradient(raw, _leaf(t, p)) for p in live}
    line, tree = _line(t, found), _pairs(t, found)
    own = _own_transpose(raw) if len(live) == 1 and live[0].rank == 1 else None
    if own is not None and t.full:
        lines.tell(Told(to_tree(raw), raw, together(why), "=", conditions, t.folded(heard)))
        lines.tell(Told(_equal_terms(raw), raw, (SCALAR,)))
        lines.tell(Told(to_tree(line), line, ("collect",)))
    elif own is not None:
        lines.tell(Told(to_tree(line), line, together([*why, own]), "=", conditions, t.folded(heard)))
    elif width(raw) <= _WIDEST:
        lines.tell(
            Told(
                to_tree(raw),
                raw,
                together(why) or still(t, f) or ("linear in ", to_tree(t.x)),
                "=",
                conditions,
                t.folded(heard),
            )
        )
        why, conditions = [], ()
    if not all(p is not t.x and not p.shape for p in live):
        if set(live) == {t.x}:
            _flat(t, lines, found)
        reason = _collected(t, lines.told[-1].written if lines.told else tree, tree)
        lines.tell(Told(tree, line, together([*why, *([reason] if reason else [])]) if own is None else reason))
    elif lines.told:
        line = raw
    while set(live) != {t.x}:
        line, live = _back(t, lines, line, live)
    g = gradient(line, t.leaf)
    if t.traces and t.x.rank == 1:
        for tree in dict.fromkeys((to_tree(flat(g, t.leaf)), pair(g, t.leaf))):
            traced = call("tr", tree)
            lines.tell(Told(traced, line, _collected(t, lines.told[-1].written, traced)))
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
    t.close(read)
    t.sizes(end[0])


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


def _back(t: Teller, lines: Lines, line: Expr, live: list[Expr]) -> tuple[Expr, list[Expr]]:
    """One step back: the last parts put in, and what they leave collected by what moves them."""
    moved = {p: t.moves[p].move for p in live if p is not t.x}
    by_variable = all(_live(t, move) == [t.x] for move in moved.values())
    chosen = moved if by_variable else dict(list(moved.items())[:1])
    opened = t.inserted(line, chosen)
    now = _live(t, opened)
    found = {p: _adjoint(t, p, gradient(opened, _leaf(t, p))) for p in now}
    opened = signs_out(opened)
    line, tree = _line(t, found), _pairs(t, found)
    opened_tree = _in_trace(t, lines.told[-1].written, chosen) or to_tree(opened)
    insert = t.insert(list(chosen))
    if set(now) == {t.x} or t.full or not _is_simple(opened, tree):
        lines.tell(Told(opened_tree, opened, insert))
        if set(now) == {t.x}:
            _flat(t, lines, found)
        lines.tell(Told(tree, line, _collected(t, lines.told[-1].written, tree)))
    else:
        why = _collected(t, opened_tree, tree)
        lines.tell(Told(tree, line, together([insert, *([why] if opened_tree != tree else [])])))
    return line, now


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


def _in_trace(t: Teller, line: Tree, chosen: dict[Expr, Expr]) -> Tree | None:
    """A line with how one part moves put in, a matrix term by term, in its place: tr(N) is kept from tr(N')."""
    ((p, move), *others) = chosen.items()
    leaf = to_tree(t.standing(p))
    placed = line.kind == "call" if p.rank == 2 else p.rank == 1 and to_tree(move).kind in ("product", "call")
    if others or not placed or [node for node in walk(line) if node == leaf] != [leaf]:
        return None
    return sum_of([put(line, leaf, to_tree(term)) for term in as_written(move)])


def _adjoint(t: Teller, p: Expr, g: Expr) -> Expr:
    """What goes back through a part, by a name where it is long."""
    if p is t.x or not g.args or width(g) <= _LONG:
        return g
    made = t.parts.adjoint(g)
    t.tell_part(t.parts.found[-1], None, t.opening)
    t.opening += 1
    return made


def _flat(t: Teller, lines: Lines, found: dict[Expr, Expr]) -> None:
    """The line as products that end in dx, before they are taken as inner products."""
    (g,) = found.values()
    line = flat(g, t.leaf)
    tree, before = to_tree(line), lines.told[-1].written
    if _primes(pairs([(g, t.leaf)])) and not _turned(tree) and (_has(tree, "tr") if g.rank == 2 else _turned(before)):
        lines.tell(Told(tree, line, _collected(t, before, tree)))


def _is_simple(opened: Expr, tree: Tree) -> bool:
    """Whether what is put in is collected at a glance."""
    return width(opened) <= 40


def _turned(tree: Tree) -> bool:
    """Whether a transposed differential stands in a line."""
    return any(node.kind == "transpose" and node.children[0].kind == "differential" for node in walk(tree))


def _own_transpose(raw: Expr) -> Reason | None:
    """`dr'*r = r'*dr, a scalar is its own transpose`, where that is all it takes to collect the product rule."""
    halved = raw.op == "mul" and len(raw.args) == 3 and raw.args[1].op == "add"
    both = terms(raw.args[1] if halved else raw)
    if len(both) != 2 or not same(*both) or not _turned(to_tree(both[0])) or _turned(to_tree(both[1])):
        return None
    if halved and raw.args[0].attr != 1 and not isinstance(raw.args[0].attr, int):
        return (SCALAR,)
    return (to_tree(both[0]), " = ", to_tree(both[1]), ", ", SCALAR)


def _equal_terms(raw: Expr) -> Tree:
    """The two terms of the product rule, each written with the differential at its end."""
    total = raw.args[1] if raw.op == "mul" else raw
    other = to_tree(terms(total)[1])
    return put(to_tree(raw), to_tree(total), Tree("sum", (other, other)))


def _collected(t: Teller, before: Tree, after: Tree) -> Reason:
    """Why a line can be written as one inner product with what moves."""
    if before == after:
        return ()
    if not t.x.shape:
        return ("collect",)
    said: list[Reason] = []
    if _has_moving(before, "where") and not _has_moving(after, "where"):
        said.append(_case_moved(before) if not t.full else (law("u'*where(c, v, 0) = where(c, u, 0)'*v"),))
    traced, was = _has(after, "tr"), _has(before, "tr")
    if traced and was and _turned(before) and not _turned(after):
        said.append((law("tr(N) = tr(N')"), ", ", *_symmetric(t, after), "cyclic property"))
    elif traced and was:
        said.append((TRANSPOSE if _primes(before) < _primes(after) else "cyclic property",))
    elif traced:
        said.append((INNER if _has_moving(before, "sum") else "a scalar is its own trace; cyclic property",))
    elif _turned(before) and not _turned(after):
        said.append((SCALAR,))
    elif _has_moving(before, "sum") and not _has_moving(after, "sum"):
        said.append((INNER,))
    elif _has_moving_factor(before) and not _has_moving_factor(after):
        said.append((law("u'*(s.*v) = (s.*u)'*v"),))
    elif after.kind == "sum" or before.kind == "sum":
        said.append(("collect",))
    elif not said:
        said.append((TRANSPOSE,))
    return together(said)


def _symmetric(t: Teller, tree: Tree) -> Reason:
    """The symmetric parts of a line: `M' = M, `."""
    names = {node.value for node in walk(tree) if node.kind == "name"}
    found = [p.symbol for p in t.parts.found if p.symbol.rank == 2 and is_symmetric(p.symbol)]
    return tuple(
        piece
        for p in found
        if p.attr.name in names
        for piece in (Tree("transpose", (to_tree(p),)), " = ", to_tree(p), ", ")
    )


def _has(tree: Tree, function: str) -> bool:
    return any(node.kind == "call" and node.value[0] == function for node in walk(tree))


def _case_moved(line: Tree) -> Reason:
    """What becomes of a case that is zero outside, in words."""
    cases = (node for node in walk(line) if node.kind == "call" and node.value[0] == "where")
    condition = next(case.children[0] for case in cases if any(part.kind == "differential" for part in walk(case)))
    return ("what stands where ", condition, " moves to the other side")


def _primes(tree: Tree) -> int:
    """How many products and sums are transposed as a whole."""
    return sum(node.kind == "transpose" and node.children[0].kind in ("product", "sum", "neg") for node in walk(tree))


def _has_moving_factor(tree: Tree) -> bool:
    """Whether something that moves is a factor of a product entry by entry."""
    found = (node for node in walk(tree) if node.kind == "hadamard")
    return any(part.kind == "differential" for node in found for part in walk(node))


def _has_moving(tree: Tree, function: str) -> bool:
    """Whether a function of something that moves stands in a line."""
    found = (node for node in walk(tree) if node.kind == "call" and node.value[0] == function)
    return any(part.kind == "differential" for node in found for part in walk(node))


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
        elementwise = _has(tree, "diag") and not _has(lines.told[-1].written, "diag")
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
