"""A small program of a user: a strict type checker accepts it, it runs, and its source runs without symdiff."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import symdiff as sd

PROGRAM = Path(__file__).with_name("user_program.py")
PACKAGES = str(Path(sd.__file__).parent.parent)

TYPED = """
from typing import assert_type

import numpy as np

import symdiff as sd
from symdiff.expr import Expr


def product(a: sd.Expr, b: sd.Expr) -> sd.Expr:
    return 2 * (a.T @ b) ** 2 / 3 - a[0] % 2 + np.float64(2) * a.sum()


x, f = sd.declare("x: vector(n); f: function")
t = sd.scalar("t", "positive")
for one in (x @ x, -x, x < 1, x.T, x[0], product(x, x), abs(t), t**t, 1 / t):
    whole: sd.Expr = one
assert_type(product(x, t), Expr)
assert_type(sd.grad(np.linalg.norm(x), x), Expr)
assert_type(sd.grad(f(np.sin(t)), [t]), list[Expr])
assert_type(bool(sd.check(np.exp(t), t, np.exp(t))), bool)
run: sd.Compiled = sd.compile([x, "y"], batch=[x, "y"])
assert_type(run.source, str)
value: np.float64 = sd.substitute(2 / t, {t: 2})()
"""


def mypy(path: Path, cache: Path) -> None:
    pytest.importorskip("mypy")
    # the package is where the tests have it from; its own files are checked with its own settings
    run = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", f"--cache-dir={cache}", str(path)]
    done = subprocess.run(
        run, cwd=cache, env={**os.environ, "MYPYPATH": PACKAGES}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_strict_type_checker_accepts_it(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    mypy(PROGRAM, tmp_path)
    mypy(tmp_path / "typed.py", tmp_path)


def test_it_runs_and_its_source_runs_without_symdiff(tmp_path: Path) -> None:
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    assert sum(1 for line in lines if line.strip()) <= 40
    done = subprocess.run([sys.executable, str(PROGRAM)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told, _, source = done.stdout.partition("import numpy")
    assert told.splitlines()[0] == "X'*(sigmoid(X*w) + 0.1*X*w - y)"
    assert told.splitlines()[2:] == ["(4,) (4, 3) True", "True True"]
    code = f"""
import sys
sys.modules["symdiff"] = None
import numpy as np
scope = {{}}
exec({"import numpy" + source!r}, scope)
losses, gradients = scope["f"](np.zeros((1, 3)), np.eye(5, 3), np.ones(5), None)
print(losses, gradients.shape)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "[3.4657359] (1, 3)\n", done.stderr
