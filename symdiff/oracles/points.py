"""Points to check at: sizes for the dimensions, values within declared properties and within conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import count, islice
from math import prod
from typing import Any

from symdiff import dims
from symdiff.algebra import Condition, Function, Slice
from symdiff.errors import LimitError, NotSupported, SymdiffError
from symdiff.evaluation import Array, Point
from symdiff.evaluation.functions import StandIn
from symdiff.evaluation.interpret import LARGEST
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder

_MARGIN = 0.02  # how far from the edge of a condition points stay, so that difference quotients stay inside
_TRIES = 300
_LARGEST_PART = 1e60
_SEED = 0  # of what shakes a point
_LAST = 2.0**-50  # relative, in the last digits of a float

# Where the entries of a symbol without properties come from: (lowest, highest, with random signs).
_RANGES = {
    "plain": (0.4, 1.6, True),
    "positive": (0.4, 1.6, False),
    "small": (0.05, 0.85, True),
    "above one": (1.2, 2.5, False),
    "fraction": (0.1, 0.9, False),
}
STYLES = tuple(_RANGES)


def dims_of(node: Expr) -> Iterator[dims.Dim]:
    """The lengths of a node's axes, and the places and ends of what it picks."""
    yield from node.shape
    for item in node.attr if node.op == "index" else ():
        yield from (item.start, item.stop) if isinstance(item, Slice) else (item,)


def size_choices(exprs: Iterable[Expr], sizes: Sequence[int]) -> list[dict[str, int]]:
    """A few assignments of sizes to the dimension names: distinct ones, and none that occurs as a number."""
    names: set[str] = set()
    literal: set[int] = set()
    for node in postorder(*exprs):
        for dim in dims_of(node):
            names |= dims.names(dim)
        literal.update(dim for dim in node.shape if isinstance(dim, int))
        if node.op == "symbol" and "dimension" in node.attr.properties:
            names.add(node.attr.name)
    ordered = sorted(names)
    free = [s for s in sizes if s not in literal]
    free += islice((k for k in count(2) if k not in literal and k not in sizes), len(ordered))
    wanted = free[: len(ordered)]
    turns = [wanted, wanted[::-1], wanted[1:] + wanted[:1]]
    choices = [dict(zip(ordered, turn, strict=True)) for turn in turns]
    return [choice for k, choice in enumerate(choices) if choice not in choices[:k]]


class Values:
    """Values for the symbols of expressions, with the properties that are declared and those conditions ask for."""

    def __init__(self, exprs: Sequence[Expr], conditions: Iterable[Condition]) -> None:
        nodes = postorder(*exprs)
        wanted = tuple(conditions)
        self.symbols = [node for node in nodes if node.op == "symbol" and "dimension" not in node.attr.properties]
        self.functions = {node.attr[0].name: node.attr[0] for node in nodes if node.op == "derivative"}
        self._whole = {condition.args[0] for condition in wanted if condition.predicate == "integer"}
        self._kept = _kept(wanted)

    def draw(self, sizes: Mapping[str, int], style: Callable[[], str], rng: Any) -> Point:
        """A point; each symbol in a style."""
        import numpy as np

        values = {}
        for symbol in self.symbols:
            value = draw(symbol, sizes, style(), rng, self._kept.get(symbol, ()))
            values[symbol.attr.name] = np.round(value) if self.is_whole(symbol) else value
        return Point(values, sizes, {name: stand_in(f, sizes, rng) for name, f in self.functions.items()})

    def is_whole(self, symbol: Expr) -> bool:
        return symbol in self._whole or "integer" in symbol.attr.properties

    def fitted(self, symbol: Expr, value: Array) -> Array | None:
        """The nearest value that has the symbol's properties; None where there is none near."""
        import numpy as np

        properties = symbol.attr.properties | self._kept.get(symbol, frozenset())
        if "orthogonal" in properties or not np.all(np.isfinite(value)):
            return None
        if "spd" in properties:
            value = (value + value.T) / 2
            return value if np.min(np.linalg.eigvalsh(value)) > 0 else None
        if "positive" in properties and np.any(value <= 0):
            return None
        for name, structure in _structures().items():
            value = structure(value) if name in properties else value
        return np.asarray(np.round(value) if self.is_whole(symbol) else value)


def find_points(
    f: Expr,
    others: Sequence[Expr],
    conditions: Iterable[Condition],
    sizes: Mapping[str, int],
    seed: int,
    tries: int = _TRIES,
) -> Iterator[Point]:
    """Points at which the conditions hold and f is finite; they have values for the others' symbols too."""
    import numpy as np

    rng = np.random.default_rng(seed)
    wanted = tuple(conditions)
    values = Values([f, *others], wanted)
    for attempt in range(tries):
        point = values.draw(sizes, partial(_style, attempt, rng), rng)
        if all(satisfied(condition, point) for condition in wanted) and is_ordinary(f, point):
            yield point
        elif not values.symbols and not values.functions:
            return


def _style(turn: int, rng: Any) -> str:
    """All symbols in one style, each style in turn; later on mixed."""
    mixed = turn >= 2 * len(STYLES)
    return STYLES[int(rng.integers(len(STYLES))) if mixed else turn % len(STYLES)]


def _kept(conditions: Iterable[Condition]) -> dict[Expr, frozenset[str]]:
    """The structure that square symbols get where a condition asks for it, of them or of what they are part of."""
    found: dict[Expr, frozenset[str]] = {}
    for condition in conditions:
        if condition.predicate in ("symmetric", "spd"):
            for node in postorder(condition.args[0]):
                if node.rank == 2 and node.shape[0] == node.shape[1]:
                    found[node] = found.get(node, frozenset()) | {condition.predicate}
    return found


def draw(symbol: Expr, sizes: Mapping[str, int], style: str, rng: Any, more: Iterable[str] = ()) -> Array:
    """A random value of a symbol that has its properties, and `more` of them."""
    import numpy as np

    properties = symbol.attr.properties.union(more)
    shape = tuple(dims.evaluate(dim, sizes) for dim in symbol.shape)
    if prod(shape) > LARGEST:
        raise LimitError(f"a {dims.show_shape(symbol.shape)} is too large to check at numbers")
    low, high, signed = _RANGES["positive" if "positive" in properties and _RANGES[style][2] else style]
    value = rng.uniform(low, high, shape)
    if signed:
        value = value * rng.choice([-1.0, 1.0], shape)
    if "integer" in properties:
        value = np.sign(value) * rng.integers(1, 5, shape)
    if "complex" in properties:
        value = value + 1j * rng.uniform(0.1, 0.9, shape) * rng.choice([-1.0, 1.0], shape)
    for name, structure in _structures().items():
        if name in properties:
            value = structure(value)
    return np.asarray(value)


def _structures() -> dict[str, Callable[[Array], Array]]:
    import numpy as np

    def orthogonal(a: Array) -> Array:
        """With Q'Q = I, of either determinant; complex ones too, which are not unitary: by Cayley's transform."""
        if not np.iscomplexobj(a):
            q, r = np.linalg.qr(a)
            return np.asarray(q * np.where(np.diag(r) < 0, -1, 1))  # its determinant has the sign of that of a
        skew, eye = a - a.T, np.eye(len(a))
        rotation = np.linalg.solve(eye + skew, eye - skew)
        return rotation * np.where(np.arange(len(a)) == 0, np.sign(np.linalg.det(a).real), 1)

    return {
        "symmetric": lambda a: (a + a.T) / 2,
        "spd": lambda a: a @ a.T / len(a) + 0.5 * np.eye(len(a)),
        "diagonal": lambda a: np.diag(np.diag(a)),
        "orthogonal": orthogonal,
        "lower": np.tril,
        "upper": np.triu,
        "skew": lambda a: (a - a.T) / 2,
    }


def stand_in(function: Function, sizes: Mapping[str, int], rng: Any) -> StandIn:
    """A random smooth function of these shapes; a positive one where that is declared."""
    shape = tuple(dims.evaluate(dim, sizes) for dim in function.shape)
    shapes = [tuple(dims.evaluate(dim, sizes) for dim in argument) for argument in function.arguments]
    coefficients = [rng.uniform(0.3, 1.0, shape) for _ in range(2)]
    weights = [[rng.uniform(0.3, 1.0, s) * rng.choice([-1.0, 1.0], s) for s in shapes] for _ in range(2)]
    base = 2.5 if "positive" in function.properties else float(rng.uniform(-1, 1))
    return StandIn(Numeric(), base, coefficients, rng.uniform(0, 6, 2).tolist(), weights)


def is_ordinary(e: Expr, point: Point) -> bool:
    """Whether an expression has a value here that is small enough to compare, by way of numbers whose squares are."""
    import numpy as np

    return bool(np.all(np.abs(point.value(e)) < 1e8)) and point.largest(e) < _LARGEST_PART


def shaken(point: Point) -> Point:
    """A point whose numbers are others in their last digits."""
    import numpy as np

    rng = np.random.default_rng(_SEED)
    values = {name: np.asarray(value) for name, value in point.values.items()}
    moved = {
        name: value * (1 + _LAST * rng.choice([-1, 1], value.shape)) if value.dtype.kind in "fc" else value
        for name, value in values.items()
    }
    return replace(point, values=moved)


def satisfied(condition: Condition, point: Point, margin: float = _MARGIN) -> bool:
    """Whether a condition holds at a point, with a margin."""
    return holds_with(condition, point.value, margin)


def holds_with(condition: Condition, value: Callable[[Expr], Array], margin: float) -> bool:
    """Whether a condition holds, with a margin, where its arguments have these values."""
    import numpy as np

    try:
        test = _tests(margin)[condition.predicate]
    except KeyError:
        raise NotSupported(f"no way to evaluate the condition {condition.predicate}") from None
    try:
        asked: Any = True  # only where what is given holds; elsewhere the arguments need no values
        for given in condition.given:
            asked = asked & np.asarray(_tests(0.0)[given.predicate](*map(value, given.args)), bool)
        return not np.any(asked) or bool(np.all(test(*map(value, condition.args)) | ~np.asarray(asked)))
    except NotSupported:
        raise
    except (SymdiffError, np.linalg.LinAlgError):
        return False


@cache
def _tests(margin: float = _MARGIN) -> dict[str, Callable[..., Any]]:
    """What each predicate asks of the values of its arguments."""
    import numpy as np

    def gap(values: Array) -> Any:
        ordered = np.sort(values.ravel())
        return np.min(np.diff(ordered), initial=np.inf)

    def lead(values: Array, axes: Array) -> Any:
        along = np.moveaxis(values, axes.astype(int), range(len(axes)))
        ordered = np.sort(along.reshape(-1, *along.shape[len(axes) :]), axis=0)
        return np.min(np.diff(ordered[:2], axis=0), initial=np.inf)

    def lone(values: Array, axes: Array) -> Any:
        """How far the smallest entry along axes is from those that are not equal to it but for rounding."""
        along = np.moveaxis(values, axes.astype(int), range(len(axes)))
        rows = along.reshape(-1, *along.shape[len(axes) :])
        above = rows - np.min(rows, axis=0)
        equal = above <= 1e-9 * np.max(np.abs(rows), initial=0)
        return np.min(above, initial=np.inf, where=~equal)

    def all_axes(values: Array) -> Array:
        return np.arange(values.ndim)

    def condition_number(a: Array) -> Any:
        return np.linalg.cond(a) if np.all(np.isfinite(a)) else np.inf

    def eigenvalues(a: Array) -> Any:
        return np.linalg.eigvals(a) if np.all(np.isfinite(a)) else np.zeros(1)

    def principal(a: Array) -> Any:
        """Away from the negative axis, so that the roots and logarithms there are well conditioned."""
        values = eigenvalues(a)
        return np.all((np.abs(values) > 0.1) & (np.abs(np.angle(values)) < 2.8))

    def symmetric(a: Array) -> Any:
        return np.abs(a - a.T) < 1e-9

    return {
        "positive": lambda x: x > margin,
        "nonnegative": lambda x: x >= 0,
        "nonzero": lambda x: np.abs(x) > margin,
        "fractional": lambda x: np.abs(x - np.round(x)) > margin,
        "equal": lambda a, b: np.abs(a - b) <= margin,
        "off_poles": lambda x: (x > margin) | (np.abs(x - np.round(x)) > margin),
        "real": lambda x: np.abs(np.imag(x)) < 1e-12,
        "integer": lambda x: np.abs(x - np.round(x)) < 1e-9,
        "odd": lambda x: np.abs(np.mod(x, 2) - 1) < 1e-9,
        "even": lambda x: np.abs(np.mod(x + 1, 2) - 1) < 1e-9,
        "less": lambda a, b: b - a > margin,
        "less_equal": lambda a, b: a <= b,
        "apart": lambda a, b: np.abs(a - b) > margin,
        "within": lambda x, a, b: (x - a > margin) & (b - x > margin),
        "within_closed": lambda x, a, b: (a <= x) & (x <= b),
        "square": lambda a: a.ndim == 2 and a.shape[0] == a.shape[1],
        "invertible": lambda a: condition_number(a) < 100,
        "symmetric": symmetric,
        "spd": lambda a: np.all(symmetric(a)) and np.min(np.linalg.eigvalsh(a)) > margin,
        "diagonal": lambda a: np.abs(a - np.diag(np.diag(a))) < 1e-9,
        "orthogonal": lambda a: np.abs(a.T @ a - np.eye(a.shape[1])) < 1e-9,
        "skew": lambda a: np.abs(a + a.T) < 1e-9,
        "lower": lambda a: np.abs(np.triu(a, 1)) < 1e-9,
        "upper": lambda a: np.abs(np.tril(a, -1)) < 1e-9,
        "unique_max": lambda x: x.size < 2 or np.diff(np.sort(x.ravel())[-2:]) > margin,
        "unique_min": lambda x: x.size < 2 or np.diff(np.sort(x.ravel())[:2]) > margin,
        "unique_max_along": lambda x, axes: lead(-x, axes) > margin,
        "unique_min_along": lambda x, axes: lead(x, axes) > margin,
        "lone_max": lambda x: lone(-x, all_axes(x)) > margin,
        "lone_min": lambda x: lone(x, all_axes(x)) > margin,
        "lone_max_along": lambda x, axes: lone(-x, axes) > margin,
        "lone_min_along": lambda x, axes: lone(x, axes) > margin,
        "distinct_entries": lambda x: gap(x) > min(margin, 0.2 / max(1, x.size)),
        "distinct_eigenvalues": lambda a: gap(np.linalg.eigvalsh(a)) > margin,
        "full_rank": lambda a: condition_number(a) < 100,
        "rank": lambda a, r: np.linalg.matrix_rank(a, np.max(np.abs(a)) / 100) == r,
        "simple": lambda x, all_: np.sum(np.abs(all_ - x) <= margin) == 1,
        "principal": principal,
        "separate_spectra": lambda a, b: np.min(np.abs(np.add.outer(eigenvalues(a), eigenvalues(b)))) > 0.1,
        "scalar": lambda x: x.ndim == 0,
        "vector": lambda x: x.ndim == 1,
        "matrix": lambda x: x.ndim == 2,
    }
