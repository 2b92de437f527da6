"""One strong checker, so that a test of a derivative is one line."""

from __future__ import annotations

import symdiff as sd
from symdiff.expr import Expr
from symdiff.inputs import problem
from symdiff.oracles.verdict import check

DERIVATIVES = {
    "grad": lambda f, x: sd.grad(f, x),
    "diff": lambda f, x: sd.diff(f, x),
    "jacobian": lambda f, x: sd.jacobian(f, x),
    "hessian": lambda f, x: sd.hessian(f, x),
}


def assert_derivative(
    text: str,
    wrt: str,
    let: str | None = None,
    kind: str = "grad",
    expect: str | None = None,
    sympy: bool = True,
) -> Expr:
    """The derivative of a text is right by all three oracles; `expect` is how it prints.

    `sympy=False` is for functions whose components sympy cannot decide; a disagreement fails all the same.
    """
    given = problem([text], [wrt], let)
    f, x = given.exprs[0], given.wrt[0]
    result = DERIVATIVES[kind](f, x)
    verdict = check(f, x, result, kind)
    assert verdict.ok is True, f"{kind} of {text} by {wrt} is {result}\n{verdict}"
    for evidence in verdict.evidence:
        assert evidence.ok is True or not sympy, f"{kind} of {text} by {wrt} is {result}\n{verdict}"
    if expect is not None:
        assert str(result) == expect
    return result
