"""Named parts: which parts of expressions get names where they are printed, and the expressions with the names.

    (body,), parts = in_parts([e], Names({S: "S"}))    # a user's own names, and those that make it shorter

is made of three steps, which may be called by themselves:

    nodes = worth_naming([e])                       # the parts that stand several times and are long
    names = part_names(nodes, taken_names(e))       # a name for each, by role (`notation.part_names`)
    (body,), parts = put_apart([e], names)          # bodies and parts, with symbols where parts stand

Bodies and `Part.body` are ordinary expressions, printed like all others: a symbol stands for a part, as large as it,
and what is known of the part is known of the symbol (`stand_in`). All of it is linear in the nodes, however long the
text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from symdiff.algebra import facts, symbol
from symdiff.algebra.facts import BY_PROPERTY
from symdiff.dims import names as size_names
from symdiff.expr import Expr, Names, make, postorder
from symdiff.notation.convert import Need, pieces
from symdiff.notation.part_names import numbered, part_names
from symdiff.notation.runs import shared_run
from symdiff.notation.write import name as name_tree
from symdiff.show.as_text import Text
from symdiff.show.unparse import WIDTH
from symdiff.syntax.tree import Tree

_SHARE = 2 / 3  # of its length that is left, at most, of what is worth taking apart
_NAME = 2  # characters of a name
_GAINS = ("K", "G", "L")  # names of such runs
_WHERE = 11  # characters of ` where K = `
_INVERSES = frozenset({"inv", "det", "logdet", "adj", "solve"})
_LINE = 12  # what a line `where K = ` costs besides what is named
_ROUNDS = 4  # what a name saves depends on those of its parts and of what it is part of
NO_NAMES = Names()
_LEAVES = frozenset({"symbol", "number", "constant"})


class Part(NamedTuple):
    """`whole`, a node of an expression, by its name; `body` is it with symbols where other parts stand in it."""

    name: str
    whole: Expr
    body: Expr


def in_parts(roots: Sequence[Expr], names: Names = NO_NAMES) -> tuple[list[Expr], list[Part]]:
    """Expressions with their parts apart: nodes that a user named, and what makes those longer than a line shorter.

    New names are none that are taken, nor any that has a meaning in the expressions.
    """
    if not names.parts:
        return list(roots), []
    meant = taken_names(*roots)
    given = _distinct(in_order(roots, names.named), names.named, meant)
    taken = {*meant, *names.taken, *given.values()}
    bodies, parts = _parted(roots, given, taken)
    if given or not parts or (folded := shared_run(roots)) is None:
        return bodies, parts
    shared, run = folded
    gain = next(name for name in chain(_GAINS, numbered(_GAINS[0], taken)) if name not in taken)
    other = _parted(shared, {run: gain}, {*taken, gain})
    return min((bodies, parts), other, key=_total)


def _total(found: tuple[list[Expr], list[Part]]) -> int:
    bodies, parts = found
    return sum(_written_lengths([*bodies, *(part.body for part in parts)])) + _WHERE * len(parts)


def _parted(roots: Sequence[Expr], given: Mapping[Expr, str], taken: set[str]) -> tuple[list[Expr], list[Part]]:
    """Expressions with given nodes apart, and what makes the rest shorter."""
    bodies, parts = put_apart(roots, given)
    inside = [*bodies, *(part.body for part in parts)]
    written = _pieces(inside)
    plain = [written[root, False].length for root in inside]
    long, total = max(plain) > WIDTH, sum(plain)
    sums, roots_of = _of_matrices(written), _roots(written)
    for among, said, most in ((None, 0, _SHARE * total), (sums, _WHERE, total - 1), (roots_of, _WHERE, _SHARE * total)):
        wanted = _worth(written, inside, among) if (long if among is None else among) else []
        new = part_names(in_order(inside, wanted), taken)
        shorter, fresh = put_apart(inside, new)
        if new and sum(_written_lengths([*shorter, *(part.body for part in fresh)])) + said * len(fresh) <= most:
            whole = {apart: node for node, apart in _apart(roots, given).items()}
            return put_apart(roots, {**given, **{whole[node]: name for node, name in new.items()}})
    return bodies, parts


def _of_matrices(written: Iterable[Need]) -> set[Expr]:
    """The sums of which an inverse or a determinant is taken: a reader wants those once."""
    calls = (node.args[0] for node, _ in written if node.op == "call" and node.attr[0] in _INVERSES)
    return {inner for inner in calls if inner.op == "add"}


def _roots(written: Iterable[Need]) -> dict[Expr, set[Expr]]:
    """The sums of which roots are taken, each with the exponents."""
    found: dict[Expr, set[Expr]] = {}
    for e, _ in written:
        for base, k in zip(e.args[1::2], e.args[2::2], strict=True) if e.op == "mul" else ():
            if base.op == "add" and k.op == "number" and isinstance(k.attr, Fraction):
                found.setdefault(base, set()).add(k)
    return found


def _distinct(nodes: Sequence[Expr], names: Mapping[Expr, str], meant: set[str]) -> dict[Expr, str]:
    """The names that a user gave to nodes, without what needs none; a second part of one name is numbered."""
    found: dict[Expr, str] = {}
    used = set(meant)
    for node in nodes:
        name = names[node]
        if node.op in _LEAVES or name in meant:
            continue
        found[node] = name if name not in used else next(numbered(name, used))
        used.add(found[node])
    return found


def where_tree(e: Expr, names: Names = NO_NAMES) -> Tree:
    """The Tree of an expression; of one in parts a `where` of its body and the parts that have to be defined."""
    bodies, parts = in_parts([e], names)
    parts = [part for part in parts if part.name not in names.in_force]
    body, *trees = _trees([*bodies, *(part.body for part in parts)])
    if not parts:
        return body
    defined = [Tree("define", (name_tree(part.name), tree)) for part, tree in zip(parts, trees, strict=True)]
    line = Tree("where", (body, *defined), "line")
    return line if len(parts) == 1 and Text().length(line) <= WIDTH else Tree("where", line.children, "lines")


def _trees(exprs: Sequence[Expr]) -> list[Tree]:
    written = pieces(exprs)
    return [written[e, False][0] for e in exprs]


# which


class _Piece(NamedTuple):
    """Something that is written: how many characters it has, how many of them are its own, and what stands in it."""

    length: int
    own: int
    inside: Sequence[Need]


def _written_lengths(exprs: Sequence[Expr]) -> list[int]:
    trees = _trees(exprs)
    length = Text().lengths(trees)
    return [length[id(tree)] for tree in trees]


def worth_naming(roots: Sequence[Expr]) -> list[Expr]:
    """The parts that stand several times in all roots together and save more characters by a name than it costs."""
    return _worth(_pieces(roots), roots)


def _worth(written: Mapping[Need, _Piece], roots: Sequence[Expr], among: Collection[Expr] | None = None) -> list[Expr]:
    wanted = dict.fromkeys((root, False) for root in roots)
    candidates = {need for need in written if need[0].op not in _LEAVES and not need[1]} - wanted.keys()
    if among is not None:
        candidates = {need for need in candidates if need[0] in among}
    else:  # of what stands in several roots the sum gets the name
        several = {base for base, exponents in _roots(written).items() if len(exponents) > 1}
        candidates -= {need for need in candidates if need[0].op == "mul" and several.intersection(need[0].args[1:2])}
    chosen = candidates
    for _ in range(_ROUNDS):
        chosen = _saving(written, _uses(written, wanted, chosen), candidates)
    uses = _uses(written, wanted, chosen)
    return [need[0] for need in written if need in chosen and uses[need] > 1]


def _pieces(roots: Sequence[Expr]) -> dict[Need, _Piece]:
    found = pieces(roots)
    measured = Text().lengths([tree for tree, _ in found.values()])
    length = {need: measured[id(tree)] for need, (tree, _) in found.items()}
    return {
        need: _Piece(length[need], max(1, length[need] - sum(length[part] for part in inside)), inside)
        for need, (_, inside) in found.items()
    }


def _uses(written: Mapping[Need, _Piece], roots: Iterable[Need], chosen: Collection[Need]) -> dict[Need, int]:
    """How often each is written where the chosen ones are names: as a name, or in full."""
    uses = dict.fromkeys(written, 0) | dict.fromkeys(roots, 1)
    for need in reversed(list(written)):
        times = min(uses[need], 1) if need in chosen else uses[need]
        for part in written[need].inside:
            uses[part] += times
    return uses


def _saving(written: Mapping[Need, _Piece], uses: Mapping[Need, int], candidates: Collection[Need]) -> set[Need]:
    """Those among the candidates whose name saves something, decided from the inside out."""
    chosen: set[Need] = set()
    length: dict[Need, int] = {}
    for need, piece in written.items():
        length[need] = piece.own + sum(_NAME if part in chosen else length[part] for part in piece.inside)
        if need in candidates and (uses[need] - 1) * length[need] > uses[need] * _NAME + _LINE:
            chosen.add(need)
    return chosen


# the expressions


def taken_names(*exprs: Expr) -> set[str]:
    """The names that have a meaning in expressions: of symbols, sizes and functions."""
    taken: set[str] = set()
    for node in postorder(*exprs):
        taken.update(name for dim in node.shape for name in size_names(dim))
        if node.op == "symbol":
            taken.add(node.attr.name)
        elif node.op == "derivative":
            taken.add(node.attr[0].name)
    return taken


def stand_in(node: Expr, name: str) -> Expr:
    """A symbol of this name for a node: as large, and what is known of the node is known of it."""
    known = facts(node)
    properties = [word for word, fact in BY_PROPERTY.items() if known & fact == fact and word != "dimension"]
    return symbol(name, node.shape, properties if "real" in properties else [*properties, "complex"])


def put_apart(roots: Sequence[Expr], names: Mapping[Expr, str]) -> tuple[list[Expr], list[Part]]:
    """The roots with symbols where these nodes stand in them, and the parts that then stand there.

    A root that is itself among the nodes stays what it is. Parts come as they are met, one before those it is made of.
    """
    apart = _apart(roots, names)
    parts = [Part(names[node], node, apart[node]) for node in in_order(roots, names)]
    return [apart[root] for root in roots], parts


def _apart(roots: Sequence[Expr], names: Mapping[Expr, str]) -> dict[Expr, Expr]:
    """Every node with symbols in it. Nothing is normalised anew, so that what is written is what was there."""
    symbols = {node: stand_in(node, name) for node, name in names.items()}
    apart: dict[Expr, Expr] = {}
    for node in postorder(*roots):
        args = tuple([symbols[arg] if arg in symbols else apart[arg] for arg in node.args])
        apart[node] = node if args == node.args else make(node.op, args, node.attr, node.shape)
    return apart


def in_order(roots: Sequence[Expr], nodes: Collection[Expr]) -> list[Expr]:
    """Those among the nodes that stand in the roots, as they are met: first in the roots, then in one another."""
    met: dict[Expr, None] = {}
    pending = list(roots)
    for body in pending:  # grows on the way
        stack, seen = list(reversed(body.args)), set()
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if node not in nodes:
                stack += reversed(node.args)
            elif node not in met:
                met[node] = None
                pending.append(node)
    return list(met)
