"""The conditions of a derivative: where f has a value and is smooth, and where the form that is shown has a value.

They are a function of f and of what is shown, not of the way from one to the other. Every node has a domain and a
place where it is smooth, by its book; a branch asks for what it needs only where it is taken; and where two branches
meet smoothly, as those of relu(x)^2 do, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from symdiff.algebra import (
    ONE,
    TWO,
    Condition,
    Dependence,
    is_real,
    mul,
    number,
    power,
    scale,
    symbols_of,
    total,
)
from symdiff.algebra.conditions import holds
from symdiff.algebra.extreme import gap_of, gap_of_sizes
from symdiff.algebra.implied import simplified
from symdiff.algebra.ranges import difference
from symdiff.algebra.rebuild import rebuild, substitute
from symdiff.book import domain_of, is_of_reals, is_step, smooth_of
from symdiff.calculus.cases import Cases, compared_in_place
from symdiff.calculus.cells import (
    Cell,
    Edge,
    Given,
    Moves,
    at_piece,
    beside,
    both,
    edges_at,
    edges_of,
    ends_of,
    factored,
    guards,
    is_at,
    is_edge,
    is_in,
    is_steady,
)
from symdiff.calculus.order import are_picked_alike, is_entrywise, is_symmetric_in
from symdiff.calculus.possible import possible
from symdiff.calculus.regions import behind_of, in_cases, inner_branches, is_branch, parts_of, row_of_gaps
from symdiff.calculus.variables import base_symbol
from symdiff.expr import Expr, postorder
from symdiff.rewriting import collect

_OPEN = {"nonnegative": "positive", "less_equal": "less", "within_closed": "within"}


def conditions(f: Expr, wrt: Sequence[Expr] = (), order: int = 1, shown: Sequence[Expr] = ()) -> tuple[Condition, ...]:
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
    return possible(found)


_FEW = 12  # conditions that a region is told in, and
_SHORT = 5  # what is given of each: beyond that its parts are told for themselves
_SINGLY = 3  # parts of which each is tried for itself
_READ = 60  # nodes of what is given there


class Telling(NamedTuple):
    """What a region asks for: conditions, and holes with what fills them, each with what is given there."""

    told: list[tuple[Condition | Expr, Given]]
    filled: Mapping[Expr, Expr]

    def length(self) -> int:
        """How many conditions that are, or more than a person reads where one is long."""
        pairs = ((what, given) for what, given in self.told if isinstance(what, Condition))
        plain = simplified(c._replace(given=(*c.given, *given)) for c, given in pairs)
        return len(plain) + _FEW * any(len(c.given) > _SHORT for c in plain)


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
        if not any(map(is_branch, postorder(f))):
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
                stack += [(part, lives) for part in parts_of(node)]
        for node, lives in reversed(seen):
            for c in self.asked(node, node, self.moves if lives else _nothing, _as_it_is):
                self.put(c, ())

    def asked(self, node: Expr, plain: Expr, moves: Moves, put: Callable[[Expr], Expr]) -> Iterable[Condition]:
        """What a node asks for, whose arguments have values; `put` is what things are in a case.

        Outside of its case it is the plain one: log(abs(x)) asks for a positive value where it is log(-x), too.
        """
        raise NotImplementedError

    def edges(self, cases: Cases, moves: Moves) -> Iterator[Edge]:
        """What is asked where the cases meet."""
        return iter(())

    def is_met_at(self, cases: Cases, corner: Cell, moves: Moves) -> bool:
        """Whether nothing is asked at a corner, where several things are at ends, or it is none."""
        return cases.nearest(corner) is None

    def at_edge(self, moves: Moves, excluded: bool) -> Moves | None:
        """How what stands where two cases meet moves; None where nothing is asked of it."""
        return _nothing

    def put(self, c: Condition, given: Given) -> None:
        self.found[c._replace(given=(*c.given, *given))] = None

    def region(self, root: Expr, given: Given, lives: bool) -> None:
        """What is worked out entry by entry: the root, and its arguments as far as they are."""
        nodes = postorder(root, into=is_entrywise)
        if any(map(is_branch, nodes)):
            self.by_cases(root, nodes, given, lives)
        else:
            for node in nodes:
                self.node(node, given, lives)

    def node(self, node: Expr, given: Given, lives: bool) -> None:
        """A node for itself; what lies behind it is another region."""
        for c in self.asked(node, node, self.moves if lives else _nothing, _as_it_is):
            self.put(c, given)
        if not is_entrywise(node):
            self.work += [(behind, given, lives and node.op not in _STILL) for behind in behind_of(node)]

    def by_cases(self, root: Expr, nodes: Sequence[Expr], given: Given, lives: bool) -> None:
        """A region with branches: cell by cell, and where the cells meet.

        Where that takes too many words, the parts that have branches of their own are regions for themselves.
        """
        parts = inner_branches(root)
        singly = [[part] for part in parts] if 1 < len(parts) <= _SINGLY else []
        best: Telling | None = None
        attempts: list[list[list[Expr]]] = [[[]], singly, [parts]]
        for ways in filter(None, attempts):
            tellings = [way for apart in ways if (way := self.telling(root, apart, lives)) is not None]
            if tellings:
                best = min(tellings, key=Telling.length)
                if best.length() <= _FEW:
                    break
        if best is None:
            self.without_cases(nodes, given, lives)
        else:
            for what, literals in best.told:
                self.tell(what, given, literals, best.filled, lives)

    def telling(self, root: Expr, apart: Sequence[Expr], lives: bool) -> Telling | None:
        """What is told of a region with some parts for themselves; None where it has too many cells."""
        cases, filled = in_cases(root, apart)
        return Telling(list(self.told(cases, filled, lives)), filled) if cases.are_known else None

    def told(self, cases: Cases, filled: Mapping[Expr, Expr], lives: bool) -> Iterator[tuple[Condition | Expr, Given]]:
        """What is asked in the cells of a region, and where they meet: conditions and holes, with what holds there."""
        moving = [hole for hole, leaf in filled.items() if self.moves(leaf)]
        moves: Moves = Dependence([*self.variables, *moving]) if lives else _nothing
        wanted: dict[Condition | Expr, set[Cell]] = {}
        found = list(self.edges(cases, moves))
        excluded = {box for edge in found for box in edge.at}
        own: dict[Condition | Expr, set[tuple[int, int] | None]] = {}  # of what is asked at an end: where that is
        for edge in found:
            own.setdefault(edge.asked, set()).add(edge.end)
            corners = {corner for box in edge.at for _, corner in beside(box, cases, moves, ends=True)}
            doubtful = (c for c in corners if not (is_in(c, excluded) or self.is_met_at(cases, c, moves)))
            wanted.setdefault(edge.asked, set()).update(edge.along, map(edge.left_open, doubtful))
        edges = {cell for cell in cases.forms if is_edge(cell, cases, moves)}
        met: dict[Condition | Expr, set[Cell]] = {}  # where steps are, at an end where cells meet
        for cell in cases.forms:
            moved = self.at_edge(moves, is_in(cell, excluded)) if cell in edges else moves
            if moved is not None:
                for what in self.in_cell(cases, cell, moved, filled):
                    asked = met if cell in edges and _is_met(what, cases, cell) else wanted
                    asked.setdefault(what, set()).add(cell)
            if moved is not None and cell in edges:
                for side, part in beside(cell, cases, moves, ends=False):
                    for what in self.in_cell(cases, side, moves, filled):
                        if isinstance(what, Condition) and any(map(moves, what.args)):
                            asked = met if _is_met(what, cases, cell) else wanted
                            asked.setdefault(what, set()).add(part)
        for what, boxes in wanted.items():
            free = edges - met.get(what, set())
            free = {cell for cell in free if not any(map(partial(is_at, cell), own.get(what, ())))}
            inner = {box for box in boxes if not is_edge(box, cases, moves)}
            yield from ((what, literals) for literals in guards(boxes, inner, free, cases))

    def in_cell(
        self, cases: Cases, cell: Cell, moves: Moves, filled: Mapping[Expr, Expr]
    ) -> Iterator[Condition | Expr]:
        """What the nodes that are needed in a cell ask for there; for a hole the hole."""
        parts, written = cases.parts[cell], cases.as_written(cell)
        inner = {written.get(part, part): here for part, here in parts.items()}
        for node in parts:
            still = self.still(node, cases, cell)
            if node in filled:
                yield from () if still else (node,)
                continue
            args = [written.get(arg, arg) for arg in node.args]
            whole = rebuild(node, args) if args else node
            here = {**inner, whole: parts[node]}
            if whole.op == node.op:  # else it is one of its arguments, and asks for itself
                plain = whole if is_of_reals(whole) else substitute(node, cases.written)
                yield from self.asked(
                    whole, plain, _nothing if still else moves, partial(substitute, replacements=here)
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

        if isinstance(what, Expr) and _jumps(filled[what]):  # what is given of it at a jump is not so beside it
            literals = tuple(g for g in literals if what not in symbols_of(*g.parts))
        told = [g.of(full) for g in literals]
        if isinstance(what, Condition):
            c = what.of(full)
            self.put(c, (*given, *(g for g in told if _fits(g, c))))
        elif is_entrywise(leaf := filled[what]):
            read = (g for g in told if len(postorder(*g.parts)) <= _READ)  # of a deep nest without what is around it
            self.work.append((leaf, (*given, *read)[-_SHORT:], lives))
        else:
            self.node(leaf, (*given, *(g for g in told if not any(part.shape for part in g.parts))), lives)

    def without_cases(self, nodes: Sequence[Expr], given: Given, lives: bool) -> None:
        """A region with more branches than are told apart: each node by itself."""
        for node in nodes:
            self.node(node, given, lives)


def _jumps(e: Expr) -> bool:
    """Whether e may jump: it has branches that are not known to meet, or steps."""
    return any(node.op == "select" or is_step(node) for node in postorder(e))


def _as_it_is(e: Expr) -> Expr:
    return e


def _nothing(e: Expr) -> bool:
    """How things move behind `detach`, and in what is compared: not at all."""
    return False


_STILL = frozenset({"stop", "compare"})


class _Domain(_Walk):
    """Where an expression has a value; of what moves also nearby."""

    def asked(self, node: Expr, plain: Expr, moves: Moves, put: Callable[[Expr], Expr]) -> Iterable[Condition]:
        for c in row_of_gaps(node) or domain_of(node, is_of_reals(plain)):
            c = c.of(put)
            opens = c.predicate in _OPEN and any(moves(arg) and not is_steady(arg, moves) for arg in c.args)
            yield c._replace(predicate=_OPEN[c.predicate]) if opens and holds(c) is not True else c

    def still(self, node: Expr, cases: Cases, cell: Cell) -> bool:
        return False  # what is compared must have a value nearby too


class _Smooth(_Walk):
    """Where an expression that has a value has derivatives up to an order."""

    def __init__(self, variables: Sequence[Expr], order: int) -> None:
        super().__init__(variables)
        self.order = order

    def of(self, f: Expr) -> Iterable[Condition]:
        self.f = f = f if any(map(is_branch, postorder(f))) else _in_squares(f, self.order)
        self.jumps = any(map(is_step, postorder(f)))
        return super().of(f)

    def asked(self, node: Expr, plain: Expr, moves: Moves, put: Callable[[Expr], Expr]) -> Iterable[Condition]:
        if not moves(here := put(node)):
            return
        if self.jumps and all(is_steady(part, moves) for part in (here.args if is_step(node) else (here,))):
            return
        for c in (c for part in _moving(node, lambda e: moves(put(e))) for c in smooth_of(part, self.order)):
            spectral = c.predicate in _OF_SPECTRA and is_symmetric_in(self.f, node)
            alike = c.predicate == "simple" and c.args[0] is node and are_picked_alike(self.f, c.args[1])
            if not (spectral or alike):
                yield c.of(put)

    def put(self, c: Condition, given: Given) -> None:
        """What is asked of a thing is asked where it moves: the norm of relu(x) rests at 0 where all of x is below.

        The largest entry of x rests beside max(x): x == max(x) changes where several are the largest.
        """
        extreme = _extreme_met(c)
        asked = self.of_factors(c) if extreme is None else smooth_of(extreme)
        for one in asked if given else (part for whole in asked for part in self.of_entries(whole)):
            moved = one.predicate in ("positive", "nonzero") and self.moves(one.args[0])
            for awake in self.moving(one.args[0]) if moved else [()]:
                super().put(one, (*given, *(g for g in awake if _fits(g, one))))

    def of_factors(self, c: Condition) -> Iterable[Condition]:
        """That a product is not 0, of the factors that move: where another is 0 it stays 0."""
        factors = factored(c.args[0]) if c.predicate == "nonzero" and self.moves(c.args[0]) else []
        if len(factors) < 2 or any(exponent.op != "number" for _, exponent in factors):
            return [c]
        return [c._replace(args=(base,)) for base, k in factors if k.attr > 0 and self.moves(base)]

    def of_entries(self, c: Condition) -> Iterable[Condition]:
        """That entries are not 0, of those that move where some do not: abs([x, 0]) is smooth where x is not 0."""
        parts = c.args[0].args if c.predicate in ("positive", "nonzero") and c.args[0].op == "join" else ()
        if all(map(self.moves, parts)):
            return [c]
        return [one for part in filter(self.moves, parts) for one in self.of_entries(c._replace(args=(part,)))]

    def moving(self, e: Expr) -> list[Given]:
        """Several lists of conditions: near a point where none of them holds in any entry e stays as it is."""
        found: list[Given] = []
        work = [e]
        while work:
            root = work.pop()
            nodes = postorder(root, into=is_entrywise)
            leaves = [node for node in nodes if not is_entrywise(node) and self.moves(node)]
            if not any(map(is_branch, nodes)):
                if any(not leaf.args for leaf in leaves):
                    return [()]
                work += [behind for leaf in leaves for behind in behind_of(leaf)]
                continue
            cases, filled = in_cases(root)
            if not cases.are_known:
                return [()]
            moves = Dependence([*self.variables, *(hole for hole, leaf in filled.items() if self.moves(leaf))])
            cells = {cell for cell, form in cases.forms.items() if moves(form) or is_edge(cell, cases, moves)}
            for literals in guards(cells, cells, set(), cases) if cells else ():
                found.append(tuple(g.of(partial(substitute, replacements=filled)) for g in literals))
        return found

    def at_edge(self, moves: Moves, excluded: bool) -> Moves | None:
        return None if excluded else moves

    def is_met_at(self, cases: Cases, corner: Cell, moves: Moves) -> bool:
        return super().is_met_at(cases, corner, moves) or cases.meet_at(corner, moves, self.order)

    def edges(self, cases: Cases, moves: Moves) -> Iterator[Edge]:
        for thing in filter(moves, cases.ends):
            for node in postorder(thing):
                if is_step(node) and moves(node):
                    yield from (Edge(c, set(cases.forms)) for c in smooth_of(node))
        found = list(edges_of(cases, moves, partial(cases.meet, order=self.order)))
        yield from found
        excluded = {box for edge in found for box in edge.at}
        excluded |= {corner for box in excluded for _, corner in beside(box, cases, moves, ends=True)}
        for cell in cases.forms:  # where several things come to ends at once
            ends = ends_of(cell, cases, moves)
            alone = len(ends) > 1 and all(both(cell, box) is None for box in excluded)
            if alone and not self.is_met_at(cases, cell, moves):
                place = min(ends, key=lambda place: list(cases.ends)[place].op != "symbol")
                yield from edges_at(place, cell[place] or 0, {at_piece(cell, place, None)}, cases, moves)

    def without_cases(self, nodes: Sequence[Expr], given: Given, lives: bool) -> None:
        super().without_cases(nodes, given, lives)
        for node in nodes:
            if lives and node.op == "compare" and len(node.args) == 2 and any(map(self.moves, node.args)):
                self.put(Condition("apart", node.args), given)


def _moving(e: Expr, moves: Moves) -> Iterator[Expr]:
    """Of a product of powers those that move: t*sqrt(s) is smooth in t at s = 0."""
    if e.op != "mul":
        yield e
        return
    for base, k in zip(e.args[1::2], e.args[2::2], strict=True):
        if k is not ONE and (moves(base) or moves(k)):
            yield power(base, k)


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


# --- regions ---------------------------------------------------------------------------------------------------


_OF_SPECTRA = frozenset({"distinct_eigenvalues", "distinct_entries"})


def _fits(given: Condition, c: Condition) -> bool:
    """Whether what is given is told of the same entries as a condition, or one of both of none."""
    shapes, asked = ({part.shape for part in parts if part.shape} for parts in (given.parts, c.args))
    return not shapes or not asked or shapes == asked


def _extreme_met(c: Condition) -> Expr | None:
    """The largest or smallest of entries, where a condition says that one of them, or its size, is another."""
    if c.predicate not in ("positive", "nonzero", "apart"):
        return None
    gap = difference(*c.args[:2])
    found = gap_of(gap)
    return gap_of_sizes(gap) if found is None else found[0]


def _is_met(what: Condition | Expr, cases: Cases, cell: Cell) -> bool:
    """Whether a step is at one place of its own in a cell, so that what meets there says whether it jumps."""
    return isinstance(what, Condition) and what.predicate == "fractional" and cases.is_number(what.args[0], cell)
