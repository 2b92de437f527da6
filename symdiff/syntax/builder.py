"""Builds the neutral tree while the parser runs: one method for each rule of the grammar.

The parser calls these where rules end, children first.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from symdiff.bounds import limits
from symdiff.errors import LimitError, ParseError
from symdiff.syntax.reading import current, has_base
from symdiff.syntax.tree import Span, Tree

if TYPE_CHECKING:
    from symdiff.syntax.token import Token

Child = Any  # a Token, a Tree, or a product under way

_PLAIN_DIGITS = 4_000
_COMPARISONS = {"≤": "<=", "≥": ">=", "≠": "!="}
_WORDS: dict[str, object] = {"True": True, "true": True, "False": False, "false": False, "None": None}


class _Juxtaposition(list[Tree]):
    """Two or more factors side by side."""


class _Run:
    """A product being read from left to right: `items` under `kind`; stars are noted where the text has
    `@`."""

    __slots__ = ("ambiguous", "items", "kind", "stars")

    def __init__(self, first: Tree | _Juxtaposition) -> None:
        self.kind = "product"
        self.items: list[Tree] = list(first) if isinstance(first, _Juxtaposition) else [first]
        self.stars: list[int] = []
        self.ambiguous: Span | None = None

    def add(self, kind: str, item: Child, star: bool = False) -> None:
        if self.ambiguous is not None:
            raise _unclear_divisor(self, self.ambiguous)
        if self.kind != kind and len(self.items) > 1:
            self.items, self.stars = [self.close()], []
        self.kind = kind
        if star:
            self.stars.append(len(self.items) - 1)
        if kind == "product" and isinstance(item, _Juxtaposition):
            self.items.extend(item)
        else:
            self.items.append(_closed(item))
        if kind not in ("product", "hadamard"):
            self.items = [self.close()]

    def close(self) -> Tree:
        if len(self.items) == 1:
            return self.items[0]
        return Tree(self.kind, tuple(self.items), tuple(self.stars) or None, self.span)

    @property
    def span(self) -> Span:
        return _start(self.items[0]), _end(self.items[-1])


def _closed(item: Child) -> Tree:
    if isinstance(item, Tree):
        return item
    return (item if isinstance(item, _Run) else _Run(item)).close()


def _start(child: Tree | Token) -> int:
    if isinstance(child, Tree):
        return child.span[0] if child.span else 0
    return child.start_pos


def _end(child: Tree | Token) -> int:
    if isinstance(child, Tree):
        return child.span[1] if child.span else 0
    return child.end_pos


def _span(first: Tree | Token, last: Tree | Token) -> Span:
    return _start(first), _end(last)


def _trees(children: list[Child]) -> tuple[Tree, ...]:
    return tuple(child for child in children if isinstance(child, Tree))


def _unclear_divisor(run: _Run, divisor: Span) -> ParseError:
    reading = current.get()
    whole, below = reading.source(run.span), reading.source(divisor)
    is_mod = run.items[0].kind == "call"
    hint = f"write `({whole})*…` or `…{' mod ' if is_mod else '/'}({below}*…)`"
    what = "right side of `mod`" if is_mod else "denominator"
    return reading.error(f"how far the {what} goes is unclear", divisor, hint)


def _postfix(kind: str, value: Any = None) -> Callable[[Any, list[Child]], Tree]:
    def build(self: TreeBuilder, children: list[Child]) -> Tree:
        return Tree(kind, (children[0],), value, _span(children[0], children[1]))

    return build


def _joined(kind: str) -> Callable[[Any, list[Child]], Tree]:
    def build(self: TreeBuilder, children: list[Child]) -> Tree:
        trees = _trees(children)
        return Tree(kind, trees, None, _span(trees[0], trees[-1]))

    return build


def _enclosed(kind: str) -> Callable[[Any, list[Child]], Tree]:
    def build(self: TreeBuilder, children: list[Child]) -> Tree:
        return Tree(kind, _trees(children), None, _span(children[0], children[-1]))

    return build


class TreeBuilder:
    """The callbacks of the grammar, by rule name."""

    equation = _joined("equation")
    disjunction = _joined("or")
    conjunction = _joined("and")
    negation = _enclosed("not")
    transpose = _postfix("transpose")
    hermitian = _postfix("hermitian")
    factorial = _postfix("call", ("factorial", ()))
    absolute = _enclosed("abs")
    root = _enclosed("sqrt")
    differential = _enclosed("differential")

    # leaves

    def number(self, children: list[Token]) -> Tree:
        (token,) = children
        return Tree("number", (), read_number(token, _span(token, token)), _span(token, token))

    def name(self, children: list[Token]) -> Tree:
        (token,) = children
        return Tree("name", (), token.value, _span(token, token))

    def string(self, children: list[Token]) -> Tree:
        (token,) = children
        return Tree("string", (), token[1:-1], _span(token, token))

    def named_differential(self, children: list[Token]) -> Tree:
        return Tree("differential", (self.name(children),), None, _span(children[0], children[0]))

    def primed_name(self, children: list[Token]) -> Tree:
        (token,) = children
        name, count = token.value
        span = _span(token, token)
        return Tree("prime", (Tree("name", (), name, span),), count, span)

    def leibniz(self, children: list[Token]) -> Tree:
        (token,) = children
        name, wrt = token.value
        span = _span(token, token)
        return Tree("derivative", (Tree("name", (), name, span),), ("d/d", wrt, len(wrt)), span)

    # statements and logic

    def define(self, children: list[Child]) -> Tree:
        left, _, right = children
        named = left.kind == "name"
        if left.kind == "call":
            named = not left.value[1] and all(argument.kind == "name" for argument in left.children)
        if not named:
            hint = "write `y := …` or `f(x) := …`"
            raise current.get().error("only a name or a function of names can be defined", left.span, hint)
        names = [argument.value for argument in left.children]
        for argument in left.children[1:]:
            if names.count(argument.value) > 1:
                raise current.get().error(f"`{argument.value}` stands twice for an argument", argument.span)
        return Tree("define", (left, right), None, _span(left, right))

    def tensor(self, children: list[Child]) -> Tree:
        opening, names, _, body = children
        return Tree("tensor", (body,), names, _span(opening, body))

    def indices(self, children: list[Token]) -> tuple[str, ...]:
        return tuple(token.value for token in children)

    def comparison(self, children: list[Child]) -> Tree:
        left, operator, right, *more = children
        if more:
            reading = current.get()
            a, b, c = (reading.source(tree.span) for tree in (left, right, more[1]))
            hint = f"write `{a} {operator} {b} and {b} {more[0]} {c}`"
            raise reading.error("a chain of comparisons", _span(left, children[-1]), hint)
        return Tree("compare", (left, right), _COMPARISONS.get(operator, str(operator)), _span(left, right))

    # sums and products

    def negative(self, children: list[Child]) -> Tree:
        """`-17 mod 5` is -(17 mod 5), as every sign stands before a whole product, and that is said."""
        (inner,) = _trees(children)
        if _is_remainder(inner):
            source = current.get().source
            a, whole = (source(tree.span or (0, 0)) for tree in (inner.children[0], inner))
            other = f"(-{a}){whole.removeprefix(a)}"
            current.get().notes.append(f"the sign stands before the whole product: -({whole}), not {other}")
        return Tree("neg", (inner,), None, _span(children[0], children[-1]))

    def sum(self, children: list[Child]) -> Tree:
        terms = [children[0]]
        for place in range(1, len(children), 2):
            sign, term = children[place], children[place + 1]
            terms.append(term if sign.type == "PLUS" else Tree("neg", (term,), None, _span(sign, term)))
        self._note_remainders(terms)
        return Tree("sum", tuple(terms), None, _span(children[0], children[-1]))

    def _note_remainders(self, terms: list[Tree]) -> None:
        """`x + 1 mod 3` is x + (1 mod 3): `mod` takes the product before it, and that is said."""
        reading = current.get()
        for term in terms[1:]:
            inner = term.children[0] if term.kind == "neg" else term
            if _is_remainder(inner):
                reading.notes.append(f"mod takes the product before it: … + ({reading.source(inner.span or (0, 0))})")

    def juxtapose(self, children: list[Child]) -> _Juxtaposition:
        left, _, right = children
        if isinstance(left, _Juxtaposition):
            left.append(right)
            return left
        return _Juxtaposition((left, right))

    def times(self, children: list[Child]) -> _Run:
        left, operator, right = children
        run = left if isinstance(left, _Run) else _Run(left)
        kind = {"TIMES": "product", "DOTTIMES": "hadamard", "KRON": "kron", "APPLY": "product"}[operator.type]
        star = kind == "product" and operator.type == "TIMES" and operator != "@" and current.get().numpy_style
        run.add(kind, right, star)
        return run

    def over(self, children: list[Child]) -> _Run:
        left, operator, right = children[0], children[1], children[-1]
        run = left if isinstance(left, _Run) else _Run(left)
        if operator.type == "MOD":
            above, below = run.close(), _closed(right)
            found = _Run(Tree("call", (above, below), ("mod", ()), _span(above, below)))
            found.ambiguous = below.span
            return found
        if isinstance(right, _Juxtaposition):
            raise self._unclear_quotient(run, operator, right)
        run.add("quotient" if operator.type == "SLASH" else "dotquotient", right)
        return run

    def over_negative(self, children: list[Child]) -> _Run:
        left, operator, sign, divisor = children
        if isinstance(divisor, _Juxtaposition):
            return self.over([left, operator, divisor])
        negated = Tree("neg", (divisor,), None, _span(sign, divisor))
        run = self.over([left, operator, negated])
        run.ambiguous = negated.span
        return run

    def _unclear_quotient(self, run: _Run, operator: Token, right: _Juxtaposition) -> ParseError:
        reading = current.get()
        above, first = reading.source(run.span), reading.source(right[0].span or (0, 0))
        rest = "*".join(reading.source(item.span or (0, 0)) for item in right[1:4]) + ("*…" if len(right) > 4 else "")
        hint = f"write `({above}{operator}{first})*{rest}` or `{above}{operator}({first}*{rest})`"
        return reading.error("how far the denominator goes is unclear", _span(run.items[0], right[-1]), hint)

    def finish(self, children: list[Child]) -> Tree:
        return _closed(children[0])

    def finish_prefixed(self, children: list[Child]) -> Tree:
        return self.times(children).close()

    def derivative(self, children: list[Child]) -> Tree:
        operator, operand = children
        wrt = operator.value
        return Tree("derivative", (operand,), ("d/d", wrt, len(wrt)), _span(operator, operand))

    def gradient(self, children: list[Child]) -> Tree:
        operator, operand = children
        return Tree("gradient", (operand,), operator.value, _span(operator, operand))

    # powers and postfixes

    def power(self, children: list[Child]) -> Tree:
        base, operator, exponent = children[:3]
        value = "**" if operator == "**" else None
        return Tree("power", (base, exponent), value, _span(base, children[-1] if len(children) > 3 else exponent))

    def dotpower(self, children: list[Child]) -> Tree:
        base, _, exponent = children
        return Tree("dotpower", (base, exponent), None, _span(base, exponent))

    def inverse_transpose(self, children: list[Child]) -> Tree:
        base, mark = children
        minus_one = Tree("neg", (Tree("number", (), 1, _span(mark, mark)),), None, _span(mark, mark))
        span = _span(base, mark)
        return Tree("transpose", (Tree("power", (base, minus_one), None, span),), None, span)

    def index(self, children: list[Child]) -> Tree:
        operand, _, *items, closing = children
        return Tree("index", (operand, *items), None, _span(operand, closing))

    def bound(self, children: list[Tree]) -> Tree | None:
        return children[0] if children else None

    def slice(self, children: list[Child]) -> Tree:
        bounds = [child for child in children if child is None or isinstance(child, Tree)]
        ends = [child for child in children if child is not None]
        return Tree("slice", (*bounds, *[None] * (3 - len(bounds))), None, _span(ends[0], ends[-1]))

    # brackets and calls

    def group(self, children: list[Child]) -> Tree:
        opening, tree, closing = children
        return tree.at(_span(opening, closing)) if isinstance(tree, Tree) else tree

    def norm(self, children: list[Child]) -> Tree:
        opening, operand, closing = children
        if closing.value == "nuc":
            return Tree("call", (operand,), ("norm_nuc", ()), _span(opening, closing))
        return Tree("norm", (operand,), closing.value, _span(opening, closing))

    def row(self, children: list[Tree]) -> Tree:
        return Tree("vector", tuple(children), None, _span(children[0], children[-1]))

    def literal(self, children: list[Child]) -> Tree:
        opening, *rows, closing = children
        span = _span(opening, closing)
        if len(rows) == 1:
            return rows[0].at(span)
        uneven = next((row for row in rows if len(row.children) != len(rows[0].children)), None)
        if uneven is not None:
            first, other = len(rows[0].children), len(uneven.children)
            hint = "give every row as many entries as the first"
            raise current.get().error(f"rows of {first} and {other} entries in one matrix", uneven.span, hint)
        return Tree("matrix", tuple(rows), None, span)

    def keyword(self, children: list[Child]) -> tuple[Token, Tree]:
        word, _, value = children
        return word, value if isinstance(value, Tree) else self.string([value])

    def ranged(self, children: list[Child]) -> Ranged:
        word, _, first, _, last = children
        return Ranged(word, first, last)

    def call(self, children: list[Child]) -> Tree:
        function, _, *arguments, closing = children
        span = _span(function, closing)
        positional = _trees(arguments)
        ranged = any(isinstance(argument, Ranged) for argument in arguments)
        if ranged or (function.value == "sum" and len(positional) == len(arguments) > 1):
            from symdiff.syntax.ranged import product_over, sum_over

            if function.value == "sum":
                return sum_over(arguments, span)
            if function.value == "prod":
                return product_over(arguments, span)
        if function.value == "norm" and len(positional) == 2 and not current.get().is_declared("inf"):
            positional = (positional[0], _infinite(positional[1]))
        return _called(function, positional, span, _keywords(arguments))

    def bare(self, children: list[Child]) -> Tree:
        function, argument = children[0], _closed(children[2])
        things = [part for part in argument.children if part.kind != "number"] if argument.kind == "product" else []
        if function.value in ("max", "min") and len(things) > 1:
            name, parts = function.value, [current.get().source(part.span) for part in argument.children]
            hint = f"write `{name}({', '.join(parts)})` or `{name}({'*'.join(parts)})`"
            raise current.get().error(
                f"`{name}` of several things or of their product", _span(*argument.children), hint
            )
        return _called(function, (argument,), _span(function, argument))

    def powered(self, children: list[Child]) -> Tree:
        function, exponent, opening, argument, closing = children
        argument = _closed(argument)
        span = _span(function, closing if opening.type == "LPAR" else argument)
        return Tree("power", (_called(function, (argument,), span), exponent), None, span)

    def primed(self, children: list[Child]) -> Tree:
        function, _, *arguments, closing = children
        name, order = function.value
        span = _span(function, closing)
        called = Tree("call", _trees(arguments), (name, _keywords(arguments)), span)
        if isinstance(order, str):
            order = _position(called, order, _span(function, function))
        return Tree("prime", (called,), order, span)


def _is_remainder(tree: Tree) -> bool:
    """Whether a tree is `a mod b`, and not the call mod(a, b)."""
    is_mod = tree.kind == "call" and tree.value[0] == "mod" and len(tree.children) == 2
    return is_mod and tree.span == _span(*tree.children)


def _called(
    function: Token, arguments: tuple[Tree, ...], span: Span, keywords: tuple[tuple[str, Any], ...] = ()
) -> Tree:
    """A call; `log_5(x)` is log(x, 5), `norm(x)` is ‖x‖, and along an axis norm2."""
    name, reading = function.value, current.get()
    if name == "norm" and len(arguments) == 1 and not reading.is_own_function(name):
        return Tree("call", arguments, ("norm2", keywords), span) if keywords else Tree("norm", arguments, None, span)
    if has_base(name) and name not in reading.functions and not reading.is_own_function(name):
        base, place = name[4:], _span(function, function)
        written = Tree("number", (), int(base), place) if base.isdecimal() else Tree("name", (), base, place)
        name, arguments = "log", (*arguments, written)
    return Tree("call", arguments, (name, keywords), span)


def read_number(text: str, span: Span) -> int | float:
    """An exact whole number, or a float where there is a point or an exponent. Raises LimitError."""
    limits.require("digits", len(text), f"a number of {len(text):,} digits", span)
    if text.isdecimal():
        return int(text) if len(text) <= _PLAIN_DIGITS else int(Decimal(text))  # int alone refuses some thousands
    value = float(text)
    if not isfinite(value):
        raise LimitError("this number is too large for a float", span=span, hint="`oo` is infinity, `10^400` is exact")
    if not value and Decimal(text):
        raise LimitError("this number is too small for a float", span=span, hint="`10^-400` is exact")
    return value


def _infinite(order: Tree) -> Tree:
    """The order of a norm, in which `inf` and `-inf` are infinity."""
    if order.kind == "neg":
        return Tree("neg", (_infinite(order.children[0]),), None, order.span)
    return Tree("name", (), "oo", order.span) if (order.kind, order.value) == ("name", "inf") else order


def _keywords(arguments: list[Child]) -> tuple[tuple[str, Any], ...]:
    """Keywords sorted by name, each with plain data where it is a number, a word, or a list of them."""
    found: dict[str, Any] = {}
    for argument in arguments:
        if isinstance(argument, Tree):
            if found:
                raise current.get().error("an argument after a keyword", argument.span or (0, 0), "put it before")
            continue
        if isinstance(argument, Ranged):
            place, hint = _span(argument.word, argument.last), "write `sum(j = 1..n, …)`"
            raise current.get().error("a range is one of a sum", place, hint)
        word, value = argument
        if word.value in found:
            raise current.get().error(f"`{word.value}` is given twice", _span(word, value))
        found[word.value] = value.value if _is_choice(word, value) else _plain(value)
    return tuple(sorted(found.items()))


def _is_choice(word: Token, value: Tree) -> bool:
    """Whether a keyword takes the name of a choice: `structure=free`, or with quotes."""
    return bool(word.value == "structure" and value.kind in ("name", "string"))


def _plain(tree: Tree) -> Any:
    """The number, word or tuple of them that a keyword's value is; else the tree itself."""
    if tree.kind == "number":
        return tree.value
    if tree.kind == "neg" and tree.children[0].kind == "number":
        return -tree.children[0].value
    if tree.kind == "name" and tree.value in _WORDS:
        return _WORDS[tree.value]
    if tree.kind == "vector":
        parts = [child.value if child.kind == "number" else _negated(child) for child in tree.children]
        return tree if None in parts else tuple(parts)
    return tree


def _negated(tree: Tree) -> int | float | Fraction | None:
    return -tree.children[0].value if tree.kind == "neg" and tree.children[0].kind == "number" else None


class Ranged(NamedTuple):
    """`j = 1..p`: an index and its first and last value."""

    word: Token
    first: Tree
    last: Tree


def _position(called: Tree, name: str, span: Span) -> tuple[int, ...]:
    """Which argument the `x` of `f_x(x, y)` is, counted from 1."""
    places = [place for place, argument in enumerate(called.children, 1) if argument.value == name]
    if len(places) != 1:
        function = called.value[0]
        hint = f"write `{function}'[1](…)` for the derivative by the first argument"
        raise current.get().error(f"which argument of `{function}` is `{name}`?", span, hint)
    return (places[0],)
