"""Is a = b? Numbers first, since rules may enlarge domains; then proofs; then what is left to say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from symdiff.algebra import Condition
from symdiff.algebra.implied import simplified
from symdiff.equality.conditional import right_if
from symdiff.equality.digits import Outcome
from symdiff.equality.given import put_in
from symdiff.equality.numbers import Tried, looked_closely, tried
from symdiff.equality.proofs import FORM, proved
from symdiff.equality.question import Question, alike, is_thin
from symdiff.evaluation import Point
from symdiff.expr import Expr
from symdiff.oracles import Counterexample, Evidence, Verdict
from symdiff.oracles.evidence import numbers, show_sizes

NUMBERS, DOMAIN = "numbers", "domain"


@dataclass(frozen=True)
class Equality(Verdict):
    """What is known of an equation.

    `ok` is True where both sides agree wherever either has a value, but for the points and surfaces that `conditions`
    leave out; False where they differ at a point; None where that is undecided. `holds_if` says when an equation holds
    that does not always: where one side has no value over a region, or where a declared word would make it right, which
    is sought when it is first asked for.
    """

    words: ClassVar[Mapping[bool | None, str]] = {True: "equal", False: "different", None: "undecided"}

    def said(self) -> tuple[str | Condition, ...]:
        said = super().said() if self.ok is not None or not self.holds_if else ("equal",)
        if self.holds_if:
            said += ("; equal if " if self.ok is False else " if ", *_all(self.holds_if))
        return (*said, " where ", *_all(self.conditions)) if self.conditions else said


def _right(question: Question) -> tuple[Condition, ...] | None:
    found = _decided(question)
    return found.conditions if found.ok else None


class _Sought(Sequence[Condition]):
    """What would make a wrong equation right: sought when it is first asked for."""

    def __init__(self, question: Question) -> None:
        self._question = question

    @cached_property
    def _found(self) -> tuple[Condition, ...]:
        return right_if(self._question, _right)

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, place: Any) -> Any:
        return self._found[place]

    def __eq__(self, other: object) -> bool:
        return self._found == other

    def __hash__(self) -> int:
        return hash(self._found)

    def __repr__(self) -> str:
        return repr(self._found)


def _all(conditions: Iterable[Condition]) -> list[str | Condition]:
    return [piece for condition in conditions for piece in (" and ", condition)][1:]


def equal(a: Expr, b: Expr, given: Iterable[Condition] = (), rules: bool = True) -> Equality:
    """Whether two expressions agree wherever either has a value, within conditions that are `given`.

    A scalar 0 stands for zeros of any shape. Without `rules` nothing is proved by rules of the books.
    ShapeError where the shapes differ otherwise.

    >>> equal(sd.parse("sin(2*x)"), sd.parse("2*sin(x)*cos(x)")).ok
    True
    """
    (a, b), rest = put_in(alike(a, b), given)
    return _decided(Question(a, b, rest), rules)


def _decided(question: Question, rules: bool = True) -> Equality:
    if question.a is question.b:
        return Equality(True, (Evidence(FORM, True, "both sides are one expression"),))
    found = tried(question)
    if found.apart is not None:
        return _refuted(question, *found.apart)
    if not found.both and found.lonely is not None and question.never:
        return _refuted(question, *found.lonely)
    said = _of_numbers(found)
    closely = looked_closely(question, found) if not question.symbols else None
    proof = proved(question, found, rules) if closely is None else Evidence(NUMBERS, None, "")
    if not proof.ok:
        closely = closely or looked_closely(question, found)
        return Equality(None, (said, proof)) if closely is None else _refuted(question, *closely)
    return _where_defined(question, found, (said, proof))


def _where_defined(question: Question, found: Tried, evidence: tuple[Evidence, ...]) -> Equality:
    """The verdict on sides that agree wherever both have values."""
    one_sided = question.asked_of_one
    if found.lonely is None:
        named = question.both_defined if found.alone and not one_sided else one_sided
        return Equality(True, evidence, simplified([*named, *question.jumps]))
    side = "left" if found.lonely[1].word == "left" else "right"
    said = Evidence(DOMAIN, None, f"the {side} side alone has a value over a region", (found.lonely[0].sizes,))
    kept = tuple(c for c in one_sided if is_thin(c))
    wanted = tuple(c for c in one_sided if not is_thin(c))
    return Equality(None, (*evidence, said), simplified([*kept, *question.jumps]), wanted)


def _of_numbers(found: Tried) -> Evidence:
    """What the points said, where no values differ."""
    if found.refused:
        return Evidence(NUMBERS, None, found.refused)
    if not found.both:
        return Evidence(NUMBERS, None, "no point was found where both sides have values")
    points = [sample.point for sample in found.both]
    detail = f"{len(points)} point{'s' * (len(points) > 1)}{_with(points)}, difference at most {found.worst:.1g}"
    return Evidence(NUMBERS, True, detail, tuple({str(p.sizes): p.sizes for p in points}.values()), found.worst)


def _with(points: list[Point]) -> str:
    """The sizes of points in words, where there are any."""
    return f", {show_sizes(points)}" if any(point.sizes for point in points) else ""


def _refuted(question: Question, point: Point, outcome: Outcome) -> Equality:
    left, right = (math.nan if side is None else numbers(side) for side in (outcome.left, outcome.right))
    shown = Counterexample(dict(point.sizes), dict(point.values), left, right, ("left ", "right"))
    detail = f"relative difference {outcome.difference:.2g}" if outcome.word == "apart" else "one side has no value"
    detail += _with([point])
    evidence = Evidence(NUMBERS, False, detail, (point.sizes,), outcome.difference, shown)
    return Equality(False, (evidence,), (), _Sought(question))
