"""What a call of `solve` asks for: which unknowns, in which range, and the solutions as one array."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import count, product

from symdiff import algebra
from symdiff.algebra import Condition, condition, join, sub, substitute, symbols_of
from symdiff.algebra.implied import simplified
from symdiff.algebra.never import impossible
from symdiff.calculus.conditions import conditions
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect, simplify
from symdiff.rewriting.literals import entries_of, literal
from symdiff.solving.arrays import of_arrays
from symdiff.solving.equation import Indeterminate, NoSolution, fits, in_plane, points, shown, solved
from symdiff.solving.isolation import Candidate
from symdiff.solving.numbers import Number, admits, context, is_finite, real_value, solves, value_at
from symdiff.solving.systems import Row, branches
from symdiff.syntax.unknowns import Outcome, Sides

_ENOUGH = 3
_SMALL = 4  # the sizes of arrays that are solved for entry by entry


@lru_cache(maxsize=64)
def solve(sides: tuple[Sides, ...], unknowns: tuple[Expr, ...], rest: tuple[Expr, ...]) -> Outcome:
    """The solutions: of one equation in one unknown a vector; of a system a vector in their order, several as rows."""
    sides, spelled = _spelled_out(sides, unknowns)
    sides = tuple(pair for both in sides for pair in _entries(both, unknowns))
    free = symbols_of(*(side for pair in sides for side in pair))
    names = unknowns or tuple(s for s in free if not s.shape)
    if not unknowns and len(names) != len(sides):
        first = free[0].attr.name if free else "x"
        raise SymdiffError("which names are unknown is not said", hint=f"write `solve(…, {first})`")
    if len(names) == 1 and not free and not any(side.shape for side in sides[0]):
        solved(sides[0], names[0], None)
    for x in names:
        if x.op != "symbol":
            raise SymdiffError(f"{str(x)[:60]} is no name to solve for", hint='write `solve("x^2 = 4", "x")`')
        if x not in free:
            known = ", ".join(f"`{s.attr.name}`" for s in free) or "no name"
            raise SymdiffError(f"`{x.attr.name}` does not occur in the equations: they hold {known}")
    ends = _range(rest)
    if any(x.shape for x in names) or any(side.shape for pair in sides for side in pair):
        return of_arrays(sides, names)
    if ends is not None and (len(sides) > 1 or len(names) > 1):
        raise SymdiffError("a range is that of one unknown", hint="write `solve([…], [x, y])`")
    plain, back = _in_names(sides, names)
    back |= spelled
    outcome = _of_scalars(plain, names, ends)
    conditions = tuple(c.of(lambda e: substitute(e, back)) for c in outcome.conditions)
    return outcome._replace(result=substitute(outcome.result, back), conditions=conditions)


def _of_scalars(sides: Sequence[Sides], names: tuple[Expr, ...], ends: tuple[Fraction, Fraction] | None) -> Outcome:
    if len(sides) > 1 or len(names) > 1:
        return _of_system(sides, names)
    found = solved(sides[0], names[0], ends)
    return Outcome(join("stack", [root.value for root in found.roots], 0), found.conditions, found.notes)


def _in_names(sides: Sequence[Sides], names: Sequence[Expr]) -> tuple[tuple[Sides, ...], dict[Expr, Expr]]:
    """The equations with a name for each scalar that is made of arrays or functions without values; what these are."""
    whole = [side for pair in sides for side in pair]
    taken = {s.attr.name for s in symbols_of(*whole)}
    found: dict[Expr, Expr] = {}
    pending, met = whole[::-1], set[Expr]()
    while pending:
        node = pending.pop()
        if node in met:
            continue
        met.add(node)
        if not node.shape and _is_opaque(node) and not set(names) & set(symbols_of(node)):
            name = next(name for k in count(len(found)) if (name := f"u_{k}") not in taken)
            words = ["complex"] if algebra.may_be_complex(node) else ["positive"] if algebra.is_positive(node) else []
            found[node] = algebra.symbol(name, (), words)
        else:
            pending += node.args[::-1]
    plain = tuple((substitute(left, found), substitute(right, found)) for left, right in sides)
    return plain, {symbol: node for node, symbol in found.items()}


def _is_opaque(e: Expr) -> bool:
    """Whether arrays, sizes or functions that are only names are in it."""
    return any(
        node.op in ("derivative", "differential", "stop")
        or (node.op == "symbol" and (node.shape or "dimension" in node.attr.properties))
        for node in postorder(e)
    )


def _range(rest: tuple[Expr, ...]) -> tuple[Fraction, Fraction] | None:
    """The ends of a range that is stated."""
    if not rest:
        return None
    ends = [v for e in rest if not e.shape and (v := real_value(e)) is not None]
    if len(rest) != 2 or len(ends) != 2 or not ends[0] < ends[1]:
        hint = "write `solve(x^2 = 4, x, -5, 5)`; several unknowns stand in a list: `solve([…], [x, y])`"
        raise SymdiffError("a range is two numbers, the smaller one first", hint=hint)
    low, high = (Fraction(context().nstr(v, 40)) for v in ends)
    return low, high


def _spelled_out(sides: Sequence[Sides], unknowns: Sequence[Expr]) -> tuple[tuple[Sides, ...], dict[Expr, Expr]]:
    """The equations with small arrays of known size entry by entry, each a name; and what the names stand for."""
    free = symbols_of(*(side for pair in sides for side in pair))
    taken, put, back = {s.attr.name for s in free}, dict[Expr, Expr](), dict[Expr, Expr]()
    for array in free:
        if (
            array in unknowns
            or not 1 <= array.rank <= 2
            or not all(isinstance(d, int) and d <= _SMALL for d in array.shape)
        ):
            continue
        made = []
        for place in product(*(range(int(str(d))) for d in array.shape)):
            name = next(name for k in count(len(back)) if (name := f"a_{k}") not in taken)
            made.append(algebra.symbol(name, (), array.attr.properties & {"positive", "complex"}))
            back[made[-1]] = algebra.index(array, place)
        put[array] = literal(made, array.shape)
    if any(x.shape for x in unknowns):
        return tuple(sides), {}
    return tuple((_written_out(substitute(a, put)), _written_out(substitute(b, put))) for a, b in sides), back


def _written_out(e: Expr) -> Expr:
    """The expression with small arrays as literals of their entries, those inside first: det(A - t*eye(2))."""
    made: dict[Expr, Expr] = {}
    for node in postorder(e):
        new = algebra.rebuild(node, tuple(made[arg] for arg in node.args)) if node.args else node
        entries = entries_of(new) if new.shape or any(arg.shape for arg in new.args) else None
        if entries is not None and new.rank < 3:
            new = literal(list(map(collect, entries)), new.shape) if new.shape else entries[0]
        made[node] = new
    return made[e]


def _entries(sides: Sides, unknowns: Sequence[Expr]) -> list[Sides]:
    """Equations between arrays of known size without unknown arrays, entry by entry."""
    left = sides[0]
    arrays = any(x.shape for x in unknowns)
    if not left.shape or arrays or not all(isinstance(d, int) for d in left.shape):
        return [sides]
    written = [entries_of(side) for side in sides]
    places = list(product(*(range(int(str(d))) for d in left.shape)))
    picked = [own or [algebra.index(side, p) for p in places] for own, side in zip(written, sides, strict=True)]
    return [(simplify(a), simplify(b)) for a, b in zip(*picked, strict=True)]


# --- systems


def _of_system(sides: Sequence[Sides], names: tuple[Expr, ...]) -> Outcome:
    rows, notes = branches(sides, names)
    known = set(symbols_of(*(side for pair in sides for side in pair))) <= set(names)
    good: list[tuple[Row, tuple[Number, ...]]] = []
    asked: list[Condition] = []
    doubtful = False
    for row in rows:
        row = row._replace(values=tuple(map(simplify, row.values)))
        if not symbols_of(*row.values) and known:
            values = _numbers(sides, names, row)
            if values is not None and not any(_are_same(values, other) for _, other in good):
                good.append((row, values))
            continue
        own = _conditions_of(sides, names, row)
        verdict = None if own is None else _holds(sides, names, row, own)
        doubtful |= verdict is False
        if verdict and own is not None and all(row.values != other.values for other, _ in good):
            asked += own
            good.append((row, ()))
    if doubtful:
        raise NotSupported("which solutions these equations have depends on the other names", hint="give them values")
    if not good:
        kind = "" if any(in_plane(pair, x) for pair in sides for x in names) else "real "
        raise NoSolution(f"no {kind}{', '.join(x.attr.name for x in names)} solves all of these equations")
    decimals = any(isinstance(node.attr, float) for pair in sides for side in pair for node in postorder(side))
    if all(values for _, values in good):
        one = context()
        good.sort(key=lambda item: [(one.re(v), one.im(v)) for v in item[1]])
    written = [_written(row, values, decimals) for row, values in good]
    free = [x for x in names if any(x in symbols_of(*row.values) for row, _ in good)]
    if free:
        if all(row.values == names for row, _ in good):
            raise Indeterminate(f"all {', '.join(map(str, names))} solve these equations")
        be = "is" if len(free) == 1 else "are"
        notes.append(f"infinitely many solutions: {', '.join(map(str, free))} {be} free")
    result = written[0] if len(written) == 1 else join("stack", written, 0)
    return Outcome(result, simplified(asked), tuple(notes))


def _written(row: Row, values: tuple[Number, ...], decimals: bool) -> Expr:
    """A row of the result, closed values as they are shown."""
    entries = list(row.values)
    if values:
        entries = [shown(Candidate(e, (), row.exact), v, decimals) for e, v in zip(entries, values, strict=True)]
    return join("stack", entries, 0)


def _numbers(sides: Sequence[Sides], names: Sequence[Expr], row: Row) -> tuple[Number, ...] | None:
    """The values of a row that solves all equations; None of one that does not."""
    real = not any(in_plane(pair, x) for pair in sides for x in names)
    values = tuple(value_at(e) for e in row.values)
    if not all(is_finite(v, real) and fits(x, v) for x, v in zip(names, values, strict=True)):
        return None
    values = tuple(context().re(v) if real else v for v in values)
    point = {x.attr.name: v for x, v in zip(names, values, strict=True)}
    for pair in sides:
        if not admits((*conditions(pair[0]), *conditions(pair[1])), point) or not solves(pair, {}, point, real):
            return None
    return values


def _are_same(a: Sequence[Number], b: Sequence[Number]) -> bool:
    return all(abs(v - w) <= context().mpf(10) ** -25 * max(abs(v), 1) for v, w in zip(a, b, strict=False)) and bool(b)


def _conditions_of(sides: Sequence[Sides], names: Sequence[Expr], row: Row) -> list[Condition] | None:
    put = dict(zip(names, row.values, strict=True))
    words = [condition(w, e) for x, e in put.items() for w in ("positive", "integer") if w in x.attr.properties]
    try:
        domain = [c for pair in sides for side in pair for c in conditions(side)]
        found = [c.of(lambda e: simplify(substitute(e, put))) for c in (*row.conditions, *domain)]
        found += [c for e in row.values for c in conditions(e)] + words
    except (SymdiffError, ArithmeticError):
        return None
    plain = simplified(found)
    return None if impossible(plain) else list(plain)


def _holds(sides: Sequence[Sides], names: Sequence[Expr], row: Row, asked: Sequence[Condition]) -> bool | None:
    """Whether a row with names in it solves all equations at all points within its conditions; None where at none."""
    symbols = symbols_of(*(side for pair in sides for side in pair), *row.values)
    free = [s.attr.name for s in symbols if s not in names or s in symbols_of(*row.values)]
    real = not any(in_plane(pair, x) for pair in sides for x in names)
    if any(c.predicate == "equal" for c in asked):
        return True if _is_identity(sides, names, row, asked) else None
    verdicts = []
    for point in points(free, asked, symbols):
        values = [value_at(e, point) for e in row.values]
        if not all(is_finite(v, real) for v in values):
            continue
        at = {x.attr.name: v for x, v in zip(names, values, strict=True)}
        verdicts.append(all(solves(pair, point, at, real) for pair in sides))
        if len(verdicts) == 12:
            break
    if not any(verdicts):
        return None
    return all(verdicts) and len(verdicts) >= _ENOUGH


def _is_identity(sides: Sequence[Sides], names: Sequence[Expr], row: Row, asked: Sequence[Condition]) -> bool:
    """Whether each equation, with the row put in, is one that is asked, or 0 = 0."""
    put = dict(zip(names, row.values, strict=True))
    given = {simplify(c.args[0]) for c in asked if c.predicate == "equal"}
    left = [simplify(substitute(sub(*pair), put)) for pair in sides]
    return all(algebra.is_zero(f) or f in given or simplify(algebra.neg(f)) in given for f in left)
