"""In any state of a process: first uses from threads, nodes dropped in threads, interrupts, ever new names.

Samples of what `tests/states.py` does at length.
"""

from __future__ import annotations

import pytest
import states

from symdiff.book import recent
from symdiff.book.recent import Recent


@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 60), marks=pytest.mark.slow)], ids=str)
def test_a_first_use_from_eight_threads(seeds: range) -> None:
    assert not states.first_uses(len(seeds), seeds.start)


@pytest.mark.parametrize("rounds", [4_000, pytest.param(400_000, marks=pytest.mark.slow)])
def test_threads_that_make_and_drop_nodes_agree_on_them(rounds: int) -> None:
    assert not states.make_and_drop(rounds)


@pytest.mark.parametrize("seeds", [range(4), pytest.param(range(4, 300), marks=pytest.mark.slow)], ids=str)
def test_an_interrupted_call_leaves_nothing_half_done(seeds: range) -> None:
    assert not states.interrupted(len(seeds), seeds.start)


@pytest.mark.parametrize(
    ("work", "count"),
    [(states.derive, 60), (states.check, 30)],
    ids=["derivations", "checks"],
)
def test_ever_new_names_take_no_more_memory(work: states.Work, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST", 2)  # so that the tables are full at once
    marks, wrong = states.memory(work, count)
    assert not wrong, marks


@pytest.mark.slow
@pytest.mark.parametrize(("work", "count"), [(states.derive, 5_000), (states.check, 1_000)], ids=["derive", "check"])
def test_ever_new_names_take_no_more_memory_for_long(
    work: states.Work, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "MOST", 8)  # tables that are seldom put into take thousands of calls to fill
    marks, wrong = states.memory(work, count)
    assert not wrong, marks


def test_a_bounded_table_keeps_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST", 10)
    table = Recent()
    table.put("kept", 1)
    for k in range(1000):
        table.put(k, k)
        assert table.get("kept") == 1
        assert table.get(k) == k
    assert table.get(3) is None
    assert len(table) <= 2 * 11
