"""How derivations are told: five at every level and in every notation, sixty as a teacher would read them."""

from __future__ import annotations

import shutil
import subprocess
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from test_derivation import agree, blocks

import symdiff as sd
from symdiff.errors import SymdiffError

GOLDEN = Path(__file__).parent / "golden"
Row = tuple[str, str, str, str, str]


@cache
def five() -> list[tuple[list[str], str]]:
    """The head and the page of each block of the five derivations, without the designed form behind `~`."""
    found = []
    for block in (GOLDEN / "narration.txt").read_text(encoding="utf-8").split("\n\n"):
        if not block.startswith("#"):
            head, *lines = block.strip("\n").split("\n")
            page = "\n".join(line for line in lines if not line.startswith("~"))
            found.append(([part.strip() for part in head.split(" | ")], page))
    return found


TEXTBOOK = blocks(GOLDEN / "textbook.txt")


@pytest.mark.parametrize(("head", "page"), five(), ids=[" ".join((h[1], *h[4:])) for h, _ in five()])
def test_five(head: list[str], page: str) -> None:
    kind, f, x, let, detail, notation = head
    derivation = sd.derive(f, x, kind=kind, declarations=let, detail=detail)
    assert getattr(derivation, notation)() == page.replace("\n¶\n", "\n\n")


@pytest.mark.parametrize("detail", ["textbook", "full"])
@pytest.mark.parametrize("row", TEXTBOOK, ids=[f"{row[0]} {row[1]}" for row in TEXTBOOK])
def test_every_line_is_true(row: Row, detail: str) -> None:
    kind, f, x, let, page = row
    derivation = sd.derive(f, x, kind=kind, declarations=let, detail=detail)
    assert derivation.steps[-1].after == derivation.result
    for step in derivation.steps:
        for one in (step, *step.substeps):
            agree(derivation, one, sd.parse(x, let))
    if detail == "textbook":
        assert derivation.text() == page


@pytest.mark.parametrize("row", TEXTBOOK[::4], ids=[f"{row[0]} {row[1]}" for row in TEXTBOOK[::4]])
@pytest.mark.parametrize("detail", ["result", "textbook", "full"])
def test_pages_are_read_back_by_verify(row: Row, detail: str) -> None:
    kind, f, x, let, _ = row
    report = sd.verify(sd.derive(f, x, kind=kind, declarations=let, detail=detail).text())
    assert [line.text for line in report.lines if not line.verdict or line.verdict.ok is not True] == []


def mathematics(page: str) -> list[str]:
    return [line.split("#")[0].rstrip() for line in page.split("\n")[1:] if line.split("#")[0].strip()]


def repeats(before: str, after: str) -> bool:
    """Whether a line of more than 40 characters has four fifths of the one before, in pieces of four or more."""
    pieces = SequenceMatcher(None, before, after, False).get_matching_blocks()
    return len(after) > 40 and sum(piece.size for piece in pieces if piece.size > 3) >= 0.8 * len(after)


def test_lines_are_short_and_each_says_something_new() -> None:
    pages = [row[4] for row in TEXTBOOK]
    lines = [line for page in pages for line in page.split("\n")]
    assert sum(len(line) > 100 for line in lines) <= len(lines) // 20
    chained = [line for line in lines if "chain rule" in line]
    assert chained
    assert all("chain rule, inside " in line for line in chained)
    for page in pages:
        told = mathematics(page)
        equal = [(a, b) for a, b in pairwise(told) if b.startswith("=")]
        assert not [pair for pair in equal if pair[0] == pair[1]]
        assert not [pair for pair in equal if pair[0].startswith("=") and repeats(*pair)]


def test_what_would_be_told_otherwise_is_seen() -> None:
    long = "= (1 + x^2)*(2*u*v - 3*u*sin(3*x)) - 2*x*u*v + 7"
    assert repeats(long, long.replace("7", "8"))
    assert not repeats(long, "= x*(2*(1 + x^2)*cos(x^2) - sin(x^2))/(1 + x^2)")


def test_names_are_never_those_in_use() -> None:
    told = sd.derive("norm2(A*r - z)^2", "r", declarations="r: vector(q); A: matrix(m, q); z: vector(m)").text()
    (named,) = [line for line in told.splitlines() if ":=" in line]
    assert named.split(" := ")[0] not in ("r", "z", "q", "m", "A")


def test_what_nobody_follows_line_by_line_is_one_line_with_its_rules() -> None:
    derivation = sd.derive("tr(X'*X)", "vec(X)", declarations="X: matrix(m, n)")
    (step,) = derivation.steps
    assert [sub.rule for sub in step.substeps] == ["product rule"]
    assert "grad(tr(X'*X), vec(X))\n= vec(2*X)" in derivation.text()


def nested(depth: int) -> str:
    x = f = sd.scalar("x")
    for _ in range(depth):
        f = np.sin(f) * x + f
    return sd.derive(f, x, kind="diff").text()


def test_the_page_of_what_is_large_is_no_longer_than_its_graph() -> None:
    assert len(nested(80)) < 2.5 * len(nested(40))


def test_every_order_is_told() -> None:
    told = sd.derive("x*exp(y*x)", "x", kind="hessian", declarations="x, y: scalar").text()
    assert "diff(x*exp(y*x), x, 2)" in told


def test_an_unknown_detail_is_an_error() -> None:
    with pytest.raises(SymdiffError, match="no detail 'long'"):
        sd.derive("x^2", "x", detail="long")


NORM = {"declarations": "x: vector(n); A: matrix(m, n); b: vector(m)"}


def test_told_by_operators() -> None:
    told = sd.derive("norm2(A*x - b)^2", "x", narrate="operators", **NORM).text()
    assert [" ".join(line.split()) for line in told.splitlines()[1:]] == [
        "r := A*x - b", "f := r'*r", "jacobian(r, x) = A", "grad(f, r) = 2*r",
        "grad(f, x) = jacobian(r, x)'*grad(f, r) = 2*A'*r # chain rule",
    ]  # fmt: skip


WAYS = [
    ("sum(log(1 + exp(X*w)) - y.*(X*w))", "w", "operators", "X: matrix(m, n); y: vector(m); w: vector(n)"),
    ("x'*A*x/(x'*x)", "x", "operators", "x: vector(n); A: matrix(n, n)"),
    ("norm2(B*tanh(A*x))", "x", "operators", "A: matrix(k, n); B: matrix(m, k); x: vector(n)"),
    ("norm2(A*x - b)^2", "x", "traces", NORM["declarations"]),
    ("sin(x^2)/sqrt(1 + x^2)", "x", "differentials", "x: scalar"),
    ("sin(x^2)/sqrt(1 + x^2)", "x", "operators", "x: scalar"),
]


@pytest.mark.parametrize(("f", "x", "way", "let"), WAYS, ids=[f"{row[2]} {row[0]}" for row in WAYS])
def test_other_ways_are_true_and_read_back(f: str, x: str, way: str, let: str) -> None:
    kind = "diff" if x == "x" and "x: scalar" in let else "grad"
    derivation = sd.derive(f, x, kind=kind, declarations=let, narrate=way)
    report = sd.verify(derivation.text())
    assert [line.text for line in report.lines if not line.verdict or line.verdict.ok is not True] == []
    for step in derivation.steps:
        agree(derivation, step, sd.parse(x, let))


def test_told_by_indices() -> None:
    told = sd.derive("norm2(A*x - b)^2", "x", narrate="indices", **NORM).text().splitlines()
    assert "r[i] = sum(j, A[i, j]*x[j]) - b[i]" in told
    assert told[-3].startswith("diff(f, x[i])")
    assert told[-2].startswith("= 2*sum(j, A[j, i]*r[j])")
    assert told[-1].startswith("= (2*A'*r)[i]")


@pytest.mark.parametrize(
    ("f", "lines"),
    [
        ("sum(sum(X, axis=1).^2)", ["q[i] = sum(j, X[i, j])", "diff(f, X[i, j])", "= 2*q[i] # chain rule"]),
        ("sum(sum(X.^2, axis=0).*b)", ["diff(f, X[i, j])", "= 2*X[i, j]*b[j]"]),
        ("sum(exp(X - c*ones(n)'))", ["M[i, j] = X[i, j] - c[i]"]),
        ("tr(X'*X)", ["= tr(dX'*X) + tr(X'*dX) # product rule"]),  # which books write with matrices
        ("sum(max(X, axis=1))", ["grad(sum(max(X, axis=1)), X)"]),  # of which an entry has no form of its own
    ],
)
def test_sums_along_axes_are_told_by_entries(f: str, lines: list[str]) -> None:
    derivation = sd.derive(f, "X", declarations="X: matrix(m, n); b: vector(n); c: vector(m)")
    told = [" ".join(line.split()) for line in derivation.text().splitlines()]
    assert {*lines} <= {*told}
    assert derivation.steps[-1].after == derivation.result
    assert f"= {derivation.result}" in [line.split(" #")[0] for line in told]


def test_ways_that_there_are_not() -> None:
    with pytest.raises(SymdiffError, match="no way to tell a derivation 'words'"):
        sd.derive("x^2", "x", narrate="words", declarations="x: scalar")
    with pytest.raises(SymdiffError, match="operators tell derivatives by scalars and vectors"):
        sd.derive("logdet(X)", "X", narrate="operators", declarations="X: matrix(n, n)").text()


_PREAMBLE = r"""\documentclass{article}\usepackage{amsmath}\setlength{\textwidth}{12cm}\setlength{\parindent}{0pt}
\begin{document}"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not found")
@pytest.mark.parametrize("detail", ["result", "textbook", "full"])
def test_no_display_is_wider_than_twelve_centimetres(detail: str, tmp_path: Path) -> None:
    rows = [row[:4] for row in TEXTBOOK] + [tuple(head[:4]) for head, _ in five()]
    pages = [sd.derive(f, x, kind=kind, declarations=let, detail=detail).latex() for kind, f, x, let in rows]
    (tmp_path / "pages.tex").write_text("\n\n".join([_PREAMBLE, *pages, r"\end{document}"]), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "pages.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=300)
    log = (tmp_path / "pages.log").read_text(encoding="latin-1")
    assert "Overfull" not in log
    assert "\n!" not in log


def test_long_reasons_are_wrapped_and_long_sums_broken() -> None:
    display = sd.derive("norm2(A*x - b)^2", "x", **NORM).latex()
    rows = [line for line in display.splitlines() if line.startswith(" & &&")]
    assert rows
    terms = "+".join(f"sin(x)^{k}*cos(x)^{k + 1}" for k in range(2, 9))
    assert r" &\quad + " in sd.derive(terms, "x", kind="diff", declarations="x: scalar", detail="result").latex()


def test_a_block_by_two_variables_is_the_jacobian_of_a_gradient() -> None:
    told = sd.derive("norm2(A*x - b)^2", ["x", "b"], "hessian", **NORM).text()
    assert "jacobian(grad(norm2(A*x - b)^2, x), b)\n= -2*A'" in told
    for page in told.split("\n\n"):
        report = sd.verify(page)
        assert [line.text for line in report.lines if not line.verdict or line.verdict.ok is not True] == []


def test_by_a_structure_what_is_free_is_told_first() -> None:
    told = sd.derive("logdet(S)", "S", declarations="S: symmetric(n)", structure="free").text().splitlines()
    assert told[2].startswith("= tr(inv(S)*dS)")
    assert told[-2].startswith("-> 2*inv(S) - diag(diag(inv(S)))")
