"""Constants worked out by sympy, entry by entry: what it takes, what it gives back, the shortest of its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symdiff import algebra
from symdiff.errors import NotSupported, NoValue
from symdiff.evaluation import Array, Interpreter
from symdiff.expr import Expr, postorder
from symdiff.notation import ops
from symdiff.oracles.components import Symbolic
from symdiff.rewriting.presenting import present

_GROWING = frozenset({"gamma", "factorial", "binomial"})
_FACTORS = 2000  # of which a product has more digits than anybody reads
# numbers up to which sympy opens these, step by step
_MOST = {"polygamma": 100} | dict.fromkeys(("besselj", "bessely", "besseli", "besselk"), 5)
_POWER = 50  # to which a logarithm's factor may raise what it is of
_WORTH = 4  # operations that a power of a sum, or a function of something complex, is worth


def exactly(e: Expr) -> list[Expr]:
    """The entries of a closed expression."""
    return [_shortest(entry) for entry in Interpreter(_Exact(), {}, {}, {}).value(e).reshape(-1)]


def numbers_of(e: Expr, digits: int) -> Array:
    """The entries as numbers of mpmath: sympy reduces the sine of a large number; nan where there is none."""
    import mpmath
    import sympy

    def number_of(entry: Any) -> Any:
        with mpmath.workdps(digits):
            return mpmath.mpmathify(sympy.N(entry, digits)) if entry.is_finite else mpmath.nan

    return _each(number_of, Interpreter(_Exact(), {}, {}, {}).value(e))


def with_sympy(e: Expr, names: Mapping[str, Any]) -> Any:
    """A scalar as an expression of sympy, in which these stand for its names."""
    import numpy as np

    values = {name: np.array(value, dtype=object) for name, value in names.items()}
    return Interpreter(_Exact(), values, {}, {}).value(e)[()]


class _Exact(Symbolic):
    """sympy's expressions as they are: decimals are the fractions they are written as."""

    direct = frozenset("floor ceil round cbrt tan sinh cosh tanh acos abs sign rank".split())

    def __init__(self) -> None:
        super().__init__({})

    def number(self, value: Any) -> Array:
        return super().number(Fraction(repr(value)) if isinstance(value, float) else value)

    def map(self, name: str, *args: Array) -> Array:
        most = _MOST.get(name)
        if most is not None and any(entry.is_number and abs(entry) > most for arg in args for entry in arg.reshape(-1)):
            raise NotSupported(f"{name} of so large a number is not worked out exactly")
        if name == "cbrt":
            import sympy

            return _each(sympy.real_root, *args, self.number(3))
        if name == "round":
            return _each(_rounded, *args)
        if name in _GROWING and any(map(_is_beyond, *(arg.reshape(-1) for arg in args))):
            raise NotSupported(f"`{name}` of numbers that large has more digits than are worked out")
        if name in self.direct:
            import sympy

            known: Mapping[str, Any] = {"abs": sympy.Abs, "ceil": sympy.ceiling}
            return _each(known.get(name) or getattr(sympy, name), *args)
        return super().map(name, *args)

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        made = _OF_MATRICES.get(name)
        return super().call(name, args, keywords) if made is None or keywords else made(*args)


def _is_beyond(n: Any, k: Any = None) -> bool:
    """Whether n! (of gamma, too), or n over k, has too many digits."""
    sides = (n,) if k is None else (k, n - k)
    return all(side.is_Rational and side > _FACTORS for side in sides)


def _each(function: Callable[..., Any], *args: Array) -> Array:
    import numpy as np

    return np.asarray(np.frompyfunc(function, len(args), 1)(*args), dtype=object)


def _rounded(entry: Any) -> Any:
    """The nearest whole number, of two the even one."""
    import sympy

    return sympy.Integer(round(Fraction(entry.p, entry.q))) if entry.is_Rational else sympy.floor(entry + sympy.S.Half)


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
    """By real part, then by imaginary part."""
    found = [root for root, count in _matrix(a).eigenvals().items() for _ in range(count)]
    values = {root: complex(root.evalf(30)) for root in found}
    order = sorted(found, key=lambda root: (round(values[root].real, 12), values[root].imag))
    return _array(order, (len(found),))


def _rank(a: Array) -> Array:
    import sympy

    return _array([sympy.Integer(_matrix(a).rank())], ())


_OF_MATRICES: dict[str, Callable[..., Array]] = {
    "inv": _inverse,
    "det": lambda a: _array([_matrix(a).det()], ()),
    "solve": _solution,
    "eigvals": _eigenvalues,
    "rank": _rank,
}


def _shortest(entry: Any) -> Expr:
    """Of the forms that sympy gives a constant the one with fewest operations; a number where one is."""
    import sympy

    form = sympy.radsimp(entry if _has_large_logarithms(entry) else sympy.simplify(entry))
    forms = [form, sympy.together(form)]
    if not form.is_Rational:
        forms += [sympy.radsimp(sympy.expand(form)), sympy.sqrtdenest(form), sympy.expand_trig(form)]
    if form.has(sympy.sinh, sympy.cosh, sympy.tanh):
        forms.append(sympy.simplify(form.rewrite(sympy.exp)))
    if form.has(sympy.I):
        forms.append(sympy.expand(form, complex=True))
    shown = []
    for other in dict.fromkeys(forms):
        try:
            shown.append(of_sympy(other))
        except NotSupported:
            if other is form:
                raise
    return min(shown, key=_weight)


def _has_large_logarithms(entry: Any) -> bool:
    """Whether a logarithm has a factor that sympy would make a power of what it is of, with all its digits."""
    import sympy

    products = [part for part in entry.atoms(sympy.Mul) if part.has(sympy.log)]
    factors = [number for part in products for number in part.args if number.is_Rational]
    return any(max(abs(number.p), number.q) > _POWER for number in factors)


def _weight(e: Expr) -> int:
    """The operations; a power of a sum, and a function beside i, are worth several."""
    i, nodes = algebra.named("i"), postorder(e)
    pairs = [pair for node in nodes if node.op == "mul" for pair in zip(node.args[1::2], node.args[2::2], strict=True)]
    powers = [base for base, by in pairs if base.op == "add" and by.attr not in (1, -1)]
    waves = [node for node in nodes if node.op == "map" or (node.op == "mul" and algebra.named("e") in node.args)]
    return ops(e) + _WORTH * (len(powers) + (len(waves) if i in nodes else 0))


def of_sympy(found: Any) -> Expr:
    """A constant of sympy as an expression; NotSupported for what the language has not."""
    import sympy

    from symdiff.interchange.sympy_reader import Reader

    if found.free_symbols:
        raise NotSupported(f"{found} of sympy is no constant")
    if found.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise NoValue("there is no finite value")
    return present(Reader(found).of(found))
