"""Operators other than the run product: transposes, powers, quotients, sums, norms, comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symdiff import book
from symdiff.algebra import (
    ONE,
    ZERO,
    add,
    compare,
    divide,
    einsum,
    is_real,
    kron,
    logic,
    may_be_complex,
    mul,
    named,
    neg,
    number,
    power,
    transpose,
)
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.syntax.shapes import align, require_known, say_shape
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Orientation, Value

Values = Sequence[Value]
Trees = Sequence[Tree]


def negative(context: Context, value: Value, tree: Tree) -> Value:
    return Value(neg(value.expr), value.orientation, value.fill)


def transposed(context: Context, value: Value, tree: Tree) -> Value:
    """`x'`: a vector is written the other way, a matrix has its axes exchanged, a scalar is itself."""
    flipped: Orientation = "column" if value.orientation == "row" else "row"
    if value.fill is not None:
        return Value(value.expr, flipped if value.fill == "vector" else "column", value.fill)
    if value.rank == 0:
        return value
    if value.rank == 1:
        return Value(value.expr, flipped)
    if value.rank == 2:
        return Value(transpose(value.expr))
    raise context.error(
        f"{context.piece(tree)} is {say_shape(value)} and has no transpose",
        tree,
        hint='name the axes: `einsum("ijk->kji", T)`',
    )


def conjugate_transposed(context: Context, value: Value, tree: Tree) -> Value:
    """`A^H`, which for a real thing is the transpose."""
    if not is_real(value.expr):
        value = Value(book.apply("conj", (value.expr,)), value.orientation, value.fill)
    return transposed(context, value, tree)


def summed(context: Context, values: Values, trees: Trees) -> Value:
    """A sum of any number of terms."""
    if all(value.is_scalar for value in values):
        return Value(add(*(value.expr for value in values)))
    fills = {value.fill for value in values if value.fill is not None}
    if fills and all(value.fill or value.is_scalar for value in values):
        return _shapeless_sum(context, values, trees)
    exprs, orientation = align(context, values, trees)
    return Value(add(*exprs), orientation)


def _shapeless_sum(context: Context, values: Values, trees: Trees) -> Value:
    """`vector(1) + vector(c)`, `2*I - t*I`: of one kind, the shape still to come."""
    first = next(value for value in values if value.fill is not None)
    for value, tree in zip(values, trees, strict=True):
        same = value.fill == first.fill and value.orientation == first.orientation
        if not same and (value.fill is not None or first.fill == "eye"):
            require_known(context, value if value.fill else first, tree)
    return Value(add(*(value.expr for value in values)), first.orientation, first.fill)


def hadamard_product(context: Context, values: Values, trees: Trees) -> Value:
    """`a.*b.*c`: element by element; a scalar scales."""
    exprs, orientation = align(context, values, trees, keep_scalars=True, sign=".*")
    rank = max(e.rank for e in exprs)
    if rank == 0:
        return Value(mul(*exprs))
    labels = [tuple(range(rank)) if e.rank else () for e in exprs]
    return Value(einsum(ONE, exprs, labels, tuple(range(rank))), orientation)


def quotient(context: Context, values: Values, trees: Trees) -> Value:
    """`a/b`: by a scalar only."""
    (top, bottom), (above, below) = values, trees
    if not bottom.is_scalar:
        said = f"{context.piece(below)} is {say_shape(bottom)}: `/` divides by scalars only"
        a, b = context.plain(above), context.plain(below)
        matrix = f", or `{a}*inv({context.inner(below)})`" if bottom.rank == 2 else ""
        raise context.error(said, above, below, hint=f"write `{a}./{b}` (element by element){matrix}")
    return Value(divide(top.expr, bottom.expr), top.orientation, top.fill)


def dot_quotient(context: Context, values: Values, trees: Trees) -> Value:
    """`a./b`: element by element."""
    by_scalar = values[1].is_scalar
    exprs, orientation = align(context, values, trees, keep_scalars=by_scalar, sign="./")
    return Value(divide(*exprs), orientation)


def dot_power(context: Context, values: Values, trees: Trees) -> Value:
    """`a.^b`: element by element."""
    exprs, orientation = align(context, values, trees, keep_scalars=True, sign=".^")
    return Value(power(*exprs), orientation)


def kronecker(context: Context, values: Values, trees: Trees, name: str = "⊗") -> Value:
    """`A⊗B`; a column or a row is a matrix of one column or row, and of two columns or rows it is one."""
    for value, tree in zip(values, trees, strict=True):
        require_known(context, value, tree)
        if value.rank not in (1, 2):
            said = f"`{name}` takes matrices and vectors, and {context.piece(tree)} is {say_shape(value)}"
            raise context.error(said, tree)
    a, b = values
    both_rows = a.is_row and b.is_row
    return Value(kron(a.expr, b.expr, (a.is_row, b.is_row)), "row" if both_rows else "column")


def raised(context: Context, values: Values, trees: Trees, operator: str = "^") -> Value:
    """`a^b`: of scalars the power, of a square matrix the matrix power by a whole number."""
    (base, exponent), (below, above) = values, trees
    a, b = _base(context, below, above), context.plain(above)
    if not exponent.is_scalar:
        e, inner = context.piece(above), context.inner(above)
        hint = f"write `expm({inner})` or `exp({inner})`" if _is_e(base) else f"write `{a}.^{b}`"
        raise context.error(f"the exponent {e} is {say_shape(exponent)}, not a scalar", below, above, hint=hint)
    if base.is_scalar:
        return Value(power(base.expr, exponent.expr))
    if base.fill is not None:
        require_known(context, base, below)
    if operator == "**":
        raise context.error(
            f"`**` is for scalars and {context.piece(below)} is {say_shape(base)}",
            below,
            above,
            hint=f"write `{a}.^{b}` (element by element)" + f" or `{a}^{b}` (matrix power)" * (base.rank == 2),
        )
    if base.rank != 2:
        column = context.plain(below.children[0]) if base.is_row and below.kind == "transpose" else a
        products = f", `{column}'*{column}`" if base.rank == 1 and exponent.expr is number(2) else ""
        raise context.error(
            f"{context.piece(below)} is {say_shape(base)} and has no power",
            below,
            above,
            hint=f"write `{a}.^{b}` (element by element){products}",
        )
    return Value(_matrix_power(context, base, exponent.expr, below, above))


def _base(context: Context, below: Tree, above: Tree) -> str:
    """The base of a power in a mend; that of `sin²x` is `sin(x)`."""
    inside = below.kind == "call" and below.span and above.span and above.span[1] <= below.span[1]
    return f"{below.value[0]}({context.inner(below.children[0])})" if inside else context.plain(below)


def _is_e(value: Value) -> bool:
    return value.expr.op == "constant" and value.expr.attr == "e"


def _matrix_power(context: Context, base: Value, exponent: Expr, below: Tree, above: Tree) -> Expr:
    a, b = _base(context, below, above), context.plain(above)
    context.same_size(
        base.shape[0],
        base.shape[1],
        f"{context.piece(below)} is {say_shape(base)}: only a square matrix has powers",
        below,
        above,
        hint=f"write `{a}.^{b}` (element by element)",
    )
    if exponent is number(-1):
        return book.apply("inv", (base.expr,))
    return book.apply("matpow", (base.expr, exponent))


def absolute(context: Context, value: Value, tree: Tree) -> Value:
    """`|x|`: the absolute value; of a vector its Euclidean norm, with a notice."""
    if value.is_scalar:
        return Value(book.apply("abs", (value.expr,)))
    require_known(context, value, tree)
    if value.rank == 1:
        context.notice(f"|{context.piece(tree).strip('`')}| of a vector is read as the Euclidean norm")
        return Value(book.apply("norm2", (value.expr,)))
    a = context.inner(tree)
    raise context.error(
        f"bars around {context.piece(tree)}, {say_shape(value)}, can mean several things",
        tree,
        hint=f"write `det({a})`, `abs({a})` (element by element), or `‖{a}‖_F`",
    )


_NORMS = {None: "norm2", "1": "norm1", "2": "norm2", "F": "norm2", "inf": "norm_inf"}


def norm(context: Context, value: Value, tree: Tree, suffix: str | None, order: Value | None) -> Value:
    """`‖x‖` with its suffix; `order` is the value of a suffix p."""
    if value.is_scalar:
        return Value(book.apply("abs", (value.expr,)))
    require_known(context, value, tree)
    if value.rank == 2 and suffix != "F":
        a = context.inner(tree)
        raise context.error(
            f"which norm of the matrix {context.piece(tree)} is meant is not clear",
            tree,
            hint=f"write `‖{a}‖_F` (Frobenius) or `norm_spec({a})` (largest singular value)",
        )
    if order is None:
        return Value(book.apply(_NORMS[suffix], (value.expr,)))
    if not order.is_scalar:
        raise context.error(f"the order of a norm is a scalar, not {say_shape(order)}", tree)
    return Value(norm_of_order(context, value, order.expr, tree, {}))


def norm_of_order(context: Context, value: Value, order: Expr, tree: Tree, keywords: Mapping[str, Any]) -> Expr:
    """`norm(x, p)`: the orders 1, 2, oo and -oo by their own functions.

    Of a matrix these are norms of the matrix to some and of its entries to others: an error with the readings.
    """
    x = value.expr
    if order is ZERO:
        hint = f"to count what is not 0 write `sum(where({context.inner(tree)} != 0, 1, 0))`"
        raise context.error("the order 0 is no norm", tree, hint=hint, kind=NotSupported)
    own = next((name for known, name in _ORDERS.items() if order is known), None)
    if own is None:
        return book.apply("norm", (x, order), **keywords)
    if value.rank > 1 and keywords.get("axis") is None:
        a = context.inner(tree)
        readings = {"norm1": f"max(sum(abs({a}), axis=0))", "norm2": f"norm_spec({a})",
                    "norm_inf": f"max(sum(abs({a}), axis=1))", "min": f"min(sum(abs({a}), axis=1))"}  # fmt: skip
        entries = f"min(abs({a}))" if own == "min" else f"{own}({a})"
        said = f"this norm of the matrix {context.piece(tree)} can be meant in two ways"
        hint = f"write `{entries}` (of the entries) or `{readings[own]}`"
        raise context.error(said, tree, hint=hint, kind=NotSupported)  # no error of shapes: P is not made a scalar
    return book.apply(own, (book.apply("abs", (x,)) if own == "min" else x,), **keywords)


_OO = named("oo")
_ORDERS = {ONE: "norm1", number(2): "norm2", _OO: "norm_inf", neg(_OO): "min"}


def comparison(context: Context, values: Values, trees: Trees, operator: str) -> Value:
    """`a < b`, element by element."""
    for value, tree in zip(values, trees, strict=True):
        if operator not in ("==", "!=") and may_be_complex(value.expr):
            raise context.error(
                f"{context.piece(tree)} is complex, and complex numbers have no order",
                tree,
                hint="compare `abs(…)`",
                kind=NotSupported,
            )
    exprs, orientation = align(context, values, trees)
    return Value(compare(operator, *exprs), orientation)


def logical(context: Context, values: Values, trees: Trees, operator: str) -> Value:
    """`and`, `or`, `not` of conditions of one shape."""
    for value, tree in zip(values, trees, strict=True):
        if value.expr.op != "compare":
            raise context.error(f"`{operator}` joins comparisons, and {context.piece(tree)} is none", tree)
    exprs, orientation = align(context, values, trees)
    return Value(logic(operator, *exprs), orientation)
