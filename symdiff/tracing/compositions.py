"""Functions of NumPy that are others put together, are decided by the values, or change an array in place.

Formulas are composed with NumPy's own functions on traced values, so they go through the same doors again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.errors import NotSupported
from symdiff.tracing.arithmetic import raw
from symdiff.tracing.traced import Traced

# What is decided by the values


def _truth(value: Any) -> Any:
    return value.decided() if isinstance(value, Traced) else value


def _whether(function: Callable[..., Any]) -> Callable[..., Any]:
    """Whether all or any entries are true, as they are here."""
    return lambda a, *args, **keywords: function(_truth(a), *args, **keywords)


def _extreme_place(function: Callable[..., Any], above: bool) -> Callable[..., Any]:
    """`argmax`, `argmin`: nothing lies beyond the chosen entry."""

    def place(a: Any, axis: Any = None, **keywords: Any) -> Any:
        found = function(raw(a), axis, **keywords)
        if axis is None:
            chosen = np.ravel(a)[int(found)]
        else:
            chosen = np.take_along_axis(a, found if keywords.get("keepdims") else np.expand_dims(found, axis), axis)
        _truth(np.less_equal(a, chosen) if above else np.greater_equal(a, chosen))
        return found

    return place


def _argsort(a: Any, axis: Any = -1, **keywords: Any) -> Any:
    order = np.argsort(raw(a), axis, **keywords)
    if axis is None:
        a, axis = np.ravel(a), 0
    sorted_ = np.take_along_axis(a, order, axis)
    length = sorted_.shape[axis]
    if length > 1:
        lower, upper = np.split(sorted_, [length - 1], axis)[0], np.split(sorted_, [1], axis)[1]
        _truth(np.less_equal(lower, upper))
    return order


def _sort(a: Any, axis: Any = -1, **keywords: Any) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take_along_axis(a, _argsort(a, axis, kind="stable"), axis)


def _partition(a: Any, kth: Any, axis: Any = -1, **keywords: Any) -> Any:
    order = np.argpartition(raw(a), kth, axis, **keywords)
    _argsort(a, axis)
    return np.take_along_axis(a, order, axis)


def _nonzero(function: Callable[..., Any]) -> Callable[..., Any]:
    def places(a: Any, *args: Any, **keywords: Any) -> Any:
        _truth(a if not isinstance(a, Traced) or a.value_is_truth else a != 0)
        return function(raw(a), *args, **keywords)

    return places


def _searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    found = np.searchsorted(raw(a), raw(v), side, sorter)
    a = a if sorter is None else a[sorter]
    for k, place in np.ndenumerate(found):
        value = v[k] if np.ndim(raw(v)) else v
        left = side == "left"
        if place > 0:
            _truth(a[place - 1] < value if left else a[place - 1] <= value)
        if place < len(a):
            _truth(value <= a[place] if left else value < a[place])
    return found


def _digitize(x: Any, bins: Any, right: Any = False) -> Any:
    if np.any(np.diff(raw(bins)) < 0):
        raise NotSupported("np.digitize with falling bins on a traced value")
    return _searchsorted(bins, x, "left" if right else "right")


def _is_close(function: Callable[..., Any]) -> Callable[..., Any]:
    def close(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, **keywords: Any) -> Any:
        _truth(np.less_equal(np.abs(np.subtract(a, b)), atol + rtol * np.abs(b)))
        return function(raw(a), raw(b), raw(rtol), raw(atol), **keywords)

    return close


def _array_equal(a1: Any, a2: Any, **keywords: Any) -> Any:
    if np.shape(a1) == np.shape(a2):
        _truth(np.equal(a1, a2))
    return np.array_equal(raw(a1), raw(a2), **keywords)


def _where_alone(*args: Any) -> Any:
    return _nonzero(np.where)(*args)


DECIDED: dict[str, Callable[..., Any]] = {
    "all": _whether(np.all),
    "any": _whether(np.any),
    "argmax": _extreme_place(np.argmax, True),
    "argmin": _extreme_place(np.argmin, False),
    "argsort": _argsort,
    "sort": _sort,
    "partition": _partition,
    "nonzero": _nonzero(np.nonzero),
    "flatnonzero": _nonzero(np.flatnonzero),
    "argwhere": _nonzero(np.argwhere),
    "count_nonzero": _nonzero(np.count_nonzero),
    "searchsorted": _searchsorted,
    "digitize": _digitize,
    "isclose": _is_close(np.isclose),
    "allclose": _is_close(np.allclose),
    "array_equal": _array_equal,
    "shape": lambda a: np.shape(raw(a)),
    "ndim": lambda a: np.ndim(raw(a)),
    "size": lambda a, axis=None: np.size(raw(a), axis),
    "iscomplexobj": lambda x: np.iscomplexobj(raw(x)),
    "isrealobj": lambda x: np.isrealobj(raw(x)),
    "result_type": lambda *given: np.result_type(*raw(given)),
    "can_cast": lambda *given, **more: np.can_cast(*raw(given), **more),
    "array_repr": lambda a, *args, **more: np.array_repr(raw(a), *args, **more),
    "array_str": lambda a, *args, **more: np.array_str(raw(a), *args, **more),
    "array2string": lambda a, *args, **more: np.array2string(raw(a), *args, **more),
}


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


IN_PLACE: dict[str, Callable[..., Any]] = {
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
        k = int(_searchsorted(xp, v, "right"))
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


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "trapezoid": _trapezoid,
    "trapz": _trapezoid,
    "gradient": _gradient,
    "median": _median,
    "quantile": _quantile,
    "percentile": lambda a, q, *args, **more: _quantile(a, np.asarray(q) / 100, *args, **more),
    "interp": _interp,
    "polyval": _polyval,
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
