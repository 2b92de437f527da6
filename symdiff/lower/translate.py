"""From expressions to the nodes of a program, one handler an op."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symdiff import dims
from symdiff.algebra import LOGIC, is_symmetric, may_be_complex, unspread
from symdiff.algebra.views import Contraction
from symdiff.errors import NotSupported
from symdiff.expr import Expr
from symdiff.lower.flatten import Structure
from symdiff.lower.products import Products
from symdiff.lower.program import Builder, Node, own
from symdiff.lower.values import Value, align, dense, value, whole

_SOLVES = 3  # an inverse multiplied more often than this is worked out once


class Translator:
    """Gives each expression its `Value`, once. `inputs` are the positions of what the caller gives."""

    def __init__(self, structure: Structure, inputs: dict[Expr, int]) -> None:
        self.structure = structure
        self.inputs = inputs
        self.builder = Builder()
        self.products = Products(self.builder)
        self.constants: list[Expr] = []
        self.guarded = False
        self.returned: set[Node] = set()
        self._flat: dict[Expr, Contraction] = {}
        self._values: dict[Expr, Value] = {}
        self._explicit = self._explicit_inverses()
        self._handlers: dict[str, Callable[[Expr], Value]] = {
            "symbol": self._symbol, "number": self._number, "constant": self._constant, "mul": self._mul,
            "einsum": self._einsum, "add": self._add, "map": self._map, "call": self._call, "reduce":
            self._reduce, "scan": self._scan, "compare": self._compare, "select": self._select, "index":
            self._index, "join": self._join, "reshape": self._reshape, "stop": self._stop, "derivative":
            self._derivative, "differential": self._differential,
        }  # fmt: skip

    def value(self, root: Expr) -> Value:
        """The value of an expression and of all it needs, the depth no limit."""
        stack = [root]
        while stack:
            e = stack[-1]
            if e in self._values:
                stack.pop()
                continue
            missing = [part for part in self._needs(e) if part not in self._values]
            if missing:
                stack.extend(reversed(missing))
                continue
            self._values[e] = made = self._handlers[e.op](e)
            if made.node.rank == 2 and made.plain and len(made.out) == 2 and is_symmetric(e):
                self.builder.symmetric.add(made.node)
            stack.pop()
        return self._values[root]

    def result(self, root: Expr) -> Node:
        """A result as an array of its own, which is no view of what the caller holds or of another result."""
        return own(self.builder, dense(self.builder, self.value(root)), self.returned)

    def names(self, parts: Mapping[Expr, str]) -> dict[Node, str]:
        """The nodes that hold these parts as they are, with their names."""
        found: dict[Node, str] = {}
        for e, name in parts.items():
            known = self._values.get(e)
            if known is not None and known.labels == known.out == tuple(range(e.rank)):
                found.setdefault(known.node, name)
        return found

    def _needs(self, e: Expr) -> Sequence[Expr]:
        if e.op == "einsum":
            flat = self._flat.get(e)
            if flat is None:
                flat = self._flat[e] = _squares_apart(self.structure.product(e))
            return (flat.coefficient, *flat.operands)
        if e.op == "add":
            return self.structure.summands(e)
        return e.args

    def _explicit_inverses(self) -> set[Expr]:
        """The inverses that are needed as such, not only multiplied by something."""
        structure = self.structure
        found = set()
        for e in structure.order:
            if _is_inverse(e):
                users = structure.parents.get(e, [])
                if e in structure.roots or len(users) > _SOLVES or any(u.op != "einsum" for u in users):
                    found.add(e)
        for e in structure.order:
            if e.op == "einsum" and e not in structure.absorbed and any(map(_is_inverse, e.args)):
                flat = structure.product(e)
                for k, (operand, labels) in enumerate(zip(flat.operands, flat.labels, strict=True)):
                    others = [set(other) for j, other in enumerate(flat.labels) if j != k]
                    if _is_inverse(operand) and (
                        set(labels) <= set(flat.out) or not any(other & set(labels) for other in others)
                    ):
                        found.add(operand)
        return found

    def _node(self, e: Expr) -> Node:
        """The stored node of an argument's value."""
        return dense(self.builder, self._values[e])

    def _aligned(self, args: Sequence[Expr]) -> tuple[list[Node], tuple[int, ...], tuple[dims.Dim, ...]]:
        values = [self._values[arg] for arg in args]
        return align(self.builder, [v if v.plain else whole(dense(self.builder, v)) for v in values])

    def _spread(self, node: Node, order: tuple[int, ...], e: Expr) -> Value:
        return value(node, order, range(e.rank), e.shape)

    def _symbol(self, e: Expr) -> Value:
        if "dimension" in e.attr.properties:
            return whole(self.builder.size(dims.size(e.attr.name)))
        return whole(self.builder.node("input", (), self.inputs[e], e.shape))

    def _number(self, e: Expr) -> Value:
        return whole(self.builder.literal(e.attr))

    def _constant(self, e: Expr) -> Value:
        if not isinstance(e.attr, str):
            self.constants.append(e)
            return whole(self.builder.node("constant", (), len(self.constants) - 1, e.shape))
        if not e.shape:
            return whole(self.builder.node("named", (), e.attr))
        number = self.builder.literal(0 if e.attr == "zeros" else 1)
        return value(number, (), (0, 0) if e.attr == "eye" else range(e.rank), e.shape)

    def _mul(self, e: Expr) -> Value:
        result = self._values[e.args[0]].node
        for base, exponent in zip(e.args[1::2], e.args[2::2], strict=True):
            power = self.builder.power(self._values[base].node, self._values[exponent].node, ())
            result = self.builder.mul(result, power)
        return whole(result)

    def _einsum(self, e: Expr) -> Value:
        flat = self._flat[e]
        factors = [(self._values[o], labels) for o, labels in zip(flat.operands, flat.labels, strict=True)]
        sizes = {
            label: dim
            for o, labels in zip(flat.operands, flat.labels, strict=True)
            for label, dim in zip(labels, o.shape, strict=True)
        }
        coefficient = self._values[flat.coefficient].node
        return self.products.product(coefficient, factors, flat.out, sizes)

    def _add(self, e: Expr) -> Value:
        values = [self._values[term] for term in self.structure.summands(e)]
        if len({v.out for v in values}) == 1:
            nodes, order, shape = align(self.builder, values)
            return value(self.builder.add(nodes, shape), order, values[0].out, e.shape)
        full = [v for v in values if v.plain]
        diagonal = [v for v in values if not v.plain]
        if e.rank != 2 or not full:
            full, diagonal = [whole(dense(self.builder, v)) for v in values], []
        nodes, order, shape = align(self.builder, full)
        result = value(self.builder.add(nodes, shape), order, range(e.rank), e.shape)
        if not diagonal:
            return result
        nodes, _, shape = align(self.builder, diagonal)
        args = dense(self.builder, result), self.builder.add(nodes, shape)
        return whole(self.builder.node("add_diagonal", args, None, e.shape))

    def _map(self, e: Expr) -> Value:
        nodes, order, shape = self._aligned(e.args)
        if e.attr == "pow":
            return self._spread(self.builder.power(nodes[0], nodes[1], shape), order, e)
        return self._spread(self.builder.node("function", nodes, (e.attr, ()), shape), order, e)

    def _call(self, e: Expr) -> Value:
        node = self.builder.node("call", [self._node(arg) for arg in e.args], e.attr, e.shape)
        if e in self._explicit:
            self.products.keep.add(node)
        return whole(node)

    def _reduce(self, e: Expr) -> Value:
        if e.attr[0] in ("max", "min") and may_be_complex(e.args[0]):
            raise NotSupported(f"the {e.attr[0]} of complex numbers, which have no order")
        return whole(self.builder.node("reduce", (self._node(e.args[0]),), e.attr, e.shape))

    def _scan(self, e: Expr) -> Value:
        return whole(self.builder.node("scan", (self._node(e.args[0]),), e.attr, e.shape))

    def _compare(self, e: Expr) -> Value:
        nodes, order, shape = self._aligned(e.args)
        op = "logic" if e.attr in LOGIC else "compare"
        return self._spread(self.builder.node(op, nodes, e.attr, shape), order, e)

    def _select(self, e: Expr) -> Value:
        self.guarded = True
        nodes, order, shape = self._aligned(e.args)
        return self._spread(self.builder.node("select", nodes, None, shape), order, e)

    def _index(self, e: Expr) -> Value:
        return whole(self.builder.node("index", (self._node(e.args[0]),), e.attr, e.shape))

    def _join(self, e: Expr) -> Value:
        return whole(self.builder.node("join", [self._node(part) for part in e.args], e.attr, e.shape))

    def _reshape(self, e: Expr) -> Value:
        return whole(self.builder.node("reshape", (self._node(e.args[0]),), e.attr, e.shape))

    def _stop(self, e: Expr) -> Value:
        return self._values[e.args[0]]

    def _derivative(self, e: Expr) -> Value:
        function, order = e.attr
        if order:
            raise NotSupported(
                f"the derivative of {function.name}, which is only a name, has no value",
                hint=f"define {function.name} before differentiating",
            )
        args = [self._node(arg) for arg in e.args]
        return whole(self.builder.node("apply", args, function.name, e.shape))

    def _differential(self, e: Expr) -> Value:
        raise NotSupported("a differential has no value", hint="give the direction: jvp(f, x, v)")


def _is_inverse(e: Expr) -> bool:
    return e.op == "call" and e.attr[0] == "inv"


def _squares_apart(flat: Contraction) -> Contraction:
    """x.^2 under a full sum as x times x, which is a dot product."""
    operands: list[Expr] = []
    labels: list[tuple[int, ...]] = []
    for operand, names in zip(flat.operands, flat.labels, strict=True):
        base = operand
        if operand.op == "map" and operand.attr == "pow" and not set(names) & set(flat.out):
            exponent = unspread(operand.args[1])
            if exponent is not None and exponent.op == "number" and exponent.attr == 2:
                base = operand.args[0]
                operands.append(base)
                labels.append(names)
        operands.append(base)
        labels.append(names)
    return Contraction(flat.coefficient, tuple(operands), tuple(labels), flat.out)
