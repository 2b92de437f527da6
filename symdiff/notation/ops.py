"""How many operations the printed form of an expression has."""

from __future__ import annotations

from symdiff.expr import Expr
from symdiff.syntax.tree import Tree

_JOINED = frozenset({"product", "hadamard", "sum"})  # n parts, n - 1 operations
_ONE = frozenset(
    "quotient dotquotient power dotpower kron call bare transpose hermitian abs norm sqrt prime gradient "
    "derivative".split()
)


def ops(e: Expr) -> int:
    """One for each `+ - * / ^` (element by element too), function, transpose and inverse of the printed form.

    Numbers, names, brackets and a leading sign count nothing; a named part counts where it is defined.
    """
    from symdiff.show import as_tree

    return tree_ops(as_tree(e))


def tree_ops(root: Tree) -> int:
    """The operations of a tree; a part that occurs twice counts twice, and is looked at once."""
    counted: dict[int, int] = {}
    stack = [root]
    while stack:
        tree = stack[-1]
        if id(tree) in counted:
            stack.pop()
            continue
        missing = [child for child in tree.children if child is not None and id(child) not in counted]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        inner = sum(counted[id(child)] for child in tree.children if child is not None)
        counted[id(tree)] = inner + _own(tree)
    return counted[id(root)]


def _own(tree: Tree) -> int:
    if tree.kind in _JOINED:
        return len(tree.children) - 1
    if tree.kind == "differential":
        return int(tree.children[0].kind != "name")
    return int(tree.kind in _ONE)
