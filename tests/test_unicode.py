"""2,000 random expressions of mixed rank as people write them: the Unicode form reads back to the same expression.

Once with the plain letters of the generator, once with names that look like other things in Unicode: Greek letters
that are functions too, subscripts, words, constants, names that could be products of others.
"""

from __future__ import annotations

import re

import pytest
from strategies import DECLARATIONS, OPS, SYMBOLS, coverage, random_expr, visible_functions

import symdiff as sd
from symdiff.algebra import same, substitute, symbol
from symdiff.expr import Expr

CHUNKS = [range(start, start + 250) for start in range(0, 2000, 250)]
NAMES = dict(
    zip(
        "abtkxyzuvpABCXSPDQZW",
        "alpha omega sigma k_1 x_1 beta z_hat d theta2 gamma_ij "
        "Ax Sigma T XW Lambda_max D_1 I weights Gamma psi".split(),
        strict=True,
    )
)
RENAMED = {s: symbol(NAMES[s.attr.name], s.shape, s.attr.properties) for s in SYMBOLS}
RENAMED_DECLARATIONS = re.sub(r"\b[A-Za-z]\b(?=[\w, ]*:)", lambda name: NAMES.get(name[0], name[0]), DECLARATIONS)


def assert_reads_back(e: Expr, declarations: str) -> None:
    written = e.unicode()
    read = sd.parse(written, declarations)
    assert read is e or same(read, e), f"{written}\nreads as {read.unicode()}"


def test_the_generator_reaches_every_op_and_every_function() -> None:
    ops, functions = coverage(random_expr(seed) for seed in range(2000))
    assert ops >= OPS - {"differential"}  # a written differential is worked out when it is read
    assert functions >= visible_functions()


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
def test_unicode_reads_back(seeds: range) -> None:
    for seed in seeds:
        assert_reads_back(random_expr(seed), DECLARATIONS)


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
def test_unicode_reads_back_with_names_that_look_like_other_things(seeds: range) -> None:
    for seed in seeds:
        assert_reads_back(substitute(random_expr(seed), RENAMED), RENAMED_DECLARATIONS)


def test_names_of_functions_are_not_lowered() -> None:
    assert sd.grad("prod(x)*f_1(t)", "x", "f_1: function").unicode() == "f₁(t) prod_others(x)"
