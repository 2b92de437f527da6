"""One derivation, told in turn by its variables: which way, what is named, what stands on the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.algebra import ONE, differential, same, symbols_of
from symdiff.calculus.derive import collected, diff, free_leaf, unit_seeds
from symdiff.calculus.stacked import is_stacked
from symdiff.calculus.structure import rule_name
from symdiff.calculus.variables import base_symbol
from symdiff.derivation import Told
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder
from symdiff.narration.forward import name_stages
from symdiff.narration.gradients import tell_differential, tell_gradient, tell_jacobian
from symdiff.narration.header import header
from symdiff.narration.lines import Lines
from symdiff.narration.lines import Told as Line
from symdiff.narration.operators import tell_operator
from symdiff.narration.otherwise import by_indices, by_operators, is_by_entries, is_plain
from symdiff.narration.plain import tell_plainly
from symdiff.narration.rules import Heard, rewritten, together
from symdiff.narration.scalars import name_sides
from symdiff.narration.short import shortened
from symdiff.narration.teller import Teller
from symdiff.narration.writing import d, functions, operator, width
from symdiff.notation import to_tree
from symdiff.show.page import Chain, Item, Naming, Reason
from symdiff.show.page import Line as Written
from symdiff.syntax.tree import Tree

if TYPE_CHECKING:
    from symdiff.narration.derive import Asked

_SHORT = 12  # characters of a function of two parts that needs no name
_STAGES = 3
_OWN = ("f", "g", "phi")  # names of f
_LONG = 35  # characters of a function that has a name where only the result is told
_UNSAID = frozenset({"squared norm", "squared Frobenius norm"})  # what everybody reads as the same thing
_MANY = 150  # nodes of a function that is told line by line: nobody reads more


def tell(asked: Asked, detail: str) -> Told:
    """What is told of a derivation: line by line, or plainly where no lines would be read."""
    x = asked.turns[-1]
    if asked.free is not None:
        return imposed(asked, asked.free, detail)
    whole = is_stacked(x) or (x.op == "index" and x.shape) or asked.structure is not None
    large = len(postorder(asked.f, asked.result)) > _MANY
    mixed = len(set(asked.turns)) > 1 and any(y.shape for y in asked.turns)
    if whole or large or (mixed and (len(asked.turns) > 2 or any(y.rank > 1 for y in asked.turns))):
        return tell_plainly(asked)
    return block(asked, detail) if mixed else Narrator(asked, detail).told()


def block(asked: Asked, detail: str) -> Told:
    """What is told of a derivative by two variables: the gradient by the first, then how it moves with the other."""
    x, y = asked.turns
    g = diff(asked.f, x)
    kind = "jacobian" if x.shape and y.shape else "grad" if y.shape else "diff"
    told = Narrator(asked.of(g, [y], kind), detail)
    told.name = operator("grad" if x.shape else "diff", to_tree(asked.f), x)
    first = Chain(told.name, (Written(to_tree(g)),), short=True)
    page = told.told()
    return page._replace(items=(first, *page.items))


def imposed(asked: Asked, free: Asked, detail: str) -> Told:
    """What is told of a derivative by a structured variable: as if its entries were free, then by its structure."""
    told, x = tell(free, detail), asked.turns[0]
    assert asked.structure is not None
    lines = Lines(operator("grad" if x.shape else "diff", to_tree(asked.f), x), free.result)
    lines.tell(Line(to_tree(asked.result), asked.result, (rule_name(x, asked.structure),), "structure"))
    return told._replace(items=(*told.items, lines.chain()), steps=(*told.steps, *lines.steps()))


def _learnt(f: Expr, ready: Expr) -> Expr:
    """f in the form it is told in: as it is written where the other differs in its order alone, and of a number where
    that has functions that f has not.
    """
    if same(f, ready):
        return f
    nodes = postorder(f, ready)
    return ready if any(e.shape for e in nodes) or functions(ready) <= functions(f) else f


class Narrator:
    """One derivation, told in turn by the variables."""

    def __init__(self, given: Asked, detail: str) -> None:
        self.detail = detail
        self.name: Tree | None = None  # of f
        self.f, self.turns, self.kind, self.result = given.f, given.turns, given.kind, given.result
        self.given = given
        self.tellers: list[Teller] = []

    @property
    def teller(self) -> Teller:
        return self.tellers[-1]

    def told(self) -> Told:
        k, x = len(self.turns), self.turns[0]
        functions = [self.f, *(diff(self.f, *self.turns[:i]) for i in range(1, k))]
        ready = [_learnt(g, collected(g, [y])) for g, y in zip(functions, self.turns, strict=True)]
        self._turn_to(x)
        if x.shape and k > 1:
            self._name_f(self.f)
            name_stages(self.teller, ready, ready[1:]) if self.teller.full else self.teller.name_parts(ready, ready[1:])
        for i, y in enumerate(self.turns):
            self._turn_to(y)
            t = self.teller
            g = self._named(t, ready[i])
            if self.name is None and self._is_named(g):
                self._name_f(g)
            last = self.result if i == k - 1 else functions[i + 1]
            self._stage(i, g, g if ready[i] is self.f else t.parts.of(self.f), last)
        t = self.teller
        t.where(t.finals[-1])
        parts: dict[Expr, Expr] = {}
        for t in self.tellers:
            parts |= {p.symbol: p.whole for p in t.parts.found}
            parts |= {t.standing(p): t.whole(t.moves[p].move) for p in t.moves}
        items, steps = tuple(t.items), tuple(t.steps)
        symbols = (p.symbol for teller in self.tellers for p in teller.parts.found)
        names = (*symbols_of(self.f, *self.turns), *symbols)
        if self.given.narrate == "indices" or (self.given.narrate == "operators" and self.turns[0].shape):
            items = self._otherwise()
        elif self._is_by_entries() and is_plain(by_entries := self._otherwise()):
            whole = operator("grad", to_tree(self.f), x)
            items = (*by_entries, Chain(whole, (Written(to_tree(self.result), ("all entries together",)),)))
        if self.detail == "result":
            items, steps = self._shortened(), steps[-1:]
        closing = tuple(t.closing) if self.detail == "full" else ()
        extra = [t.number] if t.number is not None else []
        return Told(
            items,
            steps,
            parts,
            t.parts.of,
            header(self.f, *self.turns, order=self.given.order, extra=extra),
            names,
            closing,
        )

    def _named(self, t: Teller, f: Expr) -> Expr:
        """A function with names for its parts, which are told."""
        if t.full:
            return name_stages(t, [f]) if t.by_d else name_sides(t, f)
        return t.name_parts([f])

    def _shortened(self) -> tuple[Item, ...]:
        """What was asked and the answer; of a Hessian the gradient too."""
        several = self.kind == "hessian" and bool(self.turns[0].shape)
        if several or width(self.f) > _LONG:
            name = self.name or Tree("name", (), self.teller.names.fresh(*_OWN))
        else:
            name = None
        f = name or to_tree(self.f)
        kind = "diff" if self.kind == "hessian" and not several else self.kind
        by = self.turns if kind == "diff" else self.turns[:1]
        left = d(f) if kind == "differential" else operator(kind, f, *by)
        asked = [(left, self.teller.finals[-1], self.result)]
        if several:
            g = diff(self.f, self.turns[0])
            asked.insert(0, (operator("grad", f, *by), self.teller.finals[0], g))
        return shortened(self.teller, asked, (name, self.f))

    def _turn_to(self, x: Expr) -> None:
        """From here on x is what moves; parts are named anew."""
        if self.tellers and self.teller.x is x:
            return
        leaf = free_leaf(base_symbol(x)) if x.shape else differential(x) if self._is_by_d(x) else ONE
        made = Teller(self.f, x, leaf, self.given.conditions, self.result, self.detail == "full", self.given.own)
        made.traces = self.given.narrate == "traces"
        if not made.by_d:
            made.own = unit_seeds(x)
        if self.tellers:
            made.follow(self.teller)
        self.tellers.append(made)

    def _is_by_entries(self) -> bool:
        """Whether entries tell it better: what books write with indices, since its matrices would be of ones."""
        x, told = self.turns[0], self.given.narrate is None and self.detail == "textbook"
        matrix = len(self.turns) == 1 and x.rank == 2 and x.op == "symbol" and not self.f.shape
        return told and matrix and self.kind == "grad" and is_by_entries(to_tree(self.f), to_tree(x))

    def _otherwise(self) -> tuple[Item, ...]:
        """The page by operators or indices."""
        if len(self.turns) > 1 or self.f.shape or self.kind == "differential" or not self.turns[0].shape:
            raise NotSupported(f"{self.given.narrate} tell gradients of scalars", hint="leave narrate= out")
        told = by_operators if self.given.narrate == "operators" else by_indices
        f_name = self.name or Tree("name", (), self.teller.names.fresh(*_OWN))
        return told(
            self.teller, self.teller.parts.of(_learnt(self.f, collected(self.f, self.turns))), f_name, self.result
        )

    def _is_by_d(self, x: Expr) -> bool:
        """Whether a derivative by a scalar is told with dx: of a scalar, by a name, where that is asked for."""
        return self.given.narrate in ("differentials", "traces") and x.op == "symbol" and not self.f.shape

    def _anew(self) -> tuple[Reason, bool]:
        """Why f is taken in another form than it was written in, and whether a line says so."""
        heard = Heard()
        collected(self.f, self.turns[:1], heard)
        rules = dict.fromkeys(heard.rewritings)
        return together(rewritten(rules)[-2:]), not rules.keys() <= _UNSAID

    def _is_named(self, f: Expr) -> bool:
        """Whether f gets a name: where many stages lead to it, or two and it is no short thing."""
        count = len(self.teller.moves) if self.teller.x.shape else 0
        return count >= _STAGES or (count > 1 and width(f) > _SHORT)

    def _name_f(self, shown: Expr) -> None:
        self.name = Tree("name", (), self.teller.names.fresh(*_OWN))
        self.teller.items.append(Naming(self.name, to_tree(shown)))

    def _stage(self, i: int, g: Expr, f: Expr, result: Expr) -> None:
        t, x, name = self.teller, self.turns[i], self.name
        written, last = name or to_tree(f), i == len(self.turns) - 1
        if self.kind == "differential":
            tell_differential(t, g, d(name or to_tree(g)), result)
        elif not t.by_d:
            left = written if i == 0 else to_tree(self.f)
            again = None
            if i == 0 and to_tree(g) != left:
                why, _ = self._anew()
                left = left if why else to_tree(g)
                again = Line(operator("diff", to_tree(g), x), differential(g, x), why) if why else None
            tell_operator(t, g, operator("diff", left, *self.turns[: i + 1]), result, again)
        elif not g.shape:
            by = self.turns[: i + 1] if not x.shape else [x]
            asked = operator("grad" if self.kind != "diff" and x.shape else "diff", written, *by)
            left, again = d(name or to_tree(g)), None
            if name is None and i == 0 and to_tree(g) != written:
                why, is_said = self._anew()
                if is_said:
                    left, again = d(written), Line(d(to_tree(g)), differential(g), why)
                elif t.full:
                    t.heading()
                    same = Lines(written, f)
                    same.tell(Line(to_tree(g), g, ("definition of the norm",)))
                    t.close(same)
            tell_gradient(t, g, left, asked, result, last, again)
        elif self.kind == "hessian":
            left = d(to_tree(g) if t.full else operator("grad", written, x))
            tell_jacobian(t, g, left, operator("hessian", written, x), result, d(Tree("name", (), "grad")), result)
        else:
            linear = diff(self.f, x) if self.kind == "grad" else result
            tell_jacobian(
                t,
                g,
                d(to_tree(g)),
                operator("jacobian", written, x),
                result,
                Tree("differential", (Tree("name", (), "f"),)),
                linear,
                last,
            )
