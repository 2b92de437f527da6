"""Regions of an expression: what is worked out entry by entry, and what lies behind that."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import ONE, TWO, Condition, Slice, facts, hadamard, index, is_real, number, power, scale, symbol
from symdiff.algebra.build import split_number
from symdiff.algebra.fact import Fact
from symdiff.algebra.ranges import known_range
from symdiff.algebra.rebuild import substitute
from symdiff.book import domain_of, entry_of, expand, is_by_cases, is_by_definition
from symdiff.calculus.cases import Cases
from symdiff.calculus.order import is_entrywise
from symdiff.expr import Expr, postorder


def is_branch(e: Expr) -> bool:
    return e.op == "select" or is_by_cases(e)


def parts_of(e: Expr) -> Sequence[Expr]:
    """What a node is made of."""
    if e.op == "index" and (entry_of(e) is not None or row_of_gaps(e)):
        return e.args[0].args  # one eigenvalue, which is a function of its own
    meaning = expand(e) if is_by_definition(e) else None
    return e.args if meaning is None else (meaning,)


def row_of_gaps(e: Expr) -> Sequence[Condition]:
    """Of one row of what asks for distinct entries: that one entry differs from all others."""
    picked = [item for item in e.attr if not isinstance(item, Slice)] if e.op == "index" else []
    if not picked or e.args[0].op != "call":
        return ()
    asked = domain_of(e.args[0])
    if [c.predicate for c in asked] != ["distinct_entries"]:
        return ()
    (entries,) = asked[0].args
    return [Condition("simple", (index(entries, (picked[0],)), entries))]


def behind_of(e: Expr) -> Sequence[Expr]:
    """What a node that mixes entries is made of; the factors of a sum of products along the same axes as one."""
    if e.op == "call" and e.attr[0] == "norm2":
        return [power(e.args[0], TWO)]  # the root of a sum of squares, smooth in them where it is not 0
    if e.op != "einsum":
        return parts_of(e)
    groups: dict[tuple[int, ...], list[Expr]] = {}
    for operand, own in zip(e.args[1:], e.attr, strict=False):
        groups.setdefault(own, []).append(operand)
    factors = [hadamard(*group) if len(group) > 1 else group[0] for group in groups.values()]
    return factors if e.args[0] is ONE else [e.args[0], *factors]


def inner_branches(root: Expr) -> list[Expr]:
    """The parts of a region with branches of their own, those with most of them first.

    They are its branches, or what is in the one that it has.
    """
    first = [node for node in postorder(root, into=lambda n: is_entrywise(n) and not is_branch(n)) if is_branch(node)]
    inside = postorder(*first[0].args, into=lambda n: n.op == "compare") if len(first) == 1 else first
    counts = {node: sum(map(is_branch, postorder(node, into=is_entrywise))) for node in inside if node.op != "compare"}
    found = [node for node, count in counts.items() if count and node is not root]
    return sorted(found, key=lambda node: -counts[node])


def in_cases(root: Expr, apart: Sequence[Expr] = ()) -> tuple[Cases, dict[Expr, Expr]]:
    """The cases of a region, with holes for what lies behind it and parts that are kept apart, and what fills them."""
    nodes = postorder(root, into=lambda n: is_entrywise(n) and n not in apart)
    parts = {node: split_number(node) for node in nodes if (not is_entrywise(node) and node.args) or node in apart}
    filled = {_hole(leaf, k): leaf for k, leaf in enumerate(dict.fromkeys(leaf for _, leaf in parts.values()))}
    hole_of = {leaf: hole for hole, leaf in filled.items()}
    holes = {node: scale(number(value), hole_of[leaf]) for node, (value, leaf) in parts.items()}
    known = {hole: known_range(leaf) for hole, leaf in filled.items()}
    return Cases(substitute(root, holes), known), filled


def _hole(leaf: Expr, k: int) -> Expr:
    """A symbol that stands for what is no part of a region."""
    known = facts(leaf)
    properties = [name for name, fact in (("positive", Fact.POSITIVE), ("integer", Fact.INTEGER)) if known & fact]
    return symbol(f"?{k}", leaf.shape, properties if is_real(leaf) else ["complex"])
