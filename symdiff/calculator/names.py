"""What names stand for in a session: stated as one writes it, and followed where it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from symdiff import algebra
from symdiff.algebra import Function, is_real
from symdiff.dims import Dim, Shape, name_of, names, product, show_shape
from symdiff.errors import LimitError, NotSupported, ShapeError
from symdiff.expr import Expr, postorder
from symdiff.methods import declaration
from symdiff.notation import to_tree
from symdiff.show import latex, text, unicode
from symdiff.syntax.scope import Definition, Scope
from symdiff.syntax.tree import Tree

Meaning = Expr | Function | Definition

_ENTRIES = 100  # of an array that is worked out when it is defined


def meanings(scope: Scope) -> dict[str, Meaning]:
    """Everything declared and defined, by name."""
    return {**scope.symbols, **scope.functions, **scope.definitions}


def stated(name: str, meaning: Meaning, notation: str = "text") -> str:
    """A declaration or definition as one writes it: `x: vector(n)`, `f(x) := x^2`."""
    if isinstance(meaning, Definition):
        return written(_tree(name, meaning), notation)
    return f"{name}: {_kind(meaning)}"


def written(e: Expr | Tree, notation: str) -> str:
    """An expression or what is written, in a notation; in those that definitions have not as text."""
    return {"unicode": unicode, "latex": latex}.get(notation, text)(e)


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


def described(meaning: Meaning) -> str:
    """A meaning in a sentence: `a vector(n)`, `defined as 3`."""
    if isinstance(meaning, Definition):
        return "a defined function" if meaning.parameters else "defined"
    kind = _kind(meaning)
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def alike(one: Meaning, other: Meaning) -> bool:
    """Whether two meanings are the same."""
    if isinstance(one, Definition) and isinstance(other, Definition):
        return (one.parameters, one.body, one.orientation) == (other.parameters, other.body, other.orientation)
    return one == other


def made_of(definition: Definition, meaning: Meaning) -> bool:
    """Whether a symbol or a named function occurs in what is defined, other than as its parameter."""
    if isinstance(meaning, Expr):
        return meaning not in definition.parameters and meaning in algebra.symbols_of(definition.body)
    return any(node.op == "derivative" and node.attr[0] == meaning for node in postorder(definition.body))


def mentions(definition: Definition, name: str) -> bool:
    """Whether a name is free in what is defined."""
    symbols = set(algebra.symbols_of(definition.body)) - set(definition.parameters)
    return any(symbol.attr.name == name for symbol in symbols) or any(
        node.op == "derivative" and node.attr[0].name == name for node in postorder(definition.body)
    )


def worked_out(definition: Definition, digits: int | None) -> tuple[Definition, str | None]:
    """What is defined as a closed expression, as its value where that is exact, and the value in digits beside it.

    Raises SymdiffError for one that has no value.
    """
    body = definition.body
    if definition.parameters or body.op in ("number", "constant", "compare") or not algebra.is_closed(body):
        return definition, None
    from symdiff.exact import approximately, value

    if int(str(product(body.shape))) > _ENTRIES:
        return definition, None
    try:
        found = value(body)
    except (NotSupported, LimitError):  # it may still stand in what has a value
        return definition, None
    exact = not any(isinstance(node.attr, float) for node in postorder(found)) or digits is None
    about = approximately(found if exact else body, digits or 5)
    if found.op == "number" and isinstance(found.attr, float):
        return definition, str(found) if digits is None else about
    return with_body(definition, found), about


def with_body(definition: Definition, body: Expr) -> Definition:
    """A definition with another body that has the same value."""
    return Definition(
        definition.parameters,
        body,
        definition.orientation,
        definition.written,
        definition.parts,
        definition.derived,
        definition.variable,
        definition.of_reals,
        definition.own_sizes,
    )


def leaves(e: Expr) -> Iterator[Expr | Function]:
    """The symbols and the functions that are only names in an expression."""
    yield from algebra.symbols_of(e)
    yield from (node.attr[0] for node in postorder(e) if node.op == "derivative")


def at_present(
    formula: Definition, known: Mapping[str, Meaning], made: Mapping[Expr, Definition], wide: bool
) -> Definition:
    """A formula with what its names mean now in their places; `made` and `wide` are those of `replaced`.

    Raises ShapeError where a name means what can't be put in.
    """
    own = {parameter.attr.name for parameter in formula.parameters}
    for leaf in list(leaves(formula.body)):
        name = _name(leaf)
        now = known.get(name) if name not in own else None
        held = next((x for x in leaves(formula.body) if _name(x) == name), None)  # it may have other sizes by now
        if now is None or held is None or held == now:
            continue
        found = replaced(formula, held, now, made, wide)
        if found is None:
            value = now.body if isinstance(now, Definition) and not now.parameters else None
            what = described(now) if value is None else f"a {show_shape(value.shape)}"
            raise ShapeError(f"this is made of `{name}`, {described(leaf)} there, and {what} now")
        formula = found
    return formula


def _name(leaf: Expr | Function) -> str:
    return str(leaf.attr.name) if isinstance(leaf, Expr) else leaf.name


def _fitting(before: Shape, now: Shape) -> dict[str, Dim] | None:
    """What names of sizes are where one shape is the other; None where it can't be."""
    sizes: dict[str, Dim] = {}
    for was, dim in zip(before, now, strict=True) if len(before) == len(now) else [(0, 1)]:
        own = name_of(was)
        if was != dim and (own is None or sizes.setdefault(own, dim) != dim):
            return None
    return sizes


def _at(definition: Definition, sizes: Mapping[str, Dim]) -> Definition:
    return Definition(
        tuple(algebra.at_sizes(parameter, sizes) for parameter in definition.parameters),
        algebra.at_sizes(definition.body, sizes),
        definition.orientation,
        derived=tuple(one.at(sizes) for one in definition.derived),
        of_reals=definition.of_reals,
        own_sizes=definition.own_sizes,
    )


def _have(sizes: Mapping[str, Dim], symbols: Iterable[Expr]) -> bool:
    """Whether one of these symbols has one of the sizes."""
    return any(name in sizes for symbol in symbols for dim in symbol.shape for name in names(dim))


def replaced(
    definition: Definition, before: Meaning, now: Meaning, made: Mapping[Expr, Definition], wide: bool
) -> Definition | None:
    """The definition with a symbol's new meaning in its place; None unless all that was known of it still holds.

    What is defined stays to be differentiated by: of y := x^2, where x is 3, dy/dx is 6. `made` are definitions that
    were followed before, by their variables. Sizes of the symbol may become those of the meaning, where no other symbol
    has them or it is `wide`.
    """
    value = now.body if isinstance(now, Definition) and not now.parameters else now
    if not isinstance(before, Expr) or not isinstance(value, Expr):
        return None
    sizes = _fitting(before.shape, value.shape)
    if sizes is None or (sizes and not wide and _have(sizes, {*algebra.symbols_of(definition.body)} - {before})):
        return None
    if sizes:
        definition, before = _at(definition, sizes), algebra.at_sizes(before, sizes)
    known = before.attr.properties - {"complex"}
    has = value.attr.properties if value.op == "symbol" else frozenset()
    captured = set(algebra.symbols_of(value)) & set(definition.parameters)
    real = "complex" in before.attr.properties or is_real(value)
    if not known <= has or captured or not real:
        return None
    parts = {variable: made.get(variable, part) for variable, part in definition.parts.items()}
    written, stands = definition.written, value
    if isinstance(now, Definition):
        parts[now.variable], stands, written = now, now.variable, written or definition.body
    return Definition(
        definition.parameters,
        algebra.substitute(definition.body, {before: value}),
        definition.orientation,
        written and algebra.substitute(written, {before: stands}),
        parts,
        tuple(derived.where({before: value}) for derived in definition.derived),
        definition.variable,
        definition.of_reals,
        definition.own_sizes,
    )


def can_be_defined(head: Tree, scope: Scope) -> bool:
    """Whether `head = …` is the definition of a name or of a function of names."""
    if head.kind == "name":
        return True
    if head.kind != "call" or head.value[1] or any(part.kind != "name" for part in head.children):
        return False
    name = head.value[0]
    return name in scope.functions or name in scope.definitions or not scope.is_function(name)


def subject(stated: str) -> str:
    """The name that an assumption is about."""
    return stated.partition(" ")[0].removesuffix(":")
