"""Whether the forms of an expression in its cases meet smoothly, where the things that are compared are at ends."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symdiff.algebra import (
    add,
    is_positive,
    is_zero,
    neg,
    number,
    ones,
    power,
    same,
    scale,
    spread,
    sub,
    substitute,
    symbol,
    unspread,
    zeros,
)
from symdiff.algebra.build import split_number
from symdiff.algebra.conditions import holds
from symdiff.algebra.fact import Fact, bounds, facts
from symdiff.algebra.intervals import ZERO, of_value, point
from symdiff.algebra.leaves import Number
from symdiff.algebra.rebuild import rebuild
from symdiff.book import domain_of, is_step, smooth_of
from symdiff.calculus.differential import differentials
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect

_LARGEST = 300  # nodes of a difference that is differentiated
_HIGHEST = 5  # derivatives that are looked at until one is not 0
_NEAR = Fraction(1, 10**12)


def agree(a: Expr, b: Expr, ends: Mapping[Expr, Number], order: int) -> bool:
    """Whether two expressions agree where things are at ends, with their derivatives by the things up to an order.

    They do where their difference, with each thing as a variable of its own, vanishes there to that order.
    """
    difference = sub(a, b)
    here: dict[Expr, Expr] = {}
    for k, (thing, end) in enumerate(ends.items()):
        z = symbol(f"?z{k}", thing.shape)
        here[z] = spread(number(end), thing.shape)
        difference = substitute(difference, _as_variable(thing, z, difference))
    slopes = [difference]
    try:
        for k in range(order + 1):
            slopes = [slope for slope in map(collect, slopes) if not is_zero(slope)]
            if any(len(postorder(slope)) > _LARGEST or not _vanishes(slope, here) for slope in slopes):
                return False
            if k < order:
                slopes = [differentials([slope], {z: ones(z.shape)})[0] for slope in slopes for z in here]
    except SymdiffError:
        return False
    return True


def _vanishes(e: Expr, here: Mapping[Expr, Expr]) -> bool:
    """Whether e is zero at a place, and all that it is made of has a value there and does not jump."""

    def put(part: Expr) -> Expr:
        return substitute(part, here)

    asked = (c for node in postorder(e) for c in (*domain_of(node), *(smooth_of(node) if is_step(node) else ())))
    if any(holds(c.of(put)) is False for c in asked):
        return False
    value = _signs_out(collect(put(e)))
    return bounds(value) == ZERO or same(value, zeros(e.shape))


def _signs_out(e: Expr) -> Expr:
    """Whole powers of multiples as multiples of powers: (-y)^2 as y^2."""
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        made = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        if made.op == "map" and made.attr == "pow":
            (value, base), exponent = split_number(made.args[0]), unspread(made.args[1])
            if value != 1 and exponent is not None and exponent.op == "number" and isinstance(exponent.attr, int):
                made = scale(power(number(value), exponent), power(base, exponent))
        done[node] = made
    return done[e]


def _as_variable(thing: Expr, z: Expr, e: Expr) -> dict[Expr, Expr]:
    """A thing in e as the variable z: by a symbol that is a term of it, where there is one, else as it is written."""
    terms = thing.args if thing.op == "add" else (thing,)
    for k, term in enumerate(terms):
        value, x = split_number(term)
        rest = [other for j, other in enumerate(terms) if j != k]
        if x.op == "symbol" and x.shape == thing.shape and not any(x in postorder(other) for other in rest):
            unit = number(1 / value if isinstance(value, float) else Fraction(1) / value)
            return {x: scale(unit, sub(z, add(*rest)) if rest else z)}
    split = {node: split_number(node) for node in postorder(e) if node.shape == thing.shape}
    return {node: scale(number(value), z) for node, (value, rest) in split.items() if rest is thing}


def settled(e: Expr, thing: Expr, end: Number, side: int) -> Expr:
    """e with its step functions as what they are just below, at or above an end of a thing, where that is known.

    So floor(max(1, t)) is 1 on both sides of 1.
    """
    if not any(map(is_step, postorder(e))):
        return e
    z = symbol("?z", thing.shape)
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        made = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        if is_step(made):
            inner = substitute(made.args[0], _as_variable(thing, z, made.args[0]))
            made = _beside(made, inner, z, end, side)
        done[node] = made
    return done[e]


def _beside(step: Expr, inner: Expr, z: Expr, end: Number, side: int) -> Expr:
    """A step function of what is `inner` in z, as a number, where that is known just beside an end."""
    at = bounds(substitute(inner, {z: spread(number(end), z.shape)}))
    (slope,) = differentials([inner], {z: ones(z.shape)})
    sign = facts(slope)
    turned = 0 if is_zero(slope) else 1 if sign & Fact.POSITIVE else -1 if sign & Fact.NEGATIVE else None
    if at is None or at.low != at.high or (turned is None and side):
        return step
    value = of_value(step.attr, point(at.low + (turned or 0) * side * _NEAR))
    return step if value is None else spread(number(value.low), step.shape)


def way_of(thing: Expr, x: Expr, end: Number) -> dict[int, int] | None:
    """On which side of its end a function of x is where x is below, at and above its own end; None if not known."""
    slope = thing
    for k in range(1, _HIGHEST + 1):
        (slope,) = differentials([slope], {x: ones(x.shape)})
        there = collect(substitute(slope, {x: spread(number(end), x.shape)}))
        sign = 1 if is_positive(there) else -1 if is_positive(neg(there)) else 0
        if sign:
            return {-1: sign * (-1) ** k, 0: 0, 1: sign}
        if bounds(there) != ZERO:
            return None
    return None
