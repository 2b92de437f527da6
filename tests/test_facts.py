"""Facts are true: no value contradicts what is deduced of an expression, and what follows from facts is right."""

from __future__ import annotations

import numpy as np
import pytest
from fact_proofs import contradictions, expressions, point

SEEDS = range(40)


def proved(seed: int, count: int, planar: bool) -> int:
    """How many facts of random expressions were held against values; none is contradicted."""
    rng, tried = np.random.default_rng(seed), 0
    for e in expressions(seed, count, planar):
        for length in (1, 2, 3, 5):
            held, wrong = contradictions(e, point(e, rng, length))
            assert not wrong, f"{wrong[0]}, in {e}"
            tried += held
    return tried


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_no_value_contradicts_a_fact(seed: int, planar: bool) -> None:
    assert proved(seed, 40, planar) > 500


@pytest.mark.slow
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("seed", range(100, 140))
def test_no_value_contradicts_any_fact(seed: int, planar: bool) -> None:
    assert proved(seed, 100, planar) > 500
