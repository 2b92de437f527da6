"""What there is, by name: functions, rules, notation, commands and options, each as an `Article`.

`symdiff help NAME`, `help NAME` in the calculator and the documentation say the same, because it comes from here:

article("softplus")[0].text()          one page
contents()["function"]["Activations"]                   their names

Nothing is stored that is known elsewhere: functions and rules are told by the books, commands by their table, options
by the parser of the command line; `grammar/reference.txt` has what is in none of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from symdiff.book import Entry, Law, Rule, library
from symdiff.book.reader import Block, Passage, Source, read
from symdiff.errors import SymdiffError, UnknownNameError, alike
from symdiff.resources import read_data

if TYPE_CHECKING:
    from argparse import Action

    from symdiff.calculator import Command

FUNCTION, NOTATION, RULE, COMMAND, SHELL, OPTION = "function", "notation", "rule", "command", "shell", "option"
KINDS = {
    FUNCTION: "functions", NOTATION: "notation", COMMAND: "commands of the calculator",
    SHELL: "commands of the shell", OPTION: "options of the shell", RULE: "rules",
}  # fmt: skip
_DIFFERENTIATION = "Rules of differentiation"
_WIDE, _MARGIN = 98, 16


class Article(NamedTuple):
    """What there is to say of a name.

    `kind` is one of `KINDS`, `subject` the heading it stands under, `forms` are the ways it is written, `summary` says
    what it is. `fields` are texts by name in their order (`means`, `derivative`, `domain`, `by convention`, `also`,
    `see`, `source` …), `examples` pairs of a line and its answer.
    """

    name: str
    kind: str
    subject: str
    forms: tuple[str, ...]
    summary: str
    fields: Mapping[str, str] = {}
    examples: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """The article as a page of text."""
        from textwrap import wrap

        title = [self.name] if self.kind == RULE else []
        lines = [*title, *self.forms, *wrap(self.summary, _WIDE, initial_indent="  ", subsequent_indent="  ")]
        told = [*self.fields.items(), *(("example", f"{line}  gives  {answer}") for line, answer in self.examples)]
        before = ""
        for name, said in told:
            head = "" if name == before else name
            before = name
            pieces = wrap(said, _WIDE - _MARGIN, break_long_words=False)
            lines += [f"  {head if k == 0 else '':<{_MARGIN - 2}}{piece}" for k, piece in enumerate(pieces)]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


class Item(NamedTuple):
    """A line of the contents: the names something is found by, the first its own, and what makes its article."""

    names: tuple[str, ...]
    kind: str
    subject: str
    make: Callable[[], Article]


def article(name: str) -> list[Article]:
    """The articles of a name: `solve` is a function, and solves equations; `verify` is a command in two places.

    UnknownNameError with the nearest names for one that there is not.
    """
    plain = " ".join(name.split()).removeprefix(":").removesuffix("()")
    asked, every = plain.casefold(), items()
    for tried in (plain, asked, asked.lstrip("-"), f"--{asked}"):
        found = [one for one in every if tried in one.names]
        found = found or [one for one in every if tried in map(str.casefold, one.names)]
        if found:
            return [one.make() for one in found]
    known = {other.casefold(): other for one in every for other in one.names}
    held = [other for other in known if len(asked) > 2 and asked in other]
    near = [known[k] for k in dict.fromkeys([*held, *alike(asked, known, n=4)])][:5]
    hint = f"did you mean {', '.join(f'`{other}`' for other in near)}?" if near else "`help` lists what there is"
    raise UnknownNameError(f"there is nothing called `{name.strip()[:60]}`", hint=hint)


def articles() -> list[Article]:
    """All articles: notation, functions in the order of the books, rules, commands, options."""
    return [one.make() for one in items()]


def contents() -> dict[str, dict[str, list[str]]]:
    """The names of all articles, by kind and subject."""
    found: dict[str, dict[str, list[str]]] = {kind: {} for kind in KINDS}
    for one in items():
        names = found[one.kind].setdefault(one.subject, [])
        names += [one.names[0]] if one.names[0] not in names else []
    return found


def overview() -> str:
    """What there is by subject, its names alone."""
    from textwrap import wrap

    lines: list[str] = []
    for kind, subjects in contents().items():
        lines.append(KINDS[kind].upper())
        for subject, names in subjects.items():
            whole = f"{subject}: {', '.join(names)}" if subject else ", ".join(names)
            lines += wrap(whole, _WIDE, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        lines.append("")
    return "\n".join([*lines, "`help NAME` tells more; behind `symdiff`, and in the calculator."])


def signatures() -> dict[str, str]:
    """How each function is called, of the language and of the books: `{"grad": "grad(f, x)", "tr": "tr(X)", …}`."""
    written = (one.make() for one in _notation())
    found = {one.name: one.forms[0] for one in written if one.forms[0].startswith(f"{one.name}(")}
    for name in library().functions():
        entry = library().overloads(name)[0]
        for called in (name, *(_text(entry.block, "also") or "").split()):
            found.setdefault(called, _signature(entry))
    return found


def items() -> list[Item]:
    """Everything that has an article."""
    return [*_notation(), *_functions(), *_rules(), *_commands(), *_shell()]


# what is written


def _notation() -> Iterator[Item]:
    source = Source("reference.txt", read_data("reference.txt"))
    for block in read(source):
        yield Item(_names(block), NOTATION, subject(block.header), partial(_written, block))


def _written(block: Block) -> Article:
    forms = tuple(form.strip() for form in (_text(block, "says") or "").split(";"))
    fields = _fields(block, {"by convention": "holds", "also": "also", "see": "see"})
    where = subject(block.header)
    return Article(block.name, NOTATION, where, forms, _text(block, "reads") or "", fields, _examples(block))


# functions


def _functions() -> Iterator[Item]:
    for name in library().functions():
        for entry in library().overloads(name):
            names = (name, *(_text(entry.block, "also") or "").split())
            yield Item(names, FUNCTION, subject(entry.block.header), partial(_function, entry))


def _function(entry: Entry) -> Article:
    """What the book says of a function: its meaning, derivative and domain, its conventions and where it is from."""
    summary = _text(entry.block, "reads") or _text(entry.block, "note") or ""
    if entry.elementwise:
        summary += "; element by element"
    called = f"{entry.name}({', '.join(param.name for param in entry.params)})"
    fields: dict[str, str] = {}
    if (means := _text(entry.block, "def")) is not None:
        fields["means"] = f"{called} = {means}"
    if (moves := _text(entry.block, "d")) is not None:
        fields["derivative"] = _derivative(entry) or f"d({called}) = {moves}"
    for title, name in (("defined for", "domain"), ("smooth for", "smooth"), ("values", "range"), ("gives", "gives")):
        if said := [" ".join(passage.text.split()) for passage in entry.block.all(name)]:
            fields[title] = "; ".join(said)
    if _text(entry.block, "reads") and (note := _text(entry.block, "note")):
        fields["by convention"] = note
    also = ", ".join((_text(entry.block, "also") or "").split())
    fields |= {"also": also} if also else {}
    fields |= {"source": source} if (source := _text(entry.block, "source")) else {}
    where = subject(entry.block.header)
    return Article(entry.name, FUNCTION, where, (_signature(entry),), summary, fields, _examples(entry.block))


def _signature(entry: Entry) -> str:
    """How a function is called: `sum(x, axis=, keepdims=)`, `leaky_relu(x, a=1/100)`."""
    given = []
    for param in entry.params:
        name = f"{param.name}, ..." if param.variadic else param.name
        given.append(name if param.default is None else f"{name}={param.default.text}")
    return f"{entry.name}({', '.join([*given, *(f'{keyword}=' for keyword in entry.keywords)])})"


def _derivative(entry: Entry) -> str | None:
    """The derivative of a function of one number as people write it."""
    if not entry.elementwise or len(entry.params) != 1:
        return None
    from symdiff.algebra import symbol
    from symdiff.book import apply
    from symdiff.calculus.derive import diff

    x = symbol(entry.params[0].name)
    try:
        f = apply(entry.name, [x])
        return f"d/d{x.attr.name} {f} = {diff(f, x)}"
    except SymdiffError:  # what is told of differentials then
        return None


# rules


def _rules() -> Iterator[Item]:
    from symdiff.explanations import abouts

    told = {block.name for block in abouts()}
    for block in abouts():
        yield Item(_names(block), RULE, _DIFFERENTIATION, partial(_explained, block))
    for statement in library().statements():
        if statement.name not in told:
            yield Item((statement.name,), RULE, subject(statement.left), partial(_stated, statement))


def _explained(block: Block) -> Article:
    from symdiff.explanations import explain

    statement = explain(block.name).statement
    shown = {"holds for": "holds", "needs": "needs", "because": "because", "often wrong": "wrong", "also": "also"}
    fields = _fields(block, shown | {"see": "see", "source": "source"})
    summary = _text(block, "reads") or ""
    return Article(block.name, RULE, _DIFFERENTIATION, (statement,), summary, fields, _examples(block))


def _stated(statement: Rule | Law) -> Article:
    form = f"{statement.left.text} {'->' if statement.phase else '='} {statement.right.text}"
    clauses = " ".join(statement.clauses.split())
    return Article(statement.name, RULE, subject(statement.left), (" ".join(form.split()),), clauses)


# commands


def _commands() -> Iterator[Item]:
    from symdiff.calculator import COMMANDS

    for one in COMMANDS.values():
        yield Item((one.name, *one.also), COMMAND, one.subject, partial(_command, one))


def _command(one: Command) -> Article:
    fields = {"also": ", ".join(one.also)} if one.also else {}
    return Article(one.name, COMMAND, one.subject, (f"{one.name} {one.argument}".rstrip(),), one.help, fields)


def _shell() -> Iterator[Item]:
    from symdiff import cli

    for name in (*cli.COMMANDS, *cli.MODULES):
        yield Item((name,), SHELL, "", partial(_word, name))
    for option in cli.parser().options():
        yield Item(tuple(reversed(option.option_strings)), OPTION, "", partial(_option, option))


def _word(name: str) -> Article:
    """A command of the shell: what its module says of it."""
    from symdiff import cli

    if name in cli.COMMANDS:
        form, said = f"symdiff {name} EXPRESSION --wrt NAMES", f"what `{name}` gives, by each of the names"
    else:
        module = import_module(f"symdiff.commands.{cli.MODULES[name]}")
        form, _, said = (module.__doc__ or "").strip().partition("\n")[0].partition(": ")
    return Article(name, SHELL, "", (form.replace("`", ""),), said, {"options": f"symdiff {name} --help"})


def _option(option: Action) -> Article:
    takes = " | ".join(option.choices or ()) or option.metavar or ""
    names = ", ".join(option.option_strings)
    return Article(option.option_strings[-1], OPTION, "", (f"{names} {takes}".rstrip(),), option.help or "")


# books


def subject(passage: Passage) -> str:
    """The heading that a passage of a book stands under: a comment with an empty line before and behind it."""
    found = re.findall(r"\n\n# ((?:.+\n# ?)*.+)\n\n", passage.source.text[: passage.start])
    return re.split(r"[.;] ?|\n", found[-1])[0] if found else ""


def _names(block: Block) -> tuple[str, ...]:
    also = _text(block, "also")
    return tuple(name.strip() for name in (block.name, *(also.split(",") if also else ())))


def _text(block: Block, name: str) -> str | None:
    passage = block.get(name)
    return None if passage is None else " ".join(passage.text.strip('"').split())


def _fields(block: Block, names: Mapping[str, str]) -> dict[str, str]:
    return {title: said for title, name in names.items() if (said := _text(block, name)) is not None}


def _examples(block: Block) -> tuple[tuple[str, str], ...]:
    """The examples of a book, each `line = answer`; tests prove them."""
    lines = (" ".join(passage.text.strip('"').split()).rpartition(" = ") for passage in block.all("example"))
    return tuple((line, answer) for line, _, answer in lines)
