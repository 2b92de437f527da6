"""What must hold in any state of a process: a first use from many threads, nodes made and dropped in threads, an
interrupt at any moment, ever new names.

    python tests/states.py first 200         fresh processes, each with a first use from eight threads
    python tests/states.py threads 1800      seconds of threads that make and drop the same nodes
    python tests/states.py interrupts 2000   calls interrupted at a random moment, then made again
    python tests/states.py memory 20000      derivations with ever new names and sizes
    python tests/states.py checks 5000       checks with ever new names and sizes

Each prints its figures and ends with 1 where something did not hold. Work is counted, never timed.
"""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

warnings.filterwarnings("ignore", "assuming ")  # of names that are not declared

Work = Callable[[Any, int], None]

CALLS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "gradient": (lambda sd: sd.grad("x'*A*x", "x", "x: vector(n); A: matrix(n, n)"), "(A + A')*x"),
    "logdet": (lambda sd: sd.grad("logdet(A)", "A", "A: matrix(n, n)"), "inv(A)'"),
    "softmax": (lambda sd: sd.grad("log(sum(exp(x)))", "x", "x: vector(n)"), "softmax(x)"),
    "norm": (lambda sd: sd.grad("norm2(A*x - b)", "x"), "A'*(A*x - b)/norm2(A*x - b)"),
    "hessian": (lambda sd: sd.hessian("norm2(A*x)^2", "x"), "2*A'*A"),
    "series": (lambda sd: sd.diff("sin(x)*exp(x)", "x", 2), "2*cos(x)*exp(x)"),
    "numpy": (lambda sd: sd.compile(sd.parse("sum(log(1 + exp(x)))", "x: vector(n)")).source[-70:-1], None),
    "latex": (lambda sd: sd.grad("tr(A*X)", "X").latex(), r"A^{\top}"),
    "derivation": (lambda sd: sd.derive("std(x)", "x", declarations="x: vector(n)").conditions, None),
    "check": (lambda sd: sd.check("norm1(x)*t", "t").ok, "True"),
    "named": (lambda sd: sd.diff("f(g(t))", "t", declarations="t: scalar; f: function; g: function"), "f'(g(t))*g'(t)"),
    "error": (lambda sd: _error(lambda: sd.grad("softmx(x)", "x")), "UnknownNameError"),
}


def _error(call: Callable[[], Any]) -> str:
    try:
        call()
    except ValueError as error:
        return type(error).__name__
    return "no error"


# A first use from many threads


def first_use(seed: int, count: int = 8) -> list[str]:
    """What went wrong in this process, whose first use comes from many threads at once."""
    import symdiff as sd

    rng = random.Random(seed)
    names = [rng.choice(list(CALLS)) for _ in range(count)]
    names[1::2] = names[::2]  # the same from two threads
    start = threading.Barrier(count)
    wrong: list[str] = []

    def use(name: str) -> None:
        start.wait()
        call, expected = CALLS[name]
        try:
            for _ in range(2):
                found = str(call(sd))
                if expected is not None and found != expected:
                    wrong.append(f"{name}: {found}")
        except BaseException as error:
            wrong.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")

    sys.setswitchinterval(10 ** rng.uniform(-6, -3))
    threads = [threading.Thread(target=use, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def first_uses(processes: int, first_seed: int = 0) -> list[str]:
    """What went wrong in fresh processes."""
    wrong = []
    for seed in range(first_seed, first_seed + processes):
        code = f"import states; print('\\n'.join(states.first_use({seed})))"
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent, check=False
        )
        if run.stdout.strip() or run.stderr.strip():
            wrong.append(f"process {seed}: {run.stdout.strip()} {run.stderr.strip()[-300:]}")
    return wrong


# Nodes made and dropped in threads


class Swallowed:
    """Exceptions that Python reports and drops, as those in callbacks; within the block they are kept."""

    def __enter__(self) -> list[str]:
        self.found: list[str] = []
        self.before = sys.unraisablehook
        sys.unraisablehook = lambda what: self.found.append(f"swallowed: {what.exc_value!r} in {what.object!r}")
        return self.found

    def __exit__(self, *unused: object) -> None:
        sys.unraisablehook = self.before


def make_and_drop(rounds: int | None, seconds: float = 0.0, count: int = 4) -> list[str]:
    """Threads that make the same nodes and drop them: two nodes where one is due, and exceptions in callbacks."""
    from symdiff import algebra

    x, y = algebra.symbol("x"), algebra.symbol("y")
    held: dict[int, Any] = {}
    wrong: list[str] = []
    end = time.monotonic() + seconds

    def build(k: int) -> Any:
        inner = algebra.add(x, algebra.number(k % 7))
        return algebra.fmap("sin", algebra.mul(algebra.fmap("exp", inner), algebra.number(k), y))

    def work(seed: int) -> None:
        rng = random.Random(seed)
        turn = 0
        try:
            while len(wrong) < 20 and (turn < rounds if rounds is not None else time.monotonic() < end):
                turn += 1
                k = rng.randrange(12)
                before = held.get(k)
                made = build(k)
                if before is not None and before is not made:
                    wrong.append(f"two nodes for {made}")
                action = rng.randrange(3)
                if action == 0:
                    held[k] = made
                elif action == 1:
                    held.pop(k, None)
                del before, made
        except BaseException as error:
            wrong.append(f"{type(error).__name__}: {error}")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with Swallowed() as swallowed:
            threads = [threading.Thread(target=work, args=(seed,)) for seed in range(count)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    return [*wrong, *swallowed]


# Interrupts


class Interrupt:
    """Raises KeyboardInterrupt in a call of one of symdiff's own functions, at one of its bytecodes."""

    def __init__(self, call: int | None, bytecode: int = 0) -> None:
        self.call = call
        self.left = bytecode
        self.calls = 0
        self.raised = False

    def calling(self, frame: FrameType, event: str, arg: Any) -> Any:
        if "symdiff" not in frame.f_code.co_filename:
            return None
        self.calls += 1
        if self.call is None or self.calls < self.call or self.raised:
            return None
        frame.f_trace_opcodes = True
        return self.stepping

    def stepping(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "opcode" and not self.raised:
            self.left -= 1
            if self.left < 0:
                self.raised = True
                raise KeyboardInterrupt
        return self.stepping

    def run(self, call: Callable[[], Any]) -> Any:
        sys.settrace(self.calling)
        try:
            return call()
        finally:
            sys.settrace(None)


def interrupted(trials: int, first_seed: int = 0) -> list[str]:
    """Calls interrupted at a random moment, with books that were not read yet, and then made again."""
    import numpy  # noqa: F401  it cannot be imported again after an interrupted import

    import symdiff as sd
    from symdiff.book import library, use_library

    books = library()
    expected: dict[str, str] = {}
    lengths: dict[str, int] = {}
    wrong: list[str] = []
    for seed in range(first_seed, first_seed + trials):
        rng = random.Random(seed)
        name = rng.choice(list(CALLS))
        call = CALLS[name][0]
        if name not in lengths:
            expected[name] = str(call(sd))
            counted = Interrupt(None)
            with use_library(type(books)(books.sources)):
                counted.run(lambda call=call: call(sd))
            lengths[name] = counted.calls
        with use_library(type(books)(books.sources)), Swallowed() as swallowed:
            stop = Interrupt(int(lengths[name] * rng.random() ** rng.choice((1, 4))), rng.randrange(60))
            try:
                stop.run(lambda call=call: call(sd))
            except KeyboardInterrupt:
                pass
            else:
                if stop.raised:
                    wrong.append(f"{name}, seed {seed}: the interrupt was swallowed")
            try:
                again = str(call(sd))
            except BaseException as error:
                again = f"{type(error).__name__}: {str(error)[:200]}"
            if again != expected[name]:
                wrong.append(f"{name}, seed {seed}: {again}")
            wrong += swallowed
    return wrong


# Memory


def derive(sd: Any, k: int) -> None:
    a, b, n, m = f"a{k}", f"b{k}", f"n{k}", f"m{k}"
    declared = f"{a}: vector({n}); {b}: matrix({m}, {n}); c{k}: vector({m})"
    kind = k % 6
    if kind == 0:
        str(sd.grad(f"norm2({b}*{a} - c{k})^2 + sum(exp({a}))", a, declared))
    elif kind == 1:
        sd.derive(f"log(sum(exp({b}*{a})))", a, declarations=declared).unicode()
    elif kind == 2:
        sd.hessian(f"sum(softmax({a}).*{a})", a, declared)
    elif kind == 3:
        sd.grad(f"logdet({b}'*{b}) + {k}*norm({a}, 3)", b, declared).latex()
    elif kind == 4:
        sd.compile(sd.grad(f"mean(std({b}, axis=1).*c{k})*std({a})", b, declared))
    else:
        size = 2 + k % 97
        sd.grad(f"sum(cumsum(p{k}).*p{k}) + max(p{k})", f"p{k}", f"p{k}: vector({size})")


def check(sd: Any, k: int) -> None:
    a, n = f"a{k}", f"n{k}"
    sd.check(("sum(exp({0}))", "norm2({0})^3", "{1}*sum({0})")[k % 3].format(a, n), a, declarations=f"{a}: vector({n})")


def memory(work: Work, count: int) -> tuple[list[tuple[int, int]], list[str]]:
    """Live nodes and blocks of memory after each tenth of the calls; what is wrong where they keep growing."""
    import symdiff as sd
    from symdiff import expr

    marks: list[tuple[int, int]] = []
    gc.collect()
    gc.freeze()  # what other tests left behind is not walked again and again
    for k in range(count):
        work(sd, k)
        if (k + 1) % (count // 10) == 0:
            sd.parse("x")  # what was dropped last is forgotten with the next node
            gc.collect()
            marks.append((expr.live(), sys.getallocatedblocks()))
    gc.unfreeze()
    # the caches are full by then; from there to the end nothing may be kept for good
    wrong = []
    for k, what in enumerate(("nodes", "blocks of memory")):
        early, late = min(mark[k] for mark in marks[2:6]), min(mark[k] for mark in marks[6:])
        if late - early > 0.05 * early + (0.1, 1.0)[k] * count:
            wrong.append(f"{late - early} {what} more after {0.4 * count:.0f} calls")
    return marks, wrong


def main(what: str, amount: str) -> int:
    count = int(amount)
    marks: list[tuple[int, int]] = []
    if what == "first":
        wrong = first_uses(count)
    elif what == "threads":
        wrong = make_and_drop(None, float(amount))
    elif what == "interrupts":
        wrong = interrupted(count)
    else:
        marks, wrong = memory({"memory": derive, "checks": check}[what], count)
    for nodes, blocks in marks:
        print(f"{nodes:10,} nodes {blocks:12,} blocks")
    print(f"{what} {amount}: {len(wrong)} wrong", *wrong[:20], sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
