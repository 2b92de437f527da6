"""The sweep: every function of the books in every position by every kind of variable, by the three oracles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from strategies import entries_of_books
from sweep import DERIVATIVES as HIGHER
from sweep import KINDS, POSITIONS, Case, cases, forms

import symdiff as sd
from symdiff.algebra import constant_in
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr
from symdiff.oracles import Verdict
from symdiff.oracles.verdict import check

DERIVATIVES = {"grad": sd.grad, "jacobian": sd.jacobian, "hessian": sd.hessian, "diff": sd.diff}
EACH = 3  # times a function stands in a position
SAMPLE = 18
NOWHERE = 0.02  # that have no point: the logarithm of a matrix of rank 1, relu of a skew matrix, 0 on its diagonal
SHARE = 0.03  # of the cases of a function and of a position that may be unsupported or undecided
PARTS = 24  # of the whole sweep, so that several processes can take them


@dataclass
class Report:
    """What became of cases: counts by function and position, and the cases that are not right, in words."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    def add(self, case: Case) -> None:
        word, detail = outcome(case)
        self.counts["all", word] += 1
        for name in (case.form.entry.name, case.position):
            self.counts[name, "all"] += 1
            self.counts[name, word] += 1
        if word != "right":
            self.lines.append(f"{word}: {case}: {detail}")

    def above_share(self, words: Sequence[str]) -> list[str]:
        """The functions and positions of which too large a share ended in these words."""
        found = []
        for name in {name for name, word in self.counts if name != "all" and word == "all"}:
            count = sum(self.counts[name, word] for word in words)
            share = count / self.counts[name, "all"]
            if share >= SHARE and count > 1:
                found.append(f"{name}: {share:.0%} {' or '.join(words)}")
        return found

    def __str__(self) -> str:
        total = ", ".join(f"{count} {word}" for (name, word), count in self.counts.items() if name == "all")
        return "\n".join([total, *self.lines])


def outcome(case: Case) -> tuple[str, str]:
    """`right`, `wrong`, `failed`, `unsupported`, `undecided` or `nowhere`, with the reason."""
    detail = ""
    for f in case.candidates():
        kind = case.derivative(f)
        try:
            result = DERIVATIVES[kind](f, case.kind.wrt)
            verdict = check(f, case.kind.wrt, result, kind)
        except NotSupported as why:
            return "unsupported", f"{kind} of {f}: {why}"
        except SymdiffError as error:
            nowhere = "no point is within the conditions" in str(error)
            return "nowhere" if nowhere else "failed", f"{kind} of {f}: {error}"
        except Exception as error:  # so that the report tells of the others too
            return "failed", f"{kind} of {f}: {type(error).__name__}: {error}"
        detail = f"{kind} of {f} is {result}\n{verdict}"
        if verdict.ok is False or is_lost(f, case, result, verdict):
            return "wrong", detail
        if verdict.ok is True:
            return "right", detail
    return "undecided", detail


def is_lost(f: Expr, case: Case, result: Expr, verdict: Verdict) -> bool:
    """Whether a zero stands where numbers do not say that the function is constant."""
    if not result.is_zero or constant_in(f, case.kind.whole):
        return False
    return verdict.ok is not True and any(e.ok is not None for e in verdict.evidence)


def swept(chosen: Sequence[Case]) -> Report:
    report = Report()
    for case in chosen:
        report.add(case)
    print(report)
    assert not report.counts["all", "wrong"] + report.counts["all", "failed"], str(report)
    return report


def is_at_its_last(case: Case) -> bool:
    """Whether a case asks for a third derivative of the adjugate, of which the books have two."""
    return case.form.entry.name == "adj_d" and outcome(case)[0] == "unsupported"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_function_in_every_position(part: int) -> None:
    entries = entries_of_books()
    chosen = [case for case in cases(entries, EACH) if entries.index(case.form.entry) % PARTS == part]
    report = swept([case for case in chosen if not is_at_its_last(case)])
    assert not report.above_share(["unsupported"]), str(report)
    assert not report.above_share(["undecided"]), str(report)
    assert report.counts["all", "nowhere"] <= NOWHERE * len(chosen), str(report)


def test_a_sample_of_functions_in_positions() -> None:
    drawn = Random(4).sample(list(cases(entries_of_books(), EACH)), SAMPLE)
    sample = [case for case in drawn if not is_at_its_last(case)]
    report = swept(sample)
    assert report.counts["all", "right"] >= (1 - SHARE) * len(sample), str(report)


def test_the_sweep_is_complete() -> None:
    """Every function with an argument that can move, every position, every kind of variable, often enough."""
    found = list(cases(entries_of_books(), EACH))
    assert len(found) >= 2000
    assert len({(str(c.form), c.position, c.kind.name) for c in found}) >= 2000
    assert {c.form.entry for c in found} == {entry for entry in entries_of_books() if forms(entry)}
    assert {c.position for c in found} == set(POSITIONS)
    assert {c.kind.name for c in found} == {kind.name for kind in KINDS}
    every = Counter(c.form.entry.name for c in found)
    few = {name: count for name, count in every.items() if count < len(POSITIONS)}
    assert all(name.endswith(HIGHER) for name in few), few  # derivatives have axes that fit fewer positions
    every_form = {str(f) for entry in entries_of_books() if not entry.name.endswith(HIGHER) for f in forms(entry)}
    assert every_form <= {str(c.form) for c in found}
