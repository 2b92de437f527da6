"""Texts that are easily misread: each has one reading, or an error that names the readings."""

from __future__ import annotations

import pytest

import symdiff as sd
from symdiff.answer import Request, answer
from symdiff.calculator import Session
from symdiff.errors import SymdiffError

# text (lines divided by ` / `) => result, or `!` and words that the error with its mend must have
READINGS = """
# primes
d/dx f'(x) => f''(x)
f''(0) => f''(0)
f'(x)^2 + f(x) => f'(x)^2 + f(x)
φ'(t) => phi'(t)
f’(x) => f'(x)
x'(3) => x'(3)
w'(x+y) => w'*(x + y)
b'(A*x) => b'*A*x
f'(x) + f => f'*x + f
w' (x) => w'*x
f'(x)*f'(x+1) => (f'*x)*(f'*(x + 1))
x: vector(n); x'(y) => x'*y
sin'(x) => ! not a declared or defined function
x'^2 => ! x'.^2 | x'*x
x^2' => ! (x^2)'
y := x^2 / y' => 2*x
y := x^2 / y'(3) => 6
y := x^2 / y'(t) => 2*t
y := x^2 / y''(3) + y => 2 + y where y = x^2
y := x^2 / y' (x + 1) => 2*x*(x + 1)
y := x^2*t / y' => ! `x`, `t` | diff(y, x)
y := x^2*t / y'(x) => ! `x`, `t`
r := A*x - b / r'*r => (A*x - b)'*(A*x - b)
M := A*B / tr(M'*M) => tr(B'*A'*A*B)
r := x'*A / r*y => x'*A*y
# derivatives by defined names
r := A*x - b / grad(r'*r, r) => 2*r where r = A*x - b
r := A*x - b / f := r'*r / grad(f, r) => 2*r where r = A*x - b
u := x^2 / v := sin(x) / diff(u/v, u) => 1/v where v = sin(x)
u := x^2 / d/du u^3 => 3*x^4
u := x^2 / f(t) := u*t / diff(f(u), u) => 2*x^2
u := x'*x / hessian(u^3, u) => 6*u where u = x'*x
x := 3 / d/dx x^2 => 6
x := 3 / x^2 => 9
x^2 where x = 3 => 9
r'*r where r = A*x - b => (A*x - b)'*(A*x - b)
a where a = b, b = a => ! circle
a where a = 1, a = 2 => ! twice
where x = 3 => ! nothing to read
dy/dx => ! never defined | y := …
d^2y/dx^2 => ! never defined | y := …
# definitions close over their own names
f(x) := x^2 + y / h(y) := f(2)*y / h(1) => 4 + y
f(x) := x'*b / h(b) := f(b) / h(c) => c'*b
c := 2*k / sum(k, a[k]*c) => 2*k*sum(a)
f(x) := x*y / d/dy f(y) => 2*y
# bars
|X'X| => ! det(X'X) | abs(X'X)
log|X'X| => ! det(X'X) | abs(X'X)
log|Σ| => ! det(Σ) | abs(Σ)
log(|A*B|) => ! det(A*B) | abs(A*B)
|A*x| => ! det(A*x) | abs(A*x) | norm2(A*x)
A: matrix(n, n); |A| => ! det(A) | abs(A)
log|x| => log(abs(x))
|x'y| => abs(x'*y)
log|det(W)| => log(abs(det(W)))
|X[0,1]| => abs(X[0, 1])
2|x| => 2*abs(x)
|x||y| => abs(x)*abs(y)
|x+|y|| => abs(x + abs(y))
|2|x|+1| => ! abs(…)
‖A‖ => ! ‖A‖_F
‖A‖_2 => ! norm_spec(A)
# words
derivative of x^2 => ! derivative | d/dx
plot x^2 => ! plot
solve x^2 for x => ! for
t mod 3 => mod(t, 3)
2*t mod 3 => mod(2*t, 3)
x mod 2*pi => ! (2*…)
x mod y z => mod(x, y*z)
mod x => ! mod(a, b)
⟨x⟩ => ! ⟨A, B⟩ | mean(x)
A:B => ! inner(A, B)
2*A:B => ! inner(A, B)
norm(X, 'max') => ! norm(A, "fro")
‖x‖_max => ! _*
minimise x'x over x => ! minimise
The value x => ! value
lam x => ! lam*… | lam: scalar
2 lam => ! lam*…
lam' x => ! lam
sin lam x => ! lam
sin lam cos x => sin(lam)*cos(x)
(lam + 1) (x + y) => (lam + 1)*(x + y)
[lam x] => ! lam
lam*x => lam*x
lam: scalar; lam x => lam*x
lam: scalar; 2 lam => 2*lam
theta x => theta*x
foo(x) => ! unknown function
softmx(x) => ! softmax
# d/dx takes the product to its right, not the sum
d/dx sin(x) + cos(x) => 2*cos(x)
d/dx x^2 + y => 2*x + y
2 d/dx x*y + 1 => 2*y + 1
d/dx (x^2 + x) => 2*x + 1
-d/dx x^2 => -2*x
x/d/dx x^2 => ! brackets
# numbers
2.*x => 2*x
1./x => 1/x
2.5.*x => 2.5*x
1.x => ! a digit must follow the point
0x10 => ! not a number
1_000 => ! not a number
2e => 2*e ≈ 5.4366
3 4 => ! two numbers
x2^2 => x2^2
# quotients, powers, signs, chains
1/2x => ! (1/2)*x | 1/(2*x)
a/b c => ! (a/b)*c | a/(b*c)
a/b*c => a*c/b
a/b/c => a/(c*b)
-x^2 => -x^2
2^-x => 2^-x
x^2^3 => x^8
x: vector(n); x^2 => ! x.^2 | x'*x
e^A => ! expm(A) | exp(A)
e^-A => ! expm(-A) | exp(-A)
P*e^(r*T) => P*e^(r*T)
e^x => e^x
A: matrix(n, n); A**2 => ! A^2 | A.^2
A: matrix(n, n); B: matrix(n, n); A/B => ! ./ | inv(B)
0<x<1 => ! and
x = 3 => ! no value | equal
# functions without brackets
sin -x => ! sin(-x) | sin(…) - x
sin x (x+1) => ! sin(x)*(x+1) | sin(x*(x+1))
sin^-1 x => ! asin(x) | 1/sin(x)
sin⁻¹ x => ! asin(x) | 1/sin(x)
sin 2x cos y => sin(2*x)*cos(y)
sin x^2 => sin(x^2)
sin^2 x => sin(x)^2
log x/y => log(x)/y
√2x => ! √2 * x | √(2*x)
# orders of norms, slices
norm(x, inf) => norm_inf(x)
norm(x, oo) => norm_inf(x)
norm(x, -inf) => min(abs(x))
norm(P, -oo, axis=1) => min(abs(P), axis=1)
norm(P, inf, axis=0) => norm_inf(P, axis=0)
norm(P, 1, axis=0) => norm1(P, axis=0)
norm(x, 3) => norm(x, 3)
norm(x, 0) => ! no norm | sum(where(x != 0, 1, 0))
norm(P, 1) => ! norm1(P) | max(sum(abs(P), axis=0))
norm(P, 2) => ! norm2(P) | norm_spec(P)
norm(P, inf) => ! norm_inf(P) | max(sum(abs(P), axis=1))
norm(P, -oo) => ! min(abs(P)) | min(sum(abs(P), axis=1))
grad(norm(x, inf), x) => sign(x).*where(abs(x) == max(abs(x)), 1, 0)
x[-1] => x[n - 1]
x[1:-1] => x[1:n - 1]
x[::2] => ! 2*m
x: vector(2*m); x[::2] => x[::2]
x: vector(2*m); grad(sum(x[::2]), x) => sum(eye(2*m)[::2, :], axis=0)
x: vector(7); grad(sum(x[1::2].^2), x) => 2*eye(7)[1::2, :]'*x[1::2]
x: vector(n); grad(y'*x[::-1], x) => y[::-1]
x: vector(n); x[0::-1] => x[0::-1]
X: matrix(5, 4); X[::-1] => X[::-1, :]
X: matrix(5, 4); X[3:0:-2, 1] => X[3:0:-2, 1]
x: vector(5); x[::0] => ! not 0
sum(x^2) => ! x.^2 | scalars
mean((x - 1)^2) => ! (x - 1).^2
sum(sin(x)^2) => ! sin(x).^2
sum(x.^2) => sum(x.^2)
x: scalar; sum(x^2) => x^2
sum(i, x[i]^2) => sum(x.^2)
if x > 0 => ! if
x of y => ! of
X.T * X => ! X.T @ X | X.T .* X
A - λ => A - lambda
# products of letters, columns and rows
AX' => A*X'
AX^2 => A*X*X
XIY => ! constant `I`
x, y: vector(n); x*y => ! x'*y | x*y' | x.*y
x: vector(n); A: matrix(n, n); A + x => ! x' | ones(n)'
x, y: vector(n); x' + y => ! row and a column
A, B: matrix(n, n); A @ B * A => ! B @ A | B .* A
sum(x', axis=0) => ! row
[a -b] => ! write a comma
"""
CASES = [tuple(line.split(" => ", 1)) for line in READINGS.strip().splitlines() if not line.startswith("#")]


def said(text: str) -> str:
    """The line that answers a text, or the error with its mend."""
    try:
        return answer(Request(None), text.replace(" / ", "\n")).lines[0]
    except SymdiffError as error:
        return f"! {error.message} {error.hint}"


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_each_text_has_its_reading_or_its_error(text: str, expected: str) -> None:
    found = said(text)
    if expected.startswith("! "):
        assert found.startswith("! "), found
        assert all(word in found for word in expected[2:].split(" | ")), found
    else:
        assert found == expected


def test_there_are_a_hundred() -> None:
    assert len(CASES) >= 100


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("d/dx sin(x) + x", "read as `(d/dx sin(x)) + x`; the derivative of all of it is `d/dx (sin(x) + x)`"),
        ("1 - d/dx x^2 - x", "read as `(d/dx x^2) - x`; the derivative of all of it is `d/dx (x^2 - x)`"),
        ("∇_x x'x + 2x", "read as `(∇_x x'x) + 2x`; the derivative of all of it is `∇_x (x'x + 2x)`"),
        ("b := x^2 / d/dx a + b", "read as `(d/dx a) + b`; the derivative of all of it is `d/dx (a + b)`"),
        ("(d/dx x^2) + x", None),
        ("d/dx a + b", None),
        ("y := x^2 / dy/dx + x", None),
        ("u := x / diff(x^2, u)", "`u` does not occur in `x^2`"),
        ("f(x) := y / h(y) := f(y) / 1", "the parameter `y` is written `y_1`: another `y` is in what it is made of"),
    ],
)  # fmt: skip
def test_a_reading_that_may_surprise_is_said(text: str, note: str | None) -> None:
    notes = [line for line in answer(Request(None), text.replace(" / ", "\n")).notes if line.startswith("note: ")]
    assert notes == ([] if note is None else [f"note: {note}"])


def test_functions_seen_from_their_primes_are_said() -> None:
    assert answer(Request(None), "f'(x)").notes == ["assuming f: function, x ∈ ℝ"]
    assert answer(Request(None, declarations="f: function; x ∈ ℝ"), "f'(x)").notes == []
    with pytest.raises(SymdiffError):
        answer(Request(None, strict=True, declarations="x: scalar"), "f'(x)")


def test_a_derivative_by_a_defined_name_follows_redefinitions() -> None:
    session = Session()
    for line, expected in [
        ("u := x^2", "u := x^2"),
        ("f := u^3", "f := x^6"),
        ("diff(f, u)", "3*x^4"),
        ("x: positive scalar", "x: positive scalar"),
        ("diff(f, u)", "3*x^4"),
        ("u := sin(x)", "u := sin(x)"),
        ("diff(f, u)", "0"),
        ("diff(f*u, u)", "x^6"),
        ("r := y'*A", "r := y'*A"),
        ("r*z", "y'*A*z"),
    ]:
        assert session.answer(line).lines == [expected]


@pytest.mark.parametrize(
    ("text", "hint"),
    [("max x y", "`max(x, y)` or `max(x*y)`"), ("lg x", "`log10`"), ("tg 2x", "`tan`"), ("1.000,5", "write a vector")],
)
def test_readings_that_nobody_means_are_errors(text: str, hint: str) -> None:
    with pytest.raises(sd.ParseError) as caught:
        sd.parse(text)
    assert hint in (caught.value.hint or "")
