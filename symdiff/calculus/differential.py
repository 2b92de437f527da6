"""The differential of an expression, as a program that is linear in the differentials of its variables.

`differentials(roots, seeds)` walks a root once, arguments before nodes, and works out the differential of every node
that depends on a seeded variable by one rule of calculus: a variable's differential is its seed (`dx`, or 1 for
d/dx). The rules of functions are lines of the books; sums, products, quotients and the linear operations are here.
(Magnus & Neudecker, Matrix Differential Calculus, ch. 5 and 8.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from symdiff.algebra import (
    COMPARISONS,
    MINUS_ONE,
    ONE,
    PARTS,
    Condition,
    Dependence,
    add,
    apply,
    array,
    compare,
    einsum,
    hadamard,
    index,
    is_entrywise,
    is_integer,
    is_nonnegative,
    is_positive,
    is_real,
    is_zero,
    join,
    mul,
    number,
    ones,
    power,
    reshape,
    scan,
    select,
    sub,
    unspread,
    zeros,
)
from symdiff.algebra.cases import is_case
from symdiff.book import apply as apply_book
from symdiff.book import conditions_of, differential_of, entry_of, expand, is_by_cases
from symdiff.errors import NotSupported
from symdiff.expr import Expr, planned, postorder

Tangents = Sequence[Expr]
Seeds = Mapping[Expr, Expr]


class LocalRule(NamedTuple):
    """One rule at one node: `combine` makes the node's differential from those of `parts`.

    `function` is the node whose domain and smoothness, by its book, are conditions of the rule; `conditions` are
    those it has besides.
    """

    name: str
    parts: tuple[Expr, ...]
    combine: Callable[[Tangents], Expr]
    function: Expr | None = None
    conditions: tuple[Condition, ...] = ()


class Recorder(Protocol):
    """What hears of every rule used; see `symdiff.narration`."""

    def local(self, node: Expr, name: str, rule: LocalRule, conditions: tuple[Condition, ...]) -> None: ...


def differentials(
    roots: Sequence[Expr], seeds: Seeds, recorder: Recorder | None = None, apart: bool = False
) -> list[Expr]:
    """The differential of each root, given those of the variables; zero where a root does not depend on them.

    With `apart`, for one of several derivatives, a divisor that is a variable is a factor with a negative power.
    Raises NotSupported for an operation without a differential.
    """
    depends = Dependence(seeds)
    by_complex = Dependence(moving) if (moving := [x for x in seeds if not is_real(x)]) else None
    done: dict[Expr, Expr] = dict(seeds)

    def rule_for(node: Expr) -> LocalRule:
        if by_complex is not None:
            _require_holomorphic(node, by_complex)
        if node.op == "einsum":
            return _einsum(node, depends, told=recorder is not None)
        return local_rule(node, depends, apart)

    for node, rule in planned(list(filter(depends, roots)), rule_for, lambda rule: rule.parts, done):
        if recorder is not None:
            conditions = rule.conditions
            if rule.function is not None:
                conditions += tuple(conditions_of(rule.function))
            recorder.local(node, _title(rule, seeds), rule, conditions)
        done[node] = rule.combine([done[part] for part in rule.parts])
    return [done[root] if depends(root) else zeros(root.shape) for root in roots]


_STRUCTURAL = frozenset(
    ("sum rule", "product rule", "quotient rule", "constant multiple rule", "linearity", "case by case")
)


def _title(rule: LocalRule, seeds: Seeds) -> str:
    """The rule's name, with `chain rule` where a function meets more than a variable."""
    inner = any(part not in seeds for part in rule.parts)
    chained = inner and rule.name not in _STRUCTURAL and "chain" not in rule.name
    return f"{rule.name}, chain rule" if chained else rule.name


def local_rule(e: Expr, depends: Callable[[Expr], bool], apart: bool = False) -> LocalRule:
    """The rule of calculus for the head of e, which depends on a variable."""
    if e.op == "mul":
        return _product(e, depends, apart)
    maker = _RULES.get(e.op)
    if maker is None:
        raise NotSupported(f"no rule differentiates {e.op}")
    return maker(e, depends)


def _moving(
    args: Sequence[Expr], depends: Callable[[Expr], bool]
) -> tuple[tuple[Expr, ...], Callable[[Tangents], list[Expr | None]]]:
    """The arguments that depend on a variable, each once; and their differentials in place, None for the others."""
    parts = tuple(dict.fromkeys(filter(depends, args)))

    def placed(ts: Tangents) -> list[Expr | None]:
        given = dict(zip(parts, ts, strict=True))
        return [given.get(arg) for arg in args]

    return parts, placed


def _sum(e: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    return LocalRule("sum rule", tuple(t for t in e.args if depends(t)), lambda ts: add(*ts))


# --- scalar products, quotients, powers ------------------------------------------------------------------------


def _product(e: Expr, depends: Callable[[Expr], bool], apart: bool) -> LocalRule:
    """A product of scalar powers: constants in front, then power, product or quotient rule."""
    constants, above, below = [e.args[0]], [], []
    for k in range(1, len(e.args), 2):
        base, exponent = e.args[k], e.args[k + 1]
        if not depends(base) and not depends(exponent):
            constants.append(power(base, exponent))
        elif exponent.op == "number" and exponent.attr < 0 and not (apart and base.op == "symbol"):
            below.append((base, exponent))
        else:
            above.append((base, exponent))
    constant = mul(*constants)
    if len(above) + len(below) == 1:
        base, exponent = (above or below)[0]
        if constant is not ONE:
            part = power(base, exponent)
            return LocalRule("constant multiple rule", (part,), lambda ts: mul(constant, ts[0]))
        return _power(base, exponent, depends)
    if above and below:
        return _quotient(constant, above, below)
    return _factors(constant, [power(*pair) for pair in above + below])


def _factors(constant: Expr, parts: list[Expr]) -> LocalRule:
    """d(uvw) = du·v·w + u·dv·w + u·v·dw, with products of what stands before and behind where there are many."""
    if len(parts) <= 8:

        def combine(ts: Tangents) -> Expr:
            return add(
                *(mul(constant, *(t if j == k else part for j, part in enumerate(parts))) for k, t in enumerate(ts))
            )

        return LocalRule("product rule", tuple(parts), combine)
    before, behind = [constant], [ONE]
    for part in parts[:-1]:
        before.append(mul(before[-1], part))
    for part in reversed(parts[1:]):
        behind.append(mul(part, behind[-1]))
    behind.reverse()
    return LocalRule(
        "product rule",
        tuple(parts),
        lambda ts: add(*(mul(left, t, right) for left, t, right in zip(before, ts, behind, strict=True))),
    )


Pair = tuple[Expr, Expr]


def _quotient(constant: Expr, above: list[Pair], below: list[Pair]) -> LocalRule:
    """d(u/vᵏ) = (v·du − k·u·dv)/vᵏ⁺¹; several divisors are one."""
    u = mul(*(power(*pair) for pair in above))
    if len(below) == 1:
        v, k = below[0][0], number(-below[0][1].attr)
    else:
        v, k = mul(*(power(base, number(-exponent.attr)) for base, exponent in below)), ONE
    under = power(v, number(-k.attr - 1))

    def combine(ts: Tangents) -> Expr:
        du, dv = ts
        return mul(constant, add(mul(v, du), mul(MINUS_ONE, k, u, dv)), under)

    return LocalRule("quotient rule", (u, v), combine, power(v, MINUS_ONE))


def _power(base: Expr, exponent: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    """base^exponent by the book's line for `pow`, a constant base or exponent left out."""
    e = power(base, exponent)
    parts, placed = _moving((base, exponent), depends)
    name = _power_name(depends(base), depends(exponent))
    return LocalRule(name, parts, lambda ts: _by_book(e, placed(ts)), e)


def _power_name(base: bool, exponent: bool) -> str:
    """The rule for a power in which these move."""
    return "general power rule" if base and exponent else "power rule" if base else "exponential rule"


def _counted_power(e: Expr, du: Expr | None) -> Expr | None:
    """The differential of x.^[0, 1, 2 …]: where the exponent is 0 it is 0, also where x is."""
    if e.op != "map" or e.attr != "pow" or du is None:
        return None
    base, k = e.args
    if unspread(k) is not None or not is_integer(k) or not is_nonnegative(k) or is_positive(k):
        return None
    if k.op == "constant":
        below = reshape(array([max(v - 1, 0) for v in k.attr.entries]), k.shape)
    else:
        below = apply_book("max", (sub(k, ones(k.shape)), zeros(k.shape)))
    return hadamard(k, power(base, below), du)


def _by_book(e: Expr, tangents: Sequence[Expr | None]) -> Expr:
    counted = _counted_power(e, tangents[0]) if tangents[-1] is None else None
    found = counted if counted is not None else differential_of(e, tangents)
    if found is None:
        raise NotSupported(f"the book defines {e.op} but gives no differential")
    base = _under_root(e)
    if base is None or is_zero(found) or not _rests(base, tangents[0]):
        return found
    thing = e if e.op == "call" else base
    return select(compare("!=", thing, zeros(thing.shape)), found, zeros(found.shape))


def _under_root(e: Expr) -> Expr | None:
    """What e is a power of, with an exponent between 0 and 1, or the norm of: where that is 0 e has no slope by it."""
    if (e.op == "map" and e.attr in ("sqrt", "cbrt")) or (e.op == "call" and e.attr[0] in ("norm2", "norm")):
        return e.args[0]
    if e.op != "mul" and not (e.op == "map" and e.attr == "pow"):
        return None
    base, exponent = e.args[-2:]
    power_of = unspread(exponent) or exponent
    return base if power_of.op == "number" and 0 < power_of.attr < 1 else None


def _rests(e: Expr, tangent: Expr | None) -> bool:
    """Whether e is 0 in a whole piece, as abs(x) - x is, and its differential is not a case that says so."""
    from symdiff.calculus.cases import rests  # which differentiates what it compares

    branches = any(node.op == "select" or is_by_cases(node) for node in postorder(e))
    return branches and tangent is not None and not is_case(tangent) and rests(e)


# --- products with axes ----------------------------------------------------------------------------------------


def _einsum(e: Expr, depends: Callable[[Expr], bool], told: bool = True) -> LocalRule:
    """The product rule of every product with axes: each factor's differential in its place.

    Of x'*x it is 2*x'*dx where nobody is told.
    """
    labels, out = e.attr[:-1], e.attr[-1]
    places: dict[object, list[int]] = {}
    for k, factor in enumerate(zip(e.args, ((), *labels), strict=True)):
        places.setdefault(k if told else factor, []).append(k)
    parts, placed = _moving(e.args, depends)
    moving = [k for k, arg in enumerate(e.args) if depends(arg)]

    def combine(ts: Tangents) -> Expr:
        terms, tangents = [], placed(ts)
        for k, *equal in places.values():
            tangent = tangents[k]
            if tangent is not None:
                args = [*e.args[:k], tangent, *e.args[k + 1 :]]
                front = mul(number(1 + len(equal)), args[0]) if equal else args[0]
                terms.append(einsum(front, args[1:], labels, out))
        return add(*terms)

    if len(moving) > 1:
        name = "product rule"
    else:
        alone = len(e.args) == 2 and moving[0] == 1 and e.args[0] is ONE
        name = "linearity" if alone else "constant multiple rule"
    return LocalRule(name, parts, combine)


# --- functions -------------------------------------------------------------------------------------------------


def _require_holomorphic(e: Expr, by_complex: Dependence) -> None:
    """NotSupported for a function that has no complex derivative, of what a complex variable moves."""
    name = "a comparison" if e.op == "compare" else _not_holomorphic(e)
    if name is not None and any(map(by_complex, e.args)):
        raise NotSupported(
            f"{name} of a complex variable has no complex derivative", hint="Wirtinger derivatives are not supported"
        )


def _not_holomorphic(e: Expr) -> str | None:
    """The name of the function that e is, if its book gives it no complex derivative."""
    entry = entry_of(e) if e.op in ("map", "call") else None
    return None if entry is None or (entry.is_holomorphic and entry.name not in PARTS) else entry.name


def _require_real(name: str, args: Sequence[Expr], depends: Callable[[Expr], bool]) -> None:
    """NotSupported for a function of reals alone, where what moves may be complex."""
    if any(depends(arg) and not is_real(arg) for arg in args):
        raise NotSupported(f"{name} is a function of real numbers, here of complex ones")


def _function(e: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    """The differential of the book's entry; of an entry without one that of its definition."""
    entry = entry_of(e)
    if entry is not None and entry.is_of_reals:
        _require_real(entry.name, e.args, depends)
    planar = entry is not None and entry.by_definition and not all(map(is_real, e.args))
    if entry is not None and (planar or entry.block.get("d") is None) and (meaning := expand(e)) is not None:
        return _by_definition(e, entry.name, meaning, depends)
    parts, placed = _moving(e.args, depends)
    name = e.attr if e.op == "map" else e.attr[0]
    title = _power_name(*map(depends, e.args)) if name == "pow" else f"derivative of {name}"
    return LocalRule(title, parts, lambda ts: _by_book(e, placed(ts)), e)


def _by_definition(e: Expr, name: str, meaning: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    """A function that is given by its definition alone."""
    if not depends(meaning):
        return LocalRule(f"definition of {name}", (), lambda ts: zeros(e.shape), e)
    return LocalRule(f"definition of {name}", (meaning,), lambda ts: ts[0], e)


def _unknown_function(e: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    """The chain rule for a function that is only a name: Σ ∂f/∂uₖ · duₖ."""
    moving = [k for k, arg in enumerate(e.args) if depends(arg)]

    def combine(ts: Tangents) -> Expr:
        return add(*(_partial_times(e, k, t) for k, t in zip(moving, ts, strict=True)))

    plain = len(moving) == 1 and e.args[moving[0]].op == "symbol"
    name = "definition of the derivative" if plain else "chain rule"
    return LocalRule(name, tuple(e.args[k] for k in moving), combine)


def _partial_times(e: Expr, k: int, tangent: Expr) -> Expr:
    """∂f/∂uₖ contracted with the differential of uₖ."""
    function, orders = e.attr
    partial = apply(function, e.args, (*orders, k))
    if e.shape and is_entrywise(function):
        return hadamard(partial, tangent)
    start = len(function.shape) + sum(len(function.arguments[j]) for j in orders if j <= k)
    width = len(function.arguments[k])
    names = [("own", j) for j in range(start)] + [("sum", j) for j in range(width)]
    names += [("own", j) for j in range(start, partial.rank - width)]
    return einsum(
        ONE, [partial, tangent], [names, [("sum", j) for j in range(width)]], [n for n in names if n[0] == "own"]
    )


# --- pieces and places -----------------------------------------------------------------------------------------


def _select(e: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    condition, a, b = e.args
    parts, placed = _moving((a, b), depends)

    def combine(ts: Tangents) -> Expr:
        return select(condition, *(zeros(e.shape) if t is None else t for t in placed(ts)))

    return LocalRule("case by case", parts, combine, None, _boundary(condition, depends))


def _boundary(condition: Expr, depends: Callable[[Expr], bool]) -> tuple[Condition, ...]:
    """Away from the places where a comparison of something that moves turns over."""
    found = []
    for node in postorder(condition, into=lambda n: n.op == "compare"):
        if node.op == "compare" and node.attr in COMPARISONS and any(depends(arg) for arg in node.args):
            _require_real("a comparison", node.args, depends)
            a, b = (unspread(arg) or arg for arg in node.args)
            moved = [arg for arg in (a, b) if not is_zero(arg)]
            if len(moved) == 1:
                found.append(Condition("nonzero", (moved[0],)))
            elif moved:
                found.append(Condition("apart", node.args))
    return tuple(found)


def _linear(build: Callable[[Expr, Tangents], Expr]) -> Callable[[Expr, Callable[[Expr], bool]], LocalRule]:
    """An operation linear in all its arguments: the differential moves inside."""

    def rule(e: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
        parts, placed = _moving(e.args, depends)

        def combine(ts: Tangents) -> Expr:
            given = zip(e.args, placed(ts), strict=True)
            return build(e, [zeros(arg.shape) if t is None else t for arg, t in given])

        return LocalRule("linearity", parts, combine)

    return rule


def _entry(e: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    """An entry: where that is a function of its own in the books, as one eigenvalue is, by its line."""
    entry = entry_of(e)
    if entry is None:
        return _linear(lambda e, ts: index(ts[0], e.attr))(e, depends)
    whole = e.args[0].args
    _require_real(entry.name, whole, depends)
    return LocalRule(f"derivative of {entry.name}", whole, lambda ts: _by_book(e, [*ts, None]), e)


def _scan(e: Expr, depends: Callable[[Expr], bool]) -> LocalRule:
    kind, axis, reverse = e.attr
    if kind != "cumsum":
        return _function(e, depends)
    return LocalRule("linearity", e.args, lambda ts: scan(kind, ts[0], axis, reverse))


_RULES: dict[str, Callable[[Expr, Callable[[Expr], bool]], LocalRule]] = {
    "add": _sum,
    "einsum": _einsum,
    "map": _function,
    "call": _function,
    "reduce": _function,
    "scan": _scan,
    "select": _select,
    "derivative": _unknown_function,
    "index": _entry,
    "join": _linear(lambda e, ts: join(e.attr[0], ts, e.attr[1])),
    "reshape": _linear(lambda e, ts: reshape(ts[0], e.shape, e.attr)),
}
