"""Whether two expressions are equal: refuted by numbers, proved, true under conditions, or undecided."""

from symdiff.equality.decide import Equality, equal

__all__ = ["Equality", "equal"]
