"""Commands that show an expression in another form: shorter, multiplied out, in LaTeX, as code, in more digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symdiff.answer import Answer, Request, noted
from symdiff.dims import show_shape
from symdiff.expr import Expr

if TYPE_CHECKING:
    from symdiff.calculator.lines import Asked, Line
    from symdiff.calculator.session import Session
    from symdiff.calculator.table import Given

_MOST_DIGITS = 1000


def simplify(session: Session, given: Given) -> Answer:
    """An equal expression that is shorter."""
    from symdiff.rewriting import simplify

    return _rewritten(session, given, simplify)


def expand(session: Session, given: Given) -> Answer:
    """Products and powers multiplied out."""
    from symdiff.rewriting.rational.rearranged import expanded

    return _rewritten(session, given, expanded)


def factor(session: Session, given: Given) -> Answer:
    """A product of irreducible factors."""
    from symdiff.rewriting.rational.rearranged import factored_form

    return _rewritten(session, given, factored_form)


def _rewritten(session: Session, given: Given, way: Callable[[Expr], Expr]) -> Answer:
    from symdiff.rewriting.widened import widened

    reading, asked = _given(session, given)
    (before,) = asked.problem.exprs
    after = way(before)
    problem = asked.problem._replace(exprs=(after,), request=None)
    reading.tell(asked._replace(problem=problem), under=widened(before, after))
    return session.keep(reading)


def latex(session: Session, given: Given) -> Answer:
    """LaTeX, without dollar signs."""
    return _shown(session, given, session.request._replace(notation="latex"))


def unicode(session: Session, given: Given) -> Answer:
    """The textbook's characters."""
    return _shown(session, given, session.request._replace(notation="unicode"))


def to(session: Session, given: Given) -> Answer:
    """Code."""
    backend, _, rest = given.text.partition(" ")
    if backend != "numpy":
        raise given.error(f"there is no code for `{backend[:40]}`", "write `to numpy EXPRESSION`")
    start = given.line.index(backend, given.start) + len(backend) if rest.strip() else len(given.line)
    return _shown(session, given._replace(start=start), session.request._replace(code=True))


def _shown(session: Session, given: Given, request: Request) -> Answer:
    """An expression, or the last result, in another way than the session's; it is no result of its own."""
    reading, asked = _given(session, given)
    reading.tell(asked, request._replace(steps=False, check=False), again=True)
    return session.keep(reading)


def shape(session: Session, given: Given) -> Answer:
    """The shape of an expression in words."""
    reading, asked = _given(session, given)
    session.keep(reading)
    return Answer([show_shape(asked.problem.exprs[0].shape)], noted(asked.problem.assumptions, ()))


def _given(session: Session, given: Given) -> tuple[Line, Asked]:
    """The expression that a command is given, or the last result."""
    if not given.text:
        given = given._replace(line=f"{given.line[: given.start].rstrip()} ans")
    return session.expression(given)


def digits(session: Session, given: Given) -> Answer:
    """How many digits closed values have; without a number a few."""
    if given.text and not (given.text.isdecimal() and 1 <= int(given.text[:9]) <= _MOST_DIGITS):
        raise given.error(f"digits are a whole number from 1 to {_MOST_DIGITS}", "write `:digits 30`")
    session.request = session.request._replace(digits=int(given.text) if given.text else None)
    return Answer(notes=[f"note: closed values have {given.text or 'a few'} digits from here on"])
