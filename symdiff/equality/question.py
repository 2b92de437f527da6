"""What is asked: two expressions of one shape, what is given of their symbols, and where both have a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from symdiff.algebra import (
    Condition,
    Function,
    differential,
    is_complex,
    is_real,
    is_zero,
    spread,
    substitute_all,
    symbol,
)
from symdiff.algebra.implied import simplified
from symdiff.calculus.conditions import conditions
from symdiff.calculus.derive import diff
from symdiff.calculus.derive import differential as differential_of
from symdiff.derivation import possible
from symdiff.dims import show_shape
from symdiff.errors import ShapeError, SymdiffError
from symdiff.expr import Expr, postorder

# What fails on points and surfaces alone: the edge of a domain, and no region beside it.
_THIN = frozenset(
    "nonzero invertible full_rank apart off_poles fractional principal separate_spectra simple unique_max unique_min "
    "unique_max_along unique_min_along lone_max lone_min lone_max_along lone_min_along distinct_entries "
    "distinct_eigenvalues".split()
)


@dataclass(frozen=True)
class Question:
    """Whether two expressions agree where the conditions `given` hold."""

    a: Expr
    b: Expr
    given: tuple[Condition, ...] = ()
    functions: dict[str, Function] = field(init=False, compare=False)
    symbols: list[Expr] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        nodes = postorder(self.a, self.b, *(part for c in self.given for part in c.parts))
        own = [n for n in nodes if n.op == "symbol" and "dimension" not in n.attr.properties]
        object.__setattr__(self, "symbols", own)
        object.__setattr__(self, "functions", {n.attr[0].name: n.attr[0] for n in nodes if n.op == "derivative"})

    @property
    def sides(self) -> tuple[Expr, Expr]:
        return self.a, self.b

    @cached_property
    def is_complex(self) -> bool:
        return any(map(is_complex, self.sides))

    @cached_property
    def never(self) -> bool:
        """Whether it is known that a side has a value nowhere, or both have none together."""
        try:
            possible([c for side in self.sides for c in conditions(side)])
        except SymdiffError:
            return True
        return not self.is_complex and not all(map(is_real, self.sides))

    @cached_property
    def domains(self) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
        """Under which each side has a value, as far as that is not given."""
        found = []
        for side in self.sides:
            try:
                own = conditions(side)
            except SymdiffError:  # it has a value nowhere
                own = ()
            found.append(tuple(c for c in own if c not in self.given))
        return found[0], found[1]

    @cached_property
    def asked_of_one(self) -> tuple[Condition, ...]:
        """Under which both sides have a value where one has."""
        first, second = (frozenset(domain) for domain in self.domains)
        both = first & second
        return tuple(c for c in self.both_defined if c not in both)

    @cached_property
    def both_defined(self) -> tuple[Condition, ...]:
        """Under which both sides have a value, in plain words."""
        return simplified([*self.domains[0], *self.domains[1]])


def is_thin(c: Condition) -> bool:
    """Whether a condition leaves out points and surfaces alone."""
    return c.predicate in _THIN


def alike(a: Expr, b: Expr) -> list[Expr]:
    """Both sides in one shape, a scalar 0 as zeros, and without differentials: `dx` is a symbol of its own.

    ShapeError names two shapes that differ.
    """
    if a.shape != b.shape:
        a, b = (spread(e, other.shape) if is_zero(e) and not e.shape else e for e, other in ((a, b), (b, a)))
    if a.shape != b.shape:
        raise ShapeError(
            f"the sides have different shapes: `{_short(a)}` is a {show_shape(a.shape)}, "
            f"`{_short(b)}` is a {show_shape(b.shape)}"
        )
    return _worked_out([a, b])


def _short(e: Expr) -> str:
    told = str(e)
    return told if len(told) <= 60 else f"{told[:57]}…"


def _worked_out(exprs: Sequence[Expr]) -> list[Expr]:
    """Expressions without differentials: `d[e]` as what it is in dx, then a symbol for each dx."""
    nodes = postorder(*exprs)
    formal = [n for n in nodes if n.op == "differential" and (n.attr is not None or n.args[0].op != "symbol")]
    found: dict[Expr, Expr] = {}
    for node in formal:  # inner ones first
        (inner,) = substitute_all(node.args, found)
        found[node] = differential_of(inner) if node.attr is None else diff(inner, node.attr)
    worked = substitute_all(exprs, found)
    nodes = postorder(*worked)
    taken = {n.attr.name for n in nodes if n.op == "symbol"}
    changes: dict[Expr, Expr] = {}
    for node in nodes:
        if node.op == "differential":
            x = node.args[0]
            name = f"d{x.attr.name}"
            while name in taken:
                name += "_"
            changes[differential(x)] = symbol(name, x.shape, x.attr.properties - {"positive", "spd", "orthogonal"})
    return substitute_all(worked, changes)
