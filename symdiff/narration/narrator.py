"""One derivation, told in turn by its variables: which way, what is named, what stands on the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.algebra import differential
from symdiff.calculus.derive import collected, diff, free_leaf, unit_seeds
from symdiff.calculus.stacked import is_stacked
from symdiff.calculus.variables import base_symbol
from symdiff.derivation import Told
from symdiff.expr import Expr, postorder
from symdiff.narration.gradients import tell_differential, tell_gradient, tell_jacobian
from symdiff.narration.header import header
from symdiff.narration.operators import tell_operator
from symdiff.narration.plain import tell_plainly
from symdiff.narration.rules import Heard, together
from symdiff.narration.teller import Teller
from symdiff.narration.teller import Told as Line
from symdiff.narration.writing import d, operator, width
from symdiff.notation import to_tree
from symdiff.show.page import Naming, Reason
from symdiff.syntax.tree import Tree

if TYPE_CHECKING:
    from symdiff.narration.derive import Asked

_SHORT = 12  # characters of a function of two parts that needs no name
_STAGES = 3
_UNSAID = frozenset({"squared norm", "squared Frobenius norm"})  # what everybody reads as the same thing
_MANY = 150  # nodes of a function that is told line by line: nobody reads more


def tell(asked: Asked, detail: str) -> Told:
    """What is told of a derivation: line by line, or plainly where no lines would be read."""
    x = asked.turns[-1]
    whole = is_stacked(x) or (x.op == "index" and x.shape) or asked.structure is not None
    large = len(postorder(asked.f, asked.result)) > _MANY
    if whole or large or len({y for y in asked.turns if y.shape}) > 1:
        return tell_plainly(asked.f, asked.turns, asked.kind, asked.structure, asked.result)
    return Narrator(asked).told()


class Narrator:
    """One derivation, told in turn by the variables."""

    def __init__(self, given: Asked) -> None:
        self.f, self.turns, self.kind, self.result = given.f, given.turns, given.kind, given.result
        self.given = given
        self.tellers: list[Teller] = []

    @property
    def teller(self) -> Teller:
        return self.tellers[-1]

    def told(self) -> Told:
        k, x = len(self.turns), self.turns[0]
        functions = [self.f, *(diff(self.f, *self.turns[:i]) for i in range(1, k))]
        ready = [collected(g, [y]) for g, y in zip(functions, self.turns, strict=True)]
        self._turn_to(x)
        name = self._name_f(self.f) if x.shape and k > 1 else None
        if name is not None:
            self.teller.name_parts(ready, ready[1:])
        for i, y in enumerate(self.turns):
            self._turn_to(y)
            t = self.teller
            t.name_parts([ready[i]])
            if name is None and self._is_named(t.parts.of(ready[i])):
                name = self._name_f(t.parts.of(ready[i]))
            last = self.result if i == k - 1 else functions[i + 1]
            self._stage(i, t.parts.of(ready[i]), t.parts.of(self.f), name, last)
        t = self.teller
        t.where(t.parts.of(self.result))
        parts: dict[Expr, Expr] = {}
        for t in self.tellers:
            parts |= {p.symbol: p.whole for p in t.parts.found}
            parts |= {t.standing(p): t.whole(t.moves[p].move) for p in t.moves}
        return Told(tuple(t.items), tuple(t.steps), parts, t.parts.of, header(self.f, *self.turns))

    def _turn_to(self, x: Expr) -> None:
        """From here on x is what moves; parts are named anew."""
        if self.tellers and self.teller.x is x:
            return
        leaf = free_leaf(base_symbol(x)) if x.shape else differential(x)
        made = Teller(self.f, x, leaf, self.given.conditions, self.result)
        if not x.shape:
            made.own = unit_seeds(x)
        if self.tellers:
            made.follow(self.teller)
        self.tellers.append(made)

    def _anew(self) -> tuple[Reason, bool]:
        """Why f is taken in another form than it was written in, and whether a line says so."""
        heard = Heard()
        collected(self.f, self.turns[:1], heard)
        rules = dict.fromkeys(heard.rewritings)
        return together([(rule,) for rule in rules][-2:]), not rules.keys() <= _UNSAID

    def _is_named(self, f: Expr) -> bool:
        """Whether f gets a name: where many stages lead to it, or two and it is no short thing."""
        count = len(self.teller.moves) if self.teller.x.shape else 0
        return count >= _STAGES or (count > 1 and width(f) > _SHORT)

    def _name_f(self, shown: Expr) -> Tree:
        name = Tree("name", (), self.teller.names.fresh("f", "g", "phi"))
        self.teller.items.append(Naming(name, to_tree(shown)))
        return name

    def _stage(self, i: int, g: Expr, f: Expr, name: Tree | None, result: Expr) -> None:
        t, x = self.teller, self.turns[i]
        written, last = name or to_tree(f), i == len(self.turns) - 1
        if self.kind == "differential":
            tell_differential(t, g, d(name or to_tree(g)), result)
        elif not x.shape:
            left = written if i == 0 else to_tree(self.f)
            again = None
            if i == 0 and to_tree(g) != left:
                again = Line(operator("diff", to_tree(g), x), differential(g, x), self._anew()[0])
            tell_operator(t, g, operator("diff", left, *self.turns[: i + 1]), result, again)
        elif not g.shape:
            asked = operator("grad" if self.kind != "diff" else "diff", written, x)
            left, again = d(name or to_tree(g)), None
            if name is None and i == 0 and to_tree(g) != written:
                why, is_said = self._anew()
                if is_said:
                    left, again = d(written), Line(d(to_tree(g)), differential(g), why)
            tell_gradient(t, g, left, asked, result, last, again)
        elif self.kind == "hessian":
            left = d(operator("grad", written, x))
            tell_jacobian(t, g, left, operator("hessian", written, x), result, "d(grad) = H", result)
        else:
            linear = diff(self.f, x) if self.kind == "grad" else result
            tell_jacobian(t, g, d(to_tree(g)), operator("jacobian", written, x), result, "df = J", linear, last)
