"""NumPy's universal functions, and SciPy's: element by element, and their reductions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff import algebra, operators
from symdiff.errors import NotSupported
from symdiff.operators import elementwise
from symdiff.protocols.arguments import book, expression, spread
from symdiff.protocols.reductions import REDUCTIONS


def _pi() -> Any:
    return algebra.named("pi")


def _logaddexp2(a: Any, b: Any) -> Any:
    log2 = book("log", 2)
    return elementwise(operators.over, spread("logaddexp", log2 * expression(a), log2 * expression(b)), log2)


def _binary(combine: operators.Binary) -> Callable[..., Any]:
    return lambda a, b: elementwise(combine, _operand(a), _operand(b))


def _operand(value: Any) -> Any:
    """What an operator takes: rows stay rows, lists become expressions, what is neither is an error."""
    return value if isinstance(value, operators.Row) else expression(value)


def _logic(operator: str) -> Callable[..., Any]:
    def apply(*args: Any) -> Any:
        values = [operators.truth(expression(arg)) for arg in args]
        if len(values) == 2:
            values = list(operators.align(*values))
        return algebra.logic(operator, *values)

    return apply


_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": _binary(operators.plus),
    "subtract": _binary(operators.minus),
    "multiply": _binary(operators.times),
    "divide": _binary(operators.over),
    "power": _binary(operators.to_the),
    "float_power": _binary(operators.to_the),
    "matmul": lambda a, b: operators.matmul(_operand(a), _operand(b)),
    "negative": lambda a: -a,
    "positive": lambda a: a,
    "square": lambda a: a**2,
    "reciprocal": lambda a: 1 / a,
    "deg2rad": lambda a: a * (_pi() / 180),
    "radians": lambda a: a * (_pi() / 180),
    "rad2deg": lambda a: a * (180 / _pi()),
    "degrees": lambda a: a * (180 / _pi()),
    "less": _binary(operators.comparison("<")),
    "less_equal": _binary(operators.comparison("<=")),
    "greater": _binary(operators.comparison(">")),
    "greater_equal": _binary(operators.comparison(">=")),
    "equal": _binary(operators.comparison("==")),
    "not_equal": _binary(operators.comparison("!=")),
    "logical_and": _logic("and"),
    "logical_or": _logic("or"),
    "logical_not": _logic("not"),
    "maximum": lambda a, b: spread("max", a, b),
    "minimum": lambda a, b: spread("min", a, b),
    "remainder": lambda a, b: spread("mod", a, b),
    "floor_divide": lambda a, b: book("floor", elementwise(operators.over, _operand(a), _operand(b))),
    "logaddexp2": _logaddexp2,
}
_RENAMED = {
    "absolute": "abs", "fabs": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "conjugate": "conj",
    "rint": "round", "expit": "sigmoid", "log_expit": "logsigmoid", "gammaln": "lgamma", "psi": "digamma",
    "ndtr": "normcdf",
}  # fmt: skip
_BESSEL = {"j": "besselj", "y": "bessely", "i": "besseli", "k": "besselk"}  # by the letter of SciPy's `jv`, `j0`
_SAME = frozenset(
    "sin cos tan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p logaddexp sqrt cbrt sign floor ceil hypot "
    "erf erfc gamma beta".split()
)
_REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}


def _bessel(name: str, order: Any, x: Any) -> Any:
    """Of whole order; SciPy's has others too."""
    if not algebra.is_integer(expression(order)):
        raise NotSupported("a Bessel function whose order is not known to be whole")
    return spread(name, order, x)


def ufunc(name: str, method: str, inputs: Sequence[object], keywords: dict[str, Any]) -> Any:
    """A universal function of NumPy or SciPy; NotSupported names what the books lack."""
    if method == "reduce" and name in _REDUCED and set(keywords) <= {"axis", "keepdims"}:
        return REDUCTIONS[_REDUCED[name]](*inputs, **{"axis": 0, **keywords})
    if method != "__call__" or keywords:
        what = f".{method}" if method != "__call__" else f" with {', '.join(keywords)}"
        raise NotSupported(f"np.{name}{what} on an expression")
    if name in _OPERATORS:
        return _OPERATORS[name](*inputs)
    if len(name) == 2 and name[0] in _BESSEL and name[1] in "01nv":
        return _bessel(_BESSEL[name[0]], *([int(name[1])] if name[1] in "01" else []), *inputs)
    known = _RENAMED.get(name, name if name in _SAME else None)
    if known is None:
        raise NotSupported(f"np.{name} on an expression")
    return spread(known, *inputs) if len(inputs) > 1 else book(known, *inputs)
