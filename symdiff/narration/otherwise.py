"""The same gradient told otherwise: by operators, part by part through Jacobians; by indices, entry by entry.

What is told are the same coefficients that differentials lead back to; only the page is another one.
"""

from __future__ import annotations

from symdiff.algebra import ONE, differential
from symdiff.calculus.adjoint import coefficient
from symdiff.calculus.differential import differentials
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder
from symdiff.narration.gradients import back_by_parts
from symdiff.narration.parts import Part, in_names
from symdiff.narration.teller import Teller
from symdiff.narration.writing import operator, width
from symdiff.notation import to_tree
from symdiff.notation.entrywise import index_tree
from symdiff.notation.write import call, name, product, sum_of, transposed
from symdiff.rewriting import collect, present
from symdiff.show.page import Chain, Item, Line, Naming, Reason
from symdiff.syntax.tree import Tree, walk

CHAIN: Reason = ("chain rule",)


def by_operators(t: Teller, f: Expr, f_name: Tree, result: Expr) -> tuple[Item, ...]:
    """Each part's Jacobian by what it is made of, then the gradient by each part, the last evaluated first."""
    if t.x.rank != 1 or any(part.symbol.rank > 1 for part in t.parts.found):
        raise NotSupported("operators tell derivatives by scalars and vectors", hint="leave narrate= out")
    used = [part for part in t.parts.found if part.symbol in t.moves]
    items: list[Item] = [Naming(to_tree(part.symbol), to_tree(part.body)) for part in used]
    items.append(Naming(f_name, to_tree(f)))
    slopes: dict[tuple[Expr, Expr], Tree] = {}
    for part in used:
        for q, slope in _slopes(t, part):
            left = _slope(part.symbol, to_tree(part.symbol), q)
            items.append(Chain(left, (Line(to_tree(slope)),), short=True))
            slopes[part.symbol, q] = left
    gradients = back_by_parts(t, f)
    for q, g in gradients.items():
        through = [_term(f_name, p, q, left) for (p, r), left in slopes.items() if r is q and p in gradients]
        last = to_tree(result) if q is t.x and width(result) <= width(g) else to_tree(g)
        written = (Line(Tree("equation", (sum_of(through), last)), CHAIN),) if through else (Line(last),)
        items.append(Chain(_by(f_name, q), written, short=True))
    return tuple(items)


def _slopes(t: Teller, part: Part) -> list[tuple[Expr, Expr]]:
    """The derivative of a part by each thing that moves in it, that as a variable of its own."""
    found = []
    for q in (*(p.symbol for p in t.parts.found), t.x):
        if q in postorder(part.body) and q is not part.symbol and t.moving(q):
            leaf = differential(q) if q.shape else ONE
            (program,) = differentials([part.body], {q: leaf})
            slope = coefficient(program, leaf) if q.shape else program
            found.append((q, present(collect(in_names(part, slope)))))
    return found


def _by(f: Tree, q: Expr) -> Tree:
    return operator("grad" if q.shape else "diff", f, q)


def _slope(p: Expr, tree: Tree, q: Expr) -> Tree:
    """The derivative of a part: a Jacobian, a gradient, or d/dx."""
    return operator("jacobian" if p.shape and q.shape else "grad" if q.shape else "diff", tree, q)


def _term(f: Tree, p: Expr, q: Expr, slope: Tree) -> Tree:
    """What the chain through a part adds to the derivative by q."""
    return product([transposed(slope), _by(f, p)]) if p.shape else product([_by(f, p), slope])


def by_indices(t: Teller, f: Expr, f_name: Tree, result: Expr) -> tuple[Item, ...]:
    """Each part entry by entry, then the derivative by an entry of each, the last evaluated first."""
    items: list[Item] = [_defined(f_name, f)]
    used = [part for part in t.parts.found if part.symbol in t.moves]
    items += [_defined(to_tree(part.symbol), part.body) for part in used]
    for k, (q, g) in enumerate(back_by_parts(t, f).items()):
        body, at = _entry(g)
        lines = [Line(body, CHAIN if k else ())]
        if any(node.kind == "indexsum" for node in walk(body)):
            shown = result if q is t.x and width(result) <= width(g) else g
            lines.append(Line(_at(to_tree(shown), at), ("sum over an index: matrix product",)))
        items.append(Chain(call("diff", f_name, _at(to_tree(q), at)), tuple(lines)))
    return tuple(items)


def _defined(left: Tree, body: Expr) -> Chain:
    tree, at = _entry(body)
    return Chain(_at(left, at), (Line(tree),), short=True)


def _entry(e: Expr) -> tuple[Tree, tuple[str, ...]]:
    """An entry of an expression in index notation, and the names of its indices."""
    tree = index_tree(e)
    return (tree.children[0], tree.value) if tree.kind == "tensor" and tree.children[0] else (tree, ())


def _at(tree: Tree, names: tuple[str, ...]) -> Tree:
    return Tree("index", (tree, *map(name, names))) if names else tree
