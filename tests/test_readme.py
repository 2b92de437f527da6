"""What README.md shows is what happens: its Python examples, its command lines, and the commands CI runs."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from symdiff.cli import main

README = Path(__file__).resolve().parent.parent / "README.md"

pytestmark = pytest.mark.skipif(not README.exists(), reason="needs a checkout")


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)


def test_python_examples() -> None:
    examples = "\n".join(blocks("pycon"))
    assert examples.count(">>>") >= 10
    test = doctest.DocTestParser().get_doctest(examples, {}, "README.md", "README.md", 0)
    failures: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=failures.append)
    assert not failures, "".join(failures)


def command_lines() -> list[tuple[str, str]]:
    text = "\n".join(blocks("console"))
    return [(line, shown.strip()) for line, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", text, re.M)]


@pytest.mark.parametrize(("line", "shown"), command_lines(), ids=lambda v: v[:40])
def test_command_lines(line: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(line)
    assert words[0] == "symdiff"
    assert main(words[1:]) == 0
    assert capsys.readouterr().out.strip() == shown


def test_ci_finds_its_commands() -> None:
    text = README.read_text(encoding="utf-8")
    for mark in ("install-and-run", "test"):
        assert len(re.findall(rf"<!-- ci: {mark} -->\n```sh\n.+?\n```", text, re.S)) == 1
    assert text.index("pip install .") < text.index("pytest")
