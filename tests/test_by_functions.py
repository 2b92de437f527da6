"""Derivatives by what a function that is only a name gives: `diff(L, q'(t))`, `grad(f(x)*g(x), [f(x), g(x)])`."""

from __future__ import annotations

import pytest

import symdiff as sd
from symdiff.algebra import same

DECLARED = """q, r, f, g, V: function; t, x, m, k, l: scalar; u: function(scalar, scalar) -> scalar
p: function(scalar) -> vector(n); M: symmetric(n); U: function(vector(n)) -> scalar; b: vector(n)"""

# text => what it is; oracles check the derivatives by q(t), q'(t) in Python below
TEXTS = """
diff(m*q'(t)^2/2 - k*q(t)^2/2, q'(t)) => m*q'(t)
diff(q'(t)*q(t), q(t)) => q'(t)
diff(q(t)^2*q'(t), q(t), q'(t)) => 2*q(t)
diff(log(q'(t)), q'(t), 2) => -1/q'(t)^2
diff(q''(t)^2*t, q''(t)) => 2*t*q''(t)
grad(f(x)^2 + x*f(x), f(x)) => 2*f(x) + x
diff(f(g(x))*g(x), g(x)) => f(g(x)) + g(x)*f'(g(x))
diff(u'[1](x, t)^2*u(x, t), u'[1](x, t)) => 2*u'[1](x, t)*u(x, t)
diff(f(x)*x, x) => f(x) + x*f'(x)
grad(f(x)*g(x)^2, [f(x), g(x)]) => [g(x)^2, 2*f(x)*g(x)]
hessian(f(x)*g(x)^2, [f(x), g(x)]) => [0, 2*g(x); 2*g(x), 2*f(x)]
jvp(f(x)^2, f(x), x) => 2*x*f(x)
diff(p'(t)'*M*p'(t)/2, p'(t)) => M*p'(t)
hessian(p'(t)'*M*p'(t)/2, p'(t)) => M
diff(U(p(t)) - b'*p(t), p(t)) => U'(p(t)) - b
diff(p(t)'*p(t), p(t)[0]) => 2*p(t)[0]
L = m*q'(t)^2/2 - k*q(t)^2/2; d/dt diff(L, q'(t)) - diff(L, q(t)) => m*q''(t) + k*q(t)
L := m*q'(t)^2/2 - V(q(t)); d/dt diff(L, q'(t)) - diff(L, q(t)) => m*q''(t) + V'(q(t))
L = p'(t)'*M*p'(t)/2 - U(p(t)); d/dt diff(L, p'(t)) - diff(L, p(t)) => M*p''(t) + U'(p(t))
L = m*l^2*q'(t)^2/2 + m*k*l*cos(q(t)); d/dt diff(L, q'(t)) - diff(L, q(t)) => m*l^2*q''(t) + m*k*l*sin(q(t))
L = m*(q'(t)^2 + q(t)^2*r'(t)^2)/2; d/dt diff(L, r'(t)) => d/dt (m*q(t)^2*r'(t))
L = sqrt(1 + f'(x)^2); d/dx diff(L, f'(x)) => f''(x)/(1 + f'(x)^2)^(3/2)
"""
CASES = [tuple(line.split(" => ")) for line in TEXTS.strip().splitlines()]


@pytest.mark.parametrize(("text", "due"), CASES)
def test_a_text_by_functions(text: str, due: str) -> None:
    e, wanted = sd.parse(text, DECLARED), sd.parse(due, DECLARED)
    assert same(sd.simplify(e), sd.simplify(wanted)), e
    for form in (str(e), e.unicode()):
        assert same(sd.parse(form, DECLARED), e), form


BY = [
    ("m*q'(t)^2/2 - k*q(t)^2/2", "q'(t)"),
    ("m*q'(t)^2/2 - k*q(t)^2/2", "q(t)"),
    ("exp(q(t)*q'(t))/(1 + q(t)^2)", "q(t)"),
    ("f(g(x))^2*g(x)", "g(x)"),
    ("u(f(x), x)*f(x)", "f(x)"),
    ("p'(t)'*M*p'(t)/2 + b'*p(t)", "p'(t)"),
    ("norm2(p(t) - b)^2*t", "p(t)"),
    ("sin(p(t)[0])*p(t)[1]", "p(t)[0]"),
]


@pytest.mark.parametrize(("f", "by"), BY)
def test_from_python_the_oracles_agree(f: str, by: str) -> None:
    verdict = sd.check(f, by, declarations=DECLARED)
    assert verdict.ok, verdict
    assert not sd.check(f, by, f"2*({sd.grad(f, by, DECLARED)})", declarations=DECLARED).ok


def test_an_expression_may_be_the_variable() -> None:
    q, t, m = sd.declare("q: function; t, m: scalar")
    assert sd.diff(m * q(t) ** 2, q(t)) is 2 * m * q(t)
    assert str(sd.diff("m*q'(t)^2/2", "q'(t)")) == "m*q'(t)"
    told = sd.derive("m*q'(t)^2/2", "q'(t)", "diff")
    assert "q'(t)" in told.text() and "definition" not in told.text()
    assert sd.conditions("log(q'(t))", "q'(t)", declarations="q: function; t: scalar")[0].parts[0] is sd.parse(
        "q'(t)", "q: function; t: scalar"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("diff(q(t)^2, q)", "takes its arguments in brackets"),
        ("diff(q(t)^2, q(t) + 1)", "by a variable or its entries"),
        ("diff(q(t)^2, 2*q(t))", "by a variable or its entries"),
        ("diff(q(t)^2, q(t), -1)", "not taken"),
        ("[i] -> diff(x*q(t), q(i))", "nothing says how far"),
    ],
)
def test_what_is_no_variable(text: str, said: str) -> None:
    with pytest.raises(sd.SymdiffError) as caught:
        sd.parse(text, DECLARED)
    assert said in str(caught.value)


def test_a_variable_that_does_not_occur_is_said() -> None:
    from symdiff.calculator import Session

    session = Session()
    session.answer("f: function; x, y: scalar")
    assert any("does not occur" in note for note in session.answer("diff(f(x), f(y))").notes)
    session.answer("L = f'(x)^2/2 - f(x)^2")
    assert str(session.answer("d/dx diff(L, f'(x)) - diff(L, f(x))").results[0].result) == "f''(x) + 2*f(x)"
