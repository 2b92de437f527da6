"""What a call of `solve` asks for: which unknowns, in which range, and the solutions as one array."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product

from symdiff import algebra, book
from symdiff.algebra import Condition, condition, join, sub, substitute, symbols_of
from symdiff.algebra.implied import simplified
from symdiff.algebra.never import impossible
from symdiff.calculus.conditions import conditions
from symdiff.calculus.derive import jacobian
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect, simplify
from symdiff.solving.equation import Everything, NoSolution, fits, in_plane, points, shown, solved
from symdiff.solving.isolation import Candidate
from symdiff.solving.numbers import Number, admits, context, is_finite, real_value, solves, value_at
from symdiff.solving.systems import Row, branches
from symdiff.syntax.unknowns import Outcome, Sides

_ENOUGH = 3


@lru_cache(maxsize=64)
def solve(sides: tuple[Sides, ...], unknowns: tuple[Expr, ...], rest: tuple[Expr, ...]) -> Outcome:
    """The solutions: of one equation in one unknown a vector; of a system a vector in their order, several as rows."""
    sides = tuple(pair for both in sides for pair in _entries(both))
    free = symbols_of(*(side for pair in sides for side in pair))
    names = unknowns or tuple(s for s in free if not s.shape)
    if not unknowns and len(names) != len(sides):
        first = free[0].attr.name if free else "x"
        raise SymdiffError("which names are unknown is not said", hint=f"write `solve(…, {first})`")
    if len(names) == 1 and not free and not any(side.shape for side in sides[0]):
        solved(sides[0], names[0], None)
    for x in names:
        if x not in free:
            known = ", ".join(f"`{s.attr.name}`" for s in free) or "no name"
            raise SymdiffError(f"`{x.attr.name}` does not occur in the equations: they hold {known}")
    ends = _range(rest)
    if any(x.shape for x in names) or any(side.shape for pair in sides for side in pair):
        return _of_arrays(sides, names)
    if len(sides) == len(names) == 1:
        found = solved(sides[0], names[0], ends)
        return Outcome(join("stack", [root.value for root in found.roots], 0), found.conditions, found.notes)
    if ends is not None:
        raise SymdiffError("a range is that of one unknown", hint="write `solve([…], [x, y])`")
    return _of_system(sides, names)


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


def _entries(sides: Sides) -> list[Sides]:
    """Equations between arrays of known size without unknown arrays, entry by entry."""
    left, right = sides
    arrays = any(s.shape for s in symbols_of(left, right))
    if not left.shape or arrays or not all(isinstance(d, int) for d in left.shape):
        return [sides]
    places = product(*(range(int(str(d))) for d in left.shape))
    return [(simplify(algebra.index(left, place)), simplify(algebra.index(right, place))) for place in places]


def _of_arrays(sides: Sequence[Sides], names: Sequence[Expr]) -> Outcome:
    """A*x = b for a vector x: the solution of the linear system, where its matrix is invertible."""
    (left, right), x = sides[0], names[0]
    if len(sides) > 1 or len(names) > 1 or x.rank != 1 or left.shape != x.shape:
        matrices = dict.fromkeys(s.attr.name for s in (*names, *symbols_of(left, right)) if s.shape)
        said = f"these equations are of arrays: {', '.join(f'`{name}`' for name in matrices)}"
        hint = f"declare what is a number: `{', '.join(matrices)}: scalar`; arrays are solved for in `A*x = b`"
        raise NotSupported(said, hint=hint)
    f = collect(sub(left, right))
    matrix = jacobian(f, [x])[0]
    if x in symbols_of(matrix):
        raise NotSupported(f"an equation for the vector `{x}` is solved if it is linear", hint="A*x = b")
    rest = collect(algebra.neg(substitute(f, {x: algebra.zeros(x.shape)})))
    found = simplify(book.apply("solve", [matrix, rest]))
    return Outcome(found, simplified([condition("invertible", matrix)]))


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
            raise Everything(f"all {', '.join(map(str, names))} solve these equations")
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
