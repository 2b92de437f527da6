"""Factors of a product that hang on axes of the result, each branch by itself: equal ones are a power.

In (A·x) ⊙ (A·x) with its factors written side by side the branches along the axis of the result are A, x and A, x.
"""

from __future__ import annotations

from symdiff.algebra import ONE, einsum, fingerprint, number, power
from symdiff.expr import Expr
from symdiff.rewriting.product import Labels

_MOST = 24  # factors of a product that is looked at


def equal_branches_raised(e: Expr) -> Expr:
    """The einsum e with branches that are equal as powers of one; e itself where there are none."""
    operands, labels, out = e.args[1:], e.attr[:-1], e.attr[-1]
    if not out or len(operands) > _MOST or len(set(operands)) == len(operands):
        return e
    branches = _branches(labels, out)
    if len(branches) == 1:
        return e
    axes = [tuple([label for label in out if any(label in labels[k] for k in places)]) for places in branches]
    if len({*axes}) == len(axes):
        return e
    found: dict[tuple[bytes, Labels], list[Expr]] = {}
    for places, carried in zip(branches, axes, strict=True):
        own = [labels[k] for k in places]
        branch = einsum(ONE, [operands[k] for k in places], own, carried)
        found.setdefault((fingerprint(branch), carried), []).append(branch)
    if all(len(equal) == 1 for equal in found.values()):
        return e
    raised = [power(equal[0], number(len(equal))) for equal in found.values()]
    return einsum(e.args[0], raised, [carried for _, carried in found], out)


def _branches(labels: tuple[Labels, ...], out: Labels) -> list[list[int]]:
    """The places of the factors that summed axes join, in the order of the first of each."""
    home: dict[int, list[int]] = {}
    groups: list[list[int]] = []
    for k, own in enumerate(labels):
        joined = [home[label] for label in own if label not in out and label in home]
        group = [k]
        for other in joined:
            if other is not group:
                group = sorted({*other, *group})
        for place in group:
            for label in labels[place]:
                if label not in out:
                    home[label] = group
        groups = [g for g in groups if not set(g) <= set(group)] + [group]
    return sorted(groups)
