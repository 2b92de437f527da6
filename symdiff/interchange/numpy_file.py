"""Results as a file of NumPy functions, which say what they compute, of what shapes, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symdiff.algebra import Condition
from symdiff.compiled import compile
from symdiff.dims import show_shape
from symdiff.expr import Expr
from symdiff.show import condition_text

_LONG = 400  # characters of a formula that is stated


def function(result: Expr, name: str = "f", conditions: Sequence[Condition] = ()) -> str:
    """The source that computes a result, complete with what it uses, as a function of this name."""
    *before, body = compile(result).source.rstrip().split("\n\n\n")
    header, *lines = body.split("\n")
    count = next(k for k, line in enumerate(lines) if not line.startswith("    # "))
    told = [f"    # gives a {show_shape(result.shape)}", *(f"    # if {condition_text(c)}" for c in conditions)]
    header = header.replace("def f(", f"def {name}(", 1)
    return "\n\n\n".join([*before, "\n".join([header, *_stated(result), *lines[:count], *told, *lines[count:]])])


def _stated(result: Expr) -> list[str]:
    """The formula as the function's docstring, where it is one for people."""
    text = repr(result).replace("\\", "/").replace('"', "'")
    if len(text) > _LONG:
        return []
    first, *more = text.split("\n")
    return [f'    """{first}', *(f"    {line}" for line in more), '    """'] if more else [f'    """{first}"""']


def name_of(kind: str | None, label: str) -> str:
    """What the function of one of several results is called: `grad_x`, `hessian_x_y`."""
    words = re.findall(r"[A-Za-z0-9_]+", label.removeprefix("by "))
    return "_".join([kind or "d", *words]) if words else "f"
