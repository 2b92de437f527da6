"""The command `symdiff`: derivatives from a shell.

Results and their conditions go to stdout; what was assumed, notes and errors to stderr. The exit code is 0
for good, 1 for a check that disagreed, 2 for usage or input, 3 for what is not supported or over a limit, 130
when interrupted; of several texts it is that of the first that was not good.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from symdiff import streams
from symdiff.errors import SymdiffError
from symdiff.streams import DISAGREED, GOOD, INPUT, INTERRUPTED, complain, require_open, say, told_error

if TYPE_CHECKING:
    from symdiff.answer import Answer, Request
    from symdiff.calculator import Session
    from symdiff.commands.arguments import Parser

COMMANDS = ("grad", "diff", "jacobian", "hessian", "differential")
MODULES = {  # commands with options of their own, each a module with `run(argv)`
    "explain": "explaining",
    "simplify": "rewriting",
    "expand": "rewriting",
    "factor": "rewriting",
    "verify": "verification",
    "equal": "equality",
    "worksheet": "worksheet",
    "graph": "drawing",
    "plot": "plotting",
    "help": "helping",
}
VALUE_OPTIONS = ("--wrt", "--let", "--to", "--structure", "--layout", "--detail", "-o", "--output")
_NOTATIONS = (
    ("--latex", "latex", "latex"),
    ("--unicode", "unicode", "unicode"),
    ("--ascii", "ascii", "ascii"),
    ("--index", "index", "index notation: [i, k] -> sum(j, A[i, j]*B[j, k])"),
    ("--kron", "kron", "a derivative by a matrix as the matrix by vec: kron(B', A)"),
)

USAGE = """\
symdiff grad "x'*A*x" --wrt x [--let "x: vector(n); A: matrix(n, n)"] [options]
       symdiff diff | jacobian | hessian | differential ...
       symdiff "d/dx x^2 sin(x)"
       symdiff simplify "sin(x)^2 + cos(x)^2"
       symdiff verify FILE | explain "product rule" | worksheet --topic "chain rule"
       symdiff verify FILE|-                    (is this derivation right?)
       symdiff equal "sin(2x)" "2 sin(x) cos(x)"
       symdiff graph "2*x'*x" --at "x = [0, 1, 2, 3]" [-o graph.svg]
       symdiff plot "3x^2 - 4x" --at 1 -o tangent.png
       symdiff help softplus                    (a function, a rule, a command, an option)
       symdiff                                  (the calculator: a line, an answer)
       echo "3*x^2 - 4*x" | symdiff diff - --wrt x"""


class Options:
    """What the command is given, as it is where an option is left out."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.wrt: list[str] = []
        self.let: list[str] = []
        self.structure: str | None = None
        self.layout: str | None = None
        self.detail: str | None = None
        self.steps = self.check = self.strict = self.json = False
        self.notation = "text"
        self.to: str | None = None
        self.output: str | None = None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments; gives the exit code and never lets an exception out."""
    require_open()
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away: there is nothing more to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return GOOD
    except Exception as error:  # a user never sees a traceback
        message, code = told_error(error)
        complain(message)
        return code


def _run(argv: list[str]) -> int:
    options = Options()
    if argv and argv[0] in MODULES:
        return int(import_module(f"symdiff.commands.{MODULES[argv[0]]}").run(argv))
    if argv == ["--version"]:
        from symdiff import __version__

        say(f"symdiff {__version__}")
        return GOOD
    given = in_order(argv, VALUE_OPTIONS)
    if given[0] == "--":  # no option: nothing waits for argparse
        options.words = given[1:]
    else:
        try:
            parser().parse_args(given, options)
        except SystemExit as done:  # argparse has said why
            return INPUT if done.code else GOOD
    streams.ascii_alone = options.notation == "ascii"
    words = options.words
    kind = words.pop(0) if len(words) > 1 and words[0] in COMMANDS else None
    may_be = kind is None and len(words) > 0 and (len(words) > 1 or not options.let)
    unknown = _unknown_command(words[0], len(words) == 1) if may_be else None
    if unknown is not None:
        complain(f"error: {unknown}")
        return INPUT
    problem = _usage_problem(kind, words, options)
    if problem:
        parser().print_usage(sys.stderr)
        complain(f"error: {problem}")
        return INPUT

    if not words:
        from symdiff import repl

        return repl.run(lambda: _session(options), at_once=bool(options.let))
    request = _request(kind, options)
    texts = _lines() if words == ["-"] else words
    if options.output is not None:
        return _write(request, texts, options.output)
    codes = [_answer(request, text) for text in texts]
    return next((code for code in codes if code != GOOD), GOOD)


def _session(options: Options) -> Session:
    from symdiff.calculator import Session

    return Session(_request(None, options))


def _request(kind: str | None, options: Options) -> Request:
    from symdiff.answer import Request

    return Request(
        kind=kind,
        wrt=split_names(options.wrt),
        declarations="\n".join(options.let),
        notation="text" if options.notation == "ascii" else options.notation,
        steps=options.steps or options.detail is not None,
        detail=options.detail or "textbook",
        check=options.check,
        strict=options.strict,
        json=options.json,
        code=options.to is not None or (options.output or "").endswith(".py"),
        structure=options.structure,
        layout=options.layout,
        ascii=options.notation == "ascii",
    )


def _usage_problem(kind: str | None, words: list[str], options: Options) -> str | None:
    if not words and (options.json or options.to or options.output):
        return "an expression is needed, or `-` for lines from standard input"
    if words and words[0] in COMMANDS:
        return "an expression is needed"
    if len(words) > 1:
        return "one expression at a time; quote it so that the shell leaves it whole"
    if kind not in (None, "differential") and not options.wrt:
        return f"{kind} by which variable? name it with --wrt"
    if kind is None and options.wrt:
        return "--wrt goes with a command: symdiff grad EXPRESSION --wrt x"
    if options.notation == "kron" and options.layout == "denominator":
        return "--kron prints the derivative of vec(F) by vec(X)', which is in numerator layout"
    if options.json and options.output:
        return "--json prints lines; it writes no file"
    if options.check and kind == "differential":
        return "--check is for grad, diff, jacobian and hessian"
    return None


def _unknown_command(word: str, alone: bool) -> str | None:
    """What is to be said of a first word that is no command but is much like one; `alone` it may be an expression."""
    from difflib import get_close_matches

    if word in (*COMMANDS, *MODULES) or not word.isalpha() or len(word) < 3:
        return None
    near = get_close_matches(word[:40], (*COMMANDS, *MODULES), n=1, cutoff=0.75)
    if near:
        return f"there is no command `{word}`; did you mean `{near[0]}`?"
    if alone and len(word) > 3:
        from symdiff.calculator import COMMANDS as words

        if word in words:
            return f"`{word}` is a command of the calculator, which `symdiff` alone starts"
    return None


def in_order(argv: Sequence[str], with_values: Collection[str]) -> list[str]:
    """The arguments as argparse can read them: options first, then `--`, then the rest.

    `-x^2` is an expression and not an option: an option begins with two dashes, or is `-h` or `-o`. Those `with_values`
    take what stands behind them, whatever it begins with.
    """
    options: list[str] = []
    words: list[str] = []
    rest = iter(argv)
    for word in rest:
        if word == "--":
            words += rest
        elif word in with_values:
            value = next(rest, None)
            options.append(word if value is None else f"{word}={value}")
        elif word.startswith("--") or word == "-h":
            options.append(word)
        else:
            words.append(word)
    return [*options, "--", *words]


def split_names(texts: Sequence[str]) -> tuple[str, ...]:
    """Variables separated by commas outside brackets: `x, A[1, 2]` are two."""
    found: list[str] = []
    for text in texts:
        depth = start = 0
        for place, char in enumerate(text + ","):
            depth += (char in "([{") - (char in ")]}")
            if char == "," and (depth <= 0 or place == len(text)):
                found.append(text[start:place].strip())
                start = place + 1
    return tuple(found)


def parser() -> Parser:
    """The parser of the options that stand with an expression."""
    from argparse import SUPPRESS

    from symdiff.commands.arguments import Parser

    parser = Parser("symdiff", "Derivatives of scalars, vectors, matrices and tensors.", USAGE)
    add = parser.add_argument
    add("words", nargs="*", help=SUPPRESS)
    add(
        "--wrt",
        action="append",
        metavar="NAMES",
        help="differentiate by these: x, or x,A, or x[1]",
    )
    add("--let", action="append", metavar="TEXT", help='declarations: "x: vector(n); t: scalar"')
    add(
        "--structure",
        choices=["free", "projected"],
        help="by a structured matrix: by its free entries, or projected on its tangent space",
    )
    add(
        "--layout",
        choices=["numerator", "denominator"],
        help="the axes of the function first, or those of the variable",
    )
    add("--steps", action="store_true", help="show the derivation")
    add("--detail", choices=["result", "textbook", "full"], help="how much of it: every rule, or the result alone")
    add("--check", action="store_true", help="check the result by three oracles and say what was tried")
    add("--strict", action="store_true", help="refuse names that are not declared")
    shown = parser.add_mutually_exclusive_group()
    for option, notation, said in _NOTATIONS:
        shown.add_argument(option, dest="notation", action="store_const", const=notation, help=f"print {said}")
    add("--json", action="store_true", help="print a JSON object a line")
    add("--to", choices=["numpy"], help="print code")
    add("-o", "--output", metavar="FILE", help="write a file in place of printing: .html .tex .md .svg .png .py")
    return parser


def _lines() -> list[str]:
    """The texts on stdin."""
    try:
        return lines_of(sys.stdin.read())
    except UnicodeDecodeError as error:
        raise SymdiffError(f"standard input is not text in {error.encoding}") from error


def lines_of(whole: str) -> list[str]:
    """The texts, one a line; declarations on a line of their own hold for the lines after them."""
    from symdiff.syntax.declarations import split_declarations

    texts: list[str] = []
    before = ""
    for line in whole.splitlines():
        spans, rest = split_declarations(line)
        if line[rest:].split("#", 1)[0].strip():
            texts.append(before + line)
        elif spans:
            before += line + "\n"
    return texts


def _answer(request: Request, text: str) -> int:
    """Answer one text on stdout and stderr; gives its exit code."""
    said, code = _answered(request, text)
    for line in said.lines if said is not None else []:
        say(line)
    return code


def _answered(request: Request, text: str) -> tuple[Answer | None, int]:
    """The answer to one text, and its exit code; what is noted and what is wrong is said."""
    from symdiff.answer import answer, failure

    try:
        said = answer(request, text)
    except SymdiffError as error:
        if request.json:
            say(failure(text, error))
        message, code = told_error(error)
        complain(message)
        return None, code
    for note in said.notes:
        complain(note)
    return said, DISAGREED if said.disagreed else GOOD


def _write(request: Request, texts: Sequence[str], path: str) -> int:
    """Write the answers to a file, where there are answers to all; gives the exit code."""
    from symdiff.documented import document_of
    from symdiff.show.documents import save, writer_of

    writer_of(path)  # that the name is wrong is said before anything is worked out
    answered = [_answered(request, text) for text in texts]
    answers = [said for said, _ in answered if said is not None]
    if answers and len(answers) == len(texts):
        save(document_of(request, texts, answers), path)
    else:
        complain(f"note: {path} is not written")
    for found in [found for said in answers if said.disagreed for found in said.results]:
        complain(f"check: {found.verdict.head()}" if found.verdict is not None else "")
    return next((code for _, code in answered if code != GOOD), GOOD)
