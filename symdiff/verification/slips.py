"""Slips: what a wrong part is of the right one, told in words. Nothing is guessed: the two are compared."""

from __future__ import annotations

from symdiff.algebra import divide
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.notation.ops import tree_ops
from symdiff.rewrite import simplify
from symdiff.show import text
from symdiff.syntax.tree import Tree, mentioned
from symdiff.verification.place import Locator, Wrong
from symdiff.verification.report import Mistake


def slip(locator: Locator, wrong: Wrong) -> Mistake | None:
    """The slip by which a wrong part came from the right one, where there is one."""
    part, right = locator.meaning(wrong.part), locator.meaning(wrong.right)
    if part is None or right is None:
        return None
    if not mentioned(wrong.part) and not mentioned(wrong.right):
        of_sign = ": the sign is wrong" if locator.target.factor(part, right) == -1 else ""
        return Mistake("arithmetic", f"This is a slip in reckoning with numbers{of_sign}.")
    if wrong.right.kind == "number" and wrong.right.value == 0:
        return Mistake("superfluous term", "This term does not belong here.")
    if wrong.missing is not None:
        return Mistake("term lost", f"A term is missing: {text(wrong.missing)}.")
    if (wrong.right.kind == "transpose") != (wrong.part.kind == "transpose") and _is_transpose(wrong):
        return Mistake("transpose missing" if wrong.right.kind == "transpose" else "superfluous transpose", "")
    if wrong.right.kind == "number" and wrong.right.value == 1 and mentioned(wrong.part):
        return _factor(text(wrong.part), False)
    if wrong.right.kind == "product":
        lost = [text(factor) for factor in wrong.right.children if factor not in _factors(wrong.part)]
        if len(lost) + len(_factors(wrong.part)) == len(wrong.right.children):
            return _factor("*".join(lost), True)
    return _of_ratio(locator, part, right)


def _factors(tree: Tree) -> tuple[Tree, ...]:
    return tree.children if tree.kind == "product" else (tree,)


def _is_transpose(wrong: Wrong) -> bool:
    turned = wrong.right.children[0] if wrong.right.kind == "transpose" else wrong.right
    plain = wrong.part.children[0] if wrong.part.kind == "transpose" else wrong.part
    return bool(turned == plain)


def _of_ratio(locator: Locator, part: Expr, right: Expr) -> Mistake | None:
    """A sign, or a factor, by which two parts differ."""
    factor = locator.target.factor(part, right)
    if factor == -1:
        return Mistake("sign", "The sign is wrong.")
    if factor is not None:
        return _factor(*((str(factor), True) if factor.denominator == 1 else (str(1 / factor), False)))
    if part.shape:
        return None
    for above, below, missing in ((right, part, True), (part, right, False)):
        quotient = _short_quotient(above, below)
        if quotient is not None:
            return _factor(text(quotient), missing)
    return None


def _short_quotient(above: Expr, below: Expr) -> Tree | None:
    """A quotient that is a name, or a function of one."""
    try:
        tree = to_tree(simplify(divide(above, below)))
    except SymdiffError:
        return None
    return tree if tree.kind in ("name", "call", "prime") and tree_ops(tree) <= 1 else None


def _factor(factor: str, missing: bool) -> Mistake:
    if missing:
        return Mistake("factor lost", f"The factor {factor} is missing.")
    return Mistake("superfluous factor", f"The factor {factor} is one too many.")
