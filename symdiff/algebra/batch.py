"""An expression for all values of indices at once: what `[i] -> f(x[i])` and `sum(i, f(x[i]))` are as arrays.

In the expression symbols stand for what depends on the indices. Each node becomes an array with an axis for each index
below it, beside its own axes; where they stand is what the arrays it is made of have, so nothing is turned for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from symdiff.algebra.build import add, call, power, spread
from symdiff.algebra.einsum import einsum
from symdiff.algebra.entries import Slice, index
from symdiff.algebra.facts import is_real
from symdiff.algebra.leaves import ONE, TWO, array, ones, size_scalar
from symdiff.algebra.products import permute
from symdiff.algebra.rebuild import rebuild
from symdiff.algebra.structure import is_entrywise, join, reduce_axes, reshape, scan
from symdiff.dims import Dim, Shape
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder, recall, worked_out

Label = Hashable
_LITERAL = 10  # a ramp as long as this is written out


def is_bound(e: Expr) -> bool:
    """Whether a symbol stands in e for what depends on an index; such symbols are called `@…`, as no text can."""
    return bool(worked_out(e, "bound", _holds_bound))


def _holds_bound(e: Expr) -> bool:
    if e.op == "symbol":
        return bool(e.attr.name.startswith("@"))
    return any(recall(a, "bound") for a in e.args)


class Batch(NamedTuple):
    """An array, and what runs along each of its axes: an index, or the k-th own axis of what the array is of."""

    array: Expr
    labels: tuple[Label, ...]

    @property
    def indices(self) -> tuple[Label, ...]:
        return tuple(label for label in self.labels if not isinstance(label, int))

    def position(self, own: int) -> int:
        """Where an own axis stands."""
        return self.labels.index(own)


def whole(e: Expr) -> Batch:
    """What depends on no index."""
    return Batch(e, tuple(range(e.rank)))


class _Product:
    """A product not built yet: over indices `free`, over labels for its own axes, and over others that are summed."""

    def __init__(self, scalars: list[Expr], own: Sequence[Label] = ()) -> None:
        self.scalars = scalars
        self.own = tuple(own)
        self.operands: list[Expr] = []
        self.labels: list[tuple[Label, ...]] = []
        self.free: dict[Label, None] = {}

    def take(self, part: Batch | _Product, own: Sequence[Label] = ()) -> None:
        """One more factor; `own` names its own axes. A product of scalars comes factor by factor."""
        if isinstance(part, Batch):
            self.operands.append(part.array)
            self.labels.append(tuple(own[k] if isinstance(k, int) else k for k in part.labels))
            self.free.update(dict.fromkeys(part.indices))
            return
        fresh: dict[Label, Label] = {label: object() for labels in part.labels for label in labels}
        fresh |= {label: label for label in part.free}
        self.scalars += part.scalars
        self.operands += part.operands
        self.labels += (tuple(fresh[label] for label in labels) for labels in part.labels)
        self.free.update(part.free)

    def build(self, out: Sequence[Label]) -> Expr:
        """The einsum over these labels; all others are summed."""
        none: list[tuple[Label, ...]] = [()] * len(self.scalars)
        return einsum(ONE, (*self.scalars, *self.operands), (*none, *self.labels), out)

    def built(self) -> Batch:
        """Over all indices and own axes, in the order in which they come."""
        kept = {**self.free, **dict.fromkeys(self.own)}
        out = [label for label in dict.fromkeys(k for labels in self.labels for k in labels) if label in kept]
        names: dict[Label, Label] = {label: k for k, label in enumerate(self.own)}
        return Batch(self.build(out), tuple(names.get(label, label) for label in out))


def ramp(start: Dim, count: Dim) -> Expr:
    """The whole numbers from `start` on as a vector."""
    if isinstance(count, int) and isinstance(start, int) and count <= _LITERAL:
        return array(list(range(start, start + count)))
    counted = scan("cumsum", ones((count,)), 0)
    return add(counted, spread(size_scalar(start + -1), (count,))) if start != 1 else counted


def contracted(e: Expr, given: Mapping[Expr, Batch], out: Sequence[Label], sizes: Mapping[Label, Dim]) -> Expr:
    """e over the indices `out`, then its own axes, summed over the other indices of `sizes`; a product as one einsum.

    NotSupported for functions that take no axes beside their own.
    """
    part = _Walk(e, given).part(e)
    if not isinstance(part, _Product):
        product = _Product([], [object() for _ in e.shape])
        product.take(part, product.own)
        part = product
    for label in sizes.keys() - part.free.keys():
        part.take(Batch(ones((sizes[label],)), (label,)))
    return part.build((*out, *part.own))


class _Walk:
    """The nodes that depend on an index, each as an array or as a product to be built."""

    def __init__(self, root: Expr, given: Mapping[Expr, Batch]) -> None:
        self.done: dict[Expr, Batch | _Product] = {}
        for node in postorder(root, into=is_bound):
            if node in given:
                self.done[node] = given[node]
            elif any(a in self.done for a in node.args):
                self.done[node] = _RULES.get(node.op, _refused)(self, node)

    def part(self, e: Expr) -> Batch | _Product:
        return self.done.get(e) or whole(e)

    def built(self, e: Expr) -> Batch:
        part = self.part(e)
        if isinstance(part, _Product):
            part = self.done[e] = part.built()
        return part

    def lifted(self, args: Sequence[Expr]) -> tuple[list[Expr], tuple[Label, ...]]:
        """The arguments, that have the same own axes, over all of their indices, in the order in which these come."""
        parts = [self.built(a) for a in args]
        longest = max(parts, key=lambda part: len(part.labels))  # the first of those that have most
        sizes = {label: dim for part in parts for label, dim in zip(part.labels, part.array.shape, strict=True)}
        order = tuple(dict.fromkeys((*longest.labels, *sizes)))
        return [_over(part, order, sizes) for part in parts], order


def _over(part: Batch, order: tuple[Label, ...], sizes: Mapping[Label, Dim]) -> Expr:
    """An array over all of these labels, repeated along those it does not have."""
    if part.labels == order:
        return part.array
    missing = tuple(label for label in order if label not in part.labels)
    repeated = ones(tuple(sizes[label] for label in missing))
    return einsum(ONE, (part.array, repeated), (part.labels, missing), order)


def _each(walk: _Walk, e: Expr) -> Batch:
    """What works entry by entry."""
    arrays, labels = walk.lifted(e.args)
    if e.op == "map" and e.attr == "pow":
        return Batch(power(*arrays), labels)
    if e.op == "add":  # of i + 1 the ramp i is a sum itself
        pairs = zip(e.args, arrays, strict=True)
        terms = (one.args if a.op == "symbol" and one.op == "add" else (one,) for a, one in pairs)
        return Batch(add(*(term for some in terms for term in some)), labels)
    return Batch(rebuild(e, arrays), labels)


def _multiplied(walk: _Walk, e: Expr) -> _Product:
    product = _Product([e.args[0]])
    for base, exponent in zip(e.args[1::2], e.args[2::2], strict=True):
        if base not in walk.done and exponent not in walk.done:
            product.scalars.append(power(base, exponent))
        elif exponent is ONE:
            product.take(walk.part(base))
        elif exponent is TWO and _is_norm(base):  # of rows as of one vector: ‖u‖² is u'*u, smooth at 0 too
            inner = walk.built(base.args[0])
            own = [object() for _ in base.args[0].shape]
            product.take(inner, own)
            product.take(inner, own)
        elif exponent not in walk.done:
            one = walk.built(base)
            product.take(Batch(power(one.array, exponent), one.labels))
        elif base not in walk.done:
            one = walk.built(exponent)
            product.take(Batch(power(base, one.array), one.labels))
        else:
            arrays, labels = walk.lifted((base, exponent))
            product.take(Batch(power(*arrays), labels))
    return product


def _is_norm(e: Expr) -> bool:
    """Whether e is the Euclidean norm of all entries of something real."""
    return e.op == "call" and e.attr == ("norm2", (("axis", None),)) and is_real(e.args[0])


def _contraction(walk: _Walk, e: Expr) -> _Product:
    own: dict[int, Label] = {k: object() for labels in e.attr for k in labels}
    product = _Product([], [own[k] for k in e.attr[-1]])
    if e.args[0] in walk.done:
        product.take(walk.part(e.args[0]))
    else:
        product.scalars.append(e.args[0])
    for operand, labels in zip(e.args[1:], e.attr, strict=False):
        product.take(walk.built(operand), [own[k] for k in labels])
    return product


def _without(part: Batch, gone: Iterable[int]) -> tuple[Label, ...]:
    """The labels where some own axes vanish."""
    dropped = set(gone)
    kept = sorted(k for k in part.labels if isinstance(k, int) and k not in dropped)
    return tuple(kept.index(k) if isinstance(k, int) else k for k in part.labels if k not in dropped)


def _called(walk: _Walk, e: Expr) -> Batch:
    """A function along axes: along its own."""
    name, keywords = e.attr
    first, *rest = e.args
    if "axis" not in dict(keywords) or not first.shape or any(a in walk.done for a in rest):
        raise NotSupported(f"`{name}` of what depends on an index is not supported")
    part = walk.built(first)
    axes = dict(keywords)["axis"]
    own = range(first.rank) if axes is None else axes
    along = tuple(sorted(part.position(k) for k in own))
    given = tuple((key, along if key == "axis" else value) for key, value in keywords)
    if e.rank == first.rank:
        shape: Shape = part.array.shape
        return Batch(call(name, (part.array, *rest), given, shape), part.labels)
    shape = tuple(dim for k, dim in enumerate(part.array.shape) if k not in along)
    return Batch(call(name, (part.array, *rest), given, shape), _without(part, own))


def _reduced(walk: _Walk, e: Expr) -> Batch:
    kind, axes = e.attr
    part = walk.built(e.args[0])
    along = tuple(sorted(part.position(k) for k in axes))
    return Batch(reduce_axes(kind, part.array, along), _without(part, axes))


def _scanned(walk: _Walk, e: Expr) -> Batch:
    kind, axis, reverse = e.attr
    part = walk.built(e.args[0])
    return Batch(scan(kind, part.array, part.position(axis), reverse), part.labels)


def _picked(walk: _Walk, e: Expr) -> Batch:
    part = walk.built(e.args[0])
    items = [e.attr[label] if isinstance(label, int) else Slice(0, dim)
             for label, dim in zip(part.labels, part.array.shape, strict=True)]  # fmt: skip
    single = [k for k, item in enumerate(e.attr) if not isinstance(item, Slice)]
    return Batch(index(part.array, items), _without(part, single))


def _reshaped(walk: _Walk, e: Expr) -> Batch:
    """With the indices in front of the own axes; by columns it is by rows of the axes reversed."""
    part = walk.built(e.args[0])
    order = (*part.indices, *range(e.args[0].rank)[:: 1 if e.attr == "C" else -1])
    inner = permute(part.array, [part.labels.index(label) for label in order])
    count = len(part.indices)
    shape = e.shape if e.attr == "C" else e.shape[::-1]
    made = reshape(inner, (*inner.shape[:count], *shape))
    return Batch(made, (*part.indices, *range(e.rank)[:: 1 if e.attr == "C" else -1]))


def _joined(walk: _Walk, e: Expr) -> Batch:
    kind, axis = e.attr
    arrays, labels = walk.lifted(e.args)
    if kind == "concat":
        return Batch(join(kind, arrays, labels.index(axis)), labels)
    place = labels.index(axis) if axis in labels else len(labels)
    moved = tuple(label + (label >= axis) if isinstance(label, int) else label for label in labels)
    return Batch(join(kind, arrays, place), (*moved[:place], axis, *moved[place:]))


def _applied(walk: _Walk, e: Expr) -> Batch:
    """A function that is only a name: of scalars that of each entry."""
    if not is_entrywise(e.attr[0]):
        raise NotSupported(f"`{e.attr[0].name}` of what depends on an index is not supported")
    return _each(walk, e)


def _refused(walk: _Walk, e: Expr) -> Batch:
    raise NotSupported("a differential of what depends on an index is not supported")


_RULES: dict[str, Callable[[_Walk, Expr], Batch | _Product]] = {
    **dict.fromkeys(("add", "map", "compare", "select", "stop"), _each),
    "derivative": _applied,
    "mul": _multiplied,
    "einsum": _contraction,
    "call": _called,
    "reduce": _reduced,
    "scan": _scanned,
    "index": _picked,
    "reshape": _reshaped,
    "join": _joined,
}
