"""The calculator: it holds declarations and definitions and answers a line at a time.

What a line declares or defines holds for the lines after it; a second meaning of a name replaces the first, and
the answer says so. Names that an expression leaves undeclared are inferred for that line alone. Those of a
definition are kept, for what is defined is made of them, except for the parameters of a function. A line that
ends in an error changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from symdiff import algebra
from symdiff.algebra import Function, is_real
from symdiff.answer import Answer, Request, noted, told
from symdiff.calculus.derive import KINDS
from symdiff.calculus.structure import kind_of
from symdiff.dims import names as size_names
from symdiff.dims import show_shape
from symdiff.errors import NotSupported, ParseError, SymdiffError
from symdiff.expr import Expr, Names, postorder
from symdiff.inputs import Problem
from symdiff.methods import declaration
from symdiff.notation import to_tree
from symdiff.show import latex, text, unicode
from symdiff.syntax.declarations import Span, next_statement, read_declaration, split_declarations
from symdiff.syntax.read import Reader, request_of
from symdiff.syntax.scope import Definition, Scope
from symdiff.syntax.tree import Tree

Meaning = Expr | Function | Definition

HELP = """\
x: vector(n); A: matrix(n, n)   declare names; what is not declared is inferred and said
f(x) := x'*A*x                  define; `y = ...` defines too
grad(f(x), x)                   differentiate: d/dx f, diff, grad, jacobian, hessian, d(f)
2 + 3   # anything              any expression; a comment
names   what is declared and defined
quit    leave (so does the end of the input)"""


class Session:
    """A calculator. `request` says how results are shown and what else is asked of every derivative.

    `scope` holds the names. `ended` is true once a line has asked to leave.
    """

    def __init__(self, request: Request | None = None) -> None:
        self.request = request or Request(None)
        self.scope = Scope.of(self.request.declarations)
        self.ended = False

    def answer(self, line: str) -> Answer:
        """The answer to a line: any statements of the language separated by `;`, or a word of the calculator.

        Raises SymdiffError, with its place in the line; the session then is as it was before.
        """
        word = line.split("#", 1)[0].strip()
        if word in WORDS and not self.scope.declares(word):
            return WORDS[word](self)
        reading = _Line(line, self.scope.copy(), self.request)
        reading.read()
        self.scope = reading.scope
        return reading.said

    def help(self) -> Answer:
        """The plainest instructions."""
        return Answer(HELP.splitlines())

    def names(self) -> Answer:
        """What is declared and defined, in the language itself."""
        known = meanings(self.scope)
        lines = [stated(name, meaning, self.request.notation) for name, meaning in known.items()]
        return Answer(lines or ["nothing is declared or defined"])

    def quit(self) -> Answer:
        """Leave."""
        self.ended = True
        return Answer()


WORDS: dict[str, Callable[[Session], Answer]] = {
    "help": Session.help,
    "names": Session.names,
    "quit": Session.quit,
    "exit": Session.quit,
}


class _Line(Reader):
    """One line being answered, over a copy of the session's names."""

    def __init__(self, line: str, scope: Scope, request: Request) -> None:
        super().__init__(line, scope, (), request.strict)
        self.request = request
        self.said = Answer()
        self.in_force: set[str] = set()  # what is defined in lines of its own, not behind this one's `where`

    def read(self) -> None:
        """Answer every statement in order."""
        start = 0
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
        self.in_force = set(kept.definitions)
        expression = self.where(span)
        if expression != span:
            self.evaluate(self.tree(expression), expression)
            self.scope = kept
            return
        self.scope = kept
        tree = self.tree(span)
        if tree.kind == "define" or (tree.kind == "equation" and _can_be_defined(tree.children[0], self.scope)):
            self.enter(tree)
        elif tree.kind == "equation":
            raise NotSupported(
                "an equation has no value",
                text=self.text,
                span=tree.span,
                hint="`name = …` defines a name; `equal` compares two sides, `solve` solves, `verify` checks lines",
            )
        else:
            self.evaluate(tree, span)

    def evaluate(self, tree: Tree, span: Span) -> None:
        """An expression: what is inferred of its names is forgotten after it."""
        kept, self.scope = self.scope, self.scope.copy()
        value = self.meaning(tree)
        asked = request_of(tree, self.scope, self.text)
        self.scope = kept
        derivative = asked is not None and asked.kind in KINDS
        request = self.request if derivative else self.request._replace(steps=False, check=False)
        if asked is None or not any(map(kind_of, asked.wrt)):
            request = request._replace(structure=None)
        parts = self.scope.named_parts()
        names = Names(parts, in_force=frozenset(self.in_force.intersection(parts.values())))
        given = Problem(
            (value.expr,), (), *self.remarks(), request=asked, listed=value.listed, derived=self.derived(),
            scope=self.scope, names=names,
        )  # fmt: skip
        answer = told(request, self.text[slice(*span)].strip(), given)
        self.said.notes += answer.notes
        self.said.lines += answer.lines
        self.said.results += answer.results
        self.said.disagreed |= answer.disagreed

    def remarks(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What was assumed and noticed since they were last asked for."""
        found = tuple(dict.fromkeys(self.assumptions)), tuple(dict.fromkeys(self.context.notices))
        self.assumptions.clear()
        self.context.notices.clear()
        return found

    def remarks_on_definition(self, before: Scope) -> list[str]:
        """Remarks that tell what was assumed for the definition alone from what holds from here on."""
        assumptions, notices = self.remarks()
        named = {stated: stated.partition(" ")[0].removesuffix(":") for stated in assumptions}
        new = {name for name in meanings(self.scope) if not before.declares(name)}
        lasting = [stated for stated in assumptions if named[stated] in new]
        passing = [stated for stated in assumptions if stated not in lasting]
        kept = [f"assuming {', '.join(lasting)} from here on"] if lasting else []
        return [*kept, *noted(passing, notices)]

    def note(self, text: str) -> None:
        self.said.notes.append(f"note: {text}")

    def show(self, name: str, meaning: Meaning) -> None:
        self.said.lines.append(stated(name, meaning, self.request.notation))

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
                self.note(f"`{name}` was {_described(before)}; it is {_described(made)} from here on")
                self.follow(before, made)
            self.show(name, made)

    def require_open_sizes(self, sizes: Iterable[str]) -> None:
        """A size is a name of its own: one that is defined as something can't be a size."""
        for name in sizes:
            if name in self.scope.definitions:
                raise ParseError(f"`{name}` is defined and can't be a size too", hint="write the number itself")

    def enter(self, tree: Tree) -> None:
        """A definition: `y := …`, `f(x) := …`, or with `=`."""
        head, body = tree.children
        name = head.value if head.kind == "name" else head.value[0]
        if name in self.scope.sizes:
            raise ParseError(f"`{name}` is a size and can't be defined", text=self.text, span=head.span)
        before, kept = self.meaning_of(name), self.scope
        self.scope = kept.copy()
        for parameter in head.children:
            self.scope.definitions.pop(parameter.value, None)
        definition = self.definition(head, body)
        if _mentions(definition, name):
            raise ParseError(f"`{name}` would be defined by itself", text=self.text, span=head.span)
        self.scope = self.keep_inferred(kept, definition)
        self.said.notes += self.remarks_on_definition(kept)
        self.forget(name)
        self.scope.define(name, definition)
        if tree.kind == "equation":
            self.note(f"`=` defines `{name}`, as `:=` does")
        if before is not None and before != definition:
            self.note(f"`{name}` was {_described(before)}; it is defined anew")
            self.follow(before, definition if definition.parameters else definition.body)
        self.show(name, definition)

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
        for table in (self.scope.symbols, self.scope.functions, self.scope.definitions):
            table.pop(name, None)

    def follow(self, before: Meaning, now: Meaning) -> None:
        """Definitions made of what a name meant before: they take the new meaning, or are forgotten."""
        followed: dict[Expr, Definition] = {}
        for name, definition in list(self.scope.definitions.items()):
            if not _made_of(definition, before):
                continue
            other = _replaced(definition, before, now, followed)
            if other is not None:
                followed[definition.variable] = other
                self.scope.define(name, other)
                self.note(f"`{name}`, which is made of it, follows: {stated(name, self.scope.definitions[name])}")
            else:
                del self.scope.definitions[name]
                self.note(f"`{name}`, which was made of it, is forgotten")


def meanings(scope: Scope) -> dict[str, Meaning]:
    """Everything declared and defined, by name."""
    return {**scope.symbols, **scope.functions, **scope.definitions}


def stated(name: str, meaning: Meaning, notation: str = "text") -> str:
    """A declaration or definition as one writes it: `x: vector(n)`, `f(x) := x^2`."""
    if isinstance(meaning, Definition):
        return {"text": text, "unicode": unicode, "latex": latex}[notation](_tree(name, meaning))
    return f"{name}: {_kind(meaning)}"


def _tree(name: str, definition: Definition) -> Tree:
    parameters = tuple(to_tree(parameter) for parameter in definition.parameters)
    head = Tree("call", parameters, (name, ())) if parameters else Tree("name", (), name)
    return Tree("define", (head, to_tree(definition.body, row=definition.orientation == "row")))


def _kind(meaning: Expr | Function) -> str:
    if isinstance(meaning, Expr):
        return declaration(meaning).partition(": ")[2]
    if meaning.arguments == ((),) and not meaning.shape:
        return " ".join([*sorted(meaning.properties), "function"])
    arguments = ", ".join(map(show_shape, meaning.arguments))
    return f"function({arguments}) -> {show_shape(meaning.shape)}"


def _described(meaning: Meaning) -> str:
    """A meaning in a sentence: `a vector(n)`, `defined as 3`."""
    if isinstance(meaning, Definition):
        return "a defined function" if meaning.parameters else "defined"
    kind = _kind(meaning)
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def _can_be_defined(head: Tree, scope: Scope) -> bool:
    """Whether `head = …` is the definition of a name or of a function of names."""
    if head.kind == "name":
        return True
    if head.kind != "call" or head.value[1] or any(part.kind != "name" for part in head.children):
        return False
    name = head.value[0]
    return name in scope.functions or name in scope.definitions or not scope.is_function(name)


def _made_of(definition: Definition, meaning: Meaning) -> bool:
    """Whether a symbol or a named function occurs in what is defined, other than as its parameter."""
    if isinstance(meaning, Expr):
        return meaning not in definition.parameters and meaning in algebra.symbols_of(definition.body)
    return any(node.op == "derivative" and node.attr[0] == meaning for node in postorder(definition.body))


def _mentions(definition: Definition, name: str) -> bool:
    """Whether a name is free in what is defined."""
    symbols = set(algebra.symbols_of(definition.body)) - set(definition.parameters)
    return any(symbol.attr.name == name for symbol in symbols) or any(
        node.op == "derivative" and node.attr[0].name == name for node in postorder(definition.body)
    )


def _replaced(
    definition: Definition, before: Meaning, now: Meaning, followed: Mapping[Expr, Definition]
) -> Definition | None:
    """The definition with a symbol's new meaning in its place; None unless all that was known of it still holds."""
    if not isinstance(before, Expr) or not isinstance(now, Expr) or before.shape != now.shape:
        return None
    known = before.attr.properties - {"complex"}
    has = now.attr.properties if now.op == "symbol" else frozenset()
    captured = set(algebra.symbols_of(now)) & set(definition.parameters)
    real = "complex" in before.attr.properties or is_real(now)
    if not known <= has or captured or not real:
        return None
    written = definition.written and algebra.substitute(definition.written, {before: now})
    parts = {variable: followed.get(variable, part) for variable, part in definition.parts.items()}
    return Definition(
        definition.parameters,
        algebra.substitute(definition.body, {before: now}),
        definition.orientation,
        written,
        parts,
        tuple(derived.where({before: now}) for derived in definition.derived),
        definition.variable,
        definition.of_reals,
    )
