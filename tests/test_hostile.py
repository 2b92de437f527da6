"""Hostile and broken inputs: nothing of them runs, every refusal is a short error at its place, and little work."""

from __future__ import annotations

import ast
import builtins
import importlib
import io
import keyword
import pkgutil
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from counting import work
from hostile import DECLARATIONS, EITHER, KINDS, MARK, NAMES, NOT_NAMES, READ, REFUSED, TOLD, told

import symdiff as sd
from symdiff.cli import main

CALLS = 7_000_000  # of functions that one input may cost
CHARACTERS = 2_000
WATCHED = ("exec", "compile", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.", "webbrowser.")

Outcome = tuple[Any, sd.SymdiffError | None, int]


class Watch:
    """What is executed, opened or written while it is on; the hook of an interpreter cannot be taken off."""

    all: list[Watch] = []

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        self.all.append(self)
        sys.addaudithook(self.hear)

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[1], str) and any(c in args[1] for c in "wax+")
        if self.on and (event.startswith(WATCHED) or writes):
            self.seen.append(f"{event} {str(args)[:100]}")

    def allow(self) -> list[str]:
        seen, self.seen = self.seen, []
        return seen


@pytest.fixture(scope="module")
def watch() -> Watch:
    # everything that is loaded when first used is loaded here, so that what is seen later came from an input
    for module in pkgutil.walk_packages(sd.__path__, "symdiff."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    sd.grad("x'*A*x", "x").latex()
    sd.compile(sd.derive("sum(exp(A*x))", "x").result)
    quiet("grad", "norm2(x)^2", "--wrt", "x", "--json", "--steps", "--unicode")
    quiet("grad(a^b, a)", "--let", "a: vektor")
    sd.simplify("a + a")
    return Watch()


@pytest.fixture(autouse=True)
def canary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The payloads call `canary()` or write a file `canary` where they run."""
    sung: list[object] = []
    monkeypatch.setattr(builtins, "canary", lambda *args: sung.append(args), raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    for watch in Watch.all:
        watch.on = False
        watch.allow()
    assert not sung and not list(tmp_path.iterdir())


def quiet(*argv: str) -> tuple[int, str]:
    """The exit code of a command and what it says on stderr."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
        code = main(argv)
    return code, said.getvalue()


def plain(row: str) -> str:
    return row.replace(MARK, "")


def short(text: str) -> str:
    return ascii(text if len(text) < 60 else f"{text[:50]}…({len(text)})")


def attempt(run: Callable[..., Any], *args: Any, **keywords: Any) -> Outcome:
    """Result, error and work; any other exception than SymdiffError comes through."""
    results: list[Any] = []
    errors: list[sd.SymdiffError] = []

    def tried() -> None:
        try:
            results.append(run(*args, **keywords))
        except sd.SymdiffError as error:
            errors.append(error)

    calls = work(tried, 10 * CALLS)
    return (results[0], None, calls) if results else (None, errors[0], calls)


def faults(error: sd.SymdiffError | None, calls: int) -> Iterator[str]:
    """What is wrong with a refusal, or with the work that an answer is."""
    if calls > CALLS:
        yield f"{calls:,} calls"
    if error is None:
        return
    said = str(error)
    said.encode("utf-8")  # nothing that cannot be printed
    if not error.message or len(said) > CHARACTERS:
        yield f"a message of {len(said)} characters"
    if any(not c.isprintable() and c != "\n" for c in said):
        yield f"a message that cannot be seen: {said!a}"


TABLES = {**REFUSED, **READ, "either": EITHER}
PRINTED = {**TABLES, "deep": [row for row in READ["deep"] if row not in TOLD] + told(60)}
COMPILED = {kind: TABLES[kind] for kind in ("precedence", "innocent", "deep", "large sizes", "either")}
MUCH = ("soup", "deep", "either")  # rows that are much work: a part of them every time, the other parts are slow
PARTS = 8


def by_kinds(tables: dict[str, list[str]]) -> pytest.MarkDecorator:
    """A test of the rows of each kind, those that are much work in parts drawn by a seed."""
    found = []
    for kind, rows in tables.items():
        drawn, count = Random(0).sample(rows, len(rows)), PARTS if kind in MUCH else 1
        for part in range(count):
            marks = pytest.mark.slow if part else ()
            found.append(pytest.param(kind, drawn[part::count], id=f"{kind}-{part}", marks=marks))
    return pytest.mark.parametrize(("kind", "rows"), found)


def test_there_are_enough() -> None:
    rows = [row for rows in TABLES.values() for row in rows]
    assert len({*rows}) == len(rows) >= 500


@by_kinds(TABLES)
def test_through_the_api(kind: str, rows: list[str], watch: Watch) -> None:
    bad = []
    for row in rows:
        text = plain(row)
        watch.on = True
        read, error, calls = attempt(sd.parse, text, DECLARATIONS)
        tries = [(error, calls), attempt(sd.grad, text, "x", DECLARATIONS)[1:], attempt(sd.declare, text)[1:]]
        watch.on = False
        found = [fault for one in tries for fault in faults(*one)] + watch.allow()
        if kind in REFUSED and error is None:
            found.append(f"is read as {str(read)[:60]}")
        if kind in READ and error is not None:
            found.append(f"is refused: {error}")
        bad += [f"{short(text)}: {fault}" for fault in found]
    assert not bad, "\n".join(bad)


@by_kinds(PRINTED)
def test_through_the_command_line(kind: str, rows: list[str], watch: Watch) -> None:
    bad = []
    for row in rows:
        for argv in ([plain(row)], ["grad", plain(row), "--wrt", "x"]):
            watch.on = True
            (code, said), _, calls = attempt(quiet, *argv, "--let", DECLARATIONS)
            watch.on = False
            found = [*watch.allow(), *faults(None, calls)]
            if code not in (0, 2, 3) or (code and "error" not in said):
                found.append(f"exit code {code}")
            if len(said) > CHARACTERS + 200 or "Traceback" in said or "symdiff itself" in said:
                found.append(said[:300])
            if kind in REFUSED and not code:
                found.append("is answered")
            bad += [f"{short(plain(row))}: {fault}" for fault in found]
    assert not bad, "\n".join(bad)


def test_errors_point_at_the_place_and_are_little_work() -> None:
    sd.parse("a", DECLARATIONS)
    wrong, costs, known = [], [], 0
    for row in (row for rows in REFUSED.values() for row in rows):
        _, error, calls = attempt(sd.parse, plain(row), DECLARATIONS)
        if isinstance(error, sd.ParseError):
            costs.append(calls)
        if MARK in row:
            known += 1
            place = row.index(MARK)
            wanted = (row.count("\n", 0, place) + 1, place - row.rfind("\n", 0, place))
            if error is None or (error.line, error.column) != wanted:
                wrong.append(short(row))
    median = statistics.median(costs)
    print(f"{known - len(wrong)} of {known} places right; median of {len(costs)} syntax errors {median:.0f} calls")
    assert known >= 300 and len(wrong) <= 0.05 * known, wrong
    assert median < 30_000


@by_kinds(COMPILED)
def test_what_is_read_is_compiled_to_code_of_closed_vocabulary(kind: str, rows: list[str]) -> None:
    """Generated code names NumPy, its own variables and functions of its own, and safe names of the user."""
    for row in rows:
        read, error, _ = attempt(sd.parse, plain(row), DECLARATIONS)
        if error is None:
            compiled, error, calls = attempt(sd.compile, read)
            assert not list(faults(error, calls // 3)), short(row)
            if error is None:
                assert_closed(compiled.source)


def assert_closed(source: str) -> None:
    *kernels, function = (node for node in ast.parse(source).body if not isinstance(node, (ast.Import, ast.ImportFrom)))
    assert isinstance(function, ast.FunctionDef) and function.name == "f"
    own = {"np", "float", *(node.name for node in kernels if isinstance(node, ast.FunctionDef))}
    parameters = {arg.arg for arg in function.args.args}
    assert all(re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) for name in parameters)
    assert parameters.isdisjoint({*own, *keyword.kwlist, *dir(builtins)} - {"canary"})
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assert all(re.fullmatch(r"[a-z]+\d+", name) or f"{name} = " in source for name in stored)
    constants = {name.id for node in kernels if isinstance(node, ast.Assign) for name in node.targets}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            assert node.id in {*own, *parameters, *stored, *constants}, source
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_"), source


@pytest.mark.parametrize("name", NAMES)
def test_any_name_may_be_declared_and_means_nothing_in_code(name: str) -> None:
    x = sd.declare(f"{name}: vector(n)")
    g = sd.grad(x.T @ x, x)
    assert g is sd.grad(f"{name}'*{name}", name, {name: "vector(n)"}) is sd.grad(f"sum({name}.^2)", x)
    assert sd.parse(str(g), f"{name}: vector(n)") is g
    source = sd.compile(g).source
    assert_closed(source)
    assert re.search(r"def f\((\w+)\)", source)[1] in (name, f"{name}_")
    np.testing.assert_array_equal(g({name: np.array([1.0, 2.0])}), [2, 4])


@pytest.mark.parametrize("name", NOT_NAMES, ids=ascii)
def test_what_is_no_name_is_refused(name: str, watch: Watch) -> None:
    tries: list[Callable[[], Any]] = [
        lambda: sd.scalar(name),
        lambda: sd.parse("a", {name: "scalar"}),
        lambda: sd.parse("a", **{name: "scalar"}),
        lambda: sd.grad("a", name, DECLARATIONS if name != "f(x)" else None),  # a variable, where f is a function
        lambda: sd.compile("a", [name], declarations=DECLARATIONS),
        lambda: sd.matrix("M", 2, 2, name),
    ]
    watch.on = True
    for run in tries:
        _, error, calls = attempt(run)
        assert error is not None and not list(faults(error, calls))
    watch.on = False
    assert not watch.allow()


@pytest.mark.parametrize("kind", KINDS, ids=short)
def test_what_is_no_kind_is_refused(kind: str, watch: Watch) -> None:
    watch.on = True
    for run in (lambda: sd.declare(f"w: {kind}"), lambda: sd.parse("w", {"w": kind}), lambda: sd.parse("w", w=kind)):
        _, error, calls = attempt(run)
        assert error is not None and not list(faults(error, calls))
    watch.on = False
    assert not watch.allow()


def test_huge_sizes_stay_symbolic() -> None:
    x, A = sd.vector("x", 10**9), sd.matrix("A", 10**9, 10**9)
    (g, H), error, calls = attempt(lambda: (sd.grad(x.T @ A @ x, x), sd.hessian(x.T @ A @ x, x)))
    assert (str(g), str(H), g.shape) == ("(A + A')*x", "A + A'", (10**9,))
    assert error is None and calls < CALLS
    assert sd.jacobian("softmax(w)", "w", "w: vector(1000000000)").shape == (10**9, 10**9)


@pytest.mark.parametrize(
    ("argv", "stdin"),
    [
        (["__import__('os').system('touch canary')"], ""),
        (["grad", "$(touch canary)", "--wrt", "x"], ""),
        (["grad", "x'*x", "--wrt", "__import__('os').system('touch canary')"], ""),
        (["x", "--let", "x: vector(open('canary', 'w'))"], ""),
        (["grad", "(" * 20_000, "--wrt", "x"], ""),
        (["-"], "a; import os\n\u202e\n" + "(" * 100_000 + "\n9^9^9^9\n"),
        (["-"], "\x00\x1b[2J\n" * 10 + "'" * 1_100_000),
    ],
    ids=range(7),
)
def test_as_a_process(argv: list[str], stdin: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "symdiff", *argv],
        input=stdin.encode("utf-8", "surrogatepass"),
        capture_output=True,
        timeout=60,
    )
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode in (2, 3) and "Traceback" not in said and "symdiff itself" not in said
    assert "\x1b" not in said and "\u202e" not in said
    assert all(len(part) < CHARACTERS for part in said.split("error:"))
