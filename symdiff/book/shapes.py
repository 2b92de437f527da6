"""Arguments of a function: their kinds, the axes that are meant, the shape at which they meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.algebra import broadcast, is_integer, normal_axes, spread
from symdiff.book.builtins import as_size
from symdiff.book.entry import Entry, Kind, Param
from symdiff.dims import Dim, Shape, never_above, show_shape, substitute
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr

Axes = tuple[int, ...] | None


def together(args: Sequence[Expr]) -> list[Expr]:
    """The arguments at one shape: scalars spread, axes of literal length 1 broadcast."""
    shapes = {arg.shape for arg in args}
    if len(shapes) == 1:
        return list(args)
    target = common_shape(shapes)
    return [spread(arg, target) if not arg.shape else broadcast(arg, target) for arg in args]


def common_shape(shapes: set[Shape]) -> Shape:
    """NumPy's broadcasting of shapes; ShapeError names two that do not fit."""
    target: list[Dim] = []
    origin: list[Shape] = []
    for shape in sorted(shapes, key=len, reverse=True):
        if not target:
            target, origin = list(shape), [shape] * len(shape)
        offset = len(target) - len(shape)
        for k, dim in enumerate(shape, offset):
            if target[k] == 1:
                target[k], origin[k] = dim, shape
            elif dim not in (1, target[k]):
                raise ShapeError(f"shapes differ: {show_shape(origin[k])} and {show_shape(shape)}")
    return tuple(target)


def check_kinds(entry: Entry, args: Sequence[Expr]) -> dict[str, Dim]:
    """The sizes the kinds of an entry name; ShapeError says which argument is not of its kind."""
    sizes: dict[str, Dim] = {}
    if entry.elementwise:
        return sizes
    for param, arg in zip(entry.params, args, strict=False):
        if param.variadic:
            break
        if param.kind == "integer" and not is_integer(arg):
            name = arg.attr.name if arg.op == "symbol" else param.name
            raise NotSupported(
                f"{param.name} of {entry.name} has to be a whole number", hint=f"declare it: `{name}: integer`"
            )
        _fit(entry, param, arg.shape, sizes)
        if param.kind == "size" and entry.builtin is None:
            sizes[param.name] = as_size(arg)
    return sizes


def _fit(entry: Entry, param: Param, shape: Shape, sizes: dict[str, Dim]) -> None:
    kind = param.type
    wrong = not kind.takes(len(shape))
    if kind.word == "square" and not wrong:
        wrong = shape[0] != shape[1]
    before = dict(sizes)
    for name, dim in zip(kind.sizes, shape, strict=False):
        wrong = wrong or sizes.setdefault(name, int(name) if name.isdigit() else dim) != dim
    if wrong:
        raise ShapeError(f"{param.name} of {entry.name} is {_said(kind, before)}, not a {show_shape(shape)}")


def _said(kind: Kind, sizes: dict[str, Dim]) -> str:
    if kind.word == "square" or len(set(kind.sizes)) < len(kind.sizes):
        known = [str(sizes[s]) for s in kind.sizes if s in sizes]
        return f"a square matrix of {known[0]} rows" if known else "a square matrix"
    given = ", ".join(str(sizes.get(name, name)) for name in kind.sizes)
    return f"a {kind.word}({given})" if given else f"a {kind.said}"


def normal_axis(entry: Entry, arg: Expr, axis: Any) -> Axes:
    """The keyword `axis` as sorted axes ≥ 0, None where all are meant."""
    if axis is None:
        return None
    given = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    if not all(isinstance(k, int) and not isinstance(k, bool) for k in given):
        raise SymdiffError(f"axis of {entry.name} is a number or a list of numbers")
    axes = normal_axes(arg, given)
    return None if len(axes) == arg.rank else axes


def stated_shape(kind: Kind, sizes: dict[str, Dim]) -> Shape:
    """The shape a kind states, its sizes known."""
    from symdiff.syntax.declarations import read_size  # it reads what the books say of sizes, and is read by it

    shape = tuple(substitute(read_size(s), sizes) for s in kind.sizes)
    if any(never_above(dim, 0) for dim in shape):
        raise ShapeError(f"the sizes {', '.join(f'{k} = {v}' for k, v in sizes.items())} leave no {kind.word}")
    return shape
