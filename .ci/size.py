"""Lines and tokens of each package, without comments, docstrings and empty lines; the books' lines beside them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IDLE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def docstrings(text: str) -> set[tuple[int, int]]:
    """Where docstrings begin."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = (node.body for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))
    firsts = (body[0] for body in bodies if body and isinstance(body[0], ast.Expr))
    return {(e.lineno, e.col_offset) for e in firsts if isinstance(e.value, ast.Constant)}


def size(text: str) -> tuple[int, int]:
    """Lines that hold code, and tokens."""
    documented = docstrings(text)
    found = tokenize.generate_tokens(io.StringIO(text).readline)
    tokens = [token for token in found if token.type not in IDLE and token.start not in documented]
    return len({token.start[0] for token in tokens}), len(tokens)


def main() -> None:
    lines, tokens = Counter[str](), Counter[str]()
    for path in sorted((ROOT / "symdiff").rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        own = size(path.read_text(encoding="utf-8"))
        for name in ("/".join(parts[:2]) if len(parts) > 2 else parts[0], "all Python"):
            lines[name] += own[0]
            tokens[name] += own[1]
    for path in sorted((ROOT / "grammar").iterdir()):
        kept = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"]
        lines["grammar"] += len(kept)
        tokens["grammar"] += sum(len(line.split()) for line in kept)
    for name, count in lines.items():
        print(f"{name:24s}{count:8,d} lines{tokens[name]:9,d} tokens")


if __name__ == "__main__":
    main()
