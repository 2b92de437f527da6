"""Functions that construction writes at once as products, pieces, reductions …: a closed table by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from symdiff import algebra
from symdiff.algebra import number
from symdiff.dims import Dim, product, show_shape, size
from symdiff.errors import NotSupported, ShapeError
from symdiff.expr import Expr, postorder

Builtin = Callable[..., Expr]
_DEGREE = 20  # the highest power in a size
_POWERS = 64  # the differential of X^k is written out as k products up to here


def size_of(e: Expr) -> Dim:
    """A scalar made of whole numbers and dimension names as a size or place; ShapeError for anything else."""
    made: dict[Expr, Dim] = {}
    for node in postorder(e):
        if node.op == "number" and isinstance(node.attr, int):
            made[node] = node.attr
        elif node.op == "symbol" and "dimension" in node.attr.properties:
            made[node] = size(node.attr.name)
        elif node.op == "add":
            made[node] = sum((made[a] for a in node.args[1:]), made[node.args[0]])
        elif node.op == "mul" and all(
            k.op == "number" and isinstance(k.attr, int) and 0 < k.attr <= _DEGREE for k in node.args[2::2]
        ):
            bases = [b for b, k in zip(node.args[1::2], node.args[2::2], strict=True) for _ in range(k.attr)]
            made[node] = product(made[b] for b in (node.args[0], *bases))
        else:
            raise ShapeError("a size is a whole number, a dimension, or made of these by + and *")
    return made[e]


def as_size(e: Expr) -> Dim:
    """The same, positive."""
    result = size_of(e)
    if isinstance(result, int) and result <= 0:
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


def _where(c: Expr, a: Expr, b: Expr) -> Expr:
    from symdiff.book.shapes import together

    return algebra.select(*together([c, a, b]))


def _matpow(x: Expr, k: Expr) -> Expr:
    """X^k; a negative power is one of the inverse, a square is a product."""
    if k.op != "number":
        return algebra.call("matpow", (x, k), (), x.shape)
    if k.attr == 0:
        return algebra.eye(x.shape[0])
    if k.attr < 0:
        from symdiff.book.apply import apply

        return _matpow(apply("inv", (x,)), number(-k.attr))
    if k.attr < 3:
        return x if k.attr == 1 else algebra.matmul(x, x)
    return algebra.call("matpow", (x, k), (), x.shape)


def _matpow_d(x: Expr, e: Expr, k: Expr) -> Expr:
    """The sum of X^i·E·X^(k-1-i)."""
    if k.op != "number" or not 0 < k.attr <= _POWERS:
        raise NotSupported(f"the differential of a matrix power needs an exponent from 1 to {_POWERS}")
    terms = []
    for i in range(k.attr):
        j = k.attr - 1 - i
        parts = [*_run(x, i), e, *_run(x, j)]
        labels = [(place, place + 1) for place in range(len(parts))]
        terms.append(algebra.einsum(algebra.ONE, parts, labels, (0, len(parts))))
    return algebra.add(*terms)


def _run(x: Expr, k: int) -> list[Expr]:
    """The factors of X^k inside a longer product."""
    return [x] * k if k < 3 else [_matpow(x, number(k))]


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


BUILTINS: dict[str, Builtin] = {
    "power": algebra.power,
    "sqrt": lambda x: algebra.power(x, number(Fraction(1, 2))),
    "sum": lambda x, axis=None: algebra.total(x, axis),
    "mean": lambda x, axis=None: algebra.mean(x, axis),
    "trace": algebra.trace,
    "transpose": algebra.transpose,
    "diag": algebra.diag,
    "dot": algebra.dot,
    "outer": algebra.outer,
    "kron": algebra.kron,
    "vec": algebra.vec,
    "max": _reduce("max"),
    "min": _reduce("min"),
    "prod": _reduce("prod"),
    "cumsum": _scan("cumsum"),
    "cumprod": _scan("cumprod"),
    "where": _where,
    "detach": algebra.stop,
    "matpow": _matpow,
    "matpow_d": _matpow_d,
    "reshape": lambda x, *sizes: algebra.reshape(x, _sizes(sizes)),
    "concat": _joined("concat"),
    "stack": _joined("stack"),
    "hstack": _hstack,
    "vstack": _vstack,
    "eye": lambda n: algebra.eye(as_size(n)),
    "ones": lambda *sizes: algebra.ones(_sizes(sizes)),
    "zeros": lambda *sizes: algebra.zeros(_sizes(sizes)),
}


def build(name: str, args: Iterable[Expr], keywords: dict[str, Any]) -> Expr:
    """What symdiff makes of a builtin; None as an axis means all."""
    return BUILTINS[name](*args, **keywords)

