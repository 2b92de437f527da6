"""What `--to numpy` prints is a file that runs: functions by name, which say shapes and conditions."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symdiff.cli import main
from symdiff.show.code_file import joined

LET = "x: vector(n); A: matrix(n, n); s: scalar"


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, dict[str, Any]]:
    """The file, and what it defines."""
    assert main([*words, "--let", LET, "--to", "numpy"]) == 0
    text = capsys.readouterr().out
    scope: dict[str, Any] = {}
    exec(compile(text, "printed", "exec"), scope)
    return text, scope


def test_one_result_is_called_f(capsys: pytest.CaptureFixture[str]) -> None:
    text, scope = printed(capsys, "grad", "norm(A*x)", "--wrt", "x")
    assert '"""A\'*A*x/norm2(A*x)"""' in text
    assert "    # x: vector(n)\n    # gives a vector(n)\n    # if norm2(A*x) > 0\n" in text
    np.testing.assert_allclose(scope["f"](2 * np.eye(2), np.array([3.0, 4.0])), [1.2, 1.6])


def test_several_results_have_names_and_share_what_they_use(capsys: pytest.CaptureFixture[str]) -> None:
    text, scope = printed(capsys, "grad", "sum(sigmoid(A*x)) + s", "--wrt", "x,A,s")
    assert text.count("def sigmoid(") == text.count("import numpy") == 1
    assert {"grad_x", "grad_A", "grad_s"} <= scope.keys()
    a, x = np.eye(2), np.zeros(2)
    assert scope["grad_x"](A=a, x=x).tolist() == [0.25, 0.25] and scope["grad_s"]() == 1
    assert {"hessian_s_x", "hessian_x_x"} <= printed(capsys, "hessian", "s*x'*x", "--wrt", "s,x")[1].keys()


def test_lines_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "d.py"
    monkeypatch.setattr("sys.stdin", io.StringIO("s^2\nsin(s)\n"))
    assert main(["diff", "-", "--wrt", "s", "-o", str(file)]) == 0
    scope: dict[str, Any] = {}
    exec(file.read_text(encoding="utf-8"), scope)
    assert (scope["f"](3.0), scope["f_2"](0.0)) == (6.0, 1.0)


def test_names_that_differ_stay_apart() -> None:
    one = "import numpy as np\n\n\nc0 = np.array([1.0])\n\n\ndef f(f0):\n    return c0 * f0\n"
    other = "import math\nimport numpy as np\n\n\nc0 = np.array([2.0])\n\n\ndef f(f0):\n    return c0 * f0\n"
    scope: dict[str, Any] = {}
    exec(joined([one, other, one]), scope)
    assert (scope["f"](1.0), scope["f_2"](1.0)) == (1.0, 2.0)
    assert "f_3" not in scope  # it is the first
