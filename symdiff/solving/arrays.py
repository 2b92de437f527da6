"""Equations that are linear in a vector or a matrix: A*x = b, A*X = B, X*A = B, whatever they look like."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from symdiff import algebra, book
from symdiff.algebra import condition, number, power, split_number, sub, substitute, symbols_of, transpose
from symdiff.algebra.implied import simplified
from symdiff.calculus.derive import jacobian
from symdiff.errors import NotSupported
from symdiff.exact import value
from symdiff.expr import Expr
from symdiff.rewriting import collect, simplify
from symdiff.rewriting.rational.rearranged import expanded
from symdiff.syntax.unknowns import Outcome, Sides


def of_arrays(sides: Sequence[Sides], names: Sequence[Expr]) -> Outcome:
    """The solution of a linear equation in one vector or matrix, where its matrix is invertible."""
    (left, right), x = sides[0], names[0]
    if len(sides) > 1 or len(names) > 1 or x.rank not in (1, 2) or left.shape != x.shape:
        arrays = dict.fromkeys(s.attr.name for s in (*names, *symbols_of(left, right)) if s.shape)
        said = f"these equations are of arrays: {', '.join(f'`{name}`' for name in arrays)}"
        hint = f"declare what is a number: `{', '.join(arrays)}: scalar`; arrays are solved for in `A*x = b`"
        raise NotSupported(said, hint=hint)
    f = collect(sub(left, right))
    slope = jacobian(f, [x])[0]
    if x in symbols_of(slope):
        raise NotSupported(f"an equation for the array `{x}` is solved if it is linear in it", hint="A*x = b")
    rest = collect(algebra.neg(substitute(f, {x: algebra.zeros(x.shape)})))
    if x.rank == 1:
        return _solution(slope, rest)
    for turned in (False, True):
        matrix = _factor(slope, turned)
        product = algebra.matmul(x, matrix) if turned else algebra.matmul(matrix, x)
        if algebra.is_zero(collect(expanded(sub(algebra.add(product, algebra.neg(rest)), f)))):
            return _solution(matrix, rest, turned)
    raise NotSupported(f"`{x}` stands between others here", hint="A*X + X*B = C is solved by `sylvester(A, B, C)`")


def _factor(slope: Expr, turned: bool) -> Expr:
    """The A of A*X whose derivative this is, or of X*A, if it is that of one: an identity beside it is traced away."""
    size = algebra.size_scalar(slope.shape[0 if turned else 1])
    labels, out = ((0, 1, 0, 2), (2, 1)) if turned else ((0, 1, 2, 1), (0, 2))
    return collect(algebra.einsum(power(size, number(-1)), [slope], [labels], out))


def _solution(matrix: Expr, rest: Expr, turned: bool = False) -> Outcome:
    """matrix*x = rest, or x*matrix = rest, common whole numbers left out."""
    common = gcd(*(Fraction(split_number(term)[0]).numerator for term in algebra.terms(matrix)))
    matrix, rest = (collect(algebra.scale(number(Fraction(1, common or 1)), e)) for e in (matrix, rest))
    is_identity = (matrix.op, matrix.attr) == ("constant", "eye")
    whole = [transpose(matrix), transpose(rest)] if turned else [matrix, rest]
    found = rest if is_identity else book.apply("solve", whole)
    found = simplify(transpose(found) if turned and not is_identity else found)
    if algebra.is_closed(found):
        return Outcome(value(found))
    return Outcome(found, simplified([condition("invertible", matrix)]))
