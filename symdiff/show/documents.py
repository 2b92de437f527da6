r"""Whole documents of what is shown: sections with a derivation or a result, its evidence and its code.

A `.tex` compiles as it is, a `.md` has its mathematics in dollars, a `.html` needs nothing else;
`.svg` and `.png` are pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from textwrap import wrap
from typing import NamedTuple

from symdiff.algebra import Condition
from symdiff.errors import SymdiffError
from symdiff.files import Path, suffix, write_whole
from symdiff.notation import to_tree
from symdiff.show.as_text import Text
from symdiff.show.code_file import joined
from symdiff.show.names import escaped
from symdiff.show.page import Break, Chain, Naming, Page
from symdiff.show.page_latex import page_latex
from symdiff.show.page_style import PageLatex
from symdiff.show.unparse import WIDTH
from symdiff.syntax.names import symbol_table
from symdiff.syntax.tree import Tree, map_tree

_PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb}
\usepackage[textwidth=16cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{1ex}"""
_SIGNS = {"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∈": r"\in", "−": "-", "⁻": "^-", "‖": r"\|", "√": r"\surd", "ᵀ": "^T"}


class Section(NamedTuple):
    """What is told of one result; `full` is every step, `evidence` a verdict on it as text, `code` what computes it."""

    page: Page
    heading: str = ""
    full: Page | None = None
    evidence: str = ""
    code: str = ""


class Document(NamedTuple):
    """Sections under a title: words, or a formula. `font` is the file of a font of mathematics for a page."""

    title: str | Tree
    sections: tuple[Section, ...]
    font: Path | None = None


def save(document: Document, path: Path) -> None:
    """Write a document as the end of its name says; SymdiffError where it can't be, and then there is no file."""
    write_whole(path, contents(document, path))


def contents(document: Document, path: Path) -> bytes:
    """The bytes of the file of this name; SymdiffError for an end of which no writer is known."""
    return writer_of(path)(document)


def writer_of(path: Path) -> Callable[[Document], bytes]:
    """What writes files whose names end so; SymdiffError where nothing does."""
    writer = WRITERS.get(suffix(path))
    if writer is None:
        raise SymdiffError(f"no format is known for {str(path)!r}", hint=f"its name ends in {', '.join(WRITERS)}")
    return writer


def latex_document(document: Document) -> str:
    """A LaTeX document that compiles."""
    blocks = [f"% {title}"] if (title := " ".join(plain_title(document).split())) else []
    for section in document.sections:
        blocks += [rf"\section*{{{escaped(section.heading)}}}"] if section.heading else []
        blocks.append(page_latex(section.page))
        blocks += [f"{{\\footnotesize\n\\begin{{verbatim}}\n{text}\n\\end{{verbatim}}}}" for text in _plain(section)]
    body = "\n\n".join(blocks)
    return "\n".join([_PREAMBLE, *_declared(body), r"\begin{document}", body, r"\end{document}", ""])


def markdown(document: Document) -> str:
    """Markdown with `$…$` in sentences and displays between `$$`."""
    title = document.title
    blocks = (
        [f"# ${PageLatex(primes=False)(title)}$" if isinstance(title, Tree) else f"# {_unmarked(title)}"]
        if title
        else []
    )
    for section in document.sections:
        blocks += [f"## {_unmarked(section.heading)}"] if section.heading else []
        blocks.append(page_latex(section.page).replace("\\[\n", "\n$$\n").replace("\n\\]", "\n$$\n").strip())
        blocks += [f"```{language}\n{text}\n```" for text, language in _plain(section).items()]
    return "\n\n".join(blocks) + "\n"


def _plain(section: Section) -> dict[str, str]:
    """What is shown letter by letter, with its language."""
    said = section.evidence and f"check: {section.evidence}"
    lines = [part for line in said.splitlines() for part in wrap(line, WIDTH, subsequent_indent="    ")]
    shown = {"\n".join(lines): "text", section.code.rstrip(): "python"}
    return {text: language for text, language in shown.items() if text}


def _unmarked(text: str) -> str:
    """Plain text in Markdown."""
    return "".join("\\" + char if char in "\\`*_{}[]<>#|$~" else char for char in text)


def _declared(text: str) -> list[str]:
    """What the letters beyond ASCII are that LaTeX doesn't know by itself; engines that read Unicode pass it over."""
    known = {row.character: row.latex for row in symbol_table()} | _SIGNS
    used = [char for char in sorted(set(text)) if char in known and not char.isascii()]
    declared = [rf"\DeclareUnicodeCharacter{{{ord(char):04X}}}{{\ensuremath{{{known[char]}}}}}" for char in used]
    return [r"\ifdefined\DeclareUnicodeCharacter", *declared, r"\fi"] if used else []


def title_of(page: Page) -> str | Tree:
    """What a page is about: the left side of its last chain, its parts put in where it stays short."""
    chains = [item for item in page.items if isinstance(item, Chain)]
    if not chains or any(isinstance(item, Break) for item in page.items):
        return ""
    whole = chains[-1].left
    for part in [item for item in page.items if isinstance(item, Naming)][::-1]:
        whole = map_tree(whole, partial(_put_in, part))
    return whole if Text().length(whole) <= WIDTH else chains[-1].left


def never_zero(condition: Condition) -> Tree | None:
    """The array of which a condition asks that no entry be 0."""
    asked = condition.predicate == "nonzero" and condition.args[0].shape and not condition.given
    return to_tree(condition.args[0]) if asked else None


def plain_title(document: Document) -> str:
    """The title as it is typed."""
    return Text()(document.title) if isinstance(document.title, Tree) else document.title


def _put_in(part: Naming, node: Tree) -> Tree:
    return part.body if node == part.name else node


def _html(document: Document) -> bytes:
    from symdiff.show.page_html import html_page

    return html_page(document).encode()


def _picture(document: Document, form: str) -> bytes:
    from symdiff.show.picture import picture

    return picture(document, form)


def _code(document: Document) -> str:
    """The functions that compute what a document tells."""
    sources = [section.code for section in document.sections if section.code]
    if not sources:
        raise SymdiffError("there is no code to write", hint="`symdiff … -o FILE.py` writes it, or compile(e).source")
    return f"# {' '.join(plain_title(document).split())}\n\n{joined(sources)}"


WRITERS: Mapping[str, Callable[[Document], bytes]] = {
    ".html": _html,
    ".tex": lambda document: latex_document(document).encode(),
    ".md": lambda document: markdown(document).encode(),
    ".svg": partial(_picture, form="svg"),
    ".png": partial(_picture, form="png"),
    ".py": lambda document: _code(document).encode(),
}
