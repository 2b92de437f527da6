"""Pages of HTML: MathML that is whole, nothing from elsewhere, read by HTML and XML parsers."""

from __future__ import annotations

import base64
import io
import re
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from strategies import random_expr
from test_output import DERIVED, derived
from test_show import golden

import symdiff as sd
from symdiff import show
from symdiff.algebra import Condition, symbol
from symdiff.book.library import library
from symdiff.show.as_mathml import MathML, PageMathML, math
from symdiff.show.documents import Document, Section
from symdiff.show.forms import latex_form
from symdiff.show.mathml_forms import Place, mathml_form
from symdiff.show.page import Chain, Line, Naming, Note, Page
from symdiff.show.page_html import html_page
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.read import read
from symdiff.syntax.tree import Tree

GOLDEN = Path(__file__).parent / "golden"
CHILDREN = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "munder": 2, "munderover": 3, "mroot": 2, "mover": 2}
LEAVES = ("mi", "mn", "mo", "mtext")
EMPTY = ("meta", "hr")


def whole(mathml: str) -> ET.Element:
    """The element of a text; AssertionError where MathML Core would show it otherwise than it is meant."""
    found = ET.fromstring(mathml)
    for element in found.iter():
        if element.tag in LEAVES:
            assert element.text and len(element) == 0, mathml
            assert "\\" not in element.text and not element.text.isspace(), mathml
        elif element.tag == "mspace":
            assert "width" in element.attrib and not element.text
        else:
            assert len(element) == CHILDREN.get(element.tag, len(element)) > 0, (element.tag, mathml)
            assert not (element.text or "").strip() and element.tail in (None, ""), (element.tag, mathml)
    return found


def spoken(mathml: str) -> str:
    """The characters in order, invisible ones and blanks left out."""
    return re.sub(r"[\s\u2061\u2062]", "", "".join(ET.fromstring(mathml).itertext()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*x*sin(x)^2", "2xsin2(x)"),
        ("x'*inv(A)*x/2", "x⊤A−1x2"),
        ("-(x - 1)^(n + 1)", "−(x−1)n+1"),
        ("norm2(x)^2 + norm1(x)", "‖x‖22+‖x‖1"),
        ("tr(A'*B) + logdet(A)", "tr(A⊤B)+logdet(A)"),
        ("where(t > 0, t, sqrt(s))", "{tift>0sotherwise"),
        ("lambda_max*3*4^2", "λmax·3·42"),
        ("x[1:3] < 2e-7", "x[1:3]<2·10−7"),
        ("[s, t; 1, 2]", "[st12]"),
        ("binomial(n, k) + cbrt(t) + abs(t)", "(nk)+t3+abs(t)"),
        ("a.*b.^2./c", "(a⊙b∘2)⊘c"),
        ("kron(A, B)", "A⊗B"),
        ("besselj(2, t)", "J2(t)"),
    ],
)
def test_what_is_written(text: str, expected: str) -> None:
    tree = parse_tree(text)
    assert spoken(math(tree, MathML())) == expected
    whole(math(tree, MathML()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(1 + x^2)^(3/2)", "(1+x2)3/2"),
        ("2*sum(p.*log(q))", "2(∑ipilog(qi))"),
        ("sum(p.*d(q))", "∑ipidqi"),
        ("sum(s)*t", "sum(s)t"),  # of a scalar there are no entries
        ("u'*where(z > 0, v + w, 0)", "u⊤(𝟏[z>0]⊙(v+w))"),
        ("t*where(t > 0, s, 0)", "t(𝟏[t>0]s)"),
        ("where(t > 0, 1, 0)", "𝟏[t>0]"),
        ("d(f) + d(x'*x)", "df+d(x⊤x)"),
        ("diff(t*f, t, 2) + hessian(f, x)", "d2dt2[tf]+∇x2f"),
    ],
)
def test_what_pages_write(text: str, expected: str) -> None:
    mathml = math(parse_tree(text), PageMathML(frozenset("st")))
    assert spoken(mathml) == expected
    whole(mathml)


def test_structure() -> None:
    names = golden()[0]
    for text, _, _ in golden()[1]:
        tree = show.as_tree(read(text, names).expr)
        whole(math(tree, MathML()))
        whole(math(tree, PageMathML()))
    for seed in range(300):
        whole(math(show.as_tree(random_expr(seed, formal=True)), PageMathML()))


def test_every_form_of_the_books() -> None:
    """Every argument has one place for each that its LaTeX has, and nothing of LaTeX is left."""
    tried = 0
    for name in library().names():
        for count in range(1, 4):
            form = latex_form(name, count)
            if form is None or name == "abs":
                continue
            tried += 1
            pieces = mathml_form(form)
            assert sorted(p.argument for p in pieces if isinstance(p, Place)) == sorted(
                p for p in form if p in range(9)
            )
            call = Tree("call", tuple(Tree("name", (), letter) for letter in "xyz"[:count]), (name, ()))
            whole(math(call, MathML()))
    assert tried > 120


def test_brackets_grow_round_what_is_tall() -> None:
    assert math(parse_tree("sin(x + 1)"), MathML()).count('stretchy="false"') == 2
    assert "stretchy" not in math(parse_tree("sin((x + 1)/2)"), MathML())
    assert math(parse_tree("(x + 1)*f((y + 1)/(z*(z + 1)))"), MathML()).count('stretchy="false"') == 4


def test_signs_of_html_are_escaped() -> None:
    x = symbol("x")
    chain = Chain(
        parse_tree("x"), (Line(parse_tree("x < 1 and x > 0"), ('so "a" <b> & c', Condition("positive", (x,)))),)
    )
    page = html_page(Document('<title> & "x"', (Section(Page((chain,), "<x>"), "<h>", None, "<e>", "<c> && 'd'"),)))
    assert not re.search("<(title> &|b>|c>|e>|x>|h>)", page.replace("<title>&lt;", ""))
    ET.fromstring(page)


def told() -> list[Document]:
    """Two derivations as they are told, written out."""
    r, v = parse_tree("r"), parse_tree("dr")
    move = Chain(v, (Line(parse_tree("A*dx"), ("product rule; ", parse_tree("b"), " constant")),))
    back = Chain(
        parse_tree("d(r'*r/2)"),
        (
            Line(parse_tree("r'*dr"), ("product rule; a scalar is its own transpose",)),
            Line(parse_tree("(A'*r)'*dx"), ("insert ", v, "; transpose of a product")),
        ),
    )
    read_off = Chain(parse_tree("grad(norm2(r)^2/2, x)"), (Line(parse_tree("A'*r"), ("read off",)),))
    page = Page((Naming(r, parse_tree("A*x - b"), move, ("the residual",)), back, read_off), "x: vector(n);  by x")
    one = Document(parse_tree("grad(norm2(A*x - b)^2/2, x)"), (Section(page),))
    x = parse_tree("x")
    v = Tree("define", (parse_tree("v"), parse_tree("log(x)")))
    shown = Tree("where", (parse_tree("(1 - v)/x^2"), v), "line")
    item = Chain(parse_tree("diff(log(x)/x, x)"), (Line(shown, ("quotient rule",)),))
    note = Note(("if ", Condition("positive", (symbol("x"),))))
    full = Page((Note(("1  ", x, " once"), heading=True), item, note))
    evidence = "right\n  finite differences: agrees; 4 points"
    section = Section(Page((item, note)), "by x", full, evidence, "def f(x):\n    return x < 1\n")
    return [one, Document("Two results", (section, Section(Page((item,)), heading="by y")))]


@pytest.mark.parametrize("k", [0, 1])
def test_golden_pages(k: int) -> None:
    """As they were when a person looked at them in a browser."""
    assert html_page(told()[k]) == (GOLDEN / f"page_{k + 1}.html").read_text(encoding="utf-8")


def test_the_rules_of_a_line_fold_under_it() -> None:
    page = sd.derive("x'*A*x + b'*x", "x", declarations="x, b: vector(n); A: matrix(n, n)").html()
    folded = page.split("<details><summary>product rule")[1].split("</details>")[0]
    assert "sum rule</li>" in folded and "constant multiple rule</li>" in folded


class _Reader(HTMLParser):
    """What is open, and all that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        self.open += [] if tag in EMPTY else [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in (*EMPTY, "mspace"), tag
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("k", range(len(DERIVED)))
def test_pages_of_derivations(k: int) -> None:
    """Well-formed for both parsers, in a language, with a title and headers, nothing from outside."""
    d = derived(k)
    page = d.html(verdict=sd.check("x^2", "x"), code=sd.compile(d.result).source)
    reader = _Reader()
    reader.feed(page)
    tags = [tag for tag, _ in reader.seen]
    assert not reader.open and ("html", {"lang": "en"}) in reader.seen
    assert tags.count("h1") == tags.count("title") == tags.count("main") == 1 and "details" in tags
    assert tags.count("table") == tags.count("thead") and not {"img", "script", "link", "iframe"} & set(tags)
    assert not re.search(r"https?:|//|@import|url\(|\bon\w+=", page.replace("// ", ""))
    root = ET.fromstring(page)
    formulas = list(root.iter("math"))
    assert len(formulas) > 5 and all(whole(ET.tostring(f).decode().split("</math>")[0] + "</math>") for f in formulas)
    every = [f for f in root.iter("details") if f.findtext("summary") == "Every step"]
    assert every or d._replace(detail="full").text() == d.text()
    assert "Check: right" in page and "<pre><code>import numpy" in page


def test_what_notebooks_show() -> None:
    """The display of IPython has all three for expressions, derivations, verdicts; the HTML stands in another page."""
    formatters = pytest.importorskip("IPython.core.formatters", reason="the extra `notebook` is not installed")
    d = derived(2)
    check, equality = sd.check("x^3", "x", "3*x^2", kind="diff"), sd.equal("log(a*b)", "log(a) + log(b)")
    wrong = sd.check("x^3", "x", "2*x^2", kind="diff")
    display = formatters.DisplayFormatter()
    for shown in (d.result, d, check, equality, wrong):
        data, _ = display.format(shown)
        assert {"text/plain", "text/latex", "text/html"} <= set(data)
        assert data["text/plain"] == str(shown)
        ET.fromstring(data["text/html"])
        assert data["text/html"].startswith("<div") and "<body" not in data["text/html"]
    assert equality._repr_latex_() == r"$\displaystyle \text{equal}\text{ if }a > 0\text{ and }b > 0$"
    assert "<strong>equal if <math><mrow><mi>a</mi>" in equality._repr_html_()
    assert check._repr_latex_() == r"$\displaystyle \text{right}$" and "<strong>wrong</strong>" in wrong._repr_html_()
    assert all(line.strip() in wrong._repr_html_() for line in str(wrong).splitlines())
    assert d._repr_latex_() == d.latex() and "<details" in d._repr_html_()


def test_a_page_carries_its_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fontTools", None)
    font = tmp_path / "some.otf"
    font.write_bytes(b"letters")
    page = derived(0).html(font=font)
    assert '@font-face { font-family: "symdiff math"; src: url("data:font/otf;base64,bGV0dGVycw=="); }' in page
    ET.fromstring(page)
    for bad, why in [("none.otf", "is not read: No such file"), ("font.txt", "is no font")]:
        with pytest.raises(sd.SymdiffError, match=why):
            derived(0).save(tmp_path / "d.html", font=tmp_path / bad)
    assert not (tmp_path / "d.html").exists()


def test_of_a_font_the_page_gets_what_it_needs(tmp_path: Path) -> None:
    tools = pytest.importorskip("fontTools.ttLib", reason="the extra `render` is not installed")
    data = pytest.importorskip("matplotlib", reason="the extra `render` is not installed").get_data_path()
    font = Path(data) / "fonts" / "ttf" / "STIXGeneral.ttf"
    page = derived(0).html(font=font)
    content = base64.b64decode(page.split("base64,")[1].split('"')[0])
    kept = tools.TTFont(io.BytesIO(content)).getBestCmap()
    assert len(content) < len(font.read_bytes()) / 3
    assert {ord(char) for char in "x√−u(="} <= set(kept) and ord("⊗") not in kept
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font at all")
    with pytest.raises(sd.SymdiffError, match="the font is not read"):
        derived(0).html(font=broken)
