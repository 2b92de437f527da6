"""Symbolic workloads beside other engines, as ratios within one run: `python tests/benchmarks/run.py [S1 S2 …]`.

The peers are symengine and CasADi (the extra `bench`) and SymPy; where one is not installed its rows stand without a
ratio. Every derivative is compared with the peer's by value before a time is told.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from itertools import count
from typing import Any

import numpy as np
import sympy
from measure import Job, Measured, measure
from workloads import EXERCISES, MATRIX, REPEATED, chain, deep, logistic, network, product, recurrence

import symdiff as sd
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect

POINTS = (0.37, 0.81)
_fresh = count()


def peer(name: str) -> Any:
    """A library to compare with, or None where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


SYMENGINE, CASADI = peer("symengine"), peer("casadi")


def say(name: str, ours: Measured, theirs: Measured | None = None, whose: str = "", note: str = "") -> None:
    beside = f"{theirs.seconds * 1e3:10.2f} {whose:10s}{ours.seconds / theirs.seconds:9.1f} x" if theirs else " " * 32
    print(f"{name:44s}{ours.seconds * 1e3:11.2f} ms{beside}{ours.nodes:9d} nodes  {note}", flush=True)


def scalar() -> Expr:
    """A variable that no cache has met."""
    return sd.scalar(f"x_{next(_fresh)}")


def scalars() -> Callable[[str], Expr]:
    """Variables of these names that no cache has met."""
    k = next(_fresh)
    return lambda name: sd.scalar(f"{name}_{k}")


def same(ours: Iterable[float], theirs: Iterable[float], name: str) -> None:
    """Raise where values differ."""
    np.testing.assert_allclose(list(ours), list(theirs), rtol=1e-7, atol=1e-9, err_msg=name)


def values(derivatives: list[Expr], at: float) -> list[float]:
    """Derivatives of functions of one variable each at a point."""
    return [float(sd.compile(f)(**{s.name: at for s in f.symbols})) for f in derivatives]


def exercises() -> None:
    x = sympy.Symbol("x")
    built = [(name, build) for name, build in EXERCISES.items()]

    def ready() -> tuple[list[Expr], Expr]:
        x = scalar()
        return [
            sd.parse(text.replace("exp", "EXP").replace("x", x.name).replace("EXP", "exp"), {x.name: x})
            for text, _ in built
        ], x

    def bare(given: tuple[list[Expr], Expr]) -> list[Expr]:
        from symdiff.calculus.differential import differentials

        fs, x = given
        return [collect(differentials([collect(f)], {x: sd.parse("1")})[0]) for f in fs]

    def full(given: tuple[list[Expr], Expr]) -> list[Expr]:
        return [sd.diff(f, given[1]) for f in given[0]]

    def text(given: str) -> list[Expr]:
        return [sd.diff(t.replace("exp", "EXP").replace("x", given).replace("EXP", "exp"), given) for t, _ in built]

    jobs = [Job(ready, bare), Job(ready, full), Job(lambda: scalar().name, text)]
    if SYMENGINE:
        s = SYMENGINE.Symbol("x")
        jobs.append(Job(lambda: [build(s, SYMENGINE) for _, build in built], lambda fs: [f.diff(s) for f in fs]))
        jobs.append(
            Job(lambda: [t.replace("^", "**") for t, _ in built], lambda ts: [SYMENGINE.sympify(t).diff(s) for t in ts])
        )
    found = measure(*jobs, rounds=9)
    expected = [[float(build(x, sympy).diff(x).subs(x, at)) for _, build in built] for at in POINTS]
    for ours in found[:3]:
        for at, wanted in zip(POINTS, expected, strict=True):
            same(values(ours.outcome, at), wanted, "S1")
    theirs = found[3:] or [None, None]
    say("S1 21 exercises, built: bare derivative", found[0], theirs[0], "symengine")
    ops = sum(sd.ops(f) for f in found[1].outcome)
    said = f"operations {ops}, SymPy {sum(int(sympy.count_ops(build(x, sympy).diff(x))) for _, build in built)}"
    say("S1 21 exercises, built: textbook form", found[1], theirs[0], "symengine", said)
    say("S1 21 exercises, from text", found[2], theirs[1], "symengine")


def by_all(name: str, make: Callable[..., tuple[Any, list[Any]]], *sizes: int, rounds: int = 3) -> None:
    """All partials of a function of many variables, beside CasADi's reverse sweep."""

    def given(symbol: Callable[[str], Any], functions: Any) -> tuple[Any, list[Any]]:
        return make(*sizes, symbol) if make is product else make(*sizes, symbol, functions)

    jobs = [Job(lambda: given(scalars(), np), lambda given: (sd.grad(*given), given[1]))]
    if CASADI:
        jobs.append(Job(lambda: given(CASADI.SX.sym, CASADI), reverse_sweep))
    found = measure(*jobs, rounds=rounds)
    partials, xs = found[0].outcome
    note = f"{len(postorder(*partials))} nodes in the result"
    if CASADI:
        point = np.random.default_rng(1).uniform(0.5, 1.5, len(xs))
        gradient, variables = found[1].outcome
        function = CASADI.Function("f", [variables], [gradient])
        ours = sd.compile(partials)(**{x.name: value for x, value in zip(xs, point, strict=True)})
        same(ours, np.ravel(function(point).full()), name)
        note += f", CasADi {function.n_instructions()} instructions"
    say(name, found[0], found[1] if CASADI else None, "CasADi", note)


def reverse_sweep(given: tuple[Any, list[Any]]) -> tuple[Any, Any]:
    """CasADi's gradient, and its variables as one vector."""
    variables = CASADI.vertcat(*given[1])
    return CASADI.gradient(given[0], variables), variables


def products() -> None:
    by_all("S2 all partials of a product of 1,000", product, 1000)


def depth() -> None:
    jobs = [Job(lambda: recurrence(5000, scalars()), lambda given: sd.diff(*given))]
    if CASADI:
        jobs.append(Job(lambda: recurrence(5000, CASADI.SX.sym, CASADI), lambda given: CASADI.gradient(*given)))
    found = measure(*jobs, rounds=2)
    say("S3 f <- sin(f)*x + f, 5,000 levels", found[0], found[1] if CASADI else None, "CasADi")
    say(
        "S3 sin(sin(...)), 100,000 levels",
        *measure(Job(lambda: deep(100_000), lambda given: sd.diff(*given)), rounds=1),
    )


def networks() -> None:
    by_all("S4 logistic regression, 120 x 12", logistic, 120, 12)
    by_all("S4 network, 8 x 4-5-1", network, 8, 4, 5)


def repeated() -> None:
    for text, (order, build) in REPEATED.items():
        s = sympy.Symbol("x")

        def ready(build: Callable[..., Any] = build) -> tuple[Expr, Expr]:
            x = scalar()
            return build(x, np), x

        def calls(given: tuple[Expr, Expr], order: int = order) -> Expr:
            f, x = given
            for _ in range(order):
                f = sd.diff(f, x)
            return f

        jobs = [Job(ready, lambda given, order=order: sd.diff(given[0], *[given[1]] * order)), Job(ready, calls)]
        if SYMENGINE:
            x = SYMENGINE.Symbol("x")
            jobs.append(Job(lambda build=build, x=x: build(x, SYMENGINE), lambda f, order=order, x=x: f.diff(x, order)))
        found = measure(*jobs, rounds=3)
        theirs = build(s, sympy).diff(s, order)
        for ours in found[:2]:
            for at in POINTS:
                same(values([ours.outcome], at), [float(theirs.subs(s, sympy.Float(at, 30)))], text)
        distinct = len([e for e in postorder(found[0].outcome) if e.args])
        theirs_distinct = len({e for e in sympy.preorder_traversal(theirs) if e.args})
        note = f"distinct operations {distinct}, SymPy {theirs_distinct}; {order} calls {found[1].seconds * 1e3:.0f} ms"
        say(f"S5 derivative {order} of {text}", found[0], found[2] if SYMENGINE else None, "symengine", note)


def matrices() -> None:
    for workload in MATRIX:

        def ready(workload: Any = workload) -> tuple[Expr, Expr]:
            n = next(_fresh)
            names = workload.names
            f = sd.parse(workload.text, names.replace("(n", f"(n{n}").replace(" n)", f" n{n})"))
            return f, next(s for s in f.symbols if s.name == workload.by)

        (found,) = measure(Job(ready, lambda given, kind=workload.kind: kind(*given)), rounds=25)
        say(f"S6 {workload.name}", found)


def code() -> None:
    for n in (1500, 3000):
        partials = sd.grad(*product(n))
        say(f"compile {n} partials of a product", *measure(Job(lambda p=partials: p, sd.compile), rounds=3))
    partials = sd.grad(*chain(200))
    (found,) = measure(Job(lambda: partials, sd.compile), rounds=2)
    say("compile tr(A1*...*A200) by all", found, note=f"{found.outcome.source.count(' @ ')} matrix products")


def process() -> None:
    """Whole processes, from text to derivative; the clock's time, as a person waits."""
    commands = {
        "bare Python": ["-c", "pass"],
        "SymPy's import": ["-c", "import sympy"],
        "symengine": ["-c", "import symengine as s; print(s.sympify('x**2*sin(x)').diff('x'))"],
        "symdiff": ["-m", "symdiff", "d/dx x^2 sin(x)"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(9):
        for name, command in commands.items():
            start = time.perf_counter()
            done = subprocess.run([sys.executable, *command], capture_output=True, env=os.environ, check=False)
            if done.returncode == 0:
                times[name].append(time.perf_counter() - start)
    said = ", ".join(f"{name} {1e3 * np.median(found):.0f} ms" for name, found in times.items() if found)
    print(f"process, from text to derivative: {said}")


ROWS = {"S1": exercises, "S2": products, "S3": depth, "S4": networks, "S5": repeated, "S6": matrices, "code": code,
        "process": process}  # fmt: skip

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", help=f"which of {', '.join(ROWS)}; all where none is named")
    for row in parser.parse_args().rows or ROWS:
        ROWS[row]()
    missing = [name for name, library in (("symengine", SYMENGINE), ("casadi", CASADI)) if library is None]
    if missing:
        print(f"not installed: {', '.join(missing)} (the extra `bench`)")
