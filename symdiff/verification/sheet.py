"""What stands on a page means: its names, and the sides of its equations as trees and expressions.

`dx` is the change of x, `dr` that of a name `r := …`, which goes through its definition. Below `by x` every other
declared name is constant, below `by x[2]` every other entry of x too; a page that does not say by what moves what it
writes the change of, or differentiates by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import symdiff.calculus.lists  # noqa: F401  (works out derivatives inside a text)
from symdiff.algebra import ZERO, add, differential, hadamard, substitute, symbol, symbols_of, total, zeros
from symdiff.calculus.derive import diff
from symdiff.calculus.differential import differentials
from symdiff.errors import ParseError, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr, postorder
from symdiff.syntax.calls import DERIVATIVES, derivative_operators
from symdiff.syntax.declarations import Span
from symdiff.syntax.elaborate import elaborate
from symdiff.syntax.infer import undeclared
from symdiff.syntax.names import NAME, canonical
from symdiff.syntax.read import Reader
from symdiff.syntax.scope import Definition, Scope
from symdiff.syntax.tree import Tree, mentioned, walk
from symdiff.syntax.value import Context, Orientation, Value

_CHANGE = re.compile(rf"(?<![\w/])d({NAME})(?!\s*/\s*d|\w|\()")
_CHANGING = frozenset(
    {"symmetric", "diagonal", "skew", "lower", "upper", "complex"}
)  # what the change of a symbol keeps
_BRACKETS = frozenset({"sum", "product", "quotient", "power", "neg"})


class Side(NamedTuple):
    """A side of an equation: its row's text, its place, what is written and what is meant.

    Where the sizes in it do not fit, `fault` says how, and `expr` means nothing.
    """

    text: str
    span: Span
    tree: Tree
    expr: Expr
    orientation: Orientation = "column"
    fault: ShapeError | None = None

    @property
    def written(self) -> str:
        return " ".join(self.text[slice(*self.span)].split())


class Sheet:
    """The names of a page as far as it was read, and what moves.

    Where names are declared others are refused, unless `open_names`.
    """

    def __init__(self, scope: Scope, open_names: bool = False) -> None:
        self.scope = scope
        self.strict = not open_names and bool(scope.symbols or scope.functions)
        self.by: tuple[str, ...] = ()
        self.masks: dict[str, Expr] = {}  # of what moves in part, 1 at the entries that do and 0 elsewhere
        self.bodies: dict[str, Tree] = {}  # what names are defined as, as it is written
        self.notices: list[str] = []

    def declare(self, text: str, span: Span) -> None:
        """Take in a declaration. Raises ParseError or ShapeError with the place."""
        self.scope.declare_span(text, span)
        self.strict = True

    def move(self, text: str, spans: Iterable[Span]) -> None:
        """Take in `by x`, `by x[2]`. Raises UnknownNameError for a name that stands for nothing."""
        by: list[str] = []
        masks: dict[str, list[Expr]] = {}
        for span in spans:
            name, bracket, _ = text[slice(*span)].partition("[")
            by.append(canonical(name.strip()))
            if by[-1] not in self.scope.symbols and self.strict:
                hint = f"declare `{by[-1]}: scalar`"
                raise UnknownNameError(f"`{by[-1]}` is not declared", text=text, span=span, hint=hint)
            if bracket:
                part = total(self.side(text, span).expr)
                masks.setdefault(by[-1], []).append(diff(part, self.scope.symbols[by[-1]]))
        self.by = tuple(dict.fromkeys(by))
        self.masks = {name: add(*some) for name, some in masks.items() if by.count(name) == len(some)}

    def define(self, text: str, span: Span) -> Side:
        """Take in `name := …`; gives the right side."""
        reader = self._reader(text)
        reader.strict = False  # the name is new
        with_changes = self._with_changes(reader, text, span)
        tree = reader.tree(span)
        head, body = tree.children
        if head.kind not in ("name", "call"):
            hint = "only a name or a function of names is defined"
            raise ParseError("this is not the name of something", text=text, span=head.span or span, hint=hint)
        if self.strict:
            self._refuse_unknown(text, head, body, reader.scope)
        reader.define(span, Tree("define", tree.children, None, tree.span))
        self._without(reader, with_changes)
        name = head.value if head.kind == "name" else head.value[0]
        if not head.children:
            self.bodies[name] = body
        self._taken(reader)
        definition = self.scope.definitions[name]
        return Side(text, body.span or span, body, definition.body, definition.orientation)

    def _refuse_unknown(self, text: str, head: Tree, body: Tree, scope: Scope) -> None:
        """UnknownNameError for a name in a definition that nothing declares."""
        own = {part.value for part in head.children}
        for node in walk(body):
            if node.kind == "name" and node.value in set(undeclared(body, scope)[0]) - own:
                error = scope.unknown(node.value)
                raise error.at(text, node.span)

    def where(self, text: str, span: Span) -> int:
        """Take in the definitions of `… where K = …`; where what is before them ends."""
        reader = self._reader(text)
        reader.strict = False  # the names are new
        inner = reader.where(span)
        self._taken(reader)
        return inner[1]

    def side(self, text: str, span: Span) -> Side:
        """A side of an equation."""
        reader = self._reader(text)
        with_changes = self._with_changes(reader, text, span)
        tree = reader.tree(span)
        try:
            value, fault = reader.meaning(tree), None
        except ShapeError as error:
            value, fault = Value(ZERO), error
        self._refuse_primes(text, tree, reader.scope)
        self._without(reader, with_changes)
        self._taken(reader)
        return Side(text, span, tree, value.expr, value.orientation, fault)

    @staticmethod
    def _refuse_primes(text: str, tree: Tree, scope: Scope) -> None:
        """ParseError for the prime of a bracket without arrays: (u*v)' is a transpose, where a derivative is meant."""
        for node in walk(tree):
            inner = node.children[0] if node.kind == "transpose" else node
            if inner is not node and inner.kind in _BRACKETS and _is_of_scalars(inner, scope):
                hint = "for a derivative write `diff(u*v, x)`"
                raise ParseError("`'` after a bracket is the transpose", text=text, span=node.span, hint=hint)

    def _reader(self, text: str) -> Reader:
        return Reader(text, self.scope.copy(), self.by, self.strict)

    def _taken(self, reader: Reader) -> None:
        self.scope = reader.scope
        self.notices += [*(f"assuming {said}" for said in reader.assumptions), *reader.context.notices]

    def _with_changes(self, reader: Reader, text: str, span: Span) -> list[str]:
        """Enter `dr` for each definition `r := …` whose change is written; gives the names that were entered."""
        names = {canonical(found[1]) for found in _CHANGE.finditer(text, *span)}
        entered = [name for name in sorted(names) if self.is_change(name, reader.scope)]
        for name in entered:
            definition = reader.scope.definitions[name]
            reader.scope.define(f"d{name}", Definition((), change_of(definition.body), definition.orientation))
        return [f"d{name}" for name in entered]

    @staticmethod
    def is_change(name: str, scope: Scope) -> bool:
        return scope.defined(name) is not None and not scope.declares(f"d{name}")

    @staticmethod
    def _without(reader: Reader, names: Iterable[str]) -> None:
        for name in names:
            reader.scope.definitions.pop(name, None)

    def meaning(self, tree: Tree, given: Mapping[str, Definition] | None = None) -> Expr:
        """The expression that a tree made of pieces of the page and of the names in `given` means."""
        return self.value(tree, given).expr

    def value(self, tree: Tree, given: Mapping[str, Definition] | None = None) -> Value:
        """The meaning of such a tree, with its orientation. Raises SymdiffError where it has none alone."""
        scope = self.scope.copy()
        for name in mentioned(tree):
            if name[:1] == "d" and self.is_change(name[1:], scope):
                definition = scope.definitions[name[1:]]
                scope.define(name, Definition((), change_of(definition.body), definition.orientation))
        for name, definition in (given or {}).items():
            scope.define(name, definition)
        value = elaborate(tree, scope, context=Context())
        if value.fill is not None or value.listed:
            raise SymdiffError("this is no expression alone")
        return value

    def moved_by(self, e: Expr, by: str | None) -> Expr:
        """A differential with 0 for the changes of what is constant, in a derivative by a name or on this page."""
        moving = {by} if by else set(self.by)
        changes = [node for node in postorder(e) if is_change(node)] if moving else []
        constant = {node: zeros(node.shape) for node in changes if node.args[0].attr.name not in moving}
        return substitute(e, constant) if constant else e

    def plain(self, e: Expr) -> Expr:
        """An expression with a symbol `dx` of its own for each change, and 0 for that of a constant."""
        given = {}
        for node in postorder(e):
            if is_change(node):
                s = node.args[0]
                moves = not self.by or s.attr.name in self.by
                kept = s.attr.properties & _CHANGING | ({"symmetric"} if "spd" in s.attr.properties else set())
                change = symbol(f"d{s.attr.name}", s.shape, kept) if moves else zeros(s.shape)
                mask = self.masks.get(s.attr.name)
                given[node] = change if mask is None else hadamard(mask, change)
        return substitute(e, given) if given else e


def is_change(e: Expr) -> bool:
    """Whether this is dx, the change of a symbol."""
    return e.op == "differential" and e.attr is None and e.args[0].op == "symbol"


def _is_of_scalars(tree: Tree, scope: Scope) -> bool:
    """Whether what is written is of names of scalars alone."""
    found = [scope.defined(name) or scope.symbols.get(name) for name in mentioned(tree)]
    shapes = [one.body.shape if isinstance(one, Definition) else one.shape for one in found if one is not None]
    return bool(shapes) and len(shapes) == len(found) and not any(shapes)


def change_of(e: Expr) -> Expr:
    """The differential of an expression, in the changes of all its symbols."""
    found = derivative_operators["differential"](e, ())
    assert isinstance(found, Expr)
    return found


def plain_change_of(e: Expr) -> Expr:
    """The same as it comes out: to be evaluated, not to be read."""
    (found,) = differentials([e], {x: differential(x) for x in symbols_of(e)})
    return found


def moved_names(trees: Iterable[Tree]) -> set[str]:
    """What trees write the change of, or differentiate by."""
    found: set[str] = set()
    for tree in trees:
        for node in walk(tree):
            by: Iterable[Tree] = ()
            if node.kind == "call" and node.value[0] in DERIVATIVES:
                by = (part for part in node.children[1:2])
            elif node.kind == "derivative":
                by = node.value[1]
            elif node.kind == "gradient":
                by = (node.value,)
            elif node.kind == "differential" and node.children[0].kind == "name":
                found.add(node.children[0].value)
            elif node.kind == "name" and node.value[:1] == "d" and len(node.value) > 1:
                found.add(node.value[1:])
            found |= {name.value for part in by for name in walk(part) if name.kind == "name"}
    return found
