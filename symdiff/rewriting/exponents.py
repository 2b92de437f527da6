"""Exponentials that differ by a power: S*exp(u) and K*exp(v) meet where u - v, multiplied out, is log(K/S)."""

from __future__ import annotations

from symdiff.algebra import ONE, ZERO, add, fmap, is_zero, mul, neg, number, power, split_number
from symdiff.algebra import terms as summands
from symdiff.expr import Expr, postorder
from symdiff.rewriting.collecting import collect
from symdiff.rewriting.cost import cost
from symdiff.rewriting.expand import multiplied_out, tidy_sum
from symdiff.rewriting.product import Factor, Product, opened, powers_opened
from symdiff.rewriting.rules import Recorder

_MOST = 64  # terms of an exponent multiplied out


def exponentials_met(e: Expr, recorder: Recorder | None) -> Expr | None:
    """A sum of scalars in which the exponentials of terms are the shortest one where they differ by a power of it.

    None where that is not shorter.
    """
    if e.shape or not any(node.op == "map" and node.attr == "log" for node in postorder(e)):
        return None
    views = [opened(term) for term in e.args]
    apart = {k: _apart(view) for k, view in enumerate(views) if any(map(_is_exponential, view.factors))}
    if len(apart) < 2:
        return None
    shortest = min((exponent for _, exponent in apart.values()), key=cost)
    found = list(e.args)
    for k, (rest, exponent) in apart.items():
        between = ONE if exponent is shortest else _as_power(add(exponent, neg(shortest)))
        if between is not None:
            found[k] = collect(mul(rest, between, fmap("exp", shortest)), recorder)
    after = tidy_sum(found)
    return after if cost(after) < cost(e) else None


def _is_exponential(factor: Factor) -> bool:
    named = factor.base.op == "map" and factor.base.attr == "exp"
    return named and not factor.labels and factor.exponent.op == "number"


def _apart(view: Product) -> tuple[Expr, Expr]:
    """A product without its exponentials, and their exponents added up."""
    exponents = [mul(f.exponent, f.base.args[0]) for f in view.factors if _is_exponential(f)]
    rest = view._replace(factors=[f for f in view.factors if not _is_exponential(f)])
    return rest.build(), add(*exponents) if exponents else ZERO


def _as_power(exponent: Expr) -> Expr | None:
    """exp of a sum of multiples of logarithms, without either; None of any other."""
    parts = [part for term in _distributed(exponent) for part in _distributed(powers_opened(term))]
    total = collect(tidy_sum([collect(part) for part in parts]))
    factors = [] if is_zero(total) else [split_number(term) for term in summands(total)]
    if any(rest.op != "map" or rest.attr != "log" for _, rest in factors):
        return None
    return mul(ONE, *(power(rest.args[0], number(value)) for value, rest in factors))


def _distributed(e: Expr) -> list[Expr]:
    return [part for term in summands(e) for part in multiplied_out(term, _MOST) or [term]]
