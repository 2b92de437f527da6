"""Times of the symbolic workloads beside SymPy's, as ratios within one run: `python tests/benchmarks/run.py`.

Medians of interleaved rounds; what a round makes is collected before the next, and SymPy's cache cleared.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import sympy
from workloads import EXERCISES, MATRIX, chain, deep, product, recurrence

import symdiff as sd

ROUNDS = 7


def measure(*jobs: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """The median time of each job, run in turns."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, found in zip(jobs, times, strict=True):
            gc.collect()
            start = time.perf_counter()
            job()
            found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def report(name: str, ours: float, theirs: float | None = None) -> None:
    beside = f"   SymPy {theirs * 1e3:10.2f} ms   ratio {ours / theirs:7.4f}" if theirs else ""
    print(f"{name:34s} {ours * 1e3:10.3f} ms{beside}")


def exercises() -> None:
    x, s = sd.scalar("x"), sympy.Symbol("x")
    built = [sd.parse(text, {"x": x}) for text in EXERCISES]
    theirs = [build(s, sympy) for build in EXERCISES.values()]

    def reference() -> list[Any]:
        sympy.core.cache.clear_cache()
        return [f.diff(s) for f in theirs]

    report("S1 21 exercises, built", *measure(lambda: [sd.diff(f, x) for f in built], reference))
    ops = sum(sd.ops(sd.diff(f, x)) for f in built)
    print(f"   operations printed: {ops}; SymPy's: {sum(int(sympy.count_ops(f.diff(s))) for f in theirs)}")
    (text,) = measure(lambda: [sd.diff(t, "x", declarations={"x": x}) for t in EXERCISES])
    report("S1 21 exercises, from text", text)


def products() -> None:
    f, xs = product(1000)
    (ours,) = measure(lambda: sd.grad(f, xs), rounds=3)
    symbols = sympy.symbols("x:100")
    g = sympy.Mul(*symbols)

    def reference() -> list[Any]:
        sympy.core.cache.clear_cache()
        return [g.diff(s) for s in symbols]

    (theirs,) = measure(reference, rounds=3)
    report("S2 1000 partials of a product", ours, theirs * 100)
    print("   (SymPy: 100 partials of 100 factors, times 100)")


def depth() -> None:
    f, x = recurrence(5000)
    report("S3 f <- sin(f)*x + f, 5000 times", *measure(lambda: sd.diff(f, x), rounds=1))
    f, x = deep(100_000)
    report("S3 depth 100,000", *measure(lambda: sd.diff(f, x), rounds=1))


def matrices() -> None:
    for workload in MATRIX:
        f = sd.parse(workload.text, workload.names)
        variable = next(s for s in f.symbols if s.name == workload.by)
        report(f"S6 {workload.name}", *measure(lambda f=f, v=variable, w=workload: w.kind(f, v)))


def code() -> None:
    partials = sd.grad(*product(3000))
    report("compile 3000 partials of a product", *measure(lambda: sd.compile(partials), rounds=3))
    partials = sd.grad(*chain(200))
    report("compile tr(A1*...*A200) by all", *measure(lambda: sd.compile(partials), rounds=3))
    print(f"   matrix products: {sd.compile(partials).source.count(' @ ')}")


if __name__ == "__main__":
    exercises()
    products()
    depth()
    matrices()
    code()
