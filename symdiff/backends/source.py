"""Statements of generated Python: what gets a variable, what stands inside another expression, what is freed.

A printer turns one node and the texts of its arguments into a `Text`. Here its nodes are put in order: a
value used once whose text is short stands where it is used; everything else gets a variable `v0`, `v1`, …, so
that no expression nests deeply whatever the depth of the program.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from symdiff.backends.names import Names
from symdiff.lower import Node, Program

INLINE = 44  # characters of a text that may stand inside another
LINE = 100  # characters of a line, before a sum is cut in two or a list wrapped
FREE = 200  # statements from which variables are freed after their last use

TERNARY, COMPARE, SUM, PRODUCT, UNARY, POWER, ATOM = range(7)
_ALWAYS_INSIDE = frozenset({"input", "literal", "size", "named", "constant"})
_VIEWS = frozenset({"permute", "expand"})


@dataclass(frozen=True, slots=True)
class Text:
    """Source of an expression, how tightly its outermost operator binds, and the variables in it."""

    text: str
    level: int = ATOM
    variables: frozenset[str] = frozenset()

    def at(self, level: int) -> str:
        """The source, in brackets where it binds less tightly than `level`."""
        return self.text if self.level >= level else f"({self.text})"


class Printer:
    """Prints the nodes of a program one by one; `render` is the backend's."""

    def __init__(self, program: Program, names: Names) -> None:
        self.program = program
        self.names = names
        self.texts: dict[Node, Text] = {}
        self.statements: list[tuple[str, Text]] = []
        self.results = frozenset(program.results)
        self.uses: Counter[Node] = Counter(program.results)
        for node in program.nodes:
            self.uses.update(node.args)

    def render(self, node: Node, args: list[Text]) -> Text:
        """The source of one operation on arguments printed already."""
        raise NotImplementedError

    def run(self) -> tuple[list[str], list[str]]:
        """The statements, and the texts of the results."""
        for node in self.program.nodes:
            args = [self.texts[arg] for arg in node.args]
            text = self.render(node, args)
            if not text.variables:
                text = Text(text.text, text.level, frozenset().union(*(arg.variables for arg in args)))
            self.texts[node] = text if self._inside(node, text) else self.assign(text, self.program.names.get(node))
        results = [self.texts[node] for node in self.program.results]
        return self._freed(results), [text.text for text in results]

    def assign(self, text: Text, own: str | None = None) -> Text:
        """A new variable that holds the value of a text, by a user's own name where that is safe."""
        name = self.names.fresh("v", len(self.statements)) if own is None else self.names.own(own, "v")
        self.statements.append((name, text))
        return Text(name, ATOM, frozenset((name,)))

    def _inside(self, node: Node, text: Text) -> bool:
        if node.op in _ALWAYS_INSIDE:
            return True
        if node.op in _VIEWS and self.texts[node.args[0]].text.isidentifier():
            return True
        if node in self.program.names:
            return False
        short = len(text.text) <= (LINE if node in self.results else INLINE)
        return self.uses[node] == 1 and short

    def _freed(self, results: list[Text]) -> list[str]:
        """The statements as lines; in a long program each array is let go after its last use."""
        lines = [f"{name} = {text.text}" for name, text in self.statements]
        if len(lines) < FREE:
            return lines
        needed = set().union(*(text.variables for text in results))
        freed: list[str] = []
        for line, (name, text) in zip(reversed(lines), reversed(self.statements), strict=True):
            last = sorted((text.variables | {name}) - needed)
            needed |= text.variables
            if last:
                freed.append(f"del {', '.join(last)}")
            freed.append(line)
        return freed[::-1]
