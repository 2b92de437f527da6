"""Whether a value is a complex number: only where a complex symbol, `i` or a complex array is part of it.

That a root or a power of a real number may have no real value does not count: it is nan there.
"""

from __future__ import annotations

from symdiff.algebra import Array
from symdiff.expr import Expr, postorder, recall, remember

_FACT = "has complex parts"


def is_complex(e: Expr) -> bool:
    """Whether anything complex is part of the expression."""
    if recall(e, _FACT) is None:
        for node in postorder(e, into=lambda part: recall(part, _FACT) is None):
            if recall(node, _FACT) is None:
                remember(node, _FACT, _leaf(node) or any(recall(arg, _FACT) for arg in node.args))
    return bool(recall(e, _FACT))


def _leaf(e: Expr) -> bool:
    if e.op == "symbol":
        return "complex" in e.attr.properties
    return e.op == "constant" and (e.attr == "i" or (isinstance(e.attr, Array) and "c" in e.attr.kinds))
