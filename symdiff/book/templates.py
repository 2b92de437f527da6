"""What a field means, worked out once with placeholders and then filled in with a few constructor calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdiff.algebra.rebuild import at_sizes, rebuild, resized
from symdiff.dims import Dim
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

    def __call__(self, values: Sequence[Expr], sizes: Mapping[str, Dim]) -> Expr:
        """The expression with the values in the places of the holes, and sizes in those of names of sizes.

        The values have the shapes of the holes, then.
        """
        made = list(values)
        for constant in self._constants:
            made.append(at_sizes(constant, sizes) if sizes else constant)
        for node, places in self._steps:
            args = [made[k] for k in places]
            made.append(resized(node, args, sizes) if sizes else rebuild(node, args))
        return made[self._where]
