"""The textbook's form: what sums have in common is factored out, signs are put where people put them.

Which form is better the written cost measure of `cost` decides; a tie leaves things as they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symdiff.algebra import (
    ONE,
    Condition,
    add,
    einsum,
    is_skew,
    mul,
    neg,
    number,
    power,
    rebuild,
    scale,
    split_number,
    transpose,
)
from symdiff.bounds import limits
from symdiff.expr import Expr, postorder, remember
from symdiff.rewriting.cancel import cancelled
from symdiff.rewriting.cases import cases_joined
from symdiff.rewriting.coefficients import common_number, divided, numbers_gathered
from symdiff.rewriting.collecting import collect, collect_node
from symdiff.rewriting.cost import cost, saved_by_turning
from symdiff.rewriting.denominator import denominator_opened, over_one_denominator, without_common_name
from symdiff.rewriting.digits import has_lost, keeps_digits
from symdiff.rewriting.elementwise import by_elements
from symdiff.rewriting.expand import flat_terms, has_sum, multiplied_out, tensor_terms, tidy_sum
from symdiff.rewriting.exponents import exponentials_met
from symdiff.rewriting.factor import Plan, best_factor, divides
from symdiff.rewriting.literals import by_entries
from symdiff.rewriting.order import atoms_first
from symdiff.rewriting.product import Product, flattened, is_plain, is_product, powers_opened, product
from symdiff.rewriting.rules import Recorder, keep, kept, table

_FEW = 24  # terms that multiplying out may make
_NAMED = 40  # operations of a factor that a step calls by its name
_OPENED = 6  # terms that a product may be multiplied out into
_OPEN = frozenset({"add", "mul", "einsum"})  # bases of a scalar product that may be worked together with the rest
_DEEPEST = 40  # factors taken out of one sum, one after another


def present(e: Expr, recorder: Recorder | None = None) -> Expr:
    """The same value in the form a textbook prints; each rewriting is told to the recorder.

    What it is depends on e alone, and is kept on every node of it.
    """
    return present_all([e], recorder)[0]


def present_all(es: Sequence[Expr], recorder: Recorder | None = None) -> list[Expr]:
    """Several expressions presented together, what they share once; as they are where that is more than one reads."""
    return [e if is_long([e]) else cancelled(e, _form, recorder) for e in in_best_parts(es, recorder)]


def _form(e: Expr) -> Expr:
    return in_best_parts([collect(e)])[0]


def in_best_parts(es: Sequence[Expr], recorder: Recorder | None = None) -> list[Expr]:
    """Expressions with each node in its best form; quotients of which that is not one node's matter stay."""
    if is_long(es):
        return list(es)
    presenter = _Presenter(recorder)
    es = [presenter.by_entries(e) for e in es]
    made: dict[Expr, Expr] = {}

    def is_new(e: Expr) -> bool:
        known = presenter.known(e)
        if known is not None:
            made[e] = known
        return known is None

    for node in postorder(*es, into=is_new):
        if not node.args:
            made[node] = node
        elif node not in made:
            args = tuple([made[arg] for arg in node.args])
            new = node if args == node.args else rebuild(node, args)
            made[node] = new if is_infinite(node) else presenter.present(new)
            presenter.keep(node, made[node])
    return [made[e] for e in es]


def is_long(es: Iterable[Expr]) -> bool:
    """Whether these are of more nodes than anyone reads as a textbook's form: `limits.presented`."""
    met: set[Expr] = set()
    level = set(es)
    while level and len(met) <= limits.presented:
        met |= level
        level = {arg for node in level for arg in node.args} - met
    return len(met) > limits.presented


def is_infinite(e: Expr) -> bool:
    """Whether a node is made of ∞: oo - oo has no value, and stays as written. Its arguments were asked before."""
    for arg in e.args:
        if (arg.op == "constant" and arg.attr == "oo") or (arg.cache is not None and "infinite" in arg.cache):
            remember(e, "infinite", True)
            return True
    return False


class _Presenter:
    """Nodes put in their best form; what they become is kept on them, where nobody is told."""

    def __init__(self, recorder: Recorder | None) -> None:
        self.rules = table("present")
        self.recorder = recorder

    def known(self, e: Expr) -> Expr | None:
        """What a node becomes, if it was met before."""
        return None if self.recorder is not None else kept(e, "presented", self.rules)

    def keep(self, e: Expr, after: Expr) -> None:
        if self.recorder is None:
            keep(e, "presented", self.rules, after)

    def by_entries(self, e: Expr) -> Expr:
        """The whole with what literals and rows of identities make written entry by entry."""
        after = by_entries(e)
        if after is e or is_long([after]):
            return e
        self._tell("write out the entries", e, after)
        return after

    def present(self, e: Expr) -> Expr:
        """The node in its best form, its parts being so already."""
        if e.op == "add":
            return self._by_elements(e, self._turned_back(e, self._sum(e, 0)))
        if e.op in ("compare", "select"):
            from symdiff.rewriting.comparisons import of_case  # which few results need

            self._tell("case by case", e, after := of_case(e))
            return after
        return self._by_elements(e, self._product(e)) if is_product(e) else e

    def _by_elements(self, e: Expr, best: Expr) -> Expr:
        """The best form of e, or that of its entries where it is shorter."""
        if (entries := by_elements(e, present)) is None or cost(entries[0]) >= cost(best):
            return best
        self._tell("as for scalars, element by element", best, *entries)
        return entries[0]

    def _product(self, e: Expr) -> Expr:
        """A product in its best form."""
        if e.op == "mul" and not any(base.op in _OPEN for base in e.args[1::2]):
            return atoms_first(e)
        if e.shape and is_plain(e) and len({*e.args}) == len(e.args) and not any(map(is_skew, e.args)):
            return e
        if e.op == "einsum" and (parts := tensor_terms(e, _FEW)) is not None:
            return self.present(tidy_sum([collect(part, self.recorder) for part in parts]))
        if e.op == "mul" and any(base.op == "mul" for base in e.args[1::2]):
            e = self._flattened(e)
        e = self._raised(self._upright(scalars_out(e)))
        shorter = self._opened(e)
        if shorter is e and (quotient := denominator_opened(e, _OPENED, self.recorder)) is not None:
            self._tell("multiply out", e, quotient)
            shorter = quotient
        if shorter is not e:
            return self.present(shorter)
        gathered = numbers_gathered(product(e))
        if gathered is not None:
            cancelled = abs(float(gathered.number)) >= abs(float(product(e).number))
            self._tell("cancel" if cancelled else "common denominator", e, after := gathered.build())
            e = after
        if (after := without_common_name(e)) is not e:
            self._tell("cancel", e, after)
            e = after
        return signed(atoms_first(self._numerator(e)))

    def _numerator(self, e: Expr) -> Expr:
        """A quotient with a name that all terms of its numerator have in front of them."""
        if e.op != "mul" or not any(map(divides, e.args[2::2])):
            return e
        pairs = list(zip(e.args[1::2], e.args[2::2], strict=True))
        for k, (base, exponent) in enumerate(pairs):
            if base.op == "add" and exponent is ONE and (plan := best_factor(base, names=True)) is not None:
                pairs[k] = (after := plan.join(self._sum(plan.inner, 1)), ONE)
                self._tell_factor(plan.group.factor, base, after)
                return self._flattened(mul(e.args[0], *(power(*pair) for pair in pairs)))
        return e

    def _turned_back(self, e: Expr, best: Expr) -> Expr:
        """The sum e as the transpose of a sum, where that is shorter than its best form: (A*B + B*A)'."""
        if e.rank != 2 or len(e.args) > _FEW or sum(map(saved_by_turning, e.args)) <= 1:
            return best
        flipped = add(*(flattened(transpose(term)) for term in e.args))
        if flipped.op != "add" or cost(flipped) + 1 >= cost(e):
            return best
        after = transpose(self._sum(flipped, 0))
        if cost(after) >= cost(best):
            return best
        self._tell("transpose of a sum", best, after)
        return after

    def _upright(self, e: Expr) -> Expr:
        """A product in which skew factors stand as they are, with a minus, where they stood transposed."""
        if e.op != "einsum" or len(e.args) > _FEW:
            return e
        before = e
        for k, operand in enumerate(e.args[1:]):
            if is_skew(operand) and e.op == "einsum" and len(e.args) == len(before.args):
                labels = [own[::-1] if j == k else own for j, own in enumerate(e.attr[:-1])]
                after = einsum(neg(e.args[0]), e.args[1:], labels, e.attr[-1])
                e = after if cost(after) < cost(e) else e
        if e is not before:
            self._tell("transpose of a skew matrix", before, e)
        return e

    def _flattened(self, e: Expr) -> Expr:
        """A product of scalars with the products in it written out, and powers of them where that is shorter."""
        e = flattened(e)
        bases = e.args[1::2]
        if e.op != "mul" or (len({*bases}) == len(bases) and all(base.op != "mul" for base in bases)):
            return e
        after = collect_node(powers_opened(e), self.recorder)
        if cost(after) >= cost(e):
            return e
        self._tell("combine powers", e, after)
        return after

    def _raised(self, e: Expr) -> Expr:
        """A product with equal parts as powers: (A*x).^2, and norm2(u)^2 for u'*u, where that is shorter."""
        after = e
        if e.op == "einsum":
            from symdiff.rewriting.branches import equal_branches_raised  # which no product of scalars needs

            after = equal_branches_raised(e)
        if not e.shape and (e.op == "einsum" or any(base.op == "mul" for base in e.args[1::2])):
            after = next((made.after for made in self.rules.rewritings(e)), e)
        if after is e or cost(after) >= cost(e):
            return e
        self._tell("combine powers", e, after)
        return after

    def _opened(self, e: Expr) -> Expr:
        """A product multiplied out where its terms get shorter: s.*(1 - u/s) is s - u."""
        if not has_sum(e):
            return e
        from symdiff.rewriting.outlook import may_get_shorter  # which a product without a sum does not need

        parts = multiplied_out(e, _OPENED) if may_get_shorter(e) else None
        if parts is None:
            return e
        parts = [collect_node(part, self.recorder) for part in parts]
        after = tidy_sum(parts)
        if cost(after) >= cost(e) or not keeps_digits([(e, parts)], after):
            return e
        self._tell("multiply out", e, after)
        return after

    def _tell(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...] = ()) -> None:
        if self.recorder is not None and before is not after:
            self.recorder.rewrite(rule, before, after, conditions)

    def _tell_factor(self, factor: Expr, before: Expr, after: Expr) -> None:
        if self.recorder is not None:
            from symdiff.show import text  # printing is loaded only where steps are wanted

            named = text(factor) if cost(factor) <= _NAMED else "a common factor"
            self._tell(f"factor out {named}", before, after)

    def _sum(self, e: Expr, depth: int) -> Expr:
        """A sum with what its terms have in common taken out."""
        while e.op == "add" and depth < _DEEPEST:
            e = first_opened(positive_first(e))
            value = common_number(e)
            if value != 1:
                rest = add(*flat_terms(divided(term, value) for term in e.args))
                self._tell_factor(number(value), e, scale(number(value), rest))
                return signed(flattened(scale(number(value), self._sum(rest, depth + 1))))
            shorter = self._multiplied_out(e)
            if shorter is not e:
                e = shorter
                continue
            if (joined := cases_joined(e)) is not None:
                self._tell("case by case", e, joined)
                return joined if joined.op == "select" else self._sum(joined, depth + 1)
            if (met := exponentials_met(e, self.recorder)) is not None:
                self._tell("exponentials that differ by a power", e, met)
                return self._sum(met, depth + 1) if met.op == "add" else met
            plan = best_factor(e)
            if plan is None and (quotient := over_one_denominator(e, _FEW)) is not None:
                self._tell("common denominator", e, mul(*quotient))
                numerator, reciprocal = quotient
                numerator = present(collect(numerator, self.recorder), self.recorder)
                return self.present(mul(numerator, reciprocal))
            if plan is None:
                return neg(_turned(e)) if depth and all(map(_negative, e.args)) else e
            after = plan.join(plan.inner)
            self._tell_factor(plan.group.factor, e, after)
            inner = self._sum(self._cancelled(plan), depth + 1)
            e = after if inner is plan.inner else plan.join(inner)
            depth += 1
        if e.op == "mul" and all(base.op != "add" for base in e.args[1::2]):
            return self._flattened(e)  # nothing is left of the sum: factors may meet
        return signed(atoms_first(e)) if is_product(e) else e

    def _cancelled(self, plan: Plan) -> Expr:
        """What a plan leaves; where terms keep part of a divisor, it may cancel in them."""
        if not plan.group.partial:
            return plan.inner
        return collect(plan.inner, self.recorder)

    def _multiplied_out(self, e: Expr) -> Expr:
        """The sum with products of sums multiplied out, where terms then meet and it gets shorter."""
        if len(e.args) > _FEW:
            return e
        written = [_as_product(term) for term in e.args]
        if not any(map(has_sum, written)):
            return e
        terms: list[tuple[Expr, list[Expr]]] = []
        for term in written:
            parts = multiplied_out(term, _FEW) if has_sum(term) else [term]
            if parts is None:
                return e
            terms.append((term, parts))
        after = tidy_sum([part for _, parts in terms for part in parts])
        if cost(after) >= cost(e) or not keeps_digits(terms, after):
            return e
        self._tell("multiply out", e, after)
        return after


def _as_product(term: Expr) -> Expr:
    """A term with the power of a function in it as the product that it stands for: norm2(u)^2 as u'*u."""
    powers = term.op == "mul" and any(base.op == "call" for base in term.args[1::2])
    return collect_node(term) if powers else term


def first_opened(e: Expr) -> Expr:
    """A sum that begins with a sum that has lost its digits as one, as it is written, where nothing meets."""
    first, *behind = e.args
    if first.op != "add" or len(first.args) + len(behind) > _FEW or not has_lost(first):
        return e
    after = add(*first.args, *behind)
    return after if after.op == "add" and len(after.args) == len(first.args) + len(behind) else e


def positive_first(e: Expr) -> Expr:
    """The sum with its first positive term in front, where it would start with a minus; A + A', not A' + A."""
    terms = list(e.args)
    if len(terms) == 2 and terms[1].op == "symbol" and e.rank == 2 and terms[0] is transpose(terms[1]):
        return add(*terms[::-1])
    if not _negative(terms[0]):
        return e
    place = next((k for k, term in enumerate(terms) if not _negative(term)), None)
    return e if place is None else add(terms.pop(place), *terms)


def signed(e: Expr) -> Expr:
    """A product without sums that are all minus: their sign goes to the front; -(a - b) is b - a."""
    whole = product(e)
    value, factors, changed = whole.number, list(whole.factors), False
    for k, factor in enumerate(factors):
        exponent = factor.exponent.attr if factor.exponent.op == "number" else None
        if factor.base.op == "add" and isinstance(exponent, int) and all(map(_negative, factor.base.args)):
            factors[k] = factor._replace(base=_turned(factor.base))
            value = -value if exponent % 2 else value
            changed = True
    if value == -1 and len(factors) == 1 and factors[0].exponent is ONE and factors[0].base.op == "add":
        if any(map(_negative, factors[0].base.args)):
            factors[0] = factors[0]._replace(base=positive_first(_turned(factors[0].base)))
            value, changed = 1, True
    return Product(value, factors, whole.out, whole.sizes).build() if changed else e


def scalars_out(e: Expr) -> Expr:
    """A product with the scalars that its nested products begin with in front of the whole."""
    scaled = [arg for arg in e.args[1:] if arg.op == "einsum" and arg.args[0] is not ONE] if e.op == "einsum" else []
    if not scaled:
        return e
    bare = {arg: einsum(ONE, arg.args[1:], arg.attr[:-1], arg.attr[-1]) for arg in scaled}
    front = mul(*(arg.args[0] for arg in e.args[1:] if arg in bare))
    return scale(front, einsum(e.args[0], [bare.get(arg, arg) for arg in e.args[1:]], e.attr[:-1], e.attr[-1]))


def _turned(e: Expr) -> Expr:
    return add(*map(neg, e.args))


def _negative(term: Expr) -> bool:
    return split_number(term)[0] < 0
