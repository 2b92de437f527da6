"""Quotients as a number and powers of irreducible polynomials: products add exponents, sums alone multiply out.

Equal quotients have equal parts, so cancelling needs no search. A kernel may be a root, k^m = R: its exponent then
stays between 0 and m - 1 in what is multiplied out, and R takes the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import NamedTuple

from symdiff.rewriting.rational.factors import factored
from symdiff.rewriting.rational.polynomial import (
    ONE,
    TERMS,
    Poly,
    TooLarge,
    coefficients,
    degree,
    key,
    raised,
    times,
    total,
    variable,
    variables,
)

_LONGEST = 300  # terms of a sum that is factored
_DEEPEST = 30  # roots put in one after another
_HIGHEST = 200  # exponents of what is multiplied out


class Quotient(NamedTuple):
    """number · ∏ factor^exponent, the factors by their places in the arithmetic's list."""

    number: Fraction
    powers: Mapping[int, int]

    @property
    def key(self) -> tuple[Fraction, frozenset[tuple[int, int]]]:
        """What tells quotients apart."""
        return self.number, frozenset(self.powers.items())

    @property
    def is_number(self) -> bool:
        return not self.powers


class Root(NamedTuple):
    """What a kernel's power is: kernel^exponent = value."""

    exponent: int
    value: Quotient


def of_number(value: int | Fraction) -> Quotient:
    """A number."""
    return Quotient(Fraction(value), {})


class Arithmetic:
    """The factors that were met, and what is known of kernels."""

    def __init__(self) -> None:
        self.factors: list[Poly] = []
        self.places: dict[object, int] = {}
        self.roots: dict[int, Root] = {}
        self.depth = 0

    def place(self, factor: Poly) -> int:
        """Where an irreducible polynomial stands in the list."""
        name = key(factor)
        if name not in self.places:
            self.places[name] = len(self.factors)
            self.factors.append(factor)
        return self.places[name]

    def kernel(self, k: int) -> Quotient:
        """A kernel by itself."""
        return Quotient(Fraction(1), {self.place(variable(k)): 1})

    def of_polynomial(self, a: Poly) -> Quotient:
        """A polynomial as the product of its factors."""
        if not a:
            return of_number(0)
        if len(a) > _LONGEST:
            raise TooLarge
        number, factors = factored(a)
        return Quotient(Fraction(number), {self.place(factor): exponent for factor, exponent in factors})

    def product(self, values: Iterable[Quotient]) -> Quotient:
        """The product."""
        number, powers = Fraction(1), dict[int, int]()
        for value in values:
            number *= value.number
            for place, exponent in value.powers.items():
                powers[place] = powers.get(place, 0) + exponent
        if not number:
            return of_number(0)
        return self._rooted(Quotient(number, {place: e for place, e in powers.items() if e}))

    def power(self, value: Quotient, exponent: int) -> Quotient:
        """A whole power."""
        if abs(exponent) > _HIGHEST and abs(value.number) != 1:
            raise TooLarge
        whole = Quotient(value.number**exponent, {place: e * exponent for place, e in value.powers.items()})
        return self._rooted(whole) if exponent else of_number(1)

    def total(self, values: Sequence[Quotient]) -> Quotient:
        """The sum."""
        values = [value for value in values if value.number]
        if len(values) < 2:
            return values[0] if values else of_number(0)
        met = {place: None for value in values for place in value.powers}
        common = {place: min(value.powers.get(place, 0) for value in values) for place in met}
        below = lcm(*(value.number.denominator for value in values))
        parts = []
        for value in values:
            left = {place: e - common[place] for place, e in ({**dict.fromkeys(common, 0), **value.powers}).items()}
            parts.append(self.multiplied(int(value.number * below), left))
        if sum(map(len, parts)) > TERMS:
            raise TooLarge
        outer = Quotient(Fraction(1, below), {place: e for place, e in common.items() if e})
        return self.product([outer, self._reduced(total(parts))])

    def multiplied(self, number: int, powers: Mapping[int, int]) -> Poly:
        """A number and powers of factors as one polynomial."""
        found: Poly = {0: number}
        for place, exponent in powers.items():
            if exponent and exponent > _HIGHEST and len(self.factors[place]) > 1:
                raise TooLarge
            if exponent:
                found = times(found, raised(self.factors[place], exponent))
        return found

    def _rooted(self, value: Quotient) -> Quotient:
        """The value with exponents of roots in their bounds."""
        if not self.roots:
            return value
        self.depth += 1
        if self.depth > _DEEPEST:  # roots that are told by one another
            raise TooLarge
        try:
            for k in sorted(self.roots, reverse=True):
                value = self._without_powers(value, k, self.roots[k])
        finally:
            self.depth -= 1
        return value

    def _without_powers(self, value: Quotient, k: int, root: Root) -> Quotient:
        own = self.place(variable(k))
        if (without := self._conjugates_met(value, k)) is not None:
            return without
        holding = [p for p, e in value.powers.items() if e > 0 and p != own and k in variables(self.factors[p])]
        alone = value.powers.get(own, 0)
        if holding and alone + sum(degree(self.factors[p], k) * value.powers[p] for p in holding) >= root.exponent:
            taken = {p: value.powers[p] for p in holding}
            rest = {p: e for p, e in value.powers.items() if p not in taken and p != own}
            whole = self.multiplied(1, {**taken, own: alone % root.exponent})
            turns = alone // root.exponent
            inner = self._reduced(whole)
            return self.product([Quotient(value.number, rest), inner, _raised(root.value, turns)])
        turns, left = divmod(alone, root.exponent)
        if not turns:
            return value
        powers = {p: e for p, e in value.powers.items() if p != own} | ({own: left} if left else {})
        return self.product([Quotient(value.number, powers), _raised(root.value, turns)])

    def _conjugates_met(self, value: Quotient, k: int) -> Quotient | None:
        """The value with two divisors whose product is free of a root as that product: (r + 1)*(r - 1) as R - 1."""
        below = [p for p, e in value.powers.items() if e < 0 and len(self.factors[p]) > 1]
        for p, q in combinations([p for p in below if k in variables(self.factors[p])], 2):
            inner = self._reduced(times(self.factors[p], self.factors[q]))
            if not any(k in variables(self.factors[place]) for place in inner.powers):
                turns = max(value.powers[p], value.powers[q])
                left = {place: e - turns * (place in (p, q)) for place, e in value.powers.items()}
                rest = Quotient(value.number, {place: e for place, e in left.items() if e})
                return self.product([rest, _raised(inner, turns)])
        return None

    def _reduced(self, a: Poly) -> Quotient:
        """A polynomial with powers of roots no higher than they may be."""
        below = of_number(1)
        for k in sorted(self.roots, reverse=True) if self.roots else ():
            high = self.roots[k].exponent
            if not a or k not in variables(a) or degree(a, k) < high:
                continue
            value = self.roots[k].value
            above = self.multiplied(value.number.numerator, {p: e for p, e in value.powers.items() if e > 0})
            under = self.multiplied(value.number.denominator, {p: -e for p, e in value.powers.items() if e < 0})
            most = degree(a, k) // high
            parts = []
            for e, part in coefficients(a, k).items():
                turns, left = divmod(e, high)
                base = times(raised(above, turns), raised(under, most - turns))
                parts.append(times(times(part, variable(k, left) if left else ONE), base))
            a = total(parts)
            if under != ONE:
                below = self.product([below, self.power(self.of_polynomial(under), most)])
        return (
            self.product([self.of_polynomial(a), _raised(below, -1)])
            if below.powers or below.number != 1
            else (self.of_polynomial(a))
        )


def _raised(value: Quotient, exponent: int) -> Quotient:
    """A power as it is written, roots not looked at."""
    if not exponent:
        return of_number(1)
    return Quotient(value.number**exponent, {place: e * exponent for place, e in value.powers.items()})
