"""Facts of products over axes: true of values, and the same however a product is written down."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from fact_proofs import COMPLEX, MATRICES, SCALARS, VECTORS, N, contradictions, point

from symdiff.algebra import ONE, einsum, eye, fmap, neg, number, power, scale, transpose
from symdiff.algebra.fact import MATRIX, SIGN, WHOLE, Fact, facts
from symdiff.algebra.matrix_facts import turned
from symdiff.expr import Expr

FRONTS = [ONE, ONE, ONE, number(-1), number(2), number(-2), *SCALARS, power(SCALARS[0], number(2)), number(0.5)]
_FLAT = [*VECTORS, neg(VECTORS[1]), power(VECTORS[0], number(2)), COMPLEX[1]]
_SQUARE = [*MATRICES, *MATRICES, fmap("exp", MATRICES[2]), eye(N), COMPLEX[2]]
Network = tuple[Expr, list[Expr], list[tuple[int, ...]], tuple[int, ...]]


def networks(seed: int, count: int) -> Iterator[Network]:
    """One to five vectors and matrices of every structure, some of them twice, along four axes, to a matrix mostly."""
    random = Random(seed)
    while count:
        operands: list[Expr] = []
        for _ in range(random.choice([1, 2, 2, 3, 3, 3, 4, 5])):
            kinds = [*operands, *operands, random.choice(_SQUARE), random.choice(_SQUARE), random.choice(_FLAT)]
            operands.append(random.choice(kinds))
        labels = [_axes(random, e.rank) for e in operands]
        reached = sorted({label for own in labels for label in own})
        out = tuple(random.sample(reached, min(len(reached), random.choice([0, 1, 2, 2, 2, 2]))))
        count -= 1
        yield random.choice(FRONTS), operands, labels, out


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
    """Its factors in another order and turned round, and its transpose."""
    random = Random(9)
    for front, operands, labels, out in networks(9, 1500):
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


def test_a_number_in_front_keeps_a_structure() -> None:
    """Twice a product is what the product is; minus it is so, but for signs; and minus minus it is the product."""
    kept = MATRIX & ~(Fact.PSD | Fact.SPD | Fact.POSITIVE_DIAGONAL) | WHOLE | Fact.REAL | Fact.NONZERO
    for front, operands, labels, out in networks(10, 600):
        e = einsum(front, operands, labels, out)
        found, other, twice = facts(e), facts(neg(e)), facts(scale(number(2), e))
        assert (found ^ other) & kept == 0, e
        assert bool(found & Fact.NONNEGATIVE) is bool(other & Fact.NONPOSITIVE), e
        assert bool(found & Fact.POSITIVE) is bool(other & Fact.NEGATIVE), e
        assert facts(neg(neg(e))) == found
        assert (found ^ twice) & (MATRIX & ~Fact.ORTHOGONAL | SIGN & ~WHOLE) == 0, e
