"""What names ask of the token filter: declared ones, functions, products of letters, derivatives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symdiff.syntax import derivatives
from symdiff.syntax.filter import LOGIC_WORDS
from symdiff.syntax.names import CONSTANTS, canonical, is_word
from symdiff.syntax.reading import has_base
from symdiff.syntax.survey import span_of

if TYPE_CHECKING:
    from symdiff.syntax.filter import Filter
    from symdiff.syntax.token import Token

_LOGIC = {"and": "_AND", "or": "_OR", "not": "NOT", "∧": "_AND", "∨": "_OR", "¬": "NOT"}
_SIDE_BY_SIDE = r"[a-zα-ω]{2}"
_LETTERS = r"[A-Za-zΑ-Ωα-ω]{2,}"
_NEED_ONE_FACTOR = frozenset({"SLASH", "DOTSLASH", "MOD", "NEG_DIVISOR", "POW", "DOTPOW", "ROOT"})


def name(filter: Filter, place: int, token: Token) -> int:
    name, reading = token.value, filter.reading
    if name == "mod" and filter.after and not reading.is_declared(name) and not _is_call_of_two(filter, place):
        token.type = "MOD"
        return filter.binary(place, token)
    if filter.follows(place, "LPAR"):
        return _before_bracket(filter, place, token)
    if _is_keyword(filter, place):
        filter.put("KEYWORD", token)
        filter.out.append(filter.tokens[place + 1])
        return place + 2
    if derivatives.leibniz(filter, place):
        return place + 3
    if reading.is_declared(name):
        return _declared(filter, place, token)
    if name in LOGIC_WORDS:
        return logic(filter, place, token)
    primes = filter.count_primes(place + 1)
    if primes and reading.is_function(name) and filter.kind_at(place + 1 + primes) in ("LPAR", "LSQB"):
        return _primed(filter, place, token, primes)
    if filter.bare_function(place):
        return _bare(filter, place, token)
    if name == "eye":
        token.value = "I"
    elif len(name) > 1 and name not in CONSTANTS:
        return _undeclared(filter, place, token)
    return filter.plain_name(place, token)


def _is_call_of_two(filter: Filter, place: int) -> bool:
    """Whether it is `mod(a, b)`: a bracket straight behind, with a comma of its own."""
    if not filter.follows(place, "LPAR"):
        return False
    inside, end = place + 2, filter.match[place + 1]
    while inside < end:
        if filter.kind_at(inside) == "_COMMA":
            return True
        inside = filter.match.get(inside, inside) + 1
    return False


def _declared(filter: Filter, place: int, token: Token) -> int:
    name, reading = token.value, filter.reading
    primes = filter.count_primes(place + 1)
    if primes and reading.is_differentiated(name):
        behind = filter.kind_at(place + 1 + primes)
        if behind in ("LPAR", "LSQB") and reading.is_own_function(name):
            return _primed(filter, place, token, primes)
        if behind == "LPAR" and filter.follows(place + primes, "LPAR"):
            return _primed(filter, place, token, primes)
        filter.begin_operand(token)
        made = filter.make("PRIMED_NAME", (name, filter.order(place + 1, primes)), token)
        made.end_pos = filter.tokens[place + primes].end_pos
        filter.out.append(made)
        filter.after = True
        return place + 1 + primes
    if reading.is_own_function(name) and filter.kind_at(place + 1) == "LPAR":
        return _call(filter, place, token)
    return filter.plain_name(place, token)


def _undeclared(filter: Filter, place: int, token: Token) -> int:
    """A name of several letters that nobody declared: `dX`, `D_x`, a product of letters, or just a name."""
    name = token.value
    if name[0] == "d" and filter.known(canonical(name[1:])):
        token.value = canonical(name[1:])
        return filter.plain_name(place, token, "D_NAME")
    if name.startswith("D_") and not filter.reading.is_declared("D"):
        return derivatives.subscripted(filter, place, token)
    if name.lower() != name and re.fullmatch(_LETTERS, name) and not re.search(_SIDE_BY_SIDE, name):
        return _letters(filter, place, token)
    if is_word(name):
        filter.begin_operand(token)
        if filter.out and filter.out[-1].type == "JUXT":
            raise filter.stray_word(token)
        filter.word = (filter.frame, token)
    function = _glued_function(filter, name)
    if function:
        filter.reading.notes.append(f"{name} is read as one name; the function is {function}({name[len(function) :]})")
    return filter.plain_name(place, token)


def _glued_function(filter: Filter, name: str) -> str:
    """The `sin` of an undeclared `sinx` where `x` is a name; `""` where there is none."""
    ends = (end for end in range(2, min(len(name), 12)) if filter.reading.is_function(name[:end]))
    return next((name[:end] for end in ends if filter.known(canonical(name[end:]))), "")


def _letters(filter: Filter, place: int, token: Token) -> int:
    name, before = token.value, filter.out[-1].type if filter.out else ""
    for letter in "eiId":
        if letter in name:
            what = f"an undeclared name; as a product of letters it would have the constant `{letter}`"
            what = what if letter != "d" else "an undeclared name, and no differential of a name in sight"
            raise filter.error(f"`{name}` is {what}", token, f"declare `{name}`, or write `{'*'.join(name)}`")
    product = "*".join(name)
    if before in ("SLASH", "DOTSLASH", "MOD", "POW", "DOTPOW", "ROOT", "NEG_DIVISOR"):
        hint = f"write `({product})`, or declare `{name}`"
        raise filter.error(f"`{name}` reads as the product {product}, and how far is unclear here", token, hint)
    long = f"a word of {len(name):,} letters is read as their product"
    filter.reading.notes.append(long if len(name) > 40 else f"{name} is read as {product}")
    start = token.start_pos
    for offset, letter in enumerate(name):
        part = filter.make("NAME", canonical(letter), token)
        part.start_pos, part.end_pos = start + offset, start + offset + 1
        filter.plain_name(place, part)
    return place + 1


def _before_bracket(filter: Filter, place: int, token: Token) -> int:
    """A name straight before `(`."""
    name, reading = token.value, filter.reading
    if name in LOGIC_WORDS and not reading.is_declared(name):
        return logic(filter, place, token)
    if reading.is_function(name) or (has_base(name) and not reading.is_declared(name)):
        return _call(filter, place, token)
    if name == "d" and not reading.is_declared("d"):
        return _call(filter, place, token, "DIFFERENTIAL")
    if name in reading.called_letters:  # a function of entries, if what it is called with has axes
        return _call(filter, place, token)
    derived = derivatives.before_bracket(filter, token)
    if derived is not None:
        filter.begin_operand(token)
        filter.out.append(derived)
        return filter.open(place + 1, "call", "LPAR")
    raise reading.unknown_function(name, span_of(token))


def _call(filter: Filter, place: int, token: Token, kind: str = "FUNC") -> int:
    filter.begin_operand(token)
    filter.put(kind, token)
    return filter.open(place + 1, "call", "LPAR")


def _primed(filter: Filter, place: int, token: Token, primes: int) -> int:
    """`f'(x)`, `f''(x)`, `g'[1,2](u, v)`."""
    filter.begin_operand(token)
    behind = place + 1 + primes
    order: object = filter.order(place + 1, primes)
    if filter.tokens[behind].type == "LSQB":
        order, behind = derivatives.positions(filter, behind), filter.match[behind] + 1
        if filter.kind_at(behind) != "LPAR":
            raise filter.error("the arguments are missing", filter.tokens[behind - 1], "write `g'[1](u, v)`")
    made = filter.make("PRIMED", (token.value, order), token)
    made.end_pos = filter.tokens[behind - 1].end_pos
    filter.out.append(made)
    return filter.open(behind, "call", "LPAR")


def _bare(filter: Filter, place: int, token: Token) -> int:
    """`sin x`, `sin^2 x`, `sin²(x)`: the argument is what `Runs` finds."""
    filter.begin_operand(token)
    argument = filter.runs.power(place)
    filter.put("FUNC" if argument == place + 1 else "POWERED", token)
    if argument > place + 1:
        filter.out.append(filter.runs.exponent(place))
    if filter.kind_at(argument) == "LPAR":
        return filter.open(argument, "call", "LPAR")
    end = filter.runs.end(place, argument)
    filter.out.append(filter.make("BARE", "", filter.tokens[argument]))
    filter.ends.append(end)
    return argument


def _is_keyword(filter: Filter, place: int) -> bool:
    if filter.kind_at(place + 1) != "EQUALS" or not filter.frames or filter.frames[-1].kind != "call":
        return False
    first = len(filter.out) == filter.frames[-1].start
    return filter.out[-1].type == "_COMMA" or (first and not filter.solves())


def logic(filter: Filter, place: int, token: Token) -> int:
    kind = _LOGIC[str(token)]
    if kind == "NOT":
        if filter.after:
            filter.begin_operand(token)
        filter.put(kind, token)
        return place + 1
    token.type = kind
    return filter.binary(place, token)


def derivative(filter: Filter, place: int, token: Token) -> int:
    """`d/dx`, `∂²/∂x∂y`, `∇_x`, and `∂f/∂x`, which is a value."""
    touching = filter.tokens[place + 1] if place + 1 < len(filter.tokens) else token
    behind = touching.type if touching.start_pos == token.end_pos else ""
    if token.type == "NABLA":
        kind = "GRADIENT"
        value: object = derivatives.read_gradient(token, behind, filter.reading)
    else:
        kind, value = derivatives.read_operator(token, filter.reading)
    if kind != "LEIBNIZ" and filter.out and filter.out[-1].type in _NEED_ONE_FACTOR:
        raise filter.error("how far this derivative goes is unclear", token, "put it in brackets with its operand")
    filter.begin_operand(token, "JUXT" if kind == "LEIBNIZ" else "APPLY")
    filter.out.append(filter.make(kind, value, token))
    filter.after = kind == "LEIBNIZ"
    return place + 1


def text_argument(filter: Filter, place: int, token: Token) -> int:
    if not filter.frames or filter.frames[-1].kind != "call" or filter.after:
        raise filter.error("a text in quotes is an argument of `einsum`", token, 'write `einsum("ij,jk->ik", A, B)`')
    return filter.number(place, token)
