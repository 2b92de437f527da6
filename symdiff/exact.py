"""What a closed expression is: exactly, by sympy entry by entry, or to so many digits.

sd.evaluate("inv([1, 2; 3, 4])")          [-2, 1; 3/2, -1/2]
sd.evaluate("sin(pi/12)", digits=30)      Decimal('0.258819045102520762348898837624')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite, prod
from typing import Any

from symdiff import algebra, book
from symdiff.algebra import Array as Numbers
from symdiff.algebra import is_closed, is_complex, number, symbols_of
from symdiff.by_sympy import exactly, numbers_of
from symdiff.errors import LimitError, NotSupported, NoValue, SymdiffError
from symdiff.evaluation import Array, bind
from symdiff.evaluation import evaluate as evaluated
from symdiff.evaluation.precise import Precise, PrecisePoint
from symdiff.expr import Expr, postorder
from symdiff.inputs import Declarations, Text, problem
from symdiff.oracles.points import satisfied
from symdiff.rewriting.cost import cost
from symdiff.rewriting.literals import literal
from symdiff.rewriting.simplifying import simplify
from symdiff.show import condition_text

_LONGEST = 12  # operations of an entry that is shown exactly; longer ones in digits
_READ = 10**9  # the largest denominator of a fraction that is shown
_ENTRIES = 1000  # of an array within that is worked out exactly, and of a value
_SUMMED = 10**5  # entries of an array within
_DIGITS = 15  # of a value that has no short exact form


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
    if _is_number(e) or not prod(_lengths(e)):
        return e
    simple = simplify(e)
    if _is_number(simple):
        return simple
    short = cost(simple) <= _LONGEST and not any(node.shape for node in postorder(simple))
    _numbers(e, 2)  # or there is none
    if _largest(e) > _ENTRIES:
        return simple if short else _decimals(e, simple)
    try:
        entries = exactly(e)
    except NoValue as error:
        if "no finite" not in error.message:
            raise
        raise NoValue(f"{str(e)[:60]} has no finite value") from None
    except (SymdiffError, ArithmeticError, ValueError, TypeError):  # what sympy does not know
        return simple if short else _decimals(e, simple)
    if any(cost(entry) > _LONGEST or _is_long(entry) for entry in entries):
        return simple if short and not _is_long(entries[0]) else _decimals(e, simple)
    if any(map(_is_decimal, postorder(e))):
        entries = [_as_decimal(entry) for entry in entries]
    return entries[0] if not e.shape else literal(entries, e.shape)


def in_digits(e: Expr, digits: int) -> Any:
    """The value of a closed expression as a `Decimal` of so many digits, of an array as lists of these."""
    from decimal import Decimal

    _require_closed(e)
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= 1000:
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
    if _is_read(e) or not prod(_lengths(e)):
        return None
    entries = [_plainly(*part) for part in _numbers(e, digits)]
    if not e.shape:
        return entries[0]
    columns = int(str(e.shape[-1]))
    rows = [", ".join(entries[k : k + columns]) for k in range(0, len(entries), columns)]
    return f"[{'; '.join(rows)}]" if len(e.shape) < 3 else None


def _is_read(e: Expr) -> bool:
    """Whether everybody reads it as it stands: arrays of numbers, whole multiples of i and halves of them."""
    nodes = postorder(e)
    i, complex_too = algebra.named("i"), False
    for node in nodes:
        if (
            node is i
            or (node.op == "mul" and node.args[1:] == (i, algebra.ONE))
            or (node.op == "add" and not node.shape)
        ):
            complex_too = True
        elif not (node.op in ("number", "join") or (node.op == "constant" and node.shape)):
            return False
    parts = [node.attr for node in nodes if isinstance(node.attr, Fraction)]
    return all(Fraction(repr(float(v))) == v for v in parts) if complex_too else bool(e.shape)


def _plainly(real: str, imaginary: str | None) -> str:
    """A number in digits as people write it: 2*i, not 0.0 + 2.0*i."""
    real = real.removesuffix(".0")
    if imaginary is None:
        return real
    own = imaginary.removesuffix(".0").removeprefix("-")
    own = "i" if own == "1" else f"{own}*i"
    minus = imaginary.startswith("-")
    return ("-" if minus else "") + own if real in ("0", "-0") else f"{real} {'-' if minus else '+'} {own}"


def _require_closed(e: Expr) -> None:
    if not is_closed(e):
        names = ", ".join(f"`{s.attr.name}`" for s in symbols_of(e)) or "what is only a name"
        raise SymdiffError(f"{names[:80]} has no value here", hint="substitute(e, {x: 3}), or e(x=3)")
    if e.op == "compare":
        raise SymdiffError(f"`{str(e)[:60]}` is no number", hint=f"write where({str(e)[:60]}, 1, 0)")
    if not _is_number(e) and (prod(_lengths(e)) > _ENTRIES or _largest(e) > _SUMMED):
        raise LimitError(f"{str(e)[:60]} has too many entries to work them out one by one", hint="e() works in floats")
    here = bind(e, {})
    for node in postorder(e):
        if node.op == "map" and node.attr == "mod" and not here.value(node.args[1]).all():
            raise NoValue(f"{str(node)[:60]} has no finite value: there is no remainder by 0")
        if node.op == "call":  # a function of matrices may be worked out where it has no value by its book
            for asked in book.domain_of(node):
                if node.attr[0] == "eigvals" and asked.predicate == "symmetric":  # closed ones are worked out
                    continue
                if not satisfied(asked, here, 0):
                    raise NoValue(f"{str(node)[:60]} has a value only if {condition_text(asked)}")


def _lengths(e: Expr) -> list[int]:
    return [int(str(length)) for length in e.shape]


def _largest(e: Expr) -> int:
    """The most entries of a part."""
    return max(prod(_lengths(node)) for node in postorder(e))


def _numbers(e: Expr, digits: int) -> list[tuple[str, str | None]]:
    """The entries of a closed expression in so many digits, worked out with more; with an imaginary part if any."""
    import mpmath

    try:
        found = _AnyEigenvalues(bind(e, {}), [e], digits + 10).value(e)
    except NotSupported:  # functions of matrices, which are worked out in floats
        if digits > _DIGITS or _has_eigenvalues(e):
            raise
        found = evaluated(e, {})
    if any(not mpmath.isfinite(entry) for entry in found.reshape(-1)):
        found = _by_sympy(e, digits + 10)
    parts: list[tuple[str, str | None]] = []
    for entry in found.reshape(-1):
        real, imaginary = mpmath.re(entry), mpmath.im(entry)
        if not mpmath.isfinite(real) or not mpmath.isfinite(imaginary) or (imaginary and not _may_be_complex(e)):
            raise NoValue(f"{str(e)[:60]} has no finite value", hint=_mend(e))
        parts.append((mpmath.nstr(real, digits), mpmath.nstr(imaginary, digits) if imaginary else None))
    return parts


def _mend(e: Expr) -> str | None:
    """What to write for a root of a negative number."""
    for node in postorder(e):
        for base, by in zip(node.args[1::2], node.args[2::2], strict=True) if node.op == "mul" else ():
            if base.op == by.op == "number" and base.attr < 0 and isinstance(by.attr, Fraction):
                size = str(number(-base.attr))
                if by.attr.denominator % 2:
                    return f"write `-{size}^({by})` for the real root"
                return f"write `sqrt({size})*i` for a complex root" if by.attr.denominator == 2 else None
    return None


def _may_be_complex(e: Expr) -> bool:
    return is_complex(e) or _has_eigenvalues(e)


def _has_eigenvalues(e: Expr) -> bool:
    return any(node.op == "call" and node.attr[0] == "eigvals" for node in postorder(e))


class _OfAny(Precise):
    """Decimals as they are written, and the eigenvalues of any matrix: by real part, then by imaginary part."""

    def number(self, value: Any) -> Array:
        return super().number(Fraction(repr(value)) if isinstance(value, float) and isfinite(value) else value)

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        import numpy as np

        a = args[0]
        if name != "eigvals" or np.all(a == a.T):
            return super().call(name, args, keywords)
        one = self.context
        found = one.eig(one.matrix(a.tolist()), left=False, right=False)
        small = one.mpf(10) ** (8 - one.dps) * max(abs(v) for v in found)
        plain = [one.re(v) if abs(one.im(v)) <= small else v for v in found]
        return np.array(sorted(plain, key=lambda v: (float(one.re(v)), float(one.im(v)))), dtype=object)


class _AnyEigenvalues(PrecisePoint):
    kind = _OfAny


def _by_sympy(e: Expr, digits: int) -> Array:
    try:
        return numbers_of(e, digits)
    except (SymdiffError, ArithmeticError, ValueError, TypeError) as error:
        raise NoValue(f"{str(e)[:60]} has no finite value") from error


def _decimals(e: Expr, simple: Expr) -> Expr:
    """The value in digits; a simple form of it where no float is so large or so small."""
    found = _numbers(e, _DIGITS)
    if any(part and not _is_float(part) for parts in found for part in parts):
        return simple
    entries = [_of_parts(parts) for parts in found]
    return literal(entries, e.shape) if e.shape else entries[0]


def _is_float(text: str) -> bool:
    return isfinite(float(text)) and (float(text) != 0 or set(text) <= set("-0."))


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
