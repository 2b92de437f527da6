"""The evaluator: sums over labels in any order, adjugates of any rank."""

from __future__ import annotations

from itertools import count

import mpmath
import numpy as np
import pytest
from counting import work

from symdiff.evaluation.calls import cofactors
from symdiff.evaluation.error import erf, erfc
from symdiff.evaluation.interpret import contract
from symdiff.evaluation.precise import Precise


@pytest.mark.parametrize("seed", range(40))
def test_sums_over_labels_are_those_of_einsum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 4, size=6)
    labels = [tuple(rng.integers(0, 6, size=rng.integers(1, 4)).tolist()) for _ in range(rng.integers(1, 6))]
    met = sorted({label for names in labels for label in names})
    out = tuple(rng.permutation(met)[: rng.integers(0, len(met) + 1)].tolist())
    operands = [rng.integers(-3, 4, size=[lengths[label] for label in names]) for names in labels]
    whole = np.einsum(*(part for pair in zip(operands, labels, strict=True) for part in pair), out)
    assert np.array_equal(contract(operands, labels, out), whole)


def test_a_sum_over_labels_is_little_work() -> None:
    """Of u'*A*B*…*v whose matrices stand in the worst order no table has more than two axes."""
    made = count()

    class Counted(int):
        def __mul__(self, other: int) -> Counted:
            next(made)
            return Counted(int(self) * int(other))

        def __add__(self, other: int) -> Counted:
            return Counted(int(self) + int(other))

        __rmul__, __radd__ = __mul__, __add__

    n, length = 3, 9
    links = [(k, k + 1) for k in range(length)]
    labels = [*links[::2], *links[1::2], (0,), (length,)]
    ones = [np.frompyfunc(Counted, 1, 1)(np.ones((n,) * len(names), int)) for names in labels]
    assert contract(ones, labels, ()) == n ** (length + 1)
    assert next(made) <= len(labels) * n**3


@pytest.mark.parametrize("kind", ["real", "complex", "whole", "sparse"])
@pytest.mark.parametrize("n", range(6))
def test_an_adjugate_by_elimination_is_that_of_cofactors(n: int, kind: str) -> None:
    run, rng = Precise(50), np.random.default_rng(n)

    def draw(*shape: int) -> np.ndarray:
        entries = rng.integers(-2, 3, shape).astype(float) if kind == "whole" else rng.normal(size=shape)
        entries = entries + 1j * rng.normal(size=shape) if kind == "complex" else entries
        return run.numbers(entries * (rng.random(shape) < 0.5) if kind == "sparse" else entries)

    def dets(stack: np.ndarray) -> np.ndarray:
        return np.array([[run.det(minor)[()] for minor in row] for row in stack], dtype=object).reshape(n, n)

    for rank in range(n + 1):
        for _ in range(4):
            matrix = draw(n, n) if rank == n else np.dot(draw(n, rank), draw(rank, n)) + run.number(0)
            gaps = np.abs(run.adj(matrix) - cofactors(matrix, dets))
            largest = max(np.abs(matrix).flat, default=0)
            assert all(gap <= 1e-45 * largest ** (n - 1) for gap in gaps.flat)


@pytest.mark.parametrize("base", [0.75, 1.5, -0.75, 1 - 2**-20, 0.6 + 0.8j])
def test_a_power_too_large_to_be_worked_out_is_little_work(base: complex) -> None:
    run = Precise(30)
    exponent = run.context.mpf(2) ** 20_000 + 1  # mpmath squares once a binary digit
    args = run.numbers(np.array(base)), np.array(exponent, dtype=object)
    work(lambda: run.power(*args), 2_000)
    assert run.overflowed


def test_powers_of_one_are_one_and_those_near_one_are_worked_out() -> None:
    run = Precise(30)
    base, exponent = run.numbers(np.array([1.0, -1.0, 1 - 2**-40])), run.context.mpf(2) ** 40
    found = run.power(base, np.array([exponent] * 3, dtype=object))
    assert list(found[:2]) == [1, 1] and abs(found[2] - run.context.exp(-1)) < 1e-11 and not run.overflowed


@pytest.mark.parametrize("x", [0.5, 1.5, -8.1, 20.7, 31.0, -60.2, 1e10])
def test_the_error_function_has_very_many_digits(x: float) -> None:
    context, more = mpmath.mp.clone(), mpmath.mp.clone()
    context.dps, more.dps = 400, 430
    for function, exact in ((erf, more.erf), (erfc, more.erfc)):
        assert abs(function(context, context.mpf(x)) / exact(more.mpf(x)) - 1) < more.mpf(10) ** -397
