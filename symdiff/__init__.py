"""symdiff: derivatives of scalars, vectors, matrices and tensors, with steps, checks, LaTeX and NumPy code.

    import symdiff as sd
    x, A = sd.declare("x: vector(n); A: matrix(n, n)")
    sd.grad(x.T @ A @ x, x)          # (A + A')*x

Every public name is listed in `__all__`. Names are loaded when first used: importing symdiff loads neither
NumPy nor the parser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__distribution__ = "symdiff-engine"  # by it every module knows that the package is ours: symdiff.distribution

try:
    from symdiff import methods as _methods
    from symdiff.bounds import limits
    from symdiff.errors import (
        AssumptionWarning,
        LimitError,
        MissingExtra,
        NotSupported,
        NoValue,
        ParseError,
        RuleError,
        ShapeError,
        SizeMismatch,
        SymdiffError,
        UnknownNameError,
    )
    from symdiff.expr import Expr
except ImportError as error:
    raise ImportError(
        f"a part of symdiff is missing or is that of another product of the same import name ({error}): install "
        f"{__distribution__} in an environment of its own, without the distribution 'symdiff'"
    ) from error

if TYPE_CHECKING:
    from symdiff.api import (
        conditions,
        derive,
        diff,
        differential,
        from_kronecker,
        grad,
        hessian,
        hvp,
        identify,
        jacobian,
        jvp,
        kronecker,
        relayout,
        vjp,
    )
    from symdiff.checking import check
    from symdiff.coding import compile
    from symdiff.compiled import Compiled
    from symdiff.derivation import Derivation, Step
    from symdiff.equations import equal, limit, solve
    from symdiff.exact import evaluate
    from symdiff.explanations import Explanation, explain
    from symdiff.expressions import (
        collect,
        declare,
        detach,
        eq,
        expand,
        factor,
        matrix,
        ops,
        parse,
        same,
        scalar,
        simplify,
        substitute,
        tensor,
        vector,
    )
    from symdiff.graphs import Graph, graph
    from symdiff.interchange.json_reader import from_json
    from symdiff.interchange.json_writer import to_json
    from symdiff.interchange.minimizing import Objective, objective
    from symdiff.interchange.numpy_source import parse_numpy
    from symdiff.interchange.sympy_reader import from_sympy
    from symdiff.oracles import Verdict
    from symdiff.plots import Plot, plot
    from symdiff.rulebook import Book, RewriteRule, load_book, rewrite, rule
    from symdiff.solving.equation import Indeterminate, NoSolution
    from symdiff.solving.limits import Limit
    from symdiff.tracing import Trace, trace
    from symdiff.verification import Report, verify

__version__ = "0.1.0"

__all__ = [
    "AssumptionWarning",
    "Book",
    "Compiled",
    "Derivation",
    "Explanation",
    "Expr",
    "Graph",
    "Indeterminate",
    "Limit",
    "LimitError",
    "MissingExtra",
    "NoSolution",
    "NoValue",
    "NotSupported",
    "Objective",
    "ParseError",
    "Plot",
    "Report",
    "RewriteRule",
    "RuleError",
    "ShapeError",
    "SizeMismatch",
    "Step",
    "SymdiffError",
    "Trace",
    "UnknownNameError",
    "Verdict",
    "check",
    "collect",
    "compile",
    "conditions",
    "declare",
    "derive",
    "detach",
    "diff",
    "differential",
    "eq",
    "equal",
    "evaluate",
    "expand",
    "explain",
    "factor",
    "from_json",
    "from_kronecker",
    "from_sympy",
    "grad",
    "graph",
    "hessian",
    "hvp",
    "identify",
    "jacobian",
    "jvp",
    "kronecker",
    "limit",
    "limits",
    "load_book",
    "matrix",
    "objective",
    "ops",
    "parse",
    "parse_numpy",
    "plot",
    "relayout",
    "rewrite",
    "rule",
    "same",
    "scalar",
    "simplify",
    "solve",
    "substitute",
    "tensor",
    "to_json",
    "trace",
    "vector",
    "verify",
    "vjp",
]

_ELSEWHERE = dict.fromkeys(
    "collect declare detach eq expand factor matrix ops parse same scalar simplify substitute tensor vector".split(),
    "symdiff.expressions",
)
_ELSEWHERE |= {
    "Compiled": "symdiff.compiled",
    "check": "symdiff.checking",
    "compile": "symdiff.coding",
    "Verdict": "symdiff.oracles",
    "Report": "symdiff.verification",
    "verify": "symdiff.verification",
    "Derivation": "symdiff.derivation",
    "Step": "symdiff.derivation",
    "equal": "symdiff.equations",
    "from_json": "symdiff.interchange.json_reader",
    "from_sympy": "symdiff.interchange.sympy_reader",
    "to_json": "symdiff.interchange.json_writer",
    "parse_numpy": "symdiff.interchange.numpy_source",
    "Objective": "symdiff.interchange.minimizing",
    "objective": "symdiff.interchange.minimizing",
    "solve": "symdiff.equations",
    "limit": "symdiff.equations",
    "Limit": "symdiff.solving.limits",
    "Indeterminate": "symdiff.solving.equation",
    "NoSolution": "symdiff.solving.equation",
}
_ELSEWHERE["evaluate"] = "symdiff.exact"
_ELSEWHERE |= dict.fromkeys(["Explanation", "explain"], "symdiff.explanations")
_ELSEWHERE |= dict.fromkeys(["Graph", "graph"], "symdiff.graphs")
_ELSEWHERE |= dict.fromkeys(["Trace", "trace"], "symdiff.tracing")
_ELSEWHERE |= dict.fromkeys(["Plot", "plot"], "symdiff.plots")
_ELSEWHERE |= dict.fromkeys("Book RewriteRule load_book rewrite rule".split(), "symdiff.rulebook")

_methods.attach()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'symdiff' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_ELSEWHERE.get(name, "symdiff.api")), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext symdiff` calls: cells that begin with `%%symdiff` are lines of the calculator."""
    from symdiff.ipython import load

    load(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
