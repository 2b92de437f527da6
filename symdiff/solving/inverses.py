"""g(u) = t turned round: what u is, where that is so, and how often."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from symdiff.algebra import ONE, Condition, add, condition, fmap, mul, named, neg, number, power, sub
from symdiff.expr import Expr
from symdiff.solving.numbers import is_free
from symdiff.solving.polynomials import quotient

_PI = named("pi")
_TURN = mul(number(2), _PI)


class Branch(NamedTuple):
    """`inner` = `value`, also with whole multiples of a `period` added, where the conditions hold."""

    inner: Expr
    value: Expr
    conditions: tuple[Condition, ...] = ()
    period: Expr | None = None


def inverted(g: Expr, t: Expr, x: Expr) -> list[Branch] | None:
    """What g = t says of the one part of g that depends on x; None where g has no inverse that is known."""
    if g.op == "map" and len(g.args) == 1 and g.attr in _INVERSES:
        return _INVERSES[g.attr](g.args[0], t)
    if g.op != "mul":
        return None
    pairs = list(zip(g.args[1::2], g.args[2::2], strict=True))
    moving = [(base, by) for base, by in pairs if not (is_free(base, x) and is_free(by, x))]
    if len(moving) != 1:
        return None
    ((base, by),) = moving
    rest = mul(g.args[0], *(power(b, e) for b, e in pairs if (b, e) not in moving))
    t, asked = (t, ()) if rest is ONE else (quotient(t, rest), (condition("nonzero", rest),))
    if is_free(base, x):
        value = quotient(fmap("log", t), fmap("log", base)) if base is not named("e") else fmap("log", t)
        return [Branch(by, value, (*asked, condition("positive", t), condition("positive", base)))]
    if is_free(by, x):
        return [branch._replace(conditions=(*asked, *branch.conditions)) for branch in _of_power(base, by, t)]
    return None


def _of_power(base: Expr, by: Expr, t: Expr) -> list[Branch]:
    """base^by = t: both signs of an even whole power; else the base is not negative, nor is t."""
    back = power(by, number(-1))
    exponent = by.attr if by.op == "number" else None
    if isinstance(exponent, Fraction):
        turned = power(t, number(1 / exponent))
        return [Branch(base, turned, (condition("nonnegative" if exponent > 0 else "positive", t),))]
    if isinstance(exponent, int):
        if exponent % 2:
            size = fmap("cbrt", t) if exponent == 3 else mul(fmap("sign", t), power(fmap("abs", t), back))
            return [Branch(base, t if exponent == 1 else size)]
        asked = (condition("nonnegative" if exponent > 0 else "positive", t),)
        return [Branch(base, power(t, back), asked), Branch(base, neg(power(t, back)), asked)]
    return [Branch(base, power(t, back), (condition("positive", t),))]


def _plainly(name: str, *asked: Callable[[Expr], Condition]) -> Callable[[Expr, Expr], list[Branch]]:
    return lambda u, t: [Branch(u, fmap(name, t), tuple(ask(t) for ask in asked))]


def _within(low: Expr, high: Expr) -> Callable[[Expr], Condition]:
    return lambda t: condition("within_closed", t, low, high)


def _sine(u: Expr, t: Expr) -> list[Branch]:
    asked, arc = (_within(number(-1), ONE)(t),), fmap("asin", t)
    return [Branch(u, arc, asked, _TURN), Branch(u, sub(_PI, arc), asked, _TURN)]


def _cosine(u: Expr, t: Expr) -> list[Branch]:
    asked, arc = (_within(number(-1), ONE)(t),), fmap("acos", t)
    return [Branch(u, arc, asked, _TURN), Branch(u, neg(arc), asked, _TURN)]


def _over(function: Callable[[Expr, Expr], list[Branch]]) -> Callable[[Expr, Expr], list[Branch]]:
    """The same of 1/t, for the reciprocal function."""
    return lambda u, t: function(u, power(t, number(-1)))


def _tangent(u: Expr, t: Expr) -> list[Branch]:
    return [Branch(u, fmap("atan", t), (), _PI)]


def _cotangent(u: Expr, t: Expr) -> list[Branch]:
    return [Branch(u, sub(mul(number(Fraction(1, 2)), _PI), fmap("atan", t)), (), _PI)]


def _hyperbolic_cosine(u: Expr, t: Expr) -> list[Branch]:
    asked = (condition("less_equal", ONE, t),)
    return [Branch(u, fmap("acosh", t), asked), Branch(u, neg(fmap("acosh", t)), asked)]


def _logit(u: Expr, t: Expr) -> list[Branch]:
    return [Branch(u, fmap("log", quotient(t, sub(ONE, t))), (condition("within", t, number(0), ONE),))]


_HALF_PI = mul(number(Fraction(1, 2)), _PI)
_INVERSES: dict[str, Callable[[Expr, Expr], list[Branch]]] = {
    "exp": _plainly("log", lambda t: condition("positive", t)),
    "log": _plainly("exp"),
    "cbrt": lambda u, t: [Branch(u, power(t, number(3)))],
    "sin": _sine,
    "cos": _cosine,
    "tan": _tangent,
    "csc": _over(_sine),
    "sec": _over(_cosine),
    "cot": _cotangent,
    "asin": _plainly("sin", _within(neg(_HALF_PI), _HALF_PI)),
    "acos": _plainly("cos", _within(number(0), _PI)),
    "atan": _plainly("tan", lambda t: condition("within", t, neg(_HALF_PI), _HALF_PI)),
    "sinh": _plainly("asinh"),
    "cosh": _hyperbolic_cosine,
    "tanh": _plainly("atanh", lambda t: condition("within", t, number(-1), ONE)),
    "asinh": _plainly("sinh"),
    "acosh": _plainly("cosh", lambda t: condition("nonnegative", t)),
    "atanh": _plainly("tanh"),
    "sigmoid": _logit,
    "softplus": lambda u, t: [Branch(u, fmap("log", sub(fmap("exp", t), ONE)), (condition("positive", t),))],
}  # fmt: skip


def rewritten(e: Expr) -> Expr | None:
    """A function that is made of those with an inverse: log2, log10, exp2 …; None of any other."""
    if e.op != "map" or len(e.args) != 1:
        return None
    (u,) = e.args
    made: dict[str, Callable[[], Expr]] = {
        "log2": lambda: quotient(fmap("log", u), fmap("log", number(2))),
        "log10": lambda: quotient(fmap("log", u), fmap("log", number(10))),
        "log1p": lambda: fmap("log", add(ONE, u)),
        "expm1": lambda: sub(fmap("exp", u), ONE),
        "exp2": lambda: power(number(2), u),
    }
    return made[e.attr]() if e.attr in made else None
