"""The commands of the calculator by name, and which one a line is."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from symdiff.calculator import derivatives, forms, keeping, pictures
from symdiff.errors import ParseError, SymdiffError
from symdiff.syntax.names import NAME
from symdiff.syntax.scope import Scope

if TYPE_CHECKING:
    from symdiff.answer import Answer
    from symdiff.calculator.session import Session

_WORD = re.compile(r"\s*(:?)\s*([A-Za-z]+)(?=\W|\Z)")
_OWN = re.compile(rf":|\s*(:(?!\w)|≔|=(?!=)|,|∈|in\b)|'*\(\s*{NAME}(\s*,\s*{NAME})*\s*\)\s*(:=|≔|=(?!=))")


class Given(NamedTuple):
    """What a command is given: the line, the command's word, and where in the line the rest begins."""

    line: str
    word: str
    start: int

    @property
    def text(self) -> str:
        """What stands behind the word, without the remark at the end."""
        text = self.line[self.start :].split(" #", 1)[0].strip()
        return "" if text == "()" else text

    def error(self, message: str, hint: str | None = None) -> SymdiffError:
        """An error about the whole line."""
        span = (len(self.line) - len(self.line.lstrip()), max(1, len(self.line.rstrip())))
        return ParseError(message, text=self.line, span=span, hint=hint)


class Command(NamedTuple):
    """A command: `argument` is `""` where it takes nothing, in square brackets where it may be left out.

    `outside` ones do something outside the session (they read or write files, or leave), or change nothing in it.
    """

    name: str
    argument: str
    help: str
    subject: str
    run: Callable[[Session, Given], Answer]
    also: tuple[str, ...] = ()
    outside: bool = False


def command_in(line: str, scope: Scope) -> tuple[Command, Given] | None:
    """The command that a line begins with: by `:`, or by a word that is no name of the user's.

    Raises ParseError with the nearest names where there is no such command.
    """
    found = _WORD.match(line)
    if found is None:
        if line.lstrip().startswith(":") and not line.lstrip().startswith(":="):
            raise ParseError("a command is a word", text=line, span=(0, len(line.rstrip())), hint="see `:help`")
        return None
    colon, word = found.groups()
    named = _BY_NAME.get(word)
    if not colon and (named is None or scope.declares(word) or _OWN.match(line, found.end())):
        return None
    given = Given(line, word, found.end())
    if named is None:
        raise ParseError(f"there is no command `{word[:40]}`", text=line, span=found.span(2), hint=meant(word))
    return named, given


def meant(word: str) -> str:
    """A hint with the commands that are most like a word."""
    near = nearest(word)
    return f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else "see `help`"


def nearest(word: str) -> list[str]:
    """Up to two commands that are much like a word."""
    begun = [name for name in _BY_NAME if len(word) > 1 and name.startswith(word)]
    return begun[:2] or get_close_matches(word[:40], _BY_NAME, n=2, cutoff=0.7)


def help(session: Session, given: Given) -> Answer:
    """The commands, one a line, or what there is to say of a name."""
    from symdiff.answer import Answer

    if given.text:
        from symdiff.reference import article

        return Answer("\n\n".join(one.text() for one in article(given.text)).split("\n"))
    lines = list(_LANGUAGE)
    subject = ""
    for command in COMMANDS.values():
        lines += [""] if command.subject != subject else []
        subject = command.subject
        form = f"{command.name} {command.argument}"
        lines += [f"{form:<32}{command.help}"] if len(form) < 32 else [form, f"{'':<32}{command.help}"]
    return Answer([*lines, "", "A command may be written with `:` in front, and has to be where its word is a name."])


_LANGUAGE = """\
x: vector(n); A: matrix(n, n)   declare names; what is not declared is inferred and said
f(x) := x'*A*x                  define; `y = ...` defines too
grad(f(x), x)                   differentiate: d/dx f, diff, grad, jacobian, hessian, d(f)
x^2 where x = 3                 put in; f(3), f'(3) too
ans, _, ans1                    the last result, the first   # a comment""".splitlines()

_OF_ONE = "[EXPRESSION]"
_D, _F, _S = "derivatives", "forms", "the session"
COMMANDS = {
    command.name: command
    for command in (
        Command("steps", _OF_ONE, "the derivation of a derivative, or of the last one", _D, derivatives.steps),
        Command("hint", "[EXPRESSION | N]", "the next step of a derivation, in words", _D, derivatives.hint),
        Command("check", _OF_ONE, "whether a derivative is right, by three oracles", _D, derivatives.check),
        Command("verify", "[CLAIM]", "whether `left = right` follows, or the lines after it", _D, derivatives.verify),
        Command("equal", "LEFT = RIGHT", "whether two sides agree", _D, derivatives.equal),
        Command("explain", "RULE", "a rule: what it says, why, an example", _D, derivatives.explain),
        Command("simplify", _OF_ONE, "a shorter form", _F, forms.simplify),
        Command("expand", _OF_ONE, "products multiplied out", _F, forms.expand),
        Command("factor", _OF_ONE, "a product of factors", _F, forms.factor),
        Command("plot", "[FORMULA] [--at POINT] [-o FILE]", "a curve with its tangent, or contours, to a file",
                _F, pictures.plot, outside=True),
        Command("graph", "[EXPRESSION] [--at x = 1] [-o FILE]", "the steps of an expression, and the backward pass",
                _F, pictures.graph, outside=True),
        Command("shape", _OF_ONE, "scalar, vector(n), matrix(m, n) ...", _F, forms.shape),
        Command("latex", _OF_ONE, "in LaTeX", _F, forms.latex),
        Command("unicode", _OF_ONE, "as a textbook writes it", _F, forms.unicode),
        Command("to", "numpy [EXPRESSION]", "code", _F, forms.to),
        Command("digits", "[N]", "how many digits closed values have", _F, forms.digits),
        Command("names", "", "what is declared and defined", _S, keeping.names),
        Command("results", "", "what was found so far: ans1, ans2 ...", _S, keeping.results),
        Command("forget", "NAME ...", "take names their meaning", _S, keeping.forget),
        Command("clear", "", "forget all names and results", _S, keeping.clear),
        Command("save", "FILE", "write the lines of the session to a file", _S, keeping.save, outside=True),
        Command("load", "FILE", "answer the lines of a file", _S, keeping.load, outside=True),
        Command("help", "[NAME]", "this page; a function, a rule, a command by its name", _S, help),
        Command("quit", "", "leave; so does the end of the input", _S, keeping.leave, ("exit",), True),
    )
}  # fmt: skip
"""The commands by name, in the order in which help tells them."""

_BY_NAME = {name: command for command in COMMANDS.values() for name in (command.name, *command.also)}
