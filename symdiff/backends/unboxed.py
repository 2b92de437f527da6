"""What every kernel returns: an array of its own, or for no axes a number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def unboxed(value: Any, kind: type | None = None) -> Any:
    """The array itself, and of one without axes the number in it (`array[()]` would be a view of any other)."""
    array: NDArray[Any] = np.asarray(value, dtype=kind)
    return array if array.ndim else array[()]
