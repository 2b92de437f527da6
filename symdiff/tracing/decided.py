"""Functions of NumPy whose results choose or count: as the values take them, which is a condition from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.errors import NotSupported
from symdiff.tracing.arithmetic import raw
from symdiff.tracing.traced import Traced


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
            a = np.delete(np.ravel(a), int(found))
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
    a, v = (x if isinstance(x, Traced) else np.asarray(x) for x in (a, v))
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


def _unique(ar: Any) -> Any:
    """The entries that differ, in order; equal ones stay equal."""
    flat = np.ravel(ar)
    s = flat[_argsort(flat, kind="stable")]
    equal = np.diff(raw(s)) == 0
    _truth(np.equal(s[1:][equal], s[:-1][equal]))
    return s[np.append(True, ~equal)]


DECIDED: dict[str, Callable[..., Any]] = {
    "all": _whether(np.all),
    "any": _whether(np.any),
    "argmax": _extreme_place(np.argmax, True),
    "argmin": _extreme_place(np.argmin, False),
    "argsort": _argsort,
    "sort": _sort,
    "partition": _partition,
    "nonzero": _nonzero(np.nonzero),
    "unique": _unique,
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
