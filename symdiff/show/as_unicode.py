"""Trees as people write them with Unicode: `Xᵀ(σ(Xw) − y)`, `2x²`, `A⁻¹b`, `‖x‖₂`. It reads back too."""

from __future__ import annotations

import re
from typing import ClassVar

from symdiff.show.as_text import Text
from symdiff.show.forms import function_named, unicode_head
from symdiff.show.names import subscript, superscript, unicode_name
from symdiff.show.unparse import (
    ANY,
    ATOM,
    JOIN,
    JUXT,
    POSTFIX,
    POWER,
    PREFIX,
    PRODUCT,
    Mark,
    Part,
    Piece,
)
from symdiff.syntax.names import canonical, is_word
from symdiff.syntax.tree import Tree, walk

# functions whose powers are written at their names: sin²(x)
RAISED_AT_NAME = frozenset("sin cos tan cot sec csc sinh cosh tanh coth sech csch".split())
_RUN = 40  # letters side by side
_NOT_A_PRODUCT = re.compile(r"[^A-Za-z]|[deiI]|[a-z]{2}")  # of single letters, read without spaces
_SUFFIXES = {"1": "₁", "2": "₂", "F": "_F", "inf": "_∞", None: ""}


class Unicode(Text):
    """Products side by side, powers raised, Greek letters."""

    minus, less = " − ", "−"
    signs: ClassVar[dict[str, str]] = {"hadamard": " ⊙ ", "dotquotient": " ⊘ ", "quotient": "/"}
    comparisons: ClassVar[dict[str, str]] = {"<=": "≤", ">=": "≥", "!=": "≠"}
    factor_level = JUXT

    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        self.names = names

    def name(self, name: str) -> str:
        return unicode_name(name)

    def level(self, tree: Tree) -> int:
        if tree.kind == "product":
            return PRODUCT if _needs_signs(tree) else JUXT
        if tree.kind == "power" and self.raised(tree) is not None:
            return POSTFIX
        if tree.kind == "kron":
            return PRODUCT
        if tree.kind == "gradient":
            return PREFIX if tree.value.kind == "name" else ATOM
        if tree.kind == "sqrt":
            return POWER
        if _is_inverse(tree):
            return POSTFIX
        return super().level(tree)

    # products

    def write_matrix(self, tree: Tree) -> list[Piece]:
        """Blanks between the entries of a column would be read as missing commas."""
        rows = [row.children for row in tree.children]
        if any(len(row) > 1 for row in rows):
            return super().write_matrix(tree)
        pieces: list[Piece] = [Mark("[", "open")]
        for k, (entry,) in enumerate(rows):
            pieces += ["; "] if k else []
            pieces.append(Part(entry, ANY, signed=True))
        return [*pieces, Mark("]", "end")]

    def write_vector(self, tree: Tree) -> list[Piece]:
        if len(tree.children) > 1:
            return super().write_vector(tree)
        return [Mark("[", "open"), Part(tree.children[0], ANY, signed=True), Mark("]", "end")]

    def write_product(self, tree: Tree) -> list[Piece]:
        between: Piece = "·" if _needs_signs(tree) else JOIN
        pieces: list[Piece] = []
        for k, factor in enumerate(tree.children):
            pieces += [between] if k else []
            pieces.append(Part(factor, POWER))
        return pieces

    def meet(self, written: list[Mark], following: Mark) -> str:
        """Nothing, or the space without which two factors would be read as one thing."""
        before = written[-1]
        if following.kind == "name":
            if before.kind == "number":
                return " " if following.text[0] in "eE" else ""
            if before.kind == "name":
                return "" if self.side_by_side(written, following) else " "
            differential = len(following.text) > 1 and following.text[0] == "d"
            return "" if before.kind in ("close", "raised") and not differential else " "
        if following.text == "(":
            if before.kind == "name":
                if len(written) > 1 and written[-2].kind == "name":
                    written[-1] = Mark(" " + before.text, "name")
                return " "
            return "" if before.kind in ("number", "close", "raised") else " "
        return "" if before.kind == "number" and following.kind == "bar" else " "

    def side_by_side(self, written: list[Mark], following: Mark) -> bool:
        """Whether a run of single letters reads as their product: `Ax`, `AXB`."""
        letters = [following.text]
        for mark in reversed(written):
            if mark.kind != "name" or len(letters) > _RUN:
                break
            letters.append(mark.text)
        word = "".join(reversed(letters))
        if len(letters) > _RUN or any(len(letter) != 1 for letter in letters) or _NOT_A_PRODUCT.search(word):
            return False
        return word not in self.names and not word.islower()

    def write_kron(self, tree: Tree) -> list[Piece]:
        left, right = tree.children
        return [Part(left, JUXT), " ⊗ ", Part(right, JUXT)]

    # powers

    def raised(self, tree: Tree) -> str | None:
        """The exponent as superscripts, where it and the base allow it."""
        base, exponent = tree.children
        negative = exponent.kind == "neg"
        exponent = exponent.children[0] if negative else exponent
        if base.kind == "number" or exponent.kind not in ("number", "name"):
            return None
        plain = str(exponent.value)
        if len(plain) > 6 or not (isinstance(exponent.value, int) or len(plain) == 1):
            return None
        return superscript("-" + plain if negative else plain)

    def exponent(self, exponent: Tree) -> list[Piece]:
        return [*super().exponent(exponent), Mark("", "end")]

    def write_power(self, tree: Tree) -> list[Piece]:
        base, exponent = tree.children
        raised = self.raised(tree)
        if raised is None:
            return [Part(base, POSTFIX), "^", *self.exponent(exponent)]
        mark = Mark(raised, "raised")
        if base.kind == "call" and base.value[0] in RAISED_AT_NAME and exponent.kind == "number":
            return self.called(base.value[0] + raised, base.children)
        if base.kind == "norm" and base.value == "2":
            return [*self.norm(base, ""), mark]
        return [Part(base, POSTFIX if base.kind == "index" else ATOM), mark]

    def write_transpose(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if _is_inverse(inner):
            return [Part(inner.children[0], ATOM), Mark("⁻ᵀ", "raised")]
        return [Part(inner, POSTFIX if inner.kind == "index" else ATOM), Mark("ᵀ", "raised")]

    # functions

    def write_call(self, tree: Tree) -> list[Piece]:
        name, keywords = tree.value
        if _is_inverse(tree):
            return [Part(tree.children[0], ATOM), Mark("⁻¹", "raised")]
        if (name, keywords) == ("norm_nuc", ()) and not _has_bars(tree):
            return self.norm(tree, "_*")
        head = None if keywords else unicode_head(name, len(tree.children))
        if head is None or canonical(head) in self.names:  # σ(x) is no call where σ is a variable
            head = name if function_named(name) else unicode_name(name)
        return self.called(head, tree.children, keywords)

    def write_sqrt(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind in ("name", "number") and self.level(inner) == ATOM:
            return ["√", Part(inner, ATOM), Mark("", "root")]
        return ["√(", Part(inner, ANY), Mark(")", "root")]

    def write_abs(self, tree: Tree) -> list[Piece]:
        if _has_bars(tree.children[0]) or _holds_capital(tree.children[0]):
            return self.called("abs", tree.children)
        return [Mark("|", "bar"), Part(tree.children[0], ANY), Mark("|", "end")]

    def write_norm(self, tree: Tree) -> list[Piece]:
        if isinstance(tree.value, Tree):
            plain = str(tree.value.value)
            if tree.value.kind != "name" or len(plain) > 1:
                return super().write_norm(tree)
            return self.norm(tree, f"_{plain}")
        return self.norm(tree, _SUFFIXES[tree.value])

    def norm(self, tree: Tree, suffix: str) -> list[Piece]:
        if _has_bars(tree.children[0]):
            return super().write_norm(tree)
        return [Mark("‖", "bar"), Part(tree.children[0], ANY), Mark(f"‖{suffix}", "end")]

    # derivatives

    def write_derivative(self, tree: Tree) -> list[Piece]:
        (operand,) = tree.children
        _, wrt, order = tree.value
        if order == 1 or len(wrt) > 1 or wrt[0].kind != "name":
            return super().write_derivative(tree)
        raised = superscript(str(order))
        return [f"d{raised}/d{self.name(wrt[0].value)}{raised} ", Part(operand, JUXT)]

    def write_gradient(self, tree: Tree) -> list[Piece]:
        if tree.value.kind != "name":
            return super().write_gradient(tree)
        name = self.name(tree.value.value)
        below = subscript(name) or (f"_{name}" if len(name) == 1 else f"_{{{name}}}")
        return [f"∇{below} ", Part(tree.children[0], JUXT)]


def _needs_signs(tree: Tree) -> bool:
    """Whether factors side by side could be misread: a number right of another factor, a word (`lam w`)."""
    first, *others = (_head(factor) for factor in tree.children)
    return any(head.kind == "number" for head in others) or any(
        head.kind == "name" and is_word(head.value) for head in (first, *others)
    )


def _head(factor: Tree) -> Tree:
    """What a factor begins with: the base below its marks."""
    while factor.kind in ("transpose", "hermitian", "power", "dotpower", "index"):
        factor = factor.children[0]
    return factor


def _is_inverse(tree: Tree) -> bool:
    return tree.kind == "call" and tree.value == ("inv", ()) and len(tree.children) == 1


def _has_bars(tree: Tree) -> bool:
    return any(node.kind in ("abs", "norm") for node in walk(tree))


def _holds_capital(tree: Tree) -> bool:
    """Whether a capital stands between bars outside of a function: they would be those of a determinant."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if node.kind == "name" and node.value[0].isupper():
            return True
        if node.kind not in ("call", "index", "prime", "indexsum"):
            pending.extend(node.children)
    return False


def names_in(tree: Tree) -> frozenset[str]:
    """Every name of a tree, each shared part looked at once."""
    seen: set[int] = set()
    found: set[str] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.kind == "name":
            found.add(node.value)
        stack.extend(child for child in node.children if child is not None)
    return frozenset(found)
