"""A line of the language in a session: declarations, definitions, expressions, and what they are answered with.

What a line declares or defines holds for the lines after it; a second meaning of a name replaces the first, and
the answer says so. Names that an expression leaves undeclared are inferred for that line alone. Those of a
definition are kept, for what is defined is made of them, except for the parameters of a function. A line that
ends in an error changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from symdiff.algebra import Condition
from symdiff.answer import Answer, Request, noted, told
from symdiff.calculator.names import (
    Meaning,
    alike,
    at_present,
    can_be_defined,
    described,
    meanings,
    mentions,
    stated,
    subject,
    worked_out,
)
from symdiff.calculator.results import Results, is_result
from symdiff.calculus.derive import KINDS
from symdiff.calculus.structure import kind_of
from symdiff.dims import names as size_names
from symdiff.errors import NotSupported, ParseError, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr, Names
from symdiff.inputs import Problem
from symdiff.syntax.declarations import Span, next_statement, read_declaration, split_declarations
from symdiff.syntax.names import CONSTANTS, canonical, is_word
from symdiff.syntax.read import Reader, request_of
from symdiff.syntax.read import Request as Asking
from symdiff.syntax.scope import Definition, Scope
from symdiff.syntax.tree import Tree, mentioned
from symdiff.syntax.value import Derived, Orientation


class Asked(NamedTuple):
    """An expression that was read: its text, what is asked of it, whether it is a row, and the one derivative in it."""

    text: str
    problem: Problem
    orientation: Orientation = "column"
    inner: Asking | None = None

    @property
    def is_derivative(self) -> bool:
        return self.problem.request is not None and self.problem.request.kind in KINDS

    @property
    def derivative(self) -> Asked | None:
        """The derivative that it is, or that there is in it."""
        if self.problem.request is not None or self.inner is None:
            return self if self.problem.request is not None else None
        problem = Problem((self.inner.operand,), (), self.problem.assumptions, request=self.inner)
        return Asked(str(self.inner.operand), problem._replace(scope=self.problem.scope))

    @property
    def told(self) -> Asked:
        """The same, with nothing more to be said of its names."""
        return self._replace(problem=self.problem._replace(assumptions=()))


class State(NamedTuple):
    """What a session holds: names, results, the remarks that were made, and the last derivative asked for."""

    scope: Scope
    results: Results = Results()
    heard: frozenset[tuple[str, str]] = frozenset()
    asked: Asked | None = None
    formulas: Mapping[str, Definition] = {}  # what was defined in names that have values now


class Line(Reader):
    """One line being answered, over a copy of the session's names."""

    def __init__(self, line: str, state: State, request: Request) -> None:
        super().__init__(line, state.scope.copy(), (), request.strict)
        self.request = request
        self.results, self.asked = state.results, state.asked
        self.heard, self.formulas = dict(state.heard), dict(state.formulas)
        self.said = Answer()
        self.in_force: set[str] = set()  # what is defined in lines of its own, not behind this one's `where`
        self.borrowed: set[str] = set()  # the results that are names here

    @property
    def state(self) -> State:
        """What the session holds after the line."""
        return State(self.scope, self.results, frozenset(self.heard.items()), self.asked, self.formulas)

    def read(self, start: int = 0) -> None:
        """Answer every statement from a place on, in order."""
        while start < len(self.text):
            spans, start = split_declarations(self.text, start)
            for span in spans:
                self.declare(span)
            span, start = next_statement(self.text, start)
            if self.text[span[0] : span[1]].strip():
                self.statement(span)

    def statement(self, span: Span) -> None:
        """A definition, an equation or an expression, which may be followed by `where K = …`."""
        kept, self.scope = self.scope, self.scope.copy()
        self.borrow()
        self.in_force = set(kept.definitions)
        expression = self.where(span)
        alone = canonical(self.text[slice(*expression)].strip())
        if alone in self.scope.definitions and self.scope.definitions[alone].parameters:
            self.said.lines.append(stated(alone, self.scope.definitions[alone], self.request.notation))
            self.scope = kept
            return
        tree = self.tree(expression)
        self.refuse_word(tree)
        if tree.kind not in ("define", "equation"):
            asked = self.problem(tree, expression)
            self.scope = kept
            self.tell(asked)
        elif tree.kind == "define" or can_be_defined(tree.children[0], kept):
            self.enter(tree, kept)
        else:
            hint = "`name = …` defines a name; `equal` compares two sides, `solve` solves, `verify` checks lines"
            raise NotSupported("an equation has no value", text=self.text, span=tree.span, hint=hint)

    def only(self, start: int) -> Asked:
        """The one expression that stands from a place on, perhaps with declarations before it and `where` behind it.

        Raises ParseError where there is something else.
        """
        kept = self.scope
        tree, span = self.piece(start)
        if tree.kind in ("define", "equation"):
            raise ParseError("an expression is asked for here", text=self.text, span=tree.span)
        asked = self.problem(tree, span)
        self.scope = kept
        return asked

    def sides(self, start: int) -> tuple[Expr, Expr]:
        """The two sides of the equation that stands from a place on. Raises ParseError where there is none."""
        kept = self.scope
        tree, _ = self.piece(start)
        if tree.kind != "equation" and not (tree.kind == "compare" and tree.value == "=="):
            raise ParseError("an equation is asked for here: `left = right`", text=self.text, span=tree.span)
        left, right = (self.meaning(side).expr for side in tree.children)
        assumptions, notices = self.remarks()
        self.said.notes += noted(self.unheard(assumptions), [notice for notice in notices if self.is_new(notice)])
        self.scope = kept
        return left, right

    def piece(self, start: int) -> tuple[Tree, Span]:
        """What is alone from a place on, after declarations perhaps, and its place; names have a scope of its own."""
        self.in_force = set(self.scope.definitions)
        self.scope = self.scope.copy()
        spans, start = split_declarations(self.text, start)
        for place in spans:
            self.scope.declare_span(self.text, place)
        self.borrow()
        span, end = next_statement(self.text, start)
        if self.text[end:].split("#", 1)[0].strip():
            raise ParseError("one thing at a time", text=self.text, span=(end, len(self.text.rstrip())))
        return self.tree(self.where(span)), span

    def where(self, span: Span) -> Span:
        """Take in `E where K = …`; what was defined of K before, and results, have it here too."""
        before = dict(self.scope.definitions)
        expression = super().where(span)
        new = {name for name, d in self.scope.definitions.items() if d is not before.get(name)}
        made: dict[Expr, Definition] = {}
        every = meanings(self.scope)
        known = {name: meaning for name, meaning in every.items() if name in new}
        used = mentioned(self.tree(expression)) if new else set()
        for name in [name for name in self.scope.definitions if name not in new | self.borrowed]:
            formula, meant = self.formulas.get(name), every
            if formula is None:
                formula, meant = self.scope.definitions[name], known
            try:
                found = at_present(formula, meant, made, wide=True)
            except ShapeError as error:
                if name in used:
                    raise error.at(self.text, expression) from None
                continue
            made[found.variable] = found
            self.scope.define(name, found)
        self.borrow()
        return expression

    def refuse_word(self, tree: Tree) -> None:
        """ParseError where a line is a word alone that means nothing."""
        word = tree.value if tree.kind == "name" else ""
        if is_word(word) and not self.scope.has_meaning(word):
            near = " or ".join(f"`{name}`" for name in self.scope.nearest(word))
            hint = f"did you mean {near}?" if near else f"declare it: `{word}: scalar`"
            raise UnknownNameError(f"`{word[:40]}` is no known word", text=self.text, span=tree.span, hint=hint)

    def borrow(self) -> None:
        """Let the results that the text names be names, in what names mean here."""
        for name in self.borrowed:
            self.scope.definitions.pop(name, None)
        self.borrowed = self.results.put_into(self.scope, self.text)

    def with_own_parameters(self, head: Tree, body: Tree) -> tuple[Tree, Tree]:
        """Other letters for parameters that mean something in a definition; in a result they are what it is made of."""
        results = {name: self.scope.definitions.pop(name) for name in self.borrowed}
        head, body = super().with_own_parameters(head, body)
        self.scope.definitions |= results
        return head, body

    def problem(self, tree: Tree, span: Span) -> Asked:
        """An expression that was read, with what is asked of it and what had to be assumed."""
        value = self.meaning(tree)
        asked = request_of(tree, self.scope, self.text)
        parts = self.scope.named_parts(self.borrowed)
        names = Names(parts, in_force=frozenset(self.in_force.intersection(parts.values())))
        assumptions, notices = self.remarks()
        derived = self.derived()
        given = Problem(
            (value.expr,), (), self.unheard(assumptions), notices, request=asked, listed=value.listed,
            derived=derived, scope=self.scope, names=names,
        )  # fmt: skip
        inner = _one_of(derived) if len(derived) == 1 or tree.kind == "prime" else None
        return Asked(self.text[slice(*span)].strip(), given, value.orientation, inner)

    def tell(
        self, asked: Asked, request: Request | None = None, *, again: bool = False, under: tuple[Condition, ...] = ()
    ) -> None:
        """Answer an expression, in the way that the session asks or another one; unless `again`, its results count."""
        given = asked.problem
        if request is None:
            request = self.request if asked.is_derivative else self.request._replace(steps=False, check=False)
        if given.request is None or not any(map(kind_of, given.request.wrt)):
            request = request._replace(structure=None)
        answer = told(request, asked.text, given, under)
        self.asked = asked.derivative.told if asked.derivative else self.asked
        for found in answer.results:
            if not again and found.result.op != "compare":
                row = given.request is None and len(answer.results) == 1
                self.results = self.results.and_more(found.result, asked.orientation if row else "column")
        self.said.notes += [note for note in answer.notes if not note.startswith("note: ") or self.is_new(note)]
        self.said.lines += answer.lines
        self.said.results += answer.results
        self.said.disagreed |= answer.disagreed

    def is_new(self, note: str) -> bool:
        """Whether a remark was not made in this session before."""
        new = note not in self.heard
        self.heard[note] = ""
        return new

    def unheard(self, assumptions: Sequence[str]) -> tuple[str, ...]:
        """The assumptions that were not told already: the last that was told of their names is another."""
        found = [stated for stated in assumptions if self.heard.get(subject(stated)) != stated]
        self.heard |= {subject(stated): stated for stated in found}
        return tuple(found)

    def remarks(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What was assumed and noticed since they were last asked for."""
        found = tuple(dict.fromkeys(self.assumptions)), tuple(dict.fromkeys(self.context.notices))
        self.assumptions.clear()
        self.context.notices.clear()
        return found

    def remarks_on_definition(self, before: Scope) -> list[str]:
        """Remarks that tell what was assumed for the definition alone from what holds from here on."""
        assumptions, notices = self.remarks()
        new = {name for name in meanings(self.scope) if not before.declares(name)}
        lasting = [stated for stated in assumptions if subject(stated) in new]
        passing = self.unheard([stated for stated in assumptions if stated not in lasting])
        kept = [f"assuming {', '.join(lasting)} from here on"] if lasting else []
        return [*kept, *noted(passing, [notice for notice in notices if self.is_new(notice)])]

    def note(self, text: str) -> None:
        self.said.notes.append(f"note: {text}")

    # new meanings for names

    def declare(self, span: Span) -> None:
        """A declaration: of names that had another meaning it says so."""
        names, kind = read_declaration(self.text, span)
        for name, place in names:
            before = self.meaning_of(name)
            trial = Scope(sizes=dict(self.scope.sizes))
            try:
                made = trial.put(name, kind)
                if before is not None and before != made:
                    self.forget(name)
                self.scope.put(name, kind)
                self.require_open_sizes(trial.sizes)
            except SymdiffError as error:
                raise error.at(self.text, place) from None
            if before is not None and before != made:
                self.note(f"`{name}` was {described(before)}; it is {described(made)} from here on")
                self.follow(name)
            self.settle(name, before, made)

    def settle(self, name: str, before: Meaning | None, meaning: Meaning) -> None:
        """A name has its meaning: results take it up, and it is stated."""
        if name in CONSTANTS and before is None:
            self.note(f"`{name}` is the constant no more; `forget {name}` makes it that again")
        if before is None and is_result(name):
            self.note(f"`{name}` is no result from here on; `forget {name}` makes it one again")
        self.heard.pop(name, None)
        self.said.lines.append(stated(name, meaning, self.request.notation))

    def require_open_sizes(self, sizes: Iterable[str]) -> None:
        """A size is a name of its own: one that is defined as something can't be a size."""
        for name in sizes:
            if name in self.scope.definitions:
                raise ParseError(f"`{name}` is defined and can't be a size too", hint="write the number itself")

    def enter(self, tree: Tree, kept: Scope) -> None:
        """A definition: `y := …`, `f(x) := …`, or with `=`; beside the names that are `kept` there may be those of a
        `where` behind it.
        """
        head, body = tree.children
        name = head.value if head.kind == "name" else head.value[0]
        if name in kept.sizes:
            raise ParseError(f"`{name}` is a size and can't be defined", text=self.text, span=head.span)
        before = meanings(kept).get(name)
        for parameter in head.children:
            self.scope.definitions.pop(parameter.value, None)
        self.borrow()
        definition, about = worked_out(self.definition(head, body), self.request.digits)
        if mentions(definition, name):
            raise ParseError(f"`{name}` would be defined by itself", text=self.text, span=head.span)
        self.scope = self.keep_inferred(kept, definition)
        self.said.notes += self.remarks_on_definition(kept)
        self.forget(name)
        self.scope.define(name, definition)
        if tree.kind == "equation" and self.is_new("="):
            self.note(f"`=` defines `{name}`, as `:=` does")
        if before is not None and not alike(before, definition):
            self.note(f"`{name}` was {described(before)}; it is defined anew")
            self.follow(name)
        self.settle(name, before, definition)
        if about is not None:
            self.said.lines[-1] += (r" \approx " if self.request.notation == "latex" else " ≈ ") + about

    def keep_inferred(self, before: Scope, definition: Definition) -> Scope:
        """The names of before with those that a definition was found to be made of; parameters are its own."""
        inferred = {n: s for n, s in self.scope.symbols.items() if n not in before.symbols}
        own = set(definition.parameters)
        after = before.copy()
        for symbol in inferred.values():
            if symbol not in own:
                after.add_symbol(symbol)
        after.functions = dict(self.scope.functions)
        of_parameters = {name for symbol in own for dim in symbol.shape for name in size_names(dim)}
        after.add_dimensions(
            dim for name, dim in self.scope.sizes.items() if name not in before.sizes and name not in of_parameters
        )
        return after

    def meaning_of(self, name: str) -> Meaning | None:
        """What a name was declared or defined as."""
        return meanings(self.scope).get(name)

    def forget(self, name: str) -> None:
        tables: Any = (self.scope.symbols, self.scope.functions, self.scope.definitions, self.formulas)
        for table in tables:
            table.pop(name, None)

    def follow(self, changed: str) -> None:
        """Formulas in a name that has another meaning take it up, or are forgotten. What was a value stays one."""
        made: dict[Expr, Definition] = {}
        known = meanings(self.scope)
        for name, definition in list(self.scope.definitions.items()):
            formula = self.formulas.get(name, definition)
            if name == changed or not mentions(formula, changed):
                continue
            try:
                other = at_present(formula, known, made, wide=False)
            except ShapeError:
                self.forget(name)
                self.note(f"`{name}`, which was made of it, is forgotten")
                continue
            with suppress(SymdiffError):  # where it has no value it stays as it is made
                other, _ = worked_out(other, None)
            made[definition.variable] = known[name] = other
            self.formulas[name] = formula
            self.scope.define(name, other)
            self.note(f"`{name}`, which is made of it, follows: {stated(name, other)}")


def _one_of(derived: Sequence[Derived]) -> Asking | None:
    """The derivative, of any order, that was worked out in so many turns; None for one by a list, or in a direction."""
    by = [x for one in derived for x in one.by if isinstance(x, Expr)]
    if not derived or len(by) != sum(len(one.by) for one in derived) or any(one.kind not in KINDS for one in derived):
        return None
    return Asking(derived[0].kind, derived[0].operand, tuple(by))
