"""The reverse sweep over scalars has the values of the differential, for every function of the books."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import numpy as np
import pytest

import symdiff as sd
from symdiff.algebra import ONE
from symdiff.book import library
from symdiff.calculus.backward import gradient
from symdiff.calculus.differential import differentials
from symdiff.calculus.sweep import partials
from symdiff.expr import Expr
from symdiff.rewriting import collect

ENTRIES = [e for name in library().functions() for e in library().overloads(name) if e.elementwise]
# Cases, parts of complex numbers, definitions alone and whole orders are the differential's.
LEFT = set(
    "abs arg besseli besselj besselk bessely clip elu hardtanh heaviside leaky_relu max min polygamma relu selu sign"
    " sinc_d softsign step".split()
)
POINTS = [
    {"x": 0.37, "y": 1.3},
    {"x": 1.9, "y": 0.44},
    {"x": 0.2, "y": 0.3},
    {"x": -0.6, "y": 2.5},
    {"x": 3.1, "y": 1.7},
]


def compositions() -> Iterator[tuple[str, str]]:
    """Each function alone, in a sum, below a power, beside divisors; many factors."""
    for entry in ENTRIES:
        inner, outer = (", ".join(args[: len(entry.params)]) for args in (["x*y", "x + y^2", "2*y"], ["x", "y", "y"]))
        yield entry.name, f"{entry.name}({inner})"
        yield entry.name, f"x^2*{entry.name}({inner})^3/(2*y) + {entry.name}({outer})/y"
    yield "times", "*".join(f"(x + {k}*y)^{1 + k % 3}*sin(x/{k})" for k in range(1, 8))


@pytest.mark.parametrize(("name", "text"), [*compositions()])
def test_each_function(name: str, text: str) -> None:
    f = sd.parse(text)
    xs = [s for s in f.symbols if s.name in "xy"]
    swept = partials(f, xs)
    assert (swept is None) == (name in LEFT)
    if swept is not None:
        has_values_of(swept, [differentials([f], {x: ONE})[0] for x in xs])


@pytest.mark.parametrize("seed", range(40))
def test_shared_parts(seed: int) -> None:
    """Of a graph whose parts are used again and again, every use counts."""
    random, x, y = Random(seed), sd.scalar("x"), sd.scalar("y")
    parts: list[Expr] = [x, y]
    for _ in range(12):
        a, b = random.choice(parts), random.choice(parts)
        parts.append(random.choice([lambda a, b: a * b, lambda a, b: a - 2 * b, lambda a, b: np.sin(a) / (b * b + 1),
                                    lambda a, b: np.exp(-a * a) ** 3, lambda a, b: 0.5 * a**2 * b])(a, b))  # fmt: skip
    f = parts[-1] + parts[-2]
    swept = partials(f, [x, y])
    assert swept is not None
    has_values_of(swept, [differentials([f], {v: ONE})[0] for v in (x, y)])


def has_values_of(swept: list[Expr], expected: list[Expr]) -> None:
    """Equal wherever the expected has a value, and it has one somewhere."""
    compiled = sd.compile(swept), sd.compile(expected)
    names = {s.name for e in [*swept, *expected] for s in e.symbols}
    met = 0
    for point in POINTS:
        given = {name: point[name] for name in names}
        with np.errstate(all="ignore"):
            ours, theirs = ([float(v) for v in f(**given)] for f in compiled)
        finite = np.isfinite(theirs)
        met += finite.all()
        np.testing.assert_allclose(np.array(ours)[finite], np.array(theirs)[finite], rtol=1e-9, atol=1e-12)
    assert met


def test_what_does_not_occur_is_zero() -> None:
    x, y, z = (sd.scalar(name) for name in "xyz")
    assert partials(x * y, [y, z, x]) == [x, sd.parse("0"), y]
    assert partials(y, [x]) == [sd.parse("0")]


@pytest.mark.parametrize("text", ["x'*y", "x1 + sum(x)", "where(x1 > 0, x1^2, 0)", "abs(x1)*x1", "real(w*x1)"])
def test_what_is_left_to_the_differential(text: str) -> None:
    f = sd.parse(text, "x: vector(n); y: vector(n); x1: scalar; w: complex")
    assert partials(f, [s for s in f.symbols if s.name in ("x", "x1")]) is None


def test_a_long_function_is_swept_and_a_short_result_presented() -> None:
    xs = [sd.scalar(f"x_{k}") for k in range(400)]
    f = sum(np.sin(a * b) for a, b in pairwise(xs))
    first = sd.diff(f, xs[0])
    assert str(first) == "x_1*cos(x_0*x_1)"
    assert sd.check(f, xs[7], sd.grad(f, xs)[7])


STRAIGHT = {
    "x'*A*x": True,
    "norm2(A*x - y)^2/2 + c*x'*x": True,
    "sum(log(1 + exp(A*x))) - y'*A*x": True,
    "log(det(X))*c^2": True,
    "c": True,
    "p'*log(p./y)": True,
    "-sum(y.*log(sigmoid(x)) + (1 - y).*log(1 - sigmoid(x)))": False,
    "(A*x)'*B*(A*x)": False,
    "sum(abs(x))": False,
    "x[0]*c": False,
    "real(w*sum(x))": False,
}


@pytest.mark.parametrize(("text", "straight"), STRAIGHT.items(), ids=STRAIGHT)
def test_a_gradient_by_an_array_is_straight_where_it_is_what_a_derivation_tells(text: str, straight: bool) -> None:
    declarations = "x, y, p: vector(n); A, B, X: matrix(n, n); c: scalar; w: complex"
    f = collect(sd.parse(text, declarations))
    x = next((s for s in f.symbols if s.name in "xpX"), sd.vector("x", "n"))
    assert (gradient(f, x) is not None) == straight
    assert sd.grad(f, x) is sd.derive(f, x).result
