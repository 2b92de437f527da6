"""LaTeX renders in KaTeX without an error: the golden forms, random expressions, whole derivations.

Needs node and the npm package `katex`: SYMDIFF_KATEX names the node_modules folder that has it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest
from strategies import random_expr
from test_narration import TEXTBOOK
from test_show import golden

import symdiff as sd

pytestmark = pytest.mark.katex

RENDER = """
const katex = require("katex");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const bad = [];
for (const text of texts) {
  try { katex.renderToString(text, {displayMode: true, strict: "error", throwOnError: true}); }
  catch (error) { bad.push([text, String(error.message).slice(0, 200)]); }
}
console.log(JSON.stringify(bad));
"""

DERIVED = [
    ("grad", "x'*A*x", "x"),
    ("grad", "‖A*x - b‖^2", "x"),
    ("grad", "log(det(X))", "X"),
    ("grad", "sum(log(1 + exp(X*w))) - y'*X*w", "w"),
    ("hessian", "log(sum(exp(x)))", "x"),
    ("grad", "softmax(x)'*y", "x"),
    ("grad", "norm2(x)^3", "x"),
    ("grad", "tr(inv(X)*A)", "X"),
    ("jacobian", "kron(A, X)", "X"),
    ("jacobian", "x*x'*x", "x"),
    ("diff", "x^x*sin(x)^2/log(x)", "x"),
    ("diff", "where(x > 0 and x != 1, atan2(x, 2), abs(x))", "x"),
    ("grad", "sum(cumsum(x).^2)", "x"),
    ("grad", "max(x) + min(x)*prod(x)", "x"),
    ("differential", "tr(theta_hat*X'*X)/alpha_1", "X"),
]


@pytest.fixture(scope="module", autouse=True)
def katex() -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if subprocess.run(["node", "-e", 'require("katex")'], env=environment(), capture_output=True).returncode:
        pytest.skip("the npm package katex is not found; SYMDIFF_KATEX names its node_modules folder")


def environment() -> dict[str, str]:
    found = os.environ.get("SYMDIFF_KATEX")
    return {**os.environ, "NODE_PATH": found} if found else {**os.environ}


def rendered(texts: list[str]) -> list[list[str]]:
    """Those that KaTeX refuses, with what it says."""
    given = json.dumps(texts).encode("ascii")
    done = subprocess.run(["node", "-e", RENDER], env=environment(), input=given, capture_output=True, check=True)
    return list(json.loads(done.stdout))


def test_golden_forms() -> None:
    texts = [latex for _, _, latex in golden()[1]]
    assert len(texts) > 90 and not rendered(texts)


def test_random_expressions() -> None:
    assert not rendered([random_expr(seed, formal=True).latex() for seed in range(1000)])


def test_names() -> None:
    names = ["alpha", "x_1", "theta_hat", "alpha_beta", "x_", "x__1", "a_b_c", "é", "lambda_max", "weights"]
    names += ["epsilon2", "Omega_ij", "é_1", "naïve", "x_é", "Δx", "hbar", "ell", "varphi", "mu_x1", "D_K_L"]
    assert not rendered([sd.grad(f"{name}^2*sin({name})", name).latex() for name in names])


def mathematics(page: str) -> list[str]:
    """The displays of a page and the mathematics in its sentences, as a page with KaTeX cuts them out."""
    displays = re.findall(r"\\\[\n(.*?)\n\\\]", page, re.DOTALL)
    sentences = re.sub(r"\\\[\n.*?\n\\\]", "", page, flags=re.DOTALL)
    assert "aligned" not in sentences
    return [*displays, *re.findall(r"\$(.*?)\$", sentences)]


def test_derivations() -> None:
    derivations = [sd.derive(f, x, kind) for kind, f, x in DERIVED]
    assert not rendered([text for d in derivations for text in (*mathematics(d.latex()), d.result.latex())])


@pytest.mark.parametrize("detail", ["result", "textbook", "full"])
def test_golden_derivations(detail: str) -> None:
    pages = [sd.derive(f, x, kind=kind, declarations=let, detail=detail).latex() for kind, f, x, let, _ in TEXTBOOK]
    found = [text for page in pages for text in mathematics(page)]
    assert len(found) >= len(pages) > 60 and not rendered(found)
