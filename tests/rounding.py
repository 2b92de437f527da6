"""Rounding, made visible: values worked out with every one on the way off by a little."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.evaluation import Interpreter
from symdiff.expr import Expr

_OFF = 1e-13  # relative to the largest entry of an array


class Shaken(Interpreter):
    """An interpreter of which each result is off, in the plane where it is complex; what is given stays."""

    def _compute(self, node: Expr, values: list[Any]) -> Any:
        result = super()._compute(node, values)
        if result.dtype.kind not in "fc" or node.op in ("symbol", "number", "constant"):
            return result
        rng, largest = np.random.default_rng(len(self.known)), np.max(np.abs(result), initial=0)
        turn = rng.uniform(-1, 1, (2, *result.shape))
        return np.asarray(result + _OFF * largest * (turn[0] + 1j * turn[1] if result.dtype.kind == "c" else turn[0]))
