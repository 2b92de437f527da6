"""Numbers and arrays of them as source."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from symdiff.backends.source import ATOM, PRODUCT, UNARY, Text

_SPELLED_OUT = 1000  # entries; more are not for reading
_WIDTH = 100


def as_float(value: int | Fraction | float) -> float:
    """The float nearest to a number; infinite where it is larger than any."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def number_text(value: int | Fraction | float) -> Text:
    """A number as source; what floats cannot tell apart is written as a float."""
    if isinstance(value, Fraction) and value.denominator & (value.denominator - 1):
        top, bottom = number_text(value.numerator), number_text(value.denominator)
        return Text(f"{top.text} / {bottom.text}", PRODUCT)
    if not isinstance(value, int) or abs(value) >= 1 << 53:
        value = as_float(value)
        text = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}.get(repr(value), repr(value))
    else:
        text = str(value)
    return Text(text, UNARY if text.startswith("-") else ATOM)


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
