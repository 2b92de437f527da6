r"""Reads LaTeX as people do, by its own precedence: what scripts, functions and signs take hold of.

`structure(latex)` gives nested tuples in which brackets that only group are gone. So a formula put into another is
written right exactly if the structure of the whole holds the structure of the part.
"""

from __future__ import annotations

import re
from typing import Any

Node = Any

_TOKEN = re.compile(
    r"(?P<space>(?:\s|\\,|\\;|\\quad)+)|(?P<left>\\left(?:\\[A-Za-z]+|.))|(?P<right>\\right(?:\\[A-Za-z]+|.))"
    r"|(?P<begin>\\begin\{\w+\})|(?P<end>\\end\{\w+\})|(?P<word>\\(?:operatorname|mathrm|mathbf|text)\{[^{}]*\})"
    r"|(?P<command>\\[A-Za-z]+|\\\\|\\.)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<other>.)"
)
_PREFIX = frozenset(
    r"\sin \cos \tan \cot \sec \csc \sinh \cosh \tanh \coth \arcsin \arccos \arctan \exp \log \det \max \min \arg \sum"
    r" \nabla".split()
)
_SIGNS = frozenset({r"\times", r"\odot", r"\oslash", r"\otimes"})
_COMPARE = frozenset({"=", "<", ">", r"\le", r"\ge", r"\ne", r"\land", r"\lor"})
_ENDS = ("right", "end")


def structure(latex: str) -> Node:
    """The structure of a formula. AssertionError for what LaTeX itself refuses, such as two exponents on one thing."""
    tokens: list[tuple[str, str, bool]] = []
    spaced = False
    for found in _TOKEN.finditer(latex):
        if found.lastgroup == "space":
            spaced = True
            continue
        tokens.append((found.lastgroup or "", found.group(), spaced))
        spaced = False
    reader = _Reader(tokens)
    result = reader.rows()
    assert reader.place == len(tokens), latex
    return result


class _Reader:
    def __init__(self, tokens: list[tuple[str, str, bool]]) -> None:
        self.tokens = tokens
        self.place = 0

    def at(self, *texts: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place][1] in texts

    def kind(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else "right"

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1][1]

    def stops(self) -> bool:
        return self.kind() in _ENDS or self.at("}", ",", "&", r"\\")

    def rows(self) -> Node:
        """What stands between brackets: one thing, or things with separators between."""
        parts: list[Node] = []
        while True:
            parts.append(("none",) if self.stops() else self.compared())
            if not self.at(",", "&", r"\\"):
                return parts[0] if len(parts) == 1 else ("list", *parts)
            parts.append(self.take())

    def compared(self) -> Node:
        parts: list[Node] = [self.sum()]
        while not self.stops() and self.at(*_COMPARE):
            parts += [self.take(), self.sum()]
        return parts[0] if len(parts) == 1 else ("compare", *parts)

    def sum(self) -> Node:
        parts: list[Node] = []
        while not self.stops() and not self.at(*_COMPARE):
            sign = self.take() if self.at("+", "-") else "+"
            term = self.product()
            more = term[1:] if term[0] == "sum" and sign == "+" else ((sign, term),)
            parts += more
        return parts[0][1] if len(parts) == 1 and parts[0][0] == "+" else ("sum", *parts)

    def product(self) -> Node:
        """Runs side by side with signs between them; a sign takes the whole run on either side."""
        parts: list[Node] = [self.run()]
        while self.at(*_SIGNS):
            parts += [self.take(), self.run()]
        return parts[0] if len(parts) == 1 else ("signs", *parts)

    def run(self) -> Node:
        if self.at(*_SIGNS) and self.tokens[self.place + 1][1] == "}":  # a sign alone, below a bracket
            return ("sign", self.take())
        factors: list[Node] = []
        while not self.stops() and not self.at("+", "-", *_SIGNS, *_COMPARE):
            if self.at(r"\cdot"):
                self.take()
                continue
            factor = self.factor()
            factors += factor[1:] if factor[0] == "run" else [factor]
        assert factors
        return factors[0] if len(factors) == 1 else ("run", *factors)

    def factor(self) -> Node:
        """A thing with its scripts, or a function with what it takes."""
        kind, text, _ = self.tokens[self.place]
        if kind != "word" and text not in _PREFIX:
            return self.scripted(self.called(self.atom()))
        if text.startswith((r"\mathrm", r"\mathbf", r"\text")):
            return self.scripted(self.called(self.atom()))
        head = self.scripts((self.take(),))
        if self.stops():
            return head
        if self.at("["):
            head = ("entry", head, self.square())
            if not self.at(r"\left(") or self.tokens[self.place][2]:
                return self.scripted(head)
        if text == r"\sum":
            return ("applied", head, self.product())
        if text == r"\nabla":
            return ("applied", head, self.run())
        if self.at(r"\left("):
            power = head[3] if head[0] == "scripts" else None
            head = head[1] if power else head
            applied = self.scripted(("applied", head, self.group()))
            return ("scripts", applied, None, power) if power else applied
        following = self.kind()
        if following == "left" or following == "word" or self.at(*_PREFIX) or self.called_next():
            return ("applied", head, self.factor())
        return ("applied", head, self.run())

    def called_next(self) -> bool:
        r"""Whether a letter follows that takes brackets straight behind it: `\Gamma\left(x\right)`."""
        after = self.tokens[self.place + 1 : self.place + 2]
        return bool(after) and after[0][0] == "left" and not after[0][2]

    def called(self, head: Node) -> Node:
        """A letter with brackets straight behind it is a function of what they hold."""
        head = self.scripts(head)
        if self.at(r"\left(") and not self.tokens[self.place][2] and head[0] != "grouped":
            return ("applied", head, self.group())
        return head

    def scripted(self, base: Node) -> Node:
        """A thing with its scripts, and its entries in brackets straight behind it."""
        base = self.scripts(base)
        while self.at(r"\left[", "[") and not self.tokens[self.place][2]:
            inside = self.square() if self.at("[") else self.group()
            base = self.scripts(("entry", base[1] if base[0] == "grouped" else base, inside))
        return base[1] if base[0] == "grouped" else base

    def scripts(self, base: Node) -> Node:
        below = above = None
        while self.at("^", "_", "'"):
            sign = self.take()
            value = ("'",) if sign == "'" else self.braced()
            if sign == "_":
                assert below is None and (base[0] != "scripts" or base[2] is None), "two subscripts"
                below = value
            else:
                assert above is None and (base[0] != "scripts" or base[3] is None), "two exponents"
                above = value
        if base[0] == "grouped" and (below or above):
            base = base[1]
        if below:  # a subscript belongs to the letter, whatever is raised afterwards
            base = ("scripts", base, below, None)
        return ("scripts", base, None, above) if above else base

    def braced(self) -> Node:
        if not self.at("{"):
            return (self.take(),)
        self.take()
        if self.at("+", "-") and self.tokens[self.place + 1][1] == "}":
            inside: Node = (self.take(),)
        else:
            inside = self.rows()
        assert self.take() == "}"
        return inside

    def square(self) -> Node:
        self.take()
        start = self.place
        while not self.at("]"):
            self.take()
        held = self.tokens[start : self.place]
        inside = structure("".join((" " if spaced else "") + text for _, text, spaced in held))
        self.take()
        return inside

    def group(self) -> Node:
        self.take()
        inside = self.rows()
        assert self.kind() == "right"
        self.take()
        return inside

    def atom(self) -> Node:
        kind, text, _ = self.tokens[self.place]
        if kind == "left":
            inside = self.group()
            return ("grouped", inside) if text == r"\left(" else (text, inside)
        if kind == "begin":
            self.take()
            inside = self.rows()
            assert self.kind() == "end"
            self.take()
            return (text, inside)
        if text == "{":
            return ("braces", self.braced())
        self.take()
        if text == r"\frac":
            return ("fraction", self.braced(), self.braced())
        if text in (r"\sqrt", r"\overline"):
            root = []
            while text == r"\sqrt" and self.at("["):
                while not self.at("]"):
                    root.append(self.take())
                self.take()
            return (text, *root, self.braced())
        return (text,)


def replaced(node: Node, letter: str, by: Node) -> Node:
    """The structure with one letter replaced; runs and sums are spliced in as brackets would be."""
    if node == (letter,):
        return by
    if not isinstance(node, tuple):
        return node
    parts: list[Node] = []
    for part in node:
        new = replaced(part, letter, by)
        spliced = node[0] == "run" and isinstance(new, tuple) and new[:1] == ("run",)
        if node[0] == "sum" and isinstance(part, tuple) and part[0] == "+" and new[1][:1] == ("sum",):
            parts += new[1][1:]
        else:
            parts += new[1:] if spliced else [new]
    return tuple(parts)
