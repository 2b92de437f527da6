"""Where a function node has a value and where it is smooth, and which are written by cases: what the books say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from symdiff.algebra import (
    Condition,
    condition,
    has_real_power,
    is_integer,
    is_nonnegative,
    is_one,
    is_real,
    number,
    unspread,
    up_to_structure,
)
from symdiff.algebra.conditions import merge
from symdiff.algebra.function_facts import Said, register
from symdiff.algebra.leaves import is_whole
from symdiff.book.apply import Scope, arguments_of, cached, entry_of, expand, field_by_structure, field_of
from symdiff.book.library import library
from symdiff.book.meaning import read_condition
from symdiff.book.templates import Template
from symdiff.book.values import said_of
from symdiff.dims import Dim
from symdiff.expr import Expr


def conditions_of(e: Expr, smooth: bool = True) -> tuple[Condition, ...]:
    """Under which a node has a value and, if `smooth`, its derivative; what is known to hold is left out."""
    return merge(domain_of(e), smooth_of(e)) if smooth else domain_of(e)


def domain_of(e: Expr, real: bool | None = None) -> tuple[Condition, ...]:
    """Under which a node has a value, given its arguments: among the reals or in the plane, else as facts of it say."""
    return merge(_asked(e, None, is_of_reals(e) if real is None else real))


def smooth_of(e: Expr, order: int = 1) -> tuple[Condition, ...]:
    """Under which a node that has a value has derivatives up to an order."""
    return merge(_asked(e, order, is_of_reals(e)))


def _real_domain_of(e: Expr) -> tuple[Condition, ...]:
    """Under which a node of real arguments has a real value: facts of the node itself are not asked for."""
    return merge(_asked(e, None, all(map(is_real, e.args))))


def is_of_reals(e: Expr) -> bool:
    """Whether a node is meant among the reals: log(x) is, log(-1) is in the plane."""
    if e.op == "mul":
        return all(map(has_real_power, e.args[1::2], e.args[2::2]))
    return all(map(is_real, e.args)) and (is_real(e) or e.op not in ("map", "call"))


def _asked(e: Expr, order: int | None, real: bool) -> Iterable[Condition]:
    """What a node asks for: of its domain, or with an order of where it is smooth; among the reals or in the plane."""
    if e.op == "mul":
        for base, k in zip(e.args[1::2], e.args[2::2], strict=True):
            if not is_one(k):
                yield from _where(_of_power(base, k, order), real or has_real_power(base, k))
    elif e.op == "map" and e.attr == "pow":
        yield from _where(_of_power(e.args[0], e.args[1], order), real)
    elif e.op == "call" and e.attr[0] in ("matpow", "matpow_d"):
        yield from _where(_of_matrix_power(e.args[0], e.args[-1]) if order is None else (), real)
    else:
        yield from _where(_stated(e, order), real)


def is_by_cases(e: Expr) -> bool:
    """Whether a node is a function entry by entry that its book writes by cases, of real arguments."""
    entry = entry_of(e) if e.op == "map" else None
    by = entry is not None and (entry.block.get("cases") is not None or is_by_definition(e))
    return by and all(map(is_real, e.args))


def cases_of(e: Expr) -> Expr | None:
    """A function node written by cases, where it is one that is."""
    entry = entry_of(e)
    if entry is None or not is_by_cases(e):
        return None
    return expand(e) if entry.field("cases") in (None, "def") else field_of(e, "cases")


def is_by_definition(e: Expr) -> bool:
    """Whether where a node is smooth is said by its definition alone."""
    entry = entry_of(e)
    if entry is None or entry.block.get("def") is None:
        return False
    return all(entry.block.get(name) is None for name in ("d", "domain", "smooth"))


def is_step(e: Expr) -> bool:
    """Whether a node is a function that is constant between its jumps."""
    entry = entry_of(e) if e.op == "map" else None
    return entry is not None and entry.field("d") == "0*dx"


def _where(stated: Iterable[Condition], real: bool) -> Iterable[Condition]:
    """Conditions among the reals, or in the plane."""
    planar = (c if real and all(map(is_real, c.args)) else _in_the_plane(c) for c in stated)
    return filter(None, planar)


_IN_THE_PLANE = {"positive": "nonzero", "less": "apart"}
_ORDERED = frozenset({"nonnegative", "less_equal", "within", "within_closed"})


def _in_the_plane(c: Condition) -> Condition | None:
    """A condition on reals for complex numbers: only the edge of an order may matter there."""
    if c.predicate in _ORDERED:
        return None
    return c._replace(predicate=_IN_THE_PLANE.get(c.predicate, c.predicate))


Filled = Callable[[Sequence[Expr], Mapping[str, Dim]], Condition]  # of what takes the places of holes and of sizes


def _stated(e: Expr, order: int | None = None) -> Iterable[Condition]:
    """What the entry of a node states of its domain; with an order, of where it is smooth."""
    entry = entry_of(e)
    if entry is None:
        return ()
    name = "domain" if order is None else "smooth"
    passages = entry.block.all(name)
    if order is not None and field_by_structure(entry, arguments_of(e)) == "singular":
        return ()
    if not passages:
        return ()

    def make(scope: Scope) -> list[Filled]:
        meanings = scope.meanings() if order is None else scope.meanings(order=number(order))
        return [_template(c, scope.args) for p in passages for c in read_condition(p, meanings)]

    args = arguments_of(e)
    made, sizes = cached(e, args, entry, (name, order), make, real=True)
    found = [fill(args, sizes) for fill in made]
    return found if order is None else map(up_to_structure, found)


def _template(c: Condition, holes: Sequence[Expr]) -> Filled:
    """A condition on placeholders as one of whatever takes their places."""
    parts = [Template(arg, holes) for arg in c.args]
    given = [_template(g, holes) for g in c.given]
    return lambda *filled: Condition(c.predicate, tuple(t(*filled) for t in parts), tuple(g(*filled) for g in given))


def _of_power(base: Expr, exponent: Expr, order: int | None) -> Iterable[Condition]:
    """base^exponent is real, or smooth up to an order: a whole exponent needs at most a base that is not 0."""
    scalar = unspread(exponent)
    value = scalar.attr if scalar is not None and scalar.op == "number" else None
    if is_integer(exponent) or (value is not None and is_whole(value)):
        if order is None and (value < 0 if value is not None else not is_nonnegative(exponent)):
            yield condition("nonzero", base)
    elif order is None:
        yield condition("nonnegative" if value is not None and value > 0 else "positive", base)
    elif value is not None and 0 < value < order:
        yield condition("positive", base)


def _of_matrix_power(base: Expr, exponent: Expr) -> Iterable[Condition]:
    """A power that is not whole is principal, a negative one one of the inverse."""
    if not is_integer(exponent):
        yield condition("principal", base)
    elif not is_nonnegative(exponent):
        yield condition("invertible", base)


def _values_of(e: Expr) -> Said | None:
    """What the entry of a function says of its values."""
    name = e.attr if e.op == "map" else e.attr[0]
    entry = library().function(name, len(e.args))
    return None if entry is None else said_of(entry)


register(_values_of, _real_domain_of)
