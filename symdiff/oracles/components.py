"""The oracle on components: the variable's entries become symbols, sympy differentiates entry by entry.

sympy's own matrix calculus is never asked. Sizes are small, numbers have 30 digits; what grows beyond a
budget is left undecided.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff.errors import LimitError, NotSupported
from symdiff.evaluation import Array, Interpreter, Point
from symdiff.evaluation.calls import cofactors, structured
from symdiff.evaluation.functions import StandIn
from symdiff.expr import Expr, postorder
from symdiff.oracles.evidence import Evidence, disagreement, show_sizes
from symdiff.oracles.settle import Outcome
from symdiff.oracles.variable import Variable, applied

ORACLE = "sympy on components"
_DIGITS = 30
_BUDGET = 12_000  # nodes of sympy expressions to differentiate, counted with repetition
_ENTRIES = 500  # of all symbols together
_TOLERANCE = 1e-12


class Symbolic:
    """Arithmetic of sympy expressions, in arrays of objects.

    `numbers` are the values of the symbols that occur: comparisons are decided there, so that what is
    differentiated is the branch taken.
    """

    direct = frozenset[str]()

    def __init__(self, numbers: Mapping[Any, Any]) -> None:
        self.numbers = numbers

    def number(self, value: Any) -> Array:
        from fractions import Fraction

        import sympy

        if isinstance(value, complex):
            return _boxed(self.number(value.real)[()] + sympy.I * self.number(value.imag)[()])
        if isinstance(value, float):
            exact = Fraction(value) if abs(value) < 1e6 else None
            if exact is None or exact.denominator > 64:
                return _boxed(sympy.Float(value, _DIGITS))
            value = exact
        return _boxed(sympy.Rational(value.numerator, value.denominator))

    def named(self, name: str) -> Array:
        import sympy

        return _boxed({"pi": sympy.pi, "e": sympy.E, "oo": sympy.oo, "i": sympy.I}[name])

    def power(self, base: Array, exponent: Array) -> Array:
        import sympy

        return _each(sympy.Pow, base, exponent)

    def map(self, name: str, *args: Array) -> Array:
        import sympy

        if name not in _FUNCTIONS:
            raise NotSupported(f"sympy is not asked about {name}")
        return _each(getattr(sympy, _FUNCTIONS[name]), *args)

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        return structured(self, name, args, keywords)

    def reduce(self, kind: str, array: Array, axes: tuple[int, ...]) -> Array:
        import numpy as np

        if kind == "prod":
            return np.asarray(np.prod(array, axis=axes), dtype=object)
        choose = max if kind == "max" else min
        kept = [axis for axis in range(array.ndim) if axis not in axes]
        rows = np.transpose(array, (*kept, *axes)).reshape(*(array.shape[k] for k in kept), -1)
        result = np.empty(rows.shape[:-1], dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = self._first(choose, list(rows[place]))
        return result

    def _first(self, choose: Callable[..., Any], entries: list[Any]) -> Any:
        """The largest (or smallest) entry; of several that are equal here, as structure makes them, their mean."""
        values = [self._here(entry) for entry in entries]
        best = choose(values)
        equal = [e for e, v in zip(entries, values, strict=True) if _is_equal(v, best)]
        return sum(equal[1:], start=equal[0]) / len(equal)

    def compare(self, kind: str, *args: Array) -> Array:
        if kind in _LOGIC:
            return _each(_LOGIC[kind], *args)
        relation = _RELATIONS[kind]
        if kind in ("==", "!="):
            return _each(lambda a, b: relation(_is_equal(self._here(a), self._here(b)), True), *args)
        return _each(lambda a, b: relation(self._here(a), self._here(b)), *args)

    def select(self, condition: Array, first: Array, second: Array) -> Array:
        return _each(lambda c, a, b: a if c else b, condition, first, second)

    def det(self, matrix: Array) -> Array:
        """The signed sum over permutations; of each matrix in a stack."""
        import numpy as np

        if matrix.shape[-1] > 4:
            raise LimitError("the determinant has too many terms")
        total = np.full(matrix.shape[:-2], self.number(0))
        for columns in itertools.permutations(range(matrix.shape[-1])):
            swaps = sum(a > b for a, b in itertools.combinations(columns, 2))
            term = self.number(-1 if swaps % 2 else 1)
            for row, column in enumerate(columns):
                term = term * matrix[..., row, column]
            total = np.asarray(total + term, dtype=object)
        return total

    def adj(self, matrix: Array) -> Array:
        return cofactors(matrix, self.det)

    def _here(self, entry: Any) -> float:
        """The value of a real entry at the point."""
        try:
            return float(_number(entry, self.numbers))
        except TypeError:
            raise NotSupported("sympy gives no number to compare") from None


def _is_equal(value: float, other: float) -> bool:
    """Whether two values are one, as structure makes them: entries of an orthogonal matrix are equal to rounding."""
    return abs(value - other) <= 1e-12 * max(1.0, abs(other))


class _Weighed(Interpreter):
    """Stops before expressions outgrow the budget: sympy's walks do not see that parts are shared."""

    def __init__(self, point: Point, values: Mapping[str, Array], numbers: Mapping[Any, Any], budget: float) -> None:
        arithmetic = Symbolic(numbers)
        functions = {name: _symbolic(f, arithmetic) for name, f in point.functions.items()}
        super().__init__(arithmetic, values, point.sizes, functions)
        self.budget = budget
        self.weights: dict[Any, int] = {}

    def _compute(self, node: Expr, values: list[Array]) -> Array:
        result = super()._compute(node, values)
        if sum(self.weight(entry) for entry in result.flat if hasattr(entry, "args")) > self.budget:  # no truth
            raise LimitError("the components are too large")
        return result

    def weight(self, entry: Any) -> int:
        """The number of nodes of a sympy expression, shared ones counted as often as they occur."""
        stack = [entry]
        while stack:
            node = stack[-1]
            missing = [arg for arg in node.args if arg not in self.weights]
            if missing:
                stack.extend(missing)
                continue
            self.weights[stack.pop()] = 1 + sum(self.weights[arg] for arg in node.args)
        return self.weights[entry]


def components(f: Expr, variable: Variable, result: Expr, kind: str, points: Sequence[Point]) -> Evidence:
    """Compare the result with sympy's derivatives of the entries of f, at the points."""
    import numpy as np

    worst, entries = 0.0, 0
    for point in points:
        try:
            whole = variable if variable.structure is None else Variable(variable.symbol)
            expected = _differentiate(f, whole, kind, point)
            found = _value(result, point)
        except (LimitError, NotSupported) as why:
            return Evidence(ORACLE, None, f"{why.message} ({show_sizes([point])})")
        except RecursionError:  # sympy's own, on deep expressions
            return Evidence(ORACLE, None, "the components are nested too deeply")
        whole = expected  # of which the values in a direction may be what is left of terms that cancel
        if variable.structure is not None:
            expected, found = _along(expected, found, variable, kind, point)
        difference = _difference(expected, found, whole)
        if difference is None:
            return Evidence(ORACLE, None, f"sympy gives no number ({show_sizes([point])})")
        if not difference < _TOLERANCE:
            return disagreement(ORACLE, point, Outcome(False, difference, expected, found))
        worst, entries = max(worst, difference), entries + np.size(expected)
    if not points:
        return Evidence(ORACLE, None, "no point of small size within the conditions was found")
    detail = f"{entries} entries with {_DIGITS} digits, {show_sizes(points)}"
    return Evidence(ORACLE, True, detail, tuple(point.sizes for point in points), worst)


def _differentiate(f: Expr, variable: Variable, kind: str, point: Point) -> Array:
    """The derivative's entries as numbers, axes as the kind wants them."""
    import numpy as np
    import sympy

    here = variable.value(point)
    if sum(value.size for value in point.values.values()) > _ENTRIES:
        raise LimitError("there are too many components")
    real = not np.iscomplexobj(here)
    names = [sympy.Symbol(f"x{k}", real=True if real else None) for k in range(here.size)]
    values = {name: _entries(value) for name, value in point.values.items()}
    symbols = _each(names.__getitem__, np.arange(here.size).reshape(here.shape))
    values[variable.name] = variable.put(values[variable.name], symbols, point)
    order = 2 if kind == "hessian" else 1
    numbers = dict(zip(names, _entries(here).flat, strict=True))
    run = _Weighed(point, values, numbers, _BUDGET / max(1, here.size) ** order)
    run.known.update(_detached(f, point))
    value = run.value(f)
    found = list(value.flat)
    for _ in range(order):
        found = [sympy.diff(entry, name) for entry in found for name in names]
    derivative = [_number(entry, numbers) for entry in found]
    table = np.asarray([*derivative, None], dtype=object)[:-1].reshape(value.shape + here.shape * order)
    return np.moveaxis(table, range(value.ndim), range(-value.ndim, 0)) if kind == "grad" else table


def _number(entry: Any, numbers: Mapping[Any, Any]) -> Any:
    """The value of an entry at the variable's numbers."""
    return entry.xreplace(numbers).doit().evalf(_DIGITS)


def _value(e: Expr, point: Point) -> Array:
    """The value of an expression at a point, with 30 digits."""
    values = {name: _entries(value) for name, value in point.values.items()}
    return _each(lambda entry: entry.evalf(_DIGITS), _Weighed(point, values, {}, 100 * _BUDGET).value(e))


def _detached(f: Expr, point: Point) -> dict[Expr, Array]:
    """What is detached, as numbers: its derivative is zero."""
    return {node: _value(node, point) for node in postorder(f) if node.op == "stop"}


def _along(expected: Array, found: Array, variable: Variable, kind: str, point: Point) -> tuple[Array, Array]:
    """Both derivatives in a few directions that keep the variable's structure: no other ones count."""
    import numpy as np

    rng = np.random.default_rng(0)
    orders = 2 if kind == "hessian" else 1
    drawn = [[variable.probe(point, rng) for _ in range(orders)] for _ in range(3)]
    return (
        np.stack([applied(expected, [_entries(p.change) for p in probes], kind) for probes in drawn]),
        np.stack([applied(found, [_entries(p.paired) for p in probes], kind) for probes in drawn]),
    )


def _difference(expected: Array, found: Array, whole: Array) -> float | None:
    """The largest difference of entries against the largest entry of `whole`; None where sympy has no number."""
    import numpy as np

    if expected.shape != found.shape:
        return float("inf")
    try:
        gaps = [abs(complex(a - b)) for a, b in zip(expected.flat, found.flat, strict=True)]
        largest = max((abs(complex(entry)) for entry in whole.flat), default=0.0)
    except TypeError:
        return None
    if not np.isfinite(largest):
        return None
    return max(gaps, default=0.0) / max(largest, 1e-3)


def _symbolic(function: Any, arithmetic: Symbolic) -> StandIn:
    from dataclasses import replace

    return replace(function, arithmetic=arithmetic)


def _entries(values: Array) -> Array:
    """Numbers as sympy floats of 30 digits."""
    import numpy as np
    import sympy

    def entry(value: Any) -> Any:
        if isinstance(value, complex):
            return sympy.Float(value.real, _DIGITS) + sympy.I * sympy.Float(value.imag, _DIGITS)
        return sympy.Integer(int(value)) if value == int(value) else sympy.Float(value, _DIGITS)

    return _each(entry, np.asarray(values, dtype=object))


def _each(function: Callable[..., Any], *args: Array) -> Array:
    import numpy as np

    return np.asarray(np.frompyfunc(function, len(args), 1)(*args), dtype=object)


def _boxed(value: Any) -> Array:
    import numpy as np

    box = np.empty((), dtype=object)
    box[()] = value[()] if isinstance(value, np.ndarray) else value
    return box


_FUNCTIONS = {
    "sin": "sin",
    "cos": "cos",
    "asin": "asin",
    "atan": "atan",
    "atan2": "atan2",
    "asinh": "asinh",
    "acosh": "acosh",
    "exp": "exp",
    "log": "log",
    "erf": "erf",
    "gamma": "gamma",
    "real": "re",
    "imag": "im",
    "conj": "conjugate",
    "polygamma": "polygamma",
    **{name: name for name in ("besselj", "bessely", "besseli", "besselk")},
}
_LOGIC: dict[str, Callable[..., bool]] = {"and": operator.and_, "or": operator.or_, "not": operator.not_}
_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
