"""Quotients written as expressions: factored, multiplied out, or a sum of quotients; sums as they were met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import inf

from symdiff.algebra import add, fmap, mul, named, neg, number, power, split_number
from symdiff.expr import Expr
from symdiff.rewriting.cost import cost
from symdiff.rewriting.rational.kernels import Kernels
from symdiff.rewriting.rational.polynomial import Poly, TooLarge, exponents, key, variable
from symdiff.rewriting.rational.quotient import Quotient, Root, of_number

_OVER = {"cos": ("sin", "tan", "cot", "sec"), "cosh": ("sinh", "tanh", "coth", "sech")}
_APART = 12  # terms of a sum of quotients


class Writer:
    """Writes the quotients of some kernels."""

    def __init__(self, kernels: Kernels, as_met: bool = True) -> None:
        self.kernels = kernels
        self.as_met = as_met  # roots and sums are written with the numbers in them that they had
        self.sums: dict[object, Expr] = {}

    def forms(self, value: Quotient, most: float = inf) -> Iterator[Expr]:
        """The forms that a quotient may have; no sum is written that alone has more operations than these."""
        if value.is_number:
            yield number(value.number)
            return
        above = {p: e for p, e in value.powers.items() if e > 0}
        below = {p: e for p, e in value.powers.items() if e < 0}
        yield self.product(value)
        self.as_met = False
        yield self.product(value)
        self.as_met = True
        try:
            divisors = [self.product(Quotient(Fraction(1), below))]
            if any(len(self.kernels.factors[p]) > 1 for p in below):
                lower = self.kernels.multiplied(1, {p: -e for p, e in below.items()})
                if len(lower) <= most:
                    divisors.append(power(self.sum(lower), number(-1)))
                    yield mul(self.product(Quotient(value.number, above)), divisors[-1])
            numerator = self.kernels.multiplied(value.number.numerator, above)
            if not 1 < len(numerator) <= most:
                return
            for divisor in divisors:
                yield mul(number(Fraction(1, value.number.denominator)), self.sum(numerator), divisor)
            alone = {p: e for p, e in above.items() if len(self.kernels.factors[p]) == 1}
            inner = self.kernels.multiplied(1, {p: e for p, e in above.items() if p not in alone})
            yield mul(self.product(Quotient(value.number, {**alone, **below})), self.sum(inner))
            if len(numerator) <= _APART:
                yield self.apart(numerator, Quotient(Fraction(1, value.number.denominator), below))
        except TooLarge:
            return

    def apart(self, numerator: Poly, below: Quotient) -> Expr:
        """Each term of a polynomial over a divisor by itself."""
        terms = (self.kernels.of_polynomial({m: v}) for m, v in _ordered(numerator))
        return _positive_first([self.product(self.kernels.product([below, term])) for term in terms])

    def product(self, value: Quotient) -> Expr:
        """The product of the number and of powers of the factors."""
        if not value.powers:
            return number(value.number)
        front, powers = self._contracted(value)
        bases: dict[Expr | None, list[Quotient]] = {}
        if self.as_met and any(self.kernels.kernel_at(place) < 0 for place in powers):
            front = self._with_sums(front, powers, bases)
        for place, e in powers.items():
            k = self.kernels.kernel_at(place)
            base, scale = self._factor(place) if k < 0 else self._base(k)
            exponent = (None if k < 0 else self.kernels.kernels[k].exponent) or of_number(1)
            bases.setdefault(base, []).append(Quotient(exponent.number * e, exponent.powers))
            front *= scale**e
        _tangents(bases)
        written = [_raised(base, self._exponent(parts)) for base, parts in bases.items()]
        turned = next((k for k, factor in enumerate(written) if front < 0 and _has_minus(factor)), None)
        if turned is not None:
            front, written[turned] = -front, _positive_first([neg(term) for term in written[turned].args])
        return mul(number(front), *_numbers_met(written))

    def _base(self, k: int) -> tuple[Expr | None, Fraction]:
        """What a kernel is a power of, and what that has to be multiplied by: sqrt(1 + x^2/4) is sqrt(4 + x^2)/2."""
        if k < 0:
            return None, Fraction(1)
        kernel = self.kernels.kernels[k]
        if kernel.scale == 1 or self.as_met or k not in self.kernels.roots:
            return kernel.base, kernel.scale
        return min(self.forms(self.kernels.roots[k].value), key=cost), Fraction(1)

    def _exponent(self, parts: list[Quotient]) -> Expr:
        whole = self.kernels.total(parts)
        if whole.is_number:
            return number(whole.number)
        return min(self.forms(whole), key=cost)

    def _contracted(self, value: Quotient) -> tuple[Fraction, dict[int, int]]:
        """The number and the powers with R·k for k^3 where k^2 is R, and k/R for 1/k."""
        front, powers = value.number, dict(value.powers)
        for k, root in self.kernels.roots.items():
            own = self.kernels.place(variable(k))
            turns = _turns(powers, root) if own in powers or self.kernels.kernels[k].exponent is None else 0
            if turns:
                front /= root.value.number**turns
                for place, e in root.value.powers.items():
                    powers[place] = powers.get(place, 0) - turns * e
                powers[own] = powers.get(own, 0) + turns * root.exponent
                powers = {place: e for place, e in powers.items() if e}
        return front, powers

    def _with_sums(self, front: Fraction, powers: dict[int, int], bases: dict[Expr | None, list[Quotient]]) -> Fraction:
        """Take sums that were met and are products, x^2 - 1, out of the powers; gives the number that is left."""
        for name, (met, value) in self.kernels.sums.items():
            if len(name) < 2 or not (turns := _turns(powers, Root(1, Quotient(value, dict(name))))):
                continue
            bases.setdefault(met, []).append(of_number(turns))
            front /= value**turns
            for place, e in name:
                powers[place] -= turns * e
                if not powers[place]:
                    del powers[place]
        return front

    def _factor(self, place: int) -> tuple[Expr, Fraction]:
        """A factor that is a sum, and what it has to be multiplied by: as it was met, where it was."""
        known = self.kernels.sums.get(frozenset({(place, 1)}))
        if known is not None and (self.as_met or abs(known[1]) == 1):
            return known[0], 1 / known[1]
        return self.sum(self.kernels.factors[place]), Fraction(1)

    def sum(self, a: Poly) -> Expr:
        """A polynomial, term by term."""
        name = key(a)
        if name not in self.sums:
            self.sums[name] = _positive_first([self._monomial(m, v) for m, v in _ordered(a)])
        return self.sums[name]

    def _monomial(self, m: int, v: int) -> Expr:
        powers = {self.kernels.place(variable(k)): e for k, e in exponents(m)}
        return self.product(Quotient(Fraction(v), powers))


def _raised(base: Expr | None, exponent: Expr) -> Expr:
    """A power; of exp where there is no base."""
    if base is None and exponent.op != "number":
        return fmap("exp", exponent)
    return power(named("e") if base is None else base, exponent)


def _tangents(bases: dict[Expr | None, list[Quotient]]) -> None:
    """Put tan(u)^k for sin(u)^k/cos(u)^k, and sec(u)^k for 1/cos(u)^k where no sine stands beside it."""
    for cosine in [base for base in bases if base is not None and base.op == "map" and base.attr in _OVER]:
        sine, tangent, cotangent, secant = (fmap(name, *cosine.args) for name in _OVER[cosine.attr])
        below, above = bases[cosine], bases.get(sine)
        if above is None and len(below) == 1 and below[0].is_number and below[0].number < 0:
            bases.setdefault(secant, []).append(of_number(-below[0].number))
            del bases[cosine]
        elif above is not None and [q.number for q in above] == [-q.number for q in below]:
            own, powers = (tangent, above) if above[0].number > 0 else (cotangent, below)
            bases.setdefault(own, []).extend(powers)
            del bases[cosine], bases[sine]


def _has_minus(e: Expr) -> bool:
    """Whether a sum has terms with a minus, so that it may take a minus in front."""
    return e.op == "add" and any(split_number(term)[0] < 0 for term in e.args)


def _positive_first(terms: list[Expr]) -> Expr:
    """A sum with a term in front that has no minus, if there is one."""
    place = next((k for k, term in enumerate(terms) if split_number(term)[0] > 0), 0)
    return add(number(0), *terms[place : place + 1], *terms[:place], *terms[place + 1 :])


def _turns(powers: Mapping[int, int], root: Root) -> int:
    """How often the value of a root is to be taken out of powers, so that fewest are left."""
    own = root.value.powers
    if not own or any(place not in powers for place in own):
        return 0
    each = {powers[place] // e if powers[place] * e > 0 else -(-powers[place] // e) for place, e in own.items()}
    low = min(each, key=abs)
    return low if all(turn * low > 0 for turn in each) else 0


def _ordered(a: Poly) -> list[tuple[int, int]]:
    """Higher terms first, of equal ones those in what was met first."""

    def rank(item: tuple[int, int]) -> tuple[int, list[tuple[int, int]]]:
        powers = exponents(item[0])
        return -sum(e for _, e in powers), [(k, -e) for k, e in powers]

    return sorted(a.items(), key=rank)


def _numbers_met(factors: list[Expr]) -> list[Expr]:
    """sqrt(6) for sqrt(2)*sqrt(3); not for roots of what is negative."""
    roots: dict[Expr, Fraction] = {}
    rest = []
    for factor in factors:
        if factor.op == "mul" and len(factor.args) == 3 and factor.args[1].op == "number" and factor.args[1].attr > 0:
            roots[factor.args[2]] = roots.get(factor.args[2], Fraction(1)) * Fraction(factor.args[1].attr)
        else:
            rest.append(factor)
    return [*(power(number(value), exponent) for exponent, value in roots.items()), *rest]
