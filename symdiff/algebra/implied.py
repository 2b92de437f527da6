"""Conditions simplified: taken apart into plain ones, and without those that the others imply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial

from symdiff.algebra.build import add, call, mul, neg, power, scale, split_number, spread, unspread
from symdiff.algebra.conditions import Condition, holds, merge
from symdiff.algebra.dependence import symbols_of
from symdiff.algebra.einsum import hadamard
from symdiff.algebra.facts import is_nonnegative, is_positive, is_real
from symdiff.algebra.leaves import ONE, ZERO, number, symbol
from symdiff.algebra.matrix_facts import chain_of
from symdiff.algebra.never import never
from symdiff.algebra.numbers import with_numbers
from symdiff.algebra.ranges import OF_ONE_SIGN, Ranges, known_range
from symdiff.algebra.reals import LINE, NOTHING, Reals
from symdiff.algebra.rebuild import substitute
from symdiff.expr import Expr, postorder

_MANY = 60  # more conditions are not compared with each other
_LARGE = 400  # nodes of a condition that is looked through for what others say of its symbols

# A condition implies these of the same thing.
_WEAKER = {
    "positive": {"nonnegative", "nonzero", "real", "off_poles"},
    "spd": {"symmetric", "invertible", "full_rank", "principal"},
    "orthogonal": {"invertible", "full_rank"},
    "invertible": {"full_rank"},
    "principal": {"invertible", "full_rank"},
    "diagonal": {"symmetric", "lower", "upper"},
    "integer": {"real"},
    "less": {"less_equal", "apart"},
    "within": {"within_closed"},
    "distinct_entries": {"unique_max", "unique_min", "unique_max_along", "unique_min_along"},
    **{f"unique_{end}": {f"lone_{end}"} for end in ("max", "min", "max_along", "min_along")},
}
# and these of the matrix whose determinant it speaks of
_OF_DETERMINANT = {"positive": {"invertible", "full_rank"}, "nonzero": {"invertible", "full_rank"}}
_PROPERTIES = {"positive", "integer", "spd", "symmetric", "orthogonal", "diagonal", "lower", "upper", "skew"}


def simplified(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """The same conditions in plain words: products taken apart, each once, those that the others imply left out."""
    ranges = Ranges()
    left = (weaker for c in conditions for piece in _pieces(c) for weaker in _weakened(piece, ranges))
    plain = list(merge(piece for c in left for piece in _pieces(c)))
    if len(plain) > _MANY:
        return tuple(plain)
    plain = [told for c in _united(plain, ranges) if (told := _beside_others(c, plain, ranges)) is not None]
    kept = list(plain)
    last_first = [c for c in plain[::-1] if c.predicate == "nonzero"]  # of equal ones the first stays, or `> 0`
    for c in [*last_first, *(c for c in plain[::-1] if c.predicate != "nonzero")]:
        others = [other for other in kept if other is not c]
        if _follows(c, others, ranges):
            kept = others
    return tuple(_joined(kept, ranges))


def _beside_others(c: Condition, conditions: list[Condition], ranges: Ranges) -> Condition | None:
    """A condition without what is given by others that are always asked; None where they say that it never is."""
    always = [other for other in conditions if not other.given]
    if not c.given or not always:
        return c
    if _plain([*c.given, *always], ranges) is None:
        return None
    return c._replace(given=tuple(g for g in c.given if g not in always and not _within(g, always, ranges)))


def _follows(c: Condition, others: list[Condition], ranges: Ranges) -> bool:
    """Whether the other conditions, as far as they are asked where this one is, imply it."""
    beside = [
        other for other in others if all(g in c.given or _within(g, c.given, ranges) for g in other.given)
    ]  # fmt: skip
    if any(_implies(other, c) for other in beside) or _within(c, beside, ranges) or _known_beside(c, beside):
        return True
    point = _failing(c)
    return bool(point) and any(_fails(other.of(partial(substitute, replacements=point))) for other in others)


def _failing(c: Condition) -> dict[Expr, Expr]:
    """The one point of scalars where a condition fails: x != 1 at 1, x^2 + y^2 > 0 where both are 0; else nothing."""
    first, *rest = c.args
    if first.op == "symbol" and not first.shape and c.predicate in ("nonzero", "apart"):
        return {first: rest[0] if rest else ZERO} if all(end.op == "number" for end in rest) else {}
    if c.predicate not in ("positive", "nonzero") or first.op != "add" or first.shape:
        return {}
    factors = [power_factors(term) for term in first.args]
    squares = all(len(own) == 1 and own[0][0].op == "symbol" and is_nonnegative(power(*own[0])) for own in factors)
    return {own[0][0]: ZERO for own in factors} if squares else {}


def _fails(c: Condition) -> bool:
    """Whether a condition is known not to hold."""
    return holds(c._replace(given=())) is False and all(holds(g) is True for g in c.given)


# --- comparisons with numbers ------------------------------------------------------------------------------------


def _weakened(c: Condition, ranges: Ranges) -> Iterable[Condition]:
    """What is left to ask where what is given holds: of `x > 0 where x >= 0` that x is not 0."""
    given = [g for g in c.given if holds(g) is not True]
    placed = ranges.of(c)
    there = _excluded(placed)
    if there:  # what is given has only to hold where the condition does not
        given = [_put(g, there, ranges) for g in given]
        given = [g for g in given if holds(g) is not True]
    kept = _plain(given, ranges)
    if kept is None or any(_implies(g, c._replace(given=())) for g in kept):
        return ()
    given = kept
    if given and never(c):  # what is given must not hold
        placed = ranges.of(given[0])
        placed = placed and (placed[0], NOTHING)
    if placed is None:
        return (c._replace(given=tuple(given)),)
    thing, within = placed
    where, others = _where(thing, given, ranges)
    free = within | ~where
    if known_range(thing) <= free:
        return ()
    if where != LINE or there:
        pieces = ranges.stated(thing, free)
        if pieces is not None:
            return [one._replace(given=tuple(others)) for one in pieces]
    return (c._replace(given=tuple(given)),)


def _excluded(placed: tuple[Expr, Reals] | None) -> dict[Expr, Expr]:
    """The one value that a symbol must not have; nothing of other conditions."""
    if placed is None or placed[0].op != "symbol" or placed[1].inside != (True, False, True):
        return {}
    thing, within = placed
    return {thing: spread(number(within.ends[0]), thing.shape)}


def _put(g: Condition, there: dict[Expr, Expr], ranges: Ranges) -> Condition:
    """A condition with numbers put in, in plain words; itself where that leaves numbers that say nothing."""
    told = g.of(lambda e: with_numbers(substitute(e, there)))
    if told == g or (holds(told) is None and not symbols_of(*told.parts)):
        return g
    placed = ranges.of(told) if holds(told) is None else None
    plain = ranges.stated(*placed) if placed else None
    return plain[0] if plain is not None and len(plain) == 1 else told


def _united(conditions: list[Condition], ranges: Ranges) -> list[Condition]:
    """One condition for several that are asked in pieces of a set: where y < 0 and where y = 0."""
    kept = list(conditions)
    while True:
        of: dict[object, tuple[Condition, Reals]] = {}
        for c in kept:
            for thing in dict.fromkeys(placed[0] for g in c.given if (placed := ranges.of(g))):
                where, others = _where(thing, c.given, ranges)
                key = (c.predicate, c.args, frozenset(others), thing)
                first, already = of.setdefault(key, (c, where))
                told = None if first is c else _asked_in(thing, already | where, ranges)
                if told is not None:
                    kept[kept.index(first)] = c._replace(given=(*others, *told))
                    kept.remove(c)
                    break
            else:
                continue
            break
        else:
            return kept


def _asked_in(thing: Expr, where: Reals, ranges: Ranges) -> tuple[Condition, ...] | None:
    """What says that a thing is in a set, nothing where it always is; None where few words do not."""
    return () if known_range(thing) <= where else ranges.stated(thing, where)


def _plain(given: list[Condition], ranges: Ranges) -> list[Condition] | None:
    """What is given without what the rest of it implies; None where it cannot be."""
    kept = list(dict.fromkeys(given))
    for g in given:
        placed = ranges.of(g)
        where = known_range(placed[0]) & _where(placed[0], kept, ranges)[0] if placed else LINE
        if holds(g) is False or where.is_empty:
            return None
        others = [other for other in kept if other is not g]
        if _within(g, others, ranges):
            kept = others
    return kept


def _where(thing: Expr, given: Iterable[Condition], ranges: Ranges) -> tuple[Reals, list[Condition]]:
    """What is given of a thing itself, as a set, and what is given of others."""
    where, others = LINE, []
    for g in given:
        placed = ranges.of(g)
        if placed is not None and placed[0] is thing:
            where = where & placed[1]
        else:
            others.append(g)
    return where, others


def _within(c: Condition, others: Iterable[Condition], ranges: Ranges) -> bool:
    """Whether the sets that others ask a thing to be in lie in the one that this condition asks for."""
    placed = ranges.of(c)
    if placed is None:
        return False
    thing, within = placed
    allowed, _ = _where(thing, others, ranges)
    allowed = allowed & known_range(thing)
    return allowed != LINE and not allowed.is_empty and allowed & _where(thing, c.given, ranges)[0] <= within


def _joined(conditions: list[Condition], ranges: Ranges) -> list[Condition]:
    """Conditions on one thing as fewer: `x >= 0` and `x != 0` are `x > 0`."""
    of: dict[Expr, list[Condition]] = {}
    for c in conditions:
        placed = ranges.of(c) if not c.given else None
        if placed is not None:
            of.setdefault(placed[0], []).append(c)
    for thing, several in of.items():
        told = ranges.stated(thing, _where(thing, several, ranges)[0])
        if told is not None and len(told) < len(several):
            first = conditions.index(several[0])
            rest = [c for c in conditions[first:] if c not in several]
            conditions = [*conditions[:first], *told, *rest]
    return conditions


# --- products ----------------------------------------------------------------------------------------------------


def _pieces(c: Condition) -> Iterator[Condition]:
    """What a condition on a product says of its factors."""
    stack = [c]
    while stack:
        c = stack.pop()
        parts = _parts(c)
        if parts is None:
            yield c
        else:
            stack += [part._replace(given=c.given) for part in reversed(parts)]


def _parts(c: Condition) -> list[Condition] | None:
    """The conditions on the parts that together are this one; None for one that stays whole."""
    name, e = c.predicate, c.args[0]
    scalar = unspread(e) if e.shape else None
    if name in ("positive", "nonnegative", "nonzero") and scalar is not None:
        return [Condition(name, (scalar,))]
    if name in ("positive", "nonzero") and e.attr == "abs":
        return [Condition("nonzero", e.args)]
    if name in ("positive", "nonnegative", "nonzero") and e.attr in OF_ONE_SIGN and is_real(e.args[0]):
        return [Condition(name, e.args)]
    if name in ("positive", "nonnegative"):
        return _of_transposed(name, e) or _signed_parts(name, e)
    if name == "nonzero":
        return _nonzero_parts(e)
    if name == "fractional" and (plain := _between_halves(e)) is not e:
        return [Condition(name, (plain,))]
    if name == "separate_spectra" and (inner := [_untransposed(arg) for arg in c.args]) != [*c.args]:
        return [Condition(name, tuple(inner))]
    return _invertible_parts(e) if name == "invertible" else None


def _between_halves(e: Expr) -> Expr:
    """What is whole where e is, with a first term that has no minus, and a number in [-1/2, 1/2) beside it."""
    terms = e.args if e.op == "add" else (e,)
    numbers = [term.attr for t in terms if (term := unspread(t)) is not None and term.op == "number"]
    front = next((split_number(t)[0] for t in terms if (unspread(t) or e).op != "number"), 1)
    shift = sum(numbers) if front > 0 else -sum(numbers)
    wanted = (shift + Fraction(1, 2)) % 1 - Fraction(1, 2)
    if front > 0 and wanted == shift:
        return e
    return add(*(term if front > 0 else neg(term) for term in terms), spread(number(wanted - shift), e.shape))


def _of_transposed(name: str, e: Expr) -> list[Condition] | None:
    """A determinant of a transpose is that of the matrix."""
    if e.op != "call" or e.attr[0] != "det":
        return None
    inner = _untransposed(e.args[0])
    return None if inner is e.args[0] else [Condition(name, (call("det", (inner,), (), ()),))]


def _untransposed(e: Expr) -> Expr:
    plain = e.op == "einsum" and e.rank == 2 and len(e.args) == 2 and e.args[0] is ONE
    return e.args[1] if plain and e.attr[0] == e.attr[1][::-1] else e


Factor = tuple[Expr, Expr]  # a base and its exponent


def power_factors(e: Expr) -> list[Factor]:
    """The factors of a scalar product, or of one entry by entry, as powers; of anything else itself."""
    if e.op == "mul":
        found = list(zip(e.args[1::2], e.args[2::2], strict=True))
        return found if e.args[0] is ONE else [(e.args[0], ONE), *found]
    if e.op == "einsum" and all(own == e.attr[-1] for own in e.attr[:-1]):
        front = power_factors(e.args[0]) if e.args[0] is not ONE else []
        return [*front, *(factor for operand in e.args[1:] for factor in power_factors(operand))]
    if e.attr == "pow" and (exponent := unspread(e.args[1])) is not None:
        return [(e.args[0], exponent)]
    return [(e, ONE)]


def _signed_parts(name: str, e: Expr) -> list[Condition] | None:
    """A sign of a product: what is positive left out, of an even power only that it is not 0."""
    factors = power_factors(e)
    left: list[Factor] = []
    parts: list[Condition] = []
    for base, exponent in factors:
        if is_positive(base):
            continue
        if exponent.op == "number" and exponent.attr % 2 == 0 and is_real(base):
            if name == "nonnegative" and exponent.attr > 0:
                return None  # where a factor may be 0 the sign of the others is free
            parts.append(Condition("nonzero", (base,)))
        else:
            left.append((base, exponent))
    lone = left[0][1] if len(left) == 1 else ONE
    if len(left) == len(factors) and (lone is ONE or lone.op != "number"):
        return None
    if name == "nonnegative" and any(k.op != "number" or k.attr < 0 for _, k in left):
        return None
    if len(left) == 1 and left[0][1].op == "number":
        return [*parts, Condition(name, (left[0][0],))]
    return [*parts, Condition(name, (power_product(left),))] if left else parts


def power_product(factors: Iterable[Factor]) -> Expr:
    """The product of powers, entry by entry where one of them has entries."""
    powers = [power(base, exponent) for base, exponent in factors]
    scalars = mul(*(p for p in powers if not p.shape))
    arrays = [p for p in powers if p.shape]
    return scale(scalars, hadamard(*arrays)) if arrays else scalars


def _nonzero_parts(e: Expr) -> list[Condition] | None:
    if e.op == "call" and e.attr[0] == "det":
        return [Condition("invertible", (e.args[0],))]
    factors = power_factors(e)
    if (len(factors) == 1 and factors[0][0] is e) or any(exponent.op != "number" for _, exponent in factors):
        return None
    return [Condition("nonzero", (base,)) for base, _ in factors]


_AS_INVERTIBLE = frozenset({"inv", "adj", "sqrtm", "matpow"})  # functions that are where what they are of is


def _invertible_parts(e: Expr) -> list[Condition] | None:
    """Of a product of square matrices its factors, of a multiple or a transpose the matrix."""
    if e.op == "call" and e.attr[0] in _AS_INVERTIBLE:
        return [Condition("invertible", e.args[:1])]
    if e.op != "einsum" or any(o.rank != 2 or o.shape[0] != o.shape[1] for o in e.args[1:]):
        return None
    if chain_of(list(zip(e.args[1:], e.attr, strict=False)), e.attr[-1]) is None:
        return None
    matrices = [Condition("invertible", (o,)) for o in dict.fromkeys(e.args[1:])]
    return [Condition("nonzero", e.args[:1]), *matrices]


# --- of each other -----------------------------------------------------------------------------------------------


def _implies(strong: Condition, weak: Condition) -> bool:
    if strong.predicate == weak.predicate == "positive" and _is_larger_value(strong.args[0], weak.args[0]):
        return True
    if strong.args[0] is weak.args[0] and (len(weak.args) == 1 or strong.args == weak.args or len(strong.args) == 1):
        return strong.predicate == weak.predicate or weak.predicate in _WEAKER.get(strong.predicate, ())
    if strong.predicate not in _OF_DETERMINANT:
        spectra = strong.predicate == weak.predicate == "separate_spectra"
        return spectra and set(strong.args) == set(weak.args)
    factors = [base for base, _ in power_factors(strong.args[0])]
    if weak.predicate == "nonzero" and weak.args[0] in factors:
        return True
    matrices = [f.args[0] for f in factors if f.op == "call" and f.attr[0] == "det"]
    asked = [c.args[0] for matrix in matrices for c in _pieces(Condition("invertible", (matrix,)))]
    return weak.args[0] in [*matrices, *asked] and weak.predicate in _OF_DETERMINANT[strong.predicate]


def _is_larger_value(e: Expr, than: Expr) -> bool:
    """Whether `than` is the same or a larger one of the singular values that e is one of."""
    if e.op != "index" or than.op != "index" or e.args != than.args or e.args[0].op != "call":
        return False
    (k, *_), (j, *_) = e.attr, than.attr
    return bool(e.args[0].attr[0] == "svdvals" and isinstance(k, int) and isinstance(j, int) and j <= k)


def _known_beside(c: Condition, others: Iterable[Condition]) -> bool:
    """Whether facts decide a condition once the symbols have the properties that other conditions ask for."""
    asked: dict[Expr, set[str]] = {}
    for other in others:
        if other.predicate in _PROPERTIES and other.args[0].op == "symbol":
            asked.setdefault(other.args[0], set()).add(other.predicate)
    if not asked or len(postorder(*c.args)) > _LARGE:
        return False
    twins = {x: symbol(x.attr.name, x.shape, x.attr.properties | more) for x, more in asked.items()}
    return holds(Condition(c.predicate, tuple(substitute(arg, twins) for arg in c.args))) is True
