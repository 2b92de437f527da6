"""The arithmetic of a model for the interpreter: arrays of residues."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from symdiff.algebra import is_nonnegative, is_positive
from symdiff.equality.models.functions import exp as exp_of
from symdiff.equality.models.matrices import NAMES, of_matrix, product
from symdiff.equality.models.planar import Planar, function, planar, power
from symdiff.equality.models.residues import Model, NoLaw, NoValue, Residue
from symdiff.equality.weights import as_written
from symdiff.errors import NotSupported
from symdiff.evaluation import Array, Interpreter
from symdiff.evaluation.calls import structured
from symdiff.expr import Expr

_LARGEST_POWER = 200


class Residues:
    """Numbers of a model. What is no law of functions is kept: their values depend on their arguments alone."""

    direct = frozenset[str]()

    def __init__(self, model: Model) -> None:
        self.model = model

    def number(self, value: Any) -> Array:
        if hasattr(value, "item"):
            value = value.item()
        if isinstance(value, complex):
            return _boxed(planar(self.number(value.real)[()], self.number(value.imag)[()]))
        if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
            raise NoLaw("what is not finite")
        return _boxed(self.model.exact(as_written(value) if isinstance(value, float) else value))

    def named(self, name: str) -> Array:
        if name == "pi":
            return _boxed(self.model.pi)
        if name == "e":
            return _boxed(exp_of(self.model.one))
        if name == "i":
            return _boxed(Planar(self.model.zero, self.model.one))
        raise NoLaw(name)

    def power(self, base: Array, exponent: Array) -> Array:
        return _each(power, base, exponent)

    def map(self, name: str, *args: Array) -> Array:
        return _each(lambda *entries: function(self.model, name, *entries), *args)

    def call(self, name: str, args: Sequence[Array], keywords: Mapping[str, Any]) -> Array:
        if name == "inv":
            return self.inverse(args[0])
        if name == "pinv":
            return self._pinv(args[0])
        if name == "matpow":
            return self._matpow(*args)
        if name in NAMES:
            return of_matrix(self, name, args)
        try:
            return structured(self, name, args, keywords)
        except NotSupported:
            raise NoLaw(name) from None

    def reduce(self, kind: str, array: Array, axes: tuple[int, ...]) -> Array:
        import numpy as np

        if kind == "prod":
            return np.asarray(np.prod(array, axis=axes), dtype=object)
        kept = [axis for axis in range(array.ndim) if axis not in axes]
        lengths = [array.shape[axis] for axis in kept]
        rows = np.transpose(array, (*kept, *axes)).reshape(*lengths, -1)
        result = np.empty(lengths, dtype=object)
        for place in np.ndindex(*lengths):
            best = rows[place][0]
            for entry in rows[place][1:]:
                if (entry - best).sign() == (1 if kind == "max" else -1):
                    best = entry
            result[place] = best
        return result

    def compare(self, kind: str, *args: Array) -> Array:
        return _each(_COMPARED[kind], *args)

    def select(self, condition: Array, first: Array, second: Array) -> Array:
        return _each(lambda chosen, a, b: a if chosen else b, condition, first, second)

    def det(self, matrix: Array) -> Array:
        return _boxed(self._eliminated(matrix, None)[0])

    def adj(self, matrix: Array) -> Array:
        """Of an invertible matrix; others are met by no sample that is drawn."""
        return self.inverse(matrix) * self._eliminated(matrix, None)[0]

    def inverse(self, matrix: Array) -> Array:
        if not len(matrix):
            return matrix
        found = self._eliminated(matrix, self.eye(len(matrix)))[1]
        if found is None:
            raise NoValue("a singular matrix")
        return found

    def eye(self, n: int) -> Array:
        import numpy as np

        result = np.full((n, n), self.model.zero, dtype=object)
        np.fill_diagonal(result, self.model.one)
        return result

    def _eliminated(self, matrix: Array, right: Array | None) -> tuple[Residue, Array | None]:
        """The determinant, and the inverse times `right`; by rows, zero and nothing where there is none."""
        rows = [list(row) for row in matrix]
        others = None if right is None else [list(row) for row in right]
        result = self.model.one
        for k in range(len(rows)):
            found = next((i for i in range(k, len(rows)) if not rows[i][k].is_zero), None)
            if found is None:
                return self.model.zero, None
            if found != k:
                result = -result
                for each in (rows, others) if others is not None else (rows,):
                    each[k], each[found] = each[found], each[k]
            pivot = rows[k][k]
            result, by = result * pivot, pivot.inverse()
            if others is not None:
                rows[k], others[k] = [by * a for a in rows[k]], [by * a for a in others[k]]
            for i in range(len(rows)) if others is not None else range(k + 1, len(rows)):
                if i != k and not rows[i][k].is_zero:
                    ratio = rows[i][k] if others is not None else rows[i][k] * by
                    rows[i] = [a - ratio * b for a, b in zip(rows[i], rows[k], strict=True)]
                    if others is not None:
                        others[i] = [a - ratio * b for a, b in zip(others[i], others[k], strict=True)]
        return result, None if others is None else _array(others)

    def _pinv(self, a: Array) -> Array:
        """Of full rank, as every sample is that is drawn."""
        if a.shape[0] >= a.shape[1]:
            return product(self.inverse(product(a.T, a)), a.T)
        return product(a.T, self.inverse(product(a, a.T)))

    def _matpow(self, matrix: Array, exponent: Array) -> Array:
        k = exponent[()].exact
        if k is None or k.denominator != 1 or abs(k) > _LARGEST_POWER:
            return of_matrix(self, "matpow", (matrix, exponent))
        factor, result = matrix if k >= 0 else self.inverse(matrix), self.eye(len(matrix))
        for _ in range(abs(int(k))):
            result = product(result, factor)
        return result


class Run(Interpreter):
    """Every node in the fields where it is asked for; where signs matter, what is known to be positive must be so."""

    def __init__(self, *args: Any, needed: Mapping[Expr, Collection[int]], signed: bool) -> None:
        super().__init__(*args)
        self._needed_in = needed
        self._signed = signed

    def _compute(self, node: Expr, values: list[Array]) -> Array:
        self.arithmetic.model.needed = self._needed_in.get(node, (0,))  # type: ignore[attr-defined]
        result = super()._compute(node, values)
        if self._signed and node.op in ("add", "mul", "einsum"):
            least = 1 if is_positive(node) else 0 if is_nonnegative(node) else None
            if least is not None and any(not e.has_atoms and e.sign() < least for e in result.flat):
                raise NoValue("a sign is not what it is in fact")
        return result


_COMPARED: dict[str, Callable[..., bool]] = {
    "<": lambda a, b: (a - b).sign() < 0,
    "<=": lambda a, b: (a - b).sign() <= 0,
    ">": lambda a, b: (a - b).sign() > 0,
    ">=": lambda a, b: (a - b).sign() >= 0,
    "==": lambda a, b: (a - b).is_zero,
    "!=": lambda a, b: not (a - b).is_zero,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
}


def _each(function: Callable[..., Any], *args: Array) -> Array:
    import numpy as np

    return np.asarray(np.frompyfunc(function, len(args), 1)(*args), dtype=object)


def _array(rows: list[list[Residue]]) -> Array:
    import numpy as np

    result = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            result[i, j] = entry
    return result


def _boxed(value: Any) -> Array:
    import numpy as np

    box = np.empty((), dtype=object)
    box[()] = value
    return box
