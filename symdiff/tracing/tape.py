"""One run of a traced function: the conditions of its branches, and what went wrong, with the user's line."""

from __future__ import annotations

import linecache
import os
import sysconfig
from types import TracebackType
from typing import Any

import numpy as np

from symdiff.algebra import Condition, condition, is_constant, symbols_of, unspread
from symdiff.algebra.conditions import holds
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr
from symdiff.tracing.entries import entries, sizes

# a comparison, and its opposite, as a predicate; whether the sides change places
_SAID = {
    "<": ("less", False), "<=": ("less_equal", False), ">": ("less", True), ">=": ("less_equal", True),
    "==": ("equal", False), "!=": ("apart", False),
}  # fmt: skip
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


_SHORT = 12


class Tape:
    """What is common to the values of one run."""

    def __init__(self) -> None:
        self.assumed: dict[Condition, None] = {}
        self.truths: dict[Expr, Any] = {}  # comparisons, and whether they hold, entry by entry
        self.failed: SymdiffError | None = None

    def refuse(self, message: str, hint: str | None = None) -> SymdiffError:
        """The error that the run ends with, even where the function catches it."""
        return self.failing(NotSupported(message, hint=hint))

    def failing(self, error: SymdiffError) -> SymdiffError:
        self.failed = self.failed or error
        return error

    def assume(self, e: Expr, truth: Any) -> None:
        """The formula holds where a comparison is as true as it is here, entry by entry."""
        stack = [(e, np.asarray(truth))]
        while stack:
            node, here = stack.pop()
            if node.attr == "not":
                stack.append((node.args[0], ~here))
            elif node.attr in ("and", "or"):
                stack += [(arg, self.truths[arg]) for arg in node.args if arg in self.truths]
            elif symbols_of(node):
                self._assume_each(node, here)

    def _assume_each(self, e: Expr, truth: Any) -> None:
        """One condition where an array is as true everywhere; of literals, or where entries differ, one of each."""
        if (truth.all() or not truth.any()) and not any(side.op == "join" or _is_one(side) for side in e.args):
            self._put(e.attr if truth.all() else _OPPOSITE[e.attr], *e.args)
            return
        for true, a, b in zip(truth.ravel().tolist(), *map(entries, e.args), strict=True):
            self._put(e.attr if true else _OPPOSITE[e.attr], a, b)

    def _put(self, operator: str, a: Expr, b: Expr) -> None:
        if any(is_constant(factor, "oo") for side in (a, b) for factor in (side, *side.args)):
            return  # beside an infinite number nothing depends on the other
        predicate, turned = _SAID[operator]
        told = condition(predicate, *((b, a) if turned else (a, b)))
        if holds(told) is None:
            self.assumed[told] = None


def _is_one(e: Expr) -> bool:
    """Whether all entries of a short array are one thing that is no number."""
    scalar = unspread(e) if e.shape and np.prod(sizes(e)) <= _SHORT else None
    return scalar is not None and bool(scalar.args)


# The user's place

_PLACES = tuple(
    os.path.abspath(path) + os.sep
    for path in (
        os.path.dirname(os.path.dirname(__file__)),
        os.path.dirname(np.__file__),
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    )
)


def is_users(filename: str) -> bool:
    """Whether a file is a user's own: not symdiff's, of the standard library or of an installed package."""
    return not (_is_ours(filename) or os.path.abspath(filename).startswith(_PLACES) or filename.startswith("<frozen"))


def _is_ours(filename: str) -> bool:
    """Whether a file is symdiff's or NumPy's."""
    made = filename.startswith("<__array_function__") or filename.endswith(".pyx")
    return made or os.path.abspath(filename).startswith(_PLACES[:2])


def in_library(traceback: TracebackType | None) -> bool:
    """Whether an error comes from the standard library, or a package that is neither symdiff nor NumPy."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    filename = traceback.tb_frame.f_code.co_filename if traceback is not None else ""
    return bool(filename) and not is_users(filename) and not _is_ours(filename)


def placed(error: SymdiffError, traceback: TracebackType | None, f: Any = None) -> SymdiffError:
    """The error with the line of the user's code that it comes from, or the function f as a whole."""
    found, inside = None, ""
    while traceback is not None:
        frame = traceback.tb_frame
        if is_users(frame.f_code.co_filename):
            found, inside = traceback, ""
        elif found is not None and not inside and not _is_ours(frame.f_code.co_filename):
            module = [part for part in frame.f_globals.get("__name__", "").split(".") if not part.startswith("_")]
            inside = f", inside {'.'.join([*module, frame.f_code.co_name])}"
        traceback = traceback.tb_next
    if error.text is not None:
        return error
    if found is not None:
        code, line = found.tb_frame.f_code, found.tb_lineno
        _, _, start, stop = list(code.co_positions())[found.tb_lasti // 2]
    elif getattr(f, "__code__", None) is not None:
        code, line, start, stop = f.__code__, f.__code__.co_firstlineno, None, None
    else:
        return error
    error.message = f"{error.message}{inside} ({os.path.basename(code.co_filename)}, line {line}, in {code.co_name})"
    error.args = (error.message,)
    lines = linecache.getlines(code.co_filename)
    if line <= len(lines):
        before, text = sum(map(len, lines[: line - 1])), lines[line - 1].rstrip("\n")
        begin = len(text) - len(text.lstrip()) if start is None else start
        end = len(text) if stop is None or stop <= begin else min(len(text), stop)
        error.at("".join(lines), (before + begin, before + end))
    return error
