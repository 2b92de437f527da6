"""NumPy's reductions and scans along axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff import algebra, operators
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.operators import whole
from symdiff.protocols.arguments import expression, flag, one_axis, several_axes
from symdiff.protocols.arrays import flat


def _axes(e: Expr, axis: Any) -> tuple[int, ...]:
    return tuple(range(e.rank)) if axis is None else several_axes(e.rank, axis)


def reduced(name: str, e: Expr, axis: Any, keepdims: Any, **more: Any) -> Expr:
    """A function of the books over axes; over no axis the expression itself."""
    from symdiff.book import apply

    axes = _axes(e, axis)
    if not axes:
        return e
    return apply(name, (e,), axis=axes, **({"keepdims": True} if flag(keepdims, "keepdims") else {}), **more)


def _reduction(name: str) -> Callable[..., Expr]:
    def apply(a: Any, axis: Any = None, *, keepdims: bool = False) -> Expr:
        return reduced(name, expression(a), axis, keepdims)

    return apply


def _deviation(name: str) -> Callable[..., Expr]:
    """`var` and `std`; `ddof`, which NumPy also calls `correction`, is taken off the number of entries."""

    def apply(a: Any, axis: Any = None, *, ddof: Any = 0, correction: Any = 0, keepdims: bool = False) -> Expr:
        e = expression(a)
        if not _axes(e, axis):
            raise NotSupported(f"np.{name} over no axis")
        off = whole(ddof or correction, "ddof")
        return reduced(name, e, axis, keepdims, **({"ddof": off} if off else {}))

    return apply


def _ptp(a: Any, axis: Any = None, *, keepdims: bool = False) -> Expr:
    e = expression(a)
    return algebra.sub(reduced("max", e, axis, keepdims), reduced("min", e, axis, keepdims))


def _average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Expr:
    """The mean, or Σ w·a/Σ w with weights of the shape of `a`, or along one axis."""
    e = expression(a)
    if weights is None:
        return reduced("mean", e, axis, keepdims)
    w = expression(weights)
    if w.shape != e.shape:
        raise NotSupported("np.average with weights of another shape")
    total = reduced("sum", operators.times(e, w), axis, keepdims)
    return operators.over(total, reduced("sum", w, axis, keepdims))


def _cumulative(name: str) -> Callable[..., Expr]:
    def apply(a: Any, axis: Any = None) -> Expr:
        from symdiff.book import apply

        e = expression(a)
        if axis is None:
            e, axis = flat(e), 0
        return apply(name, (e,), axis=one_axis(e.rank, axis))

    return apply


REDUCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _reduction(name) for name in ("sum", "prod", "mean", "max", "min")},
    "amax": _reduction("max"),
    "amin": _reduction("min"),
    "var": _deviation("var"),
    "std": _deviation("std"),
    "ptp": _ptp,
    "average": _average,
    "cumsum": _cumulative("cumsum"),
    "cumprod": _cumulative("cumprod"),
}
