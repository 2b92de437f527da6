"""What is done for scalars, done element by element: a sum of arrays in the form its entries have.

Where all of a sum is made entry by entry of a few arrays, it is put in its best form as a sum of scalars, one for each
of these, and lifted again: 1./(1 + z.^2) - 2*z.^2./(1 + z.^2).^2 is (1 - z.^2)./(1 + z.^2).^2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from symdiff.algebra import Condition, Fact, facts, is_constant, mul, rebuild, symbol, unspread
from symdiff.expr import Expr, postorder
from symdiff.rewriting.collecting import collect
from symdiff.rewriting.factor import divides
from symdiff.rewriting.match import Env
from symdiff.rewriting.product import is_product, product
from symdiff.rewriting.rules import instantiate

_OPS = frozenset({"add", "map", "select", "compare"})


class _Conditions:
    """Hears of what rewritings assume."""

    def __init__(self) -> None:
        self.found: list[Condition] = []

    def rewrite(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...]) -> None:
        self.found += conditions


def by_elements(e: Expr, present: Callable[..., Expr]) -> tuple[Expr, tuple[Condition, ...]] | None:
    """A sum of arrays, or a quotient, in the form that `present` gives its entries, and what that assumes."""
    several = sum(map(_is_worth_it, e.args)) > 1 if e.op == "add" else _has_divisors(e)
    if not e.shape or not several or not _may_meet(e):
        return None
    arrays: dict[Expr, Expr] = {}
    entry = _entry(e, arrays)
    uses = Counter(arg for node in postorder(entry) for arg in node.args)
    if all(uses[s] < 2 for s in arrays.values()):
        return None  # nothing meets
    told = _Conditions()
    after = present(collect(entry, told), told)
    assumed = tuple(told.found)
    inside = postorder(after, *(arg for condition in assumed for arg in condition.args))
    env = Env({s: s for s in inside if s.op == "symbol"} | {s: array for array, s in arrays.items()}, {})
    lifted = instantiate(after, env, e.shape)
    return lifted, tuple(c._replace(args=tuple(instantiate(arg, env, ()) for arg in c.args)) for c in assumed)


def _may_meet(e: Expr) -> bool:
    """Whether something that e is made of entry by entry stands in two places."""
    inner = [node for node in postorder(e, into=lambda node: _is_by_elements(node, e)) if _is_by_elements(node, e)]
    uses = Counter(arg for node in inner for arg in node.args)
    return any(count > 1 and part.shape and unspread(part) is None for part, count in uses.items())


def _has_divisors(e: Expr) -> bool:
    """Whether e is a product element by element with several divisors, one of them a sum."""
    if e.op != "einsum" or not _is_by_elements(e, e):
        return False
    below = [f for f in product(e).factors if divides(f.exponent)]
    return len(below) > 1 and any(f.base.op == "add" for f in below)


def _is_worth_it(term: Expr) -> bool:
    return not is_constant(term, "ones") and (is_product(term) or term.op in ("map", "select"))


def _entry(e: Expr, arrays: dict[Expr, Expr]) -> Expr:
    """The entry of e, in symbols for those of the arrays it is made of, which are entered with theirs."""
    made: dict[Expr, Expr] = {}
    for node in postorder(e, into=lambda node: _is_by_elements(node, e)):
        if not node.shape:
            made[node] = node
        elif (scalar := unspread(node)) is not None:
            made[node] = scalar
        elif _is_by_elements(node, e):
            entries = [made[arg] for arg in node.args]
            made[node] = mul(*entries) if node.op == "einsum" else rebuild(node, entries)
        else:
            made[node] = arrays.setdefault(node, symbol(f"_{len(arrays)}", (), _properties(node)))
    return made[e]


def _is_by_elements(node: Expr, e: Expr) -> bool:
    """Whether an entry of a node of e's shape is made of the entries of its arguments at that place."""
    if node.shape != e.shape:
        return False
    if node.op == "einsum":
        whole = tuple(range(e.rank))
        return all(labels == whole for labels in node.attr)
    return node.op in _OPS


def _properties(array: Expr) -> set[str]:
    known = facts(array)
    found = {name for name, fact in (("positive", Fact.POSITIVE), ("integer", Fact.INTEGER)) if known & fact}
    return found if known & Fact.REAL else {"complex"}
