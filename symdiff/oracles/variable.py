"""The variable of a derivative: a symbol, entries of one, or vec of one; and derivatives applied to its directions.

A derivative by the free entries of a structured matrix, or projected on its tangent space, is the derivative by all
entries under a linear map that is its own adjoint. So where it is applied to Z, the slope is that along the map of Z.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from symdiff.errors import NotSupported
from symdiff.evaluate import Array, Interpreter, Point
from symdiff.evaluate.interpret import index_items
from symdiff.evaluate.numeric import Numeric
from symdiff.expr import Expr
from symdiff.oracles.points import tangent

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
    def structured(self) -> bool:
        """Whether the variable moves only within matrices of a kind."""
        own = bool(STRUCTURED & self.symbol.attr.properties)
        return own and (not self._picks or self.structure is not None)

    @property
    def curved(self) -> bool:
        """Whether the variable moves along curves: within the orthogonal matrices."""
        return self.structure is not None and "orthogonal" in self.symbol.attr.properties

    def value(self, point: Point) -> Array:
        """The variable's value at a point."""
        return point.value(self.wrt)

    def probe(self, point: Point, rng: Any) -> Probe:
        """A random direction that keeps the variable's structure."""
        import numpy as np

        here = point.values[self.name]
        if self.structure is None and not self._picks:
            change = tangent(self.symbol, here, rng)
            return Probe(change, change)
        paired = rng.uniform(0.2, 1.0, self.value(point).shape)
        whole = self.put(np.zeros(here.shape), paired, point)
        return Probe(whole if self.structure is None else self._mapped(whole, here), paired)

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
            return np.asarray(half * (change + change.T) - twice)
        if "skew" in properties:
            return np.asarray(half * (change - change.T))
        for name, part in (("lower", np.tril), ("upper", np.triu)):
            change = part(change) if name in properties else change
        return np.asarray(change)

    def bend(self, probes: Sequence[Probe], point: Point) -> Array | None:
        """How Q*expm(s*K + t*L) turns away from its tangent plane, where second derivatives are those along it."""
        if not self.curved:
            return None
        q = point.values[self.name]
        k, other = (q.T @ probe.change for probe in probes)
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
