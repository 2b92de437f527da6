"""Text to Tree to Expr. Reading loads the parser when first asked to; declaring and the trees themselves need none."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from symdiff.syntax.tree import Tree

_NOTHING: Mapping[str, Any] = {}


def parse_tree(text: str, names: Mapping[str, Any] = _NOTHING, functions: Container[str] = ()) -> Tree:
    """The tree of one expression, equation or definition; see `symdiff.syntax.parser.read`."""
    from symdiff.syntax.parser import read

    return read(text, names, functions)[0]
