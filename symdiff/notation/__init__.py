"""Notation: from an expression to the shortest way of writing it, and how long that is."""

from symdiff.notation.convert import to_tree
from symdiff.notation.ops import ops, tree_ops

__all__ = ["ops", "to_tree", "tree_ops"]
