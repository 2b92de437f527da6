"""What is said of parts where all is told: the side of f that a part is, what is known of it, what therefore holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from symdiff.algebra import ZERO, Dependence, is_spd, number, rebuild, symbol, symbols_of
from symdiff.algebra.fact import bounds
from symdiff.algebra.implied import simplified
from symdiff.book.domain import conditions_of
from symdiff.calculus.differential import local_rule
from symdiff.expr import Expr
from symdiff.narration.parts import Part
from symdiff.narration.rules import STRUCTURAL, Heard, together
from symdiff.notation import to_tree
from symdiff.notation.part_names import role
from symdiff.show.page import Reason
from symdiff.syntax.tree import Tree

_PLACES = ("first", "second", "third", "fourth", "fifth")


def side(part: Expr, wholes: Iterable[tuple[Expr, Reason]], moving: Dependence) -> Reason:
    """What a part is in the first whole of which it is a side or the inside: `the numerator`, `the inside of u`."""
    for whole, of in wholes:
        rule = local_rule(whole, moving) if moving(whole) and whole is not part else None
        if rule is None or part not in rule.parts:
            continue
        place = rule.parts.index(part)
        if rule.name == "quotient rule":
            return (("the numerator", "the denominator")[place], *of)
        if rule.name == "product rule" and place < len(_PLACES):
            return (f"the {_PLACES[place]} factor", *of)
        if rule.name not in STRUCTURAL:
            return ("the inside", *of)
    return ()


def size_of(symbol: Expr) -> str:
    """`m entries`, `n×n`."""
    return "×".join(map(str, symbol.shape)) + (" entries" if symbol.rank == 1 else "")


def described(part: Part) -> Reason:
    """What a heading says of an array: its role and its size, of a matrix what is known of it."""
    symbol = part.symbol
    if not symbol.shape:
        return ()
    if structure := known_of(part, of_name=True):
        return (f"{size_of(symbol)}; ", *structure)
    if role(part.whole) == "score" and part.body.op == "einsum" and len(part.body.args) == 3:
        matrix = next((arg for arg in part.body.args[1:] if arg.rank == 2), None)
        if matrix is not None and matrix.op == "symbol" and part.body.attr[part.body.args.index(matrix) - 1][0] == 0:
            return ("one score for each row of ", to_tree(matrix))
    return (f"the {role(part.whole)}, {size_of(symbol)}",)


def known_of(part: Part, of_name: bool = False) -> Reason:
    """What is known of a matrix: that it is symmetric, positive definite and why."""
    properties = part.symbol.attr.properties
    if part.symbol.rank != 2 or not properties & {"symmetric", "spd"}:
        return ()
    name = to_tree(part.symbol)
    symmetric: Reason = (Tree("transpose", (name,)), " = ", name) if of_name else ("symmetric",)
    if "spd" not in properties:
        return symmetric
    positive = [x for x in symbols_of(part.body) if "positive" in x.attr.properties]
    why = together([(Tree("compare", (to_tree(x), to_tree(ZERO)), ">"),) for x in positive], ", ")
    return (*symmetric, "; positive definite", *((", as ", *why) if why else ()))


def always(heard: Heard, parts: Sequence[Part]) -> tuple[Reason, ...]:
    """The conditions of the rules used that hold by what is known of the parts: `t > 0: always, 1 + x^2 >= 1`."""
    named = {part.symbol: part for part in parts}
    found: dict[str, Reason] = {}
    for used in heard.rules.values():
        function = used.rule.function
        inside = [named[arg] for arg in function.args if arg in named] if function is not None else []
        if function is None or not inside:
            continue
        bare = {part.symbol: symbol(part.symbol.attr.name, part.symbol.shape) for part in inside}
        plain = rebuild(function, [bare.get(arg, arg) for arg in function.args])
        asked = {str(condition) for condition in used.conditions}
        for condition in simplified(conditions_of(plain)):
            if str(condition) not in asked and not condition.given:
                found.setdefault(str(condition), (condition, ": always", *_why(inside[0])))
    return tuple(found.values())


def _why(part: Part) -> Reason:
    """What of a sum, or of a matrix, makes a condition hold."""
    if is_spd(part.symbol):
        return (", ", to_tree(part.symbol), " is positive definite")
    lie = bounds(part.whole) if part.body.op == "add" and not part.symbol.shape else None
    if lie is None or lie.low in (inf, -inf) or lie.low <= 0:
        return ()
    return (", ", Tree("compare", (to_tree(part.body), to_tree(number(lie.low))), ">" if lie.low_open else ">="))
