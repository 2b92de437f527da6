"""Names for parts, by their role: r a residual, z a linear score, p a probability, a an activation, M a matrix …

part_names([A*x - b, sigmoid(X*w)], taken={"A", "x", "b", "X", "w"})      # {A*x - b: "r", sigmoid(X*w): "p"}
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import count

from symdiff.expr import Expr

LETTERS = {
    "residual": "r",
    "score": "z",
    "probability": "p",
    "activation": "a",
    "scalar": "uvwts",
    "vector": "qgh",
    "matrix": "MNKG",
    "tensor": "TB",
}
_PROBABILITIES = frozenset({"sigmoid", "softmax", "normcdf"})
_ACTIVATIONS = frozenset("relu leaky_relu elu selu gelu silu softplus tanh hardtanh softsign mish logsigmoid".split())


def role(e: Expr) -> str:
    """What a part is in the eyes of a reader: one of the roles that have letters."""
    if e.rank > 2:
        return "tensor"
    if e.op in ("map", "call") and (name := e.attr if e.op == "map" else e.attr[0]) in _PROBABILITIES | _ACTIVATIONS:
        return "probability" if name in _PROBABILITIES else "activation"
    if e.rank != 1:
        return "matrix" if e.rank else "scalar"
    terms = e.args if e.op == "add" else (e,)
    if len(terms) > 1 and sum(map(_subtracted, terms)) == 1:
        return "residual"
    return "score" if any(map(_applied, terms)) else "vector"


def _subtracted(term: Expr) -> bool:
    """Whether a term of a sum has a minus in front."""
    if term.op not in ("einsum", "mul"):
        return False
    front = term.args[0]
    front = front.args[0] if front.op == "mul" else front
    return front.op == "number" and front.attr < 0


def _applied(term: Expr) -> bool:
    """Whether a term is a matrix times a vector."""
    return term.op == "einsum" and {1, 2} == {arg.rank for arg in term.args[1:]}


def part_names(parts: Sequence[Expr], taken: Collection[str] = ()) -> dict[Expr, str]:
    """A name for each part, none of which is taken: a letter of its role, numbered where there are not enough."""
    used = set(taken)
    by_role: dict[str, list[Expr]] = {}
    for part in dict.fromkeys(parts):
        by_role.setdefault(role(part), []).append(part)
    names: dict[Expr, str] = {}
    for kind, members in by_role.items():
        free = [letter for letter in LETTERS[kind] if letter not in used]
        several = numbered(LETTERS[kind][0], used)
        for k, part in enumerate(members):
            names[part] = free[k] if len(members) <= len(free) else next(several)
            used.add(names[part])
    return {part: names[part] for part in parts}


def numbered(letter: str, taken: Collection[str]) -> Iterator[str]:
    """`r_1`, `r_2` … as far as they are not taken."""
    return (name for k in count(1) if (name := f"{letter}_{k}") not in taken)
