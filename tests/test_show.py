"""What people read: the golden forms, brackets, round trips, the matrix view checked by numbers, depth."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from strategies import DECLARATIONS, random_expr

from symdiff import show
from symdiff.algebra import (
    MINUS_ONE,
    ONE,
    Condition,
    add,
    differential,
    einsum,
    eye,
    fmap,
    matmul,
    mul,
    named,
    number,
    ones,
    same,
    symbol,
)
from symdiff.dims import size
from symdiff.errors import LimitError
from symdiff.evaluation import evaluate
from symdiff.expr import Expr
from symdiff.notation import ops, to_tree, tree_ops
from symdiff.show import page
from symdiff.show.page_latex import page_latex
from symdiff.syntax.read import read
from symdiff.syntax.tree import Tree

GOLDEN = Path(__file__).parent / "golden" / "printed.txt"
N = size("n")
x, y, z = (symbol(name, (N,)) for name in "xyz")
A, B, C = (symbol(name, (N, N)) for name in "ABC")
S = symbol("S", (N, N), ["symmetric"])
a, b = symbol("a"), symbol("b")


def golden() -> tuple[str, list[tuple[str, str, str]]]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    names = "\n".join(line[2:].strip() for line in lines if line.startswith("#!"))
    rest = [line for line in lines if line and not line.startswith("#")]
    return names, [(rest[k], rest[k + 1].strip(), rest[k + 2].strip()) for k in range(0, len(rest), 3)]


@pytest.mark.parametrize("row", golden()[1], ids=lambda row: row[0])
def test_golden_forms(row: tuple[str, str, str]) -> None:
    """Each form is the printed form of what it says, in all three notations."""
    e = read(row[0], golden()[0]).expr
    assert (show.text(e), show.unicode(e), show.latex(e)) == row


@pytest.mark.parametrize("row", golden()[1], ids=lambda row: row[0])
def test_unicode_reads_back(row: tuple[str, str, str]) -> None:
    names, _ = golden()
    assert same(read(row[1], names).expr, read(row[0], names).expr)


def test_text_reads_back() -> None:
    """parse∘text gives the expression back, or one that is the same up to rearrangement."""
    identical = alike = 0
    for seed in range(400):
        e = random_expr(seed)
        again = read(show.text(e), DECLARATIONS).expr
        identical += again is e
        alike += same(again, e)
        assert again.shape == e.shape
    assert identical >= 350 and alike == 400


def networks(seed: int) -> Expr:
    """A product of matrices and vectors whose axes are tied together at random."""
    random = Random(seed)
    pool = [x, y, z, A, B, C, S, eye(N), ones((N,))]
    labels, operands = [], []
    for _ in range(random.randint(1, 5)):
        operand = random.choice(pool)
        operands.append(operand)
        labels.append(tuple(random.randrange(4) for _ in operand.shape))
    used = list(dict.fromkeys(k for own in labels for k in own))
    random.shuffle(used)
    return einsum(random.choice([ONE, a, number(2)]), operands, labels, used[: random.randint(0, 3)])


def test_matrix_view_means_the_same() -> None:
    """Random contractions are printed, read back and evaluated: the numbers agree."""
    names = "a, b: scalar; x, y, z: vector(n); A, B, C: matrix(n, n); S: symmetric(n)"
    draw = np.random.default_rng(1)
    values = {k: draw.normal(size=(3, 3)) for k in "ABCS"} | {k: draw.normal(size=3) for k in "xyz"}
    values |= {"a": np.array(1.7), "S": values["S"] + values["S"].T}
    matrix = 0
    for seed in range(600):
        e = networks(seed)
        written = show.text(e)
        matrix += "einsum" not in written
        again = read(written, names).expr
        got, wanted = evaluate(again, values, {"n": 3}), evaluate(e, values, {"n": 3})
        assert np.allclose(got, wanted), written
    assert matrix > 400


@pytest.mark.parametrize(
    ("e", "row", "column"),
    [
        (x, "x'", "x"),
        (matmul(A, x), "x'*A'", "A*x"),
        (matmul(x, A), "x'*A", "A'*x"),
        (add(x, y), "(x + y)'", "x + y"),
    ],
)
def test_rows(e: Expr, row: str, column: str) -> None:
    assert show.text(to_tree(e, row=True)) == row
    assert show.text(to_tree(e)) == column


def test_symmetric_matrices_need_no_transpose() -> None:
    assert show.text(matmul(S, x)) == show.text(einsum(ONE, [S, x], [(1, 0), (1,)], (0,))) == "S*x"


def test_a_constant_yields_its_name_to_a_symbol() -> None:
    assert show.text(mul(named("e"), symbol("e"))) == "exp(1)*e"
    assert show.text(named("e")) == "e"


NAME, TWO = Tree("name", (), "a"), Tree("number", (), 2)
NEG = Tree("neg", (NAME,))
POWER = Tree("power", (NAME, TWO))


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Tree("power", (NEG, TWO)), "(-a)^2"),
        (Tree("neg", (POWER,)), "-a^2"),
        (Tree("power", (POWER, TWO)), "(a^2)^2"),
        (Tree("power", (TWO, POWER)), "2^a^2"),
        (Tree("power", (TWO, NEG)), "2^-a"),
        (Tree("transpose", (POWER,)), "(a^2)'"),
        (Tree("power", (Tree("transpose", (NAME,)), TWO)), "a'^2"),
        (Tree("quotient", (NAME, Tree("quotient", (NAME, TWO)))), "a/(a/2)"),
        (Tree("quotient", (Tree("quotient", (NAME, TWO)), NAME)), "a/2/a"),
        (Tree("product", (NAME, NEG)), "a*(-a)"),
        (Tree("sum", (NAME, Tree("sum", (NAME, NEG)))), "a + (a - a)"),
        (Tree("sum", (Tree("sum", (NAME, NEG)), NAME)), "a - a + a"),
        (Tree("sum", (NAME, Tree("neg", (Tree("sum", (NAME, NAME)),)))), "a - (a + a)"),
        (Tree("neg", (NEG,)), "-(-a)"),
        (Tree("product", (NAME, Tree("product", (NAME, NAME)))), "a*(a*a)"),
        (Tree("bare", (NAME,), ("sin", 2)), "sin(a)^2"),
        (Tree("derivative", (Tree("product", (NAME, NAME)),), ("d/d", (NAME,), 2)), "d^2/da^2 (a*a)"),
        (Tree("gradient", (NAME,), NAME), "grad(a, a)"),
        (Tree("tensor", (Tree("indexsum", (NAME,), "j"),), ("i", "k")), "[i, k] -> sum(j, a)"),
        (Tree("define", (NAME, POWER)), "a := a^2"),
    ],
)
def test_brackets(tree: Tree, text: str) -> None:
    assert show.text(tree) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2*a", 1), ("-a", 0), ("a - b", 1), ("a/2", 1), ("(A + A')*x", 3), ("2*X'*(X*x - u)", 5),
        ("inv(A)", 1), ("inv(A)'", 2), ("x.^2", 1), ("sum(x.*y)", 2), ("x[2]", 0), ("a^-b", 1),
    ],
)  # fmt: skip
def test_ops(text: str, count: int) -> None:
    assert ops(read(text, golden()[0]).expr) == count


def test_differentials() -> None:
    assert show.text(differential(A)) == "dA"
    assert show.text(differential(matmul(A, x))) == "d(A*x)"
    assert show.text(mul(a, differential(fmap("sin", a), a))) == "a*(d/da sin(a))"
    latex = r"\frac{\mathrm{d}}{\mathrm{d}a}\left[\sin\left(a\right)\right]"
    assert show.latex(differential(fmap("sin", a), a)) == latex


def test_pages() -> None:
    left, right = Tree("call", (to_tree(a),), ("d", ())), to_tree(a)
    rows = (page.Line(right, ("50% off_ ", right)), page.Line(right))
    shown = page.Page((page.Naming(right, left), page.Chain(left, rows), page.Note(("if ", right))), "a: scalar;  by a")
    assert page.page_text(shown).splitlines() == [
        "a: scalar;  by a", "a := d(a)", "d(a)", "= a    # 50% off_ a", "= a", "# if a",
    ]  # fmt: skip
    assert page.page_unicode(shown).splitlines() == ["let a = d(a)", "d(a)", "= a    50% off_ a", "= a", "if a"]
    assert r"&= a && \text{50\% off\_ }a\\" in page_latex(shown)


def test_reasons_stand_in_one_column_and_wide_ones_below() -> None:
    wide = Tree("sum", tuple(Tree("name", (), f"term_{k}") for k in range(8)))
    lines = (
        page.Line(to_tree(a), ("one",)),
        page.Line(wide, ("two",)),
        page.Line(to_tree(a), ("w" * 60 + "; " + "v" * 60,)),
    )
    told = page.page_text(page.Page((page.Chain(to_tree(a), lines),))).splitlines()
    assert [line.index("#") for line in told if "#" in line] == [7, 7, 7, 7]
    assert told[1] == "= a    # one"
    assert told[2].startswith("= term_0 + ")
    assert "#" not in told[2]
    assert max(map(len, told)) <= 100


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Condition("positive", (a,)), "a > 0"),
        (Condition("apart", (a, b)), "a != b"),
        (Condition("within", (a, MINUS_ONE, ONE)), "-1 < a and a < 1"),
        (Condition("invertible", (A,)), "A is invertible"),
    ],
)
def test_conditions(condition: Condition, text: str) -> None:
    assert show.condition_text(condition) == text


@pytest.mark.parametrize("count", [4_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_depth_and_width_are_no_limit(count: int) -> None:
    deep = a
    for _ in range(count):
        deep = fmap("sin", deep)
    assert len(show.text(deep)) == 5 * count + 1
    assert ops(deep) == count
    wide = add(*(symbol(f"x_{k}") for k in range(count)))
    assert show.unicode(wide).count("+") == count - 1
    chain = x
    for _ in range(count // 10):
        chain = matmul(A, chain)
    assert show.text(chain).count("A") == count // 10


def test_shared_parts_are_counted_and_refused_when_written_out() -> None:
    e = a
    for _ in range(200):
        e = add(mul(fmap("sin", e), b), e)
    assert tree_ops(to_tree(e)) > 2**200
    assert ops(e) < 5 * 200
    for write in (show.text, show.unicode, show.latex):
        with pytest.raises(LimitError):  # written out it would never end
            write(to_tree(e))
        assert len(write(e)) < 100 * 200
