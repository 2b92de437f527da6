"""The computational graph of an expression: its steps, their values, and what the sweep backwards carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

from symdiff import dims
from symdiff.algebra import ONE, ZERO, Dependence, add, is_real, is_zero, ones, scale, symbol, symbols_of
from symdiff.bounds import limits
from symdiff.calculus.derive import differential, jacobian, vjp
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, Named, Names, named, planned, postorder
from symdiff.files import Path, suffix, write_whole
from symdiff.graphs.steps import Step, is_leaf, step
from symdiff.notation.part_names import numbered
from symdiff.rewriting import collect, present

LARGEST = 10_000  # entries of a partial whose value is worked out


class Edge(NamedTuple):
    """How a node moves with one of its operands.

    `partial` is the derivative of the step by it, in the names of the graph; where that has more than two axes it is
    `change` that people read: what the operand's differential becomes. `value` is the number, where it was asked for.
    """

    source: Node
    target: Node
    partial: Expr
    change: Expr
    value: Any = None

    @property
    def moves(self) -> bool:
        """Whether the node moves with the operand at all: not through `detach`, nor in a comparison."""
        return not is_zero(self.partial)


class Node:
    """A step of the work: `name = written`, where `written` holds the names of other nodes.

    `expr` is the same in the names of the function; `edges` come from the operands. `adjoint` is the derivative of the
    output by this node as the sweep backwards makes it, in the names of the graph, None where nothing is swept to it;
    `step` counts the nodes in the order in which it goes. `value` and `slope`, that of the adjoint, are numbers, None
    where no values were given.
    """

    __slots__ = ("adjoint", "bar", "edges", "expr", "name", "received", "slope", "stands", "step", "value", "written")

    def __init__(self, name: str, expr: Expr) -> None:
        self.name = name
        self.expr = expr
        own = expr.op == "symbol"
        self.stands = expr if own else symbol(name, expr.shape, () if is_real(expr) else ("complex",))
        self.bar = symbol(f"{name}_bar", expr.shape, () if is_real(expr) else ("complex",))
        self.written = expr
        self.edges: list[Edge] = []
        self.received: list[tuple[Node, Expr]] = []  # what the sweep hands back to it, and from where
        self.adjoint: Expr | None = None
        self.step = 0
        self.value: Any = None
        self.slope: Any = None

    @property
    def shape(self) -> dims.Shape:
        return self.expr.shape

    @property
    def is_leaf(self) -> bool:
        """Whether it is given, not worked out."""
        return not self.edges and self.written is self.expr

    def __repr__(self) -> str:
        return self.name if self.is_leaf and self.expr.op == "symbol" else f"{self.name} = {self.written}"


class Graph:
    """The steps in which an expression is worked out, each a node, and the sweep backwards over them.

    `nodes` stand in the order of evaluation, the output last; `edges` carry the partial derivatives. `dot()`,
    `mermaid()`, `svg()` and `table()` write it, `save` does by the end of a file's name; a notebook shows the drawing.
    """

    def __init__(self, nodes: Sequence[Node], wrt: Sequence[Expr], names: Names) -> None:
        self.nodes = tuple(nodes)
        self.wrt = tuple(wrt)
        self._names = names

    @property
    def output(self) -> Node:
        return self.nodes[-1]

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(edge for node in self.nodes for edge in node.edges)

    @property
    def backward(self) -> tuple[Node, ...]:
        """The nodes that the sweep backwards reaches, in its order."""
        return tuple(sorted((node for node in self.nodes if node.adjoint is not None), key=lambda node: node.step))

    def node(self, name: str | Expr) -> Node:
        """The node of this name, or of this symbol or part of the expression; KeyError where there is none."""
        for node in self.nodes:
            if name in (node.name, node.expr) if isinstance(name, Expr) else name == node.name:
                return node
        raise KeyError(str(name))

    @cached_property
    def gradients(self) -> dict[Expr, Expr]:
        """The derivative of the output (of the sum of its entries) by each variable, in the names of the function."""
        from symdiff.algebra import einsum
        from symdiff.calculus.derive import grad

        f = self.output.expr
        total = einsum(ONE, [f], [range(f.rank)], ()) if f.shape else f
        found = grad(total, self.wrt) if self.wrt else []
        return {x: named(g, self._names) for x, g in zip(self.wrt, found, strict=True)}

    def dot(self) -> str:
        """The graph in the language of Graphviz."""
        from symdiff.graphs.writing import dot

        return dot(self)

    def mermaid(self) -> str:
        """The graph as a flowchart of Mermaid, which Markdown pages show."""
        from symdiff.graphs.writing import mermaid

        return mermaid(self)

    def svg(self) -> str:
        """The graph drawn, from the left to the right."""
        from symdiff.graphs.drawing import svg

        return svg(self)

    def table(self, style: str = "unicode") -> str:
        """The backward pass, a step a line: node, value, partial derivatives, adjoint; then the gradients.

        `style` is "unicode", "text" (ASCII) or "markdown", with mathematics in dollars.
        """
        from symdiff.graphs.writing import markdown, table

        if style not in ("unicode", "text", "markdown"):
            raise SymdiffError(f"a table is unicode, text or markdown, not {str(style)[:40]!r}")
        return markdown(self) if style == "markdown" else table(self, style)

    def save(self, path: Path) -> None:
        """Write a file, as the end of its name says: .svg, .dot, .mmd, .md (the table), .html (drawing and table)."""
        from symdiff.graphs.writing import html, markdown

        writers: dict[str, Callable[[], str]] = {
            ".svg": self.svg, ".dot": self.dot, ".gv": self.dot, ".mmd": self.mermaid, ".txt": self.table,
            ".md": partial(markdown, self), ".html": partial(html, self),
        }  # fmt: skip
        writer = writers.get(suffix(path))
        if writer is None:
            raise SymdiffError(
                f"a graph is not written to {str(path)[:80]!r}", hint=f"the name ends in {', '.join(writers)}"
            )
        write_whole(path, writer().encode())

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        from symdiff.graphs.writing import fragment

        return fragment(self)

    def __repr__(self) -> str:
        return self.table()


def graph_of(
    e: Expr, values: Mapping[str, Any] | None = None, wrt: Sequence[Expr] | None = None, name: str | None = None
) -> Graph:
    """The graph of an expression, with numbers where values are given; sizes that no array shows are among them.

    `wrt` are the variables that the sweep backwards goes to, else all symbols; the output is called `name`. Parts that
    a user named keep their names. Raises LimitError for more nodes than anyone looks at.
    """
    names = e.names if isinstance(e, Named) else Names()
    root = e.node if isinstance(e, Named) else e
    if root.op == "compare":
        raise SymdiffError(f"`{str(root)[:60]}` is a statement: it has no derivative, and no graph")
    found = _steps(root)
    nodes = _named_nodes(found, root, names, name)
    by = symbols_of(root) if wrt is None else tuple(wrt)
    if other := [x for x in by if x.op != "symbol"]:
        raise SymdiffError(f"the sweep backwards goes to whole names, not to {other[0]}", hint="leave out `wrt`")
    by = tuple(x for x in by if not {"integer", "dimension"} & x.attr.properties)
    stands = {part: node.stands for part, node in nodes.items()}
    depends = Dependence(by)
    for part, node in nodes.items():
        node.written = found[part].written({operand: stands[operand] for operand in found[part].operands})
        node.edges = _edges(node, [nodes[operand] for operand in found[part].operands], depends)
    graph = Graph(tuple(nodes.values()), by, names)
    _sweep(graph, depends)
    if values is not None:
        _put_numbers(graph, values)
    return graph


def _steps(root: Expr) -> dict[Expr, Step]:
    """The steps of an expression, operands first."""
    found: dict[Expr, Step] = {}
    for part, plan in planned([root], step, lambda plan: plan.operands, found):
        found[part] = plan
        limits.require("drawn", len(found), f"a graph of more than {limits.drawn} nodes is not drawn")
    return found


def _named_nodes(found: Iterable[Expr], root: Expr, names: Names, name: str | None) -> dict[Expr, Node]:
    taken = {s.attr.name for s in symbols_of(root)} | {
        n for e in postorder(root) for d in e.shape for n in dims.names(d)
    }
    taken |= {node.attr[0].name for node in postorder(root) if node.op == "derivative"} | {*names.named.values()}
    own = {part: text for part, text in names.named.items() if part is not root}
    letters = [letter for letter in "vzuqhgab" if letter not in {text.partition("_")[0] for text in taken}]
    numbers, constants = numbered((letters or ["node"])[0], taken), numbered("c", taken)
    output = name or names.named.get(root) or next(n for n in ("y", "f", "L", "output") if n not in taken)
    nodes: dict[Expr, Node] = {}
    for part in found:
        if part.op == "symbol":
            called = part.attr.name
        elif part is root:
            called = output
        else:
            called = own.get(part) or next(constants if is_leaf(part) else numbers)
        nodes[part] = Node(called, part)
    return nodes


def _edges(node: Node, operands: Sequence[Node], depends: Dependence) -> list[Edge]:
    """The partial derivatives of a step, each operand moving by itself."""
    moving = [operand for operand in operands if depends(operand.expr)]
    stands = [operand.stands for operand in moving]
    partials = dict(zip(stands, jacobian(node.written, stands), strict=True)) if stands else {}
    edges = []
    for operand in operands:
        slope = partials.get(operand.stands)
        if slope is None:
            edges.append(Edge(operand, node, ZERO, ZERO))
        else:
            change = slope if slope.rank <= 2 or is_zero(slope) else differential(node.written, operand.stands)
            edges.append(Edge(operand, node, slope, change))
    return edges


def _sweep(graph: Graph, depends: Dependence) -> None:
    """The adjoints: the output's is 1, then from each node to its operands."""
    count = 0
    for node in reversed(graph.nodes):
        backs = [back for _, back in node.received] or [ones(node.shape)] * (node is graph.output)
        if not depends(node.expr) or not backs:
            continue
        count += 1
        node.step, node.adjoint = count, add(*backs)
        sources = [edge.source for edge in node.edges if edge.moves]
        for source, back in zip(sources, _back(node, sources), strict=True):
            source.received.append((node, back))


def _back(node: Node, sources: Sequence[Node]) -> list[Expr]:
    """What a node hands back to its operands."""
    if node.shape and sources:
        return vjp(node.written, [source.stands for source in sources], node.bar)
    partials = {edge.source: edge.partial for edge in node.edges}
    return [present(collect(scale(node.bar, partials[source]))) for source in sources]


def _put_numbers(graph: Graph, values: Mapping[str, Any]) -> None:
    """Values forwards, of the partials, and of the adjoints backwards."""
    import numpy as np

    from symdiff.evaluation import bind, evaluate
    from symdiff.lower.properties import require_properties

    sizes = {name: int(value) for name, value in values.items() if _is_size(name, graph)}
    point = bind(graph.output.expr, {name: value for name, value in values.items() if name not in sizes}, sizes)
    for x in symbols_of(graph.output.expr):
        require_properties(x, point.values[x.attr.name])
    known = dict(point.values)
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            node.value = evaluate(node.written, known, point.sizes)
            known[node.name] = node.value
        for node in graph.nodes:
            node.edges = [_valued(edge, known, point.sizes) for edge in node.edges]
        for node in graph.backward:
            # what is not reached at these values hands back nothing: 0 times a slope that is infinite is none
            backs = [back for user, back in node.received if np.any(user.slope)]
            node.slope = np.ones_like(node.value) if node is graph.output else np.zeros_like(node.value)
            node.slope = sum((evaluate(back, known, point.sizes) for back in backs), node.slope)
            known[f"{node.name}_bar"] = node.slope


def _is_size(name: str, graph: Graph) -> bool:
    e = graph.output.expr
    return name not in {s.attr.name for s in symbols_of(e)} and any(
        name in dims.names(dim) for node in postorder(e) for dim in node.shape
    )


def _valued(edge: Edge, known: Mapping[str, Any], sizes: Mapping[str, int]) -> Edge:
    """An edge with the number of its partial, where that is no large array."""
    from symdiff.evaluation import evaluate

    entries = 1
    for dim in edge.partial.shape:
        entries *= dims.evaluate(dim, sizes)
    if not edge.moves or entries > LARGEST:
        return edge
    return edge._replace(value=evaluate(edge.partial, known, sizes))
