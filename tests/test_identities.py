"""True identities are equal; with one token changed they are different where numbers differ, and never told wrongly."""

from __future__ import annotations

import pytest
from identities import Identity, differs, identities, mutants, verdict

from symdiff import equality
from symdiff.algebra import spread
from symdiff.book import Rule, library
from symdiff.book.library import PHASES

ALL = identities()
MUTANTS = [(identity, k) for identity in ALL for k in range(3)]  # every third of them in turn


@pytest.mark.sample(60)
@pytest.mark.parametrize("identity", ALL, ids=str)
def test_identities_are_equal(identity: Identity) -> None:
    found = verdict(identity)
    assert found.ok is True or (found.ok is None and found.holds_if), str(found)
    assert found.counterexample is None


def test_there_are_many_with_many_mutants() -> None:
    assert len(ALL) >= 500
    few = [identity.text for identity in ALL[::10] if len(list(mutants(identity))) < 2]
    assert len(few) < 6, few


@pytest.mark.sample(25)
@pytest.mark.parametrize(("identity", "turn"), MUTANTS, ids=str)
def test_mutants_are_told_apart(identity: Identity, turn: int) -> None:
    for mutant in list(mutants(identity))[turn::3]:
        truth = differs(mutant)
        found = verdict(mutant)
        assert truth is None or (found.ok is False if truth else found.ok is not False), str(found)


@pytest.mark.slow
def test_rules_of_the_books_are_equations() -> None:
    """By numbers and models alone, without any rule; the names of those that nothing shows are known."""
    found = {rule.name: _judged(rule) for phase in PHASES for rule in library().rules(phase)}
    assert [name for name, ok in found.items() if ok is False] == []
    undecided = [name for name, ok in found.items() if ok is None]
    assert len(undecided) <= 35, undecided  # of eigenvectors and singular values, of powers that are not whole


def _judged(rule: Rule) -> bool | None:
    a, b = rule.lhs, rule.rhs
    verdict = equality.equal(a, b if b.shape == a.shape else spread(b, a.shape), rule.conditions, rules=False)
    return True if verdict.ok is None and verdict.holds_if else verdict.ok
