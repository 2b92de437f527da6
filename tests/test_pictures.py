"""Derivations as SVG and PNG, which matplotlib sets; without it the error names the extra."""

from __future__ import annotations

import struct
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from strategies import random_expr
from test_output import DERIVED, command, derived
from test_show import golden

import symdiff as sd
from symdiff import show
from symdiff.show.as_mathtext import MathText, aligned
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.read import read


def test_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for end in ("svg", "png"):
        with pytest.raises(sd.MissingExtra, match="pictures are set by matplotlib") as error:
            derived(0).save(tmp_path / f"d.{end}")
        assert error.value.hint is not None and error.value.hint.endswith("[render]'")
        assert command("diff", "x^2", "--wrt", "x", "-o", tmp_path / f"d.{end}") == 3
    assert "[render]" in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("norm1(x) <= a'*b", r"\Vert  x \Vert _1 \leq  a^{\mathsf{T}} b"),
        ("[a, b]", r"\left[\substack{a \\ b}\right]"),
        ("x*sin(y)/2", r"\dfrac{x\, \sin y}{2}"),
        ("(1/(1 + 1/x))^2", r"\left(\dfrac{1}{1 + \frac{1}{x}}\right)^2"),
        ("where(x > 0, x, 1)", r"\left\{\substack{x\quad \text{if }x > 0 \\ 1\quad \text{otherwise}}\right."),
    ],
)
def test_what_matplotlib_is_given(text: str, expected: str) -> None:
    assert MathText()(parse_tree(text)) == expected


def test_matplotlib_sets_every_form() -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext", reason="the extra `render` is not installed")
    parser, names = mathtext.MathTextParser("path"), golden()[0]
    trees = [show.as_tree(read(text, names).expr) for text, _, _ in golden()[1]]
    trees += [show.as_tree(random_expr(seed, formal=True)) for seed in range(60)]
    for tree in trees:
        parser.parse(f"${MathText()(tree)}$", 72)


@pytest.mark.parametrize("k", range(len(DERIVED)))
def test_pictures(k: int, tmp_path: Path) -> None:
    """Whole files; nothing stands outside of the sheet, nothing names another place, and it is the same twice."""
    pytest.importorskip("matplotlib", reason="the extra `render` is not installed")
    svg, png = tmp_path / "d.svg", tmp_path / "d.png"
    for path in (svg, png):
        derived(k).save(path, verdict=sd.check("x^2", "x"))
    content = png.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG") and content.endswith(b"IEND\xaeB`\x82") and width > 200 and height > 100
    text = svg.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert "<image" not in text and 'href="http' not in text and root.findtext("{*}title")
    assert text.count("<!-- ") >= 2 and "Check: right" in text
    derived(k).save(svg, verdict=sd.check("x^2", "x"))
    assert svg.read_text(encoding="utf-8") == text


def test_rows_do_not_overlap() -> None:
    pytest.importorskip("matplotlib", reason="the extra `render` is not installed")
    from symdiff.show.picture import Sheet, _rows

    for k in range(len(DERIVED)):
        sheet = Sheet()
        cells, width, height = sheet.placed(_rows(derived(k).document(), sheet))
        boxes = []
        for cell in cells:
            wide, above, below = sheet.size(cell.text)
            boxes.append((cell.left, cell.left + wide, cell.base - above, cell.base + below))
        assert all(0 < left < right < width and 0 < top < bottom < height for left, right, top, bottom in boxes)
        for i, (left, right, top, bottom) in enumerate(boxes):
            for left_2, right_2, top_2, bottom_2 in boxes[:i]:
                assert right <= left_2 or right_2 <= left or bottom <= top_2 or bottom_2 <= top


@pytest.mark.slow
def test_what_is_long_is_broken_and_what_is_huge_is_smaller(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `render` is not installed")
    terms = " ".join(f"{'-+'[k % 2]} a_{k}*sin({k}*x)^2" for k in range(2, 14))
    sd.derive(f"cos(x){terms}", "x", "diff").save(tmp_path / "d.png")
    width, height = struct.unpack(">II", (tmp_path / "d.png").read_bytes()[16:24])
    assert width < 2600 and height > 200
    product = "*".join(f"(x + alpha_{k})^{k}" for k in range(2, 200))
    sd.Derivation(sd.parse(product)).save(tmp_path / "d.png")
    width, _ = struct.unpack(">II", (tmp_path / "d.png").read_bytes()[16:24])
    assert 20_000 < width <= 30_000


def test_tables_have_columns() -> None:
    """Cells of a matrix in the middle of their columns, those of cases on the left, around the height of a minus."""
    matrix = aligned(r"\left[\substack{a\quad bb \\ c\quad d}\right]", len)
    first, second = r"\hspace{0.000}{a}\hspace{0.000}", r"\hspace{0.000}{c}\hspace{0.000}"
    rows = (
        rf"{first}\quad \hspace{{0.000}}{{bb}}\hspace{{0.000}}",
        rf"{second}\quad \hspace{{0.500}}{{d}}\hspace{{0.500}}",
    )
    assert matrix == rf"\left[\genfrac{{}}{{}}{{0}}{{0}}{{{rows[0]}}}{{{rows[1]}}}\right]"
    cases = aligned(r"\left\{\substack{xx\quad \text{if }x > 0 \\ \frac{1}{2}\quad \text{otherwise}}\right.", len)
    assert r"{xx}\hspace{9.000}" in cases and r"\hspace{0.000}{\frac{1}{2}}\hspace{0.000}" in cases
    nested = aligned(r"\substack{a \\ \left[\substack{b \\ c \\ d}\right]}", len)
    assert nested.count(r"\genfrac") == 2 and nested.count(r"\substack") == 1
