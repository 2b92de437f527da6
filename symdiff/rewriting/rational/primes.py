"""Prime factors of numbers, and the powers in them that come out of a root."""

from __future__ import annotations

from fractions import Fraction

_LARGEST = 1_000  # of the primes that are looked for


def prime_powers(value: Fraction) -> list[tuple[int, int]]:
    """Primes with exponents whose product a positive number is; what has no small prime factor stays whole."""
    above = dict(_primes(value.numerator))
    for prime, exponent in _primes(value.denominator):
        above[prime] = above.get(prime, 0) - exponent
    return list(above.items())


def taken_out(value: Fraction, root: int) -> tuple[Fraction, int]:
    """What stands before a root of a positive number, and the whole number that is left under it."""
    front, left = Fraction(1), 1
    for prime, exponent in prime_powers(value):
        turns, rest = divmod(exponent, root)
        front *= Fraction(prime) ** turns
        left *= prime**rest
    return front, left


def _primes(value: int) -> list[tuple[int, int]]:
    found = []
    prime = 2
    while prime <= _LARGEST and prime * prime <= value:
        exponent = 0
        while value % prime == 0:
            value, exponent = value // prime, exponent + 1
        if exponent:
            found.append((prime, exponent))
        prime += 1 if prime == 2 else 2
    return [*found, (value, 1)] if value > 1 else found
