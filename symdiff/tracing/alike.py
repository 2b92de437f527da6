"""Entries that a loop made one like the other, as one formula of arrays: [sin(x[0]), sin(x[1])] is sin(x[:2])."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symdiff import algebra, operators
from symdiff.expr import Expr, planned

_LONGEST = 60  # places in the formula that is common to all

Column = tuple[Expr, ...]


def alike(parts: Sequence[Expr], run: Callable[[Sequence[Expr]], Expr | None]) -> Expr | None:
    """The array of scalars that are made alike of numbers, of one thing, and of entries in a row (`run` joins those).

    None where they are not.
    """
    done: dict[Column, Expr | None] = {}
    root = tuple(parts)
    for column, needs in planned([root], lambda column: _needs(column, run), lambda plan: plan[1], done):
        if len(done) > _LONGEST:
            return None
        found, below = needs
        made = [done[other] for other in below]
        if found is not None:
            done[column] = found
        elif below and None not in made:
            done[column] = _combined(column[0], [e for e in made if e is not None])
        else:
            return None
    result = done[root]
    return result if result is not None and result.shape else None


def _needs(column: Column, run: Callable[[Sequence[Expr]], Expr | None]) -> tuple[Expr | None, list[Column]]:
    """What a column of scalars is at once, or the columns of its arguments."""
    first = column[0]
    if all(e is first for e in column):
        return first, []
    if all(e.op == "number" for e in column) or first.op == "index":
        return algebra.join("stack", column, 0) if first.op == "number" else run(column), []
    if first.op not in _OPS or any(
        (e.op, e.attr, len(e.args)) != (first.op, first.attr, len(first.args)) for e in column
    ):
        return None, []
    return None, list(zip(*(e.args for e in column), strict=True))


def _combined(like: Expr, args: Sequence[Expr]) -> Expr:
    """The operation on arrays, or on scalars where all entries have the same."""
    if like.op == "mul":
        result = args[0]
        for base, exponent in zip(args[1::2], args[2::2], strict=True):
            result = operators.times(result, operators.to_the(base, exponent))
        return result
    if like.op == "add":
        result = args[0]
        for term in args[1:]:
            result = operators.plus(result, term)
        return result
    length = next((arg.shape for arg in args if arg.shape), ())
    return algebra.rebuild(like, [algebra.broadcast(arg, length) for arg in args])


_OPS = frozenset({"add", "mul", "map", "compare", "select"})
