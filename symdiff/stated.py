"""What is given with a question, `given="x > 0, A is symmetric"`: comparisons and words, as conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from symdiff.algebra import Condition, condition
from symdiff.algebra.conditions import PREDICATES
from symdiff.book.meaning import compared
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.syntax.names import NAME, canonical

_WORD = re.compile(rf"\s*({NAME})\s*(?::|\bis\b|\bare\b)?\s*(?:an?\s+)?([a-z][a-z _]*?)\s*(?:\([^()]*\))?\s*\Z")
_PREDICATE = re.compile(rf"\s*(\w+)\s*\(\s*({NAME})\s*\)\s*\Z")
_MEANINGS = {
    "symmetric positive definite": "spd",
    "positive definite": "spd",
    "lower triangular": "lower",
    "upper triangular": "upper",
    "skew symmetric": "skew",
    "whole": "integer",
    "a whole number": "integer",
}


def comparisons(given: Any) -> list[str]:
    """The texts among what is given that are no words, to be read with the names of the question."""
    return [text for one in _each(given) if isinstance(one, str) for text in one.split(",") if _word(text) is None]


def conditions_of(given: Any, read: Iterable[Expr], known: Mapping[str, Expr]) -> list[Condition]:
    """What is given as conditions: `read` are its comparisons, `known` the symbols by name that its words speak of.

    SymdiffError for what is neither a comparison nor a word that is known, or speaks of another name.
    """
    found = [c for e in read for c in _stated(e)]
    for one in _each(given):
        if isinstance(one, str):
            found += [_of_word(*word, known) for text in one.split(",") if (word := _word(text)) is not None]
        else:
            found += [one] if isinstance(one, Condition) else _stated(one)
    return found


def _each(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) and not isinstance(given, Condition) else [given]


def _stated(e: Any) -> list[Condition]:
    """The conditions that a comparison states, of its parts joined by `and`."""
    if not isinstance(e, Expr) or e.op != "compare" or e.attr in ("or", "not"):
        raise SymdiffError(f"`{str(e)[:60]}` is no comparison", hint='write given="x > 0" or given="A is symmetric"')
    if e.attr == "and":
        return [c for part in e.args for c in _stated(part)]
    if e.attr == "==":
        return [condition("equal", *e.args)]
    return [compared(e.attr, *e.args)]


def _word(text: str) -> tuple[str, str] | None:
    """The name and the word of `A is symmetric`, `A: symmetric(n)`, `symmetric(A)`; None of a comparison."""
    found = _PREDICATE.match(text)
    if found and found[1] in PREDICATES:
        return canonical(found[2]), found[1]
    found = _WORD.match(text)
    return None if found is None else (canonical(found[1]), _MEANINGS.get(found[2], found[2]))


def _of_word(name: str, word: str, known: Mapping[str, Expr]) -> Condition:
    if name not in known:
        raise SymdiffError(f"`{name}` does not occur")
    if PREDICATES.get(word) != 1:
        said = "positive, nonzero, integer, symmetric, spd, diagonal, orthogonal, lower, upper, skew, invertible"
        raise SymdiffError(f"`{word}` is not a word that is known of `{name}`", hint=f"words are {said}")
    return condition(word, known[name])
