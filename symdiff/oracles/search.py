"""Points to check at, found from the expressions: both sides of every kink and branch, every piece of the domain.

A point is known by the places it is at: the sides of all switches. Points are drawn in several styles and magnitudes;
one symbol after the other is moved over all magnitudes and past all numbers that occur, and each stretch between two
changes gives a point; what is still missing is sought uphill.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

from symdiff.algebra import Condition, symbols_of
from symdiff.errors import LimitError, SymdiffError
from symdiff.evaluation import Array, Point
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import STYLES, Values, holds_with
from symdiff.oracles.sizes import Sizes, assignments
from symdiff.oracles.switches import Switch, switches_of

_MARGIN = 0.02  # from the edge of a condition, for points of ordinary magnitude
_NEAR = 0.0  # and for others
_GRID = [10.0 ** (k / 2) for k in range(-6, 17)]
_FAR = [10.0**k for k in (*range(-12, -3), *range(9, 13))]
_STRETCHES = 12  # of one symbol
_MIXED = 60
_LITERALS = 24
_DRAWN = 3  # points in one style, until one is within the conditions
_TRIES = 60
_STARTS = 4
_CLIMBS = 5
_ENTRIES = 40  # of the symbols along which one climbs
_MANY = 5000  # entries of all symbols: larger points are drawn, not moved

Place = tuple[Any, ...]


@dataclass(frozen=True)
class Candidate:
    """A point within the conditions, the places it is at, and whether its magnitudes are ordinary."""

    point: Point
    places: frozenset[Place]
    ordinary: bool

    @property
    def size(self) -> int:
        """How many powers of ten the largest entry of a value is above 1 or below, where that is most."""
        import numpy as np

        largest = [float(np.max(np.abs(value), initial=0)) for value in self.point.values.values()]
        return max((round(abs(math.log10(value))) for value in largest if value > 0), default=0)


class Search:
    """Candidates for the points to check at; `due` are the places that must be seen, each with its words."""

    def __init__(self, exprs: Sequence[Expr], conditions: Sequence[Condition], seed: int) -> None:
        import numpy as np

        self.conditions = conditions
        self.values = Values([*exprs, *(arg for c in conditions for arg in c.args)], conditions)
        self._rng = np.random.default_rng(seed)
        self._principal = any("complex" in s.attr.properties for s in self.values.symbols)
        kinks, self._edges = switches_of(*exprs)
        of_sizes = [s for s in kinks if self._depends_on(s) == ([], False)]
        self._kinks = [s for s in kinks if s not in of_sizes]
        self.sizes, unreached = assignments(exprs, of_sizes)
        self.due: dict[Place, str] = {("size", *pair): pair[0].text(pair[1]) for pair in unreached}
        self._literals = _literals([*exprs, *(part for s in kinks for part in (s.left, s.right))])
        self._listed: set[Switch] = set()
        self._whole = [s for s in self.values.symbols if not s.shape and self.values.is_whole(s)]

    def candidates(self) -> Iterator[Candidate]:
        """Points worth checking at, ordinary ones first; `due` grows as places become known."""
        found: list[Candidate] = []
        for k, sizes in enumerate(self.sizes):
            try:
                for candidate in self._of(sizes, thorough=k < 2):
                    found.append(candidate)
                    yield candidate
            except LimitError:
                if k == 0:
                    raise
        seen = {place for candidate in found for place in candidate.places}
        for place in [place for place in self.due if place not in seen and place[0] == "kink"]:
            climbed = self._climb(place, [c.point for c in found])
            if climbed is not None:
                yield climbed

    def look(self, point: Point, tags: Iterable[Place] = (), margin: float = _NEAR) -> Candidate | None:
        """The candidate that a point is; None outside the conditions."""
        import numpy as np

        read = point.reader(self._principal)
        with np.errstate(all="ignore"):
            if not all(holds_with(c, read, margin) for c in self.conditions):
                return None
            places = set(tags)
            for kind, switches in (("kink", self._kinks), ("edge", self._edges)):
                for switch in switches:
                    try:
                        left, right = np.real(read(switch.left)), np.real(read(switch.right))
                    except (SymdiffError, np.linalg.LinAlgError):
                        continue
                    places.update((kind, switch, *place) for place in switch.sides(left, right))
                    if kind == "kink":
                        self._list(switch, np.size(left))
        return Candidate(point, frozenset(places), margin == _MARGIN)

    def _list(self, switch: Switch, entries: int) -> None:
        if switch not in self._listed:
            self._listed.add(switch)
            for place in switch.places(entries):
                self.due[("kink", switch, *place)] = switch.text(place)

    def _depends_on(self, switch: Switch) -> tuple[list[Expr], bool]:
        """The symbols a switch depends on, and whether on a function that is only a name too."""
        named = any(node.op == "derivative" for node in postorder(switch.left, switch.right))
        return list(symbols_of(switch.left, switch.right)), named

    # --- drawing and moving

    def _of(self, sizes: Sizes, thorough: bool) -> Iterator[Candidate]:
        """Candidates with these sizes."""
        tag = ("sizes", *sizes.items())
        styles = STYLES if thorough else STYLES[:2]
        points, found = [], []
        for k, style in enumerate(styles):
            for _ in range(_DRAWN):
                points.append(self.values.draw(sizes, partial(str, style), self._rng))
                within = [*self._within(points[-1], [tag, ("drawn", k == 0)], _MARGIN)]
                found += within
                if within:
                    break
        if len(found) < 2 and self.values.symbols:
            found += self._drawn_again(sizes, tag)
        yield from found
        if not thorough or not self.values.symbols:
            return
        inside = [c.point for c in found] or points
        for word, low, high in (("large", 1, 7), ("small", -3, -1)):
            yield from self._within(self._resized(inside[0], low, high), [tag, (word,)])
        if sum(value.size for value in inside[0].values.values()) <= _MANY:
            yield from self._moved(inside)

    def _drawn_again(self, sizes: Sizes, tag: Place) -> list[Candidate]:
        """More points, each symbol in a style of its own, where the first ones were outside the conditions."""
        found: list[Candidate] = []
        for _ in range(_TRIES):
            point = self.values.draw(sizes, lambda: STYLES[int(self._rng.integers(len(STYLES)))], self._rng)
            found += self._within(point, [tag, ("drawn", True)], _MARGIN)
            if len(found) > 1:
                break
        return found

    def _within(self, point: Point | None, tags: Iterable[Place] = (), margin: float = _NEAR) -> Iterator[Candidate]:
        found = None if point is None else self.look(point, tags, margin)
        if found is not None:
            yield found

    def _resized(self, point: Point, low: float, high: float) -> Point | None:
        """Every symbol as many times larger as a random power of ten says."""
        changed = {s: point.values[s.attr.name] * 10 ** self._rng.uniform(low, high) for s in self.values.symbols}
        return self._with(point, changed)

    def _with(self, point: Point, changed: dict[Expr, Array]) -> Point | None:
        """A point with other values of some symbols; those that cannot have them stay."""
        fitted = {s.attr.name: self.values.fitted(s, value) for s, value in changed.items()}
        kept = {name: value for name, value in fitted.items() if value is not None}
        return replace(point, values={**point.values, **kept}) if kept else None

    def _moved(self, drawn: Sequence[Point]) -> Iterator[Candidate]:
        """Each symbol that a switch depends on over all magnitudes, then all at random."""
        edges = [s for s in self._edges if s.left.op != "symbol"]
        parts = [part for s in (*self._kinks, *edges) for part in (s.left, s.right)]
        movers = symbols_of(*parts)
        values: dict[Expr, list[Array]] = {}
        for symbol in movers:
            for start in drawn[: 2 if symbol.shape else 1]:  # entries of both signs, and of one
                for found in self._along(symbol, start):
                    values.setdefault(symbol, []).append(found.point.values[symbol.attr.name])
                    yield found
        if len(self._kinks) > 1 and len(values) > 1:
            for _ in range(_MIXED):
                base = drawn[int(self._rng.integers(len(drawn)))]
                changed = {s: known[int(self._rng.integers(len(known)))] for s, known in values.items()}
                yield from self._within(self._with(base, changed))

    def _along(self, symbol: Expr, start: Point) -> Iterator[Candidate]:
        """Candidates in each stretch in which no switch changes: in its middle and at its ends."""
        stretches: list[list[Candidate]] = []
        last: frozenset[Place] | None = None
        for factor in sorted(self._factors(symbol, start)):
            point = self._with(start, {symbol: self._value(symbol, start, factor)})
            found = None if point is None else self.look(point)
            if found is not None and found.places == last:
                stretches[-1].append(found)
            elif found is not None:
                stretches.append([found])
            last = None if found is None else found.places
        for k, stretch in enumerate(stretches[:_STRETCHES]):
            middle = stretch.pop(len(stretch) // 2)
            yield replace(middle, places=middle.places | {("stretch", symbol, k)})
            yield from {id(end): end for end in (stretch[:1] + stretch[-1:])}.values()

    def _factors(self, symbol: Expr, start: Point) -> list[float]:
        """What a symbol is moved to, or multiplied by if it has entries: all magnitudes, and beside all literals."""
        shaken = [value * self._rng.uniform(0.93, 1.07) for value in (*_GRID[:: 2 if symbol.shape else 1], *_FAR)]
        marks = [0.0, *self._literals]
        beside = [c * f for c in marks for f in (0.999, 1.001)] + [c + d for c in marks for d in (-0.37, 0.37)]
        between = [(a + b) / 2 for a, b in pairwise(marks)]
        others = [abs(float(start.values[s.attr.name])) for s in self._whole if s is not symbol]
        exact = [c + d for c in (*marks, *others) for d in (-1, 0, 1)] if self.values.is_whole(symbol) else []
        sizes = [value for value in (*shaken, *beside, *between, *exact) if value > 0]
        return [*sizes, *(-value for value in sizes)]

    def _value(self, symbol: Expr, start: Point, factor: float) -> Array:
        import numpy as np

        value = start.values[symbol.attr.name]
        if not symbol.shape and not np.iscomplexobj(value):
            return np.asarray(float(factor))
        return np.asarray(value * factor)

    # --- climbing

    def _climb(self, place: Place, starts: Sequence[Point]) -> Candidate | None:
        """A point at a place that no candidate is at, found by going uphill on the difference."""
        import numpy as np

        switch, word = place[1], place[2]
        if word not in (">", "<"):
            return self._meet(place, starts) if word == "==" else None
        sign = 1.0 if word == ">" else -1.0
        symbols = self._depends_on(switch)[0]
        for start in starts[:_STARTS]:
            point = start
            if sum(point.values[s.attr.name].size for s in symbols) > _ENTRIES:
                return None
            for _ in range(_CLIMBS):
                height = self._height(switch, sign, place[3:], point)
                slopes = self._slopes(switch, sign, place[3:], point, symbols, height)
                steepness = sum(float(np.sum(slope * slope)) for slope in slopes.values())
                if not steepness > 0 or not np.isfinite(steepness):
                    break
                best = None
                straight = -height / steepness  # to where the difference is 0 if it goes on so
                ends = [straight * k for k in (1.00001, 1.001, 1.1, 2.1)]  # what is symmetric moves by half of it
                for length in (*ends, *(10.0**k for k in range(-4, 17))):
                    changed = {s: point.values[s.attr.name] + length * slope for s, slope in slopes.items()}
                    moved = self._with(point, changed)
                    reached = -np.inf if moved is None else self._height(switch, sign, place[3:], moved)
                    found = self.look(moved) if moved is not None and reached > 0 else None
                    if found is not None and place in found.places:
                        return found
                    if reached > height:
                        best, height = moved, reached
                if best is None:
                    break
                point = best
        return None

    def _meet(self, place: Place, starts: Sequence[Point]) -> Candidate | None:
        """A point where two whole numbers are equal, by moving one symbol straight there."""
        for start in starts[:_STARTS]:
            gap = self._height(place[1], 1.0, place[3:], start)
            for symbol in self._whole:
                value = start.values[symbol.attr.name]
                one_more = replace(start, values={**start.values, symbol.attr.name: value + 1})
                beside = self._height(place[1], 1.0, place[3:], one_more)
                moved = self._with(start, {symbol: value - gap / (beside - gap)}) if beside != gap else None
                found = self.look(moved) if moved is not None else None
                if found is not None and place in found.places:
                    return found
        return None

    def _height(self, switch: Switch, sign: float, entry: Sequence[int], point: Point) -> float:
        import numpy as np

        with np.errstate(all="ignore"):
            try:
                read = point.reader(self._principal)
                gaps = np.ravel(np.real(sign * (read(switch.left) - read(switch.right))))
            except (SymdiffError, np.linalg.LinAlgError):
                return -np.inf
            height = gaps[entry[0]] if entry else np.max(gaps, initial=-np.inf)
        return float(height) if np.isfinite(height) else -np.inf

    def _slopes(
        self, switch: Switch, sign: float, entry: Sequence[int], point: Point, symbols: Sequence[Expr], height: float
    ) -> dict[Expr, Array]:
        """The slope of the difference by every entry, by small steps."""
        import numpy as np

        slopes = {}
        for symbol in symbols:
            value = point.values[symbol.attr.name]
            slope = np.zeros(value.shape)
            for place in np.ndindex(value.shape):
                step = 1e-5 * max(abs(value[place]), 1e-3)
                moved = np.array(value)
                moved[place] += step
                there = self._height(
                    switch, sign, entry, replace(point, values={**point.values, symbol.attr.name: moved})
                )
                slope[place] = (there - height) / step if np.isfinite(there) and np.isfinite(height) else 0.0
            slopes[symbol] = slope
        return slopes


def _literals(exprs: Sequence[Expr]) -> list[float]:
    """The sizes of the numbers that occur, ascending."""
    found: set[float] = set()
    for node in postorder(*exprs):
        entries = [node.attr] if node.op == "number" else ()
        if node.op == "constant" and not isinstance(node.attr, str):
            entries = node.attr.entries[:_LITERALS]
        found.update(abs(float(v)) for v in entries if not isinstance(v, complex) and abs(v) < 1e100)
    return sorted(found - {0.0})[:_LITERALS]
