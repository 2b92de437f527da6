"""The one door from text to expression: declarations, the grammar, inference, shapes.

The API, the command line and the calculator all come through `read`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, NamedTuple

from symdiff import algebra
from symdiff.algebra import symbols_of
from symdiff.bounds import limits
from symdiff.dims import names as size_names
from symdiff.errors import ParseError, SymdiffError, UnknownNameError
from symdiff.expr import Expr
from symdiff.syntax import parser
from symdiff.syntax.calls import DIRECTIONAL, grouped, listed_parts, stand_ins
from symdiff.syntax.declarations import Span, split_declarations, split_definition, split_where
from symdiff.syntax.elaborate import (
    DERIVATIVE_KINDS,
    by_definitions,
    differentiated,
    elaborate,
    is_derivative_call,
    own_variables,
    refuse_list,
    value_trees,
)
from symdiff.syntax.infer import infer, undeclared, undeclared_functions
from symdiff.syntax.misread import note_operators
from symdiff.syntax.scope import Declarations, Declared, Definition, Scope, is_of_reals
from symdiff.syntax.shapes import require_known
from symdiff.syntax.tree import Tree, mentioned, renamed, walk
from symdiff.syntax.value import Context, Derived, Listed, Orientation, Value


class Request(NamedTuple):
    """A text that asks for a derivative: its kind (`diff`, `grad` …), of what, by what, and by what structure.

    Where it is by a defined name, `given` says what is to be put in for that variable afterwards.
    """

    kind: str
    operand: Expr
    wrt: tuple[Expr, ...]
    structure: str | None = None
    listed: bool = False  # by a list of variables
    directions: tuple[Expr, ...] = ()  # of `jvp` and `hvp`, or the factor in front of `vjp`
    given: Mapping[Expr, Expr] = {}


class Reading(NamedTuple):
    """What a text means, and what was taken for granted in reading it.

    `assumptions` are declarations of the names that were inferred; they read back. `request` is there where
    the whole text is one derivative, whose result `expr` is; `derived` are all that were worked out in it.
    Derivatives by a list that are no one expression are `listed`, with their variables; `expr` then is none of them.
    Names of `wrt` that the text defines stand for variables of their own; `given` says what is to be put in for them
    afterwards. `inferred` are the names in the text that nothing declared.
    """

    expr: Expr
    orientation: Orientation
    scope: Scope
    assumptions: tuple[str, ...]
    notices: tuple[str, ...]
    request: Request | None = None
    listed: Listed = ()
    derived: tuple[Derived, ...] = ()
    given: Mapping[Expr, Expr] = {}
    inferred: frozenset[str] = frozenset()


def read(
    text: str,
    declarations: Declarations = None,
    *,
    wrt: Iterable[str] = (),
    strict: bool = False,
    lists: bool = False,
    **kw: Declared,
) -> Reading:
    """Read a text, which may begin with declarations and definitions of its own.

    Names in `wrt` count as declared when `AXB` is taken apart. With `strict` an undeclared name is an error;
    with `lists` the text may ask for derivatives by a list that are no one expression.
    Raises ParseError, ShapeError, UnknownNameError, NotSupported, each with the place.
    """
    reader = Reader(text, Scope.of(declarations, **kw), tuple(wrt), strict)
    span = reader.where((reader.preamble(), len(text)))
    defined = {name: d for name in reader.wrt if (d := reader.scope.defined(name)) is not None}
    reader.context.own = {d.variable: d.named(name) for name, d in defined.items()}
    tree, value = reader.value(span)
    if value.listed and not lists:
        refuse_list(reader.context, tree)
    scope, context = reader.scope, reader.context
    request = request_of(tree, scope, text)
    for name, (table, declared) in reader.hidden.items():
        del scope.definitions[name]
        table[name] = declared
    assumptions, notices = tuple(reader.assumptions), tuple(context.notices)
    given = {d.named(name): d.body for name, d in defined.items()}
    listed, derived = value.listed, reader.derived()
    return Reading(
        value.expr, value.orientation, scope, assumptions, notices, request, listed, derived, given,
        frozenset(reader.inferred),
    )  # fmt: skip


class Reader:
    """Reads the pieces of one text in order: declarations, definitions, and the expression at its end."""

    def __init__(self, text: str, scope: Scope, wrt: tuple[str, ...], strict: bool) -> None:
        limits.require("characters", len(text), f"a text of {len(text):,} characters")
        self.text = text
        self.scope = scope
        self.wrt = wrt
        self.strict = strict
        self.context = Context(text)
        self.assumptions: list[str] = []
        self.inferred: set[str] = set()
        self.hidden: dict[str, tuple[Any, Any]] = {}  # tables and what they say of names that mean something else here

    def preamble(self) -> int:
        """Take in declarations and definitions; where the expression begins."""
        start = 0
        while True:
            spans, start = split_declarations(self.text, start)
            for span in spans:
                self.scope.declare_span(self.text, span)
            definition = split_definition(self.text, start)
            if definition is None:
                return start
            self.define(definition)
            start = definition[1]

    def where(self, span: Span) -> Span:
        """Take in the definitions of `E where K = …`, each after what it is made of; where E is.

        Here a name means what it is defined as, though it is declared too: it is among those `hidden`.
        """
        end, spans = split_where(self.text, span)
        trees = [(piece, self.tree(piece)) for piece in spans]
        waiting = {_defined_by(tree): (piece, tree, mentioned(tree.children[-1])) for piece, tree in trees}
        if len(waiting) < len(trees):
            twice = next(piece for piece, tree in trees if waiting[_defined_by(tree)][0] != piece)
            raise ParseError("a name is defined twice", text=self.text, span=twice)
        path: list[str] = []
        while waiting:
            path = path or [next(iter(waiting))]
            piece, tree, names = waiting[path[-1]]
            before = min((name for name in names if name in waiting), default=None)
            if before is None:
                name = _defined_by(tree)
                tables: tuple[Any, ...] = (self.scope.symbols, self.scope.functions)
                for table in tables:
                    if name in table:
                        self.hidden[name] = (table, table.pop(name))
                self.define(piece, tree)
                del waiting[path.pop()]
            elif before in path:
                hint = "a definition is made of what is defined before it"
                raise ParseError("these definitions go in a circle", text=self.text, span=piece, hint=hint)
            else:
                path.append(before)
        return span[0], end

    def tree(self, span: Span) -> Tree:
        """The tree of one piece, the rest of the text blanked out so that places stay."""
        start, end = span
        source = " " * start + self.text[start:end]
        try:
            tree, notes = parser.read(source, dict.fromkeys(self.wrt, "symbol") | self.scope.names())
            if self.strict:
                _refuse_undeclared(tree, self.scope)
        except SymdiffError as error:
            if error.text is None or error.text == source:
                error.text = self.text
            raise
        self.context.notices += notes
        return tree

    def value(self, span: Span) -> tuple[Tree, Value]:
        tree = self.tree(span)
        return tree, self.meaning(tree)

    def meaning(self, tree: Tree) -> Value:
        """The value of a tree, with what had to be assumed of its names."""
        known = self.scope.names()
        try:
            value, assumptions = infer(tree, self.scope, self.context)
            note_operators(tree, self.scope, self.context)
            require_known(self.context, value, tree)
        except SymdiffError as error:
            raise error.at(self.text, error.span) from error.__cause__
        self.assumptions += assumptions
        self.inferred |= mentioned(tree) & self.scope.names().keys() - known.keys()
        return value

    def expression(self, tree: Tree) -> Expr:
        """The meaning of a tree that is to be one expression."""
        value = self.meaning(tree)
        if value.listed:
            refuse_list(self.context, tree)
        return value.expr

    def derived(self) -> tuple[Derived, ...]:
        """The derivatives that were worked out since they were last asked for."""
        found = tuple(dict.fromkeys(self.context.derived))
        self.context.derived.clear()
        return found

    def define(self, span: Span, tree: Tree | None = None) -> None:
        """`y := …` or `f(x, z) := …`, perhaps read already; a parameter is a symbol like others of its name."""
        told, tree = tree is None, tree or self.tree(span)
        if tree.kind not in ("define", "equation"):
            raise ParseError("this is not a definition", text=self.text, span=span, hint="write `y := …`")
        head, body = tree.children
        if tree.kind == "equation":
            if head.kind != "name" and not (head.kind == "call" and all(part.kind == "name" for part in head.children)):
                hint = "an equation stands alone, one in a text"
                raise ParseError("only a name or a function of names is defined", text=self.text, span=span, hint=hint)
            written = self.text[head.span[0] : head.span[1]] if head.span else "y"
            if told:
                self.context.notice(f"`{written} = …` is read as the definition `{written} := …`")
        name = head.value if head.kind == "name" else head.value[0]
        if name in self.scope.symbols or name in self.scope.functions or name in self.scope.sizes:
            raise ParseError(f"`{name}` is declared already", text=self.text, span=head.span)
        self.scope.define(name, self.definition(head, body))

    def definition(self, head: Tree, body: Tree) -> Definition:
        """What `head := body` defines, with the definitions it is made of."""
        head, body = self.with_own_parameters(head, body)
        known = set(self.scope.sizes)
        value = self.meaning(body)
        if value.listed:
            refuse_list(self.context, body)
        parameters = tuple(self.parameter(parameter) for parameter in head.children)
        self.inferred -= {parameter.attr.name for parameter in parameters}
        of_reals = is_of_reals(body, self.scope.definitions)
        sizes = frozenset(name for p in parameters for dim in p.shape for name in size_names(dim)) - known
        own = {d.variable: d.variable for d in self.scope.definitions.values() if not d.parameters}
        if not own:
            return Definition(
                parameters, value.expr, value.orientation, derived=self.derived(), of_reals=of_reals, own_sizes=sizes
            )
        written = elaborate(body, self.scope, context=Context(self.text, own=own)).expr
        used = frozenset(symbols_of(written))
        parts = {d.variable: d for d in self.scope.definitions.values() if d.variable in used}
        derived = self.derived()
        return Definition(parameters, value.expr, value.orientation, written, parts, derived, None, of_reals, sizes)

    def with_own_parameters(self, head: Tree, body: Tree) -> tuple[Tree, Tree]:
        """Head and body with other letters for parameters that definitions in the body have as free names."""
        names = mentioned(body)
        used = [self.scope.definitions[name] for name in names if name in self.scope.definitions]
        free = {s.attr.name: s for d in used for s in symbols_of(d.body) if s not in d.parameters}
        others: dict[str, str] = {}
        for name in (parameter.value for parameter in head.children if parameter.value in free):
            taken = {*free, *names, *others.values(), *self.scope.names()}
            other = others[name] = next(other for k in count(1) if (other := f"{name}_{k}") not in taken)
            if name in self.scope.symbols:
                known = self.scope.symbols[name]
                self.scope.declare_as(other, algebra.symbol(other, known.shape, known.attr.properties))
            said = f"the parameter `{name}` is written `{other}`: another `{name}` is in what it is made of"
            self.context.notice(said)
        return renamed(head, others), renamed(body, others)

    def parameter(self, tree: Tree) -> Expr:
        """The symbol of a parameter; a scalar if the body does not say otherwise."""
        name = tree.value
        if tree.kind == "name" and not self.scope.has_meaning(name):
            self.scope.declare_as(name, "scalar")
        if tree.kind != "name" or name not in self.scope.symbols:
            raise ParseError("a parameter is a free name", text=self.text, span=tree.span)
        return self.scope.symbols[name]


def _defined_by(tree: Tree) -> str:
    """The name that a definition or an equation begins with."""
    head = tree.children[0] if tree.kind in ("define", "equation") else tree
    return str(head.value if head.kind == "name" else head.value[0] if head.kind == "call" else "")


def _refuse_undeclared(tree: Tree, scope: Scope) -> None:
    things, sizes = undeclared(tree, scope)
    functions = undeclared_functions(tree, scope)
    for name in [*functions, *things, *sizes]:
        place = next((node for node in walk(tree) if node.kind == "name" and node.value == name), tree)
        kind = "function" if name in functions else "vector(n)"
        said = f"`{name}` is not declared"
        raise UnknownNameError(said, span=place.span, hint=f"declare it, as in `{name}: {kind}`")


def request_of(tree: Tree, scope: Scope, text: str) -> Request | None:
    """The derivative a whole text asks for."""
    structure, listed = None, False
    moves: list[Tree] = []
    if tree.kind in DERIVATIVE_KINDS:
        kind, operand, wrt = _KINDS[tree.kind], differentiated(tree, scope), list(value_trees(tree))
        if tree.kind == "derivative" and len(wrt) == 1 and isinstance(tree.value[2], int):
            wrt = wrt * tree.value[2]
    elif tree.kind == "call" and is_derivative_call(tree, scope):
        kind, operand, structure = tree.value[0], tree.children[0], dict(tree.value[1]).get("structure")
        first, *rest = grouped(tree, listed_parts(tree))[1:]
        listed = isinstance(first, list)
        others = [part for part in rest if isinstance(part, Tree)]
        if kind in DIRECTIONAL:
            moves, others = others or [v for part in rest if isinstance(part, list) for v in part], []
        wrt = [*first, *others] if isinstance(first, list) else [first, *others]
        if kind not in DIRECTIONAL and (len(others) < len(rest) or (listed and rest)):
            return None
    else:
        return None
    own = own_variables(tree, scope)
    by: list[Expr] = []
    for part in wrt:
        e = elaborate(part, scope, context=Context(text, own=own)).expr
        by += [by[-1]] * (e.attr - 1) if e.op == "number" else [e]
    of, *directions = (elaborate(part, scope, context=Context(text, own=own)).expr for part in (operand, *moves))
    given = {own[d.variable]: d.body for d in by_definitions(tree, scope).values()}
    if stand_in := stand_ins(by):
        of, *by = algebra.substitute_all([of, *by], stand_in)
        given |= {symbol: node for node, symbol in stand_in.items()}
    return Request(kind, of, tuple(by), structure, listed, tuple(directions), given)


_KINDS = {"derivative": "diff", "gradient": "grad", "differential": "differential"}
