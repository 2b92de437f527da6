"""What is written with bound indices: entries, sums and tensors over them, derivatives of entries and by them.

And derivatives by what functions give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdiff import algebra
from symdiff.algebra import Slice, index, named
from symdiff.dims import Dim, never_above
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.syntax.calls import derivative, derivative_operators
from symdiff.syntax.entries import Item, Window, to_dim
from symdiff.syntax.indices import Index, Range
from symdiff.syntax.pieces import Piece
from symdiff.syntax.shapes import require_known
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Derived, Value


def picked(context: Context, operand: Value, wanted: Sequence[Item], tree: Tree) -> Expr:
    """What bound indices pick; other entries and slices are taken before."""
    indices = context.indices
    array, at, own = indices.array_of(operand.expr)
    front = len(at) - len(own)
    whole = [Slice(0, dim) for dim in array.shape]
    items = [*wanted, *whole[front + len(wanted) :]]
    plain = [full if isinstance(item, Window) else item for full, item in zip(whole[front:], items, strict=True)]
    base = index(array, [*whole[:front], *plain])
    at, axes = at[:front], own[:0]
    kept = (item for item in items if isinstance(item, (Slice, Window)))
    for item, dim in zip(kept, base.shape[front:], strict=True):
        here: Dim = item.place if isinstance(item, Window) else 0
        width = item.width if isinstance(item, Window) else dim
        if width is not None:
            along = indices.new("", Range(0, width + -1))
            axes, here = (*axes, along), here + along.place
        at = (*at, here)
    return indices.pick(base, at, axes, context.piece(tree).strip("`"), tree.span)


def stated_range(context: Context, ends: Sequence[Value], trees: Sequence[Tree]) -> Range:
    """The range `1..p` of an index, both ends included."""
    for end, tree in zip(ends, trees, strict=True):
        if not end.is_scalar or end.expr is named("oo"):
            hint = "a sum without end is not supported" if end.is_scalar else None
            raise context.error(f"{context.piece(tree)} is no end of a range", tree, hint=hint)
    first, last = (to_dim(context, end.expr, tree) for end, tree in zip(ends, trees, strict=True))
    found = Range(first, last)
    if never_above(found.length, 0):
        raise context.error(f"no number lies in the range {first}..{last}", *trees)
    return found


def sum_over(context: Context, body: Value, bound: Sequence[Index], trees: Sequence[Tree]) -> Value:
    """`sum(i, sum(j, body))`: one einsum where the body is a product of entries."""
    require_known(context, body, trees[0])
    for each, tree in zip(bound, trees, strict=True):
        _require_use(context, body, each, tree, "write `n*(…)` for n equal terms")
    return Value(_ranged(context, body, bound, summed=True), body.orientation)


def tensor(context: Context, body: Value, bound: Sequence[Index], tree: Tree) -> Value:
    """`[i, k] -> body`: the tensor of these entries."""
    require_known(context, body, tree)
    for each in bound:
        _require_use(context, body, each, tree)
    return Value(_ranged(context, body, bound, summed=False))


def _require_use(context: Context, body: Value, bound: Index, tree: Tree, hint: str | None = None) -> None:
    if bound.range is None and not bound.limits and bound not in context.indices.open_in(body.expr):
        raise context.error(
            f"the index `{bound.name}` does not occur, so nothing says how far it runs", tree, hint=hint
        )


def _ranged(context: Context, body: Value, bound: Sequence[Index], summed: bool) -> Expr:
    """The sum or tensor. Where an index does not run over all of an axis, because what it picks is shifted, is said."""
    result = context.indices.bound(body.expr, bound, summed)
    for each in bound:
        if each.ends is None and not each.is_over_an_axis:
            first, last = each.values
            context.notice(f"the index {each.name} runs over {first}..{last}: there all entries are")
    return result


def by_entries(
    context: Context,
    name: str,
    operand: Value,
    wrt: Sequence[Value | list[Value]],
    tree: Tree,
    structure: str | None,
) -> Value:
    """A derivative of what depends on indices, by an entry, or both: `[i] -> diff(f, x[i])`.

    It is taken of the whole array and by the whole variable, whose axes the indices then pick.
    """
    single = [value.expr for value in wrt if isinstance(value, Value)]
    if len(single) < len(wrt):
        raise context.error(f"`{name}` with indices is by single variables", tree, kind=NotSupported)
    if name not in ("diff", "grad", "jacobian") or (name == "grad" and operand.rank):
        said = f"`{name}` with indices is supported only of entries and by entries"
        raise context.error(said, tree, hint="write it with `diff`", kind=NotSupported)
    indices = context.indices
    array, at, axes = indices.array_of(operand.expr)
    pieces = [indices.pieces.get(x) or Piece(x, tuple(i.place for i in own), own)
              for x in single for own in [indices.whole(x)]]  # fmt: skip
    by = tuple(piece.base for piece in pieces)
    for variable in by:
        if algebra.base_of(variable) is None or indices.is_index(variable):
            said = "a derivative is taken by a variable or its entries"
            raise context.error(said, tree, hint="write `diff(f, x[i])`")
    given = (array, by) if structure is None else (array, by, structure)
    made = derivative_operators["diff"](*given)
    assert isinstance(made, Expr)
    context.derived.append(Derived("diff", array, by))
    for piece in pieces:
        at, axes = at + piece.at, axes + piece.axes
    return Value(indices.pick(made, at, axes, context.piece(tree).strip("`"), tree.span))


def by_functions(
    context: Context,
    name: str,
    operand: Value,
    wrt: Sequence[Value | list[Value]],
    tree: Tree,
    structure: str | None,
    stand_in: Mapping[Expr, Expr],
) -> Value:
    """A derivative by `q(t)` or `q'(t)`: by a symbol in its place, that is put back."""

    def replaced(value: Value) -> Value:
        return value._replace(expr=algebra.substitute(value.expr, stand_in))

    before, moved = len(context.derived), replaced(operand)
    for symbol in stand_in.values():
        if symbol not in algebra.symbols_of(moved.expr):
            context.notice(f"`{symbol.attr.name}` does not occur in {context.piece(tree.children[0])}")
    by = [[replaced(v) for v in value] if isinstance(value, list) else replaced(value) for value in wrt]
    found = derivative(context, name, moved, by, tree, structure)
    back = {symbol: node for node, symbol in stand_in.items()}
    context.derived[before:] = [one.where(back) for one in context.derived[before:]]
    listed = tuple((tuple(algebra.substitute_all(xs, back)), algebra.substitute(e, back)) for xs, e in found.listed)
    return found._replace(expr=algebra.substitute(found.expr, back), listed=listed)
