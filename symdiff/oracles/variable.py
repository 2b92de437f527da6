"""The variable of a derivative: a symbol, entries of one, or vec of one; and derivatives applied to its directions.

A derivative by the free entries of a structured matrix, or projected on its tangent space, is the derivative by all
entries under a linear map that is its own adjoint. So where it is applied to Z, the slope is that along the map of Z.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from symdiff.errors import NotSupported
from symdiff.evaluation import Array, Interpreter, Point
from symdiff.evaluation.interpret import index_items
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr

STRUCTURED = frozenset({"symmetric", "spd", "diagonal", "orthogonal", "lower", "upper", "skew"})


class Probe(NamedTuple):
    """A change of the whole symbol, and what a derivative is applied to to give the slope along it."""

    change: Array
    paired: Array


class Variable:
    """A symbol x, or `x[1]`, `A[:, j]`, `vec(X)`: what moves, and how; `structure` is None, "free" or "projected"."""

    def __init__(self, wrt: Expr, structure: str | None = None) -> None:
        self.wrt = wrt
        self.structure = structure
        self._picks: list[Expr] = []
        while wrt.op == "index" or _is_vec(wrt):
            self._picks.insert(0, wrt)
            wrt = wrt.args[0]
        if wrt.op != "symbol" or "dimension" in wrt.attr.properties:
            raise NotSupported("derivatives are checked by a symbol or by entries of one")
        self.symbol = wrt
        self.name: str = wrt.attr.name

    @property
    def convention(self) -> str:
        """Which entries of a structured variable were moved, in words; empty for one without structure."""
        kinds = sorted(STRUCTURED & self.symbol.attr.properties)
        if not kinds:
            return ""
        if self.structure is None:
            return f"every entry of the {kinds[0]} {self.name} moving by itself"
        if self.structure == "free":
            return f"the free entries of the {kinds[0]} {self.name} moving"
        return f"{self.name} moving within the {kinds[0]} matrices"

    @property
    def curved(self) -> bool:
        """Whether the variable moves along curves: within the orthogonal matrices."""
        return self.structure is not None and "orthogonal" in self.symbol.attr.properties

    def value(self, point: Point) -> Array:
        """The variable's value at a point."""
        return point.value(self.wrt)

    def probe(self, point: Point, rng: Any) -> Probe:
        """A random direction, as large as the variable is here."""
        paired = self.direction(point, rng)
        return Probe(self.change(paired, point.values[self.name], point), paired)

    def direction(self, point: Point, rng: Any) -> Array:
        """What a derivative is applied to: random entries with the magnitudes of the variable's."""
        import numpy as np

        sizes = np.abs(self.value(point))
        least = float(np.mean(sizes)) / 10 if sizes.size else 0.0
        scale = np.maximum(sizes, least if least > 0 else 1.0)
        return np.asarray(scale * rng.uniform(0.2, 1.0, sizes.shape) * rng.choice([-1.0, 1.0], sizes.shape))

    def change(self, paired: Array, here: Array, point: Point) -> Array:
        """The change of the symbol, whose value is `here`, along which the slope is the derivative at `paired`."""
        import numpy as np

        whole = self.put(np.zeros_like(here), paired, point) if self._picks else paired
        return whole if self.structure is None else self._mapped(whole, here)

    def _mapped(self, change: Array, here: Array) -> Array:
        """A change made one by the free entries of the symbol, or one in its tangent space."""
        import numpy as np

        properties = self.symbol.attr.properties
        half = 1.0 if self.structure == "free" else 0.5
        if "orthogonal" in properties:
            return np.asarray((change - here @ change.T @ here) / 2)
        if "diagonal" in properties:
            return np.asarray(np.diag(np.diag(change)))
        if properties & {"symmetric", "spd"}:
            twice = np.diag(np.diag(change)) if self.structure == "free" else 0
            return np.asarray((change + change.T) * half - twice)
        if "skew" in properties:
            return np.asarray((change - change.T) * half)
        for name, part in (("lower", np.tril), ("upper", np.triu)):
            change = part(change) if name in properties else change
        return np.asarray(change)

    def bend(self, changes: Sequence[Array], q: Array) -> Array | None:
        """How Q*expm(s*K + t*L) turns away from its tangent plane, where second derivatives are those along it."""
        if not self.curved:
            return None
        k, other = (q.T @ change for change in changes)
        return q @ (k @ other + other @ k) / 2

    def put(self, whole: Array, part: Array, point: Point) -> Array:
        """A symbol's value with the variable's entries replaced."""
        import numpy as np

        result = np.array(whole)
        places = np.arange(result.size).reshape(result.shape)
        run = Interpreter(Numeric(), {}, point.sizes, {})
        for pick in self._picks:
            places = places.ravel(order="F") if _is_vec(pick) else places[index_items(run, pick)]
        result.reshape(-1)[np.ravel(places)] = np.ravel(part)
        return result


def _is_vec(e: Expr) -> bool:
    return e.op == "reshape" and e.attr == "F"


def applied(derivative: Array, directions: Sequence[Array], kind: str) -> Array:
    """A derivative contracted with a direction of its variable, a Hessian with two."""
    import numpy as np

    if kind == "grad":
        return np.asarray(np.tensordot(directions[0], derivative, axes=directions[0].ndim))
    for direction in directions:
        derivative = np.asarray(np.tensordot(derivative, direction, axes=direction.ndim))
    return derivative
