"""Why one line of a gradient can be written as another: which transposes, traces and sums were turned round."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from symdiff.expr import Expr
from symdiff.narration.lines import Lines, Told
from symdiff.narration.rules import together
from symdiff.narration.teller import Teller, still
from symdiff.narration.writing import is_turned, move, product_of, put
from symdiff.notation import to_tree
from symdiff.notation.write import call, number, product, size, sum_of, transposed
from symdiff.show.page import Note, Reason
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.tree import Tree, walk


@cache
def law(text: str) -> Tree:
    """A law as it is written in a reason."""
    return parse_tree(text)


_PLACES = ("first", "second", "third", "fourth")
SCALAR = "a scalar is its own transpose"
TRANSPOSE = "transpose of a product"
INNER = "a sum of products is an inner product"


def collected(t: Teller, before: Tree, after: Tree) -> Reason:
    """Why a line can be written as one inner product with what moves."""
    if before == after:
        return ()
    if not t.x.shape:
        return ("collect",)
    said: list[Reason] = []
    if has_moving(before, "where") and not has_moving(after, "where"):
        said.append(_case_moved(before) if not t.full else (law("u'*where(c, v, 0) = where(c, u, 0)'*v"),))
    traced, was = has(after, "tr"), has(before, "tr")
    if traced and was and is_turned(before) and not is_turned(after):
        said.append((law("tr(N) = tr(N')"), ", ", *symmetric_in(t, after), "cyclic property"))
    elif traced and was and has(after, "eye") and not has(before, "eye"):
        said.append(_times_identity(t))
    elif traced and was and _has_moving_factor(before) and not _has_moving_factor(after):
        said.append((law("tr(U'*(S.*V)) = tr((S.*U)'*V)"),))
    elif traced and was:
        said.append(_transposed(t, after) if primes(before) < primes(after) else ("cyclic property",))
    elif traced:
        said.append((INNER if has_moving(before, "sum") else "a scalar is its own trace; cyclic property",))
    elif is_turned(before) and not is_turned(after):
        said.append((SCALAR, *(", ", *symmetric[:-1])) if (symmetric := symmetric_in(t, after)) else (SCALAR,))
    elif has_moving(before, "sum") and not has_moving(after, "sum"):
        said.append((INNER,))
    elif has_moving(before, "mean") and not has_moving(after, "mean"):
        said.append((f"the mean is the sum over the number of entries; {INNER}",))
    elif _has_moving_factor(before) and not _has_moving_factor(after):
        said.append((law("u'*(s.*v) = (s.*u)'*v"),))
    elif after.kind == "sum" or any(node.kind == "sum" and _moves(node) for node in walk(before)):
        said.append(("collect",))
    elif not said:
        said.append((TRANSPOSE,) if _turns_product(after) else ("collect",))
    return together(said)


def symmetric_in(t: Teller, tree: Tree) -> Reason:
    """The symmetric matrices of a line: `M' = M, `."""
    names = {node.value for node in walk(tree) if node.kind == "name"}
    return tuple(
        piece
        for p in t.symmetric()
        if p.attr.name in names
        for piece in (Tree("transpose", (to_tree(p),)), " = ", to_tree(p), ", ")
    )


def has(tree: Tree, function: str) -> bool:
    return any(node.kind == "call" and node.value[0] == function for node in walk(tree))


def _case_moved(line: Tree) -> Reason:
    """What becomes of a case that is zero outside, in words."""
    cases = (node for node in walk(line) if node.kind == "call" and node.value[0] == "where")
    condition = next(case.children[0] for case in cases if any(part.kind == "differential" for part in walk(case)))
    return ("what stands where ", condition, " moves to the other side")


def primes(tree: Tree) -> int:
    """How many products and sums are transposed as a whole."""
    return sum(node.kind == "transpose" and node.children[0].kind in ("product", "sum", "neg") for node in walk(tree))


def _has_moving_factor(tree: Tree) -> bool:
    """Whether something that moves is a factor of a product entry by entry."""
    found = (node for node in walk(tree) if node.kind == "hadamard")
    return any(map(_moves, found))


def _moves(tree: Tree) -> bool:
    return any(node.kind == "differential" for node in walk(tree))


def has_moving(tree: Tree, function: str) -> bool:
    """Whether a function of something that moves stands in a line."""
    found = (node for node in walk(tree) if node.kind == "call" and node.value[0] == function)
    return any(part.kind == "differential" for node in found for part in walk(node))


def by_factors(t: Teller, f: Expr) -> Tree | None:
    """The product rule as f is written: each factor that moves in turn as its differential, where all are names."""
    tree = to_tree(f)
    inside = tree.children[0] if tree.kind == "call" and tree.value == ("tr", ()) else tree
    if inside.kind != "product":
        return None
    moving = {to_tree(e) for e in (t.x, *t.moves)}
    factors = [factor for factor in inside.children if factor is not None]
    names = [factor.children[0] if factor.kind == "transpose" else factor for factor in factors]
    live = [k for k, factor in enumerate(factors) if any(node in moving for node in walk(factor))]
    if len(live) < 2 or not all(names[k] in moving for k in live):
        return None
    terms = []
    for k in live:
        moved = put(factors[k], names[k], Tree("differential", (names[k],)))
        terms.append(put(tree, inside, product([*factors[:k], moved, *factors[k + 1 :]])))
    return sum_of(terms)


def _times_identity(t: Teller) -> Reason:
    """`dX = eye(n)*dX`."""
    dx = move(t.x)
    return (Tree("equation", (dx, product([call("eye", size(t.x.shape[0])), dx]))),)


def first(t: Teller, f: Expr, written: Tree, why: Sequence[Reason]) -> Reason:
    """Why the first line holds: its rules; where all is told what rides along, and what is constant."""
    constant = still(t, f)
    if not why and not constant and written.kind == "call" and written.value[0] in ("sum", "tr"):
        return (f"the {'sum' if written.value[0] == 'sum' else 'trace'} is linear",)
    if not t.full:
        return together(why) or constant or ("linear in ", to_tree(t.x))
    linear: list[Reason] = [("the sum is linear",)] if why and has(written, "sum") and has(to_tree(f), "sum") else []
    return together([*linear, *why, *([constant] if constant else [])]) or ("linear in ", to_tree(t.x))


def _transposed(t: Teller, line: Tree) -> Reason:
    """The transpose of the product that a line is read off from; as an equation where a factor is symmetric."""
    whole = _whole(line) if t.full else None
    factors = [factor for factor in whole.children if factor is not None and factor.kind != "number"] if whole else []
    flipped = _flipped(t, factors)
    if len(factors) < 2 or not any(a == b for a, b in zip(factors, flipped[::-1], strict=True)):
        return (TRANSPOSE,)
    return (Tree("equation", (transposed(product(factors)), product(flipped))),)


def _whole(line: Tree) -> Tree | None:
    """The product that stands transposed in a line."""
    return next((n.children[0] for n in walk(line) if n.kind == "transpose" and n.children[0].kind == "product"), None)


def _turns_product(line: Tree) -> bool:
    """Whether a product stands transposed in a line, with a sign or a divisor too."""
    turned = [node.children[0] for node in walk(line) if node.kind == "transpose"]
    for k in range(2):
        turned = [inner.children[0] if inner.kind in (("neg",), ("quotient",))[k] else inner for inner in turned]
    return any(inner.kind in ("product", "hadamard") for inner in turned)


def transposed_out(t: Teller, line: Tree) -> Tree | None:
    """tr((delta*x')'*dX) as tr(x*delta'*dX), where it is one trace of such a product."""
    whole = _whole(line) if line.kind == "call" and line.value == ("tr", ()) else None
    if whole is None or any(factor is None or factor.kind == "number" for factor in whole.children):
        return None
    return put(line, transposed(whole), product(_flipped(t, [factor for factor in whole.children if factor])))


def _flipped(t: Teller, factors: Sequence[Tree]) -> list[Tree]:
    """The factors of the transpose of a product."""
    symmetric = {to_tree(p) for p in t.symmetric()}

    def flip(factor: Tree) -> Tree:
        inner = factor.children[0] if factor.kind == "call" and factor.value[0] in ("inv", "adj") else factor
        return factor if inner in symmetric else transposed(factor)

    return [flip(factor) for factor in reversed(factors)]


def turned_round(t: Teller, lines: Lines, line: Sequence[tuple[Tree, Expr]]) -> tuple[Lines, Reason]:
    """The terms of a line turned round by themselves, so that each ends in the differential; why they then are one."""
    left, meaning = lines.left, lines.told[-1].meaning
    found = []
    for k, (tree, value) in enumerate(line):
        trace = next((node for node in walk(tree) if node.kind == "call" and node.value[0] == "tr"), None)
        inside = trace.children[0] if trace is not None else None
        factors = [factor for factor in inside.children if factor is not None] if inside is not None else []
        if inside is None or inside.kind != "product" or factors[-1].kind == "differential":
            found.append(tree)
            continue
        turn = is_turned(tree)
        factors = _flipped(t, factors) if turn else factors
        place = next(j for j, factor in enumerate(factors) if factor.kind == "differential") + 1
        alone = lines
        if len(line) > 1:
            t.close(lines)
            lines = Lines(left, meaning)
            t.items.append(Note((f"the {_PLACES[k]} term",), heading=True))
            alone = Lines(tree, value)
        if turn:
            symmetric = symmetric_in(t, tree)[:-1]
            turned = put(tree, inside, product(factors))
            alone.tell(Told(turned, value, (law("tr(N) = tr(N')"), *(("; ", *symmetric) if symmetric else ()))))
        turned = put(tree, inside, product([*factors[place:], *factors[:place]]))
        alone.tell(Told(turned, value, ("cyclic property",)))
        if alone is not lines:
            t.close(alone)
        found.append(turned)
    if len(found) != 2 or found[0] != found[1]:
        return lines, ("collect",)
    twice = product_of([number(2), found[0]])
    lines.tell(Told(twice, meaning, ("both terms are equal",)))
    return lines, ()
