"""NumPy's functions on expressions: `np.sin(x)`, `np.sum(f, axis=0)`, `np.linalg.norm(x)`.

Each gives what NumPy gives for arrays, or raises a SymdiffError: never another value. What stands in no table is
NotSupported by name, and so is every argument that changes a result in a way the books cannot say.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from symdiff.errors import NotSupported
from symdiff.protocols.arrays import ARRAYS
from symdiff.protocols.contractions import CONTRACTIONS
from symdiff.protocols.linear_algebra import LINEAR_ALGEBRA
from symdiff.protocols.reductions import REDUCTIONS
from symdiff.protocols.universal import ufunc

__all__ = ["FUNCTIONS", "by_name", "function", "ufunc"]

FUNCTIONS: dict[str, Callable[..., Any]] = {**REDUCTIONS, **ARRAYS, **CONTRACTIONS, **LINEAR_ALGEBRA}
_UNSET = ("out", "dtype", "subok", "like")  # given as None they say nothing


def function(what: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """A function of NumPy by its name; NotSupported names what is not in the tables."""
    module = what.__module__.removeprefix("numpy").lstrip(".")
    name = f"{module}.{what.__name__}" if module else what.__name__
    return by_name(name, args, keywords)


def by_name(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """A function of NumPy that is no universal one, as `linalg.norm`; NotSupported for another, and its arguments."""
    known = FUNCTIONS.get(name)
    if known is None:
        raise NotSupported(f"np.{name} on an expression")
    given = {k: v for k, v in keywords.items() if v is not None or k not in _UNSET}
    try:
        bound = inspect.signature(known).bind(*args, **given)
    except TypeError as error:
        raise NotSupported(f"np.{name} with these arguments ({error})") from None
    return known(*bound.args, **bound.kwargs)
