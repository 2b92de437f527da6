"""Small arrays entry by entry: what is made of rows of an identity matrix or of literals is one literal.

The gradient of 3·x₀² + 5·exp(x₁) is a sum of rows of the identity as it is derived, and [6·x₀, 5·exp(x₁)] as it is
written; a product of rotations is one matrix. What has no entries of its own (a symbol, a function of matrices) is
asked for its entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product as places_of
from math import prod

from symdiff.algebra import (
    ONE,
    ZERO,
    add,
    eye,
    fingerprint,
    index,
    is_constant,
    join,
    mul,
    neg,
    number,
    rebuild,
    scale,
    substitute,
    terms,
    zeros,
)
from symdiff.algebra.leaves import Array
from symdiff.book import expand
from symdiff.dims import Shape
from symdiff.expr import Expr, postorder
from symdiff.rewriting.collecting import collect
from symdiff.rewriting.cost import cost
from symdiff.rewriting.match import ratio
from symdiff.rewriting.product import Product, product

_MOST = 64  # entries of a literal
_ON_THE_WAY = 512  # entries of what it is made of
_BY_ENTRIES = frozenset({"add", "map", "select", "compare"})
_OPEN = _BY_ENTRIES | {"einsum", "join", "index", "reshape"}  # whose entries are made of their arguments'
_MINORS = 3  # rows of a literal whose determinant and cofactors are written out

Entries = Sequence[Expr]  # by rows
Place = tuple[int, ...]


def by_entries(e: Expr) -> Expr:
    """The expression with the scalars that literals make written out, itself a literal where it is made of such.

    Of a sum all of it, or the terms that are made of such, whichever is shorter.
    """
    if not any(map(_is_of_entries, order := postorder(e))):
        return e
    defined = {node: meaning for node in order if (meaning := _meaning(node)) is not None}
    if defined:
        e = by_entries(collect(substitute(e, defined)))
        return literal(_own(e), e.shape) if e.op == "join" and is_literal(e) else e
    made: dict[Expr, Expr] = {}
    for node in order:  # those inside others first
        args = tuple([made[arg] for arg in node.args])
        new = node if args == node.args else rebuild(node, args)
        entries = None if new.shape else _written_out(new)
        made[node] = new if entries is None else entries[0]
    e = collect(made[e])
    if not 0 < e.rank < 3 or not _is_small(e.shape, _MOST) or is_literal(e):
        return e
    summands = terms(e)
    whole, alone = _as_literal(e), [_written_out(term) is not None for term in summands]
    if all(alone) or not any(alone):
        return whole
    rest = [term for term, own in zip(summands, alone, strict=True) if not own]
    apart = [term for term, own in zip(summands, alone, strict=True) if own]
    return min(whole, add(*rest, _as_literal(add(*apart))), key=cost)


def _as_literal(e: Expr) -> Expr:
    entries = _written_out(e)
    if entries is None:
        return e
    met: dict[bytes, Expr] = {}  # entries that are equal stand as the first of them does
    collected = [collect(entry) for entry in entries]
    return literal([met.setdefault(fingerprint(entry), entry) for entry in collected], e.shape)


def literal(entries: Entries, shape: Shape) -> Expr:
    """The vector or matrix of these entries: a symbol by its name, a common factor in front where that is shorter."""
    whole = entries[0].args[0] if entries[0].op == "index" else None
    if whole is not None and whole.shape == shape and list(entries) == _picked(whole):
        return whole
    if all(entry is ZERO for entry in entries):
        return zeros(shape)
    plain = _joined_by_rows(entries, shape)
    front, rests = _common(entries)
    if front is ONE:
        return plain
    return min(plain, scale(front, literal(rests, shape)), key=cost)


def is_literal(e: Expr) -> bool:
    """Whether e is numbers, or a vector of scalars or a matrix of scalars as they are written."""
    if e.op == "constant":
        return True
    if e.op != "join" or e.attr != ("stack", 0):
        return False
    return e.rank == 1 or (e.rank == 2 and all(map(is_literal, e.args)))


def _joined_by_rows(entries: Entries, shape: Shape) -> Expr:
    if len(shape) == 1:
        return join("stack", entries)
    columns = shape[1]
    assert isinstance(columns, int)
    rows = len(entries) // columns
    if rows == columns and all(entry is (ZERO if k % (columns + 1) else ONE) for k, entry in enumerate(entries)):
        return eye(columns)
    return join("stack", [join("stack", entries[k * columns : (k + 1) * columns]) for k in range(rows)])


def _common(entries: Entries) -> tuple[Expr, Entries]:
    """What all entries have in common as a factor, and what they leave; nothing beside a zero, that has to stay one."""
    if ZERO in entries:
        return ONE, entries
    views = [product(entry) for entry in entries]
    shared = [f for f in views[0].factors if not f.labels and all(f in view.factors for view in views)]
    numbers = [view.number for view in views]
    value = numbers[0] if all(own in (numbers[0], -numbers[0]) for own in numbers) else 1
    if (value > 0) == (2 * sum(own < 0 for own in numbers) > len(numbers)):  # the sign that most entries have
        value = -value
    rests = [
        view._replace(number=ratio(view.number, value), factors=[f for f in view.factors if f not in shared])
        for view in views
    ]
    return Product(value, shared, (), {}).build(), [rest.build() for rest in rests]


def _is_of_entries(e: Expr) -> bool:
    """Whether a node asks for entries: a row of an identity, a join."""
    return e.op == "join" or (e.op == "index" and e.rank == 1 and is_constant(e.args[0], "eye"))


def _meaning(e: Expr) -> Expr | None:
    """What a node stands for, by a definition: cross(w, e₁), a column of skew(w), and an entry of that."""
    if e.op == "call" and any(arg.op == "index" and _is_of_entries(arg) for arg in e.args):
        return expand(e)
    entries = _by_definition(e.args[0]) if e.op == "index" and not e.shape else None
    return None if entries is None else dict(zip(_places(e.args[0].shape), entries, strict=True))[e.attr]


def _ask_for_entries(order: Sequence[Expr]) -> bool:
    """Whether among nodes, arguments first, one is a row of an identity, a join that is no literal, or of literals."""
    made_of_literals: set[Expr] = set()
    for node in order:
        if _is_of_entries(node) and not is_literal(node):
            return True
        operands = [arg for arg in node.args if arg.shape]
        if is_literal(node):
            made_of_literals.add(node)
        elif node.op != "join" and operands and made_of_literals.issuperset(operands):
            if len(operands) > 1 or not node.shape or _has_minors(node):
                return True
            made_of_literals.add(node)
    return False


def _written_out(e: Expr) -> Entries | None:
    """The entries of a node, if something in it asks for that; of a scalar only where all of it has entries."""
    order = postorder(e, into=lambda node: _is_open(node) and (node is e or bool(node.shape)))
    if any(node.rank > 2 and node.op == "call" for node in order):
        return None  # of whose many entries each would be asked several times
    if not _ask_for_entries(order) or not all(_is_small(node.shape, _ON_THE_WAY) for node in order):
        return None
    if e.op == "einsum" and not e.shape and any(n.shape and not _is_open(n) and n.op != "constant" for n in order):
        return None
    made: dict[Expr, Entries] = {}
    for node in order:
        made[node] = _entries(node, made)
    return made[e]


def entries_of(e: Expr) -> Entries | None:
    """The entries of a small array, or a scalar made of such ones, as the definitions of its operations give them."""
    order = postorder(e, into=lambda node: _is_open(node) and (node is e or bool(node.shape)))
    if any(node.rank > 2 and node.op == "call" for node in order):
        return None
    if not all(_is_small(node.shape, _ON_THE_WAY) for node in order):
        return None
    made: dict[Expr, Entries] = {}
    for node in order:
        made[node] = _entries(node, made)
    return made[e]


def _is_open(e: Expr) -> bool:
    """Whether the entries of e are made of those of its arguments; a row of an identity has none but 0 and 1."""
    return (e.op in _OPEN and not (e.op == "index" and e.args[0].op == "constant")) or _has_minors(e)


def _has_minors(e: Expr) -> bool:
    """Whether e is the determinant or the adjugate of a small literal."""
    named = e.op == "call" and e.attr[0] in ("det", "adj")
    return named and e.args[0].op == "join" and is_literal(e.args[0]) and len(e.args[0].args) <= _MINORS


def _is_small(shape: Shape, most: int) -> bool:
    return not shape or (all(isinstance(dim, int) for dim in shape) and 0 < prod(shape) <= most)


def _picked(e: Expr) -> list[Expr]:
    """The entries that are asked of e."""
    return [index(e, place) for place in _places(e.shape)]


def _known(e: Expr) -> Entries:
    """The entries of what is not made of others: those its definition gives, as skew's does, or as they are asked."""
    return _by_definition(e) or _picked(e)


def _by_definition(e: Expr) -> Entries | None:
    """The entries of a matrix that is defined by a literal."""
    meaning = expand(e) if e.op == "call" and e.rank == 2 else None
    if meaning is None or meaning.op != "join" or not is_literal(meaning):
        return None
    return _own(meaning)


def _own(e: Expr) -> Entries:
    """The entries of a literal."""
    rows = e.args if e.rank == 2 else [e]
    return [entry for row in rows for entry in (row.args if row.op == "join" else _entries(row, {}))]


def _places(shape: Shape) -> Iterator[Place]:
    return places_of(*(range(dim) for dim in shape))  # type: ignore[arg-type]


def _entries(e: Expr, made: dict[Expr, Entries]) -> Entries:
    """The entries of a node, from those of its arguments."""
    if e.op == "constant" and isinstance(e.attr, Array) and "c" not in e.attr.kinds:
        return [number(value) for value in e.attr.entries]
    if not _is_open(e) or not made.keys() >= {*e.args}:
        return _known(e) if e.shape else [e]
    args = [made[arg] for arg in e.args]
    if e.op in _BY_ENTRIES:
        return [rebuild(e, own) for own in zip(*args, strict=True)]
    if e.op == "einsum":
        return _contracted(e, args[1:])
    if e.op == "join":
        return _joined(e, args)
    if e.op == "call":
        return _minors(e.attr[0], args[0], len(e.args[0].args))
    places = dict(zip(_places(e.args[0].shape), args[0], strict=True))
    if e.op == "index":
        spans = ((k,) if isinstance(k, int) else range(k.start, k.stop, k.step) for k in e.attr)
        return [places[place] for place in places_of(*spans)]
    by_columns = e.attr == "F"
    return [places[place[::-1]] for place in _places(e.args[0].shape[::-1])] if by_columns else args[0]


def _joined(e: Expr, parts: Sequence[Entries]) -> Entries:
    kind, axis = e.attr
    found: dict[Place, Expr] = {}
    start = 0
    for part, entries in zip(e.args, parts, strict=True):
        for place, entry in zip(_places(part.shape), entries, strict=True):
            here = (start,) if kind == "stack" else (start + place[axis],)
            found[(*place[:axis], *here, *place[axis + (kind != "stack") :])] = entry
        start += 1 if kind == "stack" else part.shape[axis]
    return [found[place] for place in _places(e.shape)]


def _minors(name: str, entries: Entries, rows: int) -> Entries:
    """The determinant of a matrix, or its adjugate, by cofactors."""

    def cofactor(i: int, j: int) -> Expr:
        left = [entries[p * rows + q] for p in range(rows) if p != i for q in range(rows) if q != j]
        minor = add(mul(left[0], left[3]), neg(mul(left[1], left[2]))) if rows == 3 else mul(*left)
        return minor if (i + j) % 2 == 0 else neg(minor)

    if name == "adj":
        return [cofactor(j, i) for i in range(rows) for j in range(rows)]
    return [add(*(mul(entries[j], cofactor(0, j)) for j in range(rows)))]


def _contracted(e: Expr, operands: Sequence[Entries]) -> Entries:
    """The entries of a product, one operand after another, each sum taken when its label is last met."""
    *labels, out = e.attr
    held: tuple[int, ...] = ()
    found: dict[Place, Expr] = {(): ONE}
    for k, (operand, own, entries) in enumerate(zip(e.args[1:], labels, operands, strict=True)):
        later = {label for other in (*labels[k + 1 :], out) for label in other}
        kept = tuple(label for label in dict.fromkeys((*held, *own)) if label in later)
        given = [pair for pair in zip(_places(operand.shape), entries, strict=True) if pair[1] is not ZERO]
        sums: dict[Place, list[Expr]] = {}
        for before, value in found.items():
            for place, entry in given:
                at = dict(zip(held, before, strict=True))
                if all(at.setdefault(label, here) == here for label, here in zip(own, place, strict=True)):
                    sums.setdefault(tuple(at[label] for label in kept), []).append(mul(value, entry))
        held, found = kept, {place: add(*terms) for place, terms in sums.items()}
    turned = [held.index(label) for label in out]
    values = {tuple(place[k] for k in turned): value for place, value in found.items()}
    return [mul(e.args[0], values.get(place, ZERO)) for place in _places(e.shape)]
