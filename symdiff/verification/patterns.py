"""Patterns of what is written, and what matches them: trees with letters for parts.

In a pattern `u v w p q a b` stand for any part, `c` for one that does not vary, `k` for a number, `x` for the variable,
`f` and `g` for functions of one argument. In products and sums a letter takes a run of factors or terms, or any one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from symdiff.syntax.tree import Tree, map_tree, mentioned

Bound = dict[str, Any]
_ANY = frozenset("uvwpqab")
_FUNCTIONS = frozenset("fgh")
_FLAT = frozenset({"product", "sum", "hadamard"})
_MOST = 6  # parts of a product or sum that are parted in every way


class Letters:
    """What the letters of patterns may stand for here: `variables` are the names that vary.

    In what is differentiated `u v w` stand for what varies.
    """

    def __init__(self, variables: frozenset[str], differentiated: bool = False) -> None:
        self.variables = variables
        self.differentiated = differentiated

    def takes(self, letter: str, tree: Tree) -> bool:
        if letter == "k":
            return tree.kind == "number"
        if letter == "x":
            return tree.kind == "name" and tree.value in self.variables
        if letter == "c":
            return not mentioned(tree) & self.variables
        if letter in "uvw" and self.differentiated:
            return bool(mentioned(tree) & self.variables)
        return letter in _ANY


def plain(tree: Tree) -> Tree:
    """A tree in which every function is a call: `sin x`, `√x`, `sin² x`."""

    def one(node: Tree) -> Tree:
        if node.kind == "sqrt":
            return Tree("call", node.children, ("sqrt", ()), node.span)
        if node.kind != "bare":
            return node
        name, exponent = node.value
        call = Tree("call", node.children, (name, ()), node.span)
        return call if exponent is None else Tree("power", (call, Tree("number", (), exponent)), None, node.span)

    return map_tree(tree, one)


def matches(pattern: Tree, tree: Tree, letters: Letters, bound: Mapping[str, Any] | None = None) -> Iterator[Bound]:
    """Every way in which a tree is what a pattern says, as what its letters stand for."""
    pending: list[tuple[list[tuple[Tree, Tree]], Bound]] = [([(pattern, tree)], dict(bound or {}))]
    while pending:
        goals, found = pending.pop()
        if not goals:
            yield found
            continue
        (wanted, here), *rest = goals
        pending += [([*more, *rest], given) for more, given in _steps(wanted, here, letters, found)]


def _steps(wanted: Tree, here: Tree, letters: Letters, found: Bound) -> Iterator[tuple[list[tuple[Tree, Tree]], Bound]]:
    """What remains to be matched where the head of a pattern fits a tree, for every way it does."""
    if wanted.kind == "name" and (len(wanted.value) == 1):
        known = found.get(wanted.value)
        if known == here or (known is None and letters.takes(wanted.value, here)):
            yield [], {**found, wanted.value: here}
        return
    if wanted.kind == "call" and wanted.value[0] in _FUNCTIONS:
        if here.kind == "call" and len(here.children) == 1 and found.get(wanted.value[0], here.value) == here.value:
            yield [(wanted.children[0], here.children[0])], {**found, wanted.value[0]: here.value}
        return
    if wanted.kind != here.kind or wanted.value != here.value:
        return
    if wanted.kind in _FLAT and len(wanted.children) <= len(here.children):
        for parts in _parted(here, len(wanted.children)):
            yield list(zip(wanted.children, parts, strict=True)), found
    elif len(wanted.children) == len(here.children) and None not in here.children:
        yield list(zip(wanted.children, here.children, strict=True)), found


def _parted(tree: Tree, count: int) -> Iterator[list[Tree]]:
    """The ways to part a product or sum into so many: runs of neighbours, and any one with the others."""
    parts = tree.children
    if count == len(parts):
        yield list(parts)
    elif len(parts) <= _MOST:
        for cuts in combinations(range(1, len(parts)), count - 1):
            ends = [0, *cuts, len(parts)]
            yield [_joined(tree, parts[a:b]) for a, b in pairwise(ends)]
    if count != 2:
        return
    for k in range(len(parts)):
        others = _joined(tree, (*parts[:k], *parts[k + 1 :]))
        if k > 0:
            yield [parts[k], others]
        if k < len(parts) - 1:
            yield [others, parts[k]]


def _joined(tree: Tree, parts: Sequence[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else Tree(tree.kind, tuple(parts))


def filled(pattern: Tree, bound: Bound) -> Tree:
    """A pattern with what its letters stand for in their places."""

    def one(node: Tree) -> Tree:
        if node.kind == "name" and isinstance(bound.get(node.value), Tree):
            found: Tree = bound[node.value]
            return found
        if node.kind == "call" and node.value[0] in bound and not isinstance(bound[node.value[0]], Tree):
            return Tree("call", node.children, bound[node.value[0]])
        if node.kind in _FLAT and any(child.kind == node.kind for child in node.children):
            parts = [p for child in node.children for p in (child.children if child.kind == node.kind else (child,))]
            return Tree(node.kind, tuple(parts))
        return node

    return map_tree(pattern, one)


def replaced(tree: Tree, part: Tree, by: Tree, everywhere: bool = False) -> Tree:
    """A tree with a part, the very one or everything equal to it, replaced."""
    return map_tree(tree, lambda node: by if node is part or (everywhere and node == part) else node)
