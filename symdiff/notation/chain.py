"""Products of matrices and vectors read left to right, that can be turned round: (A·B·x)' is x'·B'·A'.

A chain is a rope: joining and transposing take constant time, and the number of transposes that would be
printed is known for both directions, so the one with fewer is found without writing either.
"""

from __future__ import annotations

from typing import NamedTuple

from symdiff.notation.write import product, transposed
from symdiff.syntax.tree import Tree


class Item(NamedTuple):
    """A factor as written; `place` is where its operand stood. A symmetric one needs no transpose.

    A loose one is written smaller than it is (a row for equal rows), which only an element by element product spreads.
    """

    tree: Tree
    place: int
    symmetric: bool = False
    vector: bool = False
    ones: bool = False
    eye: bool = False
    loose: bool = False

    def write(self, turned: bool) -> Tree:
        return transposed(self.tree) if turned and not self.symmetric else self.tree

    @property
    def compound(self) -> bool:
        return self.tree.kind in ("call", "sum", "power")


class Chain(NamedTuple):
    """An item, or two chains joined; `turned` transposes the whole. Costs count printed transposes."""

    parts: tuple[Chain, Chain] | Item
    turned: bool
    cost: int
    turned_cost: int
    place: int
    ends: tuple[int, int]

    @property
    def transpose(self) -> Chain:
        return Chain(self.parts, not self.turned, self.turned_cost, self.cost, self.place, (self.ends[1], self.ends[0]))

    @property
    def only(self) -> Item | None:
        """The item, where there is just one."""
        return self.parts if isinstance(self.parts, Item) else None

    @property
    def palindrome(self) -> bool:
        """Whether the items read the same from behind: A·M·A'."""
        items = self.items()
        behind = [(item, not turned) for item, turned in reversed(items)]
        return all(map(_alike, items, behind))

    def items(self) -> list[tuple[Item, bool]]:
        """The items from left to right, each with whether it is transposed."""
        found: list[tuple[Item, bool]] = []
        stack: list[tuple[Chain, bool]] = [(self, False)]
        while stack:
            chain, outer = stack.pop()
            turned = chain.turned != outer
            if isinstance(chain.parts, Item):
                found.append((chain.parts, turned))
            else:
                left, right = chain.parts
                ordered = (left, right) if turned else (right, left)  # the last one is read next
                stack.extend((part, turned) for part in ordered)
        return found


def single(tree: Tree, place: int, **facts: bool) -> Chain:
    """A chain of one item."""
    item = Item(tree, place, **facts)
    plain, turned = (0, 0) if item.symmetric else (1, 0) if tree.kind == "transpose" else (0, 1)
    return Chain(item, False, plain, turned, place, (place, place))


def join(left: Chain, right: Chain) -> Chain:
    return Chain(
        (left, right),
        False,
        left.cost + right.cost,
        left.turned_cost + right.turned_cost,
        min(left.place, right.place),
        (left.ends[0], right.ends[1]),
    )


def fewer_transposes(*chains: Chain) -> Chain:
    """The chain that prints the fewest transposes; among equals the one whose first operand came first."""
    return min(chains, key=lambda chain: (chain.cost, chain.ends[0]))


def from_first(items: list[tuple[Item, bool]]) -> list[tuple[Item, bool]]:
    """A closed chain (under a trace) rotated to begin with its earliest operand, or the equal one before it."""
    start = min(range(len(items)), key=lambda k: items[k][0].place)
    if len(items) > 2 and _alike(items[start - 1], items[start]) and items[start][0].compound:
        start -= 1
    return items[start:] + items[:start]


def _alike(a: tuple[Item, bool], b: tuple[Item, bool]) -> bool:
    """Whether two factors are written alike."""
    return a[0].tree == b[0].tree and (a[1] == b[1] or a[0].symmetric)


def written(items: list[tuple[Item, bool]]) -> list[Tree]:
    """The factors of a product. Neighbours that are all transposed share one prime where that saves enough:

    C'·B'·A' is (A·B·C)'; two bare names keep their primes, as textbooks do.
    """
    items = _squared(items)
    factors: list[Tree] = []
    k = 0
    while k < len(items):
        end = _shared_prime(items, k)
        if end > k + 1:
            factors.append(transposed(product([item.write(False) for item, _ in reversed(items[k:end])])))
        else:
            end = k + 1
            factors.append(items[k][0].write(items[k][1]))
        k = end
    return factors


def _squared(items: list[tuple[Item, bool]]) -> list[tuple[Item, bool]]:
    """Two equal matrices side by side as a square, where that is shorter: inv(A)·inv(A), A'·A'."""
    found: list[tuple[Item, bool]] = []
    k = 0
    while k < len(items):
        item, turned = items[k]
        run = k + 1
        while run < len(items) and _alike(items[run], items[k]):
            run += 1
        shorter = item.tree.children or (turned and not item.symmetric)
        if run - k == 2 and shorter and not item.vector:
            square = Tree("power", (item.tree, Tree("number", (), 2)))
            found.append((item._replace(tree=square), turned))
        else:
            found += items[k:run]
        k = run
    return found


def _shared_prime(items: list[tuple[Item, bool]], start: int) -> int:
    """Where the run of transposed matrices from `start` ends that is worth one common prime, else `start`."""
    end, count, compound, stop = start, 0, False, start
    while end < len(items):
        item, turned = items[end]
        if item.vector or not (turned or item.symmetric) or (end == start and item.symmetric):
            break
        if item.tree.kind == "transpose":
            break
        end += 1
        if not item.symmetric:
            count, compound, stop = count + 1, compound or item.compound, end
    return stop if count >= 3 or (count == 2 and compound) else start
