"""One equation in one unknown: candidates, the check of each by substitution, and the search in digits for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice
from random import Random
from typing import NamedTuple

from symdiff.algebra import (
    Condition,
    add,
    condition,
    is_closed,
    is_complex,
    mul,
    named,
    number,
    sub,
    substitute,
    symbol,
    symbols_of,
)
from symdiff.algebra.implied import simplified
from symdiff.algebra.never import impossible
from symdiff.calculus.conditions import conditions
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import holds_with
from symdiff.rewriting import simplify
from symdiff.rewriting.cost import cost
from symdiff.show import condition_text
from symdiff.solving.isolation import Candidate, Isolation
from symdiff.solving.numbers import (
    Number,
    admits,
    as_number,
    context,
    decimal,
    gap,
    is_finite,
    solves,
    value_at,
    without_decimals,
)
from symdiff.solving.search import Search
from symdiff.syntax.unknowns import Sides

RANGE = (Fraction(-10), Fraction(10))
_LONGEST = 12  # operations of a root that is shown exactly
_READ = 10**9  # the largest denominator that is shown
_DRAWS, _ENOUGH = 80, 3  # points at which what holds names is checked, and how many have to be within its conditions


class NoSolution(SymdiffError):
    """An equation, or a system of some, that nothing solves."""


class Solutions(NamedTuple):
    """The roots of an equation, the smallest first, under conditions on the other names."""

    roots: tuple[Candidate, ...]
    conditions: tuple[Condition, ...] = ()
    notes: tuple[str, ...] = ()


class Indeterminate(SymdiffError):
    """Every value of the unknown is a solution."""


def in_plane(sides: Sides, x: Expr) -> bool:
    """Whether roots that are not real are asked for."""
    return "complex" in x.attr.properties or any(map(is_complex, sides))


def solved(sides: Sides, x: Expr, ends: tuple[Fraction, Fraction] | None) -> Solutions:
    """The roots of an equation in x: NoSolution where there are none, Indeterminate where all x are."""
    low, high = ends or RANGE
    plane = in_plane(sides, x)
    exact = (without_decimals(sides[0]), without_decimals(sides[1]))
    if not symbols_of(*sides):
        if solves(exact, {}, {}, not plane):
            raise Indeterminate(f"every {x.attr.name} solves {_said(sides)}")
        raise NoSolution(f"no {x.attr.name} solves {_said(sides)}")
    found = Isolation(x, low, high, plane).run(sub(*exact))
    if found.everywhere:
        _all_of(exact, x, found.everywhere)
    closed = set(symbols_of(*sides)) <= {x}
    if not closed:
        return _with_names(exact, x, found)
    roots = _checked(exact, x, found.candidates, plane)
    notes = []
    if found.unsolved:
        if plane:
            raise NotSupported(f"complex roots of this are not found: {_said(sides)}", hint="declare real names")
        roots = _searched(exact, x, roots, low, high)
    if ends is not None:
        one = context()
        roots = [r for r in roots if not is_finite(r[1]) or low <= Fraction(one.nstr(one.re(r[1]), 40)) <= high]
    where = f"between {_plainly(low)} and {_plainly(high)}"
    if not roots:
        raise _nothing(sides, x, found, plane, where, ends)
    if found.unsolved or found.periods:
        others = "others may lie outside" if found.unsolved else f"more are {_period(found)} apart"
        notes.append(f"{len(roots)} root{'s' * (len(roots) > 1)} found {where}; {others}")
    elif ends is not None:
        notes.append(f"{len(roots)} root{'s' * (len(roots) > 1)} {where}")
    decimals = exact != sides
    written = [candidate._replace(value=shown(candidate, v, decimals)) for candidate, v in roots]
    notes += [f"{c.value} is a {_TIMES.get(c.times, f'{c.times}-fold')} root" for c in written if c.times > 1]
    return Solutions(tuple(written), (), tuple(notes))


_TIMES = {2: "double", 3: "triple"}
_Root = tuple[Candidate, Number]


def _plainly(end: Fraction) -> str:
    return str(number(end) if end.denominator < 1000 else number(float(end)))


def _said(sides: Sides) -> str:
    return f"`{str(sides[0])[:60]} = {str(sides[1])[:60]}`"


def _period(found: Isolation) -> str:
    return " or ".join(dict.fromkeys(str(p) for p in found.periods))


def _nothing(
    sides: Sides, x: Expr, found: Isolation, plane: bool, where: str, ends: tuple[Fraction, Fraction] | None
) -> NoSolution:
    name = x.attr.name
    if found.unsolved or found.periods or ends is not None:
        said = f"no {name} {where} solves {_said(sides)}"
        return NoSolution(said, hint=f"state another range: `solve(…, {name}, 0, 100)`")
    hint = None if plane else f"for complex numbers declare `{name}: complex scalar`"
    kind = "" if plane else "real "
    return NoSolution(f"no {kind}{name} solves {_said(sides)}", hint=hint if _has_more(sides, x) else None)


def _has_more(sides: Sides, x: Expr) -> bool:
    """Whether there are roots in the plane."""
    try:
        return bool(_checked(sides, x, Isolation(x, *RANGE, plane=True).run(sub(*sides)).candidates, True))
    except SymdiffError:
        return False


def _checked(sides: Sides, x: Expr, candidates: Iterable[Candidate], plane: bool) -> list[_Root]:
    """The candidates that solve a closed equation, each once, in order, with their values."""
    one, found = context(), list[_Root]()
    domain = _domain(sides)
    for candidate in candidates:
        v = value_at(candidate.value)
        if not is_finite(v, not plane) or not fits(x, v):
            continue
        v = v if plane else one.re(v)
        same = next((k for k, (_, w) in enumerate(found) if _is_same(v, w)), None)
        if same is not None:
            if candidate.exact and cost(candidate.value) < cost(found[same][0].value):
                found[same] = candidate, v
        elif admits(domain, {x.attr.name: v}) and solves(sides, {}, {x.attr.name: v}, not plane):
            plain = candidate if candidate.value.op == "number" else _recognised(sides, x, v)
            found.append((plain._replace(times=candidate.times) if plain.exact else candidate, v))
    return sorted(found, key=lambda root: (one.re(root[1]), one.im(root[1])))


def _domain(sides: Sides) -> tuple[Condition, ...]:
    """Where both sides have a value."""
    return (*conditions(sides[0]), *conditions(sides[1]))


def _is_same(v: Number, w: Number) -> bool:
    return bool(abs(v - w) <= context().mpf(10) ** -25 * max(abs(v), 1))


def fits(x: Expr, v: Number) -> bool:
    """Whether a value is what x was declared to be."""
    words = x.attr.properties
    return not ("positive" in words and not v > 0) and not (
        "integer" in words and abs(v - round(float(v))) > context().mpf(10) ** -25
    )


def _searched(sides: Sides, x: Expr, known: list[_Root], low: Fraction, high: Fraction) -> list[_Root]:
    """The roots between two numbers; those that are known as they are known."""
    plain = symbol(x.attr.name, ())
    free: Sides = (substitute(sides[0], {x: plain}), substitute(sides[1], {x: plain}))
    search = Search(free, plain, low, high)
    found, domain = search.run(), _domain(sides)
    if search.zero is not None:
        begin, end = (f"{v:.4g}" for v in search.zero)
        raise Indeterminate(f"every {x.attr.name} from {begin} to {end} solves {_said(sides)}, as far as numbers show")
    roots = [root for root in known if low <= Fraction(context().nstr(root[1], 40)) <= high]
    for v in found:
        if fits(x, v) and admits(domain, {x.attr.name: v}) and not any(_is_same(v, w) for _, w in roots):
            roots.append((_recognised(sides, x, v), v))
    return sorted(roots, key=lambda root: root[1])


def _recognised(sides: Sides, x: Expr, v: Number) -> Candidate:
    """A root in digits as a fraction, or a multiple of pi, where it is one to sixty digits."""
    one = context()
    if one.im(v) != 0 or abs(v) > _READ:
        return Candidate(number(0), (), False)
    for unit, factor in ((one.mpf(1), number(1)), (+one.pi, named("pi"))):
        times = Fraction(int(one.nint(v / unit * 5040)), 5040).limit_denominator(60)
        if abs(v - unit * times.numerator / times.denominator) < one.mpf(10) ** -60 * max(abs(v), 1):
            exact = mul(number(times), factor)
            if solves(sides, {}, {x.attr.name: value_at(exact)}, True):
                return Candidate(exact)
    return Candidate(as_number(v), (), False)


def shown(candidate: Candidate, v: Number, decimals: bool) -> Expr:
    """A root as it is shown: exactly where that is short; of decimals as a decimal."""
    e = candidate.value
    if decimals and e.op == "number":
        plain = Fraction(e.attr)
        short = Fraction(repr(float(plain))) == plain
        return e if plain.denominator == 1 and short else number(float(plain)) if short else decimal(v)
    long = any(isinstance(node.attr, Fraction) and node.attr.denominator > _READ for node in postorder(e))
    if candidate.exact and not decimals and not long and cost(e) <= _LONGEST:
        return e
    one = context()
    if one.im(v) == 0:
        return decimal(one.re(v))
    return add(decimal(one.re(v)), mul(decimal(one.im(v)), named("i")))


def _all_of(sides: Sides, x: Expr, regions: Sequence[tuple[Condition, ...]]) -> None:
    """Indeterminate, where the equation holds for all x with these conditions, or where both sides have a value."""
    name = x.attr.name
    for region in regions:
        asked = simplified([*region, *_domain(sides)])
        if impossible(asked):
            continue
        names = [s.attr.name for s in symbols_of(*sides)]
        gaps = [gap(sides, point, False) for point in points(names or [name], asked, symbols_of(*sides))]
        if len(gaps) < _ENOUGH or any(g is None or g > context().mpf(10) ** -30 for g in gaps):
            continue
        where = f" with {', '.join(map(condition_text, asked))}" if asked else ""
        raise Indeterminate(f"every {name}{where} solves {_said(sides)}")


def points(names: Sequence[str], asked: Sequence[Condition], symbols: Iterable[Expr]) -> Iterable[dict[str, Number]]:
    """Points within conditions; what is declared of the names is kept."""
    import numpy as np

    random, one = Random(17), context()
    words = {s.attr.name: s.attr.properties for s in symbols}
    for draw in range(_DRAWS):
        point = {}
        for name in names:
            v = one.mpf(random.randint(1, 10**9)) / 10**9 * random.choice((1, 3, 9))
            if "integer" in words.get(name, ()):
                v = one.mpf(random.randint(1, 9))
            lone = draw % 2 and "positive" not in words.get(name, ())
            point[name] = -v if lone and random.random() < 0.5 else v
        if all(holds_with(c, lambda e, point=point: np.array(float(one.re(value_at(e, point)))), 0.0) for c in asked):  # type: ignore[misc]
            yield point


def _with_names(sides: Sides, x: Expr, found: Isolation) -> Solutions:
    """The roots of an equation with other names, and the conditions under which they are all of them."""
    name = x.attr.name
    if found.unsolved:
        others = ", ".join(f"`{s.attr.name}`" for s in symbols_of(*sides) if s is not x)
        raise NotSupported(
            f"there is no formula for `{name}` in {_said(sides)}", hint=f"give {others} a value: `… where a = 2`"
        )
    domain = _domain(sides)
    asked: list[Condition] = [condition("nonzero", f) for f in found.factors if not is_closed(f)]
    kept: list[Candidate] = []
    for candidate in dict.fromkeys(found.candidates):
        own = _conditions_at(candidate, x, domain)
        verdict = None if own is None else _holds(sides, x, candidate.value, [*asked, *own])
        if verdict is None or own is None:
            continue
        if not verdict:
            said = f"which of {', '.join(str(c.value)[:40] for c in found.candidates)} solves {_said(sides)}"
            raise NotSupported(f"{said} depends on the other names", hint="give them values")
        asked += own
        if all(candidate.value is not other.value for other in kept):
            kept.append(candidate._replace(conditions=()))
    plain = simplified(asked)
    if not kept or impossible(plain):
        raise NoSolution(f"no real {name} solves {_said(sides)}")
    notes = [f"and all that are {_period(found)} apart"] if found.periods else []
    return Solutions(tuple(_ascending(kept, plain, symbols_of(*sides))), plain, tuple(notes))


def _ascending(roots: Sequence[Candidate], asked: Sequence[Condition], symbols: Sequence[Expr]) -> Sequence[Candidate]:
    """Roots with names in them, the smallest first where one order is right at all points; else as they are."""
    orders = set()
    for point in islice(points([s.attr.name for s in symbols], asked, symbols), 12):
        values = [value_at(root.value, point) for root in roots]
        if not all(map(is_finite, values)):
            return roots
        orders.add(tuple(sorted(range(len(roots)), key=lambda k: values[k])))
    return [roots[k] for k in orders.pop()] if len(orders) == 1 else roots


def _conditions_at(candidate: Candidate, x: Expr, domain: Sequence[Condition]) -> list[Condition] | None:
    """The conditions of a root, in which x is the root; None where no point meets them."""

    def put(e: Expr) -> Expr:
        return simplify(substitute(e, {x: candidate.value}))

    words = [condition(w, candidate.value) for w in ("positive", "integer") if w in x.attr.properties]
    try:
        found = [c.of(put) for c in (*candidate.conditions, *domain)] + [*words, *conditions(candidate.value)]
    except (SymdiffError, ArithmeticError):
        return None
    plain = simplified(found)
    return None if impossible(plain) else list(plain)


def _holds(sides: Sides, x: Expr, value: Expr, asked: Sequence[Condition]) -> bool | None:
    """Whether a root solves the equation at all points within its conditions; None where it does at none."""
    symbols = symbols_of(*sides, value, *(part for c in asked for part in c.args))
    names = [s.attr.name for s in symbols if s is not x]
    real = not in_plane(sides, x)
    verdicts = []
    for point in points(names, asked, symbols):
        v = value_at(value, point)
        if is_finite(v, real):
            verdicts.append(solves(sides, point, {x.attr.name: v}, real))
        if len(verdicts) == 12:
            break
    if not any(verdicts):
        return None
    return all(verdicts) and len(verdicts) >= _ENOUGH
