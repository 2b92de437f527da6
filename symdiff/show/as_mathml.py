"""Trees as MathML, which browsers set and screen readers speak: fractions, roots, tables; no image, no script.

It is written by the walk that writes LaTeX, with the same brackets.
"""

from __future__ import annotations

from html import escape

from symdiff.show.as_latex import Latex
from symdiff.show.as_text import Keywords, Text
from symdiff.show.as_unicode import RAISED_AT_NAME
from symdiff.show.forms import latex_form, latex_head
from symdiff.show.mathml_forms import APPLIED, THIN, TIMES, Place, letter, mathml_form, sign
from symdiff.show.mathml_layout import (
    bracketed,
    fraction,
    keyword_value,
    lowered,
    number,
    pair,
    raised,
    row,
    scripts,
    table,
    tidy,
    under,
)
from symdiff.show.names import split_name
from symdiff.show.page_style import PageLatex
from symdiff.show.unparse import (
    ANY,
    ATOM,
    COMPARE,
    JUXT,
    NOT,
    OR,
    POSTFIX,
    POWER,
    PREFIX,
    PRODUCT,
    SUM,
    Mark,
    Notation,
    Part,
    Piece,
    level_of,
    separated,
)
from symdiff.syntax.tree import Tree, walk

_COMPARISONS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_NORMS = {"1": "<mn>1</mn>", "2": "<mn>2</mn>", "F": "<mi>F</mi>", "inf": "<mi>∞</mi>"}
_FILLED_WITH = {"ones": "𝟏", "zeros": "𝟎"}
_D = '<mi mathvariant="normal">d</mi>'


class MathML(Latex):
    """What stands inside of `<math>`."""

    brackets = ("<mrow><mo>(</mo>", "<mo>)</mo></mrow>")
    plus, minus, less = sign("+"), sign("−"), '<mo form="prefix">−</mo>'

    def __call__(self, tree: Tree) -> str:
        """The content of a tree."""
        return tidy(Notation.__call__(self, tree))

    # leaves

    def write_number(self, tree: Tree) -> list[Piece]:
        value = tree.value
        if level_of(tree) == PRODUCT:
            return [fraction([number(value.numerator)], [number(value.denominator)])[0]]
        return [Mark(number(value), "number")]

    def write_string(self, tree: Tree) -> list[Piece]:
        return [f"<mtext>“{escape(tree.value)}”</mtext>"]

    def name(self, name: str) -> str:
        base, below = split_name(name)
        return scripts(letter(base), "".join(map(lowered, below))) if below else letter(base)

    def write_blank(self, tree: Tree) -> list[Piece]:
        return [THIN, '<mrow style="border-bottom: 1px solid"><mspace width="10em"/></mrow>']

    # operators

    write_sum = Text.write_sum
    write_neg = Text.write_neg

    def meet(self, written: list[Mark], following: Mark) -> str:
        if following.kind == "number":
            return sign("·")
        apart = "call" == following.kind or "differential" in (written[-1].kind, following.kind)
        return TIMES + THIN if apart else TIMES

    def write_hadamard(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, sign("⊙"), JUXT)

    def write_dotquotient(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, sign("⊘"), JUXT)

    def write_kron(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, sign("⊗"), JUXT)

    def write_quotient(self, tree: Tree) -> list[Piece]:
        over, under = tree.children
        return fraction([Part(over, ANY)], [Part(under, ANY)])

    def write_power(self, tree: Tree) -> list[Piece]:
        base, exponent = tree.children
        above: list[Piece] = [Part(exponent, ANY)]
        if exponent.kind == "quotient" and all(child.kind == "number" for child in exponent.children):
            above = separated(exponent.children, sign("/"))
        if base.kind == "call" and base.value[0] in RAISED_AT_NAME and exponent.kind == "number":
            head = [Mark("<msup>", "call"), letter(base.value[0]), *row(above), "</msup>"]
            return [*head, APPLIED, *bracketed([Part(base.children[0], ANY)])]
        if base.kind == "norm" and base.value == "2":
            return raised(self.norm(base, ""), above)
        power = raised([Part(base, POSTFIX if base.kind == "index" else ATOM)], above)
        return [Mark("<msup>", "number"), *power[1:]] if base.kind == "number" else power

    def write_dotpower(self, tree: Tree) -> list[Piece]:
        base, exponent = tree.children
        return raised([Part(base, ATOM)], [sign("∘"), Part(exponent, JUXT)])

    def write_transpose(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind == "call" and inner.value == ("inv", ()):
            return raised([Part(inner.children[0], ATOM)], [sign("−"), letter("⊤")])
        return raised([Part(inner, POSTFIX if inner.kind == "index" else ATOM)], [letter("⊤")])

    def write_hermitian(self, tree: Tree) -> list[Piece]:
        return raised([Part(tree.children[0], ATOM)], [letter("H")])

    def write_compare(self, tree: Tree) -> list[Piece]:
        left, right = tree.children
        return [Part(left, SUM), sign(_COMPARISONS.get(tree.value, tree.value)), Part(right, SUM)]

    def write_and(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, sign("∧"), NOT)

    def write_or(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, sign("∨"), NOT)

    def write_not(self, tree: Tree) -> list[Piece]:
        return [sign("¬"), Part(tree.children[0], SUM)]

    def write_equation(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, sign("="), OR)

    def write_define(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, sign("≔"), OR)

    def write_where(self, tree: Tree) -> list[Piece]:
        body, *parts = tree.children
        defined = [["<mtext>where\u00a0</mtext>", *separated(part.children, sign("="), OR)] for part in parts]
        if tree.value == "line":
            return [Part(body, OR), '<mspace width="1em"/>', *defined[0]]
        rows: list[list[Piece]] = [[Part(body, OR)], *defined]
        return table([[row] for row in rows], "left")

    # entries and literals

    def write_index(self, tree: Tree) -> list[Piece]:
        operand, *items = tree.children
        if all(item.kind == "name" for item in items):
            lone = operand.kind == "name" and not split_name(operand.value)[1]
            lone = lone or operand.kind == "differential"
            base: list[Piece] = [Part(operand, POSTFIX)] if lone else bracketed([Part(operand, ANY)])
            return under(base, [Part(item, ANY) for item in items])
        return [Part(operand, POSTFIX), *bracketed(separated(items, sign(",")), "[]")]

    def write_slice(self, tree: Tree) -> list[Piece]:
        start, stop, step = (*tree.children, None, None)[:3]
        bounds = [start, stop] if step is None else [start, stop, step]
        pieces: list[Piece] = []
        for k, bound in enumerate(bounds):
            pieces += [sign(":")] if k else []
            pieces += [] if bound is None else [Part(bound, COMPARE)]
        return pieces

    def write_vector(self, tree: Tree) -> list[Piece]:
        return bracketed(table([[[Part(entry, ANY)]] for entry in tree.children]), "[]")

    def write_matrix(self, tree: Tree) -> list[Piece]:
        return bracketed(table([[[Part(entry, ANY)] for entry in row.children] for row in tree.children]), "[]")

    # functions

    def called(self, name: str, args: tuple[Tree, ...], keywords: Keywords = ()) -> list[Piece]:
        """`name` is an element, or none."""
        inner = separated(args, sign(","))
        for k, (keyword, value) in enumerate(keywords):
            inner += [sign(",")] if k or args else []
            inner += [f"<mtext>{escape(keyword)}</mtext>", sign("=")]
            inner.append(Part(value, ANY) if isinstance(value, Tree) else keyword_value(value))
        return [Mark(name, "call"), APPLIED, *bracketed(inner)]

    def write_call(self, tree: Tree) -> list[Piece]:
        name, keywords = tree.value
        args = tree.children
        if name == "inv":
            return raised([Part(args[0], ATOM)], [sign("−"), "<mn>1</mn>"])
        if name == "where" and len(args) == 3:
            return _cases(*args)
        if name == "einsum":
            return _entries(args[0].value, args[1:])
        if name in _FILLED_WITH and not keywords:
            return under([f"<mn>{_FILLED_WITH[name]}</mn>"], separated(args, sign("×")))
        if name == "d" and len(args) == 1 and not keywords:
            return self.write_differential(tree)
        if name in ("diff", "jacobian", "hessian") and not keywords:
            return _operator(name, *args)
        form = None if name == "abs" else latex_form(name, len(args))
        if form is None:
            return self.called(_head(latex_head(name, len(args))) or self.function(name), args, keywords)
        if keywords:
            head = form[0] if isinstance(form[0], str) and form[0].endswith("(") else ""
            return self.called(_head(head[:-1]) or letter(name), args, keywords)
        first, *rest = (
            Part(args[p.argument], ANY if p.held else ATOM) if isinstance(p, Place) else p for p in mathml_form(form)
        )
        return [Mark(first, "call") if isinstance(first, str) and first.startswith("<mi>") else first, *rest]

    def function(self, name: str) -> str:
        """A function that is only a name."""
        base, below = split_name(name)
        return self.name(name) if len(base) == 1 and below else letter(name if below else base)

    def write_sqrt(self, tree: Tree) -> list[Piece]:
        return ["<msqrt>", Part(tree.children[0], ANY), "</msqrt>"]

    def write_abs(self, tree: Tree) -> list[Piece]:
        return bracketed([Part(tree.children[0], ANY)], "||")

    def write_norm(self, tree: Tree) -> list[Piece]:
        if isinstance(tree.value, Tree):
            return under(self.norm(tree, ""), [Part(tree.value, ANY)])
        suffix = _NORMS.get(tree.value)
        return under(self.norm(tree, ""), [suffix]) if suffix else self.norm(tree, "")

    def norm(self, tree: Tree, suffix: str) -> list[Piece]:
        return bracketed([Part(tree.children[0], ANY)], "‖‖")

    def write_prime(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind != "call":
            return raised([Part(inner, ATOM)], [sign("′" * tree.value)])
        name = self.function(inner.value[0])
        if isinstance(tree.value, int):
            return self.called(f"<msup>{name}{sign('′' * tree.value)}</msup>", inner.children)
        places = ",".join(map(str, tree.value))
        return self.called(f"{scripts(sign('∂'), f'<mtext>{places}</mtext>')}{name}", inner.children)

    # derivatives

    def write_derivative(self, tree: Tree) -> list[Piece]:
        (operand,) = tree.children
        _, wrt, order = tree.value
        return _ratio(operand, wrt, order)

    def write_gradient(self, tree: Tree) -> list[Piece]:
        return [*under([sign("∇")], [Part(tree.value, ANY)]), THIN, Part(tree.children[0], POWER)]

    def write_differential(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind == "name":
            return [Mark(f"<mrow>{_D}{self.name(inner.value)}</mrow>", "differential")]
        return [_D, APPLIED, *bracketed([Part(inner, ANY)])]

    def write_tensor(self, tree: Tree) -> list[Piece]:
        return under(bracketed([Part(tree.children[0], OR)], "[]"), list(map(self.name, tree.value)))

    def write_indexsum(self, tree: Tree) -> list[Piece]:
        names = [tree.value] if isinstance(tree.value, str) else tree.value
        body, *ends = tree.children
        below: list[Piece] = [sign(",").join(map(self.name, names))]
        operand = Part(body, PREFIX if body.kind == "indexsum" else PRODUCT)
        if not ends:
            return [*pair("munder", ["<mo>∑</mo>"], below), operand]
        below += [sign("="), Part(ends[0], ANY)]
        return ["<munderover>", "<mo>∑</mo>", *row(below), *row([Part(ends[1], ANY)]), "</munderover>", operand]


class PageMathML(MathML):
    """As pages of derivations have it: a case that is zero outside as a factor; `scalars` are the names of scalars."""

    def __init__(self, scalars: frozenset[str] = frozenset()) -> None:
        self.scalars = scalars
        self.entries = PageLatex(scalars)

    def call_level(self, tree: Tree) -> int:
        return PRODUCT if _is_factor(tree) or self.summed(tree) is not None else super().call_level(tree)

    def summed(self, tree: Tree) -> Tree | None:
        """The entry i of what a sum of all entries sums."""
        return self.entries.entry(tree.children[0]) if tree.value == ("sum", ()) and len(tree.children) == 1 else None

    def write_call(self, tree: Tree) -> list[Piece]:
        if (entry := self.summed(tree)) is not None:
            return [*pair("munder", ["<mo>∑</mo>"], [letter("i")]), Part(entry, JUXT)]
        if not _is_factor(tree):
            return super().write_call(tree)
        condition, body, _ = tree.children
        within = ["<mn>𝟏</mn>", *bracketed([Part(condition, ANY)], "[]")]
        if body == Tree("number", (), 1):
            return within
        arrays = any(node.kind == "name" and node.value not in self.scalars for node in walk(body))
        return [*within, sign("⊙") if arrays else TIMES, Part(body, POWER)]


def math(tree: Tree, write: MathML, before: str = "") -> str:
    """A `<math>` element, with its text beside it for who can't see it; the sign `before` stands in front."""
    said = escape(f"{before} {Text()(tree)}".strip())
    inner = f"{before and sign(before)}{write(tree)}"
    return f'<math displaystyle="true" alttext="{said}"><mrow>{inner}</mrow></math>'


def _is_factor(tree: Tree) -> bool:
    """Whether it is a case that is zero outside."""
    return tree.kind == "call" and tree.value[0] == "where" and tree.children[2:] == (Tree("number", (), 0),)


def _head(latex: str | None) -> str:
    """The name of a function as its book writes it."""
    return "".join(piece for piece in mathml_form((latex,)) if isinstance(piece, str)) if latex else ""


def _cases(condition: Tree, then: Tree, otherwise: Tree) -> list[Piece]:
    rows: list[list[list[Piece]]] = [
        [[Part(then, ANY)], ["<mtext>if\u00a0</mtext>", Part(condition, ANY)]],
        [[Part(otherwise, ANY)], ["<mtext>otherwise</mtext>"]],
    ]
    return ["<mrow>", sign("{"), *table(rows, "left"), Mark("</mrow>", "end")]


def _entries(subscripts: str, operands: tuple[Tree, ...]) -> list[Piece]:
    """A product with named axes as its entries."""
    inputs, _, out = subscripts.replace(" ", "").partition("->")
    summed = dict.fromkeys(name for name in inputs if name not in out + ",")
    pieces: list[Piece] = []
    if summed:
        pieces += pair("munder", ["<mo>∑</mo>"], [sign(",").join(map(letter, summed))])
    for k, (operand, labels) in enumerate(zip(operands, inputs.split(","), strict=True)):
        identity = operand.kind == "call" and operand.value == ("eye", ())
        plain = operand.kind == "name" and not split_name(operand.value)[1]
        base: list[Piece] = [letter("δ")] if identity else [Part(operand, ATOM)] if plain else []
        pieces += [TIMES] if k else []
        pieces += under(base or bracketed([Part(operand, ANY)]), ["".join(map(letter, labels))])
    return under(bracketed(pieces, "[]"), ["".join(map(letter, out))]) if out else pieces


def _ratio(operand: Tree, wrt: tuple[Tree, ...], order: int) -> list[Piece]:
    """du/dx of a name, d/dx [ … ] of what is longer."""
    total = order if len(wrt) == 1 else len(wrt)
    d = _D if len(wrt) == 1 else sign("∂")
    power = f"<mn>{total}</mn>"
    above: list[Piece] = [d] if total == 1 else [f"<msup>{d}{power}</msup>"]
    below: list[Piece] = []
    for x in wrt:
        by: list[Piece] = [Part(x, ATOM)]
        below += [d, *(raised(by, [power]) if total > 1 and len(wrt) == 1 else by)]
    if operand.kind == "name":
        return fraction([*above, Part(operand, ATOM)], below)
    return [*fraction(above, below), *bracketed([Part(operand, ANY)], "[]")]


def _operator(name: str, f: Tree, *wrt: Tree) -> list[Piece]:
    """`diff(f, x)`, `jacobian(f, x)`, `hessian(f, x)` as they are written by hand."""
    if name == "diff":
        return _ratio(f, wrt[:1], wrt[1].value) if wrt[-1].kind == "number" else _ratio(f, wrt, 1)
    x: list[Piece] = [Part(wrt[0], ANY)]
    if name == "hessian":
        nabla: list[Piece] = ["<msubsup>", sign("∇"), *row(x), "<mn>2</mn>", "</msubsup>"]
        return [*nabla, THIN, Part(f, POWER)]
    over: list[Piece] = [sign("∂"), Part(f, ATOM)] if f.kind == "name" else [sign("∂")]
    rest: list[Piece] = [] if f.kind == "name" else bracketed([Part(f, ANY)], "[]")
    return [*fraction(over, [sign("∂"), *x]), *rest]
