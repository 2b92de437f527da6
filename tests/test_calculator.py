"""The calculator's commands and results, against transcripts, and the files that keep a session."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from test_session import replayed

from symdiff.answer import Request
from symdiff.calculator import COMMANDS, Session
from symdiff.calculator.results import spelled
from symdiff.errors import SymdiffError
from symdiff.repl import respond

GOLDEN = Path(__file__).parent / "golden"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "howto" / "calculate.md"


def transcript(text: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of a transcript with what they are answered now, each by stdout behind stderr."""
    session, found = Session(), []
    for line in text.splitlines():
        if line.startswith(">"):
            respond(session, line[2:])
            said = capsys.readouterr()
            found += [line, *said.err.splitlines(), *said.out.splitlines()]
    return found


def test_transcript_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    text = (GOLDEN / "calculator.txt").read_text(encoding="utf-8")
    assert transcript(text, capsys) == text.splitlines()


@pytest.mark.skipif(not PAGE.exists(), reason="needs a checkout")
def test_transcripts_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.findall(r"^```text\n(> .*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(shown) == 2
    for text in shown:
        said = [line for line in transcript(text, capsys) if not line.startswith(("assuming", "note: `="))]
        assert said == text.splitlines()


def test_homework_through_a_pipe() -> None:
    text = (GOLDEN / "homework.txt").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line.startswith("> ") and line[2] != "#"]) >= 120
    assert replayed(text) == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_without_what_it_takes_is_an_answer_or_an_error(name: str) -> None:
    try:
        said = Session().answer(f":{name}")
    except SymdiffError as error:
        assert error.span is not None
    else:
        assert said is not None


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("_ + x_1", "ans + x_1"),
        ("2*_", "2*ans"),
        ("‖x‖_2 + ‖A‖_F", "‖x‖_2 + ‖A‖_F"),
        ("∇_x f + x_{1}", "∇_x f + x_{1}"),
        ("_'*_  # _", "ans'*ans  # _"),
        ("where x = 3", "ans where x = 3"),
    ],
)
def test_the_sign_of_the_last_result(line: str, read: str) -> None:
    assert spelled(line) == read


def test_words_yield_to_names_and_meanings() -> None:
    session = Session()
    for line in ("hint = 3", "check(t) = t^2", "names: scalar", "save, load: scalar"):
        session.answer(line)
    assert session.answer("hint + check(2)").lines == ["7"]
    assert "names: scalar" in session.answer(":names").lines


def test_results_are_what_was_found_though_names_are_inferred_otherwise() -> None:
    session = Session()
    session.answer("y'*B")
    assert session.answer("ans*z").lines == ["y'*B*z"]  # a row stays one
    assert session.answer("grad(ans, z)").lines == ["B'*y"]
    session.answer("x: vector(n); A: matrix(n, n)")
    session.answer("grad(x'*A*x, x)")
    session.answer("A: symmetric(n)")
    assert session.answer("ans").lines == ["2*A*x"]
    session.answer("x: scalar")
    with pytest.raises(SymdiffError, match=r"this is made of `x`, a vector\(n\) there, and a scalar now"):
        session.answer("ans5")
    session.answer("ans = 5")
    assert session.answer("ans + 1").lines == ["6"]


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (["g(x) = x'*x", "g([3, 4])"], "25"),
        (["g(x) = x'*x", "g'([3, 4])"], "[6, 8]"),
        (["q(x, A) = x'*A*x", "q([1, 2], [1, 2; 3, 4])"], "27"),
        (["h(u, v) = u'*v", "h(A*b, c)"], "c'*A*b"),
        (["n = 4", "g(x) = sum(x)/norm2(x)", "g([3, n])"], "7/5"),
        (["g(x) = grad(log(norm2(x)), x)", "g([3, 4])"], "[3/25, 4/25]"),
    ],
)
def test_functions_are_defined_for_all_sizes(lines: list[str], last: str) -> None:
    session = Session()
    assert [session.answer(line).lines[0] for line in lines][-1] == last


@pytest.mark.parametrize("line", ["q([1, 2], [1, 2, 3; 4, 5, 6; 7, 8, 9])", "q([1, 2, 3], [1, 2; 3, 4])", "p([3, 4])"])
def test_or_of_those_that_are_declared(line: str) -> None:
    session = Session()
    for given in ("q(x, A) = x'*A*x", "y: vector(n)", "p(y) = y'*y"):
        session.answer(given)
    with pytest.raises(SymdiffError, match="takes"):
        session.answer(line)


def test_where_reaches_into_definitions_and_results_of_other_sizes() -> None:
    session = Session()
    session.answer("y = x'*A*x")
    assert session.answer("y where x = [1, 2], A = [1, 2; 3, 4]").lines == ["27"]
    assert session.answer("grad(y, x) where x = [1, 2], A = [1, 2; 3, 4]").lines == ["[12, 21]"]
    with pytest.raises(SymdiffError, match=r"this is made of `x`, a vector\(n\) there, and a scalar now"):
        session.answer("y where x = 3")
    assert session.answer("b = y + 1; grad(2*b, x) where A = [1, 2; 3, 4], x = [1, 2]").lines[-1] == "[24, 42]"
    session.answer("z'*z")
    assert session.answer("where z = [3, 4]").lines == ["25"]
    session.answer("w = v'*v; u = 1/t")
    assert "w := 25" in session.answer("v = [3, 4]").notes[-1]
    assert "u := 1/0" in session.answer("t = 0").notes[-1]
    assert session.answer("y").lines == ["x'*A*x"]


@pytest.mark.parametrize("before", [[], ["z = y + 1"]])
def test_a_derivative_by_a_name_with_a_value_is_that_at_the_value(before: list[str]) -> None:
    session = Session()
    for line in ("y = x^3", *before, "x^2"):
        session.answer(line)
    y = "z" if before else "y"
    assert session.answer(f"d/dx {y} where x = 2").lines == ["12"]
    session.answer("x^2")
    assert session.answer("d/dx ans where x = 2").lines == ["4"]
    session.answer("x^2")
    session.answer("x = 5")
    assert session.answer("d/dx ans").lines == ["10"]
    assert session.answer(f"d/dx {y}; {y}").lines == ["75", "126" if before else "125"]


def test_a_value_is_that_of_the_time_when_it_was_defined() -> None:
    session = Session()
    for line in ("s = 0; k = 1", "s = s + k; k = k + 1", "s = s + k; k = k + 1"):
        session.answer(line)
    assert session.answer("s; k").lines == ["3", "3"]


def test_formulas_follow_the_values_of_their_names() -> None:
    session = Session()
    for line in ("y = x^2", "f(t) = t*y", "z = f(2) + 1", "x = 3", "x = -4"):
        session.answer(line)
    assert session.answer("y; f(1); z; d/dx y; d/dx z").lines == ["16", "16", "33", "-8", "-16"]
    assert session.answer("y + z where x = 5; y").lines == ["76", "16"]
    session.answer("x: scalar")
    assert session.answer("y; d/dx z").lines == ["x^2", "4*x"]
    session.answer("y = 7")
    session.answer("x = 1")
    assert session.answer("y").lines == ["7"]


def test_pictures_of_what_a_session_defines(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    session = Session()
    session.answer("f(x) = x^2 - a*x; a = 1")
    file = tmp_path / "tangent.svg"
    assert session.answer(f"plot f(x); f'(x) --at 1 -o {file}").notes[-1] == f"note: {file} is written"
    assert file.read_bytes().startswith(b"<?xml")
    with pytest.raises(SymdiffError, match="there is no option `--att`"):
        session.answer("plot x^2 --att 1")


@pytest.mark.parametrize("notation", ["text", "unicode", "ascii", "latex", "index", "kron"])
def test_definitions_in_every_notation(notation: str) -> None:
    session = Session(Request(None, notation=notation))
    assert session.answer("f(x) = x^2").lines
    assert session.answer("names").lines


def test_a_function_of_a_result_is_one_of_its_names() -> None:
    session = Session()
    session.answer("x^3")
    assert session.answer("f(x) = ans; f'(2)").lines == ["f(x) := x^3", "12"]
    session.answer("x = 5")
    assert session.answer("g(x) = ans1 + a where a = 1; g'(2)").lines == ["g(x) := x^3 + 1", "12"]


# files


def test_a_session_is_kept_by_its_lines(tmp_path: Path) -> None:
    first = Session(Request(None, declarations="A: matrix(n, n)"))
    for line in (
        "x: vector(n)",
        "f(x) = (  # goes on\n x'*A*x)",
        "grad(f(x), x)",
        "expand (t + 1)^2",
        "verify",
        "2 = 2",
        "",
        "u = ans",
    ):
        first.answer(line)
    file = tmp_path / "kept"
    first.answer(f":save {file}")
    again = Session()
    told = again.answer(f"load {file}")
    assert told.code == 0
    assert again.answer("names").lines == first.answer("names").lines
    assert again.answer("ans1").lines == ["(A + A')*x"]
    again.answer(f":save {file}")
    assert file.read_text().count("# a session of symdiff\n") == 1
    other = tmp_path / "other"
    other.write_text("dear diary")
    with pytest.raises(SymdiffError, match="no session"):
        again.answer(f":save {other}")
    assert other.read_text() == "dear diary"


def test_a_file_from_elsewhere_is_lines_of_the_language(tmp_path: Path) -> None:
    """What is wrong is said by line, what it says about the world outside is refused, and the rest holds."""
    target = tmp_path / "target"
    file = tmp_path / "hostile"
    file.write_text(
        f"x = 3\n__import__('os').system('touch {target}')\n:save {target}\nload {file}\nquit\n9^9^9^9\n{'(' * 3000}\n"
        "\x00\u202e\ny = x + 1\nverify\nx = x\n",
        encoding="utf-8",
    )
    session = Session()
    said = session.answer(f":load {file}")
    assert said.code == 2
    assert [line.partition(":")[0] for line in said.lines if line.startswith("line ")] == [
        f"line {k}" for k in (2, 3, 4, 5, 6, 7, 8)
    ]
    assert not target.exists()
    assert not session.ended
    assert session.page is None
    assert session.answer("x*y").lines == ["12"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"1\n" * 10_001, b"#" * 1_000_001])
def test_a_file_that_is_none_of_a_session_says_why(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    session = Session()
    with pytest.raises(SymdiffError, match="is not read: it"):
        session.answer(f":load {file}")
    assert session.lines == []


@pytest.mark.skipif(os.name == "nt", reason="pipes and rights of Unix")
def test_a_file_that_cannot_be_had_loses_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    session = Session()
    session.answer("x = 3")
    for line in (f":load {tmp_path / 'pipe'}", f":load {tmp_path}", f":save {tmp_path}", f":save {tmp_path}/no/file"):
        with pytest.raises(SymdiffError):
            session.answer(line)
    assert session.answer("x").lines == ["3"]
