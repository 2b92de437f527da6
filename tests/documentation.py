"""The pages of the project that hold examples: README.md, docs/, and docstrings; what they show is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [path for path in (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))) if path.exists()]
DOCUMENTED = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for path in (ROOT / "symdiff").rglob("*.py")
    if re.search(r"^\s*>>> ", path.read_text(encoding="utf-8"), re.M)
)


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def examples(page: Path) -> doctest.DocTest:
    """The Python examples of a page, run one after another as one session."""
    whole = "\n".join(blocks(page, "pycon"))
    return doctest.DocTestParser().get_doctest(whole, {}, page.name, str(page), 0)


def command_lines(page: Path) -> list[tuple[str, str]]:
    """The lines for a shell of a page, and what is shown under each."""
    text = "\n".join(blocks(page, "console"))
    return [(line, shown.strip()) for line, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", text, re.M)]
