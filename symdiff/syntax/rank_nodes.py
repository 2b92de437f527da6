"""The parts of a tree as nodes on which facts about numbers of axes are put, and what shows that it is of matrices."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.syntax.calls import DERIVATIVES, listed_parts
from symdiff.syntax.elaborate import value_trees
from symdiff.syntax.products import is_picked_row
from symdiff.syntax.scope import Scope
from symdiff.syntax.tree import Tree, postorder

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


def is_e_to_capital(tree: Tree, scope: Scope) -> bool:
    """`e^A`, `e^-A` of the constant e: a misspelt exponential, which makes no scalar of A as other exponents do."""
    if tree.kind != "power" or (tree.children[0].kind, tree.children[0].value) != ("name", "e") or scope.declares("e"):
        return False
    exponent = tree.children[1]
    while exponent.kind in ("neg", *TRANSPOSES):
        exponent = exponent.children[0]
    return exponent.kind == "name" and is_capital(exponent.value)


def has_matrices(tree: Tree, scope: Scope) -> bool:
    """Whether the text has `X'` of a capital, `*` beside `@` or `.T`, or `e^A`: nobody writes these of scalars."""
    capital: set[int] = set()
    for node in postorder(tree):
        if (node.kind == "name" and is_capital(node.value)) or any(id(part) in capital for part in node.children):
            capital.add(id(node))
        if node.kind in TRANSPOSES and id(node) in capital:
            return True
        if is_e_to_capital(node, scope) or (node.kind == "product" and node.value):
            return True
    return False


def _ends(part: Node, leads: bool = False) -> tuple[bool, bool]:
    """Whether a factor has an axis to its left, and one to its right; where it `leads`, `X[i, :]` is a row."""
    if part.rank == 2:
        return True, True
    return (False, True) if part.row or (leads and is_picked_row(part.tree)) else (True, False)


def product_rank(parts: Sequence[Node]) -> int | None:
    """The axes left open when each right end meets the next left end."""
    left = right = False
    for part in parts:
        if part.rank is None:
            return None
        if part.rank > 2:
            return part.rank
        if part.rank == 0:
            continue
        a, b = _ends(part, not (left or right))
        left, right = (a, b) if not (left or right) else (left, b if a or not right else right)
    return left + right


def vectors_of_run(parts: Sequence[Node], wanted: int | None) -> list[Node]:
    """The open factors of a run that have to be columns."""
    found: list[Node] = []
    waiting: Node | None = None  # the last open factor since a right end was open
    right = False
    seen = False
    for part in parts:
        if part.rank is None:
            waiting = part
        elif part.rank == 0:
            continue
        else:
            a, b = _ends(part, not seen)
            if not a and waiting is not None and (right or part is _last(parts)):
                found.append(waiting)  # before a row stands a column
            waiting, right, seen = None, b, True
    if waiting is not None and ((right and wanted != 2) or (wanted == 1 and not seen)):
        found.append(waiting)
    return found


def _last(parts: Sequence[Node]) -> Node | None:
    """The last factor that is not a scalar."""
    return next((part for part in reversed(parts) if part.rank != 0), None)
