"""Long texts are read, differentiated and printed in work that grows with their length, whatever their shape.

Work is counted in calls of functions, Python's own and those in C, never timed: from one length to twice the length it
may grow by little more than twice. A text of 100,000 characters of each shape runs in the slow tests.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from counting import work

import symdiff as sd

GROWTH = 2.3  # of the work from one length to its double

TEXTS: dict[str, Callable[[int], str]] = {
    "a sum": lambda n: "+".join(["x"] * n),
    "a product": lambda n: "*".join(["x"] * n),
    "a power": lambda n: "^".join(["x"] * n),
    "a quotient": lambda n: "/".join(["x"] * n),
    "a difference": lambda n: "-".join(["x"] * n),
    "factors side by side": lambda n: " ".join(["x"] * n),
    "a sum of names": lambda n: "+".join(f"x_{k}" for k in range(n)) + " + x",
    "a product of names": lambda n: "*".join(f"x_{k}" for k in range(n)) + "*x",
    "a polynomial": lambda n: "+".join(f"{k}*x^{k}" for k in range(1, n)),
    "functions": lambda n: "sin(" * n + "x" + ")" * n,
    "bare functions": lambda n: "sin " * n + "x",
    "brackets": lambda n: "(" * n + "x" + ")" * n,
    "signs": lambda n: "-" * n + "x",
    "primes": lambda n: "x" + "'" * n,
    "bars": lambda n: "|x| + " * n + "x",
    "a continued fraction": lambda n: "1/(1 + " * n + "x" + ")" * n,
    "Horner's form": lambda n: "1 + x*(" * n + "x" + ")" * n,
    "nested sums": lambda n: "x + (" * n + "x" + ")" * n,
    "nested powers": lambda n: "x^(" * n + "x" + ")" * n,
    "nested products": lambda n: "(" * n + "x" + "*y)" * n,
    "derivatives": lambda n: " + ".join(["d/dx x^2"] * n),
    "cases": lambda n: "where(x > 0, " * n + "x" + ", 2)" * n,
    "a vector": lambda n: "sum([" + ", ".join(["x"] * n) + "])",
    "definitions": lambda n: "".join(f"a_{k} := x + {k}; " for k in range(n)) + "x*a_0",
}


def written(e: sd.Expr) -> None:
    """The expression in the three notations; it may be too long to be written out."""
    for write in (str, sd.Expr.unicode, sd.Expr.latex):
        try:
            write(e)
        except sd.LimitError:
            pass


# whose derivative is longer than they are, level by level: it is not written out
LONGER = frozenset(
    "a power|functions|bare functions|a continued fraction|Horner's form|nested powers|a product of names".split("|")
)


def stages(shape: str, n: int) -> dict[str, int]:
    """The work of reading a text, differentiating it, writing it and its derivative."""
    text, x = TEXTS[shape](n), sd.scalar("x")
    done: list[sd.Expr] = []
    found = {
        "read": work(lambda: done.append(sd.parse(text, {"x": x}))),
        "differentiate": work(lambda: done.append(sd.diff(done[0], x))),
        "write": work(lambda: written(done[0])),
    }
    return found if shape in LONGER else {**found, "write the derivative": work(lambda: written(done[1]))}


@pytest.mark.parametrize("shape", TEXTS)
@pytest.mark.sample(5)
def test_work_grows_with_the_length(shape: str) -> None:
    stages(shape, 3)  # what is loaded and read when first used
    once, twice = stages(shape, 80), stages(shape, 160)
    for stage, amount in once.items():
        assert twice[stage] <= GROWTH * amount + 1_000, (stage, amount, twice[stage])


@pytest.mark.slow
@pytest.mark.parametrize("shape", TEXTS)
def test_a_text_of_a_hundred_thousand_characters(shape: str) -> None:
    make = TEXTS[shape]
    n = 100_000 * 20 // len(make(20))
    if shape == "definitions":
        n //= 20
    e = sd.parse(make(n), x="scalar")
    written(e)
    written(sd.diff(e, "x"))
