"""Sets of real numbers with finitely many ends: what a comparison with a number says of what it compares.

`x > 0`, `x != 1` and `-1 < x and x <= 1` are such sets of x. Which of them imply which, what is left of one where
another holds, and where a case ends are questions about sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from symdiff.algebra.leaves import Number


class Reals(NamedTuple):
    """A set of reals; `inside` tells of each piece: below the first of `ends`, at it, between it and the next …"""

    ends: tuple[Number, ...]
    inside: tuple[bool, ...]

    def __contains__(self, value: object) -> bool:
        return self.inside[_place(self.ends, value)]

    def __and__(self, other: Reals) -> Reals:
        return _combined(self, other, lambda a, b: a and b)

    def __or__(self, other: Reals) -> Reals:
        return _combined(self, other, lambda a, b: a or b)

    def __invert__(self) -> Reals:
        return Reals(self.ends, tuple(not piece for piece in self.inside))

    def __le__(self, other: object) -> bool:
        """Whether it is a subset."""
        return isinstance(other, Reals) and not any((self & ~other).inside)

    @property
    def is_empty(self) -> bool:
        return not any(self.inside)

    @property
    def is_whole(self) -> bool:
        return all(self.inside)

    @property
    def is_point(self) -> bool:
        return self.inside == (False, True, False)

    def scaled(self, factor: Number, shift: Number) -> Reals:
        """{factor·x + shift | x in the set}; the factor is not 0."""
        ends = tuple(factor * end + shift for end in self.ends)
        return Reals(ends, self.inside) if factor > 0 else Reals(ends[::-1], self.inside[::-1])

    def runs(self) -> Iterator[Reals]:
        """The intervals and single points that the set falls apart into."""
        start = None
        for k, inside in enumerate((*self.inside, False)):
            if inside and start is None:
                start = k
            elif not inside and start is not None:
                yield self & Reals(self.ends, tuple(start <= j < k for j in range(len(self.inside))))
                start = None


def _place(ends: tuple[Number, ...], value: object) -> int:
    """The piece a number is in."""
    for k, end in enumerate(ends):
        if value <= end:  # type: ignore[operator]
            return 2 * k + (value == end)
    return 2 * len(ends)


def _combined(a: Reals, b: Reals, how: Callable[[bool, bool], bool]) -> Reals:
    ends = tuple(sorted({*a.ends, *b.ends}))
    left, right = _cut(a, ends), _cut(b, ends)
    return _tidy(ends, [how(p, q) for p, q in zip(left, right, strict=True)])


def _cut(given: Reals, ends: tuple[Number, ...]) -> list[bool]:
    """What is inside of the finer pieces that more ends make."""
    found: list[bool] = []
    own = 0
    for end in ends:
        at = own < len(given.ends) and given.ends[own] == end
        found += (given.inside[2 * own], given.inside[2 * own + at])
        own += at
    return [*found, given.inside[2 * own]]


def _tidy(ends: tuple[Number, ...], inside: list[bool]) -> Reals:
    """Without ends at which nothing changes."""
    kept: list[Number] = []
    told = [inside[0]]
    for k, end in enumerate(ends):
        at, behind = inside[2 * k + 1], inside[2 * k + 2]
        if not told[-1] == at == behind:
            kept.append(end)
            told += (at, behind)
    return Reals(tuple(kept), tuple(told))


def pieces(ends: Sequence[Number]) -> Iterator[Reals]:
    """What ends cut the line into: what is below the first, that one, what is between it and the next …"""
    count = 2 * len(ends) + 1
    return (_tidy(tuple(ends), [j == k for j in range(count)]) for k in range(count))


LINE = Reals((), (True,))
NOTHING = ~LINE
_SIGNS = {
    "<": (True, False, False), "<=": (True, True, False), ">": (False, False, True), ">=": (False, True, True),
    "==": (False, True, False), "!=": (True, False, True),
}  # fmt: skip


def compared(sign: str, end: Number) -> Reals:
    """The numbers of which a comparison with one holds: `compared("<", 1)` are those below 1."""
    return Reals((end,), _SIGNS[sign])
