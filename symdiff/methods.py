"""What a user touches on an expression: its notations, operators and facts, attached to `Expr` when symdiff loads."""

from __future__ import annotations

from symdiff.expr import Expr


def attach(cls: type[Expr]) -> None:
    """Give `Expr` its methods; done once, by `import symdiff`."""
