"""How many axes undeclared names have, from their use: facts spread over the tree until nothing changes.

What is certain goes first (a transposed small letter is a vector, a divisor a scalar), then capitals are
settled together, then arguments and neighbours that want an axis, and what stays open is a scalar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from symdiff import algebra, book
from symdiff.algebra import is_entrywise
from symdiff.bounds import limits
from symdiff.dims import Shape, size
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.syntax.calls import DERIVATIVES, DIRECTIONAL, grouped, keyword_data
from symdiff.syntax.elaborate import index_names
from symdiff.syntax.rank_nodes import (
    TRANSPOSES,
    Node,
    is_capital,
    is_e_to_capital,
    nodes_of,
    product_rank,
    vectors_of_run,
)
from symdiff.syntax.scope import Scope
from symdiff.syntax.tree import Tree, walk
from symdiff.syntax.unknowns import asks
from symdiff.syntax.value import Context

SIZED = {
    "eye": 0,
    "ones": 0,
    "zeros": 0,
    "commutation": 0,
    "duplication": 0,
    "elimination": 0,
    "reshape": 1,
    "conv_matrix": 1,
}
"""Functions whose arguments from this position on are sizes."""

_SQUARED = frozenset({"eye", "duplication", "elimination", "conv_matrix"})  # matrices, by one size
_SAME = frozenset({"neg", "sqrt"})
_BROADCAST = frozenset("sum hadamard dotquotient dotpower compare equation and or not".split())

_PARTS = frozenset({"indexsum", "tensor", "kron"})


def infer_ranks(
    tree: Tree, names: Sequence[str], scope: Scope, entrywise: Collection[str] = ()
) -> tuple[dict[str, int], bool]:
    """The number of axes of each of these names, and whether some surely has axes, before capitals are settled.

    `entrywise` are the functions that nobody declared, which take each entry.
    """
    return _Ranks(tree, names, scope, entrywise).solve()


_Part = Node | list[Node]  # an argument of a derivative, or those in a list


class _Ranks:
    def __init__(self, tree: Tree, names: Sequence[str], scope: Scope, entrywise: Collection[str]) -> None:
        self.scope = scope
        self.entrywise = entrywise
        self.open: dict[str, int | None] = dict.fromkeys(names)
        self.bound = set(_bound_names(tree))
        self.nodes = nodes_of(tree)
        self.changed = False
        self.stage = 0

    def solve(self) -> tuple[dict[str, int], bool]:
        """Settle the names in stages, each to the end before the next."""
        self.spread()
        certain = any(node.rank for node in self.nodes)
        capitals = [name for name in self.open if is_capital(name)]
        rank = 0 if any(self.open[name] == 0 for name in capitals) else 2
        for name in capitals:
            self.settle(name, rank)
        for self.stage in (1, 2, 3):
            self.spread()
        return {name: rank or 0 for name, rank in self.open.items()}, certain

    def settle(self, name: str, rank: int) -> None:
        if self.open.get(name, 0) is None:
            self.open[name] = rank
            self.changed = True

    def spread(self) -> None:
        """Pass facts up and down the tree until nothing changes."""
        self.changed = True
        while self.changed:
            self.changed = False
            for node in self.nodes:
                self.up(node)
            for node in reversed(self.nodes):
                self.down(node)

    def put(self, node: Node, rank: int | None) -> None:
        """State the rank of a node, if it is open."""
        if rank is None or node.rank is not None:
            return
        node.rank = rank
        self.changed = True
        if node.tree.kind == "name" and node.tree.value not in self.bound:
            self.settle(node.tree.value, rank)

    # -- from the parts to the whole

    def up(self, node: Node) -> None:
        if node.rank is None:
            self.put(node, self.rank_of(node))
        node.row = self.is_row(node)

    def is_row(self, node: Node) -> bool:
        tree = node.tree
        name = tree.value if tree.kind == "name" else tree.value[0] if tree.kind == "call" else None
        definition = self.scope.definitions.get(name) if name is not None else None
        return _is_row(node) if definition is None else definition.body.rank == 1 and definition.orientation == "row"

    def rank_of(self, node: Node) -> int | None:
        tree, parts = node.tree, node.parts
        kind = tree.kind
        if kind == "name":
            return self.rank_of_name(tree.value)
        if kind in ("number", "abs", "norm", "indexsum"):
            return 0
        if kind == "vector":
            return _literal_rank(parts)
        if kind == "matrix":
            return 2
        if kind == "kron":
            ranks = {part.rank for part in parts}
            return 1 if ranks == {1} and len({part.row for part in parts}) == 1 else None if None in ranks else 2
        if kind in _SAME or kind in ("power", "quotient", "differential", *TRANSPOSES):
            return parts[0].rank
        if kind in _BROADCAST:
            return _common([part.rank for part in parts])
        if kind == "product":
            return product_rank(parts)
        if kind == "index":
            return sum(item.kind == "slice" for item in tree.children[1:])
        if kind == "tensor":
            return len(index_names(tree))
        if kind in ("derivative", "gradient"):
            return _total([parts[0].rank, *(part.rank for part in _repeated(node))])
        if kind == "prime":
            return self.rank_of_prime(node)
        if kind in ("call", "bare"):
            return self.rank_of_call(node)
        return None

    def rank_of_name(self, name: str) -> int | None:
        if name in self.bound:
            return 0
        if name in self.open:
            return self.open[name]
        if name == "I" and self.scope.lookup(name) is None:
            return 2
        found = self.scope.lookup(name)
        return None if found is None else found.rank

    def rank_of_prime(self, node: Node) -> int | None:
        tree, inner = node.tree, node.tree.children[0]
        name = inner.value[0] if inner.kind == "call" else inner.value
        function = self.scope.functions.get(name)
        if function is not None and is_entrywise(function):
            return _common([part.rank for part in node.parts])
        if function is not None:
            order = (0,) * tree.value if isinstance(tree.value, int) else tuple(k - 1 for k in tree.value)
            return len(function.shape) + sum(len(function.arguments[k]) for k in order if k < len(function.arguments))
        return 0

    def rank_of_call(self, node: Node) -> int | None:
        name, _ = node.tree.value
        if name in self.scope.functions and is_entrywise(self.scope.functions[name]):
            return _common([part.rank for part in node.parts])
        if name in self.scope.functions:
            return len(self.scope.functions[name].shape)
        if name in self.scope.definitions:
            return self.scope.definitions[name].body.rank
        if name in ("vector", "matrix"):
            return 1 if name == "vector" else 2
        if name == "size":
            return 2 - len(node.parts)
        if name == "einsum":
            return _einsum_rank(node.tree)
        if name in DERIVATIVES:
            return self.rank_of_derivative(name, node)
        if asks(node.tree, self.scope):
            return 1 if name == "solve" else node.parts[0].rank
        if name in SIZED:
            return len(node.parts) - SIZED[name] if name not in _SQUARED else 2
        ranks = [part.rank for part in node.parts]
        entry = book.library().function(name, len(ranks))
        if entry is not None and entry.elementwise:
            return _common(ranks)
        if None in ranks:
            return None
        return self.tried(node, [rank for rank in ranks if rank is not None])

    def rank_of_derivative(self, name: str, node: Node) -> int | None:
        if not node.parts:
            return None
        operand, *by = grouped(node.tree, node.parts)
        f, wrt = _rank_by(operand), [_rank_by(part) for part in by]
        if name in ("hvp", "vjp"):
            return wrt[0] if wrt else None
        if name in ("jvp", "curl", "laplacian", "div"):
            return {"jvp": f, "curl": 1}.get(name, 0)
        if name == "hessian":
            return _total([f, *wrt[:1], *wrt[:1]])
        taken: list[int | None] = []
        for part, rank in zip(by, wrt, strict=True):
            times = part.tree.value if taken and isinstance(part, Node) and part.tree.kind == "number" else None
            # an order past the limit is refused where the derivative is taken
            taken += [taken[-1]] * (min(times, limits.order) - 1) if isinstance(times, int) else [rank]
        return _total([f, *taken])

    def tried(self, node: Node, ranks: list[int]) -> int | None:
        """The rank a book's function gives for arguments of these ranks, by applying it to placeholders."""
        name, given = node.tree.value
        keywords = given if node.tree.kind == "call" else ()
        try:
            data = {key: keyword_data(Context(), self.scope, value) for key, value in keywords}
            return book.apply(name, _placeholders(name, ranks), **data).rank
        except SymdiffError:
            return None

    # -- from the whole to the parts

    def down(self, node: Node) -> None:
        tree, parts = node.tree, node.parts
        kind = tree.kind
        if kind in _SAME or kind == "differential":
            self.put(parts[0], node.rank)
        elif kind in TRANSPOSES:
            self.down_transpose(node)
        elif kind in ("power", "quotient"):
            self.down_power(node)
        elif kind in _BROADCAST:
            self.down_broadcast(node, parts)
        elif kind == "product":
            self.down_product(node)
        elif kind == "index":
            self.put(parts[0], len(tree.children) - 1)
            for part in parts[1:]:
                self.put(part, 0)
        elif kind == "vector":
            if not any(part.rank or part.has_capital or part.has_transpose for part in parts):
                for part in parts:
                    self.put(part, 0)
        elif kind in _PARTS:
            for part in parts:
                self.put(part, 0) if kind != "kron" else self.wants_axis(part)
        elif kind == "norm":
            self.down_norm(node)
        elif kind in ("call", "bare"):
            self.down_call(node)
        elif kind == "prime":
            self.down_function(tree.children[0], node)

    def down_power(self, node: Node) -> None:
        base, exponent = node.parts
        self.put(base, 0 if node.tree.kind == "power" and _only_of_scalars(node) else node.rank)
        if not is_e_to_capital(node.tree, self.scope):
            self.put(exponent, 0)

    def down_transpose(self, node: Node) -> None:
        part = node.parts[0]
        self.put(part, node.rank)
        name = part.tree.value if part.tree.kind == "name" else None
        if name is not None and not is_capital(name):
            self.put(part, 1)
        elif self.stage >= 1:
            self.wants_axis(part)

    def down_norm(self, node: Node) -> None:
        operand, *order = node.parts
        if node.tree.value == "F":
            self.put(operand, 2)
        elif self.stage >= 1 or operand.tree.kind == "name":
            self.wants_axis(operand)
        for part in order:
            self.put(part, 0)

    def down_broadcast(self, node: Node, parts: list[Node]) -> None:
        """All scalars where the whole is one; beside a vector an open part is a vector."""
        rank = node.rank
        if rank is None:
            return
        for part in parts:
            if rank == 0:
                self.put(part, 0)
            elif self.stage >= 1 and (rank == 1 or _unsigned(part.tree).kind not in ("name", "product")):
                self.put(part, rank)

    def down_product(self, node: Node) -> None:
        """An open factor right of a row or matrix is a vector; so is the last where one is wanted."""
        if node.rank == 0 and not any(part.rank or part.tree.kind in TRANSPOSES for part in node.parts):
            for part in node.parts:  # nothing that could be a row: all scalars
                self.put(part, 0)
        if self.stage >= 2:
            for part in vectors_of_run(node.parts, node.rank):
                self.put(part, 1)
            if self.stage == 3 and any(part.rank for part in node.parts):
                for part in node.parts:  # what is left only scales
                    self.put(part, 0)
        elif self.stage == 1 and node.rank == 1:
            self.wanted_vector(node)

    def wanted_vector(self, node: Node) -> None:
        if all(part.rank in (0, None) for part in node.parts):
            open_parts = [part for part in node.parts if part.rank is None]
            if open_parts:
                self.put(open_parts[-1], 1)

    def wants_axis(self, node: Node) -> None:
        """Something that can't be a scalar here: a vector, unless capitals will still say otherwise."""
        if node.rank is None and not (self.stage < 1 and node.has_capital):
            self.put(node, 1)

    def down_call(self, node: Node) -> None:
        name, _ = node.tree.value
        if not node.tree.children:  # a call of nothing is refused where it is worked out
            return
        if name in self.scope.functions or name in self.scope.definitions:
            self.down_function(node.tree, node)
            return
        if name in DERIVATIVES:
            self.down_derivative(name, *grouped(node.tree, node.parts))
            return
        if name in ("vector", "matrix") or name in SIZED:
            for part in node.parts[SIZED.get(name, 0) :]:
                self.put(part, 0)
            return
        if name == "einsum":
            self.down_einsum(node)
            return
        if asks(node.tree, self.scope):
            for part in node.parts[1 if name == "limit" else 2 :]:
                self.put(part, 0)
            return
        self.down_book(node, name)

    def down_derivative(self, name: str, operand: _Part, *by: _Part) -> None:
        """A Hessian is by something with axes; a direction has those of its variable, a factor those of f."""
        if name == "hessian" and by and isinstance(by[0], Node):
            self.wants_axis(by[0])
        if name not in DIRECTIONAL or len(by) != 2:
            return
        like, given = by if name != "vjp" else (operand, by[1])
        if isinstance(like, list) and isinstance(given, Node) and self.stage == 3:
            for variable in like:  # what stays open is a scalar
                self.put(variable, 0)
        if isinstance(given, Node):
            self.put(given, _rank_by(like))
        elif isinstance(like, list):
            for part, variable in zip(given, like, strict=False):
                self.put(part, variable.rank)
                self.put(variable, part.rank)

    def down_einsum(self, node: Node) -> None:
        subscripts = node.tree.children[0].value if node.tree.children[0].kind == "string" else ""
        for part, letters in zip(node.parts, subscripts.split("->")[0].split(","), strict=False):
            self.put(part, len(letters.strip()))

    def down_function(self, tree: Tree, node: Node) -> None:
        """The arguments of a declared or defined function are of its kinds; of one of entries as its value is."""
        name = _called(tree)
        if name in self.entrywise:
            self.put(node.parts[0], node.rank)
            return
        for part, shape in zip(node.parts, self.argument_shapes(name), strict=False):
            self.put(part, len(shape))

    def argument_shapes(self, name: str) -> Sequence[Shape]:
        """The shapes a declared or defined function takes; none for any other name."""
        if name in self.scope.functions:
            return self.scope.functions[name].arguments
        definition = self.scope.definitions.get(name)
        return [parameter.shape for parameter in definition.parameters] if definition else []

    def down_book(self, node: Node, name: str) -> None:
        """What a function of the books takes: its argument kinds."""
        entry = book.library().function(name, len(node.parts))
        if entry is None:
            return
        if entry.elementwise:
            self.down_broadcast(node, node.parts)
            if len(node.parts) == 1:
                self.put(node.parts[0], node.rank)
            return
        for param, part in zip(entry.params, node.parts, strict=False):
            kind = param.type
            if kind.rank is not None:
                self.put(part, kind.rank)
            elif kind.word in ("array", "columns") and (self.stage >= 1 or part.tree.kind == "name"):
                self.wants_axis(part)


def _called(tree: Tree) -> str:
    """The name of a function that is called, or stands alone."""
    return str(tree.value[0] if tree.kind in ("call", "bare") else tree.value)


def _placeholders(name: str, ranks: Sequence[int]) -> list[Expr]:
    """Arguments of these ranks for a function of the books, of the lengths it fixes."""
    entry = book.library().function(name, len(ranks))
    fixed = [param.type.sizes for param in entry.params] if entry is not None else []
    sizes = [kind if all(map(str.isdigit, kind)) else () for kind in fixed] + [()] * len(ranks)
    shapes = [tuple(map(int, known)) or (size("n"),) * rank for rank, known in zip(ranks, sizes, strict=False)]
    return [algebra.symbol(f"a{k}", shape) for k, shape in enumerate(shapes)]


def _unsigned(tree: Tree) -> Tree:
    """What is added or subtracted, without its sign."""
    while tree.kind == "neg":
        tree = tree.children[0]
    return tree


def _bound_names(tree: Tree) -> Iterable[str]:
    for node in walk(tree):
        if node.kind in ("indexsum", "tensor"):
            yield from index_names(node)


def _only_of_scalars(power: Node) -> bool:
    """Whether a power can't be one of a matrix: nothing in its base is one, or the exponent is no whole number."""
    exponent = power.tree.children[1]
    whole = all(part.kind in ("name", "neg", "sum") or type(part.value) is int for part in walk(exponent))
    return not whole or not (power.parts[0].has_capital or power.parts[0].has_transpose)


def _repeated(node: Node) -> list[Node]:
    """The variables of `d²/dx² f`, one for each time."""
    parts = node.parts[1:]
    order = node.tree.value[2] if node.tree.kind == "derivative" and len(parts) == 1 else None
    return parts * order if isinstance(order, int) else parts


def _rank_by(part: _Part) -> int | None:
    """The axes of what a derivative is of or by: of a list of scalars one; of other lists none is known."""
    if isinstance(part, Node):
        return part.rank
    return 1 if all(variable.rank == 0 for variable in part) else None


def _common(ranks: Iterable[int | None]) -> int | None:
    known = list(ranks)
    highest = max((rank for rank in known if rank is not None), default=None)
    return highest if highest or None not in known else None


def _literal_rank(parts: Sequence[Node]) -> int | None:
    """The axes of `[…, …]`: of scalars a vector, of blocks a matrix unless all are one high."""
    if any(part.rank == 2 for part in parts):
        return 2
    return None if any(part.rank is None and part.has_capital for part in parts) else 1


def _total(ranks: Iterable[int | None]) -> int | None:
    found = list(ranks)
    return None if None in found else sum(rank for rank in found if rank is not None)


def _einsum_rank(tree: Tree) -> int | None:
    if not tree.children or tree.children[0].kind != "string":
        return 0
    given, arrow, out = tree.children[0].value.replace(" ", "").partition("->")
    return len(out) if arrow else sum(given.count(c) == 1 for c in set(given) - {","})


def _is_row(node: Node) -> bool:
    kind, parts = node.tree.kind, node.parts
    if kind in TRANSPOSES:
        return parts[0].rank == 1 and not parts[0].row
    if kind in _SAME or kind == "quotient":
        return parts[0].row
    if kind in _BROADCAST or kind in ("call", "bare"):
        return node.rank == 1 and any(part.row for part in parts)
    if kind == "product" and node.rank == 1:
        first = next((part for part in parts if part.rank), None)
        return first is not None and first.row
    return False
