"""What numbers are taken to be, and how much work expressions are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import prod

from symdiff import dims
from symdiff.expr import Expr

_SHORT = 16  # digits: so many or more are what is left of a number that has no end
_SIMPLE = 10**4
_ROUNDED = Fraction(4, 10**16)


def as_written(value: float) -> Fraction:
    """The decimal that a float is written as; of all digits there are, the simple fraction that has them: 5/6."""
    exact = Fraction(repr(value))
    if len(repr(value).partition("e")[0].replace("-", "").replace(".", "").strip("0")) < _SHORT:
        return exact
    simple = exact.limit_denominator(_SIMPLE)
    return simple if abs(simple - exact) <= abs(exact) * _ROUNDED else exact


def entries(nodes: Iterable[Expr], sizes: Mapping[str, int]) -> int:
    """How many entries all nodes together have with these sizes."""
    return sum(prod(dims.evaluate(dim, sizes) for dim in node.shape) for node in nodes)
