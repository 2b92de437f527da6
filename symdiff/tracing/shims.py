"""What a followed function sees in the places of numpy, math and some builtins: the same, for traced values too.

Arrays that are made here can be filled with traced values.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, reduce
from operator import mul
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff.tracing.arithmetic import Arithmetic, expression, mapped, raw, tracing
from symdiff.tracing.tape import Tape
from symdiff.tracing.traced import Traced, made

if TYPE_CHECKING:
    from symdiff.tracing.follow import Follower

_MAKING = (
    "zeros ones empty full zeros_like ones_like empty_like full_like array asarray asanyarray ascontiguousarray "
    "asfortranarray eye identity linspace diag tile repeat fromiter fromfunction loadtxt".split()
)
_JOINING = "stack concatenate vstack hstack column_stack dstack block append row_stack".split()


class Module(ModuleType):
    """A module whose functions are followed."""

    def __init__(self, real: Any, own: dict[str, Any], other: Callable[[Any], Any]) -> None:
        super().__init__(real.__name__)
        self.__dict__["_parts"] = real, own, other

    def __getattr__(self, name: str) -> Any:
        real, own, other = self.__dict__["_parts"]
        return own[name] if name in own else other(getattr(real, name))


def numpy_functions(tape: Tape, follower: Follower) -> dict[str, Any]:
    """Those of NumPy that make arrays or take functions, by name."""
    own: dict[str, Any] = {name: _making(tape, getattr(np, name)) for name in _MAKING if hasattr(np, name)}
    own |= {name: _joining(tape, getattr(np, name)) for name in _JOINING if hasattr(np, name)}
    own |= {
        "array": _arrays(tape, np.array),
        "asarray": _arrays(tape, np.asarray),
        "asanyarray": _arrays(tape, np.asanyarray),
        "ascontiguousarray": _arrays(tape, np.ascontiguousarray),
        "full": _full(tape),
        "full_like": lambda a, fill_value, *args, **more: _full(tape)(np.shape(a), fill_value),
        "vectorize": lambda pyfunc=None, *args, **more: Vectorized(follower.followed(pyfunc), more),
        "apply_along_axis": lambda func1d, axis, arr, *args, **more: _along(
            follower.followed(func1d), axis, arr, args, more
        ),
        "piecewise": _piecewise(follower),
        "fromfunction": lambda f, shape, dtype=float, **more: follower.followed(f)(
            *np.indices(shape, dtype=dtype), **more
        ),
        "frompyfunc": lambda f, nin, nout: Vectorized(follower.followed(f), {}),
        "ndenumerate": lambda a: (
            ((k, a[k]) for k in np.ndindex(np.shape(a))) if isinstance(a, Traced) else np.ndenumerate(a)
        ),
        "float64": _Float64,
        "nditer": _nditer,
        "r_": _Joiner(np.r_, lambda parts: np.concatenate([np.atleast_1d(part) for part in parts])),
        "c_": _Joiner(np.c_, np.column_stack),
        "isscalar": lambda x: np.isscalar(raw(x)),
        "isreal": lambda x: np.isreal(raw(x)),
        "iscomplex": lambda x: np.iscomplex(raw(x)),
    }
    return own


def _fillable(tape: Tape, value: Any) -> Any:
    if type(value) is np.ndarray and value.dtype.kind in "iufc":
        return made(tape, value, None)
    return value


def _making(tape: Tape, function: Callable[..., Any]) -> Callable[..., Any]:
    def make(*args: Any, **keywords: Any) -> Any:
        if any(tracing(a) is not None for a in (*args[:1], *keywords.values())):
            return function(*args, **keywords)
        return _fillable(tape, function(*mapped(args, Traced.fixed), **mapped(keywords, Traced.fixed)))

    return make


def _joining(tape: Tape, function: Callable[..., Any]) -> Callable[..., Any]:
    """Lists in lists, which NumPy does not look into, and generators."""

    def join(parts: Any, *args: Any, **keywords: Any) -> Any:
        from symdiff.tracing import functions

        parts = parts if isinstance(parts, (Traced, np.ndarray)) else list(parts)
        if tracing((parts, args)) is not None:
            return functions.function(tape, function, (parts, *args), keywords)
        return _fillable(tape, function(parts, *args, **keywords))

    return join


def _array(tape: Tape, value: Any) -> Any:
    return made(tape, np.array(raw(value)), expression(value))


def _arrays(tape: Tape, function: Callable[..., Any]) -> Callable[..., Any]:
    def array(value: Any, dtype: Any = None, *args: Any, **keywords: Any) -> Any:
        if tracing(value) is None:
            if function is not np.array and isinstance(value, np.ndarray):
                return function(value, dtype, *args, **keywords)
            return _fillable(tape, function(value, dtype, *args, **keywords))
        if isinstance(value, Traced) and value.buffer is not None:
            result = np.copy(value) if function is np.array and keywords.get("copy", True) else value
        elif isinstance(value, Traced):
            result = made(tape, np.array(value.value), value.expr)
        else:
            result = _array(tape, value)
        return result if dtype is None or np.dtype(dtype) == result.dtype else result.astype(dtype)

    return array


def _full(tape: Tape) -> Callable[..., Any]:
    def full(shape: Any, fill_value: Any, dtype: Any = None, **keywords: Any) -> Any:
        shape = mapped(shape, Traced.fixed)
        if isinstance(fill_value, Traced):
            result = made(tape, np.empty(shape, dtype or np.asarray(fill_value.value).dtype), None)
            result[...] = fill_value
            return result
        return _fillable(tape, np.full(shape, fill_value, dtype, **keywords))

    return full


def _nditer(op: Any, *args: Any, **keywords: Any) -> Any:
    return np.nditer(op, *args, **keywords) if tracing(op) is None else iter(np.ravel(op))


class _Joiner:
    """`np.r_`, `np.c_`: parts in brackets."""

    def __init__(self, real: Any, join: Callable[[Any], Any]) -> None:
        self.real = real
        self.join = join

    def __getitem__(self, key: Any) -> Any:
        if tracing(key) is None:
            return self.real[key]
        return self.join([np.r_[part] if isinstance(part, slice) else part for part in key])


class Function:
    """A function of NumPy that takes lists of traced numbers, too."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self.real(*map(_listed, args), **keywords)

    def __getattr__(self, name: str) -> Any:
        part = getattr(self.real, name)
        return Function(part) if name in ("reduce", "accumulate", "outer") else part


def _listed(value: Any) -> Any:
    """A list of traced numbers as an array; whole ones may be lengths."""
    tape = tracing(value) if type(value) in (list, tuple) else None
    return value if tape is None or np.asarray(raw(value)).dtype.kind in "iu" else _array(tape, value)


class Vectorized:
    """A function of numbers called for every entry, as `np.vectorize` calls it."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self.function = function
        self.options = options

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if tracing((args, keywords)) is None or self.function is None:
            return np.vectorize(self.function, **self.options)(*args, **keywords)
        shape = np.broadcast_shapes(*map(np.shape, args))
        spread = [np.ravel(np.broadcast_to(a, shape)) for a in args]
        results = [self.function(*[part[k] for part in spread], **keywords) for k in range(len(spread[0]))]
        if not shape:
            return results[0]
        tape = tracing((args, keywords))
        joined = _array(tape, results) if tape is not None and tracing(results) is not None else np.array(results)
        return np.reshape(joined, shape)


def _along(function: Callable[..., Any], axis: int, arr: Any, args: Any, keywords: Any) -> Any:
    lanes = np.moveaxis(arr, axis, -1)
    lead = np.shape(lanes)[:-1]
    results = [function(lanes[k], *args, **keywords) for k in np.ndindex(lead)]
    tape = tracing(results)
    joined = np.array(results) if tape is None else _array(tape, results)
    inner = np.shape(joined)[1:]
    joined = np.reshape(joined, lead + inner)
    return np.moveaxis(joined, range(len(lead), len(lead) + len(inner)), range(axis, axis + len(inner)))


def _piecewise(follower: Follower) -> Callable[..., Any]:
    def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **more: Any) -> Any:
        if tracing((x, condlist)) is None:
            return np.piecewise(x, condlist, [follower.followed(f) for f in funclist], *args, **more)
        values = [follower.followed(f)(x, *args, **more) if callable(f) else f for f in funclist]
        default = values[-1] if len(values) > len(condlist) else 0.0
        return np.select(condlist, values[: len(condlist)], default)

    return piecewise


# math

_RENAMED = {
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "fabs": np.abs, "pow": np.power,
}  # fmt: skip
_SAME = (
    "sin cos tan sinh cosh tanh exp expm1 exp2 sqrt cbrt log2 log10 log1p radians degrees copysign fmod hypot".split()
)
_BOOKS = {"erf": "erf", "erfc": "erfc", "gamma": "gamma", "lgamma": "lgamma"}


def math_functions() -> dict[str, Any]:
    """Those of math that take traced numbers, by name."""
    own = {name: _of_math(getattr(math, name), getattr(np, name)) for name in _SAME if hasattr(math, name)}
    own |= {name: _of_math(getattr(math, name), function) for name, function in _RENAMED.items()}
    own |= {name: _of_books(getattr(math, name), book) for name, book in _BOOKS.items()}
    own |= {
        "log": lambda x, *base: _log(x, *base),
        "hypot": _hypot,
        "fsum": lambda values: _following(math.fsum, list(values), sum),
        "prod": lambda values, *, start=1: _following(
            partial(math.prod, start=start), list(values), lambda v: reduce(mul, v, start)
        ),
        "dist": lambda p, q: _following(
            math.dist, (list(p), list(q)), lambda v: _hypot(*[a - b for a, b in zip(*v, strict=True)])
        ),
        "isnan": lambda x: math.isnan(raw(x)),
        "isinf": lambda x: math.isinf(raw(x)),
        "isfinite": lambda x: math.isfinite(raw(x)),
        "isclose": lambda a, b, *, rel_tol=1e-09, abs_tol=0.0: bool(
            abs(a - b) <= max(rel_tol * max(abs(a), abs(b)), abs_tol)
        ),
        "modf": lambda x: (x - math.trunc(x), float(math.trunc(x))) if isinstance(x, Traced) else math.modf(x),
    }
    return own


def _of_math(function: Callable[..., Any], by_numpy: Any) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        tape = tracing(args)
        if tape is None:
            return function(*args)
        value = function(*raw(args))
        return made(tape, value, expression(by_numpy(*map(_as_float, args))))

    return call


def _as_float(value: Any) -> Any:
    return value[()] if isinstance(value, Traced) and value.buffer is not None else value


def _of_books(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def call(x: Any) -> Any:
        from symdiff.book import apply

        if not isinstance(x, Traced):
            return function(x)
        return made(x.tape, function(x.value), apply(name, (x.number,)))

    return call


def _following(function: Callable[..., Any], values: Any, otherwise: Callable[[Any], Any]) -> Any:
    tape = tracing(values)
    if tape is None:
        return function(*values) if isinstance(values, tuple) else function(values)
    value = function(*raw(values)) if isinstance(values, tuple) else function(raw(values))
    return made(tape, value, expression(otherwise(values)))


def _hypot(*parts: Any) -> Any:
    tape = tracing(parts)
    if tape is None:
        return math.hypot(*parts)
    return made(tape, math.hypot(*raw(parts)), expression(np.sqrt(sum(p * p for p in parts))))


def _log(x: Any, *base: Any) -> Any:
    tape = tracing((x, base))
    if tape is None:
        return math.log(x, *base)
    value = math.log(raw(x), *raw(base))
    return made(tape, value, expression(np.log(x) / np.log(base[0]) if base else np.log(x)))


# builtins


class _Kind(type):
    """Kinds of floats as they are called, compared and asked for."""

    kind: type = float

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.kind)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(_REAL.get(other, other), cls.kind)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is cls.kind

    def __hash__(cls) -> int:
        return hash(cls.kind)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.kind, name)

    def __call__(cls, value: Any = 0.0) -> Any:
        if not isinstance(value, Arithmetic):
            return cls.kind(value)
        number: Any = value
        return value.made(cls.kind(value.value), expression(np.reshape(number, ())))


class _Float(metaclass=_Kind):
    """`float`, of traced values too; also as a kind of arrays."""

    dtype = np.dtype(float)


class _Float64(metaclass=_Kind):
    """`np.float64`, the same."""

    kind = np.float64
    dtype = np.dtype(float)


_REAL: dict[type, type] = {_Float: float, _Float64: np.float64}
_KINDS: dict[type, type] = {float: _Float, np.float64: _Float64}


class _TypeOf(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, type)

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        found = type(*map(raw, args)) if len(args) == 1 else type(*args, **keywords)
        return _KINDS.get(found, found)


class _Type(metaclass=_TypeOf):
    """`type`: of a traced value that of its value."""


BUILTINS: dict[str, Any] = {"float": _Float, "type": _Type}
