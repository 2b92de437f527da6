"""Is this the derivative? Three oracles, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from symdiff.algebra import Condition
from symdiff.algebra.conditions import merge
from symdiff.book import conditions_of
from symdiff.calculus.derive import diff, grad, hessian, jacobian
from symdiff.calculus.structure import check_structure
from symdiff.dims import Shape, show_shape
from symdiff.errors import LimitError, NotSupported, SymdiffError
from symdiff.evaluate import Point
from symdiff.expr import Expr, postorder
from symdiff.oracles.components import components
from symdiff.oracles.duality import duality
from symdiff.oracles.evidence import Counterexample, Evidence
from symdiff.oracles.finite import finite_differences
from symdiff.oracles.points import find_points, size_choices
from symdiff.oracles.variable import Variable

_KINDS: dict[str, Callable[[Expr, Expr, str | None], Expr]] = {
    "grad": lambda f, x, structure: grad(f, [x], structure)[0],
    "diff": lambda f, x, structure: diff(f, x, structure=structure),
    "jacobian": lambda f, x, structure: jacobian(f, [x], structure)[0],
    "hessian": lambda f, x, structure: hessian(f, [x], structure)[0][0],
}
_SIZES = (3, 4, 2, 5)  # of the dimensions in numbers
_SMALL = (2, 3)  # and for sympy
_SEED = 20


@dataclass(frozen=True)
class Verdict:
    """What the oracles say: `ok` is True, False, or None where none of them could decide.

    `conditions` are those the points were chosen within; `counterexample` is a point with both numbers, where
    `ok` is False.
    """

    ok: bool | None
    evidence: tuple[Evidence, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def counterexample(self) -> Counterexample | None:
        return next((e.counterexample for e in self.evidence if e.counterexample is not None), None)

    def __bool__(self) -> bool:
        return self.ok is True

    def __str__(self) -> str:
        head = {True: "right", False: "wrong", None: "undecided"}[self.ok]
        lines = [head, *(f"  {evidence}" for evidence in self.evidence)]
        if self.counterexample is not None:
            lines += [f"  {line}" for line in str(self.counterexample).splitlines()]
        return "\n".join(lines)


def check(
    f: Expr, wrt: Expr, result: Expr | None = None, kind: str = "grad", structure: str | None = None
) -> Verdict:
    """Whether `result` (or what the engine finds) is the derivative of f, axes as the kind has them.

    `kind` is grad, diff, jacobian or hessian, `structure` what moves of a structured variable: every entry (None),
    those that are "free", or the tangent space ("projected"). Raises SymdiffError for another kind or a result of
    another shape, NotSupported for what the engine cannot differentiate and a variable that is no part of a symbol.
    """
    if kind not in _KINDS:
        raise SymdiffError(f"no derivative of kind {kind!r}", hint=f"the kinds are {', '.join(_KINDS)}")
    check_structure(structure, [wrt])
    variable = Variable(wrt, structure)
    found = _KINDS[kind](f, wrt, structure) if result is None else result
    expected = _shape(f, wrt, kind)
    if found.shape != expected:
        raise SymdiffError(
            f"the result is a {show_shape(found.shape)}, but the {kind} is a {show_shape(expected)}"
        )
    conditions = _conditions(f, variable.symbol)
    if kind == "hessian":
        conditions = merge(conditions, _conditions(grad(f, [wrt])[0], variable.symbol))
    try:
        return _ask(f, variable, found, kind, conditions)
    except (LimitError, NotSupported) as why:
        return Verdict(None, (Evidence("points", None, why.message),), conditions)


def _ask(f: Expr, variable: Variable, result: Expr, kind: str, conditions: tuple[Condition, ...]) -> Verdict:
    """The verdict of the three oracles."""
    points = _points(f, variable, result, conditions, _SIZES, each=2)
    small = _points(f, variable, result, conditions, _SMALL, each=1)[:1]
    by_steps = finite_differences(f, variable, result, kind, points, _SEED)
    if kind == "hessian" and variable.curved:
        return Verdict(by_steps.ok, (by_steps,), conditions)  # the others do not follow curves
    by_duality = duality(f, variable, result, kind, points[:2], _SEED)
    by_components = components(f, variable, result, kind, small)
    independent = (by_steps.ok, by_components.ok)
    ok = False if False in (*independent, by_duality.ok) else True if True in independent else None
    return Verdict(ok, (by_steps, by_duality, by_components), conditions)


def _points(
    f: Expr,
    variable: Variable,
    result: Expr,
    conditions: Sequence[Condition],
    sizes: Sequence[int],
    each: int,
) -> list[Point]:
    """Points within the conditions, for two assignments of sizes where there are two that allow any."""
    found: list[Point] = []
    choices = size_choices([f, variable.wrt, result], sizes)
    for k, choice in enumerate(choices):
        found += islice(find_points(f, [variable.symbol, result], conditions, choice, _SEED + k), each)
        if len(found) >= 2 * each:
            break
    return found


def _conditions(f: Expr, x: Expr) -> tuple[Condition, ...]:
    """Where f has a value, and is smooth in x."""
    moving: set[Expr] = {x}
    found = []
    for node in postorder(f):
        if node.op != "stop" and any(arg in moving for arg in node.args):
            moving.add(node)
        found.append(conditions_of(node, smooth=node in moving))
    return merge(*found)


def _shape(f: Expr, wrt: Expr, kind: str) -> Shape:
    """The axes a derivative of this kind has."""
    if kind == "grad":
        return (*wrt.shape, *f.shape)
    return (*f.shape, *wrt.shape, *(wrt.shape if kind == "hessian" else ()))
