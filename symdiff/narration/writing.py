"""Trees that no expression is written as by itself: `2*r'*dr`, `tr((2*X*inv(M))'*dX)`, d(f), grad(f, x)."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import dot, einsum, is_symmetric, mul, split_number
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.notation.write import call, negated, number, product, sum_of, transposed
from symdiff.show import text
from symdiff.syntax.tree import Tree, map_tree


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
        return product([part for child in node.children for part in (by.children if child is by else [child])])

    found = map_tree(line, one)
    return negated(found) if negative else found


def width(written: Tree | Expr) -> int:
    """How many characters it takes as text."""
    return len(text(written))


def operator(kind: str, f: Tree, *wrt: Expr) -> Tree:
    """`grad(f, x)`, `diff(f, x, 2)`, `hessian(f, x)`."""
    by = [to_tree(x) for x in wrt]
    if kind == "diff" and len(by) > 1 and len(set(by)) == 1:
        by = [by[0], number(len(by))]
    return Tree("gradient", (f,), by[0]) if kind == "grad" else call(kind, f, *by)
