"""Sums, maxima, norms … along axes as calls: `sum(A, axis=0)`, `mean(x)`, `max(A, axis=1, keepdims=True)`."""

from __future__ import annotations

from typing import NamedTuple

from symdiff.algebra import MINUS_ONE, ONE, einsum, is_constant, size_scalar, unspread
from symdiff.dims import product
from symdiff.expr import Expr
from symdiff.notation.write import axis_of, call
from symdiff.syntax.tree import Tree


class Reduction(NamedTuple):
    """coefficients · name(arguments) along axes of the first argument, the axes kept with length 1 or not."""

    name: str
    arguments: tuple[Expr, ...]
    axes: tuple[int, ...]
    coefficients: tuple[Expr, ...] = ()
    keepdims: bool | None = None

    @property
    def entries(self) -> Expr:
        """The number of entries each result is made of, as a scalar."""
        return size_scalar(product(self.arguments[0].shape[k] for k in self.axes))

    def write(self, name: str, arguments: list[Tree]) -> Tree:
        axis = axis_of(self.axes, self.arguments[0].rank)
        return call(name, *arguments, axis=axis, keepdims=self.keepdims)


def reduction(e: Expr) -> Reduction | None:
    """e as a reduction along some axes of what it is made of, or None."""
    if e.op == "reduce":
        return Reduction(e.attr[0], e.args, e.attr[1])
    if e.op == "call" and e.args[0].rank > e.rank:
        keywords = dict(e.attr[1])
        axes = keywords.pop("axis", None)
        return Reduction(e.attr[0], e.args, tuple(axes)) if axes is not None and not keywords else None
    if e.op != "einsum" or len(e.args) != 2:
        return None
    labels, out = e.attr
    if len(set(labels)) < len(labels) or len(out) == len(labels):
        return None
    if out != tuple(label for label in labels if label in out):
        return None
    axes = tuple(k for k, label in enumerate(labels) if label not in out)
    return Reduction("sum", e.args[1:], axes, e.args[:1])


def kept(e: Expr) -> Reduction | None:
    """A reduction with its axes put back with length 1."""
    if e.op != "einsum" or len(e.args) != 3 or set(e.args[2].shape) != {1}:
        return None
    return _repeated(e)


def _repeated(e: Expr) -> Reduction | None:
    """A reduction repeated along its axes, `keepdims=True` if they had length 1."""
    if e.op != "einsum" or len(e.args) != 3 or not is_constant(e.args[2], "ones"):
        return None
    labels, _, out = e.attr
    inner = reduction(e.args[1])
    if inner is None or labels != tuple(label for label in out if label in labels):
        return None
    if inner.axes != tuple(k for k, label in enumerate(out) if label not in labels):
        return None
    return inner._replace(coefficients=(e.args[0], *inner.coefficients), keepdims=True)


class Smaller(NamedTuple):
    """coefficient · part, the part a vector written as a row if `row`."""

    coefficient: Expr
    part: Expr
    row: bool = False


def smaller(e: Expr) -> Smaller | Reduction | None:
    """What may stand for e beside a thing of its full shape: a scalar, a row, a thing of fewer entries."""
    if not e.shape:
        return None
    scalar = unspread(e)
    if scalar is not None:
        return Smaller(ONE, scalar)
    if e.op != "einsum" or len(e.args) < 3 or not is_constant(e.args[-1], "ones"):
        return None
    *labels, fresh, out = e.attr
    if e.rank == 2 and fresh == out[:1]:
        return Smaller(e.args[0], einsum(ONE, e.args[1:-1], labels, out[1:]), row=True)
    if len(e.args) != 3:
        return None
    if stretched(e):
        return Smaller(e.args[0], e.args[1])
    return _repeated(e) if e.args[2].shape.count(1) < e.args[2].rank else None


def stretched(e: Expr) -> tuple[int, ...]:
    """The axes along which e repeats an operand that has length 1 there, or none."""
    if e.op != "einsum" or len(e.args) != 3 or e.args[1].rank != e.rank or not is_constant(e.args[2], "ones"):
        return ()
    labels, fresh, out = e.attr
    axes = tuple(k for k, label in enumerate(out) if label in fresh)
    for k, label in enumerate(labels):
        if k in axes:
            if e.args[1].shape[k] != 1 or label in out or labels.count(label) > 1:
                return ()
        elif label != out[k]:
            return ()
    return axes


def broadcasts(e: Expr) -> bool:
    """Whether something smaller may stand for e beside a thing of its full shape."""
    return smaller(e) is not None


def divisor(e: Expr) -> Expr | None:
    """b, where e is 1./b."""
    if e.op == "map" and e.attr == "pow" and unspread(e.args[1]) is MINUS_ONE:
        return e.args[0]
    return None
