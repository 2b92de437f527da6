"""What is done for scalars is done element by element: the gradient of sum(f(z)) is no longer than f' is."""

from __future__ import annotations

import re

import pytest

import symdiff as sd
from symdiff.algebra import same

FUNCTIONS = [
    "z^2", "z^3 - 2*z", "1/z", "1/(1+z^2)", "z/(1+z^2)", "sqrt(z)", "sqrt(1+z^2)", "exp(z)", "exp(-z^2)",
    "exp(-z^2/2)", "z*exp(z)", "z^2*exp(-z)", "log(z)", "log(1+z^2)", "z*log(z)", "z*log(z) - z", "sin(z)", "cos(z)",
    "tan(z)", "sin(z)*cos(z)", "sin(z)^2", "sin(z^2)", "z*sin(z)", "exp(z)*sin(z)", "exp(sin(z))", "log(sin(z))",
    "atan(z)", "atan(1/z)", "asin(z/2)", "acos(z)", "sinh(z)", "cosh(z)", "tanh(z)", "tanh(z)^2", "z*tanh(z)",
    "sigmoid(z)", "z*sigmoid(z)", "log(sigmoid(z))", "softplus(z)", "relu(z)", "relu(z)^2", "abs(z)", "abs(z)^3",
    "sign(z)*z^2", "erf(z)", "z*erf(z)", "exp(-z)*erf(z)", "gamma(z)", "lgamma(z)", "digamma(z)", "1/(1+exp(-z))",
    "exp(z)/(1+exp(z))", "(exp(z)-exp(-z))/(exp(z)+exp(-z))", "log(1+exp(z))", "(2*z-1)/(z^2+3)", "(3*z+2)^7",
    "(z^2+1)*(z^3-z)", "z^5 - 3*z^2 + 7*z - 1", "sqrt(1+sqrt(z))", "1/sqrt(z)", "1/sqrt(1+z^2)", "z/sqrt(1+z^2)",
    "z^a", "a^z", "z^z", "a*z^2 + b*z + c", "(z-a)^2", "(z-a)^2/(2*s^2)", "exp(-(z-a)^2/(2*s^2))", "log(z/a)",
    "a*log(z) + (1-a)*log(1-z)", "z*log(z/a)", "(z-a)/(z+a)", "1/(z-a)^2", "where(z > 0, z^2, -z)", "max(z, 0)",
    "max(z, a)", "min(z, 1)", "z*max(z, 0)", "where(abs(z) < 1, z^2/2, abs(z) - 1/2)", "log(cosh(z))", "log(1 - z)",
    "(1-z)^(-2)", "z*(1-z)", "z^2*(1-z)^3", "exp(-1/z)", "sin(1/z)", "z*sin(1/z)", "cos(a*z + b)",
    "exp(a*z)*cos(b*z)", "atan2(z, a)", "sqrt(z^2 + a^2)", "log(z + sqrt(z^2 + 1))", "asinh(z)", "acosh(z)",
    "atanh(z)", "log1p(z)", "expm1(z)", "z*expm1(z)", "sin(z)/z", "(1 - cos(z))/z^2", "z - sin(z)", "cbrt(z)",
    "z*abs(z)", "exp(-abs(z))",
]  # fmt: skip
NAMES = "z: {}; a, b, c: scalar; s: positive"


def dotted(text: str) -> str:
    """The same element by element."""
    return re.sub(r"([*/^])", r".\1", text)


@pytest.mark.parametrize("text", FUNCTIONS)
def test_gradients_of_sums_are_as_short_as_derivatives(text: str) -> None:
    derivative = sd.diff(text, "z", declarations=NAMES.format("scalar"))
    f, names = f"sum({dotted(text)})", NAMES.format("vector(n)")
    gradient = sd.grad(f, "z", declarations=names)
    assert sd.ops(gradient) <= sd.ops(derivative), (str(gradient), str(derivative))
    assert sd.check(f, "z", gradient, declarations=names).ok is not False
    assert same(sd.parse(str(gradient), names), gradient)


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("2*z*where(z > 0, 1, 0) - where(z > 0, 0, 1)", "where(z > 0, 2*z, -1)"),
        ("z*where(z > 1, 1, 0) + w*where(w > 1, 1, 0)", "z*where(z > 1, 1, 0) + w*where(w > 1, 1, 0)"),
        ("z*where(z > 1, 1, 0) + 3", "z*where(z > 1, 1, 0) + 3"),
        ("w + z*where(z > 1, 1, 0) + 2*where(z > 1, 0, 1)", "where(z > 1, z, 2) + w"),
    ],
)
def test_cases_of_one_condition_are_one(text: str, shorter: str) -> None:
    assert str(sd.simplify(text, "w, z: scalar")) == shorter


def test_what_it_assumes_is_told() -> None:
    told = sd.derive("sum(z.^z)", "z", declarations="z: vector(n)")
    assert str(told.result) == "z.^z.*(1 + log(z))"
    assert [str(condition) for condition in told.conditions] == ["z > 0"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("exp(v*ones(n)')", "exp(v)*ones(n)'"),
        ("sqrt(var(X, axis=1, keepdims=True) + s)./s", "sqrt(var(X, axis=1) + s)*ones(1)'/s"),
        ("exp(v*ones(n)' + X)", "exp(v*ones(n)' + X)"),
    ],
)
def test_what_is_the_same_along_an_axis_is_worked_out_without_it(text: str, printed: str) -> None:
    e = sd.simplify(text, "X: matrix(m, n); v: vector(m); s: positive")
    assert str(e) == printed


def test_layer_norm_by_rows() -> None:
    f = "sum(G.*((X - mean(X, axis=1, keepdims=True))./sqrt(var(X, axis=1, keepdims=True) + epsilon)))"
    names = "X, G: matrix(m, n); epsilon: positive"
    gradient = sd.grad(f, "X", declarations=names)
    assert str(gradient) == (
        "diag(1./sqrt(var(X, axis=1) + epsilon))*(G - mean(G, axis=1)*ones(n)')"
        " - diag(sum(G.*(X - mean(X, axis=1)*ones(n)'), axis=1)./(var(X, axis=1) + epsilon).^(3/2))"
        "*(X - mean(X, axis=1)*ones(n)')/n"
    )
    assert sd.check(f, "X", gradient, declarations=names)
