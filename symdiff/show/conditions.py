"""Conditions in words and signs: `x > 0`, `a != b`, `A is invertible`."""

from __future__ import annotations

from collections.abc import Callable

from symdiff.algebra import Condition, number
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.show.unparse import Notation
from symdiff.syntax.tree import Tree, walk

_COMPARED = {
    "positive": ">",
    "nonnegative": ">=",
    "nonzero": "!=",
    "less": "<",
    "less_equal": "<=",
    "apart": "!=",
    "equal": "==",
}
_ZERO = to_tree(number(0))
_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "!=": "!=", "==": "=="}
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
        return _compared(_COMPARED[condition.predicate], to_tree(left), to_tree(right))
    if condition.predicate in ("within", "within_closed"):
        sign = "<" if condition.predicate == "within" else "<="
        x, low, high = map(to_tree, args)
        return Tree("and", (Tree("compare", (low, x), sign), Tree("compare", (x, high), sign)))
    return None


def _compared(sign: str, left: Tree, right: Tree) -> Tree:
    """A comparison with what varies on the left, numbers on the right: `x > 1` for `x - 1 > 0`, `x^2 < 1`, `a > b`."""
    if right == _ZERO and left.kind == "sum":
        fixed = next((child for child in left.children if _is_number(child)), None)
        if fixed is not None:
            rest = tuple(child for child in left.children if child is not fixed)
            left, right = rest[0] if len(rest) == 1 else Tree("sum", rest, left.value), _negative(fixed)
        elif [child.kind == "neg" for child in left.children] == [False, True]:
            left, right = left.children[0], left.children[1].children[0]
    if left.kind == "neg" and _is_number(right) and not _is_number(left):
        left, right, sign = left.children[0], right if right == _ZERO else _negative(right), _MIRRORED[sign]
    elif _is_number(left) and not _is_number(right):
        left, right, sign = right, left, _MIRRORED[sign]
    return Tree("compare", (left, right), sign)


def _is_number(tree: Tree) -> bool:
    """Whether a tree is a number, its negative or a fraction."""
    return all(part.kind in ("number", "neg", "quotient") for part in walk(tree))


def _negative(tree: Tree) -> Tree:
    return tree.children[0] if tree.kind == "neg" else Tree("neg", (tree,))


def _places(e: Expr, axes: Expr) -> str:
    """Where along axes of a thing: in each row, where that is what it means."""
    numbers = [int(axis) for axis in axes.attr.entries]
    if e.rank == 2 and len(numbers) == 1:
        return "in each row" if numbers == [1] else "in each column"
    return f"along {'axes' if len(numbers) > 1 else 'axis'} {', '.join(map(str, numbers))}"


def condition_words(condition: Condition, notation: Notation, entries: bool, plain: Callable[[str], str] = str) -> str:
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
    if condition.predicate == "rank":
        subject, rank = (notation(to_tree(arg)) for arg in condition.args)
        return subject + plain(" has rank ") + rank
    stated = condition.args[:1] if condition.predicate == "simple" else condition.args
    if condition.predicate.endswith("_along"):
        said = f"{_WORDS[condition.predicate.removesuffix('_along')]} {_places(*condition.args)}"
        return notation(to_tree(condition.args[0])) + plain(f" {said}")
    subject = plain(" and ").join(notation(to_tree(arg)) for arg in stated)
    return subject + plain(f" {_WORDS.get(condition.predicate, f'is {condition.predicate}')}")
