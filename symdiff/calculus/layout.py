"""Layouts: numerator, the axes of the function first, or denominator, those of the variable first.

`grad` gives the denominator layout, `diff` and `jacobian` the numerator layout; of a scalar, or by one, they are the
same.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import add, permute, terms
from symdiff.dims import show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr

LAYOUTS = ("numerator", "denominator")


def kind_in(kind: str, layout: str | None, f: Expr, wrt: Sequence[Expr]) -> str:
    """The kind of derivative that has the axes of this kind in a layout; without a layout the kind itself.

    SymdiffError for a word that is none of the two.
    """
    if layout is None:
        return kind
    require_layout(layout)
    if kind not in ("grad", "diff", "jacobian") or layout == layout_of(kind):
        return kind
    if len(wrt) > 1 and f.shape and any(x.shape for x in wrt):
        raise NotSupported("the denominator layout by several variables in turn", hint="take `grad` of `grad`")
    return "grad" if layout == "denominator" else "jacobian"


def require_layout(layout: str) -> None:
    if layout not in LAYOUTS:
        raise SymdiffError(f"unknown layout {layout!r}", hint=f"one of {' and '.join(LAYOUTS)}")


def layout_of(kind: str) -> str:
    """The layout of a kind of derivative as it is given."""
    return "denominator" if kind == "grad" else "numerator"


def axes_said(kind: str, f: Expr, wrt: Sequence[Expr]) -> str | None:
    """Which axes come first, of a derivative that has axes of both the function and its variables; else None."""
    named = " and ".join(dict.fromkeys(str(x) for x in wrt if x.shape))
    if not f.shape or not named or kind == "differential":
        return None
    order = ["the function", named] if layout_of(kind) == "numerator" else [named, "the function"]
    return f"axes: those of {order[0]}, then those of {order[1]} ({layout_of(kind)} layout)"


def relayout(derivative: Expr, f: Expr, x: Expr, to: str) -> Expr:
    """A derivative of f by x in the layout `to` from the one in the other; ShapeError where it has not its shape."""
    require_layout(to)
    first, second = (x, f) if to == "numerator" else (f, x)
    if derivative.shape != first.shape + second.shape:
        other = LAYOUTS[to == "numerator"]
        wanted, given = show_shape(first.shape + second.shape), show_shape(derivative.shape)
        raise ShapeError(f"the derivative in {other} layout is a {wanted}, not a {given}")
    return turned(derivative, first.rank)


def turned(derivative: Expr, lead: int) -> Expr:
    """The first `lead` axes put last."""
    order = [*range(lead, derivative.rank), *range(lead)]
    return add(*(permute(term, order) for term in terms(derivative))) if lead else derivative
