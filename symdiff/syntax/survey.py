"""The first look at the tokens of a text, before the walk: brackets matched, bad characters named."""

from __future__ import annotations

import re

from symdiff.syntax.names import CONSTANTS, canonical, is_letter
from symdiff.syntax.reading import Reading
from symdiff.syntax.token import BARS, Token

CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "〈": "〉"}
_OPENERS = frozenset({"LPAR", "LSQB", "LBRACE", "LANGLE"})
_CLOSERS = frozenset({"RPAR", "RSQB", "RBRACE", "RANGLE"})
_NO_FUNCTIONS = CONSTANTS | {"d"}
_QUOTIENT = re.compile(r"(d)(/)(d.+)")
_NORM_POWER = re.compile(r"([0-9]+)(_[A-Za-z0-9]+)")


class Survey:
    """The tokens, where each opening bracket closes, whether there are bars, and every name written."""

    __slots__ = ("has_bars", "match", "tokens", "written")

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.match: dict[int, int] = {}
        self.has_bars = False
        self.written: set[str] = set()


def survey(raw: list[Token], reading: Reading) -> Survey:
    """Look over the tokens of a text. Raises ParseError for a character, a number or a bracket out of place.

    Also notes in the reading whether the text is in NumPy's style and which function it defines.
    """
    if not raw:
        raise reading.error("there is nothing to read", (0, len(reading.text)))
    found = Survey()
    tokens, opened = found.tokens, []
    for token in raw:
        kind = token.type
        if kind == "NAME":
            token.value = canonical(token.value)
            found.written.add(token.value)
        elif kind in _OPENERS:
            opened.append(len(tokens))
        elif kind in _CLOSERS:
            _close(token, opened, found, reading)
        elif kind in BARS:
            found.has_bars = True
        elif kind in _SPECIAL:
            _special(token, found, reading)
            continue
        elif kind == "DOT_T" or token == "@":
            reading.numpy_style = True
        tokens.append(token)
    if opened:
        token = tokens[opened[-1]]
        hint = f"write `{CLOSING[str(token)]}` where it ends"
        raise reading.error(f"this `{token}` is never closed", span_of(token), hint)
    primed, called = _letters(found, reading)
    reading.local_functions = _defined(found) | primed
    reading.called_letters = called
    return found


def span_of(token: Token) -> tuple[int, int]:
    return token.start_pos, token.end_pos


def part_of(token: Token, kind: str, text: str, offset: int) -> Token:
    """A token for a piece of another's text, `offset` characters into it."""
    part = Token.at(token, kind, text)
    part.start_pos = token.start_pos + offset
    part.end_pos = part.start_pos + len(text)
    return part


def _close(token: Token, opened: list[int], found: Survey, reading: Reading) -> None:
    if not opened:
        raise reading.error(f"this `{token}` closes nothing", span_of(token))
    place = opened.pop()
    opening = found.tokens[place]
    expected = CLOSING[str(opening)]
    if token != expected:
        raise reading.error(f"`{opening}` is closed by `{token}`", span_of(token), f"write `{expected}` here")
    found.match[place] = len(found.tokens)


_SPECIAL = frozenset({"BAD", "BAD_NUMBER", "DERIVATIVE", "LOWER"})


def _special(token: Token, found: Survey, reading: Reading) -> None:
    """Tokens that are an error, or are put down as others."""
    tokens = found.tokens
    if token.type == "BAD":
        raise _bad(token, tokens[-1] if tokens else None, reading)
    if token.type == "DERIVATIVE":
        quotient = _QUOTIENT.fullmatch(token)
        if quotient and reading.is_declared("d") and reading.is_declared(canonical(quotient[3])):
            for kind, group in (("NAME", 1), ("SLASH", 2), ("NAME", 3)):
                part = part_of(token, kind, quotient[group], quotient.start(group))
                part.value = canonical(part.value)
                tokens.append(part)
        else:
            tokens.append(token)
        return
    if token.type == "LOWER":
        tokens.insert(_behind_norm(tokens), token)
        return
    power = _NORM_POWER.fullmatch(token)
    if power and len(tokens) > 1 and tokens[-1].type == "POW" and tokens[-2].type in BARS:
        tokens.append(part_of(token, "NUMBER", power[1], 0))
        _special(part_of(token, "LOWER", power[2], len(power[1])), found, reading)
        return
    hint = "write a decimal number such as `1000`; for a product put `*` between"
    raise reading.error(f"`{reading.source(span_of(token), 24)}` is not a number", span_of(token), hint)


def _behind_norm(tokens: list[Token]) -> int:
    """Where a norm's suffix belongs: behind the bar, before a power as in `‖X‖²_F`."""
    kinds = [token.type for token in tokens[-3:]]
    if len(kinds) > 1 and kinds[-1] == "SUPER" and kinds[-2] in BARS:
        return len(tokens) - 1
    if len(kinds) > 2 and kinds[-2:] == ["POW", "NUMBER"] and kinds[-3] in BARS:
        return len(tokens) - 2
    return len(tokens)


def _bad(token: Token, before: Token | None, reading: Reading) -> Exception:
    if token == "." and before is not None and before.type == "NUMBER" and before.end_pos == token.start_pos:
        return reading.error("a digit must follow the point", span_of(token), f"write `{before[:20]}.0`")
    from symdiff.syntax.characters import describe, proposal

    return reading.error(f"{describe(token)} is not in the language", span_of(token), proposal(token))


def _defined(found: Survey) -> frozenset[str]:
    """`f` in `f(x) := …` or `f(x) = …`: a definition makes its name a function in its own text."""
    tokens = found.tokens
    if len(tokens) > 1 and tokens[0].type == "NAME" and tokens[1].type == "LPAR":
        behind = found.match[1] + 1
        if behind < len(tokens) and tokens[behind].type in ("DEFINE", "EQUALS"):
            return frozenset({tokens[0].value})
    return frozenset()


def _letters(found: Survey, reading: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """Undeclared letters that are called and nowhere a value: `f` in `f'(x)`, `f''(0)` is a function.

    So may be those called with one thing, `φ(u)`: where that has axes.
    """
    tokens, primed, values, single = found.tokens, set(), set(), set()
    for place, token in enumerate(tokens):
        if token.type != "NAME" or reading.is_declared(token.value) or not _is_letter(token, reading):
            continue
        behind = place + 1
        while behind < len(tokens) and tokens[behind].type == "PRIME" and tokens[behind] != "⊤":
            behind += 1
        called = behind < len(tokens) and tokens[behind].type == "LPAR"
        called = called and tokens[behind].start_pos == tokens[behind - 1].end_pos
        if called and behind > place + 1 and found.match[behind] == behind + 2:
            inner = tokens[behind + 1]
            if inner.type in ("NAME", "NUMBER"):
                primed.add(token.value)
                continue
        if called and behind == place + 1 and _is_one(found, behind):
            single.add(token.value)
        elif not called or behind > place + 1:
            values.add(token.value)
    return frozenset(primed - values), frozenset(single - values)


def _is_one(found: Survey, bracket: int) -> bool:
    """Whether there is one thing between brackets."""
    place, end = bracket + 1, found.match[bracket]
    if place == end:
        return False
    while place < end:
        if found.tokens[place].type in ("_COMMA", "EQUALS"):
            return False
        place = found.match.get(place, place) + 1
    return True


def _is_letter(token: Token, reading: Reading) -> bool:
    """A single letter, Latin or Greek, that is no constant and no function of the books."""
    name = str(token.value)
    return is_letter(name) and name not in _NO_FUNCTIONS and not reading.is_function(name)
