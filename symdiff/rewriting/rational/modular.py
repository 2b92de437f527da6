"""Factors of polynomials in one variable modulo a prime (Cantor, Zassenhaus): coefficients from the lowest."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_SMALL = (101, 103, 107, 109, 113, 127)

Dense = list[int]


def is_irreducible(a: Sequence[int]) -> bool:
    """Whether small primes tell that one with whole coefficients is irreducible: no degrees of factors fit them all."""
    high = len(a) - 1
    possible = {*range(1, high)}
    for p in _SMALL:
        if possible and a[-1] % p and len(_divisor(trimmed(a, p), slope(a, p), p)) == 1:
            sums = {0}
            for part, d in _by_degrees(_monic(trimmed(a, p), p), p):
                for _ in range((len(part) - 1) // d):
                    sums |= {s + d for s in sums}
            possible &= sums
    return not possible


def factors_modulo(a: Sequence[int], p: int) -> list[Dense] | None:
    """The monic irreducible factors modulo a prime; None where two are equal, or the leading coefficient is 0."""
    f = trimmed(a, p)
    if len(f) < len(a) or len(_divisor(f, slope(a, p), p)) > 1:
        return None
    found: list[Dense] = []
    random = Random(len(a))
    for part, d in _by_degrees(_monic(f, p), p):
        stack = [part]
        while stack:
            g = stack.pop()
            if len(g) - 1 == d:
                found.append(g)
                continue
            guess = trimmed([random.randrange(p) for _ in range(len(g) - 1)], p)
            image = _power(guess, (p**d - 1) // 2, g, p)
            half = _divisor(g, _minus(image, [1], p), p)
            stack += (half, _quotient(g, half, p)) if 1 < len(half) < len(g) else (g,)
    return found


def product(a: Dense, b: Dense, p: int) -> Dense:
    """The product modulo p."""
    found = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        if x:
            for j, y in enumerate(b):
                found[i + j] += x * y
    return trimmed(found, p)


def trimmed(a: Sequence[int], p: int) -> Dense:
    """The coefficients modulo p, without zeros in front."""
    found = [v % p for v in a]
    while found and not found[-1]:
        found.pop()
    return found


def slope(a: Sequence[int], p: int) -> Dense:
    """The derivative modulo p."""
    return trimmed([k * v for k, v in enumerate(a)][1:], p)


def remainder(a: Dense, b: Dense, p: int) -> Dense:
    """What is left of a over b."""
    return _division(a, b, p)[1]


def _quotient(a: Dense, b: Dense, p: int) -> Dense:
    return _division(a, b, p)[0]


def _division(a: Dense, b: Dense, p: int) -> tuple[Dense, Dense]:
    rest, inverse = a[:], pow(b[-1], -1, p)
    found = [0] * max(len(a) - len(b) + 1, 0)
    for shift in range(len(found) - 1, -1, -1):
        factor = found[shift] = rest[shift + len(b) - 1] * inverse % p
        if factor:
            for j, value in enumerate(b):
                rest[shift + j] -= factor * value
    return found, trimmed(rest[: len(b) - 1] if found else rest, p)


def _minus(a: Dense, b: Dense, p: int) -> Dense:
    width = max(len(a), len(b))
    return trimmed([x - y for x, y in zip(a + [0] * (width - len(a)), b + [0] * (width - len(b)), strict=True)], p)


def _monic(a: Dense, p: int) -> Dense:
    inverse = pow(a[-1], -1, p)
    return [v * inverse % p for v in a]


def _divisor(a: Dense, b: Dense, p: int) -> Dense:
    """The monic greatest common divisor."""
    while b:
        a, b = b, remainder(a, b, p)
    return _monic(a, p)


def _power(a: Dense, exponent: int, f: Dense, p: int) -> Dense:
    """A power of a modulo f."""
    found = [1]
    for bit in bin(exponent)[2:]:
        found = remainder(product(found, found, p), f, p)
        if bit == "1":
            found = remainder(product(found, a, p), f, p)
    return found


def _by_degrees(f: Dense, p: int) -> list[tuple[Dense, int]]:
    """The products of all factors of one degree, of a monic polynomial that is a multiple of no square."""
    found: list[tuple[Dense, int]] = []
    image, d = [0, 1], 0
    while len(f) - 1 >= 2 * (d + 1):
        d += 1
        image = _power(image, p, f, p)
        part = _divisor(f, _minus(image, [0, 1], p), p)
        if len(part) > 1:
            found.append((part, d))
            f = _quotient(f, part, p)
            image = remainder(image, f, p) if len(f) > 1 else []
    return [*found, (f, len(f) - 1)] if len(f) > 1 else found
