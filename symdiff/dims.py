"""Sizes of axes: whole numbers, and polynomials of dimension names whose values are whole.

A `Dim` is an `int` or a `Size`. A `Size` always contains a name: polynomials that reduce to a number are ints, so
equal sizes compare equal and `==` never has to guess. The smaller of two sizes that names do not decide is a name of
its own kind, a `Smaller`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import product as choices
from math import lcm, prod
from typing import Any

Monomial = tuple[tuple[str, int], ...]
Coefficient = int | Fraction
_GRID = 1000  # places at which a polynomial with fractions is looked at


class Size:
    """A polynomial of dimension names, e.g. `n`, `m*n`, `n + 1`, `n*(n + 1)/2`; `is_whole` says if its values are.

    Beside anything that is no size, and under `/`, a power or an order, it is the scalar it stands for: `scalar`,
    an expression, which `symdiff.methods` gives it.
    """

    __slots__ = ("_hash", "terms")

    terms: tuple[tuple[Monomial, Coefficient], ...]
    scalar: Any

    def __init__(self, terms: tuple[tuple[Monomial, Coefficient], ...]) -> None:
        self.terms = terms
        self._hash = hash(("Size", terms))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and self.terms == other.terms

    def __add__(self, other: Dim) -> Dim:
        if type(other) not in _DIMS:
            return self.scalar + other
        table = dict(self.terms)
        for monomial, coefficient in _terms(other):
            table[monomial] = table.get(monomial, 0) + coefficient
        return _make(table)

    def __radd__(self, other: Dim) -> Dim:
        return self + other if type(other) in _DIMS else other + self.scalar

    def __mul__(self, other: Dim) -> Dim:
        if type(other) not in _DIMS:
            return self.scalar * other
        table: dict[Monomial, Coefficient] = {}
        for left, a in self.terms:
            for right, b in _terms(other):
                monomial = _times(left, right)
                table[monomial] = table.get(monomial, 0) + a * b
        return _make(table)

    def __rmul__(self, other: Dim) -> Dim:
        return self * other if type(other) in _DIMS else other * self.scalar

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim) -> Dim:
        return self + (other * -1) if type(other) in _DIMS else self.scalar - other

    def __rsub__(self, other: Dim) -> Dim:
        return (self * -1) + other if type(other) in _DIMS else other - self.scalar

    def __truediv__(self, other: Any) -> Any:
        return self.scalar / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.scalar

    def __pow__(self, other: Any) -> Any:
        return product([self] * other) if type(other) is int and other >= 0 else self.scalar**other

    def __rpow__(self, other: Any) -> Any:
        return other**self.scalar

    def __lt__(self, other: Any) -> Any:
        return self.scalar < other

    def __le__(self, other: Any) -> Any:
        return self.scalar <= other

    def __gt__(self, other: Any) -> Any:
        return self.scalar > other

    def __ge__(self, other: Any) -> Any:
        return self.scalar >= other

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: object, **keywords: Any) -> Any:
        return self.scalar.__array_ufunc__(ufunc, method, *inputs, **keywords)

    def __array__(self, *args: object, **keywords: object) -> Any:
        return self.scalar.__array__(*args, **keywords)

    def __str__(self) -> str:
        if (parts := quotient(self)) is not None:
            common, rest, below = parts
            factors = [name if power == 1 else f"{name}^{power}" for name, power in common]
            factors += [f"({rest})" if isinstance(rest, Size) and len(rest.terms) > 1 else str(rest)] * (rest != 1)
            return f"{'*'.join(factors)}/{below}"
        text = ""
        for monomial, coefficient in self.terms:
            factors = [name if power == 1 else f"{name}^{power}" for name, power in monomial]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
            text += sign + "*".join(factors)
        return text

    __repr__ = __str__

    def __reduce__(self) -> tuple[type, tuple[tuple[tuple[Monomial, Coefficient], ...]]]:
        return Size, (self.terms,)


Dim = int | Size
_DIMS = frozenset({int, Size})
Shape = tuple[Dim, ...]


class Smaller(str):
    """The name `min(m, n)` in a monomial: the smaller of two sizes, `parts`."""

    parts: tuple[Dim, Dim]

    def __new__(cls, a: Dim, b: Dim) -> Smaller:
        first, second = sorted((a, b), key=str)
        made = super().__new__(cls, f"min({first}, {second})")
        made.parts = (first, second)
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.parts


@lru_cache(1024, typed=True)  # `min(m, n)` is a name of another type
def size(name: str) -> Size:
    """The size called `name`."""
    return Size(((((name, 1),), 1),))


def smaller(a: Dim, b: Dim) -> Dim:
    """The smaller of two sizes: one of them where that holds for all values of their names, else `min(a, b)`."""
    if never_above(a, b):
        return a
    return b if never_above(b, a) else size(Smaller(a, b))


def never_above(a: Dim, b: Dim) -> bool:
    """Whether a <= b for all values of the names, which are 1 or more: b - a only grows from its value at 1."""
    gap = _terms(b + a * -1)
    return sum(c for _, c in gap) >= 0 and all(c > 0 for monomial, c in gap if monomial)


def at_least_one(dim: Dim) -> bool:
    """Whether an axis of this size has an entry, whatever its names stand for: n - 1 may be 0."""
    if isinstance(dim, int):
        return dim > 0
    if sum([c for _, c in dim.terms]) < 1 or any(c < 0 for monomial, c in dim.terms if monomial):
        return False
    smallest = [name for monomial, _ in dim.terms for name, _ in monomial if isinstance(name, Smaller)]
    return all(at_least_one(part) for name in smallest for part in name.parts)


def names(dim: Dim) -> frozenset[str]:
    """The dimension names a size is made of."""
    found: set[str] = set()
    for monomial, _ in _terms(dim):
        for name, _ in monomial:
            if isinstance(name, Smaller):
                found.update(*map(names, name.parts))
            else:
                found.add(name)
    return frozenset(found)


def evaluate(dim: Dim, values: Mapping[str, int]) -> int:
    """The number a size stands for; KeyError names a dimension without a value."""
    return int(sum(c * prod(_value(name, values) ** power for name, power in monomial) for monomial, c in _terms(dim)))


def _value(name: str, values: Mapping[str, int]) -> int:
    if isinstance(name, Smaller):
        return min(evaluate(part, values) for part in name.parts)
    return values[name]


def name_of(dim: Dim) -> str | None:
    """The name that a size is; None for a number, and for what is made of names."""
    if isinstance(dim, int) or len(dim.terms) > 1:
        return None
    monomial, coefficient = dim.terms[0]
    name, power = monomial[0]
    return name if coefficient == power == len(monomial) and not isinstance(name, Smaller) else None


def substitute(dim: Dim, values: Mapping[str, Dim]) -> Dim:
    """The size with dimension names replaced by sizes."""
    if isinstance(dim, int):
        return dim
    alone = name_of(dim)
    if alone is not None:
        return values.get(alone, dim)
    total: Dim = 0
    for monomial, coefficient in _terms(dim):
        power_product = product(_replaced(name, values) for name, power in monomial for _ in range(power))
        total = total + scaled(power_product, coefficient)
    return total


def _replaced(name: str, values: Mapping[str, Dim]) -> Dim:
    if isinstance(name, Smaller):
        return smaller(*(substitute(part, values) for part in name.parts))
    return values.get(name, size(name))


def product(dims: Iterable[Dim]) -> Dim:
    """The number of entries of an array with these axes."""
    result: Dim = 1
    for dim in dims:
        result = result * dim
    return result


def terms(dim: Dim) -> tuple[tuple[Monomial, Coefficient], ...]:
    """Monomials with their coefficients; a number is the coefficient of the empty monomial."""
    return _terms(dim)


def scaled(dim: Dim, factor: Coefficient) -> Dim:
    """A multiple of a size, perhaps with fractions in it: a size only where `is_whole` says so."""
    return _make({monomial: c * factor for monomial, c in _terms(dim)})


def is_whole(dim: Dim) -> bool:
    """Whether all values of a size are whole: those on a grid one wider than its degrees decide."""
    if all(c.denominator == 1 for _, c in _terms(dim)):
        return True
    degrees = {name: max(dict(monomial).get(name, 0) for monomial, _ in _terms(dim)) for name in names(dim)}
    if prod(degree + 1 for degree in degrees.values()) > _GRID or any(
        type(n) is Smaller for m, _ in _terms(dim) for n, _ in m
    ):
        return False
    grid = (dict(zip(degrees, place, strict=True)) for place in choices(*(range(d + 1) for d in degrees.values())))
    values = (sum(c * prod(at[name] ** k for name, k in monomial) for monomial, c in _terms(dim)) for at in grid)
    return all(value.denominator == 1 for value in values)


def quotient(dim: Dim) -> tuple[Monomial, Dim, int] | None:
    """The common powers, the whole rest and the denominator of a size with fractions: n, n + 1, 2; None of others."""
    below = lcm(*(c.denominator for _, c in _terms(dim)))
    if below == 1:
        return None
    every = [dict(monomial) for monomial, _ in _terms(dim)]
    common = {name: min(powers.get(name, 0) for powers in every) for name in every[0]}
    rest: dict[Monomial, Coefficient] = {}
    for monomial, c in _terms(dim):
        rest[tuple((name, k - common.get(name, 0)) for name, k in monomial if k > common.get(name, 0))] = c * below
    return tuple((name, k) for name, k in common.items() if k), _make(rest), below


def steps(dim: Dim, step: int) -> Dim | None:
    """How many steps of this width begin before dim: `dim / step`, rounded up; None where that is no polynomial."""
    if step == 1:
        return dim
    table = dict(_terms(dim))
    rest = table.pop((), 0)
    if any(coefficient % step for coefficient in table.values()):
        return None
    counts: dict[Monomial, Coefficient] = {monomial: coefficient // step for monomial, coefficient in table.items()}
    return _make(counts | {(): -(-rest // step)})


def show_shape(shape: Shape) -> str:
    """A shape in words: `scalar`, `vector(n)`, `matrix(m, n)`, `tensor(2, 5, 4)`."""
    kind = {0: "scalar", 1: "vector", 2: "matrix"}.get(len(shape), "tensor")
    return kind if not shape else f"{kind}({', '.join(map(str, shape))})"


def _terms(dim: Dim) -> tuple[tuple[Monomial, Coefficient], ...]:
    if isinstance(dim, Size):
        return dim.terms
    return (((), dim),) if dim else ()


def _times(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted(powers.items()))


def _make(table: dict[Monomial, Coefficient]) -> Dim:
    kept = [(monomial, int(c) if c.denominator == 1 else c) for monomial, c in table.items() if c]
    if not kept:
        return 0
    if len(kept) == 1 and kept[0][0] == () and isinstance(kept[0][1], int):
        return kept[0][1]
    # highest degree first, then by name; the bare number last, as one writes n + 1
    kept.sort(key=lambda term: (-sum(power for _, power in term[0]), term[0]))
    return Size(tuple(kept))
