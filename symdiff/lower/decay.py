"""Exponentials over functions that decay as they do, and logarithms of these: erfc, the normal distribution, expm1."""

from __future__ import annotations

from fractions import Fraction

from symdiff.algebra import add, compare, fmap, is_complex, neg, number, power, scale, select, unspread, zeros
from symdiff.expr import Expr

Pairs = list[tuple[Expr, Expr]]

_TWO, _HALF = number(2), number(Fraction(1, 2))


def number_of(e: Expr) -> float | int | Fraction | None:
    """The number that stands at every entry, or None."""
    scalar = unspread(e)
    return scalar.attr if scalar is not None and scalar.op == "number" else None


def argument_of(e: Expr, name: str) -> Expr | None:
    """u where e is name(u)."""
    return e.args[0] if e.op == "map" and e.attr == name else None


def log_of_erfc(u: Expr) -> Expr:
    """log(erfc(u)), where erfc(u) may be too small for a number."""
    large = add(fmap("log", fmap("erfcx", u)), neg(power(u, _TWO)))
    return select(compare(">", u, zeros(u.shape)), large, fmap("log", fmap("erfc", u)))


def log_of_normal(u: Expr) -> Expr:
    """log(normcdf(u)), where normcdf(u) may be too small for a number, or nearly 1."""
    left = add(fmap("log", _scaled_normal(u)), scale(neg(_HALF), power(u, _TWO)))
    right = fmap("log1p", neg(fmap("normcdf", neg(u))))
    return select(compare("<", u, zeros(u.shape)), left, right)


def _scaled_normal(u: Expr) -> Expr:
    """normcdf(u)*exp(u^2/2), as large as 1/|u| far to the left."""
    return scale(_HALF, fmap("erfcx", scale(neg(power(_TWO, neg(_HALF))), u)))


def exp_over(pairs: Pairs) -> Pairs | None:
    """exp(u)/expm1(u) as -1/expm1(-u), exp(-u^2)/erfc(u) as 1/erfcx(u), and so on: none is lost far out.

    The pairs are bases and exponents of a product; None where it holds none of these.
    """
    for k, (base, exponent) in enumerate(pairs):
        p = number_of(exponent)
        if p is None or p >= 0 or any(map(is_complex, base.args)):
            continue
        if (u := argument_of(base, "expm1")) is not None:
            wanted, new = u, neg(fmap("expm1", neg(u)))
        elif (u := argument_of(base, "erfc")) is not None:
            wanted, new = neg(power(u, _TWO)), fmap("erfcx", u)
        elif (u := argument_of(base, "normcdf")) is not None:
            wanted, new = scale(neg(_HALF), power(u, _TWO)), _scaled_normal(u)
        else:
            continue
        for j, (other, q) in enumerate(pairs):
            power_of_exp = number_of(q)
            if argument_of(other, "exp") is wanted and power_of_exp is not None and 0 < power_of_exp <= -p:
                rest = [pair for i, pair in enumerate(pairs) if i not in (j, k)]
                left = [(base, number(p + power_of_exp))] if p + power_of_exp else []
                return [*rest, *left, (new, number(-power_of_exp))]
    return None
