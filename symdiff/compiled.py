"""Expressions as functions of arrays: the source a backend printed, compiled, behind checked arguments."""

from __future__ import annotations

import builtins
import itertools
import linecache
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from symdiff import dims
from symdiff.algebra import symbols_of
from symdiff.backends import Code, load
from symdiff.errors import SymdiffError, UnknownNameError
from symdiff.expr import Expr, postorder
from symdiff.lower import lower
from symdiff.lower.binding import Binder, reaches

_number = itertools.count(1)


class Compiled:
    """A function of arrays. Its arguments are given in the order of `args` or by name, sizes that no array
    shows (they are among `sizes`) by name too; `source` is the code that runs. The value is an array, or a
    tuple of arrays for a list of expressions.
    """

    def __init__(self, code: Code, binder: Binder, guarded: bool) -> None:
        self.source = code.source
        self.args = binder.names
        self.sizes = binder.dimensions
        self._binder = binder
        self._code = code
        self._guarded = guarded
        self._run = _function(self, code)

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        """The value at these arrays. Raises SymdiffError for names, shapes and sizes that do not fit."""
        import numpy as np

        values, sizes = self._binder.bind(args, keywords)
        given = [
            *(values[name] for name in self._code.arguments),
            *(sizes[name] for name in self._code.sizes),
        ]
        try:
            if self._guarded:  # the branch of a case that is not taken may divide by zero
                with np.errstate(all="ignore"):
                    return self._run(*given)
            return self._run(*given)
        except np.linalg.LinAlgError as error:
            said = "a matrix has no inverse" if "Singular" in str(error) else "a function of a matrix has no value"
            raise SymdiffError(f"{said} at these values ({error})") from error

    def __repr__(self) -> str:
        return f"<compiled function of {', '.join(self.args) or 'nothing'}>"


def compile(e: Expr | Sequence[Expr], args: Sequence[str | Expr] | None = None, backend: str = "numpy") -> Compiled:
    """A function of arrays that computes an expression, or a list of them with all their work shared.

    `args` are the arguments in order; by default all symbols, then all functions that are only names. Raises
    NotSupported for what has no numerical form, UnknownNameError where `args` leaves out a symbol.
    """
    several = not isinstance(e, Expr)
    roots = list(e) if not isinstance(e, Expr) else [e]
    library = load(backend)
    nodes = postorder(*roots)
    functions = list(dict.fromkeys(node.attr[0].name for node in nodes if node.op == "derivative"))
    symbols = _distinct([*symbols_of(*roots), *(arg for arg in args or () if isinstance(arg, Expr))])
    names = [*symbols, *functions]
    if args is not None:
        names = _ordered(args, names)
    program = lower(roots, [symbols[name] for name in symbols], functions, library.KNOWN)
    code = library.emit(program, several)
    return Compiled(code, Binder(names, symbols, functions, code.sizes, reaches(nodes)), program.guarded)


def _distinct(symbols: Sequence[Expr]) -> dict[str, Expr]:
    """The symbols by name; two that differ and share a name are an error that names both."""
    found: dict[str, Expr] = {}
    for symbol in symbols:
        if symbol.op != "symbol":
            raise SymdiffError("arguments are symbols")
        other = found.setdefault(symbol.attr.name, symbol)
        if other is not symbol:
            raise SymdiffError(f"two symbols are called {symbol.attr.name}: {_kind(other)} and {_kind(symbol)}")
    return found


def _kind(symbol: Expr) -> str:
    return " ".join([*sorted(symbol.attr.properties), dims.show_shape(symbol.shape)])


def _ordered(args: Sequence[str | Expr], names: Sequence[str]) -> list[str]:
    """The names of `args` in their order; none is missing, unknown or given twice."""
    order = [arg.attr.name if isinstance(arg, Expr) else arg for arg in args]
    known, given = frozenset(names), Counter(order)
    for name in order:
        if name not in known:
            raise UnknownNameError(f"there is no symbol {name[:60]}", hint=f"the symbols are {', '.join(names)}")
        if given[name] > 1:
            raise SymdiffError(f"{name} is given twice")
    missing = [name for name in names if name not in given]
    if missing:
        raise UnknownNameError(f"args leaves out {', '.join(missing)}")
    return order


def _function(owner: Compiled, code: Code) -> Callable[..., Any]:
    """The function that a backend's source defines; tracebacks show its lines as long as `owner` lives."""
    filename = f"<symdiff {next(_number)}>"
    linecache.cache[filename] = (len(code.source), None, code.source.splitlines(keepends=True), filename)
    weakref.finalize(owner, linecache.cache.pop, filename, None)
    scope: dict[str, Any] = dict(code.constants)
    exec(builtins.compile(code.source, filename, "exec"), scope)  # text of a backend's tables, never a user's
    function: Callable[..., Any] = scope["f"]
    return function
