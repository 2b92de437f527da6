"""Which symbols an expression is made of, and what depends on which."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.expr import Expr, postorder


def symbols_of(*roots: Expr) -> tuple[Expr, ...]:
    """The symbols below the roots in order of first appearance, dimension names not counted."""
    return tuple(node for node in postorder(*roots) if node.op == "symbol" and "dimension" not in node.attr.properties)


def base_of(x: Expr) -> Expr | None:
    """The symbol that a variable is, or that it is an entry, a slice or vec of; None for what is no variable."""
    inner = x.args[0] if x.op == "index" or (x.op, x.attr) == ("reshape", "F") else x
    return inner if inner.op == "symbol" and "dimension" not in inner.attr.properties else None


_HIDES = frozenset({"stop", "compare", "differential"})


def applied_in(x: Expr) -> Expr | None:
    """The `q(t)`, `q'(t)` that a variable is, or is an entry or a slice of; None for any other variable."""
    inner = x.args[0] if x.op == "index" else x
    return inner if inner.op == "derivative" else None


class Dependence:
    """Which expressions depend on the variables, each node looked at once; what `detach` hides does not.

    Comparisons are constant: where they do not jump, they do not move.
    """

    def __init__(self, variables: Iterable[Expr]) -> None:
        self._known: dict[Expr, bool] = dict.fromkeys(variables, True)

    def __call__(self, e: Expr) -> bool:
        known = self._known
        stack = [] if e in known else [e]
        while stack:
            node = stack.pop()
            missing = [] if not node.args or node.op in _HIDES else [arg for arg in node.args if arg not in known]
            if missing:
                stack.append(node)
                stack += missing
            elif node not in known:
                known[node] = node.op not in _HIDES and True in [known[arg] for arg in node.args]
        return known[e]


def constant_in(e: Expr, *wrt: Expr) -> bool:
    """Whether e does not depend on these symbols (what `detach` hides does not count)."""
    return not any(node in wrt for node in postorder(e, into=lambda n: n.op != "stop"))


def is_closed(e: Expr) -> bool:
    """Whether an expression holds no names, in sizes neither, so that it has one value."""
    return not any(
        node.op in ("symbol", "derivative", "differential") or not all(isinstance(dim, int) for dim in node.shape)
        for node in postorder(e)
    )
