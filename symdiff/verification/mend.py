"""Small mends of a side: a transpose more or less, two factors exchanged, the other kind of product.

They find what is wrong where the sizes do not even fit, and where no rule of the book made the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.errors import SymdiffError
from symdiff.syntax.tree import Tree, walk
from symdiff.verification.numbers import Target
from symdiff.verification.patterns import plain, replaced
from symdiff.verification.place import Wrong
from symdiff.verification.report import Mistake
from symdiff.verification.sheet import Sheet, Side

_MOST = 200  # mends that are tried
TRANSPOSE = Mistake("transpose missing", "A transpose is missing.")
TOO_MANY = Mistake("superfluous transpose", "There is a transpose too many.")
_ORDER = Mistake("order of the factors", "Matrices do not commute: the factors stand in the wrong order.")
_KIND = Mistake(
    "product element by element and of matrices mixed up",
    "The product of matrices and the product element by element are different things.",
)


def mended(sheet: Sheet, left: Side, right: Side) -> tuple[Mistake, Wrong] | None:
    """The first small mend that makes a side right."""
    tree = plain(right.tree)
    target = Target(sheet.plain(left.expr), [])
    for count, (mistake, wrong) in enumerate(_mends(tree)):
        if count > _MOST:
            break
        try:
            e = sheet.meaning(replaced(tree, wrong.part, wrong.right))
        except SymdiffError:
            continue
        if target.is_met(sheet.plain(e)):
            return mistake, wrong
    return None


def _mends(tree: Tree) -> Iterator[tuple[Mistake, Wrong]]:
    nodes = list(walk(tree))
    inside = {id(node.children[0]) for node in nodes if node.kind == "transpose"}
    for node in nodes:
        if node.kind == "transpose":
            yield TOO_MANY, Wrong(node, node.children[0])
    for node in nodes:
        if node.kind in ("name", "call", "differential", "index") and id(node) not in inside:
            yield TRANSPOSE, Wrong(node, Tree("transpose", (node,)))
    for node in nodes:
        if node.kind == "product":
            parts = node.children
            for k in range(len(parts) - 1):
                swapped = (*parts[:k], parts[k + 1], parts[k], *parts[k + 2 :])
                yield _ORDER, Wrong(node, Tree("product", swapped))
            if len(parts) > 2:
                yield _ORDER, Wrong(node, Tree("product", parts[::-1]))
    for node in nodes:
        if node.kind in ("product", "hadamard"):
            yield _KIND, Wrong(node, Tree("hadamard" if node.kind == "product" else "product", node.children))
        if node.kind == "sum" and id(node) not in inside:
            yield TRANSPOSE, Wrong(node, Tree("transpose", (node,)))
