"""NumPy's functions on traced values: the value by NumPy, the formula by `protocols`, or by moving entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff import algebra, operators, protocols
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.tracing import compositions, decided, linear_algebra, moves
from symdiff.tracing.arithmetic import expression, formula, mapped, raw, tracing
from symdiff.tracing.entries import entries, folded
from symdiff.tracing.tape import Tape
from symdiff.tracing.traced import Traced, made

_TRUTHS = frozenset({"logical_and", "logical_or", "logical_not"})
_LOGIC = {"bitwise_and": "logical_and", "bitwise_or": "logical_or", "invert": "logical_not", "bitwise_xor": "not_equal"}
_LIKE = frozenset({"zeros_like", "ones_like", "empty_like"})
_SMALL = 1000  # entries that are looked at one by one
_COUNTING = frozenset({"sum", "mean"})  # of truths
_FINITE = frozenset({"isnan", "isinf", "isfinite", "signbit"})  # what a neighbourhood shares, wherever it matters


def is_constant(value: Any) -> bool:
    """Whether nothing in it depends on the arguments."""
    moving: list[Traced] = []
    mapped(value, lambda t: None if t.is_constant else moving.append(t))
    return not moving


def ufunc(tape: Tape, ufunc: Any, method: str, inputs: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """A universal function of NumPy or SciPy."""
    out = keywords.pop("out", None)
    if out is not None:
        return _into(tape, out[0], ufunc if method == "__call__" else getattr(ufunc, method), inputs, keywords)
    _one_run(tape, (*inputs, keywords))
    if method == "at":
        return moves.added_at(tape, ufunc, *inputs)
    name = ufunc.__name__
    value = getattr(ufunc, method)(*raw(inputs), **raw(keywords))
    if is_constant(inputs):
        return _constants(tape, value)
    if name in _FINITE:
        return value
    if method in compositions.METHODS and not (method == "reduce" and name in compositions.PLAIN):
        return _valued(tape, value, compositions.METHODS[method](ufunc, *inputs, **keywords))
    if set(keywords) - {"axis", "keepdims", "dtype", "casting", "order", "subok", "axes"} or keywords.get("axes"):
        raise tape.refuse(f"np.{name} with {', '.join(keywords)} can't be followed")
    own = compositions.UFUNCS.get(name) if method == "__call__" else None
    if own is not None and (composed := own(*inputs)) is not None:
        return _valued(tape, value, composed)
    return _truths(tape, _called(tape, name, method, inputs, keywords, value))


def _called(tape: Tape, name: str, method: str, inputs: Any, keywords: dict[str, Any], value: Any) -> Any:
    if name in _LOGIC:
        if np.asarray(value).dtype != bool:
            raise tape.refuse(f"np.{name} of whole numbers can't be followed")
        name = _LOGIC[name]
    wanted = {k: v for k, v in keywords.items() if k in ("axis", "keepdims")}
    try:
        given = [_truth(v) if name in _TRUTHS else expression(v) for v in inputs]
        return made(tape, value, operators.bare(protocols.ufunc(name, method, given, raw(wanted))))
    except SymdiffError as error:
        raise tape.failing(error) from None


def _truth(value: Any) -> Expr:
    if isinstance(value, Traced):
        return operators.truth(value.expr)
    return expression(value)


def _truths(tape: Tape, result: Any) -> Any:
    """A comparison that was made is known to be true or false here."""
    if isinstance(result, Traced) and result.value_is_truth:
        tape.truths[result.expr] = result.value
    return result


def _into(tape: Tape, out: Any, function: Any, inputs: Any, keywords: Any) -> Any:
    """`out=`: a traced array takes the result."""
    if not isinstance(out, Traced):
        raise tape.refuse(
            "`out=` is an array that was not traced", "make it with np.zeros or np.empty in a function of your own"
        )
    out[...] = function(*inputs, **keywords)
    return out


def function(tape: Tape, function: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """A function of NumPy: one of its own kinds here, or what `protocols` says of expressions."""
    name = f"{function.__module__.removeprefix('numpy').lstrip('.')}.{function.__name__}".lstrip(".")
    if name.startswith(("_", "lib.")):
        name = function.__name__
    out = keywords.get("out")
    if out is not None:
        return _into(tape, out, function, args, {k: v for k, v in keywords.items() if k != "out"})
    _one_run(tape, (*args, keywords))
    if name in compositions.IN_PLACE:
        return compositions.IN_PLACE[name](*args, **keywords)
    if name in moves.MOVED:
        return moves.moved(tape, name, function, args, keywords)
    if name in _LIKE:
        return _constants(tape, function(*raw(args), **raw(keywords)))
    if name in _COUNTING and args and isinstance(args[0], Traced) and args[0].value_is_truth:
        return function(args[0].decided(), *args[1:], **keywords)
    if name == "where" and len(args) == 1:
        name = "nonzero"
    if name in decided.DECIDED:
        return decided.DECIDED[name](*args, **keywords)
    value = function(*raw(args), **raw(keywords))
    if is_constant((args, keywords)):
        return _constants(tape, value)
    if name in compositions.REDUCED:
        args, keywords = compositions.plain(name, args, keywords)
    own = compositions.FUNCTIONS.get(name) or linear_algebra.FUNCTIONS.get(name)
    if own is not None and (composed := own(*args, **keywords)) is not None:
        return _valued(tape, value, composed)
    if name == "where" and (chosen := _chosen(value, *args)) is not None:
        return made(tape, value, chosen)
    try:
        found = protocols.function(function, *_formulas(name, args, keywords))
    except SymdiffError as error:
        raise tape.failing(error) from None
    return _zipped(tape, value, found)


def _formulas(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    keywords = {k: v for k, v in keywords.items() if k not in ("dtype", "initial") or v is not None}
    if name == "where":
        return [_truth(args[0]), *map(expression, args[1:])], {}
    return [_formula(a) for a in args], {k: _formula(v) for k, v in keywords.items()}


def _formula(value: Any) -> Any:
    """The expression of what is traced, also in lists; options as they are."""
    return formula(value) if tracing(value) is not None else value


def _chosen(value: Any, condition: Any, x: Any, y: Any) -> Expr | None:
    """A choice entry by entry: by truths that are constants, or beside numbers, which stay on their side."""
    plain = not isinstance(condition, Traced) or condition.is_constant
    sides = () if plain else condition.expr.args
    if value.size > _SMALL or np.shape(condition) != np.shape(value):
        return None
    if not plain and (condition.expr.attr not in algebra.COMPARISONS or all(side.op != "join" for side in sides)):
        return None
    truths = np.asarray(raw(condition), dtype=bool).ravel().tolist()
    branches = zip(*(entries(algebra.broadcast(expression(branch), value.shape)) for branch in (x, y)), strict=True)
    pairs: Any = [(algebra.ONE, algebra.ONE)] * len(truths) if plain else zip(*map(entries, sides), strict=True)
    cells = [
        (p if true else q)
        if a.op == b.op == "number"
        else algebra.select(algebra.compare(condition.expr.attr, a, b), p, q)
        for true, (a, b), (p, q) in zip(truths, pairs, branches, strict=True)
    ]
    return folded(cells, value.shape)


def _zipped(tape: Tape, value: Any, e: Any) -> Any:
    if isinstance(value, tuple) and isinstance(e, tuple):
        return type(value)(*[made(tape, v, x) for v, x in zip(value, e, strict=True)])
    return made(tape, value, operators.bare(e)) if isinstance(e, (Expr, operators.Row)) else value


def _valued(tape: Tape, value: Any, composed: Any) -> Any:
    """NumPy's own value with the formula of one that was composed: the last digits may differ."""
    if isinstance(value, tuple):
        return tuple(_valued(tape, v, c) for v, c in zip(value, composed, strict=True))
    return made(tape, value, expression(composed))


def _constants(tape: Tape, value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufc":
        return made(tape, value, None)
    if type(value) in (tuple, list):
        return type(value)([_constants(tape, v) for v in value])
    return value


def _one_run(tape: Tape, given: Any) -> None:
    def check(t: Traced) -> None:
        if t.tape is not tape:
            raise tape.refuse("this value was traced in another run", "keep no values from one run to the next")

    mapped(given, check)
