"""Which mistake a wrong derivative comes from."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from symdiff.algebra import symbols_of
from symdiff.expr import Expr, postorder
from symdiff.oracles import Verdict
from symdiff.show import text
from symdiff.syntax.scope import Scope
from symdiff.verification.lines import verify


def explained(verdict: Verdict, f: Expr, x: Expr, kind: str, result: Expr, given: object) -> Verdict:
    """A verdict that says, when it is asked, by which mistake a derivative became `result`, which was `given`."""
    written = given if isinstance(given, str) else None
    return replace(verdict, explain=partial(mistake, f, x, kind, result, written))


def mistake(f: Expr, x: Expr, kind: str, result: Expr, written: str | None = None) -> str | None:
    """What a teacher says of `result` given for a derivative of `f` by the symbol x, and which part of it is wrong.

    `written` is the result as it was written, if it was. None where nothing is recognised.
    """
    scope = Scope.of(symbols_of(f, x, result))
    for node in postorder(f, result):
        if node.op == "derivative":
            scope.declare_as(node.attr[0].name, node.attr[0])
    right = text(result) if written is None or any(mark in written for mark in ";\n:=") else written
    (line,) = verify([f"{kind}({text(f)}, {text(x)}) = {right}"], scope).lines
    if line.ok is not False:
        return None
    said = [str(one) for one in (line.mistake, line.part) if one is not None]
    return "; ".join(one.removesuffix(".") for one in said) or None
