"""The neutral tree: what is written, with its place in the source, before it means anything.

The kinds, their children and their values are listed in `ARCHITECTURE.md`. Two trees are equal when kind,
children and value are; the place does not count, so that every spelling of one thing gives one tree.
Nothing here recurses: a tree may be as deep as a text can nest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["Span", "Tree", "dump", "map_tree", "mentioned", "postorder", "renamed", "walk"]

Span = tuple[int, int]


class Tree:
    """One construct as written: a kind, its parts, a value for what is not a part, and its place.

    `span` is the pair of offsets (start, end) in the source, brackets around the construct included, or
    None for a tree that was not read from a text. A child is None only in a `slice`, where a bound was left
    out.
    """

    __slots__ = ("_hash", "children", "kind", "span", "value")

    kind: str
    children: tuple[Any, ...]
    value: Any
    span: Span | None

    def __init__(self, kind: str, children: tuple[Tree | None, ...] = (), value: Any = None, span: Span | None = None):
        self.kind = kind
        self.children = children
        self.value = value
        self.span = span
        self._hash = hash((kind, type(value), value, tuple([hash(child) for child in children])))

    def at(self, span: Span | None) -> Tree:
        """The same tree at another place."""
        return Tree(self.kind, self.children, self.value, span)

    def _head(self) -> tuple[object, ...]:
        """What two equal trees share besides their children; 1, 1.0 and True are different values."""
        return self.kind, type(self.value), self.value, len(self.children)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tree):
            return NotImplemented
        pending: list[tuple[Tree | None, Tree | None]] = [(self, other)]
        while pending:
            a, b = pending.pop()
            if a is b:
                continue
            if a is None or b is None or a._hash != b._hash or a._head() != b._head():
                return False
            pending.extend(zip(a.children, b.children, strict=True))
        return True

    def __repr__(self) -> str:
        return dump(self)


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and every tree below it, parents first, left to right; bounds left out of a slice are
    skipped."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(child for child in reversed(node.children) if child is not None)


def mentioned(tree: Tree) -> set[str]:
    """Every name in a tree, those of called functions too."""
    nodes = (node for node in walk(tree) if node.kind in ("name", "call"))
    return {node.value if node.kind == "name" else node.value[0] for node in nodes}


def postorder(tree: Tree) -> Iterator[Tree]:
    """The tree and every tree below it, children first, left to right."""
    pending = [(tree, False)]
    while pending:
        node, expanded = pending.pop()
        if expanded or not node.children:
            yield node
        else:
            pending.append((node, True))
            pending.extend((child, False) for child in reversed(node.children) if child is not None)


def map_tree(tree: Tree, function: Callable[[Tree], Tree]) -> Tree:
    """The tree rebuilt from the leaves up, each rebuilt node passed through `function`."""
    built: list[Tree] = []
    for node in postorder(tree):
        count = sum(child is not None for child in node.children)
        parts = built[len(built) - count :]
        del built[len(built) - count :]
        old = [child for child in node.children if child is not None]
        if any(new is not child for new, child in zip(parts, old, strict=True)):
            remaining = iter(parts)
            children = tuple(None if child is None else next(remaining) for child in node.children)
            node = Tree(node.kind, children, node.value, node.span)
        built.append(function(node))
    return built[0]


def renamed(tree: Tree, names: Mapping[str, str]) -> Tree:
    """The tree with other names, also in what it is differentiated by and in keywords."""

    def value(old: Any) -> Any:
        if isinstance(old, Tree):
            return renamed(old, names)
        return tuple(map(value, old)) if isinstance(old, tuple) else old

    def one(node: Tree) -> Tree:
        if node.kind == "name":
            return Tree("name", (), names.get(node.value, node.value), node.span)
        inner = value(node.value)
        return node if inner is node.value or inner == node.value else Tree(node.kind, node.children, inner, node.span)

    return map_tree(tree, one)


def dump(tree: Tree) -> str:
    """One line that shows the whole tree, for tests: `product(name:x, power(name:y, number:2))`."""
    pieces: list[str] = []
    pending: list[Tree | str | None] = [tree]
    while pending:
        item = pending.pop()
        if item is None or isinstance(item, str):
            pieces.append(item or "_")
            continue
        pieces.append(item.kind if item.value is None else f"{item.kind}:{_show_value(item.value)}")
        if item.children:
            pending.append(")")
            for position in range(len(item.children) - 1, -1, -1):
                pending.append(item.children[position])
                pending.append(", " if position else "(")
    return "".join(pieces)


def _show_value(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
