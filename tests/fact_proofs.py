"""Facts against values: random expressions rich in signs and structure, and what contradicts a deduced fact.

`expressions(seed)` makes them, `contradictions(e, point)` looks at every part of one at a point.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
from book_proofs import STRUCTURES
from rounding import Shaken

from symdiff import algebra
from symdiff.algebra import (
    ONE,
    Condition,
    add,
    compare,
    einsum,
    eye,
    fmap,
    hadamard,
    index,
    is_complex,
    matmul,
    mul,
    named,
    neg,
    number,
    ones,
    power,
    reduce_,
    scale,
    scan,
    select,
    size_scalar,
    sub,
    symbol,
    total,
    trace,
    transpose,
    zeros,
)
from symdiff.algebra.entries import Slice
from symdiff.algebra.fact import MATRIX, NAMES, SIGN, Fact, bounds, facts
from symdiff.book import Entry, apply, conditions_of, entry_of, library
from symdiff.dims import Shape, size
from symdiff.errors import SymdiffError
from symdiff.evaluation import Interpreter, Point
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder

N = size("n")
TINY = 1e-9  # of the largest value on the way: below it a sign is rounding

SCALARS = [
    symbol("s"), symbol("t", (), ["positive"]), symbol("k", (), ["integer"]), symbol("j", (), ["positive", "integer"]),
    size_scalar(N),
]  # fmt: skip
VECTORS = [symbol("x", (N,)), symbol("v", (N,), ["positive"]), symbol("w", (N,), ["integer"])]
MATRICES = [
    symbol("A", (N, N)), symbol("B", (N, N), ["positive"]),
    *(symbol(name, (N, N), [kind]) for name, kind in
      zip("SPDLUKQ", ("symmetric", "spd", "diagonal", "lower", "upper", "skew", "orthogonal"), strict=True)),
]  # fmt: skip
COMPLEX = [symbol("z", (), ["complex"]), symbol("c", (N,), ["complex"]), symbol("M", (N, N), ["complex"])]
NUMBERS = [0, 1, -1, 2, -2, 3, -3, 5, Fraction(1, 2), Fraction(-1, 2), Fraction(1, 3), 0.5, -1.5, 2.0]
EXPONENTS = [2, 3, -1, -2, -3, 4, Fraction(1, 2), Fraction(1, 3), Fraction(-1, 2), Fraction(5, 2), 2.0]


class Maker:
    """Makes expressions of the shapes (), (n,), (n, n); `planar` ones hold complex symbols."""

    def __init__(self, random: Random, planar: bool = False) -> None:
        self.random = random
        self.planar = planar
        entries = [entry for name in library().functions() for entry in library().overloads(name)]
        self.elementwise = [entry for entry in entries if entry.elementwise]
        self.wholes = [entry for entry in entries if not entry.elementwise and _is_fed(entry)]

    def of(self, shape: Shape, depth: int) -> Expr:
        if depth <= 0 or self.random.random() < 0.12:
            return self.leaf(shape)
        makers = [self.sum, self.product, self.power, self.function, self.function, self.choice, self.call]
        makers += [self.scalar, self.vector, self.matrix][len(shape) : len(shape) + 1] * 2
        made = self.random.choice(makers)(shape, depth - 1)
        return made if made.shape == shape else self.leaf(shape)

    def leaf(self, shape: Shape) -> Expr:
        found = [SCALARS, VECTORS, MATRICES][len(shape)]
        pick = self.random.random()
        if pick < 0.2 and self.planar:
            return COMPLEX[len(shape)]
        if pick < 0.5:
            return self.random.choice(found)
        if pick < 0.65:
            return neg(self.random.choice(found))
        if pick < 0.8:
            return self.signed(shape)
        if not shape:
            named_ = [named("pi"), named("e")]
            return self.random.choice([*(number(value) for value in NUMBERS), *named_])
        structural = [ones(shape), zeros(shape)] + [eye(N)] * (len(shape) == 2)
        return self.random.choice([*structural, scale(self.leaf(()), ones(shape))])

    def signed(self, shape: Shape) -> Expr:
        """A sum or a function with a sign that no product of numbers takes apart."""
        found = self.random.choice([SCALARS, VECTORS, MATRICES][len(shape)])
        one = scale(number(self.random.choice([1, 2])), ones(shape))
        made = [fmap("exp", found), add(one, power(found, number(2))), fmap("softplus", found), fmap("cosh", found)]
        return self.random.choice([self.random.choice(made), sub(neg(one), made[2]), fmap("logsigmoid", found)])

    def sum(self, shape: Shape, depth: int) -> Expr:
        terms = [self.of(shape, depth) for _ in range(self.random.choice([2, 2, 3]))]
        return add(*(self.random.choice([neg(term), term, term]) for term in terms))

    def product(self, shape: Shape, depth: int) -> Expr:
        one = self.of(shape, depth)
        other = self.random.choice([one, neg(one), self.of(shape, depth)])
        scalar = self.of((), depth - 1)
        return self.random.choice([scale(scalar, one), hadamard(one, other), hadamard(one, one, other)])

    def power(self, shape: Shape, depth: int) -> Expr:
        exponent = self.random.choice([*map(number, EXPONENTS), *SCALARS, mul(number(2), SCALARS[2]), neg(SCALARS[3])])
        return power(self.of(shape, depth), exponent)

    def function(self, shape: Shape, depth: int) -> Expr:
        """A function of the books, entry by entry."""
        entry = self.random.choice(self.elementwise)
        whole = [p.kind == "integer" for p in entry.params]
        return apply(entry.name, [number(2) if is_whole else self.of(shape, depth) for is_whole in whole])

    def choice(self, shape: Shape, depth: int) -> Expr:
        one, other = self.of(shape, depth), self.of(shape, depth)
        chosen = select(compare("<", one, zeros(shape)), self.of(shape, depth), other)
        return self.random.choice([fmap("max", one, other), fmap("min", one, other), chosen])

    def call(self, shape: Shape, depth: int) -> Expr:
        """A function of whole arrays."""
        entry = self.random.choice(self.wholes)
        some = self.random.choice([(N,), (N, N)])
        kinds = {"vector": (N,), "scalar": (), "exponent": (), "array": some, "columns": some}
        args = [
            self.random.choice([number(2), number(3), number(-2), number(Fraction(1, 2)), SCALARS[2]])
            if p.kind == "exponent" else self.of(kinds.get(p.kind, (N, N)), depth) for p in entry.params
        ]  # fmt: skip
        keywords = {"axis": self.random.randrange(args[0].rank)} if "axis" in entry.keywords and args[0].rank else {}
        if self.random.random() < 0.5:
            keywords = {}
        try:
            return apply(entry.name, args, **keywords)
        except SymdiffError:
            return self.leaf(shape)

    def scalar(self, shape: Shape, depth: int) -> Expr:
        x, y, a = self.of((N,), depth), self.of((N,), depth), self.of((N, N), depth)
        kind = self.random.choice(["max", "min", "prod"])
        short = index(x, [Slice(1, N)])  # empty where n is 1
        sums = [total(x), total(short), total(a), trace(a), matmul(x, x), matmul(x, y), matmul(x, matmul(a, x))]
        return self.random.choice([*sums, reduce_(kind, x), reduce_(kind, a), reduce_("prod", short), index(x, [0])])

    def vector(self, shape: Shape, depth: int) -> Expr:
        x, a = self.of((N,), depth), self.of((N, N), depth)
        parts = [total(a, 1), matmul(a, x), einsum(ONE, [a], [(0, 0)], (0,)), index(a, [0])]
        running = scan(self.random.choice(["cumsum", "cumprod"]), x, 0)
        return self.random.choice([*parts, running, reduce_(self.random.choice(["max", "min", "prod"]), a, 0)])

    def matrix(self, shape: Shape, depth: int) -> Expr:
        x, a, b = self.of((N,), depth), self.of((N, N), depth), self.of((N, N), depth)
        diagonal = einsum(ONE, [eye(N), x], [(0, 1), (0,)], (0, 1))
        turned = transpose(a)
        made = [
            diagonal, matmul(a, b), matmul(a, turned), matmul(turned, a), matmul(a, matmul(b, turned)), turned,
            add(a, turned), add(a, neg(turned)), einsum(ONE, [x, x], [(0,), (1,)], (0, 1)), hadamard(a, b),
            hadamard(a, turned), matmul(diagonal, a), matmul(a, matmul(diagonal, turned)),
        ]  # fmt: skip
        return self.random.choice(made)


def _is_fed(entry: Entry) -> bool:
    """Whether the maker has arguments for an entry, and the evaluator values."""
    known = {"any", "vector", "array", "columns", "matrix", "square", "scalar", "exponent"}
    sizes = {s for p in entry.params for s in p.type.sizes}
    return all(p.kind in known and not p.variadic for p in entry.params) and "3" not in sizes and len(entry.params) > 0


def expressions(seed: int, count: int, planar: bool = False) -> Iterator[Expr]:
    maker = Maker(Random(seed), planar)
    for _ in range(count):
        shape = maker.random.choice([(), (), (N,), (N, N)])
        try:
            yield maker.of(shape, maker.random.choice([1, 2, 3]))
        except SymdiffError:  # an order of complex numbers, more digits than are worked out
            continue


def of_entries() -> Iterator[Expr]:
    """Every function of the books at arguments of each kind that a field may ask for."""
    for name in library().functions():
        for entry in library().overloads(name):
            if entry.elementwise and not any(p.kind == "integer" for p in entry.params):
                yield from _at(entry, [_ONES_OWN] * len(entry.params))
                yield from _at(entry, [MATRICES] * len(entry.params))
            elif not entry.elementwise and _is_fed(entry):
                yield from _at(entry, [_BY_KIND.get(p.kind, _MATRICES) for p in entry.params])


def _at(entry: Entry, choices: list[list[Expr]]) -> Iterator[Expr]:
    """The function where all arguments are the first of their kinds, and where one is another."""
    for place, own in enumerate(choices):
        for arg in own:
            for others in (0, 1):
                args = [choice[min(others, len(choice) - 1)] for choice in choices]
                args[place] = arg
                try:
                    yield apply(entry.name, args)
                except SymdiffError:  # of shapes that do not fit, or complex where there is an order
                    continue


_S, _T, _K, _J, _ = SCALARS
_ONES_OWN = [
    _S, _T, neg(_T), _K, _J, neg(_J), power(_S, number(2)), neg(power(_S, number(2))), add(number(1), _T),
    add(number(-1), neg(_T)), add(number(1), power(_S, number(2))), number(0), number(1), number(-1), number(2),
    number(Fraction(1, 2)), mul(number(2), _K), COMPLEX[0],
]  # fmt: skip
_MATRICES = [*MATRICES, *map(neg, MATRICES), *map(transpose, MATRICES), eye(N), ones((N, N)), zeros((N, N)), COMPLEX[2]]
_BY_KIND = {
    "vector": [*VECTORS, neg(VECTORS[1]), zeros((N,))], "array": [*VECTORS, neg(VECTORS[1]), COMPLEX[1], *MATRICES],
    "scalar": [number(2), number(3), _T], "exponent": [number(k) for k in EXPONENTS] + [_S, _K, _J, mul(number(2), _K)],
}  # fmt: skip
_BY_KIND["columns"] = _BY_KIND["array"]


# ---------------------------------------------------------------- points


def point(e: Expr, rng: np.random.Generator, length: int) -> Point:
    """Values of all signs: at zero and other edges, small and large, off the real axis for complex symbols."""
    values = {}
    for s in algebra.symbols_of(e):
        shape = tuple(length for _ in s.shape)
        values[s.attr.name] = _value(s.attr.properties, shape, rng)
    return Point(values, {"n": length})


def _value(properties: frozenset[str], shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    style = rng.integers(4)
    edges = np.array([0, 1, -1, 0.5, -0.5, 2, -2, 3, 1e-3, -1e-3, np.pi / 2])
    value = [
        lambda: rng.choice(edges, shape), lambda: rng.normal(size=shape),
        lambda: -np.abs(rng.normal(size=shape)) - 0.1, lambda: 6 * rng.normal(size=shape),
    ][style]()  # fmt: skip
    if "integer" in properties:
        value = np.round(3 * value)
    if "complex" in properties:
        value = value + 1j * rng.choice([0, 1, -1, 0.3], shape)
    if "positive" in properties:
        value = np.where(value == 0, 1, np.abs(value))
    for name, made in STRUCTURES.items():
        if name in properties:
            value = made(value)
    if "orthogonal" in properties and rng.integers(2):
        value = value * np.where(np.arange(shape[0]) == 0, -1, 1)  # of both determinants
    return np.asarray(value)


# ---------------------------------------------------------------- claims


@dataclass
class Contradiction:
    part: Expr
    fact: str
    value: Any

    def __str__(self) -> str:
        return f"{self.part} is not {self.fact}: {self.value}"


def contradictions(e: Expr, at: Point) -> tuple[int, list[Contradiction]]:
    """How many facts of e and its parts were held against values, and those that values contradict."""
    count, found = 0, []
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run = at._evaluated(e)
        except SymdiffError:  # no entry there, an order of complex numbers
            return 0, []
        largest: dict[Expr, float] = {}  # nan where a part has no value
        for part in postorder(e):
            value = run.value(part)
            largest[part] = float(np.max([1.0, _size(value), *(largest[arg] for arg in part.args)]))
            if part.op == "call" and any(_is_singular(c, run) for c in conditions_of(part, smooth=False)):
                largest[part] = np.nan
            if _is_off_the_reals(part, run):
                largest[part] = np.nan
            if part.op == "symbol" or not largest[part] < 1e9:
                continue
            known = facts(part)
            for name, bit in NAMES.items():
                if known & bit:
                    count += 1
                    if not HOLDS[bit](value, TINY * largest[part]):
                        found.append(Contradiction(part, name, value))
            limits = bounds(part)
            if limits is not None:
                count += 1
                near = TINY * largest[part]
                if np.any(value.real < float(limits.low) - near) or np.any(value.real > float(limits.high) + near):
                    found.append(Contradiction(part, f"within {limits}", value))
        if found:
            shaken = Shaken(Numeric(), at.values, at.sizes, {}, principal=is_complex(e))
            shaken.value(e)
            moves = {part: _size(run.value(part) - shaken.value(part)) for part in {c.part for c in found}}
            found = [c for c in found if moves[c.part] <= TINY * largest[c.part]]
    return count, found


def _is_off_the_reals(part: Expr, run: Interpreter) -> bool:
    """Whether a function of real numbers alone is worked out in the plane, where it has values beyond its domain."""
    entry = entry_of(part)
    return entry is not None and entry.is_of_reals and any(np.iscomplexobj(run.value(arg)) for arg in part.args)


def _is_singular(c: Condition, run: Interpreter) -> bool:
    """Whether a condition on the rank of a matrix fails, where floats still give a number."""
    if c.predicate not in ("full_rank", "invertible"):
        return False
    value = run.value(c.args[0])
    return not np.all(np.isfinite(value)) or np.linalg.matrix_rank(value, tol=1e-9) < min(value.shape)


def _size(value: Any) -> float:
    return float(np.max(np.abs(value), initial=0))


def _near(a: Any, b: Any) -> Callable[[float], bool]:
    return lambda near: bool(np.all(np.abs(a - b) <= near))


def _least(a: Any) -> float:
    return float(np.min(np.linalg.eigvalsh((a + a.T).real / 2))) if a.size else 1.0


# A strict fact is contradicted by what is surely on the other side, or exactly 0 without anything having been rounded.
HOLDS: dict[int, Callable[[Any, float], bool]] = {
    Fact.REAL: lambda a, near: bool(np.all(np.abs(np.imag(a)) <= near)),
    Fact.INTEGER: lambda a, near: bool(np.all(np.abs(a - np.round(a.real)) <= near)),
    Fact.EVEN: lambda a, near: bool(np.all(np.abs(a / 2 - np.round(a.real / 2)) <= near)),
    Fact.ODD: lambda a, near: bool(np.all(np.abs((a - 1) / 2 - np.round((a.real - 1) / 2)) <= near)),
    Fact.NONNEGATIVE: lambda a, near: bool(np.all(a.real >= -near)),
    Fact.NONPOSITIVE: lambda a, near: bool(np.all(a.real <= near)),
    Fact.NONZERO: lambda a, near: bool(np.all((a != 0) | _rounded(near))),
    Fact.POSITIVE: lambda a, near: bool(np.all((a.real > 0) | (_rounded(near) & (a.real >= -near)))),
    Fact.NEGATIVE: lambda a, near: bool(np.all((a.real < 0) | (_rounded(near) & (a.real <= near)))),
    Fact.SYMMETRIC: lambda a, near: _near(a, a.T)(near),
    Fact.SKEW: lambda a, near: _near(a, -a.T)(near),
    Fact.DIAGONAL: lambda a, near: _near(a, np.diag(np.diag(a)))(near),
    Fact.LOWER: lambda a, near: _near(a, np.tril(a))(near),
    Fact.UPPER: lambda a, near: _near(a, np.triu(a))(near),
    Fact.PSD: lambda a, near: _near(a, a.T)(near) and _least(a) >= -len(a) * near,
    Fact.SPD: lambda a, near: _near(a, a.T)(near) and (_least(a) > 0 or _rounded(near) or _least(a) >= -len(a) * near),
    Fact.ORTHOGONAL: lambda a, near: _near(a.T @ a, np.eye(len(a)))(1e3 * near),
    Fact.INVERTIBLE: lambda a, near: near > TINY or np.linalg.matrix_rank(a, tol=1e-13) == len(a),
    Fact.POSITIVE_DIAGONAL: lambda a, near: bool(np.all((np.diag(a).real > 0) | _rounded(near))),
}
assert set(HOLDS) == set(NAMES.values())
assert all(bit & (SIGN | MATRIX) for bit in HOLDS)


def _rounded(near: float) -> bool:
    """Whether values on the way were large enough for a small result to have been rounded away."""
    return near > 5 * TINY
