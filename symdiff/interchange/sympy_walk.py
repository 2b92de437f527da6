"""Walking SymPy's expressions without recursion: names, sizes, and what binders bind."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from symdiff import algebra, book
from symdiff.dims import Dim, Shape, show_shape
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import Declarations, scope_of, symbol_name
from symdiff.interchange import sympy_names
from symdiff.syntax.indices import Index, Range
from symdiff.syntax.pieces import Pieces

Step = Generator[Any, Expr, Expr]
_MATRICES = frozenset("MatrixSymbol Identity ZeroMatrix OneMatrix FunctionMatrix".split())


class Walk:
    """What each node of SymPy is. What a binder binds is made one of its own, so that a node means one thing."""

    def __init__(self, root: Any, declarations: Declarations = None, keywords: Any = None) -> None:
        import sympy

        self.scope = scope_of(declarations, keywords or {})
        self.sizes: set[Any] = set()  # symbols that are lengths
        for node in sympy.preorder_traversal(root):
            if type(node).__name__ in _MATRICES:
                self.sizes |= sympy_names.free(node.shape)
            elif isinstance(node, (sympy.matrices.expressions.matexpr.MatrixElement, sympy.Indexed)):
                self.sizes |= sympy_names.free(node.args[1:])
            elif isinstance(node, (sympy.Sum, sympy.Product)):
                self.sizes |= sympy_names.free(end for _, *ends in node.limits for end in ends)
            elif isinstance(node, sympy.IndexedBase) and node.shape is not None:
                self.sizes |= sympy_names.free(node.shape)
        self.bound: dict[Any, Expr] = {}  # what stands for a bound symbol
        self.indices = Pieces()
        self.made: dict[Any, Expr] = {}
        self.meant: dict[str, Any] = {}

    def of(self, root: Any) -> Expr:
        stack: list[tuple[Any, Step]] = [(root, self._step(root))]
        value: Any = None
        while stack:
            node, step = stack[-1]
            try:
                needed = step.send(value)
            except StopIteration as done:
                stack.pop()
                value = self.made[node] = done.value
            else:
                value = self.made.get(needed)
                if value is None:
                    stack.append((needed, self._step(needed)))
        return self.made[root]

    def _step(self, node: Any) -> Step:
        import sympy

        if isinstance(node, sympy.core.function.AppliedUndef):  # whatever a user calls it
            return self._AppliedUndef(node)
        for kind in type(node).__mro__:
            read = getattr(self, f"_{kind.__name__}", None)
            if read is not None:
                made: Step = read(node)
                return made
        return self._function(node)

    def all(self, nodes: Sequence[Any]) -> Generator[Any, Expr, list[Expr]]:
        made = []
        for node in nodes:
            made.append((yield node))
        return made

    # -- names and sizes

    def dim(self, size: Any) -> Generator[Any, Expr, Dim]:
        """A length or a place."""
        e = yield size
        try:
            return self.indices.place(e)
        except ShapeError:
            raise NotSupported(f"{str(size)[:60]} of SymPy is no length or place that is known here") from None

    def shape(self, matrix: Any) -> Generator[Any, Expr, Shape]:
        """The axes of a matrix that are no single row or column."""
        found = []
        for size in matrix.shape:
            if size != 1:
                found.append((yield from self.dim(size)))
        return tuple(found)

    def declared(self, name: str, made: Expr) -> Expr:
        """What is declared of a name, else what SymPy says."""
        known = self.scope.symbols.get(name)
        if known is None:
            return made
        if known.shape != made.shape:
            raise ShapeError(f"{name} is a {show_shape(known.shape)}, and in SymPy a {show_shape(made.shape)}")
        return known

    def name(self, node: Any, name: str) -> str:
        """The name of a symbol; two that differ and share one are an error."""
        name = symbol_name(name)
        if self.meant.setdefault(name, node) != node:
            raise SymdiffError(f"two symbols of SymPy are called {name}, with other assumptions or shapes")
        return name

    def _AppliedUndef(self, node: Any) -> Step:
        args = yield from self.all(node.args)
        name = symbol_name(node.func.__name__)
        words = frozenset(word for word in ("positive", "integer") if getattr(node, f"is_{word}") is True)
        made = self.scope.functions.get(name) or algebra.Function(name, ((),) * len(args), (), words)
        return algebra.apply(made, args)

    def _Symbol(self, node: Any) -> Step:
        yield from ()
        if node in self.bound:
            return self.bound[node]
        if not node.is_commutative:
            raise NotSupported(f"{node} of SymPy does not commute", hint="a MatrixSymbol is a matrix")
        name = self.name(node, node.name)
        if node in self.sizes or name in self.scope.sizes:
            return algebra.dimension(name)
        return self.declared(name, algebra.symbol(name, (), sympy_names.properties(node)))

    def fresh(self, symbols: Sequence[Any]) -> dict[Any, Any]:
        """Symbols of a binder's own in the places of these; names stand for them until it is left."""
        import sympy

        own = {s: sympy.Dummy(s.name, **s.assumptions0) for s in symbols}
        for s, d in own.items():
            self.bound[d] = algebra.symbol(f"@xi{len(self.bound)}", (), sympy_names.properties(s))
        return own

    def index(self, name: str, ends: Range) -> tuple[Any, Index]:
        """A bound index, and the symbol of SymPy in its place."""
        import sympy

        made = self.indices.new(name, None if self.indices.of(*ends) else ends, ends)
        place = sympy.Dummy(name, integer=True)
        self.bound[place] = made.symbol
        return place, made

    def _function(self, node: Any) -> Step:
        """Any other function, by its name in the books."""
        theirs = type(node).__name__
        name = sympy_names.FROM_SYMPY.get(theirs)
        args: list[Expr] = (yield from self.all(node.args)) if name else []
        if name is None or book.library().function(name, len(args)) is None:
            raise NotSupported(f"{theirs} of SymPy has no counterpart")
        return book.apply(name, args)
