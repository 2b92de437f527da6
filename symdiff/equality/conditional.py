"""When a wrong equation would be right: by the sign of a scalar or of a difference, by a declared word, by a size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import combinations, product

from symdiff import dims
from symdiff.algebra import ZERO, Condition, condition, dimension, is_zero, named, neg, number, scale
from symdiff.algebra.implied import simplified
from symdiff.equality.given import put_in
from symdiff.equality.numbers import Tried, tried
from symdiff.equality.question import Question, strictly
from symdiff.equality.sampling import Sample
from symdiff.errors import SymdiffError
from symdiff.evaluation import Point
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import satisfied
from symdiff.oracles.switches import Switch, switches_of

_WORDS = ("invertible", "symmetric", "skew", "lower", "upper", "orthogonal", "diagonal", "spd")
_NOT_SKEW = frozenset({"symmetric", "spd", "diagonal", "lower", "upper"})
_SCALARS = 4  # of which signs are combined
_SWITCHES = 4
_AGREEING = 3  # points that must agree under a condition for it to be looked at
_TRIED = 48  # groups for which the equation is asked again
_ROUNDING = 1e-12

Group = tuple[Condition, ...]


def right_if(question: Question, right: Callable[[Question], Group | None]) -> Group:
    """Conditions, as few as there are, under which a wrong equation is right; none where none was found.

    `right` says of a question under which conditions it holds, nothing where it does not.
    """
    for count, group in enumerate(_groups(question)):
        if count >= _TRIED:
            break
        try:
            (a, b), rest = put_in(question.sides, [*question.given, *group])
            within = right(Question(a, b, rest))
            if within is not None:
                return simplified([*group, *within])
        except SymdiffError:
            continue
    return ()


def _groups(question: Question) -> Iterator[Group]:
    """What is worth trying: of scalars what the points allow, then words of matrices, sizes that are one."""
    found = tried(question, whole=True)
    if found.both:
        yield from _of_signs(question, found)
    matrices = [s for s in question.symbols if s.rank == 2 and s.shape[0] == s.shape[1]]
    words = [[condition(word, s) for s in matrices if _is_news(word, s)] for word in _WORDS]
    names = {name for node in postorder(*question.sides) for dim in node.shape for name in dims.names(dim)}
    sizes = [[(condition("equal", dimension(name), number(k)),) for name in sorted(names)] for k in (2, 1)]
    yield from ((c,) for new in words for c in new)
    yield from sizes[0]
    yield from (tuple(new) for new in words if len(new) > 1)
    yield from sizes[1]


def _is_news(word: str, s: Expr) -> bool:
    """Whether a word says something of a matrix, and leaves more than zeros."""
    known = s.attr.properties
    if word == "invertible":
        return not known & {"spd", "orthogonal"}
    if "skew" in known or (word == "skew" and known & _NOT_SKEW):
        return False
    return word not in known and not (word == "symmetric" and known & {"spd", "diagonal"})


def _of_signs(question: Question, found: Tried) -> Iterator[Group]:
    """Signs of scalars and of differences at kinks that hold at points that agree, and at none of the others."""
    scalars = [s for s in question.symbols if not s.shape and not s.attr.properties & {"positive", "complex"}]
    kinks = [k for k in switches_of(*question.sides)[0] if not (k.left.shape or k.winner)]
    kinks = [k for k in kinks if k.left not in scalars or not is_zero(k.right)]
    of_kinks = [c for k in kinks[:_SWITCHES] for c in _sides_of(k)]
    signs = [*of_kinks, *(c for s in scalars[:_SCALARS] for c in _signs_of(s))]
    plain = [c for s in scalars[:_SCALARS] for c in _signs_of(s)]
    pairs = [(c, d) for c, d in combinations(plain, 2) if _of(c) is not _of(d)]
    whole = (
        [tuple(cs) for cs in product(*(tuple(_signs_of(s)) for s in scalars[:_SCALARS]))] if len(scalars) > 2 else []
    )
    turning = any(n.op == "map" and n.attr in ("sin", "cos") for n in postorder(*question.sides))
    ranges = [(condition("within_closed", s, low, high),) for s in scalars for low, high in _turns() if turning]
    noise = [s for s in found.doubtful if _is_noise(question, s)]
    agree, differ = [*found.both, *noise], [s for s in found.doubtful if not any(s is n for n in noise)]
    for group in (*((c,) for c in signs), *ranges, *pairs, *whole, *((condition("integer", s),) for s in scalars)):
        agreeing = sum(_hold(group, sample.point) for sample in agree)
        if agreeing >= _AGREEING and not any(_hold(map(strictly, group), s.point) for s in differ):
            yield group


def _is_noise(question: Question, sample: Sample) -> bool:
    """Whether values differ by no more than rounding makes of what they are made of."""
    import numpy as np

    gap = float(np.max(np.abs(np.subtract(sample.left, sample.right)), initial=0))  # type: ignore[arg-type]
    return gap < _ROUNDING * max(1.0, *(sample.point.largest(e) for e in question.sides))


def _signs_of(e: Expr) -> Iterator[Condition]:
    yield condition("nonnegative", e)
    yield condition("nonnegative", neg(e))


def _sides_of(kink: Switch) -> Iterator[Condition]:
    if is_zero(kink.right):
        yield from _signs_of(kink.left)
    else:
        yield condition("less_equal", kink.right, kink.left)
        yield condition("less_equal", kink.left, kink.right)


def _of(c: Condition) -> Expr:
    """What a sign is of, or minus that: the same thing for both signs."""
    opposite = neg(c.args[0])
    return min(c.args[0], opposite, key=str)


def _turns() -> Iterator[tuple[Expr, Expr]]:
    """The ranges of the inverse functions of sin and cos."""
    pi = named("pi")
    half = scale(number(Fraction(1, 2)), pi)
    yield neg(half), half
    yield ZERO, pi


def _hold(conditions: Iterable[Condition], point: Point) -> bool:
    return all(satisfied(c, point, 0.0) for c in conditions)
