"""Sizes for the models: enough to settle all others where a bound is known, a few otherwise.

An expression made of sums and contractions alone is a sum of products of entries over all values of its labels. Where
lengths are at least the number of labels, the labels of the longest term can all be different, and products with
different labels are different monomials: what is zero there is zero for all sizes.
"""

from __future__ import annotations

from itertools import islice

from symdiff import dims
from symdiff.algebra import unspread
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import dims_of, size_choices
from symdiff.oracles.sizes import is_valid

_MOST = 6  # a length that is tried where it settles all
_POOLS = ((2, 3, 4, 5), (3, 2, 5, 4))


def choices(a: Expr, b: Expr) -> tuple[list[dict[str, int]], bool]:
    """Assignments of sizes to names, and whether they stand for all sizes."""
    nodes = postorder(a, b)
    names = {name for node in nodes for dim in dims_of(node) for name in dims.names(dim)}
    names |= {n.attr.name for n in nodes if n.op == "symbol" and "dimension" in n.attr.properties}
    if not names:
        return [{}], True
    labels = None if any(isinstance(dim, int) for node in nodes for dim in node.shape) else _labels(a, b)
    if labels is not None and labels <= _MOST:
        whole = dict.fromkeys(sorted(names), max(2, labels))
        if is_valid(whole, nodes):
            return [whole], True
    found: list[dict[str, int]] = []
    for pool in _POOLS:
        found += [c for c in islice(size_choices([a, b], pool), 1) if is_valid(c, nodes) and c not in found]
    return found or list(islice(size_choices([a, b], (4, 5, 6, 7)), 1)), False


def _labels(a: Expr, b: Expr) -> int | None:
    """The largest number of labels in a term, summed ones and others; None where there is more than contractions."""
    summed: dict[Expr, int] = {}
    for node in postorder(a, b):
        below = [summed[arg] for arg in node.args]
        if node.op in ("number", "symbol") and "dimension" not in getattr(node.attr, "properties", ()):
            summed[node] = 0
        elif node.op == "constant" and node.attr in ("ones", "zeros", "eye"):
            summed[node] = 0
        elif node.op == "add":
            summed[node] = max(below)
        elif node.op == "einsum":
            *labels, out = node.attr
            summed[node] = sum(below) + len({k for own in labels for k in own} - set(out))
        elif node.op == "mul" or (node.op == "map" and node.attr == "pow"):
            bases, exponents = (
                (node.args[1::2], node.args[2::2]) if node.op == "mul" else (node.args[:1], node.args[1:])
            )
            times = [_whole(k) for k in exponents]
            if None in times:
                return None
            summed[node] = sum(k * summed[base] for k, base in zip(times, bases, strict=True) if k is not None)
        else:
            return None
    return max(summed[a], summed[b]) + a.rank


def _whole(exponent: Expr) -> int | None:
    scalar = unspread(exponent) if exponent.shape else exponent
    value = scalar.attr if scalar is not None and scalar.op == "number" else None
    return value if isinstance(value, int) and value > 0 else None
