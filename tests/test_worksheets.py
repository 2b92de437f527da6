"""Worksheets: blanks and keys, problems of one's own and made up; a sheet that is filled in is marked by verify."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

import pytest

import symdiff as sd
from symdiff.cli import main
from symdiff.worksheets import TOPICS, of_problems, of_topic

BLANK = "_" * 14


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("level", [1, 2, 3])
def test_problems_of_a_topic(topic: str, level: int) -> None:
    sheet = of_topic(topic, 4, level, seed=5)
    assert len({str(one.text()) for one in sheet.exercises}) == 4
    assert sheet.text() == of_topic(topic, 4, level, seed=5).text() != of_topic(topic, 4, level, seed=6).text()
    for exercise in sheet.exercises:
        report = sd.verify(exercise.text())
        assert all(line.ok for line in report.lines), str(report)
    if topic.endswith("rule"):
        assert all(topic in exercise.text() for exercise in sheet.exercises)


def test_blanks_for_lines_and_for_reasons() -> None:
    lines, reasons = (of_problems(["d/dx sin(x^2)/x"], blanks=blanks) for blanks in ("lines", "reasons"))
    told = lines.exercises[0].text()
    sheet = lines.text(key=False)
    assert "quotient rule" in sheet
    assert "cos" not in sheet
    assert sheet.count(BLANK) == len(lines.exercises[0].steps)
    sheet = reasons.text(key=False)
    assert "cos" in sheet
    assert "quotient rule" not in sheet
    assert all(f"# {line}".rstrip() in lines.text() for line in told.splitlines())


def test_a_sheet_that_is_filled_in_is_marked() -> None:
    sheet = of_problems(["d/dx sin(3*x)", "grad(norm2(A*x - b)^2, x)"])
    key = "\n\n".join(f"# {k}\n{one.text()}" for k, one in enumerate(sheet.exercises, 1))
    assert all(line.ok for line in sd.verify(key).lines)
    wrong = key.replace("3*cos(3*x)", "cos(3*x)")
    assert wrong != key
    assert [line.ok for line in sd.verify(wrong).lines].count(False) == 1
    assert not any(line.ok is False for line in sd.verify(sheet.text()).lines)  # what is blank is not wrong


def test_documents(tmp_path: Path) -> None:
    sheet = of_topic("chain rule", 2, 2)
    for name in ("sheet.tex", "sheet.md", "sheet.txt"):
        sheet.save(tmp_path / name)
    assert r"\underline{\hspace{4cm}}" in (tmp_path / "sheet.tex").read_text()
    assert "Key to exercise 2" in (tmp_path / "sheet.md").read_text()
    assert (tmp_path / "sheet.txt").read_text() == sheet.text() + "\n"
    with pytest.raises(sd.SymdiffError, match="no format is known"):
        sheet.save(tmp_path / "sheet.odt")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*argv: str) -> tuple[int, str, str]:
        code = main(["worksheet", *argv])
        return (code, *capsys.readouterr())

    file = tmp_path / "problems.txt"
    file.write_text("# two\nx: vector(n)\nd/dt sin(t^2)\ngrad(x'*x, x)\n")
    code, out, err = run(str(file))
    assert (code, err) == (0, "")
    assert re.findall(r"^# (\d)$", out, re.M) == ["1", "2", "1", "2"]
    assert run(str(file), "-o", str(tmp_path / "out.md"))[0] == 0
    assert (tmp_path / "out.md").exists()
    code, out, err = run("--topic", "product rule", "--count", "2", "--no-key")
    assert (code, out.count("# Key")) == (0, 0)
    monkeypatch.setattr(sys, "stdin", StringIO("d/dx x^2"))
    assert run("-")[0] == 0
    for argv, said in [
        ((), "a file of problems is needed"),
        ((str(file), "--topic", "chain rule"), "a file of problems is needed"),
        (("--topic", "chian rule"), "did you mean 'chain rule'? there are power rule"),
        (("--topic", "chain rule", "--level", "7"), "level 1, 2 or 3"),
        ((str(tmp_path / "none.txt"),), "is not read: No such file"),
    ]:
        code, _, err = run(*argv)
        assert code == 2
        assert said in err
    file.write_text("d/dx x^2\nx + 1\n")
    code, _, err = run(str(file))
    assert code == 2
    assert "problem 2: this asks for no derivative" in err
