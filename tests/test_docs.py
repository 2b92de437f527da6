"""What README.md, the pages of docs/ and the docstrings show is what happens; every link of a page leads somewhere."""

from __future__ import annotations

import doctest
import re
import shlex
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from documentation import DOCUMENTED, PAGES, README, ROOT, command_lines, examples

import symdiff as sd
from symdiff.cli import main

pytestmark = pytest.mark.skipif(not README.exists(), reason="needs a checkout")


def run(test: doctest.DocTest) -> None:
    failures: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=failures.append)
    assert not failures, "".join(failures)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_examples(page: Path) -> None:
    run(examples(page))


@pytest.mark.parametrize("module", DOCUMENTED)
def test_examples_of_docstrings(module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # in which they may write files
    for test in doctest.DocTestFinder().find(import_module(module), module, extraglobs={"sd": sd, "np": np}):
        run(test)


@pytest.mark.parametrize(
    ("line", "shown"), [row for page in PAGES for row in command_lines(page)], ids=lambda text: text[:40]
)
def test_command_lines(
    line: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # in which they may write files
    words = shlex.split(line)
    assert words[0] == "symdiff"
    assert main(words[1:]) == 0
    assert capsys.readouterr().out.strip() == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    made = {ROOT / "docs/reference/index.md"}  # written when the site is built
    missing = [t for t in targets if t and "://" not in t and not (page.parent / t).exists()]
    assert [t for t in missing if (page.parent / t).resolve() not in made] == []


def test_the_page_of_the_api_has_every_public_name() -> None:
    listed = re.findall(r"^\.\. auto\w+:: (\w+)", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(sd.__all__)


def test_enough_is_shown() -> None:
    assert len(examples(README).examples) >= 10
    assert all(getattr(sd, name).__doc__ for name in sd.__all__ if name != "limits")


def test_ci_finds_its_commands() -> None:
    text = README.read_text(encoding="utf-8")
    for mark in ("install-and-run", "test"):
        assert len(re.findall(rf"<!-- ci: {mark} -->\n```sh\n.+?\n```", text, re.S)) == 1
    assert text.index("pip install .") < text.index("pytest")
