"""A function of several arrays as one of a flat vector, with its derivatives: what optimizers take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import inf
from typing import Any

import numpy as np

from symdiff import algebra, api, dims
from symdiff.compiled import Compiled, compile
from symdiff.dims import Dim, show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr
from symdiff.inputs import Declarations, Text, derivative_problem, is_list, symbol_name
from symdiff.lower.binding import Sizes
from symdiff.methods import declaration

_FREE = frozenset({"real", "positive"})  # what a variable may be declared besides its shape


def objective(
    f: Text, wrt: Any, declarations: Declarations = None, *, data: Mapping[Any, Any] | None = None, **keywords: Any
) -> Objective:
    """The value and derivatives of a scalar `f` of one flat vector, the entries of `wrt` row by row, for an optimizer.

    `.fun(v)`, `.jac(v)`, `.hess(v)`, `.hessp(v, p)` are what `scipy.optimize.minimize` takes; `.pack` makes the vector
    of arrays, `.unpack` arrays of it. What else occurs in `f` is `data`: given here, later by `.bind(X=…)`, or at each
    call by name. Sizes come from the arrays. Value and gradient are one program, which runs once where both are asked
    for at one point. ShapeError for an `f` that is no scalar, NotSupported for variables whose entries can't move by
    themselves, UnknownNameError for data without a value.

    >>> import symdiff as sd
    >>> fit = sd.objective("norm2(X*w - y)^2", "w", "X: matrix(m, n); y: vector(m)", data={"y": [1, 2, 3]})
    >>> fit = fit.bind(X=[[1, 0], [1, 1], [1, 2]])
    >>> fit.fun([0, 0]), fit.jac([0, 0])
    (14.0, array([-12., -16.]))
    >>> fit.unpack(fit.pack(w=[1, 1]))
    {'w': array([1., 1.])}
    """
    given = derivative_problem(f, wrt, declarations, keywords)
    value = given.put_in(given.exprs[0])
    if value.shape:
        said = f"an objective is a scalar, not a {show_shape(value.shape)}"
        raise ShapeError(said, hint="sum its entries, or its squares")
    if algebra.is_complex(value) and not algebra.is_real(value):
        raise NotSupported("an objective is real, and this is not known to be", hint="take abs(…), or real(…)")
    return Objective(value, given.wrt if is_list(wrt) else given.wrt[:1]).bind(data or {})


class Objective:
    """A scalar function of a flat vector: made by `symdiff.objective`."""

    def __init__(self, value: Expr, variables: Sequence[Expr], data: Mapping[str, Any] | None = None) -> None:
        self.value = value
        self.variables = tuple(variables)
        self.data = dict(data or {})
        for x in self.variables:
            _require_free(x)
        if len({x.attr.name for x in self.variables}) < len(self.variables):
            raise SymdiffError("a variable is named twice")
        own = set(self.variables)
        self._needed = [s for s in algebra.symbols_of(value) if s not in own]
        self._last: tuple[Any, tuple[Any, ...]] | None = None
        self._known: dict[int, dict[str, int]] = {}  # the sizes, by the length of the vector

    # -- in symbols

    @cached_property
    def gradient(self) -> list[Expr]:
        """The gradient by each variable."""
        return list(api.grad(self.value, list(self.variables)))

    @cached_property
    def hessian(self) -> list[list[Expr]]:
        """The blocks of the Hessian, by each pair of variables."""
        return [[api.jacobian(g, x) for x in self.variables] for g in self.gradient]

    @property
    def conditions(self) -> Any:
        """Where the gradient is the derivative."""
        return api.conditions(self.value, list(self.variables))

    def bounds(self, v: Any, /) -> list[tuple[float, float]]:
        """For each entry of a flat vector where it lies: `minimize(…, bounds=)`, for variables declared positive."""
        parts = self._parts(_vector(v), self._sizes(self.data, _vector(v)))
        low = [0.0 if "positive" in x.attr.properties else -inf for x, part in parts for _ in range(part.size)]
        return [(least, inf) for least in low]

    # -- data and vectors

    def bind(self, data: Mapping[Any, Any] | None = None, /, **keywords: Any) -> Objective:
        """The same function with values for what is not a variable."""
        new = Objective.__new__(Objective)
        new.__dict__.update(vars(self))
        new._last, new._known = None, {}
        new.data = {**self.data, **self._named({**(data or {}), **keywords})}
        return new

    def _named(self, data: Mapping[Any, Any]) -> dict[str, Any]:
        """Values by names; an array is turned into floats once."""
        given = {key.attr.name if isinstance(key, Expr) else symbol_name(key): one for key, one in data.items()}
        own = [x.attr.name for x in self.variables if x.attr.name in given]
        if own:
            raise SymdiffError(f"{own[0]} is what is varied, and no data")
        return {name: one if callable(one) else np.asarray(one) for name, one in given.items()}

    def pack(self, *values: Any, **named: Any) -> Any:
        """The flat vector of values of the variables, in their order or by name."""
        names = [x.attr.name for x in self.variables]
        given = {**dict(zip(names, values, strict=False)), **named}
        if given.keys() != set(names) or len(values) + len(named) != len(names):
            raise SymdiffError(f"values of {', '.join(names)} are packed, each once")
        arrays = [_floats(given[name]) for name in names]
        for x, array in zip(self.variables, arrays, strict=True):
            if array.ndim != x.rank:
                raise ShapeError(f"{x} is a {show_shape(x.shape)}, not an array with the shape {array.shape}")
        return np.concatenate([array.reshape(-1) for array in arrays])

    def unpack(self, v: Any, /, **data: Any) -> dict[str, Any]:
        """The values of the variables by name, from the flat vector."""
        v = _vector(v)
        sizes = self._sizes({**self.data, **self._named(data)}, v)
        return {x.attr.name: part.copy() for x, part in self._parts(v, sizes)}

    def _parts(self, v: Any, sizes: Mapping[str, int]) -> list[tuple[Expr, Any]]:
        counts = [_count(x, sizes) for x in self.variables]
        if sum(counts) != len(v):
            told = ", ".join(f"{x} has {count}" for x, count in zip(self.variables, counts, strict=True))
            raise ShapeError(f"a vector of {len(v)} entries, where {told}")
        ends = np.cumsum(counts)[:-1]
        shapes = [[dims.evaluate(dim, sizes) for dim in x.shape] for x in self.variables]
        parts = zip(self.variables, np.split(v, ends), shapes, strict=True)
        return [(x, part.reshape(shape)) for x, part, shape in parts]

    def _sizes(self, data: Mapping[str, Any], v: Any) -> dict[str, int]:
        """The sizes that data show, and the length of the vector."""
        sizes = Sizes()
        shown = [(s, np.shape(data[s.attr.name])) for s in self._needed if s.attr.name in data]
        for symbol, shape in shown:
            if len(shape) != symbol.rank:
                raise ShapeError(f"{symbol} is a {show_shape(symbol.shape)}, not an array with the shape {shape}")
        pairs = [(dim, n, f"the array {s}") for s, shape in shown for dim, n in zip(s.shape, shape, strict=True)]
        names = {name for x in (*self.variables, *self._needed) for dim in x.shape for name in dims.names(dim)}
        for name in names & data.keys():
            sizes.set(name, int(data[name]), f"{name} = {data[name]}")
        length: Dim = 0
        for x in self.variables:
            length = length + dims.product(x.shape)
        pairs.append((length, len(v), "the vector"))
        for _ in pairs:  # a size that one pair settles may settle another
            for dim, n, place in pairs:
                if (found := sizes.solve(dim, n)) is not None:
                    sizes.set(*found, place)
        open_ = {name for x in self.variables for dim in x.shape for name in dims.names(dim)} - sizes.values.keys()
        if open_:
            raise SymdiffError(f"nothing shows the size {min(open_)}", hint=f"give it with the data: {min(open_)}=3")
        return sizes.values

    # -- values

    def fun(self, v: Any, /, **data: Any) -> float:
        """The value at a flat vector."""
        return float(self._first(v, data)[0])

    def jac(self, v: Any, /, **data: Any) -> Any:
        """The gradient at a flat vector, flat."""
        return _flat(self._first(v, data)[1:])

    def fun_and_jac(self, v: Any, /, **data: Any) -> tuple[float, Any]:
        """Both: for `minimize(…, jac=True)`."""
        return self.fun(v, **data), self.jac(v, **data)

    def hess(self, v: Any, /, **data: Any) -> Any:
        """The Hessian at a flat vector, a square matrix."""
        values = self._values(v, data)
        found = iter(self._second(**self._for(self._second, values)))
        rows = [[np.asarray(next(found)) for _ in self.variables] for _ in self.variables]
        counts = [np.size(values[x.attr.name]) for x in self.variables]
        return np.block([[block.reshape(m, n) for block, n in zip(row, counts, strict=True)]
                         for row, m in zip(rows, counts, strict=True)])  # fmt: skip

    def hessp(self, v: Any, p: Any, /, **data: Any) -> Any:
        """The Hessian at a flat vector times another."""
        values = self._values(v, data)
        sizes = self._sizes({**self.data, **self._named(data)}, _vector(v))
        parts = self._parts(_vector(p), sizes)
        values |= {d.attr.name: part for d, (_, part) in zip(self._directions, parts, strict=True)}
        return _flat(self._along(**self._for(self._along, values)))

    def _values(self, v: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """The arrays of a call by name, and the sizes."""
        given = {**self.data, **self._named(data)}
        missing = [declaration(s) for s in self._needed if s.attr.name not in given]
        if missing:
            raise UnknownNameError(f"no value for {', '.join(missing)}", hint="give it in data=, bind, or at the call")
        v = _vector(v)
        sizes = self._known.get(len(v)) if not data else None
        if sizes is None:
            sizes = self._sizes(given, v)
            self._known = self._known if data else {len(v): sizes}
        return {**sizes, **given, **{x.attr.name: part for x, part in self._parts(v, sizes)}}

    def _for(self, run: Compiled, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: values[name] for name in (*run.args, *run.sizes) if name in values}

    def _first(self, v: Any, data: Mapping[str, Any]) -> tuple[Any, ...]:
        """Value and gradient; those of the last point are kept, since optimizers ask for both one after the other."""
        v = _vector(v)
        if not data and self._last is not None and np.array_equal(self._last[0], v):
            return self._last[1]
        made: tuple[Any, ...] = self._zeroth(**self._for(self._zeroth, self._values(v, data)))
        if not data:
            self._last = v.copy(), made
        return made

    # -- programs, made when they are first asked for

    @cached_property
    def _zeroth(self) -> Compiled:
        return compile([self._plain(e) for e in (self.value, *self.gradient)])

    @cached_property
    def _second(self) -> Compiled:
        return compile([self._plain(e) for row in self.hessian for e in row])

    @cached_property
    def _directions(self) -> list[Expr]:
        taken = {s.attr.name for s in (*self.variables, *self._needed)}
        return [algebra.symbol(_unlike(f"d{x.attr.name}", taken), x.shape) for x in self.variables]

    @cached_property
    def _along(self) -> Compiled:
        made = api.hvp(self.value, list(self.variables), self._directions)
        return compile([self._plain(e) for e in made])

    def _plain(self, e: Expr) -> Expr:
        """With variables that may be negative on the way, where they are declared positive."""
        return algebra.substitute(e, {x: algebra.symbol(x.attr.name, x.shape) for x in self.variables})

    def __repr__(self) -> str:
        return f"<objective {str(self.value)[:60]} by {', '.join(map(str, self.variables))}>"


def _require_free(x: Expr) -> None:
    """NotSupported for a variable whose entries can't take any real values."""
    if x.op != "symbol":
        raise NotSupported(f"{x} is a part of a variable", hint="vary the whole of it")
    words = x.attr.properties - _FREE
    if words:
        word = min(words)
        hint = "write it by one that is free: L*L' for an spd, A + A' for a symmetric matrix"
        raise NotSupported(f"{x} is {word}: its entries are no free real numbers", hint=hint)


def _unlike(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _count(x: Expr, sizes: Mapping[str, int]) -> int:
    return dims.evaluate(dims.product(x.shape), sizes)


def _vector(v: Any) -> Any:
    array = _floats(v)
    if array.ndim != 1:
        raise ShapeError(f"a flat vector has one axis, not the shape {array.shape}", hint="`pack` makes it")
    return array


def _floats(value: Any) -> Any:
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise SymdiffError(f"an array of real numbers is needed, not {str(value)[:40]}") from None


def _flat(parts: Any) -> Any:
    return np.concatenate([np.reshape(part, -1) for part in parts])
