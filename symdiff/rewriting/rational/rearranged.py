"""Scalars multiplied out, factored, or by powers of one thing; arrays as far as that is done for each term."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symdiff.algebra import ZERO, add, mul, rebuild
from symdiff.errors import LimitError, SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewriting.cancel import is_rational
from symdiff.rewriting.collecting import collect
from symdiff.rewriting.cost import cost
from symdiff.rewriting.elementwise import by_elements
from symdiff.rewriting.expand import multiplied_out, tidy_sum
from symdiff.rewriting.presenting import present
from symdiff.rewriting.product import is_product
from symdiff.rewriting.rational.kernels import NoQuotient, Relations, quotient_of
from symdiff.rewriting.rational.polynomial import TERMS, TooLarge, coefficients, variables
from symdiff.rewriting.rational.quotient import Quotient
from symdiff.rewriting.rational.writing import Writer

_ROOTED = Relations(roots=True)


def expanded(e: Expr) -> Expr:
    """Products and whole powers of sums multiplied out, each term over the divisors; in arguments too.

    LimitError where that makes more terms than are worked out.
    """
    made: dict[Expr, Expr] = {}
    whole = {arg for node in postorder(e) if not is_rational(node) for arg in node.args} | {e}
    for node in postorder(e):
        args = tuple(made[arg] for arg in node.args)
        made[node] = node if args == node.args else rebuild(node, args)
        if is_rational(node) or (node.op == "map" and not node.shape):
            made[node] = _scalar_expanded(made[node]) if node in whole else made[node]
        elif node.op == "add" or is_product(node):
            made[node] = _terms_expanded(made[node])
    return made[e]


def _scalar_expanded(e: Expr) -> Expr:
    return _or_too_large(lambda: _in_terms(e), e)


def _in_terms(e: Expr) -> Expr:
    kernels, value = quotient_of(e, _ROOTED)
    if not value.number:
        return ZERO
    above = {p: k for p, k in value.powers.items() if k > 0}
    below = Quotient(Fraction(1, value.number.denominator), {p: k for p, k in value.powers.items() if k < 0})
    return Writer(kernels).apart(kernels.multiplied(value.number.numerator, above), below)


def _terms_expanded(e: Expr) -> Expr:
    parts = [multiplied_out(term, TERMS) for term in (e.args if e.op == "add" else (e,))]
    if None in parts:
        raise _too_large()
    return tidy_sum([collect(part) for some in parts if some is not None for part in some])


def factored_form(e: Expr) -> Expr:
    """A scalar as a product of irreducible factors over a product of them; of arrays what all terms have in common.

    LimitError where that would take more terms than are worked out.
    """
    if e.shape:
        entries = by_elements(e, lambda entry, _: factored_form(entry))
        return present(collect(e)) if entries is None else entries[0]
    if not is_rational(e):
        return e

    def product() -> Expr:
        kernels, value = quotient_of(e, Relations())
        return Writer(kernels, as_met=False).product(value)

    return _or_too_large(product, e)


def collected_by(e: Expr, x: Expr) -> Expr:
    """A scalar as a sum of powers of x with coefficients: (a + b)*x^2 + c*x, over what divides it.

    SymdiffError where x is no name and no function; LimitError where it has too many terms.
    """
    if e.shape or x.shape:
        raise SymdiffError("only scalars are collected by powers", hint="expand and factor take arrays")
    return _or_too_large(lambda: _by_powers(e, x), e)


def _by_powers(e: Expr, x: Expr) -> Expr:
    kernels, value = quotient_of(e, _ROOTED)
    if not value.number:
        return ZERO
    by = kernels.quotient(x)
    place = next(iter(by.powers), -1)
    k = kernels.kernel_at(place) if place >= 0 else -1
    if by.number != 1 or dict(by.powers) != {place: 1} or k < 0:
        raise SymdiffError(f"powers of {x} are not told apart", hint="collect by a name or a function: x, sin(t)")
    writer = Writer(kernels)
    numerator = kernels.multiplied(value.number.numerator, {p: n for p, n in value.powers.items() if n > 0})
    below = Quotient(Fraction(1, value.number.denominator), {p: n for p, n in value.powers.items() if n < 0})
    parts = coefficients(numerator, k)
    if len(parts) == 1 and numerator:
        return e if max(parts) == 0 else writer.product(value)
    divides = any(k in variables(kernels.factors[p]) for p in below.powers)
    terms = []
    for power in sorted(parts, reverse=True):
        own = kernels.of_polynomial(parts[power])
        front = min(writer.forms(own if divides else kernels.product([own, below])), key=cost)
        terms.append(mul(front, writer.product(Quotient(Fraction(1), {place: power} if power else {}))))
    return mul(add(*terms), writer.product(below)) if divides else add(*terms)


def _or_too_large(work: Callable[[], Expr], e: Expr) -> Expr:
    """What is made of e, itself where it has no value as a quotient; an error where that is too long."""
    try:
        return work()
    except (NoQuotient, ZeroDivisionError):
        return e
    except TooLarge:
        raise _too_large() from None


def _too_large() -> LimitError:
    return LimitError(f"multiplied out this has more than {TERMS:,} terms, or too many different parts")
