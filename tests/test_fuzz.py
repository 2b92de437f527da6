"""A counted sample of the fuzzing script, and that it sees what it is to see."""

from __future__ import annotations

import inspect

import fuzz
import pytest

import symdiff as sd

COUNT = 150


def test_only_errors_of_symdiff_come_out() -> None:
    report = fuzz.fuzz(f"suite-{k}" for k in range(COUNT))
    found = {kind: case for kind, case in report.findings.items() if kind != "slow"}  # no clocks here
    assert found == {}
    assert COUNT * 0.9 > report.refused > COUNT * 0.2, "the texts are to be right and wrong by turns"


def test_an_exception_is_found_and_shortened(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def fails(f: str, let: str) -> None:
        if "x" in f:
            raise KeyError("planted")

    monkeypatch.setattr(fuzz, "ACTIONS", {"parse": ("f let", fails)})
    report = fuzz.fuzz(f"planted-{k}" for k in range(50))
    (case,) = report.findings.values()
    assert case == fuzz.Case("parse", ("x", "")) and "KeyError" in capsys.readouterr().out


def test_a_hang_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(f: str, let: str) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "ACTIONS", {"parse": ("f let", hangs)})
    monkeypatch.setattr(fuzz, "HANG", 0.2)
    assert list(fuzz.fuzz(["planted"]).findings) == ["hang"]


@pytest.mark.parametrize(("said", "code"), [("hang", 1), ("slow", 0), ("KeyError", 1), ("refused", 0), (None, 0)])
def test_the_script_fails_but_for_slowness(said: str | None, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "_guarded", lambda case: said)
    monkeypatch.setattr(fuzz, "shortened", lambda case, kind: case)
    monkeypatch.setattr(fuzz.resource, "setrlimit", lambda *args: None)
    assert fuzz.main(["--count", "2"]) == code


def test_every_function_is_tried() -> None:
    functions = {name for name in sd.__all__ if inspect.isfunction(getattr(sd, name))}
    assert functions - fuzz.ACTIONS.keys() == set()


def test_what_fuzzing_found() -> None:
    assert float(sd.parse("softmax(t)", "t: scalar")(t=2.0)) == 1
    with pytest.raises(sd.SymdiffError, match="is not read"):
        sd.load_book("\ud800")
    assert sd.verify("((2))tan(x/sqrt(2))(3)\n= x\n= A[:]").lines
