"""Trees as plain text in the language itself: what is printed reads back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

from symdiff.notation.write import LONGEST_RUN
from symdiff.show.unparse import (
    AND,
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
    WIDTH,
    Mark,
    Notation,
    Part,
    Piece,
    separated,
    summands,
)
from symdiff.syntax.tree import Tree

_NORM_CALLS = {None: "norm2", "2": "norm2", "F": "norm2", "1": "norm1", "inf": "norm_inf"}
Keywords = tuple[tuple[str, Any], ...]
_FEW_PARTS = 6  # stand on lines of their own
ELEMENTWISE = ("hadamard", "dotquotient")


class Text(Notation):
    """ASCII, as it is typed."""

    plus, minus, less = " + ", " - ", "-"
    signs: ClassVar[dict[str, str]] = {"hadamard": ".*", "dotquotient": "./", "quotient": "/"}
    comparisons: ClassVar[dict[str, str]] = {}

    # leaves

    def write_number(self, tree: Tree) -> list[Piece]:
        value = tree.value
        if isinstance(value, Fraction):
            return [Mark(f"{value.numerator}/{value.denominator}", "number")]
        return [Mark(self.digits(value), "number")]

    def digits(self, value: int | float) -> str:
        return repr(value) if isinstance(value, float) else digits(value)

    def write_string(self, tree: Tree) -> list[Piece]:
        return [f'"{tree.value}"']

    def write_name(self, tree: Tree) -> list[Piece]:
        return [Mark(self.name(tree.value), "name")]

    def name(self, name: str) -> str:
        return name

    def write_blank(self, tree: Tree) -> list[Piece]:
        return ["_" * 14]

    # operators

    def write_sum(self, tree: Tree) -> list[Piece]:
        pieces: list[Piece] = []
        for k, (subtracted, term) in enumerate(summands(tree)):
            if k:
                pieces.append(self.minus if subtracted else self.plus)
            elif subtracted:
                pieces.append(self.less)
            pieces.append(Part(term, PREFIX + 1 if subtracted else PREFIX))
        return pieces

    def write_neg(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        return [self.less, Part(inner, PREFIX if inner.kind == "derivative" else PRODUCT)]

    def write_product(self, tree: Tree) -> list[Piece]:
        pieces: list[Piece] = []
        for k, factor in enumerate(tree.children):
            if k:
                pieces.append("*")
            tight = (k > 0 and factor.kind != "derivative") or factor.kind in (*ELEMENTWISE, "product")
            pieces.append(Part(factor, POWER if tight else PRODUCT))
        return pieces

    def write_hadamard(self, tree: Tree) -> list[Piece]:
        first, *rest = spliced(tree)
        pieces: list[Piece] = [Part(first, PRODUCT)]
        for factor in rest:
            pieces += [self.signs["hadamard"], Part(factor, self.factor_level)]
        return pieces

    factor_level = POWER

    def write_quotient(self, tree: Tree) -> list[Piece]:
        over, under = tree.children
        return [Part(over, PRODUCT), self.signs[tree.kind], Part(under, POWER)]

    write_dotquotient = write_quotient

    def write_kron(self, tree: Tree) -> list[Piece]:
        return self.called("kron", tree.children)

    def write_power(self, tree: Tree) -> list[Piece]:
        base, exponent = tree.children
        sign = "^" if tree.kind == "power" else ".^"
        return [Part(base, POSTFIX), sign, *self.exponent(exponent)]

    write_dotpower = write_power

    def exponent(self, exponent: Tree) -> list[Piece]:
        if exponent.kind == "neg" and self.level(exponent.children[0]) >= POWER:
            return ["-", Part(exponent.children[0], POWER)]
        return [Part(exponent, POWER)]

    def write_transpose(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        return [Part(inner, ATOM if inner.kind == "transpose" else POSTFIX), "'"]

    def write_hermitian(self, tree: Tree) -> list[Piece]:
        return [Part(tree.children[0], ATOM), "^H"]

    def write_compare(self, tree: Tree) -> list[Piece]:
        left, right = tree.children
        sign = self.comparisons.get(tree.value, tree.value)
        return [Part(left, SUM), f" {sign} ", Part(right, SUM)]

    def write_and(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, " and ", NOT)

    def write_or(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, " or ", AND)

    def write_not(self, tree: Tree) -> list[Piece]:
        return ["not ", Part(tree.children[0], NOT)]

    def write_equation(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, " = ", OR)

    def write_define(self, tree: Tree) -> list[Piece]:
        return separated(tree.children, " := ", OR)

    def write_where(self, tree: Tree) -> list[Piece]:
        """Parts behind what they are parts of: on its line, or on lines of their own; many of them fill their lines."""
        body, *parts = tree.children
        pieces: list[Piece] = [Part(body, OR)]
        many, column = len(parts) > _FEW_PARTS, WIDTH
        for part in parts:
            length = self.length(part) if many else WIDTH
            column += len(", ") + length
            if column > WIDTH:
                pieces.append("\nwhere " if tree.value == "lines" else " where ")
                column = len("where ") + length
            else:
                pieces.append(", ")
            pieces += separated(part.children, " = ", OR)
        return pieces

    # entries and literals

    def write_index(self, tree: Tree) -> list[Piece]:
        operand, *items = tree.children
        return [Part(operand, POSTFIX), Mark("[", "open"), *separated(items, ", "), Mark("]", "end")]

    def write_slice(self, tree: Tree) -> list[Piece]:
        start, stop, step = (*tree.children, None, None)[:3]
        pieces: list[Piece] = [*_bound(start), ":", *_bound(stop)]
        return pieces if step is None else [*pieces, ":", *_bound(step)]

    def write_vector(self, tree: Tree) -> list[Piece]:
        return [Mark("[", "open"), *separated(tree.children, ", "), Mark("]", "end")]

    def write_matrix(self, tree: Tree) -> list[Piece]:
        pieces: list[Piece] = [Mark("[", "open")]
        for k, row in enumerate(tree.children):
            pieces += ["; "] if k else []
            pieces += separated(row.children, ", ")
        return [*pieces, Mark("]", "end")]

    # functions

    def called(self, name: str, args: tuple[Tree, ...], keywords: Keywords = ()) -> list[Piece]:
        pieces: list[Piece] = [Mark(f"{name}(", "call"), *separated(args, ", ")]
        for k, (keyword, value) in enumerate(keywords):
            pieces.append(f"{', ' if k or args else ''}{keyword}=")
            pieces.append(Part(value, ANY) if isinstance(value, Tree) else keyword_value(value))
        return [*pieces, Mark(")", "end")]

    def write_call(self, tree: Tree) -> list[Piece]:
        return self.called(tree.value[0], tree.children, tree.value[1])

    def write_bare(self, tree: Tree) -> list[Piece]:
        name, power = tree.value
        pieces = self.called(name, tree.children)
        return pieces if power is None else [*pieces, f"^{power}"]

    def write_sqrt(self, tree: Tree) -> list[Piece]:
        return self.called("sqrt", tree.children)

    def write_abs(self, tree: Tree) -> list[Piece]:
        return self.called("abs", tree.children)

    def write_norm(self, tree: Tree) -> list[Piece]:
        if isinstance(tree.value, Tree):
            return self.called("norm", (*tree.children, tree.value))
        return self.called(_NORM_CALLS[tree.value], tree.children)

    def write_prime(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        marks = primes(tree.value)
        if inner.kind == "call":
            return self.called(self.name(inner.value[0]) + marks, inner.children)
        return [Part(inner, ATOM), marks]

    # derivatives

    def write_derivative(self, tree: Tree) -> list[Piece]:
        (operand,) = tree.children
        _, wrt, order = tree.value
        if len(wrt) > 1 or wrt[0].kind != "name":
            return self.called("diff", (operand, *wrt))
        x = self.name(wrt[0].value)
        if operand.kind == "name" and order == 1:
            return [Mark(f"d{self.name(operand.value)}/d{x}", "name")]
        head = f"d/d{x} " if order == 1 else f"d^{order}/d{x}^{order} "
        return [head, Part(operand, JUXT)]

    def level(self, tree: Tree) -> int:
        if tree.kind == "derivative" and (len(tree.value[1]) > 1 or tree.value[1][0].kind != "name"):
            return ATOM
        if tree.kind == "derivative" and tree.children[0].kind == "name" and tree.value[2] == 1:
            return PRODUCT
        return super().level(tree)

    def write_gradient(self, tree: Tree) -> list[Piece]:
        return self.called("grad", (*tree.children, tree.value))

    def write_differential(self, tree: Tree) -> list[Piece]:
        (inner,) = tree.children
        if inner.kind == "name":
            return [Mark(f"d{self.name(inner.value)}", "name")]
        return self.called("d", tree.children)

    def write_tensor(self, tree: Tree) -> list[Piece]:
        return [f"[{', '.join(tree.value)}] -> ", Part(tree.children[0], OR)]

    def write_indexsum(self, tree: Tree) -> list[Piece]:
        name = tree.value if isinstance(tree.value, str) else ", ".join(tree.value)
        body, *ends = tree.children
        range: list[Piece] = [" = ", Part(ends[0], SUM), "..", Part(ends[1], SUM)] if ends else []
        return [Mark("sum(", "call"), name, *range, ", ", Part(body, ANY), Mark(")", "end")]


def digits(value: int) -> str:
    """A whole number of any length (str alone refuses some thousands of digits)."""
    try:
        return str(value)
    except ValueError:
        from decimal import MAX_PREC, Context

        return format(Context(prec=MAX_PREC).create_decimal(value), "f")


def keyword_value(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def primes(value: Any) -> str:
    """`''` for the second derivative, `'[1, 2]` for one by the first and second argument."""
    if isinstance(value, int):
        return "'" * value
    return f"'[{', '.join(map(str, value))}]"


def spliced(tree: Tree) -> list[Tree]:
    """The factors of an element by element product, those of such products inside it spliced in, up to a number."""
    found: list[Tree] = []
    stack = list(reversed(tree.children))
    while stack:
        node = stack.pop()
        if node.kind == "hadamard" and len(found) + len(stack) < LONGEST_RUN:
            stack.extend(reversed(node.children))
        else:
            found.append(node)
    return found


def _bound(tree: Tree | None) -> list[Piece]:
    return [] if tree is None else [Part(tree, COMPARE)]
