"""The oracle of duality: ⟨g, df⟩ = ⟨gradient, dx⟩, with df from the engine's forward program.

Forward and reverse are different programs for one derivative, made from the same books: they find mistakes in
the transposition, in layouts and in simplification, and leave mistakes in the books to the other oracles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from symdiff import dims
from symdiff.algebra import symbol, symbols_of
from symdiff.calculus.derive import jvp, vjp
from symdiff.calculus.structure import unstructured
from symdiff.errors import NotSupported
from symdiff.evaluation import Array, Point
from symdiff.evaluation.precise import PrecisePoint
from symdiff.expr import Expr
from symdiff.oracles.evidence import Evidence, disagreement
from symdiff.oracles.finite import ENTRIES, is_blurred, relative_difference
from symdiff.oracles.points import is_ordinary, shaken
from symdiff.oracles.settle import Outcome, Pair, settle
from symdiff.oracles.variable import Variable, applied

ORACLE = "duality"
_TOLERANCE = 1e-7  # in floats
_ROUNDED = 20  # digits of the size of f that slopes may lack: what is left of terms that cancel


class _Programs:
    """Derivatives of f applied to symbols that stand for directions: forward, and in reverse."""

    def __init__(self, f: Expr, variable: Variable, result: Expr, kind: str) -> None:
        self.f, self.variable, self.result, self.kind = f, variable, result, kind
        self.order = 2 if kind == "hessian" else 1
        *self.ways, self.weight = _fresh([f, result, variable.symbol], self.order + 1)
        self.forward = f
        for way in self.ways:
            self.forward = jvp(self.forward, [unstructured(variable.symbol)], [symbol(way, variable.symbol.shape)])
        self.reverse = None if self.order > 1 else vjp(f, [variable.symbol], symbol(self.weight, f.shape))[0]

    def at(self, point: Point, rng: Any) -> Outcome:
        """Whether the derivative agrees with the programs at a point: with many digits where there are any."""
        paired = [self.variable.direction(point, rng) for _ in self.ways]
        weight = rng.uniform(-1, 1, [dims.evaluate(dim, point.sizes) for dim in self.forward.shape])
        programs = [self.f, self.forward, self.result, self.variable.symbol, *([self.reverse] if self.reverse else [])]
        if sum(value.size for value in point.values.values()) > ENTRIES:
            return self._in_floats(point, paired, weight)
        try:
            return settle(point, programs, self._compared(point, paired, weight), [self.f, self.result])
        except NotSupported:
            return self._in_floats(point, paired, weight)

    def _compared(
        self, point: Point, paired: Sequence[Array], weight: Array
    ) -> Callable[[PrecisePoint, int], list[Pair]]:
        import numpy as np

        def compute(at: PrecisePoint, depth: int) -> list[Pair]:
            exact = [at.arithmetic.numbers(part) for part in paired]
            moves = [self.variable.change(part, at.values[self.variable.name], point) for part in exact]
            values = dict(zip(self.ways, moves, strict=True))
            values[self.weight] = g = at.arithmetic.numbers(weight)
            found = applied(at.value(self.result), exact, self.kind)
            pairs = [(at.value(self.forward, values), found)]
            if self.reverse is not None:
                pairs.append((np.sum(at.value(self.reverse, values) * moves[0]), np.sum(g * found)))
            size = max((abs(entry) for entry in np.ravel(at.value(self.f))), default=0)
            error = size * at.arithmetic.context.mpf(10) ** (_ROUNDED - at.arithmetic.context.dps)
            return [Pair(expected, told, np.full(np.shape(expected), error)) for expected, told in pairs]

        return compute

    def _in_floats(self, point: Point, paired: Sequence[Array], weight: Array) -> Outcome:
        if not is_ordinary(self.f, point):
            return Outcome(None)
        worst = 0.0
        pairs = self._float_pairs(point, paired, weight)
        for k, (expected, told) in enumerate(pairs):
            difference = relative_difference(expected, told, 0.0)
            if not difference < _TOLERANCE:
                again = self._float_pairs(shaken(point), paired, weight)[k]
                if is_blurred(difference, pairs[k], again, 0.0):
                    return Outcome(None)
                return Outcome(False, difference, expected, told)
            worst = max(worst, difference)
        return Outcome(True, worst)

    def _float_pairs(self, point: Point, paired: Sequence[Array], weight: Array) -> list[tuple[Array, Array]]:
        """What the programs say at a point, and what the derivative does."""
        import numpy as np

        moves = [self.variable.change(part, point.values[self.variable.name], point) for part in paired]
        values = {**point.values, **dict(zip(self.ways, moves, strict=True)), self.weight: weight}
        here = replace(point, values=values)
        found = applied(point.value(self.result), paired, self.kind)
        pairs = [(here.value(self.forward), found)]
        if self.reverse is not None:
            pulled = here.value(self.reverse)
            pairs.append((np.asarray(np.sum(pulled * moves[0])), np.asarray(np.sum(weight * found))))
        return pairs


def duality(f: Expr, variable: Variable, result: Expr, kind: str, points: Sequence[Point], seed: int) -> Evidence:
    """Compare the result, applied to directions, with forward and reverse derivatives of f along them."""
    import numpy as np

    rng = np.random.default_rng(seed)
    try:
        programs = _Programs(f, variable, result, kind)
    except NotSupported as why:
        return Evidence(ORACLE, None, why.message)
    worst, tried = 0.0, []
    for point in points:
        outcome = programs.at(point, rng)
        if outcome.ok is False:
            return disagreement(ORACLE, point, outcome)
        if outcome.ok:
            tried.append(point)
            worst = max(worst, outcome.difference)
    if not tried:
        said = "the points found have too few digits" if points else "no point within the conditions was found"
        return Evidence(ORACLE, None, said)
    ways = "twice forward" if programs.order > 1 else "forward and reverse"
    sizes = tuple(point.sizes for point in tried)
    return Evidence(ORACLE, True, f"{ways}, relative difference at most {worst:.1g}", sizes, worst)


def _fresh(taken: Sequence[Expr], count: int) -> list[str]:
    """Names that no symbol of the expressions has."""
    names = {s.attr.name for s in symbols_of(*taken)}
    free = [name for k in range(len(names) + count) if (name := f"direction_{k}") not in names]
    return free[:count]
