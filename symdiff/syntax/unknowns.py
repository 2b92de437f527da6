"""`solve(x^2 = 4, x)` and `limit(f, h, 0)` in a text: what is asked of which unknowns.

How it is worked out is no matter of syntax: layer 7 fills `workers` in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from symdiff import algebra
from symdiff.algebra import Condition
from symdiff.errors import ParseError
from symdiff.expr import Expr
from symdiff.syntax.scope import Scope
from symdiff.syntax.shapes import align, say_shape
from symdiff.syntax.tree import Tree, walk
from symdiff.syntax.value import Context, Derived, Value

USAGE = {"solve": "solve(x^2 = 4, x)", "limit": "limit(sin(h)/h, h, 0)"}


class Outcome(NamedTuple):
    """What came out: the result, where it holds, and what is to be said of it."""

    result: Expr
    conditions: tuple[Condition, ...] = ()
    notes: tuple[str, ...] = ()


Sides = tuple[Expr, Expr]
workers: dict[str, Callable[[tuple[Sides, ...], tuple[Expr, ...], tuple[Expr, ...]], Outcome]] = {}
"""By name: of equations, unknowns and what else is given, the outcome. The sides of a limit are the function twice."""


def asks(tree: Tree, scope: Scope) -> bool:
    """Whether a tree is `solve` of equations (of two arrays it is a function of the books), or `limit`."""
    if tree.kind != "call" or tree.value[0] not in USAGE or not tree.children:
        return False
    name = tree.value[0]
    own = name in scope.functions or (name in scope.definitions and bool(scope.definitions[name].parameters))
    return not own and (name == "limit" or any(is_equation(part) for part in _listed(tree.children[0])))


def unknowns_in(tree: Tree, scope: Scope) -> set[str]:
    """The names that a text solves equations for, if it does."""
    calls = [node for node in walk(tree) if node.kind == "call" and node.value[0] == "solve" and asks(node, scope)]
    return {part.value for call in calls for part in unknowns(call) if part.kind == "name"}


def refuse_no_equation(context: Context, scope: Scope, tree: Tree) -> None:
    """`solve(x^2 - 4, x)`, `solve(x != 4, x)`: what is to be solved is no equation, and it is no matrix."""
    for node in walk(tree):
        if node.kind != "call" or node.value[0] != "solve" or not node.children or asks(node, scope):
            continue
        first = node.children[0]
        if scope.declares("solve") or (len(node.children) > 1 and not _is_of_numbers(first, node.children[1], scope)):
            continue
        said, hint = "an equation is `left = right`", f"write `solve({context.inner(first)} = 0, …)`"
        if first.kind == "compare":
            said = f"`{first.value}` is no equation"
            hint = "write `x! = 24` for a factorial" if first.value == "!=" else "equations are solved, with `=`"
        elif first.kind == "vector":
            hint = "write `solve([x + y = 3, x - y = 1], [x, y])`"
        raise context.error(said, first, hint=hint)


def _is_of_numbers(first: Tree, second: Tree, scope: Scope) -> bool:
    """Whether names that are solved for occur, and are surely no arrays: small letters that nothing transposes."""
    names = {part.value for part in _listed(second) if part.kind == "name"}
    arrays = {name for name in names if name[0].isupper() or ((s := scope.lookup(name)) is not None and s.shape)}
    turned = {node.children[0].value for node in walk(first) if node.kind in ("transpose", "hermitian")}
    found = {node.value for node in walk(first) if node.kind == "name"}
    return bool(names) and names <= found and not arrays and not names & turned


def is_equation(tree: Tree) -> bool:
    """`a = b`, or `a == b`."""
    return tree.kind == "equation" or (tree.kind == "compare" and tree.value == "==")


def parts(tree: Tree) -> tuple[Tree, ...]:
    """What such a call needs the values of: both sides of each equation, the unknowns, and what else is given."""
    return (*(side for pair in _sides(tree) for side in pair), *unknowns(tree), *_rest(tree))


def unknowns(tree: Tree) -> tuple[Tree, ...]:
    """The trees of the unknowns, alone or in a list."""
    return tuple(_listed(tree.children[1])) if len(tree.children) > 1 else ()


def own_unknowns(tree: Tree, scope: Scope) -> dict[Expr, Expr]:
    """The unknowns that are defined as something: here their names stand for themselves."""
    names = [part.value for part in unknowns(tree) if part.kind == "name"]
    found = ((name, scope.defined(name)) for name in names)
    return {d.variable: algebra.symbol(name, d.body.shape) for name, d in found if d is not None}


def worked_out(context: Context, tree: Tree, values: Sequence[Value], own: Mapping[Expr, Expr]) -> Value:
    """The result of such a call, given the values of its parts."""
    name, pairs, names = tree.value[0], _sides(tree), unknowns(tree)
    if tree.value[1]:
        raise context.error(f"`{name}` has no keywords", tree, hint=f"write `{USAGE[name]}`")
    for part, value in zip(names, values[2 * len(pairs) :], strict=False):
        if value.expr.op != "symbol" or part.kind != "name":
            said = f"{context.piece(part)} is no name to solve for" if name == "solve" else "a limit is that of a name"
            raise context.error(said, part, hint=f"write `{USAGE[name]}`")
    sides = []
    for k, pair in enumerate(pairs):
        (left, right), _ = align(context, values[2 * k : 2 * k + 2], pair)
        sides.append((left, right))
    for part, x in zip(names, values[2 * len(pairs) :], strict=False):
        if name == "solve" and x.rank and len(sides) == 1 and sides[0][0].rank == x.rank:  # as many as unknowns
            said = f"{context.piece(part)} is {say_shape(x)}, and each side of the equation {say_shape(values[0])}"
            for length, dim in zip(sides[0][0].shape, x.shape, strict=True):
                context.same_size(length, dim, said, tree)
    given = [value.expr for value in values[2 * len(pairs) :]]
    outcome = workers[name](tuple(sides), tuple(given[: len(names)]), tuple(given[len(names) :]))
    for symbol in own.values():
        context.notice(f"`{symbol.attr.name}`, which is defined, is the unknown here")
    for note in outcome.notes:
        context.notice(note)
    of = (sides[0][0], *given) if name == "limit" else ()
    context.derived.append(Derived(name, outcome.result, of, stated=outcome.conditions))
    return Value(outcome.result)


def _sides(tree: Tree) -> list[tuple[Tree, Tree]]:
    """The trees of both sides of each equation; of a limit the function twice."""
    if tree.value[0] == "limit":
        return [(tree.children[0], tree.children[0])]
    found = _listed(tree.children[0])
    for part in found:
        if not is_equation(part):
            hint = "write `= 0` behind it if that is meant"
            raise ParseError("this is no equation: an equation is `left = right`", span=part.span, hint=hint)
    return [(part.children[0], part.children[1]) for part in found]


def _listed(tree: Tree) -> list[Tree]:
    """The entries of `[a, b]` or `[a; b]`, or the thing alone."""
    if tree.kind == "matrix" and all(len(row.children) == 1 for row in tree.children):
        return [row.children[0] for row in tree.children]
    return list(tree.children) if tree.kind == "vector" else [tree]


def _rest(tree: Tree) -> tuple[Tree, ...]:
    return tree.children[2:]
