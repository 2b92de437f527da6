"""A program over a leading axis of some of its inputs, the batch: every operation takes it along in front.

What does not depend on these inputs is worked out once, as before. What has no form for a stack of arrays is done for
each of them, and stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

from symdiff.algebra import Slice
from symdiff.dims import Dim, Shape
from symdiff.lower.program import Builder, Node, Program, own, reachable


class Stacking(Protocol):
    """The functions of whole arrays that a backend has for stacks: of matrices, and along axes that can be named."""

    @property
    def stacks(self) -> Collection[str]: ...
    @property
    def axes(self) -> Collection[str]: ...


class Arg(NamedTuple):
    """An argument as it was, what it is now, and whether that has the axis of the batch."""

    old: Node
    new: Node
    stacked: bool

    @property
    def rank(self) -> int:
        return self.old.rank


def batched(program: Program, names: Collection[str], dim: Dim, known: Stacking) -> Program:
    """The program with an axis of length `dim` in front of the inputs called so, and of every result."""
    return _Batch(program, names, dim, known).program()


class _Batch:
    def __init__(self, program: Program, names: Collection[str], dim: Dim, known: Stacking) -> None:
        self.old = program
        self.dim = dim
        self.known = known
        self.builder = Builder()
        self.places = {k for k, e in enumerate(program.inputs) if e.attr.name in names}
        self.rules: dict[str, Callable[[Node, list[Arg]], Node]] = {
            **dict.fromkeys("neg recip mul div add pow function compare logic select".split(), self._elementwise),
            "permute": self._permute, "expand": self._expand, "sum": self._sum, "diagonal": self._diagonal,
            "matmul": self._matmul, "inner": self._inner, "tensordot": self._tensordot, "einsum": self._einsum,
            "reduce": self._reduce, "scan": self._scan, "index": self._index, "join": self._join,
            "reshape": self._reshape, "embed": self._embed, "add_diagonal": self._add_diagonal,
            "broadcast": self._broadcast, "fill": self._broadcast, "copy": self._copy, "call": self._call,
        }  # fmt: skip

    def program(self) -> Program:
        done: dict[Node, Arg] = {}
        for node in self.old.nodes:
            args = [done[arg] for arg in node.args]
            if node.op == "input" and node.attr in self.places:
                done[node] = Arg(node, self._made("input", (), node.attr, node.shape), True)
            elif any(arg.stacked for arg in args):
                done[node] = Arg(node, self.rules.get(node.op, self._each)(node, args), True)
            elif node.op == "literal":
                done[node] = Arg(node, self.builder.literal(node.attr), False)
            else:
                new = self.builder.node(node.op, [arg.new for arg in args], node.attr, node.shape)
                done[node] = Arg(node, new, False)
        returned: set[Node] = set()
        results = [own(self.builder, self._whole(done[node]), returned) for node in self.old.results]
        shapes = [(self.dim, *s) if k in self.places else s for k, s in enumerate(self.old.shapes)]
        return Program(
            self.old.inputs, shapes, self.old.arguments, self.old.constants, results, reachable(results),
            self.old.complex, self.old.guarded, {done[node].new: name for node, name in self.old.names.items()},
        )  # fmt: skip

    def _made(self, op: str, args: Sequence[Node], attr: Any, shape: Shape) -> Node:
        """A node whose result has the batch in front of the axes of `shape`."""
        return self.builder.node(op, args, attr, (self.dim, *shape))

    def _ranked(self, arg: Arg, rank: int) -> Node:
        """The argument with axes of length 1 behind the batch, as many as it lacks."""
        if not arg.stacked:
            return arg.new
        return self.builder.expand(arg.new, (True, *[False] * (rank - arg.rank), *[True] * arg.rank))

    def _whole(self, arg: Arg) -> Node:
        """The argument with the batch, repeated along it where it does not depend on it."""
        if arg.stacked:
            return arg.new
        op = "broadcast" if arg.rank else "fill"
        return self._made(op, (arg.new,), None, arg.old.shape)

    # ------------------------------------------------------------ element by element, axes

    def _elementwise(self, node: Node, args: list[Arg]) -> Node:
        return self._made(node.op, [self._ranked(arg, node.rank) for arg in args], node.attr, node.shape)

    def _permute(self, node: Node, args: list[Arg]) -> Node:
        return self.builder.permute(args[0].new, (0, *(k + 1 for k in node.attr)))

    def _expand(self, node: Node, args: list[Arg]) -> Node:
        return self.builder.expand(args[0].new, (True, *node.attr))

    def _sum(self, node: Node, args: list[Arg]) -> Node:
        return self.builder.sum(args[0].new, [k + 1 for k in node.attr])

    def _diagonal(self, node: Node, args: list[Arg]) -> Node:
        return self._made("diagonal", (args[0].new,), tuple(k + 1 for k in node.attr), node.shape)

    def _reduce(self, node: Node, args: list[Arg]) -> Node:
        kind, axes = node.attr
        return self._made("reduce", (args[0].new,), (kind, tuple(k + 1 for k in axes)), node.shape)

    def _scan(self, node: Node, args: list[Arg]) -> Node:
        kind, axis, reverse = node.attr
        return self._made("scan", (args[0].new,), (kind, axis + 1, reverse), node.shape)

    def _index(self, node: Node, args: list[Arg]) -> Node:
        return self._made("index", (args[0].new,), (Slice(0, self.dim), *node.attr), node.shape)

    def _join(self, node: Node, args: list[Arg]) -> Node:
        kind, axis = node.attr
        return self._made("join", [self._whole(arg) for arg in args], (kind, axis + 1), node.shape)

    def _reshape(self, node: Node, args: list[Arg]) -> Node:
        """By columns: by rows, with all axes turned before and behind."""
        (arg,) = args
        if node.attr == "C":
            return self._made("reshape", (arg.new,), "C", node.shape)
        turned = self.builder.permute(arg.new, (0, *range(arg.rank, 0, -1)))
        made = self._made("reshape", (turned,), "C", node.shape[::-1])
        return self.builder.permute(made, (0, *range(node.rank, 0, -1)))

    def _embed(self, node: Node, args: list[Arg]) -> Node:
        return self._made("embed", (args[0].new,), (0, *(k + 1 for k in node.attr)), node.shape)

    def _add_diagonal(self, node: Node, args: list[Arg]) -> Node:
        matrix, added = self._whole(args[0]), self._ranked(args[1], 1)
        return self._made("add_diagonal", (matrix, added), None, node.shape)

    def _broadcast(self, node: Node, args: list[Arg]) -> Node:
        return self._made("broadcast", (self._ranked(args[0], node.rank),), None, node.shape)

    def _copy(self, node: Node, args: list[Arg]) -> Node:
        return self._made("copy", (args[0].new,), node.attr, node.shape)

    # ------------------------------------------------------------ products

    def _matmul(self, node: Node, args: list[Arg]) -> Node:
        a, b = args
        if b.rank > 1:
            if a.rank > 1 or not (a.stacked and b.stacked):
                return self._made("matmul", (a.new, b.new), None, node.shape)
            row = self.builder.expand(a.new, (True, False, True))
            product = self._made("matmul", (row, b.new), None, (1, *node.shape))
            return self._made("index", (product,), (Slice(0, self.dim), 0, *map(_all, node.shape)), node.shape)
        if a.rank == 1:
            if a.stacked and b.stacked:
                return self._made("einsum", (a.new, b.new), ((0, 1), (0, 1), (0,)), ())
            return self._made("matmul", (a.new, b.new) if a.stacked else (b.new, a.new), None, ())
        if not b.stacked:
            return self._made("matmul", (a.new, b.new), None, node.shape)
        if not a.stacked:
            return self._made("matmul", (b.new, self.builder.permute(a.new, (1, 0))), None, node.shape)
        return self._without_column(self._made("matmul", (a.new, self._column(b)), None, (*node.shape, 1)), node.shape)

    def _column(self, arg: Arg) -> Node:
        return self.builder.expand(arg.new, (*[True] * arg.new.rank, False))

    def _without_column(self, made: Node, shape: Shape) -> Node:
        return self._made("index", (made,), (Slice(0, self.dim), *map(_all, shape), 0), shape)

    def _inner(self, node: Node, args: list[Arg]) -> Node:
        a, b = args if args[0].stacked else args[::-1]
        axes = tuple(range(a.rank))
        if not b.stacked:
            return self._made("tensordot", (a.new, b.new), (tuple(k + 1 for k in axes), axes), ())
        labels = tuple(range(a.rank + 1))
        return self._made("einsum", (a.new, b.new), (labels, labels, (0,)), ())

    def _tensordot(self, node: Node, args: list[Arg]) -> Node:
        (a, b), (left, right) = args, node.attr
        if not b.stacked:
            return self._made("tensordot", (a.new, b.new), (tuple(k + 1 for k in left), right), node.shape)
        free = a.rank - len(left)
        if not a.stacked:
            shape = (*node.shape[:free], self.dim, *node.shape[free:])
            made = self.builder.node("tensordot", (a.new, b.new), (left, tuple(k + 1 for k in right)), shape)
            return self.builder.permute(made, (free, *(k for k in range(len(shape)) if k != free)))
        first = list(range(1, a.rank + 1))
        second = list(range(a.rank + 1, a.rank + b.rank + 1))
        for i, j in zip(left, right, strict=True):
            second[j] = first[i]
        out = [k for k in first if k not in second] + [k for k in second if k not in first]
        return self._made("einsum", (a.new, b.new), ((0, *first), (0, *second), (0, *out)), node.shape)

    def _einsum(self, node: Node, args: list[Arg]) -> Node:
        *labels, out = node.attr
        batch = 1 + max(k for names in labels for k in names)
        stacked = [(batch, *names) if arg.stacked else names for arg, names in zip(args, labels, strict=True)]
        return self._made("einsum", [arg.new for arg in args], (*stacked, (batch, *out)), node.shape)

    # ------------------------------------------------------------ functions of whole arrays

    def _call(self, node: Node, args: list[Arg]) -> Node:
        name, keywords = node.attr
        if name == "solve":
            return self._solve(node, args)
        if name in self.known.axes and not any(arg.stacked for arg in args[1:] if not arg.rank):
            rank = args[0].rank
            axes = dict(keywords).get("axis")
            axes = tuple(range(rank)) if axes is None else axes
            new = [self._whole(arg) if arg.rank else arg.new for arg in args]
            return self._made("call", new, (name, (("axis", tuple(k + 1 for k in axes)),)), node.shape)
        if name in self.known.stacks:
            return self._made("call", [arg.new for arg in args], node.attr, node.shape)
        return self._each(node, args)

    def _solve(self, node: Node, args: list[Arg]) -> Node:
        """By one matrix all right sides at once, as its columns; a stack of matrices takes matrices."""
        a, b = args
        if not a.stacked:
            columns = self.builder.permute(b.new, (1, 0, *range(2, b.rank + 1)))
            made = self.builder.node("call", (a.new, columns), ("solve", ()), columns.shape)
            return self.builder.permute(made, (1, 0, *range(2, b.rank + 1)))
        if b.rank > 2:
            return self._each(node, args)
        if b.rank == 2:
            return self._made("call", (a.new, b.new), node.attr, node.shape)
        made = self._made("call", (a.new, self._column(b)), node.attr, (*node.shape, 1))
        return self._without_column(made, node.shape)

    def _each(self, node: Node, args: list[Arg]) -> Node:
        """The operation as it was, one entry of the batch after the other."""
        parts = [Node("item", (), k, arg.old.shape, -1) if arg.stacked else arg.new for k, arg in enumerate(args)]
        inner = Node(node.op, tuple(parts), node.attr, node.shape, -1)
        return self._made("each", [arg.new for arg in args], (inner, tuple(arg.stacked for arg in args)), node.shape)


def _all(dim: Dim) -> Slice:
    return Slice(0, dim)
