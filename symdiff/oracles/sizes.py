"""Numbers for the dimension names: small and distinct ones, and some beyond every number they are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod

from symdiff import dims
from symdiff.algebra import Slice
from symdiff.algebra.entries import Item
from symdiff.errors import SymdiffError
from symdiff.evaluation import Point
from symdiff.evaluation.interpret import LARGEST
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import dims_of, size_choices
from symdiff.oracles.switches import Switch

Sizes = dict[str, int]
Place = tuple[Switch, tuple[object, ...]]

_BASE = (3, 4, 2, 5)
_COMBINATIONS = 3000


def assignments(exprs: Sequence[Expr], switches: Sequence[Switch]) -> tuple[list[Sizes], list[Place]]:
    """A few assignments that give every shape and entry, and the sides of switches between sizes that none reaches.

    The first is an ordinary one; then come others of another order, all lengths 4 and all 1 (where x*x' is no longer
    singular, and skew matrices are 0), larger than every place and length that is written, and on both sides of each
    switch.
    """
    nodes = postorder(*exprs)
    names = sorted(
        {*_dimensions(nodes), *(name for node in nodes for dim in dims_of(node) for name in dims.names(dim))}
    )
    written = sorted({abs(c) for node in nodes for dim in dims_of(node) for c in _constants(dim)} - {0})
    chosen = [choice for choice in size_choices(exprs, _BASE) if is_valid(choice, nodes)][:2]
    if not names:
        return chosen, []
    chosen += [choice for k in (4, 1) if is_valid(choice := dict.fromkeys(names, k), nodes) and choice not in chosen]
    compared = sorted({abs(c) for s in switches for c in _numbers(s)})
    pool = sorted({k for c in (*_BASE, *written, *compared) for k in range(c - 1, c + 3) if k > 0})
    if written and not any(min(choice.values()) > written[-1] for choice in chosen):
        chosen += [c for c in [{name: written[-1] + 1 + k for k, name in enumerate(names)}] if is_valid(c, nodes)]
    if not chosen:
        chosen += islice(_valid(names, pool, nodes), 1)
    wanted = [(switch, place) for switch in switches for place in switch.places(1)]
    for choice in (*chosen, *_valid(names, pool, nodes)) if wanted else ():
        there = {(switch, place) for switch, place in wanted if place in _sides(switch, choice)}
        if there:
            wanted = [w for w in wanted if w not in there]
            chosen += [] if choice in chosen else [choice]
        if not wanted:
            break
    return chosen, wanted


def _valid(names: Sequence[str], pool: Sequence[int], nodes: Iterable[Expr]) -> Iterator[Sizes]:
    """Assignments from a pool, small ones first."""
    most = max(2, int(_COMBINATIONS ** (1 / len(names))))
    taken = pool if len(pool) <= most else [*pool[: most // 2], *pool[-(most - most // 2) :]]
    for values in sorted(product(taken, repeat=len(names)), key=lambda v: (max(v), sum(v))):
        choice = dict(zip(names, values, strict=True))
        if is_valid(choice, nodes):
            yield choice


def is_valid(sizes: Mapping[str, int], nodes: Iterable[Expr]) -> bool:
    """Whether all lengths are positive and not too large, and all entries are there."""
    for node in nodes:
        shape = [dims.evaluate(dim, sizes) for dim in node.shape]
        free = [length for length, dim in zip(shape, node.shape, strict=True) if not isinstance(dim, int)]
        if free and (min(free) < 1 or prod(shape) > LARGEST):
            return False
        if node.op == "index":
            lengths = (dims.evaluate(dim, sizes) for dim in node.args[0].shape)
            for item, length in zip(node.attr, lengths, strict=False):
                places = _places(item, sizes)
                if not all(0 <= place < length for place in (*places[:1], *places[-1:])):
                    return False
    return True


def _places(item: Item, sizes: Mapping[str, int]) -> Sequence[int]:
    """The places of the entries that are picked."""
    if isinstance(item, Slice):
        return range(dims.evaluate(item.start, sizes), dims.evaluate(item.stop, sizes), item.step)
    return (dims.evaluate(item, sizes),)


def _sides(switch: Switch, sizes: Sizes) -> set[tuple[object, ...]]:
    try:
        read = Point({}, sizes).reader()
        return set(switch.sides(read(switch.left), read(switch.right)))
    except SymdiffError:
        return set()


def _dimensions(nodes: Iterable[Expr]) -> Iterator[str]:
    return (node.attr.name for node in nodes if node.op == "symbol" and "dimension" in node.attr.properties)


def _constants(dim: dims.Dim) -> Iterator[int]:
    return (int(c) for monomial, c in dims.terms(dim) if not monomial) if not isinstance(dim, int) else iter((dim,))


def _numbers(switch: Switch) -> Iterator[int]:
    for node in postorder(switch.left, switch.right):
        if node.op == "number" and abs(node.attr) < LARGEST:
            yield int(node.attr)
