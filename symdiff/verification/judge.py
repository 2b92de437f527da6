"""Whether one side of an equation is the other: always, only under a condition, or in the other layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from symdiff.algebra import ZERO, Condition, condition, dimension, index, number, same, symbols_of, transpose, zeros
from symdiff.dims import names, show_shape
from symdiff.equality import equal
from symdiff.equality.given import put_in
from symdiff.errors import SymdiffError
from symdiff.evaluation import Point
from symdiff.expr import Expr
from symdiff.oracles import Counterexample, Evidence, Verdict
from symdiff.verification.numbers import agreeing, apart
from symdiff.verification.sheet import Sheet, Side

NUMBERS = "numbers"  # evidence that proves nothing
_NEARLY = 1e-8  # relative difference
_TOLD = 2  # conditions
_FEW = 4  # points for a word, before more is asked
_ROUNDING = 1e-40  # relative to the largest number on the way
_WORDS = {"symmetric": 3, "positive": 3, "orthogonal": 1, "diagonal": 1}  # how many are tried together
_BY_ROWS = ("diff", "jacobian")  # of a scalar they may be written as a row


class Judgement(NamedTuple):
    """What is found of an equation, and whether it is right in the other layout."""

    verdict: Verdict
    layout: bool = False


def judge(sheet: Sheet, left: Side, right: Side, given: tuple[Condition, ...] = ()) -> Judgement:
    """Whether the right side follows from the left one, where what is given holds."""
    if right.fault is not None:
        return Judgement(Verdict(False, (Evidence("sizes", False, right.fault.message),)))
    a, b = _fitted(sheet.plain(left.expr), left), _fitted(sheet.plain(right.expr), right)
    a, b = (zeros(other.shape) if e is ZERO else e for e, other in ((a, b), (b, a)))
    (a, b), rest = put_in([a, b], given)
    if a.shape != b.shape or _turned(left, right):
        said = f"the left side is a {_shape(a, left)}, the right side a {_shape(b, right)}"
        return Judgement(Verdict(False, (Evidence("shapes", False, said),)), _is_transpose(a, b))
    found = compared(a, b, rest)
    if found.ok is not False:
        return Judgement(found)
    if _is_transpose(a, b) and a.rank == 2 and _derivative(left) is not None:
        return Judgement(found, layout=True)
    if (found.evidence[0].difference or 1) < _NEARLY:  # no word mends what differs by so little
        return Judgement(replace(found, holds_if=()))
    words: tuple[Condition, ...] = next(_words(a, b), ())
    return Judgement(replace(found, holds_if=words or _told(tuple(found.holds_if))))


def _fitted(e: Expr, side: Side) -> Expr:
    """The value of a side; of `d/dx [e]`, whose brackets are no vector's, that of e."""
    inner = side.tree.children[0] if side.tree.kind == "derivative" else side.tree
    return index(e, (0,)) if e.shape == (1,) and inner.kind == "vector" and inner is not side.tree else e


def _told(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Conditions that one can tell a person: few, and none of a change."""
    of_changes = any(s.attr.name.startswith("d") and s.rank for c in conditions for s in symbols_of(*c.args))
    return () if of_changes or len(conditions) > _TOLD else conditions


def compared(a: Expr, b: Expr, given: tuple[Condition, ...] = ()) -> Verdict:
    """Whether two expressions are equal; what all points say and nothing proves is taken to be so, and says so."""
    if same(a, b):
        return Verdict(True, (Evidence("form", True, "both sides are one expression"),))
    try:
        found = equal(a, b, given)
    except SymdiffError as error:
        return Verdict(None, (Evidence(NUMBERS, None, error.message),))
    doubtful = found.counterexample is not None and not _is_certain(found.counterexample, a, b)
    agrees = found.ok is None and not found.holds_if and found.evidence[0].ok is True
    unsure = found.ok is None and not found.holds_if and not found.evidence[0].ok
    if agrees and all(e.oracle != "domain" for e in found.evidence) and (given or agreeing(a, b)):
        return Verdict(True, (Evidence(NUMBERS, True, f"not proved, the numbers agree: {found.evidence[0].detail}"),))
    if doubtful and not given and (count := agreeing(a, b)):
        return Verdict(True, (Evidence(NUMBERS, True, f"not proved, the numbers agree at {count} points"),))
    if unsure and not given and (shown := apart(a, b)) is not None:
        return Verdict(False, (Evidence(NUMBERS, False, "the sides differ in floats", counterexample=shown),))
    return found


def _is_certain(shown: Counterexample, a: Expr, b: Expr) -> bool:
    """Whether two values differ by more than rounding could make of what was met on the way to them.

    Where no more digits are to be had, rounding is all that some sides differ by.
    """
    import numpy as np

    left, right = np.asarray(shown.expected), np.asarray(shown.found)
    if left.shape != right.shape or not np.all(np.isfinite(left) & np.isfinite(right)):
        return True
    try:
        point = Point({name: np.asarray(value) for name, value in shown.values.items()}, shown.sizes)
        largest = max(point.largest(a), point.largest(b))
    except SymdiffError:  # a function that is only a name has a value of its own
        return True
    return bool(np.max(np.abs(left - right), initial=0) > _ROUNDING * largest)


def _turned(left: Side, right: Side) -> bool:
    """Whether one side is a row and the other a column; the derivative of a scalar by a column is written as either."""
    if left.expr.rank != 1 or left.orientation == right.orientation:
        return False
    return not any(_derivative(side) in _BY_ROWS for side in (left, right))


def _derivative(side: Side) -> str | None:
    """The kind of derivative that a side is."""
    tree = side.tree
    if tree.kind == "call" and tree.value[0] in (*_BY_ROWS, "grad", "hessian"):
        return str(tree.value[0])
    return {"derivative": "diff", "gradient": "grad"}.get(tree.kind)


def _is_transpose(a: Expr, b: Expr) -> bool:
    """Whether two expressions are equal with their axes in the other order."""
    if a.rank not in (1, 2) or a.shape != b.shape[::-1]:
        return False
    return bool(compared(transpose(a) if a.rank == 2 else a, b))


def _shape(e: Expr, side: Side) -> str:
    return f"row({e.shape[0]})" if e.rank == 1 and side.orientation == "row" else show_shape(e.shape)


def _words(a: Expr, b: Expr) -> Iterator[tuple[Condition, ...]]:
    """The declared words under which two expressions are equal, those that ask for least first."""
    for word, most in _WORDS.items():
        fitting = [s for s in symbols_of(a, b) if _takes(s, word)]
        for some in (some for count in range(1, most + 1) for some in combinations(fitting, count)):
            given = tuple(condition(word, s) for s in some)
            if _holds(a, b, given):
                yield given
    sizes = sorted({name for s in symbols_of(a, b) for dim in s.shape for name in names(dim)})
    ones = [condition("equal", dimension(name), number(1)) for name in sizes]
    for count in range(1, len(ones) + 1):
        yield from (some for some in combinations(ones, count) if _holds(a, b, some))


def _takes(s: Expr, word: str) -> bool:
    """Whether a symbol could be declared with a word that it is not declared with."""
    if word == "positive":
        return s.rank < 2 and not s.attr.properties & {"positive", "complex", "dimension"}
    return s.rank == 2 and s.shape[0] == s.shape[1] and not s.attr.properties


def _holds(a: Expr, b: Expr, given: tuple[Condition, ...]) -> bool:
    try:
        (x, y), _ = put_in([a, b], given)
        return agreeing(x, y, _FEW) > 0 and equal(a, b, given).ok is not False
    except SymdiffError:
        return False
