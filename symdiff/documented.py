"""Answers of the command line as documents: what `-o FILE` writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symdiff import algebra
from symdiff.answer import Answer, Found, Request, code_of
from symdiff.derivation import Derivation
from symdiff.methods import rows_of
from symdiff.notation import to_tree
from symdiff.notation.entrywise import index_tree
from symdiff.show import as_tree
from symdiff.show.documents import Document, Section
from symdiff.show.page import Break, Note, Page
from symdiff.syntax.tree import Tree


def document_of(request: Request, texts: Sequence[str], answers: Sequence[Answer]) -> Document:
    """The answers to texts in one document: of several each has its text as a heading."""
    sections: list[Section] = []
    for text, said in zip(texts, answers, strict=True):
        found = [section for one in said.results for section in _sections(request, one)]
        if len(texts) > 1:
            found = [one._replace(heading=f"{text.strip()} {one.heading}".strip()) for one in found]
        sections += found
    if len(texts) > 1:
        return Document("Derivatives", tuple(sections))
    (said,) = answers
    first = said.results[0].derivation if len(said.results) == 1 else None
    title = first.document().title if first is not None else ""
    return Document(title or texts[0].strip(), tuple(sections))


def _sections(request: Request, found: Found) -> Iterator[Section]:
    """One result: its derivation, or the result alone, with its verdict and its code."""
    derivation = found.derivation or Derivation(found.result, conditions=found.conditions)
    code = code_of(request, found) if request.code else ""
    told = derivation._replace(detail=request.detail if request.steps else "result")
    for section in told.document(found.verdict, code).sections:
        heading = found.label.strip().rstrip(":")
        yield section._replace(heading=heading, page=_in_notation(request, found, section.page))


def _in_notation(request: Request, found: Found, page: Page) -> Page:
    """The page with the result in the notation that is asked for behind what is told, or in its place.

    Of several derivatives that are one result, that stands in their place where no steps are asked for.
    """
    several = any(isinstance(item, Break) for item in page.items)
    if request.notation not in ("index", "kron") and (request.steps or not several):
        return page
    conditions = tuple(item for item in page.items if isinstance(item, Note))
    told = tuple(item for item in page.items if item not in conditions) if request.steps else ()
    header = "" if several and not told else page.header  # it would be that of the first
    return page._replace(items=(*told, Note((_written(request.notation, found),)), *conditions), header=header)


def _written(notation: str, found: Found) -> Tree:
    if notation == "index":
        return index_tree(found.result)
    if notation != "kron":
        return as_tree(found.result)
    rows = rows_of(found.result, found.rows)
    return to_tree(algebra.kronecker(found.result, rows), row=rows == 0)
