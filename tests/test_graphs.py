"""Computational graphs: the steps are those a reader takes, their numbers hold, and the drawings are well formed."""

from __future__ import annotations

import random
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.cli import main
from symdiff.evaluation import evaluate
from symdiff.graphs.drawing import svg
from symdiff.graphs.layout import Link, placed

X0, A0 = np.array([0.5, -1.5, 2.0]), np.array([[2.0, 0.3, -1.0], [0.4, 1.5, 0.2], [-0.7, 0.1, 3.0]])
VALUES = {"x": X0, "y": np.array([1.2, 0.4, -0.8]), "A": A0, "B": A0.T @ A0 + np.eye(3), "s": 0.7, "t": 1.3, "u": -0.6}
KINDS = "x, y: vector(3); A, B: matrix(3, 3); s, t, u: scalar"

CASES = [
    "2*x'*x", "3s^2 - 4s", "-3s/(2t) + s^2 - 1/t", "where(s > 0, s^2, -s)*detach(s)", "where(u > 0, log(u), u)",
    "x'*A*x + y'*x", "(A*x - y)'*(A*x - y)/2", "norm2(A*x - y)^2 + s*x'*x", "mean((x - mean(x)).^2)",
    "sum(log(1 + exp(-y.*(A*x))))/3 + t*norm2(x)", "logdet(B) + x'*inv(B)*x", "tr(A*B*A')", "x'*A'*B*A*y",
    "sum(A ./ sum(A.^2, axis=1, keepdims=True))", "max(x)*sum(cumsum(y))", "sum(softmax(x).*y)", "s*t*u*exp(s*t)",
    "pi*s^t - s^2/(t*u)",
    "x[0]*x[1]^2 + A[1, 2]*s", "sum(abs(x)) + relu(s) + max(s, t)", "det(A)/s", "sum([s, t; u, s]*[t, u])",
    "sin(s*t)^2 + cos(s*t)^2*u", "sum(x.*y.*x.*exp(y))", "sum(outer(x, y).*A) + sum(vec(A*B))", "[1, 2, 3]'*x + s + 2",
    "sum(A*B*x + s)", "tanh(s)/(1 + tanh(s))", "s", "2s",
]  # fmt: skip


def random_text(rng: random.Random) -> str:
    """A scalar with shared parts, out of scalars, vectors and matrices."""

    def scalar(depth: int) -> str:
        if depth == 0:
            return rng.choice(["s", "t", "u", "2", "x[1]"])
        a, b = scalar(depth - 1), scalar(depth - 1)
        v, w = vector(depth - 1), vector(depth - 1)
        return rng.choice(
            [f"({a} + {b})", f"({a} - {b})", f"({a})*({b})", f"({a})/(2 + ({b})^2)", f"sin({a})", f"exp(({a})/4)",
             f"({v})'*({w})", f"sum({v})", f"mean(({v}).^2)", f"where({a} > {b}, {a}, ({b})^2)", f"tanh({a})*({a})"]
        )  # fmt: skip

    def vector(depth: int) -> str:
        if depth == 0:
            return rng.choice(["x", "y"])
        v, w, a = vector(depth - 1), vector(depth - 1), scalar(depth - 1)
        return rng.choice([f"A*({v})", f"B*A'*({v})", f"({v}).*({w})", f"({v} + {w})", f"({a})*({v})", f"tanh({v})",
                           f"({v} - {w})./(1 + ({w}).^2)", f"inv(B)*({v})"])  # fmt: skip

    return scalar(3)


def sound(g: sd.Graph, f: sd.Expr, values: dict[str, Any]) -> None:
    """Values are those of the parts, adjoints what the edges make of them, and the last ones the gradient."""
    assert len({node.name for node in g.nodes}) == len(g.nodes)
    for node in g.nodes:
        np.testing.assert_allclose(node.value, evaluate(node.expr, values), atol=1e-12)
        assert node.adjoint is None or np.shape(node.slope) == np.shape(node.value)
    for node in g.nodes[:-1]:
        total = np.zeros(np.shape(node.value))
        for edge in g.edges:
            if edge.source is node and edge.moves and edge.target.adjoint is not None:
                axes = np.ndim(edge.target.value)
                back = np.tensordot(edge.target.slope, edge.value, axes) if np.any(edge.target.slope) else 0
                total = total + back
        if node.adjoint is not None:
            np.testing.assert_allclose(node.slope, total, rtol=1e-9, atol=1e-12)
    for x in f.symbols:
        node = g.node(x)
        slope = np.zeros(np.shape(node.value)) if node.slope is None else node.slope
        np.testing.assert_allclose(slope, sd.grad(f, x)(values), rtol=1e-8, atol=1e-9, err_msg=str(f))


@pytest.mark.parametrize("text", CASES)
def test_the_numbers_hold(text: str) -> None:
    f = sd.parse(text, KINDS)
    g = sd.graph(f, VALUES)
    sound(g, f, VALUES)
    assert ElementTree.fromstring(g.svg()) is not None
    assert not np.any([np.iscomplexobj(node.value) for node in g.nodes])


@pytest.mark.sample(6)
@pytest.mark.parametrize("seed", range(60))
def test_random_expressions(seed: int) -> None:
    f = sd.parse(random_text(random.Random(seed)), KINDS)
    sound(sd.graph(f, VALUES), f, VALUES)


def written(g: sd.Graph) -> list[str]:
    return [repr(node) for node in g.nodes]


STEPS = {
    "2*x'*x": ["x", "v_1 = x'*x", "y = 2*v_1"],
    "3s^2 - 4s": ["s", "v_1 = s^2", "v_2 = 3*v_1", "v_3 = 4*s", "y = v_2 - v_3"],
    "x'*A*x": ["x", "A", "v_1 = A*x", "y = x'*v_1"],
    "tr(A*B*A')": ["A", "B", "v_1 = A*B", "v_2 = v_1*A'", "y = tr(v_2)"],
    "mean(x.*x)": ["x", "v_1 = x.^2", "y = mean(v_1)"],
    "x - mean(x)": ["x", "v_1 = mean(x)", "y = x - v_1"],
    "1/(1 + exp(-s))": ["s", "v_1 = -s", "v_2 = exp(v_1)", "v_3 = 1 + v_2", "y = 1/v_3"],
    "sin(s*t) + (s*t)^2": ["s", "t", "v_1 = s*t", "v_2 = sin(v_1)", "v_3 = v_1^2", "y = v_2 + v_3"],
    "where(s > 0, s^2, -s)": ["s", "v_1 = s^2", "v_2 = -s", "y = where(s > 0, v_1, v_2)"],
    "S := A*A'; tr(inv(S))": ["A", "S = A*A'", "v_1 = inv(S)", "y = tr(v_1)"],
    "E = s/(2t)": ["s", "t", "v_1 = 2*t", "E = s/v_1"],
    "kron(A, B)": ["A", "B", "y = kron(A, B)"],
    "sqrt(2) + 1": ["y = sqrt(2) + 1"],
    "v*y": ["v", "y", "f = v*y"],
    "v*sin(y)": ["v", "y", "z_1 = sin(y)", "f = v*z_1"],
}


@pytest.mark.parametrize("text", STEPS)
def test_steps_are_a_readers(text: str) -> None:
    assert written(sd.graph(text)) == STEPS[text]


def test_the_row_of_the_book() -> None:
    """d2l: y = 2x'x at [0, 1, 2, 3]."""
    g = sd.graph("y = 2*x'*x", {"x": [0, 1, 2, 3]})
    x, v, y = g.nodes
    assert (y.value, y.slope, v.value, v.slope) == (28, 1, 14, 2)
    assert [node.name for node in g.backward] == ["y", "v_1", "x"]
    np.testing.assert_array_equal(x.slope, [0, 4, 8, 12])
    assert str(g.gradients[x.expr]) == "4*x"
    assert [(str(e.partial), e.value.tolist()) for e in g.edges] == [("2*x", [0, 2, 4, 6]), ("2", 2)]
    assert "v̄₁ = 2ȳ = 2" in g.table() and "v_1_bar = 2*y_bar = 2" in g.table("text")
    assert g.table("text").isascii()
    assert r"| 3 | $x$ | [0, 1, 2, 3] |  | $\bar{x} = 2 \bar{v}_{1} x = [0, 4, 8, 12]$ |" in g.table("markdown")


def test_what_does_not_move_is_dashed() -> None:
    g = sd.graph("sum(detach(x.*x).*x)", {"x": [1.0, 2.0]})
    stopped = [edge for edge in g.edges if not edge.moves]
    assert [(e.source.name, e.target.name) for e in stopped] == [("v_1", "v_2"), ("v_2", "v_3")]
    np.testing.assert_array_equal(g.node("x").slope, [1, 4])
    assert "style=dashed" in g.dot() and "-.->" in g.mermaid() and "edge still" in g.svg()
    assert [n.name for n in sd.graph("s*t", wrt="t").backward] == ["y", "t"]


def test_a_graph_without_values_and_of_an_array() -> None:
    g = sd.graph("exp(A*x)", "A = [1, 2; 3, 4]; x = [1, 0]")
    np.testing.assert_allclose(g.node("x").slope, np.exp([1.0, 3.0]) @ [[1, 2], [3, 4]])
    assert "∂sum(y)/∂x" in g.table()
    free = sd.graph("exp(A*x)")
    assert all(node.value is None for node in free.nodes) and "matrix(m, n)" in free.dot()
    assert (
        sd.graph("f(x, 2y)", declarations="f: function(scalar, scalar) -> scalar; x, y: scalar")
        .nodes[-1]
        .written.unicode()
        == "f(x, v₁)"
    )
    assert sd.parse("s^2").graph(s=3).output.value == 9
    assert "i x" in (turned := sd.graph("exp(i*x)", "x = 1").table()) and "0.5403 + 0.8415i" in turned
    assert sd.graph("5").table().splitlines()[1].strip() == "y = 5" and "| $y = 5$ |" in sd.graph("5").table("markdown")


def boxes_overlap(a: Any, b: Any) -> bool:
    return abs(a.x - b.x) * 2 < a.width + b.width - 1 and abs(a.y - b.y) * 2 < a.height + b.height - 1


@pytest.mark.parametrize("seed", range(12))
def test_layout_keeps_boxes_apart(seed: int) -> None:
    rng = random.Random(seed)
    nodes = {k: (rng.uniform(20, 200), rng.uniform(20, 60)) for k in range(rng.randint(1, 14))}
    links = [Link(i, j, rng.uniform(0, 90), 34.0) for i, j in combinations(nodes, 2) if rng.random() < 0.35]
    drawing = placed(nodes, links)
    labels = [
        chain[0]._replace(width=link.width, height=34.0) for link, chain in zip(links, drawing.chains, strict=True)
    ]
    every = [*drawing.boxes.values(), *labels]
    assert not any(boxes_overlap(a, b) for a, b in combinations(every, 2))
    assert all(drawing.boxes[i].x < drawing.boxes[j].x for i, j, *_ in links)
    assert all(0 <= b.x - b.width / 2 + 1e-6 and b.x + b.width / 2 <= drawing.width + 1e-6 for b in every)


def test_files_and_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("g.svg", "g.dot", "g.mmd", "g.md", "g.html", "g.txt"):
        line = ["graph", "2*x'*x", "--at", "x = [0, 1, 2, 3]", "-o", str(tmp_path / name)]
        assert main(line) == 0 and (tmp_path / name).stat().st_size > 100
    assert ElementTree.parse(tmp_path / "g.svg").getroot().tag.endswith("svg")
    capsys.readouterr()
    assert main(["graph", "sum(x)", "--at", "x = [1, 2]"]) == 0
    assert "x̄ = ȳ ones(n) = [1, 1]" in capsys.readouterr().out
    for wrong, said in [
        (["graph", "s^2", "--at", "s = t"], "made of numbers"), (["graph", "s^2", "--at", "s"], "name = number"),
        (["graph", "s*t", "--at", "s = 1"], "no value for t"), (["graph", "s", "-o", "g.png"], "not written"),
        (["graph", "x'*A*y", "--at", "x = [1]; A = [1, 2; 3, 4]; y = [1, 2]"], "shape"),
        (["graph", "s^2", "--wrt", "q"], "does not occur"), (["graph", "s > 0"], "a statement"),
        (["graph", "log(s)", "--let", "s: positive", "--at", "s = -1"], "not positive"),
    ]:  # fmt: skip
        assert main(wrong) == 2
        assert said in capsys.readouterr().err
    assert main(["graph", "+".join(f"s^{k}*sin({k}s)" for k in range(200))]) == 3


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
def test_graphviz_reads_it() -> None:
    text = sd.graph("where(s < 1 and t > 2, s*t, t)").dot()
    subprocess.run(["dot", "-Tsvg"], input=text.encode(), check=True, capture_output=True)


def test_svg_says_no_markup_of_a_user() -> None:
    assert '<tspan class="name">x</tspan> &lt; 1' in svg(sd.graph("where(x < 1, x, 2)"))
