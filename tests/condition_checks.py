"""Whether the conditions of a derivative are true and as weak as is true: at points on every side of every edge.

Values come from a lattice that the thresholds of the generated expressions lie on, so a point is either on an edge
or well away from it. `faults` says what is wrong with the conditions of one derivative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from symdiff import dims
from symdiff.algebra import Condition, symbols_of
from symdiff.errors import SymdiffError
from symdiff.evaluation import Point
from symdiff.expr import Expr, postorder

LATTICE = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
STEP = 2.0**-23  # of points on a grid of powers of two sums are exact: x - 1/2 - x is -1/2, not beside it
GRID = 2.0**-18
LARGE = 1e5
FEW = 3  # points that violate a condition alone, of which one at least needs it
NEAR = 1e-6  # nearer to an edge than this, and not on it, a point decides nothing


@dataclass(frozen=True)
class Derivative:
    """What is judged: the derivative of f by x, up to an order (of the first order f is a function of its own)."""

    f: Expr
    x: Expr
    shown: Expr
    conditions: tuple[Condition, ...]
    before: Expr | None = None  # what f is the derivative of, which must have it

    @property
    def expressions(self) -> list[Expr]:
        before = [] if self.before is None else [self.before]
        return [*before, self.f, self.x, self.shown, *(part for c in self.conditions for part in c.parts)]


def points(given: Derivative, rng: Random, count: int, n: int = 3) -> Iterator[Point]:
    """Points of the lattice, and a few beside it."""
    names = {name for e in given.expressions for s in symbols_of(e) for d in s.shape for name in dims.names(d)}
    sizes = dict.fromkeys(sorted(names), n)
    symbols = {s.attr.name: s for s in symbols_of(*given.expressions)}
    for k in range(count):
        values = {}
        for name, s in symbols.items():
            shape = tuple(dims.evaluate(d, sizes) for d in s.shape)
            drawn = np.array([_number(rng, k) for _ in range(int(np.prod(shape)))], float).reshape(shape)
            values[name] = np.abs(drawn) + 0.5 if "positive" in s.attr.properties else drawn
        yield Point(values, sizes, {})


def _number(rng: Random, k: int) -> float:
    return rng.choice(LATTICE) if k % 4 else _on_grid(rng.uniform(-3, 3))


def _on_grid(number: float) -> float:
    return round(number / GRID) * GRID


def holds(c: Condition, point: Point) -> bool | None:
    """Whether a condition holds, exactly; None where the point is too near to its edge to tell."""
    met = _met(c, point)
    for g in c.given:
        where = _met(g, point)
        met = None if met is None or where is None else met | ~where
    return None if met is None else bool(np.all(met))


def _met(c: Condition, point: Point) -> Any:
    args = [value(arg, point) for arg in c.args]
    if any(arg is None for arg in args):
        return np.asarray(False)
    gap = args[0] - args[1] if c.predicate in ("apart", "less", "less_equal", "equal") else args[0]
    if c.predicate == "fractional":
        gap = gap - np.round(gap)
    if c.predicate in _SIGNS and np.any((gap != 0) & (np.abs(gap) < NEAR)):
        return None
    if c.predicate in _SIGNS:
        return _SIGNS[c.predicate](gap)
    return np.asarray(_WHOLE[c.predicate](*args))


_SIGNS: dict[str, Any] = {
    "positive": lambda v: v > 0, "nonnegative": lambda v: v >= 0, "nonzero": lambda v: v != 0,
    "equal": lambda v: v == 0, "apart": lambda v: v != 0,
    "less": lambda v: v < 0, "less_equal": lambda v: v <= 0, "fractional": lambda v: v != 0,
}  # fmt: skip
_WHOLE: dict[str, Any] = {
    "within": lambda x, a, b: (a < x) & (x < b),
    "within_closed": lambda x, a, b: (a <= x) & (x <= b),
    "unique_max": lambda x: np.sum(x == np.max(x)) == 1,
    "unique_min": lambda x: np.sum(x == np.min(x)) == 1,
    "distinct_entries": lambda x: np.unique(x).size == x.size,
    "invertible": lambda a: abs(np.linalg.det(a)) > NEAR,
    "full_rank": lambda a: np.linalg.matrix_rank(a) == min(a.shape),
    "rank": lambda a, r: np.linalg.matrix_rank(a) == r,
    "off_poles": lambda x: (x > 0) | (x != np.round(x)),
    "simple": lambda x, others: np.sum(np.abs(others - x) < NEAR) == 1,
    "symmetric": lambda a: np.array_equal(a, a.T),
    "spd": lambda a: np.array_equal(a, a.T) and np.min(np.linalg.eigvalsh(a)) > 0,
    "distinct_eigenvalues": lambda a: np.min(np.diff(np.linalg.eigvalsh(a)), initial=1) > NEAR,
    "principal": lambda a: all(abs(v.imag) > NEAR or v.real > NEAR for v in np.linalg.eigvals(a)),
    "separate_spectra": lambda a, b: np.min(np.abs(np.add.outer(*map(np.linalg.eigvals, (a, b))))) > NEAR,
}


def value(e: Expr, point: Point) -> Any:
    """The value of an expression; None where it has none."""
    with np.errstate(all="ignore"):
        try:
            if np.any(_missing(e, point)):
                return None
            return np.asarray(point.value(e), float)
        except (SymdiffError, np.linalg.LinAlgError, TypeError):
            return None


def _missing(e: Expr, point: Point) -> Any:
    """Where an expression has no value: where it is not finite, or needs what is not, comparisons included."""
    done: dict[Expr, Any] = {}
    for node in postorder(e):
        own = np.asarray(point.value(node))
        lost = ~np.isfinite(own) if own.dtype != bool else np.zeros(own.shape, bool)
        args = [done[arg] for arg in node.args]
        if node.op == "select":
            chosen = np.where(point.value(node.args[0]), args[1], args[2])
            lost = lost | args[0] | chosen
        elif node.op in ("map", "add", "mul", "compare") or (
            node.op == "einsum" and all(own == node.attr[-1] for own in node.attr[:-1])
        ):
            for arg in args:
                lost = lost | arg
        else:
            lost = lost | any(np.any(arg) for arg in args)
        done[node] = lost
    return done[e]


def slope(f: Expr, x: Expr, point: Point) -> Any:
    """The derivative of f by every entry of x, worked out by small steps to both sides; None where there is none."""
    name = x.attr.name
    here, middle = point.values[name], value(f, point)
    if middle is None:
        return None
    found = []
    for place in np.ndindex(here.shape):
        sides = []
        for step in (STEP, -STEP, STEP / 128, -STEP / 128):
            there = value(f, _moved(point, name, place, step))
            if there is None:
                return None
            sides.append((there - middle) / step)
        spread = np.max(np.ptp(np.array(sides[:2]), axis=0)), np.max(np.ptp(np.array(sides[::2]), axis=0))
        large = 1 + np.max(np.abs(sides[:2]))
        if spread[0] > 2e-3 * large or spread[1] > 1e-2 * large:
            return None
        found.append((sides[0] + sides[1]) / 2)
    stacked = np.stack(found, axis=-1) if here.shape else found[0]
    return stacked.reshape((*middle.shape, *here.shape))


def _moved(point: Point, name: str, place: tuple[int, ...], step: float) -> Point:
    values = {**point.values, name: point.values[name].copy()}
    values[name][place] += step
    return Point(values, point.sizes, {})


def derivative(given: Derivative, point: Point) -> Any:
    """The derivative at a point; None where it does not exist."""
    if given.before is not None and slope(given.before, given.x, point) is None:
        return None
    return slope(given.f, given.x, point)


def faults(given: Derivative, rng: Random, count: int = 60) -> list[str]:
    """What is wrong with the conditions.

    A point within all of them where the derivative does not exist or has another value; a condition that no point
    needs, of those found that violate it alone: there is no derivative, or the form that is shown has no value or
    another one; one that excludes a region where the derivative exists.
    """
    found: list[str] = []
    needed: dict[Condition, list[str]] = {}
    for point in points(given, rng, count):
        told = [holds(c, point) for c in given.conditions]
        if None in told or told.count(False) > 1:
            continue
        lost = given.conditions[told.index(False)] if False in told else None
        if lost is not None:
            beside = _beside(point, rng)
            region = [holds(c, beside) for c in given.conditions] == told
            point = beside if region else point
        where = {name: v.tolist() for name, v in point.values.items()}
        before = value(given.f, point)
        if before is not None and not point.largest(given.f) < LARGE:
            continue
        said, right = value(given.shown, point), derivative(given, point)
        differs = right is not None and said is not None and _differ(said, right)
        if lost is not None:
            idle = right is not None and said is not None and not differs
            if idle and region:
                found.append(f"{lost!r} excludes {where}")
            needed.setdefault(lost, []).append(f"{where}" if idle else "")
        elif right is None:
            found.append(f"no derivative at {where}, where all conditions hold")
        elif said is None:
            found.append(f"no value shown at {where}, where all conditions hold")
        elif differs:
            found.append(f"{said} shown at {where}, where it is {right}")
    return found + [f"{c!r} is superfluous, as at {idle[0]}" for c, idle in needed.items()
                    if "" not in idle and len(idle) >= FEW]  # fmt: skip


def _differ(said: Any, right: Any) -> bool:
    return bool(np.max(np.abs(said - right), initial=0) > 1e-3 * (1 + np.max(np.abs(right), initial=0)))


def _beside(point: Point, rng: Random) -> Point:
    """A point nearby, on no edge."""
    values = {}
    for name, v in point.values.items():
        moves = np.array([_on_grid(rng.uniform(-1e-3, 1e-3)) for _ in range(v.size)])
        values[name] = np.asarray(v + moves.reshape(v.shape))
    return Point(values, point.sizes, {})


# --- expressions ------------------------------------------------------------------------------------------------

_UNARY = (
    "abs({0})", "abs({0})", "sign({0})", "relu({0})", "sqrt({0})", "log({0})", "exp({0})", "sin({0})", "floor({0})",
    "softsign({0})", "hardtanh({0})", "heaviside({0})", "log1p({0})", "asin({0})", "atan({0})", "cbrt({0})",
    "elu({0})", "leaky_relu({0})", "softplus({0})", "clip({0}, -1, 2)", "acosh({0})", "round({0})", "logsigmoid({0})",
)  # fmt: skip
_POWERS = ("2", "3", "-1", "-2", "(1/2)", "(3/2)", "(-2/3)", "(5/3)", "(-1/2)")
_THRESHOLDS = ("-1", "0", "0", "0", "1", "2", "1/2")
_SIGNS_OF = ("<", "<=", ">", ">=", "==", "!=")


class Texts:
    """Random texts in the names given; `dots` for arrays, entry by entry."""

    def __init__(self, rng: Random, names: Sequence[str], dots: bool = False) -> None:
        self.rng = rng
        self.names = names
        self.dot = "." if dots else ""

    def any(self, depth: int) -> str:
        rng = self.rng
        if depth == 0 or rng.random() < 0.1:
            return self.leaf()
        way = rng.random()
        if way < 0.35:
            return rng.choice(_UNARY).format(self.any(depth - 1))
        if way < 0.5:
            return f"({self.any(depth - 1)}){self.dot}^{rng.choice(_POWERS)}"
        if way < 0.7:
            return self.cases(depth)
        if way < 0.78:
            return f"{rng.choice(('max', 'min'))}({self.any(depth - 1)}, {self.any(depth - 1)})"
        sign = rng.choice(("+", "-", f"{self.dot}*", f"{self.dot}*", f"{self.dot}/"))
        return f"({self.any(depth - 1)}) {sign} ({self.any(depth - 1)})"

    def cases(self, depth: int) -> str:
        rng = self.rng
        inner = self.any(max(0, depth - 2)) if rng.random() < 0.5 else self.leaf()
        told = f"{inner} {rng.choice(_SIGNS_OF)} {rng.choice(_THRESHOLDS)}"
        if rng.random() < 0.2:
            told = f"{told} {rng.choice(('and', 'or'))} {self.leaf()} {rng.choice(_SIGNS_OF[:4])} {self.leaf()}"
        return f"where({told}, {self.any(depth - 1)}, {self.any(depth - 1)})"

    def leaf(self) -> str:
        name = self.rng.choice(self.names)
        shifted = self.rng.random()
        if shifted < 0.15:
            return f"({name} - {self.rng.choice(('1', '2', '1/2'))})"
        if shifted < 0.22:
            return f"(-{name})"
        return f"({self.rng.choice(('2', '3', '1/2'))}*{name})" if shifted < 0.3 else name
