"""What the books say of the values of a function: data that facts follow from.

The books lie above: they register how they are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from symdiff.algebra.fact import MATRIX, STRICT, Fact, bounds, close, facts
from symdiff.algebra.intervals import Interval
from symdiff.dims import at_least_one
from symdiff.expr import Expr

if TYPE_CHECKING:
    from symdiff.algebra.conditions import Condition

_OF_REALS = ~MATRIX | Fact.PSD | Fact.SPD  # what is said of real arguments alone, unless it is said to be so everywhere
_ORDERED = frozenset({"positive", "nonnegative", "less", "less_equal", "within", "within_closed", "principal", "spd"})


class Premise(NamedTuple):
    """What an argument must be: have facts, lie between bounds."""

    place: int
    facts: int
    bounds: Interval | None = None

    def holds(self, args: Sequence[Expr]) -> bool:
        arg = args[self.place]
        if facts(arg) & self.facts != self.facts:
            return False
        known = bounds(arg) if self.bounds is not None else None
        return self.bounds is None or (known is not None and known.within(self.bounds))


class Deduction(NamedTuple):
    """What a function's value is where its arguments are as stated."""

    facts: int
    bounds: Interval | None = None
    premises: tuple[Premise, ...] = ()

    def holds(self, args: Sequence[Expr]) -> bool:
        return all(premise.holds(args) for premise in self.premises)


class Said(NamedTuple):
    """What the entry of a function says of its values."""

    everywhere: tuple[Deduction, ...] = ()  # of complex arguments too
    deductions: tuple[Deduction, ...] = ()
    keeps: int = 0  # what it passes on of its first argument
    elementwise: bool = False
    leaves_reals: bool = False  # real arguments outside its domain have a value in the plane


Lookup = Callable[[Expr], Said | None]
Domain = Callable[[Expr], Iterable["Condition"]]
_said: list[Lookup] = []
_domain: list[Domain] = []


def register(said: Lookup, domain: Domain) -> None:
    """Where facts look up what the books say of a function node, and what its domain asks for beyond what is known."""
    _said[:], _domain[:] = [said], [domain]


def domain(e: Expr) -> Iterable[Condition]:
    """The conditions under which a node has a value, without those that are known to hold."""
    return _domain[0](e) if _domain else ()


def of_function(e: Expr) -> tuple[int, Interval | None]:
    """Facts and bounds of a node that is a function of the books."""
    said = _said[0](e) if _said else None
    if said is None:
        return Fact.NONE, None
    known = [facts(arg) for arg in e.args]
    found = Fact.NONE
    for deduction in said.everywhere:
        found |= deduction.facts if deduction.holds(e.args) else Fact.NONE
    if not found & Fact.REAL and all(part & Fact.REAL for part in known) and _stays_real(e, said, known):
        found |= Fact.REAL
    given, limits = known[0] & said.keeps, None
    for deduction in said.deductions:
        if deduction.holds(e.args):
            given |= deduction.facts
            if deduction.bounds is not None:
                limits = deduction.bounds if limits is None else limits.meet(deduction.bounds)
    if said.elementwise and all(part & Fact.SYMMETRIC for part in known):
        given |= Fact.SYMMETRIC
    if not found & Fact.REAL:
        given, limits = given & ~_OF_REALS, None
    if len(e.shape) != 2 or e.shape[0] != e.shape[1]:
        given &= ~MATRIX
    if not all(at_least_one(d) for arg in (e, *e.args) for d in arg.shape):
        given, limits = close(given) & ~STRICT, limits and limits.closed()
    return found | given, limits


def _stays_real(e: Expr, said: Said, known: Sequence[int]) -> bool:
    """Whether real arguments give a real value.

    They do where there is any; a constant that may, or anything that must lie outside the domain, has a value in the
    plane instead.
    """
    from symdiff.algebra.conditions import holds  # which asks for facts of the arguments

    if not said.leaves_reals:
        return True
    open_ = any(part & Fact.OPEN for part in known)
    if open_ and not any(part & (Fact.NONPOSITIVE | Fact.NONNEGATIVE) for part in known):
        return True  # most that is there; without a sign nothing below is decided either
    doubts = [c for c in domain(e) if c.predicate in _ORDERED]
    return not any(holds(c) is False for c in doubts) if open_ else not doubts
