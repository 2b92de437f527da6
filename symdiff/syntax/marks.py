"""What operators, powers and marks of transposition ask of the token filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symdiff.syntax.names import SUPERSCRIPTS, canonical

if TYPE_CHECKING:
    from symdiff.syntax.filter import Filter
    from symdiff.syntax.token import Token

_PRIMES = {"″": 2, "‴": 3}
_RAISED_PART = r"(?P<number>[0-9]+)|(?P<name>[a-zA-Zβγδθφχ])|(?P<sign>[+-])"


def sign(filter: Filter, place: int, token: Token) -> int:
    if filter.after:
        if filter.frames and filter.frames[-1].kind == "literal":
            _refuse_sign_of_entry(filter, place, token)
        return filter.operator(place, token)
    if filter.out and filter.out[-1].type in ("BARE", "FUNC", "POWERED"):
        filter.missing(token)
    if token.type == "MINUS":
        divides = filter.out and filter.out[-1].type in ("SLASH", "DOTSLASH", "MOD", "NEG_DIVISOR")
        filter.put("NEG_DIVISOR" if divides else "NEG", token)
    return place + 1


def _refuse_sign_of_entry(filter: Filter, place: int, token: Token) -> None:
    """`[a -b]` is one entry or two."""
    touching = place + 1 < len(filter.tokens) and filter.tokens[place + 1].start_pos == token.end_pos
    if touching and filter.out[-1].end_pos != token.start_pos:
        source = filter.short(filter.tokens[place + 1])
        hint = f"write `, {token}{source}` for two entries, `{token} {source}` for one"
        raise filter.error("write a comma", token, hint)


def root(filter: Filter, place: int, token: Token) -> int:
    filter.begin_operand(token)
    behind = filter.runs.item(place + 1, postfixes=False)
    if behind < len(filter.tokens) and behind > place + 1:
        following = filter.tokens[behind]
        radicand = filter.reading.source((token.end_pos, filter.tokens[behind - 1].end_pos))
        touching = following.start_pos == filter.tokens[behind - 1].end_pos
        if following.type in ("POW", "DOTPOW", "SUPER"):
            hint = f"write `(√{radicand})^…` or `√({radicand}^…)`"
            raise filter.error("how far the root goes is unclear", following, hint)
        if touching and following.type in ("NAME", "NUMBER"):
            more = filter.short(following)
            hint = f"write `√{radicand} * {more}` or `√({radicand}*{more})`"
            raise filter.error("how far the root goes is unclear", following, hint)
    filter.out.append(token)
    return place + 1


def equals(filter: Filter, place: int, token: Token) -> int:
    if filter.solves():
        return filter.binary(place, token)
    if filter.frames:
        hint = "to compare write `==`, to solve `solve(x^2 = 4, x)`"
        raise filter.error("`=` states an equation, at top level only", token, hint)
    if any(other.type in ("EQUALS", "DEFINE") for other in filter.out):
        raise filter.error("one text states one equation", token, "write one equation a line")
    return filter.binary(place, token)


def dots(filter: Filter, place: int, token: Token) -> int:
    """`..` in `sum(j = 1..p, …)`."""
    frame = filter.frames[-1] if filter.frames else None
    argument = filter.out[frame.start :] if frame is not None and frame.kind == "call" else []
    commas = [k for k, other in enumerate(argument) if other.type == "_COMMA"]
    if not any(other.type == "KEYWORD" for other in argument[commas[-1] if commas else 0 :]):
        before = filter.tokens[place - 1] if place else token
        behind = filter.tokens[place + 1] if place + 1 < len(filter.tokens) else token
        source = filter.reading.source((before.start_pos, behind.end_pos), 24)
        if before.type == behind.type == "NUMBER":
            hint = "write a decimal number such as `1000`; for a product put `*` between"
            raise filter.reading.error(f"`{source}` is not a number", (before.start_pos, behind.end_pos), hint)
        raise filter.error(f"`{token}` stands in the range of a sum", token, "write `sum(j = 1..n, …)`")
    return filter.binary(place, token)


def arrow(filter: Filter, place: int, token: Token) -> int:
    if filter.after and filter.called() == "limit":  # limit(f, h -> 0)
        token.type = "_COMMA"
        return filter.operator(place, token)
    before = filter.tokens[place - 1].type if place else ""
    if before != "RSQB" or filter.after:
        raise filter.error(f"`{token}` follows the indices of a tensor", token, "write `[i, k] -> A[i, k]`")
    return filter.operator(place, token)


def power(filter: Filter, place: int, token: Token) -> int:
    if not filter.after:
        filter.missing(token)
    if token == "^":
        mark, behind = _transpose_mark(filter, place + 1)
        if mark:
            return filter.mark(mark, behind, token)
    return filter.operator(place, token)


def _transpose_mark(filter: Filter, place: int) -> tuple[str, int]:
    """`T` or `⊤`, `{T}`, `-T`, `{-T}`, `H` after `^`: the terminal and the place behind it."""
    start = place
    braced = filter.kind_at(place) == "LBRACE"
    place += braced
    minus = filter.kind_at(place) == "MINUS"
    place += minus
    name = str(filter.tokens[place]) if filter.kind_at(place) == "NAME" else ""
    name = "T" if filter.kind_at(place) == "PRIME" and filter.tokens[place] == "⊤" else name
    if (
        name not in ("T", "H")
        or (filter.kind_at(place) == "NAME" and filter.reading.is_declared(name))
        or (minus and name == "H")
    ):
        return "", start
    if (braced and filter.kind_at(place + 1) != "RBRACE") or (not braced and filter.follows(place, "LPAR")):
        return "", start
    mark = "INVERSE_TRANSPOSE" if minus else "TRANSPOSE" if name == "T" else "HERMITIAN"
    return mark, place + 1 + braced


def prime(filter: Filter, place: int, token: Token) -> int:
    if not filter.after:
        filter.missing(token)
    for _ in range(_PRIMES.get(str(token), 1)):
        filter.mark("HERMITIAN" if token.type == "DAGGER" else "TRANSPOSE", place + 1, token)
    return place + 1


def factorial(filter: Filter, place: int, token: Token) -> int:
    """`n!`."""
    if not filter.after:
        filter.missing(token)
    if filter.kind_at(place + 1) == "BANG":
        raise filter.error("the double factorial is not in the language", token, "write `(n!)!` for a factorial's own")
    filter.put("BANG", token)
    return place + 1


def superscript(filter: Filter, place: int, token: Token) -> int:
    """`²`, `ⁿ⁺¹`, `⁻¹`, `ᵀ`, `⁻ᵀ`: a power, or a mark of transposition."""
    if not filter.after:
        filter.missing(token)
    text = "".join(SUPERSCRIPTS[char] for char in token)
    for part in re.finditer(r"-?[TH]|(?:(?!-?[TH]).)+", text):
        here = filter.make("SUPER", part.group(), token)
        here.start_pos = token.start_pos + part.start()
        here.end_pos = token.start_pos + part.end()
        mark = {"T": "TRANSPOSE", "-T": "INVERSE_TRANSPOSE", "H": "HERMITIAN"}.get(part.group())
        if mark:
            filter.mark(mark, place + 1, here)
        else:
            _raised(filter, here)
    return place + 1


def _raised(filter: Filter, token: Token) -> None:
    """A sum of numbers and letters written as superscripts, as the bracketed exponent it is."""
    start = token.start_pos
    filter.out.append(filter.make("RAISED", "", token))
    filter.after = False
    for part in re.finditer(_RAISED_PART, token.value):
        kind = {"number": "NUMBER", "name": "NAME"}.get(part.lastgroup or "")
        piece = filter.make(kind or "PLUS", canonical(part.group()), token)
        piece.start_pos, piece.end_pos = start + part.start(), start + part.end()
        if kind is None:
            if part.group() == "-":
                piece.type = "MINUS" if filter.after else "NEG"
            if filter.after or part.group() == "-":
                filter.out.append(piece)
            filter.after = False
            continue
        if filter.after:
            filter.out.append(filter.make("JUXT", "", piece))
        filter.out.append(piece)
        filter.after = True
    if not filter.after:
        raise filter.error("this superscript is not complete", token)
    filter.out.append(filter.make("LOWERED", "", token))


def lower(filter: Filter, place: int, token: Token) -> int:
    raise filter.error("a subscript belongs to a name or a norm", token, "for an entry write `x[1]`")
