"""An expression entry by entry in its cases: what it is on either side of each of its branches and kinks.

`relu(x)*x` is 0 where x < 0 and x^2 where x > 0. Each thing that a branch compares with numbers cuts the line into
pieces; a cell is a piece for each thing, and in a cell nothing is left of `where`, `abs` or `max`. Whether two cells
meet smoothly is asked of the difference of what the expression is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

from symdiff.algebra import (
    COMPARISONS,
    Slice,
    add,
    index,
    is_zero,
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
from symdiff.algebra.reals import LINE, Reals, pieces
from symdiff.algebra.rebuild import rebuild
from symdiff.book import cases_of
from symdiff.calculus.cells import Cell, at_piece, both
from symdiff.calculus.meeting import agree, settled, way_of
from symdiff.expr import Expr, postorder, recall, worked_out
from symdiff.rewriting import collect

_MOST = 128  # cells that are looked at
_BRANCHES = 12  # in an expression that is looked at
Where = Mapping[Expr, Reals]  # the sets that things are in
Done = dict[Expr, Expr]  # what nodes are in a cell
Truth = dict[Expr, bool | None]


class Cases:
    """The cells of an expression; `ends` are those of the pieces of each thing, `forms` what it is in each cell.

    The cells are found as a tree: what is compared is asked for only where it decides something.
    """

    def __init__(self, e: Expr, known: Mapping[Expr, Reals]) -> None:
        self.ranges = Ranges()
        self.known = known  # where some things are
        self.ends: dict[Expr, tuple[Number, ...]] = {}
        self.forms: dict[Cell, Expr] = {}
        self.parts: dict[Cell, dict[Expr, Expr]] = {}  # what every node that is reached is there
        self.compared: dict[Cell, set[Expr]] = {}  # the nodes that are reached only in what is compared
        self.whole, self.written = opened(e)
        self.nodes = postorder(self.whole)
        self._met: dict[object, bool] = {}
        self._cuts: dict[Expr, tuple[Reals, ...]] = {}
        self._in_words: dict[Cell, dict[Expr, Expr]] = {}
        self._built: dict[tuple[Expr, ...], Expr] = {}
        self._told: dict[tuple[Expr, Reals, Reals], bool | None] = {}
        self._plain: dict[Expr, tuple[tuple[Expr, ...], Reals]] = {}  # the symbols of things, and where things are
        self.are_known = self._cut()

    def _cut(self) -> bool:
        """Find the things and their pieces; False where there are too many, or what is compared is no number."""
        leaves = self._leaves() if sum(node.op == "select" for node in self.nodes) <= _BRANCHES else None
        for where, done, truth in leaves or ():
            taken = _reached([self.whole], truth, into_comparisons=False)
            compared = _reached([arg for node in taken if node.op == "compare" for arg in node.args], truth)
            parts = {node: done[node] for node in (*taken, *compared)}
            for cell in product(*(self._places(thing, where.get(thing)) for thing in self.ends)):
                self.parts[cell] = parts
                self.compared[cell] = {node for node in compared if node not in taken}
                self.forms[cell] = done[self.whole]
            if len(self.forms) > _MOST:
                return False
        return leaves is not None and not any(map(_branches, self.forms.values()))

    def _leaves(self) -> list[tuple[Where, Done, Truth]] | None:
        """Where things are when all branches are decided, and what the nodes are there."""
        found: list[tuple[Where, Done, Truth]] = []
        stack: list[Where] = [{}]
        while stack:
            where = stack.pop()
            done, truth = self._decided(where)
            reached = _reached([self.whole], truth)
            undecided = [node for node in self.nodes if node in reached and truth.get(node, True) is None]
            plain = [n for n in undecided if n.attr in COMPARISONS and not any(map(_branches, _of(n, done)))]
            if not undecided:
                found.append((where, done, truth))
            elif not plain or (placed := self.ranges.compared(plain[0].attr, *_of(plain[0], done))) is None:
                return None
            else:
                thing, within = placed
                self.ends[thing] = tuple(sorted({*self.ends.get(thing, ()), *within.ends}))
                stack += reversed(list(self._split(where, thing, within)))
            if len(found) + len(stack) > _MOST:
                return None
        return found

    def _split(self, where: Where, thing: Expr, by: Reals) -> Iterator[Where]:
        """Where a thing may be on each side of the ends of a set, and at them, others being where they are."""
        known = self._known(thing, {x: within for x, within in where.items() if x is not thing})
        for piece in pieces(by.ends):
            here = {**where, thing: piece & where.get(thing, LINE)}
            empty = (here[thing] & known).is_empty
            if not (empty or (thing.op == "symbol" and piece.is_point and self._is_contrary(here))):
                yield here

    def _is_contrary(self, where: Where) -> bool:
        return any((self._known(thing, where) & within).is_empty for thing, within in where.items())

    def _known(self, thing: Expr, where: Where) -> Reals:
        """Where a thing is known to be, where symbols are in sets."""
        if thing not in self._plain:
            known = known_range(collect(thing)) & known_range(thing) & self.known.get(thing, LINE)
            self._plain[thing] = symbols_of(thing), known
        symbols, known = self._plain[thing]
        put = {x: _one_of(x, where[x]) for x in symbols if x in where}
        return known & known_range(substitute(thing, put)) if put else known

    def _places(self, thing: Expr, within: Reals | None) -> Sequence[int | None]:
        """The numbers of the pieces that lie in a set."""
        if within is None:
            return [None]
        return [k for k in range(2 * len(self.ends[thing]) + 1) if self.piece(thing, k) <= within]

    def piece(self, thing: Expr, k: int | None) -> Reals:
        """One of the pieces of a thing: the odd ones are its ends."""
        if thing not in self._cuts:
            self._cuts[thing] = tuple(pieces(self.ends[thing]))
        return LINE if k is None else self._cuts[thing][k]

    def _decided(self, where: Where) -> tuple[Done, Truth]:
        """What the nodes are where things are in these sets, and which comparisons hold there."""
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
                key = (node, *args)
                if key not in self._built:
                    self._built[key] = as_number(rebuild(node, args)) if args else node
                done[node] = self._built[key]
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
        key = thing, within, where.get(thing, LINE)
        if key not in self._told:
            piece = key[2] & self._known(thing, {})
            self._told[key] = True if piece <= within else False if (piece & within).is_empty else None
        return self._told[key]

    def as_written(self, cell: Cell) -> dict[Expr, Expr]:
        """The nodes in a cell with functions by cases as they were written: facts know more of them."""
        parts, told = self.parts[cell], self._in_words.setdefault(cell, {})
        for node in filter(parts.__contains__, self.nodes if not told else ()):
            whole = self.written.get(node, node)
            taken = [arg for arg in node.args[1:] if arg in told and parts[arg] is parts[node]]
            if whole.op == "select" and taken:
                whole = told[taken[0]]
            elif whole is node and node.args:
                whole = rebuild(node, [told.get(arg, arg) for arg in node.args])
            told[node] = whole
        return told

    def within(self, box: Cell) -> Iterator[tuple[Cell, Cell]]:
        """The cells that have a part in a box, each with that part."""
        for cell in self.forms:
            part = both(cell, box)
            if part is not None:
                yield cell, part

    def crossings(self, place: int, k: int) -> Iterator[tuple[Cell, Cell, Cell, Cell]]:
        """Cells below, at and above an end of a thing that meet there, and where they do: with the thing left open."""
        thing = list(self.ends)[place]
        for below in [cell for cell in self.forms if cell[place] == 2 * k]:
            for at, here in self.within(at_piece(below, place, 2 * k + 1)):
                for above, there in self.within(at_piece(here, place, 2 * k + 2)):
                    box = self.nearest(at_piece(there, place, 2 * k + 1))
                    if box is not None and not self._known(thing, self._where(at_piece(box, place, None))).is_point:
                        yield below, at, above, at_piece(box, place, None)

    def nearest(self, box: Cell) -> Cell | None:
        """A box with things in the pieces that they are in there: in those of the box, or at an end of them.

        None where they are known to be elsewhere, so that there is no such box.
        """
        where = self._where(box)
        found: list[int | None] = []
        for thing, k in zip(self.ends, box, strict=True):
            last = 2 * len(self.ends[thing])
            near = [] if k is None else [k] if k % 2 else [j for j in (k, k - 1, k + 1) if 0 <= j <= last]
            known = self._known(thing, where) if near else LINE
            there = [j for j in near if not (known & self.piece(thing, j)).is_empty]
            if near and not there:
                return None
            found.append(there[0] if near else None)
        return tuple(found)

    def _where(self, box: Cell) -> Where:
        return {thing: self.piece(thing, k) for thing, k in zip(self.ends, box, strict=True) if k is not None}

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
        told = {thing: within.ends[0] for thing, within in self._where(box).items() if within.is_point}
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
        where = self._where(box)
        found = list(box)
        for place, (thing, ends) in enumerate(self.ends.items()):
            known = self._known(thing, where)
            there = [k for k in range(2 * len(ends) + 1) if not (known & self.piece(thing, k)).is_empty]
            if box[place] is None and len(there) == 1:
                found[place] = there[0]
        return tuple(found)

    def is_number(self, e: Expr, cell: Cell) -> bool:
        """Whether a thing is one number in a cell."""
        return self._known(e, self._where(cell)).inside == (False, True, False)

    def _agree(self, a: Expr, b: Expr, ends: Mapping[Expr, Number], order: int) -> bool:
        key = (a, b, tuple(ends.items()), order)
        if key not in self._met:
            self._met[key] = agree(a, b, ends, order)
        return self._met[key]


def _one_of(x: Expr, within: Reals) -> Expr:
    """What stands for a symbol in a set: the one number in it, or an end and what is positive."""
    if within.is_point:
        return spread(number(within.ends[0]), x.shape)
    more = symbol(f"+{x.attr.name}", x.shape, ["positive"])
    if within.ends and not any(within.inside[:2]):
        return add(spread(number(within.ends[0]), x.shape), more)
    if within.ends and not any(within.inside[-2:]):
        return sub(spread(number(within.ends[-1]), x.shape), more)
    return x


def _of(node: Expr, done: Done) -> list[Expr]:
    """The arguments of a node as they are in a cell."""
    return [done.get(arg, arg) for arg in node.args]


def rests(e: Expr) -> bool:
    """Whether e is 0 in a cell, and not at an end alone."""
    cases = Cases(e, {})
    inner = (form for cell, form in cases.forms.items() if all(k is None or k % 2 == 0 for k in cell))
    return cases.are_known and any(map(is_zero, inner))


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
            by_cases = cases_of(made)
            done[node] = by_cases or made
            if node in written or by_cases is not None:
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
    return bool(worked_out(e, _FACT, lambda node: node.op == "select" or any(recall(arg, _FACT) for arg in node.args)))


_FACT = "has branches"
