r"""Trees in LaTeX: fractions, roots, `A^{\top}`; nothing beyond what KaTeX and MathJax know."""

from __future__ import annotations

import re
from typing import Any

from symdiff.show.as_text import Keywords, Text, digits
from symdiff.show.as_unicode import RAISED_AT_NAME
from symdiff.show.forms import latex_form, latex_head
from symdiff.show.names import escaped, latex_name
from symdiff.show.unparse import (
    AND,
    ANY,
    ATOM,
    COMPARE,
    JOIN,
    JUXT,
    NOT,
    OR,
    POSTFIX,
    POWER,
    PREFIX,
    PRODUCT,
    SUM,
    Mark,
    Part,
    Piece,
    level_of,
    separated,
)
from symdiff.syntax.tree import Tree

_COMPARISONS = {"<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_NORMS = {"1": "_{1}", "2": "_{2}", "F": "_{F}", "inf": r"_{\infty}", None: ""}
_OPEN, _CLOSE = Mark(r"\left(", "open"), Mark(r"\right)", "close")
_CLOSED = (  # a name with brackets, bars, a root, a letter with a subscript
    r"(\\operatorname\{[^}]*\}|\\[A-Za-z]+|\w)(_\{[^}]*\})?(\([^()]*\))?"
    r"|\\left(\\l?[A-Za-z]+|[|[(]) ?x[^()]*\\right(\\r?[A-Za-z]+|[])|])(_\{[^}]*\})?|\\(sqrt|overline)(\[3\])?\{x\}"
)
_INFIX = r"\\(times|otimes|odot)\b"
_FILLED_WITH = {"ones": r"\mathbf{1}", "zeros": r"\mathbf{0}"}


class Latex(Text):
    """Displayed mathematics."""

    brackets = (r"\left(", r"\right)")

    def level(self, tree: Tree) -> int:
        kind = tree.kind
        if kind in ("product", "quotient", "derivative"):
            return JUXT
        if kind in ("gradient", "indexsum"):  # what follows would be under them too
            return PREFIX
        if kind == "differential" and tree.children[0].kind == "name":
            return POSTFIX
        if kind == "prime" and not isinstance(tree.value, int):
            return JUXT
        if kind == "number" and level_of(tree) == PRODUCT:
            return JUXT
        if kind == "kron":
            return PRODUCT
        if kind == "sqrt":
            return ATOM
        if kind == "call":
            return self.call_level(tree)
        return level_of(tree)

    def write_blank(self, tree: Tree) -> list[Piece]:
        return [r"\underline{\hspace{4cm}}"]

    def call_level(self, tree: Tree) -> int:
        """A form that is no name with brackets, and no bars, needs brackets where it could fall apart."""
        name, keywords = tree.value
        form = None if keywords or name == "abs" else latex_form(name, len(tree.children))
        if name == "where":
            return COMPARE  # cases end without a sign: what follows must be seen to be outside
        if name == "einsum":
            total = tree.children[0].value.replace(" ", "").endswith("->")
            return PREFIX if total else POSTFIX
        if form is None or name == "inv":
            return POSTFIX if name == "inv" else ATOM
        plain = "".join("x" if isinstance(piece, int) else piece for piece in form)
        if re.fullmatch(_CLOSED, plain):
            return ATOM
        return PRODUCT if re.search(_INFIX, plain) else POWER if "^" in plain else JUXT

    # leaves

    def digits(self, value: int | float) -> str:
        if isinstance(value, int):
            return digits(value)
        mantissa, _, exponent = repr(value).partition("e")
        if not exponent:
            return mantissa
        power = f"10^{{{int(exponent)}}}"
        return power if mantissa == "1" else rf"{mantissa} \cdot {power}"

    def write_number(self, tree: Tree) -> list[Piece]:
        if level_of(tree) == PRODUCT:
            return [rf"\frac{{{tree.value.numerator}}}{{{tree.value.denominator}}}"]
        return super().write_number(tree)

    def write_string(self, tree: Tree) -> list[Piece]:
        return [rf"\text{{``{escaped(tree.value)}''}}"]

    def name(self, name: str) -> str:
        return latex_name(name)

    def write_where(self, tree: Tree) -> list[Piece]:
        body, *parts = tree.children
        defined = [separated(part.children, " = ", OR) for part in parts]
        if tree.value == "line":
            return [Part(body, OR), r" \quad \text{where } ", *defined[0]]
        pieces: list[Piece] = ["\\begin{aligned}\n&", Part(body, OR)]
        for k, part in enumerate(defined):
            pieces += [" \\\\\n&", r"\phantom{\text{where }} " if k else r"\text{where } ", *part]
        return [*pieces, "\n\\end{aligned}"]

    # operators

    def write_product(self, tree: Tree) -> list[Piece]:
        pieces: list[Piece] = []
        for k, factor in enumerate(tree.children):
            pieces += [JOIN] if k else []
            pieces.append(Part(factor, POWER if factor.kind == "product" else JUXT))
        return pieces

    def meet(self, written: list[Mark], following: Mark) -> str:
        if any(mark.text.startswith((r"\mathrm{", r"\text{")) for mark in (written[-1], following)):
            return r" \, "
        return r" \cdot " if following.kind == "number" else " "

    def write_hadamard(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, r" \odot ", JUXT)

    def write_dotquotient(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, r" \oslash ", JUXT)

    def write_quotient(self, tree: Tree) -> list[Piece]:
        over, under = tree.children
        return [r"\frac{", Part(over, ANY), "}{", Part(under, ANY), "}"]

    def write_kron(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, r" \otimes ", JUXT)

    def write_power(self, tree: Tree) -> list[Piece]:
        base, exponent = tree.children
        above: list[Piece] = ["^{", Part(exponent, ANY), "}"]
        if base.kind == "call" and base.value[0] in RAISED_AT_NAME and exponent.kind == "number":
            form = latex_form(base.value[0], 1)
            if form is not None and isinstance(form[0], str) and form[0].endswith("("):
                return [form[0][:-1], *above, _OPEN, Part(base.children[0], ANY), _CLOSE]
        if base.kind == "norm" and base.value == "2":
            return [*self.norm(base, ""), *above]
        return [Part(base, POSTFIX if base.kind == "index" else ATOM), *above]

    def write_dotpower(self, tree: Tree) -> list[Piece]:
        base, exponent = tree.children
        return [Part(base, ATOM), r"^{\circ ", Part(exponent, JUXT), "}"]

    def write_transpose(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind == "call" and inner.value == ("inv", ()):
            return [Part(inner.children[0], ATOM), r"^{-\top}"]
        return [Part(inner, POSTFIX if inner.kind in ("index", "differential") else ATOM), r"^{\top}"]

    def write_hermitian(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        return [Part(inner, POSTFIX if inner.kind == "differential" else ATOM), "^{H}"]

    def write_compare(self, tree: Tree) -> list[Piece]:
        left, right = tree.children
        return [Part(left, SUM), f" {_COMPARISONS[tree.value]} ", Part(right, SUM)]

    def write_and(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, r" \land ", NOT)

    def write_or(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, r" \lor ", AND)

    def write_not(self, tree: Tree) -> list[Piece]:
        return [r"\lnot ", Part(tree.children[0], SUM)]

    # entries and literals

    def write_index(self, tree: Tree) -> list[Piece]:
        operand, *items = tree.children
        if all(item.kind == "name" for item in items):  # an entry at indices, not at places that count from 0
            below = " ".join(self.name(item.value) for item in items)
            lone = operand.kind == "name" and "_" not in self.name(operand.value)
            inner = [Part(operand, ATOM)] if lone else [r"\left(", Part(operand, ANY), r"\right)"]
            return [*inner, Mark(rf"_{{{below}}}", "end")]
        return [Part(operand, POSTFIX), r"\left[", *separated(items, ", "), Mark(r"\right]", "end")]

    def write_vector(self, tree: Tree) -> list[Piece]:
        return [r"\begin{bmatrix} ", *separated(tree.children, r" \\ "), Mark(r" \end{bmatrix}", "end")]

    def write_matrix(self, tree: Tree) -> list[Piece]:
        pieces: list[Piece] = [r"\begin{bmatrix} "]
        for k, row in enumerate(tree.children):
            pieces += [r" \\ "] if k else []
            pieces += separated(row.children, " & ")
        return [*pieces, Mark(r" \end{bmatrix}", "end")]

    # functions

    def called(self, name: str, args: tuple[Tree, ...], keywords: Keywords = ()) -> list[Piece]:
        pieces: list[Piece] = [name, _OPEN, *separated(args, ", ")]
        for k, (keyword, value) in enumerate(keywords):
            written: Piece = Part(value, ANY) if isinstance(value, Tree) else _keyword_value(value)
            pieces += [", " if k or args else "", rf"\text{{{escaped(keyword)}}} = ", written]
        return [*pieces, Mark(r"\right)", "end")]

    def write_call(self, tree: Tree) -> list[Piece]:
        name, keywords = tree.value
        args = tree.children
        if name == "inv":
            return [Part(args[0], ATOM), "^{-1}"]
        if name == "where" and len(args) == 3:
            return _cases(*args)
        if name == "einsum":
            return _entries(args[0].value, args[1:])
        if name in _FILLED_WITH and not keywords:
            sizes = separated(args, r" \times ")
            return [_FILLED_WITH[name], "_{", *sizes, Mark("}", "end")]
        form = None if name == "abs" else latex_form(name, len(args))  # bars around an array mean other things
        if form is None:
            return self.called(latex_head(name, len(args)) or _function_name(name), args, keywords)
        if keywords:
            head = form[0] if isinstance(form[0], str) and form[0].endswith("(") else f"{_operator(name)}("
            return self.called(head[:-1], args, keywords)
        return _filled(form, args)

    def write_bare(self, tree: Tree) -> list[Piece]:
        name, power = tree.value
        call = Tree("call", tree.children, (name, ()))
        return self.pieces(call if power is None else Tree("power", (call, Tree("number", (), power))))

    def write_sqrt(self, tree: Tree) -> list[Piece]:
        return [r"\sqrt{", Part(tree.children[0], ANY), "}"]

    def write_abs(self, tree: Tree) -> list[Piece]:
        return [r"\left\lvert ", Part(tree.children[0], ANY), Mark(r" \right\rvert", "end")]

    def write_norm(self, tree: Tree) -> list[Piece]:
        if isinstance(tree.value, Tree):
            return [*self.norm(tree, "_{"), Part(tree.value, ANY), "}"]
        return self.norm(tree, _NORMS[tree.value])

    def norm(self, tree: Tree, suffix: str) -> list[Piece]:
        return [r"\left\lVert ", Part(tree.children[0], ANY), Mark(rf" \right\rVert{suffix}", "end")]

    def write_prime(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind != "call":
            return [Part(inner, ATOM), "'" * tree.value]
        name = _function_name(inner.value[0])
        if isinstance(tree.value, int):
            return self.called(name + "'" * tree.value, inner.children)
        places = ",".join(map(str, tree.value))
        return self.called(rf"\partial_{{{places}}} {name}", inner.children)

    # derivatives

    def write_derivative(self, tree: Tree) -> list[Piece]:
        (operand,) = tree.children
        _, wrt, order = tree.value
        total = order if len(wrt) == 1 else len(wrt)
        sign = r"\mathrm{d}" if len(wrt) == 1 else r"\partial "
        raised = "" if total == 1 else f"^{{{total}}}"
        pieces: list[Piece] = [rf"\frac{{{sign}{raised}}}{{"]
        for x in wrt:
            pieces += [sign, Part(x, ATOM), raised if len(wrt) == 1 else ""]
        return [*pieces, r"}\left[", Part(operand, ANY), Mark(r"\right]", "end")]

    def write_gradient(self, tree: Tree) -> list[Piece]:
        return [r"\nabla_{", Part(tree.value, ANY), "} ", Part(tree.children[0], POWER)]

    def write_differential(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind == "name":
            return [Mark(rf"\mathrm{{d}}{self.name(inner.value)}", "name")]
        return self.called(r"\mathrm{d}", tree.children)

    def write_tensor(self, tree: Tree) -> list[Piece]:
        names = " ".join(map(latex_name, tree.value))
        return [r"\left[", Part(tree.children[0], OR), rf"\right]_{{{names}}}"]

    def write_indexsum(self, tree: Tree) -> list[Piece]:
        name = tree.value if isinstance(tree.value, str) else ", ".join(tree.value)
        body, *ends = tree.children
        index = latex_name(name)
        range: list[Piece] = [" = ", Part(ends[0], ANY), "}^{", Part(ends[1], ANY)] if ends else []
        return [rf"\sum_{{{index}", *range, "} ", Part(body, PREFIX if body.kind == "indexsum" else PRODUCT)]


def _operator(name: str) -> str:
    return rf"\operatorname{{{escaped(name)}}}"


def _function_name(name: str) -> str:
    """A function that is only a name: one letter as a variable."""
    word = latex_name(name)
    return _operator(name) if word.startswith(r"\mathrm{") else word


def _keyword_value(value: Any) -> str:
    if isinstance(value, tuple):
        return rf"\left[{', '.join(map(str, value))}\right]"
    return rf"\text{{{value}}}" if isinstance(value, bool) else str(value)


def _cases(condition: Tree, then: Tree, otherwise: Tree) -> list[Piece]:
    return [
        r"\begin{cases} ", Part(then, ANY), r" & \text{if } ", Part(condition, ANY), r" \\ ",
        Part(otherwise, ANY), r" & \text{otherwise} ", Mark(r"\end{cases}", "end"),
    ]  # fmt: skip


def _entries(subscripts: str, operands: tuple[Tree, ...]) -> list[Piece]:
    r"""A product with named axes as its entries: `\left[\sum_{j} A_{ij} B_{jk}\right]_{ik}`."""
    inputs, _, out = subscripts.replace(" ", "").partition("->")
    summed = dict.fromkeys(letter for letter in inputs if letter not in out + ",")
    pieces: list[Piece] = [r"\left[" if out else ""]
    if summed:
        pieces.append(rf"\sum_{{{', '.join(summed)}}} ")
    for k, (operand, labels) in enumerate(zip(operands, inputs.split(","), strict=True)):
        pieces += [" "] if k else []
        identity = operand.kind == "call" and operand.value == ("eye", ())
        plain = operand.kind == "name" and latex_name(operand.value).find("_") < 0
        body: Piece = r"\delta" if identity else Part(operand, ATOM)
        pieces += [body] if plain or identity else [_OPEN, Part(operand, ANY), _CLOSE]
        pieces.append(f"_{{{labels}}}")
    return [*pieces, Mark(rf"\right]_{{{out}}}" if out else "", "end")]


def _filled(form: tuple[str | int, ...], args: tuple[Tree, ...]) -> list[Piece]:
    """A book's form with the arguments in their places; brackets or bars there serve it."""
    pieces: list[Piece] = []
    for k, piece in enumerate(form):
        if isinstance(piece, str):
            pieces.append(_grown(piece))
            continue
        before = form[k - 1] if k else ""
        after = form[k + 1] if k + 1 < len(form) else ""
        held = str(before).rstrip().endswith(("(", "{", "[", ",", "|", r"\lfloor", r"\lceil", r"\lVert"))
        held = held and str(after).lstrip().startswith((")", "}", ",", "\\right"))
        pieces.append(Part(args[piece], ANY if held else ATOM))
    return [*pieces, Mark("", "end")]


def _grown(text: str) -> str:
    """Brackets that grow with what they hold."""
    if "\\left" in text or "\\right" in text:
        return text
    return text.replace("(", r"\left(").replace(")", r"\right)")
