"""Derivatives by a list of variables, and what is made of them: right where each derivative is.

What is made of a Jacobian or a Hessian (`jvp`, `div`, `laplacian` …) is claimed rightly where it differs by nothing
from what the derivative makes. So that difference is added to every entry of the derivative, and small steps tell
whether what comes is the derivative still. A claim about variables that a text defines is asked in the same way, with
their definitions put in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, cast

from symdiff.algebra import ONE, Slice, add, einsum, index, join, ones, outer, put_in, scale, sub, trace
from symdiff.algebra.conditions import merge
from symdiff.calculus.derive import diff, grad, hessian, hvp, jacobian, jvp, vjp
from symdiff.calculus.fields import curl, div, laplacian
from symdiff.calculus.lists import of_scalars
from symdiff.dims import Dim, show_shape
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.oracles.verdict import KINDS, Verdict, check


def check_each(
    f: Expr,
    wrt: Sequence[Expr],
    results: Sequence[Expr] = (),
    kind: str = "grad",
    structure: str | None = None,
    directions: Sequence[Expr] = (),
    definitions: Mapping[Expr, Expr] | None = None,
) -> Verdict:
    """Whether the results are the derivatives of f by a list of variables, and those of a Hessian its blocks.

    The blocks are given row by row. Of scalars one result may hold all partials: of a gradient along its first axis,
    of a Jacobian along its last, of a Hessian the matrix. Left out, the results are what the engine finds. `jvp` and
    `hvp` are in a direction for each variable, `vjp` with one factor in front. `definitions` are put in for variables.
    """
    if kind not in (*KINDS, *_MADE):
        raise SymdiffError(f"no derivative of kind {kind!r}", hint=f"one of {', '.join((*KINDS, *_MADE))}")
    made, found = _MADE.get(kind), list(results)
    if made is None and not (found and definitions):
        count = len(wrt) ** (2 if kind == "hessian" else 1)
        found = _apart(f, wrt, found, kind, count) if found else _own(f, wrt, kind, structure)
        return _each(f, wrt, found, kind, structure)
    if made is not None and structure is not None:
        raise SymdiffError(f"a {kind} takes no structure", hint="check the Jacobian or the Hessian")
    base = kind if made is None else made.base
    own = due = _own(f, wrt, base, structure)
    if made is not None:
        found = found or made.find(f, wrt, directions)
        due = made.of(own, directions)
    claims = _apart(f, wrt, found, kind, len(due))
    off = [put_in(_off(claim, part, kind), definitions or {}) for claim, part in zip(claims, due, strict=True)]
    shared = len(own) // len(off)  # parts of the derivative that one claim is made of
    told = [add(part, _over(off[k // shared], part, kind)) for k, part in enumerate(own)]
    return _each(f, wrt, told, base, structure)


def _each(f: Expr, wrt: Sequence[Expr], found: Sequence[Expr], kind: str, structure: str | None) -> Verdict:
    """The verdict on each derivative; a Hessian's blocks by two variables are derivatives of the first derivative."""
    if len(wrt) == 1:
        return check(f, wrt[0], found[0], kind, structure)
    if kind != "hessian":
        return together([_named(check(f, x, r, kind, structure), x) for x, r in zip(wrt, found, strict=True)])
    verdicts = []
    for k, block in enumerate(found):
        x, y = wrt[k // len(wrt)], wrt[k % len(wrt)]
        if x is y:
            verdicts.append(_named(check(f, x, block, "hessian", structure), x, y))
        else:
            verdicts.append(_named(check(diff(f, x, structure=structure), y, block, "diff", structure), x, y))
    return together(verdicts)


def _own(f: Expr, wrt: Sequence[Expr], kind: str, structure: str | None) -> list[Expr]:
    """What the engine finds, block by block."""
    if kind == "hessian":
        return [block for row in hessian(f, wrt, structure) for block in row]
    if kind == "diff":
        return [diff(f, x, structure=structure) for x in wrt]
    return (jacobian if kind == "jacobian" else grad)(f, wrt, structure)


def _apart(f: Expr, wrt: Sequence[Expr], results: list[Expr], kind: str, count: int) -> list[Expr]:
    """The results, one that holds all by scalars taken apart."""
    whole = results[0]
    if len(results) == 1 < count and of_scalars(wrt):
        n = range(len(wrt))
        if kind == "hessian" and whole.rank == 2:
            results = [index(whole, (i, j)) for i in n for j in n]
        elif kind in ("vjp", "hvp") and whole.rank == 1:
            results = [index(whole, (i,)) for i in n]
        elif kind != "hessian" and whole.rank == f.rank + 1:
            every = [Slice(0, dim) for dim in f.shape]
            results = [index(whole, (k,) if kind == "grad" else (*every, k)) for k in n]
    if len(results) != count:
        raise SymdiffError(f"{len(results)} results where there are {count} derivatives", hint="give a list of them")
    return results


# --- what is made of Jacobians and Hessians


def _off(claim: Expr, part: Expr, kind: str) -> Expr:
    """What a claim has too much."""
    if claim.shape != part.shape:
        raise SymdiffError(f"the result is a {show_shape(claim.shape)}, but the {kind} is a {show_shape(part.shape)}")
    return sub(claim, part)


def _over(off: Expr, part: Expr, kind: str) -> Expr:
    """A difference at every entry of a derivative that it is found in."""
    if kind == "vjp":
        return outer(ones(part.shape[: part.rank - off.rank]), off)
    return outer(off, ones(part.shape[off.rank :]))


def _times(a: Expr, b: Expr, summed: int) -> Expr:
    """The product over the last axes of a and the first of b."""
    if not (a.shape and b.shape):
        return scale(a, b) if not a.shape else scale(b, a)
    left, right = [("a", k) for k in range(a.rank)], [("b", k) for k in range(b.rank)]
    right[:summed] = left[a.rank - summed :]
    return einsum(ONE, [a, b], [left, right], left[: a.rank - summed] + right[summed:])


def _sum_along(blocks: Sequence[Expr], directions: Sequence[Expr]) -> list[Expr]:
    """Rows of blocks, each times the directions."""
    n = len(directions)
    rows = [blocks[k : k + n] for k in range(0, len(blocks), n)]
    return [add(*(_times(b, v, v.rank) for b, v in zip(row, directions, strict=True))) for row in rows]


def _diagonal(blocks: Sequence[Expr]) -> Expr:
    """The trace of a square of blocks."""
    n = round(len(blocks) ** 0.5)
    return add(*(trace(b) if b.shape else b for b in blocks[:: n + 1]))


def _entry(partials: Sequence[Expr], i: int, j: int) -> Expr:
    """∂fᵢ/∂xⱼ of the Jacobian, or of the partials by scalars."""
    return index(partials[0], (i, j)) if len(partials) == 1 and partials[0].rank == 2 else index(partials[j], (i,))


def _div(partials: Sequence[Expr], _: Sequence[Expr]) -> list[Expr]:
    """The sum of the traces of the blocks on the diagonal."""
    found, start = [], cast(Dim, 0)
    for block in partials:
        stop = start + (block.shape[1] if block.rank == 2 else 1)
        found.append(trace(index(block, (Slice(start, stop),))) if block.rank == 2 else index(block, (start,)))
        start = stop
    return [add(*found)]


def _curl(partials: Sequence[Expr], _: Sequence[Expr]) -> list[Expr]:
    turns = ((2, 1), (0, 2), (1, 0))
    return [join("stack", [sub(_entry(partials, i, j), _entry(partials, j, i)) for i, j in turns], 0)]


class _Made(NamedTuple):
    """What a kind is made of, how the engine finds it, and how it comes from the parts of that derivative."""

    base: str
    find: Callable[[Expr, Sequence[Expr], Sequence[Expr]], list[Expr]]
    of: Callable[[Sequence[Expr], Sequence[Expr]], list[Expr]]


_MADE = {
    "jvp": _Made("jacobian", lambda f, wrt, v: [jvp(f, wrt, v)], _sum_along),
    "vjp": _Made(
        "jacobian", lambda f, wrt, v: vjp(f, wrt, v[0]), lambda own, v: [_times(v[0], j, v[0].rank) for j in own]
    ),
    "hvp": _Made("hessian", hvp, _sum_along),
    "div": _Made("jacobian", lambda f, wrt, _: [div(f, wrt)], _div),
    "curl": _Made("jacobian", lambda f, wrt, _: [curl(f, wrt)], _curl),
    "laplacian": _Made("hessian", lambda f, wrt, _: [laplacian(f, wrt)], lambda own, _: [_diagonal(own)]),
}


# --- verdicts together


def _named(verdict: Verdict, *wrt: Expr) -> Verdict:
    """A verdict whose evidence says by which variables it is."""
    words = f"by {', '.join(map(str, wrt))}: "
    return replace(verdict, evidence=tuple(replace(e, detail=words + e.detail) for e in verdict.evidence))


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """What is said of several parts of one result: wrong where one is, right where all are."""
    said = [verdict.ok for verdict in verdicts]
    ok = False if False in said else None if None in said else True
    evidence = tuple(e for verdict in verdicts for e in verdict.evidence)
    return Verdict(ok, evidence, merge(*(verdict.conditions for verdict in verdicts)))
