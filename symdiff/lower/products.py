"""A product of factors with labels, worked out pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from symdiff.dims import Dim, Shape
from symdiff.lower.contract import Pair, nominal, plan, volume
from symdiff.lower.program import Builder, Node
from symdiff.lower.values import Value, value

Term = tuple[Node, tuple[int, ...]]  # a node and the labels of its axes, all different


class Products:
    """Builds products. `keep` holds the inverses that are needed as such; others are solved with."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.keep: set[Node] = set()

    def product(
        self,
        coefficient: Node,
        factors: Sequence[tuple[Value, tuple[int, ...]]],
        out: tuple[int, ...],
        sizes: Mapping[int, Dim],
    ) -> Value:
        """coefficient · ∏ factors, summed over the labels that are not in `out`."""
        terms, find = self._unify(factors)
        kept = frozenset(map(find, out))
        lone = {find(k) for k in sizes} - kept - {label for _, labels in terms for label in labels}
        for label in sorted(lone):  # a summed axis along which nothing changes
            coefficient = self.builder.mul(coefficient, self.builder.size(sizes[label]))
        terms = self._sum_alone(terms, kept)
        shape = tuple(sizes[k] for k in out)
        if not terms:
            return value(coefficient, (), [find(k) for k in out], shape)
        weights = {k: nominal(dim) for k, dim in sizes.items()}
        pairs, _ = plan([frozenset(labels) for _, labels in terms], kept, weights)
        smallest = self._scale_early(terms, kept, weights) if pairs and coefficient.value not in (1, -1) else None
        if smallest is not None:
            node, labels = terms[smallest]
            terms[smallest] = self.builder.mul(coefficient, node, node.shape), labels
        position = {label: k for k, label in enumerate(map(find, out))}
        last = self._run(terms, pairs, kept, position)
        node, labels = last
        if smallest is None:
            node = self.builder.mul(coefficient, node, node.shape)
        return value(node, labels, [find(k) for k in out], shape)

    def _unify(self, factors: Sequence[tuple[Value, tuple[int, ...]]]) -> tuple[list[Term], Callable[[int], int]]:
        """Factors as nodes with labels; labels that a diagonal factor ties become one."""
        root: dict[int, int] = {}

        def find(label: int) -> int:
            while label in root:
                label = root[label]
            return label

        named: list[tuple[Node, list[int]]] = []
        for v, labels in factors:
            first: dict[int, int] = {}
            for cls, label in zip(v.out, labels, strict=True):
                a, b = sorted((find(first.setdefault(cls, label)), find(label)))
                if a != b:
                    root[b] = a
            named.append((v.node, [first[cls] for cls in v.labels]))
        return [self._diagonal(node, [find(k) for k in labels]) for node, labels in named], find

    def _diagonal(self, node: Node, labels: list[int]) -> Term:
        """A node whose axes all have different labels: repeated ones are its diagonal."""
        while len(set(labels)) < len(labels):
            second = next(k for k in range(len(labels)) if labels[k] in labels[:k])
            first = labels.index(labels[second])
            rest = [k for k in range(len(labels)) if k not in (first, second)]
            shape = (*(node.shape[k] for k in rest), node.shape[first])
            node = self.builder.node("diagonal", (node,), (first, second), shape)
            labels = [*(labels[k] for k in rest), labels[first]]
        return node, tuple(labels)

    def _sum_alone(self, terms: list[Term], kept: frozenset[int]) -> list[Term]:
        """Each factor summed over the labels that only it has."""
        count: dict[int, int] = {}
        for _, labels in terms:
            for label in labels:
                count[label] = count.get(label, 0) + 1
        summed: list[Term] = []
        for node, labels in terms:
            alone = [k for k, label in enumerate(labels) if count[label] == 1 and label not in kept]
            rest = tuple(label for k, label in enumerate(labels) if k not in alone)
            summed.append((self.builder.sum(node, alone), rest))
        return summed

    def _scale_early(self, terms: list[Term], kept: frozenset[int], weights: Mapping[int, float]) -> int | None:
        """The factor to scale, where one is smaller than the result."""
        sizes = [volume(frozenset(labels), weights) for _, labels in terms]
        least = min(range(len(terms)), key=sizes.__getitem__)
        stored = kept & {label for _, labels in terms for label in labels}
        return least if sizes[least] < volume(stored, weights) else None

    def _run(self, terms: list[Term], pairs: Iterable[Pair], kept: frozenset[int], position: Mapping[int, int]) -> Term:
        count: dict[int, int] = {}
        for _, labels in terms:
            for label in labels:
                count[label] = count.get(label, 0) + 1
        last = len(terms) - 1
        for i, j in pairs:
            (a, la), (b, lb) = terms[i], terms[j]
            for label in {*la, *lb}:
                count[label] -= (label in la) + (label in lb)
            needed = {label for label in {*la, *lb} if label in kept or count[label]}
            result = self._pair((a, la), (b, lb), needed, position)
            for label in result[1]:
                count[label] += 1
            terms.append(result)
            last = len(terms) - 1
        return terms[last]

    def _pair(self, a: Term, b: Term, kept: set[int], position: Mapping[int, int]) -> Term:
        """Two factors multiplied and summed over the labels that nothing else needs; what is summed has no sign."""
        signs = sum(term[0].op == "neg" for term in (a, b))
        if signs and any(k not in kept for k in a[1] if k in b[1]):
            a, b = ((node.args[0] if node.op == "neg" else node, labels) for node, labels in (a, b))
            node, labels = self._pair(a, b, kept, position)
            return (self.builder.neg(node) if signs == 1 else node), labels
        summed = [k for k in a[1] if k in b[1] and k not in kept]
        if not summed:
            return self._elementwise(a, b)
        shared = [k for k in a[1] if k in b[1] and k in kept]
        if shared:
            return self._batched(a, b, shared, summed)
        if len(summed) == 1:
            solved = self._solve(a, b, summed[0]) or self._solve(b, a, summed[0])
            if solved is not None:
                return solved
            if max(a[0].rank, b[0].rank) <= 2:
                return self._matmul(a, b, summed[0], position)
        return self._tensordot(a, b, summed)

    def _elementwise(self, a: Term, b: Term) -> Term:
        """The product entry by entry over the union of the labels, those of the larger factor first."""
        (na, la), (nb, lb) = a, b
        order = sorted({*la, *lb}) if set(la) != set(lb) else list(la)
        if set(la) > set(lb):
            order = list(la)
        elif set(lb) > set(la):
            order = list(lb)
        sizes = {**dict(zip(la, na.shape, strict=True)), **dict(zip(lb, nb.shape, strict=True))}
        nodes = [
            self.builder.expand(
                self.builder.permute(node, [labels.index(k) for k in order if k in labels]),
                [k in labels for k in order],
            )
            for node, labels in (a, b)
        ]
        shape = tuple(sizes[k] for k in order)
        return self.builder.mul(nodes[0], nodes[1], shape), tuple(order)

    def _matmul(self, a: Term, b: Term, over: int, position: Mapping[int, int]) -> Term:
        """`@`, of the two ways round the one made already, or the one the result wants."""
        free_a = tuple(k for k in a[1] if k != over)
        free_b = tuple(k for k in b[1] if k != over)
        if not free_a and free_b:  # a vector from the left reads as the transposed matrix times it
            a, b, free_a, free_b = b, a, free_b, free_a
        straight = self._oriented(a, b, over)
        if not (free_a and free_b):
            return self.builder.node("matmul", straight, None, self._shape(a, free_a)), free_a
        turned = self._oriented(b, a, over)
        shape = self._shape(a, free_a) + self._shape(b, free_b)
        later = position.get(free_a[0], 0) > position.get(free_b[0], 0)
        if not self.builder.known("matmul", straight, None, shape) and (
            self.builder.known("matmul", turned, None, shape[::-1]) or later
        ):
            return self.builder.node("matmul", turned, None, shape[::-1]), free_b + free_a
        return self.builder.node("matmul", straight, None, shape), free_a + free_b

    def _oriented(self, a: Term, b: Term, over: int) -> tuple[Node, Node]:
        left = a[0] if a[1][-1] == over else self.builder.permute(a[0], (1, 0))
        right = b[0] if b[1][0] == over else self.builder.permute(b[0], (1, 0))
        return left, right

    def _shape(self, term: Term, labels: Iterable[int]) -> Shape:
        return tuple(term[0].shape[term[1].index(k)] for k in labels)

    def _solve(self, inverse: Term, other: Term, over: int) -> Term | None:
        """inv(A) times something is a solution; nothing where the inverse is needed anyway."""
        node, labels = inverse
        if node.op != "call" or node.attr[0] != "inv" or node in self.keep:
            return None
        a = node.args[0] if labels[1] == over else self.builder.permute(node.args[0], (1, 0))
        rest = tuple(k for k in other[1] if k != over)
        right = self.builder.permute(other[0], [other[1].index(k) for k in (over, *rest)])
        free = labels[0] if labels[1] == over else labels[1]
        return self.builder.node("call", (a, right), ("solve", ()), right.shape), (free, *rest)

    def _tensordot(self, a: Term, b: Term, summed: list[int]) -> Term:
        """Sums over several axes, or of arrays of more axes than a matrix."""
        free_a = tuple(k for k in a[1] if k not in summed)
        free_b = tuple(k for k in b[1] if k not in summed)
        if not free_a and not free_b:
            right = self.builder.permute(b[0], [b[1].index(k) for k in a[1]])
            return self.builder.node("inner", (a[0], right)), ()
        axes = tuple(a[1].index(k) for k in summed), tuple(b[1].index(k) for k in summed)
        shape = self._shape(a, free_a) + self._shape(b, free_b)
        return self.builder.node("tensordot", (a[0], b[0]), axes, shape), free_a + free_b

    def _batched(self, a: Term, b: Term, shared: list[int], summed: list[int]) -> Term:
        """Axes that run together and stay: stacked matrix products, a product then summed, or einsum."""
        free_a = [k for k in a[1] if k not in shared and k not in summed]
        free_b = [k for k in b[1] if k not in shared and k not in summed]
        if len(free_a) == len(free_b) == len(summed) == 1:
            left = self.builder.permute(a[0], [a[1].index(k) for k in (*shared, *free_a, *summed)])
            right = self.builder.permute(b[0], [b[1].index(k) for k in (*shared, *summed, *free_b)])
            return self.builder.node("matmul", (left, right), None, left.shape[:-1] + right.shape[-1:]), (
                *shared, *free_a, *free_b,
            )  # fmt: skip
        if max(a[0].rank, b[0].rank) <= 2:
            node, labels = self._elementwise(a, b)
            axes = [k for k, label in enumerate(labels) if label in summed]
            return self.builder.sum(node, axes), tuple(label for label in labels if label not in summed)
        out = (*shared, *free_a, *free_b)
        shape = self._shape(a, (*shared, *free_a)) + self._shape(b, free_b)
        number = {label: k for k, label in enumerate(dict.fromkeys((*a[1], *b[1])))}
        attr = tuple(tuple(number[k] for k in labels) for labels in (a[1], b[1], out))
        return self.builder.node("einsum", (a[0], b[0]), attr, shape), out
