"""Which part of a wrong line is wrong, and what should stand there.

Two ways: what is written is laid beside the truth as it is written, and the parts that agree are left out; and what a
part would have to be is worked out along the way to it, through sums, scalar factors and numerators. The part that is
smallest, and needs the least in its place, is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from symdiff.algebra import MINUS_ONE, ONE, add, divide, mul, neg, number, scale, sub, transpose
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.notation.ops import tree_ops
from symdiff.rewriting import simplify
from symdiff.rewriting.rational.rearranged import expanded, factored_form
from symdiff.syntax.tree import Tree, mentioned, walk
from symdiff.verification.numbers import Target
from symdiff.verification.patterns import plain, replaced
from symdiff.verification.sheet import Sheet, Side

_LOOKED_AT = 40  # parts of a line
_SMALL, _DEGREE = 80, 8  # operations and exponents of what is looked for in other forms
_SIMPLIFIED = 30  # operations of what is simplified
_WORK = 400  # operations, of all together that is looked for in other forms
_CLEARLY = 1.25  # times as many operations
_LONGEST = 120  # operations of what is told
_GROWTH = 3  # what an operation more costs
_STRANGE = 2  # what a name costs that is replaced by what does not mention it, and a number by what is none
_WHOLE = 3  # what it costs besides that the whole side is replaced
_BELOW = 2  # what a divisor costs
_MISSING = 3  # what it costs that a term is missing, besides its operations


class Wrong(NamedTuple):
    """A part of what is written, and the tree that should stand there; perhaps only a term or factor is `missing`.

    `below` is said of divisors.
    """

    part: Tree
    right: Tree
    missing: Tree | None = None
    below: bool = False

    @property
    def cost(self) -> int:
        """How much is replaced by how much more."""
        if self.missing is not None:
            return tree_ops(self.missing) + _MISSING
        own, new = tree_ops(self.part), tree_ops(self.right)
        strange = self.part.kind == "name" and self.part not in walk(self.right)
        strange |= self.part.kind == "number" and bool(mentioned(self.right))
        kept = self.part.kind == "name" and not strange
        return own + (_GROWTH - kept) * max(0, new - own) + _STRANGE * strange + _BELOW * self.below


class Locator:
    """The parts of one wrong side, and what they should be."""

    def __init__(self, sheet: Sheet, left: Side, right: Side, truths: Sequence[Tree]) -> None:
        self.sheet = sheet
        self.right = plain(right.tree)
        self.truth = sheet.plain(left.expr)
        self.target = Target(sheet.plain(left.expr), [sheet.plain(right.expr)])
        self.truths = [tree for tree in truths if tree_ops(tree) <= _LONGEST]
        self.known: dict[Tree, Expr | None] = {}
        self.work = _WORK

    def _short(self, e: Expr) -> Tree | None:
        """An expression as it is told, in other forms as long as there is work left."""
        tree = short(e, self.work)
        self.work -= _LONGEST if tree is None else tree_ops(tree)
        return tree

    def found(self) -> Wrong | None:
        """The part that costs least to mend, of those that make the line right."""
        candidates = [one for truth in self.truths for one in self._beside(self.right, truth)]
        candidates += self._along()
        whole = self._short(self.truth)
        most = Wrong(self.right, whole).cost + _WHOLE if whole is not None else _LONGEST
        candidates = [one for one in candidates if one.cost < most]
        candidates.sort(key=lambda one: (one.cost, one.missing is None))
        return next((one for one in candidates if self._mends(one)), None)

    def _mends(self, one: Wrong) -> bool:
        e = self.meaning(replaced(self.right, one.part, one.right))
        return e is not None and self.target.is_met(e)

    def meaning(self, tree: Tree) -> Expr | None:
        """What a part means; None where it means nothing alone."""
        if tree.kind == "slice":
            return None
        if tree not in self.known:
            try:
                self.known[tree] = self.sheet.plain(self.sheet.meaning(tree))
            except SymdiffError:
                self.known[tree] = None
        return self.known[tree]

    def _is_one(self, a: Tree, b: Tree) -> bool:
        """Whether two trees have one value at the points."""
        if a == b:
            return True
        x, y = self.meaning(a), self.meaning(b)
        if x is None or y is None or x.shape != y.shape:
            return False
        return self.target.are_one(x, y)

    # side by side

    def _beside(self, written: Tree, truth: Tree) -> Iterator[Wrong]:
        """The parts in which two trees differ, from the whole inwards."""
        while True:
            if written is not self.right:
                yield Wrong(written, truth)
            if not mentioned(written):
                return
            inner = self._inner(written, truth)
            if inner is None:
                return
            written, truth = inner

    def _inner(self, written: Tree, truth: Tree) -> tuple[Tree, Tree] | None:
        """The one part in which two trees of one kind differ."""
        if written.kind == "neg" and truth.kind == "neg":
            return written.children[0], truth.children[0]
        if written.kind != truth.kind or written.value != truth.value or not written.children:
            return None
        if written.kind in ("sum", "product", "hadamard"):
            own, others = self._left_over(written, truth)
            return (own[0], _joined(written.kind, others)) if len(own) == 1 else None
        if len(written.children) != len(truth.children) or None in written.children:
            return None
        pairs = [(a, b) for a, b in zip(written.children, truth.children, strict=True) if not self._is_one(a, b)]
        return pairs[0] if len(pairs) == 1 else None

    def _left_over(self, written: Tree, truth: Tree) -> tuple[list[Tree], list[Tree]]:
        """The parts of two sums or products that have no like in the other."""
        own, others = [], list(truth.children)
        for part in written.children:
            like = next((k for k, other in enumerate(others) if self._is_one(part, other)), None)
            if like is None:
                own.append(part)
            else:
                del others[like]
        return own, others

    # along the way to a part

    def _along(self) -> Iterator[Wrong]:
        """What each part would have to be, where that follows from the truth, and where that differs inside."""
        pending: list[tuple[Tree, Expr]] = [(self.right, self.truth)]
        for _ in range(_LOOKED_AT):
            if not pending:
                return
            part, wanted = pending.pop(0)
            tree = self._short(wanted)
            if tree is None:
                continue
            closed = not mentioned(part)
            if part is not self.right:
                yield Wrong(part, tree)
            if closed:  # a number is one thing
                continue
            yield from self._beside(part, tree)
            try:
                yield from self._missing(part, wanted)
                yield from self._divisor(part, wanted)
                pending += self._below(part, wanted)
            except SymdiffError:
                continue

    def _missing(self, part: Tree, wanted: Expr) -> Iterator[Wrong]:
        """The term that a sum lacks, and the number that a product lacks."""
        value = self.meaning(part)
        if value is None or value.shape != wanted.shape:
            return
        if part.kind == "sum":
            lost = self._short(sub(wanted, value))
            if lost is not None and tree_ops(lost) < tree_ops(part):
                yield Wrong(part, Tree("sum", (*part.children, lost)), lost)
        elif (factor := self.target.factor(value, wanted)) is not None and factor not in (ONE, MINUS_ONE):
            yield Wrong(part, _times(part, factor), to_tree(factor))

    def _divisor(self, part: Tree, wanted: Expr) -> Iterator[Wrong]:
        """What the divisor of a quotient would have to be."""
        if part.kind == "quotient" and not wanted.shape:
            above = self.meaning(part.children[0])
            tree = self._short(divide(above, wanted)) if above is not None and not above.shape else None
            if tree is not None:
                yield Wrong(part.children[1], tree, below=True)

    def _below(self, part: Tree, wanted: Expr) -> list[tuple[Tree, Expr]]:
        """The parts of a part, each with what it would have to be."""
        if part.kind == "neg":
            return [(part.children[0], neg(wanted))]
        if part.kind == "transpose":
            return [(part.children[0], transpose(wanted) if wanted.rank == 2 else wanted)]
        values = [self.meaning(child) for child in part.children]
        if any(value is None for value in values):
            return []
        known = [value for value in values if value is not None]
        if part.kind == "sum" and all(value.shape == wanted.shape for value in known):
            rests = [add(*known[:k], *known[k + 1 :]) for k in range(len(known))]
            return [(child, sub(wanted, rest)) for child, rest in zip(part.children, rests, strict=True)]
        if part.kind == "quotient" and not known[1].shape:
            return [(part.children[0], scale(known[1], wanted))]
        if part.kind == "product" and not any(value.shape for value in known):
            others = [mul(*known[:k], *known[k + 1 :]) for k in range(len(known))]
            return [(child, divide(wanted, other)) for child, other in zip(part.children, others, strict=True)]
        if part.kind == "power" and not any(value.shape for value in (*known, wanted)):
            exponent = self.target.exponent(known[0], wanted)
            return [] if exponent is None else [(part.children[1], number(exponent))]
        if part.kind == "product":
            arrays = [k for k, value in enumerate(known) if value.shape]
            factor = self.target.factor(self.meaning(part) or wanted, wanted)
            if factor is not None:
                return [(part.children[k], scale(factor, known[k])) for k in range(len(known)) if k not in arrays]
            if len(arrays) == 1:
                (k,) = arrays
                return [(part.children[k], divide(wanted, mul(*known[:k], *known[k + 1 :])))]
        return []


def _times(tree: Tree, factor: Expr) -> Tree:
    """A tree with a number in front, or below it where that is shorter."""
    times, over = to_tree(factor), to_tree(divide(ONE, factor))
    if tree_ops(over) < tree_ops(times):
        return Tree("quotient", (tree, over))
    return Tree("product", (times, *(tree.children if tree.kind == "product" else (tree,))))


def _joined(kind: str, parts: Sequence[Tree]) -> Tree:
    """Several parts of a sum or product as one; of none what changes nothing."""
    if not parts:
        return Tree("number", (), 0 if kind == "sum" else 1)
    return parts[0] if len(parts) == 1 else Tree(kind, tuple(parts))


def short(e: Expr, work: int = _SMALL) -> Tree | None:
    """An expression as it is told: as it is, or in a form that is clearly shorter; None for one that is too long.

    Other forms are looked for where what is written has no more operations than the `work` that may be done.
    """
    trees = []
    forms: list[Callable[[Expr], Expr]] = [expanded, factored_form]
    try:
        trees.append(plain(to_tree(e)))
        forms = [*forms, simplify] if tree_ops(trees[0]) <= _SIMPLIFIED else forms
        forms = forms if _is_small(trees[0]) and tree_ops(trees[0]) <= work else []
    except SymdiffError:
        forms = []
    for form in forms:
        try:
            trees.append(plain(to_tree(form(e))))
        except SymdiffError:
            continue
    least = min(map(tree_ops, trees), default=_LONGEST)
    near = (tree for tree in trees if tree_ops(tree) <= _CLEARLY * least)
    return next(near, None) if least < _LONGEST else None


def _is_small(tree: Tree) -> bool:
    """Whether other forms of what is written are soon found."""
    powers = (
        node.children[1].value for node in walk(tree) if node.kind == "power" and node.children[1].kind == "number"
    )
    return tree_ops(tree) <= _SMALL and all(abs(power) <= _DEGREE for power in powers)
