"""From an Expr to its shortest Tree: every node is planned (what it needs written first), then written.

A node is written in one of two forms: in full, or `loose`, the form that broadcasts beside a thing of its
full shape (a scalar for its spread, `b'` under every row, sums that keep their axes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from symdiff.algebra import ONE as UNIT
from symdiff.algebra import is_constant
from symdiff.expr import Expr, planned, postorder
from symdiff.notation.nodes import PLAIN, SHARED, operands
from symdiff.notation.reductions import (
    Reduction,
    Smaller,
    broadcasts,
    divisor,
    kept,
    reduction,
    smaller,
    stretched,
)
from symdiff.notation.scalars import Scalars, multiplied, quotient
from symdiff.notation.write import ONE, call, negated, number, size, transposed
from symdiff.syntax.tree import Tree

Lookup = Callable[[Expr, bool], Tree]
Need = tuple[Expr, bool]


class Plan(Protocol):
    """How a node will be written, and what has to be written before."""

    def needs(self) -> Sequence[Need]: ...

    def write(self, tree: Lookup) -> Tree: ...


# names that a symbol of the same expression may have taken from a constant, spelled another way
_SPELLED = {
    "e": call("exp", number(1)),
    "pi": call("acos", number(-1)),
    "i": Tree("sqrt", (number(-1),)),
    "oo": negated(call("log", number(0))),
}


def to_tree(e: Expr, row: bool = False, within: Expr | None = None) -> Tree:
    """The shortest way to write e, on its own or as a part `within` another. A vector is a column, with `row` a row."""
    done = _clashes(within or e)

    def tree(node: Expr, loose: bool = False) -> Tree:
        return done[node, loose]

    root = (e, False)
    for need, plan in planned([root], lambda need: _plan(*need), lambda plan: plan.needs(), done):
        if row and need == root and e.rank == 1:
            from symdiff.notation.products import Product

            return plan.write(tree, True) if isinstance(plan, Product) else transposed(plan.write(tree))
        done[need] = plan.write(tree)
    return done[root]


def pieces(roots: Sequence[Expr]) -> dict[Need, tuple[Tree, Sequence[Need]]]:
    """All that is written to write the roots, what it is made of first: the Tree of each, and what stands in it."""
    done = _clashes(*roots)

    def tree(node: Expr, loose: bool = False) -> Tree:
        return done[node, loose]

    found: dict[Need, tuple[Tree, Sequence[Need]]] = {need: (tree, ()) for need, tree in done.items()}
    for need, plan in planned([(e, False) for e in roots], lambda need: _plan(*need), lambda plan: plan.needs(), done):
        done[need] = plan.write(tree)
        found[need] = done[need], plan.needs()
    return found


def _clashes(*roots: Expr) -> dict[Need, Tree]:
    """Constants that can't go by their names here, because a symbol has them."""
    nodes = postorder(*roots)
    constants = [e for e in nodes if e.op == "constant" and isinstance(e.attr, str) and e.attr in _SPELLED]
    names = {e.attr.name for e in nodes if e.op == "symbol"} if constants else set()
    return {(e, False): _SPELLED[e.attr] for e in constants if e.attr in names}


def _plan(e: Expr, loose: bool) -> Plan:
    if loose:
        return _loose_plan(e)
    if e.op == "einsum":
        from symdiff.notation.products import Product

        reduced = kept(e) or reduction(e)
        return Reduced(reduced) if reduced is not None else spelled_out(e) or Product.of(e)
    if e.op == "mul":
        return Multiplied(e)
    if e.op == "reshape":
        from symdiff.notation.kronecker import kronecker

        blocks = kronecker(e)
        if blocks is not None:
            return blocks
    if e.op in SHARED:
        return Spread(e, operands(e), lambda parts: SHARED[e.op](e, parts))
    reduced = reduction(e)
    if reduced is not None:
        return Reduced(reduced)
    return Plain(e)


def _loose_plan(e: Expr) -> Plan:
    base = divisor(e)
    if base is not None:
        return Wrapped([(base, True)], lambda below: Tree("dotquotient", (ONE, below)))
    found = smaller(e)
    if isinstance(found, Reduction):
        return Reduced(found)
    return Repeated(found) if found is not None else Wrapped([(e, False)], lambda full: full)


class Wrapped:
    """A tree made of the trees of some expressions."""

    def __init__(self, needs: Sequence[Need], make: Callable[..., Tree]) -> None:
        self._needs = needs
        self._make = make

    def needs(self) -> Sequence[Need]:
        return self._needs

    def write(self, tree: Lookup) -> Tree:
        return self._make(*(tree(*need) for need in self._needs))


class Plain(Wrapped):
    """A node that is written from its arguments alone."""

    def __init__(self, e: Expr) -> None:
        super().__init__([(a, False) for a in e.args], lambda *parts: PLAIN[e.op](e, parts))


class Spread:
    """A node whose arguments meet at one shape: those that only repeat something smaller are written so."""

    def __init__(self, e: Expr, args: Sequence[Expr], make: Callable[[Sequence[Tree]], Tree]) -> None:
        looser = [bool(e.shape) and not _beside_eye(e) and broadcasts(a) for a in args]
        if all(looser) or len(args) > len(e.args):  # the largest of several has its shape from the first
            looser[0] = False
        self._needs = list(zip(args, looser, strict=True))
        self._make = make

    def needs(self) -> Sequence[Need]:
        return self._needs

    def write(self, tree: Lookup) -> Tree:
        return self._make([tree(*need) for need in self._needs])


def _beside_eye(e: Expr) -> bool:
    """Whether e is a sum with an identity: `eye(n) + 1` would be taken for 2*eye(n)."""
    return e.op == "add" and any(is_constant(part, "eye") for term in e.args for part in (term, *term.args))


class Multiplied:
    """A product of scalars."""

    def __init__(self, e: Expr) -> None:
        self.scalars = Scalars(e)

    def needs(self) -> Sequence[Need]:
        return [(e, False) for e in self.scalars.needs()]

    def write(self, tree: Lookup) -> Tree:
        negative, over, under = self.scalars.gather(lambda e: tree(e, False))
        return quotient(negative, multiplied(over), under)


class Reduced:
    """A reduction along axes, with its scalars."""

    def __init__(self, found: Reduction) -> None:
        self.found = found
        self.scalars = Scalars(*found.coefficients)
        self.name = "mean" if self.scalars.average(found) else found.name

    def needs(self) -> Sequence[Need]:
        return [(e, False) for e in (*self.scalars.needs(), *self.found.arguments)]

    def write(self, tree: Lookup) -> Tree:
        body = self.found.write(self.name, [tree(a, False) for a in self.found.arguments])
        negative, over, under = self.scalars.gather(lambda e: tree(e, False))
        return quotient(negative, multiplied(over, [body]), under)


class Repeated:
    """What e repeats, with its scalars; `around` are factors that spell the repetition out."""

    def __init__(self, found: Smaller, around: tuple[Sequence[Tree], Sequence[Tree]] = ((), ())) -> None:
        self.found = found
        self.scalars = Scalars(found.coefficient)
        inner = reduction(found.part)
        self.mean = inner if inner and inner.coefficients == (UNIT,) and self.scalars.average(inner) else None
        self.around = around

    def needs(self) -> Sequence[Need]:
        parts = self.mean.arguments if self.mean else (self.found.part,)
        return [(e, False) for e in (*self.scalars.needs(), *parts)]

    def write(self, tree: Lookup) -> Tree:
        left, right = self.around
        if self.mean:
            part = self.mean.write("mean", [tree(a, False) for a in self.mean.arguments])
        else:
            part = tree(self.found.part, False)
        negative, over, under = self.scalars.gather(lambda e: tree(e, False))
        body = [*left, transposed(part) if self.found.row else part, *right]
        return quotient(negative, multiplied(over, body), under)


def spelled_out(e: Expr) -> Repeated | None:
    """A matrix repeated along axes of length 1, as a product with ones: S*ones(1, n)."""
    axes = stretched(e) if e.rank == 2 else ()
    if not axes:
        return None
    left = [call("ones", size(e.shape[0]), number(1))] if 0 in axes else []
    right = [call("ones", number(1), size(e.shape[1]))] if 1 in axes else []
    return Repeated(Smaller(e.args[0], e.args[1]), (left, right))
