"""Rules of a user's own: read, proved, and applied where and as often as one says.

double = sd.rule("sin(2*u) -> 2*sin(u)*cos(u)")
sd.rewrite("sin(4*x)", double)                      # 4*sin(x)*cos(x)*cos(2*x)
mine = sd.load_book("mine.book")                    # rules and functions, as `grammar/*.book` have them
sd.rewrite(e, mine, strategy=symdiff.strategies.once)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal, overload

from symdiff.algebra import Condition, condition, substitute, symbols_of
from symdiff.algebra.conditions import merge
from symdiff.book import Rule
from symdiff.book.entry import Kind
from symdiff.book.library import PHASES, Library, library, use_library
from symdiff.book.reader import Passage, Source, read
from symdiff.book.rules import read_rule
from symdiff.calculus.possible import possible
from symdiff.derivation import Derivation, InLine, Step
from symdiff.dims import name_of
from symdiff.errors import ParseError, RuleError, SymdiffError
from symdiff.expr import Expr
from symdiff.inputs import Declarations, Text, problem, read_problem, tell
from symdiff.rewriting import simplify as own_simplify
from symdiff.rewriting.cost import cost as shown
from symdiff.rewriting.rational.rearranged import expanded, factored_form
from symdiff.rewriting.rules import Table
from symdiff.rewriting.widened import widened
from symdiff.show import condition_text
from symdiff.strategies import Journal, Strategy, bottom_up, first, journal, once, repeat, told, top_down

if TYPE_CHECKING:
    from symdiff.equality import Equality

_RUNS = 8  # factors of a chain that a variable may stand for
_BY_NAME: dict[str, Callable[[Strategy], Strategy]] = {
    "bottom_up": lambda rules: repeat(bottom_up(rules)),
    "top_down": lambda rules: repeat(top_down(rules)),
    "once": once,
}


class _Own(Rule):
    """A rule whose variables have the kinds that they are used with, where it does not state them, and are real."""

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        stated = self._clauses[1]
        if all(kind.rank for kind in stated.values()) and stated:
            return stated
        try:
            used = read_problem([self.left.text]).exprs[0]
        except SymdiffError:
            return stated  # what is wrong is said where the rule is read
        found = {s.attr.name: kind for s in used.symbols if (kind := _kind_of(s)) is not None}
        return {**found, **stated}

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        real = [condition("real", v) for v in self.variables.values() if "complex" not in v.attr.properties]
        return (*super().conditions, *real)


def _kind_of(e: Expr) -> Kind | None:
    """The kind of a symbol with axes whose sizes are names or numbers."""
    sizes = tuple(str(dim) if isinstance(dim, int) else name_of(dim) for dim in e.shape)
    if not sizes or len(sizes) > 2 or None in sizes:
        return None
    return Kind("vector" if len(sizes) == 1 else "matrix", tuple(map(str, sizes)))


class RewriteRule:
    """Where its conditions hold, its left side may be replaced by its right side.

    Called with an expression it gives what the rule makes of it, of some of its factors or terms too, or None where it
    does not apply. `verdict` says whether the two sides are equal, and for what; a rule that is refuted is never made.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.name = rule.name
        self.left, self.right, self.conditions = rule.lhs, rule.rhs, rule.conditions
        known = {*symbols_of(self.left)}
        new = [s.attr.name for s in symbols_of(self.right) if s not in known and "dimension" not in s.attr.properties]
        if new:
            raise rule.right.error(f"the left side has no {', '.join(f'`{name}`' for name in new)}")
        if self.left.op == "symbol":
            raise rule.left.error("a name alone is everything: the left side says what the rule is about")

    @cached_property
    def _table(self) -> Table:
        """What the verdict names is assumed of a use, and recorded."""
        verdict = self.verdict
        return Table([self._rule], assuming=False, assumed=(*verdict.conditions, *verdict.holds_if), runs=_RUNS)

    def __call__(self, e: Expr) -> Expr | None:
        """What the rule makes of e, or None."""
        for found in self._table.rewritings(e):
            if found.after is not e:
                told().rewrite(self.name, e, found.after, found.conditions)
                return found.after
        if (wide := self._table.too_wide(e)) is not None:
            told().unsearched[wide] = None
        return None

    def reversed(self) -> RewriteRule:
        """The rule from right to left. ParseError where its right side lacks one of its variables."""
        text = f"{self._rule.right.text} -> {self._rule.left.text} {self._rule.clauses}"
        return rule(text, f"{self.name}, reversed")

    @cached_property
    def verdict(self) -> Equality:
        """Whether both sides are equal where the conditions hold."""
        from symdiff.equality import equal

        return equal(self.left, self.right, self.conditions)

    def __repr__(self) -> str:
        return f"{self._rule.left.text} -> {self._rule.right.text} {self._rule.clauses}".rstrip()


class Book:
    """A book that was read: its `rules`, what is known of them (`verdicts` by name), its `functions`.

    In a `with` block its functions may be written, and its rules with a phase are used like those of symdiff.
    """

    def __init__(self, source: Source) -> None:
        blocks = read(source)
        self.name = source.name
        self.functions = tuple(block.name for block in blocks if block.kind == "fn")
        self._library = Library([*library().sources, source])
        with use_library(self._library):
            own = [read_rule(block, PHASES, _Own) for block in blocks if block.kind == "rule"]
            self.rules = tuple(map(_trusted, own))

    @property
    def verdicts(self) -> dict[str, Equality]:
        """Of each rule whether it was proved: `ok` True, or None where that could not be decided."""
        return {one.name: one.verdict for one in self.rules}

    def __iter__(self) -> Iterator[RewriteRule]:
        return iter(self.rules)

    def __enter__(self) -> Book:
        self._open = use_library(self._library)
        self._open.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._open.__exit__(*raised)

    def __repr__(self) -> str:
        counts = f"{len(self.rules)} rules, {len(self.functions)} functions"
        return f"<{self.name}: {counts}>"


Rules = str | RewriteRule | Book | Strategy | Iterable["Rules"]


def rule(text: str, name: str | None = None) -> RewriteRule:
    """The rule `LEFT -> RIGHT [where CONDITIONS, KINDS]`; every name on the two sides is a variable.

    >>> rule("A*inv(B + A) -> eye(n) - B*inv(B + A) where A: matrix(n, n), B: matrix(n, n)")
    A*inv(B + A) -> eye(n) - B*inv(B + A) where A: matrix(n, n), B: matrix(n, n)

    A variable is a real scalar unless its kind is stated (`u: complex`, `k: integer`, `A: matrix(n, n)`) or follows
    from its use; a rule of scalars holds element by element too. The two sides are compared: RuleError, with numbers,
    where they are not equal; where that cannot be decided a warning says that the rule is taken on trust.
    """
    if not isinstance(text, str):
        raise SymdiffError("a rule is a text: LEFT -> RIGHT where CONDITIONS")
    body = text.strip()
    if "->" not in body:
        hint = f"write `{body.replace('=', '->', 1)}`" if body.count("=") == 1 else "LEFT -> RIGHT where CONDITIONS"
        raise ParseError("a rule says what becomes of what, by an arrow", text=body or " ", span=(0, 1), hint=hint)
    return _trusted(_Own(name or body, Passage(Source("rule", body), 0, body), "->"))


def load_book(path: str | PathLike[str]) -> Book:
    """The book in a file: rules, proved as `rule` does, and functions, in the notation of `grammar/*.book`.

    Errors name the file and the line; SymdiffError where it cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return Book(Source(fspath(path), file.read()))
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise SymdiffError(f"{fspath(path)!r} is not read: {why}") from error


def _trusted(own: _Own) -> RewriteRule:
    """A rule that is not refuted; told where it is taken on trust."""
    made = RewriteRule(own)
    verdict = made.verdict
    if verdict.ok is False:
        left = own.left
        only = f" (but right if {' and '.join(map(condition_text, verdict.holds_if))})" if verdict.holds_if else ""
        raise RuleError(
            f"{left.where}: `{made}` is wrong{only}\n{verdict.counterexample}",
            text=left.source.text,
            span=left.span,
        )
    if verdict.ok is None:
        under = " and ".join(map(condition_text, verdict.holds_if))
        said = f"holds if {under}, which each use assumes" if under else "could not be proved, and is taken on trust"
        tell(f"`{made}` {said}")
    return made


@overload
def rewrite(
    e: Text,
    rules: Rules,
    strategy: str | Callable[[Strategy], Strategy] = "bottom_up",
    declarations: Declarations = None,
    *,
    steps: Literal[False] = False,
    **keywords: Any,
) -> Expr: ...
@overload
def rewrite(
    e: Text,
    rules: Rules,
    strategy: str | Callable[[Strategy], Strategy] = "bottom_up",
    declarations: Declarations = None,
    *,
    steps: Literal[True],
    **keywords: Any,
) -> Derivation: ...
def rewrite(
    e: Text,
    rules: Rules,
    strategy: str | Callable[[Strategy], Strategy] = "bottom_up",
    declarations: Declarations = None,
    *,
    steps: bool = False,
    **keywords: Any,
) -> Any:
    """`e` rewritten by rules (texts, rules, books, functions of a node), whether that gets longer or shorter.

    `strategy` says where and how often they are tried: "bottom_up" and "top_down" at every node until nothing changes,
    "once" at the first place; or it makes a strategy of them by those in `symdiff.strategies`: `strategies.once`,
    `lambda rules: repeat(once(rules))`. `steps=True` gives the derivation: `.result`, `.steps` with the rules used,
    `.conditions`, and in `.remarks` what was too wide to be searched.

    SymdiffError where the rules go round in a circle, with their names; LimitError after `limits.rewritings` of them.
    """
    apply = strategy if callable(strategy) else _named(strategy)
    tried = first(*_strategies(rules))
    given = problem([e], (), declarations, keywords)
    start = given.exprs[0]
    with journal() as kept:
        after = apply(tried)(start)
    result = start if after is None else after
    if not steps:
        return given.worked_out(lambda part: apply(tried)(part) or part).shown(result)
    conditions = possible(merge(*(one.conditions for one in kept.used), widened(start, result)))
    remarks = tuple(f"not searched: {wide}" for wide in kept.unsearched)
    return Derivation(result, InLine(start, _lines(start, result, kept)), conditions, given.assumptions, remarks)


def simplified(e: Expr, rules: Rules = (), cost: Callable[[Expr], float] | None = None) -> Derivation:
    """A shorter form, by symdiff's own ways and by rules where they make nothing longer, with what was used."""
    length = cost or shown
    tried = first(*_strategies(rules))

    def guarded(node: Expr) -> Expr | None:
        after = tried(node)
        return None if after is None or length(after) > length(node) else after

    with journal() as kept:
        best = _shortest(e, length, kept)
        for start in (best, e):
            after = repeat(bottom_up(guarded))(start)
            while after is not None and length(again := _shortest(after, length, kept)) < length(best):
                best = again
                after = repeat(bottom_up(guarded))(best)
    conditions = possible(merge(*(one.conditions for one in kept.used), widened(e, best)))
    return Derivation(best, InLine(e, _lines(e, best, kept)), conditions)


def _shortest(e: Expr, length: Callable[[Expr], float], kept: Journal) -> Expr:
    """The shortest of an expression, its simplified, its multiplied out and its factored form."""
    simple = own_simplify(e, kept)
    if length is shown:
        return simple
    return min((simple, e, expanded(e), factored_form(e)), key=length)


def _named(strategy: str) -> Callable[[Strategy], Strategy]:
    if strategy not in _BY_NAME:
        raise SymdiffError(f"no strategy {strategy!r}", hint=f"one of {', '.join(_BY_NAME)}, or of symdiff.strategies")
    return _BY_NAME[strategy]


def _strategies(rules: Rules) -> list[Strategy]:
    if isinstance(rules, str):
        return [rule(rules)]
    if callable(rules):
        return [rules]
    return [strategy for one in rules for strategy in _strategies(one)]


def _lines(start: Expr, result: Expr, kept: Journal) -> Iterator[Step]:
    """Each use of a rule as a step of the whole; what shows in no line of its own belongs to the next."""
    line = start
    folded: list[Step] = []
    for one in kept.used:
        after = substitute(line, {one.before: one.after})
        own = Step(one.rule, one.before, one.after, one.conditions)
        if after is line:
            folded.append(own)
            continue
        yield Step(one.rule, line, after, merge(one.conditions, widened(line, after)), tuple(folded))
        line, folded = after, []
    if line is not result:
        yield Step("rewrite", line, result, widened(line, result), tuple(folded))
