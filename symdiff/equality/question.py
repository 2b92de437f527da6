"""What is asked: two expressions of one shape, what is given of their symbols, and where both have a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from symdiff.algebra import (
    COMPARISONS,
    Condition,
    Function,
    condition,
    differential,
    holds,
    is_complex,
    is_real,
    is_zero,
    ones,
    select,
    split_number,
    spread,
    substitute_all,
    symbol,
    unspread,
    zeros,
)
from symdiff.algebra.implied import simplified
from symdiff.calculus.conditions import conditions
from symdiff.calculus.derive import diff
from symdiff.calculus.derive import differential as differential_of
from symdiff.calculus.possible import possible
from symdiff.dims import show_shape
from symdiff.equality.given import put_in
from symdiff.errors import ShapeError, SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect, simplify

# What fails on points and surfaces alone: the edge of a domain, and no region beside it.
_THIN = frozenset(
    "nonzero invertible full_rank apart off_poles fractional principal separate_spectra simple unique_max unique_min "
    "unique_max_along unique_min_along lone_max lone_min lone_max_along lone_min_along distinct_entries "
    "distinct_eigenvalues".split()
)
_STRICT = {"nonnegative": "positive", "less_equal": "less", "within_closed": "within"}


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
            plain = (c.of(collect) for c in own)
            found.append(tuple(c for c in plain if not self._is_given(c) and holds(c) is not True))
        return found[0], found[1]

    def _is_given(self, c: Condition) -> bool:
        """Whether a condition follows from what is given."""
        return bool(self.given) and _implied(c, self.given)

    @cached_property
    def asked_of_one(self) -> tuple[Condition, ...]:
        """Under which both sides have a value where one has."""
        rest = (c for c in self.both_defined if not all(_implied(c, domain) for domain in self.domains))
        return tuple(c for c in rest if holds(c.of(simplify)) is not True)

    @cached_property
    def both_defined(self) -> tuple[Condition, ...]:
        """Under which both sides have a value, in plain words."""
        return _needed(simplified([*self.domains[0], *self.domains[1]]), self.given)

    @cached_property
    def jumps(self) -> tuple[Condition, ...]:
        """Off the surfaces where one side jumps, which no random point meets: `x*y != 7` for where(x*y == 7, 1, 2).

        Where a symbol is compared with a number, and all are numbers, the points have met it.
        """
        met = not any(s.shape for s in self.symbols)
        first, second = (frozenset(_jumps(side, met)) for side in self.sides)
        return simplified(first ^ second)


def _implied(c: Condition, others: Sequence[Condition]) -> bool:
    """Whether a condition is known to follow from others."""
    return set(simplified([*others, c])) <= set(simplified(others))


def _jumps(e: Expr, met: bool) -> Iterator[Condition]:
    """Where comparisons and signs change, those that were `met` left out: of a symbol and a number, of a symbol."""
    for node in postorder(e):
        if node.op == "compare" and node.attr in COMPARISONS:
            sides = [_plain(arg) for arg in node.args]
            if not met or {"symbol", "number"} != {side.op for side in sides}:
                yield condition("apart", *sides)
        elif node.op == "map" and node.attr in ("sign", "heaviside") and split_number(node.args[0])[1].op != "symbol":
            yield condition("nonzero", node.args[0])


def _plain(e: Expr) -> Expr:
    return unspread(e) or e


def _needed(conditions: tuple[Condition, ...], given: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Conditions without those that others make facts of: x*y >= 0 beside x >= 0 and y >= 0."""
    kept = list(conditions)
    for c in conditions[::-1]:
        others = [other for other in kept if other is not c]
        strict = [strictly(other) for other in (*others, *given)]
        if c.predicate in ("positive", "nonnegative") and strict and c.args[0].op != "symbol":
            (e,), _ = put_in(c.args, strict)
            kept = others if holds(c._replace(args=(e,))) else kept
    return tuple(kept)


def strictly(c: Condition) -> Condition:
    """A condition without its edge, which no random point meets."""
    return c._replace(predicate=_STRICT.get(c.predicate, c.predicate))


def is_thin(c: Condition) -> bool:
    """Whether a condition leaves out points and surfaces alone."""
    return c.predicate in _THIN


def alike(a: Expr, b: Expr) -> list[Expr]:
    """Both sides in one shape, a scalar 0 as zeros, and without differentials: `dx` is a symbol of its own.

    A comparison is 1 where it holds, 0 elsewhere. ShapeError names two shapes that differ.
    """
    a, b = (select(e, ones(e.shape), zeros(e.shape)) if e.op == "compare" else e for e in (a, b))
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
