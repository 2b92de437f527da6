"""How an entry, a rule or a law of a book is proved: at random points within its conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from symdiff import algebra, book
from symdiff.algebra import Condition, number, symbol
from symdiff.book import Entry, Law, Rule
from symdiff.book.meaning import Meanings, read_condition, read_expression
from symdiff.book.reader import Passage
from symdiff.book.shapes import check_kinds, normal_axis
from symdiff.calculus.differential import differentials
from symdiff.errors import NotSupported, ShapeError
from symdiff.evaluation import evaluate
from symdiff.expr import Expr, postorder
from symdiff.syntax import calls

Values = dict[str, Any]

SIZES = {"m": 2, "n": 3, "p": 2, "q": 4}
ARRAYS = ((3,), (3, 3), (3, 2))
MARGIN = 0.05  # a point keeps this distance from where a condition fails
POINTS = 3


@dataclass
class Case:
    """An entry on symbols of certain shapes, with what its fields may name."""

    entry: Entry
    node: Expr
    args: list[Expr]
    meanings: Meanings

    @property
    def symbols(self) -> list[Expr]:
        return [a for a in self.args if a.op == "symbol"]

    def field(self, passage: Passage, **more: Expr) -> Expr:
        known = Meanings({**self.meanings.values, **more}, self.meanings.sizes, self.meanings.keywords)
        e = read_expression(passage, known)
        return e if e.shape == self.node.shape or e.shape else algebra.spread(e, self.node.shape)

    @property
    def of_order_one(self) -> Meanings:
        """What conditions name: those of a first derivative."""
        return self.meanings._replace(values={**self.meanings.values, "order": number(1)})

    @property
    def scale(self) -> float:
        """Of the widths of differences: narrow where a quotient runs from one whole number to the next."""
        return 1e-3 if any(c.predicate == "fractional" for c in self.conditions()) else 1.0

    def conditions(self) -> list[Condition]:
        passages = [*self.entry.block.all("domain"), *self.entry.block.all("smooth")]
        stated = [c for passage in passages for c in read_condition(passage, self.of_order_one)]
        # whole, though they may be asked only of some orders: small steps need a second derivative
        return [c._replace(given=()) for c in (*stated, *book.conditions_of(self.node))]


def cases(entry: Entry, *properties: str) -> list[Case]:
    """The entry on arguments of several shapes, along several axes, with these properties; at least one."""
    found = []
    for shapes, axis in product(_shapes(entry), (None, 0, 1) if "axis" in entry.keywords else (None,)):
        for known in _exponents(entry):
            args = [
                symbol(param.name, shape, properties)
                if known is None or param.kind not in ("integer", "exponent", "size")
                else known
                for param, shape in zip(entry.params, shapes, strict=True)
            ]
            try:
                found.append(_case(entry, args, axis))
            except ShapeError:
                continue
    assert found, f"no shapes fit {entry.name}"
    return found


def _exponents(entry: Entry) -> tuple[Expr | None, ...]:
    """What a whole number, or an exponent of any kind, is tried at; None is a symbol."""
    if any(p.kind == "exponent" for p in entry.params):
        return number(3), number(-2), number(Fraction(5, 2)), None
    return (number(3), number(5), number(1)) if entry.has_integers else (None,)


def _case(entry: Entry, args: list[Expr], axis: int | None) -> Case:
    keywords = {} if axis is None else {"axis": axis}
    node = book.apply(entry.name, args, **keywords)
    values = {p.name: arg for p, arg in zip(entry.params, args, strict=True)}
    values |= {f"d{name}": _tangent(name, arg) for name, arg in list(values.items())}
    data: dict[str, Any] = {"reverse": False} if "reverse" in entry.keywords else {}
    if "axis" in entry.keywords:
        data["axis"] = normal_axis(entry, args[0], axis)
    return Case(entry, node, args, Meanings(values, check_kinds(entry, args), data))


def _tangent(name: str, arg: Expr) -> Expr:
    return symbol(f"d{name}", arg.shape, arg.attr.properties) if arg.op == "symbol" else algebra.zeros(arg.shape)


def _shapes(entry: Entry) -> Iterator[tuple[tuple[int, ...], ...]]:
    if any(p.variadic for p in entry.params) or all(p.kind == "size" for p in entry.params):
        return
    if all(p.kind == "any" for p in entry.params):
        yield from ((shape,) * len(entry.params) for shape in ((), (3,), (2, 3)))
        return
    choices: list[list[tuple[int, ...]]] = []
    for param in entry.params:
        fixed = {
            "scalar": [()],
            "integer": [()],
            "size": [()],
            "exponent": [()],
            "square": [(3, 3)],
            "array": list(ARRAYS),
            "columns": [shape for shape in ARRAYS if shape],
        }
        choices.append(fixed.get(param.kind) or [tuple(int(s) if s.isdigit() else SIZES[s] for s in param.type.sizes)])
    yield from product(*choices)


# ---------------------------------------------------------------- points


STRUCTURES = {
    "symmetric": lambda a: (a + a.T) / 2,
    "spd": lambda a: a @ a.T + np.eye(len(a)),
    "skew": lambda a: (a - a.T) / 2,
    "diagonal": lambda a: np.diag(np.diag(a)),
    "principal": lambda a: np.eye(len(a)) + a / 6,
    "lower": np.tril,
    "upper": np.triu,
    "orthogonal": lambda a: _orthogonal(a + 1e-3 * np.arange(a.size).reshape(a.shape) ** 2),
}


def _orthogonal(a: Any) -> Any:
    """Q'Q = I, the sign of its determinant that of a's; complex ones, which are not unitary, by Cayley's transform."""
    if not np.iscomplexobj(a):
        q, r = np.linalg.qr(a)
        return q * np.where(np.diag(r) < 0, -1, 1)
    skew, eye = a - a.T, np.eye(len(a))
    turned = np.linalg.solve(eye + skew, eye - skew)
    return turned * np.where(np.arange(len(a)) == 0, np.sign(np.linalg.det(a).real), 1)


def structured(values: Values, conditions: Sequence[Condition]) -> Values:
    """The values with matrices that conditions ask to be of a kind made so."""
    for c in conditions:
        for name in STRUCTURES:
            if c.predicate == name and c.args[0].op == "symbol":
                values[c.args[0].attr.name] = STRUCTURES[name](np.asarray(values[c.args[0].attr.name]))
    return values


def points(symbols: Sequence[Expr], conditions: Sequence[Condition], count: int = POINTS) -> list[Values]:
    """Values at which the conditions hold with a margin, from several ranges."""
    rng = np.random.default_rng(7)
    found: list[Values] = []
    for _ in range(400):
        values = structured({s.attr.name: _draw(rng, s) for s in symbols}, conditions)
        if all(holds_at(c, values, MARGIN) for c in conditions):
            found.append(values)
        if len(found) == count:
            return found
    raise AssertionError(f"no point within {conditions}")


def _draw(rng: np.random.Generator, s: Expr) -> Any:
    if "integer" in s.attr.properties:
        return rng.integers(1, 5)
    shape = tuple(SIZES.get(str(d), d) for d in s.shape)
    if "complex" in s.attr.properties:
        return rng.normal(size=shape) + 1j * rng.normal(size=shape)
    kind = rng.integers(5)
    if kind == 0:
        return rng.uniform(-0.9, 0.9, shape)
    if kind == 1:
        return rng.uniform(0.1, 0.9, shape)
    if kind == 2:
        return rng.uniform(1.2, 3.0, shape)
    return rng.normal(size=shape) * (1 + (kind == 3))


def holds_at(
    c: Condition, values: Mapping[str, Any], margin: float = 0.0, sizes: Mapping[str, int] | None = None
) -> bool:
    """Whether a condition holds at numbers, and nearby."""
    if c.given and not all(holds_at(g, values, 0.0, sizes) for g in c.given):
        return True
    args = [np.asarray(evaluate(arg, values, {**SIZES, **(sizes or {})})) for arg in c.args]
    first, other = args[0], args[1] if len(args) > 1 else 0.0
    if not np.all(np.isfinite(first)):
        return False
    if c.predicate in ("real", "square", "scalar", "vector", "matrix"):
        return True
    if c.predicate in ("unique_max", "unique_min"):
        ranked = np.sort(first.ravel() if c.predicate == "unique_max" else -first.ravel())
        return len(ranked) < 2 or bool(ranked[-1] - ranked[-2] > margin)
    if c.predicate.endswith("_along"):
        along = np.moveaxis(first if "max" in c.predicate else -first, np.asarray(other, dtype=int), range(len(other)))
        ranked = np.sort(along.reshape(-1, *along.shape[len(other) :]), axis=0)
        return len(ranked) < 2 or bool(np.all(ranked[-1] - ranked[-2] > margin))
    if c.predicate == "distinct_entries":
        return bool(np.all(np.diff(np.sort(first.ravel())) > margin))
    tests = {
        "positive": lambda: first > margin,
        "nonnegative": lambda: first >= margin,
        "nonzero": lambda: np.abs(first) > margin,
        "off_poles": lambda: (first > margin) | (np.abs(first - np.round(first)) > margin),
        "fractional": lambda: np.abs(first - np.round(first)) > margin,
        "less": lambda: other - first > margin,
        "less_equal": lambda: other - first >= margin,
        "apart": lambda: np.abs(first - other) > margin,
        "integer": lambda: first == np.round(first),
        "invertible": lambda: np.abs(np.linalg.det(first)) > 2 * margin,
        "symmetric": lambda: first == first.T,
        "spd": lambda: np.all(first == first.T) and np.linalg.eigvalsh(first) > margin,
        "distinct_eigenvalues": lambda: np.diff(np.linalg.eigvalsh(first)) > 2 * margin,
        "simple": lambda: np.sum(np.abs(other - first) < 2 * margin) == 1,
        "skew": lambda: first == -first.T,
        "lower": lambda: first == np.tril(first),
        "upper": lambda: first == np.triu(first),
        "diagonal": lambda: first == np.diag(np.diag(first)),
        "orthogonal": lambda: np.abs(first.T @ first - np.eye(len(first))) < 1e-12,
        "full_rank": lambda: np.linalg.svd(first, compute_uv=False) > 2 * margin,
        "principal": lambda: _is_principal(np.linalg.eigvals(first), 4 * margin),
        "separate_spectra": lambda: np.abs(np.add.outer(*map(np.linalg.eigvals, args))) > 10 * margin,
    }
    return bool(np.all(tests[c.predicate]()))


def _is_principal(eigenvalues: Any, margin: float) -> Any:
    """Whether no eigenvalue is near the closed negative real axis."""
    return (np.abs(eigenvalues) > margin) & (np.abs(np.angle(eigenvalues)) < np.pi - margin)


# ---------------------------------------------------------------- proofs


def agree(a: Any, b: Any, what: object, tolerance: float = 1e-6) -> None:
    assert np.shape(a) == np.shape(b), f"{what}: shapes {np.shape(a)} and {np.shape(b)}"
    assert np.all(np.isfinite(a)) and np.all(np.isfinite(b)), f"{what}: {a} and {b}"
    assert np.allclose(a, b, rtol=tolerance, atol=tolerance), f"{what}: {a} and {b}"


def slope(e: Expr, values: Values, direction: Values, scale: float = 1.0) -> Any:
    """The derivative of e in a direction: central differences at three widths, extrapolated twice."""

    def difference(h: float) -> Any:
        ahead = {name: v + h * direction.get(f"d{name}", 0) for name, v in values.items()}
        behind = {name: v - h * direction.get(f"d{name}", 0) for name, v in values.items()}
        return (evaluate(e, ahead, SIZES) - evaluate(e, behind, SIZES)) / (2 * h)

    wide, middle, narrow = (difference(h) for h in (8e-3 * scale, 4e-3 * scale, 2e-3 * scale))
    first, second = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return (16 * second - first) / 15


def prove_entry(entry: Entry) -> int:
    """Every field of an entry against the others and against numbers; how many comparisons were made."""
    if any(p.variadic for p in entry.params) or all(p.kind == "size" for p in entry.params):
        return 0
    return sum(map(_prove_case, cases(entry))) + _prove_complex(entry)


def _prove_case(case: Case) -> int:
    rng = np.random.default_rng(11)
    count = 0
    for values in points(case.symbols, case.conditions()):
        direction = {f"d{s.attr.name}": rng.normal(size=np.shape(values[s.attr.name])) for s in case.symbols}
        here = f"{case.entry.name} at {values}"
        count += _prove_differential(case, values, direction, here)
        count += _prove_meaning(case, values, direction, here)
        count += _prove_adjoints(case, values, direction, here)
    return count


def _prove_differential(case: Case, values: Values, direction: Values, here: str) -> int:
    """The line `d` against finite differences, and what the books make of it."""
    passage = case.entry.block.get("d")
    if passage is None:
        return 0
    stated = evaluate(case.field(passage), values | direction, SIZES)
    if case.entry.name != "detach":
        agree(stated, slope(case.node, values, direction, case.scale), f"d of {here}")
    for name in ("tied", "singular"):
        other = case.entry.block.get(name)
        if other is not None:
            agree(evaluate(case.field(other), values | direction, SIZES), stated, f"{name} of {here}")
    entry = book.entry_of(case.node)
    if entry is not case.entry:
        return 1
    tangents = [symbol(f"d{a.attr.name}", a.shape) if a.op == "symbol" else None for a in case.args]
    filled = book.differential_of(case.node, tangents)
    assert filled is not None
    agree(evaluate(filled, values | direction, SIZES), stated, f"differential_of {here}")
    return 2


def _prove_complex(entry: Entry) -> int:
    """The line `complex` at complex arguments that a real variable moves, against finite differences."""
    passage = entry.block.get("complex")
    if passage is None or entry.is_of_reals or entry.by_definition:
        return 0
    rng, count = np.random.default_rng(12), 0
    for case in cases(entry, "complex"):
        for values in points(case.symbols, case.conditions()):
            shapes = {f"d{name}": np.shape(value) for name, value in values.items()}
            direction = {name: rng.normal(size=s) + 1j * rng.normal(size=s) for name, s in shapes.items()}
            stated = evaluate(case.field(passage), values | direction, SIZES)
            agree(stated, slope(case.node, values, direction), ("complex differential", entry.name, values))
            count += 1
    return count


def _prove_meaning(case: Case, values: Values, direction: Values, here: str) -> int:
    """`def` and `kernel` have the value of the function, and the differential of `def` is `d`."""
    value = evaluate(case.node, values, SIZES)
    block, count = case.entry.block, 0
    for name in ("def", "kernel"):
        passage = block.get(name)
        if passage is not None:
            agree(evaluate(case.field(passage), values, SIZES), value, f"{name} of {here}")
            count += 1
    stated, meaning = block.get("d"), block.get("def")
    if meaning is None:
        return count
    seeds = {s: symbol(f"d{s.attr.name}", s.shape) for s in case.symbols}
    try:
        [derived] = differentials([case.field(meaning)], seeds)
    except NotSupported:  # of a tensor of derivatives that has none, where `d` says what it is along a direction
        assert stated is not None
        return count
    numbers = slope(case.node, values, direction, case.scale)
    if stated is not None:
        numbers = evaluate(case.field(stated), values | direction, SIZES)
    agree(evaluate(derived, values | direction, SIZES), numbers, f"the differential of the def of {here}")
    return count + 1


def _prove_adjoints(case: Case, values: Values, direction: Values, here: str) -> int:
    """⟨g, the function of dx in its place⟩ = ⟨adjoint, dx⟩."""
    seed = symbol("g", case.node.shape)
    g = np.random.default_rng(13).normal(size=case.node.shape)
    for name, passage in case.entry.adjoints.items():
        back = evaluate(case.field(passage, g=seed), values | {"g": g}, SIZES)
        ahead = evaluate(case.node, values | {name: direction[f"d{name}"]}, SIZES)
        agree(np.sum(back * direction[f"d{name}"]), np.sum(g * ahead), f"adjoint of {here}")
    return len(case.entry.adjoints)


def prove_example(passage: Passage) -> None:
    """An example is an equation between two values."""
    left, right = passage.text.rsplit(" = ", 1)
    length = len(passage.text)
    parts = passage.part(0, len(left)), passage.part(length - len(right), length)
    sides = [evaluate(read_expression(part, Meanings({})), {}, {}) for part in parts]
    agree(*sides, passage.text, 1e-12)


_OF_RANK = frozenset({"full_rank", "separate_spectra"})  # in doubt where a number is nearly 0


def _in_doubt(c: Condition) -> bool:
    """Whether rounding decides where a condition holds: a singular product has an inverse in floating point."""
    return c.predicate in _OF_RANK or (c.predicate == "invertible" and c.args[0].op == "einsum")


def _is_nearly_singular(c: Condition, values: Values) -> bool:
    """Whether powers of the matrix, and sums of inverses, lose their digits, though it is not singular."""
    matrix = evaluate(c.args[0], values, SIZES)
    return bool(np.all(np.isfinite(matrix)) and 1e4 < np.linalg.cond(matrix) < 1e12)


class Sides(NamedTuple):
    """What a rule says: both sides, under which conditions."""

    name: str
    variables: Sequence[Expr]
    lhs: Expr
    rhs: Expr
    conditions: Sequence[Condition]


def _of_complex(rule: Sides) -> Sides | None:
    """The same of complex variables; None for a rule of real numbers, by its conditions or by its functions."""
    ordered = {"real", "positive", "nonnegative", "less", "less_equal", "within", "within_closed", "spd"}
    entries = [entry for node in postorder(rule.lhs, rule.rhs) if (entry := book.entry_of(node)) is not None]
    if ordered & {c.predicate for c in rule.conditions} or any(entry.is_of_reals for entry in entries):
        return None
    twins = {
        v: symbol(v.attr.name, v.shape, v.attr.properties | {"complex"})
        for v in rule.variables
        if "integer" not in v.attr.properties
    }
    lhs, rhs = algebra.substitute_all([rule.lhs, rule.rhs], twins)
    conditions = [Condition(c.predicate, tuple(algebra.substitute_all(c.args, twins))) for c in rule.conditions]
    return Sides(f"complex {rule.name}", [twins.get(v, v) for v in rule.variables], lhs, rhs, conditions)


def prove_rule(rule: Rule) -> int:
    """Both sides of a rule have one value at random points and at edges, wherever the left side has one.

    Where it does not ask for real numbers, also at complex ones.
    """
    assert rule.lhs.shape == rule.rhs.shape, f"{rule.name}: shapes {rule.lhs.shape} and {rule.rhs.shape}"
    sides = Sides(rule.name, list(rule.variables.values()), rule.lhs, rule.rhs, rule.conditions)
    twin = _of_complex(sides)
    return _prove_sides(sides) + (0 if twin is None else _prove_sides(twin))


def _prove_sides(rule: Sides) -> int:
    count = 0
    domains = [c for node in postorder(rule.lhs) for c in book.conditions_of(node, smooth=False)]
    doubts = [c for c in domains if _in_doubt(c)]
    asked = (c for node in postorder(rule.lhs) for c in book.conditions_of(node))
    losing = {"principal", "full_rank"} | ({"invertible"} if rule.lhs.op == "add" else set())
    powers = [c for c in asked if c.predicate in losing]
    within = (structured(v, domains) for v in _many(rule.variables))
    for values in [*_many(rule.variables), *_edges(rule.variables), *within]:
        values = structured(values, rule.conditions)
        with np.errstate(all="ignore"):
            if not all(holds_at(c, values) for c in rule.conditions):
                continue
            if not all(holds_at(c, values, 1e-3) for c in doubts):
                continue
            if any(_is_nearly_singular(c, values) for c in powers):
                continue
            left, right = (evaluate(side, values, SIZES) for side in (rule.lhs, rule.rhs))
        if np.all(np.isfinite(left)):
            agree(left, right, (rule.name, values))
            count += 1
    assert count >= 3, f"{rule.name}: only {count} points within its conditions"
    return count


def _many(variables: Sequence[Expr]) -> Iterator[Values]:
    rng = np.random.default_rng(17)
    for _ in range(24):
        yield {s.attr.name: _draw(rng, s) for s in variables}


def _edges(variables: Sequence[Expr]) -> Iterator[Values]:
    """Zeros, ones, opposite and large numbers, singular matrices."""
    rng = np.random.default_rng(19)
    for _ in range(24):
        values: Values = {}
        for s in variables:
            shape = tuple(SIZES.get(str(d), d) for d in s.shape)
            whole = "integer" in s.attr.properties
            edges = rng.choice([1, 2, 3] if whole else [0, 1, -1, 1e-6, 3, -3, 0.5], size=shape)
            values[s.attr.name] = edges
        yield values


def prove_law(law: Law) -> None:
    """Both sides of a law agree; the differentials in it are taken by finite differences."""
    before = dict(calls.derivative_operators)
    calls.derivative_operators["differential"] = lambda e, wrt: algebra.differential(e)
    try:
        left, right = law.lhs, law.rhs
    finally:
        calls.derivative_operators.clear()
        calls.derivative_operators.update(before)
    variables = list(law.variables.values())
    for values in points(variables, law.conditions):
        rng = np.random.default_rng(23)
        changes = {name: rng.normal(size=np.shape(value)) for name, value in values.items()}
        sides = [evaluate(side, values, SIZES, differentials=changes) for side in (left, right)]
        agree(*sides, (law.name, values))
