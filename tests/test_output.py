"""Derivations as files: LaTeX documents that compile, Markdown; written whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import symdiff as sd

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
    assert title == r"# $\nabla_{x} \left(\frac{\left\lVert A x - b \right\rVert^{2}}{2}\right)$"  # the part is put in
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
