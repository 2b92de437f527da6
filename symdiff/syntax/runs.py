"""How far the argument of a function without brackets goes: `sin 2x cos y` is sin(2x)·cos(y).

The argument is the run of numbers and names that follows, with their postfixes and powers, or another
function with its own argument, or one pair of bars. What people read in two ways is an error with both
readings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.syntax.names import SUPERSCRIPTS
from symdiff.syntax.token import BARS

if TYPE_CHECKING:
    from symdiff.syntax.filter import Filter
    from symdiff.syntax.token import Token

_MARKS = frozenset({"PRIME", "DOT_T", "DAGGER", "BANG", "SUPER"})
_INVERSES = {"log": "exp", "ln": "exp", "exp": "log"}
_WORDS = frozenset({"and", "or", "not", "mod"})
_OPERANDS = frozenset({"LPAR", "LSQB", "ROOT", "NAME", "NUMBER"})


class Runs:
    """Looks ahead in the tokens of a filter; places are places among its tokens."""

    def __init__(self, filter: Filter) -> None:
        self.filter = filter
        self.known: dict[int, int] = {}
        self.roots: dict[int, int] = {}

    def is_function(self, place: int) -> bool:
        """Whether a function of some kind begins here: with brackets, or without them."""
        if self.filter.kind_at(place) != "NAME":
            return False
        if self.filter.bare_function(place):
            return True
        return self.filter.kind_at(place + 1) == "LPAR" and self.filter.reading.is_function(self.name(place))

    def name(self, place: int) -> str:
        return str(self.filter.tokens[place].value)

    # the power of the function itself

    def power(self, place: int) -> int:
        """Where the argument of the function at `place` begins, behind a power as in `sin^2 x`."""
        kind, name = self.filter.kind_at(place + 1), self.name(place)
        if kind == "SUPER":
            text = "".join(SUPERSCRIPTS[char] for char in self.filter.tokens[place + 1])
            self._check_power(place, text)
            return place + 2
        if kind != "POW":
            return place + 1
        following = self.filter.kind_at(place + 2)
        if following == "MINUS":
            self._check_power(place, "-")
        if following not in ("NUMBER", "NAME"):
            hint = f"write `{name}(x)^…`"
            what = "the power of a function is a number or a name"
            raise self.filter.error(what, self.filter.tokens[place + 1], hint)
        return place + 3

    def _check_power(self, place: int, text: str) -> None:
        name, token = self.name(place), self.filter.tokens[place + 1]
        if text.startswith("-"):
            inverse = _INVERSES.get(name, f"a{name}")
            hint = f"write `{inverse}(x)` for the inverse function, `1/{name}(x)` for the reciprocal"
            raise self.filter.error(f"`{name}` to a negative power has two readings", token, hint)
        if not text.isdigit() and len(text) != 1:
            what = "the power of a function is a number or a name"
            raise self.filter.error(what, token, f"write `{name}(x)^…`")

    def exponent(self, place: int) -> Token:
        """The number or name that is the power of the function at `place`."""
        token = self.filter.tokens[place + 1]
        if token.type == "POW":
            return self.filter.tokens[place + 2]
        text = "".join(SUPERSCRIPTS[char] for char in token)
        return self.filter.make("NUMBER" if text.isdigit() else "NAME", text, token)

    # the argument

    def end(self, place: int, argument: int) -> int:
        """The place behind the argument that begins at `argument`, of the function at `place`."""
        if place not in self.known:
            inside = [place]
            end = argument
            while self.is_function(end) and self.filter.kind_at(self.power(end)) != "LPAR":
                inside.append(end)
                end = self.power(end)
            end = self._behind(inside[-1], end)
            self.known.update(dict.fromkeys(inside, end))
        return self.known[place]

    def _behind(self, place: int, argument: int) -> int:
        kind = self.filter.kind_at(argument)
        if self.is_function(argument):
            end = self._postfixes(self.filter.match[self.power(argument)] + 1)
            closed = True
        elif kind in BARS and self.filter.roles[argument].endswith("OPEN"):
            end = self._postfixes(self._behind_bars(argument))
            closed = True
        else:
            end, closed = argument, False
            while not self.is_function(end) and (further := self.item(end)) > end:
                end = further
            if end == argument:
                raise self._no_argument(place, argument)
        self._check_following(place, argument, end, closed)
        return end

    def item(self, place: int, postfixes: bool = True) -> int:
        """The place behind one number or name with its postfixes and powers; `place` where there is none.

        Without `postfixes`: behind anything a root may stand before.
        """
        kind = self.filter.kind_at(place)
        if not postfixes and kind == "LPAR":
            return self.filter.match[place] + 1
        if not postfixes and kind in BARS:
            return self._behind_bars(place)
        if kind == "ROOT":
            return self._behind_roots(place)
        if kind == "NUMBER":
            return self._postfixes(place + 1) if postfixes else place + 1
        if kind != "NAME" or self.name(place) in _WORDS:
            return place
        if self.filter.follows(place, "LPAR"):
            return place if postfixes else self.filter.match[place + 1] + 1
        return self._postfixes(place + 1) if postfixes else place + 1

    def _behind_roots(self, place: int) -> int:
        """The place behind what the root here stands before, as in `√√x`; `place` where it is nothing."""
        if place not in self.roots:
            inner = place
            while self.filter.kind_at(inner) == "ROOT":
                inner += 1
            end = self.item(inner, postfixes=False)
            self.roots.update((root, end if end > inner else root) for root in range(place, inner))
        return self.roots[place]

    def _postfixes(self, place: int) -> int:
        kind = self.filter.kind_at(place)
        while True:
            if kind in _MARKS:
                place += 1
            elif kind == "LSQB" and self.filter.follows(place - 1, "LSQB"):
                place = self.filter.match[place] + 1
            elif kind in ("POW", "DOTPOW"):
                place = self._exponent(place + 1)
            else:
                return place
            kind = self.filter.kind_at(place)

    def _exponent(self, place: int) -> int:
        while self.filter.kind_at(place) in ("PLUS", "MINUS"):
            place += 1
        kind = self.filter.kind_at(place)
        if kind in ("LPAR", "LBRACE"):
            return self.filter.match[place] + 1
        if kind == "NAME" and self.filter.follows(place, "LPAR"):
            return self.filter.match[place + 1] + 1
        return place + 1 if kind in ("NUMBER", "NAME") else place

    def _behind_bars(self, place: int) -> int:
        """The place behind the partner of the bar that opens here."""
        depth, roles = 0, self.filter.roles
        while place < len(self.filter.tokens):
            role = roles.get(place, "")
            depth += role.endswith("OPEN") - role.endswith("CLOSE")
            place += 1
            if depth == 0 and role:
                double = role == "NORM_CLOSE" and self.filter.tokens[place - 1].type == "BAR"
                place += double
                return place + (role == "NORM_CLOSE" and self.filter.kind_at(place) == "LOWER")
        return place

    # errors

    def _no_argument(self, place: int, argument: int) -> Exception:
        name, filter = self.name(place), self.filter
        if argument >= len(filter.tokens):
            what = f"`{name}` is a function and needs an argument"
            return filter.error(what, filter.tokens[place], f"write `{name}(…)`")
        token = filter.tokens[argument]
        if token.type in ("MINUS", "PLUS"):
            behind = self.item(argument + 1)
            rest = self._source(argument + 1, behind) if behind > argument + 1 else "x"
            signed = rest if token.type == "PLUS" else token + rest
            hint = f"write `{name}({signed})`, or `{name}(…) {token} {rest}`"
            return filter.error(f"the argument of `{name}` needs brackets here", token, hint)
        hint = f"write `{name}(…)`; to use `{name}` as a name, declare it"
        return filter.error(f"`{name}` is a function and needs an argument", filter.tokens[place], hint)

    def _check_following(self, place: int, argument: int, end: int, closed: bool) -> None:
        """Refuse an operand right behind the argument that might belong to it, as in `sin x (x+1)`."""
        filter = self.filter
        kind = filter.kind_at(end)
        opens = kind in BARS and filter.roles[end].endswith("OPEN")
        if not opens and (kind not in _OPERANDS or (self.is_function(end) and not closed)):
            return
        if kind == "NAME" and (self.name(end) in _WORDS or self.is_function(end)):
            return
        if kind == "NAME" and not closed and filter.follows(end, "LPAR"):
            return  # an unknown function; said when it is reached
        name, inner = self.name(place), self._source(argument, end)
        behind = self._behind_bars(end) if opens else max(self.item(end, postfixes=False), end + 1)
        rest = self._source(end, behind)
        hint = f"write `{name}({inner})*{rest}` or `{name}({inner}*{rest})`"
        raise filter.error(f"how far the argument of `{name}` goes is unclear", filter.tokens[end], hint)

    def _source(self, start: int, end: int) -> str:
        tokens = self.filter.tokens
        return self.filter.reading.source((tokens[start].start_pos, tokens[end - 1].end_pos), 24)
