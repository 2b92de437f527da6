"""What a rule says: its statement and conditions, why it is true, a number, what is often done wrong.

What learners are told of the rules of differentiation stands in `grammar/explanations.txt`; of functions and of rules
of rewriting the books say enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from symdiff.algebra import symbol
from symdiff.book import Entry, Law, Statement, apply, library
from symdiff.book.meaning import Meanings, read_expression
from symdiff.book.reader import Block, Passage, Source, read
from symdiff.calculus.derive import differential as derived
from symdiff.dims import size
from symdiff.errors import SymdiffError, UnknownNameError, alike
from symdiff.evaluation import evaluate
from symdiff.expr import Expr
from symdiff.resources import read_data

FIELDS = ("here", "reads", "holds", "needs", "because", "example", "number", "wrong", "see", "source")
_SHOWN = {"holds": "holds for", "number": "a number", "wrong": "often wrong", "see": "see also"}
_WIDE, _MARGIN = 98, 18  # columns of a page, and of what stands before its text
_STEP = 0.01
_FIRST = " (first entries)"
_VALUES: dict[int, Sequence[Any]] = {
    0: (2.0, 3.0, 5.0),
    1: ([1.0, 2.0], [3.0, 1.0], [2.0, 5.0]),
    2: ([[2.0, 1.0], [1.0, 3.0]], [[1.0, 2.0], [0.0, 1.0]], [[4.0, 1.0], [2.0, 1.0]]),
}


class Explanation(NamedTuple):
    """A rule explained: its name, its statement, and `fields`, texts by name in the order of `FIELDS`."""

    rule: str
    statement: str
    fields: Mapping[str, str]

    def text(self) -> str:
        """The explanation as a page."""
        fits = len(self.rule) + 2 <= _MARGIN
        lines = [] if fits else [self.rule]
        lines += _wrapped(self.rule if fits else "  says", self.statement) if self.statement else [self.rule][:fits]
        for name, said in self.fields.items():
            lines += _wrapped(f"  {_SHOWN.get(name, name)}", said)
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def _wrapped(head: str, said: str) -> Iterator[str]:
    from textwrap import wrap

    for k, line in enumerate(wrap(said, _WIDE - _MARGIN, break_long_words=False)):
        yield f"{head if k == 0 else '':<{_MARGIN}}{line}"


def explain(rule: str) -> Explanation:
    """The explanation of a rule by its name: "product rule", "derivative of sin", or "sin", "Woodbury identity".

    >>> sd.explain("chain rule").statement
    "diff(f(g(x)), x) = f'(g(x))*g'(x)"

    UnknownNameError with the nearest names for one that no derivation and no book uses.
    """
    if not isinstance(rule, str):
        raise SymdiffError("a rule is explained by its name")
    name = " ".join(rule.split())
    told = {key: block for block in abouts() for key in _names(block)}
    statements = {s.name.casefold(): s for s in library().statements()}
    plain = name.casefold()
    for asked in (plain, *_beside_a_line(plain)):
        if asked in told:
            return _of_block(told[asked])
        if asked in statements:
            return _of_statement(statements[asked])
    for known in (name, plain.removeprefix("derivative of ").removeprefix("definition of ")):
        if (entry := library().function(known)) is not None:
            return _of_function(entry)
    every = [*told, *statements, *library().functions()]
    near = [n for n in every if plain in n] or alike(plain, every, n=3)
    raise UnknownNameError(
        f"no rule is called {name[:60]!r}",
        hint=f"is one of these meant: {', '.join(list(dict.fromkeys(near))[:5])}?" if near else None,
    )


def _beside_a_line(reason: str) -> Iterator[str]:
    """The rules that a reason may name: `chain rule, inside x^2`, `insert dr; collect`, `r = A*x - b`."""
    for part in reason.split("; "):
        yield re.sub(r"(,? (inside|n =) .*|: .*)\Z", "", part)
        yield re.sub(r"(insert|factor out) .*|\w+ = .*", lambda m: m[1] or "insert", part)


def explained(rule: str, line: str) -> Explanation:
    """The explanation of a rule beside a line that uses it; of one that nothing more is said of, the line alone."""
    try:
        told = explain(rule)
    except UnknownNameError:
        return Explanation(rule, "", {"here": line})
    return told._replace(fields={"here": line, **told.fields})


@cache
def _shipped() -> tuple[Block, ...]:
    return tuple(read(Source("explanations.txt", read_data("explanations.txt"))))


def abouts() -> tuple[Block, ...]:
    """What is told of rules: by symdiff, and by the books of users."""
    return (*_shipped(), *library().abouts)


def _names(block: Block) -> list[str]:
    also = block.get("also")
    return [name.strip().casefold() for name in (block.name, *(also.text.split(",") if also else ()))]


def _of_block(block: Block) -> Explanation:
    known = next((law for law in library().laws() if law.name == block.name), None)
    says = block.get("says")
    law = known if says is None else Law(block.name, says, "=")
    if law is None:
        raise block.header.error(f"`{block.name}` says nothing, and no law is called so")
    fields = {name: passage.text.strip('"') for name, passage in block.fields if name in FIELDS}
    if (number := in_numbers(law)) is not None:
        fields["number"] = number
    elif known is not None and (number := in_numbers(known)) is not None:  # of one case of it
        fields["number"] = f"{known.left.text}, {number}"
    return Explanation(block.name, _written(law, "="), _ordered(fields))


def _of_statement(statement: Statement) -> Explanation:
    fields = {} if (number := in_numbers(statement)) is None else {"number": number}
    return Explanation(statement.name, _written(statement, "->" if statement.phase else "="), fields)


def _written(statement: Statement, arrow: str) -> str:
    return " ".join(f"{statement.left.text} {arrow} {statement.right.text} {statement.clauses}".split())


def _ordered(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in FIELDS if name in fields}


def _of_function(entry: Entry) -> Explanation:
    """What the book says of a function, with its derivative as the statement."""
    called = f"{entry.name}({', '.join(p.name for p in entry.params)})"
    moves, meaning = entry.field("d"), entry.field("def")
    statement = f"d({called}) = {moves}" if moves else f"{called} = {meaning}"
    needs = [passage.text for name in ("domain", "smooth") for passage in entry.block.all(name)]
    fields = {"needs": ", ".join(dict.fromkeys(needs))} if needs else {}
    if moves and meaning:
        fields["reads"] = f"{called} = {' '.join(meaning.split())}"
    for name, said in (("holds", "note"), ("source", "source")):
        if (text := entry.field(said)) is not None:
            fields[name] = text
    if examples := entry.block.all("example"):
        fields["example"] = examples[0].text
    if (number := _of_one(entry)) is not None:
        fields["number"] = number
    return Explanation(f"derivative of {entry.name}", " ".join(statement.split()), _ordered(fields))


def in_numbers(statement: Statement) -> str | None:
    """The statement at a point: both sides of an identity, or a small change and what the rule says of it.

    None where it has no value there, or is of things that are no numbers, vectors or matrices.
    """
    variables = {name: v for name, v in statement.variables.items() if "dimension" not in v.attr.properties}
    if not variables or any(v.rank > 2 for v in variables.values()):
        return None
    values: dict[str, Any] = {}
    for name, v in variables.items():
        met = sum(variables[known].rank == v.rank for known in values)
        values[name] = _VALUES[v.rank][met % len(_VALUES[v.rank])]
    inner = _differentiated(statement.left)
    given = Meanings(dict(variables), {name: size(name) for kind in statement.kinds.values() for name in kind.sizes})
    try:
        if inner is not None:
            return _change(read_expression(inner, given), _read(statement.right, given), values)
        both = evaluate(statement.lhs, values)
    except SymdiffError:
        return None
    return f"{_at(values)}: both sides are {_number(both)}{_FIRST if both.ndim else ''}"


def _of_one(entry: Entry) -> str | None:
    """A small change of a function of one number, and what its derivative says of it."""
    if not entry.elementwise or len(entry.params) != 1 or not entry.field("d"):
        return None
    x = symbol(entry.params[0].name)
    f = apply(entry.name, [x])
    for value in (0.5, 2.0):
        try:
            return _change(f, derived(f, x), {x.attr.name: value})
        except SymdiffError:
            continue
    return None


def _change(f: Expr, rule: Expr, values: Mapping[str, Any]) -> str:
    moves = {name: _moved(value, 0) for name, value in values.items()}
    before, after = evaluate(f, values), evaluate(f, {name: _moved(value, 1) for name, value in values.items()})
    said = evaluate(rule, values, differentials=moves)
    small = " = ".join(f"d{name}" for name in values)
    change = f"{_number(after)} - {_number(before)} = {_number(after - before)}"
    return f"{_at(values)}, {small} = {_STEP:g}: {change}; the rule says {_number(said)}{_FIRST if said.ndim else ''}"


def _differentiated(passage: Passage) -> Passage | None:
    """What stands in the brackets of d(…), where that is the whole passage."""
    text = passage.text
    if not text.startswith("d("):
        return None
    depth = 0
    for k, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and not depth:
            return passage.part(2, k) if k == len(text) - 1 else None
    return None


def _read(passage: Passage, given: Meanings) -> Expr:
    import symdiff.calculus.lists  # noqa: F401  (works out the differentials in it)

    return read_expression(passage, given)


def _moved(value: Any, times: int) -> Any:
    if isinstance(value, list):
        return [_moved(part, times) for part in value]
    return times * value + _STEP


def _at(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_plain(value)}" for name, value in values.items())


def _plain(value: Any) -> str:
    if not isinstance(value, list):
        return f"{value:g}"
    rows = [", ".join(f"{x:g}" for x in row) if isinstance(row, list) else f"{row:g}" for row in value]
    return f"[{('; ' if isinstance(value[0], list) else ', ').join(rows)}]"


def _number(value: Any) -> str:
    """A number to six digits; of an array the first entry."""
    return f"{float(value.reshape(-1)[0].real):.6g}"
