"""An expression entry by entry in its cases: what it is on either side of each of its branches and kinks.

`relu(x)*x` is 0 where x < 0 and x^2 where x > 0. Each thing that a branch compares with numbers cuts the line into
pieces; a cell is a piece for each thing, and in a cell nothing is left of `where`, `abs` or `max`. Whether two cells
meet smoothly is asked of the difference of what the expression is in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from symdiff.algebra import (
    COMPARISONS,
    add,
    is_zero,
    number,
    ones,
    power,
    same,
    scale,
    spread,
    sub,
    substitute,
    symbol,
    unspread,
    zeros,
)
from symdiff.algebra.build import split_number
from symdiff.algebra.conditions import holds
from symdiff.algebra.leaves import Number
from symdiff.algebra.ranges import Ranges, known_range
from symdiff.algebra.reals import LINE, Reals
from symdiff.algebra.rebuild import rebuild
from symdiff.book import cases_of, domain_of, is_step, smooth_of
from symdiff.calculus.differential import differentials
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, postorder
from symdiff.rewrite import collect

_MOST = 1000  # cells that are looked at
_ROUNDS = 6  # of branches within what branches compare
_LARGEST = 300  # nodes of a difference that is differentiated

Cell = tuple[int, ...]  # the number of the piece of each thing


class Cases:
    """The cells of an expression; `ends` are those of the pieces of each thing, `forms` what it is in each cell."""

    def __init__(self, e: Expr, ranges: Ranges) -> None:
        self.ranges = ranges
        self.ends: dict[Expr, tuple[Number, ...]] = {}
        self.forms: dict[Cell, Expr] = {}
        self.parts: dict[Cell, dict[Expr, Expr]] = {}  # what every node that is reached is there
        self.compared: dict[Cell, set[Expr]] = {}  # the nodes that are reached only in what is compared
        self.whole = opened(e)
        self.are_known = self._cut()

    def _cut(self) -> bool:
        """Find the things and their pieces; False where there are too many, or what is compared is no number."""
        looked = [self.whole]
        for _ in range(_ROUNDS):
            before = dict(self.ends), looked
            for e in looked:
                if not self._look(e):
                    return False
            if prod(2 * len(ends) + 1 for ends in self.ends.values()) > _MOST:
                return False
            self.parts = {}
            for cell in self._cells():
                self.parts[cell], self.compared[cell] = self._parts(cell)
            self.forms = {cell: parts[self.whole] for cell, parts in self.parts.items()}
            looked = [e for e in self.forms.values() if _branches(e)]
            if not looked:
                return True
            if (self.ends, looked) == before:
                return False
        return False

    def _look(self, e: Expr) -> bool:
        """Take up the things that the innermost branches of e compare."""
        for node in postorder(e):
            if node.op != "compare" or node.attr not in COMPARISONS or _branches(node):
                continue
            placed = self.ranges.compared(node.attr, *node.args)
            if placed is None:
                return False
            thing, within = placed
            if thing.op != "number":
                self.ends[thing] = tuple(sorted({*self.ends.get(thing, ()), *within.ends}))
        return True

    def piece(self, thing: Expr, k: int) -> Reals:
        """One of the pieces of a thing: the odd ones are its ends."""
        ends = self.ends[thing]
        return Reals(ends, tuple(j == k for j in range(2 * len(ends) + 1)))

    def _cells(self) -> Iterator[Cell]:
        possible = [
            [k for k in range(2 * len(ends) + 1) if not (self.piece(thing, k) & known_range(thing)).is_empty]
            for thing, ends in self.ends.items()
        ]
        return product(*possible)

    def _parts(self, cell: Cell) -> tuple[dict[Expr, Expr], set[Expr]]:
        """What the nodes are in a cell that are needed there, and which of them only for what is compared."""
        where = {thing: self.piece(thing, k) for thing, k in zip(self.ends, cell, strict=True)}
        done: dict[Expr, Expr] = {}
        truth: dict[Expr, bool | None] = {}
        for node in postorder(self.whole):
            args = [done.get(arg, arg) for arg in node.args]
            if node.op == "compare":
                truth[node] = self._truth(node, args, where, truth)
            elif _is_in_place(node):  # a comparison that is spread
                truth.update((node, truth[arg]) for arg in node.args if arg in truth)
            if node.op == "select" and truth.get(node.args[0]) is not None:
                done[node] = args[1] if truth[node.args[0]] else args[2]
            else:
                done[node] = rebuild(node, args) if args else node
        taken = _reached([self.whole], truth, into_comparisons=False)
        compared = _reached([arg for node in taken if node.op == "compare" for arg in node.args], truth)
        return {node: done[node] for node in (*taken, *compared)}, {node for node in compared if node not in taken}

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

    def meet(self, thing: Expr, k: int, cell: Cell, order: int) -> bool:
        """Whether the forms on both sides of the end with this number, a thing being in it, agree up to an order."""
        place = list(self.ends).index(thing)
        below, at, above = (
            self.forms.get((*cell[:place], side, *cell[place + 1 :])) for side in (2 * k, 2 * k + 1, 2 * k + 2)
        )
        if below is None or above is None:
            return True  # facts say that the thing is on one side
        end = self.ends[thing][k]
        if at is not None and at is not below and at is not above and not _agree(at, below, thing, end, order):
            return False
        return _agree(below, above, thing, end, order)


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


def opened(e: Expr) -> Expr:
    """The expression with every function that is written by cases written so."""
    while True:
        done: dict[Expr, Expr] = {}
        for node in postorder(e):
            made = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
            done[node] = cases_of(made) or made
        if done[e] is e:
            return e
        e = done[e]


def compared_in_place(e: Expr) -> Expr:
    """The expression; a comparison that is turned, picked from or spread along an axis is one of what stands there."""
    if not _branches(e):
        return e
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        made = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        told = [arg for arg in made.args if arg.op == "compare"]
        placed = made.op in ("einsum", "index", "reshape") and not _is_in_place(made)
        done[node] = _inside(made, told[0]) if told and placed else made
    return done[e]


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


def _agree(a: Expr, b: Expr, thing: Expr, end: Number, order: int) -> bool:
    """Whether two expressions agree where a thing is `end`, with their derivatives up to an order.

    They do where their difference, with the thing as a variable of its own, is a multiple of (thing - end)^(order + 1).
    """
    difference = sub(a, b)
    if is_zero(difference):
        return True
    z = symbol("?z", thing.shape)
    difference = substitute(difference, _as_variable(thing, z, difference))
    here = spread(number(end), thing.shape)
    try:
        for k in range(order + 1):
            difference = collect(difference)
            if len(postorder(difference)) > _LARGEST or not _vanishes(difference, z, here):
                return False
            if k < order:
                (difference,) = differentials([difference], {z: ones(z.shape)})
    except SymdiffError:
        return False
    return True


def _vanishes(e: Expr, z: Expr, here: Expr) -> bool:
    """Whether e is zero at a place, and all that it is made of has a value there and does not jump."""

    def put(part: Expr) -> Expr:
        return substitute(part, {z: here})

    asked = (c for node in postorder(e) for c in (*domain_of(node), *(smooth_of(node) if is_step(node) else ())))
    if any(holds(c.of(put)) is False for c in asked):
        return False
    return same(_signs_out(collect(put(e))), zeros(e.shape))


def _signs_out(e: Expr) -> Expr:
    """Whole powers of multiples as multiples of powers: (-y)^2 as y^2."""
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        made = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
        if made.op == "map" and made.attr == "pow":
            (value, base), exponent = split_number(made.args[0]), unspread(made.args[1])
            if value != 1 and exponent is not None and exponent.op == "number" and isinstance(exponent.attr, int):
                made = scale(power(number(value), exponent), power(base, exponent))
        done[node] = made
    return done[e]


def _as_variable(thing: Expr, z: Expr, e: Expr) -> dict[Expr, Expr]:
    """A thing in e as the variable z: by a symbol that is a term of it, where there is one, else as it is written."""
    terms = thing.args if thing.op == "add" else (thing,)
    for k, term in enumerate(terms):
        value, x = split_number(term)
        rest = [other for j, other in enumerate(terms) if j != k]
        if x.op == "symbol" and x.shape == thing.shape and not any(x in postorder(other) for other in rest):
            unit = number(1 / value if isinstance(value, float) else Fraction(1) / value)
            return {x: scale(unit, sub(z, add(*rest)) if rest else z)}
    split = {node: split_number(node) for node in postorder(e) if node.shape == thing.shape}
    return {node: scale(number(value), z) for node, (value, rest) in split.items() if rest is thing}

