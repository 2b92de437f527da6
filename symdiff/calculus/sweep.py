"""All partials of a scalar made of scalars, from one reverse sweep straight over its nodes.

Where nothing has axes and nobody asked for the steps, the differential need not be written down to be read off again:
the adjoint of a node, the derivative of f by it, goes on to its arguments by the product rule and by the lines of the
books. (Griewank & Walther, Evaluating Derivatives, ch. 3.)
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from functools import cache
from itertools import accumulate

from symdiff.algebra import ONE, ZERO, add, is_real, mul, power
from symdiff.book import Partial, partial_of
from symdiff.expr import Expr, postorder

_FEW = 8  # a product of more moving factors shares what stands before and behind each
_OPS = frozenset({"add", "mul", "map"})

Backs = list[tuple[Expr, Expr]]  # arguments, and what is added to their adjoints
Partials = Callable[[str, int, int], Partial | None]


def partials(f: Expr, wrt: Sequence[Expr]) -> list[Expr] | None:
    """The derivative by each variable; None where more moves with them than smooth functions of scalars."""
    moving = _moving(f, wrt)
    if moving is None:
        return None
    rule = cache(partial_of)  # the books stay the same for one sweep
    gathered: dict[Expr, list[Expr]] = {f: [ONE]}
    found: dict[Expr, Expr] = {}
    for node in reversed(moving):
        backs = gathered.pop(node, None)
        if backs is None:
            continue
        adjoint = backs[0] if len(backs) == 1 else add(*reversed(backs))  # terms in the order written
        op = node.op
        if op == "symbol":
            found[node] = adjoint
            continue
        given: Backs | None
        if op == "add":
            given = [(term, adjoint) for term in node.args if term in moving]
        elif op == "mul":
            given = _through_product(node.args, adjoint, moving, rule)
        else:
            given = _through(node.attr, node.args, adjoint, moving, rule)
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


def _through_product(args: Sequence[Expr], g: Expr, moving: Container[Expr], rule: Partials) -> Backs | None:
    """The product rule, then that of each power: what a product with the adjoint g gives to its factors."""
    if len(args) == 3 and args[2] is ONE:
        return [(args[1], mul(args[0], g))]
    if len(args) == 5 and args[0] is args[2] is args[4] is ONE:
        a, b = args[1], args[3]
        return [(x, mul(y, g)) for x, y in ((a, b), (b, a)) if x in moving]
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
            through = _through("pow", (base, exponent), rest, moving, rule)
            if through is None:
                return None
            backs += through
    return backs


def _through(name: str, args: Sequence[Expr], g: Expr, moving: Container[Expr], rule: Partials) -> Backs | None:
    """The chain rule: g times the partial of a function by each of its arguments that moves."""
    backs = []
    for k, arg in enumerate(args):
        if arg in moving:
            partial = rule(name, len(args), k)
            if partial is None or (partial.of_reals and not all(map(is_real, args))):
                return None
            backs.append((arg, mul(partial.template(args, {}), g)))
    return backs
