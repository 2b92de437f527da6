"""What is given, put into the expressions: a declared word is a property of its symbol, an equation a replacement."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from symdiff import dims
from symdiff.algebra import (
    MINUS_ONE,
    ONE,
    ZERO,
    Condition,
    add,
    condition,
    fmap,
    holds,
    is_positive,
    is_zero,
    mul,
    named,
    neg,
    number,
    power,
    resized,
    scale,
    sub,
    substitute_all,
    symbol,
    symbols_of,
)
from symdiff.calculus.derive import diff
from symdiff.dims import Dim
from symdiff.evaluation import evaluate
from symdiff.expr import Expr, postorder

_HALF = number(Fraction(1, 2))
_QUARTER = math.pi / 2 + 1e-12

# predicates that are properties of a symbol, of scalars or of square matrices
_PROPERTIES = frozenset({"positive", "integer", "symmetric", "spd", "diagonal", "orthogonal", "lower", "upper", "skew"})


def put_in(exprs: Sequence[Expr], given: Iterable[Condition]) -> tuple[list[Expr], tuple[Condition, ...]]:
    """Expressions with what is given of their symbols, and the conditions that no symbol can take up."""
    exprs, rest = list(exprs), []
    for c in given:
        x = c.args[0]
        if c.predicate == "equal" and _is_size(x) and isinstance(c.args[1].attr, int):
            exprs = _sized(exprs, {x.attr.name: c.args[1].attr})
        elif c.predicate == "equal" and x.op == "symbol" and x not in postorder(c.args[1]):
            exprs = substitute_all(exprs, {x: c.args[1]})
        elif c.predicate in _PROPERTIES and x.op == "symbol" and not c.given:
            known = {s for s in postorder(*exprs) if s.op == "symbol" and s.attr.name == x.attr.name}
            more = {s: symbol(s.attr.name, s.shape, s.attr.properties | {c.predicate}) for s in known}
            exprs = substitute_all(exprs, more)
        else:
            rest.append(c)
    return _with_own_symbols(exprs, rest)


def as_properties(given: Iterable[Condition]) -> tuple[dict[Expr, Expr], tuple[Condition, ...]]:
    """What is given of symbols as the same symbols with more properties, and the conditions that none can take up."""
    properties: dict[Expr, set[str]] = {}
    rest = []
    for c in given:
        if c.predicate in _PROPERTIES and c.args[0].op == "symbol" and not c.given:
            properties.setdefault(c.args[0], set()).add(c.predicate)
        else:
            rest.append(c)
    more = {s: symbol(s.attr.name, s.shape, s.attr.properties | words) for s, words in properties.items()}
    return {s: new for s, new in more.items() if new is not s}, tuple(rest)


def _with_own_symbols(exprs: list[Expr], rest: list[Condition]) -> tuple[list[Expr], tuple[Condition, ...]]:
    """The conditions that are left, over the symbols that the expressions have now, without those that hold."""
    now = {s.attr.name: s for s in postorder(*exprs) if s.op == "symbol"}

    def renewed(e: Expr) -> Expr:
        old = {s: now[s.attr.name] for s in postorder(e) if s.op == "symbol" and s.attr.name in now}
        alike = {s: new for s, new in old.items() if s.shape == new.shape}
        return substitute_all([e], alike)[0]

    return exprs, tuple(c for c in (c.of(renewed) for c in rest) if holds(c) is not True)


def parametrised(exprs: Sequence[Expr], conditions: Iterable[Condition], arcs: bool = False) -> list[Expr]:
    """Expressions in which a symbol moves where strict inequalities let it: x = y + t with a positive t for x > y.

    With `arcs` it is the arc of a sine or a cosine where the inequalities leave a part of its range.
    """
    exprs, waiting = list(exprs), _ranged(conditions)
    for k in range(len(waiting)):
        found = _parameter(waiting[k], f"t~{k}", arcs)
        if found is not None:
            exprs = substitute_all(exprs, found)
            waiting = [c.of(lambda e, found=found: substitute_all([e], found)[0]) for c in waiting]  # type: ignore[misc]
    return exprs


def _ranged(conditions: Iterable[Condition]) -> list[Condition]:
    """Conditions in which bounds of one symbol from both sides are one condition."""
    low: dict[Expr, Expr] = {}
    high: dict[Expr, Expr] = {}
    rest = []
    for c in conditions:
        a, b = c.args if c.predicate == "less" and not c.given else (ZERO, ZERO)
        if b.op == "symbol" and not b.shape and not symbols_of(a):
            low[b] = a
        elif a.op == "symbol" and not a.shape and not symbols_of(b):
            high[a] = b
            if "positive" in a.attr.properties:
                low.setdefault(a, ZERO)
        else:
            rest.append(c)
    both = [condition("within", x, low.pop(x), high.pop(x)) for x in [x for x in high if x in low]]
    beside = [condition("less", end, x) for x, end in low.items()] + [
        condition("less", x, end) for x, end in high.items()
    ]
    return [*rest, *both, *beside]


def _parameter(c: Condition, name: str, arcs: bool) -> dict[Expr, Expr] | None:
    """A symbol of an inequality, and what it is with a new positive symbol, or as an arc with a new one."""
    low, high = c.args[1:] if c.predicate == "within" else (None, None)
    if c.given or any(arg.shape for arg in c.args):
        return None
    x = c.args[0]
    if c.predicate == "less" and x.op == "map" and x.attr == "abs":
        x, low, high = x.args[0], neg(c.args[1]), c.args[1]
    t = symbol(name, (), {"positive"})
    if low is not None and high is not None:
        if not (_is_free(x) or (x.op == "symbol" and x.attr.properties == {"positive"})):
            return None
        arc = _arc(low, high) if arcs else None
        if arc is not None:
            return {x: add(arc, fmap("asin", symbol(name)))}
        return {x: add(low, mul(sub(high, low), t, power(add(ONE, t), MINUS_ONE)))}
    if c.predicate not in ("positive", "less"):
        return None
    e = x if c.predicate == "positive" else sub(c.args[1], x)
    for s in symbols_of(e):
        slope = diff(e, s) if not s.shape and (_is_free(s) or s.attr.properties == {"positive"}) else ZERO
        if slope.op == "number" and not is_zero(slope):
            found = mul(power(slope, MINUS_ONE), sub(t, substitute_all([e], {s: ZERO})[0]))
            if _is_free(s) or is_positive(found):
                return {s: found}
    return None


def _arc(low: Expr, high: Expr) -> Expr | None:
    """The middle of half a turn that holds a range of numbers: around 0, or around π/2."""
    if symbols_of(low, high):
        return None
    ends = [float(evaluate(end, {})) for end in (low, high)]
    for middle in (0.0, math.pi / 2):
        if middle - _QUARTER <= ends[0] and ends[1] <= middle + _QUARTER:
            return ZERO if not middle else scale(_HALF, named("pi"))
    return None


def _is_free(x: Expr) -> bool:
    return x.op == "symbol" and not x.shape and not x.attr.properties


def _is_size(e: Expr) -> bool:
    return e.op == "symbol" and "dimension" in e.attr.properties


def _sized(exprs: Sequence[Expr], sizes: Mapping[str, Dim]) -> list[Expr]:
    """Expressions with numbers in the place of names of sizes."""
    done: dict[Expr, Expr] = {}
    for node in postorder(*exprs):
        if node.op == "symbol" and not _is_size(node):
            shape = tuple(dims.substitute(dim, sizes) for dim in node.shape)
            done[node] = symbol(node.attr.name, shape, node.attr.properties)
        else:
            done[node] = resized(node, [done[arg] for arg in node.args], sizes)
    return [done[e] for e in exprs]
