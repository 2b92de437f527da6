"""What people read in two ways although the language reads it in one: an error, or a note with both readings."""

from __future__ import annotations

from collections.abc import Container, Sequence

from symdiff.algebra import symbols_of
from symdiff.book import library
from symdiff.errors import SymdiffError, UnknownNameError
from symdiff.syntax.elaborate import elaborate, value_trees
from symdiff.syntax.rank_nodes import is_capital
from symdiff.syntax.scope import Scope
from symdiff.syntax.tree import Tree, mentioned, postorder, walk
from symdiff.syntax.value import Context


def refuse_bars_of_capitals(tree: Tree, capitals: set[str], scope: Scope, context: Context) -> None:
    """`|X'X|`, `log|Σ|`, `‖A‖`: bars around a capital nobody declared may be those of a determinant or a matrix norm.

    What is a scalar by its own form (`det(W)`, `X[0, 1]`, `‖A‖_F`) is clear. Raises ShapeError.
    """
    if not capitals or not any(node.kind in ("abs", "norm") for node in walk(tree)):
        return
    holding: set[int] = set()  # the parts that have such a capital outside of what is clear
    for node in postorder(tree):
        held = node.value in capitals if node.kind == "name" else any(id(part) in holding for part in node.children)
        if not held or _is_clear(node, scope, context):
            continue
        if node.kind == "norm":
            (inner,) = node.children
            if not elaborate(inner, scope, context.text).rank:
                a, said = context.inner(inner), f"which norm of {context.piece(inner)} is meant is not clear"
                raise context.error(said, node, hint=f"write `‖{a}‖_F`, `norm_spec({a})` or `abs({a})`")
            continue
        if node.kind == "abs":
            (inner,) = node.children
            a = context.inner(inner)
            rank = elaborate(inner, scope, context.text).rank
            norm = f", `norm2({a})` for the length of a vector" if rank == 1 else ""
            said = f"bars around {context.piece(inner)} can mean a determinant or an absolute value"
            raise context.error(said, node, hint=f"write `det({a})` or `abs({a})`{norm}")
        holding.add(id(node))


def refuse_sums_of_powers(tree: Tree, names: Container[str], scope: Scope, context: Context) -> None:
    """`sum(x^2)` of an x nobody declared: a vector has no such power, and of a scalar nothing is summed.

    Raises ShapeError with the power element by element.
    """
    free: set[int] = set()  # parts that have such a name outside of what is a scalar by its own form
    powers: dict[int, Tree] = {}  # and those that have a power of it, with that power
    for node in postorder(tree):
        if node.kind in ("index", "indexsum", "norm", "abs"):
            continue
        if node.kind == "name" and node.value in names and not is_capital(node.value):
            free.add(id(node))
        if not any(id(part) in free for part in node.children):
            continue
        entry = library().function(node.value[0], len(node.children)) if node.kind == "call" else None
        held = next((powers[id(part)] for part in node.children if id(part) in powers), None)
        if entry is not None and entry.params and entry.params[0].type.word == "array":
            if held is not None and not elaborate(node.children[0], scope, context.text).rank:
                raise _sum_of_power(node, held, context)
            continue
        free.add(id(node))
        if node.kind == "power" and id(node.children[0]) in free:
            held = node
        if held is not None:
            powers[id(node)] = held


def _sum_of_power(call: Tree, power: Tree, context: Context) -> SymdiffError:
    base, exponent = (context.plain(part) for part in power.children)
    said = f"`{call.value[0]}` goes over the entries of a vector, and {context.piece(power)} is a scalar"
    hint = f"write `{base}.^{exponent}`, or declare the names in `{context.inner(power.children[0])}` as scalars"
    return context.error(said, call, hint=hint)


def _is_clear(node: Tree, scope: Scope, context: Context) -> bool:
    """Whether this is a scalar by its form, whatever the names in it are."""
    if node.kind == "index":
        return not any(item.kind == "slice" for item in node.children[1:])
    if node.kind == "call":
        entry = library().function(node.value[0], len(node.children))
        return not (entry is not None and entry.elementwise) and elaborate(node, scope, context.text).is_scalar
    return node.kind == "indexsum" or (node.kind == "norm" and node.value == "F")


def note_operators(tree: Tree, scope: Scope, context: Context) -> None:
    """`d/dx sin(x) + cos(x)`: the operator ends with its product, and a term after it depends on x too."""
    for node in walk(tree):
        if node.kind != "sum":
            continue
        operators = [_operator_at_end(term, context.text) for term in node.children]
        if not any(operators):
            continue
        behind: set[str] = set()
        misread = None
        for term, operator in zip(reversed(node.children), reversed(operators), strict=True):
            if operator is not None:
                by = (part.value for tree in value_trees(operator) for part in walk(tree) if part.kind == "name")
                misread = operator if not behind.isdisjoint(by) else misread
            behind |= _depends(term, scope)
        if misread is not None:
            _note(node, misread, context)


def _operator_at_end(term: Tree, text: str) -> Tree | None:
    """The `d/dx …` or `∇_x …` that ends a term, unless brackets close it."""
    while term.span is not None and text[term.span[0]] != "(":
        if term.kind in ("derivative", "gradient"):
            return None if term.children[0].span == term.span else term  # `dy/dx` is a value
        if term.kind not in ("neg", "product") or not term.children:
            return None
        term = term.children[-1]
    return None


def _depends(tree: Tree, scope: Scope) -> set[str]:
    """The names a tree depends on, definitions looked into."""
    names = mentioned(tree)
    made = (scope.definitions[name] for name in names if name in scope.definitions)
    return names | {s.attr.name for d in made for s in symbols_of(d.body) if s not in d.parameters}


def _note(whole: Tree, operator: Tree, context: Context) -> None:
    operand = operator.children[0]
    assert whole.span and operator.span and operand.span
    head, of, rest = (
        _short(context.text[start:end])
        for start, end in (
            (operator.span[0], operand.span[0]),
            (operand.span[0], operator.span[1]),
            (operator.span[1], whole.span[1]),
        )
    )
    context.notice(f"read as `({head} {of}) {rest}`; the derivative of all of it is `{head} ({of} {rest})`")


def _short(piece: str) -> str:
    piece = " ".join(piece.split())
    return piece if len(piece) <= 40 else f"{piece[:38]}…"


_OF_ENTRIES = frozenset("f g h phi Phi psi Psi sigma rho chi".split())  # what people call functions of entries


def refuse_products_as_calls(calls: Sequence[Tree], context: Context) -> None:
    """`φ(u)` of an undeclared letter is a function of entries; `α(x + b)`, `A(x)`, `y(t + 1)` are products, perhaps.

    Of one name in brackets, or with a letter that people give to functions, it is a function; and only where what
    stands in the brackets has axes. Raises UnknownNameError.
    """
    for call in calls:
        name, (inner,) = call.value[0], call.children
        plain = inner.kind == "name" and not ("A" <= name[:1] <= "Z" and len(name) == 1)
        if name in context.entrywise and (plain or name in _OF_ENTRIES):
            continue
        start = call.span[0] if call.span else 0
        bracket = context.text.find("(", start)
        written = context.text[start:bracket].rstrip() or name
        said = f"unknown function `{written}`"
        hint = f"for a product write `{written}*(…)`, for a function declare `{written}: function`"
        raise UnknownNameError(said, text=context.text or None, span=(start, start + len(written)), hint=hint)
