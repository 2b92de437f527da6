"""Conditions of the books are as wide as is true: beyond each alone a value, a derivative or an equality fails."""

from __future__ import annotations

import pytest
from condition_proofs import conditions_proved, rule_conditions_proved

from symdiff.book import Entry, Library, Rule, Source, library, use_library
from symdiff.book.library import PHASES

ENTRIES = [
    entry
    for name in library().functions()
    for entry in library().overloads(name)
    if not any(p.variadic or p.kind == "size" for p in entry.params)
    and (entry.block.all("domain") or entry.block.all("smooth"))
    and entry.name != "invsums"  # of singular values, which are positive: narrower than it might be
]
RULES = [rule for phase in PHASES for rule in library().rules(phase) if rule.conditions]

# Conditions that are narrower than the equality: why.
NARROW = {
    "logistic function": "sigmoid and its relatives are used for real numbers, where code keeps their digits",
    "logistic function, reversed": "as the logistic function",
    "softplus": "as the logistic function",
    "softmax": "as the logistic function",
    "softmax by columns": "as the logistic function",
    "softmax by rows": "as the logistic function",
    "log-sum-exp": "as the logistic function",
    "log-sum-exp by columns": "as the logistic function",
    "log-sum-exp by rows": "as the logistic function",
    "powers of a matrix": "powers that are not whole have rules of their own: of the square root",
    "power times matrix": "as powers of a matrix",
    "matrix times power": "as powers of a matrix",
    "log-determinant of a Kronecker product": "of Y where n is even, and the sizes of the proof are odd",
    "power of a power": "just below 0 most powers have no value; of those that have one none was met that differs",
    "logarithm of a determinant": "as the logistic function",
    "log-add-exp": "as the logistic function",
    "log-of-product": "one of the two logarithms may be complex, but not both",
}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.name}-{len(e.params)}")
@pytest.mark.sample(6)
def test_beyond_a_condition_of_an_entry_something_fails(entry: Entry) -> None:
    assert conditions_proved(entry) == []


@pytest.mark.parametrize("rule", [r for r in RULES if r.name not in NARROW], ids=lambda r: r.name)
@pytest.mark.sample(36)
def test_beyond_a_condition_of_a_rule_the_sides_differ(rule: Rule) -> None:
    assert rule_conditions_proved(rule) == []


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.sample(9)
def test_what_is_said_to_be_narrow_is(name: str) -> None:
    assert rule_conditions_proved(next(rule for rule in RULES if rule.name == name))


# ---------------------------------------------------------------- planted faults


def _with(old: str, new: str) -> Library:
    sources = [Source(s.name, s.text.replace(old, new)) for s in library().sources]
    assert sources != list(library().sources), f"{old!r} is in no book"
    return Library(sources)


@pytest.mark.parametrize(
    ("name", "count", "old", "new"),
    [
        ("log1p", 1, "domain   x > -1", "domain   x > 1"),
        ("log", 1, "also     ln\n  domain   x > 0", "also     ln\n  domain   x > 1"),
        ("min", 2, "where(a < b, da, db)\n  complex  none\n  smooth   a != b",
         "where(a < b, da, db)\n  complex  none\n  smooth   a > b"),
        ("exp", 1, "fn exp(x) elementwise", "fn exp(x) elementwise\n  smooth x != 0"),
        ("asin", 1, "also     arcsin\n  domain   abs(x) <= 1\n  smooth   abs(x) < 1",
         "also     arcsin\n  domain   abs(x) <= 1\n  smooth   abs(x) < 1/2"),
        ("det", 1, "fn det(X) where square(X)", "fn det(X) where square(X)\n  smooth invertible(X)"),
        ("softsign", 1, "fn softsign(x) elementwise", "fn softsign(x) elementwise\n  smooth x != 0"),
    ],
)  # fmt: skip
@pytest.mark.sample(3)
def test_a_narrow_condition_of_an_entry_is_caught(name: str, count: int, old: str, new: str) -> None:
    with use_library(_with(old, new)) as books:
        entry = books.function(name, count)
        assert entry is not None
        assert conditions_proved(entry)


@pytest.mark.parametrize(
    "text",
    [
        "matpow(X, j)*matpow(X, k) -> matpow(X, j + k)    where X: matrix(n, n), j: integer, k: integer, j > 0, k > 0",
        "matpow(X, k)*X -> matpow(X, k + 1)    where X: matrix(n, n), k: integer, k > 1",
        "matpow(c*X, k) -> c^k*matpow(X, k)    where X: matrix(n, n), c > 1",
        "sqrt(u^2) -> abs(u)    where real(u), u > -1",
        "abs(u) -> u    where u > 1",
        "(u^a)^b -> u^(a*b)    where u > 1, real(a)",
        "sin(-u) -> -sin(u)    where real(u)",
        "det(X') -> det(X)    where X: matrix(n, n), invertible(X)",
        "norm2(c*x) -> abs(c)*norm2(x)    where x: vector(n), real(c)",
    ],
)
@pytest.mark.sample(5)
def test_a_narrow_condition_of_a_rule_is_caught(text: str) -> None:
    with use_library(library().with_text(f"rule narrow (simplify): {text}")) as books:
        assert rule_conditions_proved(books.rules("simplify")[-1])
