"""An expression entry by entry in its cases: what it is on either side of each of its branches and kinks.

`relu(x)*x` is 0 where x < 0 and x^2 where x > 0. Each thing that a branch compares with numbers cuts the line into
pieces; a cell is a piece for each thing, and in a cell nothing is left of `where`, `abs` or `max`. Whether two cells
meet smoothly is asked of the difference of what the expression is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from symdiff.algebra import (
    COMPARISONS,
    Slice,
    add,
    index,
    join,
    number,
    select,
    spread,
    sub,
    substitute,
    symbol,
    symbols_of,
)
from symdiff.algebra.leaves import Number
from symdiff.algebra.numbers import as_number
from symdiff.algebra.ranges import Ranges, known_range
from symdiff.algebra.reals import LINE, Reals
from symdiff.algebra.rebuild import rebuild
from symdiff.book import cases_of
from symdiff.calculus.cells import Cell, at_piece, both
from symdiff.calculus.meeting import agree, settled, way_of
from symdiff.expr import Expr, postorder
from symdiff.rewrite import collect

_MOST = 300  # cells that are looked at
_ROUNDS = 6  # of branches within what branches compare
Pieces = dict[Expr, int]  # the number of the piece of each thing that is told
Done = dict[Expr, Expr]  # what nodes are in a cell
Truth = dict[Expr, bool | None]


class Cases:
    """The cells of an expression; `ends` are those of the pieces of each thing, `forms` what it is in each cell.

    The cells are found as a tree: what is compared is asked for only where it decides something.
    """

    def __init__(self, e: Expr, ranges: Ranges) -> None:
        self.ranges = ranges
        self.ends: dict[Expr, tuple[Number, ...]] = {}
        self.forms: dict[Cell, Expr] = {}
        self.parts: dict[Cell, dict[Expr, Expr]] = {}  # what every node that is reached is there
        self.compared: dict[Cell, set[Expr]] = {}  # the nodes that are reached only in what is compared
        self.whole, self.written = opened(e)
        self.nodes = postorder(self.whole)
        self._met: dict[object, bool] = {}
        self.are_known = self._cut()

    def _cut(self) -> bool:
        """Find the things and their pieces; False where there are too many, or what is compared is no number."""
        for _ in range(_ROUNDS):
            before = dict(self.ends)
            leaves = self._leaves()
            if leaves is None:
                return False
            if self.ends == before:
                break
        else:
            return False
        for pieces, done, truth in leaves:
            cell = tuple(pieces.get(thing) for thing in self.ends)
            taken = _reached([self.whole], truth, into_comparisons=False)
            compared = _reached([arg for node in taken if node.op == "compare" for arg in node.args], truth)
            self.parts[cell] = {node: done[node] for node in (*taken, *compared)}
            self.compared[cell] = {node for node in compared if node not in taken}
            self.forms[cell] = done[self.whole]
        return not any(map(_branches, self.forms.values()))

    def _leaves(self) -> list[tuple[Pieces, Done, Truth]] | None:
        """The pieces that things are in where all branches are decided, and what the nodes are there."""
        found: list[tuple[Pieces, Done, Truth]] = []
        stack: list[Pieces] = [{}]
        while stack:
            pieces = stack.pop()
            done, truth = self._decided(pieces)
            reached = _reached([self.whole], truth)
            undecided = [node for node in self.nodes if node in reached and truth.get(node, True) is None]
            plain = [
                node for node in undecided if node.attr in COMPARISONS and not any(map(_branches, _of(node, done)))
            ]
            if not undecided:
                found.append((pieces, done, truth))
            elif not plain or (placed := self.ranges.compared(plain[0].attr, *_of(plain[0], done))) is None:
                return None
            else:
                thing, within = placed
                self.ends[thing] = tuple(sorted({*self.ends.get(thing, ()), *within.ends}))
                stack += [{**pieces, thing: k} for k in self._possible(thing, pieces)][::-1]
            if len(found) + len(stack) > _MOST:
                return None
        return found

    def _possible(self, thing: Expr, pieces: Pieces) -> list[int]:
        """The pieces that a thing may be in where others are in theirs."""
        known = self._known(thing, {other: k for other, k in pieces.items() if other is not thing})
        found = [k for k in range(2 * len(self.ends[thing]) + 1) if not (self.piece(thing, k) & known).is_empty]
        if thing.op != "symbol":
            return found
        return [k for k in found if k % 2 == 0 or not self._is_contrary({**pieces, thing: k})]

    def _is_contrary(self, pieces: Pieces) -> bool:
        return any((self._known(other, pieces) & self.piece(other, j)).is_empty for other, j in pieces.items())

    def _known(self, thing: Expr, pieces: Pieces) -> Reals:
        """Where a thing is known to be, where symbols are in pieces."""
        put = {x: self._within(x, k) for x, k in pieces.items() if x.op == "symbol"}
        return known_range(collect(thing)) & known_range(thing) & known_range(substitute(thing, put))

    def _within(self, x: Expr, k: int) -> Expr:
        """What stands for a symbol in a piece: the number of an end, or that and what is positive."""
        ends = [number(end) for end in self.ends[x]]
        more = symbol(f"+{x.attr.name}", x.shape, ["positive"])
        if k % 2:
            return spread(ends[k // 2], x.shape)
        return add(spread(ends[k // 2 - 1], x.shape), more) if k else sub(spread(ends[0], x.shape), more)

    def piece(self, thing: Expr, k: int | None) -> Reals:
        """One of the pieces of a thing: the odd ones are its ends."""
        ends = self.ends[thing]
        return LINE if k is None else Reals(ends, tuple(j == k for j in range(2 * len(ends) + 1)))

    def _decided(self, pieces: Pieces) -> tuple[Done, Truth]:
        """What the nodes are where things are in these pieces, and which comparisons hold there."""
        where = {thing: self.piece(thing, k) for thing, k in pieces.items()}
        done: Done = {}
        truth: Truth = {}
        for node in self.nodes:
            args = _of(node, done)
            if node.op == "compare":
                truth[node] = self._truth(node, args, where, truth)
            elif _is_in_place(node):  # a comparison that is spread
                truth.update((node, truth[arg]) for arg in node.args if arg in truth)
            if node.op == "select" and truth.get(node.args[0]) is not None:
                done[node] = args[1] if truth[node.args[0]] else args[2]
            else:
                done[node] = as_number(rebuild(node, args)) if args else node
        return done, truth

    def _truth(
        self, node: Expr, args: Sequence[Expr], where: Mapping[Expr, Reals], truth: Mapping[Expr, bool | None]
    ) -> bool | None:
        """Whether a comparison holds; None where a cell does not decide it."""
        if node.attr not in COMPARISONS:
            told = [truth.get(arg) for arg in node.args]
            if node.attr == "not":
                return None if told[0] is None else not told[0]
            decides = node.attr == "or"
            return decides if decides in told else None if None in told else not decides
        placed = None if any(map(_branches, args)) else self.ranges.compared(node.attr, *args)
        if placed is None:
            return None
        thing, within = placed
        if thing.op == "number":
            return thing.attr in within
        piece = where.get(thing, LINE) & known_range(thing)
        return True if piece <= within else False if (piece & within).is_empty else None

    def within(self, box: Cell) -> Iterator[tuple[Cell, Cell]]:
        """The cells that have a part in a box, each with that part."""
        for cell in self.forms:
            part = both(cell, box)
            if part is not None:
                yield cell, part

    def crossings(self, place: int, k: int) -> Iterator[tuple[Cell, Cell, Cell, Cell]]:
        """Cells below, at and above an end of a thing that meet there, and where they do: with the thing left open."""
        for below in [cell for cell in self.forms if cell[place] == 2 * k]:
            for at, here in self.within(at_piece(below, place, 2 * k + 1)):
                for above, there in self.within(at_piece(here, place, 2 * k + 2)):
                    box = self.nearest(at_piece(there, place, 2 * k + 1))
                    if box is not None:
                        yield below, at, above, at_piece(box, place, None)

    def nearest(self, box: Cell) -> Cell | None:
        """A box with things in the pieces that they are in there: in those of the box, or at an end of them.

        None where they are known to be elsewhere, so that there is no such box.
        """
        pieces = self._pieces(box)
        found: list[int | None] = []
        for thing, k in zip(self.ends, box, strict=True):
            near = [] if k is None else [k] if k % 2 else [k, k - 1, k + 1]
            known = self._known(thing, pieces) if near else LINE
            there = [j for j in near if not (known & self.piece(thing, j)).is_empty]
            if near and not there:
                return None
            found.append(there[0] if near else None)
        return tuple(found)

    def _pieces(self, box: Cell) -> Pieces:
        return {thing: k for thing, k in zip(self.ends, box, strict=True) if k is not None}

    def meet(self, below: Cell, at: Cell, above: Cell, thing: Expr, end: Number, order: int) -> bool:
        """Whether the forms in cells on both sides of an end of a thing, and at it, agree up to an order."""
        low, here, high = (self.forms[cell] for cell in (below, at, above))
        ends = {thing: end}
        if here not in (low, high) and not self._agree(here, low, ends, order):
            return False
        before, at_end, after = (settled(form, thing, end, side) for form, side in ((low, -1), (here, 0), (high, 1)))
        if (before, at_end, after) != (low, here, high) and not self._agree(before, at_end, ends, 0):
            return False
        return self._agree(before, after, ends, order)

    def meet_at(self, corner: Cell, moves: Callable[[Expr], bool], order: int) -> bool:
        """Whether the forms in all cells around a corner, where things are at ends, agree there up to an order."""
        things = list(self.ends)
        box = self._completed(corner)
        places = [place for place, k in enumerate(box) if k is not None and k % 2 and moves(things[place])]
        told = {thing: self.ends[thing][k // 2] for thing, k in self._pieces(box).items() if k % 2}
        fixed = {x: spread(number(end), x.shape) for x, end in told.items() if x.op == "symbol"}
        fixed = {x: end for x, end in fixed.items() if x not in [things[place] for place in places]}
        there = [substitute(things[place], fixed) for place in places]
        ends = {thing: told[things[place]] for thing, place in zip(there, places, strict=True)}
        line = next((x for x in ends if x.op == "symbol" and all(symbols_of(thing) == (x,) for thing in ends)), None)
        ways = [way_of(thing, line, ends[line]) if line is not None else None for thing in there]
        around = tuple(None if place in places else k for place, k in enumerate(box))

        def is_near(cell: Cell, side: int) -> bool:
            moved = ((cell[p] or 0) - (box[p] or 0) for p in places)
            return all(
                cell[p] is None or d in ((-1, 0, 1) if way is None else (way[side],))
                for p, d, way in zip(places, moved, ways, strict=True)
            )

        near = [cell for cell, _ in self.within(around) if any(is_near(cell, side) for side in (-1, 0, 1))]
        first, *others = dict.fromkeys(substitute(self.forms[cell], fixed) for cell in near)
        ends = ends if line is None else {line: ends[line]}
        return all(self._agree(first, other, ends, order) for other in others)

    def _completed(self, box: Cell) -> Cell:
        """A box with the pieces that the other things are known to be in there."""
        pieces = self._pieces(box)
        found = list(box)
        for place, (thing, ends) in enumerate(self.ends.items()):
            known = self._known(thing, pieces)
            there = [k for k in range(2 * len(ends) + 1) if not (known & self.piece(thing, k)).is_empty]
            if box[place] is None and len(there) == 1:
                found[place] = there[0]
        return tuple(found)

    def is_number(self, e: Expr, cell: Cell) -> bool:
        """Whether a thing is one number in a cell."""
        return self._known(e, self._pieces(cell)).inside == (False, True, False)

    def _agree(self, a: Expr, b: Expr, ends: Mapping[Expr, Number], order: int) -> bool:
        key = (a, b, tuple(ends.items()), order)
        if key not in self._met:
            self._met[key] = agree(a, b, ends, order)
        return self._met[key]


def _of(node: Expr, done: Done) -> list[Expr]:
    """The arguments of a node as they are in a cell."""
    return [done.get(arg, arg) for arg in node.args]


def _reached(
    roots: Iterable[Expr], truth: Mapping[Expr, bool | None], into_comparisons: bool = True
) -> dict[Expr, None]:
    """The nodes that roots need, where the conditions of branches have these truths."""
    reached: dict[Expr, None] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node in reached:
            continue
        reached[node] = None
        told = truth.get(node.args[0]) if node.op == "select" else None
        if node.op != "compare" or into_comparisons:
            stack += node.args if told is None else (node.args[0], node.args[1 if told else 2])
    return reached


def opened(e: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    """The expression with every function that is written by cases written so; and those functions by what they are."""
    written: dict[Expr, Expr] = {}
    while True:
        done: dict[Expr, Expr] = {}
        for node in postorder(e):
            made = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
            done[node] = cases_of(made) or made
            if done[node] is not node:
                written.setdefault(done[node], written.get(node, node))
        if done[e] is e:
            return e, written
        e = done[e]


def compared_in_place(e: Expr) -> Expr:
    """The expression with branches by comparisons of what stands there.

    Those by one that is turned, picked from or spread along an axis compare what is so turned; of comparisons side by
    side each has a branch of its own.
    """
    if not _branches(e):
        return e
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        made = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        told = [arg for arg in made.args if arg.op == "compare"]
        placed = made.op in ("einsum", "index", "reshape") and not _is_in_place(made)
        made = _inside(made, told[0]) if told and placed else made
        while made.op == "select" and made.args[0].op == "join":
            made = _side_by_side(*made.args)
        done[node] = made
    return done[e]


def _side_by_side(told: Expr, a: Expr, b: Expr) -> Expr:
    """Branches by several conditions that are joined."""
    kind, axis = told.attr
    parts, start = [], 0
    for part in told.args:
        stop = start + 1 if kind == "stack" else start + part.shape[axis]
        items: list[int | Slice] = [Slice(0, d) for d in a.shape]
        items[axis] = start if kind == "stack" else Slice(start, stop)
        parts.append(select(part, index(a, items), index(b, items)))
        start = stop
    return join(kind, parts, axis)


def _is_in_place(e: Expr) -> bool:
    """Whether e is a product of entries, each in its place."""
    return e.op == "einsum" and all(own == e.attr[-1] for own in e.attr[:-1])


def _inside(outer: Expr, told: Expr) -> Expr:
    """outer, which places the entries of a comparison, as a comparison of placed things."""
    done: dict[Expr, Expr] = {}
    for node in postorder(told, into=lambda n: n.op == "compare" and n.attr not in COMPARISONS):
        if node.op == "compare" and node.attr not in COMPARISONS:
            done[node] = rebuild(node, [done[arg] for arg in node.args])
        else:
            placed = [rebuild(outer, [part if arg is told else arg for arg in outer.args]) for part in node.args]
            done[node] = rebuild(node, placed)
    return done[told]


def _branches(e: Expr) -> bool:
    return any(node.op == "select" for node in postorder(e))
