"""Which products and sums are worked out as one, and which sums are multiplied out first.

An expression keeps the brackets it was written with; here, where use counts are known, a product that only
one other product uses is worked out inside it, so that the planner sees all factors, and what such products have
in common is worked out once; (A + A')*x becomes A*x + A'*x where two products cost less than the sum; and a
shared product is worked out afresh in each use where that is cheaper. A difference of exact terms stays a
difference: (A - B)*x has digits that A*x - B*x has not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from symdiff.algebra import add, einsum, rebuild, transpose
from symdiff.algebra.digits import is_rounded
from symdiff.algebra.views import MAX_FACTORS, Contraction, contraction
from symdiff.expr import Expr, postorder
from symdiff.lower.contract import Labels, nominal, plan, volume
from symdiff.lower.share import share, sizes_of

_SPLIT = 4  # sums of more terms are not multiplied out
_SHARED = 3  # products used more often than this are not worked out afresh in each use
_ENTRY = 2.0  # nanoseconds an entry of a sum costs: it makes a temporary


class Structure:
    """Use counts, and the nodes that are worked out inside the one that uses them."""

    def __init__(self, roots: Sequence[Expr]) -> None:
        self.given = tuple(roots)
        self.order = postorder(*roots)
        self.parents: dict[Expr, list[Expr]] = {}
        for node in self.order:
            for arg in node.args:
                self.parents.setdefault(arg, []).append(node)
        self.uses = Counter(roots)
        for node, parents in self.parents.items():
            self.uses[node] += len(parents)
        self.roots = frozenset(roots)
        self.shared: dict[Expr, Contraction] = {}
        self.absorbed: set[Expr] = {node for node in self.order if self._used_inside(node)}
        for node in self.order:
            if node.op == "einsum" and 1 < self.uses[node] <= _SHARED and self._cheaper_apart(node):
                self.absorbed.add(node)
        products = [node for node in self.order if node.op == "einsum" and node not in self.absorbed]
        self.shared, parts = share({node: self.product(node) for node in products})
        self.absorbed -= parts

    def _used_inside(self, node: Expr) -> bool:
        """Whether one product (or sum) alone uses this product (or sum), as a factor (or term)."""
        if self.uses[node] != 1 or node.op not in ("einsum", "add") or node in self.roots:
            return False
        (parent,) = self.parents[node]
        first = parent.args[0] is node
        if node.op == "add":  # (x - y) + (p - q): the small differences first
            return parent.op == "add" and (first or is_rounded(node.args))
        return parent.op == "einsum" and not first

    def _cheaper_apart(self, node: Expr) -> bool:
        """Whether a shared product costs less worked out in each product that uses it."""
        users = self.parents.get(node, ())
        if node.rank < 2 or node in self.roots or any(p.op != "einsum" or p.args[0] is node for p in users):
            return False
        own = cost(self.product(node))
        if own == 0.0:
            return False
        with_it = own + sum(cost(self.product(p)) for p in users)
        return sum(cost(contraction(p, lambda e: e is node or e in self.absorbed)) for p in users) < with_it

    def product(self, e: Expr) -> Contraction:
        """The einsum e with the products that are worked out inside it, what it shares with others as one factor."""
        return self.shared.get(e) or contraction(e, self.absorbed.__contains__)

    def summands(self, e: Expr) -> list[Expr]:
        """The terms of the sum e with those of the sums worked out inside it."""
        found: list[Expr] = []
        stack = list(reversed(e.args))
        while stack:
            node = stack.pop()
            if node.op == "add" and node in self.absorbed:
                stack.extend(reversed(node.args))
            else:
                found.append(node)
        return found


def label_sets(product: Contraction) -> list[Labels]:
    return [frozenset(labels) for labels in product.labels]


def cost(product: Contraction) -> float:
    """What working out a flat product costs, in the planner's nanoseconds."""
    return plan(label_sets(product), frozenset(product.out), sizes_of(product))[1]


def _entries(e: Expr) -> float:
    return volume(frozenset(range(e.rank)), dict(enumerate(map(nominal, e.shape))))


def multiply_out(roots: Sequence[Expr]) -> list[Expr]:
    """The expressions with matrix sums multiplied out, where they are factors and that is cheaper."""
    uses = Counter(roots)
    order = postorder(*roots)
    for node in order:
        uses.update(node.args)
    if not any(node.op == "add" and node.rank > 1 for node in order):
        return list(roots)
    done: dict[Expr, Expr] = {}
    single: set[Expr] = set()
    holders: set[Expr] = set()  # matrix sums, and products that hold one
    for node in order:
        new = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        holds = not holders.isdisjoint(new.args)
        if new.op == "einsum" and holds:
            new = _split(new, single)
        done[node] = new
        if uses[node] == 1:
            single.add(new)
            if (new.op == "add" and new.rank > 1) or (new.op == "einsum" and holds):
                holders.add(new)
    return [done[root] for root in roots]


def _split(e: Expr, single: set[Expr]) -> Expr:
    """The product e, multiplied out over one sum after the other while that pays."""
    results: list[Expr] = []
    waiting = [e]
    while waiting:
        node = waiting.pop()
        parts = _over_sum(node, single) if len(waiting) + len(results) < 4 * _SPLIT else None
        if parts is None:
            results.append(node)
        else:
            waiting.extend(reversed(parts))
    return add(*results) if len(results) > 1 else results[0]


def _is_symmetric_part(e: Expr) -> bool:
    """Whether e is A + A', in which nothing is subtracted that the derivative of x'*A*x does not subtract."""
    return len(e.args) == 2 and e.rank == 2 and e.args[0] is transpose(e.args[1])


def _over_sum(e: Expr, single: set[Expr]) -> list[Expr] | None:
    """The products that e is the sum of, or None where e as it stands costs no more."""
    if e.op != "einsum":
        return None
    product = contraction(e, single.__contains__)
    if len(product.operands) < 2 or len(product.operands) >= MAX_FACTORS:
        return None
    for k, total in enumerate(product.operands):
        if total.op != "add" or total.rank < 2 or total not in single or len(total.args) > _SPLIT:
            continue
        if not (is_rounded(total.args) or _is_symmetric_part(total)):
            continue
        parts = [
            einsum(
                product.coefficient,
                [*product.operands[:k], term, *product.operands[k + 1 :]],
                product.labels,
                product.out,
            )
            for term in total.args
        ]
        together = cost(product) + len(total.args) * _ENTRY * _entries(total)
        together += sum(cost(contraction(term, single.__contains__)) for term in total.args)
        apart = sum(cost(contraction(part, single.__contains__)) for part in parts)
        if apart + (len(parts) - 1) * _ENTRY * _entries(e) < together:
            return parts
    return None
