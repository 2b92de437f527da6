"""Conditions that a point can meet, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.algebra import Condition
from symdiff.algebra.implied import simplified
from symdiff.algebra.never import impossible
from symdiff.errors import SymdiffError
from symdiff.show import condition_text


def possible(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """The conditions in plain words; SymdiffError where no point is within all of them."""
    plain = simplified(conditions)
    if contrary := impossible(plain):
        said = " and ".join(f"`{condition_text(c)}`" for c in contrary)
        never = f"never hold{'s' * (len(contrary) == 1)}{' together' * (len(contrary) > 1)}"
        raise SymdiffError(f"no point is within the conditions: {said} {never}")
    return plain
