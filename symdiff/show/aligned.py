"""Derivations line by line, the equals signs under each other and each line with the name of its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.show.as_latex import Latex
from symdiff.show.as_text import Text
from symdiff.show.as_unicode import Unicode, names_in
from symdiff.show.names import escaped, latex_name
from symdiff.syntax.names import greek_names
from symdiff.syntax.tree import Tree

Side = Expr | Tree | str  # a str is a heading such as `∇_{x}`


class Line(NamedTuple):
    """`left = right` by a rule; where the two are not equal an arrow stands between them."""

    left: Side | None
    right: Side
    rule: str
    equal: bool = True


_SIGNS = {True: "=", False: r"\to"}
_WIDEST = 60  # a longer right side does not push the rules of all lines out


def aligned_text(lines: Iterable[Line]) -> str:
    """`left = right   [rule]`, one line each; a left side that is not repeated is left out."""
    return _columns(lines, _text, "->")


def aligned_unicode(lines: Iterable[Line]) -> str:
    """The same in textbook Unicode."""
    return _columns(lines, _unicode, "→")


def aligned_latex(lines: Iterable[Line], conditions: Iterable[str] = ()) -> str:
    r"""One `aligned` block, the rules in `\text{}` behind the lines, conditions (in LaTeX) in lines of their own."""
    rows = []
    for left, right, rule, equal in lines:
        row = f"{_latex(left)} &{_SIGNS[equal]} {_latex(right)}"
        rows.append(rf"{row} && \text{{{escaped(rule)}}}" if rule else row)
    rows += [rf" & \text{{if }} {condition}" for condition in conditions]
    body = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _columns(lines: Iterable[Line], write: Callable[[Side | None], str], arrow: str) -> str:
    rows = [(write(line.left), "=" if line.equal else arrow, write(line.right), line.rule) for line in lines]
    margin = max((len(left) for left, _, _, _ in rows), default=0)
    wide = max((len(sign) for _, sign, _, _ in rows), default=0)
    width = max((len(right) for _, _, right, _ in rows if len(right) <= _WIDEST), default=0)
    written = (f"{left:>{margin}} {sign:>{wide}} {right:<{width}}   {rule}" for left, sign, right, rule in rows)
    return "\n".join(row.rstrip() for row in written)


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
