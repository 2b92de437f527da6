"""The functions that NumPy source calls, by their full names: of NumPy, SciPy, `math` and Python itself."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from symdiff import algebra, operators, protocols
from symdiff.errors import NotSupported, SymdiffError, alike
from symdiff.expr import Expr
from symdiff.protocols.arguments import book, expression, length, lengths

Function = Callable[..., Any]

# Names that stand for modules before anything is imported
MODULES = {
    "np": "numpy",
    "numpy": "numpy",
    "jnp": "numpy",
    "anp": "numpy",
    "math": "math",
    "scipy": "scipy",
}
_KNOWN_MODULES = frozenset({*MODULES.values(), "numpy.linalg", "scipy.linalg", "scipy.special", "jax.numpy",
                            "autograd.numpy"})  # fmt: skip
CONSTANTS: dict[str, Any] = {
    "pi": algebra.named("pi"),
    "e": algebra.named("e"),
    "inf": inf,
    "newaxis": None,
    "nan": float("nan"),
    "euler_gamma": 0.5772156649015329,
}
_ALIASES = {
    "abs": "absolute", "fabs": "absolute", "conj": "conjugate", "mod": "remainder", "pow": "power",
    "true_divide": "divide", "acos": "arccos", "asin": "arcsin", "atan": "arctan", "atan2": "arctan2",
    "acosh": "arccosh", "asinh": "arcsinh", "atanh": "arctanh", "round": "rint", "around": "rint",
    "lgamma": "gammaln", "fmax": "maximum", "fmin": "minimum", "permute_dims": "transpose", "concat": "concatenate",
    "bitwise_and": "logical_and", "bitwise_or": "logical_or", "invert": "logical_not", "cumulative_sum": "cumsum",
}  # fmt: skip
_OF_ARRAYS = {"logsumexp": "logsumexp", "softmax": "softmax", "log_softmax": "log_softmax"}  # scipy.special, with axis
_OF_MATRICES = frozenset({"expm", "sqrtm", "logm"})  # scipy.linalg; what else it has is as in NumPy
_UNIVERSAL = (
    "add subtract multiply divide power float_power matmul negative positive square reciprocal deg2rad radians rad2deg "
    "degrees less less_equal greater greater_equal equal not_equal logical_and logical_or logical_not maximum minimum "
    "remainder floor_divide logaddexp logaddexp2 absolute arcsin arccos arctan arctan2 arcsinh arccosh arctanh "
    "conjugate rint sin cos tan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt cbrt sign floor ceil hypot"
).split()
_SPECIAL = "expit log_expit gammaln psi digamma ndtr erf erfc gamma beta jv j0 j1 yv y0 y1 iv i0 i1 kv k0 k1".split()


def _sizes(shape: Any) -> tuple[Any, ...]:
    return lengths(shape)


def _eye(N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Expr:
    rows = length(N)
    if (M is not None and length(M) != rows) or k != 0:
        raise NotSupported("np.eye of another shape than a square, or off the diagonal")
    return algebra.eye(rows)


def _arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Expr:
    from symdiff.algebra.batch import ramp

    first, end = (0, length(start)) if stop is None else (length(start), length(stop))
    if step != 1:
        raise NotSupported("np.arange with a step")
    return ramp(first, end - first)


def _linspace(start: Any, stop: Any, num: Any = 50, dtype: Any = None) -> Expr:
    from symdiff.algebra.batch import ramp

    count = operators.whole(num, "num")
    first, last = expression(start), expression(stop)
    if count < 2 or first.shape or last.shape:
        raise NotSupported("np.linspace of fewer than two numbers, or between arrays")
    step = operators.over(operators.minus(last, first), algebra.number(count - 1))
    return operators.plus(first, operators.times(step, ramp(0, count)))


def _block(arrays: Any) -> Expr:
    """Rows of blocks, or one row."""
    if not all(isinstance(row, (list, tuple)) for row in arrays):
        return protocols.by_name("hstack", (arrays,), {})
    return protocols.by_name("vstack", ([protocols.by_name("hstack", (row,), {}) for row in arrays],), {})


def _append(arr: Any, values: Any, axis: Any = None) -> Expr:
    parts = [expression(arr), expression(values)]
    if axis is None:
        parts = [protocols.by_name("ravel", (part,), {}) for part in parts]
    return protocols.by_name("concatenate", (parts,), {"axis": axis or 0})


def _heaviside(x1: Any, x2: Any) -> Expr:
    x = expression(x1)
    above = protocols.by_name("where", (x > 0, 1, 0), {})
    return protocols.by_name("where", (operators.equation(x, 0), x2, above), {})


def _count_nonzero(a: Any, axis: Any = None) -> Any:
    return protocols.by_name("sum", (protocols.by_name("where", (expression(a), 1, 0), {}),), {"axis": axis})


def _factorial(n: Any) -> Any:
    return book("factorial", n)


def _of_python(name: str) -> Function:
    """Python's `max` and `min`: the larger of several numbers, or the largest of an array."""

    def apply(*args: Any) -> Any:
        if len(args) == 1:
            return protocols.by_name(name, args, {})
        first, *others = map(expression, args)
        if any(e.shape for e in (first, *others)):
            raise NotSupported(f"{name} of several arrays, which Python does not compare; np.{name}imum does")
        for other in others:
            first = book(name, first, other)
        return first

    return apply


def _sum(values: Any, start: Any = 0) -> Expr:
    """Python's `sum`: of a list, or over the first axis."""
    total = expression(start)
    if not isinstance(values, (list, tuple)):
        return operators.plus(total, protocols.by_name("sum", (values,), {"axis": 0}))
    for value in values:
        total = operators.plus(total, expression(value))
    return total


CREATED: dict[str, Function] = {
    "eye": _eye,
    "identity": _eye,
    "ones": lambda shape, dtype=None: algebra.ones(_sizes(shape)),
    "zeros": lambda shape, dtype=None: algebra.zeros(_sizes(shape)),
    "full": lambda shape, fill_value, dtype=None: algebra.broadcast(expression(fill_value), _sizes(shape)),
    "arange": _arange,
    "array": lambda object, dtype=None: expression(object),
    "asarray": lambda a, dtype=None: expression(a),
    "float64": expression,
    "linspace": _linspace,
    "block": _block,
    "append": _append,
    "heaviside": _heaviside,
    "count_nonzero": _count_nonzero,
}
_MATH: dict[str, Function] = {
    "factorial": _factorial,
    "comb": lambda n, k: book("binomial", n, k),
    "prod": lambda values: protocols.by_name("prod", (list(values),), {}),
    "fsum": lambda values: _sum(list(values)),
}
PYTHON: dict[str, Function] = {
    "abs": lambda x: book("abs", x),
    "sum": _sum,
    "max": _of_python("max"),
    "min": _of_python("min"),
    "pow": lambda a, b: operators.elementwise(operators.to_the, expression(a), expression(b)),
    "float": expression,
    "round": lambda x: book("round", x),
    "len": lambda x: expression(x).shape[0] if expression(x).shape else _no_length(),
    "range": range,
    "tuple": tuple,
    "list": list,
}


def _no_length() -> Any:
    raise SymdiffError("a scalar has no length")


def is_module(path: str) -> bool:
    return path in _KNOWN_MODULES


def short(path: str) -> str:
    """A full name as people write it: np.linalg.norm."""
    return path.replace("numpy", "np", 1) if path.startswith("numpy") else path


def found(path: str) -> Any:
    """What a full name stands for: a constant, a function of values, or a module by its path, as a text."""
    path = path.replace("jax.numpy", "numpy", 1).replace("autograd.numpy", "numpy", 1)
    if is_module(path):
        return path
    module, _, name = path.rpartition(".")
    if module in ("numpy", "math") and name in CONSTANTS:
        return CONSTANTS[name]
    function = _function(module, name)
    if function is None:
        raise _unknown(path)
    return function


def _function(module: str, name: str) -> Function | None:
    renamed = _ALIASES.get(name, name)
    if module == "math" and renamed == "pow":
        return _universal("power")
    if module == "numpy" and name in CREATED:
        return CREATED[name]
    if module == "math" and name in _MATH:
        return _MATH[name]
    if module == "scipy.special" and name in _OF_ARRAYS:
        return lambda a, axis=None, keepdims=None: book(_OF_ARRAYS[name], a, axis=axis, keepdims=keepdims)
    if module == "scipy.special" and renamed in (*_SPECIAL, *_UNIVERSAL):
        return _universal(renamed)
    if module == "scipy.linalg" and name in _OF_MATRICES:
        return lambda A: book(name, A)
    if module == "math" and renamed in (*_UNIVERSAL, "gamma", "gammaln", "erf", "erfc"):
        return _log if name == "log" else _universal(renamed)
    if module == "numpy" and renamed in _UNIVERSAL:
        return _universal(renamed)
    inner = module.replace("scipy.linalg", "numpy.linalg", 1).removeprefix("numpy").lstrip(".")
    full = f"{inner}.{renamed}" if inner else renamed
    if not module.startswith(("numpy", "scipy.linalg")) or full not in protocols.FUNCTIONS:
        return None
    return lambda *args, **keywords: protocols.by_name(full, args, keywords)


def _log(x: Any, base: Any = None) -> Any:
    """`math.log`."""
    return book("log", x) if base is None else book("log", x, base)


def _universal(name: str) -> Function:
    def apply(*args: Any, **keywords: Any) -> Any:
        return protocols.ufunc(name, "__call__", args, keywords)

    return apply


def _unknown(path: str) -> SymdiffError:
    import numpy as np

    module, _, name = path.rpartition(".")
    inner = module.removeprefix("numpy").lstrip(".")
    names = [*_UNIVERSAL, *CREATED, *protocols.FUNCTIONS, *_ALIASES] if module == "numpy" else [
        key.removeprefix(f"{inner}.") for key in protocols.FUNCTIONS if key.startswith(f"{inner}.")]  # fmt: skip
    near = [] if module == "numpy" and hasattr(np, name) else alike(name, [*names, "linalg"], n=1)
    hint = f"did you mean {short(module)}.{near[0]}?" if near else None
    return NotSupported(f"{short(path)[:60]} is not read", hint=hint)
