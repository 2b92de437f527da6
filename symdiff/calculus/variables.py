"""What a derivative is taken by: a symbol, entries or a slice of one, or vec of one; and directions of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdiff import algebra
from symdiff.algebra import ONE, Slice, base_of, index
from symdiff.dims import show_shape
from symdiff.errors import ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.show import unicode as show_unicode


def base_symbol(x: Expr) -> Expr:
    """The symbol a variable is, or is an entry, slice or vec of; SymdiffError for what is no variable."""
    base = base_of(x)
    if base is not None:
        return base
    if x.op == "symbol":
        raise SymdiffError(f"{x.attr.name} is the size of an axis: nothing is differentiated by it")
    raise SymdiffError(f"a derivative is taken by a variable or its entries, not by {show_unicode(x)[:60]}")


def seeds_of(wrt: Sequence[Expr], directions: Sequence[Expr]) -> Mapping[Expr, Expr]:
    """How the symbols move where each variable moves in its direction; of one moved twice both moves count.

    An entry that alone moves is listed too, so that it need not be picked out of its array's move.
    """
    bases = [base_symbol(x) for x in wrt]
    seeds: dict[Expr, Expr] = {}
    for x, base, v in zip(wrt, bases, directions, strict=True):
        if v.shape != x.shape:
            raise ShapeError(f"the direction is a {show_shape(x.shape)}, not a {show_shape(v.shape)}")
        move = _in_whole(x, v)
        seeds[base] = algebra.add(seeds[base], move) if base in seeds else move
    entries = zip(wrt, bases, directions, strict=True)
    return seeds | {x: v for x, base, v in entries if x is not base and bases.count(base) == 1}


def _in_whole(x: Expr, v: Expr) -> Expr:
    """The move of the whole symbol where the part x of it moves in the direction v."""
    if x.op == "symbol":
        return v
    if x.op != "index":
        raise SymdiffError(f"no direction of {show_unicode(x)[:60]}: take the derivative by the matrix itself")
    base = x.args[0]
    own = iter(range(base.rank, base.rank + v.rank))
    units = [index(algebra.eye(n), (Slice(0, n), item)) for n, item in zip(base.shape, x.attr, strict=True)]
    labels = [(k, next(own)) if isinstance(item, Slice) else (k,) for k, item in enumerate(x.attr)]
    moved = [label[1] for label in labels if len(label) == 2]
    scalar, operands = (v, units) if not v.shape else (ONE, [v, *units])
    return algebra.einsum(scalar, operands, [moved, *labels] if v.shape else labels, range(base.rank))
