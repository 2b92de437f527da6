"""The oracle of duality: ⟨g, df⟩ = ⟨gradient, dx⟩, with df from the engine's forward program.

Forward and reverse are different programs for one derivative, made from the same books: they find mistakes in
the transposition, in layouts and in simplification, and leave mistakes in the books to the other oracles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from symdiff.algebra import symbol, symbols_of
from symdiff.calculus.derive import jvp, vjp
from symdiff.errors import NotSupported
from symdiff.evaluate import Array, Point
from symdiff.expr import Expr
from symdiff.oracles.evidence import Evidence, disagreement
from symdiff.oracles.finite import relative_difference
from symdiff.oracles.variable import Variable, applied

ORACLE = "duality"
_TOLERANCE = 1e-7


class _Programs:
    """Derivatives of f applied to symbols that stand for directions: forward, and in reverse."""

    def __init__(self, f: Expr, variable: Variable, kind: str, taken: Sequence[Expr]) -> None:
        self.order = 2 if kind == "hessian" else 1
        *self.ways, self.weight = _fresh(taken, self.order + 1)
        self.forward = f
        for way in self.ways:
            self.forward = jvp(self.forward, [variable.symbol], [symbol(way, variable.symbol.shape)])
        self.reverse = None if self.order > 1 else vjp(f, [variable.symbol], symbol(self.weight, f.shape))[0]

    def compare(
        self, derivative: Array, variable: Variable, kind: str, point: Point, rng: Any
    ) -> Iterator[tuple[Array, Array]]:
        """What the programs give at a point, beside what the derivative gives."""
        import numpy as np

        probes = [variable.probe(point, rng) for _ in self.ways]
        moves = [probe.change for probe in probes]
        here = replace(point, values={**point.values, **dict(zip(self.ways, moves, strict=True))})
        found = applied(derivative, [probe.paired for probe in probes], kind)
        yield here.value(self.forward), found
        if self.reverse is not None:
            g = rng.uniform(-1, 1, found.shape)
            pulled = replace(here, values={**here.values, self.weight: g}).value(self.reverse)
            yield np.asarray(np.sum(pulled * moves[0])), np.asarray(np.sum(g * found))


def duality(
    f: Expr, variable: Variable, result: Expr, kind: str, points: Sequence[Point], seed: int
) -> Evidence:
    """Compare the result, applied to directions, with forward and reverse derivatives of f along them."""
    import numpy as np

    rng = np.random.default_rng(seed)
    try:
        programs = _Programs(f, variable, kind, [f, result, variable.symbol])
    except NotSupported as why:
        return Evidence(ORACLE, None, why.message)
    worst = 0.0
    for point in points:
        for expected, found in programs.compare(point.value(result), variable, kind, point, rng):
            difference = relative_difference(expected, found, 0.0)
            if not difference < _TOLERANCE:
                return disagreement(ORACLE, point, expected, found, difference)
            worst = max(worst, difference)
    sizes = tuple(point.sizes for point in points)
    if not points:
        return Evidence(ORACLE, None, "no point within the conditions was found")
    ways = "twice forward" if programs.order > 1 else "forward and reverse"
    return Evidence(ORACLE, True, f"{ways}, relative difference at most {worst:.1g}", sizes, worst)


def _fresh(taken: Sequence[Expr], count: int) -> list[str]:
    """Names that no symbol of the expressions has."""
    names = {s.attr.name for e in taken for s in symbols_of(e)}
    free = [name for k in range(len(names) + count) if (name := f"direction_{k}") not in names]
    return free[:count]
