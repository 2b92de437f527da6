"""Roots of negative numbers: nan among the reals, the principal value in a complex expression."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import fmap, is_complex, is_integer, mul, named, number, power, rebuild
from symdiff.expr import Expr, postorder


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
