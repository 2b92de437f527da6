"""The books of mathematics: what every function means, its differential, the rules; text that tests prove."""

from symdiff.book.apply import (
    Partial,
    adjoint_of,
    apply,
    differential_of,
    entry_of,
    expand,
    is_of_zero,
    kernel_of,
    partial_of,
)
from symdiff.book.domain import (
    cases_of,
    conditions_of,
    domain_of,
    is_by_cases,
    is_by_definition,
    is_of_reals,
    is_step,
    smooth_of,
)
from symdiff.book.entry import Entry, Kind, Param
from symdiff.book.library import Library, library, use_library
from symdiff.book.reader import Source
from symdiff.book.rules import Law, Rule, Statement

__all__ = [
    "Entry",
    "Kind",
    "Law",
    "Library",
    "Param",
    "Partial",
    "Rule",
    "Source",
    "Statement",
    "adjoint_of",
    "apply",
    "cases_of",
    "conditions_of",
    "differential_of",
    "domain_of",
    "entry_of",
    "expand",
    "is_by_cases",
    "is_by_definition",
    "is_of_reals",
    "is_of_zero",
    "is_step",
    "kernel_of",
    "library",
    "partial_of",
    "smooth_of",
    "use_library",
]
