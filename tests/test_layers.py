"""Imports point down the layers of ARCHITECTURE.md, those inside functions too; only typing may look up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import symdiff

PACKAGE = Path(symdiff.__file__).parent

# A module is placed by its longest listed prefix; one that is not listed fails the test.
LAYERS = {
    "symdiff.errors": 0, "symdiff.dims": 0, "symdiff.expr": 0, "symdiff.resources": 0,
    "symdiff.bounds": 0, "symdiff.files": 0, "symdiff.distribution": 0,
    "symdiff.algebra": 1,
    "symdiff.syntax": 2, "symdiff.book": 2, "symdiff.notation": 2, "symdiff.show": 2,
    "symdiff.rewriting": 3, "symdiff.strategies": 3,
    "symdiff.calculus": 4,
    "symdiff.lower": 5, "symdiff.backends": 5, "symdiff.compiled": 5,
    "symdiff.evaluation": 6, "symdiff.oracles": 6, "symdiff.equality": 6,
    "symdiff.operators": 7, "symdiff.protocols": 7, "symdiff.methods": 7, "symdiff.inputs": 7,
    "symdiff.equations": 7, "symdiff.api": 7,
    "symdiff.checking": 7, "symdiff.coding": 7, "symdiff.expressions": 7, "symdiff.answer": 7, "symdiff.calculator": 7,
    "symdiff.repl": 7, "symdiff.streams": 7, "symdiff.commands": 7, "symdiff.derivation": 7,
    "symdiff.narration": 7, "symdiff.worksheets": 7, "symdiff.exact": 7, "symdiff.rulebook": 7, "symdiff.stated": 7,
    "symdiff.explanations": 7, "symdiff.documented": 7, "symdiff.reference": 7,
    "symdiff.verification": 7, "symdiff.interchange": 7,
    "symdiff.graphs": 7, "symdiff.points": 7,
    "symdiff.terminal": 7,
    "symdiff.solving": 7, "symdiff.by_sympy": 7, "symdiff.tracing": 7,
    "symdiff.plots": 7,
    "symdiff.ipython": 7, "symdiff.cli": 7, "symdiff.__main__": 7, "symdiff": 7,
}  # fmt: skip
FORBIDDEN = {
    5: (3, 4),  # code generation takes expressions, not derivations
    6: (5,),  # an oracle shares no code with what it checks
}


def layer(module: str) -> int:
    name = module
    while name not in LAYERS or (name == "symdiff" and module != "symdiff"):
        name, _, last = name.rpartition(".")
        assert name, f"{module} is in no layer of tests/test_layers.py (nor {last})"
    return LAYERS[name]


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ["symdiff", *path.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, module: str, known: set[str]) -> Iterator[tuple[int, str]]:
    """Line and absolute name of every symdiff module that a file imports at run time."""
    stack: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            stack.extend(node.orelse)
            continue
        stack.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from ((node.lineno, name) for name in names if name.split(".")[0] == "symdiff")
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
            if base.split(".")[0] == "symdiff":
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    yield node.lineno, inner if inner in known else base


def test_imports_point_down() -> None:
    known = modules()
    wrong = []
    for module, path in known.items():
        here = layer(module)
        for line, target in imports(path, module, set(known)):
            there = layer(target)
            if there > here or there in FORBIDDEN.get(here, ()):
                wrong.append(f"{path.name}:{line}: {module} (layer {here}) imports {target} (layer {there})")
    assert not wrong, "\n".join(wrong)


def test_every_module_stays_readable() -> None:
    lengths = {m: len(path.read_text(encoding="utf-8").splitlines()) for m, path in modules().items()}
    long = {module: length for module, length in lengths.items() if length >= 500}
    assert not long, long
