"""The program a backend prints: array operations in order, each value once, axes explicit.

A `Node` is one array operation of the closed list below; `Builder` makes them, the same operation on the same
arguments once, with the identities of arithmetic that cost nothing to see. Broadcasting is NumPy's, trailing
axes aligned; a missing axis that is not a leading one is put in by `expand`; a size never decides anything.

    input k             array k the caller gives
    constant k          array k of the program
    literal v           a number (int, Fraction, float)
    named               pi, e, oo or i
    size d              a size as a number
    fill                an array of one number
    eye                 the identity matrix
    neg recip mul div   element by element
    add                 of any number of terms
    pow                 base, exponent
    function            (name, ()) of the backend's table, element by element
    call                (name, keywords) of that table, of whole arrays
    permute axes        the axes in another order
    expand mask         axes of length 1 put in where the mask is False
    sum axes
    diagonal (i, j)     the diagonal of two axes, as the last axis
    matmul              of vectors and matrices; of more axes all but the last two run together
    inner               the sum of all products of two arrays of one shape
    tensordot (i, j)    summed over the axes i of the first with the axes j of the second
    einsum (a, b, out)  the general pair, by labels
    compare logic       element by element
    select              condition, then, else
    reduce scan         (kind, axes); (kind, axis, reverse)
    index items
    join (kind, axis)   `concat`, `stack`
    reshape order
    embed pattern       entries put into zeros where axes of one number run together
    add_diagonal        a matrix, and what is added to its diagonal
    broadcast           to the node's shape
    copy k              an array of its own, that of result k
    apply name          a callable the caller gives
    each (inner, flags) a node for each entry of the first axis of the arguments whose flag is True, stacked
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symdiff.dims import Dim, Shape
from symdiff.expr import Expr, number_key

Number = int | Fraction | float
_HOST = frozenset({"literal", "size", "named"})
_ARITHMETIC = frozenset({"neg", "recip", "mul", "div", "add", "pow"})
_ELEMENTWISE = _HOST | _ARITHMETIC | {"input", "function", "compare", "logic", "select"}


class Node:
    """One operation: `op` of the closed list, arguments, data, and the sizes of the axes of its result."""

    __slots__ = ("args", "attr", "host", "index", "op", "shape")

    host: bool  # a number of Python itself, not of the array library

    def __init__(self, op: str, args: tuple[Node, ...], attr: Any, shape: Shape, index: int) -> None:
        self.op = op
        self.args = args
        self.attr = attr
        self.shape = shape
        self.index = index
        self.host = (op in _HOST and attr != "i") or (op in _ARITHMETIC and all(arg.host for arg in args))

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def value(self) -> Number | None:
        """The number of a literal, else None."""
        return self.attr if self.op == "literal" and not isinstance(self.attr, complex) else None


@dataclass(slots=True)
class Program:
    """What a backend prints; inputs and constants are referred to by position, functions by name."""

    inputs: list[Expr]
    shapes: list[Shape]  # of the inputs, as they are given
    arguments: dict[str, str]  # all names the caller gives, in order: an array or what is not used "x", a function "f"
    constants: list[Expr]
    results: list[Node]
    nodes: list[Node]  # every node the results need, arguments first
    complex: bool  # whether values are complex numbers
    guarded: bool  # whether a branch that is not taken may be undefined
    names: dict[Node, str] = field(default_factory=dict)  # what a user calls some nodes

    @property
    def spreads(self) -> bool:
        """Whether all is done element by element to numbers, so that arrays of any shape may stand in their places."""
        return not any(self.shapes) and all(not node.rank and node.op in _ELEMENTWISE for node in self.nodes)


class Builder:
    """Makes nodes; equal ones once."""

    def __init__(self) -> None:
        self._made: dict[Any, Node] = {}
        self.symmetric: set[Node] = set()  # matrices that are their transposes

    def node(self, op: str, args: Sequence[Node], attr: Any = None, shape: Shape = ()) -> Node:
        """The one node with these parts."""
        args = tuple(args)
        key = (op, tuple(arg.index for arg in args), attr, shape)
        return self._keep(key, op, args, attr, shape)

    def _keep(self, key: Any, op: str, args: tuple[Node, ...], attr: Any, shape: Shape) -> Node:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Node(op, args, attr, shape, len(self._made))
        return found

    def known(self, op: str, args: Sequence[Node], attr: Any, shape: Shape) -> bool:
        """Whether this node has been made already."""
        return (op, tuple(arg.index for arg in args), attr, shape) in self._made

    def literal(self, value: Number | complex) -> Node:
        kind = type(value) if isinstance(value, complex) else number_key(value)
        return self._keep(("literal", value, kind), "literal", (), value, ())

    def neg(self, a: Node) -> Node:
        if a.op == "neg":
            return a.args[0]
        if a.value is not None:
            return self.literal(-a.value)
        return self.node("neg", (a,), None, a.shape)

    def add(self, terms: Sequence[Node], shape: Shape) -> Node:
        """The sum, in the order given; an equal sum in another order is the same node."""
        kept = [term for term in terms if term.value != 0]
        if not kept:
            zero = self.literal(0)
            return self.node("fill", (zero,), None, shape) if shape else zero
        if len(kept) == 1 and len(kept[0].shape) == len(shape):
            return kept[0]
        key = ("add", tuple(sorted(term.index for term in kept)), shape)
        return self._keep(key, "add", tuple(kept), None, shape)

    def mul(self, a: Node, b: Node, shape: Shape = ()) -> Node:
        """The product element by element; signs and reciprocals move out, exact numbers fold."""
        if a.value == 1 and b.shape == shape:
            return b
        if b.value == 1 and a.shape == shape:
            return a
        if a.value == -1 and b.shape == shape:
            return self.neg(b)
        if b.value == -1 and a.shape == shape:
            return self.neg(a)
        if isinstance(a.value, (int, Fraction)) and isinstance(b.value, (int, Fraction)):
            return self.literal(_exact(Fraction(a.value) * b.value))
        if a.op == "neg" or (a.value is not None and a.value < 0):
            return self.neg(self.mul(self.neg(a), b, shape))
        if b.op == "neg" or (b.value is not None and b.value < 0):
            return self.neg(self.mul(a, self.neg(b), shape))
        if a.op == "recip" and b.op == "recip":
            return self.recip(self.mul(a.args[0], b.args[0], shape))
        if b.op == "recip":
            return self.div(a, b.args[0], shape)
        if a.op == "recip":
            return self.div(b, a.args[0], shape)
        first, second = sorted((a.index, b.index))
        return self._keep(("mul", first, second, shape), "mul", (a, b), None, shape)

    def div(self, a: Node, b: Node, shape: Shape) -> Node:
        if b.value == 1 and a.shape == shape:
            return a
        if a.value == 1 and b.shape == shape:
            return self.recip(b)
        if a.op == "neg":
            return self.neg(self.div(a.args[0], b, shape))
        if a.op == "div" and a.args[1].rank <= b.rank == len(shape):
            return self.div(a.args[0], self.mul(a.args[1], b, shape), shape)
        return self.node("div", (a, b), None, shape)

    def recip(self, a: Node) -> Node:
        if a.op == "recip":
            return a.args[0]
        if isinstance(a.value, (int, Fraction)) and a.value:
            return self.literal(_exact(1 / Fraction(a.value)))
        if a.op == "neg":
            return self.neg(self.recip(a.args[0]))
        if a.op == "div":
            return self.div(a.args[1], a.args[0], a.shape)
        return self.node("recip", (a,), None, a.shape)

    def power(self, base: Node, exponent: Node, shape: Shape) -> Node:
        """base^exponent; small whole and half exponents are products and square roots."""
        p = exponent.value
        if p is None or base.shape != shape:
            return self.node("pow", (base, exponent), None, shape)
        if p < 0:
            return self.recip(self.power(base, self.literal(-p), shape))
        if p == 1:
            return base
        if p == Fraction(1, 2):
            return self.node("function", (base,), ("sqrt", ()), shape)
        if isinstance(p, int) and 2 <= p <= 8:
            half = base if p < 4 else self.power(base, self.literal(p // 2), shape)
            if p % 2 and p > 3:
                return self.mul(self.mul(half, half, shape), base, shape)
            square = self.mul(half, half, shape)
            return square if p != 3 else self.mul(square, base, shape)
        return self.node("pow", (base, exponent), None, shape)

    def permute(self, a: Node, axes: Sequence[int]) -> Node:
        axes = tuple(axes)
        if axes == tuple(range(a.rank)) or (axes == (1, 0) and a in self.symmetric):
            return a
        if a.op == "permute":
            return self.permute(a.args[0], [a.attr[k] for k in axes])
        if a.op in ("neg", "recip"):
            inner = self.permute(a.args[0], axes)
            return self.neg(inner) if a.op == "neg" else self.recip(inner)
        return self.node("permute", (a,), axes, tuple(a.shape[k] for k in axes))

    def expand(self, a: Node, mask: Sequence[bool]) -> Node:
        """New axes of length 1 where the mask is False; leading ones are left to broadcasting."""
        mask = tuple(mask)
        while mask and not mask[0]:
            mask = mask[1:]
        if all(mask):
            return a
        if a.op in ("neg", "recip"):
            inner = self.expand(a.args[0], mask)
            return self.neg(inner) if a.op == "neg" else self.recip(inner)
        axes = iter(a.shape)
        return self.node("expand", (a,), mask, tuple(next(axes) if real else 1 for real in mask))

    def sum(self, a: Node, axes: Iterable[int]) -> Node:
        axes = tuple(sorted(axes))
        if not axes:
            return a
        if a.op == "neg":
            return self.neg(self.sum(a.args[0], axes))
        return self.node("sum", (a,), axes, tuple(d for k, d in enumerate(a.shape) if k not in axes))

    def size(self, dim: Dim) -> Node:
        return self.literal(dim) if isinstance(dim, int) else self.node("size", (), dim)


def _exact(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value


_BORROWING = frozenset(
    "input constant apply permute diagonal index reshape expand broadcast tensordot scan".split()
)  # what is, or may be, a view of another array


def own(builder: Builder, node: Node, returned: set[Node]) -> Node:
    """A result as an array of its own, which is no view of what the caller holds or of another that is `returned`."""
    if node.op == "broadcast" and not node.args[0].rank:
        node = builder.node("fill", node.args, None, node.shape)
    borrows = node.op in _BORROWING or (node.op == "function" and node.attr[0] in ("real", "imag"))
    if node.rank and (borrows or node in returned):
        node = builder.node("copy", (node,), len(returned), node.shape)
    returned.add(node)
    return node


def turn_products(builder: Builder, results: Sequence[Node]) -> None:
    """Products that are needed transposed alone are taken the other way round: of (B @ A.T).T comes A @ B.T.

    Not where another product takes the transpose, which costs nothing there, unless transposes vanish.
    """
    nodes = reachable(results)
    uses = Counter((*results, *(arg for node in nodes for arg in node.args)))
    turned: set[Node] = set()
    into_products = Counter(arg for node in nodes if node.op == "matmul" for arg in node.args)
    for node in nodes:
        product = node.args[0] if node.op == "permute" and node.attr == (1, 0) else node
        if product is node or product.op != "matmul" or uses[product] > 1 or {a.rank for a in product.args} != {2}:
            continue
        if into_products[node] < uses[node] or any(arg.op == "permute" for arg in product.args):
            node.op, node.attr = "matmul", None
            node.args = tuple(builder.permute(arg, (1, 0)) for arg in reversed(product.args))
            turned.add(node)
    for node in nodes:  # a view needs a copy to be a result, this does not
        if node.op == "copy" and node.args[0] in turned and uses[node.args[0]] == 1:
            node.op, node.args, node.attr = "matmul", node.args[0].args, None


def reachable(results: Iterable[Node]) -> list[Node]:
    """Every node the results need, arguments first, else in the order in which they were made."""
    needed: dict[int, Node] = {}
    stack = list(results)
    while stack:
        node = stack.pop()
        if node.index not in needed:
            needed[node.index] = node
            stack.extend(node.args)
    order: dict[Node, None] = {}
    for k in sorted(needed):
        stack = [needed[k]]
        while stack:
            missing = [arg for arg in stack[-1].args if arg not in order]
            if missing:
                stack += missing
            else:
                order[stack.pop()] = None
    return list(order)
