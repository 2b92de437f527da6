"""The calculator at a terminal: keys in, a screen out; one true terminal every time, the others in the slow run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

import symdiff as sd
from symdiff.book import library
from symdiff.calculator import Session
from symdiff.syntax.highlight import pieces
from symdiff.syntax.lines import goes_on, logical_lines
from symdiff.terminal.completion import letters, words
from symdiff.terminal.conversation import Conversation
from symdiff.terminal.engine import Engine
from symdiff.terminal.prompt import Prompt
from symdiff.terminal.screen import folded

GOLDEN = Path(__file__).parent / "golden"
UP, TAB, PASTE, PASTED = "\x1b[A", "\t", "\x1b[200~", "\x1b[201~"


# what a line is


@pytest.mark.parametrize(
    "text", ["(1 +", "f(x", "[1, 2;", "1 +", "y :=", "x^", "1 + # why", "f([1,\n2]", "a and", "x ="]
)
def test_a_line_goes_on(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize("text", ["", "1", "x'", "sand", "(1))", "1 # (", "[1,\n2]", "x.T", "5!", "quit"])
def test_a_line_is_complete(text: str) -> None:
    assert not goes_on(text)


def test_what_is_pasted_is_cut_into_lines() -> None:
    text = "x = 3\r\nx^2 +  # why\r\n 4\n\n[1, # one\n2]\rS*x\n  where S = 3\n"
    assert list(logical_lines(text)) == ["x = 3", "x^2 +         4", "", "[1, # one\n2]", "S*x   where S = 3", ""]


def test_of_a_sitting_that_is_pasted_what_was_typed_counts(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "> a := [1,\n. 2]\na := [3, 4]\n> 2*a\n[6, 8]\n> a +* 1")
    assert said.startswith("a := [1, 2]\n[2, 4]\nerror: a value is missing")
    assert said.count("error") == 1


# colours


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("2*sin(x)", "2 number * operator sin function ( bracket x name ) bracket"),
        ("sin 2y", "sin function 2 number y unknown"),
        ("g(y) + g(", "g function ( bracket y unknown ) bracket + operator g function ( bracket"),
        ("sum(x, axis=0", "sum function ( bracket x name , bracket axis keyword = operator 0 number"),
        ("h(t) := t; h(", "h function ( bracket t name ) bracket := operator t name h function ( bracket"),
        ("y: vector(n); y'", "y name : operator vector kind ( bracket n kind ) bracket y name ' operator"),
        ("x² # x", "x name ² number # x comment"),
        ("d/dx x", "d/dx operator x name"),
        ("α $", "α unknown $ operator"),
        ("pi where K = 3", "pi number where operator K unknown = operator 3 number"),
        ("", ""),
    ],
)
def test_pieces_of_a_text(text: str, kinds: str) -> None:
    found = pieces(text, {"x": "symbol", "g": "function"}, library().names())
    assert " ".join(f"{text[start:end]} {kind}" for start, end, kind in found) == kinds


# completion


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    engine = Engine(Session)
    engine.session.answer("speed: vector(n); spin(t) := t^2; sinew := 3; 1 + 1")
    return engine.names()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("spee", {"speed": "speed: vector(n)"}),
        ("2*spi", {"spin": "spin(t) := t^2"}),
        ("1 + an", {"ans": "the last result"}),
        ("softm", {"softmax": "softmax(x, axis=)"}),
        ("lapl", {"laplacian": "laplacian(f, x)"}),
        ("sum(speed, ax", {"axis=": "sum(x, axis=, keepdims=)"}),
        ("sum((1), ke", {"keepdims=": "sum(x, axis=, keepdims=)"}),
        ("(sum(1), ke", {}),
        ("zzz", {}),
    ],
)
def test_completion(names: dict[str, str], typed: str, offered: dict[str, str]) -> None:
    found = {text: about for text, _, about in words(typed, names, {"names": "all", "quit": "leave"})}
    assert found == offered


def test_commands_are_offered_at_the_beginning(names: dict[str, str]) -> None:
    commands = {"names": "what is known", "quit": "leave"}
    assert next(words(" :na", names, commands)) == ("names", 2, "what is known")
    assert "names" in {text for text, _, _ in words("na", names, commands)}
    assert "names" not in {text for text, _, _ in words("2*na", names, commands)}
    assert {"sin", "sinew", "sinh"} <= {text for text, _, _ in words("si", names, commands)}


def test_letters_by_their_names() -> None:
    assert letters(r"2*\alpha") == [("α", 6, r"\alpha")]
    assert {text for text, _, _ in letters(r"\e")} == {"ε", "η", "ℓ"}
    assert letters(r"\eta") == [("η", 4, r"\eta")]
    assert letters("alpha") == []


# keys


class Keys:
    """What is typed at a prompt, without a terminal."""

    def __init__(self, prompt: Prompt, typed: object) -> None:
        self.prompt = prompt
        self.typed = typed

    def __call__(self, keys: str) -> str:
        self.typed.send_text(keys)
        return self.prompt.ask()


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keys]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with create_pipe_input() as typed, create_app_session(input=typed, output=DummyOutput()):
        yield Keys(Prompt(Engine(Session)), typed)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("2 + 3\r", "2 + 3"),
        ("2 + 3\n", "2 + 3"),
        ("[1,\r2]\r", "[1,\n2]"),
        ("1 +\r2\r", "1 +\n2"),
        ("(1 +\r\r", "(1 +"),
        ("\r", ""),
        ("1\x1b\r2\r", "1\n2"),
        (f"{PASTE}x = 3\r\nx^2\r\n{PASTED}\r", "x = 3\nx^2"),
        (f"2*\\alph{TAB}^2\r", "2*α^2"),
        (f"logd{TAB}(A)\r", "logdet(A)"),
        ("x + 1\x1b[D\x1b[D\x1b[D\x1b[D\r", "x + 1"),
    ],
)
def test_keys(keys: Keys, typed: str, text: str) -> None:
    assert keys(typed) == text


def test_up_gives_lines_back_also_those_of_the_last_session(keys: Keys) -> None:
    assert [keys("2 +* 3\r"), keys("[1,\r2]\r"), keys(f"{UP}{UP}{UP}\r")] == ["2 +* 3", "[1,\n2]", "2 +* 3"]
    again = Prompt(Engine(Session))
    assert Keys(again, keys.typed)(f"{UP}{UP}\r") == "[1,\n2]"


def test_interrupt_and_end(keys: Keys) -> None:
    with pytest.raises(KeyboardInterrupt):
        keys("2 +\x03")
    with pytest.raises(EOFError):
        keys("\x04")


def test_a_state_folder_that_cannot_be_written(keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert Keys(Prompt(Engine(Session)), keys.typed)("2 + 3\r") == "2 + 3"
    (tmp_path / "symdiff" / "history").mkdir(parents=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert Keys(Prompt(Engine(Session)), keys.typed)("2 + 3\r") == "2 + 3"


# the conversation


class Script:
    """A prompt at which all is typed already; an exception is raised."""

    def __init__(self, *typed: str | BaseException) -> None:
        self.typed = iter(typed)

    def ask(self) -> str:
        text = next(self.typed, EOFError())
        if isinstance(text, BaseException):
            raise text
        return text


def told(capsys: pytest.CaptureFixture[str], *typed: str | BaseException) -> str:
    """All that is said to these lines."""
    Conversation(Engine(Session), Script(*typed)).run()
    return "".join(capsys.readouterr())


def test_a_conversation(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "a := 2\na^2", "x +* 2", KeyboardInterrupt(), "a^3\nquit\na^4")
    assert said == "a := 2\n4\n8\nerror: a value is missing before `*`, after `+`\n  x +* 2\n     ^\n"


@pytest.mark.parametrize(
    "line", ["\udcff", "\x1b[31m", "\x00", "(" * 3000, "[[[[", "1/0", "9^9^9^9", ":", "'", "?", "é\u202e"]
)
def test_no_line_ends_it(capsys: pytest.CaptureFixture[str], line: str) -> None:
    said = told(capsys, line, "2 + 3")
    assert "error:" in said
    assert "5\n" in said
    assert "\x1b" not in said
    assert "Traceback" not in said
    assert "fault" not in said


def test_a_page_is_verified_up_to_an_empty_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(
        capsys,
        "verify\nf(x) = x^2",
        "f'(x) = 2x\n\n2 + 3",
        "verify\n1 = 1\n\n7",
        "verify",
        KeyboardInterrupt(),
        "2 + 4",
        "verify\n1 = 1",
    )
    assert "the line follows\n5\n" in said
    assert "\n7\n" in said
    assert "\n6\n" in said
    assert said.rindex("1 = 1") > said.index("\n6\n")


def test_what_is_drawn_and_said_fits(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symdiff.terminal.screen.Screen.width", 30)
    long = "aaaaaaaaaaaaaaaa*bbbbbbbbbbbbbbbb + +* cccccccccccccccccccc"
    said = told(capsys, "(x+1)/(x-1)", "[x, y; z, 1/(x + y + z + 100000000)]", "sinn(x)", long).splitlines()
    assert said[:3] == ["x + 1", "─────", "x - 1"]
    assert said[3:5] == ["[x, y; z, 1/(x + y + z +", "  100000000)]"]
    assert max(map(len, said)) <= 30
    assert "hint: did you mean `sin` or" in said
    place = said[-2:]
    assert place[0][place[1].index("^")] == "*"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("a + b - c", ["a + b - c"]),
        ("aaaa + bbbb - cccc", ["aaaa +", "  bbbb -", "  cccc"]),
        ("sin(x) - -y", ["sin(x) -", "  -y"]),
        ("name  what it is for", ["name  what", "      it", "      is", "      for"]),
        ("aaaaaaaaaaaaaaaaaaaaa", ["aaaaaaaaaaaaaaaaaaaaa"]),
    ],
)
def test_long_lines_are_cut_where_they_go_on(line: str, parts: list[str]) -> None:
    assert folded(line, 10) == parts


def test_ascii_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symdiff.streams.ascii_alone", True)
    said = told(capsys, "grad(x'*A*x/(x'*x), x)", "sqrt(8)", "α +* 2")
    assert said.isascii()
    assert "assuming x in R^n, A in R^(n x n)\n" in said
    assert "2*sqrt(2) ~ 2.8284\n" in said
    assert "  ? +* 2\n     ^\n" in said
    sd.parse("x'*A*x", "x in R^n; A in R^(n x n)")


@pytest.mark.slow
def test_a_pipe_loads_nothing_of_it() -> None:
    code = "import sys; from symdiff.cli import main; main([]); print({'rich', 'prompt_toolkit'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], input="2 + 3\n", capture_output=True, text=True, check=True)
    assert done.stdout == "5\nset()\n"


def test_an_interrupt_stops_the_work_at_hand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Session.answer

    def interrupted(session: Session, line: str) -> object:
        if line == "wait":
            raise KeyboardInterrupt
        return answer(session, line)

    monkeypatch.setattr(Session, "answer", interrupted)
    assert told(capsys, "wait\n7", "2 + 3") == "5\ninterrupted\n"


# a true terminal


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of Unix")
class TestTerminal:
    """`symdiff` on a pseudo-terminal of its own, read as a person reads it."""

    @pytest.fixture
    def at(self, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
        opened: list[Terminal] = []

        def start(*options: str, columns: int = 80, rows: int = 50, **env: str) -> Terminal:
            opened.append(Terminal(options, columns, {"XDG_STATE_HOME": str(tmp_path), **env}, rows))
            return opened[-1]

        yield start
        for terminal in opened:
            terminal.process.close(force=True)

    def test_a_sitting(self, at: Callable[..., Terminal]) -> None:
        terminal = at()
        assert terminal.type("2 + 3\r") == ["> 2 + 3", "5"]
        assert terminal.type("[1,\r2]\r") == ["> [1,", ". 2]", "[1, 2]"]
        assert terminal.type("\x04") == [">"]
        assert terminal.code() == 0

    @pytest.mark.slow
    def test_golden_sitting(self, at: Callable[..., Terminal]) -> None:
        """What is behind `> ` and `. ` is typed; the screen is the file."""
        wanted = (GOLDEN / "terminal.txt").read_text(encoding="utf-8").splitlines()
        terminal = at(columns=72, rows=250)
        for line in wanted:
            if re.match(r"[>.]( |\Z)", line):
                terminal.until(lambda: terminal.screen.cursor.x == 2)
                terminal.process.send(line[2:] + "\r")
                terminal.wait(0.2)
        assert terminal.code() == 0
        assert terminal.lines == wanted

    @pytest.mark.slow
    def test_homework(
        self, at: Callable[..., Terminal], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The homework that is piped elsewhere: a terminal shows all that a session says to it."""
        text = (GOLDEN / "homework.txt").read_text(encoding="utf-8")
        typed = [line[2:] for line in text.splitlines() if line.startswith("> ")]
        terminal = at(columns=100, rows=1500)
        for line in typed:
            terminal.type(line + "\r" * (1 + goes_on(line)))
        shown = [line for line in terminal.lines[1:] if line and not re.match(r"[>.]( |\Z)", line)]
        monkeypatch.setattr("symdiff.terminal.screen.Screen.width", 100)
        monkeypatch.setattr(sys, "stderr", sys.stdout)
        assert shown == [line.rstrip() for line in told(capsys, *typed).splitlines() if line]
        assert len(shown) > len(typed)

    @pytest.mark.slow
    def test_what_is_typed_before_it_asks(self, at: Callable[..., Terminal]) -> None:
        terminal = at()
        terminal.process.send("2 + 3\rx^2 +\r1\r\\alph\t^2\r")
        terminal.until(lambda: terminal.is_asking() and terminal.lines[-2:-1] == ["alpha^2"])
        begin = next(k for k, line in enumerate(terminal.lines) if line.startswith("symdiff"))
        assert [line for line in terminal.lines[begin + 1 : -1] if "assuming" not in line] == [
            "> 2 + 3", "5", "> x^2 +", ". 1", "x^2 + 1", "> α^2", "alpha^2",
        ]  # fmt: skip

    @pytest.mark.slow
    def test_history_after_a_restart(self, at: Callable[..., Terminal]) -> None:
        one, other = at(), at()
        one.type("2 + 3\r")
        other.type("x +* 2\r")
        one.type("quit\r")
        other.type("quit\r")
        assert at().type(f"{UP}{UP}{UP}{UP}\r") == ["> 2 + 3", "5"]

    @pytest.mark.slow
    def test_completion(self, at: Callable[..., Terminal]) -> None:
        terminal = at(NO_COLOR="1")
        assert terminal.type("2\\alph\t^2\r")[0] == "> 2α^2"
        assert terminal.type("logd\t(eye(3))\r")[0] == "> logdet(eye(3))"
        terminal.keys("log1\t")
        assert terminal.shows("log1p(x)")
        assert not re.findall(rb"\x1b\[[\d;]*\b3\dm", terminal.written)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "line", ["diff(exp(sin(x)*x^3), x, 60)", "diff(x^x^x^x, x, 30)", "det(ones(90,90) + eye(90))"]
    )
    def test_an_interrupt_stops_a_long_computation(self, at: Callable[..., Terminal], line: str) -> None:
        terminal = at()
        terminal.keys(line + "\r")
        terminal.wait(2)
        terminal.process.send("\x03\x03\x03")
        assert terminal.shows("interrupted")
        assert terminal.type("d/dx x^3\r")[-1] == "3*x^2"
        terminal.keys("(1 +\x03")
        assert terminal.type("2 + 3\r") == ["> 2 + 3", "5"]

    @pytest.mark.slow
    @pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}, {"TERM": "vt100", "LC_ALL": "C"}])
    def test_terminals_that_can_less(self, at: Callable[..., Terminal], env: dict[str, str]) -> None:
        terminal = at(columns=40, **env)
        assert terminal.type("d/dt t^3\r")[-1] == "3*t^2"
        terminal.keys("2 +\x03")
        assert terminal.type("2 + 3\r") == ["> 2 + 3", "5"]
        assert env.get("TERM") != "dumb" or b"\x1b" not in terminal.written

    @pytest.mark.slow
    def test_what_is_wrong_with_the_options_is_said_at_once(self, at: Callable[..., Terminal]) -> None:
        terminal = at("--let", "x: vctor(n)")
        assert terminal.shows("error:")
        assert terminal.code() == 2


class Terminal:
    """A process at a terminal of so many columns, and what the screen shows."""

    def __init__(self, options: Sequence[str], columns: int, env: Mapping[str, str], rows: int) -> None:
        import pexpect
        import pyte

        given = {**os.environ, "TERM": "xterm-256color", **env}
        self.process = pexpect.spawn(
            sys.executable, ["-m", "symdiff", *options], env=given, dimensions=(rows, columns), timeout=30
        )
        self.process.delaybeforesend = None
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.written = b""

    def wait(self, seconds: float) -> None:
        """Read what is written in this time."""
        import pexpect

        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                piece = self.process.read_nonblocking(65536, timeout=0.05)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                return
            self.written += piece
            self.stream.feed(piece)

    @property
    def lines(self) -> list[str]:
        """What is shown."""
        return [line.rstrip() for line in "\n".join(self.screen.display).rstrip().split("\n")]

    def is_asking(self) -> bool:
        """Whether the cursor stands behind an empty prompt."""
        line = self.screen.buffer[self.screen.cursor.y]
        return self.screen.cursor.x == 2 and "".join(line[k].data for k in range(20)).rstrip() == ">"

    def keys(self, typed: str) -> None:
        """Type once it asks."""
        self.until(self.is_asking)
        self.process.send(typed)
        self.wait(0.5)

    def type(self, typed: str) -> list[str]:
        """Type once it asks, and wait until it asks again, or is gone; the lines that are new."""
        self.until(self.is_asking)
        before = self.screen.cursor.y
        self.process.send(typed)
        self.until(lambda: self.screen.cursor.y > before and (self.is_asking() or not self.process.isalive()))
        shown = self.lines[before:]
        return shown[:-1] if shown and shown[-1] == ">" and len(shown) > 1 else shown

    def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(600):
            if holds():
                return
            self.wait(0.05)
        raise AssertionError("\n".join(["waited in vain:", *self.lines]))

    def shows(self, text: str) -> bool:
        """Whether this comes to be shown."""
        self.until(lambda: any(text in line for line in self.lines))
        return True

    def code(self) -> int:
        """The exit code."""
        self.until(lambda: not self.process.isalive())
        return int(self.process.exitstatus)
