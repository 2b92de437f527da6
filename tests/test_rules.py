"""No rule changes a value, of terms that have all it asks for and of terms that lack a part; nor do the passes.

The terms are made in `rule_cases`; values are taken by `symdiff.evaluation`, which shares no code with the rewriting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from random import Random
from typing import Any

import numpy as np
import pytest
from rule_cases import Instances, Parts, differs, edits
from strategies import SHAPES, random_expr

import symdiff as sd
from symdiff.algebra import Condition, split_number, substitute, symbol
from symdiff.algebra import terms as terms_of
from symdiff.book import Library, Rule, Source, library, use_library
from symdiff.book.library import PHASES
from symdiff.dims import evaluate as evaluate_size
from symdiff.dims import names
from symdiff.errors import NotSupported, SymdiffError
from symdiff.evaluation import evaluate
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect, match, present, simplify
from symdiff.rewriting.product import product
from symdiff.rewriting.rules import _ARRAYS, _heads, _told, table

LARGEST = 150  # nodes of a term that is tried
PASSES: tuple[Callable[..., Expr], ...] = (collect, simplify, present)
RULES = [rule.name for phase in PHASES for rule in library().rules(phase)]


def rule_named(name: str) -> Rule:
    return next(rule for phase in PHASES for rule in library().rules(phase) if rule.name == name)


def terms(rule: Rule, seeds: Iterable[int], depth: int = 1) -> Iterator[Expr]:
    """Terms with the head of a rule; of every two one lacks a part, or has it otherwise."""
    for seed in seeds:
        random = Random(f"{seed} {rule.name}")
        found = edits(rule.lhs)
        edit = random.choice(found) if found and random.random() < 0.6 else None
        e = Instances(random.randrange(10**9)).of(rule, depth, edit)
        if e is not None and len(postorder(e)) <= LARGEST:
            yield e


def wrong_rewritings(e: Expr, seed: int) -> Iterator[str]:
    """What rules make of a node in e that has another value, with the point."""
    for node in postorder(e):
        for phase in PHASES:
            for made in table(phase).rewritings(node):
                why = differs(node, made.after, made.conditions, seed)
                if why is not None:
                    yield f"{made.rule}: {node} -> {made.after}, if {made.conditions}: {why}"


class Told:
    """The conditions of the rewritings that were told."""

    def __init__(self) -> None:
        self.conditions: list[Condition] = []
        self.rules: list[str] = []

    def rewrite(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...]) -> None:
        self.conditions += conditions
        self.rules.append(rule)


def wrong_passes(e: Expr, seed: int) -> Iterator[str]:
    """The passes that give e another value, with the point."""
    for change in PASSES:
        told = Told()
        after = change(e, recorder=told)
        why = differs(e, after, tuple(told.conditions), seed)
        if why is not None:
            yield f"{change.__name__}: {e} -> {after} by {dict.fromkeys(told.rules)}, if {told.conditions}: {why}"


def mixed(seed: int) -> Expr:
    """A random expression: over the symbols of `strategies`, or over real and complex ones of every structure."""
    if seed % 2:
        return random_expr(seed, names=False)
    random = Random(seed)
    return Parts(random).of(random.choice(SHAPES[:7]), random.randint(1, 3))


def tried(es: Iterable[Expr], wrong: Callable[[Expr, int], Iterator[str]]) -> int:
    """How many terms were tried; none is wrong."""
    found: list[str] = []
    count = 0
    for seed, e in enumerate(es):
        try:
            found += wrong(e, seed)
        except NotSupported:
            continue
        count += 1
    assert not found, "\n\n".join(found[:5])
    return count


# ---------------------------------------------------------------- a sample, and all of it


def test_a_sample_of_terms_keeps_its_value() -> None:
    es = (e for name in RULES for e in terms(rule_named(name), (11,)))
    assert tried(es, wrong_rewritings) > len(RULES) // 2


def test_a_sample_of_expressions_keeps_its_value() -> None:
    assert tried((e for seed in range(120) if len(postorder(e := mixed(seed))) <= LARGEST), wrong_passes) > 60


HIDDEN = pytest.mark.xfail(
    strict=True, reason="0*tr(zeros^-1*Y) where the 0 is written max(zeros(3)): no rule sees that"
)
LEFT = {"derivative of a power in a trace": HIDDEN, "derivative of a power along I": HIDDEN}


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=LEFT.get(name, ())) for name in RULES])
def test_terms_with_the_head_of_a_rule_keep_their_value(name: str) -> None:
    """Every part left out or exchanged once, and 200 terms more."""
    rule = rule_named(name)
    parts = (Instances(k).of(rule, depth, edit) for k, edit in enumerate(edits(rule.lhs)) for depth in (0, 0, 1))
    tried((e for e in parts if e is not None and len(postorder(e)) <= LARGEST), wrong_rewritings)
    tried(terms(rule, range(100)), wrong_rewritings)
    tried(terms(rule, range(100, 200), 2), wrong_rewritings)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 20_000, 500))
def test_expressions_keep_their_value(start: int) -> None:
    made = (mixed(seed) for seed in range(start, start + 500))
    tried((e for e in made if len(postorder(e)) <= 4 * LARGEST), wrong_passes)


@pytest.mark.parametrize("phase", PHASES)
def test_every_rule_is_found_in_larger_expressions(phase: str) -> None:
    lost = {}
    for rule in library().rules(phase):
        found: set[str] = set()
        for place, e in (placed for seed in range(80) if len(found) < 3 for placed in Instances(seed).inside(rule)):
            if any(made.rule == rule.name for node in postorder(e) for made in table(phase).rewritings(node)):
                found.add(place)
        if len(found) < 3:
            lost[rule.name] = found
    assert lost == {}


# ---------------------------------------------------------------- planted faults


def _with(old: str, new: str) -> Library:
    sources = [Source(s.name, s.text.replace(old, new)) for s in library().sources]
    assert sources != list(library().sources), f"{old!r} is in no book"
    return Library(sources)


def _is_caught(name: str, seeds: range = range(40)) -> bool:
    return any(True for seed, e in enumerate(terms(rule_named(name), seeds)) for _ in wrong_rewritings(e, seed))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("logarithm of an exponential of a matrix", "symmetric(X), real(X)", "symmetric(X)"),
        ("root of a square", "sqrt(u^2) -> abs(u)                         where real(u)", "sqrt(u^2) -> abs(u)"),
        ("sine is odd", "sin(-u) -> -sin(u)", "sin(-u) -> sin(u)"),
        ("determinant of a multiple", "det(c*X) -> c^n*det(X)", "det(c*X) -> c*det(X)"),
        ("adjugate of a product", "adj(X*Y) -> adj(Y)*adj(X)", "adj(X*Y) -> adj(X)*adj(Y)"),
        ("absolute value squared", "abs(u)^2 -> u^2                       where real(u)", "abs(u)^2 -> u^2"),
        ("size of the determinant of an orthogonal matrix", "abs(det(Q)) -> 1", "abs(det(Q)) -> det(Q)"),
    ],
)
def test_a_changed_rule_is_caught(name: str, old: str, new: str) -> None:
    with use_library(_with(old, new)):
        assert _is_caught(name)


@pytest.mark.parametrize("name", ["sum of softmax", "derivative of expm in a trace"])
def test_a_rule_that_matches_without_its_sum_is_caught(name: str, monkeypatch: Any) -> None:
    assert not _is_caught(name)
    monkeypatch.setattr(match, "_sums_inside", lambda *_: True)
    assert _is_caught(name)


@pytest.mark.parametrize(
    ("text", "simplest"),
    [
        ("x'*x - 2*x'*y + y'*y", "norm2(x - y)^2"),
        ("3*x'*x + 6*x'*y + 3*y'*y - 1", "3*norm2(x + y)^2 - 1"),
        ("norm2(x)^2 - 2*x'*y + norm2(y)^2", "norm2(x - y)^2"),
        ("(x - y)'*(x - y) - x'*x + 2*x'*y", "y'*y"),
    ],
)
def test_rules_of_arrays_are_found_in_sums(text: str, simplest: str) -> None:
    assert str(sd.simplify(text, "x, y: vector(n)")) == simplest


def test_a_rule_with_a_sum_needs_one() -> None:
    for text in ("log(exp(x))", "sum(log(exp(x)))", "log(exp(X))"):
        assert "logsumexp" not in str(sd.simplify(text, "x: vector(n); X: matrix(m, n)"))


@pytest.mark.parametrize(
    "text",
    ["exp(w)/(1 + exp(w))", "1/(1 + exp(w))", "log(1 + exp(w))", "log(exp(w) + exp(2*w))", "exp(c)/sum(exp(c))",
     "exp(C) ./ sum(exp(C), axis=0, keepdims=True)", "exp(C) ./ sum(exp(C), axis=1, keepdims=True)",
     "log(sum(exp(c)))", "log(sum(exp(C), axis=0))", "log(sum(exp(C), axis=1))"],
)  # fmt: skip
def test_exponentials_of_complex_numbers_stay_exponentials(text: str) -> None:
    made = collect(sd.parse(text, "w: complex; c: complex vector(n); C: complex matrix(m, n)"))
    assert {n.attr for n in postorder(made) if n.op in ("map", "call")} <= {"exp", "log", "pow"}, made


def _turned(s: Expr, rng: np.random.Generator) -> Any:
    """Numbers of all directions in the plane, matrices with eigenvalues on both sides of the negative axis."""
    shape = tuple(evaluate_size(d, dict.fromkeys(names(d), 3)) for d in s.shape)
    value = rng.uniform(0.5, 2, shape) * np.exp(1j * rng.uniform(-np.pi, np.pi, shape))
    if len(shape) == 2 and shape[0] == shape[1]:
        phases = rng.uniform(2, np.pi, shape[0]) * rng.choice([-1, 1], shape[0])
        value = np.diag(np.exp(1j * phases)) + 0.15 * value
    return value


def test_the_left_sides_of_rules_keep_their_value_at_complex_numbers() -> None:
    """Where they are changed at all."""
    rng, held = np.random.default_rng(1), 0
    for rule in (rule for phase in PHASES for rule in library().rules(phase)):
        twins = {v: symbol(v.attr.name, v.shape, ["complex"]) for v in rule.variables.values()}
        before = substitute(rule.lhs, twins)
        for after in {simplify(before), collect(before)} - {before}:
            sizes = dict.fromkeys(chain.from_iterable(names(d) for node in postorder(before) for d in node.shape), 3)
            for _ in range(4):
                values = {s.attr.name: _turned(s, rng) for s in twins.values()}
                try:
                    with np.errstate(all="ignore"):
                        old, new = (evaluate(e, values, sizes) for e in (before, after))
                except SymdiffError:  # an order of complex numbers
                    break
                if np.all(np.isfinite(old)):
                    held += 1
                    assert np.allclose(old, new, rtol=1e-6, atol=1e-8), f"{rule.name}: {before} is not {after}"
    assert held > 600


def test_rules_stand_under_a_head_of_their_left_side() -> None:
    """So they are met when they are not read before a node with that head is."""
    shipped = [rule for phase in PHASES for rule in library().rules(phase)]
    told = [(rule, key) for rule in shipped if (key := _told(rule)) is not None]
    assert sum(rule.phase == "collect" for rule, _ in told) > 0.98 * len(library().rules("collect"))  # of derivatives
    assert len(told) > 0.95 * len(shipped)
    under = [(rule, key, terms_of(rule.lhs)) for rule, key in told]
    assert [rule.name for rule, key, _ in under if key != _ARRAYS and key not in _heads(rule.lhs)] == []
    assert [rule.name for rule, key, _ in under if key == _ARRAYS and set(_heads(rule.lhs)) - {"product"}] == []
    arrays = [product(split_number(term)[1]) for _, key, parts in under if key == _ARRAYS for term in parts]
    assert arrays
    assert all(factor.labels for pattern in arrays for factor in pattern.factors)
