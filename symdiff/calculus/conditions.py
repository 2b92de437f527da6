"""The conditions of a derivative: where f has a value and is smooth, and where the form that is shown has a value.

They are a function of f and of what is shown, not of the way from one to the other. Every node has a domain and a
place where it is smooth, by its book; a branch asks for what it needs only where it is taken; and where two branches
meet smoothly, as those of relu(x)^2 do, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial, reduce
from itertools import product
from typing import NamedTuple

from symdiff.algebra import (
    ONE,
    TWO,
    Condition,
    Dependence,
    Slice,
    facts,
    hadamard,
    index,
    is_real,
    mul,
    number,
    power,
    scale,
    symbol,
    total,
)
from symdiff.algebra.build import split_number
from symdiff.algebra.conditions import holds
from symdiff.algebra.fact import Fact
from symdiff.algebra.implied import power_factors, simplified
from symdiff.algebra.leaves import Number
from symdiff.algebra.ranges import Ranges
from symdiff.algebra.reals import Reals, compared
from symdiff.algebra.rebuild import rebuild, substitute
from symdiff.book import domain_of, entry_of, expand, is_by_cases, is_by_definition, is_step, smooth_of
from symdiff.calculus.cases import Cases, Cell, compared_in_place
from symdiff.calculus.order import are_picked_alike, is_entrywise, is_symmetric_in
from symdiff.calculus.variables import base_symbol
from symdiff.expr import Expr, postorder
from symdiff.rewrite import collect

Given = tuple[Condition, ...]
_OPEN = {"nonnegative": "positive", "less_equal": "less", "within_closed": "within"}


def conditions(
    f: Expr, wrt: Sequence[Expr] = (), order: int = 1, shown: Sequence[Expr] = ()
) -> tuple[Condition, ...]:
    """Under which f has derivatives up to an order by the variables, and each form that is shown has a value.

    Without variables they are those under which f has a value.
    """
    bases = [base_symbol(x) for x in wrt]
    f = compared_in_place(f)
    found = list(_Domain(bases).of(f))
    if bases:
        found += _Smooth(bases, order).of(collect(f))
    for form in shown:
        found += _Domain(()).of(form)
    return simplified(found)


Moves = Callable[[Expr], bool]


class Edge(NamedTuple):
    """That something is not at an end: asked along these cells, and violated in those at it."""

    asked: Condition
    along: set[Cell]
    at: set[Cell]


class _Walk:
    """A walk over an expression that gathers what its nodes ask for, each only where it is needed."""

    def __init__(self, variables: Sequence[Expr]) -> None:
        self.variables = variables
        self.moves = Dependence(variables)
        self.found: dict[Condition, None] = {}
        self.work: list[tuple[Expr, Given, bool]] = []
        self.done: dict[tuple[Expr, bool], list[Given]] = {}

    def of(self, f: Expr) -> Iterable[Condition]:
        """What f asks for."""
        if not any(map(_is_branch, postorder(f))):
            self.each(f)
            return self.found
        self.work.append((f, (), True))
        while self.work:
            root, given, lives = self.work.pop()
            before = self.done.setdefault((root, lives), [])
            if not any(set(known) <= set(given) for known in before):
                before.append(given)
                self.region(root, given, lives)
        return self.found

    def each(self, f: Expr) -> None:
        """An expression without branches: each node by itself, arguments first."""
        seen: dict[tuple[Expr, bool], None] = {}
        stack = [(f, True)]
        while stack:
            node, lives = stack.pop()
            if (node, lives) not in seen and (lives or (node, True) not in seen):
                seen[node, lives] = None
                lives = lives and node.op not in _STILL
                stack += [(part, lives) for part in _parts(node)]
        for node, lives in reversed(seen):
            for c in self.asked(node, self.moves if lives else _nothing, _as_it_is):
                self.put(c, ())

    def asked(self, node: Expr, moves: Moves, put: Callable[[Expr], Expr]) -> Iterable[Condition]:
        """What a node asks for, whose arguments have values; `put` is what things are in a case."""
        raise NotImplementedError

    def edges(self, cases: Cases, moves: Moves) -> Iterator[Edge]:
        """What is asked where the cases meet."""
        return iter(())

    def at_edge(self, moves: Moves, excluded: bool) -> Moves | None:
        """How what stands where two cases meet moves; None where nothing is asked of it."""
        return _nothing

    def put(self, c: Condition, given: Given) -> None:
        self.found[c._replace(given=(*c.given, *given))] = None

    def region(self, root: Expr, given: Given, lives: bool) -> None:
        """What is worked out entry by entry: the root, and its arguments as far as they are."""
        nodes = postorder(root, into=is_entrywise)
        if any(map(_is_branch, nodes)):
            self.by_cases(root, nodes, given, lives)
        else:
            for node in nodes:
                self.node(node, given, lives)

    def node(self, node: Expr, given: Given, lives: bool) -> None:
        """A node for itself; what lies behind it is another region."""
        for c in self.asked(node, self.moves if lives else _nothing, _as_it_is):
            self.put(c, given)
        if not is_entrywise(node):
            self.work += [(behind, given, lives and node.op not in _STILL) for behind in _behind(node)]

    def by_cases(self, root: Expr, nodes: Sequence[Expr], given: Given, lives: bool) -> None:
        """A region with branches: cell by cell, and where the cells meet."""
        cases, filled = _in_cases(root, nodes)
        if not cases.are_known:
            self.without_cases(nodes, given, lives)
            return
        moving = [hole for hole, leaf in filled.items() if self.moves(leaf)]
        moves: Moves = Dependence([*self.variables, *moving]) if lives else _nothing
        wanted: dict[Condition | Expr, set[Cell]] = {}
        found = list(self.edges(cases, moves))
        excluded = {cell for edge in found for cell in edge.at}
        for edge in found:
            corners = {corner for cell in edge.at for corner in _beside(cell, cases, moves, ends=True)}
            wanted.setdefault(edge.asked, set()).update(edge.along, corners - excluded)
        edges = {cell for cell in cases.forms if _is_edge(cell, cases, moves)}
        for cell in cases.forms:
            moved = self.at_edge(moves, cell in excluded) if cell in edges else moves
            if moved is not None:
                for what in self.in_cell(cases, cell, moved, filled):
                    wanted.setdefault(what, set()).add(cell)
            if moved is not None and cell in edges:
                for side in _beside(cell, cases, moves, ends=False):
                    for what in self.in_cell(cases, side, moves, filled):
                        if isinstance(what, Condition) and any(map(moves, what.args)):
                            wanted.setdefault(what, set()).add(cell)
        for what, cells in wanted.items():
            for literals in _guards(cells, set() if cells <= edges else edges, cases):
                self.tell(what, given, literals, filled, lives)

    def in_cell(
        self, cases: Cases, cell: Cell, moves: Moves, filled: Mapping[Expr, Expr]
    ) -> Iterator[Condition | Expr]:
        """What the nodes that are needed in a cell ask for there; for a hole the hole."""
        parts = cases.parts[cell]
        for node in parts:
            if node in filled:
                yield node
                continue
            here = {part: parts[part] for part in (node, *node.args) if part in parts}
            yield from self.asked(
                node, _nothing if self.still(node, cases, cell) else moves, partial(substitute, replacements=here)
            )

    def still(self, node: Expr, cases: Cases, cell: Cell) -> bool:
        """Whether it does not matter in a cell how a node moves."""
        return node in cases.compared[cell]

    def tell(
        self, what: Condition | Expr, given: Given, literals: Given, filled: Mapping[Expr, Expr], lives: bool
    ) -> None:
        """Take up a condition, or what lies behind a hole, under what holds in its cells."""

        def full(e: Expr) -> Expr:
            return substitute(e, filled)

        told = [g.of(full) for g in literals]
        if isinstance(what, Condition):
            c = what.of(full)
            self.put(c, (*given, *(g for g in told if _fits(g, c))))
        else:
            self.node(filled[what], (*given, *(g for g in told if not any(part.shape for part in g.parts))), lives)

    def without_cases(self, nodes: Sequence[Expr], given: Given, lives: bool) -> None:
        """A region with more branches than are told apart: each node by itself."""
        for node in nodes:
            self.node(node, given, lives)


def _as_it_is(e: Expr) -> Expr:
    return e


def _nothing(e: Expr) -> bool:
    """How things move behind `detach`, and in what is compared: not at all."""
    return False


_STILL = frozenset({"stop", "compare"})


class _Domain(_Walk):
    """Where an expression has a value; of what moves also nearby."""

    def asked(self, node: Expr, moves: Moves, put: Callable[[Expr], Expr]) -> Iterable[Condition]:
        for c in _row_of_gaps(node) or domain_of(node):
            c = c.of(put)
            opens = c.predicate in _OPEN and any(moves(arg) and not _is_steady(arg, moves) for arg in c.args)
            yield c._replace(predicate=_OPEN[c.predicate]) if opens and holds(c) is not True else c

    def still(self, node: Expr, cases: Cases, cell: Cell) -> bool:
        return False  # what is compared must have a value nearby too


class _Smooth(_Walk):
    """Where an expression that has a value has derivatives up to an order."""

    def __init__(self, variables: Sequence[Expr], order: int) -> None:
        super().__init__(variables)
        self.order = order

    def of(self, f: Expr) -> Iterable[Condition]:
        self.f = f = f if any(map(_is_branch, postorder(f))) else _in_squares(f, self.order)
        self.jumps = any(map(is_step, postorder(f)))
        return super().of(f)

    def asked(self, node: Expr, moves: Moves, put: Callable[[Expr], Expr]) -> Iterable[Condition]:
        if not moves(here := put(node)):
            return
        if self.jumps and all(_is_steady(part, moves) for part in (here.args if is_step(node) else (here,))):
            return
        for c in smooth_of(_moving(node, lambda part: moves(put(part))), self.order):
            spectral = c.predicate in _OF_SPECTRA and is_symmetric_in(self.f, node)
            if not spectral and not (c.predicate == "simple" and are_picked_alike(self.f, c.args[1])):
                yield c.of(put)

    def put(self, c: Condition, given: Given) -> None:
        """What is asked of a thing is asked where it moves: the norm of relu(x) rests at 0 where all of x is below."""
        moved = c.predicate in ("positive", "nonzero") and self.moves(c.args[0])
        for awake in self.moving(c.args[0]) if moved else [()]:
            super().put(c, (*given, *(g for g in awake if _fits(g, c))))

    def moving(self, e: Expr) -> list[Given]:
        """Several lists of conditions: near a point where none of them holds in any entry e stays as it is."""
        found: list[Given] = []
        work = [e]
        while work:
            root = work.pop()
            nodes = postorder(root, into=is_entrywise)
            leaves = [node for node in nodes if not is_entrywise(node) and self.moves(node)]
            if not any(map(_is_branch, nodes)):
                if any(not leaf.args for leaf in leaves):
                    return [()]
                work += [behind for leaf in leaves for behind in _behind(leaf)]
                continue
            cases, filled = _in_cases(root, nodes)
            if not cases.are_known:
                return [()]
            moves = Dependence([*self.variables, *(hole for hole, leaf in filled.items() if self.moves(leaf))])
            cells = {cell for cell, form in cases.forms.items() if moves(form) or _is_edge(cell, cases, moves)}
            for literals in _guards(cells, set(), cases) if cells else ():
                found.append(tuple(g.of(partial(substitute, replacements=filled)) for g in literals))
        return found

    def at_edge(self, moves: Moves, excluded: bool) -> Moves | None:
        return None if excluded else moves

    def edges(self, cases: Cases, moves: Moves) -> Iterator[Edge]:
        for thing in filter(moves, cases.ends):
            for node in postorder(thing):
                if is_step(node) and moves(node):
                    yield from (Edge(c, set(cases.forms), set()) for c in smooth_of(node))
        yield from _edges(cases, moves, partial(cases.meet, order=self.order))

    def without_cases(self, nodes: Sequence[Expr], given: Given, lives: bool) -> None:
        super().without_cases(nodes, given, lives)
        for node in nodes:
            if lives and node.op == "compare" and len(node.args) == 2 and any(map(self.moves, node.args)):
                self.put(Condition("apart", node.args), given)


def _moving(e: Expr, moves: Moves) -> Expr:
    """Of a product of powers those that move, where another stands beside them: t*sqrt(s) is smooth in t at s = 0."""
    if e.op != "mul" or all(map(moves, e.args[1::2])):
        return e
    powers = zip(e.args[1::2], e.args[2::2], strict=True)
    return mul(*(power(base, k) for base, k in powers if moves(base) or moves(k)))


def _in_squares(f: Expr, order: int) -> Expr:
    """Powers of norms that are smooth at 0 too by the sums of squares: norm2(x)^3 as (x'*x)^(3/2)."""
    done: dict[Expr, Expr] = {}
    for node in postorder(f):
        if node.op == "mul":
            powers = zip(node.args[1::2], node.args[2::2], strict=True)
            done[node] = mul(done[node.args[0]], *(_in_square(base, k, order, done) for base, k in powers))
        else:
            done[node] = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
    return done[f]


def _in_square(base: Expr, k: Expr, order: int, done: Mapping[Expr, Expr]) -> Expr:
    smooth = k.op == "number" and (k.attr > 2 * order or (k.attr > 0 and k.attr % 2 == 0))
    if smooth and base.op == "call" and base.attr[0] == "norm2" and not base.shape and is_real(base.args[0]):
        return power(total(power(done[base.args[0]], TWO)), scale(number(Fraction(1, 2)), k))
    return power(done[base], done[k])


def _edges(cases: Cases, moves: Moves, meet: Callable[[Expr, int, Cell], bool]) -> Iterator[Edge]:
    """That what moves is not at an end where cells do not meet."""
    for place, (thing, ends) in enumerate(cases.ends.items()):
        if not moves(thing) or _is_steady(thing, moves):
            continue
        for k, end in enumerate(ends):
            apart = [cell for cell in cases.forms if cell[place] == 2 * k and not meet(thing, k, cell)]
            sides = range(2 * len(ends) + 1)
            along = {(*cell[:place], side, *cell[place + 1 :]) for cell in apart for side in sides}
            at = {(*cell[:place], 2 * k + 1, *cell[place + 1 :]) for cell in apart}
            if apart:
                yield from (Edge(c, along, at) for c in _apart(thing, end, cases, moves))


def _apart(thing: Expr, end: Number, cases: Cases, moves: Moves) -> Iterable[Condition]:
    """That a thing is not at an end; where a factor of it that does not move is 0 it stays 0, and nothing meets."""
    factors = power_factors(thing) if end == 0 else []
    if len(factors) > 1 and all(exponent.op == "number" for _, exponent in factors):
        return [Condition("nonzero", (base,)) for base, k in factors if k.attr > 0 and moves(base)]
    stated = cases.ranges.stated(thing, compared("!=", end))
    assert stated is not None
    return stated


# --- regions ---------------------------------------------------------------------------------------------------


_OF_SPECTRA = frozenset({"distinct_eigenvalues", "distinct_entries"})


def _is_branch(e: Expr) -> bool:
    return e.op == "select" or is_by_cases(e)


def _parts(e: Expr) -> Sequence[Expr]:
    """What a node is made of."""
    if e.op == "index" and (entry_of(e) is not None or _row_of_gaps(e)):
        return e.args[0].args  # one eigenvalue, which is a function of its own
    meaning = expand(e) if is_by_definition(e) else None
    return e.args if meaning is None else (meaning,)


def _row_of_gaps(e: Expr) -> Sequence[Condition]:
    """Of one row of what asks for distinct entries: that one entry differs from all others."""
    picked = [item for item in e.attr if not isinstance(item, Slice)] if e.op == "index" else []
    if not picked or e.args[0].op != "call":
        return ()
    asked = domain_of(e.args[0])
    if [c.predicate for c in asked] != ["distinct_entries"]:
        return ()
    (entries,) = asked[0].args
    return [Condition("simple", (index(entries, (picked[0],)), entries))]


def _behind(e: Expr) -> Sequence[Expr]:
    """What a node that mixes entries is made of; the factors of a sum of products along the same axes as one."""
    if e.op == "call" and e.attr[0] == "norm2":
        return [power(e.args[0], TWO)]  # the root of a sum of squares, smooth in them where it is not 0
    if e.op != "einsum":
        return _parts(e)
    groups: dict[tuple[int, ...], list[Expr]] = {}
    for operand, own in zip(e.args[1:], e.attr, strict=False):
        groups.setdefault(own, []).append(operand)
    factors = [hadamard(*group) if len(group) > 1 else group[0] for group in groups.values()]
    return factors if e.args[0] is ONE else [e.args[0], *factors]


def _in_cases(root: Expr, nodes: Sequence[Expr]) -> tuple[Cases, dict[Expr, Expr]]:
    """The cases of a region, with holes for what lies behind it, and what fills them."""
    parts = {node: split_number(node) for node in nodes if not is_entrywise(node) and node.args}
    filled = {_hole(leaf, k): leaf for k, leaf in enumerate(dict.fromkeys(leaf for _, leaf in parts.values()))}
    hole_of = {leaf: hole for hole, leaf in filled.items()}
    holes = {node: scale(number(value), hole_of[leaf]) for node, (value, leaf) in parts.items()}
    return Cases(substitute(root, holes), Ranges()), filled


def _hole(leaf: Expr, k: int) -> Expr:
    """A symbol that stands for what is no part of a region."""
    known = facts(leaf)
    properties = [name for name, fact in (("positive", Fact.POSITIVE), ("integer", Fact.INTEGER)) if known & fact]
    return symbol(f"?{k}", leaf.shape, properties if is_real(leaf) else ["complex"])


# --- cells -----------------------------------------------------------------------------------------------------


def _is_edge(cell: Cell, cases: Cases, moves: Moves) -> bool:
    """Whether something that moves is at an end, where it does not stay."""
    return any(k % 2 and moves(thing) for thing, k in zip(cases.ends, cell, strict=True))


def _beside(cell: Cell, cases: Cases, moves: Moves, ends: bool) -> Iterator[Cell]:
    """The cells next to one: where a thing that moves has left its end, or one more has come to an end."""
    for place, (thing, k) in enumerate(zip(cases.ends, cell, strict=True)):
        if k % 2 != ends and moves(thing):
            for side in (k - 1, k + 1):
                beside = (*cell[:place], side, *cell[place + 1 :])
                if beside in cases.forms:
                    yield beside


def _guards(cells: set[Cell], free: set[Cell], cases: Cases) -> Iterator[Given]:
    """The fewest conditions that hold in these cells and in no others but free ones; one list of them for each case."""
    things = list(cases.ends)
    allowed = cells | free
    kept = list(range(len(things)))
    for place in list(kept):
        widened = {cell for cell in cases.forms if any(_alike(cell, other, place) for other in cells)}
        if widened <= allowed:
            cells = widened
            kept.remove(place)
    if not kept:
        yield ()
        return
    of: dict[Cell, set[int]] = {}  # the pieces of the last thing by those of the others
    for cell in cells:
        of.setdefault(tuple(cell[place] for place in kept[:-1]), set()).add(cell[kept[-1]])
    for rest, pieces in of.items():
        sets = [cases.piece(things[place], k) for place, k in zip(kept[:-1], rest, strict=True)]
        sets.append(reduce(Reals.__or__, (cases.piece(things[kept[-1]], k) for k in pieces)))
        literals = (cases.ranges.either(things[place], within) for place, within in zip(kept, sets, strict=True))
        for chosen in product(*literals):
            yield tuple(c for several in chosen for c in several)


def _is_steady(thing: Expr, moves: Moves) -> bool:
    """Whether a thing that moves only jumps."""
    return not any(moves(node) and not node.args for node in postorder(thing, into=lambda node: not is_step(node)))


def _alike(a: Cell, b: Cell, place: int) -> bool:
    return a[:place] == b[:place] and a[place + 1 :] == b[place + 1 :]


def _fits(given: Condition, c: Condition) -> bool:
    """Whether what is given is told of the same entries as a condition, or one of both of none."""
    shapes, asked = ({part.shape for part in parts if part.shape} for parts in (given.parts, c.args))
    return not shapes or not asked or shapes == asked
