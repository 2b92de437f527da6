"""What names mean in one text: declared symbols, functions that are only names, sizes and definitions."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, MutableMapping, Sequence
from itertools import count
from typing import Any, Union

from symdiff import algebra, book
from symdiff.algebra import Function
from symdiff.algebra.leaves import NAMED
from symdiff.bounds import limits
from symdiff.dims import Dim, Shape, name_of, show_shape, size
from symdiff.dims import names as size_names
from symdiff.errors import ParseError, ShapeError, UnknownNameError, alike
from symdiff.expr import Expr
from symdiff.syntax.declarations import Kind, Span, read_declaration, read_kind, split_declarations
from symdiff.syntax.names import NAME, canonical
from symdiff.syntax.tree import Tree, walk
from symdiff.syntax.value import Derived, Orientation, Value

Declared = str | Expr | Function
Declarations = Union[str, Mapping[str, Declared], Iterable[Expr], "Scope", None]

_serial = count()


class Definition:
    """`y := …` (no parameters) or `f(x) := …`: the body, with everything put in that it is made of.

    `variable` is a symbol of its own that stands for what is defined; its name is none that can be written.
    `written` is the body as it was written, in which the definitions `parts` stand as their variables. So a
    derivative by a defined name sees where that name stood, whatever it means now.
    """

    def __init__(
        self,
        parameters: tuple[Expr, ...],
        body: Expr,
        orientation: Orientation = "column",
        written: Expr | None = None,
        parts: Mapping[Expr, Definition] | None = None,
        derived: tuple[Derived, ...] = (),
        variable: Expr | None = None,
        of_reals: bool = False,
        own_sizes: frozenset[str] = frozenset(),
    ) -> None:
        self.parameters = parameters
        self.body = body
        self.orientation = orientation
        self.written = written
        self.parts = parts or {}
        self.derived = derived  # the derivatives that were worked out in it
        self.own_sizes = own_sizes  # sizes of parameters that are names here alone: it is defined for every n
        self.of_reals = of_reals  # read as of real parameters: `conj(t)` is t then
        self.variable = self.named(f"#{next(_serial)}") if variable is None else variable

    def named(self, name: str) -> Expr:
        """A symbol of this name, as large as what is defined, complex where that may be."""
        positive = ["positive"] if algebra.is_positive(self.body) else []
        return algebra.symbol(name, self.body.shape, ["complex"] if algebra.may_be_complex(self.body) else positive)

    def value(self, own: Mapping[Expr, Expr]) -> Value:
        """What the name stands for: itself where its variable is among these, else its body over them."""
        return Value(own[self.variable] if own and self.variable in own else self.over(own), self.orientation)

    def sizes_at(self, shapes: Sequence[Shape]) -> dict[str, Dim]:
        """What its own sizes are at arguments of these shapes: `g(x) := x'*x` is defined for every n.

        Sizes that are still open become its own.
        """
        sizes: dict[str, Dim] = {}
        for shape, parameter in zip(shapes, self.parameters, strict=True):
            for has, dim in zip(shape, parameter.shape, strict=False):
                own = name_of(dim)
                if own in self.own_sizes and has != dim and not any(name[0] == "?" for name in size_names(has)):
                    sizes.setdefault(str(own), has)
        return sizes

    def over(self, own: Mapping[Expr, Expr]) -> Expr:
        """The body in which these variables of definitions stay, as what they are mapped to."""
        if not own or self.written is None:
            return self.body
        given = dict(own)
        pending = [self]
        while pending:
            here = pending[-1]
            missing = [part for variable, part in here.parts.items() if variable not in given]
            pending += missing
            if not missing:
                pending.pop()
                body = here.body if here.written is None else algebra.substitute(here.written, given)
                if here is not self:
                    given[here.variable] = body
        return body


def is_of_reals(tree: Tree, definitions: Mapping[str, Definition]) -> bool:
    """Whether what is defined by a tree has a part of a complex number, which of a real parameter is worked out."""
    for node in walk(tree):
        name = node.value[0] if node.kind in ("call", "bare") else None
        if node.kind == "hermitian" or name in algebra.PARTS:
            return True
        if (used := definitions.get(str(name))) is not None and used.of_reals:
            return True
    return False


class Scope:
    """The names of a text and what they stand for; a name has one meaning, a second one is an error.

    `symbols` may also hold other expressions, `sizes` say what a dimension name stands for (itself, when
    declared), and `keywords` hold data that keyword arguments may name: so a book's fields are read.
    """

    __slots__ = ("definitions", "functions", "keywords", "sizes", "symbols")

    def __init__(
        self,
        symbols: MutableMapping[str, Expr] | None = None,
        sizes: MutableMapping[str, Dim] | None = None,
        keywords: Mapping[str, Any] | None = None,
    ) -> None:
        self.symbols = {} if symbols is None else symbols
        self.sizes = {} if sizes is None else sizes
        self.keywords = keywords or {}
        self.functions: dict[str, Function] = {}
        self.definitions: dict[str, Definition] = {}

    @classmethod
    def of(cls, declarations: Declarations = None, **more: Declared) -> Scope:
        """A scope from a text, a mapping `{"x": "vector(n)"}`, symbols, or a scope (copied), and keywords."""
        scope = cls()
        if isinstance(declarations, Scope):
            scope = declarations.copy()
        elif isinstance(declarations, str):
            scope.declare(declarations)
        elif isinstance(declarations, Mapping):
            for name, kind in declarations.items():
                scope.declare_as(name, kind)
        else:
            for symbol in declarations or ():
                scope.add_symbol(symbol)
        for name, kind in more.items():
            scope.declare_as(name, kind)
        return scope

    def copy(self) -> Scope:
        other = Scope(dict(self.symbols), dict(self.sizes), self.keywords)
        other.functions = dict(self.functions)
        other.definitions = dict(self.definitions)
        return other

    def declare(self, text: str) -> list[Expr | Function]:
        """Read a text that is all declarations; gives what was declared, in order."""
        limits.require("characters", len(text), f"a text of {len(text):,} characters")
        spans, rest = split_declarations(text)
        if text[rest:].split("#", 1)[0].strip():
            raise ParseError(
                "this is not a declaration",
                text=text,
                span=(rest, len(text.rstrip())),
                hint="write `x: vector(n)`, one a line or separated by `;`",
            )
        return [made for span in spans for made in self.declare_span(text, span)]

    def declare_span(self, text: str, span: Span) -> list[Expr | Function]:
        """Read one declaration inside a text."""
        declaration = read_declaration(text, span)
        made: list[Expr | Function] = []
        for name, place in declaration.names:
            try:
                made.append(self.put(name, declaration.kind))
            except (ShapeError, ParseError) as error:
                raise error.at(text, place) from None
        return made

    def declare_as(self, name: str, kind: Declared) -> Expr | Function:
        """Declare one name as a kind in words, or as a symbol, function or expression that exists."""
        if not isinstance(name, str) or not re.fullmatch(NAME, name):
            raise ParseError(f"{str(name)[:40]!r} can't be declared: a name is a letter, then letters, digits, `_`")
        name = canonical(name)
        if isinstance(kind, str):
            return self.put(name, read_kind(kind))
        if isinstance(kind, Function):
            self.claim(name, "function", self.functions.get(name), kind)
            self.functions[name] = kind
            return kind
        if not isinstance(kind, Expr):
            raise ParseError(f'`{name}` is declared by a text as "vector(n)" or a symbol, not by {type(kind).__name__}')
        if kind.op == "symbol" and kind.attr.name == name:
            self.add_symbol(kind)
        else:
            self.define(name, Definition((), kind))
        return kind

    def put(self, name: str, kind: Kind) -> Expr | Function:
        """Enter a name of a kind."""
        if kind.same is not None:
            self.unite(*kind.same)
        kind = kind.resized(self.sizes)
        if kind.arguments is not None:
            function = kind.function(name)
            self.claim(name, "function", self.functions.get(name), function)
            self.functions[name] = function
            self.add_dimensions(d for shape in (*function.arguments, function.shape) for d in shape)
            return function
        if name in self.sizes and not kind.shape and kind.properties <= {"integer", "positive"}:
            return algebra.dimension(name)
        symbol = algebra.symbol(name, kind.shape, kind.properties)
        self.add_symbol(symbol)
        return symbol

    def unite(self, one: str, other: str) -> None:
        """Make two dimension names one: the one that is new stands for the other."""
        if self.sizes.get(one, size(one)) == self.sizes.get(other, size(other)):
            return
        if self.declares(other):
            one, other = other, one
        if self.declares(other):
            raise ShapeError(f"`{one}` and `{other}` are different sizes, and here they would be one")
        self.add_dimensions([size(one)])
        self.sizes[other] = self.sizes[one]

    def add_symbol(self, symbol: Expr) -> None:
        """Enter a symbol under its own name, with the dimensions in its shape."""
        if not isinstance(symbol, Expr) or symbol.op != "symbol":
            raise ParseError(f"only symbols can be declared, not {str(symbol)[:40]}")
        name = symbol.attr.name
        if "dimension" in symbol.attr.properties:
            self.add_dimensions([size(name)])
            return
        if name in self.sizes:
            raise ShapeError(f"`{name}` is a size already and can't be declared as {describe(symbol)} too")
        if name in self.symbols or name in self.functions:
            self.claim(name, "symbol", self.symbols.get(name), symbol)
        self.symbols[name] = symbol
        self.add_dimensions(symbol.shape)

    def add_dimensions(self, dims: Iterable[Dim]) -> None:
        """Enter the names sizes are made of; a declared integer of such a name becomes the dimension."""
        for dim in dims:
            if name_of(dim) in self.sizes:
                continue
            for name in sorted(size_names(dim)):
                known = self.symbols.get(name)
                if known is not None:
                    if known.shape or not known.attr.properties <= {"integer", "positive"}:
                        raise ShapeError(f"`{name}` is {describe(known)} and can't be a size too")
                    del self.symbols[name]
                self.sizes.setdefault(name, size(name))

    def define(self, name: str, definition: Definition) -> None:
        """Enter a definition, in place of one of the same name."""
        self.definitions[name] = definition

    def claim(self, name: str, what: str, known: object, new: object) -> None:
        """An error where a name has a different meaning already."""
        other = self.symbols.get(name) if what == "function" else self.functions.get(name)
        before = known if known is not None else other
        if before is not None and before != new:
            raise ShapeError(f"`{name}` is declared twice: as {describe(before)} and as {describe(new)}")

    def defined(self, name: str) -> Definition | None:
        """What `name := …` defined, unless the name is a symbol or a function."""
        found = self.definitions.get(name)
        return found if found is not None and not found.parameters and name not in self.symbols else None

    def lookup(self, name: str) -> Expr | None:
        """The expression a name stands for, constants last; None for a name that is not known."""
        found = self.symbols.get(name)
        if found is not None:
            return found
        if name in self.definitions and not self.definitions[name].parameters:
            return self.definitions[name].body
        if name in self.sizes:
            return algebra.size_scalar(self.sizes[name])
        if name in NAMED:
            return algebra.named(name)
        if len(name) > 1 and name[0] == "d" and name[1:] in self.symbols:
            return algebra.differential(self.symbols[name[1:]])
        return None

    def is_function(self, name: str) -> bool:
        """Whether a name before `(` is called: declared, defined with parameters, or of the books."""
        if name in self.functions or (name in self.definitions and self.definitions[name].parameters):
            return True
        return name not in self.symbols and name in book.library().names()

    def names(self) -> dict[str, str]:
        """Every declared name and what it is: `function`, `definition` (`array` if it has axes), `size`, `symbol`."""
        found = dict.fromkeys(self.sizes, "size") | dict.fromkeys(self.keywords, "keyword")
        found |= dict.fromkeys(self.symbols, "symbol")
        for name, definition in self.definitions.items():
            found[name] = "function" if definition.parameters else "array" if definition.body.shape else "definition"
        return found | dict.fromkeys(self.functions, "function")

    def named_parts(self, before: Container[str] = ()) -> dict[Expr, str]:
        """What is defined besides those before, by its name; what is a row stands as a column, and so has none."""
        return {
            d.body: name
            for name, d in self.definitions.items()
            if name not in before and not d.parameters and d.orientation == "column"
        }

    def declares(self, name: str) -> bool:
        """Whether the text itself gave the name a meaning."""
        return any(name in names for names in (self.symbols, self.functions, self.definitions, self.sizes))

    def has_meaning(self, name: str) -> bool:
        """Whether a name stands for something: declared, a constant, or the differential of a symbol."""
        return self.declares(name) or self.lookup(name) is not None

    def unknown(self, name: str) -> UnknownNameError:
        """The error for a name without a meaning, with names like it."""
        near = self.nearest(name)
        hint = f"did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else f"declare it: `{name}: scalar`"
        return UnknownNameError(f"unknown name `{name[:40]}`", hint=hint)

    def nearest(self, name: str) -> list[str]:
        known = [*self.symbols, *self.functions, *self.definitions, *self.sizes]
        return alike(name, known) or list(book.library().nearest(name[:40]))[:2]


def describe(thing: object) -> str:
    """A symbol or function in the words of a declaration."""
    if isinstance(thing, Function):
        return "a function"
    if isinstance(thing, Expr) and thing.op == "symbol":
        return " ".join([*sorted(thing.attr.properties), show_shape(thing.shape)])
    return "a definition"
