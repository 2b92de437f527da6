"""Conditions simplified: taken apart into plain ones, and without those that the others imply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symdiff.algebra.build import split_number, unspread
from symdiff.algebra.conditions import Condition, holds, merge
from symdiff.algebra.leaves import ONE, symbol
from symdiff.algebra.matrix_facts import chain_of
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
    plain = list(merge(piece for c in conditions for piece in _pieces(c)))
    if len(plain) > _MANY:
        return tuple(plain)
    kept = list(plain)
    for c in reversed(plain):  # of two that imply each other the first stays
        others = [other for other in kept if other is not c]
        if any(_implies(other, c) for other in others) or _known_beside(c, others):
            kept = others
    return tuple(kept)


def _pieces(c: Condition) -> Iterator[Condition]:
    """What a condition on a product says of its factors."""
    stack = [c]
    while stack:
        c = stack.pop()
        parts = _parts(c)
        if parts is None:
            yield c
        else:
            stack += reversed(parts)


def _parts(c: Condition) -> list[Condition] | None:
    """The conditions on the parts that together are this one; None for one that stays whole."""
    name, e = c.predicate, c.args[0]
    scalar = unspread(e) if e.shape else None
    if name in ("positive", "nonnegative", "nonzero") and scalar is not None:
        return [Condition(name, (scalar,))]
    if name in ("positive", "nonnegative"):
        value, rest = split_number(e)
        return [Condition(name, (rest,))] if value > 0 and rest is not e and rest is not ONE else None
    if name == "nonzero":
        return _nonzero_parts(e)
    return _invertible_parts(e) if name == "invertible" else None


def _nonzero_parts(e: Expr) -> list[Condition] | None:
    if e.op == "mul":
        numbers = all(exponent.op == "number" for exponent in e.args[2::2])
        return [Condition("nonzero", (base,)) for base in e.args[1::2]] if numbers else None
    if e.op == "call" and e.attr[0] == "det":
        return [Condition("invertible", (e.args[0],))]
    if e.op == "einsum" and len(e.args) == 2 and len(e.attr[0]) == len(e.attr[1]):
        return [Condition("nonzero", (part,)) for part in e.args]
    exponent = unspread(e.args[1]) if e.op == "map" and e.attr == "pow" else None
    return [Condition("nonzero", (e.args[0],))] if exponent is not None and exponent.op == "number" else None


def _invertible_parts(e: Expr) -> list[Condition] | None:
    """Of a product of square matrices its factors, of a multiple or a transpose the matrix."""
    if e.op != "einsum" or any(o.rank != 2 or o.shape[0] != o.shape[1] for o in e.args[1:]):
        return None
    if chain_of(list(zip(e.args[1:], e.attr, strict=False)), e.attr[-1]) is None:
        return None
    front = [] if e.args[0] is ONE else [Condition("nonzero", (e.args[0],))]
    return [*front, *(Condition("invertible", (o,)) for o in dict.fromkeys(e.args[1:]))]


def _implies(strong: Condition, weak: Condition) -> bool:
    if strong.args[0] is weak.args[0] and (len(weak.args) == 1 or strong.args == weak.args or len(strong.args) == 1):
        return weak.predicate in _WEAKER.get(strong.predicate, ())
    e = strong.args[0]
    determinant = e.op == "call" and e.attr[0] == "det" and e.args == weak.args
    return determinant and weak.predicate in _OF_DETERMINANT.get(strong.predicate, ())


def _known_beside(c: Condition, others: Iterable[Condition]) -> bool:
    """Whether facts decide a condition once the symbols have the properties that other conditions ask for."""
    asked: dict[Expr, set[str]] = {}
    for predicate, (first, *_) in others:
        if predicate in _PROPERTIES and first.op == "symbol":
            asked.setdefault(first, set()).add(predicate)
    if not asked or len(postorder(*c.args)) > _LARGE:
        return False
    twins = {x: symbol(x.attr.name, x.shape, x.attr.properties | more) for x, more in asked.items()}
    return holds(Condition(c.predicate, tuple(substitute(arg, twins) for arg in c.args))) is True
