"""The matrix view of a product with axes, found on its graph of labels.

Labels are the vertices, matrices the edges between them, vectors weights on them. What is summed is taken
away vertex by vertex, as a resistor network is: an end with a weight (A·v), two edges in a row (A·B, with a
weight A·diag(v)·B), two edges side by side (A ⊙ B, or a trace or diagonal where a ring closes). The labels
of the result stay. What can't be taken away so (tensors, an axis that joins three matrices) gets named axes.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from symdiff.notation.chain import Chain, Item, fewer_transposes, from_first, join, single, written
from symdiff.notation.indices import named_axes
from symdiff.notation.write import LONGEST_RUN, ONE, axis_of, call, product
from symdiff.syntax.tree import Tree

END, SERIES, PARALLEL, LOOSE = range(4)  # what is taken away first


def hadamard(trees: Sequence[Tree]) -> Tree:
    """Factors multiplied element by element, reciprocals gathered in a denominator."""
    over: list[Tree] = []
    under: list[Tree] = []
    for tree in trees:
        if tree.kind == "dotquotient":
            tree, divisor = tree.children
            under.append(divisor)
            if tree == ONE:
                continue
        splice = tree.kind == "hadamard" and len(tree.children) <= LONGEST_RUN
        over.extend(tree.children if splice else (tree,))
    top = ONE if not over else over[0] if len(over) == 1 else Tree("hadamard", tuple(over))
    return Tree("dotquotient", (top, hadamard(under))) if under else top


def together(weights: Sequence[Chain]) -> Chain:
    """Vectors along one axis as one vector."""
    kept = [w for w in weights if w.only is None or not w.only.ones] or list(weights[:1])
    kept.sort(key=lambda w: w.place)
    if len(kept) == 1:
        return kept[0]
    return single(hadamard([_tree(w) for w in kept]), kept[0].place, vector=True)


def _tree(chain: Chain) -> Tree:
    return product(written(chain.items()))


class Network:
    """The factors of one product; `out` are the labels of the result, a vector is a row if asked.

    A trace that was written as one is read from its `anchor`; over the label `averaged` means are taken, not
    sums. `reduce` puts the scalar factors in `scalars`,
    the rest in `body`, as factors of one run.
    """

    def __init__(
        self, out: Sequence[int], row: bool = False, anchor: int | None = None, averaged: int | None = None
    ) -> None:
        self.out = tuple(out)
        self.averaged = averaged
        self.row = row
        self.anchor = anchor
        self.fixed = {*out, *(() if anchor is None else (anchor,))}
        self.edges: dict[int, tuple[int, int, Chain]] = {}
        self.at: dict[int, dict[int, None]] = {}
        self.between: dict[tuple[int, int], dict[int, None]] = {}
        self.weights: dict[int, list[Chain]] = {}
        self.blocks: dict[tuple[int, ...], list[Tree]] = {}
        self.scalars: list[Tree] = []
        self.body: list[Tree] = []
        self._rings: list[tuple[int, Chain]] = []
        self._heap: list[tuple[int, int, int, int]] = []
        self._made = 0

    def put(self, item: Item, labels: tuple[int, ...]) -> None:
        """A factor along its labels."""
        facts = {"symmetric": item.symmetric, "ones": item.ones, "eye": item.eye, "loose": item.loose}
        chain = single(item.tree, item.place, vector=len(labels) == 1, **facts)
        if len(labels) == 1:
            self._weigh(labels[0], chain)
        elif len(labels) == 2:
            self._connect(labels[0], labels[1], chain)
        else:
            self.blocks.setdefault(labels, []).append(item.tree)

    def reduce(self) -> None:
        """Take away what is summed and write what is left."""
        self._sum_blocks()
        for labels in self.blocks:
            self.fixed.update(labels)
        for vertex, ring in self._rings:
            self._close(vertex, ring)
        for vertex in list(self.at) + list(self.weights):
            self._consider(vertex)
        while self._heap:
            priority, _, u, v = heapq.heappop(self._heap)
            if priority == PARALLEL:
                self._merge(u, v)
            elif self._priority(u) == priority:
                self._remove(u, priority)
        self._write()

    # the graph

    def _weigh(self, vertex: int, chain: Chain) -> None:
        self.weights.setdefault(vertex, []).append(chain)
        self._consider(vertex)

    def _connect(self, u: int, v: int, chain: Chain) -> None:
        if u == v:
            self._rings.append((u, chain))
            return
        key = self._made
        self._made += 1
        self.edges[key] = (u, v, chain)
        self.at.setdefault(u, {})[key] = None
        self.at.setdefault(v, {})[key] = None
        side = self.between.setdefault((min(u, v), max(u, v)), {})
        side[key] = None
        if len(side) > 1:
            heapq.heappush(self._heap, (PARALLEL, key, u, v))
        self._consider(u)
        self._consider(v)

    def _cut(self, key: int, start: int) -> tuple[int, Chain]:
        """Remove an edge; its other end, and its chain read from there to `start`."""
        u, v, chain = self.edges.pop(key)
        del self.at[u][key], self.at[v][key]
        del self.between[min(u, v), max(u, v)][key]
        self._consider(u)
        self._consider(v)
        return (u, chain) if v == start else (v, chain.transpose)

    def _consider(self, vertex: int) -> None:
        priority = self._priority(vertex)
        if priority is not None:
            heapq.heappush(self._heap, (priority, self._made + vertex, vertex, vertex))

    def _priority(self, vertex: int) -> int | None:
        """When a vertex can be taken away; None while it cannot."""
        if vertex in self.fixed:
            return None
        edges = self.at.get(vertex, {})
        weights = self.weights.get(vertex)
        if not edges:
            return END if weights else None
        if len(edges) == 1:
            return END if weights else LOOSE
        if len(edges) == 2:
            first, second = (self.edges[k] for k in edges)
            return SERIES if {*first[:2]} != {*second[:2]} else None
        return None

    # taking away

    def _remove(self, vertex: int, priority: int) -> None:
        edges = list(self.at.get(vertex, ()))
        weights = self.weights.pop(vertex, [])
        if not edges:
            self._contract(vertex, weights)
        elif priority == SERIES:
            u, left = self._cut(edges[0], vertex)
            w, right = self._cut(edges[1], vertex)
            if weights:
                middle = together(weights)
                left = join(left, single(call("diag", _tree(middle)), middle.place, symmetric=True))
            self._connect(u, w, join(left, right.transpose))
        else:
            u, chain = self._cut(edges[0], vertex)
            if weights:
                self._weigh(u, join(chain, together(weights)))
            else:
                self._sum_end(vertex, u, chain)

    def _contract(self, vertex: int, weights: list[Chain]) -> None:
        """The vectors along one summed axis as a scalar: x'·y, sum(x)."""
        real = [w for w in weights if w.only is None or not w.only.ones]
        if len(real) == 1:
            item = real[0].only
            if vertex == self.averaged:
                self.scalars.append(call("mean", _tree(real[0])))
            elif item is not None and item.tree.kind == "call" and item.tree.value == ("diag", ()):
                self.scalars.append(call("tr", *item.tree.children))
            else:
                self.scalars.append(call("sum", _tree(real[0])))
            return
        real = sorted(real or weights, key=lambda w: w.place)
        first, rest = real[0], together(real[1:])
        best = fewer_transposes(join(first.transpose, rest), join(rest.transpose, first))
        self.scalars.append(_tree(best))

    def _sum_end(self, vertex: int, u: int, chain: Chain) -> None:
        """A chain summed over its far axis, which nothing else carries."""
        loose = u not in self.fixed and not self.at[u] and not self.weights.get(u)
        if loose and self.averaged not in (vertex, u):
            self.scalars.append(call("sum", _tree(fewer_transposes(chain, chain.transpose))))
            return
        axis = 1 if chain.cost <= chain.turned_cost else 0
        tree = _tree(chain if axis else chain.transpose)
        name = "mean" if vertex == self.averaged else "sum"
        self._weigh(u, single(call(name, tree, axis=axis), chain.place, vector=True))

    def _merge(self, u: int, v: int) -> None:
        """Two edges side by side: element by element, or a ring where nothing else holds an end."""
        side = list(self.between[min(u, v), max(u, v)])
        if len(side) < 2:
            return
        free = [x for x in (u, v) if x not in self.fixed and not self.weights.get(x) and len(self.at[x]) == 2]
        pair = [self.edges[key][2] for key in side[:2]]
        loose = [chain for chain in pair if chain.only is not None and chain.only.loose]
        if len(side) > 2 or loose:
            free = []
        end = free[0] if free else v
        other, first = self._cut(side[0], end)
        _, second = self._cut(side[1], end)
        ring = join(first, second.transpose)
        ring = fewer_transposes(ring, ring.transpose)
        cost = min(first.cost + second.cost, first.turned_cost + second.turned_cost)
        single_items = first.only is not None and second.only is not None
        held = other in self.fixed or bool(self.weights.get(other) or self.at[other])
        entrywise = cost < ring.cost and other != self.anchor
        if free and not (entrywise and (single_items or (held and not ring.palindrome))):
            self._close(other, ring)
            return
        for a, b in ((first, second), (second, first)):
            if a.only is not None and a.only.eye:  # M ⊙ I: the diagonal of M, on the identity that stays
                diagonal = call("diag", _tree(fewer_transposes(b, b.transpose)))
                self._weigh(other, single(diagonal, b.place, vector=True))
                self._connect(other, end, a)
                return
        saved = first.cost + second.cost - first.turned_cost - second.turned_cost
        turned = saved > 0 or (saved == 0 and (other, end) == self.out[::-1])  # A.*B' rather than (A'.*B)'
        if loose:
            turned = any(c.turned for c in (first, second) if c.only is not None and c.only.loose)
        if turned:
            first, second, other, end = first.transpose, second.transpose, end, other
        a, b = sorted((first, second), key=lambda c: c.place)
        symmetric = all(c.only is not None and c.only.symmetric for c in (a, b))
        facts = {"symmetric": symmetric, "loose": len(loose) == 2}
        self._connect(other, end, single(hadamard([_tree(a), _tree(b)]), a.place, **facts))

    def _close(self, vertex: int, ring: Chain) -> None:
        """A chain from a vertex back to it: its trace, or its diagonal where more hangs on the vertex."""
        anchored = vertex == self.anchor
        loose = (anchored or vertex not in self.fixed) and sum(v == vertex for v, _ in self._rings) < 2
        ring = fewer_transposes(ring, ring.transpose)
        if loose and not self.weights.get(vertex) and not self.at.get(vertex):
            items = ring.items()
            self.scalars.append(call("tr", product(written(items if anchored else from_first(items)))))
        else:
            self._weigh(vertex, single(call("diag", _tree(ring)), ring.place, vector=True))

    # tensors

    def _sum_blocks(self) -> None:
        """Sum tensors over the axes that only they have."""
        count: dict[int, int] = {}
        for labels, trees in self.blocks.items():
            for label in labels:
                count[label] = count.get(label, 0) + len(trees)
        for labels in list(self.blocks):
            carried = {*self.fixed, *self.at, *self.weights, *(vertex for vertex, _ in self._rings)}
            lone = [k for k, label in enumerate(labels) if count[label] == 1 and label not in carried]
            if not lone:
                continue
            (tree,) = self.blocks.pop(labels)
            summed = call("sum", tree, axis=axis_of(lone, len(labels)))
            kept = tuple(label for k, label in enumerate(labels) if k not in lone)
            if kept:
                self.put(Item(summed, -1), kept)
            else:
                self.scalars.append(summed)

    # writing what is left

    def _write(self) -> None:
        out = self.out
        edges = list(self.edges.values())
        if self.anchor is not None and not edges and self.weights.get(self.anchor):
            self._contract(self.anchor, self.weights.pop(self.anchor))
        if not self.blocks and not edges and len(out) <= 2:
            if len(out) == 1:
                chain = together(self.weights[out[0]])
                self.body = written((chain.transpose if self.row else chain).items())
            elif out:
                left, right = (together(self.weights[label]) for label in out)
                self.body = written(join(left, right.transpose).items())
        elif not self.blocks and len(edges) == 1 and len(out) == 2 and {*edges[0][:2]} == {*out}:
            u, _, chain = edges[0]
            self.body = self._matrix(chain if u == out[0] else chain.transpose)
        else:
            self.body = [self._with_axes()]

    def _matrix(self, chain: Chain) -> list[Tree]:
        """A matrix between the two result labels, its rows and columns weighted."""
        left, right = (self.weights.get(label, []) for label in self.out)
        if chain.only is not None and chain.only.eye:
            return [call("diag", _tree(together(left + right)))] if left or right else [chain.only.tree]
        factors = written(chain.items())
        if left:
            factors.insert(0, call("diag", _tree(together(left))))
        if right:
            factors.append(call("diag", _tree(together(right))))
        return factors

    def _with_axes(self) -> Tree:
        """What has no matrix form, with its axes named."""
        operands: list[tuple[Tree, tuple[int, ...]]] = []
        for labels, trees in self.blocks.items():
            operands.append((hadamard(trees), labels))
        operands += [(_tree(chain), (u, v)) for u, v, chain in self.edges.values()]
        operands += [(_tree(together(chains)), (label,)) for label, chains in self.weights.items() if chains]
        if len(operands) == 1 and operands[0][1] == self.out:
            return operands[0][0]
        return named_axes(operands, self.out)
