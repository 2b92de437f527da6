"""Derivatives: gradient, Jacobian, Hessian, differential and the products that never build a matrix.

One pipeline: collect, differential, adjoint (or coefficient), collect, present, layout; `narration` tells it. Axes:
`diff` and `jacobian` give those of f, then those of the variable; `grad` gives those of the variable first
(denominator layout), as the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

from symdiff import algebra
from symdiff.algebra import ONE, Slice, index, symbols_of, terms
from symdiff.bounds import limits
from symdiff.calculus.adjoint import transpose
from symdiff.calculus.differential import differentials
from symdiff.calculus.layout import turned
from symdiff.calculus.stacked import by_stacked, is_stacked
from symdiff.calculus.structure import (
    check_structure,
    entries_of,
    impose,
    kind_of,
    unstructured,
    with_structure,
    without_structure,
)
from symdiff.calculus.sweep import partials
from symdiff.calculus.variables import base_symbol, seeds_of
from symdiff.dims import show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.rewriting import Recorder, collect, collect_all, in_order_of, is_long, present, present_all
from symdiff.show import unicode as show_unicode


def diff(f: Expr, *wrt: Expr, structure: str | None = None) -> Expr:
    """The derivative by each variable in turn: the axes of f, then those of each variable.

    `structure` says what moves where a variable is a structured matrix: every entry by itself (None), the entries
    that are free of each other ("free"), or its tangent space ("projected").
    """
    check_structure(structure, wrt)
    return _in_turn(f, wrt, structure)


def jacobian(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> list[Expr]:
    """The derivative by each variable: the axes of f, then those of the variable."""
    if not f.shape and len(wrt) > 1:
        return grad(f, wrt, structure)
    check_structure(structure, wrt)
    return [_in_turn(f, [x], structure) for x in wrt]


def grad(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> list[Expr]:
    """The gradient by each variable: its axes, then those of f. A scalar's come from one reverse sweep."""
    check_structure(structure, wrt)
    if f.shape:
        return [axes_first(_in_turn(f, [x], structure), f, x) for x in wrt]
    each = not any(x.shape for x in wrt) and not is_long([f])  # as short as one by one, and in one form
    if each or len(wrt) == 1 or any(map(is_stacked, wrt)):
        return [_in_turn(f, [x], structure) for x in wrt]
    return _gradients(f, wrt, structure)


def hessian(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> list[list[Expr]]:
    """The second derivatives of a scalar by each two of the variables: the axes of the first, then of the second."""
    require_scalar(f, "Hessian")
    check_structure(structure, wrt)
    if any(map(kind_of, wrt)):
        return mirrored(wrt, lambda i, j: _in_turn(f, [wrt[i], wrt[j]], structure))
    firsts = [_stage(f, [x], _Turn(last=False)) for x in wrt]
    return mirrored(wrt, lambda i, j: _stage(firsts[i], [wrt[i], wrt[j]], _Turn(first=f)))


def mirrored(wrt: Sequence[Expr], block: Callable[[int, int], Any]) -> list[list[Any]]:
    """A square of blocks, those by two scalars the other way round the same."""
    made: list[list[Any]] = []
    for i, x in enumerate(wrt):
        made.append([made[j][i] if j < i and not x.shape + y.shape else block(i, j) for j, y in enumerate(wrt)])
    return made


def differential(f: Expr, *wrt: Expr) -> Expr:
    """d f in dx, dA …, of the variables given or of all symbols of f."""
    variables = wrt or symbols_of(f)
    for x in variables:
        if base_symbol(x) is not x:
            raise SymdiffError(f"a differential is by symbols, not by {show_unicode(x)[:60]}")
    seeds = {x: algebra.differential(x) for x in variables}
    (result,) = differentials([collect(f)], seeds)
    return present(collect(result))


def jvp(f: Expr, wrt: Sequence[Expr], v: Sequence[Expr]) -> Expr:
    """The sum of the Jacobians times their v: the differential of f where each variable moves in its direction."""
    seeds = seeds_of(wrt, v)
    (result,) = differentials([collected(f, wrt)], seeds)
    return present(collect(result))


def vjp(f: Expr, wrt: Sequence[Expr], v: Expr) -> list[Expr]:
    """v times the Jacobian by each variable, in its shape, from one reverse sweep."""
    if v.shape != f.shape:
        raise ShapeError(f"the factor in front is a {show_shape(f.shape)}, not a {show_shape(v.shape)}")
    swept = _swept(collected(f, wrt), wrt, v)
    return present_all(collect_all(swept))


def hvp(f: Expr, wrt: Sequence[Expr], v: Sequence[Expr]) -> list[Expr]:
    """The Hessian of a scalar times v, of any structure: each gradient's differential where all variables move."""
    require_scalar(f, "Hessian")
    seeds = {unstructured(x): move for x, move in seeds_of(wrt, v).items()}
    swept = _swept(collected(f, wrt, restored=False), [unstructured(x) for x in wrt], ONE)
    results = differentials(collect_all(swept), seeds)
    return present_all(collect_all([with_structure(result, _bases(wrt)) for result in results]))


KINDS = ("grad", "diff", "jacobian", "hessian", "differential")


# --- the pipeline ----------------------------------------------------------------------------------------------


class _Turn(NamedTuple):
    """One of several derivatives: whether it is the last, and the symbols whose entries move freely until then.

    Their structure is taken off before the first derivative and put back after the last, so that mixed derivatives
    are the same in every order. Of one derivative alone it is put back once f is collected: `freed` is None.
    """

    last: bool = True
    freed: Sequence[Expr] | None = ()
    structure: str | None = None
    first: Expr | None = None  # what the first was taken of, in whose order names stand


def _in_turn(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> Expr:
    """The derivative by each variable in turn."""
    by = wrt if structure is None else [base_symbol(x) if x.op == "index" else x for x in wrt]
    freed = None if len(wrt) == 1 else _bases(wrt)
    first = f
    for k in range(len(by)):
        f = _stage(f, by[: k + 1], _Turn(k == len(by) - 1, freed, structure, first))
    items = [item for x in wrt for item in (x.attr if x.op == "index" else [Slice(0, n) for n in x.shape])]
    if by is not wrt and any(x.op == "index" for x in wrt):
        f = collect(algebra.add(*(entries_of(term, items) for term in terms(f))))
    return f


def _stage(f: Expr, wrt: Sequence[Expr], turn: _Turn) -> Expr:
    """The derivative by the last of the variables, f being that by those before it: the axes of f, then its own.

    It is presented if it is the last one taken. A structure asked for is imposed on the axes of the variable.
    """
    x, rank = wrt[-1], f.rank + wrt[-1].rank
    limits.require("axes", rank, f"a derivative with {rank} axes")
    if is_stacked(x):
        return _by_stacked(f, x, turn)
    if turn.structure is None and not x.shape and is_long([f]):
        swept = partials(f, [x])
        if swept is not None:
            return _finished(swept, turn.last)[0]
    once = turn.freed is None
    bases = _bases([x]) if turn.freed is None else turn.freed
    ready = collected(f, bases, restored=once)
    by = x if once else unstructured(x)
    raw = _by_array(ready, by) if x.shape else _forward(ready, by, apart=len(wrt) > 1 or not turn.last)
    found = collect(with_structure(raw, bases) if turn.last else raw, apart=not (turn.last or x.shape))
    result = _in_order(f if turn.first is None else turn.first, present(found), ready) if turn.last else found
    return result if turn.structure is None else _imposed(result, wrt, turn)


def _in_order(f: Expr, e: Expr, ready: Expr) -> Expr:
    """A derivative of f, of what f was collected to, with names in the order of f, where it is read."""
    return e if is_long([f, e]) else in_order_of(f, e, ready)


def _by_stacked(f: Expr, z: Expr, turn: _Turn) -> Expr:
    """By vec(X): the axes of f, then one for the stacked entries."""
    if turn.structure is not None or (not turn.last and z.args[0] is not unstructured(z.args[0])):
        raise NotSupported(f"a derivative by {z} with the structure of {z.args[0]}", hint="take it by the matrix")
    result = collect(by_stacked(f, z, lambda g, x: _stage(g, [x], turn)))
    return present(result) if turn.last else result


def _imposed(g: Expr, wrt: Sequence[Expr], turn: _Turn) -> Expr:
    """A derivative by the last of the variables made one by its structure."""
    structure = turn.structure
    assert structure is not None
    mapped = impose(g, wrt, structure)
    if mapped is g:
        return g
    mapped = mapped if turn.last else without_structure(mapped, turn.freed or ())
    result = collect(mapped)
    return present(result) if turn.last else result


def collected(f: Expr, wrt: Sequence[Expr], recorder: Recorder | None = None, restored: bool = True) -> Expr:
    """f collected, with nothing made of the structure of a variable: its entries move freely.

    x'*S*y and y'*S*x are equal for a symmetric S, but their derivatives by the entries of S are not. The structure is
    put back where `restored`.
    """
    bases = _bases(wrt)
    ready = collect(without_structure(f, bases), recorder)
    return with_structure(ready, bases) if restored else ready


def free_leaf(x: Expr) -> Expr:
    """dx in derivatives by x: without the structure of x, as every entry moves by itself."""
    return algebra.differential(unstructured(x))


def _forward(f: Expr, x: Expr, apart: bool) -> Expr:
    """By a scalar: the differential with dx = 1."""
    return differentials([f], unit_seeds(x), apart=apart)[0]


def _by_array(f: Expr, x: Expr) -> Expr:
    """By an array: the differential in dx, then dx on the other side (of a scalar) or its coefficient."""
    base = base_symbol(x)
    if not f.shape and x is base:
        from symdiff.calculus.backward import gradient  # which no scalar needs

        swept = gradient(f, x)
        if swept is not None:
            return swept
    leaf = free_leaf(base)
    (program,) = differentials([f], {base: leaf})
    if f.shape:
        from symdiff.calculus.coefficient import coefficient  # which no scalar needs

        result = coefficient(program, leaf)
    else:
        result = transpose(program, [leaf], ONE)[0]
    return result if x is base else _at_entries(result, x, f.rank)


def _gradients(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> list[Expr]:
    """All gradients of a scalar from one reverse sweep."""
    swept = partials(f, wrt) if is_long([f]) else None
    if swept is not None:
        return _finished(swept)
    return present_all(collect_all(_swept(collected(f, wrt), wrt, ONE, structure)))


def _finished(swept: Sequence[Expr], last: bool = True) -> list[Expr]:
    """Partials of scalars collected, and presented if they are the last taken; as they are where nobody reads them."""
    if is_long(swept):
        return list(swept)
    collected = collect_all(swept)
    return present_all(collected) if last else collected


def _swept(f: Expr, wrt: Sequence[Expr], seed: Expr, structure: str | None = None) -> list[Expr]:
    """The seed times the Jacobian by each variable, in its shape, from one reverse sweep; f is collected."""
    bases = _bases(wrt)
    leaves = [free_leaf(base) for base in bases]
    (program,) = differentials([f], dict(zip(bases, leaves, strict=True)))
    swept = dict(zip(bases, transpose(program, leaves, seed), strict=True))
    if structure is not None:
        swept = {base: impose(found, [base], structure) for base, found in swept.items()}
    if any(x.op == "index" for x in wrt):
        swept = dict(zip(swept, collect_all(swept.values()), strict=True))
    return [_part(swept[base_symbol(x)], x) for x in wrt]


# --- variables -------------------------------------------------------------------------------------------------


def _bases(wrt: Sequence[Expr]) -> list[Expr]:
    """The symbols that variables are, or are parts of, each once."""
    return list(dict.fromkeys(map(base_symbol, wrt)))


def unit_seeds(x: Expr) -> dict[Expr, Expr]:
    """What dx = 1 means: for an entry of an array also a unit tensor for the array itself."""
    base = base_symbol(x)
    if base is x:
        return {x: ONE}
    units = [index(algebra.eye(n), (algebra.Slice(0, n), place)) for n, place in zip(base.shape, x.attr, strict=True)]
    unit = reduce(algebra.outer, units)
    return {base: unit, x: ONE}


def _at_entries(result: Expr, x: Expr, lead: int) -> Expr:
    """The derivative by part of an array: the entries of the derivative by the whole."""
    whole = [algebra.Slice(0, n) for n in result.shape[:lead]]
    return index(result, [*whole, *x.attr])


def _part(result: Expr, x: Expr) -> Expr:
    """What a gradient by the whole symbol has for a variable that is part of it."""
    if is_stacked(x):
        return algebra.vec(result)
    return algebra.add(*(entries_of(term, x.attr) for term in terms(result))) if x.op == "index" else result


def axes_first(result: Expr, f: Expr, x: Expr) -> Expr:
    """From axes of f, x to axes of x, f."""
    return present(turned(result, f.rank)) if f.shape and x.shape else result


def require_scalar(f: Expr, what: str) -> None:
    if f.shape:
        raise ShapeError(f"the {what} is of a scalar, not of a {show_shape(f.shape)}")
