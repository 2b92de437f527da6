"""What stands in legends: formulas in mathematics, as matplotlib sets them without TeX."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from symdiff.algebra import symbols_of
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.show import unicode
from symdiff.show.as_mathtext import MathText
from symdiff.show.picture import Sheet
from symdiff.syntax.tree import Tree

_LONGEST = 60  # characters of a formula in a legend


def applied(name: str, variables: Sequence[Expr], primes: int = 0) -> Tree:
    """`f(x)`, `f''(x)`."""
    call = Tree("call", tuple(map(to_tree, variables)), (name, ()))
    return Tree("prime", (call,), primes) if primes else call


def defined(left: Tree, e: Expr) -> str:
    """`f(x) = 3x² − 4x`; of a long formula the name alone."""
    right = to_tree(e)
    short = len(unicode(right)) <= _LONGEST
    return mathematics(Tree("equation", (left, right)) if short else left, e)


def formula(e: Expr, otherwise: Tree) -> str:
    """A formula by itself; its name where it is long."""
    tree = to_tree(e)
    return mathematics(tree if len(unicode(tree)) <= _LONGEST else otherwise, e)


def mathematics(tree: Tree, e: Expr) -> str:
    """A tree in dollars; what matplotlib can't set is Unicode."""
    latex = MathText(frozenset(s.attr.name for s in symbols_of(e) if not s.shape))(tree)
    return _sheet().mathematics(latex, unicode(tree))


def label_width(label: str) -> float:
    """How wide it is, in points."""
    return _sheet().size(label)[0]


@cache
def _sheet() -> Sheet:
    return Sheet()
