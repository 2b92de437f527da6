"""What products have in common is worked out once, as the parts of a chain in its gradient by every factor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from symdiff.algebra import ONE, einsum
from symdiff.algebra.views import Contraction
from symdiff.expr import Expr
from symdiff.lower.contract import Factors, Greedy, Merge, Pairing, nominal


def share(products: Mapping[Expr, Contraction]) -> tuple[dict[Expr, Contraction], set[Expr]]:
    """The products with what is multiplied in two places as one factor of each; and these factors."""
    number: dict[Expr, int] = {}
    planned = [
        Factors([number.setdefault(e, len(number)) for e in flat.operands], flat.labels, flat.out, sizes_of(flat))
        for flat in products.values()
    ]
    greedy = Greedy(planned)
    greedy.run()
    times = Counter(merge.pairing for factors in planned for merge in factors.merged)
    things = {k: e for e, k in number.items()}
    parts: dict[Pairing, Expr] = {}
    for pairing, k in greedy.things.items():
        if times[pairing] > 1 and pairing.kept:
            left, right = things[pairing.left], things[pairing.right]
            labels = pairing.labels[: left.rank], pairing.labels[left.rank :]
            parts[pairing] = things[k] = einsum(ONE, [left, right], labels, pairing.kept)
    small = {pairing: part for pairing, part in parts.items() if greedy.measures[pairing][0] <= 0.0}
    found = {}
    for (e, flat), factors in zip(products.items(), planned, strict=True):
        scaled = flat.coefficient.attr not in (1, -1)  # which is cheaper before a product with more entries is made
        found[e] = _with_parts(e, flat, factors.merged, small if scaled else parts)
    return found, set(parts.values())


def _with_parts(e: Expr, flat: Contraction, merged: Sequence[Merge], parts: Mapping[Pairing, Expr]) -> Contraction:
    """The product e with the largest parts that it holds as factors, each in the place of its first factor."""
    factors = {k: [(k, *factor)] for k, factor in enumerate(zip(flat.operands, flat.labels, strict=True))}
    for k, merge in enumerate(merged, len(factors)):
        apart = sorted(factor for place in merge.pair for factor in factors.pop(place))
        part = parts.get(merge.pairing, e)
        factors[k] = apart if part is e else [(apart[0][0], part, merge.labels)]
    (whole,) = factors.values()
    return Contraction(flat.coefficient, tuple(f[1] for f in whole), tuple(f[2] for f in whole), flat.out)


def sizes_of(product: Contraction) -> dict[int, float]:
    """The size that is reckoned with for each label."""
    return {
        label: nominal(dim)
        for operand, labels in zip(product.operands, product.labels, strict=True)
        for label, dim in zip(labels, operand.shape, strict=True)
    }
