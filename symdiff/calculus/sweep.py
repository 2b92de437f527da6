"""All partials of a scalar made of scalars, from one reverse sweep straight over its nodes.

Where nothing has axes and nobody asked for the steps, the differential need not be written down to be read off again:
the adjoint of a node, the derivative of f by it, goes on to its arguments by the product rule and by the lines of the
books. (Griewank & Walther, Evaluating Derivatives, ch. 3.)
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import accumulate

from symdiff.algebra import ONE, ZERO, add, is_real, mul, power
from symdiff.book import partial_of
from symdiff.expr import Expr, postorder

_FEW = 8  # a product of more moving factors shares what stands before and behind each
_OPS = frozenset({"add", "mul", "map"})

Backs = list[tuple[Expr, Expr]]  # arguments, and what is added to their adjoints


def partials(f: Expr, wrt: Sequence[Expr]) -> list[Expr] | None:
    """The derivative by each variable; None where more moves with them than smooth functions of scalars."""
    moving = _moving(f, wrt)
    if moving is None:
        return None
    gathered: dict[Expr, list[Expr]] = {f: [ONE]}
    found: dict[Expr, Expr] = {}
    for node in reversed(moving):
        backs = gathered.pop(node, None)
        if backs is None:
            continue
        adjoint = backs[0] if len(backs) == 1 else add(*reversed(backs))  # terms in the order written
        if node.op == "symbol":
            found[node] = adjoint
            continue
        given = _given(node, adjoint, moving)
        if given is None:
            return None
        for arg, back in given:
            known = gathered.get(arg)
            if known is None:
                gathered[arg] = [back]
            else:
                known.append(back)
    return [found.get(x, ZERO) for x in wrt]


def _moving(f: Expr, wrt: Sequence[Expr]) -> dict[Expr, None] | None:
    """The nodes that depend on the variables, arguments first; None where the sweep has no rule for one."""
    if any(x.op != "symbol" or x.shape or not is_real(x) for x in wrt):
        return None
    moving = dict.fromkeys(wrt)
    for node in postorder(f):
        for arg in node.args:
            if arg in moving:
                if node.op not in _OPS or node.shape:
                    return None
                moving[node] = None
                break
    return moving


def _given(node: Expr, g: Expr, moving: Container[Expr]) -> Backs | None:
    """What a node with the adjoint g gives to its arguments: g times its partial by each."""
    if node.op == "add":
        return [(term, g) for term in node.args if term in moving]
    if node.op == "mul":
        return _through_product(node, g, moving)
    return _through(node.attr, node.args, g, moving)


def _through_product(node: Expr, g: Expr, moving: Container[Expr]) -> Backs | None:
    """The product rule, then that of each power."""
    args = node.args
    still, parts = [] if args[0] is ONE else [args[0]], []
    for pair in zip(args[1::2], args[2::2], strict=True):
        if pair[0] in moving or pair[1] in moving:
            parts.append(pair)
        else:
            still.append(power(*pair))
    values = [power(*pair) for pair in parts]
    if len(parts) <= _FEW:
        rests = [mul(*still, *values[:k], *values[k + 1 :], g) for k in range(len(parts))]
    else:
        before = accumulate(values[:-1], mul, initial=mul(*still))
        behind = accumulate(values[:0:-1], lambda rest, value: mul(value, rest), initial=g)
        rests = [mul(left, right) for left, right in zip(before, reversed([*behind]), strict=True)]
    backs: Backs = []
    for (base, exponent), rest in zip(parts, rests, strict=True):
        if exponent is ONE:
            backs.append((base, rest))
        else:
            through = _through("pow", (base, exponent), rest, moving)
            if through is None:
                return None
            backs += through
    return backs


def _through(name: str, args: Sequence[Expr], g: Expr, moving: Container[Expr]) -> Backs | None:
    """The chain rule: g times the partial of a function by each of its arguments that moves."""
    backs = []
    for k, arg in enumerate(args):
        if arg in moving:
            partial = partial_of(name, args, k)
            if partial is None:
                return None
            backs.append((arg, mul(partial, g)))
    return backs
