"""Expressions as functions of arrays: the source a backend printed, compiled, behind checked arguments."""

from __future__ import annotations

import builtins
import itertools
import linecache
import weakref
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np

from symdiff import dims
from symdiff.algebra import is_entrywise, symbols_of
from symdiff.backends import Code, load
from symdiff.book import domain_of
from symdiff.errors import MissingExtra, NotSupported, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr, Named, postorder
from symdiff.lower import Program, lower
from symdiff.lower.binding import Argument, Binder, Callback, Input, Unused, reaches

_number = itertools.count(1)
_FLOATS = frozenset({float, np.float64})  # numbers that need no look


class Request(NamedTuple):
    """What was compiled: an expression or several, the arguments in order, the backend."""

    e: Expr | Sequence[Expr]
    args: Sequence[str | Expr] | None
    backend: str


class Compiled:
    """A function of arrays. Its arguments are given in the order of `args` or by name, sizes that no array
    shows (they are among `sizes`) by name too; values of other names are left aside. `source` is the code that runs.
    The value is an array, or a tuple of arrays for a list of expressions. Where every input is a scalar, arrays may
    stand in their places: they broadcast as NumPy's do. It can be copied and pickled.
    """

    def __init__(self, request: Request, code: Code, binder: Binder, program: Program) -> None:
        self.source = code.source
        self.args = binder.names
        self.sizes = binder.dimensions
        self._several = not isinstance(request.e, Expr)
        self._parameters = code.sizes
        self._binder = binder
        self._guarded = program.guarded
        self._spreads = program.spreads
        self._shapes = [node.shape for node in program.results]
        # what runs where arrays stand for scalars and the code is not for both, once it is needed
        self._over: Request | Compiled | None = request if binder.spreads and not program.spreads else None
        self._start()

    def _start(self) -> None:
        """Run the source. Tracebacks show its lines as long as this lives."""
        filename = f"<symdiff {next(_number)}>"
        linecache.cache[filename] = (len(self.source), None, self.source.splitlines(keepends=True), filename)
        weakref.finalize(self, linecache.cache.pop, filename, None)
        scope: dict[str, Any] = {}
        exec(builtins.compile(self.source, filename, "exec"), scope)  # of a user's text only names, and those are safe
        self._run = scope["f"]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_run"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._start()

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        """The value at these arrays. Raises SymdiffError for names, shapes and sizes that do not fit."""
        if self._binder.plain and not keywords and _FLOATS.issuperset(map(type, args)) and len(args) == len(self.args):
            return self._at(map(np.float64, args))
        values, sizes = self._binder.bind(args, keywords)
        if self._binder.spreads:
            arrays = [values[name] for name in self._binder.inputs]
            if any(array.ndim for array in arrays):
                return self._returned(self._spread(values, arrays))
        batch = self._binder.batch
        if batch is not None and not sizes[batch]:
            return self._returned([np.zeros([dims.evaluate(d, sizes) for d in shape]) for shape in self._shapes])
        return self._at([*values.values(), *[sizes[name] for name in self._parameters]])

    def _at(self, given: Iterable[Any]) -> Any:
        """What the code gives; SymdiffError where it has no value."""
        try:
            if self._guarded:  # the branch of a case that is not taken may divide by zero
                with np.errstate(all="ignore"):
                    value = self._run(*given)
                return _numbers(value) if self._spreads else value
            return self._run(*given)
        except np.linalg.LinAlgError as error:
            said = "a matrix has no inverse" if "Singular" in str(error) else "a function of a matrix has no value"
            raise SymdiffError(f"{said} at these values ({error})") from error
        except NotImplementedError as error:  # a kernel's
            if isinstance(error, SymdiffError):
                raise
            raise NotSupported(str(error)) from error
        except ImportError as error:
            if error.name != "scipy":
                raise
            raise MissingExtra(error.msg, "scipy") from error

    def _spread(self, values: Mapping[str, Any], arrays: Sequence[Any]) -> list[Any]:
        """The results at arrays in the places of scalars: their axes stand in front of those of each result."""
        try:
            shape = np.broadcast_shapes(*(array.shape for array in arrays))
        except ValueError:
            told = ", ".join(f"{n} has {a.shape}" for n, a in zip(self._binder.inputs, arrays, strict=True))
            raise ShapeError(f"the shapes of the values do not fit together: {told}") from None
        if self._over is None:
            owned: list[Any] = []
            for result in self._listed(self._at(values.values())):
                shared = np.shape(result) != shape or any(np.may_share_memory(result, a) for a in (*arrays, *owned))
                owned.append(np.array(np.broadcast_to(result, shape)) if shared else result)
            return owned
        if isinstance(self._over, Request):
            self._over = compile(*self._over, batch=True)
        flat = {name: np.broadcast_to(values[name], shape).reshape(-1) for name in self._binder.inputs}
        results = self._listed(self._over(**{**values, **flat}))
        return [result.reshape(shape + result.shape[1:]) for result in results]

    def _listed(self, value: Any) -> list[Any]:
        return list(value) if self._several else [value]

    def _returned(self, results: list[Any]) -> Any:
        return tuple(results) if self._several else results[0]

    def __repr__(self) -> str:
        return f"<compiled function of {', '.join(self.args) or 'nothing'}>"


def _numbers(value: Any) -> Any:
    """Arrays without axes, which NumPy's choice between two numbers gives, as numbers."""
    if isinstance(value, tuple):
        return tuple(map(_numbers, value))
    return value if np.ndim(value) else value[()]


def compile(
    e: Expr | Sequence[Expr],
    args: Sequence[str | Expr] | None = None,
    backend: str = "numpy",
    batch: bool | Sequence[str | Expr] = False,
) -> Compiled:
    """A function of arrays that computes an expression, or a list of them with all their work shared.

    `args` are the arguments in order, names that do not occur among them too; by default all symbols, then all
    functions that are only names. `batch` are those, or with True all, that have an axis more in front, over which
    everything is mapped; so has the value. Parts that a user named have their names in the source. Raises NotSupported
    for what has no numerical form, UnknownNameError where `args` leaves out a symbol.
    """
    given_roots = [e] if isinstance(e, Expr) else list(e)
    roots = [root.node if isinstance(root, Named) else root for root in given_roots]
    parts = {node: name for root in given_roots if isinstance(root, Named) for node, name in root.names.named.items()}
    library = load(backend)
    nodes = postorder(*roots)
    functions = {node.attr[0].name: node.attr[0] for node in nodes if node.op == "derivative"}
    given = {_name(arg): arg for arg in args or ()}
    symbols = _distinct([*symbols_of(*roots), *(arg for arg in given.values() if isinstance(arg, Expr))])
    names = [*symbols, *functions]
    order = names if args is None else _ordered(args, names)
    stacked = _stacked(batch, order, symbols, functions)
    taken = {name for node in (*nodes, *symbols.values()) for dim in node.shape for name in dims.names(dim)}
    length = next(name for k in itertools.count() if (name := f"batch{k or ''}") not in taken)
    kinds = {name: "f" if name in functions else "x" for name in order}
    program = lower(roots, list(symbols.values()), kinds, library.KNOWN, stacked, dims.size(length), parts)
    code = library.emit(program, not isinstance(e, Expr))
    spreads = bool(symbols) and not stacked and not any(program.shapes)
    shapes = zip(symbols.values(), program.shapes, strict=True)
    asked = _asked(nodes)
    known: dict[str, Argument] = {s.attr.name: Input(s, shape, spreads, asked.get(s)) for s, shape in shapes}
    known |= {name: Callback(name, len(f.shape), program.complex, is_entrywise(f)) for name, f in functions.items()}
    arguments = {name: known.get(name) or Unused(name) for name in order}
    binder = Binder(arguments, code.sizes, reaches(nodes), spreads, length if stacked else None)
    return Compiled(Request(e, args, backend), code, binder, program)


def _asked(nodes: Iterable[Expr]) -> dict[Expr, Expr]:
    """The symbols that have to be symmetric, by the functions of them that have a value only then: `eigvals(A)`."""
    calls = [node for node in nodes if node.op == "call" and node.args[0].op == "symbol"]
    return {c.args[0]: node for node in calls for c in domain_of(node) if c.predicate == "symmetric"}


def _distinct(symbols: Sequence[Expr]) -> dict[str, Expr]:
    """The symbols by name; two that differ and share a name are an error that names both."""
    found: dict[str, Expr] = {}
    for symbol in symbols:
        other = found.setdefault(symbol.attr.name, symbol)
        if other is not symbol:
            raise SymdiffError(f"two symbols are called {symbol.attr.name}: {_kind(other)} and {_kind(symbol)}")
    return found


def _kind(symbol: Expr) -> str:
    return " ".join([*sorted(symbol.attr.properties), dims.show_shape(symbol.shape)])


def _name(arg: str | Expr) -> str:
    if isinstance(arg, Expr) and arg.op != "symbol":
        raise SymdiffError("arguments are symbols")
    return arg.attr.name if isinstance(arg, Expr) else arg


def _ordered(args: Sequence[str | Expr], names: Sequence[str]) -> list[str]:
    """The names of `args` in their order; none is missing or given twice."""
    order = list(map(_name, args))
    given = Counter(order)
    for name in order:
        if given[name] > 1:
            raise SymdiffError(f"{name} is given twice")
    missing = [name for name in names if name not in given]
    if missing:
        new = get_close_matches(missing[0], [name for name in order if name not in names], n=1)
        hint = f"did you mean {missing[0]} by {new[0]}?" if new else None
        raise UnknownNameError(f"args leaves out {', '.join(missing)}", hint=hint)
    return order


def _stacked(
    batch: bool | Sequence[str | Expr], order: Sequence[str], symbols: Mapping[str, Expr], functions: Container[str]
) -> list[str]:
    """The names of the arguments that have an axis in front."""
    if isinstance(batch, bool):
        return list(symbols) if batch else []
    names = list(map(_name, batch))
    for name in names:
        if name in functions:
            raise SymdiffError(f"{name} is a function: it has no axis to map over")
        if name not in symbols:
            near = get_close_matches(name[:60], symbols, n=1)
            what = f"{name[:40]} in batch is no argument that has a shape"
            hint = f"did you mean {near[0]}?" if near else f"the arguments are {', '.join(order) or 'none'}"
            raise UnknownNameError(what, hint=hint)
    return names
