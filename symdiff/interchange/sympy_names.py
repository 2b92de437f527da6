"""The functions that are one in the books and in SymPy, and sizes, names and numbers of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from symdiff import algebra
from symdiff.algebra import Symbol
from symdiff.dims import Dim, Smaller, terms
from symdiff.errors import NotSupported
from symdiff.expr import Expr

# By the name in the books the name in SymPy; functions of the same arguments with the same values
_SAME = (
    "sin cos tan cot sec csc asin acos atan asec acsc acot atan2 sinh cosh tanh coth sech csch asinh acosh atanh acoth "
    "asech acsch exp log sign floor erf erfc gamma polygamma beta factorial binomial besselj bessely besseli besselk "
    "sinc arg sqrt digamma"
).split()
TO_SYMPY = {name: name for name in _SAME} | {
    "abs": "Abs", "ceil": "ceiling", "real": "re", "imag": "im", "conj": "conjugate", "max": "Max", "min": "Min",
    "mod": "Mod",
}  # fmt: skip
FROM_SYMPY = {theirs: ours for ours, theirs in TO_SYMPY.items()} | {"loggamma": "lgamma"}
_WORDS = ("positive", "integer", "complex")


def function(name: str) -> Callable[..., Any] | None:
    """SymPy's function for one of the books, of scalars; None where there is none."""
    import sympy

    found = TO_SYMPY.get(name)
    return None if found is None else getattr(sympy, found)


def symbol(s: Symbol) -> Any:
    """A scalar name with what is known of it: real, unless it is complex."""
    import sympy

    words = {word: True for word in _WORDS if word in s.properties}
    return sympy.Symbol(s.name, **(words or {"real": True}))


def size(dim: Dim) -> Any:
    """A size, its names as positive whole numbers."""
    import sympy

    def named(name: str) -> Any:
        return sympy.Min(*map(size, name.parts)) if isinstance(name, Smaller) else dimension(name)

    if isinstance(dim, int):
        return sympy.Integer(dim)
    return sympy.Add(*(
        sympy.Mul(number(coefficient), *(named(name) ** power for name, power in monomial))
        for monomial, coefficient in terms(dim)
    ))  # fmt: skip


@cache
def dimension(name: str) -> Any:
    import sympy

    return sympy.Symbol(name, integer=True, positive=True)


def number(value: Any) -> Any:
    """A number; one with a decimal point stays one."""
    import sympy

    if isinstance(value, complex):
        return number(value.real) + sympy.I * number(value.imag)
    if isinstance(value, float):
        return sympy.Float(value)
    return sympy.Rational(value.numerator, value.denominator)


def number_at(flat: Mapping[Any, Any], place: Any) -> Any:
    """A number in an array of numbers; NotSupported where its place is a name."""
    if place not in flat:
        raise NotSupported("SymPy has no array of numbers with more than two axes of which places are names")
    return number(flat[place])


def constants() -> Mapping[Any, str]:
    import sympy

    return {sympy.pi: "pi", sympy.E: "e", sympy.I: "i", sympy.oo: "oo"}


def properties(s: Any) -> frozenset[str]:
    """What SymPy assumes of a symbol, in words of the declarations."""
    found = {word for word, holds in (("positive", s.is_positive), ("integer", s.is_integer)) if holds}
    if s.is_real is not True and (s.is_complex or s.is_imaginary):
        found.add("complex")
    return frozenset(found)


def value_of(number: Any) -> Expr:
    """A number of SymPy."""
    if number.is_Float:
        return algebra.number(float(number))
    return algebra.number(Fraction(int(number.p), int(number.q)))


def product(*factors: Any) -> Any:
    """A product of scalars and matrices as it is written: SymPy's `*` works out all the sums in it."""
    import sympy

    scalar = sympy.Mul(*(f for f in factors if not f.is_Matrix))
    matrices = [f for f in factors if f.is_Matrix]
    if len(matrices) == 1 and isinstance(matrices[0], sympy.MatrixBase):
        return matrices[0] * scalar
    if len(matrices) == 1 and scalar == 1:
        return matrices[0]
    return sympy.MatMul(scalar, *matrices).doit(deep=False)


def total(matrices: Sequence[Any]) -> Any:
    """A sum of matrices as it is written."""
    import sympy

    return sympy.MatAdd(*matrices).doit(deep=False)


def transposed(matrix: Any) -> Any:
    """The transpose as it is written."""
    import sympy

    if isinstance(matrix, sympy.Transpose):
        return matrix.arg
    known = isinstance(matrix, (sympy.MatrixBase, sympy.Identity, sympy.OneMatrix, sympy.ZeroMatrix))
    return matrix.T if known else sympy.Transpose(matrix)


def without_inner_cases(e: Any) -> Any:
    """The expression itself; NotSupported where SymPy would take the cases of a sum out of it, index and all."""
    import sympy

    if any(inner.has(sympy.Piecewise) for inner in e.atoms(sympy.Sum, sympy.Product)):
        raise NotSupported("SymPy does not keep cases inside a sum that stands in a sum or a condition")
    return e


def element(matrix: Any, i: Any, j: Any) -> Any:
    """What stands at a place of a matrix."""
    import sympy

    i, j = sympy.sympify((i, j))  # from Python's numbers
    if isinstance(matrix, sympy.MatrixBase) and i.is_Integer and j.is_Integer:
        return matrix[i, j]
    if isinstance(matrix, sympy.Identity) and i.is_Integer and j.is_Integer:
        return sympy.Integer(i == j)
    if isinstance(matrix, (sympy.ZeroMatrix, sympy.OneMatrix)):
        return sympy.Integer(isinstance(matrix, sympy.OneMatrix))
    if isinstance(matrix, sympy.HadamardPower):
        return element(matrix.base, i, j) ** matrix.exp
    if isinstance(matrix, sympy.Transpose):
        return element(matrix.arg, j, i)
    if isinstance(matrix, sympy.FunctionMatrix):
        return matrix.lamda(i, j)
    if hasattr(matrix, "function"):  # applied to every entry
        return matrix.function(element(matrix.expr, i, j))
    return sympy.matrices.expressions.matexpr.MatrixElement(matrix, i, j)


def free(expressions: Iterable[Any]) -> set[Any]:
    """The symbols in several expressions."""
    return set().union(*(e.free_symbols for e in expressions))
