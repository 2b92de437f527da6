"""`sum(j, …)`, `sum(j = 1..n, …)`, `prod(k = 1..n, …)`: what is written over indices, as trees."""

from __future__ import annotations

from typing import Any

from symdiff.syntax.builder import Child, Ranged
from symdiff.syntax.reading import current
from symdiff.syntax.tree import Span, Tree, walk


def sum_over(arguments: list[Child], span: Span) -> Tree:
    """`sum(j, …)`: every argument but the last names an index, which the last uses in square brackets, or its range."""
    *indices, body = arguments
    if not isinstance(body, Tree):
        hint = "write `sum(j = 1..n, x[j - 1])`"
        raise current.get().error("what is summed is missing", span, hint)
    named = [index.value for index in indices if isinstance(index, Tree) and index.kind == "name"]
    used = _used_as_indices(body, set(named))
    for index in indices:
        if isinstance(index, Ranged):
            continue
        if not isinstance(index, Tree):
            raise current.get().error(
                "a keyword beside an index",
                (index[0].start_pos, index[1].span[1] if index[1].span else index[0].end_pos),
                "write `sum(j = 1..n, …)`",
            )
        if index.kind != "name" or index.value not in used:
            hint = "`sum(j, x[j])`, `sum(j = 1..n, …)` sum over an index; for an axis write `sum(A, axis=0)`"
            raise current.get().error("`sum` of several arguments sums over indices", index.span or span, hint)
    for index in reversed(indices):
        if isinstance(index, Ranged):
            body = Tree("indexsum", (body, index.first, index.last), index.word.value, span)
        else:
            body = Tree("indexsum", (body,), index.value, span)
    return body


def product_over(arguments: list[Child], span: Span) -> Tree:
    """`prod(k = 1..n, …)`: the product of the vector of its factors, over each range in turn."""
    *ranges, body = arguments
    for one in reversed(ranges):
        if not isinstance(one, Ranged) or not isinstance(body, Tree):
            raise current.get().error("a product is over ranges", span, "write `prod(k = 1..n, …)`")
        factors = Tree("tensor", (body, one.first, one.last), (one.word.value,), span)
        body = Tree("call", (factors,), ("prod", ()), span)
    if not isinstance(body, Tree):
        raise current.get().error("what is multiplied is missing", span, "write `prod(k = 1..n, …)`")
    return body


def _used_as_indices(body: Tree, names: set[Any]) -> set[Any]:
    """Those of the names that stand in square brackets; the walk ends where all were met."""
    missing = set(names)
    for entry in walk(body):
        if not missing:
            break
        if entry.kind == "index":
            missing -= {part.value for item in entry.children[1:] for part in walk(item) if part.kind == "name"}
    return names - missing
