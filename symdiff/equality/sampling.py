"""Points at which two expressions are compared: all signs, large and small numbers, special ones, several sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from symdiff.algebra import symbols_of
from symdiff.equality.digits import value_of
from symdiff.equality.question import Question
from symdiff.equality.weights import entries
from symdiff.errors import NotSupported, SymdiffError
from symdiff.evaluation import Array, Interpreter, Point
from symdiff.evaluation.functions import StandIn
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import STYLES, draw, satisfied, size_choices, stand_in
from symdiff.oracles.search import Search
from symdiff.oracles.sizes import is_valid
from symdiff.oracles.switches import Switch, switches_of

_SEED = 11
_SIGNED = 5  # symbols of which every combination of signs is tried
_MAGNITUDES = 24
_MIXED = 24  # points at which several symbols have special values
_SINGLE = 4  # symbols whose special values are tried one by one
_SPECIAL = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, 1 / 3, 4.0, -3.0, 10.0)
_POWERS = (2.0, 0.5, 1 / 3, -1.0, 3.0, -2.0, 4.0, 1.5)
_POWERS_TRIED = 70
_FEWEST = 20
_EACH = 5  # points with arrays, for each choice of sizes
_SIZES = ((3, 4, 2, 5), (4, 5, 3, 6), (2, 3, 4, 5), (1, 2, 3, 4), (7, 6, 8, 5))
_PECULIAR = 2  # points with peculiar arrays, for each choice of sizes
_SEARCHED = 60
_SEARCHABLE = 600  # entries of all nodes
_LITERALS = 12
_LARGEST_LITERAL = 1e12
_ENOUGH = 6  # points where both sides have values

_SCALAR = frozenset({"symbol", "number", "constant", "mul", "add", "map", "compare", "select", "stop", "derivative"})


@dataclass(frozen=True)
class Sample:
    """A point, the values of both sides in floats (None where there is none), and whether it is like most others."""

    point: Point
    left: Array | None
    right: Array | None
    generic: bool


class Sampler:
    """Points for a question, and what the sides are there."""

    def __init__(self, question: Question) -> None:
        import numpy as np

        self.question = question
        self._rng = np.random.default_rng(_SEED)
        self._scalars = [s for s in question.symbols if not s.shape]
        self._nodes = postorder(*question.sides)
        self.missed = False  # whether a side of a kink was never seen

    def samples(self) -> Iterator[Sample]:
        """Points within what is given; more are searched for where there are kinks, or few have values."""
        both = []
        for sample in self._of_scalars() if self._is_scalar() else self._of_arrays():
            if sample.left is not None and sample.right is not None:
                both.append(sample.point)
            yield sample
        kinks, edges = switches_of(*self.question.sides)
        self.missed = bool(kinks) and not self._seen(kinks, both)
        small = entries(self._nodes, self._sizes()[0]) < _SEARCHABLE if self.missed or edges else True
        if small and (self.missed or (edges and len(both) < _ENOUGH)):
            for sample in self._searched():
                both.append(sample.point)
                yield sample
            self.missed = bool(kinks) and not self._seen(kinks, both)

    def _seen(self, kinks: Sequence[Switch], points: Sequence[Point]) -> bool:
        """Whether the points were on all sides of all kinks."""
        missing = {(k, place) for k, kink in enumerate(kinks) for place in kink.places(1)}
        for point in points:
            read = point.reader(self.question.is_complex)
            for k in {k for k, _ in missing}:
                try:
                    left, right = read(kinks[k].left), read(kinks[k].right)
                except SymdiffError:
                    continue
                missing -= {(k, place) for place in kinks[k].sides(left, right)}
            if not missing:
                return True
        return not missing

    # --- scalars

    def _is_scalar(self) -> bool:
        """Whether all of it is numbers, so that all points are worked out at once."""
        return (
            not self.question.is_complex
            and all(n.op in _SCALAR and not n.shape for n in self._nodes)
            and not any(map(any, (f.arguments for f in self.question.functions.values())))
        )

    def _of_scalars(self) -> Iterator[Sample]:
        import numpy as np

        rows, generic = self._table()
        if not len(rows):
            rows, generic = np.zeros((1, 0)), np.ones(1, bool)
        values = dict(zip((s.attr.name for s in self._scalars), rows.T, strict=True))
        functions = self._functions({})
        run = _Many(len(rows), values, functions)
        with np.errstate(all="ignore"):
            left, right = (np.asarray(run.value(e), float) for e in self.question.sides)
        for k in range(len(rows)):
            point = Point({name: np.asarray(column[k]) for name, column in values.items()}, {}, functions)
            if self._is_within(point):
                x, y = (v[k] if np.isfinite(v[k]) else None for v in (left, right))
                yield Sample(point, x, y, bool(generic[k]))

    def _table(self) -> tuple[Array, Array]:
        """Rows of values of the scalars, and which rows are generic."""
        import numpy as np

        rng, count = self._rng, len(self._scalars)
        if not count:
            return np.zeros((0, 0)), np.zeros(0, bool)
        signs = np.array(list(product((1.0, -1.0), repeat=min(count, _SIGNED))) * 2).reshape(-1, min(count, _SIGNED))
        rest = rng.choice([-1.0, 1.0], (len(signs), count - signs.shape[1]))
        plain = np.round(np.hstack([signs, rest]) * rng.uniform(0.3, 2.5, (len(signs), count)), 2)
        sized = rng.choice([-1.0, 1.0], (_MAGNITUDES, count)) * 10 ** rng.uniform(-4, 6, (_MAGNITUDES, count))
        mixed = rng.uniform(0.3, 2.5, (_MIXED, count)) * rng.choice([-1.0, 1.0], (_MIXED, count))
        mixed = np.where(rng.random(mixed.shape) < 0.6, rng.choice(_SPECIAL, mixed.shape), mixed)
        single, exponents = [], _in_exponents(self._nodes)
        literals = (*_SPECIAL, *_literals(self._nodes))
        for column, value in product(range(min(count, _SINGLE)), literals):
            row = rng.uniform(0.3, 2.5, count) * rng.choice([-1.0, 1.0], count)
            row[column] = value
            single.append(row)
        columns = [k for k, s in enumerate(self._scalars) if s in exponents]
        for powers in islice(product(_POWERS, repeat=len(columns)), _POWERS_TRIED if columns else 0):
            row = -rng.uniform(0.3, 2.5, count)
            row[columns] = powers
            single.append(row)
        rows = np.vstack([plain, sized, mixed, np.array(single).reshape(-1, count)])
        generic = np.arange(len(rows)) < len(plain) + len(sized)
        for column, symbol in enumerate(self._scalars):
            rows[:, column] = _fitted(symbol, rows[:, column], rng)
        return rows, generic

    # --- arrays

    def _of_arrays(self) -> Iterator[Sample]:
        import numpy as np

        rows, _ = self._table()
        turn = 0
        choices = self._sizes()
        for sizes in choices:
            for k in range(max(_EACH, _FEWEST // len(choices))):
                style = STYLES[k % len(STYLES)]
                values = {s.attr.name: _drawn(s, sizes, style, self._rng) for s in self.question.symbols}
                special = k % 3 == 2 and len(rows) > 0
                if special or k == 1:
                    row = rows[int(self._rng.integers(len(rows)))] if len(rows) else ()
                    values |= {
                        s.attr.name: np.asarray(float(value)) for s, value in zip(self._scalars, row, strict=True)
                        if "complex" not in s.attr.properties
                    }  # fmt: skip
                elif k % 3 == 0 and len(rows):  # all combinations of signs in turn
                    signs = rows[turn % (2 ** min(len(self._scalars), _SIGNED))]
                    turn += 1
                    values |= {
                        s.attr.name: abs(values[s.attr.name]) * (1.0 if value > 0 else -1.0)
                        for s, value in zip(self._scalars, signs, strict=True)
                        if not s.attr.properties & {"complex", "positive"}
                    }
                yield from self._sample(Point(values, sizes, self._functions(sizes)), not special)
            for _ in range(_PECULIAR):
                values = {s.attr.name: _peculiar(s, sizes, self._rng) for s in self.question.symbols}
                point = Point(values, sizes, self._functions(sizes))
                if all(satisfied(c, point, 0.0) for domain in self.question.domains for c in domain):
                    yield from self._sample(point, generic=False)

    def _sizes(self) -> list[dict[str, int]]:
        parts = [*self.question.sides, *(part for c in self.question.given for part in c.parts)]
        found: list[dict[str, int]] = []
        for pool in _SIZES:
            for choice in islice(size_choices(parts, pool), 2 if pool is _SIZES[0] else 1):
                if is_valid(choice, self._nodes) and choice not in found:
                    found.append(choice)
        return found

    def _sample(self, point: Point, generic: bool) -> Iterator[Sample]:
        if self._is_within(point):
            left, right = (value_of(point, e) for e in self.question.sides)
            yield Sample(point, left, right, generic)

    def _searched(self) -> Iterator[Sample]:
        """Points on all sides of kinks, branches and edges, wherever they lie."""
        try:
            for candidate in islice(Search(self.question.sides, self.question.given, _SEED).candidates(), _SEARCHED):
                yield from self._sample(candidate.point, candidate.ordinary)
        except (SymdiffError, NotSupported):
            return

    def _is_within(self, point: Point) -> bool:
        return all(satisfied(c, point, 0.0) for c in self.question.given)

    def _functions(self, sizes: Mapping[str, int]) -> dict[str, StandIn]:
        return {name: stand_in(f, sizes, self._rng) for name, f in self.question.functions.items()}


class _Many(Interpreter):
    """Scalars at many points at once: every value is a row of numbers."""

    def __init__(self, count: int, values: Mapping[str, Array], functions: Mapping[str, StandIn]) -> None:
        super().__init__(_Rows(count), values, {}, functions)
        self._count = count

    def shape(self, e: Expr) -> tuple[int, ...]:
        return (self._count,)


class _Rows(Numeric):
    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def number(self, value: Any) -> Array:
        import numpy as np

        return np.full(self._count, super().number(value))

    def named(self, name: str) -> Array:
        import numpy as np

        return np.full(self._count, super().named(name))


def _peculiar(symbol: Expr, sizes: Mapping[str, int], rng: Any) -> Array:
    """A value that few have: zeros, ones, of rank one, an identity; -1, i and the like; or one as others are."""
    import numpy as np

    value, properties = draw(symbol, sizes, "plain", rng), symbol.attr.properties
    kind = int(rng.integers(5))
    if properties == {"complex"} and not symbol.shape:
        return np.asarray([-1.0 + 0j, 1j, -1j, -2.0 + 0j, value][kind])
    if properties - {"positive", "symmetric", "integer"} or not symbol.shape:
        return value
    if kind == 0 and "positive" not in properties:
        return value * 0
    if kind == 1 or not value.size:
        return value * 0 + 1
    if value.ndim < 2 or kind == 4:
        return value
    first = value[(slice(None), *(slice(0, 1) for _ in value.shape[1:]))]
    return np.eye(*value.shape) if kind == 2 and value.ndim == 2 else np.asarray(0 * value + np.abs(first[:1]) + 0.5)


def _literals(nodes: Iterable[Expr]) -> list[float]:
    """Numbers that occur, of both signs: where pieces end."""
    found = {float(n.attr) for n in nodes if n.op == "number" and abs(n.attr) < _LARGEST_LITERAL}
    return sorted({sign * value for value in found for sign in (1, -1)} - set(_SPECIAL))[:_LITERALS]


def _in_exponents(nodes: Iterable[Expr]) -> set[Expr]:
    """The symbols that powers depend on."""
    found: list[Expr] = []
    for node in nodes:
        found += node.args[2::2] if node.op == "mul" else node.args[1:] if node.attr == "pow" else ()
    return set(symbols_of(*found))


def _fitted(symbol: Expr, values: Array, rng: Any) -> Array:
    """Values with the properties of a scalar."""
    import numpy as np

    properties = symbol.attr.properties
    if "integer" in properties:
        values = np.where(abs(values) < 1000, np.round(values), rng.integers(-40, 41, values.shape))
    if "positive" in properties:
        values = np.where(values == 0, 1.5 if "integer" not in properties else 1.0, abs(values))
    return values


def _drawn(symbol: Expr, sizes: Mapping[str, int], style: str, rng: Any) -> Array:
    """A random value with the properties of a symbol, in few digits where that keeps them."""
    import numpy as np

    value = draw(symbol, sizes, style, rng)
    if symbol.attr.properties == {"complex"}:  # of all directions, large and small
        value = value * np.exp(1j * rng.uniform(-np.pi, np.pi, value.shape)) * rng.choice([0.5, 1.0, 4.0])
    return value if symbol.attr.properties & {"orthogonal", "spd"} else value.round(2)
