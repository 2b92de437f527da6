"""Where the boxes of a layered drawing stand: from the left to the right, labels of edges in columns of their own.

Sugiyama's method. Every edge is a chain of boxes, one in each column that it passes: its label where it has one, else a
box without height. Boxes are ordered within columns by the means of their neighbours, then moved as near to those as
the order and the gaps allow (least squares by pooling neighbours that would overlap). So nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

_SWEEPS = 12
_GAP = 16.0  # between boxes of a column
_ROOM = 22.0  # between columns


class Box(NamedTuple):
    """A box by its middle and its size."""

    x: float
    y: float
    width: float
    height: float


class Link(NamedTuple):
    """An edge: where it begins and ends, and the size of its label."""

    source: Hashable
    target: Hashable
    width: float = 0.0
    height: float = 0.0


class Drawing(NamedTuple):
    """The boxes of the nodes, for each link the boxes it passes, the first of them its label's; the size of it all."""

    boxes: Mapping[Any, Box]
    chains: Sequence[Sequence[Box]]
    width: float
    height: float


def placed(sizes: Mapping[Any, tuple[float, float]], links: Sequence[Link]) -> Drawing:
    """The places of nodes, given by their sizes, sources before targets, and of links between them."""
    columns = _columns(list(sizes), links)
    size: dict[Hashable, tuple[float, float]] = dict(sizes)
    rows: list[list[Hashable]] = [[] for _ in range(max(columns.values()) + 1)]
    for node, column in columns.items():
        rows[column].append(node)
    beside: dict[Hashable, tuple[list[Hashable], list[Hashable]]] = {node: ([], []) for node in sizes}
    chains: list[list[Hashable]] = []
    for k, link in enumerate(links):
        chain: list[Hashable] = [(k, c) for c in range(columns[link.source] + 1, columns[link.target])]
        for j, one in enumerate(chain):
            size[one] = (link.width, link.height) if j == 0 else (0.0, 0.0)
            rows[columns[link.source] + 1 + j].append(one)
            beside[one] = ([], [])
        for left, right in zip([link.source, *chain], [*chain, link.target], strict=True):
            beside[left][1].append(right)
            beside[right][0].append(left)
        chains.append(chain)
    _order(rows, beside)
    heights = _heights(rows, beside, {one: height for one, (_, height) in size.items()})
    return _drawn(rows, size, heights, sizes, chains)


def _columns(nodes: Sequence[Hashable], links: Sequence[Link]) -> dict[Hashable, int]:
    """Even columns: a node stands behind all it is made of, what is given as near to its first use as can be."""
    columns = dict.fromkeys(nodes, 0)
    order = {node: k for k, node in enumerate(nodes)}
    for link in sorted(links, key=lambda link: order[link.source]):
        columns[link.target] = max(columns[link.target], columns[link.source] + 2)
    targets = {link.target for link in links}
    for node in nodes:
        uses = [columns[link.target] for link in links if link.source == node]
        if node not in targets and uses:
            columns[node] = min(uses) - 2
    return columns


def _order(rows: list[list[Hashable]], beside: Mapping[Hashable, tuple[list[Hashable], list[Hashable]]]) -> None:
    """Few crossings: each column by the means of the places of its neighbours, to and fro."""
    place = {one: float(k) for row in rows for k, one in enumerate(row)}
    best, fewest = [list(row) for row in rows], _crossings(rows, beside)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for row in rows if forward else reversed(rows):
            means = {}
            for one in row:
                near = beside[one][0 if forward else 1] or beside[one][1 if forward else 0]
                means[one] = sum(place[other] for other in near) / len(near) if near else place[one]
            row.sort(key=means.__getitem__)
            place.update((one, float(k)) for k, one in enumerate(row))
        crossings = _crossings(rows, beside)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best


def _crossings(
    rows: Sequence[Sequence[Hashable]], beside: Mapping[Hashable, tuple[list[Hashable], list[Hashable]]]
) -> int:
    place = {one: k for row in rows for k, one in enumerate(row)}
    count = 0
    for row in rows:
        ends = [(place[one], place[other]) for one in row for other in beside[one][1]]
        count += sum(a < c and b > d for a, b in ends for c, d in ends)
    return count


def _heights(
    rows: Sequence[Sequence[Hashable]],
    beside: Mapping[Hashable, tuple[list[Hashable], list[Hashable]]],
    height: Mapping[Hashable, float],
) -> dict[Hashable, float]:
    """The middles of the boxes, as near to those of their neighbours as the gaps allow."""
    y: dict[Hashable, float] = {}
    for row in rows:
        y.update(zip(row, _apart(row, [0.0] * len(row), height), strict=True))
    for sweep in range(2 * _SWEEPS):
        side = sweep % 2
        for row in rows if side == 0 else reversed(rows):
            wanted = []
            for one in row:
                near = beside[one][side] if sweep < _SWEEPS else [*beside[one][0], *beside[one][1]]
                wanted.append(sum(y[other] for other in near) / len(near) if near else y[one])
            y.update(zip(row, _apart(row, wanted, height), strict=True))
    return y


def _apart(row: Sequence[Hashable], wanted: Sequence[float], height: Mapping[Hashable, float]) -> list[float]:
    """Places in this order, apart by the gaps, with the least squares of distances from those wanted."""
    offsets = [0.0]
    for above, below in pairwise(row):
        offsets.append(offsets[-1] + (height[above] + height[below]) / 2 + _GAP)
    pools: list[tuple[float, int]] = []  # the sum of what the members want of the first place, and how many they are
    for want, offset in zip(wanted, offsets, strict=False):
        total, count = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            more, others = pools.pop()
            total, count = total + more, count + others
        pools.append((total, count))
    starts = [total / count for total, count in pools for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=False)]


def _drawn(
    rows: Sequence[Sequence[Hashable]],
    size: Mapping[Hashable, tuple[float, float]],
    y: Mapping[Hashable, float],
    nodes: Mapping[Hashable, tuple[float, float]],
    chains: Sequence[Sequence[Hashable]],
) -> Drawing:
    top = min(y[one] - size[one][1] / 2 for one in y)
    x: dict[Hashable, float] = {}
    widest: dict[Hashable, float] = {}
    right = 0.0
    for row in rows:
        width = max((size[one][0] for one in row), default=0.0)
        x.update(dict.fromkeys(row, right + width / 2))
        widest.update(dict.fromkeys(row, width))
        right += width + _ROOM
    boxes = {one: Box(x[one], y[one] - top, *size[one]) for one in y}
    passed = [[boxes[one]._replace(width=widest[one]) for one in chain] for chain in chains]
    bottom = max(box.y + box.height / 2 for box in boxes.values())
    return Drawing({node: boxes[node] for node in nodes}, passed, right - _ROOM, bottom)
