"""The token filter: decides what only knowledge of the names can decide, and writes it into the tokens' types.

It stands between Lark's lexer and the grammar. One walk over the tokens knows at each place whether an operand has
just ended; so it puts in juxtaposition, tells a sign from a subtraction, a call from a product, an index from a
literal, closes the argument of `sin 2x cos y`, and finds every misplaced operator or bracket where it stands. What
it passes on is almost always a sentence of the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lark import Token

from symdiff.syntax import derivatives
from symdiff.syntax.bars import pair_bars
from symdiff.syntax.names import CONSTANTS, SUPERSCRIPTS, canonical
from symdiff.syntax.reading import Reading, current
from symdiff.syntax.runs import Runs
from symdiff.syntax.survey import part_of, span_of, survey
from symdiff.syntax.tree import Tree

_WORDS = {"and": "_AND", "or": "_OR", "not": "NOT"}
_LOGIC = {"∧": "_AND", "∨": "_OR", "¬": "NOT"}
_SIDE_BY_SIDE = re.compile(r"[a-z\u03b1-\u03c9]{2}")
_PRODUCT_OF_LETTERS = re.compile(r"[A-Za-zΑ-Ωα-ω]{2,}")
_NORMS = {"_1": "1", "_2": "2", "_F": "F", "_inf": "inf", "_oo": "inf", "_∞": "inf"}
_SUPERSCRIPT_PART = re.compile(r"(?P<number>[0-9]+)|(?P<name>[a-zA-Zβγδθφχ])|(?P<sign>[+-])")


class Frame(NamedTuple):
    """An open bracket: what it is (`( call index literal tensor raised bar`), and where it began."""

    kind: str
    token: Token
    start: int  # of the tokens passed on


class TokenFilter:
    """Lark's postlex interface; the reading under way is taken from the context."""

    always_accept = ("BAD", "BAD_NUMBER", "BAR", "DAGGER", "DOT_T", "DOUBLE_BAR", "LBRACE", "LOGIC", "LOWER", "LSQB")
    always_accept += ("NABLA", "PRIME", "RBRACE", "SUPER")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return iter(Filter(list(stream), current.get()).run())


class Filter:
    """The walk over the tokens of one text."""

    def __init__(self, tokens: list[Token], reading: Reading) -> None:
        surveyed = survey(tokens, reading)
        self.tokens = surveyed.tokens
        self.match = surveyed.match
        self.written = surveyed.written
        self.reading = reading
        self.out: list[Token] = []
        self.after = False  # an operand has just ended
        self.frames: list[Frame] = []
        self.ends: list[int] = []  # where the arguments of bare calls end, innermost last
        self.spaced: dict[int, Token] = {}  # by frame: a factor put after a blank
        self.commas: set[int] = set()  # frames with a comma
        self.runs = Runs(self)
        self.roles = pair_bars(self.tokens, reading, self._ends_operand) if surveyed.has_bars else {}

    def run(self) -> list[Token]:
        tokens, handlers, count = self.tokens, _HANDLERS, len(self.tokens)
        place = 0
        while place < count:
            while self.ends and self.ends[-1] <= place:
                self._close_bare(place)
            place = handlers[tokens[place].type](self, place, tokens[place])
        while self.ends:
            self._close_bare(count)
        if not self.after:
            self._missing(None)
        return self.out

    def _ends_operand(self, place: int) -> bool:
        token = self.tokens[place]
        if token.type == "NAME":
            name = token.value
            if self.reading.is_declared(name):
                return True
            return name not in _WORDS and not self.bare_function(place)
        if token.type in ("SUPER", "NUMBER") and place:
            before = self.tokens[place - 1]
            if token.type == "NUMBER" and before.type == "POW" and place > 1:
                before = self.tokens[place - 2]
            return not (before.type == "NAME" and self.reading.is_function(before.value))
        return token.type in _ENDS

    # errors and tokens

    def error(self, message: str, token: Token, hint: str | None = None) -> Exception:
        return self.reading.error(message, span_of(token), hint)

    def short(self, token: Token) -> str:
        return self.reading.source(span_of(token), 24)

    @staticmethod
    def make(kind: str, value: object, place: Token) -> Token:
        """A new token at the place of another."""
        token = Token.new_borrow_pos(kind, str(value), place)
        token.value = value
        return token

    def put(self, kind: str, token: Token) -> None:
        token.type = kind
        self.out.append(token)

    def _missing(self, token: Token | None) -> None:
        """An operand should stand before `token` (or the end of the text)."""
        last = self.out[-1] if self.out else None
        here = f"before `{self.short(token)}`" if token is not None else "at the end"
        if last is None:
            assert token is not None
            raise self.error(f"a value is missing {here}", token)
        place = token if token is not None else last
        raise self.error(f"a value is missing {here}, after `{self.short(last)}`", place)

    # operands

    def begin_operand(self, token: Token, kind: str = "JUXT") -> None:
        """Put in the product where an operand follows another."""
        if not self.after:
            return
        before = self.out[-1]
        blank = before.end_pos != token.start_pos
        if before.type == "NAME" and self.reading.is_own_function(before.value):
            name, rest = self.short(before), self.short(token)
            hint = f"write `{name}({rest})` for its value, `{name}*{rest}` for a product"
            raise self.error(f"a function such as `{name}` takes its arguments in brackets", before, hint)
        if token.type == "NUMBER":
            if before.type == "NUMBER":
                raise self.reading.error("two numbers side by side", (before.start_pos or 0, token.end_pos or 0),
                                         f"write `{self.short(before)}*{self.short(token)}`")  # fmt: skip
            if not blank:
                hint = f"for a product write `*{self.short(token)}`, for a power `^{self.short(token)}`"
                raise self.error("a number straight behind a value", token, hint)
        if blank and self.frames and self.frames[-1].kind == "literal":
            self.spaced.setdefault(len(self.frames), token)
        self.out.append(self.make(kind, "", token))
        self.after = False

    def number(self, place: int, token: Token) -> int:
        self.begin_operand(token)
        self.out.append(token)
        self.after = True
        return place + 1

    def plain_name(self, place: int, token: Token, kind: str = "NAME") -> int:
        self.begin_operand(token)
        self.put(kind, token)
        self.after = True
        return place + 1

    def name(self, place: int, token: Token) -> int:
        name, reading = token.value, self.reading
        if self.follows(place, "LPAR"):
            return self._before_bracket(place, token)
        if self._is_keyword(place):
            self.put("KEYWORD", token)
            self.out.append(self.tokens[place + 1])
            return place + 2
        if derivatives.leibniz(self, place):
            return place + 3
        if reading.is_declared(name):
            return self._declared(place, token)
        if name in _WORDS:
            return self.logic(place, token)
        if self.bare_function(place):
            return self._bare(place, token)
        if name == "eye":
            token.value = "I"
        elif len(name) > 1 and name not in CONSTANTS:
            return self._undeclared(place, token)
        return self.plain_name(place, token)

    def _declared(self, place: int, token: Token) -> int:
        name, reading = token.value, self.reading
        primes = self.count_primes(place + 1)
        if primes and reading.is_defined(name):
            if self.kind_at(place + 1 + primes) in ("LPAR", "LSQB") and reading.is_own_function(name):
                return self._primed(place, token, primes)
            self.begin_operand(token)
            made = self.make("PRIMED_NAME", (name, self.order(place + 1, primes)), token)
            made.end_pos = self.tokens[place + primes].end_pos
            self.out.append(made)
            self.after = True
            return place + 1 + primes
        if reading.is_own_function(name) and self.kind_at(place + 1) == "LPAR":
            return self._call(place, token)
        return self.plain_name(place, token)

    def _undeclared(self, place: int, token: Token) -> int:
        """A name of several letters that nobody declared: `dX`, `D_x`, a product of letters, or just a name."""
        name = token.value
        if name[0] == "d" and self.known(canonical(name[1:])):
            token.value = canonical(name[1:])
            return self.plain_name(place, token, "D_NAME")
        if name.startswith("D_") and not self.reading.is_declared("D"):
            return derivatives.subscripted(self, place, token)
        if _PRODUCT_OF_LETTERS.fullmatch(name) and name.lower() != name and not _SIDE_BY_SIDE.search(name):
            return self._letters(place, token)
        return self.plain_name(place, token)

    def known(self, name: str) -> bool:
        """Declared, or written as a name of its own in this text."""
        return bool(name) and (self.reading.is_declared(name) or name in self.written and name not in CONSTANTS)

    def _letters(self, place: int, token: Token) -> int:
        name, before = token.value, self.out[-1].type if self.out else ""
        for letter in "eiId":
            if letter in name:
                what = f"an undeclared name; as a product of letters it would have the constant `{letter}`"
                what = what if letter != "d" else "an undeclared name, and no differential of a name in sight"
                raise self.error(f"`{name}` is {what}", token, f"declare `{name}`, or write `{'*'.join(name)}`")
        product = "*".join(name)
        if before in ("SLASH", "DOTSLASH", "POW", "DOTPOW", "ROOT", "NEG_DIVISOR"):
            hint = f"write `({product})`, or declare `{name}`"
            raise self.error(f"`{name}` reads as the product {product}, and how far is unclear here", token, hint)
        self.reading.notes.append(f"{name} is read as {product}")
        start = token.start_pos or 0
        for offset, letter in enumerate(name):
            part = self.make("NAME", canonical(letter), token)
            part.start_pos, part.end_pos = start + offset, start + offset + 1
            self.plain_name(place, part)
        return place + 1

    # calls

    def bare_function(self, place: int) -> bool:
        """A function of the books that stands without a bracket: `sin x`. Declared names come first."""
        name = self.tokens[place].value
        if name in ("gamma", "beta", "eye", "e", "i", "I", "d"):
            return False
        return not self.reading.is_declared(name) and self.reading.is_function(name)

    def _before_bracket(self, place: int, token: Token) -> int:
        """A name straight before `(`."""
        name, reading = token.value, self.reading
        if name in _WORDS and not reading.is_declared(name):
            return self.logic(place, token)
        if reading.is_function(name):
            return self._call(place, token)
        if name == "d" and not reading.is_declared("d"):
            return self._call(place, token, "DIFFERENTIAL")
        derived = derivatives.before_bracket(self, token)
        if derived is not None:
            self.begin_operand(token)
            self.out.append(derived)
            return self._open(place + 1, "call", "LPAR")
        raise reading.unknown_function(name, span_of(token))

    def _call(self, place: int, token: Token, kind: str = "FUNC") -> int:
        self.begin_operand(token)
        self.put(kind, token)
        return self._open(place + 1, "call", "LPAR")

    def _primed(self, place: int, token: Token, primes: int) -> int:
        """`f'(x)`, `f''(x)`, `g'[1,2](u, v)`."""
        self.begin_operand(token)
        behind = place + 1 + primes
        order: object = self.order(place + 1, primes)
        if self.tokens[behind].type == "LSQB":
            order, behind = derivatives.positions(self, behind), self.match[behind] + 1
            if self.kind_at(behind) != "LPAR":
                raise self.error("the arguments are missing", self.tokens[behind - 1], "write `g'[1](u, v)`")
        made = self.make("PRIMED", (token.value, order), token)
        made.end_pos = self.tokens[behind - 1].end_pos
        self.out.append(made)
        return self._open(behind, "call", "LPAR")

    def _bare(self, place: int, token: Token) -> int:
        """`sin x`, `sin^2 x`, `sin²(x)`: the argument is what `Runs` finds."""
        primes = self.count_primes(place + 1)
        if primes and self.kind_at(place + 1 + primes) in ("LPAR", "LSQB"):
            return self._primed(place, token, primes)
        self.begin_operand(token)
        argument = self.runs.power(place)
        self.put("FUNC" if argument == place + 1 else "POWERED", token)
        if argument > place + 1:
            self.out.append(self.runs.exponent(place))
        if self.kind_at(argument) == "LPAR":
            return self._open(argument, "call", "LPAR")
        end = self.runs.end(place, argument)
        self.out.append(self.make("BARE", "", self.tokens[argument]))
        self.ends.append(end)
        return argument

    def _close_bare(self, place: int) -> None:
        self.ends.pop()
        if not self.after:
            self._missing(self.tokens[place] if place < len(self.tokens) else None)
        self.out.append(self.make("ERAB", "", self.out[-1]))

    def _is_keyword(self, place: int) -> bool:
        if self.kind_at(place + 1) != "EQUALS" or not self.frames or self.frames[-1].kind != "call":
            return False
        return self.out[-1].type == "_COMMA" or len(self.out) == self.frames[-1].start

    # brackets

    def kind_at(self, place: int) -> str:
        return self.tokens[place].type if place < len(self.tokens) else ""

    def follows(self, place: int, kind: str) -> bool:
        """Whether the next token is of this kind, without a blank between."""
        tokens = self.tokens
        if place + 1 >= len(tokens):
            return False
        return tokens[place + 1].type == kind and tokens[place + 1].start_pos == tokens[place].end_pos

    def _open(self, place: int, kind: str, terminal: str) -> int:
        token = self.tokens[place]
        self.put(terminal, token)
        self.frames.append(Frame(kind, token, len(self.out)))
        self.after = False
        return place + 1

    def parenthesis(self, place: int, token: Token) -> int:
        self.begin_operand(token)
        return self._open(place, "(", "LPAR")

    def square(self, place: int, token: Token) -> int:
        """`[`: an index straight behind an operand, the indices of a tensor before `->`, else a vector or matrix."""
        if self.after and self.out[-1].end_pos == token.start_pos:
            return self._open(place, "index", "INDEX")
        self.begin_operand(token)
        if self.kind_at(self.match[place] + 1) == "_ARROW":
            return self._open(place, "tensor", "TENSOR")
        if self.match[place] == place + 1:
            raise self.reading.error("an empty list", (token.start_pos or 0, self.tokens[place + 1].end_pos or 0))
        return self._open(place, "literal", "VECTOR")

    def brace(self, place: int, token: Token) -> int:
        if not self.out or self.out[-1].type not in ("POW", "DOTPOW"):
            before = self.out[-1] if self.out else None
            if before is not None and before.type == "NAME" and str(before).endswith("_"):
                raise self.error("a subscript is a name or a number", token, "for an entry write `x[n+1]`")
            raise self.error("`{` only groups after `^` and `_`", token, "write `( )`")
        return self._open(place, "(", "LPAR")

    def close(self, place: int, token: Token) -> int:
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.kind == "bar":
            raise self.error("a bar is open here", token, "write `abs(…)` or `norm(…)`")
        assert frame is not None
        empty_call = frame.kind == "call" and len(self.out) == frame.start
        open_slice = frame.kind == "index" and self.out[-1].type == "COLON"
        if not self.after and not empty_call and not open_slice:
            self._missing(token)
        depth = len(self.frames)
        spaced = self.spaced.pop(depth, None)
        if spaced is not None and depth not in self.commas:
            raise self.error("entries are separated by commas", spaced, "write a comma, or `*` for a product")
        self.commas.discard(depth)
        self.frames.pop()
        self.put("RSQB" if token.type == "RSQB" else "RPAR", token)
        self.after = frame.kind != "tensor"
        return place + 1

    def comma(self, place: int, token: Token) -> int:
        kind = self.frames[-1].kind if self.frames else ""
        if kind not in ("call", "index", "literal", "tensor"):
            raise self.error("a comma outside a list or a call", token, "write a vector as `[a, b]`")
        if not self.after and not (kind == "index" and self.out[-1].type == "COLON"):
            self._missing(token)
        self.commas.add(len(self.frames))
        return self._operator(place, token)

    def semicolon(self, place: int, token: Token) -> int:
        if not self.frames or self.frames[-1].kind != "literal":
            raise self.error("`;` separates the rows of a matrix", token, "put declarations before the expression")
        return self._binary(place, token)

    def colon(self, place: int, token: Token) -> int:
        if not self.frames or self.frames[-1].kind != "index":
            hint = "a declaration such as `x: vector(n)` stands before the expression, on its own line"
            raise self.error("`:` belongs between the ends of a slice", token, hint)
        if not self.after and self.out[-1].type not in ("COLON", "INDEX", "_COMMA"):
            self._missing(token)
        return self._operator(place, token)

    def bar(self, place: int, token: Token) -> int:
        role = self.roles[place]
        if role.endswith("OPEN"):
            self.begin_operand(token)
            after = place + 2 if role == "NORM_OPEN" and token.type == "BAR" else place + 1
            if after == place + 2:
                token.end_pos = self.tokens[place + 1].end_pos
            self.put(role, token)
            self.frames.append(Frame("bar", token, len(self.out)))
            self.after = False
            return after
        if not self.frames or self.frames[-1].kind != "bar":
            raise self.error("this bar has no partner", token, "write `abs(…)` or `norm(…)`")
        if not self.after:
            self._missing(token)
        self.frames.pop()
        self.after = True
        if role == "BAR_CLOSE":
            self.put(role, token)
            return place + 1
        return self._close_norm(place, token)

    def _close_norm(self, place: int, token: Token) -> int:
        behind = place + 1 if token.type == "DOUBLE_BAR" else place + 2
        suffix = None
        if self.kind_at(behind) == "LOWER":
            suffix = self._norm_suffix(self.tokens[behind])
            behind += 1
        closing = self.make("NORM_CLOSE", suffix, token)
        closing.end_pos = self.tokens[behind - 1].end_pos
        self.out.append(closing)
        return behind

    def _norm_suffix(self, token: Token) -> str | Tree:
        text = "_" + canonical("x" + token)[2:] if token[0] != "_" else token.replace("{", "").replace("}", "")
        if text in _NORMS:
            return _NORMS[text]
        inner = text[1:]
        if inner.isascii() and inner.isdigit():
            return Tree("number", (), int(inner[:6]), span_of(token))
        if re.fullmatch(r"[A-Za-zα-ω]", inner) or self.reading.is_declared(inner):
            return Tree("name", (), canonical(inner), span_of(token))
        hint = "norms are `_1 _2 _F _p _inf`; also `norm_nuc(A)`, `norm_spec(A)`"
        raise self.error(f"there is no norm `{self.short(token)}`", token, hint)

    # operators

    def _operator(self, place: int, token: Token) -> int:
        self.out.append(token)
        self.after = False
        return place + 1

    def _binary(self, place: int, token: Token) -> int:
        if not self.after:
            self._missing(token)
        return self._operator(place, token)

    def sign(self, place: int, token: Token) -> int:
        if self.after:
            if self.frames and self.frames[-1].kind == "literal":
                before = self.out[-1].end_pos != token.start_pos
                if before and place + 1 < len(self.tokens) and self.tokens[place + 1].start_pos == token.end_pos:
                    source = self.short(self.tokens[place + 1])
                    hint = f"write `, {token}{source}` for two entries, `{token} {source}` for one"
                    raise self.error("write a comma", token, hint)
            return self._operator(place, token)
        if self.out and self.out[-1].type in ("BARE", "FUNC", "POWERED"):
            self._missing(token)
        if token.type == "MINUS":
            divides = self.out and self.out[-1].type in ("SLASH", "DOTSLASH", "NEG_DIVISOR")
            self.put("NEG_DIVISOR" if divides else "NEG", token)
        return place + 1

    def root(self, place: int, token: Token) -> int:
        self.begin_operand(token)
        behind = self.runs.item(place + 1, postfixes=False)
        if behind < len(self.tokens) and behind > place + 1:
            following = self.tokens[behind]
            radicand = self.reading.source((token.end_pos or 0, self.tokens[behind - 1].end_pos or 0))
            touching = following.start_pos == self.tokens[behind - 1].end_pos
            if following.type in ("POW", "DOTPOW", "SUPER"):
                hint = f"write `(√{radicand})^…` or `√({radicand}^…)`"
                raise self.error("how far the root goes is unclear", following, hint)
            if touching and following.type in ("NAME", "NUMBER"):
                hint = f"write `√{radicand} * {self.short(following)}` or `√({radicand}*{self.short(following)})`"
                raise self.error("how far the root goes is unclear", following, hint)
        self.out.append(token)
        return place + 1

    def logic(self, place: int, token: Token) -> int:
        kind = _WORDS.get(str(token)) or _LOGIC[str(token)]
        if kind == "NOT":
            if self.after:
                self.begin_operand(token)
            self.put(kind, token)
            return place + 1
        token.type = kind
        return self._binary(place, token)

    def equals(self, place: int, token: Token) -> int:
        if self.frames:
            raise self.error("`=` states an equation, at top level only", token, "to compare write `==`")
        if any(other.type in ("EQUALS", "DEFINE") for other in self.out):
            raise self.error("one text states one equation", token, "write one equation a line")
        return self._binary(place, token)

    def arrow(self, place: int, token: Token) -> int:
        before = self.tokens[place - 1].type if place else ""
        if before != "RSQB" or self.after:
            raise self.error(f"`{token}` follows the indices of a tensor", token, "write `[i, k] -> A[i, k]`")
        return self._operator(place, token)

    def power(self, place: int, token: Token) -> int:
        if not self.after:
            self._missing(token)
        if token == "^":
            mark, behind = self._transpose_mark(place + 1)
            if mark:
                return self._mark(mark, behind, token)
        return self._operator(place, token)

    def _transpose_mark(self, place: int) -> tuple[str, int]:
        """`T`, `{T}`, `-T`, `{-T}`, `H` after `^`: the terminal and the place behind it."""
        start = place
        braced = self.kind_at(place) == "LBRACE"
        place += braced
        minus = self.kind_at(place) == "MINUS"
        place += minus
        name = str(self.tokens[place]) if self.kind_at(place) == "NAME" else ""
        if name not in ("T", "H") or self.reading.is_declared(name) or minus and name == "H":
            return "", start
        if braced and self.kind_at(place + 1) != "RBRACE" or not braced and self.follows(place, "LPAR"):
            return "", start
        mark = "INVERSE_TRANSPOSE" if minus else "TRANSPOSE" if name == "T" else "HERMITIAN"
        return mark, place + 1 + braced

    def _mark(self, kind: str, behind: int, token: Token) -> int:
        """A postfix mark that ends before `behind`."""
        last = self.out[-1]
        if last.type == "NUMBER":
            before = self.out[-2] if len(self.out) > 1 else last
            if before.type in ("POW", "DOTPOW"):
                shown = self.short(last)
                hint = f"write `(x{self.short(before)}{shown}){token if token != '^' else '^T'}`"
                raise self.error("a transpose of a number, in an exponent", token, hint)
            raise self.error("a transpose of a number", token)
        made = self.make(kind, "", token)
        made.end_pos = self.tokens[behind - 1].end_pos
        self.out.append(made)
        return behind

    def prime(self, place: int, token: Token) -> int:
        if not self.after:
            self._missing(token)
        for _ in range(_PRIME_COUNT.get(str(token), 1)):
            self._mark("HERMITIAN" if token.type == "DAGGER" else "TRANSPOSE", place + 1, token)
        return place + 1

    def count_primes(self, place: int) -> int:
        """How many prime tokens follow one another from here."""
        count = 0
        while self.kind_at(place + count) == "PRIME" and str(self.tokens[place + count]) != "⊤":
            count += 1
        return count

    def order(self, place: int, primes: int) -> int:
        return sum(_PRIME_COUNT.get(str(token), 1) for token in self.tokens[place : place + primes])

    def superscript(self, place: int, token: Token) -> int:
        """`²`, `ⁿ⁺¹`, `⁻¹`, `ᵀ`, `⁻ᵀ`: a power, or a mark of transposition."""
        if not self.after:
            self._missing(token)
        text = "".join(SUPERSCRIPTS[char] for char in token)
        for part in re.finditer(r"-?[TH]|(?:(?!-?[TH]).)+", text):
            here = self.make("SUPER", part.group(), token)
            here.start_pos = (token.start_pos or 0) + part.start()
            here.end_pos = (token.start_pos or 0) + part.end()
            mark = {"T": "TRANSPOSE", "-T": "INVERSE_TRANSPOSE", "H": "HERMITIAN"}.get(part.group())
            if mark:
                self._mark(mark, place + 1, here)
            else:
                self._raised(here)
        return place + 1

    def _raised(self, token: Token) -> None:
        """A sum of numbers and letters written as superscripts, as the bracketed exponent it is."""
        start = token.start_pos or 0
        self.out.append(self.make("RAISED", "", token))
        self.after = False
        for part in _SUPERSCRIPT_PART.finditer(token.value):
            kind = {"number": "NUMBER", "name": "NAME"}.get(part.lastgroup or "")
            piece = self.make(kind or "PLUS", canonical(part.group()), token)
            piece.start_pos, piece.end_pos = start + part.start(), start + part.end()
            if kind is None:
                if part.group() == "-":
                    piece.type = "MINUS" if self.after else "NEG"
                if self.after or part.group() == "-":
                    self.out.append(piece)
                self.after = False
                continue
            if self.after:
                self.out.append(self.make("JUXT", "", piece))
            self.out.append(piece)
            self.after = True
        if not self.after:
            raise self.error("this superscript is not complete", token)
        self.out.append(self.make("LOWERED", "", token))

    def lower(self, place: int, token: Token) -> int:
        raise self.error("a subscript belongs to a name or a norm", token, "for an entry write `x[1]`")

    def operator(self, place: int, token: Token) -> int:
        """`d/dx`, `∂²/∂x∂y`, `∇_x`, and `∂f/∂x`, which is a value."""
        touching = self.tokens[place + 1] if place + 1 < len(self.tokens) else token
        behind = touching.type if touching.start_pos == token.end_pos else ""
        if token.type == "NABLA":
            kind, value = "GRADIENT", derivatives.read_gradient(token, behind, self.reading)
        else:
            kind, value = derivatives.read_operator(token, self.reading)
        if kind != "LEIBNIZ" and self.out and self.out[-1].type in _NEED_ONE_FACTOR:
            raise self.error("how far this derivative goes is unclear", token, "put it in brackets with its operand")
        self.begin_operand(token, "JUXT" if kind == "LEIBNIZ" else "APPLY")
        self.out.append(self.make(kind, value, token))
        self.after = kind == "LEIBNIZ"
        return place + 1

    def text_argument(self, place: int, token: Token) -> int:
        if not self.frames or self.frames[-1].kind != "call" or self.after:
            raise self.error("a text in quotes is an argument of `einsum`", token, 'write `einsum("ij,jk->ik", A, B)`')
        return self.number(place, token)


_NEED_ONE_FACTOR = frozenset({"SLASH", "DOTSLASH", "NEG_DIVISOR", "POW", "DOTPOW", "ROOT"})
_PRIME_COUNT = {"″": 2, "‴": 3}
_ENDS = frozenset("NAME RPAR RSQB RBRACE PRIME DOT_T DAGGER LOWER STRING".split())
_HANDLERS: dict[str, Callable[[Filter, int, Token], int]] = {
    "NUMBER": Filter.number, "NAME": Filter.name, "STRING": Filter.text_argument,
    "DERIVATIVE": Filter.operator, "NABLA": Filter.operator, "LOWER": Filter.lower, "SUPER": Filter.superscript,
    "PRIME": Filter.prime, "DOT_T": Filter.prime, "DAGGER": Filter.prime,
    "LPAR": Filter.parenthesis, "LSQB": Filter.square, "LBRACE": Filter.brace,
    "RPAR": Filter.close, "RSQB": Filter.close, "RBRACE": Filter.close,
    "BAR": Filter.bar, "DOUBLE_BAR": Filter.bar,
    "_COMMA": Filter.comma, "_SEMI": Filter.semicolon, "COLON": Filter.colon,
    "PLUS": Filter.sign, "MINUS": Filter.sign, "ROOT": Filter.root, "LOGIC": Filter.logic,
    "TIMES": Filter._binary, "DOTTIMES": Filter._binary, "SLASH": Filter._binary, "DOTSLASH": Filter._binary,
    "KRON": Filter._binary, "CMP": Filter._binary, "POW": Filter.power, "DOTPOW": Filter.power,
    "EQUALS": Filter.equals, "DEFINE": Filter.equals, "_ARROW": Filter.arrow,
}  # fmt: skip
