"""What a derivation is: a result, the steps to it, the conditions it rests on, and how it is read.

How it is told is worked out when it is first asked for (`symdiff.narration`); the result is there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from symdiff.algebra import Condition, put_in, substitute
from symdiff.calculus.possible import possible
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.show import as_tree, bundle, condition_text
from symdiff.show import text as show_text
from symdiff.syntax.tree import Tree

if TYPE_CHECKING:  # how pages are set is loaded only where one is asked for
    from symdiff.explanations import Explanation
    from symdiff.show.documents import Document
    from symdiff.show.page import Item, Page

DETAILS = ("result", "textbook", "full")


def check_detail(detail: str) -> None:
    """SymdiffError for a level of detail that there is not."""
    if detail not in DETAILS:
        raise SymdiffError(f"no detail {detail[:40]!r}", hint=f"one of {', '.join(DETAILS)}")


class Step(NamedTuple):
    """One step: by `rule`, `before` is `after`, under `conditions`.

    Where `relation` is "=" both sides have one value; where it is "coefficient" `before` is linear in dx and `after`
    is its coefficient (the gradient read off, a Jacobian); where it is "layout" `after` has the axes of `before` in
    another order; where it is "structure" `after` is what `before` is by the structure of the variable. Both are in
    the names of parts, `Derivation.meaning` puts them back; `written` is `after` as it is written.
    """

    rule: str
    before: Expr
    after: Expr
    conditions: tuple[Condition, ...] = ()
    substeps: tuple[Step, ...] = ()
    relation: str = "="
    written: Tree | None = None


class Told(NamedTuple):
    """A page, the steps it shows, what the names and differentials of its parts are, and how an
    expression is written with them.
    """

    items: tuple[Item, ...]
    steps: tuple[Step, ...]
    parts: Mapping[Expr, Expr]
    named: Callable[[Expr], Expr]
    header: str = ""
    names: tuple[Expr, ...] = ()  # the symbols that are written
    closing: tuple[Item, ...] = ()  # what is said below the conditions


class Telling(Protocol):
    """Tells a derivation when it is asked for."""

    def told(self, detail: str) -> Told: ...


class InLine:
    """Steps that are one chain of equal lines, as a rewriting is."""

    def __init__(self, start: Expr, steps: Iterable[Step]) -> None:
        self.start, self.steps = start, tuple(steps)

    def told(self, detail: str) -> Told:
        """The chain."""
        from symdiff.show.page import Chain, Line

        lines = tuple(Line(as_tree(step.after), (step.rule,)) for step in self.steps)
        return Told((Chain(as_tree(self.start), lines),) if lines else (), self.steps, {}, lambda e: e)


class Derivation(NamedTuple):
    """A result with the way to it: `steps` lead to `result`, by a list of variables a list, under `conditions`.

    `assumptions` are declarations that were inferred from the text, in the notation of declarations; `remarks` say
    what else the result rests on, such as how a structured variable moves. `detail` is how much is told: `result`,
    `textbook` or `full`. `given` are definitions of variables, put in at the end.
    """

    result: Any
    telling: Telling | None = None
    conditions: tuple[Condition, ...] = ()
    assumptions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    detail: str = "textbook"
    given: Mapping[Expr, Expr] = {}  # never changed

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps in order."""
        return (*self._told().steps, *self._put_in_last())

    def _told(self) -> Told:
        return self.telling.told(self.detail) if self.telling is not None else Told((), (), {}, lambda e: e)

    def meaning(self, e: Expr) -> Expr:
        """A side of a step in the variables alone: named parts, and how they move, put back."""
        return substitute(e, self._told().parts)

    def put_in(self, given: Mapping[Expr, Expr]) -> Derivation:
        """The derivation with what its variables are defined as put in at the end."""
        if not given:
            return self
        conditions = possible(c.of(partial(put_in, definitions=given)) for c in self.conditions)
        return self._replace(result=_put(self.result, given), conditions=conditions, given={**self.given, **given})

    def _put_in_last(self) -> list[Step]:
        """The steps in which definitions are put in; a value of a function was written as itself before."""
        if not self.given:
            return []
        rule = f"definition of {', '.join(str(variable) for variable in self.given)}"
        steps = self._told().steps
        found = [(step.after, put_in(step.after, self.given)) for step in steps[-1:]]
        return [
            Step(rule, before, after, written=as_tree(after)) for before, after in found if str(after) != str(before)
        ]

    def page(self) -> Page:
        """What is told, as a page."""
        from symdiff.show.page import Chain, Line, Note, Page

        told = self._told()
        items = list(told.items)
        for step in self._put_in_last():
            items.append(Chain(as_tree(step.before), (Line(as_tree(step.after), (step.rule,)),)))
        items += [Note(("if ", condition.of(told.named))) for condition in self.conditions]
        items += told.closing
        scalars = frozenset(e.attr.name for e in told.names if not e.shape)
        scalars |= {"t"} - {e.attr.name for e in told.names}  # in which laws are stated
        return Page(tuple(items), told.header, scalars)

    def text(self, width: int = 100) -> str:
        """The derivation in the input notation: it reads back, reasons are comments, of lines of so many columns."""
        from symdiff.show.page import page_text

        return page_text(self.page(), width)

    def unicode(self, width: int = 100) -> str:
        """The derivation in textbook Unicode."""
        from symdiff.show.page import page_unicode

        return page_unicode(self.page(), width)

    def latex(self) -> str:
        r"""The derivation as sentences with one `aligned` block, the reasons in `\text{}` behind the lines."""
        from symdiff.show.page_latex import page_latex

        return page_latex(self.page())

    def html(self, *, verdict: object = None, code: str = "", font: str | PathLike[str] | None = None) -> str:
        """The derivation as a page that needs nothing else: MathML, steps that fold, every step at the end.

        `verdict` is what a check said of it, `code` the source of a function that computes it, `font` the file of a
        font of mathematics, of which the page gets what it needs where fontTools is installed.
        """
        from symdiff.show.page_html import html_page

        return html_page(self.document(verdict, code)._replace(font=font))

    def document(self, verdict: object = None, code: str = "") -> Document:
        """The derivation as a document; `verdict` and `code` are those of `html`."""
        from symdiff.show.documents import Document, Section, title_of
        from symdiff.show.page import Chain, Note

        page = self.page()
        title = title_of(page)
        full = self._replace(detail="full").page() if self.detail == "textbook" else page
        if not any(isinstance(item, Chain) for item in page.items):  # nothing is told: the result stands for itself
            notes = tuple(Note((as_tree(one),)) for one in _listed(self.result))
            page = full = page._replace(items=(*notes, *page.items))
        said = "" if verdict is None else str(verdict)
        return Document(title, (Section(page, "", full if full != page else None, said, code),))

    def save(
        self,
        path: str | PathLike[str],
        *,
        verdict: object = None,
        code: str = "",
        font: str | PathLike[str] | None = None,
    ) -> None:
        """Write a file as its name ends: a page `.html`, a LaTeX document `.tex` that compiles, Markdown `.md`, a
        picture `.svg` or `.png` (extra `render`).

        `verdict`, `code` and `font` are those of `html`. SymdiffError where the file can't be written or its end is not
        known, MissingExtra where a picture can't be made; then there is none. ::

            derivation.save("gradient.tex", verdict=sd.check("x'*A*x", "x"))
        """
        from symdiff.show.documents import save

        save(self.document(verdict, code)._replace(font=font), path)

    def explain(self, k: int) -> Explanation:
        """The rule of the k-th step explained, with that step as its example; the first is 1."""
        from symdiff.explanations import explained

        step = self._step(k)
        line = f"{show_text(step.before)} = {show_text(step.written or as_tree(step.after))}"
        under = [condition_text(c) for c in step.conditions]
        return explained(step.rule, f"{line}   [{', '.join(under)}]" if under else line)

    def hint(self, k: int, level: int = 1) -> str:
        """A hint for the k-th step: the name of its rule; at level 2 what the rule says too; at 3 the line."""
        step = self._step(k)
        hints = [step.rule, self.explain(k).statement, f"= {show_text(step.written or as_tree(step.after))}"]
        return "\n".join(hint for hint in hints[:level] if hint)

    def _step(self, k: int) -> Step:
        steps = self.steps
        if not isinstance(k, int) or not 1 <= k <= len(steps):
            raise SymdiffError(f"there is no step {k}", hint=f"this derivation has {len(steps)} steps")
        return steps[k - 1]

    def __repr__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        return self.latex()

    def _repr_html_(self) -> str:
        from symdiff.show.page_html import html_fragment, section_html

        (section,) = self.document().sections
        return html_fragment(section_html(section))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return bundle(self)


def _listed(result: Any) -> list[Expr]:
    """The results one after the other, those of lists of lists too."""
    if not isinstance(result, list):
        return [result]
    return [one for row in result for one in _listed(row)]


def _put(result: Any, given: Mapping[Expr, Expr]) -> Any:
    if isinstance(result, list):
        return [_put(one, given) for one in result]
    return put_in(result, given)
