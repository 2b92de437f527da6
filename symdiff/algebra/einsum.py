"""The one product with axes: matrix, inner, outer, Hadamard, transpose, trace, diagonal, sum, broadcast.

`einsum(coefficient, operands, labels, out)` multiplies operands entry by entry, axes of one label running together,
and sums over the labels that are not in `out`. It keeps the factors as written and normalises only structure.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from symdiff.algebra.build import mul, neg, power, scale, spread, unspread
from symdiff.algebra.entries import Slice, index
from symdiff.algebra.facts import is_skew, is_symmetric
from symdiff.algebra.leaves import ONE, Number, eye, is_constant, is_zero, number, ones, size_scalar, zeros
from symdiff.dims import Dim, Shape, show_shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr, make

Label = Hashable
Factor = tuple[Expr, tuple[Label, ...]]


def einsum(
    coefficient: Expr, operands: Iterable[Expr], labels: Iterable[Sequence[Label]], out: Sequence[Label]
) -> Expr:
    """The einsum of operands with these labels; rank-0 operands join the scalar coefficient.

    Raises ShapeError where one label runs over axes of different sizes, or a result label over none.
    """
    out = tuple(out)
    scalars = [coefficient]
    sizes: dict[Label, Dim] = {}
    factors = _absorb(operands, labels, scalars, sizes)
    reached = set(out)
    if len(reached) != len(out):
        raise ShapeError("an axis of the result is named twice")
    if not reached <= sizes.keys():
        raise ShapeError("an axis of the result runs over no factor")
    shape = tuple([sizes[label] for label in out])
    ops = {e.op for e, _ in factors}
    known = not _KNOWN.isdisjoint(ops)
    if (scalars != [ONE] and any(map(is_zero, scalars))) or (known and any(is_zero(e) for e, _ in factors)):
        return zeros(shape)
    if known:
        factors = _drop_identities(factors, out, sizes, scalars) if "constant" in ops else factors
        factors = _pick_entries(factors, out, scalars) if "index" in ops else factors
        if any(map(is_zero, scalars)) or any(is_zero(e) for e, _ in factors):
            return zeros(shape)
    factors, loose = _connected(_collect_equal(factors, reached), reached)
    while loose:  # what no axis of the result reaches is a scalar in front
        component, loose = _connected(loose, set(loose[0][1]))
        scalars.append(_finish(ONE, component, (), ()))
    return _finish(mul(*scalars) if len(scalars) > 1 else coefficient, factors, out, shape)


_KNOWN = frozenset({"constant", "index"})  # ops of zeros and ones, of the identity and its columns


def _absorb(
    operands: Iterable[Expr],
    labels: Iterable[Sequence[Label]],
    scalars: list[Expr],
    sizes: dict[Label, Dim],
) -> list[Factor]:
    """The factors, with transposes, scalings and structural einsums among the operands taken apart."""
    factors: list[Factor] = []
    for operand, names in zip(operands, labels, strict=True):
        names = tuple(names)
        if len(names) != len(operand.shape):
            raise ShapeError(f"{len(names)} labels for a {show_shape(operand.shape)}")
        for label, dim in zip(names, operand.shape, strict=True):
            known = sizes.setdefault(label, dim)
            if known is not dim and known != dim:
                raise ShapeError(f"one axis has the sizes {known} and {dim}")
        if not names:
            scalars.append(operand)
        elif operand.op == "einsum" and is_relabelling(operand):
            if operand.args[0] is not ONE:
                scalars.append(operand.args[0])
            table = dict(zip(operand.attr[-1], names, strict=True))
            for inner, inner_labels in zip(operand.args[1:], operand.attr, strict=False):
                factors.append((inner, tuple([table[k] for k in inner_labels])))
        else:
            factors.append((operand, names))
    return factors


def is_relabelling(e: Expr) -> bool:
    """Whether an einsum computes nothing: one operand besides eye and ones, no axis summed."""
    if len(e.args) > 2 and sum([not is_structural(operand) for operand in e.args[1:]]) > 1:
        return False
    return set().union(*e.attr[:-1]).issubset(e.attr[-1])


def is_structural(e: Expr) -> bool:
    return e.op == "constant" and e.attr in ("eye", "ones")


def _drop_identities(
    factors: list[Factor], out: tuple[Label, ...], sizes: dict[Label, Dim], scalars: list[Expr]
) -> list[Factor]:
    """Work out eye and ones: rename along summed eyes, drop ones beside a carrier, count lone summed axes."""
    if not any(is_structural(e) for e, _ in factors):
        return factors
    root: dict[Label, Label] = {}

    def find(label: Label) -> Label:
        while label in root:
            label = root[label]
        return label

    rank = {label: k for k, label in enumerate(out)}
    for e, labels in factors:
        if e.op == "constant" and e.attr == "eye":
            a, b = sorted(map(find, labels), key=lambda k: rank.get(k, len(out)))
            if a != b:
                root[b] = a
    kept = [(e, tuple(find(k) for k in labels)) for e, labels in factors if not is_structural(e)]
    kept += _ties(out, find, sizes)
    carried = {label for _, labels in kept for label in labels}
    spans = (find(label) for e, labels in factors if is_structural(e) for label in labels)
    bare = [label for label in dict.fromkeys(spans) if label not in carried]
    scalars += (size_scalar(sizes[label]) for label in bare if label not in rank)
    axes = sorted((label for label in bare if label in rank), key=rank.__getitem__)
    if axes:
        kept.append((ones(sizes[k] for k in axes), tuple(axes)))
    return kept


def _ties(out: tuple[Label, ...], find: Callable[[Label], Label], sizes: dict[Label, Dim]) -> list[Factor]:
    """An eye for each result axis that equals an earlier one."""
    first: dict[Label, Label] = {}
    pairs = [(first.setdefault(find(label), label), label) for label in out]
    return [(eye(sizes[one]), (one, other)) for one, other in pairs if one != other]


def _pick_entries(factors: list[Factor], out: tuple[Label, ...], scalars: list[Expr]) -> list[Factor]:
    """Beside a unit vector only one entry of the others counts: u'·e₃ is u[3], u ⊙ e₃ is u[3]·e₃."""
    for unit, own in [factor for factor in factors if is_unit(factor[0])]:
        label, place = own[0], next(item for item in unit.attr if not isinstance(item, Slice))
        kept: list[Factor] = []
        for e, labels in factors:
            if e is unit and labels == own:
                continue
            if label in labels:
                items = [place if k == label else Slice(0, n) for k, n in zip(labels, e.shape, strict=True)]
                e, labels = index(e, items), tuple(k for k in labels if k != label)
            if labels:
                kept.append((e, labels))
            else:
                scalars.append(e)
        factors = [*kept, (unit, own)] if label in out else kept
    return factors


def is_unit(e: Expr) -> bool:
    """Whether e is a column or row of the identity: `eye(n)[:, k]`."""
    return e.op == "index" and len(e.shape) == 1 and is_constant(e.args[0], "eye") and e.shape[0] == e.args[0].shape[0]


def _collect_equal(factors: list[Factor], out: set[Label]) -> list[Factor]:
    """Equal operands with equal labels, all of the result, as a power (x ⊙ x = x.^2)."""
    if len({e.args[0] if e.attr == "pow" else e for e, _ in factors}) == len(factors):
        return factors
    kept: list[Factor] = []
    found: dict[tuple[Expr, tuple[Label, ...], bool], tuple[int, Number]] = {}  # where, and the exponents so far
    for e, labels in factors:
        base, exponent = _power_of(e) if out.issuperset(labels) else (e, None)
        if exponent is None:
            kept.append((e, labels))
            continue
        key = (base, labels, exponent > 0)
        place, before = found.get(key, (len(kept), 0))
        found[key] = place, before + exponent
        if place == len(kept):
            kept.append((e, labels))
        else:
            kept[place] = (power(base, number(before + exponent)), labels)
    return kept


def _power_of(e: Expr) -> tuple[Expr, Number | None]:
    if e.op == "map" and e.attr == "pow":
        exponent = unspread(e.args[1])
        if exponent is not None and exponent.op == "number":
            return e.args[0], exponent.attr
        return e, None
    return (e, None) if is_structural(e) else (e, 1)


def _connected(factors: list[Factor], reached: set[Label]) -> tuple[list[Factor], list[Factor]]:
    """The factors that share a label with these, directly or through others; and the rest."""
    rest, before = factors, -1
    while rest and len(rest) != before:
        before, looked_at, rest = len(rest), rest, []
        for factor in looked_at:
            if reached.isdisjoint(factor[1]):
                rest.append(factor)
            else:
                reached.update(factor[1])
    return ([factor for factor in factors if not reached.isdisjoint(factor[1])] if rest else factors), rest


def _finish(coefficient: Expr, factors: list[Factor], out: tuple[Label, ...], shape: Shape) -> Expr:
    """The node itself: labels numbered by first appearance, identities unwrapped."""
    if not factors:
        return coefficient
    if len(factors) == 1:
        e, labels = factors[0]
        if labels == out:
            return spread(coefficient, shape) if is_constant(e, "ones") else scale(coefficient, e)
        if len(out) == 2 and labels == (out[1], out[0]):
            if is_symmetric(e):
                return scale(coefficient, e)
            if is_skew(e):
                return scale(neg(coefficient), e)
    numbers: dict[Label, int] = {}
    for _, labels in factors:
        for label in labels:
            if label not in numbers:
                numbers[label] = len(numbers)
    number_of = numbers.__getitem__
    attr = [tuple(map(number_of, labels)) for _, labels in (*factors, (None, out))]
    return make("einsum", (coefficient, *[e for e, _ in factors]), tuple(attr), shape)


def hadamard(*es: Expr) -> Expr:
    """The product element by element of things of one shape (of scalars their product)."""
    if not es[0].shape:
        return mul(*es)
    labels = tuple(range(len(es[0].shape)))
    return einsum(ONE, es, [labels] * len(es), labels)


def divide(a: Expr, b: Expr) -> Expr:
    """a / b element by element; b is a scalar or has the shape of a."""
    inverse = power(b, number(-1))
    if not b.shape:
        return scale(inverse, a)
    return hadamard(a, inverse) if a.shape else scale(a, inverse)
