"""Second-order dual numbers, run on an expression as it was written: in float64, in float32, and by mpmath.

An interpreter of its own, which shares nothing with the engine's derivatives, its code or its oracles. A value is an
array with its first derivatives (a last axis for the directions) and, where asked for, its second ones (two axes).
With order 0 it is a plain evaluator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np

from symdiff import dims
from symdiff.algebra import Slice
from symdiff.book import expand
from symdiff.expr import Expr, postorder

Array = Any
Derivatives = tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any]]


class NoValue(Exception):
    """What this interpreter does not know."""


def _sech2(x: Any, f: Any) -> Any:
    return 1 / f.cosh(x) ** 2


def _sigmoid(x: Any, f: Any) -> Any:
    return 1 / (1 + f.exp(-x))


def functions(f: Any) -> dict[str, Derivatives]:
    """Functions with their first two derivatives, in the elementary functions of `f`: numpy or mpmath."""
    root = f.sqrt
    two_pi = 2 / root(f.pi) if f is np else 2 / mp.sqrt(mp.pi)
    return {
        "exp": (f.exp, f.exp, f.exp),
        "log": (f.log, lambda x: 1 / x, lambda x: -1 / x**2),
        "log1p": (f.log1p, lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2),
        "expm1": (f.expm1, f.exp, f.exp),
        "sin": (f.sin, f.cos, lambda x: -f.sin(x)),
        "cos": (f.cos, lambda x: -f.sin(x), lambda x: -f.cos(x)),
        "tan": (f.tan, lambda x: 1 / f.cos(x) ** 2, lambda x: 2 * f.tan(x) / f.cos(x) ** 2),
        "sinh": (f.sinh, f.cosh, f.sinh),
        "cosh": (f.cosh, f.sinh, f.cosh),
        "tanh": (f.tanh, lambda x: _sech2(x, f), lambda x: -2 * f.tanh(x) * _sech2(x, f)),
        "sqrt": (root, lambda x: 1 / (2 * root(x)), lambda x: -1 / (4 * x * root(x))),
        "abs": (abs, lambda x: _sign(x), lambda x: 0 * x),
        "sign": (_sign, lambda x: 0 * x, lambda x: 0 * x),
        "floor": (f.floor, lambda x: 0 * x, lambda x: 0 * x),
        "round": (np.rint if f is np else mp.nint, lambda x: 0 * x, lambda x: 0 * x),
        "real": (lambda x: x, lambda x: 1 + 0 * x, lambda x: 0 * x),
        "conj": (lambda x: x, lambda x: 1 + 0 * x, lambda x: 0 * x),
        "imag": (lambda x: 0 * x, lambda x: 0 * x, lambda x: 0 * x),
        "atan": (
            np.arctan if f is np else mp.atan, lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2,
        ),
        "asin": (
            np.arcsin if f is np else mp.asin,
            lambda x: 1 / root((1 - x) * (1 + x)), lambda x: x / ((1 - x) * (1 + x)) / root((1 - x) * (1 + x)),
        ),
        "asinh": (
            np.arcsinh if f is np else mp.asinh,
            lambda x: 1 / root(1 + x**2), lambda x: -x / ((1 + x**2) * root(1 + x**2)),
        ),
        "acosh": (
            np.arccosh if f is np else mp.acosh,
            lambda x: 1 / root((x - 1) * (x + 1)), lambda x: -x / ((x - 1) * (x + 1)) / root((x - 1) * (x + 1)),
        ),
        "sigmoid": (
            lambda x: _sigmoid(x, f),
            lambda x: _sigmoid(x, f) * _sigmoid(-x, f),
            lambda x: _sigmoid(x, f) * _sigmoid(-x, f) * (_sigmoid(-x, f) - _sigmoid(x, f)),
        ),
        "erf": (
            _erf if f is np else mp.erf,
            lambda x: two_pi * f.exp(-x * x), lambda x: -2 * x * two_pi * f.exp(-x * x),
        ),
    }  # fmt: skip


def _sign(x: Any) -> Any:
    return np.sign(x) if isinstance(x, (np.ndarray, np.generic)) else mp.sign(x)


_erf = np.vectorize(math.erf, otypes=[float])


class _Parts(NamedTuple):
    value: Array
    first: Array | None
    second: Array | None


class Dual(_Parts):
    """A value, its derivatives along the directions (a last axis), and the second ones (two last axes)."""

    def __new__(cls, *parts: Array | None) -> Dual:
        return super().__new__(cls, *(None if part is None else np.asarray(part) for part in parts))


class Run:
    """One run over an expression: `number` is float64, float32 or None for mpmath."""

    def __init__(
        self, values: Mapping[str, Any], by: str | None, order: int, number: Any, sizes: Mapping[str, int] | None = None
    ) -> None:
        self.number = number
        self.order = order if by is not None else 0
        self.largest = 0.0  # of all values that occurred
        self.sizes = dict(sizes or {})
        self.given = {name: self.array(value) for name, value in values.items()}
        self.by = by
        self.directions = self.given[by].size if by is not None else 0
        self.table = functions(np if number is not None else mp)
        self.done: dict[Expr, Dual] = {}

    # numbers

    def array(self, value: Any) -> Array:
        """An array of this run's numbers; what is given as a float is taken exactly."""
        if self.number is not None:
            return np.asarray(value, dtype=float).astype(self.number)
        made = np.empty(np.shape(value), dtype=object)
        for place in np.ndindex(made.shape):
            entry = np.asarray(value, dtype=object)[place] if made.shape else value
            made[place] = self.exact(entry)
        return made

    def exact(self, value: Any) -> Any:
        if hasattr(value, "denominator") and not isinstance(value, (float, np.floating)):
            return mp.mpf(int(value.numerator)) / int(value.denominator)
        return value if isinstance(value, mp.mpf) else mp.mpf(float(value))

    def each(self, f: Callable[[Any], Any], x: Array) -> Array:
        if self.number is not None:
            return np.asarray(f(x)).astype(self.number)
        made = np.empty(x.shape, dtype=object)
        for place in np.ndindex(x.shape):
            try:
                found = f(x[place])
            except (ZeroDivisionError, ValueError):
                found = mp.nan
            made[place] = found if isinstance(found, mp.mpf) else mp.nan if isinstance(found, mp.mpc) else mp.mpf(found)
        return made

    # the walk

    def value(self, e: Expr) -> Dual:
        """The value of an expression with its derivatives."""
        self._sizes_of(e)
        stack = [e]
        while stack:
            node = stack[-1]
            if node in self.done:
                stack.pop()
                continue
            meaning = self._meaning(node)
            needs = node.args if meaning is None else (meaning,)
            missing = [need for need in needs if need not in self.done]
            if missing:
                stack += missing
                continue
            result = self._compute(node) if meaning is None else self.done[meaning]
            self.done[node] = result
            self._saw(result.value)
            stack.pop()
        return self.done[e]

    def _saw(self, value: Array) -> None:
        flat = [abs(float(v)) for v in np.ravel(value)]
        finite = [v for v in flat if math.isfinite(v)]
        self.largest = max([self.largest, *finite])

    def _sizes_of(self, e: Expr) -> None:
        for node in postorder(e):
            if node.op == "symbol" and node.shape and node.attr.name in self.given:
                for dim, length in zip(node.shape, self.given[node.attr.name].shape, strict=True):
                    for name in dims.names(dim) if not isinstance(dim, int) else ():
                        if str(dim) == name:
                            self.sizes[name] = length

    def shape(self, e: Expr) -> tuple[int, ...]:
        return tuple(self.size(dim) for dim in e.shape)

    def size(self, dim: Any) -> int:
        return int(dims.evaluate(dim, self.sizes))

    def _meaning(self, e: Expr) -> Expr | None:
        if e.op == "map" and (e.attr in self.table or e.attr in ("pow", "max", "min", "hypot", "atan2")):
            return None
        if e.op == "call" and e.attr[0] in ("inv", "det", "logdet", "adj", "tril", "triu"):
            return None
        return expand(e) if e.op in ("map", "call") else None

    def constant(self, value: Array) -> Dual:
        """A value that does not move."""
        first = self._zeros(value.shape, 1) if self.order else None
        second = self._zeros(value.shape, 2) if self.order > 1 else None
        return Dual(value, first, second)

    def _zeros(self, shape: tuple[int, ...], axes: int) -> Array:
        return self.array(np.zeros(shape + (self.directions,) * axes))

    def _compute(self, e: Expr) -> Dual:
        return getattr(self, f"_{e.op}")(e, [self.done[arg] for arg in e.args])

    def _symbol(self, e: Expr, args: list[Dual]) -> Dual:
        name = e.attr.name
        if "dimension" in e.attr.properties:
            return self.constant(self.array(self.size(dims.size(name))))
        found = self.constant(self.given[name])
        if name == self.by and self.order:
            eye = np.eye(self.directions).reshape(*found.value.shape, self.directions)
            return Dual(found.value, self.array(eye), found.second)
        return found

    def _number(self, e: Expr, args: list[Dual]) -> Dual:
        return self.constant(self.array(float(e.attr)) if self.number is not None else self.array(e.attr))

    def _constant(self, e: Expr, args: list[Dual]) -> Dual:
        if not isinstance(e.attr, str):
            entries = np.array([float(v) for v in e.attr.entries]).reshape(self.shape(e))
            return self.constant(self.array(entries))
        if e.attr in ("pi", "e"):
            exact = mp.pi if e.attr == "pi" else mp.e
            return self.constant(self.array(float(exact)) if self.number is not None else np.array(+exact, object))
        if e.attr == "eye":
            return self.constant(self.array(np.eye(self.size(e.shape[0]))))
        if e.attr in ("zeros", "ones"):
            return self.constant(self.array(np.full(self.shape(e), float(e.attr == "ones"))))
        raise NoValue(e.attr)

    # arithmetic

    def _add(self, e: Expr, args: list[Dual]) -> Dual:
        total = args[0]
        for arg in args[1:]:
            total = self._plus(total, arg)
            self._saw(total.value)
        return total

    def _plus(self, a: Dual, b: Dual) -> Dual:
        parts = [None if x is None else x + y for x, y in zip(a, b, strict=True)]
        return Dual(*parts)

    def product(self, a: Dual, b: Dual, script: str) -> Dual:
        """The einsum of two, `ab,bc->ac` or the like, and its derivatives."""
        left, out = script.split("->")
        la, lb = left.split(",")

        def joined(x: Array, y: Array, dx: str, dy: str) -> Array:
            return np.asarray(np.einsum(f"{la}{dx},{lb}{dy}->{out}{dx}{dy}", x, y, optimize=False))

        value = joined(a.value, b.value, "", "")
        if not self.order:
            return Dual(value, None, None)
        first = joined(a.first, b.value, "Z", "") + joined(a.value, b.first, "", "Z")
        if self.order < 2:
            return Dual(value, first, None)
        crossed = joined(a.first, b.first, "Y", "Z")
        second = joined(a.second, b.value, "YZ", "") + joined(a.value, b.second, "", "YZ")
        return Dual(value, first, second + crossed + np.swapaxes(crossed, -1, -2))

    def times(self, a: Dual, b: Dual) -> Dual:
        """The product of a scalar or equal shapes, element by element."""
        letters = "abcdef"[: max(a.value.ndim, b.value.ndim)]
        return self.product(a, b, f"{letters[: a.value.ndim]},{letters[: b.value.ndim]}->{letters}")

    def chain(self, u: Dual, derivatives: Derivatives) -> Dual:
        """f(u) by f, f' and f''."""
        value = self.each(derivatives[0], u.value)
        if not self.order:
            return Dual(value, None, None)
        slope = self.each(derivatives[1], u.value)
        first = slope[..., None] * u.first
        if self.order < 2:
            return Dual(value, first, None)
        bend = self.each(derivatives[2], u.value)[..., None, None]
        second = bend * (u.first[..., None] * u.first[..., None, :]) + slope[..., None, None] * u.second
        return Dual(value, first, second)

    def _mul(self, e: Expr, args: list[Dual]) -> Dual:
        result = args[0]
        for base, exponent in zip(args[1::2], args[2::2], strict=True):
            result = self.times(result, self._power(base, exponent))
            self._saw(result.value)
        return result

    def _power(self, base: Dual, exponent: Dual) -> Dual:
        p = exponent.value.reshape(-1)[0] if exponent.value.size else exponent.value
        fixed = exponent.first is None or not np.any(exponent.first != 0)
        if fixed and all(v == p for v in exponent.value.reshape(-1)):
            whole = int(p) if p == int(p) else p
            if whole == 1:
                return base

            def raised(k: int, front: Any) -> Callable[[Any], Any]:
                return lambda x: front * x ** (whole - k) if front else 0 * x

            return self.chain(base, (raised(0, 1), raised(1, whole), raised(2, whole * (whole - 1))))
        return self.chain(self.times(exponent, self.chain(base, self.table["log"])), self.table["exp"])

    def _einsum(self, e: Expr, args: list[Dual]) -> Dual:
        labels, out = [*map(list, e.attr[:-1])], list(e.attr[-1])
        result, own = args[1], labels[0]
        rest = list(zip(args[2:], labels[1:], strict=True))
        for k, (other, names) in enumerate(rest):
            later = {label for _, ls in rest[k + 1 :] for label in ls} | set(out)
            kept = [label for label in dict.fromkeys([*own, *names]) if label in later]
            result = self.product(result, other, f"{_letters(own)},{_letters(names)}->{_letters(kept)}")
            self._saw(result.value)
            own = kept
        one = self.constant(self.array(1.0))
        result = self.product(result, one, f"{_letters(own)},->{_letters(out)}")
        return self.times(args[0], result) if e.args[0].op != "number" or e.args[0].attr != 1 else result

    # functions

    def _map(self, e: Expr, args: list[Dual]) -> Dual:
        if e.attr == "pow":
            return self._power(*args)
        if e.attr in ("max", "min"):
            first = args[0].value > args[1].value if e.attr == "max" else args[0].value < args[1].value
            return self._chosen(first, *args)
        if e.attr == "hypot":
            two = self.constant(self.array(2.0))
            half = self.constant(self.array(0.5))
            return self._power(self._plus(self._power(args[0], two), self._power(args[1], two)), half)
        if e.attr not in self.table:
            raise NoValue(e.attr)
        return self.chain(args[0], self.table[e.attr])

    def _call(self, e: Expr, args: list[Dual]) -> Dual:
        name, a = e.attr[0], args[0]
        if name in ("tril", "triu"):
            mask = self.constant(self.array(getattr(np, name)(np.ones(a.value.shape))))
            return self.times(mask, a)
        if a.value.ndim != 2 or a.value.shape[0] != a.value.shape[1]:
            raise NoValue(name)
        inverse = self._inverse(a.value)
        turned = [self.constant(inverse), a]
        moved = self.product(turned[0], a, "ij,jk->ik") if self.order else None
        if name == "inv":
            return self._inverse_dual(a, inverse)
        det = self._det(a.value)
        slope = None if moved is None else np.einsum("iiZ->Z", moved.first)
        bend = None
        if self.order > 1:
            bend = np.einsum("iiYZ->YZ", moved.second) - np.einsum("ijY,jiZ->YZ", moved.first, moved.first)
        log = Dual(np.asarray(self.each(self.table["log"][0], np.asarray(det))), slope, bend)
        if name == "logdet":
            return log
        if name == "det":
            sign = 1 if det > 0 else -1
            log = Dual(self.each(self.table["log"][0], np.asarray(abs(det))), slope, bend)
            return self.chain(log, tuple(_signed(sign, f) for f in self.table["exp"]))  # type: ignore[arg-type]
        raise NoValue(name)

    def _inverse_dual(self, a: Dual, inverse: Array) -> Dual:
        if not self.order:
            return Dual(inverse, None, None)
        first = -np.einsum("ij,jkZ,kl->ilZ", inverse, a.first, inverse)
        if self.order < 2:
            return Dual(inverse, first, None)
        twice = np.einsum("ij,jkY,kl,lmZ,mn->inYZ", inverse, a.first, inverse, a.first, inverse)
        second = twice + np.swapaxes(twice, -1, -2) - np.einsum("ij,jkYZ,kl->ilYZ", inverse, a.second, inverse)
        return Dual(inverse, first, second)

    def _inverse(self, a: Array) -> Array:
        if self.number is not None:
            return np.linalg.inv(a)
        try:
            found = mp.inverse(mp.matrix(a.tolist()))
        except ZeroDivisionError as singular:
            raise NoValue("a singular matrix") from singular
        return np.array(found.tolist(), dtype=object).reshape(a.shape)

    def _det(self, a: Array) -> Any:
        return self.number(np.linalg.det(a)) if self.number is not None else mp.det(mp.matrix(a.tolist()))

    def _reduce(self, e: Expr, args: list[Dual]) -> Dual:
        kind, axes = e.attr
        (a,) = args
        kept = [axis for axis in range(a.value.ndim) if axis not in axes]
        result: Dual | None = None
        for place in np.ndindex(*(a.value.shape[axis] for axis in axes)):
            where = tuple(place[axes.index(axis)] if axis in axes else slice(None) for axis in range(a.value.ndim))
            part = self._at(a, where)
            if result is None:
                result = part
            elif kind == "prod":
                result = self.times(result, part)
            else:
                better = part.value > result.value if kind == "max" else part.value < result.value
                result = self._chosen(better, part, result)
        assert result is not None and result.value.ndim == len(kept)
        return result

    def _scan(self, e: Expr, args: list[Dual]) -> Dual:
        kind, axis, reverse = e.attr
        (a,) = args
        count = a.value.shape[axis]
        parts: list[Dual] = []
        for k in reversed(range(count)) if reverse else range(count):
            part = self._at(a, tuple(k if j == axis else slice(None) for j in range(a.value.ndim)))
            if parts:
                part = self._plus(parts[-1], part) if kind == "cumsum" else self.times(parts[-1], part)
            parts.append(part)
        parts = parts[::-1] if reverse else parts
        return self._stacked(parts, axis)

    def _at(self, a: Dual, where: tuple[Any, ...]) -> Dual:
        return Dual(*(None if x is None else np.asarray(x[where]) for x in a))

    def _stacked(self, parts: list[Dual], axis: int) -> Dual:
        columns = zip(*parts, strict=True)
        return Dual(*(None if xs[0] is None else np.stack(xs, axis=axis) for xs in columns))

    # pieces and places

    def _compare(self, e: Expr, args: list[Dual]) -> Dual:
        a = args[0].value
        if e.attr == "not":
            return Dual(np.logical_not(a), None, None)
        b = args[1].value
        kinds: dict[str, Callable[[], Array]] = {
            "<": lambda: a < b, "<=": lambda: a <= b, ">": lambda: a > b, ">=": lambda: a >= b, "==": lambda: a == b,
            "!=": lambda: a != b, "and": lambda: np.logical_and(a, b), "or": lambda: np.logical_or(a, b),
        }  # fmt: skip
        return Dual(np.asarray(kinds[e.attr]()).astype(bool), None, None)

    def _select(self, e: Expr, args: list[Dual]) -> Dual:
        return self._chosen(args[0].value, args[1], args[2])

    def _chosen(self, condition: Array, a: Dual, b: Dual) -> Dual:
        c = np.asarray(condition).astype(bool)
        made = []
        for k, (x, y) in enumerate(zip(a, b, strict=True)):
            made.append(None if x is None else np.where(c.reshape(c.shape + (1,) * k), x, y))
        return Dual(*made)

    def _index(self, e: Expr, args: list[Dual]) -> Dual:
        where = tuple(
            slice(self.size(i.start), _stop(self.size(i.stop)), i.step) if isinstance(i, Slice) else self.size(i)
            for i in e.attr
        )
        return self._at(args[0], where)

    def _join(self, e: Expr, args: list[Dual]) -> Dual:
        kind, axis = e.attr
        if kind == "stack":
            return self._stacked(args, axis)
        columns = zip(*args, strict=True)
        return Dual(*(None if xs[0] is None else np.concatenate(xs, axis=axis) for xs in columns))

    def _reshape(self, e: Expr, args: list[Dual]) -> Dual:
        (a,) = args
        shape = self.shape(e)
        if e.attr == "F":
            a = Dual(*(None if x is None else _by_columns(x, a.value.ndim) for x in a))
        return Dual(*(None if x is None else x.reshape(shape + (self.directions,) * k) for k, x in enumerate(a)))

    def _stop(self, e: Expr, args: list[Dual]) -> Dual:
        return self.constant(args[0].value)

    def _derivative(self, e: Expr, args: list[Dual]) -> Dual:
        raise NoValue("a function that is only a name")


def _stop(value: int) -> int | None:
    return None if value < 0 else value


def _by_columns(x: Array, rank: int) -> Array:
    """An array with its first `rank` axes in turned order."""
    return np.transpose(x, (*reversed(range(rank)), *range(rank, x.ndim)))


def _letters(labels: list[int]) -> str:
    return "".join(chr(ord("a") + label) for label in labels)


def _signed(sign: int, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: sign * f(x)
