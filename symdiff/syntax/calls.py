"""Function calls: of the books, of declared and defined names, of derivatives, and of the notation alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from symdiff import algebra, book, dims
from symdiff.algebra import Function
from symdiff.algebra.rebuild import at_sizes
from symdiff.bounds import limits
from symdiff.dims import Dim, Shape
from symdiff.errors import NotSupported, ShapeError, UnknownNameError
from symdiff.expr import Expr
from symdiff.syntax.operators import kronecker, norm_of_order
from symdiff.syntax.scope import Definition, Scope
from symdiff.syntax.shapes import align, require_known, say_shape
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context, Derived, Listed, Value

Item = TypeVar("Item")
Placed = tuple[Value, Tree]
Keywords = Iterable[tuple[str, Any]]
By = Expr | tuple[Expr, ...]  # what a derivative is by: a variable, or a list of them
DerivativeOperator = Callable[..., Expr | Listed]  # of a thing and a tuple of these; some of a structure, too

derivative_operators: dict[str, DerivativeOperator] = {}
"""How `diff`, `grad`, `jacobian` … are worked out inside a text; layer 4 fills this in."""

DERIVATIVES = frozenset("diff grad jacobian hessian laplacian div curl jvp vjp hvp".split())
BY_STRUCTURE = frozenset({"diff", "grad", "jacobian", "hessian"})  # take structure="free", structure="projected"
DIRECTIONAL = ("jvp", "vjp", "hvp")
NORMS = {"fro": "norm2", "nuc": "norm_nuc"}  # by the word in `norm(A, "fro")`


def call(
    context: Context,
    scope: Scope,
    name: str,
    values: Sequence[Value],
    trees: Sequence[Tree],
    keywords: Keywords,
    tree: Tree,
) -> Value:
    """`name(…)`: declared and defined functions come before those of the books."""
    if name in scope.functions:
        _no_keywords(context, name, keywords, tree)
        return apply_named(context, scope.functions[name], values, trees, ())
    definition = scope.definitions.get(name)
    if definition is not None and definition.parameters:
        _no_keywords(context, name, keywords, tree)
        return _apply_defined(context, name, definition, values, trees, tree)
    if name in DERIVATIVES:
        _no_keywords(context, name, [k for k in keywords if k[0] != "structure" or name not in BY_STRUCTURE], tree)
    given = {key: keyword_data(context, scope, value) for key, value in keywords}
    special = _SPECIAL.get(name)
    if special is not None:
        return special(context, values, trees, given, tree)
    if name in DERIVATIVES:
        _derivative_arguments(context, name, len(tree.children), tree)
        _, *by = grouped(tree, list(zip(values, trees, strict=True)))
        wrt = _variables(context, name, values[0], by)
        return derivative(context, name, values[0], wrt, tree, given.get("structure"))
    if name not in book.library().names():
        near = scope.nearest(name)
        hint = f"for a product write `{name}*(…)`" + (f"; did you mean {' or '.join(near)}?" if near else "")
        raise UnknownNameError(f"unknown function `{name}`", hint=hint)
    return of_book(context, scope, name, values, trees, given)


def _arguments(count: int) -> str:
    return f"{count} argument{'s' * (count != 1)}"


def _derivative_arguments(context: Context, name: str, count: int, tree: Tree) -> None:
    wanted = 3 if name in DIRECTIONAL else 2
    if count < wanted or (count > wanted and name != "diff"):
        usage = f"{name}(f, x, v)" if name in DIRECTIONAL else f"{name}(f, x)"
        raise context.error(f"`{name}` takes {wanted} arguments, not {count}", tree, hint=f"write `{usage}`")


def of_book(
    context: Context,
    scope: Scope,
    name: str,
    values: Sequence[Value],
    trees: Sequence[Tree],
    keywords: dict[str, Any],
) -> Value:
    """A function of the books; element by element its arguments meet in one shape first."""
    entry = book.library().function(name, len(values))
    if not values:
        raise context.error(f"`{name}` has no argument", *trees, hint=f"write `{name}(…)` with one")
    if entry is None or (entry.elementwise and not keywords):
        exprs, orientation = align(context, values, trees)
        return Value(book.apply(name, exprs), orientation)
    if name == "kron" and len(values) == 2 and not keywords:
        return kronecker(context, values, trees, name)
    for value, tree in zip(values, trees, strict=True):
        require_known(context, value, tree)
    if name == "where":
        exprs, orientation = align(context, values, trees)
        return Value(book.apply(name, exprs), orientation)
    if name == "inner" and len(values) == 2 and values[0].rank == values[1].rank and not keywords:
        exprs, _ = align(context, values, trees)
        return Value(book.apply(name, exprs))
    if entry.name == "tr" and not values[0].rank:  # x'*y: a matrix with one entry, its own trace
        return values[0]
    _check_kinds(context, entry, values, trees)
    if len(values) == len(entry.params) == 2 and entry.params[1].name == "ddof":
        hint = f"write `{name}(…, ddof=…)` or `{name}(…, axis=…)`"
        raise context.error(f"what the second argument of `{name}` means is said by its name", trees[1], hint=hint)
    if entry.name == "norm" and len(values) == 2 and values[1].is_scalar and values[0].rank:
        normed = norm_of_order(context, values[0], values[1].expr, trees[0], keywords)
        return _oriented(context, name, normed, values, trees, keywords)
    try:
        result = book.apply(name, [value.expr for value in values], **keywords)
    except ShapeError as error:
        if error.text is None:
            raise
        said = ", ".join(f"{context.piece(t)} is {say_shape(v)}" for v, t in zip(values, trees, strict=True))
        raise context.error(f"`{name}` does not take these arguments: {said}", *trees) from error
    return _oriented(context, name, result, values, trees, keywords)


def _oriented(
    context: Context,
    name: str,
    result: Expr,
    values: Sequence[Value],
    trees: Sequence[Tree],
    keywords: dict[str, Any],
) -> Value:
    """A row stays one where the function keeps its axis; elsewhere a row would be misread as a column."""
    rows = [tree for value, tree in zip(values, trees, strict=True) if value.is_row]
    if not rows or (not result.shape and "axis" not in keywords):
        return Value(result)
    if len(values) == 1 and result.shape == values[0].shape and name != "vec" and "axis" not in keywords:
        return Value(result, "row")
    raise context.error(
        f"`{name}` takes columns, and {context.piece(rows[0])} is a row", rows[0], hint="drop the transpose"
    )


def _check_kinds(context: Context, entry: book.Entry, values: Sequence[Value], trees: Sequence[Tree]) -> None:
    """Errors at the argument that is not of its kind, and at two whose sizes disagree."""
    known: dict[str, tuple[Dim, Tree, Value]] = {}
    for param, value, tree in zip(entry.params, values, trees, strict=False):
        if param.variadic:
            return
        kind = param.type
        said = f"{context.piece(tree)} is {say_shape(value)}"
        if not kind.takes(value.rank):
            raise context.error(f"`{entry.name}` takes a {kind.said}, and {said}", tree)
        if kind.word == "square" or (entry.name == "diag" and value.rank == 2):
            rows, columns = value.shape
            mend = context.declaration(tree, (rows, rows))
            context.same_size(rows, columns, f"`{entry.name}` takes a square matrix, and {said}", tree, hint=mend)
        for name, dim in zip(kind.sizes, value.shape, strict=False):
            first, where, other = known.setdefault(name, (int(name) if name.isdigit() else dim, tree, value))
            message = (
                f"`{entry.name}` takes a {kind.word}({', '.join(kind.sizes)}), and {said}"
                if name.isdigit()
                else f"`{entry.name}` takes a square matrix, and {said}"
                if where is tree
                else f"sizes differ: {context.piece(where)} is {say_shape(other)}, {said}"
            )
            fitting = [known[size][0] if size in known else own
                       for size, own in zip(kind.sizes, value.shape, strict=False)]  # fmt: skip
            mend = context.declaration(tree, tuple(fitting))
            context.same_size(first, dim, message, where, tree, hint=mend)


def _no_keywords(context: Context, name: str, keywords: Keywords, tree: Tree) -> None:
    for key, _ in keywords:
        axes = "`jacobian` has the axes of the function first, `grad` those of the variable"
        hint = axes if key == "layout" else None
        raise context.error(f"`{name}` has no keyword `{key}`", tree, hint=hint)


def keyword_data(context: Context, scope: Scope, value: Any) -> Any:
    """What a keyword is given: a whole number, a list of them, True or False; or data the scope names."""
    if not isinstance(value, Tree):
        return value
    if value.kind == "number":
        return value.value
    if value.kind == "neg" and value.children[0].kind == "number":
        return -value.children[0].value
    if value.kind == "name":
        if value.value in scope.keywords:
            return scope.keywords[value.value]
        if value.value in ("True", "true", "False", "false", "None"):
            return {"t": True, "f": False, "n": None}[value.value[0].lower()]
    if value.kind == "vector" and all(child.kind in ("number", "neg") for child in value.children):
        return [keyword_data(context, scope, child) for child in value.children]
    raise context.error(
        f"a keyword takes a number, a list of numbers, True or False, not {context.piece(value)}", value
    )


# -- declared and defined functions


def apply_named(
    context: Context, function: Function, values: Sequence[Value], trees: Sequence[Tree], order: Sequence[int]
) -> Value:
    """A function that is only a name, or its derivative by the arguments at these positions."""
    if len(values) != len(function.arguments):
        raise context.error(
            f"`{function.name}` takes {_arguments(len(function.arguments))}, not {len(values)}",
            *trees,
        )
    if algebra.is_entrywise(function) and not all(value.is_scalar for value in values):
        exprs, orientation = align(context, values, trees)
        context.entrywise.add(function.name)
        u, kind = context.piece(trees[0]).strip("`"), dims.show_shape(values[0].shape)
        other = f"one of all of it is declared {function.name}: function({kind}) -> scalar"
        context.notice(f"{function.name} takes every entry of {u}; {other}")
        return Value(algebra.apply(function, exprs, order), orientation)
    for value, tree, shape in zip(values, trees, function.arguments, strict=True):
        _check_argument(context, function.name, value, tree, shape)
    return Value(algebra.apply(function, [value.expr for value in values], order))


def _check_argument(context: Context, name: str, value: Value, tree: Tree, shape: Shape) -> None:
    """An argument of a declared or defined function has its shape exactly, and is no row."""
    require_known(context, value, tree)
    wanted = say_shape(Value(algebra.ones(shape)))
    message = f"`{name}` takes {wanted} here, and {context.piece(tree)} is {say_shape(value)}"
    if value.rank != len(shape) or value.is_row:
        raise context.error(message, tree)
    for dim, size in zip(value.shape, shape, strict=True):
        context.same_size(dim, size, message, tree)


def _apply_defined(
    context: Context,
    name: str,
    definition: Definition,
    values: Sequence[Value],
    trees: Sequence[Tree],
    tree: Tree,
) -> Value:
    if len(values) != len(definition.parameters):
        raise context.error(f"`{name}` takes {_arguments(len(definition.parameters))}, not {len(values)}", tree)
    sizes = definition.sizes_at([value.shape for value in values])
    for value, place, parameter in zip(values, trees, definition.parameters, strict=True):
        _check_argument(context, name, value, place, tuple(dims.substitute(dim, sizes) for dim in parameter.shape))
        missing = algebra.lacks(value.expr, parameter)
        if missing is not None and (missing != "real" or definition.of_reals):
            p, less = parameter.attr.name, "as complex" if missing == "real" else f"without {missing}"
            raise context.error(
                f"`{name}` was defined for {missing} `{p}`, and {context.piece(place)} is not known to be that",
                place,
                hint=f"declare `{p}` before the definition {less}",
                kind=NotSupported,
            )
    given = {p: value.expr for p, value in zip(definition.parameters, values, strict=True)}
    if not sizes:
        context.derived += (derived.where(given) for derived in definition.derived)
        return Value(algebra.substitute(definition.over(context.own), given), definition.orientation)
    given = {at_sizes(p, sizes): value for p, value in given.items()}
    context.derived += (derived.at(sizes).where(given) for derived in definition.derived)
    body = at_sizes(definition.over(context.own), sizes)
    return Value(algebra.substitute(body, given), definition.orientation)


def primed(context: Context, scope: Scope, tree: Tree, values: Sequence[Value], trees: Sequence[Tree]) -> Value:
    """`f'(x)`, `f''(x)`, `g'[1,2](u, v)`: derivatives of a declared or defined function by its arguments."""
    inner = tree.children[0]
    if inner.kind != "call":
        return _primed_name(context, scope, inner, tree)
    name = inner.value[0]
    order = (0,) * tree.value if isinstance(tree.value, int) else tuple(k - 1 for k in tree.value)
    if name in scope.functions:
        _positions(context, name, len(scope.functions[name].arguments), order, tree)
        return apply_named(context, scope.functions[name], values, trees, order)
    definition = scope.definitions.get(name)
    if definition is not None and not definition.parameters:
        only = _only_name(context, name, definition, tree)
        definition = Definition((only,), definition.body, of_reals=definition.of_reals)
    if definition is None:
        raise context.error(
            f"`{name}` is not a declared or defined function, so `{name}'(…)` has no meaning",
            tree,
            hint=f"declare `{name}: function`",
            kind=NotSupported,
        )
    _positions(context, name, len(definition.parameters), order, tree)
    body, before = definition.body, len(context.derived)
    for k in order:
        body = derivative(context, "diff", Value(body), [Value(definition.parameters[k])], tree).expr
    derived, context.derived[before:] = (*definition.derived, *context.derived[before:]), []
    definition = Definition(
        definition.parameters, body, derived=derived, of_reals=definition.of_reals, own_sizes=definition.own_sizes
    )
    return _apply_defined(context, name, definition, values, trees, inner)


def _primed_name(context: Context, scope: Scope, inner: Tree, tree: Tree) -> Value:
    """`y'` of a definition `y := …` in one name."""
    definition = scope.definitions.get(inner.value)
    if definition is None or not isinstance(tree.value, int):
        function = inner.value in scope.functions
        said = "is a function" if function else "is not defined, so it has no derivative to take"
        hint = f"write `{context.piece(tree).strip('`')}(…)`" if function else None
        raise context.error(f"`{inner.value}` {said}", tree, hint=hint, kind=NotSupported)
    by = Value(_only_name(context, inner.value, definition, tree))
    return derivative(context, "diff", Value(definition.body), [by] * tree.value, tree)


def _only_name(context: Context, name: str, definition: Definition, tree: Tree) -> Expr:
    """The one name that a definition `y := …` is made of."""
    free = algebra.symbols_of(definition.body)
    if len(free) == 1:
        return free[0]
    names = ", ".join(f"`{symbol.attr.name}`" for symbol in free) or "no name"
    hint = f"write `diff({name}, {free[0].attr.name if free else 'x'})`"
    raise context.error(f"`{name}'` does not say by what: `{name}` is made of {names}", tree, hint=hint)


def _positions(context: Context, name: str, count: int, order: Sequence[int], tree: Tree) -> None:
    for k in order:
        if not 0 <= k < count:
            raise context.error(f"`{name}` has no argument number {k + 1}; they count from 1", tree)
    if len(set(order)) == 1 and len(order) > 1 and order[0] == 0 and isinstance(tree.value, int) and count > 1:
        raise context.error(f"`{name}` has {count} arguments: say by which, as in `{name}'[1,2](…)`", tree)


# -- derivatives inside a text


def listed_parts(tree: Tree) -> tuple[Tree, ...]:
    """The arguments of a derivative, those in a list `[x, y]` of variables, and of directions for them, singly."""
    parts = zip(tree.children, _lists(tree), strict=True)
    return tuple(part for child, is_list in parts for part in (child.children if is_list else (child,)))


def grouped(tree: Tree, items: Sequence[Item]) -> list[Item | list[Item]]:
    """What stands for each of the `listed_parts`, those of a list together again."""
    rest = iter(items)
    parts = zip(tree.children, _lists(tree), strict=True)
    return [[next(rest) for _ in child.children] if is_list else next(rest) for child, is_list in parts]


def _lists(tree: Tree) -> list[bool]:
    """Which arguments are lists: variables in square brackets, directions only where the variables are."""
    found = [k > 0 and child.kind == "vector" for k, child in enumerate(tree.children)]
    if tree.value[0] != "diff":
        directions = tree.value[0] in ("jvp", "hvp") and found[1:2] == [True]
        found[2:] = [is_list and directions for is_list in found[2:]]
    return found


def derivative(
    context: Context,
    name: str,
    operand: Value,
    wrt: Sequence[Value | list[Value]],
    tree: Tree,
    structure: str | None = None,
) -> Value:
    """A derivative worked out where it stands in a text."""
    operator = derivative_operators.get(name)
    if operator is None:
        raise context.error(f"`{name}` inside a text is not supported here", tree, kind=NotSupported)
    require_known(context, operand, tree)
    given = [v.expr for value in wrt for v in (value if isinstance(value, list) else [value])]
    stand_in = stand_ins(given[:1] if name in DIRECTIONAL and isinstance(wrt[0], Value) else given)
    if stand_in:
        from symdiff.syntax.bound import by_functions

        return by_functions(context, name, operand, wrt, tree, structure, stand_in)
    if context.bound_in(operand.expr, *given):
        from symdiff.syntax.bound import by_entries

        return by_entries(context, name, operand, wrt, tree, structure)
    by = tuple(value.expr if isinstance(value, Value) else tuple(v.expr for v in value) for value in wrt)
    result = operator(operand.expr, by) if structure is None else operator(operand.expr, by, structure)
    context.derived.append(Derived(name, operand.expr, by))
    if not isinstance(result, Expr):
        return Value(algebra.ZERO, listed=result)
    keeps = operand.is_row and result.shape == operand.shape
    return Value(result, "row" if keeps else "column")


def stand_ins(wrt: Iterable[Expr]) -> dict[Expr, Expr]:
    """For each variable that a function gives, `q'(t)`, the symbol that stands for it meanwhile."""
    nodes = [node for x in wrt if (node := algebra.applied_in(x)) is not None]
    if not nodes:
        return {}
    from symdiff.syntax.stand_ins import named

    return {node: named(node) for node in nodes}


def _variables(
    context: Context, name: str, operand: Value, given: Sequence[Placed | list[Placed]]
) -> list[Value | list[Value]]:
    """What a derivative is taken by; `diff(f, x, 3)`: a whole number after a variable repeats it."""
    found: list[Value | list[Value]] = []
    for item in given:
        value = None if isinstance(item, list) else item[0]
        if name in DIRECTIONAL and found:
            like = operand if name == "vjp" else found[0]
            _check_directions(context, item, like)
            found.append([v for v, _ in item] if isinstance(item, list) else item[0])
        elif name == "diff" and found and value is not None and value.expr.op == "number":
            assert isinstance(item, tuple)
            found.extend([found[-1]] * (_order(context, value.expr, item[1]) - 1))
        elif isinstance(item, list):
            found.append([_variable(context, *one) for one in item])
        else:
            found.append(_variable(context, *item))
    return found


def _variable(context: Context, value: Value, tree: Tree) -> Value:
    """A variable, or an error at its place."""
    turned = value.is_row or tree.kind in ("transpose", "hermitian")
    if turned or (algebra.base_of(value.expr) is None and algebra.applied_in(value.expr) is None):
        said = f"a derivative is taken by a variable or its entries, not by {context.piece(tree)}"
        raise context.error(said, tree, hint="write `[x, y]` for a list" if tree.kind == "matrix" else None)
    return value


def _check_directions(context: Context, item: Placed | list[Placed], like: Value | list[Value]) -> None:
    """A direction has the shape of its variable, a factor in front that of the function; as many as variables."""
    given = item if isinstance(item, list) else [item]
    wanted = like if isinstance(like, list) else [like]
    for value, tree in given:
        require_known(context, value, tree)
    if isinstance(like, list) and not isinstance(item, list) and not any(value.rank for value in like):
        wanted = [Value(algebra.ones((len(like),)))]  # a vector with an entry for each
    trees = [tree for _, tree in given]
    if len(given) != len(wanted):
        raise context.error(f"a list of {len(wanted)} takes as many directions", *trees)
    for (value, tree), model in zip(given, wanted, strict=True):
        said = f"{context.piece(tree)} is {say_shape(value)} and stands for {say_shape(model)}"
        if value.rank != model.rank:
            raise context.error(said, tree)
        for own, dim in zip(value.shape, model.shape, strict=True):
            context.same_size(own, dim, said, tree)


def _order(context: Context, e: Expr, tree: Tree) -> int:
    """How often a derivative is taken."""
    if not isinstance(e.attr, int) or e.attr < 1:
        said = f"a derivative is not taken {context.piece(tree)} times"
        raise context.error(said, tree, hint="write `diff(f, x, 2)`")
    limits.require("order", e.attr, f"a derivative of order {e.attr}", tree.span)
    return e.attr


# -- what only the reader knows


def _filled(kind: Any) -> Callable[..., Value]:
    def build(
        context: Context, values: Sequence[Value], trees: Sequence[Tree], keywords: dict[str, Any], tree: Tree
    ) -> Value:
        _no_keywords(context, kind, keywords.items(), tree)
        if len(values) != 1 or not values[0].is_scalar:
            raise context.error(f"`{kind}(c)` takes one scalar, the value of every entry", tree)
        return Value(values[0].expr, fill=kind)

    return build


def _size(
    context: Context, values: Sequence[Value], trees: Sequence[Tree], keywords: dict[str, Any], tree: Tree
) -> Value:
    """`size(A)`: the lengths of its axes as a vector; `size(A, axis)`: one of them."""
    _no_keywords(context, "size", keywords.items(), tree)
    if not 1 <= len(values) <= 2:
        raise context.error("`size` takes a thing and perhaps an axis", tree)
    require_known(context, values[0], trees[0])
    lengths = [algebra.size_scalar(dim) for dim in values[0].shape]
    if len(values) == 2:
        axis = values[1].expr
        if axis.op != "number" or not isinstance(axis.attr, int) or not -len(lengths) <= axis.attr < len(lengths):
            raise context.error(f"{context.piece(trees[0])} is {say_shape(values[0])} and has no such axis", trees[1])
        return Value(lengths[axis.attr])
    if not lengths:
        raise context.error(f"{context.piece(trees[0])} is a scalar and has no axes", trees[0])
    return Value(algebra.join("stack", lengths, 0))


_SPECIAL: dict[str, Callable[..., Value]] = {
    "vector": _filled("vector"),
    "matrix": _filled("matrix"),
    "size": _size,
}
