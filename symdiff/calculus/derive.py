"""Derivatives: gradient, Jacobian, Hessian, differential and the products that never build a matrix.

One pipeline makes answers and steps: collect, differential, adjoint (or coefficient), collect, present, layout. A
`Story`, where one is given, hears every stage. Axes: `diff` and `jacobian` give those of f, then those of the
variable; `grad` gives those of the variable first (denominator layout), as the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

from symdiff import algebra
from symdiff.algebra import ONE, index, symbols_of, terms, trace
from symdiff.algebra.conditions import merge
from symdiff.calculus.adjoint import coefficient, transpose
from symdiff.calculus.differential import differentials
from symdiff.calculus.layout import axes_said, turned
from symdiff.calculus.stacked import by_stacked, is_stacked
from symdiff.calculus.structure import (
    check_structure,
    conditions_with_structure,
    entries_of,
    impose,
    rule_name,
    stated,
    unstructured,
    with_structure,
    without_structure,
)
from symdiff.derivation import Derivation, Step, Story
from symdiff.dims import show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.rewrite import collect, collect_all, present, present_all
from symdiff.show import unicode as show_unicode
from symdiff.syntax.calls import derivative_operators
from symdiff.syntax.tree import Tree


def diff(f: Expr, *wrt: Expr, structure: str | None = None) -> Expr:
    """The derivative by each variable in turn: the axes of f, then those of each variable.

    `structure` says what moves where a variable is a structured matrix: every entry by itself (None), the entries
    that are free of each other ("free"), or its tangent space ("projected").
    """
    check_structure(structure, wrt)
    for k, x in enumerate(wrt):
        f = _derivative(f, x, None, k == len(wrt) - 1, structure, wrt[:k])
    return f


def jacobian(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> list[Expr]:
    """The derivative by each variable: the axes of f, then those of the variable."""
    if not f.shape and len(wrt) > 1:
        return grad(f, wrt, structure)
    check_structure(structure, wrt)
    return [_derivative(f, x, None, structure=structure) for x in wrt]


def grad(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> list[Expr]:
    """The gradient by each variable: its axes, then those of f. A scalar's come from one reverse sweep."""
    check_structure(structure, wrt)
    if f.shape:
        return [_axes_first(_derivative(f, x, None, structure=structure), f, x) for x in wrt]
    if len(wrt) == 1 or any(map(is_stacked, wrt)):
        return [_derivative(f, x, None, structure=structure) for x in wrt]
    return _gradients(f, wrt, structure)


def hessian(f: Expr, wrt: Expr, structure: str | None = None) -> Expr:
    """The second derivative of a scalar: the axes of the variable twice."""
    _require_scalar(f, "Hessian")
    return diff(f, wrt, wrt, structure=structure)


def laplacian(f: Expr, wrt: Expr) -> Expr:
    """The trace of the Hessian by a vector."""
    h = hessian(f, wrt)
    return h if not h.shape else present(collect(trace(h)))


def div(f: Expr, wrt: Expr) -> Expr:
    """The divergence: the trace of the Jacobian of a vector field."""
    if f.shape != wrt.shape or f.rank != 1:
        raise ShapeError(f"the divergence of a {show_shape(f.shape)} by a {show_shape(wrt.shape)}")
    return present(collect(trace(_derivative(f, wrt, None))))


def curl(f: Expr, wrt: Expr) -> Expr:
    """The curl of a field in space: differences of the partial derivatives ∂fᵢ/∂xⱼ."""
    if f.shape != (3,) or wrt.shape != (3,):
        raise ShapeError(f"the curl of a {show_shape(f.shape)} by a {show_shape(wrt.shape)}, not of vectors of 3")

    def partial(i: int, j: int) -> Expr:
        component = algebra.add(*(_component(term, i) for term in terms(f)))
        return _derivative(component, index(wrt, (j,)), None)

    entries = [algebra.sub(partial(i, j), partial(j, i)) for i, j in ((2, 1), (0, 2), (1, 0))]
    return present(collect(algebra.join("stack", entries, 0)))


def differential(f: Expr, *wrt: Expr) -> Expr:
    """d f in dx, dA …, of the variables given or of all symbols of f."""
    variables = wrt or symbols_of(f)
    for x in variables:
        _require_symbol(x)
    seeds = {x: algebra.differential(x) for x in variables}
    (result,) = differentials([collect(f)], seeds)
    return present(collect(result), wrt)


def jvp(f: Expr, wrt: Expr, v: Expr) -> Expr:
    """The Jacobian times v: the differential of f in the direction v."""
    _require_symbol(wrt)
    _require_shape(v, wrt, "the direction")
    (result,) = differentials([_collected(f, [wrt])], {wrt: v})
    return present(collect(result), [wrt])


def vjp(f: Expr, wrt: Expr, v: Expr) -> Expr:
    """v times the Jacobian, in the shape of the variable."""
    _require_symbol(wrt)
    _require_shape(v, f, "the factor in front")
    leaf = _free_leaf(wrt)
    (program,) = differentials([_collected(f, [wrt])], {wrt: leaf})
    (result,) = transpose(program, [leaf], v)
    return present(collect(result), [wrt])


def hvp(f: Expr, wrt: Expr, v: Expr) -> Expr:
    """The Hessian of a scalar times v: the gradient's differential in the direction v, of any structure."""
    _require_scalar(f, "Hessian")
    _require_symbol(wrt)
    _require_shape(v, wrt, "the direction")
    (result,) = differentials([_derivative(f, wrt, None, last=False)], {unstructured(wrt): v})
    return present(collect(with_structure(result, [wrt])), [wrt])


KINDS = ("grad", "diff", "jacobian", "hessian", "differential")


def derive(
    f: Expr, wrt: Expr, kind: str = "grad", structure: str | None = None, before: Sequence[Expr] = ()
) -> Derivation:
    """The derivation of one derivative: its result is that of the function of this name.

    The derivatives of f by the variables `before` are taken first, and not told.
    """
    if kind not in KINDS:
        raise SymdiffError(f"unknown kind of derivative {kind!r}", hint=f"one of {', '.join(KINDS)}")
    if kind == "differential" and structure is not None:
        raise SymdiffError("in a differential dX has the structure of X", hint="leave structure= out")
    check_structure(structure, [*before, wrt])
    remarks = [axes_said(kind, f, [*before, wrt]), None if kind == "differential" else stated(wrt, structure)]
    for k, x in enumerate(before):
        f = _derivative(f, x, None, False, structure, before[:k])
    if is_stacked(wrt) and structure is None and kind != "differential":
        return replace(_told_stacked(f, wrt, kind), remarks=tuple(filter(None, remarks)))
    story = Story(f, None if wrt.shape or kind == "differential" else wrt)
    if kind == "differential":
        result = _told_differential(f, wrt, story)
    elif kind == "hessian":
        _require_scalar(f, "Hessian")
        first = _derivative(f, wrt, story, False, structure)
        story.again(first)
        result = _derivative(first, wrt, story, True, structure, [wrt])
    else:
        result = _derivative(f, wrt, story, True, structure, before)
        if kind == "grad":
            result = _axes_first(result, f, wrt)
            story.laid_out(result, wrt)
    conditions = conditions_with_structure(story.conditions, map(_base, [*before, wrt]))
    return Derivation(result, tuple(story.steps), conditions, remarks=tuple(filter(None, remarks)))


# --- the pipeline ----------------------------------------------------------------------------------------------


def _derivative(
    f: Expr,
    x: Expr,
    story: Story | None,
    last: bool = True,
    structure: str | None = None,
    before: Sequence[Expr] = (),
) -> Expr:
    """The axes of f, then those of x; presented if this is the last derivative taken.

    `before` are the variables of the derivatives already taken: nothing is made of their structure, or that of x,
    until the last one is, as in derivatives their entries move freely. `structure` is then imposed on the axes of x.
    """
    if is_stacked(x):
        return _by_stacked(f, x, [], last, structure)
    if structure is not None and x.op == "index":
        whole = _derivative(f, _base(x), story, last, structure, before)
        return collect(algebra.add(*(entries_of(term, x.attr) for term in terms(whole))), story)
    once = last and not before
    by = x if once else unstructured(x)
    ready = _collected(f, [x], story, restored=once)
    if story is not None:
        story.prepared(ready)
    raw = _forward(ready, by, story) if not x.shape else _by_array(ready, by, story)
    collected = collect(with_structure(raw, map(_base, [*before, x])) if last else raw, story)
    result = present(collected, [x], story) if last else collected
    if story is not None:
        story.rewritten(result)
    return result if structure is None else _imposed(result, [*before, x], story, last, structure)


def _by_stacked(f: Expr, z: Expr, stories: list[Story], last: bool, structure: str | None) -> Expr:
    """By vec(X): the axes of f, then one for the stacked entries. Each derivative on the way has its story."""
    if structure is not None or (not last and z.args[0] is not unstructured(z.args[0])):
        raise NotSupported(f"a derivative by {z} with the structure of {z.args[0]}", hint="take it by the matrix")

    def derivative(g: Expr, x: Expr) -> Expr:
        stories.append(Story(g, None))
        return _derivative(g, x, stories[-1], last)

    result = collect(by_stacked(f, z, derivative))
    return present(result, [z.args[0]]) if last else result


def _told_stacked(f: Expr, z: Expr, kind: str) -> Derivation:
    """The derivation of a derivative by vec(X): those on the way, then the result."""
    stories: list[Story] = []
    first = f
    if kind == "hessian":
        _require_scalar(f, "Hessian")
        first = _by_stacked(f, z, stories, False, None)
    result = _by_stacked(first, z, stories, True, None)
    result = _axes_first(result, f, z) if kind == "grad" else result
    heading = Tree("call", (to_tree(f), to_tree(z)), (kind, ()))
    steps = [step for story in stories for step in story.steps]
    last = Step("stack the columns", steps[-1].after if steps else f, result, relation="layout", heading=heading)
    conditions = merge(*(story.conditions for story in stories))
    return Derivation(result, (*steps, last), conditions_with_structure(conditions, [z.args[0]]))


def _imposed(g: Expr, wrt: Sequence[Expr], story: Story | None, last: bool, structure: str) -> Expr:
    """A derivative by the last of the variables made one by its structure."""
    x = wrt[-1]
    mapped = impose(g, wrt, structure)
    if mapped is g:
        return g
    mapped = mapped if last else without_structure(mapped, [x])
    if story is not None:
        story.imposed(rule_name(x, structure), mapped)
    result = collect(mapped, story)
    result = present(result, [x], story) if last else result
    if story is not None:
        story.rewritten(result)
    return result


def _collected(f: Expr, wrt: Sequence[Expr], story: Story | None = None, restored: bool = True) -> Expr:
    """f collected, with nothing made of the structure of a variable: its entries move freely.

    x'*S*y and y'*S*x are equal for a symmetric S, but their derivatives by the entries of S are not. The structure is
    put back where `restored`.
    """
    bases = list(map(_base, wrt))
    ready = collect(without_structure(f, bases), story)
    return with_structure(ready, bases) if restored else ready


def _free_leaf(x: Expr) -> Expr:
    """dx in derivatives by x: without the structure of x, as every entry moves by itself."""
    return algebra.differential(unstructured(x))


def _forward(f: Expr, x: Expr, story: Story | None) -> Expr:
    """By a scalar: the differential with dx = 1."""
    seeds = _unit_seeds(x)
    (result,) = differentials([f], seeds, story)
    if story is not None:
        story.differentiated(f, seeds, result)
    return result


def _by_array(f: Expr, x: Expr, story: Story | None) -> Expr:
    """By an array: the differential in dx, then dx on the other side (of a scalar) or its coefficient."""
    base = _base(x)
    leaf = _free_leaf(base)
    (program,) = differentials([f], {base: leaf}, story)
    if story is not None:
        story.differentiated(f, {base: leaf}, program)
    if f.shape:
        result, what = coefficient(program, leaf), "jacobian"
    else:
        (result,), what = transpose(program, [leaf], ONE), "gradient"
        if story is not None:
            story.moved([leaf], [result])
    if x is not base:
        result = _at_entries(result, x, f.rank)
    if story is not None:
        story.read_off(result, what, x)
    return result


def _gradients(f: Expr, wrt: Sequence[Expr], structure: str | None = None) -> list[Expr]:
    """All gradients of a scalar from one reverse sweep."""
    bases = list(dict.fromkeys(_base(x) for x in wrt))
    leaves = [_free_leaf(base) for base in bases]
    (program,) = differentials([_collected(f, bases)], dict(zip(bases, leaves, strict=True)))
    swept = dict(zip(bases, transpose(program, leaves, ONE), strict=True))
    if structure is not None:
        swept = {base: impose(found, [base], structure) for base, found in swept.items()}
    raw = [swept[_base(x)] if x.op == "symbol" else _at_entries(swept[_base(x)], x, 0) for x in wrt]
    return present_all(collect_all(raw), wrt)


def _told_differential(f: Expr, x: Expr, story: Story) -> Expr:
    ready = collect(f, story)
    story.prepared(ready)
    seeds = {x: algebra.differential(x)}
    (raw,) = differentials([ready], seeds, story)
    story.differentiated(ready, seeds, raw)
    result = present(collect(raw, story), [x], story)
    story.rewritten(result)
    return result


def _component(e: Expr, i: int) -> Expr:
    """An entry of a vector, of one that is written entry by entry what is written there."""
    return e.args[i] if e.op == "join" and e.attr[0] == "stack" else index(e, (i,))


# --- variables -------------------------------------------------------------------------------------------------


def _base(x: Expr) -> Expr:
    """The symbol a variable is or is an entry or slice of."""
    base = x.args[0] if x.op == "index" else x
    _require_symbol(base)
    return base


def _unit_seeds(x: Expr) -> dict[Expr, Expr]:
    """What dx = 1 means: for an entry of an array also a unit tensor for the array itself."""
    base = _base(x)
    if base is x:
        return {x: ONE}
    units = [
        index(algebra.eye(n), (algebra.Slice(0, n), place)) for n, place in zip(base.shape, x.attr, strict=True)
    ]
    unit = reduce(algebra.outer, units)
    return {base: unit, x: ONE}


def _at_entries(result: Expr, x: Expr, lead: int) -> Expr:
    """The derivative by part of an array: the entries of the derivative by the whole."""
    whole = [algebra.Slice(0, n) for n in result.shape[:lead]]
    return index(result, [*whole, *x.attr])


def _axes_first(result: Expr, f: Expr, x: Expr) -> Expr:
    """From axes of f, x to axes of x, f."""
    return present(turned(result, f.rank), [x]) if f.shape and x.shape else result


def _require_symbol(x: Expr) -> None:
    if x.op != "symbol":
        raise SymdiffError(
            f"a derivative is taken by a variable or its entries, not by {show_unicode(x)[:60]}",
        )
    if "dimension" in x.attr.properties:
        raise SymdiffError(f"{x.attr.name} is the size of an axis: nothing is differentiated by it")


def _require_scalar(f: Expr, what: str) -> None:
    if f.shape:
        raise ShapeError(f"the {what} is of a scalar, not of a {show_shape(f.shape)}")


def _require_shape(v: Expr, like: Expr, what: str) -> None:
    if v.shape != like.shape:
        raise ShapeError(f"{what} is a {show_shape(like.shape)}, not a {show_shape(v.shape)}")


_OPERATORS: dict[str, Callable[..., Expr]] = {
    "diff": lambda f, wrt, structure=None: diff(f, *wrt, structure=structure),
    "grad": lambda f, wrt, structure=None: grad(f, wrt[:1], structure)[0],
    "jacobian": lambda f, wrt, structure=None: jacobian(f, wrt[:1], structure)[0],
    "hessian": lambda f, wrt, structure=None: hessian(f, wrt[0], structure),
    "laplacian": lambda f, wrt: laplacian(f, wrt[0]),
    "div": lambda f, wrt: div(f, wrt[0]),
    "curl": lambda f, wrt: curl(f, wrt[0]),
    "jvp": lambda f, wrt: jvp(f, wrt[0], wrt[1]),
    "vjp": lambda f, wrt: vjp(f, wrt[0], wrt[1]),
    "hvp": lambda f, wrt: hvp(f, wrt[0], wrt[1]),
    "differential": lambda f, wrt: differential(f, *wrt),
}
derivative_operators.update(_OPERATORS)
