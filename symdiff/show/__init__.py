"""Expressions and Trees as people read them: text that reads back, Unicode, LaTeX, derivations in lines.

All but the text is loaded when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from symdiff.algebra import Condition
from symdiff.bounds import limits
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, Named, Names, postorder, recall, worked_out
from symdiff.notation import to_tree
from symdiff.show.as_text import Text
from symdiff.show.unparse import WIDTH, require_printable
from symdiff.syntax.tree import Tree

_TWICE = 8  # names of an expression that its shortest notation may show as one: those of a variance
_GLANCE = 45  # characters that nobody minds reading twice
_FEW = 40  # names in a condition that needs no parts
_OF_A_NODE = 100  # characters, in parts


def _may_repeat(e: Expr) -> bool:
    """Whether there are inverses, determinants or roots, which may stand several times."""
    return any(
        node.op == "call" or (node.op == "mul" and any(isinstance(k.attr, Fraction) for k in node.args[2::2]))
        for node in postorder(e)
    )


def as_tree(written: Expr | Tree) -> Tree:
    """A Tree as it is, an expression in its shortest notation; one that is longer than a line may be put in parts."""
    if isinstance(written, Tree):
        return written
    names = written.names if isinstance(written, Named) else Names()
    e = written.node if isinstance(written, Named) else written
    shown = _shown(e)
    if not names.parts or not (names.named or shown > WIDTH):
        tree = to_tree(e)
        length = Text().length(tree)
        if not names.parts or (length <= WIDTH and not (length > _GLANCE and _may_repeat(e))):
            return tree
    from symdiff.notation.parts import where_tree

    return where_tree(e, names)


def _shown(e: Expr) -> int:
    """How many names are shown in full, at least; LimitError for what no limit lets print, in full or in parts."""
    shown: int = worked_out(e, "names", _names) // _TWICE
    if shown > limits.printed:
        require_printable(min(shown, _OF_A_NODE * len(postorder(e))))
    return shown


def _names(e: Expr) -> int:
    """How many names an expression shows in full, those of shared parts wherever they stand."""
    shown: int = sum(recall(arg, "names") for arg in e.args) + (e.op == "symbol")
    return min(shown, 10**15)


def fits(e: Expr) -> bool:
    """Whether an expression is written on one line, without parts."""
    tree = as_tree(e)
    return tree.kind != "where" and Text().length(tree) <= WIDTH


def text(written: Expr | Tree) -> str:
    """In the input language, as it is typed: `(A + A')*x`."""
    return Text()(as_tree(written))


def unicode(written: Expr | Tree) -> str:
    """As people write it: `(A + Aᵀ)x`."""
    from symdiff.show.as_unicode import Unicode, names_in

    tree = as_tree(written)
    return Unicode(names_in(tree))(tree)


def latex(written: Expr | Tree) -> str:
    r"""In LaTeX, without dollar signs: `\left(A + A^{\top}\right) x`."""
    from symdiff.show.as_latex import Latex

    return Latex()(as_tree(written))


_STYLES = {"text": text, "unicode": unicode, "latex": latex}


def styled(written: Expr | Tree, style: str) -> str:
    """In the style of this name; SymdiffError for another name."""
    if style not in _STYLES:
        raise SymdiffError(f"unknown style {style!r}", hint=f"one of {', '.join(_STYLES)}")
    return _STYLES[style](written)


def condition_text(condition: Condition, style: str = "text", entries: bool = True, names: Names | None = None) -> str:
    """A condition in a style, as comparisons or in words: `x > 0`, `A is invertible`.

    One that compares arrays says `in every entry`, unless `entries` is False: then a comparison is one of the language.
    What it speaks of is put in parts as an expression is, with `names`.
    """
    from symdiff.show.conditions import condition_words

    condition, behind = _in_parts(condition, names or Names(), style)
    if style == "latex":
        from symdiff.show.as_latex import Latex
        from symdiff.show.names import escaped

        return condition_words(condition, Latex(), entries, lambda words: rf"\text{{{escaped(words)}}}") + behind
    if style == "unicode":
        from symdiff.show.as_unicode import Unicode, names_in

        known = frozenset().union(*(names_in(to_tree(part)) for part in condition.parts))
        return condition_words(condition, Unicode(known), entries) + behind
    return condition_words(condition, Text(), entries) + behind


def _in_parts(condition: Condition, names: Names, style: str) -> tuple[Condition, str]:
    """A condition in parts, and what is said behind it of those that have to be defined."""
    if not names.named and sum(map(_shown, condition.parts)) * _TWICE <= _FEW:
        return condition, ""
    from symdiff.notation.parts import in_parts

    bodies, parts = in_parts(condition.parts, names)
    body = dict(zip(condition.parts, bodies, strict=True))
    where, write = (r" \text{ where } ", latex) if style == "latex" else (" where ", _STYLES[style])
    told = [
        write(Tree("equation", (Tree("name", (), part.name), to_tree(part.body))))
        for part in parts
        if part.name not in names.in_force
    ]
    return condition.of(lambda e: body[e]), where + ", ".join(told) if told else ""


def in_words(said: Iterable[str | Condition], style: str = "text") -> str:
    """Words and conditions as one sentence in a style."""
    if style != "latex":
        return "".join(piece if isinstance(piece, str) else condition_text(piece, style) for piece in said)
    from symdiff.show.names import escaped

    return "".join(
        rf"\text{{{escaped(piece)}}}" if isinstance(piece, str) else condition_text(piece, style) for piece in said
    )


def bundle(shown: Any) -> dict[str, str]:
    """What a notebook shows of a thing, of which it takes the best it can."""
    return {"text/plain": str(shown), "text/latex": shown._repr_latex_(), "text/html": shown._repr_html_()}


__all__ = [
    "as_tree",
    "bundle",
    "condition_text",
    "fits",
    "in_words",
    "latex",
    "styled",
    "text",
    "unicode",
]
