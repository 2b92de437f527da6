"""`sd.equal`: what is equal, what differs and where, what holds under conditions, what stays undecided."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff import equality
from symdiff.equality.sizes import choices
from symdiff.errors import SymdiffError

KINDS = "A: matrix(n, n); B: matrix(n, n); C: matrix(n, n); S: symmetric(n); x: vector(n); M: matrix(m, n)"


def verdict(text: str, given: object = (), declarations: str = KINDS) -> sd.Verdict:
    return sd.equal(text, given=given, declarations=declarations)


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("sin(x)^2 + cos(x)^2 = 1", "()"),
        ("x/x = 1", "(x != 0,)"),
        ("1/x = x/x^2", "()"),
        ("x^a*x^b = x^(a + b)", "(x > 0,)"),  # at x = -1, a = b = 1/2 the right side alone has a value
        ("log(exp(x)) = x", "()"),
        ("f(x) + g(x) = g(x) + f(x)", "()"),
        ("d/dx f(x) = f'(x)", "()"),
        ("1e-300*x = x*1e-300", "()"),
        ("g(x, y)*2 = g(x, y) + g(x, y)", "()"),
        ("2.5*x/3 = 5*x/6", "()"),  # a decimal of all digits is the fraction that it was
        ("0.1*x/3 = x/30", "()"),
    ],
)
def test_equal(text: str, conditions: str) -> None:
    found = verdict(text, declarations="t: scalar")
    assert found.ok is True and found
    assert str(found.conditions) == conditions


@pytest.mark.parametrize("text", ["tr(A*B) = tr(B*A)", "S' = S", "x'*x = norm2(x)^2", "A - A = 0", "(A*B)' = B'*A'"])
def test_arrays_are_equal(text: str) -> None:
    assert verdict(text).ok is True
    left, right = text.split(" = ")
    assert sd.equal(right, left, declarations=KINDS).ok is True


@pytest.mark.parametrize(
    "text",
    [
        "x + 1e-12*x = x",
        "exp(-1000) = 0",
        "floor(2*x) = 2*floor(x)",
        "max(x, 100) = 100",
        "max(x, 1e7) = 1e7",
        "where(x == 0, 1, x) = x",
        "sqrt(x^2) = x",
        "(u^a)^b = u^(a*b)",  # at u < 0, a = 2, b = 1/2
        "asin(sin(x)) = x",
        "atan(x) + atan(1/x) = pi/2",
        "f(x) = g(x)",
        "sin(x + 3.14159265358979) = -sin(x)",
        "x*(1 + 1/10^9) = x",
        "x + 1 = x + 1 + 1e-12",  # whose derivatives are equal
        "sin(x)^2 + cos(x)^2 = 1 + 1e-15",
        "log(exp(x) + exp(y)) = x + y",
        "sqrt(-1 - x^2) = 1",
    ],
)
def test_different(text: str) -> None:
    found = verdict(text, declarations="t: scalar")
    assert found.ok is False and not found
    point = found.counterexample
    assert point is not None and set(point.values) <= {"x", "y", "u", "a", "b"}


@pytest.mark.parametrize(
    "text", ["A*B = B*A", "inv(A*B) = inv(A)*inv(B)", "det(-A) = -det(A)", "(A*B)' = A'*B'", "A' = A", "M*M' = M*M'*2",
             "(A*B - B*A)^2*C = C*(A*B - B*A)^2"],
)  # fmt: skip
def test_a_counterexample_is_one(text: str) -> None:
    found = verdict(text)
    assert found.ok is False
    point = found.counterexample
    left, right = (sd.parse(side, declarations=KINDS) for side in text.split(" = "))
    values = {name: value for name, value in point.values.items() if name in {s.attr.name for s in left.symbols}}
    assert not np.allclose(left(**values), right(**values))
    assert np.allclose(left(**values), point.expected) and np.allclose(right(**values), point.found)


def test_where_one_side_has_no_value() -> None:
    for text in ("log(a*b) = log(a) + log(b)", "log(a) + log(b) = log(a*b)"):
        found = verdict(text)
        assert found.ok is None
        assert set(map(str, found.holds_if)) == {"a > 0", "b > 0"}
        assert str(found).startswith("equal if ")
    assert str(verdict("exp(log(t)) = t").holds_if) == "(t > 0,)"
    assert str(verdict("sin(asin(t)) = t").holds_if) == "(abs(t) <= 1,)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sqrt(t^2) = t", "(t >= 0,)"),
        ("sqrt(t^2) = -t", "(t <= 0,)"),
        ("t/abs(t) = 1", "(t > 0,)"),
        ("atan(t) + atan(1/t) = pi/2", "(t > 0,)"),
        ("abs(t - u) = t - u", "(t >= u,)"),
        ("abs(t*u) = t*u", "(t >= 0, u >= 0)"),
        ("sin(pi*k) = 0", "(k is a whole number,)"),
        ("asin(sin(t)) = t", "(-pi/2 <= t and t <= pi/2,)"),
        ("acos(cos(t)) = t", "(0 <= t and t <= pi,)"),
        ("A' = A", "(A is symmetric,)"),
        ("inv(A) = A'", "(A is orthogonal,)"),
        ("A*B = B*A", "(A is diagonal, B is diagonal)"),
        ("det(-A) = -det(A)", "(n == 1,)"),
        ("(A*B - B*A)^2*C = C*(A*B - B*A)^2", "(n == 2,)"),
        ("pinv(A)*A = eye(n)", "(A is invertible,)"),
        ("A*B = A", "()"),
    ],
)
def test_what_would_make_it_right(text: str, words: str) -> None:
    found = verdict(text)
    assert found.ok is False
    assert str(found.holds_if) == words
    assert verdict(text, list(found.holds_if)).ok is True or not found.holds_if


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("exp(i*t) = cos(t) + i*sin(t)", True),
        ("z*conj(z) = abs(z)^2", True),
        ("exp(z + w) = exp(z)*exp(w)", True),
        ("conj(z*w) = conj(z)*conj(w)", True),
        ("abs(z*w) = abs(z)*abs(w)", True),
        ("(cos(t) + i*sin(t))^3 = cos(3*t) + i*sin(3*t)", True),
        ("sin(z) = sin(real(z))*cosh(imag(z)) + i*cos(real(z))*sinh(imag(z))", True),
        ("log(z*w) = log(z) + log(w)", False),
        ("sqrt(z^2) = z", False),
        ("log(exp(z)) = z", False),
        ("z^2 = abs(z)^2", False),
        ("abs(z + w) = abs(z) + abs(w)", False),
    ],
)
def test_complex_numbers(text: str, ok: bool) -> None:
    assert verdict(text, declarations="z: complex; w: complex; t: scalar").ok is ok


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("expm(2*A) = expm(A)^2", True),
        ("expm(A')' = expm(A)", True),
        ("det(expm(A)) = exp(tr(A))", True),
        ("expm(A)*expm(B) = expm(A + B)", False),
        ("sqrtm(A)*inv(A) = inv(sqrtm(A))", True),
        ("logm(inv(A)) = -logm(A)", True),
        ("sum(eigvals(S).^2) = tr(S^2)", True),
        ("expm(A)*B = B*expm(A)", False),
        ("expm(A + eye(n)) = e*expm(A)", True),
        ("expm(inv(B)*A*B) = inv(B)*expm(A)*B", True),
        ("expm(inv(B)*A*B) = B*expm(A)*inv(B)", False),
    ],
)
def test_functions_of_matrices(text: str, ok: bool) -> None:
    left, right = (sd.parse(side, declarations=KINDS) for side in text.split(" = "))
    assert equality.equal(left, right, rules=False).ok is ok


def test_surfaces_on_which_values_differ_are_named() -> None:
    assert str(verdict("where(t*u == 7, 1, 2) = 2").conditions) == "(t*u != 7,)"
    assert str(verdict("sign(t*u - 7)^2 = 1").conditions) == "(t*u != 7,)"
    assert verdict("where(t == 7.3, 1, 2) = 2").ok is False
    assert verdict("sign(t - 7.3)^2 = 1").ok is False
    assert verdict("where(t <= 7.3, 1, 2) = where(t < 7.3, 1, 2)").ok is False


@pytest.mark.parametrize(
    "text",
    [
        "cosh(t)^2 - sinh(t)^2 = 1",  # at 505 all of 50 digits are lost
        "sigmoid(-t) = 1 - sigmoid(t)",
        "atanh(tanh(t)) = t",
        "(t + 0.1)^2 = t^2 + 0.2*t + 0.01",
        "sqrt(1 - sin(t)^2 - cos(t)^2) = 0",
        "pinv(A)*A = A*pinv(A)",
        "tr(A*B*A*B*A*B) = tr(B*A*B*A*B*A)",
        "sign(t/u) = sign(t)*sign(u)",  # t/0 is infinite in floats, and has a sign there
        "atan(1/t)*t = t*atan(1/t)",
    ],
)
def test_rounding_refutes_nothing(text: str) -> None:
    assert verdict(text).ok is True


@pytest.mark.parametrize(
    "text",
    [
        "sqrt((t - 1e9)^2) = 1e9 - t",
        "abs(t^2 - 1e13) = 1e13 - t^2",
        "atan(t) + atan(1e-9) = atan((t + 1e-9)/(1 - 1e-9*t))",
        "2*atan(t) + 2*atan(1e-9) = 2*atan((t + 1e-9)/(1 - 1e-9*t))",
        "where(t > 5, where(t < 5.0000001, 1, 0), 0) = 0",
        "atan(1/(t - 5)) + atan(t - 5) = atan(1/(t - 5.0000001)) + atan(t - 5.0000001)",
        "sqrt(((t - 0.5)*(t - 0.5000001))^2) = (t - 0.5)*(t - 0.5000001)",
        "max(t - exp(40), 0) = 0",
        "max(t, 1e15) = 1e15",
        "(k - 1)*(k - 2)*(k - 3)*(k - 4)*(k - 5)*eye(k) = zeros(k, k)",
        "erf(100) = 1",
        "1 + exp(-1000) = 1",
        "pinv(A)*A = eye(n)",  # of singular ones
        "log(conj(z)) = conj(log(z))",  # at -1
    ],
)
def test_what_is_wrong_in_a_corner_is_never_told_to_be_right(text: str) -> None:
    assert verdict(text, declarations=f"z: complex; t: scalar; {KINDS}").ok is not True


@pytest.mark.parametrize(
    "text",
    ["max(x, max(y, z)) = max(max(x, y), z)", "max(t + u, t - u) = t + abs(u)", "min(-t, -u) = -max(t, u)"],
)
def test_orders(text: str) -> None:
    assert verdict(text, declarations="t: scalar").ok is True


@pytest.mark.parametrize("text", ["floor(log(8)/log(2)) = 3", "erf(100) = 1", "sign(sin(pi)) = 0"])
def test_what_rounding_would_decide_is_undecided(text: str) -> None:
    assert verdict(text, declarations="t: scalar").ok is not False


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("(P - P')*(Q - Q') = (Q - Q')*(P - P')", {2: True, 3: False}),
        ("P^2 - tr(P)*P + det(P)*eye(k) = zeros(k, k)", {2: True, 3: False}),
        ("(P*Q - Q*P)^2*R = R*(P*Q - Q*P)^2", {2: True, 3: False}),
        ("det(2*P) = 8*det(P)", {2: False, 3: True}),
    ],
)
def test_what_hangs_on_the_size(text: str, right: dict[int, bool]) -> None:
    for size, ok in right.items():
        kinds = "; ".join(f"{name}: matrix({size}, {size})" for name in "PQR")
        assert sd.equal(text.replace("k", str(size)), declarations=kinds).ok is ok


def test_sizes_that_settle_all_others() -> None:
    def of(*texts: str) -> tuple[list[dict[str, int]], bool]:
        return choices(*(sd.parse(text, declarations=KINDS) for text in texts))

    assert of("tr(A*B*C)", "tr(B*A*C)") == ([{"n": 3}], True)
    assert of("A*B*x", "B*A*x + x.*x") == ([{"n": 3}], True)
    assert of("M*x", "M*(x + x)") == ([{"m": 2, "n": 2}], True)
    assert of("(A*B*A)^2*A", "A") == ([{"n": 2}, {"n": 3}], False)  # eight labels are too many
    assert of("inv(A)", "A") == ([{"n": 2}, {"n": 3}], False)
    assert of("sin(x'*x)", "1") == ([{"n": 2}, {"n": 3}], False)


def test_evidence_says_what_was_tried() -> None:
    assert "the sizes tried" in str(verdict("inv(A*B) = inv(B)*inv(A)"))
    assert "probability below 2^-" in str(verdict("sin(3*t) = 3*sin(t) - 4*sin(t)^3"))
    assert verdict("inv(A*B) = inv(B)*inv(A)").evidence[-1].sizes


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("sqrt(t^2) = t", "t > 0"),
        ("log(a*b) = log(a) + log(b)", ["a > 0", "b > 0"]),
        ("log(a*b) = log(a) + log(b)", "a > 0, b > 0"),
        ("log(a*b) = log(a) + log(b)", "a > 0 and b > 0"),
        ("A' = A", "A is symmetric"),
        ("A' = A", "A: symmetric(n)"),
        ("A' = A", "symmetric(A)"),
        ("A' = A", "A symmetric"),
        ("t*u = t^2", "u == t"),
    ],
)
def test_what_is_given_is_used(text: str, given: object) -> None:
    assert verdict(text).ok is not True
    assert verdict(text, given).ok is True


@pytest.mark.parametrize(
    ("text", "given", "pieces"),
    [
        ("atan(t) + atan(u) = atan((t + u)/(1 - t*u))", "t*u < 1", "one piece"),
        ("atan(t) - atan(u) = atan((t - u)/(1 + t*u))", "t*u > -1", "one piece"),
        ("3*atan(t) = atan((3*t - t^3)/(1 - 3*t^2))", "abs(t) < 1/2", "one piece"),
        ("3*asin(t) = asin(3*t - 4*t^3)", "abs(t) <= 1/2", "one piece"),
        ("2*atan(t) = pi - asin(2*t/(1 + t^2))", "t > 1", "one piece"),
        ("atan((1 + t)/(1 - t)) = atan(t) + pi/4 - pi/2*(1 + (t - 1)/abs(t - 1))", (), "2 pieces"),
    ],
)
def test_equal_derivatives_and_a_value_in_each_piece(text: str, given: object, pieces: str) -> None:
    found = verdict(text, given, "t, u: scalar")
    assert found.ok is True and pieces in found.evidence[-1].detail
    moved = verdict(f"{text} + 1e-13", given, "t, u: scalar")
    assert moved.ok is False and not moved.holds_if


def test_a_piece_where_the_values_differ_is_seen() -> None:
    assert verdict("atan((1 + t)/(1 - t)) = atan(t) + pi/4", declarations="t: scalar").ok is False
    assert verdict("atan(t) + atan(u) = atan((t + u)/(1 - t*u))", "t > 0, u > 0", "t, u: scalar").ok is False


def test_what_is_given_that_does_not_help() -> None:
    assert verdict("abs(a - b) = a - b", "a > b - 1").ok is False
    assert verdict("A' = A", "A is diagonal").ok is True
    assert verdict("A*B = B*A", "A is symmetric").ok is False


def test_expressions_and_given_conditions() -> None:
    t = sd.scalar("t")
    assert sd.equal(t + t, 2 * t)
    assert sd.equal(np.sqrt(t**2), t, given=t > 0)
    assert not sd.equal(np.sqrt(t**2), t)
    x = sd.vector("x", "n")
    assert sd.equal(x.T @ x, np.sum(x * x))


def test_comparisons() -> None:
    assert sd.equal("x > 0", "0 < x").ok is True
    assert sd.equal("not (x > 0)", "x <= 0").ok is True
    assert sd.equal("x > 0", "x >= 0").ok is False
    assert sd.equal("x > 0 and y > 0", "y > 0 and x > 0").ok is True
    assert sd.equal("f(x, y)", "f(y, x)").ok is False


def test_differentials() -> None:
    found = verdict("d(x'*A*x) = x'*(A + A')*dx + x'*dA*x")
    assert found.ok is True
    assert verdict("d(x'*A*x) = 2*x'*A*dx").ok is False


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sd.equal("x", "A", declarations=KINDS), "the sides have different shapes: `x` is a vector(n), `A`"),
        (lambda: sd.equal("A = 1", declarations=KINDS), "different shapes"),
        (lambda: sd.equal("x + 1"), "an equation is"),
        (lambda: sd.equal("x = y = z"), "an equation is"),
        (lambda: sd.equal("x", "y", given="x > 0 or y > 0"), "no comparison"),
        (lambda: sd.equal("x", "y", given="x is funny"), "`funny` is not a word"),
        (lambda: sd.equal("x", "y", given="q is positive"), "`q` does not occur"),
        (lambda: sd.equal("sinn(x)", "y"), "sinn"),
    ],
)
def test_what_is_refused(call, words: str) -> None:
    with pytest.raises(SymdiffError) as caught:
        call()
    assert words in caught.value.message


def test_where_clauses_belong_to_both_sides() -> None:
    assert sd.equal("2*t == t + t").ok is True
    assert sd.equal("K*t = 3*t where K = 3").ok is True
    assert sd.equal("y := 2*t; y + y = 4*t").ok is True
