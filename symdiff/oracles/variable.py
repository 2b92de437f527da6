"""The variable of a derivative: a symbol, or entries of one; and derivatives applied to its directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.errors import NotSupported
from symdiff.evaluate import Array, Interpreter, Point
from symdiff.evaluate.interpret import index_items
from symdiff.evaluate.numeric import Numeric
from symdiff.expr import Expr
from symdiff.oracles.points import tangent

STRUCTURED = frozenset({"symmetric", "spd", "diagonal", "orthogonal", "lower", "upper", "skew"})


class Variable:
    """A symbol x, or `x[1]`, `A[:, j]`: what moves, and how."""

    def __init__(self, wrt: Expr) -> None:
        self.wrt = wrt
        self._picks: list[Expr] = []
        while wrt.op == "index":
            self._picks.insert(0, wrt)
            wrt = wrt.args[0]
        if wrt.op != "symbol" or "dimension" in wrt.attr.properties:
            raise NotSupported("derivatives are checked by a symbol or by entries of one")
        self.symbol = wrt
        self.name: str = wrt.attr.name

    @property
    def structured(self) -> bool:
        """Whether the variable moves only within matrices of a kind."""
        return not self._picks and bool(STRUCTURED & self.symbol.attr.properties)

    def value(self, point: Point) -> Array:
        """The variable's value at a point."""
        return point.value(self.wrt)

    def direction(self, point: Point, rng: Any) -> Array:
        """A random direction of the variable's shape that keeps its structure."""
        if not self._picks:
            return tangent(self.symbol, point.values[self.name], rng)
        return rng.uniform(0.2, 1.0, self.value(point).shape)

    def move(self, direction: Array, point: Point) -> Mapping[str, Array]:
        """The direction as a change of the whole symbol."""
        import numpy as np

        return {self.name: self.put(np.zeros(point.values[self.name].shape), direction, point)}

    def put(self, whole: Array, part: Array, point: Point) -> Array:
        """A symbol's value with the variable's entries replaced."""
        import numpy as np

        result = np.array(whole)
        places = np.arange(result.size).reshape(result.shape)
        run = Interpreter(Numeric(), {}, point.sizes, {})
        for pick in self._picks:
            places = places[index_items(run, pick)]
        result.reshape(-1)[np.ravel(places)] = np.ravel(part)
        return result


def applied(derivative: Array, directions: Sequence[Array], kind: str) -> Array:
    """A derivative contracted with a direction of its variable, a Hessian with two."""
    import numpy as np

    if kind == "grad":
        return np.asarray(np.tensordot(directions[0], derivative, axes=directions[0].ndim))
    for direction in directions:
        derivative = np.asarray(np.tensordot(derivative, direction, axes=direction.ndim))
    return derivative
