"""Random scalars that are made of sums, products, powers and functions, for normal forms; and points of all signs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from symdiff.algebra import add, fmap, mul, named, neg, number, power, symbol
from symdiff.expr import Expr

NAMES = [*(symbol(name) for name in "xyab"), symbol("p", (), ["positive"]), symbol("n", (), ["integer"])]
_EXPONENTS = (2, 2, 3, -1, -1, -2, Fraction(1, 2), Fraction(1, 2), Fraction(-1, 2), Fraction(1, 3), Fraction(3, 2))
_FUNCTIONS = "exp exp log sin cos tan sec cot csc sinh cosh tanh sech abs atan sqrt".split()
_NUMBERS = (1, 1, 2, 2, 3, -1, 4, 8, Fraction(1, 2), Fraction(-2, 3))
_POINTS = (-2, -1.5, -0.7, -0.25, 0, 0.3, 0.75, 1, 1.25, 2, 3)


def drawn(random: Random, depth: int) -> Expr:
    """An expression in a few names; parts of it occur again, so that something meets."""
    parts: list[Expr] = random.sample(NAMES[:5], 2)

    def leaf() -> Expr:
        return random.choice([*parts, *parts, number(random.choice(_NUMBERS)), named("pi"), named("e")])

    def make(depth: int) -> Expr:
        pick = random.random()
        if depth <= 0 or pick < 0.1:
            return leaf()
        if pick < 0.2 and len(parts) > 2:
            return random.choice(parts)
        if pick < 0.5:
            made = add(*(make(depth - 1) for _ in range(random.randint(2, 3))))
        elif pick < 0.7:
            made = mul(*(make(depth - 1) for _ in range(random.randint(2, 3))))
        elif pick < 0.86:
            made = power(make(depth - 1), number(random.choice(_EXPONENTS)))
        elif pick < 0.9:
            exponent = random.choice([*NAMES, neg(NAMES[0]), add(NAMES[2], number(-1)), mul(number(2), NAMES[3])])
            made = power(make(depth - 2), exponent)
        else:
            name = random.choice(_FUNCTIONS)
            inner = make(depth - 1)
            made = power(inner, number(Fraction(1, 2))) if name == "sqrt" else fmap(name, inner)
        if made.args:
            parts.append(made)
        return made

    return make(depth)


def points(random: Random, count: int) -> Iterator[dict[str, float]]:
    """Values of all signs, and whole ones, for the names."""
    for _ in range(count):
        at = {s.attr.name: random.choice(_POINTS) + random.choice([0, 0, random.uniform(-0.1, 0.1)]) for s in NAMES}
        at["p"] = abs(at["p"]) + 0.125
        at["n"] = random.randint(-2, 3)
        yield at
