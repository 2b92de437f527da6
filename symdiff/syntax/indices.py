"""Bound indices: the places they make, and the values they have: those for which all entries are there.

Places are sizes in which an index is a name of its own, that no text can have.
"""

from __future__ import annotations

from itertools import count
from typing import NamedTuple

from symdiff import algebra
from symdiff.book.builtins import size_of
from symdiff.dims import Dim, names, never_above, size, steps, substitute, terms
from symdiff.errors import ShapeError
from symdiff.expr import Expr
from symdiff.syntax.value import SizeMismatch

serial = count()


class Range(NamedTuple):
    """The values of an index, both ends included."""

    first: Dim
    last: Dim

    @property
    def length(self) -> Dim:
        return self.last + self.first * -1 + 1


class Limit(NamedTuple):
    """A place that has to be on an axis of this length, and where that is written.

    A `loose` one is of a range, that may be empty: of an axis that is shorter by one.
    """

    place: Dim
    length: Dim
    source: str
    span: tuple[int, int] | None
    loose: bool = False

    @property
    def axis(self) -> Dim:
        """The length of the axis."""
        return self.length + -1 if self.loose else self.length


class Index:
    """A bound index; each binder makes its own. `key` is its name in places, `range` is there once it is known.

    `ends` are those that were stated; they may depend on indices around it.
    """

    __slots__ = ("ends", "key", "limits", "name", "range", "symbol")

    def __init__(self, name: str, range: Range | None = None, ends: Range | None = None) -> None:
        self.name = name
        self.ends = ends
        self.key = f"@{next(serial)}"
        self.symbol = algebra.symbol(self.key, (), ["integer"])
        self.range = range
        self.limits: list[Limit] = []

    @property
    def place(self) -> Dim:
        return size(self.key)

    @property
    def values(self) -> Range:
        """The range, where it is known."""
        assert self.range is not None
        return self.range

    @property
    def is_over_an_axis(self) -> bool:
        """Whether it runs over the whole of an axis that it picks."""
        return self.range in [(0, limit.axis + -1) for limit in self.limits]


class Indices:
    """The indices of one text: their places, and how far they run."""

    def __init__(self) -> None:
        self.known: dict[str, Index] = {}

    def new(self, name: str, range: Range | None = None, ends: Range | None = None) -> Index:
        index = Index(name, range, ends)
        self.known[index.key] = index
        return index

    def place(self, e: Expr) -> Dim:
        """A number as a place; ShapeError unless made of whole numbers, sizes and indices."""
        here = {s: algebra.dimension(s.attr.name) for s in algebra.symbols_of(e) if s.attr.name in self.known}
        return size_of(algebra.substitute(e, here))

    def of(self, *places: Dim) -> list[Index]:
        """The indices in places, in order."""
        if not self.known:
            return []
        keys = (key for place in places for monomial, _ in terms(place) for key, _ in monomial)
        return [self.known[key] for key in dict.fromkeys(keys) if key in self.known]

    def is_index(self, e: Expr) -> bool:
        """Whether an expression is a bound index itself."""
        return e.op == "symbol" and e.attr.name in self.known

    @staticmethod
    def coefficient(place: Dim, index: Index) -> int:
        """How many times an index is in a place; 0 where that is no whole number."""
        found = [(monomial, number) for monomial, number in terms(place) if index.key in dict(monomial)]
        return int(found[0][1]) if len(found) == 1 and found[0][0] == ((index.key, 1),) else 0

    def number(self, place: Dim) -> Expr:
        """A place as the number it is."""
        here = self.of(place)
        parts = [algebra.scale(algebra.number(self.coefficient(place, i)), i.symbol) for i in here]
        rest = algebra.size_scalar(substitute(place, {i.key: 0 for i in here}))
        return algebra.add(*parts, rest)

    # -- ranges

    def range_of(self, index: Index) -> Range:
        """The values of an index for which all entries are there; ShapeError where they are not known."""
        if index.range is not None:
            self._check(index, index.range)
            return index.range
        limits = [(bounds, limit) for limit in index.limits if (bounds := self._bounds(index, limit)) is not None]
        if not limits:
            limits = [(bounds, limit) for limit in index.limits
                      if (bounds := self._bounds(index, limit, tentative=True)) is not None]  # fmt: skip
        if index.ends is not None and not limits:
            return Range(self._extreme(index, index.ends.first, 0), self._extreme(index, index.ends.last, 1))
        if not limits:
            said = f"nothing says how far the index `{index.name}` runs"
            hint = f"pick an entry with it, as in `x[{index.name}]`, or write `sum({index.name} = 0..n - 1, …)`"
            raise ShapeError(said, hint=hint)
        first: Dim = 0
        last = (limits[0][0].last, limits[0][1])
        for bounds, limit in limits:
            if not never_above(bounds.first, first):
                if not never_above(first, bounds.first):
                    raise ShapeError(f"the index `{index.name}` begins at {first} or at {bounds.first}")
                first = bounds.first
            last = self._nearer(index, last, (bounds.last, limit))
        found = Range(first, last[0])
        if index.ends is not None:
            known = Range(*(own if self.of(end) else end for own, end in zip(found, index.ends, strict=True)))
            self._check(index, known)
            return known
        if never_above(found.length, 0):
            raise ShapeError(f"the index `{index.name}` has no value for which all entries are there")
        return found

    def _extreme(self, index: Index, end: Dim, side: int) -> Dim:
        """The first or last value that an end has for all values of the indices it depends on."""
        for other in self.of(end):
            known = self._known_by_now(other, index)
            if known is None:
                raise ShapeError(f"nothing says how far the index `{other.name}` runs")
            grows = self.coefficient(end, other) > 0
            end = substitute(end, {other.key: known[side if grows else 1 - side]})
        return end

    def _check(self, index: Index, stated: Range) -> None:
        """That the entries are there for a range that was stated: they are not surely missing, and open sizes fit."""
        for limit in index.limits:
            bounds = self._bounds(index, limit)
            if bounds is None:
                continue
            short = never_above(bounds.last + 1, stated.last)
            if short or never_above(stated.first + 1, bounds.first):
                end, least, most = (stated.last if short else stated.first), bounds.first, bounds.last
                said = f"there is no entry `{limit.source}` at {index.name} = {end}: it is there for {least}..{most}"
                hint = f"entries count from 0: write `sum({index.name} = {least}..{most}, …)`"
                raise ShapeError(said, span=limit.span, hint=hint)
            if not never_above(stated.last, bounds.last) and any(name.startswith("?") for name in names(limit.length)):
                error = SizeMismatch(f"`{limit.source}` has no entry for every {index.name}", span=limit.span)
                error.sizes = (limit.length, limit.length + stated.last + bounds.last * -1)
                raise error

    def _bounds(self, index: Index, limit: Limit, tentative: bool = False) -> Range | None:
        """The values for which a place is on its axis; None while it depends on other indices without a range.

        With `tentative` these have the range that is known by now.
        """
        step = self.coefficient(limit.place, index)
        least = most = limit.place + index.place * -step
        for other in self.of(least):
            known = self._known_by_now(other, index) if tentative else other.range
            if known is None:
                return None
            low, high = known if self.coefficient(limit.place, other) > 0 else known[::-1]
            least, most = substitute(least, {other.key: low}), substitute(most, {other.key: high})
        room = limit.length + most * -1 + -1
        first, last = (least * -1, room) if step > 0 else (room * -1, least)
        found = steps(first, abs(step)), steps(last + 1 - abs(step), abs(step))
        if found[0] is None or found[1] is None:
            said = f"how many entries `{limit.source}` has is not known"
            raise ShapeError(said, hint=f"write `sum({index.name} = 0..m - 1, …)`")
        return Range(found[0], found[1])

    def _known_by_now(self, index: Index, asking: Index) -> Range | None:
        """The range of another index as far as it does not depend on the one that asks."""
        if index.range is not None:
            return index.range
        free = Index(index.name)
        for limit in index.limits:
            if self.of(limit.place) == [index]:
                place = substitute(limit.place, {index.key: free.place})
                free.limits.append(limit._replace(place=place))
        return self.range_of(free) if free.limits else None

    def _nearer(self, index: Index, one: tuple[Dim, Limit], other: tuple[Dim, Limit]) -> tuple[Dim, Limit]:
        (a, here), (b, there) = one, other
        same_place = here.place == there.place and here.loose == there.loose
        if not same_place and never_above(a, b):
            return one
        if not same_place and never_above(b, a):
            return other
        if a != b:
            alone = len(self.of(here.place, there.place)) == 1
            error = SizeMismatch(
                f"the index `{index.name}` runs over {here.length} in `{here.source}`, "
                f"over {there.length} in `{there.source}`",
                span=None if here.span is None or there.span is None else (here.span[0], there.span[1]),
            )
            error.sizes = (here.axis, there.axis) if alone else (a + 1, b + 1)
            raise error
        return one
