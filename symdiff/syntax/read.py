"""The one door from text to expression: declarations, the grammar, inference, shapes.

The API, the command line and the calculator all come through `read`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symdiff.errors import SymdiffError, UnknownNameError
from symdiff.expr import Expr
from symdiff.syntax.calls import DERIVATIVES
from symdiff.syntax.declarations import split_declarations
from symdiff.syntax.elaborate import elaborate
from symdiff.syntax.infer import infer, undeclared
from symdiff.syntax.scope import Declarations, Declared, Scope
from symdiff.syntax.shapes import require_known
from symdiff.syntax.tree import Tree, walk
from symdiff.syntax.value import Context, Orientation


@dataclass(frozen=True, slots=True)
class Request:
    """A text that asks for a derivative: its kind (`diff`, `grad` …), of what, by what."""

    kind: str
    operand: Expr
    wrt: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means, and what was taken for granted in reading it.

    `assumptions` are declarations of the names that were inferred; they read back. `request` is there where
    the whole text is one derivative, whose result `expr` is.
    """

    expr: Expr
    orientation: Orientation
    scope: Scope
    assumptions: tuple[str, ...]
    notices: tuple[str, ...]
    request: Request | None = None


def read(
    text: str,
    declarations: Declarations = None,
    *,
    wrt: Iterable[str] = (),
    strict: bool = False,
    **kw: Declared,
) -> Reading:
    """Read a text, which may begin with declarations of its own.

    Names in `wrt` count as declared when `AXB` is taken apart. With `strict` an undeclared name is an error.
    Raises ParseError, ShapeError, UnknownNameError, NotSupported, each with the place.
    """
    from symdiff.syntax.parser import read as parser_read  # loads lark

    scope = Scope.of(declarations, **kw)
    spans, start = split_declarations(text)
    for span in spans:
        scope.declare_span(text, span)
    source = "".join(char if char == "\n" else " " for char in text[:start]) + text[start:]
    context = Context(text)
    try:
        tree, notes = parser_read(source, dict.fromkeys(wrt, "symbol") | scope.names())
        context.notices += notes
        if strict:
            _refuse_undeclared(tree, scope)
        value, assumptions = infer(tree, scope, context)
        require_known(context, value, tree)
    except SymdiffError as error:
        if error.text is None or error.text == source:
            error.text = text  # with the declarations that were blanked out
        raise
    return Reading(
        value.expr, value.orientation, scope, assumptions, tuple(context.notices), _request(tree, scope, text)
    )


def _refuse_undeclared(tree: Tree, scope: Scope) -> None:
    things, sizes = undeclared(tree, scope)
    for name in [*things, *sizes]:
        place = next((node for node in walk(tree) if node.kind == "name" and node.value == name), tree)
        raise UnknownNameError(
            f"`{name}` is not declared",
            span=place.span,
            hint=f"declare it, as in `{name}: vector(n)`",
        )


def _request(tree: Tree, scope: Scope, text: str) -> Request | None:
    """The derivative a whole text asks for."""
    if tree.kind == "derivative":
        wrt = list(tree.value[1])
        kind, operand = "diff", tree.children[0]
        if len(wrt) == 1 and isinstance(tree.value[2], int):
            wrt = wrt * tree.value[2]
    elif tree.kind == "gradient":
        kind, operand, wrt = "grad", tree.children[0], [tree.value]
    elif tree.kind == "differential":
        kind, operand, wrt = "differential", tree.children[0], []
    elif tree.kind == "call" and tree.value[0] in DERIVATIVES and len(tree.children) > 1:
        if tree.value[0] in scope.functions or any(part.kind == "number" for part in tree.children[1:]):
            return None
        kind, operand, wrt = tree.value[0], tree.children[0], list(tree.children[1:])
    else:
        return None
    by = tuple(elaborate(part, scope, text).expr for part in wrt)
    return Request(kind, elaborate(operand, scope, text).expr, by)
