"""The pieces of a domain, in each of which equal derivatives and one equal value make two scalars equal.

Of one variable the pieces lie between the roots of what conditions are of. Of several they are what planes part of a
convex domain, or one piece that has the shape of a star: with each point all those between it and 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from symdiff.algebra import ZERO, Condition, neg, number, scale, sub, substitute_all, symbol, symbols_of
from symdiff.calculus.derive import diff
from symdiff.equality.digits import agree
from symdiff.equality.question import Question
from symdiff.equality.sampling import Sample
from symdiff.errors import SymdiffError
from symdiff.evaluation import Point, evaluate
from symdiff.expr import Expr
from symdiff.oracles.points import satisfied
from symdiff.rewriting.rational.kernels import NoQuotient, Relations, quotient_of
from symdiff.rewriting.rational.polynomial import TooLarge, coefficients, variables
from symdiff.rewriting.rational.rearranged import expanded

_PLANES = 3  # in a space of several variables
_TRIED = 3  # points of one piece
_DEGREES = 5
_REAL = 1e-6  # relative imaginary part of a root that is taken as real, so that there are rather too many
_ORDERS = frozenset({"positive", "nonnegative", "less", "less_equal", "within", "within_closed"})
_APART = frozenset({"nonzero", "apart"})


def equal_in_each(question: Question, samples: Iterable[Sample]) -> int:
    """How many pieces there are, if in each the sides are known to have one value somewhere, to many digits; else 0."""
    conditions = [*question.given, *question.both_defined]
    try:
        if len(question.symbols) == 1:
            return _of_intervals(question, conditions)
        planes = _parting(conditions)
        return 0 if planes is None else _of_cells(question, planes, samples)
    except (SymdiffError, ArithmeticError, NoQuotient, TooLarge):
        return 0


# of one variable


def _of_intervals(question: Question, conditions: list[Condition]) -> int:
    (x,) = question.symbols
    ends = {0.0} if "positive" in x.attr.properties else set()
    for margin in (margin for c in conditions for margin in _margins(c)):
        ends.update(_roots(margin, x))
    bounds = sorted(ends)
    middles = [(a + b) / 2 for a, b in pairwise(bounds)]
    points = (_at(x, value) for value in (bounds[0] - 1, *middles, bounds[-1] + 1)) if bounds else [_at(x, 0.5)]
    inside = [p for p in points if all(satisfied(c, p, 0.0) for c in conditions) and _is_allowed(x, p)]
    return len(inside) if all(agree(p, *question.sides) for p in inside) else 0


def _at(x: Expr, value: float) -> Point:
    import numpy as np

    return Point({x.attr.name: np.asarray(value)}, {})


def _is_allowed(x: Expr, point: Point) -> bool:
    return "positive" not in x.attr.properties or bool(point.values[x.attr.name] > 0)


def _margins(c: Condition) -> Iterator[Expr]:
    """What is 0 where a condition begins or ends to hold. SymdiffError where that is not known."""
    if c.given or c.predicate not in _ORDERS | _APART or any(arg.shape for arg in c.args):
        raise SymdiffError("no margin")
    x, *others = c.args
    if x.op == "map" and x.attr == "abs" and len(others) == 1:
        yield from (sub(others[0], x.args[0]), sub(neg(others[0]), x.args[0]))
    elif others:
        yield from (sub(x, other) for other in others)
    else:
        yield x


def _roots(e: Expr, x: Expr) -> Iterator[float]:
    """The roots and the poles of a rational function of x. SymdiffError for anything else."""
    import numpy as np

    kernels, value = quotient_of(e, Relations())
    places = kernels.quotient(x).powers if value.powers else {}
    own = [kernels.kernel_at(place) for place in places]
    for place in value.powers:
        poly = kernels.factors[place]
        if variables(poly) != own:
            raise SymdiffError("no rational function")
        parts = {k: part[0] for k, part in coefficients(poly, own[0]).items()}
        found = np.roots([float(parts.get(k, 0)) for k in range(max(parts), -1, -1)])
        yield from (float(r.real) for r in found if abs(r.imag) <= _REAL * (1 + abs(r)))


# of several variables


def _of_cells(question: Question, planes: list[Expr], samples: Iterable[Sample]) -> int:
    cells: dict[tuple[bool, ...], list[Point]] = {}
    for sample in samples:
        signs = tuple(bool(sample.point.value(plane) > 0) for plane in planes)
        cells.setdefault(signs, []).append(sample.point)
    met = all(any(agree(point, *question.sides) for point in some[:_TRIED]) for some in cells.values())
    return len(cells) if met and len(cells) == 2 ** len(planes) else 0


def _parting(conditions: Iterable[Condition]) -> list[Expr] | None:
    """The planes, as expressions that are 0 there, that part a domain; None where the pieces are not known."""
    planes: list[Expr] = []
    stars, rest = False, []
    for c in conditions:
        if c.predicate in _APART and not c.given:
            plane = sub(*c.args) if c.predicate == "apart" else c.args[0]
            if not _is_affine(plane):
                return None
            planes.append(plane)
        elif _is_convex(c):
            rest.append(c)
        elif _is_star(c):
            stars = True
        else:
            return None
    if (stars and (planes or not all(map(_is_round_zero, rest)))) or len(planes) > _PLANES:
        return None
    return planes


def _is_convex(c: Condition) -> bool:
    """Whether a condition is known to hold in a convex set."""
    x = c.args[0]
    if c.predicate in ("less", "less_equal") and x.op == "map" and x.attr == "abs" and not symbols_of(c.args[1]):
        return _is_affine(x.args[0])
    return c.predicate in _ORDERS and not c.given and all(map(_is_affine, c.args))


def _is_affine(e: Expr) -> bool:
    return not e.shape and all(diff(e, s).op == "number" for s in symbols_of(e))


def _inside(c: Condition) -> Expr | None:
    """What is positive where a condition holds."""
    if c.given or any(arg.shape for arg in c.args):
        return None
    if c.predicate in ("positive", "nonnegative"):
        return c.args[0]
    return sub(c.args[1], c.args[0]) if c.predicate in ("less", "less_equal") else None


def _at_zero(e: Expr) -> Expr:
    return substitute_all([e], dict.fromkeys(symbols_of(e), ZERO))[0]


def _is_round_zero(c: Condition) -> bool:
    """Whether a convex condition holds at 0, or with each point on the way to 0."""
    e = _inside(c)
    return e is not None and float(evaluate(_at_zero(e), {})) >= 0


def _is_star(c: Condition) -> bool:
    """Whether a condition is p < c of a positive number c and a p all of whose terms have one degree."""
    e = _inside(c)
    if e is None:
        return False
    t = symbol("t~", (), {"positive"})
    (moved,) = substitute_all([e], {s: scale(t, s) for s in symbols_of(e)})
    slope, gain = scale(t, diff(moved, t)), sub(moved, _at_zero(e))
    homogeneous = any(expanded(sub(slope, scale(number(k), gain))) is ZERO for k in range(1, _DEGREES))
    return homogeneous and float(evaluate(_at_zero(e), {})) > 0
