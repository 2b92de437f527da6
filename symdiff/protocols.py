"""NumPy's functions on expressions: `np.sin(x)`, `np.sum(f, axis=0)`, `np.linalg.norm(x)`.

Two tables say which function of the books a function of NumPy is. What is in neither is NotSupported by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff import algebra, operators
from symdiff.dims import Size, product, show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.operators import Row, bare, common_shape, lift, whole


def book(name: str, *args: object, **keywords: object) -> Any:
    """A function of the books on expressions, rows, numbers, arrays; a row stays a row if it can."""
    from symdiff.book import apply

    values = [bare(_expression(arg)) for arg in args]
    result = apply(name, tuple(values), **{k: v for k, v in keywords.items() if v is not None})
    row = any(isinstance(arg, Row) for arg in args) and result.rank == 1
    return Row(result) if row else result


def _expression(value: object) -> Expr | Row:
    lifted = lift(value)
    if lifted is None and isinstance(value, (list, tuple)) and value:
        return algebra.join("stack", [bare(_expression(entry)) for entry in value], 0)
    if lifted is None:
        raise SymdiffError(f"no expression and no array of numbers: {type(value).__name__}")
    return lifted


def spread(name: str, *args: object) -> Any:
    """A function of the books element by element, its arguments broadcast."""
    values = [bare(_expression(arg)) for arg in args]
    shape = values[0].shape
    for value in values[1:]:
        shape = common_shape(shape, value.shape)
    return book(name, *(algebra.broadcast(value, shape) for value in values))


# Universal functions: operators, renamed functions, and functions of the same name

_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: operators.elementwise(operators.plus, a, b),
    "subtract": lambda a, b: operators.elementwise(operators.minus, a, b),
    "multiply": lambda a, b: operators.elementwise(operators.times, a, b),
    "divide": lambda a, b: operators.elementwise(operators.over, a, b),
    "power": lambda a, b: operators.elementwise(operators.to_the, a, b),
    "float_power": lambda a, b: operators.elementwise(operators.to_the, a, b),
    "matmul": operators.matmul,
    "negative": lambda a: -a,
    "positive": lambda a: a,
    "square": lambda a: a**2,
    "reciprocal": lambda a: 1 / a,
    "less": lambda a, b: operators.elementwise(operators.comparison("<"), a, b),
    "less_equal": lambda a, b: operators.elementwise(operators.comparison("<="), a, b),
    "greater": lambda a, b: operators.elementwise(operators.comparison(">"), a, b),
    "greater_equal": lambda a, b: operators.elementwise(operators.comparison(">="), a, b),
    "equal": lambda a, b: operators.elementwise(operators.comparison("=="), a, b),
    "not_equal": lambda a, b: operators.elementwise(operators.comparison("!="), a, b),
    "maximum": lambda a, b: spread("max", a, b),
    "minimum": lambda a, b: spread("min", a, b),
    "logaddexp": lambda a, b: book("log", book("exp", a) + book("exp", b)),
}
_RENAMED = {
    "absolute": "abs", "fabs": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "conjugate": "conj",
}  # fmt: skip
_SAME = frozenset(
    "sin cos tan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt cbrt sign floor ceil hypot".split()
)
_REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}


def ufunc(name: str, method: str, inputs: Sequence[object], keywords: dict[str, Any]) -> Any:
    """A universal function of NumPy; NotSupported names what the books lack."""
    if method == "reduce" and name in _REDUCTIONS and set(keywords) <= {"axis", "keepdims"}:
        return book(_REDUCTIONS[name], *inputs, **{"axis": 0, **keywords})
    if method != "__call__" or keywords:
        what = f".{method}" if method != "__call__" else f" with {', '.join(keywords)}"
        raise NotSupported(f"np.{name}{what} on an expression")
    if name in _OPERATORS:
        return _OPERATORS[name](*inputs)
    known = _RENAMED.get(name, name if name in _SAME else None)
    if known is None:
        raise NotSupported(f"np.{name} on an expression")
    return spread(known, *inputs) if len(inputs) > 1 else book(known, *inputs)


# Functions of arrays


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if not isinstance(ord, (int, float, str, Expr, type(None))):
        raise NotSupported(f"np.linalg.norm with an order that is a {type(ord).__name__}")
    e = bare(_expression(x))
    extra = {"axis": axis, "keepdims": keepdims or None}
    matrix = (e.rank if axis is None else len(axis) if isinstance(axis, tuple) else 1) == 2
    if ord is None or ord == ("fro" if matrix else 2):
        return book("norm2", e, **extra)
    if matrix:
        raise NotSupported(f"np.linalg.norm of a matrix with ord={ord!r}")
    if ord == 1:
        return book("norm1", e, **extra)
    if ord == float("inf"):
        return book("norm_inf", e, **extra)
    return book("norm", e, ord, **extra)


def _dot(a: Any, b: Any) -> Any:
    left, right = bare(_expression(a)), bare(_expression(b))
    if not left.shape or not right.shape:
        return operators.elementwise(operators.times, left, right)
    return operators.matmul(left, right)


def _where(condition: Any, a: Any, b: Any) -> Any:
    return spread("where", condition, a, b)


def _einsum(subscripts: str, *operands: Any) -> Any:
    if not isinstance(subscripts, str):
        raise NotSupported("np.einsum on expressions without a text of subscripts")
    values = [bare(_expression(e)) for e in operands]
    inputs, arrow, out = subscripts.replace(" ", "").partition("->")
    labels = inputs.split(",")
    if not arrow:
        letters = inputs.replace(",", "")
        out = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    if "." in subscripts or len(labels) != len(values):
        raise NotSupported(f"np.einsum with {subscripts!r}")
    return algebra.einsum(algebra.ONE, values, [tuple(part) for part in labels], tuple(out))


def _parts(parts: Sequence[object]) -> list[Expr]:
    return [bare(_expression(part)) for part in parts]


def _stack(parts: Sequence[object], axis: int = 0) -> Expr:
    values = _parts(parts)
    return algebra.join("stack", values, axis % (values[0].rank + 1))


def _concatenate(parts: Sequence[object], axis: int = 0) -> Expr:
    values = _parts(parts)
    return algebra.join("concat", values, algebra.normal_axes(values[0], axis)[0])


def _vstack(parts: Sequence[object]) -> Expr:
    values = _parts(parts)
    return _stack(values) if values[0].rank < 2 else _concatenate(values)


def _hstack(parts: Sequence[object]) -> Expr:
    values = _parts(parts)
    return _concatenate(values, 0 if values[0].rank == 1 else 1)


def transpose(a: Any, axes: Any = None) -> Expr:
    """`np.transpose`: the axes reversed, or in the order given."""
    e = bare(_expression(a))
    if axes is None:
        return algebra.transpose(e)
    order = [whole(axis, "an axis") for axis in axes]
    if sorted(axis % e.rank for axis in order) != list(range(e.rank)):
        raise ShapeError(f"the axes {order} are not those of a {show_shape(e.shape)}")
    return algebra.permute(e, [axis % e.rank for axis in order])


def reshape(a: Any, shape: Any, order: str = "C") -> Expr:
    """`np.reshape`; one length may be -1 where all others are numbers."""
    e = bare(_expression(a))
    given = shape if isinstance(shape, (tuple, list)) else (shape,)
    wanted = tuple(d if isinstance(d, Size) else whole(d, "a length") for d in given)
    if -1 in wanted:
        known = product(d for d in wanted if d != -1)
        count = product(e.shape)
        if len(wanted) == 1:
            wanted = (count,)
        elif isinstance(count, int) and isinstance(known, int) and known and count % known == 0:
            wanted = tuple(count // known if d == -1 else d for d in wanted)
        else:
            raise SymdiffError("the length -1 cannot be worked out here")
    return algebra.reshape(e, wanted, order)


def _cumulative(name: str) -> Callable[..., Any]:
    def apply(a: Any, axis: int | None = None) -> Any:
        e = bare(_expression(a))
        if axis is None:
            return book(name, reshape(e, -1), axis=0)
        return book(name, e, axis=axis)

    return apply


def _reduction(name: str) -> Callable[..., Any]:
    def apply(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return book(name, a, axis=axis, keepdims=keepdims or None)

    return apply


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _reduction(name) for name in ("sum", "prod", "mean", "var", "std", "max", "min")},
    "amax": _reduction("max"),
    "amin": _reduction("min"),
    "cumsum": _cumulative("cumsum"),
    "cumprod": _cumulative("cumprod"),
    "dot": _dot,
    "vdot": _dot,
    "inner": _dot,
    "outer": lambda a, b: book("outer", bare(_expression(a)), bare(_expression(b))),
    "kron": lambda a, b: book("kron", a, b),
    "trace": lambda a: book("tr", a),
    "diag": lambda a: book("diag", a),
    "diagonal": lambda a: book("diag", a),
    "transpose": transpose,
    "where": _where,
    "clip": lambda a, a_min, a_max: spread("clip", a, a_min, a_max),
    "einsum": _einsum,
    "reshape": reshape,
    "ravel": lambda a: reshape(a, -1),
    "stack": _stack,
    "concatenate": _concatenate,
    "vstack": _vstack,
    "hstack": _hstack,
    "shape": lambda a: bare(a).shape,
    "ndim": lambda a: bare(a).rank,
    "zeros_like": lambda a: algebra.zeros(bare(a).shape),
    "ones_like": lambda a: algebra.ones(bare(a).shape),
    "linalg.norm": _norm,
    "linalg.inv": lambda a: book("inv", a),
    "linalg.pinv": lambda a: book("pinv", a),
    "linalg.det": lambda a: book("det", a),
    "linalg.solve": lambda a, b: book("solve", a, b),
    "linalg.matrix_power": lambda a, n: book("matpow", a, n),
    "linalg.cholesky": lambda a: book("cholesky", a),
}


def function(what: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """A function of NumPy by its name; NotSupported names what is not in the table."""
    module = what.__module__.removeprefix("numpy").lstrip(".")
    name = f"{module}.{what.__name__}" if module else what.__name__
    known = _FUNCTIONS.get(name)
    if known is None:
        raise NotSupported(f"np.{name} on an expression")
    try:
        return known(*args, **keywords)
    except TypeError as error:
        raise NotSupported(f"np.{name} with these arguments ({error})") from error
