"""Declarations as text: `x, y: vector(n); A ∈ ℝ^{m×n}; t: positive scalar; g: function(vector(n)) -> scalar`.

A declaration is read by hand, not by the grammar: the symbol table has to exist before an expression is read,
and declaring from Python must not load the parser.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import pairwise
from typing import NamedTuple

from symdiff.algebra import Function
from symdiff.dims import Dim, Shape, Size, is_whole, scaled, size, smaller, substitute
from symdiff.errors import ParseError, ShapeError
from symdiff.syntax.names import NAME, SUPERSCRIPTS, canonical

Span = tuple[int, int]

STRUCTURES = frozenset({"symmetric", "spd", "diagonal", "orthogonal", "lower", "upper", "skew"})
FIELDS = frozenset({"positive", "integer", "complex", "real"})
_RANKS = {"scalar": 0, "vector": 1, "matrix": 2, "tensor": None}
_KINDS = "scalar, vector(n), matrix(m, n), tensor(2, 5, 4), symmetric(n), spd(n), …, integer, function"

_RAISED = SUPERSCRIPTS | {"ˣ": "×"}  # between sizes a raised x separates
_TOKEN = rf"(?P<name>{NAME})|(?P<number>\d+)|(?P<raised>[{''.join(_RAISED)}]+)|(?P<op>->|\S)"
_MARKS = re.compile(r"[\n;#(){}\[\]]")
_DEPTH = 20  # of brackets in a size
_EQUATION = rf"\s*{NAME}(\(\s*{NAME}(\s*,\s*{NAME})*\s*\))?\s*=(?!=)"  # `y = …`, `f(x, z) = …`
_HEAD = rf"(?={NAME}(?:\( *\))?\s*(?::=|≔|=(?!=)))"  # `K =`, `f( ) =` of f(x), what is in brackets being blank
_WHERE = re.compile(rf"(?<![A-Za-z0-9_])where\s+{_HEAD}")
_BETWEEN = re.compile(rf"\s*(?:(?:,|;|\n|\sand\s)\s*(?:where\s+)?|\swhere\s+){_HEAD}")
_OPEN = tuple("+-*/^.,=([")  # a line that ends so goes on
_SIGN = re.compile(r":(?!=)|∈|\sin\s+[Rℝ]")  # what parts the names of a declaration from what they are


class Kind(NamedTuple):
    """What a declaration says of a name: a shape with properties, or a function.

    `same` are two dimension names that the declaration makes one, as `R^(m,n) symmetric` does.
    """

    shape: Shape = ()
    properties: frozenset[str] = frozenset()
    arguments: tuple[Shape, ...] | None = None
    same: tuple[str, str] | None = None

    def function(self, name: str) -> Function:
        """The function of this name; only for a kind with `arguments`."""
        assert self.arguments is not None
        return Function(name, self.arguments, self.shape, self.properties)

    def resized(self, sizes: Mapping[str, Dim]) -> Kind:
        """The kind with what its dimension names stand for."""
        if all(dim == size(name) for name, dim in sizes.items()):
            return self
        shape, arguments = _resized(self.shape, sizes), self.arguments
        if arguments is not None:
            arguments = tuple(_resized(argument, sizes) for argument in arguments)
        return Kind(shape, self.properties, arguments)


def _resized(shape: Shape, sizes: Mapping[str, Dim]) -> Shape:
    return tuple(substitute(dim, sizes) for dim in shape)


class Declaration(NamedTuple):
    """Names with one kind, and where the names stand."""

    names: tuple[tuple[str, Span], ...]
    kind: Kind


class _Token(NamedTuple):
    kind: str
    text: str
    span: Span


def split_declarations(text: str, start: int = 0) -> tuple[list[Span], int]:
    """Where the declarations that precede a text (from `start` on) stand, and where it begins itself.

    Declarations end at a `;` or a line's end outside brackets; the first piece that does not look like one
    (`name, name :` or `∈` or `in R`) begins the text. `assuming` may stand before them, as in what is said of
    inferred names.
    """
    found: list[Span] = []
    for end in _separators_from(text, start):
        assuming = re.match(r"\s*assuming\s+", text[start:end])
        if assuming and _has_head(text[start + assuming.end() : end]):
            start += assuming.end()
        piece = _without_comment(text[start:end])
        if piece.strip() and not _has_head(piece):
            break
        if piece.strip():
            found.extend(_memberships(text, start, start + len(piece)))
        start = min(end + 1, len(text))
    return found, start


def split_definition(text: str, start: int) -> Span | None:
    """Where the definition `y := …` or `f(x) := …` stands that begins here and that something follows.

    Before something that begins as a text does `y = …` is one, too.
    """
    for end in _separators_from(text, start):
        if end < len(text) and not text[end + 1 :].isspace() and text[end + 1 :]:
            piece = _without_comment(text[start:end])
            defines = ":=" in piece or "≔" in piece
            if not defines and re.match(_EQUATION, piece):
                goes_on = piece.rstrip().endswith(_OPEN) or re.match(r"\s*[-+*/^.,=)\]]", text[end + 1 :])
                defines = not goes_on
            return (start, start + len(piece)) if defines else None
    return None


def split_where(text: str, span: Span) -> tuple[int, list[Span]]:
    """Where the expression ends that is followed by `where K = …, L = …`, and the pieces that define."""
    start, end = span
    if "where" not in text[start:end]:
        return end, []
    plain = _outside(text, start, end)
    found = _WHERE.search(plain, start)
    if found is None:
        return end, []
    between = [match.span() for match in _BETWEEN.finditer(plain, found.end())]
    pieces = zip([found.end(), *(b for _, b in between)], [*(a for a, _ in between), end], strict=True)
    return found.start(), [(a, b) for a, b in pieces if text[a:b].strip()]


def _outside(text: str, start: int, end: int) -> str:
    """A text up to an end, with blanks for what is before a start, in comments and in brackets."""
    plain = [" "] * start
    depth, comment = 0, False
    for char in text[start:end]:
        comment = (comment or char == "#") and char != "\n"
        depth -= char in ")]}" and depth > 0 and not comment
        plain.append(" " if comment or depth else char)
        depth += char in "([{" and not comment
    return "".join(plain)


def next_statement(text: str, start: int) -> tuple[Span, int]:
    """The statement that begins here, its comment left out, and where the next one begins."""
    end = next(iter(_separators_from(text, start)))
    return (start, start + len(_without_comment(text[start:end]))), end + 1


def read_declaration(text: str, span: Span | None = None) -> Declaration:
    """Read `names: kind` in the given part of a text. Raises ParseError or ShapeError with the place."""
    span = span or (0, len(text))
    reader = _Reader(text, span)
    names = [reader.name("a name to declare")]
    while reader.take(","):
        names.append(reader.name("a name to declare"))
    if reader.take(":"):
        kind = reader.kind()
    elif reader.take("∈") or reader.take("in"):
        kind = reader.membership()
    else:
        raise reader.error(f"expected `:` and a kind after `{names[-1][0]}`", hint=f"kinds are {_KINDS}")
    reader.finish()
    return Declaration(tuple(names), kind)


def read_kind(text: str) -> Kind:
    """Read a kind alone: `vector(n)`, `positive scalar`, `R^(m x n)`, `function`."""
    reader = _Reader(text, (0, len(text)))
    kind = reader.membership() if reader.at("∈") and reader.take("∈") else reader.kind()
    reader.finish()
    return kind


def read_size(text: str) -> Dim:
    """Read a size: a whole number, a dimension name, or a polynomial of them such as `m*n` or `n+1`."""
    reader = _Reader(text, (0, len(text)))
    dim = reader.size()
    reader.finish()
    return dim


@lru_cache(maxsize=2)
def _separators(text: str) -> tuple[int, ...]:
    """Offsets of the `;` and line ends outside brackets, and the end of the text."""
    depth = 0
    comment = False
    found = []
    for match in _MARKS.finditer(text):
        char = match.group()
        if char == "\n":
            comment = False
        elif comment:
            continue
        if char == "#":
            comment = True
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif depth <= 0:
            found.append(match.start())
    return (*found, len(text))


def _separators_from(text: str, start: int) -> tuple[int, ...]:
    every = _separators(text)
    return every[bisect_left(every, start) :]


def _memberships(text: str, start: int, end: int) -> list[Span]:
    """The parts of `x ∈ ℝⁿ, A ∈ ℝⁿˣⁿ`: a comma parts two declarations where `∈` is on either side of it."""
    found: list[Span] = []
    signs = [match.start() for match in re.finditer("∈", text[start:end])]
    for sign, following in pairwise(signs):
        depth = 0
        for match in re.finditer(r"[(),{}]", text[start + sign : start + following]):
            char = match.group()
            depth += (char in "({") - (char in ")}")
            if char == "," and depth == 0:
                comma = start + sign + match.start()
                found.append((found[-1][1] + 1 if found else start, comma))
                break
    return [*found, (found[-1][1] + 1 if found else start, end)]


def _has_head(piece: str) -> bool:
    """Whether it begins as a declaration does: `name, name :` or `∈` or `in R`."""
    sign = _SIGN.search(piece)
    return sign is not None and all(re.fullmatch(NAME, name.strip()) for name in piece[: sign.start()].split(","))


def _without_comment(piece: str) -> str:
    return piece.split("#", 1)[0]


class _Reader:
    """The tokens of one declaration, taken from left to right."""

    def __init__(self, text: str, span: Span) -> None:
        self.text = text
        self.end = span[1]
        self.tokens = _tokens(text, span)
        self.place = 0
        self.inside = False  # of a function's arguments
        self.depth = 0  # of brackets in a size

    def error(self, message: str, span: Span | None = None, hint: str | None = None) -> ParseError:
        if span is None:
            span = self.tokens[self.place].span if self.place < len(self.tokens) else (self.end, self.end)
        return ParseError(message, text=self.text, span=span, hint=hint)

    def at(self, *texts: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place].text in texts

    def take(self, text: str) -> bool:
        if self.at(text):
            self.place += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.error(f"expected `{text}` in the declaration")

    def name(self, what: str) -> tuple[str, Span]:
        if self.place >= len(self.tokens) or self.tokens[self.place].kind != "name":
            raise self.error(f"expected {what}")
        token = self.tokens[self.place]
        self.place += 1
        return canonical(token.text), token.span

    def finish(self) -> None:
        if self.place < len(self.tokens):
            raise self.error("the declaration should end here", hint="separate declarations by `;` or a new line")

    def kind(self) -> Kind:
        """Words such as `positive vector(n)`: properties, one noun, properties."""
        begin = self.place
        properties: set[str] = set()
        shape: Shape | None = None
        while self.place < len(self.tokens) and not self.at(",", ")", "->"):
            if self.at("R", "ℝ"):
                return self.membership(frozenset(properties))
            word, span = self.name(f"a kind ({_KINDS})")
            if word == "function":
                return self.function(frozenset(properties), span)
            sizes = self.sizes() if self.at("(") else None
            if word in _RANKS:
                shape = self.noun(word, sizes, span, shape)
            elif word in STRUCTURES or word in FIELDS:
                properties.add(word)
                shape = self.square(word, sizes, span) if sizes is not None else shape
            else:
                inner = (
                    "for the sum of products of entries write `inner(A, B)`; "
                    if len(word) == 1 and self.place == begin + 1
                    else ""
                )
                raise self.error(f"`{word}` is not a kind", span, hint=f"{inner}kinds are {_KINDS}")
        if begin == self.place:
            raise self.error("expected a kind", hint=f"kinds are {_KINDS}")
        return self.checked(shape, properties, begin)

    def noun(self, word: str, sizes: Shape | None, span: Span, shape: Shape | None) -> Shape:
        if shape is not None:
            raise self.error(f"`{word}` gives a second shape", span)
        rank = _RANKS[word]
        if rank is not None and len(sizes or ()) != rank:
            example = {0: "scalar", 1: "vector(n)", 2: "matrix(m, n)"}[rank]
            raise self.error(f"`{word}` takes {rank} size{'s' if rank != 1 else ''}", span, hint=f"write `{example}`")
        if sizes is None and word == "tensor":
            raise self.error("`tensor` takes its sizes", span, hint="write `tensor(2, 5, 4)`")
        return sizes or ()

    def square(self, word: str, sizes: Shape, span: Span) -> Shape:
        if word in FIELDS or not 1 <= len(sizes) <= 2:
            raise self.error(f"`{word}` takes no such sizes", span, hint="write `symmetric(n)`, `positive vector(n)`")
        return (sizes[0], sizes[0]) if len(sizes) == 1 else sizes

    def checked(self, shape: Shape | None, properties: set[str], begin: int) -> Kind:
        span = (self.tokens[begin].span[0], self.tokens[self.place - 1].span[1])
        structured = sorted(properties & STRUCTURES)
        if structured and shape is None:
            raise self.error(f"`{structured[0]}` takes a size", span, hint=f"write `{structured[0]}(n)`")
        shape = shape or ()
        same = None
        if structured and (len(shape) != 2 or shape[0] != shape[1]):
            same = _two_names(shape)
            if same is None:
                raise ShapeError(f"`{structured[0]}` is for square matrices", text=self.text, span=span)
        if "complex" in properties and properties & {"positive", "integer", "real", "spd"}:
            raise self.error("a complex name has no sign and is no integer", span)
        return Kind(shape, frozenset(properties - {"real"}), same=same)

    def function(self, properties: frozenset[str], span: Span) -> Kind:
        if self.inside:
            raise self.error("a function takes and gives no functions", span)
        self.inside = True
        arguments: list[Shape] = []
        if self.take("("):
            arguments.append(self.kind().shape)
            while self.take(","):
                arguments.append(self.kind().shape)
            self.expect(")")
        shape = self.kind().shape if self.take("->") or self.take("→") else ()
        return Kind(shape, properties, tuple(arguments) or ((),))

    def membership(self, properties: frozenset[str] = frozenset()) -> Kind:
        """`R`, `R^n`, `ℝ^{m×n}`, `R^(m x n)`, `ℝⁿˣⁿ`, with properties after it."""
        begin = self.place
        if not (self.take("R") or self.take("ℝ")):
            raise self.error("expected `R^n` or `ℝ^{m×n}`")
        shape: list[Dim] = []
        if self.take("^"):
            closing = ")" if self.take("(") else "}" if self.take("{") else None
            shape.append(self.size())
            while self.take("×") or self.take("x") or self.take(","):
                shape.append(self.size())
            if closing:
                self.expect(closing)
        found = set(properties)
        while self.place < len(self.tokens) and self.tokens[self.place].text in STRUCTURES | FIELDS:
            found.add(self.name("a property")[0])
        return self.checked(tuple(shape), found, begin)

    def sizes(self) -> Shape:
        self.expect("(")
        shape = [self.size()]
        while self.take(","):
            shape.append(self.size())
        self.expect(")")
        return tuple(shape)

    def size(self) -> Dim:
        """A sum of products and quotients of whole numbers and dimension names, whose values are whole."""
        begin = self.place
        total = self.total()
        if not is_whole(total):
            span = self.tokens[begin].span[0], self.tokens[self.place - 1].span[1]
            raise self.error(f"a size is whole, and {total} is not for every value of its names", span)
        if isinstance(total, int) and total < 0:
            raise self.error(f"a size can't be {total}", self.tokens[begin].span)
        return total

    def total(self) -> Dim:
        total = self.monomial()
        while self.at("+", "-", "−"):
            sign = 1 if self.take("+") else -1
            self.place += sign < 0
            total = total + sign * self.monomial()
        return total

    def monomial(self) -> Dim:
        product = self.factor()
        while True:
            if self.take("*") or self.take("·"):
                product = product * self.factor()
            elif self.take("/"):
                product = scaled(product, Fraction(1, self.divisor()))
            elif self.at("(") or (
                self.place < len(self.tokens)
                and self.tokens[self.place].kind == "name"
                and not self.at("x", *STRUCTURES, *FIELDS)
            ):
                product = product * self.factor()
            else:
                return product

    def divisor(self) -> int:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token.kind != "number":
            raise self.error("a size is divided by whole numbers only")
        self.place += 1
        value = _whole(token.text, self)
        if value == 0:
            raise self.error("a size is not divided by 0", token.span)
        return value

    def factor(self) -> Dim:
        if self.take("("):
            self.depth += 1
            if self.depth > _DEPTH:
                raise self.error("brackets in a size are nested too deep")
            inner = self.total()
            self.expect(")")
            self.depth -= 1
            return inner
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token.kind not in ("name", "number"):
            raise self.error("expected a size: a whole number, a name such as `n`, or `m*n`, `n+1`")
        self.place += 1
        if token.kind == "number":
            if self.place < len(self.tokens) and self.tokens[self.place].span[0] == token.span[1]:
                if re.fullmatch(r"[eE]\d*", self.tokens[self.place].text):
                    raise self.error("a size is a whole number", hint="write its digits out")
            return _whole(token.text, self)
        base: Dim = self.least() if token.text == "min" and self.at("(") else size(canonical(token.text))
        if self.at("^") and self.place + 1 < len(self.tokens) and self.tokens[self.place + 1].kind == "number":
            exponent = _whole(self.tokens[self.place + 1].text, self)
            if exponent > 20:
                raise self.error("this size is too large a power")
            self.place += 2
            product: Dim = 1
            for _ in range(exponent):
                product = product * base
            return product
        return base

    def least(self) -> Dim:
        """The sizes in brackets behind `min`."""
        return reduce(smaller, self.sizes())


def _two_names(shape: Shape) -> tuple[str, str] | None:
    """The names m and n where the shape is m×n."""
    if len(shape) != 2 or not all(isinstance(dim, Size) and str(dim).isidentifier() for dim in shape):
        return None
    return str(shape[0]), str(shape[1])


def _whole(digits: str, reader: _Reader) -> int:
    if len(digits) > 18:
        raise reader.error("this size is too large", reader.tokens[reader.place - 1].span)
    return int(digits)


def _tokens(text: str, span: Span) -> list[_Token]:
    """Tokens of a declaration; a run of superscripts `ⁿˣⁿ` becomes `^ { n × n }` at its place."""
    found: list[_Token] = []
    for match in re.compile(_TOKEN).finditer(text, *span):
        if match.lastgroup == "raised":
            inner = "".join(_RAISED[char] for char in match.group())
            found.append(_Token("op", "^", match.span()))
            found.append(_Token("op", "{", match.span()))
            for part in re.finditer(r"(?P<number>\d+)|(?P<name>[A-Za-z])|(?P<op>.)", inner):
                found.append(_Token(str(part.lastgroup), part.group(), match.span()))
            found.append(_Token("op", "}", match.span()))
        else:
            found.append(_Token(str(match.lastgroup), match.group(), match.span()))
    return found
