"""Exponentials that differ by a power meet: the Greeks of Black and Scholes come out as the books have them."""

from __future__ import annotations

import pytest

import symdiff as sd

NAMES = "S, K, T, s: positive; r: scalar"
D1, D2 = (f"(log(S/K) + T*(r {sign} s^2/2))/(s*sqrt(T))" for sign in "+-")
CALL = f"S*normcdf({D1}) - K*exp(-r*T)*normcdf({D2})"


@pytest.mark.parametrize(
    ("wrt", "printed"),
    [
        ("S", f"normcdf({D1})"),
        ("K", f"-exp(-r*T)*normcdf({D2})"),
        ("r", f"K*T*exp(-r*T)*normcdf({D2})"),
        ("s", f"S*sqrt(T)*exp(-({D1})^2/2)/sqrt(2*pi)"),
        ("T", f"S*s*exp(-({D1})^2/2)/(2*sqrt(2*pi)*sqrt(T)) + K*r*exp(-r*T)*normcdf({D2})"),
    ],
)
def test_the_greeks(wrt: str, printed: str) -> None:
    result = sd.diff(CALL, wrt, declarations=NAMES)
    assert str(result) == printed
    assert sd.check(CALL, wrt, result, declarations=NAMES)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("exp(x + log(y)) - y*exp(x)", "0"),
        ("exp(x + log(y)) - z*exp(x)", "exp(x)*(y - z)"),
        ("exp((x + log(y))^2) - exp(x^2 + log(y)^2)*y^(2*x)", "0"),
        ("exp(x) - exp(log(y))", "exp(x) - y"),
    ],
)
def test_only_logarithms_make_powers(text: str, printed: str) -> None:
    e = sd.simplify(text, "x, z: scalar; y: positive")
    assert str(e) == printed


def test_a_power_of_a_product_is_opened_where_that_is_shorter() -> None:
    assert str(sd.simplify("a*T^(3/2)*exp(r)/(s*sqrt(T))^2", "a, r: scalar; T, s: positive")) == "a*sqrt(T)*exp(r)/s^2"
