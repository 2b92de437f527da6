"""What a caller gives, as arrays of the right kind, rank and sizes; the sizes that the arrays show."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from numbers import Number
from typing import Any

import numpy as np

from symdiff import dims
from symdiff.algebra import Slice
from symdiff.algebra.leaves import require_plain
from symdiff.dims import Dim, Shape, show_shape
from symdiff.errors import ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr
from symdiff.lower.properties import require_properties

_FAR = 10**9
_FLOAT = np.dtype(float)


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of an argument."""

    symbol: str
    place: int
    dim: Dim
    names: frozenset[str]

    def __str__(self) -> str:
        return f"axis {self.place} of {self.symbol}"


class Sizes:
    """The dimension names met so far, each with the number it stands for and the place that shows it."""

    def __init__(self, batch: str | None = None) -> None:
        self.values: dict[str, int] = {}
        self.batch = batch  # the one size that may be 0
        self.places: dict[str, object] = {}  # an axis, or the words of a keyword

    def set(self, name: str, value: int, place: object) -> None:
        """A size seen at a place; ShapeError names both places where two differ."""
        known = self.values.setdefault(name, value)
        first = self.places.setdefault(name, place)
        if known != value:
            raise ShapeError(f"the size {name} is {known} in {first}, but {value} in {place}")
        if value < 1 and (name != self.batch or value < 0):
            raise ShapeError(f"the size {name} is {value} in {place}; sizes are positive")

    def solve(self, dim: Dim, value: int) -> tuple[str, int] | None:
        """The one unknown name of a size that is linear in it, with its number."""
        unknown = dims.names(dim) - self.values.keys()
        if len(unknown) != 1:
            return None
        (name,) = unknown
        at = [dims.evaluate(dim, {**self.values, name: k}) for k in range(3)]
        slope = at[1] - at[0]
        far = dims.evaluate(dim, {**self.values, name: _FAR})  # where the smaller of two sizes is the other
        linear = at[2] - at[1] == slope and far - at[0] == slope * _FAR
        if slope == 0 or not linear or (value - at[0]) % slope:
            return None
        return name, (value - at[0]) // slope


@dataclass(frozen=True, slots=True)
class Reach:
    """That an entry or a slice lies within an axis: `low` is at most `high`, which the sizes of a call decide."""

    low: Dim
    high: Dim
    axis: str

    def require(self, sizes: Mapping[str, int]) -> None:
        """ShapeError where the sizes put the entry outside."""
        if dims.names(self.low) | dims.names(self.high) <= sizes.keys():
            low, high = dims.evaluate(self.low, sizes), dims.evaluate(self.high, sizes)
            if low > high:
                said = f"{self.low} = {low} is more than {self.high} = {high}"
                raise ShapeError(f"there is no such entry on {self.axis}: {said}")


def reaches(nodes: Iterable[Expr]) -> list[Reach]:
    """What the entries and slices of nodes ask of the sizes, where it does not hold for all of them."""
    found: dict[Reach, None] = {}
    for node in nodes:
        if node.op == "index":
            for k, (item, dim) in enumerate(zip(node.attr, node.args[0].shape, strict=True)):
                if not isinstance(item, Slice):
                    bounds: tuple[Dim, ...] = (0, item, dim - 1)
                elif item.step > 0:
                    bounds = (0, item.start, item.stop, dim)
                else:
                    bounds = (-1, item.stop, item.start, dim - 1)
                for low, high in pairwise(bounds):
                    if not dims.never_above(low, high):
                        found[Reach(low, high, f"axis {k} of length {dim}")] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class Input:
    """A symbol that takes arrays of a shape: its own, or with the axis of the batch in front. Where `spreads`, a scalar
    takes arrays of any shape.
    """

    symbol: Expr
    shape: Shape
    spreads: bool
    within: Expr | None = None  # a function of it that has a value only if it is symmetric

    @property
    def real(self) -> bool:
        """Whether its values are real."""
        return "complex" not in self.symbol.attr.properties

    @property
    def plain(self) -> bool:
        """Whether it is any real number."""
        return not self.shape and not self.symbol.attr.properties

    def read(self, value: Any) -> Any:
        """A value as an array of floats (or complex numbers) of the right rank."""
        if type(value) is np.ndarray and value.dtype is _FLOAT and value.ndim == len(self.shape) > 0 and self.real:
            return value
        array = _numbers(self.symbol, value)
        if array.ndim != len(self.shape) and not self.spreads:
            shape = "a single number" if not array.ndim else f"an array of shape {array.shape}"
            batch = "" if self.shape == self.symbol.shape else f" with the axis {self.shape[0]} in front"
            kind = f"{show_shape(self.symbol.shape)}{batch}"
            raise ShapeError(f"{self.symbol.attr.name} is a {kind}, but its value is {shape}")
        return array if array.ndim else array[()]


@dataclass(frozen=True, slots=True)
class Callback:
    """A function that is only a name: it takes a callable, whose values are made arrays of the rank it declares."""

    name: str
    rank: int
    complex: bool
    entrywise: bool = False  # its values have the shape of its arguments

    def read(self, value: Any) -> Callable[..., Any]:
        """The callable, its values checked."""
        if not callable(value):
            raise SymdiffError(f"{self.name} is a function: give a callable")
        kind = complex if self.complex else float

        def checked(*args: Any) -> Any:
            array = np.asarray(value(*args), dtype=kind)
            rank = np.ndim(args[0]) if self.entrywise else self.rank
            if array.ndim != rank:
                raise ShapeError(
                    f"a function returned an array of shape {array.shape}; it has {rank} axes by declaration"
                )
            return array if array.ndim else array[()]

        return checked


@dataclass(frozen=True, slots=True)
class Unused:
    """A name that does not occur: its value may be anything."""

    name: str

    def read(self, value: Any) -> Any:
        """The value as it is."""
        return value


Argument = Input | Callback | Unused


class Binder:
    """Turns a call's arguments into values of the kinds that `arguments` are, by name in order. `wanted` are the sizes
    needed, `within` what entries and slices ask of the sizes, `batch` is the size that may be 0. Where it `spreads`,
    scalars take arrays; `plain` says that any real numbers do.
    """

    def __init__(
        self,
        arguments: Mapping[str, Argument],
        wanted: Sequence[str],
        within: Sequence[Reach] = (),
        spreads: bool = False,
        batch: str | None = None,
    ) -> None:
        self.names = tuple(arguments)
        self.arguments = dict(arguments)
        self.inputs = {name: kind for name, kind in arguments.items() if isinstance(kind, Input)}
        self.wanted = tuple(wanted)
        self.within = tuple(within)
        self.spreads = spreads
        self.batch = batch
        axes = [Axis(name, k, d, dims.names(d)) for name, e in self.inputs.items() for k, d in enumerate(e.shape)]
        self.dimensions = frozenset(wanted).union(*(axis.names for axis in axes))
        self._plain = [axis for axis in axes if str(axis.dim) in axis.names]
        self._compound = [axis for axis in axes if str(axis.dim) not in axis.names]
        self._sized = bool(axes or wanted or within)
        seen = {str(axis.dim) for axis in self._plain}
        shown = not self._compound and not within and seen.issuperset(wanted)
        self._read = [(str(axis.dim), axis.symbol, axis.place) for axis in self._plain] if shown else []
        self.plain = not self._sized and all(isinstance(k, Input) and k.plain for k in arguments.values())
        self._declared = [name for name, kind in self.inputs.items() if kind.symbol.attr.properties or kind.within]

    def bind(self, args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
        """The values by name, in the order of the arguments, and the sizes."""
        given = dict(zip(self.names, args, strict=False))
        if keywords or len(args) != len(self.names):
            self._by_name(given, args, keywords)
        values = {name: kind.read(given[name]) for name, kind in self.arguments.items()}
        sizes = self._shown(values) if self._read and not keywords else None
        if sizes is None:
            sizes = self._read_sizes(values, keywords) if self._sized else {}
        for name in self._declared:
            require_properties(self.inputs[name].symbol, values[name], self.inputs[name].within)
        return values, sizes

    def _by_name(self, given: dict[str, Any], args: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        """Take up values by name. One that no argument has is left aside, where nothing else is missing."""
        if len(args) > len(self.names):
            raise SymdiffError(f"{len(args)} values for {len(self.names)} arguments ({', '.join(self.names)})")
        for name, value in keywords.items():
            if name in given:
                raise SymdiffError(f"{name} is given twice")
            if name in self.arguments:
                given[name] = value
        missing = [name for name in self.names if name not in given]
        if not missing:
            return
        listed = f"the arguments are {', '.join(self.names)}"
        unknown = [name for name in keywords if name not in self.arguments and name not in self.dimensions]
        if unknown:
            near = get_close_matches(unknown[0][:60], missing, n=1)
            hint = f"did you mean {near[0]}?" if near else listed
            raise UnknownNameError(f"there is no argument {unknown[0][:60]}", hint=hint)
        raise UnknownNameError(f"no value for {missing[0]}", hint=listed)

    def _shown(self, values: Mapping[str, Any]) -> dict[str, int] | None:
        """The sizes, where all stand alone and nothing is wrong with them."""
        sizes: dict[str, int] = {}
        for name, symbol, place in self._read:
            length = values[symbol].shape[place]
            if not length or sizes.setdefault(name, length) != length:
                return None
        return sizes

    def _read_sizes(self, values: Mapping[str, Any], keywords: Mapping[str, Any]) -> dict[str, int]:
        """Sizes given by name and those that stand alone first, then those in sums and products; then every axis is
        checked.
        """
        sizes = Sizes(self.batch)
        for name, value in keywords.items():
            if name in self.dimensions and name not in self.arguments:
                sizes.set(name, _whole(name, value), f"{name}={value}")
        for axis in self._plain:
            sizes.set(str(axis.dim), values[axis.symbol].shape[axis.place], axis)
        waiting = self._compound
        while waiting:
            before = len(sizes.values)
            for axis in waiting:
                solution = sizes.solve(axis.dim, values[axis.symbol].shape[axis.place])
                if solution is not None:
                    sizes.set(*solution, axis)
            waiting = [axis for axis in waiting if axis.names - sizes.values.keys()]
            if len(sizes.values) == before:
                break
        for axis in self._compound:
            if axis.names <= sizes.values.keys():
                _check(axis, values[axis.symbol].shape[axis.place], sizes)
        for reach in self.within:
            reach.require(sizes.values)
        for name in self.wanted:
            if name not in sizes.values:
                raise SymdiffError(f"no array shows the size {name}", hint=f"give it by name: {name}=3")
        return sizes.values


def _check(axis: Axis, length: int, sizes: Sizes) -> None:
    """ShapeError unless an axis has the length its size stands for."""
    expected = dims.evaluate(axis.dim, sizes.values)
    if expected != length:
        meaning = f"{axis.dim} = {expected}" if axis.names else str(expected)
        shown = "".join(f"; {name} is {sizes.values[name]} in {sizes.places[name]}" for name in sorted(axis.names))
        raise ShapeError(f"{axis} has length {length}, not {meaning}{shown}")


def _whole(name: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise SymdiffError(f"the size {name} is a whole number") from None


def _numbers(symbol: Expr, value: Any) -> Any:
    """The value of a symbol as an array of floats (or complex numbers)."""
    name = symbol.attr.name
    if isinstance(value, Expr):
        raise SymdiffError(f"the value of {name} is an expression, not numbers", hint="use substitute")
    _require_plain(value)
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        raise ShapeError(f"the value of {name} is no array: its rows differ in length") from None
    if array.dtype.kind == "O":
        array = _floats(name, array)
    if array.dtype.kind not in "biufc":
        raise SymdiffError(f"the value of {name} is not made of numbers")
    if "complex" in symbol.attr.properties:
        return array.astype(complex, copy=False)
    if array.dtype.kind == "c":
        raise SymdiffError(f"{name} is real, but its value is complex", hint=f"declare it as {name}: complex")
    return array if array.dtype.kind == "f" else array.astype(float)


def _require_plain(value: Any) -> None:
    """An error for a masked array, in a list too: its mask would be lost."""
    if isinstance(value, (list, tuple)):
        for part in value:
            _require_plain(part)
    else:
        require_plain(value)


def _floats(name: str, objects: Any) -> Any:
    """Python's own numbers, such as 10**30 and Fraction(1, 3), as floats."""
    if not all(isinstance(v, Number) and not isinstance(v, bool) for v in objects.flat):
        raise SymdiffError(f"the value of {name} is not made of numbers")
    try:
        return objects.astype(complex if any(isinstance(v, complex) for v in objects.flat) else float)
    except (OverflowError, TypeError, ValueError) as error:
        raise SymdiffError(f"the value of {name} is no float: {error}") from None
