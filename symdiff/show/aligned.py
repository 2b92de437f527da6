"""Derivations line by line, the equals signs under each other and each line with the name of its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.show.latex import Latex
from symdiff.show.names import escaped, latex_name
from symdiff.show.text import Text
from symdiff.show.unicode import Unicode, names_in
from symdiff.syntax.names import greek_names
from symdiff.syntax.tree import Tree

Side = Expr | Tree | str  # a str is a heading such as `∇_{x}`
Line = tuple[Side | None, Side, str]

_WIDEST = 60  # a longer right side does not push the rules of all lines out


def aligned_text(lines: Iterable[Line]) -> str:
    """`left = right   [rule]`, one line each; a left side that is not repeated is left out."""
    return _columns([(_text(left), _text(right), rule) for left, right, rule in lines])


def aligned_unicode(lines: Iterable[Line]) -> str:
    """The same in textbook Unicode."""
    return _columns([(_unicode(left), _unicode(right), rule) for left, right, rule in lines])


def aligned_latex(lines: Iterable[Line]) -> str:
    r"""One `aligned` block, the rules in `\text{}` behind the lines."""
    rows = []
    for left, right, rule in lines:
        row = f"{_latex(left)} &= {_latex(right)}"
        rows.append(rf"{row} && \text{{{escaped(rule)}}}" if rule else row)
    body = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _columns(lines: Sequence[tuple[str, str, str]]) -> str:
    margin = max((len(left) for left, _, _ in lines), default=0)
    width = max((len(right) for _, right, _ in lines if len(right) <= _WIDEST), default=0)
    rows = [f"{left:>{margin}} = {right:<{width}}   {rule}".rstrip() for left, right, rule in lines]
    return "\n".join(rows)


def _written(side: Side | None, write: Callable[[Tree], str]) -> str:
    if side is None or isinstance(side, str):
        return side or ""
    return write(side if isinstance(side, Tree) else to_tree(side))


def _text(side: Side | None) -> str:
    return _written(side, Text())


def _unicode(side: Side | None) -> str:
    return _written(side, lambda tree: Unicode(names_in(tree))(tree))


def _latex(side: Side | None) -> str:
    if not isinstance(side, str):
        return _written(side, Latex())
    signs = {"∇": r"\nabla", "∂": r"\partial "}
    return "".join(signs.get(c) or (latex_name(greek_names()[c]) if c in greek_names() else c) for c in side)
