"""Trees that no expression is written as by itself: `2*r'*dr`, `tr((2*X*inv(M))'*dX)`, d(f), grad(f, x)."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence

from symdiff.algebra import dot, einsum, is_symmetric, mul, split_number
from symdiff.expr import Expr, postorder
from symdiff.notation import to_tree
from symdiff.notation.write import call, negated, number, product, sum_of, transposed
from symdiff.show import text
from symdiff.syntax.tree import Tree, map_tree, walk


def d(tree: Tree) -> Tree:
    """d(…), of a name too: dx is how a variable moves, d(f) what is looked for."""
    return call("d", tree)


def move(x: Expr) -> Tree:
    """dx."""
    return Tree("differential", (to_tree(x),))


def paired(g: Expr, leaf: Expr) -> Expr:
    """The inner product of a coefficient with a differential."""
    return dot(g, leaf) if g.shape else mul(g, leaf)


def pair(g: Expr, leaf: Expr) -> Tree:
    """`g'*dx` or `tr(G'*dX)`: an inner product with a differential, as one reads its coefficient off."""
    if g.rank not in (1, 2):
        return to_tree(paired(g, leaf))
    value, rest = split_number(g)
    lone = not rest.args or is_symmetric(rest) or to_tree(rest).kind == "transpose"
    front = [] if value in (1, -1) or not lone else [number(-value if value < 0 else value)]
    tree = to_tree(rest if lone else g)
    turned = tree if g.rank == 2 and is_symmetric(rest if lone else g) else transposed(tree)
    behind = [*(turned.children if turned.kind == "product" else [turned]), to_tree(leaf)]
    written = product([*front, call("tr", product(behind))] if g.rank == 2 else [*front, *behind])
    return negated(written) if lone and value < 0 else written


def dotted(line: Tree, leaves: Container[Tree]) -> Tree:
    """A line with sums of products with the differential of a vector as inner products: x'*dx for sum(x.*dx)."""

    def one(node: Tree) -> Tree:
        inside = node.children[0] if node.kind == "call" and node.value == ("sum", ()) else None
        if inside is None or inside.kind != "hadamard" or inside.children[-1] not in leaves:
            return node
        *others, leaf = inside.children
        return product([transposed(others[0] if len(others) == 1 else Tree("hadamard", tuple(others))), leaf])

    return map_tree(line, one)


def pairs(coefficients: Sequence[tuple[Expr, Expr]]) -> Tree:
    """The sum of inner products with differentials."""
    return sum_of([pair(g, leaf) for g, leaf in coefficients])


def applied(j: Expr, leaf: Expr) -> Tree:
    """`J*dx`: a matrix times a differential."""
    tree = to_tree(j)
    if tree.kind == "neg":
        inner = tree.children[0]
        return negated(product([*(inner.children if inner.kind == "product" else [inner]), to_tree(leaf)]))
    return product([*(tree.children if tree.kind == "product" else [tree]), to_tree(leaf)])


def flat(g: Expr, leaf: Expr) -> Expr:
    """The inner product with a differential as one product that ends in it: tr(inv(M)*X'*dX)."""
    if g.rank != 2 or g.op != "einsum":
        return paired(g, leaf)
    return dot(einsum(g.args[0], g.args[:0:-1], g.attr[-2::-1], g.attr[-1]), leaf)


def put(line: Tree, leaf: Tree, by: Tree) -> Tree:
    """A line with something in the place of a part: a product in a product is one product, its sign in front."""
    negative = by.kind == "neg"
    by = by.children[0] if negative else by

    def one(node: Tree) -> Tree:
        if node == leaf:
            return by
        if node.kind != "product" or by not in node.children or by.kind != "product":
            return node
        return product_of(node.children)

    found = map_tree(line, one)
    return negated(found) if negative else found


def is_turned(tree: Tree) -> bool:
    """Whether a transposed differential stands in a line."""
    return any(node.kind == "transpose" and node.children[0].kind == "differential" for node in walk(tree))


def functions(e: Expr) -> set[Hashable]:
    """The functions entry by entry that stand in an expression."""
    return {node.attr for node in postorder(e) if node.op == "map"}


def width(written: Tree | Expr) -> int:
    """How many characters it takes as text."""
    return len(text(written))


def operator(kind: str, f: Tree, *wrt: Expr) -> Tree:
    """`grad(f, x)`, `diff(f, x, 2)`, `hessian(f, x)`."""
    by = [to_tree(x) for x in wrt]
    if kind == "diff" and len(by) > 1 and len(set(by)) == 1:
        by = [by[0], number(len(by))]
    return Tree("gradient", (f,), by[0]) if kind == "grad" else call(kind, f, *by)


def placed(line: Tree, values: Mapping[Tree, Tree]) -> Tree:
    """A line with trees in the places of others, at once: products run on, fractions in products take their factors."""
    held = {leaf: Tree("string", (), k) for k, leaf in enumerate(values)}
    hidden = {held[leaf]: value for leaf, value in values.items()}
    rates = {leaf: hold for leaf, hold in held.items() if leaf.kind != "name"}
    line = map_tree(line, lambda node: rates.get(node, node))
    names = {leaf: hidden[hold] for leaf, hold in held.items()} | hidden
    return map_tree(line, lambda node: _run_on(names[node] if node in names else node))


def _run_on(node: Tree) -> Tree:
    if node.kind == "power" and node.children[1] == number(2) and node.children[0].kind in ("sqrt", "call"):
        (inner, *others), root = node.children[0].children, node.children[0]
        return inner if not others and (root.kind == "sqrt" or root.value == ("sqrt", ())) else node
    if node.kind == "quotient":
        return product_of([node.children[0], Tree("quotient", (number(1), node.children[1]))])
    return product_of(node.children) if node.kind == "product" else node


def product_of(factors: Iterable[Tree]) -> Tree:
    """A product as one run: the factors of products in it, signs and numbers in front, fractions as one."""
    above: list[Tree] = []
    below: list[Tree] = []
    minus = False
    for factor in factors:
        minus ^= factor.kind == "neg"
        factor = factor.children[0] if factor.kind == "neg" else factor
        over, *under = factor.children if factor.kind == "quotient" else (factor,)
        above += over.children if over.kind == "product" else [over]
        below += under
    above = sorted((factor for factor in above if factor != number(1)), key=lambda factor: factor.kind != "number")
    above = above or [number(1)]
    written = Tree("quotient", (product(above), product(below))) if below else product(above)
    return negated(written) if minus else written


def in_order(tree: Tree, rule: str) -> Tree:
    """The quotient rule as it is learnt: u'*v - u*v'."""
    if rule != "quotient rule" or tree.kind != "quotient" or tree.children[0].kind != "sum":
        return tree
    first, *others = tree.children[0].children
    if first.kind == "product" and first.children[-1].kind == "derivative":
        first = Tree("product", (first.children[-1], *first.children[:-1]))
    return Tree("quotient", (Tree("sum", (first, *others)), tree.children[1]))
