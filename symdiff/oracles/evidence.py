"""What an oracle found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from symdiff.evaluation import Array, Point
from symdiff.oracles.settle import Outcome


@dataclass(frozen=True)
class Counterexample:
    """A point at which a derivative is wrong, and the numbers there: an oracle's and those of the result.

    Of an equation they are those of its `sides`, the left and the right one.
    """

    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    expected: Array
    found: Array
    sides: tuple[str, str] = ("expected", "found   ")

    def __str__(self) -> str:
        lines = [f"at {name} = {_short(value)}" for name, value in {**self.sizes, **self.values}.items()]
        numbers = zip(self.sides, (self.expected, self.found), strict=True)
        return "\n".join([*lines, *(f"{side} {_short(value)}" for side, value in numbers)])


@dataclass(frozen=True)
class Evidence:
    """One oracle's answer: True, False, or None where it could not decide; `detail` says what was tried."""

    oracle: str
    ok: bool | None
    detail: str
    sizes: tuple[Mapping[str, int], ...] = ()
    difference: float | None = None
    counterexample: Counterexample | None = None

    def __str__(self) -> str:
        word = {True: "agrees", False: "disagrees", None: "undecided"}[self.ok]
        return f"{self.oracle}: {word}; {self.detail}"


def disagreement(oracle: str, point: Point, outcome: Outcome) -> Evidence:
    """The evidence that a derivative is wrong at a point."""
    expected, found = numbers(outcome.expected), numbers(outcome.found)
    shown = Counterexample(dict(point.sizes), dict(point.values), expected, found)
    detail = f"relative difference {outcome.difference:.2g} with {show_sizes([point])}"
    return Evidence(oracle, False, detail, (point.sizes,), outcome.difference, shown)


def numbers(entries: Array) -> Array:
    """Entries of any kind as plain numbers, to show."""
    import numpy as np

    values = np.asarray(entries).astype(complex)
    return values if np.any(values.imag) else values.real


def show_sizes(points: Iterable[Point]) -> str:
    """`m = 4, n = 3; m = 3, n = 4`, each assignment once."""
    return show_assignments(point.sizes for point in points) or "sizes as declared"


def show_assignments(sizes: Iterable[Mapping[str, int]]) -> str:
    """Assignments of sizes, each once."""
    shown = [", ".join(f"{name} = {value}" for name, value in one.items()) for one in sizes]
    return "; ".join(filter(None, dict.fromkeys(shown)))


def _short(value: Any) -> str:
    import numpy as np

    return np.array2string(np.asarray(value), precision=6, threshold=24).replace("\n", " ")
