"""Functions of NumPy that move entries: done once with the values, and once with the numbers of their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff import protocols
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.tracing.arithmetic import expression, formula, mapped, raw, tracing
from symdiff.tracing.entries import constant, entries, folded
from symdiff.tracing.tape import Tape
from symdiff.tracing.traced import Traced, made

# which arguments hold entries, by place
MOVED: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        "transpose reshape ravel swapaxes moveaxis rollaxis expand_dims squeeze broadcast_to concatenate stack vstack "
        "hstack dstack column_stack row_stack block delete flip fliplr flipud rot90 roll tile repeat take "
        "take_along_axis split array_split hsplit vsplit dsplit diag diagonal diagflat tril triu pad resize copy "
        "sliding_window_view unstack permute_dims matrix_transpose linalg.matrix_transpose linalg.diagonal".split(),
        (0,),
    ),
    "append": (0, 1),
    "insert": (0, 2),
    "compress": (1,),
    "extract": (1,),
    "choose": (1,),
    **dict.fromkeys("broadcast_arrays meshgrid atleast_1d atleast_2d atleast_3d".split(), tuple(range(32))),
}
_DATA = frozenset("a arr array arrays x m v tup ary values choices".split())  # and those by name


class _Numbered:
    """Entries that have numbers from 1 on; 0 is what a function fills in by itself."""

    def __init__(self) -> None:
        self.sources: list[tuple[int, Any]] = []
        self.next = 1

    def number(self, value: Any) -> Any:
        start, size = self.next, int(np.size(value.value if isinstance(value, Traced) else value))
        self.sources.append((start, value))
        self.next += size
        shape = np.shape(value.value if isinstance(value, Traced) else value)
        numbers = np.arange(start, start + size).reshape(shape)
        return numbers if shape else numbers[()]

    def all(self, value: Any) -> Any:
        """Numbers in the places of the entries, in lists too."""
        if type(value) in (list, tuple):
            return type(value)([self.all(v) for v in value])
        return self.number(value)

    def cells(self) -> list[Expr | None]:
        found: list[Expr | None] = [None]
        for _, value in self.sources:
            found += entries(expression(value))
        return found


def moved(tape: Tape, name: str, function: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """What a function that moves entries gives: views where NumPy's are."""
    places, numbered = MOVED[name], _Numbered()
    if name == "pad":
        keywords = _padding(tape, args, keywords)
        args = args[:2]
    given = [a if k in places else mapped(a, Traced.fixed) for k, a in enumerate(args)]
    named = {k: v if k in _DATA else mapped(v, Traced.fixed) for k, v in keywords.items()}
    value = function(*raw(given), **raw(named))
    numbers = function(
        *[numbered.all(a) if k in places else a for k, a in enumerate(given)],
        **{k: numbered.all(v) if k in _DATA else v for k, v in named.items() if k != "constant_values"},
    )
    if type(value) in (tuple, list):
        return type(value)([_result(tape, numbered, v, n, None) for v, n in zip(value, numbers, strict=True)])
    return _result(tape, numbered, value, numbers, _written(function, given, named))


def _padding(tape: Tape, args: Sequence[Any], keywords: dict[str, Any]) -> dict[str, Any]:
    keywords = {**dict(zip(["mode"], args[2:], strict=False)), **keywords}
    mode = keywords.get("mode", "constant")
    if (
        mode not in ("constant", "edge", "reflect", "symmetric", "wrap")
        or tracing(keywords)
        or "reflect_type" in keywords
    ):
        raise tape.refuse(f"np.pad with {', '.join(f'{k}={v!r}' for k, v in keywords.items())} can't be followed")
    return keywords


def _written(function: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Expr | None:
    """The formula that `protocols` has of it, where it has one."""
    try:
        named = {k: formula(v) if tracing(v) is not None else v for k, v in keywords.items()}
        e = protocols.function(function, [formula(a) if tracing(a) is not None else a for a in args], named)
    except SymdiffError:
        return None
    return e if isinstance(e, Expr) else None


def _result(tape: Tape, numbered: _Numbered, value: Any, numbers: Any, e: Expr | None) -> Any:
    sources = [(start, s) for start, s in numbered.sources if isinstance(s, Traced)]
    for start, source in sources:
        if source.buffer is not None and isinstance(value, np.ndarray):
            if value is source.value:
                return source
            if np.may_share_memory(value, source.buffer.memory):
                return source.view(value, source.places.ravel()[numbers - start], None if source.is_constant else e)
    if all(source.is_constant for _, source in sources):
        return made(tape, value, None)
    return _gathered(tape, numbered, value, np.asarray(numbers)) if e is None else made(tape, value, e)


def _gathered(tape: Tape, numbered: _Numbered, value: Any, numbers: Any) -> Any:
    cells = numbered.cells()
    flat = np.asarray(value).ravel().tolist()
    picked = [cells[n] or constant(v) for n, v in zip(numbers.ravel().tolist(), flat, strict=True)]
    return made(tape, value, folded(picked, numbers.shape))


def added_at(tape: Tape, ufunc: Any, target: Any, places: Any, values: Any = None) -> None:
    """`np.add.at(a, places, b)`: one entry after the other."""
    if not isinstance(target, Traced) or target.buffer is None:
        raise tape.refuse(f"np.{ufunc.__name__}.at on an array that was not traced", "make it with np.zeros")
    table = np.arange(target.size).reshape(target.shape)[mapped(places, Traced.fixed)]
    flat: Any = np.ravel(target)
    if not np.may_share_memory(flat.value, target.value):
        raise tape.refuse(f"np.{ufunc.__name__}.at on an array that is not in one piece")
    given = () if values is None else (np.broadcast_to(values, table.shape),)
    for k, place in np.ndenumerate(table):
        flat[place] = ufunc(flat[place], *[g[k] for g in given])
