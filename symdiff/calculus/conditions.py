"""The conditions of a derivative: where f has a value and is smooth, and where the form that is shown has a value.

They are a function of f and of what is shown, not of the way from one to the other. Every node has a domain and a
place where it is smooth, by its book; a branch asks for what it needs only where it is taken; and where two branches
meet smoothly, as those of relu(x)^2 do, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from typing import NamedTuple

from symdiff.algebra import (
    ONE,
    TWO,
    Condition,
    Dependence,
    Slice,
    add,
    facts,
    hadamard,
    index,
    is_real,
    mul,
    number,
    power,
    scale,
    spread,
    symbol,
    total,
)
from symdiff.algebra.build import split_number
from symdiff.algebra.conditions import holds
from symdiff.algebra.extreme import gap_of
from symdiff.algebra.fact import Fact
from symdiff.algebra.implied import power_factors, power_product, simplified
from symdiff.algebra.leaves import Number
from symdiff.algebra.ranges import Ranges, difference
from symdiff.algebra.reals import NOTHING, Reals, compared
from symdiff.algebra.rebuild import rebuild, substitute
from symdiff.book import domain_of, entry_of, expand, is_by_cases, is_by_definition, is_step, smooth_of
from symdiff.calculus.cases import Cases, Cell, at_piece, both, compared_in_place
from symdiff.calculus.order import are_picked_alike, is_entrywise, is_symmetric_in
from symdiff.calculus.variables import base_symbol
from symdiff.derivation import possible
from symdiff.expr import Expr, postorder
from symdiff.rewrite import collect

Given = tuple[Condition, ...]
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

Moves = Callable[[Expr], bool]


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
        """A region with branches: cell by cell, and where the cells meet.

        Where that takes too many words, the parts that have branches of their own are regions for themselves.
        """
        cases, filled = _in_cases(root, nodes)
        told = list(self.told(cases, filled, lives)) if cases.are_known else []
        if not cases.are_known or _is_long(told):
            parts = set(_inner(root))
            if parts and root not in parts:
                cases, filled = _in_cases(
                    root, postorder(root, into=lambda n: is_entrywise(n) and n not in parts), parts
                )
                told = list(self.told(cases, filled, lives)) if cases.are_known else []
        if not cases.are_known:
            self.without_cases(nodes, given, lives)
        for what, literals in told:
            self.tell(what, given, literals, filled, lives)

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
            corners = {corner for box in edge.at for _, corner in _beside(box, cases, moves, ends=True)}
            doubtful = (c for c in corners if not (_is_in(c, excluded) or self.is_met_at(cases, c, moves)))
            wanted.setdefault(edge.asked, set()).update(edge.along, map(edge.left_open, doubtful))
        edges = {cell for cell in cases.forms if _is_edge(cell, cases, moves)}
        met: dict[Condition | Expr, set[Cell]] = {}  # where steps are, at an end where cells meet
        for cell in cases.forms:
            moved = self.at_edge(moves, _is_in(cell, excluded)) if cell in edges else moves
            if moved is not None:
                for what in self.in_cell(cases, cell, moved, filled):
                    asked = met if cell in edges and _is_met(what, cases, cell) else wanted
                    asked.setdefault(what, set()).add(cell)
            if moved is not None and cell in edges:
                for side, part in _beside(cell, cases, moves, ends=False):
                    for what in self.in_cell(cases, side, moves, filled):
                        if isinstance(what, Condition) and any(map(moves, what.args)):
                            asked = met if _is_met(what, cases, cell) else wanted
                            asked.setdefault(what, set()).add(part)
        for what, boxes in wanted.items():
            free = edges - met.get(what, set())
            free = {cell for cell in free if not any(map(partial(_is_at, cell), own.get(what, ())))}
            inner = {box for box in boxes if not _is_edge(box, cases, moves)}
            yield from ((what, literals) for literals in _guards(boxes, inner, free, cases))

    def in_cell(
        self, cases: Cases, cell: Cell, moves: Moves, filled: Mapping[Expr, Expr]
    ) -> Iterator[Condition | Expr]:
        """What the nodes that are needed in a cell ask for there; for a hole the hole."""
        parts = cases.parts[cell]
        for node in parts:
            still = self.still(node, cases, cell)
            if node in filled:
                yield from () if still else (node,)
                continue
            args = [cases.written.get(arg, arg) for arg in node.args]  # of which facts know more
            whole = rebuild(node, args) if args else node
            pairs = zip((*args, whole), (*node.args, node), strict=True)
            here = {told: parts[part] for told, part in pairs if part in parts}
            yield from self.asked(whole, _nothing if still else moves, partial(substitute, replacements=here))

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
        elif is_entrywise(leaf := filled[what]):
            self.work.append((leaf, (*given, *told), lives))
        else:
            self.node(leaf, (*given, *(g for g in told if not any(part.shape for part in g.parts))), lives)

    def without_cases(self, nodes: Sequence[Expr], given: Given, lives: bool) -> None:
        """A region with more branches than are told apart: each node by itself."""
        for node in nodes:
            self.node(node, given, lives)


def _is_long(told: Sequence[tuple[Condition | Expr, Given]]) -> bool:
    """Whether that is more than a person reads."""
    plain = simplified(what._replace(given=(*what.given, *g)) for what, g in told if isinstance(what, Condition))
    return len(plain) > _FEW or any(len(c.given) > _SHORT for c in plain)


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
        for c in (c for part in _moving(node, lambda e: moves(put(e))) for c in smooth_of(part, self.order)):
            spectral = c.predicate in _OF_SPECTRA and is_symmetric_in(self.f, node)
            alike = c.predicate == "simple" and c.args[0] is node and are_picked_alike(self.f, c.args[1])
            if not (spectral or alike):
                yield c.of(put)

    def put(self, c: Condition, given: Given) -> None:
        """What is asked of a thing is asked where it moves: the norm of relu(x) rests at 0 where all of x is below.

        The largest entry of x rests beside max(x): x == max(x) changes where several are the largest.
        """
        gap = gap_of(difference(*c.args[:2])) if c.predicate in ("positive", "nonzero", "apart") else None
        for one in self.of_factors(c) if gap is None else smooth_of(gap[0]):
            moved = one.predicate in ("positive", "nonzero") and self.moves(one.args[0])
            for awake in self.moving(one.args[0]) if moved else [()]:
                super().put(one, (*given, *(g for g in awake if _fits(g, one))))

    def of_factors(self, c: Condition) -> Iterable[Condition]:
        """That a product is not 0, of the factors that move: where another is 0 it stays 0."""
        factors = _factored(c.args[0]) if c.predicate == "nonzero" and self.moves(c.args[0]) else []
        if len(factors) < 2 or any(exponent.op != "number" for _, exponent in factors):
            return [c]
        return [c._replace(args=(base,)) for base, k in factors if k.attr > 0 and self.moves(base)]

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
            for literals in _guards(cells, cells, set(), cases) if cells else ():
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
        found = list(_edges(cases, moves, partial(cases.meet, order=self.order)))
        yield from found
        excluded = {box for edge in found for box in edge.at}
        excluded |= {corner for box in excluded for _, corner in _beside(box, cases, moves, ends=True)}
        for cell in cases.forms:  # where several things come to ends at once
            ends = _ends(cell, cases, moves)
            apart = len(ends) > 1 and all(both(cell, box) is None for box in excluded)
            if apart and not self.is_met_at(cases, cell, moves):
                place = min(ends, key=lambda place: list(cases.ends)[place].op != "symbol")
                thing, piece = list(cases.ends)[place], cell[place]
                for c in _apart(thing, cases.ends[thing][piece // 2], cases, moves):
                    yield Edge(c, {at_piece(cell, place, None)}, (place, piece))

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


def _edges(cases: Cases, moves: Moves, meet: Callable[..., bool]) -> Iterator[Edge]:
    """That what moves is not at an end where cells do not meet."""
    for place, (thing, ends) in enumerate(cases.ends.items()):
        if not moves(thing) or _is_steady(thing, moves):
            continue
        for k, end in enumerate(ends):
            along = {box for *cells, box in cases.crossings(place, k) if not meet(*cells, thing, end)}
            if along:
                yield from (Edge(c, along, (place, 2 * k + 1)) for c in _apart(thing, end, cases, moves))


def _apart(thing: Expr, end: Number, cases: Cases, moves: Moves) -> Iterable[Condition]:
    """That a thing is not at an end; where a factor of it that does not move is 0 it stays 0, and nothing meets."""
    factors = _factored(thing) if end == 0 else []
    if len(factors) > 1 and all(exponent.op == "number" for _, exponent in factors):
        return [Condition("nonzero", (base,)) for base, k in factors if k.attr > 0 and moves(base)]
    stated = cases.ranges.stated(thing, compared("!=", end))
    assert stated is not None
    return stated


def _factored(e: Expr) -> list[tuple[Expr, Expr]]:
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


def _inner(root: Expr) -> Iterator[Expr]:
    """The parts of a region with branches of their own: its branches, or what is in the one that it has."""
    first = [node for node in postorder(root, into=lambda n: is_entrywise(n) and not _is_branch(n)) if _is_branch(node)]
    inside = postorder(*first[0].args, into=lambda n: n.op == "compare") if len(first) == 1 else first
    for node in inside:
        if node.op != "compare" and any(map(_is_branch, postorder(node, into=is_entrywise))):
            yield node


def _in_cases(root: Expr, nodes: Sequence[Expr], apart: Container[Expr] = ()) -> tuple[Cases, dict[Expr, Expr]]:
    """The cases of a region, with holes for what lies behind it and parts that are kept apart, and what fills them."""
    parts = {node: split_number(node) for node in nodes if (not is_entrywise(node) and node.args) or node in apart}
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
    return bool(_ends(cell, cases, moves))


def _ends(cell: Cell, cases: Cases, moves: Moves) -> list[int]:
    """The places of the things that move and are at an end."""
    places = enumerate(zip(cases.ends, cell, strict=True))
    return [place for place, (thing, k) in places if k is not None and k % 2 and moves(thing)]


def _beside(box: Cell, cases: Cases, moves: Moves, ends: bool) -> Iterator[tuple[Cell, Cell]]:
    """The cells next to a box, and where they are so.

    They are those where a thing that moves has left its end, or, that part of them itself, has come to one more.
    """
    for place, (thing, k) in enumerate(zip(cases.ends, box, strict=True)):
        if k is not None and k % 2 != ends and moves(thing):
            for side in {k - 1, k + 1} & {*range(2 * len(cases.ends[thing]) + 1)}:
                for cell, part in cases.within(at_piece(box, place, side)):
                    yield cell, part if ends else at_piece(part, place, k)


def _is_at(cell: Cell, end: tuple[int, int] | None) -> bool:
    """Whether a thing is at an end in a cell."""
    return end is not None and cell[end[0]] == end[1]


def _is_met(what: Condition | Expr, cases: Cases, cell: Cell) -> bool:
    """Whether a step is at one place of its own in a cell, so that what meets there says whether it jumps."""
    return isinstance(what, Condition) and what.predicate == "fractional" and cases.is_number(what.args[0], cell)


def _is_in(box: Cell, boxes: Iterable[Cell]) -> bool:
    """Whether a box lies in one of others."""
    return any(all(q is None or p == q for p, q in zip(box, other, strict=True)) for other in boxes)


def _guards(boxes: set[Cell], inner: set[Cell], free: set[Cell], cases: Cases) -> Iterator[Given]:
    """Few conditions that hold in these boxes, and beside inner ones in free cells at most; a list for each case."""
    outside = [cell for cell in cases.forms if cell not in boxes]
    wide: list[Cell] = []
    for box in sorted(boxes, key=lambda box: (box not in inner, sum(k is not None for k in box))):
        if _is_in(box, wide):
            continue
        allowed = boxes | free if box in inner else boxes
        for place, k in enumerate(box):
            widened = at_piece(box, place, None)
            parts = (both(cell, widened) for cell in outside) if k is not None else ()
            if all(part is None or _is_in(part, allowed) for part in parts):
                box = widened
        wide.append(box)
    told = {box: None for box in wide if not _is_in(box, [other for other in wide if other != box])}
    sets = {tuple(cases.piece(thing, k) for thing, k in zip(cases.ends, box, strict=True)) for box in told}
    for things in _joined(sets, len(cases.ends)):
        literals = (cases.ranges.either(*pair) for pair in zip(cases.ends, things, strict=True))
        for chosen in product(*literals):
            yield tuple(c for several in chosen for c in several)


def _joined(boxes: Iterable[tuple[Reals, ...]], places: int) -> Iterable[tuple[Reals, ...]]:
    """Boxes as fewer: those that differ in one place are one."""
    for place in range(places):
        of: dict[tuple[Reals, ...], Reals] = {}
        for box in boxes:
            rest = (*box[:place], *box[place + 1 :])
            of[rest] = of.get(rest, NOTHING) | box[place]
        boxes = [(*rest[:place], within, *rest[place:]) for rest, within in of.items()]
    return boxes


def _is_steady(thing: Expr, moves: Moves) -> bool:
    """Whether a thing that moves only jumps."""
    return not any(moves(node) and not node.args for node in postorder(thing, into=lambda node: not is_step(node)))


def _fits(given: Condition, c: Condition) -> bool:
    """Whether what is given is told of the same entries as a condition, or one of both of none."""
    shapes, asked = ({part.shape for part in parts if part.shape} for parts in (given.parts, c.args))
    return not shapes or not asked or shapes == asked
