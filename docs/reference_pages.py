"""The pages of the reference, written from what `symdiff help` says: `python docs/reference_pages.py FOLDER`."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from symdiff.reference import KINDS, Article, articles

MATHEMATICS = ("means", "derivative", "defined for", "smooth for", "values", "gives")
INTRODUCTION = """\
# Reference

What stands here is what `symdiff help NAME` says, at the shell and in the calculator. It comes from the books of
mathematics that the engine itself reads; each entry and each example is proved by a test.

```{toctree}
:maxdepth: 2

"""


def write_pages(folder: Path) -> None:
    """A page for each kind of article, and one that lists them."""
    folder.mkdir(exist_ok=True)
    told = articles()
    names = {kind: title.replace(" ", "-") for kind, title in KINDS.items()}
    for kind, title in KINDS.items():
        whole = f"# {title.capitalize()}\n\n" + _by_subject([one for one in told if one.kind == kind])
        (folder / f"{names[kind]}.md").write_text(whole, encoding="utf-8")
    (folder / "index.md").write_text(INTRODUCTION + "\n".join(names.values()) + "\n```\n", encoding="utf-8")


def _by_subject(told: list[Article]) -> str:
    parts = []
    for subject, ones in groupby(sorted(told, key=lambda one: _first(told, one)), key=lambda one: one.subject):
        parts += [f"## {subject}\n"] if subject else []
        parts += map(_entry, ones)
    return "\n".join(parts)


def _first(told: list[Article], one: Article) -> int:
    return next(k for k, other in enumerate(told) if other.subject == one.subject)


def _entry(one: Article) -> str:
    """An article: a heading, the forms, what it is, and a table of the rest."""
    depth = "###" if one.subject else "##"
    forms = "\n".join(one.forms)
    rows = [(name, _cell(said, name in MATHEMATICS)) for name, said in one.fields.items()]
    rows += [("example", f"{_cell(line, True)} gives {_cell(answer, True)}") for line, answer in one.examples]
    table = "".join(f"| {name} | {said} |\n" for name, said in rows)
    table = f"\n| | |\n| --- | --- |\n{table}" if rows else ""
    return f"{depth} {_plain(one.name)}\n\n```text\n{forms}\n```\n\n{_plain(one.summary)}\n{table}"


def _cell(text: str, code: bool) -> str:
    text = text.replace("|", "\\|")
    return f"`` {text} ``" if code else _plain(text)


def _plain(text: str) -> str:
    """Words with what Markdown would read as marks put in brackets of code, or as they are."""
    return text if "`" in text else text.translate({ord(mark): f"\\{mark}" for mark in "*_<[]"})


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
