"""Whether a form that follows from the normal form loses no digits that an expression has.

What is rounded in a sum is as large as its terms are, times what stands beside the sum. How large that is whole numbers
in place of the kernels tell: some equal to eight digits, some small, some at which a sum nearly vanishes.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import NamedTuple

from symdiff.algebra import split_number
from symdiff.algebra.digits import is_exact, is_rounded
from symdiff.expr import Expr, postorder
from symdiff.rewriting.rational.kernels import Again, Kernels, Relations, quotient_of
from symdiff.rewriting.rational.polynomial import Poly, TooLarge, coefficients, exponents, variables
from symdiff.rewriting.rational.quotient import Quotient, of_number

_STEEP = 10_000  # the largest exponent
_LARGER = 4  # how many times larger what is rounded may become
_LARGE = 10**8
_VANISHING = 6  # sums that nearly vanish, each at a point of its own

Point = dict[int, int]  # values by kernel


class _Part(NamedTuple):
    """A sum in an expression, and what it is multiplied by there."""

    sum: Expr
    beside: Quotient


class Rounding:
    """What is rounded in an expression, at some points."""

    def __init__(self, e: Expr, kernels: Kernels) -> None:
        self.kernels = kernels
        self.random = Random(len(kernels.kernels))
        sums = [node for node in postorder(e) if _is_sum(node)]
        self.given = {frozenset(kernels.quotient(node).powers.items()) for node in sums}
        factors = {place: None for node in sums for place in kernels.quotient(node).powers}
        self.points = [self._near(), self._near(), self._small(), self._small()]
        self.points += [self._vanishing(kernels.factors[place]) for place in list(factors)[:_VANISHING]]
        sizes = [kernels.quotient(e)]
        sizes += [size for part in _sums(e, kernels) if is_rounded(part.sum.args) for size in self._terms(part)]
        self.largest = [self._largest(sizes, point) for point in self.points]

    @staticmethod
    def of(e: Expr) -> Rounding | None:
        """What is rounded in a scalar; None where it has no normal form."""
        relations = Relations(roots=any(map(_has_root, postorder(e))))
        try:
            return Rounding(e, quotient_of(e, relations)[0])
        except (TooLarge, ZeroDivisionError):
            return None

    def covers(self, form: Expr) -> bool:
        """Whether what is rounded in a form is no larger."""
        try:
            sizes = [size for part in _sums(form, self.kernels) if self._is_rounded(part) for size in self._terms(part)]
        except (TooLarge, ZeroDivisionError, Again):
            return False
        return all(
            before is None or (after := self._largest(sizes, point)) is None or after <= _LARGER * before
            for point, before in zip(self.points, self.largest, strict=True)
        )

    def _is_rounded(self, part: _Part) -> bool:
        """Whether a sum has lost digits: not the difference of two given values, nor one that was there."""
        terms = part.sum.args
        if frozenset(self.kernels.quotient(part.sum).powers.items()) in self.given:
            return is_rounded(terms)
        plain = [
            rest.op == "number" or (is_exact(rest) and abs(value) == 1) for value, rest in map(split_number, terms)
        ]
        return len(terms) > 2 or not all(plain)

    def _terms(self, part: _Part) -> Iterator[Quotient]:
        for term in part.sum.args:
            yield self.kernels.product([self.kernels.quotient(term), part.beside])

    # --- points

    def _near(self) -> Point:
        """Values that are equal to eight digits, half of them, or all, of one sign."""
        sign = self.random.choice([1, -1])
        return {k: sign * _LARGE + self.random.randint(-9, 9) for k in range(len(self.kernels.kernels))}

    def _small(self) -> Point:
        return {k: self.random.choice([1, -1]) * self.random.randint(2, 50) for k in range(len(self.kernels.kernels))}

    def _vanishing(self, a: Poly) -> Point:
        """A point at which a polynomial that is linear in a variable is nearly 0."""
        point = {k: value * self.random.randint(100, 999) for k, value in self._small().items()}
        for k in variables(a):
            parts = coefficients(a, k)
            slope = self._value(parts[1], point) if max(parts) == 1 else 0
            if slope:
                point[k] = -self._value(parts.get(0, {}), point) // slope
                break
        return point

    def _value(self, a: Poly, point: Point) -> int:
        found = 0
        for m, value in a.items():
            for k, e in exponents(m):
                value *= point.setdefault(k, self.random.randint(2, 50)) ** e
            found += value
        return found

    def _largest(self, sizes: list[Quotient], point: Point) -> Fraction | None:
        """The largest of some sizes; None where something is divided by 0."""
        values: dict[int, Fraction] = {}
        found = Fraction(0)
        for size in sizes:
            own = abs(size.number)
            for place, e in size.powers.items():
                value = values.setdefault(place, Fraction(abs(self._value(self.kernels.factors[place], point))))
                if not value and e < 0:
                    return None
                if abs(e) > _STEEP:
                    raise TooLarge
                own *= value**e
            found = max(found, own)
        return found


def _sums(e: Expr, kernels: Kernels) -> Iterator[_Part]:
    """The sums in a scalar, as far as sums and products go, each with what it is multiplied by."""
    stack = [(e, of_number(1))]
    while stack:
        node, beside = stack.pop()
        if _is_sum(node):
            yield _Part(node, beside)
            stack += [(term, beside) for term in node.args]
        elif node.op == "mul" and not node.shape:
            whole = kernels.product([kernels.quotient(node), beside])
            for base in node.args[1::2]:
                own = kernels.quotient(base)
                if own.number and base.op in ("add", "mul"):
                    inverse = Quotient(1 / own.number, {place: -k for place, k in own.powers.items()})
                    stack.append((base, kernels.product([whole, inverse])))


def _has_root(e: Expr) -> bool:
    """Whether something is raised to what is no whole number."""
    return e.op == "mul" and not all(x.op == "number" and isinstance(x.attr, int) for x in e.args[2::2])


def _is_sum(e: Expr) -> bool:
    return e.op == "add" and not e.shape
