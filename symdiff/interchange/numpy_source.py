"""NumPy's source as an expression: `sd.parse_numpy("np.sum((X @ w - y)**2)")`."""

from __future__ import annotations

import ast
import re
import warnings
from textwrap import dedent
from typing import Any

from symdiff import algebra
from symdiff.bounds import limits
from symdiff.errors import LimitError, NotSupported, ParseError, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr, Names, named, postorder
from symdiff.inputs import Declarations, scope_of, symbol_name, tell
from symdiff.interchange import numpy_names
from symdiff.interchange.numpy_kinds import Again, Kinds
from symdiff.interchange.numpy_values import Values
from symdiff.interchange.numpy_walk import TRACE, Called, Frame, Returned, Step, listed
from symdiff.protocols.arguments import expression

_TRIES = 1000  # of a source, each of which settles a name or a size


def parse_numpy(text: str, /, declarations: Declarations = None, **keywords: Any) -> Expr:
    """The expression that NumPy source computes: an expression, statements, or a function, whose parameters are names.

    The source is read, never run; its meaning is NumPy's: arrays with one axis, broadcasting, `.T`. Names that are not
    declared are scalars, or have the axes that their use asks for, which is told by a warning (`strict=True` refuses
    them). The names that statements give stay in what is printed, unless `named=False`. ParseError, ShapeError,
    UnknownNameError, NotSupported have the place.

    >>> import symdiff as sd
    >>> f = sd.parse_numpy("np.sum((X @ w - y)**2)")
    >>> f, sd.grad(f, "w")
    (sum((X*w - y).^2), 2*X'*(X*w - y))
    >>> sd.parse_numpy("x.T @ A @ x", x="vector(n)", A="symmetric(n)")
    x'*A*x
    """
    if not isinstance(text, str):
        raise SymdiffError(f"parse_numpy takes a text, not {type(text).__name__}")
    scope = scope_of(declarations, keywords)
    text = dedent(text).strip("\n")
    module = _parsed(text)
    kinds = Kinds([*scope.names(), *scope.sizes, *(n.id for n in ast.walk(module) if isinstance(n, ast.Name))])
    for _ in range(_TRIES):
        kinds.made = {}
        values = _Source(text, scope, kinds)
        try:
            made = values.result(module)
        except Again:
            continue
        except ShapeError as error:
            error.message = re.sub(r"\w+@\d+", "?", error.message)
            if error.hint is None and kinds.made:
                taken = "; ".join(kinds.assumed(list(kinds.made)))
                error.hint = re.sub(r"\w+@\d+", "?", f"declare what the names are; they were taken as {taken}")
            raise
        if not kinds.name_sizes():
            break
    else:
        raise LimitError("what the names are is not found", hint="declare them")
    told: list[str] = kinds.assumed(sorted(algebra.symbols_of(made), key=lambda s: s.attr.name))
    if told and keywords.get("strict", False):
        raise UnknownNameError(f"not declared: {', '.join(told)}", hint=f"parse_numpy(text, {'; '.join(told)!r})")
    if told and any(node.shape for node in postorder(made)):
        tell(f"assuming {'; '.join(told)}")
    return _with_names(made, values, keywords.get("named", True))


def _parsed(text: str) -> ast.Module:
    """Python's syntax tree of a text."""
    limits.require("characters", len(text), f"a text of {len(text):,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        start = sum(map(len, text.splitlines(keepends=True)[: (error.lineno or 1) - 1])) + max(
            0, (error.offset or 1) - 1
        )
        hint = "it is read as Python: A.T, `**`, `A @ x`; sd.parse reads the language of symdiff"
        raise ParseError(f"this is not Python: {error.msg}", text=text, span=(start, start + 1), hint=hint) from None
    except (RecursionError, MemoryError):
        raise LimitError("the source is nested too deeply") from None
    except ValueError as error:
        raise ParseError(f"this is not Python: {error}") from None


def _with_names(e: Expr, values: Values, wanted: bool) -> Expr:
    """The expression with what statements call its parts."""
    if not wanted:
        return named(e, Names(parts=False))
    inside = set(postorder(e)) - {e}
    parts = {node: name for node, name in values.bound.items() if node in inside and _is_name(name)}
    taken = frozenset({s.attr.name for s in algebra.symbols_of(e)}) if parts else frozenset()
    return named(e, Names(parts, taken)) if parts else e


def _is_name(name: str) -> bool:
    try:
        return symbol_name(name) == name
    except SymdiffError:
        return False


class _Source(Values):
    """A whole source: statements, and what is the value of the last."""

    def result(self, module: ast.Module) -> Expr:
        """The expression that a source gives."""
        made = self.of(module)
        if isinstance(made, Called):
            if not isinstance(made.node, ast.FunctionDef):
                raise NotSupported("a lambda is no expression", hint="call it, or write a def")
            self.bound.clear()
            frame = self.frame = Frame(made.frame)
            names = [one.arg for one in made.node.args.args]
            frame.names.update({name: self.parameter(name) for name in names})
            made = self.of(ast.Module(made.node.body, []))
        made = made.value if isinstance(made, Returned) else made
        if made is None:
            raise ParseError("the source gives no value", hint="end it with an expression, or `return`")
        if isinstance(made, tuple):
            raise NotSupported("the source gives several values", hint="read them one by one")
        return expression(made)

    # -- statements; a `return` ends the block that it is in, with its value

    def _Module(self, node: ast.Module) -> Step:
        last: Any = None
        for statement in node.body:
            value = yield statement
            if isinstance(value, Returned):
                return value
            last = value if value is not _NOTHING else last
        return last

    def _Expr(self, node: ast.Expr) -> Step:
        value = yield node.value
        return _NOTHING if isinstance(value, str) else value

    def _Return(self, node: ast.Return) -> Step:
        return Returned((yield node.value) if node.value is not None else None)

    def _Pass(self, node: ast.AST) -> Step:
        yield from ()
        return _NOTHING

    _Assert = _Pass  # what it says of values holds where the source gives one

    def _Assign(self, node: ast.Assign) -> Step:
        value = yield node.value
        for target in node.targets:
            self.bind(target, value)
        return value

    def _AnnAssign(self, node: ast.AnnAssign) -> Step:
        if node.value is None:
            return _NOTHING
        value = yield node.value
        self.bind(node.target, value)
        return value

    def _AugAssign(self, node: ast.AugAssign) -> Step:
        """`r += x` of an array changes all that is this array: it is read where only r is."""
        if not isinstance(node.target, ast.Name):
            raise NotSupported("what is written into an array is not read", hint=TRACE)
        before = yield ast.copy_location(ast.Name(node.target.id), node.target)
        value = yield node.value
        made = self.binary(node.op, before, value)
        if isinstance(before, Expr) and before.shape:
            frame: Frame | None = self.frame
            holders = 0
            while frame is not None:
                holders += sum(one is before for one in frame.names.values())
                frame = frame.around
            if before.op == "symbol" or holders > 1:
                name, sign = node.target.id, ast.unparse(node).split("=")[0].split()[-1]
                said = f"`{sign}=` changes an array in its place, which has another name too"
                raise NotSupported(said, hint=f"write {name} = {name} {sign} …")
            if expression(made).shape != before.shape:
                raise ShapeError("an array changed in its place keeps its shape")
        self.bind(node.target, made)
        return made

    def _FunctionDef(self, node: ast.FunctionDef) -> Step:
        yield from ()
        made = self.frame.names[node.name] = Called(node.name, node, self.frame)
        return made

    def _For(self, node: ast.For) -> Step:
        for value in listed((yield node.iter)):
            self.bind(node.target, value)
            made = yield ast.Module(node.body, [])
            if isinstance(made, Returned):
                return made
        return _NOTHING

    def _Import(self, node: ast.Import) -> Step:
        yield from ()
        for name in node.names:
            _require_module(name.name)
            path = name.name if name.asname else name.name.partition(".")[0]
            self.frame.names[name.asname or path] = path
        return _NOTHING

    def _ImportFrom(self, node: ast.ImportFrom) -> Step:
        yield from ()
        if node.module == "__future__":
            return _NOTHING
        _require_module(node.module or ".")
        for name in node.names:
            if name.name == "*":
                raise NotSupported("`import *` is not read", hint="import the names that are used")
            self.frame.names[name.asname or name.name] = self.member(f"{node.module}.{name.name}")
        return _NOTHING


_NOTHING = object()  # of a statement without a value


def _require_module(path: str) -> None:
    if not numpy_names.is_module(path):
        raise NotSupported(
            f"the module {path[:40]} is not read", hint="NumPy, SciPy's special and linalg, and math are"
        )
