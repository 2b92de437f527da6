"""Derivations as files: LaTeX documents that compile, Markdown; written whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import symdiff as sd
from symdiff.cli import main

DERIVED = [
    ("sin(x^2)/sqrt(1 + x^2)", "x", "diff"),
    ("norm2(A*x - b)^2/2", "x", "grad"),
    ("logdet(X'*X + c*eye(n))", "X", "grad"),
    ("where(x > 0 and x != 1, atan2(x, 2), abs(x))", "x", "diff"),
    ("Δx^2*sin(é)*theta_hat", "Δx", "diff"),
    ("x'*A*x", ["x", "A"], "grad"),
    ("cumsum(x)*y'", "x", "jacobian"),
]


def derived(k: int) -> sd.Derivation:
    f, x, kind = DERIVED[k]
    return sd.derive(f, x, kind, "x: vector(n)" if k == 6 else None)


@pytest.mark.pdflatex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_documents_compile(tmp_path: Path) -> None:
    for k in range(len(DERIVED)):
        derived(k).save(
            tmp_path / f"{k}.tex", verdict="right\n  σ ≤ 1, 5 % of {n}_{m}", code="def f(x):\n    return x\n"
        )
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{k}.tex"], cwd=tmp_path, capture_output=True
        )
        assert done.returncode == 0, done.stdout[-600:].decode(errors="replace")


def test_a_document_declares_its_letters(tmp_path: Path) -> None:
    derived(4).save(tmp_path / "d.tex")
    text = (tmp_path / "d.tex").read_text(encoding="utf-8")
    assert r"\DeclareUnicodeCharacter{0394}{\ensuremath{\Delta}}" in text
    assert text.startswith(r"\documentclass") and text.endswith("\\end{document}\n")
    derived(0).save(tmp_path / "d.tex")
    assert "DeclareUnicode" not in (tmp_path / "d.tex").read_text(encoding="utf-8")


def test_markdown(tmp_path: Path) -> None:
    d = derived(1)
    d.save(tmp_path / "d.MD", verdict=sd.check("norm2(A*x - b)^2/2", "x"), code=sd.compile(d.result).source)
    text = (tmp_path / "d.MD").read_text(encoding="utf-8")
    title, sentence, display, *rest = text.split("\n\n")
    assert title.startswith(r"# $\nabla_x ") and "A x - b" in title  # the part is put in
    assert sentence.startswith("Let $r = A x - b$")
    assert display.startswith("$$\n\\begin{aligned}\n") and display.endswith("\n\\end{aligned}\n$$")
    assert rest[0].startswith("```text\ncheck: right\n") and rest[0].endswith("```")
    assert rest[1].startswith("```python\n") and max(map(len, rest[0].splitlines())) <= 100 and "\n\\[\n" not in text


def test_a_result_that_nothing_led_to_is_shown(tmp_path: Path) -> None:
    sd.Derivation(sd.parse("x^2")).save(tmp_path / "d.md")
    assert (tmp_path / "d.md").read_text(encoding="utf-8") == "$x^2$.\n"
    derived(5)._replace(telling=None).save(tmp_path / "d.md")
    assert (tmp_path / "d.md").read_text(encoding="utf-8").count("$.") == 2


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    d, place = derived(0), tmp_path / "d.md"
    (tmp_path / "folder.md").mkdir()
    for bad, why in [
        (tmp_path / "none" / "d.md", "is not written: No such file"),
        (tmp_path / "folder.md", "it is a folder"),
        (tmp_path / "d.doc", r"no format is known for '.*d\.doc'"),
        (tmp_path / "d", "no format is known"),
        ("d\0.md", "is not written"),
    ]:
        with pytest.raises(sd.SymdiffError, match=why):
            d.save(bad)
    place.write_text("before")
    place.chmod(0o640)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(sd.SymdiffError, match="No space left"):
            d.save(place)
    assert place.read_text() == "before" and sorted(p.name for p in tmp_path.iterdir()) == ["d.md", "folder.md"]
    link = tmp_path / "link.md"
    link.symlink_to(place)
    d.save(link)
    assert link.is_symlink() and place.read_text() != "before" and place.stat().st_mode & 0o777 == 0o640


# the command's -o


def command(*argv: object, stdin: str = "") -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdin", io.StringIO(stdin))
        return main([str(word) for word in argv])


def test_the_command_writes_what_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html, tex, md = (tmp_path / f"d.{end}" for end in ("html", "tex", "md"))
    let = "x: vector(n); A: matrix(m, n); b: vector(m)"
    asked = ("grad", "norm2(A*x - b)^2", "--wrt", "x", "--let", let)
    assert command(*asked, "--steps", "--check", "--to", "numpy", "-o", html) == 0
    assert capsys.readouterr() == ("", "")  # the file is the answer
    page = html.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "Check: right" in page and "<pre><code>import numpy" in page
    assert page.count("<details open") >= 2 and "Every step" in page
    assert command(*asked, f"--output={tex}") == 0
    text = tex.read_text(encoding="utf-8")
    assert r"\begin{document}" in text and "Let $r" not in text and text.count("&=") == 1
    assert command("hessian", "log(x)*y", "--wrt", "x,y", "--let", "x: scalar; y: scalar", "-o", md) == 0
    text = md.read_text(encoding="utf-8")
    assert "This holds if $x > 0$." in text and r"\begin{bmatrix}" in text and "nabla" not in text  # one matrix
    assert command("grad", "x'*A*x", "--wrt", "x,A", "--let", "x: vector(n)", "-o", md) == 0
    assert md.read_text(encoding="utf-8").startswith("# x'\\*A\\*x\n\n## by x\n\n$$\n")
    assert (
        command("jacobian", "A*X", "--wrt", "X", "--let", "A: matrix(n, n); X: matrix(n, k)", "--kron", "-o", md) == 0
    )
    assert "$I_k \\otimes A$." in md.read_text(encoding="utf-8")
    assert command("x^2 + 1/x", "-o", md) == 0 and "x^2" in md.read_text(encoding="utf-8")


def test_several_texts_are_one_document_or_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    md = tmp_path / "d.md"
    assert command("diff", "-", "--wrt", "t", "-o", md, stdin="t^2\nt*sin(t)\n") == 0
    assert [line for line in md.read_text(encoding="utf-8").splitlines() if line.startswith("#")] == [
        "# Derivatives",
        "## t^2",
        "## t\\*sin(t)",
    ]
    md.unlink()
    assert command("diff", "-", "--wrt", "t", "-o", md, stdin="t^2\nt*sin(\n") == 2
    assert "d.md is not written" in capsys.readouterr().err and not md.exists()


def test_what_the_command_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in [
        (["-o", tmp_path / "d.doc"], "no format is known"),
        (["-o", tmp_path / "no" / "d.md"], "is not written: No such file"),
        (["-o", tmp_path / "d.md", "--json"], "--json prints lines"),
        (["-o"], "expected one argument"),
    ]:
        assert command("diff", "t^2", "--wrt", "t", *words) == 2
        out, err = capsys.readouterr()
        assert said in err and not out
    assert command("-o", tmp_path / "d.md") == 2 and "an expression is needed" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_wrong_result_is_written_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from symdiff import oracles

    right = oracles.check
    monkeypatch.setattr("symdiff.oracles.check", lambda f, x, result, *rest: right(f, x, sd.parse("x"), *rest))
    assert command("diff", "x^2", "--wrt", "x", "--check", "-o", tmp_path / "d.html") == 1
    assert "check: wrong" in capsys.readouterr().err
    assert "Check: wrong" in (tmp_path / "d.html").read_text(encoding="utf-8")
