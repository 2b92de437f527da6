"""Equations solved and limits found: exactly where that is sure, else in digits, each root checked by substitution.

Importing this tells the reader of texts what works out `solve` and `limit`; the rest is loaded when one is met.
"""

from __future__ import annotations

from symdiff.expr import Expr
from symdiff.syntax.unknowns import Outcome, Sides, workers


def _solve(sides: tuple[Sides, ...], unknowns: tuple[Expr, ...], rest: tuple[Expr, ...]) -> Outcome:
    from symdiff.solving.asked import solve

    return solve(sides, unknowns, rest)


def _limit(sides: tuple[Sides, ...], unknowns: tuple[Expr, ...], rest: tuple[Expr, ...]) -> Outcome:
    from symdiff.errors import SymdiffError
    from symdiff.solving.limits import outcome

    if len(unknowns) != 1 or len(rest) != 1:
        raise SymdiffError("a limit is of an expression, a name and a point", hint="write `limit(sin(h)/h, h, 0)`")
    return outcome(sides[0][0], unknowns[0], rest[0])


workers.update(solve=_solve, limit=_limit)
