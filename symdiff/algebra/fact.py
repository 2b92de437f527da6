"""The facts there are, which imply which, and where they are kept: worked out once a node, bottom up.

A fact that is not there is merely not known to hold. Facts speak of the values an expression has: of `log(t)` that it
is real, since where it is not it has no value.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

from symdiff.algebra import intervals
from symdiff.algebra.intervals import Interval
from symdiff.expr import Expr, recall, remember


class Fact:
    """Known properties, bits of an integer. Sign facts speak of every entry, the matrix facts of the whole."""

    NONE = 0
    REAL = 1
    INTEGER = 1 << 1
    EVEN = 1 << 2
    ODD = 1 << 3
    NONNEGATIVE = 1 << 4
    NONPOSITIVE = 1 << 5
    NONZERO = 1 << 6
    POSITIVE = 1 << 7
    NEGATIVE = 1 << 8
    SYMMETRIC = 1 << 9
    PSD = 1 << 10
    SPD = 1 << 11
    DIAGONAL = 1 << 12
    LOWER = 1 << 13
    UPPER = 1 << 14
    SKEW = 1 << 15
    ORTHOGONAL = 1 << 16
    INVERTIBLE = 1 << 17
    POSITIVE_DIAGONAL = 1 << 18
    # what an expression holds, which is no property of its values
    OPEN = 1 << 19  # a symbol, or a function that is only a name: it is no constant
    UNBOUNDED = 1 << 20  # the constant ∞


WHOLE = Fact.INTEGER | Fact.EVEN | Fact.ODD
STRICT = Fact.NONZERO | Fact.POSITIVE | Fact.NEGATIVE  # what an empty array, or an entry at its limit, takes away
SIGN = Fact.REAL | WHOLE | Fact.NONNEGATIVE | Fact.NONPOSITIVE | STRICT
MATRIX = (
    Fact.SYMMETRIC | Fact.PSD | Fact.SPD | Fact.DIAGONAL | Fact.LOWER | Fact.UPPER | Fact.SKEW | Fact.ORTHOGONAL
    | Fact.INVERTIBLE | Fact.POSITIVE_DIAGONAL
)  # fmt: skip
HELD = Fact.OPEN | Fact.UNBOUNDED
NAMES = {name.lower(): bit for name, bit in vars(Fact).items() if isinstance(bit, int) and bit & (SIGN | MATRIX)}

_IMPLIED = (
    (Fact.POSITIVE, Fact.NONNEGATIVE | Fact.NONZERO),
    (Fact.NEGATIVE, Fact.NONPOSITIVE | Fact.NONZERO),
    (Fact.NONNEGATIVE | Fact.NONZERO, Fact.POSITIVE),
    (Fact.NONPOSITIVE | Fact.NONZERO, Fact.NEGATIVE),
    (Fact.NONNEGATIVE, Fact.REAL),
    (Fact.NONPOSITIVE, Fact.REAL),
    (Fact.NONNEGATIVE | Fact.NONPOSITIVE, Fact.INTEGER | Fact.EVEN),
    (Fact.EVEN, Fact.INTEGER),
    (Fact.ODD, Fact.INTEGER | Fact.NONZERO),
    (Fact.INTEGER, Fact.REAL),
    (Fact.SPD, Fact.PSD | Fact.INVERTIBLE | Fact.POSITIVE_DIAGONAL),
    (Fact.PSD, Fact.SYMMETRIC | Fact.REAL),
    (Fact.PSD | Fact.INVERTIBLE, Fact.SPD),
    (Fact.ORTHOGONAL, Fact.INVERTIBLE),
    (Fact.LOWER | Fact.UPPER, Fact.DIAGONAL),
    (Fact.LOWER | Fact.SYMMETRIC, Fact.DIAGONAL),
    (Fact.UPPER | Fact.SYMMETRIC, Fact.DIAGONAL),
    (Fact.LOWER | Fact.SKEW, Fact.DIAGONAL),
    (Fact.UPPER | Fact.SKEW, Fact.DIAGONAL),
    (Fact.DIAGONAL, Fact.SYMMETRIC | Fact.LOWER | Fact.UPPER),
)
_closed: dict[int, int] = {}


def close(found: int) -> int:
    """The facts with all that they imply."""
    known = _closed.get(found)
    if known is None:
        known, before = found, ~found
        while known != before:
            before = known
            for facts, more in _IMPLIED:
                if known & facts == facts:
                    known |= more
        _closed[found] = known
    return known


class Deduced(NamedTuple):
    """What is known of a node: facts, bounds of its entries where they are more than signs; in which books."""

    facts: int
    bounds: Interval | None
    books: object


books: ContextVar[object] = ContextVar("books of facts", default=None)  # what functions are depends on the books
Row = Callable[[Expr], tuple[int, Interval | None]]
ROWS: dict[str, Row] = {}  # by op; `facts` has them


def deduced(e: Expr) -> Deduced:
    """All that is known of e."""
    now = books.get()
    known: Deduced | None = recall(e, "facts")
    if known is not None and known.books is now:
        return known
    stack = [e]
    while stack:
        node = stack.pop()
        known = recall(node, "facts")
        if known is not None and known.books is now:
            continue
        missing = [arg for arg in node.args if (of_arg := recall(arg, "facts")) is None or of_arg.books is not now]
        if missing:
            stack += (node, *reversed(missing))
        else:
            known = _deduce(node, now)
            remember(node, "facts", known)
    assert known is not None
    return known


def _deduce(e: Expr, now: object) -> Deduced:
    row = ROWS.get(e.op)
    found, bounds = row(e) if row is not None else (Fact.NONE, None)
    held = Fact.NONE
    for arg in e.args:
        held |= facts(arg)
    held &= HELD
    if held & Fact.UNBOUNDED:  # at ∞ a bound may be reached
        found, bounds = found & ~(STRICT | WHOLE), None
    found = close(found)
    if bounds is not None:
        found = close(found | _signs(bounds))
    return Deduced(found | held, bounds, now)


def _signs(bounds: Interval) -> int:
    """The sign facts of what lies between bounds."""
    found = Fact.REAL
    if bounds.low >= 0:
        found |= Fact.NONNEGATIVE
    if bounds.high <= 0:
        found |= Fact.NONPOSITIVE
    if bounds.low > 0 or (bounds.low == 0 and bounds.low_open) or bounds.high < 0:
        found |= Fact.NONZERO
    return found | Fact.NONZERO if bounds.high == 0 and bounds.high_open else found


def facts(e: Expr) -> int:
    """The facts of e, as bits."""
    known: Deduced | None = None if e.cache is None else e.cache.get("facts")
    return known.facts if known is not None and known.books is books.get() else deduced(e).facts


def bounds(e: Expr) -> Interval | None:
    """Between which numbers all entries of e lie; None where it is not known to be real."""
    known = deduced(e)
    if known.bounds is not None:
        return known.bounds
    return sign_bounds(known.facts)


def sign_bounds(found: int) -> Interval | None:
    """The bounds that sign facts alone give."""
    if not found & Fact.REAL:
        return None
    limits = _OF_SIGNS.get(found & _SIGNS)  # none where contrary facts say that there is no value
    return _OF_INTEGERS.get(limits, limits) if limits is not None and found & Fact.INTEGER else limits


_SIGNS = Fact.NONNEGATIVE | Fact.NONPOSITIVE | Fact.POSITIVE | Fact.NEGATIVE
_OF_SIGNS = {
    0: intervals.EVERYTHING,
    close(Fact.POSITIVE) & _SIGNS: intervals.POSITIVE,
    close(Fact.NEGATIVE) & _SIGNS: intervals.NEGATIVE,
    Fact.NONNEGATIVE: intervals.NONNEGATIVE,
    Fact.NONPOSITIVE: intervals.NONPOSITIVE,
    Fact.NONNEGATIVE | Fact.NONPOSITIVE: intervals.point(0),
}
_OF_INTEGERS = {intervals.POSITIVE: intervals.ONE_OR_MORE, intervals.NEGATIVE: intervals.MINUS_ONE_OR_LESS}
