"""Derivatives by a structured matrix: unconstrained, by its free entries, or projected on its tangent space.

A derivative by the entries of a symmetric S moves each of them by itself. What it is by those entries that S really
has (`free`: an entry off the diagonal stands in two places), and which part of it lies along the matrices of this kind
(`projected`), are linear maps of it, on each pair of axes that belongs to S.

Sources: Petersen & Pedersen, The Matrix Cookbook, section 2.8; Edelman, Arias & Smith 1998, The Geometry of Algorithms
with Orthogonality Constraints (the tangent space at Q, and second derivatives along it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from symdiff.algebra import (
    MINUS_ONE,
    ONE,
    TWO,
    Slice,
    add,
    einsum,
    eye,
    index,
    ones,
    power,
    scale,
    sub,
    substitute,
    symbol,
)
from symdiff.book import apply
from symdiff.calculus.variables import base_symbol
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr

STRUCTURES = ("free", "projected")
_KINDS = {  # property -> the kind of matrix; a symbol with several is of the first one listed
    "orthogonal": "orthogonal",
    "diagonal": "diagonal",
    "spd": "symmetric",
    "symmetric": "symmetric",
    "skew": "skew",
    "lower": "lower triangular",
    "upper": "upper triangular",
}
_HALF = power(TWO, MINUS_ONE)


def kind_of(x: Expr) -> str | None:
    """The kind of matrix that a symbol, or the symbol whose entries x are, is declared to be."""
    properties = base_symbol(x).attr.properties
    if not properties:
        return None
    return next((kind for name, kind in _KINDS.items() if name in properties), None)


def unstructured(x: Expr) -> Expr:
    """The symbol of this name, or these entries of it, every entry of which moves by itself."""
    kind, base = kind_of(x), base_symbol(x)
    if kind is None:
        return x
    freed = "freed_skew" if kind == "skew" else "freed"
    twin = symbol(base.attr.name, base.shape, (base.attr.properties - _KINDS.keys()) | {freed})
    return twin if x is base else substitute(x, {base: twin})


def without_structure(e: Expr, variables: Iterable[Expr]) -> Expr:
    """e with the unstructured symbols of these names in place of the variables."""
    structured = [x for x in variables if kind_of(x)]
    return substitute(e, {x: unstructured(x) for x in structured}) if structured else e


def with_structure(e: Expr, variables: Iterable[Expr]) -> Expr:
    """e with the variables in the places of their unstructured symbols."""
    structured = [x for x in variables if kind_of(x)]
    return substitute(e, {unstructured(x): x for x in structured}) if structured else e


def check_structure(structure: str | None, wrt: Sequence[Expr]) -> None:
    """SymdiffError for an unknown choice or where no variable is structured; NotSupported where there is no map."""
    if structure is None:
        return
    if structure not in STRUCTURES:
        raise SymdiffError(f"no derivative by structure {structure!r}", hint=f"the choices are {', '.join(STRUCTURES)}")
    kinds = [kind_of(x) for x in wrt]
    if not any(kinds):
        named = ", ".join(x.attr.name for x in wrt if x.op == "symbol")
        raise SymdiffError(
            f"{named or 'the variable'} has no structure: its entries are free",
            hint=f"declare one, as in `{named or 'S'}: symmetric(n)`, or leave structure= out",
        )
    if structure == "free" and "orthogonal" in kinds:
        raise NotSupported(
            "an orthogonal matrix has no entries that are free of the others", hint='write structure="projected"'
        )


def impose(g: Expr, wrt: Sequence[Expr], structure: str) -> Expr:
    """A derivative by the last of the variables made one by its structure.

    The axes of the variables, in order, are the last ones of g. An earlier derivative by the same orthogonal matrix
    left the tangent space when this one was taken: it is projected again.
    """
    x, kind = wrt[-1], kind_of(wrt[-1])
    if kind is None:
        return g
    if kind != "orthogonal":
        return _MAPS[kind](g, g.rank - 2, structure == "free")
    place = g.rank
    for variable in reversed(wrt):
        place -= variable.rank
        if variable is x:
            g = _tangent(g, x, place)
    return g


def rule_name(x: Expr, structure: str) -> str:
    """What a step calls the map."""
    kind = kind_of(x)
    name = base_symbol(x).attr.name
    if structure == "free":
        return f"by the free entries of the {kind} {name}"
    if kind == "orthogonal":
        return f"project on the tangent space at {name}"
    return f"project on the {kind} matrices"


def stated(x: Expr, structure: str | None) -> str | None:
    """What a derivative by x takes to move, in words; None where x has no structure."""
    kind = kind_of(x)
    if kind is None:
        return None
    if structure is None:
        return f"every entry of the {kind} {base_symbol(x).attr.name} moves by itself"
    return f"the derivative is {rule_name(x, structure).replace('project ', 'projected ')}"


def entries_of(g: Expr, items: Sequence[Any]) -> Expr:
    """The entries of g at these places of its last axes, picked out of its factors: A'[0, 1] is A[1, 0]."""
    labels, lead = list(range(g.rank)), g.rank - len(items)
    places = [(k, item) for k, item in enumerate(items, lead) if not isinstance(item, Slice)]
    units = [index(eye(g.shape[k]), (Slice(0, g.shape[k]), item)) for k, item in places]
    left = [k for k in labels if k not in dict(places)]
    picked = einsum(ONE, [g, *units], [labels, *((k,) for k, _ in places)], left)
    slices = [item for item in items if isinstance(item, Slice)]
    return index(picked, [*(Slice(0, n) for n in g.shape[:lead]), *slices])


# The maps, on the axes (place, place + 1) of g


def _swapped(g: Expr, place: int) -> Expr:
    labels = list(range(g.rank))
    turned = [*labels[:place], place + 1, place, *labels[place + 2 :]]
    return einsum(ONE, [g], [labels], turned)


def _on_diagonal(g: Expr, place: int) -> Expr:
    labels = list(range(g.rank))
    return einsum(ONE, [g, eye(g.shape[place])], [labels, (place, place + 1)], labels)


def _symmetric(g: Expr, place: int, free: bool) -> Expr:
    both = add(g, _swapped(g, place))
    return sub(both, _on_diagonal(g, place)) if free else scale(_HALF, both)


def _diagonal(g: Expr, place: int, _: bool) -> Expr:
    return _on_diagonal(g, place)


def _skew(g: Expr, place: int, free: bool) -> Expr:
    apart = sub(g, _swapped(g, place))
    return apart if free else scale(_HALF, apart)


def _triangle(name: str) -> Callable[[Expr, int, bool], Expr]:
    def part(g: Expr, place: int, _: bool) -> Expr:
        if g.rank == 2:
            return apply(name, (g,))
        mask = apply(name, (ones(g.shape[place : place + 2]),))
        labels = list(range(g.rank))
        return einsum(ONE, [g, mask], [labels, (place, place + 1)], labels)

    return part


_MAPS: dict[str, Callable[[Expr, int, bool], Expr]] = {
    "symmetric": _symmetric,
    "diagonal": _diagonal,
    "skew": _skew,
    "lower triangular": _triangle("tril"),
    "upper triangular": _triangle("triu"),
}


def _tangent(g: Expr, q: Expr, place: int) -> Expr:
    """(G - Q*G'*Q)/2, the part of G along Q*K with a skew K."""
    labels = list(range(g.rank))
    row, column = g.rank, g.rank + 1
    inner = [*labels[:place], row, column, *labels[place + 2 :]]
    back = einsum(ONE, [q, g, q], [(place, column), inner, (row, place + 1)], labels)
    return scale(_HALF, sub(g, back))
