"""Scalar factors as people gather them: the number first, divisors below one bar, roots as roots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from symdiff.algebra import MINUS_ONE, hadamard, is_zero, mul, split_number
from symdiff.algebra import ONE as UNIT
from symdiff.algebra import factors as scalar_factors
from symdiff.algebra import number as as_number
from symdiff.algebra import power as power_of
from symdiff.algebra.leaves import Number
from symdiff.expr import Expr
from symdiff.notation.reductions import Reduction, reduction
from symdiff.notation.write import LONGEST_RUN, ONE, negated, number, power, product
from symdiff.syntax.tree import Tree

HALF = Fraction(1, 2)
ZERO = number(0)
Lookup = Callable[[Expr], Tree]


class Scalars:
    """The scalar before a product: number · ∏ base^exponent; sums over their (symbolic) count are `means`, if asked."""

    def __init__(self, *coefficients: Expr, means: bool = True) -> None:
        view = scalar_factors(mul(*coefficients))
        self.number: Number = view.number
        self.powers = list(view.powers)
        if sum(_below(pair) for pair in self.powers) > 1:
            self._gather_numbers()
        self.means: dict[Expr, Reduction] = {}
        for base, exponent in view.powers:
            found = reduction(base) or entrywise(base) if means and exponent is UNIT else None
            if found is not None and base not in self.means and self.average(found):
                self.means[base] = found

    def _gather_numbers(self) -> None:
        """The numbers of several divisors in one place: 1/((2·x)·y) is 1/2 · 1/x · 1/y."""
        for k, (base, exponent) in enumerate(self.powers):
            value, rest = split_number(base)
            if exponent is MINUS_ONE and value not in (0, 1) and not isinstance(value, float):
                self.number = as_number(self.number / Fraction(value)).attr
                self.powers[k] = (rest, exponent)

    def average(self, found: Reduction) -> bool:
        """Whether these scalars divide a sum by the number of its terms; they then do so no more."""
        count = found.entries
        pairs = scalar_factors(power_of(count, MINUS_ONE)).powers
        if found.name != "sum" or count.op == "number" or not all(pair in self.powers for pair in pairs):
            return False
        for pair in pairs:
            self.powers.remove(pair)
        return True

    def needs(self) -> list[Expr]:
        """The expressions whose trees `gather` asks for."""
        wanted: list[Expr] = []
        for base, exponent, mean in self._factors():
            wanted += (base,) if mean is None else mean.arguments
            wanted.append(exponent)
        return wanted

    def _factors(self) -> Iterator[tuple[Expr, Expr, Reduction | None]]:
        """The powers, and what a sum among them is the mean of: one time, as one divisor was taken for it."""
        means = dict(self.means)
        for base, exponent in self.powers:
            yield base, exponent, means.pop(base, None) if exponent is UNIT else None

    def gather(self, tree: Lookup) -> tuple[bool, list[Tree], list[Tree]]:
        """Whether a minus stands in front, the factors above the bar and those below.

        A product among the factors is one factor here; `multiplied` splices it into the run.
        """
        value = self.number
        negative = value < 0 or str(value) == "-0.0"
        value = -value if negative else value
        over: list[Tree] = []
        under: list[Tree] = []
        for base, exponent, mean in self._factors():
            if mean is not None:
                over.append(mean.write("mean", [tree(a) for a in mean.arguments]))
                continue
            above, written = _power(tree, base, exponent)
            (over if above else under).append(written)
        if isinstance(value, Fraction):
            top, bottom = value.numerator, value.denominator
            under.insert(0, number(bottom))
            value = top
        if value != 1 or isinstance(value, float):
            over.insert(0, number(value))
        return negative, over, under


def entrywise(e: Expr) -> Reduction | None:
    """An inner product of different vectors as a sum over their entries: u'*v is sum(u.*v)."""
    different = e.op == "einsum" and not e.shape and len(set(e.args[1:])) == len(e.args) - 1 > 1
    if not different or any(labels != (0,) for labels in e.attr[:-1]):
        return None
    return Reduction("sum", (hadamard(*e.args[1:]),), (0,))


def _below(pair: tuple[Expr, Expr]) -> bool:
    """Whether base^exponent stands below the bar."""
    return pair[1].op == "number" and pair[1].attr < 0


def _power(tree: Lookup, base: Expr, exponent: Expr) -> tuple[bool, Tree]:
    """Whether base^exponent stands above the bar, and how it is written there."""
    written = tree(base)
    if exponent.op != "number" or (is_zero(base) and exponent.attr != -1):
        return True, power(written, tree(exponent))
    value = exponent.attr
    above = value > 0
    return above, raised(written, value if above else -value)


def raised(base: Tree, exponent: Number, kind: str = "power") -> Tree:
    """base^exponent for a number, the square root as a root."""
    if exponent == 1 and not isinstance(exponent, float):
        return base
    if exponent == HALF and isinstance(exponent, Fraction):
        return Tree("sqrt", (base,))
    return power(base, number(exponent), kind)


def quotient(negative: bool, top: Tree, under: Sequence[Tree]) -> Tree:
    """sign · top / under; a zero below stands alone, as the rest would vanish in a product with it."""
    divisors = [divisor for divisor in under if divisor != ZERO]
    for below in ([multiplied(divisors)] if divisors else []) + [ZERO] * (len(under) - len(divisors)):
        top = Tree("quotient", (top, below))
    return negated(top) if negative else top


def is_inner(tree: Tree) -> bool:
    """Whether a scalar factor is written as an inner product: x'*y, x'*A*x."""
    return tree.kind == "product" and any(factor.kind in ("transpose", "hermitian") for factor in tree.children)


def multiplied(over: Sequence[Tree], body: Sequence[Tree] = ()) -> Tree:
    """Scalars before a body; one that is multiplied element by element takes them into its first factor.

    Products among the scalars are spliced into the run; an inner product that others follow stays in brackets,
    so that it is seen to be one, and so do two of them: (x'*y)*z.
    """
    if over and len(body) == 1 and body[0].kind in ("hadamard", "dotquotient"):
        first, *rest = body[0].children
        inner = product(over) if first == ONE else multiplied(over, [first])
        return Tree(body[0].kind, (inner, *rest))
    run: list[Tree] = []
    brackets = [is_inner(factor) for factor in over] + [False] * len(body)
    if sum(brackets) == 1:
        brackets[-1] = False
    for k, factor in enumerate((*over, *body)):
        splice = factor.kind == "product" and len(factor.children) <= LONGEST_RUN and not brackets[k]
        run.extend(factor.children if splice else (factor,))
    return product(run) if run else ONE
