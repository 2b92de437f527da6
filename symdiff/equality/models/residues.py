"""A number of a model: its residue in each field of a tower, and what it is made of, where functions ask for that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from hashlib import blake2b
from math import isqrt
from numbers import Rational, Real
from random import Random
from typing import Any

from symdiff.equality.models.fields import Field, tower

_LARGEST = 10**9  # of the parts of rational numbers that are drawn
Key = tuple[str, int] | str  # of a logarithm ("log", k), of an angle ("angle", k), of π, and "" of the number 1


class NoValue(Exception):
    """There is no value here, or a sign is not what it is in fact: take another sample."""


class NoLaw(Exception):
    """The model knows no law for this."""


class Model:
    """One random sample: fields, what logarithms and angles were met, and how often a sign was looked at."""

    def __init__(
        self, paths: frozenset[str], primes: frozenset[int], seed: int, variant: int = 0, rational: bool = False
    ) -> None:
        fields = tower(paths, primes, variant)
        self.paths = sorted(paths, key=lambda path: (len(path), path))
        self.fields: list[Field] = [fields[path] for path in self.paths]
        self.primes = [field.p for field in self.fields]
        self.above = {way: [self._place(path + way) for path in self.paths] for way in "ec"}
        self.random = Random(seed)
        self.rational = rational  # whether what is drawn are rational numbers, whose signs are what they are
        self.signs = 0
        self.needed: Collection[int] = (0,)  # the fields in which the value that is worked out is asked for
        self._salt = seed
        self.logs: list[tuple[Residue, Residue]] = []  # a positive number and its logarithm
        self.exps: list[tuple[Residue, Residue]] = []  # a number and its exponential
        self.products: tuple[int, Any, Any] = (0, {}, {})  # of powers of numbers whose logarithms are known
        self.angles: list[tuple[Residue, Residue, Residue]] = []  # cos, sin and the angle, between 0 and π/2
        self.bases: list[tuple[Any, Any]] = []  # matrices of eigenvectors, and their inverses
        self.turns: list[tuple[Any, Any]] = []  # matrices that make others similar, and their inverses
        self.zero, self.one = self.exact(Fraction(0)), self.exact(Fraction(1))
        root = self.opaque("root of pi")
        self.pi = root * root
        self.pi.parts = {"pi": Fraction(1)}

    def _place(self, path: str) -> int | None:
        return self.paths.index(path) if path in self.paths else None

    def exact(self, value: Fraction | int) -> Residue:
        value = Fraction(value)
        return Residue(self, [value.numerator * pow(value.denominator, -1, p) % p for p in self.primes], value)

    def drawn(self) -> Residue:
        if self.rational:
            size = Fraction(10) ** self.random.randrange(-4, 7)
            return self.exact(size * self.random.randrange(-_LARGEST, _LARGEST) / self.random.randrange(1, _LARGEST))
        return Residue(self, [self.random.randrange(1, p) for p in self.primes])

    def opaque(self, *key: Any) -> Residue:
        """A value that depends on a key and on nothing else."""
        digest = blake2b(repr((self._salt, *key)).encode(), digest_size=64).digest()
        source = Random(digest)
        return Residue(self, [source.randrange(1, p) for p in self.primes])

    def atom(self, key: tuple[str, int], *name: Any) -> Residue:
        found = self.opaque("atom", key, *name)
        found.parts = {key: Fraction(1)}
        return found


class Residue:
    """A number: `residues` by path, `exact` where it is rational, else `parts`: multiples of logarithms, angles, π, 1.

    What is not in `parts` is the rest of it, of which nothing is known.
    """

    __slots__ = ("exact", "model", "parts", "residues")

    def __init__(self, model: Model, residues: list[int], exact: Fraction | None = None) -> None:
        self.model = model
        self.residues = residues
        self.exact = exact
        self.parts: Mapping[Key, Any] = {} if exact is None else {"": exact}

    def _lifted(self, other: Any) -> Residue | None:
        if isinstance(other, Residue):
            return other
        if isinstance(other, Rational):
            return self.model.exact(Fraction(other))
        return self.model.exact(Fraction(float(other))) if isinstance(other, Real) else None

    def __add__(self, other: Any) -> Residue:
        other = self._lifted(other)
        if other is None:
            return NotImplemented
        if self.exact is not None and other.exact is not None:
            return self.model.exact(self.exact + other.exact)
        sums = zip(self.residues, other.residues, self.model.primes, strict=True)
        found = Residue(self.model, [(a + b) % p for a, b, p in sums])
        if self.parts or other.parts:
            found.parts = _added(self.parts, other.parts)
        return found

    __radd__ = __add__

    def __neg__(self) -> Residue:
        found = Residue(self.model, [-a % p for a, p in zip(self.residues, self.model.primes, strict=True)])
        found.exact = None if self.exact is None else -self.exact
        found.parts = {key: -value for key, value in self.parts.items()} if self.parts else self.parts
        return found

    def __sub__(self, other: Any) -> Residue:
        return self + -other

    def __rsub__(self, other: Any) -> Residue:
        return -self + other

    def __mul__(self, other: Any) -> Residue:
        other = self._lifted(other)
        if other is None:
            return NotImplemented
        if self.exact is not None and other.exact is not None:
            return self.model.exact(self.exact * other.exact)
        products = zip(self.residues, other.residues, self.model.primes, strict=True)
        found = Residue(self.model, [a * b % p for a, b, p in products])
        if self.exact is not None or other.exact is not None:
            number, rest = (self.exact, other) if self.exact is not None else (other.exact, self)
            found.parts = {key: number * value for key, value in rest.parts.items()} if number else {"": Fraction(0)}
        elif self.parts or other.parts:  # a multiple of logarithms and angles by a number that is not rational
            of, by = (other, self) if other.has_atoms else (self, other)
            found.parts = {key: by * value for key, value in of.parts.items() if key}
        return found

    __rmul__ = __mul__

    def inverse(self) -> Residue:
        if self.exact is not None:
            if not self.exact:
                raise NoValue("division by zero")
            return self.model.exact(1 / self.exact)
        if 0 in self.residues:
            raise NoValue("division by zero")
        pairs = zip(self.residues, self.model.primes, strict=True)
        return Residue(self.model, [pow(a, -1, p) for a, p in pairs])

    def __truediv__(self, other: Any) -> Residue:
        other = self._lifted(other)
        return NotImplemented if other is None else self * other.inverse()

    def __rtruediv__(self, other: Any) -> Residue:
        return self.inverse() * other

    def __pow__(self, exponent: int) -> Residue:
        if exponent == 1:
            return self
        if exponent < 0:
            return self.inverse() ** -exponent
        if self.exact is not None:
            return self.model.exact(self.exact**exponent)
        pairs = zip(self.residues, self.model.primes, strict=True)
        return Residue(self.model, [pow(a, exponent, p) for a, p in pairs])

    def __abs__(self) -> Residue:
        return -self if self.sign() < 0 else self

    def __int__(self) -> int:
        if self.exact is None or self.exact.denominator != 1:
            raise NoLaw("a number that is not known")
        return int(self.exact)

    def conjugate(self) -> Residue:
        return self

    @property
    def real(self) -> Residue:
        return self

    @property
    def has_atoms(self) -> bool:
        return any(self.parts)

    @property
    def is_zero(self) -> bool:
        return not self.residues[0]

    @property
    def is_one(self) -> bool:
        return self.residues[0] == 1

    def agrees_with(self, other: Residue) -> bool:
        """Whether both are one value, whatever they are under functions."""
        return self.residues[0] == other.residues[0]

    def is_one_with(self, other: Residue) -> bool:
        return self.residues == other.residues

    def sign(self) -> int:
        """1 of what is positive, -1 of what is negative: of squares, and of others."""
        if self.exact is not None:
            return (self.exact > 0) - (self.exact < 0)
        self.model.signs += 1
        if self.model.rational:
            raise NoLaw("the sign of what is not rational")
        return 0 if self.is_zero else 1 if self.model.fields[0].is_square(self.residues[0]) else -1

    def root(self, exponent: Fraction) -> Residue:
        """A rational power of a number that is not negative."""
        if exponent.denominator == 1:
            return self ** int(exponent)
        if self.model.rational:
            raise NoLaw("a root of what is drawn")
        if self.exact is not None and (found := _exact_root(self.exact, exponent)) is not None:
            return self.model.exact(found)
        if self.is_zero:
            if exponent < 0:
                raise NoValue("division by zero")
            return self.model.zero
        if self.sign() < 0:
            raise NoValue("root of a negative number")
        pairs = list(zip(self.residues, self.model.fields, strict=True))
        if not all(field.is_square(a) for k, (a, field) in enumerate(pairs) if k in self.model.needed):
            raise NoValue("root of what is no square under a function")
        n, d = exponent.numerator, exponent.denominator
        return Residue(self.model, [field.root(a, n, d) for a, field in pairs])

    def split(self, key: Key) -> tuple[Fraction, Residue | None]:
        """The coefficient of a part as a rational number, and the rest of it, if any."""
        coefficient = self.parts[key]
        if isinstance(coefficient, Fraction):
            return coefficient, None
        if coefficient.exact is not None:
            return coefficient.exact, None
        shift = coefficient.parts.get("", Fraction(0))
        shift = shift if isinstance(shift, Fraction) else Fraction(0)
        return shift, coefficient - shift

    @property
    def shift(self) -> int:
        """The whole number that is known to be added to the rest of it."""
        known = self.parts.get("", 0)
        return known // 1 if isinstance(known, Fraction) else 0


def _added(first: Mapping[Key, Any], second: Mapping[Key, Any]) -> dict[Key, Any]:
    found = dict(first)
    for key, value in second.items():
        total = found[key] + value if key in found else value
        found[key] = total
        if (not total) if isinstance(total, Fraction) else total.is_zero:
            del found[key]
    return found


def _exact_root(value: Fraction, exponent: Fraction) -> Fraction | None:
    """The power, where it is rational."""
    if value < 0:
        raise NoValue("root of a negative number")
    if not value:
        return None
    parts = [_whole_root(n, exponent.denominator) for n in (value.numerator, value.denominator)]
    if None in parts:
        return None
    return Fraction(*parts) ** exponent.numerator  # type: ignore[arg-type]


def _whole_root(n: int, degree: int) -> int | None:
    if degree == 2:
        found = isqrt(n)
    else:
        found = round(n ** (1 / degree)) if n < 2**1000 else 0
    return found if found**degree == n else None
