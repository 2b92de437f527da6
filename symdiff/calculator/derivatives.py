"""Commands about derivatives and claims: how one comes about, whether it is right, the next hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.answer import Answer, noted, told
from symdiff.calculator.results import spelled
from symdiff.derivation import Derivation
from symdiff.errors import ParseError

if TYPE_CHECKING:
    from symdiff.calculator.lines import Asked
    from symdiff.calculator.session import Session
    from symdiff.calculator.table import Given


def steps(session: Session, given: Given) -> Answer:
    """The derivation of a derivative."""
    reading, asked = session.derivative(given)
    reading.tell(asked, session.request._replace(steps=True), again=not given.text)
    return session.keep(reading)


def check(session: Session, given: Given) -> Answer:
    """A derivative with what three oracles say of it."""
    reading, asked = session.derivative(given, told=False)
    reading.tell(asked, session.request._replace(steps=False, check=True), again=not given.text)
    return session.keep(reading)


def hint(session: Session, given: Given) -> Answer:
    """The next step of a derivation in words, without its line: the rule that is used, and what it says."""
    number = int(given.text) if given.text.isdecimal() else 0
    if given.text and not number:
        reading, asked = session.derivative(given)
        reading.asked, number = asked.told, 1
        session.keep(reading)
    asked = _last(session, given)
    before = session.hinted[1] if session.hinted[0] == asked.problem.request else 0
    number = number or before + 1
    derivation = _derivation(session, asked)
    steps = len(derivation.steps) if derivation is not None else 0
    if derivation is None or number > steps:
        return Answer(["there are no more steps; `steps` shows them all" if steps else "there is nothing to tell"])
    session.hinted = asked.problem.request, number
    rule, *says = derivation.hint(number, 2).splitlines()
    return Answer([f"step {number} of {steps}: {rule}", *(f"  {line}" for line in says)])


def explain(session: Session, given: Given) -> Answer:
    """A rule by its name, or the rule of a step of the last derivation by its number."""
    if given.text.isdecimal():
        derivation = _derivation(session, _last(session, given))
        if derivation is not None:
            return Answer(derivation.explain(int(given.text)).text().splitlines())
    from symdiff.explanations import explain

    return Answer(explain(given.text).text().splitlines())


def _last(session: Session, given: Given) -> Asked:
    """The last derivative that was asked for."""
    return session.derivative(given._replace(start=len(given.line)))[1]


def _derivation(session: Session, asked: Asked) -> Derivation | None:
    """The derivation of what was asked; None where there is none, as of a product of a Jacobian."""
    found = told(session.request._replace(steps=True, notation="text"), asked.text, asked.problem).results
    return found[0].derivation


def verify(session: Session, given: Given) -> Answer:
    """Whether a claim is right, or the lines that follow up to an empty one."""
    if given.text:
        return judged([spelled(given.text)], session)
    session.page = []
    return Answer(notes=["note: the lines of the derivation, then an empty line"])


def judged(page: Sequence[str], session: Session) -> Answer:
    """What is found of the lines of a derivation, in which the names of the session hold."""
    from symdiff.verification import verify
    from symdiff.verification.words import told as in_words

    scope = session.scope.copy()
    for line in page:
        session.state.results.put_into(scope, line, defines=False)
    report = verify("\n".join(page), scope)
    if all(line.kind == "text" for line in report.lines):
        raise ParseError("there is nothing to verify", hint="write equations: `left = right`")
    said = Answer(in_words(report), _news(session, report.notices))
    said.disagreed = report.ok is False
    return said


def _news(session: Session, notices: Sequence[str]) -> list[str]:
    """The notices of a page without what was assumed of names before."""
    known = {f"assuming {stated}" for _, stated in session.state.heard}
    assumed = [notice for notice in notices if notice.startswith("assuming ") and notice not in known]
    return [*assumed, *noted((), [notice for notice in notices if not notice.startswith("assuming ")])]


def equal(session: Session, given: Given) -> Answer:
    """Whether the two sides of an equation agree."""
    from symdiff.equality import equal

    reading, left, right = session.sides(given)
    verdict = equal(left, right, ())
    session.keep(reading)
    said = Answer([str(verdict)], [*reading.said.notes])
    said.disagreed = verdict.ok is False
    return said
