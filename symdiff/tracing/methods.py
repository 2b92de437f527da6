"""The methods of NumPy's arrays and numbers on traced values: the functions of the same names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.tracing.traced import Traced

_FUNCTIONS = (
    "sum mean prod max min var std cumsum cumprod all any argmax argmin argsort nonzero trace dot take repeat ravel "
    "squeeze diagonal swapaxes compress clip copy searchsorted round conj conjugate partition".split()
)


def _function(name: str) -> Callable[..., Any]:
    function = getattr(np, name)
    return lambda self, *args, **keywords: function(self, *args, **keywords)


def _reshape(self: Any, *shape: Any, **keywords: Any) -> Any:
    return np.reshape(self, shape[0] if len(shape) == 1 else shape, **keywords)


def _transpose(self: Any, *axes: Any) -> Any:
    return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)


def _astype(self: Any, dtype: Any, **keywords: Any) -> Any:
    """To floats; to whole numbers and truths by value."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return self.decided() if self.value_is_truth else np.asarray((self != 0).decided())
    if kind in "iu" and not self.is_constant and self.value.dtype.kind not in "iub":
        return np.reshape([int(v) for v in np.ravel(self)], self.shape).astype(dtype)
    return self.with_value(self.value.astype(dtype, **keywords))


def _tolist(self: Any) -> Any:
    return [_tolist(part) for part in self] if np.ndim(self) else _item(self)


def _item(self: Any, *place: Any) -> Any:
    if not place:
        entry = np.reshape(self, ())[()] if isinstance(self, Traced) and self.buffer is not None else self
    else:
        entry = np.ravel(self)[place[0]] if len(place) == 1 and not isinstance(place[0], tuple) else self[place]
    if isinstance(entry, Traced):
        return entry.with_value(entry.value.item()) if hasattr(entry.value, "item") else entry
    return entry.item()


def _flatten(self: Any, order: Any = "C") -> Any:
    return np.copy(np.ravel(self, order))


def _fill(self: Any, value: Any) -> None:
    self[...] = value


def _sort(self: Any, axis: Any = -1, **keywords: Any) -> None:
    self[...] = np.sort(self, axis=axis, **keywords)


METHODS: dict[str, Callable[..., Any]] = {
    **{name: _function(name) for name in _FUNCTIONS},
    "reshape": _reshape,
    "transpose": _transpose,
    "astype": _astype,
    "tolist": _tolist,
    "item": _item,
    "flatten": _flatten,
    "fill": _fill,
    "sort": _sort,
}
