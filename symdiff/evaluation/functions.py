"""Concrete smooth functions that stand for functions that are only names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.evaluation.interpret import Arithmetic, Array


@dataclass(frozen=True)
class StandIn:
    """f(args) = base + Σₖ cₖ sin(bₖ + ⟨wₖ, args⟩): any shapes, all derivatives known in closed form.

    `weights[k]` holds one array per argument, of its shape; `coefficients[k]` has the value's shape. Of scalars it is
    a function of each entry.
    """

    arithmetic: Arithmetic
    base: float
    coefficients: Sequence[Array]
    phases: Sequence[float]
    weights: Sequence[Sequence[Array]]

    def derivative(self, positions: tuple[int, ...], *args: Array) -> Array:
        """The derivative by the arguments at these positions: axes of the value, then of each argument."""
        import numpy as np

        number = self.arithmetic.number
        total: Any = number(0 if positions else self.base)
        for coefficient, phase, weights in zip(self.coefficients, self.phases, self.weights, strict=True):
            angle = number(phase)
            for weight, arg in zip(weights, args, strict=True):
                product = self._array(weight) * arg
                angle = angle + (np.sum(product) if np.shape(weight) else product)
            term = self._array(coefficient) * self._wave(len(positions), np.asarray(angle))
            for position in positions:
                term = np.multiply.outer(term, self._array(weights[position]))
            total = total + term
        return np.asarray(total)

    def _wave(self, order: int, angle: Array) -> Array:
        """The derivative of sin of this order."""
        wave = self.arithmetic.map("sin" if order % 2 == 0 else "cos", angle)
        return wave if order % 4 < 2 else -wave

    def _array(self, values: Array) -> Array:
        import numpy as np

        flat = [self.arithmetic.number(value) for value in np.asarray(values).ravel().tolist()]
        return np.stack(flat).reshape(np.shape(values))
