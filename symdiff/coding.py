"""Code for expressions: `compile`, on text and on expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdiff import algebra
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import Declarations, Text, as_expression, problem, scope_of, symbol_name

if TYPE_CHECKING:
    from symdiff.compiled import Compiled


def compile(
    e: Text | Sequence[Text],
    args: Sequence[Text] | None = None,
    backend: str = "numpy",
    declarations: Declarations = None,
    *,
    batch: bool | Text | Sequence[Text] | None = None,
    **keywords: Any,
) -> Compiled:
    """A function of arrays: positional in the order of `.args`, or by name. `.source` is the code that runs.

    A list of expressions gives one function with a tuple of values; shared work is done once. `args` may name arguments
    that do not occur; by name they may be left out of `args` and given all the same. Where every input is a scalar,
    arrays broadcast as in NumPy. `batch` names arguments (`True`: all) that have one axis more, in front: the function
    is mapped over it, and so has each value. `.source` needs NumPy alone.

    >>> compile("x'*y", batch="x")(x=[[1, 2], [3, 4], [5, 6]], y=[1, 1])
    array([ 3.,  7., 11.])
    """
    from symdiff.compiled import compile

    several = isinstance(e, (list, tuple))
    given = problem(list(e) if isinstance(e, (list, tuple)) else [e], (), declarations, keywords).worked_out()
    exprs = [given.shown(one) for one in given.exprs]
    if args is not None and not isinstance(args, (list, tuple)):
        raise SymdiffError("args are a list of names or symbols")
    declared = scope_of(declarations, keywords).symbols
    absent = {name: declared[name] for name in declared.keys() - {x.attr.name for x in algebra.symbols_of(*exprs)}}
    order = None if args is None else [_argument(arg, absent) for arg in args]
    over: bool | list[str | Expr] = bool(batch)
    if batch is not None and not isinstance(batch, bool):
        names = batch if isinstance(batch, (list, tuple, set, frozenset)) else [batch]
        over = [_argument(arg, absent) for arg in names]
    return compile(exprs if several else exprs[0], order, backend, over)


def _argument(arg: Any, absent: Mapping[str, Expr]) -> str | Expr:
    """An argument of code: the symbol, or where it occurs its name."""
    if not isinstance(arg, str):
        return as_expression(arg)
    name = symbol_name(arg)
    return absent.get(name, name)
