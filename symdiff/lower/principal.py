"""Roots and logarithms of negative constants: nan among the reals, the principal value in a complex expression."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import has_real_power, in_the_plane, is_complex, is_real, mul, power, rebuild
from symdiff.expr import Expr, postorder


def principal(roots: Sequence[Expr]) -> list[Expr]:
    """Complex expressions, with the arguments in the plane where a function of real ones is not real by its facts."""
    if not any(map(is_complex, roots)):
        return list(roots)
    done: dict[Expr, Expr] = {}
    for node in postorder(*roots):
        new = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        if new.op == "mul":
            powers = zip(new.args[1::2], new.args[2::2], strict=True)
            new = mul(new.args[0], *(power(_turned(base, exponent), exponent) for base, exponent in powers))
        elif new.op in ("map", "call") and not is_real(new) and not any(map(is_complex, new.args)):
            new = rebuild(new, [in_the_plane(arg) for arg in new.args])
        done[node] = new
    return [done[root] for root in roots]


def _turned(base: Expr, exponent: Expr) -> Expr:
    if is_complex(base) or is_complex(exponent) or has_real_power(base, exponent):
        return base
    return in_the_plane(base)
