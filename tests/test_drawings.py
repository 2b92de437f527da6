"""Results in two dimensions: as a person expects them, and never to be read in two ways."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from drawing_reader import read

import symdiff as sd
from symdiff.answer import Request, answer
from symdiff.show.as_drawing import lines_of

GOLDEN = Path(__file__).parent / "golden" / "drawings.txt"
STYLES = [("text", False, "─"), ("text", True, "-"), ("unicode", False, "─")]


def drawn(line: str, style: str = "text", ascii: bool = False, width: int = 79) -> list[str]:
    """A line of the language as it is answered at a terminal."""
    return answer(Request(None, notation=style, width=width, ascii=ascii), line).lines


def test_golden_drawings() -> None:
    wanted = GOLDEN.read_text(encoding="utf-8")
    lines = [line[2:] for line in wanted.splitlines() if line.startswith("> ")]
    assert len(lines) > 25
    found = ["# what is behind `> ` is answered in two dimensions, in 79 columns"]
    for line in lines:
        plain, _, option = line.partition("   # ")
        found += [f"> {line}", *drawn(plain, "unicode" if option == "unicode" else "text", option == "ascii")]
    assert "\n".join(found) + "\n" == wanted


def reads_back(text: str) -> int:
    """Draw it in every style and read the drawings; gives how many there were."""
    e, count = sd.parse(text), 0
    for style, ascii, bar in STYLES:
        shown = lines_of(e, style, 1000, ascii)
        if not shown or shown[-1].startswith("where "):
            continue
        count += 1
        assert all(line == line.rstrip() for line in shown)
        assert not ascii or all(map(str.isascii, shown))
        again = sd.parse(read(shown, bar), {symbol.name: symbol for symbol in e.symbols})
        same = sd.same(again, e) or str(again) == str(e) or is_as_large(again, e)
        assert same, "\n".join([text, style, *shown, str(again)])
    return count


def is_as_large(one: sd.Expr, other: sd.Expr) -> bool:
    """Whether two scalars that differ by brackets alone have one value at a point."""
    if one.shape or any(symbol.shape for symbol in other.symbols):
        return sd.equal(one, other).ok is not False
    point = {symbol.name: 0.6 + 0.1 * k for k, symbol in enumerate(other.symbols)}
    with np.errstate(all="ignore"):
        return np.allclose(one(point), other(point), rtol=1e-9, equal_nan=True)


@pytest.mark.parametrize(
    "text",
    [
        "(x + 1)/(x - 1)", "1/(1 + 1/(1 + 1/x))", "-1/x - 2/(3*x)", "((x + 1)/(x - 1))^2", "x/y/z", "x/(y/z)",
        "[a/b, c; d, k]*[x, y]", "inv([a, b; c, d])'", "[x, y]/t + [1/x, y]", "det([a, b; c, d])*x/3", "(-x)/y",
        "a - b/c - (d/c + 1)", "-(x/y)", "x^2/y^2*z - (u/v)^3*w", "([a/b, c; d, k])^2", "(x/y)*(z - u/v)",
        "u/v*sin(x)*[a, b]", "(x/y)^(1/z)", "(a/b)^(a/b)", "1/(x + 1) < y/z", "abs([a, b; c, d])", "x - (y + 1/z)",
        "where(x > 0, x/y, 0)/z", "[a; b]/t", "[a, b]'/t", "(A*x)/(x'*x) - x", "sqrt(x/y)*(x/y)", "[x + 1, -y; -1, 2]",
        "1 - (x/y - 1)", "-(x/y)*z", "-((x + y)/z)^2", "(x/y)*(-z/w)", "2/x*3", "exp(1/x)/x",
        "sqrt((x + 1)/y)", "1 + sqrt(a/b)/c", "sqrt(1 + sqrt(x/y))*(x/y)", "(1 + sqrt(x/y))/(1 - sqrt(x/y))",
        "-sqrt(1/x)", "sqrt([a/b, c]'*[x, y]/t)", "(2/3)^sqrt(x/y)", "(sqrt(x/y) + 1)^2",
    ],
)  # fmt: skip
def test_it_reads_back(text: str) -> None:
    reads_back(text)


def test_random_drawings_read_back() -> None:
    draw = random.Random(17)
    for _ in range(30):
        reads_back(some_text(draw, 4))


@pytest.mark.slow
def test_many_random_drawings_read_back() -> None:
    draw = random.Random(18)
    for _ in range(1500):
        reads_back(some_text(draw, draw.randint(2, 6)))


@pytest.mark.slow
def test_what_other_golden_files_have_reads_back() -> None:
    count = 0
    for name in ("printed", "published", "textbook", "matrix", "homework", "derivations"):
        for line in (GOLDEN.parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            text = line.partition("#")[0].split("   ")[0].strip("> =")
            try:
                e = sd.parse(text) if 2 < len(text) < 300 else None
            except sd.SymdiffError:
                continue
            if e is not None:
                count += reads_back(text)
    assert count > 300


def some_text(draw: random.Random, depth: int) -> str:
    """An expression of scalars with many quotients."""
    if depth == 0:
        return draw.choice(["x", "y", "alpha", "x_1", "2", "3", "t"])
    one, other = (some_text(draw, depth - draw.randint(1, depth)) for _ in range(2))
    forms = (
        "({})/({}) ({})/({}) ({})+({}) ({})-({}) ({})*({}) -({})-{} ({})^2*({}) ({})^({}) sin({})/({}) sqrt(({})/({}))"
    )
    return draw.choice(forms.split()).format(one, other)


def test_what_does_not_fit_is_a_line() -> None:
    assert drawn("(x + 1)/(x - 1)", width=5) == ["x + 1", "─────", "x - 1"]
    assert drawn("(x + 1)/(x - 1)", width=4) == ["(x + 1)/(x - 1)"]
    assert drawn("(x + 1)/(x - 1)", width=0) == ["(x + 1)/(x - 1)"]
    assert drawn("(x + 1)/(x - 1)", style="latex") == [r"\frac{x + 1}{x - 1}"]
    assert len(drawn("vector(x)*1 + [" + ", ".join(["x"] * 100) + "]")) == 1


@pytest.mark.parametrize("text", ["1/2", "sqrt(2)/2", "[1, 2, 3]", "x^2*sin(x)", "[x]", "2*x", "A*x"])
def test_numbers_and_what_is_flat_stay_on_a_line(text: str) -> None:
    assert len(drawn(text)) == 1


def test_a_column_of_a_matrix_is_not_drawn_as_a_vector() -> None:
    assert drawn("[a; b]") == ["[a; b]"]
    assert drawn("[a, b]") == ["⎡a⎤", "⎣b⎦"]
