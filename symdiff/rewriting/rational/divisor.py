"""The greatest common divisor of polynomials: that of their values at a large number, the digits of which are its
coefficients, proved by division (Char, Geddes, Gonnet).

Which variables it can have images modulo a prime tell before, the others set to numbers: most often there are none.
"""

from __future__ import annotations

from math import gcd, isqrt, prod
from random import Random

from symdiff.rewriting.rational.polynomial import (
    ONE,
    Poly,
    TooLarge,
    coefficients,
    content,
    degree,
    divided,
    exponents,
    lowest,
    over,
    shifted,
    times,
    total,
    variable,
    variables,
)

PRIME = 2**61 - 1
_POINT = Random(7)
_TRIES = 6
_BITS = 200_000  # of the value at the large numbers
_VALUES = [_POINT.randrange(1, PRIME) for _ in range(64)]


def common_divisor(a: Poly, b: Poly) -> Poly:
    """The greatest common divisor of two that are not 0, its leading coefficient positive."""
    number = gcd(content(a), content(b))
    low, other = lowest(a), lowest(b)
    shared = {k: min(e, dict(exponents(other)).get(k, 0)) for k, e in exponents(low)}
    found = _primitive(over(shifted(a, low), content(a)), over(shifted(b, other), content(b)))
    for k, e in shared.items():
        found = times(found, variable(k, e)) if e else found
    return {m: v * number for m, v in found.items()}


def _primitive(a: Poly, b: Poly) -> Poly:
    """The greatest common divisor of two whose coefficients have no divisor in common."""
    while True:
        if a == b:
            return over(a, content(a))
        ours, theirs = variables(a), variables(b)
        if not ours or not theirs:
            return ONE
        apart = [k for k in ours if k not in theirs]
        if apart:
            a = content_in(a, apart[0])
            continue
        apart = [k for k in theirs if k not in ours]
        if apart:
            b = content_in(b, apart[0])
            continue
        apart = [k for k in ours if not _image_degree(a, b, k)]
        if apart:
            a, b = content_in(a, apart[0]), content_in(b, apart[0])
            continue
        bits = prod(max(degree(a, k), degree(b, k)) + 1 for k in ours) * max(
            map(int.bit_length, [*a.values(), *b.values()])
        )
        if bits > _BITS:
            raise TooLarge
        return _heuristic(a, b)


def content_in(a: Poly, k: int) -> Poly:
    """The greatest common divisor of the coefficients of the powers of variable k, its own number left out."""
    parts = sorted(coefficients(a, k).values(), key=len)
    found: Poly = over(parts[0], content(parts[0]))
    for part in parts[1:]:
        if found == ONE:
            break
        found = common_divisor(found, part)
    return over(found, content(found))


def _heuristic(a: Poly, b: Poly) -> Poly:
    """The greatest common divisor with its number: that of the values at a large number, its digits coefficients."""
    number = gcd(*a.values(), *b.values())
    a, b = over(a, number), over(b, number)
    shared = variables({**a, **b})
    if not shared:
        return {0: number}
    k = shared[0]
    large = 2 * min(max(map(abs, a.values())), max(map(abs, b.values()))) + 29
    for _ in range(_TRIES):
        ours, theirs = _at(a, k, large), _at(b, k, large)
        if ours and theirs:
            found = _from_digits(_heuristic(ours, theirs), k, large)
            found = over(found, content(found))
            if divided(a, found) is not None and divided(b, found) is not None:
                return {m: v * number for m, v in found.items()}
        large = large * isqrt(isqrt(large)) * 73794 // 27011
    raise TooLarge


def _at(a: Poly, k: int, value: int) -> Poly:
    """The polynomial with a number for variable k."""
    return total({m: v * value**e for m, v in part.items()} for e, part in coefficients(a, k).items())


def _from_digits(a: Poly, k: int, base: int) -> Poly:
    """The polynomial in variable k whose value at the base this is, with coefficients of at most half of it."""
    found: dict[int, int] = {}
    half, power = base // 2, 0
    while a:
        digits = {m: (v + half) % base - half for m, v in a.items()}
        shift = max(variable(k, power)) if power else 0
        found |= {m + shift: v for m, v in digits.items() if v}
        a = {m: rest for m, v in a.items() if (rest := (v - digits[m]) // base)}
        power += 1
    return found


def _image_degree(a: Poly, b: Poly, k: int) -> int:
    """The degree in variable k of the common divisor of the images: no less than that of the divisor itself."""
    ours, theirs = image(a, k), image(b, k)
    if len(ours) <= degree(a, k) or len(theirs) <= degree(b, k):
        return min(degree(a, k), degree(b, k))  # a leading coefficient is 0 there: nothing is told
    while theirs:
        ours, theirs = theirs, _modulo(ours, theirs)
    return len(ours) - 1


def image(a: Poly, k: int) -> list[int]:
    """The coefficients in variable k, from the lowest, modulo the prime where the others are numbers."""
    found = [0] * (degree(a, k) + 1)
    for m, v in a.items():
        at = 0
        for j, e in exponents(m):
            if j == k:
                at = e
            else:
                v = v * pow(_VALUES[j], e, PRIME) % PRIME
        found[at] = (found[at] + v) % PRIME
    while found and not found[-1]:
        found.pop()
    return found


def _modulo(a: list[int], b: list[int]) -> list[int]:
    """The remainder of a over b, modulo the prime."""
    a = a[:]
    inverse = pow(b[-1], -1, PRIME)
    for shift in range(len(a) - len(b), -1, -1):
        factor = a[shift + len(b) - 1] * inverse % PRIME
        if factor:
            for j, value in enumerate(b):
                a[shift + j] = (a[shift + j] - factor * value) % PRIME
    while a and not a[-1]:
        a.pop()
    return a
