"""Functions of whole numbers that are known: exact, where others have gamma functions for it."""

from __future__ import annotations

import math
from fractions import Fraction

from symdiff.algebra import ONE, ZERO, add, divide, fmap, mul, number, ones, sub
from symdiff.errors import NotSupported
from symdiff.expr import Expr

_LARGEST = 1000  # whose factorial is written out
_FACTORS = 20  # of a binomial coefficient that is a product


def _known(e: Expr) -> int | None:
    return e.attr if e.op == "number" and isinstance(e.attr, int) else None


def factorial(n: Expr) -> Expr:
    """n!, or gamma(n + 1)."""
    whole = _known(n)
    if whole is not None and 0 <= whole <= _LARGEST:
        return number(math.factorial(whole))
    return fmap("gamma", _above(n))


def binomial(n: Expr, k: Expr) -> Expr:
    """The coefficient of x^k in (1 + x)^n: a product where k is known, else by gamma functions."""
    below, above = _known(k), _known(n)
    if below is not None and above is not None and 0 <= below <= above <= _LARGEST:
        return number(math.comb(above, below))
    if below is not None and below <= _FACTORS and not n.shape:
        front = number(Fraction(1, math.factorial(max(below, 0))))
        return mul(front, *(sub(n, number(j)) for j in range(below))) if below >= 0 else ZERO
    top, left, right = (fmap("gamma", _above(e)) for e in (n, k, sub(n, k)))
    return divide(divide(top, left), right)


def _above(e: Expr) -> Expr:
    """e + 1."""
    return add(*(e.args if e.op == "add" else (e,)), ones(e.shape) if e.shape else ONE)


def gcd(a: Expr, b: Expr) -> Expr:
    """The greatest common divisor."""
    return number(math.gcd(*_both("gcd", a, b)))


def lcm(a: Expr, b: Expr) -> Expr:
    """The least common multiple."""
    return number(math.lcm(*_both("lcm", a, b)))


def _both(name: str, a: Expr, b: Expr) -> tuple[int, int]:
    first, second = _known(a), _known(b)
    if first is None or second is None:
        raise NotSupported(f"{name} of whole numbers that are not known")
    return first, second
