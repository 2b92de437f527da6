"""What bound indices pick, and the expressions made of it.

Where an index is bound, what is picked with it is a symbol: an entry, a row, a window. So what is written there is an
expression like any other. Where the binder ends the index is given its range, and the expression is worked out for all
of it at once (`algebra.batch`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from symdiff import algebra
from symdiff.algebra import ONE, ZERO, Slice
from symdiff.algebra.batch import Batch, contracted, is_bound, ramp
from symdiff.dims import Dim, never_above, substitute
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder
from symdiff.syntax.indices import Index, Indices, Limit, Range, serial

_FEW = 16  # an axis as long as this is written out where two indices are added, or no function takes more axes


class Piece(NamedTuple):
    """What is picked of an array: a place on each of its axes. The indices `axes` are axes of the piece."""

    base: Expr
    at: tuple[Dim, ...]
    axes: tuple[Index, ...] = ()


class Pieces(Indices):
    """The indices of one text, and the symbols that stand for what is picked with them."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: dict[Expr, Piece] = {}

    def open_in(self, *exprs: Expr) -> list[Index]:
        """The indices that an expression depends on, in order of first appearance."""
        found: dict[Index, None] = {}
        if self.known:
            for symbol in _bound_symbols(*exprs):
                piece = self.pieces.get(symbol)
                if piece is not None:
                    found.update((index, None) for index in self.of(*piece.at) if index not in piece.axes)
                elif symbol.attr.name in self.known:
                    found[self.known[symbol.attr.name]] = None
        return list(found)

    def pick(
        self, base: Expr, at: Sequence[Dim], axes: Sequence[Index], source: str, span: tuple[int, int] | None
    ) -> Expr:
        """What is picked with indices, and a note on each of them how far the axis is."""
        for place, length in zip(at, base.shape, strict=True):
            for index in self.of(place):
                if index not in axes:
                    index.limits.append(Limit(place, length, source, span))
        return self.piece(Piece(base, tuple(at), tuple(axes)))

    def piece(self, piece: Piece) -> Expr:
        """A new symbol for a piece, with what is known of the array; where no index is open, the piece itself.

        It is another symbol each time, so `x[i]*x[i]` stays a product, that is summed as `x'*x`.
        """
        if all(index in piece.axes for index in self.of(*piece.at)):
            return self.gathered(piece)
        base = piece.base
        kinds = {"complex": algebra.may_be_complex(base), "positive": algebra.is_positive(base)}
        kinds["integer"] = algebra.is_integer(base)
        shape = tuple(index.values.length for index in piece.axes)
        symbol = algebra.symbol(f"@{next(serial)}", shape, [kind for kind, holds in kinds.items() if holds])
        self.pieces[symbol] = piece
        return symbol

    def gathered(self, piece: Piece) -> Expr:
        """The array of a piece: slices, and where an axis is picked by two indices what the places have in common."""
        base, at, axes = piece
        for place in at:
            both = self.of(place)
            few = next((i for i in both if isinstance(n := i.values.length, int) and n <= _FEW), None)
            if len(both) > 1 and few is not None:
                return self._written_out(piece, few)
        items: list[Dim | Slice] = []
        operands: list[Expr] = []
        labels: list[tuple[object, ...]] = []
        own: list[object] = []
        for place, length in zip(at, base.shape, strict=True):
            here = self.of(place)
            if not here:
                items.append(place)
            elif len(here) == 1:
                items.append(self._slice(place, here[0]))
                own.append(here[0])
            else:
                whole = Index("", Range(0, length + -1))
                items.append(Slice(0, length))
                own.append(whole)
                operands.append(self._meeting(place, whole, here))
                labels.append((whole, *here))
        picked = algebra.index(base, items)
        return algebra.einsum(ONE, (picked, *operands), (own, *labels), axes)

    def _slice(self, place: Dim, index: Index) -> Slice:
        step, (first, last) = self.coefficient(place, index), index.values
        ends = [substitute(place, {index.key: end}) for end in (first, last)]
        return Slice(ends[0], ends[1] + (1 if step > 0 else -1), step)

    def _meeting(self, place: Dim, whole: Index, here: Sequence[Index]) -> Expr:
        """1 where an entry of the axis is at this place, else 0."""
        entry = algebra.select(algebra.compare("==", whole.symbol, self.number(place)), ONE, ZERO)
        given = {i.symbol: Batch(_ramp(i), (i,)) for i in (whole, *here)}
        return contracted(entry, given, (whole, *here), {})

    def _written_out(self, piece: Piece, index: Index) -> Expr:
        first, length = index.values.first, index.values.length
        rest = tuple(i for i in piece.axes if i is not index)
        parts = []
        for k in range(length):  # type: ignore[arg-type]
            at = tuple(substitute(place, {index.key: first + k}) for place in piece.at)
            parts.append(self.gathered(Piece(piece.base, at, rest)))
        return algebra.join("stack", parts, piece.axes.index(index))

    # -- where a binder ends

    def bound(self, e: Expr, bound: Sequence[Index], summed: bool) -> Expr:
        """e for all values of the indices: summed, or with an axis in front for each."""
        masked = e
        for index in reversed(bound):
            index.range = self.range_of(index)
            if index.ends not in (None, index.range):
                self._limit_others(index)
                masked = self._within(masked, index)
        counts: dict[object, Dim] = {index: index.values.length for index in bound}
        around = {other for index in bound if index.ends is not None for other in self.of(*index.ends)}
        one_by_one = e if around <= set(bound) else masked
        given = self.closed(masked, {index: index for index in bound})
        few = all(isinstance(count, int) and count <= _FEW for count in counts.values())
        if few and summed and given and all(map(self.is_index, given)):  # a sum of numbers: 1 + t + t^2
            return self._spelled_out(one_by_one, bound, summed)
        try:
            return contracted(masked, given, () if summed else bound, counts)
        except NotSupported as error:
            if few:
                return self._spelled_out(one_by_one, bound, summed)
            error.hint = f"it is written out where an index has at most {_FEW} values"
            raise

    def _spelled_out(self, e: Expr, bound: Sequence[Index], summed: bool) -> Expr:
        """e for all values of indices that have few, one after the other."""
        values = [[i.values.first + k for k in range(i.values.length)] for i in bound]  # type: ignore[arg-type]
        chosen = [dict(zip(bound, at, strict=True)) for at in product(*values)]
        parts = [self.fixed(e, at) for at in chosen if not summed or self._is_within(at)]
        if summed:
            return algebra.add(*parts)
        for width in map(len, reversed(values)):
            parts = [algebra.join("stack", parts[k : k + width]) for k in range(0, len(parts), width)]
        return parts[0]

    def _limit_others(self, index: Index) -> None:
        """Where the ends of an index depend on others, these stay where all entries are; there may be none."""
        (first, last), (least, most) = index.ends or index.values, index.values
        for end, before in ((first, 0), (last, 1)):
            for other in self.of(end):
                place, length = end + least * -1 + before, most + least * -1 + 2
                other.limits.append(Limit(place, length, f"the range of {index.name}", None, loose=True))

    def _within(self, e: Expr, index: Index) -> Expr:
        """e where the index lies between ends that depend on others, else 0."""
        first, last = index.ends or index.values
        inside = [algebra.compare("<=", self.number(first), index.symbol)] if self.of(first) else []
        inside += [algebra.compare("<=", index.symbol, self.number(last))] if self.of(last) else []
        return algebra.select(algebra.logic("and", *inside), e, algebra.zeros(e.shape))

    def _is_within(self, values: Mapping[Index, Dim]) -> bool:
        """Whether these values lie between the ends that were stated for each."""
        places = {index.key: value for index, value in values.items()}
        ends = [(i.ends.first, values[i], i.ends.last) for i in values if i.ends is not None]
        return not any(never_above(substitute(high, places) + 1, substitute(low, places))
                       for first, own, last in ends for low, high in ((first, own), (own, last)))  # fmt: skip

    def closed(self, e: Expr, bound: Mapping[Index, Index]) -> dict[Expr, Batch]:
        """What the symbols of e that depend on these indices are, each index being one with a range."""
        places = {index.key: known.place for index, known in bound.items()}
        given: dict[Expr, Batch] = {}
        for symbol in _bound_symbols(e):
            index, piece = self.known.get(symbol.attr.name), self.pieces.get(symbol)
            if index is not None and index in bound:
                given[symbol] = Batch(_ramp(bound[index]), (bound[index],))
            elif piece is not None:
                at = tuple(substitute(place, places) for place in piece.at)
                axes = tuple(index for index in self.of(*at) if index in piece.axes or index in bound.values())
                if len(axes) > len(piece.axes):
                    labels = [piece.axes.index(index) if index in piece.axes else index for index in axes]
                    given[symbol] = Batch(self.piece(Piece(piece.base, at, axes)), tuple(labels))
        return given

    def fixed(self, e: Expr, values: Mapping[Index, Dim]) -> Expr:
        """e at these values of indices."""
        places = {index.key: value for index, value in values.items()}
        given: dict[Expr, Expr] = {index.symbol: algebra.size_scalar(value) for index, value in values.items()}
        for symbol in _bound_symbols(e):
            piece = self.pieces.get(symbol)
            if piece is not None:
                at = tuple(substitute(place, places) for place in piece.at)
                given[symbol] = self.piece(Piece(piece.base, at, piece.axes))
        return algebra.substitute(e, given)

    def array_of(self, e: Expr) -> Piece:
        """e as a piece of an array that has no indices, over those that e depends on as far as is known by now."""
        known = {index: self.new(index.name, self.range_of(index)) for index in self.open_in(e)}
        counts: dict[object, Dim] = {one: one.values.length for one in known.values()}
        array = contracted(e, self.closed(e, known), tuple(known.values()), counts)
        at = [index.place + one.values.first * -1 for index, one in known.items()]
        own = self.whole(e)
        return Piece(array, (*at, *(index.place for index in own)), own)

    def whole(self, e: Expr) -> tuple[Index, ...]:
        """An index for each axis of e, that runs over all of it."""
        return tuple(self.new("", Range(0, dim + -1)) for dim in e.shape)

    def put_in(self, e: Expr, given: Mapping[Expr, Expr]) -> Expr:
        """e with other expressions in it, also in what its entries are picked of."""
        picked: dict[Expr, Expr] = {}
        for symbol in _bound_symbols(e):
            if symbol in self.pieces:
                piece = self.pieces[symbol]
                picked[symbol] = self.piece(piece._replace(base=algebra.substitute(piece.base, given)))
        return algebra.substitute(e, {**given, **picked})


def _bound_symbols(*roots: Expr) -> list[Expr]:
    """The symbols that stand for what depends on an index, in order of first appearance."""
    return [node for node in postorder(*roots, into=is_bound) if node.op == "symbol" and is_bound(node)]


def _ramp(index: Index) -> Expr:
    """The values of an index as a vector."""
    return ramp(index.values.first, index.values.length)
