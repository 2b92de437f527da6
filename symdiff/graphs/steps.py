"""An expression taken apart into the steps in which a person works it out: one operation, a few operands.

Nodes of expressions hold more than that, or less: `2*x'*x` is one product, `-x` in a sum none. A step takes a number
off a product, multiplies arrays in pairs, divides one thing by another; what is only written round an operand (a
transpose, a scalar spread over a shape, a comparison) belongs to the step that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from symdiff.algebra import (
    ONE,
    add,
    einsum,
    is_constant,
    mul,
    neg,
    number,
    plain,
    power,
    reshape,
    scale,
    split_number,
    substitute_all,
    symbols_of,
    unspread,
)
from symdiff.algebra.rebuild import rebuild
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder
from symdiff.notation import to_tree

_SHORT = 12  # entries of a constant that is written inside a step


class Step(NamedTuple):
    """What a node is made of, and how; the operands are what `written` puts others in the places of."""

    operands: tuple[Expr, ...]
    args: Sequence[Expr]
    build: Callable[[Sequence[Expr]], Expr]

    def written(self, instead: Mapping[Expr, Expr]) -> Expr:
        """The step over other operands, of the same shapes."""
        return self.build(substitute_all(self.args, instead))


def step(e: Expr) -> Step:
    """The last step of working out e; a leaf has no operands. Raises NotSupported for a derivative not worked out."""
    if e.op == "differential":
        raise NotSupported("a derivative that is not worked out has no graph")
    if is_leaf(e):
        return Step((), (), lambda _: e)
    args, build = _taken_apart(e)
    return Step(_operands(args, e.op), args, build)


def is_leaf(e: Expr) -> bool:
    """Whether nothing is worked out here: a name, or what holds none."""
    return e.op == "symbol" or not _has_names(e)


_Parts = tuple[Sequence[Expr], Callable[[Sequence[Expr]], Expr]]


def _taken_apart(e: Expr) -> _Parts:
    if (inner := _averaged(e)) is not None:
        return [inner], lambda args: substitute_all([e], {inner: args[0]})[0]
    if e.op == "reshape" and e.args[0].op == "einsum" and to_tree(e).kind == "kron":
        return e.args[0].args, lambda args: reshape(rebuild(e.args[0], args), e.shape, e.attr)
    maker = {"add": _sum, "mul": _product, "einsum": _contraction}.get(e.op)
    return maker(e) if maker else (e.args, lambda args: rebuild(e, args))


def _averaged(e: Expr) -> Expr | None:
    """What a mean is of: a mean is one step, though it is a sum with a number in front."""
    sums = [arg for arg in (e, *e.args) if arg.op == "einsum" and len(arg.args) == 2 and arg.args[1].shape]
    if e.op not in ("mul", "einsum") or len(sums) != 1 or sums[0].args[1].op == "constant":
        return None
    tree = to_tree(e)
    return sums[0].args[1] if tree.kind == "call" and tree.value[0] == "mean" else None


def _sum(e: Expr) -> _Parts:
    """Terms: of one with a minus in front what is subtracted is the operand."""
    subtracted = [_sign(term) for term in e.args]
    args = [neg(term) if minus else term for term, minus in zip(e.args, subtracted, strict=True)]
    return args, lambda given: add(*(neg(a) if minus else a for a, minus in zip(given, subtracted, strict=True)))


def _sign(term: Expr) -> bool:
    """Whether a minus stands in front; numbers keep theirs."""
    value, rest = split_number(term)
    return value < 0 and rest is not ONE and unspread(rest) is not ONE


def _product(e: Expr) -> _Parts:
    """A product of scalars: a quotient, a number times something, a power, factors."""
    above, below = _parted(e)
    if below is not ONE:
        return [above, below], lambda args: mul(args[0], power(args[1], number(-1)))
    value, rest = split_number(e)
    if value != 1:
        return [rest], lambda args: mul(number(value), args[0])
    if len(e.args) == 3:
        return e.args[1:], lambda args: power(*args)
    factors = [power(e.args[k], e.args[k + 1]) for k in range(1, len(e.args), 2)]
    return factors, lambda args: mul(*args)


def _parted(e: Expr) -> tuple[Expr, Expr]:
    """A scalar as numerator and denominator, the latter 1 where no name is divided by."""
    if e.op != "mul":
        return e, ONE
    pairs = [(e.args[k], e.args[k + 1]) for k in range(1, len(e.args), 2)]
    below = [power(base, neg(p)) for base, p in pairs if _is_negative(p)]
    if not below:
        return e, ONE
    value = plain(e.args[0].attr)
    above, under = (value.numerator, value.denominator) if isinstance(value, (int, Fraction)) else (value, 1)
    rest = [power(base, p) for base, p in pairs if not _is_negative(p)]
    return mul(number(above), *rest), mul(number(under), *below)


def _is_negative(exponent: Expr) -> bool:
    return exponent.op == "number" and exponent.attr < 0


def _contraction(e: Expr) -> _Parts:
    """A product with axes: what stands in front by itself, then arrays in pairs; one of entries takes all at once."""
    coefficient, *operands = e.args
    labels, out = list(e.attr[:-1]), e.attr[-1]
    if all(is_constant(operand, "ones") for operand in operands) and not _is_summed(e):
        return e.args, lambda args: rebuild(e, args)  # a scalar at every entry
    if coefficient is not ONE:
        above, below = _parted(coefficient)
        if below is ONE or below.op == "number":
            whole = einsum(ONE, operands, labels, out)
            return [coefficient, whole], lambda args: scale(*args)
        whole = einsum(above, operands, labels, out)
        return [whole, below], lambda args: scale(power(args[1], number(-1)), args[0])
    real = [k for k, operand in enumerate(operands) if not is_constant(operand, "ones")]
    if len(real) <= 2 or all(set(label) <= set(out) for label in labels):
        return e.args, lambda args: rebuild(e, args)
    i, j, kept = _first_pair(operands, labels, out, real)
    inner = einsum(ONE, [operands[i], operands[j]], [labels[i], labels[j]], kept)
    others = [k for k in range(len(operands)) if k not in (i, j)]
    places = sorted([*others, i])  # the pair stands where its first factor stood
    names = [kept if k == i else labels[k] for k in places]
    args = [inner if k == i else operands[k] for k in places]
    return args, lambda given: einsum(ONE, given, names, out)


def _first_pair(
    operands: Sequence[Expr], labels: Sequence[Sequence[int]], out: Sequence[int], real: Sequence[int]
) -> tuple[int, int, tuple[int, ...]]:
    """Two factors to multiply first, and the labels of their product: with as few axes as can be.

    Among equals a product with a vector goes from the right, `A*(B*x)`, one of matrices from the left.
    """

    def kept(pair: tuple[int, int]) -> tuple[int, ...]:
        others = set(out).union(*(labels[k] for k in range(len(operands)) if k not in pair))
        both = dict.fromkeys([*labels[pair[0]], *labels[pair[1]]])
        return tuple(label for label in both if label in others)

    pairs = list(combinations(real, 2))
    joined = [pair for pair in pairs if set(labels[pair[0]]) & set(labels[pair[1]])] or pairs
    axes = min(len(kept(pair)) for pair in joined)
    best = [pair for pair in joined if len(kept(pair)) == axes]
    i, j = best[-1] if axes < 2 else best[0]
    return i, j, kept((i, j))


def _is_summed(e: Expr) -> bool:
    return not set().union(*e.attr[:-1]) <= set(e.attr[-1])


def _operands(args: Sequence[Expr], used_by: str) -> tuple[Expr, ...]:
    """What the arguments of a step are made of, each once: below what is written inside it."""
    found: dict[Expr, None] = {}
    stack = list(reversed(args))
    while stack:
        node = stack.pop()
        if not _has_names(node) and _is_short(node):
            continue
        if _is_inside(node, used_by):
            stack += reversed(node.args)
        else:
            found[node] = None
    return tuple(found)


def _is_inside(e: Expr, used_by: str) -> bool:
    """Whether it is written in the step that uses it."""
    if e.op == "einsum" and e.args[0] is ONE and not _is_summed(e):  # turned, or spread
        return sum(not is_constant(operand, "ones") for operand in e.args[1:]) == 1
    if e.op == "map" and e.attr == "pow" and used_by == "einsum":  # a quotient by entries
        exponent = unspread(e.args[1])
        return exponent is not None and _is_negative(exponent)
    if e.op == "join":
        return used_by == "join"
    return e.op == "compare" or (bool(e.shape) and e.op == "einsum" and unspread(e) is not None)


def _has_names(e: Expr) -> bool:
    return bool(symbols_of(e)) or any(node.op == "derivative" for node in postorder(e))


def _is_short(e: Expr) -> bool:
    """Whether a constant is written where it is used; a large one is a leaf."""
    return all(node.op != "constant" or node.attr in _PLAIN or _size(node) <= _SHORT for node in postorder(e))


_PLAIN = ("zeros", "ones", "eye", "pi", "e", "oo", "i")


def _size(e: Expr) -> int:
    size = 1
    for dim in e.shape:
        size *= dim if isinstance(dim, int) else 1
    return size
