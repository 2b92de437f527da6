"""Pairs the bars of `|x|`, `||x||` and `‖x‖` as people read them, or says that they can't be paired surely.

A bar after an operator opens and one before an operator closes. A bar between two operands may do either;
then the blanks beside it decide (`|a| b |c|`), and else every way of pairing is followed: one way is the
answer, two are an error. `||` is one double bar, or two single ones (`|x||y|`, `|x+|y||`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from symdiff.errors import ParseError
from symdiff.syntax.reading import Reading
from symdiff.syntax.token import BARS

if TYPE_CHECKING:
    from symdiff.syntax.token import Token

_OPENING = frozenset({"LPAR", "LSQB", "LBRACE", "LANGLE"})
_CLOSING = frozenset({"RPAR", "RSQB", "RBRACE", "RANGLE"})
_SEPARATORS = frozenset({"_COMMA", "_SEMI", "COLON", "EQUALS", "DEFINE", "_ARROW"})
_STARTS = frozenset({"NUMBER", "NAME", "LPAR", "LSQB", "LANGLE", "ROOT", "DERIVATIVE", "NABLA", "PLUS", "MINUS"}) | BARS
_MAX_WAYS = 12

Roles = dict[int, str]


class _Open:
    """An open bar and those around it; one object for each such stack, so that stacks compare by identity."""

    __slots__ = ("around", "depth", "inside", "kind")

    def __init__(self, around: _Open | None, kind: str) -> None:
        self.around = around
        self.kind = kind  # `|`, `‖`, or `a` for a single bar that touches the one it is in; "" at the bottom
        self.depth: int = around.depth + 1 if around else 0
        self.inside: dict[str, _Open] = {}

    def open(self, kind: str) -> _Open:
        return self.inside.setdefault(kind, _Open(self, kind))

    def close(self) -> _Open:
        assert self.around is not None
        return self.around


class _State(NamedTuple):
    """A way of pairing so far: the innermost open bar, and what binds the next bar."""

    stack: _Open
    skip: bool = False  # it is the second of a `||` read as one
    fresh: bool = False  # it may not close: `||x||` is a norm, not two absolute values


class _Way(NamedTuple):
    """The last decision of a way and the way before it; `ways` stops at 2."""

    ways: int
    place: int
    role: str
    before: _Way | None


def pair_bars(tokens: list[Token], reading: Reading, ends_operand: Callable[[int], bool]) -> Roles:
    """The role of every bar by its place among the tokens: `BAR_OPEN BAR_CLOSE NORM_OPEN NORM_CLOSE`, or `""`
    for the second bar of a `||`. Raises ParseError where there is no way of pairing, or more than one."""
    return _Pairing(tokens, reading, ends_operand).run()


class _Pairing:
    def __init__(self, tokens: list[Token], reading: Reading, ends_operand: Callable[[int], bool]) -> None:
        self.tokens = tokens
        self.reading = reading
        self.ends_operand = ends_operand
        self.roles: Roles = {}
        self.bottom = _Open(None, "")

    def run(self) -> Roles:
        start: dict[_State, _Way] = {_State(self.bottom): _Way(1, -1, "", None)}
        frames: list[tuple[dict[_State, _Way], list[int]]] = [(start, [])]
        for place, token in enumerate(self.tokens):
            states, bars = frames[-1]
            if token.type in BARS:
                bars.append(place)
                frames[-1] = (self.step(place, states, bars), bars)
            elif token.type in _OPENING:
                frames.append((start, []))
            elif token.type in _CLOSING and len(frames) > 1:
                self.settle(states, bars)
                frames.pop()
            elif token.type in _SEPARATORS and bars:
                self.settle(states, bars)
                frames[-1] = (start, [])
        for states, bars in frames:
            self.settle(states, bars)
        return self.roles

    def step(self, place: int, states: dict[_State, _Way], bars: list[int]) -> dict[_State, _Way]:
        """The ways after this bar."""
        found: dict[_State, _Way] = {}
        beside = self.adjacent(place)
        for state, way in states.items():
            for new, role in self.choices(place, state, way, beside):
                old = found.get(new)
                ways = way.ways if old is None else 2
                found[new] = _Way(ways, place, role, way)
        if not found:
            raise self.unclear(bars)
        if len(found) > _MAX_WAYS:  # nobody reads bars nested deeper than need be
            shallow = sorted(found, key=lambda state: state.stack.depth)[:_MAX_WAYS]
            found = {state: found[state] for state in shallow}
        return found

    def choices(self, place: int, state: _State, way: _Way, beside: bool) -> list[tuple[_State, str]]:
        if state.skip:
            return [(_State(state.stack), "")]
        token, found = self.tokens[place], []
        fresh = state.fresh and way.place == place - 1 and self.touches(place)
        stack, top = state.stack, state.stack.kind
        opens, closes = self.sides(place, way, bool(top))
        double = token.type == "DOUBLE_BAR"
        if opens:
            if double or (beside and (not self.after(place, way) or not top or self.blank_before(place))):
                found.append((_State(stack.open("‖"), skip=not double), "NORM_OPEN"))
            if not double:
                inner = way.role == "BAR_OPEN" and way.place == place - 1 and self.touches(place)
                found.append((_State(stack.open("a" if inner else "|")), "BAR_OPEN"))
        if closes:
            if top == "‖" and (double or beside):
                found.append((_State(stack.close(), skip=not double), "NORM_CLOSE"))
            if top in ("|", "a") and not double and not fresh:
                found.append((_State(stack.close(), fresh=top == "a"), "BAR_CLOSE"))
        return found

    def sides(self, place: int, way: _Way, open_bars: bool) -> tuple[bool, bool]:
        """Whether the bar may open and whether it may close, from what is beside it."""
        if not self.after(place, way):
            return True, False
        last = place + 1 == len(self.tokens)
        may_open = not last and self.tokens[place + 1].type in _STARTS
        if may_open and open_bars:
            before, behind = self.blank_before(place), self.blank_behind(place)
            if before != behind and self.tokens[place + 1].type not in ("PLUS", "MINUS"):
                return before, behind
        return may_open, True

    def after(self, place: int, way: _Way) -> bool:
        """Whether an operand ends just before the bar."""
        if place == 0:
            return False
        if self.tokens[place - 1].type in BARS:
            role = way.role
            before = way.before
            if role == "" and before is not None:
                role = before.role
            return role.endswith("CLOSE")
        return self.ends_operand(place - 1)

    def touches(self, place: int) -> bool:
        return place > 0 and self.tokens[place - 1].end_pos == self.tokens[place].start_pos

    def adjacent(self, place: int) -> bool:
        """Whether a single bar follows without a blank."""
        following = self.tokens[place + 1 : place + 2]
        single = bool(following) and following[0].type == self.tokens[place].type == "BAR"
        return single and self.touches(place + 1)

    def blank_before(self, place: int) -> bool:
        return place == 0 or not self.touches(place)

    def blank_behind(self, place: int) -> bool:
        step = 2 if self.adjacent(place) else 1
        return place + step >= len(self.tokens) or not self.touches(place + step)

    def settle(self, states: dict[_State, _Way], bars: list[int]) -> None:
        """Write the roles of the one way in which every bar is paired."""
        if not bars:
            return
        complete = [way for state, way in states.items() if state.stack is self.bottom and not state.skip]
        if len(complete) != 1 or complete[0].ways > 1:
            raise self.unclear(bars)
        step: _Way | None = complete[0]
        while step is not None and step.place >= 0:
            self.roles[step.place] = step.role
            step = step.before

    def unclear(self, bars: list[int]) -> ParseError:
        first, last = self.tokens[bars[0]], self.tokens[bars[-1]]
        span = (first.start_pos, last.end_pos)
        if len(bars) == 1:
            return self.reading.error("this bar has no partner", span, "write `abs(…)` or `norm(…)`")
        return self.reading.error("these bars can't be paired surely", span, "write `abs(…)` or `norm(…)`")
