"""Equations solved and limits found: exactly where that is sure, else in digits, each root checked by substitution.

Importing this tells the reader of texts what works out `solve`; the rest is loaded when an equation is met.
"""

from __future__ import annotations

from symdiff.expr import Expr
from symdiff.syntax.unknowns import Outcome, Sides, workers


def _solve(sides: tuple[Sides, ...], unknowns: tuple[Expr, ...], rest: tuple[Expr, ...]) -> Outcome:
    from symdiff.solving.asked import solve

    return solve(sides, unknowns, rest)


workers.update(solve=_solve)
