"""Products whose axes are named one by one: what is written where no matrix form exists."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.notation.write import call, name, product
from symdiff.syntax.tree import Tree

LETTERS = "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"  # as people name indices


def named_axes(operands: Sequence[tuple[Tree, tuple[int, ...]]], out: tuple[int, ...]) -> Tree:
    """`einsum("ik,lj->ijkl", A, B)`; with more axes than letters `[i1, i2] -> sum(i3, A[i1, i3]*…)`."""
    order = dict.fromkeys((*out, *(label for _, labels in operands for label in labels)))
    if len(order) > len(LETTERS):
        return index_form(operands, out)
    letters = dict(zip(order, LETTERS, strict=False))
    inputs = ",".join("".join(letters[k] for k in labels) for _, labels in operands)
    subscripts = f"{inputs}->{''.join(letters[k] for k in out)}"
    return call("einsum", Tree("string", (), subscripts), *(tree for tree, _ in operands))


def index_form(operands: Sequence[tuple[Tree, tuple[int, ...]]], out: tuple[int, ...]) -> Tree:
    """`[i1, i2] -> sum(i3, A[i1, i3]*B[i3, i2])`: the entries of the product."""
    order = dict.fromkeys((*out, *(label for _, labels in operands for label in labels)))
    names = {label: f"i{k}" for k, label in enumerate(order, 1)}
    entries = [Tree("index", (tree, *(name(names[k]) for k in labels))) for tree, labels in operands]
    body = product(entries)
    for label in reversed([k for k in order if k not in out]):
        body = Tree("indexsum", (body,), names[label])
    return Tree("tensor", (body,), tuple(names[k] for k in out)) if out else body
