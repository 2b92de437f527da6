"""Documents as one HTML page that needs nothing else: MathML, steps that fold, a style of its own.

What it is made of reads without the style too: headings, lists, tables with headers, words.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from symdiff.algebra import Condition
from symdiff.show.as_mathml import MathML, PageMathML, math
from symdiff.show.conditions import condition_words
from symdiff.show.documents import Document, Section, never_zero, plain_title
from symdiff.show.page import Break, Chain, Item, Line, Naming, Note, Page, Reason, merged, numbered
from symdiff.syntax.tree import Tree

STYLE = """\
.symdiff { line-height: 1.5; font-family: Georgia, "Times New Roman", serif; }
.symdiff math { font-size: 1.05em; }
.symdiff math { font-family: "symdiff math", "Latin Modern Math", "STIX Two Math", "Cambria Math", math; }
.symdiff table { border-collapse: collapse; margin: .5em 0; }
.symdiff td { border: 0; padding: .35em 0; text-align: left; vertical-align: middle; }
.symdiff td:first-child { white-space: nowrap; }
.symdiff details[open] > summary .end { display: none; }
.symdiff .why { min-width: 12em; padding-left: 2.5em; color: #555; font-size: .95em; }
.symdiff thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.symdiff .wide { overflow-x: auto; }
.symdiff ul { padding-left: 1.2em; }
.symdiff li { margin: .4em 0; }
.symdiff summary { cursor: pointer; }
.symdiff pre { overflow-x: auto; padding: .7em; border: 1px solid #ccc; font-size: .85em; line-height: 1.35; }
.symdiff .names { color: #555; font-size: .85em; }
.symdiff .condition { font-style: italic; }
.symdiff .condition math { font-style: normal; }"""
_EMBEDDED = "symdiff math"
_PAGE_STYLE = """\
:root { color-scheme: light dark; }
body { margin: 2em auto; max-width: 60em; padding: 0 1em; }
h1 { font-size: 1.4em; font-weight: normal; }
h2, h3 { font-size: 1.1em; }
@media (prefers-color-scheme: dark) { .symdiff .why, .symdiff .names { color: #bbb; } }
@media print {
  body { margin: 0; max-width: none; font-size: 10pt; }
  tr, li, summary { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .symdiff .wide { overflow: visible; }
  .symdiff pre { white-space: pre-wrap; }
  .symdiff td:first-child { white-space: normal; }
}"""


def html_page(document: Document) -> str:
    """A page that stands alone; it is read by HTML and by XML parsers alike."""
    title = document.title
    shown = math(title, PageMathML()) if isinstance(title, Tree) else escape(title)
    body = [f"<h1>{shown or 'Derivation'}</h1>", *map(section_html, document.sections)]
    style = [STYLE, _PAGE_STYLE]
    if document.font is not None:
        from symdiff.show.fonts import font_face

        style = [font_face(document.font, "".join(body), _EMBEDDED), *style]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8"/>',
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
            f"<title>{escape(plain_title(document)) or 'Derivation'}</title>",
            "<style>",
            *style,
            "</style>",
            "</head>",
            '<body>\n<main class="symdiff">',
            *body,
            "</main>\n</body>\n</html>\n",
        ]
    )


def html_fragment(*parts: str) -> str:
    """Parts of a page inside another page, as a notebook shows them."""
    return "\n".join([f'<div class="symdiff">\n<style>\n{STYLE}\n</style>', *parts, "</div>"])


def section_html(section: Section) -> str:
    """A section with all that belongs to it."""
    blocks = [f"<h2>{escape(section.heading)}</h2>"] if section.heading else []
    blocks.append(page_html(section.page))
    if section.full is not None:
        blocks.append(f"<details>\n<summary>Every step</summary>\n{page_html(section.full)}\n</details>")
    if section.evidence:
        verdict, *grounds = section.evidence.splitlines()
        blocks.append(verdict_html([f"Check: {verdict}"], grounds))
    if section.code:
        blocks.append(f"<details>\n<summary>Code</summary>\n<pre><code>{escape(section.code)}</code></pre>\n</details>")
    return "<section>\n" + "\n".join(blocks) + "\n</section>"


def verdict_html(said: Iterable[str | Condition], grounds: Iterable[str]) -> str:
    """A verdict and what it rests on, line by line."""
    words = "".join(escape(piece) if isinstance(piece, str) else condition_html(piece) for piece in said)
    listed = "".join(f"\n<li>{escape(line.strip())}</li>" for line in grounds)
    return f"<p><strong>{words}</strong></p>" + (f"\n<ul>{listed}\n</ul>" if listed else "")


def page_html(page: Page) -> str:
    """What is told, without its frame."""
    return _Writer(PageMathML(page.scalars)).page(page)


class _Writer:
    """Sets a page with one notation."""

    def __init__(self, write: MathML) -> None:
        self.write = write

    def page(self, page: Page) -> str:
        blocks = [_names(page.header)] if page.header else []
        for kind, run in groupby(page.items, type):
            if kind is Naming:
                blocks.append("\n".join(["<ul>", *map(self.naming, run), "</ul>"]))  # type: ignore[arg-type]
            else:
                blocks += map(self.block, run)
        return "\n".join(blocks)

    def block(self, item: Item) -> str:
        if isinstance(item, Chain):
            return self.chain(item)
        if isinstance(item, Break):
            return f"<hr/>\n{_names(item.header)}"
        assert isinstance(item, Note)
        said = self.said(item.said)
        if item.heading:
            return f"<h3>{said}</h3>"
        return f'<p class="condition">{"This holds " * said.startswith("if ")}{said}</p>'

    def naming(self, naming: Naming) -> str:
        """A part with its name, and how it moves."""
        said = self.equal(naming.name, naming.body)
        said += f" ({self.said(naming.remark)})" if naming.remark else ""
        if naming.move is None:
            return f"<li>{said}</li>"
        if len(naming.move.lines) > 1:
            return f"<li>{said}\n{self.chain(naming.move)}\n</li>"
        (line,) = naming.move.lines
        why = self.said(line.reason)
        why = f" {why}" if why.startswith("[") else f" ({why})" if why else ""  # conditions have brackets
        return f"<li>{said}, so {self.equal(naming.move.left, line.written)}{why}</li>"

    def chain(self, chain: Chain) -> str:
        """One equality as a line; several fold under their left side, which then tells what they come to."""
        sign = "=" if chain.sign == "=" else "→"
        if len(chain.lines) == 1:
            (first, why), *parts = self.rows(chain.lines[0], sign)
            return _table([(f"{self.math(chain.left)} {first}", why), *parts])
        shown = merged(chain)
        assert isinstance(shown, Chain)
        rows = [row for line in shown.lines for row in self.rows(line, sign)]
        ends = [self.rows(line, sign)[0][0] for line in chain.lines[-1:]]  # parts put back, where they were
        end = f' <span class="end">{ends[0]}</span>' if ends else ""
        head = f"<summary>{self.math(chain.left)}{end}</summary>"
        return f'<details open="open">\n{head}\n{_table(rows)}\n</details>'

    def rows(self, line: Line, sign: str) -> list[tuple[str, str]]:
        """A line with its reason, and the definitions of the parts in it below."""
        body, *parts = line.written.children if line.written.kind == "where" else (line.written,)
        defined = [(f"where {self.equal(*part.children)}", "") for part in parts]
        return [(self.math(body, sign), self.folded(line)), *defined]

    def folded(self, line: Line) -> str:
        """A reason, under which the rules fold that made the line."""
        why = self.said(line.reason)
        rules = [f"<li>{self.equal(before, after)} {escape(rule)}</li>" for before, after, rule in line.under]
        return f"<details><summary>{why}</summary>\n<ol>{''.join(rules)}</ol></details>" if rules and why else why

    def equal(self, left: Tree, right: Tree) -> str:
        return self.math(Tree("equation", (left, right)))

    def math(self, tree: Tree, before: str = "") -> str:
        return math(tree, self.write, before)

    def said(self, reason: Reason) -> str:
        """A reason in words with its mathematics."""
        return "".join(map(self.piece, numbered(reason)))

    def piece(self, piece: str | Tree | Condition) -> str:
        if isinstance(piece, Tree):
            return self.math(piece)
        return condition_html(piece) if isinstance(piece, Condition) else escape(piece)


def _names(header: str) -> str:
    """The declarations as they are typed."""
    return f'<p class="names"><code>{escape(header)}</code></p>'


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Lines of mathematics with their reasons."""
    lines = [f'<tr><td>{line}</td><td class="why">{why}</td></tr>' for line, why in rows]
    head = "<thead><tr><th>line</th><th>reason</th></tr></thead>"
    return "\n".join(['<div class="wide">', "<table>", head, "<tbody>", *lines, "</tbody>", "</table>", "</div>"])


class _Inline(MathML):
    """Mathematics in a sentence."""

    def __call__(self, tree: Tree) -> str:
        return f"<math><mrow>{super().__call__(tree)}</mrow></math>"


def condition_html(condition: Condition) -> str:
    """A condition in words and signs."""
    if (array := never_zero(condition)) is not None:
        return f"no entry of {_Inline()(array)} is 0"
    return condition_words(condition, _Inline(), True, escape)
