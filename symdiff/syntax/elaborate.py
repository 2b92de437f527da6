"""From what is written to what is meant: a Tree and a Scope give a Value.

The walk keeps its own stack, so that nesting has no limit here. Each kind of tree has one method that is
handed the values of its parts; the rules of shapes are in `shapes`, `products`, `operators` and `entries`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from symdiff import algebra
from symdiff.algebra import number
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr
from symdiff.syntax import calls, entries, literals, operators, unknowns
from symdiff.syntax.operators import Trees, Values
from symdiff.syntax.products import product
from symdiff.syntax.scope import Definition, Scope
from symdiff.syntax.tree import Tree, walk
from symdiff.syntax.value import Context, Value

if TYPE_CHECKING:
    from symdiff.syntax.indices import Index, Range

DERIVATIVE_KINDS = ("derivative", "gradient", "differential")
_BINDERS = ("indexsum", "tensor")
_STATEMENTS = ("equation", "define")


def elaborate(tree: Tree, scope: Scope, text: str = "", context: Context | None = None) -> Value:
    """The meaning of a tree. Errors point into `text`, the source the tree was read from."""
    return _Elaborator(scope, context or Context(text)).run(tree)


class _Elaborator:
    def __init__(self, scope: Scope, context: Context) -> None:
        self.scope = scope
        self.context = context
        self.bound: dict[str, list[Index]] = {}
        # the variables of definitions that stood for themselves before, and how many derivatives there were
        self.around: list[tuple[Mapping[Expr, Expr], int]] = []

    def run(self, root: Tree) -> Value:
        """The value of a tree: parts before the whole, on a stack of our own."""
        values: list[Value] = []
        agenda: list[tuple[Tree, tuple[Tree, ...] | None]] = [(root, None)]
        while agenda:
            tree, parts = agenda.pop()
            if parts is None:
                if tree.kind in _BINDERS:
                    self.bind(tree)
                if unknowns.asks(tree, self.scope):
                    self.around.append((self.context.own, len(self.context.derived)))
                    self.context.own = {**self.context.own, **unknowns.own_unknowns(tree, self.scope)}
                elif is_derivative(tree, self.scope):
                    self.around.append((self.context.own, len(self.context.derived)))
                    self.context.own = {**self.context.own, **own_variables(tree, self.scope)}
                parts = self.parts(tree)
                agenda.append((tree, parts))
                agenda.extend((part, None) for part in reversed(parts))
                continue
            first = len(values) - len(parts)
            value = self.value(tree, values[first:], parts)
            del values[first:]
            values.append(value)
        return values[0]

    def value(self, tree: Tree, values: list[Value], parts: tuple[Tree, ...]) -> Value:
        handler = _HANDLERS.get(tree.kind)
        try:
            if any(value.listed for value in values):
                refuse_list(self.context, tree)
            if handler is None:
                raise NotSupported(f"`{tree.kind}` can't stand inside an expression")
            if unknowns.asks(tree, self.scope):
                return self.unknown(tree, values)
            value = handler(self, tree, values, parts)
            return self.put_in(tree, value, values[0]) if is_derivative(tree, self.scope) else value
        except SymdiffError as error:
            if self.context.text:
                error.at(self.context.text, tree.span)
            raise

    def unknown(self, tree: Tree, values: list[Value]) -> Value:
        """What solves equations, or a limit. Its unknowns, which may be defined, stood for themselves."""
        self.context.own, before = self.around.pop()
        del self.context.derived[before:]
        return unknowns.worked_out(self.context, tree, values, unknowns.own_unknowns(tree, self.scope))

    def put_in(self, tree: Tree, value: Value, operand: Value) -> Value:
        """The value of a derivative by defined names, with what they are defined as in their places."""
        own, (self.context.own, before) = self.context.own, self.around.pop()
        given: dict[Expr, Expr] = {}
        for name, definition in by_definitions(tree, self.scope).items():
            variable = own[definition.variable]
            given[variable] = definition.value(self.context.own).expr
            if variable not in algebra.symbols_of(operand.expr):
                self.context.notice(f"`{name}` does not occur in {self.context.piece(tree.children[0])}")
        if not given:
            return value
        derived = self.context.derived
        derived[before:] = [one.where(given) for one in derived[before:]]
        listed = tuple((by, algebra.substitute(e, given)) for by, e in value.listed)
        put_in = self.context.indices.put_in if self.context.bound_in(value.expr) else algebra.substitute
        return value._replace(expr=put_in(value.expr, given), listed=listed)

    def parts(self, tree: Tree) -> tuple[Tree, ...]:
        """The trees whose values a tree needs."""
        if tree.kind == "index":
            operand, *items = tree.children
            return (operand, *(part for item in items for part in self.item_parts(item)))
        if tree.kind == "call" and is_derivative_call(tree, self.scope):
            return calls.listed_parts(tree)
        if unknowns.asks(tree, self.scope):
            return unknowns.parts(tree)
        if tree.kind == "call":
            return tuple(child for child in tree.children if child.kind != "string")
        if tree.kind == "prime":
            return tree.children[0].children
        if tree.kind in _STATEMENTS:
            return ()
        if tree.kind == "matrix":
            return tuple(entry for row in tree.children for entry in row.children)
        if tree.kind in _BINDERS:
            return (binders(tree)[-1].children[0],)
        if tree.kind in DERIVATIVE_KINDS:
            return (differentiated(tree, self.scope), *value_trees(tree))
        return (*tree.children, *value_trees(tree))

    def item_parts(self, item: Tree) -> tuple[Tree, ...]:
        return tuple(bound for bound in item.children if bound is not None) if item.kind == "slice" else (item,)

    def bind(self, tree: Tree) -> None:
        for binder in binders(tree):
            ends = self.range(binder) if len(binder.children) > 1 else None
            fixed = ends is None or self.context.indices.of(*ends)
            for name in index_names(binder):
                index = self.context.indices.new(name, None if fixed else ends, ends)
                self.bound.setdefault(name, []).append(index)

    def range(self, tree: Tree) -> Range:
        """The range that `sum(j = 1..p, …)` states, its ends made of numbers, sizes and nothing that binds."""
        ends = tree.children[1:]
        for end in ends:
            if any(node.kind in _BINDERS for node in walk(end)):
                raise self.context.error("the end of a range is a size", end, hint="write `sum(j = 1..n, …)`")
        inner = _Elaborator(self.scope, self.context)
        inner.bound = self.bound
        from symdiff.syntax.bound import stated_range

        return stated_range(self.context, [inner.run(end) for end in ends], ends)

    def unbind(self, tree: Tree) -> list[Index]:
        names = [name for binder in binders(tree) for name in index_names(binder)]
        return [self.bound[name].pop() for name in reversed(names)][::-1]

    # -- leaves

    def number(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return Value(number(tree.value))

    def name(self, tree: Tree, values: Values, parts: Trees) -> Value:
        if self.bound.get(tree.value):
            return Value(self.bound[tree.value][-1].symbol)
        definition = self.scope.defined(tree.value)
        if definition is not None:
            self.context.derived += definition.derived
            return definition.value(self.context.own)
        found = self.scope.lookup(tree.value)
        if found is not None:
            return Value(found)
        if tree.value == "I":
            return Value(algebra.ONE, fill="eye")
        if self.scope.is_function(tree.value):
            raise self.context.error(
                f"`{tree.value}` is a function and takes its arguments in brackets",
                tree,
                hint=f"write `{tree.value}(…)`",
            )
        raise self.scope.unknown(tree.value)

    # -- operators

    def neg(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.negative(self.context, values[0], parts[0])

    def transpose(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.transposed(self.context, values[0], parts[0])

    def hermitian(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.conjugate_transposed(self.context, values[0], parts[0])

    def power(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.raised(self.context, values, parts, tree.value or "^")

    def dotpower(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.dot_power(self.context, values, parts)

    def product(self, tree: Tree, values: Values, parts: Trees) -> Value:
        for star in tree.value or ():
            self.refuse_star(values, parts, star)
        return product(self.context, values, parts)

    def refuse_star(self, values: Values, parts: Trees, star: int) -> None:
        """`*` between two non-scalars means two things in a text that has `@` or `.T` too."""
        left, right = product(self.context, values[: star + 1], parts[: star + 1]), values[star + 1]
        if left.is_scalar or right.is_scalar:
            return
        a, b = self.context.plain(parts[star]), self.context.plain(parts[star + 1])
        raise self.context.error(
            "`*` between non-scalars is unclear beside `@` and `.T`",
            parts[star],
            parts[star + 1],
            hint=f"write `{a} @ {b}` for the matrix product, `{a} .* {b}` element by element",
        )

    def hadamard(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.hadamard_product(self.context, values, parts)

    def quotient(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.quotient(self.context, values, parts)

    def dotquotient(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.dot_quotient(self.context, values, parts)

    def kron(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.kronecker(self.context, values, parts)

    def sum(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.summed(self.context, values, parts)

    def compare(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.comparison(self.context, values, parts, tree.value)

    def logic(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.logical(self.context, values, parts, tree.kind)

    def abs(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return operators.absolute(self.context, values[0], parts[0])

    def norm(self, tree: Tree, values: Values, parts: Trees) -> Value:
        order = values[1] if len(values) > 1 else None
        return operators.norm(self.context, values[0], parts[0], None if order else tree.value, order)

    def sqrt(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return calls.of_book(self.context, self.scope, "sqrt", values, parts, {})

    # -- entries and literals

    def index(self, tree: Tree, values: Values, parts: Trees) -> Value:
        given = iter(values[1:])
        items: list[Any] = []
        for item in tree.children[1:]:
            if item.kind == "slice":
                items.append(tuple(None if b is None else next(given).expr for b in slice_bounds(item)))
            else:
                items.append(next(given).expr)
        return entries.indexed(self.context, values[0], tree, items)

    def vector(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return literals.literal(self.context, values, parts, rows=1)

    def matrix(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return literals.literal(self.context, values, parts, rows=len(tree.children))

    def indexsum(self, tree: Tree, values: Values, parts: Trees) -> Value:
        from symdiff.syntax.bound import sum_over

        return sum_over(self.context, values[0], self.unbind(tree), binders(tree))

    def tensor(self, tree: Tree, values: Values, parts: Trees) -> Value:
        from symdiff.syntax.bound import tensor

        return tensor(self.context, values[0], self.unbind(tree), tree)

    # -- functions and derivatives

    def call(self, tree: Tree, values: Values, parts: Trees) -> Value:
        name, keywords = tree.value
        if name == "einsum":
            return self.einsum(tree, values, parts)
        quoted = next((child for child in tree.children if child.kind == "string"), None)
        if quoted is not None:
            own = calls.NORMS.get(quoted.value) if name == "norm" and quoted is tree.children[-1] else None
            if own is None:
                norms = '`norm(A, "fro")`, `norm(A, "nuc")`, `norm_spec(A)`; with a number, `norm(x, p)`'
                hint = f"the norms are {norms}" if name.startswith("norm") else None
                said = (
                    f"{self.context.piece(quoted)} is no norm"
                    if name == "norm"
                    else f"`{name}` takes no text in quotes"
                )
                raise self.context.error(said, quoted, hint=hint)
            name = own
        return calls.call(self.context, self.scope, name, values, parts, keywords, tree)

    def einsum(self, tree: Tree, values: Values, parts: Trees) -> Value:
        if not tree.children or tree.children[0].kind != "string":
            raise self.context.error('einsum begins with its subscripts: `einsum("ij,jk->ik", A, B)`', tree)
        return entries.contraction(self.context, tree.children[0].value, values, parts, tree.children[0])

    def bare(self, tree: Tree, values: Values, parts: Trees) -> Value:
        name, exponent = tree.value
        value = calls.call(self.context, self.scope, name, values, parts, (), tree)
        if exponent is None:
            return value
        return operators.raised(self.context, [value, Value(number(exponent))], [tree, tree])

    def prime(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return calls.primed(self.context, self.scope, tree, values, parts)

    def derivative(self, tree: Tree, values: Values, parts: Trees) -> Value:
        order = tree.value[2]
        given = list(values[1:])
        if len(given) == 1 and isinstance(order, int):
            given = given * order
        return calls.derivative(self.context, "diff", values[0], given, tree)

    def gradient(self, tree: Tree, values: Values, parts: Trees) -> Value:
        return calls.derivative(self.context, "grad", values[0], [values[1]], tree)

    def differential(self, tree: Tree, values: Values, parts: Trees) -> Value:
        if parts[0].kind == "name" and values[0].expr.op == "symbol":  # dx, also of a row
            return Value(algebra.differential(values[0].expr))
        return calls.derivative(self.context, "differential", values[0], [], tree)

    def statement(self, tree: Tree, values: Values, parts: Trees) -> Value:
        if tree.kind == "define":
            said, hint = (
                "a definition has no value",
                "write after it, on a new line, what is to be worked out",
            )
        else:
            said = "an equation has no value"
            hint = "`equal` compares its two sides, `solve` solves it, `verify` checks the lines of a derivation"
        raise self.context.error(said, tree, kind=NotSupported, hint=hint)


def refuse_list(context: Context, tree: Tree) -> NoReturn:
    """The error for derivatives by variables of several shapes, which are no one expression."""
    hint = "take them one by one, or from Python with `sd.grad(f, [x, y])`, which gives a list"
    said = "derivatives by a list of variables that are not all scalars are no expression: a list stands alone"
    raise context.error(said, tree, hint=hint, kind=NotSupported)


def is_derivative_call(tree: Tree, scope: Scope) -> bool:
    """Whether a call is of `diff`, `grad` …, and no function of that name was declared or defined."""
    name = tree.value[0]
    own = name in scope.functions or (name in scope.definitions and bool(scope.definitions[name].parameters))
    return name in calls.DERIVATIVES and not own


def index_names(tree: Tree) -> Sequence[str]:
    """The indices a binder binds."""
    return (tree.value,) if isinstance(tree.value, str) else tuple(tree.value)


def binders(tree: Tree) -> list[Tree]:
    """A sum over an index, and those that are all there is in it: `sum(i, sum(j, …))` sums over both at once."""
    found = [tree]
    while found[-1].kind == found[-1].children[0].kind == "indexsum":
        found.append(found[-1].children[0])
    return found


def value_trees(tree: Tree) -> tuple[Tree, ...]:
    """The trees that a tree keeps in its value: what is differentiated by, the suffix of a norm."""
    if tree.kind == "derivative":
        return tuple(tree.value[1])
    return (tree.value,) if isinstance(tree.value, Tree) else ()


def is_derivative(tree: Tree, scope: Scope) -> bool:
    """Whether a tree asks for a derivative by something."""
    return tree.kind in DERIVATIVE_KINDS or (tree.kind == "call" and is_derivative_call(tree, scope))


def by_definitions(tree: Tree, scope: Scope) -> dict[str, Definition]:
    """The definitions whose names a derivative is taken by: `r` in `grad(r'*r, r)`."""
    by = tree.children[1:] if tree.kind == "call" else value_trees(tree)
    by = by[:1] if tree.kind == "call" and tree.value[0] in calls.DIRECTIONAL else by
    names = dict.fromkeys(node.value for part in by for node in walk(part) if node.kind == "name")
    found = ((name, scope.defined(name)) for name in names)
    return {name: definition for name, definition in found if definition is not None}


def own_variables(tree: Tree, scope: Scope) -> dict[Expr, Expr]:
    """The variables of those definitions, as symbols of their names."""
    return {d.variable: d.named(name) for name, d in by_definitions(tree, scope).items()}


def differentiated(tree: Tree, scope: Scope) -> Tree:
    """What a derivative is of: the `f` of `df/dx` is f(x), or f at the parameters it was defined with."""
    operand: Tree = tree.children[0]
    if operand.kind != "name":
        return operand
    definition, function = scope.definitions.get(operand.value), scope.functions.get(operand.value)
    if definition is not None and definition.parameters:
        arguments = tuple(Tree("name", (), p.attr.name, operand.span) for p in definition.parameters)
    elif function is not None and len(function.arguments) == 1 and value_trees(tree):
        arguments = value_trees(tree)[:1]
    else:
        return operand
    return Tree("call", arguments, (operand.value, ()), operand.span)


def slice_bounds(tree: Tree) -> tuple[Tree | None, Tree | None, Tree | None]:
    start, stop, step = (*tree.children, None, None, None)[:3]
    return start, stop, step


_Handler = Callable[[_Elaborator, Tree, Any, Any], Value]
_HANDLERS: dict[str, _Handler] = {
    kind: getattr(_Elaborator, kind)
    for kind in (
        "number name neg transpose hermitian power dotpower product hadamard quotient dotquotient kron sum "
        "compare abs norm sqrt index vector matrix indexsum tensor call bare prime derivative gradient "
        "differential"
    ).split()
}
_HANDLERS |= dict.fromkeys(("and", "or", "not"), _Elaborator.logic)
_HANDLERS |= dict.fromkeys(_STATEMENTS, _Elaborator.statement)
