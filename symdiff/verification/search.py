"""Which mistake was made: the engine's own step, done by a false rule, is compared with what is written.

A rule `d(u*v) -> d(u)*d(v)` is used at every part of what is differentiated, everything else being done rightly: the
part is a variable t of its own meanwhile, and what the rule says is put in for dt. Any other rule is used wherever its
left side is written. What comes out is compared at points; the first that agrees is the mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from symdiff.algebra import ONE, differential, ones, put_in, substitute, symbol, transpose
from symdiff.calculus.derive import diff, jacobian
from symdiff.calculus.identify import identify
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.notation import to_tree
from symdiff.syntax.calls import DERIVATIVES
from symdiff.syntax.scope import Definition
from symdiff.syntax.tree import Tree, map_tree, mentioned, walk
from symdiff.verification.book import Entry, Rule, mistakes
from symdiff.verification.numbers import Target
from symdiff.verification.patterns import Bound, Letters, filled, matches, plain, replaced
from symdiff.verification.places import Place, expanded, in_context, parts, place_of
from symdiff.verification.sheet import Sheet, Side, is_change, plain_change_of

_TRIED = 1000  # candidates of one line
_DERIVATIVE = 2  # candidates that a derivative to be worked out counts for
_PLACES = 60  # parts of what is differentiated
_PARTS = 240  # parts of what is written
_PART, _RESULT = "t_part", "r_result"


class Found(NamedTuple):
    """A mistake that explains a line, and the rule it was made by."""

    entry: Entry
    rule: Rule

    @property
    def is_telling(self) -> bool:
        """Whether the rule is of something in particular: one of any product or sum may fit by chance."""
        return bool(self.rule.names) or self.rule.is_of_differentials


class Moving(NamedTuple):
    """A part of what a derivative is of: its value, and the differential of the whole in which it is t."""

    place: Place
    part: Tree
    value: Expr
    whole: Expr


class Search:
    """The candidates of one wrong equation, each tried as it is made."""

    def __init__(self, sheet: Sheet, left: Side, right: Side) -> None:
        self.sheet = sheet
        self.left = plain(left.tree)
        self.right = plain(right.tree)
        self.target = Target(sheet.plain(right.expr), [sheet.plain(left.expr)])
        self.letters = Letters(self._varying())
        self.left_tries = _TRIED
        self.seen: set[Tree] = set()
        self.derivatives: dict[Tree, Definition] = {}  # that were worked out, as they are written

    def _varying(self, by: str | None = None) -> frozenset[str]:
        """The names that vary: what a derivative or the page is by, and what is defined by it."""
        moving = frozenset({by} if by else self.sheet.by) or frozenset(self.sheet.scope.symbols)
        bodies = self.sheet.bodies
        return moving | {name for name, body in bodies.items() if mentioned(expanded(body, bodies)) & moving}

    @cached_property
    def _letters(self) -> dict[str | None, Letters]:
        """What the letters of rules of differentials stand for, in derivatives by each name."""
        return {by: Letters(self._varying(by), differentiated=True) for by in {place.by for place in self.places}}

    def found(self) -> Found | None:
        """The first mistake of the book that makes the right side of the left one."""
        return next(
            (
                one
                for one, trees in self._turns()
                if self.left_tries > 0 and any(map(self.is_met, self.made(one.rule, trees)))
            ),
            None,
        )

    @cached_property
    def rules(self) -> list[Found]:
        """The rules that may fit in the order in which they are tried: what says most is met least by chance."""
        names = frozenset().union(*(mentioned(tree) for tree in self.trees)) | DERIVATIVES
        fitting = [Found(entry, rule) for entry in mistakes() for rule in entry.rules if rule.names <= names]
        orders = [one for one in fitting if one.rule.is_of_orders]
        first = [*orders, *(one for one in fitting if one.rule.is_of_differentials)]
        then = [one for one in fitting if one not in first]
        then.sort(key=lambda one: -len(one.rule.names))
        own = {place.operand for place in self.places}
        new = (place for node in walk(self.right) if (place := place_of(node, self.sheet)) is not None)
        if any(place.operand not in own for place in new):  # still to be differentiated: what is in it was rewritten
            first, then = then, first
        return [*first, *then]

    def _turns(self) -> Iterator[tuple[Found, Sequence[Tree]]]:
        """The rules and what they are used on: first what is written, then what the derivatives in it are."""
        written = len(self.trees) - (self._worked_out is not None)
        yield from ((one, self.trees[:written]) for one in self.rules)
        of_arrays = bool(self.target.side.shape)  # of numbers much may be met by chance in a form nobody wrote
        last = (one for one in self.rules if not one.rule.is_of_differentials and (of_arrays or one.rule.names))
        yield from ((one, self.trees[written:]) for one in last)

    def made(self, rule: Rule, trees: Sequence[Tree] | None = None) -> Iterator[Expr]:
        """What a false rule makes of the left side, at each place where it fits."""
        if rule.is_of_differentials:
            return self._by_differential(rule)
        return self._by_rewriting(rule, self.trees if trees is None else trees)

    def is_met(self, e: Expr) -> bool:
        """Whether an expression has the values of the right side."""
        return self.target.is_met(self.sheet.plain(e))

    def _bounded(self, found: Iterator[Bound]) -> Iterator[Bound]:
        """Ways in which a rule fits, as long as there are tries left."""
        for bound in found:
            if self.left_tries <= 0:
                return
            self.left_tries -= 1
            yield bound

    # rules of differentials

    @cached_property
    def places(self) -> list[Place]:
        """The derivatives in the left side, with definitions as names and written out."""
        found = [place for node in walk(self.left) if (place := place_of(node, self.sheet)) is not None]
        long = [place._replace(operand=expanded(place.operand, self.sheet.bodies)) for place in found]
        return list(dict.fromkeys([*found, *long]))

    @cached_property
    def _moving(self) -> list[Moving]:
        """The parts of what is differentiated."""
        found = []
        for place in self.places:
            for part in islice(dict.fromkeys(parts(place.operand)), _PLACES):
                try:
                    value = self.sheet.value(part)
                    given = {_PART: Definition((), symbol(_PART, value.shape), value.orientation)}
                    whole = self.sheet.meaning(replaced(place.operand, part, Tree("name", (), _PART), True), given)
                    found.append(Moving(place, part, value.expr, plain_change_of(whole)))
                except SymdiffError:
                    continue
        return found

    def _by_differential(self, rule: Rule) -> Iterator[Expr]:
        """What comes out where one part is differentiated by a false rule."""
        for moving in self._moving:
            letters = self._letters[moving.place.by]
            for bound in self._bounded(matches(rule.left.children[0], moving.part, letters)):
                try:
                    tree, given = self._right(rule, bound, moving.place.by)
                    yield self._put_back(moving.place, _moved_so(moving, self._value(tree, given)))
                except SymdiffError:
                    continue

    def _right(self, rule: Rule, bound: Bound, by: str | None) -> tuple[Tree, dict[str, Definition]]:
        """The right side of a rule with what its letters stand for; derivatives of functions are names of their own."""
        if "x" not in bound and "x" in mentioned(rule.right):
            if by is None and len(self.sheet.by) != 1:
                raise SymdiffError("there is no one variable")
            bound = {**bound, "x": Tree("name", (), by or self.sheet.by[0])}
        given: dict[str, Definition] = {}

        def named(node: Tree) -> Tree:
            if node.kind != "prime" or not node.children[0].children or node.children[0].value[0] not in bound:
                return node
            call = node.children[0]
            name = f"f_{len(given)}"
            slope = self._slope(bound[call.value[0]], filled(call.children[0], bound), node.value)
            given[name] = Definition((), slope)
            return Tree("name", (), name)

        return filled(map_tree(rule.right, named), bound), given

    def _slope(self, head: Any, argument: Tree, order: int) -> Expr:
        """The derivative of a function of one argument, entry by entry. Raises SymdiffError for another function."""
        at = self.sheet.value(argument)
        t = symbol(_PART, at.shape)
        call = Tree("call", (Tree("name", (), _PART),), head)
        e = self.sheet.meaning(call, {_PART: Definition((), t, at.orientation)})
        if e.shape != t.shape:
            raise SymdiffError("no function of each entry")
        for _ in range(order):
            e = substitute(plain_change_of(e), {differential(t): ones(t.shape) if t.shape else ONE})
        return put_in(e, {t: at.expr})

    def _put_back(self, place: Place, moved: Expr) -> Expr:
        """The whole left side with a false derivative in its place."""
        result = self._read_off(place, self.sheet.moved_by(moved, place.by))
        tree = replaced(self.left, place.node, Tree("name", (), _RESULT))
        return self.sheet.meaning(tree, {_RESULT: Definition((), result)})

    def _read_off(self, place: Place, moved: Expr) -> Expr:
        """The derivative of a place's kind that a differential states. Raises SymdiffError where it states none."""
        if place.by is None:
            return moved
        x = self.sheet.scope.symbols[place.by]
        if not x.shape:
            result = substitute(moved, {differential(x): ONE})
            return diff(result, *[x] * (place.order - 1)) if place.order > 1 else result
        result = identify(moved, x)
        if place.kind == "hessian":
            return jacobian(result, [x])[0]
        if place.kind == "grad" and moved.rank:
            if moved.rank != 1 or x.rank != 1:
                raise SymdiffError("a gradient of many axes")
            return transpose(result)
        return result

    # rules of what is written

    @cached_property
    def trees(self) -> list[Tree]:
        """The left side as it is written, with definitions written out, and with its derivatives worked out."""
        found = list(dict.fromkeys([self.left, expanded(self.left, self.sheet.bodies)]))
        return [*found, self._worked_out] if self._worked_out is not None else found

    @cached_property
    def _worked_out(self) -> Tree | None:
        try:
            given = {id(p.node): plain(to_tree(self.sheet.meaning(p.node))) for p in self.places}
        except SymdiffError:
            return None
        return map_tree(self.left, lambda node: given.get(id(node), node)) if given else None

    @cached_property
    def _written(self) -> dict[Tree, list[tuple[Tree, Tree]]]:
        """The parts of the trees that rules are used at."""
        return {tree: list(islice(in_context(tree), _PARTS)) for tree in self.trees}

    def _by_rewriting(self, rule: Rule, trees: Sequence[Tree]) -> Iterator[Expr]:
        """What comes out where a false rule is used at one place, and where it is used wherever it fits."""
        for whole, part in (pair for tree in trees for pair in self._written[tree]):
            if rule.left.kind not in (part.kind, "name") or not mentioned(part):  # numbers alone meet by chance
                continue
            for bound in self._bounded(matches(rule.left, part, self.letters)):
                try:
                    by, given = self._right(rule, bound, None)
                    candidates = dict.fromkeys(replaced(whole, part, by, everywhere) for everywhere in (False, True))
                    fresh = [tree for tree in candidates if given or tree not in self.seen]
                    self.seen.update(fresh)
                    yield from (self._value(tree, given) for tree in fresh)
                except SymdiffError:
                    continue

    def _value(self, tree: Tree, given: dict[str, Definition]) -> Expr:
        """What a tree means, each derivative in it worked out once for all trees, and not made short."""
        named: dict[str, Definition] = {}

        def one(node: Tree) -> Tree:
            place = place_of(node, self.sheet)
            if place is None or mentioned(node) & given.keys():
                return node
            if node not in self.derivatives:
                self.left_tries -= _DERIVATIVE
                self.derivatives[node] = self._derivative(place)
            name = f"{_RESULT}{len(named)}"
            named[name] = self.derivatives[node]
            return Tree("name", (), name)

        tree = map_tree(tree, one)
        return self.sheet.meaning(tree, {**given, **named})

    def _derivative(self, place: Place) -> Definition:
        if place.kind != "differential":
            value = self.sheet.value(place.node)
            return Definition((), value.expr, value.orientation)
        value = self.sheet.value(place.operand)
        return Definition((), plain_change_of(value.expr), value.orientation)


def _moved_so(moving: Moving, change: Expr) -> Expr:
    """The differential of the whole where the part has this change."""
    nodes = postorder(moving.whole)
    changes = {n: change for n in nodes if is_change(n) and n.args[0].attr.name == _PART}
    if any(n.shape != change.shape for n in changes):
        raise SymdiffError("another shape")
    parts = {n: moving.value for n in nodes if n.op == "symbol" and n.attr.name == _PART}
    return substitute(substitute(moving.whole, changes), parts)
