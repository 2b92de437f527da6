"""The story of a derivation, recorded in the pass that makes the answer.

A `Story` is handed to the engine and to the rewriter; they tell it each rule they use. It never computes a
derivative: it puts what it is told into lines a person can follow, from d f to the result. `Derivation` is what
remains: the result, the steps, the conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from symdiff.algebra import Condition, add, differential, dot, is_zero, put_in, same, substitute
from symdiff.algebra.conditions import merge
from symdiff.algebra.implied import simplified
from symdiff.algebra.never import impossible
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, make, postorder, walk
from symdiff.notation import to_tree
from symdiff.show import condition_text
from symdiff.show import text as show_text
from symdiff.syntax.tree import Tree

if TYPE_CHECKING:  # how lines are set is loaded only where they are asked for
    from symdiff.show.aligned import Line

_WHOLE_LINES = 60  # derivations with more rules are told rule by rule, not line by line
_SEARCHED = 2000  # nodes of a line, as written, that are looked through


class Step(NamedTuple):
    """One step: by `rule`, `before` is `after`, under `conditions`.

    `place` is the part of `before` the rule worked on. Where `relation` is "=" both sides have one value; where it
    is "coefficient" `before` is linear in dx and `after` is its coefficient (the gradient read off, a Jacobian);
    where it is "layout" `after` has the axes of `before` in another order; where it is "structure" `after` is what
    `before` is by the structure of the variable. `heading` is the left side of a new line.
    """

    rule: str
    before: Expr
    after: Expr
    conditions: tuple[Condition, ...] = ()
    place: Expr | None = None
    substeps: tuple[Step, ...] = ()
    relation: str = "="
    heading: Tree | None = None


class _Local(NamedTuple):
    rule: str
    after: Callable[[Callable[[Expr], Expr]], Expr]
    conditions: tuple[Condition, ...]


class _Rewrite(NamedTuple):
    rule: str
    before: Expr
    after: Expr
    conditions: tuple[Condition, ...]


class Story:
    """What is heard while a derivative is made, told in order."""

    def __init__(self, f: Expr, wrt: Expr | None) -> None:
        """`wrt` is the variable of d/dx[…] where the story is told with it, None where it is told with d[…]."""
        self.f = f
        self.wrt = wrt
        self.steps: list[Step] = []
        self.current = self._standing(f)
        self._locals: dict[Expr, _Local] = {}
        self._rewrites: list[_Rewrite] = []
        self._written: tuple[Expr | None, str | None] = (None, None)  # the last line told, as it is written

    # what the engine and the rewriter call

    def local(
        self,
        node: Expr,
        rule: str,
        after: Callable[[Callable[[Expr], Expr]], Expr],
        conditions: tuple[Condition, ...],
    ) -> None:
        """A rule of calculus used at a node; `after` makes the right side from the differentials of the parts."""
        self._locals[node] = _Local(rule, after, conditions)

    def rewrite(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...] = ()) -> None:
        """A rewriting of a part."""
        self._rewrites.append(_Rewrite(rule, before, after, tuple(conditions)))

    # what the pipeline calls between its stages

    def prepared(self, f: Expr) -> None:
        """The function was rewritten before its differential was taken."""
        self.rewritten(self._standing(f))

    def rewritten(self, final: Expr) -> None:
        """The current line was rewritten into `final` by what was heard since."""
        pending: list[_Rewrite] = []
        for change in self._rewrites:
            place = _find(self.current, change.before)
            after = self.current if place is None else self._replaced(place, change.after)
            if after is self.current:
                pending.append(change)
            else:
                self._put(Step(change.rule, self.current, after, change.conditions, place))
        self._rewrites = []
        if self.current is not final:
            rules = dict.fromkeys(change.rule for change in pending)
            details = tuple(Step(c.rule, c.before, c.after, c.conditions) for c in pending)
            conditions = merge(*(c.conditions for c in pending))
            name = next(iter(rules)) if len(rules) == 1 else "simplify"
            self._put(Step(name, self.current, final, conditions, None, details if len(rules) > 1 else ()))

    def _replaced(self, place: Expr, by: Expr) -> Expr:
        """The current line with a part replaced; the differential of a number stands until its rule is told."""
        if self.current.op == "differential" and place is not self.current:
            return self._standing(substitute(self.current.args[0], {place: by}))
        return substitute(self.current, {place: by})

    def differentiated(self, root: Expr, seeds: Mapping[Expr, Expr], result: Expr) -> None:
        """The differential of `root` was taken: its rules, outermost first."""
        if root in seeds or root not in self._locals:
            name = "derivative of the variable" if root in seeds else "constant rule"
            self._put(Step(name, self.current, result))
        elif len(self._locals) > _WHOLE_LINES:
            self._told_locally(seeds, result)
        else:
            self._told_in_lines(seeds, result)
        self._locals = {}

    def _formal(self, seeds: Mapping[Expr, Expr]) -> Callable[[Expr], Expr]:
        return lambda e: seeds[e] if e in seeds else differential(e, self.wrt)

    def _told_in_lines(self, seeds: Mapping[Expr, Expr], result: Expr) -> None:
        formal = self._formal(seeds)
        while True:
            place = next((e for e in walk(self.current) if self._is_open(e)), None)
            if place is None:
                break
            rule = self._locals[place.args[0]]
            after = substitute(self.current, {place: rule.after(formal)})
            self._put(Step(rule.rule, self.current, after, rule.conditions, place))
        if self.current is not result and not same(self.current, result):
            self._put(Step("simplify", self.current, result))
        self.current = result

    def _is_open(self, e: Expr) -> bool:
        return e.op == "differential" and e.attr is self.wrt and e.args[0] in self._locals

    def _told_locally(self, seeds: Mapping[Expr, Expr], result: Expr) -> None:
        formal = self._formal(seeds)
        parts = tuple(
            Step(rule.rule, differential(node, self.wrt), rule.after(formal), rule.conditions)
            for node, rule in reversed(self._locals.items())
        )
        self._put(Step("rules of differentiation", self.current, result, (), None, parts))

    def moved(self, leaves: Sequence[Expr], coefficients: Sequence[Expr]) -> None:
        """Each dx was moved to the other side of the inner product."""
        pairs = [dot(g, leaf) for g, leaf in zip(coefficients, leaves, strict=True) if not is_zero(g)]
        if pairs:
            total = pairs[0]
            for pair in pairs[1:]:
                total = add(total, pair)
            self._put(Step("move dx to the other side", self.current, total))

    def read_off(self, result: Expr, what: str, x: Expr) -> None:
        """The coefficient of dx is the answer: the `gradient` or the `jacobian` by x."""
        heading = self._gradient(x) if what == "gradient" else Tree("call", (to_tree(self.f), to_tree(x)), (what, ()))
        name = what if what == "gradient" else what.capitalize()
        self._put(Step(f"read off the {name}", self.current, result, relation="coefficient", heading=heading))

    def laid_out(self, result: Expr, x: Expr) -> None:
        """The axes were put in the order asked for, those of x first."""
        if result is not self.current:
            heading = self._gradient(x)
            self._put(Step("denominator layout", self.current, result, relation="layout", heading=heading))

    def imposed(self, rule: str, result: Expr) -> None:
        """The derivative was made one by the structure of its variable."""
        self._put(Step(rule, self.current, result, relation="structure"))

    def _gradient(self, x: Expr) -> Tree:
        return Tree("gradient", (to_tree(self.f),), to_tree(x))

    def again(self, f: Expr, wrt: Expr | None) -> None:
        """The result is differentiated once more, by `wrt` where that is a scalar."""
        self.f, self.wrt = f, wrt
        self.current = self._standing(f)

    def _standing(self, f: Expr) -> Expr:
        """The differential of f left standing, of a number too."""
        return make("differential", (f,), self.wrt, f.shape)

    def _put(self, step: Step) -> None:
        """A step is told if it shows; one that only regroups what is written belongs to the step before."""
        self.current = step.after
        if step.relation != "=" or self._shows(step.before, step.after):
            self.steps.append(step)
        elif self.steps:
            self.steps[-1] = self.steps[-1]._replace(after=step.after)

    def _shows(self, before: Expr, after: Expr) -> bool:
        """Whether the two are written differently; what is too long to be looked at is taken to be."""
        last, written = self._written
        written = written if last is before else _short_text(before)
        self._written = after, _short_text(after)
        return before is not after if None in (written, self._written[1]) else written != self._written[1]


def _short_text(e: Expr) -> str | None:
    """How a line is written; None for one that is too long to be looked at."""
    sizes: dict[Expr, int] = {}
    for part in postorder(e):
        sizes[part] = 1 + sum(sizes[arg] for arg in part.args)
        if sizes[part] > _SEARCHED:
            return None
    return show_text(e)


def _find(line: Expr, part: Expr) -> Expr | None:
    """The part of a line that is `part`, up to rearrangement."""
    alike = None
    for count, e in enumerate(walk(line)):
        if e is part:
            return e
        if count > _SEARCHED:
            break
        if alike is None and e.op == part.op and e.shape == part.shape and same(e, part):
            alike = e
    return alike


class Derivation(NamedTuple):
    """A result with the way to it: `steps` lead to `result`, by a list of variables a list, under `conditions`.

    `assumptions` are declarations that were inferred from the text, in the notation of declarations; `remarks` say
    what else the result rests on, such as how a structured variable moves.
    """

    result: Any
    steps: tuple[Step, ...]
    conditions: tuple[Condition, ...] = ()
    assumptions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def put_in(self, given: Mapping[Expr, Expr]) -> Derivation:
        """The derivation with what its variables are defined as put in at the end."""
        if not given:
            return self
        rule = f"definition of {', '.join(str(variable) for variable in given)}"
        steps: list[Step] = []

        def put(result: Any) -> Any:
            if isinstance(result, list):
                return [put(one) for one in result]
            after = put_in(result, given)
            if str(after) != str(result):  # the value of a function was written as itself before
                steps.append(Step(rule, result, after))
            return after

        result = put(self.result)
        conditions = possible(c.of(partial(put_in, definitions=given)) for c in self.conditions)
        return self._replace(result=result, steps=(*self.steps, *steps), conditions=conditions)

    def text(self) -> str:
        """The derivation line by line in the input notation, each line with its rule."""
        from symdiff.show.aligned import aligned_text

        return aligned_text(self._lines()) + self._under("text")

    def unicode(self) -> str:
        """The derivation line by line in textbook Unicode."""
        from symdiff.show.aligned import aligned_unicode

        return aligned_unicode(self._lines()) + self._under("unicode")

    def latex(self) -> str:
        r"""The derivation as one `aligned` block, the rules in `\text{}` behind the lines, the conditions below."""
        from symdiff.show.aligned import aligned_latex

        return aligned_latex(self._lines(), [condition_text(c, "latex") for c in self.conditions])

    def __repr__(self) -> str:
        return self.text()

    def _under(self, style: str) -> str:
        return "".join(f"\nif {condition_text(c, style)}" for c in self.conditions)

    def _lines(self) -> list[Line]:
        """Every line that shows something new; one that imposes a structure is an arrow, not an equation."""
        from symdiff.show.aligned import Line

        lines: list[Line] = []
        left: Expr | Tree | None = None
        shown: Expr | None = None
        for step in self.steps:
            if step.heading is not None:
                left = step.heading
            elif shown is None or (step.before.op == "differential" and shown.op != "differential"):
                left = step.before
            lines.append(Line(left, step.after, step.rule, step.relation != "structure"))
            left, shown = None, step.after
        return lines


def possible(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """The conditions in plain words; SymdiffError where no point is within all of them."""
    plain = simplified(conditions)
    if contrary := impossible(plain):
        said = " and ".join(f"`{condition_text(c)}`" for c in contrary)
        never = f"never hold{'s' * (len(contrary) == 1)}{' together' * (len(contrary) > 1)}"
        raise SymdiffError(f"no point is within the conditions: {said} {never}")
    return plain


def told(steps: Iterable[Step]) -> str:
    """The names of the rules in order: what a test or a table of contents wants."""
    return "; ".join(step.rule for step in steps)
