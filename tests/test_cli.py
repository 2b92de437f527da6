"""The command `symdiff`: stdout and stderr, exit codes, JSON, stdin, encodings, and no traceback ever."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from symdiff import oracles
from symdiff.cli import VALUE_OPTIONS, in_order, main, split_names

LET = "x: vector(n); A: matrix(n, n)"


def run(
    *argv: str, stdin: str | None = None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    if stdin is not None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    code = main(list(argv))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


@pytest.fixture
def symdiff(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def call(*argv: str, stdin: str | None = None) -> tuple[int, str, str]:
        return run(*argv, stdin=stdin, capsys=capsys, monkeypatch=monkeypatch)

    return call


@pytest.mark.parametrize("f", ["x'*A*x", "xᵀ*A*x", "x.T @ A @ x", "x⊤ A x"])
def test_the_main_job(symdiff, f: str) -> None:
    code, out, err = symdiff("grad", f, "--wrt", "x", "--let", LET, "--steps", "--check", "--latex")
    assert (code, err) == (0, "")
    block, _, verdict = out.partition("\n% check: ")
    assert block.startswith("\\[\n\\begin{aligned}")
    assert block.endswith("\\end{aligned}\n\\]")
    assert r"(A + A^\top) x" in block
    assert verdict.startswith("right\n%")
    assert "finite differences" in verdict
    assert "duality" in verdict
    assert "sympy" in verdict


@pytest.mark.parametrize(
    ("argv", "printed"),
    [
        (["grad", "x'*A*x", "--wrt", "x", "--let", LET], "(A + A')*x"),
        (["grad", "x'*A*x", "--wrt", "x"], "(A + A')*x"),
        (["grad", "x'*A*x", "--wrt=x", "--unicode"], "(A + Aᵀ)x"),
        (["--ascii", "hessian", "x'*A*x", "--wrt", "x"], "A + A'"),
        (["jacobian", "A*x", "--wrt", "x"], "A"),
        (["diff", "t^3", "--wrt", "t"], "3*t^2"),
        (["diff", "s^2*t^3", "--wrt", "s,t"], "6*s*t^2"),
        (["diff", "-x^2", "--wrt", "x"], "-2*x"),
        (["diff", "--wrt", "x", "--", "-x^2"], "-2*x"),
        (["differential", "x'*x", "--wrt", "x"], "2*dx'*x"),
        (["d/dx x^3"], "3*x^2"),
        (["grad(x'*A*x, x)", "--let", LET], "(A + A')*x"),
        (["2 + 3"], "5"),
    ],
)
def test_results(symdiff, argv: list[str], printed: str) -> None:
    code, out, _ = symdiff(*argv)
    assert (code, out) == (0, printed + "\n")


def test_several_variables_give_several_results(symdiff) -> None:
    code, out, _ = symdiff("grad", "x'*A*x", "--wrt", "x, A", "--let", LET)
    assert (code, out) == (0, "by x: (A + A')*x\nby A: x*x'\n")


def test_what_was_assumed_goes_to_stderr(symdiff) -> None:
    _, _, err = symdiff("grad", "x'*A*x", "--wrt", "x")
    assert err.splitlines()[0].startswith("assuming ")
    assert symdiff("grad", "x'*A*x", "--wrt", "x", "--strict")[0] == 2


def test_steps_and_check_of_a_line(symdiff) -> None:
    code, out, _ = symdiff("d/dx sin(x^2)", "--steps", "--check")
    assert code == 0
    assert "chain rule" in out
    assert "check: right" in out


def test_json_is_one_object_a_line(symdiff) -> None:
    code, out, _ = symdiff("grad", "x'*A*x", "--wrt", "x,A", "--let", LET, "--json", "--steps", "--check")
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert first["schema"] == 1
    assert (first["result"], first["wrt"], first["shape"]) == ("(A + A')*x", ["x"], ["n"])
    assert first["steps"][-1]["after"] == first["result"]
    assert first["check"]["ok"] is True
    assert second["wrt"] == ["A"]


def test_numpy_code(symdiff) -> None:
    code, out, _ = symdiff("grad", "x'*A*x", "--wrt", "x", "--let", LET, "--to", "numpy")
    assert code == 0
    assert "def " in out
    compile(out, "generated", "exec")


def test_stdin(symdiff) -> None:
    code, out, _ = symdiff("diff", "-", "--wrt", "x", "--json", stdin="3*x^2 - 4*x\n")
    assert (code, json.loads(out)["result"]) == (0, "6*x - 4")
    code, out, _ = symdiff("grad", "-", "--wrt", "x", stdin=f"{LET}\nx'*x\n\n# a remark\nx'*A*x\n")
    assert (code, out) == (0, "2*x\n(A + A')*x\n")


def test_without_arguments_it_is_the_calculator(symdiff) -> None:
    assert symdiff(stdin="x: scalar\nd/dx x^3\n") == (0, "x: scalar\n3*x^2\n", "")
    assert symdiff("--unicode", "--let", "x: scalar", stdin="d/dx x^3\n") == (0, "3x²\n", "")
    code, out, err = symdiff(stdin="1 +* 1\n2 + 3\n")
    assert (code, out) == (2, "5\n")
    assert err.startswith("error: ")


def test_the_first_error_of_several_lines_is_the_exit_code(symdiff) -> None:
    code, out, err = symdiff("diff", "-", "--wrt", "x", "--json", stdin="x^2\nx +* 2\nx^3\n")
    first, second, third = (json.loads(line) for line in out.splitlines())
    assert code == 2
    assert (first["result"], third["result"]) == ("2*x", "3*x^2")
    assert second["error"]["kind"] == "ParseError"
    assert second["error"]["column"] == 4
    assert "error:" in err


@pytest.mark.parametrize(
    "argv",
    [
        ["--json"],
        ["--wrt", "x"],
        ["grad"],
        ["grad", "x^2"],
        ["grad", "x", "^", "2", "--wrt", "x"],
        ["x^2", "--wrt", "x"],
        ["--nonsense", "x"],
        ["grad", "x^2", "--wrt"],
        ["grad", "x^2", "--wrt", "q"],
        ["grad", "x +* 2", "--wrt", "x"],
        ["grad", "x^2", "--wrt", ""],
        ["grad", "x^2", "--wrt", "x", "--let", "x: wombat"],
        ["grad", "A*x", "--wrt", "x", "--let", "x: vector(n); A: matrix(m, m)"],
        ["grad", "", "--wrt", "x"],
        ["x^2", "--steps"],
        ["x^2", "--check"],
        ["grad", "x^2", "--wrt", "x", "--latex", "--unicode"],
        ["grad", "x^2", "--wrt", "x", "--to", "cobol"],
        ["differential", "x^2", "--check"],
    ],
)
def test_usage_and_input_errors(symdiff, argv: list[str]) -> None:
    code, out, err = symdiff(*argv)
    assert (code, out) == (2, "")
    assert "error:" in err


def test_not_supported(symdiff) -> None:
    code, _, err = symdiff("grad", "abs(c)", "--wrt", "c", "--let", "c: complex scalar")
    assert code == 3
    assert "Wirtinger" in err


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("hvp(x'*A*x, x, v)", "(A + A')*v"),
        ("jvp(s^2*t, [s, t], v)", "2*s*t*v[0] + s^2*v[1]"),
        ("vjp(t*x'*x, [x, t], u)", "by t: u*x'*x"),
        ("r := A*x; hvp(r'*r, r, v)", "2*v"),
        ("laplacian(x'*x, x)", "2*n"),
    ],
)
def test_what_is_made_of_a_derivative_is_checked(symdiff, text: str, last: str) -> None:
    code, out, _ = symdiff(text, "--check")
    told, _, verdict = out.partition("\ncheck: ")
    assert (code, told.splitlines()[-1]) == (0, last)
    assert verdict.startswith("right\n")


def test_a_check_that_disagrees_is_exit_code_1(symdiff, monkeypatch: pytest.MonkeyPatch) -> None:
    module = oracles
    check = module.check
    monkeypatch.setattr(module, "check", lambda f, x, result, kind, structure: check(f, x, 2 * result, kind))
    code, out, _ = symdiff("grad", "x'*x", "--wrt", "x", "--check")
    assert code == 1
    assert "check: wrong" in out


def test_interrupt(symdiff, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("symdiff.answer.answer", interrupted)
    assert symdiff("x^2")[0] == 130


@pytest.mark.parametrize("fault", [TypeError("boom"), RecursionError(), MemoryError()])
def test_a_fault_of_our_own_shows_no_traceback(symdiff, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr("symdiff.answer.answer", broken)
    code, _, err = symdiff("x^2")
    assert code == 3
    assert err.startswith("error: ")


@pytest.mark.parametrize(
    ("argv", "printed"),
    [
        (["simplify", "-sin(x)^2 - cos(x)^2 + y"], "y - 1"),
        (["simplify", "A*inv(A)*x", "--let", "A: matrix(n, n); x: vector(n)", "--strict"], "x\nwhere A is invertible"),
        (["simplify", "--latex", "x*x/y"], r"\frac{x^{2}}{y}"),
    ],
)
def test_other_commands(symdiff, argv: list[str], printed: str) -> None:
    code, out, _ = symdiff(*argv)
    assert (code, out) == (0, f"{printed}\n")


def test_what_other_commands_refuse(symdiff) -> None:
    assert symdiff("simplify")[0] == 2
    assert symdiff("simplify", "x +")[0] == 2
    assert symdiff("simplify", "x", "--strict")[0] == 2
    assert symdiff("simplify", "x", "--wrong")[0] == 2
    assert symdiff("simplify", "--help")[0] == 0


def test_help(symdiff) -> None:
    code, out, _ = symdiff("--help")
    assert code == 0
    assert "--wrt" in out


def test_words_and_options_in_any_order() -> None:
    assert in_order(["grad", "-x^2", "--wrt", "-x", "--json"], VALUE_OPTIONS) == [
        "--wrt=-x",
        "--json",
        "--",
        "grad",
        "-x^2",
    ]
    assert split_names(["x, A[1, 2]", "y"]) == ("x", "A[1, 2]", "y")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_narrow_encodings(encoding: str) -> None:
    env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "symdiff", "grad", "x'*A*x", "--wrt", "x", "--unicode"]
    done = subprocess.run(command, capture_output=True, env=env, check=False)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert done.stdout.decode(encoding)


def test_a_reader_that_goes_away() -> None:
    command = f'"{sys.executable}" -m symdiff "2 + 3" | true'
    done = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert done.stderr == b""


def test_undecodable_input() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    command = [sys.executable, "-m", "symdiff", "diff", "-", "--wrt", "x"]
    done = subprocess.run(command, input=b"\xff\xfe", capture_output=True, env=env, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")


def test_a_differential_has_its_conditions(symdiff) -> None:
    code, out, _ = symdiff("d(inv(A)*b)")
    assert (code, out.splitlines()) == (0, ["inv(A)*(db - dA*inv(A)*b)", "where A is invertible"])


def test_conditions_are_in_the_notation_of_the_answer(symdiff) -> None:
    assert symdiff("grad", "norm2(x)", "--wrt", "x", "--unicode")[1].splitlines() == ["x/‖x‖₂", "where ‖x‖₂ > 0"]
    where = r"\quad \text{where } A\text{ is invertible}"
    assert symdiff("differential", "inv(A)", "--wrt", "A", "--latex")[1].splitlines()[1] == where
