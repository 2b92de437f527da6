"""Arrays of numbers as source."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Sequence

import numpy as np

_SPELLED_OUT = 1000  # entries; more are not for reading
_WIDTH = 100


def spelled(numbers: Sequence[complex], shape: Sequence[int], is_complex: bool) -> str:
    """The array as an expression of NumPy, exact to the last bit: written out, or as its bytes."""
    array = np.array(numbers, dtype="<c16" if is_complex else "<f8").reshape(shape)
    if array.size <= _SPELLED_OUT and not is_complex and np.all(np.isfinite(array)) and array.size:
        text = f"np.array({array.tolist()})"
        return "\n".join(
            textwrap.wrap(text, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        )
    data = base64.b64encode(array.tobytes()).decode()
    lines = "\n".join(data[k : k + _WIDTH] for k in range(0, len(data), _WIDTH))
    return f'np.frombuffer(base64.b64decode("""\n{lines}\n"""), "{array.dtype.str}").reshape({tuple(shape)})'
