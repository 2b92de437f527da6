"""What a closed expression is: exactly, by sympy entry by entry, or to so many digits.

sd.evaluate("inv([1, 2; 3, 4])")          [-2, 1; 3/2, -1/2]
sd.evaluate("sin(pi/12)", digits=30)      Decimal('0.258819045102520762348898837624')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symdiff import algebra, book
from symdiff.algebra import Array as Numbers
from symdiff.algebra import is_closed, is_complex, number, symbols_of
from symdiff.errors import NotSupported, SymdiffError
from symdiff.evaluation import Array, Interpreter, bind
from symdiff.evaluation import evaluate as evaluated
from symdiff.evaluation.precise import PrecisePoint
from symdiff.expr import Expr, postorder
from symdiff.inputs import Declarations, Text, problem
from symdiff.notation import ops
from symdiff.oracles.components import Symbolic
from symdiff.oracles.points import satisfied
from symdiff.rewriting.cost import cost
from symdiff.rewriting.literals import literal
from symdiff.rewriting.presenting import present
from symdiff.rewriting.simplifying import simplify
from symdiff.show import condition_text

_LONGEST = 12  # operations of an entry that is shown exactly; longer ones in digits
_READ = 10**9  # the largest denominator of a fraction that is shown
_DIGITS = 15  # of a value that has no short exact form


class NoValue(SymdiffError):
    """A closed expression that has no finite value."""


def evaluate(text: Text, digits: int | None = None, declarations: Declarations = None, **keywords: Any) -> Any:
    """The value of an expression without names: exact where that is short, else a decimal.

    With `digits` a `decimal.Decimal` of so many digits, of arrays lists of these. SymdiffError for an expression that
    holds names or has no finite value.

    >>> evaluate("sqrt(8) + sum(k = 1..10, k)")
    55 + 2*sqrt(2)
    """
    e = problem([text], (), declarations, keywords).exprs[0]
    return value(e) if digits is None else in_digits(e, digits)


def value(e: Expr) -> Expr:
    """The value of a closed expression, exact where that is short: `evaluate`."""
    _require_closed(e)
    if _is_number(e):
        return e
    simple = simplify(e)
    if _is_number(simple):
        return simple
    short = not e.shape and cost(simple) <= _LONGEST
    _numbers(e, 2)  # or there is none
    try:
        entries = _exactly(e)
    except NoValue:
        raise
    except (SymdiffError, ArithmeticError, ValueError, TypeError):  # what sympy does not know
        return simple if short else _decimals(e)
    if any(cost(entry) > _LONGEST or _is_long(entry) for entry in entries):
        return simple if short and not _is_long(entries[0]) else _decimals(e)
    if any(map(_is_decimal, postorder(e))):
        entries = [_as_decimal(entry) for entry in entries]
    return entries[0] if not e.shape else literal(entries, e.shape)


def in_digits(e: Expr, digits: int) -> Any:
    """The value of a closed expression as a `Decimal` of so many digits, of an array as lists of these."""
    from decimal import Decimal

    _require_closed(e)
    if not isinstance(digits, int) or not 1 <= digits <= 1000:
        raise SymdiffError("digits are a whole number from 1 to 1000")
    found: list[Any] = []
    for real, imaginary in _numbers(e, digits):
        if imaginary is not None:
            raise NotSupported(f"{str(e)[:60]} is not real, and has no decimal")
        found.append(Decimal(real))
    for length in reversed(e.shape[1:]):
        found = [found[k : k + int(str(length))] for k in range(0, len(found), int(str(length)))]
    return found if e.shape else found[0]


def approximately(e: Expr, digits: int = 5) -> str | None:
    """A value that is no short decimal as one, of so many digits: what stands beside it."""
    if e.op == "number" and (not isinstance(e.attr, Fraction) or Fraction(repr(float(e.attr))) == e.attr):
        return None
    if e.shape and all(node.op in ("number", "join", "constant") for node in postorder(e)):
        return None
    entries = [real if imaginary is None else f"{real} + {imaginary}*i" for real, imaginary in _numbers(e, digits)]
    entries = [entry.replace("+ -", "- ").removesuffix(".0") for entry in entries]
    if not e.shape:
        return entries[0]
    columns = int(str(e.shape[-1]))
    rows = [", ".join(entries[k : k + columns]) for k in range(0, len(entries), columns)]
    return f"[{'; '.join(rows)}]" if len(e.shape) < 3 else None


def _require_closed(e: Expr) -> None:
    if not is_closed(e):
        names = ", ".join(f"`{s.attr.name}`" for s in symbols_of(e)) or "what is only a name"
        raise SymdiffError(f"{names[:80]} has no value here", hint="substitute(e, {x: 3}), or e(x=3)")
    if e.op == "compare":
        raise SymdiffError(f"`{str(e)[:60]}` is no number", hint=f"write where({str(e)[:60]}, 1, 0)")
    here = bind(e, {})
    for node in postorder(e):
        if node.op == "call":  # a function of matrices may be worked out where it has no value by its book
            for asked in book.domain_of(node):
                if not satisfied(asked, here, 0):
                    raise NoValue(f"{str(node)[:60]} has a value only if {condition_text(asked)}")


def _numbers(e: Expr, digits: int) -> list[tuple[str, str | None]]:
    """The entries of a closed expression in so many digits, worked out with more; with an imaginary part if any."""
    import mpmath

    try:
        found = PrecisePoint(bind(e, {}), [e], digits + 10).value(e)
    except NotSupported:  # functions of matrices, which are worked out in floats
        if digits > _DIGITS:
            raise
        found = evaluated(e, {})
    if any(not mpmath.isfinite(entry) for entry in found.reshape(-1)):
        found = _by_sympy(e, digits + 10)
    parts: list[tuple[str, str | None]] = []
    for entry in found.reshape(-1):
        real, imaginary = mpmath.re(entry), mpmath.im(entry)
        if not mpmath.isfinite(real) or not mpmath.isfinite(imaginary) or (imaginary and not is_complex(e)):
            raise NoValue(f"{str(e)[:60]} has no finite value")
        parts.append((mpmath.nstr(real, digits), mpmath.nstr(imaginary, digits) if imaginary else None))
    return parts


def _by_sympy(e: Expr, digits: int) -> Array:
    """The entries as numbers of mpmath: sympy reduces the sine of a large number; nan where there is none."""
    import mpmath
    import sympy

    def number_of(entry: Any) -> Any:
        with mpmath.workdps(digits):
            return mpmath.mpmathify(sympy.N(entry, digits)) if entry.is_finite else mpmath.nan

    try:
        return _each(number_of, Interpreter(_Exact(), {}, {}, {}).value(e))
    except (SymdiffError, ArithmeticError, ValueError, TypeError) as error:
        raise NoValue(f"{str(e)[:60]} has no finite value") from error


def _decimals(e: Expr) -> Expr:
    entries = [_of_parts(part) for part in _numbers(e, _DIGITS)]
    return literal(entries, e.shape) if e.shape else entries[0]


def _of_parts(parts: tuple[str, str | None]) -> Expr:
    real, imaginary = parts
    if imaginary is None:
        return of_decimal(real)
    return algebra.add(of_decimal(real), algebra.mul(of_decimal(imaginary), algebra.named("i")))


def _as_decimal(e: Expr) -> Expr:
    """A fraction that is a short decimal as one: of an expression with decimals."""
    exact = e.op == "number" and isinstance(e.attr, Fraction) and Fraction(repr(float(e.attr))) == e.attr
    return number(float(e.attr)) if exact else e


def _is_long(e: Expr) -> bool:
    """Whether a number in it is a fraction that nobody reads."""
    return any(isinstance(node.attr, Fraction) and node.attr.denominator > _READ for node in postorder(e))


def _is_decimal(e: Expr) -> bool:
    return "f" in e.attr.kinds if isinstance(e.attr, Numbers) else isinstance(e.attr, float)


def _is_number(e: Expr) -> bool:
    return e.op == "number" or (e.op == "constant" and isinstance(e.attr, Numbers))


def of_decimal(text: str) -> Expr:
    """A decimal as a number: whole where it is."""
    exact = Fraction(text)
    return number(exact.numerator if exact.denominator == 1 and "e" not in text else float(text))


class _Exact(Symbolic):
    """sympy's expressions as they are: decimals are the fractions they are written as."""

    direct = frozenset({"floor", "ceil", "cbrt", "tan", "sinh", "cosh", "tanh", "acos", "abs", "sign"})

    def __init__(self) -> None:
        super().__init__({})

    def number(self, value: Any) -> Array:
        return super().number(Fraction(repr(value)) if isinstance(value, float) else value)

    def map(self, name: str, *args: Array) -> Array:
        if name == "cbrt":
            import sympy

            return _each(sympy.real_root, *args, self.number(3))
        if name in self.direct:
            import sympy

            known: Mapping[str, Any] = {"abs": sympy.Abs, "ceil": sympy.ceiling}
            return _each(known.get(name) or getattr(sympy, name), *args)
        return super().map(name, *args)

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        made = _OF_MATRICES.get(name)
        return super().call(name, args, keywords) if made is None or keywords else made(*args)


def _each(function: Callable[..., Any], *args: Array) -> Array:
    import numpy as np

    return np.asarray(np.frompyfunc(function, len(args), 1)(*args), dtype=object)


def _matrix(a: Array) -> Any:
    import sympy

    return sympy.Matrix(a.tolist())


def _array(found: Any, shape: tuple[int, ...]) -> Array:
    import numpy as np

    return np.array(list(found), dtype=object).reshape(shape)


def _inverse(a: Array) -> Array:
    m = _matrix(a)
    if m.det() == 0:
        raise NoValue("the matrix has no inverse: its determinant is 0")
    return _array(m.inv(), a.shape)


def _solution(a: Array, b: Array) -> Array:
    m, right = _matrix(a), _matrix(b.reshape(len(b), -1))
    if m.det() == 0:
        raise NoValue("there is no one solution: the determinant is 0")
    return _array(m.LUsolve(right), b.shape)


def _eigenvalues(a: Array) -> Array:
    """Those of a symmetric matrix, the smallest first."""
    found = [root for root, count in _matrix(a).eigenvals().items() for _ in range(count)]
    return _array(sorted(found, key=lambda root: float(root.evalf())), (len(found),))


_OF_MATRICES: dict[str, Callable[..., Array]] = {
    "inv": _inverse,
    "det": lambda a: _array([_matrix(a).det()], ()),
    "solve": _solution,
    "eigvals": _eigenvalues,
}


def with_sympy(e: Expr, names: Mapping[str, Any]) -> Any:
    """A scalar as an expression of sympy, in which these stand for its names."""
    import numpy as np

    values = {name: np.array(value, dtype=object) for name, value in names.items()}
    return Interpreter(_Exact(), values, {}, {}).value(e)[()]


def _exactly(e: Expr) -> list[Expr]:
    """The entries of a closed expression, by sympy."""
    import sympy

    run = Interpreter(_Exact(), {}, {}, {})
    found = run.value(e).reshape(-1)
    forms = [sympy.radsimp(sympy.simplify(entry)) for entry in found]
    return [min(of_sympy(form), of_sympy(sympy.together(form)), key=ops) for form in forms]


def of_sympy(found: Any) -> Expr:
    """A constant of sympy as an expression; NotSupported for what the language has not."""
    import sympy

    from symdiff.interchange.sympy_reader import Reader

    if found.free_symbols:
        raise NotSupported(f"{found} of sympy is no constant")
    if found.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise NoValue("there is no finite value")
    return present(Reader(found).of(found))
