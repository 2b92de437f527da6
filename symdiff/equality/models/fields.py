"""Prime fields that are made so that exponentials, rotations, roots and signs obey their laws in them.

p = -1 modulo 64 and small primes: -1 is no square there, small primes are, so the squares take the part of the positive
numbers: they are closed under products and roots, and sign and absolute value are those of the reals as far as products
go. Where q divides p - 1, exp(u) is a power of an element of order q, with u in the field of q elements below; where r
divides p + 1, exp(iu) is a power of an element of order r among those of norm 1 in the field with i = sqrt(-1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import prod
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")
Pair = tuple[int, int]  # a + b·i

_SMALL = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)
_TURNS = 64 * 9 * 5 * 7 * 11 * 13  # the order of the root of unity whose powers are the angles 2π·k/_TURNS
_BITS = 61  # of the smallest primes
_SPARE = 12  # bits in which a prime is sought
_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
_COSINES = (4, 6, 5, 8, 12, 16)  # cos(π/n) is to be a square for these n, as roots of 2, 3, 5 and 2 + sqrt(2) are
_SUMS = ((1, 2), (1, 3), (1, 5), (2, 3))  # and the root of one plus the root of the other
_TRIES = 300


class Field(NamedTuple):
    """The prime p; the base of exp, where it has one; the rotations by 1, where it has them, and by 2π/_TURNS."""

    p: int
    base: int | None
    rotation: Pair | None
    turn: Pair

    def is_square(self, x: int) -> bool:
        return x == 0 or pow(x, (self.p - 1) // 2, self.p) == 1

    def root(self, x: int, numerator: int, denominator: int) -> int:
        """A rational power of a square: the one that is a square."""
        half = (self.p - 1) // 2
        return pow(x, numerator * pow(denominator, -1, half) % half, self.p)

    def turned(self, numerator: int, denominator: int) -> Pair | None:
        """cos and sin of 2π·numerator/denominator; None where the field has no such angle."""
        if _TURNS % denominator:
            return None
        return power(self.turn, numerator * (_TURNS // denominator) % _TURNS, self.p)


@cache
def tower(paths: frozenset[str], primes: frozenset[int], variant: int = 0) -> dict[str, Field]:
    """A field for each path: "" for values, "e" for what is under exp, "c" under sin and cos, "ec" and so on.

    In another `variant` other numbers are squares.
    """
    found: dict[str, Field] = {}
    smooth = _TURNS * prod({*_SMALL, *primes} - {3, 5, 7, 11, 13})
    for path in sorted(paths, key=len, reverse=True):
        up, around = (found[path + way].p if path + way in found else 1 for way in "ec")
        found[path] = _field(up, around, smooth, Random(f"{path} {sorted(paths)} {variant}"), strict=not path)
    return found


def _field(up: int, around: int, smooth: int, random: Random, strict: bool) -> Field:
    """A field with p = 1 modulo `up`, p = -1 modulo `around` and `smooth`; where signs are looked at, a strict one."""
    step = up * around * smooth
    residue = (-1 + around * smooth * (2 * pow(around * smooth, -1, up) % up)) % step if up > 1 else step - 1
    spare = max(_SPARE, _BITS - step.bit_length())
    k = random.randrange(1 << spare, 2 << spare)
    while True:
        p, k = residue + step * k, k + 1
        turn = _turn(random, p, strict) if is_prime(p) else None
        if turn is not None:
            break
    base = _of_order(lambda: pow(random.randrange(2, p), (p - 1) // up, p), 1) if up > 1 else None
    rotation = _of_order(lambda: power(_unit(random, p), (p + 1) // around, p), (1, 0)) if around > 1 else None
    return Field(p, base, rotation, turn)


def _of_order(draw: Callable[[], T], one: T) -> T:
    """An element that is drawn, and is not 1: of an order that is prime."""
    while (found := draw()) == one:
        pass
    return found


def _unit(random: Random, p: int) -> Pair:
    """A random element of norm 1: z over its conjugate."""
    a, b = random.randrange(1, p), random.randrange(1, p)
    norm = pow(a * a + b * b, -1, p)
    return (a * a - b * b) * norm % p, 2 * a * b * norm % p


def _turn(random: Random, p: int, strict: bool) -> Pair | None:
    """An element of order _TURNS for which cosines of some angles are "positive", as they are in fact; None if none is.

    So cos(π/4) is half the root of 2 that is a square, and not minus that; and sin(π/2) is 1.
    """
    plain = Field(p, None, None, (1, 0))
    if strict and not all(plain.is_square(plain.root(a, 1, 2) + plain.root(b, 1, 2)) for a, b in _SUMS):
        return None
    for _ in range(_TRIES):
        turn = power(_unit(random, p), (p + 1) // _TURNS, p)
        whole = all(power(turn, _TURNS // q, p) != (1, 0) for q in (2, 3, 5, 7, 11, 13))
        if power(turn, _TURNS // 4, p) != (0, 1):  # a quarter turn, not three
            turn = (turn[0], -turn[1] % p)
        if whole and (not strict or all(plain.is_square(power(turn, _TURNS // (2 * n), p)[0]) for n in _COSINES)):
            return turn
    return None


def times(x: Pair, y: Pair, p: int) -> Pair:
    return (x[0] * y[0] - x[1] * y[1]) % p, (x[0] * y[1] + x[1] * y[0]) % p


def power(x: Pair, exponent: int, p: int) -> Pair:
    """A power of an element of norm 1, whose inverse is its conjugate."""
    if exponent < 0:
        x, exponent = (x[0], -x[1] % p), -exponent
    result = (1, 0)
    while exponent:
        if exponent & 1:
            result = times(result, x, p)
        x, exponent = times(x, x, p), exponent >> 1
    return result


def is_prime(n: int) -> bool:
    """By Miller and Rabin; certain below 3·10²⁴, and wrong about larger ones with a probability below 4⁻¹³."""
    if any(n % q == 0 for q in _WITNESSES):
        return n in _WITNESSES
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(pow(a, odd, n), twos, n) for a in _WITNESSES)


def _passes(x: int, twos: int, n: int) -> bool:
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False
