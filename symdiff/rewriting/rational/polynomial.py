"""Polynomials with whole coefficients: dicts from monomials to their coefficients, none of which is 0.

A monomial is one whole number, the exponent of variable k in the 16 bits from 16·k on: products of monomials are sums,
the leading one is the largest. Exponents stay below 2^15, so that the bit above each is free to tell a borrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from heapq import heapify, heappop, heappush
from math import gcd, isqrt
from operator import or_

VARIABLES = 40
TERMS = 1_500
_WIDTH = 16
_GUARD = sum(1 << (_WIDTH * k + _WIDTH - 1) for k in range(VARIABLES))
_FIELD = (1 << (_WIDTH - 1)) - 1
_WORK = 60_000  # products of terms in one multiplication or division

Poly = Mapping[int, int]
ONE: Poly = {0: 1}


class TooLarge(Exception):
    """More terms, variables or higher powers than are worked out."""


def variable(k: int, exponent: int = 1) -> Poly:
    """Variable k to a power."""
    if k >= VARIABLES or exponent > _FIELD:
        raise TooLarge
    return {exponent << (_WIDTH * k): 1}


def key(a: Poly) -> tuple[tuple[int, int], ...]:
    """What tells polynomials apart."""
    return tuple(sorted(a.items()))


def variables(a: Poly) -> list[int]:
    """The variables that occur."""
    bits = reduce(or_, a, 0)
    return [k for k in range((bits.bit_length() + _WIDTH - 1) // _WIDTH) if bits >> (_WIDTH * k) & _FIELD]


def exponents(monomial: int) -> list[tuple[int, int]]:
    """The variables of a monomial with their exponents."""
    found, k = [], 0
    while monomial:
        if here := monomial & _FIELD:
            found.append((k, here))
        monomial, k = monomial >> _WIDTH, k + 1
    return found


def degree(a: Poly, k: int) -> int:
    """The highest exponent of variable k."""
    return max(m >> (_WIDTH * k) & _FIELD for m in a)


def lowest(a: Poly) -> int:
    """The monomial that divides all terms, as large as it can be."""
    first = next(iter(a))
    return sum(min(m >> (_WIDTH * k) & _FIELD for m in a) << (_WIDTH * k) for k, _ in exponents(first))


def shifted(a: Poly, monomial: int) -> Poly:
    """The polynomial over a monomial that divides all terms."""
    return {m - monomial: v for m, v in a.items()} if monomial else a


def content(a: Poly) -> int:
    """The greatest number that divides all coefficients, with the sign of the leading one."""
    found = gcd(*a.values())
    return found if a[max(a)] > 0 else -found


def over(a: Poly, number: int) -> Poly:
    """The polynomial over a number that divides all coefficients."""
    return a if number == 1 else {m: v // number for m, v in a.items()}


def plus(a: Poly, b: Poly, factor: int = 1) -> Poly:
    """a + factor·b."""
    found = dict(a)
    for m, v in b.items():
        if total := found.get(m, 0) + factor * v:
            found[m] = total
        else:
            del found[m]
    return found


def times(a: Poly, b: Poly) -> Poly:
    """The product."""
    if len(a) * len(b) > _WORK:
        raise TooLarge
    found: dict[int, int] = {}
    get = found.get
    for m, v in a.items():
        for n, w in b.items():
            found[m + n] = get(m + n, 0) + v * w
    if reduce(or_, found, 0) & _GUARD:
        raise TooLarge
    found = {m: v for m, v in found.items() if v}
    if len(found) > TERMS:
        raise TooLarge
    return found


def raised(a: Poly, exponent: int) -> Poly:
    """A whole power, at least the zeroth."""
    if len(a) == 1:
        ((m, v),) = a.items()
        if any(e * exponent > _FIELD for _, e in exponents(m)):
            raise TooLarge
        return {m * exponent: v**exponent}
    found = ONE
    while exponent:
        if exponent & 1:
            found = times(found, a)
        exponent >>= 1
        if exponent:
            a = times(a, a)
    return found


def divided(a: Poly, b: Poly) -> Poly | None:
    """The quotient a/b where it is a polynomial, else None."""
    lead, last = max(b), min(b)
    if not _fits(max(a), lead) or not _fits(min(a), last) or a[max(a)] % b[lead] or a[min(a)] % b[last]:
        return None
    rest = [(m, v) for m, v in b.items() if m != lead]
    left = dict(a)
    ahead = [-m for m in a]
    heapify(ahead)
    found: dict[int, int] = {}
    while ahead:
        m = -heappop(ahead)
        value = left.pop(m, 0)
        if not value:
            continue
        part, remainder = divmod(value, b[lead])
        if remainder or not _fits(m, lead):
            return None
        found[m - lead] = part
        if len(found) * len(b) > _WORK:
            raise TooLarge
        for n, w in rest:
            at = m - lead + n
            if at not in left:
                heappush(ahead, -at)
                left[at] = 0
            left[at] -= part * w
    return found


def _fits(m: int, n: int) -> bool:
    """Whether the monomial n divides m."""
    return ((m | _GUARD) - n) & _GUARD == _GUARD


def coefficients(a: Poly, k: int) -> dict[int, dict[int, int]]:
    """The coefficients of the powers of variable k."""
    found: dict[int, dict[int, int]] = {}
    mask = _FIELD << (_WIDTH * k)
    for m, v in a.items():
        own = m & mask
        found.setdefault(own >> (_WIDTH * k), {})[m - own] = v
    return found


def derivative(a: Poly, k: int) -> Poly:
    """The derivative by variable k."""
    one = 1 << (_WIDTH * k)
    return {m - one: v * e for m, v in a.items() if (e := m >> (_WIDTH * k) & _FIELD)}


def total(parts: Iterable[Poly]) -> Poly:
    """The sum of several."""
    found: dict[int, int] = {}
    for part in parts:
        for m, v in part.items():
            found[m] = found.get(m, 0) + v
    return {m: v for m, v in found.items() if v}


def root(a: Poly) -> Poly | None:
    """The polynomial with a positive leading coefficient whose square this is; None where there is none."""
    if not a:
        return a
    lead = max(a)
    value, half = _whole_root(a[lead]), lead >> 1
    if value is None or any(e & 1 for _, e in exponents(lead)):
        return None
    found, left = {half: value}, plus(a, {lead: value * value}, -1)
    while left:
        top = max(left)
        if not _fits(top, half) or left[top] % (2 * value) or top - half >= min(found):
            return None
        m, v = top - half, left[top] // (2 * value)
        left = plus(left, times({m: v}, {**{n: 2 * w for n, w in found.items()}, m: v}), -1)
        found[m] = v
        if len(found) > TERMS:
            raise TooLarge
    return found


def _whole_root(value: int) -> int | None:
    if value < 0:
        return None
    found = isqrt(value)
    return found if found * found == value else None
