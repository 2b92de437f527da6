"""Whether a derivative is right: `check`, on text and on expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symdiff.errors import SymdiffError
from symdiff.inputs import Declarations, Text, claimed_problem, is_list
from symdiff.syntax.calls import DIRECTIONAL

if TYPE_CHECKING:
    from symdiff.oracles import Verdict


def check(
    f: Text,
    wrt: Any,
    result: Any = None,
    kind: str = "grad",
    declarations: Declarations = None,
    *,
    v: Any = None,
    structure: str | None = None,
    **keywords: Any,
) -> Verdict:
    """Whether `result` is the derivative of `f`, by three oracles; left out, the one symdiff finds.

    `kind` is `grad`, `diff`, `jacobian`, `hessian`, `div`, `curl`, `laplacian`, or with `v` (a direction, or for `vjp`
    the factor in front) `jvp`, `vjp`, `hvp`. `structure` is that of `diff`: the oracles then move the variable within
    its structure. A list of variables takes a list of results where there is one for each, of a Hessian one of rows;
    of scalars also the one array of all. UnknownNameError for a name of the result that occurs neither in `f` nor in
    the declarations. `.mistake` of a wrong one says in words what was done wrong, where it is recognised.

    >>> check("x*y^2", ["x", "y"], ["y^2", "2*x*y"]).ok
    True
    >>> check("x'*A*x", "x", "2*A*v", "hvp", "A: symmetric(n)", v="v").ok
    True
    """
    from symdiff.oracles import check_each

    if (v is not None) != (kind in DIRECTIONAL):
        hint = f"write check(f, x, result, {kind!r}, v=…)" if v is None else f"`v` goes with {', '.join(DIRECTIONAL)}"
        raise SymdiffError(f"a {kind} is {'in a' if v is None else 'in no'} direction", hint=hint)
    claims = [] if result is None else _flat(result) if is_list(wrt) else [result]
    given = claimed_problem(f, wrt, claims, declarations, keywords, v, kind == "vjp")
    e, *rest = given.exprs
    directions, results = rest[: len(rest) - len(claims)], rest[len(rest) - len(claims) :]
    verdict = check_each(e, given.wrt, results, kind, structure, directions, given.given)
    if verdict.ok is not False or len(results) != 1 or structure or given.wrt[0].op != "symbol" or given.given:
        return verdict
    from symdiff.verification.claims import explained

    return explained(verdict, e, given.wrt[0], kind, results[0], result)


def _flat(results: Any) -> list[Any]:
    """A result, a list of results, or one of rows of results, in their order."""
    return [part for one in results for part in _flat(one)] if is_list(results) else [results]
