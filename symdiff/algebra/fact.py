"""The facts there are, and which imply which."""

from __future__ import annotations

from enum import IntFlag

from symdiff.expr import Expr, recall


class Fact(IntFlag):
    """Known properties. Sign facts speak of every entry, the matrix facts of the whole."""

    NONE = 0
    REAL = 1
    INTEGER = 2
    NONNEGATIVE = 4
    POSITIVE = 8
    NONZERO = 16
    SYMMETRIC = 32
    PSD = 64
    SPD = 128
    DIAGONAL = 256
    LOWER = 512
    UPPER = 1024
    SKEW = 2048
    ORTHOGONAL = 4096
    NEGATIVE = 8192
    INVERTIBLE = 16384


_IMPLIED = {
    Fact.POSITIVE: Fact.NONNEGATIVE | Fact.NONZERO | Fact.REAL,
    Fact.NEGATIVE: Fact.NONZERO | Fact.REAL,
    Fact.NONNEGATIVE: Fact.REAL,
    Fact.INTEGER: Fact.REAL,
    Fact.SPD: Fact.SYMMETRIC | Fact.PSD | Fact.INVERTIBLE | Fact.REAL,
    Fact.PSD: Fact.SYMMETRIC | Fact.REAL,
    Fact.ORTHOGONAL: Fact.INVERTIBLE,
    Fact.LOWER | Fact.UPPER: Fact.DIAGONAL,
    Fact.LOWER | Fact.SYMMETRIC: Fact.DIAGONAL,
    Fact.UPPER | Fact.SYMMETRIC: Fact.DIAGONAL,
    Fact.PSD | Fact.INVERTIBLE: Fact.SPD,
    Fact.DIAGONAL: Fact.SYMMETRIC | Fact.LOWER | Fact.UPPER,
}


def close(found: Fact) -> Fact:
    """The facts with all that they imply."""
    for fact, more in _IMPLIED.items():
        if fact in found:
            found |= more
    return found


def known(e: Expr) -> Fact:
    """The facts of a node they were already worked out of: of any part of the node in hand."""
    found: Fact | None = recall(e, "facts")
    assert found is not None, "facts are worked out bottom up"
    return found
