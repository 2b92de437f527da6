"""Derivations: the results of `calculus`, and how they came about, told when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.algebra import Condition
from symdiff.calculus.conditions import conditions
from symdiff.calculus.derive import KINDS, diff, grad, mirrored, require_scalar
from symdiff.calculus.derive import differential as differential_of
from symdiff.calculus.layout import axes_said
from symdiff.calculus.lists import matrix_of, of_scalars
from symdiff.calculus.possible import possible
from symdiff.calculus.structure import check_structure, stated
from symdiff.derivation import Derivation, Told
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

if TYPE_CHECKING:
    from symdiff.inputs import Problem

WAYS = ("operators", "differentials", "traces", "indices")


def derive(
    f: Expr,
    wrt: Expr,
    kind: str = "grad",
    structure: str | None = None,
    before: Sequence[Expr] = (),
    narrate: str | None = None,
    own: Mapping[Expr, str] | None = None,
    order: Sequence[str] = (),
) -> Derivation:
    """The derivation of one derivative: its result is that of the function of this name.

    The derivatives of f by the variables `before` are taken first. `narrate` is the way it is told, None the usual one;
    `own` are nodes that are told by the names that a user gave them, `order` the names as they were declared.
    """
    if narrate is not None and narrate not in WAYS:
        raise SymdiffError(f"no way to tell a derivation {narrate[:40]!r}", hint=f"one of {', '.join(WAYS)}")
    if kind not in KINDS:
        raise SymdiffError(f"unknown kind of derivative {kind!r}", hint=f"one of {', '.join(KINDS)}")
    if kind == "differential" and structure is not None:
        raise SymdiffError("in a differential dX has the structure of X", hint="leave structure= out")
    turns = [*(before or [wrt]), wrt] if kind == "hessian" else [*before, wrt]
    check_structure(structure, turns)
    remarks = [axes_said(kind, f, turns), None if kind == "differential" else stated(wrt, structure)]
    if kind == "hessian":
        require_scalar(f, "Hessian")
    if kind == "differential":
        result = differential_of(f, wrt)
    elif kind == "grad" and not before:
        (result,) = grad(f, [wrt], structure)
    else:
        result = diff(f, *turns, structure=structure)
    found = conditions(f, turns, len(turns), [result])
    told = Asked(f, turns, kind, structure, result, found, narrate, own, order)
    if structure is not None and kind == "grad" and not before and wrt.op == "symbol":
        told.free = Asked(f, turns, kind, None, grad(f, [wrt])[0], found, narrate, own, order)
    return Derivation(result, told, found, remarks=tuple(filter(None, remarks)))


def derive_each(
    f: Expr, wrt: Sequence[Expr], kind: str = "grad", structure: str | None = None, narrate: str | None = None,
    own: Mapping[Expr, str] | None = None, order: Sequence[str] = (),
) -> Derivation:  # fmt: skip
    """The derivation of the derivatives by each of a list of variables, one after the other.

    Its result is a list, of a Hessian by scalars the matrix.
    """
    told: list[Derivation]
    if kind == "hessian":
        blocks = mirrored(wrt, lambda i, j: derive(f, wrt[j], kind, structure, [wrt[i]], narrate, own, order))
        told = list({id(one): one for row in blocks for one in row}.values())
        results: Any = [[one.result for one in row] for row in blocks]
        results = matrix_of(results) if of_scalars(wrt) else results
    else:
        told = [derive(f, x, kind, structure, (), narrate, own, order) for x in wrt]
        results = [one.result for one in told]
    found = possible(c for one in told for c in one.conditions)
    remarks = dict.fromkeys(remark for one in told for remark in one.remarks)
    return Derivation(results, _Each([one.telling for one in told]), found, remarks=tuple(remarks))


def declared(given: Problem) -> tuple[str, ...]:
    """The names that a call declares, not those it infers, in that order."""
    symbols = given.scope.symbols if given.scope is not None else ()
    return tuple(x for x in symbols if not any(x in names for names in given.inferred))


class _Each:
    """Several tellings one after the other."""

    def __init__(self, tellings: Sequence[Any]) -> None:
        self.tellings = tellings

    def told(self, detail: str) -> Told:
        from symdiff.show.page import Break

        pages = [telling.told(detail) for telling in self.tellings]
        parts = {key: value for page in pages for key, value in page.parts.items()}
        items = tuple(item for page in pages for item in (Break(page.header), *page.items, *page.closing))[1:]
        steps = tuple(step for page in pages for step in page.steps)
        names = tuple(name for page in pages for name in page.names)
        return Told(items, steps, parts, lambda e: e, "\n".join(page.header for page in pages[:1]), names)


class Asked:
    """Tells one derivation; each detail once."""

    def __init__(
        self,
        f: Expr,
        turns: Sequence[Expr],
        kind: str,
        structure: str | None,
        result: Expr,
        found: Sequence[Condition],
        narrate: str | None = None,
        own: Mapping[Expr, str] | None = None,
        order: Sequence[str] = (),
    ) -> None:
        self.narrate, self.own, self.order = narrate, own, order
        self.f, self.turns, self.kind, self.structure, self.result = f, turns, kind, structure, result
        self.conditions = found
        self.free: Asked | None = None  # the same with the entries of a structured variable free
        self._told: dict[str, Told] = {}

    def of(self, f: Expr, turns: Sequence[Expr], kind: str) -> Asked:
        """The same result and conditions as those of another derivative."""
        return Asked(f, turns, kind, None, self.result, self.conditions, self.narrate, self.own, self.order)

    def told(self, detail: str) -> Told:
        if detail not in self._told:
            from symdiff.narration.narrator import tell  # which no answer without its steps needs

            self._told[detail] = tell(self, detail)
        return self._told[detail]
