"""The written cost measure: about how many operations an expression shows when printed.

It follows `notation.ops` closely enough to choose between two forms of one thing, and is computed once a
node; a shared part counts every time it is shown.
"""

from __future__ import annotations

from fractions import Fraction

from symdiff.algebra import ONE, is_symmetric, unspread
from symdiff.expr import Expr, recall, worked_out

_MOST = 1e300  # shared parts count each time they are shown: doubling 1,000 times must not overflow


def cost(e: Expr) -> float:
    """Operations shown: one a `+ - * / ^`, function, transpose, inverse; none for numbers and names."""
    shown: float = worked_out(e, "cost", lambda node: min(_own(node), _MOST))
    return shown


def saved_by_turning(e: Expr) -> float:
    """How many primes fewer the transpose of a matrix shows at most, as far as that is seen without building it."""
    if e.op != "einsum":
        return 0
    operands, labels, out = e.args[1:], e.attr[:-1], e.attr[-1]
    if "einsum" in [operand.op for operand in operands]:
        return _MOST
    return _transposes(operands, labels, out) - _transposes(operands, labels, out[::-1])


def _below(e: Expr) -> float:
    return sum([recall(arg, "cost") for arg in e.args])


def _own(e: Expr) -> float:
    if e.op in ("symbol", "number"):
        return 0
    if e.op == "constant":
        return 1 if e.attr == "eye" else 0
    if e.op == "add":
        return len(e.args) - 1 + _below(e)
    if e.op == "mul":
        return _mul(e)
    if e.op == "einsum":
        return _einsum(e)
    if e.op == "map" and e.attr == "pow":
        exponent = unspread(e.args[1])
        if exponent is not None:
            return 1 + recall(e.args[0], "cost") + cost(exponent)
    return 1 + _below(e)


def _mul(e: Expr) -> float:
    above, below, total = 0, 0, 0.0
    for k in range(1, len(e.args), 2):
        base, exponent = e.args[k], e.args[k + 1]
        total += recall(base, "cost") + recall(exponent, "cost")
        negative = exponent.op == "number" and exponent.attr < 0
        above, below = above + (not negative), below + negative
        total += not (exponent.op == "number" and abs(exponent.attr) == 1)
    head = e.args[0].attr
    if isinstance(head, Fraction):  # 3*x/2
        above, below = above + (abs(head.numerator) != 1), below + 1
    else:
        above += abs(head) != 1
    return total + max(above - 1, 0) + below


def _einsum(e: Expr) -> float:
    scalar = e.args[0]
    operands, labels, out = e.args[1:], e.attr[:-1], e.attr[-1]
    if len(operands) == 1 and operands[0].op == "constant" and operands[0].attr == "ones":
        return recall(scalar, "cost") + (0 if scalar.op == "number" else 2)
    total = _below(e) + len(operands) - 1
    if not (scalar is ONE or (scalar.op == "number" and scalar.attr == -1)):
        total += 1
    return total + _transposes(operands, labels, out) + _diagonals(operands, labels, out)


def _diagonals(operands: tuple[Expr, ...], labels: tuple[tuple[int, ...], ...], out: tuple[int, ...]) -> int:
    """Calls of diag: a vector along an axis of a matrix; beside eye it is no product besides."""
    if len(out) != 2:
        return 0
    if any(e.op == "constant" and e.attr == "eye" for e in operands):
        return -1 if len(operands) > 1 else 0
    wide = {label for own in labels if len(own) == 2 for label in own}
    return len({own for own in labels if len(own) == 1 and own[0] in wide})


def _transposes(operands: tuple[Expr, ...], labels: tuple[tuple[int, ...], ...], out: tuple[int, ...]) -> int:
    """Primes a chain of factors needs, read from its first result axis, or from a vector if there is none."""
    count = 0
    left = list(range(len(operands)))
    if out:
        here = out[0]
    else:
        start = next((k for k in left if len(labels[k]) == 1), None)
        if start is None:
            return 1 if len(left) == 1 else 0  # a sum over an axis, or a trace
        here = labels[start][0]
        left.remove(start)
        count += 1
    while left:
        place = next((k for k in left if here in labels[k]), left[0])
        left.remove(place)
        own = labels[place]
        if len(own) == 2:
            turned = own[0] != here
            count += turned and not is_symmetric(operands[place])
            here = own[0] if turned else own[1]
        elif len(out) == 2 and own == (out[1],) and sum(out[1] in other for other in labels) == 1:
            count += 1  # v in u*v'
    return count
