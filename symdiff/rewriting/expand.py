"""Multiplying out: a product of sums as a sum of products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from symdiff.algebra import ONE, add, fingerprint, may_meet, neg, number, opposite, scale, split_number, zeros
from symdiff.algebra.digits import is_exact, is_rounded
from symdiff.algebra.leaves import Number, plus
from symdiff.expr import Expr
from symdiff.rewriting.cost import cost
from symdiff.rewriting.product import Factor, Product, opened, product

_HIGHEST = 3  # powers of sums that are multiplied out
_DEAREST = 40  # a sum that shows more operations is left alone: nothing is likely to meet


def multiplied_out(e: Expr, limit: int) -> list[Expr] | None:
    """The terms of a product with its sums (and small powers of sums) multiplied out; None beyond `limit`."""
    done: list[Expr] = []
    stack = [e]
    while stack:
        whole = opened(stack.pop())
        place = next((k for k, f in enumerate(whole.factors) if is_open(f)), None)
        if place is None:
            done.append(whole.build())
        else:
            stack += reversed(_distributed(whole, place))
        if len(done) + len(stack) > limit:
            return None
    return done


def one_by_one(e: Expr, total: Expr) -> list[Expr]:
    """A product once for each term of a sum among its factors."""
    whole = product(e)
    return _distributed(whole, next(k for k, factor in enumerate(whole.factors) if factor.base is total))


def tensor_terms(e: Expr, limit: int) -> list[Expr] | None:
    """The terms of a product with its sums of three axes or more multiplied out; None where there is no such sum.

    In index form brackets only hide which axis is which.
    """
    if all(arg.rank < 3 for arg in e.args):
        return None
    done: list[Expr] = []
    stack = [e]
    found = False
    while stack:
        whole = opened(stack.pop())
        place = next((k for k, f in enumerate(whole.factors) if f.base.op == "add" and len(f.labels) > 2), None)
        if place is None or whole.factors[place].exponent is not ONE:
            done.append(whole.build())
        else:
            found = True
            stack += reversed(_distributed(whole, place))
        if len(done) + len(stack) > limit:
            return None
    return done if found or done[0] is not e else None


def has_sum(term: Expr) -> bool:
    """Whether a term is a product with a sum among its factors that can be multiplied out."""
    return any(map(is_open, opened(term).factors))


def is_open(factor: Factor) -> bool:
    """Whether a factor is a sum, or a small power of one, that is multiplied out."""
    exponent = factor.exponent.attr if factor.exponent.op == "number" else None
    small = factor.base.op == "add" and cost(factor.base) <= _DEAREST
    return small and isinstance(exponent, int) and 0 < exponent <= _HIGHEST


def _distributed(whole: Product, place: int) -> list[Expr]:
    """The product once for each term of the sum at `place`, of a power of a sum with one exponent less."""
    factor = whole.factors[place]
    ahead, behind = whole.factors[:place], whole.factors[place + 1 :]
    if factor.exponent is not ONE:
        behind = [factor._replace(exponent=number(factor.exponent.attr - 1)), *behind]
    terms = (factor._replace(base=term, exponent=ONE) for term in factor.base.args)
    return [Product(whole.number, [*ahead, term, *behind], whole.out, whole.sizes).build() for term in terms]


def flat_terms(terms: Iterable[Expr], into: Callable[[Expr], bool] = lambda e: True, limit: int = 64) -> list[Expr]:
    """Terms with those of nested sums in their place where one of them meets a like term outside.

    So are those that have lost their digits already. Others stay nested: in (x - y) + (p - q) the small differences
    are taken first, and those that would be `growing`. `into` says which sums may be opened, `limit` of how many terms.
    """
    given = list(terms)
    inner = [_summands(term, into, limit) for term in given]
    if all(len(parts) == 1 for parts in inner):
        return given
    apart = growing(inner)
    homes: dict[bytes, set[int]] = {}
    for k, parts in enumerate(inner):
        for part in parts if k not in apart else ():
            homes.setdefault(like_key(part), set()).add(k)
    meeting = set().union(*(places for places in homes.values() if len(places) > 1))
    flat: list[Expr] = []
    for k, (term, parts) in enumerate(zip(given, inner, strict=True)):
        flat += parts if k in meeting or (len(parts) > 1 and is_rounded(parts)) else [term]
    return flat


def growing(sums: Sequence[Sequence[Expr]]) -> set[int]:
    """Which of the sums, each its terms, would make differences of larger parts where they meet those before.

    Near equal s, t and p nothing is rounded in (s - 2*t + p) + (s - t), and 2*s - 3*t + p is at 3*t. What has
    coefficients that add up to 0 is made of differences; lone terms are one sum together.
    """
    alone = [terms[0] for terms in sums if len(terms) == 1]
    totals: dict[Expr, Number] = {}
    found: set[int] = set()
    for k, terms in [(-1, alone), *((k, terms) for k, terms in enumerate(sums) if len(terms) > 1)]:
        split = [split_number(term) for term in terms]
        if is_rounded(terms) or sum(value for value, _ in split) != 0:
            continue
        met = [(rest, value, totals.get(rest, 0)) for value, rest in split if is_exact(rest)]
        if any(_grows(value, total) for _, value, total in met):
            found.add(k)
        else:
            totals.update((rest, value + total) for rest, value, total in met)
    return found


def _grows(a: Number, b: Number) -> bool:
    """Whether a multiple becomes a larger one, past the double, that is not rounded."""
    return a * b > 0 and not -2 <= a + b <= 2


def _summands(term: Expr, into: Callable[[Expr], bool], limit: int) -> list[Expr]:
    """The terms of a nested sum, or of one under a minus, and of the sums in it, where they are few; else the term."""
    found: list[Expr] = []
    stack = [term]
    while stack:
        if len(found) + len(stack) > limit:
            return [term]
        part = stack.pop()
        value, rest = split_number(part)
        if rest.op == "add" and value in (1, -1) and into(part):
            stack += reversed(rest.args if value == 1 else [neg(t) for t in rest.args])
        else:
            found.append(part)
    return found


def like_key(term: Expr) -> bytes:
    """What a term is up to a number in front of it: equal for like terms."""
    key = fingerprint(split_number(term)[1])
    return min(key, opposite(key))


def like_terms(terms: list[Expr]) -> list[Expr] | None:
    """The terms with like ones added at the place of the first; None where no two are alike."""
    split = [split_number(term) for term in terms]
    if not may_meet([rest for _, rest in split]):
        return None
    places: dict[bytes, int] = {}
    values: list[Number] = []
    rests: list[Expr] = []
    for value, rest in split:
        key = fingerprint(rest)
        known = places.get(key)
        if known is None and (known := places.get(opposite(key))) is not None:
            value = -value
        if known is None:
            places[key] = len(values)
            values.append(value)
            rests.append(rest)
        else:
            values[known] = plus(values[known], value)
    if len(values) == len(terms):
        return None
    return [scale(_factor(value), rest) for value, rest in zip(values, rests, strict=True) if value != 0]


def _factor(value: Number) -> Expr:
    """A number to multiply by; 0.5 + 0.5 is no factor at all."""
    return number(int(value) if value in (1, -1) else value)


def tidy_sum(terms: list[Expr]) -> Expr:
    """The sum of terms, nested sums written out and like terms added."""
    flat = flat_terms(terms)
    merged = like_terms(flat)
    return add(*flat) if merged is None else add(*merged) if merged else zeros(terms[0].shape)
