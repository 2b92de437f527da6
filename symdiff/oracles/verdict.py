"""Is this the derivative? Three oracles, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, islice
from typing import ClassVar

from symdiff.algebra import Condition
from symdiff.calculus.conditions import conditions as conditions_of
from symdiff.calculus.derive import diff, grad, hessian, jacobian
from symdiff.calculus.structure import check_structure, without_structure
from symdiff.dims import Shape, show_shape
from symdiff.errors import LimitError, NotSupported, SymdiffError
from symdiff.evaluation import Point
from symdiff.expr import Expr, postorder
from symdiff.oracles.components import components
from symdiff.oracles.duality import ORACLE as DUALITY
from symdiff.oracles.duality import duality
from symdiff.oracles.evidence import Counterexample, Evidence, disagreement, show_sizes
from symdiff.oracles.finite import ORACLE as STEPS
from symdiff.oracles.finite import FiniteDifferences
from symdiff.oracles.points import find_points, size_choices
from symdiff.oracles.search import Candidate, Place, Search
from symdiff.oracles.settle import DIGITS
from symdiff.oracles.sizes import is_valid
from symdiff.oracles.variable import Variable
from symdiff.show import bundle, in_words

KINDS: dict[str, Callable[[Expr, Expr, str | None], Expr]] = {
    "grad": lambda f, x, structure: grad(f, [x], structure)[0],
    "diff": lambda f, x, structure: diff(f, x, structure=structure),
    "jacobian": lambda f, x, structure: jacobian(f, [x], structure)[0],
    "hessian": lambda f, x, structure: hessian(f, [x], structure)[0][0],
}
_SMALL = (2, 3)  # sizes for sympy
_FEW = 30  # tries to find a point of these
_EXTRA = 8  # points for places that need not be seen
_PAIRS = 12  # and more for combinations of sides
_PAIRED = 12  # sides of which pairs are looked at
_SEED = 20


@dataclass(frozen=True)
class Verdict:
    """What the oracles say: `ok` is True, False, or None where none of them could decide.

    `conditions` are those the points were chosen within; `counterexample` is a point with both numbers, where
    `ok` is False. `holds_if` is what would make it right, where that is known.
    """

    ok: bool | None
    evidence: tuple[Evidence, ...]
    conditions: tuple[Condition, ...] = ()
    holds_if: Sequence[Condition] = ()
    explain: Callable[[], str | None] | None = field(default=None, repr=False, compare=False)

    words: ClassVar[Mapping[bool | None, str]] = {True: "right", False: "wrong", None: "undecided"}

    @property
    def counterexample(self) -> Counterexample | None:
        return next((e.counterexample for e in self.evidence if e.counterexample is not None), None)

    def __bool__(self) -> bool:
        return self.ok is True

    @cached_property
    def mistake(self) -> str | None:
        """What was done wrong, in words, where it is recognised; looked for when it is first asked."""
        return self.explain() if self.explain is not None else None

    def said(self) -> tuple[str | Condition, ...]:
        """The verdict in a word, with what it hangs on."""
        return (self.words[self.ok],)

    def head(self) -> str:
        """What is said, as text."""
        return in_words(self.said())

    def _grounds(self) -> list[str]:
        """What it rests on, in lines."""
        shown = self.counterexample
        recognised = [] if self.mistake is None else [self.mistake]
        return [*recognised, *map(str, self.evidence), *([] if shown is None else str(shown).splitlines())]

    def __str__(self) -> str:
        return "\n".join([self.head(), *(f"  {line}" for line in self._grounds())])

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {in_words(self.said(), 'latex')}$"

    def _repr_html_(self) -> str:
        from symdiff.show.page_html import html_fragment, verdict_html

        return html_fragment(verdict_html(self.said(), self._grounds()))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return bundle(self)


def check(f: Expr, wrt: Expr, result: Expr | None = None, kind: str = "grad", structure: str | None = None) -> Verdict:
    """Whether `result` (or what the engine finds) is the derivative of f, axes as the kind has them.

    `kind` is grad, diff, jacobian or hessian, `structure` what moves of a structured variable: every entry (None),
    those that are "free", or the tangent space ("projected"). Raises SymdiffError for another kind or a result of
    another shape, NotSupported for what the engine cannot differentiate and a variable that is no part of a symbol.
    """
    if kind not in KINDS:
        raise SymdiffError(f"no derivative of kind {kind!r}", hint=f"one of {', '.join(KINDS)}")
    check_structure(structure, [wrt])
    _require_numbers(f, *([] if result is None else [result]))
    variable = Variable(wrt, structure)
    own = KINDS[kind](f, wrt, structure)
    found = own if result is None else result
    expected = _shape(f, wrt, kind)
    if found.shape != expected:
        raise SymdiffError(f"the result is a {show_shape(found.shape)}, but the {kind} is a {show_shape(expected)}")
    conditions = conditions_of(f, [variable.symbol], 2 if kind == "hessian" else 1, [own])
    try:
        return _ask(f, variable, found, kind, conditions)
    except (LimitError, NotSupported) as why:
        return Verdict(None, (Evidence("points", None, why.message),), conditions)


def _require_numbers(*exprs: Expr) -> None:
    """SymdiffError where a comparison stands for a number: it is true or false, and what `where` chooses by."""
    stack = [(e, False) for e in exprs]
    seen = set(stack)
    while stack:
        node, chosen_by = stack.pop()
        if node.op == "compare" and not chosen_by:
            raise SymdiffError(f"`{node}` is no number", hint=f"write where({node}, 1, 0)")
        truth = node.op == "compare" and node.attr in ("and", "or", "not")
        passed_on = chosen_by and node.op in ("einsum", "index", "reshape", "join")  # spread, picked, put together
        for k, arg in enumerate(node.args):
            below = (arg, truth or passed_on or (node.op == "select" and k == 0))
            if below not in seen:
                seen.add(below)
                stack.append(below)


def _ask(f: Expr, variable: Variable, result: Expr, kind: str, conditions: tuple[Condition, ...]) -> Verdict:
    """The verdict of the three oracles.

    What follows from the structure of the variable is not put into f: it does not hold where its entries move.
    """
    by_steps, decided, unseen = _by_steps(f, variable, result, kind, conditions)
    found = [by_steps]
    if kind != "hessian" or not variable.curved:  # the others do not follow curves
        small = _small_points(f, variable, result, conditions) or decided[:1]
        free = without_structure(f, [variable.symbol])
        found.append(duality(free, variable, result, kind, decided[:3], _SEED))
        found.append(components(free, variable, result, kind, small))
    independent = [e.ok for e in found if e.oracle != DUALITY]
    if False in [e.ok for e in found]:
        return Verdict(False, tuple(found), conditions)
    if unseen:
        found.append(Evidence("places", None, "never seen: " + "; ".join(unseen)))
    return Verdict(True if True in independent and not unseen else None, tuple(found), conditions)


def _by_steps(
    f: Expr, variable: Variable, result: Expr, kind: str, conditions: tuple[Condition, ...]
) -> tuple[Evidence, list[Point], list[str]]:
    """What small steps say at points at all the places there are, at which points, and which places none was at."""
    oracle = FiniteDifferences(without_structure(f, [variable.symbol]), variable, result, kind, _SEED)
    search = Search([f, result, variable.wrt], conditions, _SEED)
    waiting = list(search.candidates())
    seen: set[Place] = set()
    decided: list[Point] = []
    found, worst, extra, limit = bool(waiting), 0.0, 0, ""
    while waiting:
        gains = [_gain(candidate, seen, search.due, extra) for candidate in waiting]
        best = max(range(len(waiting)), key=gains.__getitem__)
        due, worth, *_ = gains[best]
        if not worth:
            break
        extra += not due
        candidate = waiting.pop(best)
        try:
            outcome = oracle.at(candidate.point)
        except LimitError as why:
            limit = why.message
            continue
        if outcome.ok is False:
            return disagreement(STEPS, candidate.point, outcome), [candidate.point], []
        if outcome.ok:
            decided.append(candidate.point)
            seen |= candidate.places | _pairs(candidate)
            worst = max(worst, outcome.difference)
    unseen = [words for place, words in search.due.items() if place not in seen]
    sizes = tuple(point.sizes for point in decided)
    if not any(map(_is_telling, sizes)):
        said = "no smooth point was found" if found else "no point within the conditions was found"
        said += ", but at length 1" if decided else ""
        return Evidence(STEPS, None, limit or said, sizes), [], unseen
    steps = f"quotients of {DIGITS} digits" if oracle.precise else "central differences at two steps and complex steps"
    moved = f", {variable.convention}" if variable.convention else ""
    detail = f"{len(decided)} points, {steps}{moved}, {show_sizes(decided)}, relative difference at most {worst:.1g}"
    return Evidence(STEPS, True, detail, sizes, worst), decided, unseen


def _is_telling(sizes: Mapping[str, int]) -> bool:
    """Whether not all lengths are 1, where more is right than elsewhere."""
    return not sizes or max(sizes.values()) > 1


def _gain(candidate: Candidate, seen: set[Place], due: Mapping[Place, str], extra: int) -> tuple[int, float, bool]:
    """How much a candidate would show: places that must be seen first, then others, then combinations of sides.

    A place that must be seen is best seen at ordinary magnitudes: at large ones a part may be too small to tell.
    """
    fresh = candidate.places - seen
    wanted = len(fresh & due.keys())
    if wanted:
        return wanted, 1 / (1 + candidate.size), candidate.ordinary
    places = len(fresh) if extra < _EXTRA else 0
    return 0, 100 * places + (len(_pairs(candidate) - seen) if extra < _EXTRA + _PAIRS else 0), candidate.ordinary


def _pairs(candidate: Candidate) -> set[Place]:
    """The sides of two kinks at once, and of all."""
    sides = [place for place in candidate.places if place[0] == "kink"]
    if len(sides) < 2:
        return set()
    return {("pair", frozenset(pair)) for pair in combinations(sides[:_PAIRED], 2)} | {("all", frozenset(sides))}


def _small_points(f: Expr, variable: Variable, result: Expr, conditions: Sequence[Condition]) -> list[Point]:
    """A point of small size, for sympy."""
    nodes = postorder(f, variable.wrt, result)
    for k, choice in enumerate(size_choices([f, variable.wrt, result], _SMALL)):
        if is_valid(choice, nodes):
            found = list(islice(find_points(f, [variable.symbol, result], conditions, choice, _SEED + k, _FEW), 1))
            if found:
                return found
    return []


def _shape(f: Expr, wrt: Expr, kind: str) -> Shape:
    """The axes a derivative of this kind has."""
    if kind == "grad":
        return (*wrt.shape, *f.shape)
    return (*f.shape, *wrt.shape, *(wrt.shape if kind == "hessian" else ()))
