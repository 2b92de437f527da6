"""The calculator: what a line means to the lines after it, and `symdiff` without arguments as real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from symdiff.answer import Request
from symdiff.calculator import Session
from symdiff.errors import NotSupported, ParseError, ShapeError, SymdiffError, UnknownNameError

GOLDEN = Path(__file__).parent / "golden" / "session.txt"
README = Path(__file__).resolve().parent.parent / "README.md"
COMMAND = [sys.executable, "-m", "symdiff"]


def piped(lines: bytes | str, *options: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """`symdiff` with these lines on a pipe; stdout and stderr come together."""
    given = lines.encode() if isinstance(lines, str) else lines
    done = subprocess.run(
        [*COMMAND, *options],
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
        check=False,
    )
    assert b"Traceback" not in done.stdout
    return done


@pytest.fixture
def session() -> Session:
    return Session()


def lines(session: Session, *given: str) -> list[str]:
    """What the last of these lines is answered with on stdout."""
    for line in given:
        answer = session.answer(line)
    return answer.lines


def notes(session: Session, *given: str) -> str:
    """What is said beside the last result."""
    for line in given:
        answer = session.answer(line)
    return "\n".join(answer.notes)


# what holds for later lines


def test_declarations_and_definitions_hold(session: Session) -> None:
    assert lines(session, "x: vector(n); A: matrix(n, n)") == ["x: vector(n)", "A: matrix(n, n)"]
    assert lines(session, "f(x) := x'*A*x") == ["f(x) := x'*A*x"]
    assert lines(session, "grad(f(x), x)") == ["(A + A')*x"]
    assert notes(session, "grad(f(x), x)") == ""


def test_statements_of_one_line_are_answered_in_order(session: Session) -> None:
    assert lines(session, "a := 3; a*t^2; d/dt a*t^2  # both") == ["a := 3", "3*t^2", "6*t"]


def test_what_is_inferred_holds_for_the_line_alone(session: Session) -> None:
    assert notes(session, "x'*x") == "assuming x ∈ ℝⁿ"
    assert notes(session, "x^2") == "assuming x ∈ ℝ"
    assert lines(session, "names") == ["nothing is declared or defined"]


def test_what_a_definition_is_made_of_is_kept(session: Session) -> None:
    assert notes(session, "y := norm2(A*x)^2") == "assuming A ∈ ℝᵐˣⁿ, x ∈ ℝⁿ from here on"
    assert lines(session, "grad(y, x)") == ["2*A'*A*x"]
    with pytest.raises(ParseError):
        session.answer("n := 3")


def test_parameters_belong_to_their_function(session: Session) -> None:
    assert notes(session, "f(x) := x'*x") == "assuming x ∈ ℝⁿ"
    assert notes(session, "x^2") == "assuming x ∈ ℝ"
    assert lines(session, "x = 3", "g(x) = x^2; g'(t)")[-1] == "2*t"
    assert lines(session, "g(x)") == ["9"]


@pytest.mark.parametrize("line", ["y = x^2", "y := x^2"])
def test_both_signs_define(session: Session, line: str) -> None:
    said = session.answer(line)
    assert said.lines == ["y := x^2"]
    assert ("note: `=` defines `y`, as `:=` does" in said.notes) == (" = " in line)
    assert notes(session, line, line.replace("y", "z")) == ""  # it is said once, and so is what x is
    assert lines(session, "d/dx y") == ["2*x"]


def test_a_new_meaning_is_said(session: Session) -> None:
    session.answer("x: vector(n)")
    assert notes(session, "x: vector(n)") == ""
    assert notes(session, "x: scalar") == "note: `x` was a vector(n); it is a scalar from here on"
    assert "`x` was a scalar" in notes(session, "x := 3")
    assert "`x` was defined" in notes(session, "x := 4")
    assert notes(session, "x: function").endswith("it is a function from here on")
    assert lines(session, "names") == ["x: function"]


def test_definitions_follow_what_they_are_made_of(session: Session) -> None:
    session.answer("y := x^2")
    assert "y := 9" in notes(session, "x = 3")
    assert lines(session, "y") == ["9"]


@pytest.mark.parametrize("new", ["x: vector(n)", "x: complex scalar", "x := a*i", "x: function", "x := [1, 2]"])
def test_or_are_forgotten_where_they_cannot(session: Session, new: str) -> None:
    session.answer("x: positive scalar; a: scalar; y := abs(x)")
    assert "`y`, which was made of it, is forgotten" in notes(session, new)
    assert not any(line.startswith("y") for line in lines(session, "names"))


def test_a_parameter_does_not_capture(session: Session) -> None:
    assert "forgotten" in notes(session, "f(x) := a*x", "a := x + 1")


@pytest.mark.parametrize(
    ("before", "line", "error"),
    [
        ("", "x = x + 1", ParseError),
        ("f: function", "f(x) := f(x) + 1", ParseError),
        ("x: vector(n)", "n := 3", ParseError),
        ("n := 3", "x: vector(n)", ParseError),
        ("", "1 + 1 = 2", NotSupported),
        ("", "sin(x) = 2", NotSupported),
        ("x: vector(n); y: vector(m)", "x + y", ShapeError),
        ("", "k(x+1", ParseError),
        ("", "k(x+1)", UnknownNameError),
    ],
)
def test_errors_have_a_place_and_change_nothing(
    session: Session, before: str, line: str, error: type[SymdiffError]
) -> None:
    session.answer(before)
    known = lines(session, "names")
    with pytest.raises(error) as caught:
        session.answer(f"new: vector(q); {line}")
    assert caught.value.span is not None
    assert caught.value.span[0] >= len("new: vector(q); ")
    assert lines(session, "names") == known


def test_a_line_may_define_what_was_defined_before_by_itself(session: Session) -> None:
    assert lines(session, "a := 3", "a := a + 1", "a") == ["4"]


# words, forms


def test_words_yield_to_names(session: Session) -> None:
    assert [line.split()[0] for line in lines(session, "help  # me") if line[:5] == "names"] == ["names"]
    assert lines(session, "help := 5", "help") == ["5"]
    assert lines(session, "quit: scalar", "quit^2") == ["quit^2"]
    session.answer("quit")
    assert not session.ended
    session.answer("exit")
    assert session.ended


@pytest.mark.parametrize("line", ["", "   ", "# only a remark", ";"])
def test_nothing_is_answered_with_nothing(session: Session, line: str) -> None:
    answer = session.answer(line)
    assert (answer.lines, answer.notes) == ([], [])


def test_names_read_back(session: Session) -> None:
    session.answer("t: positive scalar; S: symmetric(n); g: function(vector(n), scalar) -> vector(m)")
    session.answer("f(x) := x'*S*x; y := t^2; T: tensor(2, 5, 4); k: integer; z: function")
    told = lines(session, "names")
    again = Session()
    for line in told:
        again.answer(line)
    assert lines(again, "names") == told


@pytest.mark.parametrize(
    ("notation", "defined", "result"),
    [
        ("text", "f(x) := x'*A*x", "(A + A')*x"),
        ("unicode", "f(x) := xᵀAx", "(A + Aᵀ)x"),
        ("latex", r"f\left(x\right) := x^{\top} A x", r"\left(A + A^{\top}\right) x"),
    ],
)
def test_notations(notation: str, defined: str, result: str) -> None:
    session = Session(Request(None, declarations="x: vector(n); A: matrix(n, n)", notation=notation))
    assert lines(session, "f(x) := x'*A*x") == [defined]
    assert lines(session, "grad(x'*A*x, x)") == [result]


def test_what_the_request_asks_is_asked_of_derivatives() -> None:
    session = Session(Request(None, steps=True, check=True, strict=True, declarations="x: scalar"))
    told = lines(session, "d/dx sin(x^2)")
    assert any("chain rule" in line for line in told)
    assert "check: right" in told
    assert lines(session, "x^2") == ["x^2"]
    with pytest.raises(UnknownNameError):
        session.answer("t^2")


def test_results_are_there_as_expressions(session: Session) -> None:
    (found,) = session.answer("grad(norm2(x), x)").results
    assert str(found.result) == "x/norm2(x)"
    assert found.derivation is not None
    assert found.derivation.conditions


# the process


def replayed(text: str) -> int:
    """Pipe in what is behind `> ` in a transcript: the rest comes out, in its order. Gives the exit code."""
    transcript = text.splitlines()
    done = piped("".join(f"{line[2:]}\n" for line in transcript if line.startswith(">")))
    assert done.stdout.decode().splitlines() == [line for line in transcript if not line.startswith(">")]
    return done.returncode


def test_golden_transcript() -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    assert text.count("\n> ") >= 20
    assert replayed(text) == 2


@pytest.mark.skipif(not README.exists(), reason="needs a checkout")
def test_transcript_of_the_readme() -> None:
    (shown,) = re.findall(r"^```\n(> .*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    assert replayed(shown) == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", 0),
        ("\n\n# nothing\n", 0),
        ("x^2", 0),
        ("x +* 2\n1 = 1\nx^2\n", 2),
        ("1 = 1\nx +* 2\n", 3),
        ("9^9^9^9\n", 3),
        ("quit\nx +* 2\n", 0),
    ],
)
def test_the_exit_code_is_that_of_the_first_error(given: str, code: int) -> None:
    assert piped(given).returncode == code


def test_a_pipe_has_no_prompt_and_leaves_no_history(tmp_path: Path) -> None:
    done = piped("2 + 3\n", env={"XDG_STATE_HOME": str(tmp_path)})
    assert done.stdout == b"5\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", [b"\xef\xbb\xbfx^2\r\n", b"x\xc2\xb2\r\n", b"x^2\r\n"])
def test_bytes_of_other_systems(given: bytes) -> None:
    assert piped(given, "--let", "x: scalar").stdout.splitlines() == [b"x^2"]


def test_a_line_that_is_no_text_is_an_error_of_its_own() -> None:
    done = piped(b"2 + 3\n\xff\xfe\n2 + 4\n")
    assert done.stdout.splitlines() == [b"5", b"error: this line is not text in utf-8", b"6"]
    assert done.returncode == 2


def test_narrow_encodings() -> None:
    done = piped(b"x'*A\n", "--unicode", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stdout.isascii()


def test_options_of_the_calculator() -> None:
    assert piped("x'*A*x\n", "--unicode", "--let", "x: vector(n); A: matrix(n, n)").stdout.decode() == "xᵀAx\n"
    assert piped("x\n", "--strict").returncode == 2
    assert piped("x\n", "--json").returncode == 2


def _hear_interrupts() -> None:
    """Undo in a new process that a shell lets what runs in the background ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_interrupt() -> None:
    pipe = subprocess.PIPE
    process = subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, preexec_fn=_hear_interrupts)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"2 + 3\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"5\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"")


@pytest.mark.skipif(os.name == "nt", reason="a shell's pipes")
@pytest.mark.parametrize("joined", ["", "2>&1"])
def test_a_reader_that_goes_away(joined: str) -> None:
    lines = r"yes 'd/dx x^2' | head -n 2000"
    done = subprocess.run(
        f'{lines} | "{sys.executable}" -m symdiff --let "x: scalar" {joined} | head -n 1',
        shell=True,
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"2*x\n", b"")


def test_ans_that_is_defined_is_said_to_be_no_result() -> None:
    assert b"`ans` is no result from here on; `forget ans`" in piped("ans := 3\n").stdout
