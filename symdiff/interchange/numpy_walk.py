"""Walking the syntax tree of NumPy source without recursion, with the names that are bound in it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from symdiff.errors import LimitError, NotSupported, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr
from symdiff.inputs import NamedFunction, symbol_name
from symdiff.interchange import numpy_names
from symdiff.interchange.numpy_kinds import Kinds
from symdiff.syntax.scope import Scope

Step = Generator[ast.AST, Any, Any]
TRACE = "sd.trace runs Python functions"
_ROUNDS = 1000  # of a loop
_HINTS = {"If": f"np.where(condition, a, b) chooses, or {TRACE}"}
_WORDS = {
    "While": "a loop", "If": "`if`", "With": "`with`", "Try": "`try`", "ClassDef": "a class",
    "JoinedStr": "a formatted text",
}  # fmt: skip


class Called(NamedTuple):
    """A function of the source, with the names it sees."""

    name: str
    node: ast.FunctionDef | ast.Lambda
    frame: Frame


class Known(NamedTuple):
    """A function of NumPy, by the name it is asked by, and what it does; a method with the array it is of."""

    name: str
    apply: Callable[..., Any]
    of: tuple[Expr, ...] = ()


class Frame:
    """The names that are bound in a function or a source, and those around it."""

    def __init__(self, around: Frame | None = None, depth: int = 0) -> None:
        self.names: dict[str, Any] = {}
        self.around = around
        self.depth = depth

    def find(self, name: str) -> Frame | None:
        frame: Frame | None = self
        while frame is not None and name not in frame.names:
            frame = frame.around
        return frame


class Returned(NamedTuple):
    """The value that `return` gives."""

    value: Any


class Walk:
    """Works out a source by a method for each kind of node.

    Names are looked up in the frames, then among what is declared; the others are inferred.
    """

    def __init__(self, text: str, scope: Scope, kinds: Kinds) -> None:
        self.text = text
        self.scope = scope
        self.kinds = kinds
        self.lines = [0]
        for line in text.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.source = text.splitlines(keepends=True)
        self.frame = Frame()
        self.bound: dict[Expr, str] = {}  # what statements call what they make

    # -- walking

    def of(self, node: ast.AST) -> Any:
        """The value of a node; errors have the place of the innermost node that they come from."""
        stack: list[tuple[ast.AST, Step]] = [(node, self._step(node))]
        value: Any = None
        while stack:
            try:
                needed = stack[-1][1].send(value)
            except StopIteration as done:
                stack.pop()
                value = done.value
            except SymdiffError as error:
                raise error.at(self.text, self.span(stack[-1][0])) from error.__cause__
            else:
                stack.append((needed, self._step(needed)))
                value = None
        return value

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node stands; Python counts the bytes of a line."""

        def place(line: int, column: int) -> int:
            before = self.source[line - 1].encode()[:column].decode(errors="ignore") if self.source else ""
            return self.lines[line - 1] + len(before)

        line = getattr(node, "lineno", 1)
        start = place(line, getattr(node, "col_offset", 0))
        return start, place(getattr(node, "end_lineno", line), getattr(node, "end_col_offset", 0))

    def _step(self, node: ast.AST) -> Step:
        read = getattr(self, f"_{type(node).__name__}", None)
        if read is None:
            word = type(node).__name__
            error = NotSupported(f"{_WORDS.get(word, word)} is not read", hint=_HINTS.get(word, TRACE))
            raise error.at(self.text, self.span(node) if hasattr(node, "lineno") else None)
        step: Step = read(node)
        return step

    def outside(self, name: str) -> Any:
        """What a name stands for that the source does not bind."""
        declared = self._declared(name)
        if declared is not None:
            return declared
        if name in numpy_names.MODULES:
            return numpy_names.MODULES[name]
        if name in numpy_names.PYTHON:
            return Known(name, numpy_names.PYTHON[name])
        if name == "pi":
            raise UnknownNameError("pi is no name of Python", hint="np.pi is the number; or declare pi")
        if hasattr(builtins, name):
            raise NotSupported(f"Python's {name} is not read", hint=f"declare {name} if it is a name of yours")
        return self.kinds.symbol(symbol_name(name))

    def parameter(self, name: str) -> Any:
        """What a parameter of a function stands for that nobody calls."""
        declared = self._declared(name)
        return self.kinds.symbol(symbol_name(name)) if declared is None else declared

    def _declared(self, name: str) -> Any:
        try:
            name = symbol_name(name)
        except SymdiffError:
            return None
        if name in self.scope.symbols:
            return self.scope.symbols[name]
        if name in self.scope.functions:
            return NamedFunction(self.scope.functions[name])
        if name in self.scope.sizes:
            return self.scope.sizes[name]
        definition = self.scope.definitions.get(name)
        return None if definition is None else definition.body

    def bind(self, target: ast.AST, value: Any) -> None:
        """Give a name, or the names of a tuple, a value."""
        if isinstance(target, ast.Name):
            self.frame.names[target.id] = value
            if isinstance(value, Expr) and value.args and self.frame.depth == 0:
                self.bound.setdefault(value, target.id)
            return
        if not isinstance(target, (ast.Tuple, ast.List)) or any(isinstance(e, ast.Starred) for e in target.elts):
            raise NotSupported("what is written into an array is not read", hint=TRACE)
        values = listed(value)
        if len(values) != len(target.elts):
            raise ShapeError(f"{len(values)} values for {len(target.elts)} names")
        for part, one in zip(target.elts, values, strict=True):
            self.bind(part, one)


def listed(value: Any) -> list[Any]:
    """What a loop or several names on the left run over."""
    if isinstance(value, Expr) and (not value.shape or not isinstance(value.shape[0], int)):
        raise NotSupported("how many entries there are is not known", hint="declare a length that is a number")
    if not isinstance(value, (Expr, tuple, list, range)):
        raise NotSupported("this has no entries to run over")
    if len(value) > _ROUNDS:
        raise LimitError(f"a loop of more than {_ROUNDS} rounds is not read", hint=TRACE)
    return list(value)
