"""Derivatives by what a function that is only a name gives, `diff(L, q'(t))`: a symbol stands for it meanwhile."""

from __future__ import annotations

import re
from functools import lru_cache

from symdiff import algebra
from symdiff.expr import Expr
from symdiff.syntax.names import NAME
from symdiff.syntax.tree import Tree


@lru_cache(64)
def written(name: str) -> Tree:
    """The tree of a symbol that stands for `q'(t)`: what it stands for."""
    from symdiff.syntax.parser import parse_tree

    functions = re.findall(rf"({NAME})['0-9,\[\] ]*\(", name)
    return parse_tree(name, dict.fromkeys(functions, "function"))


def named(node: Expr) -> Expr:
    """The symbol for such a node, called as it is written; no text can have such a name."""
    from symdiff.show import text

    kinds = {"complex": algebra.may_be_complex(node), "positive": algebra.is_positive(node)}
    return algebra.symbol(text(node), node.shape, [kind for kind, holds in kinds.items() if holds])
