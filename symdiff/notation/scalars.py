"""Scalar factors as people gather them: the number first, divisors below one bar, roots as roots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symdiff.algebra import MINUS_ONE, mul
from symdiff.algebra import ONE as UNIT
from symdiff.algebra import factors as scalar_factors
from symdiff.algebra import power as power_of
from symdiff.algebra.leaves import Number
from symdiff.expr import Expr
from symdiff.notation.reductions import Reduction, reduction
from symdiff.notation.write import ONE, negated, number, power, product
from symdiff.syntax.tree import Tree

HALF = Fraction(1, 2)
_LONGEST_RUN = 1024  # a longer run stays in brackets: copying it at every level would take quadratic time
Lookup = Callable[[Expr], Tree]


class Scalars:
    """The scalar before a product: number · ∏ base^exponent; sums over their (symbolic) count are means."""

    def __init__(self, *coefficients: Expr) -> None:
        view = scalar_factors(mul(*coefficients))
        self.number: Number = view.number
        self.powers = list(view.powers)
        self.means: dict[Expr, Reduction] = {}
        for base, exponent in view.powers:
            found = reduction(base) if exponent is UNIT else None
            if found is not None and base not in self.means and self.average(found):
                self.means[base] = found

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
        for base, exponent in self.powers:
            wanted += self.means[base].arguments if base in self.means else (base,)
            wanted.append(exponent)
        return wanted

    def gather(self, tree: Lookup) -> tuple[bool, list[Tree], list[Tree]]:
        """Whether a minus stands in front, the factors above the bar and those below.

        A product among the factors is one factor here; `multiplied` splices it into the run.
        """
        value = self.number
        negative = value < 0 or str(value) == "-0.0"
        value = -value if negative else value
        over: list[Tree] = []
        under: list[Tree] = []
        for base, exponent in self.powers:
            if base in self.means:
                found = self.means[base]
                over.append(found.write("mean", [tree(a) for a in found.arguments]))
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


def _power(tree: Lookup, base: Expr, exponent: Expr) -> tuple[bool, Tree]:
    """Whether base^exponent stands above the bar, and how it is written there."""
    written = tree(base)
    if exponent.op != "number":
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
    """sign · top / under."""
    if under:
        top = Tree("quotient", (top, product(under)))
    return negated(top) if negative else top


def multiplied(over: Sequence[Tree], body: Sequence[Tree] = ()) -> Tree:
    """Scalars before a body; one that is multiplied element by element takes them into its first factor."""
    if over and len(body) == 1 and body[0].kind in ("hadamard", "dotquotient"):
        first, *rest = body[0].children
        inner = product(over) if first == ONE else multiplied(over, [first])
        return Tree(body[0].kind, (inner, *rest))
    run: list[Tree] = []
    for factor in (*over, *body):
        splice = factor.kind == "product" and len(factor.children) <= _LONGEST_RUN
        run.extend(factor.children if splice else (factor,))
    return product(run) if run else ONE
