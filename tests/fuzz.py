"""Mutated texts and calls: nothing but a SymdiffError may come out, and nothing may take long.

    python tests/fuzz.py --seconds 60 --seed 1        (or --count 500; --replay ACTION TEXT… runs one case again)

A case is an action of the table below with its texts, drawn from the tests' own tables and the open cases and then
mutated. What raises anything else than a SymdiffError, or takes more than two seconds of processor time, is a
finding: its texts are shortened as long as the same thing happens, and the call is printed. The script ends with 1 if
there was one. What is only slow is printed and fails nothing, as a machine's speed may not fail a run; a hang does.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import cases
import hostile
import numpy as np

import symdiff as sd
from symdiff import book, cli
from symdiff.algebra import symbols_of
from symdiff.answer import Request
from symdiff.calculator import Session
from symdiff.expr import Expr, postorder
from symdiff.syntax.calls import DERIVATIVES

SLOW = 2.0  # seconds of processor time that a call may take
SLOW_CHECK = 20.0  # and a check, which computes with 30 digits
HANG = 20  # seconds of processor time after which a call is broken off
MEMORY = 6 << 30  # bytes of address space
LONGEST = 160  # characters of a seed
GOLDEN = Path(__file__).parent / "golden"

LETS = [
    "", hostile.DECLARATIONS, "x, y: vector(3); A: matrix(3, 3); s, t: scalar", "S: symmetric(n); Q: orthogonal(n)",
    "z: complex scalar; k: integer; t: positive scalar", "T: tensor(2, 3, n); K: skew(n); L: lower(n)",
    "f: function; g: function(vector(n), scalar) -> vector(m)", "x: vector(n+1); X: matrix(2*n, m)",
]  # fmt: skip
NUMBERS = ["0", "1", "2", "-1", "0.5", "1e-3", "2^1024", "10^309", "1e308", "1/3", "oo", "-0", "i", "9^9^9", "03"]
PIECES = [
    *"+-*/^'()[],;=<>|.:_#@!", " ", ".*", "./", ".^", "'*", "^-1", "^T", "**", ":=", "==", "->", "||", "√", "²", "ᵀ",
    "∇_x ", "d/dx ", "∂/∂x ", "d²/dx² ", "D_x ", "Σ", "α", "‖", "⊙", "⊗", " and ", " not ", " where x = ", "[0]",
    "[1:]", "[:, 0]", "[::-1]", "[x, y]", ", axis=0", ", axis=-1", ", keepdims=True", "\n", "d(", "I", "[i] -> ",
    "sum(j, ", "[i]", "[j]", "\ud800", "\u200b", "é", "_F", "e", "pi",
]  # fmt: skip
NAMES = [*"abefgijkmnstuvwxyzABIKLQSTX", "dx", "lam", "x_1", "vec(X)", "x[0]", "A[0, 1]", "x[1:]", "x'", "-x", "2"]
KINDS = [*["grad", "diff", "jacobian", "hessian", "differential"] * 3, "laplacian", "x"]


# ---------------------------------------------------------------- texts


@cache
def seeds(good: bool) -> tuple[str, ...]:
    """Texts of the tests' tables and of the open cases, where they lie beside the checkout; mostly `good` ones."""
    found = [text for texts in hostile.READ.values() for text in texts]
    if not good:
        found += [text.replace(hostile.MARK, "") for texts in hostile.REFUSED.values() for text in texts]
        found += hostile.EITHER
    for path in sorted(GOLDEN.glob("*.txt")):
        if good and "errors" in path.name:
            continue
        lines = (line.removeprefix("> ") for line in path.read_text(encoding="utf-8").splitlines())
        found += [part.strip() for line in lines for part in re.split(r" ~ | \| ", line)]
    found += [row.expression for row in cases.matrix_rows()] + _open_cases()
    prose = re.compile("hint: |note: |assuming |error|Error|#!|==")
    return tuple(dict.fromkeys(text for text in found if 0 < len(text) <= LONGEST and not prose.search(text)))


def _open_cases() -> list[str]:
    place = cases.folder()
    if place is None:
        return []
    rows = [
        json.loads(line)
        for name in ("public", "calculus", "mistakes", "feynman")
        if (place / f"{name}.jsonl").is_file()
        for line in (place / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    keys = ("input", "integrand", "antiderivative", "formula", "expression", "declarations")
    return [row[key] for row in rows for key in keys if isinstance(row.get(key), str)]


@cache
def functions() -> tuple[str, ...]:
    return tuple(sorted({*book.library().names(), *DERIVATIVES}))


_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d*)?|\s+|.", re.DOTALL)


def mutated(text: str, rng: Random) -> str:
    """The text with one to four of its tokens replaced by their like, taken out, put in, repeated or exchanged."""
    parts = _TOKEN.findall(text) or [""]
    for _ in range(rng.choice([1, 1, 1, 2, 3, 4])):
        k = rng.randrange(len(parts))
        if rng.random() < 0.6:
            parts[k] = _like(parts[k], rng)
            continue
        step = rng.randrange(8)
        if step == 0:
            del parts[k : k + rng.randint(1, 3)]
        elif step == 1:
            parts.insert(k, rng.choice(PIECES))
        elif step == 2:
            parts[k] = rng.choice([*PIECES, *NUMBERS, *NAMES])
        elif step == 3:
            parts[k:k] = parts[k : k + rng.randint(1, 4)]
        elif step == 4:
            other = rng.randrange(len(parts))
            parts[k], parts[other] = parts[other], parts[k]
        elif step == 5:
            parts[k] = rng.choice(functions()) + "("
        elif step == 6:
            parts[k:k] = [rng.choice(functions()), "(", *_TOKEN.findall(_seed(rng)), ")"]
        else:
            other = _TOKEN.findall(_seed(rng))
            parts[k:] = other[rng.randrange(len(other)) :]
        parts = parts or [rng.choice(NAMES)]
    return "".join(parts)[: 2 * LONGEST]


def _like(token: str, rng: Random) -> str:
    """Another token of the same kind."""
    if token in functions():
        return rng.choice(functions())
    if token[:1].isdigit():
        return rng.choice(NUMBERS)
    if token[:1].isalpha():
        return rng.choice(NAMES)
    return rng.choice(["+", "-", "*", "/", "^", ".*", "./", "*-", "'*", "⊙"]) if token and token in "+-*/^" else token


def _seed(rng: Random) -> str:
    return rng.choice(seeds(rng.random() < 0.8))


def _expression(rng: Random, before: Sequence[str]) -> str:
    """A text that can mostly be read."""
    for _ in range(4):
        text = rng.choice(seeds(True))
        with contextlib.suppress(sd.SymdiffError):
            sd.parse(text)
            break
    return text


def _variable(rng: Random, before: Sequence[str]) -> str:
    """Mostly a name that occurs."""
    names = [name for name in _TOKEN.findall(before[0]) if name.isidentifier()] if before else []
    names = [name for name in names if name not in functions()]
    if names and rng.random() < 0.9:
        return rng.choice(names) + rng.choice([*[""] * 8, "[0]", "[1:]", "[0, 1]", "[:, 0]"])
    return rng.choice(NAMES)


def _let(rng: Random, before: Sequence[str]) -> str:
    return rng.choice(LETS) if rng.random() < 0.2 else ""


DRAWN: dict[str, Callable[[Random, Sequence[str]], str]] = {
    "f": _expression,
    "x": _variable,
    "let": _let,
    "kind": lambda rng, _: rng.choice(KINDS),
    "number": lambda rng, _: rng.choice(NUMBERS),
    "structure": lambda rng, _: rng.choice([*[""] * 20, "free", "projected", "x"]),
    "layout": lambda rng, _: rng.choice([*[""] * 20, "numerator", "denominator", "x"]),
    "options": lambda rng, _: " ".join(
        rng.sample(["--steps", "--check", "--latex", "--unicode", "--index", "--kron", "--json", "--strict", "-h",
                    "--to numpy", "--structure free", "--layout denominator", "--bad"], rng.randint(0, 2))
    ),
    "numpy": lambda rng, _: rng.choice(NUMPY),
}  # fmt: skip

NUMPY = [
    name
    for name in dir(np)
    if callable(getattr(np, name))
    and not isinstance(getattr(np, name), type)
    and not re.match("_|set|save|load|from|mem|show|test|info$|printoptions$|array|base_repr|binary_repr|format_", name)
    and name not in ("typename", "mintypecode")
]
NUMPY += [f"linalg.{name}" for name in "norm inv det slogdet solve eigvalsh svd trace pinv".split()]


# ---------------------------------------------------------------- actions


def look(e: Any) -> None:
    """A result in all its notations."""
    for one in e if isinstance(e, (list, tuple)) else [e]:
        if isinstance(one, (list, tuple)):
            look(one)
        elif isinstance(one, Expr):
            for write in (str, Expr.unicode, Expr.latex, Expr.index_notation, Expr.kronecker):
                with contextlib.suppress(sd.SymdiffError):
                    write(one)


def run(e: Any) -> None:
    """A result compiled and evaluated at small sizes."""
    look(e)
    exprs = [one for one in (e if isinstance(e, list) else [e]) if isinstance(one, Expr)]
    sizes = dict.fromkeys(("n", "m", "k", "p", "q", "r"), 3)
    if any(_length(dim) > 50 for one in postorder(*exprs) for dim in one.shape):
        return
    rng = np.random.default_rng(1)
    for one in exprs:
        code = sd.compile(one)
        values = {s.attr.name: rng.uniform(0.5, 2, [_length(dim) for dim in s.shape]) for s in symbols_of(one)}
        with contextlib.suppress(np.linalg.LinAlgError, MemoryError):
            code(**values, **{name: size for name, size in sizes.items() if name in code.sizes})


def _length(dim: Any) -> int:
    from symdiff import dims

    try:
        return int(dims.evaluate(dim, dict.fromkeys(dims.names(dim), 3)))
    except ValueError:
        return 3


def _command(f: str, x: str, let: str, kind: str, options: str) -> None:
    words = [kind, f, "--wrt", x] if len(f) % 2 else [f]
    _quietly(lambda: cli.main([*words, "--let", let, *options.split()]))


def _session(*lines: str) -> None:
    session = Session(Request(None, steps=len(lines[0]) % 3 == 0))
    for line in lines:
        with contextlib.suppress(sd.SymdiffError):
            session.answer(line)


def _quietly(action: Callable[[], Any]) -> None:
    """Run a command; a fault that it tells on stderr is raised."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        action()
    if "a fault in symdiff itself" in err.getvalue():
        raise AssertionError(err.getvalue().strip()[-300:])


def _numpy(name: str, f: str, g: str, let: str, number: str) -> None:
    """A function of NumPy on expressions: what it does not take it refuses."""
    function: Any = np
    for part in name.split("."):
        function = getattr(function, part)
    e, other = sd.parse(f, let), sd.parse(g, let)
    axis = len(f) % 3 - 1
    ways = [((e,), {}), ((e, other), {}), ((e,), {"axis": axis}), ((e, int(len(g) % 5)), {}), ((e, np.ones(3)), {}),
            ((np.ones((3, 3)), e), {}), (([e, other],), {}), ((e, other, e), {})]  # fmt: skip
    for args, keywords in ways:
        try:
            look(function(*args, **keywords))
        except Exception as error:  # what NumPy itself refuses
            if _is_ours(error) and not isinstance(error, sd.SymdiffError):
                raise


def _is_ours(error: Exception) -> bool:
    """Whether an error was raised in symdiff's code, not in NumPy's or by it."""
    return Path(sd.__file__).parent in Path(traceback.extract_tb(error.__traceback__)[-1].filename).parents


def _operators(f: str, g: str, let: str, number: str) -> None:
    """Python's operators, methods and brackets."""
    e, other = sd.parse(f, let), sd.parse(g, let)
    k = len(f) % 4 - 1
    for action in (
        lambda: e + other, lambda: e @ other, lambda: e * other, lambda: e / other, lambda: e**other, lambda: -e.T,
        lambda: e[k], lambda: e[..., k], lambda: e[::-1], lambda: e[:, None], lambda: e.sum(axis=k), lambda: e[k:],
        lambda: e.mean(keepdims=True), lambda: e.reshape(-1), lambda: e < other, lambda: np.ones(3) @ e, lambda: 2 - e,
        lambda: abs(e), lambda: e.dot(other), lambda: e.T @ e, lambda: e.max(), lambda: sd.eq(e, other), lambda: e**k,
    ):  # fmt: skip
        with contextlib.suppress(sd.SymdiffError, AttributeError):
            look(action())


ACTIONS: dict[str, tuple[str, Callable[..., Any]]] = {  # what is drawn for it, and what it does
    "parse": ("f let", lambda f, let: run(sd.parse(f, let))),
    "conditions": ("f x let", lambda f, x, let: [str(c) for c in sd.conditions(f, x, 2, let)]),
    "simplify": ("f let", lambda f, let: run(sd.simplify(f, let))),
    "ops": ("f let", lambda f, let: sd.ops(f, let)),
    "diff": ("f x x let structure layout", lambda f, x, y, let, s, lay: run(
        sd.diff(f, x, y, declarations=let, structure=s or None, layout=lay or None))),
    "diff often": ("f x number let", lambda f, x, n, let: look(sd.diff(f, x, int(n) if n.isdecimal() else n,
        declarations=let))),
    "diff by a list": ("f x x x let", lambda f, x, y, z, let: look(sd.diff(f, [x, y], z, declarations=let))),
    "grad": ("f x let structure layout", lambda f, x, let, s, lay: run(
        sd.grad(f, x, let, structure=s or None, layout=lay or None))),
    "grad by a list": ("f x x let", lambda f, x, y, let: run(sd.grad(f, [x, y], let))),
    "jacobian": ("f x let structure", lambda f, x, let, s: run(sd.jacobian(f, x, let, structure=s or None))),
    "jacobian by a list": ("f x x let", lambda f, x, y, let: run(sd.jacobian(f, [x, y], let))),
    "hessian": ("f x let structure", lambda f, x, let, s: run(sd.hessian(f, x, let, structure=s or None))),
    "hessian by a list": ("f x x let", lambda f, x, y, let: look(sd.hessian(f, [x, y], let))),
    "differential": ("f x let", lambda f, x, let: look(sd.differential(f, x, declarations=let))),
    "differential of all": ("f let", lambda f, let: look(sd.differential(f, declarations=let))),
    "jvp": ("f x x let", lambda f, x, v, let: run(sd.jvp(f, x, v, let))),
    "jvp by a list": ("f x x f x let", lambda f, x, y, u, v, let: run(sd.jvp(f, [x, y], [u, v], let))),
    "vjp": ("f x f let", lambda f, x, v, let: run(sd.vjp(f, x, v, let))),
    "vjp by a list": ("f x x x let", lambda f, x, y, v, let: run(sd.vjp(f, [x, y], v, let))),
    "hvp": ("f x x let", lambda f, x, v, let: run(sd.hvp(f, x, v, let))),
    "hvp by a list": ("f x x x x let", lambda f, x, y, u, v, let: run(sd.hvp(f, [x, y], [u, v], let))),
    "derive": ("f x kind let structure", lambda f, x, kind, let, s: _told(
        sd.derive(f, x, kind, let, structure=s or None))),
    "derive by a list": ("f x x kind let", lambda f, x, y, kind, let: _told(sd.derive(f, [x, y], kind, let))),
    "check": ("f x f kind let", lambda f, x, g, kind, let: str(sd.check(f, x, g, kind, let))),
    "check itself": ("f x kind let", lambda f, x, kind, let: str(sd.check(f, x, kind=kind, declarations=let))),
    "compile": ("f f let", lambda f, g, let: sd.compile([f, g], declarations=let).source),
    "equal": ("f f let", lambda f, g, let: str(sd.equal(f, g, declarations=let))),
    "equation": ("f f let", lambda f, g, let: str(sd.equal(f"{f} = {g}", declarations=let))),
    "verify": ("f f f let", lambda f, g, h, let: str(sd.verify(f"{let}\n{f}\n= {g}\n= {h}"))),
    "verify a list": ("f f let", lambda f, g, let: str(sd.verify([f"{f} = {g}", f"{g} = {f}"], let or None))),
    "same": ("f f let", lambda f, g, let: sd.same(f, g, let)),
    "expand": ("f let", lambda f, let: look(sd.expand(f, let))),
    "factor": ("f let", lambda f, let: look(sd.factor(f, let))),
    "collect": ("f x let", lambda f, x, let: look(sd.collect(f, x, let))),
    "explain": ("f", lambda f: str(sd.explain(f))),
    "rule": ("f f", lambda f, g: str(sd.rule(f"{f} -> {g}"))),
    "rewrite": ("f f f let", lambda f, g, h, let: look(sd.rewrite(f, f"{g} -> {h}", "once", let))),
    "load_book": ("f", lambda f: sd.load_book(f)),
    "evaluate": ("f", lambda f: look(sd.evaluate(f))),
    "substitute": ("f x f", lambda f, x, g: look(sd.substitute(f, {x: g}))),
    "substitute a number": ("f x number", lambda f, x, n: run(sd.substitute(f, {x: float(len(n))}))),
    "identify": ("f x let", lambda f, x, let: look(sd.identify(f, x, let))),
    "kronecker": ("f number let", lambda f, n, let: look(sd.kronecker(f, len(n), let))),
    "from_kronecker": ("f f x let", lambda k, f, x, let: look(sd.from_kronecker(k, f, x, let))),
    "relayout": ("f f x layout let", lambda d, f, x, to, let: look(sd.relayout(d, f, x, to, let))),
    "declare": ("let", lambda let: sd.declare(let)),
    "scalar": ("x x", lambda name, word: sd.scalar(name, word)),
    "vector": ("x x", lambda name, size: sd.vector(name, size)),
    "matrix": ("x x x", lambda name, rows, columns: sd.matrix(name, rows, columns)),
    "tensor": ("x x x number", lambda name, *shape: sd.tensor(name, *shape)),
    "detach": ("f let x", lambda f, let, x: look(sd.grad(sd.detach(sd.parse(f, let)), x, let))),
    "eq": ("f f let", lambda f, g, let: look(sd.eq(sd.parse(f, let), sd.parse(g, let)))),
    "command": ("f x let kind options", _command),
    "session": ("f f f", _session),
    "defined": ("x f f", lambda x, f, g: _session(f"{x} := {f}", g, f"{x}({f}) := {g}", f"grad({g}, {x})")),
    "solve": ("f f x let", lambda f, g, x, let: look(sd.solve(f"{f} = {g}", x, let))),
    "limit": ("f x number let", lambda f, x, to, let: str(sd.limit(f, x, to, let))),
    "to_json": ("f let", lambda f, let: look(sd.from_json(sd.to_json(sd.parse(f, let))))),
    "from_json": ("f", lambda f: look(sd.from_json(f))),
    "from_sympy": ("f let", lambda f, let: look(sd.from_sympy(sd.parse(f, let).to_sympy(), let))),
    "parse_numpy": ("f let", lambda f, let: look(sd.parse_numpy(f, let))),
    "objective": ("f x let", lambda f, x, let: sd.objective(f, x, let).jac([0.5] * len(f))),
    "graph": ("f x let", lambda f, x, let: sd.graph(f, wrt=x, declarations=let).table()),
    "plot": ("f x let number", lambda f, x, let, at: sd.plot(f, at, where={x: 1}, declarations=let)),
    "trace": ("x number", lambda x, n: sd.trace(lambda t: t * len(x))(float(len(n))).grad()),
    "numpy": ("numpy f f let number", _numpy),
    "operators": ("f f let number", _operators),
}  # fmt: skip
SELDOM = frozenset(
    "check,check itself,command,numpy,equal,equation,verify,verify a list,rule,rewrite,solve,limit,plot".split(",")
)  # they take long


def _told(derivation: Any) -> None:
    look(derivation.result)
    for write in (derivation.text, derivation.unicode, derivation.latex):
        with contextlib.suppress(sd.LimitError):
            write()


# ---------------------------------------------------------------- cases and findings


@dataclass(frozen=True)
class Case:
    """An action and its texts."""

    action: str
    texts: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(["--replay", json.dumps(self.action), *map(json.dumps, self.texts)])


@dataclass
class Report:
    """What was tried and what was found: for each kind of finding its shortest case."""

    tried: int = 0
    refused: int = 0
    findings: dict[str, Case] = field(default_factory=dict)


class _Hang(BaseException):
    """Raised by the alarm."""


def drawn(seed: object) -> Case:
    """The case of a seed."""
    rng = Random(str(seed))
    action = rng.choice(list(ACTIONS))
    if action in SELDOM and rng.random() < 0.7:
        action = "parse"
    kinds = ACTIONS[action][0].split()
    open_to = [k for k, kind in enumerate(kinds) if kind in ("f", "let") or rng.random() < 0.1]
    spoiled = range(len(kinds)) if rng.random() < 0.1 else [rng.choice([-1, *open_to])]
    texts: list[str] = []
    for k, kind in enumerate(kinds):
        text = DRAWN[kind](rng, texts)
        texts.append(mutated(text, rng) if k in spoiled and text and kind != "numpy" else text)
    return Case(action, tuple(texts))


def outcome(case: Case) -> str | None:
    """The kind of finding a case is: an exception and where it was raised, "slow", "hang"; None where it is none."""
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ACTIONS[case.action][1](*case.texts)
        said = None
    except sd.SymdiffError:
        said = "refused"
    except _Hang:
        return "hang"
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "symdiff" in frame.filename and "fuzz" not in frame.filename] or frames
        detail = str(error) if isinstance(error, AssertionError) else ""
        return f"{type(error).__name__}{detail} at {Path(own[-1].filename).name}:{own[-1].lineno}"
    took = time.process_time() - start
    return "slow" if took > (SLOW_CHECK if "check" in f"{case.action} {case.texts}" else SLOW) else said


def shortened(case: Case, kind: str) -> Case:
    """A case with shorter texts that is the same kind of finding; after a minute the shortest so far."""
    end = time.monotonic() + 60
    for place, (drawn_as, text) in enumerate(zip(ACTIONS[case.action][0].split(), case.texts, strict=True)):
        size = max(1, len(text) // 2) if drawn_as in ("f", "x", "let", "number") else 0
        while size and time.monotonic() < end:
            for start in range(0, len(text), size):
                shorter = text[:start] + text[start + size :]
                trial = Case(case.action, (*case.texts[:place], shorter, *case.texts[place + 1 :]))
                if _guarded(trial) == kind:
                    case, text = trial, shorter
                    break
            else:
                size //= 2
    return case


def _guarded(case: Case) -> str | None:
    """The outcome, broken off after a time."""
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        return outcome(case)
    except _Hang:
        return "hang"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _on_alarm(*_: object) -> None:
    raise _Hang


def fuzz(seeds_: Iterator[object] | Sequence[object], until: Callable[[], bool] = lambda: False) -> Report:
    """Run the cases of these seeds, until it is time to end."""
    before = signal.signal(signal.SIGPROF, _on_alarm)
    report = Report()
    try:
        for seed in seeds_:
            if until():
                break
            case = drawn(seed)
            said = _guarded(case)
            report.tried += 1
            report.refused += said == "refused"
            if said not in (None, "refused") and said not in report.findings:
                report.findings[said] = case
                short = shortened(case, said) if said not in ("hang", "slow") else case
                report.findings[said] = short
                print(f"{said}: {short}", flush=True)
    finally:
        signal.signal(signal.SIGPROF, before)
    return report


def main(argv: Sequence[str] | None = None) -> int:
    """The script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--count", type=int)
    parser.add_argument("--replay", nargs="+", metavar="TEXT")
    options = parser.parse_args(argv)
    if options.replay:
        action, *texts = options.replay
        ACTIONS[action][1](*texts)
        return 0
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    start = time.monotonic()
    count = options.count if options.count is not None else sys.maxsize
    seconds = options.seconds if options.seconds is not None else float("inf") if options.count else 60.0
    report = fuzz((f"{options.seed}-{k}" for k in range(count)), lambda: time.monotonic() - start > seconds)
    took = time.monotonic() - start
    print(f"{report.tried} cases in {took:.0f} s, {report.refused} refused, {len(report.findings)} findings")
    return 1 if report.findings.keys() - {"slow"} else 0


if __name__ == "__main__":
    sys.exit(main())
