"""The same gradient told otherwise: by operators, part by part through Jacobians; by indices, entry by entry.

What is told are the same coefficients that differentials lead back to; only the page is another one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from symdiff.algebra import ONE, differential
from symdiff.calculus.coefficient import coefficient
from symdiff.calculus.differential import differentials
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder
from symdiff.narration.gradients import back_by_parts
from symdiff.narration.parts import Part, in_names
from symdiff.narration.rules import listed
from symdiff.narration.teller import Teller
from symdiff.narration.writing import operator, width
from symdiff.notation import to_tree
from symdiff.notation.entrywise import index_tree
from symdiff.notation.write import call, name, number, power, product, sum_of, transposed
from symdiff.rewriting import collect, present
from symdiff.show.page import Chain, Item, Line, Naming, Reason
from symdiff.syntax.tree import Tree, map_tree, walk

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
            summed = dict.fromkeys(name(str(node.value)) for node in walk(body) if node.kind == "indexsum")
            lines.append(Line(_at(to_tree(shown), at), ("sum over ", *listed(list(summed)), ": matrix product")))
        items.append(Chain(call("diff", f_name, _at(to_tree(q), at)), tuple(lines)))
    return tuple(items)


def is_by_entries(f: Tree, x: Tree) -> bool:
    """Whether a function of a matrix is made of sums along axes, of entries, or of vectors set side by side."""
    for node in walk(f):
        if node.kind == "index" and node.children[0] == x:
            return True
        if node.kind == "call" and (node.value[0] == "ones" or any(key == "axis" for key, _ in node.value[1])):
            return True
    return False


def is_plain(items: Sequence[Item]) -> bool:
    """Whether entries are those of names alone."""
    chains = [item for item in items if isinstance(item, Chain)]
    trees = [tree for chain in chains for tree in (chain.left, *(line.written for line in chain.lines))]
    return all(node.children[0].kind == "name" for tree in trees for node in walk(tree) if node.kind == "index")


def _defined(left: Tree, body: Expr) -> Chain:
    tree, at = _entry(body)
    return Chain(_at(left, at), (Line(tree),), short=True)


def _entry(e: Expr) -> tuple[Tree, tuple[str, ...]]:
    """An entry of an expression in index notation, and the names of its indices."""
    tree = index_tree(e)
    body, at = (tree.children[0], tree.value) if tree.kind == "tensor" and tree.children[0] else (tree, ())
    return map_tree(body, _tidied), at


def _tidied(node: Tree) -> Tree:
    """An entry of ones as 1; a factor that stands twice as a square."""
    if node.kind == "index" and node.children[0].kind == "call" and node.children[0].value == ("ones", ()):
        return number(1)
    if node.kind != "product":
        return node
    factors = [factor for factor in node.children if factor is not None and factor != number(1)]
    counts = Counter(factors)
    raised = [power(factor, number(n)) if n > 1 else factor for factor, n in counts.items()]
    return product(raised) if raised else number(1)


def _at(tree: Tree, names: tuple[str, ...]) -> Tree:
    return Tree("index", (tree, *map(name, names))) if names else tree
