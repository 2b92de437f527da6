"""Boxes of cells: which things are at an end in them, which lie beside each other, and in what words they are told.

A cell has a piece for each thing that is compared; a box leaves things open. An edge is where a thing is at an end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from symdiff.algebra import ONE, Condition, add, number, scale, spread
from symdiff.algebra.build import split_number
from symdiff.algebra.implied import power_factors, power_product
from symdiff.algebra.reals import NOTHING, Reals, compared
from symdiff.book import is_step
from symdiff.expr import Expr, postorder

if TYPE_CHECKING:
    from symdiff.calculus.cases import Cases

Cell = tuple[int | None, ...]  # the number of the piece of each thing; None where it does not matter in which it is
Given = tuple[Condition, ...]
Moves = Callable[[Expr], bool]


def both(a: Cell, b: Cell) -> Cell | None:
    """What two boxes share."""
    if any(p is not None and q is not None and p != q for p, q in zip(a, b, strict=True)):
        return None
    return tuple(q if p is None else p for p, q in zip(a, b, strict=True))


def at_piece(box: Cell, place: int, k: int | None) -> Cell:
    """A box with a thing in another piece."""
    return (*box[:place], k, *box[place + 1 :])


def is_edge(cell: Cell, cases: Cases, moves: Moves) -> bool:
    """Whether something that moves is at an end, where it does not stay."""
    return bool(ends_of(cell, cases, moves))


def ends_of(cell: Cell, cases: Cases, moves: Moves) -> list[int]:
    """The places of the things that move and are at an end."""
    places = enumerate(zip(cases.ends, cell, strict=True))
    return [place for place, (thing, k) in places if k is not None and k % 2 and moves(thing)]


def beside(box: Cell, cases: Cases, moves: Moves, ends: bool) -> Iterator[tuple[Cell, Cell]]:
    """The cells next to a box, and where they are so.

    They are those where a thing that moves has left its end, or, that part of them itself, has come to one more.
    """
    for place, (thing, k) in enumerate(zip(cases.ends, box, strict=True)):
        if k is not None and k % 2 != ends and moves(thing):
            for side in {k - 1, k + 1} & {*range(2 * len(cases.ends[thing]) + 1)}:
                for cell, part in cases.within(at_piece(box, place, side)):
                    yield cell, part if ends else at_piece(part, place, k)


def is_at(cell: Cell, end: tuple[int, int] | None) -> bool:
    """Whether a thing is at an end in a cell."""
    return end is not None and cell[end[0]] == end[1]


def is_in(box: Cell, boxes: Iterable[Cell]) -> bool:
    """Whether a box lies in one of others."""
    return any(all(q is None or p == q for p, q in zip(box, other, strict=True)) for other in boxes)


def guards(boxes: set[Cell], inner: set[Cell], free: set[Cell], cases: Cases) -> Iterator[Given]:
    """Few conditions that hold in these boxes, and beside inner ones in free cells at most; a list for each case."""
    axes = _Axes([2 * len(ends) + 1 for ends in cases.ends.values()])
    own = list(map(axes.mask, boxes))
    both_kinds = own + list(map(axes.mask, free - boxes))
    outside = [axes.mask(cell) for cell in cases.forms if cell not in boxes]
    wide: dict[int, Cell] = {}
    for box in sorted(boxes, key=lambda box: (box not in inner, *((0, -1) if k is None else (1, k) for k in box))):
        mask, allowed = axes.mask(box), both_kinds if box in inner else own
        if not axes.is_in(mask, wide):
            for place, whole in enumerate(axes.wholes):
                parts = (cell & (mask | whole) for cell in outside) if box[place] is not None else ()
                if all(axes.is_empty(part) or axes.is_in(part, allowed) for part in parts):
                    mask, box = mask | whole, at_piece(box, place, None)
            wide[mask] = box
    told = [box for mask, box in wide.items() if not axes.is_in(mask, [other for other in wide if other != mask])]
    sets = [tuple(cases.piece(thing, k) for thing, k in zip(cases.ends, box, strict=True)) for box in told]
    for things in _joined(sets, len(cases.ends)):
        literals = (cases.ranges.either(*pair) for pair in zip(cases.ends, things, strict=True))
        for chosen in product(*literals):
            yield tuple(c for several in chosen for c in several)


class _Axes:
    """Boxes as the bits of numbers, one for each piece of each thing, so that many can be compared."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.starts = [sum(counts[:place]) for place in range(len(counts))]
        self.wholes = [((1 << count) - 1) << start for count, start in zip(counts, self.starts, strict=True)]

    def mask(self, box: Cell) -> int:
        pairs = zip(box, self.starts, self.wholes, strict=True)
        return sum(whole if k is None else 1 << start + k for k, start, whole in pairs)

    def is_empty(self, mask: int) -> bool:
        return any(not mask & whole for whole in self.wholes)

    def is_in(self, mask: int, others: Iterable[int]) -> bool:
        return any(not mask & ~other for other in others)


def _joined(boxes: Iterable[tuple[Reals, ...]], places: int) -> Iterable[tuple[Reals, ...]]:
    """Boxes as fewer: those that differ in one place are one."""
    for place in range(places):
        of: dict[tuple[Reals, ...], Reals] = {}
        for box in boxes:
            rest = (*box[:place], *box[place + 1 :])
            of[rest] = of.get(rest, NOTHING) | box[place]
        boxes = [(*rest[:place], within, *rest[place:]) for rest, within in of.items()]
    return boxes


# --- edges -------------------------------------------------------------------------------------------------------


class Edge(NamedTuple):
    """That something is not at an end: asked along these boxes, and violated in those at it."""

    asked: Condition
    along: set[Cell]
    end: tuple[int, int] | None = None  # the place of the thing, and its piece there

    @property
    def at(self) -> set[Cell]:
        return set() if self.end is None else {at_piece(box, *self.end) for box in self.along}

    def left_open(self, box: Cell) -> Cell:
        """A box with the thing left open: elsewhere than at its end the condition holds."""
        return box if self.end is None else at_piece(box, self.end[0], None)


def edges_of(cases: Cases, moves: Moves, meet: Callable[..., bool]) -> Iterator[Edge]:
    """That what moves is not at an end where cells do not meet."""
    for place, (thing, ends) in enumerate(cases.ends.items()):
        if not moves(thing) or is_steady(thing, moves):
            continue
        for k, end in enumerate(ends):
            along = {box for *cells, box in cases.crossings(place, k) if not meet(*cells, thing, end)}
            if along:
                yield from edges_at(place, 2 * k + 1, along, cases, moves)


def edges_at(place: int, piece: int, along: set[Cell], cases: Cases, moves: Moves) -> Iterator[Edge]:
    """That a thing is not at an end; where a factor of it that does not move is 0 it stays 0, and nothing meets."""
    thing, ends = list(cases.ends.items())[place]
    end = ends[piece // 2]
    factors = factored(thing) if end == 0 else []
    asked = cases.ranges.stated(thing, compared("!=", end)) or ()
    if len(factors) > 1 and all(exponent.op == "number" for _, exponent in factors):
        asked = tuple(Condition("nonzero", (base,)) for base, k in factors if k.attr > 0 and moves(base))
    for c in asked:
        yield Edge(c, along, (place, piece))


def factored(e: Expr) -> list[tuple[Expr, Expr]]:
    """The factors of a product as powers; of a sum those that its terms share, and what is left of it."""
    terms = [split_number(term) for term in e.args] if e.op == "add" else [(1, e)]
    powers = [power_factors(rest) for _, rest in terms]
    if len(terms) == 1 or any(len(dict(own)) < len(own) or any(k.op != "number" for _, k in own) for own in powers):
        return power_factors(e)
    exponents = [{base: k.attr for base, k in own} for own in powers]
    shared = {base: min(own.get(base, 0) for own in exponents) for base in exponents[0]}
    shared = {base: least for base, least in shared.items() if least > 0}
    left = [[(base, number(k - shared.get(base, 0))) for base, k in own.items()] for own in exponents]
    rest = [scale(number(value), power_product(own)) for (value, _), own in zip(terms, left, strict=True)]
    return [
        *((base, number(k)) for base, k in shared.items()),
        (add(*(spread(r, e.shape) if not r.shape else r for r in rest)), ONE),
    ]


def is_steady(thing: Expr, moves: Moves) -> bool:
    """Whether a thing that moves only jumps."""
    return not any(moves(node) and not node.args for node in postorder(thing, into=lambda node: not is_step(node)))
