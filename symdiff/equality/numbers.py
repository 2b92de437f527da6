"""What numbers say of two expressions: that they differ at a point, that one has no value where the other has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from symdiff.equality.digits import Outcome, compared
from symdiff.equality.question import Question, is_thin
from symdiff.equality.sampling import Sample, Sampler
from symdiff.errors import SymdiffError
from symdiff.evaluation import Point
from symdiff.oracles.points import satisfied

_SAME = 1e-9  # relative difference of floats that tells nothing
_FAR = 1e-3  # one that is worth a closer look at once
_CLOSE = 3  # points of each kind that are looked at closely
_EARLY = 3  # such looks
_SETTLED = 8  # points that are worked out with many digits, at most, for each question


@dataclass
class Tried:
    """What the points said.

    `apart` is a point where the values differ, with what was found there; `lonely` one of a region where one side alone
    has a value, `alone` whether that happens anywhere. `both` are points where both have values that agree in floats,
    `doubtful` those where they do not. `missed` tells that no point was on some side of a kink.
    """

    apart: tuple[Point, Outcome] | None = None
    lonely: tuple[Point, Outcome] | None = None
    alone: bool = False
    both: list[Sample] = field(default_factory=list)
    doubtful: list[Sample] = field(default_factory=list)
    worst: float = 0.0
    refused: str = ""
    missed: bool = False


def tried(question: Question, whole: bool = False) -> Tried:
    """Compare the sides in floats, and with many digits where that does not tell; `whole`: at all points, in floats."""
    found = Tried()
    lonely: list[Sample] = []
    try:
        sampler = Sampler(question)
        for sample in sampler.samples():
            if sample.left is not None and sample.right is not None:
                gap = _relative(sample)
                if gap <= _SAME:
                    found.both.append(sample)
                    found.worst = max(found.worst, gap)
                    continue
                if not sample.generic and _is_outside(question, sample.point):
                    continue
                found.doubtful.append(sample)
                if gap > _FAR and not whole and len(found.doubtful) < _EARLY:
                    found.apart = _settled(question, found, [sample], ("apart",))
                    if found.apart is not None:
                        return found
            elif sample.left is not None or sample.right is not None:
                lonely.append(sample)
    except SymdiffError as why:  # no value in floats either: what is asked has no numbers
        found.refused = why.message
        return found
    found.missed = sampler.missed
    if whole:
        return found
    found.apart = _settled(question, found, _likely(found.doubtful, question), ("apart",))
    if found.apart is None and lonely:
        settled = _settled(question, found, _likely(lonely, question), ("left", "right", "apart"))
        if settled is not None and settled[1].word == "apart":
            found.apart = settled
        elif settled is not None:
            found.alone = True
            found.lonely = settled if any(s.generic and s.point is settled[0] for s in lonely) else None
    return found


def _is_outside(question: Question, point: Point) -> bool:
    """Whether a side has no value by its book, whatever floats make of it: sign(x/0) is no sign."""
    thin = (c for domain in question.domains for c in domain if is_thin(c))
    return not all(satisfied(c, point, 0.0) for c in thin)


def _relative(sample: Sample) -> float:
    import numpy as np

    left, right = np.asarray(sample.left), np.asarray(sample.right)
    with np.errstate(all="ignore"):
        gap = np.max(np.abs(left - right), initial=0)
        size = max(np.max(np.abs(left), initial=0), np.max(np.abs(right), initial=0))
    return float(gap / size) if size else 0.0


def looked_closely(question: Question, found: Tried) -> tuple[Point, Outcome] | None:
    """A point where the values differ by less than floats can tell: among the likely ones, and among ordinary ones."""
    ordinary = sorted(found.both, key=lambda sample: sum(sample.point.largest(e) for e in question.sides))
    looked_at = [*_likely(found.both, question)[:_CLOSE], *ordinary[:_CLOSE]]
    return _settled(question, Tried(), looked_at, ("apart",))


def _settled(
    question: Question, found: Tried, samples: Iterable[Sample], words: tuple[str, ...]
) -> tuple[Point, Outcome] | None:
    """The first point that is certain to say one of these words; those that say "same" are noted."""
    for k, sample in enumerate(samples):
        if k >= _SETTLED:
            break
        try:
            outcome = compared(sample.point, *question.sides)
        except SymdiffError:
            continue
        if outcome.word in words:
            return sample.point, outcome
        if outcome.word == "same":
            found.both.append(sample)
    return None


def _likely(samples: list[Sample], question: Question) -> list[Sample]:
    """Generic points first, of those the ones where the values are most apart beside what they are made of."""
    import numpy as np

    def rank(sample: Sample) -> tuple[bool, float]:
        if sample.left is None or sample.right is None:
            return (not sample.generic, 0.0)
        largest = max(1e-300, *(sample.point.largest(e) for e in question.sides))
        return (not sample.generic, -float(np.max(np.abs(sample.left - sample.right), initial=0)) / largest)

    return sorted(samples, key=rank)
