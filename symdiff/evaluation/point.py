"""A point: values of the symbols, sizes of the axes, functions for names; and slopes of expressions there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from symdiff import dims
from symdiff.algebra import is_complex
from symdiff.evaluation.interpret import Array, Interpreter, SmoothFunction
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder

Direction = Mapping[str, Array]

_STEP = 1e-25  # of the complex step: nothing is subtracted, so only underflow limits it
_WIDTH = 1e-3  # of the central differences: with Richardson the error is near 1e-12


@dataclass(frozen=True)
class Point:
    """Where an expression is evaluated.

    `differentials` are the values of dx, dA, … by the names x, A; `frozen` the values of detached parts,
    which stay when the point moves.
    """

    values: Mapping[str, Array]
    sizes: Mapping[str, int]
    functions: Mapping[str, SmoothFunction] = field(default_factory=dict)
    differentials: Direction = field(default_factory=dict)
    frozen: Mapping[Expr, Array] = field(default_factory=dict)

    def value(self, e: Expr) -> Array:
        """The value of an expression here."""
        return self._evaluated(e).known[e]

    def largest(self, e: Expr) -> float:
        """The largest absolute value there is on the way to the value of an expression, of those that are finite."""
        import numpy as np

        values = [np.abs(value) for value in self._evaluated(e).known.values()]
        return max((float(np.max(v, initial=0, where=np.isfinite(v))) for v in values), default=0.0)

    def reader(self, principal: bool = False) -> Callable[[Expr], Array]:
        """The values of several expressions here, their common parts worked out once."""
        return self._interpreter(principal).value

    def _evaluated(self, e: Expr) -> Interpreter:
        """The interpreter that has worked out an expression and its parts."""
        import numpy as np

        run = self._interpreter(is_complex(e))
        with np.errstate(all="ignore"):
            run.value(e)
        return run

    def _interpreter(self, principal: bool) -> Interpreter:
        arithmetic = Numeric(analytic=self._stepped)
        return Interpreter(arithmetic, self.values, self.sizes, self.functions, self._formal, self.frozen, principal)

    def moved(self, direction: Direction, step: complex) -> Point:
        """The point a step away."""
        values = dict(self.values)
        for name, change in direction.items():
            if name in values:
                values[name] = values[name] + step * change
        return replace(self, values=values)

    def holding(self, e: Expr) -> Point:
        """This point with the detached parts of an expression held at their values here."""
        stops = [node for node in postorder(e) if node.op == "stop" and node not in self.frozen]
        held = {node: self.value(node) for node in stops}
        return replace(self, frozen={**self.frozen, **held}) if held else self

    def along(self, e: Expr, direction: Direction) -> Callable[[complex], Array]:
        """The value of an expression as a function of the step."""
        here = self.holding(e)
        return lambda step: here.moved(direction, step).value(e)

    @property
    def is_complex(self) -> bool:
        """Whether some value is complex."""
        import numpy as np

        return any(np.iscomplexobj(value) for value in self.values.values())

    @property
    def _stepped(self) -> bool:
        """Whether a value carries an infinitesimal imaginary part."""
        import numpy as np

        parts = [value.imag for value in self.values.values() if np.iscomplexobj(value)]
        return any(0 < np.max(np.abs(part), initial=0) < 1e-15 for part in parts)

    def _formal(self, node: Expr) -> Array:
        """The value of `d[e]` or `d/dx[e]`."""
        import numpy as np

        e = node.args[0]
        direction = self.differentials if node.attr is None else self._unit(node.attr)
        if node.attr is None and e.op == "symbol":
            return direction[e.attr.name] if e.attr.name in direction else np.zeros_like(self.value(e))
        return slope(e, self, direction)

    def _unit(self, x: Expr) -> Direction:
        """The direction in which the scalar x, a symbol or an entry of one, grows by 1."""
        import numpy as np

        if x.op == "symbol":
            return {x.attr.name: np.asarray(1.0)}
        base = x.args[0]
        direction = np.zeros_like(self.value(base))
        direction[tuple(dims.evaluate(k, self.sizes) for k in x.attr)] = 1.0
        return {base.attr.name: direction}


def slope(e: Expr, point: Point, direction: Direction) -> Array:
    """The derivative of an expression in a direction: by complex step where nothing is complex yet."""
    function = point.along(e, direction)
    nested = any(node.op == "differential" for node in postorder(e))
    if nested or point.is_complex or is_complex(e):
        return richardson(function)[0]
    return complex_step(function)


def complex_step(function: Callable[[complex], Array]) -> Array:
    """f'(0) of an analytic function of one number, real on the reals, to rounding."""
    import numpy as np

    return np.asarray(function(1j * _STEP).imag / _STEP)


def richardson(function: Callable[[complex], Array], width: float = _WIDTH) -> tuple[Array, float]:
    """f'(0) by central differences at two widths, extrapolated; and how far the two differ."""
    import numpy as np

    wide = (function(width) - function(-width)) / (2 * width)
    narrow = (function(width / 2) - function(-width / 2)) / width
    return np.asarray((4 * narrow - wide) / 3), float(np.max(np.abs(narrow - wide), initial=0))
