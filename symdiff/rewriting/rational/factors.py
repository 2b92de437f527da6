"""Irreducible factors of polynomials over the whole numbers.

A polynomial of degree 1 in a variable, without content in it, is irreducible; one of degree 2 is a product where its
discriminant is a square. Others are factored in one variable, the others powers of it (Kronecker): modulo a prime so
large that the coefficients of a factor are their remainders (Cantor, Zassenhaus; no lifting). What would take longer
stays in one piece, which is a product of polynomials all the same.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import isqrt, prod
from typing import NamedTuple

from symdiff.rewriting.rational.divisor import common_divisor, content_in
from symdiff.rewriting.rational.modular import factors_modulo, is_irreducible, product
from symdiff.rewriting.rational.polynomial import (
    ONE,
    Poly,
    coefficients,
    content,
    degree,
    derivative,
    divided,
    exponents,
    lowest,
    over,
    plus,
    root,
    shifted,
    times,
    total,
    variable,
    variables,
)

_HIGHEST = 24  # degree of what is factored in one variable
_MOST = 10  # factors modulo a prime that are put together
_PRIMES = [2**e - 1 for e in (61, 89, 127, 521, 1279)]


def factored(a: Poly) -> tuple[int, list[tuple[Poly, int]]]:
    """The number and the irreducible factors, their leading coefficients positive, with their exponents."""
    return _factored(tuple(a.items()))


@lru_cache(maxsize=4_000)
def _factored(items: tuple[tuple[int, int], ...]) -> tuple[int, list[tuple[Poly, int]]]:
    a: Poly = dict(items)
    number, low = content(a), lowest(a)
    found: list[tuple[Poly, int]] = [(variable(k), e) for k, e in exponents(low)]
    stack = [shifted(over(a, number), low)]
    while stack:
        part = stack.pop()
        ours = variables(part)
        if not ours:
            continue
        k = min(ours, key=lambda k: degree(part, k))
        outer = content_in(part, k)
        if outer != ONE:
            stack += (outer, _quotient(part, outer))
            continue
        left = part
        for factor in _distinct(part, k):
            exponent = 0
            while (rest := divided(left, factor)) is not None:
                left, exponent = rest, exponent + 1
            found.append((factor, exponent))
        stack.append(left)  # where one that stayed in one piece is a product, powers of its factors
    return number, found


def _quotient(a: Poly, b: Poly) -> Poly:
    found = divided(a, b)
    assert found is not None
    return over(found, content(found))


def _distinct(a: Poly, k: int) -> list[Poly]:
    """The different irreducible factors of one without content in variable k."""
    if degree(a, k) == 1:
        return [a]
    several = common_divisor(a, derivative(a, k))
    if several != ONE:
        a = _quotient(a, several)
    high = degree(a, k)
    return [a] if high == 1 else _of_square(a, k) if high == 2 else _of_higher(a, k)


def _of_square(a: Poly, k: int) -> list[Poly]:
    """The factors of one of degree 2: its discriminant is a square, or it is irreducible."""
    parts = coefficients(a, k)
    twice, middle, last = {m: 2 * v for m, v in parts[2].items()}, parts.get(1, {}), parts.get(0, {})
    between = root(plus(times(middle, middle), times(twice, last), -2))
    if between is None:
        return [a]
    first = total([times(twice, variable(k)), middle, between])
    first = _quotient(first, content_in(first, k))
    return [first, _quotient(a, first)]


def _of_higher(a: Poly, k: int) -> list[Poly]:
    """The factors of one that is a multiple of no square; itself where that would take long."""
    if _has_irreducible_image(a, k):
        return [a]
    ours = variables(a)
    high = sum(e for _, e in exponents(max(a)))
    if len(ours) > 1 and all(sum(e for _, e in exponents(m)) == high for m in a):
        return [_with_degree(part, ours[-1]) for part, _ in factored(_without(a, ours[-1]))[1]]
    places = _Places([(j, degree(a, j)) for j in ours])
    if places.degree > _HIGHEST:
        return [a]
    pieces = _in_one_variable(places.line(a))
    return [a] if pieces is None else _put_together(a, pieces, places)


def _without(a: Poly, k: int) -> Poly:
    """A polynomial whose terms are all of one degree with 1 for variable k."""
    return total(coefficients(a, k).values())


def _with_degree(a: Poly, k: int) -> Poly:
    """The polynomial whose terms are all of one degree that is this one with 1 for variable k."""
    degrees = {m: sum(e for _, e in exponents(m)) for m in a}
    high = max(degrees.values())
    return {m + (max(variable(k, high - d)) if d < high else 0): a[m] for m, d in degrees.items()}


def _has_irreducible_image(a: Poly, k: int) -> bool:
    """Whether it is seen to be irreducible where all variables but k are numbers."""
    parts = coefficients(a, k)
    line = [0] * (max(parts) + 1)
    for e, part in parts.items():
        line[e] = sum(v * prod((j + 2) ** high for j, high in exponents(m)) for m, v in part.items())
    return line[-1] != 0 and is_irreducible(line)


class _Places(NamedTuple):
    """Polynomials in several variables of bounded degrees as ones in a single variable x: each a power of it."""

    bounds: list[tuple[int, int]]

    @property
    def steps(self) -> list[int]:
        """The powers of x that the variables are."""
        return [prod(high + 1 for _, high in self.bounds[:j]) for j in range(len(self.bounds))]

    @property
    def degree(self) -> int:
        """The highest degree in x."""
        return sum(step * high for step, (_, high) in zip(self.steps, self.bounds, strict=True))

    def line(self, a: Poly) -> list[int]:
        """The coefficients in x, from the lowest."""
        step = dict(zip((k for k, _ in self.bounds), self.steps, strict=True))
        found = [0] * (self.degree + 1)
        for m, v in a.items():
            found[sum(step[k] * e for k, e in exponents(m))] = v
        while not found[-1]:
            found.pop()
        return found

    def back(self, line: list[int]) -> Poly:
        """The polynomial of these coefficients."""
        found: dict[int, int] = {}
        for place, v in enumerate(line):
            powers = [place // step % (high + 1) for step, (_, high) in zip(self.steps, self.bounds, strict=True)]
            if v:
                found[sum(max(variable(k, e)) for (k, _), e in zip(self.bounds, powers, strict=True))] = v
        return found


def _put_together(a: Poly, pieces: list[list[int]], places: _Places) -> list[Poly]:
    """The factors of a polynomial, each made of some of the factors in one variable."""
    found: list[Poly] = []
    size = 1
    while 2 * size <= len(pieces):
        tried: set[tuple[int, ...]] = set()
        for chosen in combinations(range(len(pieces)), size):
            line = _product([pieces[j] for j in chosen])
            if tuple(line) in tried or len(line) - 1 > places.degree:
                continue
            tried.add(tuple(line))
            factor = places.back(line)
            factor = over(factor, content(factor))
            rest = divided(a, factor) if len(factor) > 1 else None
            if rest is not None:
                found.append(factor)
                a, pieces = rest, [piece for j, piece in enumerate(pieces) if j not in chosen]
                break
        else:
            size += 1
    return [*found, over(a, content(a))]


def _product(lines: list[list[int]]) -> list[int]:
    found = [1]
    for line in lines:
        made = [0] * (len(found) + len(line) - 1)
        for i, v in enumerate(found):
            for j, w in enumerate(line):
                made[i + j] += v * w
        found = made
    return found


def _in_one_variable(line: list[int]) -> list[list[int]] | None:
    """The irreducible factors of a polynomial in one variable, each as often as it is there; None of too many."""
    x = _Places([(0, len(line) - 1)])
    whole = x.back(line)
    low = max(dict(exponents(lowest(whole))).values(), default=0)
    found = [[0, 1]] * low
    left = shifted(over(whole, content(whole)), lowest(whole))
    stack = [left]
    while stack:
        part = stack.pop()
        several = common_divisor(part, derivative(part, 0)) if degree(part, 0) else part
        if several != ONE and degree(part, 0):
            stack.append(several)
            part = _quotient(part, several)
        if not degree(part, 0):
            continue
        factors = _modulo_large(x.line(part))
        if factors is None or len(found) + len(factors) > _MOST:
            return None
        found += factors
    return found


def _modulo_large(line: list[int]) -> list[list[int]] | None:
    """The irreducible factors of one that is a multiple of no square; None where there may be too many."""
    lead = line[-1]
    bound = 2 * abs(lead) * 2 ** len(line) * (isqrt(sum(v * v for v in line)) + 1)
    prime = next((p for p in _PRIMES if p > bound), None)
    pieces = None if prime is None else factors_modulo(line, prime)
    if prime is None or pieces is None or len(pieces) > _MOST:
        return None
    x = _Places([(0, len(line) - 1)])
    left, found, size = x.back(line), [], 1
    while 2 * size <= len(pieces):
        for chosen in combinations(range(len(pieces)), size):
            guess = [lead]
            for j in chosen:
                guess = product(guess, pieces[j], prime)
            factor = x.back([v - prime if 2 * v > prime else v for v in guess])
            factor = over(factor, content(factor))
            rest = divided(left, factor)
            if rest is not None:
                found.append(x.line(factor))
                left, pieces = rest, [piece for j, piece in enumerate(pieces) if j not in chosen]
                lead = x.line(left)[-1]
                break
        else:
            size += 1
    return [*found, x.line(left)] if pieces else found
