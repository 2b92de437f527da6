"""The order of the factors of a product of scalars: constants, names and their powers, entries, roots, functions.

Names of one kind stand as they were written, or, where a function that they come from is given, as in that: so every
way to a derivative of x^2*y^2 ends with 2*x*y^2.
"""

from __future__ import annotations

from collections.abc import Mapping

from symdiff.algebra import mul, power, rebuild
from symdiff.expr import Expr, postorder
from symdiff.rewriting.factor import divides

Ranks = Mapping[tuple[Expr, bool], int]  # of names, among those above or below the bar

_TWO = 5  # arguments of a product with two factors: the number, and each with its exponent
_NOWHERE = 1 << 30  # behind all names that a function has
_UNRANKED: Ranks = {}


def atoms_first(e: Expr, ranks: Ranks = _UNRANKED) -> Expr:
    """A scalar product in its order: 2*x*cos(x^2), 2*pi*r."""
    if e.op != "mul":
        return e
    pairs = list(zip(e.args[1::2], e.args[2::2], strict=True))
    ordered = sorted(pairs, key=lambda pair: _place(pair[0], pair[1], ranks))
    return e if ordered == pairs else mul(e.args[0], *(power(base, exponent) for base, exponent in ordered))


def in_order_of(f: Expr, e: Expr, kept: Expr) -> Expr:
    """e with the names in its products in the order in which f has them; what stands in f, or in `kept`, stays."""
    if all(node.op != "mul" or len(node.args) < _TWO for node in postorder(e)):
        return e
    given, ranks = _ranks(f)
    given.update(postorder(kept))
    made: dict[Expr, Expr] = {}
    for node in postorder(e, into=lambda n: n not in given):
        args = tuple([made[arg] for arg in node.args]) if node not in given else node.args
        after = node if args == node.args else rebuild(node, args)
        made[node] = after if after in given else atoms_first(after, ranks)
    return made[e]


def _ranks(f: Expr) -> tuple[set[Expr], Ranks]:
    """The parts of f, and its names in order as people read them; below the bar as they stand there, if they do.

    Those above the bar of f come in the order in which they are first above one, or in a function.
    """
    ranks: dict[tuple[Expr, bool], int] = {}
    met: set[tuple[Expr, bool, bool]] = set()
    stack = [(f, False, False)]
    while stack:
        side = node, below, inside = stack.pop()
        if side in met:
            continue
        met.add(side)
        if node.op == "symbol" or _is_entry(node):
            ranks.setdefault((node, below), len(ranks))
            if inside:
                ranks.setdefault((node, False), len(ranks))
        elif node.op == "mul":
            pairs = zip(node.args[1::2], node.args[2::2], strict=True)
            sides = [(base, below != divides(exponent), inside) for base, exponent in pairs]
            first, later = ([side for side in sides if (side[1] == below) is above] for above in (True, False))
            stack += [*later[::-1], *first[::-1]]
        else:
            within = inside or node.op not in ("add", "einsum")
            stack += [(arg, False, within) for arg in reversed(node.args)]
    for name, below in list(ranks):
        ranks.setdefault((name, not below), ranks[name, below])
    return {node for node, _, _ in met}, ranks


def _is_entry(e: Expr) -> bool:
    return e.op == "index" and not e.shape and not e.args[0].args


def _place(base: Expr, exponent: Expr, ranks: Ranks) -> tuple[int, ...]:
    """Where a factor stands among the others."""
    constant = all(part.op in ("number", "constant") for part in (base.args if base.op == "mul" else [base]))
    if (base.args and not constant and not _is_entry(base)) or exponent.op != "number":
        return (4,)
    kind = 0 if constant else 3 if not isinstance(exponent.attr, int) else 1 + bool(base.args)
    return kind, ranks.get((base, divides(exponent)), _NOWHERE)
