"""The gradient of a scalar by an array, from one walk backwards straight over its nodes, where nobody is told.

Sums and products pass on what comes back to them as `adjoint` does in the differential of the whole, which need not be
written down for that; at any other node its own differential is, in placeholders, and transposed there. Where two ways
lead to one node the differential may meet there or not, and is written down.
"""

from __future__ import annotations

from collections.abc import Container

from symdiff.algebra import ONE, PARTS, add, is_constant, is_real, number, scale, symbol, zeros
from symdiff.book import is_by_cases
from symdiff.calculus.adjoint import mul_back, through_product, transpose
from symdiff.calculus.differential import local_rule
from symdiff.expr import Expr, postorder

_OPS = frozenset({"add", "mul", "einsum", "map", "call"})

Backs = list[tuple[Expr, Expr]]  # parts in their order, and what comes back to them


def gradient(f: Expr, x: Expr) -> Expr | None:
    """The gradient of f by a symbol with axes; None where the differential has to be written down for it."""
    moving = _moving(f, x)
    if moving is None:
        return None
    found: list[Expr] = []
    stack: Backs = [(f, ONE)] if f in moving else []
    while stack:
        node, g = stack.pop()
        if node is x:
            found.append(g)
            continue
        given = _passed_on(node, g, moving)
        if given is None:
            return None
        stack += reversed(given)
    return add(*found) if found else zeros(x.shape)


def _moving(f: Expr, x: Expr) -> set[Expr] | None:
    """The nodes that depend on x; None beside complex numbers, cases and places, and where two of them have a part."""
    moving = {x}
    parts: set[Expr] = set()
    for node in postorder(f):
        if (node.op == "symbol" and not is_real(node)) or is_constant(node, "i"):
            return None
        if moving.isdisjoint(node.args):
            continue
        if node.op not in _OPS or (node.op == "map" and (node.attr in PARTS or is_by_cases(node))):
            return None
        labels = ((), *node.attr[:-1]) if node.op == "einsum" else range(len(node.args))
        placed = {(arg, own) for arg, own in zip(node.args, labels, strict=True) if arg in moving and arg is not x}
        own = {arg for arg, _ in placed}
        if len(own) < len(placed) or not own.isdisjoint(parts):
            return None
        parts |= own
        moving.add(node)
    return moving


def _passed_on(e: Expr, g: Expr, moving: Container[Expr]) -> Backs | None:
    """What a node to which g comes back passes on to each of its parts; None of a function that is its definition."""
    if e.op == "add":
        return [(term, g) for term in e.args if term in moving]
    if e.op == "einsum":
        return _of_factors(e, g, moving)
    if e.op == "mul" and _is_multiple(e, moving):
        return mul_back(e, g, moving)
    rule = local_rule(e, moving.__contains__)
    if e.op != "mul" and not (rule.parts and all(part in moving for part in rule.parts)):
        return None
    leaves = [symbol(f"linear argument {k}", part.shape) for k, part in enumerate(rule.parts)]
    given: Backs = []
    for part, back in zip(rule.parts, transpose(rule.combine(leaves), leaves, g), strict=True):
        # what the rule of a product makes of it, a power without the number in front, passes it on at once
        passed = [(part, back)] if part in moving else _passed_on(part, back, moving)
        if passed is None:
            return None
        given += passed
    return given


def _is_multiple(e: Expr, moving: Container[Expr]) -> bool:
    """Whether one factor moves alone, which is no power."""
    places = [k for k, arg in enumerate(e.args) if arg in moving]
    return len(places) == 1 and places[0] % 2 == 1 and e.args[places[0] + 1] is ONE


def _of_factors(e: Expr, g: Expr, moving: Container[Expr]) -> Backs:
    """The product rule, once for equal factors."""
    places: dict[object, list[int]] = {}
    for k, factor in enumerate(zip(e.args, ((), *e.attr[:-1]), strict=True)):
        if factor[0] in moving:
            places.setdefault(factor, []).append(k)
    return [(e.args[k], scale(number(1 + len(equal)), through_product(e, k, g))) for k, *equal in places.values()]
