r"""Unicode and LaTeX as pages of derivations have them: u′, (dr)ᵀ; `\sin x^2`, brackets no larger than needed."""

from __future__ import annotations

import re

from symdiff.book.library import library
from symdiff.show.as_latex import Latex
from symdiff.show.as_text import Text
from symdiff.show.as_unicode import Unicode
from symdiff.show.forms import latex_form
from symdiff.show.unparse import ANY, ATOM, JUXT, POSTFIX, POWER, PRODUCT, Mark, Part, Piece
from symdiff.syntax.tree import Tree, map_tree, walk

_ELEMENTWISE = frozenset({"sum", "neg", "hadamard", "name", "differential", "number", "dotpower", "quotient"})
_EXPONENT = 24  # characters of what is set as an exponent
_OF_ENTRIES = {"hadamard": "product", "dotpower": "power", "dotquotient": "quotient"}  # what is done with entries
_HEAD = re.compile(r"(\\(arc)?(sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|coth|log|ln|exp|det))+\(\Z")  # \log\det(
_TALL = re.compile(r"\\(frac|begin|sum|prod|int)\b")
_BRACKET = re.compile(r"\\left *(\(|\[|\\lVert|\\lvert)|\\right *(\)|\]|\\rVert|\\rvert)")
_PLAIN = (  # what single characters need no braces for
    (re.compile(r"([\^_])\{(\w|\\top)\}"), r"\1\2"),
    (re.compile(r"\\mathrm\{d\}"), r"\\mathrm d"),
    (re.compile(r"(?<=[\w}]) \\, (?=\\mathrm d)"), r"\\,"),
)


class PageUnicode(Unicode):
    """Derivatives of named parts with a prime."""

    def level(self, tree: Tree) -> int:
        if _is_rate(tree) or _is_diff(tree):
            return POSTFIX
        return super().level(tree)

    def write_derivative(self, tree: Tree) -> list[Piece]:
        if not _is_rate(tree):
            return super().write_derivative(tree)
        return [Mark(f"{self.name(tree.children[0].value)}′", "name")]

    def write_call(self, tree: Tree) -> list[Piece]:
        if tree.value == ("diff", ()) and len(tree.children) == 2 and tree.children[1].kind == "index":
            return ["∂", Part(tree.children[0], ATOM), "/∂", Part(tree.children[1], POSTFIX)]
        if not _is_diff(tree):
            return super().write_call(tree)
        return [Part(tree.children[0], ATOM), "′" * _order(tree)]

    def write_transpose(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        return ["(", *self.pieces(inner), ")ᵀ"] if inner.kind == "differential" else super().write_transpose(tree)


class PageLatex(Latex):
    """Functions without brackets where nothing is unclear; `scalars` are the names of scalars."""

    def __init__(self, scalars: frozenset[str] = frozenset(), primes: bool = True) -> None:
        self.scalars = scalars
        self.primes = primes

    def __call__(self, tree: Tree) -> str:
        return fitted(super().__call__(map_tree(map_tree(tree, self._raised), _bare)))

    def _raised(self, node: Tree) -> Tree:
        """The exponential of a number that is no long thing, as a power of e."""
        if node.kind != "call" or node.value != ("exp", ()) or self._holds_array(node.children[0]):
            return node
        short = Text().length(node.children[0]) <= _EXPONENT
        return Tree("power", (Tree("name", (), "e"), *node.children)) if short else node

    def level(self, tree: Tree) -> int:
        if _is_rate(tree):
            return POSTFIX
        if tree.kind == "bare":
            return JUXT
        if tree.kind == "call" and tree.value[0] in ("where", "sum"):
            if self._along(tree) is not None:
                return POSTFIX
            return PRODUCT if tree.value[0] == "sum" or _is_factor(tree) else super().level(tree)
        if _is_diff(tree):
            return POSTFIX if self.primes else JUXT
        return super().level(tree)

    def write_bare(self, tree: Tree) -> list[Piece]:
        form = latex_form(tree.value[0], 1)
        assert form is not None
        return [str(form[0])[:-1], " ", Part(tree.children[0], JUXT)]

    def write_power(self, tree: Tree) -> list[Piece]:
        base, exponent = tree.children
        if exponent.kind == "quotient" and all(child.kind == "number" for child in exponent.children):
            over, under = (child.value for child in exponent.children)
            return [Part(base, ATOM), f"^{{{over}/{under}}}"]
        return super().write_power(tree)

    def write_derivative(self, tree: Tree) -> list[Piece]:
        if not _is_rate(tree):
            return super().write_derivative(tree)
        return [Mark(f"{self.name(tree.children[0].value)}'", "name")]

    def write_transpose(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        return (
            ["(", *self.pieces(inner), Mark(r")^{\top}", "end")]
            if inner.kind == "differential"
            else super().write_transpose(tree)
        )

    def write_call(self, tree: Tree) -> list[Piece]:
        name, args = tree.value[0], tree.children
        if name == "d" and args == (Tree("name", (), "grad"),):
            return [r"\mathrm{d}(\nabla f)"]
        if name == "d" and len(args) == 1:
            plain = args[0].kind in ("name", "bare")
            return [r"\mathrm{d}", Part(args[0], ANY)] if plain else [r"\mathrm{d}", Part(args[0], ATOM)]
        if name == "hessian" and len(args) == 2:
            return [r"\nabla_{", Part(args[1], ANY), "}^2 ", Part(args[0], POWER)]
        if name == "diff" and len(args) == 2 and args[1].kind == "index":
            return [r"\frac{\partial ", Part(args[0], ATOM), r"}{\partial ", Part(args[1], JUXT), "}"]
        if _is_diff(tree) and self.primes:
            whole = Part(args[0], ATOM) if args[0].kind != "call" else Part(Tree("sum", (args[0],)), ATOM)
            return [whole, Mark("'" * _order(tree), "end")]
        if _is_diff(tree):
            raised = f"^{{{_order(tree)}}}" if _order(tree) > 1 else ""
            return [
                rf"\frac{{\mathrm{{d}}{raised}}}{{\mathrm{{d}}",
                Part(args[1], ATOM),
                rf"{raised}}}\,",
                Part(args[0], JUXT),
            ]
        if name == "where" and _is_factor(tree):
            times = r" \odot " if self._holds_array(args[1]) else r" \, "
            if args[1] == Tree("number", (), 1):
                return [r"\mathbf 1[", Part(args[0], ANY), Mark("]", "end")]
            return [r"\mathbf 1[", Part(args[0], ANY), "]", times, Part(args[1], POWER)]
        if (entry := self._along(tree)) is not None:
            return [r"\left(", Part(entry, ANY), Mark(r"\right)_i", "end")]
        if name == "sum" and len(args) == 1 and not tree.value[1] and self._is_entrywise(args[0]):
            return [r"\textstyle\sum_i ", Part(self._entry(args[0]), POWER)]
        return super().write_call(tree)

    def _holds_array(self, tree: Tree) -> bool:
        return any(node.kind == "name" and node.value not in self.scalars for node in walk(tree))

    def _is_entrywise(self, tree: Tree) -> bool:
        hidden, sums = self._sums_hidden(tree)
        plain = all(node.kind in _ELEMENTWISE or _is_elementwise(node) or node in sums for node in walk(hidden))
        return plain and (bool(sums) or self._holds_array(hidden))

    def _along(self, tree: Tree) -> Tree | None:
        """The entry i of a sum along the rows or columns of a matrix: a sum over j of X_ij, or of X_ji."""
        if tree.kind != "call" or tree.value not in (("sum", (("axis", 1),)), ("sum", (("axis", 0),))):
            return None
        (inner,) = tree.children
        if any(
            node.kind == "product" or not (node.kind in _ELEMENTWISE or _is_elementwise(node)) for node in walk(inner)
        ):
            return None
        at = [Tree("name", (), "i"), Tree("name", (), "j")][:: 1 if tree.value[1][0][1] else -1]

        def one(node: Tree) -> Tree:
            if node.kind == "name" and node.value not in self.scalars:
                return Tree("index", (node, *at))
            if node.kind == "differential" and node.children[0].kind == "index":
                return Tree("index", (Tree("differential", node.children[0].children[:1]), *at))
            return Tree(_OF_ENTRIES.get(node.kind, node.kind), node.children, node.value)

        return Tree("indexsum", (map_tree(inner, one),), "j")

    def _sums_hidden(self, tree: Tree) -> tuple[Tree, dict[Tree, Tree]]:
        """A tree with names in the places of sums along rows and columns, and their entries by these."""
        sums: dict[Tree, Tree] = {}

        def hide(node: Tree) -> Tree:
            if (entry := self._along(node)) is None:
                return node
            sums[place := Tree("string", (), f"sum {len(sums)}")] = entry
            return place

        return map_tree(tree, hide), sums

    def entry(self, tree: Tree) -> Tree | None:
        """The entry i of what is summed, where that is worked out entry by entry."""
        return self._entry(tree) if self._is_entrywise(tree) else None

    def _entry(self, tree: Tree) -> Tree:
        """A sum's entry i: p_i for p, (Xw)_i for X*w."""
        i = Tree("name", (), "i")
        held: dict[Tree, Tree] = {}
        tree, sums = self._sums_hidden(tree)

        def product(node: Tree) -> Tree:
            if node.kind != "product" or not all(child.kind == "name" for child in node.children if child):
                return node
            place = Tree("string", (), len(held))
            held[place] = node
            return place

        def one(node: Tree) -> Tree:
            if node in sums:
                return sums[node]
            if node in held or (node.kind == "name" and node.value not in self.scalars):
                return Tree("index", (held.get(node, node), i))
            if node.kind == "differential" and node.children[0].kind == "index":
                return Tree("index", (Tree("differential", node.children[0].children[:1]), i))
            if node.kind == "hadamard":
                return Tree("product", node.children)
            if (node.kind == "bare" and node.value[0] == "exp") or (node.kind == "call" and node.value == ("exp", ())):
                return Tree("power", (Tree("name", (), "e"), *node.children))
            return Tree("power", node.children) if node.kind == "dotpower" else node

        return map_tree(map_tree(tree, product), one)

    def write_gradient(self, tree: Tree) -> list[Piece]:
        return [
            r"\nabla_{",
            Part(tree.value, ANY),
            "} ",
            Part(tree.children[0], JUXT if tree.children[0].kind == "bare" else POWER),
        ]

    def write_index(self, tree: Tree) -> list[Piece]:
        operand, *items = tree.children
        if operand.kind == "differential" and all(item.kind == "name" for item in items):
            return [*self.pieces(operand), Mark(f"_{{{' '.join(self.name(item.value) for item in items)}}}", "end")]
        return super().write_index(tree)


def _is_elementwise(node: Tree) -> bool:
    """Whether a function is applied entry by entry, or a product is one of names."""
    if node.kind == "call":
        entry = library().function(node.value[0], len(node.children)) if not node.value[1] else None
        return entry is not None and entry.elementwise
    return node.kind == "bare" or node.kind == "product"


def _is_rate(tree: Tree) -> bool:
    """Whether it is du/dx, of a named part."""
    return bool(tree.kind == "derivative" and tree.children[0].kind == "name" and tree.value[2] == 1)


def _is_diff(tree: Tree) -> bool:
    """Whether it is a derivative by one variable, `diff(f, x)` or `diff(f, x, 2)`."""
    if tree.kind != "call" or tree.value != ("diff", ()):
        return False
    by = tree.children[1:]
    return by[0].kind == "name" and (len(by) == 1 or (len(by) == 2 and by[1].kind == "number"))


def _order(tree: Tree) -> int:
    return int(tree.children[2].value) if len(tree.children) > 2 else 1


def _is_factor(tree: Tree) -> bool:
    """Whether it is a case that is zero outside."""
    return len(tree.children) == 3 and tree.children[2] == Tree("number", (), 0)


def _bare(node: Tree) -> Tree:
    r"""Functions of what needs no brackets without them; in a product the last factor alone."""
    if node.kind == "call" and not node.value[1] and len(node.children) == 1 and _is_lone(node.children[0]):
        form = latex_form(node.value[0], 1)
        if form is not None and len(form) == 3 and form[2] == ")" and _HEAD.match(str(form[0])):
            return Tree("bare", node.children, (node.value[0], None))
    if node.kind == "product":
        return Tree("product", (*map(_bracketed, node.children[:-1]), node.children[-1]))
    if node.kind in ("power", "transpose"):
        return Tree(node.kind, (_bracketed(node.children[0]), *node.children[1:]))
    return node


def _bracketed(node: Tree | None) -> Tree | None:
    return Tree("call", node.children, (node.value[0], ())) if node is not None and node.kind == "bare" else node


def _is_lone(tree: Tree) -> bool:
    """Whether the argument of a function needs no brackets: a name, a power of one, a number times one."""
    if tree.kind == "power":
        return tree.children[0].kind == "name" and tree.children[1].kind in ("number", "name")
    if tree.kind == "product":
        first, *others = tree.children
        return len(others) == 1 and first.kind == "number" and others[0].kind in ("name", "power")
    return tree.kind == "name"


def fitted(latex: str) -> str:
    """Brackets no larger than what they hold: growing round what is tall, a size more round other brackets."""
    pieces: list[tuple[str, bool, bool]] = [("", False, False)]  # text, whether it is tall, whether it holds brackets
    opened: list[str] = []
    start = 0
    for found in _BRACKET.finditer(latex):
        text, tall, holds = pieces[-1]
        before = latex[start : found.start()]
        pieces[-1] = (text + before, tall or bool(_TALL.search(before)), holds or "(" in before)
        start = found.end()
        if found[1]:
            opened.append(found[1])
            pieces.append(("", False, False))
        elif opened:
            inner, tall, holds = pieces.pop()
            outer, was_tall, _ = pieces[-1]
            pieces[-1] = (outer + _closed(opened.pop(), inner, found[2], tall, holds), was_tall or tall, True)
        else:
            return latex
    text, _, _ = pieces[-1]
    if opened:
        return latex
    text += latex[start:]
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    return text


def _closed(left: str, inner: str, right: str, tall: bool, holds: bool) -> str:
    if tall:
        return rf"\left{left}{inner}\right{right}"
    return rf"\bigl{left}{inner}\bigr{right}" if holds and left in "([" else f"{left}{inner}{right}"
