"""Products with axes on the way to a Tree: the flat view, then its matrix form, then the scalars in front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from symdiff.algebra import contraction, is_constant, is_symmetric
from symdiff.algebra.einsum import is_structural
from symdiff.algebra.views import Contraction
from symdiff.expr import Expr
from symdiff.notation.chain import Item
from symdiff.notation.network import Network
from symdiff.notation.reductions import Reduction, broadcasts, divisor
from symdiff.notation.scalars import Scalars, multiplied, quotient
from symdiff.notation.write import product
from symdiff.syntax.tree import Tree


class Product:
    """A product as it will be written: first what its Tree needs, then the Tree.

    `anchor` is the label of the diagonal in what was written as a trace.
    """

    def __init__(self, view: Contraction, anchor: int | None = None) -> None:
        self.view = view
        self.anchor = anchor
        self.scalars = Scalars(self.view.coefficient)
        self.averaged = self._averaged()
        self.loose = _loosened(self.view)

    @classmethod
    def of(cls, e: Expr) -> Product:
        """An einsum."""
        return cls(flat(e), 0 if e.attr == ((0, 0), ()) else None)

    def _averaged(self) -> int | None:
        """The summed axis that one matrix has and by whose size the product is divided, if there is one."""
        count = Counter(label for labels in self.view.labels for label in labels)
        for operand, labels in zip(self.view.operands, self.view.labels, strict=True):
            for axis, label in enumerate(labels):
                if operand.rank == 2 and count[label] == 1 and label not in self.view.out:
                    found = Reduction("sum", (operand,), (axis,))
                    return label if self.scalars.average(found) else None
        return None

    def needs(self) -> list[tuple[Expr, bool]]:
        """The expressions to be written first; True asks for the form that broadcasts."""
        return [(e, False) for e in self.scalars.needs()] + [(e, e in self.loose) for e in self.view.operands]

    def write(self, tree: Callable[[Expr, bool], Tree], row: bool = False) -> Tree:
        network = Network(self.view.out, row, self.anchor, self.averaged)
        for place, (operand, labels) in enumerate(zip(self.view.operands, self.view.labels, strict=True)):
            item = Item(
                tree(operand, operand in self.loose),
                place,
                symmetric=len(labels) == 2 and is_symmetric(operand),
                ones=is_constant(operand, "ones"),
                eye=is_constant(operand, "eye"),
                loose=operand in self.loose,
            )
            network.put(item, labels)
        network.reduce()
        negative, over, under = self.scalars.gather(lambda e: tree(e, False))
        if len(self.view.out) > 2:
            return quotient(negative, _beside_tensor(over + network.scalars, product(network.body)), under)
        return quotient(negative, multiplied(over + network.scalars, network.body), under)


def _beside_tensor(scalars: list[Tree], tensor: Tree) -> Tree:
    """Scalars times a tensor; one that is itself a product goes last, where its brackets stay."""
    simple = [s for s in scalars if s.kind != "product"]
    return product([*simple, tensor, *(s for s in scalars if s.kind == "product")])


def flat(e: Expr) -> Contraction:
    """The operands of an einsum, matrix chains among them unfolded into the run."""
    count: dict[int, int] = {}
    for labels in e.attr:
        for label in labels:
            count[label] = count.get(label, 0) + 1
    # an axis that nothing else carries is summed as a whole: sum(A*B, axis=0)
    whole = {
        operand
        for operand, labels in zip(e.args[1:], e.attr, strict=False)
        if any(count[label] == 1 for label in labels)
    }
    return contraction(e, lambda node: node not in whole and is_chain(node))


def is_chain(e: Expr) -> bool:
    """Whether an einsum is factors in a row: each label joins two of them or is one of the result's."""
    if e.op != "einsum" or e.rank > 2 or any(is_structural(a) for a in e.args[1:]):
        return False
    count: dict[int, int] = {}
    for labels in e.attr[:-1]:
        if len(labels) > 2 or len(set(labels)) < len(labels):
            return False
        for label in labels:
            count[label] = count.get(label, 0) + 1
    out = e.attr[-1]
    return all(n == (1 if label in out else 2) for label, n in count.items())


def _loosened(view: Contraction) -> set[Expr]:
    """Operands that may be written so that they broadcast: beside one of the same axes in full."""
    seen: dict[tuple[int, ...], list[Expr]] = {}
    for operand, labels in zip(view.operands, view.labels, strict=True):
        seen.setdefault(labels, []).append(operand)
    found: set[Expr] = set()
    for axes, group in seen.items():
        looser = [e for e in group if broadcasts(divisor(e) or e)]
        if len(axes) > 1 and len(looser) < len(group):
            found.update(looser)
    return found


def components(view: Contraction, tied: Sequence[tuple[int, int]]) -> dict[int, int]:
    """For each label the one that stands for all that factors, or the pairs in `tied`, join it with."""
    root: dict[int, int] = {}

    def find(label: int) -> int:
        while (up := root.setdefault(label, label)) != label:
            label = up
        return label

    for labels in (*view.labels, *tied):
        for other in labels[1:]:
            root[find(other)] = find(labels[0])
    return {label: find(label) for label in list(root) + [label for pair in tied for label in pair]}
