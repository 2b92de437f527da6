"""Calls of NumPy's functions, drawn at random: on arrays, and on expressions that have these arrays as values.

A function gives on expressions what it gives on arrays, or raises a SymdiffError. `fault` says what is wrong with a
call, None where nothing is.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

import symdiff as sd
from symdiff.dims import Size, evaluate

Draw = Callable[[random.Random], "Call"]


@dataclass(frozen=True)
class Call:
    """A function of arrays, the arrays, which of them are expressions; whether their sizes are names (1 is never)."""

    text: str
    apply: Callable[..., Any]
    arrays: tuple[np.ndarray, ...]
    symbolic: tuple[bool, ...]
    named: bool = False


# Arrays, axes, keywords


def shape_of(rng: random.Random, low: int = 1, high: int = 3) -> tuple[int, ...]:
    return tuple(rng.choice((1, 2, 3, 4, 5)) for _ in range(rng.randint(low, high)))


def entries(rng: random.Random, shape: tuple[int, ...]) -> np.ndarray:
    """Entries of both signs, large and small, some zero, some equal."""
    choices = (0.0, 0.5, -1.0, 2.0, -3.25)
    values = [rng.choice(choices) if rng.random() < 0.3 else rng.uniform(-3, 3) for _ in range(int(np.prod(shape)))]
    return np.array(values).reshape(shape)


def square(rng: random.Random) -> np.ndarray:
    n = rng.randint(1, 4)
    return entries(rng, (n, n)) + 4 * np.eye(n)


def broadcastable(rng: random.Random, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts with this one, or now and then does not."""
    cut = shape[rng.randint(0, len(shape)) :]
    return tuple(1 if rng.random() < 0.2 else d + (rng.random() < 0.05) for d in cut)


def axis_of(rng: random.Random, rank: int) -> Any:
    """None, an axis, a negative one, several, none, one too many."""
    kind = rng.random()
    if kind < 0.15:
        return None
    if kind < 0.6:
        return rng.randrange(-rank, rank) if rank and rng.random() < 0.9 else rng.choice((rank, -rank - 1))
    axes = rng.sample(range(rank), rng.randint(0, rank))
    return tuple(k - rank if rng.random() < 0.3 else k for k in axes)


def keywords_of(rng: random.Random, rank: int, *names: str) -> dict[str, Any]:
    made: dict[str, Callable[[], Any]] = {
        "axis": lambda: axis_of(rng, rank), "keepdims": lambda: rng.random() < 0.5,
        "ddof": lambda: rng.choice((0, 1, 2)), "dtype": lambda: rng.choice((None, np.float32, int)),
        "out": lambda: rng.choice((None, np.zeros(3))), "where": lambda: np.array([True, False, True])[:1],
        "initial": lambda: 1.0, "order": lambda: rng.choice("CFA"),
    }  # fmt: skip
    likely = {"axis": 0.8, "keepdims": 0.4, "ddof": 0.4, "order": 0.5}
    return {name: made[name]() for name in names if rng.random() < likely.get(name, 0.05)}


def call(
    rng: random.Random, name: str, function: Callable[..., Any], arrays: list[np.ndarray], *args: Any, **keywords: Any
) -> Call:
    """A call of a function of arrays, one of which at least is an expression."""
    symbolic = [rng.random() < 0.7 for _ in arrays]
    symbolic[rng.randrange(len(arrays))] = True
    shapes = ", ".join(f"{'' if s else 'array'}{a.shape}" for a, s in zip(arrays, symbolic, strict=True))
    said = ", ".join([shapes, *map(str, args), *(f"{k}={v}" for k, v in keywords.items())])
    named = rng.random() < 0.3
    apply = lambda *given: function(*given, *args, **keywords)  # noqa: E731
    return Call(f"{name}({said})", apply, tuple(arrays), tuple(symbolic), named)


# One draw a function


def reduction(name: str, *more: str) -> Draw:
    def draw(rng: random.Random) -> Call:
        array = entries(rng, shape_of(rng, 0))
        keywords = keywords_of(rng, array.ndim, "axis", "keepdims", "dtype", "out", "where", "initial", *more)
        if name in ("var", "std", "mean", "average", "ptp"):
            keywords.pop("initial", None)
        function: Any = getattr(np, name)
        if hasattr(sd.Expr, name) and keywords.keys() <= {"axis", "keepdims", "ddof"} and rng.random() < 0.3:
            return call(rng, f".{name}", lambda a, **k: getattr(a, name)(**k), [array], **keywords)
        if "axis" in keywords and rng.random() < 0.3:
            return call(rng, name, function, [array], keywords.pop("axis"), **keywords)
        return call(rng, name, function, [array], **keywords)

    return draw


def scan(name: str) -> Draw:
    def draw(rng: random.Random) -> Call:
        array = entries(rng, shape_of(rng, 0))
        return call(rng, name, getattr(np, name), [array], **keywords_of(rng, array.ndim, "axis", "dtype", "out"))

    return draw


def ufunc_reduce(name: str) -> Draw:
    def draw(rng: random.Random) -> Call:
        array = entries(rng, shape_of(rng, 1))
        keywords = keywords_of(rng, array.ndim, "axis", "keepdims", "dtype", "initial", "where")
        method = "reduce" if rng.random() < 0.9 else "accumulate"
        return call(rng, f"{name}.{method}", getattr(getattr(np, name), method), [array], **keywords)

    return draw


def unary(function: Any, low: float = -3, high: float = 3) -> Draw:
    def draw(rng: random.Random) -> Call:
        array = entries(rng, shape_of(rng, 0))
        array = low + (high - low) * (array + 3.25) / 6.5
        return call(rng, function.__name__, function, [array], **keywords_of(rng, array.ndim, "out", "where", "dtype"))

    return draw


def binary(function: Any, positive: bool = False) -> Draw:
    def draw(rng: random.Random) -> Call:
        shape = shape_of(rng, 0)
        shapes = [shape, broadcastable(rng, shape)]
        rng.shuffle(shapes)
        arrays = [entries(rng, s) for s in shapes]
        if positive:
            arrays = [np.abs(a) + 0.25 for a in arrays]
        return call(rng, function.__name__, function, arrays, **keywords_of(rng, len(shape), "out", "where", "dtype"))

    return draw


def product(name: str, function: Any) -> Draw:
    """Two arrays whose last and first, last and last but one, or last axes fit more often than not."""

    def draw(rng: random.Random) -> Call:
        a = entries(rng, shape_of(rng, 0))
        if name == "cross" and rng.random() < 0.7:
            return call(rng, name, function, [entries(rng, (3,)), entries(rng, (3,))])
        shape = list(shape_of(rng, 0))
        if name == "vdot" and rng.random() < 0.7:
            return call(rng, name, function, [a, entries(rng, tuple(rng.sample(a.shape, a.ndim)))])
        if a.ndim and shape and rng.random() < 0.9:
            shape[rng.choice((0, -1, max(-2, -len(shape))))] = a.shape[-1]
        if len(shape) > 2 and a.ndim > 2 and rng.random() < 0.6:
            shape[0] = rng.choice((1, a.shape[0]))
        return call(rng, name, function, [a, entries(rng, tuple(shape))])

    return draw


def tensordot(rng: random.Random) -> Call:
    a = entries(rng, shape_of(rng))
    b = entries(rng, tuple(rng.sample(a.shape, a.ndim)) + shape_of(rng, 0, 1))
    axes: Any = rng.choice((0, 1, 2, a.ndim))
    if rng.random() < 0.5:
        k = rng.randrange(a.ndim)
        fitting = [j for j, d in enumerate(b.shape) if d == a.shape[k]]
        axes = rng.choice(((k, rng.choice(fitting)), ([k - a.ndim], [rng.choice(fitting)])))
    return call(rng, "tensordot", np.tensordot, [a, b], axes)


def einsum(rng: random.Random) -> Call:
    texts = (
        "ij,jk->ik|ij,jk|ij,jk->ki|ij->ji|ii|ii->i|ij->|i,i|i,j->ji|ijk,k->ij|i,ij,j|ba|ij,ij->j|ijk->k|...i->...|"
        "ij,jk->iik|iij->j|i,i->ij|ij , jk -> i"
    )
    text = rng.choice(texts.split("|"))
    sizes = {c: rng.choice((1, 2, 3)) for c in "abcijk"}
    parts = text.partition("->")[0].replace(" ", "").replace("...", "j").split(",")
    arrays = [entries(rng, tuple(sizes[c] for c in part)) for part in parts]
    keywords = {"optimize": True} if rng.random() < 0.1 else {}
    return call(rng, f"einsum {text}", lambda *a, **k: np.einsum(text, *a, **k), arrays, **keywords)


def norm(rng: random.Random) -> Call:
    """Of one axis or two, with every order; now and then of axes that are not there."""
    array = entries(rng, shape_of(rng, 1))
    order = rng.choice((None, 1, 2, 3, 0.5, -1, -2, 0, *(np.inf, -np.inf) * 2, "fro", "nuc", "x", np.int64(1)))
    keywords = keywords_of(rng, array.ndim, "keepdims")
    if rng.random() < 0.1:
        keywords["axis"] = axis_of(rng, array.ndim)
    elif array.ndim > 1 and rng.random() < 0.5:
        first, second = rng.sample(range(array.ndim), 2)
        keywords["axis"] = (first, second - array.ndim)
    elif array.ndim > 2 or rng.random() < 0.7:
        keywords["axis"] = rng.randrange(-array.ndim, array.ndim)
    if rng.random() < 0.5:
        keywords["ord"] = order
        return call(rng, "linalg.norm", np.linalg.norm, [array], **keywords)
    return call(rng, "linalg.norm", np.linalg.norm, [array], order, **keywords)


def join(name: str) -> Draw:
    def draw(rng: random.Random) -> Call:
        shape = list(shape_of(rng, 0))
        keywords = keywords_of(rng, len(shape), "axis") if name in ("stack", "concatenate") else {}
        axis = keywords.get("axis", 0)
        arrays = []
        for _ in range(rng.randint(1, 3)):
            own = list(shape)
            if own and rng.random() < 0.4:
                own[axis if isinstance(axis, int) and -len(own) <= axis < len(own) else rng.randrange(len(own))] += 1
            if rng.random() < 0.1:
                own = own[1:]
            arrays.append(entries(rng, tuple(own)))
        return call(rng, name, lambda *a, **k: getattr(np, name)(list(a), **k), arrays, **keywords)

    return draw


def rearranged(name: str, arguments: Callable[[random.Random, np.ndarray], tuple[Any, ...]]) -> Draw:
    def draw(rng: random.Random) -> Call:
        array = entries(rng, shape_of(rng, 0))
        if name in ("diag", "diagonal", "trace", "tril", "triu") and rng.random() < 0.7:
            array = square(rng)
        return call(rng, name, getattr(np, name), [array], *arguments(rng, array))

    return draw


def _new_shape(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    shape: list[int] = rng.sample(a.shape, a.ndim)
    if len(shape) > 1 and rng.random() < 0.5:
        shape[:2] = [shape[0] * shape[1]]
    if shape and rng.random() < 0.4:
        shape[rng.randrange(len(shape))] = -1
    if rng.random() < 0.1:
        shape.append(2)
    wanted: Any = shape[0] if len(shape) == 1 and rng.random() < 0.5 else tuple(shape)
    return (wanted, rng.choice("CFA")) if rng.random() < 0.4 else (wanted,)


def _axes(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    if rng.random() < 0.3:
        return ()
    order = rng.sample(range(a.ndim), a.ndim) + [0] * (rng.random() < 0.1)
    return ([k - a.ndim if rng.random() < 0.3 else k for k in order],)


def _axis(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    return (axis_of(rng, a.ndim),) if rng.random() < 0.8 else ()


def _two_axes(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    return tuple(rng.randint(-a.ndim - 1, a.ndim) for _ in range(2))


def _shift(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    shift: Any = rng.choice((-7, -2, -1, 0, 1, 2, 5, (1, 2)))
    return (shift, *_axis(rng, a))


def _times(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    return rng.choice(((), (1,), (2,), (0,), (1, rng.randint(-a.ndim - 1, a.ndim)), (-1,)))


def _offset(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    return rng.choice(((), (), (0,), (1,), (-1,)))


def _offset_axes(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    return rng.choice(((), (0,), (1,), (0, rng.randint(-a.ndim, a.ndim), rng.randint(-a.ndim, a.ndim))))


def _limits(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    return rng.choice(((-1, 1), (None, 0.5), (0, None), (None, None), (1, -1), (np.zeros(a.shape[-1:]), 2)))


def _wider(rng: random.Random, a: np.ndarray) -> tuple[Any, ...]:
    return (rng.choice(((), (2,), (3,))) + tuple(rng.choice((d, 3)) if d == 1 else d for d in a.shape),)


def linear(name: str, symmetric: bool = False, *arguments: tuple[Any, ...]) -> Draw:
    def draw(rng: random.Random) -> Call:
        a = square(rng) if rng.random() < 0.85 else entries(rng, shape_of(rng, 0))
        args = rng.choice(arguments) if arguments else ()
        function = getattr(np.linalg, name)
        if symmetric and a.ndim == 2 and len(set(a.shape)) == 1 and rng.random() < 0.9:
            return call(rng, name, lambda a: function(a @ a.T if name == "cholesky" else (a + a.T) / 2), [a])
        keywords = {"compute_uv": False} if name == "svd" and rng.random() < 0.8 else {}
        return call(rng, name, function, [a], *args, **keywords)

    return draw


def solve(rng: random.Random) -> Call:
    a = square(rng)
    b = entries(rng, (*rng.choice(((), (), (len(a),), (2,))), len(a) + (rng.random() < 0.1), *shape_of(rng, 0, 1)))
    return call(rng, "solve", np.linalg.solve, [a, entries(rng, ()) if rng.random() < 0.1 else b])


def multi_dot(rng: random.Random) -> Call:
    sizes = [rng.randint(1, 3) for _ in range(4)]
    arrays = [entries(rng, pair) for pair in pairwise(sizes)]
    if rng.random() < 0.3:
        arrays[0] = arrays[0][0]
    if rng.random() < 0.3:
        arrays[-1] = arrays[-1][:, 0]
    return call(rng, "multi_dot", lambda *a: np.linalg.multi_dot(list(a)), arrays)


def item(rng: random.Random) -> Call:
    array = entries(rng, shape_of(rng))

    def one() -> Any:
        end = [None, None, *range(-6, 7)]
        if rng.random() < 0.1:
            return rng.choice((True, False, np.True_, 0.5, [0], slice(None, None, 0)))
        return rng.choice((
            slice(0, None, rng.choice((-1, -2))), rng.randint(-4, 3),
            slice(rng.choice(end), rng.choice(end), rng.choice((None, 1, 2, -1, -2, -1))),
            slice(rng.choice(end), rng.choice(end), rng.choice((None, -1))), None, ..., slice(None), np.int64(0),
        ))  # fmt: skip

    key = tuple(one() for _ in range(rng.randint(1, array.ndim)))
    key = key[0] if len(key) == 1 else key
    return Call(f"{array.shape}[{key}]", lambda a: a[key], (array,), (True,), rng.random() < 0.3)


def chain(rng: random.Random) -> Call:
    """Operators, `.dot`, `@`, `.T` in a row, with arrays on the left and on the right, of every kind of number."""
    n = rng.randint(1, 3)
    kinds: list[Any] = [float, np.float32, np.float16, np.longdouble, int, np.uint8, bool, np.int64]
    arrays = [entries(rng, rng.choice(((n, n), (n,), (n, n), (2, n, n), ()))) for _ in range(3)]
    symbolic = [rng.random() < 0.5 for _ in arrays]
    symbolic[rng.randrange(3)] = True
    arrays = [a if s else a.astype(rng.choice(kinds)) if a.min() >= 0 else np.abs(a).astype(rng.choice(kinds))
              for a, s in zip(arrays, symbolic, strict=True)]  # fmt: skip
    ways: dict[str, Callable[[Any, Any], Any]] = {
        "@": lambda a, b: a @ b, "dot": np.dot, ".dot": lambda a, b: a.dot(b), "*": lambda a, b: a * b,
        "+": lambda a, b: a + b, "-": lambda a, b: a - 1.0 * b, "/": lambda a, b: a / (b + 7), "inner": np.inner,
    }  # fmt: skip
    first, second = rng.choice(list(ways)), rng.choice(list(ways))
    left = rng.random() < 0.5

    def apply(a: Any, b: Any, c: Any) -> Any:
        both = ways[first](a, b)
        return ways[second](both, c) if left else ways[second](c, both)

    said = ", ".join(f"{'' if s else a.dtype}{a.shape}" for a, s in zip(arrays, symbolic, strict=True))
    return Call(f"{first} then {'' if left else 'swapped '}{second} of {said}", apply, tuple(arrays), tuple(symbolic))


def where(rng: random.Random) -> Call:
    shape = shape_of(rng, 0)
    arrays = [entries(rng, broadcastable(rng, shape)) for _ in range(2)] + [entries(rng, shape)]
    kind = rng.randrange(3)
    conditions: list[Callable[[Any], Any]] = [lambda c: c > 0, lambda c: c, lambda c: np.logical_and(c > -1, c < 1)]
    return call(rng, f"where {kind}", lambda a, b, c: np.where(conditions[kind](c), a, b), arrays)


def compared(name: str) -> Draw:
    def draw(rng: random.Random) -> Call:
        shape = shape_of(rng, 0)
        arrays = [np.round(entries(rng, s)) for s in (shape, broadcastable(rng, shape))]
        return call(rng, name, getattr(np, name), arrays)

    return draw


_UNARY = {
    "sin cos tan sinh cosh tanh exp expm1 exp2 sign floor ceil square negative positive absolute fabs arctan arcsinh "
    "cbrt deg2rad rad2deg radians degrees rint conjugate reciprocal real imag angle copy zeros_like ones_like ndim "
    "size shape ravel logical_not sinc i0 trunc isnan spacing": (-3.0, 3.0),
    "log log2 log10 log1p sqrt": (0.1, 9.0),
    "arcsin arccos arctanh": (-0.95, 0.95),
    "arccosh": (1.05, 9.0),
}
_BINARY = "add subtract multiply divide maximum minimum arctan2 hypot logaddexp logaddexp2 fmax fmod mod floor_divide"
_OWN = {
    "fliplr": lambda rng, a: (), "flipud": lambda rng, a: (), "reshape": _new_shape, "transpose": _axes, "flip": _axis,
    "expand_dims": _axis, "squeeze": _axis, "swapaxes": _two_axes, "moveaxis": _two_axes, "roll": _shift,
    "diff": _times, "diag": _offset, "diagonal": _offset_axes, "trace": _offset_axes, "tril": _offset, "triu": _offset,
    "clip": _limits, "broadcast_to": _wider, "full_like": lambda rng, a: (2.5,), "repeat": lambda rng, a: (2,),
    "tile": lambda rng, a: (2,), "argmax": _axis, "sort": _axis, "median": _axis, "rot90": lambda rng, a: (),
    "nan_to_num": lambda rng, a: (), "round": lambda rng, a: rng.choice(((), (1,))), "percentile": lambda rng, a: (50,),
}  # fmt: skip

DRAWS: dict[str, Draw] = {
    **{name: reduction(name) for name in ("sum", "prod", "mean", "max", "min", "amax", "amin", "ptp", "average")},
    **{name: reduction(name, "ddof") for name in ("var", "std")},
    **{name: scan(name) for name in ("cumsum", "cumprod")},
    **{f"{name}.reduce": ufunc_reduce(name) for name in ("add", "multiply", "maximum", "minimum", "subtract")},
    **{name: unary(getattr(np, name), *ends) for names, ends in _UNARY.items() for name in names.split()},
    **{name: binary(getattr(np, name)) for name in _BINARY.split()},
    **{name: binary(getattr(np, name), True) for name in ("power", "float_power")},
    **{name: compared(name) for name in "less less_equal greater greater_equal equal not_equal".split()},
    **{name: compared(name) for name in ("logical_and", "logical_or")},
    **{name: product(name, getattr(np, name)) for name in ("dot", "inner", "outer", "vdot", "kron", "matmul", "cross")},
    "@": product("@", lambda a, b: a @ b),
    **{name: join(name) for name in ("stack", "concatenate", "vstack", "hstack", "column_stack", "dstack")},
    **{name: rearranged(name, arguments) for name, arguments in _OWN.items()},
    **{name: linear(name) for name in ("inv", "pinv", "det", "slogdet", "svdvals", "svd")},
    **{name: linear(name, True) for name in ("cholesky", "eigvalsh", "eigh")},
    "matrix_power": linear("matrix_power", False, (0,), (1,), (2,), (3,), (-1,), (-2,), (0.5,), (True,)),
    "linalg.norm": norm, "solve": solve, "multi_dot": multi_dot, "tensordot": tensordot, "einsum": einsum,
    "item": item, "chain": chain, "where": where,
}  # fmt: skip

NEVER = frozenset(
    "subtract.reduce eigh trunc isnan spacing fmax fmod dstack repeat tile argmax sort median "
    "rot90 nan_to_num round percentile".split()
)  # what symdiff refuses always: that it does is tried


# What a call gives


def on_arrays(made: Call) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return made.apply(*made.arrays)


def on_expressions(made: Call) -> Any:
    """The value of what the call gives on expressions; SymdiffError where it gives none."""
    names = [f"x{k}" for k in range(len(made.arrays))]
    given = [
        sd.tensor(name, *(f"n{d}" if made.named and d > 1 else d for d in array.shape)) if symbolic else array
        for name, array, symbolic in zip(names, made.arrays, made.symbolic, strict=True)
    ]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        made_of = made.apply(*given)
        return _evaluated(made_of, dict(zip(names, made.arrays, strict=True)))


def _evaluated(made: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(made, tuple):
        return tuple(_evaluated(part, arrays) for part in made)
    if isinstance(made, Size):
        made = made.scalar
    if not isinstance(made, sd.Expr):
        return made
    given = {s.name: arrays[s.name] for s in made.symbols}
    sizes = {f"n{d}": d for d in range(2, 7)}
    run = sd.compile(made)
    value = np.asarray(run(**given, **{n: d for n, d in sizes.items() if n in run.sizes}))
    shape = tuple(d if isinstance(d, int) else evaluate(d, sizes) for d in made.shape)
    assert value.shape == shape, f"a value of shape {value.shape} of an expression of shape {shape}"
    return value


def fault(made: Call) -> str | None:
    """What is wrong with a call's value on expressions; None where it is NumPy's, or refused."""
    try:
        expected = on_arrays(made)
    except Exception as error:
        expected = error
    try:
        value = on_expressions(made)
    except sd.SymdiffError:
        return None
    except Exception as error:
        if isinstance(error, TypeError) and isinstance(expected, TypeError):  # NumPy's own, of its arguments
            return None
        return f"{made.text}: {type(error).__name__}: {error}"
    if isinstance(expected, AttributeError):  # NumPy's numbers lack the methods of its arrays
        return None
    if isinstance(expected, Exception):
        return f"{made.text}: a value, where NumPy raises {type(expected).__name__}: {expected}"
    if isinstance(expected, tuple) and isinstance(value, tuple) and len(expected) == len(value):
        pairs = list(zip(value, expected, strict=True))
    else:
        pairs = [(value, expected)]
    for one, other in pairs:
        one, other = np.asarray(one), np.asarray(other)
        if one.shape != other.shape:
            return f"{made.text}: a value of shape {one.shape}, not {other.shape}"
        if not np.allclose(one.astype(complex), other.astype(complex), rtol=1e-6, atol=1e-6, equal_nan=True):
            return f"{made.text}: {one.tolist()}, not {other.tolist()}"
    return None


def answered(made: Call) -> bool:
    """Whether a call on expressions has a value."""
    try:
        on_expressions(made)
    except (sd.SymdiffError, TypeError):
        return False
    return True
