"""Python functions as formulas: `trace(f)(*values)` runs a function on values and symbols at once."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Mapping
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff import algebra
from symdiff.algebra import Condition
from symdiff.algebra.implied import simplified
from symdiff.calculus.conditions import conditions
from symdiff.errors import NotSupported, ParseError, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import symbol_name
from symdiff.tracing.arithmetic import expression, raw, tracing
from symdiff.tracing.derivatives import products
from symdiff.tracing.entries import constant
from symdiff.tracing.follow import Follower
from symdiff.tracing.tape import Tape, in_library, placed
from symdiff.tracing.traced import Traced, made

if TYPE_CHECKING:
    from symdiff.graphs import Graph

__all__ = ["Trace", "trace"]


def trace(f: Callable[..., Any]) -> Callable[..., Trace]:
    """A function that runs `f`, ordinary NumPy code, on values and symbols at once: a `Trace`.

    Branches and loops go as the values take them, and what was decided so is among `.conditions`. Functions, classes
    and closures of the user's own code are followed, with NumPy and `math` in them; what is drawn at random is a
    constant. Numbers and arrays are traced, in lists and dictionaries too; other arguments are handed on. Arrays are
    changed in place where the function does so.

    Raises SymdiffError, with the line of the code, where a value leaves what can be followed: `np.asarray` in another
    package, a pickle, a function of SciPy. Errors of the function itself are raised as they are.

    >>> import symdiff as sd
    >>> t = sd.trace(lambda a, b: a * b if a > 0 else b)(2.0, 3.0)
    >>> t.value, t.expr, t.conditions
    (6.0, a*b, (a > 0,))
    >>> t.grad()
    (array(3.), array(2.))
    """
    if not callable(f):
        raise SymdiffError(f"a function is traced, not {type(f).__name__}")

    @functools.wraps(f)
    def traced(*args: Any, **keywords: Any) -> Trace:
        return _run(f, args, keywords)

    return traced


class Trace:
    """What a function gave, and its formula in the arguments as its branches and loops went.

    `value` is what the function returned, `expr` the formula, its symbols named as the parameters; where it returned a
    list or a tuple of arrays of one shape, it is the array of them.
    """

    def __init__(self, result: Any, given: _Given, tape: Tape) -> None:
        self.value = raw(result)
        self._given = given
        self._tape = tape
        self.expr = _formula(result)

    @functools.cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Under which the function goes the same way, and the formula has its derivative by the arguments."""
        return simplified([*self._tape.assumed, *conditions(self.expr, self._moving)])

    def grad(self) -> tuple[Any, ...]:
        """The gradient by each argument, an array of its shape; of a result with axes that of the sum of its entries.

        For an argument that is a list or a dictionary it is one of arrays; None for one that is no number.
        """
        shape: Any = self.expr.shape
        return self._given.arranged(self._products([np.ones(shape)])[0])

    def jacobian(self) -> tuple[Any, ...]:
        """The derivative by each argument: the axes of the result, then those of the argument."""
        shape: Any = self.expr.shape
        units = [np.ones(())] if not shape else np.eye(int(np.prod(shape))).reshape(-1, *shape)
        rows = self._products(units)
        each = [np.stack(parts).reshape(shape + parts[0].shape) for parts in zip(*rows, strict=True)]
        return self._given.arranged(each)

    def graph(self) -> Graph:
        """The computational graph of the formula, with values, partial derivatives and adjoints: see `sd.graph`."""
        from symdiff.graphs import graph_of

        return graph_of(self.expr, self._values, self._moving)

    @property
    def _moving(self) -> list[Expr]:
        """The arguments that stand in the formula."""
        standing = algebra.symbols_of(self.expr)
        return [symbol for symbol in self._given.values if symbol in standing]

    @property
    def _values(self) -> dict[str, Any]:
        return {symbol.attr.name: value for symbol, value in self._given.values.items()}

    def _products(self, factors: Any) -> list[list[Any]]:
        return products(self.expr, list(self._given.values), self._values, factors)

    def __repr__(self) -> str:
        return f"<trace: {self.value!r} = {self.expr!r}>"


class _Given:
    """The arguments: symbols with their values, and where each stands."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.values: dict[Expr, Any] = {}  # as they were when the run began
        self.arrays: list[Any] = []
        self.places: list[Any] = []

    def entered(self, name: str, value: Any) -> tuple[Any, Any]:
        """An argument as the function gets it, and its place: a symbol, or a list and the like of places."""
        if isinstance(value, Traced):
            raise NotSupported("a traced function inside of one that is traced", hint="call the function itself there")
        if isinstance(value, dict):
            entered = {k: self.entered(f"{name}_{k}", v) for k, v in value.items()}
            return {k: v for k, (v, _) in entered.items()}, {k: p for k, (_, p) in entered.items()}
        if type(value) in (list, tuple):
            pairs = [self.entered(f"{name}_{k}", v) for k, v in enumerate(value)]
            return type(value)(v for v, _ in pairs), type(value)(p for _, p in pairs)
        if isinstance(value, Expr):
            raise SymdiffError(f"{name} is an expression", hint="give values, or call the function itself with it")
        if not _is_number(value):
            number = isinstance(value, Number) and not isinstance(value, (bool, np.bool_))
            kind = getattr(getattr(value, "dtype", None), "kind", "")
            array = hasattr(value, "__array__") and kind not in tuple("bSU")
            if number or array:
                what = f"{name} is a {type(value).__name__}, not a float or an array of numbers"
                raise SymdiffError(what, hint="give float(…), or np.asarray(…, dtype=float)")
            return value, None
        symbol = algebra.symbol(self._name(name), np.shape(value), ["complex"] if np.iscomplexobj(value) else [])
        self.values[symbol] = np.array(value)
        if isinstance(value, np.ndarray):
            if any(np.may_share_memory(value, other) for other in self.arrays):
                value = value.copy()  # two variables: what is written to one is not written to the other
            self.arrays.append(value)
        return made(self.tape, value, symbol), symbol

    def _name(self, name: str) -> str:
        """The name of a parameter as one of the language, which no other has."""
        taken = {s.attr.name for s in self.values}
        for attempt in itertools.chain([name], (f"{name.strip('_') or 'x'}_{k}" for k in itertools.count(1))):
            try:
                found = symbol_name(attempt)
            except ParseError:
                continue
            if found not in taken and found not in ("pi", "e", "i", "I", "oo"):
                return found
        raise AssertionError

    def arranged(self, found: list[Any]) -> tuple[Any, ...]:
        """What was found for each symbol, arranged as the arguments."""
        at = dict(zip(self.values, found, strict=True))

        def put(place: Any) -> Any:
            if isinstance(place, dict):
                return {k: put(p) for k, p in place.items()}
            if type(place) in (list, tuple):
                return type(place)(map(put, place))
            return None if place is None else at[place]

        return tuple(map(put, self.places))


def _is_number(value: Any) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iufc" and type(value) is np.ndarray
    return isinstance(value, (int, float, complex, np.number))


def _run(f: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Trace:
    tape = Tape()
    given = _Given(tape)
    names = _names(f, args, keywords)
    entered = [given.entered(name, value) for name, value in zip(names, (*args, *keywords.values()), strict=True)]
    given.places = [place for _, place in entered]
    values = [value for value, _ in entered]
    follower = Follower(tape, getattr(f, "__module__", None) or "")
    try:
        result = follower.followed(f)(*values[: len(args)], **dict(zip(keywords, values[len(args) :], strict=True)))
        made = Trace(result, given, tape)
    except SymdiffError as error:
        raise placed(tape.failed or error, error.__traceback__, f) from None
    except (TypeError, AttributeError) as error:
        if tape.failed is None and "Traced" not in str(error) and not in_library(error.__traceback__):
            raise
        said = str(error).replace("'Traced'", "a traced value")
        found = tape.failed or NotSupported(said[:1].lower() + said[1:])
        raise placed(found, error.__traceback__) from error
    except Exception as error:
        if tape.failed is None:
            raise
        raise placed(tape.failed, error.__traceback__) from error
    if tape.failed is not None:
        raise placed(tape.failed, tape.failed.__traceback__)
    return made


def _names(f: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> list[str]:
    """A name for each argument: that of its parameter."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # a function that does not say
        parameters = []
    names = []
    for k in range(len(args)):
        p = parameters[min(k, len(parameters) - 1)] if parameters else None
        if p is None or p.kind in (p.KEYWORD_ONLY, p.VAR_KEYWORD):
            names.append(f"x_{k}")
        elif p.kind is p.VAR_POSITIONAL:
            names.append(f"{p.name}_{k - parameters.index(p)}")
        else:
            names.append(p.name)
    return [*names, *keywords]


def _formula(result: Any) -> Expr:
    """The formula of what a function returned."""
    if result is None:
        raise NotSupported("the function returned nothing", hint="return what is to be differentiated")
    if isinstance(result, dict) or (
        tracing(result) is None and not (_is_number(result) or isinstance(result, (list, tuple)))
    ):
        kind = type(result).__name__
        raise NotSupported(f"the function returned a {kind}", hint="return a number, an array, or a list of them")
    try:
        return expression(result)
    except ShapeError:
        raise NotSupported(
            "the function returned arrays of several shapes", hint="trace one that returns one of them"
        ) from None
