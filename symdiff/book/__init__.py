"""The books of mathematics: what every function means, its differential, the rules; text that tests prove."""

from symdiff.book.apply import adjoint_of, apply, conditions_of, differential_of, entry_of, expand, kernel_of
from symdiff.book.entry import Entry, Kind, Param
from symdiff.book.library import Library, library, use_library
from symdiff.book.reader import Source
from symdiff.book.rules import Law, Rule

__all__ = [
    "Entry",
    "Kind",
    "Law",
    "Library",
    "Param",
    "Rule",
    "Source",
    "adjoint_of",
    "apply",
    "conditions_of",
    "differential_of",
    "entry_of",
    "expand",
    "kernel_of",
    "library",
    "use_library",
]
