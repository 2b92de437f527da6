"""What functions of NumPy ask of names that are not declared: axes, and sizes that agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from symdiff.expr import Expr
from symdiff.interchange.numpy_kinds import Kinds

_MATRIX = (
    "linalg.inv linalg.det linalg.slogdet linalg.pinv linalg.cholesky linalg.eigvalsh linalg.svdvals linalg.svd "
    "linalg.matrix_power trace tril triu expm sqrtm logm"
).split()
_ARRAY = (
    "sum prod mean max min amax amin var std ptp average cumsum cumprod transpose ravel reshape diff flip roll diag "
    "count_nonzero append "
    "linalg.norm logsumexp softmax log_softmax squeeze shape size swapaxes moveaxis expand_dims broadcast_to len"
).split()
_AXES: dict[str, tuple[int | None, ...]] = {  # of each argument; None is some, by the name
    **dict.fromkeys(_MATRIX, (2,)),
    **dict.fromkeys(_ARRAY, (None,)),
    "linalg.solve": (2, None),
    "outer": (1, 1),
    "cross": (1, 1),
    "convolve": (1, 1),
    **dict.fromkeys(("dot", "inner", "vdot", "kron"), (None, None)),
}
_SQUARE = frozenset("linalg.inv linalg.det linalg.slogdet linalg.cholesky linalg.eigvalsh linalg.matrix_power trace "
                    "linalg.solve expm sqrtm logm".split())  # fmt: skip
_ALIKE = frozenset("add subtract less less_equal greater greater_equal equal not_equal".split())
_MEETING = _ALIKE | frozenset("multiply divide power where maximum minimum hypot arctan2 logaddexp remainder "
                              "logical_and logical_or clip float_power floor_divide".split())  # fmt: skip
_JOINING = frozenset("stack concatenate vstack hstack column_stack".split())
_SIZES = frozenset("eye identity ones zeros full arange".split())


def expect(kinds: Kinds, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """Ask of the arguments of a function what it asks of them."""
    for arg, rank in zip(args, _AXES.get(name, ()), strict=False):
        if isinstance(arg, Expr):
            kinds.want(arg, rank)
    if name in _JOINING and args and isinstance(args[0], (list, tuple)):
        parts = [part for part in args[0] if isinstance(part, Expr)]
        for part in parts:
            kinds.want(part)
        if name == "stack":
            kinds.meet(*parts, alike=True)
    arrays = [arg for arg in args if isinstance(arg, Expr)]
    axis = keywords.get("axis", args[1] if name in _ARRAY and len(args) > 1 and name != "reshape" else None)
    places = axis if isinstance(axis, tuple) else (axis,)
    if arrays and all(isinstance(k, int) for k in places):
        kinds.want(arrays[0], max(k + 1 if k >= 0 else -k for k in places))
    if name in _SQUARE and arrays and arrays[0].rank == 2:
        kinds.unite(*arrays[0].shape)
    if name in _MEETING and arrays:
        kinds.meet(*arrays, alike=name in _ALIKE)
    if len(arrays) == 2:
        _agree(kinds, name, *arrays)
    if name == "einsum" and args and isinstance(args[0], str):
        _einsum(kinds, args[0], args[1:])
    if name == "reshape" and arrays and arrays[0].rank == 1:
        wanted = args[1] if len(args) == 2 and isinstance(args[1], tuple) else args[1:]
        if wanted and all(type(n) is int and n >= 0 for n in wanted):
            kinds.unite(arrays[0].shape[0], prod(wanted))
    if name in _SIZES:
        for value in args[0] if args and isinstance(args[0], tuple) else args[:1]:
            if isinstance(value, Expr):
                kinds.length(value)


def _agree(kinds: Kinds, name: str, a: Expr, b: Expr) -> None:
    """The axes of two arrays that a function sums over, or solves with."""
    if name == "dot":
        contracted(kinds, a, b)
    elif name in ("inner", "vdot") and a.rank and b.rank:
        kinds.unite(a.shape[-1], b.shape[-1])
    elif name == "linalg.solve" and b.rank:
        kinds.unite(a.shape[-1], b.shape[0])


def contracted(kinds: Kinds, a: Expr, b: Expr) -> None:
    """The product of two arrays: the axis that is summed over is one."""
    if a.rank and b.rank:
        kinds.unite(a.shape[-1], b.shape[max(-2, -b.rank)])


def _einsum(kinds: Kinds, subscripts: str, operands: Sequence[Any]) -> None:
    """The axes that subscripts name."""
    parts = subscripts.replace(" ", "").partition("->")[0].split(",")
    if len(parts) != len(operands) or not all(isinstance(e, Expr) for e in operands):
        return
    lengths: dict[str, Any] = {}
    for part, e in zip(parts, operands, strict=True):
        kinds.want(e, len(part))
        for letter, dim in zip(part, e.shape, strict=False):
            kinds.unite(lengths.setdefault(letter, dim), dim)
