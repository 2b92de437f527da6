"""Reasons that a comment gives: a rule that is named, though there is nothing on the line that it speaks of.

A rule is known by what it takes: the product rule a product of two things that vary, in something that is
differentiated. Nothing is said of rules that are not on the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from symdiff.syntax.calls import DERIVATIVES
from symdiff.syntax.tree import Tree, mentioned, walk
from symdiff.verification.patterns import plain
from symdiff.verification.places import Place, expanded, place_of
from symdiff.verification.sheet import Sheet, Side

_INSIDE = frozenset({"call", "power", "dotpower", "norm", "abs", "quotient", "dotquotient", "index", "reduce"})
_PRODUCTS = frozenset({"product", "hadamard", "kron", "quotient", "dotquotient", "power", "dotpower"})
_PLAIN = frozenset("sin cos tan exp log sqrt asin acos atan sinh cosh abs det inv tr sum".split())  # one step each
_POWERS = frozenset({"power", "dotpower", "norm", "abs"})  # which are products of one thing with itself
_OF_PRODUCTS = frozenset({"dot", "inner", "outer", "cross", "norm2", "norm", "var", "prod", "det", "matpow", "conv"})
_QUOTIENTS = frozenset({"tan", "cot", "sec", "csc", "tanh", "coth", "sech", "csch", "sigmoid", "mean", "var", "std"})
_SUMS = frozenset({"sum", "tr", "trace", "mean", "inner", "dot", "norm2", "var", "logsumexp"})


class _Rule(NamedTuple):
    """What names a rule, what it takes in words, and how a part of what is differentiated is seen to be that.

    Where `of_sides`, the parts of the line are looked at, differentiated or not.
    """

    name: str
    taken: str
    is_taken: Callable[[Tree, frozenset[str]], bool]
    of_sides: bool = False


def _calls(node: Tree, names: Iterable[str]) -> bool:
    return node.kind in ("call", "bare") and node.value[0] in names


def _is_product(node: Tree, varying: frozenset[str]) -> bool:
    several = sum(bool(mentioned(child) & varying) for child in node.children if child is not None) > 1
    return (node.kind in _PRODUCTS and several) or _calls(node, _OF_PRODUCTS)


def _is_quotient(node: Tree, varying: frozenset[str]) -> bool:
    below = node.children[1] if node.kind in ("power", "dotpower") else None
    turned = below is not None and (below.kind == "neg" or (below.kind == "number" and below.value < 0))
    return turned or node.kind in ("quotient", "dotquotient") or _calls(node, _QUOTIENTS)


def _is_chain(node: Tree, varying: frozenset[str]) -> bool:
    inner = [child for child in node.children if child is not None and mentioned(child) & varying]
    made = node.kind == "call" and bool(inner) and node.value[0] not in _PLAIN
    return made or (node.kind in _INSIDE and any(child.kind != "name" for child in inner))


def _is_power(node: Tree, varying: frozenset[str]) -> bool:
    return node.kind in ("power", "dotpower", "quotient", "dotquotient", "norm") or _calls(node, ("sqrt", "cbrt"))


def _is_sum(node: Tree, varying: frozenset[str]) -> bool:
    return node.kind in ("sum", "indexsum") or _calls(node, _SUMS)


_RULES = (
    _Rule("product rule", "no product of things that vary", _is_product),
    _Rule("quotient rule", "no quotient", _is_quotient),
    _Rule("chain rule", "nothing that has an inside", _is_chain),
    _Rule("power rule", "no power", _is_power),
    _Rule("sum rule", "no sum", _is_sum),
    _Rule("jacobi's formula", "no determinant", lambda node, _: _calls(node, ("det", "logdet"))),
    _Rule("cyclic property", "no trace", lambda node, _: _is_sum(node, frozenset()) or node.kind == "norm", True),
    _Rule("transpose of a product", "no transpose", lambda node, _: node.kind in ("transpose", "hermitian"), True),
)


def doubted(sheet: Sheet, comment: str, sides: Iterable[Side]) -> str:
    """What is said of a comment that names a rule which finds nothing to work on; else nothing."""
    named = [rule for rule in _RULES if re.search(rf"(?<!\w){rule.name}(?!\w)", comment.lower().replace("’", "'"))]
    if not named:
        return ""
    trees = [plain(side.tree) for side in sides]
    nodes = [node for tree in trees for node in walk(tree)]
    places = [place for node in nodes if (place := place_of(node, sheet)) is not None]
    if any(map(_is_derivative, nodes)) and not (places and all(map(_is_plain, places))):
        return ""
    for rule in named:
        if rule.of_sides:
            found = any(rule.is_taken(node, frozenset()) for node in nodes)
        else:
            found = any(_meets(rule, place.operand, place.by, sheet) for place in places)
        if not found:
            what = rule.taken if places or rule.of_sides else "nothing"
            return f"the {rule.name} is named, but {what} {'stands' if rule.of_sides else 'is differentiated'} here"
    return ""


def _is_derivative(node: Tree) -> bool:
    return node.kind in ("prime", "derivative", "gradient", "differential") or _calls(node, DERIVATIVES)


def _is_plain(place: Place) -> bool:
    """Whether a derivative is a first one by a name, of something that holds no derivative itself."""
    return place.order == 1 and place.kind != "hessian" and not any(map(_is_derivative, walk(place.operand)))


def _meets(rule: _Rule, operand: Tree, by: str | None, sheet: Sheet) -> bool:
    """Whether something that is differentiated is what a rule takes, with names or with their definitions."""
    bodies = sheet.bodies
    moving = frozenset({by} if by else sheet.by) or frozenset(sheet.scope.symbols)
    varying = moving | {name for name, body in bodies.items() if mentioned(expanded(body, bodies)) & moving}
    parts = mentioned(operand).union(*(mentioned(bodies[name]) for name in mentioned(operand) & bodies.keys()))
    if rule.is_taken is _is_chain and parts & varying & bodies.keys():  # by way of a name
        return True
    trees = [plain(tree) for tree in (operand, expanded(operand, bodies))]
    if rule.is_taken is _is_product and any(part.kind in _POWERS for tree in trees for part in _outer(tree)):
        return True
    return any(rule.is_taken(node, varying) for tree in trees for node in walk(tree))


def _outer(tree: Tree) -> Iterator[Tree]:
    """The terms and factors of a tree, and what they are of."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        if node.kind in ("sum", "neg", "product", "quotient"):
            pending += node.children
