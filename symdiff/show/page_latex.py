r"""A derivation in LaTeX: sentences with the names of the parts, then one `aligned`; the reasons behind its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from symdiff.algebra import Condition
from symdiff.show import condition_text
from symdiff.show.as_latex import Latex
from symdiff.show.names import escaped
from symdiff.show.page import Chain, Item, Naming, Note, Page, Reason
from symdiff.syntax.tree import Tree

_FORWARD = 3  # parts named one after the other are a walk forward


def page_latex(page: Page) -> str:
    """Sentences and displays in turn."""
    blocks: list[str] = []
    for shown, run in groupby(page.items, lambda item: _line(item) is not None):
        items = list(run)
        names = [item for item in items if isinstance(item, Naming)]
        blocks += [_let(names)] if names else []
        if shown:
            blocks.append(_display([chain for chain in map(_line, items) if chain is not None]))
        else:
            blocks += [_sentence(item) for item in items if isinstance(item, Note)]
    return "\n".join(blocks)


def _line(item: Item) -> Chain | None:
    """What an item is in the display: a chain, or how a part moves by a scalar, with its rule."""
    if isinstance(item, Naming):
        return item.move if item.move is not None and item.move.left.kind == "derivative" else None
    return item if isinstance(item, Chain) else None


def _let(namings: Sequence[Naming]) -> str:
    """`Let $r=Ax-b$, so $\\mathrm dr=A\\,\\mathrm dx$.`"""
    write = Latex()
    named = [f"${write(n.name)} = {write(n.body)}${_remark(n.remark)}" for n in namings]
    moves = [n.move for n in namings if n.move is not None and n.move.left.kind != "derivative"]
    so = [f"${write(chain.left)} = {write(chain.lines[-1].written)}${_asked(chain)}" for chain in moves]
    opening = "Forward: " if len(named) >= _FORWARD else "Let "
    return f"{opening}{_listed(named)}{', so ' if so else ''}{_listed(so)}."


def _remark(reason: Reason) -> str:
    return f" ({_said(reason)})" if reason else ""


def _asked(chain: Chain) -> str:
    """The condition of a move, in words."""
    asked = [piece for line in chain.lines for piece in line.reason if isinstance(piece, Condition)]
    return f" ({_said(tuple(asked))})" if asked else ""


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) if len(words) != 2 else " and ".join(words)


def _sentence(note: Note) -> str:
    return f"{_said(note.said)}."


def _display(chains: Sequence[Chain]) -> str:
    rows: list[str] = []
    for k, chain in enumerate(chains):
        if k:
            rows[-1] += "[4pt]"
        rows += _rows(chain)
    rows[-1] = rows[-1].removesuffix("\\\\")
    return "\\[\n\\begin{aligned}\n" + "\n".join(rows) + "\n\\end{aligned}\n\\]"


def _rows(chain: Chain) -> Iterator[str]:
    write = Latex()
    sign = "=" if chain.sign == "=" else r"\to"
    left = write(chain.left)
    for line in chain.lines:
        reason = _text(line.reason)
        yield f"{left} &{sign} {write(line.written)}{' && ' + reason if reason else ''}\\\\"
        left = ""


def _pieces(reason: Reason) -> Iterator[tuple[bool, str]]:
    """The pieces of a reason in LaTeX, each with whether it is mathematics."""
    write = Latex()
    for piece in reason:
        if isinstance(piece, Tree):
            yield True, write(piece)
        elif isinstance(piece, Condition):
            yield True, condition_text(piece, "latex")
        elif piece.strip() in ("=", "="):
            yield True, "="
        elif piece:
            yield False, escaped(piece)


def _said(reason: Reason) -> str:
    """A reason in a sentence, its mathematics in dollars."""
    return "".join(f"${said}$" if mathematics else said for mathematics, said in _pieces(reason))


def _text(reason: Reason) -> str:
    """A reason behind a line, its words as text."""
    pieces = [said if mathematics else rf"\text{{{said}}}" for mathematics, said in _pieces(reason)]
    return " ".join(pieces).replace("} \\text{", "")
