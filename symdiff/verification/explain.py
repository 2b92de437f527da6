"""What is said of a wrong line: which mistake it is, and which part of it is wrong."""

from __future__ import annotations

from symdiff.algebra import Condition, neg
from symdiff.show import condition_text, text
from symdiff.syntax.tree import Tree, walk
from symdiff.verification.mend import mended
from symdiff.verification.patterns import plain
from symdiff.verification.place import Locator, Wrong, short
from symdiff.verification.report import Line, Mistake, Part
from symdiff.verification.search import Found, Search
from symdiff.verification.sheet import Sheet, Side
from symdiff.verification.slips import SIGN, slip

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_DERIVATIVES = frozenset({"diff", "grad", "jacobian", "hessian", "derivative", "gradient"})
_LAYOUT = Mistake(
    "wrong layout",
    "This is right in the other layout, with the axes the other way round: grad has those of the variable first, "
    "jacobian and diff those of the function.",
)


def explained(sheet: Sheet, left: Side, right: Side, line: Line, layout: bool) -> Line:
    """A wrong line with its mistake, where one is recognised, and the part that is wrong, where it is found."""
    if layout:
        return line._replace(mistake=_LAYOUT)
    if right.fault is not None:
        return _mended(sheet, left, right, line)
    search = Search(sheet, left, right)
    if search.is_met(left.expr):  # they differ where no point is: nothing is told apart
        return line
    truth = short(sheet.plain(left.expr))
    locator = Locator(sheet, left, right, [*([truth] if truth is not None else []), *search.trees])
    wrong, found = locator.found(), search.found()
    told = wrong if wrong is not None or truth is None else Wrong(locator.right, truth)
    slipped = slip(locator, told) if told is not None else None
    if found is not None and _of_a_table(found) and search.is_met(neg(sheet.plain(left.expr))):
        found, slipped = None, SIGN  # by an entry of a table with the other sign this may be so, too
    if found is None and slipped is None:
        line = _mended(sheet, left, right, line)
    if line.mistake is not None:
        return line
    return line._replace(mistake=_mistake(found, slipped, line.holds_if), part=_part(right, wrong, locator, truth))


def _of_a_table(found: Found) -> bool:
    """Whether a mistake is a wrong entry of the table of derivatives, and none of a sign."""
    name = found.entry.name
    return name.startswith("derivative of") and "reciprocal" not in name and "logarithm given" not in name


def _mended(sheet: Sheet, left: Side, right: Side, line: Line) -> Line:
    """The line with the small mend that makes it right, where there is one."""
    found = mended(sheet, left, right)
    if found is None:
        return line
    mistake, wrong = found
    return line._replace(mistake=mistake, part=_shown(right, wrong, wrong.right, plain(right.tree)))


def _mistake(found: Found | None, slipped: Mistake | None, holds_if: tuple[Condition, ...]) -> Mistake | None:
    """What is said: a rule that says what it is of comes before a slip, one that fits anything after it."""
    assumed = [c for c in holds_if if c.predicate in ("symmetric", "orthogonal", "diagonal")]
    is_slip = slipped is not None and slipped.name in ("wrong number", "sign")
    if found is not None and (found.is_telling or not is_slip):
        if found.entry.name in ("transpose missing", "superfluous transpose") and assumed:
            return _assumed(assumed)
        return Mistake(found.entry.name, found.entry.said)
    if assumed and slipped is None:
        return _assumed(assumed)
    return slipped


def _assumed(conditions: list[Condition]) -> Mistake:
    said = " and ".join(map(condition_text, conditions))
    name = "symmetry assumed" if conditions[0].predicate == "symmetric" else "condition assumed"
    return Mistake(name, f"This is right only if {said}, which nothing says.")


def _part(right: Side, wrong: Wrong | None, locator: Locator, truth: Tree | None) -> Part | None:
    """The part to show: the one that was found, else the whole right side."""
    if wrong is None:
        return None if truth is None else Part(right.span, right.written, text(truth), "the right side: ")
    return _shown(right, wrong, _worked_out(locator, wrong), locator.right)


def _shown(side: Side, wrong: Wrong, by: Tree, whole: Tree) -> Part:
    span = wrong.part.span or side.span
    written = " ".join(side.text[slice(*span)].split())
    return Part(span, written, text(by), _place(wrong.part, whole))


def _worked_out(locator: Locator, wrong: Wrong) -> Tree:
    """What should stand there, without derivatives that the line no longer has."""
    kinds = {node.value[0] if node.kind == "call" else node.kind for node in walk(wrong.right)}
    own = {node.value[0] if node.kind == "call" else node.kind for node in walk(wrong.part)}
    value = locator.meaning(wrong.right)
    tree = short(value) if value is not None and kinds & _DERIVATIVES - own else None
    return wrong.right if tree is None else tree


def _place(part: Tree, whole: Tree) -> str:
    """Which term a part is, or in which it is, where the side has several; that it is an exponent."""
    if any(node.kind == "power" and node.children[1] is part for node in walk(whole)):
        return "the exponent: "
    if whole.kind != "sum":
        return ""
    for k, term in enumerate(whole.children[: len(_ORDINALS)]):
        if any(node is part for node in walk(term)):
            alone = term is part or (term.kind == "neg" and term.children[0] is part)
            return f"the {_ORDINALS[k]} term: " if alone else f"in the {_ORDINALS[k]} term: "
    return ""
