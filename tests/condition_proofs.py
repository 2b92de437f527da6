"""Proofs that conditions of the books are not too narrow: beyond each of them alone something fails.

Of an entry there is no value, or no derivative, or not the one that `d` states; of a rule the sides differ. For an
order (`x > -1`) that must be so just outside its edge, for the others somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from book_proofs import SIZES, STRUCTURES, Case, Values, cases, holds_at

from symdiff import book
from symdiff.algebra import Condition, is_complex, substitute_all, symbol, symbols_of
from symdiff.book import Entry, Rule
from symdiff.book.meaning import read_condition
from symdiff.errors import NotSupported, SymdiffError
from symdiff.evaluation import Interpreter
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder

_ORDERS = frozenset({"positive", "nonnegative", "less", "less_equal"})
_TRIES = 500
_ENOUGH = 60  # points beyond a condition alone that are looked at
_STEP = 4e-3  # how far outside an edge at least; differences are taken over less
_FAILED = (SymdiffError, np.linalg.LinAlgError, ZeroDivisionError, OverflowError)


def value(e: Expr, at: Mapping[str, Any]) -> Any:
    """The value of an expression, nan where there is none."""
    try:
        with np.errstate(all="ignore"):
            return Interpreter(Numeric(), at, SIZES, {}, principal=is_complex(e)).value(e)
    except _FAILED:
        return np.asarray(np.nan)


def holds(c: Condition, at: Values) -> bool:
    """Whether a condition holds; what is an equality but for rounding fails it."""
    try:
        with np.errstate(all="ignore"):
            return holds_at(c, at, 0.0 if c.predicate in _ORDERS else 1e-9)
    except _FAILED:
        return False


# ---------------------------------------------------------------- points


def candidates(symbols: Sequence[Expr], conditions: Sequence[Condition], rng: Any) -> Iterator[Values]:
    """Random values and special ones: zeros, equal and whole ones, low ranks, repeated eigenvalues, structures."""
    for turn in range(_TRIES):
        values = {s.attr.name: _drawn(s, turn % 9, rng) for s in symbols}
        if turn % 3:
            kept = [c for c in conditions if rng.random() < 0.8]
            for c in kept:
                if c.predicate in STRUCTURES and c.args[0].op == "symbol":
                    name = c.args[0].attr.name
                    values[name] = STRUCTURES[c.predicate](np.asarray(values[name]))
        yield values


def _drawn(s: Expr, way: int, rng: Any) -> Any:
    shape = tuple(SIZES.get(str(d), d) for d in s.shape)
    if "integer" in s.attr.properties:
        return np.asarray(float(rng.integers(-3, 6)))
    made = rng.normal(size=shape) * rng.choice([1.5, 6.0])
    if way == 1:
        made = rng.choice([0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 3.0, np.pi / 2, np.pi], size=shape)
    elif way == 2:
        made = np.full(shape, rng.choice([0.0, 1.0, -1.0, 2.0, -2.0]))
    elif way == 3:
        made = np.abs(made)
    elif way == 4 and len(shape) == 2:
        made = np.outer(made[:, 0], rng.normal(size=shape[1]))
    elif way == 5 and len(shape) == 2:
        made = float(rng.normal()) * np.eye(*shape)
    elif way == 6 and len(shape) == 2 and shape[0] == shape[1]:
        made = np.diag(rng.choice([1.0, 1.0, 2.0, -1.0, 0.0], size=shape[0]))
    elif way == 7 and len(shape) == 2:
        made = (made + made.T) / 2 if shape[0] == shape[1] else made
    elif way == 8:
        made = np.round(made * 2) / 2
    if "complex" in s.attr.properties and way != 3:
        made = made + 4j * rng.normal(size=shape) * (way not in (1, 2))
    return made


def gap(c: Condition, at: Values) -> float:
    """How far inside its edge a point is; negative outside."""
    first, *others = (np.real(value(arg, at)) for arg in c.args)
    return float(np.min(others[0] - first if others else first))


def beyond(symbols: Sequence[Expr], conditions: Sequence[Condition], c: Condition) -> list[Values]:
    """Points at which c alone fails, of an order those just outside its edge."""
    rng = np.random.default_rng(29)
    others = [other for other in conditions if other != c]
    inside: list[Values] = []
    outside: list[Values] = []
    for values in candidates(symbols, conditions, rng):
        if all(holds(other, values) for other in others):
            (inside if holds(c, values) else outside).append(values)
        if len(outside) >= _ENOUGH and (inside or c.predicate not in _ORDERS):
            break
    if c.predicate not in _ORDERS:
        return outside
    if not inside:
        return []
    near = [_edge(symbols, c, inside[k % len(inside)], far) for k, far in enumerate(outside)]
    near = [at for at in near if gap(c, at) < -_STEP and all(holds(other, at) for other in others)]
    return near or [at for at in outside if gap(c, at) == 0]


def _edge(symbols: Sequence[Expr], c: Condition, inside: Values, far: Values) -> Values:
    """A point just outside, between one inside and one far out; whole numbers as they are far out."""
    whole = {s.attr.name for s in symbols if "integer" in s.attr.properties}

    asked = {s.attr.name for s in symbols_of(*c.args)}  # the others stay as they are far out

    def between(t: float) -> Values:
        moving = {name: v for name, v in inside.items() if name in asked and name not in whole}
        return {**far, **{name: v + t * (far[name] - v) for name, v in moving.items()}}

    low, high = 0.0, 1.0
    if whole:  # the nearest whole number outside
        name = sorted(whole)[0]
        for k in sorted(range(-6, 7), key=lambda k: -gap(c, {**inside, name: np.asarray(float(k))})):
            at = {**inside, name: np.asarray(float(k))}
            if not holds(c, at):
                return at
        return far
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(c, between(middle)) else (low, middle)
    return between(min(1.0, high + 2e-2 * (1 - high)))


# ---------------------------------------------------------------- entries


def conditions_proved(entry: Entry) -> list[str]:
    """The conditions of an entry beyond which nothing fails, in words."""
    found: dict[str, bool] = {}
    for properties in ((),) if entry.is_of_reals else ((), ("complex",)):
        try:
            tried = cases(entry, *properties)
        except (AssertionError, SymdiffError):
            continue
        for case in tried:
            try:
                domain, smooth = (_stated(case, name) for name in ("domain", "smooth"))
            except NotSupported:
                continue  # an order, of complex numbers
            for c in dict.fromkeys([*domain, *smooth]):
                if c.predicate in ("symmetric", "real", "square") or not symbols_of(*c.args):
                    continue  # of the symmetric part: a convention
                others = domain if c in domain else [*domain, *smooth]
                points = beyond(case.symbols, others, c) or beyond(case.symbols, [], c)
                if not points:
                    continue
                fails, word = any(_fails(case, at) for at in points), c.predicate
                found[word] = found.get(word, True) and fails if word in _ORDERS else found.get(word, False) or fails
    return [word for word, fails in found.items() if not fails]


def _stated(case: Case, name: str) -> list[Condition]:
    return [c for passage in case.entry.block.all(name) for c in read_condition(passage, case.of_order_one)]


def _fails(case: Case, at: Values) -> bool:
    """Whether there is no value here, no derivative, or not the one that is stated."""
    rng = np.random.default_rng(31)
    here = value(case.node, at)
    if not np.all(np.isfinite(here)):
        return True
    passage = case.entry.block.get("complex" if any(map(np.iscomplexobj, at.values())) else "d")
    passage = passage if passage is not None and passage.text not in ("none", "def") else case.entry.block.get("d")
    for turn in range(4):
        along = {s.attr.name: _direction(s, at, turn, rng) for s in case.symbols}

        def moved(h: float, along: Values = along) -> Any:
            return value(case.node, {name: v + h * along[name] for name, v in at.items()})

        if not _is_smooth(here, moved):
            return True
        if passage is not None and case.entry.name != "detach":
            changes = {f"d{name}": d for name, d in along.items()}
            stated = value(case.field(passage), {**at, **changes})
            slope = (moved(1e-4) - moved(-1e-4)) / 2e-4
            if not np.allclose(stated, slope, rtol=1e-3, atol=1e-3):
                return True
    return False


def _direction(s: Expr, at: Values, turn: int, rng: Any) -> Any:
    v = at[s.attr.name]
    if "integer" in s.attr.properties:
        return 0.0
    d = rng.normal(size=np.shape(v))
    if np.iscomplexobj(v):
        d = d + 1j * rng.normal(size=np.shape(v))
    return d if turn else np.ones(np.shape(v))


def _is_smooth(here: Any, moved: Any) -> bool:
    """Whether values and slopes on both sides meet."""
    slopes = []
    for h in (1e-4, 1e-5):
        ahead, behind = moved(h), moved(-h)
        if not (np.all(np.isfinite(ahead)) and np.all(np.isfinite(behind))):
            return False
        slopes.append(((ahead - here) / h, (here - behind) / h))
    (right, left), (nearer, other) = slopes
    size = 1 + np.max(np.abs(right)) + np.max(np.abs(left))
    grows = np.max(np.abs(nearer), initial=0) > 2 * np.max(np.abs(right), initial=0) + 1
    kink = np.max(np.abs(nearer - other), initial=0) > 1e-2 * size
    return not (grows or kink)


# ---------------------------------------------------------------- rules


def rule_conditions_proved(rule: Rule) -> list[str]:
    """The conditions of a rule beyond which its sides agree wherever the left one has a value."""
    lost = []
    variables = list(rule.variables.values())
    of_reals = any(e.is_of_reals for n in postorder(rule.lhs) if (e := book.entry_of(n)) is not None)
    for c in rule.conditions:
        if c.predicate == "real" and of_reals:
            continue  # there is nothing beyond
        sides, conditions, symbols = [rule.lhs, rule.rhs], list(rule.conditions), variables
        if c.predicate in ("real", "integer"):
            moved = [v for v in variables if v in symbols_of(*c.args)]
            if c.predicate == "integer":  # and the others any numbers
                moved = variables
            twins = {v: symbol(v.attr.name, v.shape, v.attr.properties - {"integer"} | {"complex"}) for v in moved}
            sides = substitute_all(sides, twins)
            conditions = [Condition(k.predicate, tuple(substitute_all(k.args, twins))) for k in rule.conditions]
            symbols = [twins.get(v, v) for v in variables]
            c = Condition(c.predicate, tuple(substitute_all(c.args, twins)))
            conditions = [k for k in conditions if k.predicate != "real" or k.args != c.args]
            points = _others_hold(symbols, [k for k in conditions if k != c], c)
        else:
            points = beyond(symbols, conditions, c)
            valued = [at for at in points if _is_steady(rule.lhs, value(rule.lhs, at), at)]
            if valued and not any(_differ(*sides, at) for at in valued):
                lost.append(c.predicate)
                continue
            points = _outside(symbols, conditions, c)
        if not any(_differ(*sides, at) for at in points):
            lost.append(c.predicate)
    return lost


def _outside(symbols: Sequence[Expr], conditions: Sequence[Condition], c: Condition) -> list[Values]:
    """Points at which c alone fails, anywhere."""
    others = [other for other in conditions if other != c]
    made = candidates(symbols, others, np.random.default_rng(41))
    return [at for at in made if not holds(c, at) and all(holds(other, at) for other in others)]


def _others_hold(symbols: Sequence[Expr], others: Sequence[Condition], c: Condition) -> list[Values]:
    rng = np.random.default_rng(37)
    found = []
    for values in candidates(symbols, [*others, c], rng):
        if c.predicate == "integer":
            values = {n: v if np.ndim(v) else np.round(np.real(v)) + 0.5 for n, v in values.items()}
        if all(holds(other, values) for other in others if other.predicate not in ("real", "integer")):
            found.append(values)
        if len(found) >= 60:
            break
    return found


def _differ(left: Expr, right: Expr, at: Values) -> bool:
    """Whether the left side has a value here that the right side has not."""
    was, now = value(left, at), value(right, at)
    if not _is_steady(left, was, at):
        return False
    return not np.allclose(was, now, rtol=1e-4, atol=1e-9)


def _is_steady(e: Expr, was: Any, at: Values) -> bool:
    """Whether there is a value that is no work of rounding: next to the point it is nearly the same."""
    if not np.all(np.isfinite(was)) or np.max(np.abs(was), initial=0) > 1e6:
        return False
    rng = np.random.default_rng(43)
    near = {name: v * (1 + 1e-10 * rng.normal(size=np.shape(v)) * (np.ndim(v) > 0)) for name, v in at.items()}
    return bool(np.allclose(value(e, near), was, rtol=1e-4, atol=1e-6))
