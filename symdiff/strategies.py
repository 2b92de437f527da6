"""Where and in which order rules are tried: small strategies and ways to combine them.

A strategy is a function of a node that gives what it becomes, or None where it changes nothing: a rule is one, and so
is any function of a user's own. `first` `all_` `repeat` `bottom_up` `top_down` `once` `where` make strategies of
strategies, after Visser, "A survey of strategies in rule-based program transformation systems" (2005).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from symdiff.algebra import Condition, rebuild
from symdiff.algebra.fingerprint import fingerprint
from symdiff.bounds import limits
from symdiff.errors import LimitError, SymdiffError
from symdiff.expr import Expr, postorder

Strategy = Callable[[Expr], "Expr | None"]


class Rewriting(NamedTuple):
    """A rule used at a node."""

    rule: str
    before: Expr
    after: Expr
    conditions: tuple[Condition, ...]


class Journal:
    """What rules were used for, in order, and what was not searched as it is too wide."""

    def __init__(self) -> None:
        self.used: list[Rewriting] = []
        self.unsearched: dict[str, None] = {}

    def rewrite(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...]) -> None:
        """A rule is used; LimitError where that were more than `limits.rewritings`."""
        self.used.append(Rewriting(rule, before, after, conditions))
        if len(self.used) > limits.rewritings:
            last = ", ".join(dict.fromkeys(f"`{one.rule}`" for one in self.used[-20:]))
            raise LimitError(
                f"more than {limits.rewritings:,} rewritings, the last of them by {last}",
                hint="strategy=once applies a rule once; from Python `symdiff.limits.rewritings` can be raised",
            )


_journal: ContextVar[Journal | None] = ContextVar("journal", default=None)


@contextmanager
def journal() -> Iterator[Journal]:
    """Within the block every rule that is used is entered in this journal."""
    kept = Journal()
    token = _journal.set(kept)
    try:
        yield kept
    finally:
        _journal.reset(token)


def told() -> Journal:
    """The journal that is kept here, or one that nobody reads."""
    return _journal.get() or Journal()


def first(*strategies: Strategy) -> Strategy:
    """The first of these that changes the node."""

    def apply(e: Expr) -> Expr | None:
        return next((after for strategy in strategies if (after := strategy(e)) is not None), None)

    return apply


def all_(*strategies: Strategy) -> Strategy:
    """Each of these in turn, on what the one before it made; those that change nothing are passed over."""

    def apply(e: Expr) -> Expr | None:
        now = e
        for strategy in strategies:
            now = _or_same(strategy(now), now)
        return _changed(e, now)

    return apply


def repeat(strategy: Strategy) -> Strategy:
    """Again and again until it changes nothing. SymdiffError, with the rules' names, where it comes back to a form."""

    def apply(e: Expr) -> Expr | None:
        now, seen = e, {fingerprint(e): 0}
        used = told().used
        while (after := strategy(now)) is not None and after is not now:
            now, key = after, fingerprint(after)
            if key in seen:
                circle = dict.fromkeys(f"`{one.rule}`" for one in used[seen[key] :])
                by = ", ".join(circle) or "a strategy"
                raise SymdiffError(
                    f"the rules go round in a circle: {by} lead{'s' * (len(circle) < 2)} back to {str(now)[:60]}",
                    hint="leave one direction out, or apply them once: strategy=once",
                )
            seen[key] = len(used)
        return _changed(e, now)

    return apply


def bottom_up(strategy: Strategy) -> Strategy:
    """At every node once, arguments before what is made of them."""

    def apply(e: Expr) -> Expr | None:
        made: dict[Expr, Expr] = {}
        for node in postorder(e):
            args = tuple([made[arg] for arg in node.args])
            now = node if args == node.args else rebuild(node, args)
            made[node] = _or_same(strategy(now), now)
        return _changed(e, made[e])

    return apply


def top_down(strategy: Strategy) -> Strategy:
    """At every node once, a node before its arguments, which are those of what it became."""

    def apply(e: Expr) -> Expr | None:
        became: dict[Expr, Expr] = {}
        made: dict[Expr, Expr] = {}
        stack = [e]
        while stack:
            node = stack[-1]
            if node in made:
                stack.pop()
                continue
            if node not in became:
                became[node] = _or_same(strategy(node), node)
            now = became[node]
            below = [arg for arg in now.args if arg not in made]
            if below and any(arg in became for arg in below):
                raise SymdiffError(
                    f"a rule makes {str(node)[:60]} a part of what it becomes, so going down never ends",
                    hint="use bottom_up or once",
                )
            if below:
                stack += below
            else:
                args = tuple([made[arg] for arg in now.args])
                made[node] = now if args == now.args else rebuild(now, args)
                stack.pop()
        return _changed(e, made[e])

    return apply


def once(strategy: Strategy) -> Strategy:
    """At the first node, from the top in the order people read, that it changes, wherever that stands."""

    def apply(e: Expr) -> Expr | None:
        place, new = None, e
        seen: set[Expr] = set()
        stack = [e]
        while stack and place is None:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            after = strategy(node)
            if after is not None and after is not node:
                place, new = node, after
            stack += reversed(node.args)
        if place is None:
            return None
        made: dict[Expr, Expr] = {place: new}
        for node in postorder(e, into=lambda node: node is not place):
            if node not in made:
                args = tuple([made[arg] for arg in node.args])
                made[node] = node if args == node.args else rebuild(node, args)
        return made[e]

    return apply


def where(condition: Callable[[Expr], bool], strategy: Strategy) -> Strategy:
    """Only at nodes of which the condition is true."""
    return lambda e: strategy(e) if condition(e) else None


def _or_same(after: Expr | None, e: Expr) -> Expr:
    return e if after is None else after


def _changed(e: Expr, after: Expr) -> Expr | None:
    return None if after is e else after
