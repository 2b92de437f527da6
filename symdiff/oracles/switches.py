"""Where expressions change their piece: what is compared, chosen, or stands at an edge of a domain.

A switch is a difference whose sign tells on which side a point is. It is found in what functions mean (the comparisons
in their definitions) and in what the books ask of smooth places and domains; so a kink has both its sides wherever it
lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symdiff.algebra import (
    ONE,
    ZERO,
    Condition,
    Fact,
    complex_part,
    facts,
    is_integer,
    is_nonnegative,
    is_real,
    spread,
    sub,
    unspread,
)
from symdiff.book import conditions_of, expand
from symdiff.evaluation import Array
from symdiff.expr import Expr, postorder

_NOISE = 1e-9  # relative: a difference below has no sign in floats
_FEW = 16  # entries that are told apart


@dataclass(frozen=True)
class Switch:
    """`left - right`: on one side where it is positive, on the other where it is negative.

    With `winner`, "max" or "min", `left` is what a largest or smallest entry is taken of, and each entry has a turn.
    With `equal` what counts is whether the difference is 0, which between whole numbers is a place of its own always.
    """

    left: Expr
    right: Expr
    winner: str = ""
    equal: bool = False

    def sides(self, left: Array, right: Array) -> Iterator[tuple[Any, ...]]:
        """The places a point with these values is at."""
        import numpy as np

        if self.winner:
            yield ("first", int(np.argmax(left) if self.winner == "max" else np.argmin(left)))
            return
        with np.errstate(all="ignore"):
            gap = np.ravel(left - right)
            margin = _NOISE * np.ravel(np.abs(left) + np.abs(right))
        apart = self._entries_differ(gap.size)
        sides = {">": gap > margin, "<": gap < -margin, "==": gap == 0, "!=": abs(gap) > margin}
        for word, there in sides.items():
            if apart:
                yield from ((word, int(k)) for k in np.flatnonzero(there))
            elif np.any(there):
                yield (word,)

    def places(self, entries: int) -> list[tuple[Any, ...]]:
        """All places there are, those that facts rule out left aside; `entries` is how many a value has."""
        if self.winner:
            return [("first", k) for k in range(entries)]
        words = self._possible()
        if self._entries_differ(entries):
            return [(word, k) for word in words for k in range(entries)]
        return [(word,) for word in words]

    def _possible(self) -> list[str]:
        """The sides that facts do not rule out."""
        gap, whole = sub(self.left, self.right), is_integer(self.left) and is_integer(self.right)
        below = not is_nonnegative(gap)
        above = not facts(gap) & Fact.NONPOSITIVE
        zero = whole and not facts(gap) & Fact.NONZERO  # of other numbers by structure, or nowhere to be found
        sides = {"!=": True, "==": zero} if self.equal else {"<": below, ">": above, "==": zero}
        return [word for word, possible in sides.items() if possible]

    def _entries_differ(self, entries: int) -> bool:
        """Whether not all entries are made in one way, so that it matters which of them is on a side."""
        return entries <= _FEW and self._is_of_literals

    @cached_property
    def _is_of_literals(self) -> bool:
        return bool(self.left.shape) and any(map(_is_literal, postorder(self.left, self.right)))

    def text(self, place: tuple[Any, ...]) -> str:
        """A place in words."""
        if self.winner:
            return f"entry {place[1]} of {self.left} the one that {self.winner} takes"
        entry = f" in entry {place[1]}" if len(place) > 1 else ""
        return f"{self.left} {place[0]} {self.right}{entry}"


def switches_of(*exprs: Expr) -> tuple[list[Switch], list[Switch]]:
    """The switches of expressions: at kinks and branches, and at edges of a domain or of a symbol's sign."""
    kinks: dict[Switch, None] = {}
    edges: dict[Switch, None] = {}
    for node in _meant(exprs):
        kinks.update(dict.fromkeys(_kinks(node)))
        edges.update(dict.fromkeys(_edges(node)))
    return list(kinks), [s for s in edges if s not in kinks and len(s.places(1)) > 1]


def _kinks(node: Expr) -> Iterator[Switch]:
    if node.op == "compare" and len(node.args) == 2 and node.attr not in ("and", "or"):
        a, b = node.args
        if is_real(a) and is_real(b):
            yield _between(a, b, equal=node.attr in ("==", "!="))
    elif node.op == "reduce" and node.attr[0] in ("max", "min") and node.args[0].op == "join":
        yield Switch(node.args[0], node.args[0], winner=node.attr[0])
    elif node.op == "map" and node.attr in ("floor", "round"):
        yield _between(node.args[0], ZERO)
    if node.op in ("map", "call"):
        domain = conditions_of(node, smooth=False)
        smooth = [c for c in conditions_of(node) if c not in domain and c.predicate in ("nonzero", "apart")]
        yield from (switch for c in smooth for switch in _of_condition(c))


def _edges(node: Expr) -> Iterator[Switch]:
    if node.op == "symbol":
        properties = node.attr.properties
        if "complex" in properties:
            yield from (_between(complex_part(name, node), ZERO) for name in ("real", "imag"))
        elif not properties & {"positive", "dimension"}:
            yield _between(node, ZERO)
    elif node.op == "map" and node.attr == "atan2":
        yield from (_between(arg, ZERO) for arg in node.args if is_real(arg))
    elif node.op == "map" and node.attr in ("floor", "round"):
        yield _between(node.args[0], ONE)  # a step of many, where values reach it
    for c in conditions_of(node) if node.op in ("map", "call", "mul") else ():
        yield from _of_condition(c)


def _of_condition(c: Condition) -> Iterator[Switch]:
    if not all(map(is_real, c.args)):
        return
    if c.predicate in ("nonzero", "positive", "nonnegative"):
        yield _between(c.args[0], ZERO)
    elif c.predicate in ("apart", "less", "less_equal"):
        yield _between(c.args[0], c.args[1])
    elif c.predicate in ("within", "within_closed"):
        yield from (_between(c.args[0], bound) for bound in c.args[1:])


def _between(a: Expr, b: Expr, equal: bool = False) -> Switch:
    """The switch between two expressions, of which one may be a scalar for all entries of the other."""
    shape = a.shape or b.shape
    left, right = (e if e.shape else spread(e, shape) for e in (a, b))
    return Switch(left, right, equal=equal)


def _meant(exprs: Iterable[Expr]) -> Iterator[Expr]:
    """All nodes that the expressions and their functions' definitions are made of, conditions' too; each once."""
    seen: set[Expr] = set()
    stack = list(exprs)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        stack += node.args if not _is_even_power(node) else next(a for a in node.args if a.op == "map").args
        if node.op in ("map", "call"):
            meaning = expand(node)
            stack += [meaning] if meaning is not None else []
        if node.op in ("map", "call", "mul"):
            stack += [arg for c in conditions_of(node) for arg in c.args]


def _is_even_power(e: Expr) -> bool:
    """Whether this is an even power of absolute values, which has no kink where they have one."""
    base, *exponent = e.args if e.op == "map" and e.attr == "pow" else e.args[1:] if e.op == "mul" else (e,)
    power = unspread(exponent[0]) if len(exponent) == 1 else None
    even = power is not None and power.op == "number" and power.attr % 2 == 0
    return even and base.op == "map" and base.attr == "abs" and is_real(base.args[0])


def _is_literal(e: Expr) -> bool:
    return e.op == "join" or (e.op == "constant" and not isinstance(e.attr, str))
