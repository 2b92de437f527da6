"""In which order a product of many factors is worked out: pair by pair, at the least cost.

Factors are sets of labels. Every size that is a name counts as `NOMINAL`; what matters is which products are
of matrices, which of vectors, and which only make large temporaries. Up to `EXACT` factors all orders are
compared, beyond that, and for many products together, the pair that shrinks the data most goes first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from symdiff.dims import Dim, evaluate, names

NOMINAL = 100
EXACT = 6
_CALL = 500.0  # one operation, in nanoseconds
_NEIGHBOURS = 4  # of one label, how many factors each factor is compared with

Labels = frozenset[int]
Pair = tuple[int, int]


@lru_cache(maxsize=1024)
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


def plan(terms: Sequence[Labels], out: Labels, sizes: Mapping[int, float]) -> tuple[list[Pair], float]:
    """Pairs to multiply, each result appended to the factors, and the cost of all."""
    if len(terms) < 2:
        return [], 0.0
    if len(terms) == 2:
        return [(0, 1)], pair_cost(terms[0], terms[1], out, sizes)
    if len(terms) <= EXACT:
        return _exact(terms, out, sizes)
    factors = Factors(range(len(terms)), terms, out, sizes)
    greedy = Greedy([factors])
    greedy.run()
    return [merge.pair for merge in factors.merged], greedy.cost


def _exact(terms: Sequence[Labels], out: Labels, sizes: Mapping[int, float]) -> tuple[list[Pair], float]:
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


class Pairing(NamedTuple):
    """What pairs of factors have in common that are multiplied in the same way: two things, the labels of their axes,
    numbered by first appearance, and which of them stay.
    """

    left: int
    right: int
    labels: tuple[int, ...]
    kept: tuple[int, ...]


class Merge(NamedTuple):
    """Two factors of a product to be multiplied: of which, their places, the labels of the result, and the pairing."""

    factors: Factors
    pair: Pair
    labels: tuple[int, ...]
    pairing: Pairing

    def possible(self) -> bool:
        """Whether both factors are still there."""
        return self.pair[0] in self.factors.live and self.pair[1] in self.factors.live


class Factors:
    """A product while it is planned: of each factor the number of the thing that it is, and the labels of its axes."""

    def __init__(
        self, things: Iterable[int], terms: Iterable[Iterable[int]], out: Iterable[int], sizes: Mapping[int, float]
    ) -> None:
        self.live = {k: (thing, tuple(labels)) for k, (thing, labels) in enumerate(zip(things, terms, strict=True))}
        self.out = frozenset(out)
        self.sizes = sizes
        self.merged: list[Merge] = []
        self.fresh = len(self.live)
        self.holders: dict[int, dict[int, None]] = {}  # the factors that have each label
        for k, (_, labels) in self.live.items():
            for label in labels:
                self.holders.setdefault(label, {})[k] = None

    def near(self) -> list[Merge]:
        """Merges of factors that share a label, of each with some that follow."""
        found: dict[Pair, None] = {}
        for around in map(list, self.holders.values()):
            for k, i in enumerate(around):
                found.update(dict.fromkeys((i, j) for j in around[k + 1 : k + 1 + _NEIGHBOURS]))
        return [self.merge(*pair) for pair in found]

    def smallest(self) -> Merge:
        """The merge of the two smallest factors."""
        i, j = sorted(sorted(self.live, key=lambda k: volume(frozenset(self.live[k][1]), self.sizes))[:2])
        return self.merge(i, j)

    def merge(self, i: int, j: int) -> Merge:
        """What it is to multiply two factors."""
        (left, first), (right, second) = self.live[i], self.live[j]
        if right < left:
            left, first, right, second = right, second, left, first
        number: dict[int, int] = {}
        labels = tuple([number.setdefault(label, len(number)) for label in first + second])
        out, holders = self.out, self.holders
        kept = tuple([k for k in number if k in out or len(holders[k]) > (k in first) + (k in second)])
        return Merge(self, (i, j), kept, Pairing(left, right, labels, tuple([number[k] for k in kept])))

    def measure(self, merge: Merge) -> tuple[float, float]:
        """How much more data there is after a merge, and what it costs."""
        first, second = (frozenset(self.live[k][1]) for k in merge.pair)
        kept = frozenset(merge.labels)
        before = volume(first, self.sizes) + volume(second, self.sizes)
        return volume(kept, self.sizes) - before, pair_cost(first, second, kept, self.sizes)

    def take(self, merge: Merge, thing: int) -> list[Merge]:
        """Do a merge, which makes a thing; the merges with it."""
        for k in merge.pair:
            for label in set(self.live.pop(k)[1]):
                del self.holders[label][k]
        self.merged.append(merge)
        fresh, self.fresh = self.fresh, self.fresh + 1
        self.live[fresh] = thing, merge.labels
        around: dict[int, None] = {}
        for label in merge.labels:
            around.update(dict.fromkeys(islice(reversed(self.holders[label]), _NEIGHBOURS)))
            self.holders[label][fresh] = None
        return [self.merge(k, fresh) for k in around]


class Greedy:
    """Products planned together: the pair that shrinks the data most first, of such pairs the cheapest, of those the
    one that is found most often, wherever it is found. What shares no label is multiplied last, smallest first.

    So of tr(A*B*C*D) by every factor A*B and C*D are made once; of a longer chain its beginnings and ends.
    """

    def __init__(self, products: Sequence[Factors]) -> None:
        self.products = products
        self.cost = 0.0
        self.merges: dict[Pairing, list[Merge]] = {}
        self.measures: dict[Pairing, tuple[float, float]] = {}
        self.queue: list[tuple[float, float, int, Pair, Pairing]] = []
        self.things: dict[Pairing, int] = {}  # numbers of what is made, after those of the factors
        self.first = sum(len(product.live) for product in products)

    def run(self) -> None:
        """Multiply all factors of all products."""
        self._offer(merge for product in self.products for merge in product.near())
        while self.queue:
            _, _, often, _, pairing = heapq.heappop(self.queue)
            merges = self._possible(pairing)
            if len(merges) < -often:  # some of the factors were used up by other pairs
                self._enqueue(pairing)
            else:
                self._offer([new for merge in merges if merge.possible() for new in self._take(merge)])
        for product in self.products:
            while len(product.live) > 1:
                self._take(product.smallest())

    def _offer(self, merges: Iterable[Merge]) -> None:
        offered: dict[Pairing, None] = {}
        for merge in merges:
            self.merges.setdefault(merge.pairing, []).append(merge)
            offered[merge.pairing] = None
        for pairing in offered:
            self._enqueue(pairing)

    def _enqueue(self, pairing: Pairing) -> None:
        merges = self._possible(pairing)
        if merges:
            heapq.heappush(self.queue, (*self._measure(merges[0]), -len(merges), merges[0].pair, pairing))

    def _possible(self, pairing: Pairing) -> list[Merge]:
        self.merges[pairing] = [merge for merge in self.merges[pairing] if merge.possible()]
        return self.merges[pairing]

    def _measure(self, merge: Merge) -> tuple[float, float]:
        if merge.pairing not in self.measures:
            self.measures[merge.pairing] = merge.factors.measure(merge)
        return self.measures[merge.pairing]

    def _take(self, merge: Merge) -> list[Merge]:
        self.cost += self._measure(merge)[1]
        return merge.factors.take(merge, self.things.setdefault(merge.pairing, self.first + len(self.things)))
