"""Linear systems: Gaussian elimination over quotients of polynomials in the names that are not unknown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import NamedTuple

from symdiff.algebra import Condition, add, condition, is_closed, mul, number
from symdiff.errors import LimitError
from symdiff.expr import Expr
from symdiff.rewriting import simplify
from symdiff.rewriting.cost import cost
from symdiff.rewriting.rational.kernels import Again, Kernels, Relations
from symdiff.rewriting.rational.polynomial import TooLarge, exponents, variable
from symdiff.rewriting.rational.quotient import Quotient, of_number
from symdiff.rewriting.rational.writing import Writer
from symdiff.solving.numbers import is_free

_ATTEMPTS = 8


class Eliminated(NamedTuple):
    """Unknowns by those that stay free, where conditions hold; or that the equations contradict each other."""

    known: tuple[tuple[Expr, Expr], ...] = ()
    conditions: tuple[Condition, ...] = ()
    never: bool = False


def eliminated(left: Sequence[Expr], unknowns: Sequence[Expr]) -> Eliminated | None:
    """The solution of a system in which each equation (it is 0) is linear in the unknowns; None of any other."""
    units: dict[Hashable, int] = {}
    for _ in range(_ATTEMPTS):
        kernels = Kernels(Relations(roots=True), units)
        try:
            return _Elimination(kernels, unknowns).of(left)
        except Again:
            continue
        except (TooLarge, ZeroDivisionError, LimitError):
            return None
    return None


class _Elimination:
    def __init__(self, kernels: Kernels, unknowns: Sequence[Expr]) -> None:
        self.kernels = kernels
        self.unknowns = unknowns
        for x in unknowns:  # first, so that each is a kernel
            kernels.quotient(x)
        self.places = {k: unknowns.index(kernel.base) for k, kernel in enumerate(kernels.kernels) if kernel.base}
        self.writer = Writer(kernels, as_met=False)

    def of(self, left: Sequence[Expr]) -> Eliminated | None:
        rows = []
        for f in left:
            row = self.row(f)
            if row is None:
                return None
            rows.append(row)
        return self.solved(rows)

    def row(self, f: Expr) -> list[Quotient] | None:
        """The coefficients of the unknowns, then what is left; of the numerator of an equation."""
        value = self.kernels.quotient(f)
        above = self.kernels.multiplied(value.number.numerator, {p: e for p, e in value.powers.items() if e > 0})
        parts: list[dict[int, int]] = [{} for _ in range(len(self.unknowns) + 1)]
        for m, v in above.items():
            met = [(k, e) for k, e in exponents(m) if k in self.places]
            if len(met) > 1 or (met and met[0][1] > 1):
                return None
            others = (k for k, _ in exponents(m) if k not in self.places)
            if any(not is_free(self.kernel(k), x) for k in others for x in self.unknowns):
                return None
            k = met[0][0] if met else -1
            place = self.places[k] if met else len(self.unknowns)
            (own,) = variable(k) if met else (0,)
            parts[place][m - own] = v
        return [self.kernels.of_polynomial(part) for part in parts]

    def kernel(self, k: int) -> Expr:
        return self.writer.product(Quotient(Fraction(1), {self.kernels.place(variable(k)): 1}))

    def solved(self, rows: list[list[Quotient]]) -> Eliminated:
        """Pivots are numbers where there are some, else what has few factors; their product has to differ from 0."""
        kernels, taken, pivots = self.kernels, list[tuple[int, list[Quotient]]](), list[Quotient]()
        for j in range(len(self.unknowns)):
            met = [row for row in rows if row[j].number]
            if not met:
                continue
            pivot = min(met, key=lambda row: (len(row[j].powers), sum(bool(q.number) for q in row)))
            rows = [row for row in rows if row is not pivot]
            pivots.append(pivot[j])
            inverse = kernels.power(pivot[j], -1)
            pivot = [kernels.product([inverse, q]) for q in pivot]
            rows = [self.less(row, pivot, j) for row in rows]
            taken = [(i, self.less(row, pivot, j)) for i, row in taken] + [(j, pivot)]
        asked = [condition("nonzero", e) for e in self.factors(kernels.product(pivots))] if pivots else []
        for row in rows:
            if row[-1].number and not row[-1].powers:
                return Eliminated(never=True)
            if row[-1].number:
                asked.append(condition("equal", self.written(row[-1]), number(0)))
        return Eliminated(tuple((self.unknowns[j], self.value(row, j)) for j, row in taken), tuple(asked))

    def less(self, row: list[Quotient], pivot: list[Quotient], j: int) -> list[Quotient]:
        """The row less the multiple of the pivot's that takes its unknown away."""
        if not row[j].number:
            return row
        kernels, factor = self.kernels, self.kernels.product([of_number(-1), row[j]])
        return [
            of_number(0) if k == j else kernels.total([q, kernels.product([factor, p])]) if p.number else q
            for k, (q, p) in enumerate(zip(row, pivot, strict=True))
        ]

    def value(self, row: list[Quotient], j: int) -> Expr:
        """The unknown by those that are free."""
        turned = [self.kernels.product([of_number(-1), q]) for q in row]
        terms = [self.written(turned[-1])]
        terms += [
            mul(self.written(q), x) for q, x, k in zip(turned, self.unknowns, range(len(row)), strict=False) if k != j
        ]
        return simplify(add(*terms))

    def written(self, value: Quotient) -> Expr:
        if value.is_number:
            return number(value.number)
        return min(self.writer.forms(value), key=cost)

    def factors(self, value: Quotient) -> list[Expr]:
        """The factors over the line that are no numbers."""
        found = [self.writer.product(Quotient(Fraction(1), {p: 1})) for p, e in value.powers.items() if e > 0]
        return [e for e in found if not is_closed(e)]
