"""2,000 random expressions of mixed rank as people write them: the Unicode form reads back to the same expression.

Once with the plain letters of the generator, once with names that look like other things in Unicode: Greek letters
that are functions too, subscripts, words, constants, names that could be products of others.
"""

from __future__ import annotations

import re

import pytest
from forms import CONTEXTS, FORMS
from strategies import DECLARATIONS, OPS, SYMBOLS, coverage, random_expr, visible_functions

import symdiff as sd
from symdiff import show
from symdiff.algebra import same, substitute, symbol
from symdiff.book import library
from symdiff.expr import Expr
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.tree import Tree, map_tree

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


@pytest.mark.slow
def test_the_generator_reaches_every_op_and_every_function() -> None:
    ops, functions = coverage(random_expr(seed) for seed in range(2000))
    assert ops >= OPS - {"differential"}  # a written differential is worked out when it is read
    assert functions >= visible_functions()


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
@pytest.mark.sample(1)
def test_unicode_reads_back(seeds: range) -> None:
    for seed in seeds:
        assert_reads_back(random_expr(seed), DECLARATIONS)


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
@pytest.mark.sample(1)
def test_unicode_reads_back_with_names_that_look_like_other_things(seeds: range) -> None:
    for seed in seeds:
        assert_reads_back(substitute(random_expr(seed), RENAMED), RENAMED_DECLARATIONS)


def test_names_of_functions_are_not_lowered() -> None:
    assert sd.grad("prod(x)*f_1(t)", "x", "f_1: function").unicode() == "f₁(t) prod_others(x)"


KNOWN = dict.fromkeys([*"abchjklmnopqrstuvwxyzBXY"], "symbol") | {"f": "function", "g": "function"}
KNOWN |= {"A": "array", "lam": "array"}  # so that dA/dx is a derivative
KINDS = {"sqrt": "sqrt", "abs": "abs", "kron": "kron"}


def spelled_alike(node: Tree) -> Tree:
    """Spellings of one thing as one tree."""
    if node.kind == "call" and not node.value[1] and node.value[0] in KINDS:
        return Tree(KINDS[node.value[0]], node.children)
    if node.kind == "call" and node.value == ("inv", ()):
        return Tree("power", (*node.children, Tree("neg", (Tree("number", (), 1),))))
    if node.kind == "norm" or (node.kind == "call" and node.value[0] in ("norm", "norm1", "norm2", "norm_inf")):
        return Tree("norm", node.children[:1])
    if node.kind == "gradient":
        return Tree("call", (*node.children, node.value), ("grad", ()))
    entry = library().function(node.value[0], len(node.children)) if node.kind == "call" else None
    return node if entry is None else Tree("call", node.children, (entry.name, node.value[1]))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.sample(90)
def test_unicode_means_what_the_text_means_in_every_context(form: str) -> None:
    wrong = []
    for context, wrap in CONTEXTS.items():
        if form == "number" and context in ("transposed", "conjugate"):
            continue
        tree = wrap(FORMS[form])
        plain, written = show.text(tree), show.unicode(tree)
        try:
            trees = [map_tree(parse_tree(said, KNOWN), spelled_alike) for said in (plain, written)]
        except sd.SymdiffError as error:
            wrong.append(f"{context}: {written}: {error.message}")
            continue
        if trees[0] != trees[1]:
            wrong.append(f"{context}: {written} is not {plain}")
    assert not wrong, "\n".join(wrong)
