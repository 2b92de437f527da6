"""The parts of a tree as nodes on which facts about numbers of axes are put."""

from __future__ import annotations

from symdiff.syntax.calls import DERIVATIVES, listed_parts
from symdiff.syntax.elaborate import value_trees
from symdiff.syntax.tree import Tree

TRANSPOSES = ("transpose", "hermitian")


def is_capital(name: str) -> bool:
    """Whether a name is a matrix unless its use says otherwise."""
    return name[0].isupper()


class Node:
    """A tree in the walk: its parts, its number of axes where known, whether it is a row, what it holds."""

    __slots__ = ("has_capital", "has_transpose", "parts", "rank", "row", "tree")

    def __init__(self, tree: Tree, parts: list[Node]) -> None:
        self.tree = tree
        self.parts = parts
        self.rank: int | None = None
        self.row = False
        self.has_transpose: bool = tree.kind in TRANSPOSES or any(part.has_transpose for part in parts)
        capital = tree.kind == "name" and is_capital(tree.value)
        self.has_capital: bool = capital or any(part.has_capital for part in parts)


def nodes_of(tree: Tree) -> list[Node]:
    """Every part of a tree as a node, parts before the whole."""
    order: list[Node] = []
    made: list[Node] = []
    agenda: list[tuple[Tree, tuple[Tree, ...] | None]] = [(tree, None)]
    while agenda:
        here, parts = agenda.pop()
        if parts is None:
            parts = _parts(here)
            agenda.append((here, parts))
            agenda.extend((part, None) for part in reversed(parts))
            continue
        first = len(made) - len(parts)
        node = Node(here, made[first:])
        del made[first:]
        made.append(node)
        order.append(node)
    return order


def _parts(tree: Tree) -> tuple[Tree, ...]:
    """The parts that have a value: keywords and subscripts have none."""
    if tree.kind == "prime":
        inner: Tree = tree.children[0]
        return inner.children if inner.kind == "call" else (inner,)
    if tree.kind == "index":
        operand, *items = tree.children
        flat = (part for item in items for part in (item.children if item.kind == "slice" else (item,)))
        return (operand, *(part for part in flat if part is not None))
    if tree.kind == "call" and tree.value[0] in DERIVATIVES:
        return listed_parts(tree)
    return tuple(child for child in tree.children if child.kind != "string") + value_trees(tree)
