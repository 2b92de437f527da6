"""The sizes of a result, factor by factor: `A' is n×m, r has m entries, so n entries, as x has`."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import facts, is_positive
from symdiff.algebra.fact import Fact
from symdiff.dims import Shape
from symdiff.expr import Expr, postorder
from symdiff.narration.parts import Part
from symdiff.notation import to_tree
from symdiff.notation.write import number
from symdiff.show.page import Reason
from symdiff.syntax.tree import Tree, walk

_F = Tree("name", (), "f")
_SAME = frozenset({"hadamard", "sum", "neg", "dotpower", "dotquotient"})


def sizes(g: Expr, result: Expr, x: Expr, parts: Sequence[Part]) -> Reason:
    """What is said of the sizes of a result written in parts; of a Hessian also whether f is convex."""
    known = {e.attr.name: e.shape for e in postorder(g, result) if e.op == "symbol"}
    known |= {part.symbol.attr.name: part.symbol.shape for part in parts}
    tree = to_tree(g)
    factors = [one for one in (tree.children if tree.kind == "product" else (tree,)) if one is not None]
    shaped = [(one, _shape(one, known)) for one in factors]
    made = [(one, shape) for one, shape in shaped if shape]
    asked: Reason = (", as ", to_tree(x))
    if any(shape is None for _, shape in shaped) or len(made) < 2:
        return (
            (_size(result.shape), *asked, " has" if result.shape == x.shape else "")
            if result.shape == x.shape
            else (_size(result.shape),)
        )
    if result.shape != x.shape:
        return (", ".join(_size(shape) for _, shape in made), *_curved(result, tree))
    if all(len(shape) == 2 for _, shape in made):
        return (" times ".join(_size(shape) for _, shape in made), ": as ", to_tree(x))
    if len(x.shape) == 2:
        (u, rows), (v, columns) = made[0], made[-1]
        v = v.children[0] if v.kind == "transpose" else v
        return (u, f" has {rows[0]} entries, ", v, f" has {columns[-1]}: {_size(result.shape)}", *asked)
    said = [piece for one, shape in made for piece in (one, f" {'is' if len(shape) == 2 else 'has'} {_size(shape)}, ")]
    return (*said, f"so {_size(result.shape)}", *asked, " has")


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape)) + (" entries" if len(shape) == 1 else "")


def _shape(tree: Tree, known: dict[str, Shape]) -> Shape | None:
    """The shape of a factor as it is written, a row as one; None where it is not seen."""
    if tree.kind == "number":
        return ()
    if tree.kind == "name":
        return known.get(tree.value)
    inner = [_shape(child, known) for child in tree.children if child is not None]
    if None in inner or not inner:
        return None
    first = inner[0] or ()
    if tree.kind == "product":
        shapes = [shape for shape in inner if shape]
        outer = (*shapes[0][:1], *shapes[-1][1:]) if shapes else ()
        return shapes[0] if len(shapes) == 1 else () if outer == (1,) else outer
    if tree.kind == "transpose":
        return first[::-1] if len(first) == 2 else (1, *first)
    if tree.kind == "call" and tree.value == ("diag", ()) and len(first) == 1:
        return (*first, *first)
    if tree.kind in _SAME or (tree.kind == "call" and tree.value[0] in ("inv", "adj", "where")):
        return next((shape for shape in inner if shape), ())
    return None


def _curved(h: Expr, written: Tree) -> Reason:
    """That a Hessian is symmetric; where it has no negative eigenvalue by its form, that f is convex."""
    if not facts(h) & Fact.SYMMETRIC:
        return ()
    if not facts(h) & Fact.PSD:
        return ("; symmetric",)
    weights = next(
        (node.children[0] for node in walk(written) if node.kind == "call" and node.value == ("diag", ())), None
    )
    if weights is None:
        return ("; symmetric, no negative eigenvalue, so ", _F, " is convex")
    strictly = h.op == "einsum" and all(is_positive(e) for e in h.args[1:] if e.rank == 1)
    return (
        "; symmetric; ",
        Tree("compare", (weights, number(0)), ">" if strictly else ">="),
        ", so ",
        _F,
        " is convex",
    )
