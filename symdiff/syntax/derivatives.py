"""Derivatives as the token filter meets them: `d/dx`, `∂²/∂x∂y`, `∇ₓ`, `dy/dx`, `D_x`, `f_x`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symdiff.bounds import limits
from symdiff.syntax.names import NAME, SUPERSCRIPTS, canonical, is_lowered
from symdiff.syntax.reading import Reading
from symdiff.syntax.tree import Span, Tree

if TYPE_CHECKING:
    from symdiff.syntax.filter import Filter
    from symdiff.syntax.token import Token

# of what the lexer has found to be derivatives
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_OPERATOR = rf"[d∂](?P<order>\^[0-9]+|[{_RAISED}]+)?(?P<name>[^/]+)?/(?P<below>.+)"
_BELOW = rf"[d∂](?P<name>[^\[^∂{_RAISED}]+)(?P<entry>\[[0-9, ]+\])?(?P<order>\^[0-9]+|[{_RAISED}]+)?"
_NABLA = rf"∇(?P<order>[^_\w]*[{_RAISED}]*)(?P<below>.*)"


def read_operator(token: Token, reading: Reading) -> tuple[str, object]:
    """Terminal and value: of `d²/dx²` DERIVATIVE, its variables; of `∂f/∂x` LEIBNIZ, name and variables."""
    span = (token.start_pos, token.end_pos)
    found = re.fullmatch(_OPERATOR, token)
    assert found is not None
    wrt: list[Tree] = []
    for part in re.finditer(_BELOW, found["below"]):
        start = span[0] + found.start("below") + part.start()
        variable = _variable(part["name"], part["entry"], (start + 1, start + part.end() - part.start()))
        order = _number(part["order"])
        limits.require("order", order, f"a derivative of order {order}", span)
        wrt.extend([variable] * order)
    if _number(found["order"]) != len(wrt):
        above, hint = _number(found["order"]), "write `d²/dx²`, `d^2/dx^2` or `∂²/∂x∂y`"
        raise reading.error(f"order {above} above and {len(wrt)} below", span, hint)
    if found["name"] is None:
        return "DERIVATIVE", tuple(wrt)
    name = canonical(found["name"])
    if not reading.is_defined(name):
        raise undefined(name, span, reading, found["name"])
    return "LEIBNIZ", (name, tuple(wrt))


def read_gradient(token: Token, behind: str, reading: Reading) -> Tree:
    """The variable of `∇_x`, `∇ₓ`, `∇_{X}`; `behind` is the type of a token that touches it."""
    span = (token.start_pos, token.end_pos)
    found = re.fullmatch(_NABLA, token)
    assert found is not None
    if found["order"] or behind in ("SUPER", "POW"):
        hint = "write `hessian(f, x)` or `laplacian(f, x)`"
        raise reading.error("a power of `∇` is not read", span, hint)
    below = found["below"]
    if not below:
        raise reading.error("`∇` does not say by which variable", span, "write `∇_x f` or `grad(f, x)`")
    plain = canonical("x" + below)[2:] if is_lowered(below[0]) else below.removeprefix("_").strip("{} ")
    if is_lowered(below[0]):  # `ₓ₁` is x_1
        plain = re.sub(r"(?<=[a-z])(?=[0-9])", "_", plain, count=1)
    return Tree("name", (), _name(plain, span, reading), (span[0] + 1, span[1]))


def _name(written: str, span: Span, reading: Reading) -> str:
    """The name of a variable; ParseError where none is written."""
    if re.fullmatch(NAME, written) is None:
        raise reading.error("this does not say by which variable", span, "write `D_x f`, `∇_x f` or `diff(f, x)`")
    return canonical(written)


def undefined(name: str, span: Span, reading: Reading, written: str) -> Exception:
    variable = "d/dx"
    hint = f"define it first: `{written} := …`; to differentiate an expression write `{variable} (…)`"
    return reading.error(f"`{name}` was never defined as something to differentiate", span, hint)


def leibniz(filter: Filter, place: int) -> bool:
    """Pass on `dy/dx` as one value, where `y` was defined; False where it is a plain quotient."""
    if not (filter.follows(place, "SLASH") and filter.follows(place + 1, "NAME")):
        return False
    above, below, reading = filter.tokens[place], filter.tokens[place + 2], filter.reading
    upper, lower = (_differentiated(token, filter) for token in (above, below))
    if not upper or not lower:
        return False
    span = (above.start_pos, below.end_pos)
    if not reading.is_defined(upper):
        raise undefined(upper, span, reading, str(above)[1:])
    filter.begin_operand(above)
    wrt = (Tree("name", (), lower, (below.start_pos + 1, span[1])),)
    made = filter.make("LEIBNIZ", (upper, wrt), above)
    made.end_pos = below.end_pos
    filter.out.append(made)
    filter.after = True
    return True


def _differentiated(token: Token, filter: Filter) -> str:
    """`y` for a token `dy` that is no name of its own; `""` for any other."""
    name = str(token)
    if name[0] != "d" or len(name) < 2 or filter.reading.is_declared(token.value):
        return ""
    rest = canonical(name[1:])
    letter = re.fullmatch(r"[^\W\d](_\w+)?", name[1:])
    fits = name[1:2].isalpha() and (filter.known(rest) or letter is not None)
    return rest if fits and not filter.reading.is_function(token.value) else ""


def subscripted(filter: Filter, place: int, token: Token) -> int:
    """`D_x f`: the derivative by `x`, a prefix operator."""
    span = (token.start_pos, token.end_pos)
    name = _name(token.value[2:], span, filter.reading)
    filter.begin_operand(token, "APPLY")
    filter.out.append(filter.make("DERIVATIVE", (Tree("name", (), name, (span[0] + 2, span[1])),), token))
    filter.after = False
    return place + 1


def before_bracket(filter: Filter, token: Token) -> Token | None:
    """`Df(x)` and `f_x(x, y)` of a declared or defined function `f`, as the terminal PRIMED."""
    name, reading = token.value, filter.reading
    if name.startswith("D") and not reading.is_declared("D") and reading.is_own_function(name[1:]):
        return filter.make("PRIMED", (name[1:], 1), token)
    for place in (found.start() for found in re.finditer("_", name)):
        if reading.is_own_function(name[:place]):
            span = (token.start_pos, token.end_pos)
            return filter.make("PRIMED", (name[:place], _name(name[place + 1 :], span, reading)), token)
    return None


def positions(filter: Filter, place: int) -> tuple[int, ...]:
    """The argument positions in `g'[1,2]`, counted from 1; `place` is that of the bracket."""
    inside = filter.tokens[place + 1 : filter.match[place]]
    numbers = inside[::2]
    fits = all(token.type == "NUMBER" and token.isdecimal() and len(token) < 4 for token in numbers)
    separated = len(inside) % 2 == 1 and all(token.type == "_COMMA" for token in inside[1::2])
    if not fits or not separated:
        what = "the positions of arguments are whole numbers"
        raise filter.error(what, filter.tokens[place], "write `g'[1,2](u, v)`")
    return tuple(int(token) for token in numbers)


def _variable(name: str, entry: str | None, span: Span) -> Tree:
    tree = Tree("name", (), canonical(name), (span[0], span[0] + len(name)))
    if entry is None:
        return tree
    items = tuple(Tree("number", (), int(digits[:9]), span) for digits in re.findall("[0-9]+", entry))
    return Tree("index", (tree, *items), None, (span[0], span[0] + len(name) + len(entry)))


def _number(order: str | None) -> int:
    if order is None:
        return 1
    return int("".join(SUPERSCRIPTS.get(char, char) for char in order.removeprefix("^"))[:4])
