"""Conditions in words and signs: `x > 0`, `a != b`, `A is invertible`."""

from __future__ import annotations

from collections.abc import Callable

from symdiff.algebra import Condition, number
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.show.unparse import Notation
from symdiff.syntax.tree import Tree

_COMPARED = {
    "positive": ">",
    "nonnegative": ">=",
    "nonzero": "!=",
    "less": "<",
    "less_equal": "<=",
    "apart": "!=",
    "equal": "==",
}
_MIRRORED = {">": "<", ">=": "<=", "!=": "!="}
_WORDS = {
    "off_poles": "is not 0, -1, -2, …",
    "fractional": "is not a whole number",
    "unique_max": "has a unique maximum",
    "unique_min": "has a unique minimum",
    "lone_max": "has a unique maximum, but for entries equal by its structure",
    "lone_min": "has a unique minimum, but for entries equal by its structure",
    "distinct_entries": "has distinct entries",
    "distinct_eigenvalues": "has distinct eigenvalues",
    "full_rank": "has full rank",
    "principal": "has no zero or negative eigenvalue",
    "separate_spectra": "have no eigenvalues that sum to 0",
    "spd": "is symmetric positive definite",
    "lower": "is lower triangular",
    "upper": "is upper triangular",
    "skew": "is skew-symmetric",
    "integer": "is a whole number",
    "scalar": "is a scalar",
    "vector": "is a vector",
    "matrix": "is a matrix",
}


def condition_tree(condition: Condition) -> Tree | None:
    """A condition as comparisons, where it is one."""
    args: tuple[Expr, ...] = condition.args
    if condition.predicate in _COMPARED:
        left, right = (*args, number(0))[:2]
        sign = _COMPARED[condition.predicate]
        if len(args) == 1 and (opposite := to_tree(left)).kind == "neg":
            return Tree("compare", (opposite.children[0], to_tree(right)), _MIRRORED[sign])  # `t < 0` for `-t > 0`
        return _compared(sign, left, right)
    if condition.predicate in ("within", "within_closed"):
        sign = "<" if condition.predicate == "within" else "<="
        x, low, high = args
        return Tree("and", (_compared(sign, low, x), _compared(sign, x, high)))
    return None


def _compared(sign: str, left: Expr, right: Expr) -> Tree:
    return Tree("compare", (to_tree(left), to_tree(right)), sign)


def _places(e: Expr, axes: Expr) -> str:
    """Where along axes of a thing: in each row, where that is what it means."""
    numbers = [int(axis) for axis in axes.attr.entries]
    if e.rank == 2 and len(numbers) == 1:
        return "in each row" if numbers == [1] else "in each column"
    return f"along {'axes' if len(numbers) > 1 else 'axis'} {', '.join(map(str, numbers))}"


def condition_words(
    condition: Condition, notation: Notation, entries: bool, plain: Callable[[str], str] = str
) -> str:
    """A condition in a notation: as comparisons, or its subject with words, which `plain` sets as text.

    One that is asked only where others hold ends in them: `x > 0 wherever t > 0`.
    """
    said = _words(condition, notation, plain)
    if entries and condition_tree(condition) is not None and any(arg.shape for arg in condition.args):
        said += plain(" in every entry")
    if not condition.given:
        return said
    given = plain(" and ").join(condition_words(c, notation, entries, plain) for c in condition.given)
    if entries and not any(arg.shape for arg in condition.args):
        given = given.replace(plain(" in every entry"), plain(" in some entry"))
    return said + plain(" wherever ") + given


def _words(condition: Condition, notation: Notation, plain: Callable[[str], str]) -> str:
    tree = condition_tree(condition)
    if tree is not None:
        return notation(tree)
    stated = condition.args[:1] if condition.predicate == "simple" else condition.args
    if condition.predicate.endswith("_along"):
        said = f"{_WORDS[condition.predicate.removesuffix('_along')]} {_places(*condition.args)}"
        return notation(to_tree(condition.args[0])) + plain(f" {said}")
    subject = plain(" and ").join(notation(to_tree(arg)) for arg in stated)
    return subject + plain(f" {_WORDS.get(condition.predicate, f'is {condition.predicate}')}")
