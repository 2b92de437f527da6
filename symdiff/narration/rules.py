"""The rules that made a line, heard while it is made, and in words: `chain rule, inside 1 + x^2`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from symdiff.algebra import MINUS_ONE, ONE, TWO, Condition, differential, power, symbol, unspread
from symdiff.book import apply, differential_of, entry_of, expand
from symdiff.calculus.differential import LocalRule
from symdiff.derivation import Step
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.show.page import Numbered, Reason
from symdiff.syntax.parser import parse_tree
from symdiff.syntax.tree import Tree

_PLAIN = ("derivative", "power", "exponential", "definition of the derivative", "chain rule")
RIDING = frozenset({"sum rule", "constant multiple rule", "linearity"})  # linear rules are no idea of their own
STRUCTURAL = RIDING | {"product rule", "quotient rule", "case by case"}


_HALF = power(TWO, MINUS_ONE)
MET = frozenset({"softplus", "logsigmoid"})  # written out by those who use them


class Used(NamedTuple):
    """A rule used at a node."""

    name: str
    rule: LocalRule
    conditions: tuple[Condition, ...]


class Heard:
    """What is heard while differentials are taken and results are rewritten."""

    def __init__(self) -> None:
        self.rules: dict[Expr, Used] = {}
        self.rewritings: list[str] = []

    def local(self, node: Expr, name: str, rule: LocalRule, conditions: tuple[Condition, ...]) -> None:
        """A rule of calculus used at a node."""
        self.rules[node] = Used(name, rule, conditions)

    def rewrite(self, rule: str, before: Expr, after: Expr, conditions: tuple[Condition, ...] = ()) -> None:
        """A rewriting of a part."""
        self.rewritings.append(rule)


def name_of(node: Expr, used: Used) -> str:
    """What the rule is called: by the book where that has a name for it."""
    entry = entry_of(node) if node.op in ("map", "call", "index") else None
    return (entry and entry.field("rule")) or used.name.removesuffix(", chain rule")


def reasons(
    root: Expr,
    heard: Heard,
    seeds: Container[Expr],
    inner: Container[Expr] = (),
    full: bool = False,
    told: Mapping[str, int] = {},
) -> list[Reason]:
    """The rules that made the differential of `root`, outermost first, each once; what is below a chain goes along.

    `inner` are the seeds that are themselves inside a chain: parts that are functions of a scalar variable; `told` are
    functions that were derived before, under which heading.
    """
    found: list[Reason] = []
    stack = [root]
    while stack:
        node = stack.pop()
        used = heard.rules.get(node)
        if used is None or node in seeds:
            continue
        name = name_of(node, used)
        if name not in RIDING:
            found.append(
                _said(node, name, used, inner, full)
                if node.op != "map" or node.attr not in told
                else _again(told[node.attr])
            )
        if used.name in STRUCTURAL:
            stack.extend(reversed(used.rule.parts))
    return list(dict.fromkeys(found))


def _again(number: int) -> Reason:
    """By what was derived under a heading; 0 is the one that is being told."""
    words = "entry by entry"
    return (Numbered(f"{number}, {words}", (words,)) if number else f"so, {words}",)


def folded(heard: Heard, seeds: Mapping[Expr, Expr], x: Expr | None) -> tuple[Step, ...]:
    """Each rule that was heard as a step of its own, outermost first; x where d/dx is told, None for dx."""

    def standing(part: Expr) -> Expr:
        return seeds[part] if part in seeds else differential(part, x)

    return tuple(
        Step(
            name_of(node, used),
            standing(node),
            used.rule.combine(list(map(standing, used.rule.parts))),
            used.conditions,
        )
        for node, used in reversed(heard.rules.items())
    )


def riding(root: Expr, heard: Heard) -> Reason:
    """The linear rules, where no other made a line."""
    return together([(name,) for name in dict.fromkeys(u.name for u in heard.rules.values()) if name in RIDING])


def _said(node: Expr, name: str, used: Used, inner: Container[Expr], full: bool) -> Reason:
    """The rule in words: a chain names its inside, a power its exponent."""
    inside = [part for part in used.rule.parts if "chain rule" in used.name or part in inner]
    if full and node.op == "mul" and node.args[-1] is _HALF:
        name = "derivative of the root"
    if full and inside and used.name not in STRUCTURAL and not any(part.args for part in inside):
        return ("chain rule; ", name)  # the inside has just been named
    if inside and used.name not in STRUCTURAL:
        own: Reason = (name + "; ",) if full or node.shape or not name.startswith(_PLAIN) else ()
        return (*own, "chain rule, inside ", *listed([to_tree(part) for part in inside]))
    if name == "power rule":
        exponent = unspread(node.args[-1]) or node.args[-1]
        entries: Reason = (", entry by entry",) if node.shape else ()
        of = (", ", Tree("equation", (Tree("name", (), "n"), to_tree(exponent)))) if exponent.op == "number" else ()
        return ("power rule", *of, *entries)
    if name.startswith("derivative of") and node.shape and node.op == "map":
        return (*_as_met(node, name), ", entry by entry")
    return (name,)


def _as_met(node: Expr, name: str) -> Reason:
    """The derivative of a function that stands for a longer one in books: `derivative of log(1 + exp(t)) is …`."""
    entry = entry_of(node)
    if node.attr not in MET or entry is None:
        return (name,)
    t = symbol("t")
    defined = expand(apply(node.attr, (t,)))
    slope = differential_of(apply(node.attr, (t,)), (ONE,))
    assert defined is not None and slope is not None
    return ("derivative of ", to_tree(defined), " is ", to_tree(slope))


def rewritten(rules: Iterable[str]) -> list[Reason]:
    """Names of rewritings, each once; what is factored out as mathematics."""
    found: list[Reason] = []
    factors: list[Tree] = []
    for rule in dict.fromkeys(rules):
        _, out, factor = rule.partition("factor out ")
        if out and not factor.startswith("a common"):
            factors.append(parse_tree(factor))
        else:
            found.append((rule,))
    return [*found, ("factor out ", *listed(factors))] if factors else found


def listed(trees: Sequence[Tree]) -> tuple[str | Tree | Condition, ...]:
    """Trees with commas between them."""
    pieces: list[str | Tree | Condition] = []
    for k, tree in enumerate(trees):
        pieces += [", ", tree] if k else [tree]
    return tuple(pieces)


def together(found: Sequence[Reason], sign: str = "; ") -> Reason:
    """Reasons in one."""
    pieces: list[str | Tree | Condition | Numbered] = []
    for k, reason in enumerate(found):
        pieces += [sign, *reason] if k else reason
    return tuple(pieces)
