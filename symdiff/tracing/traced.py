"""Values that carry their formula: what a traced function calculates with in the place of arrays and numbers.

A `Traced` has the value that NumPy gives, of NumPy's or Python's own type, and the expression in the arguments beside
it. An array's expression stands in a `Buffer`, which all views of one memory share: what is assigned through one is
seen by the others, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import EllipsisType
from typing import Any

import numpy as np

from symdiff import algebra, operators
from symdiff.algebra import symbols_of
from symdiff.expr import Expr
from symdiff.tracing.arithmetic import Arithmetic, expression, mapped, raw, tracing
from symdiff.tracing.entries import constant, entries, entry, folded, picked, sizes
from symdiff.tracing.tape import Tape

_FACTS = frozenset({"nbytes", "itemsize", "strides", "flags"})


class Buffer:
    """The memory of an array and its expression: as a whole, entry by entry once it was written to, or neither as long
    as all that was written are constants.
    """

    __slots__ = ("cells", "expr", "memory", "version")

    def __init__(self, memory: Any, expr: Expr | None) -> None:
        self.memory = memory
        self.expr = expr
        self.cells: list[Expr] | None = None
        self.version = 0

    @property
    def is_constant(self) -> bool:
        return self.expr is None and self.cells is None

    def opened(self) -> list[Expr]:
        """The entries, to be written to or picked from."""
        if self.cells is None:
            self.cells = entries(constant(self.memory) if self.expr is None else self.expr)
        return self.cells

    def read(self, places: Any) -> Expr:
        """What stands at these places, all of them where there are none."""
        if self.cells is None and places is None:
            return constant(self.memory) if self.expr is None else self.expr
        if places is None:
            self.expr = folded(self.opened(), self.memory.shape) if self.expr is None else self.expr
            return self.expr
        if self.cells is None and self.expr is not None and self.expr.shape:
            return picked(self.expr, places)
        cells = self.opened()
        return folded([cells[k] for k in places.ravel().tolist()], places.shape)

    def write(self, places: Any, e: Expr) -> None:
        """Put what broadcasts to the shape of the places there; without places it is all of them."""
        self.version += 1
        if places is None and e.shape == self.memory.shape:
            self.expr, self.cells = e, None
            return
        cells, new = self.opened(), entries(e)
        if places is None:
            places = np.arange(len(cells)).reshape(self.memory.shape)
        source = np.empty(places.shape, np.intp)
        source[...] = np.arange(len(new)).reshape(sizes(e))
        for place, k in zip(places.ravel().tolist(), source.ravel().tolist(), strict=True):
            cells[place] = new[k]
        self.expr = None


def made(tape: Tape, value: Any, e: Expr | None) -> Any:
    """A value with its expression: a plain number where that is one."""
    if isinstance(value, np.ndarray):
        return Traced(tape, value, e, Buffer(value, e))
    if e is None or e.op == "number":
        return value
    return Traced(tape, value, e, None)


class Traced(Arithmetic):
    """A value with its formula, with the operators and methods of NumPy's arrays and numbers."""

    __slots__ = ("_expr", "_places", "_version", "buffer", "tape", "value")

    def __init__(self, tape: Tape, value: Any, e: Expr | None, buffer: Buffer | None, places: Any = None) -> None:
        if e is not None and e.shape != np.shape(value):
            raise tape.refuse(f"this has another shape in NumPy, {np.shape(value)}, than as a formula, {e.shape}")
        if e is not None and np.iscomplexobj(value) and np.any(np.imag(value)) and algebra.is_real(e):
            raise tape.refuse("a complex number comes out of real ones", "real formulas are followed alone")
        self.tape = tape
        self.value = value
        self.buffer = buffer
        self._places = places
        self._expr = e
        self._version = 0 if buffer is None else buffer.version

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # what `isinstance` and `singledispatch` ask
        return type(self.value)

    @property
    def expr(self) -> Expr:
        """The formula as it is now."""
        if self.buffer is not None and (self._expr is None or self._version != self.buffer.version):
            if self.buffer.is_constant:
                return constant(self.value)
            self._expr = self.buffer.read(self._places)
            self._version = self.buffer.version
        assert self._expr is not None
        return self._expr

    @property
    def number(self) -> Expr:
        """The formula where a number is meant: a comparison is 1 where it holds."""
        e = self.expr
        return algebra.select(e, algebra.ones(e.shape), algebra.zeros(e.shape)) if e.op == "compare" else e

    @property
    def is_constant(self) -> bool:
        return self.buffer is not None and self.buffer.is_constant

    @property
    def places(self) -> Any:
        """Where the entries stand in the buffer."""
        assert self.buffer is not None
        if self._places is None:
            return np.arange(self.buffer.memory.size).reshape(self.buffer.memory.shape)
        return self._places

    def made(self, value: Any, e: Expr | None) -> Any:
        """Another value of this run."""
        return made(self.tape, value, e)

    def view(self, value: Any, places: Any, e: Expr | None = None) -> Traced:
        """Another array over the same memory."""
        return Traced(self.tape, value, e, self.buffer, places)

    def taken(self, what: str) -> Any:
        """The value as a constant, where it is known to depend on nothing; else the error that it escapes."""
        if self.is_constant or not symbols_of(self.expr):
            return self.value
        hint = "NumPy, math and your own functions are followed; arrays to be filled are made with np.zeros, np.array"
        raise self.tape.refuse(f"a traced value would become {what} and leave the formula", hint)

    def decided(self) -> Any:
        """The value of a comparison, which the formula takes for granted from here on."""
        if not self.is_constant:
            e = self.expr
            if e.op != "compare":
                e = operators.truth(e)
            self.tape.assume(e, self.value if self.value_is_truth else np.asarray(self.value) != 0)
        return self.value

    @property
    def value_is_truth(self) -> bool:
        return np.asarray(self.value).dtype.kind == "b"

    def fixed(self) -> Any:
        """The value of whole numbers or truths, where it chooses places: the formula takes it for granted."""
        if self.is_constant or self.value_is_truth:
            return self.decided()
        if np.asarray(self.value).dtype.kind not in "iu":
            return self.taken("an index")
        self.tape.assume(algebra.compare("==", self.expr, constant(self.value)), np.ones(np.shape(self.value), bool))
        return self.value

    # Arrays

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    @property
    def ndim(self) -> int:
        return np.ndim(self.value)

    @property
    def size(self) -> int:
        return int(np.size(self.value))

    @property
    def dtype(self) -> Any:
        return self.value.dtype

    @property
    def T(self) -> Any:
        return np.transpose(self)

    @property
    def real(self) -> Any:
        return np.real(self)

    @property
    def imag(self) -> Any:
        return np.imag(self)

    @property
    def flat(self) -> Any:
        return _Flat(self)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        iter(self.value)
        return iter([self[k] for k in range(len(self.value))])

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self == value))

    def __array__(self, *args: Any, **keywords: Any) -> Any:
        return np.asarray(self.taken("an array of numbers"), *args, **keywords)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        from symdiff.tracing import functions

        return functions.ufunc(self.tape, ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        from symdiff.tracing import functions

        return functions.function(self.tape, function, args, keywords)

    def __getitem__(self, key: Any) -> Any:
        chosen = _key(key)
        value = self.value[chosen]
        if self.is_constant:
            if not isinstance(value, np.ndarray):
                return value
            shares = np.may_share_memory(value, self.value)
            return self.view(value, self.places[chosen]) if shares else made(self.tape, value, None)
        if self.expr.op == "compare":
            self.decided()
            return value
        assert self.buffer is not None
        e = None
        if not isinstance(value, np.ndarray):
            if self.buffer.cells is None:
                return made(self.tape, value, entry(self.expr, self._place(chosen)))
            return made(self.tape, value, self.buffer.opened()[self.places[chosen]])
        if self.buffer.cells is None and _is_basic(chosen):
            e = operators.item(self.expr, chosen)
        places = self.places[chosen]
        if np.may_share_memory(value, self.buffer.memory):
            return self.view(value, places, e)
        return made(self.tape, value, self.buffer.read(places) if e is None else e)

    def _place(self, key: Any) -> tuple[int, ...]:
        """The place of one entry, counted from the front."""
        parts = [part for part in (key if isinstance(key, tuple) else (key,)) if part is not Ellipsis]
        return tuple(int(k) % n for k, n in zip(parts, self.shape, strict=True))

    def __setitem__(self, key: Any, new: Any) -> None:
        if self.buffer is None:
            raise TypeError(f"'{type(self.value).__name__}' object does not support item assignment")
        chosen = _key(key)
        e = self._stored(new)
        self.value[chosen] = raw(new)
        if e is not None:
            whole = self._places is None and (
                chosen is Ellipsis or chosen == slice(None) if _is_basic(chosen) else False
            )
            self.buffer.write(None if whole else np.asarray(self.places[chosen]), e)

    def _stored(self, new: Any) -> Expr | None:
        """The formula of what is put into the array, None among constants; what was there stays known."""
        assert self.buffer is not None
        traced = tracing(new) is not None and not (isinstance(new, Traced) and new.is_constant)
        if self.buffer.is_constant and not traced:
            self.buffer.version += 1
            return None
        e = expression(new)
        if self.value.dtype.kind in "biu" and symbols_of(e) and np.asarray(raw(new)).dtype.kind == "f":
            raise self.tape.refuse("an array of whole numbers cuts off what is put into it", "make it with dtype=float")
        if self.buffer.expr is None or self.value.size < self.buffer.memory.size:
            self.buffer.opened()
        return e

    def in_place(self, operate: Callable[[Any, Any], Any], combined: Any, other: Any) -> Any:
        """`x += other`: in the memory of an array."""
        if self.buffer is None:
            return NotImplemented
        result = combined(self, other)
        if result is NotImplemented:
            return result
        e = self._stored(result)
        self.value = operate(self.value, raw(other))
        if e is not None:
            self.buffer.write(self._places, e)
        return self

    def __getattr__(self, name: str) -> Any:
        from symdiff.tracing.methods import METHODS

        if name in METHODS and hasattr(self.value, name):
            return METHODS[name].__get__(self)
        if name.startswith("__") or not hasattr(self.value, name):
            raise AttributeError(f"'{type(self.value).__name__}' object has no attribute '{name}'")
        if name in _FACTS:
            return getattr(self.value, name)
        raise self.tape.refuse(f"`.{name}` of a traced value can't be followed")

    def __copy__(self) -> Any:
        return np.copy(self) if self.buffer is not None else self

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self.tape.refuse("a traced value can't be pickled", "pickle what `sd.trace(f)(…).value` is")

    def with_value(self, value: Any) -> Any:
        """The same formula with the value in another type."""
        return made(self.tape, value, None if self.is_constant else self.number)

    def detached(self) -> Any:
        """The value, with derivative zero."""
        value = self.value.copy() if isinstance(self.value, np.ndarray) else self.value
        return made(self.tape, value, None if self.is_constant else algebra.stop(self.expr))


class _Flat:
    """The entries of an array row by row, to be read and written."""

    def __init__(self, whole: Traced) -> None:
        self.whole = whole

    def _place(self, key: Any) -> tuple[Any, ...]:
        return np.unravel_index(np.arange(self.whole.size)[_key(key)], self.whole.shape)

    def __len__(self) -> int:
        return self.whole.size

    def __getitem__(self, key: Any) -> Any:
        return self.whole[self._place(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.whole[self._place(key)] = value

    def __iter__(self) -> Iterator[Any]:
        return iter([self[k] for k in range(len(self))])


def _key(key: Any) -> Any:
    """An index with values in it."""
    return mapped(key, Traced.fixed)


def _is_basic(key: Any) -> bool:
    kinds = (int, np.integer, slice, EllipsisType, type(None))
    parts = key if isinstance(key, tuple) else (key,)
    return all(isinstance(part, kinds) and not isinstance(part, bool) for part in parts)
