"""`sd.graph`: the computational graph of an expression or a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.expr import Expr
from symdiff.graphs.nodes import Graph, graph_of
from symdiff.inputs import Declarations, is_list, problem
from symdiff.points import Values, problem_at, titled, values_of


def graph(
    f: Any,
    values: Values = None,
    wrt: str | Expr | Sequence[str | Expr] = (),
    declarations: Declarations = None,
    **keywords: Any,
) -> Graph:
    """The computational graph of f: the steps in which it is worked out, with the partial derivative on each edge.

    `values` are arrays by name, or text; with them every step, every partial and every adjoint has its number. The
    adjoints are the derivatives of the output (of the sum of its entries, if it has any) by each step, in the order of
    the sweep backwards; they go to the variables `wrt`, by default to all. Names that nothing declares have the shapes
    of their values. Raises SymdiffError for a name without a value, LimitError for more than `sd.limits.drawn` nodes.

    >>> g = graph("y = 2*x'*x", "x = [0, 1, 2, 3]")
    >>> print(g.table())
    step   node       value          partial derivatives          adjoint
    1      y = 2v₁    28             ∂y/∂v₁ = 2                   ȳ = 1
    2      v₁ = xᵀx   14             ∂v₁/∂x = 2x = [0, 2, 4, 6]   v̄₁ = 2ȳ = 2
    3      x          [0, 1, 2, 3]                                x̄ = 2v̄₁ x = [0, 4, 8, 12]
    ∂y/∂x = 4x
    >>> g.save("backward.svg")
    """
    known = values_of(values)
    name, body = titled(f) if isinstance(f, str) else (None, f)
    variables = list(wrt) if is_list(wrt) else [wrt]
    given = problem_at([body], known, variables, declarations, keywords, problem)
    (e,) = given.shown([*given.exprs])
    return graph_of(e, known if values is not None else None, given.wrt or None, name)
