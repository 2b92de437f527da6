"""2,000 random expressions of mixed rank: what is printed reads back, what is compiled computes the same."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import DECLARATIONS, OPS, SYMBOLS, F, G, coverage, random_expr, visible_functions

import symdiff as sd
from symdiff import dims
from symdiff.algebra import same
from symdiff.errors import SymdiffError
from symdiff.evaluation import Interpreter
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import draw, stand_in

CHUNKS = [range(start, start + 250) for start in range(0, 2000, 250)]
SIZES = {"m": 4, "n": 3}
RNG = np.random.default_rng(0)
VALUES = {s.attr.name: draw(s, SIZES, "fraction", RNG) for s in SYMBOLS}
FUNCTIONS = {f.name: stand_in(f, SIZES, RNG) for f in (F, G)}


def value(e: Expr):
    """The value by definition, or None where a part of the expression has none or one that is large."""
    run = Interpreter(Numeric(), VALUES, SIZES, FUNCTIONS)
    with np.errstate(all="ignore"):
        result = run.value(e)
    return result if all(np.all(np.abs(v) < 1e8) for v in run.known.values()) else None


def close(a, b) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-6, atol=1e-9 * max(1, np.max(np.abs(a))))


def test_the_generator_reaches_every_op_and_every_function() -> None:
    ops, functions = coverage(random_expr(seed, formal=True) for seed in range(2000))
    assert ops >= OPS
    assert functions >= visible_functions()


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
@pytest.mark.sample(1)
def test_what_is_printed_reads_back(seeds: range) -> None:
    """Asserted for every text: it reads back as an expression that is the `same`, of the same value and shape.

    What was read once is as text is, so that it comes back as the very node.
    """
    stable = 0
    for seed in seeds:
        e = random_expr(seed)
        read = sd.parse(str(e), DECLARATIONS)
        assert read.shape == e.shape, f"seed {seed}: {e}"
        assert same(read, e), f"seed {seed}: {e}"
        stable += sd.parse(str(read), DECLARATIONS) is read
        meant = value(e)
        if read is not e and meant is not None:
            assert close(meant, value(read)), f"seed {seed}: {e}"
    assert stable >= len(seeds) - 1  # one of 2,000: a sum over an axis of a product of products


@pytest.mark.parametrize("count", [300, pytest.param(2000, marks=pytest.mark.slow)])
def test_most_texts_read_back_as_the_very_node(count: int) -> None:
    """The rest are nested in ways that no text shows: (a + b) + c and a + b + c."""
    made = [random_expr(seed) for seed in range(count)]
    assert sum(sd.parse(str(e), DECLARATIONS) == e for e in made) > 0.85 * len(made)


def has_factors(e: Expr) -> bool:
    """Whether matrices whose singular vectors are asked for have full rank: others have many."""
    nodes = [node for node in postorder(e) if node.op == "call" and node.attr[0] in ("svd_left", "svd_right", "polar")]
    found = [value(node.args[0]) for node in nodes]
    return all(a is not None and np.linalg.matrix_rank(a, 1e-6) == min(np.shape(a)) for a in found)


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
@pytest.mark.sample(2)
def test_what_is_compiled_computes_what_is_meant(seeds: range) -> None:
    compared = 0
    for seed in seeds:
        e = random_expr(seed, depth=3, names=False)
        meant = value(e)
        if meant is None or not has_factors(e):
            continue
        nodes = postorder(e)
        used = {node.attr.name for node in nodes if node.op == "symbol"}
        sizes = {name for node in nodes for dim in node.shape for name in dims.names(dim)} | (used & {*SIZES})
        try:
            with np.errstate(all="ignore"):
                found = e({k: v for k, v in VALUES.items() if k in used}, **{k: SIZES[k] for k in sizes})
        except SymdiffError as error:
            refused = isinstance(error.__cause__, np.linalg.LinAlgError) or "is not symmetric" in error.message
            assert refused, f"seed {seed}: {e}"
            continue
        turned = [value(n.args[0]) for n in nodes if n.op == "call" and str(n.attr[0]).startswith("eig")]
        if np.isnan(found).any() and any(m is not None and not np.allclose(m, m.T) for m in turned):
            continue  # eigenvalues of what is not symmetric are nan
        assert close(meant, found), f"seed {seed}: {e}"
        compared += 1
    assert compared > 0.75 * len(seeds)
