"""In which order a product of many factors is worked out: pair by pair, at the least cost.

Factors are sets of labels. Every size that is a name counts as `NOMINAL`; what matters is which products are
of matrices, which of vectors, and which only make large temporaries. Up to `EXACT` factors all orders are
compared, beyond that the pair that shrinks the data most goes first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, islice

from symdiff.dims import Dim, evaluate, names

NOMINAL = 100
EXACT = 6
_CALL = 500.0  # one operation, in nanoseconds
_NEIGHBOURS = 8  # of one label, how many factors each factor is compared with

Labels = frozenset[int]
Pair = tuple[int, int]
Scale = Callable[[Pair], float]  # the part of a pair's cost that is to be paid: shared pairs are cheaper


def nominal(dim: Dim) -> float:
    """A number that stands for a size while comparing costs."""
    return float(max(1, evaluate(dim, dict.fromkeys(names(dim), NOMINAL))))


def volume(labels: Labels, sizes: Mapping[int, float]) -> float:
    result = 1.0
    for label in labels:
        result *= sizes[label]
    return result


def pair_cost(a: Labels, b: Labels, kept: Labels, sizes: Mapping[int, float]) -> float:
    """Nanoseconds, roughly: a matrix product is cheap an operation, a large temporary dear an entry."""
    every = a | b
    result = every & kept
    work, out = volume(every, sizes), volume(result, sizes)
    read = volume(a, sizes) + volume(b, sizes)
    if result == every:
        return _CALL + 2.0 * out + 0.5 * read
    if a & b & kept or not a & b:
        return 2 * _CALL + 2.5 * work + 0.5 * read
    return _CALL + 0.05 * work + 0.5 * read + out


def plan(terms: Sequence[Labels], out: Labels, sizes: Mapping[int, float], scale: Scale) -> tuple[list[Pair], float]:
    """Pairs to multiply, each result appended to the factors, and the cost of all."""
    if len(terms) < 2:
        return [], 0.0
    if len(terms) == 2:
        return [(0, 1)], pair_cost(terms[0], terms[1], out, sizes) * scale((0, 1))
    return _exact(terms, out, sizes, scale) if len(terms) <= EXACT else _Greedy(terms, out, sizes, scale).run()


def _exact(terms: Sequence[Labels], out: Labels, sizes: Mapping[int, float], scale: Scale) -> tuple[list[Pair], float]:
    """The best of all orders, by dynamic programming over subsets."""
    count = len(terms)
    full = (1 << count) - 1
    inside = [frozenset[int]()] * (full + 1)
    for mask in range(1, full + 1):
        low = mask & -mask
        inside[mask] = inside[mask ^ low] | terms[low.bit_length() - 1]
    kept = [inside[mask] & (out | inside[full ^ mask]) for mask in range(full + 1)]
    for k in range(count):
        kept[1 << k] = terms[k]
    best = [0.0] * (full + 1)
    split = [0] * (full + 1)
    for mask in sorted(range(1, full + 1), key=int.bit_count):
        if mask.bit_count() == 1:
            continue
        best[mask] = float("inf")
        for left, right in _splits(mask):
            cost = pair_cost(kept[left], kept[right], kept[mask], sizes)
            if left.bit_count() == right.bit_count() == 1:
                cost *= scale((left.bit_length() - 1, right.bit_length() - 1))
            cost += best[left] + best[right]
            contracts = kept[left] | kept[right] != kept[mask]
            # of equal costs: sums from the right, x'(Ax), products entry by entry from the left
            if cost < best[mask] or (cost == best[mask] and contracts):
                best[mask], split[mask] = cost, left
    return _unfold(split, full, count), best[full]


def _splits(mask: int) -> Iterator[tuple[int, int]]:
    """The ways to cut a subset in two, each once, the lone last factor first."""
    left = (mask - 1) & mask
    while left:
        if left < mask ^ left:
            yield left, mask ^ left
        left = (left - 1) & mask


def _unfold(split: Sequence[int], full: int, count: int) -> list[Pair]:
    """The splits of the subsets as a list of pairs, the inner ones first."""
    pairs: list[Pair] = []
    place = {1 << k: k for k in range(count)}
    stack = [full]
    while stack:
        mask = stack[-1]
        if mask in place:
            stack.pop()
            continue
        left, right = split[mask], mask ^ split[mask]
        missing = [part for part in (right, left) if part not in place]
        if missing:
            stack.extend(missing)
            continue
        pairs.append((place[left], place[right]))
        place[mask] = count + len(pairs) - 1
        stack.pop()
    return pairs


class _Greedy:
    """The pair that shrinks the data most first; what shares no label is multiplied last, smallest first."""

    def __init__(self, terms: Sequence[Labels], out: Labels, sizes: Mapping[int, float], scale: Scale) -> None:
        self.live = dict(enumerate(terms))
        self.out = out
        self.sizes = sizes
        self.scale = scale
        self.holders: dict[int, dict[int, None]] = {}  # the factors that have each label
        for k, labels in self.live.items():
            for label in labels:
                self.holders.setdefault(label, {})[k] = None
        self.queue: list[tuple[float, float, int, int]] = []
        self.pairs: list[Pair] = []
        self.total = 0.0
        self.fresh = len(terms)

    def run(self) -> tuple[list[Pair], float]:
        """The pairs in order, and what they cost."""
        first: dict[Pair, None] = {}
        for around in map(list, self.holders.values()):
            for k, i in enumerate(around):
                first.update(dict.fromkeys((i, j) for j in around[k + 1 : k + 1 + _NEIGHBOURS]))
        for i, j in first:
            self._offer(i, j)
        while self.queue:
            _, _, i, j = heapq.heappop(self.queue)
            if i in self.live and j in self.live:
                self._merge(i, j)
        while len(self.live) > 1:
            i, j = sorted(sorted(self.live, key=lambda k: volume(self.live[k], self.sizes))[:2])
            self._merge(i, j)
        return self.pairs, self.total

    def _kept(self, i: int, j: int) -> Labels:
        both = self.live[i] | self.live[j]
        return frozenset(k for k in both if k in self.out or not self.holders[k].keys() <= {i, j})

    def _cost(self, i: int, j: int, kept: Labels) -> float:
        return pair_cost(self.live[i], self.live[j], kept, self.sizes) * self.scale((i, j))

    def _offer(self, i: int, j: int) -> None:
        kept = self._kept(i, j)
        before = volume(self.live[i], self.sizes) + volume(self.live[j], self.sizes)
        heapq.heappush(self.queue, (volume(kept, self.sizes) - before, self._cost(i, j, kept), i, j))

    def _merge(self, i: int, j: int) -> None:
        kept = self._kept(i, j)
        self.total += self._cost(i, j, kept)
        self.pairs.append((i, j))
        for k in (i, j):
            for label in self.live.pop(k):
                self.holders[label].pop(k)
        fresh, self.fresh = self.fresh, self.fresh + 1
        self.live[fresh] = kept
        around: dict[int, None] = {}
        for label in kept:
            around.update(dict.fromkeys(islice(self.holders[label], _NEIGHBOURS)))
            self.holders[label][fresh] = None
        for k in around:
            self._offer(k, fresh)


def leaf_pairs(terms: Sequence[Labels]) -> list[Pair]:
    """Pairs of factors that share a label, of a product small enough to look at all of them."""
    if len(terms) > 2 * EXACT:
        return []
    return [(i, j) for i, j in combinations(range(len(terms)), 2) if terms[i] & terms[j]]
