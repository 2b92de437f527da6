"""Whether one side of an equation is the other: always, only under a condition, or in the other layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from symdiff.algebra import differential, same, substitute, symbol, symbols_of, transpose
from symdiff.dims import show_shape
from symdiff.expr import Expr, postorder
from symdiff.oracles.evidence import Counterexample, Evidence
from symdiff.verification.numbers import Points, close
from symdiff.verification.sheet import Sheet, Side, is_change

_POINTS = 18
_MOST = 3  # symbols that are tried together
_ONE = {"symmetric": "is symmetric", "orthogonal": "is orthogonal", "diagonal": "is diagonal"}


class Judgement(NamedTuple):
    """What is found of an equation: `ok`, why, and under which declared words it holds where it does not always."""

    ok: bool | None
    evidence: tuple[Evidence, ...] = ()
    holds_if: tuple[str, ...] = ()
    layout: bool = False


def judge(sheet: Sheet, left: Side, right: Side) -> Judgement:
    """Whether the right side follows from the left one."""
    if right.fault is not None:
        return Judgement(False, (Evidence("shapes", False, right.fault.message),))
    a, b = sheet.plain(left.expr), sheet.plain(right.expr)
    if a.shape != b.shape or _turned(left, right):
        return _of_other_shape(a, b, left, right)
    found = compared(a, b)
    if found.ok:
        return found
    if (
        found.ok is False
        and a.rank == 2
        and a.shape[0] == a.shape[1]
        and compared(transpose(a), b).ok
        and _is_derivative(left)
    ):
        return found._replace(layout=True)
    return found._replace(holds_if=next(_words(a, b), ()))


def _turned(left: Side, right: Side) -> bool:
    """Whether one side is a row and the other a column; the derivative of a scalar by a column is written as either."""
    if left.expr.rank != 1 or left.orientation == right.orientation:
        return False
    free = ("diff", "jacobian")
    return not any(
        s.tree.kind == "derivative" or (s.tree.kind == "call" and s.tree.value[0] in free) for s in (left, right)
    )


def _is_derivative(side: Side) -> bool:
    return side.tree.kind in ("derivative", "gradient") or (
        side.tree.kind == "call" and side.tree.value[0] in ("diff", "grad", "jacobian", "hessian")
    )


def _of_other_shape(a: Expr, b: Expr, left: Side, right: Side) -> Judgement:
    shapes = [_shape(e, side) for e, side in ((a, left), (b, right))]
    said = f"the left side is a {shapes[0]}, the right side a {shapes[1]}"
    turned = a.rank <= 2 and a.shape == b.shape[::-1] and bool(compared(transpose(a) if a.rank == 2 else a, b).ok)
    return Judgement(False, (Evidence("shapes", False, said),), layout=turned)


def _shape(e: Expr, side: Side) -> str:
    return f"row({e.shape[0]})" if e.rank == 1 and side.orientation == "row" else show_shape(e.shape)


def compared(a: Expr, b: Expr) -> Judgement:
    """Whether two expressions are equal, by their form or at points."""
    if same(a, b):
        return Judgement(True, (Evidence("form", True, "both sides are one expression"),))
    points = Points([a, b], _POINTS)
    agreed, one_sided = 0, 0
    for k, point in enumerate(points.points):
        left, right = points.value(a, k), points.value(b, k)
        if left is not None and right is not None:
            largest = max(point.largest(a), point.largest(b))
            if not close(left, right, largest):
                shown = Counterexample(dict(point.sizes), dict(point.values), left, right)
                said = "the sides differ in numbers"
                return Judgement(False, (Evidence("numbers", False, said, (point.sizes,), None, shown),))
            agreed += 1
        one_sided += (left is None) != (right is None)
    if agreed < 2:
        return Judgement(None, (Evidence("numbers", None, "no point was found where both sides have values"),))
    if one_sided:
        said = f"equal at {agreed} points; at {one_sided} others one side alone has a value"
        return Judgement(None, (Evidence("numbers", None, said),))
    return Judgement(True, (Evidence("numbers", True, f"equal at {agreed} points"),))


def _words(a: Expr, b: Expr) -> Iterator[tuple[str, ...]]:
    """The declared words under which two expressions are equal, those that ask for least first."""
    symbols = [s for s in symbols_of(a, b) if not s.attr.name.startswith("d")]
    for word, said in _ONE.items():
        square = [s for s in symbols if s.rank == 2 and s.shape[0] == s.shape[1] and not s.attr.properties]
        yield from (tuple(f"{s.attr.name} {said}" for s in some) for some in _some(square) if _holds(a, b, some, word))
        if word == "symmetric":
            signed = [s for s in symbols if s.rank < 2 and not s.attr.properties & {"positive", "complex", "dimension"}]
            yield from (
                tuple(f"{s.attr.name} > 0" for s in some) for some in _some(signed) if _holds(a, b, some, "positive")
            )
    sizes = sorted({str(dim) for s in symbols for dim in s.shape if not isinstance(dim, int)})
    if sizes and _agree(a, b, Points([a, b], _POINTS, unit=True)):
        yield tuple(f"{name} = 1" for name in sizes)


def _some(symbols: list[Expr]) -> Iterator[tuple[Expr, ...]]:
    for count in range(1, min(len(symbols), _MOST) + 1):
        yield from combinations(symbols, count)


def _holds(a: Expr, b: Expr, symbols: tuple[Expr, ...], word: str) -> bool:
    given = {s: symbol(s.attr.name, s.shape, s.attr.properties | {word}) for s in symbols}
    a, b = (with_words(e, given) for e in (a, b))
    return same(a, b) or _agree(a, b, Points([a, b], _POINTS))


def with_words(e: Expr, given: Mapping[Expr, Expr]) -> Expr:
    """An expression with other symbols, in their changes, too."""
    changes = {n: differential(given[n.args[0]]) for n in postorder(e) if is_change(n) and n.args[0] in given}
    return substitute(e, {**given, **changes})


def _agree(a: Expr, b: Expr, points: Points) -> bool:
    """Whether both have values at the same points, and equal ones."""
    pairs = [(points.value(a, k), points.value(b, k)) for k in range(len(points.points))]
    both = [(x, y) for x, y in pairs if x is not None or y is not None]
    return len(both) > 1 and all(close(x, y) for x, y in both)
