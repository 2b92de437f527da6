r"""A derivation in LaTeX: sentences with the names of the parts, then one `aligned`; the reasons behind its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from symdiff.algebra import Condition
from symdiff.notation import to_tree
from symdiff.show import condition_text
from symdiff.show.names import escaped
from symdiff.show.page import FORWARD, Chain, Item, Naming, Note, Numbered, Page, Reason, merged
from symdiff.show.page_style import PageLatex
from symdiff.show.widths import points
from symdiff.syntax.tree import Tree

_OPENINGS = {"if ": "This holds if ", "where ": "Here "}
_PAGE = 325.0  # points: 12 cm, less the signs and the space between the columns
_REASON = 100.0  # that a column of reasons has at least
_INDENT = 20.0
_BETWEEN = 32.0  # the lines and the reasons
_SIZE = re.compile(r"(\w+(?:×\w+)+|\b(?:\w|\d+)(?= entries\b))")  # sizes in words are mathematics
_FORWARD = 3  # parts named one after the other are a walk forward


def page_latex(page: Page) -> str:
    """Sentences and displays in turn."""
    primes = any(isinstance(item, Naming) for item in page.items)
    return _Writer(PageLatex(page.scalars, primes)).page(page)


class _Writer:
    """Sets a page with one notation."""

    def __init__(self, write: PageLatex) -> None:
        self.write = write
        self.numbered = False  # whether headings have numbers that reasons refer to

    def page(self, page: Page) -> str:
        items = list(map(merged, page.items))
        if not any(isinstance(item, Note) and item.heading for item in items):
            return "\n".join(self.runs(items))
        named = [item.name for item in items if isinstance(item, Naming)]
        self.numbered = all(name.value in page.scalars for name in named)
        if not self.numbered:
            return "\n".join(self.runs(_gathered(items)))
        return "\n".join(self.sections(items)).strip()

    def runs(self, items: Sequence[Item]) -> Iterator[str]:
        """What is named as a sentence, what is told as a display, as they come."""
        for shown, run in groupby(items, lambda item: _line(item) is not None):
            together = list(run)
            if shown:
                names = [item for item in together if isinstance(item, Naming)]
                yield from [self.let(names)] if names else []
                yield self.display([chain for chain in map(_line, together) if chain is not None])
                continue
            for naming, some in groupby(together, lambda item: isinstance(item, Naming)):
                several = list(some)
                yield from [self.let(several)] if naming else [self.sentence(i) for i in several if isinstance(i, Note)]  # type: ignore[arg-type]

    def sections(self, items: Sequence[Item]) -> Iterator[str]:
        """Each heading as a sentence with what is named under it, then what is told."""
        heading: Note | None = None
        under: list[Item] = []
        for item in [*items, Note((), heading=True)]:
            if not (isinstance(item, Note) and item.heading):
                under.append(item)
                continue
            names = [one for one in under if isinstance(one, Naming)]
            chains = [one for one in map(_line, under) if one is not None]
            if heading is not None:
                yield from ("", self.headline(heading, names))
            yield from [self.display(chains)] if chains else []
            yield from (self.sentence(one) for one in under if isinstance(one, Note))
            heading, under = item, []

    def headline(self, heading: Note, names: Sequence[Naming]) -> str:
        """`2. The numerator: $u = \\sin w$ with $w = x^2$.`"""
        number, *words = heading.said
        said = self.said(tuple(words))
        said = "Name the parts" if said == "the parts" else said[:1].upper() + said[1:]
        equations = [f"${self.write(n.name)} = {self.write(n.body)}$" for n in names]
        of = [f"${' = '.join(map(self.write, heading.equation))}$ with "] if heading.equation else []
        named = "".join(of) + _listed(equations)
        told = ": ".join(filter(None, (said, named)))
        return f"{str(number).strip()}. {told}{'.' if told else ''}".strip()

    def let(self, namings: Sequence[Naming]) -> str:
        """`Let $r=Ax-b$, so $\\mathrm dr=A\\,\\mathrm dx$.`"""
        write = self.write
        named = [f"${write(n.name)} = {write(n.body)}${self._remark(n.remark)}" for n in namings]
        moves = [n.move for n in namings if n.move is not None and n.move.left.kind != "derivative"]
        so = [f"${write(chain.left)} = {write(chain.lines[-1].written)}${self._asked(chain)}" for chain in moves]
        opening = "Forward: " if len(named) >= _FORWARD else "Let "
        return f"{opening}{_listed(named)}{', so ' if so else ''}{_listed(so)}."

    def _remark(self, reason: Reason) -> str:
        return f" ({self.said(reason)})" if reason else ""

    def _asked(self, chain: Chain) -> str:
        """The condition of a move, in words."""
        asked = [piece for line in chain.lines for piece in line.reason if isinstance(piece, Condition)]
        return f" ({self.said(tuple(asked))})" if asked else ""

    def sentence(self, note: Note) -> str:
        """What holds of the result."""
        words = self.said(note.said)
        for start, instead in _OPENINGS.items():
            if words.startswith(start):
                return f"{instead}{words.removeprefix(start)}."
        return f"{words[:1].upper()}{words[1:]}."

    def display(self, chains: Sequence[Chain]) -> str:
        """One `aligned`, as wide as a page: where that is too narrow left sides and reasons have lines of their own."""
        left = max(points(self.write(chain.left)) for chain in chains)
        right = max(points(part) for chain in chains for line in chain.lines for part in self._broken(line.written))
        long = max(points(self.text(line.reason)) for chain in chains for line in chain.lines)
        need = min(long, _REASON)
        beside = left + right + need <= _PAGE - _BETWEEN
        column = beside or max(left, right) + need <= _PAGE - _BETWEEN
        room = _PAGE - _BETWEEN - (left + right if beside else max(left, right)) if column else _PAGE - 2 * _INDENT
        rows: list[str] = []
        for k, chain in enumerate(chains):
            if k and len(chain.lines) + len(chains[k - 1].lines) > 2:
                rows[-1] += "[4pt]"
            rows += self._rows(chain, beside, "&&" if column else r"&\qquad", room)
        rows[-1] = rows[-1].removesuffix("\\\\")
        return "\\[\n\\begin{aligned}\n" + "\n".join(rows) + "\n\\end{aligned}\n\\]"

    def _rows(self, chain: Chain, beside: bool, place: str, room: float) -> Iterator[str]:
        """The lines of a chain; reasons in a column of their own, or below."""
        sign = "=" if chain.sign == "=" else r"\to"
        left = self.write(chain.left)
        if not beside:
            yield rf"& {left}\\"
            left = ""
        for line in chain.lines:
            first, *others = self._broken(line.written)
            reasons = self._wrapped(line.reason, room)
            with_first = bool(reasons) and place == "&&"
            yield f"{left} &{sign} {first}{f' && {reasons[0]}' if with_first else ''}\\\\"
            yield from (rf" &\quad {more}\\" for more in others)
            before = " & &&" if place == "&&" else f" {place}"
            yield from (rf"{before} {reason}\\" for reason in reasons[with_first:])
            left = ""

    def _wrapped(self, reason: Reason, room: float) -> list[str]:
        """A reason in lines that fit the room there is."""
        words: list[tuple[bool, str]] = []
        for maths, said in self._pieces(reason):
            words += [(True, said)] if maths else [(False, word) for word in re.findall(r"\s*\S+\s*|\s+", said)]
        lines: list[list[tuple[bool, str]]] = [[]]
        for word in words:
            if lines[-1] and points(_joined([*lines[-1], word])) > room and word[1][:1] not in ",;.]":
                lines.append([])
            lines[-1].append(word)
        return [_joined(line) for line in lines if line]

    def _broken(self, tree: Tree) -> list[str]:
        """A right side in lines no wider than a page, broken before the terms of a sum."""
        whole = self.write(tree)
        if points(whole) <= _PAGE or tree.kind != "sum":
            return [whole]
        lines: list[list[Tree]] = [[]]
        for term in tree.children:
            assert term is not None
            if lines[-1] and points(self.write(Tree("sum", (*lines[-1], term)))) > _PAGE:
                lines.append([])
            lines[-1].append(term)
        written = [self.write(Tree("sum", tuple(line)) if len(line) > 1 else line[0]) for line in lines]
        return [written[0], *(more if more.startswith("-") else f"+ {more}" for more in written[1:])]

    def _pieces(self, reason: Reason) -> Iterator[tuple[bool, str]]:
        """The pieces of a reason in LaTeX, each with whether it is mathematics."""
        for piece in reason:
            if isinstance(piece, Tree):
                yield True, self.write(piece)
            elif isinstance(piece, Condition):
                yield from self._condition(piece)
            elif isinstance(piece, Numbered):
                yield from [(False, piece.words)] if self.numbered else self._pieces(piece.plain)
            elif piece.strip() == "=":
                yield True, "="
            elif piece:
                words = enumerate(_SIZE.split(piece))
                yield from (
                    (True, w.replace("×", r" \times ")) if k % 2 else (False, escaped(w)) for k, w in words if w
                )

    def _condition(self, condition: Condition) -> Iterator[tuple[bool, str]]:
        if condition.predicate == "nonzero" and condition.args[0].shape and not condition.given:
            yield from [(False, "no entry of "), (True, self.write(to_tree(condition.args[0]))), (False, " is 0")]
        else:
            yield True, condition_text(condition, "latex")

    def said(self, reason: Reason) -> str:
        """A reason in a sentence, its mathematics in dollars."""
        return "".join(f"${said}$" if maths else said for maths, said in self._pieces(reason)).replace("$$", " ")

    def text(self, reason: Reason) -> str:
        """A reason behind a line, its words as text."""
        return _joined(list(self._pieces(reason)))


def _joined(pieces: Sequence[tuple[bool, str]]) -> str:
    """Pieces of mathematics and words side by side."""
    runs = [(maths, "".join(said for _, said in run)) for maths, run in groupby(pieces, itemgetter(0))]
    return "".join(said if maths else rf"\text{{{said}}}" for maths, said in runs)


def _gathered(items: Sequence[Item]) -> list[Item]:
    """Where headings are no sentences: all names with what their headings say of them, then the lines, then remarks."""
    words: Reason = ()
    names: list[Item] = []
    chains: list[Item] = []
    notes: list[Item] = []
    for item in items:
        if isinstance(item, Note):
            words = item.said[1:] if item.heading and FORWARD not in item.said else ()
            notes += [] if item.heading else [item]
        elif isinstance(item, Naming):
            names.append(item._replace(remark=item.remark or words, move=None))
            chains += [item.move] if item.move else []
        elif isinstance(item, Chain):
            words = ()
            chains.append(item)
    return [*names, *chains, *notes]


def _line(item: Item) -> Chain | None:
    """What an item is in the display: a chain, or how a part moves by a scalar, with its rule."""
    if isinstance(item, Naming):
        return item.move if item.move is not None and item.move.left.kind == "derivative" else None
    return item if isinstance(item, Chain) else None


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) if len(words) != 2 else " and ".join(words)
