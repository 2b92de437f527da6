"""The text of the kernels that a generated function calls, so that its source stands alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

_MODULES = tuple(
    "unboxed numpy_kernels gamma_kernels bessel_kernels numpy_decompositions numpy_matrix_functions".split()
)
_TYPING = frozenset({"__future__", "typing", "numpy.typing", "collections.abc"})


class Definition(NamedTuple):
    """A statement of a module of kernels, without its annotations; and the other statements that it needs."""

    text: str
    needs: tuple[str, ...]
    imports: bool


def needed(kernels: Iterable[str]) -> dict[str, Definition]:
    """The definitions of these kernels and of all that they use, each behind those."""
    found, met = dict[str, Definition](), set[str]()
    stack = [(name, False) for name in reversed(list(kernels))]
    while stack:
        name, ready = stack.pop()
        if ready:
            found[name] = _definition(name)
        elif name not in met:
            met.add(name)
            stack.append((name, True))
            stack += [(other, False) for other in reversed(_definition(name).needs)]
    return found


def prelude(kernels: Iterable[str]) -> str:
    """The imports and definitions that these kernels take, as source in front of what calls them."""
    made = needed(kernels).values()
    imports = dict.fromkeys(["import numpy as np", *(d.text for d in made if d.imports)])
    ordered = sorted(imports, key=lambda line: ("numpy" in line, line.startswith("from"), line))
    return "\n\n\n".join(["\n".join(ordered), *dict.fromkeys(d.text for d in made if not d.imports)])


@cache
def _source(module: str) -> str:
    spec = find_spec(f"symdiff.backends.{module}")
    assert spec is not None and spec.loader is not None
    source: str = spec.loader.get_source(spec.name)  # type: ignore[attr-defined]
    return source


@cache
def _statements(module: str) -> dict[str, ast.stmt]:
    """The statements of a module by the names they define."""
    return {name: statement for statement in ast.parse(_source(module)).body for name in _defined(statement)}


@cache
def _home(name: str) -> str | None:
    """The module that defines a name, no two do (a test looks); only what may is parsed."""
    may = re.compile(rf"^(def |import |from .* import .*|)\b{name}\b", re.MULTILINE)
    return next((m for m in _MODULES if may.search(_source(m)) and name in _statements(m)), None)


@cache
def _definition(name: str) -> Definition:
    module = _home(name)
    assert module is not None, name
    statement = _statements(module)[name]
    needs = tuple(other for other in _used(statement) if other != name and _home(other))
    text = _text(statement, _source(module).encode().splitlines(keepends=True))
    return Definition(text, needs, isinstance(statement, (ast.Import, ast.ImportFrom)))


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.Import):
        return [alias.asname or alias.name for alias in statement.names if alias.name != "numpy"]
    if isinstance(statement, ast.ImportFrom) and statement.module and statement.module.split(".")[0] != "symdiff":
        return [alias.asname or alias.name for alias in statement.names if statement.module not in _TYPING]
    return []


def _annotations(statement: ast.stmt) -> list[ast.expr]:
    nodes = list(ast.walk(statement))
    found = [node.annotation for node in nodes if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation]
    return found + [node.returns for node in nodes if isinstance(node, ast.FunctionDef) and node.returns]


def _used(statement: ast.stmt) -> dict[str, None]:
    """The names that a statement reads and does not set itself, in order."""
    typing = {node for annotation in _annotations(statement) for node in ast.walk(annotation)}
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node not in typing]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
    return {node.id: None for node in names if node.id not in own}


def _text(statement: ast.stmt, lines: list[bytes]) -> str:
    """The statement as it is written, annotations cut out."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(d.lineno for d in decorators)]) - 1
    last = statement.end_lineno or statement.lineno
    text = lines[first:last]
    defaults = {node.annotation for node in ast.walk(statement) if isinstance(node, ast.arg)}
    for note in sorted(_annotations(statement), key=lambda note: (note.lineno, note.col_offset), reverse=True):
        k = note.lineno - 1 - first
        before = re.sub(rb"\s*(:|->)\s*$", b"", text[k][: note.col_offset])
        behind = text[k][note.end_col_offset :]
        text[k] = before + (re.sub(rb"^ = ", b"=", behind) if note in defaults else behind)
    return b"".join(text).decode().rstrip().removesuffix("  # fmt: skip")
