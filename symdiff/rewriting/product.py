"""Products with their factors taken apart: one view of `mul`, `einsum` and elementwise powers.

A factor is base^exponent along labels; a scalar factor has none. So multiplying, cancelling, matching and
factoring are the same work for scalars, for matrices and element by element.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from symdiff.algebra import (
    MINUS_ONE,
    ONE,
    einsum,
    is_constant,
    is_positive,
    is_zero,
    mul,
    neg,
    number,
    ones,
    power,
    split_number,
    unspread,
)
from symdiff.algebra.leaves import Number, times
from symdiff.dims import Dim
from symdiff.errors import LimitError
from symdiff.expr import Expr, postorder, recall, remember

Labels = tuple[int, ...]


class Factor(NamedTuple):
    """base^exponent (element by element) along labels; the exponent is a scalar."""

    base: Expr
    exponent: Expr
    labels: Labels

    @property
    def value(self) -> Expr:
        return self.base if self.exponent is ONE else power(self.base, self.exponent)


class Product(NamedTuple):
    """number · ∏ factors, summed over the labels that are not in `out`; `sizes` knows every label."""

    number: Number
    factors: list[Factor]
    out: Labels
    sizes: dict[int, Dim]

    def build(self) -> Expr:
        """The product as an expression."""
        scalars = [number(int(self.number) if self.number in (1, -1) else self.number)]
        scalars += [factor.value for factor in self.factors if not factor.labels]
        front = mul(*scalars) if len(scalars) > 1 else scalars[0]
        if not self.sizes:
            return front
        ranked = [factor for factor in self.factors if factor.labels]
        operands, labels = [factor.value for factor in ranked], [factor.labels for factor in ranked]
        bare = self.sizes.keys() - chain.from_iterable(labels)
        for label in filter(bare.__contains__, self.sizes):
            operands.append(ones((self.sizes[label],)))
            labels.append((label,))
        return einsum(front, operands, labels, self.out)

    def without(self, places: Iterable[int]) -> Product:
        """The product of the other factors, over the same labels."""
        gone = set(places)
        kept = [factor for k, factor in enumerate(self.factors) if k not in gone]
        return Product(self.number, kept, self.out, self.sizes)

    def trimmed(self) -> Product:
        """The same with the sizes of its own labels alone."""
        own = {*self.out, *chain.from_iterable(factor.labels for factor in self.factors)}
        return self._replace(sizes={label: dim for label, dim in self.sizes.items() if label in own})

    def fresh(self) -> int:
        """A label not in use."""
        return max(self.sizes, default=-1) + 1


def is_product(e: Expr) -> bool:
    """Whether `product` finds more than e itself in it."""
    return e.op == "mul" or e.op == "einsum" or (e.op == "map" and e.attr == "pow")


_OPEN = frozenset({"mul", "einsum", "select"})
_OPEN_WITH_AXES = _OPEN | {"add"}


def is_plain(e: Expr) -> bool:
    """Whether a product is of different factors that are neither products nor cases: nothing in it can meet.

    One with axes has no sums and no powers either.
    """
    if isinstance(e.args[0].attr, float):
        return False
    if e.op == "mul":
        bases = e.args[1::2]
        return len({*bases}) == len(bases) and _OPEN.isdisjoint([base.op for base in bases])
    if e.op != "einsum" or not _OPEN_WITH_AXES.isdisjoint([arg.op for arg in e.args]):
        return False
    placed = {*zip(e.args[1:], e.attr, strict=False)}
    return len(placed) == len(e.args) - 1 and "pow" not in [arg.attr for arg in e.args]


def product(e: Expr) -> Product:
    """The factors of e, one level deep: no nested product is opened. It is not to be changed."""
    op = e.op
    if op == "einsum":
        known: Product | None = recall(e, "product")
        if known is None:
            known = _of_einsum(e)
            remember(e, "product", known)
        return known
    if op == "mul":
        return Product(e.args[0].attr, _pairs(e), (), {})
    if op == "number":
        return Product(e.attr, [], (), {})
    out = tuple(range(len(e.shape)))
    sizes = dict(zip(out, e.shape, strict=True))
    if op == "constant" and e.attr == "ones":
        return Product(1, [], out, sizes)
    return Product(1, [_factor(e, out)], out, sizes)


def _pairs(e: Expr) -> list[Factor]:
    args = e.args
    return [Factor(args[k], args[k + 1], ()) for k in range(1, len(args), 2)]


def _of_einsum(e: Expr) -> Product:
    value: Number = 1
    factors: list[Factor] = []
    if e.args[0] is not ONE:
        value, scalar = split_number(e.args[0])
        if scalar is not ONE:
            factors = _pairs(scalar) if scalar.op == "mul" else [Factor(scalar, ONE, ())]
    sizes: dict[int, Dim] = {}
    for operand, labels in zip(e.args[1:], e.attr, strict=False):
        sizes.update(zip(labels, operand.shape, strict=True))
        if not is_constant(operand, "ones"):
            factors.append(_factor(operand, labels) if operand.op == "map" else Factor(operand, ONE, labels))
    return Product(value, factors, e.attr[-1], sizes)


def _factor(e: Expr, labels: Labels) -> Factor:
    """e as a factor; a power of something repeated along axes is a power along the others."""
    base, exponent = split_power(e) if e.op == "map" else (e, ONE)
    if exponent is ONE or base.op != "einsum":
        return Factor(base, exponent, labels)
    inner = product(base)
    carried = {label for factor in inner.factors for label in factor.labels}
    kept = [k for k, label in enumerate(inner.out) if label in carried]
    if not kept or len(kept) == len(inner.out):
        return Factor(base, exponent, labels)
    sizes = {label: dim for label, dim in inner.sizes.items() if label in carried}
    core = Product(inner.number, inner.factors, tuple(inner.out[k] for k in kept), sizes)
    return Factor(core.build(), exponent, tuple(labels[k] for k in kept))


def split_power(e: Expr) -> tuple[Expr, Expr]:
    """base and scalar exponent of an elementwise power; exponent 1 where there is none."""
    if e.op == "map" and e.attr == "pow":
        exponent = unspread(e.args[1])
        if exponent is not None:
            return e.args[0], exponent
    elif e.op == "mul" and len(e.args) == 3 and e.args[0] is ONE:
        return e.args[1], e.args[2]
    return e, ONE


def written_out(whole: Product, into: Callable[[Expr], bool]) -> Product:
    """The product with the nested products that `into` names written out; itself where there is none.

    So are scalar products in a denominator: c/(a*b) has the factors c, 1/a and 1/b.
    """

    def opens(factor: Factor) -> bool:
        over = factor.exponent is MINUS_ONE and factor.base.op == "mul" and not is_zero(factor.base.args[0])
        plain = factor.exponent is ONE or over
        return plain and _opens(factor) and into(factor.base)

    if not any(opens(factor) for factor in whole.factors if factor.base.args):
        return whole
    value, sizes = whole.number, dict(whole.sizes)
    fresh = whole.fresh()
    factors: list[Factor] = []
    stack = whole.factors[::-1]
    while stack:
        factor = stack.pop()
        if not opens(factor):
            factors.append(factor)
            continue
        inner = product(factor.base)
        table = dict(zip(inner.out, factor.labels, strict=True))
        for label, dim in inner.sizes.items():
            if label not in table:
                table[label] = fresh
                sizes[fresh] = dim
                fresh += 1
        if factor.exponent is ONE:
            value = times(value, inner.number)
            stack += (_moved(f, table) for f in reversed(inner.factors))
        else:
            value = times(value, power(number(inner.number), MINUS_ONE).attr)
            factors += (f._replace(exponent=neg(f.exponent)) for f in inner.factors)
    return Product(value, factors, whole.out, sizes)


def is_normal(e: Expr, whole: Product) -> bool:
    """Whether `whole`, the factors of e, would be built into e again."""
    if isinstance(whole.number, float) and abs(whole.number) == 1:
        return False
    if e.op == "einsum":
        operands = zip(e.args[1:], e.attr, strict=False)
        own = [labels for operand, labels in operands if not is_constant(operand, "ones")]
        return own == [factor.labels for factor in whole.factors if factor.labels]
    return all(factor.labels == whole.out for factor in whole.factors)


def opened(e: Expr, limit: int = 64) -> Product:
    """The factors of e with nested products written out, as far as about `limit` factors."""
    room = limit

    def into(nested: Expr) -> bool:
        nonlocal room
        room -= len(nested.args)
        return room >= 0

    return written_out(product(e), into)


def flattened(e: Expr) -> Expr:
    """e with nested products written out, as `opened` does it."""
    whole = opened(e)
    return e if whole is recall(e, "product") and is_normal(e, whole) else whole.build()


def open_factor(whole: Product, place: int) -> Product | None:
    """The product with the nested product (or whole power of one) at `place` written out, where it can be."""
    factor = whole.factors[place]
    if not _opens(factor) or not _is_whole(factor.exponent):
        return None
    inner = product(factor.base)
    try:
        raised = power(number(inner.number), factor.exponent)
    except LimitError:  # (2*x)^(10^9)
        return None
    if raised.op != "number" or not all(label in inner.out for label in inner.sizes):
        return None
    table = dict(zip(inner.out, factor.labels, strict=True))
    spliced = [_moved(f, table)._replace(exponent=mul(f.exponent, factor.exponent)) for f in inner.factors]
    kept = [*whole.factors[:place], *spliced, *whole.factors[place + 1 :]]
    return Product(times(whole.number, raised.attr), kept, whole.out, whole.sizes)


def powers_opened(e: Expr) -> Expr:
    """A product with whole powers of products in it as products of powers: (s*sqrt(T))^2 is s^2*T."""
    whole = opened(e)
    place = 0
    while place < len(whole.factors):
        inner = open_factor(whole, place)
        whole, place = (whole, place + 1) if inner is None else (inner, 0)
    return whole.build()


def _opens(factor: Factor) -> bool:
    """Whether a factor is a product that may stand written out: not an inner product, which is one scalar."""
    base = factor.base
    if base.op == "einsum":
        return bool(base.shape)
    return base.op == "mul" or (is_product(base) and product(base).factors[0].base is not base)


def _moved(factor: Factor, table: Mapping[int, int]) -> Factor:
    return factor._replace(labels=tuple(table[label] for label in factor.labels))


def _is_whole(e: Expr) -> bool:
    return e.op == "number" and isinstance(e.attr, int)


def roots_joined(e: Expr) -> Expr:
    """A scalar product with the roots of numbers and constants in it as one: sqrt(pi)*sqrt(2) is sqrt(2*pi)."""
    pairs = list(zip(e.args[1::2], e.args[2::2], strict=True)) if e.op == "mul" else []
    roots: dict[Expr, list[Expr]] = {}
    for base, exponent in pairs:
        if exponent.op == "number" and isinstance(exponent.attr, Fraction) and _is_plain_constant(base):
            roots.setdefault(exponent, []).append(base)
    several = {exponent: bases for exponent, bases in roots.items() if len(bases) > 1}
    if not several:
        return e
    others = [power(base, exponent) for base, exponent in pairs if base not in several.get(exponent, ())]
    return mul(e.args[0], *(root for exponent, bases in several.items() for root in _joined(bases, exponent)), *others)


def _joined(bases: Iterable[Expr], exponent: Expr) -> list[Expr]:
    """The roots of several constants as one: of a number alone where it is exact, of an equal constant a power."""
    whole = opened(mul(*bases))
    counts = Counter({factor.base: 0 for factor in whole.factors})
    for factor in whole.factors:
        counts[factor.base] += factor.exponent.attr
    exact = power(number(whole.number), exponent)
    alone = [power(base, number(count * exponent.attr)) for base, count in counts.items() if count != 1]
    inside = [base for base, count in counts.items() if count == 1]
    if exact.op == "number":
        alone.append(exact)
    else:
        inside.insert(0, number(whole.number))
    return [*alone, power(mul(ONE, *inside), exponent)] if inside else alone


def _is_plain_constant(e: Expr) -> bool:
    """Whether e is a positive number, a constant, or a product of such."""
    return all(part.op in ("number", "constant", "mul") for part in postorder(e)) and is_positive(e)
