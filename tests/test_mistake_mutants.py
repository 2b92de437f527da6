"""Pages made wrong by the false rules of the book: none is accepted, and the line is found."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from test_verify import LOGISTIC, PAGE, SCALAR, contract_pages

import symdiff as sd
from symdiff.show import text
from symdiff.syntax.scope import Scope
from symdiff.verification.lines import Reading
from symdiff.verification.page import rows
from symdiff.verification.search import Search
from symdiff.verification.sheet import Sheet

SEED = 5


def mutants(page: str, most: int, rng: random.Random) -> Iterator[tuple[int, str, str]]:
    """The number of a line, a page in which it is wrong, and the mistake that made it so: so many of each line."""
    reading = Reading(Sheet(Scope.of()))
    read = [reading.read(row) for row in rows(page)]
    reading.settle()
    for one in read:
        for left, right, _ in one.pairs:
            search = Search(reading.sheet, left, left)
            entries: set[str] = set()
            for found in rng.sample(search.rules, len(search.rules)):
                if len(entries) == most:
                    break
                wrong = next((e for e in search.made(found.rule) if not search.is_met(e)), None)
                if wrong is not None and found.entry.name not in entries:
                    entries.add(found.entry.name)
                    number = one.row.number
                    yield number, replaced(page, number, right.span, reading.sheet.plain(wrong)), found.entry.name


def replaced(page: str, number: int, span: tuple[int, int], by: sd.Expr) -> str:
    lines = page.split("\n")
    line = lines[number - 1]
    lines[number - 1] = f"{line[: span[0]]} {text(by)}{line[span[1] :]}"
    return "\n".join(lines)


def tried(pages: list[str], most: int, count: int) -> tuple[int, int, int]:
    """Of so many mutants: how many were accepted, found at their line alone, and named by their mistake."""
    rng = random.Random(SEED)
    every = [mutant for page in pages for mutant in mutants(page, most, rng)]
    accepted = found = named = 0
    for number, page, name in rng.sample(every, count):
        report = sd.verify(page)
        accepted += report.ok is True
        found += [line.number for line in report.wrong] == [number]
        mistake = next(line.mistake for line in report.lines if line.number == number)
        named += mistake is not None and mistake.name == name
    return accepted, found, named


def test_no_mutant_is_accepted_and_their_lines_are_found() -> None:
    accepted, found, named = tried([PAGE, SCALAR, LOGISTIC], 2, 20)
    assert accepted == 0 and found >= 19 and named >= 14


@pytest.mark.slow
def test_mutants_of_the_pages_of_the_contract() -> None:
    pages = contract_pages()
    if not pages:
        pytest.skip("the contract is not here")
    accepted, found, named = tried(pages, 3, 200)
    assert accepted == 0 and found >= 190 and named >= 160
