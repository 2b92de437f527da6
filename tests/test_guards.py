"""What can be guarded without a clock: distinct operations in results, nodes created, functions called, depth.

The workloads are those of tests/benchmarks, which measures them beside other engines.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from benchmarks.workloads import EXERCISES, MATRIX, deep, logistic, network, product, recurrence, total
from counting import visits, work

import symdiff as sd
from symdiff import expr as nodes
from symdiff import inputs
from symdiff.algebra import substitute
from symdiff.expr import Expr, postorder
from symdiff.rewriting import present, rules
from symdiff.rewriting.presenting import _Presenter as Presenter


def operations(*results: Expr) -> int:
    """Distinct nodes that are no leaves."""
    return sum(1 for node in postorder(*results) if node.args)


@contextmanager
def at_most(limit: int) -> Iterator[None]:
    """At most so many nodes are created inside."""
    before = nodes.created
    yield
    assert nodes.created - before <= limit


def test_s1_textbook_exercises() -> None:
    x = sd.scalar("x")
    results = []
    with at_most(1_500):
        for text in EXERCISES:
            results.append(sd.diff(sd.parse(text, {"x": x}), x))
    assert sum(sd.ops(r) for r in results) <= 120  # SymPy's 1.14 count 137
    assert operations(*results) <= 80


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which ways to match a rule were tried, each time."""
    found: list[str] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: found.append(name) or real(*given)

    for name in ("find_in_sum", "find_in_product", "match"):
        monkeypatch.setattr(rules, name, counted(name, getattr(rules, name)))
    return found


def test_s1_tries_few_rules_and_presents_a_node_once(tried: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    y = sd.scalar("s1_tried")
    built = [build(y, np) for build in EXERCISES.values()]
    presented: list[Expr] = []
    real = Presenter.present
    monkeypatch.setattr(Presenter, "present", lambda self, e: presented.append(e) or real(self, e))
    nodes = len(postorder(*(sd.diff(f, y) for f in built)))
    assert len(tried) <= nodes
    assert len(presented) == len(set(presented))


def test_s4_is_walked_three_times_and_tries_no_rule(tried: list[str]) -> None:
    f, xs = network(8, 4, 5)
    asked_whether_long = 2 * (sd.limits.presented + 1)
    assert visits(lambda: sd.grad(f, xs)) <= 2 * len(postorder(f)) + len(xs) + asked_whether_long  # the sweep is one
    assert tried == []


def test_s1_makes_few_nodes() -> None:
    y = sd.scalar("s1_of_its_own")
    built = [build(y, np) for build in EXERCISES.values()]
    with at_most(20 * len(built)):
        kept = [sd.diff(f, y) for f in built]
    assert len(kept) == len(built)


def test_what_was_presented_is_not_worked_again() -> None:
    y = sd.scalar("met_before")
    f = sd.diff(np.exp(np.sin(y) ** 2) * (y**2 + 1) / (3 - y), y)
    first = present(f)
    with at_most(0):
        assert present(f) is first
    assert work(lambda: present(f)) < 300


@pytest.mark.parametrize(("make", "sizes"), [(logistic, (3, 2)), (network, (2, 2, 2))])
def test_s4_is_right_and_linear(make: Callable[..., tuple[Expr, list[Expr]]], sizes: tuple[int, ...]) -> None:
    f, xs = make(*sizes)
    assert sd.check(f, xs, sd.grad(f, xs), "grad")
    counts = []
    for samples in (40, 80):
        f, xs = make(samples, *sizes[1:])
        before = nodes.created
        partials = sd.grad(f, xs)
        counts.append(nodes.created - before)
        assert partials
    assert counts[1] <= 2.3 * counts[0]


def test_s2_all_partials_of_a_product_are_linear() -> None:
    sizes = {}
    for n in (50, 100):
        f, xs = product(n)
        before = nodes.created
        partials = sd.grad(f, xs)
        sizes[n] = (operations(*partials), nodes.created - before)
        assert len(partials) == n
    assert sizes[100][0] <= 4 * 100
    assert sizes[100][1] <= 2.3 * sizes[50][1]


def test_code_of_many_roots_takes_one_walk_over_them_all() -> None:
    counts = {}
    for n in (10, 300, 600):  # the first loads the backend
        f, xs = product(n)
        partials, names = sd.grad(f, xs), [x.name for x in xs]
        made = []
        counts[n] = (
            work(lambda partials=partials, names=names, made=made: made.append(sd.compile(partials, names))),
            work(lambda made=made, xs=xs: made[0](**{x.name: 1.0 for x in xs})),
            len(made[0].source.splitlines()),
        )
    for small, large in zip(counts[300], counts[600], strict=True):
        assert large <= 2.1 * small


def test_nothing_is_walked_where_nothing_is_put_in() -> None:
    f = deep(1_000)[0]
    assert work(lambda: substitute(f, {})) < 10


def test_s3_sharing_is_kept() -> None:
    sizes = {}
    for levels in (100, 200):
        f, x = recurrence(levels)
        before = nodes.created
        result = sd.diff(f, x)
        sizes[levels] = (operations(result), nodes.created - before)
    assert sizes[200][0] <= 10 * 200
    assert sizes[200][1] <= 2.3 * sizes[100][1]


@pytest.mark.slow
def test_s3_at_full_size() -> None:
    f, x = recurrence(5_000)
    assert operations(sd.diff(f, x)) <= 10 * 5_000


@pytest.mark.parametrize("size", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("make", [deep, total], ids=["a deep chain", "a long sum"])
def test_depth_and_width_are_no_limit(make: Callable[[int], tuple[Expr, Expr]], size: int) -> None:
    f, x = make(size)
    result = sd.diff(f, x)
    assert make(size)[0] is f
    assert len(str(f)) > size
    assert operations(result) >= size
    assert pickle.loads(pickle.dumps(f)) is f
    assert f != result


@pytest.mark.parametrize("workload", MATRIX, ids=lambda w: w.name)
def test_s6_prints_as_a_textbook_would(workload) -> None:
    with at_most(1_000):
        result = workload.derivative()
    assert str(result) == workload.printed


@pytest.mark.parametrize("workload", MATRIX, ids=lambda w: w.name)
def test_s6_makes_few_nodes_of_sizes_that_no_cache_has_met(workload) -> None:
    workload.derivative()
    f = sd.parse(workload.text, workload.names.replace("(n", "(fresh").replace(" n)", " fresh)"))
    with at_most(30):
        workload.kind(f, next(s for s in f.symbols if s.name == workload.by))


@pytest.mark.parametrize(
    ("text", "order", "most"),
    # SymPy's own derivatives have 33, 40, 19 and 18 distinct operations
    [("exp(sin(x))", 10, 29), ("exp(sin(x))", 12, 31), ("1/(1 + x^2)", 10, 9), ("x^x", 5, 18), ("sin(x)/x", 6, 19)],
)
def test_s5_repeated_derivatives_stay_short(text: str, order: int, most: int) -> None:
    f = sd.parse(text)
    (x,) = f.symbols
    found = sd.diff(f, x, order)
    assert operations(found) <= most, found
    assert sd.check(sd.diff(f, x, order - 1), x, found)


def test_results_of_expressions_are_not_walked_for_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no text gave names, a thousand partials are given as they are."""
    xs = [sd.scalar(f"x_{k}") for k in range(50)]
    f = xs[0]
    for x in xs[1:]:
        f = f * x
    monkeypatch.setattr(inputs, "walk", lambda *roots: pytest.fail("walked"))
    assert len(sd.grad(f, xs)) == 50
