"""The derivatives of a traced formula in numbers: one sweep backwards over its nodes, then the values of what it made.

Parts of an argument that stand in the formula are variables of their own, `x[3]`, `X[0, :]`; what is found for each is
added where it belongs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symdiff import algebra
from symdiff.algebra import ONE, Slice
from symdiff.calculus.adjoint import transpose
from symdiff.calculus.derive import collected
from symdiff.calculus.differential import differentials
from symdiff.calculus.sweep import partials
from symdiff.errors import SymdiffError
from symdiff.evaluation import Interpreter
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect_all, is_long


def products(f: Expr, wrt: Sequence[Expr], values: dict[str, Any], factors: Sequence[Any]) -> list[list[Any]]:
    """For each factor, an array of the shape of f, that times the Jacobian by each variable."""
    g = algebra.symbol("factor", f.shape)
    axes = range(f.rank)
    scalar = algebra.einsum(ONE, [g, f], [axes, axes], ()) if f.shape else f
    parts = _parts(f, wrt)
    named = {part: algebra.symbol(f"part {k}", part.shape) for k, part in enumerate(parts)}
    scalar = algebra.substitute(scalar, named)
    variables = [*wrt, *named.values()]
    found = _swept(scalar, variables)
    given = {**values, **{named[part].attr.name: values[part.args[0].attr.name][_items(part)] for part in parts}}
    results = []
    for factor in factors:
        at = _evaluated(found, {**given, "factor": factor} if f.shape else given)
        kind = complex if any(map(np.iscomplexobj, at)) else float
        gathered = {x: np.array(v, dtype=kind) for x, v in zip(wrt, at, strict=False)}
        for part, value in zip(parts, at[len(wrt) :], strict=True):
            gathered[part.args[0]][_items(part)] += value
        results.append([gathered[x] for x in wrt])
    return results


def _parts(f: Expr, wrt: Sequence[Expr]) -> list[Expr]:
    return [e for e in postorder(f) if e.op == "index" and e.args[0] in wrt]


def _items(part: Expr) -> tuple[Any, ...]:
    return tuple(
        slice(item.start, item.stop if item.stop >= 0 else None, item.step) if isinstance(item, Slice) else item
        for item in part.attr
    )


def _swept(f: Expr, wrt: Sequence[Expr]) -> list[Expr]:
    """The gradients, as they come: nobody reads them."""
    found = partials(f, wrt)
    if found is not None:
        return found
    long = is_long([f])
    leaves = [algebra.differential(x) for x in wrt]
    (program,) = differentials([f if long else collected(f, wrt)], dict(zip(wrt, leaves, strict=True)))
    swept = transpose(program, leaves, ONE)
    return swept if long else collect_all(swept)


def _evaluated(es: Sequence[Expr], values: dict[str, Any]) -> list[Any]:
    """The values: by code, or walking where there is too much to compile."""
    with np.errstate(all="ignore"):
        if not is_long(es):
            from symdiff.compiled import compile

            return list(compile(es)(**values))
        arrays = {name: np.asarray(v, dtype=complex if np.iscomplexobj(v) else float) for name, v in values.items()}
        run = Interpreter(_Quick(), arrays, {}, {}, principal=any(map(algebra.is_complex, es)))
        try:
            return [run.value(e) for e in es]
        except np.linalg.LinAlgError as error:
            raise SymdiffError(f"a function of a matrix has no value here ({error})") from error


class _Quick(Numeric):
    """Floats, with inverses as NumPy works them out, of any size."""

    def call(self, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        if name == "inv":
            return np.linalg.inv(args[0])
        if name == "adj" and (det := np.linalg.det(args[0])) != 0:
            return det * np.linalg.inv(args[0])
        return super().call(name, args, keywords)
