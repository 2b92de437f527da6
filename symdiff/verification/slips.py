"""Slips: what a wrong part is of the right one, told in words. Nothing is guessed: the two are compared."""

from __future__ import annotations

from symdiff.algebra import MINUS_ONE, ONE, divide, is_zero
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.notation import to_tree
from symdiff.notation.ops import tree_ops
from symdiff.rewriting import simplify
from symdiff.show import text
from symdiff.syntax.tree import Tree, mentioned
from symdiff.verification.mend import TOO_MANY, TRANSPOSE
from symdiff.verification.place import Locator, Wrong
from symdiff.verification.report import Mistake

SIGN = Mistake("sign", "The sign is wrong.")


def slip(locator: Locator, wrong: Wrong) -> Mistake | None:
    """The slip by which a wrong part came from the right one, where there is one."""
    part, right = locator.meaning(wrong.part), locator.meaning(wrong.right)
    if part is None or right is None or is_zero(part):
        return None
    if not mentioned(wrong.part) and not mentioned(wrong.right):
        of_sign = locator.target.factor(part, right) is MINUS_ONE
        return Mistake("wrong number", "The number is wrong" + (": its sign." if of_sign else "."))
    if wrong.right.kind == "number" and wrong.right.value == 0:
        return Mistake("superfluous term", "This term does not belong here.")
    if wrong.missing is not None:
        lost = text(wrong.missing)
        return Mistake("term lost", f"A term is missing: {lost}.") if wrong.right.kind == "sum" else _factor(lost, True)
    if (wrong.right.kind == "transpose") != (wrong.part.kind == "transpose") and _is_transpose(wrong):
        return TRANSPOSE if wrong.right.kind == "transpose" else TOO_MANY
    if wrong.right.kind == "number" and wrong.right.value == 1 and mentioned(wrong.part):
        return _factor(text(wrong.part), False)
    if wrong.part.kind == wrong.right.kind == "name":
        return Mistake("wrong name", "Another name should stand here.")
    if wrong.right.kind == "product":
        more = [text(factor) for factor in wrong.right.children if factor not in _factors(wrong.part)]
        if len(more) + len(_factors(wrong.part)) == len(wrong.right.children):
            return _factor("*".join(more), True)
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
    if factor is MINUS_ONE:
        return SIGN
    if factor is not None:
        inverse = divide(ONE, factor)
        missing = len(text(factor)) <= len(text(inverse))
        return _factor(text(factor if missing else inverse), missing)
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
