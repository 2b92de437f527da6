"""Facts that must agree: of a thing written in several ways, turned round, negated, with more declared of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import Any

import numpy as np
import pytest
from fact_proofs import COMPLEX, MATRICES, SCALARS, VECTORS, N, contradictions, expressions, point

import symdiff as sd
from symdiff.algebra import (
    ONE,
    compare,
    einsum,
    eye,
    fmap,
    matrix_facts,
    neg,
    number,
    ones,
    power,
    reduce_,
    scale,
    select,
    substitute,
    symbols_of,
    transpose,
    zeros,
)
from symdiff.algebra.fact import MATRIX, SIGN, WHOLE, Fact, bounds, facts
from symdiff.algebra.intervals import Interval
from symdiff.algebra.leaves import is_zero
from symdiff.algebra.matrix_facts import turned
from symdiff.expr import Expr, postorder

FRONTS = [ONE, ONE, ONE, number(-1), number(2), number(-2), *SCALARS, power(SCALARS[0], number(2)), number(0.5)]
_FLAT = [*VECTORS, neg(VECTORS[1]), power(VECTORS[0], number(2)), COMPLEX[1]]
_LARGEST = compare("==", MATRICES[0], scale(reduce_("max", MATRICES[0]), ones((N, N))))
_SQUARE = [*MATRICES, *MATRICES, fmap("exp", MATRICES[2]), eye(N), COMPLEX[2], power(MATRICES[0], number(2))]
_SQUARE += [select(_LARGEST, ones((N, N)), zeros((N, N)))]
_END = 6  # the axis that 0 is where a product is mirrored at axis 3
Network = tuple[Expr, list[Expr], list[tuple[int, ...]], tuple[int, ...]]


def networks(seed: int, count: int, mirrored: float = 0.4) -> Iterator[Network]:
    """Vectors and matrices of every structure, some of them twice, along axes, some of them there and back again."""
    random = Random(seed)
    for _ in range(count):
        operands: list[Expr] = []
        for _ in range(random.choice([1, 2, 2, 3, 3, 3, 4, 5])):
            kinds = [*operands, *operands, random.choice(_SQUARE), random.choice(_SQUARE), random.choice(_FLAT)]
            operands.append(random.choice(kinds))
        labels = [_axes(random, e.rank) for e in operands]
        reached = sorted({label for own in labels for label in own})
        out = random.sample(reached, min(len(reached), random.choice([0, 1, 2, 2, 2, 2])))
        if random.random() < mirrored:
            operands, labels = operands * 2, labels + [tuple(_END - label for label in own) for own in labels]
            out = [reached[0], _END - reached[0]][: len(reached)]
        yield random.choice(FRONTS), operands, labels, tuple(out)


def _axes(random: Random, rank: int) -> tuple[int, ...]:
    """Along a chain most of the time."""
    first = random.randrange(4)
    pair = (first, first + 1) if random.random() < 0.7 and first < 3 else (first, random.randrange(4))
    return (pair if random.random() < 0.6 else pair[::-1])[:rank]


@pytest.mark.parametrize("seed", range(4))
def test_no_value_contradicts_a_fact_of_a_product(seed: int) -> None:
    rng, tried = np.random.default_rng(seed), 0
    for front, operands, labels, out in networks(seed, 250):
        e = einsum(front, operands, labels, out)
        for length in (1, 2, 3):
            held, wrong = contradictions(e, point(e, rng, length))
            assert not wrong, f"{wrong[0]}, in {e}"
            tried += held
    assert tried > 4000


def test_the_same_product_has_the_same_facts() -> None:
    """Its factors in another order and turned round, and its transpose.

    Those that are mirrored leave scalars in front of which no two are told to be one.
    """
    random = Random(9)
    for front, operands, labels, out in networks(9, 1500, mirrored=0):
        found = facts(einsum(front, operands, labels, out))
        turns = [random.random() < 0.5 and e.rank == 2 for e in operands]
        factors = [
            (transpose(e), own[::-1]) if turn else (e, own)
            for e, own, turn in zip(operands, labels, turns, strict=True)
        ]
        random.shuffle(factors)
        again = einsum(front, [e for e, _ in factors], [own for _, own in factors], out)
        assert facts(again) == found, f"{again} and {einsum(front, operands, labels, out)}"
        if len(out) == 2:
            assert facts(einsum(front, operands, labels, out[::-1])) == turned(found), again


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("A*B", False), ("A*B*A'", True), ("A*B*A", False), ("A'*B*A'", False), ("A*B + B'*A'", True), ("S*A*S", True),
        ("A*B + A*C", False), ("S*A*P", False), ("A*S*B", False), ("A*S*B'", False), ("x*v'", False), ("S*A", False),
        ("x*v' + v*x'", True), ("A.*B", False), ("A*B - B*A", False), ("A + B", False), ("S*A + A'*S", True),
        ("A*B*S*B'*A' + A*B*B'*A'", True), ("diag(x)*S*diag(x)", True), ("diag(x)*A*diag(v)", False), ("L*U", False),
        ("A*B*C*B*A'", True), ("L*A*L'", True), ("S*A*S'", True), ("K*A*B", True), ("A*B*ones(n, n)", True),
        ("A*x*v'*A'", True), ("A*x*x' + x*x'*A'", True), ("A*S + S*B", False), ("S*x*v'", False),
    ],
)  # fmt: skip
def test_what_ends_otherwise_is_not_compared_with_its_transpose(text: str, tried: bool, monkeypatch: Any) -> None:
    made, one = [], matrix_facts._transposed
    monkeypatch.setattr(matrix_facts, "_transposed", lambda term: made.append(term) or one(term))
    let = "A, B, C: matrix(n, n); S: symmetric(n); P: spd(n); L: lower(n); U: upper(n); K: skew(n); x, v: vector(n)"
    e = sd.parse(text, let)
    made.clear()
    matrix_facts.by_transpose(e)
    assert bool(made) is tried


def several(seed: int) -> Iterator[Expr]:
    """Products over axes, and all other kinds of expressions that have a value."""
    yield from (einsum(*network) for network in networks(seed, 500))
    for e in chain(expressions(seed, 700), expressions(seed, 500, planar=True)):
        if (facts(e) & IMPOSSIBLE) != IMPOSSIBLE:  # csch(0)
            yield e


IMPOSSIBLE = Fact.POSITIVE | Fact.NEGATIVE
KNOWN = SIGN | MATRIX
MIRRORED = {Fact.NONNEGATIVE: Fact.NONPOSITIVE, Fact.POSITIVE: Fact.NEGATIVE}
OF_POSITIVE = Fact.PSD | Fact.SPD | Fact.POSITIVE_DIAGONAL


def mirror(found: int) -> int:
    """Of facts those that minus the thing has."""
    kept = found & ~(OF_POSITIVE | IMPOSSIBLE | Fact.NONNEGATIVE | Fact.NONPOSITIVE)
    for above, below in MIRRORED.items():
        kept |= (below if found & above else 0) | (above if found & below else 0)
    return kept


def test_minus_a_thing_and_its_transpose() -> None:
    for e in several(10):
        found, other, limits, others = facts(e), facts(neg(e)), bounds(e), bounds(neg(e))
        assert other & ~OF_POSITIVE == mirror(found), e
        assert others == (limits and Interval(-limits.high, -limits.low, limits.high_open, limits.low_open)), e
        assert facts(neg(neg(e))) == found
        if e.rank == 2:
            assert facts(transpose(e)) == turned(found), e


def test_twice_a_thing_has_its_structure_and_its_sign() -> None:
    kept = MATRIX & ~Fact.ORTHOGONAL | SIGN & ~WHOLE
    for e in several(11):
        assert (facts(e) ^ facts(scale(number(2), e))) & kept == 0, e


S, T, K, J, _ = SCALARS
X, V, W = VECTORS
A, B = MATRICES[:2]
MORE = [(S, T), (S, K), (S, J), (T, J), (K, J), (X, V), (X, W), *((A, other) for other in MATRICES[1:])]
MORE += [(MATRICES[2], MATRICES[3]), (MATRICES[2], MATRICES[4]), (MATRICES[5], MATRICES[4])]  # S P, S D, L D


def test_where_more_is_declared_no_less_is_known() -> None:
    """Unless that leads out of a domain, or to a 0."""
    replaced = 0
    for e in several(12):
        symbols = symbols_of(e)
        for less, more in MORE:
            if less not in symbols or any(node.op == "compare" for node in postorder(e)):
                continue
            other = substitute(e, {less: more})
            if facts(other) & Fact.REAL >= facts(e) & Fact.REAL and not is_zero(other):
                replaced += 1
                limits, own = bounds(e), bounds(other)
                assert KNOWN & facts(e) & ~facts(other) == 0, f"{e}, {other}"
                assert limits is None or (own is not None and own.within(limits)), f"{e}, {other}"
    assert replaced > 1000
