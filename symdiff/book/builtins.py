"""Functions that construction writes at once as products, pieces, reductions …: a closed table by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from symdiff import algebra
from symdiff.algebra import ONE, fmap, is_zero, number, unspread
from symdiff.dims import Dim, Shape, is_whole, never_above, product, scaled, show_shape, size, smaller
from symdiff.errors import ShapeError
from symdiff.expr import Expr, postorder

Builtin = Callable[..., Expr]
_DEGREE = 20  # the highest power in a size


def size_of(e: Expr) -> Dim:
    """A scalar made of whole numbers and dimension names as a size or place; ShapeError for anything else."""
    made: dict[Expr, Dim] = {}
    for node in postorder(e):
        if node.op == "number" and isinstance(node.attr, (int, Fraction)):
            made[node] = node.attr if isinstance(node.attr, int) else scaled(1, node.attr)
        elif node.op == "symbol" and "dimension" in node.attr.properties:
            made[node] = size(node.attr.name)
        elif node.op == "add":
            made[node] = sum((made[a] for a in node.args[1:]), made[node.args[0]])
        elif node.op == "mul" and all(
            k.op == "number" and isinstance(k.attr, int) and 0 < k.attr <= _DEGREE for k in node.args[2::2]
        ):
            bases = [b for b, k in zip(node.args[1::2], node.args[2::2], strict=True) for _ in range(k.attr)]
            made[node] = product(made[b] for b in (node.args[0], *bases))
        elif node.op == "map" and node.attr == "min":
            made[node] = smaller(*(made[a] for a in node.args))
        else:
            raise ShapeError("a size is a whole number, a dimension, or made of these by +, * and min")
    if not is_whole(made[e]):
        raise ShapeError(f"a size is a whole number, and {made[e]} is none for every value of its names")
    return made[e]


def as_size(e: Expr) -> Dim:
    """The same, positive."""
    result = size_of(e)
    if never_above(result, 0):
        raise ShapeError(f"a size is positive, not {result}")
    return result


def _sizes(values: Iterable[Expr]) -> tuple[Dim, ...]:
    return tuple(as_size(v) for v in values)


def _one_axis(x: Expr, axis: tuple[int, ...] | None, name: str) -> int:
    axes = algebra.normal_axes(x, axis)
    if len(axes) != 1:
        raise ShapeError(f"{name} of a {show_shape(x.shape)} runs along one axis", hint="write `axis=0`")
    return axes[0]


def _reduce(kind: str) -> Builtin:
    return lambda x, axis=None: algebra.reduce_(kind, x, axis)


def _scan(kind: str) -> Builtin:
    return lambda x, axis=None, reverse=False: algebra.scan(kind, x, _one_axis(x, axis, kind), reverse)


def _unbiased(name: str) -> Builtin:
    """var and std divided by the number of entries less ddof."""

    def build(x: Expr, ddof: Expr, axis: tuple[int, ...] | None = None) -> Expr:
        from symdiff.book.apply import apply

        count = algebra.size_scalar(product(x.shape[k] for k in algebra.normal_axes(x, axis)))
        left = algebra.sub(count, ddof)
        if left.op == "number" and left.attr <= 0:
            raise ShapeError(f"{name} of {count} entries has none left to divide by with ddof={ddof}")
        factor = algebra.divide(count, left)
        power = ONE if name == "var" else number(Fraction(1, 2))
        return algebra.scale(algebra.power(factor, power), apply(name, [x], axis=axis))

    return build


def _exact(name: str) -> Builtin:
    def build(*args: Expr) -> Expr:
        from symdiff.book import exact  # not on the way to the first answer

        made: Expr = getattr(exact, name)(*args)
        return made

    return build


def _known(name: str, *axes: Callable[..., Dim]) -> Builtin:
    """A constant array of known entries, by the sizes it is given and the lengths of its axes."""

    def build(*sizes: Expr) -> Expr:
        lengths = _sizes(sizes)
        return algebra.call(name, tuple(map(algebra.size_scalar, lengths)), (), tuple(of(*lengths) for of in axes))

    return build


def _triangular(n: Dim) -> Dim:
    return scaled(n * (n + 1), Fraction(1, 2))


def _where(c: Expr, a: Expr, b: Expr) -> Expr:
    from symdiff.book.shapes import together

    return algebra.select(*together([c, a, b]))


def _log_base(x: Expr, b: Expr) -> Expr:
    """log(x)/log(b); log2 and log10 where they are meant, and 1 below the fraction where b is e."""
    scalar = unspread(b) if b.shape else b
    own = {number(2): "log2", number(10): "log10", algebra.named("e"): "log"}.get(scalar) if scalar else None
    return fmap(own, x) if own else algebra.divide(fmap("log", x), fmap("log", b))


def _bessel(name: str) -> Builtin:
    """A Bessel function; of a negative order that is a number, by that of the positive one (DLMF 10.4.1, 10.27.1)."""

    def build(n: Expr, x: Expr) -> Expr:
        order = unspread(n) if n.shape else n
        if order is None or order.op != "number" or not isinstance(order.attr, int) or order.attr >= 0:
            return fmap(name, n, x)
        found = fmap(name, algebra.neg(n), x)
        return algebra.neg(found) if name[-1] in "jy" and order.attr % 2 else found

    return build


def _inner(a: Expr, b: Expr) -> Expr:
    if a.shape != b.shape:
        raise ShapeError(f"inner takes two of one shape, not a {show_shape(a.shape)} and a {show_shape(b.shape)}")
    return algebra.dot(a, b) if a.rank == 1 else algebra.total(algebra.hadamard(a, b)) if a.rank else algebra.mul(a, b)


def _of_several(name: str) -> Builtin:
    """max(max(a, b), c) …"""
    return lambda *args: reduce(lambda a, b: fmap(name, a, b), args)


def _prod_others_d(x: Expr, e: Expr, axis: tuple[int, ...] | None = None) -> Expr:
    """The product rule once more: every entry sees a copy of x in which its own place holds 1."""
    axes = algebra.normal_axes(x, axis)
    own = tuple(range(x.rank))
    seen = tuple(x.rank + k if k in axes else k for k in own)
    every = (*own, *(seen[k] for k in axes))
    shape = (*x.shape, *(x.shape[k] for k in axes))
    all_ones = algebra.ones(shape)

    def repeated(part: Expr) -> Expr:
        return algebra.einsum(algebra.ONE, [part, all_ones], [seen, every], every)

    eyes = [algebra.eye(x.shape[k]) for k in axes]
    place = algebra.einsum(algebra.ONE, [*eyes, all_ones], [*((k, seen[k]) for k in axes), every], every)
    here = algebra.compare("==", place, all_ones)
    copies = algebra.select(here, all_ones, repeated(x))
    new = tuple(range(x.rank, len(every)))
    others = algebra.call("prod_others", (copies,), (("axis", new),), shape)
    elsewhere = algebra.sub(all_ones, place)
    return algebra.total(algebra.hadamard(others, elsewhere, repeated(e)), new)


def _cumprod_d(x: Expr, e: Expr, axis: Any = None, reverse: bool = False) -> Expr:
    """The product rule entry after entry: y[k] = x[k]*y[k-1] + e[k] times the product of those before."""
    from symdiff.book.apply import apply

    place = _one_axis(x, axis, "cumprod_d")
    before = _shifted(algebra.scan("cumprod", x, place, reverse), place, algebra.ones, not reverse)
    given = algebra.hadamard(before, e)
    if reverse:
        return apply("recurrence_back", [_shifted(x, place, algebra.zeros, True), given], axis=place)
    return apply("recurrence", [x, given], axis=place)


def _recurrence(name: str) -> Builtin:
    def build(a: Expr, b: Expr, axis: Any = None) -> Expr:
        place = _one_axis(a, axis, name)
        if b.shape[: a.rank] != a.shape:
            raise ShapeError(f"{name} of a {show_shape(a.shape)} and a {show_shape(b.shape)}")
        along = None if a.rank == 1 else (place,)
        return algebra.zeros(b.shape) if is_zero(b) else algebra.call(name, (a, b), (("axis", along),), b.shape)

    return build


def _recurrence_d(back: bool) -> Builtin:
    def build(a: Expr, b: Expr, e: Expr, axis: Any = None) -> Expr:
        from symdiff.book.apply import apply

        name = "recurrence_back" if back else "recurrence"
        place = _one_axis(a, axis, name)
        if e.shape != a.shape:
            raise ShapeError(f"a derivative of {name} by a {show_shape(a.shape)} along a {show_shape(e.shape)}")
        y = apply(name, [a, b], axis=place)
        y = y if back else _shifted(y, place, algebra.zeros, True)
        own, every = tuple(range(e.rank)), tuple(range(y.rank))  # axes that y has besides are behind
        moved = algebra.einsum(algebra.ONE, [e, y], [own, every], every)
        return apply(name, [a, _shifted(moved, place, algebra.zeros, False) if back else moved], axis=place)

    return build


def _shifted(x: Expr, axis: int, fill: Callable[[Shape], Expr], up: bool) -> Expr:
    """x with its entries one place further up an axis (or down), and `fill` in the place that is left."""
    n = x.shape[axis]
    lead = [algebra.Slice(0, size) for size in x.shape[:axis]]
    rest = algebra.index(x, [*lead, algebra.Slice(0, n - 1) if up else algebra.Slice(1, n)])
    edge = fill((*x.shape[:axis], 1, *x.shape[axis + 1 :]))
    return algebra.join("concat", [edge, rest] if up else [rest, edge], axis)


def _joined(kind: str) -> Builtin:
    def build(*parts: Expr, axis: Any = None) -> Expr:
        rank = parts[0].rank + (kind == "stack")
        axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis or 0,)
        if len(axes) != 1 or axes[0] not in range(-rank, rank):
            raise ShapeError(f"{kind} takes one axis from 0 to {rank - 1}")
        return algebra.join(kind, parts, axes[0] % rank)

    return build


def _vstack(*parts: Expr) -> Expr:
    """Vectors as rows, matrices below each other."""
    if all(p.rank == 1 for p in parts):
        return algebra.join("stack", parts, 0)
    rows = [p if p.rank > 1 else algebra.reshape(p, (1, *p.shape)) for p in parts]
    return algebra.join("concat", rows, 0)


def _hstack(*parts: Expr) -> Expr:
    """Vectors end to end, matrices beside each other."""
    return algebra.join("concat", parts, 0 if parts[0].rank == 1 else 1)


# A function of its own, by the vector whose entry or the matrix whose column it is.
_PICKED = {
    "eigvals": "eigval",
    "eigvecs": "eigvec",
    "svdvals": "svdval",
    "svd_left": "left_vector",
    "svd_right": "right_vector",
}


def _picked(name: str) -> Builtin:
    whole = next(whole for whole, single in _PICKED.items() if single == name)

    def build(x: Expr, k: Expr) -> Expr:
        from symdiff.book.apply import apply

        found = apply(whole, (x,))
        place = size_of(k)
        if isinstance(place, int) and place < 0:
            place = found.shape[-1] + place
        return algebra.index(found, [algebra.Slice(0, n) for n in found.shape[:-1]] + [place])

    return build


def picked_of(e: Expr) -> tuple[str, tuple[Expr, Expr]] | None:
    """The function whose value is one entry or column, an `index` node, with its arguments; None for others."""
    inner, (*rows, k) = e.args[0], e.attr
    if inner.op != "call" or inner.attr[0] not in _PICKED or isinstance(k, algebra.Slice):
        return None
    if any(row != algebra.Slice(0, n) for row, n in zip(rows, inner.shape, strict=False)):
        return None
    return _PICKED[inner.attr[0]], (inner.args[0], algebra.size_scalar(k))


BUILTINS: dict[str, Builtin] = {
    **{name: _picked(name) for name in _PICKED.values()},
    "power": algebra.power,
    "sqrt": lambda x: algebra.power(x, number(Fraction(1, 2))),
    "sum": lambda x, axis=None: algebra.total(x, axis),
    "mean": lambda x, axis=None: algebra.mean(x, axis),
    "trace": algebra.trace,
    "transpose": algebra.transpose,
    "diag": algebra.diag,
    "log_base": _log_base,
    **{name: _bessel(name) for name in ("besselj", "bessely", "besseli", "besselk")},
    **{name: _exact(name) for name in ("factorial", "binomial", "gcd", "lcm")},
    "max_of_several": _of_several("max"),
    "min_of_several": _of_several("min"),
    "dot": algebra.dot,
    "inner": _inner,
    "outer": algebra.outer,
    "kron": algebra.kron,
    "vec": algebra.vec,
    "duplication": _known("duplication", lambda n: n * n, _triangular),
    "elimination": _known("elimination", _triangular, lambda n: n * n),
    "conv_tensor": _known("conv_tensor", lambda m, n: m + n - 1, lambda m, n: m, lambda m, n: n),
    "var_less": _unbiased("var"),
    "std_less": _unbiased("std"),
    "max": _reduce("max"),
    "min": _reduce("min"),
    "prod": _reduce("prod"),
    "prod_others_d": _prod_others_d,
    "cumsum": _scan("cumsum"),
    "cumprod": _scan("cumprod"),
    "cumprod_d": _cumprod_d,
    "recurrence": _recurrence("recurrence"),
    "recurrence_back": _recurrence("recurrence_back"),
    "recurrence_d": _recurrence_d(back=False),
    "recurrence_back_d": _recurrence_d(back=True),
    **{name: partial(algebra.complex_part, name) for name in ("real", "imag", "conj", "arg")},
    "where": _where,
    "detach": algebra.stop,
    "matpow": algebra.matpow,
    "matpow_d": algebra.matpow_d,
    "reshape": lambda x, *sizes: algebra.reshape(x, _sizes(sizes)),
    "concat": _joined("concat"),
    "stack": _joined("stack"),
    "hstack": _hstack,
    "vstack": _vstack,
    "eye": lambda n: algebra.eye(as_size(n)),
    "commutation": lambda m, n: algebra.commutation(as_size(m), as_size(n)),
    "ones": lambda *sizes: algebra.ones(_sizes(sizes)),
    "zeros": lambda *sizes: algebra.zeros(_sizes(sizes)),
}


def build(name: str, args: Iterable[Expr], keywords: dict[str, Any]) -> Expr:
    """What symdiff makes of a builtin; None as an axis means all."""
    return BUILTINS[name](*args, **keywords)
