"""What brackets, bars and separators ask of the token filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symdiff.syntax.filter import Frame
from symdiff.syntax.names import canonical
from symdiff.syntax.survey import span_of
from symdiff.syntax.tree import Tree

if TYPE_CHECKING:
    from symdiff.syntax.filter import Filter
    from symdiff.syntax.token import Token

_NORMS = {"_1": "1", "_2": "2", "_F": "F", "_inf": "inf", "_oo": "inf", "_∞": "inf", "_*": "nuc", "_nuc": "nuc"}


def parenthesis(filter: Filter, place: int, token: Token) -> int:
    filter.begin_operand(token)
    return filter.open(place, "(", "LPAR")


def square(filter: Filter, place: int, token: Token) -> int:
    """`[`: an index straight behind an operand, a tensor's indices before `->`, else a vector or matrix."""
    if filter.after and filter.out[-1].end_pos == token.start_pos:
        return filter.open(place, "index", "INDEX")
    filter.begin_operand(token)
    if filter.kind_at(filter.match[place] + 1) == "_ARROW":
        return filter.open(place, "tensor", "TENSOR")
    if filter.match[place] == place + 1:
        raise filter.reading.error("an empty list", (token.start_pos, filter.tokens[place + 1].end_pos))
    return filter.open(place, "literal", "VECTOR")


def angle(filter: Filter, place: int, token: Token) -> int:
    """`⟨A, B⟩` is inner(A, B)."""
    filter.begin_operand(token)
    filter.out.append(filter.make("FUNC", "inner", token))
    return filter.open(place, "call", "LPAR")


def brace(filter: Filter, place: int, token: Token) -> int:
    if not filter.out or filter.out[-1].type not in ("POW", "DOTPOW"):
        before = filter.out[-1] if filter.out else None
        if before is not None and before.type == "NAME" and str(before).endswith("_"):
            raise filter.error("a subscript is a name or a number", token, "for an entry write `x[n+1]`")
        raise filter.error("`{` only groups after `^` and `_`", token, "write `( )`")
    return filter.open(place, "(", "LPAR")


def close(filter: Filter, place: int, token: Token) -> int:
    frame = filter.frames[-1]
    before = filter.kind_at(place - 1)
    empty_call = frame.kind == "call" and before == "LPAR"
    open_slice = frame.kind == "index" and before == "COLON"
    if not filter.after and not empty_call and not open_slice:
        filter.missing(token)
    depth = len(filter.frames)
    spaced = filter.spaced.pop(depth, None)
    if spaced is not None and depth not in filter.commas:
        raise filter.error("entries are separated by commas", spaced, "write a comma, or `*` for a product")
    if token.type == "RANGLE" and depth not in filter.commas:
        raise filter.error("angle brackets hold two things", token, "write `⟨A, B⟩`; an average is `mean(x)`")
    filter.commas.discard(depth)
    filter.frames.pop()
    filter.put("RSQB" if token.type == "RSQB" else "RPAR", token)
    filter.after = frame.kind != "tensor"
    return place + 1


def comma(filter: Filter, place: int, token: Token) -> int:
    kind = filter.frames[-1].kind if filter.frames else ""
    if kind not in ("call", "index", "literal", "tensor"):
        digits = filter.kind_at(place - 1) == filter.kind_at(place + 1) == "NUMBER" and filter.follows(place, "NUMBER")
        digits = digits and "." not in filter.tokens[place - 1]
        decimal = f"a decimal as `{filter.tokens[place - 1]}.{filter.tokens[place + 1]}`, " if digits else ""
        raise filter.error("a comma outside a list or a call", token, f"write {decimal}a vector as `[a, b]`")
    if not filter.after and not (kind == "index" and filter.kind_at(place - 1) == "COLON"):
        filter.missing(token)
    filter.commas.add(len(filter.frames))
    return filter.operator(place, token)


def semicolon(filter: Filter, place: int, token: Token) -> int:
    if not filter.frames or filter.frames[-1].kind != "literal":
        raise filter.error("`;` separates the rows of a matrix", token, "put declarations before the expression")
    return filter.binary(place, token)


def colon(filter: Filter, place: int, token: Token) -> int:
    if not filter.frames or filter.frames[-1].kind != "index":
        inner = "write `inner(A, B)` for the sum of products of entries"
        hint = f"{inner}; a declaration `x: vector(n)` stands before, on its own line"
        raise filter.error("`:` belongs between the ends of a slice", token, hint)
    if not filter.after and filter.kind_at(place - 1) not in ("COLON", "INDEX", "_COMMA"):
        filter.missing(token)
    return filter.operator(place, token)


def bar(filter: Filter, place: int, token: Token) -> int:
    role = filter.roles[place]
    if role.endswith("OPEN"):
        filter.begin_operand(token)
        after = place + 2 if role == "NORM_OPEN" and token.type == "BAR" else place + 1
        if after == place + 2:
            token.end_pos = filter.tokens[place + 1].end_pos
        filter.put(role, token)
        filter.frames.append(Frame("bar", token, len(filter.out)))
        filter.after = False
        return after
    if not filter.after:
        filter.missing(token)
    filter.frames.pop()
    filter.after = True
    if role == "BAR_CLOSE":
        filter.put(role, token)
        return place + 1
    return _close_norm(filter, place, token)


def _close_norm(filter: Filter, place: int, token: Token) -> int:
    behind = place + 1 if token.type == "DOUBLE_BAR" else place + 2
    suffix = None
    if filter.kind_at(behind) == "LOWER":
        suffix = _norm_suffix(filter, filter.tokens[behind])
        behind += 1
    closing = filter.make("NORM_CLOSE", suffix, token)
    closing.end_pos = filter.tokens[behind - 1].end_pos
    filter.out.append(closing)
    return behind


def _norm_suffix(filter: Filter, token: Token) -> str | Tree:
    text = "_" + canonical("x" + token)[2:] if token[0] != "_" else token.replace("{", "").replace("}", "")
    if text in _NORMS:
        return _NORMS[text]
    inner = text[1:]
    if inner.isascii() and inner.isdigit():
        return Tree("number", (), int(inner[:6]), span_of(token))
    if re.fullmatch(r"[A-Za-zα-ω]", inner) or filter.reading.is_declared(inner):
        return Tree("name", (), canonical(inner), span_of(token))
    hint = "norms are `_1 _2 _F _p _inf _*`; also `norm_spec(A)`"
    raise filter.error(f"there is no norm `{filter.short(token)}`", token, hint)
