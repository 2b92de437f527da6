"""Times of jobs run in turns; what a round makes is collected before the next.

What was there before is not walked by these collections: they would empty the processor's caches before each time.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from symdiff import expr


class Job(NamedTuple):
    """What is made ready, untimed, and what is timed; the outcome of the last round stays in `measured`."""

    ready: Callable[[], Any]
    run: Callable[[Any], Any]


class Measured(NamedTuple):
    """The median time in seconds, the nodes of symdiff that were made, and the outcome."""

    seconds: float
    nodes: int
    outcome: Any


def measure(*jobs: Job, rounds: int = 5) -> list[Measured]:
    """Each job so many times, in turns."""
    times: list[list[float]] = [[] for _ in jobs]
    last: list[tuple[int, Any]] = [(0, None)] * len(jobs)
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for k, job in enumerate(jobs):
            given = job.ready()
            gc.collect()
            before = expr.created
            start = time.process_time()
            outcome = job.run(given)
            times[k].append(time.process_time() - start)
            last[k] = expr.created - before, outcome
    gc.unfreeze()
    return [Measured(statistics.median(found), *told) for found, told in zip(times, last, strict=True)]
