"""Flattened views of sums and products, bounded; the nodes themselves stay nested."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from symdiff.algebra.build import mul, split_number
from symdiff.algebra.leaves import ONE, Number, times
from symdiff.expr import Expr

MAX_FACTORS = 64  # a product view stops unfolding at this many factors
MAX_TERMS = 4096


def terms(e: Expr) -> tuple[Expr, ...]:
    """The summands of e, nested sums unfolded; a sum of more than `MAX_TERMS` stays as it is nested."""
    if e.op != "add":
        return (e,)
    found: list[Expr] = []
    stack = [e]
    while stack:
        node = stack.pop()
        if node.op == "add" and (node is e or len(found) + len(stack) + len(node.args) <= MAX_TERMS):
            stack.extend(reversed(node.args))
        else:
            found.append(node)
    return tuple(found)


class Product(NamedTuple):
    """number · ∏ base^exponent."""

    number: Number
    powers: tuple[tuple[Expr, Expr], ...]


def factors(e: Expr) -> Product:
    """The scalar e as a product, nested products unfolded (not those under a power)."""
    number: Number = 1
    powers: list[tuple[Expr, Expr]] = []
    stack: list[tuple[Expr, Expr]] = [(e, ONE)]
    while stack:
        base, exponent = stack.pop()
        if base.op == "number" and exponent is ONE:
            number = times(number, base.attr)
        elif (
            base.op == "mul"
            and exponent is ONE
            and (base is e or len(powers) + len(stack) + len(base.args) // 2 <= MAX_FACTORS)
        ):
            number = times(number, base.args[0].attr)
            args = base.args
            stack.extend((args[k], args[k + 1]) for k in range(len(args) - 2, 0, -2))
        else:
            powers.append((base, exponent))
    return Product(number, tuple(powers))


class Contraction(NamedTuple):
    """coefficient · Σ ∏ operand[labels], the labels of the result last."""

    coefficient: Expr
    operands: tuple[Expr, ...]
    labels: tuple[tuple[int, ...], ...]
    out: tuple[int, ...]


def _always(_: Expr) -> bool:
    return True


def contraction(e: Expr, into: Callable[[Expr], bool] = _always) -> Contraction:
    """e as one flat product with axes, nested einsums among the operands unfolded where `into` allows.

    A thing that is no einsum is a contraction of one operand. Labels are numbers, the result's first.
    """
    out = tuple(range(e.rank))
    coefficients: list[Expr] = []
    operands: list[Expr] = []
    labels: list[tuple[int, ...]] = []
    fresh = e.rank
    stack: list[tuple[Expr, tuple[int, ...]]] = [(e, out)]
    while stack:
        node, names = stack.pop()
        room = len(operands) + len(stack) + len(node.args) <= MAX_FACTORS
        if node.op == "einsum" and (node is e or (room and into(node))):
            table = dict(zip(node.attr[-1], names, strict=True))
            inner = []
            for operand, own in zip(node.args[1:], node.attr, strict=False):
                for label in own:
                    if label not in table:
                        table[label] = fresh
                        fresh += 1
                inner.append((operand, tuple(table[k] for k in own)))
            coefficients.append(node.args[0])
            stack.extend(reversed(inner))
        else:
            operands.append(node)
            labels.append(names)
    front = coefficients[0] if len(coefficients) == 1 else mul(*coefficients)
    return Contraction(front, tuple(operands), tuple(labels), out)


__all__ = ["MAX_FACTORS", "MAX_TERMS", "Contraction", "Product", "contraction", "factors", "split_number", "terms"]
