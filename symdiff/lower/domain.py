"""Whether a value is a complex number: only where a complex symbol, `i` or a complex array is part of it.

That a root or a power of a real number may have no real value does not count: it is nan there, but in a
complex expression a power of a negative number has its principal value.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import Array, fmap, is_integer, mul, named, number, power, rebuild
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


def principal(roots: Sequence[Expr]) -> list[Expr]:
    """Complex expressions with (-a)^p written as a^p·exp(iπp), -a a number; real ones as they are."""
    if not any(map(is_complex, roots)):
        return list(roots)
    done: dict[Expr, Expr] = {}
    for node in postorder(*roots):
        new = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        if new.op == "mul":
            pairs = list(zip(new.args[1::2], new.args[2::2], strict=True))
            if any(_is_root(*pair) for pair in pairs):
                new = mul(
                    new.args[0], *(_turned(*pair) if _is_root(*pair) else power(*pair) for pair in pairs)
                )
        done[node] = new
    return [done[root] for root in roots]


def _is_root(base: Expr, exponent: Expr) -> bool:
    return base.op == "number" and base.attr < 0 and not is_integer(exponent)


def _turned(base: Expr, exponent: Expr) -> Expr:
    angle = mul(named("i"), named("pi"), exponent)
    return mul(power(number(-base.attr), exponent), fmap("exp", angle))
