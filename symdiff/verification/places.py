"""Where in what is written a false rule may be used: derivatives, parts of them, parts of everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from symdiff.syntax.tree import Tree, map_tree, walk
from symdiff.verification.patterns import plain, replaced
from symdiff.verification.sheet import Sheet

_KINDS = {"derivative": "diff", "gradient": "grad", "differential": "differential"}
_CALLS = frozenset({"diff", "grad", "jacobian", "hessian"})
_LONGEST = 5  # parts of a product or sum of which all runs are looked at


class Place(NamedTuple):
    """A derivative in what is written: its node, its kind, what it is of, by which symbol, and how often."""

    node: Tree
    kind: str
    operand: Tree
    by: str | None = None
    order: int = 1


def place_of(node: Tree, sheet: Sheet) -> Place | None:
    """The derivative that a node is; None where it is none, or by something else than a symbol."""
    if node.kind == "name" and node.value[:1] == "d" and Sheet.is_change(node.value[1:], sheet.scope):
        return Place(node, "differential", Tree("name", (), node.value[1:]))
    kind = node.value[0] if node.kind == "call" and node.value[0] in _CALLS else _KINDS.get(node.kind)
    if kind is None:
        return None
    operand = node.children[0]
    if kind == "differential":
        changes = operand.kind == "name" and operand.value not in sheet.bodies
        return None if changes else Place(node, kind, operand)
    by, order = _variables(node)
    if len(by) != 1 or not isinstance(order, int) or by[0].kind != "name" or by[0].value not in sheet.scope.symbols:
        return None
    return Place(node, kind, operand, by[0].value, order)


def _variables(node: Tree) -> tuple[tuple[Tree, ...], Any]:
    """What a derivative is by, and how often."""
    if node.kind == "derivative":
        return tuple(node.value[1]), node.value[2]
    if node.kind == "gradient":
        return (node.value,), 1
    order = node.children[2] if len(node.children) == 3 else None
    return node.children[1:2], 1 if order is None else order.value if order.kind == "number" else None


def expanded(tree: Tree, bodies: dict[str, Tree]) -> Tree:
    """A tree with what names are defined as in their places."""

    def one(node: Tree) -> Tree:
        return plain(bodies[node.value]) if node.kind == "name" and node.value in bodies else node

    for _ in bodies:
        before, tree = tree, map_tree(tree, one)
        if tree == before:
            break
    return tree


def parts(tree: Tree) -> Iterator[Tree]:
    """A tree and the parts below it, runs of factors and of terms too."""
    for node in walk(tree):
        if node.kind not in ("slice", "string"):
            yield node
            yield from (run for run, _ in _runs(node))


def in_context(tree: Tree) -> Iterator[tuple[Tree, Tree]]:
    """The parts of a tree, each with the whole in which it stands by itself."""
    for node in walk(tree):
        if node.kind not in ("slice", "string"):
            yield tree, node
            yield from ((replaced(tree, node, whole), run) for run, whole in _runs(node))


def _runs(node: Tree) -> Iterator[tuple[Tree, Tree]]:
    """The runs of neighbours in a product or sum, shorter than it, and it with the run as one part."""
    found = node.children
    if node.kind not in ("product", "sum", "hadamard") or not 2 < len(found) <= _LONGEST:
        return
    for size in range(2, len(found)):
        for k in range(len(found) - size + 1):
            run = Tree(node.kind, found[k : k + size])
            yield run, Tree(node.kind, (*found[:k], run, *found[k + size :]))
