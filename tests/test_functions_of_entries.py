"""Functions that are only names, applied to what has axes: `W*phi(u)`; their derivatives, values and code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import same

DECLARED = (
    "f, phi: function; g: function(scalar, scalar) -> scalar; W: matrix(m, n); x, y: vector(n); b: vector(m); t: scalar"
)

ROWS = [
    ("grad(sum(phi(W*x + b)), x)", "W'*phi'(W*x + b)"),
    ("jacobian(phi(W*x), x)", "diag(phi'(W*x))*W"),
    ("grad(b'*phi(W*x), W)", "(b.*phi'(W*x))*x'"),
    ("hessian(sum(phi(x)), x)", "diag(phi''(x))"),
    ("diff(sum(g(x, y)), y)", "g'[2](x, y)"),
    ("diff(sum(phi(t*x)), t)", "x'*phi'(t*x)"),
    ("grad(sum(f(phi(x))), x)", "f'(phi(x)).*phi'(x)"),
    ("diff(phi(x)'*phi(x), phi(x))", "2*phi(x)"),
    ("[i] -> diff(sum(j, f(x[j])), x[i])", "f'(x)"),
    ("sum(i, sum(j, f(x[i] - x[j])))", "sum(f(x*ones(n)' - ones(n)*x'))"),
]


@pytest.mark.parametrize(("text", "due"), ROWS)
def test_what_a_function_of_entries_gives(text: str, due: str) -> None:
    e = sd.parse(text, DECLARED)
    assert same(e, sd.parse(due, DECLARED)), e
    for form in (str(e), e.unicode(), e.index_notation()):
        assert same(sd.parse(form, DECLARED), e), form


CHECKED = [
    ("sum(phi(W*x + b))", "x"),
    ("phi(W*x)", "W"),
    ("sum(g(x, t))", "t"),
    ("x'*phi(phi(x))", "x"),
    ("norm2(phi(x).*y)^2", "x"),
    ("sum(i, i*phi(x[i])*x[i])", "x"),
]


@pytest.mark.parametrize(("f", "by"), CHECKED)
def test_the_oracles_agree(f: str, by: str) -> None:
    verdict = sd.check(f, by, kind="jacobian", declarations=DECLARED)
    assert verdict.ok, verdict


# text, what is assumed and said, or words of the error
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("W*phi(u)", "phi: function"),
        ("W φ(V x + b)", "takes every entry of V x + b"),
        ("x'*f(x)", "f: function"),
        ("W*phi'(u)", "phi: function"),
        ("α(A*x - b)", "! for a product write `α*(…)`, for a function declare `α: function`"),
        ("A(x + y) + x'*x", "! for a product write `A*(…)`"),
        ("x(t + 1)", "! for a product write `x*(…)`"),
        ("phi(t)", "! unknown function `phi`"),
        ("softmx(x)'*x", "! did you mean `softmax`"),
        ("f(x, x'*x)", "! unknown function `f`"),
        ("f(x) + f*x'*x", "! unknown function `f`"),
    ],
)
def test_letters_that_nobody_declared(text: str, said: str) -> None:
    from symdiff.syntax.read import read

    if said.startswith("! "):
        with pytest.raises(sd.SymdiffError) as caught:
            read(text)
        assert said[2:] in str(caught.value) and caught.value.span is not None
        return
    reading = read(text)
    assert said in " ".join((*reading.assumptions, *reading.notices))
    assert read("; ".join((*reading.assumptions, str(reading.expr)))).expr is reading.expr


def test_values_and_code() -> None:
    rng = np.random.default_rng(1)
    W, x = rng.normal(size=(2, 3)), rng.normal(size=3)
    value: Any = sd.compile("phi(W*x)", declarations=DECLARED)
    np.testing.assert_allclose(value(W=W, x=x, phi=np.tanh), np.tanh(W @ x))
    with pytest.raises(sd.SymdiffError, match="a function returned"):
        value(W=W, x=x, phi=np.sum)
