"""In which order a product of many factors is worked out: pair by pair, at the least cost.

Factors are sets of labels. Every size that is a name counts as `NOMINAL`; what matters is which products are of
matrices, which of vectors, and which only make large temporaries. Up to `EXACT` factors all orders are compared,
beyond that the pair that shrinks the data most goes first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from symdiff.dims import Dim, evaluate, names

NOMINAL = 100
EXACT = 6
_CALL = 500.0  # one operation, in nanoseconds
_NEIGHBOURS = 8  # of one label, how many factors each factor is compared with

Labels = frozenset[int]
Pair = tuple[int, int]
Scale = Callable[[Pair], float]  # what part of a pair of factors' cost is to be paid (shared pairs are cheaper)


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
    return (_exact if len(terms) <= EXACT else _greedy)(terms, out, sizes, scale)


def _exact(
    terms: Sequence[Labels], out: Labels, sizes: Mapping[int, float], scale: Scale
) -> tuple[list[Pair], float]:
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
        if mask & (mask - 1) == 0:
            continue
        best[mask] = float("inf")
        left = (mask - 1) & mask
        while left:
            right = mask ^ left
            if left < right:  # each split once; the lone last factor first, so that ties read left to right
                cost = best[left] + best[right] + pair_cost(kept[left], kept[right], kept[mask], sizes) * (
                    scale((left.bit_length() - 1, right.bit_length() - 1)) if _single(left) and _single(right) else 1.0
                )
                if cost < best[mask]:
                    best[mask], split[mask] = cost, left
            left = (left - 1) & mask
    return _unfold(split, full, count), best[full]


def _single(mask: int) -> bool:
    return mask & (mask - 1) == 0


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


def _greedy(
    terms: Sequence[Labels], out: Labels, sizes: Mapping[int, float], scale: Scale
) -> tuple[list[Pair], float]:
    """The pair that shrinks the data most first; what shares no label is multiplied last, smallest first."""
    live = dict(enumerate(terms))
    holders: dict[int, dict[int, None]] = {}
    for k, labels in live.items():
        for label in labels:
            holders.setdefault(label, {})[k] = None
    queue: list[tuple[float, float, int, int]] = []

    def kept(i: int, j: int) -> Labels:
        return frozenset(
            label for label in live[i] | live[j] if label in out or any(k not in (i, j) for k in holders[label])
        )

    def offer(i: int, j: int) -> None:
        result = kept(i, j)
        gain = volume(result, sizes) - volume(live[i], sizes) - volume(live[j], sizes)
        cost = pair_cost(live[i], live[j], result, sizes) * scale((i, j))
        heapq.heappush(queue, (gain, cost, i, j))

    offered = set()
    for label in holders:
        around = list(holders[label])
        for k, i in enumerate(around):
            for j in around[k + 1 : k + 1 + _NEIGHBOURS]:
                if (i, j) not in offered:
                    offered.add((i, j))
                    offer(i, j)
    pairs: list[Pair] = []
    total = 0.0
    fresh = len(terms)

    def merge(i: int, j: int) -> None:
        nonlocal fresh, total
        result = kept(i, j)
        total += pair_cost(live[i], live[j], result, sizes) * scale((i, j))
        pairs.append((i, j))
        for k in (i, j):
            for label in live.pop(k):
                holders[label].pop(k)
        live[fresh] = result
        for label in result:
            holders[label][fresh] = None
        around = dict.fromkeys(k for label in result for k in list(holders[label])[:_NEIGHBOURS] if k != fresh)
        for k in around:
            offer(k, fresh)
        fresh += 1

    while queue:
        _, _, i, j = heapq.heappop(queue)
        if i in live and j in live:
            merge(i, j)
    while len(live) > 1:
        i, j = sorted(sorted(live, key=lambda k: volume(live[k], sizes))[:2])
        merge(i, j)
    return pairs, total


def leaf_pairs(terms: Sequence[Labels]) -> list[Pair]:
    """Pairs of factors that share a label, of a product small enough to look at all of them."""
    if len(terms) > 2 * EXACT:
        return []
    return [(i, j) for i, j in combinations(range(len(terms)), 2) if terms[i] & terms[j]]
