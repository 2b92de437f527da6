"""What a field means, worked out once with placeholders and then filled in with a few constructor calls."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra.rebuild import rebuild
from symdiff.expr import Expr, postorder


class Template:
    """An expression with holes; calling it with what belongs in the holes builds the expression."""

    __slots__ = ("_constants", "_steps", "_where")

    def __init__(self, e: Expr, holes: Sequence[Expr]) -> None:
        place = {hole: k for k, hole in enumerate(holes)}
        order = postorder(e)
        open_ = {hole for hole in holes if hole.op != "number"}
        for node in order:
            if any(arg in open_ for arg in node.args):
                open_.add(node)
        made = [node for node in order if node in open_ and node not in place]
        fixed = dict.fromkeys(arg for node in made for arg in node.args if arg not in open_)
        self._constants = list(fixed) if e in open_ else [e]
        for k, node in enumerate([*self._constants, *made], len(holes)):
            place[node] = k
        self._steps = [(node, tuple([place[arg] for arg in node.args])) for node in made]
        self._where = place[e]

    def __call__(self, values: Sequence[Expr]) -> Expr:
        """The expression with the values, of the shapes of the holes, in their places."""
        made = [*values, *self._constants]
        for node, places in self._steps:
            made.append(rebuild(node, [made[k] for k in places]))
        return made[self._where]
