"""The walk of the token filter: what it knows at each place, and what every part of it does.

One walk over the tokens knows at each place whether an operand has just ended. So it puts in juxtaposition,
tells a sign from a subtraction, closes the argument of `sin 2x cos y`, and finds every misplaced operator
or bracket where it stands. What each token asks for is in `words`, `brackets` and `marks`; `tokens` has the
table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from symdiff.errors import ParseError
from symdiff.syntax.names import CONSTANTS
from symdiff.syntax.reading import Reading
from symdiff.syntax.runs import Runs
from symdiff.syntax.survey import span_of, survey
from symdiff.syntax.token import Token

LOGIC_WORDS = frozenset({"and", "or", "not"})
_PRIMES = {"″": 2, "‴": 3}
_ENDS = frozenset("NAME RPAR RSQB RBRACE RANGLE PRIME DOT_T DAGGER BANG LOWER STRING".split())
# else constants or names
_ONLY_IN_BRACKETS = frozenset({"gamma", "Gamma", "beta", "psi", "sigma", "eye", "e", "i", "I", "d", "mod"})

Handler = Callable[["Filter", int, Token], int]


class Frame(NamedTuple):
    """An open bracket: what it is (`( call index literal tensor bar`), and how much was passed on before
    it."""

    kind: str
    token: Token
    start: int


class Filter:
    """The walk over the tokens of one text; `run` gives those that the grammar reads."""

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
        self.word: tuple[Frame | None, Token] | None = None  # an undeclared word of small letters, and its bracket
        self.runs = Runs(self)
        self.roles: dict[int, str] = {}
        if surveyed.has_bars:
            from symdiff.syntax.bars import pair_bars

            self.roles = pair_bars(self.tokens, reading, self._ends_operand)

    def run(self, handlers: Mapping[str, Handler]) -> list[Token]:
        tokens, count = self.tokens, len(self.tokens)
        place = 0
        while place < count:
            while self.ends and self.ends[-1] <= place:
                self.close_bare(place)
            place = handlers[tokens[place].type](self, place, tokens[place])
        while self.ends:
            self.close_bare(count)
        if not self.after:
            self.missing(None)
        return self.out

    def _ends_operand(self, place: int) -> bool:
        token = self.tokens[place]
        if token.type == "NAME":
            name = token.value
            if self.reading.is_declared(name):
                return True
            return name not in LOGIC_WORDS and name != "mod" and not self.bare_function(place)
        if token.type in ("SUPER", "NUMBER") and place:
            at = place - 2 if token.type == "NUMBER" and self.kind_at(place - 1) == "POW" else place - 1
            return self.kind_at(at) != "NAME" or not self.bare_function(at)
        return token.type in _ENDS

    def error(self, message: str, token: Token, hint: str | None = None) -> ParseError:
        return self.reading.error(message, span_of(token), hint)

    def short(self, token: Token) -> str:
        return self.reading.source(span_of(token), 24)

    @staticmethod
    def make(kind: str, value: object, place: Token) -> Token:
        """A new token at the place of another."""
        token = Token.at(place, kind, str(value))
        token.value = value
        return token

    def put(self, kind: str, token: Token) -> None:
        token.type = kind
        self.out.append(token)

    def missing(self, token: Token | None) -> None:
        """An operand should stand before `token` (or the end of the text)."""
        last = self.out[-1] if self.out else None
        here = f"before `{self.short(token)}`" if token is not None else "at the end"
        if last is None:
            raise self.error(f"a value is missing {here}", token or self.tokens[-1])
        place = token if token is not None else last
        raise self.error(f"a value is missing {here}, after `{self.short(last)}`", place)

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
                span = (before.start_pos, token.end_pos)
                hint = f"write `{self.short(before)}*{self.short(token)}`"
                if self.frames and self.frames[-1].kind == "literal":
                    hint = f"write `{self.short(before)}, {self.short(token)}`"
                raise self.reading.error("two numbers side by side", span, hint)
            if not blank:
                hint = f"for a product write `*{self.short(token)}`, for a power `^{self.short(token)}`"
                raise self.error("a number straight behind a value", token, hint)
        if self.word is not None and self.word[0] is self.frame:
            raise self.stray_word(self.word[1])
        if blank and self.frames and self.frames[-1].kind == "literal":
            self.spaced.setdefault(len(self.frames), token)
        self.out.append(self.make(kind, "", token))
        self.after = False

    @property
    def frame(self) -> Frame | None:
        """The innermost open bracket."""
        return self.frames[-1] if self.frames else None

    def solves(self) -> bool:
        """Whether this is in the first argument of `solve`, or in a list there: where equations stand."""
        inner = len(self.frames) - 1
        if inner > 0 and self.frames[inner].kind == "literal":
            inner -= 1
        if inner < 0 or self.frames[inner].kind != "call" or inner + 1 in self.commas:
            return False
        return self.called(inner) == "solve"

    def called(self, frame: int = -1) -> str:
        """The function in whose brackets this is; "" in brackets of another kind."""
        inside = bool(self.frames) and self.frames[frame].kind == "call"
        return str(self.out[self.frames[frame].start - 2].value) if inside else ""

    def stray_word(self, word: Token) -> ParseError:
        """`plot x^2`, `lam w`: a word that nobody declared is no factor of a product without signs."""
        name = self.short(word)
        near = self.reading.nearest_word(word.value)
        meant = f"did you mean {' or '.join(f'`{other}`' for other in near)}? " if near else ""
        hint = f"{meant}for a product write `{name}*…`, or declare `{name}: scalar`"
        return self.error(f"`{name}` is no known word", word, hint)

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

    def kind_at(self, place: int) -> str:
        return self.tokens[place].type if place < len(self.tokens) else ""

    def follows(self, place: int, kind: str) -> bool:
        """Whether the next token is of this kind, without a blank between."""
        tokens = self.tokens
        if place + 1 >= len(tokens):
            return False
        return tokens[place + 1].type == kind and tokens[place + 1].start_pos == tokens[place].end_pos

    def count_primes(self, place: int) -> int:
        """How many prime tokens follow one another from here."""
        count = 0
        while self.kind_at(place + count) == "PRIME" and str(self.tokens[place + count]) != "⊤":
            count += 1
        return count

    def order(self, place: int, primes: int) -> int:
        return sum(_PRIMES.get(str(token), 1) for token in self.tokens[place : place + primes])

    def known(self, name: str) -> bool:
        """Declared, or written as a name of its own in this text."""
        return bool(name) and (self.reading.is_declared(name) or (name in self.written and name not in CONSTANTS))

    def bare_function(self, place: int) -> bool:
        """A function of the books that stands without a bracket: `sin x`. Declared names come first."""
        name = self.tokens[place].value
        if name in _ONLY_IN_BRACKETS:
            return False
        return not self.reading.is_declared(name) and self.reading.is_function(name)

    def open(self, place: int, kind: str, terminal: str) -> int:
        token = self.tokens[place]
        self.put(terminal, token)
        self.frames.append(Frame(kind, token, len(self.out)))
        self.after = False
        return place + 1

    def operator(self, place: int, token: Token) -> int:
        if token.type not in ("POW", "DOTPOW"):
            self.word = None
        self.out.append(token)
        self.after = False
        return place + 1

    def binary(self, place: int, token: Token) -> int:
        if not self.after:
            self.missing(token)
        return self.operator(place, token)

    def close_bare(self, place: int) -> None:
        self.ends.pop()
        if not self.after:
            self.missing(self.tokens[place] if place < len(self.tokens) else None)
        self.word = None
        self.out.append(self.make("ERAB", "", self.out[-1]))

    def mark(self, kind: str, behind: int, token: Token) -> int:
        """A postfix mark that ends before `behind`."""
        last = self.out[-1]
        if last.type == "NUMBER":
            before = self.out[-2] if len(self.out) > 1 else last
            if before.type in ("POW", "DOTPOW"):
                base = self.out[-3]
                shown = f"{self.short(base) if base.type == 'NAME' else '…'}{self.short(before)}{self.short(last)}"
                hint = f"write `({shown}){token if token != '^' else '^T'}`"
                raise self.error("a transpose of a number, in an exponent", token, hint)
            raise self.error("a transpose of a number", token)
        made = self.make(kind, "", token)
        made.end_pos = self.tokens[behind - 1].end_pos
        self.out.append(made)
        return behind
