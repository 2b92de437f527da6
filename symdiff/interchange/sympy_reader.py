"""SymPy's expressions as ours."""

from __future__ import annotations

from typing import Any

from symdiff.errors import LimitError, SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import Declarations, problem
from symdiff.interchange.sympy_matrices import Matrices
from symdiff.interchange.sympy_scalars import Scalars


class Reader(Scalars, Matrices):
    """What each node of SymPy is, by its class."""


def from_sympy(s: Any, declarations: Declarations = None, **keywords: Any) -> Expr:
    """A SymPy expression as one of symdiff: scalars, matrices of symbols, explicit matrices, sums, comparisons.

    Assumptions (positive, integer, complex) are kept, other symbols are real; a matrix of one column is a vector.
    `declarations` say more of names: `S="symmetric(n)"`. NotSupported names what has no counterpart.

    >>> import sympy, symdiff as sd
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> A, x = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("x", n, 1)
    >>> sd.from_sympy((x.T * A * x)[0, 0] + sympy.exp(-sympy.Symbol("t", positive=True)))
    x'*A*x + exp(-t)
    >>> sd.parse("norm2(x)^2", x="vector(n)").to_sympy()
    Sum(Abs(x[_i, 0])**2, (_i, 0, n - 1))
    """
    import sympy

    if isinstance(s, sympy.MatrixBase):
        s = sympy.ImmutableDenseMatrix(s)
    if not isinstance(s, sympy.Basic):
        raise SymdiffError(f"from_sympy takes an expression of SymPy, not {type(s).__name__}")
    try:
        made = Reader(s, declarations, keywords).of(s)
    except RecursionError:
        raise LimitError("SymPy's expression is nested too deeply") from None
    problem([made])  # a name that means two things is an error
    return made
