"""Derivatives by a list of variables: right where they are right by each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symdiff.algebra import Slice, index
from symdiff.algebra.conditions import merge
from symdiff.calculus.derive import diff, grad, hessian, jacobian
from symdiff.calculus.lists import of_scalars
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.oracles.verdict import Verdict, check


def check_each(
    f: Expr, wrt: Sequence[Expr], results: Sequence[Expr] = (), kind: str = "grad", structure: str | None = None
) -> Verdict:
    """Whether the results are the derivatives of f by a list of variables, and those of a Hessian its blocks.

    The blocks are given row by row. Of scalars one result may hold all partials: of a gradient along its first axis,
    of a Jacobian along its last, of a Hessian the matrix. Left out, the results are what the engine finds.
    """
    if kind == "hessian":
        return _check_blocks(f, wrt, list(results), structure)
    found = list(results) or _found(f, wrt, kind, structure)
    if len(found) == 1 < len(wrt) and of_scalars(wrt) and found[0].rank == f.rank + 1:
        whole = [Slice(0, dim) for dim in f.shape]
        found = [index(found[0], (k,) if kind == "grad" else (*whole, k)) for k in range(len(wrt))]
    _require_count(found, len(wrt))
    return together([_named(check(f, x, r, kind, structure), x) for x, r in zip(wrt, found, strict=True)])


def _found(f: Expr, wrt: Sequence[Expr], kind: str, structure: str | None) -> list[Expr]:
    if kind == "diff":
        return [diff(f, x, structure=structure) for x in wrt]
    return (jacobian if kind == "jacobian" else grad)(f, wrt, structure)


def _check_blocks(f: Expr, wrt: Sequence[Expr], results: list[Expr], structure: str | None) -> Verdict:
    """A Hessian's blocks: those by two variables are derivatives of the first derivative."""
    count = len(wrt)
    found = results or [block for row in hessian(f, wrt, structure) for block in row]
    if len(found) == 1 < count and of_scalars(wrt) and found[0].rank == 2:
        found = [index(found[0], (i, j)) for i in range(count) for j in range(count)]
    _require_count(found, count**2)
    verdicts = []
    for i, x in enumerate(wrt):
        for j, y in enumerate(wrt):
            block = found[count * i + j]
            if x is y:
                verdicts.append(_named(check(f, x, block, "hessian", structure), x, y))
            else:
                first = diff(f, x, structure=structure)
                verdicts.append(_named(check(first, y, block, "diff", structure), x, y))
    return together(verdicts)


def _require_count(results: Sequence[Expr], count: int) -> None:
    if len(results) != count:
        raise SymdiffError(f"{len(results)} results where there are {count} derivatives", hint="give a list of them")


def _named(verdict: Verdict, *wrt: Expr) -> Verdict:
    """A verdict whose evidence says by which variables."""
    words = f"by {', '.join(map(str, wrt))}: "
    return replace(verdict, evidence=tuple(replace(e, detail=words + e.detail) for e in verdict.evidence))


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """What is said of several parts of one result: wrong where one is, right where all are."""
    said = [verdict.ok for verdict in verdicts]
    ok = False if False in said else None if None in said else True
    evidence = tuple(e for verdict in verdicts for e in verdict.evidence)
    return Verdict(ok, evidence, merge(*(verdict.conditions for verdict in verdicts)))
