"""Index notation of any expression: `[i, k] -> sum(j, A[i, j]*B[j, k])`, entry by entry.

Sums, products, functions element by element, comparisons and cases are written with the entries of their parts; what
works on whole arrays (an inverse, a softmax along an axis, a stack) is written in matrix notation and indexed:
`inv(X)[j, k]`. Each need is an expression at an entry, and the number of indices that are taken around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from symdiff import dims
from symdiff.algebra import LOGIC, Slice, is_constant, is_entrywise, unspread
from symdiff.algebra.leaves import Number
from symdiff.book.builtins import size_of
from symdiff.bounds import limits
from symdiff.dims import Dim
from symdiff.errors import ShapeError
from symdiff.expr import Expr, planned, postorder
from symdiff.notation.convert import to_tree
from symdiff.notation.indices import LETTERS
from symdiff.notation.nodes import PLAIN
from symdiff.notation.scalars import Scalars, multiplied, quotient, raised
from symdiff.notation.write import ONE, call, name, negated, number, power, size, sum_of
from symdiff.syntax.indices import Indices, Limit
from symdiff.syntax.tree import Tree

Names = tuple[str, ...]
_RESERVED = frozenset({"d", "e", "o"})  # they have meanings of their own, or look like a zero


class Entry(NamedTuple):
    """An expression at the entry of these indices; the first `taken` names of the pool mean something here.

    A `loose` one may leave out an index it does not depend on.
    """

    e: Expr
    at: Names
    taken: int
    loose: bool = False


class Plan(Protocol):
    """What has to be written before, and the tree made of that."""

    def needs(self) -> Sequence[Entry]: ...

    def write(self, tree: Callable[[Entry], Tree]) -> Tree: ...


def index_tree(e: Expr) -> Tree:
    """The expression in index notation; a scalar without free indices.

    LimitError where it has more entries than may be printed.
    """
    return _Writer(e).tree()


class _Writer:
    """Writes entries. Where some are `shifted`, as x[i + 1] of x[1:], sums say how far they run."""

    def __init__(self, root: Expr) -> None:
        self.root = root
        self.used = _names_in(root) | _RESERVED
        self.pool: list[str] = []
        self.whole: dict[Expr, Tree] = {}
        self.shifted = any(_counted_from(e) is not None or _has_part(e) for e in postorder(root))
        self.picked_with: dict[str, list[tuple[Slice, Dim]]] = {}

    def tree(self) -> Tree:
        out = self.names(0, self.root.rank)
        body = self.entry(Entry(self.root, out, len(out)))
        if self.shifted and not all(map(self.reads_back, out, self.root.shape)):
            self.shifted = False
            body = self.entry(Entry(self.root, out, len(out)))
        return Tree("tensor", (body,), out) if out else body

    def reads_back(self, name: str, length: Dim) -> bool:
        """Whether what is picked with an index says that it has as many values as the axis."""
        indices = Indices()
        index = indices.new(name)
        for item, dim in self.picked_with.get(name, ()):
            index.limits.append(Limit(item.start + index.place * item.step, dim, name, None))
        try:
            return indices.range_of(index) == (0, length + -1)
        except ShapeError:
            return False

    def names(self, taken: int, count: int) -> Names:
        """The next names for indices: i, j, k … that mean nothing else in the expression, then i1, i2 …"""
        while len(self.pool) < taken + count:
            start = len(self.pool)
            letters = [letter for letter in LETTERS if letter.islower() and letter not in self.used]
            numbered = (f"i{k}" for k in range(1, 2 + start + len(self.used)))
            fresh = [*letters, *(word for word in numbered if word not in self.used)]
            self.pool.append(fresh[start])
        return tuple(self.pool[taken : taken + count])

    def entry(self, root: Entry) -> Tree:
        """The tree of an entry, made of those of the entries it needs."""
        done: dict[Entry, Tree] = {}
        for need, plan in planned([root], self.plan, lambda plan: plan.needs(), done):
            limits.require("printed", len(done), "the expression is too long in index notation")
            done[need] = plan.write(done.__getitem__)
        return done[root]

    def plan(self, need: Entry) -> Plan:
        e, at, taken, loose = need
        first = _counted_from(e) if self.shifted else None
        if first is not None:
            return _Parts((), lambda trees: _place(Slice(first, first + 1), at[0]))
        if loose and e.op == "constant":
            return _Parts((), lambda trees: number(int(e.attr == "ones")))
        if len(set(at)) < len(at) and e.op not in ("einsum", "index"):  # the diagonal of a sum as one, not of its terms
            return _Parts((), lambda trees: self.indexed(e, at))
        if e.op == "einsum":
            fresh = self.names(taken, len({label for labels in e.attr for label in labels}) - e.rank)
            return _Sum(need, fresh, self.shifted)
        if e.op == "mul":
            return _Product(Scalars(e, means=False), taken)
        if e.op == "map" and e.attr == "pow":
            return _power(need, self.shifted)
        together = _TOGETHER.get(e.op)
        if together is not None:
            return _Parts(_loosened(e.args, at, taken, self.shifted), lambda trees: together(e, trees))
        if e.op == "derivative" and is_entrywise(e.attr[0]):
            return _Parts(_loosened(e.args, at, taken, self.shifted), lambda trees: PLAIN["derivative"](e, trees))
        if e.op == "index" and (self.shifted or not _has_part(e)):
            return _Parts((), lambda trees: self.picked(e, at))
        return _Parts((), lambda trees: self.indexed(e, at))

    def matrix_form(self, e: Expr) -> Tree:
        if e not in self.whole:
            self.whole[e] = to_tree(e, within=self.root)
        return self.whole[e]

    def indexed(self, e: Expr, at: Names) -> Tree:
        """What is written as a whole, at an entry."""
        whole = self.matrix_form(e)
        for index, dim in zip(at, e.shape, strict=True):
            self.picked_with.setdefault(index, []).append((Slice(0, dim), dim))
        return Tree("index", (whole, *map(name, at))) if at else whole

    def picked(self, e: Expr, at: Names) -> Tree:
        """An entry along some axes: A[i, 0], A[i + 1, j]."""
        free = iter(at)
        items = []
        for item, dim in zip(e.attr, e.args[0].shape, strict=True):
            index = next(free) if isinstance(item, Slice) else ""
            if isinstance(item, Slice):
                self.picked_with.setdefault(index, []).append((item, dim))
            items.append(_place(item, index))
        return Tree("index", (self.matrix_form(e.args[0]), *items))


class _Parts:
    """A tree made of the entries of some parts."""

    def __init__(self, needs: Sequence[Entry], make: Callable[[list[Tree]], Tree]) -> None:
        self._needs = needs
        self._make = make

    def needs(self) -> Sequence[Entry]:
        return self._needs

    def write(self, tree: Callable[[Entry], Tree]) -> Tree:
        return self._make([tree(need) for need in self._needs])


class _Product:
    """A product of scalars."""

    def __init__(self, scalars: Scalars, taken: int) -> None:
        self.scalars = scalars
        self.taken = taken

    def needs(self) -> list[Entry]:
        return [Entry(e, (), self.taken) for e in self.scalars.needs()]

    def gathered(self, tree: Callable[[Entry], Tree]) -> tuple[bool, list[Tree], list[Tree]]:
        return self.scalars.gather(lambda e: tree(Entry(e, (), self.taken)))

    def write(self, tree: Callable[[Entry], Tree]) -> Tree:
        negative, over, under = self.gathered(tree)
        return quotient(negative, multiplied(over), under)


class _Sum:
    """A product with axes: scalars · Σ ∏ entries, divisors below a bar."""

    def __init__(self, need: Entry, fresh: Names, ranged: bool) -> None:
        e = need.e
        out = e.attr[-1]
        table = dict(zip(out, need.at, strict=True))
        summed = dict.fromkeys(label for labels in e.attr[:-1] for label in labels if label not in table)
        table.update(zip(summed, fresh, strict=True))
        self.front = _Product(Scalars(e.args[0], means=False), need.taken)
        sizes = {table[k]: dim for a, labels in zip(e.args[1:], e.attr, strict=False)
                 for k, dim in zip(labels, a.shape, strict=True)}  # fmt: skip
        self.fresh = [(index, [number(0), size(sizes[index] + -1)] if ranged else []) for index in fresh]
        self.over: list[Entry] = []
        self.under: list[tuple[Entry, Number]] = []
        for operand, labels in zip(e.args[1:], e.attr, strict=False):
            if need.loose and is_constant(operand, "ones"):
                continue
            at = tuple(table[label] for label in labels)
            exponent = _number_above(operand)
            inner = need.taken + len(fresh)
            if exponent is not None and exponent < 0:
                self.under.append((Entry(operand.args[0], at, inner), -exponent))
            else:
                self.over.append(Entry(operand, at, inner))

    def needs(self) -> list[Entry]:
        return [*self.front.needs(), *self.over, *(entry for entry, _ in self.under)]

    def write(self, tree: Callable[[Entry], Tree]) -> Tree:
        negative, over, under = self.front.gathered(tree)
        entries = [tree(entry) for entry in self.over]
        below = [raised(tree(entry), k) for entry, k in self.under]
        if not self.fresh:
            return quotient(negative, multiplied(over, entries), [*under, *below])
        body = quotient(False, multiplied(entries), below)
        for index, ends in reversed(self.fresh):
            body = Tree("indexsum", (body, *ends), index)
        return quotient(negative, multiplied(over, [body]), under)


def _number_above(e: Expr) -> Number | None:
    """k where e is b.^k for a number k."""
    exponent = unspread(e.args[1]) if e.op == "map" and e.attr == "pow" else None
    return exponent.attr if exponent is not None and exponent.op == "number" else None


def _power(need: Entry, shifted: bool) -> Plan:
    """A power of an entry; a negative one as a quotient."""
    base, exponent = need.e.args
    value, scalar = _number_above(need.e), unspread(exponent)
    if value is not None:
        return _Parts([Entry(base, need.at, need.taken)], lambda trees: _raised(trees[0], value))
    if scalar is not None:
        parts = [Entry(base, need.at, need.taken), Entry(scalar, (), need.taken)]
    else:
        parts = _loosened((base, exponent), need.at, need.taken, shifted)
    return _Parts(parts, lambda trees: power(trees[0], trees[1]))


def _raised(base: Tree, value: Number) -> Tree:
    return raised(base, value) if value > 0 else quotient(False, ONE, [raised(base, -value)])


def _loosened(args: Sequence[Expr], at: Names, taken: int, ranged: bool) -> list[Entry]:
    """The parts of a node at one entry; those that spread something need not, if another part has every index.

    Nor need that be in i < j, where sums say how far they run.
    """
    loose = [bool(at) and _repeats(e) for e in args]
    counted = ranged and any(_counted_from(a) is not None for e in args if e.op == "einsum" for a in e.args[1:])
    if all(loose) and not counted:
        loose[0] = False
    return [Entry(e, at, taken, free) for e, free in zip(args, loose, strict=True)]


def _repeats(e: Expr) -> bool:
    """Whether e does not depend on some of its indices."""
    filled = ("ones", "zeros")
    return e.attr in filled if e.op == "constant" else any(is_constant(a, "ones") for a in e.args if e.op == "einsum")


def _has_part(e: Expr) -> bool:
    """Whether e picks a part of an axis."""
    pairs = zip(e.attr, e.args[0].shape, strict=True) if e.op == "index" else ()
    return any(isinstance(item, Slice) and item != Slice(0, dim) for item, dim in pairs)


def _counted_from(e: Expr) -> Dim | None:
    """The first of the whole numbers that e counts: 1 for `cumsum(ones(n))`, 0 for that less 1."""
    if e.op == "scan" and e.attr == ("cumsum", 0, False) and e.rank == 1 and is_constant(e.args[0], "ones"):
        return 1
    if e.op != "add" or len(e.args) != 2 or _counted_from(e.args[0]) != 1 or e.args[0].op != "scan":
        return None
    more = unspread(e.args[1])
    try:
        return None if more is None else size_of(more) + 1
    except ShapeError:
        return None


def _place(item: Dim | Slice, index: str) -> Tree:
    """The place on an axis that an entry of a slice has: 2*i + 1."""
    if not isinstance(item, Slice):
        return size(item)
    step, start = abs(item.step), size(item.start)
    steps = name(index) if step == 1 else Tree("product", (number(step), name(index)))
    if item.step < 0:
        return sum_of([start, negated(steps)])
    return steps if item.start == 0 else sum_of([steps, start])


def _names_in(root: Expr) -> frozenset[str]:
    """The names that mean something in an expression: symbols, functions, dimensions, the imaginary unit."""
    found: set[str] = set()
    for node in postorder(root):
        if node.op == "symbol":
            found.add(node.attr.name)
        elif node.op == "derivative":
            found.add(node.attr[0].name)
        elif is_constant(node, "i"):
            found.add("i")
        for dim in node.shape:
            found.update(dims.names(dim))
    return frozenset(found)


def _map(e: Expr, parts: list[Tree]) -> Tree:
    return Tree("abs", tuple(parts)) if e.attr == "abs" else call(e.attr, *parts)


def _compare(e: Expr, parts: list[Tree]) -> Tree:
    return Tree(e.attr, tuple(parts)) if e.attr in LOGIC else Tree("compare", tuple(parts), e.attr)


_TOGETHER: dict[str, Callable[[Expr, list[Tree]], Tree]] = {
    "add": lambda e, parts: sum_of(parts),
    "map": _map,
    "compare": _compare,
    "select": lambda e, parts: call("where", *parts),
    "stop": lambda e, parts: call("detach", *parts),
}
