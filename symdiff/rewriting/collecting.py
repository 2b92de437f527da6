"""Collecting: like terms, equal factors, cancellation, and the collect rules of the books.

It is cheap and local: every shared node is visited once, nested sums and products are written out where they
are used once, and a shared product is opened only where something in it cancels.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import chain

from symdiff.algebra import (
    ONE,
    add,
    einsum,
    number,
    rebuild,
    scale,
    split_number,
    vanishes,
    zeros,
)
from symdiff.algebra.conditions import Condition
from symdiff.book import is_of_zero
from symdiff.expr import Expr, postorder
from symdiff.rewriting.broadcasts import spread_last
from symdiff.rewriting.cases import joined, settled, taken_inside
from symdiff.rewriting.cost import cost
from symdiff.rewriting.digits import keeps_digits, opens_safely
from symdiff.rewriting.expand import flat_terms, has_sum, like_terms, multiplied_out, one_by_one, tidy_sum
from symdiff.rewriting.powers import WIDE, combine_powers, openings, sign_of
from symdiff.rewriting.product import (
    Factor,
    Product,
    is_normal,
    is_plain,
    is_product,
    product,
    roots_joined,
    written_out,
)
from symdiff.rewriting.rules import Recorder, keep, kept, table

_FEW = 8  # longer sums are not multiplied out
_SHORT = 16  # longer sums stay nested
_ROUNDS = 12  # rewritings of one node after another


def collect(e: Expr, recorder: Recorder | None = None, apart: bool = False) -> Expr:
    """The same value with like terms and factors collected; each rewriting is told to the recorder.

    `apart` is for what is differentiated again: products stand written out however often they are used, of scalars
    also where that makes more terms, so that like ones meet in every order. What was collected is not collected again.
    """
    rules = table("collect")
    if not apart and kept(e, "collected", rules) is e:
        return e
    (found,) = collect_all([e], recorder, apart)
    if not apart:
        keep(found, "collected", rules, found)
    return found


def collect_all(es: Iterable[Expr], recorder: Recorder | None = None, apart: bool = False) -> list[Expr]:
    """Several expressions collected at once, their shared parts once."""
    roots = list(es)
    order = postorder(*roots)
    collector = _Collector(recorder, apart)
    uses, absorbed = _use_counts(order, roots)
    infinite = infinite_nodes(order)
    made: dict[Expr, Expr] = {}
    for node in order:
        args = node.args
        if not args:
            made[node] = node
            continue
        after = tuple([made[arg] for arg in args])
        new = node if after == args else rebuild(node, after)
        if node in absorbed:
            collector.absorbed.add(new)
        elif node not in infinite:
            new = collector.as_first(collector.once(new))
        made[node] = new
        collector.uses[new] = collector.uses.get(new, 0) + uses[node]
    return [made[root] for root in roots]


def collect_node(e: Expr, recorder: Recorder | None = None) -> Expr:
    """A node whose parts are collected, these worked together."""
    return _Collector(recorder).collect(e)


def infinite_nodes(order: Iterable[Expr]) -> set[Expr]:
    """The nodes, arguments first, that are made of ∞: oo - oo and oo/oo have no value, and stay as written."""
    found: set[Expr] = set()
    for node in order:
        if (node.op == "constant" and node.attr == "oo") or (found and not found.isdisjoint(node.args)):
            found.add(node)
    return found


def _use_counts(order: list[Expr], roots: list[Expr]) -> tuple[dict[Expr, int], set[Expr]]:
    """How often each node is used, and the nested products, and sums in front, that the one node above them
    takes in."""
    uses = dict.fromkeys(order, 0)
    for root in roots:
        uses[root] += 1
    for node in order:
        for arg in node.args:
            uses[arg] += 1
    absorbed: set[Expr] = set()
    for node in order:
        if node.op == "add":
            if node.args[0].op == "add" and uses[node.args[0]] == 1:
                absorbed.add(node.args[0])
        elif node.op == "mul":
            for base, exponent in zip(node.args[1::2], node.args[2::2], strict=True):
                if exponent is ONE and _nested(base) and uses[base] == 1:
                    absorbed.add(base)
        elif node.op == "einsum":
            for arg in node.args:
                if (uses[arg] == 1 and arg.args and _nested(arg)) or (arg.op == "map" and arg.attr == "pow"):
                    absorbed.add(arg)
        elif absorbed:
            absorbed.difference_update(node.args)
    return uses, absorbed


def _again(e: Expr, after: Expr) -> bool:
    """Whether e stands in `after` again, its arguments at most in another order: pinv(S)' for pinv(S) leads nowhere."""
    if e is after or e in after.args:
        return True
    return e.op == "call" and any(arg.attr == e.attr and set(arg.args) == set(e.args) for arg in after.args)


def _nested(e: Expr) -> bool:
    return e.op == "mul" or (e.op == "einsum" and bool(e.shape))


class _Collector:
    """One pass over a graph: how often its nodes are used, what is to be taken in above, and who is told."""

    def __init__(self, recorder: Recorder | None, apart: bool = False) -> None:
        self.recorder = recorder
        self.apart = apart
        self.rules = table("collect")
        self.depth = 0  # of rewritings inside what a rule has just made
        self.uses: dict[Expr, int] = {}
        self.absorbed: set[Expr] = set()
        self.first: dict[Hashable, Expr] = {}  # sums and products by their parts, in any order
        self.asked = False  # how often something is used, since the last node was begun

    def tell(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...] = ()) -> None:
        if self.recorder is not None and before is not after:
            self.recorder.rewrite(rule, before, after, conditions)

    def as_first(self, e: Expr) -> Expr:
        """A sum or a product of scalars in the order in which it was first met: x + 1 is the 1 + x of before."""
        if e.op == "add":
            key: Hashable = frozenset(e.args)
        elif e.op == "mul":
            key = e.args[0], frozenset(zip(e.args[1::2], e.args[2::2], strict=True))
        else:
            return e
        known = self.first.setdefault(key, e)
        return known if len(known.args) == len(e.args) else e

    def once(self, e: Expr) -> Expr:
        """The node collected; one that stays as it is wherever it stands is not looked at in another pass."""
        if self.apart:
            return self.collect(e)
        if kept(e, "settled", self.rules) is e:
            return e
        self.asked = False
        after = self.collect(e)
        if after is e and not self.asked:
            keep(e, "settled", self.rules, e)
        return after

    def collect(self, e: Expr) -> Expr:
        """The node with its parts, already collected, worked together."""
        for _ in range(_ROUNDS):
            before = e
            if (narrow := spread_last(e)) is not e:
                self.tell("the same along an axis", e, narrow)
                e = self._inner(e, narrow)
            elif is_of_zero(e):
                return zeros(e.shape)
            elif e.op == "add":
                e = self._sum(e)
            elif e.op == "select":
                e = settled(e)
                self.tell("case by case", before, e)
            elif is_product(e):
                e = self._product(e)
            if e is not before:
                continue
            for found in self.rules.rewritings(e):
                if not _again(e, found.after):
                    self.tell(found.rule, e, found.after, found.conditions)
                    e = self._inner(e, found.after)
                    break
            else:
                return e
        return e

    def _inner(self, before: Expr, after: Expr) -> Expr:
        """What a rule made of a node, with the calls that it wrote inside rewritten by the rules too."""
        if after.op == "call" or self.depth >= _ROUNDS:
            return after
        old = {before, *before.args}
        fresh = [arg for arg in after.args if arg.op == "call" and arg not in old]
        if not fresh:
            return after
        self.depth += 1
        made = {arg: self.collect(arg) for arg in fresh}
        self.depth -= 1
        return rebuild(after, [made.get(arg, arg) for arg in after.args])

    def _once(self, e: Expr) -> bool:
        self.asked = True
        return self.apart or self.uses.get(e, 0) <= 1

    # sums

    def _sum(self, e: Expr) -> Expr:
        terms = self._flat_terms(e)
        if sum(term.op == "join" for term in terms) > 1:
            from symdiff.rewriting.summed import pieces_added  # which few sums need

            if (pieced := pieces_added(e)) is not e:
                self.tell("add piece by piece", e, pieced)
                return collect(pieced, self.recorder)
        if (whole := self._of_all_entries(e, terms)) is not None:
            return whole
        merged = like_terms(terms)
        cased = joined(terms if merged is None else merged)
        if merged is None and len(cased) == len(terms):
            return e if len(terms) == len(e.args) else add(*terms)
        after = add(*cased) if cased else zeros(e.shape)
        self.tell("collect like terms", e, after)
        return after

    def _of_all_entries(self, e: Expr, terms: list[Expr]) -> Expr | None:
        """The sum with all entries of a function in it as one sum of them, collected."""
        if e.shape or not any(term.op == "index" or "index" in [arg.op for arg in term.args] for term in terms):
            return None
        from symdiff.rewriting.summed import entries_summed  # which few sums need

        found = entries_summed(terms)
        if found is None:
            return None
        after = add(*(scale(number(value), self.collect(whole)) for value, whole in found[0]), *found[1])
        self.tell("sum of all entries", e, after)
        return after

    def _flat_terms(self, e: Expr) -> list[Expr]:
        """The terms, with those of nested sums that are used once in their place where that loses no digits."""

        def into(term: Expr) -> bool:
            rest = split_number(term)[1]
            return self._once(term) and self._once(rest)

        first, behind = e.args[0], [e.args[1:]]
        while first in self.absorbed and first.op == "add":
            behind.append(first.args[1:])
            first = first.args[0]
        return flat_terms([first, *chain.from_iterable(reversed(behind))], into, _SHORT)

    # products

    def _product(self, e: Expr) -> Expr:
        """Factors worked together, then a sum among them multiplied out where that is better."""
        if (joined := roots_joined(e)) is not e:
            self.tell("combine powers", e, joined)
            return joined
        plain = is_plain(e)
        merged = e if plain else self._merged(e)
        if vanishes(merged):
            self.tell("skew symmetry", merged, zeros(e.shape))
            return zeros(e.shape)
        if plain:
            return self._multiplied_out(e) if self.apart and e.op == "mul" else e
        cased = taken_inside(product(merged)) if is_product(merged) else None
        if cased is not None:
            self.tell("case by case", merged, cased)
            return self._fresh(cased)
        if merged.op == "einsum":
            return self._distributed(merged)
        return self._multiplied_out(merged) if self.apart and merged.op == "mul" else merged

    def _fresh(self, e: Expr) -> Expr:
        """What a product became that was taken inside a case, the products and cases in it collected."""
        made: dict[Expr, Expr] = {}
        for node in postorder(e, into=lambda n: n not in self.uses):
            new = rebuild(node, [made.get(arg, arg) for arg in node.args]) if node not in self.uses else node
            if new is not e and node not in self.uses:
                new = self._merged(new) if is_product(new) else settled(new) if new.op == "select" else new
            made[node] = new
        return made[e]

    def _merged(self, e: Expr) -> Expr:
        """Nested products written out that are used once or only summed here, powers of one base combined."""
        whole = product(e)
        summed = _summed_alone(whole)
        room = WIDE if e.op == "einsum" else None  # a matrix chain of any length stays nested beyond that

        def into(nested: Expr) -> bool:
            nonlocal room
            once = self._once(nested) or nested in summed
            if nested not in self.absorbed and not (once and len(nested.args) <= WIDE):
                return False
            if room is not None:
                room -= len(nested.args)
            return room is None or room >= 0

        opened = written_out(whole, into)
        written = e if opened is whole and is_normal(e, whole) else opened.build()
        return self._cancelled(written) if is_product(written) else written

    def _cancelled(self, e: Expr) -> Expr:
        """The product with equal bases as one power, shared parts opened where that lets them cancel."""
        whole = product(e)
        combined = combine_powers(whole)
        if combined is None and len(whole.factors) <= WIDE:
            for wider in openings(whole):
                combined = combine_powers(wider)
                if combined is not None:
                    break
        if combined is None:
            return e
        after = combined.product.build()
        self.tell("cancel" if combined.cancelled else "combine powers", e, after, combined.conditions)
        return after

    def _multiplied_out(self, e: Expr) -> Expr:
        """A scalar product with its sums multiplied out, where that loses no digits."""
        parts = multiplied_out(e, WIDE) if has_sum(e) and opens_safely(e) else None
        if parts is None or len(parts) == 1:
            return e
        after = tidy_sum([self._merged(part) if is_product(part) else part for part in parts])
        self.tell("multiply out", e, after)
        return after

    def _distributed(self, e: Expr) -> Expr:
        """A sum over the axes of a sum, term by term where that is shorter: sum(x - mean(x)) is 0.

        A sum with a part that repeats along an axis is multiplied out: s.*(I - ones*s') is diag(s) - s*s'. So is
        one that cancels in part with a divisor, where that is shorter: (s*u - t*v)/s^2 is u/s - t*v/s^2.
        """
        whole = product(e)
        sums = [factor for factor in whole.factors if factor.base.op == "add"]
        if (lone := self._summed_by_itself(whole, sums)) is not None:
            self.tell("sum term by term", e, lone)
            return lone
        if len(sums) != 1 or sums[0].exponent is not ONE or len(sums[0].base.args) > _FEW:
            return e
        alone = not any(factor.labels for factor in whole.factors if factor is not sums[0])
        repeats = not alone and any(map(_repeats, sums[0].base.args))
        summed = alone and not set(sums[0].labels).issubset(whole.out)
        if not repeats and not summed and not _divides(whole, sums[0].base):
            return e
        parts = multiplied_out(e, WIDE)
        if parts is None or len(parts) == 1:
            if not summed:
                return e
            parts = one_by_one(e, sums[0].base)  # a long one, whose terms are asked each by itself
            parts = [self._product(part) if is_product(part) else part for part in parts]
        parts = [self._merged(part) if is_product(part) else part for part in parts]
        after = tidy_sum(parts)
        if cost(after) + (not repeats) > cost(e) or not keeps_digits([(e, parts)], after):
            return e
        self.tell("multiply out" if repeats else "sum term by term", e, after)
        return after

    def _summed_by_itself(self, whole: Product, sums: list[Factor]) -> Expr | None:
        """A product with a sum in it summed along an axis that no other factor has, where that is shorter.

        Beside others, too, the sum of centred entries is 0.
        """
        for factor in sums if len(whole.factors) > 1 else ():
            others = {label for other in whole.factors if other is not factor for label in other.labels}
            kept = tuple(label for label in factor.labels if label in others or label in whole.out)
            if len(kept) < len(factor.labels) and factor.exponent is ONE:
                alone = einsum(ONE, [factor.base], [factor.labels], kept)
                inner = self.collect(alone)
                if cost(inner) < cost(alone):
                    factors = [f._replace(base=inner, labels=kept) if f is factor else f for f in whole.factors]
                    sizes = {k: dim for k, dim in whole.sizes.items() if k in others or k in whole.out}
                    return whole._replace(factors=factors, sizes=sizes).build()
        return None


def _summed_alone(whole: Product) -> set[Expr]:
    """Bases with an axis that is summed and that no other factor has: with their own factors a product."""
    seen, shared = set(whole.out), set(whole.out)
    for factor in whole.factors:
        shared |= seen.intersection(factor.labels)
        seen.update(factor.labels)
    return {factor.base for factor in whole.factors if not shared.issuperset(factor.labels)}


def _divides(whole: Product, total: Expr) -> bool:
    """Whether a divisor of the product is a factor of a term of the sum."""
    divisors = {f.base for f in whole.factors if not f.labels and sign_of(f.exponent) < 0}
    return bool(divisors) and any(
        f.base in divisors for term in total.args if is_product(term) for f in product(term).factors if not f.labels
    )


def _repeats(term: Expr) -> bool:
    """Whether a term is the same along one of its axes, though not along all."""
    whole = product(term)
    carried = {label for factor in whole.factors for label in factor.labels}
    return bool(carried) and not carried.issuperset(whole.out)
