"""Functions of NumPy that are others put together, or change an array in place.

Formulas are composed with NumPy's own functions on traced values, so they go through the same doors again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.errors import NotSupported
from symdiff.tracing.arithmetic import raw
from symdiff.tracing.traced import Traced

# What changes an array


def _fill_diagonal(a: Any, val: Any, wrap: Any = False) -> None:
    n = min(a.shape)
    a[(np.arange(n),) * a.ndim] = val


def _put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    table = np.take_along_axis(np.arange(arr.size).reshape(arr.shape), indices, axis)
    arr[np.unravel_index(table, arr.shape)] = values


def _copyto(dst: Any, src: Any, **keywords: Any) -> None:
    dst[keywords.pop("where", ...)] = src


def _put(a: Any, ind: Any, v: Any, **keywords: Any) -> None:
    a[np.unravel_index(ind, a.shape)] = v


def _putmask(a: Any, mask: Any, values: Any) -> None:
    a[mask] = np.broadcast_to(values, np.shape(a))[mask]


IN_PLACE: dict[str, Callable[..., Any]] = {
    "putmask": _putmask,
    "fill_diagonal": _fill_diagonal,
    "put_along_axis": _put_along_axis,
    "copyto": _copyto,
    "put": _put,
}


# Universal functions and their methods


def _outer(ufunc: Any, a: Any, b: Any, **keywords: Any) -> Any:
    return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)


def _accumulate(ufunc: Any, a: Any, axis: Any = 0, **keywords: Any) -> Any:
    if ufunc.__name__ in ("add", "multiply"):
        return (np.cumsum if ufunc.__name__ == "add" else np.cumprod)(a, axis)
    parts = list(np.moveaxis(a, axis, 0))
    for k in range(1, len(parts)):
        parts[k] = ufunc(parts[k - 1], parts[k])
    return np.stack(parts, axis)


def _reduce(ufunc: Any, a: Any, axis: Any = 0, keepdims: Any = False, **keywords: Any) -> Any:
    if ufunc.__name__ in ("logical_and", "logical_or"):
        return (np.all if ufunc.__name__ == "logical_and" else np.any)(a, axis=axis, keepdims=keepdims)
    axes = range(np.ndim(a)) if axis is None else (axis,)
    for k in sorted((k % np.ndim(a) for k in axes), reverse=True):
        a = _accumulate(ufunc, a, k)
        a = np.take(a, [-1] if keepdims else -1, k)
    return a


METHODS: dict[str, Callable[..., Any]] = {"outer": _outer, "accumulate": _accumulate, "reduce": _reduce}
PLAIN = frozenset({"add", "multiply", "maximum", "minimum"})  # whose reductions have names of their own


def _extreme(ufunc: Any) -> Callable[..., Any]:
    """`maximum`, `minimum`: beside an infinite number it is one of both for certain."""

    def choose(a: Any, b: Any) -> Any:
        for fixed, other in ((raw(a), b), (raw(b), a)):
            if np.ndim(fixed) == 0 and np.isinf(fixed):
                return np.broadcast_to(
                    other if ufunc(fixed, 0.0) == 0 else fixed, np.broadcast_shapes(np.shape(a), np.shape(b))
                )
        return None

    return choose


UFUNCS: dict[str, Callable[..., Any]] = {  # None where it is as usual
    "maximum": _extreme(np.maximum),
    "minimum": _extreme(np.minimum),
    "fmax": lambda a, b: np.maximum(a, b),
    "fmin": lambda a, b: np.minimum(a, b),
    "trunc": lambda a: np.sign(a) * np.floor(np.abs(a)),
    "fix": lambda a: np.sign(a) * np.floor(np.abs(a)),
    "fmod": lambda a, b: a - b * np.trunc(np.divide(a, b)),
    "divmod": lambda a, b: (np.floor_divide(a, b), np.remainder(a, b)),
    "modf": lambda a: (a - np.trunc(a), np.trunc(a)),
    "heaviside": lambda a, b: np.where(np.greater(a, 0), 1.0, np.where(np.less(a, 0), 0.0, b)),
    "copysign": lambda a, b: np.abs(a) * np.where(np.signbit(raw(b)), -1.0, 1.0),
    "logical_xor": lambda a, b: np.not_equal(np.not_equal(a, 0), np.not_equal(b, 0)),
    "xlogy": lambda a, b: np.where(np.equal(a, 0), 0.0, a * np.log(b)),
    "vecdot": lambda a, b: np.sum(np.multiply(a, b), axis=-1),
    "vecmat": lambda a, b: np.matmul(a, b),
    "matvec": lambda a, b: np.matmul(a, b),
}


# Functions that are others put together


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    y = np.moveaxis(y, axis, -1) if np.ndim(y) > 1 else y
    steps = dx if x is None else np.diff(x)
    return np.sum(steps * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)


def _gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    if np.ndim(f) != 1 or len(spacing) > 1 or edge_order != 1:
        raise NotSupported("np.gradient of more than one axis, or with edge_order, of traced values")
    h = spacing[0] if spacing else 1.0
    if np.ndim(h) == 0:
        inner = (f[2:] - f[:-2]) / (2 * h)
        return np.concatenate([(f[1:2] - f[:1]) / h, inner, (f[-1:] - f[-2:-1]) / h])
    steps = np.diff(h)
    a, b = steps[:-1], steps[1:]
    inner = -b / (a * (a + b)) * f[:-2] + (b - a) / (a * b) * f[1:-1] + a / (b * (a + b)) * f[2:]
    return np.concatenate([(f[1:2] - f[:1]) / steps[0], inner, (f[-1:] - f[-2:-1]) / steps[-1]])


def _median(a: Any, axis: Any = None, keepdims: Any = False, **keywords: Any) -> Any:
    return _quantile(a, 0.5, axis, keepdims=keepdims)


def _quantile(a: Any, q: Any, axis: Any = None, method: Any = "linear", keepdims: Any = False, **keywords: Any) -> Any:
    if method != "linear" or isinstance(q, Traced) or isinstance(axis, tuple):
        raise NotSupported("np.quantile with this method, axes or a traced q")
    whole, axis = axis is None, axis or 0
    s = np.sort(np.ravel(a)) if whole else np.moveaxis(np.sort(a, axis), axis, 0)
    place = np.asarray(q) * (len(s) - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, len(s) - 1)
    part = np.reshape(place - below, place.shape + (1,) * (np.ndim(s) - 1))
    result = s[below] * (1 - part) + s[above] * part
    if keepdims:
        shape = [1] * np.ndim(a) if whole else [1 if k == axis % np.ndim(a) else n for k, n in enumerate(np.shape(a))]
        result = np.reshape(result, (*np.shape(q), *shape))
    return result


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    if period is not None:
        raise NotSupported("np.interp with a period of traced values")

    def at(v: Any) -> Any:
        if v < xp[0]:
            return fp[0] if left is None else left
        if v >= xp[-1]:
            return fp[-1] if right is None or v == xp[-1] else right
        k = int(np.searchsorted(xp, v, "right"))
        slope = (fp[k] - fp[k - 1]) / (xp[k] - xp[k - 1])
        return fp[k - 1] + slope * (v - xp[k - 1])

    flat = [at(v) for v in np.ravel(x)] if np.ndim(x) else at(x)
    return _listed(flat, np.shape(x)) if np.ndim(x) else flat


def _listed(values: Any, shape: Any) -> Any:
    """Numbers, traced or not, as an array of this shape."""
    if not any(isinstance(v, Traced) for v in values):
        return np.reshape(values, shape)
    return np.reshape(np.stack(values), shape)


def _polyval(p: Any, x: Any) -> Any:
    y: Any = 0 * x
    for c in p:
        y = y * x + c
    return y


def _vander(x: Any, N: Any = None, increasing: Any = False) -> Any:
    powers = range(len(x) if N is None else N)
    return np.stack([x**k for k in (powers if increasing else reversed(powers))], axis=1)


def _cov(m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None, **keywords: Any) -> Any:
    if any(v is not None for v in keywords.values()):
        raise NotSupported("np.cov with weights of traced values")
    rows = m if np.ndim(m) > 1 else np.reshape(m, (1, -1))
    rows = rows if rowvar or np.ndim(m) == 1 else np.transpose(rows)
    if y is not None:
        rows = np.concatenate([rows, y if np.ndim(y) > 1 else np.reshape(y, (1, -1))])
    off = ddof if ddof is not None else 0 if bias else 1
    centred = rows - np.mean(rows, axis=1, keepdims=True)
    c = centred @ np.transpose(centred) / (rows.shape[1] - off)
    return c if c.shape[0] > 1 else c[0, 0]


def _corrcoef(x: Any, y: Any = None, rowvar: Any = True, **keywords: Any) -> Any:
    c = _cov(x, y, rowvar)
    d = np.sqrt(np.diag(c))
    return c / np.outer(d, d)


def _average(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, keepdims: Any = False) -> Any:
    if returned:
        raise NotSupported("np.average with returned=True of traced values")
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(a):
        shape = [1] * np.ndim(a)
        shape[axis] = np.size(weights)
        weights = np.reshape(weights, shape) * np.ones(np.shape(a))
    return np.sum(a * weights, axis=axis, keepdims=keepdims) / np.sum(weights, axis=axis, keepdims=keepdims)


def _polyfit(x: Any, y: Any, deg: Any) -> Any:
    return np.linalg.lstsq(_vander(x, deg + 1), y, rcond=None)[0]


def _bincount(x: Any, weights: Any = None, minlength: Any = 0) -> Any:
    places = x.fixed() if isinstance(x, Traced) else np.asarray(x)
    if weights is None:
        return np.bincount(places, minlength=minlength)
    return np.equal(np.arange(max(np.max(places) + 1, minlength))[:, None], places) @ weights


def _correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """None where it is as usual."""
    return None if mode == "valid" and np.size(a) >= np.size(v) else np.convolve(a, v[::-1], mode)


def _einsum(subscripts: Any, *operands: Any, **keywords: Any) -> Any:
    """`...` stands for letters that are not used; None where there is none."""
    if not isinstance(subscripts, str) or "..." not in subscripts:
        return None
    inputs, arrow, out = subscripts.replace(" ", "").partition("->")
    free = [c for c in "zyxwvutsrqponmlkjihgfedcba" if c not in subscripts]
    parts = inputs.split(",")
    ranks = [np.ndim(e) - len(part.replace("...", "")) for part, e in zip(parts, operands, strict=True)]
    counts = [rank if "..." in part else 0 for part, rank in zip(parts, ranks, strict=True)]
    letters = "".join(free[: max(counts)])
    full = [part.replace("...", letters[len(letters) - n :]) for part, n in zip(parts, counts, strict=True)]
    if not arrow:
        out = "..." + "".join(sorted(c for c in set(inputs) - {".", ","} if inputs.count(c) == 1))
    return np.einsum(f"{','.join(full)}->{out.replace('...', letters)}", *operands)


def _fourier(function: Callable[..., Any]) -> Callable[..., Any]:
    """A Fourier transform along an axis, as the matrix that it is."""

    def transformed(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
        length = np.shape(a)[axis]
        if n not in (None, length):
            raise NotSupported(f"np.fft.{function.__name__} of another length")
        matrix = function(np.eye(length), axis=0, norm=norm)
        moved = np.moveaxis(a, axis, -1) if np.ndim(a) > 1 else a
        result = moved @ np.transpose(matrix)
        return np.moveaxis(result, -1, axis) if np.ndim(a) > 1 else result

    return transformed


def _linspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, retstep: Any = False, **keywords: Any) -> Any:
    if retstep:
        raise NotSupported("np.linspace with retstep of traced values")
    parts = np.arange(num) / max(num - 1 if endpoint else num, 1)
    parts = np.reshape(parts, (num,) + (1,) * max(np.ndim(start), np.ndim(stop)))
    return start + parts * (stop - start)


def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = np.where(condition, choice, result)
    return result


def _round(a: Any, decimals: Any = 0, **keywords: Any) -> Any:
    scale = 10.0**decimals
    return np.rint(a * scale) / scale


def _nansum(function: Callable[..., Any]) -> Callable[..., Any]:
    def total(a: Any, *args: Any, **keywords: Any) -> Any:
        if np.isnan(raw(a)).any():
            raise NotSupported(f"np.nan{function.__name__} of traced values where there are nan")
        return function(a, *args, **keywords)

    return total


REDUCED = frozenset("sum prod mean max min amax amin std var cumsum cumprod".split())
_NEUTRAL = {"sum": 0.0, "prod": 1.0}


def plain(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    """The arguments of a reduction with `where` and `initial` among what is reduced, and no kind of numbers."""
    left = {k: v for k, v in keywords.items() if k not in ("dtype", "where", "initial")}
    a, *others = args
    if "where" in keywords:
        if name not in _NEUTRAL:
            raise NotSupported(f"np.{name} with where of traced values")
        a = np.where(keywords["where"], a, _NEUTRAL[name])
    if "initial" in keywords:
        if others or left.get("axis") is not None:
            raise NotSupported(f"np.{name} with initial and an axis, of traced values")
        a = np.append(np.ravel(a), keywords["initial"])
    return (a, *others), left


FUNCTIONS: dict[str, Callable[..., Any]] = {  # None where it is as usual
    "trapezoid": _trapezoid,
    "trapz": _trapezoid,
    "gradient": _gradient,
    "median": _median,
    "quantile": _quantile,
    "percentile": lambda a, q, *args, **more: _quantile(a, np.asarray(q) / 100, *args, **more),
    "interp": _interp,
    "polyval": _polyval,
    "bincount": _bincount,
    "polyfit": _polyfit,
    "correlate": _correlate,
    "einsum": _einsum,
    "fft.fft": _fourier(np.fft.fft),
    "fft.ifft": _fourier(np.fft.ifft),
    "fft.rfft": _fourier(np.fft.rfft),
    "vander": _vander,
    "cov": _cov,
    "corrcoef": _corrcoef,
    "average": _average,
    "linspace": _linspace,
    "select": _select,
    "round": _round,
    "around": _round,
    "fix": lambda x: np.trunc(x),
    "nansum": _nansum(np.sum),
    "nanmean": _nansum(np.mean),
    "nanmax": _nansum(np.max),
    "nanmin": _nansum(np.min),
    "nan_to_num": lambda x, **keywords: _nansum(np.copy)(x),
    "ediff1d": lambda ary: np.diff(np.ravel(ary)),
}
